//! The `diagnostics_channel` builtin: what is published at load reaches who has subscribed.

use super::Machine;
use super::tables::{fill, list};
use super::value::{Call, Native, ObjId, R, Slot, UNKNOWN, Value};

/// Most subscribers that are told.
const MOST_SUBSCRIBERS: usize = 100;
const SUBSCRIBERS: &str = "@@subscribers";

pub(super) const CHANNELS: &[(&str, Native)] = &[
    ("channel", |m, c| Ok(channel(m, c.arg(0)).map_or(UNKNOWN, Value::Obj))),
    ("hasSubscribers", |m, c| match channel(m, c.arg(0)) {
        Some(id) => Ok(Value::Bool(!subscribers(m, id).is_empty())),
        None => Ok(UNKNOWN),
    }),
    ("subscribe", |m, c| {
        if let Some(id) = channel(m, c.arg(0)) {
            add(m, id, c.arg(1));
        }
        Ok(Value::Undefined)
    }),
    ("unsubscribe", |m, c| {
        if let Some(id) = channel(m, c.arg(0)) {
            remove(m, id, c.arg(1));
        }
        Ok(Value::Bool(true))
    }),
];

const CHANNEL: &[(&str, Native)] = &[
    ("subscribe", |m, c| {
        if let Value::Obj(id) = c.this {
            add(m, id, c.arg(0));
        }
        Ok(Value::Undefined)
    }),
    ("unsubscribe", |m, c| {
        if let Value::Obj(id) = c.this {
            remove(m, id, c.arg(0));
        }
        Ok(Value::Bool(true))
    }),
    ("publish", publish),
    ("bindStore", |_, _| Ok(Value::Undefined)),
    ("unbindStore", |_, _| Ok(Value::Bool(true))),
    ("runStores", |m, c| {
        publish(m, c)?;
        m.call_at(c.arg(1), c.arg(2), c.args.get(3..).unwrap_or(&[]), c.at)
    }),
];

/// The channel of a name, the same one each time.
fn channel(m: &mut Machine<'_>, name: Value) -> Option<ObjId> {
    let (Value::Str(key) | Value::Sym(key)) = name else { return None };
    if let Some(known) = m.channels.get(&key) {
        return Some(*known);
    }
    let id = m.plain();
    fill(m, id, CHANNEL);
    m.define(id, "name", name);
    let nobody = m.array(Vec::new());
    m.define(id, SUBSCRIBERS, nobody);
    let has = m.native(
        |m, c| match c.this {
            Value::Obj(id) => Ok(Value::Bool(!subscribers(m, id).is_empty())),
            _ => Ok(UNKNOWN),
        },
        Value::Undefined,
    );
    let key_has = m.atom("hasSubscribers");
    m.object_mut(id).props.set(key_has, Slot::Accessor(has, Value::Undefined), Some(false));
    m.object_mut(id).open = true;
    m.channels.insert(key, id);
    Some(id)
}

fn subscribers(m: &mut Machine<'_>, id: ObjId) -> Vec<Value> {
    let key = m.atom(SUBSCRIBERS);
    match m.object(id).props.get(key) {
        Some(Slot::Value(all)) => list(m, all).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn add(m: &mut Machine<'_>, id: ObjId, subscriber: Value) {
    let mut all = subscribers(m, id);
    if all.len() < MOST_SUBSCRIBERS && m.callable(subscriber) {
        all.push(subscriber);
        let all = m.array(all);
        m.define(id, SUBSCRIBERS, all);
    }
}

fn remove(m: &mut Machine<'_>, id: ObjId, subscriber: Value) {
    let mut all = subscribers(m, id);
    all.retain(|known| *known != subscriber);
    let all = m.array(all);
    m.define(id, SUBSCRIBERS, all);
}

fn publish(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
    let name = m.atom("name");
    let name = m.get(c.this, name)?;
    for subscriber in subscribers(m, id) {
        m.call_at(subscriber, Value::Undefined, &[c.arg(0), name], c.at)?;
    }
    Ok(Value::Undefined)
}
