use std::collections::BTreeSet;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::engine::native::NativeGroup;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::ModuleKind;

/// Looks for what loaded extension modules need, once per library.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let loaded: BTreeSet<_> = cx
        .graph
        .modules
        .iter()
        .filter(|module| module.kind == ModuleKind::Extension)
        .filter_map(|module| module.entry)
        .collect();
    let base = cx.spec.platform.libraries();
    let provided = cx.strings("provided");
    let shipped: BTreeSet<&str> =
        cx.artifact.entries().map(|(_, entry)| entry.path.rsplit('/').next().unwrap_or(&entry.path)).collect();
    let is_there = |library: &str| {
        shipped.contains(library)
            || provided.contains(&library)
            || base.iter().any(|known| crate::text::matches(known, library))
    };
    let missing = |mut group: NativeGroup| {
        group.entries.retain(|entry| loaded.contains(entry));
        // The largest modules are the ones that libraries are linked into.
        group.entries.reverse();
        cx.first_native(&group, |facts| {
            let gone: Vec<String> = facts.needed.iter().filter(|library| !is_there(library)).cloned().collect();
            (!gone.is_empty()).then_some(gone)
        })
    };
    // Inflating libraries is what this rule takes; groups have nothing to do with each other.
    let found: Vec<_> = cx.native_groups().into_par_iter().filter_map(missing).collect();
    let mut reported: BTreeSet<String> = BTreeSet::new();
    for (entry, gone) in found {
        if let Some(library) = gone.into_iter().find(|library| reported.insert(library.clone())) {
            let file = &cx.artifact.entry(entry).path;
            let message = format!("{file} needs {library}, which neither package, layers nor {} have", cx.spec.runtime);
            sink.report(Finding::new(cx.locate(entry, None), message).about(library));
        }
    }
}
