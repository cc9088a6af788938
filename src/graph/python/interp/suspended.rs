//! Code that runs in steps: generators, coroutines, context managers.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{Expr, Stmt};

/// Context managers of the runtime that let every error through.
const PASSING_MANAGERS: &[&str] = &[
    "open()",
    "threading.Lock()",
    "threading.RLock()",
    "threading.Condition()",
    "warnings.catch_warnings()",
    "zipfile.ZipFile()",
    "gzip.open()",
    "tempfile.TemporaryDirectory()",
    "decimal.localcontext()",
];

impl Interp<'_> {
    /// Runs a generator or coroutine to its end, once.
    pub(super) fn drain(&mut self, id: ObjId) -> Run<(Vec<Value>, bool, Value)> {
        let Object::Generator { pending, items, result, open } = self.heap.object_mut(id) else {
            return Ok((Vec::new(), true, Value::Unknown));
        };
        let Some(pending) = pending.take() else {
            return Ok((items.clone(), *open, *result));
        };
        let Object::Function(function) = self.heap.object(pending.function) else {
            return Ok((Vec::new(), true, Value::Unknown));
        };
        let function = Rc::clone(function);
        let code = self.module(function.module).code;
        let Some(node) = code.code.functions.get(function.index as usize) else {
            return Ok((Vec::new(), true, Value::Unknown));
        };
        if self.call_depth >= LIMITS.call_depth || self.total_depth >= LIMITS.total_depth {
            return Ok((Vec::new(), true, Value::Unknown));
        }
        let frame = Frame {
            module: function.module,
            code,
            syms: self.module(function.module).syms.clone(),
            scope: pending.scope,
            function: Some(function.index),
            closure: function.parent,
            class_scope: function.class_scope,
            is_class: false,
            this: pending.this,
            yields: RefCell::default(),
            yields_open: Cell::new(false),
            span: Cell::default(),
        };
        // How far a generator runs, whoever goes through it decides.
        let value = match node.is_generator {
            true if self.drained.take() == Some(id) => self.run_body(&frame, node)?,
            true => self.shielded(|this| this.run_body(&frame, node))?,
            false => self.run_body(&frame, node)?,
        };
        let yielded = frame.yields.take();
        let unknown = frame.yields_open.get();
        if let Object::Generator { items, result, open, .. } = self.heap.object_mut(id) {
            items.clone_from(&yielded);
            *result = value;
            *open = unknown;
        }
        Ok((yielded, unknown, value))
    }

    /// `await value`.
    pub(super) fn run_coroutine(&mut self, value: Value) -> Run<Value> {
        match (value, self.heap.get(value)) {
            (Value::Obj(id), Some(Object::Generator { .. })) => Ok(self.drain(id)?.2),
            _ => Ok(Value::Unknown),
        }
    }

    /// `__enter__` of a context manager, and the exceptions that it swallows.
    pub(super) fn enter(&mut self, manager: Value) -> Run<(Value, Option<Vec<Value>>)> {
        match (manager, self.heap.get(manager)) {
            (Value::Obj(id), Some(Object::Generator { .. })) => {
                let (items, _, _) = self.drain(id)?;
                Ok((items.first().copied().unwrap_or(Value::Unknown), None))
            }
            (_, Some(Object::Instance { class, .. })) => {
                let class = *class;
                if self.heap.external_name(class).is_some() {
                    return Ok((manager, None));
                }
                for name in ["__enter__", "__aenter__"] {
                    let name = self.heap.sym(name);
                    if let Some(method) = self.class_lookup(class, name) {
                        let method = self.bind(method, manager, class)?;
                        let value = self.call(method, Args::default())?;
                        return Ok((self.settle(value)?, None));
                    }
                }
                Ok((Value::Unknown, None))
            }
            (_, Some(Object::Partial { function, args })) => {
                let (function, args) = (*function, args.clone());
                match self.heap.external_name(function).as_deref() {
                    Some("contextlib.suppress") => Ok((Value::None, Some(args.positional))),
                    Some("contextlib.nullcontext") => {
                        Ok((args.positional.first().copied().unwrap_or(Value::None), None))
                    }
                    _ => Ok((Value::Unknown, None)),
                }
            }
            (_, Some(Object::External(_))) => Ok((manager, None)),
            _ => Ok((Value::Unknown, None)),
        }
    }

    /// Whether a context manager may keep errors of its block to itself, as nothing says that it does not.
    pub(super) fn may_swallow(&mut self, manager: Value) -> bool {
        match self.heap.get(manager) {
            Some(Object::External(name)) => !PASSING_MANAGERS.contains(&&*self.heap.text(*name)),
            Some(Object::Instance { class, .. }) => {
                let class = *class;
                match self.class_lookup(class, known::EXIT).and_then(|exit| self.heap.get(exit)) {
                    Some(Object::Function(function)) => {
                        let code = &self.module(function.module).code.code;
                        let Some(node) = code.functions.get(function.index as usize) else { return true };
                        let inside = |at: usize| {
                            let span = code.stmt_spans.get(at);
                            span.is_some_and(|span| node.span.holds(*span))
                        };
                        let mut returns = code.stmts.iter().enumerate();
                        let says_yes = |stmt: &Stmt| match stmt {
                            Stmt::Return(Some(value)) => !matches!(code.expr(*value), Expr::Bool(false) | Expr::None),
                            _ => false,
                        };
                        returns.any(|(at, stmt)| says_yes(stmt) && inside(at))
                    }
                    Some(_) => true,
                    None => self.heap.external_name(class).as_deref() != Some("io.File"),
                }
            }
            // `contextlib.suppress` says what it takes.
            Some(Object::Partial { .. }) => false,
            _ => true,
        }
    }

    fn settle(&mut self, value: Value) -> Run<Value> {
        match (value, self.heap.get(value)) {
            (Value::Obj(id), Some(Object::Generator { .. })) => Ok(self.drain(id)?.2),
            _ => Ok(value),
        }
    }

    /// `__exit__`.
    pub(super) fn leave(&mut self, manager: Value) {
        let Some(Object::Instance { class, .. }) = self.heap.get(manager) else { return };
        let class = *class;
        if let Some(method) = self.class_lookup(class, known::EXIT)
            && let Ok(method) = self.bind(method, manager, class)
        {
            let none = Value::None;
            let _ = self.call(method, Args::of(&[none, none, none]));
        }
    }
}
