//! Code that gives names of a module values where the walk may not see it.

use crate::lang::python::ir::{Code, Expr, ExprId, Function, NameId, Stmt};
use crate::span::Span;

/// Names by which code binds others where the walk may not see it.
const BINDERS: &[&str] = &["globals", "exec", "vars", "locals"];

/// Whether code may bind names by one of them. A module of that name, `from .globals import x`, is none, nor is a
/// parameter.
pub(super) fn may_bind_unseen(code: &Code) -> bool {
    // Most code has no such word at all.
    code.names.iter().any(|name| BINDERS.contains(&&**name)) && binds_by_words(code) || binds_by_setattr(code)
}

fn binds_by_words(code: &Code) -> bool {
    let mut harmless: Vec<ExprId> = Vec::new();
    for expr in &code.exprs {
        match expr {
            // `globals()["x"]`, where it is read, and `globals().get("x")`.
            Expr::Subscript(object, _) if !is_target(code, *object) => harmless.push(*object),
            Expr::Attribute(object, name) if READS.contains(&code.name(*name)) => harmless.push(*object),
            Expr::Compare(at) => {
                harmless.extend(
                    code.compares
                        .get(*at as usize)
                        .into_iter()
                        .flat_map(|it| std::iter::once(it.left).chain(it.rest.iter().map(|(_, operand)| *operand))),
                );
            }
            _ => {}
        }
    }
    code.exprs.iter().enumerate().any(|(at, expr)| {
        let id = ExprId(at as u32);
        let Expr::Name(name) = expr else { return false };
        let (word, place) = (code.name(*name), code.expr_spans.get(at).copied().unwrap_or_default());
        if !BINDERS.contains(&word) || lists_names(code, place.start) || is_parameter_around(code, *name, place) {
            return false;
        }
        let call = code.exprs.iter().zip(0..).find_map(|(expr, call)| match expr {
            Expr::Call(function, args) if *function == id => Some((ExprId(call), code.calls.get(*args as usize))),
            _ => None,
        });
        let Some((call, Some(args))) = call else { return true };
        let is_in_function = || code.functions.iter().any(|it| it.value.is_none() && it.span.holds(place));
        match word {
            // What is run with a mapping of its own binds there, and what a function runs binds in the function.
            "exec" => args.positional.is_empty() || args.positional.len() == 1 && !is_in_function(),
            "locals" if is_in_function() => false,
            _ => !harmless.contains(&call),
        }
    })
}

/// Methods of mappings that change nothing.
const READS: [&str; 5] = ["get", "keys", "items", "values", "copy"];

/// Whether `object[...]` of an object is given a value or deleted somewhere.
fn is_target(code: &Code, object: ExprId) -> bool {
    let stores = |target: &ExprId| matches!(code.expr(*target), Expr::Subscript(of, _) if of == object);
    code.stmts.iter().any(|stmt| match stmt {
        Stmt::Assign(targets, _) | Stmt::Delete(targets) => code.list(*targets).iter().any(stores),
        Stmt::AugAssign(target, ..) | Stmt::AnnAssign(target, ..) | Stmt::For(target, ..) => stores(target),
        _ => false,
    })
}

/// Whether a place is in a `__dir__`, which asks for names and gives none.
fn lists_names(code: &Code, at: u32) -> bool {
    let around = |function: &Function| function.span.start <= at && at < function.span.end;
    code.functions.iter().any(|function| code.name(function.name) == "__dir__" && around(function))
}

/// Whether a name is a function's own where it stands.
fn is_parameter_around(code: &Code, name: NameId, place: Span) -> bool {
    code.functions.iter().any(|function| function.span.holds(place) && function.locals.binary_search(&name).is_ok())
}

/// Whether code sets attributes of modules by computed names, `setattr(dtypes, kind.__name__, kind)`: it may be its own
/// module, and others may call it.
pub(super) fn binds_by_setattr(code: &Code) -> bool {
    if !code.names.iter().any(|name| &**name == "setattr") {
        return false;
    }
    let imported = |object: NameId| {
        code.stmts.iter().any(|stmt| match stmt {
            Stmt::Import(names) | Stmt::ImportFrom { names, .. } => names.iter().any(|alias| alias.bound == object),
            _ => false,
        })
    };
    code.exprs.iter().any(|expr| {
        let Expr::Call(function, at) = expr else { return false };
        let Expr::Name(function) = code.expr(*function) else { return false };
        let Some(args) = code.calls.get(*at as usize).filter(|_| code.name(function) == "setattr") else {
            return false;
        };
        match code.list(args.positional) {
            [object, name, ..] => {
                let is_module = match code.expr(*object) {
                    Expr::Name(object) => imported(object),
                    // `sys.modules[__name__]`.
                    Expr::Subscript(..) => true,
                    _ => false,
                };
                is_module && !matches!(code.expr(*name), Expr::Text(_))
            }
            _ => true,
        }
    })
}
