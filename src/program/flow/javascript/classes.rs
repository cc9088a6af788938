//! Classes: methods, fields that are functions, what TypeScript declares.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Lowering;
use crate::lang::javascript::ir::{self, Key};
use crate::program::flow::{Class, Flow, FuncId, Kind, NodeId, Slot, Stmt};

impl Lowering<'_> {
    pub(super) fn class(&mut self, class: &ir::Class) -> Kind {
        if class.inner {
            self.frames.push(FxHashMap::default());
        }
        let decorators = self.all(&class.decorators);
        let slots = class.slots.iter().map(|slot| self.class_slot(slot, &class.decorators, &decorators)).collect();
        let bases = class.parent.map(|parent| self.expr(parent)).into_iter().collect();
        let mut methods = Vec::new();
        let special = [(class.constructor, "constructor"), (class.fields, "fields"), (class.statics, "statics")];
        for (function, name) in special {
            if let Some(function) = function {
                methods.push((Arc::from(name), self.function(function)));
            }
        }
        methods.extend(self.function_fields(&methods));
        for member in &class.members {
            let name = match member.key {
                Key::Name(name) => self.string(name),
                Key::Computed(key) => {
                    let key = self.expr(key);
                    self.flow.text(key).cloned().unwrap_or_default()
                }
            };
            methods.push((name, self.function(member.function)));
        }
        if class.inner {
            self.frames.pop();
        }
        let name = class.name.map_or_else(|| Arc::from(""), |name| self.string(name));
        let body = self.flow.push_block(Vec::new());
        let id = self.flow.classes.len() as u32;
        self.flow.classes.push(Class {
            name,
            bases,
            body,
            methods,
            decorators,
            own_decorators: class.own_decorators,
            slots,
        });
        Kind::Class(id)
    }

    /// Fields that are functions are methods like the others: `list = async () => {}`.
    fn function_fields(&mut self, methods: &[(Arc<str>, FuncId)]) -> Vec<(Arc<str>, FuncId)> {
        let fields = methods.iter().find(|(name, _)| &**name == "fields");
        let Some(body) = fields.and_then(|(_, id)| self.flow.functions.get(*id as usize)).map(|f| f.body) else {
            return Vec::new();
        };
        let field = |flow: &Flow, stmt: &Stmt| match stmt {
            Stmt::Store(place, value) => match (flow.kind(*place), flow.kind(*value)) {
                (Kind::Attr(_, name), Kind::Function(function)) => Some((name.clone(), *function)),
                _ => None,
            },
            _ => None,
        };
        let (mut found, mut kept) = (Vec::new(), Vec::new());
        let stmts = self.flow.blocks.get_mut(body as usize).map(std::mem::take).unwrap_or_default();
        for stmt in stmts {
            match field(&self.flow, &stmt) {
                Some(method) => found.push(method),
                None => kept.push(stmt),
            }
        }
        if let Some(block) = self.flow.blocks.get_mut(body as usize) {
            *block = kept;
        }
        found
    }

    /// A parameter or field; its decorators are among those of the class.
    fn class_slot(&self, slot: &ir::ClassSlot, all: &[ir::ExprId], lowered: &[NodeId]) -> Slot {
        let place = |decorator: &ir::ExprId| all.iter().position(|known| known == decorator);
        Slot {
            method: slot.method.map(|name| self.string(name)),
            at: slot.at,
            name: self.string(slot.name),
            of: slot.of.map(|name| self.string(name)),
            decorators: slot.decorators.iter().filter_map(place).filter_map(|at| lowered.get(at).copied()).collect(),
        }
    }
}
