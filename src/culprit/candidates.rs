//! Changes that may save something, by what the first walk tells.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Input, WORTH_MS};
use crate::assemble::Installs;
use crate::cost::{Change, Savings};
use crate::graph::{Handed, Home, Import, ImportSite, ModuleId, ModuleKind, Offer, Phase, Taken, WhatIf};
use crate::package::owners::{PackageId, Requires};
use crate::platform::Language;

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
    /// Names are imported through a module whose package offers them in smaller parts.
    Offered(Narrowed),
}

/// An import, and where each of its names is had from instead.
pub(super) struct Narrowed {
    pub(super) site: ImportSite,
    pub(super) asked: ModuleId,
    pub(super) offers: BTreeMap<Arc<str>, Offer>,
}

impl Candidate {
    /// The module that would no longer be loaded.
    pub(super) fn module(&self) -> Option<ModuleId> {
        match self {
            Self::Idle(module) | Self::Optional { module, .. } => Some(*module),
            Self::Handed(_) | Self::Offered(_) => None,
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
                let home = |id: ModuleId| Home { module: name(id), taken: Taken::Member };
                let homes = handed.names.iter().map(|(asked, id)| (asked.to_string(), home(*id))).collect();
                change.narrowed.insert((name(handed.site.importer), handed.site.span), homes);
            }
            Self::Offered(Narrowed { site, offers, .. }) => {
                let homes = offers.iter().map(|(asked, offer)| (asked.to_string(), offer.home.clone())).collect();
                change.narrowed.insert((name(site.importer), site.span), homes);
            }
        }
        change
    }
}

/// Changes that promise more than the noise, those that promise most first.
pub(super) fn of(input: &Input<'_>) -> Vec<Candidate> {
    let mut found: Vec<(f64, Candidate)> = match input.spec.runtime.language() {
        Language::Node => offered(input).collect(),
        _ => idle(input).chain(optional(input)).chain(handed(input)).collect(),
    };
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
    let spared: Vec<Spared> = done_without(input).collect();
    let wants = if spared.is_empty() { Wants::default() } else { Wants::of(input) };
    for (ms, package, module) in spared {
        if let Some(extra) = wants.extras_for(&input.packages.package(package).name).into_iter().next() {
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
        // Others may ask for what the first has bound: whether they do without, the walk shows.
        input.estimate.package(*package).removable_ms >= WORTH_MS
            && imports.iter().all(|import| import.phase == Phase::Init && by_library(import))
            && imports.first().is_some_and(|import| is_caught(import))
    });
    heavy.filter_map(move |(package, imports)| {
        Some((input.estimate.package(package).removable_ms, package, imports.first()?.target))
    })
}

/// Who wants the installed packages.
#[derive(Default)]
struct Wants {
    /// Packages that own code imports, names or declares, with all that those need.
    kept: BTreeSet<String>,
    /// What the installed packages require.
    requires: BTreeMap<String, Requires>,
}

impl Wants {
    fn of(input: &Input<'_>) -> Self {
        let name = |id: PackageId| input.packages.package(id).name.to_string();
        let requires: BTreeMap<String, Requires> =
            input.packages.with_ids().map(|(id, package)| (name(id), Requires::of(input.artifact, package))).collect();
        let mut kept = BTreeSet::new();
        let mut todo: Vec<String> = roots(input).into_iter().map(name).collect();
        while let Some(package) = todo.pop() {
            let Some(its) = requires.get(&package).filter(|_| !kept.contains(&package)) else { continue };
            todo.extend(its.always.iter().cloned());
            kept.insert(package);
        }
        Self { kept, requires }
    }

    /// The extras of kept packages that bring a package, behind the package that has them; nothing where it is kept
    /// itself, and where nobody at all says why it is there.
    fn extras_for(&self, package: &str) -> Vec<(String, String)> {
        if self.kept.contains(package) {
            return Vec::new();
        }
        let its = self.requires.iter().filter(|(name, _)| self.kept.contains(*name));
        let extras = its.flat_map(|(name, its)| its.extras.iter().map(move |(extra, names)| (name, extra, names)));
        let bringing = extras.filter(|(.., names)| self.brings(names, package));
        bringing.map(|(name, extra, _)| (name.clone(), extra.clone())).collect()
    }

    /// Whether a package comes with some others.
    fn brings(&self, names: &BTreeSet<String>, package: &str) -> bool {
        let (mut seen, mut todo) = (BTreeSet::new(), names.iter().collect::<Vec<_>>());
        while let Some(name) = todo.pop() {
            if name == package {
                return true;
            }
            if seen.insert(name) {
                todo.extend(self.requires.get(name).iter().flat_map(|its| &its.always));
            }
        }
        false
    }
}

/// Packages that own code imports or names, and that the manifest declares.
fn roots(input: &Input<'_>) -> BTreeSet<PackageId> {
    let graph = input.graph;
    let is_own = |id: ModuleId| graph.module(id).entry.is_some() && owner(input, id).is_none();
    let imported = graph.imports.iter().filter(|import| is_own(import.site.importer));
    let mut roots: BTreeSet<PackageId> = imported.filter_map(|import| owner(input, import.target)).collect();
    let mentions = &graph.mentions;
    let words: BTreeSet<&str> = mentions.imports.iter().chain(&mentions.words).map(|word| top(word)).collect();
    let named = graph.modules().filter(|(_, module)| words.contains(top(&module.name)));
    roots.extend(named.filter_map(|(id, _)| owner(input, id)));
    let declared = input.declared.dependencies.iter().filter(|one| !one.frozen && !one.pinned_transitive);
    let declared: BTreeSet<&str> = declared.map(|dependency| &*dependency.name).collect();
    let installed = input.packages.with_ids().filter(|(_, package)| declared.contains(&*package.name));
    roots.extend(installed.map(|(id, _)| id));
    roots
}

/// What is saved is told from the function as it is.
fn as_it_is<'i>(input: &Input<'i>) -> Savings<'i> {
    Savings::new(input.graph, input.estimate, input.spec.runtime.language())
}

fn handed<'i>(input: &'i Input<'_>) -> impl Iterator<Item = (f64, Candidate)> + 'i {
    let graph = input.graph;
    let savings = OnceCell::new();
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
        let ms = savings.get_or_init(|| as_it_is(input)).of(&change);
        Some((ms, Candidate::Handed(handed.clone())))
    })
}

/// Imports of Node of which every name can be had from other files of the package. What those load besides is not known
/// before they are walked.
fn offered<'i>(input: &'i Input<'_>) -> impl Iterator<Item = (f64, Candidate)> + 'i {
    let graph = input.graph;
    let savings = OnceCell::new();
    graph.choices.offered.iter().filter_map(move |offered| {
        let asked = input.asked.get(&offered.site)?;
        // A bundler leaves out what nobody asks an ES module for.
        let is_shaken = input.spec.installs == Installs::Bundled && graph.module(offered.asked).weight.linked > 0;
        if is_shaken || asked.of_default && !offered.default_is_all {
            return None;
        }
        let offer = |name: &Arc<str>| Some((Arc::clone(name), offered.names.get(name)?.clone()));
        let offers: BTreeMap<_, _> = asked.names.iter().map(offer).collect::<Option<_>>()?;
        let homes = offers.values().filter_map(|offer| Some((offered.site.importer, offer.module?)));
        let change = Change { gone: BTreeSet::from([offered.site]), added: homes.collect() };
        let ms = savings.get_or_init(|| as_it_is(input)).of(&change);
        Some((ms, Candidate::Offered(Narrowed { site: offered.site, asked: offered.asked, offers })))
    })
}

fn owner(input: &Input<'_>, id: ModuleId) -> Option<PackageId> {
    input.packages.of_module(input.graph, id)
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
