//! JavaScript and TypeScript: source text to the compact program that the simulation runs.
//!
//! `oxc_parser` does the parsing; its types stay in `lower` and in what changes files (`program`). Nesting is measured
//! first, because the parser recurses without a guard.

pub mod declarations;
mod early;
mod exports_seen;
pub mod hoisting;
pub mod ir;
mod lower;
pub mod moving;
mod nesting;
pub mod parting;
mod program;
pub mod request;

use std::cell::RefCell;
use std::fmt;

pub use early::{regex_problem, regex_since, script_problem};
pub use exports_seen::{SeenExports, seen_exports};
pub(crate) use lower::WRAPPER;
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

/// What a file's text is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// A CommonJS module: `require`, `module` and friends are parameters, `return` is allowed.
    CommonJs,
    /// An ES module.
    Module,
}

/// How to read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParseMode {
    /// CommonJS or ES module.
    pub dialect: Dialect,
    /// Whether it is TypeScript; types are removed.
    pub typescript: bool,
    /// Whether JSX is allowed.
    pub jsx: bool,
    /// Whether imports that only types use are kept (`verbatimModuleSyntax` and its ancestors).
    pub keep_unused_imports: bool,
    /// Whether types in decorated signatures count as uses (`emitDecoratorMetadata`).
    pub decorator_metadata: bool,
    /// Whether it has to be what an engine takes: all that the language calls an early error is a syntax error.
    pub checked: bool,
}

impl ParseMode {
    /// Plain JavaScript.
    #[must_use]
    pub const fn javascript(dialect: Dialect) -> Self {
        Self {
            dialect,
            typescript: false,
            jsx: false,
            keep_unused_imports: false,
            decorator_metadata: false,
            checked: false,
        }
    }
}

/// Why a file has no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It nests deeper than is safe to parse.
    TooDeep,
    /// It is larger than any source file should be, in this way.
    TooLarge(String),
    /// It has what engines take and the parser does not.
    Unusual,
    /// The parser gave up.
    Syntax(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => f.write_str("not analysed: nests too deep to be parsed"),
            Self::Unusual => f.write_str("not analysed: engines take its syntax, and the parser does not"),
            Self::TooLarge(what) => write!(f, "larger than {what}: not parsed; its imports are unknown"),
            Self::Syntax(message) => f.write_str(message),
        }
    }
}

/// Largest source text that is parsed. Bundles with everything in them have under 20 MB.
pub const MAX_SOURCE_BYTES: u64 = 64 << 20;

/// Operators, brackets, commas and (twice) line ends outside strings and comments that a text may have. The memory of
/// its program grows with them, up to some 150 bytes each, and not with its bytes. The whole
/// TypeScript compiler has just over a million.
pub const MAX_TOKENS: usize = 4_000_000;

/// What keeps a text of so many bytes from being parsed, if anything does.
#[must_use]
pub fn too_large(bytes: u64) -> Option<ParseError> {
    let [limit, size] = [MAX_SOURCE_BYTES, bytes].map(crate::text::bytes);
    (bytes > MAX_SOURCE_BYTES).then(|| ParseError::TooLarge(format!("{limit} ({size})")))
}

/// Parses `text`.
///
/// # Errors
/// When the text is too large, nests too deep, or is not a program at all.
pub fn parse(text: &str, mode: ParseMode) -> Result<ir::Program, ParseError> {
    if let Some(error) = too_large(text.len() as u64) {
        return Err(error);
    }
    let tokens = nesting::measure(text).ok_or(ParseError::TooDeep)?;
    if tokens > MAX_TOKENS {
        return Err(ParseError::TooLarge(format!("{MAX_TOKENS} operators ({tokens})")));
    }
    let base = match mode.dialect {
        Dialect::CommonJs => SourceType::cjs(),
        Dialect::Module => SourceType::mjs(),
    };
    let source_type = base.with_typescript(mode.typescript).with_jsx(mode.jsx);
    let arena = ARENA.take();
    let options = ParseOptions {
        parse_regular_expression: mode.checked,
        allow_return_outside_function: !mode.checked || mode.dialect == Dialect::CommonJs,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(&arena, text, source_type).with_options(options).parse();
    if parsed.panicked && early::is_taken(&parsed, text, mode.dialect) {
        return Err(ParseError::Unusual);
    }
    if parsed.panicked {
        let message = parsed.diagnostics.iter().next().map_or_else(|| "not JavaScript".to_owned(), ToString::to_string);
        return Err(ParseError::Syntax(message));
    }
    if let Some(message) = Some(&parsed).filter(|_| mode.checked).and_then(early::error) {
        return Err(ParseError::Syntax(message));
    }
    let mut program = lower::lower(&parsed.program, mode);
    if let Some(what) = program.untaken.filter(|_| mode.checked) {
        return Err(ParseError::Syntax(format!("no release of Node.js takes {what}")));
    }
    program.redeclared = early::redeclared(&parsed.program).filter(|_| mode.checked);
    program.source_bytes = text.len() as u32;
    program.tokens = tokens;
    program.errors.extend(parsed.diagnostics.iter().take(3).map(ToString::to_string));
    drop(parsed);
    put_back(arena);
    Ok(program)
}

/// An arena above this size is not kept.
const LARGEST_ARENA: usize = 8 << 20;

thread_local! {
    /// Memory for syntax trees, used again and again: fresh memory costs more than most files.
    static ARENA: RefCell<Allocator> = RefCell::new(Allocator::default());
}

fn put_back(mut arena: Allocator) {
    if arena.capacity() <= LARGEST_ARENA {
        arena.reset();
        ARENA.set(arena);
    }
}
