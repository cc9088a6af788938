//! Python source to the intermediate form that the import simulation executes.

mod bindings;
mod decode;
pub mod hoisting;
pub mod ir;
mod lower;
mod lower_expr;
pub mod moving;
pub mod parting;
mod nesting;
mod program;
mod refusals;

use ruff_python_ast::PythonVersion;
use ruff_python_parser::{ParseError, ParseOptions, UnsupportedSyntaxError, parse_unchecked};
use ruff_text_size::Ranged;

use crate::span::Span;
pub use bindings::{Asked, Past};
use ir::Code;

/// Something that kept a file from being read completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, if at a place.
    pub span: Option<Span>,
    /// What, for people.
    pub message: String,
    /// Whose problem it is.
    pub kind: ProblemKind,
}

/// What a [`Problem`] means for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The interpreter raises a `SyntaxError` for it.
    Syntax,
    /// A limit of this analysis, not a mistake in the file: its code is not known.
    Limit,
    /// Some characters of the content are in doubt.
    Content,
    /// The content could not be read: its code is not known.
    Unreadable,
}

impl Problem {
    /// A problem of the whole file.
    pub(crate) fn whole(kind: ProblemKind, message: String) -> Self {
        Self { span: None, message, kind }
    }
}

/// A piece of syntax that older interpreters refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// Where.
    pub span: Span,
    /// The minor version of Python 3 that brought it.
    pub minor: u16,
    /// What, for people.
    pub what: String,
}

/// A file's code as far as it could be read.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The code.
    pub code: Code,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The interpreter would refuse this file with a `SyntaxError`.
    pub broken: bool,
    /// Syntax that not every version has.
    pub newer: Vec<Newer>,
    /// Its size as [`MAX_TOKENS`] counts it.
    pub tokens: usize,
}

/// Stack that a thread which calls [`parse`] must have for the deepest source it accepts.
pub const PARSE_STACK: usize = 256 << 20;

/// Longest source file that is read, unless it is data by its look. The longest that people
/// publish, generated clients of cloud services, have under 10 MB.
pub const MAX_SOURCE_BYTES: u64 = 16 << 20;

/// Operators, brackets, commas and line ends outside strings and comments that a file may have.
/// The memory of its code grows with them, up to some 200 bytes each, and not with its bytes. Generated
/// clients of cloud services have half a million.
pub const MAX_TOKENS: usize = 1_500_000;

/// What keeps a file of so many bytes from being read, if anything does.
pub(crate) fn too_large(bytes: u64) -> Option<Problem> {
    (bytes > MAX_SOURCE_BYTES).then(|| {
        let [limit, bytes] = [MAX_SOURCE_BYTES, bytes].map(crate::text::bytes);
        let message = format!("larger than {limit} ({bytes}): not parsed; its imports are unknown");
        Problem::whole(ProblemKind::Limit, message)
    })
}

fn too_many(tokens: usize) -> Problem {
    let message =
        format!("longer than {MAX_TOKENS} operators and lines ({tokens}): not parsed; its imports are unknown");
    Problem::whole(ProblemKind::Limit, message)
}

/// Reads a source file. Needs a stack of [`PARSE_STACK`].
#[must_use]
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    if let Some(problem) = too_large(bytes.len() as u64) {
        parsed.problems.push(problem);
        return parsed;
    }
    if bytes.contains(&0) {
        parsed.broken = true;
        parsed.problems.push(Problem::whole(ProblemKind::Syntax, "source code cannot contain null bytes".to_owned()));
        return parsed;
    }
    if let Some(message) = decode::refused(bytes) {
        parsed.broken = true;
        parsed.problems.push(Problem::whole(ProblemKind::Syntax, message));
    }
    let text = match decode::decode(bytes) {
        Ok(text) => text,
        Err((text, encoding)) => {
            // What is not UTF-8 the interpreter refuses, but in comments, and what is not ASCII even there; other
            // encodings it knows better than we do.
            let refused = match &*encoding.to_ascii_lowercase() {
                "ascii" => true,
                "utf-8" | "utf8" | "utf_8" | "utf-8-sig" => !decode::only_in_comments(bytes),
                _ => false,
            };
            let kind = if refused { ProblemKind::Syntax } else { ProblemKind::Content };
            parsed.broken |= refused;
            parsed.problems.push(Problem::whole(kind, format!("not valid {encoding}; read as Latin-1")));
            text.into()
        }
    };
    match nesting::too_deep(&text) {
        Ok(tokens) if tokens > MAX_TOKENS => {
            parsed.problems.push(too_many(tokens));
            return parsed;
        }
        Ok(tokens) => parsed.tokens = tokens,
        Err(deep) => {
            let kind = if deep.is_refused { ProblemKind::Syntax } else { ProblemKind::Limit };
            parsed.broken = true;
            parsed.problems.push(Problem::whole(kind, format!("not analysed: {}", deep.what)));
            return parsed;
        }
    }
    // The parser reports what the target lacks; the oldest runtime lacks most.
    let options = ParseOptions::from(ruff_python_parser::Mode::Module).with_target_version(PythonVersion::PY39);
    let Some(module) = parse_unchecked(&text, options).try_into_module() else {
        return parsed;
    };
    let is_error = |error: &&ParseError| !is_bare_raise(&text, error.range().start().to_usize());
    if let Some(error) = module.errors().iter().find(is_error) {
        let python2 = looks_like_python2(&text);
        parsed.broken = true;
        parsed.problems.push(Problem {
            span: Some(lower::span(error.range())),
            message: if python2 {
                format!("this looks like Python 2: {}", uncapitalised(&error.error.to_string()))
            } else {
                format!("syntax error: {}", uncapitalised(&error.error.to_string()))
            },
            kind: ProblemKind::Syntax,
        });
    }
    parsed.newer = module.unsupported_syntax_errors().iter().filter_map(newer).collect();
    if !parsed.broken {
        let (problem, more) = refusals::find(&text, module.suite());
        parsed.broken = problem.is_some();
        parsed.problems.extend(problem);
        parsed.newer.extend(more);
    }
    parsed.code = lower::Lowering::new(text.len()).module(module.suite());
    parsed
}

/// Whether an error is that of a `raise` without an operand before a semicolon, which the interpreter takes.
fn is_bare_raise(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let before = before.strip_suffix(';').unwrap_or(before).trim_end();
    let behind = text.get(before.len()..).unwrap_or_default().trim_start();
    before.ends_with("raise") && behind.starts_with(';')
}

/// What the parser says about syntax that its target lacks: "Cannot use X on Python 3.9 (syntax was added in Python
/// 3.12)". The version that brought it stands nowhere else.
fn newer(error: &UnsupportedSyntaxError) -> Option<Newer> {
    let text = error.to_string();
    let (_, minor) = text.rsplit_once("added in Python 3.")?;
    let minor = minor.trim_end_matches(')').parse().ok()?;
    let what = text.split(" on Python 3.").next().unwrap_or(&text);
    Some(Newer { span: lower::span(error.range()), minor, what: uncapitalised(what) })
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Whether a file that does not parse has statements that only Python 2 has.
fn looks_like_python2(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let prints = line.strip_prefix("print ").is_some_and(|rest| !rest.starts_with(['(', '=']));
        let excepts =
            line.starts_with("except ") && line.contains(", ") && line.ends_with(':') && !line.contains(['(', '*']);
        prints || excepts || line.starts_with("exec \"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ir::{Expr, Stmt};

    #[test]
    fn functions_know_their_locals() {
        let code = parse(
            b"def f(a, *b, c=1, **d):\n    global g\n    g = e = a\n    import x.y as z, p.q\n    [i for i in a]\n",
        )
        .code;
        let f = &code.functions[0];
        let locals: Vec<_> = f.locals.iter().map(|name| code.name(*name)).collect();
        assert_eq!(locals, ["a", "c", "b", "d", "e", "z", "p"]);
    }

    #[test]
    fn a_broken_file_keeps_what_parses() {
        let parsed = parse(b"import os\nprint 'x'\nimport sys\n");
        assert!(parsed.broken);
        assert!(parsed.problems[0].message.contains("Python 2"));
        let imports = parsed.code.stmts.iter().filter(|s| matches!(s, Stmt::Import(_)));
        assert_eq!(imports.count(), 2);
    }

    #[test]
    fn a_raise_before_a_semicolon_parses() {
        assert!(!parse(b"try:\n    pass\nexcept ValueError:raise;print(1)\n").broken);
        assert!(parse(b"try:\n    pass\nexcept ValueError:raise from x;print(1)\n").broken);
    }

    #[test]
    fn syntax_tells_the_version_that_brought_it() {
        let parsed = parse(b"match x:\n    case 1: pass\ntype A = int\n");
        assert!(!parsed.broken);
        let minors: Vec<u16> = parsed.newer.iter().map(|newer| newer.minor).collect();
        assert_eq!(minors, [10, 12]);
        assert_eq!(parsed.newer[0].what, "cannot use `match` statement");
    }

    #[test]
    fn expressions_stay_small() {
        assert!(size_of::<Expr>() <= 16, "{}", size_of::<Expr>());
    }
}
