use std::io::{IsTerminal, Write};
use std::path::Path;

use super::args::{AlarmLanguage, InputArgs, ScaleArgs, SplitFormat};
use super::progress::Progress;
use super::{CLEAN, reference};
use crate::declare::model::{Application, Dialect};
use crate::engine::application::{missing_alarms, plan_alone};
use crate::engine::{Budgets, ProjectFacts};
use crate::report::model::{self, Summary};
use crate::report::{self, Style};
use crate::run::{self, Inputs, ProjectSources, UserError};

/// Prints what functions need and may have, or the alarms that are missing.
pub(super) fn run(args: &ScaleArgs) -> Result<u8, UserError> {
    let project = project(&args.path, &args.input, args.config.as_deref())?;
    let mut out = std::io::stdout().lock();
    if let Some(language) = args.alarms {
        return alarms(&project, language, &mut out);
    }
    if args.format == SplitFormat::Human {
        return human(&project);
    }
    let report = report::build(&project, &[], Summary::default(), &ProjectSources { project: &project });
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

/// The numbers of the application at a path.
pub(super) fn shown(path: &Path) -> Result<u8, UserError> {
    let input = InputArgs::default();
    human(&project(path, &input, None)?)
}

fn human(project: &ProjectFacts) -> Result<u8, UserError> {
    let stdout = std::io::stdout();
    let to_terminal = stdout.is_terminal();
    let mut out = stdout.lock();
    let style = Style { color: to_terminal, width: report::width(to_terminal), ..Style::default() };
    let report = report::build(project, &[], Summary::default(), &ProjectSources { project });
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

/// The project at a path, with traffic assumed for functions of which none is stated.
pub(super) fn project(path: &Path, input: &InputArgs, config: Option<&Path>) -> Result<ProjectFacts, UserError> {
    let paths = [path.to_owned()];
    let progress = Progress::start();
    let settings = run::find_settings(&paths, config, &reference::registry()?, &progress)?;
    let (given, budgets) = (input.given(), Budgets::default());
    let inputs = Inputs { given: &given, settings: &settings, budgets, listener: &progress };
    let mut project = run::with_threads(input.jobs, || run::project(&paths, &inputs))??;
    drop(progress);
    project.traffic.assume = true;
    if project.applications.is_empty() && project.functions.is_empty() {
        return Err(UserError(format!("{}: no function and no template that declares one is here", path.display())));
    }
    Ok(project)
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

    /// What stands before alarms, and how deep they stand.
    fn frame(self) -> (&'static str, usize) {
        match self {
            Self::Sam | Self::Cloudformation => {
                ("Resources:\n  Pager:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: on call\n", 2)
            }
            Self::Serverless => (
                "resources:\n  Resources:\n    Pager:\n      Type: AWS::SNS::Topic\n      Properties:\n        DisplayName: on call\n",
                4,
            ),
            Self::Cdk => (
                "import * as cdk from 'aws-cdk-lib';\nimport * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';\n\
                 import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';\nimport * as sns from 'aws-cdk-lib/aws-sns';\n\n\
                 const pager = new sns.Topic(this, 'Pager');\n",
                0,
            ),
            Self::Terraform => ("resource \"aws_sns_topic\" \"pager\" {\n  name = \"pager\"\n}\n\n", 0),
        }
    }
}

/// Prints the alarms that are missing; nothing but a remark where none is.
fn alarms(project: &ProjectFacts, language: AlarmLanguage, out: &mut dyn Write) -> Result<u8, UserError> {
    let of = |application: &Application| missing_alarms(project, application, language.dialect());
    let texts: Vec<String> = project.applications.iter().flat_map(of).collect();
    if texts.is_empty() {
        super::note("no alarm is missing");
        return Ok(CLEAN);
    }
    let (head, depth) = language.frame();
    let has_topic = project
        .applications
        .iter()
        .flat_map(|application| &application.resources)
        .any(|resource| resource.origin.id == "Pager" || resource.origin.id == "aws_sns_topic.pager");
    match (has_topic, language) {
        (false, _) => write!(out, "{head}")?,
        (true, AlarmLanguage::Sam | AlarmLanguage::Cloudformation) => writeln!(out, "Resources:")?,
        (true, AlarmLanguage::Serverless) => writeln!(out, "resources:\n  Resources:")?,
        (true, _) => {}
    }
    for text in texts {
        for line in text.lines() {
            writeln!(out, "{}{line}", " ".repeat(if line.is_empty() { 0 } else { depth }))?;
        }
        if depth == 0 {
            writeln!(out)?;
        }
    }
    Ok(CLEAN)
}
