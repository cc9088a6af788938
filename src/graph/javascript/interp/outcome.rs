//! What is known once everything ran: the handler, and the finished graph.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Machine;
use super::value::{Kind, ModuleIx, ObjId, UNKNOWN, Value};
use crate::artifact::EntryId;
use crate::graph::javascript::load::Format;
use crate::graph::{HandlerResolution, ImportSite, ModuleGraph, ModuleId};
use crate::lang::javascript::ir::FunctionId;
use crate::package::owners::npm::package_root;

/// What is known about an exported handler.
pub(in crate::graph::javascript) struct Exported {
    pub(in crate::graph::javascript) found: bool,
    pub(in crate::graph::javascript) definition: Option<(ModuleId, crate::span::Span)>,
    pub(in crate::graph::javascript) names: Vec<String>,
}

impl Machine<'_> {
    /// The function an exported name refers to, and the names that are exported.
    pub(in crate::graph::javascript) fn exported(&mut self, ix: ModuleIx, path: &str) -> Exported {
        let mut value = self.namespace_value(ix);
        let mut found = true;
        for part in path.split('.') {
            let key = self.atom(part);
            value = self.get(value, key).unwrap_or(UNKNOWN);
            if value == Value::Undefined {
                // What was not followed to its end may still define it.
                found = self.loaded.get(ix as usize).is_some_and(|loaded| loaded.unfinished);
                break;
            }
        }
        let definition = match value {
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Closure(closure) => self.definition(closure.module, closure.function),
                _ => None,
            },
            _ => None,
        };
        let namespace = self.namespace_value(ix);
        let keys = self.own_keys(namespace, false).unwrap_or_default();
        // The `default` of a CommonJS namespace stands for `module.exports`: nobody can name it.
        let module = self.loaded.get(ix as usize).is_some_and(|loaded| loaded.format == Format::Module);
        let names = keys.into_iter().map(|key| self.str(key).to_string());
        Exported { found, definition, names: names.filter(|name| module || name != "default").collect() }
    }

    fn definition(&self, ix: ModuleIx, function: FunctionId) -> Option<(ModuleId, crate::span::Span)> {
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
        let reexported = self.reexported();
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
            wrong_formats: self.trace.wrong_formats,
            reexported,
            loops: self.trace.loops.into_iter().collect(),
            problems,
            handler,
            ..ModuleGraph::unknown()
        };
        (graph, ran)
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
