//! Handlers that are looked up: in tables by a field of the event, in lists of patterns.

use super::{Branch, Finder, branch};
use crate::program::expand::Given;
use crate::program::flow::Kind;
use crate::program::reach::Region;
use crate::program::values::{At, Program, Thing};
use crate::routes::event::{Condition, Field};
use crate::routes::found::is_path;
use crate::routes::reading::{named, of_regex, texts};
use crate::routes::tables::Entry;
use crate::routes::words::EVENTS;

impl Finder<'_, '_> {
    /// `TABLE[event["path"]]`
    pub(super) fn lookup(&mut self, table: At, key: At, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        let Some(field) = self.key_field(key) else { return Vec::new() };
        if let Some(found) = self.lookup_in_looked_up(table, &field, given) {
            return found;
        }
        let mut found = Vec::new();
        for entry in self.tables.entries(table).unwrap_or_default() {
            let condition = given.and(&meaning(&entry.keys, &field));
            // One table per method.
            if let Thing::Node(inner) = program.value(entry.value)
                && let Some(nested) = self.tables.entries(inner)
                && nested.iter().flat_map(|entry| &entry.keys).any(|key| is_path(key) || is_verb(key))
            {
                for entry in nested {
                    let condition = condition.and(&meaning(&entry.keys, &field));
                    found.extend(self.entry(&entry, &condition));
                }
                continue;
            }
            found.extend(self.entry(&entry, &condition));
        }
        found
    }

    /// The field that a key asks for; the last part of a tuple's that is one.
    fn key_field(&self, key: At) -> Option<Field> {
        let program = self.program();
        let parts = match program.value(key) {
            Thing::Node(node) => match program.kind(node) {
                Kind::List(parts) => parts.iter().map(|part| (node.0, *part)).collect(),
                _ => vec![key],
            },
            _ => vec![key],
        };
        parts.iter().rev().find_map(|part| self.reader.field(*part))
    }

    /// `TABLE[event["typeName"]][event["fieldName"]]`: both keys say which.
    fn lookup_in_looked_up(&mut self, table: At, field: &Field, given: &Condition) -> Option<Vec<Branch>> {
        let (outer, key) = self.lookup_of(table)?;
        let first = self.key_field(key)?;
        let tables = self.tables.entries(outer)?;
        let mut found = Vec::new();
        for group in tables {
            let outer_condition = meaning(&group.keys, &first);
            for entry in self.tables.entries(group.value)? {
                let mut condition = outer_condition.and(&meaning(&entry.keys, field));
                if let (Some(a), Some(b), None) = (&outer_condition.key, &condition.key, &condition.path) {
                    condition.key = Some(format!("{a}.{b}"));
                }
                found.extend(self.entry(&entry, &given.and(&condition)));
            }
        }
        Some(found)
    }

    /// Table and key of an expression that looks something up.
    fn lookup_of(&self, at: At) -> Option<(At, At)> {
        let program = self.program();
        match program.kind(at) {
            Kind::Index(object, key) => Some(((at.0, *object), (at.0, *key))),
            Kind::Call(callee, args) => match program.kind((at.0, *callee)) {
                Kind::Attr(object, name) if &**name == "get" => Some(((at.0, *object), (at.0, args.first()?.value))),
                _ => None,
            },
            Kind::Or(parts) => self.lookup_of((at.0, *parts.first()?)),
            Kind::Group(parts) if parts.len() == 1 => self.lookup_of((at.0, *parts.first()?)),
            Kind::Var(var) => {
                let defs = &program.flow(at.0).vars.get(*var as usize)?.defs;
                defs.iter().find_map(|def| match def {
                    crate::program::flow::Def::Node(node) if *node != at.1 => match program.kind((at.0, *node)) {
                        Kind::Var(_) => None,
                        _ => self.lookup_of((at.0, *node)),
                    },
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// Whether an expression looks something up in a table.
    pub(super) fn is_looked_up(&self, at: At) -> bool {
        self.lookup_of(at).is_some_and(|(table, _)| self.tables.entries(table).is_some())
    }

    /// One entry of a table: a handler, or the name of a module that has it.
    fn entry(&mut self, entry: &Entry, condition: &Condition) -> Option<Branch> {
        let program = self.reader.program;
        let mut condition = condition.clone();
        condition.certain = true;
        let (key, value) = (entry.place, entry.value);
        let place = (key.0, program.flow(key.0).span(key.1));
        if let Some(name) = program.text(value) {
            let regions = self.module_named(&name)?;
            return Some(branch(&condition, name, place, regions));
        }
        if !is_handler(program, value) {
            return None;
        }
        self.cuts.nodes.insert(value);
        let regions = vec![Region::Node(value), Region::Unit(value.0)];
        Some(branch(&condition, named(program, value), place, regions))
    }

    /// A table that is searched: entries with a path or pattern and a handler.
    pub(super) fn listed(&mut self, list: At, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        let table = match program.kind(list) {
            Kind::Call(callee, args) => match program.kind((list.0, *callee)) {
                Kind::Attr(object, name) if matches!(&**name, "items" | "entries") => {
                    (list.0, args.first().map_or(*object, |arg| arg.value))
                }
                _ => list,
            },
            _ => list,
        };
        let inner = self.tables.literal_of(table);
        let rows: Vec<Vec<At>> = match program.value(inner) {
            Thing::Node(node) => match program.kind(node) {
                Kind::Map(entries) => {
                    entries.iter().map(|(key, value)| vec![(node.0, *key), (node.0, *value)]).collect()
                }
                Kind::List(_) => {
                    let items = self.expander.rows(node).into_iter();
                    items
                        .filter_map(|item| match item {
                            Given::One(item) => row(program, item),
                            Given::Pair(key, value) => Some(vec![key, value]),
                        })
                        .collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let mut found: Vec<Branch> = rows.iter().filter_map(|row| self.row(row, given)).collect();
        for entry in self.tables.appended(table).to_vec() {
            let condition = given.and(&searched(&entry.keys));
            if condition.path.is_some() {
                found.extend(self.entry(&entry, &condition));
            }
        }
        found
    }

    fn row(&mut self, row: &[At], given: &Condition) -> Option<Branch> {
        let program = self.reader.program;
        let (mut said, mut handler) = (Vec::new(), None);
        for cell in row {
            if let Some(pattern) = self.reader.pattern(*cell) {
                said.push(of_regex(&pattern));
                continue;
            }
            match texts(program, *cell).as_slice() {
                [] if is_handler(program, *cell) => handler = Some(*cell),
                found => said.extend_from_slice(found),
            }
        }
        let condition = searched(&said);
        let value = handler.filter(|_| condition.path.is_some())?;
        let place = row.first().copied().unwrap_or(value);
        self.entry(&Entry { keys: Vec::new(), place, value }, &given.and(&condition))
    }
}

/// What it means for a field to be what a key says.
fn meaning(keys: &[String], field: &Field) -> Condition {
    if let [key] = keys {
        return field.is(key);
    }
    let all = keys.iter().map(|key| match key.to_ascii_uppercase() {
        verb if is_verb(&verb) => verb,
        _ => key.clone(),
    });
    all.fold(Condition::default(), |all, key| all.and(&field.is(&key)))
}

/// What the texts of a row ask for: a path or pattern, a method.
fn searched(texts: &[String]) -> Condition {
    let mut condition = Condition::default();
    for text in texts {
        let verb = text.to_ascii_uppercase();
        if is_verb(&verb) {
            condition = condition.and(&Field::default().is(&verb));
        } else if text.starts_with(['/', '^']) {
            let path = if text.starts_with('^') { of_regex(text) } else { text.clone() };
            condition = condition.and(&Field::default().is(&path));
        } else if let Some((verb, path)) = text.split_once(' ')
            && is_verb(verb)
            && is_path(path)
        {
            condition = condition.and(&Field::default().is(text));
        }
    }
    condition
}

fn is_verb(text: &str) -> bool {
    EVENTS.is_method(text)
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
