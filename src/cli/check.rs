use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::args::CheckArgs;
use super::judge::{Choice, Judgement, NOTHING};
use super::progress::Progress;
use super::{CLEAN, FAILED, FINDINGS, baseline, changed, effort, fix, kept, output, reference};
use crate::engine::contracts::Scope;
use crate::engine::{Budgets, LeftOut, ProjectFacts, Registry};
use crate::finding::{Finding, Severity};
use crate::report::model::{self, Counts, Report};
use crate::report::{self, Style, printable};
use crate::run::{self, Given, Inputs, ProjectSources, Settings, UserError};

/// Analyses, reports, and says with which code to exit.
pub(super) fn run(args: &CheckArgs) -> Result<u8, UserError> {
    let report = report(args)?;
    print(args, &report)?;
    Ok(report.summary.exit_code)
}

/// What a check with these arguments has to say; nothing is printed.
pub(super) fn report(args: &CheckArgs) -> Result<Report, UserError> {
    run::with_threads(args.input.jobs, || {
        let keeping = kept::Check::begin(args);
        let registry = reference::registry()?;
        let progress = Progress::start();
        let settings = run::find_settings(&args.paths, args.config.as_deref(), &registry, &progress)?;
        match keeping.as_ref().and_then(|keeping| keeping.known(&progress)) {
            Some(report) => {
                let rules = model::RuleInfo::table(&registry);
                finished(args, &settings, Report { rules, ..report }, Vec::new())
            }
            None => analysed(args, &registry, &settings, progress, keeping),
        }
    })?
}

/// The finished report, which is kept for the next run.
fn analysed(
    args: &CheckArgs,
    registry: &Registry,
    settings: &Settings,
    progress: Progress,
    keeping: Option<kept::Check>,
) -> Result<Report, UserError> {
    let listener = kept::Hearing::new(&progress);
    let (given, budgets) = (Given { development: args.dev, ..args.input.given() }, args.budgets());
    let inputs = Inputs { given: &given, settings, budgets, listener: &listener };
    let start = Instant::now();
    let project = run::project(&args.paths, &inputs)?;
    let read = start.elapsed();
    let (report, findings) = judged(args, registry, settings, &project)?;
    if args.verbose {
        effort::tell(&project, &report, read, start.elapsed().saturating_sub(read));
    }
    if let Some(keeping) = keeping.filter(|_| report.summary.exit_code == CLEAN) {
        keeping.keep(&report, listener);
    }
    drop(progress);
    finished(args, settings, report, findings)
}

/// Runs the rules over a project and puts the report together.
pub(super) fn outcome(
    args: &CheckArgs,
    registry: &Registry,
    settings: &Settings,
    project: &ProjectFacts,
) -> Result<Report, UserError> {
    let (report, findings) = judged(args, registry, settings, project)?;
    finished(args, settings, report, findings)
}

/// What the rules say of a project, before anything is left out or mended. The exit code says only whether the analysis
/// failed.
fn judged(
    args: &CheckArgs,
    registry: &Registry,
    settings: &Settings,
    project: &ProjectFacts,
) -> Result<(Report, Vec<Finding>), UserError> {
    let policy = settings.policy(&args.select, &args.ignore, registry)?;
    let choice = Choice { registry, policy: &policy, overrides: &settings.resolved.overrides, path: None };
    let judgement = Judgement::of(registry, &policy, project);
    judgement.complain();
    Ok(judgement.reported(choice, &ProjectSources { project }))
}

/// Leaves out what is known, mends what is to be mended, and says how the run ends. Findings are those of the report, or
/// none where nothing is to be mended.
pub(super) fn finished(
    args: &CheckArgs,
    settings: &Settings,
    mut report: Report,
    mut findings: Vec<Finding>,
) -> Result<Report, UserError> {
    let failed = std::mem::take(&mut report.summary.exit_code);
    let is_new = baseline::compare(args, settings, &mut report)?;
    report.summary.baselined = left_out(is_new, &mut findings, &mut report);
    let touched = changed::touched(args, settings, &report)?;
    report.summary.untouched = left_out(touched, &mut findings, &mut report);
    fix::apply(args, &mut findings, &mut report)?;
    report.summary.findings = Counts::of_reported(&report.findings);
    let unknown = unknown(args, settings, &report);
    if let Some(first) = unknown.first() {
        let more = unknown.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        super::warn(&format!("nothing says that {first}{more} keeps its budgets and contracts: not analysed"));
    }
    let code = exit_code(args.fail_on.or(settings.resolved.fail_on), &report).max(u8::from(!unknown.is_empty()));
    report.summary.exit_code = match failed {
        NOTHING if code == CLEAN => FAILED,
        FAILED => FAILED,
        _ => code,
    };
    Ok(report)
}

/// Keeps some findings of the report, and of the list that it was made of; says how many go.
fn left_out(kept: Option<Vec<bool>>, findings: &mut Vec<Finding>, report: &mut Report) -> usize {
    let Some(kept) = kept else { return 0 };
    let (mut first, mut second) = (kept.iter(), kept.iter());
    findings.retain(|_| *first.next().unwrap_or(&true));
    report.findings.retain(|_| *second.next().unwrap_or(&true));
    kept.len() - report.findings.len()
}

/// What was asked for, is not analysed, and would have budgets or contracts to keep.
fn unknown(args: &CheckArgs, settings: &Settings, report: &Report) -> Vec<String> {
    let contracts = &settings.resolved.contracts;
    let is_held = |left: &LeftOut| {
        let name = left.function.as_deref().unwrap_or_default();
        let budgets = settings.budgets_of(name, args.budgets());
        let holds = |scope: &Scope| left.function.is_none() || scope.holds(name);
        let mut scopes = contracts.lazy.iter().map(|one| &one.functions);
        let scopes = scopes.by_ref().chain(contracts.deny.iter().map(|one| &one.functions));
        let mut scopes = scopes.chain(contracts.only.iter().map(|one| &one.functions));
        // Code that lies elsewhere breaks nothing but the wish to know that it starts.
        let limits = Budgets { start: None, ..budgets };
        budgets.start == Some(true) || left.is_local && (limits != Budgets::default() || scopes.any(holds))
    };
    let left = report.problems.iter().filter_map(|problem| Some((problem, problem.left_out.as_ref()?)));
    let held = left.filter(|(_, left)| is_held(left));
    let named = held.map(|(problem, left)| left.function.as_ref().or(problem.path.as_ref()));
    named.flatten().map(|name| printable::line(name).into_owned()).collect()
}

/// Findings at or above the threshold fail the run, and so does a budget broken.
fn exit_code(fail_on: Option<Severity>, report: &Report) -> u8 {
    let threshold = fail_on.unwrap_or(Severity::Error);
    let grave = report.findings.iter().any(|finding| finding.severity >= threshold);
    let broken = report.functions.iter().any(|function| !function.budgets.broken_by(function).is_empty());
    if grave || broken { FINDINGS } else { CLEAN }
}

/// Prints a report in the format that is asked for.
pub(super) fn print(args: &CheckArgs, report: &Report) -> Result<(), UserError> {
    let to_terminal = args.output.is_none() && std::io::stdout().is_terminal();
    let color = args.color.is_wanted(to_terminal);
    let style = Style { color, quiet: args.quiet, verbose: args.verbose, width: report::width(to_terminal) };
    match &args.output {
        Some(path) => {
            let file = output::file(path, args.paths.iter().map(PathBuf::as_path))?;
            let written = write(report, args, style, &mut BufWriter::new(file));
            written.map_err(|UserError(why)| UserError(format!("{}: {why}", path.display())))
        }
        None => write(report, args, style, &mut BufWriter::new(output::stdout())),
    }
}

fn write(report: &Report, args: &CheckArgs, style: Style, out: &mut dyn Write) -> Result<(), UserError> {
    report::write(report, args.format, style, out).and_then(|()| out.flush()).map_err(UserError::from)
}
