//! Methods of texts, lists, dictionaries and sets.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::BinaryOp;

/// Methods of containers that change nothing and are followed exactly.
const READS: &[&str] = &[
    "get",
    "items",
    "keys",
    "values",
    "copy",
    "index",
    "count",
    "union",
    "difference",
    "intersection",
    "issubset",
    "issuperset",
    "isdisjoint",
    "__len__",
    "__iter__",
    "__getitem__",
    "__contains__",
];
/// Those of lists that change it and are followed exactly.
const LIST_CHANGES: &[&str] =
    &["append", "appendleft", "extend", "insert", "pop", "popleft", "remove", "clear", "reverse", "sort"];
/// Those of dictionaries.
const DICT_CHANGES: &[&str] = &["setdefault", "update", "pop", "clear", "popitem", "__setitem__"];
/// Those of sets.
const SET_CHANGES: &[&str] = &["add", "update", "remove", "discard", "clear"];

impl Interp<'_> {
    /// Attributes of built-in objects that are data.
    pub(super) fn data_attr(&mut self, object: Value, name: &str) -> Option<Value> {
        match (object, name) {
            (_, "__class__") => Some(self.type_of(object)),
            (_, "__doc__") => Some(Value::Unknown),
            (Value::Int(_), "real" | "numerator") => Some(object),
            (Value::Int(_), "imag") => Some(Value::Int(0)),
            (Value::Int(_), "denominator") => Some(Value::Int(1)),
            (Value::Obj(id), name) => {
                // Fields of `sys.version_info`, of `os.uname()` and of `platform.uname()`.
                let Object::Tuple(items) = self.heap.object(id) else { return None };
                let at = match name {
                    "major" | "sysname" | "system" => 0,
                    "minor" | "nodename" | "node" => 1,
                    "micro" | "release" => 2,
                    "releaselevel" | "version" => 3,
                    "serial" | "machine" => 4,
                    "processor" => 5,
                    _ => return None,
                };
                items.get(at).copied()
            }
            _ => None,
        }
    }

    /// `first.name(rest)` where `first` is a built-in object.
    pub(super) fn call_method(&mut self, name: &str, args: &Args) -> Run<Value> {
        let Some(this) = args.positional.first().copied() else { return Ok(Value::Unknown) };
        let rest = &args.positional[1..];
        if self.heap.is_union(this) {
            return Ok(Value::Unknown);
        }
        self.note_change(this, name);
        if name == "__contains__"
            && let Some(item) = rest.first()
        {
            return Ok(self.contains(this, *item)?.map_or(Value::Unknown, Value::Bool));
        }
        match this {
            Value::Str(sym) => self.text_method(&self.heap.text(sym).clone(), name, rest, args),
            // Bytes are kept as the text that they are the UTF-8 of, so far as their letters are ASCII.
            Value::Bytes(sym) if name == "decode" && self.heap.text(sym).is_ascii() => Ok(Value::Str(sym)),
            Value::Obj(id) => match self.heap.object(id) {
                Object::List { .. } => self.list_method(id, name, rest, args),
                Object::Tuple(_) => self.tuple_method(this, name, rest),
                Object::Set { .. } => self.set_method(id, name, rest),
                Object::Dict { .. } | Object::Namespace(_) => self.dict_method(id, name, rest, args),
                Object::Generator { .. } => match name {
                    "__next__" | "send" | "__anext__" => {
                        let (items, _, _) = self.drain(id)?;
                        Ok(items.first().copied().unwrap_or(Value::Unknown))
                    }
                    _ => Ok(this),
                },
                Object::Instance { payload, .. } if *payload != Value::Unknown => {
                    let mut args = args.clone();
                    args.positional[0] = *payload;
                    self.call_method(name, &args)
                }
                _ => Ok(Value::Unknown),
            },
            _ => Ok(Value::Unknown),
        }
    }

    fn tuple_method(&mut self, this: Value, name: &str, rest: &[Value]) -> Run<Value> {
        let (items, _) = self.items_of(this);
        Ok(match (name, rest.first()) {
            ("index", Some(value)) if rest.len() == 1 => match self.position(&items, *value) {
                Some(Some(at)) => Value::Int(at as i64),
                Some(None) => self.lacks(&items, *value, "tuple.index(x): x not in tuple")?,
                None => Value::Unknown,
            },
            ("count", Some(value)) => self.count(&items, *value),
            ("__getitem__", Some(key)) => self.get_item(this, *key)?,
            ("_replace" | "_asdict", _) => Value::Unknown,
            _ => Value::Unknown,
        })
    }

    /// Where the first item stands that equals a value, if any does; `None` where that is not known.
    fn position(&mut self, items: &[Value], value: Value) -> Option<Option<usize>> {
        for (at, item) in items.iter().enumerate() {
            if self.equal(*item, value)? {
                return Some(Some(at));
            }
        }
        Some(None)
    }

    fn count(&mut self, items: &[Value], value: Value) -> Value {
        let equal = items.iter().map(|item| self.equal(*item, value));
        let count: Option<i64> = equal.map(|equal| equal.map(i64::from)).sum();
        count.map_or(Value::Unknown, Value::Int)
    }

    /// Notes a change that is not followed exactly: what the object holds is not known from here on.
    fn note_change(&mut self, this: Value, name: &str) {
        let Value::Obj(id) = this else { return };
        let exact = match self.heap.object(id) {
            Object::List { .. } => LIST_CHANGES.contains(&name) || READS.contains(&name),
            Object::Dict { .. } => DICT_CHANGES.contains(&name) || READS.contains(&name),
            Object::Set { .. } => SET_CHANGES.contains(&name) || READS.contains(&name),
            _ => true,
        };
        let pure = READS.contains(&name);
        let is_foreign = self.doubt.has_foreign(self.mistakes.statement());
        if !exact || !pure && (is_foreign || self.doubt.may_not_run() || self.doubt.is_called_by_others()) {
            self.mistakes.give_away(&self.heap, this);
        }
    }

    /// The error for an item that a sequence surely does not have.
    fn lacks(&mut self, items: &[Value], value: Value, message: &str) -> Run<Value> {
        if items.iter().any(|item| self.equal(*item, value) != Some(false)) {
            return Ok(Value::Unknown);
        }
        self.soft_error("ValueError", message)
    }

    fn list_method(&mut self, id: ObjId, name: &str, rest: &[Value], args: &Args) -> Run<Value> {
        let this = Value::Obj(id);
        let uncertain = self.doubt.is_unsure_of(id);
        let first = rest.first().copied();
        match (name, first) {
            ("append" | "appendleft", Some(value)) => {
                let value = if uncertain { self.heap.doubt(value) } else { value };
                self.add_to_list(id, value, name == "append");
            }
            ("extend" | "extendleft" | "__iadd__", Some(value)) => {
                let more = self.iterate(value)?;
                self.extend_list(id, more, name != "extendleft");
            }
            ("pop" | "popleft", at) if !uncertain => {
                let at = if name == "popleft" { Some(Value::Int(0)) } else { at };
                return Ok(self.take_from_list(id, at));
            }
            ("remove", Some(value)) if !uncertain => return self.remove_from_list(id, value),
            ("sort", _) => {
                let (items, _) = self.items_of(this);
                let sorted = self.sort(items, args)?;
                if let Object::List { items, .. } = self.heap.object_mut(id) {
                    *items = sorted;
                }
            }
            ("index", Some(value)) if rest.len() == 1 => {
                let (items, open) = self.items_of(this);
                return match self.position(&items, value) {
                    Some(Some(at)) => Ok(Value::Int(at as i64)),
                    Some(None) if !open => self.lacks(&items, value, "list.index(x): x not in list"),
                    _ => Ok(Value::Unknown),
                };
            }
            ("__iter__", _) => return Ok(this),
            ("__getitem__", Some(key)) => return self.get_item(this, key),
            _ => return Ok(self.plain_list_method(id, name, rest, uncertain)),
        }
        Ok(Value::None)
    }

    /// Methods of lists that call nothing.
    fn plain_list_method(&mut self, id: ObjId, name: &str, rest: &[Value], uncertain: bool) -> Value {
        let Object::List { items, open, .. } = self.heap.object_mut(id) else { return Value::Unknown };
        match (name, rest) {
            ("insert", [Value::Int(at), value, ..]) => {
                let len = items.len() as i64;
                let at = if *at < 0 { at.saturating_add(len) } else { *at }.clamp(0, len) as usize;
                items.insert(at, *value);
            }
            ("clear", _) => {
                *open = uncertain;
                if !uncertain {
                    items.clear();
                }
            }
            ("reverse", _) => items.reverse(),
            ("copy", _) => {
                let (items, open) = (items.clone(), *open);
                return self.heap.list(items, open);
            }
            ("count", [value, ..]) if !*open => {
                let items = items.clone();
                return self.count(&items, *value);
            }
            _ => return Value::Unknown,
        }
        Value::None
    }

    fn add_to_list(&mut self, id: ObjId, value: Value, at_end: bool) {
        let Object::List { items, open, .. } = self.heap.object_mut(id) else { return };
        if items.len() < LIMITS.list_items {
            items.insert(if at_end { items.len() } else { 0 }, value);
        } else {
            *open = true;
        }
    }

    /// Adds items, of which there may be more; at the start each comes before the one before.
    fn extend_list(&mut self, id: ObjId, (more, unknown): (Vec<Value>, bool), at_end: bool) {
        let Object::List { items, open, .. } = self.heap.object_mut(id) else { return };
        if at_end {
            items.extend(more.into_iter().take(LIMITS.list_items));
        } else {
            items.splice(0..0, more.into_iter().rev().take(LIMITS.list_items));
        }
        *open |= unknown;
    }

    fn take_from_list(&mut self, id: ObjId, at: Option<Value>) -> Value {
        let Object::List { items, open, .. } = self.heap.object_mut(id) else { return Value::Unknown };
        let known = !*open;
        match at {
            None if known => items.pop().unwrap_or(Value::Unknown),
            // One that is not known may have gone instead, but loops until the list is empty must end.
            None => items.pop().map_or(Value::Unknown, |item| self.heap.doubt(item)),
            Some(Value::Int(at)) if known => match super::subscript::index(at, items.len()) {
                Some(at) => items.remove(at),
                None => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    fn remove_from_list(&mut self, id: ObjId, value: Value) -> Run<Value> {
        let (known, is_open) = self.items_of(Value::Obj(id));
        let at = self.position(&known, value);
        if at == Some(None) && !is_open {
            return self.lacks(&known, value, "list.remove(x): x not in list");
        }
        let Object::List { items, open, .. } = self.heap.object_mut(id) else { return Ok(Value::Unknown) };
        match at {
            Some(Some(at)) => {
                items.remove(at);
            }
            _ => *open = true,
        }
        Ok(Value::None)
    }

    fn set_method(&mut self, id: ObjId, name: &str, rest: &[Value]) -> Run<Value> {
        let this = Value::Obj(id);
        let more = match (name, rest.first()) {
            (
                "update" | "union" | "difference" | "intersection" | "issubset" | "issuperset" | "isdisjoint",
                Some(value),
            ) => {
                let mut all = self.iterate(*value)?;
                for other in rest.get(1..).unwrap_or_default() {
                    let (items, open) = self.iterate(*other)?;
                    all.0.extend(items);
                    all.1 |= open || !matches!(name, "update" | "union" | "difference");
                }
                all
            }
            _ => (Vec::new(), false),
        };
        let uncertain = self.doubt.is_unsure_of(id);
        if matches!(name, "difference" | "intersection") && !rest.is_empty() {
            let other = self.heap.set(more.0, more.1, false);
            let op = if name == "difference" { BinaryOp::Sub } else { BinaryOp::BitAnd };
            return Ok(self.sift(op, this, other));
        }
        let Object::Set { items, open, frozen } = self.heap.object_mut(id) else { return Ok(Value::Unknown) };
        Ok(match (name, rest.first().copied()) {
            ("add" | "update", given) => {
                let new = if name == "add" { (given.into_iter().collect(), given.is_none()) } else { more };
                let all = std::mem::take(items).into_iter().chain(new.0).collect();
                let (all, vague) = self.distinct(all);
                if let Object::Set { items, open, .. } = self.heap.object_mut(id) {
                    *items = all;
                    *open |= new.1 || vague;
                }
                Value::None
            }
            ("clear", _) if !uncertain => {
                items.clear();
                *open = false;
                Value::None
            }
            ("issubset" | "issuperset" | "isdisjoint", _) if !*open && !more.1 => {
                let (inner, outer) = if name == "issuperset" { (&more.0, &*items) } else { (&*items, &more.0) };
                // What is not known could be anything.
                let known = inner.iter().chain(outer).all(|item| matches!(item, Value::Str(_) | Value::Int(_)));
                let verdict = match name {
                    "isdisjoint" => !inner.iter().any(|item| outer.contains(item)),
                    _ => inner.iter().all(|item| outer.contains(item)),
                };
                if known { Value::Bool(verdict) } else { Value::Unknown }
            }
            ("discard" | "remove", Some(value)) if !uncertain => {
                let twins = value.twins();
                items.retain(|item| *item != value && !twins.contains(&Some(*item)));
                Value::None
            }
            ("copy" | "union", _) => {
                let (frozen, open) = (*frozen, *open || more.1);
                let all = items.iter().copied().chain(more.0).collect();
                let (items, vague) = self.distinct(all);
                self.heap.set(items, open || vague, frozen)
            }
            // What else there is to change is not followed.
            _ => {
                *open = true;
                if !uncertain {
                    items.clear();
                }
                Value::Unknown
            }
        })
    }

    /// Whether a key that is not found among known keys is surely another one. Tuples with the same items are one
    /// object here.
    pub(super) fn is_comparable(&self, key: Value) -> bool {
        match self.heap.get(key) {
            Some(Object::Union(_)) => false,
            Some(Object::Tuple(items)) => items.iter().all(|item| self.is_comparable(*item)),
            _ => key != Value::Unknown,
        }
    }

    fn dict_method(&mut self, id: ObjId, name: &str, rest: &[Value], args: &Args) -> Run<Value> {
        let this = Value::Obj(id);
        let key = rest.first().copied();
        let default = rest.get(1).copied();
        Ok(match (name, key) {
            ("get", Some(key)) => self.dict_get(id, key, default.unwrap_or(Value::None))?,
            ("setdefault", Some(key)) => self.dict_setdefault(id, key, default.unwrap_or(Value::None))?,
            ("items", _) => {
                let (pairs, open) = self.dict_items(this);
                let pairs = pairs.into_iter().map(|(k, v)| self.heap.tuple(&[k, v])).collect();
                self.heap.row(pairs, open, Row::View("dict_items"))
            }
            ("keys" | "__iter__", _) => {
                let (pairs, open) = self.dict_items(this);
                self.heap.row(pairs.into_iter().map(|(k, _)| k).collect(), open, Row::View("dict_keys"))
            }
            ("values", _) => {
                let (pairs, open) = self.dict_items(this);
                self.heap.row(pairs.into_iter().map(|(_, v)| v).collect(), open, Row::View("dict_values"))
            }
            ("copy", _) => {
                let (pairs, open) = self.dict_items(this);
                let mut items = Dict::default();
                for (key, value) in pairs {
                    items.set(key, value);
                }
                self.heap.dict(items, open)
            }
            ("update", _) => {
                self.dict_update(id, key, args)?;
                Value::None
            }
            ("pop", Some(key)) => self.dict_pop(id, key, default)?,
            ("clear" | "popitem" | "move_to_end" | "subtract", _) => self.dict_shrink(id, name, rest, args),
            ("__getitem__", Some(key)) => self.get_item(this, key)?,
            ("__setitem__", Some(key)) => {
                self.set_item(this, key, default.unwrap_or(Value::Unknown))?;
                Value::None
            }
            ("__contains__", Some(key)) => {
                self.namespace_contains(this, key).flatten().map_or(Value::Unknown, Value::Bool)
            }
            _ => Value::Unknown,
        })
    }

    /// Changes of a dictionary that are followed where it is known, and the order of its items is.
    fn dict_shrink(&mut self, id: ObjId, name: &str, rest: &[Value], args: &Args) -> Value {
        let uncertain = self.doubt.is_unsure_of(id);
        let plain = rest.is_empty() && args.keywords.is_empty() && !uncertain;
        let Object::Dict { items, open } = self.heap.object_mut(id) else { return Value::Unknown };
        let last = items.iter().last();
        match name {
            "clear" if plain => {
                (*items, *open) = (Dict::default(), false);
                Value::None
            }
            "popitem" if plain && !*open && last.is_some() => {
                let (key, value) = last.unwrap_or((Value::Unknown, Value::Unknown));
                items.remove(key);
                self.heap.tuple(&[key, value])
            }
            _ => {
                *open = true;
                if !uncertain {
                    *items = Dict::default();
                }
                Value::Unknown
            }
        }
    }

    fn dict_get(&mut self, id: ObjId, key: Value, default: Value) -> Run<Value> {
        let this = Value::Obj(id);
        if let Some(verdict) = self.namespace_contains(this, key) {
            return match verdict {
                Some(true) => self.get_item(this, key),
                Some(false) => Ok(default),
                None => Ok(self.heap.join(Value::Unknown, default)),
            };
        }
        let Object::Dict { items, open } = self.heap.object(id) else { return Ok(Value::Unknown) };
        Ok(match (items.get(key), *open) {
            (Some(value), _) => value,
            (None, false) if self.is_comparable(key) => default,
            _ => {
                let any = self.get_item(this, Value::Unknown)?;
                self.heap.join(any, default)
            }
        })
    }

    fn dict_setdefault(&mut self, id: ObjId, key: Value, default: Value) -> Run<Value> {
        let this = Value::Obj(id);
        let present = match self.heap.object(id) {
            Object::Dict { items, .. } => items.get(key),
            _ => match self.namespace_contains(this, key) {
                Some(Some(true)) => Some(self.get_item(this, key)?),
                _ => None,
            },
        };
        if let Some(value) = present {
            return Ok(value);
        }
        self.set_item(this, key, default)?;
        Ok(default)
    }

    fn dict_update(&mut self, id: ObjId, other: Option<Value>, args: &Args) -> Run<()> {
        let (mut pairs, mut open) = other.map_or_else(Default::default, |other| self.dict_items(other));
        open |= args.open;
        pairs.extend(args.keywords.iter().map(|(k, v)| (Value::Str(*k), *v)));
        for (key, value) in pairs {
            self.set_item(Value::Obj(id), key, value)?;
        }
        if open {
            match self.heap.object_mut(id) {
                Object::Dict { open, .. } => *open = true,
                Object::Namespace(NamespaceOf::Scope(scope)) => {
                    let scope = *scope;
                    self.heap.scope_mut(scope).open = true;
                }
                Object::Namespace(NamespaceOf::Instance(instance)) => {
                    let instance = Value::Obj(*instance);
                    self.mistakes.give_away(&self.heap, instance);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn dict_pop(&mut self, id: ObjId, key: Value, default: Option<Value>) -> Run<Value> {
        let this = Value::Obj(id);
        let found = match self.heap.object(id) {
            Object::Dict { items, open } => match (items.get(key), *open) {
                (Some(value), _) => Some(value),
                (None, true) => return Ok(Value::Unknown),
                (None, false) if !self.is_comparable(key) => return Ok(Value::Unknown),
                (None, false) => None,
            },
            _ => match self.namespace_contains(this, key) {
                Some(Some(true)) => Some(self.get_item(this, key)?),
                Some(None) => return Ok(Value::Unknown),
                _ => None,
            },
        };
        match (found, default) {
            (Some(value), _) => {
                self.delete_item(this, key);
                Ok(value)
            }
            (None, Some(default)) => Ok(default),
            (None, None) => self.soft_error("KeyError", "key"),
        }
    }
}
