use crate::engine::contracts::{because, means_package};
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;

/// Reports packages that the function ships against a contract, with the chain of imports that needs them.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let contracts = &cx.project.contracts.deny;
    for contract in contracts.iter().filter(|contract| contract.functions.holds(&cx.spec.name)) {
        let language = cx.spec.runtime.language();
        let is_denied = |name: &str| contract.packages.iter().any(|pattern| means_package(pattern, name, language));
        for (id, package) in cx.packages().filter(|(_, package)| is_denied(&package.name)) {
            let reason = because(contract.reason.as_deref());
            let first = cx.graph.modules().map(|(id, _)| id).find(|module| cx.package_of(*module) == Some(id));
            let chain = first.map(|module| cx.graph.chain(module)).unwrap_or_default();
            let needed = if chain.is_empty() { ", and nothing imports it" } else { "" };
            let message = format!("{} must not be in the package{needed}{reason}", package.name);
            let place = chain.first().map_or_else(|| cx.location(), |site| cx.locate_import(*site));
            let mut finding = Finding::new(place, message).about(package.name.to_string()).noting("leads to it");
            for site in chain.iter().skip(1) {
                finding = finding.label(cx.locate_import(*site), "which imports");
            }
            sink.report(finding);
        }
    }
}
