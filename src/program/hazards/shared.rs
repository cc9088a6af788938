//! Values of a request in a module's variable that is read after something was awaited.

use super::super::flow::{Def, FuncId, Kind, NodeId, Stmt, Target, VarId};
use super::super::origin::called;
use super::super::values::{Thing, UnitId};
use super::{Finder, Hazard, WORDS, fits};
use crate::span::Span;

/// How far a value is followed to the request that it comes from.
const TAINT_DEPTH: u32 = 6;

impl Finder<'_, '_> {
    /// Values of the request that a function stores where other requests see them.
    pub(super) fn shared(&mut self, function: (UnitId, FuncId), reached: &[(UnitId, FuncId)]) {
        let Some((unit, body)) = self.program.body(function) else { return };
        let flow = self.flow(unit);
        for stmt in flow.below(body) {
            let (target, value) = match stmt {
                Stmt::Bind(var, value) => (Target::Var(*var), *value),
                Stmt::Store(place, value) => (Target::Place(*place), *value),
                Stmt::Eval(node) => match flow.kind(*node) {
                    Kind::Assign(target, value) => (*target, *value),
                    Kind::Call(callee, args) => match (self.filled(unit, *callee), args.as_slice()) {
                        (Some(target), [first, ..]) => (target, first.value),
                        _ => continue,
                    },
                    _ => continue,
                },
                _ => continue,
            };
            let Some((name, var)) = self.module_variable(unit, target) else { continue };
            let span = flow.span(value);
            if !self.is_of_request(unit, value, TAINT_DEPTH)
                || !(self.is_read_after_wait(unit, function.1, var, &name, span)
                    || self.is_set_before_a_wait(function, var, reached))
            {
                continue;
            }
            let hazard = Hazard {
                module: self.module(unit),
                span,
                name,
                callee: String::new(),
                does: String::new(),
                source: None,
            };
            self.found.shared.push(hazard);
        }
    }

    /// What a method that is called puts its argument into: `orders.push(..)`, `state.orders.push(..)`.
    fn filled(&self, unit: UnitId, callee: NodeId) -> Option<Target> {
        let Kind::Attr(object, name) = self.flow(unit).kind(callee) else { return None };
        if !fits(&WORDS.shared.fills, name) {
            return None;
        }
        match self.flow(unit).kind(*object) {
            Kind::Var(var) => Some(Target::Var(*var)),
            Kind::Attr(..) => Some(Target::Place(*object)),
            _ => None,
        }
    }

    /// The module's variable, or `process.env`, that an assignment changes.
    fn module_variable(&self, unit: UnitId, target: Target) -> Option<(String, Option<VarId>)> {
        let flow = self.flow(unit);
        let top = |var: VarId| {
            flow.vars.get(var as usize).filter(|var| var.top).map(|found| (found.name.to_string(), Some(var)))
        };
        match target {
            Target::Var(var) => top(var),
            Target::Place(place) => {
                // A key of the request's own keeps requests apart.
                let Kind::Attr(object, name) = flow.kind(place) else { return None };
                if let Kind::Var(var) = flow.kind(*object) {
                    return top(*var).map(|(object, var)| (format!("{object}.{name}"), var));
                }
                let path = match self.program.value((unit, *object)) {
                    Thing::External(path) => path,
                    _ => return None,
                };
                matches!(path.as_str(), "process.env" | "process.process.env")
                    .then(|| (format!("process.env.{name}"), None))
            }
        }
    }

    /// Whether a value depends on a parameter of the function around it.
    fn is_of_request(&self, unit: UnitId, value: NodeId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let flow = self.flow(unit);
        self.within(unit, value).into_iter().any(|node| {
            let Kind::Var(var) = flow.kind(node) else { return false };
            let Some(var) = flow.vars.get(*var as usize).filter(|var| !var.top) else { return false };
            var.defs.iter().any(|def| match def {
                Def::Parameter(..) => true,
                Def::Node(node) => self.is_of_request(unit, *node, depth),
                Def::Var(_) | Def::Import(_) => false,
            })
        })
    }

    /// Whether a variable is read after something was awaited that comes after a place.
    fn is_read_after_wait(&self, unit: UnitId, function: FuncId, var: Option<VarId>, name: &str, after: Span) -> bool {
        let flow = self.flow(unit);
        let Some(around) = flow.functions.get(function as usize).map(|function| function.span) else { return false };
        let within = |span: Span| around.holds(span) && span.start >= after.end;
        let Some(first) = self.first_wait(unit, around, after) else { return false };
        // What another function reads may be read while this one waits.
        let here = |span: Span| within(span) && span.start >= first;
        let elsewhere = |span: Span| !around.holds(span) && flow.functions.iter().any(|other| other.span.holds(span));
        // Who only puts something in does not see what else is there.
        let fills = flow.nodes.iter().filter_map(|node| match &node.kind {
            Kind::Call(callee, _) => match flow.kind(*callee) {
                Kind::Attr(object, method) if fits(&WORDS.shared.fills, method) => Some(flow.span(*object)),
                _ => None,
            },
            _ => None,
        });
        let fills: Vec<Span> = fills.collect();
        flow.nodes.iter().filter(|node| !fills.contains(&node.span)).any(|node| {
            let reads = match (&node.kind, var) {
                (Kind::Var(read), Some(var)) => *read == var,
                (Kind::Attr(_, member), None) => name.ends_with(&**member),
                _ => false,
            };
            reads && (here(node.span) || elsewhere(node.span))
        })
    }

    /// The end of the first expression in a function that waits behind a place.
    fn first_wait(&self, unit: UnitId, around: Span, after: Span) -> Option<u32> {
        let flow = self.flow(unit);
        let waits = flow.nodes.iter().filter(|node| match &node.kind {
            // What is awaited stands behind the word.
            Kind::Or(parts) => matches!(parts.as_slice(), [inner] if node.span.start < flow.span(*inner).start),
            _ => false,
        });
        let behind = waits.filter(|node| around.holds(node.span) && node.span.start >= after.end);
        behind.map(|node| node.span.end).min()
    }

    /// Whether a function that only sets a variable is called with something of the request by one that waits then,
    /// and yet another function reads it.
    fn is_set_before_a_wait(&self, setter: (UnitId, FuncId), var: Option<VarId>, reached: &[(UnitId, FuncId)]) -> bool {
        let flow = self.flow(setter.0);
        let Some(own) = flow.functions.get(setter.1 as usize).map(|function| function.span) else { return false };
        let elsewhere = |span: Span| !own.holds(span) && flow.functions.iter().any(|other| other.span.holds(span));
        let is_read = var.is_some_and(|var| {
            flow.nodes.iter().any(|node| matches!(node.kind, Kind::Var(read) if read == var) && elsewhere(node.span))
        });
        is_read
            && reached.iter().filter(|caller| **caller != setter).any(|caller| {
                let Some((unit, body)) = self.program.body(*caller) else { return false };
                let around = self.flow(unit).functions.get(caller.1 as usize).map(|function| function.span);
                let nodes = self.roots(unit, body).into_iter().flat_map(|root| self.within(unit, root));
                nodes.into_iter().any(|node| {
                    let Kind::Call(_, args) = self.flow(unit).kind(node) else { return false };
                    called(self.program, (unit, node)) == Some(setter)
                        && args.iter().any(|arg| self.is_of_request(unit, arg.value, TAINT_DEPTH))
                        && around
                            .is_some_and(|around| self.first_wait(unit, around, self.flow(unit).span(node)).is_some())
                })
            })
    }
}
