//! What changed between two packages, trees, templates or reports.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;

use super::args::{DiffArgs, DiffFormat};
use super::progress::Progress;
use super::{CLEAN, FINDINGS, output, reference};
use crate::compare::{self, Changed, Difference, Snapshot, Status};
use crate::engine::Budgets;
use crate::report::model::Summary;
use crate::report::{self};
use crate::run::{self, Inputs, ProjectSources, Settings, UserError};
use crate::{input, text};

/// Compares, prints, and exits with 1 when the new side breaks a budget or a function of it does not start any more.
pub(super) fn run(args: &DiffArgs) -> Result<u8, UserError> {
    let registry = reference::registry()?;
    let given = Budgets {
        init_ms: args.budget_init,
        bytes: args.budget_size.map(|mb| (mb * 1e6) as u64),
        growth_percent: args.budget_growth,
        ..Budgets::default()
    };
    let progress = Progress::start();
    let settings = run::find_settings(std::slice::from_ref(&args.new), args.config.as_deref(), &registry, &progress)?;
    drop(progress);
    let (old, new) = (side(&args.old, args, &settings)?, side(&args.new, args, &settings)?);
    let mut difference = compare::compare(&old, &new);
    let after = difference.functions.iter().filter(|function| function.status != Status::Removed);
    difference.broken =
        after.flat_map(|function| broken(function, settings.budgets_of(&function.name, given))).collect();
    match &args.output {
        Some(path) => {
            let named = |why: &dyn std::fmt::Display| UserError(format!("{}: {why}", run::shown(path)));
            let file = output::file(path, [&*args.old, &*args.new])?;
            print(&difference, args, &mut BufWriter::new(file)).map_err(|UserError(why)| named(&why))?;
        }
        None => print(&difference, args, &mut BufWriter::new(output::stdout()))?,
    }
    Ok(if difference.broken.is_empty() { CLEAN } else { FINDINGS })
}

/// One side: a report as it is, or what is analysed now.
fn side(path: &Path, args: &DiffArgs, settings: &Settings) -> Result<Snapshot, UserError> {
    let name = |what: String| UserError(format!("{}: {what}", run::shown(path)));
    if path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json")) && path.is_file() {
        let text = input::read_text_file(path, compare::LARGEST)?;
        // Templates are JSON as well.
        if text.contains("\"defrost-report/") {
            return Snapshot::read(&text).map_err(name);
        }
    }
    let progress = Progress::start();
    let given = args.input.given();
    let inputs = Inputs { given: &given, settings, budgets: Budgets::default(), listener: &progress };
    let paths = [path.to_owned()];
    let project = run::with_threads(args.input.jobs, || run::project(&paths, &inputs))??;
    let report = report::build(&project, Summary::default(), &ProjectSources { project: &project });
    Snapshot::read(&serde_json::to_string(&report)?).map_err(name)
}

/// What the new side of a function is over, for people.
fn broken(function: &Changed, budgets: Budgets) -> Vec<String> {
    let name = &function.name;
    let mut broken = Vec::new();
    let mut over = |what: &str, value: Option<f64>, budget: Option<f64>, shown: &dyn Fn(f64) -> String| {
        if let Some((value, budget)) = value.zip(budget).filter(|(value, budget)| value > budget) {
            broken.push(format!("{name}: {what} over budget ({} > {}).", shown(value), shown(budget)));
        }
    };
    let number = |value: Option<u64>| value.map(|value| value as f64);
    let (bytes, count) = (|value: f64| text::bytes(value as u64), |value: f64| text::count(value as u64));
    over("Init", function.init_ms.after, budgets.init_ms, &text::ms);
    over("Size", number(function.bytes.after), number(budgets.bytes), &bytes);
    over("Zip", number(function.zipped_bytes.after), number(budgets.zipped_bytes), &bytes);
    over("Files", number(function.files.after), number(budgets.files), &count);
    over("Modules", number(function.modules.after), number(budgets.modules), &count);
    over("Growth", Some(function.growth_percent()), budgets.growth_percent, &|percent| format!("{percent:.0} %"));
    broken.extend(function.no_longer_starts.as_ref().map(|cause| format!("{name}: does not start any more: {cause}.")));
    broken
}

fn print(difference: &Difference, args: &DiffArgs, out: &mut dyn Write) -> Result<(), UserError> {
    let written = match args.format {
        DiffFormat::Human => {
            let to_terminal = args.output.is_none() && std::io::stdout().is_terminal();
            let mut text = Vec::new();
            compare::write_human(difference, args.verbose, &mut text)
                .and_then(|()| write!(out, "{}", super::fitted(&text, to_terminal)))
        }
        DiffFormat::Markdown => compare::write_markdown(difference, out),
        DiffFormat::Html => compare::write_html(difference, out),
        DiffFormat::Json => serde_json::to_writer_pretty(&mut *out, difference)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(out)),
    };
    written.and_then(|()| out.flush()).map_err(UserError::from)
}
