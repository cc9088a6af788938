//! `Object`, and what wraps primitives.

use super::Machine;
use super::descriptors::{define_all, define_one, descriptor, descriptors};
use super::natives::refuse_no_list;
use super::tables::{Table, keys};
use super::trust::Integrity;
use super::value::{Abrupt, Atom, Call, Kind, R, UNKNOWN, Value};

pub(super) const BOOLEAN: Table = &[
    ("toString", |m, c| {
        Ok(if let Value::Bool(_) = c.this { m.coerce_text(c.this).map_or(UNKNOWN, Value::Str) } else { UNKNOWN })
    }),
    ("valueOf", |_, c| Ok(c.this)),
];

pub(super) const SYMBOL: Table = &[
    ("toString", |m, c| {
        let Value::Sym(symbol) = c.this else { return Ok(UNKNOWN) };
        let text = symbol_text(m, symbol);
        Ok(m.string(&text))
    }),
    ("valueOf", |_, c| Ok(c.this)),
];

/// `object.__defineGetter__(key, function)` and its kin.
fn set_accessor(m: &mut Machine<'_>, c: &Call<'_>, get: bool) -> Value {
    let Value::Obj(id) = c.this else { return Value::Undefined };
    m.touch(id);
    match m.coerce_key(c.arg(0)) {
        Some(key) => {
            let slot = super::literals::accessor(m.object(id).props.get(key), get, c.arg(1));
            m.object_mut(id).props.set(key, slot, Some(true));
        }
        None => m.object_mut(id).open = true,
    }
    Value::Undefined
}

/// What a symbol is described as, if it is.
pub(super) fn description(m: &Machine<'_>, symbol: Atom) -> Option<String> {
    let name = m.str(symbol);
    let name = name.strip_prefix("@@").unwrap_or(&name);
    if let Some(name) = name.strip_prefix("for:") {
        return Some(name.to_owned());
    }
    match name.rsplit_once('#') {
        Some(("", _)) => None,
        Some((name, _)) => Some(name.to_owned()),
        None => Some(format!("Symbol.{name}")),
    }
}

pub(super) fn symbol_text(m: &Machine<'_>, symbol: Atom) -> String {
    format!("Symbol({})", description(m, symbol).unwrap_or_default())
}

pub(super) const OBJECT: Table = &[
    ("hasOwnProperty", |m, c| has_own(m, c.this, c.arg(0))),
    ("valueOf", |_, c| Ok(c.this)),
    ("__defineGetter__", |m, c| Ok(set_accessor(m, c, true))),
    ("__defineSetter__", |m, c| Ok(set_accessor(m, c, false))),
    ("isPrototypeOf", |m, c| {
        if c.arg(0).is_primitive() {
            return Ok(Value::Bool(false));
        }
        let mut at = c.arg(0);
        for _ in 0..crate::graph::javascript::limits::LIMITS.inheritance {
            let Value::Obj(id) = at else { break };
            if matches!(m.object(id).kind, Kind::Proxy(..)) {
                return Ok(UNKNOWN);
            }
            at = m.object(id).proto;
            if at == c.this {
                return Ok(Value::Bool(true));
            }
        }
        Ok(if matches!((at, c.this), (Value::Null | Value::Undefined, Value::Obj(_))) {
            Value::Bool(false)
        } else {
            UNKNOWN
        })
    }),
    ("propertyIsEnumerable", |m, c| {
        let (Value::Obj(id), Some(key)) = (c.this, m.coerce_key(c.arg(0))) else { return Ok(UNKNOWN) };
        let known = matches!(m.object(id).kind, Kind::Plain) && !m.object(id).open;
        Ok(if known { Value::Bool(m.object(id).props.is_enumerable(key)) } else { UNKNOWN })
    }),
    ("toString", |m, c| {
        let text = match c.this {
            Value::Undefined => "[object Undefined]",
            Value::Null => "[object Null]",
            Value::Num(_) => "[object Number]",
            Value::Str(_) => "[object String]",
            Value::Bool(_) => "[object Boolean]",
            Value::Sym(_) => "[object Symbol]",
            Value::Big(_) => "[object BigInt]",
            Value::Obj(id) if m.are_arguments(id) => "[object Arguments]",
            Value::Obj(id) if matches!(m.object(id).kind, Kind::Array(_)) => "[object Array]",
            Value::Obj(id) if m.callable(c.this) => match &m.object(id).kind {
                Kind::Closure(closure) if m.is_special(closure) => return Ok(UNKNOWN),
                _ => "[object Function]",
            },
            Value::Obj(id) => return tagged(m, id),
            _ => return Ok(UNKNOWN),
        };
        Ok(m.string(text))
    }),
];

/// What `Object.prototype.toString` says of an object that is no list and cannot be called.
fn tagged(m: &mut Machine<'_>, id: u32) -> R {
    let key = m.atom("@@toStringTag");
    let tag = match m.get_quiet(Value::Obj(id), key) {
        Value::Undefined => None,
        Value::Unknown(_) if m.object(id).open && !matches!(m.object(id).kind, Kind::Date(_)) => return Ok(UNKNOWN),
        Value::Unknown(_) => None,
        _ => Some(m.get(Value::Obj(id), key)?),
    };
    let name = match (tag, &m.object(id).kind) {
        (Some(Value::Str(tag)), _) => m.str(tag).to_string(),
        (Some(_), _) => return Ok(UNKNOWN),
        (None, Kind::Date(_)) => "Date".to_owned(),
        (None, Kind::Regex(..)) => "RegExp".to_owned(),
        (None, Kind::Promise(_)) => "Promise".to_owned(),
        (None, Kind::Plain) if m.is_error(id) => {
            // What is made by hand with the prototype of errors is none.
            let message = m.atom("message");
            let made = m.object(id).props.get(message).is_some() && !m.object(id).props.is_enumerable(message);
            if !made || m.object(id).open {
                return Ok(UNKNOWN);
            }
            "Error".to_owned()
        }
        (None, Kind::Plain) if !m.object(id).open => "Object".to_owned(),
        _ => return Ok(UNKNOWN),
    };
    Ok(m.string(&format!("[object {name}]")))
}

pub(super) const OBJECT_STATIC: Table = &[
    ("keys", |m, c| {
        object_of(m, c)?;
        keys(m, c.arg(0), false)
    }),
    ("getOwnPropertyNames", |m, c| {
        object_of(m, c)?;
        keys(m, c.arg(0), true)
    }),
    ("values", |m, c| {
        object_of(m, c)?;
        let Some(keys) = m.own_keys(c.arg(0), false) else { return Ok(UNKNOWN) };
        let mut out = Vec::new();
        for key in keys {
            out.push(m.get(c.arg(0), key)?);
        }
        Ok(m.array(out))
    }),
    ("entries", |m, c| {
        object_of(m, c)?;
        let Some(keys) = m.own_keys(c.arg(0), false) else { return Ok(UNKNOWN) };
        let mut out = Vec::new();
        for key in keys {
            let value = m.get(c.arg(0), key)?;
            out.push(m.array(vec![Value::Str(key), value]));
        }
        Ok(m.array(out))
    }),
    ("assign", |m, c| {
        object_of(m, c)?;
        if let Value::Obj(to) = c.arg(0) {
            m.touch(to);
            for from in c.args.iter().skip(1) {
                m.copy_props(to, *from)?;
            }
        }
        Ok(c.arg(0))
    }),
    ("create", |m, c| {
        if !matches!(c.arg(0), Value::Null | Value::Obj(_) | Value::Unknown(_) | Value::Import(_)) {
            m.bad_argument("TypeError", "Object prototype may only be an Object or null", c.at)?;
        }
        if c.arg(1) == Value::Null {
            m.bad_argument("TypeError", "Cannot convert undefined or null to object", c.at)?;
        }
        let id = m.plain();
        m.object_mut(id).proto = c.arg(0);
        if let Value::Obj(_) = c.arg(1) {
            define_all(m, Value::Obj(id), c.arg(1))?;
        }
        Ok(Value::Obj(id))
    }),
    ("defineProperty", |m, c| {
        match (c.arg(0), m.coerce_key(c.arg(1))) {
            (Value::Obj(id), Some(key)) => {
                let is_new = m.object(id).props.get(key).is_none() && !m.object(id).open;
                if is_new && matches!(m.object(id).kind, Kind::Plain) && m.integrity.contains_key(&id) {
                    let name = m.str(key);
                    m.note_read(c.arg(0));
                    let message = format!("Cannot define property {name}, object is not extensible");
                    m.bad_argument("TypeError", &message, c.at)?;
                }
                super::descriptors::refuse_descriptor(m, c.arg(2), c.at)?;
                define_one(m, c.arg(0), key, c.arg(2))?;
            }
            (Value::Obj(id), None) => m.object_mut(id).open = true,
            (Value::Unknown(_), _) => {}
            _ => m.bad_argument("TypeError", "Object.defineProperty called on non-object", c.at)?,
        }
        Ok(c.arg(0))
    }),
    ("defineProperties", |m, c| {
        define_all(m, c.arg(0), c.arg(1))?;
        Ok(c.arg(0))
    }),
    ("getOwnPropertyDescriptor", |m, c| {
        object_of(m, c)?;
        descriptor(m, c.arg(0), c.arg(1))
    }),
    ("getOwnPropertyDescriptors", |m, c| descriptors(m, c.arg(0))),
    ("getPrototypeOf", |m, c| {
        object_of(m, c)?;
        Ok(m.prototype_of(c.arg(0)))
    }),
    ("setPrototypeOf", |m, c| {
        if matches!(c.arg(0), Value::Undefined | Value::Null) {
            m.bad_argument("TypeError", "Object.setPrototypeOf called on null or undefined", c.at)?;
        }
        if !matches!(c.arg(1), Value::Null | Value::Obj(_) | Value::Unknown(_) | Value::Import(_)) {
            m.bad_argument("TypeError", "Object prototype may only be an Object or null", c.at)?;
        }
        if let Value::Obj(id) = c.arg(0)
            && c.arg(1) != c.arg(0)
        {
            let known = |value: Value| matches!(value, Value::Null | Value::Obj(_));
            if m.integrity.contains_key(&id)
                && known(c.arg(1))
                && known(m.object(id).proto)
                && c.arg(1) != m.object(id).proto
            {
                m.bad_argument("TypeError", "#<Object> is not extensible", c.at)?;
                return Ok(c.arg(0));
            }
            m.object_mut(id).proto = c.arg(1);
        }
        Ok(c.arg(0))
    }),
    ("freeze", |m, c| Ok(close(m, c, Integrity { sealed: true, frozen: true }))),
    ("seal", |m, c| Ok(close(m, c, Integrity { sealed: true, frozen: false }))),
    ("preventExtensions", |m, c| Ok(close(m, c, Integrity::default()))),
    ("isFrozen", |m, c| Ok(is_closed(m, c.arg(0), |integrity| integrity.frozen))),
    ("isExtensible", |m, c| {
        let closed = is_closed(m, c.arg(0), |_| true);
        Ok(m.truth(closed).map_or(UNKNOWN, |closed| Value::Bool(!closed)))
    }),
    ("isSealed", |m, c| Ok(is_closed(m, c.arg(0), |integrity| integrity.sealed))),
    ("is", |m, c| {
        if let (Value::Num(a), Value::Num(b)) = (c.arg(0), c.arg(1)) {
            return Ok(Value::Bool(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()));
        }
        Ok(m.same(c.arg(0), c.arg(1)).map_or(UNKNOWN, Value::Bool))
    }),
    ("hasOwn", |m, c| has_own(m, c.arg(0), c.arg(1))),
    ("fromEntries", |m, c| {
        refuse_no_list(m, c, true)?;
        let id = m.plain();
        match m.iterate(c.arg(0))? {
            Some(pairs) => {
                for pair in pairs {
                    if !matches!(pair, Value::Obj(_) | Value::Unknown(_) | Value::Import(_)) {
                        m.bad_argument("TypeError", "Iterator value is not an entry object", c.at)?;
                        continue;
                    }
                    let (zero, one) = (m.atom("0"), m.atom("1"));
                    let (key, value) = (m.get(pair, zero)?, m.get(pair, one)?);
                    if let Some(key) = m.coerce_key(key) {
                        m.put(id, key, value);
                    }
                }
            }
            None => m.object_mut(id).open = true,
        }
        Ok(Value::Obj(id))
    }),
    ("getOwnPropertySymbols", |m, c| {
        let Value::Obj(id) = c.arg(0) else { return Ok(m.array(Vec::new())) };
        if !matches!(m.object(id).kind, Kind::Plain) || m.object(id).open {
            // What they are used for, polyfills and copies, goes on without those that are hidden here.
            m.read_doubtful();
            return Ok(m.array(Vec::new()));
        }
        let keys = m.object(id).props.keys(true).into_iter();
        let symbols = keys.filter(|key| m.is_symbol(*key)).map(Value::Sym).collect();
        Ok(m.array(symbols))
    }),
];

/// `Object.freeze` and its kin; in an undecided branch nothing is known to have happened.
fn close(m: &mut Machine<'_>, c: &Call<'_>, integrity: Integrity) -> Value {
    if let (Value::Obj(id), 0) = (c.arg(0), m.doubt) {
        let known = m.integrity.entry(id).or_default();
        known.sealed |= integrity.sealed;
        known.frozen |= integrity.frozen;
    }
    c.arg(0)
}

fn is_closed(m: &Machine<'_>, value: Value, asked: fn(&Integrity) -> bool) -> Value {
    match value {
        Value::Obj(id) => match m.integrity.get(&id) {
            Some(integrity) if asked(integrity) => Value::Bool(true),
            // An object without properties is frozen once nothing can be added.
            Some(_) => UNKNOWN,
            None => Value::Bool(false),
        },
        Value::Unknown(_) => UNKNOWN,
        _ => Value::Bool(true),
    }
}

/// What functions of `Object` cannot make an object of.
fn object_of(m: &mut Machine<'_>, c: &Call<'_>) -> Result<(), Abrupt> {
    match c.arg(0) {
        Value::Undefined | Value::Null => {
            m.bad_argument("TypeError", "Cannot convert undefined or null to object", c.at)
        }
        _ => Ok(()),
    }
}

fn has_own(m: &mut Machine<'_>, value: Value, key: Value) -> R {
    let (Value::Obj(id), Some(key)) = (value, m.coerce_key(key)) else {
        return Ok(UNKNOWN);
    };
    if m.object(id).props.get(key).is_some() {
        return Ok(Value::Bool(true));
    }
    if matches!(m.object(id).kind, Kind::Array(_) | Kind::Namespace(_)) {
        let value = m.get(value, key)?;
        return Ok(Value::Bool(value != Value::Undefined));
    }
    // Functions have some properties that are made when they are asked for.
    let made = matches!(&*m.str(key), "name" | "length" | "prototype" | "lastIndex" | "arguments" | "caller");
    if matches!(m.object(id).kind, Kind::Proxy(..)) || (made && !matches!(m.object(id).kind, Kind::Plain)) {
        return Ok(UNKNOWN);
    }
    Ok(if m.object(id).open { UNKNOWN } else { Value::Bool(false) })
}
