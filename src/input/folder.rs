//! Lists a folder. Contents are read later, and only on demand.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::error::{InputError, InputErrorKind, io_message};
use super::listing::{Link, Listed, Listing, Source};
use super::{Limits, names, seen};
use crate::artifact::EntryProblemKind;

/// What the walk found at one place.
enum Found {
    File(Listed, Option<(EntryProblemKind, String)>),
    Link(Link),
    Folder(String, u16),
    Problem(String, EntryProblemKind, String),
}

/// The walk through a folder. `walkdir` goes through one branch after the other, so the folders of the first two
/// levels are listed first, and those of the second are then walked side by side: in most packages nearly all files
/// are below one folder of the first level.
struct Walk<'a> {
    root: &'a Path,
    limits: &'a Limits,
    /// Names at the root that are left out.
    without: &'a [String],
    count: AtomicUsize,
}

/// The folders of a level, by where they are on the disk.
type Folders = Vec<PathBuf>;

/// Lists every file below `root`, hidden ones included, and what links in it lead to that stay in the repository.
/// The history of a checkout is left out: no tool that packages a folder takes it along.
pub(super) fn list(root: &Path, limits: &Limits) -> Result<Listing, InputError> {
    list_whole(root, &[], limits)
}

/// The same without what has some names at the root.
pub(super) fn list_whole(root: &Path, without: &[String], limits: &Limits) -> Result<Listing, InputError> {
    let mut listing = list_without(root, without, limits)?;
    super::outward::follow(&mut listing, root, limits);
    Ok(listing)
}

/// The files of the folder itself, without what has some names at the root. Symbolic links are listed, not followed.
pub(super) fn list_without(root: &Path, without: &[String], limits: &Limits) -> Result<Listing, InputError> {
    seen::read_dir(root).map_err(|error| InputError::io(root, &error))?;
    let walk = Walk { root, limits, without, count: AtomicUsize::new(0) };
    let (found, first) = walk.level(root, 0);
    let (second, folders): (Vec<_>, Vec<_>) = first.par_iter().map(|folder| walk.level(folder, 1)).unzip();
    let folders: Folders = folders.into_iter().flatten().collect();
    let deeper: Vec<Vec<Found>> = folders.par_iter().map(|folder| walk.below(folder, 2)).collect();
    if walk.full() {
        let what = format!("more than {} files", limits.entries);
        return Err(InputError::new(root, InputErrorKind::TooLarge, what)
            .advise("point defrost at the deployment package, or at one function's folder"));
    }
    let listing = collect([vec![found], second, deeper].into_iter().flatten().collect());
    if listing.files.is_empty() && listing.links.is_empty() && listing.problems.is_empty() {
        return Err(InputError::new(root, InputErrorKind::Empty, "the folder is empty"));
    }
    Ok(listing)
}

fn collect(found: Vec<Vec<Found>>) -> Listing {
    let mut listing = Listing::default();
    listing.files.reserve(found.iter().map(Vec::len).sum());
    for item in found.into_iter().flatten() {
        match item {
            Found::Link(link) => listing.links.push(link),
            Found::Folder(path, mode) => listing.folders.push((path, mode)),
            Found::Problem(path, kind, detail) => listing.problem(path, kind, detail),
            Found::File(file, note) => {
                if let Some((kind, note)) = note {
                    let shown = names::printable(&file.path).into_owned();
                    listing.problem(shown, kind, note);
                }
                listing.files.push(file);
            }
        }
    }
    listing
}

impl Walk<'_> {
    fn full(&self) -> bool {
        self.count.load(Ordering::Relaxed) > self.limits.entries
    }

    /// What is directly in a folder that is `depth` folders below the root, and the folders in it that are to be
    /// walked.
    fn level(&self, folder: &Path, depth: usize) -> (Vec<Found>, Folders) {
        let mut folders = Folders::new();
        let mut found = Vec::new();
        for entry in self.entries(folder, depth, 1) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.push(self.unreadable(&error));
                    continue;
                }
            };
            let is_named = |name: &String| entry.file_name() == OsStr::new(name);
            if depth == 0 && (entry.file_name() == OsStr::new(".git") || self.without.iter().any(is_named)) {
                continue;
            }
            if entry.file_type().is_dir() && depth + 1 < self.limits.depth {
                folders.push(entry.path().to_owned());
            }
            found.extend(self.look_at(&entry, depth));
        }
        (found, folders)
    }

    /// Everything below a folder that is `depth` folders below the root.
    fn below(&self, folder: &Path, depth: usize) -> Vec<Found> {
        let levels = self.limits.depth.saturating_sub(depth);
        let look = |entry: walkdir::Result<DirEntry>| match entry {
            Ok(entry) => self.look_at(&entry, depth),
            Err(error) => Some(self.unreadable(&error)),
        };
        self.entries(folder, depth, levels).filter_map(look).collect()
    }

    /// A walk that ends when there are too many files.
    fn entries(&self, folder: &Path, depth: usize, levels: usize) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
        seen::read(folder);
        let walk = WalkDir::new(folder).min_depth(1).max_depth(levels).follow_root_links(depth == 0);
        walk.into_iter().take_while(|_| !self.full())
    }

    /// Looks at one place; `depth` is that of the folder where its walk began.
    fn look_at(&self, entry: &DirEntry, depth: usize) -> Option<Found> {
        let raw = self.raw(entry.path());
        let name = names::judge(&raw, self.limits);
        let kind = entry.file_type();
        if kind.is_dir() {
            seen::read(entry.path());
            if depth + entry.depth() >= self.limits.depth {
                let detail = format!("folders over {} deep are not read", self.limits.depth);
                return Some(Found::Problem(name.shown.text(), EntryProblemKind::UnsafeName, detail));
            }
            let mode = entry.metadata().ok().and_then(|metadata| mode(&metadata));
            return name.path.ok().zip(mode).map(|(path, mode)| Found::Folder(path, mode));
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        Some(self.file(entry, name))
    }

    fn file(&self, entry: &DirEntry, name: names::Name<'_>) -> Found {
        let kind = entry.file_type();
        let path = match name.path {
            Ok(path) => path,
            Err(detail) => return Found::Problem(name.shown.text(), EntryProblemKind::UnsafeName, detail),
        };
        if kind.is_symlink() {
            if let Ok(metadata) = entry.metadata() {
                seen::found(entry.path(), &metadata);
            }
            return match fs::read_link(entry.path()) {
                Ok(target) => Found::Link(Link { path, target: inside(self.root, &target) }),
                Err(error) => Found::Problem(name.shown.text(), EntryProblemKind::BadLink, io_message(&error)),
            };
        }
        if !kind.is_file() {
            let detail = format!("{}, which cannot be part of a package", special(kind));
            return Found::Problem(name.shown.text(), EntryProblemKind::Unreadable, detail);
        }
        match entry.metadata() {
            Ok(metadata) => {
                seen::found(entry.path(), &metadata);
                Found::File(listed(entry.path().to_owned(), path, &metadata, self.limits), name.note)
            }
            Err(error) => Found::Problem(name.shown.text(), EntryProblemKind::Unreadable, said(&error)),
        }
    }

    /// The path below the root as raw bytes with `/`.
    fn raw(&self, path: &Path) -> Vec<u8> {
        let inner = path.strip_prefix(self.root).unwrap_or(path);
        let parts = inner.components().map(|part| part.as_os_str().as_encoded_bytes());
        let mut raw = Vec::with_capacity(inner.as_os_str().len());
        for part in parts {
            raw.extend(raw.last().map(|_| b'/'));
            raw.extend_from_slice(part);
        }
        raw
    }

    fn unreadable(&self, error: &walkdir::Error) -> Found {
        let raw = error.path().map(|path| self.raw(path)).unwrap_or_default();
        let path = if raw.is_empty() { ".".into() } else { crate::text::lossy(&raw) };
        Found::Problem(names::printable(&path).into_owned(), EntryProblemKind::Unreadable, said(error))
    }
}

/// What went wrong, without the path, which stands beside it.
fn said(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "it cannot be read".to_owned(), io_message)
}

fn listed(on_disk: PathBuf, path: String, metadata: &Metadata, limits: &Limits) -> Listed {
    let bytes = super::overlay::of(&on_disk).map_or(metadata.len(), |text| text.len() as u64);
    let source = if bytes > limits.file_bytes {
        Source::Refused(format!("it has {bytes} bytes, the limit for one file is {}", limits.file_bytes).into())
    } else {
        Source::File(on_disk)
    };
    Listed { bytes, mode: mode(metadata), inode: inode(metadata), ..Listed::new(path, source) }
}

/// The permission bits, where the file system has them.
pub(super) fn mode(metadata: &Metadata) -> Option<u16> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.mode() & 0o7777) as u16)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// What tells that two names are one file, for files that have several.
fn inode(metadata: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// A link's target as text; one that is absolute but inside the folder becomes `/`-rooted there,
/// which [`links`](super::links) understands.
fn inside(root: &Path, target: &Path) -> String {
    let root = seen::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    match target.strip_prefix(&root) {
        Ok(relative) if target.is_absolute() => {
            format!("{}{}", super::links::ROOT, relative.to_string_lossy())
        }
        _ => target.to_string_lossy().into_owned(),
    }
}

fn special(kind: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    let _ = kind;
    "a device or other special file"
}
