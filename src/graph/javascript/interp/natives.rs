//! What the language itself brings: `Object`, `Array`, `Function`, strings, promises and so on.
//! Only what decides which modules load is modelled; the rest answers "unknown".

use super::Machine;
use super::collections::ARRAY;
use super::maps::{MAP, make_map, make_weak};
use super::objects::{BOOLEAN, OBJECT, OBJECT_STATIC, SYMBOL, symbol_text};
use super::promises;
use super::strings::{STRING, STRING_STATIC};
use super::tables::{Table, fill, global};
use super::value::{Abrupt, Atom, Call, Kind, Native, R, UNKNOWN, Value};
use super::views::Class;
use crate::graph::javascript::versions::{self, Kind as Listed};
use crate::lang::javascript::{regex_problem, regex_since};

/// Methods that exist but whose results are not modelled.
const OPAQUE: &[(&str, &[&str])] = &[
    ("Object", &["toLocaleString", "__lookupGetter__", "__lookupSetter__"]),
    ("Array", &["toLocaleString"]),
    ("String", &["big", "anchor"]),
    ("RegExp", &["compile", "@@replace", "@@match", "@@split"]),
];

/// Most places of an array that is made with a length.
const MOST_PLACES: f64 = 10_000.0;

/// What an object has at its places, if all that it has is known: `{ length: 3 }`.
fn like_a_list(m: &mut Machine<'_>, value: Value) -> Result<Option<Vec<Value>>, Abrupt> {
    let Value::Obj(id) = value else { return Ok(None) };
    let (length, iterator) = (m.atom("length"), m.atom("@@iterator"));
    let is_known = matches!(m.object(id).kind, Kind::Plain) && !m.object(id).open;
    if !is_known || m.get_quiet(value, iterator) != Value::Undefined {
        return Ok(None);
    }
    let length = m.get(value, length)?;
    let length = m.to_number(length).map(|length| if length.is_nan() { 0.0 } else { length.trunc().max(0.0) });
    let Some(length) = length.filter(|length| *length <= MOST_PLACES) else { return Ok(None) };
    let mut items = Vec::with_capacity(length as usize);
    for at in 0..length as usize {
        let key = m.atom(&at.to_string());
        items.push(m.get(value, key)?);
    }
    Ok(Some(items))
}

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
                let items = match m.iterate(c.arg(0))? {
                    Some(items) => Some(items),
                    None => like_a_list(m, c.arg(0))?,
                };
                let Some(items) = items else { return Ok(UNKNOWN) };
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
    prototypes(m);
    methods(m);
    constructors(m);
    super::errors::install(m);
    namespaces(m);
    symbols(m);
    super::regex::install(m);
    super::numbers::install(m);
    super::dates::install(m);
    super::typed::install(m);
    super::queries::install(m);
    m.throws_as_modelled();
    super::natives_node::install(m);
}

fn prototypes(m: &mut Machine<'_>) {
    m.protos.insert("Object", 0);
    let object = Value::Obj(0);
    for name in [
        "Function",
        "Array",
        "String",
        "Number",
        "Boolean",
        "Symbol",
        "RegExp",
        "Promise",
        "Error",
        "Map",
        "Generator",
        "BigInt",
        "Date",
        "ArrayBuffer",
        "URL",
        "URLSearchParams",
    ] {
        let id = m.alloc(Kind::Plain, object);
        m.protos.insert(name, id);
    }
    for (_, name) in Class::ALL {
        let id = m.alloc(Kind::Plain, object);
        m.protos.insert(name, id);
    }
}

/// Gives prototypes the methods that this version has.
fn methods(m: &mut Machine<'_>) {
    for (name, table) in [
        ("Object", OBJECT),
        ("Function", FUNCTION),
        ("Array", ARRAY),
        ("String", STRING),
        ("Promise", promises::METHODS),
        ("Map", MAP),
        ("Generator", super::generators::METHODS),
        ("Number", super::numbers::METHODS),
        ("BigInt", super::bigints::METHODS),
        ("Boolean", BOOLEAN),
        ("Symbol", SYMBOL),
        ("RegExp", super::regex::METHODS),
    ] {
        let node = m.node;
        let has =
            |method: &&(&str, Native)| versions::lacks(Listed::Method, &format!("{name}.{}", method.0), node).is_none();
        let methods: Vec<(&'static str, Native)> = table.iter().filter(has).copied().collect();
        fill(m, m.protos[name], &methods);
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
}

/// Objects and constructors whose functions belong to nothing.
fn namespaces(m: &mut Machine<'_>) {
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
}

/// The symbols that the language itself asks for.
fn symbols(m: &mut Machine<'_>) {
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
}

fn constructors(m: &mut Machine<'_>) {
    let table: &[(&'static str, &'static str, Native)] = &[
        ("Object", "Object", |m, c| {
            Ok(match c.arg(0) {
                Value::Undefined | Value::Null => Value::Obj(m.plain()),
                other if other.is_primitive() => m.unknown_object(),
                other => other,
            })
        }),
        ("Function", "Function", make_function),
        ("Array", "Array", make_array),
        ("String", "String", |m, c| {
            if let Value::Sym(symbol) = c.arg(0) {
                let text = symbol_text(m, symbol);
                return Ok(m.string(&text));
            }
            Ok(if c.args.is_empty() {
                m.string("")
            } else {
                m.text_by_code(c.arg(0), c.at)?.map_or(UNKNOWN, Value::Str)
            })
        }),
        ("Number", "Number", |m, c| {
            if c.args.is_empty() {
                return Ok(Value::Num(0.0));
            }
            let value = m.primitive(c.arg(0), super::primitives::Hint::Number, c.at)?;
            if let Value::Big(digits) = value {
                return Ok(m.str(digits).parse().map_or(UNKNOWN, Value::Num));
            }
            Ok(m.number_of(value, c.at)?.map_or(UNKNOWN, Value::Num))
        }),
        ("Boolean", "Boolean", |m, c| Ok(m.truth(c.arg(0)).map_or(UNKNOWN, Value::Bool))),
        ("Symbol", "Symbol", |m, c| {
            let name = match c.arg(0) {
                Value::Undefined => String::new(),
                value => m.coerce_text(value).map(|text| m.str(text).to_string()).unwrap_or_default(),
            };
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
        ("WeakMap", "Map", |m, c| make_weak(m, c, false)),
        ("Set", "Map", |m, c| make_map(m, c, true)),
        ("WeakSet", "Map", |m, c| make_weak(m, c, true)),
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
                m.has_holes(array, 0..len.clamp(0.0, MOST_PLACES) as usize);
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

/// What gives one value after the other is asked for: a number does not; nothing does where that stands for an empty list.
pub(super) fn refuse_no_list(m: &mut Machine<'_>, c: &Call<'_>, needed: bool) -> Result<(), Abrupt> {
    let nothing = matches!(c.arg(0), Value::Undefined | Value::Null);
    match c.arg(0) {
        primitive if m.can_walk(primitive) => Ok(()),
        Value::Num(_) | Value::Bool(_) | Value::Sym(_) => m.bad_argument("TypeError", "it is not iterable", c.at),
        _ if nothing && needed => m.bad_argument("TypeError", "it is not iterable", c.at),
        _ => Ok(()),
    }
}
