use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::{Phase, Unresolved};

/// Reports each missing name once, at the place that asks for it first.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut missing: BTreeMap<&str, &Unresolved> = BTreeMap::new();
    for import in cx.graph.unresolved.iter().filter(|import| import.phase == Phase::Init && !import.guarded) {
        missing.entry(&import.import).or_insert(import);
    }
    for (name, import) in missing {
        let message = format!("`{name}` is imported during Init, and neither package, layers nor runtime provide it");
        let finding = Finding::new(cx.locate_import(import.site), message).about(name).noting("fails during Init");
        sink.report(finding);
    }
}
