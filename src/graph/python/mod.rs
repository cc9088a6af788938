//! Simulation of CPython's import system and of module execution.

mod build;
mod bytecode;
mod extension;
mod finder;
mod interp;
mod leftovers;
mod loops;
mod mentions;
mod sources;
mod stdlib;
mod value;

use std::collections::BTreeMap;

use crate::artifact::Artifact;
use crate::graph::ModuleGraph;
use crate::graph::packages::Packages;
use crate::platform::{Architecture, Sdk};

/// What the simulation starts from.
pub struct PythonInput<'a> {
    /// The package with its layers.
    pub artifact: &'a Artifact,
    /// The handler setting, `module.function`.
    pub handler: &'a str,
    /// Major and minor version of the interpreter.
    pub version: (u16, u16),
    /// Instruction set, which extension modules must match.
    pub architecture: Architecture,
    /// The SDK that the runtime brings along.
    pub sdk: Option<&'static Sdk>,
    /// Environment variables that are known.
    pub environment: &'a BTreeMap<String, String>,
    /// The installed distributions.
    pub packages: &'a Packages,
}

/// What the function's handler module loads, eagerly and later.
#[must_use]
pub fn simulate(input: &PythonInput<'_>) -> ModuleGraph {
    let finder = finder::Finder::new(input.artifact, input.version, input.architecture);
    let sources = sources::Sources::new(input.artifact, &finder, input.packages);
    let mut graph = walk(input, &finder, &sources);
    (graph.own_code, graph.spent) = sources.into_own_code();
    graph.leftovers = leftovers::collect(&graph, input.artifact);
    graph.loops = loops::collect(&graph);
    graph
}

fn walk(input: &PythonInput<'_>, finder: &finder::Finder<'_>, sources: &sources::Sources<'_>) -> ModuleGraph {
    std::thread::scope(|scope| {
        let walk = std::thread::Builder::new().name("walk".to_owned()).stack_size(interp::STACK);
        let walked = walk.spawn_scoped(scope, || sources.reading_ahead(|| build::build(input, finder, sources)));
        walked.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(ModuleGraph::unknown)
    })
}

#[cfg(test)]
mod tests;
