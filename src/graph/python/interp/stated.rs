//! Names that a module has for type checkers under `if TYPE_CHECKING:` and hands out lazily at
//! run time, by a hook that cannot be followed.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{Block, Expr, ExprId, Stmt};

impl Interp<'_> {
    /// Whether a test is `TYPE_CHECKING` or an `or` with it.
    pub(super) fn is_type_checking(&self, frame: &Frame, test: ExprId) -> bool {
        let code = &frame.code.code;
        match code.expr(test) {
            Expr::Or(list) => {
                code.list(list).iter().any(|part| !is_or(code.expr(*part)) && self.is_type_checking(frame, *part))
            }
            Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == "TYPE_CHECKING",
            _ => false,
        }
    }

    /// Remembers a block that only type checkers see.
    pub(super) fn state(&mut self, frame: &Frame, block: Block) {
        if frame.function.is_none() && !frame.is_class {
            self.stated.entry(frame.module).or_default().push(block);
        }
    }

    /// The attribute that such a block imports.
    pub(super) fn stated_attr(&mut self, at: ModIdx, name: Sym) -> Run<Option<Value>> {
        if self.stating.contains(&(at, name)) {
            return Ok(None);
        }
        self.stating.push((at, name));
        let found = self.import_stated(at, name);
        self.stating.pop();
        found
    }

    fn import_stated(&mut self, at: ModIdx, name: Sym) -> Run<Option<Value>> {
        let Some(blocks) = self.stated.get(&at).cloned() else { return Ok(None) };
        let code = self.module(at).code;
        let wanted = self.heap.text(name);
        for id in blocks.iter().flat_map(|block| code.code.block(*block)) {
            let Some(Stmt::ImportFrom { module, level, names }) = code.code.stmts.get(id.0 as usize) else { continue };
            let bound = |a: &&crate::lang::python::ir::Alias| code.code.name(a.rename.unwrap_or(a.name)) == &*wanted;
            let Some(alias) = names.iter().find(bound) else { continue };
            let module = module.map_or("", |module| code.code.name(module)).to_owned();
            let Some(base) = self.resolve_relative(at, *level, &module) else { continue };
            let from = Some((at, code.code.stmt_span(*id)));
            let source = self.import(&base, from)?;
            let original = self.heap.sym(code.code.name(alias.name));
            let value = self.import_attr(source, &base, original, from)?;
            let scope = self.module(at).scope;
            self.heap.vars_mut(scope).set(name, value);
            return Ok(Some(value));
        }
        Ok(None)
    }
}

fn is_or(expr: Expr) -> bool {
    matches!(expr, Expr::Or(_))
}
