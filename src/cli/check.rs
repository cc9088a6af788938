use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};

use super::args::{CheckArgs, Color};
use super::sources::ProjectSources;
use super::{CLEAN, FINDINGS, UserError, pipeline, reference};
use crate::engine::{self, Budgets, Category, Policy, ProjectFacts, Registry, Selector};
use crate::finding::{Finding, Severity};
use crate::report::model::{self, Counts, Report, Summary};
use crate::report::{self, Style};
use crate::text;

/// Analyses, reports, and says with which code to exit.
pub(super) fn run(args: &CheckArgs) -> Result<u8, UserError> {
    let registry = reference::registry()?;
    let policy = policy(args, &registry)?;
    let report = pipeline::with_threads(args.input.jobs, || analysed(args, &registry, &policy))??;
    print(args, &report)?;
    Ok(report.summary.exit_code)
}

fn analysed(args: &CheckArgs, registry: &Registry, policy: &Policy) -> Result<Report, UserError> {
    let budgets = Budgets { init_ms: args.budget_init, bytes: args.budget_size.map(|mb| (mb * 1e6) as u64) };
    let project = pipeline::project(&args.paths, &args.input, budgets)?;
    let findings = engine::run(registry, policy, &project);
    let summary = Summary {
        functions: project.functions.len(),
        findings: Counts::of(&findings),
        suppressed: 0,
        baselined: 0,
        budgets: model::Budgets { init_ms: budgets.init_ms, bytes: budgets.bytes },
        exit_code: exit_code(args, &project, &findings),
    };
    let report = report::build(&project, &findings, summary, &ProjectSources { project: &project });
    Ok(Report { rules: model::RuleInfo::table(registry), ..report })
}

/// Findings at or above the threshold fail the run, and so does a budget broken.
fn exit_code(args: &CheckArgs, project: &ProjectFacts, findings: &[Finding]) -> u8 {
    let threshold = args.fail_on.unwrap_or(Severity::Error);
    let grave = findings.iter().any(|finding| finding.severity >= threshold);
    let broken = project.functions.iter().any(|function| function.breaks(project.budgets));
    if grave || broken { FINDINGS } else { CLEAN }
}

/// What the command line says about rules. Unknown names are errors with a suggestion.
fn policy(args: &CheckArgs, registry: &Registry) -> Result<Policy, UserError> {
    let read = |names: &[String]| names.iter().map(|name| selector(name, registry)).collect::<Result<Vec<_>, _>>();
    Ok(Policy { select: read(&args.select)?, ignore: read(&args.ignore)?, ..Policy::default() })
}

fn selector(name: &str, registry: &Registry) -> Result<Selector, UserError> {
    if let Some(category) = Category::ALL.into_iter().find(|category| category.word() == name) {
        return Ok(Selector::Category(category));
    }
    if registry.find(name).is_some() {
        return Ok(Selector::Rule(name.to_owned()));
    }
    let known = registry.rules().iter().map(|rule| rule.name).chain(Category::ALL.map(Category::word));
    let hint = text::similar(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(UserError(format!("there is no rule or category `{name}`{hint}")))
}

fn print(args: &CheckArgs, report: &Report) -> Result<(), UserError> {
    let to_terminal = args.output.is_none() && std::io::stdout().is_terminal();
    let color = match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => to_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let style = Style { color, quiet: args.quiet, verbose: args.verbose, width: report::width(to_terminal) };
    match &args.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| UserError(format!("{}: {error}", path.display())))?;
            write(report, args, style, &mut BufWriter::new(file))
        }
        None => write(report, args, style, &mut BufWriter::new(std::io::stdout().lock())),
    }
}

fn write(report: &Report, args: &CheckArgs, style: Style, out: &mut dyn Write) -> Result<(), UserError> {
    let written = report::write(report, args.format, style, out).and_then(|()| out.flush());
    match written {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(UserError::from),
    }
}
