//! Containers: iteration, items, namespaces seen as dictionaries.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    /// The items that iterating gives, and whether there may be more.
    pub(super) fn iterate(&mut self, value: Value) -> Run<(Vec<Value>, bool)> {
        let Value::Obj(id) = value else {
            return Ok(match value {
                Value::Str(sym) => {
                    let text = self.heap.text(sym);
                    let chars = text.chars().take(200).map(|c| self.heap.str(c.encode_utf8(&mut [0; 4]))).collect();
                    (chars, false)
                }
                _ => (Vec::new(), true),
            });
        };
        match self.heap.object(id) {
            Object::Generator { .. } => {
                let (items, open, _) = self.drain(id)?;
                Ok((items, open))
            }
            Object::Instance { class, payload, .. } => {
                let (class, payload) = (*class, *payload);
                let iter = self.heap.sym("__iter__");
                if let Some(method) = self.class_lookup(class, iter)
                    && matches!(self.heap.get(method), Some(Object::Function(_)))
                {
                    let method = self.bind(method, value, class)?;
                    let result = self.call(method, Args::default())?;
                    if result == value {
                        return Ok((Vec::new(), true));
                    }
                    return if matches!(self.heap.get(result), Some(Object::Instance { .. })) {
                        Ok((Vec::new(), true))
                    } else {
                        self.iterate(result)
                    };
                }
                if let Some(items) = self.field_values(value)? {
                    return Ok((items, false));
                }
                if payload == Value::Unknown { Ok((Vec::new(), true)) } else { self.iterate(payload) }
            }
            Object::Class(class) => {
                let (metaclass, scope) = (class.metaclass, class.scope);
                let iter = self.heap.sym("__iter__");
                if let Some(method) = self.class_lookup(metaclass, iter) {
                    let method = self.bind(method, value, metaclass)?;
                    let result = self.call(method, Args::default())?;
                    return if matches!(self.heap.get(result), Some(Object::Class(_))) {
                        Ok((Vec::new(), true))
                    } else {
                        self.iterate(result)
                    };
                }
                // Members of an enumeration.
                let vars: Vec<(Sym, Value)> = self.heap.vars(scope).iter().collect();
                let members = vars.into_iter().filter(|(n, v)| {
                    !self.heap.text(*n).starts_with('_')
                        && !matches!(self.heap.get(*v), Some(Object::Function(_) | Object::Property { .. }))
                });
                Ok((members.map(|(_, v)| v).collect(), true))
            }
            Object::Union(members) => {
                let members = members.clone();
                if let Some(row) = self.joined_row(&members) {
                    return Ok((row, false));
                }
                let mut all = Vec::new();
                let mut seen = FxHashSet::default();
                for member in members.iter() {
                    let (items, _) = self.iterate(*member)?;
                    all.extend(items.into_iter().filter(|item| seen.insert(*item)));
                }
                Ok((all, true))
            }
            Object::Namespace(_) => {
                let (items, open) = self.dict_items(value);
                Ok((items.into_iter().map(|(k, _)| k).collect(), open))
            }
            _ => Ok(self.items_of(value)),
        }
    }

    /// Rows of a table joined item by item, where all have the same length.
    fn joined_row(&mut self, rows: &[Value]) -> Option<Vec<Value>> {
        let mut joined: Option<Vec<Value>> = None;
        for row in rows.iter().filter(|row| **row != Value::Unknown) {
            let Some(Object::Tuple(items)) = self.heap.get(*row) else { return None };
            let items = items.clone();
            joined = Some(match joined {
                None => items.to_vec(),
                Some(before) if before.len() == items.len() => {
                    before.into_iter().zip(items.iter()).map(|(a, b)| self.heap.join(a, *b)).collect()
                }
                Some(_) => return None,
            });
        }
        joined
    }

    /// The fields of a named tuple or data class, in order.
    fn field_values(&mut self, object: Value) -> Run<Option<Vec<Value>>> {
        let Some(Object::Instance { class, .. }) = self.heap.get(object) else { return Ok(None) };
        let Some(Object::Class(class)) = self.heap.get(*class) else { return Ok(None) };
        let Some(fields) = class.fields.clone() else { return Ok(None) };
        let mut items = Vec::with_capacity(fields.len());
        for field in fields {
            items.push(self.get_attr(object, field)?);
        }
        Ok(Some(items))
    }

    /// Items of a plain container, without running anything.
    pub(super) fn items_of(&self, value: Value) -> (Vec<Value>, bool) {
        match self.heap.get(value) {
            Some(Object::Tuple(items)) => (items.to_vec(), false),
            Some(Object::List { items, open } | Object::Set { items, open }) => (items.clone(), *open),
            Some(Object::Dict { items, open }) => (items.iter().map(|(k, _)| k).collect(), *open),
            Some(Object::Generator { pending: None, items, open, .. }) => (items.clone(), *open),
            Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => self.items_of(*payload),
            _ => (Vec::new(), true),
        }
    }

    pub(super) fn is_sequence(&self, value: Value) -> bool {
        matches!(self.heap.get(value), Some(Object::Tuple(_) | Object::List { .. }))
    }

    /// Key-value pairs of a dictionary or of a namespace seen as one.
    pub(super) fn dict_items(&mut self, value: Value) -> (Vec<(Value, Value)>, bool) {
        match self.heap.get(value) {
            Some(Object::Dict { items, open }) => (items.iter().collect(), *open),
            Some(Object::Namespace(of)) => match *of {
                NamespaceOf::Scope(scope) => {
                    let open = self.heap.scope_ref(scope).open;
                    (self.heap.vars(scope).iter().map(|(k, v)| (Value::Str(k), v)).collect(), open)
                }
                NamespaceOf::Instance(id) => match self.heap.object(id) {
                    Object::Instance { attrs, .. } => (attrs.iter().map(|(k, v)| (Value::Str(k), v)).collect(), false),
                    _ => (Vec::new(), true),
                },
                NamespaceOf::Modules => (self.sys_modules.iter().map(|(k, v)| (Value::Str(k), v)).collect(), false),
                NamespaceOf::Environment => (self.environment_items(), true),
            },
            Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => {
                let payload = *payload;
                self.dict_items(payload)
            }
            Some(Object::List { items, open }) => {
                let (items, open) = (items.clone(), *open);
                let pairs = items.iter().filter_map(|item| match self.heap.get(*item) {
                    Some(Object::Tuple(pair)) if pair.len() == 2 => Some((pair[0], pair[1])),
                    _ => None,
                });
                let pairs: Vec<_> = pairs.collect();
                let complete = pairs.len() == items.len();
                (pairs, open || !complete)
            }
            Some(Object::Union(members)) => {
                let members = members.clone();
                let mut all = Vec::new();
                for member in members.iter() {
                    all.extend(self.dict_items(*member).0);
                }
                (all, true)
            }
            _ => (Vec::new(), true),
        }
    }

    /// `key in namespace` for `globals()`, `sys.modules`, `os.environ`; `None` for other things.
    pub(super) fn namespace_contains(&mut self, container: Value, item: Value) -> Option<Option<bool>> {
        let Some(Object::Namespace(of)) = self.heap.get(container) else { return None };
        let of = *of;
        let Value::Str(name) = item else { return Some(None) };
        Some(match of {
            NamespaceOf::Environment => self.environment(name).map(|v| v.is_some()),
            NamespaceOf::Modules => Some(self.sys_modules.get(name).is_some()),
            NamespaceOf::Scope(scope) => match self.heap.vars(scope).get(name) {
                Some(_) => Some(true),
                None if self.heap.scope_ref(scope).open => None,
                None => Some(false),
            },
            NamespaceOf::Instance(id) => match self.heap.object(id) {
                Object::Instance { attrs, .. } => Some(attrs.get(name).is_some()),
                _ => None,
            },
        })
    }

    /// `object[key]`.
    pub(super) fn get_item(&mut self, object: Value, key: Value) -> Run<Value> {
        let Value::Obj(id) = object else {
            if let (Value::Str(text), Some((from, to))) = (object, self.slice_bounds(key)) {
                let text = self.heap.text(text);
                let chars: Vec<char> = text.chars().collect();
                let (from, to) = clamp(from, to, chars.len());
                let cut: String = chars.get(from..to).unwrap_or(&[]).iter().collect();
                return Ok(self.heap.str(&cut));
            }
            if let Value::Str(text) = object
                && self.is_reversing(key)
            {
                let reversed: String = self.heap.text(text).chars().rev().collect();
                return Ok(self.heap.str(&reversed));
            }
            if let (Value::Str(text), Value::Int(at)) = (object, key) {
                let chars: Vec<char> = self.heap.text(text).chars().collect();
                return Ok(match index(at, chars.len()) {
                    Some(at) => self.heap.str(&chars[at].to_string()),
                    None => Value::Unknown,
                });
            }
            return Ok(Value::Unknown);
        };
        match self.heap.object(id) {
            Object::Tuple(_) | Object::List { .. } => {
                let (items, open) = self.items_of(object);
                if let Value::Int(at) = key {
                    return Ok(match index(at, items.len()) {
                        Some(_) if open && at < 0 => Value::Unknown,
                        Some(at) => items[at],
                        None if open => Value::Unknown,
                        None => return self.soft_error("IndexError", "index out of range"),
                    });
                }
                let Some((from, to)) = self.slice_bounds(key) else { return Ok(Value::Unknown) };
                if open {
                    return Ok(self.heap.list(items, true));
                }
                let (from, to) = clamp(from, to, items.len());
                let cut = items.get(from..to).unwrap_or(&[]).to_vec();
                Ok(if matches!(self.heap.object(id), Object::Tuple(_)) {
                    self.heap.tuple(&cut)
                } else {
                    self.heap.list(cut, false)
                })
            }
            Object::Dict { items, open } => {
                let (found, open) = (items.get(key), *open);
                match found {
                    Some(value) => Ok(value),
                    None if open || !self.is_comparable(key) => Ok(self.any_value(object)),
                    None => self.soft_error("KeyError", "key"),
                }
            }
            Object::Namespace(of) => {
                let of = *of;
                let Value::Str(name) = key else { return Ok(Value::Unknown) };
                let found = match of {
                    NamespaceOf::Scope(scope) => self.heap.vars(scope).get(name),
                    NamespaceOf::Modules => self.sys_modules.get(name),
                    NamespaceOf::Environment => match self.environment(name) {
                        Some(Some(value)) => Some(value),
                        Some(None) => None,
                        None => return Ok(Value::Unknown),
                    },
                    NamespaceOf::Instance(id) => match self.heap.object(id) {
                        Object::Instance { attrs, .. } => attrs.get(name),
                        _ => None,
                    },
                };
                match found {
                    Some(value) => Ok(value),
                    None => self.soft_error("KeyError", "key"),
                }
            }
            Object::Instance { class, payload, .. } => {
                let (class, payload) = (*class, *payload);
                let name = self.heap.sym("__getitem__");
                if let Some(method) = self.class_lookup(class, name)
                    && matches!(self.heap.get(method), Some(Object::Function(_)))
                {
                    let method = self.bind(method, object, class)?;
                    return self.call(method, Args::one(key));
                }
                if let Some(fields) = self.field_values(object)? {
                    let fields = self.heap.tuple(&fields);
                    return self.get_item(fields, key);
                }
                if payload == Value::Unknown { Ok(Value::Unknown) } else { self.get_item(payload, key) }
            }
            Object::Class(class) => {
                let metaclass = class.metaclass;
                let name = self.heap.sym("__class_getitem__");
                if let Some(method) = self.class_lookup(object, name)
                    && self.heap.external_name(method).is_none()
                {
                    let function = match self.heap.get(method) {
                        Some(Object::ClassMethod(inner)) => *inner,
                        _ => method,
                    };
                    let method = self.heap.method(function, object);
                    let result = self.call(method, Args::one(key))?;
                    return Ok(if result == Value::Unknown { object } else { result });
                }
                let name = self.heap.sym("__getitem__");
                if let Some(method) = self.class_lookup(metaclass, name) {
                    let method = self.bind(method, object, metaclass)?;
                    return self.call(method, Args::one(key));
                }
                // `Generic[T]` stands for the class itself.
                Ok(object)
            }
            Object::External(name) => {
                let name = self.heap.text(*name);
                Ok(self.external_item(object, &name, key))
            }
            Object::Union(members) => {
                let members = members.clone();
                let mut result = None;
                for member in members.iter() {
                    if *member == Value::None {
                        continue;
                    }
                    let value = self.get_item(*member, key)?;
                    result = Some(match result {
                        Some(before) => self.heap.join(before, value),
                        None => value,
                    });
                }
                Ok(result.unwrap_or(Value::Unknown))
            }
            _ => Ok(Value::Unknown),
        }
    }

    /// Any of a small dictionary's values, for a key that is not known.
    fn any_value(&mut self, dict: Value) -> Value {
        let (items, _) = self.dict_items(dict);
        let mut result = Value::Unknown;
        for (_, value) in items.into_iter().take(60) {
            if matches!(self.heap.get(value), Some(Object::Function(_) | Object::Class(_) | Object::Tuple(_)))
                || matches!(value, Value::Str(_))
            {
                result = self.heap.join(result, value);
                if result == Value::Unknown {
                    return result;
                }
            }
        }
        result
    }

    /// The slice `[::-1]`.
    fn is_reversing(&self, key: Value) -> bool {
        let Some(Object::Tuple(parts)) = self.heap.get(key) else { return false };
        **parts == [Value::Ellipsis, Value::Ellipsis, Value::None, Value::None, Value::Int(-1)]
    }

    fn slice_bounds(&self, key: Value) -> Option<(Option<i64>, Option<i64>)> {
        let Some(Object::Tuple(parts)) = self.heap.get(key) else { return None };
        let &[Value::Ellipsis, Value::Ellipsis, from, to, Value::None] = &**parts else { return None };
        let bound = |value| match value {
            Value::None => Some(None),
            Value::Int(value) => Some(Some(value)),
            _ => None,
        };
        Some((bound(from)?, bound(to)?))
    }

    pub(super) fn set_item(&mut self, object: Value, key: Value, value: Value) -> Run<()> {
        let Value::Obj(id) = object else { return Ok(()) };
        let uncertain = self.maybe > 0;
        match self.heap.object_mut(id) {
            Object::Dict { items, open } => match key {
                Value::Unknown => *open = true,
                key => {
                    let before = if uncertain { items.get(key) } else { None };
                    let value = match before {
                        Some(before) => self.heap.join(before, value),
                        None => value,
                    };
                    if let Object::Dict { items, .. } = self.heap.object_mut(id) {
                        items.set(key, value);
                    }
                }
            },
            Object::List { items, open } => match key {
                Value::Int(at) => match index(at, items.len()) {
                    Some(at) => items[at] = value,
                    None => *open = true,
                },
                _ => *open = true,
            },
            Object::Namespace(of) => {
                let of = *of;
                match (of, key) {
                    (NamespaceOf::Scope(scope), Value::Str(name)) => self.set_var(scope, name, value),
                    (NamespaceOf::Scope(scope), _) => self.heap.scope_mut(scope).open = true,
                    (NamespaceOf::Modules, Value::Str(name)) => self.sys_modules.set(name, value),
                    (NamespaceOf::Environment, Value::Str(name)) => self.set_environment(name, value),
                    (NamespaceOf::Instance(target), Value::Str(name)) => {
                        if let Object::Instance { attrs, .. } = self.heap.object_mut(target) {
                            attrs.set(name, value);
                        }
                    }
                    _ => {}
                }
            }
            Object::Instance { class, payload, .. } => {
                let (class, payload) = (*class, *payload);
                let name = self.heap.sym("__setitem__");
                if let Some(method) = self.class_lookup(class, name)
                    && matches!(self.heap.get(method), Some(Object::Function(_)))
                {
                    let method = self.bind(method, object, class)?;
                    self.call(method, Args::of(&[key, value]))?;
                } else if payload != Value::Unknown {
                    self.set_item(payload, key, value)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn delete_item(&mut self, object: Value, key: Value) {
        let Value::Obj(id) = object else { return };
        if self.maybe > 0 {
            return;
        }
        match self.heap.object_mut(id) {
            Object::Dict { items, .. } => {
                items.remove(key);
            }
            Object::Namespace(of) => match (*of, key) {
                (NamespaceOf::Scope(scope), Value::Str(name)) => {
                    self.heap.vars_mut(scope).remove(name);
                }
                (NamespaceOf::Modules, Value::Str(name)) => {
                    self.sys_modules.remove(name);
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// A Python index as an offset.
pub(super) fn index(at: i64, len: usize) -> Option<usize> {
    let at = if at < 0 { at + len as i64 } else { at };
    usize::try_from(at).ok().filter(|at| *at < len)
}

fn clamp(from: Option<i64>, to: Option<i64>, len: usize) -> (usize, usize) {
    let place = |at: i64| {
        let at = if at < 0 { at + len as i64 } else { at };
        at.clamp(0, len as i64) as usize
    };
    let from = from.map_or(0, place);
    (from, to.map_or(len, place).max(from))
}
