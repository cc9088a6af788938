use crate::engine::{FunctionContext, ProjectContext, Sink};
use crate::finding::Finding;
use crate::lang::rust::work::WorkKind;
use crate::platform::Language;
use crate::text;

/// Reports loops of many rounds that own modules run at load.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let node = cx.spec.runtime.language() == Language::Node;
    let min_rounds = cx.number(if node { "min_rounds_node" } else { "min_rounds" });
    for (site, rounds) in &cx.graph.loops {
        if *rounds as f64 >= min_rounds && cx.package_of(site.importer).is_none() {
            let message =
                format!("this runs {} times while the module loads, at every cold start", text::count(*rounds));
            sink.report(Finding::new(cx.locate_import(*site), message).noting("runs during Init"));
        }
    }
}

/// Reports computations before requests are taken.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Compute],
        |work| &work.init,
        |item| format!("this computation ({}) runs before the function takes requests", item.what),
    );
}
