use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;

/// Reports what a durable function does outside of steps and does otherwise at every replay.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions().filter(|(_, function)| function.durable.known().is_some()) {
        let Some(code) = cx.code_of(id) else { continue };
        for loose in &code.routes.hazards.loose {
            let message = format!(
                "{}() gives {} outside of a step: at every replay the handler runs from the top and gets another one",
                loose.callee, loose.does,
            );
            let place = code.locate_in_module(loose.module, Some(loose.span));
            let mut finding = Finding::new(place, message).about(loose.callee.clone());
            finding.function = Some(code.spec.name.clone());
            if let Some((module, span)) = loose.source {
                finding = finding.label(code.locate_in_module(module, Some(span)), "called here");
            }
            sink.report(finding.label(cx.at(cx.place(&function.durable, &function.origin)), "durable"));
        }
    }
}
