use std::io::{IsTerminal, Write};

use super::args::WhyArgs;
use super::pipeline::{self, Inputs};
use super::sources::ProjectSources;
use super::{CLEAN, FINDINGS, UserError, reference, settings};
use crate::engine::Budgets;
use crate::report::{self, Why};

/// Prints the chains of imports that load a module; exits with 1 when nothing loads it.
pub(super) fn run(args: &WhyArgs) -> Result<u8, UserError> {
    let paths = [args.path.clone()];
    let settings = settings::find(&paths, None, &reference::registry()?)?;
    let inputs = Inputs { args: &args.input, settings: &settings, budgets: Budgets::default() };
    let project = pipeline::with_threads(args.input.jobs, || pipeline::project(&paths, &inputs))??;
    let sources = ProjectSources { project: &project };
    let mut out = std::io::stdout().lock();
    let color = out.is_terminal();
    let mut found = false;
    for function in &project.functions {
        let answer = report::why(function, &args.module, &sources);
        found |= matches!(answer, Why::Loaded { .. });
        write!(out, "{}", answer.render(function, color))?;
    }
    Ok(if found { CLEAN } else { FINDINGS })
}
