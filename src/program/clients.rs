//! Clients that the code of a request makes anew every time.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::flow::{Arg, Flow, FuncId, Kind, NodeId, Stmt, Target};
use super::reach::Reach;
use super::uses::is_environment;
use super::values::{At, Program, Thing, UnitId};
use crate::graph::ModuleId;
use crate::knowledge;
use crate::span::Span;
use crate::text;

/// What makes clients.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Makers {
    callees: Vec<String>,
    varying: Vec<String>,
    keeping: Vec<String>,
}

/// What makes clients in Node.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeMakers {
    callees: Vec<String>,
}

knowledge::table! {
    static MAKERS: Makers = "python/clients.toml", tested by the_makers_of_clients_read;
    static NODE: NodeMakers = "node/clients.toml", tested by the_makers_of_clients_in_node_read;
}

/// How far arguments are followed.
const DEPTH: u32 = 6;

/// A client that every request makes anew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MadePerRequest {
    /// The call.
    pub place: (ModuleId, Span),
    /// What is called, such as `boto3.client`.
    pub callee: String,
    /// Its first argument where that is constant: the service.
    pub subject: Option<String>,
}

/// Clients that reached code makes inside a function, with arguments that are always the same, and that nothing keeps:
/// no cache around the function, no variable of the module, no attribute.
pub(crate) fn made_per_request(program: &Program<'_>, reached: &[&Reach]) -> Vec<MadePerRequest> {
    let mut found = Vec::new();
    let called: FxHashSet<(UnitId, Span)> = reached.iter().flat_map(|reach| reach.calls.iter().copied()).collect();
    for at in program.nodes() {
        let Kind::Call(callee, args) = program.kind(at) else { continue };
        let span = program.flow(at.0).span(at.1);
        if !called.contains(&(at.0, span)) || is_at_load(program, at.0, span) {
            continue;
        }
        let Some(callee) = maker(program, (at.0, *callee)) else { continue };
        let Some(function) = around(program.flow(at.0), span) else { continue };
        if varies(program, at.0, args) || is_kept(program, at, function) {
            continue;
        }
        let subject = args.first().and_then(|arg| program.text((at.0, arg.value)));
        found.push(MadePerRequest { place: (program.units[at.0].module, span), callee, subject });
    }
    found.sort();
    found.dedup();
    found
}

/// The name of what makes a client.
fn maker(program: &Program<'_>, callee: At) -> Option<String> {
    let path = match program.value(callee) {
        Thing::External(path) => path,
        // `session = boto3.Session()` and `session.client`.
        _ => match program.kind(callee) {
            Kind::Attr(object, name) => match program.value((callee.0, *object)) {
                Thing::Made(path, _) => format!("{path}.{name}"),
                _ => return None,
            },
            _ => return None,
        },
    };
    let is_maker = MAKERS.callees.contains(&path) || NODE.callees.iter().any(|one| text::matches(one, &path));
    is_maker.then_some(path)
}

/// Whether the same call runs while the module is loaded.
fn is_at_load(program: &Program<'_>, unit: UnitId, span: Span) -> bool {
    let module = program.units[unit].module;
    program.graph.calls.iter().any(|call| call.module == module && call.span == span)
}

/// The innermost function that a place is in.
fn around(flow: &Flow, span: Span) -> Option<FuncId> {
    let functions = flow.functions.iter().enumerate().filter(|(_, function)| function.span.holds(span));
    functions.min_by_key(|(_, function)| function.span.end - function.span.start).map(|(id, _)| id as FuncId)
}

/// Whether what it is made from may differ between requests: other than constants, or names that say so.
fn varies(program: &Program<'_>, unit: UnitId, args: &[Arg]) -> bool {
    args.iter().any(|arg| {
        let constant = is_constant(program, (unit, arg.value), DEPTH);
        let named = arg.name.as_ref().is_some_and(|name| !MAKERS.varying.iter().any(|one| **one == **name));
        !constant && !named
    })
}

/// Whether a value is the same for every request: constants, settings of the environment, and objects of them.
fn is_constant(program: &Program<'_>, at: At, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let all = |parts: &[NodeId]| parts.iter().all(|part| is_constant(program, (at.0, *part), depth));
    match program.kind(at) {
        Kind::Nothing | Kind::Nth(_) | Kind::Text(_) => true,
        Kind::List(parts) | Kind::Join(parts) | Kind::Or(parts) => all(parts),
        Kind::Map(entries) => entries.iter().all(|(_, value)| is_constant(program, (at.0, *value), depth)),
        Kind::Attr(object, _) if is_environment(&program.value((at.0, *object))) => true,
        _ => program.text(at).is_some(),
    }
}

/// Whether something keeps what a call in a function gives.
fn is_kept(program: &Program<'_>, at: At, function: FuncId) -> bool {
    let flow = program.flow(at.0);
    if is_cached(flow, function) || stores(flow, function, &[at.1]) {
        return true;
    }
    let Some(own) = flow.functions.get(function as usize) else { return true };
    // Whoever calls the function may keep what it returns, or be cached itself.
    let returns = flow.below(own.body).iter().any(|stmt| matches!(stmt, Stmt::Return(Some(_))));
    returns && program.nodes().any(|call| is_kept_call(program, call, (at.0, function)))
}

fn is_kept_call(program: &Program<'_>, call: At, function: (UnitId, FuncId)) -> bool {
    let Kind::Call(callee, _) = program.kind(call) else { return false };
    if program.function((call.0, *callee)) != Some(function) {
        return false;
    }
    let flow = program.flow(call.0);
    match around(flow, flow.span(call.1)) {
        Some(caller) => is_cached(flow, caller) || stores(flow, caller, &[call.1]),
        None => true,
    }
}

/// Whether a decorator keeps what a function gives.
fn is_cached(flow: &Flow, function: FuncId) -> bool {
    let decorates = |node: NodeId| match flow.kind(node) {
        Kind::Call(callee, args) => {
            let its = args.iter().any(|arg| matches!(flow.kind(arg.value), Kind::Function(id) if *id == function));
            its && keeps(flow, *callee, 0)
        }
        _ => false,
    };
    (0..flow.nodes.len() as NodeId).any(decorates)
}

/// Whether a decorator's name says that it keeps things.
fn keeps(flow: &Flow, node: NodeId, depth: u32) -> bool {
    let says = |name: &str| MAKERS.keeping.iter().any(|word| name.to_ascii_lowercase().contains(word.as_str()));
    match flow.kind(node) {
        _ if depth > 8 => false,
        Kind::Attr(object, name) => says(name) || keeps(flow, *object, depth + 1),
        Kind::Global(name) => says(name),
        Kind::Var(var) => flow.vars.get(*var as usize).is_some_and(|var| says(&var.name)),
        Kind::Call(callee, args) => {
            keeps(flow, *callee, depth + 1) || args.iter().any(|arg| keeps(flow, arg.value, depth + 1))
        }
        _ => false,
    }
}

/// Whether a function puts one of some values where it stays: a variable of the module, an attribute, an element.
fn stores(flow: &Flow, function: FuncId, values: &[NodeId]) -> bool {
    let Some(own) = flow.functions.get(function as usize) else { return true };
    let mut held: Vec<NodeId> = values.to_vec();
    let statements = flow.below(own.body);
    let mut vars = Vec::new();
    for stmt in &statements {
        if let Stmt::Bind(var, value) = stmt
            && contains(flow, *value, &held, 0)
        {
            if flow.vars.get(*var as usize).is_none_or(|var| var.top) {
                return true;
            }
            vars.push(*var);
        }
    }
    let names =
        (0..flow.nodes.len() as NodeId).filter(|n| matches!(flow.kind(*n), Kind::Var(var) if vars.contains(var)));
    held.extend(names);
    // `kept ??= make()`, and other assignments inside of expressions.
    let assigns = (0..flow.nodes.len() as NodeId).any(|node| match flow.kind(node) {
        Kind::Assign(target, value) if around(flow, flow.span(node)) == Some(function) => {
            let stays = match target {
                Target::Var(var) => flow.vars.get(*var as usize).is_none_or(|var| var.top),
                Target::Place(_) => true,
            };
            stays && contains(flow, *value, &held, 0)
        }
        _ => false,
    });
    assigns
        || statements.iter().any(|stmt| match stmt {
            Stmt::Store(_, value) => contains(flow, *value, &held, 0),
            Stmt::Bind(var, value) => {
                flow.vars.get(*var as usize).is_none_or(|var| var.top) && contains(flow, *value, &held, 0)
            }
            _ => false,
        })
}

/// Whether a value is one of some, or is made with it.
fn contains(flow: &Flow, node: NodeId, values: &[NodeId], depth: u32) -> bool {
    values.contains(&node)
        || (depth < 16 && flow.parts(node).into_iter().any(|part| contains(flow, part, values, depth + 1)))
}
