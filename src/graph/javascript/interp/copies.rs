//! Values that are copied or compared to their depths: `structuredClone`, `isDeepStrictEqual`.

use rustc_hash::FxHashMap;

use super::Machine;
use super::tables::Table;
use super::value::{Abrupt, Call, Kind, ObjId, UNKNOWN, Value};

/// Values within each other that are followed.
const DEEPEST: u32 = 40;
/// Objects of one value that are followed.
const MOST_OBJECTS: usize = 5_000;

pub(super) const FUNCTIONS: Table = &[
    ("structuredClone", |m, c| {
        let mut copies = FxHashMap::default();
        let copy = m.copied(c, c.arg(0), &mut copies, DEEPEST)?;
        Ok(if c.args.len() == 1 { copy.unwrap_or(UNKNOWN) } else { UNKNOWN })
    }),
    ("new WeakRef", |m, c| {
        let id = m.plain();
        // What own code holds at load is there.
        let deref = m.native(|_, c| Ok(c.data), c.arg(0));
        m.define(id, "deref", deref);
        m.object_mut(id).open = true;
        Ok(Value::Obj(id))
    }),
    ("util.isDeepStrictEqual", |m, c| Ok(m.deeply_same(c.arg(0), c.arg(1), DEEPEST)?.map_or(UNKNOWN, Value::Bool))),
];

impl Machine<'_> {
    /// A copy of a value with all that is in it; nothing where some of that is not followed.
    fn copied(
        &mut self,
        c: &Call<'_>,
        value: Value,
        copies: &mut FxHashMap<ObjId, Value>,
        depth: u32,
    ) -> Result<Option<Value>, Abrupt> {
        let id = match value {
            Value::Obj(id) => id,
            Value::Unknown(_) | Value::Import(_) | Value::Sym(_) => return Ok(None),
            plain => return Ok(Some(plain)),
        };
        if let Some(copy) = copies.get(&id) {
            return Ok(Some(*copy));
        }
        if self.callable(value) {
            return Err(self.no_clone(c)?);
        }
        self.note_read(value);
        if depth == 0
            || copies.len() >= MOST_OBJECTS
            || self.object(id).open && !matches!(self.object(id).kind, Kind::Date(_))
        {
            return Ok(None);
        }
        match self.object(id).kind.clone() {
            Kind::Plain => {
                let Some(keys) = self.own_keys(value, false) else { return Ok(None) };
                // Errors are copied in a way of their own.
                if self.object(id).proto != self.proto("Object") && self.is_error(id) {
                    return Ok(None);
                }
                let copy = self.plain();
                copies.insert(id, Value::Obj(copy));
                for key in keys {
                    let member = self.get(value, key)?;
                    let Some(member) = self.copied(c, member, copies, depth - 1)? else { return Ok(None) };
                    self.put(copy, key, member);
                }
                Ok(Some(Value::Obj(copy)))
            }
            Kind::Array(items) => {
                self.leaves_holes_out(value);
                let copy = self.array(Vec::new());
                copies.insert(id, copy);
                let mut made = Vec::with_capacity(items.len());
                for item in items {
                    let Some(item) = self.copied(c, item, copies, depth - 1)? else { return Ok(None) };
                    made.push(item);
                }
                if let Value::Obj(copy) = copy {
                    self.object_mut(copy).kind = Kind::Array(made);
                }
                Ok(Some(copy))
            }
            Kind::Map(pairs) => {
                let mut made = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let Some(key) = self.copied(c, key, copies, depth - 1)? else { return Ok(None) };
                    let value = match value {
                        Value::Import(_) => Some(value),
                        value => self.copied(c, value, copies, depth - 1)?,
                    };
                    let Some(value) = value else { return Ok(None) };
                    made.push((key, value));
                }
                let proto = self.proto("Map");
                Ok(Some(Value::Obj(self.alloc(Kind::Map(made), proto))))
            }
            Kind::Date(time) => {
                let proto = self.proto("Date");
                let copy = self.alloc(Kind::Date(time), proto);
                self.object_mut(copy).name = self.object(id).name;
                self.object_mut(copy).open = true;
                Ok(Some(Value::Obj(copy)))
            }
            _ => Ok(None),
        }
    }

    /// What cannot be copied, functions above all.
    fn no_clone(&mut self, c: &Call<'_>) -> Result<Abrupt, Abrupt> {
        self.refuse_known("structuredClone", &[Value::Sym(0)], c.at)?;
        // Where that is not sure, nobody knows what follows.
        Err(Abrupt::Throw(UNKNOWN))
    }

    /// Whether an object inherits from `Error`.
    pub(super) fn is_error(&self, id: ObjId) -> bool {
        let wanted = self.proto("Error");
        let mut at = Value::Obj(id);
        for _ in 0..crate::graph::javascript::limits::LIMITS.inheritance {
            let Value::Obj(next) = at else { return false };
            if at == wanted {
                return true;
            }
            at = self.object(next).proto;
        }
        false
    }

    /// Whether two values are the same to their depths; nothing where that is not known.
    pub(super) fn deeply_same(&mut self, a: Value, b: Value, depth: u32) -> Result<Option<bool>, Abrupt> {
        let (Value::Obj(x), Value::Obj(y)) = (a, b) else {
            return Ok(match (a, b) {
                (Value::Num(a), Value::Num(b)) => Some(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()),
                (Value::Obj(_), other) | (other, Value::Obj(_)) if other.is_primitive() => Some(false),
                _ => self.same(a, b),
            });
        };
        if x == y {
            return Ok(Some(true));
        }
        let are_known = |m: &Self, id: ObjId| !m.object(id).open && !m.are_arguments(id);
        if depth == 0 || !are_known(self, x) || !are_known(self, y) {
            return Ok(None);
        }
        match (self.object(x).kind.clone(), self.object(y).kind.clone()) {
            (Kind::Plain, Kind::Plain) => {
                if self.object(x).proto != self.object(y).proto || self.is_error(x) {
                    return Ok(None);
                }
                let (Some(keys), Some(others)) = (self.own_keys(a, false), self.own_keys(b, false)) else {
                    return Ok(None);
                };
                if keys.len() != others.len() || keys.iter().any(|key| !others.contains(key)) {
                    return Ok(Some(false));
                }
                for key in keys {
                    let (one, other) = (self.get(a, key)?, self.get(b, key)?);
                    match self.deeply_same(one, other, depth - 1)? {
                        Some(true) => {}
                        answer => return Ok(answer),
                    }
                }
                Ok(Some(true))
            }
            (Kind::Array(one), Kind::Array(other)) => {
                self.leaves_holes_out(a);
                self.leaves_holes_out(b);
                if one.len() != other.len() {
                    return Ok(Some(false));
                }
                for (one, other) in one.into_iter().zip(other) {
                    match self.deeply_same(one, other, depth - 1)? {
                        Some(true) => {}
                        answer => return Ok(answer),
                    }
                }
                Ok(Some(true))
            }
            (Kind::Plain, Kind::Array(_)) | (Kind::Array(_), Kind::Plain) => Ok(Some(false)),
            _ => Ok(None),
        }
    }
}
