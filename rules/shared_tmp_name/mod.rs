use std::collections::BTreeSet;

use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;

/// Reports files of a fixed name in the folder that requests of one environment share.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions().filter(|(_, function)| function.capacity_provider.known().is_some()) {
        let one_at_a_time = function
            .capacity_provider
            .known()
            .is_some_and(|provider| provider.concurrency_per_environment.known() == Some(&1));
        let Some(code) = cx.code_of(id).filter(|_| !one_at_a_time) else { continue };
        let mut told = BTreeSet::new();
        for written in code.routes.hazards.tmp.iter().filter(|written| told.insert(&written.name)) {
            let message = format!(
                "`{}` is written by every request, and requests that run at once in one environment share /tmp",
                written.name,
            );
            let place = code.locate_in_module(written.module, Some(written.span));
            let mut finding = Finding::new(place, message).about(written.name.clone());
            finding.function = Some(code.spec.name.clone());
            let setting = cx.at(cx.place(&function.capacity_provider, &function.origin));
            sink.report(finding.label(setting, "runs on Managed Instances"));
        }
    }
}
