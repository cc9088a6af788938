//! `match` statements.

use super::super::value::*;
use super::exec::Flow;
use super::*;
use crate::lang::python::ir::{Case, ExprId, Pattern};

impl Interp<'_> {
    /// `match subject:` with its cases, one of which runs or none.
    pub(super) fn exec_cases(&mut self, frame: &Frame, subject: ExprId, cases: &[Case]) -> Run<Flow> {
        let mark = self.doubt.mark();
        let subject = self.eval(frame, subject)?;
        let depth = self.doubt.depth();
        let _ = self.doubt.enter_choice(mark);
        let flow = self.exec_match(frame, subject, cases);
        self.doubt.return_to(depth);
        self.note_unwalked(frame, mark, cases.iter().map(|case| case.body));
        flow
    }

    fn exec_match(&mut self, frame: &Frame, subject: Value, cases: &[Case]) -> Run<Flow> {
        let Some((case, rest)) = cases.split_first() else {
            return Ok(Flow::NEXT);
        };
        let mut verdict = self.matches(frame, subject, &case.pattern)?;
        if verdict != Some(false)
            && let Some(guard) = case.guard
        {
            let guard = self.eval(frame, guard)?;
            verdict = match (verdict, self.truth(guard)?) {
                (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        match verdict {
            Some(true) => self.exec_block(frame, case.body),
            Some(false) => self.exec_match(frame, subject, rest),
            None => self.either(frame, &mut |this| this.exec_block(frame, case.body), &mut |this| {
                this.exec_match(frame, subject, rest)
            }),
        }
    }

    /// Whether a value is of a kind that a pattern surely does not take: a row for a mapping, a text for a class of
    /// numbers.
    fn refuses_pattern(&mut self, frame: &Frame, subject: Value, pattern: &Pattern) -> Run<bool> {
        let Some((kind, _)) = self.kind_of(subject) else { return Ok(false) };
        let is_plain = !matches!(kind, "function" | "builtin_function_or_method");
        Ok(match pattern {
            Pattern::Sequence(_) => is_plain && !matches!(kind, "list" | "tuple"),
            Pattern::Mapping(..) => is_plain && kind != "dict",
            Pattern::Class(class, _) => {
                let class = self.eval(frame, *class)?;
                self.is_instance(subject, class) == Some(false)
            }
            _ => false,
        })
    }

    fn is_whole_dict(&self, subject: Value) -> bool {
        let is_dict = self.kind_of(subject).is_some_and(|kind| kind.0 == "dict");
        is_dict && matches!(self.heap.get(subject), Some(Object::Dict { open: false, .. }))
    }

    fn matches(&mut self, frame: &Frame, subject: Value, pattern: &Pattern) -> Run<Option<bool>> {
        Ok(match pattern {
            Pattern::Value(value) => {
                let value = self.eval(frame, *value)?;
                self.equal(subject, value)
            }
            Pattern::Any(name) => {
                if let Some(name) = name {
                    self.assign_name(frame, *name, subject);
                }
                Some(true)
            }
            Pattern::Or(patterns) => {
                let mut verdict = Some(false);
                for pattern in patterns {
                    match self.matches(frame, subject, pattern)? {
                        Some(true) => return Ok(Some(true)),
                        None => verdict = None,
                        Some(false) => {}
                    }
                }
                verdict
            }
            Pattern::Sequence(_) | Pattern::Mapping(..) | Pattern::Class(..)
                if self.refuses_pattern(frame, subject, pattern)? =>
            {
                Some(false)
            }
            Pattern::Sequence(patterns) => {
                for pattern in patterns {
                    self.matches(frame, Value::Unknown, pattern)?;
                }
                None
            }
            Pattern::Mapping(entries, rest) if rest.is_none() && self.is_whole_dict(subject) => {
                let mut verdict = Some(true);
                for (key, pattern) in entries {
                    let key = self.eval(frame, *key)?;
                    let Some(Object::Dict { items, .. }) = self.heap.get(subject) else { return Ok(None) };
                    let Some(value) = items.get(key) else { return Ok(Some(false)) };
                    match self.matches(frame, value, pattern)? {
                        Some(true) => {}
                        Some(false) => return Ok(Some(false)),
                        None => verdict = None,
                    }
                }
                verdict
            }
            Pattern::Mapping(entries, rest) => {
                for (key, pattern) in entries {
                    self.eval(frame, *key)?;
                    self.matches(frame, Value::Unknown, pattern)?;
                }
                if let Some(name) = rest {
                    self.assign_name(frame, *name, Value::Unknown);
                }
                None
            }
            Pattern::Class(class, parts) => {
                self.eval(frame, *class)?;
                for (_, pattern) in parts {
                    self.matches(frame, Value::Unknown, pattern)?;
                }
                None
            }
            Pattern::Named(pattern, name) => {
                let verdict = self.matches(frame, subject, pattern)?;
                if verdict != Some(false) {
                    self.assign_name(frame, *name, subject);
                }
                verdict
            }
        })
    }
}
