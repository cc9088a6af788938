use std::collections::BTreeSet;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::ModuleKind;
use crate::lang::native::NativeFacts;

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
    let mut reported: BTreeSet<String> = BTreeSet::new();
    for mut group in cx.native_groups() {
        group.entries.retain(|entry| loaded.contains(entry));
        let missing = |facts: &NativeFacts| {
            let needed = facts.needed.iter().find(|library| !is_there(library) && !reported.contains(*library));
            needed.cloned()
        };
        // The largest modules are the ones that libraries are linked into.
        group.entries.reverse();
        if let Some((entry, library)) = cx.first_native(&group, missing) {
            let file = &cx.artifact.entry(entry).path;
            let message = format!("{file} needs {library}, which neither package, layers nor {} have", cx.spec.runtime);
            sink.report(Finding::new(cx.locate(entry, None), message).about(library.clone()));
            reported.insert(library);
        }
    }
}
