//! Operators on values.

use super::Machine;
use super::value::{Abrupt, Atom, Kind, ObjId, R, Slot, UNKNOWN, Value};
use crate::graph::javascript::limits::LIMITS;
use crate::lang::javascript::ir::{BinaryOp, UnaryOp};

impl Machine<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, value: Value) -> Value {
        match op {
            UnaryOp::Not => self.truth(value).map_or(UNKNOWN, |truth| Value::Bool(!truth)),
            UnaryOp::Minus if matches!(value, Value::Big(_)) => {
                self.big(value).and_then(i128::checked_neg).map_or(UNKNOWN, |number| self.big_value(number))
            }
            UnaryOp::BitNot if matches!(value, Value::Big(_)) => {
                self.big(value).map_or(UNKNOWN, |number| self.big_value(!number))
            }
            UnaryOp::Minus => self.to_number(value).map_or(UNKNOWN, |n| Value::Num(-n)),
            UnaryOp::Plus => self.to_number(value).map_or(UNKNOWN, Value::Num),
            UnaryOp::BitNot => self.to_number(value).map_or(UNKNOWN, |n| Value::Num(f64::from(!int(n)))),
            UnaryOp::Void => Value::Undefined,
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> R {
        let made = self.combined(op, a, b)?;
        let refuses_nothing = matches!(op, BinaryOp::StrictEqual | BinaryOp::StrictNotEqual);
        if matches!(made, Value::Unknown(_)) && !refuses_nothing {
            // Large integers, symbols and objects with code of their own may refuse it.
            self.may_throw();
        }
        Ok(made)
    }

    fn combined(&mut self, op: BinaryOp, a: Value, b: Value) -> R {
        if let Some(known) = self.compared_with_least(op, a, b) {
            return Ok(Value::Bool(known));
        }
        if let Some(made) = self.big_binary(op, a, b) {
            return Ok(made);
        }
        let truth = |known: Option<bool>| known.map_or(UNKNOWN, Value::Bool);
        Ok(match op {
            BinaryOp::StrictEqual => truth(self.same(a, b)),
            BinaryOp::StrictNotEqual => truth(self.same(a, b).map(|same| !same)),
            BinaryOp::Equal => truth(self.loosely(a, b)),
            BinaryOp::NotEqual => truth(self.loosely(a, b).map(|same| !same)),
            BinaryOp::Add => match (a, b) {
                (Value::Num(a), Value::Num(b)) => Value::Num(a + b),
                (Value::Unknown(_), _) | (_, Value::Unknown(_)) => UNKNOWN,
                (
                    Value::Num(_) | Value::Bool(_) | Value::Null | Value::Undefined,
                    Value::Num(_) | Value::Bool(_) | Value::Null | Value::Undefined,
                ) => match (self.to_number(a), self.to_number(b)) {
                    (Some(a), Some(b)) => Value::Num(a + b),
                    _ => UNKNOWN,
                },
                _ => match (self.coerce_text(a), self.coerce_text(b)) {
                    (Some(a), Some(b)) => {
                        let text = format!("{}{}", self.str(a), self.str(b));
                        self.string(&text)
                    }
                    _ => UNKNOWN,
                },
            },
            BinaryOp::In => match (self.coerce_key(a), b) {
                (Some(key), Value::Obj(id)) if matches!(self.object(id).kind, Kind::Proxy(..)) => {
                    self.proxied(id, "has", &[Value::Str(key)])?.unwrap_or(UNKNOWN)
                }
                (Some(key), Value::Obj(_)) => match self.get_quiet(b, key) {
                    Value::Unknown(0) => UNKNOWN,
                    Value::Undefined => Value::Bool(false),
                    _ => Value::Bool(true),
                },
                _ => UNKNOWN,
            },
            BinaryOp::Instanceof => self.instance_of(a, b)?,
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                if let (Value::Str(a), Value::Str(b)) = (a, b) {
                    let order = self.str(a).cmp(&self.str(b));
                    return Ok(Value::Bool(match op {
                        BinaryOp::Less => order.is_lt(),
                        BinaryOp::LessEqual => order.is_le(),
                        BinaryOp::Greater => order.is_gt(),
                        _ => order.is_ge(),
                    }));
                }
                match (self.to_number(a), self.to_number(b)) {
                    (Some(a), Some(b)) => Value::Bool(match op {
                        BinaryOp::Less => a < b,
                        BinaryOp::LessEqual => a <= b,
                        BinaryOp::Greater => a > b,
                        _ => a >= b,
                    }),
                    _ => UNKNOWN,
                }
            }
            _ => match (self.to_number(a), self.to_number(b)) {
                (Some(a), Some(b)) => Value::Num(arithmetic(op, a, b)),
                _ => UNKNOWN,
            },
        })
    }

    /// A property without running getters.
    pub(super) fn get_quiet(&mut self, value: Value, key: Atom) -> Value {
        let Value::Obj(mut at) = value else {
            return Value::Undefined;
        };
        if let Kind::Array(items) = &self.object(at).kind {
            let name = self.str(key);
            if &*name == "length" || name.parse::<usize>().is_ok_and(|at| at < items.len()) {
                // A hole holds nothing, as does `undefined`.
                let is_hole = name.parse::<usize>().ok().and_then(|place| self.is_hole(at, place));
                return match self.get(value, key) {
                    Ok(Value::Undefined) if is_hole == Some(true) => Value::Undefined,
                    Ok(Value::Undefined) if is_hole == Some(false) => Value::Null,
                    Ok(Value::Undefined) | Err(_) => UNKNOWN,
                    Ok(value) => value,
                };
            }
        }
        for _ in 0..LIMITS.inheritance {
            match self.object(at).props.get(key) {
                Some(Slot::Value(value)) => return if value == Value::Undefined { Value::Null } else { value },
                Some(Slot::Accessor(..)) => return Value::Bool(true),
                None => {}
            }
            match self.object(at).proto {
                Value::Obj(next) => at = next,
                Value::Unknown(_) => return UNKNOWN,
                _ => break,
            }
        }
        match self.object(at).open {
            true => UNKNOWN,
            false => match self.object(at).kind {
                Kind::Array(_) | Kind::Namespace(_) | Kind::Proxy(..) => self.get(value, key).unwrap_or(UNKNOWN),
                _ => Value::Undefined,
            },
        }
    }

    /// What the trap of a proxy says; nothing when there is none.
    pub(super) fn proxied(&mut self, id: ObjId, trap: &str, args: &[Value]) -> Result<Option<Value>, Abrupt> {
        let Kind::Proxy(target, handler) = self.object(id).kind else { return Ok(None) };
        let trap = self.atom(trap);
        let trap = self.get(handler, trap)?;
        if !self.callable(trap) {
            return Ok(None);
        }
        let all: Vec<Value> = std::iter::once(target).chain(args.iter().copied()).collect();
        self.call(trap, handler, &all).map(Some)
    }

    pub(super) fn loosely(&self, a: Value, b: Value) -> Option<bool> {
        match (a, b) {
            (Value::Undefined | Value::Null, Value::Undefined | Value::Null) => Some(true),
            (Value::Undefined | Value::Null, _) | (_, Value::Undefined | Value::Null) => self.same(a, b),
            (Value::Str(_), Value::Num(_)) | (Value::Num(_), Value::Str(_)) => {
                Some(self.to_number(a)? == self.to_number(b)?)
            }
            (Value::Bool(_), Value::Bool(_)) => self.same(a, b),
            (Value::Bool(_), _) | (_, Value::Bool(_)) => Some(self.to_number(a)? == self.to_number(b)?),
            // What an object is as text or number is not asked here.
            (Value::Obj(_), Value::Str(_) | Value::Num(_)) | (Value::Str(_) | Value::Num(_), Value::Obj(_)) => None,
            _ => self.same(a, b),
        }
    }

    pub(super) fn instance_of(&mut self, a: Value, b: Value) -> R {
        let decides = self.atom("@@hasInstance");
        if let Value::Obj(_) = b
            && self.get_quiet(b, decides) != Value::Undefined
        {
            let method = self.get(b, decides)?;
            let told = if self.callable(method) { self.call(method, b, &[a])? } else { UNKNOWN };
            return Ok(self.truth(told).map_or(UNKNOWN, Value::Bool));
        }
        if let Value::Unknown(class) = b {
            let class = self.str(class);
            let class = class.strip_prefix("buffer.").unwrap_or(&class);
            return Ok(self.is_of_named(a, class).map_or(UNKNOWN, Value::Bool));
        }
        let key = self.atom("prototype");
        let wanted = match b {
            Value::Obj(_) => self.get(b, key)?,
            _ => return Ok(if matches!(a, Value::Obj(_) | Value::Unknown(_)) { UNKNOWN } else { Value::Bool(false) }),
        };
        if !matches!(wanted, Value::Obj(_)) {
            self.may_throw();
            return Ok(UNKNOWN);
        }
        // Maps and sets share a prototype here.
        if wanted == self.proto("Map") {
            return Ok(UNKNOWN);
        }
        let mut at = a;
        for _ in 0..LIMITS.inheritance {
            match at {
                Value::Obj(id) => at = self.object(id).proto,
                Value::Unknown(_) => return Ok(UNKNOWN),
                _ => return Ok(Value::Bool(false)),
            }
            if at == wanted {
                return Ok(Value::Bool(true));
            }
        }
        Ok(UNKNOWN)
    }
}

pub(super) fn int(number: f64) -> i32 {
    if number.is_finite() { (number.trunc() % 4_294_967_296.0) as i64 as i32 } else { 0 }
}

pub(super) fn arithmetic(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        BinaryOp::Remainder => a % b,
        BinaryOp::Power if b.is_nan() || (a.abs() == 1.0 && b.is_infinite()) => f64::NAN,
        BinaryOp::Power => a.powf(b),
        BinaryOp::BitOr => f64::from(int(a) | int(b)),
        BinaryOp::BitXor => f64::from(int(a) ^ int(b)),
        BinaryOp::BitAnd => f64::from(int(a) & int(b)),
        BinaryOp::ShiftLeft => f64::from(int(a).wrapping_shl(int(b) as u32 & 31)),
        BinaryOp::ShiftRight => f64::from(int(a).wrapping_shr(int(b) as u32 & 31)),
        BinaryOp::ShiftRightZero => f64::from((int(a) as u32).wrapping_shr(int(b) as u32 & 31)),
        _ => f64::NAN,
    }
}
