//! Functions that ship one package: what they begin with in common is walked once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::shelf;
use crate::artifact::{ArtifactKind, EntryId};
use crate::assemble::FunctionSpec;
use crate::cost::{self, Calibration, CostInput};
use crate::culprit::After;
use crate::graph::python::{self, PythonInput, Start};
use crate::graph::{ModuleGraph, Phase, Refused, WhatIf};
use crate::package::Bundle;
use crate::platform::Language;

/// Functions that differ, as far as walks see, in nothing but where they start. One thread analyses them, one after the
/// other; what the first has walked is there for the others.
pub(super) struct Together<'a> {
    specs: &'a [FunctionSpec],
    /// The places of these functions in `specs`.
    members: Vec<usize>,
    graphs: RefCell<Vec<(Walk, ModuleGraph)>>,
    changed: RefCell<Vec<(Walk, WhatIf, After)>>,
}

/// A walk of one of the functions.
#[derive(Clone, PartialEq)]
struct Walk {
    member: usize,
    refused: Refused,
}

impl<'a> Together<'a> {
    /// Which functions are walked together, in shares for so many threads.
    pub(super) fn shares(specs: &'a [FunctionSpec], threads: usize) -> Vec<Self> {
        let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, spec) in specs.iter().enumerate() {
            let path = spec.environment.get("PYTHONPATH");
            let alone = (spec.runtime.language() != Language::Python).then_some(at);
            let surroundings = (spec.platform, &spec.runtime, spec.architecture, path);
            alike.entry((shelf::key(spec), surroundings, alone)).or_default().push(at);
        }
        // Where there is more to do than threads, all that is alike is one piece of it.
        let shares = if alike.len() > 2 * threads { 1 } else { threads };
        let mut all: Vec<Vec<usize>> = Vec::new();
        for members in alike.into_values() {
            let share = |first: usize| members.iter().skip(first).step_by(shares).copied().collect();
            all.extend((0..shares.min(members.len())).map(share));
        }
        all.sort();
        all.into_iter().map(|members| Self::new(specs, members)).collect()
    }

    fn new(specs: &'a [FunctionSpec], members: Vec<usize>) -> Self {
        Self { specs, members, graphs: RefCell::default(), changed: RefCell::default() }
    }

    /// The functions, by their places.
    pub(super) fn members(&self) -> &[usize] {
        &self.members
    }

    /// Members from a function on: those before it are analysed already.
    fn since(&self, spec: &FunctionSpec) -> Vec<usize> {
        let is_it = |at: &usize| self.specs[*at].name == spec.name && self.specs[*at].start() == spec.start();
        let first = self.members.iter().position(is_it);
        first.map_or_else(Vec::new, |first| self.members[first..].to_vec())
    }

    /// What a function loads.
    pub(super) fn graph(&self, spec: &FunctionSpec, bundle: &Bundle, refused: &Refused) -> ModuleGraph {
        let mut members = self.since(spec);
        let Some(member) = members.first().copied() else {
            return simulated(&[spec], bundle, refused, &WhatIf::default()).pop().unwrap_or_else(ModuleGraph::unknown);
        };
        let walk = Walk { member, refused: refused.clone() };
        let mut graphs = self.graphs.borrow_mut();
        if !graphs.iter().any(|(known, _)| *known == walk) {
            // Who does not load what is refused is not walked again.
            let is_refused = |entry: Option<EntryId>| entry.is_some_and(|entry| refused.contains_key(&entry));
            let meets = |graph: &ModuleGraph| graph.modules.iter().any(|module| is_refused(module.entry));
            let known = |at: usize| graphs.iter().find(|(walk, _)| walk.member == at).map(|(_, graph)| graph);
            members.retain(|at| *at == member || refused.is_empty() || known(*at).is_some_and(meets));
            let specs: Vec<&FunctionSpec> = members.iter().map(|at| &self.specs[*at]).collect();
            let found = simulated(&specs, bundle, refused, &WhatIf::default());
            let walks = members.iter().map(|member| Walk { member: *member, refused: refused.clone() });
            graphs.extend(walks.zip(found));
        }
        let place = graphs.iter().position(|(known, _)| *known == walk);
        place.map_or_else(ModuleGraph::unknown, |place| graphs.swap_remove(place).1)
    }

    /// What a change comes to.
    pub(super) fn after(
        &self,
        spec: &FunctionSpec,
        bundle: &Bundle,
        refused: &Refused,
        what_if: &WhatIf,
        calibrations: &[Calibration],
    ) -> After {
        let mut members = self.since(spec);
        let Some(member) = members.first().copied() else {
            let found = afters(&[spec], bundle, refused, what_if, calibrations);
            return found.into_iter().next().unwrap_or_default();
        };
        let walk = Walk { member, refused: refused.clone() };
        let mut changed = self.changed.borrow_mut();
        if !changed.iter().any(|(known, what, _)| *known == walk && what == what_if) {
            // Who loads the same may ask for the same.
            let graphs = self.graphs.borrow();
            let graph = |at: usize| graphs.iter().find(|(known, _)| known.member == at && known.refused == *refused);
            members.retain(|at| *at == member || graph(*at).is_some_and(|(_, graph)| concerns(what_if, graph)));
            let specs: Vec<&FunctionSpec> = members.iter().map(|at| &self.specs[*at]).collect();
            let found = afters(&specs, bundle, refused, what_if, calibrations);
            let walks = members.iter().map(|member| Walk { member: *member, refused: refused.clone() });
            changed.extend(walks.zip(found).map(|(walk, after)| (walk, what_if.clone(), after)));
        }
        let place = changed.iter().position(|(known, what, _)| *known == walk && what == what_if);
        place.map(|place| changed.swap_remove(place).2).unwrap_or_default()
    }
}

/// Whether a function loads during Init what a change is about.
fn concerns(what_if: &WhatIf, graph: &ModuleGraph) -> bool {
    let loads = |name: &str| graph.modules.iter().any(|module| *module.name == *name && module.loaded == Phase::Init);
    let mut names = what_if.lazy.iter().chain(&what_if.absent).chain(what_if.narrowed.keys().map(|(module, _)| module));
    names.all(|name| loads(name))
}

fn afters(
    specs: &[&FunctionSpec],
    bundle: &Bundle,
    refused: &Refused,
    what_if: &WhatIf,
    calibrations: &[Calibration],
) -> Vec<After> {
    let (artifact, packages) = (&bundle.artifact, &*bundle.owners(Language::Python));
    let found = simulated(specs, bundle, refused, what_if).into_iter().zip(specs);
    let after = |(graph, spec): (ModuleGraph, &&FunctionSpec)| {
        let input = CostInput { spec, artifact, graph: &graph, packages, calibrations };
        After::of(&graph, cost::estimate(&input).init_ms)
    };
    found.map(after).collect()
}

/// What Python functions of one package load, with changes taken for done.
fn simulated(specs: &[&FunctionSpec], bundle: &Bundle, refused: &Refused, what_if: &WhatIf) -> Vec<ModuleGraph> {
    let Some(spec) = specs.first() else { return Vec::new() };
    let mut starts: Vec<Start<'_>> = Vec::new();
    // Some differ in their names alone.
    let mut places: Vec<usize> = Vec::new();
    for spec in specs {
        let wanted = Start { handler: spec.start(), environment: &spec.environment };
        places.push(starts.iter().position(|known| *known == wanted).unwrap_or(starts.len()));
        if places.last() == Some(&starts.len()) {
            starts.push(wanted);
        }
    }
    let glibc = &spec.runtime.facts(spec.platform).glibc;
    let input = PythonInput {
        bundle,
        handler: spec.start(),
        version: spec.runtime.version(),
        architecture: spec.architecture,
        sdk: spec.runtime.sdk(spec.platform),
        libraries: (bundle.artifact.kind != ArtifactKind::Image).then_some((spec.platform, glibc)),
        environment: &spec.environment,
        packages: &bundle.owners(Language::Python),
        refused,
        what_if,
    };
    let mut graphs: Vec<Option<ModuleGraph>> = python::simulate_all(&input, &starts).into_iter().map(Some).collect();
    let of = |(at, place): (usize, &usize)| {
        let graph = graphs.get_mut(*place)?;
        if places[at + 1..].contains(place) { graph.clone() } else { graph.take() }
    };
    places.iter().enumerate().map(of).map(|graph| graph.unwrap_or_else(ModuleGraph::unknown)).collect()
}
