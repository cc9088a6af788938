//! The alternative to a split: imports that only some routes need run when these need them.

use std::collections::BTreeSet;

use super::closure::Loaded;
use super::plan::Parts;
use super::routes::Route;
use crate::artifact::EntryId;
use crate::cost::Estimate;
use crate::graph::{Import, ImportSite, ModuleId, Phase};
use crate::package::owners::PackageId;

/// An import must cost this much to be worth moving, milliseconds.
const WORTH_MS: f64 = 1.0;
/// What Init varies by however little it loads, milliseconds to either side.
const NOISE_MS: f64 = 2.0;

/// An import that only some routes need, and that could run when they do.
#[derive(Clone, Debug)]
pub struct Move {
    /// What it loads.
    pub loads: Loaded,
    /// The statement.
    pub site: ImportSite,
    /// The routes that need it.
    pub routes: Vec<usize>,
    /// What moving this one alone takes off Init.
    pub saves_ms: f64,
    /// What it costs when all the others have moved: more where several load the same.
    pub costs_ms: f64,
}

/// An Init with the range of the model: what it is compared with is an estimate of the same function, and suffers from
/// the platform's spread alike.
pub(super) fn with_range(estimate: &Estimate, ms: f64) -> [f64; 3] {
    let at = |factor: f64| estimate.runtime_ms + (ms - estimate.runtime_ms) * factor;
    let low = at(estimate.model_range[0]).min(ms - NOISE_MS).max(estimate.runtime_ms);
    [ms, low, at(estimate.model_range[1]).max(ms + NOISE_MS)]
}

impl Parts<'_, '_, '_> {
    /// Imports that some routes do without, most expensive first.
    pub(super) fn moves(&self) -> Vec<Move> {
        let all = [self.everything];
        let candidates = self.candidates();
        let whole = self.closures.of(&all).init_ms;
        let least = self.closures.without(&all, &candidates).init_ms;
        let mut moves: Vec<Move> = Vec::new();
        for loads in candidates.iter().copied() {
            let Some(site) = self.eager_site(loads) else { continue };
            let mut others = candidates.clone();
            others.remove(&loads);
            let saves_ms = whole - self.closures.without(&all, &BTreeSet::from([loads])).init_ms;
            let costs_ms = self.closures.without(&all, &others).init_ms - least;
            if costs_ms.max(saves_ms) >= WORTH_MS {
                let routes = (0..self.routes.len()).filter(|route| self.needs(*route, loads)).collect();
                moves.push(Move { loads, site, routes, saves_ms, costs_ms });
            }
        }
        moves.sort_by(|a, b| b.costs_ms.total_cmp(&a.costs_ms).then(a.loads.cmp(&b.loads)));
        moves
    }

    /// Init when imports have moved, from the estimate for everything as it is.
    pub(super) fn lazy_ms(&self, moves: &[Move]) -> f64 {
        let all = [self.everything];
        let moved: BTreeSet<Loaded> = moves.iter().map(|one| one.loads).collect();
        let saved = self.closures.of(&all).init_ms - self.closures.without(&all, &moved).init_ms;
        (self.input.estimate.init_ms - saved).max(self.input.estimate.runtime_ms)
    }

    /// What the first request of each route loads when imports have moved: those that it needs.
    pub(super) fn first_requests(&self, moves: &[Move]) -> Vec<f64> {
        let all = [self.everything];
        let moved: BTreeSet<Loaded> = moves.iter().map(|one| one.loads).collect();
        let least = self.closures.without(&all, &moved).init_ms;
        let first = |(at, route): (usize, &Route)| {
            let others = moves.iter().filter(|one| !one.routes.contains(&at)).map(|one| one.loads).collect();
            let moved = (self.closures.without(&all, &others).init_ms - least).max(0.0);
            moved * self.input.estimate.slowdown + route.closure.first_request_ms
        };
        self.routes.iter().enumerate().map(first).collect()
    }

    /// What own code loads during Init and only some routes need: packages, own modules, data.
    fn candidates(&self) -> BTreeSet<Loaded> {
        let packages = self.routes.iter().flat_map(|route| route.packages.iter().copied().map(Loaded::Package));
        let own = self.eager_imports().map(|import| import.target).filter(|id| {
            self.owner(*id).is_none()
                && self.input.estimate.module(*id).cumulative_ms >= WORTH_MS
                && self.routes.iter().any(|route| route.closure.modules.contains(id))
                && self.routes.iter().any(|route| !route.closure.modules.contains(id))
        });
        let own = own.filter(|id| self.input.graph.module(*id).entry.is_some()).map(Loaded::Module);
        packages.chain(own).chain(self.files()).filter(|loads| self.eager_site(*loads).is_some()).collect()
    }

    /// Data that own code reads during Init and only some routes need.
    fn files(&self) -> impl Iterator<Item = Loaded> {
        let reads = self.input.graph.data_files.iter().zip(&self.input.estimate.reads);
        let costly = reads.filter(|(_, ms)| **ms >= WORTH_MS).map(|((entry, _), _)| *entry);
        let some = costly.filter(|entry| {
            let reading = self.routes.iter().filter(|route| self.closures.reads(&route.closure, *entry)).count();
            (1..self.routes.len()).contains(&reading)
        });
        some.map(Loaded::File)
    }

    fn needs(&self, route: usize, loads: Loaded) -> bool {
        let Some(route) = self.routes.get(route) else { return false };
        match loads {
            Loaded::Package(package) => route.closure.packages.contains(&package),
            Loaded::Module(id) => route.closure.modules.contains(&id),
            Loaded::File(entry) => self.closures.reads(&route.closure, entry),
        }
    }

    /// Imports that own code does during Init.
    fn eager_imports(&self) -> impl Iterator<Item = &Import> {
        let imports = self.input.graph.imports.iter();
        imports.filter(|import| import.phase == Phase::Init && self.program.unit_of(import.site.importer).is_some())
    }

    /// The statement in own code that loads something during Init first.
    fn eager_site(&self, loads: Loaded) -> Option<ImportSite> {
        if let Loaded::File(entry) = loads {
            let own =
                |(file, site): &&(EntryId, ImportSite)| *file == entry && self.program.unit_of(site.importer).is_some();
            return self.input.graph.data_files.iter().find(own).map(|(_, site)| *site);
        }
        let mut imports = self.eager_imports().filter(|import| match loads {
            Loaded::Package(package) => self.owner(import.target) == Some(package),
            Loaded::Module(id) => import.target == id,
            Loaded::File(_) => false,
        });
        imports.next().map(|import| import.site)
    }

    fn owner(&self, id: ModuleId) -> Option<PackageId> {
        self.input.graph.module(id).entry.and_then(|entry| self.input.packages.owner(entry))
    }
}
