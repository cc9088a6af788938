//! Imports and calls that are left out: libraries hardly ever get to those, and these show nothing new.

use super::super::value::*;
use super::budget::Occasion;
use super::*;

impl Interp<'_> {
    /// Whether a call of a function is no longer followed; with the top-level name of its module, if that is not own.
    pub(super) fn is_left_out(&self, id: ObjId, function: &Function, library: Option<Sym>) -> bool {
        let key = (function.module, function.index);
        let hook = self.heap.vars(self.module(function.module).scope).get(known::GETATTR);
        let answers_for_module = hook == Some(Value::Obj(id));
        let occasion = Occasion { library, doubt: self.doubt.branches, phase: self.phase, answers_for_module };
        self.call_depth >= LIMITS.call_depth
            || self.total_depth >= LIMITS.total_depth
            || self.budget.active(key) >= LIMITS.active_runs
            || self.budget.is_enough(key, &occasion)
            || self.budget.is_spent()
    }

    /// Whether an import statement in a library's function stands behind a condition that could
    /// not be decided. Libraries put such imports there because they are the rare case: on the
    /// calibration corpus taking them is wrong far more often than leaving them out.
    pub(super) fn is_unlikely(&mut self, frame: &Frame, name: &str) -> bool {
        frame.function.is_some() && self.is_unlikely_in(frame.module, name)
    }

    fn is_unlikely_in(&mut self, module: ModIdx, name: &str) -> bool {
        if self.doubt.branches == 0 || self.phase != Phase::Init || self.module(module).own {
            return false;
        }
        let sym = self.heap.sym(name);
        self.sys_modules.get(sym).is_none()
    }

    /// The same for a call like `import_module(name)`, where a library asks for another package: the parts of its own
    /// that it names by text are its plug-ins.
    pub(super) fn is_unlikely_call(&mut self, name: &str) -> bool {
        let Some((module, _)) = self.running else { return false };
        let top = self.heap.sym(name.split('.').next().unwrap_or(name));
        top != self.module(module).root && self.is_unlikely_in(module, name)
    }

    /// The same for `from . import part`, where the part is a module that is not loaded yet.
    pub(super) fn is_unlikely_part(&mut self, frame: &Frame, source: Value, base: &str, name: Sym) -> bool {
        let Some(Object::Module(at)) = self.heap.get(source) else { return false };
        let scope = self.module(*at).scope;
        let full = format!("{base}.{}", self.heap.text(name));
        self.heap.vars(scope).get(name).is_none() && self.is_unlikely(frame, &full) && self.can_find(&full)
    }
}
