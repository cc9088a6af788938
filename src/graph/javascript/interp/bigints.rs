//! Whole numbers of any size. Those that do not fit into 128 bits are not followed.

use super::Machine;
use super::tables::Table;
use super::value::{Abrupt, At, Call, R, UNKNOWN, Value};
use crate::lang::javascript::ir::BinaryOp;

/// Largest integer that a number holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) const METHODS: Table = &[
    ("toString", |m, c| {
        let (Value::Big(_), Some(number)) = (c.this, m.big(c.this)) else { return Ok(UNKNOWN) };
        let base = match c.arg(0) {
            Value::Undefined => 10.0,
            other => m.to_number(other).unwrap_or(f64::NAN).trunc(),
        };
        if !(2.0..=36.0).contains(&base) {
            m.bad_argument("RangeError", "toString() radix must be between 2 and 36", c.at)?;
            return Ok(UNKNOWN);
        }
        let mut rest = number.unsigned_abs();
        let mut digits = Vec::new();
        while rest > 0 || digits.is_empty() {
            digits.extend(char::from_digit((rest % base as u128) as u32, base as u32));
            rest /= base as u128;
        }
        let sign = if number < 0 { "-" } else { "" };
        let text: String = sign.chars().chain(digits.into_iter().rev()).collect();
        Ok(m.string(&text))
    }),
    ("valueOf", |_, c| Ok(c.this)),
    ("toLocaleString", |m, c| {
        m.refuse_locale(c.arg(0), c.at)?;
        Ok(UNKNOWN)
    }),
];

/// By name, as `BigInt` itself is not modelled.
pub(super) const FUNCTIONS: Table =
    &[("BigInt", |m, c| Ok(made(m, c.arg(0)))), ("BigInt.asIntN", cut), ("BigInt.asUintN", cut)];

/// `BigInt(value)`; what it refuses was refused before.
fn made(m: &mut Machine<'_>, value: Value) -> Value {
    match value {
        Value::Big(_) => value,
        Value::Bool(flag) => m.big_value(i128::from(flag)),
        Value::Num(number) if number.fract() == 0.0 && number.abs() < 1e38 => m.big_value(number as i128),
        Value::Str(text) => {
            let text = m.str(text);
            read(&text).map_or(UNKNOWN, |number| m.big_value(number))
        }
        _ => UNKNOWN,
    }
}

/// `BigInt.asIntN(bits, number)`: the number is within so many bits already, or the result is not followed.
fn cut(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let (Some(bits), Some(number)) = (m.to_number(c.arg(0)), m.big(c.arg(1))) else { return Ok(UNKNOWN) };
    let fits = (1.0..=120.0).contains(&bits) && number >= 0 && number < 1_i128 << (bits as u32 - 1);
    Ok(if fits { c.arg(1) } else { UNKNOWN })
}

/// The number that a text says, if it says one.
fn read(text: &str) -> Option<i128> {
    let text = text.trim();
    let prefixed = |base| {
        text.get(2..)
            .filter(|rest| !rest.starts_with(['+', '-']))
            .and_then(|rest| i128::from_str_radix(rest, base).ok())
    };
    match text.get(..2) {
        _ if text.is_empty() => Some(0),
        Some("0x" | "0X") => prefixed(16),
        Some("0o" | "0O") => prefixed(8),
        Some("0b" | "0B") => prefixed(2),
        _ => text.parse().ok(),
    }
}

impl Machine<'_> {
    /// The number of a large integer, where it fits.
    pub(super) fn big(&self, value: Value) -> Option<i128> {
        match value {
            Value::Big(digits) => self.str(digits).parse().ok(),
            _ => None,
        }
    }

    pub(super) fn big_value(&mut self, number: i128) -> Value {
        Value::Big(self.atom(&number.to_string()))
    }

    /// A large integer after `++` or `--`.
    pub(super) fn stepped(&mut self, value: Value, step: f64) -> Option<Value> {
        let Value::Big(_) = value else { return None };
        let next = self.big(value).and_then(|number| number.checked_add(step as i128));
        Some(next.map_or(UNKNOWN, |next| self.big_value(next)))
    }

    /// Operators that do not take large integers, or not beside others.
    pub(super) fn refuse_big(&mut self, op: BinaryOp, a: Value, b: Value, at: At) -> Result<(), Abrupt> {
        let is_big = |value: Value| matches!(value, Value::Big(_));
        let is_known = |value: Value| !matches!(value, Value::Unknown(_) | Value::Import(_) | Value::Obj(_));
        let computes = !matches!(
            op,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::StrictEqual
                | BinaryOp::StrictNotEqual
                | BinaryOp::Less
                | BinaryOp::LessEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterEqual
                | BinaryOp::In
                | BinaryOp::Instanceof
        );
        if !computes || !is_known(a) || !is_known(b) || !is_big(a) && !is_big(b) {
            return Ok(());
        }
        let joins = op == BinaryOp::Add && (a.is_text() || b.is_text());
        if is_big(a) != is_big(b) && !joins {
            let message = "Cannot mix BigInt and other types, use explicit conversions";
            return self.mistake("TypeError", message, at);
        }
        match (op, self.big(b)) {
            (BinaryOp::Divide | BinaryOp::Remainder, Some(0)) => self.mistake("RangeError", "Division by zero", at),
            (BinaryOp::Power, Some(..0)) => self.mistake("RangeError", "Exponent must be non-negative", at),
            (BinaryOp::ShiftRightZero, _) => {
                self.mistake("TypeError", "BigInts have no unsigned right shift, use >> instead", at)
            }
            _ => Ok(()),
        }
    }

    /// What an operator makes of large integers; nothing where neither is one.
    pub(super) fn big_binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Option<Value> {
        if !matches!(a, Value::Big(_)) && !matches!(b, Value::Big(_)) {
            return None;
        }
        let joins = op == BinaryOp::Add && (a.is_text() || b.is_text());
        if joins || matches!(op, BinaryOp::In | BinaryOp::Instanceof) {
            return None;
        }
        if let (Value::Big(_), Value::Big(_)) = (a, b)
            && let (Some(a), Some(b)) = (self.big(a), self.big(b))
            && let Some(made) = computed(op, a, b)
        {
            return Some(made.map_or(UNKNOWN, |made| self.big_value(made)));
        }
        let is_strict = matches!(op, BinaryOp::StrictEqual | BinaryOp::StrictNotEqual);
        let order = if is_strict { None } else { self.order_of(a, b) };
        let is = |holds: fn(std::cmp::Ordering) -> bool| Value::Bool(order.is_some_and(holds));
        let known = order.is_some() || self.is_no_number(a) || self.is_no_number(b);
        Some(match op {
            BinaryOp::StrictEqual => self.same(a, b).map_or(UNKNOWN, Value::Bool),
            BinaryOp::StrictNotEqual => self.same(a, b).map_or(UNKNOWN, |same| Value::Bool(!same)),
            _ if !known => UNKNOWN,
            BinaryOp::Equal => is(std::cmp::Ordering::is_eq),
            BinaryOp::NotEqual => Value::Bool(!order.is_some_and(std::cmp::Ordering::is_eq)),
            BinaryOp::Less => is(std::cmp::Ordering::is_lt),
            BinaryOp::LessEqual => is(std::cmp::Ordering::is_le),
            BinaryOp::Greater => is(std::cmp::Ordering::is_gt),
            BinaryOp::GreaterEqual => is(std::cmp::Ordering::is_ge),
            _ => UNKNOWN,
        })
    }

    /// How two numbers of either kind are ordered.
    fn order_of(&self, a: Value, b: Value) -> Option<std::cmp::Ordering> {
        let whole = |value: Value| match value {
            Value::Big(_) => self.big(value),
            Value::Bool(flag) => Some(i128::from(flag)),
            Value::Num(number) if number.fract() == 0.0 && number.abs() <= EXACT => Some(number as i128),
            _ => None,
        };
        match (whole(a), whole(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            (Some(a), None) => {
                fraction(b).filter(|_| a.unsigned_abs() < 1 << 53).and_then(|b| (a as f64).partial_cmp(&b))
            }
            (None, Some(b)) => {
                fraction(a).filter(|_| b.unsigned_abs() < 1 << 53).and_then(|a| a.partial_cmp(&(b as f64)))
            }
            (None, None) => None,
        }
    }

    fn is_no_number(&self, value: Value) -> bool {
        matches!(value, Value::Undefined) || matches!(value, Value::Num(number) if number.is_nan())
    }
}

fn fraction(value: Value) -> Option<f64> {
    match value {
        Value::Num(number) if !number.is_nan() => Some(number),
        _ => None,
    }
}

/// What an operator makes of two; the outer nothing says that it compares, the inner that the result does not fit.
fn computed(op: BinaryOp, a: i128, b: i128) -> Option<Option<i128>> {
    Some(match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        BinaryOp::Divide => a.checked_div(b),
        BinaryOp::Remainder => a.checked_rem(b),
        BinaryOp::Power => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        BinaryOp::BitAnd => Some(a & b),
        BinaryOp::BitOr => Some(a | b),
        BinaryOp::BitXor => Some(a ^ b),
        BinaryOp::ShiftLeft => {
            let factor = u32::try_from(b).ok().filter(|b| *b < 120).map(|b| 1_i128 << b);
            factor.and_then(|factor| a.checked_mul(factor))
        }
        BinaryOp::ShiftRight => u32::try_from(b).ok().filter(|b| *b < 120).map(|b| a >> b),
        BinaryOp::ShiftRightZero => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_the_language_does() {
        for (text, number) in [
            ("12", Some(12)),
            (" -7 ", Some(-7)),
            ("", Some(0)),
            ("0x1f", Some(31)),
            ("0b101", Some(5)),
            ("-0x1", None),
            ("1.5", None),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_known() {
        assert_eq!(computed(BinaryOp::Power, 10, 20), Some(Some(100_000_000_000_000_000_000)));
        assert_eq!(computed(BinaryOp::Power, 10, 40), Some(None));
        assert_eq!(computed(BinaryOp::Divide, -7, 2), Some(Some(-3)));
        assert_eq!(computed(BinaryOp::ShiftRight, -7, 1), Some(Some(-4)));
        assert_eq!(computed(BinaryOp::Less, 1, 2), None);
    }
}
