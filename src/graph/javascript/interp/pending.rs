//! Imports that are begun and may be waited for later: `const lib = import("./lib"); await lib`.

use super::value::Kind;
use super::value::{Abrupt, At, ModuleIx, ObjId, R, UNKNOWN, Value};
use super::{Machine, Phase};

/// How many promises wait for one another.
const DEEPEST: u32 = 32;

/// What a promise gives once somebody waits for it.
#[derive(Clone)]
pub(super) enum Pending {
    /// `import(request)`
    Import(ModuleIx, Value, At),
    /// `Promise.all(items)`
    All(Vec<Value>),
    /// `promise.then(callback)`
    Then(Value, Value, At),
}

impl Machine<'_> {
    /// A promise for what nobody waits for yet.
    pub(super) fn begun(&mut self, pending: Pending) -> Value {
        if let Pending::Import(_, _, at) = &pending {
            self.started.insert((at.module, at.expr));
        }
        let promise = self.promise(None);
        if let Value::Obj(id) = promise {
            self.pending.insert(id, pending);
        }
        promise
    }

    /// Whether a value is a promise that has only begun.
    pub(super) fn is_pending(&self, value: Value) -> bool {
        matches!(value, Value::Obj(id) if self.pending.contains_key(&id))
    }

    /// What waiting for a value gives. Only in ES modules does the load wait.
    pub(super) fn awaited(&mut self, value: Value) -> R {
        self.awaited_at(value, DEEPEST)
    }

    fn awaited_at(&mut self, value: Value, depth: u32) -> R {
        let waits = self.entry_esm && self.phase == Phase::Init;
        let begun = match value {
            Value::Obj(id) if waits => self.pending.remove(&id).map(|pending| (id, pending)),
            _ => None,
        };
        match (begun, depth.checked_sub(1)) {
            (Some((id, pending)), Some(depth)) => self.arrived(id, pending, depth),
            _ => Ok(self.settled(value).unwrap_or(UNKNOWN)),
        }
    }

    fn arrived(&mut self, id: ObjId, pending: Pending, depth: u32) -> R {
        let value = match pending {
            Pending::Import(ix, request, at) => {
                let promise = self.dynamic_import(ix, request, at, true)?;
                self.settled(promise).unwrap_or(UNKNOWN)
            }
            Pending::All(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.awaited_at(item, depth)?);
                }
                self.array(values)
            }
            Pending::Then(before, callback, at) => {
                let given = self.awaited_at(before, depth)?;
                match self.call_at(callback, Value::Undefined, &[given], at) {
                    Ok(result) => self.awaited_at(result, depth)?,
                    Err(Abrupt::Throw(_)) => UNKNOWN,
                    Err(other) => return Err(other),
                }
            }
        };
        self.object_mut(id).kind = Kind::Promise(Some(value));
        Ok(value)
    }
}
