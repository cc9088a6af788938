//! Strings. Places in them count UTF-16 units; what is not in ASCII is counted through.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::Machine;
use super::collections::{index, range};
use super::regex::{offset, units};
use super::tables::Table;
use super::value::{Abrupt, Call, Kind, R, UNKNOWN, Value};

/// Longest text of the engine, in UTF-16 units (V8, 64 bits).
const LONGEST: f64 = 536_870_888.0;
/// Longest text that is made by repeating or filling up.
const LONGEST_MADE: usize = 65_536;
/// Longest text that is taken apart.
const LONGEST_SPLIT: usize = 20_000;

pub(super) const STRING: Table = &[
    ("toString", |_, c| Ok(c.this)),
    ("valueOf", |_, c| Ok(c.this)),
    ("toLocaleLowerCase", |m, c| cased(m, c, |s| s.to_lowercase())),
    ("toLocaleUpperCase", |m, c| cased(m, c, |s| s.to_uppercase())),
    ("isWellFormed", |_, c| Ok(if c.this.is_text() { Value::Bool(true) } else { UNKNOWN })),
    ("toWellFormed", |_, c| Ok(if c.this.is_text() { c.this } else { UNKNOWN })),
    ("@@iterator", |m, c| {
        let items = if c.this.is_text() { m.iterate(c.this)? } else { None };
        Ok(items.map_or(UNKNOWN, |items| m.walker(items)))
    }),
    ("toLowerCase", |m, c| text(m, c, |s, _| Some(s.to_lowercase()))),
    ("toUpperCase", |m, c| text(m, c, |s, _| Some(s.to_uppercase()))),
    ("trim", |m, c| text(m, c, |s, _| Some(s.trim_matches(is_space).to_owned()))),
    ("trimStart", |m, c| text(m, c, |s, _| Some(s.trim_start_matches(is_space).to_owned()))),
    ("trimLeft", |m, c| text(m, c, |s, _| Some(s.trim_start_matches(is_space).to_owned()))),
    ("trimEnd", |m, c| text(m, c, |s, _| Some(s.trim_end_matches(is_space).to_owned()))),
    ("trimRight", |m, c| text(m, c, |s, _| Some(s.trim_end_matches(is_space).to_owned()))),
    ("concat", |m, c| text(m, c, |s, a| Some(format!("{s}{}", a.concat())))),
    ("startsWith", |m, c| test(m, c, |s, a, from| s.get(from..).map(|rest| rest.starts_with(a)))),
    ("endsWith", |m, c| match c.arg(1) {
        Value::Undefined => test(m, c, |s, a, _| Some(s.ends_with(a))),
        _ => test(m, c, |s, a, to| s.get(..to).map(|rest| rest.ends_with(a))),
    }),
    ("includes", |m, c| test(m, c, |s, a, from| s.get(from..).map(|rest| rest.contains(a)))),
    ("indexOf", |m, c| find(m, c, |s, a, from| s.get(from..).map(|rest| rest.find(a).map(|at| from + at)))),
    ("lastIndexOf", |m, c| match c.arg(1) {
        Value::Undefined => find(m, c, |s, a, _| Some(s.rfind(a))),
        _ => find(m, c, |s, a, to| {
            let end = to.saturating_add(a.len()).min(s.len());
            s.get(..end).map(|rest| rest.rfind(a))
        }),
    }),
    ("charAt", |m, c| {
        let (Value::Str(s), Some(at)) = (c.this, place(m, c.arg(0), Some(0))) else { return Ok(UNKNOWN) };
        let s = m.str(s);
        part(m, &s, at, at.saturating_add(1))
    }),
    ("at", |m, c| {
        let (Value::Str(s), Some(at)) = (c.this, m.to_number(c.arg(0))) else { return Ok(UNKNOWN) };
        let s = m.str(s);
        let length = units(&s, s.len());
        let at = if at < 0.0 { at + length as f64 } else { at };
        if at < 0.0 || at >= length as f64 {
            return Ok(Value::Undefined);
        }
        part(m, &s, at as usize, at as usize + 1)
    }),
    ("charCodeAt", |m, c| {
        let (Value::Str(s), Some(at)) = (c.this, place(m, c.arg(0), Some(0))) else { return Ok(UNKNOWN) };
        let unit = m.unit_at(s, at);
        Ok(Value::Num(unit.map_or(f64::NAN, f64::from)))
    }),
    ("codePointAt", |m, c| {
        let (Value::Str(s), Some(at)) = (c.this, place(m, c.arg(0), Some(0))) else { return Ok(UNKNOWN) };
        let Some(unit) = m.unit_at(s, at) else { return Ok(Value::Undefined) };
        let pair = m.unit_at(s, at.saturating_add(1)).map(|next| char::decode_utf16([unit, next]).next());
        let point = match pair {
            Some(Some(Ok(c))) => u32::from(c),
            _ => u32::from(unit),
        };
        Ok(Value::Num(f64::from(point)))
    }),
    ("repeat", |m, c| {
        if let Value::Num(count) = c.arg(0)
            && (count < 0.0 || count.is_infinite())
        {
            m.bad_argument("RangeError", &format!("Invalid count value: {count}"), c.at)?;
        }
        refuse_long(m, c, |count, length| count * length)?;
        text(m, c, |s, a| {
            let n: usize = a.first()?.parse().ok()?;
            (n.saturating_mul(s.len()) < LONGEST_MADE).then(|| s.repeat(n))
        })
    }),
    ("padStart", |m, c| {
        refuse_long(m, c, |wanted, _| wanted)?;
        text(m, c, |s, a| Some(format!("{}{s}", padding(s, a)?)))
    }),
    ("padEnd", |m, c| {
        refuse_long(m, c, |wanted, _| wanted)?;
        text(m, c, |s, a| Some(format!("{s}{}", padding(s, a)?)))
    }),
    ("normalize", |m, c| {
        let form = match c.arg(0) {
            Value::Undefined => "NFC".into(),
            Value::Str(form) => m.str(form),
            _ => return Ok(UNKNOWN),
        };
        if !matches!(&*form, "NFC" | "NFD" | "NFKC" | "NFKD") {
            m.bad_argument("RangeError", "The normalization form should be one of NFC, NFD, NFKC, NFKD.", c.at)?;
        }
        let Value::Str(text) = c.this else { return Ok(UNKNOWN) };
        let text = m.str(text);
        if text.is_ascii() {
            return Ok(c.this);
        }
        let normal: String = match &*form {
            "NFC" => text.nfc().collect(),
            "NFD" => text.nfd().collect(),
            "NFKC" => text.nfkc().collect(),
            _ => text.nfkd().collect(),
        };
        Ok(m.string(&normal))
    }),
    ("localeCompare", |m, c| {
        m.refuse_locale(c.arg(1), c.at)?;
        let (Value::Str(a), Value::Str(b), 1) = (c.this, c.arg(0), c.args.len()) else { return Ok(UNKNOWN) };
        let (a, b) = (m.str(a), m.str(b));
        Ok(compared(&a, &b).map_or(UNKNOWN, |order| Value::Num(f64::from(order as i8))))
    }),
    ("match", super::regex::match_text),
    ("matchAll", super::regex::match_all),
    ("search", super::regex::search),
    ("replace", |m, c| replace(m, c, false)),
    ("replaceAll", |m, c| replace(m, c, true)),
    ("slice", |m, c| {
        let Some((s, length)) = to_cut(m, c) else { return Ok(UNKNOWN) };
        let (from, to) = range(m, c, length);
        part(m, &s, from, to.max(from))
    }),
    ("substring", |m, c| {
        let Some((s, length)) = to_cut(m, c) else { return Ok(UNKNOWN) };
        let [Some(from), Some(to)] = [place(m, c.arg(0), Some(0)), place(m, c.arg(1), Some(length))] else {
            return Ok(UNKNOWN);
        };
        let (from, to) = (from.min(length), to.min(length));
        part(m, &s, from.min(to), from.max(to))
    }),
    ("substr", |m, c| {
        let Some((s, length)) = to_cut(m, c) else { return Ok(UNKNOWN) };
        let from = index(m.to_number(c.arg(0)).filter(|n| !n.is_nan()).unwrap_or(0.0), length);
        let Some(count) = place(m, c.arg(1), Some(length)) else { return Ok(UNKNOWN) };
        part(m, &s, from, from.saturating_add(count).min(length))
    }),
    ("split", |m, c| {
        if let Some(parts) = super::regex::split(m, c) {
            return Ok(parts);
        }
        let (Value::Str(s), Value::Str(by)) = (c.this, c.arg(0)) else { return Ok(UNKNOWN) };
        let (s, by) = (m.str(s), m.str(by));
        let readable = s.len() <= LONGEST_SPLIT && (s.is_ascii() || !by.is_empty());
        let Some(most) = place(m, c.arg(1), Some(usize::MAX)).filter(|_| readable) else {
            return Ok(UNKNOWN);
        };
        let parts: Vec<String> = if by.is_empty() {
            s.chars().take(most).map(String::from).collect()
        } else {
            s.split(&*by).take(most).map(str::to_owned).collect()
        };
        let parts = parts.iter().map(|part| m.string(part)).collect();
        Ok(m.array(parts))
    }),
];

/// The text in other letter case, as it is in most languages.
fn cased(m: &mut Machine<'_>, c: &Call<'_>, make: fn(&str) -> String) -> R {
    m.refuse_locale(c.arg(0), c.at)?;
    let Value::Str(text) = c.this else { return Ok(UNKNOWN) };
    let is_common = match c.arg(0) {
        Value::Undefined => true,
        Value::Str(tag) => m.str(tag).split('-').next().is_some_and(|tag| ["en", "de", "fr", "es"].contains(&tag)),
        _ => false,
    };
    let text = m.str(text);
    Ok(if is_common { m.string(&make(&text)) } else { UNKNOWN })
}

/// How people order two texts of letters and digits: by the letters, then small ones before large ones. How other signs
/// are ordered, a table of Unicode says.
fn compared(a: &str, b: &str) -> Option<std::cmp::Ordering> {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain(a) || !is_plain(b) {
        return None;
    }
    let letters = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
    let cases = || {
        let cases = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
        cases.map_or(std::cmp::Ordering::Equal, |(a, _)| {
            if a.is_ascii_lowercase() { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater }
        })
    };
    Some(letters.then_with(cases))
}

/// What the language takes for a space.
fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

pub(super) const STRING_STATIC: Table = &[
    ("fromCharCode", |m, c| {
        let units: Option<Vec<u16>> = c.args.iter().map(|arg| m.to_number(*arg).map(|n| n as u32 as u16)).collect();
        Ok(match units.and_then(|units| String::from_utf16(&units).ok()) {
            Some(text) => m.string(&text),
            None => UNKNOWN,
        })
    }),
    ("fromCodePoint", |m, c| {
        let is_point = |n: f64| (0.0..=f64::from(u32::from(char::MAX))).contains(&n) && n.fract() == 0.0;
        let numbers: Vec<f64> = c.args.iter().filter_map(|arg| m.to_number(*arg)).collect();
        if let Some(wrong) = numbers.into_iter().find(|number| !is_point(*number)) {
            m.bad_argument("RangeError", &format!("Invalid code point {wrong}"), c.at)?;
        }
        let text: Option<String> =
            c.args.iter().map(|arg| m.to_number(*arg).and_then(|n| char::from_u32(n as u32))).collect();
        Ok(text.map_or(UNKNOWN, |text| m.string(&text)))
    }),
    ("raw", |m, c| {
        let key = m.atom("raw");
        let raw = if matches!(c.arg(0), Value::Obj(_)) { m.get(c.arg(0), key)? } else { UNKNOWN };
        let Some(texts) = super::tables::list(m, raw) else { return Ok(UNKNOWN) };
        let mut out = String::new();
        let last = texts.len().saturating_sub(1);
        for (at, text) in texts.into_iter().enumerate() {
            let placed = c.args.get(at + 1).copied().filter(|_| at < last);
            for value in [Some(text), placed].into_iter().flatten() {
                let Some(text) = m.text_by_code(value, c.at)? else { return Ok(UNKNOWN) };
                out.push_str(&m.str(text));
            }
        }
        Ok(m.string(&out))
    }),
];

/// A place or count that an argument names, negative ones as 0.
fn place(m: &Machine<'_>, argument: Value, otherwise: Option<usize>) -> Option<usize> {
    match argument {
        Value::Undefined => otherwise,
        _ => m.to_number(argument).map(|number| number.max(0.0) as usize),
    }
}

/// The text and its length, where it is known from where to where it is cut.
fn to_cut(m: &mut Machine<'_>, c: &Call<'_>) -> Option<(Arc<str>, usize)> {
    let Value::Str(s) = c.this else { return None };
    let known = |value: Value| !matches!(value, Value::Unknown(_));
    let s = m.str(s);
    let length = units(&s, s.len());
    (known(c.arg(0)) && known(c.arg(1))).then_some((s, length))
}

/// A part of a text by its units; not known where a pair of them would be torn apart.
fn part(m: &mut Machine<'_>, s: &str, from: usize, to: usize) -> R {
    let (start, end) = (offset(s, from).min(s.len()), offset(s, to).min(s.len()));
    if !s.is_ascii() && (units(s, start) != from.min(units(s, s.len())) || units(s, end) != to.min(units(s, s.len()))) {
        return Ok(UNKNOWN);
    }
    Ok(s.get(start..end).map_or(UNKNOWN, |part| m.string(part)))
}

/// Throws where a text gets longer than any can be.
fn refuse_long(m: &mut Machine<'_>, c: &Call<'_>, length: fn(f64, f64) -> f64) -> Result<(), Abrupt> {
    let (Value::Str(text), Value::Num(count)) = (c.this, c.arg(0)) else { return Ok(()) };
    let text = m.str(text);
    let pads_with_nothing = matches!(c.arg(1), Value::Str(text) if m.str(text).is_empty());
    if length(count.trunc(), units(&text, text.len()) as f64) > LONGEST && !pads_with_nothing {
        m.bad_argument("RangeError", "Invalid string length", c.at)?;
    }
    Ok(())
}

fn padding(s: &str, arguments: &[String]) -> Option<String> {
    let wanted: usize = arguments.first()?.parse().ok()?;
    let with = arguments.get(1).map_or(" ", String::as_str);
    let missing = wanted.saturating_sub(units(s, s.len()));
    if missing > LONGEST_MADE || !with.is_ascii() {
        return None;
    }
    Some(with.chars().cycle().take(if with.is_empty() { 0 } else { missing }).collect())
}

fn text(m: &mut Machine<'_>, c: &Call<'_>, make: fn(&str, &[String]) -> Option<String>) -> R {
    let Value::Str(this) = c.this else { return Ok(UNKNOWN) };
    let this = m.str(this);
    let mut args = Vec::new();
    for arg in c.args {
        match m.text_by_code(*arg, c.at)? {
            Some(text) => args.push(m.str(text).to_string()),
            None => return Ok(UNKNOWN),
        }
    }
    Ok(match make(&this, &args) {
        Some(text) => m.string(&text),
        None => UNKNOWN,
    })
}

/// The text, what is looked for in it, and the byte from which on.
fn looked_for(m: &mut Machine<'_>, c: &Call<'_>) -> Option<(Arc<str>, Arc<str>, usize)> {
    let (Value::Str(s), Value::Str(part)) = (c.this, c.arg(0)) else { return None };
    let (s, part) = (m.str(s), m.str(part));
    let from = place(m, c.arg(1), Some(0))?;
    let from = offset(&s, from).min(s.len());
    Some((s, part, from))
}

fn test(m: &mut Machine<'_>, c: &Call<'_>, test: fn(&str, &str, usize) -> Option<bool>) -> R {
    let matches = m.atom("@@match");
    if let Value::Obj(id) = c.arg(0)
        && matches!(m.object(id).kind, Kind::Regex(..))
        // Code can say of one that it is none.
        && matches!(m.get_quiet(c.arg(0), matches), Value::Obj(_))
    {
        m.bad_argument("TypeError", "First argument must not be a regular expression", c.at)?;
    }
    let Some((s, part, from)) = looked_for(m, c) else { return Ok(UNKNOWN) };
    Ok(test(&s, &part, from).map_or(UNKNOWN, Value::Bool))
}

fn find(m: &mut Machine<'_>, c: &Call<'_>, find: fn(&str, &str, usize) -> Option<Option<usize>>) -> R {
    let Some((s, part, from)) = looked_for(m, c) else { return Ok(UNKNOWN) };
    let place = |at: Option<usize>| Value::Num(at.map_or(-1.0, |at| units(&s, at) as f64));
    Ok(find(&s, &part, from).map_or(UNKNOWN, place))
}

/// `text.replace(part, function)`.
fn replace_by_call(m: &mut Machine<'_>, c: &Call<'_>, all: bool) -> R {
    let (Value::Str(text), Value::Str(part)) = (c.this, c.arg(0)) else { return Ok(UNKNOWN) };
    let (content, part) = (m.str(text), m.str(part));
    let places: Vec<usize> =
        content.match_indices(&*part).map(|(at, _)| at).take(if all { usize::MAX } else { 1 }).collect();
    let (mut out, mut last) = (String::new(), 0);
    for at in places {
        let place = Value::Num(units(&content, at) as f64);
        let made = m.call_at(c.arg(1), Value::Undefined, &[c.arg(0), place, c.this], c.at)?;
        let Some(made) = m.text_by_code(made, c.at)? else { return Ok(UNKNOWN) };
        out.push_str(content.get(last..at).unwrap_or_default());
        out.push_str(&m.str(made));
        last = at + part.len();
    }
    out.push_str(content.get(last..).unwrap_or_default());
    Ok(m.string(&out))
}

fn replace(m: &mut Machine<'_>, c: &Call<'_>, all: bool) -> R {
    if let Some(value) = super::regex::replace(m, c, all)? {
        return Ok(value);
    }
    if m.callable(c.arg(1)) {
        return replace_by_call(m, c, all);
    }
    let (Value::Str(s), Value::Str(from), Value::Str(to)) = (c.this, c.arg(0), c.arg(1)) else {
        return Ok(UNKNOWN);
    };
    let (s, from, to) = (m.str(s), m.str(from), m.str(to));
    if to.contains('$') {
        // What else it may stand for, only expressions have, or the text around.
        if to.replace("$$", "").replace("$&", "").contains('$') {
            return Ok(UNKNOWN);
        }
        let to = to.split("$$").map(|part| part.replace("$&", &from)).collect::<Vec<_>>().join("$");
        let text = if all { s.replace(&*from, &to) } else { s.replacen(&*from, &to, 1) };
        return Ok(m.string(&text));
    }
    let text = if all { s.replace(&*from, &to) } else { s.replacen(&*from, &to, 1) };
    Ok(m.string(&text))
}
