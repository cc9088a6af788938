//! Classes of errors that the language brings.

use super::Machine;
use super::tables::global;
use super::value::{Call, Kind, Native, R, UNKNOWN, Value};

/// Classes of errors that the language brings.
const ERRORS: &[&str] =
    &["TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError"];

/// The class of errors that a name is one of.
pub(super) fn class_named(name: &str) -> Option<&'static str> {
    ERRORS.iter().find(|class| **class == name).copied().or((name == "Error").then_some("Error"))
}

/// Makes the classes; that of all errors is there.
pub(super) fn install(m: &mut Machine<'_>) {
    let error = m.atom("Error");
    let base = m.globals.get(&error).copied().unwrap_or(UNKNOWN);
    if let Value::Obj(id) = base {
        m.define(id, "captureStackTrace", UNKNOWN);
        m.object_mut(id).open = true;
    }
    if let Value::Obj(id) = m.proto("Error") {
        m.define(id, "stack", UNKNOWN);
    }
    let root = m.proto("Error");
    let text = m.string("Error");
    if let Value::Obj(id) = root {
        m.define(id, "name", text);
        let nothing = m.string("");
        m.define(id, "message", nothing);
        super::tables::fill(m, id, &[("toString", error_text)]);
    }
    let make: Native = |m, c| {
        // Several errors come before the message.
        let name = match c.data {
            Value::Str(name) => m.str(name),
            _ => "".into(),
        };
        let several = &*name == "AggregateError";
        let error = make_error(m, c, usize::from(several))?;
        if let (Value::Obj(id), Some(class)) = (error, ERRORS.iter().find(|class| **class == &*name)) {
            m.object_mut(id).proto = m.proto(class);
        }
        if let (true, Value::Obj(id)) = (several, error) {
            m.define(id, "errors", c.arg(0));
        }
        Ok(error)
    };
    for name in ERRORS {
        let own = m.string(name);
        let function = m.native(make, own);
        let prototype = m.alloc(Kind::Plain, root);
        m.protos.insert(name, prototype);
        if let Value::Obj(id) = function {
            let text = m.string(name);
            m.define(id, "prototype", Value::Obj(prototype));
            m.define(id, "name", text);
            m.define(prototype, "name", text);
            m.define(prototype, "constructor", function);
            m.object_mut(id).proto = base;
        }
        global(m, name, function);
    }
}

/// `error.toString()`.
fn error_text(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let mut parts = Vec::new();
    for (key, otherwise) in [("name", "Error"), ("message", "")] {
        let key = m.atom(key);
        let part = match m.get(c.this, key)? {
            Value::Undefined => otherwise.to_owned(),
            part => match m.text_by_code(part, c.at)? {
                Some(text) => m.str(text).to_string(),
                None => return Ok(UNKNOWN),
            },
        };
        parts.push(part);
    }
    parts.retain(|part| !part.is_empty());
    Ok(m.string(&parts.join(": ")))
}

/// A new error, whose message is the argument at a place; its cause may follow.
pub(super) fn make_error(m: &mut Machine<'_>, c: &Call<'_>, at: usize) -> R {
    let message = if c.arg(at) == Value::Undefined { None } else { m.text_by_code(c.arg(at), c.at)? };
    let message = message.map(|text| m.str(text)).unwrap_or_else(|| "".into());
    let error = m.error(&message, None);
    if let (Value::Obj(id), Value::Unknown(_)) = (error, c.arg(at)) {
        m.define(id, "message", UNKNOWN);
    }
    if let (Value::Obj(id), Value::Obj(_)) = (error, c.arg(at + 1)) {
        let cause = m.atom("cause");
        let cause = m.get(c.arg(at + 1), cause)?;
        m.define(id, "cause", cause);
    }
    Ok(error)
}
