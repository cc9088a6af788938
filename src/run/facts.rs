//! One function: open, simulate, attribute, estimate, routes, usage.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use super::shelf::Shelf;
use super::together::Together;
use super::{Inputs, UserError, ignored, installed, unbuilt};
use crate::artifact::{Artifact, EntryId, Location};
use crate::assemble::{Brings, Content, FunctionSpec, Installs, Open, Reason, World, own_handler, started};
use crate::cost::{self, CostInput};
use crate::culprit::{self, After, Culprits};
use crate::engine::FunctionFacts;
use crate::fault::{self, Fault};
use crate::graph::javascript::{self, JavaScriptInput};
use crate::graph::{HandlerResolution, ModuleGraph, Refused, WhatIf, native};
use crate::input;
use crate::manifest;
use crate::manifest::dependency::{Declared, Files, Scope};
use crate::package::Bundle;
use crate::package::owners::Packages;
use crate::platform::{Architecture, Language};
use crate::program::Prepared;
use crate::split::{self, Objective, Routes};
use crate::usage::{self, Loaded, Usage};

/// What a function loads, and who the files of its package belong to.
type Loads = (ModuleGraph, Arc<Packages>);

/// The parts of the analysis that may fail by a fault of ours. Values, so that a test can put a failing one in.
#[derive(Clone, Copy)]
pub(super) struct Stages {
    /// What the function loads.
    pub(super) load: fn(&FunctionSpec, &Bundle, &Refused, &Together<'_>) -> Loads,
    /// What its handler dispatches on.
    pub(super) routes: fn(&FunctionFacts, &Objective) -> Routes,
    /// Which dependencies it uses.
    pub(super) usage: fn(&FunctionFacts) -> Usage,
}

/// The real ones.
pub(super) const STAGES: Stages =
    Stages { load: loaded, routes, usage: |facts| Usage::of(&facts.loaded(), &facts.declared) };

/// Analyses a function, one of some that are walked together.
///
/// # Errors
/// When its package cannot be opened.
pub(super) fn of(
    spec: FunctionSpec,
    shelf: &Shelf,
    inputs: &Inputs<'_>,
    stages: &Stages,
    together: &Together<'_>,
) -> Result<FunctionFacts, UserError> {
    let bundle = shelf.open(&spec)?;
    let mut facts = walked(spec, bundle, inputs, stages, (&Refused::default(), together));
    if let Some(bundle) = bundled(&facts, shelf) {
        // What a dependency that is not copied is for, only its own files tell.
        let usage = facts.usage;
        facts = walked(facts.spec, Arc::new(bundle), inputs, stages, (&Refused::default(), together));
        facts.usage = usage;
    }
    let refused = facts.refused();
    if refused.is_empty() || !matches!(facts.spec.runtime.language(), Language::Python | Language::Node) {
        return Ok(facts);
    }
    // Only who has loaded everything knows what cannot be loaded: now the errors are raised where they are met.
    Ok(walked(facts.spec, facts.bundle, inputs, stages, (&refused, together)))
}

/// What a bundler makes of the sources: what of them and of their dependencies is reached. Where these are not
/// installed, nothing is left out.
fn bundled(facts: &FunctionFacts, shelf: &Shelf) -> Option<Bundle> {
    // Files that were gathered for several functions are not all of each.
    let is_chosen = facts.artifact.installed().is_some() || matches!(facts.spec.content, Content::Parts { .. });
    let is_bundled = facts.spec.installs == Installs::Bundled && is_chosen;
    if !is_bundled || !facts.has_closure() {
        return None;
    }
    let reached = facts.graph.reached_entries(facts.artifact.entries().len());
    let is_reached = |id: EntryId| reached.get(id.0 as usize).is_some_and(|reached| *reached);
    let packages: BTreeSet<_> = facts
        .artifact
        .entries()
        .filter(|(id, _)| is_reached(*id))
        .filter_map(|(id, _)| facts.packages.owner(id))
        .collect();
    // What says of files how they are to be read is needed as long as nothing is bundled.
    let says = |id: EntryId, path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_manifest = name == "package.json" || (name.starts_with("tsconfig") && name.ends_with(".json"));
        is_manifest && facts.packages.owner(id).is_none_or(|owner| packages.contains(&owner))
    };
    let kept = facts.artifact.entries().filter(|(id, entry)| is_reached(*id) || says(*id, &entry.path));
    let kept: FxHashSet<String> = kept.map(|(_, entry)| entry.path.to_string()).collect();
    shelf.open_reached(&facts.spec, &kept).ok()
}

/// Whether sources are compiled or bundled before they are deployed.
fn is_source_tree(spec: &FunctionSpec, bundle: &Bundle) -> bool {
    spec.installs == Installs::Bundled || javascript::is_source_tree(&bundle.artifact, spec.start())
}

/// One walk through what a function loads, with all that follows from it.
fn walked(
    mut spec: FunctionSpec,
    bundle: Arc<Bundle>,
    inputs: &Inputs<'_>,
    stages: &Stages,
    (refused, together): (&Refused, &Together<'_>),
) -> FunctionFacts {
    let mut faults = Vec::new();
    let mut loaded = fault::caught("the import simulation", || (stages.load)(&spec, &bundle, refused, together));
    if let Ok((graph, _)) = &loaded
        && matches!(graph.handler, HandlerResolution::ModuleMissing { .. })
        && let Some(own) = own_handler(&spec).map(str::to_owned)
    {
        spec.leads_to = Some(own);
        loaded = fault::caught("the import simulation", || (stages.load)(&spec, &bundle, refused, together));
    }
    if let Ok((graph, _)) = &loaded
        && let HandlerResolution::ModuleMissing { module, .. } = &graph.handler
        && let Some((source, open)) = stands_for(&spec, &bundle.artifact, module)
    {
        if !spec.open.contains(&open) {
            spec.open.push(open);
        }
        if source.is_some() {
            spec.leads_to = source;
            loaded = fault::caught("the import simulation", || (stages.load)(&spec, &bundle, refused, together));
        }
    }
    let (mut graph, packages) = loaded.unwrap_or_else(|fault| (ModuleGraph::failed(fault), Arc::default()));
    if let Some(unbundled) = &spec.unbundled {
        let (module, similar) = (unbundled.module.clone(), unbundled.bundles.clone());
        graph.handler = HandlerResolution::ModuleMissing { module, similar };
    }
    faults.append(&mut graph.faults);
    let mut facts = put_together(spec, bundle, graph, packages, inputs);
    let objective = &inputs.settings.resolved.objective;
    facts.judges_development = inputs.given.development;
    let ((routes, usage), native) = rayon::join(
        || {
            rayon::join(
                || fault::caught("the search for routes", || (stages.routes)(&facts, objective)),
                || fault::caught("the search for used dependencies", || (stages.usage)(&facts)),
            )
        },
        || fault::caught("the reading of native files", || facts.obstacles().len()),
    );
    or_nothing(native, &mut faults);
    facts.routes = or_nothing(routes, &mut faults);
    facts.usage = or_nothing(usage, &mut faults);
    let culprits = fault::caught("the search for culprits", || culprits(&facts, inputs, refused, together));
    facts.culprits = or_nothing(culprits, &mut faults);
    facts.faults = faults;
    facts
}

/// What libraries load in vain: walks again with changes for those that may save something.
fn culprits(facts: &FunctionFacts, inputs: &Inputs<'_>, refused: &Refused, together: &Together<'_>) -> Culprits {
    let calibrations = &inputs.settings.resolved.calibrations;
    let FunctionFacts { spec, artifact, graph, packages, estimate, declared, routes, bundle, .. } = facts;
    let again = |what_if: &WhatIf| match spec.runtime.language() {
        Language::Node => {
            let (graph, packages) = by_node(spec, bundle, what_if, refused);
            let input = CostInput { spec, artifact, graph: &graph, packages: &packages, calibrations };
            After::of(&graph, cost::estimate(&input).init_ms)
        }
        _ => together.after(spec, bundle, refused, what_if, calibrations),
    };
    let asked = &routes.asked;
    culprit::find(&culprit::Input { spec, artifact, graph, packages, estimate, declared, asked }, &again)
}

/// What a part has found; nothing where it failed.
fn or_nothing<T: Default>(found: Result<T, Fault>, faults: &mut Vec<Fault>) -> T {
    found.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}

/// What stands for a module of the handler that is not there, as a handler, and what stays open of it.
fn stands_for(spec: &FunctionSpec, artifact: &Artifact, module: &str) -> Option<(Option<String>, Open)> {
    let script = started(spec, artifact).map(|script| (script.leads_to, script.open));
    script.or_else(|| unbuilt::handler(spec, artifact, module))
}

/// The facts of a function as far as its graph tells them.
pub(super) fn put_together(
    spec: FunctionSpec,
    bundle: Arc<Bundle>,
    graph: ModuleGraph,
    packages: Arc<Packages>,
    inputs: &Inputs<'_>,
) -> FunctionFacts {
    let budgets = inputs.settings.budgets_of(&spec.name, inputs.budgets);
    let artifact = Arc::clone(&bundle.artifact);
    let estimate = cost::estimate(&CostInput {
        spec: &spec,
        artifact: &artifact,
        graph: &graph,
        packages: &packages,
        calibrations: &inputs.settings.resolved.calibrations,
    });
    let mut declared = declared(&spec, &artifact);
    for dependency in declared.dependencies.iter_mut().filter(|dependency| spec.is_left_outside(&dependency.name)) {
        dependency.excluded = true;
    }
    let mut open = spec.open.clone();
    open.extend(artifact.installed().map(|installed| installed::said(installed, spec.installs)));
    open.extend(usage::not_installed(
        &Loaded {
            language: spec.runtime.language(),
            environment: &spec.environment,
            artifact: &artifact,
            graph: &graph,
            packages: &packages,
            judges_development: false,
            is_built: spec.installs == Installs::Declared,
        },
        &declared,
        spec.installs == Installs::Bundled,
        &installed::how(&spec),
    ));
    open.extend(not_shipped(&spec, &artifact, &packages, &declared));
    open.extend(environment_missing(&spec, &artifact, &declared));
    open.extend(unbuilt::links(&artifact));
    open.extend(ignored::of(&spec, &artifact, &graph));
    let is_open_above = artifact.is_tree() && artifact.installed().is_none() && spec.built_from.is_none();
    if !graph.unresolved.is_empty() && is_open_above {
        open.extend(installed::declared_above(&spec, !declared.dependencies.is_empty()));
    }
    FunctionFacts {
        world: World::new(open),
        spec,
        bundle,
        artifact,
        graph,
        packages,
        estimate,
        declared,
        usage: Usage::default(),
        routes: Routes::default(),
        culprits: Culprits::default(),
        budgets,
        judges_development: false,
        faults: Vec::new(),
        obstacles: OnceLock::new(),
    }
}

/// What the build tool puts into the package of itself and is not installed here.
fn not_shipped(spec: &FunctionSpec, artifact: &Artifact, packages: &Packages, declared: &Declared) -> Option<Open> {
    let is_here = |name: &str| packages.packages.iter().any(|package| *package.name == *name);
    // What is declared and not installed is told with the rest.
    let mut shipped = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
    let mut is_told = |name: &str| shipped.any(|dependency| *dependency.name == *name);
    let is_source = artifact.is_tree();
    let name = spec.tool.ships.iter().find(|name| is_source && !is_here(name) && !is_told(name))?;
    Some(Open {
        reason: Reason::NotInstalled,
        detail: format!(
            "{name} is put into the package by its build and is not installed here, so it is not in the estimate; \
             install it in `.venv`, or analyse what `{name} package` makes"
        ),
        brings: Brings::Modules(vec![Arc::from(name.as_str())]),
    })
}

/// A build that takes the whole environment in which it runs, where neither that nor a manifest is here.
fn environment_missing(spec: &FunctionSpec, artifact: &Artifact, declared: &Declared) -> Option<Open> {
    let is_here = !artifact.is_tree() || artifact.installed().is_some() || !declared.dependencies.is_empty();
    (spec.tool.takes_environment && !is_here).then(|| Open {
        reason: Reason::NotInstalled,
        detail:
            "its build packs the virtual environment that is active, which is not here, and no manifest says what is \
                 in it; make one in `.venv`"
                .to_owned(),
        brings: Brings::Anything,
    })
}

fn routes(facts: &FunctionFacts, objective: &Objective) -> Routes {
    split::analyse(&split::Input {
        spec: &facts.spec,
        artifact: &facts.artifact,
        graph: &facts.graph,
        packages: &facts.packages,
        prepared: &prepared(&facts.spec, &facts.bundle),
        estimate: &facts.estimate,
        objective,
    })
}

fn loaded(spec: &FunctionSpec, bundle: &Bundle, refused: &Refused, together: &Together<'_>) -> Loads {
    match spec.runtime.language() {
        Language::Python => (together.graph(spec, bundle, refused), bundle.owners(Language::Python)),
        Language::Node => by_node(spec, bundle, &WhatIf::default(), refused),
        Language::Native => {
            let (graph, packages) = native::load(&bundle.artifact);
            (graph, Arc::new(packages))
        }
        Language::Other => (ModuleGraph::unknown(), Arc::default()),
    }
}

/// Own code in the form in which routes are found in it, as far as that was made beside a simulation.
fn prepared(spec: &FunctionSpec, bundle: &Bundle) -> Arc<Prepared> {
    let source_tree = is_source_tree(spec, bundle);
    let key = u64::from(spec.runtime.version().0) << 1 | u64::from(source_tree);
    bundle.shared(key, |_| Prepared::default())
}

/// What a Node function loads, with changes taken for done.
fn by_node(spec: &FunctionSpec, bundle: &Bundle, what_if: &WhatIf, refused: &Refused) -> Loads {
    let prepared = prepared(spec, bundle);
    let input = JavaScriptInput {
        bundle,
        handler: spec.start(),
        node: u32::from(spec.runtime.version().0),
        arm: spec.architecture == Architecture::Arm64,
        sdk: spec.runtime.sdk(spec.platform),
        environment: &spec.environment,
        source_tree: is_source_tree(spec, bundle),
        prepare: Some(&*prepared),
        what_if,
        refused,
    };
    bundle.keep_for_node();
    // On a thread of its own: a thread of the pool that waits for the simulation could do no other work.
    let (graph, mut packages) = std::thread::scope(|scope| {
        let packages = scope.spawn(|| bundle.owners(Language::Node));
        let graph = javascript::simulate(&input);
        (graph, packages.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    if !graph.bundled.is_empty() {
        Arc::make_mut(&mut packages).add_bundled(&graph);
    }
    (graph, packages)
}

/// What the manifests of the package declare: at its root, and for Node from the handler up to it.
fn declared(spec: &FunctionSpec, artifact: &Artifact) -> Declared {
    // A tool reads manifests that it does not ship.
    let is_part = matches!(spec.content, Content::Parts { .. }) && spec.installs != Installs::Nothing;
    let beside = is_part.then(|| Path::new(&spec.code));
    let files = Beside { package: ManifestFiles(artifact), folder: beside };
    match spec.runtime.language() {
        Language::Python => manifest::python::declared(&files, spec.runtime.version()),
        Language::Node => {
            let (folder, _) = spec.start().trim_start_matches("./").rsplit_once('/').unwrap_or(("", ""));
            let installed = artifact.entries().any(|(_, entry)| entry.path.contains("node_modules/"));
            manifest::node::declared(&files, folder, installed)
        }
        Language::Native | Language::Other => Declared::default(),
    }
}

/// The manifests of a package, and of the folder that it is made of.
struct Beside<'a> {
    package: ManifestFiles<'a>,
    folder: Option<&'a Path>,
}

impl Files for Beside<'_> {
    fn text(&self, path: &str) -> Option<String> {
        let on_disk = || input::read_text_file(&self.folder?.join(path), LARGEST_MANIFEST).ok();
        self.package.text(path).or_else(on_disk)
    }

    fn location(&self, path: &str) -> Location {
        match self.folder.filter(|_| self.package.0.find(path).is_none()) {
            Some(folder) => Location::file(super::shown(&folder.join(path))),
            None => self.package.location(path),
        }
    }
}

/// Manifests larger than this are not read.
const LARGEST_MANIFEST: u64 = 8 << 20;

/// The manifests inside a package.
pub(super) struct ManifestFiles<'a>(pub(super) &'a Artifact);

impl Files for ManifestFiles<'_> {
    fn text(&self, path: &str) -> Option<String> {
        let entry = self.0.find(path).filter(|entry| self.0.entry(*entry).bytes <= LARGEST_MANIFEST)?;
        let bytes = self.0.read(entry).ok()?;
        Some(input::readable_text((*bytes).as_ref()).into_owned())
    }

    fn location(&self, path: &str) -> Location {
        match self.0.find(path) {
            Some(entry) => Location::in_artifact(self.0, entry, None),
            None => Location::file(self.0.path.clone()),
        }
    }
}
