//! A file's program as its parser gives it, for what changes the file.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::{MAX_TOKENS, nesting};
use crate::lang::moving::Refusal;
use crate::span::Span;

/// Works on the program of a file that is free of errors, as an ES module or else as CommonJS. Its path says whether it
/// has types and elements. Needs a stack as the parser does.
///
/// # Errors
/// When it cannot be parsed, or by the work.
pub(super) fn with_program<T>(
    text: &str,
    path: &str,
    work: impl FnOnce(&Program<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    if nesting::measure(text).is_none_or(|tokens| tokens > MAX_TOKENS) {
        return Err(Refusal::new("the file nests too deep or is too large"));
    }
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let typescript = matches!(extension, "ts" | "tsx" | "mts" | "cts");
    let jsx = matches!(extension, "jsx" | "tsx" | "js");
    for base in [SourceType::mjs(), SourceType::cjs()] {
        let arena = Allocator::default();
        let options =
            ParseOptions { parse_regular_expression: false, preserve_parens: false, ..ParseOptions::default() };
        let source_type = base.with_typescript(typescript).with_jsx(jsx);
        let parsed = Parser::new(&arena, text, source_type).with_options(options).parse();
        if !parsed.panicked && parsed.diagnostics.is_empty() {
            return work(&parsed.program);
        }
    }
    Err(Refusal::new("the file has syntax errors"))
}

/// A range of the parser's.
pub(super) fn own(span: oxc_span::Span) -> Span {
    Span::new(span.start, span.end)
}
