//! A file with what an application needs to be watched: the alarms that are missing, a dashboard, and queries over its
//! logs, for exactly its functions, in its own language. Nothing of it is written again where it is there already.

mod dashboard;
mod queries;

use std::collections::BTreeSet;

use super::missing::missing_alarms;
use super::naming::{self, Named};
use super::{function_facts, sources};
use crate::declare::model::{Application, Destination, Dialect, Function, FunctionKind, Id};
use crate::engine::ProjectFacts;
use crate::scaling::Source;

/// Functions that a dashboard shows: a widget takes 500 metrics, of which the widest has two for each function.
const MOST_FUNCTIONS: usize = 250;

/// A function as dashboards and queries show it.
#[derive(Clone, Debug)]
struct Shown {
    /// Its id in the template, for references.
    of: String,
    /// Its name for people: letters, digits and dashes alone.
    label: String,
    timeout_s: Option<u32>,
    memory_mb: Option<u32>,
    reserved: Option<u32>,
    /// Init as it is estimated, with its range, milliseconds.
    init_ms: Option<[f64; 3]>,
}

/// The file; `None` where nothing is missing.
#[must_use]
pub fn watch(project: &ProjectFacts, application: &Application, dialect: Dialect) -> Option<String> {
    let alarms = missing_alarms(project, application, dialect);
    let needs_topic = !alarms.is_empty() && !has_topic(application);
    let shown = shown(project, application);
    let dashboard = (!shown.is_empty() && !has_dashboard(application)).then(|| dashboard::text(&shown, dialect));
    let queries = queries::missing(application, &shown, dialect);
    let texts: Vec<String> = alarms.into_iter().chain(dashboard).chain(queries).collect();
    (!texts.is_empty()).then(|| framed(application, &texts, needs_topic, dialect))
}

fn shown(project: &ProjectFacts, application: &Application) -> Vec<Shown> {
    let own = application.functions.ids().filter(|(_, function)| function.kind == FunctionKind::Own);
    let one = |(id, function): (Id<Function>, &Function)| {
        let short = function.origin.id.rsplit('.').next().unwrap_or(&function.origin.id);
        let code = function_facts(project, application, id).filter(|code| code.has_closure());
        Shown {
            of: function.origin.id.clone(),
            label: short.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect(),
            timeout_s: application.timeout_s(id),
            memory_mb: application.memory_mb(id),
            reserved: function.reserved.known().copied(),
            init_ms: code.map(|code| [code.estimate.init_ms, code.estimate.low_ms, code.estimate.high_ms]),
        }
    };
    own.take(MOST_FUNCTIONS).map(one).collect()
}

/// Whether a dashboard is declared: whatever it shows, it is where somebody looks.
fn has_dashboard(application: &Application) -> bool {
    application.resources.iter().any(|resource| is_dashboard(&resource.kind))
}

fn is_dashboard(kind: &str) -> bool {
    matches!(kind, "AWS::CloudWatch::Dashboard" | "aws_cloudwatch_dashboard")
}

/// Whether the application has a resource of our name; CDK puts the names of what is around before it, and a digest
/// behind it.
fn has_resource(application: &Application, kinds: &[&str], id: &str) -> bool {
    let fold = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let id = fold(id);
    let mut named = application.resources.iter().filter(|resource| kinds.contains(&resource.kind.as_str()));
    named.any(|resource| fold(resource.origin.id.rsplit('.').next().unwrap_or_default()).contains(&id))
}

/// Whether the topic that alarms tell is there; in CDK's output its name is a part of the logical id.
fn has_topic(application: &Application) -> bool {
    let mut topics = application.topics.iter().map(|topic| topic.origin.id.as_str());
    match application.dialect {
        Dialect::Cdk => topics.any(|id| id.contains("Pager")),
        _ => topics.any(|id| id == "Pager" || id == "aws_sns_topic.pager"),
    }
}

/// The texts with what has to stand around them.
fn framed(application: &Application, texts: &[String], needs_topic: bool, dialect: Dialect) -> String {
    match dialect {
        Dialect::Cdk => cdk(application, texts, needs_topic),
        Dialect::Terraform | Dialect::TerraformPlan => terraform(texts, needs_topic),
        Dialect::Serverless => yaml("resources:\n  Resources:\n", needs_topic, texts, "    "),
        _ => yaml("Resources:\n", needs_topic, texts, "  "),
    }
}

fn yaml(head: &str, needs_topic: bool, texts: &[String], indent: &str) -> String {
    let mut text = head.to_owned();
    if needs_topic {
        push_indented(&mut text, "Pager:\n  Type: AWS::SNS::Topic\n  Properties:\n    DisplayName: on call", indent);
    }
    for part in texts {
        push_indented(&mut text, part, indent);
    }
    text
}

fn push_indented(text: &mut String, part: &str, indent: &str) {
    for line in part.lines() {
        if !line.is_empty() {
            text.push_str(indent);
        }
        text.push_str(line);
        text.push('\n');
    }
}

fn terraform(texts: &[String], needs_topic: bool) -> String {
    let mut text = String::new();
    if needs_topic {
        text.push_str("resource \"aws_sns_topic\" \"pager\" {\n  name = \"pager\"\n}\n\n");
    }
    if texts.iter().any(|part| part.contains("data.aws_region.watched")) {
        text.push_str("data \"aws_region\" \"watched\" {}\n\n");
    }
    text.push_str(&texts.join("\n\n"));
    text.push('\n');
    text
}

/// A construct of its own, so that the file compiles as it is and one line uses it.
fn cdk(application: &Application, texts: &[String], needs_topic: bool) -> String {
    let used = texts.join("\n");
    let is_used = |name: &String, attribute: &str| used.contains(&format!("{name}.{attribute}"));
    let own = application.functions.iter().filter(|function| function.kind == FunctionKind::Own);
    let functions = own.map(|function| naming::variable(&function.origin.id));
    let functions: BTreeSet<String> = functions.filter(|name| is_used(name, "functionName")).collect();
    let queues = application.mappings.iter().filter_map(|mapping| match mapping.source {
        Destination::Queue(id) => Some(naming::variable(&application.queues[id].origin.id)),
        _ => None,
    });
    let queues: BTreeSet<String> =
        queues.filter(|name| is_used(name, "queueName") && !functions.contains(name)).collect();
    let mut watched: Vec<(&str, &str)> = functions.iter().map(|name| (name.as_str(), "lambda.IFunction")).collect();
    watched.extend(queues.iter().map(|name| (name.as_str(), "sqs.IQueue")));
    if !needs_topic {
        watched.push(("pager", "sns.ITopic"));
    }
    let mut text = imports(&used, &watched);
    text.push_str("export interface Watched {\n");
    for (name, kind) in &watched {
        text.push_str(&format!("  {name}: {kind};\n"));
    }
    let names: Vec<&str> = watched.iter().map(|(name, _)| *name).collect();
    text.push_str(&format!(
        "}}\n\n// In the stack's constructor, behind what it watches: new Watch(this, 'Watch', {{ {} }});\n\
         export class Watch extends Construct {{\n  constructor(scope: Construct, id: string, watched: Watched) {{\n    super(scope, id);\n",
        names.join(", ")
    ));
    if !names.is_empty() {
        text.push_str(&format!("    const {{ {} }} = watched;\n", names.join(", ")));
    }
    if needs_topic {
        text.push_str("    const pager = new sns.Topic(this, 'Pager');\n");
    }
    text.push('\n');
    push_indented(&mut text, &used, "    ");
    text.push_str("  }\n}\n");
    text
}

/// The imports of what a file uses.
fn imports(used: &str, watched: &[(&str, &str)]) -> String {
    let types = |name: &str| watched.iter().any(|(_, kind)| kind.starts_with(name));
    let modules = [
        ("cdk.", "cdk", "aws-cdk-lib"),
        ("cloudwatch.", "cloudwatch", "aws-cdk-lib/aws-cloudwatch"),
        ("actions.", "actions", "aws-cdk-lib/aws-cloudwatch-actions"),
        ("lambda.", "lambda", "aws-cdk-lib/aws-lambda"),
        ("logs.", "logs", "aws-cdk-lib/aws-logs"),
        ("sns.", "sns", "aws-cdk-lib/aws-sns"),
        ("sqs.", "sqs", "aws-cdk-lib/aws-sqs"),
    ];
    let mut text = String::new();
    for (mark, name, module) in modules {
        // The topic is made or handed in.
        if name == "sns" || types(mark) || used.contains(&format!("new {mark}")) || used.contains(&format!(" {mark}")) {
            text.push_str(&format!("import * as {name} from '{module}';\n"));
        }
    }
    text.push_str("import { Construct } from 'constructs';\n\n");
    text
}

/// Whether only schedules invoke a function, and whether requests do.
pub(super) fn invoked(application: &Application, id: Id<Function>) -> (bool, bool) {
    let sources = sources(application, id);
    let only_schedules = !sources.is_empty() && sources.iter().all(|source| *source == Source::Schedule);
    (only_schedules, sources.contains(&Source::Requests))
}

/// The name of a function in a text that stands in quotes of some kind: between marks, replaced at the end.
fn mark(number: usize) -> String {
    format!("\u{e000}{number}\u{e001}")
}

/// The region, likewise.
const REGION: &str = "\u{e000}R\u{e001}";

/// Text with marks as pieces: text, and what a mark stands for.
fn pieces(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut pieces = Vec::new();
    for (number, part) in text.split('\u{e000}').enumerate() {
        match part.split_once('\u{e001}').filter(|_| number > 0) {
            Some((mark, rest)) => {
                pieces.push(("", Some(mark)));
                pieces.push((rest, None));
            }
            None => pieces.push((part, None)),
        }
    }
    pieces.retain(|(text, mark)| !text.is_empty() || mark.is_some());
    pieces
}

/// Text with marks as a language interpolates it.
fn interpolated(text: &str, shown: &[Shown], dialect: Dialect) -> String {
    let value = |mark: &str| match mark.parse::<usize>().ok().and_then(|number| shown.get(number)) {
        Some(function) => match dialect {
            Dialect::Terraform | Dialect::TerraformPlan => naming::terraform(&function.of, Named::Function),
            Dialect::Cdk => format!("{}.functionName", naming::variable(&function.of)),
            _ => naming::logical_id(&function.of, Named::Function, dialect),
        },
        None => match dialect {
            Dialect::Terraform | Dialect::TerraformPlan => "data.aws_region.watched.id".to_owned(),
            Dialect::Cdk => "cdk.Aws.REGION".to_owned(),
            _ => "AWS::Region".to_owned(),
        },
    };
    pieces(text)
        .into_iter()
        .map(|(text, mark)| mark.map_or_else(|| text.to_owned(), |mark| format!("${{{}}}", value(mark))))
        .collect()
}
