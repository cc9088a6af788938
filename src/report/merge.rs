//! Folds the reports of any number of runs into one, whatever order they come in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use rustc_hash::FxHashSet;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::fingerprint;
use super::model::{Application, Counts, Failed, Finding, Function, Problem, Project, Report, SCHEMA, Summary, Tool};

/// Why something is no report: which line of the file, and what is wrong.
#[derive(Debug)]
pub struct Unread {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// Reads a report in JSON, or records line by line, and hands them over as they come with their text.
///
/// # Errors
/// At the first that does not read: a report that lacks some without saying so would be wrong.
pub fn read(
    mut file: impl BufRead,
    mut take: impl FnMut(Result<Report, Failed>, &[u8]) -> Result<(), String>,
) -> Result<(), Unread> {
    let (mut number, mut line) = (0, Vec::new());
    loop {
        line.clear();
        number += 1;
        let at = |what: String| Unread { line: number, what };
        if file.read_until(b'\n', &mut line).map_err(|error| at(error.to_string()))? == 0 {
            return Ok(());
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        if number == 1 && text == b"{" {
            // A report that is laid out for people is one value over many lines.
            file.read_to_end(&mut line).map_err(|error| at(error.to_string()))?;
        }
        let text = line.trim_ascii();
        take(record(text).map_err(at)?, text).map_err(at)?;
    }
}

fn record(text: &[u8]) -> Result<Result<Report, Failed>, String> {
    let report = match serde_json::from_slice::<Report>(text) {
        Ok(report) => report,
        Err(error) => {
            let failed = serde_json::from_slice::<Failed>(text);
            return failed.map(Err).map_err(|_| format!("neither a report nor a record: {error}"));
        }
    };
    if report.schema != SCHEMA {
        return Err("a report of another version".to_owned());
    }
    // These are words that formats print as they are.
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    let rules = report.findings.iter().map(|finding| &*finding.rule);
    let words = rules.chain(report.functions.iter().map(|function| &*function.runtime));
    match words.into_iter().find(|word| !is_word(word)) {
        Some(word) => Err(format!("`{}` is neither a rule nor a runtime", word.escape_default())),
        None => Ok(Ok(report)),
    }
}

/// What was met already, by content.
#[derive(Debug, Default)]
pub struct Seen(FxHashSet<[u8; 16]>);

impl Seen {
    /// Whether this is met for the first time.
    pub fn is_new(&mut self, content: &[u8]) -> bool {
        let hash = Sha256::digest(content);
        self.0.insert(std::array::from_fn(|at| hash[at]))
    }
}

/// Reports on their way into one.
#[derive(Debug, Default)]
pub struct Merge {
    seen: Seen,
    functions: Vec<Added>,
    /// Functions by what is said of them.
    known: BTreeMap<String, usize>,
    findings: Vec<About>,
    applications: BTreeMap<String, Application>,
    projects: BTreeMap<String, Project>,
    problems: BTreeMap<String, Problem>,
    summary: Option<Summary>,
}

/// A function on its way into a report.
#[derive(Debug)]
struct Added {
    /// What tells it from others.
    key: String,
    function: Function,
    /// The application that it is part of.
    application: Option<String>,
}

/// A finding with the functions that it is about, whose names may change.
#[derive(Debug)]
struct About {
    function: Option<usize>,
    sharing: Vec<usize>,
    finding: Finding,
}

impl About {
    fn named(self, names: &BTreeMap<usize, String>) -> Finding {
        let name = |at: &usize| names.get(at).cloned();
        let function = self.function.as_ref().and_then(name);
        let functions: Vec<String> = self.sharing.iter().filter_map(name).collect();
        match functions.len() == self.finding.functions.len() {
            true => Finding { function: function.or(self.finding.function), functions, ..self.finding },
            false => Finding { function: function.or(self.finding.function), ..self.finding },
        }
    }
}

/// A value in one text, to compare and to order by.
fn key(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A hash of a long text: functions are long.
fn short(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

impl Merge {
    /// Adds a report; one that was added before changes nothing.
    pub fn add(&mut self, mut report: Report) {
        if !self.seen.is_new(key(&report).as_bytes()) {
            return;
        }
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let applications: Vec<String> = report.applications.iter().map(key).collect();
        for mut function in std::mem::take(&mut report.functions) {
            let application = function.application.take().and_then(|at| applications.get(at).cloned());
            let name = function.name.clone();
            let key = short(&format!("{application:?} {}", key(&function)));
            let at = *self.known.entry(key.clone()).or_insert(self.functions.len());
            if at == self.functions.len() {
                self.functions.push(Added { key, function, application });
            }
            places.insert(name, at);
        }
        for finding in std::mem::take(&mut report.findings) {
            let place = |name: &String| places.get(name).copied();
            let function = finding.function.as_ref().and_then(place);
            if self.seen.is_new(format!("{function:?} {}", key(&finding)).as_bytes()) {
                let sharing = finding.functions.iter().filter_map(place).collect();
                self.findings.push(About { function, sharing, finding });
            }
        }
        self.applications.extend(report.applications.into_iter().map(|one| (key(&one), one)));
        self.projects.extend(report.projects.into_iter().map(|one| (key(&one), one)));
        self.problems.extend(report.problems.into_iter().map(|one| (key(&one), one)));
        let summary = report.summary;
        self.summary = Some(self.summary.map_or(summary, |before| Summary {
            suppressed: before.suppressed + summary.suppressed,
            baselined: before.baselined + summary.baselined,
            untouched: before.untouched + summary.untouched,
            exit_code: before.exit_code.max(summary.exit_code),
            ..before
        }));
    }

    /// Adds an input that could not be analysed.
    pub fn failed(&mut self, failed: &Failed) {
        let path = failed.input.get("path").and_then(|path| path.as_str()).map(str::to_owned);
        let prefix = path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        let message = failed.error.strip_prefix(&prefix).unwrap_or(&failed.error).to_owned();
        let problem = Problem { path, line: None, message, left_out: None };
        self.problems.insert(key(&problem), problem);
    }

    /// One report of all.
    #[must_use]
    pub fn finish(self) -> Report {
        let mut order: Vec<usize> = (0..self.functions.len()).collect();
        order.sort_by_key(|at| {
            let added = &self.functions[*at];
            (&added.function.name, &added.function.package.path, &added.key)
        });
        let names = names(order.iter().map(|at| &self.functions[*at].function));
        let named: BTreeMap<usize, String> = order.iter().copied().zip(names).collect();
        let places: BTreeMap<&String, usize> = self.applications.keys().zip(0..).collect();
        let mut functions: Vec<Option<Added>> = self.functions.into_iter().map(Some).collect();
        let taken = order.iter().filter_map(|at| {
            let added = functions.get_mut(*at)?.take()?;
            let application = added.application.as_ref().and_then(|key| places.get(key).copied());
            Some(Function { name: named.get(at)?.clone(), application, ..added.function })
        });
        let functions: Vec<Function> = taken.collect();
        let mut findings: Vec<Finding> = self.findings.into_iter().map(|about| about.named(&named)).collect();
        findings.sort_by_cached_key(order_of);
        let summary = Summary {
            functions: functions.len(),
            findings: Counts::of_reported(&findings),
            ..self.summary.unwrap_or_default()
        };
        let mut report = Report {
            schema: SCHEMA.into(),
            tool: Tool::this(),
            functions,
            applications: self.applications.into_values().collect(),
            projects: self.projects.into_values().collect(),
            problems: self.problems.into_values().collect(),
            findings,
            summary,
            rules: Vec::new(),
        };
        let fingerprints = fingerprint::of(&report);
        report.findings.iter_mut().zip(fingerprints).for_each(|(finding, own)| finding.fingerprint = own);
        report
    }
}

/// The order of reports, as that of findings before they are reported: gravest, then most expensive, then by text.
fn order_of(finding: &Finding) -> (u8, u64, u64, String) {
    let micros = finding.saves.init_ms.map_or(0, |ms| (ms * 1e3).max(0.0) as u64);
    let place = format!("{} {:?} {}", finding.location.path, finding.location.inner_path, finding.location.line);
    let text = format!("{place}\u{0}{}\u{0}{}", finding.rule, key(finding));
    (u8::MAX - finding.severity as u8, u64::MAX - micros, u64::MAX - finding.saves.bytes.unwrap_or(0), text)
}

/// A name of its own for each function: where several have one name, with the path of the package before it.
fn names<'a>(functions: impl Iterator<Item = &'a Function> + Clone) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    functions.clone().for_each(|function| *count.entry(&function.name).or_default() += 1);
    let mut taken = BTreeSet::new();
    let name = |function: &Function| {
        let is_common = count.get(&*function.name).is_some_and(|count| *count > 1);
        let place = function.origin.as_ref().map_or(&function.package.path, |origin| &origin.path);
        let whole = if is_common { format!("{place}#{}", function.name) } else { function.name.clone() };
        let (mut name, mut number) = (whole.clone(), 1);
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{whole}#{number}");
        }
        name
    };
    functions.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ndjson, sample};
    use super::*;

    /// Two functions of one name from two packages, in two reports.
    fn two() -> [Report; 2] {
        let first = sample::report();
        let mut second = sample::report();
        second.functions[0].package.path = "bills.zip".to_owned();
        second.findings.truncate(1);
        [first, second]
    }

    fn merged<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Report {
        let mut merge = Merge::default();
        reports.into_iter().for_each(|report| merge.add(report.clone()));
        merge.finish()
    }

    #[test]
    fn order_and_repetition_change_nothing() {
        let [first, second] = two();
        let one = key(&merged([&first, &second]));
        assert_eq!(one, key(&merged([&second, &first, &second, &first])));
        let records: Vec<Report> = [first, second].into_iter().rev().flat_map(ndjson::records).collect();
        assert_eq!(one, key(&merged(&records)));
    }

    #[test]
    fn findings_follow_the_names_of_their_functions() {
        let [first, mut second] = two();
        let name = second.functions[0].name.clone();
        second.findings[0].function = Some(name.clone());
        second.findings[0].functions = vec![name];
        let report = merged([&first, &second]);
        let shared = report.findings.iter().find(|finding| !finding.functions.is_empty()).unwrap();
        assert_eq!(shared.functions, [shared.function.clone().unwrap()]);
        assert!(report.functions.iter().any(|function| function.name == shared.functions[0]));
    }

    #[test]
    fn functions_stay_with_their_application() {
        let application = |name: &str| -> Application {
            let plan = serde_json::json!({
                "as_of": "2026-11-01", "functions": [], "needed": 0, "over_limit": false,
                "account": {"limit": 1000, "unreserved_floor": 100, "stated": false, "reserved": 0, "unreserved": 1000},
            });
            let value = serde_json::json!({
                "name": name, "dialect": "SAM", "templates": [], "functions": [], "resources": [], "unknown_values": 0,
                "scaling": plan,
            });
            serde_json::from_value(value).unwrap()
        };
        let [mut first, mut second] = two();
        for (report, name) in [(&mut first, "b"), (&mut second, "a")] {
            report.applications = vec![application("other"), application(name)];
            report.functions[0].application = Some(1);
        }
        let report = merged([&first, &second]);
        let of = |at: usize| &*report.applications[report.functions[at].application.unwrap()].name;
        assert_eq!((of(0), of(1)), ("a", "b"));
        assert_eq!(report.applications.len(), 3);
    }

    #[test]
    fn functions_of_one_name_are_told_apart_with_their_findings() {
        let [first, second] = two();
        let report = merged([&first, &second]);
        let names: Vec<&str> = report.functions.iter().map(|function| &*function.name).collect();
        assert_eq!(names, ["bills.zip#orders", "orders.zip#orders"]);
        let of = |name: &str| report.findings.iter().filter(|one| one.function.as_deref() == Some(name)).count();
        assert_eq!((of(names[0]), of(names[1])), (1, first.findings.len()));
        assert_eq!(report.summary.functions, 2);
    }

    #[test]
    fn reports_and_records_are_read_and_others_refused() {
        let report = sample::report();
        let failed = Failed { input: serde_json::json!({"path": "x.zip"}), line: 3, error: "it is not there".into() };
        let mut lines = ndjson::line(&report).unwrap();
        lines.extend(ndjson::line(&failed).unwrap());
        let mut found = Vec::new();
        let take = |record: Result<Report, Failed>, _: &[u8]| {
            found.push(record.map(|report| report.functions.len()));
            Ok(())
        };
        read(&*lines, take).unwrap();
        assert_eq!(found, [Ok(1), Err(failed)]);
        let pretty = serde_json::to_string_pretty(&report).unwrap();
        let whole = |record: Result<Report, Failed>, _: &[u8]| record.map(drop).map_err(|failed| failed.error);
        read(pretty.as_bytes(), whole).unwrap();
        let refused = |text: &str| read(text.as_bytes(), |_, _| Ok(())).unwrap_err();
        assert_eq!(refused("\n{\"functions\": []}\n").line, 2);
        let evil = key(&report).replace("network-at-init", "<script>");
        assert!(refused(&evil).what.contains("neither a rule nor a runtime"), "{}", refused(&evil).what);
    }
}
