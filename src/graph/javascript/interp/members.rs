//! What values of the language surely have no member of.

use super::Machine;
use super::value::{Atom, Kind, Value};
use crate::graph::javascript::versions::{self, Kind as Listed};
use crate::graph::javascript::{limits::LIMITS, prototypes};

/// Classes of primitives.
const PRIMITIVES: [&str; 5] = ["String", "Number", "Boolean", "BigInt", "Symbol"];

impl Machine<'_> {
    /// Whether a value of the language has no such member, nor has anything been put into its prototypes that may be one.
    pub(super) fn lacks_surely(&self, value: Value, key: Atom) -> bool {
        let name = self.str(key);
        let classes: &[&str] = match value {
            Value::Str(_) => &["String"],
            Value::Num(_) => &["Number"],
            Value::Bool(_) => &["Boolean"],
            Value::Big(_) => &["BigInt"],
            Value::Sym(_) => &["Symbol"],
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Array(_) => &["Array"],
                Kind::Map(_) => &["Map", "Set", "WeakMap", "WeakSet"],
                Kind::Regex(..) => &["RegExp"],
                Kind::Promise(_) => &["Promise"],
                // The prototype itself stands for a primitive that is asked.
                Kind::Plain => match self.global_names.get(&id) {
                    Some(global) if self.lacks_static(&self.str(*global), &name) => return true,
                    _ => match PRIMITIVES.iter().find(|class| self.protos.get(**class) == Some(&id)) {
                        Some(class) => std::slice::from_ref(class),
                        None => return false,
                    },
                },
                Kind::Native(..) => {
                    let global = self.global_names.get(&id);
                    return global.is_some_and(|global| self.lacks_static(&self.str(*global), &name));
                }
                _ => return false,
            },
            _ => return false,
        };
        let first = match (value, classes) {
            (Value::Obj(id), _) if matches!(self.object(id).kind, Kind::Plain) => value,
            (Value::Obj(id), _) => self.object(id).proto,
            (_, [class, ..]) => self.proto(class),
            _ => return false,
        };
        // Places of an array that are not there are nothing.
        let is_place = name.bytes().all(|byte| byte.is_ascii_digit());
        let is_asked = !self.is_hidden(key) && (!is_place || classes == ["Array"]);
        is_asked && prototypes::surely_lack(classes, &name) && self.are_as_made(first)
    }

    /// Whether a release lacks a member of a class that others have.
    fn lacks_static(&self, class: &str, member: &str) -> bool {
        versions::lacks(Listed::Member, &format!("{class}.{member}"), self.node).is_some()
    }

    /// Whether all that prototypes have is known.
    fn are_as_made(&self, mut at: Value) -> bool {
        for _ in 0..LIMITS.inheritance {
            let Value::Obj(id) = at else { return at == Value::Null };
            if self.object(id).open || self.is_doubted(id) || !matches!(self.object(id).kind, Kind::Plain) {
                return false;
            }
            at = self.object(id).proto;
        }
        false
    }
}
