//! What functions of the standard library say to constants that they do not take.

use ::regex::{Regex, escape};

use super::super::super::value::*;
use super::super::kinds::is_number;
use super::super::*;
use super::formats::Refusal;
use super::no_date;

/// Words that are no names.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

fn error(message: String) -> Option<Refusal> {
    Some(("TypeError", message))
}

impl Interp<'_> {
    /// What a function of the standard library says to arguments of which all is known.
    pub(super) fn refusal_of_library(&self, name: &str, args: &Args) -> Option<Refusal> {
        if name == "typing.TypeVar" {
            return self.no_type_variable(args);
        }
        let first = *args.positional.first()?;
        let kind = self.plain_kind(first);
        match name {
            "typing.ParamSpec" | "typing.TypeVarTuple" if self.input.version >= (3, 12) => {
                let kind = kind.filter(|kind| *kind != "str")?;
                error(format!("argument 'name' must be str, not {kind}"))
            }
            "re.compile" | "re.match" | "re.search" | "re.fullmatch" | "re.findall" | "re.finditer" | "re.split"
            | "re.sub" | "re.subn" => match kind? {
                "str" | "bytes" => None,
                kind @ ("list" | "dict" | "set") => error(format!("unhashable type: '{kind}'")),
                _ => error("first argument must be string or compiled pattern".to_owned()),
            },
            "importlib.import_module" => {
                let kind = kind.filter(|kind| *kind != "str" && *kind != "bytes")?;
                Some(("AttributeError", format!("'{kind}' object has no attribute 'startswith'")))
            }
            "functools.partial" => {
                kind.filter(|kind| *kind != "builtin_function_or_method")?;
                error("the first argument must be callable".to_owned())
            }
            "os.getenv" | "os.environ.get" => {
                let kind = kind.filter(|kind| *kind != "str")?;
                error(format!("str expected, not {kind}"))
            }
            "collections.Counter" => {
                let kind = kind.filter(|kind| is_number(kind))?;
                error(format!("'{kind}' object is not iterable"))
            }
            "collections.namedtuple" if args.keywords.is_empty() => self.no_named_tuple(args),
            "datetime.datetime.strptime" => match args.positional.as_slice() {
                [text, format] => no_time(&self.text_of(*text)?, &self.text_of(*format)?),
                _ => None,
            },
            _ => None,
        }
    }

    /// A logger's name is a text, or nothing.
    pub(super) fn no_logger(&self, name: &str, args: &Args) -> Option<Refusal> {
        let first = args.positional.first().filter(|_| name == "logging.getLogger")?;
        let is_odd = match first {
            Value::Int(number) => *number != 0,
            Value::Float(bits) => f64::from_bits(*bits) != 0.0,
            first => *first == Value::Bool(true),
        };
        is_odd.then(|| ("TypeError", "A logger name must be a string".to_owned()))
    }

    /// A type variable: its name, its constraints, and the keywords that some version or some backport takes.
    fn no_type_variable(&self, args: &Args) -> Option<Refusal> {
        const TAKEN: [&str; 6] = ["bound", "contravariant", "covariant", "default", "infer_variance", "name"];
        let mut names = args.keywords.iter().map(|(name, _)| self.heap.text(*name));
        if let Some(odd) = names.clone().find(|name| !TAKEN.contains(&&**name)) {
            return error(format!("typevar() got an unexpected keyword argument '{odd}'"));
        }
        let Some(first) = args.positional.first() else {
            let is_named = names.any(|name| &*name == "name");
            return if is_named {
                None
            } else {
                error("typevar() missing required argument 'name' (pos 1)".to_owned())
            };
        };
        if let Some(kind) = self.plain_kind(*first).filter(|kind| *kind != "str" && self.input.version >= (3, 12)) {
            return error(format!("typevar() argument 'name' must be str, not {kind}"));
        }
        (args.positional.len() == 2).then(|| ("TypeError", "A single constraint is not allowed".to_owned()))
    }

    /// Names that no named tuple has.
    fn no_named_tuple(&self, args: &Args) -> Option<Refusal> {
        let [kind, fields] = args.positional.as_slice() else { return None };
        let names: Vec<Rc<str>> = match self.text_of(*fields) {
            Some(text) => text.replace(',', " ").split_whitespace().map(Rc::from).collect(),
            None => self.known_items(*fields)?.into_iter().map(|item| self.text_of(item)).collect::<Option<_>>()?,
        };
        let refused = |message: String| Some(("ValueError", message));
        let kind = self.text_of(*kind)?;
        for name in std::iter::once(&kind).chain(&names) {
            let is_name = !name.starts_with(|first: char| first.is_ascii_digit())
                && !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii());
            if !is_name {
                return refused(format!("Type names and field names must be valid identifiers: '{name}'"));
            }
            if KEYWORDS.contains(&&**name) {
                return refused(format!("Type names and field names cannot be a keyword: '{name}'"));
            }
        }
        for (at, name) in names.iter().enumerate() {
            if name.starts_with('_') {
                return refused(format!("Field names cannot start with an underscore: '{name}'"));
            }
            if names[..at].contains(name) {
                return refused(format!("Encountered duplicate field name: '{name}'"));
            }
        }
        None
    }
}

/// What `strptime` says to a text that does not look as the format wants it. Of formats with more than numbers of dates
/// and times nothing is said.
fn no_time(text: &str, format: &str) -> Option<Refusal> {
    if !text.is_ascii() || !format.is_ascii() {
        return None;
    }
    let mut pattern = String::from("^(?i)");
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        pattern += &match letter {
            '%' => match letters.next()? {
                'Y' => r"(?P<Y>\d\d\d\d)".to_owned(),
                'm' => r"(?P<m>1[0-2]|0[1-9]|[1-9])".to_owned(),
                'd' => r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])".to_owned(),
                'H' => r"(?P<H>2[0-3]|[0-1]\d|\d)".to_owned(),
                'M' => r"(?P<M>[0-5]\d|\d)".to_owned(),
                'S' => r"(?P<S>6[0-1]|[0-5]\d|\d)".to_owned(),
                _ => return None,
            },
            letter if letter.is_ascii_whitespace() => return None,
            letter => escape(&letter.to_string()),
        };
    }
    // A directive that stands twice makes no pattern, and Python says so in its own words.
    let found = Regex::new(&pattern).ok()?.captures(text);
    let Some(found) = found else {
        return Some(("ValueError", format!("time data '{text}' does not match format '{format}'")));
    };
    let end = found.get(0)?.end();
    if end != text.len() {
        return Some(("ValueError", format!("unconverted data remains: {}", &text[end..])));
    }
    let number = |name: &str, other: i64| match found.name(name) {
        Some(part) => part.as_str().trim().parse().ok(),
        None => Some(other),
    };
    let parts = [number("Y", 1900)?, number("m", 1)?, number("d", 1)?].map(Value::Int);
    no_date("datetime.datetime", &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As CPython 3.9 to 3.13 answer.
    #[test]
    fn times_look_as_their_format_says() {
        let said = |text: &str, format: &str| no_time(text, format).map(|refusal| refusal.1);
        assert_eq!(said("2024-02-29", "%Y-%m-%d"), None);
        assert_eq!(said("2024-1-5T07:08:09", "%Y-%m-%dT%H:%M:%S"), None);
        assert_eq!(said("12 May", "%d %b"), None);
        assert!(said("2024-13-01", "%Y-%m-%d").is_some());
        assert!(said("24-01-01", "%Y-%m-%d").is_some());
        assert!(said("2023-02-29", "%Y-%m-%d").is_some_and(|said| said.contains("day is out of range")));
        assert!(said("2024-01-01x", "%Y-%m-%d").is_some_and(|said| said.contains("remains")));
    }
}
