//! Which other crates a handler's code names, through the functions of the own crates that it calls.

use std::collections::BTreeSet;

use syn::Expr;
use syn::visit::{self, Visit};

use super::super::program::Program;
use crate::lang::rust::scope::plain;

/// Most functions that are followed from one handler.
const MOST_FUNCTIONS: usize = 2_000;

impl Program<'_> {
    /// Heads of the paths that an expression in a module leads to; names of variables are among them.
    pub(in crate::lang::rust::work) fn named_by(&self, expr: &Expr, module: usize) -> BTreeSet<String> {
        let mut named = Named { program: self, module, found: BTreeSet::new(), todo: Vec::new(), statics: Vec::new() };
        named.visit_expr(expr);
        self.followed(named)
    }

    fn followed(&self, mut named: Named<'_, '_>) -> BTreeSet<String> {
        let (mut seen, mut seen_statics) = (BTreeSet::new(), BTreeSet::new());
        loop {
            if let Some(id) = named.todo.pop() {
                let function = self.functions.get(id).filter(|_| seen.len() < MOST_FUNCTIONS && seen.insert(id));
                if let Some(function) = function {
                    named.module = function.module;
                    named.visit_block(&function.block);
                }
            } else if let Some(key) = named.statics.pop() {
                if let Some(value) = self.statics.get(&key).filter(|_| seen_statics.insert(key)) {
                    named.module = value.module;
                    named.visit_expr(&value.value);
                }
            } else {
                return named.found;
            }
        }
    }
}

struct Named<'p, 'a> {
    program: &'p Program<'a>,
    module: usize,
    found: BTreeSet<String>,
    /// Own functions that are named.
    todo: Vec<usize>,
    /// Own statics that are named.
    statics: Vec<String>,
}

impl Named<'_, '_> {
    fn path(&mut self, path: &syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        let resolved = self.program.resolve(self.module, &segments);
        if let Some(function) = self.program.find(&resolved) {
            self.todo.push(function.id);
            return;
        }
        let key = resolved.join("::");
        if self.program.statics.contains_key(&key) {
            self.statics.push(key);
        } else if let Some(head) = resolved.first() {
            self.found.insert(head.clone());
        }
    }
}

impl<'ast> Visit<'ast> for Named<'_, '_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        // An own method of that name, where there is but one.
        if let Some([only]) = self.program.by_method.get(&plain(&call.method)).map(Vec::as_slice) {
            self.todo.push(*only);
        }
        visit::visit_expr_method_call(self, call);
    }
}
