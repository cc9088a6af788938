//! Star imports.

use super::super::value::*;
use super::from_imports::Asks;
use super::mistakes::MISTAKE;
use super::*;

impl Interp<'_> {
    pub(super) fn import_star(
        &mut self,
        frame: &Frame,
        source: Value,
        base: &str,
        from: Option<(ModIdx, Span)>,
    ) -> Run<()> {
        let Some(Object::Module(at)) = self.heap.get(source) else {
            self.heap.scope_mut(frame.scope).open = true;
            return Ok(());
        };
        let at = *at;
        self.ask(at);
        let scope = self.module(at).scope;
        if self.module(at).kind == ModuleKind::Runtime {
            self.star_of_runtime(frame, at);
            return Ok(());
        }
        let listed = self.heap.vars(scope).get(known::ALL).map(|value| self.items_of(value));
        if self.heap.scope_ref(scope).open {
            self.heap.scope_mut(frame.scope).open = true;
        }
        match listed {
            Some((items, open)) => {
                let names: Vec<Value> = items.iter().flat_map(|item| self.heap.members(*item).to_vec()).collect();
                for item in names {
                    match item {
                        Value::Str(name) => {
                            let value = self.import_part(source, base, name, from, Asks::Star)?;
                            self.set_var(frame.scope, name, value);
                        }
                        item => self.refuse_listed(frame, at, item, from)?,
                    }
                }
                if open {
                    self.copy_public(frame, scope);
                    self.heap.scope_mut(frame.scope).open = true;
                }
            }
            None => self.copy_public(frame, scope),
        }
        Ok(())
    }

    /// What `__all__` lists must be texts.
    fn refuse_listed(&mut self, frame: &Frame, at: ModIdx, item: Value, from: Option<(ModIdx, Span)>) -> Run<()> {
        let kind = match self.heap.get(item) {
            _ if matches!(item, Value::Int(_)) => "int",
            Some(Object::Function(_)) => "function",
            Some(Object::Class(_)) => "type",
            _ => return Ok(()),
        };
        if !self.module(at).own || !self.is_certain_here() || !self.is_decided(frame.module, 0) {
            return Ok(());
        }
        let message = format!("Item in {}.__all__ must be str, not {kind}", self.heap.text(self.module(at).name));
        let fault = self.new_fault(MISTAKE, "TypeError", format!("TypeError: {message}"), from);
        self.raise_fault("TypeError", &message, fault).map(|_| ())
    }

    fn copy_public(&mut self, frame: &Frame, scope: ScopeId) {
        let vars: Vec<(Sym, Value)> = self.heap.vars(scope).iter().collect();
        self.star_copies += vars.len();
        if self.star_copies > LIMITS.star_copies {
            self.heap.scope_mut(frame.scope).open = true;
            return;
        }
        for (name, value) in vars {
            if !self.heap.text(name).starts_with('_') {
                self.set_var(frame.scope, name, value);
            }
        }
    }
}
