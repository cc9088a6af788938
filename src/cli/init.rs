//! `defrost init`: a starter configuration and a baseline, without questions and without
//! overwriting anything; snippets for hooks on standard output.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use clap::Parser;

use super::args::{Args, Command, InitArgs};
use super::progress::Progress;
use super::{CLEAN, check, output, reference};
use crate::finding::baseline;
use crate::report::model::Report;
use crate::run::{self, Settings, UserError, shown};

/// Configuration with every setting explained; what is commented out is not in force.
const STARTER: &str = include_str!("init/defrost.toml");
/// Snippets to copy.
const HOOKS: &str = include_str!("init/hooks.txt");

/// Writes what is not there yet.
pub(super) fn run(args: &InitArgs) -> Result<u8, UserError> {
    if !args.folder.is_dir() {
        return Err(UserError(format!("{}: not a folder", shown(&args.folder))));
    }
    let settings = settings(&args.folder)?;
    let own = args.folder.join("defrost.toml");
    let known = args.folder.join(baseline::FILE);
    let mut has_baseline = known.exists();
    if has_baseline {
        super::note(&format!("{} is there already and stays as it is", shown(&known)));
    }
    // Written before the configuration, which must not name a baseline that is not there.
    let report = report(&args.folder, (!has_baseline).then_some(known.as_path()));
    match &report {
        Ok(_) => has_baseline = true,
        Err(UserError(message)) => super::note(&format!("no baseline yet: {message}")),
    }
    let named = format!("baseline = \"{}\"", baseline::FILE);
    let is_unnamed = has_baseline && settings.resolved.baseline.is_none();
    let baseline = if is_unnamed { format!("; `{named}` in it makes the baseline known") } else { String::new() };
    match settings.file {
        Some(_) if own.exists() => {
            super::note(&format!("{} is there already and stays as it is{baseline}", shown(&own)));
        }
        Some(file) => super::note(&format!(
            "{} has settings that hold here: no defrost.toml is written, which would take their place{baseline}",
            shown(&file)
        )),
        None => create(&own, &starter(report.ok().as_ref(), has_baseline))?,
    }
    output::stdout().write_all(HOOKS.as_bytes())?;
    Ok(CLEAN)
}

/// The settings that hold for a folder.
fn settings(folder: &Path) -> Result<Settings, UserError> {
    run::find_settings(&[folder.to_owned()], None, &reference::registry()?, &Progress::start())
}

/// Checks the folder, and writes a baseline where one is asked for.
fn report(folder: &Path, baseline: Option<&Path>) -> Result<Report, UserError> {
    let mut arguments = vec!["defrost".into(), "check".into(), folder.as_os_str().to_owned()];
    if let Some(path) = baseline {
        arguments.extend(["--write-baseline".into(), "--baseline".into(), path.as_os_str().to_owned()]);
    }
    match Args::try_parse_from(arguments)?.command {
        Command::Check(check) => check::report(&check),
        _ => Err(UserError("`check` is not the command that was asked for".to_owned())),
    }
}

/// The starter with what is known of this project.
fn starter(report: Option<&Report>, has_baseline: bool) -> String {
    let functions = report.map_or(&[][..], |report| &report.functions);
    let slowest = functions.iter().map(|function| function.init.estimated_ms).fold(0.0, f64::max);
    let largest = functions.iter().map(|function| function.package.bytes).max().unwrap_or_default();
    // A quarter above today, so that growth is seen and noise is not.
    let init = if slowest > 0.0 { (slowest * 1.25 / 50.0).ceil() * 50.0 } else { 1000.0 };
    let size = if largest > 0 { (largest as f64 * 1.25 / 1e6).ceil() } else { 50.0 };
    STARTER
        .replace("{init}", &init.to_string())
        .replace("{size}", &size.to_string())
        .replace("{baseline}", if has_baseline { "" } else { "# " })
}

/// Writes a file unless it exists.
fn create(path: &Path, text: &str) -> Result<(), UserError> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            if let Err(error) = file.write_all(text.as_bytes()) {
                // Half of it would be taken for settings by the next run.
                let _ = std::fs::remove_file(path);
                return Err(UserError(format!("{}: {error}", shown(path))));
            }
            super::note(&format!("wrote {}", shown(path)));
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            super::note(&format!("{} is there already and stays as it is", shown(path)));
            Ok(())
        }
        Err(error) => Err(UserError(format!("{}: {error}", shown(path)))),
    }
}
