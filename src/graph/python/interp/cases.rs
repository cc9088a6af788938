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
            Pattern::Sequence(patterns) => {
                for pattern in patterns {
                    self.matches(frame, Value::Unknown, pattern)?;
                }
                None
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
