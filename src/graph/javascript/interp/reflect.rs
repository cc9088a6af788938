//! `Reflect`.

use super::Machine;
use super::descriptors::define_one;
use super::tables::{Table, keys};
use super::value::{Abrupt, Call, UNKNOWN, Value};
use crate::lang::javascript::ir::BinaryOp;

pub(super) const REFLECT: Table = &[
    ("ownKeys", |m, c| {
        of_object(m, c)?;
        if let Value::Obj(id) = c.arg(0)
            && m.object(id).props.keys(true).into_iter().any(|key| m.is_symbol(key))
        {
            return Ok(UNKNOWN);
        }
        keys(m, c.arg(0), true)
    }),
    ("get", |m, c| {
        of_object(m, c)?;
        match m.coerce_key(c.arg(1)) {
            Some(key) => m.get(c.arg(0), key),
            None => Ok(UNKNOWN),
        }
    }),
    ("set", |m, c| {
        of_object(m, c)?;
        if let Some(key) = m.coerce_key(c.arg(1)) {
            m.set(c.arg(0), key, c.arg(2))?;
        }
        Ok(Value::Bool(true))
    }),
    ("has", |m, c| {
        of_object(m, c)?;
        m.binary(BinaryOp::In, c.arg(1), c.arg(0))
    }),
    ("apply", |m, c| {
        if c.arg(0).is_primitive() || c.arg(2).is_primitive() {
            m.bad_argument("TypeError", "Reflect.apply takes a function and a list", c.at)?;
        }
        let args = m.iterate(c.arg(2))?.unwrap_or_default();
        m.call_at(c.arg(0), c.arg(1), &args, c.at)
    }),
    ("construct", |m, c| {
        if m.is_constructor(c.arg(0)) == Some(false) || c.arg(1).is_primitive() {
            m.note_read(c.arg(0));
            m.bad_argument("TypeError", "Reflect.construct takes a constructor and a list", c.at)?;
        }
        let args = m.iterate(c.arg(1))?.unwrap_or_default();
        m.construct(c.arg(0), &args, if c.args.len() > 2 { c.arg(2) } else { c.arg(0) }, c.at)
    }),
    ("defineProperty", |m, c| {
        of_object(m, c)?;
        if let Some(key) = m.coerce_key(c.arg(1)) {
            define_one(m, c.arg(0), key, c.arg(2))?;
        }
        Ok(Value::Bool(true))
    }),
    ("getPrototypeOf", |m, c| {
        of_object(m, c)?;
        Ok(m.prototype_of(c.arg(0)))
    }),
];

/// What functions of `Reflect` do not take: whatever is no object.
fn of_object(m: &mut Machine<'_>, c: &Call<'_>) -> Result<(), Abrupt> {
    match c.arg(0).is_primitive() {
        false => Ok(()),
        true => m.bad_argument("TypeError", "a function of Reflect is called on what is no object", c.at),
    }
}
