//! Lists a folder. Contents are read later, and only on demand.

use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::{InputError, InputErrorKind, io_message};
use super::listing::{Link, Listed, Listing, Source};
use super::{Limits, names};
use crate::artifact::EntryProblemKind;

/// What the walk found at one place.
enum Found {
    File(Listed, Option<(EntryProblemKind, String)>),
    Link(Link),
    Problem(String, EntryProblemKind, String),
}

/// A walk by all threads: every folder is a job of its own.
struct Walk<'a> {
    root: &'a Path,
    limits: &'a Limits,
    /// One list per folder: a single one would move everything again and again as it grows.
    found: Mutex<Vec<Vec<Found>>>,
    count: AtomicUsize,
}

/// A folder to be listed: where it is, its path below the root as raw bytes with `/`, and how deep that is.
struct Folder {
    on_disk: PathBuf,
    raw: Vec<u8>,
    depth: usize,
}

/// Lists every file below `root`, hidden ones included. Symbolic links are listed, not followed.
/// The history of a checkout is left out: no tool that packages a folder takes it along.
pub(super) fn list(root: &Path, limits: &Limits) -> Result<Listing, InputError> {
    fs::read_dir(root).map_err(|error| InputError::io(root, &error))?;
    let walk = Walk { root, limits, found: Mutex::default(), count: AtomicUsize::new(0) };
    rayon::scope(|scope| walk.folder(scope, &Folder { on_disk: root.to_owned(), raw: Vec::new(), depth: 0 }));
    if walk.full() {
        let what = format!("more than {} files", limits.entries);
        return Err(InputError::new(root, InputErrorKind::TooLarge, what)
            .advise("point defrost at the deployment package, or at one function's folder"));
    }
    let listing = collect(walk.found.into_inner().unwrap_or_else(PoisonError::into_inner));
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

    fn folder<'s>(&'s self, scope: &rayon::Scope<'s>, folder: &Folder) {
        let children = match fs::read_dir(&folder.on_disk) {
            Ok(children) => children,
            Err(error) => return self.add(vec![unreadable(&folder.raw, &error)]),
        };
        let mut found = Vec::new();
        for child in children {
            if self.full() {
                return;
            }
            match child {
                Ok(child) => found.extend(self.child(scope, folder, &child)),
                Err(error) => found.push(unreadable(&folder.raw, &error)),
            }
        }
        self.add(found);
    }

    fn add(&self, found: Vec<Found>) {
        if !found.is_empty() {
            self.found.lock().unwrap_or_else(PoisonError::into_inner).push(found);
        }
    }

    /// Looks at one place; a folder becomes a job.
    fn child<'s>(&'s self, scope: &rayon::Scope<'s>, folder: &Folder, child: &DirEntry) -> Option<Found> {
        let file_name = child.file_name();
        if folder.depth == 0 && file_name == ".git" {
            return None;
        }
        let mut raw = folder.raw.clone();
        raw.extend(raw.last().map(|_| b'/'));
        raw.extend_from_slice(file_name.as_encoded_bytes());
        let kind = match child.file_type() {
            Ok(kind) => kind,
            Err(error) => return Some(unreadable(&raw, &error)),
        };
        let depth = folder.depth + 1;
        if kind.is_dir() && depth < self.limits.depth {
            let inner = Folder { on_disk: child.path(), raw, depth };
            scope.spawn(move |scope| self.folder(scope, &inner));
            return None;
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        Some(look_at(self.root, child, kind, &raw, self.limits))
    }
}

fn look_at(root: &Path, child: &DirEntry, kind: FileType, raw: &[u8], limits: &Limits) -> Found {
    let name = names::judge(raw, limits);
    if kind.is_dir() {
        let detail = format!("folders over {} deep are not read", limits.depth);
        return Found::Problem(name.shown.text(), EntryProblemKind::UnsafeName, detail);
    }
    let path = match name.path {
        Ok(path) => path,
        Err(detail) => return Found::Problem(name.shown.text(), EntryProblemKind::UnsafeName, detail),
    };
    if kind.is_symlink() {
        return match fs::read_link(child.path()) {
            Ok(target) => Found::Link(Link { path, target: inside(root, &target) }),
            Err(error) => Found::Problem(name.shown.text(), EntryProblemKind::BadLink, io_message(&error)),
        };
    }
    if !kind.is_file() {
        let detail = format!("{}, which cannot be part of a package", special(kind));
        return Found::Problem(name.shown.text(), EntryProblemKind::Unreadable, detail);
    }
    match child.metadata() {
        Ok(metadata) => Found::File(listed(child.path(), path, metadata.len(), limits), name.note),
        Err(error) => Found::Problem(name.shown.text(), EntryProblemKind::Unreadable, io_message(&error)),
    }
}

fn listed(on_disk: PathBuf, path: String, bytes: u64, limits: &Limits) -> Listed {
    let source = if bytes > limits.file_bytes {
        Source::Refused(format!("it has {bytes} bytes, the limit for one file is {}", limits.file_bytes).into())
    } else {
        Source::File(on_disk)
    };
    Listed { path, bytes, zipped_bytes: None, crc32: None, modified: None, source, original: None }
}

/// A link's target as text; one that is absolute but inside the folder becomes `/`-rooted there,
/// which [`links`](super::links) understands.
fn inside(root: &Path, target: &Path) -> String {
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    match target.strip_prefix(&root) {
        Ok(relative) if target.is_absolute() => {
            format!("{}{}", super::links::ROOT, relative.to_string_lossy())
        }
        _ => target.to_string_lossy().into_owned(),
    }
}

fn special(kind: FileType) -> &'static str {
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

fn unreadable(raw: &[u8], error: &io::Error) -> Found {
    let path = if raw.is_empty() { ".".into() } else { crate::text::lossy(raw) };
    Found::Problem(names::printable(&path).into_owned(), EntryProblemKind::Unreadable, io_message(error))
}
