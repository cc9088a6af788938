//! From declared functions to facts: open, simulate, attribute, estimate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::UserError;
use super::args::InputArgs;
use super::discover;
use super::progress::Progress;
use super::settings::Settings;
use super::workspace;
use crate::artifact::{Artifact, Location};
use crate::cost::{self, CostInput};
use crate::engine::native::NativeFiles;
use crate::engine::{Budgets, FunctionFacts, ProjectFacts};
use crate::graph::javascript::{self, JavaScriptInput};
use crate::graph::packages::Packages;
use crate::graph::python::{PythonInput, simulate};
use crate::graph::{ModuleGraph, Spent};
use crate::input::{self, Limits};
use crate::manifest;
use crate::manifest::dependency::{Declared, Files};
use crate::manifest::function::FunctionSpec;
use crate::platform::{Architecture, Language};
use crate::program::Prepared;
use crate::split::{self, Routes};
use crate::usage::Usage;

/// Parsers recurse with the nesting of what they read, which is bounded before they run.
const STACK_BYTES: usize = 64 << 20;

/// Runs `work` with the number of threads that the user asked for.
pub(super) fn with_threads<T: Send>(jobs: usize, work: impl FnOnce() -> T + Send) -> Result<T, UserError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES).build()?;
    Ok(pool.install(work))
}

/// What the command line and the configuration say about functions.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    /// The command line.
    pub(super) args: &'a InputArgs,
    /// The configuration.
    pub(super) settings: &'a Settings,
    /// Budgets given on the command line.
    pub(super) budgets: Budgets,
}

/// All functions that the paths stand for, analysed.
pub(super) fn project(paths: &[PathBuf], inputs: &Inputs<'_>) -> Result<ProjectFacts, UserError> {
    let mut functions = Vec::new();
    let mut cargo = None;
    let mut spent = Vec::new();
    let progress = Progress::start();
    for path in paths {
        progress.step(format!("reading {}", path.display()));
        if let Some(found) = cargo_workspace(path, inputs)? {
            functions.extend(found.functions);
            if cargo.replace(Box::new(found.cargo)).is_some() {
                return Err(UserError("one Cargo workspace at a time can be checked".to_owned()));
            }
            continue;
        }
        let found = discover::functions(path, inputs)?;
        let count = found.len();
        for (number, spec) in (1..).zip(found) {
            progress.step(format!("{}: {number} of {count}, {}", path.display(), spec.name));
            let budgets = inputs.settings.budgets_of(&spec.name, inputs.budgets);
            // While the next function is analysed, the code of the one before goes.
            if !spent.is_empty() {
                free_aside(std::mem::take(&mut spent));
            }
            functions.push(analyse(spec, budgets, &inputs.settings.resolved.objective, &mut spent)?);
        }
    }
    // The process ends soon, and all memory with it: freeing this would only delay the report.
    std::mem::forget(spent);
    Ok(ProjectFacts { functions, budgets: inputs.settings.budgets(inputs.budgets), cargo })
}

/// Frees something of very many pieces on a thread of its own: nobody needs to wait for that.
fn free_aside<T: Send + 'static>(value: T) {
    // Without a thread it is freed here.
    let _ = std::thread::Builder::new().name("free".to_owned()).spawn(move || drop(value));
}

/// The Cargo workspace that a path is, unless a handler or a template says what it stands for.
fn cargo_workspace(path: &Path, inputs: &Inputs<'_>) -> Result<Option<workspace::Found>, UserError> {
    if inputs.args.handler.is_some() || discover::template_at(path)?.is_some() {
        return Ok(None);
    }
    workspace::at(path, inputs)
}

/// Analyses a function. What nobody needs any more goes to `spent`.
fn analyse(
    spec: FunctionSpec,
    budgets: Budgets,
    objective: &split::Objective,
    spent: &mut Vec<Spent>,
) -> Result<FunctionFacts, UserError> {
    let layers: Vec<PathBuf> = spec.layers.iter().map(PathBuf::from).collect();
    let artifact = Arc::new(input::open(Path::new(&spec.code), &layers, &Limits::default())?);
    let prepared = Prepared::default();
    let (graph, packages) = loaded(&spec, &artifact, &prepared);
    let estimate = cost::estimate(&CostInput { spec: &spec, artifact: &artifact, graph: &graph, packages: &packages });
    let declared = declared(&spec, &artifact);
    let mut facts = FunctionFacts {
        spec,
        artifact,
        graph,
        packages,
        estimate,
        declared,
        usage: Usage::default(),
        routes: Routes::default(),
        budgets,
        native_files: NativeFiles::default(),
    };
    let (routes, usage) =
        rayon::join(|| routes(&facts, &prepared, objective), || Usage::of(&facts.loaded(), &facts.declared));
    facts.routes = routes;
    facts.usage = usage;
    // Nothing else reads code, and the facts of all functions stay until the report.
    spent.push(facts.graph.spent.take());
    spent.push(Some(Arc::new((std::mem::take(&mut facts.graph.own_code), prepared))));
    Ok(facts)
}

fn routes(facts: &FunctionFacts, prepared: &Prepared, objective: &split::Objective) -> Routes {
    split::analyse(&split::Input {
        spec: &facts.spec,
        artifact: &facts.artifact,
        graph: &facts.graph,
        packages: &facts.packages,
        prepared,
        estimate: &facts.estimate,
        objective,
    })
}

fn loaded(spec: &FunctionSpec, artifact: &Arc<Artifact>, prepared: &Prepared) -> (ModuleGraph, Packages) {
    match spec.runtime.language() {
        Language::Python => {
            let packages = crate::graph::packages::python::attribute(artifact);
            let input = PythonInput {
                artifact,
                handler: &spec.handler,
                version: spec.runtime.version(),
                architecture: spec.architecture,
                sdk: spec.runtime.sdk(spec.platform),
                environment: &spec.environment,
                packages: &packages,
            };
            let graph = simulate(&input);
            (graph, packages)
        }
        Language::Node => {
            let input = JavaScriptInput {
                artifact,
                handler: &spec.handler,
                node: u32::from(spec.runtime.version().0),
                arm: spec.architecture == Architecture::Arm64,
                sdk: spec.runtime.sdk(spec.platform),
                environment: &spec.environment,
                source_tree: javascript::is_source_tree(artifact, &spec.handler),
                prepare: Some(prepared),
            };
            // On a thread of its own: a thread of the pool that waits for the simulation could do no other work.
            let (graph, mut packages) = std::thread::scope(|scope| {
                let packages = scope.spawn(|| javascript::packages(artifact));
                let graph = javascript::simulate(&input);
                (graph, packages.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            });
            packages.add_bundled(&graph);
            (graph, packages)
        }
        Language::Native => crate::graph::native::load(artifact),
        Language::Other => (ModuleGraph::unknown(), Packages::default()),
    }
}

/// What the manifests of the package declare: at its root, and for Node from the handler up to it.
fn declared(spec: &FunctionSpec, artifact: &Artifact) -> Declared {
    match spec.runtime.language() {
        Language::Python => manifest::python::declared(&ManifestFiles(artifact), spec.runtime.version()),
        Language::Node => {
            let (folder, _) = spec.handler.trim_start_matches("./").rsplit_once('/').unwrap_or(("", ""));
            let installed = artifact.entries().any(|(_, entry)| entry.path.contains("node_modules/"));
            manifest::node::declared(&ManifestFiles(artifact), folder, installed)
        }
        Language::Native | Language::Other => Declared::default(),
    }
}

/// Manifests larger than this are not read.
const LARGEST_MANIFEST: u64 = 8 << 20;

/// The manifests inside a package.
struct ManifestFiles<'a>(&'a Artifact);

impl Files for ManifestFiles<'_> {
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
