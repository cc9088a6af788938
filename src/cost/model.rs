use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::calls::CallCost;
use super::descriptions;
use super::scale::{Calibration, Model};
use super::{Estimate, ModuleCost, Part, PartKind, removable};
use crate::artifact::{Artifact, EntryId};
use crate::assemble::FunctionSpec;
use crate::graph::javascript::ships_compile_cache;
use crate::graph::{ImportSite, Module, ModuleGraph, ModuleId, ModuleKind, Phase, Weight};
use crate::knowledge;
use crate::package::owners::Packages;
use crate::platform::{Language, Sdk};

/// What an estimate is made from.
pub struct CostInput<'a> {
    /// The function as declared.
    pub spec: &'a FunctionSpec,
    /// Its package.
    pub artifact: &'a Artifact,
    /// What it loads.
    pub graph: &'a ModuleGraph,
    /// Who the files belong to.
    pub packages: &'a Packages,
    /// What the user's own cold starts say about such estimates.
    pub calibrations: &'a [Calibration],
}

/// Milliseconds per unit, for one language; the content of `cost.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coefficients {
    /// Factors for the low and high end that hold for 90 % of the corpus.
    pub(super) range: [f64; 2],
    /// Per module.
    module: f64,
    compiled_kb: f64,
    compiled_knode: f64,
    read_kb: f64,
    function: f64,
    class: f64,
    decorator: f64,
    regex_byte: f64,
    statement: f64,
    /// Per round of a long loop.
    #[serde(default)]
    round: f64,
    extension: f64,
    native_mb: f64,
    relocation: f64,
    #[serde(default)]
    run_kb: f64,
    /// Share of compiling that is left where a cache of compiled code is shipped.
    #[serde(default)]
    cached: f64,
    #[serde(default)]
    linked: f64,
    #[serde(default)]
    scanned_kb: f64,
    /// Per package of which a file is opened: it is looked for along the folders, and its description read.
    #[serde(default)]
    package: f64,
    /// Of a native module what the runtime's base includes already.
    #[serde(default)]
    included_mb: f64,
    #[serde(default)]
    included_relocations: f64,
    /// Share of the measured time of the runtime's own modules.
    standard: f64,
    /// Known calls at load.
    #[serde(default)]
    call: Vec<CallCost>,
}

knowledge::table! {
    static PYTHON: Coefficients = "python/cost.toml", tested by the_coefficients_of_python_read;
    static NODE: Coefficients = "node/cost.toml", tested by the_coefficients_of_node_read;
    static NATIVE: Coefficients = "native/cost.toml", tested by the_coefficients_of_executables_read;
}

fn coefficients(language: Language) -> Option<&'static Coefficients> {
    match language {
        Language::Python => Some(&PYTHON),
        Language::Node => Some(&NODE),
        Language::Native => Some(&NATIVE),
        Language::Other => None,
    }
}

/// Estimates a function's cold start.
#[must_use]
pub fn estimate(input: &CostInput<'_>) -> Estimate {
    let facts = input.spec.runtime.facts(input.spec.platform);
    let runtime_ms = facts.base_init_ms(input.spec.architecture);
    let base = Part { kind: PartKind::Runtime, name: input.spec.runtime.id().to_owned(), ms: runtime_ms };
    let mut estimate = Estimate {
        init_ms: runtime_ms,
        low_ms: runtime_ms,
        high_ms: runtime_ms,
        download_ms: download_ms(input),
        runtime_ms,
        slowdown: slowdown(input.spec),
        parts: vec![base],
        ..Estimate::default()
    };
    if let Some(coefficients) = coefficients(input.spec.runtime.language()) {
        let model = Model::new(coefficients, input);
        estimate.file_ms = model.module * model.scale;
        let published_ms = add_modules(&mut estimate, &model, input);
        add_calls(&mut estimate, &model, input);
        allow_for_the_rest(&mut estimate, &model, input, published_ms);
        estimate.reads = reads(&model, input);
        add_work(&mut estimate, &model, input);
        let variable = estimate.init_ms - runtime_ms;
        estimate.low_ms = runtime_ms + variable * model.spread[0];
        estimate.high_ms = runtime_ms + variable * model.spread[1];
        estimate.model_range = coefficients.range;
        estimate.basis = model.basis;
    }
    removable::add(&mut estimate, input);
    estimate
}

/// Adds the modules. Returns the published milliseconds among those of Init, for which no factor holds.
fn add_modules(estimate: &mut Estimate, model: &Model<'_>, input: &CostInput<'_>) -> f64 {
    let graph = input.graph;
    let compiling = if is_compiled(input) { model.cached } else { 1.0 };
    let mut own: Vec<[f64; 2]> = graph.modules.iter().map(|module| model.of(module, compiling)).collect();
    for (site, rounds) in &graph.loops {
        own[site.importer.0 as usize][0] += *rounds as f64 * model.round * model.scale;
    }
    for (module, ms) in descriptions::parsed_again(input) {
        own[module][0] += ms * model.scale;
    }
    let published_ms = add_runtime_sdk(&mut own, input);
    estimate.counted.packages = add_packages(&mut own, model, input);
    estimate.modules = cumulate(graph, &own);
    for (cost, module) in estimate.modules.iter_mut().zip(&graph.modules) {
        cost.compile_ms = model.saved_by_bytecode(module, compiling);
    }
    // Own code comes first, whatever the function is called.
    let mut sums: BTreeMap<(PartKind, Option<String>), f64> = BTreeMap::new();
    let mut lazy_ms = 0.0;
    for ((id, module), [code, native]) in graph.modules().zip(&own) {
        if module.loaded == Phase::Invoke {
            lazy_ms += code + native;
            continue;
        }
        estimate.counted.add(module);
        let (kind, name) = part_of(id, module, input);
        *sums.entry((kind, name.clone())).or_default() += code;
        *sums.entry((PartKind::Native, name)).or_default() += native;
    }
    for ((kind, name), ms) in sums {
        estimate.push(kind, name.unwrap_or_else(|| input.spec.name.clone()), ms);
    }
    estimate.first_request_ms = lazy_ms * estimate.slowdown;
    published_ms
}

/// Takes from what bytecode saves what the rest of Init grows by: the factor of packages with bytecode holds for all
/// of a function's work but for published times. What is left is the difference of the estimates before and after,
/// shared by the modules.
fn allow_for_the_rest(estimate: &mut Estimate, model: &Model<'_>, input: &CostInput<'_>, published_ms: f64) {
    let (mut saved, mut apart) = (0.0, estimate.runtime_ms + published_ms);
    let modules = estimate.modules.iter().zip(&input.graph.modules);
    for (cost, module) in modules.filter(|(cost, module)| module.loaded == Phase::Init && cost.compile_ms > 0.0) {
        saved += cost.compile_ms;
        apart += model.code(module, &module.weight, 1.0) * model.scale;
    }
    let grows = (estimate.init_ms - apart).max(0.0) * (model.with_bytecode / model.scale - 1.0).max(0.0);
    let left = if saved > 0.0 { (1.0 - grows / saved).max(0.0) } else { 1.0 };
    for cost in &mut estimate.modules {
        cost.compile_ms *= left;
    }
}

/// What of each module's cost is work that it could leave for later.
fn add_work(estimate: &mut Estimate, model: &Model<'_>, input: &CostInput<'_>) {
    let graph = input.graph;
    for (cost, module) in estimate.modules.iter_mut().zip(&graph.modules) {
        let (statements, run) = (f64::from(module.weight.statements), module.weight.run_bytes as f64 / 1e3);
        cost.work_ms = (statements * model.statement + run * model.run_kb) * model.scale;
    }
    let rounds = graph.loops.iter().map(|(site, rounds)| (site, *rounds as f64 * model.round * model.scale));
    let reads = graph.data_files.iter().zip(&estimate.reads).map(|((_, site), ms)| (site, *ms));
    for (site, ms) in rounds.chain(reads) {
        if let Some(cost) = estimate.modules.get_mut(site.importer.0 as usize) {
            cost.work_ms += ms;
        }
    }
    for cost in &mut estimate.modules {
        cost.work_ms = cost.work_ms.min(cost.self_ms);
    }
}

/// Whether a cache of compiled code is shipped and used.
fn is_compiled(input: &CostInput<'_>) -> bool {
    let runtime = &input.spec.runtime;
    let (calls, environment) = (&input.graph.calls, &input.spec.environment);
    runtime.language() == Language::Node
        && ships_compile_cache(input.artifact, environment, calls, u32::from(runtime.version().0))
}

/// Puts what entering a package takes onto the first of its modules that is opened, those of Init first.
/// Returns the number of packages that Init enters.
fn add_packages(own: &mut [[f64; 2]], model: &Model<'_>, input: &CostInput<'_>) -> u64 {
    let mut entered = FxHashSet::default();
    let mut at_init = 0;
    for phase in [Phase::Init, Phase::Invoke] {
        let modules = input.graph.modules().filter(|(_, module)| module.loaded == phase && !module.preloaded);
        for (id, owner) in modules.filter_map(|(id, module)| Some((id, input.packages.owner(module.entry?)))) {
            if entered.insert(owner) {
                own[id.0 as usize][0] += model.package * model.scale;
                at_init += u64::from(phase == Phase::Init);
            }
        }
    }
    at_init
}

/// Puts the published times for the SDK that the runtime brings onto the modules that load it. Returns what that is
/// during Init.
fn add_runtime_sdk(own: &mut [[f64; 2]], input: &CostInput<'_>) -> f64 {
    let Some(sdk) = input.spec.runtime.sdk(input.spec.platform) else { return 0.0 };
    // Modules come in the order in which they are loaded: what one part has loaded is there for the next.
    let (mut loaded, mut entries, mut at_init) = (0.0, 0, 0.0);
    for (module, cost) in input.graph.modules.iter().zip(own).filter(|(module, _)| is_of_sdk(module, sdk)) {
        let share = sdk.share(&module.name).unwrap_or(1.0);
        let is_next = sdk.is_entry(&module.name) && entries > 0;
        let published = if is_next { sdk.next_ms } else { (share - loaded).max(0.0) * sdk.first_ms };
        cost[0] += published;
        at_init += if module.loaded == Phase::Init { published } else { 0.0 };
        loaded = share.max(loaded);
        entries += u32::from(sdk.is_entry(&module.name));
    }
    at_init
}

fn is_of_sdk(module: &Module, sdk: &Sdk) -> bool {
    module.kind == ModuleKind::Runtime && (sdk.is_entry(&module.name) || sdk.share(&module.name).is_some())
}

/// Which part of the estimate a module's own cost belongs to; nobody's is the function's own.
fn part_of(id: ModuleId, module: &Module, input: &CostInput<'_>) -> (PartKind, Option<String>) {
    if module.kind == ModuleKind::Runtime {
        let sdk = input.spec.runtime.sdk(input.spec.platform);
        return match sdk.is_some_and(|sdk| is_of_sdk(module, sdk)) {
            true => (PartKind::Module, Some(format!("{} of the runtime", module.name))),
            false => (PartKind::Standard, Some("standard library".to_owned())),
        };
    }
    let owner = input.packages.of_module(input.graph, id);
    let owner = owner.map(|package| input.packages.package(package).name.to_string());
    (PartKind::Module, owner)
}

fn add_calls(estimate: &mut Estimate, model: &Model<'_>, input: &CostInput<'_>) {
    estimate.calls = vec![0.0; input.graph.calls.len()];
    for kind in &model.call {
        let costs = kind.of(input);
        for (at, ms) in &costs {
            estimate.calls[*at] += ms * model.scale;
        }
        let ms: f64 = costs.iter().map(|(_, ms)| ms).sum();
        estimate.push(PartKind::Call, kind.name.clone(), ms * model.scale);
    }
}

/// What reading each data file costs, where the module that reads it is charged for it: source
/// that is compiled has nothing else to read.
fn reads(model: &Model<'_>, input: &CostInput<'_>) -> Vec<f64> {
    let mut seen = FxHashSet::default();
    let one = |(entry, site): &(EntryId, ImportSite)| {
        let weight = &input.graph.module(site.importer).weight;
        let charged = weight.compiled_bytes > 0 && weight.read_bytes > 0 && seen.insert(*entry);
        let bytes = if charged { input.artifact.entry(*entry).bytes } else { 0 };
        bytes as f64 / 1e3 * model.read_kb * model.scale
    };
    input.graph.data_files.iter().map(one).collect()
}

impl Estimate {
    fn push(&mut self, kind: PartKind, name: String, ms: f64) {
        if ms > 0.0 {
            self.init_ms += ms;
            self.parts.push(Part { kind, name, ms });
        }
    }
}

impl Model<'_> {
    /// Milliseconds on the platform for a module's code and for its native library.
    fn of(&self, module: &Module, compiling: f64) -> [f64; 2] {
        if module.preloaded {
            return [0.0; 2];
        }
        let weight = &module.weight;
        [self.code(module, weight, compiling) * self.scale, self.native(module, weight) * self.scale]
    }

    fn compile(&self, weight: &Weight) -> f64 {
        weight.compiled_bytes as f64 / 1e3 * self.compiled_kb + weight.compiled_nodes as f64 / 1e3 * self.compiled_knode
    }

    /// Milliseconds on the platform that a module takes longer than it would with bytecode: that is read, and then
    /// the module takes what such modules take there. Never less than nothing.
    fn saved_by_bytecode(&self, module: &Module, compiling: f64) -> f64 {
        if module.preloaded || module.weight.compiled_bytes == 0 {
            return 0.0;
        }
        let with = Weight {
            compiled_bytes: 0,
            compiled_nodes: 0,
            read_bytes: module.weight.read_bytes + module.weight.compiled_bytes,
            ..module.weight.clone()
        };
        let today = self.code(module, &module.weight, compiling) * self.scale;
        (today - self.code(module, &with, compiling) * self.with_bytecode).max(0.0)
    }

    fn code(&self, module: &Module, weight: &Weight, compiling: f64) -> f64 {
        if module.kind == ModuleKind::Runtime {
            return weight.measured_ms * self.standard;
        }
        // A module inside a bundle is no file to find and open.
        let opened = if module.entry.is_some() || module.kind == ModuleKind::Namespace { self.module } else { 0.0 };
        opened
            + (self.compile(weight) + f64::from(weight.functions) * self.function) * compiling
            + weight.read_bytes as f64 / 1e3 * self.read_kb
            + f64::from(weight.classes) * self.class
            + f64::from(weight.decorators) * self.decorator
            + f64::from(weight.regex_bytes) * self.regex_byte
            + f64::from(weight.statements) * self.statement
            + weight.run_bytes as f64 / 1e3 * self.run_kb
            + f64::from(weight.linked) * self.linked
            + weight.scanned_bytes as f64 / 1e3 * self.scanned_kb
    }

    fn native(&self, module: &Module, weight: &Weight) -> f64 {
        let opened = if module.kind == ModuleKind::Extension { self.extension } else { 0.0 };
        let mb = (weight.native_bytes as f64 / 1e6 - self.included_mb).max(0.0);
        let relocations = (weight.relocations as f64 - self.included_relocations).max(0.0);
        opened + mb * self.native_mb + relocations * self.relocation
    }
}

/// Adds to each module what it is the first to load. Modules come after their first importer,
/// except for parents of a package, so sums are carried along the import tree by depth.
fn cumulate(graph: &ModuleGraph, own: &[[f64; 2]]) -> Vec<ModuleCost> {
    let mut costs: Vec<ModuleCost> = own
        .iter()
        .map(|[code, native]| ModuleCost {
            self_ms: code + native,
            cumulative_ms: code + native,
            ..ModuleCost::default()
        })
        .collect();
    for (id, depth_first) in deepest_first(graph) {
        // What waits for a request is no cost of what Init loads.
        if let Some(parent) = depth_first.filter(|parent| graph.modules[*parent].loaded == graph.modules[id].loaded) {
            let carried = costs[id].cumulative_ms;
            costs[parent].cumulative_ms += carried;
        }
    }
    costs
}

/// Modules with their first importer, those farthest from the handler module first.
fn deepest_first(graph: &ModuleGraph) -> Vec<(usize, Option<usize>)> {
    let parent = |id: usize| graph.modules[id].first_import.map(|site| site.importer.0 as usize);
    let mut depths = vec![0usize; graph.modules.len()];
    for (id, depth) in depths.iter_mut().enumerate() {
        let mut at = parent(id);
        // Bounded: a chain is never longer than the number of modules.
        while let Some(next) = at.filter(|next| *next < graph.modules.len() && *depth <= graph.modules.len()) {
            *depth += 1;
            at = parent(next);
        }
    }
    let mut order: Vec<usize> = (0..graph.modules.len()).filter(|id| depths[*id] <= graph.modules.len()).collect();
    order.sort_by_key(|id| (std::cmp::Reverse(depths[*id]), *id));
    order.into_iter().map(|id| (id, parent(id).filter(|parent| *parent < graph.modules.len()))).collect()
}

/// How much slower code runs in the first request than during Init, which has a full vCPU.
fn slowdown(spec: &FunctionSpec) -> f64 {
    let full = spec.platform.limits().full_cpu_memory_mb;
    spec.memory_mb.map_or(1.0, |memory| (full / f64::from(memory)).max(1.0))
}

/// Fetching and unpacking, by the size that the package has or would have as a zip.
fn download_ms(input: &CostInput<'_>) -> f64 {
    let limits = input.spec.platform.limits();
    let per_mb = f64::midpoint(limits.download_low_ms_per_mb, limits.download_high_ms_per_mb);
    let files = input.artifact.entries().map(|(id, entry)| input.artifact.own_bytes(id) as f64 * packing(&entry.path));
    let packed: f64 = files.sum();
    limits.download_floor_ms + packed / 1e6 * per_mb
}

knowledge::table! {
    static PACKING: BTreeMap<String, f64> = "packing.toml", tested by the_packing_reads;
}

/// Packed over unpacked bytes for a file, by its kind.
fn packing(path: &str) -> f64 {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kind = if name.contains(".so.") { "so" } else { name.rsplit_once('.').map_or("*", |(_, kind)| kind) };
    PACKING.get(kind).or_else(|| PACKING.get("*")).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_are_not_negative() {
        assert!(packing("a/b.gz") > packing("a/libx.so.1"));
        assert!(PYTHON.range[0] <= 1.0 && PYTHON.range[1] >= 1.0 && PYTHON.module >= 0.0);
    }
}
