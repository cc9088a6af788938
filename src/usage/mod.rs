//! Which declared dependencies a function uses, by evidence of several kinds.

pub mod cargo;
mod evidence;
mod names;
mod node;
mod open;
mod own_code;

pub use open::not_installed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::artifact::Artifact;
use crate::assemble::FunctionSpec;
use crate::graph::{ModuleGraph, ModuleId};
use crate::manifest::dependency::Declared;
use crate::manifest::python::import_names;
use crate::package::owners::{PackageId, Packages};
use crate::platform::Language;
use evidence::Evidence;
use names::Names;

/// What a function loads, which is where use is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Loaded<'a> {
    /// The function as declared.
    pub spec: &'a FunctionSpec,
    /// The package with its layers.
    pub artifact: &'a Artifact,
    /// What it loads.
    pub graph: &'a ModuleGraph,
    /// Who the files belong to.
    pub packages: &'a Packages,
}

impl Loaded<'_> {
    fn package_of(&self, module: ModuleId) -> Option<PackageId> {
        self.packages.of_module(self.graph, module)
    }

    fn reached_entries(&self) -> Vec<bool> {
        self.graph.reached_entries(self.artifact.entries().len())
    }
}

/// The dependencies of a function for which some use is known, by normalised name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    reached: BTreeSet<Arc<str>>,
    direct: BTreeSet<Arc<str>>,
    asked: BTreeSet<Arc<str>>,
    awaited: BTreeSet<Arc<str>>,
    needed: BTreeSet<Arc<str>>,
    granted: BTreeSet<Arc<str>>,
    elsewhere: BTreeMap<Arc<str>, Elsewhere>,
    unreached: BTreeMap<Arc<str>, String>,
}

/// Where a dependency is needed that the function does not need when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// Scripts of the manifest run one of its commands.
    Scripts,
    /// The deployment tool loads it.
    Deployment,
    /// Only types are imported from it.
    Types,
}

impl Usage {
    /// Collects the evidence from what the function loads and from what its own code asks for.
    #[must_use]
    pub fn of(facts: &Loaded<'_>, declared: &Declared) -> Self {
        if facts.spec.runtime.language() == Language::Node {
            return node::usage(facts, declared);
        }
        let mut usage = Self::default();
        let reached = facts.reached_entries();
        let mut bundled: BTreeSet<Arc<str>> = BTreeSet::new();
        for (_, package) in facts.packages.with_ids() {
            bundled.insert(package.name.clone());
            if package.entries.iter().any(|entry| reached.get(entry.0 as usize).is_some_and(|reached| *reached)) {
                usage.reached.insert(package.name.clone());
            }
        }
        for package in imported_by_own_code(facts) {
            usage.direct.insert(facts.packages.package(package).name.clone());
        }
        // A handler of the form `wrapper.module.function` may name a package that no code imports.
        // A part of a namespace is known by what is imported of it.
        let imports = &facts.graph.mentions.imports;
        let asked: Vec<&Arc<str>> = facts.graph.unresolved.iter().map(|import| &import.import).collect();
        for dependency in declared.dependencies.iter().filter(|dependency| !bundled.contains(&dependency.name)) {
            let names = import_names(&dependency.name);
            let its = |import: &&&Arc<str>| {
                let is_imported = |name: &String| imports.iter().any(|full| is_at_or_below(full, name));
                names.iter().any(|name| is_or_below(import, name) && (import.len() >= name.len() || is_imported(name)))
            };
            let awaited: Vec<Arc<str>> = asked.iter().filter(its).map(|import| Arc::clone(import)).collect();
            if !awaited.is_empty() {
                usage.awaited.extend(awaited);
                usage.reached.insert(dependency.name.clone());
                usage.direct.insert(dependency.name.clone());
            }
        }
        for locked in declared.locked.iter().filter(|locked| !bundled.contains(&locked.name)) {
            let names = import_names(&locked.name);
            let its = |import: &&&Arc<str>| names.iter().any(|name| is_or_below(import, name));
            usage.awaited.extend(asked.iter().filter(its).map(|import| Arc::clone(import)));
        }
        if facts.spec.runtime.language() == Language::Python && facts.graph.has_closure() {
            let names = Names::of(facts, declared);
            let evidence = Evidence { facts, declared, names: &names };
            usage.granted = evidence.granted();
            usage.asked = evidence.asked_for(&usage.reached);
            usage.needed = evidence.needed_by(usage.reached.union(&usage.asked).cloned().collect());
        }
        usage
    }

    /// Whether anything reachable from the handler uses the dependency, or a used one needs it.
    #[must_use]
    pub fn uses(&self, name: &str) -> bool {
        [&self.reached, &self.asked, &self.needed].iter().any(|names| names.contains(name))
    }

    /// Whether something asks for the package by another way than an import: a driver, a plug-in,
    /// an optional part, a command.
    #[must_use]
    pub fn is_asked_for(&self, name: &str) -> bool {
        self.asked.contains(name)
    }

    /// Where an unused dependency is needed nevertheless, though not when the function runs.
    #[must_use]
    pub fn elsewhere(&self, name: &str) -> Option<Elsewhere> {
        self.elsewhere.get(name).copied()
    }

    /// An own file that imports an unused dependency and that the handler does not reach.
    #[must_use]
    pub fn unreached_importer(&self, name: &str) -> Option<&str> {
        self.unreached.get(name).map(String::as_str)
    }

    /// Whether a declared dependency that is not installed answers to an import without an answer.
    #[must_use]
    pub fn awaits(&self, import: &str) -> bool {
        self.awaited.contains(import)
    }

    /// Whether an extra that the manifest asks for brings it.
    #[must_use]
    pub fn comes_with_an_extra(&self, name: &str) -> bool {
        self.granted.contains(name)
    }

    /// Whether the function's own code imports it.
    #[must_use]
    pub fn imports_directly(&self, name: &str) -> bool {
        self.direct.contains(name)
    }
}

fn imported_by_own_code(facts: &Loaded<'_>) -> impl Iterator<Item = PackageId> {
    facts.graph.imports.iter().filter_map(|import| {
        let own = facts.graph.module(import.site.importer).entry.is_some();
        let target = facts.package_of(import.target)?;
        (own && facts.package_of(import.site.importer).is_none()).then_some(target)
    })
}

/// Whether a declared dependency that need not be installed may bring a module.
#[must_use]
pub fn may_bring(declared: &Declared, module: &str) -> bool {
    let mut names = declared.dependencies.iter().flat_map(|dependency| import_names(&dependency.name));
    names.any(|name| is_at_or_below(module, &name))
}

fn is_at_or_below(import: &str, name: &str) -> bool {
    import.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn is_or_below(import: &str, name: &str) -> bool {
    is_at_or_below(import, name) || name.strip_prefix(import).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespace_packages_are_told_apart() {
        assert!(is_or_below("google.cloud.storage", "google.cloud.storage"));
        assert!(is_or_below("yaml.loader", "yaml"));
        assert!(!is_or_below("google.cloud.storage", "google.cloud.pubsub"));
        assert!(!is_or_below("yamllint", "yaml"));
    }
}
