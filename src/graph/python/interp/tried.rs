//! What a `try` of own code leaves behind that was walked without an error.
//!
//! Of most errors the walk knows nothing: a call, an item or a computation may have raised what a clause takes. Then
//! what the clause does has happened, and what stands behind it in the body has not.

use super::*;
use crate::lang::python::ir::{Block, Code, Expr, Stmt, Try};

impl Interp<'_> {
    /// Notes what may be otherwise behind a `try` whose body has run to its end.
    pub(super) fn note_tried(&mut self, frame: &Frame, node: &Try) {
        if self.phase != Phase::Init || !self.is_own(frame) || !may_raise(&frame.code.code, node.body) {
            return;
        }
        let mut met = false;
        for handler in &node.handlers {
            let is_import = handler.kind.is_some_and(|kind| self.takes_imports_only(frame, kind));
            if is_import || raises(&frame.code.code, handler.body) {
                continue;
            }
            met = true;
            if leaves(&frame.code.code, handler.body) {
                self.doubt.may_have_left();
            }
            self.taint_named(frame, handler.body);
        }
        if met {
            self.taint_stored(frame, node.body);
            self.taint_stored(frame, node.orelse);
            // Whoever has called this depends on it.
            self.doubt.read_foreign();
        }
    }

    /// Notes what the body of a `with` leaves behind that may have ended early.
    pub(super) fn note_swallowed(&mut self, frame: &Frame, body: Block) {
        if self.phase == Phase::Init && self.is_own(frame) && may_raise(&frame.code.code, body) {
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

    /// Taints what a block names: it may have changed that, or given it another value.
    fn taint_named(&mut self, frame: &Frame, block: Block) {
        let code = &frame.code.code;
        let Some(span) = span_of(code, block) else { return };
        let inside = code.exprs.iter().zip(&code.expr_spans).filter(|(_, at)| span.holds(**at));
        let names: Vec<NameId> = inside
            .filter_map(|(expr, _)| match expr {
                Expr::Name(name) => Some(*name),
                _ => None,
            })
            .collect();
        for name in names {
            let name = self.sym(frame, name);
            match self.lookup(frame, name) {
                Some(value) if matches!(self.heap.get(value), Some(Object::Function(_))) => self.taint_reached(value),
                _ => self.doubt.taint_foreign(name),
            }
        }
        self.taint_stored(frame, block);
    }

    /// Taints what a block gives a value.
    fn taint_stored(&mut self, frame: &Frame, block: Block) {
        let code = &frame.code.code;
        let Some(span) = span_of(code, block) else { return };
        let inside = code.stmts.iter().zip(&code.stmt_spans).filter(|(_, at)| span.holds(**at));
        let mut targets = Vec::new();
        for (stmt, _) in inside {
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

fn span_of(code: &Code, block: Block) -> Option<Span> {
    let statements = code.block(block);
    let (first, last) = (statements.first()?, statements.last()?);
    Some(Span::new(code.stmt_span(*first).start, code.stmt_span(*last).end))
}

/// Whether something in a block may raise what nobody has written there.
fn may_raise(code: &Code, block: Block) -> bool {
    let Some(span) = span_of(code, block) else { return false };
    let mut inside = code.exprs.iter().zip(&code.expr_spans).filter(|(_, at)| span.holds(**at));
    inside.any(|(expr, _)| {
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

/// Whether a clause may leave what is around it.
fn leaves(code: &Code, block: Block) -> bool {
    let Some(span) = span_of(code, block) else { return false };
    let mut inside = code.stmts.iter().zip(&code.stmt_spans).filter(|(_, at)| span.holds(**at));
    inside.any(|(stmt, _)| matches!(stmt, Stmt::Return(_) | Stmt::Break | Stmt::Continue))
}
