//! The package anew, without some files: sorted, with fixed times, so that it comes out the same every time.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Seek, Write};

use rustc_hash::FxHashSet;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Bytecode, Removal};
use crate::artifact::{Artifact, EntryId, LAYER_ROOT, ReadError};

/// Permission bits where nothing states them.
const MODE: u32 = 0o644;

/// Why a package could not be written.
#[derive(Debug)]
pub enum WriteError {
    /// A file of the input could not be read.
    Read(String, ReadError),
    /// The output could not be written.
    Write(zip::result::ZipError),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => write!(f, "{path}: {error}"),
            Self::Write(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Write(error)
    }
}

/// Writes the package as a zip archive without what is removed, and with bytecode beside its sources. Layers are no
/// part of it. Links stay links.
///
/// # Errors
/// When a file cannot be read, or `out` cannot be written.
pub fn write<W: Write + Seek>(
    artifact: &Artifact,
    removals: &[Removal],
    bytecode: &[Bytecode],
    out: W,
) -> Result<W, WriteError> {
    let mut zip = ZipWriter::new(out);
    match fill(&mut zip, artifact, removals, bytecode) {
        Ok(()) => Ok(zip.finish()?),
        Err(error) => {
            // Dropped, it would try to finish what cannot be written, and print that it cannot.
            std::mem::forget(zip);
            Err(error)
        }
    }
}

fn fill<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    artifact: &Artifact,
    removals: &[Removal],
    bytecode: &[Bytecode],
) -> Result<(), WriteError> {
    let gone: FxHashSet<EntryId> = removals.iter().map(|removal| removal.entry).collect();
    let added: BTreeMap<&str, &Bytecode> = bytecode.iter().map(|one| (one.path.as_str(), one)).collect();
    let mut names: BTreeMap<&str, Option<EntryId>> = added.keys().map(|path| (*path, None)).collect();
    for (id, entry) in artifact.entries() {
        if !gone.contains(&id) && !entry.path.starts_with(LAYER_ROOT) && !added.contains_key(&*entry.path) {
            names.insert(&entry.path, Some(id));
        }
    }
    for (path, id) in names {
        let mode = id.and_then(|id| artifact.entry(id).mode).map_or(MODE, u32::from);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(id.and_then(|id| time(artifact, id)).unwrap_or(DateTime::DEFAULT))
            .unix_permissions(mode);
        let Some(id) = id else {
            zip.start_file(path, options)?;
            zip.write_all(added.get(path).map_or(&[], |one| &one.content)).map_err(zip::result::ZipError::Io)?;
            continue;
        };
        if let Some(target) = artifact.link_target(id).filter(|target| !gone.contains(target)) {
            zip.add_symlink(path, relative(path, &artifact.entry(target).path), options)?;
            continue;
        }
        let content = artifact.read(id).map_err(|error| WriteError::Read(path.to_owned(), error))?;
        zip.start_file(path, options)?;
        zip.write_all((*content).as_ref()).map_err(zip::result::ZipError::Io)?;
    }
    Ok(())
}

/// The time of a source whose bytecode may be tied to it; all other files get a fixed one.
fn time(artifact: &Artifact, id: EntryId) -> Option<DateTime> {
    let entry = artifact.entry(id);
    let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
    let cache = if folder.is_empty() { "__pycache__".to_owned() } else { format!("{folder}/__pycache__") };
    let seconds =
        u64::try_from(entry.modified?).ok().filter(|_| name.ends_with(".py") && artifact.is_folder(&cache))?;
    let (year, month, day) = crate::text::civil(seconds / 86_400);
    let (of_day, small) = (seconds % 86_400, |value: u64| u8::try_from(value).ok());
    let (hour, minute, second) = (small(of_day / 3600)?, small(of_day / 60 % 60)?, small(of_day % 60)?);
    DateTime::from_date_and_time(u16::try_from(year).ok()?, small(month)?, small(day)?, hour, minute, second).ok()
}

/// The way from a file to another one.
fn relative(from: &str, to: &str) -> String {
    let folders = |path: &str| -> Vec<String> {
        path.rsplit_once('/').map_or_else(Vec::new, |(folder, _)| folder.split('/').map(str::to_owned).collect())
    };
    let (start, end) = (folders(from), folders(to));
    let shared = start.iter().zip(&end).take_while(|(a, b)| a == b).count();
    let name = to.rsplit('/').next().unwrap_or(to).to_owned();
    let up = std::iter::repeat_n("..".to_owned(), start.len() - shared);
    up.chain(end[shared..].iter().cloned()).chain([name]).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative() {
        assert_eq!(relative("a/b/link", "a/c/file"), "../c/file");
        assert_eq!(relative("link", "a/file"), "a/file");
        assert_eq!(relative("a/link", "a/file"), "file");
    }
}
