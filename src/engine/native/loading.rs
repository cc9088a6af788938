//! What keeps loaders from taking the native files that a function loads, beyond what the simulations raise.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::super::FunctionFacts;
use super::libraries::{Found, Libraries};
use super::{LARGEST_READ, MOST_READS, Obstacle, needed_glibc, version_pair};
use crate::artifact::{ArtifactKind, EntryId};
use crate::graph::{ModuleId, ModuleKind, Phase, native as graph_native};
use crate::lang::native::{NativeFacts, Refusal};
use crate::platform::Language;

/// The rule for C libraries that are too old.
const GLIBC: &str = "glibc-too-new";
/// The rule for libraries that nothing has.
const LIBRARY: &str = "missing-shared-library";
/// Libraries inside an archive that are larger than this are judged by their start alone.
const LARGEST_INFLATED: u64 = 8 << 20;
/// Libraries that are looked at for one file at most.
const MOST_LIBRARIES: usize = 64;

/// A native file that something loads.
struct Load {
    entry: EntryId,
    module: Option<ModuleId>,
    /// Whether it is loaded during Init for sure, and nothing catches its failure.
    is_certain: bool,
    /// Whether it is read in full; of packages with many files only some are.
    in_full: bool,
}

impl FunctionFacts {
    /// What loaders refuse, in the order of loading, each cause once.
    pub(super) fn loading_obstacles(&self) -> Vec<Obstacle> {
        let loads = self.native_loads();
        if loads.is_empty() {
            return Vec::new();
        }
        let libraries = Libraries::of(self);
        let judged: Vec<Vec<Obstacle>> = loads.par_iter().map(|load| self.judge(load, &libraries)).collect();
        let mut found: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let mut obstacles: Vec<Obstacle> = Vec::new();
        for obstacle in judged.into_iter().flatten() {
            match found.entry((obstacle.rule, self.cause_of(&obstacle))) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(obstacles.len());
                    obstacles.push(obstacle);
                }
                std::collections::btree_map::Entry::Occupied(place) => {
                    let known = obstacles.get_mut(*place.get());
                    if let Some(known) = known.filter(|known| obstacle.is_certain && !known.is_certain) {
                        *known = obstacle;
                    }
                }
            }
        }
        obstacles
    }

    /// What findings of one rule have in common: one wrong installation spoils all files of a package.
    fn cause_of(&self, obstacle: &Obstacle) -> String {
        let owner = obstacle.entry.and_then(|entry| self.packages.owner(entry)).filter(|_| obstacle.rule != LIBRARY);
        owner.map_or_else(|| obstacle.subject.clone(), |owner| format!("{}#", owner.0))
    }

    /// Native files that are loaded, in the order in which they are.
    fn native_loads(&self) -> Vec<Load> {
        let modules = self.graph.modules().filter(|(_, module)| module.kind == ModuleKind::Extension);
        let modules = modules.filter_map(|(id, module)| Some((id, module.entry?, module.loaded)));
        // What is installed on this machine is for this machine; the build installs what is for the function's.
        let modules = modules.filter(|(_, entry, _)| self.artifact.is_shipped(*entry));
        let mut loads: Vec<Load> = modules
            .filter(|(_, entry, _)| self.artifact.entry(*entry).bytes <= LARGEST_READ)
            .map(|(id, entry, phase)| {
                let is_certain = phase == Phase::Init && self.is_uncaught();
                Load { entry, module: Some(id), is_certain, in_full: false }
            })
            .collect();
        let extensions = self.extension_programs().into_iter().filter(|entry| !self.is_script(*entry));
        loads.extend(extensions.map(|entry| Load { entry, module: None, is_certain: true, in_full: false }));
        self.choose(&mut loads);
        loads
    }

    /// Whether the kernel has an interpreter run a program.
    fn is_script(&self, program: EntryId) -> bool {
        self.artifact.read_head(program, 2).is_ok_and(|head| head == b"#!")
    }

    /// Whether the failure of a module ends Init: simulations raise it themselves where it is met.
    fn is_uncaught(&self) -> bool {
        self.spec.runtime.language() == Language::Native
    }

    /// Chooses which files are read in full: of each package the largest, which libraries are linked into.
    fn choose(&self, loads: &mut [Load]) {
        let mut by_size: Vec<usize> = (0..loads.len()).collect();
        by_size.sort_by_key(|at| std::cmp::Reverse(self.artifact.entry(loads[*at].entry).bytes));
        let mut read: BTreeMap<_, usize> = BTreeMap::new();
        for at in by_size {
            let count = read.entry(self.packages.owner(loads[at].entry)).or_default();
            *count += 1;
            loads[at].in_full = *count <= MOST_READS;
        }
    }

    fn judge(&self, load: &Load, libraries: &Libraries<'_>) -> Vec<Obstacle> {
        let host = self.native_host();
        if let Some(refusal) = graph_native::header_refusal(&self.artifact, load.entry, host) {
            return vec![self.refuse(load, load.entry, refusal)];
        }
        let Some(facts) = self.native_facts(load.entry).filter(|_| load.in_full) else { return Vec::new() };
        if let Some(refusal) = Refusal::by_facts(&facts, host) {
            return vec![self.refuse(load, load.entry, refusal)];
        }
        let mut found: Vec<Obstacle> = self.too_new(load, load.entry, &facts).into_iter().collect();
        found.extend(self.judge_needs(load, facts, libraries));
        found
    }

    /// Follows what a file needs through the package.
    fn judge_needs(&self, load: &Load, facts: std::sync::Arc<NativeFacts>, libraries: &Libraries<'_>) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let mut seen: FxHashSet<EntryId> = FxHashSet::from_iter([load.entry]);
        let mut waiting = vec![(load.entry, facts)];
        while let Some((needed_by, facts)) = waiting.pop() {
            for library in &facts.needed {
                match libraries.find(library, needed_by, &facts) {
                    Found::Somewhere => {}
                    Found::Nowhere => found.push(self.missing(load, needed_by, library)),
                    Found::File(entry) if seen.len() < MOST_LIBRARIES && seen.insert(entry) => {
                        if let Some(refusal) = graph_native::header_refusal(&self.artifact, entry, self.native_host()) {
                            found.push(self.refuse(load, entry, refusal));
                        } else if let Some(its) = self.facts_of_library(entry) {
                            found.extend(self.too_new(load, entry, &its));
                            waiting.push((entry, its));
                        }
                    }
                    Found::File(_) => {}
                }
            }
        }
        found
    }

    fn facts_of_library(&self, entry: EntryId) -> Option<std::sync::Arc<NativeFacts>> {
        let file = self.artifact.entry(entry);
        let most = if file.zipped_bytes.is_some() { LARGEST_INFLATED } else { LARGEST_READ };
        self.native_facts(entry).filter(|_| file.bytes <= most)
    }

    fn obstacle(&self, load: &Load, rule: &'static str, entry: EntryId, subject: &str, message: String) -> Obstacle {
        let module = load.module;
        Obstacle { module, is_certain: load.is_certain, ..Obstacle::new(rule, Some(entry), subject, message) }
    }

    fn refuse(&self, load: &Load, entry: EntryId, refusal: Refusal) -> Obstacle {
        let path = &self.artifact.entry(entry).path;
        let message = match refusal {
            Refusal::Machine => {
                format!("{path} is not built for {}, which the function runs on", self.spec.architecture)
            }
            refusal => format!("{path}: {}", refusal.text()),
        };
        self.obstacle(load, graph_native::rule_of(refusal), entry, path, message)
    }

    fn too_new(&self, load: &Load, entry: EntryId, facts: &NativeFacts) -> Option<Obstacle> {
        let base = version_pair(&self.spec.runtime.facts(self.spec.platform).glibc)?;
        let needed = needed_glibc(facts).filter(|needed| *needed > base)?;
        let path = &self.artifact.entry(entry).path;
        let name = self.packages.owner(entry).map(|package| self.packages.package(package).name.to_string());
        let message = format!(
            "{path} needs GLIBC {}.{}, and {} has {}.{}: it will not load",
            needed.0, needed.1, self.spec.runtime, base.0, base.1
        );
        Some(self.obstacle(load, GLIBC, entry, &name.unwrap_or_else(|| path.to_string()), message))
    }

    fn missing(&self, load: &Load, needed_by: EntryId, library: &str) -> Obstacle {
        let path = &self.artifact.entry(needed_by).path;
        let message = format!("{path} needs {library}, which neither package, layers nor {} have", self.spec.runtime);
        let found = self.obstacle(load, LIBRARY, needed_by, library, message);
        // An image brings libraries of its own, and a layer that is not here may bring this one.
        let is_certain = found.is_certain && self.artifact.kind != ArtifactKind::Image;
        Obstacle { is_certain, cure: Some(library.into()), ..found }
    }
}
