use crate::engine::contracts::{Lazy, because, means, means_package};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{ImportSite, ModuleId, Phase};
use crate::text;

/// Reports every pattern of a contract that Init breaks once, with the chain of imports that does it.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let contracts = &cx.project.contracts.lazy;
    for contract in contracts.iter().filter(|contract| contract.functions.holds(&cx.spec.name)) {
        for pattern in &contract.modules {
            let loaded: Vec<ModuleId> = meant(cx, pattern);
            let eager = loaded.iter().find(|id| cx.graph.module(**id).loaded == Phase::Init);
            if let Some(first) = eager {
                sink.report(at_init(cx, contract, *first));
            }
            for finding in other_routes(cx, contract, pattern, &loaded) {
                sink.report(finding);
            }
        }
    }
}

/// Loaded modules that a pattern means, by their own name, by that of their package or, for own code, by the path that
/// findings show.
fn meant(cx: &FunctionContext<'_>, pattern: &str) -> Vec<ModuleId> {
    let is_meant = |id: ModuleId| {
        means(pattern, &cx.graph.module(id).name)
            || match cx.package_of(id).map(|package| &cx.packages.package(package).name) {
                Some(name) => means_package(pattern, name, cx.spec.runtime.language()),
                None => means(pattern, &cx.locate_in_module(id, None).path),
            }
    };
    let modules = cx.graph.modules().filter(|(_, module)| !module.preloaded);
    modules.map(|(id, _)| id).filter(|id| is_meant(*id)).collect()
}

fn at_init(cx: &FunctionContext<'_>, contract: &Lazy, module: ModuleId) -> Finding {
    let name = &cx.graph.module(module).name;
    let chain = cx.graph.chain(module);
    let reason = because(contract.reason.as_deref());
    let message = format!("Init must not load {name}{reason}");
    let is_own = |site: &ImportSite| cx.package_of(site.importer).is_none();
    let at = chain.iter().rposition(is_own).unwrap_or_default();
    let place = chain.get(at).map_or_else(|| cx.location(), |site| cx.locate_import(*site));
    let mut finding = Finding::new(place, message).about(name.to_string()).noting("loads it during Init");
    for site in chain.iter().skip(at + 1) {
        finding = finding.label(cx.locate_import(*site), "which imports");
    }
    let ms = cx.estimate.module(module).removable_ms;
    // The contract is broken however little it costs.
    if ms >= Saves::NOISE_MS { finding.saving(Saves { init_ms: Some(ms), bytes: None }) } else { finding }
}

/// Routes that load what only others may.
fn other_routes(cx: &FunctionContext<'_>, contract: &Lazy, pattern: &str, loaded: &[ModuleId]) -> Vec<Finding> {
    if contract.routes.is_empty() {
        return Vec::new();
    }
    let allowed = |label: &str| contract.routes.iter().any(|route| text::matches(route, label));
    let routes = cx.routes.routes.iter().filter(|route| !allowed(&route.label));
    let breaking = routes.filter(|route| loaded.iter().any(|id| route.closure.modules.contains(id)));
    let finding = |route: &crate::split::Route| {
        let reason = because(contract.reason.as_deref());
        let place = cx.locate_in_module(route.place.0, Some(route.place.1));
        let message = format!("{} must not load {pattern}{reason}", route.label);
        Finding::new(place, message).about(pattern.to_owned()).noting("this route loads it")
    };
    breaking.map(finding).collect()
}
