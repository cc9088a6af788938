//! Dependencies of a source tree in which no function was found: used by any file, test, script or setting of it.
//! A workspace is judged part by part: each member by its own manifest, its own files and what lies around all members.

mod part;
mod python;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

pub use part::Part;
pub(super) use python::{is_tool as is_tool_of_python, named as named_in_python, told as told_in_python};

use super::need::{Need, Needs};
use super::{Loaded, Undeclared, node};
use crate::graph::ModuleGraph;
use crate::manifest::dependency::{Declared, Dependency, Scope};
use crate::package::Bundle;
use crate::package::owners::Packages;
use crate::platform::Language;
use crate::text;

/// A project, or a member of one: a folder with manifests.
#[derive(Debug)]
pub struct Tree {
    /// Its folder, as people read it.
    pub path: String,
    /// Whose manifests it has.
    pub language: Language,
    /// What these declare.
    pub declared: Declared,
    /// Which of that something uses.
    pub usage: TreeUsage,
}

/// Which declared dependencies of a project nothing was found to use, and which imports nothing declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeUsage {
    unused: BTreeSet<Arc<str>>,
    needs: Needs,
    /// Imports that no manifest declares and nothing that is declared brings.
    pub undeclared: Vec<Undeclared>,
    /// Imports of what is declared for development alone.
    pub misplaced: Vec<Undeclared>,
    /// What is declared for run time and only tests need, with the first of them.
    pub only_tests: BTreeMap<Arc<str>, String>,
    /// Why nothing is said of what seems unused.
    pub unjudged: Option<Unjudged>,
}

/// Why nothing is said of dependencies that seem unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// They are most of all that is declared: so many of so many.
    Most(usize, usize),
    /// No file that is here imports any of so many.
    NotImported(usize),
}

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let elsewhere = "so the code that needs them is taken to be elsewhere, and none is called unused";
        match self {
            Self::Most(unused, all) => {
                write!(f, "of {all} dependencies nothing here uses {unused}: that is most of them, {elsewhere}")
            }
            Self::NotImported(all) => {
                let all = text::count(*all as u64);
                write!(f, "no file here imports any dependency that is declared ({all} of them), {elsewhere}")
            }
        }
    }
}

/// So many unused dependencies that are also most of all tell of code that is not here.
const TOO_MANY: usize = 10;

/// What the files of a tree say in one language, read once for all its parts.
pub struct Read<'a> {
    bundle: &'a Bundle,
    packages: Arc<Packages>,
    language: Language,
    sources: Sources,
}

enum Sources {
    Python(python::Sources),
    Node(node::Sources),
}

impl<'a> Read<'a> {
    /// Looks through all files of a tree.
    #[must_use]
    pub fn of(bundle: &'a Bundle, language: Language) -> Self {
        let packages = bundle.owners(language);
        let sources = match language {
            Language::Node => {
                let graph = ModuleGraph::unknown();
                Sources::Node(with(bundle, &packages, language, &graph, node::Sources::of))
            }
            _ => Sources::Python(python::Sources::of(bundle, &packages)),
        };
        Self { bundle, packages, language, sources }
    }

    /// What a part of the tree uses of what its manifests declare; with development dependencies where they are judged.
    #[must_use]
    pub fn usage(&self, declared: &Declared, part: &Part, judges_development: bool) -> TreeUsage {
        let is_judged = |dependency: &&Dependency, closed: bool| {
            let scope = match dependency.scope {
                Scope::Runtime => true,
                Scope::Development => judges_development && closed,
                Scope::Optional(_) => false,
            };
            let is_left = dependency.excluded || dependency.pinned_transitive || dependency.shared;
            scope && !is_left
        };
        let judged = |closed: bool| -> BTreeSet<Arc<str>> {
            let judged = declared.dependencies.iter().filter(|dependency| is_judged(dependency, closed));
            judged.map(|dependency| dependency.name.clone()).collect()
        };
        let unused = |closed: bool, is_used: &dyn Fn(&Arc<str>) -> bool| {
            let judged = judged(closed);
            let unused: BTreeSet<Arc<str>> = judged.iter().filter(|name| !is_used(name)).cloned().collect();
            // Nobody declares so much in vain: the code that needs it is elsewhere.
            let is_elsewhere = unused.len() >= TOO_MANY && 2 * unused.len() > judged.len();
            let unjudged = is_elsewhere.then_some(Unjudged::Most(unused.len(), judged.len()));
            (if is_elsewhere { BTreeSet::new() } else { unused }, unjudged)
        };
        let not_imported = |closed: bool| Some(judged(closed).len()).filter(|all| *all > 0).map(Unjudged::NotImported);
        match &self.sources {
            Sources::Node(sources) => {
                let graph = ModuleGraph::unknown();
                let found = with(self.bundle, &self.packages, self.language, &graph, |facts| {
                    node::of_tree(facts, declared, sources, part)
                });
                let node::Found { usage, undeclared, misplaced, only_tests, is_elsewhere } = found;
                let is_used = |name: &Arc<str>| usage.uses(name) || usage.elsewhere(name).is_some();
                let closed = usage.configured.is_some();
                let (unused, unjudged) = unused(closed, &is_used);
                let unjudged = unjudged.or_else(|| not_imported(closed).filter(|_| is_elsewhere));
                let mut needs = usage.needs;
                for (name, place) in usage.elsewhere {
                    needs.entry(name).or_insert_with(|| node::told(place));
                }
                for name in usage.reached {
                    needs.entry(name).or_insert(Need::Found);
                }
                TreeUsage { unused, needs, undeclared, misplaced, only_tests, unjudged }
            }
            Sources::Python(sources) => {
                let mut graph = ModuleGraph::unknown();
                graph.mentions = sources.mentions(part);
                with(self.bundle, &self.packages, self.language, &graph, |facts| {
                    let Some(found) = python::of_tree(facts, declared, sources, part) else {
                        return TreeUsage { unjudged: not_imported(true), ..TreeUsage::default() };
                    };
                    let python::Found { needs, undeclared, misplaced } = found;
                    let (unused, unjudged) = unused(true, &|name| needs.contains_key(name));
                    TreeUsage { unused, needs, undeclared, misplaced, only_tests: BTreeMap::new(), unjudged }
                })
            }
        }
    }
}

/// Asks of a tree as of something that is loaded.
fn with<T>(
    bundle: &Bundle,
    packages: &Packages,
    language: Language,
    graph: &ModuleGraph,
    ask: impl FnOnce(&Loaded<'_>) -> T,
) -> T {
    let (environment, artifact) = (std::collections::BTreeMap::new(), &*bundle.artifact);
    let judged = Loaded {
        language,
        environment: &environment,
        artifact,
        graph,
        packages,
        judges_development: false,
        is_built: false,
    };
    ask(&judged)
}

impl TreeUsage {
    /// Whether nothing was found that uses a dependency.
    #[must_use]
    pub fn is_unused(&self, name: &str) -> bool {
        self.unused.contains(name)
    }

    /// What needs a dependency, as far as it is known.
    #[must_use]
    pub fn need(&self, name: &str) -> Option<&Need> {
        self.needs.get(name)
    }
}
