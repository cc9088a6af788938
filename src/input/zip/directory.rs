//! The directory at the end of a zip: finding it, and its headers one by one.

use std::path::Path;

use crate::input::Limits;
use crate::input::archive::{Archive, LOCAL_HEADER, le16, le32, le64};
use crate::input::error::{InputError, InputErrorKind};
use crate::input::listing::Packed;

const END: &[u8; 4] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";
const LOCATOR64_BYTES: u64 = 20;
const END64: &[u8; 4] = b"PK\x06\x06";
const END64_BYTES: u64 = 56;
const HEADER: &[u8; 4] = b"PK\x01\x02";
const HEADER_BYTES: usize = 46;
/// The longest comment behind the end record, and the records before it.
const TAIL_BYTES: u64 = 0xFFFF + END_BYTES as u64 + LOCATOR64_BYTES + END64_BYTES;

/// The directory of a zip.
pub(super) struct Directory {
    data: Vec<u8>,
    /// Where it starts in the file.
    pub(super) start: u64,
    /// What must be added to stated offsets, when something was put before the archive.
    shift: u64,
    stated: u64,
    zip64: bool,
}

/// What an end record states.
struct End {
    /// Where the directory must have ended.
    at: u64,
    count: u64,
    size: u64,
    offset: u64,
    zip64: bool,
}

impl Directory {
    /// Finds the directory from the end of the file.
    pub(super) fn find(archive: &Archive, path: &Path, limits: &Limits) -> Result<Self, InputError> {
        let io = |error: std::io::Error| InputError::io(path, &error);
        let from = archive.len.saturating_sub(TAIL_BYTES);
        let tail = archive.read_at(from, TAIL_BYTES).map_err(io)?;
        let mut reason = None;
        for at in (0..tail.len().saturating_sub(END_BYTES - 1)).rev() {
            let record = &tail[at..];
            if !record.starts_with(END) {
                continue;
            }
            // A comment may hold the signature; only a record whose comment fits is meant.
            if END_BYTES + usize::from(le16(record, 20)) > record.len() {
                reason.get_or_insert("its end record is cut off");
                continue;
            }
            match Self::at_end(archive, &end_record(archive, record, from + at as u64), limits) {
                Ok(directory) => return Ok(directory),
                Err(Fault::Damaged(why)) => reason = reason.or(Some(why)),
                Err(Fault::TooLarge(what)) => {
                    return Err(InputError::new(path, InputErrorKind::TooLarge, what));
                }
            }
        }
        Err(damaged(path, archive, reason))
    }

    fn at_end(archive: &Archive, end: &End, limits: &Limits) -> Result<Self, Fault> {
        if end.count > limits.entries as u64 {
            return Err(Fault::TooLarge(format!(
                "the archive states {} entries, the limit is {}",
                end.count, limits.entries
            )));
        }
        let signature = |at: u64| archive.read_at(at, 4).is_ok_and(|found| found == HEADER);
        let by_size = end.at.checked_sub(end.size);
        let start = match by_size {
            Some(start) if end.count == 0 || signature(start) => start,
            _ if end.offset < end.at && signature(end.offset) => end.offset,
            _ => return Err(Fault::Damaged("its directory is not where it should be")),
        };
        let Some(shift) = start.checked_sub(end.offset) else {
            return Err(Fault::Damaged("the start of the archive is missing"));
        };
        if end.at - start > limits.directory_bytes {
            return Err(Fault::TooLarge(format!(
                "the directory of the archive has {} bytes, the limit is {}",
                end.at - start,
                limits.directory_bytes
            )));
        }
        let data =
            archive.read_at(start, end.at - start).map_err(|_| Fault::Damaged("its directory cannot be read"))?;
        Ok(Self { data, start, shift, stated: end.count, zip64: end.zip64 })
    }

    /// The headers in the order of the archive, up to the first that is none.
    pub(super) fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (header, bytes) = Header::parse(&self.data[at..], self.shift)?;
            at += bytes;
            Some(header)
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.headers().next().is_none()
    }

    /// What is wrong when there are not as many headers as stated.
    pub(super) fn shortfall(&self) -> Option<String> {
        let found = self.headers().count() as u64;
        // Before zip64, the count simply wrapped around.
        let same = found == self.stated || (!self.zip64 && found & 0xFFFF == self.stated);
        (!same).then(|| {
            format!("the archive states {} entries, its directory holds {found} that can be read", self.stated)
        })
    }
}

enum Fault {
    Damaged(&'static str),
    TooLarge(String),
}

/// Reads the end record, or the zip64 one that stands before it.
fn end_record(archive: &Archive, record: &[u8], at: u64) -> End {
    let end = End {
        at,
        count: le16(record, 10).into(),
        size: le32(record, 12).into(),
        offset: le32(record, 16).into(),
        zip64: false,
    };
    let full = end.count == 0xFFFF || end.size == 0xFFFF_FFFF || end.offset == 0xFFFF_FFFF;
    if !full {
        return end;
    }
    end_record64(archive, at).unwrap_or(end)
}

fn end_record64(archive: &Archive, at: u64) -> Option<End> {
    let locator_at = at.checked_sub(LOCATOR64_BYTES)?;
    let locator = archive.read_at(locator_at, LOCATOR64_BYTES).ok()?;
    if !locator.starts_with(LOCATOR64) {
        return None;
    }
    // Where it says, or, when something was put before the archive, right before the locator.
    let places = [Some(le64(&locator, 8)), locator_at.checked_sub(END64_BYTES)];
    places.into_iter().flatten().find_map(|at| {
        let record = archive.read_at(at, END64_BYTES).ok()?;
        (record.len() as u64 == END64_BYTES && record.starts_with(END64)).then(|| End {
            at,
            count: le64(&record, 32),
            size: le64(&record, 40),
            offset: le64(&record, 48),
            zip64: true,
        })
    })
}

fn damaged(path: &Path, archive: &Archive, reason: Option<&str>) -> InputError {
    let starts_as_zip = archive.read_at(0, 4).is_ok_and(|magic| magic == LOCAL_HEADER);
    let why = match reason {
        Some(reason) => reason,
        None if starts_as_zip => "it ends early: the directory at its end is missing",
        None => "it has no zip directory",
    };
    InputError::new(path, InputErrorKind::Damaged, format!("a damaged zip archive: {why}"))
        .advise("build or download it again; `unzip -t` shows what can still be read")
}

/// Seconds since 1970 of a date and time as MS-DOS writes them: two-second steps, no zone.
fn dos_time(date: u16, time: u16) -> i64 {
    let (year, month, day) = (i64::from(date >> 9) + 1980, i64::from(date >> 5 & 15), i64::from(date & 31));
    // Years that start in March, so that leap days come last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;
    days * 86_400 + i64::from(time >> 11) * 3600 + i64::from(time >> 5 & 63) * 60 + i64::from(time & 31) * 2
}

/// One entry as the directory states it.
pub(super) struct Header<'a> {
    pub(super) name: &'a [u8],
    pub(super) method: u16,
    pub(super) crc32: u32,
    /// The time of the file, taken as UTC: seconds since 1970.
    pub(super) modified: i64,
    pub(super) packed_bytes: u64,
    pub(super) bytes: u64,
    /// Where the local header is in the file.
    pub(super) offset: u64,
    flags: u16,
    /// Unix permissions and file type; zero when made on another system.
    mode: u32,
    /// What is wrong with the header itself.
    pub(super) broken: Option<&'static str>,
}

impl<'a> Header<'a> {
    /// The header at the start of `data`, and the bytes that it takes.
    fn parse(data: &'a [u8], shift: u64) -> Option<(Self, usize)> {
        if data.len() < HEADER_BYTES || !data.starts_with(HEADER) {
            return None;
        }
        let name_end = HEADER_BYTES + usize::from(le16(data, 28));
        let extra_end = name_end + usize::from(le16(data, 30));
        let end = extra_end + usize::from(le16(data, 32));
        let name = data.get(HEADER_BYTES..name_end)?;
        let extra = data.get(name_end..extra_end)?;
        data.get(extra_end..end)?;
        let made_on_unix = matches!(data[5], 3 | 19);
        let mut header = Self {
            name,
            method: le16(data, 10),
            crc32: le32(data, 16),
            modified: dos_time(le16(data, 14), le16(data, 12)),
            packed_bytes: le32(data, 20).into(),
            bytes: le32(data, 24).into(),
            offset: le32(data, 42).into(),
            flags: le16(data, 8),
            mode: if made_on_unix { le32(data, 38) >> 16 } else { 0 },
            broken: None,
        };
        header.apply_zip64(extra);
        match header.offset.checked_add(shift) {
            Some(offset) => header.offset = offset,
            None => header.broken = Some("its offset is behind the end of the archive"),
        }
        Some((header, end))
    }

    /// Replaces the fields that are too small for their numbers (APPNOTE 4.5.3).
    fn apply_zip64(&mut self, extra: &[u8]) {
        const FULL: u64 = 0xFFFF_FFFF;
        let fields = [&mut self.bytes, &mut self.packed_bytes, &mut self.offset];
        let missing: Vec<&mut u64> = fields.into_iter().filter(|field| **field == FULL).collect();
        if missing.is_empty() {
            return;
        }
        let large = extra_field(extra, 1).unwrap_or_default();
        for (at, field) in missing.into_iter().enumerate() {
            let Some(value) = large.get(at * 8..at * 8 + 8) else {
                self.broken = Some("its zip64 sizes are missing");
                return;
            };
            *field = le64(value, 0);
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0 || self.method == 99
    }

    pub(super) fn is_link(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }

    /// Unix permission bits; `None` when made on a system without, or when nothing at all is stated.
    pub(super) fn permissions(&self) -> Option<u16> {
        (self.mode != 0).then_some((self.mode & 0o7777) as u16)
    }

    pub(super) fn packed(&self) -> Packed {
        Packed {
            header: self.offset,
            packed_bytes: self.packed_bytes,
            bytes: self.bytes,
            crc32: self.crc32,
            deflated: self.method == 8,
            name_bytes: self.name.len() as u16,
            name_crc32: crc32fast::hash(self.name),
        }
    }
}

/// The content of the extra field with this number.
fn extra_field(mut extra: &[u8], id: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let content = extra.get(4..4 + usize::from(le16(extra, 2)))?;
        if le16(extra, 0) == id {
            return Some(content);
        }
        extra = &extra[4 + content.len()..];
    }
    None
}
