//! What code of others may do to values of own code: it has them, it calls functions when it likes.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::Expr;

impl Interp<'_> {
    /// Notes that own code reads what others got hold of, and may have changed.
    pub(super) fn note_given(&mut self, frame: &Frame, value: Value) {
        if self.mistakes.is_given(value)
            && self.is_own(frame)
            && matches!(
                self.heap.get(value),
                Some(Object::List { .. } | Object::Dict { .. } | Object::Set { .. } | Object::Instance { .. })
            )
        {
            self.doubt.read_foreign();
        }
    }

    /// Whether own code runs by what is followed exactly: its own values, not those that others made.
    pub(super) fn is_decided(&self, at: ModIdx, calls: u32) -> bool {
        !self.module(at).own || !self.doubt.rests_on_others(calls)
    }

    /// Whether code of others, which own code has called, raises an error on a way that is all decided.
    pub(super) fn refuses_own_call(&self) -> bool {
        self.is_certain() && self.doubt.is_called_by_others() && self.library_depth > 0 && !self.budget.is_spent()
    }

    /// Notes an error of own code that may end Init: it runs, as far as is seen, and nothing catches it.
    pub(super) fn note_maybe(&mut self, at: ModIdx, class: &str, message: &str) {
        if self.phase == Phase::Init && !self.budget.is_spent() && !self.is_caught(class, false) {
            let name = self.heap.text(self.module(at).name);
            self.trace.doubts.insert(format!("`{name}` may end with {class}: {message}"));
        }
    }

    /// Notes an end of Init that may come, and that what others do decides about.
    pub(super) fn doubt_of_others(&mut self, what: &str) {
        self.trace.doubts.insert(format!("whether `{what}` is raised depends on what other code does"));
    }

    /// Whether objects of a class answer for their attributes by code of their own.
    pub(super) fn answers_itself(&mut self, class: Value) -> bool {
        ["__getattribute__", "__setattr__", "__delattr__"].iter().any(|name| {
            let name = self.heap.sym(name);
            let found = self.class_lookup(class, name);
            found
                .is_some_and(|found| !matches!(self.heap.get(found), Some(Object::External(_) | Object::Method { .. })))
        })
    }

    /// Notes what a method may change that own objects have from others, `thread.start()`: it may call those of their
    /// own class.
    pub(super) fn taint_inherited(&mut self, frame: &Frame, function: ExprId) {
        let Expr::Attribute(object, _) = frame.code.code.expr(function) else { return };
        let Expr::Name(name) = frame.code.code.expr(object) else { return };
        let name = self.sym(frame, name);
        let Some(object) = self.lookup(frame, name).filter(|_| self.is_own(frame)) else { return };
        let Some(Object::Instance { class, .. }) = self.heap.get(object) else { return };
        let Some(Object::Class(class)) = self.heap.get(*class) else { return };
        let methods: Vec<Value> = self.heap.vars(class.scope).iter().map(|(_, value)| value).collect();
        self.mistakes.give_away(&self.heap, object);
        for method in methods {
            self.taint_reached(method);
        }
    }

    /// Notes what a function may change that code of others calls, when it likes.
    pub(super) fn taint_reached(&mut self, function: Value) {
        let Some(Object::Function(function)) = self.heap.get(function) else { return };
        let (at, index) = (function.module, function.index);
        let module = self.module(at);
        if !module.own || self.phase != Phase::Init {
            return;
        }
        let (code, scope) = (&module.code.code, module.scope);
        let Some(node) = code.functions.get(index as usize) else { return };
        let inside = code.exprs_in(node.span);
        let names: std::collections::BTreeSet<&str> = inside
            .filter_map(|expr| match expr {
                Expr::Name(name) => Some(code.name(name)),
                _ => None,
            })
            .collect();
        let globals: Vec<&str> = node.globals.iter().map(|name| code.name(*name)).collect();
        for name in names {
            let sym = self.heap.sym(name);
            let value = self.heap.vars(scope).get(sym).unwrap_or(Value::Unknown);
            let holds = matches!(
                self.heap.get(value),
                Some(Object::List { .. } | Object::Dict { .. } | Object::Set { .. } | Object::Instance { .. })
            );
            if holds || globals.contains(&name) {
                self.doubt.taint_foreign(sym);
            }
        }
    }
}
