use std::collections::BTreeMap;

use crate::declare::model::SnapStart;
use crate::engine::{ApplicationContext, FunctionFacts, Sink};
use crate::graph::Phase;
use crate::text;

/// Packages that a finding names.
const TOP: usize = 6;

/// Reports what requests load after the snapshot that could be in it.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let least = cx.number("milliseconds");
    for (id, function) in cx.own_functions() {
        if function.snap_start.known() != Some(&SnapStart::PublishedVersions) {
            continue;
        }
        let Some(code) = cx.code_of(id).filter(|code| code.has_closure()) else { continue };
        if code.estimate.first_request_ms < least {
            continue;
        }
        let names = late(code);
        let message = format!(
            "requests load {} of code after the snapshot, in every environment that starts from it: {}",
            text::ms(code.estimate.first_request_ms),
            names.join(", "),
        );
        sink.report(cx.about(id, cx.place(&function.snap_start, &function.origin), message));
    }
}

/// What is loaded after Init, by package or own module, with its time.
fn late(code: &FunctionFacts) -> Vec<String> {
    let mut times: BTreeMap<String, f64> = BTreeMap::new();
    for (id, module) in code.graph.modules().filter(|(_, module)| module.loaded == Phase::Invoke) {
        let name = match code.package_of(id) {
            Some(package) => code.packages.package(package).name.to_string(),
            None => module.name.to_string(),
        };
        *times.entry(name).or_default() += code.estimate.module(id).self_ms * code.estimate.slowdown;
    }
    let mut times: Vec<(String, f64)> = times.into_iter().collect();
    times.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    times.into_iter().take(TOP).map(|(name, ms)| format!("{name} {}", text::ms(ms))).collect()
}
