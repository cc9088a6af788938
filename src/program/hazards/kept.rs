//! Values made while modules load that functions use later.

use std::collections::BTreeSet;

use super::super::flow::{self, Def, Kind, NodeId, Stmt, VarId};
use super::super::origin::called;
use super::super::values::{At, Thing, UnitId};
use super::{Finder, Hazard, Row, WORDS, fits};
use crate::graph::{LoadCall, ModuleId};
use crate::span::Span;

/// What registers a function that runs after the restore.
const AFTER_RESTORE: &str = "register_after_restore";

/// What makes a value: the callee, its row of the table, and where a helper calls it.
type Made = (String, &'static Row, Option<(ModuleId, Span)>);

impl Finder<'_, '_> {
    /// Values that module code makes and functions use.
    pub(super) fn kept(&mut self, unit: UnitId) {
        let flow = self.flow(unit);
        let renewed = self.renewed(unit);
        let name = |var: VarId| flow.vars.get(var as usize).map_or_else(String::new, |var| var.name.to_string());
        for stmt in flow.below(flow.top) {
            let Stmt::Bind(var, value) = stmt else { continue };
            if !flow.vars.get(*var as usize).is_some_and(|var| var.top) || renewed.contains(var) {
                continue;
            }
            let nodes = self.within(unit, *value);
            let defaults = self.defaults(unit, &nodes);
            self.kept_value(unit, &nodes, &name(*var), |finder, node| {
                defaults.contains(&node) || finder.is_used_later(unit, *var)
            });
            // What a class gives its name while it is defined.
            let classes = nodes.iter().filter_map(|node| match flow.kind(*node) {
                Kind::Class(class) => flow.classes.get(*class as usize),
                _ => None,
            });
            for (class, stmt) in
                classes.flat_map(|class| flow.below(class.body).into_iter().map(move |stmt| (class, stmt)))
            {
                let Stmt::Bind(attribute, value) = stmt else { continue };
                let attribute = name(*attribute);
                let nodes = self.within(unit, *value);
                if flow.defined_function(*value).is_none() {
                    let shown = format!("{}.{attribute}", class.name);
                    self.kept_value(unit, &nodes, &shown, |finder, _| finder.is_attribute_read(&attribute));
                }
            }
        }
    }

    /// The first of a value's parts that must not be kept, where it is used later.
    fn kept_value(&mut self, unit: UnitId, nodes: &[NodeId], name: &str, is_used: impl Fn(&Self, NodeId) -> bool) {
        for node in nodes.iter().copied() {
            let found = self.callee((unit, node)).and_then(|callee| kept_row(&callee).map(|row| (callee, row, None)));
            let found = found.filter(|(_, row, _)| !self.is_seeded((unit, node), row));
            let found = found.or_else(|| self.helper_call((unit, node)));
            let Some((callee, row, source)) = found else { continue };
            // Asked last: it looks through all code, and hardly any value gets this far.
            if is_used(self, node) {
                self.found.kept.push(Hazard {
                    module: self.module(unit),
                    span: self.flow(unit).span(node),
                    name: name.to_owned(),
                    callee,
                    does: row.does.clone(),
                    source,
                });
            }
            return;
        }
    }

    /// Whether what makes a value was told what to begin with: a call of a maker, or of a method of what one gave.
    fn is_seeded(&self, at: At, row: &Row) -> bool {
        let Kind::Call(callee, args) = self.program.kind(at) else { return false };
        let is_maker = |path: &str| fits(&row.seeded, path.trim_end_matches("()"));
        if self.callee(at).is_some_and(|name| is_maker(&name)) {
            return !args.is_empty();
        }
        let Kind::Attr(object, _) = self.program.kind((at.0, *callee)) else { return false };
        match self.program.value((at.0, *object)) {
            Thing::Made(path, made) if is_maker(&path) => {
                matches!(self.program.kind(made), Kind::Call(_, args) if !args.is_empty())
            }
            _ => false,
        }
    }

    /// Defaults of parameters among expressions: they are made once, with the function.
    fn defaults(&self, unit: UnitId, nodes: &[NodeId]) -> BTreeSet<NodeId> {
        let flow = self.flow(unit);
        let beside = nodes.iter().filter_map(|node| match flow.kind(*node) {
            Kind::Or(parts) => parts.split_first().filter(|(first, _)| matches!(flow.kind(**first), Kind::Function(_))),
            _ => None,
        });
        beside.flat_map(|(_, others)| others).flat_map(|other| self.within(unit, *other)).collect()
    }

    /// Whether some function reads an attribute of this name.
    fn is_attribute_read(&self, name: &str) -> bool {
        (0..self.program.units.len()).any(|unit| {
            let flow = self.flow(unit);
            let reads = |node: &flow::Node| matches!(&node.kind, Kind::Attr(_, read) if **read == *name);
            flow.nodes
                .iter()
                .any(|node| reads(node) && flow.functions.iter().any(|function| function.span.holds(node.span)))
        })
    }

    /// Variables that a hook which runs after the restore makes anew.
    fn renewed(&self, unit: UnitId) -> BTreeSet<VarId> {
        let flow = self.flow(unit);
        let mut renewed = BTreeSet::new();
        for (number, node) in (0..).zip(&flow.nodes) {
            let Kind::Call(callee, args) = &node.kind else { continue };
            // By its last name first: what names stand for takes long to find out.
            let named = match flow.kind(*callee) {
                Kind::Var(var) => flow.vars.get(*var as usize).map(|var| &var.name),
                Kind::Attr(_, name) => Some(name),
                _ => None,
            };
            let is_hook = |path: &str| path.ends_with(AFTER_RESTORE);
            let hook = || matches!(self.program.value((unit, *callee)), Thing::External(path) if is_hook(&path));
            if named.is_none_or(|name| !is_hook(name)) || !hook() {
                continue;
            }
            let direct = flow.defined_function(number).map(|function| (unit, function));
            let handed = args.iter().filter_map(|arg| self.program.function((unit, arg.value)));
            for function in handed.chain(direct).filter(|function| function.0 == unit) {
                let Some((_, body)) = self.program.body(function) else { continue };
                renewed.extend(flow.below(body).into_iter().filter_map(|stmt| match stmt {
                    Stmt::Bind(var, _) => Some(*var),
                    _ => None,
                }));
            }
        }
        renewed
    }

    /// A call of an own function during which such a value is made, as the simulation saw it.
    fn helper_call(&self, at: At) -> Option<Made> {
        let Kind::Call(callee, _) = self.program.kind(at) else { return None };
        if called(self.program, at).is_none() && self.program.class((at.0, *callee)).is_none() {
            return None;
        }
        let (module, span) = (self.module(at.0), self.flow(at.0).span(at.1));
        let from_here =
            |call: &&LoadCall| call.via.first().is_some_and(|site| site.importer == module && site.span == span);
        self.program.graph.calls.iter().filter(from_here).find_map(|call| {
            let row = kept_row(&call.callee).filter(|_| self.is_given_on(call.module, call.span))?;
            Some((call.callee.to_string(), row, Some((call.module, call.span))))
        })
    }

    /// Whether own code gives a call's value on, or keeps it: what a helper makes for itself alone is gone with it.
    fn is_given_on(&self, module: ModuleId, span: Span) -> bool {
        let Some(unit) = self.program.unit_of(module) else { return false };
        let flow = self.flow(unit);
        let around = flow.functions.iter().filter(|function| function.span.holds(span));
        let Some(function) = around.min_by_key(|function| function.span.end - function.span.start) else { return true };
        let stmts = flow.below(function.body);
        let is_it = |node: &NodeId| flow.span(*node) == span;
        let mut names: BTreeSet<VarId> = BTreeSet::new();
        for stmt in &stmts {
            if let Stmt::Bind(var, value) = stmt
                && self.within(unit, *value).iter().any(is_it)
            {
                names.insert(*var);
            }
        }
        let has = |node: NodeId| {
            let is_named = |node: &NodeId| matches!(flow.kind(*node), Kind::Var(var) if names.contains(var));
            self.within(unit, node).iter().any(|node| is_it(node) || is_named(node))
        };
        let outer = |var: &VarId| flow.vars.get(*var as usize).is_some_and(|var| var.top);
        names.iter().any(outer)
            || stmts.iter().any(|stmt| match stmt {
                Stmt::Return(Some(value)) | Stmt::Store(_, value) => has(*value),
                _ => false,
            })
    }

    /// Whether a function of the module, or another module, reads a variable of the top level.
    fn is_used_later(&self, unit: UnitId, var: VarId) -> bool {
        let flow = self.flow(unit);
        let reads = |node: &flow::Node| matches!(node.kind, Kind::Var(read) if read == var);
        let inside = |span: Span| flow.functions.iter().any(|function| function.span.holds(span));
        if flow.nodes.iter().any(|node| reads(node) && inside(node.span)) {
            return true;
        }
        let Some(name) = flow.vars.get(var as usize).map(|var| &var.name) else { return false };
        let module = self.module(unit);
        (0..self.program.units.len()).filter(|other| *other != unit).any(|other| {
            let takes = |def: &Def| match def {
                Def::Import(import) => {
                    let named = matches!(&import.member, flow::Member::Name(member) if member == name);
                    named && self.program.targets(other, import).contains(&module)
                }
                _ => false,
            };
            self.flow(other).vars.iter().flat_map(|var| &var.defs).any(takes)
        })
    }
}

fn kept_row(callee: &str) -> Option<&'static Row> {
    WORDS.kept.iter().find(|row| row.has(callee))
}
