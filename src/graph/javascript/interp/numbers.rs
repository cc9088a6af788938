//! Numbers: `Number`, `Math`, and the functions that read numbers.

use super::Machine;
use super::tables::Table;
use super::value::{Call, UNKNOWN, Value};

pub(super) const NUMBER: Table = &[
    ("isInteger", |_, c| Ok(asked(c, |n| n.is_finite() && n.fract() == 0.0))),
    ("isSafeInteger", |_, c| Ok(asked(c, |n| n.fract() == 0.0 && n.abs() <= SAFE))),
    ("isNaN", |_, c| Ok(asked(c, |n| n.is_nan()))),
    ("isFinite", |_, c| Ok(asked(c, |n| n.is_finite()))),
    ("parseInt", |m, c| Ok(parse_int(m, c))),
    ("parseFloat", |m, c| Ok(parse_float(m, c))),
];

pub(super) const GLOBALS: Table = &[
    ("parseInt", |m, c| Ok(parse_int(m, c))),
    ("parseFloat", |m, c| Ok(parse_float(m, c))),
    ("isNaN", |m, c| Ok(number(m, c).map_or(UNKNOWN, |n| Value::Bool(n.is_nan())))),
    ("isFinite", |m, c| Ok(number(m, c).map_or(UNKNOWN, |n| Value::Bool(n.is_finite())))),
];

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
