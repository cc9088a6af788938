//! What names in a function stand for: what was last given to a variable, a parameter, a constant.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Pat, Stmt};

use super::super::expr::{path_of, peel, span_of};
use super::super::program::Program;
use super::{Found, Place, text};
use crate::lang::rust::scope::plain;

impl Program<'_> {
    /// What a name stands for; nothing for other expressions.
    pub(super) fn stands_for<'p>(&self, expr: &'p Expr, place: Place<'p>) -> Option<Found<'p>> {
        let path = path_of(expr)?;
        let [name] = path.as_slice() else { return None };
        let function = place.function?;
        let inner = place.deeper()?;
        if let Some(value) = last_given(&function.block, name, span_of(expr.span()).start) {
            return Some((value, inner));
        }
        let given = place.given?;
        let at = function.names.iter().position(|parameter| parameter == name)?;
        let argument = given.arguments.get(at)?;
        Some((argument, Place { depth: inner.depth, ..given.place }))
    }

    /// The texts that an expression may be: one, or those of a list or loop.
    pub(super) fn texts(&self, expr: &Expr, place: Place<'_>) -> Vec<String> {
        let Some(place) = place.deeper() else { return Vec::new() };
        if let Some(text) = text(expr) {
            return vec![text];
        }
        if let Some((value, at)) = self.stands_for(expr, place) {
            return self.texts(value, at);
        }
        match peel(expr) {
            Expr::Array(array) => array.elems.iter().flat_map(|elem| self.texts(elem, place)).collect(),
            Expr::Path(_) => {
                let path = path_of(expr).unwrap_or_default();
                let looped = match (path.as_slice(), place.function) {
                    ([name], Some(function)) => looped(&function.block, name),
                    _ => None,
                };
                if let Some(list) = looped {
                    return self.texts(list, place);
                }
                let constant = self.statics.get(&self.resolve(place.module, &path).join("::"));
                constant
                    .map(|constant| self.texts(&constant.value, Place::new(constant.module, None)))
                    .unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }
}

/// What a function gives back at its end.
pub(super) fn result(block: &Block) -> Option<&Expr> {
    match block.stmts.last()? {
        Stmt::Expr(Expr::Return(back), _) => back.expr.as_deref(),
        Stmt::Expr(tail, None) => Some(tail),
        _ => None,
    }
}

/// The expressions that a function runs one after the other, those in branches included.
pub(super) fn statements(block: &Block) -> Vec<&Expr> {
    struct All<'b>(Vec<&'b Expr>);
    impl<'b> Visit<'b> for All<'b> {
        fn visit_stmt(&mut self, stmt: &'b Stmt) {
            if let Stmt::Expr(expr, _) = stmt {
                self.0.push(expr);
            }
            visit::visit_stmt(self, stmt);
        }

        fn visit_expr_closure(&mut self, _: &'b syn::ExprClosure) {}
    }
    let mut all = All(Vec::new());
    all.visit_block(block);
    all.0
}

/// The last value that a variable is given before a place; branches count as if they were taken.
fn last_given<'b>(block: &'b Block, name: &str, before: u32) -> Option<&'b Expr> {
    struct Last<'b, 'n> {
        name: &'n str,
        before: u32,
        found: Option<&'b Expr>,
    }
    impl<'b> Last<'b, '_> {
        fn take(&mut self, whole: proc_macro2::Span, value: &'b Expr) {
            if span_of(whole).end <= self.before {
                self.found = Some(value);
            }
        }
    }
    impl<'b> Visit<'b> for Last<'b, '_> {
        fn visit_local(&mut self, local: &'b syn::Local) {
            visit::visit_local(self, local);
            if let Some(init) = local.init.as_ref().filter(|_| binds(&local.pat, self.name)) {
                self.take(local.span(), &init.expr);
            }
        }

        fn visit_expr_assign(&mut self, assign: &'b syn::ExprAssign) {
            visit::visit_expr_assign(self, assign);
            let is_it = path_of(&assign.left).is_some_and(|path| path.as_slice() == [self.name]);
            if is_it {
                self.take(assign.span(), &assign.right);
            }
        }
    }
    let mut last = Last { name, before, found: None };
    last.visit_block(block);
    last.found
}

fn binds(pat: &Pat, name: &str) -> bool {
    match pat {
        Pat::Ident(ident) => plain(&ident.ident) == name,
        Pat::Type(typed) => binds(&typed.pat, name),
        _ => false,
    }
}

/// The list that a loop over `name` goes through.
fn looped<'b>(block: &'b Block, name: &str) -> Option<&'b Expr> {
    struct Loops<'b, 'n>(&'n str, Option<&'b Expr>);
    impl<'b> Visit<'b> for Loops<'b, '_> {
        fn visit_expr_for_loop(&mut self, item: &'b syn::ExprForLoop) {
            if binds(&item.pat, self.0) {
                self.1 = Some(&item.expr);
            }
            visit::visit_expr_for_loop(self, item);
        }
    }
    let mut loops = Loops(name, None);
    loops.visit_block(block);
    loops.1
}
