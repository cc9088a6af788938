//! Methods: which class an expression is an instance of, and what its methods are.

use std::sync::Arc;

use super::program::{At, Program, Thing, UnitId};
use super::reading::around_span;
use crate::lang::flow::{ClassId, Def, FuncId, Kind, Stmt, VarId};

/// How far bases are followed.
const DEEPEST: u32 = 8;

/// A class of some unit.
pub(super) type ClassAt = (UnitId, ClassId);

impl Program<'_> {
    /// Methods by name with those of bases, the nearest first.
    pub(super) fn methods(&self, class: ClassAt) -> Vec<(Arc<str>, (UnitId, FuncId))> {
        let mut found: Vec<(Arc<str>, (UnitId, FuncId))> = Vec::new();
        for (unit, inner) in self.lineage(class) {
            let Some(inner) = self.flow(unit).classes.get(inner as usize) else { continue };
            for (name, function) in &inner.methods {
                if !found.iter().any(|(known, _)| known == name) {
                    found.push((name.clone(), (unit, *function)));
                }
            }
        }
        found
    }

    /// A class and its own bases.
    fn lineage(&self, class: ClassAt) -> Vec<ClassAt> {
        let mut all = vec![class];
        let mut at = 0;
        while let Some((unit, inner)) = all.get(at).copied().filter(|_| at < DEEPEST as usize) {
            let bases = self.flow(unit).classes.get(inner as usize).map_or(&[][..], |class| &class.bases);
            for base in bases {
                if let Some(base) = self.class((unit, *base)).filter(|base| !all.contains(base)) {
                    all.push(base);
                }
            }
            at += 1;
        }
        all
    }

    /// Whether a class builds on something that is not the function's own.
    pub(super) fn has_foreign_base(&self, class: ClassAt) -> bool {
        self.lineage(class).into_iter().any(|(unit, inner)| {
            let bases = self.flow(unit).classes.get(inner as usize).map_or(&[][..], |class| &class.bases);
            bases.iter().any(|base| match self.value((unit, *base)) {
                Thing::External(name) => !matches!(name.as_str(), "Object" | "abc.ABC"),
                Thing::Made(..) => true,
                _ => false,
            })
        })
    }

    /// Which parameter of which function a variable is.
    pub(super) fn parameter_of(&self, unit: UnitId, var: VarId) -> Option<(FuncId, u32)> {
        self.flow(unit).vars.get(var as usize)?.defs.iter().find_map(|def| match def {
            Def::Parameter(function, at) => Some((*function, *at)),
            _ => None,
        })
    }

    /// A function's parameters without `self` and `cls`.
    pub(super) fn own_params(&self, function: (UnitId, FuncId)) -> &[VarId] {
        let flow = self.flow(function.0);
        let Some(inner) = flow.functions.get(function.1 as usize) else { return &[] };
        let first = inner.params.first().and_then(|param| flow.vars.get(*param as usize));
        let skipped = usize::from(first.is_some_and(|var| matches!(&*var.name, "self" | "cls")));
        inner.params.get(skipped..).unwrap_or_default()
    }

    /// The class whose method holds a function.
    pub(super) fn class_around(&self, function: (UnitId, FuncId)) -> Option<ClassAt> {
        let flow = self.flow(function.0);
        let mut at = Some(function.1);
        for _ in 0..DEEPEST {
            let id = at?;
            let of = |class: &crate::lang::flow::Class| class.methods.iter().any(|(_, method)| *method == id);
            if let Some(class) = flow.classes.iter().position(of) {
                return Some((function.0, class as ClassId));
            }
            at = flow.functions.get(id as usize)?.parent;
        }
        None
    }

    /// The class that an expression is an instance of, or is itself; `self` and `this` included.
    pub(super) fn receiver(&self, at: At) -> Option<ClassAt> {
        if let Kind::This = self.kind(at) {
            let function = around_span(self, at.0, self.flow(at.0).span(at.1))?;
            return self.class_around((at.0, function));
        }
        match self.value(at) {
            Thing::Parameter(unit, var) => self.class_of_first(unit, var),
            _ => self.class(at),
        }
    }

    /// The class of a method's first parameter, as Python has it.
    fn class_of_first(&self, unit: UnitId, var: VarId) -> Option<ClassAt> {
        let inner = self.flow(unit).vars.get(var as usize)?;
        let [Def::Parameter(function, 0)] = inner.defs.as_slice() else { return None };
        let is_method = matches!(&*inner.name, "self" | "cls");
        is_method.then(|| self.class_around((unit, *function)))?
    }

    /// The method that `object.name` means.
    pub(super) fn method(&self, object: At, name: &str) -> Option<(UnitId, FuncId)> {
        let class = self.receiver(object)?;
        self.methods(class).into_iter().find(|(method, _)| &**method == name).map(|(_, function)| function)
    }

    /// What a class's body gives a name.
    pub(super) fn class_member(&self, class: ClassAt, name: &str) -> Option<At> {
        let flow = self.flow(class.0);
        let body = flow.classes.get(class.1 as usize)?.body;
        flow.block(body).iter().find_map(|stmt| match stmt {
            Stmt::Bind(var, value) if flow.vars.get(*var as usize).is_some_and(|var| &*var.name == name) => {
                Some((class.0, *value))
            }
            _ => None,
        })
    }
}
