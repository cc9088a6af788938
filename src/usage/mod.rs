//! Which declared dependencies a function uses, by evidence of several kinds.

pub mod cargo;
mod brought;
mod commands;
mod development;
mod doubt;
mod evidence;
mod loaders;
mod models;
mod names;
mod need;
mod node;
mod open;
mod open_loads;
mod own_code;
mod scripts;
mod search;
mod texts;
mod tools;
mod tree;
mod undeclared;
mod wanted;

pub use brought::is_aside;
pub use doubt::Doubt;
pub use need::Need;
pub use tree::{Part, Read, Tree, TreeUsage, Unjudged};
pub use undeclared::Undeclared;

pub use open::not_installed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::artifact::Artifact;
use crate::graph::{ModuleGraph, ModuleId, ModuleKind};
use crate::manifest::dependency::{Declared, Scope};
use crate::manifest::python::{import_names, is_distribution_known, is_import_known};
use crate::package::owners::{PackageId, Packages};
use crate::platform::Language;
use evidence::Evidence as Sought;
use names::Names;
use need::Needs;

/// What a function loads, which is where use is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Loaded<'a> {
    /// Whose runtime loads it.
    pub language: Language,
    /// Environment variables that are set for it.
    pub environment: &'a BTreeMap<String, String>,
    /// The package with its layers.
    pub artifact: &'a Artifact,
    /// What it loads.
    pub graph: &'a ModuleGraph,
    /// Who the files belong to.
    pub packages: &'a Packages,
    /// Whether development dependencies are judged too.
    pub judges_development: bool,
    /// Whether a build installs what is declared, whatever is here already.
    pub is_built: bool,
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
    /// What asks for those that no own code imports, as far as it is no file that is loaded.
    needs: Needs,
    granted: BTreeSet<Arc<str>>,
    elsewhere: BTreeMap<Arc<str>, Elsewhere>,
    unreached: BTreeMap<Arc<str>, String>,
    unmatched: Unmatched,
    /// Development dependencies that settings name; nothing where they cannot be judged.
    configured: Option<BTreeSet<Arc<str>>>,
    /// Entries of a list of all that was installed that may be there for another's sake.
    for_others: BTreeSet<Arc<str>>,
    /// Unused ones that are tools, or that settings and commands beside the code name.
    told: BTreeSet<Arc<str>>,
    /// Whether packages are installed and every import has an answer.
    closed: bool,
    /// By what own code may load modules whose names are known only when it runs.
    open_loads: BTreeSet<Arc<str>>,
    /// What code that is used may ask of unused ones; nothing where that is not known.
    named_by: Option<BTreeMap<Arc<str>, Doubt>>,
}

/// Names that nothing tells how they belong together: which modules a distribution brings is only known for certain
/// where it is installed, or from a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmatched {
    /// Imports without an answer that no declared distribution is known to bring.
    pub imports: BTreeSet<Arc<str>>,
    /// Declared distributions that are not installed, and whose guessed names nothing imports.
    pub declared: BTreeSet<Arc<str>>,
}

impl Unmatched {
    /// Whether one of the imports may come from one of the distributions.
    #[must_use]
    pub fn may_match(&self) -> bool {
        !self.imports.is_empty() && !self.declared.is_empty()
    }
}

/// Where a dependency is needed that the function does not need when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// Scripts of the manifest run one of its commands, or commands and settings beside the code name it.
    Scripts,
    /// The deployment tool loads it.
    Deployment,
    /// Only types are imported from it.
    Types,
}

/// How it is known that a dependency is needed, or what was looked at in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Own code imports it.
    Imported,
    /// Something that is loaded is its.
    Loaded,
    /// Something asks for it without an import that is followed.
    AskedFor(Need),
    /// It is needed, but not when the function runs.
    Elsewhere(Elsewhere),
    /// An import without an answer may be its.
    Unmatched,
    /// Nothing.
    Nothing,
}

impl Usage {
    /// Collects the evidence from what the function loads and from what its own code asks for.
    #[must_use]
    pub fn of(facts: &Loaded<'_>, declared: &Declared) -> Self {
        if facts.language == Language::Node {
            let mut usage = Self { closed: is_closed(facts, declared), ..node::usage(facts, declared) };
            usage.search_libraries(facts, declared, &|name| vec![name.to_owned()]);
            return usage;
        }
        let mut usage = Self { closed: is_closed(facts, declared), ..Self::default() };
        let reached = without_passed(facts);
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
        usage.await_declared(facts, declared, &bundled);
        usage.await_locked(facts, declared, &bundled);
        if facts.language == Language::Python && facts.graph.has_closure() {
            usage.search_python(facts, declared, &reached, &bundled);
        }
        usage
    }

    /// What is declared, is not here, and is imported.
    fn await_declared(&mut self, facts: &Loaded<'_>, declared: &Declared, bundled: &BTreeSet<Arc<str>>) {
        // A handler of the form `wrapper.module.function` may name a package that no code imports.
        // A part of a namespace is known by what is imported of it.
        let imports = &facts.graph.mentions.imports;
        for dependency in declared.dependencies.iter().filter(|dependency| !bundled.contains(&dependency.name)) {
            let names = import_names(&dependency.name);
            let its = |import: &&Arc<str>| {
                let is_imported = |name: &String| imports.iter().any(|full| is_at_or_below(full, name));
                names.iter().any(|name| is_or_below(import, name) && (import.len() >= name.len() || is_imported(name)))
            };
            let awaited: Vec<Arc<str>> = asked(facts).filter(its).map(Arc::clone).collect();
            if !awaited.is_empty() {
                // What no build installs is not waited for.
                self.awaited.extend(awaited.into_iter().filter(|_| !dependency.excluded));
                self.reached.insert(dependency.name.clone());
                self.direct.insert(dependency.name.clone());
            }
        }
    }

    /// What comes with the declared ones, is not here, and is imported.
    fn await_locked(&mut self, facts: &Loaded<'_>, declared: &Declared, bundled: &BTreeSet<Arc<str>>) {
        let is_excluded = |name: &str| {
            declared.dependencies.iter().any(|dependency| dependency.excluded && *dependency.name == *name)
        };
        let may_come = |name: &Arc<str>| !bundled.contains(name) && !is_excluded(name);
        for locked in declared.locked.iter().filter(|locked| may_come(&locked.name)) {
            let names = import_names(&locked.name);
            let its = |import: &&Arc<str>| names.iter().any(|name| is_or_below(import, name));
            self.awaited.extend(asked(facts).filter(its).map(Arc::clone));
        }
    }

    /// Who else needs what no import of a Python function reaches, and what is left unused.
    fn search_python(
        &mut self,
        facts: &Loaded<'_>,
        declared: &Declared,
        reached: &[bool],
        bundled: &BTreeSet<Arc<str>>,
    ) {
        let names = Names::of(facts, declared);
        let evidence = Sought { facts, declared, names: &names };
        self.granted = evidence.granted();
        let mut needs = evidence.asked_for(&|name| self.reached.contains(name));
        need::note(&mut needs, models::needed(facts, declared, &names), &Need::Model);
        // Modules of the standard library load parts by their names, too.
        let is_standard = |name: &str| {
            facts.graph.modules().any(|(_, module)| module.kind == ModuleKind::Runtime && &*module.name == name)
        };
        let uses = |name: &str| self.reached.contains(name) || needs.contains_key(name) || is_standard(name);
        let known =
            loaders::Known { uses: &uses, is_installed: &|name| bundled.contains(name), is_decided: &|_| false };
        let loaded = loaders::may_load(loaders::Of::Python, declared, &known);
        need::add(&mut needs, loaded);
        self.asked = needs.keys().cloned().collect();
        let needed = evidence.needed_by(self.reached.union(&self.asked).cloned().collect());
        self.needed = needed.keys().cloned().collect();
        need::add(&mut needs, needed);
        self.needs = needs;
        self.unmatched = unmatched(facts, declared, bundled, self);
        self.for_others = evidence.for_others(bundled);
        let dependencies = declared.dependencies.iter().map(|dependency| &dependency.name);
        let unused = dependencies.filter(|name| !self.uses(name));
        let unused: Vec<Arc<str>> = unused.cloned().collect();
        self.set_aside(facts, declared, &names, &unused);
        let sought: Vec<_> = unused
            .iter()
            .filter(|name| !self.uses(name))
            .map(|name| (name.clone(), names.imports(name).to_vec()))
            .collect();
        self.unreached = scripts::unreached_importers(facts, reached, &sought).into_iter().collect();
        self.open_loads.clone_from(&facts.graph.mentions.open_loads);
        self.search_libraries(facts, declared, &|name| names.imports(name).to_vec());
    }

    /// Looks for packages whose code names unused ones, where only that is left to be proven.
    fn search_libraries(&mut self, facts: &Loaded<'_>, declared: &Declared, imports: &dyn Fn(&str) -> Vec<String>) {
        if !self.closed || !self.open_loads.is_empty() {
            return;
        }
        let unused = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
        let unused = unused.map(|dependency| &dependency.name).filter(|name| !self.uses(name));
        let sought: Vec<_> = unused.map(|name| (Arc::clone(name), imports(name))).collect();
        self.named_by = doubt::of_used_code(facts, &sought, &|name| self.uses(name));
    }

    /// Looks for what else may need distributions that nothing loads: where they are not here, any text of the
    /// function's files; tools, commands, settings and type checkers.
    fn set_aside(&mut self, facts: &Loaded<'_>, declared: &Declared, names: &Names, unused: &[Arc<str>]) {
        if !open::missing(facts, declared).is_empty() {
            let named = tree::named_in_python(facts, names, unused);
            self.asked.extend(named.keys().cloned());
            need::add(&mut self.needs, named);
        }
        let told = tree::told_in_python(facts, names, unused);
        for name in unused {
            if brought::is_stub(Language::Python, name) {
                self.elsewhere.insert(name.clone(), Elsewhere::Types);
            } else if told.contains(name) {
                self.elsewhere.insert(name.clone(), Elsewhere::Scripts);
            } else if brought::is_found(Language::Python, name) {
                self.asked.insert(name.clone());
                self.needs.insert(name.clone(), Need::Found);
            } else if tree::is_tool_of_python(name) {
                self.told.insert(name.clone());
            }
        }
    }

    /// How it is known that a dependency is needed, the strongest reason first.
    #[must_use]
    pub fn evidence(&self, name: &str) -> Evidence {
        match () {
            () if self.direct.contains(name) => Evidence::Imported,
            () if let Some(need) = self.needs.get(name) => Evidence::AskedFor(need.clone()),
            () if self.uses(name) => Evidence::Loaded,
            () if self.unmatched.may_match() && self.unmatched.declared.contains(name) => Evidence::Unmatched,
            () => self.elsewhere(name).map_or(Evidence::Nothing, Evidence::Elsewhere),
        }
    }

    /// Whether nothing was found that needs a development dependency: no file, reached or not, no script, no setting.
    #[must_use]
    pub fn is_unused_in_development(&self, name: &str) -> bool {
        let is_needed = self.uses(name) || self.elsewhere(name).is_some() || self.unreached_importer(name).is_some();
        !is_needed && self.configured.as_ref().is_some_and(|configured| !configured.contains(name))
    }

    /// Whether a dependency may be declared for the sake of another one only: it stands in a list of all that was
    /// installed, and something installed requires it, or nothing installed tells.
    #[must_use]
    pub fn is_for_others(&self, name: &str) -> bool {
        self.for_others.contains(name)
    }

    /// Imports and declarations of which neither can be judged, because one may be the other.
    #[must_use]
    pub fn unmatched(&self) -> &Unmatched {
        &self.unmatched
    }

    /// Why it is not proven that nothing needs a dependency that is not used. It is where what the function loads is here
    /// and nothing is missing, own code loads nothing by names that are known only when it runs, no code of what is used
    /// names it or may make its name, and neither is it a tool that people start nor named by settings and commands. Of what is not installed
    /// the import names may be known, and never all other ways to ask for it.
    #[must_use]
    pub fn doubt(&self, name: &str) -> Option<Doubt> {
        match () {
            () if !self.closed => Some(Doubt::Missing),
            () if self.told.contains(name) => Some(Doubt::Told),
            () if let Some(means) = self.open_loads.first() => Some(Doubt::Open(Arc::clone(means))),
            () => match &self.named_by {
                None => Some(Doubt::Unsearched),
                Some(named) => named.get(name).cloned(),
            },
        }
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

/// Whether all packages are installed that are declared, and nothing is asked for in vain that could end the start.
fn is_closed(facts: &Loaded<'_>, declared: &Declared) -> bool {
    let is_complete = !facts.packages.packages.is_empty() && open::missing(facts, declared).is_empty();
    is_complete && !declared.is_open && facts.graph.unresolved.iter().all(|import| import.guarded)
}

/// What nothing that is here answers.
fn asked<'a>(facts: &'a Loaded<'_>) -> impl Iterator<Item = &'a Arc<str>> {
    facts.graph.unresolved.iter().map(|import| &import.import)
}

/// The entries that are reached, without packages that are only passed on the way to a part that is not there: `backports`
/// is loaded before the import of `backports.other` fails, which it would do all the same without it.
fn without_passed(facts: &Loaded<'_>) -> Vec<bool> {
    let mut reached = facts.reached_entries();
    for (id, module) in facts.graph.modules() {
        let (Some(entry), true) = (module.entry, is_passed(facts, id)) else { continue };
        if let Some(slot) = reached.get_mut(entry.0 as usize) {
            *slot = false;
        }
    }
    reached
}

/// Whether everybody who imports a package's module asks for a part of it that is not there.
fn is_passed(facts: &Loaded<'_>, id: ModuleId) -> bool {
    if facts.graph.unresolved.is_empty() || facts.package_of(id).is_none() {
        return false;
    }
    let name = &facts.graph.module(id).name;
    let is_below = |import: &str| import.strip_prefix(&**name).is_some_and(|rest| rest.starts_with('.'));
    let missing = |site| facts.graph.unresolved.iter().any(|import| import.site == site && is_below(&import.import));
    let mut importers = facts.graph.imports.iter().filter(|import| import.target == id).peekable();
    importers.peek().is_some() && importers.all(|import| missing(import.site))
}

/// Imports that nothing answers, and declared distributions that nothing imports, as far as neither is known from the
/// table: any of the ones may be any of the others.
fn unmatched(facts: &Loaded<'_>, declared: &Declared, bundled: &BTreeSet<Arc<str>>, usage: &Usage) -> Unmatched {
    let open = facts.graph.unresolved.iter().filter(|import| !import.guarded && !usage.awaits(&import.import));
    let open = open.filter(|import| facts.package_of(import.site.importer).is_none());
    let open = open.filter(|import| !import.import.starts_with('.') && !is_import_known(&import.import));
    let unused = declared.dependencies.iter().filter(|dependency| {
        let judged = dependency.scope == Scope::Runtime && !dependency.excluded && !dependency.pinned_transitive;
        judged && !dependency.frozen && !bundled.contains(&dependency.name) && !usage.uses(&dependency.name)
    });
    let unused = unused.filter(|dependency| !is_distribution_known(&dependency.name));
    Unmatched {
        imports: open.map(|import| import.import.clone()).collect(),
        declared: unused.map(|dependency| dependency.name.clone()).collect(),
    }
}

fn imported_by_own_code(facts: &Loaded<'_>) -> impl Iterator<Item = PackageId> {
    facts.graph.imports.iter().filter_map(|import| {
        let own = facts.graph.module(import.site.importer).entry.is_some();
        let target = facts.package_of(import.target)?;
        let own = own && facts.package_of(import.site.importer).is_none();
        (own && !is_passed(facts, import.target)).then_some(target)
    })
}

/// Whether a declared dependency that need not be installed may bring a module.
#[must_use]
pub fn may_bring(declared: &Declared, module: &str) -> bool {
    let mut names = declared.dependencies.iter().flat_map(|dependency| import_names(&dependency.name));
    names.any(|name| is_at_or_below(module, &name))
}

/// Whether an import is of a name or below it. Distributions are not told apart by capitals, and where nothing is
/// installed their names are all that is known: `PyPDF2` is what `pypdf2` brings.
fn is_at_or_below(import: &str, name: &str) -> bool {
    let begins = import.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
    begins && import.get(name.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn is_or_below(import: &str, name: &str) -> bool {
    is_at_or_below(import, name) || (name.len() > import.len() && is_at_or_below(name, import))
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
        assert!(is_or_below("PyPDF2.generic", "pypdf2") && is_or_below("O365", "o365"));
    }
}
