//! Lock files beside the manifests that a fix changes: brought up to date where that is possible by rule, else named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Changed, readable};
use crate::fix::FileChange;
use crate::knowledge;
use crate::manifest::node::relocked;

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

/// Lock files that can be changed by rule.
const BY_RULE: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

/// Adds the changes of lock files that follow from changed manifests.
pub(super) fn follow(files: &mut Vec<Changed>) {
    for at in 0..files.len() {
        for (lock, folder) in locks_of(Path::new(&files[at].path), &BY_RULE) {
            let path = lock.to_string_lossy().into_owned();
            let known = files.iter().position(|file| file.path == path);
            let text = known.map_or_else(|| readable(&path).ok(), |known| Some(files[known].after.clone()));
            let Some(after) = text.as_ref().and_then(|text| relocked(text, &files[at].after, &folder)) else {
                continue;
            };
            match (known, text) {
                (Some(known), _) => files[known].after = after,
                (None, Some(before)) => {
                    let descriptions = vec![format!("bring {path} up to date")];
                    files.push(Changed { path, before, after, change: FileChange { edits: Vec::new(), descriptions } });
                }
                (None, None) => {}
            }
        }
    }
}

/// Says which lock files the changes leave behind.
pub(super) fn tell_stale(files: &[Changed]) {
    let mut told = BTreeSet::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        for row in LOCKS.lock.iter().filter(|row| row.manifest == name) {
            // A lock file may lie above the folder that the command was started in.
            let whole = |path: &str| std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
            let is_changed = |path: &Path| files.iter().any(|file| whole(&file.path) == path);
            let stale = locks_of(&whole(&file.path), &[&row.file]).into_iter().any(|(path, _)| !is_changed(&path));
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
