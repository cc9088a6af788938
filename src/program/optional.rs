//! Branches that only some requests take while others do something else.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::flow::{BlockId, Comparison, Def, Flow, Kind, NodeId, Stmt, Target, VarId};
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

/// The two sides of branches inside functions where both sides do something: what is taken where the test holds or
/// something is caught, and what is taken where it does not.
#[derive(Default)]
pub(crate) struct Optional {
    pub(crate) taken: Vec<BlockId>,
    pub(crate) otherwise: Vec<BlockId>,
    /// Blocks that a branch leaves early with an answer, with the number of the first statement behind it.
    pub(crate) rests: Vec<(BlockId, usize)>,
}

/// The optional branches of all functions of a module.
pub(crate) fn optional(flow: &Flow) -> Optional {
    let mut looker = Looker { flow, found: Optional::default() };
    for function in &flow.functions {
        looker.block(function.body, false, 0);
    }
    looker.found
}

struct Looker<'f> {
    flow: &'f Flow,
    found: Optional,
}

impl Looker<'_> {
    /// Looks through a block. `around` says whether what runs behind it does something anyway.
    fn block(&mut self, block: BlockId, around: bool, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        let flow = self.flow;
        let stmts = flow.block(block);
        for (at, stmt) in stmts.iter().enumerate() {
            let rest = stmts.get(at + 1..).unwrap_or_default();
            let behind = around || computes(flow, rest);
            match stmt {
                Stmt::If(test, yes, no) => {
                    self.branch(*test, *yes, *no, works(flow, rest) || around);
                    if no.is_none() && self.is_left(*test, *yes, rest) {
                        self.found.rests.push((block, at + 1));
                    }
                    for inner in std::iter::once(yes).chain(no) {
                        self.block(*inner, behind && !is_end(flow, *inner), depth + 1);
                    }
                }
                Stmt::Match(_, arms) => {
                    let working = arms.iter().filter(|arm| works(flow, flow.block(arm.block))).count();
                    for arm in arms {
                        let others = working - usize::from(works(flow, flow.block(arm.block)));
                        if others > 0 || works(flow, rest) || around {
                            let found = &mut self.found;
                            let side = if arm.patterns.is_empty() { &mut found.otherwise } else { &mut found.taken };
                            side.push(arm.block);
                        }
                        self.block(arm.block, behind && !is_end(flow, arm.block), depth + 1);
                    }
                }
                Stmt::Each(_, body) => self.block(*body, behind, depth + 1),
                Stmt::Nested(blocks) => {
                    self.handlers(blocks, works(flow, rest) || around);
                    blocks.iter().for_each(|inner| self.block(*inner, behind, depth + 1));
                }
                _ => {}
            }
        }
    }

    fn branch(&mut self, test: NodeId, yes: BlockId, no: Option<BlockId>, behind: bool) {
        let flow = self.flow;
        let other = no.map_or(&[][..], |no| flow.block(no));
        if (works(flow, other) || behind) && !fills(flow, test, true, flow.block(yes)) && !all_but_one(flow, test, true)
        {
            self.found.taken.push(yes);
        }
        if let Some(no) = no
            && (works(flow, flow.block(yes)) || behind)
            && !fills(flow, test, false, other)
            && !all_but_one(flow, test, false)
        {
            self.found.otherwise.push(no);
        }
    }

    /// Whether a branch answers a request with something it has looked up or worked out, so that what stands behind it
    /// is for the others.
    fn is_left(&self, test: NodeId, yes: BlockId, rest: &[Stmt]) -> bool {
        let flow = self.flow;
        let Some(Stmt::Return(Some(value))) = flow.block(yes).last() else { return false };
        let answers = !matches!(flow.kind(*value), Kind::Var(_)) && !is_constant(flow, *value, 0);
        answers
            && works(flow, flow.block(yes))
            && works(flow, rest)
            && !fills(flow, test, false, rest)
            && !all_but_one(flow, test, false)
    }

    /// What catches is run where what it guards did not work out.
    fn handlers(&mut self, blocks: &[BlockId], behind: bool) {
        let flow = self.flow;
        let Some((body, others)) = blocks.split_first() else { return };
        if !(works(flow, flow.block(*body)) || behind) {
            return;
        }
        let read = read(flow, *body);
        let caught = others.iter().filter(|block| flow.handlers.contains(block));
        self.found.taken.extend(caught.filter(|block| read.is_disjoint(&made(flow, flow.block(**block)))));
    }
}

/// Whether a block ends with a result.
fn is_end(flow: &Flow, block: BlockId) -> bool {
    matches!(flow.block(block).last(), Some(Stmt::Return(_)))
}

/// Whether a test has an outcome for every value but one that is written out: that says nothing of how many requests
/// have it.
fn all_but_one(flow: &Flow, test: NodeId, outcome: bool) -> bool {
    let is_text = |node: NodeId| matches!(flow.kind(node), Kind::Text(_));
    match flow.kind(test) {
        Kind::Not(inner) => matches!(flow.kind(*inner), Kind::Compare(..)) && all_but_one(flow, *inner, !outcome),
        Kind::Compare(Comparison::Equal, a, b) => !outcome && (is_text(*a) || is_text(*b)),
        Kind::Compare(Comparison::NotEqual, a, b) => outcome && (is_text(*a) || is_text(*b)),
        _ => false,
    }
}

/// Whether a value is written out as a whole.
fn is_constant(flow: &Flow, node: NodeId, depth: u32) -> bool {
    let constant = |node: &NodeId| depth < DEEPEST && is_constant(flow, *node, depth + 1);
    match flow.kind(node) {
        Kind::Text(_) | Kind::Regex(_) | Kind::Nothing | Kind::Nth(_) => true,
        Kind::Group(parts) | Kind::List(parts) => parts.iter().all(constant),
        Kind::Map(entries) => entries.iter().all(|(_, value)| constant(value)),
        _ => false,
    }
}

/// Whether a branch that is taken where `test` has an outcome makes what it has missed: `if (!cached) { cached = .. }`.
/// The first request in each environment takes it.
fn fills(flow: &Flow, test: NodeId, outcome: bool, stmts: &[Stmt]) -> bool {
    let mut missed = BTreeSet::new();
    missing(flow, test, outcome, &mut missed, 0);
    !missed.is_empty() && !missed.is_disjoint(&made(flow, stmts))
}

/// Variables of the module that statements assign to, in whole or in part.
fn made(flow: &Flow, stmts: &[Stmt]) -> BTreeSet<VarId> {
    let mut made = Made { flow, vars: BTreeSet::new(), nodes: 0 };
    made.stmts(stmts, 0);
    made.vars
}

/// Variables of the module that a block looks something up in.
fn read(flow: &Flow, block: BlockId) -> BTreeSet<VarId> {
    let mut todo: Vec<(NodeId, u32)> = Vec::new();
    for stmt in flow.below(block) {
        match stmt {
            Stmt::Eval(value) | Stmt::Bind(_, value) | Stmt::Return(Some(value)) => todo.push((*value, 0)),
            Stmt::If(test, ..) => todo.push((*test, 0)),
            _ => {}
        }
    }
    let (mut found, mut nodes) = (BTreeSet::new(), 0);
    while let Some((node, depth)) = todo.pop() {
        nodes += 1;
        if nodes > MOST_NODES {
            break;
        }
        found.extend(root(flow, node));
        if depth < DEEPEST {
            todo.extend(flow.parts(node).into_iter().map(|part| (part, depth + 1)));
        }
    }
    found
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
            Kind::Var(var) => match flow.vars.get(*var as usize)? {
                known if known.top => return Some(*var),
                // What was looked up before: `found = CACHE.get(key)`.
                known => match known.defs.first()? {
                    Def::Node(value) => node = *value,
                    _ => return None,
                },
            },
            Kind::Attr(inner, _) | Kind::Index(inner, _) => node = *inner,
            // A function of the module is none that is empty.
            Kind::Call(callee, _) if !matches!(flow.kind(*callee), Kind::Var(_)) => node = *callee,
            _ => return None,
        }
    }
    None
}

/// Collects what statements assign to.
struct Made<'f> {
    flow: &'f Flow,
    vars: BTreeSet<VarId>,
    nodes: usize,
}

impl Made<'_> {
    fn block(&mut self, block: BlockId, depth: u32) {
        if depth <= DEEPEST {
            self.stmts(self.flow.block(block), depth);
        }
    }

    fn stmts(&mut self, stmts: &[Stmt], depth: u32) {
        for stmt in stmts {
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
    /// Whether that is more than to give something that is written out.
    computes: bool,
    fails: bool,
    nodes: usize,
}

/// Whether statements do something for a request, other than turning it down.
fn works(flow: &Flow, stmts: &[Stmt]) -> bool {
    let mut signs = Signs::default();
    signs.stmts(flow, stmts, 0);
    signs.work && !signs.fails || signs.nodes > MOST_NODES
}

/// The same, and more than to give something that is written out.
fn computes(flow: &Flow, stmts: &[Stmt]) -> bool {
    let mut signs = Signs::default();
    signs.stmts(flow, stmts, 0);
    signs.computes && !signs.fails || signs.nodes > MOST_NODES
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
                    let is_answer = !matches!(flow.kind(*value), Kind::Nothing) && !is_response(flow, *value);
                    self.work |= is_answer;
                    self.computes |= is_answer && !is_constant(flow, *value, 0);
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
                self.computes |= !is(&WORDS.trivial);
            }
            _ => {}
        }
        for part in flow.parts(node) {
            self.node(flow, part, depth + 1);
        }
    }
}
