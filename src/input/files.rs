//! Source trees on disk, read on demand: a workspace, a path dependency, the registry cache.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{seen, shared};
use crate::artifact::ReadError;

/// A source or manifest above this size is not read: no person wrote it.
const MAX_FILE_BYTES: u64 = 8 << 20;
/// More children than this in one folder are cut off.
const MAX_CHILDREN: usize = 20_000;

/// One name inside a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderEntry {
    /// The name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Text files below a root folder, by path relative to it with `/`.
pub trait Files: Send + Sync + fmt::Debug {
    /// The text of a file.
    ///
    /// # Errors
    /// When it cannot be read, is too large or not UTF-8.
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError>;
    /// Whether `path` is a regular file.
    fn is_file(&self, path: &str) -> bool;
    /// Bytes of a file.
    fn size(&self, path: &str) -> Option<u64>;
    /// Files and folders inside a folder, by name.
    fn list(&self, folder: &str) -> Vec<FolderEntry>;
}

/// A folder on disk. Links are followed, but only regular files are ever opened.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    root: PathBuf,
    /// The folder that links must not lead out of.
    wall: Option<PathBuf>,
}

impl DiskFiles {
    /// The tree below `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), wall: None }
    }

    /// The tree below `root`, from which neither `..` nor a link leads out.
    #[must_use]
    pub fn walled(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        // A root that is not there has no files either.
        let wall = seen::canonicalize(&root).unwrap_or_else(|_| root.clone());
        Self { root, wall: Some(wall) }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn at(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    /// Whether a path leads out of the tree.
    fn leaves(&self, full: &Path) -> bool {
        let Some(wall) = &self.wall else { return false };
        seen::canonicalize(full).is_ok_and(|real| !real.starts_with(wall))
    }
}

impl Files for DiskFiles {
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let fail = |message: String| ReadError { message };
        let full = self.at(path);
        if self.leaves(&full) {
            return Err(fail("it lies outside of the repository".into()));
        }
        let meta = seen::metadata(&full).map_err(|e| fail(e.to_string()))?;
        if !meta.is_file() {
            return Err(fail("not a regular file".into()));
        }
        if meta.len() > MAX_FILE_BYTES {
            return Err(fail(format!("larger than {MAX_FILE_BYTES} bytes")));
        }
        if let Some(text) = super::overlay::of(&full) {
            return Ok(String::from_utf8_lossy(&text).into());
        }
        let bytes = shared::text(&full, &meta, MAX_FILE_BYTES).map_err(|e| fail(e.to_string()))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| fail("stream did not contain valid UTF-8".into()))?;
        Ok(text.into())
    }

    fn is_file(&self, path: &str) -> bool {
        let full = self.at(path);
        seen::is_file(&full) && !self.leaves(&full)
    }

    fn size(&self, path: &str) -> Option<u64> {
        seen::metadata(&self.at(path)).ok().filter(|meta| meta.is_file()).map(|meta| meta.len())
    }

    fn list(&self, folder: &str) -> Vec<FolderEntry> {
        let full = self.at(folder);
        if self.leaves(&full) {
            return Vec::new();
        }
        let Ok(children) = seen::read_dir(&full) else { return Vec::new() };
        let mut found: Vec<FolderEntry> = children
            .flatten()
            .take(MAX_CHILDREN)
            .filter_map(|child| {
                let name = child.file_name().into_string().ok()?;
                // The folder itself says what most children are; only links need another look.
                let kind = child.file_type().ok().filter(|kind| !kind.is_symlink());
                Some(FolderEntry {
                    name,
                    is_folder: kind.map_or_else(|| seen::is_dir(&child.path()), |kind| kind.is_dir()),
                })
            })
            .collect();
        found.sort();
        found
    }
}

/// `path` with `.` and `..` resolved by name; a leading `..` stays.
#[must_use]
pub fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `path` seen from `folder`.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') { path.to_string() } else { normalize(&format!("{folder}/{path}")) }
}

/// What of a path is below a folder: `""` for the folder itself, nothing for paths elsewhere.
#[must_use]
pub fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// The folder part of a path; `""` for a bare name.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn neither_dots_nor_links_lead_over_a_wall() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        std::fs::create_dir_all(inside.join("sub")).unwrap();
        std::fs::write(folder.path().join("secret.yml"), "a: 1").unwrap();
        std::fs::write(inside.join("own.yml"), "b: 1").unwrap();
        std::os::unix::fs::symlink("../secret.yml", inside.join("link.yml")).unwrap();
        std::os::unix::fs::symlink("../own.yml", inside.join("sub/own.yml")).unwrap();
        let files = DiskFiles::walled(&inside);
        assert!(files.text("own.yml").is_ok() && files.text("sub/own.yml").is_ok());
        for path in ["link.yml", "../secret.yml"] {
            assert!(files.text(path).unwrap_err().message.contains("outside") && !files.is_file(path), "{path}");
        }
        assert!(DiskFiles::new(&inside).text("link.yml").is_ok());
    }

    #[test]
    fn paths_are_joined_by_name() {
        assert_eq!(join("a/b", "../c.rs"), "a/c.rs");
        assert_eq!(join("", "../x"), "../x");
        assert_eq!(parent("src/main.rs"), "src");
        assert_eq!((below("a/b", "a"), below("a", "a"), below("ab", "a")), (Some("b"), Some(""), None));
    }
}
