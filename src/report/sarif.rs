//! SARIF 2.1.0: the whole rule table, relative places, identities without line numbers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    Artifact, ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Invocation, Location, LogicalLocation, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, Replacement, ReportingConfiguration,
    ReportingConfigurationLevel, ReportingDescriptor, ReportingDescriptorReference, Result as SarifResult, ResultLevel,
    Run, Sarif, Tool, ToolComponent, Version,
};

use super::left_out::{self, Lack, LeftOut};
use super::model::{Finding, Place, Report, RuleInfo};
use super::{fingerprint, human, place_name, printable, split_json};
use crate::engine::Confidence;
use crate::finding::Severity;
use crate::text;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results of a run that GitHub's code scanning takes; it refuses a file with more. Of them it shows 5,000, the gravest.
/// Source: "SARIF results exceed one or more limits" of its documentation, 2026-11.
const MOST_RESULTS: usize = 25_000;
/// Further places of a result that it shows.
const MOST_PLACES: usize = 100;

/// Name and version of the identities in `partialFingerprints`.
const IDENTITY: &str = "defrost/v1";

/// Writes the log.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut files = Files::default();
    let mut findings: Vec<(&Finding, String)> = report.findings.iter().zip(fingerprint::of(report)).collect();
    // The gravest first they are already, unless somebody joined reports by hand.
    findings.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    let beyond = findings.split_off(findings.len().min(MOST_RESULTS));
    let results: Vec<SarifResult> =
        findings.into_iter().map(|(finding, identity)| result(finding, identity, &report.rules, &mut files)).collect();
    let driver = ToolComponent::builder()
        .name(&*report.tool.name)
        .version(&*report.tool.version)
        .semantic_version(&*report.tool.version)
        .rules(report.rules.iter().map(descriptor).collect::<Vec<_>>())
        .build();
    let mut invocation =
        Invocation::builder().execution_successful(true).exit_code(i64::from(report.summary.exit_code)).build();
    let mut notifications: Vec<Notification> =
        left_out::of(report).iter().map(|left| notification(left, &mut files)).collect();
    notifications.extend(too_many(&beyond));
    invocation.tool_execution_notifications = (!notifications.is_empty()).then_some(notifications);
    let mut run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation])
        .artifacts(files.artifacts)
        .results(results)
        .column_kind(json!("unicodeCodePoints"))
        .build();
    run.properties = routes(report);
    let log = Sarif::builder().schema(SCHEMA).version(json!(Version::V2_1_0.to_string())).runs(vec![run]).build();
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// Routes and split plans of functions that have some, with the field names of the JSON report.
fn routes(report: &Report) -> Option<PropertyBag> {
    let dispatching = report.functions.iter().filter(|function| !function.routes.is_empty());
    let functions: Vec<Value> = dispatching.map(split_json).collect();
    let properties = BTreeMap::from([("functions".to_owned(), json!(functions))]);
    (!functions.is_empty()).then(|| PropertyBag::builder().additional_properties(properties).build())
}

/// The files that results speak about; entries of an archive know the archive as their parent.
#[derive(Default)]
struct Files {
    artifacts: Vec<Artifact>,
    known: BTreeMap<String, i64>,
}

impl Files {
    fn index(&mut self, uri: String, parent: Option<i64>) -> i64 {
        if let Some(index) = self.known.get(&uri) {
            return *index;
        }
        let index = self.artifacts.len() as i64;
        let location = ArtifactLocation::builder().uri(uri.clone()).index(index).build();
        let mut artifact = Artifact::builder().location(location).build();
        artifact.parent_index = parent;
        self.artifacts.push(artifact);
        self.known.insert(uri, index);
        index
    }

    /// The file, or the entry as a path below its archive.
    fn location(&mut self, place: &Place) -> ArtifactLocation {
        let file = uri(&place.path);
        let outer = self.index(file.clone(), None);
        let Some(inner) = &place.inner_path else { return ArtifactLocation::builder().uri(file).index(outer).build() };
        let inner = format!("{file}/{}", uri(inner.trim_start_matches('/')));
        let index = self.index(inner.clone(), Some(outer));
        ArtifactLocation::builder().uri(inner).index(index).build()
    }
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' | b'=' | b'@' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

fn message(text: impl Into<String>) -> Message {
    Message::builder().text(text.into()).build()
}

fn words(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// A rule with its page as help.
fn descriptor(rule: &RuleInfo) -> ReportingDescriptor {
    let precision = match rule.confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    };
    let mut properties = BTreeMap::new();
    properties.insert("precision".to_owned(), json!(precision));
    properties.insert("problem.severity".to_owned(), json!(problem_severity(rule.severity)));
    let tags = vec!["cold-start".to_owned(), rule.category.word().to_owned()];
    let level = match rule.severity {
        Severity::Error => ReportingConfigurationLevel::Error,
        Severity::Warning => ReportingConfigurationLevel::Warning,
        Severity::Note => ReportingConfigurationLevel::Note,
    };
    let help = if rule.help.is_empty() { &rule.summary } else { &rule.help };
    ReportingDescriptor::builder()
        .id(rule.name)
        .name(pascal_case(rule.name))
        .short_description(words(&rule.summary))
        .full_description(words(&format!("{}. {help}", rule.summary)))
        .help(MultiformatMessageString::builder().text(help.as_str()).markdown(rule.page).build())
        .default_configuration(ReportingConfiguration::builder().level(json!(level.to_string())).build())
        .properties(PropertyBag::builder().tags(tags).additional_properties(properties).build())
        .build()
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

/// `never-loaded-package` as `NeverLoadedPackage`, which viewers want as a name.
fn pascal_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        format!("{}{rest}", first.to_uppercase())
    });
    words.collect()
}

fn result(finding: &Finding, identity: String, rules: &[RuleInfo], files: &mut Files) -> SarifResult {
    let level = match finding.severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    };
    let mut result = SarifResult::builder()
        .rule_id(&*finding.rule)
        .level(level)
        .message(message(sentence(finding)))
        .locations(vec![location(finding, files)])
        .partial_fingerprints(BTreeMap::from([(IDENTITY.to_owned(), identity)]))
        .properties(PropertyBag::builder().additional_properties(properties(finding)).build())
        .build();
    result.rule_index = rules.iter().position(|rule| rule.name == finding.rule).map(|index| index as i64);
    let related = finding.related.iter().take(MOST_PLACES).map(|related| {
        let place = physical(&related.location, files);
        Location::builder().physical_location(place).message(message(printable::line(&related.message))).build()
    });
    let related: Vec<Location> = related.collect();
    result.related_locations = (!related.is_empty()).then_some(related);
    result.fixes = finding.fix.as_ref().map(|change| vec![fix(change)]);
    result
}

/// Says which findings a file for code scanning has no room for.
fn too_many(beyond: &[(&Finding, String)]) -> Option<Notification> {
    let (gravest, _) = beyond.first()?;
    let text = format!(
        "{} are left out here, since code scanning takes {} results of a run: none of them is graver than {} {}. \
         `--format json` has all of them",
        text::plural(beyond.len() as u64, "finding"),
        text::count(MOST_RESULTS as u64),
        if gravest.severity == Severity::Error { "an" } else { "a" },
        gravest.severity.word(),
    );
    let id = ReportingDescriptorReference::builder().id("too-many-results").build();
    Some(Notification::builder().message(message(text)).level(json!("warning")).descriptor(id).build())
}

/// What the results do not cover.
fn notification(left: &LeftOut<'_>, files: &mut Files) -> Notification {
    let level = if left.lack == Lack::Analysis { "warning" } else { "note" };
    let id = ReportingDescriptorReference::builder().id(left.lack.id()).build();
    let mut notification =
        Notification::builder().message(message(left.text())).level(json!(level)).descriptor(id).build();
    let place = left.path.as_deref().map(|path| {
        let path = uri(path);
        let index = files.index(path.clone(), None);
        let mut physical = PhysicalLocation::builder()
            .artifact_location(ArtifactLocation::builder().uri(path).index(index).build())
            .build();
        physical.region = left.line_on_disk().map(|line| Region::builder().start_line(i64::from(line)).build());
        Location::builder().physical_location(physical).build()
    });
    notification.locations = place.map(|place| vec![place]);
    notification
}

/// The message, what to do and what it saves; viewers show the first sentence alone where space is short.
fn sentence(finding: &Finding) -> String {
    let mut text = format!("{}.", printable::line(&finding.message));
    if let Some(help) = &finding.help {
        text.push_str(&format!(" {}.", printable::line(help)));
    }
    if let Some(saves) = human::saves(finding) {
        text.push_str(&format!(" That {saves}."));
    }
    text
}

fn properties(finding: &Finding) -> BTreeMap<String, Value> {
    let values = [
        ("function", finding.function.as_ref().map(|function| json!(function))),
        ("functions", Some(json!(finding.functions)).filter(|_| !finding.functions.is_empty())),
        ("subject", finding.subject.as_ref().map(|subject| json!(subject))),
        ("savesInitMs", finding.saves.init_ms.map(|ms| json!(ms))),
        ("savesBytes", finding.saves.bytes.map(|bytes| json!(bytes))),
    ];
    values.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn location(finding: &Finding, files: &mut Files) -> Location {
    let place = &finding.location;
    let mut location = Location::builder().physical_location(physical(place, files)).build();
    if place.inner_path.is_some() {
        let name = LogicalLocation::builder().fully_qualified_name(place_name(place)).kind("module").build();
        location.logical_locations = Some(vec![name]);
    }
    location
}

fn physical(place: &Place, files: &mut Files) -> PhysicalLocation {
    let mut physical = PhysicalLocation::builder().artifact_location(files.location(place)).build();
    // A place without a range is the file as a whole.
    if (place.end_line, place.end_column) > (place.line, place.column) {
        let region = Region::builder()
            .start_line(i64::from(place.line))
            .start_column(i64::from(place.column))
            .end_line(i64::from(place.end_line))
            .end_column(i64::from(place.end_column));
        physical.region = Some(region.build());
    }
    physical
}

fn fix(fix: &super::model::Fix) -> Fix {
    let replacement = |edit: &super::model::FixEdit| {
        let deleted = Region::builder()
            .byte_offset(i64::from(edit.start))
            .byte_length(i64::from(edit.end.saturating_sub(edit.start)))
            .build();
        let inserted = ArtifactContent::builder().text(edit.replacement.clone()).build();
        Replacement::builder().deleted_region(deleted).inserted_content(inserted).build()
    };
    let files = std::iter::once((&fix.path, &fix.edits)).chain(fix.also.iter().map(|file| (&file.path, &file.edits)));
    let changes = files.map(|(path, edits)| {
        ArtifactChange::builder()
            .artifact_location(ArtifactLocation::builder().uri(uri(path)).build())
            .replacements(edits.iter().map(replacement).collect::<Vec<_>>())
            .build()
    });
    let changes: Vec<ArtifactChange> = changes.collect();
    Fix::builder().description(message(printable::line(&fix.description))).artifact_changes(changes).build()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn written(report: &Report) -> Value {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn the_log_is_valid_by_the_published_schema() {
        // As published, the pattern for languages has a stray bracket that strict engines refuse.
        let schema = include_str!("../../tests/schemas/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}?$");
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let log = written(&sample::report());
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    #[test]
    fn places_are_relative_and_entries_know_their_archive() {
        let mut log = written(&sample::report());
        // The rule table has its own source; it would only repeat it here.
        log["runs"][0]["tool"]["driver"]["rules"] = json!([]);
        for result in log["runs"][0]["results"].as_array_mut().unwrap() {
            result.as_object_mut().unwrap().remove("ruleIndex");
        }
        insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
    }

    #[test]
    fn more_than_code_scanning_takes_is_cut_from_the_mild_end_and_said() {
        let mut report = sample::report();
        let grave = report.findings.iter().find(|finding| finding.severity == Severity::Error).unwrap().clone();
        let mild = report.findings.iter().find(|finding| finding.severity == Severity::Note).unwrap().clone();
        report.findings = vec![mild; MOST_RESULTS + 1];
        report.findings.push(grave);
        let log = written(&report);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!((results.len(), &results[0]["level"]), (MOST_RESULTS, &json!("error")));
        let told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        let told = told.last().unwrap()["message"]["text"].as_str().unwrap();
        assert!(told.starts_with("2 findings are left out here") && told.contains("graver than a note"), "{told}");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/ü#.py"), "a%20b/%C3%BC%23.py");
        assert_eq!(pascal_case("never-loaded-package"), "NeverLoadedPackage");
    }
}
