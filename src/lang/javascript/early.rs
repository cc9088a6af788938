//! Early errors: what the language refuses before anything runs, beyond what the parser needs to read a text.

use oxc_allocator::Allocator;
use oxc_parser::ParserReturn;
use oxc_regular_expression::{LiteralParser, Options};

/// The release of Node whose engine takes modifiers in regular expressions, and one name for several groups (V8 12.5).
const MODIFIERS_SINCE: u32 = 23;

/// The first early error of a program.
pub(super) fn error(parsed: &ParserReturn<'_>) -> Option<String> {
    parsed.diagnostics.iter().next().map(ToString::to_string)
}

/// What is wrong with a regular expression in every release.
#[must_use]
pub fn regex_problem(pattern: &str, flags: &str) -> Option<String> {
    let arena = Allocator::default();
    let parsed = LiteralParser::new(&arena, pattern, Some(flags), Options::default()).parse();
    parsed.err().map(|error| error.to_string())
}

/// What not every release takes in a regular expression, and the first one that does.
#[must_use]
pub fn regex_since(pattern: &str) -> Option<(&'static str, u32)> {
    let mut names: Vec<&str> = Vec::new();
    for rest in special_groups(pattern) {
        let flags = rest.split(':').next().filter(|flags| flags.len() < rest.len()).unwrap_or_default();
        if !flags.is_empty() && flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | '-')) {
            return Some(("modifiers in a regular expression", MODIFIERS_SINCE));
        }
        if let Some(name) = rest.strip_prefix('<').and_then(|name| name.split('>').next())
            && !name.starts_with(['=', '!'])
        {
            if names.contains(&name) {
                return Some(("one name for several groups of a regular expression", MODIFIERS_SINCE));
            }
            names.push(name);
        }
    }
    None
}

/// What follows each `(?` that opens a group: neither escaped nor in a class.
fn special_groups(pattern: &str) -> impl Iterator<Item = &str> {
    let mut chars = pattern.chars();
    let mut in_class = false;
    std::iter::from_fn(move || {
        loop {
            match chars.next()? {
                '\\' => {
                    chars.next();
                }
                '[' => in_class = true,
                ']' => in_class = false,
                '(' if !in_class => {
                    if let Some(rest) = chars.as_str().strip_prefix('?') {
                        return Some(rest);
                    }
                }
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, ParseError, ParseMode, parse};
    use super::*;

    fn refused(text: &str, dialect: Dialect) -> bool {
        let mode = ParseMode { checked: true, ..ParseMode::javascript(dialect) };
        matches!(parse(text, mode), Err(ParseError::Syntax(_)))
    }

    #[test]
    fn what_no_engine_takes_is_refused() {
        for text in ["/(/", "const x;", "@d class A {}"] {
            assert!(refused(text, Dialect::CommonJs), "{text}");
        }
        assert!(refused("return;", Dialect::Module));
    }

    #[test]
    fn what_scripts_may_do_is_taken() {
        for text in
            ["with ({}) {}", "var x = 010;", "return;", "function f(a, a) {}", "var yield = 1;", "x = 1; delete x;"]
        {
            assert!(!refused(text, Dialect::CommonJs), "{text}");
        }
    }

    #[test]
    fn regular_expressions_are_of_a_release() {
        assert!(regex_since("(?i:a)b").is_some() && regex_since("(?<a>x)|(?<a>y)").is_some());
        assert!(regex_since("(?:a)(?<=b)(?<!c)(?<n>d)(?=e)").is_none());
        assert!(regex_since(r"\(?i:a[(?i:]").is_none() && regex_since(r"[\]](?i:a)").is_some());
        assert!(regex_problem("[b-a]", "").is_some() && regex_problem("a+", "gi").is_none());
    }
}
