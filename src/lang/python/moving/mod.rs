//! Moves imports of a Python module into the functions that use what they bind.

pub(super) mod lookups;
mod taken;
mod uses;
mod write;

use ruff_python_ast::{self as ast, Stmt};
use ruff_text_size::Ranged;

pub use taken::{Target, taken};

use super::program::{is_doc, is_future, parsed};
use crate::lang::moving::{Moved, Refusal, indent, is_blank, line, line_end, line_start, next_line, refuse_mark};
use crate::span::Span;
use uses::{Place, Uses};

/// An import statement to move.
#[derive(Clone, Debug)]
pub struct Asked {
    /// A place in the statement.
    pub span: Span,
    /// Dotted names of the modules that are to be loaded later.
    pub modules: Vec<String>,
    /// Whether all that `from x import a, b` names goes, whatever it loads.
    pub whole: bool,
}

/// One name that moves.
struct Binding<'a> {
    /// What code calls it.
    name: &'a str,
    alias: &'a ast::Alias,
    statement: usize,
}

/// A statement with the names of it that move.
struct Statement<'a> {
    stmt: &'a Stmt,
    moving: Vec<&'a ast::Alias>,
    /// The comment behind it.
    comment: &'a str,
}

/// Moves some imports of a file into its functions; in those that hold one of `crossroads`, which other requests pass too,
/// into the branch that uses them. Needs a stack of [`PARSE_STACK`](super::PARSE_STACK).
///
/// # Errors
/// When what runs today could run differently by more than the time of the load, with the reason.
pub fn move_imports(text: &str, asked: &[Asked], crossroads: &[u32]) -> Result<Moved, Refusal> {
    refuse_mark(text)?;
    let module = parsed(text)?;
    let suite = module.suite();
    let statements = statements(text, suite, asked)?;
    let mut bindings: Vec<Binding<'_>> = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        bindings.extend(statement.moving.iter().map(|alias| Binding { name: bound(alias), alias, statement: at }));
    }
    let names: Vec<&str> = bindings.iter().map(|binding| binding.name).collect();
    let mut uses = Uses::new(text, &names);
    uses.look(suite)?;
    for binding in &bindings {
        uses.judge(binding.name, binding.alias.range().start().to_u32())?;
    }
    uses.settle(crossroads)?;
    write::written(text, &statements, &bindings, &uses)
}

/// Where lines go that are to run before anything is imported: at the first statement behind the docstring and what the
/// compiler wants first. Needs a stack of [`PARSE_STACK`](super::PARSE_STACK).
///
/// # Errors
/// When the file is no module, or shares that line with something else.
pub fn before_imports(text: &str) -> Result<u32, Refusal> {
    refuse_mark(text)?;
    let module = parsed(text)?;
    let first = module.suite().iter().find(|stmt| !is_doc(stmt) && !is_future(stmt));
    let start = uses::start_of(first.ok_or_else(|| Refusal::new("nothing is imported"))?);
    indent(text, start).ok_or_else(|| Refusal::at(start as u32, "its line is shared with another statement"))?;
    Ok(line_start(text, start) as u32)
}

/// The statements asked for.
fn statements<'a>(text: &'a str, suite: &'a [Stmt], asked: &[Asked]) -> Result<Vec<Statement<'a>>, Refusal> {
    let mut found: Vec<Statement<'a>> = Vec::new();
    for one in asked {
        let is_it = |stmt: &&Stmt| {
            stmt.range().start().to_u32() <= one.span.start && one.span.start < stmt.range().end().to_u32()
        };
        let stmt = suite.iter().find(is_it);
        let Some(stmt) = stmt.filter(|stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_))) else {
            return Err(Refusal::at(one.span.start, "the import stands inside another statement"));
        };
        let at = stmt.range().start().to_u32();
        let moving = moving(stmt, one);
        if moving.is_empty() {
            return Err(Refusal::at(at, "the statement does not name what it loads"));
        }
        if let Some(before) = found.iter_mut().find(|other| std::ptr::eq(other.stmt, stmt)) {
            let more: Vec<&ast::Alias> = moving
                .into_iter()
                .filter(|alias| !before.moving.iter().any(|other| std::ptr::eq(*other, *alias)))
                .collect();
            before.moving.extend(more);
            continue;
        }
        if moving.iter().any(|alias| alias.name.as_str() == "*") {
            return Err(Refusal::at(at, "a star import may bind any name"));
        }
        found.push(Statement { stmt, moving, comment: comment(text, stmt)? });
    }
    Ok(found)
}

/// The names of a statement that load what is asked for.
fn moving<'a>(stmt: &'a Stmt, asked: &Asked) -> Vec<&'a ast::Alias> {
    match stmt {
        Stmt::Import(import) => {
            import.names.iter().filter(|alias| asked.modules.iter().any(|name| name == alias.name.as_str())).collect()
        }
        Stmt::ImportFrom(import) => {
            let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
            let own = import.module.as_ref().map(|module| last(module.as_str()));
            let submodules: Vec<String> =
                asked.modules.iter().map(|name| last(name)).filter(|name| own.as_ref() != Some(name)).collect();
            let named: Vec<&ast::Alias> =
                import.names.iter().filter(|alias| submodules.iter().any(|name| name == alias.name.as_str())).collect();
            if asked.whole || named.is_empty() { import.names.iter().collect() } else { named }
        }
        _ => Vec::new(),
    }
}

/// The name that an alias binds: `a` in `import a.b`.
pub(super) fn bound(alias: &ast::Alias) -> &str {
    match &alias.asname {
        Some(name) => name.as_str(),
        None => alias.name.as_str().split('.').next().unwrap_or_default(),
    }
}

/// An import statement at module level of some of the names of another.
pub(super) fn import_of(text: &str, stmt: &Stmt, aliases: &[&ast::Alias]) -> String {
    write::import(text, stmt, aliases, "", line_end(text))
}

/// The comment behind a statement that has its lines to itself.
pub(super) fn comment<'a>(text: &'a str, stmt: &Stmt) -> Result<&'a str, Refusal> {
    let (start, end) = (stmt.range().start().to_usize(), stmt.range().end().to_usize());
    let behind = text.get(end..next_line(text, end)).unwrap_or_default().trim();
    if indent(text, start).is_none() || !(behind.is_empty() || behind.starts_with('#')) {
        return Err(Refusal::at(start as u32, "the import shares its line with another statement"));
    }
    Ok(behind)
}

/// Where a block's first line begins, and how far it is indented.
struct Opening {
    offset: usize,
    indent: String,
    /// Whether an empty line is to follow what is put there.
    gap: bool,
}

/// Where imports go in the body of a function: behind the docstring, before comments.
fn opening(text: &str, body: &[Stmt]) -> Option<Opening> {
    let is_doc = |stmt: &Stmt| matches!(stmt, Stmt::Expr(expr) if expr.value.is_string_literal_expr());
    let first = body.first()?;
    let (doc, first) = if is_doc(first) { (Some(first), body.get(1)?) } else { (None, first) };
    let start = uses::start_of(first);
    let indent = indent(text, start)?.to_owned();
    let mut offset = line_start(text, start);
    match doc {
        Some(doc) => {
            let end = doc.range().end().to_usize();
            let behind = text.get(end..next_line(text, end))?.trim();
            if !behind.is_empty() && !behind.starts_with('#') {
                return None;
            }
            offset = next_line(text, end);
            while is_blank(text, offset) {
                offset = next_line(text, offset);
            }
        }
        None => {
            while offset > 0 {
                let before = line(text, offset - 1).trim();
                if !before.is_empty() && !before.starts_with('#') {
                    break;
                }
                offset = line_start(text, offset - 1);
            }
        }
    }
    let follows = line_start(text, start) == offset && matches!(first, Stmt::Import(_) | Stmt::ImportFrom(_));
    Some(Opening { offset, indent, gap: !follows && !is_blank(text, offset) })
}

impl Place<'_> {
    fn opening(&self, text: &str) -> Result<Opening, Refusal> {
        let refused = || Refusal::at(self.at, format!("{} is written on one line", self.name));
        opening(text, self.body).ok_or_else(refused)
    }
}

#[cfg(test)]
mod tests;
