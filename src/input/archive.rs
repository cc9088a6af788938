//! A zip file opened for reading at known offsets by many threads at once, and the reading of
//! one entry.
//!
//! Positioned reads are used instead of a memory map: a map of a file that somebody shortens
//! meanwhile kills the process, its pages count as memory, and it needs `unsafe`; the copy that
//! it would save is small next to inflating.

use std::fs::File;
use std::io;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::listing::Packed;
use crate::artifact::{Bytes, ReadError};

pub(super) const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const LOCAL_HEADER_BYTES: usize = 30;
/// Extra fields of local headers are mostly shorter; longer ones cost a second read.
const USUAL_EXTRA_BYTES: usize = 64;

/// The most that a deflated block's tables take before its first byte, and then some.
const HEAD_PACKED_BYTES: u64 = 512;

/// An open zip file.
pub(super) struct Archive {
    file: Arc<File>,
    pub(super) len: u64,
}

impl Archive {
    pub(super) fn new(file: Arc<File>, len: u64) -> Self {
        Self { file, len }
    }

    /// The bytes from `start`, at most `len` and fewer only at the end of the file.
    pub(super) fn read_at(&self, start: u64, len: u64) -> io::Result<Vec<u8>> {
        let len = len.min(self.len.saturating_sub(start));
        let mut buffer = vec![0; usize::try_from(len).map_err(io::Error::other)?];
        read_exact_at(&self.file, &mut buffer, start)?;
        Ok(buffer)
    }

    /// Reads and checks one entry. Its sizes have been judged against the limits before.
    pub(super) fn read_entry(&self, packed: &Packed) -> Result<Bytes, ReadError> {
        let (buffer, start) = self.packed_data(packed)?;
        let data = &buffer[start..];
        if !packed.deflated {
            check_crc(data, packed)?;
            return Ok(Arc::new(Tail { buffer, start }));
        }
        let content = inflate(data, packed.bytes)?;
        check_crc(&content, packed)?;
        Ok(Arc::new(content))
    }

    /// The first `bytes` bytes of an entry, inflated from no more packed bytes than that can take.
    pub(super) fn read_entry_head(&self, packed: &Packed, bytes: usize) -> Result<Vec<u8>, ReadError> {
        let bytes = bytes.min(usize::try_from(packed.bytes).unwrap_or(usize::MAX));
        let needed = if packed.deflated { HEAD_PACKED_BYTES + 2 * bytes as u64 } else { bytes as u64 };
        let part = Packed { packed_bytes: packed.packed_bytes.min(needed), ..*packed };
        let (buffer, start) = self.packed_data(&part)?;
        let data = &buffer[start..];
        if !packed.deflated {
            return Ok(data.get(..bytes).unwrap_or(data).to_vec());
        }
        let mut content = Vec::with_capacity(bytes);
        match Decompress::new(false).decompress_vec(data, &mut content, FlushDecompress::None) {
            Ok(_) if content.len() == bytes => Ok(content),
            Ok(_) => Err(lying("its compressed data ends early")),
            Err(_) => Err(lying("its compressed data is damaged")),
        }
    }

    /// The packed bytes, as a buffer and the offset where they start in it.
    fn packed_data(&self, packed: &Packed) -> Result<(Vec<u8>, usize), ReadError> {
        let fixed = LOCAL_HEADER_BYTES + usize::from(packed.name_bytes);
        let guess = (fixed + USUAL_EXTRA_BYTES) as u64 + packed.packed_bytes;
        let mut buffer = self.read_at(packed.header, guess).map_err(unreadable)?;
        if buffer.len() < fixed || buffer[..4] != LOCAL_HEADER {
            return Err(lying("there is no entry where the zip directory says"));
        }
        let name = &buffer[LOCAL_HEADER_BYTES..fixed];
        if le16(&buffer, 26) != packed.name_bytes || crc32fast::hash(name) != packed.name_crc32 {
            return Err(lying("its own header and the zip directory give different names"));
        }
        let start = fixed + usize::from(le16(&buffer, 28));
        let end = start as u64 + packed.packed_bytes;
        if end > buffer.len() as u64 {
            let missing = end - buffer.len() as u64;
            let from = packed.header + buffer.len() as u64;
            buffer.extend(self.read_at(from, missing).map_err(unreadable)?);
        }
        match usize::try_from(end) {
            Ok(end) if end <= buffer.len() => buffer.truncate(end),
            _ => return Err(lying("its data ends behind the end of the archive")),
        }
        Ok((buffer, start))
    }
}

/// A buffer without its first bytes.
struct Tail {
    buffer: Vec<u8>,
    start: usize,
}

impl AsRef<[u8]> for Tail {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}

/// Inflates to exactly `bytes`; never allocates or produces more, whatever the data says.
fn inflate(data: &[u8], bytes: u64) -> Result<Vec<u8>, ReadError> {
    let bytes = usize::try_from(bytes).map_err(|_| lying("its size does not fit in memory"))?;
    let mut content = Vec::new();
    content.try_reserve_exact(bytes.max(1)).map_err(|_| lying("its size does not fit in memory"))?;
    let status = Decompress::new(false).decompress_vec(data, &mut content, FlushDecompress::Finish);
    match status {
        Ok(Status::StreamEnd) if content.len() == bytes => Ok(content),
        Ok(Status::StreamEnd) => Err(lying("it unpacks to another size than stated")),
        Ok(Status::Ok | Status::BufError) if content.len() >= bytes => {
            Err(lying("it unpacks to more bytes than stated"))
        }
        Ok(Status::Ok | Status::BufError) => Err(lying("its compressed data ends early")),
        Err(_) => Err(lying("its compressed data is damaged")),
    }
}

fn check_crc(content: &[u8], packed: &Packed) -> Result<(), ReadError> {
    if crc32fast::hash(content) == packed.crc32 {
        Ok(())
    } else {
        Err(lying("its content does not match its checksum"))
    }
}

fn lying(message: &str) -> ReadError {
    ReadError { message: message.to_owned() }
}

#[allow(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn unreadable(error: io::Error) -> ReadError {
    ReadError { message: super::error::io_message(&error) }
}

/// A little-endian number at `at`; zero past the end, which callers have ruled out.
pub(super) fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|slice| slice.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// See [`le16`].
pub(super) fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|slice| slice.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// See [`le16`].
pub(super) fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|slice| slice.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}
