use crate::engine::{FunctionContext, Sink, report_causes};
use crate::finding::{Finding, Severity};

/// Reports imports that find another module than the one in the package, and own files that the runtime's modules get
/// in place of theirs.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "shadowed-module");
    for hidden in &cx.graph.hidden {
        let path = cx.artifact.entry(hidden.entry).path.to_string();
        let message = format!(
            "`{path}` hides the runtime's module `{}`, and `{}`, which Init loads, imports it",
            hidden.module, hidden.importer
        );
        let finding = Finding::new(cx.locate(hidden.entry, None), message).about(path.clone());
        sink.report_as(Severity::Warning, finding.help(format!("Give `{path}` another name")));
    }
}
