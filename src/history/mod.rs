//! What a range of commits touched, as the object database of a Git repository says: no process is started, no filter
//! and no hook runs, nothing is written, and settings outside of the repository are not read.

mod range;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use similar::{Algorithm, DiffOp, TextDiff};

use crate::input::{self, seen};
use state::{Blob, State, untracked};

/// Texts larger than this are not compared line by line.
const LARGEST_TEXT: u64 = 4 << 20;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// Its content, its mode or its kind differs.
    Modified,
    /// It is gone.
    Deleted,
}

/// What the history says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The repository does not hold it: it is ignored, in a repository of its own, or outside.
    Unknown,
    /// It is as it was.
    Same,
    /// It, or something below it, differs.
    Changed,
}

/// What differs between two states of a work tree.
#[derive(Debug)]
pub struct Changes {
    /// The folder of the work tree, links followed.
    root: PathBuf,
    /// What differs, by path below the root.
    files: BTreeMap<String, Change>,
    /// All that either side holds.
    known: BTreeSet<String>,
    /// Contents of the older side, for what is modified.
    before: BTreeMap<String, Blob>,
    repository: gix::Repository,
    /// The two sides, for people.
    pub sides: String,
}

impl Changes {
    /// What differs since a revision, in the repository that a folder is in. `REV` means from where it and `HEAD` part
    /// to the files as they are; `A..B` and `A...B` mean what they mean to `git diff`.
    ///
    /// # Errors
    /// Why it cannot be said, with what to do.
    pub fn since(folder: &Path, range: &str) -> Result<Self, String> {
        let repository = range::open(folder)?;
        let root = repository.workdir().ok_or_else(|| {
            format!("{} is a bare repository: it has no files to compare", repository.git_dir().display())
        })?;
        let root = seen::canonicalize(root).map_err(|error| format!("{}: {error}", root.display()))?;
        let ends = range::ends(&repository, range)?;
        let before = State::of_commit(&repository, ends.base)?;
        let after = match ends.tip {
            Some(tip) => State::of_commit(&repository, tip)?,
            None => State::of_work_tree(&repository, &root)?,
        };
        let mut files = BTreeMap::new();
        let mut old = BTreeMap::new();
        for (path, blob) in &before.files {
            match after.files.get(path) {
                Some(now) if now == blob => continue,
                Some(_) => {
                    old.insert(path.clone(), *blob);
                    files.insert(path.clone(), Change::Modified);
                }
                None => drop(files.insert(path.clone(), Change::Deleted)),
            }
        }
        let added = after.files.keys().filter(|path| !before.files.contains_key(*path));
        files.extend(added.map(|path| (path.clone(), Change::Added)));
        if ends.tip.is_none() {
            let is_known = |path: &str| before.files.contains_key(path) || after.files.contains_key(path);
            let found = untracked(&root, is_known);
            files.extend(found.into_iter().map(|path| (path, Change::Added)));
        }
        let known = before.files.into_keys().chain(after.files.into_keys()).chain(files.keys().cloned()).collect();
        Ok(Self { root, files, known, before: old, repository, sides: ends.words })
    }

    /// How many files differ.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What became of a file or of a folder.
    #[must_use]
    pub fn of(&self, path: &Path) -> Touch {
        let Some(path) = self.inside(path) else { return Touch::Unknown };
        // A submodule is known as a whole.
        let own = std::iter::successors(Some(&*path), |path| Some(path.rsplit_once('/')?.0));
        let own = own.filter(|path| self.known.contains(*path)).map(|path| self.files.contains_key(path)).next();
        match own {
            Some(true) => Touch::Changed,
            Some(false) => Touch::Same,
            None if self.below_inside(&path).next().is_some() => Touch::Changed,
            None if below(&self.known, &path).next().is_some() => Touch::Same,
            None => Touch::Unknown,
        }
    }

    /// What differs below a folder, by path below the work tree.
    pub fn below(&self, folder: &Path) -> impl Iterator<Item = (&str, Change)> {
        let inside = self.inside(folder);
        inside.into_iter().flat_map(|folder| self.below_inside(&folder).collect::<Vec<_>>())
    }

    /// All that differs, by path below the work tree.
    pub fn all(&self) -> impl Iterator<Item = (&str, Change)> {
        self.files.iter().map(|(path, change)| (path.as_str(), *change))
    }

    /// A path below the work tree, with `/`; empty for the work tree itself. `None` for what is outside.
    #[must_use]
    pub fn inside(&self, path: &Path) -> Option<String> {
        let real = seen::canonicalize(path).or_else(|_| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok::<PathBuf, std::io::Error>(seen::canonicalize(folder)?.join(path.file_name().unwrap_or_default()))
        });
        let real = real.ok()?;
        let parts = real.strip_prefix(&self.root).ok()?.components().map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
        Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// Which lines of a modified text differ, from 1; where lines are gone, those on both sides. `None` where that
    /// cannot be said: the file is new, no text, or too large.
    #[must_use]
    pub fn lines(&self, path: &Path) -> Option<Vec<Range<u32>>> {
        let blob = self.before.get(&self.inside(path)?)?;
        let header = self.repository.find_header(blob.id).ok()?;
        if !blob.is_text() || header.size() > LARGEST_TEXT {
            return None;
        }
        let old = self.repository.find_object(blob.id).ok()?.detach().data;
        let old = String::from_utf8(old).ok()?;
        let new = input::read_text_file(path, LARGEST_TEXT).ok()?;
        Some(differing(&old, &new))
    }

    fn below_inside<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, Change)> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let first = self.files.range(prefix.clone()..);
        first.take_while(move |(path, _)| path.starts_with(&prefix)).map(|(path, change)| (path.as_str(), *change))
    }
}

fn below<'a>(known: &'a BTreeSet<String>, folder: &str) -> impl Iterator<Item = &'a String> + use<'a> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    known.range(prefix.clone()..).take_while(move |path| path.starts_with(&prefix))
}

/// Lines of a new text that an old one lacks; around what it alone has, the lines that met.
fn differing(old: &str, new: &str) -> Vec<Range<u32>> {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(old, new);
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1);
    let ranges = diff.ops().iter().filter_map(|op| match *op {
        DiffOp::Equal { .. } => None,
        DiffOp::Delete { new_index, .. } => Some(number(new_index.saturating_sub(1))..number(new_index + 1)),
        DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
            Some(number(new_index)..number(new_index + new_len))
        }
    });
    ranges.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_are_those_of_the_new_text() {
        let lines = |old: &str, new: &str| differing(old, new).into_iter().flatten().collect::<Vec<u32>>();
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\n"), [2]);
        assert_eq!(lines("a\nc\n", "a\nb\nb\nc\n"), [2, 3]);
        assert_eq!(lines("a\nb\nc\n", "a\nc\n"), [1, 2]);
        assert_eq!(lines("b\nc\n", "c\n"), [1]);
        assert!(lines("a\n", "a\n").is_empty());
    }
}
