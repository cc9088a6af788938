//! Regular expressions over known text: the `re` module as far as Rust's engine reads its patterns.

use ::regex::{Regex, RegexBuilder};

use super::super::value::*;
use super::*;

const IGNORECASE: i64 = 2;
const MULTILINE: i64 = 8;
const DOTALL: i64 = 16;
const VERBOSE: i64 = 64;

/// Methods of compiled patterns and of matches that are understood.
pub(super) fn is_method(class: &str, name: &str) -> bool {
    match class {
        "re.Pattern" => matches!(name, "match" | "search" | "fullmatch" | "sub" | "split" | "findall"),
        "re.Match" => matches!(name, "group" | "groups" | "groupdict" | "__getitem__" | "start" | "end"),
        _ => false,
    }
}

/// The value of a flag of the `re` module.
pub(super) fn flag(name: &str) -> Option<i64> {
    Some(match name {
        "I" | "IGNORECASE" => IGNORECASE,
        "M" | "MULTILINE" => MULTILINE,
        "S" | "DOTALL" => DOTALL,
        "X" | "VERBOSE" => VERBOSE,
        "U" | "UNICODE" => 32,
        "A" | "ASCII" => 256,
        _ => return None,
    })
}

/// A pattern as Rust's engine writes it. Possessive quantifiers only save time in the patterns that libraries have.
fn readable(pattern: &str) -> String {
    let mut text = pattern.replace("\\Z", "\\z").replace("(?a:", "(?:");
    for (possessive, greedy) in [("*+", "*"), ("?+", "?"), ("}+", "}"), ("++", "+")] {
        text = text.replace(possessive, greedy);
    }
    text
}

impl Interp<'_> {
    /// Functions of `re` and methods of its objects; `None` for others.
    pub(super) fn call_regex(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let Some(rest) = name.strip_prefix("re.") else { return Ok(None) };
        if let Some(method) = rest.strip_prefix("Match.") {
            return Ok(Some(self.match_method(method, args)));
        }
        if rest == "compile" {
            return Ok(Some(self.new_pattern(args)));
        }
        let (method, is_bound) = match rest.strip_prefix("Pattern.") {
            Some(method) => (method, true),
            None => (rest, false),
        };
        if !is_method("re.Pattern", method) {
            return Ok(None);
        }
        Ok(Some(self.pattern_method(method, args, is_bound)?))
    }

    fn new_pattern(&mut self, args: &Args) -> Value {
        let pattern = args.positional.first().copied().unwrap_or(Value::Unknown);
        self.count_pattern(Some(pattern));
        let flags = args.positional.get(1).copied().or_else(|| self.keyword(args, "flags")).unwrap_or(Value::Int(0));
        let class = self.heap.external("re.Pattern");
        let mut attrs = Names::default();
        attrs.set(self.heap.sym("pattern"), pattern);
        attrs.set(self.heap.sym("flags"), flags);
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    /// The engine for a pattern object or a pattern's text.
    fn engine(&mut self, pattern: Value, flags: Value) -> Option<Regex> {
        let (pattern_key, flags_key) = (self.heap.sym("pattern"), self.heap.sym("flags"));
        let (text, flags) = match self.heap.get(pattern) {
            Some(Object::Instance { attrs, .. }) => (attrs.get(pattern_key)?, attrs.get(flags_key)?),
            _ => (pattern, flags),
        };
        let (Value::Str(sym), Value::Int(flags)) = (text, flags) else { return None };
        if let Some(known) = self.engines.get(&(sym, flags)) {
            return known.clone();
        }
        let text = self.heap.text(sym);
        let built = RegexBuilder::new(&readable(&text))
            .case_insensitive(flags & IGNORECASE != 0)
            .multi_line(flags & MULTILINE != 0)
            .dot_matches_new_line(flags & DOTALL != 0)
            .ignore_whitespace(flags & VERBOSE != 0)
            .size_limit(LIMITS.pattern_memory)
            .build();
        let built = built.ok().filter(|_| text.len() <= LIMITS.pattern_bytes);
        self.engines.insert((sym, flags), built.clone());
        built
    }

    fn pattern_method(&mut self, method: &str, args: &Args, is_bound: bool) -> Run<Value> {
        let at = |index: usize| args.positional.get(index).copied();
        let (subject_at, flags_at) = if method == "sub" { (2, 4) } else { (1, if method == "split" { 3 } else { 2 }) };
        let flags = if is_bound { None } else { at(flags_at).or_else(|| self.keyword(args, "flags")) };
        let pattern = at(0).unwrap_or(Value::Unknown);
        if !is_bound {
            self.count_pattern(Some(pattern));
        }
        // From where on, or how often, is not computed.
        let is_more =
            if is_bound { args.positional.len() > subject_at + 1 } else { method == "sub" && at(3).is_some() };
        if is_more || args.keywords.iter().any(|(name, _)| &*self.heap.text(*name) != "flags") {
            return Ok(Value::Unknown);
        }
        let subject = at(subject_at).and_then(|v| self.text_of(v)).filter(|text| text.len() <= LIMITS.pattern_bytes);
        let Some(subject) = subject else { return Ok(Value::Unknown) };
        let Some(engine) = self.engine(pattern, flags.unwrap_or(Value::Int(0))) else { return Ok(Value::Unknown) };
        self.budget.take(10 + subject.len() as u64 / 8);
        Ok(match method {
            "sub" => match at(1).and_then(|v| self.text_of(v)).filter(|with| !with.contains('\\')) {
                Some(with) => {
                    let replaced = engine.replace_all(&subject, ::regex::NoExpand(&with)).into_owned();
                    self.heap.str(&replaced)
                }
                None => Value::Unknown,
            },
            "split" if engine.captures_len() == 1 && args.positional.len() == 2 => {
                let parts = engine.split(&subject).map(|part| self.heap.str(part)).collect();
                self.heap.list(parts, false)
            }
            // Python and the engine part texts otherwise where nothing is matched.
            "findall" if engine.captures_len() == 1 && !engine.is_match("") => {
                let found = engine.find_iter(&subject).map(|found| self.heap.str(found.as_str())).collect();
                self.heap.list(found, false)
            }
            "match" | "search" | "fullmatch" => self.new_match(method, &engine, &subject),
            _ => Value::Unknown,
        })
    }

    fn new_match(&mut self, method: &str, engine: &Regex, subject: &str) -> Value {
        let Some(found) = engine.captures(subject) else { return Value::None };
        let whole = found.get_match();
        if (method != "search" && whole.start() != 0) || (method == "fullmatch" && whole.end() != subject.len()) {
            // The engine looks for the leftmost match anywhere: another one might begin at the start.
            return if whole.start() == 0 { Value::Unknown } else { Value::None };
        }
        let mut groups = Vec::new();
        let mut names = Dict::default();
        for (at, name) in engine.capture_names().enumerate() {
            let value = found.get(at).map_or(Value::None, |group| self.heap.str(group.as_str()));
            groups.push(value);
            if let Some(name) = name {
                names.set(self.heap.str(name), value);
            }
        }
        let class = self.heap.external("re.Match");
        let mut attrs = Names::default();
        let (groups, names) = (self.heap.tuple(&groups), self.heap.dict(names, false));
        attrs.set(self.heap.sym("<groups>"), groups);
        attrs.set(self.heap.sym("<names>"), names);
        attrs.set(self.heap.sym("<start>"), Value::Int(whole.start() as i64));
        attrs.set(self.heap.sym("<end>"), Value::Int(whole.end() as i64));
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    fn match_method(&mut self, method: &str, args: &Args) -> Value {
        let this = args.positional.first().copied().unwrap_or(Value::Unknown);
        let [groups, names, start, end] = ["<groups>", "<names>", "<start>", "<end>"].map(|key| {
            let key = self.heap.sym(key);
            match self.heap.get(this) {
                Some(Object::Instance { attrs, .. }) => attrs.get(key).unwrap_or(Value::Unknown),
                _ => Value::Unknown,
            }
        });
        let rest = args.positional.get(1..).unwrap_or(&[]);
        let all = self.items_of(groups).0;
        let pairs = self.dict_items(names).0;
        let group = |key: Value| match key {
            Value::Int(at) => usize::try_from(at).ok().and_then(|at| all.get(at)).copied().unwrap_or(Value::Unknown),
            key => pairs.iter().find(|(name, _)| *name == key).map_or(Value::Unknown, |(_, value)| *value),
        };
        match (method, rest) {
            ("group" | "__getitem__", []) => group(Value::Int(0)),
            ("group" | "__getitem__", [key]) => group(*key),
            ("group", keys) => {
                let values: Vec<Value> = keys.iter().map(|key| group(*key)).collect();
                self.heap.tuple(&values)
            }
            ("groups", []) => self.heap.tuple(all.get(1..).unwrap_or(&[])),
            ("groupdict", []) => {
                let mut items = Dict::default();
                for (name, value) in pairs {
                    items.set(name, value);
                }
                self.heap.dict(items, false)
            }
            ("start", []) => start,
            ("end", []) => end,
            _ => Value::Unknown,
        }
    }
}
