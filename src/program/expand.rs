//! What parameters and loop variables stand for: each call of the function, each row of the list.
//! So that a registry filled by an own function, a decorator or a loop is read like a literal table.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use super::values::{At, Program, Thing, UnitId};
use crate::program::flow::{Arg, FuncId, Kind, VarId};

/// Most rows that one registration is spelled out as.
const MOST_ROWS: usize = 1_000;
/// Most ways to fill in that are tried.
const MOST_STEPS: u32 = 20_000;
/// How many functions and loops a value is followed through.
const DEEPEST: u32 = 6;

/// A value: an expression, or a key and its value in a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Given {
    /// An expression.
    One(At),
    /// An entry of a table.
    Pair(At, At),
}

/// Parameters with their values in one call.
type Bound = Vec<((UnitId, VarId), Given)>;

/// What a value depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Free {
    Parameter(UnitId, VarId),
    /// An element of a list: the node that takes it.
    Element(At),
}

/// Calls of own functions, by function.
pub(crate) struct Expander<'p, 'a> {
    program: &'p Program<'a>,
    calls: FxHashMap<(UnitId, FuncId), Vec<Bound>>,
    /// Rows of lists that are parameters, by the expression that stands for the list.
    handed: RefCell<FxHashMap<At, Vec<Given>>>,
    /// Whether rows of a list that is a parameter are being looked for.
    looking: Cell<bool>,
}

/// A part of a text that may depend on a call, and what is done to its letters.
pub(crate) struct Leaf {
    /// The part.
    pub(crate) at: At,
    letters: Option<fn(&str) -> String>,
}

impl Leaf {
    /// The parts of a text that is put together.
    pub(crate) fn all(program: &Program<'_>, at: At) -> Vec<Self> {
        Self::parts(program, at, DEEPEST)
    }

    fn parts(program: &Program<'_>, at: At, depth: u32) -> Vec<Self> {
        match (program.kind(at), depth.checked_sub(1)) {
            (Kind::Join(parts), Some(depth)) => {
                parts.iter().flat_map(|part| Self::parts(program, (at.0, *part), depth)).collect()
            }
            (Kind::Call(callee, _), _) => match program.kind((at.0, *callee)) {
                Kind::Attr(object, name) => {
                    let letters: fn(&str) -> String = match &**name {
                        "upper" | "toUpperCase" => str::to_uppercase,
                        "lower" | "toLowerCase" => str::to_lowercase,
                        _ => str::to_owned,
                    };
                    vec![Self { at: (at.0, *object), letters: Some(letters) }]
                }
                _ => vec![Self { at, letters: None }],
            },
            _ => vec![Self { at, letters: None }],
        }
    }

    /// The text of parts with what they stand for.
    pub(crate) fn joined<'l>(program: &Program<'_>, parts: impl Iterator<Item = (&'l Self, Given)>) -> Option<String> {
        let said = parts.map(|(leaf, given)| match given {
            Given::One(at) => leaf.said(program, at),
            Given::Pair(..) => None,
        });
        said.collect::<Option<Vec<String>>>().map(|parts| parts.concat())
    }

    /// The text, when `at` stands for the part.
    pub(crate) fn said(&self, program: &Program<'_>, at: At) -> Option<String> {
        let text = program.text(at)?;
        Some(self.letters.map_or(text.clone(), |change| change(&text)))
    }
}

impl<'p, 'a> Expander<'p, 'a> {
    pub(crate) fn new(program: &'p Program<'a>) -> Self {
        let mut expander =
            Self { program, calls: FxHashMap::default(), handed: RefCell::default(), looking: Cell::new(true) };
        let mut later = Vec::new();
        for at in program.nodes() {
            if let Kind::Call(callee, args) = program.kind(at) {
                expander.note((at.0, *callee), args);
                later.extend(expander.each((at.0, *callee), args));
            }
        }
        expander.looking.set(false);
        for (list, function) in later {
            for row in expander.rows(list) {
                let first = program.flow(function.0).functions.get(function.1 as usize).and_then(|f| f.params.first());
                let bound = first.map(|param| ((function.0, *param), row));
                expander.push(function, bound.into_iter().collect());
            }
        }
        expander
    }

    /// `list.forEach(function)`
    fn each(&self, callee: At, args: &[Arg]) -> Option<(At, (UnitId, FuncId))> {
        let Kind::Attr(list, name) = self.program.kind(callee) else { return None };
        let runs = matches!(&**name, "forEach" | "map").then(|| args.first()).flatten()?;
        Some(((callee.0, *list), self.program.function((callee.0, runs.value))?))
    }

    fn note(&mut self, callee: At, args: &[Arg]) {
        let program = self.program;
        let returned = || match program.kind(callee) {
            Kind::Call(inner, _) => program.returned(program.function((callee.0, *inner))?),
            _ => None,
        };
        let function = program.function(callee).or_else(returned).or_else(|| self.constructor(callee));
        let Some(function) = function else { return };
        let mut bound = self.bound(function, callee.0, args);
        // A decorator with arguments: what is around the inner function is bound as well.
        if let Kind::Call(outer, outer_args) = program.kind(callee)
            && let Some(outer) = program.function((callee.0, *outer))
        {
            bound.extend(self.bound(outer, callee.0, outer_args));
        }
        self.push(function, bound);
    }

    fn push(&mut self, function: (UnitId, FuncId), bound: Bound) {
        let known = self.calls.entry(function).or_default();
        if known.len() < MOST_ROWS {
            known.push(bound);
        }
    }

    fn constructor(&self, callee: At) -> Option<(UnitId, FuncId)> {
        let Thing::Node(node) = self.program.value(callee) else { return None };
        let Kind::Class(class) = self.program.kind(node) else { return None };
        self.program.constructor((node.0, *class))
    }

    fn bound(&self, function: (UnitId, FuncId), unit: UnitId, args: &[Arg]) -> Bound {
        let flow = self.program.flow(function.0);
        let params = self.program.own_params(function);
        let named = |name: &str| {
            params.iter().find(|param| flow.vars.get(**param as usize).is_some_and(|var| &*var.name == name))
        };
        let mut positional = params.iter();
        let mut bound = Vec::new();
        for arg in args {
            let param = match &arg.name {
                Some(name) => named(name),
                None => positional.next(),
            };
            bound.extend(param.map(|param| ((function.0, *param), Given::One((unit, arg.value)))));
        }
        bound
    }

    /// The elements of a list, the entries of a table.
    pub(crate) fn rows(&self, list: At) -> Vec<Given> {
        let program = self.program;
        if let Kind::Call(callee, args) = program.kind(list)
            && let Kind::Attr(object, name) = program.kind((list.0, *callee))
        {
            let table = (list.0, args.first().map_or(*object, |arg| arg.value));
            if matches!(&**name, "items" | "entries" | "values") {
                let Thing::Node(map) = program.value(table) else { return Vec::new() };
                let Kind::Map(entries) = program.kind(map) else { return Vec::new() };
                let pair = |(key, value): &(u32, u32)| match &**name {
                    "values" => Given::One((map.0, *value)),
                    _ => Given::Pair((map.0, *key), (map.0, *value)),
                };
                return entries.iter().take(MOST_ROWS).map(pair).collect();
            }
        }
        let node = match program.value(list) {
            Thing::Node(node) => node,
            Thing::Parameter(..) => return self.rows_handed(list),
            _ => return Vec::new(),
        };
        match program.kind(node) {
            Kind::List(items) => items.iter().take(MOST_ROWS).map(|item| Given::One((node.0, *item))).collect(),
            _ => Vec::new(),
        }
    }

    /// The elements of a list that a function is called with, when it is always the same one.
    fn rows_handed(&self, list: At) -> Vec<Given> {
        if let Some(known) = self.handed.borrow().get(&list) {
            return known.clone();
        }
        if self.looking.replace(true) {
            return Vec::new();
        }
        let lists = self.expand(&[Given::One(list)]);
        let rows = match lists.as_slice() {
            [one] => match one.as_slice() {
                [Given::One(at)] if *at != list => self.rows(*at),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        self.looking.set(false);
        self.handed.borrow_mut().insert(list, rows.clone());
        rows
    }

    /// The texts that an expression stands for: one for each call and row that fills it in.
    pub(crate) fn texts(&self, at: At) -> Vec<String> {
        if let Some(text) = self.program.text(at) {
            return vec![text];
        }
        let at = match self.program.value(at) {
            Thing::Node(node) => node,
            _ => at,
        };
        let leaves = Leaf::all(self.program, at);
        let given: Vec<Given> = leaves.iter().map(|leaf| Given::One(leaf.at)).collect();
        let text = |row: Vec<Given>| Leaf::joined(self.program, leaves.iter().zip(row));
        self.expand(&given).into_iter().filter_map(text).collect()
    }

    /// The modules in the list that a value is taken from: `for m in (users, items): f(m.router)`.
    pub(crate) fn modules_behind(&self, at: At) -> Vec<At> {
        let Some(Free::Element(element)) = self.free(Given::One(at), 0) else { return Vec::new() };
        let Kind::Index(list, _) = self.program.kind(element) else { return Vec::new() };
        let rows = self.rows((element.0, *list)).into_iter();
        let modules = rows.filter_map(|row| match row {
            Given::One(item) if matches!(self.program.value(item), Thing::Module(_)) => Some(item),
            _ => None,
        });
        modules.collect()
    }

    /// Whether a value depends on a call or a loop.
    pub(crate) fn is_free(&self, at: At) -> bool {
        self.free(Given::One(at), 0).is_some()
    }

    fn free(&self, given: Given, depth: u32) -> Option<Free> {
        let Given::One(at) = given else { return None };
        if depth > DEEPEST {
            return None;
        }
        match self.program.value(at) {
            Thing::Parameter(unit, var) => Some(Free::Parameter(unit, var)),
            Thing::Node(node) => match self.program.kind(node) {
                Kind::Index(list, key) => match self.program.kind((node.0, *key)) {
                    Kind::Group(any) if any.is_empty() && !self.rows((node.0, *list)).is_empty() => {
                        Some(Free::Element(node))
                    }
                    _ => self.free(Given::One((node.0, *list)), depth + 1),
                },
                Kind::Attr(object, _) => self.free(Given::One((node.0, *object)), depth + 1),
                _ => None,
            },
            _ => None,
        }
    }

    /// Values with everything filled in, once for each call and row; none when some call is not
    /// known.
    pub(crate) fn expand(&self, values: &[Given]) -> Vec<Vec<Given>> {
        let mut found = Vec::new();
        let mut left = MOST_STEPS;
        self.expand_into(values.to_vec(), DEEPEST, &mut left, &mut found);
        found
    }

    fn expand_into(&self, values: Vec<Given>, depth: u32, left: &mut u32, found: &mut Vec<Vec<Given>>) {
        // Rows that never get filled in find nothing, however many there are.
        let Some(less) = left.checked_sub(1) else { return };
        *left = less;
        let free: Vec<Free> = values.iter().filter_map(|value| self.free(*value, 0)).collect();
        let Some(chosen) = free.iter().max_by_key(|free| self.nesting(free)).copied() else {
            found.push(values);
            return;
        };
        let Some(depth) = depth.checked_sub(1) else { return };
        match chosen {
            Free::Element(node) => {
                let Kind::Index(list, _) = self.program.kind(node) else { return };
                for row in self.rows((node.0, *list)) {
                    if found.len() >= MOST_ROWS {
                        return;
                    }
                    let filled = values.iter().map(|value| {
                        self.filled(*value, &|free| (*free == Free::Element(node)).then_some(row), 0).unwrap_or(*value)
                    });
                    self.expand_into(filled.collect(), depth, left, found);
                }
            }
            Free::Parameter(unit, var) => {
                let Some(function) = self.function_of(unit, var) else { return };
                for bound in self.calls.get(&(unit, function)).into_iter().flatten() {
                    if found.len() >= MOST_ROWS {
                        return;
                    }
                    let value_of = |free: &Free| match free {
                        Free::Parameter(unit, var) => {
                            bound.iter().find(|(param, _)| *param == (*unit, *var)).map(|(_, given)| *given)
                        }
                        Free::Element(_) => None,
                    };
                    let filled: Vec<Given> =
                        values.iter().map(|value| self.filled(*value, &value_of, 0).unwrap_or(*value)).collect();
                    if filled != values {
                        self.expand_into(filled, depth, left, found);
                    }
                }
            }
        }
    }

    /// Inner functions and loops are filled in before what is around them.
    fn nesting(&self, free: &Free) -> u32 {
        let Free::Parameter(unit, var) = *free else { return u32::MAX };
        let mut at = self.function_of(unit, var);
        let mut depth = 0;
        while let Some(function) = at.filter(|_| depth < 64) {
            depth += 1;
            at = self.program.flow(unit).functions.get(function as usize).and_then(|function| function.parent);
        }
        depth
    }

    fn function_of(&self, unit: UnitId, var: VarId) -> Option<FuncId> {
        self.program.parameter_of(unit, var).map(|(function, _)| function)
    }

    fn filled(&self, given: Given, value_of: &dyn Fn(&Free) -> Option<Given>, depth: u32) -> Option<Given> {
        let Given::One(at) = given else { return None };
        if depth > DEEPEST {
            return None;
        }
        let program = self.program;
        let node = match program.value(at) {
            Thing::Parameter(unit, var) => return value_of(&Free::Parameter(unit, var)),
            Thing::Node(node) => node,
            _ => return None,
        };
        match program.kind(node) {
            Kind::Index(list, key) => {
                if let Some(row) = value_of(&Free::Element(node)) {
                    return Some(row);
                }
                let inner = self.filled(Given::One((node.0, *list)), value_of, depth + 1)?;
                match program.kind((node.0, *key)) {
                    Kind::Nth(nth) => self.nth(inner, *nth),
                    Kind::Text(name) => self.member(inner, name),
                    _ => None,
                }
            }
            Kind::Attr(object, name) => {
                let inner = self.filled(Given::One((node.0, *object)), value_of, depth + 1)?;
                self.member(inner, name)
            }
            _ => None,
        }
    }

    fn nth(&self, given: Given, nth: u32) -> Option<Given> {
        match (given, nth) {
            (Given::Pair(key, _), 0) => Some(Given::One(key)),
            (Given::Pair(_, value), 1) => Some(Given::One(value)),
            (Given::One(at), _) => {
                let Thing::Node(list) = self.program.value(at) else { return None };
                let Kind::List(items) = self.program.kind(list) else { return None };
                items.get(nth as usize).map(|item| Given::One((list.0, *item)))
            }
            _ => None,
        }
    }

    fn member(&self, given: Given, name: &str) -> Option<Given> {
        let Given::One(at) = given else { return None };
        let map = match self.program.value(at) {
            Thing::Node(map) => map,
            Thing::Module(unit) => return self.program.export_node(unit, name).map(Given::One),
            Thing::Made(path, made) if path.is_empty() => {
                let class = self.program.made_class(made, DEEPEST)?;
                let (unit, values) = self.program.held_nodes(class, name, DEEPEST)?;
                return values.first().map(|value| Given::One((unit, *value)));
            }
            _ => return None,
        };
        let Kind::Map(entries) = self.program.kind(map) else { return None };
        let is_it = |key: u32| self.program.flow(map.0).text(key).is_some_and(|key| &**key == name);
        entries.iter().find(|(key, _)| is_it(*key)).map(|(_, value)| Given::One((map.0, *value)))
    }
}
