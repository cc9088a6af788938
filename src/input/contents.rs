//! Reading entries on demand.

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::error::io_message;
use super::listing::Source;
use super::{overlay, seen, shared};
use crate::artifact::{Bytes, Contents, ReadError};

/// Bytes that are read at once where a file is not kept.
const PIECE: usize = 64 << 10;
/// What native files begin with.
const EXECUTABLE: &[u8] = b"\x7fELF";
/// Files of one package that stay open: systems give a process few hundred handles.
const MOST_BEGUN: usize = 32;

/// Where each entry's content comes from. Nothing is kept: an entry is inflated each time it is
/// asked for, so whoever needs it twice keeps the [`Bytes`].
pub(super) struct Sources {
    sources: Vec<Source>,
    /// Native files of which the start was read: who looks at that mostly wants parts of the rest.
    begun: Mutex<FxHashMap<u32, File>>,
}

impl Sources {
    pub(super) fn new(sources: Vec<Source>) -> Self {
        Self { sources, begun: Mutex::default() }
    }
}

impl Contents for Sources {
    fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
        match self.sources.get(entry as usize) {
            Some(Source::Zipped(archive, packed)) => archive.read_entry(packed),
            Some(Source::File(path)) => match overlay::of(path).or_else(|| shared::known(path)) {
                Some(text) => Ok(text),
                None => read_file(path).map_err(|error| refusal(io_message(&error))),
            },
            Some(Source::Refused(reason)) => Err(refusal(reason.to_string())),
            Some(Source::Text(text)) => Ok(Arc::new(text.as_bytes().to_vec())),
            None => Err(refusal("no such entry".to_owned())),
        }
    }

    fn open(&self, entry: u32) -> Option<File> {
        match self.sources.get(entry as usize) {
            Some(Source::File(path)) if overlay::of(path).is_none() => {
                let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner).remove(&entry);
                begun.or_else(|| seen::open(path).ok())
            }
            _ => None,
        }
    }

    fn read_head(&self, entry: u32, bytes: usize) -> Result<Vec<u8>, ReadError> {
        match self.sources.get(entry as usize) {
            Some(Source::Zipped(archive, packed)) => archive.read_entry_head(packed, bytes),
            Some(Source::File(path)) if overlay::of(path).is_some() => {
                self.read(entry).map(|text| (*text).as_ref().iter().copied().take(bytes).collect())
            }
            Some(Source::File(path)) => {
                self.read_start(entry, path, bytes).map_err(|error| refusal(io_message(&error)))
            }
            Some(Source::Refused(reason)) => Err(refusal(reason.to_string())),
            Some(Source::Text(text)) => Ok(text.as_bytes().iter().copied().take(bytes).collect()),
            None => Err(refusal("no such entry".to_owned())),
        }
    }

    fn checksum(&self, entry: u32) -> Result<u32, ReadError> {
        match self.sources.get(entry as usize) {
            Some(Source::File(path)) if overlay::of(path).is_none() => {
                checksum_of(path).map_err(|error| refusal(io_message(&error)))
            }
            _ => Ok(crc32fast::hash((*self.read(entry)?).as_ref())),
        }
    }
}

impl Sources {
    /// The first bytes of a file that was listed before, which stays open for who asks for more.
    fn read_start(&self, entry: u32, path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
        let mut content = Vec::with_capacity(bytes);
        let mut file = seen::open(path)?;
        (&mut file).take(bytes as u64).read_to_end(&mut content)?;
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if content.starts_with(EXECUTABLE) && begun.len() < MOST_BEGUN {
            begun.insert(entry, file);
        }
        Ok(content)
    }
}

fn refusal(message: String) -> ReadError {
    ReadError { message }
}

/// Opens a file that was listed before. It may have changed since, but never grows without end: reading stops at
/// the size it has now.
fn open_file(path: &Path) -> io::Result<(Take<File>, u64)> {
    let file = seen::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok((file.take(metadata.len()), metadata.len()))
}

/// Reads a file piece by piece: those whose checksum is wanted are large.
fn checksum_of(path: &Path) -> io::Result<u32> {
    let (mut file, _) = open_file(path)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(read) => hasher.update(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn read_file(path: &Path) -> io::Result<Bytes> {
    let (mut file, len) = open_file(path)?;
    let mut content = Vec::new();
    content.try_reserve_exact(usize::try_from(len).map_err(io::Error::other)?).map_err(io::Error::other)?;
    file.read_to_end(&mut content)?;
    Ok(Arc::new(content))
}
