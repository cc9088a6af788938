//! Routers inside routers: prefixes, and what stands in front of a route.

use std::collections::{BTreeMap, BTreeSet};

use super::passing::covers;
use super::{Mount, Registered, Registry};
use crate::program::expand::Expander;
use crate::program::flow::Kind;
use crate::program::reach::Region;
use crate::program::values::{At, Program};
use crate::routes::found::{Found, join};
use crate::routes::reading::{Router, made_inside, own_prefixes, router};

/// Most routers that are passed on the ways from one route to the outside.
const MOST_STEPS: u32 = 2_000;

/// Prefixes with the mounts on the way, while they are looked for.
struct Chains<'m> {
    found: Vec<(String, Vec<&'m Mount>)>,
    left: u32,
}

impl Registry {
    /// Functions that get a router: `registerUsers(app)`, `require("./users")(app)`.
    pub(super) fn handed(&mut self, program: &Program<'_>) {
        let wanted: BTreeSet<Router> =
            self.known().into_iter().filter(|r| matches!(r, Router::Parameter(..))).collect();
        if wanted.is_empty() {
            return;
        }
        for at in program.nodes() {
            let Kind::Call(callee, args) = program.kind(at) else { continue };
            if args.is_empty() {
                continue;
            }
            let Some((unit, function)) = program.function((at.0, *callee)) else { continue };
            for (arg, param) in args.iter().zip(program.own_params((unit, function))) {
                let child = Router::Parameter(unit, *param);
                if wanted.contains(&child)
                    && let Some(parent) = router(program, (at.0, arg.value), 0)
                {
                    let prefix = String::new();
                    self.mounts.push(Mount { parent, child, prefix, replaces: false, at, before: Vec::new() });
                }
            }
        }
    }

    /// Routers that own functions make: what is registered inside is there at each call. Gives the calls.
    pub(super) fn made_by_calls(&mut self, program: &Program<'_>) -> BTreeSet<At> {
        let mut calls = BTreeSet::new();
        let routes = self.routes.iter().map(|route| &route.router);
        let mounts = self.mounts.iter().flat_map(|mount| [&mount.parent, &mount.child]);
        let views = self.derived.values().map(|(parent, _)| parent);
        let mut seen: BTreeSet<Router> = routes.chain(mounts).chain(views).cloned().collect();
        let mut todo: Vec<Router> = seen.iter().cloned().collect();
        while let Some(outer) = todo.pop() {
            let (Router::Made(at), Some(child)) = (&outer, made_inside(program, &outer)) else { continue };
            let (at, parent, prefix) = (*at, outer.clone(), String::new());
            calls.insert(at);
            // The prefix that the inner one is made with is the outer one's.
            self.mounts.push(Mount { parent, child: child.clone(), prefix, replaces: true, at, before: Vec::new() });
            if seen.insert(child.clone()) {
                todo.push(child);
            }
        }
        calls
    }

    /// What is mounted by one of its views, like Hono's `app.basePath("/x")`, comes as a whole.
    pub(super) fn mount_whole(&mut self) {
        for mount in &mut self.mounts {
            for _ in 0..16 {
                let Some((whole, _)) = self.derived.get(&mount.child) else { break };
                mount.child = whole.clone();
            }
        }
    }

    /// Routers that something is registered with, directly or through what is mounted on them.
    pub(super) fn known(&self) -> BTreeSet<Router> {
        let mut known: BTreeSet<Router> = self.routes.iter().map(|route| route.router.clone()).collect();
        for _ in 0..16 {
            let before = known.len();
            for (made, (from, _)) in &self.derived {
                if known.contains(made) {
                    known.insert(from.clone());
                }
            }
            for mount in &self.mounts {
                if known.contains(&mount.child) {
                    known.insert(mount.parent.clone());
                }
            }
            if known.len() == before {
                break;
            }
        }
        known
    }

    pub(super) fn resolved(mut self, program: &Program<'_>, expander: &Expander<'_, '_>) -> Vec<Found> {
        let routers: BTreeSet<Router> = self.known();
        for mount in &mut self.mounts {
            // The children of one call stand side by side.
            mount.before.retain(|at| router(program, *at, 0).is_none_or(|router| !routers.contains(&router)));
        }
        for router in routers {
            let prefixes = own_prefixes(program, expander, &router);
            self.prefixes.insert(router, prefixes);
        }
        for (router, prefix) in std::mem::take(&mut self.set) {
            let own = self.prefixes.entry(router).or_default();
            *own = match own.as_slice() {
                [] => vec![prefix],
                said => said.iter().map(|own| concat(&prefix, own)).collect(),
            };
        }
        let for_all = self.for_all_verbs();
        let (mut found, mut in_front) = (Vec::new(), Vec::new());
        for route in &self.routes {
            let mut chains = Chains { found: Vec::new(), left: MOST_STEPS };
            self.chains(&route.router, String::new(), Vec::new(), &mut chains);
            for (prefix, mounts) in chains.found {
                let mut regions = route.regions.clone();
                for mount in &mounts {
                    regions.push(Region::Unit(mount.at.0));
                    regions.extend(mount.before.iter().map(|at| Region::Node(*at)));
                }
                if route.method.is_some() {
                    regions.extend(for_all.get(&self.place(route)).into_iter().flatten());
                }
                let path = route.key.is_none().then(|| join(&prefix, &route.path));
                if route.passes {
                    in_front.push((path.unwrap_or_default(), regions));
                    continue;
                }
                found.push(Found {
                    kind: route.kind,
                    method: route.method.clone(),
                    path,
                    key: route.key.clone(),
                    function: route.function.clone(),
                    place: (route.at.0, program.flow(route.at.0).span(route.at.1)),
                    inside: Vec::new(),
                    regions,
                });
            }
        }
        for route in &mut found {
            let path = route.path.as_deref().unwrap_or_default();
            let covering = in_front.iter().filter(|(pattern, _)| covers(pattern, path));
            route.regions.extend(covering.flat_map(|(_, regions)| regions.iter().copied()));
        }
        found
    }

    /// The code of `router.route(path).all(handler)`, which runs before each verb of that path.
    fn for_all_verbs(&self) -> BTreeMap<(Router, String), Vec<Region>> {
        let mut found: BTreeMap<(Router, String), Vec<Region>> = BTreeMap::new();
        for route in self.routes.iter().filter(|route| is_for_all(route)) {
            found.entry(self.place(route)).or_default().extend(&route.regions);
        }
        found
    }

    /// The router and path that a route is registered for.
    fn place(&self, route: &Registered) -> (Router, String) {
        match self.derived.get(&route.router) {
            Some((parent, prefix)) => (parent.clone(), concat(prefix, &route.path)),
            None => (route.router.clone(), route.path.clone()),
        }
    }

    /// All prefixes under which a router can be reached, with the mounts on the way.
    fn chains<'m>(&'m self, router: &Router, below: String, way: Vec<&'m Mount>, into: &mut Chains<'m>) {
        let Some(left) = into.left.checked_sub(1) else { return };
        into.left = left;
        if way.len() > 8 || into.found.len() > 16 {
            return;
        }
        if let Some((parent, prefix)) = self.derived.get(router) {
            return self.chains(parent, concat(prefix, &below), way, into);
        }
        let own = self.prefixes.get(router).map_or(&[][..], Vec::as_slice);
        let here: Vec<String> = match own {
            [] => vec![below.clone()],
            said => said.iter().map(|own| concat(own, &below)).collect(),
        };
        let mounts: Vec<&Mount> = self.mounts.iter().filter(|mount| mount.child == *router).collect();
        if mounts.is_empty() {
            into.found.extend(here.into_iter().map(|here| (here, way.clone())));
            return;
        }
        for mount in mounts {
            let inner = if mount.replaces { std::slice::from_ref(&below) } else { &here };
            for inner in inner {
                let mut way = way.clone();
                way.push(mount);
                self.chains(&mount.parent, concat(&mount.prefix, inner), way, into);
            }
        }
    }
}

fn is_for_all(route: &Registered) -> bool {
    route.method.is_none() && route.key.is_none() && !route.passes
}

fn concat(prefix: &str, path: &str) -> String {
    if path.is_empty() { prefix.to_owned() } else { join(prefix, path) }
}
