//! Where the paths of an application's model start.

use std::path::{Component, Path, PathBuf};

use crate::artifact::Location;
use crate::declare::model::{Application, Place};
use crate::input::files::{DiskFiles, join, normalize};
use crate::input::{self, seen};
use crate::manifest::dependency::Files as ManifestFiles;

/// Manifests larger than this are not read.
const LARGEST_MANIFEST: u64 = 8 << 20;

/// The folder that a model's paths are relative to: the repository's root, or else the template's folder.
#[derive(Clone, Debug)]
pub struct Base {
    root: PathBuf,
    /// The root as people read it from where they stand; empty where they stand in it.
    shown: String,
    /// The folders that lead from the root to where the user stands, where that is below it.
    within: Vec<String>,
}

/// A path from the root of the disk. Where `..` leads depends on links, so that the disk is asked.
fn absolute(path: &Path) -> PathBuf {
    let leads_up = path.components().any(|part| part == Component::ParentDir);
    let real = leads_up.then(|| seen::canonicalize(path).ok()).flatten();
    real.unwrap_or_else(|| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// The way from one folder to another that is not below it; nothing where they share nothing but the disk.
fn beside(from: &[String], to: &[String]) -> Option<String> {
    let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let parts: Vec<&str> = up.chain(to[common..].iter().map(String::as_str)).collect();
    (common > 0).then(|| parts.join("/"))
}

impl Base {
    /// The tree below a folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let absolute = absolute(root);
        let working = std::env::current_dir().unwrap_or_default();
        let names = |path: &Path| -> Vec<String> {
            let names = path.components().filter(|part| matches!(part, Component::Normal(_)));
            names.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
        };
        let (shown, within) = match (absolute.strip_prefix(&working), working.strip_prefix(&absolute)) {
            (Ok(below), _) => (names(below).join("/"), Vec::new()),
            (_, Ok(above)) => (String::new(), names(above)),
            _ => {
                let away = beside(&names(&working), &names(&absolute));
                (away.unwrap_or_else(|| absolute.to_string_lossy().replace('\\', "/")), Vec::new())
            }
        };
        Self { root: absolute, shown, within }
    }

    /// The tree in which a template is read: the repository that it is in; or else the folder in which the user
    /// stands, where the template is below it (a module may lie beside the one that calls it); or else its own.
    #[must_use]
    pub fn of_template(template: &Path) -> Self {
        let absolute = absolute(template);
        let folder = absolute.parent().unwrap_or(&absolute);
        let repository = folder.ancestors().find(|folder| seen::exists(&folder.join(".git")));
        let working = std::env::current_dir().ok();
        // Whoever stands at the root of the disk does not mean all of it.
        let around = working.as_deref().filter(|working| working.parent().is_some() && folder.starts_with(working));
        Self::new(repository.or(around).unwrap_or(folder))
    }

    /// The tree itself; nothing that a template names leads out of it.
    #[must_use]
    pub fn files(&self) -> DiskFiles {
        DiskFiles::walled(&self.root)
    }

    /// A file's path in the tree, as the model names it.
    #[must_use]
    pub fn inner(&self, file: &Path) -> String {
        let absolute = absolute(file);
        let inner = absolute.strip_prefix(&self.root).unwrap_or(&absolute);
        normalize(&inner.to_string_lossy())
    }

    /// A path of the model as it opens from where the user stands, and as people read it.
    #[must_use]
    pub fn path(&self, inner: &str) -> String {
        let inner = normalize(inner);
        if self.within.is_empty() {
            let path = if self.shown.is_empty() { inner } else { join(&self.shown, &inner) };
            let is_absolute = self.shown.starts_with('/') && !path.starts_with('/');
            let path = if is_absolute { format!("/{path}") } else { path };
            return if path.is_empty() { ".".to_owned() } else { path };
        }
        let parts: Vec<&str> = inner.split('/').filter(|part| !part.is_empty()).collect();
        let common = parts.iter().zip(&self.within).take_while(|(part, name)| **part == name.as_str()).count();
        let up = std::iter::repeat_n("..", self.within.len() - common);
        let path: Vec<&str> = up.chain(parts[common..].iter().copied()).collect();
        if path.is_empty() { ".".to_owned() } else { path.join("/") }
    }

    /// The location of a place in a model.
    #[must_use]
    pub fn location(&self, app: &Application, place: Place) -> Location {
        let location = app.location(place);
        Location { path: self.path(&location.path), ..location }
    }

    /// The manifests in a folder that opens from where the user stands.
    pub(super) fn manifests(&self, folder: &str) -> Manifests {
        Manifests(folder.to_owned())
    }
}

/// A path as the current folder, where it is empty.
pub(super) fn at(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Manifests in a folder on disk.
pub(super) struct Manifests(String);

impl ManifestFiles for Manifests {
    fn text(&self, path: &str) -> Option<String> {
        input::read_text_file(&Path::new(&self.0).join(path), LARGEST_MANIFEST).ok()
    }

    fn location(&self, path: &str) -> Location {
        Location::file(join(&self.0, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_where_the_user_stands() {
        let base = |shown: &str, within: &[&str]| Base {
            root: PathBuf::new(),
            shown: shown.to_owned(),
            within: within.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(base("", &[]).path("a/../src"), "src");
        assert_eq!(base("", &[]).path(""), ".");
        assert_eq!(base("shop", &[]).path("src/app.py"), "shop/src/app.py");
        assert_eq!(base("/shop", &[]).path("src"), "/shop/src");
        assert_eq!(base("", &["services", "a"]).path("services/a/src"), "src");
        assert_eq!(base("", &["services", "a"]).path("services/b/src"), "../b/src");
        assert_eq!(base("", &["services", "a"]).path("services/a"), ".");
    }
}
