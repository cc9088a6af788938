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
            m.bad_argument("RangeError", "toString() radix argument must be between 2 and 36", c.at)?;
            return Ok(UNKNOWN);
        }
        let base = base.trunc();
        Ok(match c.this {
            _ if base == 10.0 => m.coerce_text(c.this).map_or(UNKNOWN, Value::Str),
            Value::Num(number) if !number.is_finite() => m.coerce_text(c.this).map_or(UNKNOWN, Value::Str),
            Value::Num(number) if number.fract() != 0.0 && number.abs() < SAFE => {
                m.string(&fraction_in_base(number, base))
            }
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
            (Value::Num(_), Some(_)) => m.coerce_text(c.this).map_or(UNKNOWN, Value::Str),
            _ => UNKNOWN,
        })
    }),
    ("toPrecision", |m, c| {
        if c.arg(0) == Value::Undefined {
            return Ok(m.coerce_text(c.this).map_or(UNKNOWN, Value::Str));
        }
        let digits = places(m, c, 1.0, "toPrecision() argument must be between 1 and 100")?;
        Ok(match (c.this, digits) {
            (Value::Num(number), Some(digits)) => m.string(&precise(number, digits)),
            _ => UNKNOWN,
        })
    }),
    ("toExponential", |m, c| {
        let digits = places(m, c, 0.0, "toExponential() argument must be between 0 and 100")?;
        Ok(match (c.this, digits) {
            (Value::Num(number), Some(digits)) if c.arg(0) != Value::Undefined => {
                m.string(&exponential(number, digits))
            }
            _ => UNKNOWN,
        })
    }),
    ("valueOf", |_, c| Ok(c.this)),
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

/// A number in a base with what is behind its point: as few digits as tell it from its neighbours.
fn fraction_in_base(number: f64, base: f64) -> String {
    let size = number.abs();
    let (mut whole, mut rest) = (size.trunc(), size.fract());
    let next = f64::from_bits(size.to_bits() + 1);
    let mut delta = (0.5 * (next - size)).max(f64::MIN_POSITIVE);
    let mut digits: Vec<u32> = Vec::new();
    if rest >= delta {
        loop {
            rest *= base;
            delta *= base;
            digits.push(rest as u32);
            rest -= rest.trunc();
            let rounds_up = rest > 0.5 || rest == 0.5 && digits.last().is_some_and(|last| last % 2 == 1);
            if rounds_up && rest + delta > 1.0 {
                // The carry may go through the point.
                loop {
                    let Some(last) = digits.pop() else {
                        whole += 1.0;
                        break;
                    };
                    if f64::from(last + 1) < base {
                        digits.push(last + 1);
                        break;
                    }
                }
                break;
            }
            if rest < delta {
                break;
            }
        }
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let behind: String = digits.into_iter().filter_map(|digit| char::from_digit(digit, base as u32)).collect();
    let point = if behind.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{behind}", in_base(whole as u64, base as u32))
}

/// The digits and the exponent of a number that is cut to so many behind the first. Where two are as near, the language
/// takes the larger one.
fn cut(number: f64, digits: usize) -> (String, i32) {
    let size = number.abs();
    let split = |text: String| {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
    };
    let (exact, _) = split(format!("{size:.1100e}"));
    let behind = exact.get(digits + 1..).unwrap_or_default();
    let is_tie = behind.strip_prefix('5').is_some_and(|rest| rest.bytes().all(|digit| digit == b'0'));
    let size = if is_tie { f64::from_bits(size.to_bits() + 1) } else { size };
    split(format!("{size:.digits$e}"))
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1.min(digits.len()));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{}", exponent.abs())
}

fn exponential(number: f64, digits: usize) -> String {
    let (digits, exponent) = cut(number, digits);
    format!("{}{}", if number < 0.0 { "-" } else { "" }, with_exponent(&digits, exponent))
}

fn precise(number: f64, precision: usize) -> String {
    let (digits, exponent) = cut(number, precision.saturating_sub(1));
    let sign = if number < 0.0 { "-" } else { "" };
    if exponent < -6 || exponent >= precision as i32 {
        return format!("{sign}{}", with_exponent(&digits, exponent));
    }
    let text = match usize::try_from(exponent) {
        Ok(exponent) if exponent + 1 >= digits.len() => digits,
        Ok(exponent) => {
            let (whole, behind) = digits.split_at(exponent + 1);
            format!("{whole}.{behind}")
        }
        Err(_) => format!("0.{}{digits}", "0".repeat((-exponent - 1).unsigned_abs() as usize)),
    };
    format!("{sign}{text}")
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
    ("max", |m, c| extreme(m, c, f64::NEG_INFINITY, |a, b| a > b || a == b && b.is_sign_negative())),
    ("min", |m, c| extreme(m, c, f64::INFINITY, |a, b| a < b || a == b && a.is_sign_negative())),
    ("cbrt", |m, c| Ok(map(m, c, f64::cbrt))),
    ("fround", |m, c| Ok(map(m, c, |n| f64::from(n as f32)))),
    ("clz32", |m, c| Ok(map(m, c, |n| f64::from((super::operators::int(n) as u32).leading_zeros())))),
    ("imul", |m, c| {
        Ok(match (m.to_number(c.arg(0)), m.to_number(c.arg(1))) {
            (Some(a), Some(b)) => {
                Value::Num(f64::from(super::operators::int(a).wrapping_mul(super::operators::int(b))))
            }
            _ => UNKNOWN,
        })
    }),
    ("hypot", |m, c| {
        let mut sum = 0.0;
        for arg in c.args {
            let Some(number) = m.number_of(*arg, c.at)? else { return Ok(UNKNOWN) };
            // Of others the last digit depends on how it is computed.
            if number.fract() != 0.0 || number.abs() > 1e6 {
                return Ok(UNKNOWN);
            }
            sum += number * number;
        }
        let root = f64::sqrt(sum);
        Ok(if root.fract() == 0.0 { Value::Num(root) } else { UNKNOWN })
    }),
    ("atan2", |m, c| {
        Ok(match (m.to_number(c.arg(0)), m.to_number(c.arg(1))) {
            (Some(a), Some(b)) if a == 0.0 || b == 0.0 => Value::Num(a.atan2(b)),
            _ => UNKNOWN,
        })
    }),
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
        (Value::Num(base), _) if (1.0..2.0).contains(&base) || (37.0..1e9).contains(&base) => {
            return Value::Num(f64::NAN);
        }
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

/// The largest or the smallest of the arguments.
fn extreme(m: &mut Machine<'_>, c: &Call<'_>, none: f64, wins: fn(f64, f64) -> bool) -> R {
    let (mut found, mut is_number) = (none, true);
    for arg in c.args {
        let Some(number) = m.number_of(*arg, c.at)? else { return Ok(UNKNOWN) };
        is_number &= !number.is_nan();
        if wins(number, found) {
            found = number;
        }
    }
    Ok(Value::Num(if is_number { found } else { f64::NAN }))
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
        for (number, digits, text) in
            [(1.5e-6, 2, "0.0000015"), (123_456.0, 2, "1.2e+5"), (1234.5, 4, "1235"), (2.5, 1, "3"), (0.0, 3, "0.00")]
        {
            assert_eq!(precise(number, digits), text);
        }
        assert_eq!((exponential(123_456.0, 2), exponential(-0.05, 0)), ("1.23e+5".into(), "-5e-2".into()));
        assert_eq!((fraction_in_base(0.5, 2.0), fraction_in_base(255.5, 16.0)), ("0.1".into(), "ff.8".into()));
        assert_eq!(fraction_in_base(0.1, 3.0), "0.0022002200220022002200220022002201");
        assert_eq!((in_base(255, 16), in_base(0, 2), in_base(35, 36)), ("ff".into(), "0".into(), "z".into()));
    }
}
