//! Other people's crates, as far as their sources are on this machine: cargo's registry cache and
//! vendored folders. Only files are read; nothing is fetched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::CargoManifest;
use crate::input::files::{DiskFiles, Files};
use crate::input::seen;

/// A crate whose source is there.
#[derive(Debug)]
pub struct CrateSource {
    /// Its manifest.
    pub manifest: CargoManifest,
    /// Its files; paths are relative to its folder.
    pub files: DiskFiles,
    /// The texts of its library, once somebody has asked for them.
    pub texts: OnceLock<Texts>,
}

/// Source texts with their paths.
pub type Texts = Arc<[(String, Arc<str>)]>;

/// Sources by name and version; `None` for those that are not at hand.
type Known = BTreeMap<(String, String), Option<Arc<CrateSource>>>;

/// Folders of crates by name and version.
pub type Folders = BTreeMap<(String, String), PathBuf>;
/// Says where crates are that no known folder has.
pub type Locate = Box<dyn Fn() -> Folders + Send + Sync>;

/// Finds crate sources by name and version.
#[derive(Default)]
pub struct Registry {
    roots: Vec<PathBuf>,
    cache: Mutex<Known>,
    locate: Option<Locate>,
    located: OnceLock<Folders>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("roots", &self.roots).finish_non_exhaustive()
    }
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
        Self { roots, ..Self::default() }
    }

    /// The registry cache of this user, and what a workspace has vendored.
    #[must_use]
    pub fn beside(root: &Path) -> Self {
        let mut registry = Self::of_user();
        if seen::is_dir(&root.join("vendor")) {
            registry.add_vendored(root.join("vendor"));
        }
        registry
    }

    /// Only these folders, each with one folder per crate (`name-version`, or `name` if vendored).
    #[must_use]
    pub fn in_folders(roots: Vec<PathBuf>) -> Self {
        Self { roots, ..Self::default() }
    }

    /// Asks `locate`, once, for crates that are in none of the folders: those from git repositories
    /// and from outside of the workspace.
    pub fn ask(&mut self, locate: Locate) {
        self.locate = Some(locate);
    }

    /// Adds a vendored folder; it wins over the cache.
    fn add_vendored(&mut self, folder: PathBuf) {
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
                let found = read(root.join(&folder), name, version);
                if found.is_some() {
                    return found;
                }
            }
        }
        let located = self.located.get_or_init(|| self.locate.as_ref().map(|locate| locate()).unwrap_or_default());
        read(located.get(&(name.to_string(), version.to_string()))?.clone(), name, version)
    }
}

/// The crate in a folder, if it is the one wanted.
fn read(folder: PathBuf, name: &str, version: &str) -> Option<CrateSource> {
    let files = DiskFiles::new(folder);
    let (manifest, _) = CargoManifest::parse("Cargo.toml", files.text("Cargo.toml").ok()?);
    let package = manifest.package.as_ref()?;
    let right = package.name == name && package.version.as_deref().is_none_or(|own| own == version);
    right.then(|| CrateSource { manifest, files, texts: OnceLock::new() })
}
