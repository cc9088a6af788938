//! From what own code imports to all that is loaded for it, and what that costs.

use std::collections::BTreeSet;

use super::routes::Input;
use crate::artifact::EntryId;
use crate::graph::{ImportSite, LoadCall, ModuleId, Phase};
use crate::package::owners::PackageId;
use crate::program::reach::Reach;
use crate::program::values::{Program, UnitId};

/// What an import loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loaded {
    /// A package.
    Package(PackageId),
    /// A module or data of the function's own.
    Module(ModuleId),
    /// A file that own code reads as data.
    File(EntryId),
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
    /// Data files that are not read, by their place in the graph.
    unread: BTreeSet<usize>,
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
    /// For each module those that its own loading loads.
    edges: Vec<Vec<ModuleId>>,
}

/// What some closure leaves out, and how own modules are in it.
struct Cut<'c> {
    /// What is not imported.
    left_out: &'c BTreeSet<Loaded>,
    /// The own modules of which only what is named is there; of all where nothing says otherwise.
    apart: Option<&'c BTreeSet<ModuleId>>,
}

impl<'a, 'p> Closures<'a, 'p> {
    pub(super) fn new(input: &'a Input<'a>, program: &'p Program<'a>) -> Self {
        let graph = input.graph;
        let mut edges = vec![Vec::new(); graph.modules.len()];
        for import in &graph.imports {
            let importer = import.site.importer;
            if graph.module(importer).loaded == import.phase
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

    /// What several pieces of code need together when all own modules but those that are taken apart come as they are
    /// written, with all that they import.
    pub(super) fn of_files(&self, reached: &[&Reach], apart: &BTreeSet<ModuleId>) -> Closure {
        self.cut(reached, &Cut { left_out: &BTreeSet::new(), apart: Some(apart) })
    }

    /// What two closures need together.
    pub(super) fn union(&self, a: &Closure, b: &Closure) -> Closure {
        let modules = a.modules.union(&b.modules).copied().collect();
        let unread = a.unread.intersection(&b.unread).copied().collect();
        self.counted(modules, a.calls.union(&b.calls).copied().collect(), unread)
    }

    /// What several pieces of code need together when they do not import some things; what
    /// others of their imports load stays.
    pub(super) fn without(&self, reached: &[&Reach], left_out: &BTreeSet<Loaded>) -> Closure {
        self.cut(reached, &Cut { left_out, apart: None })
    }

    /// The unit of a module of which only what is named is there.
    fn by_name(&self, id: ModuleId, cut: &Cut<'_>) -> Option<UnitId> {
        self.program.unit_of(id).filter(|_| cut.apart.is_none_or(|apart| apart.contains(&id)))
    }

    fn cut(&self, reached: &[&Reach], cut: &Cut<'_>) -> Closure {
        let left_out = cut.left_out;
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
            if modules.insert(id) && self.by_name(id, cut).is_none() {
                todo.extend(self.edges.get(id.0 as usize).into_iter().flatten());
            }
        }
        let made = |call: &LoadCall| {
            let first = call.via.first().map_or((call.module, call.span), |site| (site.importer, site.span));
            match self.by_name(first.0, cut) {
                Some(unit) => is_kept(&first.0) && reached.iter().any(|reach| reach.calls.contains(&(unit, first.1))),
                None => modules.contains(&first.0),
            }
        };
        let calls =
            self.input.graph.calls.iter().enumerate().filter(|(_, call)| made(call)).map(|(at, _)| at).collect();
        let reads = self.input.graph.data_files.iter().enumerate();
        let is_unread = |entry: EntryId, site: ImportSite| match self.by_name(site.importer, cut) {
            Some(unit) => {
                left_out.contains(&Loaded::File(entry))
                    || !reached.iter().any(|reach| reach.calls.contains(&(unit, site.span)))
            }
            None => false,
        };
        let unread = reads.filter(|(_, (entry, site))| is_unread(*entry, *site)).map(|(at, _)| at).collect();
        self.counted(modules, calls, unread)
    }

    /// What is in all of some closures.
    pub(super) fn common(&self, all: &[Closure]) -> Closure {
        let Some((first, others)) = all.split_first() else { return Closure::default() };
        let modules = first.modules.iter().filter(|id| others.iter().all(|other| other.modules.contains(id)));
        let calls = first.calls.iter().filter(|call| others.iter().all(|other| other.calls.contains(call)));
        let unread = all.iter().flat_map(|closure| closure.unread.iter().copied()).collect();
        self.counted(modules.copied().collect(), calls.copied().collect(), unread)
    }

    /// Whether the module that reads a data file during Init is among some.
    fn is_charged(&self, at: usize, modules: &BTreeSet<ModuleId>) -> bool {
        let reader = self.input.graph.data_files.get(at).map(|(_, site)| site.importer);
        reader.is_some_and(|id| modules.contains(&id) && self.input.graph.module(id).loaded == Phase::Init)
    }

    /// Whether some code reads a data file.
    pub(super) fn reads(&self, closure: &Closure, file: EntryId) -> bool {
        let mut files = self.input.graph.data_files.iter().enumerate();
        files.any(|(at, (entry, _))| *entry == file && !closure.unread.contains(&at))
    }

    fn counted(&self, modules: BTreeSet<ModuleId>, calls: BTreeSet<usize>, unread: BTreeSet<usize>) -> Closure {
        let (graph, packages) = (self.input.graph, self.input.packages);
        let mut closure = Closure { init_ms: self.input.estimate.runtime_ms, ..Closure::default() };
        let (mut code_ms, mut lazy_ms) = (0.0, 0.0);
        for (id, module) in graph.modules() {
            if !modules.contains(&id) {
                continue;
            }
            let self_ms = self.input.estimate.module(id).self_ms;
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
        let reads = unread.iter().filter(|at| self.is_charged(**at, &modules));
        code_ms -= reads.filter_map(|at| self.input.estimate.reads.get(*at)).sum::<f64>();
        closure.init_ms += code_ms.max(0.0);
        closure.init_ms += calls.iter().filter_map(|call| self.input.estimate.calls.get(*call)).sum::<f64>();
        closure.first_request_ms = lazy_ms * self.input.estimate.slowdown;
        closure.modules = modules;
        closure.calls = calls;
        closure.unread = unread;
        closure
    }
}
