//! What a module gives to others: ES exports and assignments to `module.exports`.

use std::sync::Arc;

use super::Lowering;
use crate::lang::javascript::ir::Export;
use crate::program::flow::{Def, Flow, Import, Kind, Member, NodeId, VarId};

impl Lowering<'_> {
    pub(super) fn export(&mut self, export: Export) {
        let import_of = |at: u32| self.program.imports.get(at as usize);
        match export {
            Export::Local { name, slot } => {
                let name = self.string(name);
                let var = self.slot(0, slot);
                self.flow.exports.push((name, Def::Var(var)));
            }
            Export::From { name, import, imported } => {
                let Some(from) = import_of(import) else { return };
                let member = imported.map_or(Member::Whole, |name| Member::Name(self.string(name)));
                let entry = Import { request: self.string(from.request), member, span: from.span };
                let name = self.string(name);
                self.flow.exports.push((name, Def::Import(entry)));
            }
            Export::Star { import } => {
                let Some(from) = import_of(import) else { return };
                let entry = Import { request: self.string(from.request), member: Member::Whole, span: from.span };
                self.flow.stars.push(entry);
            }
        }
    }

    /// `module.exports = x`, `module.exports.name = x`, `exports.name = x`.
    pub(super) fn exported(&mut self, place: NodeId, value: NodeId) {
        let is_module_exports = |flow: &Flow, node: NodeId, this: &Self| match flow.kind(node) {
            Kind::Var(var) => this.is_wrapper(*var, 0),
            Kind::Attr(object, name) => {
                &**name == "exports" && matches!(flow.kind(*object), Kind::Var(var) if this.is_wrapper(*var, 2))
            }
            _ => false,
        };
        let Kind::Attr(object, name) = self.flow.kind(place) else { return };
        let (object, name) = (*object, name.clone());
        if is_module_exports(&self.flow, place, self) {
            self.flow.exports.push((Arc::from("*"), Def::Node(value)));
            if let Kind::Map(entries) = self.flow.kind(value) {
                let named = entries.clone();
                for (key, value) in named {
                    if let Some(name) = self.flow.text(key).cloned() {
                        self.flow.exports.push((name, Def::Node(value)));
                    }
                }
            }
        } else if is_module_exports(&self.flow, object, self) {
            self.flow.exports.push((name, Def::Node(value)));
        }
    }

    /// Whether a variable is the given parameter of the CommonJS wrapper.
    pub(super) fn is_wrapper(&self, var: VarId, slot: u32) -> bool {
        !self.program.module_syntax && self.frames.first().and_then(|frame| frame.get(&slot)) == Some(&var)
    }
}
