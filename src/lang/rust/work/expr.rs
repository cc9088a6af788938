//! Questions to single expressions.

use syn::spanned::Spanned;
use syn::{Expr, Lit};

use super::super::scope::plain;
use crate::span::Span;

/// Without `?`, `.await`, `&`, parentheses and groups.
pub(super) fn peel(expr: &Expr) -> &Expr {
    match expr {
        Expr::Try(inner) => peel(&inner.expr),
        Expr::Await(inner) => peel(&inner.base),
        Expr::Paren(inner) => peel(&inner.expr),
        Expr::Group(inner) => peel(&inner.expr),
        Expr::Reference(inner) => peel(&inner.expr),
        other => other,
    }
}

pub(super) fn strip_reference(expr: &Expr) -> &Expr {
    match peel(expr) {
        Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => strip_reference(&inner.expr),
        other => other,
    }
}

/// The segments of a path expression.
pub(super) fn path_of(expr: &Expr) -> Option<Vec<String>> {
    match peel(expr) {
        Expr::Path(path) => Some(path.path.segments.iter().map(|s| plain(&s.ident)).collect()),
        _ => None,
    }
}

pub(super) fn span_of(span: proc_macro2::Span) -> Span {
    let range = span.byte_range();
    Span::new(range.start as u32, range.end as u32)
}

/// The first method of a chain.
pub(super) fn chain_start(call: &syn::ExprMethodCall) -> &syn::ExprMethodCall {
    match peel(&call.receiver) {
        Expr::MethodCall(inner) => chain_start(inner),
        _ => call,
    }
}

pub(super) fn root_call(call: &syn::ExprMethodCall) -> Expr {
    peel(&chain_start(call).receiver).clone()
}

pub(super) fn root_span(call: &syn::ExprMethodCall) -> proc_macro2::Span {
    chain_start(call).receiver.span()
}

pub(super) fn root_path(call: &syn::ExprMethodCall) -> Option<Vec<String>> {
    match peel(&chain_start(call).receiver) {
        Expr::Call(root) => path_of(&root.func),
        _ => None,
    }
}

pub(super) fn literal_path(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Call(call) if path_of(&call.func)?.last()? == "new" => literal_path(call.args.first()?),
        _ => None,
    }
}

/// Whether a pattern can be known before the request.
pub(super) fn is_constant(expr: &Expr) -> bool {
    match peel(expr) {
        Expr::Lit(_) => true,
        Expr::Path(path) => {
            path.path.segments.last().is_some_and(|s| {
                plain(&s.ident).chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
            })
        }
        Expr::Macro(item) => {
            item.mac.path.segments.last().is_some_and(|s| s.ident == "concat" || s.ident == "include_str")
        }
        Expr::Array(array) => array.elems.iter().all(is_constant),
        Expr::MethodCall(call) => is_constant(&call.receiver),
        _ => false,
    }
}

pub(super) fn quote_text(expr: &Expr) -> String {
    use quote::ToTokens;
    expr.to_token_stream().to_string()
}
