//! Data that a source map leaves out: what bundlers make of JSON has no mappings. It goes with the
//! module that asks for it.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::map::Segments;
use super::wrappers::slot_of;
use crate::lang::javascript::ir::{ExprId, ExprKind, FunctionId, Item, Key, Member, Program, StmtKind, Var};
use crate::span::Span;

/// Smaller data does not matter.
const SMALLEST: u32 = 256;
/// Arguments among which the key of a module is: `require(key)` and `load.bind(require, key)`.
const KEY_AMONG: usize = 2;

/// What other code knows a part of the text by.
#[derive(PartialEq, Eq, Hash)]
enum Handle<'a> {
    /// A variable of the file, by its slot and name.
    Variable(u32, &'a str),
    /// The key of a wrapper, which is a number or a text.
    Key(String),
}

/// Parts of the text without a mapping, each with the source in which what asks for it first is,
/// where `package_of` puts all that ask into one package.
pub(super) fn owners<'a>(
    program: &Program,
    text: &str,
    segments: &Segments,
    package_of: &dyn Fn(u32) -> Option<&'a str>,
) -> Vec<(Span, u32)> {
    let mut parts = variables(program, text, segments);
    parts.extend(keyed(program, segments));
    if parts.is_empty() {
        return Vec::new();
    }
    let askers = askers(program, text, segments, &parts);
    let owned = askers.into_iter().filter_map(|(span, asking)| {
        let (_, first) = asking.first()?;
        let package = package_of(*first);
        asking.iter().all(|(_, source)| package_of(*source) == package).then_some((span, *first))
    });
    let mut owned: Vec<(Span, u32)> = owned.collect();
    owned.sort_by_key(|(span, _)| (span.start, span.end));
    owned
}

type Parts<'a> = FxHashMap<Handle<'a>, Span>;

/// Variables of the file whose values have no mapping.
fn variables<'a>(program: &Program, text: &'a str, segments: &Segments) -> Parts<'a> {
    let declared = program.stmts.iter().filter_map(|stmt| match &stmt.kind {
        StmtKind::Declare(declared, _) => Some(declared),
        _ => None,
    });
    let values = declared.flatten().filter_map(|(pattern, value)| {
        let span = program.exprs.get((*value)? as usize)?.span;
        let slot = slot_of(program, *pattern)?;
        let name = name_before(text, span.start)?;
        is_left_out(segments, span).then_some((Handle::Variable(slot, name), span))
    });
    values.collect()
}

/// Functions that an object holds and that have no mapping.
fn keyed<'a>(program: &Program, segments: &Segments) -> Parts<'a> {
    let objects = program.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Object(members) => Some(members),
        _ => None,
    });
    let held = objects.flatten().filter_map(|member| {
        let Member::Value(Key::Name(key), value) = member else { return None };
        let span = program.functions.get(function(program, *value)? as usize)?.span;
        let key = program.strings.get(*key as usize)?.to_string();
        is_left_out(segments, span).then_some((Handle::Key(key), span))
    });
    held.collect()
}

fn function(program: &Program, value: ExprId) -> Option<FunctionId> {
    match program.exprs.get(value as usize)?.kind {
        ExprKind::Function(function) => Some(function),
        _ => None,
    }
}

fn is_left_out(segments: &Segments, span: Span) -> bool {
    span.end.saturating_sub(span.start) >= SMALLEST && segments.are_unmapped(span)
}

/// The name in `name = /* note */ value`, where a value starts.
fn name_before(text: &str, value: u32) -> Option<&str> {
    let mut before = text.get(..value as usize)?.trim_end_matches(['(', ' ', '\n', '\t']);
    if let Some(noted) = before.strip_suffix("*/") {
        before = noted.get(..noted.rfind("/*")?)?.trim_end();
    }
    let before = before.strip_suffix('=')?.trim_end();
    let is_outside = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$');
    let start = before.rfind(is_outside).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    before.get(start..).filter(|name| !name.is_empty())
}

/// Places and sources in which each part is asked for.
fn askers(program: &Program, text: &str, segments: &Segments, parts: &Parts<'_>) -> Vec<(Span, BTreeSet<(u32, u32)>)> {
    let mut found: FxHashMap<Span, BTreeSet<(u32, u32)>> = FxHashMap::default();
    let mut ask = |handle: Handle<'_>, at: u32| {
        if let (Some(span), Some(source)) = (parts.get(&handle), segments.source_at(at)) {
            found.entry(*span).or_default().insert((at, source));
        }
    };
    for expr in &program.exprs {
        match &expr.kind {
            ExprKind::Var(Var::Local { slot, .. }) => {
                if let Some(name) = text.get(expr.span.range_in(text.len())) {
                    ask(Handle::Variable(*slot, name), expr.span.start);
                }
            }
            ExprKind::Call(_, arguments, _) => {
                for argument in arguments.iter().take(KEY_AMONG) {
                    if let Some(key) = key(program, argument) {
                        ask(Handle::Key(key), expr.span.start);
                    }
                }
            }
            _ => {}
        }
    }
    found.into_iter().collect()
}

fn key(program: &Program, argument: &Item) -> Option<String> {
    let Item::One(argument) = argument else { return None };
    match &program.exprs.get(*argument as usize)?.kind {
        ExprKind::Number(number) => Some(number.to_string()),
        ExprKind::String(text) => Some(program.strings.get(*text as usize)?.to_string()),
        _ => None,
    }
}
