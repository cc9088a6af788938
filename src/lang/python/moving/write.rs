//! The changes that move imports, in the file's own style.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Stmt};
use ruff_text_size::Ranged;

use super::uses::Uses;
use super::{Binding, Statement};
use crate::lang::moving::{Moved, Refusal, line_end, lines_to_remove};
use crate::span::Span;

/// Lines longer than this are folded: what the common formatters keep to.
const WIDTH: usize = 88;

/// All changes: the imports out of the module, and into the places that use their names.
pub(super) fn written(
    text: &str,
    statements: &[Statement<'_>],
    bindings: &[Binding<'_>],
    uses: &Uses<'_>,
) -> Result<Moved, Refusal> {
    let end = line_end(text);
    let names = bindings.iter().map(|binding| binding.name.to_owned()).collect();
    let mut moved = Moved { names, ..Moved::default() };
    let mut by_place: BTreeMap<usize, BTreeMap<usize, Vec<&ast::Alias>>> = BTreeMap::new();
    for binding in bindings {
        for place in uses.places_of(binding.name) {
            let aliases = by_place.entry(place).or_default().entry(binding.statement).or_default();
            if !aliases.iter().any(|other| std::ptr::eq(*other, binding.alias)) {
                aliases.push(binding.alias);
            }
        }
    }
    for (at, statements_here) in by_place {
        let Some(place) = uses.places.get(at) else { continue };
        let opening = place.opening(text)?;
        let mut lines = String::new();
        for (statement, aliases) in statements_here {
            let Some(statement) = statements.get(statement) else { continue };
            let written = import(text, statement.stmt, &aliases, &opening.indent, end);
            if !moved.statements.contains(&written) {
                moved.statements.push(written.clone());
            }
            let comment = if statement.comment.is_empty() { String::new() } else { format!("  {}", statement.comment) };
            lines.push_str(&format!("{}{written}{comment}{end}", opening.indent));
        }
        if opening.gap {
            lines.push_str(end);
        }
        moved.edits.push((Span::new(opening.offset as u32, opening.offset as u32), lines));
        if !moved.into.contains(&place.name) {
            moved.into.push(place.name.clone());
        }
    }
    let mut gone = Vec::new();
    let (checked, mut block) = for_type_checkers(text, statements, uses, end).unzip();
    for statement in statements {
        let is_there =
            checked.is_some_and(|at: usize| statements.get(at).is_some_and(|it| std::ptr::eq(it, statement)));
        let block = if is_there { block.take() } else { None };
        let rest: Vec<String> = staying(text, statement, end).into_iter().chain(block).collect();
        if rest.is_empty() {
            gone.push(span(statement.stmt));
        } else {
            moved.edits.push((span(statement.stmt), rest.join(end)));
        }
    }
    gone.sort();
    moved.edits.extend(lines_to_remove(text, &gone).into_iter().map(|span| (span, String::new())));
    moved.edits.sort();
    Ok(moved)
}

fn span(stmt: &Stmt) -> Span {
    Span::new(stmt.range().start().to_u32(), stmt.range().end().to_u32())
}

/// What stays of a statement at module level: its other names.
fn staying(text: &str, statement: &Statement<'_>, end: &str) -> Option<String> {
    let staying: Vec<&ast::Alias> = aliases(statement.stmt)
        .iter()
        .filter(|alias| !statement.moving.iter().any(|other| std::ptr::eq(*other, *alias)))
        .collect();
    (!staying.is_empty()).then(|| import(text, statement.stmt, &staying, "", end))
}

/// The block of what only type checkers read, with the statement, by its index, in whose place it stands: the first of
/// those that it takes names from.
fn for_type_checkers(text: &str, statements: &[Statement<'_>], uses: &Uses<'_>, end: &str) -> Option<(usize, String)> {
    let mut read: Vec<(usize, &Stmt, Vec<&ast::Alias>)> = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let names = statement.moving.iter().copied();
        let names: Vec<&ast::Alias> = names.filter(|alias| uses.is_for_typing(super::bound(alias))).collect();
        if !names.is_empty() {
            read.push((at, statement.stmt, names));
        }
    }
    read.sort_by_key(|(_, stmt, _)| stmt.range().start());
    let (at, first, _) = read.first()?;
    let known = uses.type_checking.filter(|(since, _)| *since <= first.range().start().to_u32());
    let head = if known.is_none() { format!("from typing import TYPE_CHECKING{end}{end}") } else { String::new() };
    let test = known.map_or("TYPE_CHECKING", |(_, test)| test);
    let imports = read.iter().map(|(_, stmt, names)| format!("{end}    {}", import(text, stmt, names, "    ", end)));
    Some((*at, format!("{head}if {test}:{}", imports.collect::<String>())))
}

fn aliases(stmt: &Stmt) -> &[ast::Alias] {
    match stmt {
        Stmt::Import(import) => &import.names,
        Stmt::ImportFrom(import) => &import.names,
        _ => &[],
    }
}

/// An import statement of some of the names of another.
pub(super) fn import(text: &str, stmt: &Stmt, aliases: &[&ast::Alias], indent: &str, end: &str) -> String {
    let names: Vec<&str> = aliases
        .iter()
        .map(|alias| text.get(alias.range().start().to_usize()..alias.range().end().to_usize()).unwrap_or_default())
        .collect();
    let Stmt::ImportFrom(from) = stmt else { return format!("import {}", names.join(", ")) };
    let dots = ".".repeat(from.level as usize);
    let head = format!("from {dots}{} import", from.module.as_ref().map_or("", |module| module.as_str()));
    let plain = format!("{head} {}", names.join(", "));
    if indent.len() + plain.len() <= WIDTH || names.len() < 2 {
        return plain;
    }
    let step = if indent.starts_with('\t') { "\t" } else { "    " };
    let names: String = names.iter().map(|name| format!("{indent}{step}{name},{end}")).collect();
    format!("{head} ({end}{names}{indent})")
}
