use std::fmt;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contracts::Contracts;
use super::native::Obstacle;
use crate::artifact::{Artifact, EntryId, Location};
use crate::assemble::{FunctionSpec, Installs, World};
use crate::cost::{Estimate, Grade};
use crate::culprit::Culprits;
use crate::declare::model::Application;
use crate::fault::Fault;
use crate::graph::{GraphProblem, HandlerResolution, ImportSite, ModuleGraph, ModuleId, Phase, StartVerdict};
use crate::manifest::dependency::Declared;
use crate::package::Bundle;
use crate::package::owners::{Package, PackageId, Packages};
use crate::platform::Language;
use crate::scaling::Accounts;
use crate::scaling::plan::TrafficTable;
use crate::span::Span;
use crate::split::{Loaded, Routes};
use crate::usage::{self, Usage};

/// Everything known about one function before rules run.
#[derive(Debug)]
pub struct FunctionFacts {
    /// What is declared.
    pub spec: FunctionSpec,
    /// The package with its layers, shared with all functions that ship it.
    pub bundle: Arc<Bundle>,
    /// Its entries.
    pub artifact: Arc<Artifact>,
    /// What is not here of it.
    pub world: World,
    /// What it loads.
    pub graph: ModuleGraph,
    /// Who its files belong to.
    pub packages: Arc<Packages>,
    /// What it costs.
    pub estimate: Estimate,
    /// What its manifests declare.
    pub declared: Declared,
    /// Which of that it uses.
    pub usage: Usage,
    /// What it dispatches on, and what that needs.
    pub routes: Routes,
    /// What its libraries load in vain.
    pub culprits: Culprits,
    /// Limits that the user set on it.
    pub budgets: Budgets,
    /// Whether development dependencies are judged too.
    pub judges_development: bool,
    /// What failed while it was analysed: faults of ours.
    pub faults: Vec<Fault>,
    /// What keeps native code from being loaded, once somebody asked.
    pub obstacles: OnceLock<Vec<Obstacle>>,
}

impl FunctionFacts {
    /// Whether the package breaks a hard limit of the platform.
    #[must_use]
    pub fn breaks_hard_limit(&self) -> bool {
        let limits = self.spec.platform.limits();
        self.artifact.unpacked_bytes() > limits.unzipped_bytes || self.estimate.init_ms > limits.init_ms
    }

    /// The grade; none for a function that does not start, for one whose handler, dependencies or executable are not
    /// here, and for one that loads files which could not be read.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        let starts = !matches!(self.start(), StartVerdict::Fails(_));
        // Of a crate the sources say what runs during Init, and nothing of what its executable is made of; of a handler
        // that a build has still to make nothing is known.
        let is_here = match self.spec.runtime.language() {
            Language::Python | Language::Node => self.has_closure(),
            Language::Native => !self.lacks_executable(),
            Language::Other => false,
        };
        let is_read = !self.graph.problems.iter().any(GraphProblem::hides_code);
        let is_known = starts && is_here && is_read && !self.world.lacks_dependencies() && self.faults.is_empty();
        is_known.then(|| Grade::of(self.estimate.init_ms, self.estimate.runtime_ms, self.breaks_hard_limit()))
    }

    /// Whether the simulation had a handler to start from; without one, nothing can be said of what
    /// is never loaded.
    #[must_use]
    pub fn has_closure(&self) -> bool {
        self.graph.has_closure()
    }

    /// The place of a range in an entry.
    #[must_use]
    pub fn locate(&self, entry: EntryId, span: Option<Span>) -> Location {
        Location::in_artifact(&self.artifact, entry, span)
    }

    /// The place of a range in a module's file; the package itself for modules without a file.
    #[must_use]
    pub fn locate_in_module(&self, module: ModuleId, span: Option<Span>) -> Location {
        match self.graph.module(module).entry.or_else(|| Some(self.graph.bundled(module)?.file)) {
            Some(entry) => self.locate(entry, span),
            None => self.location(),
        }
    }

    /// Where the handler is defined; its module alone when the function comes out of a package, such
    /// as the one that an adapter returns.
    #[must_use]
    pub fn handler_location(&self) -> Option<Location> {
        let HandlerResolution::Found { module, definition } = self.graph.handler else { return None };
        let own = definition.filter(|(module, _)| self.package_of(*module).is_none());
        let (module, span) = own.map_or((module, None), |(module, span)| (module, Some(span)));
        Some(self.locate_in_module(module, span))
    }

    /// The place of an import.
    #[must_use]
    pub fn locate_import(&self, site: ImportSite) -> Location {
        self.locate_in_module(site.importer, Some(site.span))
    }

    /// The package as a whole.
    #[must_use]
    pub fn location(&self) -> Location {
        Location { path: self.artifact.path.clone(), ..Location::default() }
    }

    /// The package that owns a module's file; `None` for own files and for the runtime's modules.
    #[must_use]
    pub fn package_of(&self, module: ModuleId) -> Option<PackageId> {
        self.packages.of_module(&self.graph, module)
    }

    /// What an import loads, by name: the package, or the path of an own file.
    #[must_use]
    pub fn loaded_name(&self, loads: Loaded) -> String {
        match loads {
            Loaded::Package(package) => self.packages.package(package).name.to_string(),
            Loaded::File(entry) => self.artifact.entry(entry).path.to_string(),
            Loaded::Module(id) => {
                let module = self.graph.module(id);
                module
                    .entry
                    .map_or_else(|| module.name.to_string(), |entry| self.artifact.entry(entry).path.to_string())
            }
        }
    }

    /// When a package is loaded first; `None` when nothing reaches it.
    #[must_use]
    pub fn package_phase(&self, package: PackageId) -> Option<Phase> {
        let modules = self.graph.modules().filter(|(id, _)| self.package_of(*id) == Some(package));
        modules.map(|(_, module)| module.loaded).min()
    }

    /// Init milliseconds of the modules that belong to a package.
    #[must_use]
    pub fn package_init_ms(&self, package: PackageId) -> f64 {
        let eager = self.graph.modules().filter(|(_, module)| module.loaded == Phase::Init);
        eager
            .filter(|(id, _)| self.package_of(*id) == Some(package))
            .map(|(id, _)| self.estimate.module(id).self_ms)
            .sum()
    }

    /// Packages with their ids.
    pub fn packages(&self) -> impl Iterator<Item = (PackageId, &Package)> {
        self.packages.with_ids()
    }

    /// For each entry whether some closure loads it as a module or reads it as data.
    #[must_use]
    pub fn reached_entries(&self) -> Vec<bool> {
        self.graph.reached_entries(self.artifact.entries().len())
    }

    /// What it loads, as use of dependencies is looked for.
    #[must_use]
    pub fn loaded(&self) -> usage::Loaded<'_> {
        usage::Loaded {
            language: self.spec.runtime.language(),
            environment: &self.spec.environment,
            artifact: &self.artifact,
            graph: &self.graph,
            packages: &self.packages,
            judges_development: self.judges_development,
            is_built: self.spec.installs == Installs::Declared,
        }
    }
}

/// Everything known before rules run.
#[derive(Debug, Default)]
pub struct ProjectFacts {
    /// The functions, in the order in which they were declared.
    pub functions: Vec<FunctionFacts>,
    /// Limits that the user set on functions without their own.
    pub budgets: Budgets,
    /// What the templates declare, one per deployment.
    pub applications: Vec<Application>,
    /// What the accounts may run at once.
    pub accounts: Accounts,
    /// What arrives at functions, as the user states it.
    pub traffic: TrafficTable,
    /// What the user has said must never happen.
    pub contracts: Contracts,
    /// Its Cargo workspaces.
    pub workspaces: Vec<super::cargo::CargoFacts>,
    /// Source trees in which no function was found: their dependencies are judged all the same.
    pub trees: Vec<usage::Tree>,
    /// What was not analysed, and why.
    pub problems: Vec<Omission>,
    /// What failed by a fault of ours, beside what functions say of themselves.
    pub faults: Vec<Fault>,
}

/// Something that was asked for and is not analysed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Omission {
    /// The file that names it, or the path that was given.
    pub path: String,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// What is left out, why, and what to do.
    pub message: String,
    /// The function that nothing is known of for it; nothing where that is no function.
    pub left_out: Option<LeftOut>,
}

/// A function of which nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Its name; null where not even that is known.
    pub function: Option<String>,
    /// Whether its package should be here.
    pub is_local: bool,
}

impl fmt::Display for Omission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Limits that the user set on every function.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budgets {
    /// Init Duration, milliseconds.
    pub init_ms: Option<f64>,
    /// Unpacked size, bytes.
    pub bytes: Option<u64>,
    /// Size of the archive, bytes.
    pub zipped_bytes: Option<u64>,
    /// Files.
    pub files: Option<u64>,
    /// Modules that Init loads.
    pub modules: Option<u64>,
    /// Growth of Init and of sizes against what was before, percent.
    pub growth_percent: Option<f64>,
    /// Whether it has to be known that the function starts.
    pub start: Option<bool>,
}

impl Budgets {
    /// These, and where they say nothing, others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            init_ms: self.init_ms.or(others.init_ms),
            bytes: self.bytes.or(others.bytes),
            zipped_bytes: self.zipped_bytes.or(others.zipped_bytes),
            files: self.files.or(others.files),
            modules: self.modules.or(others.modules),
            growth_percent: self.growth_percent.or(others.growth_percent),
            start: self.start.or(others.start),
        }
    }
}
