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
use crate::lang::python::PARSE_STACK;
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
    let sources = sources::Sources::new(input.artifact, &finder);
    let mut graph = walk(input, &finder, &sources);
    graph.own_code = sources.into_code(|entry| input.packages.owner(entry).is_none());
    graph.leftovers = leftovers::collect(&graph, input.artifact);
    graph.loops = loops::collect(&graph);
    graph
}

fn walk(input: &PythonInput<'_>, finder: &finder::Finder<'_>, sources: &sources::Sources<'_>) -> ModuleGraph {
    std::thread::scope(|scope| {
        let builder = || std::thread::Builder::new().name("parse".to_owned()).stack_size(PARSE_STACK);
        // The walk takes a core for itself: it is the longest chain of work, and parses what is not ready.
        for _ in 1..rayon::current_num_threads() {
            // Without a worker the walk parses by itself; nothing but time is lost.
            let _ = builder().spawn_scoped(scope, || sources.work());
        }
        let walk = std::thread::Builder::new().name("walk".to_owned()).stack_size(interp::STACK);
        let walked = walk.spawn_scoped(scope, || {
            let graph = build::build(input, finder, sources);
            sources.close();
            graph
        });
        let joined = walked.ok().and_then(|thread| thread.join().ok());
        sources.close();
        joined.unwrap_or_else(ModuleGraph::unknown)
    })
}

#[cfg(test)]
mod tests;
