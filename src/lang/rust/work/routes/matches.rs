//! The routes of a `match` on method and path.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{Expr, Lit, Pat};

use super::super::Route;
use super::super::expr::{path_of, peel, span_of};
use super::{METHODS, text};
use crate::lang::rust::scope::plain;

/// Most routes that the alternatives of one arm are spelled out as.
const MOST: usize = 256;

/// The routes of a `match` on method and path.
pub(in crate::lang::rust::work) fn of_match(
    item: &syn::ExprMatch,
    file: &str,
    crates: &dyn Fn(&Expr) -> BTreeSet<String>,
    found: &mut Vec<Route>,
) {
    let before = found.len();
    for arm in &item.arms {
        let handler = first_call(&arm.body).unwrap_or_else(|| "(inline)".into());
        let crates = crates(&arm.body);
        let (pat, prefix) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, starts_with(&guarded.guard)),
            pat => (pat, None),
        };
        for (case, span) in alternatives(pat) {
            let path = case.path.or_else(|| prefix.clone());
            let Some(path) = path else { continue };
            let (handler, file) = (handler.clone(), file.to_string());
            found.push(Route { method: case.method, path, handler, file, span, crates: crates.clone() });
        }
    }
    // A single arm decides nothing.
    if found.len() < before + 2 {
        found.truncate(before);
    }
}

/// What one alternative of a pattern asks for.
#[derive(Clone, Default)]
struct Case {
    method: Option<String>,
    path: Option<String>,
}

/// All alternatives of a pattern with their places; none for patterns of other things.
fn alternatives(pat: &Pat) -> Vec<(Case, crate::span::Span)> {
    let span = span_of(pat.span());
    match pat {
        Pat::Or(or) => or.cases.iter().flat_map(alternatives).collect(),
        Pat::Paren(inner) => alternatives(&inner.pat),
        Pat::Tuple(tuple) => {
            let mut cases = vec![Case::default()];
            for part in &tuple.elems {
                let pieces = pieces(part);
                if pieces.is_empty() {
                    return Vec::new();
                }
                cases = cases.iter().flat_map(|case| pieces.iter().map(|piece| piece.put(case))).take(MOST).collect();
            }
            cases.into_iter().map(|case| (case, span)).collect()
        }
        other => {
            let cases = pieces(other).into_iter().map(|piece| piece.put(&Case::default()));
            cases.filter(|case| case.method.is_none()).map(|case| (case, span)).collect()
        }
    }
}

enum Piece {
    Method(String),
    Path(String),
    Any,
}

impl Piece {
    fn put(&self, case: &Case) -> Case {
        let mut case = case.clone();
        match self {
            Self::Method(name) => case.method = Some(name.clone()),
            Self::Path(path) => case.path = Some(path.clone()),
            Self::Any => {}
        }
        case
    }
}

/// What a part of a pattern asks for, by its alternatives.
fn pieces(pat: &Pat) -> Vec<Piece> {
    match pat {
        Pat::Or(or) => {
            let each: Vec<Vec<Piece>> = or.cases.iter().map(pieces).collect();
            if each.iter().any(Vec::is_empty) { Vec::new() } else { each.into_iter().flatten().collect() }
        }
        other => piece(other).into_iter().collect(),
    }
}

fn piece(pat: &Pat) -> Option<Piece> {
    match pat {
        Pat::Reference(inner) => piece(&inner.pat),
        Pat::Paren(inner) => piece(&inner.pat),
        Pat::Path(path) => {
            let last = plain(&path.path.segments.last()?.ident);
            METHODS.contains(&last.to_lowercase().as_str()).then_some(Piece::Method(last))
        }
        Pat::Lit(lit) => {
            let Lit::Str(text) = &lit.lit else { return None };
            let text = text.value();
            if METHODS.contains(&text.to_lowercase().as_str()) && text.to_uppercase() == text {
                return Some(Piece::Method(text));
            }
            text.starts_with('/').then_some(Piece::Path(text))
        }
        Pat::TupleStruct(inner) if inner.elems.len() == 1 => piece(inner.elems.first()?),
        Pat::Slice(slice) => {
            let parts: Option<Vec<String>> = slice.elems.iter().map(segment).collect();
            parts.map(|parts| Piece::Path(format!("/{}", parts.join("/"))))
        }
        Pat::Wild(_) | Pat::Ident(_) => Some(Piece::Any),
        _ => None,
    }
}

/// A segment of a path as a pattern names it.
fn segment(part: &Pat) -> Option<String> {
    match part {
        Pat::Lit(lit) => match &lit.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Pat::Ident(name) if matches!(name.subpat.as_ref().map(|sub| &*sub.1), Some(Pat::Rest(_))) => {
            Some(format!("{{*{}}}", plain(&name.ident)))
        }
        Pat::Ident(name) => Some(format!("{{{}}}", plain(&name.ident))),
        Pat::Wild(_) => Some("{_}".to_string()),
        Pat::Rest(_) => Some("{*rest}".to_string()),
        _ => None,
    }
}

/// `path.starts_with("/users")` in a guard.
fn starts_with(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::MethodCall(call) if call.method == "starts_with" => {
            let text = call.args.first().and_then(text)?;
            text.starts_with('/').then(|| format!("{text}*"))
        }
        Expr::Binary(both) => starts_with(&both.left).or_else(|| starts_with(&both.right)),
        _ => None,
    }
}

fn first_call(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::Call(call) => path_of(&call.func).map(|path| path.join("::")),
        Expr::MethodCall(call) => first_call(&call.receiver),
        Expr::Block(block) => block.block.stmts.iter().rev().find_map(|stmt| match stmt {
            syn::Stmt::Expr(expr, _) => first_call(expr),
            syn::Stmt::Local(local) => local.init.as_ref().and_then(|init| first_call(&init.expr)),
            _ => None,
        }),
        _ => None,
    }
}
