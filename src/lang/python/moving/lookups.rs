//! Code that gets at names of its module by their text.

use ruff_python_ast::Expr;

/// Functions through which code can find any name.
pub(in super::super) const LOOKS_UP: [&str; 5] = ["globals", "locals", "vars", "eval", "exec"];

/// Whether an expression is a name.
pub(super) fn names(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Name(own) if own.id.as_str() == name)
}

/// Whether something is `sys.modules`, through which code reaches names of its own module.
pub(super) fn is_table_of_modules(expr: &Expr) -> bool {
    matches!(expr, Expr::Attribute(part) if part.attr.as_str() == "modules" && names(&part.value, "sys"))
        || names(expr, "modules")
}

/// Whether a function gives the module of a name.
pub(super) fn gives_module(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(part) => part.attr.as_str() == "import_module",
        _ => names(expr, "import_module") || names(expr, "__import__"),
    }
}
