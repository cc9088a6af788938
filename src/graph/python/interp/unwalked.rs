//! Ways of own code that were not walked and may have been gone all the same: what they do has happened then, and what
//! was walked in their place has not. Nothing that they touch decides on an error.
//!
//! Of most errors the walk knows nothing: a call, an item or a computation in a `try` may have raised what a clause takes.
//! And a condition decides for what the walk knows, which others may have changed.

use super::trace::Mark;
use super::*;
use crate::lang::python::ir::{Block, Code, Expr, Stmt, Try};

impl Interp<'_> {
    /// Notes what may be otherwise behind a `try` whose body has run to its end.
    pub(super) fn note_tried(&mut self, frame: &Frame, node: &Try) {
        if self.phase != Phase::Init || !self.is_own(frame) || !block_may_raise(&frame.code.code, node.body) {
            return;
        }
        let mut met = false;
        for handler in &node.handlers {
            let is_import = handler.kind.is_some_and(|kind| self.takes_imports_only(frame, kind));
            if is_import || raises(&frame.code.code, handler.body) {
                continue;
            }
            met = true;
            if frame.code.code.may_leave(handler.body) {
                self.doubt.may_have_left();
            }
            if let Some(span) = frame.code.code.block_span(handler.body) {
                self.taint_named(frame, span);
            }
        }
        if met {
            for block in [node.body, node.orelse] {
                self.taint_stored(frame, block);
            }
            // Whoever has called this depends on it.
            self.doubt.read_foreign();
        }
    }

    /// Notes what blocks may have done that were left out, or run too often, by a choice since a mark.
    pub(super) fn note_unwalked(&mut self, frame: &Frame, mark: Mark, blocks: impl IntoIterator<Item = Block>) {
        for block in blocks {
            self.note_rounds(frame, mark, block);
            if self.is_unsure_choice(frame, mark) && frame.code.code.may_leave(block) {
                self.doubt.may_have_left();
            }
        }
    }

    /// The same for a block of a loop, which keeps its `break` and `continue` to itself.
    pub(super) fn note_rounds(&mut self, frame: &Frame, mark: Mark, block: Block) {
        let code = &frame.code.code;
        let Some(span) = code.block_span(block).filter(|_| self.is_unsure_choice(frame, mark)) else { return };
        self.taint_named(frame, span);
        if code.may_return(block) {
            self.doubt.may_have_left();
        }
    }

    /// Notes a loop of which only the first rounds were walked.
    pub(super) fn note_cut_loop(&mut self, frame: &Frame, body: Block) {
        if self.is_own(frame) {
            self.mistakes.lose(&self.heap, true);
            self.taint_stored(frame, body);
            self.doubt.read_foreign();
        }
    }

    /// The same for a part of an expression.
    pub(super) fn note_unwalked_part(&mut self, frame: &Frame, mark: Mark, part: ExprId) {
        let span = self.at(frame, part);
        if self.is_unsure_choice(frame, mark) && may_raise(&frame.code.code, span) {
            self.taint_named(frame, span);
        }
    }

    fn is_unsure_choice(&self, frame: &Frame, mark: Mark) -> bool {
        let depends = self.doubt.has_foreign(mark) || self.doubt.has_read(mark);
        depends && self.phase == Phase::Init && self.is_own(frame)
    }

    /// Notes what the body of a `with` leaves behind that may have ended early.
    pub(super) fn note_swallowed(&mut self, frame: &Frame, body: Block) {
        if self.phase == Phase::Init && self.is_own(frame) && block_may_raise(&frame.code.code, body) {
            self.taint_stored(frame, body);
            self.doubt.read_foreign();
        }
    }

    /// Whether a clause waits for imports alone: these are followed.
    fn takes_imports_only(&mut self, frame: &Frame, kind: ExprId) -> bool {
        let value = self.shielded(|this| this.eval(frame, kind)).unwrap_or(Value::Unknown);
        let (classes, open) = self.class_list(value);
        let import_error = self.heap.external("ImportError");
        !open && classes.iter().all(|class| self.is_subclass(*class, import_error) == Some(true))
    }

    /// Taints what is named in a stretch of code: it may have changed that, or given it another value.
    fn taint_named(&mut self, frame: &Frame, span: Span) {
        if !self.mistakes.meets(frame.module, span) {
            return;
        }
        let code = &frame.code.code;
        for expr in code.exprs_in(span) {
            if let Expr::Name(name) = expr {
                let name = self.sym(frame, name);
                self.doubt.taint_foreign(name);
                // It may have other names.
                if let Some(value) = self.lookup(frame, name)
                    && !matches!(self.heap.get(value), Some(Object::Function(_) | Object::Class(_)))
                {
                    self.mistakes.give_away(&self.heap, value);
                }
            }
        }
        // What own code does that is called there may change anything of its own.
        let calls_own = code
            .exprs_in(span)
            .any(|expr| matches!(expr, Expr::Call(function, _) if self.is_of_own_code(frame, function)));
        self.mistakes.lose(&self.heap, calls_own);
        self.taint_stored_in(frame, span);
    }

    /// Whether what is called is a function or a class of own code, or a method of an object of such a class.
    fn is_of_own_code(&mut self, frame: &Frame, function: ExprId) -> bool {
        let code = &frame.code.code;
        let (name, is_method) = match code.expr(function) {
            Expr::Name(name) => (name, false),
            Expr::Attribute(object, _) => match code.expr(object) {
                Expr::Name(name) => (name, true),
                // An object that is computed.
                _ => return true,
            },
            _ => return true,
        };
        let name = self.sym(frame, name);
        let Some(value) = self.lookup(frame, name) else { return false };
        match self.heap.get(value) {
            Some(Object::Function(function)) => self.module(function.module).own,
            Some(Object::Instance { class, .. }) => matches!(self.heap.get(*class), Some(Object::Class(_))),
            Some(Object::Class(_)) => true,
            Some(Object::Module(at)) => is_method && self.module(*at).own,
            Some(Object::Partial { .. } | Object::Method { .. }) => true,
            _ => false,
        }
    }

    /// Taints what a block gives a value.
    fn taint_stored(&mut self, frame: &Frame, block: Block) {
        if let Some(span) = frame.code.code.block_span(block) {
            self.taint_stored_in(frame, span);
        }
    }

    fn taint_stored_in(&mut self, frame: &Frame, span: Span) {
        let code = &frame.code.code;
        let mut targets = Vec::new();
        for stmt in code.stmts_in(span) {
            match stmt {
                Stmt::Assign(to, _) => targets.extend(code.list(*to)),
                Stmt::AugAssign(to, ..) | Stmt::AnnAssign(to, ..) | Stmt::For(to, ..) => targets.push(*to),
                Stmt::With(items, _) => targets.extend(items.iter().filter_map(|(_, to)| *to)),
                _ => {}
            }
        }
        while let Some(target) = targets.pop() {
            match code.expr(target) {
                Expr::Name(name) | Expr::Attribute(_, name) => {
                    let name = self.sym(frame, name);
                    self.doubt.taint_foreign(name);
                }
                Expr::Tuple(list) | Expr::List(list) => targets.extend(code.list(list)),
                Expr::Subscript(inner, _) | Expr::Starred(inner) => targets.push(inner),
                _ => {}
            }
        }
    }
}

/// Whether something in a block may raise what nobody has written there.
fn block_may_raise(code: &Code, block: Block) -> bool {
    code.block_span(block).is_some_and(|span| may_raise(code, span))
}

fn may_raise(code: &Code, span: Span) -> bool {
    code.exprs_in(span).any(|expr| {
        matches!(
            expr,
            Expr::Call(..)
                | Expr::Subscript(..)
                | Expr::Attribute(..)
                | Expr::Binary(..)
                | Expr::Compare(_)
                | Expr::Await(_)
                | Expr::Comprehension(_)
        )
    })
}

/// Whether a clause surely passes an error on, or ends the program.
fn raises(code: &Code, block: Block) -> bool {
    let last = code.block(block).last().and_then(|id| code.stmts.get(id.0 as usize));
    match last {
        Some(Stmt::Raise(_)) => true,
        Some(Stmt::Expr(value)) => matches!(code.expr(*value), Expr::Call(function, _)
            if matches!(code.expr(function), Expr::Name(name) | Expr::Attribute(_, name)
                if matches!(code.name(name), "exit" | "_exit" | "quit"))),
        _ => false,
    }
}
