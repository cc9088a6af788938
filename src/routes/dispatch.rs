//! Routes of a handler that dispatches by itself: branches on fields of the event, tables of
//! handlers, modules chosen by name.

mod lookup;
mod named;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Condition, Field, Reader};
use super::found::{EventKind, Found};
use super::reading::{around_span, function_name};
use super::tables::Tables;
use crate::program::expand::Expander;
use crate::program::flow::{Arg, BlockId, FuncId, Kind, NodeId, Stmt};
use crate::program::reach::{Cuts, Region};
use crate::program::values::{At, Program, Thing, UnitId};
use crate::span::Span;

/// How many own functions a dispatch is followed through.
const CALLS: u32 = 6;

/// Routes of the functions behind a handler.
pub(crate) fn find(
    program: &Program<'_>,
    expander: &Expander<'_, '_>,
    cuts: &mut Cuts,
    handlers: &[(UnitId, FuncId)],
) -> Vec<Found> {
    let tables = Tables::new(program, expander);
    let mut finder =
        Finder { reader: Reader::new(program), tables: &tables, expander, cuts: Cuts::default(), calls: Vec::new() };
    let mut found = Vec::new();
    for handler in handlers {
        let Some(first) = program.own_params(*handler).first() else { continue };
        finder.reader.known.insert((handler.0, *first), Field::default());
        found.extend(finder.function(*handler, &Condition::default()));
    }
    settle(&mut found);
    let (certain, doubtful): (Vec<Branch>, Vec<Branch>) = found.into_iter().partition(|route| route.certain);
    if certain.is_empty() {
        return Vec::new();
    }
    // What turned out to be no dispatch belongs to the code around it again.
    for region in doubtful.iter().flat_map(|branch| &branch.found.regions) {
        match region {
            Region::Block(unit, block) if !certain.iter().any(|branch| branch.found.regions.contains(region)) => {
                finder.cuts.blocks.remove(&(*unit, *block));
            }
            Region::Node(at) => {
                finder.cuts.nodes.remove(at);
            }
            _ => {}
        }
    }
    let found = certain;
    cuts.nodes.extend(finder.cuts.nodes);
    cuts.blocks.extend(finder.cuts.blocks);
    cuts.functions.extend(finder.cuts.functions);
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

struct Branch {
    found: Found,
    certain: bool,
    /// Taken because the event has a field, and nothing else is then done.
    presence: bool,
}

/// Several branches of which each wants another field are a dispatch by what there is.
fn settle(found: &mut [Branch]) {
    let wanted: BTreeSet<String> =
        found.iter().filter(|branch| branch.presence).filter_map(|branch| branch.found.key.clone()).collect();
    if wanted.len() > 1 {
        found.iter_mut().filter(|branch| branch.presence).for_each(|branch| branch.certain = true);
    }
}

struct Finder<'p, 'a> {
    reader: Reader<'p, 'a>,
    tables: &'p Tables<'p, 'a>,
    expander: &'p Expander<'p, 'a>,
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
                        Some(mut options) => {
                            let span = program.flow(unit).span(*test);
                            let leaves = matches!(program.flow(unit).block(*yes).last(), Some(Stmt::Return(_)));
                            let exclusive = leaves || no.is_some();
                            options.iter_mut().for_each(|option| option.presence &= exclusive);
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
        let does_nothing = self.program().flow(unit).block(block).iter().all(|stmt| matches!(stmt, Stmt::Return(None)));
        // Naming a gateway's catch-all without answering it is the same as leaving it out.
        let answered = |option: &&Condition| !(does_nothing && option.key.as_deref() == Some("$default"));
        for option in options.iter().filter(answered) {
            let condition = given.and(option);
            let inner = self.block(unit, block, &condition, depth + 1);
            if inner.iter().any(|branch| branch.certain) {
                if self.answers_the_rest(unit, block, &condition) {
                    found.push(branch(&condition, String::new(), (unit, span), vec![Region::Block(unit, block)]));
                }
                found.extend(inner.into_iter().map(|mut branch| {
                    branch.found.regions.push(Region::Block(unit, block));
                    branch.found.inside.push((unit, span));
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
                if found.is_empty() {
                    found = self.by_name((unit, *object), (unit, *key), given);
                }
                if found.is_empty() {
                    found = self.expr((unit, *object), given, depth + 1);
                }
                found
            }
            Kind::Import(request) => self.chosen(at, (unit, *request), given),
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
                if let [object, key, ..] = args.as_slice()
                    && program.is_builtin((unit, *callee), "getattr")
                {
                    found.extend(self.by_name((unit, object.value), (unit, key.value), given));
                }
                // The callee and what it is given come first: `Jobs(event).run()`.
                for part in program.flow(unit).parts(at.1) {
                    found.extend(self.expr((unit, part), given, depth + 1));
                }
                found.extend(self.follow((unit, *callee), args, given));
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

    /// An own function that gets the event or a part of it, or a method of an object that has it.
    fn follow(&mut self, callee: At, args: &[Arg], given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        let fields: Vec<Option<Field>> = args.iter().map(|arg| self.reader.field((callee.0, arg.value))).collect();
        if let Thing::Node(node) = program.value(callee)
            && let Kind::Class(class) = program.kind(node)
        {
            self.reader.constructed((node.0, *class), &fields);
            return Vec::new();
        }
        let of_holder = || match program.kind(callee) {
            Kind::Attr(object, _) => program.receiver((callee.0, *object)).is_some_and(|c| self.reader.holds(c)),
            _ => false,
        };
        if fields.iter().all(Option::is_none) && !of_holder() {
            return Vec::new();
        }
        let Some(function) = program.function(callee) else { return Vec::new() };
        for (param, field) in program.own_params(function).iter().zip(fields) {
            if let Some(field) = field {
                self.reader.known.entry((function.0, *param)).or_insert(field);
            }
        }
        self.function(function, given)
    }
}

fn branch(condition: &Condition, function: String, place: (UnitId, Span), regions: Vec<Region>) -> Branch {
    let http = condition.path.is_some() || condition.method.is_some();
    let kind = condition.kind.unwrap_or(if http { EventKind::Http } else { EventKind::Call });
    Branch {
        certain: condition.certain,
        presence: condition.presence && condition.path.is_none(),
        found: Found {
            kind,
            method: condition.method.clone(),
            path: condition.path.clone(),
            key: if condition.path.is_some() { None } else { condition.key.clone() },
            function,
            place,
            inside: Vec::new(),
            regions,
        },
    }
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
