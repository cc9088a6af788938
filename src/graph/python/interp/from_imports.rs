//! `from module import name`: what a module has, or a module below it.

use super::super::value::*;
use super::faults::NAME;
use super::*;
use crate::lang::python::ir::Alias;

/// Who asks a module for a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// `from module import name`.
    Name,
    /// `from module import *`, for what `__all__` lists.
    Star,
}

impl Interp<'_> {
    /// `from x import a, b`.
    pub(super) fn exec_import_from(
        &mut self,
        frame: &Frame,
        level: u32,
        module: Option<NameId>,
        names: &[Alias],
        span: Span,
    ) -> Run<()> {
        let text = module.map_or("", |module| frame.code.code.name(module)).to_owned();
        let Some(base) = self.resolve_relative(frame.module, level, &text) else {
            for alias in names {
                self.assign_name(frame, alias.rename.unwrap_or(alias.name), Value::Unknown);
            }
            self.no_parent(frame, level, &text, span)?;
            return Ok(());
        };
        let from = Some((frame.module, self.place_in(frame.module, span)));
        if self.is_unlikely(frame, &base) || self.is_compiled_away(frame.module, &base) {
            for alias in names {
                self.assign_name(frame, alias.rename.unwrap_or(alias.name), Value::Unknown);
            }
            return Ok(());
        }
        if let Some(homes) = self.narrowed(frame.module, span) {
            return self.import_narrowly(frame, names, &homes, from);
        }
        let source = self.import(&base, from)?;
        for alias in names {
            if frame.code.code.name(alias.name) == "*" {
                self.import_star(frame, source, &base, from)?;
                continue;
            }
            let name = self.sym(frame, alias.name);
            let value = if self.is_unlikely_part(frame, source, &base, name) {
                Value::Unknown
            } else {
                self.asker = from.filter(|_| self.is_own(frame));
                let value = self.import_attr(source, &base, name, from);
                self.asker = None;
                value?
            };
            self.assign_name(frame, alias.rename.unwrap_or(alias.name), value);
        }
        Ok(())
    }

    /// An attribute of a module, or else its submodule of that name.
    pub(super) fn import_attr(
        &mut self,
        source: Value,
        base: &str,
        name: Sym,
        from: Option<(ModIdx, Span)>,
    ) -> Run<Value> {
        self.import_part(source, base, name, from, Asks::Name)
    }

    /// The same for either way of asking.
    pub(super) fn import_part(
        &mut self,
        source: Value,
        base: &str,
        name: Sym,
        from: Option<(ModIdx, Span)>,
        asks: Asks,
    ) -> Run<Value> {
        if source == Value::Unknown {
            return Ok(Value::Unknown);
        }
        if let Some(value) = self.module_attr(source, name)? {
            if let Some(Object::Module(at)) = self.heap.get(value) {
                let at = *at;
                self.note_import(at, from);
            }
            return Ok(value);
        }
        let text = self.heap.text(name);
        let full = format!("{base}.{text}");
        let sym = self.heap.sym(&full);
        if self.sys_modules.get(sym).is_some() || self.can_find(&full) {
            return self.import(&full, from);
        }
        let class = match asks {
            Asks::Name => "ImportError",
            Asks::Star => "AttributeError",
        };
        if let Some(Object::Module(at)) = self.heap.get(source)
            && let at = *at
            && self.is_certain_here()
            && self.surely_lacks(at, name)
        {
            let message = match asks {
                Asks::Name => self.lacking(source, base, &text),
                Asks::Star => format!("module '{base}' has no attribute '{text}'"),
            };
            let mut fault = self.new_fault(NAME, &full, format!("{class}: {message}"), from);
            fault.help = self.help_for_name(source, base, &text);
            fault.cure = self.in_place_of(at);
            // The name may be that of an extension module which is here for somebody else.
            let fault = match self.with_other_build(&fault, &full) {
                Some(known) => known,
                None => self.behind_folder(at, base, fault),
            };
            return self.raise_fault(class, &message, fault);
        }
        // In an import circle the order matters that C code and lazy loaders hide from us.
        let running =
            matches!(self.heap.get(source), Some(Object::Module(at)) if self.module(*at).state == LoadState::Running);
        if running || self.is_open_module(source) {
            return Ok(Value::Unknown);
        }
        // Not there for all we know; believed where code waits for it. A stand-in (`six.moves`) says what it has.
        let near = matches!(self.heap.get(source), Some(Object::Module(_)));
        if self.is_caught(class, near) {
            return Err(self.exception(class, &format!("cannot import name '{text}' from '{base}'")));
        }
        Ok(Value::Unknown)
    }
}
