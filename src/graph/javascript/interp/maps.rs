//! Maps and sets.

use super::Machine;
use super::tables::{Table, list, pairs};
use super::value::{Abrupt, Call, Kind, R, UNKNOWN, Value};

/// Members of a set that is made of a list up to which each is compared with all before it.
const MOST_EQUAL: usize = 64;

/// Whether two keys of a map or set are one: not a number is itself.
pub(super) fn is_key(a: Value, b: Value) -> bool {
    a == b || matches!((a, b), (Value::Num(a), Value::Num(b)) if a.is_nan() && b.is_nan())
}

pub(super) const MAP: Table = &[
    ("get", |m, c| {
        let Some(pairs) = pairs(m, c.this) else { return Ok(UNKNOWN) };
        Ok(pairs.iter().rev().find(|(key, _)| is_key(*key, c.arg(0))).map_or(Value::Undefined, |(_, value)| *value))
    }),
    ("has", |m, c| {
        Ok(pairs(m, c.this).map_or(UNKNOWN, |pairs| Value::Bool(pairs.iter().any(|(key, _)| is_key(*key, c.arg(0))))))
    }),
    ("set", |m, c| map_set(m, c, c.arg(1))),
    ("add", |m, c| map_set(m, c, Value::Import(u32::MAX))),
    ("delete", |m, c| {
        if let Value::Obj(id) = c.this
            && let Kind::Map(pairs) = &mut m.object_mut(id).kind
        {
            let before = pairs.len();
            pairs.retain(|(key, _)| !is_key(*key, c.arg(0)));
            return Ok(Value::Bool(pairs.len() != before));
        }
        Ok(UNKNOWN)
    }),
    ("clear", |m, c| {
        if let Value::Obj(id) = c.this
            && let Kind::Map(pairs) = &mut m.object_mut(id).kind
        {
            pairs.clear();
        }
        Ok(Value::Undefined)
    }),
    ("forEach", |m, c| {
        for (key, value) in pairs(m, c.this).unwrap_or_default() {
            let value = if value == Value::Import(u32::MAX) { key } else { value };
            m.call_at(c.arg(0), c.arg(1), &[value, key, c.this], c.at)?;
        }
        Ok(Value::Undefined)
    }),
    ("keys", |m, c| {
        Ok(match pairs(m, c.this) {
            Some(pairs) => m.walker(pairs.into_iter().map(|(key, _)| key).collect()),
            None => UNKNOWN,
        })
    }),
    ("values", |m, c| {
        Ok(match pairs(m, c.this) {
            Some(pairs) => m.walker(
                pairs
                    .into_iter()
                    .map(|(key, value)| if value == Value::Import(u32::MAX) { key } else { value })
                    .collect(),
            ),
            None => UNKNOWN,
        })
    }),
    ("entries", |_, c| Ok(c.this)),
];

pub(super) fn make_map(m: &mut Machine<'_>, c: &Call<'_>, set: bool) -> R {
    super::natives::refuse_no_list(m, c, false)?;
    let mut pairs = Vec::new();
    let items = m.iterate(c.arg(0))?;
    let open = items.is_none() && !matches!(c.arg(0), Value::Undefined | Value::Null);
    if let Some(items) = items {
        for item in items {
            if set {
                if pairs.len() > MOST_EQUAL || !pairs.iter().any(|(known, _)| is_key(*known, item)) {
                    pairs.push((item, Value::Import(u32::MAX)));
                }
            } else if !matches!(item, Value::Obj(_) | Value::Unknown(_) | Value::Import(_)) {
                m.bad_argument("TypeError", "Iterator value is not an entry object", c.at)?;
            } else if let Some(pair) = list(m, item) {
                pairs.push((pair.first().copied().unwrap_or(UNKNOWN), pair.get(1).copied().unwrap_or(UNKNOWN)));
            }
        }
    }
    let proto = m.proto("Map");
    let id = m.alloc(Kind::Map(pairs), proto);
    m.object_mut(id).open = open;
    Ok(Value::Obj(id))
}

/// A weak map or set, and whether what it is made of is taken.
pub(super) fn make_weak(m: &mut Machine<'_>, c: &Call<'_>, set: bool) -> R {
    let made = make_map(m, c, set)?;
    if let Value::Obj(id) = made {
        m.is_weak(id);
        for (key, _) in pairs(m, made).unwrap_or_default() {
            refuse_weak(m, c, key)?;
        }
    }
    Ok(made)
}

/// Keys of weak maps and sets have to be objects, or symbols that nobody else can make.
fn refuse_weak(m: &mut Machine<'_>, c: &Call<'_>, key: Value) -> Result<(), Abrupt> {
    match key {
        Value::Sym(symbol) if !m.str(symbol).starts_with("@@for:") => Ok(()),
        _ if key.is_primitive() => {
            m.bad_argument("TypeError", "Invalid value used as a key of a weak collection", c.at)
        }
        _ => Ok(()),
    }
}

pub(super) fn touched(m: &mut Machine<'_>, value: Value) {
    if let Value::Obj(id) = value {
        m.touch(id);
    }
}

fn map_set(m: &mut Machine<'_>, c: &Call<'_>, value: Value) -> R {
    let key = c.arg(0);
    if m.takes_objects_only(c.this) {
        m.note_read(c.this);
        refuse_weak(m, c, key)?;
    }
    touched(m, c.this);
    if let Value::Obj(id) = c.this
        && let Kind::Map(pairs) = &mut m.object_mut(id).kind
        && pairs.len() < 5_000
    {
        match pairs.iter_mut().find(|(known, _)| is_key(*known, key)) {
            Some(pair) => pair.1 = value,
            None => pairs.push((key, value)),
        }
    }
    Ok(c.this)
}
