//! Early errors: what the language refuses before anything runs, beyond what the parser needs to read a text.

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{Expression, Program, Statement, VariableDeclarationKind};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_regular_expression::{LiteralParser, Options};
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::{LabeledSpan, SourceType};

use super::{Dialect, nesting};

/// The release of Node whose engine takes modifiers in regular expressions, and one name for several groups (V8 12.5).
const MODIFIERS_SINCE: u32 = 23;

/// The first early error of a program.
pub(super) fn error(parsed: &ParserReturn<'_>) -> Option<String> {
    let check =
        |nodes| SemanticBuilder::new().with_check_syntax_error(true).with_build_nodes(nodes).build(&parsed.program);
    if parsed.diagnostics.is_empty() && check(false).diagnostics.is_empty() {
        return None;
    }
    let built = check(true);
    let place = |labels: &[_]| labels.first().map(|label: &LabeledSpan| label.offset() as usize);
    let taken = |message: &str, at: Option<usize>| {
        // Engines take more there: functions at its top, and `var` within a `switch`, may have the name of another.
        message.ends_with("has already been declared") && at.is_some_and(|at| in_static_block(&built.semantic, at))
    };
    let mut errors = parsed.diagnostics.iter().chain(built.diagnostics.iter());
    errors.find(|error| !taken(&error.message, place(&error.labels))).map(ToString::to_string)
}

fn in_static_block(semantic: &Semantic<'_>, at: usize) -> bool {
    let holds = |start: u32, end: u32| (start as usize..end as usize).contains(&at);
    semantic.nodes().iter().any(|node| match node.kind() {
        AstKind::StaticBlock(block) => holds(block.span.start, block.span.end),
        _ => false,
    })
}

/// What the language refuses in a text that is evaluated as a script, strict or not; nothing where that is not known.
#[must_use]
pub fn script_problem(text: &str, strict: bool) -> Option<String> {
    nesting::measure(text)?;
    let text = if strict { format!("'use strict';{text}") } else { text.to_owned() };
    let arena = Allocator::default();
    let options = ParseOptions { parse_regular_expression: true, ..ParseOptions::default() };
    let parsed = Parser::new(&arena, &text, SourceType::script()).with_options(options).parse();
    if parsed.panicked && is_taken(&parsed, &text, Dialect::CommonJs) {
        return None;
    }
    match parsed.panicked {
        true => Some(parsed.diagnostics.iter().next().map_or_else(|| "no script".to_owned(), ToString::to_string)),
        false => error(&parsed),
    }
}

/// Whether engines take a text that the parser has given up: a call that is assigned to is an error only when it runs,
/// and where code is not strict `let` is a name like others.
pub(super) fn is_taken(parsed: &ParserReturn<'_>, text: &str, dialect: Dialect) -> bool {
    let Some(first) = parsed.diagnostics.iter().next() else { return false };
    let Some(label) = first.labels.first() else { return false };
    let start = label.offset() as usize;
    let end = start + label.len() as usize;
    let (Some(before), Some(code), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    let named_let = before.trim_end().strip_suffix("let").is_some_and(|rest| !rest.ends_with(is_of_name));
    (dialect == Dialect::CommonJs && named_let) || (is_call(code) && is_assigned(before, after))
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn is_call(code: &str) -> bool {
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, code, SourceType::script()).parse_expression();
    matches!(parsed, Ok(Expression::CallExpression(call)) if !call.optional && !matches!(call.callee, Expression::Super(_)))
}

/// Whether what stands between two texts is assigned to, and no part of a pattern.
fn is_assigned(before: &str, after: &str) -> bool {
    const ASSIGN: [&str; 13] = ["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^="];
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
    let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == ')');
    let updates = |text: &str| text.starts_with("++") || text.starts_with("--");
    let word = |word: &str| after.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_of_name));
    let updated = before.ends_with("++") || before.ends_with("--") || updates(after);
    updated || word("in") || word("of") || ASSIGN.iter().any(|operator| after.starts_with(operator))
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
    fn what_fails_only_when_it_runs_is_taken() {
        for text in ["f() = 1", "++f()", "(f())--", "for (f() in x) ;", "f() += 1", "if (1) { let }", "let: 1"] {
            assert!(!refused(text, Dialect::CommonJs), "{text}");
        }
        for text in ["f() ||= 1", "[f()] = []", "({ a: f() } = {})", "f?.() = 1", "new f() = 1", "1 = 2", "f`x` = 1"] {
            assert!(refused(text, Dialect::CommonJs), "{text}");
        }
        assert!(refused("{ let }", Dialect::Module) && !refused("f() = 1", Dialect::Module));
    }

    #[test]
    fn static_blocks_take_more_than_functions() {
        for text in ["function x() {} var x;", "switch (1) { case 1: let x; case 2: var x; }", "{ var x; } var x;"] {
            assert!(!refused(&format!("class A {{ static {{ {text} }} }}"), Dialect::CommonJs), "{text}");
        }
        assert!(refused("class A { static { await; } }", Dialect::CommonJs));
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
    fn evaluated_texts_are_scripts() {
        for text in [
            "return 1",
            "break",
            "await x",
            "import 'x'",
            "let a; let a;",
            "/(/",
            "class A { constructor() {} constructor() {} }",
        ] {
            assert!(script_problem(text, false).is_some(), "{text}");
        }
        for text in [
            "with ({}) {}",
            "010",
            "var await = 1; await",
            "f() = 1",
            "<!-- x",
            "let = 1",
            "(function(){ return 1 })()",
        ] {
            assert!(script_problem(text, false).is_none(), "{text}");
        }
        for text in ["with ({}) {}", "010", "var eval = 1"] {
            assert!(script_problem(text, true).is_some(), "{text}");
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
