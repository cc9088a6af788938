//! What the runtime gives own code and the walk knows as well as own values.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::super::value::*;
use super::*;
use crate::knowledge::table;
use crate::lang::python::ir::{Expr, Exprs};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Followed {
    functions: FxHashSet<String>,
    methods: FxHashSet<String>,
    exact: FxHashSet<String>,
    makers: FxHashSet<String>,
    orderless: FxHashSet<String>,
    consumers: FxHashSet<String>,
}

table! {
    static FOLLOWED: Followed = "python/followed.toml", tested by what_is_followed_reads;
}

/// Whether a function or class of the runtime keeps and changes nothing that it is given, and its result is computed.
pub(super) fn is_function(name: &str) -> bool {
    FOLLOWED.functions.contains(name)
}

/// Whether a method of containers, `.append`, is followed, so that what they hold stays known.
pub(super) fn is_method(name: &str) -> bool {
    name.strip_prefix('.').is_some_and(|name| FOLLOWED.methods.contains(name))
}

/// Whether a method of a container that own code has written down gives what the walk computes, whatever it holds.
pub(super) fn is_exact(method: &str) -> bool {
    FOLLOWED.exact.contains(method)
}

/// Whether a function, class or method makes the container that it gives.
pub(super) fn is_maker(name: &str) -> bool {
    FOLLOWED.makers.contains(name)
}

impl Interp<'_> {
    /// Whether a call gets a set and may give its items in the order in which it has them, which is not known.
    pub(super) fn is_unordered(&self, callee: Value, args: &Args) -> bool {
        let is_set =
            |value: &Value| matches!(self.heap.get(*value), Some(Object::Set { items, .. }) if items.len() > 1);
        if !args.positional.iter().any(is_set) {
            return false;
        }
        self.runtime_name(callee).is_some_and(|name| !FOLLOWED.orderless.contains(&*name))
    }

    /// Whether a thing of the runtime calls what it is given at once and as the walk does, if it calls anything.
    pub(super) fn calls_at_once(&self, callee: Value) -> bool {
        let is_lazy = |name: &str| matches!(name, "map" | "filter" | "iter");
        match self.heap.get(callee) {
            Some(Object::External(name)) => {
                let name = self.heap.text(*name);
                is_function(&name) && !is_lazy(&name)
            }
            Some(Object::Method { function, this }) => {
                let is_text = matches!(this, Value::Str(_));
                self.heap.external_name(*function).is_some_and(|name| is_method(&name) || is_text)
            }
            _ => false,
        }
    }

    /// The generator expression that is the only argument of a call which asks for all of its items at once.
    pub(super) fn goes_through(&self, frame: &Frame, callee: Value, positional: Exprs) -> Option<(ModIdx, u32)> {
        let code = &frame.code.code;
        let Expr::Comprehension(index) = code.expr(*code.list(positional).first()?) else { return None };
        let name = match self.heap.get(callee)? {
            Object::External(name) => self.heap.text(*name),
            Object::Method { function, this: Value::Str(_) } => self.heap.external_name(*function)?,
            _ => return None,
        };
        FOLLOWED.consumers.contains(&*name).then_some((frame.module, index))
    }

    /// The generator, made by own code, that a call goes through to its end before it does anything else.
    pub(super) fn asks_all(&self, callee: Value, args: &Args) -> Option<ObjId> {
        let &[Value::Obj(id)] = args.positional.as_slice() else { return None };
        let Object::Generator { pending: Some(_), .. } = self.heap.object(id) else { return None };
        self.runtime_name(callee).is_some_and(|name| FOLLOWED.consumers.contains(&*name)).then_some(id)
    }

    /// Whether regular expressions may say something else of a text than the engine that stands for them.
    pub(super) fn is_odd_text(&self, callee: Value, args: &Args) -> bool {
        let is_odd = |value: &Value| self.text_of(*value).is_some_and(|text| !text.is_ascii() || text.contains('\n'));
        self.runtime_name(callee).is_some_and(|name| name.starts_with("re.")) && args.positional.iter().any(is_odd)
    }

    /// Whether a thing of the runtime answers as the walk says: variables of the environment, paths.
    pub(super) fn is_followed(&self, value: Value) -> bool {
        matches!(self.heap.get(value), Some(Object::Namespace(NamespaceOf::Environment)))
            || self.path_text(value).is_some()
    }
}
