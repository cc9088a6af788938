//! A file's statements as its parser gives them, for what changes the file.

use ruff_python_ast::{ModModule, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::TextRange;

use super::nesting;
use crate::lang::moving::Refusal;
use crate::span::Span;

/// A module that is free of errors. Needs a stack of [`PARSE_STACK`](super::PARSE_STACK).
///
/// # Errors
/// When it cannot be parsed.
pub(super) fn parsed(text: &str) -> Result<Parsed<ModModule>, Refusal> {
    if nesting::too_deep(text).is_err() {
        return Err(Refusal::new("the file nests too deep"));
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module)).try_into_module();
    parsed.filter(|module| module.errors().is_empty()).ok_or_else(|| Refusal::new("the file has syntax errors"))
}

/// A range of the parser's.
pub(super) fn own(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

/// Whether a statement is a text by itself, as documentation is.
pub(super) fn is_doc(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(expr) if expr.value.is_string_literal_expr())
}

/// Whether a statement stands where the compiler wants it, before all others but documentation.
pub(super) fn is_future(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::ImportFrom(import) if import.module.as_ref().is_some_and(|module| module.as_str() == "__future__"))
}
