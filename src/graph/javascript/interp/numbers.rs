//! Numbers: `Number`, `Math`, and the functions that read numbers.

use super::Machine;
use super::tables::Table;
use super::value::{Abrupt, Call, R, UNKNOWN, Value};

pub(super) const NUMBER: Table = &[
    ("isInteger", |_, c| Ok(asked(c, |n| n.is_finite() && n.fract() == 0.0))),
    ("isSafeInteger", |_, c| Ok(asked(c, |n| n.fract() == 0.0 && n.abs() <= SAFE))),
    ("isNaN", |_, c| Ok(asked(c, |n| n.is_nan()))),
    ("isFinite", |_, c| Ok(asked(c, |n| n.is_finite()))),
    ("parseInt", |m, c| Ok(parse_int(m, c))),
    ("parseFloat", |m, c| Ok(parse_float(m, c))),
];

/// Methods of numbers.
pub(super) const METHODS: Table = &[
    ("toString", |m, c| {
        let Value::Num(base) = c.arg(0) else {
            let plain = matches!(c.arg(0), Value::Undefined);
            return Ok(m.coerce_text(c.this).filter(|_| plain).map_or(UNKNOWN, Value::Str));
        };
        if !(2.0..37.0).contains(&base) {
            m.bad_argument("RangeError", "toString() radix must be between 2 and 36", c.at)?;
            return Ok(UNKNOWN);
        }
        let base = base.trunc();
        Ok(match c.this {
            _ if base == 10.0 => m.coerce_text(c.this).map_or(UNKNOWN, Value::Str),
            Value::Num(number) if number.fract() == 0.0 && number.abs() <= SAFE => {
                let digits = in_base(number.abs() as u64, base as u32);
                m.string(&format!("{}{digits}", if number < 0.0 { "-" } else { "" }))
            }
            _ => UNKNOWN,
        })
    }),
    ("toFixed", |m, c| {
        let digits = places(m, c, 0.0, "toFixed() digits argument must be between 0 and 100")?;
        Ok(match (c.this, digits) {
            (Value::Num(number), Some(digits)) if number.abs() < 1e21 && number.is_finite() => {
                m.string(&fixed(number, digits))
            }
            _ => UNKNOWN,
        })
    }),
    ("toPrecision", |m, c| {
        if c.arg(0) == Value::Undefined {
            return Ok(m.coerce_text(c.this).map_or(UNKNOWN, Value::Str));
        }
        places(m, c, 1.0, "toPrecision() argument must be between 1 and 100")?;
        Ok(UNKNOWN)
    }),
    ("toExponential", |m, c| {
        places(m, c, 0.0, "toExponential() argument must be between 0 and 100")?;
        Ok(UNKNOWN)
    }),
    ("toLocaleString", |m, c| {
        m.refuse_locale(c.arg(0), c.at)?;
        Ok(UNKNOWN)
    }),
];

/// Digits that an argument asks for.
fn places(m: &mut Machine<'_>, c: &Call<'_>, least: f64, message: &str) -> Result<Option<usize>, Abrupt> {
    let asked = if c.arg(0) == Value::Undefined { Some(0.0) } else { m.to_number(c.arg(0)) };
    let Some(asked) = asked.map(|asked| if asked.is_nan() { 0.0 } else { asked.trunc() }) else { return Ok(None) };
    let Value::Num(number) = c.this else { return Ok(None) };
    // Of what is no finite number most take any.
    if !number.is_finite() && !message.starts_with("toFixed") {
        return Ok(None);
    }
    if !(least..=100.0).contains(&asked) {
        m.bad_argument("RangeError", message, c.at)?;
        return Ok(None);
    }
    Ok(Some(asked as usize))
}

/// The digits of a whole number in a base.
fn in_base(mut number: u64, base: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((number % u64::from(base)) as u32, base));
        number /= u64::from(base);
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}

/// A number with so many digits behind the point. Where two are as near, the language takes the larger one.
fn fixed(number: f64, digits: usize) -> String {
    let size = number.abs();
    let exact = format!("{size:.1100}");
    let behind = exact.find('.').and_then(|point| exact.get(point + 1 + digits..)).unwrap_or_default();
    let is_tie = behind.strip_prefix('5').is_some_and(|rest| rest.bytes().all(|digit| digit == b'0'));
    let size = if is_tie { f64::from_bits(size.to_bits() + 1) } else { size };
    format!("{}{size:.digits$}", if number < 0.0 { "-" } else { "" })
}

pub(super) const GLOBALS: Table = &[
    ("parseInt", |m, c| Ok(parse_int(m, c))),
    ("parseFloat", |m, c| Ok(parse_float(m, c))),
    ("isNaN", |m, c| Ok(number(m, c).map_or(UNKNOWN, |n| Value::Bool(n.is_nan())))),
    ("isFinite", |m, c| Ok(number(m, c).map_or(UNKNOWN, |n| Value::Bool(n.is_finite())))),
    ("decodeURIComponent", |m, c| decode(m, c, "decodeURIComponent")),
    ("decodeURI", |m, c| decode(m, c, "decodeURI")),
    ("encodeURIComponent", |m, c| Ok(encode(m, c, "-_.!~*'()"))),
    ("encodeURI", |m, c| Ok(encode(m, c, "-_.!~*'();/?:@&=+$,#"))),
];

/// The text that a URI stands for; `decodeURI` leaves some signs as they are.
fn decode(m: &mut Machine<'_>, c: &Call<'_>, name: &str) -> R {
    m.refuse_known(name, c.args, c.at)?;
    let text = if matches!(c.arg(0), Value::Obj(_)) { None } else { m.coerce_text(c.arg(0)) };
    let text = text.map(|text| m.str(text)).filter(|text| name == "decodeURIComponent" || !text.contains('%'));
    Ok(match text.and_then(|text| super::refusals::decoded(&text)) {
        Some(text) => m.string(&text),
        None => UNKNOWN,
    })
}

fn encode(m: &mut Machine<'_>, c: &Call<'_>, kept: &str) -> Value {
    let text = if matches!(c.arg(0), Value::Obj(_)) { None } else { m.coerce_text(c.arg(0)) };
    let Some(text) = text.map(|text| m.str(text)) else { return UNKNOWN };
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        match c.is_ascii_alphanumeric() || kept.contains(c) && c.is_ascii() {
            true => out.push(c),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    m.string(&out)
}

pub(super) const MATH: Table = &[
    ("floor", |m, c| Ok(map(m, c, f64::floor))),
    ("ceil", |m, c| Ok(map(m, c, f64::ceil))),
    ("round", |m, c| Ok(map(m, c, |n| if (-0.5..0.0).contains(&n) { -0.0 } else { (n + 0.5).floor() }))),
    ("trunc", |m, c| Ok(map(m, c, f64::trunc))),
    ("sqrt", |m, c| Ok(map(m, c, f64::sqrt))),
    ("abs", |m, c| Ok(map(m, c, f64::abs))),
    ("log", |m, c| Ok(map(m, c, f64::ln))),
    ("log2", |m, c| Ok(map(m, c, f64::log2))),
    ("log10", |m, c| Ok(map(m, c, f64::log10))),
    ("exp", |m, c| Ok(map(m, c, f64::exp))),
    ("sign", |m, c| Ok(map(m, c, |n| if n == 0.0 || n.is_nan() { n } else { n.signum() }))),
    ("pow", |m, c| {
        Ok(match (m.to_number(c.arg(0)), m.to_number(c.arg(1))) {
            (Some(a), Some(b)) => Value::Num(a.powf(b)),
            _ => UNKNOWN,
        })
    }),
    ("max", |m, c| Ok(fold(m, c, f64::max))),
    ("min", |m, c| Ok(fold(m, c, f64::min))),
];

/// Largest integer that a number holds exactly.
const SAFE: f64 = 9_007_199_254_740_991.0;

const CONSTANTS: &[(&str, &str, f64)] = &[
    ("Number", "MAX_SAFE_INTEGER", SAFE),
    ("Number", "MIN_SAFE_INTEGER", -SAFE),
    ("Number", "MAX_VALUE", f64::MAX),
    ("Number", "MIN_VALUE", 5e-324),
    ("Number", "EPSILON", f64::EPSILON),
    ("Number", "POSITIVE_INFINITY", f64::INFINITY),
    ("Number", "NEGATIVE_INFINITY", f64::NEG_INFINITY),
    ("Number", "NaN", f64::NAN),
    ("Math", "PI", std::f64::consts::PI),
    ("Math", "E", std::f64::consts::E),
    ("Math", "LN2", std::f64::consts::LN_2),
    ("Math", "LN10", std::f64::consts::LN_10),
    ("Math", "SQRT2", std::f64::consts::SQRT_2),
];

/// Defines the constants.
pub(super) fn install(m: &mut Machine<'_>) {
    for (holder, name, value) in CONSTANTS {
        let key = m.atom(holder);
        if let Some(Value::Obj(id)) = m.globals.get(&key).copied() {
            m.define(id, name, Value::Num(*value));
        }
    }
}

fn number(m: &Machine<'_>, c: &Call<'_>) -> Option<f64> {
    m.to_number(c.arg(0))
}

/// What `Number` says of an argument; of what is no number it says no.
fn asked(c: &Call<'_>, is: fn(f64) -> bool) -> Value {
    match c.arg(0) {
        Value::Num(number) => Value::Bool(is(number)),
        Value::Unknown(_) | Value::Import(_) => UNKNOWN,
        _ => Value::Bool(false),
    }
}

fn map(m: &Machine<'_>, c: &Call<'_>, step: fn(f64) -> f64) -> Value {
    number(m, c).map_or(UNKNOWN, |n| Value::Num(step(n)))
}

fn parse_int(m: &mut Machine<'_>, c: &Call<'_>) -> Value {
    let (Some(text), base) = (m.coerce_text(c.arg(0)), c.arg(1)) else { return UNKNOWN };
    let text = m.str(text);
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (base, digits) = match (base, hex) {
        (Value::Undefined | Value::Num(0.0 | 16.0), Some(hex)) => (16, hex),
        (Value::Undefined | Value::Num(0.0), None) => (10, digits),
        (Value::Num(base), _) if (2.0..=36.0).contains(&base) => (base as u32, digits),
        _ => return UNKNOWN,
    };
    let mut value = None;
    for digit in digits.chars().map_while(|c| c.to_digit(base)) {
        value = Some(value.unwrap_or(0.0) * f64::from(base) + f64::from(digit));
    }
    Value::Num(value.map_or(f64::NAN, |value: f64| sign * value))
}

fn parse_float(m: &mut Machine<'_>, c: &Call<'_>) -> Value {
    let Some(text) = m.coerce_text(c.arg(0)) else { return UNKNOWN };
    let text = m.str(text);
    let text = text.trim_start();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E')).unwrap_or(text.len());
    let parsed = (0..=end).rev().filter_map(|end| text.get(..end)?.parse().ok()).next();
    Value::Num(parsed.unwrap_or(f64::NAN))
}

fn fold(m: &Machine<'_>, c: &Call<'_>, step: fn(f64, f64) -> f64) -> Value {
    let numbers: Option<Vec<f64>> = c.args.iter().map(|arg| m.to_number(*arg)).collect();
    let numbers = numbers.filter(|numbers| numbers.iter().all(|number| !number.is_nan()));
    numbers.and_then(|numbers| numbers.into_iter().reduce(step)).map_or(UNKNOWN, Value::Num)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_behind_the_point_are_rounded_as_the_language_does() {
        for (number, digits, text) in [
            (2.5, 0, "3"),
            (0.5, 0, "1"),
            (1.005, 2, "1.00"),
            (-2.5, 0, "-3"),
            (-0.0, 1, "0.0"),
            (10.0, 2, "10.00"),
            (1.45, 1, "1.4"),
            (-0.001, 1, "-0.0"),
        ] {
            assert_eq!(fixed(number, digits), text);
        }
        assert_eq!((in_base(255, 16), in_base(0, 2), in_base(35, 36)), ("ff".into(), "0".into(), "z".into()));
    }
}
