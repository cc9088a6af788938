//! Lists a folder. Contents are read later, and only on demand.

use std::fs::{self, FileType};
use std::path::Path;
use std::sync::mpsc::{self, Sender};

use ignore::{DirEntry, WalkBuilder, WalkState};

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

/// What one thread found and has not sent yet: a message for each file would wake the other side
/// as often as there are files.
struct Batch<'a> {
    items: Vec<Found>,
    sender: Sender<Vec<Found>>,
    root: &'a Path,
    limits: &'a Limits,
}

const BATCH: usize = 256;

impl Batch<'_> {
    /// Looks at one place; answers whether the other side still listens.
    fn add(&mut self, entry: Result<DirEntry, ignore::Error>) -> bool {
        let found = match entry {
            Ok(entry) => look_at(self.root, &entry, self.limits),
            Err(error) => Some(unreadable(self.root, &error)),
        };
        self.items.extend(found);
        self.items.len() < BATCH || self.send()
    }

    fn send(&mut self) -> bool {
        self.sender.send(std::mem::take(&mut self.items)).is_ok()
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.items.is_empty() {
            self.send();
        }
    }
}

/// Lists every file below `root`, hidden ones included. Symbolic links are listed, not followed.
/// The history of a checkout is left out: no tool that packages a folder takes it along.
pub(super) fn list(root: &Path, limits: &Limits) -> Result<Listing, InputError> {
    fs::read_dir(root).map_err(|error| InputError::io(root, &error))?;
    let (sender, found) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || walk(root, limits, &sender));
        collect(root, limits, &found)
    })
}

/// Takes what the walkers send. Returning early drops the channel, which stops them.
fn collect(root: &Path, limits: &Limits, found: &mpsc::Receiver<Vec<Found>>) -> Result<Listing, InputError> {
    let mut listing = Listing::default();
    for (count, item) in found.iter().flatten().enumerate() {
        if count >= limits.entries {
            let what = format!("more than {} files", limits.entries);
            return Err(InputError::new(root, InputErrorKind::TooLarge, what)
                .advise("point defrost at the deployment package, or at one function's folder"));
        }
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
    if listing.files.is_empty() && listing.links.is_empty() && listing.problems.is_empty() {
        return Err(InputError::new(root, InputErrorKind::Empty, "the folder is empty"));
    }
    Ok(listing)
}

fn walk(root: &Path, limits: &Limits, sender: &Sender<Vec<Found>>) {
    WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(limits.depth))
        .filter_entry(|entry| entry.depth() != 1 || entry.file_name() != ".git")
        .threads(std::thread::available_parallelism().map_or(1, usize::from))
        .build_parallel()
        .run(|| {
            let mut batch = Batch { items: Vec::new(), sender: sender.clone(), root, limits };
            Box::new(move |entry| if batch.add(entry) { WalkState::Continue } else { WalkState::Quit })
        });
}

fn look_at(root: &Path, entry: &DirEntry, limits: &Limits) -> Option<Found> {
    if entry.depth() == 0 {
        return None;
    }
    let name = names::judge(&names::relative_bytes(root, entry.path()), limits);
    let problem = |kind, detail: String| Some(Found::Problem(name.shown.clone(), kind, detail));
    let kind = entry.file_type()?;
    if kind.is_dir() {
        let cut = entry.depth() >= limits.depth;
        let detail = format!("folders over {} deep are not read", limits.depth);
        return cut.then_some(Found::Problem(name.shown, EntryProblemKind::UnsafeName, detail));
    }
    let path = match &name.path {
        Ok(path) => path.clone(),
        Err(detail) => return problem(EntryProblemKind::UnsafeName, detail.clone()),
    };
    if kind.is_symlink() {
        return match fs::read_link(entry.path()) {
            Ok(target) => Some(Found::Link(Link { path, target: inside(root, &target) })),
            Err(error) => problem(EntryProblemKind::BadLink, io_message(&error)),
        };
    }
    if !kind.is_file() {
        let detail = format!("{}, which cannot be part of a package", special(kind));
        return problem(EntryProblemKind::Unreadable, detail);
    }
    match entry.metadata() {
        Ok(metadata) => {
            let file = listed(entry.path(), path, metadata.len(), limits);
            Some(Found::File(file, name.note))
        }
        Err(error) => problem(EntryProblemKind::Unreadable, error.to_string()),
    }
}

fn listed(on_disk: &Path, path: String, bytes: u64, limits: &Limits) -> Listed {
    let source = if bytes > limits.file_bytes {
        Source::Refused(format!("it has {bytes} bytes, the limit for one file is {}", limits.file_bytes).into())
    } else {
        Source::File(on_disk.to_owned())
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

fn unreadable(root: &Path, error: &ignore::Error) -> Found {
    let mut path = String::from(".");
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = String::from_utf8_lossy(&names::relative_bytes(root, at)).into_owned();
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } => inner = err,
            _ => break,
        }
    }
    let detail = error.io_error().map_or_else(|| inner.to_string(), io_message);
    let shown = names::printable(&path).into_owned();
    Found::Problem(shown, EntryProblemKind::Unreadable, detail)
}
