//! Tables of methods, and what their methods share.

use super::Machine;
use super::value::{Kind, Native, R, UNKNOWN, Value};

/// Methods by name.
pub(super) type Table = &'static [(&'static str, Native)];

pub(super) fn global(m: &mut Machine<'_>, name: &str, value: Value) {
    let key = m.atom(name);
    m.globals.insert(key, value);
}

pub(super) fn fill(m: &mut Machine<'_>, id: u32, table: &[(&'static str, Native)]) {
    for (name, native) in table {
        let function = m.native(*native, Value::Undefined);
        m.define(id, name, function);
    }
}

pub(super) fn list(m: &Machine<'_>, value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Obj(id) if !m.object(id).open => match &m.object(id).kind {
            Kind::Array(items) => Some(items.clone()),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn pairs(m: &Machine<'_>, value: Value) -> Option<Vec<(Value, Value)>> {
    match value {
        Value::Obj(id) if !m.object(id).open => match &m.object(id).kind {
            Kind::Map(pairs) => Some(pairs.clone()),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn keys(m: &mut Machine<'_>, value: Value, all: bool) -> R {
    Ok(match m.own_keys(value, all) {
        Some(keys) => m.array(keys.into_iter().map(Value::Str).collect()),
        None => UNKNOWN,
    })
}
