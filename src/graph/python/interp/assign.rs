//! What statements bind and delete.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{Expr, ExprId, NameId};

impl Interp<'_> {
    pub(super) fn assign_name(&mut self, frame: &Frame, id: NameId, value: Value) {
        let name = self.sym(frame, id);
        let scope = self.home(frame, id, name);
        self.set_var(scope, name, value);
    }

    pub(super) fn assign(&mut self, frame: &Frame, target: ExprId, value: Value) -> Run<()> {
        match frame.code.code.expr(target) {
            Expr::Name(id) => self.assign_name(frame, id, value),
            Expr::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                let name = self.sym(frame, name);
                self.set_attr(object, name, value);
            }
            Expr::Subscript(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                self.set_item(object, key, value)?;
            }
            Expr::Tuple(list) | Expr::List(list) => self.unpack(frame, list, value)?,
            Expr::Starred(inner) => {
                let list = self.heap.list(Vec::new(), true);
                self.assign(frame, inner, list)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn unpack(&mut self, frame: &Frame, list: crate::lang::python::ir::Exprs, value: Value) -> Run<()> {
        let code = frame.code;
        let targets = code.code.list(list);
        self.check_unpacking(frame, targets, value)?;
        let (items, open) = self.iterate(value)?;
        let star = targets.iter().position(|t| matches!(code.code.expr(*t), Expr::Starred(_)));
        for (at, target) in targets.iter().enumerate() {
            let after = targets.len() - 1 - at;
            let item = match star {
                _ if open => items.get(at).copied().filter(|_| star.is_none_or(|star| at < star)),
                None => items.get(at).copied(),
                Some(star) if at < star => items.get(at).copied(),
                Some(star) if at == star => {
                    let rest = items.get(star..items.len().saturating_sub(after)).unwrap_or(&[]).to_vec();
                    let Expr::Starred(inner) = code.code.expr(*target) else { continue };
                    let rest = self.heap.list(rest, false);
                    self.assign(frame, inner, rest)?;
                    continue;
                }
                Some(_) => items.len().checked_sub(after + 1).and_then(|i| items.get(i)).copied(),
            };
            self.assign(frame, *target, item.unwrap_or(Value::Unknown))?;
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, frame: &Frame, target: ExprId) -> Run<()> {
        match frame.code.code.expr(target) {
            Expr::Name(id) => {
                let name = self.sym(frame, id);
                let scope = self.home(frame, id, name);
                self.lookup_deleted(frame, id, target)?;
                if self.doubt.branches == 0 {
                    self.heap.vars_mut(scope).remove(name);
                    self.note_gone(frame, scope, name, self.at(frame, target).end);
                }
            }
            Expr::Attribute(object, name) => {
                let object = self.eval(frame, object)?;
                let name = self.sym(frame, name);
                self.delete_attr(object, name);
            }
            Expr::Subscript(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                self.delete_item(object, key);
            }
            Expr::Tuple(list) | Expr::List(list) => {
                let code = frame.code;
                for target in code.code.list(list) {
                    self.delete(frame, *target)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
