//! Lock files beside the manifests that a fix changes: brought up to date where that is possible by rule, else named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::{Changed, readable};
use crate::artifact::ReadError;
use crate::fix::FileChange;
use crate::input::files::{DiskFiles, Files, FolderEntry};
use crate::knowledge;
use crate::manifest::cargo::registry::Registry;
use crate::manifest::cargo::workspace::CargoWorkspace;
use crate::manifest::{cargo, node};

knowledge::table! {
    static LOCKS: Locks = "locks.toml", tested by the_locks_read;
}

/// `locks.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Locks {
    lock: Vec<Lock>,
}

/// A lock file, of which kind of manifest, and the command that writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    manifest: String,
    file: String,
    command: String,
}

/// npm's lock files, which can be changed by rule.
const OF_NPM: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];
/// Cargo's lock file and manifest.
const OF_CARGO: [&str; 2] = ["Cargo.lock", "Cargo.toml"];

/// Adds the changes of lock files that follow from changed manifests. The lock files that are right as they are then.
pub(super) fn follow(files: &mut Vec<Changed>) -> BTreeSet<PathBuf> {
    follow_npm(files);
    follow_cargo(files)
}

fn follow_npm(files: &mut Vec<Changed>) {
    for at in 0..files.len() {
        for (lock, folder) in locks_of(Path::new(&files[at].path), &OF_NPM) {
            let path = lock.to_string_lossy().into_owned();
            let known = files.iter().position(|file| file.path == path);
            let text = known.map_or_else(|| readable(&path).ok(), |known| Some(files[known].after.clone()));
            let Some(after) = text.as_ref().and_then(|text| node::relocked(text, &files[at].after, &folder)) else {
                continue;
            };
            match (known, text) {
                (Some(known), _) => files[known].after = after,
                (None, Some(before)) => files.push(relocked(path, before, after)),
                (None, None) => {}
            }
        }
    }
}

fn relocked(path: String, before: String, after: String) -> Changed {
    let descriptions = vec![format!("bring {path} up to date")];
    Changed { path, before, after, change: FileChange { edits: Vec::new(), descriptions } }
}

fn follow_cargo(files: &mut Vec<Changed>) -> BTreeSet<PathBuf> {
    let [lock, manifest] = OF_CARGO;
    let changed = files.iter().map(|file| Path::new(&file.path));
    let changed = changed.filter(|path| path.file_name().is_some_and(|name| name == manifest));
    let locks: BTreeSet<PathBuf> =
        changed.flat_map(|path| locks_of(&whole(path), &[lock])).map(|(path, _)| path).collect();
    let mut right = BTreeSet::new();
    for path in locks {
        let shown = shown_beside(files, &path);
        let Ok(text) = readable(&shown) else { continue };
        let root = path.parent().unwrap_or(Path::new("."));
        let disk = DiskFiles::new(root);
        let new = files.iter().map(|file| (whole(Path::new(&file.path)), Arc::from(file.after.as_str())));
        let after = CargoWorkspace::read(&Overlay { disk: disk.clone(), new: new.collect() });
        match cargo::relocked(&text, &CargoWorkspace::read(&disk), &after, &Registry::beside(root)) {
            Some(after) if after == text => drop(right.insert(path)),
            Some(after) => files.push(relocked(shown, text, after)),
            None => {}
        }
    }
    right
}

/// A path as people would write it: beside those of the changed files, which may be relative.
fn shown_beside(files: &[Changed], path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let is_whole = files.iter().all(|file| Path::new(&file.path).is_absolute());
    let shown = path.strip_prefix(&here).ok().filter(|_| !is_whole).unwrap_or(path);
    shown.to_string_lossy().into_owned()
}

/// The files of a folder, some of them with a new text.
#[derive(Debug)]
struct Overlay {
    disk: DiskFiles,
    new: BTreeMap<PathBuf, Arc<str>>,
}

impl Files for Overlay {
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let new = self.new.get(&self.disk.root().join(path));
        new.map_or_else(|| self.disk.text(path), |text| Ok(Arc::clone(text)))
    }

    fn is_file(&self, path: &str) -> bool {
        self.disk.is_file(path)
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.disk.size(path)
    }

    fn list(&self, folder: &str) -> Vec<FolderEntry> {
        self.disk.list(folder)
    }
}

/// Says which lock files the changes leave behind, but for those that are `right` as they are.
pub(super) fn tell_stale(files: &[Changed], right: &BTreeSet<PathBuf>) {
    let mut told = BTreeSet::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        for row in LOCKS.lock.iter().filter(|row| row.manifest == name) {
            // A lock file may lie above the folder that the command was started in.
            let is_changed = |path: &Path| files.iter().any(|file| whole(Path::new(&file.path)) == path);
            let is_right = |path: &PathBuf| is_changed(path) || right.contains(path);
            let stale = locks_of(&whole(Path::new(&file.path)), &[&row.file]).iter().any(|(path, _)| !is_right(path));
            if stale && told.insert(&row.file) {
                // Where a manifest only asks for less of what stays, nothing need be gone.
                super::super::note(&format!(
                    "{} is as it was before the change; `{}` brings it up to date",
                    row.file, row.command
                ));
            }
        }
    }
}

fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Lock files of these names beside a manifest, or in the nearest folder above it, with the manifest's folder relative to
/// theirs.
fn locks_of(manifest: &Path, names: &[&str]) -> Vec<(PathBuf, String)> {
    let is_manifest = manifest.file_name().is_some_and(|name| LOCKS.lock.iter().any(|row| *row.manifest == *name));
    let own = manifest.parent().unwrap_or(Path::new(""));
    for folder in own.ancestors().filter(|_| is_manifest) {
        let found: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
        if !found.is_empty() {
            let below = own.strip_prefix(folder).unwrap_or(own).to_string_lossy().replace('\\', "/");
            let below = if below == "." { String::new() } else { below };
            return found.into_iter().map(|path| (path, below.clone())).collect();
        }
    }
    Vec::new()
}
