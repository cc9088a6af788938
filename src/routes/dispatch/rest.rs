//! What is left of a path whose methods are asked for inside of its branch: the other methods.

use super::{Branch, Finder};
use crate::program::flow::{BlockId, Def, FuncId, Kind, NodeId, Stmt};
use crate::program::values::{At, Program, Thing, UnitId};
use crate::routes::event::Condition;
use crate::routes::words::EVENTS;

/// How many own functions and variables answers are followed through.
const DEEPEST: u32 = 8;
/// Status codes of requests that are turned away.
const TURNED_AWAY: std::ops::Range<u32> = 400..600;

/// What becomes of a request that none of the conditions in some code is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// It is answered.
    Answered,
    /// It is turned away, or shares the answer of those that are asked for.
    Nothing,
    /// What stands behind the code decides.
    GoesOn,
}

impl Finder<'_, '_> {
    /// Whether a branch for a path, in which others ask for more, answers also what they do not ask for.
    pub(super) fn answers_the_rest(&mut self, unit: UnitId, block: BlockId, given: &Condition) -> bool {
        given.path.is_some() && self.rest(unit, block, DEEPEST) == Rest::Answered
    }

    fn rest(&mut self, unit: UnitId, block: BlockId, depth: u32) -> Rest {
        let Some(depth) = depth.checked_sub(1) else { return Rest::Nothing };
        let program = self.reader.program;
        for stmt in program.flow(unit).block(block) {
            let rest = match stmt {
                Stmt::If(test, yes, no) => self.rest_of_if(unit, (*test, *yes, *no), depth),
                Stmt::Match(subject, arms) => {
                    let default = arms.iter().find(|arm| arm.patterns.is_empty() && arm.guard.is_none());
                    let is_asked = self.reader.field((unit, *subject)).is_some();
                    match default {
                        Some(default) if is_asked => self.rest(unit, default.block, depth),
                        _ => Rest::GoesOn,
                    }
                }
                Stmt::Nested(blocks) => {
                    let all: Vec<Rest> = blocks.iter().map(|block| self.rest(unit, *block, depth)).collect();
                    all.into_iter().find(|rest| *rest != Rest::GoesOn).unwrap_or(Rest::GoesOn)
                }
                Stmt::Return(None) => Rest::Nothing,
                Stmt::Return(Some(value)) => self.rest_of_answer((unit, *value), depth),
                _ => Rest::GoesOn,
            };
            if rest != Rest::GoesOn {
                return rest;
            }
        }
        Rest::GoesOn
    }

    fn rest_of_if(&mut self, unit: UnitId, branch: (NodeId, BlockId, Option<BlockId>), depth: u32) -> Rest {
        let (test, yes, no) = branch;
        let otherwise = no.map_or(Rest::GoesOn, |no| self.rest(unit, no, depth));
        if self.reader.test((unit, test)).is_none() {
            let rest = self.rest(unit, yes, depth);
            return if rest == Rest::Answered { rest } else { otherwise };
        }
        // Behind several branches that all go on stands the end of each of them.
        let asks_on = no.is_some_and(|no| matches!(self.program().flow(unit).block(no), [Stmt::If(..)]));
        if asks_on && otherwise == Rest::GoesOn && !leaves(self.program(), unit, yes) {
            Rest::Nothing
        } else {
            otherwise
        }
    }

    /// An answer is of the rest unless it chooses by the event itself, or turns the request away.
    fn rest_of_answer(&mut self, at: At, depth: u32) -> Rest {
        let program = self.reader.program;
        let node = match program.kind(at) {
            Kind::Var(var) => match program.flow(at.0).vars.get(*var as usize).map_or(&[][..], |var| &var.defs) {
                [Def::Node(node)] => (at.0, *node),
                [_] => at,
                // Several branches have put it together.
                _ => return Rest::Nothing,
            },
            _ => at,
        };
        let chosen: Vec<Branch> = self.expr(node, &Condition::default(), 0);
        if chosen.iter().any(|branch| branch.certain) {
            let inner = own_call(program, node, depth).and_then(|function| program.body(function));
            return inner.map_or(Rest::Nothing, |(unit, body)| self.rest(unit, body, depth));
        }
        if turns_away(program, node, depth) { Rest::Nothing } else { Rest::Answered }
    }
}

/// Whether nothing behind a block runs after it.
fn leaves(program: &Program<'_>, unit: UnitId, block: BlockId) -> bool {
    match program.flow(unit).block(block).last() {
        Some(Stmt::Return(_)) => true,
        Some(Stmt::If(_, yes, Some(no))) => leaves(program, unit, *yes) && leaves(program, unit, *no),
        Some(Stmt::Nested(blocks)) => blocks.iter().all(|block| leaves(program, unit, *block)),
        _ => false,
    }
}

/// The own function whose answer an expression is.
fn own_call(program: &Program<'_>, at: At, depth: u32) -> Option<(UnitId, FuncId)> {
    let depth = depth.checked_sub(1)?;
    match program.kind(at) {
        Kind::Call(callee, _) => program.function((at.0, *callee)),
        Kind::Or(parts) | Kind::Group(parts) => parts.iter().find_map(|part| own_call(program, (at.0, *part), depth)),
        _ => None,
    }
}

/// Whether an answer says that the request is not served: by its status, or by what it or its maker is called.
fn turns_away(program: &Program<'_>, at: At, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let is_said = match program.kind(at) {
        Kind::Nth(number) => TURNED_AWAY.contains(number),
        Kind::Text(text) => text.parse().is_ok_and(|status: u32| TURNED_AWAY.contains(&status)) || EVENTS.refuses(text),
        Kind::Attr(_, name) | Kind::Global(name) => EVENTS.refuses(name),
        Kind::Var(var) => {
            let name = program.flow(at.0).vars.get(*var as usize).map_or("", |var| &*var.name);
            let value = || match program.value(at) {
                Thing::Node(node) => node != at && turns_away(program, node, depth),
                Thing::External(name) | Thing::Made(name, _) => {
                    EVENTS.refuses(name.rsplit('.').next().unwrap_or(&name))
                }
                _ => false,
            };
            EVENTS.refuses(name) || value()
        }
        Kind::Call(callee, _) => program.function((at.0, *callee)).is_some_and(|function| {
            let answer = program.result(function);
            answer.is_some_and(|answer| turns_away(program, answer, depth))
        }),
        _ => false,
    };
    let mut parts = program.flow(at.0).parts(at.1).into_iter();
    is_said || parts.any(|part| turns_away(program, (at.0, part), depth))
}
