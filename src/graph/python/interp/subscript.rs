//! Subscripts: `object[key]` read, set and deleted.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    /// `object[key]`.
    pub(super) fn get_item(&mut self, object: Value, key: Value) -> Run<Value> {
        let Value::Obj(id) = object else {
            return Ok(match object {
                Value::Str(text) => self.part_of_text(text, key),
                _ => Value::Unknown,
            });
        };
        match self.heap.object(id) {
            Object::Tuple(_) | Object::List { .. } => self.sequence_item(object, key),
            Object::Dict { items, open } => {
                let (found, open) = (items.get(key), *open);
                match found {
                    Some(value) => Ok(value),
                    None if open || !self.is_comparable(key) => Ok(self.any_value(object)),
                    None => self.soft_error("KeyError", "key"),
                }
            }
            Object::Namespace(of) => self.namespace_item(*of, key),
            Object::Instance { class, payload, .. } => {
                let (class, payload) = (*class, *payload);
                self.instance_item(object, class, payload, key)
            }
            Object::Class(class) => {
                let metaclass = class.metaclass;
                self.class_item(object, metaclass, key)
            }
            Object::External(name) => {
                let name = self.heap.text(*name);
                Ok(self.external_item(object, &name, key))
            }
            Object::Union(members) => {
                let members = members.clone();
                self.union_item(&members, key)
            }
            _ => Ok(Value::Unknown),
        }
    }

    fn part_of_text(&mut self, text: Sym, key: Value) -> Value {
        let text = self.heap.text(text);
        if let Some((from, to)) = self.slice_bounds(key) {
            let chars: Vec<char> = text.chars().collect();
            let (from, to) = clamp(from, to, chars.len());
            let cut: String = chars.get(from..to).unwrap_or(&[]).iter().collect();
            return self.heap.str(&cut);
        }
        if self.is_reversing(key) {
            let reversed: String = text.chars().rev().collect();
            return self.heap.str(&reversed);
        }
        let Value::Int(at) = key else { return Value::Unknown };
        match index(at, text.chars().count()).and_then(|at| text.chars().nth(at)) {
            Some(letter) => self.heap.str(letter.encode_utf8(&mut [0; 4])),
            None => Value::Unknown,
        }
    }

    fn sequence_item(&mut self, sequence: Value, key: Value) -> Run<Value> {
        let (items, open) = self.items_of(sequence);
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
        Ok(match self.heap.get(sequence) {
            Some(Object::Tuple(_)) => self.heap.tuple(&cut),
            _ => self.heap.list(cut, false),
        })
    }

    fn namespace_item(&mut self, of: NamespaceOf, key: Value) -> Run<Value> {
        let Value::Str(name) = key else { return Ok(Value::Unknown) };
        let found = match of {
            NamespaceOf::Scope(scope) => self.heap.vars(scope).get(name),
            NamespaceOf::Modules => {
                self.probes.names.insert(name);
                self.sys_modules.get(name)
            }
            NamespaceOf::Environment => match self.environment(name) {
                Some(known) => known,
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

    fn instance_item(&mut self, object: Value, class: Value, payload: Value, key: Value) -> Run<Value> {
        if let Some(method) = self.class_lookup(class, known::GETITEM)
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

    fn class_item(&mut self, class: Value, metaclass: Value, key: Value) -> Run<Value> {
        if let Some(method) = self.class_lookup(class, known::CLASS_GETITEM)
            && self.heap.external_name(method).is_none()
        {
            let function = match self.heap.get(method) {
                Some(Object::ClassMethod(inner)) => *inner,
                _ => method,
            };
            let method = self.heap.method(function, class);
            let result = self.call(method, Args::one(key))?;
            return Ok(if result == Value::Unknown { class } else { result });
        }
        if let Some(method) = self.class_lookup(metaclass, known::GETITEM) {
            let method = self.bind(method, class, metaclass)?;
            return self.call(method, Args::one(key));
        }
        if self.has_members(class) {
            return Ok(Value::Unknown);
        }
        // `Generic[T]` stands for the class itself.
        Ok(class)
    }

    fn union_item(&mut self, members: &[Value], key: Value) -> Run<Value> {
        let mut result = None;
        for member in members.iter().filter(|member| **member != Value::None) {
            let value = self.get_item(*member, key)?;
            result = Some(match result {
                Some(before) => self.heap.join(before, value),
                None => value,
            });
        }
        Ok(result.unwrap_or(Value::Unknown))
    }

    /// Any of a small dictionary's values, for a key that is not known.
    fn any_value(&mut self, dict: Value) -> Value {
        let (items, _) = self.dict_items(dict);
        let mut result = Value::Unknown;
        for (_, value) in items.into_iter().take(LIMITS.unknown_key_values) {
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
        let uncertain = self.doubt.is_unsure_of(id);
        if self.doubt.may_not_run() || self.doubt.is_called_by_others() {
            self.mistakes.give_away(&self.heap, object);
        }
        if let Some((from, to)) = self.slice_bounds(key).filter(|_| !uncertain) {
            let (new, unknown) = self.iterate(value)?;
            if let Object::List { items, open, .. } = self.heap.object_mut(id) {
                let (from, to) = clamp(from, to, items.len());
                items.splice(from..to, new.into_iter().take(LIMITS.list_items));
                *open |= unknown;
                return Ok(());
            }
        }
        let vague = self.compares_itself(key);
        match self.heap.object_mut(id) {
            Object::Dict { items, open } => match key {
                Value::Unknown => *open = true,
                key => {
                    let before = if uncertain { items.get(key) } else { None };
                    let value = match before {
                        Some(before) => self.heap.join(before, value),
                        None => value,
                    };
                    if let Object::Dict { items, open } = self.heap.object_mut(id) {
                        items.set(key, value);
                        *open |= vague;
                    }
                }
            },
            Object::List { items, open, .. } => match key {
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
                    (NamespaceOf::Modules, Value::Str(name)) => {
                        self.probes.names.insert(name);
                        self.sys_modules.set(name, value);
                    }
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
                if let Some(method) = self.class_lookup(class, known::SETITEM)
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
        if self.doubt.may_not_run() || self.doubt.is_called_by_others() {
            self.mistakes.give_away(&self.heap, object);
            if self.doubt.is_unsure_of(id) {
                return;
            }
        }
        match self.heap.object_mut(id) {
            Object::Dict { items, .. } => {
                items.remove(key);
            }
            Object::List { items, open, .. } => match key {
                Value::Int(at) if !*open => {
                    if let Some(at) = index(at, items.len()) {
                        items.remove(at);
                    }
                }
                // What a slice leaves is not followed.
                _ => {
                    items.clear();
                    *open = true;
                }
            },
            Object::Namespace(of) => match (*of, key) {
                (NamespaceOf::Scope(scope), Value::Str(name)) => {
                    self.heap.vars_mut(scope).remove(name);
                }
                (NamespaceOf::Modules, Value::Str(name)) => {
                    self.sys_modules.remove(name);
                }
                (NamespaceOf::Environment, Value::Str(name)) => self.remove_environment(name),
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
