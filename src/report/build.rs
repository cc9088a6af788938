mod routes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::fingerprint;
use super::model::{
    Application, Cause, Counts, DeploymentPackage, Finding, FirstImport, Fix, FixEdit, FixFile, Frame, Function, Init,
    Module, Open, Origin, Package, Part, Place, Problem, Project, Related, Report, Resource, SCHEMA, Saves, Start,
    Step, Summary, Tool, UnknownValue, Unresolved, Verdict,
};
use crate::artifact::{Location, SourceText};
use crate::cost::Basis;
use crate::declare::model as declare;
use crate::engine::application::{declared, plan, plan_alone};
use crate::engine::{FunctionFacts, ProjectFacts};
use crate::fault::Fault;
use crate::finding;
use crate::graph::{ModuleId, Phase, StartStep, StartVerdict};
use crate::package::owners::{Ecosystem, PackageId};
use crate::platform::Language;
use crate::scaling::plan::{FunctionPlan, Plan};
use crate::usage;

/// Gives the text behind a location, for lines, columns and code frames.
pub trait Sources {
    /// The text of a file or entry; `None` when it has none or cannot be read.
    fn text(&self, location: &Location) -> Option<Arc<str>>;
}

/// Texts that were asked for, indexed once each.
struct Texts<'a> {
    sources: &'a dyn Sources,
    known: FxHashMap<(String, Option<String>), Option<SourceText>>,
}

impl Texts<'_> {
    fn get(&mut self, location: &Location) -> Option<&SourceText> {
        let key = (location.path.clone(), location.inner_path.clone());
        let sources = self.sources;
        self.known.entry(key).or_insert_with(|| sources.text(location).map(SourceText::new)).as_ref()
    }

    fn place(&mut self, location: &Location) -> Place {
        let mut place = Place {
            path: location.path.clone(),
            inner_path: location.inner_path.clone(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        };
        if let Some((span, text)) = location.span.and_then(|span| Some((span, self.get(location)?))) {
            let (start, end) = (text.position(span.start), text.position(span.end));
            (place.line, place.column, place.end_line, place.end_column) =
                (start.line, start.column, end.line, end.column);
        }
        place
    }
}

/// Makes the report without findings: positions from spans, names from ids, one order.
#[must_use]
pub fn build(project: &ProjectFacts, summary: Summary, sources: &dyn Sources) -> Report {
    let mut texts = Texts { sources, known: FxHashMap::default() };
    let applications: Vec<Application> =
        project.applications.iter().map(|declared| application(project, declared, &mut texts)).collect();
    let scaling = Scaling::of(project, &applications);
    Report {
        schema: SCHEMA.into(),
        tool: Tool::this(),
        functions: project
            .functions
            .iter()
            .map(|facts| Function {
                routes: match project.workspaces.iter().find_map(|cargo| Some((cargo, cargo.function(facts)?))) {
                    Some((cargo, function)) => routes::cargo(cargo, function, &mut texts),
                    None => routes::routes(facts, &mut texts),
                },
                split: routes::split(facts, &mut texts),
                lazy_all: routes::lazy_all(facts),
                scaling: scaling.of_function(facts),
                application: scaling.declared.get(&std::ptr::from_ref(facts)).copied(),
                ..function(facts, &mut texts)
            })
            .collect(),
        applications,
        projects: project.trees.iter().map(tree).collect(),
        problems: omitted(project),
        findings: Vec::new(),
        summary,
        rules: Vec::new(),
    }
}

/// Adds findings to a report, in their order.
pub fn add(report: &mut Report, findings: &[finding::Finding], sources: &dyn Sources) {
    let mut texts = Texts { sources, known: FxHashMap::default() };
    report.findings.extend(findings.iter().map(|finding| reported(finding, &mut texts)));
    let fingerprints = fingerprint::of(report);
    report.findings.iter_mut().zip(fingerprints).for_each(|(finding, own)| finding.fingerprint = own);
}

/// The plans of functions, of their application or on their own.
struct Scaling<'a> {
    declared: FxHashMap<*const FunctionFacts, usize>,
    plans: FxHashMap<(usize, &'a str), &'a FunctionPlan>,
    alone: Option<Plan>,
}

impl<'a> Scaling<'a> {
    fn of(project: &ProjectFacts, applications: &'a [Application]) -> Self {
        let numbered = applications.iter().enumerate();
        let plans = numbered.flat_map(|(at, application)| {
            application.scaling.functions.iter().map(move |plan| ((at, plan.function.as_str()), plan))
        });
        Self { declared: declared(project), plans: plans.collect(), alone: plan_alone(project) }
    }

    fn of_function(&self, facts: &FunctionFacts) -> Option<FunctionPlan> {
        let name = facts.spec.name.as_str();
        if let Some(application) = self.declared.get(&std::ptr::from_ref(facts)) {
            return self.plans.get(&(*application, name)).map(|plan| (*plan).clone());
        }
        // Nothing is known of its limits, so that without traffic there is nothing to tell.
        let mut alone = self.alone.iter().flat_map(|plan| &plan.functions);
        alone.find(|plan| plan.function == name && !plan.traffic.is_empty()).cloned()
    }
}

fn application(project: &ProjectFacts, declared: &declare::Application, texts: &mut Texts<'_>) -> Application {
    let resource = |resource: &declare::ResourceEntry, texts: &mut Texts<'_>| Resource {
        name: resource.origin.id.clone(),
        kind: resource.kind.clone(),
        origin: Some(origin(&declared.location(resource.origin.place), texts)),
    };
    Application {
        name: declared.name.clone(),
        dialect: declared.dialect.to_string(),
        templates: declared.files.iter().map(|file| file.path.clone()).collect(),
        functions: declared.functions.iter().map(|function| function.origin.id.clone()).collect(),
        resources: declared.resources.iter().map(|one| resource(one, texts)).collect(),
        unknown_values: declared.unknown_values.len(),
        unknown: declared
            .unknown_values
            .iter()
            .map(|(place, why)| UnknownValue {
                origin: origin(&declared.location(*place), texts),
                why: why.to_string(),
            })
            .collect(),
        scaling: plan(project, declared),
    }
}

fn tree(tree: &usage::Tree) -> Project {
    let paths = tree.declared.dependencies.iter().map(|dependency| dependency.location.path.clone());
    let manifests: std::collections::BTreeSet<String> = paths.collect();
    let computed = tree.declared.is_open.then(|| "some list of dependencies is computed".to_owned());
    Project {
        path: tree.path.clone(),
        ecosystem: if tree.language == Language::Node { "node" } else { "python" }.into(),
        manifests: manifests.into_iter().collect(),
        open: computed.into_iter().chain(tree.usage.unjudged.map(|why| why.to_string())).collect(),
    }
}

impl Counts {
    /// Counts findings by severity.
    #[must_use]
    pub fn of(findings: &[finding::Finding]) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self {
            error: count(finding::Severity::Error),
            warning: count(finding::Severity::Warning),
            note: count(finding::Severity::Note),
        }
    }
}

fn function(facts: &FunctionFacts, texts: &mut Texts<'_>) -> Function {
    let spec = &facts.spec;
    Function {
        name: spec.name.clone(),
        tags: BTreeMap::new(),
        origin: spec.origin.as_ref().map(|location| origin(location, texts)),
        platform: spec.platform,
        runtime: spec.runtime.id().to_owned(),
        architecture: spec.architecture,
        memory_mb: spec.memory_mb,
        handler: spec.handler.clone(),
        grade: facts.grade(),
        start: start(facts, texts),
        open: open(facts),
        budgets: facts.budgets.into(),
        growth_percent: None,
        package: DeploymentPackage {
            path: facts.artifact.path.clone(),
            kind: facts.artifact.kind,
            bytes: facts.artifact.unpacked_bytes(),
            zipped_bytes: facts.artifact.archive_bytes,
            files: facts.artifact.files() as u64,
        },
        sources: sources(facts),
        packages: packages(facts, texts),
        init: init(facts),
        modules: facts.graph.modules().map(|(id, _)| module(facts, id)).collect(),
        unresolved: facts.graph.unresolved.iter().map(|missing| unresolved(facts, missing, texts)).collect(),
        problems: problems(facts, texts),
        routes: Vec::new(),
        split: None,
        lazy_all: None,
        scaling: None,
        application: None,
    }
}

/// Files of own code that are loaded, by where they lie on the disk, and layers.
fn sources(facts: &FunctionFacts) -> Vec<String> {
    let own = facts.graph.modules().map(|(id, _)| id).filter(|id| facts.package_of(*id).is_none());
    let own = own.filter(|id| path(facts, *id).is_some()).map(|id| facts.locate_in_module(id, None));
    let own = own.filter(|place| place.inner_path.is_none()).map(|place| place.path);
    let layers = facts.spec.layers.iter().map(|layer| layer.path.clone());
    own.chain(layers).collect::<BTreeSet<String>>().into_iter().collect()
}

fn start(facts: &FunctionFacts, texts: &mut Texts<'_>) -> Start {
    let cause = match facts.start() {
        StartVerdict::Starts => return Start { verdict: Verdict::Starts, cause: None, missing: Vec::new() },
        StartVerdict::Unknown(missing) => return Start { verdict: Verdict::Unknown, cause: None, missing },
        StartVerdict::Fails(cause) => cause,
    };
    let step = |step: &StartStep, texts: &mut Texts<'_>| Step {
        module: step.module.to_string(),
        path: step.place.map(|place| facts.artifact.entry(place.entry).path.to_string()),
        line: step.place.map(|place| texts.place(&facts.locate(place.entry, place.span)).line),
    };
    let chain = cause.chain.iter().map(|import| step(import, texts)).collect();
    let location = texts.place(&facts.locate_cause(cause.place));
    let cause = Cause { rule: cause.rule.to_owned(), message: cause.message, chain, location };
    Start { verdict: Verdict::Fails, cause: Some(cause), missing: Vec::new() }
}

fn origin(location: &Location, texts: &mut Texts<'_>) -> Origin {
    let place = texts.place(location);
    Origin { path: place.path, line: place.line, column: place.column }
}

/// Rounds to microseconds, so that the last bits of a sum do not show.
fn rounded(ms: f64) -> f64 {
    (ms * 1e3).round() / 1e3
}

fn init(facts: &FunctionFacts) -> Init {
    let estimate = &facts.estimate;
    let parts: Vec<Part> = estimate
        .parts
        .iter()
        .map(|part| Part { kind: part.kind, name: part.name.clone(), ms: rounded(part.ms) })
        .collect();
    Init {
        // The sum of what is shown, so that the parts add up to it exactly.
        estimated_ms: rounded(parts.iter().map(|part| part.ms).sum()),
        model_range: estimate.model_range,
        basis: Basis { factor: rounded(estimate.basis.factor), ..estimate.basis.clone() },
        low_ms: rounded(estimate.low_ms),
        high_ms: rounded(estimate.high_ms),
        download_ms: rounded(estimate.download_ms),
        first_request_ms: rounded(estimate.first_request_ms),
        parts,
        counted: estimate.counted,
    }
}

/// Packages, those first without which Init would save most.
fn packages(facts: &FunctionFacts, texts: &mut Texts<'_>) -> Vec<Package> {
    let mut phases: FxHashMap<PackageId, Phase> = FxHashMap::default();
    for (id, module) in facts.graph.modules() {
        let Some(package) = facts.package_of(id) else { continue };
        let phase = phases.entry(package).or_insert(module.loaded);
        *phase = (*phase).min(module.loaded);
    }
    let mut importers = importers(facts);
    let mut packages: Vec<Package> = facts
        .packages()
        .map(|(id, package)| Package {
            name: package.name.to_string(),
            version: package.version.as_deref().map(str::to_owned),
            ecosystem: package.ecosystem,
            bytes: package.bytes,
            files: package.entries.len() as u64,
            // Linked code is mapped as a whole.
            loaded: linked(package.ecosystem).or_else(|| phases.get(&id).copied()).into(),
            declared: facts.declared.declares(&package.name),
            init_ms: rounded(facts.estimate.package(id).own_ms),
            cumulative_ms: rounded(facts.estimate.package(id).cumulative_ms),
            removable_ms: rounded(facts.estimate.package(id).removable_ms),
            imported_by: importers.remove(&id).unwrap_or_default().into_iter().collect(),
            first_import: first_import(facts, id, texts),
        })
        .collect();
    packages.sort_by(|a, b| {
        (b.removable_ms.total_cmp(&a.removable_ms))
            .then_with(|| b.init_ms.total_cmp(&a.init_ms))
            .then_with(|| b.bytes.cmp(&a.bytes))
            .then_with(|| a.name.cmp(&b.name))
    });
    packages
}

fn linked(ecosystem: Ecosystem) -> Option<Phase> {
    matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Go).then_some(Phase::Init)
}

/// Where own code starts the chain of imports that loads a package first.
fn first_import(facts: &FunctionFacts, package: PackageId, texts: &mut Texts<'_>) -> Option<FirstImport> {
    let (first, _) = facts.graph.modules().find(|(id, _)| facts.package_of(*id) == Some(package))?;
    let chain = facts.graph.chain(first);
    let is_own = |id: ModuleId| facts.graph.module(id).entry.is_some() && facts.package_of(id).is_none();
    let at = chain.iter().rposition(|site| is_own(site.importer))?;
    let via = chain[at + 1..].iter().rev().filter_map(|site| facts.package_of(site.importer));
    Some(FirstImport {
        path: path(facts, chain[at].importer)?,
        line: texts.place(&facts.locate_import(chain[at])).line,
        via: via.map(|package| facts.packages.package(package).name.to_string()).next(),
    })
}

/// Per package the packages and own files that import it.
fn importers(facts: &FunctionFacts) -> BTreeMap<PackageId, BTreeSet<String>> {
    let mut importers: BTreeMap<PackageId, BTreeSet<String>> = BTreeMap::new();
    for import in &facts.graph.imports {
        let Some(target) = facts.package_of(import.target) else { continue };
        let importer = facts.package_of(import.site.importer);
        if importer == Some(target) {
            continue;
        }
        let name = match importer {
            Some(package) => facts.packages.package(package).name.to_string(),
            None => match path(facts, import.site.importer) {
                Some(path) => path,
                None => continue,
            },
        };
        importers.entry(target).or_default().insert(name);
    }
    importers
}

fn path(facts: &FunctionFacts, id: ModuleId) -> Option<String> {
    let entry = facts.graph.module(id).entry.or_else(|| Some(facts.graph.bundled(id)?.file))?;
    Some(facts.artifact.entry(entry).path.to_string())
}

fn module(facts: &FunctionFacts, id: ModuleId) -> Module {
    let module = facts.graph.module(id);
    let cost = facts.estimate.module(id);
    Module {
        name: module.name.to_string(),
        path: path(facts, id),
        package: facts.package_of(id).map(|package| facts.packages.package(package).name.to_string()),
        bytes: module.bytes,
        loaded: Some(module.loaded).into(),
        self_ms: rounded(cost.self_ms),
        cumulative_ms: rounded(cost.cumulative_ms),
        removable_ms: rounded(cost.removable_ms),
        imported_by: module.first_import.map(|site| facts.graph.module(site.importer).name.to_string()),
    }
}

fn unresolved(facts: &FunctionFacts, missing: &crate::graph::Unresolved, texts: &mut Texts<'_>) -> Unresolved {
    let place = texts.place(&facts.locate_import(missing.site));
    Unresolved {
        import: missing.import.to_string(),
        path: path(facts, missing.site.importer).unwrap_or_default(),
        line: place.line,
        guarded: missing.guarded,
    }
}

/// What was not analysed, in a fixed order.
fn omitted(project: &ProjectFacts) -> Vec<Problem> {
    let omitted = project.problems.iter();
    let omitted = omitted.map(|left| Problem {
        path: Some(left.path.clone()),
        line: left.line,
        message: left.message.clone(),
        left_out: left.left_out.clone(),
    });
    omitted.chain(project.faults.iter().map(failed)).collect()
}

fn failed(fault: &Fault) -> Problem {
    Problem { path: None, line: None, message: fault.message.clone(), left_out: None }
}

/// What is not here.
fn open(facts: &FunctionFacts) -> Vec<Open> {
    let open = facts.world.open().iter();
    open.map(|open| Open { reason: open.reason, detail: open.detail.clone() }).collect()
}

/// What could not be analysed exactly, after what failed by a fault of ours.
fn problems(facts: &FunctionFacts, texts: &mut Texts<'_>) -> Vec<Problem> {
    let failed = facts.faults.iter().map(failed);
    failed.chain(facts.graph.problems.iter().map(|problem| inexact(facts, problem, texts))).collect()
}

fn inexact(facts: &FunctionFacts, problem: &crate::graph::GraphProblem, texts: &mut Texts<'_>) -> Problem {
    let line = problem.entry.zip(problem.span).map(|(entry, span)| texts.place(&facts.locate(entry, Some(span))).line);
    let path = problem.entry.map(|entry| facts.artifact.entry(entry).path.to_string());
    Problem { path, line, message: problem.message.clone(), left_out: None }
}

fn edits(edits: &[finding::Edit]) -> Vec<FixEdit> {
    let edits = edits.iter();
    edits
        .map(|edit| FixEdit { start: edit.span.start, end: edit.span.end, replacement: edit.replacement.clone() })
        .collect()
}

fn reported(finding: &finding::Finding, texts: &mut Texts<'_>) -> Finding {
    let related = finding.labels.iter();
    let fix = finding.fix.as_ref().map(|fix| Fix {
        description: fix.description.clone(),
        level: fix.level,
        path: fix.path.clone(),
        edits: edits(&fix.edits),
        also: fix.also.iter().map(|file| FixFile { path: file.path.clone(), edits: edits(&file.edits) }).collect(),
    });
    Finding {
        rule: finding.rule.into(),
        severity: finding.severity,
        function: finding.function.clone(),
        functions: finding.sharing.clone(),
        subject: finding.subject.clone(),
        location: texts.place(&finding.location),
        message: finding.message.clone(),
        help: finding.help.clone(),
        snippet: finding.snippet.clone(),
        saves: Saves { init_ms: finding.saves.init_ms.map(rounded), bytes: finding.saves.bytes },
        fix,
        related: related
            .map(|label| Related { location: texts.place(&label.location), message: label.text.clone() })
            .collect(),
        fingerprint: String::new(),
        frame: frame(finding, texts),
    }
}

/// The text around a finding with its own range and the labels in the same file.
fn frame(finding: &finding::Finding, texts: &mut Texts<'_>) -> Option<Frame> {
    let span = finding.location.span?;
    let text = texts.get(&finding.location)?.text.clone();
    let mut marks = vec![(span.range_in(text.len()), finding.note.clone().unwrap_or_default())];
    for label in &finding.labels {
        let same =
            label.location.path == finding.location.path && label.location.inner_path == finding.location.inner_path;
        if let Some(span) = label.location.span.filter(|_| same) {
            marks.push((span.range_in(text.len()), label.text.clone()));
        }
    }
    Some(Frame { text, marks })
}
