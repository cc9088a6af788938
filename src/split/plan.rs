//! The split plan: which routes to pull apart, what that saves, and what moving imports saves.
//!
//! The objective, in milliseconds of Init per cold start: the sum over groups of
//! `share * Init * share^-pool`, plus `function_ms` for every function beyond the first. A pool of
//! instances that serves a smaller share of the requests has fewer warm ones to offer: with `pool`
//! 0.15, half of the traffic starts cold 1.11 times as often per request, a tenth 1.41 times.
//! Groups are merged, best pair first, as long as that lowers the sum.

use std::collections::{BTreeMap, BTreeSet};

use super::closure::{Closure, Closures};
use super::moves::{Move, with_range};
use super::routes::{Input, Route};
use crate::graph::ModuleId;
use crate::program::reach::Reach;
use crate::program::values::Program;
use crate::span::Span;

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
pub(super) const WORTH: f64 = 0.15;
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
    /// What all of these reach together.
    pub(super) everything: &'c Reach,
    pub(super) routes: &'c [Route],
    /// The own modules that a split takes apart; others come along as they are.
    pub(super) apart: BTreeSet<ModuleId>,
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
        lazy_ms: with_range(parts.input.estimate, lazy),
        lazy_first_ms: parts.first_requests(&moves),
        moves,
        groups,
    })
}

/// Shares that add up to one: those said, and equal parts of the rest.
pub(super) fn shares(routes: &[Route], said: &BTreeMap<String, f64>) -> Vec<f64> {
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
        Group { closure: self.closures.of_files(&reached, &self.apart), routes, share }
    }

    /// Routes that load the same, or that share changing state, stay together from the start.
    fn first_groups(&self, shares: &[f64]) -> Vec<Group> {
        let mut owners: BTreeMap<(u8, String), usize> = BTreeMap::new();
        let mut parent: Vec<usize> = (0..self.routes.len()).collect();
        for (at, route) in self.routes.iter().enumerate() {
            let loads: Vec<String> = route.closure.packages.iter().map(|package| package.0.to_string()).collect();
            let mut marks = vec![(0, loads.join(","))];
            marks.extend(route.state.iter().map(|(module, var)| (1, format!("{}:{var}", module.0))));
            // What answers the rest of a path runs for its other methods as soon as their own code is not there.
            let is_around = |place: &(ModuleId, Span)| self.routes.iter().any(|other| other.inside.contains(place));
            let is_route = |place: &(ModuleId, Span)| self.routes.iter().any(|other| other.place == *place);
            let own = Some(&route.place).filter(|place| is_around(place));
            let around = own.into_iter().chain(route.inside.iter().filter(|place| is_route(place)));
            marks.extend(around.map(|(module, span)| (2, format!("{}:{}-{}", module.0, span.start, span.end))));
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
}

fn root(parent: &[usize], at: usize) -> usize {
    let mut at = at;
    while let Some(next) = parent.get(at).filter(|next| **next != at) {
        at = *next;
    }
    at
}
