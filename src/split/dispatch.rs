//! Routes of a handler that dispatches by itself: branches on fields of the event, tables of
//! handlers, modules chosen by name.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Condition, Field, Reader};
use super::found::{EventKind, Found, is_path};
use super::program::{At, Program, Thing, UnitId};
use super::reach::{Cuts, Region};
use super::reading::{around_span, function_name, named, of_regex};
use crate::lang::flow::{Arg, BlockId, FuncId, Kind, NodeId, Stmt};
use crate::span::Span;

/// How many own functions a dispatch is followed through.
const CALLS: u32 = 6;

/// Routes of the functions behind a handler.
pub(super) fn find(program: &Program<'_>, cuts: &mut Cuts, handlers: &[(UnitId, FuncId)]) -> Vec<Found> {
    let mut finder = Finder {
        reader: Reader { program, known: rustc_hash::FxHashMap::default() },
        cuts: Cuts::default(),
        calls: Vec::new(),
    };
    let mut found = Vec::new();
    for handler in handlers {
        let Some(first) = first_parameter(program, *handler) else { continue };
        finder.reader.known.insert((handler.0, first), Field::default());
        found.extend(finder.function(*handler, &Condition::default()));
    }
    found.retain(|route| route.certain);
    if found.is_empty() {
        return Vec::new();
    }
    cuts.nodes.extend(finder.cuts.nodes);
    cuts.blocks.extend(finder.cuts.blocks);
    let mut found: Vec<Found> = found.into_iter().map(|route| route.found).collect();
    rename_helpers(program, &mut found);
    found
}

/// A function that several branches call builds their answers; they are served by the function
/// around them.
fn rename_helpers(program: &Program<'_>, found: &mut [Found]) {
    let mut places: BTreeMap<String, BTreeSet<(UnitId, Span)>> = BTreeMap::new();
    for route in found.iter().filter(|route| matches!(route.regions.first(), Some(Region::Block(..)))) {
        places.entry(route.function.clone()).or_default().insert(route.place);
    }
    for route in found {
        let shared = places.get(&route.function).is_some_and(|places| places.len() > 1);
        if (shared || route.function.is_empty())
            && let Some(Region::Block(..)) = route.regions.first()
            && let Some(function) = around_span(program, route.place.0, route.place.1)
        {
            route.function = function_name(program, (route.place.0, function));
        }
    }
}

/// The parameter that holds the event; `self` is none.
fn first_parameter(program: &Program<'_>, function: (UnitId, FuncId)) -> Option<u32> {
    let flow = program.flow(function.0);
    let params = &flow.functions.get(function.1 as usize)?.params;
    let named = |at: usize| flow.vars.get(*params.get(at)? as usize).map(|var| &*var.name);
    let at = usize::from(matches!(named(0), Some("self" | "cls")));
    params.get(at).copied()
}

struct Branch {
    found: Found,
    certain: bool,
}

struct Finder<'p, 'a> {
    reader: Reader<'p, 'a>,
    cuts: Cuts,
    /// Functions being followed.
    calls: Vec<(UnitId, FuncId)>,
}

impl<'a> Finder<'_, 'a> {
    fn program(&self) -> &Program<'a> {
        self.reader.program
    }

    fn function(&mut self, function: (UnitId, FuncId), given: &Condition) -> Vec<Branch> {
        if self.calls.len() as u32 >= CALLS || self.calls.contains(&function) {
            return Vec::new();
        }
        let Some((unit, body)) = self.program().body(function) else { return Vec::new() };
        self.calls.push(function);
        let found = self.block(unit, body, given, 0);
        self.calls.pop();
        found
    }

    fn block(&mut self, unit: UnitId, block: BlockId, given: &Condition, depth: u32) -> Vec<Branch> {
        let mut found = Vec::new();
        if depth > 100 {
            return found;
        }
        let program = self.reader.program;
        for stmt in program.flow(unit).block(block) {
            match stmt {
                Stmt::If(test, yes, no) => {
                    found.extend(self.expr((unit, *test), given, 0));
                    match self.reader.test((unit, *test)) {
                        Some(options) => {
                            let span = program.flow(unit).span(*test);
                            found.extend(self.arm(unit, *yes, &options, given, span, depth));
                        }
                        None => found.extend(self.block(unit, *yes, given, depth + 1)),
                    }
                    if let Some(no) = no {
                        found.extend(self.block(unit, *no, given, depth + 1));
                    }
                }
                Stmt::Match(subject, arms) => {
                    for arm in arms {
                        let mut options = Vec::new();
                        for pattern in &arm.patterns {
                            let equal = self.reader.equal((unit, *subject), (unit, *pattern));
                            // `switch (true)` asks in its cases.
                            options.extend(equal.or_else(|| self.reader.test((unit, *pattern))).unwrap_or_default());
                        }
                        if let Some(guards) = arm.guard.and_then(|guard| self.reader.test((unit, guard))) {
                            options = match options.as_slice() {
                                [] => guards,
                                said => said.iter().flat_map(|a| guards.iter().map(|b| a.and(b))).collect(),
                            };
                        }
                        if options.is_empty() {
                            found.extend(self.block(unit, arm.block, given, depth + 1));
                            continue;
                        }
                        // A choice between several constants is a dispatch whatever the field is called.
                        let certain = arms.len() > 2;
                        options.iter_mut().for_each(|option| option.certain |= certain);
                        let first = arm.patterns.first().or(arm.guard.as_ref()).copied().unwrap_or(*subject);
                        let span = program.flow(unit).span(first);
                        let span = if span == Span::default() { program.flow(unit).span(*subject) } else { span };
                        found.extend(self.arm(unit, arm.block, &options, given, span, depth));
                    }
                }
                Stmt::Each(iterated, body) => {
                    found.extend(self.listed((unit, *iterated), given));
                    found.extend(self.block(unit, *body, given, depth + 1));
                }
                Stmt::Nested(blocks) => {
                    for block in blocks {
                        found.extend(self.block(unit, *block, given, depth + 1));
                    }
                }
                Stmt::Eval(value) | Stmt::Return(Some(value)) | Stmt::Bind(_, value) | Stmt::Store(_, value) => {
                    found.extend(self.expr((unit, *value), given, 0));
                }
                Stmt::Import(_) | Stmt::Return(None) => {}
            }
        }
        found
    }

    /// A branch that some condition on the event guards.
    fn arm(
        &mut self,
        unit: UnitId,
        block: BlockId,
        options: &[Condition],
        given: &Condition,
        span: Span,
        depth: u32,
    ) -> Vec<Branch> {
        self.cuts.blocks.insert((unit, block));
        let mut found = Vec::new();
        for option in options {
            let condition = given.and(option);
            let inner = self.block(unit, block, &condition, depth + 1);
            if inner.iter().any(|branch| branch.certain) {
                found.extend(inner.into_iter().map(|mut branch| {
                    branch.found.regions.push(Region::Block(unit, block));
                    branch
                }));
            } else {
                let function = self.served_by(unit, block);
                let regions = vec![Region::Block(unit, block)];
                found.push(branch(&condition, function, (unit, span), regions));
            }
        }
        found
    }

    /// The function that a branch hands over to.
    fn served_by(&self, unit: UnitId, block: BlockId) -> String {
        let program = self.program();
        for stmt in program.flow(unit).block(block) {
            let (Stmt::Return(Some(value)) | Stmt::Eval(value) | Stmt::Bind(_, value)) = stmt else { continue };
            if let Some(function) = called(program, (unit, *value), 0) {
                return function_name(program, function);
            }
        }
        String::new()
    }

    /// Dispatch inside expressions: lookups, choices, calls of own functions with the event.
    fn expr(&mut self, at: At, given: &Condition, depth: u32) -> Vec<Branch> {
        if depth > 40 {
            return Vec::new();
        }
        let program = self.reader.program;
        let unit = at.0;
        match program.kind(at) {
            Kind::Function(_) | Kind::Class(_) => Vec::new(),
            Kind::Choice(test, yes, no) => self.choice(at, *test, *yes, *no, given, depth),
            Kind::Index(object, key) => {
                let mut found = self.lookup((unit, *object), (unit, *key), given);
                found.extend(self.expr((unit, *object), given, depth + 1));
                found
            }
            Kind::Import(request) => self.chosen(at, (unit, *request), None, given),
            Kind::Call(callee, args) => {
                let mut found = Vec::new();
                if let Kind::Attr(object, name) = program.kind((unit, *callee)) {
                    let object = (unit, *object);
                    match (&**name, args.first()) {
                        ("get", Some(key)) => found.extend(self.lookup(object, (unit, key.value), given)),
                        ("find" | "filter" | "some" | "forEach" | "map" | "items" | "entries", _) => {
                            found.extend(self.listed(object, given));
                        }
                        _ => {}
                    }
                }
                found.extend(self.follow((unit, *callee), args, given));
                for part in program.flow(unit).parts(at.1) {
                    found.extend(self.expr((unit, part), given, depth + 1));
                }
                found
            }
            _ => {
                let parts = program.flow(unit).parts(at.1);
                parts.into_iter().flat_map(|part| self.expr((unit, part), given, depth + 1)).collect()
            }
        }
    }

    fn choice(&mut self, at: At, test: NodeId, yes: NodeId, no: NodeId, given: &Condition, depth: u32) -> Vec<Branch> {
        let unit = at.0;
        let program = self.reader.program;
        let mut found = Vec::new();
        let calls = matches!(program.kind((unit, yes)), Kind::Call(..) | Kind::Or(_) | Kind::Function(_));
        match self.reader.test((unit, test)).filter(|_| calls) {
            Some(options) => {
                self.cuts.nodes.insert((unit, yes));
                for option in options {
                    let function = called(program, (unit, yes), 0).map(|function| function_name(program, function));
                    let regions = vec![Region::Node((unit, yes))];
                    let place = (unit, program.flow(unit).span(test));
                    found.push(branch(&given.and(&option), function.unwrap_or_default(), place, regions));
                }
            }
            None => found.extend(self.expr((unit, yes), given, depth + 1)),
        }
        found.extend(self.expr((unit, no), given, depth + 1));
        found
    }

    /// An own function that gets the event or a part of it.
    fn follow(&mut self, callee: At, args: &[Arg], given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        let fields: Vec<Option<Field>> = args.iter().map(|arg| self.reader.field((callee.0, arg.value))).collect();
        if fields.iter().all(Option::is_none) {
            return Vec::new();
        }
        let Some(function) = program.function(callee) else { return Vec::new() };
        let Some(inner) = program.flow(function.0).functions.get(function.1 as usize) else { return Vec::new() };
        for (param, field) in inner.params.iter().zip(fields) {
            if let Some(field) = field {
                self.reader.known.entry((function.0, *param)).or_insert(field);
            }
        }
        self.function(function, given)
    }

    /// `TABLE[event["path"]]`
    fn lookup(&mut self, table: At, key: At, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        let parts = match program.value(key) {
            Thing::Node(node) => match program.kind(node) {
                Kind::List(parts) => parts.iter().map(|part| (node.0, *part)).collect(),
                _ => vec![key],
            },
            _ => vec![key],
        };
        let Some(field) = parts.iter().rev().find_map(|part| self.reader.field(*part)) else { return Vec::new() };
        let Some(entries) = entries(program, table) else { return Vec::new() };
        let mut found = Vec::new();
        for (key, value) in entries {
            let condition = match program.kind(key) {
                Kind::List(items) => {
                    let texts = items.iter().filter_map(|item| program.text((key.0, *item)));
                    texts.fold(Condition::default(), |all, text| all.and(&field.is(&text)))
                }
                _ => match program.text(key) {
                    Some(text) => field.is(&text),
                    None => continue,
                },
            };
            // One table per method.
            let condition = given.and(&condition);
            if let Thing::Node(inner) = program.value(value)
                && let Some(nested) = self::entries(program, inner)
                && nested.iter().any(|(key, _)| program.text(*key).is_some_and(|key| is_path(&key) || is_verb(&key)))
            {
                found.extend(self.table(&nested, &condition, &field));
                continue;
            }
            found.extend(self.entry(key, value, &condition));
        }
        found
    }

    fn table(&mut self, entries: &[(At, At)], given: &Condition, field: &Field) -> Vec<Branch> {
        let mut found = Vec::new();
        for (key, value) in entries {
            if let Some(text) = self.program().text(*key) {
                let condition = given.and(&field.is(&text));
                found.extend(self.entry(*key, *value, &condition));
            }
        }
        found
    }

    /// One entry of a table: a handler, or the name of a module that has it.
    fn entry(&mut self, key: At, value: At, condition: &Condition) -> Option<Branch> {
        let program = self.reader.program;
        let mut condition = condition.clone();
        condition.certain = true;
        let place = (key.0, program.flow(key.0).span(key.1));
        if let Some(name) = program.text(value) {
            let regions = self.module_named(&name)?;
            return Some(branch(&condition, name, place, regions));
        }
        if !is_handler(program, value) {
            return None;
        }
        self.cuts.nodes.insert(value);
        Some(branch(&condition, named(program, value), place, vec![Region::Node(value)]))
    }

    /// The own module that a dynamic import of the functions at hand finds under a name.
    fn module_named(&self, name: &str) -> Option<Vec<Region>> {
        let program = self.program();
        for (unit, function) in &self.calls {
            let around = program.flow(*unit).functions.get(*function as usize)?.span;
            for node in 0..program.flow(*unit).nodes.len() as NodeId {
                let Kind::Import(request) = program.kind((*unit, node)) else { continue };
                let span = program.flow(*unit).span(node);
                if span.start < around.start || span.end > around.end || program.text((*unit, *request)).is_some() {
                    continue;
                }
                let found =
                    self.candidates((*unit, node), (*unit, *request)).into_iter().find(|(stem, _)| stem == name);
                if let Some((_, target)) = found {
                    return Some(vec![Region::Module(target)]);
                }
            }
        }
        None
    }

    /// `require("./routes/" + event.resource)`: each module that it may mean.
    fn chosen(&mut self, at: At, request: At, only: Option<&str>, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        if program.text(request).is_some() {
            return Vec::new();
        }
        let Some(field) = self.reader.field(request) else { return Vec::new() };
        // A table between the event and the name has said which.
        let through_table = match program.kind(request) {
            Kind::Join(parts) => parts.iter().any(|part| self.is_looked_up((request.0, *part))),
            _ => self.is_looked_up(request),
        };
        if through_table {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (stem, target) in self.candidates(at, request) {
            if only.is_some_and(|only| only != stem) {
                continue;
            }
            let condition = Condition { certain: true, ..given.and(&field.is(&stem)) };
            let place = (at.0, program.flow(at.0).span(at.1));
            found.push(branch(&condition, stem, place, vec![Region::Module(target)]));
        }
        found
    }

    fn is_looked_up(&self, at: At) -> bool {
        let program = self.program();
        let is_table = |node: At| match program.kind(node) {
            Kind::Index(object, _) => entries(program, (node.0, *object)).is_some(),
            Kind::Call(callee, _) => match program.kind((node.0, *callee)) {
                Kind::Attr(object, name) => &**name == "get" && entries(program, (node.0, *object)).is_some(),
                _ => false,
            },
            _ => false,
        };
        match program.kind(at) {
            Kind::Var(var) => program.flow(at.0).vars.get(*var as usize).is_some_and(|var| {
                var.defs.iter().any(|def| matches!(def, crate::lang::flow::Def::Node(node) if is_table((at.0, *node))))
            }),
            _ => is_table(at),
        }
    }

    /// Own modules that a dynamic import may mean, by the part of the name that varies.
    fn candidates(&self, at: At, request: At) -> Vec<(String, UnitId)> {
        let program = self.program();
        let (before, after) = match program.kind(request) {
            Kind::Join(parts) => {
                let texts: Vec<Option<String>> = parts.iter().map(|part| program.text((request.0, *part))).collect();
                let before: String = texts.iter().take_while(|text| text.is_some()).flatten().cloned().collect();
                let after: Vec<String> =
                    texts.iter().rev().take_while(|text| text.is_some()).flatten().cloned().collect();
                (before, after.into_iter().rev().collect::<String>())
            }
            _ => (String::new(), String::new()),
        };
        let mut found = Vec::new();
        let targets = program.dynamic_targets(at);
        for (unit, inner) in program.units.iter().enumerate() {
            let name = &*program.graph.module(inner.module).name;
            let stem = if targets.contains(&inner.module) && before.starts_with(['.', '/']) {
                let file = name.rsplit('/').next().unwrap_or(name);
                let file = file.strip_suffix(&*after).filter(|_| !after.is_empty()).unwrap_or(file);
                let file = file.split('.').next().unwrap_or(file);
                if file == "index" { name.rsplit('/').nth(1).unwrap_or(file) } else { file }
            } else {
                match name.strip_prefix(&*before).and_then(|rest| rest.strip_suffix(&*after)) {
                    Some(stem) if !stem.is_empty() && !stem.contains(['.', '/']) => stem,
                    _ => continue,
                }
            };
            found.push((stem.to_owned(), unit));
        }
        found
    }

    /// A table that is searched: entries with a path or pattern and a handler.
    fn listed(&mut self, list: At, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        let inner = match program.kind(list) {
            Kind::Call(callee, args) => match program.kind((list.0, *callee)) {
                Kind::Attr(object, name) if matches!(&**name, "items" | "entries") => {
                    (list.0, args.first().map_or(*object, |arg| arg.value))
                }
                _ => list,
            },
            _ => list,
        };
        let Thing::Node(table) = program.value(inner) else { return Vec::new() };
        let rows: Vec<Vec<At>> = match program.kind(table) {
            Kind::Map(entries) => entries.iter().map(|(key, value)| vec![(table.0, *key), (table.0, *value)]).collect(),
            Kind::List(items) => items.iter().filter_map(|item| row(program, (table.0, *item))).collect(),
            _ => return Vec::new(),
        };
        let mut found = Vec::new();
        for row in rows {
            let mut condition = Condition::default();
            let mut handler = None;
            for cell in &row {
                let text = program.text(*cell).or_else(|| self.reader.pattern(*cell).map(|pattern| of_regex(&pattern)));
                match text {
                    Some(text) if text.starts_with(['/', '^']) || is_verb(&text) => {
                        let text = if text.starts_with('^') { of_regex(&text) } else { text };
                        condition = condition.and(&Field::default().is(&text));
                    }
                    Some(_) => {}
                    None if is_handler(program, *cell) => handler = Some(*cell),
                    None => {}
                }
            }
            if let Some(handler) = handler.filter(|_| condition.path.is_some()) {
                self.cuts.nodes.insert(handler);
                condition.certain = true;
                let place = (handler.0, program.flow(handler.0).span(handler.1));
                let regions = vec![Region::Node(handler)];
                found.push(branch(&given.and(&condition), named(program, handler), place, regions));
            }
        }
        found
    }
}

fn is_verb(text: &str) -> bool {
    matches!(text, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS")
}

/// The cells of a row: a tuple's items, an object's values.
fn row(program: &Program<'_>, at: At) -> Option<Vec<At>> {
    let Thing::Node(node) = program.value(at) else { return None };
    match program.kind(node) {
        Kind::List(items) => Some(items.iter().map(|item| (node.0, *item)).collect()),
        Kind::Map(entries) => Some(entries.iter().map(|(_, value)| (node.0, *value)).collect()),
        _ => None,
    }
}

fn branch(condition: &Condition, function: String, place: (UnitId, Span), regions: Vec<Region>) -> Branch {
    let http = condition.path.is_some() || condition.method.is_some();
    let kind = condition.kind.unwrap_or(if http { EventKind::Http } else { EventKind::Call });
    Branch {
        certain: condition.certain,
        found: Found {
            kind,
            method: condition.method.clone(),
            path: condition.path.clone(),
            key: if condition.path.is_some() { None } else { condition.key.clone() },
            function,
            place,
            regions,
        },
    }
}

/// Keys and values of a table: a dictionary, an object, a `Map`.
fn entries(program: &Program<'_>, at: At) -> Option<Vec<(At, At)>> {
    match program.unwrapped(program.value(at)) {
        Thing::Node(node) => match program.kind(node) {
            Kind::Map(entries) => Some(entries.iter().map(|(key, value)| ((node.0, *key), (node.0, *value))).collect()),
            _ => None,
        },
        Thing::Made(path, made) if matches!(path.as_str(), "Map()" | "dict()") => {
            let Kind::Call(_, args) = program.kind(made) else { return None };
            let Thing::Node(list) = program.value((made.0, args.first()?.value)) else { return None };
            let pairs = program.flow(list.0).parts(list.1).into_iter().filter_map(|pair| {
                match row(program, (list.0, pair))?.as_slice() {
                    [key, value] => Some((*key, *value)),
                    _ => None,
                }
            });
            Some(pairs.collect())
        }
        _ => None,
    }
}

/// Whether a table's value is code to run.
fn is_handler(program: &Program<'_>, at: At) -> bool {
    match program.value(at) {
        Thing::Module(_) | Thing::Made(..) => true,
        Thing::External(path) => {
            !matches!(path.as_str(), "True" | "False" | "None" | "str" | "int" | "undefined" | "NaN")
        }
        Thing::Parameter(..) => false,
        Thing::Node(node) => match program.kind(node) {
            Kind::Function(_) | Kind::Class(_) | Kind::Import(_) => true,
            Kind::Call(..) => program.flow(node.0).defined_function(node.1).is_some(),
            Kind::Map(entries) => entries.iter().any(|(_, value)| is_plain_handler(program, (node.0, *value))),
            Kind::List(items) => items.iter().any(|item| is_plain_handler(program, (node.0, *item))),
            _ => program.function(at).is_some(),
        },
    }
}

fn is_plain_handler(program: &Program<'_>, at: At) -> bool {
    program.function(at).is_some()
}

/// The own function that an expression calls.
fn called(program: &Program<'_>, at: At, depth: u32) -> Option<(UnitId, FuncId)> {
    if depth > 6 {
        return None;
    }
    match program.kind(at) {
        Kind::Call(callee, args) => {
            let direct = program.function((at.0, *callee));
            let of_argument = || args.iter().find_map(|arg| called(program, (at.0, arg.value), depth + 1));
            // `respond(200, listing(event))`: the function inside says more.
            of_argument().or(direct)
        }
        Kind::Or(parts) => parts.iter().find_map(|part| called(program, (at.0, *part), depth + 1)),
        Kind::Function(function) => Some((at.0, *function)),
        _ => None,
    }
}
