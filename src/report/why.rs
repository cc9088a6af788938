//! `defrost why`: how a module or package gets loaded, or why it never is.

mod absent;
mod declared;
mod projects;
mod render;

pub use projects::declarations;

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Sources;
use crate::artifact::SourceText;
use crate::engine::FunctionFacts;
use crate::graph::{Import, ImportSite, ModuleId, Phase};
use crate::package::owners::PackageId;

/// Chains shown; the answer says how many more there are.
const CHAINS: usize = 4;

/// The answer to `defrost why`.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// Something loads it.
    Loaded {
        /// What was asked for.
        asked: String,
        /// The first chains of imports, those of Init first.
        chains: Vec<Chain>,
        /// Chains beyond those.
        further: usize,
        /// Modules of it that are loaded.
        modules: usize,
        /// What they cost during Init, without what they load in turn.
        init_ms: f64,
        /// What Init would save if nobody loaded it.
        removable_ms: f64,
        /// Whether the runtime has loaded all of it before the function's code starts.
        preloaded: bool,
        /// The routes that need it, when the function has several.
        routes: Vec<String>,
        /// How many routes the function has.
        of_routes: usize,
    },
    /// Nothing loads it.
    NotLoaded {
        /// What was asked for.
        asked: String,
        /// Why not.
        reason: Reason,
        /// Names that look alike.
        similar: Vec<String>,
    },
}

/// Imports from the handler module to what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// When its last import runs.
    pub phase: Phase,
    /// The imports, the handler module's first.
    pub steps: Vec<Step>,
}

/// One import of a [`Chain`].
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The module it loads.
    pub module: String,
    /// Where the import is.
    pub place: Spot,
    /// The function around it.
    pub function: Option<String>,
    /// What it is the first to load, with all that follows; `None` when loaded before.
    pub ms: Option<f64>,
}

/// A line of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// File, relative to the package.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// The line's text.
    pub code: String,
}

/// Why nothing loads a module or package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is only source, and what an executable loads only it can tell.
    NotBuilt,
    /// Neither package nor layers nor runtime have it.
    NotThere,
    /// It is in the package, and no import reaches it.
    NotReached {
        /// Files of it.
        files: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// Code that runs asks for it, and nothing answers.
    Unresolved {
        /// Where it is asked for.
        place: Spot,
        /// Whether the failure is caught.
        guarded: bool,
    },
    /// The code names it in places that do not run: a condition that is false, or one not decided.
    Conditional {
        /// Those places.
        places: Vec<Spot>,
    },
}

/// Says how a module or package gets loaded, or why it never is. `module` is the name of a
/// module, of a package, or the beginning of module names up to a dot.
#[must_use]
pub fn why(function: &FunctionFacts, module: &str, sources: &dyn Sources) -> Why {
    let targets = targets(function, module);
    let mut lines = Lines { function, sources, known: FxHashMap::default() };
    if targets.is_empty() {
        return absent::explain(module, &mut lines);
    }
    let (chains, further) = chains(&targets, &mut lines);
    let graph = &function.graph;
    let eager = targets.iter().filter(|id| graph.module(**id).loaded == Phase::Init);
    Why::Loaded {
        asked: module.to_owned(),
        chains,
        further,
        modules: targets.len(),
        init_ms: eager.map(|id| function.estimate.module(*id).self_ms).sum(),
        removable_ms: removable_ms(function, module, &targets),
        preloaded: targets.iter().all(|id| graph.module(*id).preloaded),
        routes: function
            .routes
            .routes
            .iter()
            .filter(|route| targets.iter().any(|target| route.closure.modules.contains(target)))
            .map(|route| route.label.clone())
            .collect(),
        of_routes: function.routes.routes.len(),
    }
}

/// What Init would save if nobody loaded what a name means: the module of that name with what is inside it, or the
/// package that has it.
fn removable_ms(function: &FunctionFacts, asked: &str, targets: &BTreeSet<ModuleId>) -> f64 {
    if let Some(id) = targets.iter().find(|id| *function.graph.module(**id).name == *asked) {
        return function.estimate.module(*id).removable_ms;
    }
    let whole = targets.first().and_then(|id| function.package_of(*id));
    let alike = |package: &PackageId| targets.iter().all(|id| function.package_of(*id) == Some(*package));
    match whole.filter(alike) {
        Some(package) => function.estimate.package(package).removable_ms,
        None => targets.iter().map(|id| function.estimate.module(*id).removable_ms).fold(0.0, f64::max),
    }
}

/// A name as PyPI compares it; npm names stay apart, since they never differ in these characters.
fn normal(name: &str) -> String {
    let lower = name.to_lowercase().replace(['_', '.'], "-");
    let words: Vec<&str> = lower.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The loaded modules that a name means.
fn targets(function: &FunctionFacts, asked: &str) -> BTreeSet<ModuleId> {
    let below =
        |name: &str| name.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']));
    let modules = function.graph.modules();
    let named: BTreeSet<ModuleId> = modules.filter(|(_, module)| below(&module.name)).map(|(id, _)| id).collect();
    if !named.is_empty() {
        return named;
    }
    let package = function.packages().find(|(_, package)| normal(&package.name) == normal(asked)).map(|(id, _)| id);
    let Some(package) = package else { return named };
    function.graph.modules().map(|(id, _)| id).filter(|id| function.package_of(*id) == Some(package)).collect()
}

/// The chains that enter the set of targets from outside: one per importing module, Init first,
/// then in load order; and how many more there are.
fn chains(targets: &BTreeSet<ModuleId>, lines: &mut Lines<'_>) -> (Vec<Chain>, usize) {
    let graph = &lines.function.graph;
    let mut entering: Vec<(Phase, usize, &Import)> = Vec::new();
    let mut importers = BTreeSet::new();
    for import in &graph.imports {
        let importer = import.site.importer;
        if !targets.contains(&import.target) || targets.contains(&importer) {
            continue;
        }
        let phase = import.phase.max(graph.module(importer).loaded);
        if importers.insert((importer, phase)) {
            entering.push((phase, graph.chain(importer).len(), import));
        }
    }
    entering.sort_by_key(|(phase, length, import)| (*phase, *length, import.site));
    let further = entering.len().saturating_sub(CHAINS);
    let shown = entering.into_iter().take(CHAINS);
    (shown.map(|(phase, _, import)| Chain { phase, steps: steps(import, lines) }).collect(), further)
}

fn steps(last: &Import, lines: &mut Lines<'_>) -> Vec<Step> {
    let graph = &lines.function.graph;
    let sites = graph.chain(last.site.importer);
    // Each site loads the module whose code has the next import.
    let loaded = sites.iter().skip(1).map(|site| site.importer).chain([last.site.importer]);
    let mut steps: Vec<Step> = sites.iter().zip(loaded).map(|(site, target)| lines.step(*site, target)).collect();
    steps.push(lines.step(last.site, last.target));
    steps
}

/// Lines of code by import site, each file indexed once.
struct Lines<'a> {
    function: &'a FunctionFacts,
    sources: &'a dyn Sources,
    known: FxHashMap<ModuleId, Option<SourceText>>,
}

impl Lines<'_> {
    fn text(&mut self, module: ModuleId) -> Option<&SourceText> {
        let (function, sources) = (self.function, self.sources);
        let read = || sources.text(&function.locate_in_module(module, None)).map(SourceText::new);
        self.known.entry(module).or_insert_with(read).as_ref()
    }

    fn path(&self, module: ModuleId) -> String {
        let module = self.function.graph.module(module);
        let path = module.entry.map(|entry| self.function.artifact.entry(entry).path.clone());
        path.unwrap_or_else(|| Arc::clone(&module.name)).to_string()
    }

    fn spot(&mut self, site: ImportSite) -> Spot {
        let path = self.path(site.importer);
        let Some(source) = self.text(site.importer) else { return Spot { path, line: 1, code: String::new() } };
        let line = source.position(site.span.start).line;
        let code = source.text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_owned();
        Spot { path, line, code }
    }

    fn step(&mut self, site: ImportSite, target: ModuleId) -> Step {
        let graph = &self.function.graph;
        let import = graph.imports.iter().find(|import| import.site == site && import.target == target);
        let module = graph.module(target);
        let first = module.first_import == Some(site);
        Step {
            module: module.name.to_string(),
            place: self.spot(site),
            function: import.and_then(|import| import.function.as_deref()).map(str::to_owned),
            ms: first.then(|| self.function.estimate.module(target).cumulative_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn distribution_names_compare_as_pypi_does() {
        assert_eq!(super::normal("Typing_Extensions"), "typing-extensions");
        assert_eq!(super::normal("ruamel.yaml"), "ruamel-yaml");
    }
}
