//! Property access, conversions and comparisons.

use super::Machine;
use super::value::{Abrupt, Atom, Kind, ModuleIx, R, Slot, UNKNOWN, UNSET, Value};
use crate::graph::javascript::versions::{self, Kind as Listed};
use crate::graph::javascript::{exports, limits::LIMITS};

/// A property that functions are made with, and how it is defined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) name: &'static str,
    pub(super) is_writable: bool,
    /// It can neither be deleted nor defined anew.
    pub(super) is_pinned: bool,
}

/// Most elements that one assignment adds to an array.
const MOST_ADDED: usize = 4_096;
/// Members of maps and sets whose number is exact: of larger ones not all doubles are found.
const MOST_COUNTED: usize = 64;

impl Machine<'_> {
    /// `value.key`.
    pub(super) fn get(&mut self, value: Value, key: Atom) -> R {
        self.note_read(value);
        match value {
            Value::Obj(id) => {
                let found = self.get_from(id, key, value)?;
                self.asks_for_member(value, key, found);
                Ok(found)
            }
            Value::Str(text) => self.get_text(text, key),
            Value::Num(_) => self.get_proto("Number", key, value),
            Value::Bool(_) => self.get_proto("Boolean", key, value),
            Value::Big(_) => self.get_proto("BigInt", key, value),
            Value::Sym(symbol) if &*self.str(key) == "description" => {
                Ok(super::objects::description(self, symbol).map_or(Value::Undefined, |text| self.string(&text)))
            }
            Value::Sym(_) => self.get_proto("Symbol", key, value),
            Value::Unknown(name) => {
                let key = self.str(key);
                if matches!(&*key, "__esModule" | "default") && super::super::resolve::is_builtin(&self.str(name)) {
                    return Ok(Value::Undefined);
                }
                if matches!(&*key, "toString" | "hasOwnProperty" | "valueOf") {
                    let key = self.atom(&key);
                    return self.get_proto("Object", key, value);
                }
                Ok(Value::Unknown(self.member_name(name, &key)))
            }
            // Reading from nothing means that something was misjudged: carry on.
            _ => Ok(UNKNOWN),
        }
    }

    fn get_proto(&mut self, proto: &'static str, key: Atom, receiver: Value) -> R {
        match self.proto(proto) {
            Value::Obj(id) => self.get_from(id, key, receiver),
            _ => Ok(UNKNOWN),
        }
    }

    fn get_text(&mut self, text: Atom, key: Atom) -> R {
        let content = self.str(text);
        let name = self.str(key);
        if &*name == "length" {
            let units = if content.is_ascii() { content.len() } else { content.encode_utf16().count() };
            return Ok(Value::Num(units as f64));
        }
        if let Ok(at) = name.parse::<usize>() {
            if content.chars().any(|c| c > '\u{ffff}') {
                return Ok(UNKNOWN);
            }
            let found = match content.get(..=at) {
                Some(start) if start.is_ascii() => start.get(at..),
                _ => content.char_indices().nth(at).and_then(|(from, c)| content.get(from..from + c.len_utf8())),
            };
            return Ok(match found {
                Some(found) => self.string(found),
                None => Value::Undefined,
            });
        }
        self.get_proto("String", key, Value::Str(text))
    }

    pub(super) fn get_from(&mut self, start: u32, key: Atom, receiver: Value) -> R {
        if let Kind::Closure(closure) = &self.object(start).kind
            && &*self.str(key) == "constructor"
            && self.is_special(closure)
        {
            return Ok(UNKNOWN);
        }
        // Not those of the parent class.
        if matches!(self.object(start).kind, Kind::Closure(_))
            && matches!(&*self.str(key), "length" | "name")
            && self.object(start).props.get(key).is_none()
        {
            return Ok(self.of_function(start, key));
        }
        let mut at = start;
        let mut open = 0;
        for _ in 0..LIMITS.inheritance {
            if let Some(value) = self.of_kind(at, key, receiver)? {
                return Ok(value);
            }
            let object = self.object(at);
            match object.props.get(key) {
                Some(Slot::Value(value)) => return Ok(self.live(value)),
                Some(Slot::Accessor(getter, _)) => {
                    return match getter {
                        Value::Obj(_) => self.call(getter, receiver, &[]),
                        _ => Ok(UNKNOWN),
                    };
                }
                None => {}
            }
            if object.open {
                open = open.max(1);
                if object.name != 0 {
                    open = object.name.max(1);
                }
            }
            match object.proto {
                Value::Obj(next) => at = next,
                Value::Unknown(name) => {
                    let key = self.str(key);
                    return Ok(Value::Unknown(self.member_name(name, &key)));
                }
                _ => break,
            }
        }
        if let Some(proto) = self.made_prototype(start, key) {
            return Ok(proto);
        }
        if matches!(self.object(start).kind, Kind::Closure(_) | Kind::Native(..) | Kind::Bound(..))
            && matches!(&*self.str(key), "length" | "name" | "arguments" | "caller")
        {
            return Ok(self.of_function(start, key));
        }
        if key == self.proto_key {
            return Ok(self.inherited_from(start, receiver));
        }
        if open > 0 {
            if let Some(module) = self.in_cache(start, key) {
                return Ok(module);
            }
            return Ok(self.of_open(start, key));
        }
        let value = self.of_this_release(start, key);
        let brought = start != self.global_object && !self.knows_members(Value::Obj(start));
        let doubtful = value == Value::Undefined && brought && !self.module_objects.contains_key(&start);
        if doubtful && !self.lacks_surely(Value::Obj(start), key) {
            self.read_doubtful();
        }
        Ok(value)
    }

    /// `value.__proto__`.
    fn inherited_from(&self, start: u32, receiver: Value) -> Value {
        match receiver {
            Value::Obj(id) if self.is_ordinary(id) => self.prototype_of(receiver),
            Value::Obj(_) => Value::Undefined,
            // The class of a primitive was asked.
            _ => Value::Obj(start),
        }
    }

    /// Whether an object inherits from `Object.prototype`, where `__proto__` is.
    fn is_ordinary(&self, id: u32) -> bool {
        let mut at = id;
        for _ in 0..LIMITS.inheritance {
            match self.object(at).proto {
                Value::Obj(next) => at = next,
                _ => break,
            }
        }
        at == 0
    }

    /// What an object has under a key because of what it is.
    fn of_kind(&mut self, at: u32, key: Atom, receiver: Value) -> Result<Option<Value>, Abrupt> {
        let object = self.object(at);
        match &object.kind {
            Kind::Array(items) => {
                let name = self.str(key);
                if &*name == "length" {
                    let len = items.len() as f64;
                    return Ok(Some(if object.open { UNKNOWN } else { Value::Num(len) }));
                }
                Ok(name.parse::<usize>().ok().and_then(|index| items.get(index)).copied())
            }
            Kind::Map(pairs) if &*self.str(key) == "size" => {
                let known = pairs.len() <= MOST_COUNTED && !object.open;
                Ok(Some(if known { Value::Num(pairs.len() as f64) } else { UNKNOWN }))
            }
            Kind::View(view) => {
                let (view, name) = (*view, self.str(key));
                Ok(self.of_view(view, &name))
            }
            Kind::Bytes(at) => {
                let at = *at;
                Ok(self.of_bytes(at, &self.str(key)))
            }
            Kind::Namespace(ix) => {
                let ix = *ix;
                let value = self.export(ix, key, 0).unwrap_or(Value::Undefined);
                Ok(Some(if value == UNSET { UNKNOWN } else { value }))
            }
            Kind::Proxy(target, handler) => {
                let (target, handler) = (*target, *handler);
                let trap = self.atom("get");
                let trap = self.get(handler, trap)?;
                match trap {
                    Value::Obj(_) => self.call(trap, handler, &[target, Value::Str(key), receiver]).map(Some),
                    _ => self.get(target, key).map(Some),
                }
            }
            _ => Ok(None),
        }
    }

    /// The `prototype` of a function, which is made when it is asked for.
    fn made_prototype(&mut self, start: u32, key: Atom) -> Option<Value> {
        let Kind::Closure(closure) = &self.object(start).kind else { return None };
        let is_asked = !closure.is_class && &*self.str(key) == "prototype";
        if !is_asked || !self.is_special(closure) && self.is_constructor(Value::Obj(start)) == Some(false) {
            return None;
        }
        let proto = self.plain();
        let constructor = self.atom("constructor");
        self.object_mut(proto).props.set(constructor, Slot::Value(Value::Obj(start)), Some(false));
        self.object_mut(start).props.set(key, Slot::Value(Value::Obj(proto)), Some(false));
        Some(Value::Obj(proto))
    }

    /// What an object may have under a key of which not all is known.
    fn of_open(&mut self, start: u32, key: Atom) -> Value {
        let name = self.object(start).name;
        let key = self.str(key);
        if matches!(&*key, "__esModule" | "default") && super::super::resolve::is_builtin(&self.str(name)) {
            return Value::Undefined;
        }
        // Polyfills ask for what this version of Node may not have.
        let is_module = self.builtins.get(&name) == Some(&Value::Obj(start));
        if is_module && exports::surely_lacks(&self.str(name), &key, self.node) {
            return Value::Undefined;
        }
        Value::Unknown(self.member_name(name, &key))
    }

    /// What every function says of itself.
    fn of_function(&self, id: u32, key: Atom) -> Value {
        let Kind::Closure(closure) = &self.object(id).kind else { return UNKNOWN };
        match (&*self.str(key), self.parameters(closure.module, closure.function)) {
            ("length", Some(count)) if closure.code => Value::Num(count as f64),
            _ => UNKNOWN,
        }
    }

    /// What a global of Node has that is not modelled: its members differ between releases.
    fn of_this_release(&mut self, id: u32, key: Atom) -> Value {
        let Some(global) = self.global_names.get(&id).copied() else { return Value::Undefined };
        let name = format!("{}.{}", self.str(global), self.str(key));
        match versions::of(Listed::Member, &name) {
            Some(releases) if releases.have(self.node) => Value::Unknown(self.atom(&name)),
            _ => Value::Undefined,
        }
    }

    /// `value.key = new`.
    pub(super) fn set(&mut self, value: Value, key: Atom, new: Value) -> Result<(), Abrupt> {
        let Value::Obj(id) = value else {
            return Ok(());
        };
        if let Kind::Proxy(target, handler) = self.object(id).kind {
            let trap = self.atom("set");
            let trap = self.get(handler, trap)?;
            if self.callable(trap) {
                self.call(trap, handler, &[target, Value::Str(key), new, value])?;
                return Ok(());
            }
            return self.set(target, key, new);
        }
        self.touch(id);
        self.note_written(id, self.doubt <= u32::from(self.object(id).doubt));
        if let Kind::Array(items) = &self.object(id).kind {
            let len = items.len();
            self.changes_arguments(id);
            let name = self.str(key);
            if let Ok(index) = name.parse::<usize>() {
                if index <= len + MOST_ADDED
                    && let Kind::Array(items) = &mut self.object_mut(id).kind
                {
                    if index >= len {
                        items.resize(index + 1, Value::Undefined);
                    }
                    items[index] = new;
                }
                if index > len {
                    self.has_holes(value, len..index);
                }
                self.fills_hole(id, index);
                return Ok(());
            }
            if &*name == "length" {
                if let (Value::Num(len), Kind::Array(items)) = (new, &mut self.object_mut(id).kind) {
                    let before = items.len();
                    items.resize((len.max(0.0) as usize).min(items.len() + MOST_ADDED), Value::Undefined);
                    let after = items.len();
                    if after > before {
                        self.has_holes(value, before..after);
                    } else if after < before {
                        (after..before).for_each(|place| self.fills_hole(id, place));
                    }
                }
                return Ok(());
            }
        }
        if let Kind::View(_) = self.object(id).kind
            && let Ok(at) = self.str(key).parse::<usize>()
        {
            let number = self.to_number(new);
            self.write_number(value, at, number);
            return Ok(());
        }
        if key == self.proto_key && self.object(id).props.get(key).is_none() && self.is_ordinary(id) {
            if matches!(new, Value::Obj(_) | Value::Null | Value::Unknown(_)) && new != value {
                self.object_mut(id).proto = new;
            }
            return Ok(());
        }
        let mut at = id;
        for _ in 0..LIMITS.inheritance {
            let object = self.object(at);
            if let Some(Slot::Accessor(_, setter)) = object.props.get(key) {
                if matches!(setter, Value::Obj(_)) {
                    self.call(setter, value, &[new])?;
                }
                return Ok(());
            }
            match object.proto {
                Value::Obj(next) => at = next,
                _ => break,
            }
        }
        self.put(id, key, new);
        Ok(())
    }

    /// Sets an own property; in an undecided branch what is known of objects from outside stays known.
    pub(super) fn put(&mut self, id: u32, key: Atom, new: Value) {
        let old = self.object(id).props.get(key);
        self.note_written(id, self.doubt <= u32::from(self.object(id).doubt));
        let value = match (self.doubt > u32::from(self.object(id).doubt), old) {
            (true, Some(Slot::Value(old))) => join(old, new),
            _ => new,
        };
        self.object_mut(id).props.set(key, Slot::Value(value), None);
    }

    pub(super) fn define(&mut self, id: u32, name: &str, value: Value) {
        let key = self.atom(name);
        self.object_mut(id).props.set(key, Slot::Value(value), Some(false));
    }

    /// Own keys, for `Object.keys` and `for in`; `None` when they are not all known.
    pub(super) fn own_keys(&mut self, value: Value, all: bool) -> Option<Vec<Atom>> {
        let keys = self.listed_keys(value, all);
        // What is done for each of them is done for others, too.
        if matches!(value, Value::Obj(id) if self.object(id).open) && keys.is_some() {
            self.go_astray();
        }
        keys
    }

    /// The keys that are known, where an object may have more.
    pub(super) fn listed_keys(&mut self, value: Value, all: bool) -> Option<Vec<Atom>> {
        self.note_read(value);
        let Value::Obj(id) = value else {
            return match value {
                Value::Unknown(_) => None,
                Value::Str(text) if all || !self.str(text).is_empty() => None,
                _ => Some(Vec::new()),
            };
        };
        match self.object(id).kind.clone() {
            Kind::Array(items) => {
                let holes = self.holes_of(value);
                let places = (0..items.len()).filter(|at| !holes.contains(at));
                let mut keys: Vec<Atom> = places.map(|at| self.atom(&at.to_string())).collect();
                if all {
                    keys.push(self.atom("length"));
                }
                let own = self.object(id).props.keys(all);
                keys.extend(own.into_iter().filter(|key| !self.is_hidden(*key)));
                Some(keys)
            }
            // Functions have names, lengths and prototypes, which are made when they are asked for.
            Kind::Closure(closure) if all => {
                let mut keys: Vec<Atom> = self.made_names(&closure).iter().map(|made| self.atom(made.name)).collect();
                let own: Vec<Atom> = self.object(id).props.keys(true);
                let own = own.into_iter().filter(|key| !keys.contains(key) && !self.is_hidden(*key));
                let own: Vec<Atom> = own.collect();
                keys.extend(own);
                (!self.object(id).open).then_some(keys)
            }
            Kind::Native(..) | Kind::Bound(..) | Kind::Regex(..) if all => None,
            Kind::Namespace(ix) => Some(self.export_names(ix)),
            Kind::Proxy(target, handler) => {
                let trap = self.atom("ownKeys");
                match self.get(handler, trap) {
                    Ok(Value::Undefined) => self.listed_keys(target, all),
                    _ => None,
                }
            }
            _ => {
                let keys = self.object(id).props.keys(all);
                let mut keys: Vec<Atom> = keys.into_iter().filter(|key| !self.is_hidden(*key)).collect();
                let whole = |key: &Atom| self.str(*key).parse::<u32>().ok();
                // Whole numbers come first, in their order.
                if keys.iter().any(|key| whole(key).is_some()) {
                    keys.sort_by_key(|key| whole(key).unwrap_or(u32::MAX));
                }
                (!self.object(id).open || !self.object(id).props.keys(true).is_empty()).then_some(keys)
            }
        }
    }

    /// Which property a function has under a key before anything gives it some, and that is not kept.
    pub(super) fn has_made(&self, id: u32, key: Atom) -> Option<Made> {
        match &self.object(id).kind {
            Kind::Closure(closure) if !self.object(id).open => {
                let name = self.str(key);
                self.made_names(closure).iter().find(|made| made.name == &*name).copied()
            }
            _ => None,
        }
    }

    /// Properties that a function has before anything gives it some, in their order.
    fn made_names(&self, closure: &super::value::Closure) -> &'static [Made] {
        const LENGTH: Made = Made { name: "length", is_writable: false, is_pinned: false };
        const NAME: Made = Made { name: "name", is_writable: false, is_pinned: false };
        const PROTOTYPE: Made = Made { name: "prototype", is_writable: true, is_pinned: true };
        const OF_CLASS: Made = Made { name: "prototype", is_writable: false, is_pinned: true };
        const ARGUMENTS: Made = Made { name: "arguments", is_writable: false, is_pinned: true };
        const CALLER: Made = Made { name: "caller", is_writable: false, is_pinned: true };
        let program = self.loaded.get(closure.module as usize).and_then(|loaded| loaded.program.as_ref());
        let code = program.and_then(|program| program.functions.get(closure.function as usize));
        match code {
            _ if closure.is_class => &[LENGTH, NAME, OF_CLASS],
            Some(code) if code.generator => &[LENGTH, NAME, PROTOTYPE],
            Some(code) if code.arrow || code.method || code.is_async => &[LENGTH, NAME],
            Some(code) if code.strict => &[LENGTH, NAME, PROTOTYPE],
            _ => &[LENGTH, NAME, ARGUMENTS, CALLER, PROTOTYPE],
        }
    }

    pub(super) fn live(&mut self, value: Value) -> Value {
        match self.raw_live(value) {
            UNSET => UNKNOWN,
            value => value,
        }
    }

    /// Likewise, [`UNSET`] where the declaration of what is imported has not run.
    pub(super) fn raw_live(&mut self, value: Value) -> Value {
        let Value::Import(at) = value else {
            return value;
        };
        let Some((module, name)) = self.imports_live.get(at as usize).copied() else {
            return UNKNOWN;
        };
        if name == 0 { self.namespace_value(module) } else { self.export(module, name, 0).unwrap_or(UNKNOWN) }
    }

    /// Whether a value is true; `None` when that is not known.
    pub(super) fn truth(&self, value: Value) -> Option<bool> {
        match value {
            Value::Undefined | Value::Null => Some(false),
            Value::Bool(flag) => Some(flag),
            Value::Num(number) => Some(number != 0.0 && !number.is_nan()),
            Value::Str(text) => Some(!self.str(text).is_empty()),
            Value::Big(digits) => Some(&*self.str(digits) != "0"),
            Value::Sym(_) | Value::Obj(_) => Some(true),
            // What Node's own modules export is there.
            Value::Unknown(name) => {
                if self.opaque_globals.contains(&name) {
                    return Some(true);
                }
                let name = self.str(name);
                if is_set_variable(&name) || super::results::is_there(&name) {
                    return Some(true);
                }
                let member = name.contains('.') && !name.contains('(');
                let root = name.split('.').next().unwrap_or("");
                // Not everything that a process says of itself is set.
                let of_node = || root != "process" && super::super::resolve::is_builtin(root);
                let known = || {
                    matches!(exports::type_of(&name), Some("function" | "object"))
                        || versions::of(Listed::Member, &name).is_some_and(|releases| releases.have(self.node))
                };
                (member && (of_node() || known())).then_some(true)
            }
            Value::Import(_) => None,
        }
    }

    /// `a === b`; `None` when that is not known.
    pub(super) fn same(&self, a: Value, b: Value) -> Option<bool> {
        match (a, b) {
            (Value::Unknown(x), Value::Unknown(y)) => (x == y && x != 0).then_some(true),
            (Value::Unknown(name), Value::Undefined | Value::Null)
            | (Value::Undefined | Value::Null, Value::Unknown(name)) => self.truth(Value::Unknown(name)).map(|_| false),
            (Value::Unknown(_) | Value::Import(_), _) | (_, Value::Unknown(_) | Value::Import(_)) => None,
            _ => Some(a == b),
        }
    }

    pub(super) fn callable(&self, value: Value) -> bool {
        match value {
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Closure(_) | Kind::Native(..) | Kind::Bound(..) => true,
                Kind::Proxy(target, _) => *target != value && self.callable(*target),
                _ => false,
            },
            _ => false,
        }
    }

    pub(super) fn type_of(&mut self, value: Value) -> Value {
        let text =
            match value {
                Value::Undefined => "undefined",
                Value::Null => "object",
                Value::Bool(_) => "boolean",
                Value::Num(_) => "number",
                Value::Str(_) => "string",
                Value::Big(_) => "bigint",
                Value::Sym(_) => "symbol",
                Value::Obj(_) if self.callable(value) => "function",
                Value::Obj(_) => "object",
                Value::Unknown(name) if self.opaque_globals.contains(&name) => {
                    super::natives_node::type_of_global(&self.str(name))
                }
                Value::Unknown(name) if is_set_variable(&self.str(name)) => "string",
                Value::Unknown(name) => {
                    let known = super::results::type_of(&self.str(name)).or_else(|| exports::type_of(&self.str(name)));
                    match known {
                        Some(kind) => kind,
                        // Such members of globals are functions, but for a few symbols.
                        None if versions::of(Listed::Member, &self.str(name))
                            .is_some_and(|releases| releases.have(self.node)) =>
                        {
                            if self.str(name).starts_with("Symbol.") { "symbol" } else { "function" }
                        }
                        None => return UNKNOWN,
                    }
                }
                Value::Import(_) => return UNKNOWN,
            };
        self.string(text)
    }

    pub(super) fn namespace_value(&mut self, ix: ModuleIx) -> Value {
        Value::Obj(self.alloc(Kind::Namespace(ix), Value::Null))
    }
}

impl Machine<'_> {
    /// One value for two that are both possible, which may be either.
    pub(super) fn join(&mut self, old: Value, new: Value) -> Value {
        if old != new {
            self.read_doubtful();
        }
        join(old, new)
    }
}

/// Whether a name is that of a variable which is set.
fn is_set_variable(name: &str) -> bool {
    let variable = name.strip_prefix(super::natives_node::SET_VARIABLE);
    variable.is_some_and(|variable| variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// One value for two that are both possible: the one that says more.
pub(super) fn join(old: Value, new: Value) -> Value {
    match (old, new) {
        _ if old == new => old,
        (Value::Obj(_), Value::Undefined | Value::Null | Value::Unknown(_)) => old,
        (_, Value::Obj(_)) => new,
        (Value::Undefined | UNSET, other) | (other, Value::Undefined | UNSET) => other,
        _ => UNKNOWN,
    }
}
