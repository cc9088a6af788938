//! How far a look around a folder goes.

use std::path::{Path, PathBuf};

use super::seen;

/// The folder above which nothing is looked for: the repository's root; or else where the user stands, where that is
/// above the folder.
#[must_use]
pub fn wall(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if let Some(repository) = absolute.ancestors().find(|folder| seen::exists(&folder.join(".git"))) {
        return repository.to_owned();
    }
    let working = std::env::current_dir().unwrap_or_default();
    // Whoever stands at the root of the disk does not mean all of it.
    let is_around = working.parent().is_some() && absolute.starts_with(&working);
    if is_around { working } else { absolute }
}
