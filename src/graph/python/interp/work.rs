//! Calls by which libraries work while they are imported.

use super::super::value::*;
use super::trace::SeenCall;
use super::*;
use crate::graph::work;

/// What is known already of callees.
#[derive(Clone, Default)]
pub(super) struct Workers {
    /// Names of the runtime and of what is not in the package, and whether calling them is work.
    known: FxHashMap<Sym, bool>,
    /// The top-level modules of packages with such functions, once somebody has asked.
    roots: Option<FxHashSet<Sym>>,
}

impl Interp<'_> {
    /// Notes a call in a library's code when it does such work for sure.
    pub(super) fn record_work(&mut self, frame: &Frame, callee: Value, args: &Args, span: Span) {
        if self.phase != Phase::Init || self.doubt.is_doubted() {
            return;
        }
        let Some(callee) = self.work_of(frame, callee) else { return };
        let at = *self.trace.seen_calls.entry((frame.module, span.start, callee)).or_insert(self.trace.calls.len());
        match self.trace.calls.get_mut(at) {
            Some(call) => call.repeats += 1,
            None => {
                let via = self.call_sites.iter().filter(|(at, _)| self.module(*at).own).copied().collect();
                let args = args.clone();
                self.trace.calls.push(SeenCall { module: frame.module, span, callee, args, via, repeats: 1 });
            }
        }
    }

    /// The name of a callee that works, seen from another library.
    fn work_of(&mut self, frame: &Frame, callee: Value) -> Option<Sym> {
        match self.heap.get(callee)? {
            Object::External(name) => {
                let name = *name;
                if let Some(works) = self.workers.known.get(&name) {
                    return works.then_some(name);
                }
                let works = work::done_by(&self.heap.text(name)).is_some();
                self.workers.known.insert(name, works);
                works.then_some(name)
            }
            Object::Method { function, .. } => {
                let function = *function;
                self.work_of_function(frame, function)
            }
            Object::Function(_) => self.work_of_function(frame, callee),
            _ => None,
        }
    }

    fn work_of_function(&mut self, frame: &Frame, function: Value) -> Option<Sym> {
        let Some(Object::Function(function)) = self.heap.get(function) else { return None };
        let (module, index) = (function.module, function.index);
        if self.workers.roots.is_none() {
            self.workers.roots = Some(work::definers().map(|root| self.heap.sym(root)).collect());
        }
        let roots = self.workers.roots.as_ref()?;
        // What such a package does for itself is no work of its own.
        if !roots.contains(&self.module(module).root) || roots.contains(&self.module(frame.module).root) {
            return None;
        }
        let code = &self.module(module).code.code;
        let name = code.name(code.functions.get(index as usize)?.name);
        let named = work::named(&self.heap.text(self.module(module).name), name)?;
        Some(self.heap.sym(named))
    }
}
