//! From declared functions to facts: open, simulate, attribute, estimate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::UserError;
use super::args::InputArgs;
use super::discover;
use crate::artifact::{Artifact, Location};
use crate::cost::{self, CostInput};
use crate::engine::{Budgets, FunctionFacts, ProjectFacts, Usage};
use crate::graph::packages::Packages;
use crate::graph::python::{PythonInput, simulate};
use crate::graph::ModuleGraph;
use crate::input::{self, Limits};
use crate::manifest::dependency::Declared;
use crate::manifest::function::FunctionSpec;
use crate::manifest;
use crate::platform::Language;

/// Parsers recurse with the nesting of what they read, which is bounded before they run.
const STACK_BYTES: usize = 64 << 20;

/// Runs `work` with the number of threads that the user asked for.
pub(super) fn with_threads<T: Send>(jobs: usize, work: impl FnOnce() -> T + Send) -> Result<T, UserError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES).build()?;
    Ok(pool.install(work))
}

/// All functions that the paths stand for, analysed.
pub(super) fn project(paths: &[PathBuf], args: &InputArgs, budgets: Budgets) -> Result<ProjectFacts, UserError> {
    let mut functions = Vec::new();
    for path in paths {
        for spec in discover::functions(path, args)? {
            functions.push(analyse(spec)?);
        }
    }
    Ok(ProjectFacts { functions, budgets })
}

fn analyse(spec: FunctionSpec) -> Result<FunctionFacts, UserError> {
    let layers: Vec<PathBuf> = spec.layers.iter().map(PathBuf::from).collect();
    let artifact = Arc::new(input::open(Path::new(&spec.code), &layers, &Limits::default())?);
    let (graph, packages) = loaded(&spec, &artifact);
    let estimate = cost::estimate(&CostInput { spec: &spec, artifact: &artifact, graph: &graph, packages: &packages });
    let declared = declared(&spec, &artifact);
    let mut facts = FunctionFacts { spec, artifact, graph, packages, estimate, declared, usage: Usage::default() };
    facts.usage = Usage::of(&facts, &facts.declared);
    Ok(facts)
}

fn loaded(spec: &FunctionSpec, artifact: &Artifact) -> (ModuleGraph, Packages) {
    match spec.runtime.language() {
        Language::Python => {
            let packages = crate::graph::packages::python::attribute(artifact);
            let input = PythonInput {
                artifact,
                handler: &spec.handler,
                version: spec.runtime.version(),
                architecture: spec.architecture,
                environment: &spec.environment,
                packages: &packages,
            };
            let graph = simulate(&input);
            (graph, packages)
        }
        Language::Node | Language::Native | Language::Other => (ModuleGraph::unknown(), Packages::default()),
    }
}

/// What the manifests at the root of the package declare.
fn declared(spec: &FunctionSpec, artifact: &Artifact) -> Declared {
    match spec.runtime.language() {
        Language::Python => manifest::python::declared(&ManifestFiles(artifact), spec.runtime.version()),
        Language::Node | Language::Native | Language::Other => Declared::default(),
    }
}

/// Manifests larger than this are not read.
const LARGEST_MANIFEST: u64 = 8 << 20;

/// The manifests inside a package.
struct ManifestFiles<'a>(&'a Artifact);

impl manifest::python::Files for ManifestFiles<'_> {
    fn text(&self, path: &str) -> Option<String> {
        let entry = self.0.find(path).filter(|entry| self.0.entry(*entry).bytes <= LARGEST_MANIFEST)?;
        let bytes = self.0.read(entry).ok()?;
        Some(String::from_utf8_lossy((*bytes).as_ref()).into_owned())
    }

    fn location(&self, path: &str) -> Location {
        match self.0.find(path) {
            Some(entry) => Location::in_artifact(self.0, entry, None),
            None => Location::file(self.0.path.clone()),
        }
    }
}
