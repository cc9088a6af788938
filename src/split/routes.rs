//! The routes of a function with what each of them needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::closure::{Closure, Closures};
use super::lazy_all::{self, LazyAll};
use super::plan::{self, Objective, Plan};
use super::rare::{RareImport, rarely_used};
use crate::artifact::Artifact;
use crate::assemble::FunctionSpec;
use crate::cost::Estimate;
use crate::graph::{HandlerResolution, ImportSite, ModuleGraph, ModuleId};
use crate::package::owners::{PackageId, Packages};
use crate::platform::Language;
use crate::program::asked::asked;
use crate::program::clients::made_per_request;
use crate::program::hazards::{self, Hazards};
use crate::program::reach::{Reach, reach};
use crate::program::values::UnitId;
use crate::program::{self, Asked, MadePerRequest, Own, Prepared, Program};
use crate::routes::{self, Dispatch, EventKind};
use crate::span::Span;

/// What routes are found from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The function as declared.
    pub spec: &'a FunctionSpec,
    /// Its package.
    pub artifact: &'a Arc<Artifact>,
    /// What it loads.
    pub graph: &'a ModuleGraph,
    /// Who the files belong to.
    pub packages: &'a Packages,
    /// Own modules that are in form already.
    pub prepared: &'a Prepared,
    /// What the modules cost.
    pub estimate: &'a Estimate,
    /// What a split is judged by.
    pub objective: &'a Objective,
}

/// One thing that a function's handler dispatches on. Times are milliseconds, sizes bytes.
#[derive(Clone, Debug)]
pub struct Route {
    /// What kind of event it answers.
    pub kind: EventKind,
    /// HTTP method; nothing for any.
    pub method: Option<String>,
    /// HTTP path with its parameters as written.
    pub path: Option<String>,
    /// How it is called: method and path, or the dispatch key as written.
    pub label: String,
    /// Name of the function that serves it; empty when it has none.
    pub function: String,
    /// Where it is registered.
    pub place: (ModuleId, Span),
    /// The conditions around it that are about the same request, such as the path around a method.
    pub inside: Vec<(ModuleId, Span)>,
    /// All that it needs, the common part included.
    pub closure: Closure,
    /// Packages that its own code imports, beyond those that every route needs.
    pub packages: Vec<PackageId>,
    /// Operations of the cloud's SDK by service.
    pub operations: BTreeMap<String, BTreeSet<String>>,
    /// Environment variables that it reads.
    pub environment: BTreeSet<String>,
    /// Mutable variables of modules that it uses, by module and number.
    pub state: BTreeSet<(ModuleId, u32)>,
}

/// The routes of one function.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// In the order of the code.
    pub routes: Vec<Route>,
    /// What every route needs.
    pub common: Closure,
    /// Whether to pull them apart; nothing for fewer than two.
    pub plan: Option<Plan>,
    /// All of it moved to first use, routes or not; nothing where Init has nothing to move.
    pub lazy_all: Option<LazyAll>,
    /// What is wrong where environments are cloned, serve several requests at once, or run the handler again.
    pub hazards: Hazards,
    /// Clients that the code of requests makes anew every time.
    pub clients: Vec<MadePerRequest>,
    /// What Init loads and few requests or none need, the most expensive first.
    pub rare: Vec<RareImport>,
    /// The names that own code takes of what it imports, where it does nothing else with that and the names can be had
    /// elsewhere.
    pub asked: BTreeMap<ImportSite, Asked>,
}

/// Finds a function's routes and what each needs; empty where there is nothing to dispatch.
#[must_use]
pub fn analyse(input: &Input<'_>) -> Routes {
    let HandlerResolution::Found { module, .. } = input.graph.handler else { return Routes::default() };
    let routes = std::thread::scope(|scope| {
        let threads = rayon::current_num_threads();
        let worked = program::thread().spawn_scoped(scope, move || analyse_here(input, module, threads));
        // Whoever asks for the routes tells that they failed.
        match worked {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => std::panic::resume_unwind(Box::new(format!("a thread did not start: {error}"))),
        }
    });
    Routes { lazy_all: lazy_all::of(input, module, &routes.routes), ..routes }
}

fn analyse_here<'a>(input: &'a Input<'a>, module: ModuleId, threads: usize) -> Routes {
    let Input { artifact, graph, packages, prepared, .. } = *input;
    let flows = Own { artifact, graph, packages, prepared }.flows(threads);
    let program = Program::new(graph, flows, input.spec.runtime.language() == Language::Python);
    let hazards = hazards::find(&program, &routes::handlers(input.spec, &program, module));
    let routes = match routes::find(input.spec, &program, module) {
        Some(dispatch) => measured(input, &program, dispatch),
        None => Routes::default(),
    };
    let reached = routes::reached(input.spec, &program, module);
    let mut clients = routes.clients;
    clients.extend(made_per_request(&program, &reached.iter().collect::<Vec<_>>()));
    clients.sort();
    clients.dedup();
    let rare = rarely_used(input, &program, module, &routes.routes);
    let asked = asked_of_offered(&program);
    Routes { hazards, clients, rare, asked, ..routes }
}

/// What own code asks of imports whose names other modules offer.
fn asked_of_offered(program: &Program<'_>) -> BTreeMap<ImportSite, Asked> {
    let sites: BTreeSet<ImportSite> = program.graph.choices.offered.iter().map(|offered| offered.site).collect();
    let importers: BTreeSet<ModuleId> = sites.iter().map(|site| site.importer).collect();
    let units = importers.into_iter().filter_map(|importer| Some((importer, program.unit_of(importer)?)));
    let asked = units.flat_map(|(importer, unit)| {
        asked(program.flow(unit)).into_iter().map(move |(span, asked)| (ImportSite { importer, span }, asked))
    });
    asked.filter(|(site, _)| sites.contains(site)).collect()
}

fn measured<'a>(input: &'a Input<'a>, program: &Program<'a>, dispatch: Dispatch) -> Routes {
    let Dispatch { found, cuts, base } = dispatch;
    let base = &base;
    let closures = Closures::new(input, program);
    let reached: Vec<Reach> = found.iter().map(|route| reach(program, &cuts, &route.regions, Some(base))).collect();
    let all: Vec<Closure> = reached.iter().map(|route| closures.of(&[base, route])).collect();
    let common = closures.common(&all);
    let changed: BTreeSet<(UnitId, u32)> = reached.iter().flat_map(|reach| reach.changed.iter().copied()).collect();
    let at = |(unit, span): (UnitId, Span)| (program.units[unit].module, span);
    let routes = found.into_iter().zip(&reached).zip(all).map(|((route, reach), closure)| {
        let owner = |id: &ModuleId| input.graph.module(*id).entry.and_then(|entry| input.packages.owner(entry));
        let named: BTreeSet<PackageId> = reach.targets.iter().filter_map(owner).collect();
        let packages = named.difference(&common.packages).copied().collect();
        Route {
            kind: route.kind,
            label: route.label(),
            method: route.method,
            path: route.path,
            function: route.function,
            place: at(route.place),
            inside: route.inside.into_iter().map(at).collect(),
            packages,
            closure,
            state: reach.read.intersection(&changed).map(|(unit, var)| (program.units[*unit].module, *var)).collect(),
            operations: reach.operations.clone(),
            environment: reach.environment.clone(),
        }
    });
    let routes: Vec<Route> = routes.collect();
    let apart = taken_apart(input, program, &routes);
    let everything = std::iter::once(base).chain(&reached).collect();
    let parts = plan::Parts {
        input,
        program,
        closures: &closures,
        base,
        reached: &reached,
        everything: &everything,
        routes: &routes,
        apart,
    };
    let plan = plan::plan(&parts);
    let clients = made_per_request(program, &[&everything]);
    Routes { routes, common, plan, clients, ..Routes::default() }
}

/// The own modules in which only what a route needs is left when its function is split: those that register routes, and
/// those that lead to them.
fn taken_apart(input: &Input<'_>, program: &Program<'_>, routes: &[Route]) -> BTreeSet<ModuleId> {
    let mut apart: BTreeSet<ModuleId> = BTreeSet::new();
    let mut todo: Vec<ModuleId> = routes.iter().map(|route| route.place.0).collect();
    if let HandlerResolution::Found { module, .. } = input.graph.handler {
        todo.push(module);
    }
    while let Some(id) = todo.pop() {
        if program.unit_of(id).is_some() && apart.insert(id) {
            let importers = input.graph.imports.iter().filter(|import| import.target == id);
            todo.extend(importers.map(|import| import.site.importer));
        }
    }
    apart
}
