//! Code that gets at names of its module by their text, and at annotations of its functions.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprContext, Stmt};
use rustc_hash::FxHashSet;

/// By what code gets at annotations to evaluate them.
const ASKS: [&str; 5] = ["get_type_hints", "get_annotations", "__annotations__", "eval_str", "ForwardRef"];

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

/// What may evaluate annotations: code of the module that asks for them, and whoever is given a function of it, as
/// web frameworks are.
#[derive(Default)]
pub(super) struct Evaluating<'a> {
    asks: bool,
    handed: FxHashSet<&'a str>,
}

impl<'a> Evaluating<'a> {
    pub(super) fn of(suite: &'a [Stmt]) -> Self {
        let mut all = Self::default();
        all.visit_body(suite);
        all
    }

    /// Whether annotations anywhere in the module may be evaluated.
    pub(super) fn any(&self) -> bool {
        self.asks
    }

    /// Whether those of a function may be.
    pub(super) fn of_function(&self, name: &str) -> bool {
        self.asks || self.handed.contains(name)
    }
}

impl<'a> Visitor<'a> for Evaluating<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                let callee = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(part) => {
                        self.visit_expr(&part.value);
                        part.attr.as_str()
                    }
                    other => {
                        self.visit_expr(other);
                        ""
                    }
                };
                let keywords = call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
                self.asks |= ASKS.contains(&callee) || keywords.into_iter().any(|name| ASKS.contains(&name.as_str()));
                self.visit_arguments(&call.arguments);
            }
            Expr::Name(name) if name.ctx == ExprContext::Load => {
                self.asks |= ASKS.contains(&name.id.as_str());
                self.handed.insert(name.id.as_str());
            }
            Expr::Attribute(part) => {
                self.asks |= ASKS.contains(&part.attr.as_str());
                self.handed.insert(part.attr.as_str());
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
