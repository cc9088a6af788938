//! Variables of the environment that own code cannot do without.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    /// `os.environ[name]`, where nobody is known to set it.
    pub(super) fn note_demand(&mut self, frame: &Frame, object: Value, key: Value) {
        let (Value::Str(name), Some(Object::Namespace(NamespaceOf::Environment))) = (key, self.heap.get(object)) else {
            return;
        };
        let mark = self.doubt.mark();
        if self.environment(name) == Some(None) && self.doubt.has_read(mark) {
            self.note_unset(frame, "KeyError");
        }
    }

    /// Raises an error of own code where it is computed from own values; where it is one because a variable of the
    /// environment is not set, notes that.
    pub(super) fn mistake_or_demand(&mut self, frame: &Frame, at: Span, class: &str, message: &str) -> Run<()> {
        if self.is_computed(frame) {
            return self.mistake(frame, at, class, message);
        }
        if self.mistakes.rests_on_environment(&self.doubt) {
            self.note_unset(frame, class);
        }
        Ok(())
    }

    /// Notes the variable that was asked for last, without which an error that nobody catches ends Init.
    pub(super) fn note_unset(&mut self, frame: &Frame, class: &str) {
        let runs = self.doubt.is_certain_by_default() && !self.budget.is_spent() && self.library_depth == 0;
        if !runs || !self.is_own(frame) || !self.is_decided(frame.module, 0) || self.is_caught(class, false) {
            return;
        }
        if let Some(name) = self.doubt.variable() {
            let module = self.heap.text(self.module(frame.module).name).to_string();
            self.trace.demanded.insert((self.heap.text(name).to_string(), module));
        }
    }
}
