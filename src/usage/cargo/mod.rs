//! A Cargo workspace: which dependencies and features its code needs, what its functions do
//! before they take requests, and what they do again for each.

pub mod dependencies;
mod expansion;
pub mod features;
mod forcing;
pub mod functions;
mod gates;
mod texts;
mod unify;
pub mod usage;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::input::files::Files;
use crate::lang::rust::STACK_BYTES;
use crate::manifest::cargo::CargoManifest;
use crate::manifest::cargo::registry::Registry;
use crate::manifest::cargo::workspace::CargoWorkspace;

pub use dependencies::{DependencyVerdict, Verdict, WorkspaceEntry};
pub use features::FeatureVerdict;
pub use functions::CargoFunction;

/// Everything known about a workspace.
#[derive(Debug, Default)]
pub struct CargoAnalysis {
    /// Manifests and lock file.
    pub workspace: CargoWorkspace,
    /// What the code of each member uses, in member order.
    pub usage: Vec<usage::PackageUse>,
    /// A verdict for every declared dependency.
    pub dependencies: Vec<DependencyVerdict>,
    /// Entries of `[workspace.dependencies]` that no member inherits.
    pub workspace_unused: Vec<WorkspaceEntry>,
    /// Features that nothing in the code needs.
    pub features: Vec<FeatureVerdict>,
    /// Executables that are Lambda functions.
    pub functions: Vec<CargoFunction>,
    /// For each member the dependencies whose source is not on this machine.
    pub unread: Vec<Vec<String>>,
}

/// Which features of the own packages are on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enabled {
    /// All of them.
    pub all: bool,
    /// Not the default ones.
    pub no_default: bool,
    /// These, as `feature` or `package/feature`.
    pub named: Vec<String>,
}

impl Enabled {
    /// The features of one package that are on.
    #[must_use]
    pub fn of<'a>(&'a self, member: &'a CargoManifest) -> BTreeSet<&'a str> {
        if self.all {
            return member.features.iter().map(|feature| feature.name.as_str()).collect();
        }
        let own = |name: &'a String| match name.split_once('/') {
            Some((package, feature)) => Some(feature).filter(|_| package == member.name()),
            None => Some(name.as_str()),
        };
        let named = self.named.iter().filter_map(own);
        member.feature_closure(named.chain((!self.no_default).then_some("default")))
    }
}

/// Analyses a workspace. Other crates' sources come from `registry`.
#[must_use]
pub fn analyse(workspace: CargoWorkspace, files: &dyn Files, registry: &Registry, enabled: &Enabled) -> CargoAnalysis {
    // Parsing recurses.
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    let work = || -> CargoAnalysis {
        let usage: Vec<_> = workspace.members.par_iter().map(|member| usage::of_package(member, files)).collect();
        let gates = gates::KnownGates::new(&workspace, registry);
        let parts: Vec<_> = (0..workspace.members.len())
            .into_par_iter()
            .map(|at| {
                let input = PackageInput {
                    workspace: &workspace,
                    at,
                    usage: &usage[at],
                    files,
                    registry,
                    gates: &gates,
                    enabled,
                };
                let dependencies = dependencies::judge(&input);
                let features = features::judge(&input, &dependencies);
                let functions = functions::find(&input);
                (dependencies, features, functions, dependencies::unread(&input))
            })
            .collect();
        let mut found = CargoAnalysis {
            workspace_unused: dependencies::workspace_entries(&workspace),
            usage,
            ..CargoAnalysis::default()
        };
        for (dependencies, features, functions, unread) in parts {
            found.unread.push(unread);
            found.dependencies.extend(dependencies);
            found.features.extend(features);
            found.functions.extend(functions);
        }
        found
    };
    let mut found = match pool {
        Ok(pool) => pool.install(work),
        // Whoever asks tells that it failed.
        Err(error) => std::panic::resume_unwind(Box::new(format!("threads did not start: {error}"))),
    };
    found.workspace = workspace;
    found
}

/// One package and what is around it.
pub(crate) struct PackageInput<'a> {
    pub(crate) workspace: &'a CargoWorkspace,
    pub(crate) at: usize,
    pub(crate) usage: &'a usage::PackageUse,
    pub(crate) files: &'a dyn Files,
    pub(crate) registry: &'a Registry,
    pub(crate) gates: &'a gates::KnownGates,
    pub(crate) enabled: &'a Enabled,
}
