//! What the built-in functions, and methods of built-in types, say to values of the wrong kind.

use super::super::super::value::*;
use super::super::kinds::{is_number, is_ordered};
use super::super::mistakes::is_constant;
use super::super::*;
use super::formats::Refusal;

/// Methods of texts that want texts, with how many of their arguments.
const WANT_TEXTS: [(&str, usize); 16] = [
    (".split", 1),
    (".rsplit", 1),
    (".strip", 1),
    (".lstrip", 1),
    (".rstrip", 1),
    (".replace", 2),
    (".partition", 1),
    (".rpartition", 1),
    (".find", 1),
    (".rfind", 1),
    (".index", 1),
    (".rindex", 1),
    (".count", 1),
    (".removeprefix", 1),
    (".removesuffix", 1),
    (".encode", 1),
];

fn error(message: String) -> Option<Refusal> {
    Some(("TypeError", message))
}

/// Functions that take paths, or parts of one.
const IN_PATHS: [&str; 8] = [
    "os.path.join",
    "os.path.dirname",
    "os.path.basename",
    "os.path.exists",
    "os.path.abspath",
    "os.path.isfile",
    "os.path.isdir",
    "pathlib.Path",
];

impl Interp<'_> {
    /// What a built-in function says to arguments of which all is known.
    pub(super) fn refusal_of_builtin(&self, name: &str, args: &Args) -> Option<Refusal> {
        let (&[first, ref rest @ ..], plain) = (args.positional.as_slice(), args.keywords.is_empty()) else {
            return None;
        };
        match name {
            "iter" if !rest.is_empty() => None,
            "list" | "tuple" | "set" | "frozenset" | "iter" | "enumerate" | "any" | "all" | "sorted" | "sum"
            | "reversed" => self.no_items(first).or_else(|| match name {
                "sorted" => self.unordered(first, &args.keywords),
                "sum" if rest.is_empty() && plain => self.no_sum(first),
                "set" | "frozenset" => self.unhashable_in(first),
                "reversed" if self.kind_of(first).is_some_and(|kind| kind.0 == "set") => {
                    error("'set' object is not reversible".to_owned())
                }
                _ => None,
            }),
            "zip" => args.positional.iter().find_map(|row| self.no_items(*row)),
            "map" | "filter" => rest.iter().find_map(|row| self.no_items(*row)),
            "max" | "min" => self.no_extreme(name, args),
            "dict" => self.no_pairs(first),
            "range" => self.no_range(args),
            "isinstance" | "issubclass" => self.no_class_given(name, args),
            "hash" => self.unhashable(first).and_then(|kind| error(format!("unhashable type: '{kind}'"))),
            "int" => match (self.text_of(first), rest) {
                (Some(text), &[Value::Int(base @ 2..=36)]) => no_number_of(&text, base as u32),
                _ => None,
            },
            "open" | "io.open" => self.no_mode(args),
            "json.loads" if self.path_text(first).is_some() => {
                error("the JSON object must be str, bytes or bytearray, not PosixPath".to_owned())
            }
            _ if IN_PATHS.contains(&name) => self.no_path(name, args),
            _ => self.no_operand(name, first),
        }
    }

    /// A part of a path that is neither text nor bytes.
    fn no_path(&self, name: &str, args: &Args) -> Option<Refusal> {
        let takes_numbers = matches!(name, "os.path.exists" | "os.path.isfile" | "os.path.isdir");
        let kind = args.positional.iter().find_map(|part| {
            let kind = self.plain_kind(*part)?;
            let is_taken = matches!(kind, "str" | "bytes") || takes_numbers && is_number(kind);
            (!is_taken).then_some(kind)
        })?;
        error(format!("expected str, bytes or os.PathLike object, not {kind}"))
    }

    /// A value of a type that a function of one value has nothing to say of.
    fn no_operand(&self, name: &str, value: Value) -> Option<Refusal> {
        match name {
            "next" => {
                let kind = match self.row_kind(value) {
                    Some(kind @ ("dict_keys" | "dict_values" | "dict_items")) => kind,
                    Some(_) => return None,
                    None => self.plain_kind(value)?,
                };
                error(format!("'{kind}' object is not an iterator"))
            }
            "len" => {
                let kind = self.row_kind(value).filter(|kind| !kind.starts_with("dict_")).or_else(|| {
                    self.kind_of(value).map(|kind| kind.0).filter(|kind| is_number(kind) || *kind == "NoneType")
                })?;
                error(format!("object of type '{kind}' has no len()"))
            }
            "abs" => {
                let kind = self.plain_kind(value).filter(|kind| !is_number(kind))?;
                error(format!("bad operand type for abs(): '{kind}'"))
            }
            "round" => {
                let kind = self.plain_kind(value).filter(|kind| !is_number(kind))?;
                error(format!("type {kind} doesn't define __round__ method"))
            }
            "chr" => match value {
                Value::Int(number) if !(0..0x11_0000).contains(&number) => {
                    Some(("ValueError", "chr() arg not in range(0x110000)".to_owned()))
                }
                value => {
                    let kind = self.plain_kind(value).filter(|kind| !matches!(*kind, "int" | "bool"))?;
                    error(format!("'{kind}' object cannot be interpreted as an integer"))
                }
            },
            "ord" => {
                let length = self.text_of(value)?.chars().count();
                let message = || format!("ord() expected a character, but string of length {length} found");
                (length != 1).then(|| ("TypeError", message()))
            }
            _ => None,
        }
    }

    /// The type of a value, where it is none of those that may be of a kind of their own.
    pub(super) fn plain_kind(&self, value: Value) -> Option<&'static str> {
        self.kind_of(value).map(|kind| kind.0).filter(|kind| *kind != "function")
    }

    /// Why nothing can be gone through.
    fn no_items(&self, value: Value) -> Option<Refusal> {
        let kind = self.kind_of(value)?.0;
        (is_number(kind) || kind == "NoneType").then(|| ("TypeError", format!("'{kind}' object is not iterable")))
    }

    /// The items of a container of own code of which all are known.
    pub(super) fn known_items(&self, value: Value) -> Option<Vec<Value>> {
        match self.kind_of(value)?.0 {
            "list" | "tuple" | "set" | "dict" => match self.items_of(value) {
                (items, false) => Some(items),
                _ => None,
            },
            _ => None,
        }
    }

    /// Why items cannot be sorted. However they are compared, some of one kind meet some of the other.
    fn unordered(&self, rows: Value, keywords: &[(Sym, Value)]) -> Option<Refusal> {
        if keywords.iter().any(|(name, _)| &*self.heap.text(*name) == "key") {
            return None;
        }
        self.no_order(&self.known_items(rows)?, "<")
    }

    fn no_order(&self, items: &[Value], sign: &str) -> Option<Refusal> {
        let kinds: Option<Vec<&'static str>> = items.iter().map(|item| self.plain_kind(*item)).collect();
        let kinds = kinds?;
        let (first, rest) = kinds.split_first()?;
        let odd = rest.iter().find(|kind| !is_ordered(first, kind))?;
        error(format!("'{sign}' not supported between instances of '{odd}' and '{first}'"))
    }

    fn no_sum(&self, rows: Value) -> Option<Refusal> {
        let items = self.known_items(rows).or_else(|| match self.heap.get(rows) {
            Some(Object::List { items, open: false, row: Row::Iterator(_) }) => Some(items.clone()),
            _ => None,
        })?;
        let kinds: Option<Vec<&'static str>> = items.iter().map(|item| self.plain_kind(*item)).collect();
        let odd = kinds?.into_iter().find(|kind| !is_number(kind))?;
        error(format!("unsupported operand type(s) for +: 'int' and '{odd}'"))
    }

    fn unhashable_in(&self, rows: Value) -> Option<Refusal> {
        let items = self.known_items(rows)?;
        let kind = items.iter().find_map(|item| self.unhashable(*item))?;
        error(format!("unhashable type: '{kind}'"))
    }

    fn no_extreme(&self, name: &str, args: &Args) -> Option<Refusal> {
        let sign = if name == "max" { ">" } else { "<" };
        let has = |keyword: &str| args.keywords.iter().any(|(name, _)| &*self.heap.text(*name) == keyword);
        let items = match args.positional.as_slice() {
            [rows] => {
                if let Some(refusal) = self.no_items(*rows) {
                    return Some(refusal);
                }
                let items = self.known_items(*rows)?;
                if items.is_empty() && !has("default") {
                    let newer = self.input.version >= (3, 12);
                    let what = if newer { "iterable argument is empty" } else { "arg is an empty sequence" };
                    return Some(("ValueError", format!("{name}() {what}")));
                }
                items
            }
            items => items.to_vec(),
        };
        if has("key") { None } else { self.no_order(&items, sign) }
    }

    fn no_pairs(&self, rows: Value) -> Option<Refusal> {
        if let Some(refusal) = self.no_items(rows) {
            return Some(refusal);
        }
        if !matches!(self.kind_of(rows)?.0, "list" | "tuple") {
            return None;
        }
        for (at, item) in self.known_items(rows)?.into_iter().enumerate() {
            let length = match item {
                Value::Str(text) => self.heap.text(text).chars().count(),
                Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::None => {
                    return error(format!("cannot convert dictionary update sequence element #{at} to a sequence"));
                }
                item => self.known_items(item)?.len(),
            };
            if length != 2 {
                let message = format!("dictionary update sequence element #{at} has length {length}; 2 is required");
                return Some(("ValueError", message));
            }
        }
        None
    }

    fn no_range(&self, args: &Args) -> Option<Refusal> {
        if args.positional.get(2) == Some(&Value::Int(0)) {
            return Some(("ValueError", "range() arg 3 must not be zero".to_owned()));
        }
        let mut kinds = args.positional.iter().filter_map(|value| self.plain_kind(*value));
        let odd = kinds.find(|kind| !matches!(*kind, "int" | "bool"))?;
        error(format!("'{odd}' object cannot be interpreted as an integer"))
    }

    fn no_class_given(&self, name: &str, args: &Args) -> Option<Refusal> {
        let &[object, class] = args.positional.as_slice() else { return None };
        let is_odd = |value: Value| self.plain_kind(value).is_some_and(|kind| kind != "tuple");
        if name == "issubclass" && self.plain_kind(object).is_some() {
            return error("issubclass() arg 1 must be a class".to_owned());
        }
        let takes = match name {
            "isinstance" => "a type, a tuple of types, or a union",
            _ => "a class, a tuple of classes, or a union",
        };
        is_odd(class).then(|| ("TypeError", format!("{name}() arg 2 must be {takes}")))
    }

    fn no_mode(&self, args: &Args) -> Option<Refusal> {
        const KNOWN: [&str; 8] = ["buffering", "closefd", "encoding", "errors", "file", "mode", "newline", "opener"];
        let odd = args.keywords.iter().map(|(name, _)| self.heap.text(*name)).find(|name| !KNOWN.contains(&&**name));
        if let Some(name) = odd {
            return error(format!("'{name}' is an invalid keyword argument for open()"));
        }
        let named = |name: &str| args.keywords.iter().find(|(known, _)| &*self.heap.text(*known) == name);
        let odd = ["encoding", "errors", "newline"].into_iter().find_map(|name| {
            let kind = self.plain_kind(named(name)?.1).filter(|kind| !matches!(*kind, "str" | "NoneType"))?;
            Some(format!("open() argument '{name}' must be str or None, not {kind}"))
        });
        if let Some(message) = odd {
            return error(message);
        }
        let mode = args.positional.get(1).copied().or_else(|| named("mode").map(|it| it.1))?;
        let Some(mode) = self.text_of(mode) else {
            let kind = self.plain_kind(mode)?;
            return error(format!("open() argument 'mode' must be str, not {kind}"));
        };
        // Python 3.11 took `U` away, which was read with universal newlines.
        if mode.contains('U') && self.input.version < (3, 11) {
            return None;
        }
        if let Some(message) = no_such_mode(&mode) {
            return Some(("ValueError", message));
        }
        let text_only = ["encoding", "errors", "newline"]
            .into_iter()
            .find(|name| named(name).is_some_and(|(_, value)| matches!(value, Value::Str(_))));
        let option = text_only.filter(|_| mode.contains('b'))?;
        let article = if option == "newline" { "a" } else { "an" };
        Some(("ValueError", format!("binary mode doesn't take {article} {option} argument")))
    }

    /// What a method of a text says to arguments that are none.
    pub(super) fn refusal_of_text_method(&self, method: &str, args: &Args) -> Option<Refusal> {
        let name = method.trim_start_matches('.');
        if matches!(name, "startswith" | "endswith") {
            let kind = self.plain_kind(*args.positional.first()?).filter(|kind| !matches!(*kind, "str" | "tuple"))?;
            return error(format!("{name} first arg must be str or a tuple of str, not {kind}"));
        }
        if name == "join" {
            return self
                .no_items(*args.positional.first()?)
                .map(|_| ("TypeError", "can only join an iterable".to_owned()));
        }
        let (_, wanted) = WANT_TEXTS.iter().find(|(known, _)| *known == method)?;
        let takes_none = matches!(name, "split" | "rsplit" | "strip" | "lstrip" | "rstrip");
        let odd = args.positional.iter().take(*wanted).find_map(|value| {
            self.plain_kind(*value).filter(|kind| *kind != "str" && !(takes_none && *kind == "NoneType"))
        })?;
        error(format!("{name}() argument must be str, not {odd}"))
    }

    /// What a method of a list, a dictionary or a set of own code says to what it does not hold.
    pub(super) fn refusal_of_container(&self, this: Value, method: &str, args: &[Value]) -> Option<Refusal> {
        match (self.heap.get(this)?, method, args) {
            (Object::Dict { items, open: false }, ".pop", [key])
                if is_constant(*key) && items.get(*key).is_none() && items.iter().all(|(key, _)| is_constant(key)) =>
            {
                Some(("KeyError", self.constant_shown(*key)))
            }
            (Object::Dict { items, open: false }, ".popitem", []) if items.iter().next().is_none() => {
                Some(("KeyError", "'popitem(): dictionary is empty'".to_owned()))
            }
            (Object::List { items, open: false, .. }, ".pop", []) if items.is_empty() => {
                Some(("IndexError", "pop from empty list".to_owned()))
            }
            (Object::List { items, open: false, .. }, ".pop", [Value::Int(at)])
                if subscript::index(*at, items.len()).is_none() =>
            {
                let what = if items.is_empty() { "pop from empty list" } else { "pop index out of range" };
                Some(("IndexError", what.to_owned()))
            }
            (Object::List { items, open: false, .. }, ".remove" | ".index", [wanted])
                if is_constant(*wanted) && !items.contains(wanted) && items.iter().all(|item| is_constant(*item)) =>
            {
                let what = match method {
                    ".remove" => "list.remove(x): x not in list".to_owned(),
                    _ => format!("{} is not in list", self.constant_shown(*wanted)),
                };
                Some(("ValueError", what))
            }
            (Object::Set { items, open: false, .. }, ".remove", [wanted])
                if is_constant(*wanted) && !items.contains(wanted) && items.iter().all(|item| is_constant(*item)) =>
            {
                Some(("KeyError", self.constant_shown(*wanted)))
            }
            (Object::Set { .. }, ".add" | ".discard" | ".remove", [item]) => {
                self.unhashable(*item).and_then(|kind| error(format!("unhashable type: '{kind}'")))
            }
            (Object::List { .. }, ".sort", []) => self.unordered(this, &[]),
            (Object::List { .. }, ".extend", [rows]) => self.no_items(*rows),
            _ => None,
        }
    }
}

/// What `open` says to a mode that there is not, in the order of its own checks.
fn no_such_mode(mode: &str) -> Option<String> {
    let mut seen = mode.chars().enumerate();
    if seen.any(|(at, letter)| !"rwax+bt".contains(letter) || mode.chars().take(at).any(|known| known == letter)) {
        return Some(format!("invalid mode: '{mode}'"));
    }
    if mode.contains('b') && mode.contains('t') {
        return Some("can't have text and binary mode at once".to_owned());
    }
    match mode.chars().filter(|letter| "rwax".contains(*letter)).count() {
        0 => Some("Must have exactly one of create/read/write/append mode and at most one plus".to_owned()),
        1 => None,
        _ => Some("must have exactly one of create/read/write/append mode".to_owned()),
    }
}

/// What `int(text, base)` says to a text that is no number.
fn no_number_of(text: &str, base: u32) -> Option<Refusal> {
    if !text.is_ascii() {
        return None;
    }
    let bare: String = text.trim().chars().filter(|letter| *letter != '_').collect::<String>().to_ascii_lowercase();
    let bare = bare.strip_prefix(['+', '-']).unwrap_or(&bare);
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    let digits = bare.strip_prefix(prefix).unwrap_or(bare);
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
    (!is_number).then(|| ("ValueError", format!("invalid literal for int() with base {base}: '{text}'")))
}

#[cfg(test)]
mod tests {
    use super::{no_number_of, no_such_mode};

    #[test]
    fn modes_are_told_apart_as_the_interpreter_does() {
        for mode in ["r", "rb", "br", "r+", "w+b", "x", "at", "rt+"] {
            assert_eq!(no_such_mode(mode), None, "{mode}");
        }
        for mode in ["rr", "q", "rU", "r+b+"] {
            assert_eq!(no_such_mode(mode), Some(format!("invalid mode: '{mode}'")));
        }
        for (mode, words) in [("rw", "must have"), ("b", "Must have"), ("", "Must have"), ("rbt", "can't have")] {
            assert!(no_such_mode(mode).is_some_and(|message| message.starts_with(words)), "{mode}");
        }
    }

    #[test]
    fn numbers_of_other_bases_are_taken() {
        for (text, base) in [("ff", 16), ("0xFF", 16), (" 101 ", 2), ("-z", 36), ("0b1", 2)] {
            assert_eq!(no_number_of(text, base), None, "{text}");
        }
        for (text, base) in [("fg", 16), ("12", 2), ("", 10), ("0x1", 8)] {
            assert!(no_number_of(text, base).is_some(), "{text}");
        }
    }
}
