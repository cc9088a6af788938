use std::io::{IsTerminal, Write};
use std::path::Path;

use super::args::{AlarmLanguage, InputArgs, ScaleArgs, SplitFormat};
use super::judge::{Choice, Chosen};
use super::progress::Progress;
use super::{CLEAN, output, reference};
use crate::declare::model::{Application, Dialect};
use crate::engine::application::{self, plan_alone};
use crate::engine::{Budgets, ProjectFacts};
use crate::report::model::{self, Summary};
use crate::report::{self, Style};
use crate::run::{self, Inputs, ProjectSources, Settings, UserError};

/// Prints what functions need and may have, or the alarms that are missing.
pub(super) fn run(args: &ScaleArgs) -> Result<u8, UserError> {
    let project = project(&args.path, &args.input, args.config.as_deref())?;
    let mut out = output::stdout();
    if let Some(language) = args.alarms {
        return watch(&project, language, &mut out);
    }
    if args.format == SplitFormat::Human {
        return human(&project);
    }
    let report = report::build(&project, Summary::default(), &ProjectSources { project: &project });
    let functions: Vec<_> = report
        .functions
        .iter()
        .map(|function| {
            let model::Function { name, application, scaling, .. } = function;
            serde_json::json!({"name": name, "application": application, "scaling": scaling})
        })
        .collect();
    let model::Report { schema, tool, applications, .. } = &report;
    let document = serde_json::json!({
        "schema": schema, "tool": tool, "functions": functions, "applications": applications,
    });
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    Ok(CLEAN)
}

/// What a page of the guide has to say of the application at a path: its numbers, where they belong to the page, and
/// what the page's rules find.
pub(super) fn here(path: &Path, rules: &[String], numbers: bool) -> Result<u8, UserError> {
    let (settings, project) = loaded(path, &InputArgs::default(), None)?;
    if numbers {
        human(&project)?;
        writeln!(output::stdout())?;
    }
    let registry = reference::registry()?;
    let policy = settings.policy(rules, &[], &registry)?;
    let choice = Choice { registry: &registry, policy: &policy, overrides: &settings.resolved.overrides, path: None };
    let (Chosen { findings, .. }, _) = choice.findings(&project);
    let sources = ProjectSources { project: &project };
    let mut report = report::build(&project, Summary::default(), &sources);
    report::add(&mut report, &findings, &sources);
    report::briefly(&report.findings, style(), &mut output::stdout())?;
    Ok(CLEAN)
}

fn human(project: &ProjectFacts) -> Result<u8, UserError> {
    let mut out = output::stdout();
    let style = style();
    let report = report::build(project, Summary::default(), &ProjectSources { project });
    for (number, application) in report.applications.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        report::scale(application, style, &mut out)?;
    }
    if let Some(plan) = plan_alone(project) {
        report::scale_alone(&plan, style, &mut out)?;
    }
    Ok(CLEAN)
}

fn style() -> Style {
    let to_terminal = std::io::stdout().is_terminal();
    Style { color: super::colored(to_terminal), width: report::width(to_terminal), ..Style::default() }
}

/// The project at a path, with traffic assumed for functions of which none is stated.
pub(super) fn project(path: &Path, input: &InputArgs, config: Option<&Path>) -> Result<ProjectFacts, UserError> {
    Ok(loaded(path, input, config)?.1)
}

fn loaded(path: &Path, input: &InputArgs, config: Option<&Path>) -> Result<(Settings, ProjectFacts), UserError> {
    let paths = [path.to_owned()];
    let progress = Progress::start();
    let settings = run::find_settings(&paths, config, &reference::registry()?, &progress)?;
    let (given, budgets) = (input.given(), Budgets::default());
    let inputs = Inputs { given: &given, settings: &settings, budgets, listener: &progress };
    let mut project = run::with_threads(input.jobs, || run::project(&paths, &inputs))??;
    drop(progress);
    let own = settings.file.as_deref().map(run::shown);
    for omission in project.problems.iter().filter(|omission| own.as_ref() == Some(&omission.path)) {
        super::warn(&format!("{}: {}", omission.path, omission.message));
    }
    project.traffic.assume = true;
    if project.applications.is_empty() && project.functions.is_empty() {
        return Err(UserError(format!("{}: no function and no template that declares one is here", path.display())));
    }
    Ok((settings, project))
}

impl AlarmLanguage {
    fn dialect(self) -> Dialect {
        match self {
            Self::Sam => Dialect::Sam,
            Self::Cloudformation => Dialect::CloudFormation,
            Self::Cdk => Dialect::Cdk,
            Self::Serverless => Dialect::Serverless,
            Self::Terraform => Dialect::Terraform,
        }
    }
}

/// Prints what is missing to watch the applications; nothing but a remark where nothing is.
fn watch(project: &ProjectFacts, language: AlarmLanguage, out: &mut dyn Write) -> Result<u8, UserError> {
    let dialect = language.dialect();
    let of = |application: &Application| {
        Some((application.name.clone(), application::watch(project, application, dialect)?))
    };
    let texts: Vec<(String, String)> = project.applications.iter().filter_map(of).collect();
    if texts.is_empty() {
        super::note("nothing is missing: alarms, a dashboard and queries are there");
        return Ok(CLEAN);
    }
    let is_one = texts.len() == 1;
    let comment = if language == AlarmLanguage::Cdk { "//" } else { "#" };
    for (number, (name, text)) in texts.into_iter().enumerate() {
        if !is_one {
            let name: String = name.chars().filter(|c| !c.is_control()).collect();
            writeln!(out, "{}{comment} {name}", if number > 0 { "\n" } else { "" })?;
        }
        write!(out, "{text}")?;
    }
    Ok(CLEAN)
}
