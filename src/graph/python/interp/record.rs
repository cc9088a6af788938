//! The names under which own code calls what libraries bring.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{Expr, ExprId};

impl Interp<'_> {
    pub(super) fn record_call(&mut self, frame: &Frame, function: ExprId, callee: Value, args: &Args, span: Span) {
        if self.phase != Phase::Init {
            return;
        }
        // A loop calls the same again and again.
        let site = (frame.module, span.start, callee);
        if let Some(known) = self.trace.known_calls.get(&site) {
            if let Some(call) = known.and_then(|at| self.trace.calls.get_mut(at)) {
                call.repeats += 1;
            }
            return;
        }
        let recorded = self.record_new_call(frame, function, callee, args, span);
        // Methods are bound anew each time, and what is unknown may be something else the next time.
        if matches!(self.heap.get(callee), Some(Object::Function(_) | Object::Class(_) | Object::External(_))) {
            self.trace.known_calls.insert(site, recorded);
        }
    }

    /// Names a call and notes it when it matters; its number among the calls.
    fn record_new_call(
        &mut self,
        frame: &Frame,
        function: ExprId,
        callee: Value,
        args: &Args,
        span: Span,
    ) -> Option<usize> {
        let name = self.canonical(frame, function, callee, 0)?;
        if !name.contains('.') && !matches!(name.as_str(), "open" | "exec" | "eval") {
            return None;
        }
        let callee = self.heap.sym(&name);
        let via: Vec<_> = self.call_sites.iter().filter(|(at, _)| self.module(*at).own).copied().collect();
        let at = *self.trace.seen_calls.entry((frame.module, span.start, callee)).or_insert(self.trace.calls.len());
        match self.trace.calls.get_mut(at) {
            Some(call) => call.repeats += 1,
            None => {
                self.trace.calls.push(SeenCall {
                    module: frame.module,
                    span,
                    callee,
                    args: args.clone(),
                    via,
                    repeats: 1,
                });
            }
        }
        Some(at)
    }

    /// The dotted name under which own code calls something of a library.
    pub(super) fn canonical(&mut self, frame: &Frame, expr: ExprId, value: Value, depth: u32) -> Option<String> {
        if depth > LIMITS.callee_depth {
            return None;
        }
        if let Some(name) = self.heap.external_name(value) {
            return Some(name.to_string());
        }
        if let Some(Object::Module(at)) = self.heap.get(value) {
            let module = self.module(*at);
            return (!module.own).then(|| self.heap.text(module.name).to_string());
        }
        match frame.code.code.expr(expr) {
            Expr::Attribute(base, name) => {
                let base_value = match frame.code.code.expr(base) {
                    Expr::Name(id) => {
                        let name = self.sym(frame, id);
                        self.lookup(frame, name).unwrap_or(Value::Unknown)
                    }
                    Expr::Attribute(inner, name) => self.peek_attr(frame, inner, name, depth),
                    _ => Value::Unknown,
                };
                let base = self.canonical(frame, base, base_value, depth + 1)?;
                Some(format!("{base}.{}", frame.code.code.name(name)))
            }
            Expr::Call(function, _) => {
                let base = self.canonical(frame, function, Value::Unknown, depth + 1)?;
                Some(format!("{base}()"))
            }
            Expr::Name(id) => {
                let name = self.sym(frame, id);
                let value = self.lookup(frame, name);
                match value.and_then(|v| self.heap.get(v)) {
                    Some(Object::Function(function)) => {
                        let (module, index) = (function.module, function.index);
                        self.library_name(module, index)
                    }
                    Some(Object::Class(class)) => {
                        let (module, class_name) = (class.module?, class.name);
                        (!self.module(module).own).then(|| {
                            format!("{}.{}", self.heap.text(self.module(module).name), self.heap.text(class_name))
                        })
                    }
                    Some(Object::External(name)) => Some(self.heap.text(*name).to_string()),
                    Some(Object::Module(at)) => {
                        let module = self.module(*at);
                        (!module.own).then(|| self.heap.text(module.name).to_string())
                    }
                    _ => self.provenance_of(frame, name),
                }
            }
            _ => None,
        }
    }

    pub(super) fn peek_attr(
        &mut self,
        frame: &Frame,
        inner: ExprId,
        name: crate::lang::python::ir::NameId,
        depth: u32,
    ) -> Value {
        if depth > LIMITS.peek_depth {
            return Value::Unknown;
        }
        let base = match frame.code.code.expr(inner) {
            Expr::Name(id) => {
                let name = self.sym(frame, id);
                self.lookup(frame, name).unwrap_or(Value::Unknown)
            }
            Expr::Attribute(deeper, name) => self.peek_attr(frame, deeper, name, depth + 1),
            _ => Value::Unknown,
        };
        let name = self.sym(frame, name);
        match self.heap.get(base) {
            Some(Object::Module(at)) => {
                let scope = self.module(*at).scope;
                self.heap.vars(scope).get(name).unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        }
    }

    fn library_name(&mut self, module: ModIdx, index: u32) -> Option<String> {
        if self.module(module).own {
            return None;
        }
        let code = self.module(module).code;
        let node = code.code.functions.get(index as usize)?;
        Some(format!("{}.{}", self.heap.text(self.module(module).name), code.code.name(node.name)))
    }

    /// Remembers of what call a variable of own code is the result.
    pub(super) fn note_provenance(&mut self, frame: &Frame, targets: &[ExprId], value: ExprId) {
        if !self.module(frame.module).own {
            return;
        }
        let Expr::Call(function, _) = frame.code.code.expr(value) else { return };
        let Some(base) = self.canonical(frame, function, Value::Unknown, 0) else { return };
        let result = self.heap.sym(&format!("{base}()"));
        for target in targets {
            if let Expr::Name(id) = frame.code.code.expr(*target) {
                let name = self.sym(frame, id);
                let scope = self.home(frame, id, name);
                self.provenance.insert((scope, name), result);
            }
        }
    }

    fn provenance_of(&mut self, frame: &Frame, name: Sym) -> Option<String> {
        let mut at = Some(frame.scope);
        while let Some(scope) = at {
            if let Some(sym) = self.provenance.get(&(scope, name)) {
                return Some(self.heap.text(*sym).to_string());
            }
            at = self.heap.scope_ref(scope).parent;
        }
        let scope = self.module(frame.module).scope;
        self.provenance.get(&(scope, name)).map(|sym| self.heap.text(*sym).to_string())
    }
}
