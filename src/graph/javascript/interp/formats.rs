//! Texts that `util` and `querystring` make of plain values, and back.

use super::Machine;
use super::tables::Table;
use super::value::{Abrupt, Call, R, UNKNOWN, Value};

pub(super) const FUNCTIONS: Table = &[
    ("util.format", format),
    ("querystring.stringify", |m, c| {
        if c.args.len() != 1 {
            return Ok(UNKNOWN);
        }
        let Some(keys) = m.own_keys(c.arg(0), false) else { return Ok(UNKNOWN) };
        let mut parts = Vec::new();
        for key in keys {
            let value = m.get(c.arg(0), key)?;
            let name = escaped(&m.str(key));
            let values = super::tables::list(m, value).unwrap_or_else(|| vec![value]);
            for value in values {
                let text = match value {
                    Value::Str(_) | Value::Bool(_) => m.coerce_text(value),
                    Value::Num(number) if number.is_finite() => m.coerce_text(value),
                    Value::Unknown(_) | Value::Import(_) | Value::Big(_) => return Ok(UNKNOWN),
                    _ => Some(m.atom("")),
                };
                let Some(text) = text else { return Ok(UNKNOWN) };
                parts.push(format!("{name}={}", escaped(&m.str(text))));
            }
        }
        Ok(m.string(&parts.join("&")))
    }),
    ("querystring.escape", |m, c| {
        let Some(text) = m.text_by_code(c.arg(0), c.at)? else { return Ok(UNKNOWN) };
        let text = escaped(&m.str(text));
        Ok(m.string(&text))
    }),
    ("querystring.parse", |m, c| {
        let (Value::Str(text), 1) = (c.arg(0), c.args.len()) else { return Ok(UNKNOWN) };
        let text = m.str(text);
        let id = m.alloc(super::value::Kind::Plain, Value::Null);
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let read = |text: &str| super::refusals::decoded(&text.replace('+', " "));
            let (Some(name), Some(value)) = (read(name), read(value)) else { return Ok(UNKNOWN) };
            let (key, value) = (m.atom(&name), m.string(&value));
            let before = super::views::member(m, id, &name);
            let value = match before {
                None => value,
                Some(before) => {
                    let mut all = super::tables::list(m, before).unwrap_or_else(|| vec![before]);
                    all.push(value);
                    m.array(all)
                }
            };
            m.put(id, key, value);
        }
        Ok(Value::Obj(id))
    }),
    ("escape", |m, c| {
        let Some(text) = m.text_by_code(c.arg(0), c.at)? else { return Ok(UNKNOWN) };
        let mut out = String::new();
        for unit in m.str(text).encode_utf16() {
            match char::from_u32(u32::from(unit)) {
                Some(c) if c.is_ascii_alphanumeric() || "@*_+-./".contains(c) => out.push(c),
                _ if unit < 256 => out.push_str(&format!("%{unit:02X}")),
                _ => out.push_str(&format!("%u{unit:04X}")),
            }
        }
        Ok(m.string(&out))
    }),
    ("unescape", |m, c| {
        let Some(text) = m.text_by_code(c.arg(0), c.at)? else { return Ok(UNKNOWN) };
        let text = m.str(text);
        let mut units = Vec::new();
        let mut rest = &*text;
        while let Some(first) = rest.chars().next() {
            let code = |skip: usize, digits: usize| {
                let digits =
                    rest.get(skip..skip + digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
                u16::from_str_radix(digits, 16).ok()
            };
            let (unit, length) = match first {
                '%' if rest.get(1..2) == Some("u") && code(2, 4).is_some() => (code(2, 4), 6),
                '%' => (code(1, 2), 3),
                _ => (None, 0),
            };
            match unit {
                Some(unit) => {
                    units.push(unit);
                    rest = rest.get(length..).unwrap_or_default();
                }
                None => {
                    units.extend(first.encode_utf16(&mut [0; 2]).iter());
                    rest = rest.get(first.len_utf8()..).unwrap_or_default();
                }
            }
        }
        Ok(String::from_utf16(&units).map_or(UNKNOWN, |text| m.string(&text)))
    }),
];

/// What `querystring` makes of a text.
fn escaped(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c);
    text.chars()
        .map(|c| match kept(c) {
            true => c.to_string(),
            false => c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect(),
        })
        .collect()
}

/// `util.format(text, ..)` with plain values; how objects are shown is not followed.
fn format(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let mut args = c.args.iter().copied();
    let mut out = String::new();
    if let Value::Str(text) = c.arg(0) {
        args.next();
        let text = m.str(text);
        let mut rest = &*text;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            let sign = rest[at + 1..].chars().next();
            rest = &rest[at + 1..];
            let wants = matches!(sign, Some('s' | 'd' | 'i' | 'f' | 'j' | 'o' | 'O' | 'c'));
            if sign == Some('%') && c.args.len() > 1 {
                out.push('%');
                rest = &rest[1..];
                continue;
            }
            let value = if wants { args.next() } else { None };
            let Some((value, sign)) = value.zip(sign) else {
                out.push('%');
                continue;
            };
            rest = &rest[1..];
            let Some(part) = placed(m, c, sign, value)? else { return Ok(UNKNOWN) };
            out.push_str(&part);
        }
        out.push_str(rest);
    }
    for (at, value) in args.enumerate() {
        if at > 0 || matches!(c.arg(0), Value::Str(_)) {
            out.push(' ');
        }
        let Some(part) = shown(m, value) else { return Ok(UNKNOWN) };
        out.push_str(&part);
    }
    Ok(m.string(&out))
}

/// A value in the place of a sign such as `%s`.
fn placed(m: &mut Machine<'_>, c: &Call<'_>, sign: char, value: Value) -> Result<Option<String>, Abrupt> {
    Ok(match (sign, value) {
        ('s', _) => shown(m, value),
        ('d', Value::Num(_) | Value::Bool(_) | Value::Null | Value::Undefined | Value::Str(_)) => {
            let number = m.to_number(value).map(Value::Num);
            number.and_then(|number| shown(m, number))
        }
        ('i', Value::Num(number)) if number.abs() < 1e15 => shown(m, Value::Num(number.trunc())),
        ('f', Value::Num(_)) => shown(m, value),
        ('c', _) => Some(String::new()),
        ('j', _) => {
            let key = m.atom("JSON");
            let json = m.globals.get(&key).copied().unwrap_or(UNKNOWN);
            let key = m.atom("stringify");
            let method = m.get(json, key)?;
            match m.call_at(method, json, &[value], c.at)? {
                Value::Str(text) => Some(m.str(text).to_string()),
                Value::Undefined => Some("undefined".to_owned()),
                _ => None,
            }
        }
        _ => None,
    })
}

/// A plain value as `util.format` shows it.
fn shown(m: &mut Machine<'_>, value: Value) -> Option<String> {
    match value {
        Value::Num(number) if number == 0.0 && number.is_sign_negative() => Some("-0".to_owned()),
        Value::Big(digits) => Some(format!("{}n", m.str(digits))),
        Value::Str(_) | Value::Num(_) | Value::Bool(_) | Value::Null | Value::Undefined => {
            m.coerce_text(value).map(|text| m.str(text).to_string())
        }
        _ => None,
    }
}
