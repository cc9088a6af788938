//! Typed arrays, `ArrayBuffer` and `DataView`: their constructors and methods.

use super::Machine;
use super::collections::{ARRAY, range};
use super::tables::{Table, fill};
use super::value::{Abrupt, Call, Kind, ObjId, R, UNKNOWN, Value, View};
use super::views::{Class, MOST_BYTES};

pub(super) const FUNCTIONS: Table = &[
    ("new Uint8Array", |m, c| make(m, c, Class::U8)),
    ("new Uint8ClampedArray", |m, c| make(m, c, Class::Clamped)),
    ("new Int8Array", |m, c| make(m, c, Class::I8)),
    ("new Uint16Array", |m, c| make(m, c, Class::U16)),
    ("new Int16Array", |m, c| make(m, c, Class::I16)),
    ("new Uint32Array", |m, c| make(m, c, Class::U32)),
    ("new Int32Array", |m, c| make(m, c, Class::I32)),
    ("new Float32Array", |m, c| make(m, c, Class::F32)),
    ("new Float64Array", |m, c| make(m, c, Class::F64)),
    ("new DataView", |m, c| make(m, c, Class::Data)),
    ("new ArrayBuffer", |m, c| {
        let Some(size) = m.number_of(c.arg(0), c.at)?.filter(|_| c.args.len() < 2) else { return Ok(UNKNOWN) };
        let size = if size.is_nan() { 0.0 } else { size.trunc() };
        if !(0.0..=MOST_BYTES as f64).contains(&size) {
            return Ok(UNKNOWN);
        }
        Ok(m.bytes_object(vec![0; size as usize]))
    }),
    ("ArrayBuffer.isView", |m, c| {
        Ok(Value::Bool(matches!(c.arg(0), Value::Obj(id) if matches!(m.object(id).kind, Kind::View(_)))))
    }),
    ("Uint8Array.from", |m, c| from(m, c, Class::U8)),
    ("Uint8ClampedArray.from", |m, c| from(m, c, Class::Clamped)),
    ("Int8Array.from", |m, c| from(m, c, Class::I8)),
    ("Uint16Array.from", |m, c| from(m, c, Class::U16)),
    ("Int16Array.from", |m, c| from(m, c, Class::I16)),
    ("Uint32Array.from", |m, c| from(m, c, Class::U32)),
    ("Int32Array.from", |m, c| from(m, c, Class::I32)),
    ("Float32Array.from", |m, c| from(m, c, Class::F32)),
    ("Float64Array.from", |m, c| from(m, c, Class::F64)),
    ("Uint8Array.of", |m, c| of(m, c, Class::U8)),
    ("Float64Array.of", |m, c| of(m, c, Class::F64)),
];

/// Methods that only read, which are those of arrays.
const READS: &[&str] = &[
    "forEach",
    "reduce",
    "reduceRight",
    "some",
    "every",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "join",
    "indexOf",
    "lastIndexOf",
    "includes",
    "at",
    "keys",
    "values",
    "entries",
    "toString",
    "@@iterator",
];
/// Methods of arrays that give another one.
const MAKES: &[&str] = &["map", "filter", "slice", "toSorted", "toReversed", "with"];
/// Methods of arrays that change it.
const CHANGES: &[&str] = &["fill", "reverse", "copyWithin"];

const METHODS: Table = &[
    ("subarray", |m, c| {
        let Some((_, view)) = m.view(c.this) else { return Ok(UNKNOWN) };
        let (from, to) = range(m, c, view.length as usize);
        let part = View {
            offset: view.offset + (from * view.class.width()) as u32,
            length: to.saturating_sub(from) as u32,
            ..view
        };
        Ok(m.view_object(part))
    }),
    ("set", |m, c| {
        let (Some(items), Some((_, view))) = (m.numbers_in(c.arg(0), c)?, m.view(c.this)) else {
            return Ok(m.spoil(c.this));
        };
        let Some(to) = m.to_number(if c.args.len() > 1 { c.arg(1) } else { Value::Num(0.0) }) else {
            return Ok(m.spoil(c.this));
        };
        if to < 0.0 || to + items.len() as f64 > f64::from(view.length) {
            m.bad_argument("RangeError", "offset is out of bounds", c.at)?;
            return Ok(UNKNOWN);
        }
        for (at, item) in items.into_iter().enumerate() {
            m.write_number(c.this, to as usize + at, Some(item));
        }
        Ok(Value::Undefined)
    }),
    ("sort", |m, c| {
        let Some(mut items) = m.view_items(c.this) else { return Ok(m.spoil(c.this)) };
        if c.arg(0) != Value::Undefined
            || items.iter().any(|number| number.is_nan() || *number == 0.0 && number.is_sign_negative())
        {
            return Ok(m.spoil(c.this));
        }
        items.sort_by(f64::total_cmp);
        for (at, item) in items.into_iter().enumerate() {
            m.write_number(c.this, at, Some(item));
        }
        Ok(c.this)
    }),
];

macro_rules! data {
    ($($get:literal, $set:literal, $class:expr;)*) => {
        &[$(
            ($get, |m, c| data_get(m, c, $class)),
            ($set, |m, c| data_set(m, c, $class)),
        )*]
    };
}

const DATA: Table = data! {
    "getUint8", "setUint8", Class::U8;
    "getInt8", "setInt8", Class::I8;
    "getUint16", "setUint16", Class::U16;
    "getInt16", "setInt16", Class::I16;
    "getUint32", "setUint32", Class::U32;
    "getInt32", "setInt32", Class::I32;
    "getFloat32", "setFloat32", Class::F32;
    "getFloat64", "setFloat64", Class::F64;
};

/// Makes the prototypes.
pub(super) fn install(m: &mut Machine<'_>) {
    for (class, name) in Class::ALL {
        let Value::Obj(proto) = m.proto(name) else { continue };
        let constructor = Value::Unknown(m.atom(name));
        m.define(proto, "constructor", constructor);
        if class == Class::Data {
            fill(m, proto, DATA);
        } else {
            array_methods(m, proto);
            fill(m, proto, METHODS);
            m.define(proto, "BYTES_PER_ELEMENT", Value::Num(class.width() as f64));
        }
        if class == Class::Buffer {
            for table in [super::buffers::METHODS, super::buffers::NUMBERS, super::buffers::SIGNED] {
                fill(m, proto, table);
            }
        }
    }
    let constructor = Value::Unknown(m.atom("ArrayBuffer"));
    if let Value::Obj(proto) = m.proto("ArrayBuffer") {
        m.define(proto, "constructor", constructor);
        let slice = m.native(
            |m, c| {
                let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
                let Kind::Bytes(at) = m.object(id).kind else { return Ok(UNKNOWN) };
                let Some(bytes) = m.bytes(at).map(<[u8]>::to_vec) else { return Ok(UNKNOWN) };
                let (from, to) = range(m, c, bytes.len());
                Ok(m.bytes_object(bytes.get(from..to.max(from)).unwrap_or_default().to_vec()))
            },
            Value::Undefined,
        );
        m.define(proto, "slice", slice);
    }
}

/// Methods of arrays, carried out on an array of the numbers.
fn array_methods(m: &mut Machine<'_>, proto: ObjId) {
    for (at, (name, _)) in ARRAY.iter().enumerate() {
        let native = match *name {
            name if READS.contains(&name) => reads,
            name if MAKES.contains(&name) => makes,
            name if CHANGES.contains(&name) => changes,
            _ => continue,
        };
        let function = m.native(native, Value::Num(at as f64));
        m.define(proto, name, function);
    }
}

fn on_array(m: &mut Machine<'_>, c: &Call<'_>) -> Result<Option<(Value, Value)>, Abrupt> {
    let (Some(items), Value::Num(at)) = (m.view_items(c.this), c.data) else { return Ok(None) };
    let Some((_, native)) = ARRAY.get(at as usize) else { return Ok(None) };
    let array = m.array(items.into_iter().map(Value::Num).collect());
    let made = native(m, &Call { this: array, args: c.args, data: Value::Undefined, at: c.at })?;
    Ok(Some((array, made)))
}

fn reads(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    Ok(on_array(m, c)?.map_or(UNKNOWN, |(_, made)| made))
}

fn makes(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Some((_, made)), Some((_, view))) = (on_array(m, c)?, m.view(c.this)) else { return Ok(UNKNOWN) };
    let Some(numbers) = m.numbers_in(made, c)? else { return Ok(UNKNOWN) };
    Ok(m.view_of(view.class, &numbers))
}

fn changes(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some((array, _)) = on_array(m, c)? else { return Ok(m.spoil(c.this)) };
    let Some(numbers) = m.numbers_in(array, c)? else { return Ok(m.spoil(c.this)) };
    for (at, number) in numbers.into_iter().enumerate() {
        m.write_number(c.this, at, Some(number));
    }
    Ok(c.this)
}

/// `new Uint8Array(..)` and its kin.
fn make(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> R {
    let width = class.width();
    if let Value::Obj(id) = c.arg(0)
        && let Kind::Bytes(bytes) = m.object(id).kind
    {
        let Some(size) = m.bytes(bytes).map(<[u8]>::len) else { return Ok(UNKNOWN) };
        let offset = if c.args.len() > 1 { m.to_number(c.arg(1)).unwrap_or(f64::NAN) } else { 0.0 };
        let left = (size as f64 - offset) / width as f64;
        let length = if c.args.len() > 2 && c.arg(2) != Value::Undefined { m.to_number(c.arg(2)) } else { Some(left) };
        let Some(length) = length else { return Ok(UNKNOWN) };
        let fits = offset >= 0.0 && length >= 0.0 && length <= left && offset.fract() == 0.0;
        if !fits || length.fract() != 0.0 || offset % width as f64 != 0.0 {
            let is_cut = offset >= 0.0 && (offset % width as f64 != 0.0 || c.args.len() < 3 && left.fract() != 0.0);
            if is_cut || offset >= 0.0 && left < 0.0 || length > left {
                m.bad_argument("RangeError", "Start offset or length is outside the bounds of the buffer", c.at)?;
            }
            return Ok(UNKNOWN);
        }
        return Ok(m.view_object(View { class, bytes, offset: offset as u32, length: length as u32 }));
    }
    if class == Class::Data {
        if !matches!(c.arg(0), Value::Obj(_)) {
            m.bad_argument("TypeError", "First argument to DataView constructor must be an ArrayBuffer", c.at)?;
        }
        return Ok(UNKNOWN);
    }
    match c.arg(0) {
        Value::Obj(_) => from_items(m, c, class),
        Value::Undefined => Ok(m.view_of(class, &[])),
        other => {
            let Some(size) = m.to_number(other) else { return Ok(UNKNOWN) };
            let size = if size.is_nan() { 0.0 } else { size.trunc() };
            if size < 0.0 {
                m.bad_argument("RangeError", &format!("Invalid typed array length: {size}"), c.at)?;
            }
            if !(0.0..=(MOST_BYTES / width) as f64).contains(&size) {
                return Ok(UNKNOWN);
            }
            Ok(m.view_of(class, &vec![0.0; size as usize]))
        }
    }
}

fn from_items(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> R {
    let numbers = m.numbers_in(c.arg(0), c)?;
    Ok(numbers.map_or(UNKNOWN, |numbers| m.view_of(class, &numbers)))
}

fn from(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> R {
    if !m.callable(c.arg(1)) {
        return from_items(m, c, class);
    }
    let Some(items) = m.iterate(c.arg(0))? else { return Ok(UNKNOWN) };
    let mut made = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        made.push(m.call_at(c.arg(1), Value::Undefined, &[item, Value::Num(at as f64)], c.at)?);
    }
    let made = m.array(made);
    let numbers = m.numbers_in(made, c)?;
    Ok(numbers.map_or(UNKNOWN, |numbers| m.view_of(class, &numbers)))
}

fn of(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> R {
    let items = m.array(c.args.to_vec());
    let numbers = m.numbers_in(items, c)?;
    Ok(numbers.map_or(UNKNOWN, |numbers| m.view_of(class, &numbers)))
}

/// Where a `DataView` reads or writes.
fn data_place(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> Result<Option<(View, usize)>, Abrupt> {
    let (Some((_, view)), Some(at)) = (m.view(c.this), m.number_of(c.arg(0), c.at)?) else { return Ok(None) };
    let at = if at.is_nan() { 0.0 } else { at.trunc() };
    if at < 0.0 || at + class.width() as f64 > f64::from(view.length) {
        m.note_read(c.this);
        m.bad_argument("RangeError", "Offset is outside the bounds of the DataView", c.at)?;
        return Ok(None);
    }
    Ok(Some((view, view.offset as usize + at as usize)))
}

fn data_get(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> R {
    let Some((view, at)) = data_place(m, c, class)? else { return Ok(UNKNOWN) };
    let Some(part) = m.bytes(view.bytes).and_then(|bytes| bytes.get(at..at + class.width())) else {
        return Ok(UNKNOWN);
    };
    let mut part = part.to_vec();
    match m.truth(c.arg(1)) {
        Some(true) => {}
        Some(false) => part.reverse(),
        None => return Ok(UNKNOWN),
    }
    Ok(class.read(&part).map_or(UNKNOWN, Value::Num))
}

fn data_set(m: &mut Machine<'_>, c: &Call<'_>, class: Class) -> R {
    let Some((view, at)) = data_place(m, c, class)? else { return Ok(UNKNOWN) };
    let number = m.number_of(c.arg(1), c.at)?;
    let (Some(number), Some(is_little)) = (number, m.truth(c.arg(2))) else { return Ok(m.spoil(c.this)) };
    let mut part = class.written(number);
    if !is_little {
        part.reverse();
    }
    m.write_bytes(c.this, view.bytes, at, &part);
    Ok(Value::Undefined)
}
