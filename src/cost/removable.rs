//! What Init would save if nobody loaded a module or a package.
//!
//! The eager imports are a graph, and what every way from the runtime to a module leads through dominates it: without
//! that, nobody loads it. What several share belongs to none of them.

use std::collections::BTreeSet;
use std::fmt;

use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use super::{CostInput, Estimate, PackageCost};
use crate::graph::{ImportSite, LoadCall, Module, ModuleGraph, ModuleId, Phase};
use crate::package::owners::PackageId;
use crate::platform::Language;

/// Walks over the graph, in imports looked at, that one function may take: exact figures for packages and for parents
/// of modules need a walk each. Beyond it the dominator tree has to do, which says less for packages.
const MOST_STEPS: usize = 60_000_000;

/// Imports as they would be after a change to code.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Imports that are gone.
    pub gone: BTreeSet<ImportSite>,
    /// Modules that import others instead.
    pub added: Vec<(ModuleId, ModuleId)>,
}

/// What changes to one function save.
pub struct Savings<'a> {
    eager: Eager<'a>,
    /// Milliseconds that nobody loads as it is.
    before: f64,
}

impl<'a> Savings<'a> {
    /// The function as it is.
    #[must_use]
    pub fn new(graph: &'a ModuleGraph, estimate: &Estimate, language: Language) -> Self {
        let eager = Eager::new(graph, estimate, language);
        let before = eager.without(|_| false);
        Self { eager, before }
    }

    /// Milliseconds of Init that a change saves: what two walks over the eager imports load, one with it and one without.
    #[must_use]
    pub fn of(&self, change: &Change) -> f64 {
        let importers = change.gone.iter().map(|site| site.importer).chain(change.added.iter().map(|(from, _)| *from));
        let importers = importers.map(|importer| self.eager.node(importer.0 as usize));
        let changed = importers.map(|from| (from, self.eager.edges_from(from, change))).collect();
        (self.eager.without_changed(&changed, |_| false) - self.before).max(0.0)
    }
}

impl fmt::Debug for Savings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Savings").field("before", &self.before).finish_non_exhaustive()
    }
}

/// Puts the removable cost of every module and all costs of every package into an estimate.
pub(super) fn add(estimate: &mut Estimate, input: &CostInput<'_>) {
    let eager = Eager::new(input.graph, estimate, input.spec.runtime.language());
    let tree = eager.dominated();
    for (at, ms) in tree.iter().enumerate().take(estimate.modules.len()) {
        estimate.modules[at].removable_ms = *ms;
    }
    let mut steps = 0;
    let mut removed = vec![false; input.graph.modules.len()];
    for (parent, inside) in eager.parents(input) {
        if !spend(&mut steps, &eager) {
            break;
        }
        let its = || inside.iter().copied().chain([parent]);
        its().for_each(|at| removed[at] = true);
        estimate.modules[parent].removable_ms = eager.without(|id| removed[id]);
        its().for_each(|at| removed[at] = false);
    }
    estimate.packages = packages(&eager, estimate, input, &mut steps);
}

/// Takes one walk off what is left; says whether there was enough.
fn spend(steps: &mut usize, eager: &Eager<'_>) -> bool {
    let walk = eager.edges.iter().map(Vec::len).sum::<usize>() + eager.edges.len();
    *steps = steps.saturating_add(walk);
    *steps <= MOST_STEPS
}

fn packages(eager: &Eager<'_>, estimate: &Estimate, input: &CostInput<'_>, steps: &mut usize) -> Vec<PackageCost> {
    let mut costs = vec![PackageCost::default(); input.packages.packages.len()];
    let owners: Vec<Option<PackageId>> =
        input.graph.modules().map(|(id, _)| input.packages.of_module(input.graph, id)).collect();
    let mut members: FxHashMap<PackageId, Vec<usize>> = FxHashMap::default();
    for (at, owner) in owners.iter().enumerate().filter(|(at, _)| eager.is_loaded(*at)) {
        if let Some(owner) = owner {
            members.entry(*owner).or_default().push(at);
        }
    }
    let mut members: Vec<(PackageId, Vec<usize>)> = members.into_iter().collect();
    members.sort_unstable();
    for (package, members) in members {
        let Some(cost) = costs.get_mut(package.0 as usize) else { continue };
        cost.own_ms = members.iter().map(|at| estimate.modules[*at].self_ms).sum();
        let entered = members.iter().filter(|at| !is_inside(input.graph, **at, package, &owners));
        cost.cumulative_ms = entered.map(|at| estimate.modules[*at].cumulative_ms).sum();
        cost.removable_ms = match spend(steps, eager) {
            true => eager.without(|id| owners.get(id).copied().flatten() == Some(package)),
            false => members.iter().map(|at| estimate.modules[*at].removable_ms).fold(cost.own_ms, f64::max),
        };
    }
    costs
}

/// Whether a module is loaded, in the walk's tree, on behalf of another one of its package.
fn is_inside(graph: &ModuleGraph, at: usize, package: PackageId, owners: &[Option<PackageId>]) -> bool {
    let importer = |at: usize| graph.modules.get(at)?.first_import.map(|site| site.importer.0 as usize);
    let mut above = importer(at);
    // Bounded: a chain is never longer than the number of modules.
    for _ in 0..graph.modules.len() {
        let Some(next) = above else { return false };
        if owners.get(next).copied().flatten() == Some(package) {
            return true;
        }
        above = importer(next);
    }
    false
}

/// Who loads whom during Init. The last node is the runtime.
struct Eager<'a> {
    graph: &'a ModuleGraph,
    edges: Vec<Vec<usize>>,
    /// The packages around modules, which Python loads before them.
    around: Vec<Option<usize>>,
    own_ms: Vec<f64>,
    /// Calls at load that cost something, with the modules without any of which nobody makes them.
    calls: Vec<(f64, Vec<usize>)>,
}

impl<'a> Eager<'a> {
    fn new(graph: &'a ModuleGraph, estimate: &Estimate, language: Language) -> Self {
        let root = graph.modules.len();
        let mut eager = Self {
            graph,
            edges: vec![Vec::new(); root + 1],
            around: Vec::new(),
            own_ms: Vec::new(),
            calls: calls(graph, estimate),
        };
        eager.own_ms =
            (0..root).map(|at| if eager.is_loaded(at) { estimate.modules[at].self_ms } else { 0.0 }).collect();
        if language == Language::Python {
            eager.around = eager.packages_around();
        }
        let mut edges = std::mem::take(&mut eager.edges);
        eager.each_edge(&Change::default(), |from, to| edges[from].push(to));
        edges.iter_mut().for_each(sorted);
        eager.edges = edges;
        eager
    }

    fn is_loaded(&self, at: usize) -> bool {
        self.graph.modules.get(at).is_some_and(|module| module.loaded == Phase::Init && !module.preloaded)
    }

    /// A module as an importer: what loads during Init for one that does not is loaded for the runtime.
    fn node(&self, at: usize) -> usize {
        if self.is_loaded(at) { at } else { self.graph.modules.len() }
    }

    /// Who loads whom after a change, some pairs more than once.
    fn each_edge(&self, change: &Change, mut edge: impl FnMut(usize, usize)) {
        let is_gone = |site: &ImportSite| change.gone.contains(site);
        for (id, module) in self.graph.modules().filter(|(id, _)| self.is_loaded(id.0 as usize)) {
            if !module.first_import.as_ref().is_some_and(is_gone) {
                let importer = module.first_import.map(|site| self.node(site.importer.0 as usize));
                edge(importer.unwrap_or(self.graph.modules.len()), id.0 as usize);
            }
        }
        let imports = self.graph.imports.iter().filter(|import| import.phase == Phase::Init && !is_gone(&import.site));
        let imports = imports.map(|import| (import.site.importer, import.target));
        let imports = imports.filter(|(importer, target)| importer != target);
        for (importer, target) in imports.chain(change.added.iter().copied()) {
            let (importer, target) = (importer.0 as usize, target.0 as usize);
            if self.is_loaded(importer) && self.is_loaded(target) {
                edge(importer, target);
            }
        }
        for (at, around) in self.around.iter().enumerate() {
            if let Some(around) = around {
                edge(at, *around);
            }
        }
    }

    /// Whom one module loads after a change.
    fn edges_from(&self, from: usize, change: &Change) -> Vec<usize> {
        let mut targets = Vec::new();
        self.each_edge(change, |importer, target| {
            if importer == from {
                targets.push(target);
            }
        });
        sorted(&mut targets);
        targets
    }

    fn packages_around(&self) -> Vec<Option<usize>> {
        let names: FxHashMap<&str, usize> =
            self.graph.modules().map(|(id, module)| (&*module.name, id.0 as usize)).collect();
        let around = |(id, module): (ModuleId, &Module)| {
            let (parent, _) = module.name.rsplit_once('.')?;
            let parent = names.get(parent).copied()?;
            (self.is_loaded(parent) && self.is_loaded(id.0 as usize)).then_some(parent)
        };
        self.graph.modules().map(around).collect()
    }

    /// Modules that others lie inside of, by name, with those: without a package nobody loads what is in it.
    fn parents(&self, input: &CostInput<'_>) -> Vec<(usize, Vec<usize>)> {
        if input.spec.runtime.language() != Language::Python {
            return Vec::new();
        }
        let mut sorted: Vec<(&str, usize)> = self.graph.modules().map(|(id, m)| (&*m.name, id.0 as usize)).collect();
        sorted.retain(|(_, at)| self.is_loaded(*at));
        sorted.sort_unstable();
        let inside = |name: &str| {
            let prefix = format!("{name}.");
            let from = sorted.partition_point(|(other, _)| *other < &*prefix);
            sorted[from..].iter().take_while(|(other, _)| other.starts_with(&prefix)).map(|(_, at)| *at).collect()
        };
        let all = sorted.iter().map(|(name, at)| (*at, inside(name)));
        all.filter(|(_, inside): &(usize, Vec<usize>)| !inside.is_empty()).collect()
    }

    /// For each module what it dominates costs, itself included.
    fn dominated(&self) -> Vec<f64> {
        let nodes = self.edges.len();
        let pairs =
            self.edges.iter().enumerate().flat_map(|(from, to)| to.iter().map(move |to| (from as u32, *to as u32)));
        let mut graph: DiGraph<(), (), u32> = DiGraph::from_edges(pairs);
        while graph.node_count() < nodes {
            graph.add_node(());
        }
        let root = NodeIndex::new(nodes - 1);
        let dominators = simple_fast(&graph, root);
        let above =
            |at: usize| -> Option<usize> { dominators.immediate_dominator(NodeIndex::new(at)).map(NodeIndex::index) };
        let mut sums: Vec<f64> = self.own_ms.iter().copied().chain([0.0]).collect();
        for at in lowest_first(&dominators, nodes) {
            if let Some(parent) = above(at) {
                sums[parent] += sums[at];
            }
        }
        // A call goes with everything that dominates one of the modules that it needs.
        for (ms, needed) in &self.calls {
            let mut met = vec![false; nodes];
            for module in needed {
                let mut at = Some(*module);
                while let Some(here) = at.filter(|here| !std::mem::replace(&mut met[*here], true)) {
                    sums[here] += ms;
                    at = above(here);
                }
            }
        }
        sums.truncate(self.own_ms.len());
        sums
    }

    /// What is not loaded, and not called, when some modules cannot be.
    fn without(&self, is_removed: impl Fn(usize) -> bool) -> f64 {
        self.without_changed(&FxHashMap::default(), is_removed)
    }

    /// The same with other edges for some modules.
    fn without_changed(&self, changed: &FxHashMap<usize, Vec<usize>>, is_removed: impl Fn(usize) -> bool) -> f64 {
        let root = self.own_ms.len();
        let mut reached = vec![false; root + 1];
        let mut todo = vec![root];
        reached[root] = true;
        while let Some(at) = todo.pop() {
            for target in changed.get(&at).unwrap_or(&self.edges[at]) {
                if !reached[*target] && !is_removed(*target) {
                    reached[*target] = true;
                    todo.push(*target);
                }
            }
        }
        let modules = self.own_ms.iter().enumerate().filter(|(at, _)| !reached[*at]).map(|(_, ms)| ms);
        let calls = self.calls.iter().filter(|(_, needed)| needed.iter().any(|at| !reached[*at])).map(|(ms, _)| ms);
        modules.sum::<f64>() + calls.sum::<f64>()
    }
}

fn sorted(targets: &mut Vec<usize>) {
    targets.sort_unstable();
    targets.dedup();
}

/// Reached nodes of a dominator tree, those farthest from the root first.
fn lowest_first(dominators: &Dominators<NodeIndex<u32>>, nodes: usize) -> Vec<usize> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for at in 0..nodes {
        if let Some(parent) = dominators.immediate_dominator(NodeIndex::new(at)) {
            below[parent.index()].push(at);
        }
    }
    let mut order = vec![dominators.root().index()];
    let mut at = 0;
    while let Some(node) = order.get(at).copied() {
        order.extend(&below[node]);
        at += 1;
    }
    order.reverse();
    order
}

/// Calls at load that cost something, and the modules without which there are none: who makes them, who leads there,
/// and who defines what is called.
fn calls(graph: &ModuleGraph, estimate: &Estimate) -> Vec<(f64, Vec<usize>)> {
    let costly = graph.calls.iter().zip(&estimate.calls).filter(|(_, ms)| **ms > 0.0);
    let needed = |call: &LoadCall| {
        let makers = call.via.iter().map(|site| site.importer).chain([call.module]);
        let mut needed: Vec<usize> = makers.chain(defined_in(graph, &call.callee)).map(|id| id.0 as usize).collect();
        needed.retain(|at| graph.modules.get(*at).is_some_and(|m| m.loaded == Phase::Init && !m.preloaded));
        needed.sort_unstable();
        needed.dedup();
        needed
    };
    costly.map(|(call, ms)| (*ms, needed(call))).collect()
}

/// The module whose name a callee begins with, the longest one.
fn defined_in(graph: &ModuleGraph, callee: &str) -> Option<ModuleId> {
    let mut name = callee;
    while let Some((before, _)) = name.rsplit_once('.') {
        if let Some((id, _)) = graph.modules().find(|(_, module)| *module.name == *before) {
            return Some(id);
        }
        name = before;
    }
    None
}
