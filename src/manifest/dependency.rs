//! A dependency as some manifest declares it, whatever the ecosystem.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::artifact::Location;
use crate::span::Span;

/// Gives the text of a manifest by its path relative to the project; `None` when there is none.
pub trait Files {
    /// The text of the file.
    fn text(&self, path: &str) -> Option<String>;
    /// Where it is for people.
    fn location(&self, path: &str) -> Location;
    /// The names of the files in a folder, where all that a project has counts and not only what a build takes.
    fn list(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }
}

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
    /// Its environment marker excludes the runtime, or a bundler leaves it outside.
    pub excluded: bool,
    /// Declared at the root of a workspace, for any of its members.
    pub shared: bool,
    /// Stands in a list of everything that was installed (`pip freeze`): it may be there for another's sake.
    pub frozen: bool,
}

/// A word of a setting that may be the name of a package or of one of its commands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The word.
    pub word: Arc<str>,
    /// What says it.
    pub by: MentionedBy,
}

/// What may name a package besides code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MentionedBy {
    /// A script of the manifest: needed where that runs, not by the function.
    Script,
    /// A list of plug-ins of a deployment tool: likewise.
    Plugin,
    /// A setting by which compiled code comes to need the package.
    Setting,
}

/// A package as a lock file pins it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locked {
    /// Name under which it is imported.
    pub name: Arc<str>,
    /// Version.
    pub version: Arc<str>,
    /// Names of what it brings along.
    pub requires: Vec<Arc<str>>,
    /// Names of what it wants to find beside it.
    pub peers: Vec<Arc<str>>,
    /// Names of what it uses where it is there.
    pub optional: Vec<Arc<str>>,
    /// Its commands.
    pub commands: Vec<Arc<str>>,
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
    /// Words of settings that may name packages.
    pub mentions: BTreeSet<Mention>,
    /// Whether dependencies were left out because there are too many.
    pub is_cut: bool,
    /// Whether some list of dependencies is computed, so that more may be declared.
    pub is_open: bool,
    /// What a lock file pins, where nothing is installed that says it better.
    pub locked: Arc<[Locked]>,
    /// What other members of the workspace say of themselves.
    pub siblings: Vec<Locked>,
}

/// Dependencies that one project may declare; what stands behind them is not read.
const MOST_DEPENDENCIES: usize = 5_000;
/// Problems that are kept.
const MOST_PROBLEMS: usize = 200;

impl Declared {
    /// Adds a dependency, or says once that there are too many.
    pub(super) fn add(&mut self, dependency: Dependency) {
        if !self.is_full() {
            self.dependencies.push(dependency);
        } else if self.dependencies.len() == MOST_DEPENDENCIES && !self.is_cut {
            self.is_cut = true;
            let message = format!("more than {MOST_DEPENDENCIES} dependencies; the others are not read");
            self.problems.push(ManifestProblem { location: dependency.location, message });
        }
    }

    /// Whether nothing more is taken.
    pub(super) fn is_full(&self) -> bool {
        self.dependencies.len() >= MOST_DEPENDENCIES
    }

    /// Notes a problem, unless there are too many already.
    pub(super) fn note(&mut self, location: Location, message: String) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(ManifestProblem { location, message });
        }
    }

    /// Whether a package is declared, for any scope; `None` without a manifest, or where a computed list may declare it.
    #[must_use]
    pub fn declares(&self, name: &str) -> Option<bool> {
        let is_declared = self.dependencies.iter().any(|dependency| *dependency.name == *name);
        (self.any_manifest && (is_declared || !self.is_open)).then_some(is_declared)
    }
}
