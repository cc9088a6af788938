use std::collections::BTreeMap;

use crate::artifact::{EntryId, LAYER_ROOT};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::misplaced::misplaced_root;
use crate::platform::Language;
use crate::text;

/// Folders that the message names.
const NAMED: usize = 4;

/// Adds up what layers have in folders that no import can reach, where something would be looked for elsewhere.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let reached = cx.reached_entries();
    let mut roots: BTreeMap<&str, (u64, EntryId)> = BTreeMap::new();
    for (id, entry) in cx.artifact.below(LAYER_ROOT.trim_end_matches('/')) {
        let Some(root) = misplaced_root(&cx.artifact, &cx.spec.runtime, &entry.path) else { continue };
        if reached.get(id.0 as usize).is_some_and(|reached| *reached) {
            return;
        }
        let sum = roots.entry(root).or_insert((0, id));
        sum.0 += cx.artifact.own_bytes(id);
    }
    let Some((_, (_, first))) = roots.iter().next() else { return };
    if is_told(cx) {
        return;
    }
    let named: Vec<String> = roots
        .iter()
        .take(NAMED)
        .map(|(root, (bytes, _))| {
            let root = if root.is_empty() { "its root" } else { root };
            format!("{root} ({})", text::bytes(*bytes))
        })
        .collect();
    let (major, minor) = cx.spec.runtime.version();
    let looks = match cx.spec.runtime.language() {
        Language::Node => "`nodejs/node_modules/`".to_owned(),
        _ => format!("`python/` and `python/lib/python{major}.{minor}/site-packages/`"),
    };
    let message =
        format!("{} sees nothing of what a layer has in {}: it looks into {looks}", cx.spec.runtime, named.join(", "));
    let total: u64 = roots.values().map(|(bytes, _)| bytes).sum();
    let finding = Finding::new(cx.locate(*first, None), message);
    sink.report(if total >= Saves::NOISE_BYTES {
        finding.saving(Saves { init_ms: None, bytes: Some(total) })
    } else {
        finding
    });
}

/// Whether an import that fails says it already.
fn is_told(cx: &FunctionContext<'_>) -> bool {
    let tells = |help: &Option<String>| help.as_deref().is_some_and(|help| help.starts_with("A layer has it"));
    cx.graph.causes.iter().any(|cause| tells(&cause.help))
        || cx.graph.unresolved.iter().any(|missing| {
            let package = missing.import.split('/').next().unwrap_or_default();
            !missing.guarded && crate::graph::misplaced::node_hint(&cx.artifact, package).is_some()
        })
}
