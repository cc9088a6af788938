//! What libraries load during Init that nobody behind the handler asks for, with changes that end it: each is
//! simulated, and what it saves is the difference of two walks.

mod candidates;

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::artifact::Artifact;
use crate::assemble::FunctionSpec;
use crate::cost::Estimate;
use crate::graph::{Handed, ImportSite, ModuleGraph, ModuleId, ModuleKind, Offer, Phase, Taken, WhatIf};
use crate::manifest::dependency::Declared;
use crate::package::owners::{PackageId, Packages};
use crate::platform::Language;
use crate::program::Asked;
use candidates::{Candidate, Narrowed};

/// Less than this, milliseconds, drowns in the noise of cold starts.
const WORTH_MS: f64 = 5.0;
/// Walks that one function gets for its changes, those that promise most first.
const MOST_WALKS: usize = 4;

/// What culprits are looked for in.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The function as declared.
    pub spec: &'a FunctionSpec,
    /// Its package.
    pub artifact: &'a Artifact,
    /// What it loads.
    pub graph: &'a ModuleGraph,
    /// Who the files belong to.
    pub packages: &'a Packages,
    /// What the modules cost.
    pub estimate: &'a Estimate,
    /// What its manifests declare.
    pub declared: &'a Declared,
    /// What own code asks of its imports.
    pub asked: &'a BTreeMap<ImportSite, Asked>,
}

/// A walk with a change taken for done.
pub type Again<'a> = dyn Fn(&WhatIf) -> After + 'a;

/// What a walk with a change taken for done has come to.
#[derive(Clone, Debug, Default)]
pub struct After {
    /// What Init then takes, milliseconds.
    pub init_ms: f64,
    /// Whether the function starts for all that is known, and how is known.
    starts: bool,
    /// Imports without an answer that nothing catches.
    missed: usize,
    /// Modules that Init loads.
    eager: FxHashSet<Arc<str>>,
    /// Modules that the first request loads.
    later: FxHashSet<Arc<str>>,
}

impl After {
    /// From what is loaded then.
    #[must_use]
    pub fn of(graph: &ModuleGraph, init_ms: f64) -> Self {
        let loaded = |phase| {
            let modules = graph.modules.iter().filter(move |module| module.loaded == phase);
            modules.map(|module| Arc::clone(&module.name)).collect()
        };
        Self {
            init_ms,
            starts: graph.causes.is_empty() && graph.has_closure(),
            missed: missed(graph),
            eager: loaded(Phase::Init),
            later: loaded(Phase::Invoke),
        }
    }

    /// Whether the function starts as it does without the change, and misses nothing that it found before.
    fn is_sound(&self, before: &ModuleGraph) -> bool {
        self.starts && self.missed <= missed(before)
    }
}

fn missed(graph: &ModuleGraph) -> usize {
    graph.unresolved.iter().filter(|missing| !missing.guarded).count()
}

/// What a function's libraries load in vain. Times are milliseconds of Init.
#[derive(Clone, Debug, Default)]
pub struct Culprits {
    /// Heavy parts, the most expensive first.
    pub parts: Vec<HeavyPart>,
    /// Imports for which a narrower one does, the most expensive first.
    pub paths: Vec<HeavierPath>,
}

/// Something that a library loads and that nothing behind the handler is seen to ask for.
#[derive(Clone, Debug)]
pub struct HeavyPart {
    /// The module that stands for it.
    pub module: ModuleId,
    /// What ends it.
    pub remedy: Remedy,
    /// What that saves.
    pub saves_ms: f64,
}

/// What ends that something is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A lazy loader in front of the module.
    Lazy,
    /// To leave packages out that only an extra brings.
    LeaveOut {
        /// The packages, the most expensive first.
        packages: Vec<PackageId>,
        /// The package that has the extra, and the extra.
        extra: (String, String),
    },
}

/// An import through a module that loads more than its names need.
#[derive(Clone, Debug)]
pub struct HeavierPath {
    /// The import.
    pub site: ImportSite,
    /// The module that it asks.
    pub asked: ModuleId,
    /// Where its names are to be had.
    pub parts: Vec<Part>,
    /// What Init spends on the import.
    pub before_ms: f64,
    /// What that saves.
    pub saves_ms: f64,
}

/// A name, and what else it can be imported from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name.
    pub name: Arc<str>,
    /// The module (Python) or the request (Node) to import it from.
    pub from: Arc<str>,
    /// What of that it is.
    pub taken: Taken,
}

/// Looks for culprits in a function of Python or Node. `again` is asked a few times at most, and only for changes that
/// promise to save more than the noise.
#[must_use]
pub fn find(input: &Input<'_>, again: &Again<'_>) -> Culprits {
    let is_walked = matches!(input.spec.runtime.language(), Language::Python | Language::Node);
    if !is_walked || !input.graph.causes.is_empty() {
        return Culprits::default();
    }
    let mut culprits = Culprits::default();
    let mut removed: Vec<ModuleId> = Vec::new();
    for candidate in candidates::of(input).into_iter().take(MOST_WALKS) {
        // What comes along with a part that is named already goes with it.
        let comes_along = |id: &ModuleId| removed.iter().any(|part| is_below(input.graph, *id, *part));
        if candidate.module().as_ref().is_some_and(|id| comes_along(id) || has_lazy_loader(input, *id)) {
            continue;
        }
        let after = again(&candidate.change(input));
        let saves_ms = input.estimate.init_ms - after.init_ms;
        if saves_ms < WORTH_MS || !after.is_sound(input.graph) {
            continue;
        }
        match candidate {
            // What Init no longer loads, the first request may.
            Candidate::Idle(module) if !after.later.contains(&input.graph.module(module).name) => {
                removed.push(module);
                culprits.parts.push(HeavyPart { module, remedy: Remedy::Lazy, saves_ms });
            }
            Candidate::Idle(_) => {}
            Candidate::Optional { module, packages, extra } => {
                removed.push(module);
                let remedy = Remedy::LeaveOut { packages, extra };
                culprits.parts.push(HeavyPart { module, remedy, saves_ms });
            }
            Candidate::Handed(handed) => {
                let module = |id| Arc::clone(&input.graph.module(id).name);
                let part = |(name, home)| Part { name, from: module(home), taken: Taken::Member };
                let Handed { site, asked, names } = handed;
                let parts = names.into_iter().map(part).collect();
                culprits.paths.push(path(input, site, asked, parts, saves_ms));
            }
            Candidate::Offered(Narrowed { offers, .. }) if disturbs(input.graph, &after, &offers) => {}
            Candidate::Offered(Narrowed { site, asked, offers }) => {
                let part = |(name, offer): (_, Offer)| Part { name, from: offer.request, taken: offer.home.taken };
                let parts = offers.into_iter().map(part).collect();
                culprits.paths.push(path(input, site, asked, parts, saves_ms));
            }
        }
    }
    culprits.parts.sort_by(|a, b| b.saves_ms.total_cmp(&a.saves_ms).then(a.module.cmp(&b.module)));
    culprits.paths.sort_by(|a, b| b.saves_ms.total_cmp(&a.saves_ms).then(a.site.cmp(&b.site)));
    culprits
}

/// Whether own code puts a lazy loader in front of a module already: the walk does not look into finders.
fn has_lazy_loader(input: &Input<'_>, id: ModuleId) -> bool {
    let name = &input.graph.module(id).name;
    let quoted = [format!("\"{name}\""), format!("'{name}'")];
    let own = input.graph.modules().filter(|(id, module)| {
        module.kind == ModuleKind::Source && input.packages.of_module(input.graph, *id).is_none()
    });
    own.filter_map(|(_, module)| input.artifact.read(module.entry?).ok()).any(|bytes| {
        let text = String::from_utf8_lossy((*bytes).as_ref());
        text.contains("LazyLoader") && quoted.iter().any(|quoted| text.contains(quoted))
    })
}

fn path(input: &Input<'_>, site: ImportSite, asked: ModuleId, parts: Vec<Part>, saves_ms: f64) -> HeavierPath {
    let before_ms = input.estimate.module(asked).cumulative_ms.max(saves_ms);
    HeavierPath { site, asked, parts, before_ms, saves_ms }
}

/// Whether modules that are no longer loaded change what is still there: a registry that the package's index fills. A
/// part that does the same for itself is one of several that register themselves.
fn disturbs(before: &ModuleGraph, after: &After, offers: &BTreeMap<Arc<str>, Offer>) -> bool {
    let is_kept = |id: ModuleId| after.eager.contains(&before.module(id).name);
    let homes: Vec<ModuleId> = offers.values().filter_map(|offer| offer.module).collect();
    before.choices.touched.iter().any(|(by, made)| {
        let does_too = homes.iter().any(|home| before.choices.touched.contains(&(*home, *made)));
        !is_kept(*by) && is_kept(*made) && !does_too
    })
}

/// Whether a module is first loaded on behalf of another one.
fn is_below(graph: &ModuleGraph, module: ModuleId, other: ModuleId) -> bool {
    module == other || graph.chain(module).iter().any(|step: &ImportSite| step.importer == other)
}
