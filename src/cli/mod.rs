//! The command line: arguments, the pipeline behind each command, and the exit code.

mod args;
mod baseline;
mod calibrate;
mod cargo;
mod changed;
mod check;
mod diff;
mod effort;
mod fix;
mod fleet;
mod init;
mod judge;
mod kept;
mod merge;
mod output;
mod plan_test;
mod progress;
mod reference;
mod scale;
mod server;
mod slim;
mod split;
mod split_out;
mod suppress;
mod why;

pub use args::Args;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::SystemTime;

use clap::Parser;

use args::Command;

use crate::input::shared::Sharing;
use crate::report;
use crate::run::UserError;

/// Nothing at or above `--fail-on`, no budget broken.
pub const CLEAN: u8 = 0;
/// Findings at or above `--fail-on`, or a budget broken.
pub const FINDINGS: u8 = 1;
/// Bad usage, configuration or input, or a fault of ours.
pub const FAILED: u8 = 2;

/// Runs the command line and says how it ended. Messages go to standard error.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    began();
    let arguments = args::with_default_command(arguments);
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // Printing fails only when the terminal is gone; the exit code still tells.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { FAILED } else { CLEAN });
        }
    };
    match dispatch(&args) {
        Ok(code) => ExitCode::from(code),
        Err(UserError(message)) => {
            anstream::eprintln!("{}error:{} {message}", args::ERROR_STYLE, args::ERROR_STYLE.render_reset());
            ExitCode::from(FAILED)
        }
    }
}

/// Runs the cargo subcommand: `cargo-defrost defrost ...` as cargo calls it, or `cargo-defrost ...`.
#[must_use]
pub fn run_cargo(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|argument| argument == "defrost") {
        arguments.remove(1);
    }
    match cargo::run(arguments.get(1..).unwrap_or_default()) {
        Some(code) => ExitCode::from(code),
        None => run(arguments),
    }
}

/// When the run began: what was changed later is not what was analysed.
fn began() -> SystemTime {
    static BEGAN: OnceLock<SystemTime> = OnceLock::new();
    *BEGAN.get_or_init(SystemTime::now)
}

/// Whether output has colours where nothing is said of them: on a terminal, unless its user asks for none.
fn colored(to_terminal: bool) -> bool {
    to_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Text for people as it fits their terminal; a pipe gets its lines whole.
fn fitted(text: &[u8], to_terminal: bool) -> String {
    let text = String::from_utf8_lossy(text);
    if to_terminal { report::fitted(&text, report::width(true)) } else { text.into_owned() }
}

/// Says on standard error why the run ends.
fn complain(message: &str) {
    anstream::eprintln!("{}error:{} {message}", args::ERROR_STYLE, args::ERROR_STYLE.render_reset());
}

/// Tells the user on standard error what the report cannot hold.
fn note(message: &str) {
    anstream::eprintln!("{}note:{} {message}", args::NOTE_STYLE, args::NOTE_STYLE.render_reset());
}

/// Warns the user on standard error.
fn warn(message: &str) {
    anstream::eprintln!("{}warning:{} {message}", args::WARNING_STYLE, args::WARNING_STYLE.render_reset());
}

fn dispatch(args: &Args) -> Result<u8, UserError> {
    let is_long = match &args.command {
        Command::Check(check) => check.from_file.is_some(),
        Command::Server => true,
        _ => false,
    };
    // What lists name and what an editor asks again and again is too much to keep.
    let _sharing = (!is_long).then(Sharing::begin);
    match &args.command {
        Command::Check(check) => match &check.from_file {
            Some(list) => fleet::run(check, list),
            None => check::run(check),
        },
        Command::Why(why) => why::run(why),
        Command::Split(split) => split::run(split),
        Command::Scale(scale) => scale::run(scale),
        Command::PlanTest(test) => plan_test::run(test),
        Command::Calibrate(calibrate) => calibrate::run(calibrate),
        Command::Slim(slim) => slim::run(slim),
        Command::Diff(diff) => diff::run(diff),
        Command::Merge(merge) => merge::run(merge),
        Command::Explain { rule, path } => reference::explain(rule, path.as_deref()),
        Command::Init(init) => init::run(init),
        Command::Rules => reference::rules(),
        Command::Schema { of } => reference::schema(*of),
        Command::Completions { shell } => reference::completions(*shell),
        Command::Man => reference::man(),
        Command::Server => server::run(),
    }
}
