//! Routes and split plans of functions.

use std::collections::{BTreeMap, BTreeSet};

use super::{Texts, origin, path, rounded};
use crate::engine::FunctionFacts;
use crate::engine::cargo::CargoFacts;
use crate::package::owners::PackageId;
use crate::report::model::{FirstRequest, Lazy, LazyAll, Move, Route, Service, Split, SplitGroup};
use crate::routes::EventKind;
use crate::split::{self, Loaded};
use crate::usage::cargo::CargoFunction;

/// Routes of a Rust function, read from its source.
pub(super) fn cargo(cargo: &CargoFacts, function: &CargoFunction, texts: &mut Texts<'_>) -> Vec<Route> {
    let shown = |route: &crate::lang::rust::work::Route| Route {
        method: route.method.clone(),
        path: Some(route.path.clone()),
        key: format!("{} {}", route.method.as_deref().unwrap_or("ANY"), route.path),
        function: route.handler.clone(),
        location: Some(origin(&cargo.location(&route.file, Some(route.span)), texts)),
        kind: EventKind::Http,
        packages: route.crates.iter().cloned().collect(),
        bytes: 0,
        estimated_ms: 0.0,
        first_request_ms: 0.0,
        services: Vec::new(),
        environment: Vec::new(),
    };
    function.work.routes.iter().map(shown).collect()
}

/// Routes of a function whose own modules are read.
pub(super) fn routes(facts: &FunctionFacts, texts: &mut Texts<'_>) -> Vec<Route> {
    let package = |id: &PackageId| facts.packages.package(*id).name.to_string();
    let mut shown = |route: &split::Route| {
        let (module, span) = route.place;
        Route {
            method: route.method.clone(),
            path: route.path.clone(),
            key: route.label.clone(),
            function: route.function.clone(),
            location: Some(origin(&facts.locate_in_module(module, Some(span)), texts)),
            kind: route.kind,
            packages: route.packages.iter().map(package).collect(),
            bytes: route.closure.bytes,
            estimated_ms: rounded(route.closure.init_ms),
            first_request_ms: rounded(route.closure.first_request_ms),
            services: services([route]),
            environment: route.environment.iter().cloned().collect(),
        }
    };
    facts.routes.routes.iter().map(&mut shown).collect()
}

/// What some routes together ask of the cloud's SDK.
fn services<'a>(routes: impl IntoIterator<Item = &'a split::Route>) -> Vec<Service> {
    let mut all: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    for (name, operations) in routes.into_iter().flat_map(|route| &route.operations) {
        all.entry(name).or_default().extend(operations);
    }
    let service = |(name, operations): (&str, BTreeSet<&String>)| Service {
        name: name.to_owned(),
        operations: operations.into_iter().cloned().collect(),
    };
    all.into_iter().map(service).collect()
}

/// What moving everything to first use does.
pub(super) fn lazy_all(facts: &FunctionFacts) -> Option<LazyAll> {
    let all = facts.routes.lazy_all.as_ref()?;
    let [estimated, low, high] = all.init_ms;
    let labels = facts.routes.routes.iter().map(|route| route.label.as_str()).chain(["*"]);
    let first = labels.zip(&all.first_ms).map(|(route, ms)| FirstRequest { route: route.to_owned(), ms: rounded(*ms) });
    Some(LazyAll {
        estimated_ms: rounded(estimated),
        low_ms: rounded(low),
        high_ms: rounded(high),
        first_requests: first.collect(),
        cold_ms: rounded(all.cold_ms),
        pays: all.pays,
    })
}

/// The split plan of a function with several routes.
pub(super) fn split(facts: &FunctionFacts, texts: &mut Texts<'_>) -> Option<Split> {
    let plan = facts.routes.plan.as_ref()?;
    let label = |route: &usize| facts.routes.routes.get(*route).map_or(String::new(), |route| route.label.clone());
    let package = |id: &PackageId| facts.packages.package(*id).name.to_string();
    let group = |group: &split::Group| {
        let routes = || group.routes.iter().filter_map(|route| facts.routes.routes.get(*route));
        let environment: BTreeSet<String> = routes().flat_map(|route| route.environment.iter().cloned()).collect();
        SplitGroup {
            routes: group.routes.iter().map(label).collect(),
            packages: group.closure.packages.iter().map(package).collect(),
            bytes: group.closure.bytes,
            estimated_ms: rounded(group.closure.init_ms),
            share: rounded(group.share),
            services: services(routes()),
            environment: environment.into_iter().collect(),
        }
    };
    let shared: BTreeSet<String> = plan
        .shared
        .iter()
        .filter_map(|id| match facts.package_of(*id) {
            Some(owner) => Some(package(&owner)),
            None => path(facts, *id),
        })
        .collect();
    let [estimated, low, high] = plan.lazy_ms;
    let first = facts.routes.routes.iter().zip(&plan.lazy_first_ms);
    Some(Split {
        groups: plan.groups.iter().map(group).collect(),
        before_ms: rounded(plan.before_ms),
        weighted_after_ms: rounded(plan.weighted_after_ms),
        shared: shared.into_iter().collect(),
        pays: plan.pays,
        lazy: Lazy {
            estimated_ms: rounded(estimated),
            low_ms: rounded(low),
            high_ms: rounded(high),
            first_requests: first
                .map(|(route, ms)| FirstRequest { route: route.label.clone(), ms: rounded(*ms) })
                .collect(),
            moves: plan
                .moves
                .iter()
                .map(|one| Move {
                    name: facts.loaded_name(one.loads),
                    package: match one.loads {
                        Loaded::Package(id) => Some(package(&id)),
                        Loaded::Module(_) | Loaded::File(_) => None,
                    },
                    location: origin(&facts.locate_import(one.site), texts),
                    routes: one.routes.iter().map(label).collect(),
                    saves_ms: rounded(one.saves_ms),
                    costs_ms: rounded(one.costs_ms),
                })
                .collect(),
        },
    })
}
