use crate::declare::model::SnapStart;
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;
use crate::platform::Language;

/// Reports values made before the snapshot that functions use after it.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        if function.snap_start.known() != Some(&SnapStart::PublishedVersions) {
            continue;
        }
        let Some(code) = cx.code_of(id).filter(|code| code.spec.runtime.language() == Language::Python) else {
            continue;
        };
        for kept in &code.routes.hazards.kept {
            let message = format!(
                "`{}` comes from {}() while the module loads, before the snapshot: {}",
                kept.name, kept.callee, kept.does,
            );
            let place = code.locate_in_module(kept.module, Some(kept.span));
            let mut finding = Finding::new(place, message).about(kept.name.clone());
            finding.function = Some(code.spec.name.clone());
            if let Some((module, span)) = kept.source {
                finding = finding.label(code.locate_in_module(module, Some(span)), "called here");
            }
            let setting = cx.at(cx.place(&function.snap_start, &function.origin));
            sink.report(finding.label(setting, "SnapStart is asked for here"));
        }
    }
}
