//! What the language itself brings: `Object`, `Array`, `Function`, strings, promises and so on.
//! Only what decides which modules load is modelled; the rest answers "unknown".

use super::Machine;
use super::collections::{ARRAY, MAP, make_map};
use super::descriptors::{define_all, define_one, descriptor, descriptors};
use super::promises;
use super::strings::{STRING, STRING_STATIC};
use super::tables::{Table, fill, global, is_symbol, keys};
use super::trust::Integrity;
use super::value::{Abrupt, Atom, Call, Kind, Native, R, Slot, UNKNOWN, Value};
use crate::graph::javascript::versions::{self, Kind as Listed};
use crate::lang::javascript::{regex_problem, regex_since};

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
            "findLast",
            "findLastIndex",
            "toLocaleString",
            "toString",
            "toSorted",
            "toSpliced",
            "with",
            "toReversed",
            "@@iterator",
        ],
    ),
    ("String", &["big", "anchor", "isWellFormed", "toWellFormed", "@@iterator"]),
    ("Number", &["valueOf"]),
    ("Boolean", &["valueOf"]),
    ("Symbol", &["valueOf"]),
    ("RegExp", &["compile", "toString", "@@replace", "@@match", "@@split"]),
];

const OBJECT: Table = &[
    ("hasOwnProperty", |m, c| has_own(m, c.this, c.arg(0))),
    ("valueOf", |_, c| Ok(c.this)),
    ("toString", |m, c| {
        let text = match c.this {
            Value::Obj(id) if matches!(m.object(id).kind, Kind::Array(_)) => "[object Array]",
            Value::Obj(id) if m.callable(c.this) => match &m.object(id).kind {
                Kind::Closure(closure) if m.is_special(closure) => return Ok(UNKNOWN),
                _ => "[object Function]",
            },
            Value::Obj(id) => return Ok(tagged(m, id)),
            Value::Num(_) | Value::Str(_) | Value::Bool(_) => {
                return Ok(m.coerce_text(c.this).map_or(UNKNOWN, Value::Str));
            }
            _ => return Ok(UNKNOWN),
        };
        Ok(m.string(text))
    }),
];

/// What `Object.prototype.toString` says of an object that is no list and cannot be called.
fn tagged(m: &mut Machine<'_>, id: u32) -> Value {
    let key = m.atom("@@toStringTag");
    match m.object(id).props.get(key) {
        Some(Slot::Value(Value::Str(tag))) => {
            let text = format!("[object {}]", m.str(tag));
            m.string(&text)
        }
        None if matches!(m.object(id).kind, Kind::Plain) && !m.object(id).open => m.string("[object Object]"),
        _ => UNKNOWN,
    }
}

const OBJECT_STATIC: Table = &[
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
        Ok(match c.arg(0) {
            Value::Obj(id) => m.object(id).proto,
            _ => UNKNOWN,
        })
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
        let symbols = keys.filter(|key| is_symbol(&m.str(*key))).map(Value::Sym).collect();
        Ok(m.array(symbols))
    }),
];

/// Most places of an array that is made with a length.
const MOST_PLACES: f64 = 10_000.0;

/// Whether a static method of arrays is called of another class.
fn is_subclass(m: &mut Machine<'_>, c: &Call<'_>) -> bool {
    let array = m.atom("Array");
    matches!(c.this, Value::Obj(_)) && m.globals.get(&array) != Some(&c.this)
}

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

const STATICS: &[(&str, Table)] = &[
    ("Object", OBJECT_STATIC),
    (
        "Array",
        &[
            ("isArray", |m, c| {
                Ok(match c.arg(0) {
                    Value::Obj(id) if m.are_arguments(id) => Value::Bool(false),
                    Value::Obj(id) => match m.object(id).kind {
                        Kind::Proxy(..) => UNKNOWN,
                        Kind::Array(_) => Value::Bool(true),
                        _ => Value::Bool(c.arg(0) == m.proto("Array")),
                    },
                    Value::Unknown(_) => UNKNOWN,
                    _ => Value::Bool(false),
                })
            }),
            ("from", |m, c| {
                if is_subclass(m, c) {
                    return Ok(UNKNOWN);
                }
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
            ("of", |m, c| Ok(if is_subclass(m, c) { UNKNOWN } else { m.array(c.args.to_vec()) })),
        ],
    ),
    ("Promise", promises::STATICS),
    ("Reflect", super::reflect::REFLECT),
    ("JSON", super::json::JSON),
    (
        "Symbol",
        &[
            ("for", |m, c| {
                let name = m.coerce_text(c.arg(0)).map(|t| m.str(t).to_string()).unwrap_or_default();
                Ok(Value::Sym(m.atom(&format!("@@for:{name}"))))
            }),
            ("keyFor", |m, c| {
                let Value::Sym(symbol) = c.arg(0) else {
                    if !matches!(c.arg(0), Value::Unknown(_) | Value::Import(_)) {
                        m.bad_argument("TypeError", "keyFor is given what is no symbol", c.at)?;
                    }
                    return Ok(UNKNOWN);
                };
                let name = m.str(symbol);
                Ok(match name.strip_prefix("@@for:") {
                    Some(name) => m.string(name),
                    None => Value::Undefined,
                })
            }),
        ],
    ),
    ("String", STRING_STATIC),
    ("Number", super::numbers::NUMBER),
    ("Math", super::numbers::MATH),
];

/// Makes prototypes, constructors and globals.
pub(super) fn install(m: &mut Machine<'_>) {
    m.protos.insert("Object", 0);
    let object = Value::Obj(0);
    for name in
        ["Function", "Array", "String", "Number", "Boolean", "Symbol", "RegExp", "Promise", "Error", "Map", "Generator"]
    {
        let id = m.alloc(Kind::Plain, object);
        m.protos.insert(name, id);
    }
    for (name, table) in [
        ("Object", OBJECT),
        ("Function", FUNCTION),
        ("Array", ARRAY),
        ("String", STRING),
        ("Promise", promises::METHODS),
        ("Map", MAP),
        ("Generator", super::generators::METHODS),
        ("Number", super::numbers::METHODS),
        ("RegExp", &[("exec", super::regex::exec), ("test", super::regex::test)]),
    ] {
        fill(m, m.protos[name], table);
    }
    let opaque = m.native(|_, _| Ok(UNKNOWN), Value::Undefined);
    for (name, methods) in OPAQUE {
        let node = m.node;
        let has = |method: &&&str| versions::lacks(Listed::Method, &format!("{name}.{method}"), node).is_none();
        for method in methods.iter().filter(has) {
            let proto = m.protos[name];
            m.define(proto, method, opaque);
        }
    }
    constructors(m);
    super::errors::install(m);
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
        "isConcatSpreadable",
        "match",
        "matchAll",
        "replace",
        "search",
        "split",
    ] {
        let symbol = Value::Sym(m.atom(&format!("@@{name}")));
        let key = m.atom("Symbol");
        if let Some(Value::Obj(id)) = m.globals.get(&key).copied() {
            m.define(id, name, symbol);
        }
    }
    super::regex::install(m);
    super::numbers::install(m);
    m.throws_as_modelled();
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
        ("Function", "Function", make_function),
        ("Array", "Array", make_array),
        ("String", "String", |m, c| {
            if let Value::Sym(_) = c.arg(0) {
                return Ok(UNKNOWN);
            }
            Ok(if c.args.is_empty() { m.string("") } else { m.coerce_text(c.arg(0)).map_or(UNKNOWN, Value::Str) })
        }),
        ("Number", "Number", |m, c| Ok(m.to_number(c.arg(0)).map_or(UNKNOWN, Value::Num))),
        ("Boolean", "Boolean", |m, c| Ok(m.truth(c.arg(0)).map_or(UNKNOWN, Value::Bool))),
        ("Symbol", "Symbol", |m, c| {
            let name = m.coerce_text(c.arg(0)).map(|t| m.str(t).to_string()).unwrap_or_default();
            let unique = m.strings.len();
            Ok(Value::Sym(m.atom(&format!("@@{name}#{unique}"))))
        }),
        ("RegExp", "RegExp", |m, c| {
            if let (Value::Str(pattern), Value::Str(_) | Value::Undefined) = (c.arg(0), c.arg(1)) {
                let flags = match c.arg(1) {
                    Value::Str(flags) => m.str(flags),
                    _ => "".into(),
                };
                refuse_regex(m, c, pattern, &flags)?;
            }
            super::regex::make(m, c)
        }),
        ("Promise", "Promise", promises::make),
        ("Map", "Map", |m, c| make_map(m, c, false)),
        ("WeakMap", "Map", |m, c| make_map(m, c, false)),
        ("Set", "Map", |m, c| make_map(m, c, true)),
        ("WeakSet", "Map", |m, c| make_map(m, c, true)),
        ("Error", "Error", |m, c| super::errors::make_error(m, c, 0)),
        ("Proxy", "Object", |m, c| {
            if c.arg(0).is_primitive() || c.arg(1).is_primitive() {
                m.bad_argument("TypeError", "Cannot create proxy with a non-object as target or handler", c.at)?;
            }
            Ok(Value::Obj(m.alloc(Kind::Proxy(c.arg(0), c.arg(1)), Value::Null)))
        }),
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
}

/// `new Function(..)`. Code made from text cannot be read; what it makes usually wraps a function given to it.
fn make_function(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    if let Some(problem) = super::evaluate::function_problem(m, c.args) {
        m.bad_argument("SyntaxError", &problem, c.at)?;
    }
    if let Some(importer) = m.importer(c.args, c.at) {
        return Ok(importer);
    }
    m.read_doubtful();
    let made = m.native(
        |m, c| {
            m.read_doubtful();
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
}

fn make_array(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    Ok(match c.args {
        [Value::Num(len)] if *len < 0.0 || len.fract() != 0.0 || *len > 4_294_967_295.0 => {
            m.bad_argument("RangeError", "Invalid array length", c.at)?;
            UNKNOWN
        }
        [Value::Num(len)] => {
            if *len > MOST_PLACES {
                m.go_astray();
            }
            let array = m.array(vec![Value::Undefined; len.clamp(0.0, MOST_PLACES) as usize]);
            if *len > 0.0 {
                m.has_holes(array);
            }
            array
        }
        args => m.array(args.to_vec()),
    })
}

/// A regular expression that this release does not take.
fn refuse_regex(m: &mut Machine<'_>, c: &Call<'_>, pattern: Atom, flags: &str) -> Result<(), Abrupt> {
    let pattern = m.str(pattern);
    let newer = regex_since(&pattern).filter(|(_, since)| *since > m.node);
    let Some(problem) = newer.map(|(what, _)| what.to_owned()).or_else(|| regex_problem(&pattern, flags)) else {
        return Ok(());
    };
    m.bad_argument("SyntaxError", &format!("Invalid regular expression: /{pattern}/: {problem}"), c.at)
}

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

/// What gives one value after the other is asked for: a number does not; nothing does where that stands for an empty list.
pub(super) fn refuse_no_list(m: &mut Machine<'_>, c: &Call<'_>, needed: bool) -> Result<(), Abrupt> {
    let nothing = matches!(c.arg(0), Value::Undefined | Value::Null);
    match c.arg(0) {
        Value::Num(_) | Value::Bool(_) | Value::Sym(_) => m.bad_argument("TypeError", "it is not iterable", c.at),
        _ if nothing && needed => m.bad_argument("TypeError", "it is not iterable", c.at),
        _ => Ok(()),
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
