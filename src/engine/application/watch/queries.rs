//! Queries over the functions' logs. What throttles and how many run at once is in no log: the dashboard shows it.

use super::{Shown, has_resource, interpolated, mark, pieces};
use crate::declare::model::{Application, Dialect};
use crate::engine::application::naming::{self, Named};

/// Log groups that one query may name.
const MOST_GROUPS: usize = 50;

/// A query.
struct Query {
    /// End of its id.
    id: &'static str,
    /// Its name for people.
    name: &'static str,
    /// What it says, in Logs Insights' language.
    lines: &'static [&'static str],
    /// What is known of each function beside it, as a comment.
    known: fn(&Shown) -> Option<String>,
}

const COLD_STARTS: &[&str] = &[
    "filter @type = \"REPORT\" and ispresent(@initDuration)",
    "| stats count(*) as cold_starts, pct(@initDuration, 50) as p50, pct(@initDuration, 90) as p90, pct(@initDuration, 99) as p99, max(@initDuration) as slowest by @log",
    "| sort cold_starts desc",
];

const QUERIES: &[Query] = &[
    Query {
        id: "Errors",
        name: "errors",
        lines: &[
            "fields @timestamp, @log, @requestId, @message",
            "| filter level = \"ERROR\" or @message like /(?i)(traceback|unhandled|\\berror\\b|task timed out|runtime exited)/",
            "| sort @timestamp desc",
            "| limit 200",
        ],
        known: |_| None,
    },
    Query {
        id: "ColdStarts",
        name: "cold-starts",
        lines: COLD_STARTS,
        known: |function| {
            let [estimated, low, high] = function.init_ms?;
            Some(format!("estimated Init {estimated:.0} ms ({low:.0} to {high:.0})"))
        },
    },
    Query {
        id: "Durations",
        name: "duration-against-timeout",
        lines: &[
            "filter @type = \"REPORT\"",
            "| stats count(*) as invocations, pct(@duration, 50) as p50, pct(@duration, 99) as p99, max(@duration) as slowest by @log",
            "| sort slowest desc",
        ],
        known: |function| Some(format!("timeout {} ms", u64::from(function.timeout_s?) * 1_000)),
    },
    Query {
        id: "Memory",
        name: "memory",
        lines: &[
            "filter @type = \"REPORT\"",
            "| stats max(@maxMemoryUsed) / 1000000 as most_mb, max(@memorySize) / 1000000 as has_mb, 100 * max(@maxMemoryUsed) / max(@memorySize) as percent by @log",
            "| sort percent desc",
        ],
        known: |function| Some(format!("memory {} MB", function.memory_mb?)),
    },
];

/// The query of the dashboard's table, with its log groups.
pub(super) fn of_dashboard(shown: &[Shown]) -> String {
    let groups = (0..shown.len().min(MOST_GROUPS)).map(|number| format!("SOURCE '/aws/lambda/{}'", mark(number)));
    let sources = groups.collect::<Vec<_>>().join(" | ");
    format!("{sources} | {}", COLD_STARTS.join(" "))
}

/// The queries that the application does not have, each for at most as many functions as one may name.
pub(super) fn missing(application: &Application, shown: &[Shown], dialect: Dialect) -> Vec<String> {
    let mut texts = Vec::new();
    let kinds = ["AWS::Logs::QueryDefinition", "aws_cloudwatch_query_definition"];
    let folder: String = application
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .collect();
    for query in QUERIES {
        for (number, part) in shown.chunks(MOST_GROUPS).enumerate() {
            let more = if number > 0 { (number + 1).to_string() } else { String::new() };
            let id = format!("Query{}{more}", query.id);
            if !has_resource(application, &kinds, &id) {
                let name =
                    format!("{folder}/{}{}", query.name, if number > 0 { format!("-{more}") } else { String::new() });
                texts.push(one(&id, &name, query, part, dialect));
            }
        }
    }
    texts
}

fn one(id: &str, name: &str, query: &Query, shown: &[Shown], dialect: Dialect) -> String {
    let known = shown.iter().filter_map(|function| Some(format!("# {}: {}", function.label, (query.known)(function)?)));
    let lines: Vec<String> = known.chain(query.lines.iter().map(|line| (*line).to_owned())).collect();
    let groups: Vec<String> = (0..shown.len()).map(|number| format!("/aws/lambda/{}", mark(number))).collect();
    match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => terraform(id, name, &lines, &groups, shown),
        Dialect::Cdk => cdk(id, name, &lines, &groups, shown),
        _ => cloudformation(id, name, &lines, &groups, shown, dialect),
    }
}

fn cloudformation(
    id: &str,
    name: &str,
    lines: &[String],
    groups: &[String],
    shown: &[Shown],
    dialect: Dialect,
) -> String {
    let mut text =
        format!("{id}:\n  Type: AWS::Logs::QueryDefinition\n  Properties:\n    Name: {name}\n    LogGroupNames:\n");
    for group in groups {
        if dialect == Dialect::Serverless {
            let of = pieces(group).iter().find_map(|(_, mark)| mark.and_then(|mark| mark.parse::<usize>().ok()));
            let function = of.and_then(|number| shown.get(number));
            let function = function.map_or_else(String::new, |of| naming::logical_id(&of.of, Named::Function, dialect));
            text.push_str(&format!("      - Fn::Join: ['', [/aws/lambda/, Ref: {function}]]\n"));
        } else {
            text.push_str(&format!("      - !Sub {}\n", interpolated(group, shown, dialect)));
        }
    }
    text.push_str("    QueryString: |\n");
    for line in lines {
        text.push_str(&format!("      {line}\n"));
    }
    text.trim_end().to_owned()
}

fn cdk(id: &str, name: &str, lines: &[String], groups: &[String], shown: &[Shown]) -> String {
    let quoted = |line: &String| format!("    {},", serde_json::Value::from(line.as_str()));
    let groups = groups.iter().map(|group| format!("    `{}`,", interpolated(group, shown, Dialect::Cdk)));
    format!(
        "new logs.CfnQueryDefinition(this, '{id}', {{\n  name: '{name}',\n  logGroupNames: [\n{}\n  ],\n  queryString: [\n{}\n  ].join('\\n'),\n}});",
        groups.collect::<Vec<_>>().join("\n"),
        lines.iter().map(quoted).collect::<Vec<_>>().join("\n"),
    )
}

fn terraform(id: &str, name: &str, lines: &[String], groups: &[String], shown: &[Shown]) -> String {
    let groups = groups.iter().map(|group| format!("    \"{}\",", interpolated(group, shown, Dialect::Terraform)));
    let lines = lines.iter().map(|line| format!("    {line}"));
    format!(
        "resource \"aws_cloudwatch_query_definition\" \"{}\" {{\n  name = \"{name}\"\n  log_group_names = [\n{}\n  ]\n  query_string = <<-EOT\n{}\n  EOT\n}}",
        snake(id),
        groups.collect::<Vec<_>>().join("\n"),
        lines.collect::<Vec<_>>().join("\n"),
    )
}

fn snake(id: &str) -> String {
    let mut text = String::new();
    for c in id.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}
