//! What own code may have changed unseen: functions that were not followed to their end, or that run only on ways that were
//! not walked. Containers and objects that were there by then may hold anything; a name may have another value if some
//! code gives it one from elsewhere.

use super::super::value::*;
use super::binders::{binds_by_setattr, may_bind_unseen};
use super::*;
use crate::lang::python::ir::{Expr, Stmt};

/// When own code last ran unseen, and what it may set.
#[derive(Clone, Default)]
pub(super) struct Loss {
    /// How many objects there were.
    objects: Option<u32>,
    /// Attributes that own code sets, in the modules that were looked at.
    set: FxHashSet<Sym>,
    /// Some own code sets attributes by computed names: of whatever, or of modules.
    sets_any: bool,
    sets_modules: bool,
    /// Whether a module's own code may give one of its names a value when it likes.
    given: FxHashMap<(ModIdx, Sym), bool>,
    /// Modules that were looked at.
    modules: usize,
}

/// What gets an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    Module,
    Any,
}

impl Loss {
    /// Notes that own code may have run unseen until now.
    pub(super) fn note(&mut self, heap: &Heap) {
        self.objects = Some(heap.objects());
    }

    /// Whether an object was there when own code ran unseen.
    pub(super) fn is_before(&self, value: Value) -> bool {
        matches!(value, Value::Obj(id) if self.objects.is_some_and(|objects| id.0 < objects))
    }
}

impl Interp<'_> {
    /// Whether own code that ran unseen may have given something an attribute of a name.
    pub(super) fn may_be_set_unseen(&mut self, name: Sym, on: On) -> bool {
        if self.mistakes.loss.objects.is_none() {
            return false;
        }
        self.look_for_setters();
        let loss = &self.mistakes.loss;
        loss.sets_modules || on == On::Any && loss.sets_any || loss.set.contains(&name)
    }

    fn look_for_setters(&mut self) {
        while self.mistakes.loss.modules < self.mods.len() {
            let at = self.mistakes.loss.modules;
            self.mistakes.loss.modules += 1;
            let module = &self.mods[at];
            if !module.own {
                continue;
            }
            let code = &module.code.code;
            self.mistakes.loss.sets_any |= code.names.iter().any(|name| &**name == "setattr");
            self.mistakes.loss.sets_modules |= binds_by_setattr(code);
            let targets = code.stmts.iter().flat_map(|stmt| match stmt {
                Stmt::Assign(targets, _) => code.list(*targets),
                Stmt::AugAssign(target, ..) | Stmt::AnnAssign(target, ..) => std::slice::from_ref(target),
                _ => &[],
            });
            let mut names = Vec::new();
            for target in targets {
                let items = match code.expr(*target) {
                    Expr::Tuple(list) | Expr::List(list) => code.list(list),
                    _ => std::slice::from_ref(target),
                };
                names.extend(items.iter().filter_map(|item| match code.expr(*item) {
                    Expr::Attribute(_, name) => Some(code.name(name)),
                    _ => None,
                }));
            }
            for name in names {
                let name = self.heap.sym(name);
                self.mistakes.loss.set.insert(name);
            }
        }
    }

    /// Notes that own code has read a name whose value may be another one by now.
    pub(super) fn note_old_name(&mut self, frame: &Frame, name: Sym, value: Value) {
        if self.mistakes.loss.objects.is_none() || !self.is_own(frame) {
            return;
        }
        let is_local = frame.function.is_some() && self.heap.vars(frame.scope).get(name).is_some();
        let is_old = match self.kind_of_old(value) {
            Some(is_old) => is_old,
            None if is_local => false,
            None => self.is_given_anywhere(frame, name) || self.may_be_set_unseen(name, On::Module),
        };
        if is_old {
            self.doubt.read_foreign();
        }
    }

    fn is_given_anywhere(&mut self, frame: &Frame, name: Sym) -> bool {
        if let Some(known) = self.mistakes.loss.given.get(&(frame.module, name)) {
            return *known;
        }
        let code = &frame.code.code;
        let is_given = unbound::is_global_somewhere(code, &self.heap.text(name)) || may_bind_unseen(code);
        self.mistakes.loss.given.insert((frame.module, name), is_given);
        is_given
    }

    /// The same for an attribute.
    pub(super) fn note_old(&mut self, object: Value, name: Sym, value: Value) {
        if self.mistakes.loss.objects.is_none() {
            return;
        }
        let is_old = match (self.kind_of_old(value), self.heap.get(object)) {
            (Some(is_old), _) => is_old,
            (None, Some(Object::Instance { .. })) => self.mistakes.loss.is_before(object),
            (None, Some(Object::Class(_))) => self.may_be_set_unseen(name, On::Any),
            (None, Some(Object::Module(_))) => self.may_be_set_unseen(name, On::Module),
            (None, _) => false,
        };
        if is_old {
            self.doubt.read_foreign();
        }
    }

    /// Whether what a container or an object holds may be otherwise by now; nothing where a value is a constant, which
    /// only another one can replace. Code is hardly ever replaced.
    fn kind_of_old(&self, value: Value) -> Option<bool> {
        match self.heap.get(value)? {
            Object::List { .. } | Object::Set { .. } | Object::Dict { .. } | Object::Instance { .. } => {
                Some(self.mistakes.loss.is_before(value))
            }
            Object::Tuple(_) | Object::Union(_) => None,
            _ => Some(false),
        }
    }
}
