//! Methods of texts, lists, dictionaries and sets.

use super::super::value::*;
use super::*;

/// Whether containers of ours have a method of this name.
pub(super) fn is_known(name: &str) -> bool {
    matches!(
        name,
        ".append"
            | ".extend"
            | ".insert"
            | ".pop"
            | ".remove"
            | ".items"
            | ".keys"
            | ".values"
            | ".get"
            | ".update"
            | ".setdefault"
            | ".add"
            | ".copy"
            | ".index"
            | ".count"
            | ".sort"
            | ".__iter__"
            | ".__len__"
            | ".__getitem__"
    )
}

impl Interp<'_> {
    /// Attributes of built-in objects that are data.
    pub(super) fn data_attr(&mut self, object: Value, name: &str) -> Option<Value> {
        match (object, name) {
            (_, "__class__") => Some(self.type_of(object)),
            (_, "__doc__") => Some(Value::Unknown),
            (Value::Obj(id), name) => {
                // Fields of `sys.version_info` and of named tuples made by the runtime.
                let Object::Tuple(items) = self.heap.object(id) else { return None };
                let at = match name {
                    "major" => 0,
                    "minor" => 1,
                    "micro" => 2,
                    "releaselevel" => 3,
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
        if name == "__contains__"
            && let Some(item) = rest.first()
        {
            return Ok(self.contains(this, *item)?.map_or(Value::Unknown, Value::Bool));
        }
        match this {
            Value::Str(sym) => self.text_method(&self.heap.text(sym).clone(), name, rest, args),
            Value::Bytes(sym) if name == "decode" => Ok(Value::Str(sym)),
            Value::Obj(id) => match self.heap.object(id) {
                Object::List { .. } => self.list_method(id, name, rest),
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
            ("index", Some(value)) => match items.iter().position(|i| i == value) {
                Some(at) => Value::Int(at as i64),
                None => self.lacks(&items, *value, "tuple.index(x): x not in tuple")?,
            },
            ("count", Some(value)) => Value::Int(items.iter().filter(|i| *i == value).count() as i64),
            ("__getitem__", Some(key)) => self.get_item(this, *key)?,
            ("_replace" | "_asdict", _) => Value::Unknown,
            _ => Value::Unknown,
        })
    }

    /// The error for an item that a sequence surely does not have.
    fn lacks(&mut self, items: &[Value], value: Value, message: &str) -> Run<Value> {
        if items.iter().any(|item| self.equal(*item, value) != Some(false)) {
            return Ok(Value::Unknown);
        }
        self.soft_error("ValueError", message)
    }

    fn list_method(&mut self, id: ObjId, name: &str, rest: &[Value]) -> Run<Value> {
        let this = Value::Obj(id);
        let uncertain = self.doubt.branches > 0;
        let more = match (name, rest.first()) {
            ("extend" | "extendleft" | "__iadd__", Some(value)) => Some(self.iterate(*value)?),
            _ => None,
        };
        let added = match (name, rest.first().copied()) {
            ("append" | "appendleft", Some(value)) if uncertain => Some(self.heap.doubt(value)),
            (_, added) => added,
        };
        let Object::List { items, open } = self.heap.object_mut(id) else { return Ok(Value::Unknown) };
        Ok(match (name, added) {
            ("append" | "appendleft", Some(value)) => {
                if items.len() < LIMITS.list_items {
                    let at = if name == "append" { items.len() } else { 0 };
                    items.insert(at, value);
                } else {
                    *open = true;
                }
                Value::None
            }
            ("extendleft", _) => {
                if let Some((more, unknown)) = more {
                    items.splice(0..0, more.into_iter().rev().take(LIMITS.list_items));
                    *open |= unknown;
                }
                Value::None
            }
            ("extend" | "__iadd__", _) => {
                if let Some((more, unknown)) = more {
                    items.extend(more.into_iter().take(LIMITS.list_items));
                    *open |= unknown;
                }
                Value::None
            }
            ("insert", Some(Value::Int(at))) => {
                let at = usize::try_from(at).unwrap_or(0).min(items.len());
                if let Some(value) = rest.get(1) {
                    items.insert(at, *value);
                }
                Value::None
            }
            ("pop" | "popleft", at) if !uncertain => {
                let at = if name == "popleft" { Some(Value::Int(0)) } else { at };
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
            ("remove", Some(value)) if !uncertain => match items.iter().position(|i| *i == value) {
                Some(at) => {
                    items.remove(at);
                    Value::None
                }
                None if *open => Value::None,
                None => {
                    let items = items.clone();
                    self.lacks(&items, value, "list.remove(x): x not in list")?
                }
            },
            ("clear", _) if !uncertain => {
                items.clear();
                Value::None
            }
            ("reverse", _) => {
                items.reverse();
                Value::None
            }
            ("copy", _) => {
                let (items, open) = (items.clone(), *open);
                self.heap.list(items, open)
            }
            ("index", Some(value)) => match items.iter().position(|i| *i == value) {
                Some(at) => Value::Int(at as i64),
                None if *open => Value::Unknown,
                None => {
                    let items = items.clone();
                    self.lacks(&items, value, "list.index(x): x not in list")?
                }
            },
            ("__iter__", _) => this,
            ("__getitem__", Some(key)) => self.get_item(this, key)?,
            ("sort", _) => Value::None,
            _ => Value::Unknown,
        })
    }

    fn set_method(&mut self, id: ObjId, name: &str, rest: &[Value]) -> Run<Value> {
        let more = match (name, rest.first()) {
            (
                "update" | "union" | "difference" | "intersection" | "issubset" | "issuperset" | "isdisjoint",
                Some(value),
            ) => self.iterate(*value)?,
            _ => (Vec::new(), false),
        };
        let uncertain = self.doubt.branches > 0;
        let Object::Set { items, open } = self.heap.object_mut(id) else { return Ok(Value::Unknown) };
        Ok(match (name, rest.first().copied()) {
            ("add", Some(value)) => {
                if !items.contains(&value) {
                    items.push(value);
                }
                Value::None
            }
            ("update", _) => {
                for item in more.0 {
                    if !items.contains(&item) {
                        items.push(item);
                    }
                }
                *open |= more.1;
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
                items.retain(|i| *i != value);
                Value::None
            }
            ("copy" | "union", _) => {
                let mut items = items.clone();
                let open = *open || more.1;
                for item in more.0 {
                    if !items.contains(&item) {
                        items.push(item);
                    }
                }
                self.heap.alloc(Object::Set { items, open })
            }
            _ => Value::Unknown,
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
                self.heap.list(pairs, open)
            }
            ("keys" | "__iter__", _) => {
                let (pairs, open) = self.dict_items(this);
                self.heap.list(pairs.into_iter().map(|(k, _)| k).collect(), open)
            }
            ("values", _) => {
                let (pairs, open) = self.dict_items(this);
                self.heap.list(pairs.into_iter().map(|(_, v)| v).collect(), open)
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
