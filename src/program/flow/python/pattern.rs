//! Patterns of `match`: what a case compares the subject with, as constants, lists and maps.

use super::Lowering;
use crate::lang::python::ir::{self, Pattern};
use crate::program::flow::{Arm, Kind, NodeId, Stmt};

/// Most alternatives that one case is spelled out as.
const MOST_ALTERNATIVES: usize = 64;
/// How deep patterns are read.
const DEEPEST: u32 = 32;

impl Lowering<'_> {
    pub(super) fn match_stmt(&mut self, subject: ir::ExprId, cases: &[ir::Case], out: &mut Vec<Stmt>) {
        let subject = self.expr(subject);
        let mut arms = Vec::new();
        for case in cases {
            let patterns = match &case.pattern {
                Pattern::Any(_) => {
                    self.pattern(&case.pattern, subject, out, 0);
                    Vec::new()
                }
                pattern => self.pattern(pattern, subject, out, 0),
            };
            let guard = case.guard.map(|guard| self.expr(guard));
            let block = self.block(case.body);
            arms.push(Arm { patterns, guard, block });
        }
        out.push(Stmt::Match(subject, arms));
    }

    /// What a pattern compares `subject` with, one node for each alternative; binds its names.
    fn pattern(&mut self, pattern: &Pattern, subject: NodeId, out: &mut Vec<Stmt>, depth: u32) -> Vec<NodeId> {
        let span = self.flow.span(subject);
        if depth > DEEPEST {
            return vec![self.flow.node(Kind::Group(Vec::new()), span)];
        }
        match pattern {
            Pattern::Value(value) => vec![self.expr(*value)],
            Pattern::Any(name) => {
                if let Some(name) = name {
                    self.bind(*name, subject, out);
                }
                vec![self.flow.node(Kind::Group(Vec::new()), span)]
            }
            Pattern::Or(options) => {
                options.iter().flat_map(|option| self.pattern(option, subject, out, depth + 1)).collect()
            }
            Pattern::Named(inner, name) => {
                self.bind(*name, subject, out);
                self.pattern(inner, subject, out, depth + 1)
            }
            Pattern::Sequence(items) => {
                let values = match self.flow.kind(subject) {
                    Kind::List(values) if values.len() == items.len() => values.clone(),
                    _ => Vec::new(),
                };
                let mut columns = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let element = match values.get(at) {
                        Some(value) => *value,
                        None => {
                            let any = self.flow.node(Kind::Group(Vec::new()), span);
                            self.flow.node(Kind::Index(subject, any), span)
                        }
                    };
                    columns.push(self.pattern(item, element, out, depth + 1));
                }
                let rows = rows(&columns);
                rows.into_iter().map(|row| self.flow.node(Kind::List(row), span)).collect()
            }
            Pattern::Mapping(entries, rest) => {
                if let Some(rest) = rest {
                    self.bind(*rest, subject, out);
                }
                let keys: Vec<NodeId> = entries.iter().map(|(key, _)| self.expr(*key)).collect();
                let inner = entries.iter().map(|(_, inner)| inner);
                self.keyed(&keys, inner, subject, out, depth)
            }
            Pattern::Class(class, parts) => {
                let class = self.expr(*class);
                out.push(Stmt::Eval(class));
                let named = parts.iter().filter_map(|(name, inner)| name.map(|name| (name, inner)));
                let (names, inner): (Vec<_>, Vec<_>) = named.unzip();
                let keys: Vec<NodeId> = names
                    .into_iter()
                    .map(|name| {
                        let text = Kind::Text(self.name(name));
                        self.flow.node(text, span)
                    })
                    .collect();
                self.keyed(&keys, inner.into_iter(), subject, out, depth)
            }
        }
    }

    /// Parts of a mapping or attributes of an object, by name.
    fn keyed<'p>(
        &mut self,
        keys: &[NodeId],
        inner: impl Iterator<Item = &'p Pattern>,
        subject: NodeId,
        out: &mut Vec<Stmt>,
        depth: u32,
    ) -> Vec<NodeId> {
        let span = self.flow.span(subject);
        let mut columns = Vec::new();
        for (key, pattern) in keys.iter().zip(inner) {
            let element = self.flow.node(Kind::Index(subject, *key), span);
            columns.push(self.pattern(pattern, element, out, depth + 1));
        }
        let rows = rows(&columns);
        let maps = rows.into_iter().map(|row| Kind::Map(keys.iter().copied().zip(row).collect()));
        maps.collect::<Vec<Kind>>().into_iter().map(|map| self.flow.node(map, span)).collect()
    }
}

/// One of each column, in all combinations.
fn rows(columns: &[Vec<NodeId>]) -> Vec<Vec<NodeId>> {
    let mut rows = vec![Vec::new()];
    for column in columns {
        let longer = rows.iter().flat_map(|row: &Vec<NodeId>| {
            column.iter().map(move |value| row.iter().copied().chain(std::iter::once(*value)).collect::<Vec<NodeId>>())
        });
        rows = longer.take(MOST_ALTERNATIVES).collect();
    }
    rows
}
