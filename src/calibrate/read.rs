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

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// Its cold starts.
    pub starts: Vec<Start>,
    /// What could not be read, in the order of the text.
    pub unread: Vec<Unread>,
}

/// A place that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong there, as a sentence without its end.
    pub what: String,
}

/// The cold starts in a text: a JSON document as `aws logs` gives it, a table with a heading, or lines of a log.
#[must_use]
pub fn read(text: &str) -> Log {
    let mut broken = None;
    if text.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str::<Value>(text) {
            Ok(document) => {
                let mut log = Log::default();
                collect(&document, None, DEEPEST, &mut log.starts);
                return log;
            }
            Err(error) => broken = Some(Unread { line: error.line() as u64, what: format!("no JSON: {error}") }),
        }
    }
    let is_table = broken.is_none();
    is_table.then(|| table(text)).flatten().unwrap_or_else(|| {
        let starts = lines(text);
        // Records of which each has a line of its own are no document, and read all the same.
        let unread = broken.filter(|_| starts.is_empty()).into_iter().collect();
        Log { starts, unread }
    })
}

/// Rows of a table whose heading names a column of Init Duration.
fn table(text: &str) -> Option<Log> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = reader.headers().ok()?.clone();
    // A line of a log is no heading, though it speaks of Init Duration.
    let init = heading.iter().position(|name| !name.contains(':') && is_init(&plain(name)))?;
    let function = heading.iter().position(|name| FUNCTION.contains(&&*plain(name)));
    let mut log = Log::default();
    for row in reader.records().filter_map(Result::ok) {
        let Some(cell) = row.get(init).filter(|cell| !cell.is_empty() && *cell != "-") else { continue };
        let line = row.position().map_or(0, csv::Position::line);
        match time(cell) {
            Some(0.0) => {}
            Some(init_ms) => {
                let function = function.and_then(|at| row.get(at)).and_then(name);
                log.starts.push(Start { function, init_ms });
            }
            None => log.unread.push(Unread { line, what: format!("`{cell}` is no time in milliseconds") }),
        }
    }
    Some(log)
}

/// Whether a column or a key, without marks, holds Init Duration, by itself or summed up by a query.
fn is_init(name: &str) -> bool {
    INIT.contains(&name) || name.contains("initduration")
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
    // An Init that failed or ran out of time, and is done again.
    if line.contains("INIT_REPORT") {
        return None;
    }
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
            let init = object.iter().find(|(key, _)| is_init(&plain(key)));
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
    let of = |is: &dyn Fn(&str) -> bool| {
        let mut named = items
            .iter()
            .filter(|item| item.get("field").and_then(Value::as_str).is_some_and(|field| is(&plain(field))));
        named.find_map(|item| item.get("value"))
    };
    let init_ms = milliseconds(of(&is_init)?)?;
    let function = of(&|name| FUNCTION.contains(&name)).and_then(Value::as_str).and_then(name);
    Some(Start { function, init_ms })
}

fn milliseconds(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| number(value.as_str()?))
}

/// A time that is one: a query gives nothing, or 0, for warm starts.
fn number(text: &str) -> Option<f64> {
    time(text).filter(|number| *number > 0.0)
}

/// A time, with or without its unit.
fn time(text: &str) -> Option<f64> {
    let number: f64 = text.trim().trim_end_matches("ms").trim_end().parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
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
        read(text).starts.into_iter().map(|start| (start.function, start.init_ms)).collect()
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

    #[test]
    fn what_cannot_be_read_has_its_line() {
        let unread = |text: &str| read(text).unread.into_iter().map(|one| (one.line, one.what)).collect::<Vec<_>>();
        let table = "function,initDuration\nf,210\nf,soon\nf,\nf,-3\n";
        let what = |cell: &str| format!("`{cell}` is no time in milliseconds");
        assert_eq!(unread(table), [(3, what("soon")), (5, what("-3"))]);
        assert_eq!(starts(table), [(Some("f".to_owned()), 210.0)]);
        let cut = "{\"events\": [\n {\"message\": \"REPORT\"},\n";
        assert_eq!(unread(cut).first().map(|(line, _)| *line), Some(3));
        // A record for each line is no document, and is read.
        let records = "{\"initDurationMs\": 5}\n{\"initDurationMs\": 6}\n";
        assert_eq!((starts(records).len(), unread(records).len()), (2, 0));
    }

    #[test]
    fn only_an_init_that_went_well_is_a_cold_start() {
        let log = "INIT_REPORT Init Duration: 10008.08 ms\tPhase: init\tStatus: timeout\n\
                   RESTORE_REPORT Restore Duration: 512.10 ms\n\
                   REPORT RequestId: a\tDuration: 3 ms\tRestore Duration: 512.10 ms\n\
                   REPORT RequestId: b\tDuration: 3 ms\tInit Duration: 240.5 ms\n";
        assert_eq!(starts(log), [(None, 240.5)]);
    }

    #[test]
    fn queries_may_sum_up() {
        let table = "@log,avg(@initDuration)\n1:/aws/lambda/f,215.5\n";
        assert_eq!(starts(table), [(Some("f".to_owned()), 215.5)]);
    }
}
