//! `cargo defrost`: the same analysis for a Cargo workspace, from its sources.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser};

use super::args::CheckArgs;
use super::pipeline;
use super::settings::{self, Settings};
use super::{FAILED, UserError, check, discover, reference};
use crate::artifact::{Artifact, ArtifactKind, Bytes, Contents, ReadError};
use crate::cost::{self, CostInput};
use crate::engine::cargo::CargoFacts;
use crate::engine::{Budgets, FunctionFacts, ProjectFacts, Usage};
use crate::graph::cargo::{self as analysis, CargoFunction};
use crate::input::files::{DiskFiles, join};
use crate::input::{self, Limits};
use crate::manifest::cargo::registry::Registry;
use crate::manifest::cargo::workspace;
use crate::manifest::dependency::Declared;
use crate::manifest::function::FunctionSpec;
use crate::platform::{Platform, Runtime};
use crate::split::Routes;

/// What a cold start of the workspace's Lambda functions costs, and which crates and features
/// nobody uses
#[derive(Debug, Parser)]
#[command(name = "cargo-defrost", bin_name = "cargo defrost", version, max_term_width = 100)]
pub(super) struct CargoArgs {
    #[command(flatten)]
    manifest: clap_cargo::Manifest,
    #[command(flatten)]
    workspace: clap_cargo::Workspace,
    #[command(flatten)]
    features: clap_cargo::Features,
    #[command(flatten)]
    check: CheckArgs,
}

/// Commands that are the same with and without cargo.
const OTHERS: [&str; 8] = ["why", "explain", "rules", "schema", "completions", "man", "split", "diff"];

/// Runs `cargo defrost`; the arguments are those behind the program's own name and `defrost`.
pub(super) fn run(arguments: &[OsString]) -> Option<u8> {
    let first = arguments.first().and_then(|argument| argument.to_str()).unwrap_or_default();
    if OTHERS.contains(&first) {
        return None;
    }
    let rest = if first == "check" { &arguments[1..] } else { arguments };
    let command = CargoArgs::command().mut_arg("paths", |argument| argument.hide(true));
    let words = std::iter::once(OsString::from("cargo-defrost")).chain(rest.iter().cloned());
    let parsed = command.try_get_matches_from(words).and_then(|matches| CargoArgs::from_arg_matches(&matches));
    let args = match parsed {
        Ok(args) => args,
        Err(error) => {
            // Printing fails only when the terminal is gone; the exit code still tells.
            let _ = error.print();
            return Some(if error.use_stderr() { FAILED } else { super::CLEAN });
        }
    };
    Some(match analysed(&args) {
        Ok(code) => code,
        Err(UserError(message)) => {
            super::complain(&message);
            FAILED
        }
    })
}

fn analysed(args: &CargoArgs) -> Result<u8, UserError> {
    let manifest = manifest_path(args)?;
    let registry = reference::registry()?;
    let folder = manifest.parent().unwrap_or(Path::new(".")).to_path_buf();
    let settings = settings::find(&[folder], args.check.config.as_deref(), &registry)?;
    let report = pipeline::with_threads(args.check.input.jobs, || {
        let project = project(args, &manifest, &settings)?;
        check::outcome(&args.check, &registry, &settings, &project)
    })??;
    check::print(&args.check, &report)?;
    Ok(report.summary.exit_code)
}

/// The manifest given, or the nearest one upward.
fn manifest_path(args: &CargoArgs) -> Result<PathBuf, UserError> {
    let given = args.manifest.manifest_path.clone().or_else(|| {
        let path = args.check.paths.first().filter(|path| path.as_os_str() != ".")?;
        Some(if path.is_dir() { path.join("Cargo.toml") } else { path.clone() })
    });
    if let Some(path) = given {
        let path = std::path::absolute(path)?;
        return if path.is_file() {
            Ok(path)
        } else {
            Err(UserError(format!("{}: there is no such manifest", path.display())))
        };
    }
    let working = std::env::current_dir()?;
    let found = working.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    found.ok_or_else(|| {
        UserError("there is no Cargo.toml here or in a folder above; give one with --manifest-path".into())
    })
}

fn project(args: &CargoArgs, manifest: &Path, settings: &Settings) -> Result<ProjectFacts, UserError> {
    let root = workspace::find_root(manifest);
    let root = if root.is_absolute() { std::path::absolute(&root)? } else { root };
    let files = DiskFiles::new(&root);
    let mut registry = Registry::of_user();
    if root.join("vendor").is_dir() {
        registry.add_vendored(root.join("vendor"));
    }
    let found = analysis::analyse(&files, &registry);
    for problem in &found.workspace.problems {
        super::warn(&format!("{}: {}", problem.path, problem.message));
    }
    if found.workspace.members.is_empty() {
        return Err(UserError(format!("{}: no package in it can be read", manifest.display())));
    }
    let facts =
        CargoFacts { prefix: prefix(&root), selected: selected(args, manifest, &root, &found)?, analysis: found };
    let budgets =
        Budgets { init_ms: args.check.budget_init, bytes: args.check.budget_size.map(|mb| (mb * 1e6) as u64) };
    let mut functions = Vec::new();
    for function in facts.functions() {
        functions.push(function_facts(args, &facts, function, &root, settings, budgets)?);
    }
    Ok(ProjectFacts { functions, budgets: settings.budgets(budgets), cargo: Some(Box::new(facts)) })
}

/// The root as findings show it: relative to the working folder where that is above it.
fn prefix(root: &Path) -> String {
    let working = std::env::current_dir().unwrap_or_default();
    match root.strip_prefix(&working) {
        Ok(below) => below.to_string_lossy().replace('\\', "/"),
        Err(_) => match working.strip_prefix(root) {
            Ok(above) => above.components().map(|_| "..").collect::<Vec<_>>().join("/"),
            Err(_) => root.to_string_lossy().replace('\\', "/"),
        },
    }
}

fn selected(
    args: &CargoArgs,
    manifest: &Path,
    root: &Path,
    found: &analysis::CargoAnalysis,
) -> Result<Vec<bool>, UserError> {
    let members = &found.workspace.members;
    let (wanted, excluded) = (&args.workspace.package, &args.workspace.exclude);
    if let Some(unknown) = wanted.iter().chain(excluded).find(|name| found.workspace.member(name).is_none()) {
        return Err(UserError(format!("the workspace has no package `{unknown}`")));
    }
    let folder = manifest
        .parent()
        .and_then(|folder| folder.strip_prefix(root).ok())
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .unwrap_or_default();
    let all = args.workspace.workspace || args.workspace.all || folder.is_empty();
    let is_wanted = |name: &str, path: &str| {
        if wanted.is_empty() { all || path == folder } else { wanted.iter().any(|wanted| wanted == name) }
    };
    Ok(members
        .iter()
        .map(|member| is_wanted(member.name(), &member.folder) && !excluded.iter().any(|name| name == member.name()))
        .collect())
}

fn function_facts(
    args: &CargoArgs,
    facts: &CargoFacts,
    function: &CargoFunction,
    root: &Path,
    settings: &Settings,
    budgets: Budgets,
) -> Result<FunctionFacts, UserError> {
    let input = &args.check.input;
    let runtime: Runtime = match &input.runtime {
        Some(runtime) => runtime.clone(),
        None => "provided.al2023".parse().map_err(UserError)?,
    };
    let built = root.join("target/lambda").join(&function.name).join("bootstrap");
    let location = facts.location(&function.root, None);
    let artifact =
        if built.is_file() { input::open(&built, &[], &Limits::default())? } else { unbuilt(location.path.clone()) };
    let spec = FunctionSpec {
        name: function.name.clone(),
        origin: Some(location),
        platform: Platform::default(),
        runtime,
        architecture: input.arch.or(settings.resolved.defaults.architecture).unwrap_or_default(),
        memory_mb: input.memory.or(settings.resolved.defaults.memory_mb),
        timeout_s: None,
        handler: String::new(),
        code: discover::shown(&built),
        layers: Vec::new(),
        environment: std::collections::BTreeMap::new(),
        events: Vec::new(),
        init_off_request_path: false,
    };
    let (graph, packages) = crate::graph::native::load(&artifact);
    let artifact = Arc::new(artifact);
    let estimate = cost::estimate(&CostInput { spec: &spec, artifact: &artifact, graph: &graph, packages: &packages });
    let budgets = settings.budgets_of(&spec.name, budgets);
    Ok(FunctionFacts {
        spec,
        artifact,
        graph,
        packages,
        estimate,
        declared: Declared::default(),
        usage: Usage::default(),
        routes: Routes::default(),
        budgets,
    })
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
