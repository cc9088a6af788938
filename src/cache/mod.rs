//! Results by what they depend on, in files of their own.
//!
//! An entry is written to a temporary name and renamed, so that it is there as a whole or not at all, and carries its
//! own checksum, so that a damaged one is none. Nothing is locked: who writes the same entry twice writes the same. What
//! cannot be read or written costs time and changes nothing, so no error leaves this room.

mod key;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

pub use key::{Key, KeyMaker};

use crate::input::seen::{Hash, Stat};

/// What every entry begins with: the version of the format, so that those of others are none.
const MAGIC: &[u8; 8] = b"defrost1";
/// Bytes of all entries together; the oldest go when there are more.
const MOST_BYTES: u64 = 512 << 20;
/// An entry unpacks to no more.
const LARGEST: u64 = 256 << 20;
/// Leftovers of processes that were killed are this old at least.
const LEFT: Duration = Duration::from_secs(3600);
/// Hashes of files that are kept.
const MOST_HASHES: usize = 200_000;

/// A folder of entries.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache in a folder, which is made when something is kept.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.join("defrost-v1") }
    }

    /// The folder where this user's programs keep what they can make again; nothing where the system has none.
    #[must_use]
    pub fn folder_of_user() -> Option<PathBuf> {
        let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || of("HOME");
        let folder = if cfg!(windows) {
            of("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Caches"))
        } else {
            of("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")))
        };
        folder.map(|folder| folder.join("defrost"))
    }

    /// What is kept under a key.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let packed = read_checked(&self.place(key))?;
        DeflateDecoder::new(&*packed).take(LARGEST).read_to_end(&mut content).ok()?;
        Some(content)
    }

    /// Keeps something under a key, if that is possible.
    pub fn put(&self, key: &Key, content: &[u8]) {
        // What would come back cut short is not kept.
        if content.len() as u64 > LARGEST {
            return;
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        let packed = encoder.write_all(content).and_then(|()| encoder.finish());
        if let Ok(packed) = packed {
            write_checked(&self.place(key), &packed);
        }
    }

    /// Keeps something under a key made of its content, unless it is there.
    pub fn put_new(&self, key: &Key, content: &[u8]) {
        if !self.place(key).exists() {
            self.put(key, content);
        }
    }

    fn place(&self, key: &Key) -> PathBuf {
        let name = key.hex();
        self.folder.join("entries").join(&name[..2]).join(&name)
    }

    fn hashes(&self) -> PathBuf {
        self.folder.join("hashes")
    }

    /// Hashes of files as they were known at the end of some run.
    #[must_use]
    pub fn known_hashes(&self) -> HashMap<Stat, Hash> {
        let content = read_checked(&self.hashes()).unwrap_or_default();
        postcard::from_bytes(&content).unwrap_or_default()
    }

    /// Keeps hashes of files for later runs; of several runs at once the last one's stay.
    pub fn keep_hashes(&self, known: &HashMap<Stat, Hash>) {
        if known.len() > MOST_HASHES {
            // What is asked for again is found again.
            write_checked(&self.hashes(), &[]);
        } else if let Ok(content) = postcard::to_allocvec(known) {
            write_checked(&self.hashes(), &content);
        }
    }

    /// Takes away the oldest entries where there are too many, and what killed processes left.
    pub fn prune(&self) {
        self.prune_to(MOST_BYTES);
    }

    fn prune_to(&self, most: u64) {
        let files = walkdir::WalkDir::new(self.folder.join("entries")).min_depth(1).into_iter().flatten();
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for file in files.filter(|file| file.file_type().is_file()) {
            let Ok(metadata) = file.metadata() else { continue };
            let time = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let is_left = file.file_name().to_str().is_some_and(|name| name.starts_with(".tmp"));
            if !is_left {
                entries.push((time, metadata.len(), file.into_path()));
            } else if time.elapsed().is_ok_and(|age| age > LEFT) {
                // Gone already, or not ours to take: the next run tries again.
                let _ = fs::remove_file(file.path());
            }
        }
        let mut bytes: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        if bytes <= most {
            return;
        }
        entries.sort();
        for (_, size, path) in entries {
            if bytes <= most / 5 * 4 {
                return;
            }
            if fs::remove_file(path).is_ok() {
                bytes = bytes.saturating_sub(size);
            }
        }
    }
}

/// The content of a file that ends as it was written; nothing where it does not.
fn read_checked(path: &Path) -> Option<Vec<u8>> {
    let mut file = fs::File::open(path).ok()?;
    let mut head = [0; 40];
    file.read_exact(&mut head).ok()?;
    let mut content = Vec::new();
    file.take(LARGEST).read_to_end(&mut content).ok()?;
    let (magic, checksum) = head.split_at(8);
    (magic == MAGIC && Sha256::digest(&content)[..] == *checksum).then_some(content)
}

/// Writes a file that is there as a whole or not at all. Whoever can, keeps it; nobody needs it.
fn write_checked(path: &Path, content: &[u8]) {
    let Some(folder) = path.parent() else { return };
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut file = tempfile::Builder::new().prefix(".tmp").tempfile_in(folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&Sha256::digest(content))?;
        file.write_all(content)?;
        file.persist(path).map_err(|error| error.error)
    });
    drop(written);
}
