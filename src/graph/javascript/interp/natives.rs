//! What the language itself brings: `Object`, `Array`, `Function`, strings, promises and so on.
//! Only what decides which modules load is modelled; the rest answers "unknown".

use super::Machine;
use super::value::{Abrupt, Call, Kind, Native, R, Slot, UNKNOWN, Value};

type Table = &'static [(&'static str, Native)];

/// Methods that exist but whose results are not modelled.
const OPAQUE: &[(&str, &[&str])] = &[
    (
        "Object",
        &[
            "isPrototypeOf",
            "propertyIsEnumerable",
            "toLocaleString",
            "__defineGetter__",
            "__defineSetter__",
            "__lookupGetter__",
        ],
    ),
    (
        "Array",
        &[
            "copyWithin",
            "lastIndexOf",
            "findLast",
            "findLastIndex",
            "toLocaleString",
            "toString",
            "toSorted",
            "toReversed",
            "@@iterator",
        ],
    ),
    (
        "String",
        &[
            "localeCompare",
            "normalize",
            "search",
            "match",
            "matchAll",
            "padEnd",
            "padStart",
            "big",
            "anchor",
            "at",
            "isWellFormed",
            "toWellFormed",
            "trimLeft",
            "trimRight",
            "@@iterator",
        ],
    ),
    ("Number", &["toFixed", "toPrecision", "toExponential", "toLocaleString", "valueOf"]),
    ("Boolean", &["valueOf"]),
    ("Symbol", &["description", "valueOf"]),
    ("RegExp", &["exec", "test", "source", "flags", "lastIndex", "global", "compile", "toString"]),
    ("Promise", &["finally"]),
    ("Error", &["stack", "cause"]),
];

const OBJECT: Table = &[
    ("hasOwnProperty", |m, c| has_own(m, c.this, c.arg(0))),
    ("valueOf", |_, c| Ok(c.this)),
    ("toString", |m, c| {
        let text = match c.this {
            Value::Obj(id) if matches!(m.object(id).kind, Kind::Array(_)) => "[object Array]",
            Value::Obj(_) if m.callable(c.this) => "[object Function]",
            Value::Obj(_) => "[object Object]",
            Value::Num(_) | Value::Str(_) | Value::Bool(_) => {
                return Ok(m.coerce_text(c.this).map_or(UNKNOWN, Value::Str));
            }
            _ => return Ok(UNKNOWN),
        };
        Ok(m.string(text))
    }),
];

const OBJECT_STATIC: Table = &[
    ("keys", |m, c| keys(m, c.arg(0), false)),
    ("getOwnPropertyNames", |m, c| keys(m, c.arg(0), true)),
    ("values", |m, c| {
        let Some(keys) = m.own_keys(c.arg(0), false) else { return Ok(UNKNOWN) };
        let mut out = Vec::new();
        for key in keys {
            out.push(m.get(c.arg(0), key)?);
        }
        Ok(m.array(out))
    }),
    ("entries", |m, c| {
        let Some(keys) = m.own_keys(c.arg(0), false) else { return Ok(UNKNOWN) };
        let mut out = Vec::new();
        for key in keys {
            let value = m.get(c.arg(0), key)?;
            out.push(m.array(vec![Value::Str(key), value]));
        }
        Ok(m.array(out))
    }),
    ("assign", |m, c| {
        if let Value::Obj(to) = c.arg(0) {
            for from in c.args.iter().skip(1) {
                m.copy_props(to, *from)?;
            }
        }
        Ok(c.arg(0))
    }),
    ("create", |m, c| {
        let id = m.plain();
        m.object_mut(id).proto = c.arg(0);
        if let Value::Obj(_) = c.arg(1) {
            define_all(m, Value::Obj(id), c.arg(1))?;
        }
        Ok(Value::Obj(id))
    }),
    ("defineProperty", |m, c| {
        match (c.arg(0), m.coerce_key(c.arg(1))) {
            (Value::Obj(_), Some(key)) => define_one(m, c.arg(0), key, c.arg(2))?,
            (Value::Obj(id), None) => m.object_mut(id).open = true,
            _ => {}
        }
        Ok(c.arg(0))
    }),
    ("defineProperties", |m, c| {
        define_all(m, c.arg(0), c.arg(1))?;
        Ok(c.arg(0))
    }),
    ("getOwnPropertyDescriptor", |m, c| {
        let (Value::Obj(id), Some(key)) = (c.arg(0), m.coerce_key(c.arg(1))) else { return Ok(UNKNOWN) };
        let id = match m.object(id).kind {
            Kind::Proxy(Value::Obj(target), _) => target,
            _ => id,
        };
        let out = m.plain();
        match m.object(id).props.get(key) {
            Some(Slot::Value(value)) => {
                let value = m.live(value);
                m.define(out, "value", value);
                m.define(out, "writable", Value::Bool(true));
            }
            Some(Slot::Accessor(get, set)) => {
                m.define(out, "get", get);
                m.define(out, "set", set);
            }
            None => match m.get_quiet(c.arg(0), key) {
                Value::Undefined => return Ok(if m.object(id).open { UNKNOWN } else { Value::Undefined }),
                _ if matches!(m.object(id).kind, Kind::Array(_) | Kind::Namespace(_)) => {
                    let value = m.get(c.arg(0), key)?;
                    m.define(out, "value", value);
                }
                _ => return Ok(Value::Undefined),
            },
        }
        m.define(out, "enumerable", Value::Bool(true));
        m.define(out, "configurable", Value::Bool(true));
        Ok(Value::Obj(out))
    }),
    ("getPrototypeOf", |m, c| {
        Ok(match c.arg(0) {
            Value::Obj(id) => m.object(id).proto,
            _ => UNKNOWN,
        })
    }),
    ("setPrototypeOf", |m, c| {
        if let Value::Obj(id) = c.arg(0)
            && c.arg(1) != c.arg(0)
        {
            m.object_mut(id).proto = c.arg(1);
        }
        Ok(c.arg(0))
    }),
    ("freeze", |_, c| Ok(c.arg(0))),
    ("seal", |_, c| Ok(c.arg(0))),
    ("preventExtensions", |_, c| Ok(c.arg(0))),
    ("isFrozen", |_, _| Ok(Value::Bool(false))),
    ("is", |m, c| Ok(m.same(c.arg(0), c.arg(1)).map_or(UNKNOWN, Value::Bool))),
    ("hasOwn", |m, c| has_own(m, c.arg(0), c.arg(1))),
    ("fromEntries", |m, c| {
        let id = m.plain();
        match m.iterate(c.arg(0))? {
            Some(pairs) => {
                for pair in pairs {
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
    ("getOwnPropertySymbols", |m, _| Ok(m.array(Vec::new()))),
    ("getOwnPropertyDescriptors", |_, _| Ok(UNKNOWN)),
];

const FUNCTION: Table = &[
    ("call", |m, c| m.call_at(c.this, c.arg(0), c.args.get(1..).unwrap_or(&[]), c.at)),
    ("apply", |m, c| {
        let args = match c.arg(1) {
            Value::Undefined | Value::Null => Some(Vec::new()),
            list => m.iterate(list)?,
        };
        m.call_at(c.this, c.arg(0), &args.unwrap_or_else(|| vec![UNKNOWN; 2]), c.at)
    }),
    ("bind", |m, c| {
        let bound = c.args.get(1..).unwrap_or(&[]).to_vec();
        let proto = m.proto("Function");
        Ok(Value::Obj(m.alloc(Kind::Bound(c.this, c.arg(0), bound), proto)))
    }),
    ("toString", |_, _| Ok(UNKNOWN)),
];

const ARRAY: Table = &[
    ("forEach", |m, c| each(m, c, |_, _, _, _| Ok(None), Value::Undefined)),
    ("map", |m, c| {
        let Some(items) = list(m, c.this) else { return each(m, c, |_, _, _, _| Ok(None), UNKNOWN) };
        let mut out = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            out.push(m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?);
        }
        Ok(m.array(out))
    }),
    ("filter", |m, c| {
        let Some(items) = list(m, c.this) else { return each(m, c, |_, _, _, _| Ok(None), UNKNOWN) };
        let mut out = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            let kept = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?;
            if m.truth(kept) != Some(false) {
                out.push(item);
            }
        }
        Ok(m.array(out))
    }),
    ("flatMap", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let mut out = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            let part = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64)], c.at)?;
            match list(m, part) {
                Some(part) => out.extend(part),
                None => out.push(part),
            }
        }
        Ok(m.array(out))
    }),
    ("reduce", |m, c| reduce(m, c, false)),
    ("reduceRight", |m, c| reduce(m, c, true)),
    ("some", |m, c| {
        each(m, c, |m, _, value, _| Ok((m.truth(value) == Some(true)).then_some(Value::Bool(true))), Value::Bool(false))
    }),
    ("every", |m, c| {
        each(
            m,
            c,
            |m, _, value, _| Ok((m.truth(value) == Some(false)).then_some(Value::Bool(false))),
            Value::Bool(true),
        )
    }),
    ("find", |m, c| {
        each(m, c, |m, item, value, _| Ok((m.truth(value) == Some(true)).then_some(item)), Value::Undefined)
    }),
    ("findIndex", |m, c| {
        each(m, c, |m, _, value, at| Ok((m.truth(value) == Some(true)).then_some(Value::Num(at))), Value::Num(-1.0))
    }),
    ("push", |m, c| {
        if let Value::Obj(id) = c.this
            && let Kind::Array(items) = &mut m.object_mut(id).kind
            && items.len() < 200_000
        {
            items.extend_from_slice(c.args);
            return Ok(Value::Num(items.len() as f64));
        }
        Ok(UNKNOWN)
    }),
    ("unshift", |m, c| {
        if let Value::Obj(id) = c.this
            && let Kind::Array(items) = &mut m.object_mut(id).kind
            && items.len() < 20_000
        {
            items.splice(0..0, c.args.iter().copied());
            return Ok(Value::Num(items.len() as f64));
        }
        Ok(UNKNOWN)
    }),
    ("pop", |m, c| take(m, c.this, |items| items.pop())),
    ("shift", |m, c| take(m, c.this, |items| (!items.is_empty()).then(|| items.remove(0)))),
    ("slice", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let (from, to) = range(m, c, items.len());
        Ok(m.array(items.get(from..to.max(from)).unwrap_or(&[]).to_vec()))
    }),
    ("splice", |m, c| {
        let Some(mut items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let from = index(m.to_number(c.arg(0)).unwrap_or(0.0), items.len());
        let count = match c.arg(1) {
            Value::Num(count) => (count.max(0.0) as usize).min(items.len() - from),
            _ => items.len() - from,
        };
        let removed = items.splice(from..from + count, c.args.iter().skip(2).copied()).collect();
        if let Value::Obj(id) = c.this {
            m.object_mut(id).kind = Kind::Array(items);
        }
        Ok(m.array(removed))
    }),
    ("concat", |m, c| {
        let Some(mut items) = list(m, c.this) else { return Ok(UNKNOWN) };
        for arg in c.args {
            match list(m, *arg) {
                Some(more) => items.extend(more),
                None => items.push(*arg),
            }
        }
        Ok(m.array(items))
    }),
    ("join", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let glue = match c.arg(0) {
            Value::Str(text) => m.str(text).to_string(),
            _ => ",".to_owned(),
        };
        let mut parts = Vec::new();
        for item in items {
            match item {
                Value::Undefined | Value::Null => parts.push(String::new()),
                other => match m.coerce_text(other) {
                    Some(text) => parts.push(m.str(text).to_string()),
                    None => return Ok(UNKNOWN),
                },
            }
        }
        Ok(m.string(&parts.join(&glue)))
    }),
    ("indexOf", |m, c| position(m, c).map(|at| at.map_or(UNKNOWN, Value::Num))),
    ("includes", |m, c| position(m, c).map(|at| at.map_or(UNKNOWN, |at| Value::Bool(at >= 0.0)))),
    ("reverse", |m, c| {
        if let Value::Obj(id) = c.this
            && let Kind::Array(items) = &mut m.object_mut(id).kind
        {
            items.reverse();
        }
        Ok(c.this)
    }),
    ("fill", |_, c| Ok(c.this)),
    ("sort", |m, c| {
        // Only plain texts are put in order: what a comparison would say is rarely known.
        let Some(mut items) = list(m, c.this).filter(|_| c.args.is_empty()) else { return Ok(c.this) };
        if items.iter().all(|item| matches!(item, Value::Str(_))) {
            items.sort_by_cached_key(|item| m.coerce_text(*item).map(|text| m.str(text)));
            if let Value::Obj(id) = c.this {
                m.object_mut(id).kind = Kind::Array(items);
            }
        }
        Ok(c.this)
    }),
    ("flat", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let mut out = Vec::new();
        for item in items {
            match list(m, item) {
                Some(more) => out.extend(more),
                None => out.push(item),
            }
        }
        Ok(m.array(out))
    }),
    ("at", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let at = index(m.to_number(c.arg(0)).unwrap_or(0.0), items.len());
        Ok(items.get(at).copied().unwrap_or(Value::Undefined))
    }),
    ("keys", |m, c| keys(m, c.this, false)),
    ("values", |_, c| Ok(c.this)),
    ("entries", |m, c| {
        let Some(items) = list(m, c.this) else { return Ok(UNKNOWN) };
        let pairs =
            items.into_iter().enumerate().map(|(at, item)| m.array(vec![Value::Num(at as f64), item])).collect();
        Ok(m.array(pairs))
    }),
];

const STRING: Table = &[
    ("toString", |_, c| Ok(c.this)),
    ("valueOf", |_, c| Ok(c.this)),
    ("toLowerCase", |m, c| text(m, c, |s, _| Some(s.to_lowercase()))),
    ("toUpperCase", |m, c| text(m, c, |s, _| Some(s.to_uppercase()))),
    ("trim", |m, c| text(m, c, |s, _| Some(s.trim().to_owned()))),
    ("trimStart", |m, c| text(m, c, |s, _| Some(s.trim_start().to_owned()))),
    ("trimEnd", |m, c| text(m, c, |s, _| Some(s.trim_end().to_owned()))),
    ("concat", |m, c| text(m, c, |s, a| Some(format!("{s}{}", a.first()?)))),
    ("startsWith", |m, c| test(m, c, |s, a| s.starts_with(a))),
    ("endsWith", |m, c| test(m, c, |s, a| s.ends_with(a))),
    ("includes", |m, c| test(m, c, |s, a| s.contains(a))),
    ("indexOf", |m, c| number(m, c, |s, a| s.find(a).map_or(-1.0, |at| at as f64))),
    ("lastIndexOf", |m, c| number(m, c, |s, a| s.rfind(a).map_or(-1.0, |at| at as f64))),
    ("charAt", |m, c| {
        text(m, c, |s, a| {
            Some(s.chars().nth(a.first().map_or(0, |n| n.parse().unwrap_or(0))).map_or_else(String::new, String::from))
        })
    }),
    ("charCodeAt", code_at),
    ("codePointAt", code_at),
    ("repeat", |m, c| {
        text(m, c, |s, a| {
            let n: usize = a.first()?.parse().ok()?;
            (n.saturating_mul(s.len()) < 65_536).then(|| s.repeat(n))
        })
    }),
    ("replace", |m, c| replace(m, c, false)),
    ("replaceAll", |m, c| replace(m, c, true)),
    ("slice", |m, c| cut(m, c, true)),
    ("substring", |m, c| cut(m, c, false)),
    ("substr", |m, c| {
        let Value::Str(s) = c.this else { return Ok(UNKNOWN) };
        let s = m.str(s);
        let from = index(m.to_number(c.arg(0)).unwrap_or(0.0), s.len());
        let count = match c.arg(1) {
            Value::Num(n) => n.max(0.0) as usize,
            _ => s.len(),
        };
        let part = s.get(from..from.saturating_add(count).min(s.len())).map(str::to_owned);
        Ok(match part {
            Some(part) => m.string(&part),
            None => UNKNOWN,
        })
    }),
    ("split", |m, c| {
        let (Value::Str(s), Value::Str(by)) = (c.this, c.arg(0)) else { return Ok(UNKNOWN) };
        let (s, by) = (m.str(s), m.str(by));
        if s.len() > 20_000 {
            return Ok(UNKNOWN);
        }
        let parts: Vec<String> = if by.is_empty() {
            s.chars().map(String::from).collect()
        } else {
            s.split(&*by).map(str::to_owned).collect()
        };
        let parts = parts.iter().map(|part| m.string(part)).collect();
        Ok(m.array(parts))
    }),
];

const PROMISE: Table = &[
    ("then", |m, c| {
        if let (Value::Obj(id), true) = (c.this, m.entry_esm)
            && let Kind::Promise(Some(value)) = m.object(id).kind
        {
            let result = m.call_at(c.arg(0), Value::Undefined, &[value], c.at)?;
            let result = m.settled(result);
            return Ok(m.promise(result));
        }
        Ok(m.promise(None))
    }),
    ("catch", |_, c| Ok(c.this)),
];

const MAP: Table = &[
    ("get", |m, c| {
        let Some(pairs) = pairs(m, c.this) else { return Ok(UNKNOWN) };
        Ok(pairs.iter().rev().find(|(key, _)| *key == c.arg(0)).map_or(Value::Undefined, |(_, value)| *value))
    }),
    ("has", |m, c| {
        Ok(pairs(m, c.this).map_or(UNKNOWN, |pairs| Value::Bool(pairs.iter().any(|(key, _)| *key == c.arg(0)))))
    }),
    ("set", |m, c| map_set(m, c, c.arg(1))),
    ("add", |m, c| map_set(m, c, Value::Import(u32::MAX))),
    ("delete", |m, c| {
        if let Value::Obj(id) = c.this
            && let Kind::Map(pairs) = &mut m.object_mut(id).kind
        {
            pairs.retain(|(key, _)| *key != c.arg(0));
        }
        Ok(Value::Bool(true))
    }),
    ("clear", |_, _| Ok(Value::Undefined)),
    ("forEach", |m, c| {
        for (key, value) in pairs(m, c.this).unwrap_or_default() {
            let value = if value == Value::Import(u32::MAX) { key } else { value };
            m.call_at(c.arg(0), c.arg(1), &[value, key, c.this], c.at)?;
        }
        Ok(Value::Undefined)
    }),
    ("keys", |m, c| {
        Ok(match pairs(m, c.this) {
            Some(pairs) => m.array(pairs.into_iter().map(|(key, _)| key).collect()),
            None => UNKNOWN,
        })
    }),
    ("values", |m, c| {
        Ok(match pairs(m, c.this) {
            Some(pairs) => m.array(
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

const STATICS: &[(&str, Table)] = &[
    ("Object", OBJECT_STATIC),
    (
        "Array",
        &[
            ("isArray", |m, c| {
                Ok(match c.arg(0) {
                    Value::Obj(id) => Value::Bool(matches!(m.object(id).kind, Kind::Array(_))),
                    Value::Unknown(_) => UNKNOWN,
                    _ => Value::Bool(false),
                })
            }),
            ("from", |m, c| {
                let Some(items) = m.iterate(c.arg(0))? else { return Ok(UNKNOWN) };
                if !m.callable(c.arg(1)) {
                    return Ok(m.array(items));
                }
                let mut out = Vec::new();
                for (at, item) in items.into_iter().enumerate() {
                    out.push(m.call_at(c.arg(1), Value::Undefined, &[item, Value::Num(at as f64)], c.at)?);
                }
                Ok(m.array(out))
            }),
            ("of", |m, c| Ok(m.array(c.args.to_vec()))),
        ],
    ),
    (
        "Promise",
        &[
            ("resolve", |m, c| {
                let value = m.settled(c.arg(0));
                Ok(m.promise(value))
            }),
            ("reject", |m, _| Ok(m.promise(None))),
            ("all", |m, c| {
                let Some(items) = m.iterate(c.arg(0))? else { return Ok(m.promise(None)) };
                let items = items.into_iter().map(|item| m.settled(item).unwrap_or(UNKNOWN)).collect();
                let list = m.array(items);
                Ok(m.promise(Some(list)))
            }),
            ("allSettled", |m, _| Ok(m.promise(None))),
            ("race", |m, _| Ok(m.promise(None))),
            ("any", |m, _| Ok(m.promise(None))),
        ],
    ),
    (
        "Reflect",
        &[
            ("ownKeys", |m, c| keys(m, c.arg(0), true)),
            ("get", |m, c| match m.coerce_key(c.arg(1)) {
                Some(key) => m.get(c.arg(0), key),
                None => Ok(UNKNOWN),
            }),
            ("set", |m, c| {
                if let Some(key) = m.coerce_key(c.arg(1)) {
                    m.set(c.arg(0), key, c.arg(2))?;
                }
                Ok(Value::Bool(true))
            }),
            ("has", |m, c| has_own(m, c.arg(0), c.arg(1))),
            ("apply", |m, c| {
                let args = m.iterate(c.arg(2))?.unwrap_or_default();
                m.call_at(c.arg(0), c.arg(1), &args, c.at)
            }),
            ("construct", |m, c| {
                let args = m.iterate(c.arg(1))?.unwrap_or_default();
                m.construct(c.arg(0), &args, if c.args.len() > 2 { c.arg(2) } else { c.arg(0) }, c.at)
            }),
            ("defineProperty", |m, c| {
                if let Some(key) = m.coerce_key(c.arg(1)) {
                    define_one(m, c.arg(0), key, c.arg(2))?;
                }
                Ok(Value::Bool(true))
            }),
            ("getPrototypeOf", |m, c| {
                Ok(match c.arg(0) {
                    Value::Obj(id) => m.object(id).proto,
                    _ => UNKNOWN,
                })
            }),
        ],
    ),
    (
        "JSON",
        &[
            ("parse", |m, c| {
                let Value::Str(text) = c.arg(0) else { return Ok(UNKNOWN) };
                let text = m.str(text);
                Ok(match serde_json::from_str(&text) {
                    Ok(json) => m.json(&json, 0),
                    Err(_) => UNKNOWN,
                })
            }),
            ("stringify", |_, _| Ok(UNKNOWN)),
        ],
    ),
    (
        "Symbol",
        &[("for", |m, c| {
            let name = m.coerce_text(c.arg(0)).map(|t| m.str(t).to_string()).unwrap_or_default();
            Ok(Value::Sym(m.atom(&format!("@@{name}"))))
        })],
    ),
    (
        "Number",
        &[
            ("isInteger", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Bool(n.fract() == 0.0)))),
            ("isNaN", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Bool(n.is_nan())))),
        ],
    ),
    (
        "Math",
        &[
            ("floor", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Num(n.floor())))),
            ("ceil", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Num(n.ceil())))),
            ("round", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Num(n.round())))),
            ("sqrt", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Num(n.sqrt())))),
            ("abs", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, |n| Value::Num(n.abs())))),
            ("pow", |m, c| {
                Ok(match (m.to_number(c.arg(0)), m.to_number(c.arg(1))) {
                    (Some(a), Some(b)) => Value::Num(a.powf(b)),
                    _ => UNKNOWN,
                })
            }),
            ("max", |m, c| Ok(fold(m, c, f64::max))),
            ("min", |m, c| Ok(fold(m, c, f64::min))),
        ],
    ),
];

/// Makes prototypes, constructors and globals.
pub(super) fn install(m: &mut Machine<'_>) {
    m.protos.insert("Object", 0);
    let object = Value::Obj(0);
    for name in ["Function", "Array", "String", "Number", "Boolean", "Symbol", "RegExp", "Promise", "Error", "Map"] {
        let id = m.alloc(Kind::Plain, object);
        m.protos.insert(name, id);
    }
    for (name, table) in [
        ("Object", OBJECT),
        ("Function", FUNCTION),
        ("Array", ARRAY),
        ("String", STRING),
        ("Promise", PROMISE),
        ("Map", MAP),
    ] {
        fill(m, m.protos[name], table);
    }
    fill(m, m.protos["Number"], &[("toString", |m, c| Ok(m.coerce_text(c.this).map_or(UNKNOWN, Value::Str)))]);
    let opaque = m.native(|_, _| Ok(UNKNOWN), Value::Undefined);
    for (name, methods) in OPAQUE {
        for method in *methods {
            let proto = m.protos[name];
            m.define(proto, method, opaque);
        }
    }
    constructors(m);
    for name in ["JSON", "Math", "Reflect"] {
        let id = m.plain();
        m.object_mut(id).open = true;
        global(m, name, Value::Obj(id));
    }
    for (name, table) in STATICS {
        let key = m.atom(name);
        if let Some(Value::Obj(id)) = m.globals.get(&key).copied() {
            fill(m, id, table);
        }
    }
    for name in [
        "iterator",
        "asyncIterator",
        "hasInstance",
        "toStringTag",
        "toPrimitive",
        "species",
        "dispose",
        "asyncDispose",
        "unscopables",
    ] {
        let symbol = Value::Sym(m.atom(&format!("@@{name}")));
        let key = m.atom("Symbol");
        if let Some(Value::Obj(id)) = m.globals.get(&key).copied() {
            m.define(id, name, symbol);
        }
    }
    super::natives_node::install(m);
}

fn constructors(m: &mut Machine<'_>) {
    let table: &[(&'static str, &'static str, Native)] = &[
        ("Object", "Object", |m, c| {
            Ok(match c.arg(0) {
                Value::Undefined | Value::Null => Value::Obj(m.plain()),
                other => other,
            })
        }),
        // Code made from text cannot be read; what it makes usually wraps a function given to it.
        ("Function", "Function", |m, _| {
            let made = m.native(
                |m, c| {
                    let inner = c.args.iter().copied().find(|arg| m.callable(*arg)).unwrap_or(UNKNOWN);
                    let wrapper = m.native(|m, c| m.call_at(c.data, c.this, c.args, c.at), inner);
                    if let Value::Obj(id) = wrapper {
                        m.object_mut(id).open = true;
                    }
                    Ok(wrapper)
                },
                Value::Undefined,
            );
            Ok(made)
        }),
        ("Array", "Array", |m, c| {
            Ok(match c.args {
                [Value::Num(len)] => m.array(vec![Value::Undefined; len.clamp(0.0, 10_000.0) as usize]),
                args => m.array(args.to_vec()),
            })
        }),
        ("String", "String", |m, c| {
            Ok(if c.args.is_empty() { m.string("") } else { m.coerce_text(c.arg(0)).map_or(UNKNOWN, Value::Str) })
        }),
        ("Number", "Number", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, Value::Num))),
        ("Boolean", "Boolean", |m, c| Ok(m.truth(c.arg(0)).map_or(UNKNOWN, Value::Bool))),
        ("Symbol", "Symbol", |m, c| {
            let name = m.coerce_text(c.arg(0)).map(|t| m.str(t).to_string()).unwrap_or_default();
            let unique = m.strings.len();
            Ok(Value::Sym(m.atom(&format!("@@{name}#{unique}"))))
        }),
        ("RegExp", "RegExp", |_, _| Ok(UNKNOWN)),
        ("Promise", "Promise", |m, c| {
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
        }),
        ("Map", "Map", |m, c| make_map(m, c, false)),
        ("WeakMap", "Map", |m, c| make_map(m, c, false)),
        ("Set", "Map", |m, c| make_map(m, c, true)),
        ("WeakSet", "Map", |m, c| make_map(m, c, true)),
        ("Error", "Error", |m, c| {
            let message = m.coerce_text(c.arg(0)).map(|t| m.str(t)).unwrap_or_else(|| "".into());
            Ok(m.error(&message, None))
        }),
        ("Proxy", "Object", |m, c| Ok(Value::Obj(m.alloc(Kind::Proxy(c.arg(0), c.arg(1)), Value::Null)))),
    ];
    for (name, proto, native) in table {
        let function = m.native(*native, Value::Undefined);
        let prototype = m.proto(proto);
        if let Value::Obj(id) = function {
            m.define(id, "prototype", prototype);
            let text = m.string(name);
            m.define(id, "name", text);
        }
        if let (Value::Obj(id), true) = (prototype, name == proto) {
            m.define(id, "constructor", function);
        }
        global(m, name, function);
    }
    let error = m.atom("Error");
    let base = m.globals.get(&error).copied().unwrap_or(UNKNOWN);
    if let Value::Obj(id) = base {
        m.define(id, "captureStackTrace", UNKNOWN);
        m.object_mut(id).open = true;
    }
    for name in ["TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError"]
    {
        global(m, name, base);
    }
}

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

fn list(m: &Machine<'_>, value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Obj(id) if !m.object(id).open => match &m.object(id).kind {
            Kind::Array(items) => Some(items.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn pairs(m: &Machine<'_>, value: Value) -> Option<Vec<(Value, Value)>> {
    match value {
        Value::Obj(id) => match &m.object(id).kind {
            Kind::Map(pairs) => Some(pairs.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn keys(m: &mut Machine<'_>, value: Value, all: bool) -> R {
    Ok(match m.own_keys(value, all) {
        Some(keys) => m.array(keys.into_iter().map(Value::Str).collect()),
        None => UNKNOWN,
    })
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
    Ok(if m.object(id).open { UNKNOWN } else { Value::Bool(false) })
}

fn define_one(m: &mut Machine<'_>, target: Value, key: u32, descriptor: Value) -> Result<(), Abrupt> {
    let Value::Obj(mut id) = target else {
        return Ok(());
    };
    if let Kind::Proxy(Value::Obj(inner), _) = m.object(id).kind {
        id = inner;
    }
    let (get, set, value, enumerable) = (m.atom("get"), m.atom("set"), m.atom("value"), m.atom("enumerable"));
    let getter = m.get(descriptor, get)?;
    let enumerable = m.get(descriptor, enumerable)?;
    let enumerable = m.truth(enumerable).unwrap_or(true);
    let slot = match getter {
        Value::Obj(_) => Slot::Accessor(getter, m.get(descriptor, set)?),
        _ => Slot::Value(m.get(descriptor, value)?),
    };
    if let (Kind::Array(_), Slot::Value(value)) = (&m.object(id).kind, slot) {
        return m.set(Value::Obj(id), key, value);
    }
    m.object_mut(id).props.set(key, slot, Some(enumerable));
    Ok(())
}

fn define_all(m: &mut Machine<'_>, target: Value, table: Value) -> Result<(), Abrupt> {
    for key in m.own_keys(table, false).unwrap_or_default() {
        let descriptor = m.get(table, key)?;
        define_one(m, target, key, descriptor)?;
    }
    Ok(())
}

type Judge = fn(&mut Machine<'_>, Value, Value, f64) -> Result<Option<Value>, Abrupt>;

/// Calls back for each element; `judge` may end it.
fn each(m: &mut Machine<'_>, c: &Call<'_>, judge: Judge, otherwise: Value) -> R {
    let Some(items) = list(m, c.this) else {
        m.doubt += 1;
        let result = m.call_at(c.arg(0), c.arg(1), &[UNKNOWN, UNKNOWN, c.this], c.at);
        m.doubt -= 1;
        return match result {
            Err(Abrupt::Stop) => result,
            _ => Ok(if otherwise == Value::Undefined { otherwise } else { UNKNOWN }),
        };
    };
    let mut sure = true;
    for (at, item) in items.into_iter().enumerate() {
        let value = m.call_at(c.arg(0), c.arg(1), &[item, Value::Num(at as f64), c.this], c.at)?;
        sure &= !matches!(value, Value::Unknown(_));
        if let Some(result) = judge(m, item, value, at as f64)? {
            return Ok(result);
        }
    }
    Ok(if sure || otherwise == Value::Undefined { otherwise } else { UNKNOWN })
}

fn reduce(m: &mut Machine<'_>, c: &Call<'_>, backwards: bool) -> R {
    let Some(mut items) = list(m, c.this) else {
        return m.call_at(c.arg(0), Value::Undefined, &[c.arg(1), UNKNOWN, UNKNOWN], c.at);
    };
    if backwards {
        items.reverse();
    }
    let mut items = items.into_iter();
    let mut sum = if c.args.len() > 1 { c.arg(1) } else { items.next().unwrap_or(Value::Undefined) };
    for (at, item) in items.enumerate() {
        sum = m.call_at(c.arg(0), Value::Undefined, &[sum, item, Value::Num(at as f64), c.this], c.at)?;
    }
    Ok(sum)
}

fn take(m: &mut Machine<'_>, this: Value, take: fn(&mut Vec<Value>) -> Option<Value>) -> R {
    if let Value::Obj(id) = this
        && let Kind::Array(items) = &mut m.object_mut(id).kind
    {
        return Ok(take(items).unwrap_or(Value::Undefined));
    }
    Ok(UNKNOWN)
}

fn index(at: f64, len: usize) -> usize {
    if at < 0.0 { len.saturating_sub(-at as usize) } else { (at as usize).min(len) }
}

fn range(m: &Machine<'_>, c: &Call<'_>, len: usize) -> (usize, usize) {
    let from = index(m.to_number(c.arg(0)).filter(|n| !n.is_nan()).unwrap_or(0.0), len);
    let to = match c.arg(1) {
        Value::Num(to) => index(to, len),
        _ => len,
    };
    (from, to)
}

fn position(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<f64>, Abrupt> {
    let Some(items) = list(m, c.this) else {
        return Ok(None);
    };
    for (at, item) in items.iter().enumerate() {
        match m.same(*item, c.arg(0)) {
            Some(true) => return Ok(Some(at as f64)),
            Some(false) => {}
            None => return Ok(None),
        }
    }
    Ok(Some(-1.0))
}

fn text(m: &mut Machine<'_>, c: &Call<'_>, make: fn(&str, &[String]) -> Option<String>) -> R {
    let Value::Str(this) = c.this else {
        return Ok(UNKNOWN);
    };
    let this = m.str(this);
    let mut args = Vec::new();
    for arg in c.args {
        match m.coerce_text(*arg) {
            Some(text) => args.push(m.str(text).to_string()),
            None => return Ok(UNKNOWN),
        }
    }
    Ok(match make(&this, &args) {
        Some(text) => m.string(&text),
        None => UNKNOWN,
    })
}

fn test(m: &mut Machine<'_>, c: &Call<'_>, make: fn(&str, &str) -> bool) -> R {
    let (Value::Str(a), Value::Str(b)) = (c.this, c.arg(0)) else {
        return Ok(UNKNOWN);
    };
    Ok(Value::Bool(make(&m.str(a), &m.str(b))))
}

fn number(m: &mut Machine<'_>, c: &Call<'_>, make: fn(&str, &str) -> f64) -> R {
    let (Value::Str(a), Value::Str(b)) = (c.this, c.arg(0)) else {
        return Ok(UNKNOWN);
    };
    Ok(Value::Num(make(&m.str(a), &m.str(b))))
}

fn replace(m: &mut Machine<'_>, c: &Call<'_>, all: bool) -> R {
    let (Value::Str(s), Value::Str(from), Value::Str(to)) = (c.this, c.arg(0), c.arg(1)) else {
        return Ok(UNKNOWN);
    };
    let (s, from, to) = (m.str(s), m.str(from), m.str(to));
    let text = if all { s.replace(&*from, &to) } else { s.replacen(&*from, &to, 1) };
    Ok(m.string(&text))
}

fn cut(m: &mut Machine<'_>, c: &Call<'_>, negative: bool) -> R {
    let Value::Str(s) = c.this else {
        return Ok(UNKNOWN);
    };
    if matches!(c.arg(0), Value::Unknown(_)) || matches!(c.arg(1), Value::Unknown(_)) {
        return Ok(UNKNOWN);
    }
    let s = m.str(s);
    let (mut from, mut to) = range(m, c, s.len());
    if !negative && from > to {
        std::mem::swap(&mut from, &mut to);
    }
    let part = s.get(from..to.max(from)).map(str::to_owned);
    Ok(match part {
        Some(part) => m.string(&part),
        None => UNKNOWN,
    })
}

fn fold(m: &Machine<'_>, c: &Call<'_>, step: fn(f64, f64) -> f64) -> Value {
    let numbers: Option<Vec<f64>> = c.args.iter().map(|arg| m.to_number(*arg)).collect();
    numbers.and_then(|numbers| numbers.into_iter().reduce(step)).map_or(UNKNOWN, Value::Num)
}

fn make_map(m: &mut Machine<'_>, c: &Call<'_>, set: bool) -> R {
    let mut pairs = Vec::new();
    if let Some(items) = m.iterate(c.arg(0))? {
        for item in items {
            if set {
                pairs.push((item, Value::Import(u32::MAX)));
            } else if let Some(pair) = list(m, item) {
                pairs.push((pair.first().copied().unwrap_or(UNKNOWN), pair.get(1).copied().unwrap_or(UNKNOWN)));
            }
        }
    }
    let proto = m.proto("Map");
    Ok(Value::Obj(m.alloc(Kind::Map(pairs), proto)))
}

fn map_set(m: &mut Machine<'_>, c: &Call<'_>, value: Value) -> R {
    let key = c.arg(0);
    if let Value::Obj(id) = c.this
        && let Kind::Map(pairs) = &mut m.object_mut(id).kind
        && pairs.len() < 5_000
    {
        match pairs.iter_mut().find(|(known, _)| *known == key) {
            Some(pair) => pair.1 = value,
            None => pairs.push((key, value)),
        }
    }
    Ok(c.this)
}

fn code_at(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Value::Str(s), Some(at)) = (c.this, if c.args.is_empty() { Some(0.0) } else { m.to_number(c.arg(0)) }) else {
        return Ok(UNKNOWN);
    };
    Ok(Value::Num(m.str(s).encode_utf16().nth(at.max(0.0) as usize).map_or(f64::NAN, f64::from)))
}
