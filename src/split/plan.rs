//! The split plan: which routes to pull apart, what that saves, and what moving imports saves.
//!
//! The objective, in milliseconds of Init per cold start: the sum over groups of
//! `share * Init * share^-pool`, plus `function_ms` for every function beyond the first. A pool of
//! instances that serves a smaller share of the requests has fewer warm ones to offer: with `pool`
//! 0.15, half of the traffic starts cold 1.11 times as often per request, a tenth 1.41 times.
//! Groups are merged, best pair first, as long as that lowers the sum.

use std::collections::{BTreeMap, BTreeSet};

use super::closure::{Closure, Closures};
use super::program::Program;
use super::reach::Reach;
use super::routes::{Input, Route};
use crate::graph::packages::PackageId;
use crate::graph::{ImportSite, ModuleId, Phase};

/// What a plan is judged by.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Share of the requests by route, as the user says; routes that are not named share the rest.
    pub shares: BTreeMap<String, f64>,
    /// What each function beyond the first must save, milliseconds of Init.
    pub function_ms: f64,
    /// How much more often a smaller pool starts cold: the exponent of the share.
    pub pool: f64,
}

impl Default for Objective {
    fn default() -> Self {
        Self { shares: BTreeMap::new(), function_ms: 25.0, pool: 0.15 }
    }
}

/// A split must save this share of Init to be worth proposing.
const WORTH: f64 = 0.15;
/// An import must cost this much to be worth moving, milliseconds.
const WORTH_MS: f64 = 1.0;
/// Most groups that merging starts from.
const MOST_GROUPS: usize = 60;

/// Routes that become one function. Times are milliseconds, sizes bytes.
#[derive(Clone, Debug)]
pub struct Group {
    /// Positions in [`super::Routes::routes`].
    pub routes: Vec<usize>,
    /// All that they need.
    pub closure: Closure,
    /// Their share of the requests.
    pub share: f64,
}

/// An import that only some routes need, and that could run when they do.
#[derive(Clone, Debug)]
pub struct Move {
    /// What it loads.
    pub package: PackageId,
    /// The statement.
    pub site: ImportSite,
    /// The routes that need it.
    pub routes: Vec<usize>,
    /// What moving this one alone takes off Init.
    pub saves_ms: f64,
    /// What it costs when all the others have moved: more where several load the same.
    pub costs_ms: f64,
}

/// What to do about a function with several routes. Times are milliseconds.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The groups; one when nothing pays.
    pub groups: Vec<Group>,
    /// Whether splitting lowers the objective by enough.
    pub pays: bool,
    /// Init today.
    pub before_ms: f64,
    /// Init of the groups by their shares of the requests.
    pub weighted_after_ms: f64,
    /// Modules that several groups need.
    pub shared: BTreeSet<ModuleId>,
    /// Imports that could move into the routes' code, most expensive first.
    pub moves: Vec<Move>,
    /// Init with all of them moved, and its range.
    pub lazy_ms: [f64; 3],
    /// What each route's first request then loads.
    pub lazy_first_ms: Vec<f64>,
}

/// What plans are made from.
pub(super) struct Parts<'a, 'b, 'c> {
    pub(super) input: &'a Input<'a>,
    pub(super) program: &'b Program<'a>,
    pub(super) closures: &'c Closures<'a, 'b>,
    pub(super) base: &'c Reach,
    pub(super) reached: &'c [Reach],
    pub(super) routes: &'c [Route],
}

/// A plan for a function with at least two routes.
pub(super) fn plan(parts: &Parts<'_, '_, '_>) -> Option<Plan> {
    if parts.routes.len() < 2 {
        return None;
    }
    let before_ms = parts.input.estimate.init_ms;
    let shares = shares(parts.routes, &parts.input.objective.shares);
    let mut groups = parts.first_groups(&shares);
    parts.merge(&mut groups);
    let after = parts.score(&groups);
    let pays = groups.len() > 1 && before_ms - after > before_ms * WORTH;
    if !pays {
        groups = vec![parts.group((0..parts.routes.len()).collect(), &shares)];
    }
    groups.sort_by_key(|group| group.routes.first().copied());
    let moves = parts.moves();
    let lazy = if moves.is_empty() { before_ms } else { parts.lazy_ms(&moves) };
    Some(Plan {
        pays,
        before_ms,
        weighted_after_ms: groups.iter().map(|group| group.share * group.closure.init_ms).sum(),
        shared: shared(&groups),
        lazy_ms: parts.with_range(lazy),
        lazy_first_ms: parts
            .routes
            .iter()
            .map(|route| (route.closure.init_ms - lazy).max(0.0) + route.closure.first_request_ms)
            .collect(),
        moves,
        groups,
    })
}

/// Shares that add up to one: those said, and equal parts of the rest.
fn shares(routes: &[Route], said: &BTreeMap<String, f64>) -> Vec<f64> {
    let given: Vec<Option<f64>> = routes.iter().map(|route| said.get(&route.label).copied()).collect();
    let sum: f64 = given.iter().flatten().sum();
    let unnamed = given.iter().filter(|share| share.is_none()).count();
    let rest = if unnamed == 0 { 0.0 } else { (1.0 - sum).max(0.0) / unnamed as f64 };
    let all: Vec<f64> = given.iter().map(|share| share.unwrap_or(rest).max(0.0)).collect();
    let total: f64 = all.iter().sum();
    if total > 0.0 {
        all.iter().map(|share| share / total).collect()
    } else {
        vec![1.0 / routes.len() as f64; routes.len()]
    }
}

/// Modules of several groups.
fn shared(groups: &[Group]) -> BTreeSet<ModuleId> {
    let mut times: BTreeMap<ModuleId, usize> = BTreeMap::new();
    for id in groups.iter().flat_map(|group| &group.closure.modules) {
        *times.entry(*id).or_default() += 1;
    }
    times.into_iter().filter(|(_, times)| *times > 1).map(|(id, _)| id).collect()
}

impl Parts<'_, '_, '_> {
    fn group(&self, routes: Vec<usize>, shares: &[f64]) -> Group {
        let mut reached: Vec<&Reach> = vec![self.base];
        reached.extend(routes.iter().filter_map(|route| self.reached.get(*route)));
        let share = routes.iter().filter_map(|route| shares.get(*route)).sum();
        Group { closure: self.closures.of(&reached), routes, share }
    }

    /// Routes that load the same, or that share changing state, stay together from the start.
    fn first_groups(&self, shares: &[f64]) -> Vec<Group> {
        let mut owners: BTreeMap<(u8, String), usize> = BTreeMap::new();
        let mut parent: Vec<usize> = (0..self.routes.len()).collect();
        for (at, route) in self.routes.iter().enumerate() {
            let loads: Vec<String> = route.closure.packages.iter().map(|package| package.0.to_string()).collect();
            let mut marks = vec![(0, loads.join(","))];
            marks.extend(route.state.iter().map(|(module, var)| (1, format!("{}:{var}", module.0))));
            for mark in marks {
                let first = *owners.entry(mark).or_insert(at);
                let (a, b) = (root(&parent, first), root(&parent, at));
                parent[a.max(b)] = a.min(b);
            }
        }
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.routes.len() {
            members.entry(root(&parent, at)).or_default().push(at);
        }
        let mut members: Vec<Vec<usize>> = members.into_values().collect();
        // The cheapest ones have least to gain from standing alone.
        if members.len() > MOST_GROUPS {
            let init = |routes: &Vec<usize>| routes.first().map_or(0.0, |route| self.routes[*route].closure.init_ms);
            members.sort_by(|a, b| init(b).total_cmp(&init(a)));
            let rest: Vec<usize> = members.split_off(MOST_GROUPS - 1).into_iter().flatten().collect();
            members.push(rest);
        }
        members.into_iter().map(|routes| self.group(routes, shares)).collect()
    }

    fn term(&self, group: &Group) -> f64 {
        let colder = group.share.max(1e-6).powf(-self.input.objective.pool);
        group.share * group.closure.init_ms * colder
    }

    fn score(&self, groups: &[Group]) -> f64 {
        let further = groups.len().saturating_sub(1) as f64;
        groups.iter().map(|group| self.term(group)).sum::<f64>() + further * self.input.objective.function_ms
    }

    /// Merges the pair of groups that lowers the objective most, until none does.
    fn merge(&self, groups: &mut Vec<Group>) {
        let mut known: BTreeMap<(Vec<usize>, Vec<usize>), Group> = BTreeMap::new();
        while groups.len() > 1 {
            let mut best: Option<(f64, usize, usize)> = None;
            for a in 0..groups.len() {
                for b in a + 1..groups.len() {
                    let key = (groups[a].routes.clone(), groups[b].routes.clone());
                    let merged = known.entry(key).or_insert_with(|| self.merged(&groups[a], &groups[b]));
                    let gain = self.term(&groups[a]) + self.term(&groups[b]) - self.term(merged)
                        + self.input.objective.function_ms;
                    if best.is_none_or(|(most, _, _)| gain > most) {
                        best = Some((gain, a, b));
                    }
                }
            }
            let Some((_, a, b)) = best.filter(|(gain, _, _)| *gain > 0.0) else { return };
            let second = groups.remove(b);
            let first = groups.remove(a);
            groups.push(self.merged(&first, &second));
        }
    }

    fn merged(&self, a: &Group, b: &Group) -> Group {
        let mut routes: Vec<usize> = a.routes.iter().chain(&b.routes).copied().collect();
        routes.sort_unstable();
        Group { routes, closure: self.closures.union(&a.closure, &b.closure), share: a.share + b.share }
    }

    /// Imports of packages that some routes do without.
    fn moves(&self) -> Vec<Move> {
        let mut all: Vec<&Reach> = vec![self.base];
        all.extend(self.reached);
        let whole = self.closures.of(&all).init_ms;
        let named = self.routes.iter().flat_map(|route| route.packages.iter().copied());
        let candidates: BTreeSet<PackageId> = named.filter(|package| self.eager_site(*package).is_some()).collect();
        let least = self.closures.without(&all, &candidates).init_ms;
        let mut moves: Vec<Move> = Vec::new();
        for package in candidates.iter().copied() {
            let Some(site) = self.eager_site(package) else { continue };
            let needs = |route: &usize| self.routes[*route].closure.packages.contains(&package);
            let mut others = candidates.clone();
            others.remove(&package);
            let saves_ms = whole - self.closures.without(&all, &BTreeSet::from([package])).init_ms;
            let costs_ms = self.closures.without(&all, &others).init_ms - least;
            if costs_ms.max(saves_ms) >= WORTH_MS {
                let routes = (0..self.routes.len()).filter(needs).collect();
                moves.push(Move { package, site, routes, saves_ms, costs_ms });
            }
        }
        moves.sort_by(|a, b| b.costs_ms.total_cmp(&a.costs_ms).then(a.package.cmp(&b.package)));
        moves
    }

    /// Init when the imports have moved, from the estimate for everything as it is.
    fn lazy_ms(&self, moves: &[Move]) -> f64 {
        let mut all: Vec<&Reach> = vec![self.base];
        all.extend(self.reached);
        let moved: BTreeSet<PackageId> = moves.iter().map(|one| one.package).collect();
        let saved = self.closures.of(&all).init_ms - self.closures.without(&all, &moved).init_ms;
        (self.input.estimate.init_ms - saved).max(self.input.estimate.runtime_ms)
    }

    /// The statement in own code that loads a package during Init first.
    fn eager_site(&self, package: PackageId) -> Option<ImportSite> {
        let graph = self.input.graph;
        let is_its =
            |id: ModuleId| graph.module(id).entry.and_then(|entry| self.input.packages.owner(entry)) == Some(package);
        let mut imports = graph.imports.iter().filter(|import| {
            import.phase == Phase::Init && self.program.unit_of(import.site.importer).is_some() && is_its(import.target)
        });
        imports.next().map(|import| import.site)
    }

    /// An Init with the range that the estimate has.
    fn with_range(&self, ms: f64) -> [f64; 3] {
        let estimate = self.input.estimate;
        let variable = (estimate.init_ms - estimate.runtime_ms).max(1e-9);
        let at = |end: f64| estimate.runtime_ms + (ms - estimate.runtime_ms) * (end - estimate.runtime_ms) / variable;
        [ms, at(estimate.low_ms), at(estimate.high_ms)]
    }
}

fn root(parent: &[usize], at: usize) -> usize {
    let mut at = at;
    while let Some(next) = parent.get(at).filter(|next| **next != at) {
        at = *next;
    }
    at
}
