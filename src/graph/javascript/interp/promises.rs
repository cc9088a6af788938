//! Promises: what they give once that is known, and imports that load when somebody waits for them.

use super::Machine;
use super::tables::Table;
use super::value::{Abrupt, At, Atom, Call, Kind, ModuleIx, ObjId, R, UNKNOWN, Value};

/// What gives a promise its value once code waits for it.
#[derive(Clone)]
pub(super) enum Source {
    /// `import(request)`, which nothing has waited for yet.
    Import(ModuleIx, Atom, At),
    /// All of several.
    All(Vec<Value>),
    /// What a function makes of another promise's value.
    Then(ObjId, Value, At),
    /// Another promise's value, or what a function makes of its failure.
    Caught(ObjId, Value, At),
}

pub(super) const METHODS: Table = &[
    ("then", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(m.promise(None)) };
        match m.object(id).kind {
            Kind::Promise(Some(value)) if m.entry_esm => {
                let result = m.call_at(c.arg(0), Value::Undefined, &[value], c.at)?;
                m.promised(result)
            }
            _ if m.pending.contains_key(&id) => Ok(m.promise_of(Source::Then(id, c.arg(0), c.at))),
            _ => Ok(m.promise(None)),
        }
    }),
    ("catch", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(m.promise(None)) };
        Ok(if m.pending.contains_key(&id) { m.promise_of(Source::Caught(id, c.arg(0), c.at)) } else { c.this })
    }),
    ("finally", |_, c| Ok(c.this)),
];

pub(super) const STATICS: Table = &[
    ("resolve", |m, c| m.promised(c.arg(0))),
    ("reject", |m, _| Ok(m.promise(None))),
    ("all", |m, c| {
        let Some(items) = m.iterate(c.arg(0))? else { return Ok(m.promise(None)) };
        let waits = |item: &Value| matches!(item, Value::Obj(id) if m.pending.contains_key(id));
        if items.iter().any(waits) {
            return Ok(m.promise_of(Source::All(items)));
        }
        let items = items.into_iter().map(|item| m.settled(item).unwrap_or(UNKNOWN)).collect();
        let list = m.array(items);
        Ok(m.promise(Some(list)))
    }),
    ("allSettled", |m, c| {
        // Each item is wrapped in an outcome of its own, which nothing asks for; what they load counts.
        let Some(items) = m.iterate(c.arg(0))? else { return Ok(m.promise(None)) };
        let all = m.promise_of(Source::All(items));
        let Value::Obj(all) = all else { return Ok(all) };
        let outcomes = m.native(|_, _| Ok(UNKNOWN), Value::Undefined);
        Ok(m.promise_of(Source::Then(all, outcomes, c.at)))
    }),
    ("race", |m, _| Ok(m.promise(None))),
    ("any", |m, _| Ok(m.promise(None))),
];

/// `new Promise((resolve) => ..)`.
pub(super) fn make(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let promise = m.promise(None);
    let resolve = m.native(
        |m, c| {
            let value = m.settled(c.arg(0));
            if let Value::Obj(id) = c.data {
                m.object_mut(id).kind = Kind::Promise(value);
            }
            Ok(Value::Undefined)
        },
        promise,
    );
    m.call_at(c.arg(0), Value::Undefined, &[resolve, UNKNOWN], c.at)?;
    Ok(promise)
}

impl Machine<'_> {
    pub(super) fn promise_of(&mut self, source: Source) -> Value {
        let promise = self.promise(None);
        if let Value::Obj(id) = promise {
            self.pending.insert(id, source);
        }
        promise
    }

    /// A promise for a value, which may be one already.
    pub(super) fn promised(&mut self, value: Value) -> R {
        match value {
            Value::Obj(id) if matches!(self.object(id).kind, Kind::Promise(_)) => Ok(value),
            _ => {
                let inner = self.settled(value);
                Ok(self.promise(inner))
            }
        }
    }

    /// What waiting for a value gives, when it is known; loads what the value waits for.
    pub(super) fn arrive(&mut self, value: Value) -> Result<Option<Value>, Abrupt> {
        let Value::Obj(id) = value else { return Ok(self.settled(value)) };
        let Some(source) = self.pending.remove(&id) else { return Ok(self.settled(value)) };
        let given = match source {
            Source::Import(ix, request, at) => {
                let request = self.str(request);
                match self.import_request(ix, &request, at, self.tries > 0) {
                    Ok(value) => Some(value),
                    Err(Abrupt::Throw(_)) => None,
                    Err(other) => return Err(other),
                }
            }
            Source::All(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.deeper(|m| m.arrive(item))?.unwrap_or(UNKNOWN));
                }
                Some(self.array(values))
            }
            Source::Then(before, function, at) => match self.deeper(|m| m.arrive(Value::Obj(before)))? {
                Some(value) => {
                    let result = self.call_at(function, Value::Undefined, &[value], at)?;
                    self.deeper(|m| m.arrive(result))?
                }
                None => None,
            },
            Source::Caught(before, function, at) => {
                self.tries += 1;
                let given = self.deeper(|m| m.arrive(Value::Obj(before)));
                self.tries -= 1;
                match given? {
                    Some(value) => Some(value),
                    None => {
                        let result = self.call_at(function, Value::Undefined, &[UNKNOWN], at)?;
                        self.deeper(|m| m.arrive(result))?
                    }
                }
            }
        };
        self.object_mut(id).kind = Kind::Promise(given);
        Ok(given)
    }
}
