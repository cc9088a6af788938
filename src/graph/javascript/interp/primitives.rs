//! Objects as texts and numbers: what their own code, and that of the language, makes of them.

use super::Machine;
use super::value::{Abrupt, At, Atom, Kind, R, UNKNOWN, Value};
use crate::lang::javascript::ir::{BinaryOp, UnaryOp};

/// What is asked of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// Either will do.
    Default,
    /// A number.
    Number,
    /// A text.
    String,
}

impl Hint {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Number => "number",
            Self::String => "string",
        }
    }
}

impl Machine<'_> {
    /// What a value is without being an object; it stays as it is where it is none already.
    pub(super) fn primitive(&mut self, value: Value, hint: Hint, at: At) -> R {
        let Value::Obj(id) = value else { return Ok(value) };
        self.note_read(value);
        let (is_array, has_methods) = match self.object(id).kind {
            Kind::Proxy(..) | Kind::Namespace(_) => return Ok(UNKNOWN),
            Kind::Array(_) => (true, false),
            Kind::Date(_) | Kind::View(_) => (false, true),
            _ => (false, false),
        };
        // Arrays of plain values are written at once, and what is open is not known.
        if is_array && self.coerce_text(value).is_some() || self.object(id).open && !has_methods {
            return Ok(value);
        }
        let symbol = self.atom("@@toPrimitive");
        if let Some(method) = self.method(value, symbol)? {
            if !self.callable(method) {
                return Ok(UNKNOWN);
            }
            let hint = self.string(hint.name());
            let made = self.deeper(|m| m.call_at(method, value, &[hint], at))?;
            return if matches!(made, Value::Obj(_)) { self.no_primitive(at) } else { Ok(made) };
        }
        let is_date = matches!(self.object(id).kind, Kind::Date(_));
        let names = match hint {
            Hint::String => ["toString", "valueOf"],
            Hint::Default if is_date => ["toString", "valueOf"],
            _ => ["valueOf", "toString"],
        };
        for name in names {
            let key = self.atom(name);
            let Some(method) = self.method(value, key)? else { continue };
            if !self.callable(method) {
                if matches!(method, Value::Obj(_)) {
                    continue;
                }
                return Ok(UNKNOWN);
            }
            let made = self.deeper(|m| m.call_at(method, value, &[], at))?;
            if !matches!(made, Value::Obj(_)) {
                return Ok(made);
            }
        }
        self.no_primitive(at)
    }

    /// A method of an object, if it has one.
    fn method(&mut self, value: Value, key: Atom) -> Result<Option<Value>, Abrupt> {
        Ok(match self.get_quiet(value, key) {
            Value::Undefined | Value::Null => None,
            Value::Unknown(_) => Some(UNKNOWN),
            _ => Some(self.get(value, key)?),
        })
    }

    fn no_primitive(&mut self, at: At) -> R {
        self.mistake("TypeError", "Cannot convert object to primitive value", at)?;
        Ok(UNKNOWN)
    }

    /// The operands of an operator, as it takes them.
    pub(super) fn operands(&mut self, op: BinaryOp, a: Value, b: Value, at: At) -> Result<(Value, Value), Abrupt> {
        let is_object = |value: Value| matches!(value, Value::Obj(_));
        if !is_object(a) && !is_object(b) {
            return Ok((a, b));
        }
        let hint = match op {
            BinaryOp::StrictEqual | BinaryOp::StrictNotEqual | BinaryOp::In | BinaryOp::Instanceof => {
                return Ok((a, b));
            }
            // Of two objects it asks whether they are one.
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let is_nothing = |value: Value| matches!(value, Value::Undefined | Value::Null);
                if is_object(a) == is_object(b) || is_nothing(a) || is_nothing(b) {
                    return Ok((a, b));
                }
                Hint::Default
            }
            BinaryOp::Add => Hint::Default,
            _ => Hint::Number,
        };
        let a = self.primitive(a, hint, at)?;
        let b = self.primitive(b, hint, at)?;
        Ok((self.plain_text(a), self.plain_text(b)))
    }

    /// The text of an array, which stands for it where a text or number is asked for.
    fn plain_text(&mut self, value: Value) -> Value {
        match value {
            Value::Obj(_) => self.coerce_text(value).map_or(value, Value::Str),
            other => other,
        }
    }

    /// A unary operator on a value.
    pub(super) fn unary_of(&mut self, op: UnaryOp, value: Value, at: At) -> R {
        let value = match op {
            UnaryOp::Plus | UnaryOp::Minus | UnaryOp::BitNot => {
                let value = self.primitive(value, Hint::Number, at)?;
                self.plain_text(value)
            }
            _ => value,
        };
        match (op, value) {
            (UnaryOp::Plus, Value::Big(_)) => {
                self.mistake("TypeError", "Cannot convert a BigInt value to a number", at)?;
                Ok(UNKNOWN)
            }
            (UnaryOp::Plus | UnaryOp::Minus | UnaryOp::BitNot, Value::Sym(_)) => {
                self.mistake("TypeError", "Cannot convert a Symbol value to a number", at)?;
                Ok(UNKNOWN)
            }
            _ => Ok(self.unary(op, value)),
        }
    }

    /// The text of a value, by the code of objects where they have some.
    pub(super) fn text_by_code(&mut self, value: Value, at: At) -> Result<Option<Atom>, Abrupt> {
        let value = self.primitive(value, Hint::String, at)?;
        Ok(self.coerce_text(value))
    }

    /// The number of a value, likewise.
    pub(super) fn number_of(&mut self, value: Value, at: At) -> Result<Option<f64>, Abrupt> {
        let value = self.primitive(value, Hint::Number, at)?;
        let value = self.plain_text(value);
        match value {
            Value::Big(_) => self.mistake("TypeError", "Cannot convert a BigInt value to a number", at)?,
            Value::Sym(_) => self.mistake("TypeError", "Cannot convert a Symbol value to a number", at)?,
            _ => {}
        }
        Ok(self.to_number(value))
    }
}
