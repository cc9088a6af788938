//! What is known once everything ran: the handler, and the finished graph.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Machine;
use super::value::{Kind, ModuleIx, ObjId, Slot, Value};
use crate::artifact::EntryId;
use crate::graph::javascript::load::Format;
use crate::graph::{Choices, HandlerResolution, ImportSite, Mentions, ModuleGraph, ModuleId, StartCause};
use crate::lang::javascript::ir::{FunctionId, Pattern, PatternId};
use crate::package::owners::npm::package_root;

impl Machine<'_> {
    /// What `length` says of a function: its parameters before the first with a default.
    pub(super) fn parameters(&self, ix: ModuleIx, function: FunctionId) -> Option<usize> {
        let program = self.loaded.get(ix as usize)?.program.as_ref()?;
        let code = program.functions.get(function as usize)?;
        let plain = |id: &&PatternId| !matches!(program.patterns.get(**id as usize), Some(Pattern::Default(..)));
        Some(code.params.iter().take_while(plain).count())
    }

    /// Notes an error that the runtime raises itself.
    pub(in crate::graph::javascript) fn note_refusal(&mut self, cause: StartCause) {
        self.note_cause(cause);
    }

    /// How many modules have begun to load.
    pub(in crate::graph::javascript) fn begun(&self) -> u32 {
        u32::try_from(self.trace.modules.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn definition(&self, ix: ModuleIx, function: FunctionId) -> Option<(ModuleId, crate::span::Span)> {
        let loaded = self.loaded.get(ix as usize)?;
        let function = loaded.program.as_ref()?.functions.get(function as usize)?;
        Some((loaded.id, function.span))
    }

    /// The module number of a loaded file.
    pub(in crate::graph::javascript) fn handler_id(&self, ix: ModuleIx) -> ModuleId {
        self.loaded.get(ix as usize).map_or(ModuleId(0), |loaded| loaded.id)
    }

    /// The finished graph, and the functions that ran during Init.
    pub(in crate::graph::javascript) fn finish(
        mut self,
        handler: HandlerResolution,
    ) -> (ModuleGraph, FxHashSet<(EntryId, FunctionId)>) {
        let possible = self.possible();
        let mentions = Mentions { computed: self.computed_loads(), ..Mentions::default() };
        let reexported = self.reexported();
        let handed_on = self.handed_on();
        let loaded = self.loaded.len();
        let offered = self.offered();
        let touched = self.touched(&offered, loaded);
        let mut problems = self.trace.problems;
        problems.sort();
        problems.dedup();
        let entry_of = |ix: ModuleIx| self.loaded.get(ix as usize).and_then(|loaded| loaded.entry);
        let ran = self.functions_ran.iter().filter_map(|(ix, function)| Some((entry_of(*ix)?, *function))).collect();
        let graph = ModuleGraph {
            modules: self.trace.modules,
            imports: self.trace.imports,
            unresolved: self.trace.unresolved,
            calls: self.trace.calls,
            data_files: self.trace.data_files,
            causes: self.trace.causes,
            doubts: self.trace.doubts.into_iter().collect(),
            demanded: self.trace.demanded.into_iter().collect(),
            possible,
            mentions,
            reexported,
            handed_on,
            loops: self.trace.loops.into_iter().collect(),
            problems,
            handler,
            choices: Choices { offered, touched, ..Choices::default() },
            ..ModuleGraph::unknown()
        };
        (graph, ran)
    }

    /// For the modules of packages that own code imports, how many of their exports are other modules'.
    fn handed_on(&mut self) -> Vec<(ModuleId, usize)> {
        let positions: FxHashMap<ModuleId, usize> = self.loaded.iter().enumerate().map(|(at, l)| (l.id, at)).collect();
        let mut wanted: Vec<usize> = Vec::new();
        for import in &self.trace.imports {
            let is_own = positions.get(&import.site.importer).is_some_and(|at| self.loaded[*at].own);
            if let Some(to) = positions.get(&import.target).filter(|to| is_own && !self.loaded[**to].own) {
                wanted.push(*to);
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().map(|at| (self.loaded[at].id, self.foreign_exports(at))).collect()
    }

    /// How many exports of a module are what other modules of its package export, or are asked for when they are read.
    fn foreign_exports(&mut self, at: usize) -> usize {
        let root = package_root(&self.loaded[at].path).map(str::to_owned);
        let beside: Vec<usize> = (0..self.loaded.len())
            .filter(|other| *other != at && package_root(&self.loaded[*other].path).map(str::to_owned) == root)
            .collect();
        let others: Vec<Value> = beside.iter().filter_map(|other| self.exports_value(*other)).collect();
        let mut values: Vec<Value> = Vec::new();
        let mut accessors = 0;
        match (self.loaded[at].format, self.exports_value(at)) {
            (Format::Module, _) => {
                let namespace = self.namespace_value(at as ModuleIx);
                let names = self.own_keys(namespace, false).unwrap_or_default();
                values.extend(names.into_iter().filter_map(|name| self.get(namespace, name).ok()));
            }
            (_, Some(Value::Obj(exports))) => {
                let props = &self.object(exports).props;
                for slot in props.keys(true).into_iter().filter_map(|key| props.get(key)) {
                    match slot {
                        Slot::Value(value) => values.push(value),
                        // Compilers write `export { x } from` like this.
                        Slot::Accessor(..) => accessors += 1,
                    }
                }
            }
            _ => {}
        }
        let is_foreign = |value: &Value| {
            let made_in = match value {
                Value::Obj(id) => match &self.object(*id).kind {
                    Kind::Closure(closure) => Some(closure.module as usize),
                    _ => None,
                },
                _ => None,
            };
            others.contains(value) || made_in.is_some_and(|module| beside.contains(&module))
        };
        accessors + values.iter().filter(|value| is_foreign(value)).count()
    }

    /// What a CommonJS module exports.
    pub(super) fn exports_value(&mut self, at: usize) -> Option<Value> {
        if self.loaded[at].format != Format::CommonJs {
            return None;
        }
        let (module, key) = (Value::Obj(self.loaded[at].module), self.atom("exports"));
        self.get(module, key).ok().filter(|value| !matches!(value, Value::Undefined | Value::Unknown(_)))
    }

    /// Imports of own code that give one package's exports under the name of another one, which
    /// hands them on as they are.
    fn reexported(&mut self) -> Vec<(ImportSite, ModuleId)> {
        let mut by_exports: FxHashMap<ObjId, Vec<usize>> = FxHashMap::default();
        let mut exports_of = Vec::with_capacity(self.loaded.len());
        let key = self.atom("exports");
        for at in 0..self.loaded.len() {
            let common = self.loaded[at].format == Format::CommonJs;
            let module = Value::Obj(self.loaded[at].module);
            let exports = match common.then(|| self.get(module, key)) {
                Some(Ok(Value::Obj(exports))) => exports,
                _ => 0,
            };
            exports_of.push(exports);
            if exports != 0 {
                by_exports.entry(exports).or_default().push(at);
            }
        }
        let positions: FxHashMap<ModuleId, usize> = self.loaded.iter().enumerate().map(|(at, l)| (l.id, at)).collect();
        let mut found = Vec::new();
        for import in &self.trace.imports {
            let (Some(from), Some(to)) = (positions.get(&import.site.importer), positions.get(&import.target)) else {
                continue;
            };
            if !self.loaded[*from].own {
                continue;
            }
            let root = package_root(&self.loaded[*to].path);
            let same = by_exports.get(&exports_of[*to]).into_iter().flatten();
            let others = same.filter(|other| package_root(&self.loaded[**other].path) != root);
            found.extend(others.map(|other| (import.site, self.loaded[*other].id)));
        }
        found
    }
}
