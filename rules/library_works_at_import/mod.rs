use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{LoadCall, work};
use crate::package::owners::PackageId;
use crate::text;

/// Places that are shown.
const MOST_PLACES: usize = 4;

/// Reports what packages do while they are imported, one finding for each package and kind of work.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut found: BTreeMap<(PackageId, &str), Vec<(&LoadCall, f64)>> = BTreeMap::new();
    for (call, ms) in cx.graph.calls.iter().zip(&cx.estimate.calls) {
        // What own code calls for is no work of the import.
        let is_asked = call.via.iter().any(|site| cx.package_of(site.importer).is_none());
        let package = cx.package_of(call.module).filter(|_| !is_asked);
        if let Some((package, does)) = package.zip(work::done_by(&call.callee)) {
            found.entry((package, does)).or_default().push((call, *ms));
        }
    }
    for ((package, does), calls) in found {
        if let Some(finding) = finding(cx, package, does, &calls) {
            sink.report(finding);
        }
    }
}

fn finding(cx: &FunctionContext<'_>, package: PackageId, does: &str, calls: &[(&LoadCall, f64)]) -> Option<Finding> {
    let (first, _) = calls.first()?;
    let ms: f64 = calls.iter().map(|(_, ms)| ms).sum();
    let times: u64 = calls.iter().map(|(call, _)| call.repeats.max(1)).sum();
    let name = cx.packages.package(package).name.to_string();
    let often = if times > 1 { format!(", {} times", text::count(times)) } else { String::new() };
    let cost = if ms > 0.0 { format!(", about {} of Init", text::ms(ms)) } else { String::new() };
    let message = format!("{name} {does} while it is imported{often}{cost}: `{}()`", first.callee);
    let chain = cx.graph.chain(first.module);
    let own = chain.iter().rfind(|step| cx.package_of(step.importer).is_none());
    let place = own.map_or_else(|| cx.locate_in_module(first.module, Some(first.span)), |site| cx.locate_import(*site));
    let mut finding = Finding::new(place, message).about(name).noting("leads there");
    for (call, _) in calls.iter().take(MOST_PLACES) {
        finding = finding.label(cx.locate_in_module(call.module, Some(call.span)), "runs during Init");
    }
    let saves = Saves { init_ms: (ms > 0.0).then_some(ms), bytes: None };
    Some(finding.saving(saves))
}
