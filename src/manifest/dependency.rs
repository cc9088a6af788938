//! A dependency as some manifest declares it, whatever the ecosystem.

use std::sync::Arc;

use crate::artifact::Location;
use crate::span::Span;

/// What a declared dependency is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Needed at run time.
    Runtime,
    /// Needed to develop or test.
    Development,
    /// Needed only with an extra or an optional group of this name.
    Optional(String),
}

/// One declared dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Name as the ecosystem normalises it.
    pub name: Arc<str>,
    /// Extras or features asked for.
    pub extras: Vec<String>,
    /// What it is for.
    pub scope: Scope,
    /// Where; the span covers the whole entry.
    pub location: Location,
    /// What to take out of the file to remove it and leave the rest as it is; `None` when more
    /// than one range would have to go.
    pub removal: Option<Span>,
    /// Pinned by a resolver for other packages' sake (`# via` in pip-compile output).
    pub pinned_transitive: bool,
    /// Its environment marker excludes the runtime.
    pub excluded: bool,
}

/// Something in a manifest that could not be read; costs only itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestProblem {
    /// Where.
    pub location: Location,
    /// What, for people.
    pub message: String,
}

/// The dependencies of one project and what could not be read of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Dependencies in the order of the manifests.
    pub dependencies: Vec<Dependency>,
    /// Problems.
    pub problems: Vec<ManifestProblem>,
    /// Whether any manifest was there to read.
    pub any_manifest: bool,
}

impl Declared {
    /// Whether a package is declared, for any scope; `None` without a manifest.
    #[must_use]
    pub fn declares(&self, name: &str) -> Option<bool> {
        self.any_manifest.then(|| self.dependencies.iter().any(|dependency| *dependency.name == *name))
    }
}
