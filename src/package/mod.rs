//! One deployment package, read once.
//!
//! A [`Bundle`] is what is uploaded: the artifact with its layers, who owns its files, and what readers have made
//! of them. Everything is read when somebody asks for it first, and then shared by every function that ships the
//! same code and layers, and by rules, suppressions and reports.

mod by_entry;
mod native;
pub mod owners;
pub(crate) mod package_json;

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

pub use by_entry::ByEntry;

use crate::artifact::{Artifact, Entry};
use crate::platform::Language;
use owners::Packages;

/// Files larger than this are not kept once read.
const LARGEST_KEPT: u64 = 16 << 20;
/// Bytes of all files that are kept once read.
const MOST_KEPT: u64 = 128 << 20;
/// Files by which packages say what they are: several readers want them.
const MANIFESTS: [&str; 6] = ["package.json", "METADATA", "PKG-INFO", "WHEEL", "entry_points.txt", "top_level.txt"];

/// A deployment package with its layers.
pub struct Bundle {
    /// Its entries.
    pub artifact: Arc<Artifact>,
    python: OnceLock<Arc<Packages>>,
    node: OnceLock<Arc<Packages>>,
    native: native::NativeFiles,
    shared: Mutex<FxHashMap<(TypeId, u64), Shared>>,
}

type Shared = Arc<dyn Any + Send + Sync>;

/// Something of very many pieces that is of no more use; whoever has it decides when it is freed.
pub type Spent = Vec<Arc<dyn Any + Send + Sync>>;

impl Bundle {
    /// Nothing but the list of entries is known yet.
    #[must_use]
    pub fn new(artifact: Artifact) -> Self {
        Self {
            artifact: Arc::new(artifact),
            python: OnceLock::new(),
            node: OnceLock::new(),
            native: native::NativeFiles::default(),
            shared: Mutex::default(),
        }
    }

    /// Which distribution or npm package each file came with; for other languages nobody's.
    #[must_use]
    pub fn owners(&self, language: Language) -> Arc<Packages> {
        match language {
            Language::Python => Arc::clone(self.python.get_or_init(|| self.python_owners())),
            Language::Node => Arc::clone(self.node.get_or_init(|| Arc::new(owners::npm::packages(&self.artifact)))),
            Language::Native | Language::Other => Arc::default(),
        }
    }

    fn python_owners(&self) -> Arc<Packages> {
        let packages = owners::python::attribute(&self.artifact);
        self.keep(|id, _| packages.owner(id).is_none());
        Arc::new(packages)
    }

    /// Keeps what will be read of Node's own files and of manifests.
    pub fn keep_for_node(&self) {
        self.keep(|_, entry| !entry.path.contains("node_modules/"));
    }

    /// Keeps the function's own files and manifests once they are read: the simulation, routes, usage, suppressions
    /// and the report all look at them.
    fn keep(&self, is_own: impl Fn(crate::artifact::EntryId, &Entry) -> bool) {
        let mut total = 0;
        let wanted = self.artifact.entries().filter(|(id, entry)| {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            entry.bytes <= LARGEST_KEPT && (MANIFESTS.contains(&name) || is_own(*id, entry))
        });
        let within = wanted.take_while(|(_, entry)| {
            total += entry.bytes;
            total <= MOST_KEPT
        });
        self.artifact.keep(within.map(|(id, _)| id));
    }

    /// What `make` makes of the package, for all who ask for the same type with the same key.
    pub fn shared<T: Send + Sync + 'static>(&self, key: u64, make: impl Fn(&Arc<Artifact>) -> T) -> Arc<T> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shared.entry((TypeId::of::<T>(), key)).or_insert_with(|| Arc::new(make(&self.artifact)));
        // Another type cannot stand here; if it did, nothing would be shared.
        Arc::clone(known).downcast().unwrap_or_else(|_| Arc::new(make(&self.artifact)))
    }

    /// Gives up what readers have made of the files: the last function that ships the package is analysed.
    #[must_use]
    pub fn release(&self) -> Spent {
        std::mem::take(&mut *self.shared.lock().unwrap_or_else(PoisonError::into_inner)).into_values().collect()
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle").field("artifact", &self.artifact).finish_non_exhaustive()
    }
}
