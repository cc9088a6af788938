//! The files of a commit or of a work tree, by what is in them.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use gix::bstr::ByteSlice;
use gix::index::entry::{Flags, Mode, Stage, Stat};
use gix::objs::{Kind, compute_hash, tree::EntryKind};
use gix::{ObjectId, Repository, index};
use ignore::WalkBuilder;
use rayon::prelude::*;

use super::range::{cause, missing};
use crate::input::seen;

/// Files of one state; a few objects can stand for any number of them.
const MOST_FILES: usize = 2_000_000;
/// Folders within folders.
const DEEPEST: usize = 500;
/// Files larger than this count as changed where their times differ from what was noted of them.
const LARGEST: u64 = 256 << 20;

/// The content of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) id: ObjectId,
    kind: EntryKind,
}

impl Blob {
    /// Whether it is a file, and neither a link nor a submodule.
    pub(super) fn is_text(self) -> bool {
        matches!(self.kind, EntryKind::Blob | EntryKind::BlobExecutable)
    }
}

/// All files at one time.
#[derive(Default)]
pub(super) struct State {
    /// By path with `/`.
    pub(super) files: BTreeMap<String, Blob>,
}

impl State {
    /// The files of a commit.
    pub(super) fn of_commit(repository: &Repository, commit: ObjectId) -> Result<Self, String> {
        let found = repository.find_commit(commit).map_err(|error| missing(repository, commit, &error))?;
        let tree = found.tree_id().map_err(|error| missing(repository, commit, &error))?.detach();
        let mut state = Self::default();
        let mut waiting = vec![(String::new(), tree, 0)];
        while let Some((folder, id, depth)) = waiting.pop() {
            let tree = repository.find_tree(id).map_err(|error| missing(repository, id, &error))?;
            for entry in tree.iter() {
                let entry = entry.map_err(|error| missing(repository, id, &error))?;
                let name = entry.filename().to_str_lossy();
                let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
                match entry.kind() {
                    EntryKind::Tree => waiting.push((path, entry.object_id(), depth + 1)),
                    kind => drop(state.files.insert(path, Blob { id: entry.object_id(), kind })),
                }
            }
            if state.files.len() + waiting.len() > MOST_FILES || depth > DEEPEST {
                return Err(format!("a commit with over {MOST_FILES} files, or folders {DEEPEST} deep, is not read"));
            }
        }
        Ok(state)
    }

    /// The files of the work tree that the index knows, as they are on the disk. What is not checked out is as the
    /// index has it.
    pub(super) fn of_work_tree(repository: &Repository, root: &Path) -> Result<Self, String> {
        let index = repository.index_or_load_from_head_or_empty();
        let index = index.map_err(|error| format!("the index of the repository cannot be read: {}", cause(&error)))?;
        let entries: Vec<(String, &index::Entry)> =
            index.entries().iter().map(|entry| (entry.path(&index).to_str_lossy().into_owned(), entry)).collect();
        if let Some((path, _)) = entries.iter().find(|(path, _)| leaves(path)) {
            return Err(format!("the index of the repository has a path that leaves it: {}", path.escape_debug()));
        }
        let timestamp = index.timestamp();
        let files = entries.into_par_iter().filter_map(|(path, entry)| {
            let noted = noted(entry)?;
            let options = index::entry::stat::Options::default();
            let is_trusted = |stat: &Stat| entry.stat.matches(stat, options) && !entry.stat.is_racy(timestamp, options);
            let blob = if entry.flags.contains(Flags::SKIP_WORKTREE) {
                noted
            } else {
                now(&root.join(&path), noted, is_trusted)?
            };
            Some((path, blob))
        });
        let files: Vec<(String, Blob)> = files.collect();
        Ok(Self { files: files.into_iter().collect() })
    }
}

/// Files of a work tree that no state knows and git does not ignore, by path with `/`. Repositories inside are left out.
pub(super) fn untracked(root: &Path, is_known: impl Fn(&str) -> bool) -> Vec<String> {
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).git_ignore(true).git_exclude(true).follow_links(false).max_depth(Some(DEEPEST));
    walk.filter_entry(|entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        entry.file_name() != ".git" && !(entry.depth() > 0 && is_folder && seen::exists(&entry.path().join(".git")))
    });
    let entries = walk.build().flatten().take(MOST_FILES);
    let files = entries.filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
    let path = |entry: ignore::DirEntry| {
        let inside = entry.path().strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
        Some(inside).filter(|path| !is_known(path))
    };
    files.filter_map(path).collect()
}

/// Whether a path of the index points out of the work tree.
fn leaves(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == ".." || part.contains('\\') && cfg!(windows))
}

/// What the index says of an entry; nothing of folders that are not checked out. What is in conflict differs from
/// everything.
fn noted(entry: &index::Entry) -> Option<Blob> {
    let kind = match entry.mode {
        Mode::FILE => EntryKind::Blob,
        Mode::FILE_EXECUTABLE => EntryKind::BlobExecutable,
        Mode::SYMLINK => EntryKind::Link,
        Mode::COMMIT => EntryKind::Commit,
        _ => return None,
    };
    let id = if entry.stage() == Stage::Unconflicted { entry.id } else { ObjectId::null(entry.id.kind()) };
    Some(Blob { id, kind })
}

/// What is at a path of which the index has noted something; nothing where nothing is.
fn now(path: &Path, noted: Blob, is_trusted: impl Fn(&Stat) -> bool) -> Option<Blob> {
    if noted.kind == EntryKind::Commit {
        return Some(Blob { id: checked_out(path).unwrap_or(noted.id), ..noted });
    }
    let metadata = index::fs::Metadata::from_path_no_follow(path).ok()?;
    let changed = Blob { id: ObjectId::null(noted.id.kind()), ..noted };
    if metadata.is_symlink() {
        let target = std::fs::read_link(path).ok();
        let id = target
            .and_then(|target| compute_hash(noted.id.kind(), Kind::Blob, target.as_os_str().as_encoded_bytes()).ok());
        return Some(Blob { id: id.unwrap_or(changed.id), kind: EntryKind::Link });
    }
    if !metadata.is_file() {
        return None;
    }
    if Stat::from_fs(&metadata).is_ok_and(|stat| is_trusted(&stat)) {
        return Some(noted);
    }
    let is_executable = if cfg!(unix) { metadata.is_executable() } else { noted.kind == EntryKind::BlobExecutable };
    let kind = if is_executable { EntryKind::BlobExecutable } else { EntryKind::Blob };
    Some(Blob { id: hashed(path, metadata.len(), noted).unwrap_or(changed.id), kind })
}

/// The name that Git gives the content of a file: as it is, or with the line ends that Git would have written into the
/// repository where only that makes it what was noted.
fn hashed(path: &Path, bytes: u64, noted: Blob) -> Option<ObjectId> {
    if bytes > LARGEST {
        return None;
    }
    let mut content = Vec::new();
    seen::open(path).ok()?.take(LARGEST).read_to_end(&mut content).ok()?;
    let own = compute_hash(noted.id.kind(), Kind::Blob, &content).ok()?;
    if own == noted.id || !content.contains_str("\r\n") {
        return Some(own);
    }
    let plain = compute_hash(noted.id.kind(), Kind::Blob, &content.replace("\r\n", "\n")).ok()?;
    Some(if plain == noted.id { plain } else { own })
}

/// The commit that a submodule is at; nothing where it is not checked out.
fn checked_out(path: &Path) -> Option<ObjectId> {
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Reduced).bail_if_untrusted(false);
    Some(options.open(path).ok()?.to_thread_local().head_id().ok()?.detach())
}
