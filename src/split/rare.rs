//! Imports of own code that Init does and that few requests need, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::closure::Loaded;
use super::routes::{Input, Route};
use crate::cost::{Change, Savings};
use crate::graph::{ImportSite, ModuleGraph, ModuleId, ModuleKind, Phase};
use crate::platform::Language;
use crate::program::flow::{Def, Flow, Kind, Member, NodeId, Stmt, VarId};
use crate::program::optional::optional;
use crate::program::reach::{Cuts, Reach};
use crate::program::values::{Program, UnitId};
use crate::routes;
use crate::span::Span;

/// Less than this, milliseconds, drowns in the noise of cold starts.
const WORTH_MS: f64 = 5.0;
/// Imports that are looked at, the most expensive first.
const MOST: usize = 16;
/// Steps from an import to what is made of what is made of it.
const MOST_MADE: usize = 6;
/// How deep expressions are looked into; deeper ones count as using everything.
const DEEPEST: u32 = 64;

/// Something that Init loads for imports at the top of own modules, and that only branches of the code behind the
/// handler need, or nothing there.
#[derive(Clone, Debug)]
pub struct RareImport {
    /// What it loads.
    pub loads: Loaded,
    /// The statements; the first is the one that loads it.
    pub sites: Vec<ImportSite>,
    /// What Init saves without them, milliseconds.
    pub saves_ms: f64,
    /// A use, with the name of the function around it.
    pub used: Option<((ModuleId, Span), String)>,
    /// Whether some request may lead there.
    pub reached: bool,
    /// Variables that hold what is made of it while the module is loaded, and that move along.
    pub along: Vec<Arc<str>>,
}

/// What Init loads and few requests need.
pub(super) fn rarely_used(
    input: &Input<'_>,
    program: &Program<'_>,
    module: ModuleId,
    routes: &[Route],
) -> Vec<RareImport> {
    let candidates = candidates(input, program);
    if candidates.is_empty() {
        return Vec::new();
    }
    let Some(needed) = needed(input, program, module) else { return Vec::new() };
    // Of several routes that need something a plan speaks.
    let of_routes = |id: &ModuleId| routes.len() > 1 && routes.iter().any(|route| route.closure.modules.contains(id));
    let savings = Savings::new(input.graph, input.estimate, input.spec.runtime.language());
    let mut found = Vec::new();
    for (loads, sites) in candidates {
        let is_needed = |id: &ModuleId| needed.surely.contains(id) || of_routes(id);
        let Some((loads, sites)) = spared(input, loads, sites, &is_needed) else { continue };
        let targets = || sites.iter().flat_map(|site| &site.targets);
        let gone = sites.iter().map(|site| site.site).collect();
        let change = Change { gone, added: Vec::new() };
        let saves_ms = savings.of(&change);
        if saves_ms < WORTH_MS {
            continue;
        }
        let uses: Option<Vec<Uses>> = sites.iter().map(|site| uses(input, program, site)).collect();
        let Some(uses) = uses else { continue };
        // Names that the module itself never uses are another rule's.
        let unused = &input.graph.leftovers.unused_imports;
        let is_unused = |site: &ImportSite| {
            unused.iter().any(|other| other.importer == site.importer && other.span.holds(site.span))
        };
        if sites.iter().all(|site| is_unused(&site.site)) {
            continue;
        }
        found.push(RareImport {
            loads,
            reached: targets().any(|id| needed.maybe.contains(id)),
            sites: sites.into_iter().map(|site| site.site).collect(),
            saves_ms,
            used: uses.iter().filter_map(|uses| uses.first.clone()).min(),
            along: uses.into_iter().flat_map(|uses| uses.along).collect(),
        });
    }
    found.sort_by(|a, b| b.saves_ms.total_cmp(&a.saves_ms).then(a.loads.cmp(&b.loads)));
    told_once(input, found)
}

/// What of a thing no request needs for sure: all of it, or the imports of those parts of it that none needs.
fn spared(
    input: &Input<'_>,
    loads: Loaded,
    sites: Vec<Site>,
    is_needed: &dyn Fn(&ModuleId) -> bool,
) -> Option<(Loaded, Vec<Site>)> {
    let is_whole = !sites.iter().flat_map(|site| &site.targets).any(is_needed);
    if is_whole {
        return Some((loads, sites));
    }
    let mut left: Vec<Site> =
        sites.into_iter().filter(|site| !parts(input.graph, &site.targets).iter().any(is_needed)).collect();
    left.sort_by_key(|site| site.site);
    let parts = left.iter().flat_map(|site| parts(input.graph, &site.targets));
    // The part that costs most stands for them.
    let heaviest = parts.max_by(|a, b| {
        let ms = |id: &ModuleId| input.estimate.module(*id).removable_ms;
        ms(a).total_cmp(&ms(b)).then(b.cmp(a))
    })?;
    Some((Loaded::Module(heaviest), left))
}

/// The modules that an import asks for, without those around them.
fn parts(graph: &ModuleGraph, targets: &[ModuleId]) -> Vec<ModuleId> {
    let name = |id: &ModuleId| &*graph.module(*id).name;
    let is_around = |id: &ModuleId| {
        targets.iter().any(|other| name(other).strip_prefix(name(id)).is_some_and(|rest| rest.starts_with('.')))
    };
    targets.iter().filter(|id| !is_around(id)).copied().collect()
}

/// An own module and what it imports in turn are one thing to move: what makes up most of it is named.
fn told_once(input: &Input<'_>, found: Vec<RareImport>) -> Vec<RareImport> {
    /// Share of what an own module saves from which a package in it is the thing to name.
    const MOST_OF_IT: f64 = 0.8;
    let is_below = |inner: &RareImport, outer: &RareImport| {
        let Loaded::Module(outer) = outer.loads else { return false };
        let through = |site: &ImportSite| {
            site.importer == outer || input.graph.chain(site.importer).iter().any(|step| step.importer == outer)
        };
        inner.loads != Loaded::Module(outer) && inner.sites.iter().all(through)
    };
    let is_named = |outer: &RareImport| {
        // Where more than imports would move, it is easier to move the module around them.
        let most = |inner: &&RareImport| {
            inner.along.is_empty() && inner.saves_ms >= MOST_OF_IT * outer.saves_ms && is_below(inner, outer)
        };
        found.iter().any(|inner| most(&inner))
    };
    let named: Vec<bool> = found.iter().map(is_named).collect();
    let is_left = |at: usize| {
        let outer = found.iter().zip(&named).filter(|(_, named)| !**named);
        !named[at] && !outer.clone().any(|(outer, _)| is_below(&found[at], outer))
    };
    let left: Vec<bool> = (0..found.len()).map(is_left).collect();
    found.into_iter().zip(left).filter(|(_, left)| *left).map(|(one, _)| one).collect()
}

/// An import at the top of an own module.
struct Site {
    unit: UnitId,
    site: ImportSite,
    targets: Vec<ModuleId>,
}

/// What own code loads during Init at the top of its modules and what is heavy, with the imports that do it.
fn candidates(input: &Input<'_>, program: &Program<'_>) -> Vec<(Loaded, Vec<Site>)> {
    let graph = input.graph;
    let roots: BTreeMap<&str, ModuleId> = graph.modules().map(|(id, module)| (&*module.name, id)).collect();
    let mut sites: BTreeMap<Loaded, BTreeMap<ImportSite, Site>> = BTreeMap::new();
    let mut out: BTreeSet<Loaded> = BTreeSet::new();
    let mut asked: BTreeMap<ImportSite, Vec<ModuleId>> = BTreeMap::new();
    for import in graph.imports.iter().filter(|import| import.phase == Phase::Init) {
        asked.entry(import.site).or_default().push(import.target);
    }
    for import in graph.imports.iter().filter(|import| import.phase == Phase::Init) {
        let Some(unit) = program.unit_of(import.site.importer) else { continue };
        let targets = asked.get(&import.site).map_or(&[][..], Vec::as_slice);
        let loads = named_by(input, &roots, import.target, targets);
        if import.function.is_some() || import.guarded {
            out.insert(loads);
            continue;
        }
        let its = sites.entry(loads).or_default();
        let site = its.entry(import.site).or_insert_with(|| Site { unit, site: import.site, targets: Vec::new() });
        site.targets.push(import.target);
    }
    let removable = |loads: &Loaded| match loads {
        Loaded::Package(id) => input.estimate.package(*id).removable_ms,
        Loaded::Module(id) => input.estimate.module(*id).removable_ms,
        Loaded::File(_) => 0.0,
    };
    let mut heavy: Vec<(Loaded, Vec<Site>)> = sites
        .into_iter()
        .filter(|(loads, _)| !out.contains(loads) && removable(loads) >= WORTH_MS)
        .map(|(loads, sites)| (loads, sites.into_values().collect()))
        .collect();
    // A statement that loads several of them says of none who uses it.
    let mut users: BTreeMap<ImportSite, usize> = BTreeMap::new();
    heavy.iter().flat_map(|(_, sites)| sites).for_each(|site| *users.entry(site.site).or_default() += 1);
    heavy.retain(|(_, sites)| sites.iter().all(|site| users.get(&site.site).is_none_or(|count| *count == 1)));
    heavy.sort_by(|(a, _), (b, _)| removable(b).total_cmp(&removable(a)).then(a.cmp(b)));
    heavy.truncate(MOST);
    heavy
}

/// What a statement is about that loads a module: its package, or what the runtime brings as a whole. A folder that
/// several packages share, such as `google.cloud`, is about what the statement asks for in it.
fn named_by(input: &Input<'_>, roots: &BTreeMap<&str, ModuleId>, target: ModuleId, targets: &[ModuleId]) -> Loaded {
    let graph = input.graph;
    let is_shared = |id: &ModuleId| graph.module(*id).kind == ModuleKind::Namespace;
    let inner = parts(graph, targets).into_iter().find(|id| {
        let name = graph.module(*id).name.strip_prefix(&*graph.module(target).name);
        !is_shared(id) && name.is_some_and(|rest| rest.starts_with('.'))
    });
    let target = inner.filter(|_| is_shared(&target)).unwrap_or(target);
    let module = graph.module(target);
    let root = module.name.split('.').next().filter(|_| module.kind == ModuleKind::Runtime);
    let whole = root.and_then(|root| roots.get(root).copied()).unwrap_or(target);
    input.packages.of_module(graph, target).map_or(Loaded::Module(whole), Loaded::Package)
}

/// Modules that requests need.
struct Needed {
    /// Whatever the request is.
    surely: BTreeSet<ModuleId>,
    /// All.
    maybe: BTreeSet<ModuleId>,
}

fn needed(input: &Input<'_>, program: &Program<'_>, module: ModuleId) -> Option<Needed> {
    let (mut taken, mut otherwise) = (Cuts::default(), Cuts::default());
    for (unit, inner) in program.units.iter().enumerate() {
        let branches = optional(&inner.flow);
        taken.blocks.extend(branches.taken.into_iter().map(|block| (unit, block)));
        otherwise.blocks.extend(branches.otherwise.into_iter().map(|block| (unit, block)));
        otherwise.rests.extend(branches.rests.into_iter().map(|(block, from)| ((unit, block), from)));
    }
    let walk = |cuts: &Cuts| routes::answered(input.spec, program, module, cuts);
    // What is needed on both sides of a branch is needed always.
    let (first, second) = (walk(&taken)?, walk(&otherwise)?);
    let surely = own_and(program, &first).intersection(&own_and(program, &second)).copied().collect();
    Some(Needed { surely, maybe: own_and(program, &walk(&Cuts::default())?) })
}

/// What own code imports on the way, and the own modules there.
fn own_and(program: &Program<'_>, reach: &Reach) -> BTreeSet<ModuleId> {
    let own = reach.units.iter().filter_map(|unit| program.units.get(*unit)).map(|unit| unit.module);
    reach.targets.iter().copied().chain(own).collect()
}

/// What functions do with what an import binds.
struct Uses {
    /// A use, with the name of the function around it.
    first: Option<((ModuleId, Span), String)>,
    /// Variables that hold what is made of it while the module is loaded.
    along: Vec<Arc<str>>,
}

/// Where functions use what an import binds; nothing where it cannot move into them: its names are used while the
/// module is loaded for more than to make what only functions use, or other own modules ask for them.
fn uses(input: &Input<'_>, program: &Program<'_>, site: &Site) -> Option<Uses> {
    let flow = program.flow(site.unit);
    let imported = bound(flow, site.site.span);
    if imported.is_empty() {
        return None;
    }
    let vars = with_made(input, flow, &imported)?;
    if vars.iter().any(|var| is_asked_for(program, site.unit, *var)) {
        return None;
    }
    let made: BTreeSet<VarId> = vars.difference(&imported).copied().collect();
    // What is made is what functions use.
    let is_use = |node: &NodeId| {
        let inside = || made.is_empty() || flow.functions.iter().any(|function| function.span.holds(flow.span(*node)));
        matches!(flow.kind(*node), Kind::Var(var) if vars.contains(var)) && inside()
    };
    let places = (0..flow.nodes.len() as NodeId).filter(is_use).map(|node| flow.span(node));
    let first = places.min().map(|span| ((site.site.importer, span), around(flow, span)));
    let along = made.iter().filter_map(|var| Some(Arc::clone(&flow.vars.get(*var as usize)?.name))).collect();
    Some(Uses { first, along })
}

/// Variables with those that the top level makes of them and keeps for functions; nothing where it uses them otherwise,
/// or where code is too deep to tell.
fn with_made(input: &Input<'_>, flow: &Flow, imported: &BTreeSet<VarId>) -> Option<BTreeSet<VarId>> {
    let mut vars = imported.clone();
    // Every name of a Python module can be asked for; whether one is, is looked for elsewhere.
    let has_exports = input.spec.runtime.language() != Language::Python;
    let exported =
        |var: VarId| has_exports && flow.exports.iter().any(|(_, def)| matches!(def, Def::Var(other) if *other == var));
    for _ in 0..MOST_MADE {
        let mut made = BTreeSet::new();
        for stmt in flow.block(flow.top) {
            let mut walk = Early { flow, used: BTreeSet::new(), complete: true };
            walk.stmt(stmt, 0);
            if !walk.complete {
                return None;
            }
            if walk.used.is_disjoint(&vars) {
                continue;
            }
            let Stmt::Bind(var, value) = stmt else { return None };
            let is_kept = flow.vars.get(*var as usize).is_some_and(|var| var.top && var.defs.len() == 1);
            if !is_kept || exported(*var) || flow.defined_function(*value).is_some() {
                return None;
            }
            made.insert(*var);
        }
        let mut classes = Early { flow, used: BTreeSet::new(), complete: true };
        classes.classes();
        if !classes.complete || !classes.used.is_disjoint(&vars) {
            return None;
        }
        if made.is_subset(&vars) {
            return Some(vars);
        }
        vars.extend(made);
    }
    None
}

/// The name of the innermost function around a place.
fn around(flow: &Flow, span: Span) -> String {
    let inside = flow.functions.iter().filter(|function| !function.name.is_empty() && function.span.holds(span));
    let innermost = inside.min_by_key(|function| function.span.end - function.span.start);
    innermost.map_or_else(String::new, |function| function.name.to_string())
}

/// Variables of the top level that a statement binds to what it imports, and nothing else.
fn bound(flow: &Flow, span: Span) -> BTreeSet<VarId> {
    let imports = |def: &Def| match def {
        Def::Import(import) => import.span == span,
        Def::Node(node) => requires(flow, *node, span, 0),
        _ => false,
    };
    let vars = flow.vars.iter().enumerate();
    let bound = vars.filter(|(_, var)| var.top && var.defs.len() == 1 && var.defs.iter().all(imports));
    bound.map(|(var, _)| var as VarId).collect()
}

/// Whether an expression is an import at a place, or a part of what it gives.
fn requires(flow: &Flow, node: NodeId, span: Span, depth: u32) -> bool {
    match flow.kind(node) {
        Kind::Import(_) => flow.span(node) == span,
        Kind::Attr(object, _) | Kind::Index(object, _) => depth < DEEPEST && requires(flow, *object, span, depth + 1),
        _ => false,
    }
}

/// Variables that a module uses while it is loaded.
struct Early<'f> {
    flow: &'f Flow,
    used: BTreeSet<VarId>,
    complete: bool,
}

impl Early<'_> {
    fn block(&mut self, block: u32, depth: u32) {
        if depth > DEEPEST {
            self.complete = false;
            return;
        }
        for stmt in self.flow.block(block) {
            self.stmt(stmt, depth);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, depth: u32) {
        match stmt {
            Stmt::Bind(_, value) if matches!(self.flow.kind(*value), Kind::Import(_)) => {}
            Stmt::Eval(value) | Stmt::Return(Some(value)) | Stmt::Bind(_, value) => self.node(*value, 0),
            Stmt::Store(place, value) => [place, value].into_iter().for_each(|node| self.node(*node, 0)),
            Stmt::Import(_) | Stmt::Return(None) => {}
            Stmt::If(test, yes, no) => {
                self.node(*test, 0);
                std::iter::once(yes).chain(no).for_each(|inner| self.block(*inner, depth + 1));
            }
            Stmt::Match(subject, arms) => {
                self.node(*subject, 0);
                arms.iter().for_each(|arm| self.block(arm.block, depth + 1));
            }
            Stmt::Each(iterated, body) => {
                self.node(*iterated, 0);
                self.block(*body, depth + 1);
            }
            Stmt::Nested(blocks) => blocks.iter().for_each(|inner| self.block(*inner, depth + 1)),
        }
    }

    /// What runs where classes are defined.
    fn classes(&mut self) {
        for class in &self.flow.classes {
            self.block(class.body, 0);
            class.bases.iter().chain(&class.decorators).for_each(|node| self.node(*node, 0));
        }
    }

    fn node(&mut self, node: NodeId, depth: u32) {
        if depth > DEEPEST {
            self.complete = false;
            return;
        }
        if let Kind::Var(var) = self.flow.kind(node) {
            self.used.insert(*var);
        }
        for part in self.flow.parts(node) {
            self.node(part, depth + 1);
        }
    }
}

/// Whether another own module imports a name from this one, or all of it.
fn is_asked_for(program: &Program<'_>, unit: UnitId, var: VarId) -> bool {
    let Some(name) = program.flow(unit).vars.get(var as usize).map(|var| var.name.clone()) else { return true };
    let module = program.units[unit].module;
    let asks = |other: UnitId, def: &Def| match def {
        Def::Import(import) => {
            matches!(&import.member, Member::Name(asked) if *asked == name)
                && program.targets(other, import).last() == Some(&module)
        }
        _ => false,
    };
    let stars =
        |other: UnitId, flow: &Flow| flow.stars.iter().any(|star| program.targets(other, star).last() == Some(&module));
    let mentions =
        |flow: &Flow| flow.nodes.iter().any(|node| matches!(&node.kind, Kind::Attr(_, asked) if *asked == name));
    program.units.iter().enumerate().filter(|(other, _)| *other != unit).any(|(other, inner)| {
        let flow = &inner.flow;
        let defs = || flow.vars.iter().flat_map(|var| &var.defs);
        let imports_it =
            || defs().any(|def| matches!(def, Def::Import(i) if program.targets(other, i).contains(&module)));
        defs().any(|def| asks(other, def)) || stars(other, flow) || (imports_it() && mentions(flow))
    })
}
