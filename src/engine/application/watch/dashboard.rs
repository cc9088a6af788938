//! The dashboard: errors, throttles, time against the timeout, concurrency, cold starts, each with all functions.

use serde_json::{Value, json};

use super::{REGION, Shown, interpolated, mark, pieces, queries};
use crate::declare::model::Dialect;
use crate::engine::application::naming::{self, Named};

/// Share of a timeout at which it is close, in percent: that of the alarms.
const CLOSE: f64 = 90.0;
/// Limits that a widget draws as lines; more would cover the curves.
const LINES: usize = 10;
/// Letters of a line of JSON.
const LINE: usize = 100;

/// The resource that declares it.
pub(super) fn text(shown: &[Shown], dialect: Dialect) -> String {
    let body = body(shown);
    match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => format!(
            "resource \"aws_cloudwatch_dashboard\" \"functions\" {{\n  dashboard_name = \"functions\"\n  \
             dashboard_body = jsonencode({})\n}}",
            indented(&interpolated(&pretty(&body), shown, dialect), "  ")
        ),
        Dialect::Cdk => format!(
            "new cloudwatch.CfnDashboard(this, 'FunctionsDashboard', {{\n  dashboardBody: cdk.Stack.of(this).toJsonString({}),\n}});",
            indented(&interpolated(&templated(&pretty(&body)), shown, dialect), "  ")
        ),
        Dialect::Serverless => joined(&body.to_string(), shown, dialect),
        _ => format!(
            "FunctionsDashboard:\n  Type: AWS::CloudWatch::Dashboard\n  Properties:\n    DashboardBody: !Sub |\n      {}",
            indented(&interpolated(&pretty(&body), shown, dialect), "      ")
        ),
    }
}

/// The Serverless Framework has a meaning of its own for `${`, so that the text is joined from pieces.
fn joined(body: &str, shown: &[Shown], dialect: Dialect) -> String {
    let mut text = "FunctionsDashboard:\n  Type: AWS::CloudWatch::Dashboard\n  Properties:\n    DashboardBody:\n      \
                    Fn::Join:\n        - ''\n"
        .to_owned();
    for (number, (part, mark)) in pieces(body).into_iter().enumerate() {
        let bullet = if number == 0 { "        - - " } else { "          - " };
        let name = mark.map(|mark| match mark.parse::<usize>().ok().and_then(|number| shown.get(number)) {
            Some(function) => naming::logical_id(&function.of, Named::Function, dialect),
            None => "AWS::Region".to_owned(),
        });
        text.push_str(&match name {
            Some(name) => format!("{bullet}Ref: {name}\n"),
            None => format!("{bullet}'{}'\n", part.replace('\'', "''")),
        });
    }
    text.trim_end().to_owned()
}

/// JSON in lines: what fits into one stays in one.
fn pretty(value: &Value) -> String {
    let compact = value.to_string();
    if compact.chars().count() <= LINE {
        return compact;
    }
    let lines = |parts: Vec<String>, [open, close]: [&str; 2]| {
        let inner = parts.iter().map(|part| indented(&format!("\n{part}"), "  ")).collect::<Vec<_>>().join(",");
        format!("{open}{inner}\n{close}")
    };
    match value {
        Value::Array(items) => lines(items.iter().map(pretty).collect(), ["[", "]"]),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("{}: {}", Value::from(key.as_str()), pretty(value));
            lines(fields.iter().map(field).collect(), ["{", "}"])
        }
        _ => compact,
    }
}

/// JSON as TypeScript: strings with names in them are templates.
fn templated(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        let (before, from) = rest.split_at(start);
        text.push_str(before);
        let mut is_escaped = false;
        let end = from.char_indices().skip(1).find_map(|(at, c)| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends.then_some(at)
        });
        let (literal, after) = from.split_at(end.map_or(from.len(), |end| end + 1));
        let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
        if inner.contains('\u{e000}') {
            text.push_str(&format!("`{inner}`"));
        } else {
            text.push_str(literal);
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

fn indented(text: &str, indent: &str) -> String {
    text.replace('\n', &format!("\n{indent}"))
}

/// The body with marks for names and the region.
fn body(shown: &[Shown]) -> Value {
    let sum = |name: &str| plain(shown, name, "Sum");
    let reserved: Vec<Value> = shown
        .iter()
        .filter_map(|function| {
            Some(json!({"label": format!("reserved for {}", function.label), "value": function.reserved?}))
        })
        .take(LINES)
        .collect();
    let mut widgets = vec![
        graph(0, 0, "Errors", &json!(sum("Errors")), &json!([])),
        graph(12, 0, "Throttles", &json!(sum("Throttles")), &json!([])),
    ];
    if shown.iter().any(|function| function.timeout_s.is_some()) {
        let lines = json!([{"label": "close to the timeout", "value": CLOSE}]);
        widgets.push(graph(0, 6, "Slowest invocation, percent of the timeout", &durations(shown), &lines));
    }
    let concurrency = plain(shown, "ConcurrentExecutions", "Maximum");
    widgets.push(graph(12, 6, "Concurrency", &json!(concurrency), &json!(reserved)));
    widgets.push(json!({
        "type": "log", "x": 0, "y": 12, "width": 24, "height": 6,
        "properties": {
            "title": "Cold starts", "region": REGION, "view": "table", "query": queries::of_dashboard(shown),
        },
    }));
    json!({"widgets": widgets})
}

fn graph(x: u32, y: u32, title: &str, metrics: &Value, lines: &Value) -> Value {
    let mut properties = json!({
        "title": title, "region": REGION, "view": "timeSeries", "stacked": false, "period": 60, "metrics": metrics,
    });
    if lines.as_array().is_some_and(|lines| !lines.is_empty()) {
        properties["annotations"] = json!({"horizontal": lines});
    }
    json!({"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": properties})
}

fn plain(shown: &[Shown], metric: &str, statistic: &str) -> Vec<Value> {
    let one = |(number, function): (usize, &Shown)| json!(["AWS/Lambda", metric, "FunctionName", mark(number), {"stat": statistic, "label": function.label}]);
    shown.iter().enumerate().map(one).collect()
}

/// The slowest invocation of each function as a share of its own timeout.
fn durations(shown: &[Shown]) -> Value {
    let mut metrics = Vec::new();
    for (number, function) in shown.iter().enumerate() {
        let Some(timeout) = function.timeout_s.filter(|timeout| *timeout > 0) else { continue };
        let expression = format!("100 * d{number} / {}", u64::from(timeout) * 1_000);
        let label = format!("{} of {timeout} s", function.label);
        metrics.push(json!([{"id": format!("e{number}"), "expression": expression, "label": label}]));
        let hidden = json!({"id": format!("d{number}"), "stat": "Maximum", "visible": false});
        metrics.push(json!(["AWS/Lambda", "Duration", "FunctionName", mark(number), hidden]));
    }
    json!(metrics)
}

#[cfg(test)]
mod tests {
    use super::{pretty, templated};
    use serde_json::json;

    #[test]
    fn what_fits_into_a_line_stays_in_one() {
        assert_eq!(pretty(&json!({"a": [1, 2]})), "{\"a\":[1,2]}");
        let long = "x".repeat(70);
        assert_eq!(
            pretty(&json!({"a": [long, long]})),
            format!("{{\n  \"a\": [\n    \"{long}\",\n    \"{long}\"\n  ]\n}}")
        );
    }

    #[test]
    fn strings_with_names_become_templates() {
        let json = "{\"a\": \"b \\\"c\\\"\", \"d\": \"/aws/\u{e000}0\u{e001}\"}";
        assert_eq!(templated(json), "{\"a\": \"b \\\"c\\\"\", \"d\": `/aws/\u{e000}0\u{e001}`}");
    }
}
