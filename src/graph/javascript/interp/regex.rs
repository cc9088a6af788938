//! Regular expressions over known text.

use std::sync::Arc;

use super::Machine;
use super::pattern::{Engine, Found};
use super::tables::Table;
use super::value::{Abrupt, Atom, Call, Kind, ObjId, R, Slot, UNKNOWN, Value};

/// Longest text that is matched.
const TEXT_LIMIT: usize = 20_000;
/// Most matches that one call goes through.
const MOST_MATCHES: usize = 2_000;

impl Machine<'_> {
    pub(super) fn regex(&mut self, pattern: Atom, flags: Atom) -> Value {
        let proto = self.proto("RegExp");
        Value::Obj(self.alloc(Kind::Regex(pattern, flags), proto))
    }

    /// The engine of a regular expression; `None` when it cannot be had.
    fn engine(&mut self, id: ObjId) -> Option<Arc<Engine>> {
        let Kind::Regex(pattern, flags) = self.object(id).kind else { return None };
        if let Some(known) = self.regexes.get(&(pattern, flags)) {
            return known.clone();
        }
        let built = Engine::new(&self.str(pattern), &self.str(flags)).map(Arc::new);
        self.regexes.insert((pattern, flags), built.clone());
        built
    }

    fn has_flag(&self, id: ObjId, flag: char) -> bool {
        match self.object(id).kind {
            Kind::Regex(_, flags) => self.str(flags).contains(flag),
            _ => false,
        }
    }

    /// The first match from a place on; the outer `None` says that nobody knows.
    fn find_from(&mut self, id: ObjId, text: &str, from: usize) -> Option<Option<Found>> {
        if text.len() > TEXT_LIMIT {
            return None;
        }
        let engine = self.engine(id)?;
        if from > text.len() || !text.is_char_boundary(from) {
            return Some(None);
        }
        let sticky = self.has_flag(id, 'y');
        let found = engine.find(text, from);
        self.steps += engine.cost(text.len(), found.as_ref());
        let found = found?;
        if sticky && found.as_ref().is_some_and(|found| whole(found).0 != from) {
            // The leftmost match is further on; whether another one begins here is not told.
            return None;
        }
        Some(found)
    }

    /// `re.exec(text)` with its `lastIndex`.
    fn exec_regex(&mut self, id: ObjId, text: &str) -> Option<Option<Found>> {
        if !self.has_flag(id, 'g') && !self.has_flag(id, 'y') {
            return self.find_from(id, text, 0);
        }
        let key = self.atom("lastIndex");
        let from = match self.object(id).props.get(key) {
            None => 0.0,
            Some(Slot::Value(Value::Num(at))) if at >= 0.0 => at,
            Some(_) => return None,
        };
        let found = self.find_from(id, text, offset(text, from as usize))?;
        let next = found.as_ref().map_or(0, |found| units(text, whole(found).1));
        self.put(id, key, Value::Num(next as f64));
        Some(found)
    }

    /// All matches, for methods that do not stop at the first one.
    fn find_all(&mut self, id: ObjId, text: &str) -> Option<Vec<Found>> {
        let mut all: Vec<Found> = Vec::new();
        let mut from = 0;
        while let Some(found) = self.find_from(id, text, from)? {
            let (start, end) = whole(&found);
            from = if end > start { end } else { end + text.get(end..)?.chars().next().map_or(1, char::len_utf8) };
            all.push(found);
            if all.len() > MOST_MATCHES {
                return None;
            }
            if from > text.len() {
                break;
            }
        }
        Some(all)
    }

    /// The array that `exec` gives.
    fn match_array(&mut self, id: ObjId, text: Atom, found: &Found) -> Value {
        let content = self.str(text);
        let items: Vec<Value> = found.iter().map(|group| self.group(&content, *group)).collect();
        let names: Vec<Option<String>> = match self.engine(id) {
            Some(engine) => engine.names(),
            None => Vec::new(),
        };
        let groups = if names.iter().any(Option::is_some) {
            let groups = self.plain();
            for (name, item) in names.iter().zip(&items) {
                if let Some(name) = name {
                    let key = self.atom(name);
                    self.object_mut(groups).props.set(key, Slot::Value(*item), None);
                }
            }
            Value::Obj(groups)
        } else {
            Value::Undefined
        };
        let array = self.array(items);
        if let Value::Obj(array) = array {
            self.define(array, "index", Value::Num(units(&content, whole(found).0) as f64));
            self.define(array, "input", Value::Str(text));
            self.define(array, "groups", groups);
        }
        array
    }

    fn group(&mut self, text: &str, group: Option<(usize, usize)>) -> Value {
        match group.and_then(|(start, end)| text.get(start..end)) {
            Some(part) => self.string(part),
            None => Value::Undefined,
        }
    }

    fn replaced(&mut self, c: &Call<'_>, text: Atom, id: ObjId, all: bool) -> Result<Option<String>, Abrupt> {
        let content = self.str(text);
        let found = if all || self.has_flag(id, 'g') {
            self.find_all(id, &content)
        } else {
            self.find_from(id, &content, 0).map(|found| found.into_iter().collect())
        };
        let Some(found) = found else { return Ok(None) };
        let mut out = String::with_capacity(content.len());
        let mut last = 0;
        for found in &found {
            let (start, end) = whole(found);
            let Some(part) = self.replacement(c, text, id, found)? else { return Ok(None) };
            out.push_str(content.get(last..start).unwrap_or_default());
            out.push_str(&part);
            last = end;
        }
        out.push_str(content.get(last..).unwrap_or_default());
        Ok(Some(out))
    }

    /// What one match is replaced with.
    fn replacement(&mut self, c: &Call<'_>, text: Atom, id: ObjId, found: &Found) -> Result<Option<String>, Abrupt> {
        let content = self.str(text);
        let with = c.arg(1);
        if self.callable(with) {
            let mut args: Vec<Value> = found.iter().map(|group| self.group(&content, *group)).collect();
            args.push(Value::Num(units(&content, whole(found).0) as f64));
            args.push(Value::Str(text));
            let made = self.call_at(with, Value::Undefined, &args, c.at)?;
            return Ok(self.coerce_text(made).map(|made| self.str(made).to_string()));
        }
        let Some(with) = self.coerce_text(with) else { return Ok(None) };
        let with = self.str(with);
        if !with.contains('$') {
            return Ok(Some(with.to_string()));
        }
        let engine = self.engine(id);
        Ok(Some(expanded(&with, &content, found, engine.as_deref())))
    }
}

/// `$1`, `$&`, `$<name>` and `$$` in a replacement.
fn expanded(with: &str, text: &str, found: &Found, engine: Option<&Engine>) -> String {
    let part = |at: usize| found.get(at).copied().flatten().and_then(|(start, end)| text.get(start..end)).unwrap_or("");
    let mut out = String::new();
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let number = |len: usize| rest.get(..len).and_then(|n| n.parse::<usize>().ok());
        let fits = |len: &usize| number(*len).is_some_and(|n| n > 0 && n < found.len());
        if let Some(len) = (1..=digits).rev().find(fits) {
            out.push_str(part(number(len).unwrap_or_default()));
            rest = &rest[len..];
        } else if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('&') {
            out.push_str(part(0));
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('<').and_then(|named| named.split_once('>')) {
            let at = engine.and_then(|engine| engine.names().iter().position(|known| known.as_deref() == Some(name)));
            out.push_str(at.map_or("", part));
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

fn whole(found: &Found) -> (usize, usize) {
    found.first().copied().flatten().unwrap_or_default()
}

/// How many UTF-16 units come before a byte.
pub(super) fn units(text: &str, bytes: usize) -> usize {
    match text.get(..bytes) {
        Some(before) if !before.is_ascii() => before.encode_utf16().count(),
        _ => bytes,
    }
}

/// The byte at which a UTF-16 unit begins.
pub(super) fn offset(text: &str, wanted: usize) -> usize {
    if text.is_ascii() {
        return wanted;
    }
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= wanted {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len() + wanted.saturating_sub(seen)
}

fn subject(m: &mut Machine<'_>, c: &Call<'_>) -> Option<(ObjId, Atom)> {
    let Value::Obj(id) = c.this else { return None };
    matches!(m.object(id).kind, Kind::Regex(..)).then_some(())?;
    Some((id, m.coerce_text(c.arg(0))?))
}

pub(super) fn exec(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some((id, text)) = subject(m, c) else { return Ok(UNKNOWN) };
    let content = m.str(text);
    Ok(match m.exec_regex(id, &content) {
        Some(Some(found)) => m.match_array(id, text, &found),
        Some(None) => Value::Null,
        None => UNKNOWN,
    })
}

pub(super) fn test(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some((id, text)) = subject(m, c) else { return Ok(UNKNOWN) };
    let content = m.str(text);
    Ok(m.exec_regex(id, &content).map_or(UNKNOWN, |found| Value::Bool(found.is_some())))
}

/// The text and the regular expression of a method of strings; a text makes one.
fn text_and_regex(m: &mut Machine<'_>, c: &Call<'_>) -> Option<(Atom, ObjId)> {
    let Value::Str(text) = c.this else { return None };
    match c.arg(0) {
        Value::Obj(id) if matches!(m.object(id).kind, Kind::Regex(..)) => Some((text, id)),
        Value::Str(pattern) => {
            let flags = m.atom("");
            match m.regex(pattern, flags) {
                Value::Obj(id) => Some((text, id)),
                _ => None,
            }
        }
        _ => None,
    }
}

pub(super) fn match_text(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some((text, id)) = text_and_regex(m, c) else { return Ok(UNKNOWN) };
    let content = m.str(text);
    if !m.has_flag(id, 'g') {
        return Ok(match m.exec_regex(id, &content) {
            Some(Some(found)) => m.match_array(id, text, &found),
            Some(None) => Value::Null,
            None => UNKNOWN,
        });
    }
    let Some(all) = m.find_all(id, &content) else { return Ok(UNKNOWN) };
    if all.is_empty() {
        return Ok(Value::Null);
    }
    let items = all.iter().map(|found| m.group(&content, found.first().copied().flatten())).collect();
    Ok(m.array(items))
}

/// What takes all matches of a text takes no expression that asks for one.
fn refuse_single(m: &mut Machine<'_>, c: &Call<'_>) -> Result<(), Abrupt> {
    let Value::Obj(id) = c.arg(0) else { return Ok(()) };
    match m.object(id).kind {
        Kind::Regex(_, flags) if !m.str(flags).contains('g') => {
            m.bad_argument("TypeError", "it must be called with a global RegExp", c.at)
        }
        _ => Ok(()),
    }
}

pub(super) fn match_all(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    refuse_single(m, c)?;
    let Some((text, id)) = text_and_regex(m, c) else { return Ok(UNKNOWN) };
    let content = m.str(text);
    let Some(all) = m.find_all(id, &content) else { return Ok(UNKNOWN) };
    let items = all.iter().map(|found| m.match_array(id, text, found)).collect();
    Ok(m.array(items))
}

pub(super) fn search(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Some((text, id)) = text_and_regex(m, c) else { return Ok(UNKNOWN) };
    let content = m.str(text);
    Ok(match m.find_from(id, &content, 0) {
        Some(Some(found)) => Value::Num(units(&content, whole(&found).0) as f64),
        Some(None) => Value::Num(-1.0),
        None => UNKNOWN,
    })
}

/// `text.replace(regex, with)`; `None` when the first argument is none.
pub(super) fn replace(m: &mut Machine<'_>, c: &Call<'_>, all: bool) -> Result<Option<Value>, Abrupt> {
    let (Value::Str(text), Value::Obj(id)) = (c.this, c.arg(0)) else { return Ok(None) };
    if !matches!(m.object(id).kind, Kind::Regex(..)) {
        return Ok(None);
    }
    if all {
        refuse_single(m, c)?;
    }
    let made = m.replaced(c, text, id, all)?;
    Ok(Some(made.map_or(UNKNOWN, |made| m.string(&made))))
}

/// `text.split(regex)`; `None` when the argument is none.
pub(super) fn split(m: &mut Machine<'_>, c: &Call<'_>) -> Option<Value> {
    let (Value::Str(text), Value::Obj(id)) = (c.this, c.arg(0)) else { return None };
    if !matches!(m.object(id).kind, Kind::Regex(..)) {
        return None;
    }
    let content = m.str(text);
    let Some(all) = m.find_all(id, &content) else { return Some(UNKNOWN) };
    let mut parts = Vec::new();
    let mut last = 0;
    for found in &all {
        let (start, end) = whole(found);
        if end == 0 || (start == end && start >= content.len()) {
            continue;
        }
        parts.push(m.group(&content, Some((last, start))));
        parts.extend(found.iter().skip(1).map(|group| m.group(&content, *group)).collect::<Vec<_>>());
        last = end;
    }
    parts.push(m.group(&content, Some((last, content.len()))));
    if let Value::Num(most) = c.arg(1) {
        parts.truncate(most.max(0.0) as usize);
    }
    Some(m.array(parts))
}

/// `RegExp(pattern, flags)`.
pub(super) fn make(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let flags = match c.arg(1) {
        Value::Undefined => None,
        Value::Str(flags) => Some(flags),
        _ => return Ok(UNKNOWN),
    };
    let (pattern, own) = match c.arg(0) {
        Value::Str(pattern) => (pattern, m.atom("")),
        Value::Obj(id) => match m.object(id).kind {
            Kind::Regex(pattern, flags) => (pattern, flags),
            _ => return Ok(UNKNOWN),
        },
        _ => return Ok(UNKNOWN),
    };
    Ok(m.regex(pattern, flags.unwrap_or(own)))
}

pub(super) const METHODS: Table = &[
    ("exec", exec),
    ("test", test),
    ("toString", |m, c| {
        let Some((pattern, flags)) = parts(m, c) else { return Ok(UNKNOWN) };
        let text = format!("/{}/{}", source(&m.str(pattern)), m.str(flags));
        Ok(m.string(&text))
    }),
];

/// A pattern as it is written between slashes.
fn source(pattern: &str) -> String {
    let (mut out, mut in_class, mut is_escaped) = (String::new(), false, false);
    for c in pattern.chars() {
        match c {
            _ if is_escaped => {}
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => out.push('\\'),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        match c {
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    if out.is_empty() { "(?:)".to_owned() } else { out }
}

/// `source`, `flags` and the flags by name.
pub(super) fn install(m: &mut Machine<'_>) {
    let Value::Obj(proto) = m.proto("RegExp") else { return };
    let source = m.native(
        |m, c| {
            let Some((pattern, _)) = parts(m, c) else { return Ok(UNKNOWN) };
            let text = source(&m.str(pattern));
            Ok(m.string(&text))
        },
        Value::Undefined,
    );
    let flags = m.native(
        |m, c| {
            let Some((_, flags)) = parts(m, c) else { return Ok(UNKNOWN) };
            // In the order of the letters, whatever they were written in.
            let mut letters: Vec<char> = m.str(flags).chars().collect();
            letters.sort_unstable();
            Ok(m.string(&letters.into_iter().collect::<String>()))
        },
        Value::Undefined,
    );
    let mut getters = vec![("source", source), ("flags", flags)];
    for (name, letter) in [("global", "g"), ("ignoreCase", "i"), ("multiline", "m"), ("sticky", "y"), ("unicode", "u")]
    {
        let data = m.string(letter);
        let getter = m.native(
            |m, c| {
                let (Some((_, flags)), Value::Str(letter)) = (parts(m, c), c.data) else { return Ok(UNKNOWN) };
                Ok(Value::Bool(m.str(flags).contains(&*m.str(letter))))
            },
            data,
        );
        getters.push((name, getter));
    }
    for (name, getter) in getters {
        let key = m.atom(name);
        m.object_mut(proto).props.set(key, Slot::Accessor(getter, Value::Undefined), Some(false));
    }
    m.define(proto, "lastIndex", Value::Num(0.0));
}

fn parts(m: &Machine<'_>, c: &Call<'_>) -> Option<(Atom, Atom)> {
    let Value::Obj(id) = c.this else { return None };
    match m.object(id).kind {
        Kind::Regex(pattern, flags) => Some((pattern, flags)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_written_between_slashes() {
        for (pattern, text) in [("/", "\\/"), ("[/]", "[/]"), ("a\\/b", "a\\/b"), ("", "(?:)"), ("a\nb", "a\\nb")] {
            assert_eq!(source(pattern), text);
        }
    }

    #[test]
    fn replacements_name_groups() {
        let engine = Engine::new("(?<x>a)(b)", "").unwrap();
        let found = engine.find("ab", 0).unwrap().unwrap();
        assert_eq!(expanded("$2$1$<x>$&$$1$9", "ab", &found, Some(&engine)), "baaab$1$9");
    }
}
