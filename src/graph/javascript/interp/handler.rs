//! The handler, as the runtime's client looks for it in what the handler module exports.
//!
//! The client that loads CommonJS with `require` awaits what that gives: a promise stands for what it settles with. The
//! newer one imports all modules, so that a promise is only the default export, in which it looks for properties, as in
//! all objects that are no functions.

use super::value::{Atom, Kind, ModuleIx, UNKNOWN, Value};
use super::{Machine, Program};
use crate::graph::ModuleId;
use crate::graph::javascript::load::Format;
use crate::graph::javascript::resolve::entry_at;
use crate::lang::javascript::ir::FunctionId;
use crate::span::Span;
use rustc_hash::FxHashSet;

/// The first release whose runtime imports all handler modules, and looks for the handler in the default export too.
const IMPORTS_ALL: u32 = 24;

/// What is known about an exported handler.
pub(in crate::graph::javascript) struct Exported {
    pub(in crate::graph::javascript) found: bool,
    /// Whether what is exported is surely no function.
    pub(in crate::graph::javascript) no_function: bool,
    /// Parameters that the function counts, where it is seen.
    pub(in crate::graph::javascript) parameters: Option<usize>,
    pub(in crate::graph::javascript) definition: Option<(ModuleId, Span)>,
    pub(in crate::graph::javascript) names: Vec<String>,
    /// What is missing to say whether it is found.
    pub(in crate::graph::javascript) doubt: Option<String>,
    /// Whether the runtime awaits what the module exports, and the walk has not gone on behind the `await` that it takes.
    pub(in crate::graph::javascript) is_awaited: bool,
}

/// What the client gets of a module.
enum Given {
    /// A value in which it looks for the handler.
    Value(Value),
    /// What a promise settles with, which is not known.
    Awaited,
    /// What a function called `then` makes of it.
    Thenable,
}

impl Machine<'_> {
    /// The function an exported name refers to, and the names that are exported.
    pub(in crate::graph::javascript) fn exported(&mut self, ix: ModuleIx, path: &str) -> Exported {
        let first = path.split('.').next().unwrap_or(path);
        let (value, mut doubt, mut is_awaited) = match self.given(ix) {
            Given::Value(given) => (self.handler_in(ix, given, path), None, false),
            Given::Awaited => {
                (UNKNOWN, Some(format!("what the exported promise settles with, and whether that has `{first}`")), true)
            }
            Given::Thenable => (UNKNOWN, Some(format!("what the exported `then` makes of `{first}`")), false),
        };
        is_awaited &= !self.waits;
        let exports = self.default_export(ix);
        let is_promise = matches!(exports, Value::Obj(id) if matches!(self.object(id).kind, Kind::Promise(_)));
        if value == Value::Undefined && !is_promise && self.may_be_set_later(ix, first) {
            doubt = Some(format!("whether the code behind an `await` or in a `then` exports `{first}` in time"));
        }
        // What was not followed to its end may still define it.
        let loaded = self.loaded.get(ix as usize);
        let unfinished = loaded.is_some_and(|loaded| loaded.unfinished || loaded.program.is_none());
        let nothing = self.surely_lacks(ix, first);
        let found = value != Value::Undefined || (unfinished || doubt.is_some()) && !nothing;
        let doubt = doubt.filter(|_| !nothing);
        let (mut definition, mut parameters) = (None, None);
        if let Value::Obj(id) = value
            && let Kind::Closure(closure) = self.object(id).kind
        {
            definition = self.definition(closure.module, closure.function);
            parameters = self.parameters(closure.module, closure.function);
        }
        let names = self.names_of(ix);
        Exported { found, no_function: self.is_no_function(value), parameters, definition, names, doubt, is_awaited }
    }

    /// Whether a module has no such export whatever its code does.
    fn surely_lacks(&self, ix: ModuleIx, name: &str) -> bool {
        let Some(loaded) = self.loaded.get(ix as usize).filter(|_| !self.sources.source_tree) else { return false };
        let Some(program) = loaded.program.as_ref().filter(|_| !loaded.refused) else { return false };
        if loaded.format != Format::Module {
            return !program.exports_used;
        }
        let has = |name: &str| self.may_export(ix, name, &mut FxHashSet::default());
        let from_default = self.node >= IMPORTS_ALL && has("default");
        !program.exports.is_empty() && !has(name) && !has("then") && !from_default
    }

    /// What the client looks for the handler in.
    fn given(&mut self, ix: ModuleIx) -> Given {
        let namespace = self.namespace_value(ix);
        let is_module = self.loaded.get(ix as usize).is_some_and(|loaded| loaded.format == Format::Module);
        let then = self.atom("then");
        if is_module || self.node >= IMPORTS_ALL {
            let takes = self.get(namespace, then).unwrap_or(UNKNOWN);
            let exports = self.default_export(ix);
            let is_promise = matches!(exports, Value::Obj(id) if matches!(self.object(id).kind, Kind::Promise(_)));
            let seen = is_module || (!is_promise && self.common_exports(ix, "then"));
            return if self.callable(takes) && seen { Given::Thenable } else { Given::Value(namespace) };
        }
        let exports = self.default_export(ix);
        let Value::Obj(id) = exports else { return Given::Value(exports) };
        if matches!(self.object(id).kind, Kind::Promise(_)) {
            if self.is_endless(id) {
                return Given::Value(Value::Undefined);
            }
            return match self.arrive(exports) {
                Ok(Some(value)) => Given::Value(value),
                _ => Given::Awaited,
            };
        }
        let takes = self.get(exports, then).unwrap_or(UNKNOWN);
        if self.callable(takes) { Given::Thenable } else { Given::Value(exports) }
    }

    fn default_export(&mut self, ix: ModuleIx) -> Value {
        let (namespace, default) = (self.namespace_value(ix), self.atom("default"));
        self.get(namespace, default).unwrap_or(UNKNOWN)
    }

    /// What lies under the handler's name, `undefined` where surely nothing does.
    fn handler_in(&mut self, ix: ModuleIx, given: Value, path: &str) -> Value {
        if self.node < IMPORTS_ALL {
            let nothing = self.truth(given) == Some(false);
            // Then the client goes on to files of other endings.
            return if nothing && self.has_other_endings(ix) { UNKNOWN } else { self.member_at(given, path) };
        }
        let (exports, first) = (self.default_export(ix), path.split('.').next().unwrap_or(path));
        let is_module = self.loaded.get(ix as usize).is_some_and(|loaded| loaded.format == Format::Module);
        // Of a function, only what can be told from the text has names of its own.
        let named = is_module || first == "default" || !self.callable(exports) || self.common_exports(ix, first);
        let value = match named {
            true => self.member_at(given, path),
            false => Value::Undefined,
        };
        match value {
            // The namespace reads what is not known there as its own.
            Value::Undefined | Value::Unknown(_) if matches!(exports, Value::Undefined | Value::Null) => {
                if is_module {
                    value
                } else {
                    Value::Undefined
                }
            }
            Value::Undefined if !self.callable(exports) => self.member_at(exports, path),
            other => other,
        }
    }

    fn has_other_endings(&self, ix: ModuleIx) -> bool {
        let Some(loaded) = self.loaded.get(ix as usize) else { return true };
        let stem = loaded.path.strip_suffix(".js").unwrap_or(&loaded.path);
        [".mjs", ".cjs"].iter().any(|ending| {
            let path = format!("{stem}{ending}");
            path != *loaded.path && entry_at(self.sources.artifact, &path).is_some()
        })
    }

    /// Whether an own CommonJS module has no such name for who imports it, whatever it exports in the end.
    pub(super) fn hides(&self, ix: ModuleIx, name: Atom) -> bool {
        let is_common = |loaded: &super::Loaded| loaded.own && loaded.format == Format::CommonJs;
        let judges = self.loaded.get(ix as usize).is_some_and(is_common) && !self.sources.source_tree;
        judges && !self.common_exports(ix, &self.str(name))
    }

    /// Whether Node may see a name in the text of a CommonJS module.
    fn common_exports(&self, ix: ModuleIx, name: &str) -> bool {
        self.common_may_export(ix, name)
    }

    /// Whether code of a CommonJS module that has not run yet may export a name before the client asks for it.
    fn may_be_set_later(&self, ix: ModuleIx, name: &str) -> bool {
        let Some(loaded) = self.loaded.get(ix as usize) else { return false };
        let Some(program) = loaded.program.as_ref().filter(|_| loaded.format == Format::CommonJs) else { return false };
        let waiting = self.waiting.iter().filter(|(module, _)| *module == ix);
        let spans: Vec<Span> = waiting.filter_map(|(_, function)| span_of(program, *function)).collect();
        if spans.is_empty() {
            return false;
        }
        let Some(text) = loaded.entry.and_then(|entry| self.text_of(entry)) else { return true };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let codes = spans.iter().filter_map(|span| text.get(span.start as usize..span.end as usize));
        // Functions of a text that is evaluated have no place of their own.
        codes.into_iter().any(|code| code.is_empty() || code.contains(name) || code.contains("exports"))
    }

    /// What a dotted path leads to.
    fn member_at(&mut self, mut value: Value, path: &str) -> Value {
        for part in path.split('.') {
            if matches!(value, Value::Undefined | Value::Null) {
                return Value::Undefined;
            }
            let key = self.atom(part);
            value = self.get(value, key).unwrap_or(UNKNOWN);
        }
        value
    }

    fn is_no_function(&self, value: Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) | Value::Num(_) | Value::Str(_) | Value::Big(_) | Value::Sym(_) => true,
            Value::Obj(id) => {
                let object = self.object(id);
                let is_data = matches!(object.kind, Kind::Plain | Kind::Array(_) | Kind::Map(_) | Kind::Regex(..));
                let is_made = matches!(object.kind, Kind::Promise(_) | Kind::Namespace(_) | Kind::Generator(_));
                (is_data || is_made) && !object.open
            }
            _ => false,
        }
    }

    fn names_of(&mut self, ix: ModuleIx) -> Vec<String> {
        let module = self.loaded.get(ix as usize).is_some_and(|loaded| loaded.format == Format::Module);
        let namespace = self.namespace_value(ix);
        let keys = self.own_keys(namespace, false).unwrap_or_default();
        let names = keys.into_iter().map(|key| self.str(key).to_string());
        names.filter(|name| module || name != "default").collect()
    }
}

fn span_of(program: &Program, function: FunctionId) -> Option<Span> {
    program.functions.get(function as usize).map(|code| code.span)
}
