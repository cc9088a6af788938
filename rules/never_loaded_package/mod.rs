use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// Reports packages of which no file is reached, each with its bytes.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if !cx.has_closure() {
        return;
    }
    let keep = cx.strings("keep");
    let reached = cx.reached_entries();
    // What a bundler copied is there because something reaches it.
    for (_, package) in cx.packages().filter(|(_, package)| !package.entries.is_empty()) {
        let used = package.entries.iter().any(|entry| reached.get(entry.0 as usize).is_some_and(|reached| *reached));
        // A declared package is `unused-dependency`'s to report, with the line to remove.
        let declared = cx.declared.declares(&package.name) == Some(true);
        // A driver or plug-in that something asks for by name is loaded by it.
        if used || declared || cx.usage.is_asked_for(&package.name) || keep.iter().any(|name| **name == *package.name) {
            continue;
        }
        let version = package.version.as_deref().unwrap_or("unknown version");
        let message = format!(
            "{} {version} takes {} of the package and nothing reachable from the handler imports it",
            package.name,
            text::bytes(package.bytes)
        );
        let saves = Saves { init_ms: None, bytes: Some(package.bytes) };
        sink.report(Finding::new(cx.location(), message).about(package.name.to_string()).saving(saves));
    }
}
