//! What a run has seen, and how sure it is that Node sees it too.

use std::collections::{BTreeMap, BTreeSet};

use super::Machine;
use super::value::{At, Atom, Value};
use crate::artifact::EntryId;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::{GraphProblem, Import, ImportSite, LoadCall, Module, Phase, StartCause, Unresolved};

/// What a run has seen, each in the order in which it was seen.
#[derive(Default)]
pub(super) struct Trace {
    pub(super) modules: Vec<Module>,
    pub(super) imports: Vec<Import>,
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) calls: Vec<LoadCall>,
    pub(super) data_files: Vec<(EntryId, ImportSite)>,
    /// Errors that end Init.
    pub(super) causes: Vec<StartCause>,
    pub(super) problems: Vec<GraphProblem>,
    /// Rounds of loops that were not followed to their end, by the loop's body.
    pub(super) loops: BTreeMap<ImportSite, u64>,
    /// What is missing to say whether own code ends Init, in words.
    pub(super) doubts: BTreeSet<String>,
    /// Variables of the environment that own code ends Init without, and the module that asks for each.
    pub(super) demanded: BTreeSet<(String, String)>,
}

/// How much a run had seen at some point: see [`Trace::cut`].
pub(super) struct Lengths([usize; 7]);

impl Trace {
    /// How much was seen.
    pub(super) fn lengths(&self) -> Lengths {
        Lengths([
            self.modules.len(),
            self.imports.len(),
            self.unresolved.len(),
            self.calls.len(),
            self.data_files.len(),
            self.causes.len(),
            self.problems.len(),
        ])
    }

    /// Forgets what was seen since.
    pub(super) fn cut(&mut self, Lengths([modules, imports, unresolved, calls, data, causes, problems]): Lengths) {
        self.modules.truncate(modules);
        self.imports.truncate(imports);
        self.unresolved.truncate(unresolved);
        self.calls.truncate(calls);
        self.data_files.truncate(data);
        self.causes.truncate(causes);
        self.problems.truncate(problems);
    }
}

impl Machine<'_> {
    /// Whether what fails to load here need not end Init: something catches it, or it may not happen at all.
    pub(super) fn is_guarded(&self) -> bool {
        self.tries > 0 || self.doubt > 0 || self.doubted || self.unsure
    }

    /// Whether what happens now happens during Init for sure, and nothing catches a failure.
    pub(super) fn certain(&self) -> bool {
        self.phase == Phase::Init && !self.is_guarded()
    }

    /// Records a call whose callee is known by name.
    pub(super) fn record_call(&mut self, name: Atom, args: &[Value], at: At) {
        if name == 0 || self.phase != Phase::Init || self.trace.calls.len() >= LIMITS.recorded_calls {
            return;
        }
        self.note_timer(name, args, at);
        let site = self.site(at);
        let via = self.stack.iter().rev().take(LIMITS.via).rev().map(|at| self.site(*at)).collect();
        let arguments = args.iter().map(|value| self.argument(*value)).collect();
        self.trace.calls.push(LoadCall {
            module: site.importer,
            span: site.span,
            callee: self.str(name),
            arguments,
            keywords: Vec::new(),
            via,
            repeats: 1,
        });
    }

    fn argument(&self, value: Value) -> crate::graph::Argument {
        use crate::graph::Argument;
        match value {
            Value::Str(atom) => Argument::Text(self.str(atom)),
            Value::Num(number) => Argument::Number(number),
            Value::Bool(flag) => Argument::Bool(flag),
            Value::Unknown(name) if name != 0 => Argument::Name(self.str(name)),
            _ => Argument::Unknown,
        }
    }
}
