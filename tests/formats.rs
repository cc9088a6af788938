//! Formats as a user gets them: from the binary, on the bundled example and on its zip.

use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::support::{self, defrost, root};

const FUNCTION: [&str; 4] = ["--handler", "app.handler", "--runtime", "python3.12"];

fn checked(folder: &Path, path: &str, format: &str) -> (String, i32) {
    let mut arguments = vec!["check", path, "--format", format];
    arguments.extend(FUNCTION);
    let output = defrost(folder, &arguments);
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The bundled example as an archive.
fn zipped(folder: &Path) {
    let source = root().join("fixtures/orders-api");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(folder.join("orders.zip")).unwrap());
    for path in support::files(&source) {
        archive.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&std::fs::read(source.join(&path)).unwrap()).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn the_json_report_is_valid_by_its_schema() {
    let (text, _) = checked(root(), "fixtures/orders-api", "json");
    let schema = serde_json::from_str(&support::text("schemas/report.json")).unwrap();
    assert_valid(&schema, &serde_json::from_str(&text).unwrap());
}

#[test]
fn sarif_is_valid_and_tells_the_same_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    zipped(folder.path());
    // As published, the pattern for languages has a stray bracket that strict engines refuse.
    let schema = support::text("tests/schemas/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}?$");
    let schema = serde_json::from_str(&schema).unwrap();
    for (folder, path) in [(root(), "fixtures/orders-api"), (folder.path(), "orders.zip")] {
        let (text, code) = checked(folder, path, "sarif");
        let log: Value = serde_json::from_str(&text).unwrap();
        assert_valid(&schema, &log);
        assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], code);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
        assert!(!text.contains(root().to_str().unwrap()), "an absolute path");
    }
}

#[test]
fn sarif_carries_routes_and_plans() {
    let path = "fixtures/applications/express";
    let run = ["check", path, "--handler", "lambda.handler", "--runtime", "nodejs22.x", "--format", "sarif"];
    let log: Value = serde_json::from_slice(&defrost(root(), &run).stdout).unwrap();
    let schema = support::text("tests/schemas/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}?$");
    assert_valid(&serde_json::from_str(&schema).unwrap(), &log);
    let function = &log["runs"][0]["properties"]["functions"][0];
    assert_eq!(function["routes"][0]["kind"], "http", "{function}");
    assert!(function["split"]["lazy"]["estimated_ms"].is_number(), "{function}");
}

#[test]
fn a_folder_and_its_zip_cost_the_same() {
    let folder = tempfile::tempdir().unwrap();
    zipped(folder.path());
    let report = |folder: &Path, path: &str| -> Value {
        let mut report: Value = serde_json::from_str(&checked(folder, path, "json").0).unwrap();
        report["functions"][0].take()
    };
    let (tree, zip) = (report(root(), "fixtures/orders-api"), report(folder.path(), "orders.zip"));
    for key in ["modules", "grade", "unresolved", "problems"] {
        assert_eq!(tree[key], zip[key], "{key}");
    }
    assert_eq!(tree["init"]["estimated_ms"], zip["init"]["estimated_ms"]);
}

#[test]
fn every_format_ends_with_the_same_exit_code() {
    let codes = ["human", "json", "sarif", "github", "gitlab", "junit", "markdown"]
        .map(|format| checked(root(), "fixtures/orders-api", format).1);
    assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
}

#[test]
fn a_report_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    zipped(folder.path());
    let mut arguments = vec!["check", "orders.zip", "--format", "gitlab", "-o", "quality.json"];
    arguments.extend(FUNCTION);
    assert!(defrost(folder.path(), &arguments).stdout.is_empty());
    let issues: Value = serde_json::from_slice(&std::fs::read(folder.path().join("quality.json")).unwrap()).unwrap();
    assert!(issues.as_array().is_some_and(|issues| !issues.is_empty()));
}
