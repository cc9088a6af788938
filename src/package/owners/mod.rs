//! Attribution of files to the packages (distributions, npm packages, crates) they came with.

pub mod npm;
pub mod python;
mod requires;

pub use requires::Requires;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::artifact::{Artifact, EntryId};

/// Identifies a [`Package`] within [`Packages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub u32);

/// Where a package comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// PyPI.
    Pypi,
    /// npm.
    Npm,
    /// crates.io.
    Cargo,
    /// Go modules.
    Go,
}

/// A package found in the deployment package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Name as the ecosystem normalises it.
    pub name: Arc<str>,
    /// Version, where metadata says it.
    pub version: Option<Arc<str>>,
    /// Ecosystem.
    pub ecosystem: Ecosystem,
    /// Its files.
    pub entries: Vec<EntryId>,
    /// Bytes of its files.
    pub bytes: u64,
    /// The file in which it says what it is and needs, where there is one of a known kind.
    pub manifest: Option<EntryId>,
}

/// All packages of an artifact and the owner of each entry.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// The packages, by name and version.
    pub packages: Vec<Package>,
    /// For each entry the package that owns it; `None` for the function's own files.
    pub owners: Vec<Option<PackageId>>,
    /// Packages that a bundler copied into the function's own files, by name.
    pub bundled: BTreeMap<Arc<str>, PackageId>,
    /// Top-level folders of Python libraries whose metadata is gone.
    pub stripped: FxHashSet<String>,
    /// Their top-level modules, as far as somebody has asked.
    pub(crate) tops: Tops,
}

/// Top-level modules by package.
#[derive(Debug, Default)]
pub(crate) struct Tops(Mutex<FxHashMap<PackageId, Arc<BTreeSet<String>>>>);

impl Clone for Tops {
    /// Whoever changes the packages asks anew.
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Whether a file lies in an environment of Python, which is nobody's own work: what it holds for other languages is
/// there for its own packages.
#[must_use]
pub fn is_in_environment(artifact: &Artifact, id: EntryId) -> bool {
    let path = artifact.place(id).unwrap_or(&artifact.entry(id).path);
    path.split('/').any(|part| matches!(part, "site-packages" | "dist-packages" | ".venv" | "venv"))
}

impl Packages {
    /// The packages with their ids.
    pub fn with_ids(&self) -> impl Iterator<Item = (PackageId, &Package)> {
        self.packages.iter().enumerate().map(|(id, package)| (PackageId(id as u32), package))
    }

    /// The package that owns an entry; `None` for the function's own files.
    #[must_use]
    pub fn owner(&self, entry: EntryId) -> Option<PackageId> {
        self.owners.get(entry.0 as usize).copied().flatten()
    }

    /// Whether a file is the function's own code: no package owns it, and no library that lost its metadata.
    #[must_use]
    pub fn is_own(&self, artifact: &Artifact, entry: EntryId) -> bool {
        self.owner(entry).is_none() && !python::is_stripped(&self.stripped, &artifact.entry(entry).path)
    }

    /// The top-level modules of a Python distribution, and the parts below where others share the top level.
    #[must_use]
    pub fn top_modules(&self, artifact: &Artifact, id: PackageId) -> Arc<BTreeSet<String>> {
        let mut tops = self.tops.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = tops.entry(id).or_insert_with(|| Arc::new(python::top_modules(artifact, self.package(id))));
        Arc::clone(found)
    }

    /// The package with this id.
    ///
    /// # Panics
    /// When the id belongs to another set.
    #[must_use]
    pub fn package(&self, id: PackageId) -> &Package {
        &self.packages[id.0 as usize]
    }
}
