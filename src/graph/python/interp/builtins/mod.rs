//! Built-in functions and classes.

mod iteration;
mod objects;
mod slots;
mod values;

use super::super::value::*;
use super::*;

/// A call of a built-in thing.
struct Call<'c> {
    name: &'c str,
    args: &'c Args,
    first: Option<Value>,
    second: Option<Value>,
    third: Option<Value>,
}

impl<'c> Call<'c> {
    fn new(name: &'c str, args: &'c Args) -> Self {
        let at = |at: usize| args.positional.get(at).copied();
        Self { name, args, first: at(0), second: at(1), third: at(2) }
    }

    fn second(&self) -> Value {
        self.second.unwrap_or(Value::Unknown)
    }

    fn third(&self) -> Value {
        self.third.unwrap_or(Value::Unknown)
    }

    /// The arguments behind the first.
    fn rest(&self) -> Args {
        let positional = self.args.positional.iter().skip(1).copied().collect();
        Args { positional, keywords: self.args.keywords.clone(), open: self.args.open }
    }
}

impl Interp<'_> {
    /// Calls that need the calling frame: `globals()`, `__import__`, `exec`...
    pub(super) fn frame_call(&mut self, frame: &Frame, callee: Value, args: &Args, span: Span) -> Run<Option<Value>> {
        let Some(name) = self.heap.external_name(callee) else { return Ok(None) };
        let scope = self.module(frame.module).scope;
        Ok(Some(match &*name {
            "globals" => self.heap.alloc(Object::Namespace(NamespaceOf::Scope(scope))),
            "locals" | "vars" | "dir" if args.positional.is_empty() => match &*name {
                "dir" => {
                    let names: Vec<Value> = self.heap.vars(frame.scope).iter().map(|(n, _)| Value::Str(n)).collect();
                    self.heap.list(names, false)
                }
                _ => self.heap.alloc(Object::Namespace(NamespaceOf::Scope(frame.scope))),
            },
            "exec" | "eval" => self.run_text(frame, &*name == "eval", args, span)?,
            "__import__" | "importlib.__import__" => self.dunder_import(frame, args, span)?,
            "importlib.import_module" => self.import_module(args, (frame.module, span))?,
            "sys._getframe" | "inspect.currentframe" => match args.positional.first() {
                None => self.frame_object(frame, 0),
                Some(Value::Int(depth)) => self.frame_object(frame, *depth),
                Some(_) => Value::Unknown,
            },
            "sys._getframemodulename" => match args.positional.first() {
                Some(Value::Int(depth)) => match self.frame_module(frame, *depth) {
                    Some(at) => Value::Str(self.module(at).name),
                    None => Value::Unknown,
                },
                _ => Value::Unknown,
            },
            "open" | "io.open" => {
                self.note_open(frame.module, span, args);
                return Ok(None);
            }
            _ => return Ok(None),
        }))
    }

    pub(super) fn keyword(&mut self, args: &Args, name: &str) -> Option<Value> {
        let name = self.heap.sym(name);
        args.keyword(name)
    }

    /// Calls of the built-in functions; `None` if `name` is not one.
    pub(super) fn call_builtin(&mut self, name: &str, callee: Value, args: &Args) -> Run<Option<Value>> {
        let call = Call::new(name, args);
        for group in [Self::call_on_object, Self::call_slot, Self::call_on_items, Self::call_on_value] {
            if let Some(value) = group(self, &call)? {
                return Ok(Some(value));
            }
        }
        Ok(names::is_exception(name).then(|| self.make_exception(callee, args)))
    }

    fn make_exception(&mut self, class: Value, args: &Args) -> Value {
        let items = self.heap.tuple(&args.positional);
        let key = self.heap.sym("args");
        let mut attrs = Names::default();
        attrs.set(key, items);
        for (key, value) in &args.keywords {
            attrs.set(*key, *value);
        }
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }
}
