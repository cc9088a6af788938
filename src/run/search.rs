//! Templates and workspaces below a folder: a monorepo is one run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::templates;
use super::words::{WORDS, has};
use crate::input::seen;

/// Files and folders that are looked at.
const MOST_ENTRIES: usize = 200_000;
/// Templates that are read.
const MOST_TEMPLATES: usize = 500;
/// Folders within each other.
const DEEPEST: usize = 16;

/// What lies below a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Templates with functions.
    pub(super) templates: Vec<PathBuf>,
    /// Folders with a Cargo workspace or a crate that stands alone.
    pub(super) workspaces: Vec<PathBuf>,
}

/// The folders below one that have a manifest, the outermost first.
pub(super) fn manifests(folder: &Path) -> Vec<PathBuf> {
    // The folder that people stand in may have no name.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let is_one = |entry: &DirEntry| entry.file_name().to_str().is_some_and(|name| has(&WORDS.manifests, name));
    let files = files_below(folder);
    let found: BTreeSet<PathBuf> =
        files.filter(is_one).filter_map(|entry| Some(entry.path().parent()?.to_owned())).collect();
    let mut found: Vec<PathBuf> = found.into_iter().filter(|found| found != folder).collect();
    found.sort_by_key(|folder| (folder.components().count(), folder.clone()));
    found
}

/// The files that no ignore file leaves out, in the order of their names. Links are not followed.
fn files_below(folder: &Path) -> impl Iterator<Item = DirEntry> {
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).require_git(false).follow_links(false).max_depth(Some(DEEPEST)).parents(true);
    walk.filter_entry(|entry| {
        let is_wanted = entry.depth() == 0 || !is_left_out(entry);
        if is_wanted && entry.file_type().is_some_and(|kind| kind.is_dir()) {
            will_read(entry.path());
        }
        is_wanted
    });
    walk.sort_by_file_name(std::ffi::OsStr::cmp);
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    will_read(folder);
    absolute.ancestors().skip(1).for_each(will_read_rules);
    rules_of_user().iter().for_each(|file| seen::read(file));
    let entries = walk.build().flatten().take(MOST_ENTRIES);
    entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
}

/// Looks through the folders for templates and workspaces.
pub(super) fn below(folder: &Path) -> Found {
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    let mut workspaces: BTreeSet<PathBuf> = BTreeSet::new();
    for entry in files_below(folder) {
        let Some(parent) = entry.path().parent() else { continue };
        if entry.file_name() == "Cargo.toml" {
            // A member belongs to the workspace above it.
            if !workspaces.iter().any(|known| parent.starts_with(known)) {
                workspaces.insert(parent.to_owned());
            }
        } else if templates::may_be_one(entry.path()) {
            folders.insert(parent.to_owned());
        }
    }
    let mut found = Found { templates: Vec::new(), workspaces: workspaces.into_iter().collect() };
    // Modules are read where they are called; only those that nobody calls stand for themselves.
    let (modules, callers): (Vec<PathBuf>, Vec<PathBuf>) = folders.into_iter().partition(|folder| is_module(folder));
    for folder in callers.into_iter().chain(modules) {
        // The settings of Chalice lie in a folder of their own and belong to the one around it.
        let new = templates::in_folder(&folder).into_iter().filter(|file| !found.templates.contains(file));
        let new: Vec<PathBuf> = new.collect();
        found.templates.extend(new);
        if found.templates.len() >= MOST_TEMPLATES {
            break;
        }
    }
    found.templates.truncate(MOST_TEMPLATES);
    templates::leave_out_compiled(&mut found.templates);
    found
}

/// Says that a folder is about to be walked, with the ignore files in it.
fn will_read(folder: &Path) {
    seen::read(folder);
    will_read_rules(folder);
}

/// Says that the ignore files of a folder are about to be read.
fn will_read_rules(folder: &Path) {
    for name in [".gitignore", ".ignore", ".git/info/exclude"] {
        seen::read(&folder.join(name));
    }
}

/// Files of the user that say which others git ignores everywhere, or where that is said.
fn rules_of_user() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| home.as_ref().map(|home| home.join(".config")));
    let own = home.map(|home| home.join(".gitconfig"));
    let shared = config.map(|config| ["git/config", "git/ignore"].map(|name| config.join(name)));
    own.into_iter().chain(shared.into_iter().flatten()).collect()
}

/// Whether a folder is one of modules, by the name that people give it.
fn is_module(folder: &Path) -> bool {
    folder.components().any(|part| part.as_os_str() == "modules")
}

fn is_left_out(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    is_folder && entry.file_name().to_str().is_some_and(|name| has(&WORDS.not_searched, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_found_below_and_what_tools_make_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let template = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: src}\n";
        for name in ["a/template.yaml", "b/c/template.yml", "b/node_modules/x/template.yaml", "ignored/template.yaml"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, template).unwrap();
        }
        std::fs::write(folder.path().join(".gitignore"), "ignored/\n").unwrap();
        std::fs::write(folder.path().join("a/notes.yaml"), "just: notes\n").unwrap();
        let found = below(folder.path()).templates;
        let names: Vec<PathBuf> =
            found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_owned()).collect();
        assert_eq!(names, [PathBuf::from("a/template.yaml"), PathBuf::from("b/c/template.yml")]);
    }
}
