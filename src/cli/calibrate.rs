//! Fits the estimates to cold starts of one's own.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::args::CalibrateArgs;
use super::output::{self, Replacement};
use super::progress::Progress;
use super::{CLEAN, FINDINGS, reference};
use crate::calibrate::{self, Estimated, Fit, Skipped, Unread};
use crate::config::{self, SourceKind};
use crate::cost::{Calibration, State};
use crate::engine::{Budgets, FunctionFacts};
use crate::graph::StartVerdict;
use crate::platform::Language;
use crate::run::{self, Inputs, Settings, UserError};
use crate::{input, text};

/// Largest file of cold starts, in bytes.
const LARGEST: u64 = 256 << 20;
/// The file that gets the factors where there is no configuration yet.
const FILE: &str = "defrost.toml";
/// Lines that could not be read and are shown.
const MOST_UNREAD: usize = 5;
/// Starts of a function below which their middle says little: of ten, the true one lies between the second and the
/// ninth in 98 of 100 cases (binomial).
const LEAST_STARTS: usize = 10;

/// Fits, says what came out, and writes it; exits with 1 when nothing could be fitted.
pub(super) fn run(args: &CalibrateArgs) -> Result<u8, UserError> {
    let log = calibrate::read(&logged(&args.file)?);
    let unread: Vec<String> = log.unread.iter().map(|one| unread(&args.file, one)).collect();
    let starts = log.starts;
    if starts.is_empty() {
        let what = "holds no cold start: no line with `Init Duration`, and no table or record with such a field";
        let first = unread.first().map_or_else(String::new, |first| format!("\n{first}"));
        return Err(UserError(format!("{} {what}{first}", run::shown(&args.file))));
    }
    for line in unread.iter().take(MOST_UNREAD) {
        super::warn(&format!("{line}; left out"));
    }
    if unread.len() > MOST_UNREAD {
        super::warn(&format!("{} more left out", text::plural((unread.len() - MOST_UNREAD) as u64, "line")));
    }
    let (settings, estimated) = estimated(args)?;
    let fit = calibrate::fit(&starts, &estimated, args.function.as_deref());
    let mut out = output::stdout();
    write!(out, "{}", told(&fit))?;
    if fit.calibrations.is_empty() {
        return Ok(FINDINGS);
    }
    let few = fit.functions.iter().filter(|(_, starts, ..)| *starts < LEAST_STARTS);
    for (name, starts, ..) in few {
        let starts = text::plural(*starts as u64, "start");
        super::warn(&format!("{name}: {starts} say little; the middle of {LEAST_STARTS} or more is to be trusted"));
    }
    let today = today();
    let file = settings.file.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let is_own = SourceKind::FILES.iter().all(|(name, kind)| *kind == SourceKind::Own || !file.ends_with(name));
    let before =
        if settings.file.is_some() && is_own { input::read_text_file(&file, config::LARGEST)? } else { String::new() };
    let after = with(&before, &fit, &today).map_err(|error| UserError(format!("{}: {error}", run::shown(&file))))?;
    if args.dry_run || !is_own {
        let why = if is_own { "would write" } else { "settings are kept elsewhere; to be put there" };
        writeln!(out, "\n{why}:\n{}", after.strip_prefix(&*before).unwrap_or(&after).trim_start())?;
        return Ok(CLEAN);
    }
    replace(&file, &after)?;
    writeln!(out, "wrote {}", run::shown(&file))?;
    Ok(CLEAN)
}

/// A place of the log that could not be read.
fn unread(file: &Path, one: &Unread) -> String {
    format!("{}:{}: {}", run::shown(file), one.line, one.what)
}

/// The text of the log.
fn logged(file: &Path) -> Result<String, UserError> {
    if file != Path::new("-") {
        return Ok(input::read_text_file(file, LARGEST)?);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is estimated of every function, without what was calibrated before.
fn estimated(args: &CalibrateArgs) -> Result<(Settings, Vec<Estimated>), UserError> {
    let progress = Progress::start();
    let registry = reference::registry()?;
    let mut settings = run::find_settings(&args.paths, args.config.as_deref(), &registry, &progress)?;
    settings.resolved.calibrations.clear();
    let given = args.input.given();
    let inputs = Inputs { given: &given, settings: &settings, budgets: Budgets::default(), listener: &progress };
    let project = run::with_threads(args.input.jobs, || run::project(&args.paths, &inputs))??;
    let one = |facts: &FunctionFacts| Estimated {
        name: facts.spec.name.clone(),
        language: facts.spec.runtime.language(),
        state: facts.estimate.basis.state,
        runtime_ms: facts.estimate.runtime_ms,
        init_ms: facts.estimate.init_ms,
        is_incomplete: facts.world.lacks_dependencies() || matches!(facts.start(), StartVerdict::Fails(_)),
    };
    let estimated = project.functions.iter().map(one).collect();
    Ok((settings, estimated))
}

/// What came out, for people.
fn told(fit: &Fit) -> String {
    let mut lines = Vec::new();
    for (name, starts, median, factor) in &fit.functions {
        let starts = text::plural(*starts as u64, "start");
        lines.push(format!(
            "{name}: {starts}, median {}, {factor:.2} times what is estimated beside the bare runtime",
            text::ms(*median)
        ));
    }
    for (name, skipped) in &fit.skipped {
        lines.push(match skipped {
            Skipped::Bare => format!("{name}: left out, it takes hardly more than the bare runtime"),
            Skipped::Incomplete => {
                format!("{name}: left out, not all that it loads is here, so its estimate is too low to compare with")
            }
            Skipped::Implausible => format!("{name}: left out, these times cannot be its own"),
        });
    }
    for (name, starts) in &fit.unmatched {
        let starts = text::plural(*starts as u64, "start");
        lines.push(match name.as_str() {
            "" => format!("{starts} of no named function left out; --function says whose they are"),
            name => format!("{name}: {starts} left out, it is none of the functions here; --function says under which name one is deployed"),
        });
    }
    for one in &fit.refused {
        let error = (one.error - 1.0) * 100.0;
        lines.push(format!(
            "{}: factor {:.2} is not taken, these times contradict each other: error {error:.0} %",
            language(one.language),
            one.factor
        ));
    }
    for one in &fit.calibrations {
        let state = one.state.map_or_else(String::new, |state| format!(", {}", word(state)));
        let starts = text::plural(one.starts, "start");
        let error = (one.error - 1.0) * 100.0;
        lines.push(format!(
            "{}{state}: factor {:.2} from {starts}, error {error:.0} %",
            language(one.language),
            one.factor
        ));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn language(language: Language) -> &'static str {
    match language {
        Language::Python => "python",
        Language::Node => "node",
        Language::Native => "native",
        Language::Other => "other",
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Source => "source",
        State::Bytecode => "bytecode",
    }
}

/// The configuration with these factors in place of those that it had.
fn with(before: &str, fit: &Fit, today: &str) -> Result<String, toml_edit::TomlError> {
    let mut document: DocumentMut = before.parse()?;
    let mut rows = ArrayOfTables::new();
    for one in &fit.calibrations {
        rows.push(row(one, fit, today));
    }
    document.insert("calibration", Item::ArrayOfTables(rows));
    Ok(document.to_string())
}

fn row(one: &Calibration, fit: &Fit, today: &str) -> Table {
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    let mut row = Table::new();
    row.insert("language", value(language(one.language)));
    if let Some(state) = one.state {
        row.insert("state", value(word(state)));
    }
    row.insert("factor", value(rounded(one.factor)));
    row.insert("starts", value(i64::try_from(one.starts).unwrap_or(i64::MAX)));
    row.insert("functions", value(i64::try_from(fit.functions.len()).unwrap_or(i64::MAX)));
    row.insert("error", value(rounded(one.error)));
    row.insert("date", value(today));
    row
}

/// Writes beside the file and puts the new one in its place.
fn replace(file: &Path, text: &str) -> Result<(), UserError> {
    let mut beside = Replacement::of(file, ".toml")?;
    let written = beside.file().write_all(text.as_bytes());
    written.map_err(|error| UserError(format!("{}: {error}", run::shown(file))))?;
    beside.take_place()
}

/// The day by the clock, in UTC.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = text::civil(seconds / 86_400);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_replace_those_before_and_leave_the_rest() {
        let one = Calibration { language: Language::Python, state: None, factor: 1.23456, starts: 7, error: 1.1 };
        let fit = Fit { calibrations: vec![one], ..Fit::default() };
        let before = "# kept\nbudget-init = 800\n\n[[calibration]]\nlanguage = \"node\"\n";
        let after = with(before, &fit, "2026-11-29").unwrap();
        assert!(after.starts_with("# kept\nbudget-init = 800\n") && !after.contains("node"), "{after}");
        assert!(after.contains("factor = 1.235\nstarts = 7\n"), "{after}");
    }
}
