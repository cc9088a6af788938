//! What one source of entries holds, before sources are merged into an artifact.

use std::path::PathBuf;
use std::sync::Arc;

use super::archive::Archive;
use crate::artifact::{EntryProblem, EntryProblemKind};

/// The files of one folder, archive or executable.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) files: Vec<Listed>,
    pub(super) links: Vec<Link>,
    /// Folders whose permission bits are stated.
    pub(super) folders: Vec<(String, u16)>,
    pub(super) problems: Vec<EntryProblem>,
}

impl Listing {
    /// The same files, put into a folder.
    pub(super) fn below(mut self, folder: &str) -> Self {
        let folder = folder.trim_matches('/');
        if folder.is_empty() {
            return self;
        }
        let put = |path: &str| format!("{folder}/{path}");
        for file in &mut self.files {
            file.path = put(&file.path);
            file.original = file.original.take().map(|original| put(&original));
        }
        self.links.iter_mut().for_each(|link| link.path = put(&link.path));
        self.folders.iter_mut().for_each(|(path, _)| *path = put(path));
        self
    }
}

/// One file with what is needed to read it.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) zipped_bytes: Option<u64>,
    pub(super) crc32: Option<u32>,
    pub(super) modified: Option<i64>,
    /// Unix permission bits, where they are stated.
    pub(super) mode: Option<u16>,
    /// Device and number of a file on disk that has several names.
    pub(super) inode: Option<(u64, u64)>,
    pub(super) source: Source,
    /// The path of the file that a link leads to, when this stands for a link.
    pub(super) original: Option<String>,
}

impl Listed {
    /// A file of which only the path is known, and where its content is.
    pub(super) fn new(path: String, source: Source) -> Self {
        Self {
            path,
            bytes: 0,
            zipped_bytes: None,
            crc32: None,
            modified: None,
            mode: None,
            inode: None,
            source,
            original: None,
        }
    }
}

/// A symbolic link.
pub(super) struct Link {
    pub(super) path: String,
    pub(super) target: String,
}

/// Where the content of an entry comes from.
#[derive(Clone)]
pub(super) enum Source {
    /// An entry of a zip.
    Zipped(Arc<Archive>, Packed),
    /// A file of its own.
    File(PathBuf),
    /// It must not or cannot be read, for this reason.
    Refused(Arc<str>),
    /// A text that is no file.
    Text(Arc<str>),
}

/// Where an entry lies in its zip, as its directory states.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    /// Offset of the local header in the file.
    pub(super) header: u64,
    /// Bytes in the archive.
    pub(super) packed_bytes: u64,
    /// Bytes once unpacked.
    pub(super) bytes: u64,
    pub(super) crc32: u32,
    pub(super) deflated: bool,
    /// Length and checksum of the name, to compare with the local header's.
    pub(super) name_bytes: u16,
    pub(super) name_crc32: u32,
}

impl Listing {
    pub(super) fn problem(&mut self, path: impl Into<String>, kind: EntryProblemKind, detail: impl Into<String>) {
        self.problems.push(EntryProblem { path: path.into(), kind, detail: detail.into() });
    }
}
