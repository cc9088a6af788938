//! `setup.py`: the lists that its call of `setup` is given, as far as they are written out. Nothing of it is run.

use super::{Place, Reader};
use crate::lang::python::ir::{Arguments, BinaryOp, Code, Expr, ExprId, Stmt};
use crate::lang::python::{PARSE_STACK, parse};
use crate::manifest::dependency::Scope;
use crate::span::Span;

const PATH: &str = "setup.py";
/// How deep lists are followed through names and sums.
const DEEPEST: u32 = 16;

/// Reads the lists of requirements that `setup` is called with.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.files.text(PATH) else { return };
    let parsed = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(PARSE_STACK);
        let thread = thread.spawn_scoped(scope, || parse(text.as_bytes()).code).ok()?;
        thread.join().ok()
    });
    // A file that nobody can read may declare anything.
    let Some(code) = parsed else {
        reader.declared.is_open = true;
        return;
    };
    for args in calls_of_setup(&code) {
        for (name, value) in &args.keywords {
            let name = name.map_or("", |name| code.name(name));
            match name {
                "install_requires" => list(reader, &code, *value, &Scope::Runtime),
                "setup_requires" | "tests_require" => list(reader, &code, *value, &Scope::Development),
                "extras_require" => extras(reader, &code, *value),
                // `**options`
                "" => reader.declared.is_open = true,
                _ => {}
            }
        }
    }
}

fn calls_of_setup(code: &Code) -> impl Iterator<Item = &Arguments> {
    code.exprs.iter().filter_map(|expr| {
        let Expr::Call(callee, args) = expr else { return None };
        let name = match code.expr(*callee) {
            Expr::Name(name) | Expr::Attribute(_, name) => code.name(name),
            _ => return None,
        };
        code.calls.get(*args as usize).filter(|_| name == "setup")
    })
}

fn list(reader: &mut Reader<'_>, code: &Code, value: ExprId, scope: &Scope) {
    reader.declared.any_manifest = true;
    match texts(code, value, DEEPEST) {
        Some(texts) => {
            for (text, span) in texts {
                reader.add_requirement(&text, scope, PATH, Place { span, removal: None }, false);
            }
        }
        // Read from a file, or computed.
        None => reader.declared.is_open = true,
    }
}

fn extras(reader: &mut Reader<'_>, code: &Code, value: ExprId) {
    let Expr::Dict(entries) = behind(code, value, DEEPEST) else {
        reader.declared.is_open = true;
        return;
    };
    for pair in code.list(entries).chunks(2) {
        match pair {
            [key, value] => match code.expr(*key) {
                Expr::Text(extra) => list(reader, code, *value, &Scope::Optional(code.text(extra).to_owned())),
                _ => reader.declared.is_open = true,
            },
            _ => reader.declared.is_open = true,
        }
    }
}

/// The texts of a list, with their places; nothing where one of them is not written out.
fn texts(code: &Code, value: ExprId, depth: u32) -> Option<Vec<(String, Span)>> {
    let depth = depth.checked_sub(1)?;
    match behind(code, value, depth) {
        Expr::List(items) | Expr::Tuple(items) | Expr::Set(items) => {
            let one = |item: &ExprId| match behind(code, *item, depth) {
                Expr::Text(text) => Some((code.text(text).to_owned(), code.expr_span(*item))),
                _ => None,
            };
            code.list(items).iter().map(one).collect()
        }
        Expr::Binary(BinaryOp::Add, left, right) => {
            let mut found = texts(code, left, depth)?;
            found.extend(texts(code, right, depth)?);
            Some(found)
        }
        // A list may be one text with a requirement on each line.
        Expr::Text(text) => {
            let lines =
                code.text(text).lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Some(lines.map(|line| (line.to_owned(), code.expr_span(value))).collect())
        }
        _ => None,
    }
}

/// An expression behind names that are assigned once at the top level.
fn behind(code: &Code, value: ExprId, depth: u32) -> Expr {
    let expr = code.expr(value);
    let (Expr::Name(name), Some(depth)) = (expr, depth.checked_sub(1)) else { return expr };
    let is_it =
        |target: &ExprId| matches!(code.expr(*target), Expr::Name(other) if code.name(other) == code.name(name));
    let mut assigned = code.block(code.body).iter().filter_map(|stmt| match code.stmts.get(stmt.0 as usize)? {
        Stmt::Assign(targets, value) if code.list(*targets).iter().any(is_it) => Some(*value),
        Stmt::AnnAssign(target, _, Some(value)) if is_it(target) => Some(*value),
        Stmt::AugAssign(target, ..) if is_it(target) => Some(*target),
        _ => None,
    });
    match (assigned.next(), assigned.next()) {
        (Some(value), None) => behind(code, value, depth),
        _ => Expr::Opaque,
    }
}
