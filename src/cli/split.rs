use std::io::{IsTerminal, Write};

use super::args::{SplitArgs, SplitFormat};
use super::pipeline::{self, Inputs};
use super::sources::ProjectSources;
use super::{CLEAN, UserError, reference, settings};
use crate::engine::Budgets;
use crate::report::model::Summary;
use crate::report::{self, Style};

/// Prints what each route needs and whether pulling the function apart pays.
pub(super) fn run(args: &SplitArgs) -> Result<u8, UserError> {
    let paths = [args.path.clone()];
    let settings = settings::find(&paths, None, &reference::registry()?)?;
    let inputs = Inputs { args: &args.input, settings: &settings, budgets: Budgets::default() };
    let project = pipeline::with_threads(args.input.jobs, || pipeline::project(&paths, &inputs))??;
    let report = report::build(&project, &[], Summary::default(), &ProjectSources { project: &project });
    let stdout = std::io::stdout();
    let to_terminal = stdout.is_terminal();
    let style = Style { color: to_terminal, width: report::width(to_terminal), ..Style::default() };
    let mut out = stdout.lock();
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
        report::split(function, style, &mut out)?;
    }
    Ok(CLEAN)
}
