//! Simulation of CPython's import system and of module execution.

mod build;
mod builds;
mod bytecode;
mod computed;
mod extension;
mod extras;
mod finder;
mod interp;
mod leftovers;
mod limits;
mod loops;
pub(crate) mod mentions;
mod open_loads;
mod search_path;
mod sources;
mod stdlib;
mod together;
mod value;
mod wrappers;

pub use interp::is_unpickler;

use std::collections::BTreeMap;

use crate::graph::{ModuleGraph, Refused, WhatIf};
use crate::package::Bundle;
use crate::package::owners::Packages;
use crate::platform::{Architecture, Platform, Sdk};

/// What the simulation starts from.
pub struct PythonInput<'a> {
    /// The package with its layers.
    pub bundle: &'a Bundle,
    /// The handler setting, `module.function`.
    pub handler: &'a str,
    /// Major and minor version of the interpreter.
    pub version: (u16, u16),
    /// Instruction set, which extension modules must match.
    pub architecture: Architecture,
    /// The SDK that the runtime brings along.
    pub sdk: Option<&'static Sdk>,
    /// Whose image the function runs on, with the version of its C library; `None` where it brings its own.
    pub libraries: Option<(Platform, &'a str)>,
    /// Environment variables that are known.
    pub environment: &'a BTreeMap<String, String>,
    /// The installed distributions.
    pub packages: &'a Packages,
    /// Extension modules that cannot be loaded, as far as that is known already.
    pub refused: &'a Refused,
    /// Changes to take for done.
    pub what_if: &'a WhatIf,
}

/// The versions of which the tables know the standard library.
const OLDEST: (u16, u16) = (3, 8);
const NEWEST: (u16, u16) = (3, 14);

thread_local! {
    static OLDEST_LIBRARY: stdlib::Stdlib = stdlib::Stdlib::for_version(OLDEST);
    static NEWEST_LIBRARY: stdlib::Stdlib = stdlib::Stdlib::for_version(NEWEST);
}

/// Whether the newest version's standard library, or the interpreter itself, has a module of this name.
#[must_use]
pub fn is_standard(module: &str) -> bool {
    NEWEST_LIBRARY.with(|library| library.contains(module))
}

/// Whether the standard library of every version that runs functions has a module of this name, whatever is installed.
#[must_use]
pub fn is_always_standard(module: &str) -> bool {
    is_standard(module) && OLDEST_LIBRARY.with(|library| library.contains(module))
}

/// What the function's handler module loads, eagerly and later.
#[must_use]
pub fn simulate(input: &PythonInput<'_>) -> ModuleGraph {
    let start = Start { handler: input.handler, environment: input.environment };
    simulate_all(input, &[start]).pop().unwrap_or_else(ModuleGraph::unknown)
}

/// Where a function starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start<'a> {
    /// The handler setting.
    pub handler: &'a str,
    /// Environment variables that are known.
    pub environment: &'a BTreeMap<String, String>,
}

/// The same for several functions that differ in nothing but where they start: what they begin with in common runs
/// once. `PYTHONPATH` must be the same for all.
#[must_use]
pub fn simulate_all(input: &PythonInput<'_>, starts: &[Start<'_>]) -> Vec<ModuleGraph> {
    let artifact = &input.bundle.artifact;
    let finder = finder::Finder::new(artifact, input.version, input.architecture, input.environment);
    let sources = sources::Sources::new(input.bundle, &finder, input.packages, starts.len());
    let mut graphs = together::walk(input, starts, &finder, &sources);
    let faults = sources.faults();
    for graph in &mut graphs {
        graph.faults.extend(faults.iter().cloned());
        graph.own_code = sources.own_code(graph);
        graph.leftovers = leftovers::collect(graph, artifact);
        graph.loops = loops::collect(graph);
    }
    graphs
}

#[cfg(test)]
mod tests;
