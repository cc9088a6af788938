//! Moves `require` calls and static imports into the functions that use what they bind.

mod uses;

use oxc_ast::ast::{
    Argument, BindingPattern, Expression, ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind,
    ModuleExportName, Program, PropertyKey, Statement, VariableDeclaration, VariableDeclarationKind,
};
use oxc_span::GetSpan;

use super::program::with_program;
use crate::lang::moving::{Moved, Refusal, indent, line_end, lines_to_remove, next_line, refuse_mark};
use crate::span::Span;
use uses::{Place, Uses};

/// One name that an import binds, with what stands for it in a pattern.
struct Name {
    local: String,
    pattern: String,
}

/// A top-level import.
struct Import {
    span: Span,
    /// `const`, `let`, `var`.
    keyword: &'static str,
    /// What gives the module: `require('x')`, `await import('x')`.
    value: String,
    /// The whole pattern, when it cannot be taken apart.
    whole: Option<String>,
    names: Vec<Name>,
    /// The specifier as written; only for static imports.
    source: Option<String>,
    semicolon: &'static str,
    comment: String,
}

/// Moves the imports at some places of a file into its functions; in those that hold one of `crossroads`, which other
/// requests pass too, into the branch that uses them. Needs a stack as the parser does.
///
/// # Errors
/// When what runs today could run differently by more than the time of the load, with the reason.
pub fn move_imports(text: &str, path: &str, asked: &[Span], crossroads: &[u32]) -> Result<Moved, Refusal> {
    refuse_mark(text)?;
    with_program(text, path, |program| moved(text, program, asked, crossroads))
}

fn moved(text: &str, program: &Program<'_>, asked: &[Span], crossroads: &[u32]) -> Result<Moved, Refusal> {
    let mut imports: Vec<Import> = Vec::new();
    for one in asked {
        let is_it = |stmt: &&Statement<'_>| stmt.span().start <= one.start && one.start < stmt.span().end;
        let import = match program.body.iter().find(is_it) {
            Some(Statement::VariableDeclaration(declaration)) => required(text, declaration)?,
            Some(Statement::ImportDeclaration(declaration)) => imported(text, declaration)?,
            _ => return Err(Refusal::at(one.start, "the import stands inside another statement")),
        };
        if !imports.iter().any(|other| other.span == import.span) {
            imports.push(import);
        }
    }
    let is_static = imports.iter().any(|import| import.source.is_some());
    if is_static && imports.iter().any(|import| import.source.is_none()) {
        return Err(Refusal::new("some of the imports are static and some are not"));
    }
    let names: Vec<&str> = imports.iter().flat_map(|import| &import.names).map(|name| name.local.as_str()).collect();
    let uses = Uses::of(text, program, &names, crossroads, is_static);
    for import in &imports {
        judge(import, &uses)?;
    }
    written(text, &imports, &uses)
}

/// Whether functions alone can bind what an import binds.
fn judge(import: &Import, uses: &Uses<'_>) -> Result<(), Refusal> {
    for name in &import.names {
        uses.judge(&name.local)?;
    }
    if import.names.iter().all(|name| uses.places_of(&name.local).is_empty()) {
        let why = "no function uses what it binds: it may be there for what loading it does";
        return Err(Refusal::at(import.span.start, why));
    }
    let has_types = import.names.iter().any(|name| uses.is_type(&name.local));
    if has_types && uses.has_decorators {
        return Err(Refusal::at(import.span.start, "decorators may keep the types that it brings"));
    }
    Ok(())
}

fn source(text: &str, span: oxc_span::Span) -> String {
    text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
}

/// What is behind a statement that has its lines to itself: its comment.
fn comment(text: &str, span: oxc_span::Span) -> Result<String, Refusal> {
    let (start, end) = (span.start as usize, span.end as usize);
    let behind = text.get(end..next_line(text, end)).unwrap_or_default().trim();
    if indent(text, start).is_none() || !(behind.is_empty() || behind.starts_with("//")) {
        return Err(Refusal::at(span.start, "the import shares its line with something else"));
    }
    let next = text.get(next_line(text, end)..).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default().trim_end();
    if goes_on(next) && !before.is_empty() && !before.ends_with([';', '{', '}']) {
        return Err(Refusal::at(span.start, "without the import, the line before it could go on in the one behind it"));
    }
    Ok(behind.to_owned())
}

/// Whether a text goes on with a statement before it that has no semicolon.
fn goes_on(text: &str) -> bool {
    text.trim_start().starts_with(['(', '[', '`'])
}

/// A semicolon, where the file has them or a line could go on with what is put before it.
fn semicolon(text: &str, span: oxc_span::Span) -> &'static str {
    if source(text, span).ends_with(';') || text.lines().any(goes_on) { ";" } else { "" }
}

/// `const x = require('x')`.
fn required(text: &str, declaration: &VariableDeclaration<'_>) -> Result<Import, Refusal> {
    let refused = |why: &str| Refusal::at(declaration.span.start, why);
    let [one] = declaration.declarations.as_slice() else {
        return Err(refused("the statement declares several variables"));
    };
    let Some(init) = one.init.as_ref().filter(|init| is_require(init)) else {
        return Err(refused("the statement does more than require a module"));
    };
    if one.type_annotation.is_some() {
        return Err(refused("the variable has a type"));
    }
    let keyword = match declaration.kind {
        VariableDeclarationKind::Var => "var",
        VariableDeclarationKind::Let => "let",
        _ => "const",
    };
    let mut import = Import {
        span: Span::new(declaration.span.start, declaration.span.end),
        keyword,
        value: source(text, init.span()),
        whole: None,
        names: Vec::new(),
        source: None,
        semicolon: semicolon(text, declaration.span),
        comment: comment(text, declaration.span)?,
    };
    match &one.id {
        BindingPattern::BindingIdentifier(name) => {
            import.names.push(Name { local: name.name.to_string(), pattern: String::new() });
            import.whole = Some(name.name.to_string());
        }
        BindingPattern::ObjectPattern(pattern) if pattern.rest.is_none() => {
            for property in &pattern.properties {
                let BindingPattern::BindingIdentifier(name) = &property.value else {
                    return Err(refused("the pattern is nested or has default values"));
                };
                if property.computed || matches!(property.key, PropertyKey::PrivateIdentifier(_)) {
                    return Err(refused("the pattern has computed names"));
                }
                import.names.push(Name { local: name.name.to_string(), pattern: source(text, property.span) });
            }
        }
        _ => return Err(refused("the pattern cannot be taken apart")),
    }
    Ok(import)
}

/// Whether an expression is `require('x')` or a property of that.
fn is_require(value: &Expression<'_>) -> bool {
    let mut at = value;
    for _ in 0..8 {
        match at {
            Expression::StaticMemberExpression(member) => at = &member.object,
            Expression::CallExpression(call) => {
                let named = matches!(&call.callee, Expression::Identifier(name) if name.name == "require");
                let constant = matches!(call.arguments.as_slice(), [Argument::StringLiteral(_)]);
                return named && constant;
            }
            _ => return false,
        }
    }
    false
}

/// `import x, { y } from 'x'`.
fn imported(text: &str, declaration: &ImportDeclaration<'_>) -> Result<Import, Refusal> {
    let refused = |why: &str| Refusal::at(declaration.span.start, why);
    if declaration.with_clause.is_some() || declaration.phase.is_some() {
        return Err(refused("the import has attributes"));
    }
    if declaration.import_kind == ImportOrExportKind::Type {
        return Err(refused("the import is of types only"));
    }
    let Some(specifiers) = declaration.specifiers.as_ref().filter(|specifiers| !specifiers.is_empty()) else {
        return Err(refused("it binds nothing: it is there for what loading it does"));
    };
    let raw = source(text, declaration.source.span);
    let mut import = Import {
        span: Span::new(declaration.span.start, declaration.span.end),
        keyword: "const",
        value: format!("await import({raw})"),
        whole: None,
        names: Vec::new(),
        source: Some(raw),
        semicolon: semicolon(text, declaration.span),
        comment: comment(text, declaration.span)?,
    };
    for specifier in specifiers {
        let (local, pattern) = match specifier {
            ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => {
                (&one.local, format!("default: {}", one.local.name))
            }
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) if specifiers.len() == 1 => {
                import.whole = Some(one.local.name.to_string());
                (&one.local, String::new())
            }
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => {
                return Err(refused("it binds the module and names of it at once"));
            }
            ImportDeclarationSpecifier::ImportSpecifier(one) => {
                if one.import_kind == ImportOrExportKind::Type {
                    return Err(refused("some of its names are types only"));
                }
                (&one.local, named(text, &one.imported, &one.local.name))
            }
        };
        import.names.push(Name { local: local.name.to_string(), pattern });
    }
    Ok(import)
}

fn named(text: &str, imported: &ModuleExportName<'_>, local: &str) -> String {
    let name = source(text, imported.span());
    if name == local { name } else { format!("{name}: {local}") }
}

/// The statement that binds some names of an import.
fn statement(import: &Import, names: &[&Name]) -> String {
    let patterns: Vec<&str> = names.iter().map(|name| name.pattern.as_str()).collect();
    let pattern = import.whole.clone().unwrap_or_else(|| format!("{{ {} }}", patterns.join(", ")));
    format!("{} {pattern} = {}{}", import.keyword, import.value, import.semicolon)
}

fn written(text: &str, imports: &[Import], uses: &Uses<'_>) -> Result<Moved, Refusal> {
    let end = line_end(text);
    let names = imports.iter().flat_map(|import| &import.names).map(|name| name.local.clone()).collect();
    let mut moved = Moved { names, ..Moved::default() };
    for (at, place) in uses.places.iter().enumerate() {
        let mut statements = Vec::new();
        for import in imports {
            let is_here = |name: &&Name| uses.places_of(&name.local).contains(&at);
            let names: Vec<&Name> = import.names.iter().filter(is_here).collect();
            if !names.is_empty() {
                let written = statement(import, &names);
                if !moved.statements.contains(&written) {
                    moved.statements.push(written.clone());
                }
                let comment = if import.comment.is_empty() { String::new() } else { format!(" {}", import.comment) };
                statements.push((written, comment));
            }
        }
        if statements.is_empty() {
            continue;
        }
        moved.edits.push(insertion(text, place, &statements, end));
        if !moved.into.contains(&place.name) {
            moved.into.push(place.name.clone());
        }
    }
    let mut gone = Vec::new();
    for import in imports {
        match staying(import, uses) {
            Some(rest) => moved.edits.push((import.span, rest)),
            None => gone.push(import.span),
        }
    }
    gone.sort();
    moved.edits.extend(lines_to_remove(text, &gone).into_iter().map(|span| (span, String::new())));
    moved.edits.sort();
    Ok(moved)
}

/// Statements at the start of a function's body, behind its directives.
fn insertion(text: &str, place: &Place, statements: &[(String, String)], end: &str) -> (Span, String) {
    let behind = text.get(place.open..next_line(text, place.open)).unwrap_or_default().trim();
    let own_line = behind.is_empty() || behind.starts_with("//");
    if let Some(indent) = indent(text, place.first).filter(|_| own_line) {
        let at = next_line(text, place.open) as u32;
        let lines = statements.iter().map(|(statement, comment)| format!("{indent}{statement}{comment}{end}"));
        return (Span::new(at, at), lines.collect());
    }
    let at = place.open as u32;
    let inline =
        statements.iter().map(|(statement, _)| format!(" {}", statement.trim_end_matches(';').to_owned() + ";"));
    (Span::new(at, at), inline.collect())
}

/// What only types need of a statement.
fn staying(import: &Import, uses: &Uses<'_>) -> Option<String> {
    let types: Vec<&Name> = import.names.iter().filter(|name| uses.is_type(&name.local)).collect();
    let source = import.source.as_ref().filter(|_| !types.is_empty())?;
    let named: Vec<String> = types.iter().map(|name| name.pattern.replace(": ", " as ")).collect();
    let what = match &import.whole {
        Some(name) => format!("* as {name}"),
        None => format!("{{ {} }}", named.join(", ")),
    };
    Some(format!("import type {what} from {source}{}", import.semicolon))
}

#[cfg(test)]
mod tests;
