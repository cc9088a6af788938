//! Names that a module's own `__getattr__` refuses in so many words: those that were removed or have moved.

use super::super::value::*;
use super::faults::NAME;
use super::trace::{Fault, Site};
use super::*;

/// What own code asks a module's hook for.
#[derive(Clone, Copy)]
pub(super) struct Asking {
    module: ModIdx,
    name: Sym,
    site: Site,
    /// How many conditions held around when it was asked.
    held: u32,
    /// How many modules were being loaded.
    depth: u32,
}

/// A name that a module's hook has refused.
#[derive(Clone)]
pub(super) struct Denied {
    module: ModIdx,
    name: Sym,
    said: Rc<str>,
}

impl Interp<'_> {
    /// A module's hook is asked for a name, by own code or on the way; gives who asked before. What a hook within refuses
    /// is another name than the one that own code has asked for.
    pub(super) fn begin_asking(&mut self, module: ModIdx, name: Sym) -> Option<Asking> {
        let is_library = !self.module(module).own;
        let site = self.asker.take().filter(|_| is_library && self.is_certain_here() && self.asking.is_none());
        let outer = self.asking;
        let again = outer.filter(|asking| (asking.module, asking.name) == (module, name));
        self.asking =
            site.map(|site| Asking { module, name, site, held: self.held, depth: self.module_depth }).or(again);
        outer
    }

    /// The error with which a hook refuses a name, where it does so under a condition that is about the name: it knows
    /// what it says. What modules raise that it loads on its way is not about the name.
    pub(super) fn denial(&mut self, value: Value) -> Option<Fault> {
        let is_about_it = |asking: &Asking| self.held > asking.held && self.module_depth == asking.depth;
        let asking = self.asking.filter(|asking| self.is_certain() && is_about_it(asking))?;
        let text = self.heap.text(asking.name);
        let module = self.heap.text(self.module(asking.module).name);
        let said = self.fault_of_raise(value, asking.site);
        self.denied = Some(Denied { module: asking.module, name: asking.name, said: said.message.as_str().into() });
        Some(Fault { rule: NAME, subject: format!("{module}.{text}"), ..said })
    }

    /// What a module's hook has said where it has refused a name so.
    pub(super) fn denied(&self, module: ModIdx, name: Sym) -> Option<Rc<str>> {
        let denied = self.denied.as_ref().filter(|denied| denied.module == module && denied.name == name);
        denied.map(|denied| denied.said.clone())
    }

    /// The same for what may be a module.
    pub(super) fn is_denied(&self, object: Value, name: Sym) -> bool {
        matches!(self.heap.get(object), Some(Object::Module(at)) if self.denied(*at, name).is_some())
    }
}
