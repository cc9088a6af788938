//! `Buffer`, and other functions that make texts of bytes and bytes of texts.

use super::Machine;
use super::tables::{Table, fill, list};
use super::value::{Abrupt, Call, Kind, R, UNKNOWN, Value};
use super::views::{Class, places};

/// Most bytes of a buffer that is made.
const MOST_BYTES: f64 = 65_536.0;

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Hex,
    Base64,
    Base64Url,
    Latin1,
    Ascii,
    Utf16,
}

impl Encoding {
    fn of(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "utf8" | "utf-8" => Self::Utf8,
            "hex" => Self::Hex,
            "base64" => Self::Base64,
            "base64url" => Self::Base64Url,
            "latin1" | "binary" => Self::Latin1,
            "ascii" => Self::Ascii,
            "utf16le" | "utf-16le" | "ucs2" | "ucs-2" => Self::Utf16,
            _ => return None,
        })
    }

    fn write(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Self::Base64 => base64_simd::STANDARD.encode_to_string(bytes),
            Self::Base64Url => base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes),
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Ascii => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
            Self::Utf16 => {
                let units: Vec<u16> =
                    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                String::from_utf16_lossy(&units)
            }
        }
    }

    fn read(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Hex => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let pairs = text.as_bytes().chunks_exact(2);
                pairs.map_while(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8)).collect()
            }
            Self::Base64 | Self::Base64Url => from_base64(text),
            Self::Latin1 | Self::Ascii => text.encode_utf16().map(|unit| unit as u8).collect(),
            Self::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }
    }
}

/// Bytes of a text in base 64: signs that are none of its own are left out, and what follows `=` is.
fn from_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for sign in text.bytes().take_while(|sign| *sign != b'=') {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bytes
}

pub(super) const FUNCTIONS: Table = &[
    ("Buffer.from", from),
    ("new Buffer", from),
    ("Buffer.of", |m, c| {
        let items = m.array(c.args.to_vec());
        Ok(made_of(m, c, items)?.map_or(UNKNOWN, |bytes| m.buffer_of(bytes)))
    }),
    ("Buffer.alloc", |m, c| {
        let Value::Num(size) = c.arg(0) else { return Ok(UNKNOWN) };
        if !(0.0..=MOST_BYTES).contains(&size) {
            return Ok(UNKNOWN);
        }
        let made = m.buffer_of(vec![0; size as usize]);
        if c.arg(1) != Value::Undefined && c.arg(1) != Value::Num(0.0) {
            let call = Call { this: made, args: &[c.arg(1), Value::Undefined, Value::Undefined, c.arg(2)], ..*c };
            return fill_with(m, &call);
        }
        Ok(made)
    }),
    ("Buffer.concat", |m, c| {
        let Some(parts) = list(m, c.arg(0)) else { return Ok(UNKNOWN) };
        let mut all = Vec::new();
        for part in parts {
            if m.view(part).is_none() && !matches!(part, Value::Unknown(_) | Value::Import(_)) {
                m.wrong_type("The \"list\" argument must be an instance of Buffer or Uint8Array", c.at)?;
            }
            let Some(bytes) = m.seen_bytes(part) else { return Ok(UNKNOWN) };
            all.extend(bytes);
        }
        if let Value::Num(length) = c.arg(1)
            && !all.is_empty()
        {
            if !(0.0..=MOST_BYTES).contains(&length) {
                return Ok(UNKNOWN);
            }
            all.resize(length as usize, 0);
        }
        Ok(m.buffer_of(all))
    }),
    ("Buffer.byteLength", |m, c| {
        if let Value::Str(text) = c.arg(0) {
            let Some(encoding) = encoding(m, c, c.arg(1), true)? else { return Ok(UNKNOWN) };
            let text = m.str(text);
            return Ok(Value::Num(encoding.read(&text).len() as f64));
        }
        Ok(m.seen_bytes(c.arg(0)).map_or(UNKNOWN, |bytes| Value::Num(bytes.len() as f64)))
    }),
    ("Buffer.isBuffer", |m, c| Ok(Value::Bool(m.view(c.arg(0)).is_some_and(|(_, view)| view.class == Class::Buffer)))),
    ("Buffer.isEncoding", |m, c| {
        Ok(match c.arg(0) {
            Value::Str(name) => Value::Bool(Encoding::of(&m.str(name)).is_some()),
            _ => Value::Bool(false),
        })
    }),
    ("Buffer.compare", |m, c| {
        let (Some(a), Some(b)) = (m.seen_bytes(c.arg(0)), m.seen_bytes(c.arg(1))) else { return Ok(UNKNOWN) };
        Ok(Value::Num(f64::from(a.cmp(&b) as i8)))
    }),
    ("btoa", |m, c| {
        let Some(text) = m.text_by_code(c.arg(0), c.at)? else { return Ok(UNKNOWN) };
        let text = m.str(text);
        if text.chars().any(|c| c > '\u{ff}') {
            m.bad_argument("InvalidCharacterError", "Invalid character", c.at)?;
            return Ok(UNKNOWN);
        }
        let text = Encoding::Base64.write(&Encoding::Latin1.read(&text));
        Ok(m.string(&text))
    }),
    ("atob", |m, c| {
        let Some(text) = m.text_by_code(c.arg(0), c.at)? else { return Ok(UNKNOWN) };
        let text = m.str(text);
        let signs: String = text.chars().filter(|c| !" \t\n\x0c\r".contains(*c)).collect();
        let body = signs.trim_end_matches('=');
        let is_base64 = body.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"+/".contains(&sign));
        let padding = signs.len() - body.len();
        let fits = body.len() % 4 != 1 && (padding == 0 || padding <= 2 && signs.len().is_multiple_of(4));
        if !is_base64 || !fits {
            m.bad_argument("InvalidCharacterError", "The string to be decoded is not correctly encoded.", c.at)?;
            return Ok(UNKNOWN);
        }
        let text = Encoding::Latin1.write(&from_base64(body));
        Ok(m.string(&text))
    }),
    ("new TextEncoder", |m, _| {
        let id = m.plain();
        fill(
            m,
            id,
            &[("encode", |m, c| {
                let text =
                    if c.arg(0) == Value::Undefined { Some(m.atom("")) } else { m.text_by_code(c.arg(0), c.at)? };
                let Some(text) = text else { return Ok(UNKNOWN) };
                let numbers: Vec<f64> = m.str(text).bytes().map(f64::from).collect();
                Ok(m.view_of(Class::U8, &numbers))
            })],
        );
        let name = m.string("utf-8");
        m.define(id, "encoding", name);
        m.object_mut(id).name = m.atom("TextEncoder()");
        m.object_mut(id).open = true;
        Ok(Value::Obj(id))
    }),
    ("new TextDecoder", |m, c| {
        let is_utf8 = match c.arg(0) {
            Value::Undefined => true,
            Value::Str(label) => {
                matches!(m.str(label).trim().to_lowercase().as_str(), "utf-8" | "utf8" | "unicode-1-1-utf-8")
            }
            _ => false,
        };
        if !is_utf8 || c.arg(1) != Value::Undefined {
            return Ok(UNKNOWN);
        }
        let id = m.plain();
        fill(
            m,
            id,
            &[("decode", |m, c| {
                if c.args.is_empty() {
                    return Ok(m.string(""));
                }
                let Some(bytes) = m.seen_bytes(c.arg(0)) else { return Ok(UNKNOWN) };
                let text = Encoding::Utf8.write(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
                Ok(m.string(&text))
            })],
        );
        let name = m.string("utf-8");
        m.define(id, "encoding", name);
        m.object_mut(id).name = m.atom("TextDecoder()");
        m.object_mut(id).open = true;
        Ok(Value::Obj(id))
    }),
];

/// The encoding that an argument names; one that is none is refused, or taken for the usual one.
fn encoding(m: &mut Machine<'_>, c: &Call<'_>, name: Value, lenient: bool) -> Result<Option<Encoding>, Abrupt> {
    match name {
        Value::Undefined | Value::Null => Ok(Some(Encoding::Utf8)),
        Value::Str(name) => {
            let name = m.str(name);
            let known = Encoding::of(&name);
            if known.is_none() && !lenient {
                let message = format!("Unknown encoding: {name}");
                m.bad_argument_of_node("TypeError", &message, "ERR_UNKNOWN_ENCODING", c.at)?;
            }
            Ok(known.or(lenient.then_some(Encoding::Utf8)))
        }
        _ => Ok(None),
    }
}

/// `Buffer.from(..)`; what it surely refuses was refused before.
fn from(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    match c.arg(0) {
        Value::Str(text) => {
            let Some(encoding) = encoding(m, c, c.arg(1), false)? else { return Ok(UNKNOWN) };
            let bytes = encoding.read(&m.str(text));
            Ok(m.buffer_of(bytes))
        }
        Value::Obj(id) if matches!(m.object(id).kind, Kind::Bytes(_)) => {
            let Kind::Bytes(bytes) = m.object(id).kind else { return Ok(UNKNOWN) };
            let Some(size) = m.bytes(bytes).map(<[u8]>::len) else { return Ok(UNKNOWN) };
            if c.args.len() > 1 {
                return Ok(UNKNOWN);
            }
            Ok(m.view_object(super::value::View { class: Class::Buffer, bytes, offset: 0, length: size as u32 }))
        }
        Value::Obj(id) => {
            let array_like = !matches!(m.object(id).kind, Kind::Plain);
            if !array_like {
                return refuse_object(m, c, id);
            }
            Ok(made_of(m, c, c.arg(0))?.map_or(UNKNOWN, |bytes| m.buffer_of(bytes)))
        }
        _ => Ok(UNKNOWN),
    }
}

/// An object that is nothing like a list, nor says what it is as a text.
fn refuse_object(m: &mut Machine<'_>, c: &Call<'_>, id: u32) -> R {
    let has = |m: &mut Machine<'_>, name: &str| {
        let key = m.atom(name);
        m.get_quiet(Value::Obj(id), key) != Value::Undefined
    };
    let is_bare = m.object(id).proto == m.proto("Object") && !m.object(id).open;
    let says = ["length", "data", "type", "@@toPrimitive"].iter().any(|name| has(m, name));
    let own_value = super::views::member(m, id, "valueOf").is_some();
    if is_bare && !says && !own_value {
        m.note_read(c.arg(0));
        let message = "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an \
                       Array-like Object";
        m.wrong_type(message, c.at)?;
    }
    Ok(UNKNOWN)
}

/// The bytes of numbers in a list or view.
fn made_of(m: &mut Machine<'_>, c: &Call<'_>, value: Value) -> Result<Option<Vec<u8>>, Abrupt> {
    let items = match m.view_items(value) {
        Some(items) => items,
        None => {
            let Some(items) = list(m, value) else { return Ok(None) };
            let mut numbers = Vec::with_capacity(items.len());
            for item in items {
                let Some(number) = m.number_of(item, c.at)? else { return Ok(None) };
                numbers.push(number);
            }
            numbers
        }
    };
    Ok(Some(items.into_iter().flat_map(|number| Class::U8.written(number)).collect()))
}

/// What is looked for in a buffer or put into it.
fn needle(m: &mut Machine<'_>, c: &Call<'_>, name: Value) -> Result<Option<Vec<u8>>, Abrupt> {
    Ok(match c.arg(0) {
        Value::Str(text) => encoding(m, c, name, false)?.map(|encoding| encoding.read(&m.str(text))),
        Value::Num(number) => Some(Class::U8.written(number)),
        Value::Obj(_) => m.seen_bytes(c.arg(0)),
        _ => None,
    })
}

fn find(m: &mut Machine<'_>, c: &Call<'_>, last: bool) -> Result<Option<f64>, Abrupt> {
    // With a place to begin at the second argument may be an encoding, too.
    if c.args.len() > 1 {
        return Ok(None);
    }
    let (Some(wanted), Some(bytes)) = (needle(m, c, Value::Undefined)?, m.seen_bytes(c.this)) else { return Ok(None) };
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut windows = bytes.windows(wanted.len());
    let found = match last {
        false => windows.position(|part| part == wanted),
        true => windows.rposition(|part| part == wanted),
    };
    Ok(Some(found.map_or(-1.0, |at| at as f64)))
}

/// `buffer.fill(value, start, end, encoding)`.
fn fill_with(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (name, from, to) = match c.arg(1) {
        Value::Str(_) => (c.arg(1), Value::Undefined, Value::Undefined),
        _ => (c.arg(3), c.arg(1), c.arg(2)),
    };
    let (Some(part), Some((_, view))) = (needle(m, c, name)?, m.view(c.this)) else { return Ok(m.spoil(c.this)) };
    let part = if part.is_empty() { vec![0] } else { part };
    let (from, to) = places(m, from, to, view.length as usize);
    for (at, byte) in (from..to).zip(part.iter().cycle()) {
        m.write_number(c.this, at, Some(f64::from(*byte)));
    }
    Ok(c.this)
}

macro_rules! numbers {
    ($($get:literal, $set:literal, $class:expr, $little:literal;)*) => {
        &[$(
            (concat!("read", $get), |m, c| read_number(m, c, $class, $little)),
            (concat!("write", $get), |m, c| write_number(m, c, $class, $little)),
            (concat!("read", $set), |m, c| read_number(m, c, $class, $little)),
            (concat!("write", $set), |m, c| write_number(m, c, $class, $little)),
        )*]
    };
}

/// Both spellings of what reads and writes numbers.
pub(super) const NUMBERS: Table = numbers! {
    "UInt8", "Uint8", Class::U8, true;
    "UInt16LE", "Uint16LE", Class::U16, true;
    "UInt16BE", "Uint16BE", Class::U16, false;
    "UInt32LE", "Uint32LE", Class::U32, true;
    "UInt32BE", "Uint32BE", Class::U32, false;
};

macro_rules! signed {
    ($($get:literal, $class:expr, $little:literal;)*) => {
        &[$(
            (concat!("read", $get), |m, c| read_number(m, c, $class, $little)),
            (concat!("write", $get), |m, c| write_number(m, c, $class, $little)),
        )*]
    };
}

/// Those that have one spelling.
pub(super) const SIGNED: Table = signed! {
    "Int8", Class::I8, true;
    "Int16LE", Class::I16, true;
    "Int16BE", Class::I16, false;
    "Int32LE", Class::I32, true;
    "Int32BE", Class::I32, false;
    "FloatLE", Class::F32, true;
    "FloatBE", Class::F32, false;
    "DoubleLE", Class::F64, true;
    "DoubleBE", Class::F64, false;
};

/// The place that an argument names for a number of some width.
fn number_place(m: &mut Machine<'_>, c: &Call<'_>, at: Value, width: usize) -> Result<Option<usize>, Abrupt> {
    let Some((_, view)) = m.view(c.this) else { return Ok(None) };
    let at = match at {
        Value::Undefined => 0.0,
        Value::Num(at) => at,
        Value::Obj(_) | Value::Unknown(_) | Value::Import(_) => return Ok(None),
        _ => {
            m.wrong_type("The \"offset\" argument must be of type number", c.at)?;
            return Ok(None);
        }
    };
    if at < 0.0 || at.fract() != 0.0 || at + width as f64 > f64::from(view.length) {
        m.note_read(c.this);
        let (message, code) = match f64::from(view.length) < width as f64 {
            true => ("Attempt to access memory outside buffer bounds", "ERR_BUFFER_OUT_OF_BOUNDS"),
            false => ("The value of \"offset\" is out of range.", "ERR_OUT_OF_RANGE"),
        };
        m.bad_argument_of_node("RangeError", message, code, c.at)?;
        return Ok(None);
    }
    Ok(Some(at as usize))
}

fn read_number(m: &mut Machine<'_>, c: &Call<'_>, class: Class, is_little: bool) -> R {
    let Some(at) = number_place(m, c, c.arg(0), class.width())? else { return Ok(UNKNOWN) };
    let part = m.seen_bytes(c.this).and_then(|bytes| bytes.get(at..at + class.width()).map(<[u8]>::to_vec));
    let Some(mut part) = part else { return Ok(UNKNOWN) };
    if !is_little {
        part.reverse();
    }
    Ok(class.read(&part).map_or(UNKNOWN, Value::Num))
}

fn write_number(m: &mut Machine<'_>, c: &Call<'_>, class: Class, is_little: bool) -> R {
    let Some(number) = m.number_of(c.arg(0), c.at)? else { return Ok(m.spoil(c.this)) };
    let range = match class {
        Class::U8 => 0.0..=255.0,
        Class::I8 => -128.0..=127.0,
        Class::U16 => 0.0..=65_535.0,
        Class::I16 => -32_768.0..=32_767.0,
        Class::U32 => 0.0..=4_294_967_295.0,
        Class::I32 => -2_147_483_648.0..=2_147_483_647.0,
        _ => f64::NEG_INFINITY..=f64::INFINITY,
    };
    if !number.is_nan() && !range.contains(&number) {
        let message = "The value of \"value\" is out of range.";
        m.bad_argument_of_node("RangeError", message, "ERR_OUT_OF_RANGE", c.at)?;
        return Ok(m.spoil(c.this));
    }
    let Some(at) = number_place(m, c, c.arg(1), class.width())? else { return Ok(m.spoil(c.this)) };
    let mut part = class.written(number);
    if !is_little {
        part.reverse();
    }
    for (step, byte) in part.iter().enumerate() {
        m.write_number(c.this, at + step, Some(f64::from(*byte)));
    }
    Ok(Value::Num((at + class.width()) as f64))
}

pub(super) const METHODS: Table = &[
    ("toString", |m, c| {
        let Some(encoding) = encoding(m, c, c.arg(0), false)? else { return Ok(UNKNOWN) };
        let Some(bytes) = m.seen_bytes(c.this) else { return Ok(UNKNOWN) };
        let place = |m: &Machine<'_>, value: Value, otherwise: usize| match value {
            Value::Undefined => otherwise,
            other => {
                m.to_number(other).filter(|at| !at.is_nan()).map_or(0, |at| (at.max(0.0) as usize).min(bytes.len()))
            }
        };
        let (from, to) = (place(m, c.arg(1), 0), place(m, c.arg(2), bytes.len()));
        let text = encoding.write(bytes.get(from..to.max(from)).unwrap_or_default());
        Ok(m.string(&text))
    }),
    ("toJSON", |m, c| {
        let Some(items) = m.view_items(c.this) else { return Ok(UNKNOWN) };
        let id = m.plain();
        let (kind, data) = (m.string("Buffer"), m.array(items.into_iter().map(Value::Num).collect()));
        for (name, value) in [("type", kind), ("data", data)] {
            let key = m.atom(name);
            m.put(id, key, value);
        }
        Ok(Value::Obj(id))
    }),
    ("slice", |m, c| {
        let key = m.atom("subarray");
        let method = m.get(c.this, key)?;
        m.call_at(method, c.this, c.args, c.at)
    }),
    ("equals", |m, c| {
        if c.arg(0).is_primitive() {
            m.wrong_type("The \"otherBuffer\" argument must be an instance of Buffer or Uint8Array", c.at)?;
        }
        let (Some(a), Some(b)) = (m.seen_bytes(c.this), m.seen_bytes(c.arg(0))) else { return Ok(UNKNOWN) };
        Ok(Value::Bool(a == b))
    }),
    ("compare", |m, c| {
        let (Some(a), Some(b), 1) = (m.seen_bytes(c.this), m.seen_bytes(c.arg(0)), c.args.len()) else {
            return Ok(UNKNOWN);
        };
        Ok(Value::Num(f64::from(a.cmp(&b) as i8)))
    }),
    ("indexOf", |m, c| Ok(find(m, c, false)?.map_or(UNKNOWN, Value::Num))),
    ("lastIndexOf", |m, c| Ok(find(m, c, true)?.map_or(UNKNOWN, Value::Num))),
    ("includes", |m, c| Ok(find(m, c, false)?.map_or(UNKNOWN, |at| Value::Bool(at >= 0.0)))),
    ("fill", fill_with),
    ("write", |m, c| {
        let (at, name) = match (c.arg(1), c.arg(2)) {
            (Value::Str(_), _) => (0.0, c.arg(1)),
            (Value::Undefined, _) => (0.0, Value::Undefined),
            (Value::Num(at), Value::Str(_) | Value::Undefined) => (at, c.arg(2)),
            _ => return Ok(m.spoil(c.this)),
        };
        let (Value::Str(text), Some((_, view)), Some(encoding)) =
            (c.arg(0), m.view(c.this), encoding(m, c, name, false)?)
        else {
            return Ok(m.spoil(c.this));
        };
        let bytes = encoding.read(&m.str(text));
        let room = f64::from(view.length) - at;
        // A sign that does not fit is left out as a whole.
        if at < 0.0 || bytes.len() as f64 > room {
            return Ok(m.spoil(c.this));
        }
        for (step, byte) in bytes.iter().enumerate() {
            m.write_number(c.this, at as usize + step, Some(f64::from(*byte)));
        }
        Ok(Value::Num(bytes.len() as f64))
    }),
    ("copy", |m, c| {
        let (Some(bytes), Some((_, to))) = (m.seen_bytes(c.this), m.view(c.arg(0))) else {
            return Ok(m.spoil(c.arg(0)));
        };
        let start = m.to_number(c.arg(1)).filter(|at| !at.is_nan()).unwrap_or(0.0).max(0.0) as usize;
        let (from, end) = places(m, c.arg(2), c.arg(3), bytes.len());
        let part = bytes.get(from..end.max(from)).unwrap_or_default();
        let part = part.get(..part.len().min((to.length as usize).saturating_sub(start))).unwrap_or_default().to_vec();
        for (step, byte) in part.iter().enumerate() {
            m.write_number(c.arg(0), start + step, Some(f64::from(*byte)));
        }
        Ok(Value::Num(part.len() as f64))
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_bytes_go_both_ways() {
        for (name, text, bytes) in [
            ("utf8", "é", &[0xc3, 0xa9][..]),
            ("hex", "7175", &[0x71, 0x75]),
            ("base64", "aGk=", b"hi"),
            ("base64url", "-_8", &[0xfb, 0xff]),
            ("latin1", "é", &[0xe9]),
            ("ucs2", "a", &[0x61, 0]),
        ] {
            let encoding = Encoding::of(name).unwrap();
            assert_eq!(encoding.read(text), bytes, "{name}");
            assert_eq!(encoding.write(bytes), text, "{name}");
        }
        assert_eq!(Encoding::Hex.read("71zz75"), [0x71]);
        assert_eq!(from_base64("aG k=\u{e9}x"), b"hi");
        assert_eq!(Encoding::of("nope"), None);
    }
}
