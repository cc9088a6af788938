//! The routes of a function with what each of them needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::closure::{Closure, Closures};
use super::expand::Expander;
use super::found::{self, EventKind, Found};
use super::lazy_all::{self, LazyAll};
use super::plan::{self, Objective, Plan};
use super::program::{Program, Thing, UnitId};
use super::reach::{Cuts, Reach, Region, reach};
use super::{dispatch, django, nest, routers};
use crate::artifact::{Artifact, EntryId};
use crate::cost::Estimate;
use crate::graph::packages::{PackageId, Packages};
use crate::graph::{HandlerResolution, ModuleGraph, ModuleId, ModuleKind, OwnCode};
use crate::lang::flow::{self, Flow, FuncId, Kind};
use crate::lang::python;
use crate::manifest::function::{EventSource, FunctionSpec};
use crate::platform::Language;
use crate::span::Span;

/// Most own source that is read for routes, bytes; larger files are bundles of other people's code.
const MOST_SOURCE: u64 = 6 << 20;
/// Fewer own modules than this are read on one thread.
const FEW_MODULES: usize = 64;
/// Most routes that are followed.
const MOST_ROUTES: usize = 2_000;

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
}

/// Finds a function's routes and what each needs; empty where there is nothing to dispatch.
#[must_use]
pub fn analyse(input: &Input<'_>) -> Routes {
    let HandlerResolution::Found { module, .. } = input.graph.handler else { return Routes::default() };
    let routes = std::thread::scope(|scope| {
        let threads = rayon::current_num_threads();
        let worked = thread().spawn_scoped(scope, move || analyse_here(input, module, threads));
        // A panic or a missing thread costs the routes only.
        worked.ok().and_then(|thread| thread.join().ok()).unwrap_or_default()
    });
    Routes { lazy_all: lazy_all::of(input, module, &routes.routes), ..routes }
}

/// A thread with room for the deepest code that was parsed.
fn thread() -> std::thread::Builder {
    std::thread::Builder::new().name("routes".to_owned()).stack_size(python::PARSE_STACK)
}

fn analyse_here<'a>(input: &'a Input<'a>, module: ModuleId, threads: usize) -> Routes {
    let python = input.spec.runtime.language() == Language::Python;
    let flows = flows(input, threads);
    let program = Program::new(input.graph, flows, python);
    let Some((handler, name)) = entry(input, &program, module) else { return Routes::default() };
    let mut cuts = Cuts::default();
    let expander = Expander::new(&program);
    let mut found = routers::find(&program, &expander, &mut cuts);
    found.extend(if python { django::find(&program, &mut cuts) } else { nest::find(&program, &expander, &mut cuts) });
    let handlers = handler_functions(&program, handler, name, &cuts);
    found.extend(dispatch::find(&program, &expander, &mut cuts, &handlers));
    found.extend(of_template(input.spec, &program, handler, &found));
    let mut found = found::distinct(found);
    found.truncate(MOST_ROUTES);
    if found.is_empty() {
        return Routes::default();
    }
    found.sort_by_key(|route| (program.units[route.place.0].module, route.place.1));
    let mut base = base(&program, &cuts, handler, name, &handlers);
    // An adapter in front of own code is there for every route.
    base.targets.insert(module);
    measured(input, &program, &cuts, &base, found)
}

/// The own module behind the handler, with the handler's name in it. Where the handler is an
/// adapter's, the environment may name the function's own, else it is what the adapter loads.
fn entry<'i>(input: &'i Input<'_>, program: &Program<'_>, module: ModuleId) -> Option<(UnitId, &'i str)> {
    if let Some(handler) = program.unit_of(module) {
        return Some((handler, input.spec.handler.rsplit('.').next().unwrap_or_default()));
    }
    let in_file = |name: &str, said: &str| name.rsplit_once('.').is_some_and(|(stem, _)| stem == said);
    let named = |value: &'i String| {
        let (said, name) = value.rsplit_once('.')?;
        let is_it = |unit: &UnitId| {
            let module = &*input.graph.module(program.units[*unit].module).name;
            module == said || module == said.replace('/', ".") || in_file(module, said.trim_start_matches("./"))
        };
        Some(((0..program.units.len()).find(is_it)?, name))
    };
    let loaded = input.graph.imports.iter().filter(|import| program.unit_of(import.site.importer).is_none());
    let mut loaded = loaded.filter_map(|import| program.unit_of(import.target));
    input.spec.environment.values().find_map(named).or_else(|| Some((loaded.next()?, "")))
}

/// Events that the template sends and the code does not tell apart.
fn of_template(spec: &FunctionSpec, program: &Program<'_>, handler: UnitId, known: &[Found]) -> Vec<Found> {
    let kinds: BTreeSet<EventKind> = known.iter().map(|route| route.kind).collect();
    let place = match program.graph.handler {
        HandlerResolution::Found { definition: Some((module, span)), .. } => {
            program.unit_of(module).map(|unit| (unit, span))
        }
        _ => None,
    };
    let place = place.unwrap_or((handler, Span::default()));
    let event = |event: &EventSource| {
        let kind = EventKind::of_source(&event.kind).filter(|kind| !kinds.contains(kind))?;
        // A gateway that sends everything says nothing of routes.
        let passes_all = event.path.as_ref().is_some_and(|path| path.contains("+}") || path == "$default");
        if kind == EventKind::Http && (event.path.is_none() || passes_all) {
            return None;
        }
        Some(Found {
            kind,
            method: event.method.clone().filter(|method| method != "ANY"),
            path: event.path.clone(),
            key: event.path.is_none().then(|| event.kind.clone()),
            function: String::new(),
            place,
            regions: Vec::new(),
        })
    };
    spec.events.iter().filter_map(event).collect()
}

/// The code that runs whatever the route is.
fn base(program: &Program<'_>, cuts: &Cuts, handler: UnitId, name: &str, handlers: &[(UnitId, FuncId)]) -> Reach {
    let mut regions = vec![Region::Unit(handler)];
    regions.extend(handlers.iter().map(|(unit, function)| Region::Function(*unit, *function)));
    for (export, def) in &program.flow(handler).exports {
        if &**export == name || &**export == "*" {
            match def {
                flow::Def::Node(node) => regions.push(Region::Node((handler, *node))),
                flow::Def::Var(var) => {
                    let defs = program.flow(handler).vars.get(*var as usize).map_or(&[][..], |var| &var.defs);
                    regions.extend(defs.iter().filter_map(|def| match def {
                        flow::Def::Node(node) => Some(Region::Node((handler, *node))),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
    }
    reach(program, cuts, &regions, None)
}

/// The functions behind the handler's name: itself, or those that it wraps.
fn handler_functions(program: &Program<'_>, unit: UnitId, name: &str, cuts: &Cuts) -> Vec<(UnitId, FuncId)> {
    let mut found = Vec::new();
    let mut todo: Vec<(Thing, u32)> = program.export(unit, name, 16).map(|thing| (thing, 0)).into_iter().collect();
    while let Some((thing, depth)) = todo.pop() {
        let at = match program.unwrapped(thing) {
            Thing::Node(at) | Thing::Made(_, at) => at,
            _ => continue,
        };
        if depth > 8 || cuts.nodes.contains(&at) || found.len() > 8 {
            continue;
        }
        match program.kind(at) {
            Kind::Function(function) => found.push((at.0, *function)),
            Kind::Call(callee, args) => {
                if let Kind::Attr(object, _) = program.kind((at.0, *callee)) {
                    todo.push((program.value((at.0, *object)), depth + 1));
                }
                todo.extend(args.iter().map(|arg| (program.value((at.0, arg.value)), depth + 1)));
            }
            Kind::Or(parts) => todo.extend(parts.iter().map(|part| (program.value((at.0, *part)), depth + 1))),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The own modules that are loaded, as code.
fn flows(input: &Input<'_>, threads: usize) -> Vec<(ModuleId, Arc<Flow>)> {
    let mut own = Vec::new();
    let mut bytes = 0;
    for (id, module) in input.graph.modules() {
        let Some(entry) = module.entry.filter(|_| module.kind == ModuleKind::Source) else { continue };
        if input.packages.owner(entry).is_some() || bytes + module.bytes > MOST_SOURCE {
            continue;
        }
        bytes += module.bytes;
        own.push((id, entry));
    }
    let lowered = |part: &[(ModuleId, EntryId)]| -> Vec<(ModuleId, Arc<Flow>)> {
        part.iter().filter_map(|(id, entry)| Some((*id, lowered(input, *id, *entry)?))).collect()
    };
    if threads < 2 || own.len() < FEW_MODULES {
        return lowered(&own);
    }
    std::thread::scope(|scope| {
        let parts = own.chunks(own.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| thread().spawn_scoped(scope, || lowered(part))).collect();
        // A panic or a missing thread costs the routes through its modules only.
        parts.into_iter().flat_map(|part| part.ok().and_then(|part| part.join().ok()).unwrap_or_default()).collect()
    })
}

fn lowered(input: &Input<'_>, id: ModuleId, entry: EntryId) -> Option<Arc<Flow>> {
    match input.graph.own_code.get(&entry)? {
        OwnCode::JavaScript(_, Some(flow)) => Some(Arc::clone(flow)),
        OwnCode::JavaScript(program, None) => {
            let text = input.artifact.read(entry).ok()?;
            Some(Arc::new(flow::javascript::lower(program, (*text).as_ref())))
        }
        OwnCode::Python(code) => {
            let name = &*input.graph.module(id).name;
            let is_package = input.artifact.entry(entry).path.ends_with("/__init__.py");
            let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(parent, _)| parent) };
            Some(Arc::new(flow::python::lower(code, package)))
        }
    }
}

fn measured<'a>(input: &'a Input<'a>, program: &Program<'a>, cuts: &Cuts, base: &Reach, found: Vec<Found>) -> Routes {
    let closures = Closures::new(input, program);
    let reached: Vec<Reach> = found.iter().map(|route| reach(program, cuts, &route.regions, Some(base))).collect();
    let all: Vec<Closure> = reached.iter().map(|route| closures.of(&[base, route])).collect();
    let common = closures.common(&all);
    let changed: BTreeSet<(UnitId, u32)> = reached.iter().flat_map(|reach| reach.changed.iter().copied()).collect();
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
            place: (program.units[route.place.0].module, route.place.1),
            packages,
            closure,
            state: reach.read.intersection(&changed).map(|(unit, var)| (program.units[*unit].module, *var)).collect(),
            operations: reach.operations.clone(),
            environment: reach.environment.clone(),
        }
    });
    let routes: Vec<Route> = routes.collect();
    let parts = plan::Parts { input, program, closures: &closures, base, reached: &reached, routes: &routes };
    let plan = plan::plan(&parts);
    Routes { routes, common, plan, lazy_all: None }
}
