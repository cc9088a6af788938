//! Tables of methods, and what their methods share.

use rustc_hash::FxHashSet;

use super::Machine;
use super::value::{Atom, Kind, Native, R, UNKNOWN, Value};
use super::views::Class;
use crate::graph::javascript::limits::LIMITS;
use crate::lang::javascript::ir::PRIVATE;

/// Methods by name.
pub(super) type Table = &'static [(&'static str, Native)];

pub(super) fn global(m: &mut Machine<'_>, name: &str, value: Value) {
    let key = m.atom(name);
    m.globals.insert(key, value);
}

pub(super) fn fill(m: &mut Machine<'_>, id: u32, table: &[(&'static str, Native)]) {
    for (name, native) in table {
        let function = m.native(*native, Value::Undefined);
        m.define(id, name, function);
    }
}

pub(super) fn list(m: &Machine<'_>, value: Value) -> Option<Vec<Value>> {
    let items = elements(m, value)?;
    m.charge_bytes(items.len());
    Some(items.to_vec())
}

/// The elements of an array that are all known, where they lie.
pub(super) fn elements<'m>(m: &'m Machine<'_>, value: Value) -> Option<&'m [Value]> {
    match value {
        Value::Obj(id) if !m.object(id).open => match &m.object(id).kind {
            Kind::Array(items) => Some(items),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn pairs(m: &Machine<'_>, value: Value) -> Option<Vec<(Value, Value)>> {
    match value {
        Value::Obj(id) if !m.object(id).open => match &m.object(id).kind {
            Kind::Map(pairs) => {
                m.charge_bytes(pairs.len());
                Some(pairs.clone())
            }
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn keys(m: &mut Machine<'_>, value: Value, all: bool) -> R {
    Ok(match m.own_keys(value, all) {
        Some(keys) => m.array(keys.into_iter().map(Value::Str).collect()),
        None => UNKNOWN,
    })
}

impl Machine<'_> {
    /// Whether a key is that of a symbol.
    pub(super) fn is_symbol(&self, key: Atom) -> bool {
        self.is_hidden(key) && !self.str(key).starts_with(PRIVATE)
    }

    /// What `Object.getPrototypeOf` gives, where that is modelled.
    pub(super) fn prototype_of(&self, value: Value) -> Value {
        let Value::Obj(id) = value else { return UNKNOWN };
        match &self.object(id).kind {
            // Generators and `async` functions have classes of their own.
            Kind::Closure(closure) if self.is_special(closure) => UNKNOWN,
            Kind::Proxy(..) => UNKNOWN,
            // Constructors of typed arrays and of errors derive from another one.
            Kind::Native(..) => UNKNOWN,
            _ if self.is_typed_prototype(value) => UNKNOWN,
            _ => self.object(id).proto,
        }
    }

    /// Whether a value is the prototype of a kind of typed array: all of them derive from one that has no name.
    fn is_typed_prototype(&self, value: Value) -> bool {
        Class::ALL.iter().any(|(class, name)| *class != Class::Data && self.proto(name) == value)
    }

    /// Whether code has made something that is no object give one value after the other.
    pub(super) fn can_walk(&mut self, value: Value) -> bool {
        let class = match value {
            Value::Num(_) => "Number",
            Value::Bool(_) => "Boolean",
            Value::Sym(_) => "Symbol",
            _ => return false,
        };
        let (walks, proto) = (self.atom("@@iterator"), self.proto(class));
        self.get_quiet(proto, walks) != Value::Undefined
    }

    /// Keys for `for in`: those of what an object inherits from come, too.
    pub(super) fn keys_in(&mut self, value: Value) -> Option<Vec<Atom>> {
        let mut keys = self.own_keys(value, false)?;
        let mut at = value;
        for _ in 0..LIMITS.inheritance {
            let Value::Obj(id) = at else { break };
            at = self.object(id).proto;
            let Value::Obj(parent) = at else { break };
            let more = self.object(parent).props.keys(false);
            keys.extend(more.into_iter().filter(|key| !self.is_hidden(*key)));
        }
        let mut seen = FxHashSet::default();
        keys.retain(|key| seen.insert(*key));
        Some(keys)
    }
}
