//! What own code does that is wrong where an environment is cloned from a snapshot, serves several requests at once, or
//! runs its handler again from the top. Whether any of that holds is said by the function's settings; here is only
//! what the code does.

mod kept;
mod shared;
mod temporary;

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::flow::{Flow, FuncId, Kind, NodeId, Stmt};
use super::origin::called;
use super::values::{At, Program, Thing, UnitId};
use crate::graph::ModuleId;
use crate::span::Span;
use crate::{knowledge, text};

/// Own functions that are followed from the handler.
const MOST_FUNCTIONS: usize = 400;
/// Expressions within each other.
const DEEPEST: u32 = 48;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    kept: Vec<Row>,
    loose: Vec<Row>,
    steps: Steps,
    shared: Shared,
    tmp: Tmp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    #[serde(default)]
    does: String,
    any: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    /// What gives the same values in every run anyway, once it is told what to begin with.
    #[serde(default)]
    seeded: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    methods: Vec<String>,
    decorators: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    fills: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tmp {
    writes: Vec<String>,
    opens: Vec<String>,
    joins: Vec<String>,
    folders: Vec<String>,
}

knowledge::table! {
    static WORDS: Words = "program/hazards.toml", tested by the_table_of_hazards_reads;
}

impl Row {
    fn has(&self, name: &str) -> bool {
        fits(&self.any, name) && !fits(&self.unless, name)
    }
}

fn fits(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| text::matches(pattern, name))
}

/// What own code does, by kind; each in the order of the code.
#[derive(Clone, Debug, Default)]
pub struct Hazards {
    /// Values made while modules load that functions use later.
    pub kept: Vec<Hazard>,
    /// Values of a request that are stored in a module's variable and read after something was awaited.
    pub shared: Vec<Hazard>,
    /// Files in the shared temporary folder that are written under a fixed name.
    pub tmp: Vec<Hazard>,
    /// Calls of the handler, outside of steps, whose result differs when it runs again.
    pub loose: Vec<Hazard>,
}

/// One place in own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// The module.
    pub module: ModuleId,
    /// The expression or statement.
    pub span: Span,
    /// What it is about: a variable, a file.
    pub name: String,
    /// What is called.
    pub callee: String,
    /// What that does, for messages.
    pub does: String,
    /// Where a helper does it.
    pub source: Option<(ModuleId, Span)>,
}

/// Finds them, from the functions that the handler's name stands for.
pub(crate) fn find(program: &Program<'_>, handlers: &[(UnitId, FuncId)]) -> Hazards {
    let mut finder = Finder { program, seen: FxHashSet::default(), found: Hazards::default() };
    for unit in 0..program.units.len() {
        finder.kept(unit);
    }
    let reached = finder.reached(handlers);
    for function in &reached {
        finder.shared(*function, &reached);
        finder.written(*function);
    }
    for handler in handlers {
        finder.loose(*handler);
    }
    let mut found = finder.found;
    for list in [&mut found.kept, &mut found.shared, &mut found.tmp, &mut found.loose] {
        list.sort_by_key(|hazard| (hazard.module, hazard.span));
        list.dedup();
    }
    found
}

struct Finder<'p, 'a> {
    program: &'p Program<'a>,
    seen: FxHashSet<(UnitId, FuncId)>,
    found: Hazards,
}

impl<'p> Finder<'p, '_> {
    fn flow(&self, unit: UnitId) -> &'p Flow {
        self.program.flow(unit)
    }

    fn module(&self, unit: UnitId) -> ModuleId {
        self.program.units[unit].module
    }

    /// An expression with its parts; function bodies are not looked into.
    fn within(&self, unit: UnitId, node: NodeId) -> Vec<NodeId> {
        let flow = self.flow(unit);
        let (mut found, mut todo) = (Vec::new(), vec![(node, 0)]);
        while let Some((node, depth)) = todo.pop() {
            found.push(node);
            if depth < DEEPEST && found.len() < 10_000 {
                todo.extend(flow.parts(node).into_iter().map(|part| (part, depth + 1)));
            }
        }
        found
    }

    /// The expressions of a function's own statements.
    fn roots(&self, unit: UnitId, block: u32) -> Vec<NodeId> {
        let mut roots = Vec::new();
        for stmt in self.flow(unit).below(block) {
            match stmt {
                Stmt::Eval(node)
                | Stmt::Bind(_, node)
                | Stmt::If(node, ..)
                | Stmt::Each(node, _)
                | Stmt::Match(node, _) => {
                    roots.push(*node);
                }
                Stmt::Store(target, value) => roots.extend([*target, *value]),
                Stmt::Return(value) => roots.extend(value),
                Stmt::Import(_) | Stmt::Nested(_) => {}
            }
        }
        roots
    }

    /// The dotted name of what a call calls.
    fn callee(&self, at: At) -> Option<String> {
        let Kind::Call(callee, _) = self.program.kind(at) else { return None };
        match self.program.value((at.0, *callee)) {
            Thing::External(path) => Some(path),
            _ => match self.program.kind((at.0, *callee)) {
                // A method of something external.
                Kind::Attr(object, name) => match self.program.value((at.0, *object)) {
                    Thing::Made(path, _) | Thing::External(path) => Some(format!("{path}.{name}")),
                    _ => None,
                },
                Kind::Var(_) if self.program.is_builtin((at.0, *callee), "open") => Some("open".to_owned()),
                _ => None,
            },
        }
    }

    /// Own functions that run when the handler does: those that are called, or handed on.
    fn reached(&self, handlers: &[(UnitId, FuncId)]) -> Vec<(UnitId, FuncId)> {
        let mut order: Vec<(UnitId, FuncId)> = Vec::new();
        let mut todo: Vec<(UnitId, FuncId)> = handlers.to_vec();
        while let Some(function) = todo.pop() {
            if order.len() >= MOST_FUNCTIONS || order.contains(&function) {
                continue;
            }
            order.push(function);
            let Some((unit, body)) = self.program.body(function) else { continue };
            for root in self.roots(unit, body) {
                for node in self.within(unit, root) {
                    match self.flow(unit).kind(node) {
                        Kind::Function(inner) => todo.push((unit, *inner)),
                        Kind::Call(callee, _) => {
                            let plain = called(self.program, (unit, node));
                            todo.extend(plain.or_else(|| self.program.function((unit, *callee))));
                        }
                        _ => {}
                    }
                }
            }
        }
        order
    }

    /// What the handler does outside of steps.
    fn loose(&mut self, handler: (UnitId, FuncId)) {
        let mut todo: Vec<((UnitId, FuncId), Option<At>)> = vec![(handler, None)];
        while let Some((function, from)) = todo.pop() {
            if self.seen.len() >= MOST_FUNCTIONS || !self.seen.insert(function) {
                continue;
            }
            let Some((unit, body)) = self.program.body(function) else { continue };
            for root in self.roots(unit, body) {
                for node in self.outside_steps(unit, root) {
                    let at = (unit, node);
                    if let Some((callee, row)) = self.loose_call(at) {
                        self.report_loose(at, from, callee, row);
                    } else if let Some(next) = called(self.program, at).filter(|next| !self.is_step(*next)) {
                        todo.push((next, from.or(Some(at))));
                    }
                }
            }
        }
    }

    fn report_loose(&mut self, at: At, from: Option<At>, callee: String, row: &'static Row) {
        let here = (self.module(at.0), self.flow(at.0).span(at.1));
        let shown = from.unwrap_or(at);
        self.found.loose.push(Hazard {
            module: self.module(shown.0),
            span: self.flow(shown.0).span(shown.1),
            name: String::new(),
            callee,
            does: row.what.clone(),
            source: from.map(|_| here),
        });
    }

    fn loose_call(&self, at: At) -> Option<(String, &'static Row)> {
        let name = self.callee(at)?;
        let Kind::Call(_, args) = self.program.kind(at) else { return None };
        // `new Date(text)` is the same every time.
        if name == "Date" && !args.is_empty() {
            return None;
        }
        let row = WORDS.loose.iter().find(|row| row.has(&name))?;
        Some((name, row))
    }

    /// Parts of an expression that are not handed to a step.
    fn outside_steps(&self, unit: UnitId, root: NodeId) -> Vec<NodeId> {
        let flow = self.flow(unit);
        let (mut found, mut todo) = (Vec::new(), vec![(root, 0)]);
        while let Some((node, depth)) = todo.pop() {
            found.push(node);
            if depth >= DEEPEST || found.len() >= 10_000 {
                continue;
            }
            if let Kind::Call(callee, _) = flow.kind(node)
                && let Kind::Attr(object, name) = flow.kind(*callee)
                && WORDS.steps.methods.iter().any(|method| **method == **name)
            {
                todo.push((*object, depth + 1));
                continue;
            }
            todo.extend(flow.parts(node).into_iter().map(|part| (part, depth + 1)));
        }
        found
    }

    /// Whether a function is a step by its decorator.
    fn is_step(&self, function: (UnitId, FuncId)) -> bool {
        let flow = self.flow(function.0);
        flow.nodes.iter().any(|node| {
            let Kind::Call(callee, args) = &node.kind else { return false };
            let wraps = args.iter().any(|arg| matches!(flow.kind(arg.value), Kind::Function(inner) if *inner == function.1));
            wraps
                && matches!(self.program.value((function.0, *callee)), Thing::External(path) if fits(&WORDS.steps.decorators, &path))
        })
    }
}

impl Hazards {
    /// The modules in which something was found.
    #[must_use]
    pub fn modules(&self) -> BTreeSet<ModuleId> {
        [&self.kept, &self.shared, &self.tmp, &self.loose].into_iter().flatten().map(|hazard| hazard.module).collect()
    }
}
