//! Other people's crates, as far as their sources are on this machine: cargo's registry cache and
//! vendored folders. Only files are read; nothing is fetched.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::CargoManifest;
use crate::input::files::{DiskFiles, Files};

/// A crate whose source is there.
#[derive(Debug)]
pub struct CrateSource {
    /// Its manifest.
    pub manifest: CargoManifest,
    /// Its files; paths are relative to its folder.
    pub files: DiskFiles,
}

/// Sources by name and version; `None` for those that are not at hand.
type Known = BTreeMap<(String, String), Option<Arc<CrateSource>>>;

/// Finds crate sources by name and version.
#[derive(Debug, Default)]
pub struct Registry {
    roots: Vec<PathBuf>,
    cache: Mutex<Known>,
}

impl Registry {
    /// The registry cache of this user (`$CARGO_HOME/registry/src/*`).
    #[must_use]
    pub fn of_user() -> Self {
        let home = std::env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
        let mut roots = Vec::new();
        if let Some(home) = home {
            let indices = DiskFiles::new(home.join("registry/src"));
            roots.extend(
                indices
                    .list("")
                    .into_iter()
                    .filter(|child| child.is_folder)
                    .map(|child| indices.root().join(child.name)),
            );
        }
        Self { roots, cache: Mutex::default() }
    }

    /// Only these folders, each with one folder per crate (`name-version`, or `name` if vendored).
    #[must_use]
    pub fn in_folders(roots: Vec<PathBuf>) -> Self {
        Self { roots, cache: Mutex::default() }
    }

    /// Adds a vendored folder; it wins over the cache.
    pub fn add_vendored(&mut self, folder: PathBuf) {
        self.roots.insert(0, folder);
    }

    /// The source of one crate.
    #[must_use]
    pub fn find(&self, name: &str, version: &str) -> Option<Arc<CrateSource>> {
        let clean = |text: &str| !text.is_empty() && !text.contains(['/', '\\']) && !text.starts_with('.');
        if !clean(name) || !clean(version) {
            return None;
        }
        let key = (name.to_string(), version.to_string());
        if let Some(known) = self.lock().get(&key) {
            return known.clone();
        }
        let found = self.load(name, version).map(Arc::new);
        self.lock().insert(key, found.clone());
        found
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load(&self, name: &str, version: &str) -> Option<CrateSource> {
        for root in &self.roots {
            for folder in [format!("{name}-{version}"), name.to_string()] {
                let files = DiskFiles::new(root.join(&folder));
                let Ok(text) = files.text("Cargo.toml") else { continue };
                let (manifest, _) = CargoManifest::parse("Cargo.toml", text);
                let right = manifest
                    .package
                    .as_ref()
                    .is_some_and(|p| p.name == name && p.version.as_deref().is_none_or(|v| v == version));
                if right {
                    return Some(CrateSource { manifest, files });
                }
            }
        }
        None
    }
}
