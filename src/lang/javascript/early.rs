//! Early errors: what the language refuses before anything runs, beyond what the parser needs to read a text.

use oxc_allocator::Allocator;
use oxc_ast::ast::{Program, Statement, VariableDeclarationKind};
use oxc_parser::ParserReturn;
use oxc_regular_expression::{LiteralParser, Options};
use oxc_semantic::SemanticBuilder;

/// The release of Node whose engine takes modifiers in regular expressions, and one name for several groups (V8 12.5).
const MODIFIERS_SINCE: u32 = 23;

/// The first early error of a program.
pub(super) fn error(parsed: &ParserReturn<'_>) -> Option<String> {
    let of_scopes = || SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program).diagnostics;
    let first = parsed.diagnostics.iter().next().map(ToString::to_string);
    first.or_else(|| of_scopes().iter().next().map(ToString::to_string))
}

/// A name of the CommonJS wrapper that the top level of a program declares once more: a parameter of the function that
/// Node puts around it.
pub(super) fn redeclared(program: &Program<'_>) -> Option<&'static str> {
    let wrapped = |name: &str| super::WRAPPER.iter().find(|known| **known == name).copied();
    program.body.iter().find_map(|statement| match statement {
        Statement::VariableDeclaration(declaration) if declaration.kind != VariableDeclarationKind::Var => declaration
            .declarations
            .iter()
            .flat_map(|one| one.id.get_binding_identifiers())
            .find_map(|name| wrapped(name.name.as_str())),
        Statement::ClassDeclaration(class) => class.id.as_ref().and_then(|name| wrapped(name.name.as_str())),
        _ => None,
    })
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
        for text in [
            "/(/",
            "const x;",
            "@d class A {}",
            "let a; var a;",
            "class A { m() { this.#b; } }",
            "a: { continue a; }",
            "'use strict'; delete x;",
            "class A { constructor() { super(); } }",
            "({ __proto__: 1, __proto__: 2 });",
        ] {
            assert!(refused(text, Dialect::CommonJs), "{text}");
        }
        assert!(refused("return;", Dialect::Module));
    }

    #[test]
    fn what_scripts_may_do_is_taken() {
        for text in [
            "with ({}) {}",
            "var x = 010;",
            "return;",
            "function f(a, a) {}",
            "var yield = 1;",
            "x = 1; delete x;",
            "{ function f() {} function f() {} }",
        ] {
            assert!(!refused(text, Dialect::CommonJs), "{text}");
        }
    }

    #[test]
    fn names_of_the_wrapper_are_declared_once() {
        let declared = |text: &str| {
            let mode = ParseMode { checked: true, ..ParseMode::javascript(Dialect::CommonJs) };
            parse(text, mode).unwrap().redeclared
        };
        assert_eq!(declared("const { require } = x;"), Some("require"));
        assert_eq!(declared("class module {}"), Some("module"));
        assert_eq!(declared("var require; function exports() {} { let module; }"), None);
    }

    #[test]
    fn regular_expressions_are_of_a_release() {
        assert!(regex_since("(?i:a)b").is_some() && regex_since("(?<a>x)|(?<a>y)").is_some());
        assert!(regex_since("(?:a)(?<=b)(?<!c)(?<n>d)(?=e)").is_none());
        assert!(regex_since(r"\(?i:a[(?i:]").is_none() && regex_since(r"[\]](?i:a)").is_some());
        assert!(regex_problem("[b-a]", "").is_some() && regex_problem("a+", "gi").is_none());
    }
}
