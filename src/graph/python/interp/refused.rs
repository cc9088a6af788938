//! What functions of the language and of its library refuse to take, where all that they are given is known.

mod builtins;
mod formats;
mod library;
mod patterns;

use super::super::value::*;
use super::*;
use crate::lang::python::ir::BinaryOp;
use formats::{Given, Refusal};

/// Names of levels that `logging` knows by itself.
const LEVELS: [&str; 8] = ["CRITICAL", "DEBUG", "ERROR", "FATAL", "INFO", "NOTSET", "WARN", "WARNING"];

impl Interp<'_> {
    /// What a thing of the runtime says to arguments, as the class of an error and its message.
    pub(super) fn refusal(&self, name: &str, args: &Args) -> Option<Refusal> {
        if args.open {
            return None;
        }
        if name.starts_with("logging.") {
            return self.no_logger(name, args).or_else(|| self.refusal_of_level(name, args));
        }
        if let Some(refusal) = self.refusal_of_builtin(name, args).or_else(|| self.refusal_of_library(name, args)) {
            return Some(refusal);
        }
        let first = *args.positional.first()?;
        let is_only = args.positional.len() == 1 && args.keywords.is_empty();
        let text = self.text_of(first);
        match name {
            "int" | "float" if is_only => match (text, first) {
                (Some(text), _) => number_of(name, &text),
                (None, Value::None) => Some(no_number(name, "NoneType")),
                (None, first) => self.container(first).map(|kind| no_number(name, kind)),
            },
            "json.loads" if is_only => match (text, first) {
                (Some(text), _) => no_json(&text),
                (None, Value::None) => {
                    Some(("TypeError", "the JSON object must be str, bytes or bytearray, not NoneType".to_owned()))
                }
                _ => None,
            },
            "re.compile" | "re.match" | "re.search" | "re.fullmatch" | "re.findall" | "re.finditer" | "re.split"
            | "re.sub" | "re.subn" => {
                let plain = if matches!(name, "re.sub" | "re.subn") { 3 } else { 2 };
                let is_plain = args.keywords.is_empty() && args.positional.len() <= plain;
                let has_flags = !is_plain || name == "re.compile" && args.positional.len() > 1;
                let what = patterns::refusal(&text.filter(|_| !has_flags)?, self.input.version.1)?;
                Some(("re.error", what))
            }
            "decimal.Decimal" if is_only => {
                let text = text.filter(|text| text.is_ascii())?;
                (!is_decimal(&text))
                    .then(|| ("decimal.InvalidOperation", "[<class 'decimal.ConversionSyntax'>]".to_owned()))
            }
            "uuid.UUID" if is_only => {
                let bare = text?.replace("urn:", "").replace("uuid:", "");
                let bare = bare.trim_matches(['{', '}']).replace('-', "");
                let is_odd = bare.chars().count() != 32;
                is_odd.then(|| ("ValueError", "badly formed hexadecimal UUID string".to_owned()))
            }
            "datetime.date" | "datetime.datetime" if args.keywords.is_empty() => no_date(name, &args.positional),
            "ipaddress.ip_address" if is_only => {
                let text = text.filter(|text| !text.contains('%'))?;
                let is_address = text.parse::<std::net::IpAddr>().is_ok();
                (!is_address).then(|| ("ValueError", format!("'{text}' does not appear to be an IPv4 or IPv6 address")))
            }
            _ => None,
        }
    }

    /// What a method of a text or of a container that own code has written down says to its arguments.
    pub(super) fn refusal_of_method(&self, this: Value, method: &str, args: &Args) -> Option<Refusal> {
        if args.open {
            return None;
        }
        if let Some(text) = self.text_of(this) {
            let argument = args.positional.first().and_then(|value| self.text_of(*value));
            if let Some(refusal) = self.refusal_of_text_method(method, args) {
                return Some(refusal);
            }
            return match method {
                ".format" => {
                    let names: Vec<Rc<str>> = args.keywords.iter().map(|(name, _)| self.heap.text(*name)).collect();
                    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                    formats::of_format(&text, args.positional.len(), &names)
                }
                ".index" | ".rindex" if args.positional.len() == 1 => {
                    let is_there = text.contains(&*argument?);
                    (!is_there).then(|| ("ValueError", "substring not found".to_owned()))
                }
                ".join" if args.positional.len() == 1 => self.refusal_of_join(args.positional[0]),
                _ => None,
            };
        }
        if !self.mistakes.is_written(this) || !args.keywords.is_empty() {
            return None;
        }
        self.refusal_of_container(this, method, &args.positional)
    }

    fn refusal_of_join(&self, items: Value) -> Option<Refusal> {
        let items = match self.heap.get(items)? {
            Object::Tuple(items) => items.to_vec(),
            Object::List { items: list, open: false, .. } if self.mistakes.is_written(items) => list.clone(),
            _ => return None,
        };
        let at = items.iter().position(|item| matches!(item, Value::Int(_) | Value::None | Value::Bool(_)))?;
        let kind = match items.get(at)? {
            Value::Int(_) => "int",
            Value::Bool(_) => "bool",
            _ => "NoneType",
        };
        // What stands before must be a text for it to come so far.
        let before = items.get(..at)?;
        before
            .iter()
            .all(|item| matches!(item, Value::Str(_)))
            .then(|| ("TypeError", format!("sequence item {at}: expected str instance, {kind} found")))
    }

    /// `text % value`.
    pub(super) fn refusal_of_percent(&self, text: Value, op: BinaryOp, right: Value) -> Option<Refusal> {
        let text = self.text_of(text).filter(|_| op == BinaryOp::Mod)?;
        let is_text = |value: &Value| matches!(value, Value::Str(_));
        match (right, self.heap.get(right)) {
            (Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::None, _) => {
                formats::of_percent(&text, &Given::Values(&[is_text(&right)]))
            }
            (_, Some(Object::Tuple(items))) => {
                let values: Vec<bool> = items.iter().map(is_text).collect();
                formats::of_percent(&text, &Given::Values(&values))
            }
            (_, Some(Object::Dict { items, open: false })) if self.mistakes.is_written(right) => {
                let keys: Option<Vec<Rc<str>>> = items.iter().map(|(key, _)| self.text_of(key)).collect();
                let keys = keys?;
                let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
                formats::of_percent(&text, &Given::Keys(&keys))
            }
            _ => None,
        }
    }

    /// Levels of logging by names that nobody has given one.
    fn refusal_of_level(&self, name: &str, args: &Args) -> Option<Refusal> {
        let level = match name {
            "logging.basicConfig" => args.keywords.iter().find(|(key, _)| &*self.heap.text(*key) == "level")?.1,
            _ if name.ends_with(".setLevel") && args.keywords.is_empty() => *args.positional.first()?,
            _ => return None,
        };
        if level == Value::None && name != "logging.basicConfig" {
            return Some(("TypeError", "Level not an integer or a valid string: None".to_owned()));
        }
        let level = self.text_of(level)?;
        // A name of any module's may be one of its own.
        let names_levels = |module: &Mod| {
            let is_code = !matches!(module.kind, ModuleKind::Extension | ModuleKind::Bytecode);
            !is_code || module.code.code.names.iter().any(|name| matches!(&**name, "addLevelName" | "_nameToLevel"))
        };
        let is_known = LEVELS.contains(&&*level) || self.mods.iter().any(names_levels);
        (!is_known).then(|| ("ValueError", format!("Unknown level: '{level}'")))
    }

    /// The type of a container that own code has written down.
    fn container(&self, value: Value) -> Option<&'static str> {
        match self.heap.get(value)? {
            Object::List { .. } if self.mistakes.is_written(value) => Some("list"),
            Object::Dict { .. } if self.mistakes.is_written(value) => Some("dict"),
            Object::Tuple(_) => Some("tuple"),
            _ => None,
        }
    }
}

fn no_number(function: &str, kind: &str) -> Refusal {
    let takes = match function {
        "int" => "int() argument must be a string, a bytes-like object or a real number",
        _ => "float() argument must be a string or a real number",
    };
    ("TypeError", format!("{takes}, not '{kind}'"))
}

/// What `json.loads` says to a text that is none. Where Python takes more than others do, nothing is said.
fn no_json(text: &str) -> Option<Refusal> {
    let is_more = ["NaN", "Infinity", "\\u"].iter().any(|word| text.contains(word));
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err().filter(|_| !is_more)?;
    let words = error.to_string();
    let is_ours = words.contains("recursion") || words.contains("out of range");
    let place = format!("line {} column {}", error.line(), error.column());
    (!is_ours).then(|| ("json.decoder.JSONDecodeError", format!("the text is no JSON: {place}")))
}

/// Whether `Decimal` takes a text.
fn is_decimal(text: &str) -> bool {
    let bare: String = text.trim().chars().filter(|letter| *letter != '_').collect();
    let bare = bare.strip_prefix(['+', '-']).unwrap_or(&bare).to_ascii_lowercase();
    let is_special =
        |start: &str| bare.strip_prefix(start).is_some_and(|rest| rest.bytes().all(|it| it.is_ascii_digit()));
    if matches!(&*bare, "inf" | "infinity") || is_special("nan") || is_special("snan") {
        return true;
    }
    let (digits, exponent) = bare.split_once('e').unwrap_or((&bare, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_empty = whole.is_empty() && part.is_empty();
    !is_empty && is_number(exponent) && (is_number(whole) || whole.is_empty()) && (is_number(part) || part.is_empty())
}

/// What dates and times say to numbers that no calendar has.
fn no_date(class: &str, parts: &[Value]) -> Option<Refusal> {
    let mut numbers = Vec::new();
    for part in parts {
        let Value::Int(number) = part else { return None };
        numbers.push(*number);
    }
    if class == "datetime.date" && numbers.len() > 3 {
        return Some(("TypeError", format!("function takes at most 3 arguments ({} given)", numbers.len())));
    }
    let refused = |what: &str| Some(("ValueError", what.to_owned()));
    let &[year, month, day, ref rest @ ..] = numbers.as_slice() else {
        let missing = match numbers.len() {
            1 => "'month' (pos 2)",
            2 => "'day' (pos 3)",
            _ => return None,
        };
        return Some(("TypeError", format!("function missing required argument {missing}")));
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=9999).contains(&year) {
        return refused("year is out of range");
    }
    if !(1..=12).contains(&month) {
        return refused("month must be in 1..12");
    }
    if !(1..=days).contains(&day) {
        return refused("day is out of range for month");
    }
    let mut most = [("hour", 23), ("minute", 59), ("second", 59), ("microsecond", 999_999)].into_iter().zip(rest);
    let odd = most.find(|((_, most), value)| !(0..=*most).contains(*value))?;
    (class == "datetime.datetime").then(|| ("ValueError", format!("{} must be in 0..{}", odd.0.0, odd.0.1)))
}

/// What `int(text)` and `float(text)` say to a text that is no number.
fn number_of(function: &str, text: &str) -> Option<(&'static str, String)> {
    let bare: String = text.trim().chars().filter(|letter| *letter != '_').collect();
    // Digits of other scripts are numbers too.
    if !text.is_ascii() {
        return None;
    }
    let (is_number, what) = match function {
        "int" => {
            let digits = bare.strip_prefix(['+', '-']).unwrap_or(&bare);
            (
                !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()),
                "invalid literal for int() with base 10",
            )
        }
        "float" => (bare.parse::<f64>().is_ok(), "could not convert string to float"),
        _ => return None,
    };
    (!is_number).then(|| ("ValueError", format!("{what}: '{text}'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_numbers_are_taken() {
        for (function, text) in
            [("int", " 12\n"), ("int", "-1_000"), ("float", "1e5"), ("float", "nan"), ("float", "Infinity")]
        {
            assert_eq!(number_of(function, text), None, "{function}({text:?})");
        }
        for (function, text) in [("int", "1.5"), ("int", ""), ("float", "1.2.3"), ("float", "abc")] {
            assert!(number_of(function, text).is_some(), "{function}({text:?})");
        }
    }

    /// As CPython 3.9 to 3.13 answer.
    #[test]
    fn texts_of_other_things_are_taken_or_not() {
        for text in ["{'a': 1}", "", "{\"a\": 1,}", "[1", "01", "x"] {
            assert!(no_json(text).is_some(), "{text}");
        }
        for text in ["{\"a\": [1, null, true, 1.5e3]}", "[NaN, -Infinity]", "\"\\ud800\"", " 1 ", "1e999"] {
            assert_eq!(no_json(text), None, "{text}");
        }
        for text in ["1.50", "-1e-5", ".5", "5.", "NaN12", "sNaN", "-Infinity", " 1_000 ", "+1"] {
            assert!(is_decimal(text), "{text}");
        }
        for text in ["abc", "1,5", "", ".", "1e", "0x1", "1.2.3"] {
            assert!(!is_decimal(text), "{text}");
        }
        let date = |parts: &[i64]| {
            let parts: Vec<Value> = parts.iter().map(|part| Value::Int(*part)).collect();
            no_date("datetime.datetime", &parts).map(|refusal| refusal.0)
        };
        assert_eq!([date(&[2024, 2, 29]), date(&[2024, 12, 31, 23, 59, 59, 999_999])], [None, None]);
        assert_eq!([date(&[2023, 2, 29]), date(&[2024, 13, 1])], [Some("ValueError"); 2]);
        assert_eq!([date(&[2024, 1, 1, 24]), date(&[2024, 1])], [Some("ValueError"), Some("TypeError")]);
    }
}
