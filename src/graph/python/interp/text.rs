//! Texts: their methods, and the formats that make them.

use super::super::value::*;
use super::*;

/// Stands in a URL for a part that is not known: a user, a password, a host out of a setting. What the known scheme
/// of the URL selects is loaded all the same.
pub(super) const HOLE: char = '\u{e000}';

impl Interp<'_> {
    /// What a part of a text that is not known becomes behind the text before it; `None` unless own code builds a URL.
    pub(super) fn hole_behind(&mut self, before: &str) -> Option<String> {
        let (scheme, _) = before.split_once("://")?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'));
        if self.library_depth > 0 || !is_scheme {
            return None;
        }
        self.has_holes = true;
        Some(HOLE.to_string())
    }

    /// The next value for a `%` format: of a mapping the named one, else the next in order.
    fn percent_argument(
        &mut self,
        rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
        mapping: Value,
        args: &mut std::vec::IntoIter<Value>,
    ) -> Option<Value> {
        if rest.peek() != Some(&'(') {
            return args.next();
        }
        let key: String = rest.by_ref().skip(1).take_while(|c| *c != ')').collect();
        let key = self.heap.str(&key);
        self.get_item(mapping, key).ok()
    }

    pub(super) fn percent(&mut self, format: Sym, value: Value) -> Value {
        let args: Vec<Value> = match self.heap.get(value) {
            Some(Object::Tuple(items)) => items.to_vec(),
            _ => vec![value],
        };
        let format = self.heap.text(format);
        let mut out = String::new();
        let mut args = args.into_iter();
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            if rest.peek() == Some(&'%') {
                rest.next();
                out.push('%');
                continue;
            }
            let Some(value) = self.percent_argument(&mut rest, value, &mut args) else {
                return Value::Unknown;
            };
            let text = match rest.next() {
                Some('d' | 'i') => match value {
                    Value::Bool(value) => Some(i64::from(value).to_string()),
                    Value::Int(value) => Some(value.to_string()),
                    _ => None,
                },
                Some('s') => self.coerce_text(value).or_else(|| self.hole_behind(&out)),
                Some('r') => self.repr_text(value, 0),
                _ => None,
            };
            let Some(text) = text.filter(|text| text.len() + out.len() < LIMITS.text_bytes) else {
                return Value::Unknown;
            };
            out.push_str(&text);
        }
        self.heap.str(&out)
    }

    /// `repr(value)`, where known.
    pub(super) fn repr_text(&mut self, value: Value, depth: u32) -> Option<String> {
        if depth > 4 {
            return None;
        }
        let (items, open, brackets) = match (value, self.heap.get(value)) {
            (Value::Str(text), _) => {
                let text = self.heap.text(text);
                let plain = !text.contains(|c: char| c == '\'' || c == '\\' || c.is_control());
                return plain.then(|| format!("'{text}'"));
            }
            (_, Some(Object::Tuple(items))) => (items.to_vec(), false, ("(", ")")),
            (_, Some(Object::List { items, open, row: Row::List })) => (items.clone(), *open, ("[", "]")),
            (Value::Obj(_), _) => return None,
            _ => return self.coerce_text(value),
        };
        if open || items.len() > LIMITS.texts_joined {
            return None;
        }
        let comma = if brackets.0 == "(" && items.len() == 1 { "," } else { "" };
        let parts: Option<Vec<String>> = items.into_iter().map(|item| self.repr_text(item, depth + 1)).collect();
        Some(format!("{}{}{comma}{}", brackets.0, parts?.join(", "), brackets.1))
    }

    /// `str(value)`, where known.
    pub(super) fn coerce_text(&mut self, value: Value) -> Option<String> {
        match value {
            Value::Str(sym) => Some(self.heap.text(sym).to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::None => Some("None".to_owned()),
            Value::Bool(true) => Some("True".to_owned()),
            Value::Bool(false) => Some("False".to_owned()),
            Value::Obj(_) => match self.path_text(value) {
                Some(text) => Some(text.to_string()),
                None => self.repr_text(value, 0),
            },
            _ => None,
        }
    }

    pub(super) fn text_method(&mut self, text: &str, name: &str, rest: &[Value], args: &Args) -> Run<Value> {
        let first = rest.first().and_then(|v| self.text_of(*v));
        let given = rest.first().copied();
        // Arguments that say from where to where, or how often.
        let most = match name {
            "split" | "rsplit" | "format" | "replace" => usize::MAX,
            _ => 1,
        };
        if rest.len() > most || args.open {
            return Ok(Value::Unknown);
        }
        Ok(match (name, first.as_deref()) {
            ("casefold" | "title" | "istitle" | "isprintable", _) if !text.is_ascii() => Value::Unknown,
            ("lower" | "casefold", _) => self.heap.str(&text.to_lowercase()),
            ("upper", _) => self.heap.str(&text.to_uppercase()),
            ("title", _) => self.heap.str(&titled(text)),
            ("capitalize", _) => {
                let mut chars = text.chars();
                let head: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
                self.heap.str(&format!("{head}{}", chars.as_str().to_lowercase()))
            }
            ("strip", None) if given.is_none() => self.heap.str(text.trim()),
            ("lstrip", None) if given.is_none() => self.heap.str(text.trim_start()),
            ("rstrip", None) if given.is_none() => self.heap.str(text.trim_end()),
            ("strip", Some(set)) => self.heap.str(text.trim_matches(|c| set.contains(c))),
            ("lstrip", Some(set)) => self.heap.str(text.trim_start_matches(|c| set.contains(c))),
            ("rstrip", Some(set)) => self.heap.str(text.trim_end_matches(|c| set.contains(c))),
            ("removeprefix", Some(prefix)) => self.heap.str(text.strip_prefix(prefix).unwrap_or(text)),
            ("removesuffix", Some(suffix)) => self.heap.str(text.strip_suffix(suffix).unwrap_or(text)),
            ("startswith" | "endswith", _) if rest.len() == 1 => self.text_ends(text, name == "startswith", given),
            ("split" | "rsplit", _) => self.text_split(text, name == "split", rest, args),
            ("partition" | "rpartition", Some(by)) => {
                let cut = if name == "partition" { text.split_once(by) } else { text.rsplit_once(by) };
                let parts = match cut {
                    Some((head, tail)) => [head, by, tail],
                    None if name == "partition" => [text, "", ""],
                    None => ["", "", text],
                };
                let parts = parts.map(|p| self.heap.str(p));
                self.heap.tuple(&parts)
            }
            ("splitlines", _) if given.is_none() && !text.contains(is_rare_line_end) => {
                let parts = text.lines().take(LIMITS.lines).map(|p| self.heap.str(p)).collect();
                self.heap.list(parts, text.lines().nth(LIMITS.lines).is_some())
            }
            ("replace", Some(from)) if rest.len() == 2 && args.keywords.is_empty() => {
                match rest.get(1).and_then(|v| self.text_of(*v)) {
                    Some(to) if !from.is_empty() => self.heap.str(&text.replace(from, &to)),
                    _ => Value::Unknown,
                }
            }
            ("join", _) => self.text_join(text, given.unwrap_or(Value::Unknown))?,
            ("format", _) => self.format_method(text, rest, args),
            ("find" | "index" | "rfind" | "rindex", Some(needle)) if rest.len() == 1 => {
                let at = if name.starts_with('r') { text.rfind(needle) } else { text.find(needle) };
                match at {
                    Some(at) => Value::Int(text.get(..at).map_or(0, |head| head.chars().count()) as i64),
                    None if name.ends_with("find") => Value::Int(-1),
                    None => self.soft_error("ValueError", "substring not found")?,
                }
            }
            ("count", Some(needle)) if !needle.is_empty() && rest.len() == 1 => {
                Value::Int(text.matches(needle).count() as i64)
            }
            ("encode", codec) => {
                if let Some(codec) = codec {
                    self.load_codec(codec);
                }
                match text.is_ascii() {
                    true => Value::Bytes(self.heap.sym(text)),
                    false => Value::Unknown,
                }
            }
            _ => text_test(text, name).map_or(Value::Unknown, Value::Bool),
        })
    }

    /// Loads what knows an encoding; a few need no module.
    fn load_codec(&mut self, codec: &str) {
        let name = codec.to_lowercase().replace(['-', ' '], "_");
        if !matches!(name.as_str(), "utf_8" | "utf8" | "ascii" | "us_ascii" | "latin_1" | "latin1" | "iso_8859_1") {
            self.load_standard(&[&format!("encodings.{name}")]);
        }
    }

    /// `str.startswith` or `str.endswith` with one text or a tuple of them.
    fn text_ends(&mut self, text: &str, at_start: bool, given: Option<Value>) -> Value {
        let (options, open) = match given {
            Some(value) if matches!(value, Value::Str(_)) => (vec![value], false),
            Some(value) => self.items_of(value),
            None => (Vec::new(), true),
        };
        let vague = options.iter().any(|option| self.text_of(*option).is_none());
        let hit = options
            .iter()
            .filter_map(|o| self.text_of(*o))
            .any(|o| if at_start { text.starts_with(&*o) } else { text.ends_with(&*o) });
        if (open || vague) && !hit { Value::Unknown } else { Value::Bool(hit) }
    }

    /// `str.split` or, from the end, `str.rsplit`.
    fn text_split(&mut self, text: &str, from_start: bool, rest: &[Value], args: &Args) -> Value {
        let limit = match rest.get(1).copied().or_else(|| self.keyword(args, "maxsplit")) {
            Some(Value::Int(limit)) if limit >= 0 => limit as usize + 1,
            None => usize::MAX,
            _ => return Value::Unknown,
        };
        let by = rest.first().and_then(|v| self.text_of(*v));
        let parts: Vec<&str> = match (&by, rest.first()) {
            (Some(by), _) if by.is_empty() => return Value::Unknown,
            (Some(by), _) if from_start => text.splitn(limit, &**by).collect(),
            (Some(by), _) => {
                let mut parts: Vec<&str> = text.rsplitn(limit, &**by).collect();
                parts.reverse();
                parts
            }
            (None, None | Some(Value::None)) if limit == usize::MAX && self.keyword(args, "sep").is_none() => {
                text.split_whitespace().collect()
            }
            _ => return Value::Unknown,
        };
        let parts = parts.into_iter().map(|p| self.heap.str(p)).collect();
        self.heap.list(parts, false)
    }

    fn text_join(&mut self, text: &str, items: Value) -> Run<Value> {
        let (items, open) = self.iterate(items)?;
        let parts: Option<Vec<Rc<str>>> = items.iter().map(|v| self.text_of(*v)).collect();
        Ok(match parts {
            Some(parts) if !open => self.heap.str(&parts.join(text)),
            _ => Value::Unknown,
        })
    }

    fn format_method(&mut self, text: &str, rest: &[Value], args: &Args) -> Value {
        let mut out = String::new();
        let mut next = 0;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' if chars.peek() == Some(&'{') => {
                    chars.next();
                    out.push('{');
                }
                '}' => {
                    chars.next();
                    out.push('}');
                }
                '{' => {
                    let field: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let value = if field.is_empty() {
                        next += 1;
                        rest.get(next - 1).copied()
                    } else if let Ok(at) = field.parse::<usize>() {
                        rest.get(at).copied()
                    } else {
                        self.keyword(args, &field)
                    };
                    match value.and_then(|v| self.coerce_text(v)).or_else(|| self.hole_behind(&out)) {
                        Some(text) => out.push_str(&text),
                        None => return Value::Unknown,
                    }
                }
                c => out.push(c),
            }
        }
        self.heap.str(&out)
    }
}

/// `str.title` of ASCII: letters begin words behind all that is none.
fn titled(text: &str) -> String {
    let mut inside = false;
    let mut letter = |c: char| {
        let made = if inside { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
        inside = c.is_ascii_alphabetic();
        made
    };
    text.chars().map(&mut letter).collect()
}

/// Whether a character ends a line for `str.splitlines`, and for nobody else.
fn is_rare_line_end(c: char) -> bool {
    matches!(c, '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\r')
}

/// What the methods say that ask for the kind of letters.
fn text_test(text: &str, name: &str) -> Option<bool> {
    let (upper, lower) = (text.chars().any(char::is_uppercase), text.chars().any(char::is_lowercase));
    let digit_first = text.starts_with(|c: char| c.is_ascii_digit());
    Some(match name {
        "isdigit" | "isnumeric" | "isdecimal" | "isspace" if !text.is_ascii() => return None,
        "isdigit" | "isnumeric" | "isdecimal" => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
        "isascii" => text.is_ascii(),
        "isidentifier" => !text.is_empty() && !digit_first && text.chars().all(|c| c.is_alphanumeric() || c == '_'),
        "isupper" => upper && !lower,
        "islower" => lower && !upper,
        _ => return None,
    })
}
