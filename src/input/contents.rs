//! Reading entries on demand.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::error::io_message;
use super::listing::Source;
use crate::artifact::{Bytes, Contents, ReadError};

/// Where each entry's content comes from. Nothing is kept: an entry is inflated each time it is
/// asked for, so whoever needs it twice keeps the [`Bytes`].
pub(super) struct Sources(Vec<Source>);

impl Sources {
    pub(super) fn new(sources: Vec<Source>) -> Self {
        Self(sources)
    }
}

impl Contents for Sources {
    fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
        match self.0.get(entry as usize) {
            Some(Source::Zipped(archive, packed)) => archive.read_entry(packed),
            Some(Source::File(path)) => read_file(path).map_err(|error| refusal(io_message(&error))),
            Some(Source::Refused(reason)) => Err(refusal(reason.to_string())),
            None => Err(refusal("no such entry".to_owned())),
        }
    }

    fn open(&self, entry: u32) -> Option<File> {
        match self.0.get(entry as usize) {
            Some(Source::File(path)) => File::open(path).ok(),
            _ => None,
        }
    }

    fn read_head(&self, entry: u32, bytes: usize) -> Result<Vec<u8>, ReadError> {
        match self.0.get(entry as usize) {
            Some(Source::Zipped(archive, packed)) => archive.read_entry_head(packed, bytes),
            Some(Source::File(path)) => read_start(path, bytes).map_err(|error| refusal(io_message(&error))),
            Some(Source::Refused(reason)) => Err(refusal(reason.to_string())),
            None => Err(refusal("no such entry".to_owned())),
        }
    }
}

fn refusal(message: String) -> ReadError {
    ReadError { message }
}

/// The first bytes of a file that was listed before.
fn read_start(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    let mut content = Vec::with_capacity(bytes);
    File::open(path)?.take(bytes as u64).read_to_end(&mut content)?;
    Ok(content)
}

/// Reads a file that was listed before. It may have changed since, but never grows without end:
/// reading stops at the size it has now.
fn read_file(path: &Path) -> io::Result<Bytes> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let len = metadata.len();
    let mut content = Vec::new();
    content.try_reserve_exact(usize::try_from(len).map_err(io::Error::other)?).map_err(io::Error::other)?;
    file.take(len).read_to_end(&mut content)?;
    Ok(Arc::new(content))
}
