//! What a handler dispatches on, and with which code of its own: routers and their mounts, frameworks, branches
//! on fields of the event, events of the template.

mod dispatch;
mod django;
mod event;
mod found;
mod nest;
mod reading;
mod routers;
mod tables;
mod views;
mod words;

use std::collections::BTreeSet;

pub use found::EventKind;
pub(crate) use found::Found;

use crate::assemble::{EventSource, FunctionSpec};
use crate::graph::{HandlerResolution, ModuleId};
use crate::platform::Language;
use crate::program::Program;
use crate::program::expand::Expander;
use crate::program::flow::{self, FuncId, Kind, NodeId, Stmt};
use crate::program::reach::{Cuts, Reach, Region, reach};
use crate::program::values::{Thing, UnitId};
use crate::span::Span;

/// Most routes that are followed.
const MOST_ROUTES: usize = 2_000;

/// The routes of a function before anything is counted.
pub(crate) struct Dispatch {
    /// Routes in the order of the code; none where there is nothing to dispatch.
    pub(crate) found: Vec<Found>,
    /// Code that belongs to single routes.
    pub(crate) cuts: Cuts,
    /// What the code reaches that runs whatever the route is.
    pub(crate) base: Reach,
}

/// Finds the routes of a function whose handler is in a module.
pub(crate) fn find(spec: &FunctionSpec, program: &Program<'_>, module: ModuleId) -> Option<Dispatch> {
    let (handler, name) = entry(spec, program, module)?;
    let mut cuts = Cuts::default();
    let expander = Expander::new(program);
    let mut found =
        if stands_apart(program, handler, name) { Vec::new() } else { routers::find(program, &expander, &mut cuts) };
    found.extend(match spec.runtime.language() {
        Language::Python => django::find(program, &mut cuts),
        _ => nest::find(program, &expander, &mut cuts),
    });
    let handlers = handler_functions(program, handler, name, &cuts);
    found.extend(dispatch::find(program, &expander, &mut cuts, &handlers));
    found.extend(of_template(spec, program, handler, &found));
    let mut found = found::distinct(found);
    found.truncate(MOST_ROUTES);
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|route| (program.units[route.place.0].module, route.place.1));
    let mut base = base(program, &cuts, handler, name, &handlers);
    // An adapter in front of own code is there for every route.
    base.targets.insert(module);
    Some(Dispatch { found, cuts, base })
}

/// The own functions that the handler's name stands for: itself, or those that it wraps.
pub(crate) fn handlers(spec: &FunctionSpec, program: &Program<'_>, module: ModuleId) -> Vec<(UnitId, FuncId)> {
    let Some((unit, name)) = entry(spec, program, module) else { return Vec::new() };
    let mut found = handler_functions(program, unit, name, &Cuts::default());
    // One that own code decorates is still the one that runs.
    let flow = program.flow(unit);
    for node in exported(flow, name) {
        if let Some(function) = flow.defined_function(node).filter(|function| !found.contains(&(unit, *function))) {
            found.push((unit, function));
        }
    }
    found
}

/// The expressions that an exported name stands for.
fn exported<'f>(flow: &'f flow::Flow, name: &str) -> impl Iterator<Item = NodeId> + 'f {
    let named: Vec<&flow::Def> =
        flow.exports.iter().filter(|(export, _)| &**export == name).map(|(_, def)| def).collect();
    let defs = named.into_iter().flat_map(|def| match def {
        flow::Def::Var(var) => flow.vars.get(*var as usize).map_or(&[][..], |var| &var.defs),
        def => std::slice::from_ref(def),
    });
    defs.filter_map(|def| match def {
        flow::Def::Node(node) => Some(*node),
        _ => None,
    })
}

/// Whether the handler is a function that its framework deploys by itself, beside the application whose routes stand
/// in the same module.
fn stands_apart(program: &Program<'_>, unit: UnitId, name: &str) -> bool {
    exported(program.flow(unit), name).any(|node| {
        // `@app.schedule(..)` calls what `app.schedule(..)` gives.
        let Kind::Call(decorator, _) = program.kind((unit, node)) else { return false };
        let callee = match program.kind((unit, *decorator)) {
            Kind::Call(callee, _) => *callee,
            _ => *decorator,
        };
        let Kind::Attr(object, method) = program.kind((unit, callee)) else { return false };
        match program.value((unit, *object)) {
            Thing::Made(path, _) => words::ROUTERS.stands_apart(&format!("{path}.{method}")),
            _ => false,
        }
    })
}

/// What the code behind the handler reaches, routes or not.
pub(crate) fn reached(spec: &FunctionSpec, program: &Program<'_>, module: ModuleId) -> Option<Reach> {
    let (handler, name) = entry(spec, program, module)?;
    let cuts = Cuts::default();
    let handlers = handler_functions(program, handler, name, &cuts);
    Some(base(program, &cuts, handler, name, &handlers))
}

/// What requests may lead to: what is behind the handler, and what own modules hand to others while they are loaded,
/// who may call it. Nothing where the handler's function is not seen.
pub(crate) fn answered(spec: &FunctionSpec, program: &Program<'_>, module: ModuleId, cuts: &Cuts) -> Option<Reach> {
    let (handler, name) = entry(spec, program, module)?;
    let handlers = handler_functions(program, handler, name, &Cuts::default());
    if handlers.is_empty() {
        return None;
    }
    let mut regions = regions(program, handler, name, &handlers);
    for (unit, inner) in program.units.iter().enumerate() {
        let flow = &inner.flow;
        let foreign = |node: &NodeId| !matches!(program.value((unit, *node)), Thing::Node(_));
        for class in flow.classes.iter().filter(|class| class.bases.iter().chain(&class.decorators).any(foreign)) {
            regions.extend(class.methods.iter().map(|(_, method)| Region::Function(unit, *method)));
        }
        for stmt in flow.block(flow.top) {
            // Whoever decorates a function keeps it.
            if let Stmt::Bind(_, node) = stmt
                && matches!(flow.kind(*node), Kind::Call(..))
                && flow.defined_function(*node).is_some()
            {
                regions.push(Region::Node((unit, *node)));
            }
        }
    }
    Some(reach(program, cuts, &regions, None))
}

/// The own module behind the handler, with the handler's name in it. Where the handler is an
/// adapter's, the environment may name the function's own, else it is what the adapter loads.
fn entry<'i>(spec: &'i FunctionSpec, program: &Program<'_>, module: ModuleId) -> Option<(UnitId, &'i str)> {
    if let Some(handler) = program.unit_of(module) {
        return Some((handler, spec.start().rsplit('.').next().unwrap_or_default()));
    }
    let in_file = |name: &str, said: &str| name.rsplit_once('.').is_some_and(|(stem, _)| stem == said);
    let named = |value: &'i String| {
        let (said, name) = value.rsplit_once('.')?;
        let is_it = |unit: &UnitId| {
            let module = &*program.graph.module(program.units[*unit].module).name;
            module == said || module == said.replace('/', ".") || in_file(module, said.trim_start_matches("./"))
        };
        Some(((0..program.units.len()).find(is_it)?, name))
    };
    let loaded = program.graph.imports.iter().filter(|import| program.unit_of(import.site.importer).is_none());
    let mut loaded = loaded.filter_map(|import| program.unit_of(import.target));
    spec.environment.values().find_map(named).or_else(|| Some((loaded.next()?, "")))
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
            inside: Vec::new(),
            regions: Vec::new(),
        })
    };
    spec.events.iter().filter_map(event).collect()
}

/// The code that runs whatever the route is.
fn base(program: &Program<'_>, cuts: &Cuts, handler: UnitId, name: &str, handlers: &[(UnitId, FuncId)]) -> Reach {
    reach(program, cuts, &regions(program, handler, name, handlers), None)
}

fn regions(program: &Program<'_>, handler: UnitId, name: &str, handlers: &[(UnitId, FuncId)]) -> Vec<Region> {
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
    regions
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

#[cfg(test)]
mod tests;
