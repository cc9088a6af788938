//! Tables of handlers: literals, what is merged into them, and what code adds to them later.

use rustc_hash::FxHashMap;

use super::reading::texts;
use crate::program::expand::{Expander, Given, Leaf};
use crate::program::flow::{Kind, NodeId, Stmt, Target};
use crate::program::values::{At, Program, Thing, UnitId};

/// How deep tables are merged.
const DEEPEST: u32 = 8;

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key's parts: one for a text, several for a tuple.
    pub(crate) keys: Vec<String>,
    /// Where it stands.
    pub(crate) place: At,
    /// What it holds.
    pub(crate) value: At,
}

/// Which table is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Identity {
    /// Made by an expression.
    Made(At),
    /// An attribute of a class's instances.
    Attribute(UnitId, String),
}

/// All that code adds to tables.
pub(crate) struct Tables<'p, 'a> {
    program: &'p Program<'a>,
    added: FxHashMap<Identity, Vec<Entry>>,
    /// What is assigned to attributes of instances.
    assigned: FxHashMap<Identity, Vec<At>>,
}

impl<'p, 'a> Tables<'p, 'a> {
    pub(crate) fn new(program: &'p Program<'a>, expander: &Expander<'p, 'a>) -> Self {
        let mut tables = Self { program, added: FxHashMap::default(), assigned: FxHashMap::default() };
        for (unit, inner) in program.units.iter().enumerate() {
            for stmt in inner.flow.blocks.iter().flatten() {
                if let Stmt::Store(place, value) = stmt {
                    tables.store(expander, (unit, *place), (unit, *value));
                }
            }
        }
        for at in program.nodes() {
            match program.kind(at) {
                Kind::Assign(Target::Place(place), value) => tables.store(expander, (at.0, *place), (at.0, *value)),
                Kind::Call(callee, args) => {
                    let Kind::Attr(object, name) = program.kind((at.0, *callee)) else { continue };
                    let object = (at.0, *object);
                    match (&**name, args.as_slice()) {
                        ("set" | "setdefault", [key, value]) => {
                            tables.add(expander, object, (at.0, key.value), (at.0, value.value));
                        }
                        ("update", [more]) => {
                            let Some(more) = literal(program, (at.0, more.value), 0) else { continue };
                            if let Some(identity) = tables.identity(object) {
                                tables.added.entry(identity).or_default().extend(more);
                            }
                        }
                        ("append" | "push", [row]) => tables.append(expander, object, (at.0, row.value)),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        tables
    }

    fn identity(&self, object: At) -> Option<Identity> {
        let program = self.program;
        match program.value(object) {
            Thing::Made(_, made) => Some(Identity::Made(made)),
            Thing::Node(node) if matches!(program.kind(node), Kind::Map(_) | Kind::List(_)) => {
                Some(Identity::Made(node))
            }
            _ => match program.kind(object) {
                Kind::Attr(inner, name) => {
                    let class = program.receiver((object.0, *inner))?;
                    Some(Identity::Attribute(class.0, name.to_string()))
                }
                _ => None,
            },
        }
    }

    fn store(&mut self, expander: &Expander<'_, '_>, place: At, value: At) {
        match self.program.kind(place) {
            Kind::Index(object, key) => self.add(expander, (place.0, *object), (place.0, *key), value),
            Kind::Attr(object, name) => match self.program.value((place.0, *object)) {
                // `table.name = handler`
                Thing::Node(node) if matches!(self.program.kind(node), Kind::Map(_)) => {
                    let entry = Entry { keys: vec![name.to_string()], place, value };
                    self.added.entry(Identity::Made(node)).or_default().push(entry);
                }
                _ => {
                    if let Some(identity @ Identity::Attribute(..)) = self.identity(place) {
                        self.assigned.entry(identity).or_default().push(value);
                    }
                }
            },
            _ => {}
        }
    }

    fn add(&mut self, expander: &Expander<'_, '_>, object: At, key: At, value: At) {
        let Some(identity) = self.identity(object) else { return };
        let entries = self.spelled_out(expander, key, value);
        self.added.entry(identity).or_default().extend(entries);
    }

    /// `ROUTES.append(("GET", "/x", handler))`
    fn append(&mut self, expander: &Expander<'_, '_>, object: At, row: At) {
        let Some(identity) = self.identity(object) else { return };
        let Thing::Node(node) = self.program.value(row) else { return };
        let cells: Vec<At> = match self.program.kind(node) {
            Kind::List(items) => items.iter().map(|item| (node.0, *item)).collect(),
            Kind::Map(entries) => entries.iter().map(|(_, value)| (node.0, *value)).collect(),
            _ => return,
        };
        let given: Vec<Given> = cells.into_iter().map(Given::One).collect();
        for filled in expander.expand(&given) {
            let (mut keys, mut handler) = (Vec::new(), None);
            for cell in filled {
                let Given::One(at) = cell else { continue };
                match texts(self.program, at).as_slice() {
                    [] => handler = Some(at),
                    said => keys.extend_from_slice(said),
                }
            }
            if let Some(value) = handler {
                self.added.entry(identity.clone()).or_default().push(Entry { keys, place: value, value });
            }
        }
    }

    /// A key and its value for each call that fills in their parameters.
    fn spelled_out(&self, expander: &Expander<'_, '_>, key: At, value: At) -> Vec<Entry> {
        let program = self.program;
        let key = match program.value(key) {
            Thing::Node(node) => node,
            _ => key,
        };
        let cells: Vec<At> = match program.kind(key) {
            Kind::List(items) => items.iter().map(|item| (key.0, *item)).collect(),
            _ => vec![key],
        };
        let cells: Vec<Vec<Leaf>> = cells.into_iter().map(|cell| Leaf::all(program, cell)).collect();
        let mut given: Vec<Given> = cells.iter().flatten().map(|leaf| Given::One(leaf.at)).collect();
        given.push(Given::One(value));
        let mut entries = Vec::new();
        for filled in expander.expand(&given) {
            let mut values = filled.iter();
            let mut keys = Vec::new();
            for cell in &cells {
                let text: Option<String> = cell
                    .iter()
                    .map(|leaf| match values.next() {
                        Some(Given::One(at)) => leaf.said(program, *at),
                        _ => None,
                    })
                    .collect::<Vec<_>>()
                    .into_iter()
                    .collect();
                keys.extend(text);
            }
            if let (Some(Given::One(value)), true) = (values.next(), keys.len() == cells.len()) {
                entries.push(Entry { keys, place: *value, value: *value });
            }
        }
        entries
    }

    /// The entries of a table; nothing when an expression is none.
    pub(crate) fn entries(&self, at: At) -> Option<Vec<Entry>> {
        let mut found = literal(self.program, at, 0);
        let identity = self.identity(at);
        for assigned in identity.iter().filter_map(|identity| self.assigned.get(identity)).flatten() {
            if let Some(more) = literal(self.program, *assigned, 0) {
                found.get_or_insert_default().extend(more);
            }
        }
        if let Some(added) = identity.and_then(|identity| self.added.get(&identity)) {
            found.get_or_insert_default().extend(added.iter().cloned());
        }
        found
    }

    /// The list or table behind an expression, its attribute's value included.
    pub(crate) fn literal_of(&self, at: At) -> At {
        match self.program.value(at) {
            Thing::Node(node) if matches!(self.program.kind(node), Kind::Map(_) | Kind::List(_)) => node,
            _ => {
                let assigned = self.identity(at).and_then(|identity| self.assigned.get(&identity)?.first().copied());
                match assigned.map(|value| self.program.value(value)) {
                    Some(Thing::Node(node)) => node,
                    _ => at,
                }
            }
        }
    }

    /// Rows that code appends to a list.
    pub(crate) fn appended(&self, at: At) -> &[Entry] {
        self.identity(at).and_then(|identity| self.added.get(&identity)).map_or(&[], Vec::as_slice)
    }
}

/// Keys and values of a dictionary, an object, a `Map`, and of those merged into it.
fn literal(program: &Program<'_>, at: At, depth: u32) -> Option<Vec<Entry>> {
    if depth > DEEPEST {
        return None;
    }
    let entry = |key: At, value: At| {
        let keys = key_parts(program, key);
        (!keys.is_empty()).then_some(Entry { keys, place: key, value })
    };
    match program.unwrapped(program.value(at)) {
        Thing::Node(node) => match program.kind(node) {
            Kind::Map(entries) => {
                let mut found = Vec::new();
                for (key, value) in entries {
                    let (key, value) = ((node.0, *key), (node.0, *value));
                    match program.kind(key) {
                        Kind::Nothing => found.extend(literal(program, value, depth + 1).unwrap_or_default()),
                        Kind::Group(parts) if parts.is_empty() => {
                            found.extend(literal(program, value, depth + 1).unwrap_or_default());
                        }
                        _ => found.extend(entry(key, value)),
                    }
                }
                Some(found)
            }
            Kind::Group(parts) if parts.len() == 2 => merged(program, node.0, parts, depth),
            _ => None,
        },
        Thing::Made(path, made) => {
            let Kind::Call(_, args) = program.kind(made) else { return None };
            let is_dict =
                matches!(program.kind(made), Kind::Call(callee, _) if program.is_builtin((made.0, *callee), "dict"));
            match if is_dict { "dict()" } else { path.as_str() } {
                "Map()" | "dict()" | "collections.OrderedDict()" => {
                    let mut found = Vec::new();
                    for arg in args {
                        let value = (made.0, arg.value);
                        match &arg.name {
                            Some(name) => found.push(Entry { keys: vec![name.to_string()], place: value, value }),
                            None => found.extend(pairs(program, value).or_else(|| literal(program, value, depth + 1))?),
                        }
                    }
                    Some(found)
                }
                "Object.assign()" => {
                    merged(program, made.0, &args.iter().map(|arg| arg.value).collect::<Vec<_>>(), depth)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn merged(program: &Program<'_>, unit: UnitId, parts: &[NodeId], depth: u32) -> Option<Vec<Entry>> {
    let found: Option<Vec<Vec<Entry>>> = parts.iter().map(|part| literal(program, (unit, *part), depth + 1)).collect();
    found.map(|found| found.into_iter().flatten().collect())
}

fn pairs(program: &Program<'_>, at: At) -> Option<Vec<Entry>> {
    let Thing::Node(list) = program.value(at) else { return None };
    let Kind::List(items) = program.kind(list) else { return None };
    let pair = |item: &NodeId| {
        let Thing::Node(pair) = program.value((list.0, *item)) else { return None };
        let Kind::List(cells) = program.kind(pair) else { return None };
        let [key, value] = cells.as_slice() else { return None };
        let (key, value) = ((pair.0, *key), (pair.0, *value));
        let keys = key_parts(program, key);
        (!keys.is_empty()).then_some(Entry { keys, place: key, value })
    };
    Some(items.iter().filter_map(pair).collect())
}

/// A key's texts: one, or those of a tuple.
fn key_parts(program: &Program<'_>, key: At) -> Vec<String> {
    match program.value(key) {
        Thing::Node(node) => match program.kind(node) {
            Kind::List(items) => items.iter().filter_map(|item| program.text((node.0, *item))).collect(),
            _ => program.text(key).into_iter().collect(),
        },
        _ => program.text(key).into_iter().collect(),
    }
}
