//! Texts and keys by their numbers, and what functions of the runtime are charged that go through long ones.

use std::sync::Arc;

use super::Machine;
use super::value::{Atom, UNKNOWN, Value};
use crate::graph::javascript::limits::LIMITS;
use crate::lang::javascript::ir::PRIVATE;

/// What keys begin with that no text of code is: those of symbols and private members.
const HIDDEN: &str = "@@";
/// Bytes or elements that a function of the runtime goes through in the time of one step.
const BYTES_PER_STEP: usize = 64;

impl Machine<'_> {
    pub(super) fn atom(&mut self, text: &str) -> Atom {
        if let Some(known) = self.interned.get(text) {
            return *known;
        }
        let id = self.strings.len() as Atom;
        let shared: Arc<str> = text.into();
        self.strings.push(Arc::clone(&shared));
        self.interned.insert(shared, id);
        id
    }

    /// The atom of a text that code makes, which is never the key of a symbol.
    pub(super) fn text_atom(&mut self, text: &str) -> Atom {
        if !text.starts_with(HIDDEN) {
            return self.atom(text);
        }
        if let Some(known) = self.lookalikes.get(text) {
            return *known;
        }
        let id = self.strings.len() as Atom;
        let shared: Arc<str> = text.into();
        self.strings.push(Arc::clone(&shared));
        self.lookalikes.insert(shared, id);
        id
    }

    /// The atom of a text or name that stands in a file.
    pub(super) fn atom_in_code(&mut self, text: &str) -> Atom {
        if text.starts_with(PRIVATE) { self.atom(text) } else { self.text_atom(text) }
    }

    /// Whether a key is that of a symbol, of a private member, or of something that is only remembered here.
    pub(super) fn is_hidden(&self, key: Atom) -> bool {
        let text = self.strings.get(key as usize).filter(|text| text.starts_with(HIDDEN));
        text.is_some_and(|text| self.interned.get(text) == Some(&key))
    }

    pub(super) fn str(&self, atom: Atom) -> Arc<str> {
        self.strings.get(atom as usize).cloned().unwrap_or_else(|| "".into())
    }

    /// The UTF-16 unit at a place of a text.
    pub(super) fn unit_at(&mut self, atom: Atom, at: usize) -> Option<u16> {
        if self.units.0 != atom {
            self.units = (atom, self.str(atom).encode_utf16().collect());
        }
        self.units.1.get(at).copied()
    }

    pub(super) fn string(&mut self, text: &str) -> Value {
        if text.len() > LIMITS.text {
            return UNKNOWN;
        }
        self.charge_bytes(text.len());
        Value::Str(self.text_atom(text))
    }

    /// Charges what is done at once, and takes as long as so many steps.
    pub(super) fn charge(&self, steps: usize) {
        self.charged.set(self.charged.get() + steps as u64);
    }

    /// Charges what goes through so many bytes or elements at once.
    pub(super) fn charge_bytes(&self, bytes: usize) {
        self.charge(bytes / BYTES_PER_STEP);
    }

    /// Charges the texts that a function of the runtime is given.
    pub(super) fn charge_given(&self, this: Value, args: &[Value]) {
        for value in std::iter::once(this).chain(args.iter().copied()) {
            if let Value::Str(text) = value {
                self.charge_bytes(self.strings.get(text as usize).map_or(0, |text| text.len()));
            }
        }
    }
}
