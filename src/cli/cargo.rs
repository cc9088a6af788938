//! `cargo defrost`: the same analysis for a Cargo workspace, from its sources.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, FromArgMatches, Parser};

use super::args::CheckArgs;
use super::progress::Progress;
use super::{FAILED, check, reference};
use crate::engine::ProjectFacts;
use crate::run::{self, Asked, Inputs, Selection, UserError, shown};
use crate::usage::cargo::Enabled;

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
    // What only functions in other languages have is left to `defrost check`.
    let hidden = ["paths", "handler", "layers", "from_file", "shard", "cache_dir", "no_cache"];
    let command = hidden.iter().fold(CargoArgs::command(), |command, name| command.mut_arg(name, |arg| arg.hide(true)));
    let command = command.mut_arg("runtime", |arg| arg.help("Runtime, such as `provided.al2023`"));
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
    let report = run::with_threads(args.check.input.jobs, || {
        let registry = reference::registry()?;
        let progress = Progress::start();
        let settings = run::find_settings_for(&manifest, args.check.config.as_deref(), &registry, &progress)?;
        let (given, budgets) = (args.check.input.given(), args.check.budgets());
        let inputs = Inputs { given: &given, settings: &settings, budgets, listener: &progress };
        let found = run::workspace_facts(&asked(args, &manifest), &inputs)?;
        drop(progress);
        let budgets = settings.budgets(budgets);
        let workspaces = vec![found.cargo];
        let project = ProjectFacts { functions: found.functions, budgets, workspaces, ..ProjectFacts::default() };
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
        return if path.is_file() {
            Ok(std::path::absolute(path)?)
        } else {
            Err(UserError(format!("{}: there is no such manifest", shown(&path))))
        };
    }
    let working = std::env::current_dir()?;
    let found = working.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    found.ok_or_else(|| {
        UserError("there is no Cargo.toml here or in a folder above; give one with --manifest-path".into())
    })
}

/// What the arguments ask for.
fn asked<'a>(args: &CargoArgs, manifest: &'a Path) -> Asked<'a> {
    let (workspace, features) = (&args.workspace, &args.features);
    let named = features.features.iter().flat_map(|list| list.split([',', ' '])).filter(|name| !name.is_empty());
    Asked {
        manifest,
        selection: Selection {
            packages: workspace.package.clone(),
            exclude: workspace.exclude.clone(),
            all: workspace.workspace || workspace.all,
        },
        enabled: Enabled {
            all: features.all_features,
            no_default: features.no_default_features,
            named: named.map(str::to_owned).collect(),
        },
        asks_cargo: Some(super::note),
    }
}
