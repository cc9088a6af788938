use std::collections::BTreeSet;

use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;
use crate::lang::rust::work::WorkKind;

/// Reports files of a fixed name in the folder that requests of one environment share.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions().filter(|(_, function)| function.capacity_provider.known().is_some()) {
        let one_at_a_time = function
            .capacity_provider
            .known()
            .is_some_and(|provider| provider.concurrency_per_environment.known() == Some(&1));
        let Some(code) = cx.code_of(id).filter(|_| !one_at_a_time) else { continue };
        let interpreted = code.routes.hazards.tmp.iter();
        let interpreted = interpreted.map(|file| (code.locate_in_module(file.module, Some(file.span)), &file.name));
        let crates = cx.project.workspaces.iter().filter_map(|cargo| Some((cargo, cargo.function(code)?)));
        let compiled = crates.flat_map(|(cargo, function)| {
            let written = function.work.handler.iter().filter(|item| item.kind == WorkKind::Temporary);
            written.map(|item| (cargo.location(&item.file, Some(item.span)), &item.what))
        });
        let mut told = BTreeSet::new();
        for (place, file) in interpreted.chain(compiled).filter(|(_, file)| told.insert(*file)) {
            let message = format!(
                "`{file}` is written by every request, and requests that run at once in one environment share /tmp"
            );
            let mut finding = Finding::new(place, message).about(file.clone());
            finding.function = Some(code.spec.name.clone());
            let setting = cx.at(cx.place(&function.capacity_provider, &function.origin));
            sink.report(finding.label(setting, "runs on Managed Instances"));
        }
    }
}
