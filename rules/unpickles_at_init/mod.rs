use std::collections::{BTreeMap, BTreeSet};

use crate::cost::{Change, Savings};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::python::is_unpickler;
use crate::graph::{ImportSite, LoadCall, Phase};
use crate::text;

/// Packages that are named.
const MOST_NAMES: usize = 4;

/// Reports calls that make objects from a file while a module loads, with the packages that they load for it.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut loads: BTreeMap<ImportSite, BTreeSet<String>> = BTreeMap::new();
    for import in cx.graph.imports.iter().filter(|import| import.phase == Phase::Init) {
        if let Some(package) = cx.package_of(import.target) {
            loads.entry(import.site).or_default().insert(cx.packages.package(package).name.to_string());
        }
    }
    for call in &cx.graph.calls {
        let site = ImportSite { importer: call.module, span: call.span };
        if let Some(packages) = loads.get(&site).filter(|_| is_unpickler(&call.callee)) {
            sink.report(finding(cx, call, site, packages));
        }
    }
}

fn finding(cx: &FunctionContext<'_>, call: &LoadCall, site: ImportSite, packages: &BTreeSet<String>) -> Finding {
    let change = Change { gone: BTreeSet::from([site]), added: Vec::new() };
    let ms = Savings::new(&cx.graph, &cx.estimate, cx.spec.runtime.language()).of(&change);
    let names: Vec<&str> = packages.iter().map(String::as_str).take(MOST_NAMES).collect();
    let more = packages.len().saturating_sub(MOST_NAMES);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let cost = if ms < Saves::NOISE_MS { String::new() } else { format!(": {} of Init", text::ms(ms)) };
    let message = format!(
        "`{}()` unpickles a file while the module loads, which loads {}{more}{cost}",
        call.callee,
        names.join(", ")
    );
    // Nothing is saved where every request needs it.
    let place = cx.locate_in_module(call.module, Some(call.span));
    Finding::new(place, message).about(call.callee.to_string()).noting("runs during Init")
}
