use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::text;

/// Names that are listed of each kind.
const SHOWN: usize = 3;

/// Says once that imports and declarations may belong together, at the first of the imports.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let unmatched = cx.usage.unmatched();
    if !cx.has_closure() || !unmatched.may_match() {
        return;
    }
    let is_open = |import: &&crate::graph::Unresolved| !import.guarded && unmatched.imports.contains(&import.import);
    let Some(first) = cx.graph.unresolved.iter().find(is_open) else { return };
    let message = format!(
        "nothing known brings {}, and nothing known imports {}: one may be the other, so neither is judged",
        listed(unmatched.imports.iter().map(|name| &**name)),
        listed(unmatched.declared.iter().map(|name| &**name)),
    );
    sink.report(Finding::new(cx.locate_import(first.site), message).about(first.import.to_string()));
}

/// The first few names, and how many more there are.
fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let count = names.len();
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    match count.saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), text::count(more as u64)),
    }
}
