use std::io::Write;

use super::args::WhyArgs;
use super::progress::Progress;
use super::{CLEAN, FINDINGS, output, reference};
use crate::engine::Budgets;
use crate::report::{self, Why};
use crate::run::{self, Inputs, ProjectSources, UserError};

/// Prints the chains of imports that load a module, or who needs what a project declares; exits with 1 when nothing does.
pub(super) fn run(args: &WhyArgs) -> Result<u8, UserError> {
    let paths = [args.path.clone()];
    let progress = Progress::start();
    let settings = run::find_settings(&paths, None, &reference::registry()?, &progress)?;
    let (given, budgets) = (args.input.given(), Budgets::default());
    let inputs = Inputs { given: &given, settings: &settings, budgets, listener: &progress };
    let project = run::with_threads(args.input.jobs, || run::project(&paths, &inputs))??;
    drop(progress);
    let sources = ProjectSources { project: &project };
    let mut out = output::stdout();
    let to_terminal = out.is_terminal();
    let color = super::colored(to_terminal);
    let mut found = false;
    for function in &project.functions {
        let answer = report::why(function, &args.module, &sources);
        found |= matches!(answer, Why::Loaded { .. });
        write!(out, "{}", super::fitted(answer.render(function, color).as_bytes(), to_terminal))?;
    }
    let declared = report::declarations(&project, &args.module, color);
    write!(out, "{}", super::fitted(declared.text.as_bytes(), to_terminal))?;
    found |= declared.is_needed;
    Ok(if found { CLEAN } else { FINDINGS })
}
