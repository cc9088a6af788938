//! Cold starts out of logs and tables.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// One cold start.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// The function as the platform knows it; `None` where the log does not say.
    pub function: Option<String>,
    /// Init Duration, milliseconds.
    pub init_ms: f64,
}

/// Objects within each other that are followed in a JSON document.
const DEEPEST: usize = 32;
/// Columns of a table and keys of a record that hold Init Duration, without case and other than letters and digits.
const INIT: [&str; 6] = ["initduration", "initdurationms", "initms", "init", "coldstart", "coldstartms"];
/// Those that name the function.
const FUNCTION: [&str; 7] = ["function", "functionname", "name", "log", "loggroup", "loggroupname", "resource"];

/// `REPORT` lines, in which the time stands whatever is around it.
static REPORTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"Init Duration: ([0-9.]+) ms").ok());
/// The log group of a function, wherever a line names it.
static GROUP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"/aws/lambda/([A-Za-z0-9_-]+)").ok());

/// The cold starts in a text: a JSON document as `aws logs` gives it, a table with a heading, or lines of a log.
#[must_use]
pub fn read(text: &str) -> Vec<Start> {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(document) = serde_json::from_str::<Value>(text)
    {
        let mut starts = Vec::new();
        collect(&document, None, DEEPEST, &mut starts);
        return starts;
    }
    table(text).unwrap_or_else(|| lines(text))
}

/// Rows of a table whose heading names a column of Init Duration.
fn table(text: &str) -> Option<Vec<Start>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = reader.headers().ok()?.clone();
    let column = |names: &[&str]| heading.iter().position(|name| names.contains(&&*plain(name)));
    let init = column(&INIT)?;
    let function = column(&FUNCTION);
    let rows = reader.records().filter_map(Result::ok);
    let start = |row: csv::StringRecord| {
        let init_ms = number(row.get(init)?)?;
        Some(Start { function: function.and_then(|at| row.get(at)).and_then(name), init_ms })
    };
    Some(rows.filter_map(start).collect())
}

/// Lines of a log; a line that names a log group holds for those after it that name none.
fn lines(text: &str) -> Vec<Start> {
    let mut starts = Vec::new();
    let mut around = None;
    for line in text.lines() {
        if let Some(named) = group(line) {
            around = Some(named);
        }
        starts.extend(in_line(line).map(|init_ms| Start { function: around.clone(), init_ms }));
    }
    starts
}

/// Init Duration in a line: of a `REPORT` line, or of a record in JSON.
fn in_line(line: &str) -> Option<f64> {
    if let Some(found) = REPORTED.as_ref()?.captures(line) {
        return number(found.get(1)?.as_str());
    }
    let at = line.find("\"initDurationMs\"")?;
    let rest = line.get(at..)?.split_once(':')?.1.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    number(rest.get(..end)?)
}

/// Cold starts in a JSON document: records, events with a message, results of a query with fields and values.
fn collect(value: &Value, around: Option<&str>, deeper: usize, starts: &mut Vec<Start>) {
    let Some(deeper) = deeper.checked_sub(1) else { return };
    match value {
        Value::Array(items) => match fields(items) {
            Some(start) => starts.push(start),
            None => items.iter().for_each(|item| collect(item, around, deeper, starts)),
        },
        Value::Object(object) => {
            let named = object.iter().filter(|(key, _)| FUNCTION.contains(&&*plain(key)));
            let named = named.filter_map(|(_, value)| name(value.as_str()?)).next();
            let around = named.as_deref().or(around);
            let init = object.iter().find(|(key, _)| INIT.contains(&&*plain(key)));
            if let Some(init_ms) = init.and_then(|(_, value)| milliseconds(value)) {
                return starts.push(Start { function: around.map(str::to_owned), init_ms });
            }
            object.values().for_each(|value| collect(value, around, deeper, starts));
        }
        Value::String(text) => {
            let found = text.lines().filter_map(in_line);
            let function = group(text).or_else(|| around.map(str::to_owned));
            starts.extend(found.map(|init_ms| Start { function: function.clone(), init_ms }));
        }
        _ => {}
    }
}

/// A row of a query's result: `[{"field": .., "value": ..}, ..]`.
fn fields(items: &[Value]) -> Option<Start> {
    let of = |names: &[&str]| {
        let mut named = items.iter().filter(|item| {
            item.get("field").and_then(Value::as_str).is_some_and(|field| names.contains(&&*plain(field)))
        });
        named.find_map(|item| item.get("value"))
    };
    let init_ms = milliseconds(of(&INIT)?)?;
    Some(Start { function: of(&FUNCTION).and_then(Value::as_str).and_then(name), init_ms })
}

fn milliseconds(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| number(value.as_str()?))
}

/// A time that is one: a query gives nothing, or 0, for warm starts.
fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().trim_end_matches("ms").trim_end().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

/// A heading without case, blanks and marks.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The function that a log group, an ARN or a name stands for.
fn name(text: &str) -> Option<String> {
    if let Some(named) = group(text) {
        return Some(named);
    }
    let named = text.rsplit_once(":function:").map_or(text, |(_, rest)| rest);
    let named = named.split(':').next().unwrap_or(named).trim();
    (!named.is_empty()).then(|| named.to_owned())
}

fn group(text: &str) -> Option<String> {
    Some(GROUP.as_ref()?.captures(text)?.get(1)?.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<(Option<String>, f64)> {
        read(text).into_iter().map(|start| (start.function, start.init_ms)).collect()
    }

    #[test]
    fn report_lines_are_read_with_the_group_before_them() {
        let log = "2026-11-29 /aws/lambda/orders\nREPORT RequestId: a\tDuration: 3.1 ms\tInit Duration: 250.12 ms\t\n\
                   REPORT RequestId: b\tDuration: 2.0 ms\tBilled Duration: 2 ms\n\
                   {\"type\":\"platform.report\",\"record\":{\"metrics\":{\"initDurationMs\":300.5}}}\n";
        assert_eq!(starts(log), [(Some("orders".to_owned()), 250.12), (Some("orders".to_owned()), 300.5)]);
        assert_eq!(starts("REPORT Init Duration: 99 ms"), [(None, 99.0)]);
    }

    #[test]
    fn tables_are_read_by_their_heading() {
        let table = "@timestamp,\"@log\",@initDuration\n1,\"123:/aws/lambda/a-b\",210.5\n2,x,\n3,y,0\n";
        assert_eq!(starts(table), [(Some("a-b".to_owned()), 210.5)]);
        assert_eq!(starts("function,Init Duration\nf,12 ms\n"), [(Some("f".to_owned()), 12.0)]);
    }

    #[test]
    fn documents_of_the_command_line_are_read() {
        let events = r#"{"events": [{"logStreamName": "s", "message": "REPORT\tInit Duration: 5.5 ms\n"}]}"#;
        assert_eq!(starts(events), [(None, 5.5)]);
        let query = r#"{"results": [[{"field": "@log", "value": "1:/aws/lambda/f"},
                        {"field": "@initDuration", "value": "215.3"}]]}"#;
        assert_eq!(starts(query), [(Some("f".to_owned()), 215.3)]);
        let records = r#"[{"functionName": "arn:aws:lambda:eu-west-1:1:function:g:3", "initDurationMs": 7}]"#;
        assert_eq!(starts(records), [(Some("g".to_owned()), 7.0)]);
        assert!(starts("{\"a\": 1}").is_empty() && starts("").is_empty() && starts("nothing here").is_empty());
    }
}
