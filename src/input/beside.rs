//! Source files of the project around a package: tests, scripts and other functions that may use its modules.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, WalkBuilder};
use serde::Deserialize;

use super::{read_text_file, seen, shared};
use crate::knowledge;

/// Folders above the package that are asked whether they are the project's.
const HIGHEST: usize = 12;
/// The same where no repository says how far the project goes: what lies higher may be anybody's.
const HIGHEST_UNTOLD: usize = 3;
/// Folders within each other.
const DEEPEST: usize = 24;
/// Files that are read: of larger projects nothing is known.
const MOST_FILES: usize = 6000;
/// Entries that are looked at on the way to them.
const MOST_ENTRIES: usize = 200_000;
/// A file above this size was written by no person.
const LARGEST: u64 = 1 << 20;
/// Bytes of all files together.
const MOST_BYTES: usize = 96 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    roots: Vec<String>,
    not_searched: Vec<String>,
    endings: Vec<String>,
}

knowledge::table! {
    static WORDS: Words = "beside.toml", tested by the_words_of_projects_read;
}

/// The source files of a project.
#[derive(Debug, Default)]
pub struct Beside {
    /// Paths relative to the project, with `/`, where they open, and what is in them; in the order of their names.
    pub files: Vec<(String, PathBuf, String)>,
    /// Whether these are all.
    pub is_whole: bool,
}

/// The source files of the project that a folder lies in; the folder itself where nothing says that it is part of one.
/// Links are not followed, and what git ignores is left out.
#[must_use]
pub fn beside(folder: &Path) -> Arc<Beside> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let root = root(&folder).to_owned();
    shared::beside(&root, || read(&root))
}

fn root(folder: &Path) -> &Path {
    let repository = folder.ancestors().take(HIGHEST).find(|folder| seen::exists(&folder.join(".git")));
    let is_one = |folder: &&Path| WORDS.roots.iter().any(|name| seen::is_file(&folder.join(name)));
    let told = || folder.ancestors().take(HIGHEST_UNTOLD).filter(is_one).last();
    repository.or_else(told).unwrap_or(folder)
}

fn is_wanted(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let name = entry.file_name().to_str().unwrap_or_default();
    let is_passed = entry.depth() > 0 && is_folder && WORDS.not_searched.iter().any(|known| known == name);
    // An environment may have any name.
    let is_environment = is_folder && seen::is_file(&entry.path().join("pyvenv.cfg"));
    if is_folder && !is_passed && !is_environment {
        seen::read(entry.path());
    }
    !is_passed && !is_environment
}

fn is_source(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| WORDS.endings.iter().any(|known| known == ending))
}

fn read(root: &Path) -> Beside {
    let mut walk = WalkBuilder::new(root);
    walk.hidden(false).follow_links(false).max_depth(Some(DEEPEST)).parents(false).filter_entry(is_wanted);
    walk.sort_by_file_name(std::ffi::OsStr::cmp);
    let (mut found, mut entries, mut bytes) = (Beside { is_whole: true, ..Beside::default() }, 0, 0);
    for entry in walk.build().flatten() {
        entries += 1;
        if entries > MOST_ENTRIES || found.files.len() >= MOST_FILES || bytes > MOST_BYTES {
            found.is_whole = false;
            break;
        }
        if entry.file_name() == ".gitignore" || entry.file_name() == ".ignore" {
            seen::read(entry.path());
        }
        if !entry.file_type().is_some_and(|kind| kind.is_file()) || !is_source(entry.path()) {
            continue;
        }
        let Ok(text) = read_text_file(entry.path(), LARGEST) else { continue };
        bytes += text.len();
        let shown = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        found.files.push((shown, entry.path().to_owned(), text));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_what_its_files_say() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x = 1\n").unwrap();
        };
        for path in ["a/template.yaml", "a/src/app.py", "a/tests/test_app.py", "a/node_modules/m/i.js", "b/other.py"] {
            write(path);
        }
        let names =
            |folder: &Path| -> Vec<String> { beside(folder).files.iter().map(|(path, ..)| path.clone()).collect() };
        assert_eq!(names(&folder.path().join("a/src")), ["src/app.py", "tests/test_app.py"]);
        assert_eq!(names(&folder.path().join("b")), ["other.py"]);
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        assert_eq!(names(&folder.path().join("b")), ["a/src/app.py", "a/tests/test_app.py", "b/other.py"]);
    }
}
