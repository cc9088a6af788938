//! The own modules that a function loads, in the form of [`super::flow`].

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::flow::{self, Flow};
use crate::artifact::{Artifact, EntryId};
use crate::graph::{ModuleGraph, ModuleId, ModuleKind, OwnCode, Prepare};
use crate::lang::javascript::ir;
use crate::lang::python;
use crate::package::owners::Packages;

/// Most own source that is read, bytes; larger files are bundles of other people's code.
const MOST_SOURCE: u64 = 6 << 20;
/// Fewer own modules than this are read on one thread.
const FEW_MODULES: usize = 64;

/// Modules that were put into form while a simulation left time for it; shared by the functions of a package that
/// Node reads alike.
#[derive(Debug, Default)]
pub struct Prepared(Mutex<FxHashMap<EntryId, Arc<Flow>>>);

impl Prepare for Prepared {
    fn prepare(&self, entry: EntryId, program: &ir::Program, text: &[u8]) {
        if self.get(entry).is_some() {
            return;
        }
        let flow = Arc::new(flow::javascript::lower(program, text));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(entry).or_insert(flow);
    }
}

impl Prepared {
    fn get(&self, entry: EntryId) -> Option<Arc<Flow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&entry).cloned()
    }
}

/// What own modules are taken from.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// The package.
    pub artifact: &'a Artifact,
    /// What it loads, with the parsed code of own modules.
    pub graph: &'a ModuleGraph,
    /// Who the files belong to.
    pub packages: &'a Packages,
    /// What is in form already.
    pub prepared: &'a Prepared,
}

impl Own<'_> {
    /// The own modules that are loaded, as code, in load order.
    pub(crate) fn flows(&self, threads: usize) -> Vec<(ModuleId, Arc<Flow>)> {
        let own = self.modules();
        let lowered = |part: &[(ModuleId, EntryId)]| -> Vec<(ModuleId, Arc<Flow>)> {
            part.iter().filter_map(|(id, entry)| Some((*id, self.lowered(*id, *entry)?))).collect()
        };
        if threads < 2 || own.len() < FEW_MODULES {
            return lowered(&own);
        }
        std::thread::scope(|scope| {
            let parts = own.chunks(own.len().div_ceil(threads));
            let parts: Vec<_> = parts.map(|part| thread().spawn_scoped(scope, || lowered(part))).collect();
            // Whoever asks for the code tells that it failed.
            let joined = parts.into_iter().map(|part| match part {
                Ok(part) => part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(error) => std::panic::resume_unwind(Box::new(format!("a thread did not start: {error}"))),
            });
            joined.flatten().collect()
        })
    }

    fn modules(&self) -> Vec<(ModuleId, EntryId)> {
        let mut own = Vec::new();
        let mut bytes = 0;
        for (id, module) in self.graph.modules() {
            let Some(entry) = module.entry.filter(|_| module.kind == ModuleKind::Source) else { continue };
            if self.packages.owner(entry).is_some() || bytes + module.bytes > MOST_SOURCE {
                continue;
            }
            bytes += module.bytes;
            own.push((id, entry));
        }
        own
    }

    fn lowered(&self, id: ModuleId, entry: EntryId) -> Option<Arc<Flow>> {
        match self.graph.own_code.get(&entry)? {
            OwnCode::JavaScript(program) => self.prepared.get(entry).or_else(|| {
                let text = self.artifact.read(entry).ok()?;
                Some(Arc::new(flow::javascript::lower(program, (*text).as_ref())))
            }),
            OwnCode::Python(code) => {
                let name = &*self.graph.module(id).name;
                let is_package = self.artifact.entry(entry).path.ends_with("/__init__.py");
                let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(parent, _)| parent) };
                Some(Arc::new(flow::python::lower(code, package)))
            }
        }
    }
}

/// A thread with room for the deepest code that was parsed.
pub(crate) fn thread() -> std::thread::Builder {
    std::thread::Builder::new().name("routes".to_owned()).stack_size(python::PARSE_STACK)
}
