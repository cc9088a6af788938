//! What own code asks of the modules that it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::flow::{Def, Flow, Import, Kind, Member, NodeId, Stmt, Target, VarId};
use super::values::is_interop;
use crate::span::Span;

/// How far what an import gives is followed through names.
const DEPTH: u32 = 16;

/// The names that own code takes of what an import gives, where it does nothing else with that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The names.
    pub names: BTreeSet<Arc<str>>,
    /// Whether some are taken of its default export.
    pub of_default: bool,
}

/// What a module asks of its imports, by their places; imports that it hands on, changes or calls are left out.
pub(crate) fn asked(flow: &Flow) -> BTreeMap<Span, Asked> {
    let uses = Uses::of(flow);
    let mut found: BTreeMap<Span, Option<Asked>> = BTreeMap::new();
    for import in uses.imports() {
        let asked = found.entry(import.span).or_insert_with(|| Some(Asked::default()));
        let complete = match asked.as_mut() {
            Some(asked) => uses.add(&import, asked),
            None => None,
        };
        if complete.is_none() {
            *asked = None;
        }
    }
    found.into_iter().filter_map(|(span, asked)| Some((span, asked.filter(|asked| !asked.names.is_empty())?))).collect()
}

/// Something that an import gives to its module.
struct Given {
    span: Span,
    what: What,
}

enum What {
    /// A variable with what it stands for.
    Bound(VarId, Member),
    /// The value of a `require(..)`.
    Value(NodeId),
    /// It is handed on, or only loaded.
    Whole,
}

/// Who uses a node.
#[derive(Clone, Copy)]
enum Use {
    /// Its member, by the node that is the member.
    Member(NodeId),
    /// A compiler's helper, by the call.
    Interop(NodeId),
    /// It is all of another node.
    Same(NodeId),
    /// It becomes a variable's value.
    Bind(VarId),
    Other,
}

struct Uses<'f> {
    flow: &'f Flow,
    of: FxHashMap<NodeId, Vec<Use>>,
    /// The nodes that are a variable.
    vars: FxHashMap<VarId, Vec<NodeId>>,
    /// Nodes that something is assigned to.
    stored: FxHashSet<NodeId>,
}

impl<'f> Uses<'f> {
    fn of(flow: &'f Flow) -> Self {
        let (of, vars, stored) = (FxHashMap::default(), FxHashMap::default(), FxHashSet::default());
        let mut uses = Self { flow, of, vars, stored };
        for (at, node) in (0..).zip(&flow.nodes) {
            uses.in_node(at, &node.kind);
        }
        for stmt in flow.blocks.iter().flatten() {
            uses.in_statement(stmt);
        }
        let classes = flow.classes.iter().flat_map(|class| class.bases.iter().chain(&class.decorators));
        let exported = flow.exports.iter().filter_map(|(_, def)| match def {
            Def::Node(node) => Some(node),
            _ => None,
        });
        for node in classes.chain(exported) {
            uses.put(*node, Use::Other);
        }
        uses
    }

    fn put(&mut self, node: NodeId, used: Use) {
        self.of.entry(node).or_default().push(used);
    }

    fn in_node(&mut self, at: NodeId, kind: &Kind) {
        match kind {
            Kind::Var(var) => self.vars.entry(*var).or_default().push(at),
            Kind::Attr(object, _) => self.put(*object, Use::Member(at)),
            Kind::Or(parts) if parts.len() == 1 => self.put(parts[0], Use::Same(at)),
            Kind::Call(callee, args) => {
                let interop = match self.flow.kind(*callee) {
                    Kind::Var(var) => self.flow.vars.get(*var as usize).is_some_and(|var| is_interop(&var.name)),
                    Kind::Global(name) | Kind::Attr(_, name) => is_interop(name),
                    _ => false,
                };
                self.put(*callee, Use::Other);
                for arg in args {
                    self.put(arg.value, if interop { Use::Interop(at) } else { Use::Other });
                }
            }
            Kind::Assign(target, value) => {
                if let Target::Place(place) = target {
                    self.stored.insert(*place);
                }
                self.put(*value, Use::Other);
            }
            _ => {
                for part in self.flow.parts(at) {
                    self.put(part, Use::Other);
                }
            }
        }
    }

    fn in_statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Bind(var, value) => self.put(*value, Use::Bind(*var)),
            Stmt::Store(place, value) => {
                self.stored.insert(*place);
                self.put(*value, Use::Other);
            }
            Stmt::Eval(node) | Stmt::Return(Some(node)) | Stmt::If(node, ..) | Stmt::Each(node, _) => {
                self.put(*node, Use::Other);
            }
            Stmt::Match(subject, arms) => {
                self.put(*subject, Use::Other);
                for arm in arms {
                    arm.patterns.iter().chain(&arm.guard).for_each(|node| self.put(*node, Use::Other));
                }
            }
            Stmt::Import(_) | Stmt::Return(None) | Stmt::Nested(_) => {}
        }
    }

    fn imports(&self) -> Vec<Given> {
        let mut found = Vec::new();
        let whole = |import: &Import| Given { span: import.span, what: What::Whole };
        for (var, variable) in (0..).zip(&self.flow.vars) {
            for def in &variable.defs {
                if let Def::Import(import) = def {
                    let bound = What::Bound(var, import.member.clone());
                    found.push(Given { span: import.span, what: bound });
                }
            }
        }
        for (at, node) in (0..).zip(&self.flow.nodes) {
            if let Kind::Import(_) = node.kind {
                found.push(Given { span: node.span, what: What::Value(at) });
            }
        }
        let exported = self.flow.exports.iter().filter_map(|(_, def)| match def {
            Def::Import(import) => Some(import),
            _ => None,
        });
        found.extend(exported.chain(&self.flow.stars).map(whole));
        let loaded = self.flow.blocks.iter().flatten().filter_map(|stmt| match stmt {
            Stmt::Import(bound) => Some(bound.iter().filter(|(var, _)| var.is_none())),
            _ => None,
        });
        found.extend(loaded.flatten().map(|(_, import)| whole(import)));
        found
    }

    /// Adds what is asked of what an import gives; nothing where more is done with it.
    fn add(&self, given: &Given, asked: &mut Asked) -> Option<()> {
        match &given.what {
            What::Whole => None,
            What::Value(node) => self.node(*node, false, asked, DEPTH),
            What::Bound(_, Member::Name(name)) if &**name != "default" => {
                asked.names.insert(Arc::clone(name));
                Some(())
            }
            What::Bound(var, member) => {
                asked.of_default |= matches!(member, Member::Name(_));
                self.variable(*var, false, asked, DEPTH)
            }
        }
    }

    /// All uses of a variable, as those of what it holds.
    fn variable(&self, var: VarId, interop: bool, asked: &mut Asked, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let is_exported = self.flow.exports.iter().any(|(_, def)| matches!(def, Def::Var(other) if *other == var));
        if is_exported || self.flow.vars.get(var as usize)?.defs.len() != 1 {
            return None;
        }
        self.vars.get(&var).into_iter().flatten().try_for_each(|node| self.node(*node, interop, asked, depth))
    }

    /// All uses of a node. `interop` says that a compiler's helper has put the module behind `default`.
    fn node(&self, node: NodeId, interop: bool, asked: &mut Asked, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        // What nothing is seen to use is not kept in this form.
        let uses = self.of.get(&node)?;
        uses.iter().try_for_each(|used| match *used {
            Use::Other => None,
            Use::Bind(var) => self.variable(var, interop, asked, depth),
            Use::Interop(call) => self.node(call, true, asked, depth),
            Use::Same(other) => self.node(other, interop, asked, depth),
            Use::Member(member) => {
                let Kind::Attr(_, name) = self.flow.kind(member) else { return None };
                // To change what a module holds needs the module.
                if self.stored.contains(&member) {
                    return None;
                }
                if &**name == "default" {
                    asked.of_default = true;
                    return interop.then_some(()).and_then(|()| self.node(member, false, asked, depth));
                }
                asked.names.insert(Arc::clone(name));
                Some(())
            }
        })
    }
}
