use std::io::{IsTerminal, Write};

use super::args::{SplitArgs, SplitFormat};
use super::progress::Progress;
use super::{CLEAN, output, reference};
use crate::engine::{Budgets, FunctionFacts, ProjectFacts};
use crate::graph::HandlerResolution;
use crate::report::model::Summary;
use crate::report::{self, Style, printable};
use crate::run::{self, Inputs, ProjectSources, UserError};

/// Prints what each route needs and whether pulling the function apart pays.
pub(super) fn run(args: &SplitArgs) -> Result<u8, UserError> {
    let paths = [args.path.clone()];
    let progress = Progress::start();
    let settings = run::find_settings(&paths, None, &reference::registry()?, &progress)?;
    let (given, budgets) = (args.input.given(), Budgets::default());
    let inputs = Inputs { given: &given, settings: &settings, budgets, listener: &progress };
    let project = run::with_threads(args.input.jobs, || run::project(&paths, &inputs))??;
    drop(progress);
    refuse_without_handler(&project)?;
    if let Some(folder) = &args.output {
        super::split_out::write(&project, folder)?;
        return Ok(CLEAN);
    }
    let report = report::build(&project, Summary::default(), &ProjectSources { project: &project });
    let to_terminal = std::io::stdout().is_terminal();
    let style = Style { color: super::colored(to_terminal), width: report::width(to_terminal), ..Style::default() };
    let mut out = output::stdout();
    if args.format == SplitFormat::Json {
        let functions: Vec<serde_json::Value> = report.functions.iter().map(report::split_json).collect();
        serde_json::to_writer_pretty(&mut out, &functions)?;
        writeln!(out)?;
        return Ok(CLEAN);
    }
    for (at, function) in report.functions.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let mut text = Vec::new();
        report::split(function, style, &mut text)?;
        write!(out, "{}", super::fitted(&text, to_terminal))?;
    }
    Ok(CLEAN)
}

/// Nothing can be said of routes where no function has a handler to follow.
fn refuse_without_handler(project: &ProjectFacts) -> Result<(), UserError> {
    let is_lost = |facts: &&FunctionFacts| {
        matches!(facts.graph.handler, HandlerResolution::ModuleMissing { .. } | HandlerResolution::NameMissing { .. })
    };
    let mut lost = project.functions.iter().filter(is_lost);
    match lost.next() {
        Some(first) if lost.count() + 1 == project.functions.len() => Err(UserError(format!(
            "{}: the handler `{}` is not found; name it with --handler",
            printable::line(&first.spec.name),
            printable::line(&first.spec.handler)
        ))),
        _ => Ok(()),
    }
}
