//! What libraries load during Init that nobody behind the handler asks for, with changes that end it: each is
//! simulated, and what it saves is the difference of two walks.

mod candidates;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::artifact::Artifact;
use crate::assemble::FunctionSpec;
use crate::cost::Estimate;
use crate::graph::{Handed, ImportSite, ModuleGraph, ModuleId, ModuleKind, Phase, WhatIf};
use crate::manifest::dependency::Declared;
use crate::package::owners::{PackageId, Packages};
use crate::platform::Language;
use candidates::Candidate;

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
    /// Modules that the first request loads.
    later: FxHashSet<Arc<str>>,
}

impl After {
    /// From what is loaded then.
    #[must_use]
    pub fn of(graph: &ModuleGraph, init_ms: f64) -> Self {
        let later = graph.modules.iter().filter(|module| module.loaded == Phase::Invoke);
        Self {
            init_ms,
            starts: graph.causes.is_empty() && graph.has_closure(),
            missed: missed(graph),
            later: later.map(|module| Arc::clone(&module.name)).collect(),
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

/// A `from` import through a module that loads more than its names need.
#[derive(Clone, Debug)]
pub struct HeavierPath {
    /// The import, and where its names come from.
    pub handed: Handed,
    /// What the module that it asks costs.
    pub before_ms: f64,
    /// What that saves.
    pub saves_ms: f64,
}

/// Looks for culprits in a Python function. `again` is asked a few times at most, and only for changes that promise to
/// save more than the noise.
#[must_use]
pub fn find(input: &Input<'_>, again: &Again<'_>) -> Culprits {
    if input.spec.runtime.language() != Language::Python || !input.graph.causes.is_empty() {
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
                let before_ms = input.estimate.module(handed.asked).cumulative_ms.max(saves_ms);
                culprits.paths.push(HeavierPath { handed, before_ms, saves_ms });
            }
        }
    }
    culprits.parts.sort_by(|a, b| b.saves_ms.total_cmp(&a.saves_ms).then(a.module.cmp(&b.module)));
    culprits.paths.sort_by(|a, b| b.saves_ms.total_cmp(&a.saves_ms).then(a.handed.site.cmp(&b.handed.site)));
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

/// Whether a module is first loaded on behalf of another one.
fn is_below(graph: &ModuleGraph, module: ModuleId, other: ModuleId) -> bool {
    module == other || graph.chain(module).iter().any(|step: &ImportSite| step.importer == other)
}
