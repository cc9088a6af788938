//! Whether functions start: small packages with verdicts that `tests/start/prove` has had from the real runtimes.

use std::path::Path;

use serde_json::Value;

use crate::support;

/// What is wrong with the answers to a case. It expects one thing, or one for some runtimes each.
fn complaints(case: &Path) -> Vec<String> {
    let doc: toml::Table = support::text(case.join("case.toml")).parse().unwrap();
    let handler = doc["handler"].as_str().unwrap();
    let Some(expected) = doc.get("expect").and_then(toml::Value::as_array) else {
        return complaint(case, handler, doc["runtime"].as_str().unwrap(), &doc).into_iter().collect();
    };
    let each = expected.iter().filter_map(toml::Value::as_table).flat_map(|expect| {
        let runtimes = expect["runtimes"].as_array().unwrap().iter().filter_map(toml::Value::as_str);
        runtimes.filter_map(move |runtime| complaint(case, handler, runtime, expect))
    });
    each.collect()
}

fn complaint(case: &Path, handler: &str, runtime: &str, doc: &toml::Table) -> Option<String> {
    let wanted = |key: &str| doc.get(key).and_then(toml::Value::as_str);
    let mut arguments = vec!["check", "input", "--handler", handler, "--runtime", runtime, "--format", "json"];
    if case.join("layer").is_dir() {
        arguments.extend(["--layer", "layer"]);
    }
    let output = support::defrost(case, &arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let start = &report["functions"][0]["start"];
    let (verdict, rule) = (start["verdict"].as_str(), start["cause"]["rule"].as_str());
    let findings = report["findings"].as_array().unwrap().iter();
    let errors = findings.filter(|finding| finding["severity"] == "error").filter_map(|it| it["rule"].as_str());
    let errors: Vec<&str> = errors.collect();
    // What defrost cannot tell, it may leave open: `said` has its answer where that is not what happens.
    let answer = wanted("said").or_else(|| wanted("verdict"));
    let fits = verdict == answer && rule == wanted("rule") && errors.iter().copied().eq(wanted("rule"));
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    (!fits).then(|| {
        format!("{name} {runtime}: {:?} {:?}, got {verdict:?} {rule:?}, errors {errors:?}", answer, wanted("rule"))
    })
}

/// The verdicts are right, and one cause gives one error.
fn check(language: &str) {
    let cases = support::folders(&support::root().join("tests/start").join(language));
    assert!(!cases.is_empty());
    let complaints: Vec<String> = cases.iter().flat_map(|case| complaints(case)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn node_functions_start_or_fail_as_node_does() {
    check("node");
}

#[test]
fn python_functions_start_or_fail_as_the_interpreter_does() {
    check("python");
}
