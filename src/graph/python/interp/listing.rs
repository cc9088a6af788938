//! Loops over the names in `sys.modules` that look for some modules: they pass all others by, and so a handler's.
//!
//! What such a loop does is the same whichever of several handlers is loaded, so that these may still share what they
//! begin with. Any other use of the list may depend on all that is in it.

use std::rc::Rc;

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{CompareOp, Expr, Stmt};

/// What a loop asks of a module's name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    Is(Rc<str>),
    StartsWith(Rc<str>),
    EndsWith(Rc<str>),
}

impl Question {
    fn is_met_by(&self, name: &str) -> bool {
        match self {
            Self::Is(text) => name == &**text,
            Self::StartsWith(text) => name.starts_with(&**text),
            Self::EndsWith(text) => name.ends_with(&**text),
        }
    }
}

/// A loop over the names in `sys.modules`.
pub(super) struct Listing {
    target: ExprId,
    test: ExprId,
    /// Its body runs only for names that meet one of these.
    questions: Vec<Question>,
}

impl Interp<'_> {
    /// What a loop over names asks them for; `None` where it is no such loop, or asks for more than texts.
    pub(super) fn listing(
        &mut self,
        frame: &Frame,
        (target, iter): (ExprId, ExprId),
        body: Block,
        items: &[Value],
    ) -> Option<Listing> {
        let code = &frame.code.code;
        let [only] = code.block(body) else { return None };
        let Stmt::If(tests, orelse) = code.stmts.get(only.0 as usize)? else { return None };
        let ([(test, _)], true) = (&**tests, code.block(*orelse).is_empty()) else { return None };
        let is_whole = items.len() <= LIMITS.unrolled && items.iter().all(|item| matches!(item, Value::Str(_)));
        if !is_whole || !self.is_list_of_modules(frame, iter) {
            return None;
        }
        let questions = self.questions(frame, target, *test)?;
        Some(Listing { target, test: *test, questions })
    }

    /// Whether a loop that has ended has passed by all handlers that are walked together.
    pub(super) fn passed_handlers(&mut self, frame: &Frame, listing: &Listing) -> bool {
        // The texts may have been others on the way only if they are others now.
        let now = self.questions(frame, listing.target, listing.test);
        let Expr::Name(last) = frame.code.code.expr(listing.target) else { return false };
        let last = self.sym(frame, last);
        let last = self.lookup(frame, last).and_then(|value| self.text_of(value));
        let handlers = self.relay.handlers();
        now.as_ref() == Some(&listing.questions)
            && last.is_some_and(|last| !handlers.iter().any(|handler| **handler == *last))
            && !handlers.iter().any(|handler| listing.questions.iter().any(|question| question.is_met_by(handler)))
    }

    /// `list(sys.modules)` and the like, which nobody else gets to see.
    fn is_list_of_modules(&mut self, frame: &Frame, iter: ExprId) -> bool {
        let code = &frame.code.code;
        match code.expr(iter) {
            Expr::Attribute(object, name) if code.name(name) == "modules" => {
                let Expr::Name(object) = code.expr(object) else { return false };
                let object = self.sym(frame, object);
                let value = self.lookup(frame, object);
                let object = value.and_then(|value| self.heap.get(value));
                matches!(object, Some(Object::External(name)) if &*self.heap.text(*name) == "sys")
            }
            Expr::Call(function, arguments) => {
                let Some(arguments) = code.calls.get(arguments as usize) else { return false };
                let positional = code.list(arguments.positional);
                match (code.expr(function), positional, arguments.keywords.is_empty()) {
                    (Expr::Name(function), [inner], true) => {
                        let is_builtin = ["list", "tuple"].contains(&code.name(function));
                        let function = self.sym(frame, function);
                        let is_own = self.lookup(frame, function).is_some();
                        is_builtin && !is_own && self.is_list_of_modules(frame, *inner)
                    }
                    (Expr::Attribute(inner, method), [], true) => {
                        ["copy", "keys"].contains(&code.name(method)) && self.is_list_of_modules(frame, inner)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Questions of which a name must meet one for a test to hold.
    fn questions(&mut self, frame: &Frame, target: ExprId, test: ExprId) -> Option<Vec<Question>> {
        let code = &frame.code.code;
        let is_target = |expr: ExprId| match (code.expr(expr), code.expr(target)) {
            (Expr::Name(name), Expr::Name(target)) => name == target,
            _ => false,
        };
        match code.expr(test) {
            Expr::Or(parts) => {
                let parts = code.list(parts).iter().map(|part| self.questions(frame, target, *part));
                parts.collect::<Option<Vec<_>>>().map(|parts| parts.concat())
            }
            Expr::And(parts) => self.questions(frame, target, *code.list(parts).first()?),
            Expr::Compare(at) => {
                let compare = code.compares.get(at as usize)?;
                let [(CompareOp::Eq, right)] = *compare.rest else { return None };
                let other = if is_target(compare.left) { right } else { compare.left };
                let is_asked = is_target(compare.left) != is_target(right);
                is_asked.then(|| self.plain_text(frame, other)).flatten().map(|text| vec![Question::Is(text)])
            }
            Expr::Call(function, arguments) => {
                let Expr::Attribute(object, method) = code.expr(function) else { return None };
                let arguments = code.calls.get(arguments as usize)?;
                let [argument] = code.list(arguments.positional) else { return None };
                if !is_target(object) || !arguments.keywords.is_empty() {
                    return None;
                }
                let text = self.plain_text(frame, *argument)?;
                match code.name(method) {
                    "startswith" => Some(vec![Question::StartsWith(text)]),
                    "endswith" => Some(vec![Question::EndsWith(text)]),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A text that stands there, that a variable holds, or that is put together from such.
    fn plain_text(&mut self, frame: &Frame, expr: ExprId) -> Option<Rc<str>> {
        let code = &frame.code.code;
        match code.expr(expr) {
            Expr::Text(text) => Some(code.text(text).into()),
            Expr::Name(name) => {
                let name = self.sym(frame, name);
                let value = self.lookup(frame, name)?;
                self.text_of(value)
            }
            Expr::Format(parts) => {
                let parts = code.list(parts).iter().map(|part| self.plain_text(frame, *part));
                parts.collect::<Option<Vec<_>>>().map(|parts| parts.concat().into())
            }
            _ => None,
        }
    }
}
