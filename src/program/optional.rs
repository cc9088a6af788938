//! Branches that only some requests take while others do something else.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::flow::{BlockId, Comparison, Flow, Kind, NodeId, Stmt, Target, VarId};
use crate::knowledge;

/// What tells such a branch from one that turns a request down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    trivial: Vec<String>,
    failing: Vec<String>,
    raising: Vec<String>,
}

knowledge::table! {
    static WORDS: Words = "program/rare.toml", tested by the_words_of_branches_read;
}

/// How deep blocks and expressions are looked into.
const DEEPEST: u32 = 48;
/// Expressions may be shared: a path of more than this many counts as work.
const MOST_NODES: usize = 4096;

/// The two sides of branches inside functions where both sides do something: what is taken where the test holds, and
/// what is taken where it does not.
pub(crate) struct Optional {
    pub(crate) taken: Vec<BlockId>,
    pub(crate) otherwise: Vec<BlockId>,
}

/// The optional branches of all functions of a module.
pub(crate) fn optional(flow: &Flow) -> Optional {
    let mut found = Optional { taken: Vec::new(), otherwise: Vec::new() };
    for function in &flow.functions {
        look(flow, function.body, &mut found, 0);
    }
    found
}

fn look(flow: &Flow, block: BlockId, found: &mut Optional, depth: u32) {
    if depth > DEEPEST {
        return;
    }
    let stmts = flow.block(block);
    for (at, stmt) in stmts.iter().enumerate() {
        let rest = stmts.get(at + 1..).unwrap_or_default();
        match stmt {
            Stmt::If(test, yes, no) => {
                let other = no.map_or(&[][..], |no| flow.block(no));
                if (works(flow, other) || works(flow, rest)) && !fills(flow, *test, true, *yes) {
                    found.taken.push(*yes);
                }
                if let Some(no) = no
                    && (works(flow, flow.block(*yes)) || works(flow, rest))
                    && !fills(flow, *test, false, *no)
                {
                    found.otherwise.push(*no);
                }
                for inner in std::iter::once(yes).chain(no) {
                    look(flow, *inner, found, depth + 1);
                }
            }
            Stmt::Match(_, arms) => {
                let working = arms.iter().filter(|arm| works(flow, flow.block(arm.block))).count();
                for arm in arms {
                    let others = working - usize::from(works(flow, flow.block(arm.block)));
                    if others > 0 || works(flow, rest) {
                        let side = if arm.patterns.is_empty() { &mut found.otherwise } else { &mut found.taken };
                        side.push(arm.block);
                    }
                    look(flow, arm.block, found, depth + 1);
                }
            }
            Stmt::Each(_, body) => look(flow, *body, found, depth + 1),
            Stmt::Nested(blocks) => blocks.iter().for_each(|inner| look(flow, *inner, found, depth + 1)),
            _ => {}
        }
    }
}

/// Whether a branch that is taken where `test` has an outcome makes what it has missed: `if (!cached) { cached = .. }`.
/// The first request in each environment takes it.
fn fills(flow: &Flow, test: NodeId, outcome: bool, block: BlockId) -> bool {
    let mut missed = BTreeSet::new();
    missing(flow, test, outcome, &mut missed, 0);
    if missed.is_empty() {
        return false;
    }
    let mut made = Made { flow, vars: BTreeSet::new(), nodes: 0 };
    made.block(block, 0);
    !missed.is_disjoint(&made.vars)
}

/// Variables of the module of which a test has an outcome because they are empty, or lack something.
fn missing(flow: &Flow, test: NodeId, outcome: bool, found: &mut BTreeSet<VarId>, depth: u32) {
    if depth > DEEPEST {
        return;
    }
    let nothing = |node: NodeId| matches!(flow.kind(node), Kind::Nothing);
    match flow.kind(test) {
        Kind::Not(inner) => missing(flow, *inner, !outcome, found, depth + 1),
        Kind::And(parts) | Kind::Or(parts) => {
            parts.iter().for_each(|part| missing(flow, *part, outcome, found, depth + 1));
        }
        Kind::Compare(Comparison::Equal, a, b) if nothing(*b) && outcome => found.extend(root(flow, *a)),
        Kind::Compare(Comparison::NotEqual, a, b) if nothing(*b) && !outcome => found.extend(root(flow, *a)),
        Kind::Compare(Comparison::In, _, container) if !outcome => found.extend(root(flow, *container)),
        Kind::Var(_) | Kind::Attr(..) | Kind::Index(..) | Kind::Call(..) if !outcome => found.extend(root(flow, test)),
        _ => {}
    }
}

/// The variable of the module that a place or a call of a method is about.
fn root(flow: &Flow, mut node: NodeId) -> Option<VarId> {
    for _ in 0..DEEPEST {
        match flow.kind(node) {
            Kind::Var(var) => return flow.vars.get(*var as usize).is_some_and(|var| var.top).then_some(*var),
            Kind::Attr(inner, _) | Kind::Index(inner, _) => node = *inner,
            // A function of the module is none that is empty.
            Kind::Call(callee, _) if !matches!(flow.kind(*callee), Kind::Var(_)) => node = *callee,
            _ => return None,
        }
    }
    None
}

/// Variables of the module that statements assign to, in whole or in part.
struct Made<'f> {
    flow: &'f Flow,
    vars: BTreeSet<VarId>,
    nodes: usize,
}

impl Made<'_> {
    fn block(&mut self, block: BlockId, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        for stmt in self.flow.block(block) {
            match stmt {
                Stmt::Bind(var, value) => {
                    self.vars.insert(*var);
                    self.node(*value, 0);
                }
                Stmt::Store(place, value) => {
                    self.vars.extend(root(self.flow, *place));
                    self.node(*value, 0);
                }
                Stmt::Eval(value) | Stmt::Return(Some(value)) => self.node(*value, 0),
                Stmt::Return(None) | Stmt::Import(_) => {}
                Stmt::If(_, yes, no) => {
                    std::iter::once(yes).chain(no).for_each(|inner| self.block(*inner, depth + 1));
                }
                Stmt::Match(_, arms) => arms.iter().for_each(|arm| self.block(arm.block, depth + 1)),
                Stmt::Each(_, body) => self.block(*body, depth + 1),
                Stmt::Nested(blocks) => blocks.iter().for_each(|inner| self.block(*inner, depth + 1)),
            }
        }
    }

    fn node(&mut self, node: NodeId, depth: u32) {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return;
        }
        match self.flow.kind(node) {
            Kind::Assign(Target::Var(var), _) => {
                self.vars.insert(*var);
            }
            Kind::Assign(Target::Place(place), _) => self.vars.extend(root(self.flow, *place)),
            // `cache.set(key, value)`.
            Kind::Call(callee, args) if args.len() > 1 => {
                if let Kind::Attr(object, _) = self.flow.kind(*callee) {
                    self.vars.extend(root(self.flow, *object));
                }
            }
            _ => {}
        }
        for part in self.flow.parts(node) {
            self.node(part, depth + 1);
        }
    }
}

/// Whether a value is the literal of a response: with which status no table here says.
fn is_response(flow: &Flow, node: NodeId) -> bool {
    let Kind::Map(entries) = flow.kind(node) else { return false };
    entries.iter().any(|(key, _)| flow.text(*key).is_some_and(|key| &**key == "statusCode"))
}

/// What some statements say of themselves.
#[derive(Default)]
struct Signs {
    work: bool,
    fails: bool,
    nodes: usize,
}

/// Whether statements do something for a request, other than turning it down.
fn works(flow: &Flow, stmts: &[Stmt]) -> bool {
    let mut signs = Signs::default();
    signs.stmts(flow, stmts, 0);
    signs.work && !signs.fails || signs.nodes > MOST_NODES
}

impl Signs {
    fn stmts(&mut self, flow: &Flow, stmts: &[Stmt], depth: u32) {
        if depth > DEEPEST {
            return;
        }
        for stmt in stmts {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return;
            }
            match stmt {
                Stmt::Eval(value) | Stmt::Bind(_, value) => self.node(flow, *value, 0),
                Stmt::Return(Some(value)) => {
                    self.work |= !matches!(flow.kind(*value), Kind::Nothing) && !is_response(flow, *value);
                    self.node(flow, *value, 0);
                }
                Stmt::Store(place, value) => {
                    self.node(flow, *place, 0);
                    self.node(flow, *value, 0);
                }
                Stmt::Return(None) | Stmt::Import(_) => {}
                Stmt::If(test, yes, no) => {
                    self.node(flow, *test, 0);
                    for block in std::iter::once(yes).chain(no) {
                        self.stmts(flow, flow.block(*block), depth + 1);
                    }
                }
                Stmt::Match(subject, arms) => {
                    self.node(flow, *subject, 0);
                    arms.iter().for_each(|arm| self.stmts(flow, flow.block(arm.block), depth + 1));
                }
                Stmt::Each(iterated, body) => {
                    self.node(flow, *iterated, 0);
                    self.stmts(flow, flow.block(*body), depth + 1);
                }
                Stmt::Nested(blocks) => {
                    blocks.iter().for_each(|block| self.stmts(flow, flow.block(*block), depth + 1));
                }
            }
        }
    }

    fn node(&mut self, flow: &Flow, node: NodeId, depth: u32) {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return;
        }
        match flow.kind(node) {
            Kind::Text(text) => {
                let text = text.to_lowercase();
                self.fails |= WORDS.failing.iter().any(|word| text.contains(word.as_str()));
            }
            Kind::Call(callee, _) => {
                let name = match flow.kind(*callee) {
                    Kind::Attr(_, name) | Kind::Global(name) => Some(name),
                    Kind::Var(var) => flow.vars.get(*var as usize).map(|var| &var.name),
                    _ => None,
                };
                let is = |words: &[String]| name.is_some_and(|name| words.iter().any(|word| **word == **name));
                self.fails |= name.is_some_and(|name| WORDS.raising.iter().any(|word| name.contains(word.as_str())));
                self.work |= !is(&WORDS.trivial);
            }
            _ => {}
        }
        for part in flow.parts(node) {
            self.node(flow, part, depth + 1);
        }
    }
}
