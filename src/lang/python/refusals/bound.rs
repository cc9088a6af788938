//! Names that a function gives a value somewhere, and that are its own therefore.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, ExceptHandler, Expr, Pattern, Stmt};

/// Whether something in the body of a function binds a name there.
pub(super) fn is_bound(body: &[Stmt], name: &str) -> bool {
    let mut search = Search { name, found: false, inner: false };
    search.visit_body(body);
    search.found
}

struct Search<'n> {
    name: &'n str,
    found: bool,
    /// Whether what is looked at stands in a comprehension, where only `:=` binds names of the function.
    inner: bool,
}

impl Search<'_> {
    fn note(&mut self, bound: &str) {
        self.found |= bound == self.name;
    }

    fn comprehension(&mut self, expr: &Expr) {
        let outer = std::mem::replace(&mut self.inner, true);
        visitor::walk_expr(self, expr);
        self.inner = outer;
    }
}

impl<'a> Visitor<'a> for Search<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(node) => self.note(&node.name),
            Stmt::ClassDef(node) => self.note(&node.name),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let bound = alias.asname.as_ref().unwrap_or(&alias.name);
        self.note(bound.split('.').next().unwrap_or(bound));
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(node) = handler;
        if let Some(name) = &node.name {
            self.note(name);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(node) => node.name.as_ref(),
            Pattern::MatchStar(node) => node.name.as_ref(),
            Pattern::MatchMapping(node) => node.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.note(name);
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(node) if !node.ctx.is_load() && !self.inner => self.note(&node.id),
            Expr::Named(node) => {
                if let Expr::Name(target) = &*node.target {
                    self.note(&target.id);
                }
                self.visit_expr(&node.value);
            }
            Expr::Lambda(_) => {}
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => self.comprehension(expr),
            _ => visitor::walk_expr(self, expr),
        }
    }
}
