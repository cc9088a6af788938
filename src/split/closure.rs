//! From what own code imports to all that is loaded for it, and what that costs.

use std::collections::BTreeSet;

use super::program::Program;
use super::reach::Reach;
use super::routes::Input;
use crate::graph::packages::PackageId;
use crate::graph::{LoadCall, ModuleId, Phase};

/// What an import loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loaded {
    /// A package.
    Package(PackageId),
    /// A module or data of the function's own.
    Module(ModuleId),
}

/// All that some code needs. Times are milliseconds, sizes bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Closure {
    /// Modules, loaded at Init or later.
    pub modules: BTreeSet<ModuleId>,
    /// Packages that own some of them.
    pub packages: BTreeSet<PackageId>,
    /// Known calls at load, by their place in the graph.
    calls: BTreeSet<usize>,
    /// Bytes of the packages and of own modules.
    pub bytes: u64,
    /// Init of a function that needs nothing else.
    pub init_ms: f64,
    /// What the first request loads on top.
    pub first_request_ms: f64,
}

/// Closures within one function.
pub(super) struct Closures<'a, 'p> {
    input: &'a Input<'a>,
    program: &'p Program<'a>,
    /// For each module those that its own loading loads; empty for modules that are followed by name.
    edges: Vec<Vec<ModuleId>>,
}

impl<'a, 'p> Closures<'a, 'p> {
    pub(super) fn new(input: &'a Input<'a>, program: &'p Program<'a>) -> Self {
        let graph = input.graph;
        let mut edges = vec![Vec::new(); graph.modules.len()];
        for import in &graph.imports {
            let importer = import.site.importer;
            if program.unit_of(importer).is_none()
                && graph.module(importer).loaded == import.phase
                && let Some(targets) = edges.get_mut(importer.0 as usize)
            {
                targets.push(import.target);
            }
        }
        Self { input, program, edges }
    }

    /// What several pieces of code need together.
    pub(super) fn of(&self, reached: &[&Reach]) -> Closure {
        self.without(reached, &BTreeSet::new())
    }

    /// What two closures need together.
    pub(super) fn union(&self, a: &Closure, b: &Closure) -> Closure {
        let modules = a.modules.union(&b.modules).copied().collect();
        self.counted(modules, a.calls.union(&b.calls).copied().collect())
    }

    /// What several pieces of code need together when they do not import some things; what
    /// others of their imports load stays.
    pub(super) fn without(&self, reached: &[&Reach], left_out: &BTreeSet<Loaded>) -> Closure {
        let is_kept = |id: &ModuleId| {
            let entry = self.input.graph.module(*id).entry;
            let owner = entry.and_then(|entry| self.input.packages.owner(entry));
            !left_out.contains(&owner.map_or(Loaded::Module(*id), Loaded::Package))
        };
        let mut modules = BTreeSet::new();
        let mut todo: Vec<ModuleId> = Vec::new();
        for reach in reached {
            todo.extend(reach.targets.iter().filter(|id| is_kept(id)));
            let own = reach.units.iter().map(|unit| self.program.units[*unit].module);
            todo.extend(own.filter(is_kept));
        }
        while let Some(id) = todo.pop() {
            if modules.insert(id) {
                todo.extend(self.edges.get(id.0 as usize).into_iter().flatten());
            }
        }
        let made = |call: &LoadCall| {
            let first = call.via.first().map_or((call.module, call.span), |site| (site.importer, site.span));
            match self.program.unit_of(first.0) {
                Some(unit) => is_kept(&first.0) && reached.iter().any(|reach| reach.calls.contains(&(unit, first.1))),
                None => modules.contains(&first.0),
            }
        };
        let calls =
            self.input.graph.calls.iter().enumerate().filter(|(_, call)| made(call)).map(|(at, _)| at).collect();
        self.counted(modules, calls)
    }

    /// What is in all of some closures.
    pub(super) fn common(&self, all: &[Closure]) -> Closure {
        let Some((first, others)) = all.split_first() else { return Closure::default() };
        let modules = first.modules.iter().filter(|id| others.iter().all(|other| other.modules.contains(id)));
        let calls = first.calls.iter().filter(|call| others.iter().all(|other| other.calls.contains(call)));
        self.counted(modules.copied().collect(), calls.copied().collect())
    }

    fn counted(&self, modules: BTreeSet<ModuleId>, calls: BTreeSet<usize>) -> Closure {
        let (graph, packages) = (self.input.graph, self.input.packages);
        let mut closure = Closure { init_ms: self.input.estimate.runtime_ms, ..Closure::default() };
        let (mut code_ms, mut lazy_ms, mut all_lazy_ms) = (0.0, 0.0, 0.0);
        for (id, module) in graph.modules() {
            let self_ms = self.input.estimate.module(id).self_ms;
            if module.loaded == Phase::Invoke {
                all_lazy_ms += self_ms;
            }
            if !modules.contains(&id) {
                continue;
            }
            match module.loaded {
                Phase::Init => code_ms += self_ms,
                Phase::Invoke => lazy_ms += self_ms,
            }
            match module.entry.map(|entry| packages.owner(entry)) {
                Some(Some(package)) if closure.packages.insert(package) => {
                    closure.bytes += packages.package(package).bytes;
                }
                Some(Some(_)) => {}
                Some(None) => closure.bytes += module.bytes,
                None => {}
            }
        }
        closure.init_ms += code_ms;
        closure.init_ms += calls.iter().filter_map(|call| self.input.estimate.calls.get(*call)).sum::<f64>();
        // The estimate knows how much slower the first request runs at the function's memory size.
        let slowdown = if all_lazy_ms > 0.0 { self.input.estimate.first_request_ms / all_lazy_ms } else { 1.0 };
        closure.first_request_ms = lazy_ms * slowdown;
        closure.modules = modules;
        closure.calls = calls;
        closure
    }
}
