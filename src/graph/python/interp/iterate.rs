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
                    let chars = text
                        .chars()
                        .take(LIMITS.characters)
                        .map(|c| self.heap.str(c.encode_utf8(&mut [0; 4])))
                        .collect();
                    (chars, text.chars().nth(LIMITS.characters).is_some())
                }
                _ => (Vec::new(), true),
            });
        };
        match self.heap.object(id) {
            Object::Generator { .. } => {
                let (items, open, _) = self.drain(id)?;
                self.use_up(id);
                Ok((items, open))
            }
            Object::List { row: Row::Iterator(_), .. } => {
                let given = self.items_of(value);
                self.use_up(id);
                Ok(given)
            }
            Object::Instance { class, payload, .. } => {
                let (class, payload) = (*class, *payload);
                self.iterate_instance(value, class, payload)
            }
            Object::Class(class) => {
                let (metaclass, scope) = (class.metaclass, class.scope);
                self.iterate_class(value, metaclass, scope)
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

    fn iterate_instance(&mut self, value: Value, class: Value, payload: Value) -> Run<(Vec<Value>, bool)> {
        if let Some("io.File" | "io.Content") = self.heap.external_name(class).as_deref() {
            let lines = self.lines_of(value);
            return self.iterate(lines);
        }
        if let Some(method) = self.class_lookup(class, known::ITER)
            && matches!(self.heap.get(method), Some(Object::Function(_)))
        {
            let method = self.bind(method, value, class)?;
            let result = self.call(method, Args::default())?;
            let is_own_kind = result == value || matches!(self.heap.get(result), Some(Object::Instance { .. }));
            return if is_own_kind { Ok((Vec::new(), true)) } else { self.iterate(result) };
        }
        if let Some(items) = self.field_values(value)? {
            return Ok((items, false));
        }
        if payload == Value::Unknown { Ok((Vec::new(), true)) } else { self.iterate(payload) }
    }

    fn iterate_class(&mut self, value: Value, metaclass: Value, scope: ScopeId) -> Run<(Vec<Value>, bool)> {
        if let Some(method) = self.class_lookup(metaclass, known::ITER) {
            let method = self.bind(method, value, metaclass)?;
            let result = self.call(method, Args::default())?;
            let is_class = matches!(self.heap.get(result), Some(Object::Class(_)));
            return if is_class { Ok((Vec::new(), true)) } else { self.iterate(result) };
        }
        // Members of an enumeration.
        let vars: Vec<(Sym, Value)> = self.heap.vars(scope).iter().collect();
        let members = vars.into_iter().filter(|(n, v)| {
            !self.heap.text(*n).starts_with('_')
                && !matches!(self.heap.get(*v), Some(Object::Function(_) | Object::Property { .. }))
        });
        let members: Vec<Value> = members.map(|(_, v)| v).collect();
        Ok((members.into_iter().map(|value| self.heap.join(value, Value::Unknown)).collect(), true))
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
    pub(super) fn field_values(&mut self, object: Value) -> Run<Option<Vec<Value>>> {
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
            Some(Object::List { items, open, .. } | Object::Set { items, open, .. }) => (items.clone(), *open),
            Some(Object::Dict { items, open }) => (items.iter().map(|(k, _)| k).collect(), *open),
            Some(Object::Generator { pending: None, items, open, .. }) => (items.clone(), *open),
            Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => self.items_of(*payload),
            _ => (Vec::new(), true),
        }
    }

    pub(super) fn is_sequence(&self, value: Value) -> bool {
        matches!(self.heap.get(value), Some(Object::Tuple(_) | Object::List { row: Row::List, .. }))
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
                NamespaceOf::Modules => {
                    self.probes.all = true;
                    (self.sys_modules.iter().map(|(k, v)| (Value::Str(k), v)).collect(), false)
                }
                NamespaceOf::Environment => (self.environment_items(), true),
            },
            Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => {
                let payload = *payload;
                self.dict_items(payload)
            }
            Some(Object::List { items, open, .. }) => {
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
            NamespaceOf::Modules => {
                self.probes.names.insert(name);
                Some(self.sys_modules.get(name).is_some())
            }
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
}
