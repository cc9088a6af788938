//! What own code does that is wrong where an environment is cloned from a snapshot, serves several requests at once, or
//! runs its handler again from the top. Whether any of that holds is said by the function's settings; here is only
//! what the code does.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::flow::{Def, Flow, FuncId, Kind, NodeId, Stmt, Target, VarId};
use super::origin::called;
use super::values::{At, Program, Thing, UnitId};
use crate::graph::{LoadCall, ModuleId};
use crate::span::Span;
use crate::{knowledge, text};

/// Own functions that are followed from the handler.
const MOST_FUNCTIONS: usize = 400;
/// Expressions within each other.
const DEEPEST: u32 = 48;
/// What registers a function that runs after the restore.
const AFTER_RESTORE: &str = "register_after_restore";
/// How far a value is followed to the request that it comes from.
const TAINT_DEPTH: u32 = 6;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    kept: Vec<Row>,
    loose: Vec<Row>,
    steps: Steps,
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
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    methods: Vec<String>,
    decorators: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tmp {
    writes: Vec<String>,
    opens: Vec<String>,
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
    for function in finder.reached(handlers) {
        finder.shared(function);
        finder.written(function);
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

/// What makes a value: the callee, its row of the table, and where a helper calls it.
type Made = (String, &'static Row, Option<(ModuleId, Span)>);

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

    /// Values that module code makes and functions use.
    fn kept(&mut self, unit: UnitId) {
        let flow = self.flow(unit);
        let renewed = self.renewed(unit);
        for stmt in flow.below(flow.top) {
            let Stmt::Bind(var, value) = stmt else { continue };
            if !flow.vars.get(*var as usize).is_some_and(|var| var.top) || renewed.contains(var) {
                continue;
            }
            for node in self.within(unit, *value) {
                let found =
                    self.callee((unit, node)).and_then(|callee| kept_row(&callee).map(|row| (callee, row, None)));
                let found = found.or_else(|| self.helper_call((unit, node)));
                let Some((callee, row, source)) = found else { continue };
                // Asked last: it looks through all code, and hardly any value gets this far.
                if !self.is_used_later(unit, *var) {
                    break;
                }
                let name = flow.vars.get(*var as usize).map_or_else(String::new, |var| var.name.to_string());
                self.found.kept.push(Hazard {
                    module: self.module(unit),
                    span: flow.span(node),
                    name,
                    callee,
                    does: row.does.clone(),
                    source,
                });
                break;
            }
        }
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
        called(self.program, at)?;
        let (module, span) = (self.module(at.0), self.flow(at.0).span(at.1));
        let from_here =
            |call: &&LoadCall| call.via.first().is_some_and(|site| site.importer == module && site.span == span);
        self.program.graph.calls.iter().filter(from_here).find_map(|call| {
            let row = kept_row(&call.callee)?;
            Some((call.callee.to_string(), row, Some((call.module, call.span))))
        })
    }

    /// Whether a function of the module, or another module, reads a variable of the top level.
    fn is_used_later(&self, unit: UnitId, var: VarId) -> bool {
        let flow = self.flow(unit);
        let reads = |node: &super::flow::Node| matches!(node.kind, Kind::Var(read) if read == var);
        let inside = |span: Span| {
            flow.functions.iter().any(|function| function.span.start <= span.start && span.end <= function.span.end)
        };
        if flow.nodes.iter().any(|node| reads(node) && inside(node.span)) {
            return true;
        }
        let Some(name) = flow.vars.get(var as usize).map(|var| &var.name) else { return false };
        let module = self.module(unit);
        (0..self.program.units.len()).filter(|other| *other != unit).any(|other| {
            let takes = |def: &Def| match def {
                Def::Import(import) => {
                    let named = matches!(&import.member, super::flow::Member::Name(member) if member == name);
                    named && self.program.targets(other, import).contains(&module)
                }
                _ => false,
            };
            self.flow(other).vars.iter().flat_map(|var| &var.defs).any(takes)
        })
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
                        Kind::Call(..) => todo.extend(called(self.program, (unit, node))),
                        _ => {}
                    }
                }
            }
        }
        order
    }

    /// Values of the request that a function stores where other requests see them.
    fn shared(&mut self, function: (UnitId, FuncId)) {
        let Some((unit, body)) = self.program.body(function) else { return };
        let flow = self.flow(unit);
        for stmt in flow.below(body) {
            let (target, value) = match stmt {
                Stmt::Bind(var, value) => (Target::Var(*var), *value),
                Stmt::Store(place, value) => (Target::Place(*place), *value),
                Stmt::Eval(node) => match flow.kind(*node) {
                    Kind::Assign(target, value) => (*target, *value),
                    _ => continue,
                },
                _ => continue,
            };
            let Some((name, var)) = self.module_variable(unit, target) else { continue };
            let span = flow.span(value);
            if !self.is_of_request(unit, value, TAINT_DEPTH)
                || !self.is_read_after_wait(unit, function.1, var, &name, span)
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
        let within = |span: Span| around.start <= span.start && span.end <= around.end && span.start >= after.end;
        let waits = flow.nodes.iter().filter(|node| within(node.span)).filter(|node| match &node.kind {
            // What is awaited stands behind the word.
            Kind::Or(parts) => matches!(parts.as_slice(), [inner] if node.span.start < flow.span(*inner).start),
            _ => false,
        });
        let Some(first) = waits.map(|node| node.span.end).min() else { return false };
        // What another function reads may be read while this one waits.
        let here = |span: Span| within(span) && span.start >= first;
        let elsewhere = |span: Span| {
            let inside = |other: &super::flow::Function| other.span.start <= span.start && span.end <= other.span.end;
            !(around.start <= span.start && span.end <= around.end) && flow.functions.iter().any(inside)
        };
        flow.nodes.iter().any(|node| {
            let reads = match (&node.kind, var) {
                (Kind::Var(read), Some(var)) => *read == var,
                (Kind::Attr(_, member), None) => name.ends_with(&**member),
                _ => false,
            };
            reads && (here(node.span) || elsewhere(node.span))
        })
    }

    /// Files under a fixed name in the temporary folder.
    fn written(&mut self, function: (UnitId, FuncId)) {
        let Some((unit, body)) = self.program.body(function) else { return };
        for root in self.roots(unit, body) {
            for node in self.within(unit, root) {
                let Kind::Call(callee, args) = self.flow(unit).kind(node) else { continue };
                let mut texts = args.iter().map(|arg| self.program.text((unit, arg.value)));
                let Some(path) =
                    texts.find_map(|text| text.filter(|text| is_fixed(text))).or_else(|| self.receiver(unit, *callee))
                else {
                    continue;
                };
                let Some(name) = self.callee((unit, node)).or_else(|| self.method(unit, *callee)) else { continue };
                let modes = args.iter().skip(1).filter_map(|arg| self.program.text((unit, arg.value)));
                let opens = fits(&WORDS.tmp.opens, &name)
                    && modes.clone().any(|mode| mode.len() < 5 && mode.contains(['w', 'a', 'x', '+']));
                if !opens && !fits(&WORDS.tmp.writes, &name) {
                    continue;
                }
                self.found.tmp.push(Hazard {
                    module: self.module(unit),
                    span: self.flow(unit).span(node),
                    name: path,
                    callee: name,
                    does: String::new(),
                    source: None,
                });
            }
        }
    }

    /// `Path("/tmp/x").write_text(..)`
    fn receiver(&self, unit: UnitId, callee: NodeId) -> Option<String> {
        let Kind::Attr(object, _) = self.flow(unit).kind(callee) else { return None };
        let made = match self.program.value((unit, *object)) {
            Thing::Made(path, at) if path.starts_with("pathlib.") => at,
            _ => return None,
        };
        let Kind::Call(_, args) = self.program.kind(made) else { return None };
        self.program.text((made.0, args.first()?.value)).filter(|text| is_fixed(text))
    }

    /// The name of a method of something that is not known.
    fn method(&self, unit: UnitId, callee: NodeId) -> Option<String> {
        match self.flow(unit).kind(callee) {
            Kind::Attr(_, name) => Some(format!("?.{name}")),
            Kind::Global(name) => Some(name.to_string()),
            Kind::Var(var) => self.flow(unit).vars.get(*var as usize).map(|var| var.name.to_string()),
            _ => None,
        }
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

fn kept_row(callee: &str) -> Option<&'static Row> {
    WORDS.kept.iter().find(|row| row.has(callee))
}

/// A file of a fixed name in the temporary folder, not the folder itself.
fn is_fixed(text: &str) -> bool {
    text.strip_prefix("/tmp/").is_some_and(|rest| !rest.is_empty() && !rest.contains(['{', '%', '*']))
}

impl Hazards {
    /// The modules in which something was found.
    #[must_use]
    pub fn modules(&self) -> BTreeSet<ModuleId> {
        [&self.kept, &self.shared, &self.tmp, &self.loose].into_iter().flatten().map(|hazard| hazard.module).collect()
    }
}
