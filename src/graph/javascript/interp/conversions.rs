//! Values as texts, keys and numbers.

use super::Machine;
use super::value::{Atom, Kind, Slot, Value};

/// Arrays within each other that are written as text. One may hold itself.
const DEEPEST_LIST: u32 = 32;
/// Longest text of an array, bytes: each that holds another twice doubles it.
const LONGEST_LIST: usize = 100_000;

impl Machine<'_> {
    pub(super) fn coerce_text(&mut self, value: Value) -> Option<Atom> {
        self.coerce_text_within(value, DEEPEST_LIST)
    }

    /// The text of what is nested as deep as `depth`: a list may hold itself.
    fn coerce_text_within(&mut self, value: Value, depth: u32) -> Option<Atom> {
        Some(match value {
            Value::Str(text) | Value::Big(text) => text,
            Value::Undefined => self.atom("undefined"),
            Value::Null => self.atom("null"),
            Value::Bool(flag) => self.atom(if flag { "true" } else { "false" }),
            Value::Num(number) => {
                if !number.is_finite() {
                    self.atom(if number.is_nan() {
                        "NaN"
                    } else if number > 0.0 {
                        "Infinity"
                    } else {
                        "-Infinity"
                    })
                } else if number.fract() == 0.0 && number.abs() < 1e15 {
                    self.atom(&(number as i64).to_string())
                } else {
                    self.atom(dragonbox_ecma::Buffer::new().format_finite(number))
                }
            }
            Value::Obj(id) if self.are_arguments(id) => self.atom("[object Arguments]"),
            Value::Obj(id) => match self.object(id).kind.clone() {
                Kind::Array(items) if items.len() < 1_000 => {
                    let depth = depth.checked_sub(1)?;
                    let mut joined = String::new();
                    for (at, item) in items.into_iter().enumerate() {
                        if at > 0 {
                            joined.push(',');
                        }
                        if matches!(item, Value::Undefined | Value::Null) {
                            continue;
                        }
                        let part = self.coerce_text_within(item, depth)?;
                        joined.push_str(&self.str(part));
                        if joined.len() > LONGEST_LIST {
                            return None;
                        }
                    }
                    self.charge_bytes(joined.len());
                    self.text_atom(&joined)
                }
                _ => {
                    let key = self.atom("href");
                    match self.object(id).props.get(key) {
                        Some(Slot::Value(Value::Str(text))) => text,
                        None if self.is_bare(id) => self.atom("[object Object]"),
                        _ => return None,
                    }
                }
            },
            _ => return None,
        })
    }

    /// Whether an object has nothing of its own to say as text.
    fn is_bare(&mut self, id: u32) -> bool {
        let object = self.object(id);
        if !matches!(object.kind, Kind::Plain) || object.open || object.proto != self.proto("Object") {
            return false;
        }
        ["toString", "valueOf", "@@toPrimitive", "@@toStringTag"].iter().all(|name| {
            let key = self.atom(name);
            self.object(id).props.get(key).is_none()
        })
    }

    pub(super) fn coerce_key(&mut self, value: Value) -> Option<Atom> {
        if let Value::Sym(symbol) = value {
            return Some(symbol);
        }
        self.coerce_text(value)
    }

    pub(super) fn to_number(&self, value: Value) -> Option<f64> {
        match value {
            Value::Num(number) => Some(number),
            Value::Bool(flag) => Some(f64::from(u8::from(flag))),
            Value::Null => Some(0.0),
            Value::Undefined => Some(f64::NAN),
            Value::Str(text) => {
                let text = self.str(text);
                let text = text.trim();
                Some(match text.as_bytes() {
                    [] => 0.0,
                    [b'0', b'x' | b'X', ..] => whole(&text[2..], 16),
                    [b'0', b'o' | b'O', ..] => whole(&text[2..], 8),
                    [b'0', b'b' | b'B', ..] => whole(&text[2..], 2),
                    _ if text.trim_start_matches(['+', '-']) == "Infinity" => {
                        if text.starts_with('-') {
                            f64::NEG_INFINITY
                        } else {
                            f64::INFINITY
                        }
                    }
                    // Rust reads some words as numbers.
                    _ if text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) => f64::NAN,
                    _ => text.parse().unwrap_or(f64::NAN),
                })
            }
            _ => None,
        }
    }
}

/// A whole number in some base.
fn whole(digits: &str, base: u32) -> f64 {
    u64::from_str_radix(digits, base).ok().filter(|_| !digits.starts_with('+')).map_or(f64::NAN, |number| number as f64)
}
