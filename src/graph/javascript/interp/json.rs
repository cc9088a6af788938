//! `JSON`.

use super::Machine;
use super::tables::{Table, elements};
use super::value::{Abrupt, Call, Kind, ObjId, R, UNKNOWN, Value};

/// What the reader of JSON here does not take, and the one of the language does.
const ONLY_HERE: &[&str] =
    &["recursion limit", "number out of range", "lone leading surrogate", "unexpected end of hex escape"];

/// Values within each other that are written.
const DEEPEST: usize = 40;
/// Longest text that is written, bytes.
const LONGEST: usize = 100_000;

pub(super) const JSON: Table = &[("parse", parse), ("stringify", stringify)];

fn parse(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let text = match c.arg(0) {
        Value::Obj(_) | Value::Sym(_) => return Ok(UNKNOWN),
        other => other,
    };
    let Some(text) = m.coerce_text(text) else { return Ok(UNKNOWN) };
    let text = m.str(text);
    // What a reviver makes of it is not followed.
    let revived = m.callable(c.arg(1));
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text)
        && !ONLY_HERE.iter().any(|only| error.to_string().starts_with(only))
    {
        m.bad_argument("SyntaxError", &format!("no JSON: {error}"), c.at)?;
    }
    Ok(match serde_json::from_str(&text) {
        Ok(json) if !revived => m.json(&json, 0),
        _ => UNKNOWN,
    })
}

/// The text of what is known; what a replacer makes of it is not followed.
fn stringify(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let indent = match c.arg(2) {
        Value::Undefined | Value::Null => String::new(),
        Value::Num(width) => " ".repeat(width.clamp(0.0, 10.0) as usize),
        Value::Str(text) => m.str(text).chars().take(10).collect(),
        _ => return Ok(UNKNOWN),
    };
    if !matches!(c.arg(1), Value::Undefined | Value::Null) {
        return Ok(UNKNOWN);
    }
    let mut writer = Writer { call: c, indent, around: Vec::new() };
    Ok(match writer.value(m, c.arg(0), "")? {
        Written::Text(text) => m.string(&text),
        Written::Nothing => Value::Undefined,
        Written::Unknown => UNKNOWN,
    })
}

enum Written {
    Text(String),
    /// What JSON has no word for.
    Nothing,
    Unknown,
}

struct Writer<'c> {
    call: &'c Call<'c>,
    indent: String,
    /// The objects around what is written.
    around: Vec<ObjId>,
}

impl Writer<'_> {
    fn value(&mut self, m: &mut Machine<'_>, value: Value, key: &str) -> Result<Written, Abrupt> {
        Ok(match value {
            Value::Undefined | Value::Sym(_) => Written::Nothing,
            Value::Null => Written::Text("null".to_owned()),
            Value::Num(number) if !number.is_finite() => Written::Text("null".to_owned()),
            Value::Num(_) | Value::Bool(_) => match m.coerce_text(value) {
                Some(text) => Written::Text(m.str(text).to_string()),
                None => Written::Unknown,
            },
            Value::Str(text) => match serde_json::to_string(&*m.str(text)) {
                Ok(text) => Written::Text(text),
                Err(_) => Written::Unknown,
            },
            Value::Obj(id) => return self.object(m, id, key),
            Value::Unknown(_) | Value::Import(_) => Written::Unknown,
        })
    }

    fn object(&mut self, m: &mut Machine<'_>, id: ObjId, key: &str) -> Result<Written, Abrupt> {
        let value = Value::Obj(id);
        m.note_read(value);
        let to_json = m.atom("toJSON");
        let to_json = m.get_quiet(value, to_json);
        if m.callable(to_json) {
            let key = m.string(key);
            let made = m.call_at(to_json, value, &[key], self.call.at)?;
            // One that gives its own object is written as if it had none, which is not followed.
            return if made == value { Ok(Written::Unknown) } else { self.value(m, made, "") };
        }
        if m.callable(value) {
            return Ok(Written::Nothing);
        }
        if self.around.contains(&id) {
            m.bad_argument("TypeError", "Converting circular structure to JSON", self.call.at)?;
            return Ok(Written::Unknown);
        }
        let object = m.object(id);
        let is_known =
            !m.are_arguments(id) && matches!(object.kind, Kind::Plain | Kind::Array(_) | Kind::Map(_)) && !object.open;
        if !is_known || self.around.len() >= DEEPEST || matches!(to_json, Value::Unknown(_)) {
            return Ok(Written::Unknown);
        }
        self.around.push(id);
        let written = match elements(m, value).map(<[Value]>::to_vec) {
            Some(items) => self.list(m, items),
            None => self.members(m, value),
        };
        self.around.pop();
        written
    }

    fn list(&mut self, m: &mut Machine<'_>, items: Vec<Value>) -> Result<Written, Abrupt> {
        let mut parts = Vec::with_capacity(items.len());
        let mut length = 0;
        for (at, item) in items.into_iter().enumerate() {
            let part = match self.value(m, item, &at.to_string())? {
                Written::Text(text) => text,
                Written::Nothing => "null".to_owned(),
                Written::Unknown => return Ok(Written::Unknown),
            };
            length += part.len();
            if length > LONGEST {
                return Ok(Written::Unknown);
            }
            parts.push(part);
        }
        Ok(Written::Text(self.enclosed('[', &parts, ']')))
    }

    fn members(&mut self, m: &mut Machine<'_>, value: Value) -> Result<Written, Abrupt> {
        let Some(keys) = m.own_keys(value, false) else { return Ok(Written::Unknown) };
        let mut parts = Vec::new();
        let mut length = 0;
        for key in keys {
            let member = m.get(value, key)?;
            let key = m.str(key);
            let text = match self.value(m, member, &key)? {
                Written::Text(text) => text,
                Written::Nothing => continue,
                Written::Unknown => return Ok(Written::Unknown),
            };
            let Ok(key) = serde_json::to_string(&*key) else { return Ok(Written::Unknown) };
            let part = if self.indent.is_empty() { format!("{key}:{text}") } else { format!("{key}: {text}") };
            length += part.len();
            if length > LONGEST {
                return Ok(Written::Unknown);
            }
            parts.push(part);
        }
        Ok(Written::Text(self.enclosed('{', &parts, '}')))
    }

    fn enclosed(&self, open: char, parts: &[String], close: char) -> String {
        if self.indent.is_empty() || parts.is_empty() {
            return format!("{open}{}{close}", parts.join(","));
        }
        let outer = self.indent.repeat(self.around.len() - 1);
        let inner = format!("\n{outer}{}", self.indent);
        format!("{open}{inner}{}\n{outer}{close}", parts.join(&format!(",{inner}")))
    }
}
