//! What is known of results that the clock, the machine or chance decides.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Machine;
use super::value::Value;
use crate::knowledge;
use crate::lang::javascript::ir::BinaryOp;

/// `results.toml`, which says what its fields mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Results {
    types: BTreeMap<String, String>,
    least: BTreeMap<String, f64>,
}

knowledge::table! {
    static RESULTS: Results = "node/results.toml", tested by the_results_read;
}

/// What `typeof` says of a result, by its name.
pub(super) fn type_of(name: &str) -> Option<&'static str> {
    RESULTS.types.get(name).map(String::as_str)
}

/// Whether a result is an object or a function.
pub(super) fn is_there(name: &str) -> bool {
    matches!(type_of(name), Some("object" | "function"))
}

impl Machine<'_> {
    /// What a comparison says where one side is a number of which the least is known.
    pub(super) fn compared_with_least(&self, op: BinaryOp, a: Value, b: Value) -> Option<bool> {
        let least = |value: Value| match value {
            Value::Unknown(name) if name != 0 => RESULTS.least.get(&*self.str(name)).copied(),
            _ => None,
        };
        let number = |value: Value| match value {
            Value::Num(number) => Some(number),
            Value::Big(_) => self.big(value).map(|number| number as f64),
            _ => None,
        };
        let compares = matches!(op, BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual);
        let (least, number, op) = match (a, b) {
            _ if !compares => return None,
            (Value::Unknown(_), _) => (least(a)?, number(b)?, op),
            (_, Value::Unknown(_)) => {
                let op = match op {
                    BinaryOp::Less => BinaryOp::Greater,
                    BinaryOp::LessEqual => BinaryOp::GreaterEqual,
                    BinaryOp::Greater => BinaryOp::Less,
                    _ => BinaryOp::LessEqual,
                };
                (least(b)?, number(a)?, op)
            }
            _ => return None,
        };
        match op {
            BinaryOp::Greater => (least > number).then_some(true),
            BinaryOp::GreaterEqual => (least >= number).then_some(true),
            BinaryOp::Less => (least >= number).then_some(false),
            _ => (least > number).then_some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_a_least_have_that_type() {
        for name in RESULTS.least.keys() {
            assert!(matches!(type_of(name), Some("number" | "bigint")), "{name}");
        }
        assert!(is_there("setTimeout()") && !is_there("Date.now()") && type_of("nothing()").is_none());
    }
}
