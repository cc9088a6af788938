use crate::engine::{FunctionContext, ProjectContext, Sink};
use crate::finding::Finding;
use crate::lang::rust::work::WorkKind;
use crate::text;

/// Reports loops of many rounds at the top level of own modules.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_rounds = cx.number("min_rounds");
    for (site, rounds) in &cx.graph.loops {
        if *rounds as f64 >= min_rounds {
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
