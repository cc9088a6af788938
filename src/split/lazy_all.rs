//! The other alternative to a split: all that Init loads and works out moves to first use, what every
//! route needs as well. It moves work rather than saving it, so nothing recommends it.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::with_range;
use super::plan::{WORTH, shares};
use super::routes::{Input, Route};
use crate::graph::{ModuleGraph, ModuleId, ModuleKind, Phase};
use crate::platform::Language;

/// There must be this much to move, milliseconds.
const LEAST_MS: f64 = 1.0;

/// A function whose handler module imports, reads and works out nothing before the first request.
/// Times are milliseconds.
#[derive(Clone, Debug)]
pub struct LazyAll {
    /// Init with its range.
    pub init_ms: [f64; 3],
    /// What the first request of each route then takes; one for all when there are no routes.
    pub first_ms: Vec<f64>,
    /// Init and first request together, on average over the routes by their shares.
    pub cold_ms: f64,
    /// Whether that is less by enough than today.
    pub pays: bool,
}

/// What moving everything does; nothing where there is nothing to move.
pub(super) fn of(input: &Input<'_>, handler: ModuleId, routes: &[Route]) -> Option<LazyAll> {
    let estimate = input.estimate;
    let stays_ms = stays_ms(input, handler);
    let init_ms = (estimate.runtime_ms + stays_ms).min(estimate.init_ms);
    if estimate.init_ms - init_ms < LEAST_MS {
        return None;
    }
    let first = |alone_ms: f64, lazy_ms: f64| (alone_ms - init_ms).max(0.0) * estimate.slowdown + lazy_ms;
    let (first_ms, today_ms, average_ms) = if routes.is_empty() {
        let first_ms = first(estimate.init_ms, estimate.first_request_ms);
        (vec![first_ms], estimate.first_request_ms, first_ms)
    } else {
        let today: Vec<f64> = routes.iter().map(|route| route.closure.first_request_ms).collect();
        let first_ms: Vec<f64> = routes.iter().map(|r| first(r.closure.init_ms, r.closure.first_request_ms)).collect();
        let average_ms = average(input, routes, &first_ms);
        (first_ms, average(input, routes, &today), average_ms)
    };
    let (before_ms, cold_ms) = (estimate.init_ms + today_ms, init_ms + average_ms);
    let pays = before_ms - cold_ms > before_ms * WORTH;
    Some(LazyAll { init_ms: with_range(estimate, init_ms), first_ms, cold_ms, pays })
}

/// By the shares of the routes in the requests.
fn average(input: &Input<'_>, routes: &[Route], values: &[f64]) -> f64 {
    shares(routes, &input.objective.shares).into_iter().zip(values).map(|(share, ms)| share * ms).sum()
}

/// What Init still takes beyond the runtime: definitions of the handler module, what it imports of
/// the runtime itself, which nobody moves, and what the environment asks for.
fn stays_ms(input: &Input<'_>, handler: ModuleId) -> f64 {
    let loads = loads(input.graph);
    let (adapter, entries) = adapter(input, handler, &loads);
    let staying = staying(input, &entries);
    let mut others: BTreeSet<ModuleId> = of_runtime(input, &staying);
    others.extend(elsewhere(input.graph, &loads, staying.iter().chain(&adapter)));
    others.extend(adapter);
    let bare_ms = |id: &ModuleId| {
        let cost = input.estimate.module(*id);
        cost.self_ms - cost.work_ms
    };
    let others_ms: f64 = others.iter().map(|id| input.estimate.module(*id).self_ms).sum();
    staying.iter().map(bare_ms).sum::<f64>() + others_ms
}

/// What a package does before own code has its turn, when the handler is the package's, and the own
/// modules that are loaded first.
fn adapter(input: &Input<'_>, handler: ModuleId, loads: &Loads) -> (BTreeSet<ModuleId>, Vec<ModuleId>) {
    let is_foreign = |id: ModuleId| {
        let module = input.graph.module(id);
        module.kind == ModuleKind::Runtime || module.entry.is_some_and(|entry| input.packages.owner(entry).is_some())
    };
    if !is_foreign(handler) {
        return (BTreeSet::new(), vec![handler]);
    }
    let (mut adapter, mut entries) = (BTreeSet::new(), Vec::new());
    let mut todo = vec![handler];
    while let Some(id) = todo.pop() {
        if !is_foreign(id) {
            entries.push(id);
        } else if adapter.insert(id) {
            todo.extend(loads.get(id.0 as usize).into_iter().flatten());
        }
    }
    (adapter, entries)
}

/// By module the modules that it is the first to load during Init.
type Loads = Vec<Vec<ModuleId>>;

fn loads(graph: &ModuleGraph) -> Loads {
    let mut loads: Loads = vec![Vec::new(); graph.modules.len()];
    for (id, module) in graph.modules().filter(|(_, module)| module.loaded == Phase::Init) {
        if let Some(others) = module.first_import.and_then(|site| loads.get_mut(site.importer.0 as usize)) {
            others.push(id);
        }
    }
    loads
}

/// The handler module, and in Python the packages around it: the runtime loads them whatever they hold.
fn staying(input: &Input<'_>, entries: &[ModuleId]) -> BTreeSet<ModuleId> {
    let python = input.spec.runtime.language() == Language::Python;
    let is_around = |other: &str| {
        let mut names = entries.iter().map(|id| &input.graph.module(*id).name);
        python && names.any(|name| name.strip_prefix(other).is_some_and(|rest| rest.starts_with('.')))
    };
    let around = input.graph.modules().filter(|(_, module)| is_around(&module.name)).map(|(id, _)| id);
    around.chain(entries.iter().copied()).collect()
}

/// The runtime's own modules that some modules import, other than the cloud's SDK.
fn of_runtime(input: &Input<'_>, staying: &BTreeSet<ModuleId>) -> BTreeSet<ModuleId> {
    let sdk = input.spec.runtime.sdk(input.spec.platform);
    let is_standard = |id: &ModuleId| {
        let module = input.graph.module(*id);
        module.kind == ModuleKind::Runtime && !sdk.is_some_and(|sdk| sdk.is_entry(&module.name))
    };
    let imports = input.graph.imports.iter().filter(|import| import.phase == Phase::Init);
    let mut loads: BTreeMap<ModuleId, Vec<ModuleId>> = BTreeMap::new();
    for import in imports.filter(|import| is_standard(&import.target)) {
        loads.entry(import.site.importer).or_default().push(import.target);
    }
    let mut found = BTreeSet::new();
    let mut todo: Vec<ModuleId> = staying.iter().copied().collect();
    while let Some(id) = todo.pop() {
        todo.extend(loads.get(&id).into_iter().flatten().filter(|target| found.insert(**target)));
    }
    found
}

/// What Init loads on behalf of others than some modules: what the environment asks for.
fn elsewhere<'s>(graph: &ModuleGraph, loads: &Loads, staying: impl Iterator<Item = &'s ModuleId>) -> Vec<ModuleId> {
    let mut moved: BTreeSet<ModuleId> = BTreeSet::new();
    let mut todo: Vec<ModuleId> = staying.copied().collect();
    while let Some(id) = todo.pop() {
        if moved.insert(id) {
            todo.extend(loads.get(id.0 as usize).into_iter().flatten());
        }
    }
    let init = graph.modules().filter(|(_, module)| module.loaded == Phase::Init).map(|(id, _)| id);
    init.filter(|id| !moved.contains(id)).collect()
}
