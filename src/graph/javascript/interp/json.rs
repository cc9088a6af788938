//! `JSON`.

use super::Machine;
use super::tables::{Table, elements};
use super::value::{Abrupt, Atom, Call, Kind, ObjId, R, UNKNOWN, Value};

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
    let revived = m.callable(c.arg(1));
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text)
        && !ONLY_HERE.iter().any(|only| error.to_string().starts_with(only))
    {
        m.bad_argument("SyntaxError", &format!("no JSON: {error}"), c.at)?;
    }
    Ok(match serde_json::from_str(&text) {
        Ok(json) => {
            let value = m.json(&json, 0);
            if revived {
                let holder = m.plain();
                let key = m.atom("");
                m.put(holder, key, value);
                return revive(m, c, holder, key, DEEPEST);
            }
            value
        }
        _ => UNKNOWN,
    })
}

/// What a function makes of a member that was read, once it has made something of all that is in it.
fn revive(m: &mut Machine<'_>, c: &Call<'_>, holder: ObjId, key: Atom, depth: usize) -> R {
    let value = m.get(Value::Obj(holder), key)?;
    if let Value::Obj(id) = value {
        let (Some(keys), true) = (m.own_keys(value, false), depth > 0) else { return Ok(UNKNOWN) };
        for key in keys {
            let made = revive(m, c, id, key, depth - 1)?;
            if made == Value::Undefined && matches!(m.object(id).kind, Kind::Plain) {
                m.object_mut(id).props.remove(key);
            } else {
                m.set(value, key, made)?;
            }
        }
    }
    let value = m.get(Value::Obj(holder), key)?;
    m.call_at(c.arg(1), Value::Obj(holder), &[Value::Str(key), value], c.at)
}

/// The text of what is known.
fn stringify(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let indent = match c.arg(2) {
        Value::Undefined | Value::Null => String::new(),
        Value::Num(width) => " ".repeat(width.clamp(0.0, 10.0) as usize),
        Value::Str(text) => m.str(text).chars().take(10).collect(),
        _ => return Ok(UNKNOWN),
    };
    let kept = match c.arg(1) {
        Value::Obj(id) if matches!(m.object(id).kind, Kind::Array(_)) => {
            let Some(names) = elements(m, c.arg(1)).map(<[Value]>::to_vec) else { return Ok(UNKNOWN) };
            let names: Option<Vec<Atom>> = names.into_iter().map(|name| m.coerce_text(name)).collect();
            let Some(names) = names else { return Ok(UNKNOWN) };
            Some(names)
        }
        Value::Unknown(_) | Value::Import(_) => return Ok(UNKNOWN),
        _ => None,
    };
    let replaces = m.callable(c.arg(1));
    let mut writer = Writer { call: c, indent, around: Vec::new(), kept, replaces };
    let holder = Value::Obj(m.plain());
    let written = match replaces {
        true => {
            let key = m.atom("");
            m.set(holder, key, c.arg(0))?;
            writer.member(m, holder, key, c.arg(0))?
        }
        false => writer.value(m, c.arg(0), "")?,
    };
    Ok(match written {
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
    /// The members that are written, if not all.
    kept: Option<Vec<Atom>>,
    /// Whether a function says what is written in place of each value.
    replaces: bool,
}

impl Writer<'_> {
    /// A member, or what a function says in its place.
    fn member(&mut self, m: &mut Machine<'_>, holder: Value, key: Atom, value: Value) -> Result<Written, Abrupt> {
        let name = m.str(key);
        if !self.replaces {
            return self.value(m, value, &name);
        }
        let mut value = value;
        if let Value::Obj(id) = value {
            m.note_read(value);
            let to_json = m.atom("toJSON");
            let to_json = m.get_quiet(Value::Obj(id), to_json);
            if m.callable(to_json) {
                value = m.call_at(to_json, value, &[Value::Str(key)], self.call.at)?;
            } else if matches!(to_json, Value::Unknown(_)) {
                return Ok(Written::Unknown);
            }
        }
        let made = m.call_at(self.call.arg(1), holder, &[Value::Str(key), value], self.call.at)?;
        self.plain_value(m, made, &name)
    }

    /// A value that nothing is asked about any more.
    fn plain_value(&mut self, m: &mut Machine<'_>, value: Value, key: &str) -> Result<Written, Abrupt> {
        match value {
            Value::Obj(id) => self.written_object(m, id),
            other => self.value(m, other, key),
        }
    }

    fn value(&mut self, m: &mut Machine<'_>, value: Value, key: &str) -> Result<Written, Abrupt> {
        m.charge(1);
        Ok(match value {
            Value::Undefined | Value::Sym(_) => Written::Nothing,
            Value::Big(_) => {
                m.bad_argument("TypeError", "Do not know how to serialize a BigInt", self.call.at)?;
                Written::Unknown
            }
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
            // What it gives is not asked once more.
            return self.plain_value(m, made, "");
        }
        if matches!(to_json, Value::Unknown(_)) {
            return Ok(Written::Unknown);
        }
        self.written_object(m, id)
    }

    fn written_object(&mut self, m: &mut Machine<'_>, id: ObjId) -> Result<Written, Abrupt> {
        let value = Value::Obj(id);
        m.note_read(value);
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
        if !is_known || self.around.len() >= DEEPEST {
            return Ok(Written::Unknown);
        }
        self.around.push(id);
        let written = match elements(m, value).map(<[Value]>::to_vec) {
            Some(items) => self.list(m, value, items),
            None => self.members(m, value),
        };
        self.around.pop();
        written
    }

    fn list(&mut self, m: &mut Machine<'_>, holder: Value, items: Vec<Value>) -> Result<Written, Abrupt> {
        let mut parts = Vec::with_capacity(items.len());
        let mut length = 0;
        for (at, item) in items.into_iter().enumerate() {
            let key = m.atom(&at.to_string());
            let part = match self.member(m, holder, key, item)? {
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
        let Some(mut keys) = m.own_keys(value, false) else { return Ok(Written::Unknown) };
        if let Some(kept) = &self.kept {
            let mut wanted: Vec<Atom> = Vec::new();
            wanted.extend(kept.iter().filter(|key| keys.contains(key)));
            keys = wanted;
            let mut seen = rustc_hash::FxHashSet::default();
            keys.retain(|key| seen.insert(*key));
        }
        let mut parts = Vec::new();
        let mut length = 0;
        for key in keys {
            let member = m.get(value, key)?;
            let written = self.member(m, value, key, member)?;
            let key = m.str(key);
            let text = match written {
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
