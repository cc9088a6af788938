//! Changes that may save something, by what the first walk tells.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Input, WORTH_MS};
use crate::cost::{self, Change};
use crate::graph::{Handed, Import, ModuleId, ModuleKind, Phase, WhatIf};
use crate::knowledge;
use crate::package::owners::{PackageId, Requires};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extras {
    /// Those that bring everything.
    whole: Vec<String>,
}

knowledge::table! {
    static EXTRAS: Extras = "python/extras.toml", tested by the_extras_read;
}

/// A change that may save something.
pub(super) enum Candidate {
    /// A module is imported once and asked for nothing.
    Idle(ModuleId),
    /// A package is imported by others that do without it.
    Optional {
        /// Its module that is loaded first.
        module: ModuleId,
        /// The packages, the most expensive first.
        packages: Vec<PackageId>,
        /// The extra that brings them, behind the package that has it.
        extra: (String, String),
    },
    /// Names are imported from a module that only hands them on.
    Handed(Handed),
}

impl Candidate {
    /// The module that would no longer be loaded.
    pub(super) fn module(&self) -> Option<ModuleId> {
        match self {
            Self::Idle(module) | Self::Optional { module, .. } => Some(*module),
            Self::Handed(_) => None,
        }
    }

    /// The change.
    pub(super) fn change(&self, input: &Input<'_>) -> WhatIf {
        let name = |id: ModuleId| input.graph.module(id).name.to_string();
        let mut change = WhatIf::default();
        match self {
            Self::Idle(module) => drop(change.lazy.insert(name(*module))),
            Self::Optional { packages, .. } => {
                let is_one = |id| owner(input, id).is_some_and(|package| packages.contains(&package));
                let its = input.graph.modules().filter(|(id, _)| is_one(*id));
                change.absent.extend(its.map(|(_, module)| top(&module.name).to_owned()));
            }
            Self::Handed(handed) => {
                let homes = handed.names.iter().map(|(asked, home)| (asked.to_string(), name(*home))).collect();
                change.narrowed.insert((name(handed.site.importer), handed.site.span), homes);
            }
        }
        change
    }
}

/// Changes that promise more than the noise, those that promise most first.
pub(super) fn of(input: &Input<'_>) -> Vec<Candidate> {
    let mut found: Vec<(f64, Candidate)> = idle(input).chain(optional(input)).chain(handed(input)).collect();
    found.retain(|(ms, _)| *ms >= WORTH_MS);
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

fn idle<'i>(input: &'i Input<'_>) -> impl Iterator<Item = (f64, Candidate)> + 'i {
    let heavy = input.graph.choices.idle.iter().map(|id| (input.estimate.module(*id).removable_ms, *id));
    heavy.map(|(ms, id)| (ms, Candidate::Idle(id)))
}

/// A package that can be missing: what it costs, and its module that is loaded first.
type Spared = (f64, PackageId, ModuleId);

/// Packages that only imports load which do without them, that nothing installed needs and nobody has asked for; those
/// of one extra go together.
fn optional(input: &Input<'_>) -> impl Iterator<Item = (f64, Candidate)> {
    let mut by_extra: BTreeMap<(String, String), Vec<Spared>> = BTreeMap::new();
    for (ms, package, module) in done_without(input) {
        if let Some(extra) = asked_by_extra(input, package).and_then(|extras| extras.into_iter().next()) {
            by_extra.entry(extra).or_default().push((ms, package, module));
        }
    }
    by_extra.into_iter().filter_map(|(extra, mut its)| {
        its.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
        let (_, _, module) = *its.first()?;
        let packages = its.iter().map(|(_, package, _)| *package).collect();
        Some((its.iter().map(|(ms, ..)| ms).sum(), Candidate::Optional { module, packages, extra }))
    })
}

/// Packages that only libraries load, where it is caught if they are missing, with the module that is loaded first.
fn done_without<'i>(input: &'i Input<'_>) -> impl Iterator<Item = Spared> + 'i {
    let mut importers: BTreeMap<PackageId, Vec<&Import>> = BTreeMap::new();
    for import in &input.graph.imports {
        if let Some(package) =
            owner(input, import.target).filter(|package| owner(input, import.site.importer) != Some(*package))
        {
            importers.entry(package).or_default().push(import);
        }
    }
    let heavy = importers.into_iter().filter(move |(package, imports)| {
        let by_library = |import: &Import| owner(input, import.site.importer).is_some();
        let is_caught = |import: &Import| import.guarded || input.graph.is_caught(import.site.importer);
        input.estimate.package(*package).removable_ms >= WORTH_MS
            && imports.iter().all(|import| import.phase == Phase::Init && by_library(import) && is_caught(import))
    });
    heavy.filter_map(move |(package, imports)| {
        Some((input.estimate.package(package).removable_ms, package, imports.first()?.target))
    })
}

/// The extras of installed packages that ask for a package; nothing where something needs it in any case, or own
/// code, the manifest or nobody at all says why it is there.
fn asked_by_extra(input: &Input<'_>, package: PackageId) -> Option<Vec<(String, String)>> {
    let name = &*input.packages.package(package).name;
    let is_declared = input.declared.dependencies.iter().any(|d| *d.name == *name && !d.frozen && !d.pinned_transitive);
    let tops: BTreeSet<&str> =
        input.graph.modules().filter(|(id, _)| owner(input, *id) == Some(package)).map(|(_, m)| top(&m.name)).collect();
    let mentions = &input.graph.mentions;
    let is_named = mentions.imports.iter().chain(&mentions.words).any(|word| tops.contains(top(word)));
    if is_declared || is_named {
        return None;
    }
    let mut extras = Vec::new();
    for (id, other) in input.packages.with_ids().filter(|(id, _)| *id != package) {
        let Requires { always, extras: by_extra } = Requires::of(input.artifact, input.packages.package(id));
        // Who asks for one extra by its name has a use for it in mind.
        let asked = |extra: &str| {
            let declared = input.declared.dependencies.iter().filter(|dependency| dependency.name == other.name);
            declared.flat_map(|dependency| &dependency.extras).any(|asked| asked == extra && !EXTRAS.whole.iter().any(|whole| whole == extra))
        };
        let its: Vec<String> =
            by_extra.into_iter().filter(|(_, names)| names.contains(name)).map(|(extra, _)| extra).collect();
        if always.contains(name) || its.iter().any(|extra| asked(extra)) {
            return None;
        }
        extras.extend(its.into_iter().map(|extra| (other.name.to_string(), extra)));
    }
    // Without such an extra, it is not known who has put it there.
    (!extras.is_empty()).then_some(extras)
}

fn handed<'i>(input: &'i Input<'_>) -> impl Iterator<Item = (f64, Candidate)> + 'i {
    let graph = input.graph;
    graph.choices.handed.iter().filter_map(move |handed| {
        let package = owner(input, handed.asked)?;
        let is_public = |id: &ModuleId| {
            let module = graph.module(*id);
            owner(input, *id) == Some(package)
                && module.kind == ModuleKind::Source
                && !module.name.split('.').any(|part| part.starts_with('_'))
        };
        if !handed.names.iter().all(|(_, home)| is_public(home)) {
            return None;
        }
        let change = Change {
            gone: BTreeSet::from([handed.site]),
            added: handed.names.iter().map(|(_, home)| (handed.site.importer, *home)).collect(),
        };
        let ms = cost::saved(graph, input.estimate, input.spec.runtime.language(), &change);
        Some((ms, Candidate::Handed(handed.clone())))
    })
}

fn owner(input: &Input<'_>, id: ModuleId) -> Option<PackageId> {
    input.packages.of_module(input.graph, id)
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
