//! Cargo workspaces: found, analysed from their sources, and joined with what was built from them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::crates::{self, Matching, OfCrate};
use super::shelf::Shelf;
use super::templates::{self, EXECUTABLE};
use super::{Inputs, UserError, facts as of_function, search, shown};
use crate::artifact::{Artifact, ArtifactKind, Bytes, Contents, Location, ReadError};
use crate::assemble::FunctionSpec;
use crate::engine::cargo::CargoFacts;
use crate::engine::{FunctionFacts, Omission};
use crate::graph::{GraphProblem, ProblemEffect, native};
use crate::input::files::{DiskFiles, join};
use crate::input::{self, Limits, seen};
use crate::manifest::cargo::Problem;
use crate::manifest::cargo::registry::{Folders, Registry};
use crate::manifest::cargo::workspace::{CargoWorkspace, find_root};
use crate::package::Bundle;
use crate::platform::Runtime;
use crate::span::LineIndex;
use crate::usage::cargo::{self as analysis, CargoFunction, Enabled};

/// Where cargo-lambda puts what it builds, below the target folder.
const BUILT: &str = "lambda";
/// What it calls that.
const OUTPUTS: [&str; 2] = ["bootstrap", "bootstrap.zip"];
/// Manifests larger than this are not read again for the line of a problem.
const LARGEST_MANIFEST: u64 = 8 << 20;
/// The platform whose dependencies cargo is asked about: that of the functions.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Which members of a workspace are asked about; without names and `all` the one whose manifest
/// was given, or all of them for the root.
#[derive(Debug, Default)]
pub struct Selection {
    /// Only these.
    pub packages: Vec<String>,
    /// Not these.
    pub exclude: Vec<String>,
    /// All of them.
    pub all: bool,
}

/// What is asked about a workspace.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Its manifest or that of a member.
    pub manifest: &'a Path,
    /// Members.
    pub selection: Selection,
    /// Features.
    pub enabled: Enabled,
    /// Whether cargo may be started in it. It runs what the workspace's configuration names, so only
    /// somebody who would build it anyway may say so. It hears why cargo cannot answer.
    pub asks_cargo: Option<fn(&str)>,
}

/// A workspace and its functions.
#[derive(Debug)]
pub struct Found {
    /// The workspace.
    pub cargo: CargoFacts,
    /// The functions of the members asked about.
    pub functions: Vec<FunctionFacts>,
    /// Functions that templates declare and no executable is.
    pub left: Vec<Omission>,
}

/// Analyses a workspace: all its functions, with what templates in it say of their settings.
///
/// # Errors
/// When no package in it can be read, or it has not what was asked for.
pub fn facts(asked: &Asked<'_>, inputs: &Inputs<'_>) -> Result<Found, UserError> {
    let declared = declared_in(&find_root(asked.manifest), inputs);
    let found = with_declared(asked, declared, Matching::All, inputs)?;
    // Functions of other crates, and of other languages, are not asked about.
    Ok(Found { left: Vec::new(), ..found })
}

/// The executables that templates in a workspace declare.
fn declared_in(root: &Path, inputs: &Inputs<'_>) -> Vec<OfCrate> {
    let files = search::below(root).templates;
    let found = templates::Found::read(&files, inputs, &Shelf::default());
    let is_here = |folder: &Path| std::path::absolute(folder).ok() == std::path::absolute(root).ok();
    found.crates.into_iter().filter(|(folder, _)| is_here(folder)).flat_map(|(_, declared)| declared).collect()
}

/// Analyses a workspace, with what templates declare of its executables.
fn with_declared(
    asked: &Asked<'_>,
    declared: Vec<OfCrate>,
    matching: Matching,
    inputs: &Inputs<'_>,
) -> Result<Found, UserError> {
    let root = find_root(asked.manifest);
    let root = if root.is_absolute() { std::path::absolute(&root)? } else { root };
    let files = DiskFiles::new(&root);
    let workspace = CargoWorkspace::read(&files);
    let mut problems: Vec<String> = workspace.problems.iter().map(|problem| said(problem, &root)).collect();
    if workspace.members.is_empty() {
        let first = problems.drain(..).next();
        let nothing = || format!("{}: no package in it can be read", shown(asked.manifest));
        return Err(UserError(first.unwrap_or_else(nothing)));
    }
    problems.extend(workspace.missing.iter().map(|folder| format!("{folder}: named by the workspace, and no package")));
    for problem in problems {
        inputs.listener.warn(&problem);
    }
    let selected = selected(asked, &root, &workspace)?;
    refuse_unknown(&asked.enabled, &workspace, &selected)?;
    if workspace.lock.is_none() {
        let at = prefix(&root);
        let at = if at.is_empty() { at } else { format!("{at}: ") };
        inputs.listener.note(&format!(
            "{at}there is no Cargo.lock: without the versions in it, features and macros of dependencies are not looked into; `cargo generate-lockfile` writes it",
        ));
    }
    let found = analysis::analyse(workspace, &files, &registry(asked, &root), &asked.enabled);
    let cargo = CargoFacts { prefix: prefix(&root), selected, analysis: found };
    if let Some(message) = unread(&cargo, None) {
        inputs.listener.note(&message);
    }
    let matched = crates::matched(&cargo, declared, matching);
    let functions = matched.functions.into_iter();
    let functions = functions.map(|(function, declared)| function_facts(&cargo, function, declared, &root, inputs));
    let (functions, left) = (functions.collect::<Result<_, _>>()?, matched.left);
    Ok(Found { cargo, functions, left })
}

/// Whose sources are missing, in one member or in all that were asked about.
fn unread(cargo: &CargoFacts, member: Option<usize>) -> Option<String> {
    let members = cargo.analysis.unread.iter().enumerate();
    let asked = members.filter(|(at, _)| member.map_or(cargo.is_selected(*at), |member| member == *at));
    let names: BTreeSet<&String> = asked.flat_map(|(_, names)| names).collect();
    let shown: Vec<&str> = names.iter().take(3).map(|name| name.as_str()).collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| {
        format!(
            "the sources of {}{more} are not in cargo's cache, so their features and what their macros expand to are not looked into; `cargo fetch` brings them",
            shown.join(", ")
        )
    })
}

/// A problem with its place.
fn said(problem: &Problem, root: &Path) -> String {
    let line = || {
        let text = input::read_text_file(&root.join(&problem.path), LARGEST_MANIFEST).ok()?;
        Some(LineIndex::new(&text).position(&text, problem.span?.start).line)
    };
    let path = shown(&Path::new(&prefix(root)).join(&problem.path));
    let line = line().map_or_else(String::new, |line| format!(":{line}"));
    format!("{path}{line}: {}", problem.message)
}

/// Where sources of dependencies are.
fn registry(asked: &Asked<'_>, root: &Path) -> Registry {
    let mut registry = Registry::beside(root);
    // Cargo names itself to its subcommands: this is the one of the toolchain that runs already, and
    // no `rust-toolchain` file makes rustup fetch another.
    if let Some((cargo, note)) = std::env::var_os("CARGO").zip(asked.asks_cargo) {
        let manifest = asked.manifest.to_owned();
        registry.ask(Box::new(move || located(Path::new(&cargo), &manifest, note)));
    }
    registry
}

/// What `cargo metadata` says of where packages are; nothing where it cannot say.
fn located(cargo: &Path, manifest: &Path, note: fn(&str)) -> Folders {
    let mut command = cargo_metadata::MetadataCommand::new();
    let options = ["--offline", "--locked", "--filter-platform", TARGET].map(str::to_owned);
    command.cargo_path(cargo).manifest_path(manifest).other_options(options);
    match command.exec() {
        Ok(metadata) => {
            let packages = metadata.packages.into_iter();
            let folder = |package: cargo_metadata::Package| {
                let folder = package.manifest_path.parent()?.as_std_path().to_owned();
                Some(((package.name.to_string(), package.version.to_string()), folder))
            };
            packages.filter_map(folder).collect()
        }
        Err(error) => {
            let why = error.to_string();
            // The first line only says that cargo ended with an error.
            let mut lines = why.lines().filter_map(|line| line.trim().strip_prefix("error: "));
            let first = lines.find(|line| !line.contains("cargo metadata")).map(|line| format!(": {line}"));
            let first = first.unwrap_or_default();
            note(&format!("`cargo metadata` cannot say where all dependencies are, so only manifests are read{first}"));
            Folders::new()
        }
    }
}

/// Whether the workspace that a folder belongs to is one of some.
pub(super) fn is_known(folder: &Path, workspaces: &[CargoFacts]) -> bool {
    let own = prefix(&find_root(&folder.join("Cargo.toml")));
    workspaces.iter().any(|known| known.prefix == own)
}

/// The root as findings show it: relative to the working folder where that is above it.
fn prefix(root: &Path) -> String {
    let working = std::env::current_dir().unwrap_or_default();
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    match absolute.strip_prefix(&working) {
        Ok(below) => below.to_string_lossy().replace('\\', "/"),
        Err(_) => match working.strip_prefix(&absolute) {
            Ok(above) => above.components().map(|_| "..").collect::<Vec<_>>().join("/"),
            Err(_) => absolute.to_string_lossy().replace('\\', "/"),
        },
    }
}

fn selected(asked: &Asked<'_>, root: &Path, workspace: &CargoWorkspace) -> Result<Vec<bool>, UserError> {
    let Selection { packages, exclude, all } = &asked.selection;
    if let Some(unknown) = packages.iter().chain(exclude).find(|name| workspace.member(name).is_none()) {
        return Err(UserError(format!("the workspace has no package `{unknown}`")));
    }
    let folder = asked.manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
    let folder = folder.map(|path| path.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    let all = *all || folder.is_empty();
    let is_wanted = |name: &str, path: &str| {
        if packages.is_empty() { all || path == folder } else { packages.iter().any(|wanted| wanted == name) }
    };
    let members = workspace.members.iter();
    Ok(members
        .map(|member| is_wanted(member.name(), &member.folder) && !exclude.iter().any(|name| name == member.name()))
        .collect())
}

/// Features on the command line that no package asked about has.
fn refuse_unknown(enabled: &Enabled, workspace: &CargoWorkspace, selected: &[bool]) -> Result<(), UserError> {
    let asked = || workspace.members.iter().zip(selected).filter(|(_, selected)| **selected).map(|(member, _)| member);
    let has = |name: &str| {
        asked().any(|member| {
            let listed = member.features.iter().any(|feature| feature.name == name);
            listed || member.dependencies.iter().any(|dependency| dependency.optional && dependency.key == name)
        })
    };
    // Behind a slash stands the feature of another package, or of a dependency.
    match enabled.named.iter().find(|name| !name.contains('/') && !has(name)) {
        Some(name) => Err(UserError(format!("no selected package has the feature `{name}`"))),
        None => Ok(()),
    }
}

fn function_facts(
    facts: &CargoFacts,
    function: &CargoFunction,
    declared: Option<FunctionSpec>,
    root: &Path,
    inputs: &Inputs<'_>,
) -> Result<FunctionFacts, UserError> {
    let built = built(root, &facts.prefix, &function.name);
    let package = facts.analysis.workspace.members.get(function.member).and_then(|member| member.package.as_ref());
    let deployed = package.and_then(|package| package.memory.of(&function.name));
    let location = facts.location(&function.root, None);
    let artifact = match &built {
        Some(built) => input::open(built, &[], &Limits::default())?,
        None => unbuilt(location.path.clone()),
    };
    let own = || undeclared(function.name.clone(), location.clone(), deployed, inputs);
    let spec = match declared {
        Some(declared) => FunctionSpec { memory_mb: declared.memory_mb.or(deployed), ..declared },
        None => own()?,
    };
    let code = built.as_deref().map_or_else(String::new, shown);
    let spec = FunctionSpec { code, main: Some(location.path), ..spec };
    let (mut graph, packages) = native::load(&artifact);
    native::add_calls(&mut graph, &function.root, &function.work.calls);
    let missing = unread(facts, Some(function.member));
    let problem = |message| GraphProblem { entry: None, span: None, message, effect: ProblemEffect::Inexact };
    graph.problems.extend(missing.map(problem));
    Ok(of_function::put_together(spec, Arc::new(Bundle::new(artifact)), graph, Arc::new(packages), inputs))
}

/// A function that no template declares.
fn undeclared(
    name: String,
    origin: Location,
    deployed: Option<u32>,
    inputs: &Inputs<'_>,
) -> Result<FunctionSpec, UserError> {
    let (args, settings) = (inputs.given, inputs.settings);
    let runtime: Runtime = match &args.runtime {
        Some(runtime) => runtime.clone(),
        None => EXECUTABLE.parse().map_err(UserError)?,
    };
    Ok(FunctionSpec {
        origin: Some(origin),
        architecture: args.architecture.or(settings.resolved.defaults.architecture).unwrap_or_default(),
        memory_mb: args.memory_mb.or(deployed).or(settings.resolved.defaults.memory_mb),
        ..FunctionSpec::new(name, runtime, String::new(), String::new())
    })
}

/// What cargo-lambda built of a function, as a path that opens from where the user stands.
fn built(root: &Path, prefix: &str, name: &str) -> Option<PathBuf> {
    let configured = || Some(Path::new(prefix).join(target_folder(root)?));
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).or_else(configured);
    let target = target.unwrap_or_else(|| Path::new(prefix).join("target"));
    OUTPUTS.iter().map(|file| target.join(BUILT).join(name).join(file)).find(|path| seen::is_file(path))
}

/// The folder that the workspace's cargo configuration names for what is built, relative to the workspace.
fn target_folder(root: &Path) -> Option<String> {
    let files = ["config.toml", "config"].map(|name| root.join(".cargo").join(name));
    let text = files.iter().find_map(|file| input::read_text_file(file, LARGEST_MANIFEST).ok())?;
    let table: toml::Table = text.parse().ok()?;
    Some(table.get("build")?.get("target-dir")?.as_str()?.to_owned())
}

/// A function of which there is only source.
fn unbuilt(path: String) -> Artifact {
    struct Nothing;
    impl Contents for Nothing {
        fn read(&self, _: u32) -> Result<Bytes, ReadError> {
            Err(ReadError { message: "not built".into() })
        }
    }
    Artifact::new(join("", &path), ArtifactKind::Binary, None, Vec::new(), Vec::new(), Box::new(Nothing))
}

/// The workspace that a path is in which no function was found. Cargo is not started.
pub(super) fn without_functions(path: &Path, inputs: &Inputs<'_>) -> Result<Option<Found>, UserError> {
    let manifest = path.join("Cargo.toml");
    if !seen::is_file(&manifest) {
        return Ok(None);
    }
    let (selection, enabled) = (Selection::default(), Enabled::default());
    let asked = Asked { manifest: &manifest, selection, enabled, asks_cargo: None };
    with_declared(&asked, Vec::new(), Matching::All, inputs).map(Some)
}

/// The workspace that a path on the command line is, when it has functions, with what templates declare of its
/// executables. Cargo is not started.
pub(super) fn at(path: &Path, declared: Vec<OfCrate>, inputs: &Inputs<'_>) -> Result<Option<Found>, UserError> {
    let manifest = path.join("Cargo.toml");
    if !seen::is_dir(path)
        || !seen::is_file(&manifest)
        || !CargoWorkspace::read(&DiskFiles::new(path)).may_have_functions()
    {
        return Ok(None);
    }
    let (selection, enabled) = (Selection::default(), Enabled::default());
    let asked = Asked { manifest: &manifest, selection, enabled, asks_cargo: None };
    let found = with_declared(&asked, declared, Matching::Deployed, inputs)?;
    Ok(Some(found).filter(|found| !found.functions.is_empty()))
}
