//! Lists of functions, and reports of several runs made one.

use serde_json::Value;

use super::cache::zip;
use super::{APP, Project};

const FAST: &str = "def handler(event, context):\n    return 1\n";

/// A dozen inputs of several kinds, some of which are none.
fn fleet() -> Project {
    let project = Project::new(&[
        ("a/app.py", FAST),
        ("b/app.py", APP),
        ("c/app.py", "import json, gone\n\n\ndef handler(event, context):\n    return 1\n"),
        ("broken.zip", "PK\u{3}\u{4} and nothing more"),
        ("defrost.toml", "runtime = \"python3.12\"\nhandler = \"app.handler\"\n"),
    ]);
    let mut list = String::new();
    for number in 0..4 {
        list.push_str(&format!("{{\"path\": \"a\", \"name\": \"a{number}\", \"memory\": {}}}\n", 128 + number));
        list.push_str(&format!("{{\"path\": \"b\", \"tags\": {{\"team\": \"t{}\"}}}}\n", number % 2));
    }
    list.push_str("{\"path\": \"missing.zip\"}\n{\"path\": \"broken.zip\"}\n{\"path\": 1}\n\nnot JSON\n");
    list.push_str("{\"path\": \"c\", \"unknown\": true, \"layers\": null}\n");
    project.write("list.ndjson", &list);
    project
}

/// A list of three functions that ship one archive under three paths, and of one with another handler, and each line as a
/// list of its own.
fn same_content() -> (Project, Vec<String>) {
    let project = Project::new(&[]);
    let source = "import sqlite3, gone\n\n\ndef handler(event, context):\n    return 1\n\n\ndef other(event, context):\n    return 2\n";
    let hash = ["one.zip", "two.zip", "né.zip"].map(|name| zip(&project, name, source))[0].clone();
    let line = |path: &str, more: &str| {
        format!(
            "{{\"path\": \"{path}\", \"runtime\": \"python3.12\", \"memory\": 128, \"CodeSha256\": \"{hash}\", {more}}}\n"
        )
    };
    let lines = vec![
        line("one.zip", "\"handler\": \"app.handler\", \"architecture\": \"arm64\""),
        line(
            "two.zip",
            "\"handler\": \"app.handler\", \"architecture\": \"arm64\", \"name\": \"app\", \"tags\": {\"team\": \"one.zip\"}",
        ),
        line("né.zip", "\"handler\": \"app.handler\", \"architecture\": \"arm64\", \"name\": \"sqlite3\\n\""),
        line("two.zip", "\"handler\": \"app.other\", \"architecture\": \"arm64\""),
        line("two.zip", "\"handler\": \"app.other\""),
    ];
    project.write("list.ndjson", &lines.concat());
    (project, lines)
}

#[test]
fn functions_of_one_content_are_told_what_each_alone_is_told() {
    let (project, lines) = same_content();
    let configs = [
        "",
        "[[overrides]]\npaths = [\"two.zip\"]\nrules = { unresolved-import = \"note\" }\n",
        "[functions.app]\nbudget-files = 0\n",
    ];
    let mut all = Vec::new();
    for config in configs {
        project.write("defrost.toml", config);
        let alone: Vec<String> = lines
            .iter()
            .map(|line| {
                project.write("alone.ndjson", line);
                project.run(&["check", "--from-file", "alone.ndjson", "--no-cache"]).out
            })
            .collect();
        for more in
            [&["--no-cache"][..], &["--cache-dir", "cache"], &["--cache-dir", "cache"], &["--jobs", "1", "--no-cache"]]
        {
            let run = project.run(&[&["check", "--from-file", "list.ndjson"], more].concat());
            assert!(run.out == alone.concat(), "{config} {more:?}: {}", run.out);
        }
        all.push(alone.concat());
    }
    assert!(all[0] != all[1] && all[0] != all[2], "{}", all[0]);
}

/// What is said of another function of the same content is not looked for again: of the second only its size is seen.
#[test]
fn what_has_the_content_of_another_is_not_opened() {
    let (project, lines) = same_content();
    let mut other = std::fs::read(project.path("two.zip")).unwrap();
    // The time of an entry.
    other[10] ^= 1;
    std::fs::write(project.path("two.zip"), &other).unwrap();
    let run = |list: &str| {
        project.write("list.ndjson", list);
        project.run(&["check", "--from-file", "list.ndjson", "--no-cache", "--jobs", "1"])
    };
    let both = run(&lines[..2].concat());
    assert!(both.out.contains("\"path\":\"two.zip\"") && !both.out.contains("\"error\":\""), "{}", both.out);
    assert!(run(&lines[1]).out.contains("its content is"));
    std::fs::write(project.path("two.zip"), [&other[..], b"x"].concat()).unwrap();
    assert!(run(&lines[..2].concat()).out.contains("its content is"), "of another size");
    std::fs::remove_file(project.path("two.zip")).unwrap();
    assert!(run(&lines[..2].concat()).out.contains("no such file"));
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_list_gives_a_record_for_each_input_in_its_order() {
    let project = fleet();
    let run = project.run(&["check", "--from-file", "list.ndjson"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let records = lines(&run.out);
    let shown: Vec<String> = records
        .iter()
        .map(|record| match record["error"].as_str() {
            Some(_) => format!("line {}", record["line"]),
            None => record["functions"][0]["name"].as_str().unwrap().to_owned(),
        })
        .collect();
    let failed = ["line 9", "line 10", "line 11", "line 13"];
    let analysed = ["a0", "b", "a1", "b", "a2", "b", "a3", "b"];
    assert_eq!(shown, [&analysed[..], &failed, &["c"]].concat());
    assert_eq!(records[1]["functions"][0]["tags"]["team"], "t0");
    assert_eq!(records[2]["functions"][0]["memory_mb"], 129);
    assert_eq!(records[8]["input"]["path"], "missing.zip");
    assert!(run.err.contains("4 inputs could not be analysed"), "{}", run.err);
    let all_failed = project.run(&["check", "--from-file", "broken.zip"]);
    assert_eq!(all_failed.code, 2, "{}", all_failed.out);
}

#[test]
fn shards_merged_are_what_one_process_finds() {
    let project = fleet();
    project.run(&["check", "--from-file", "list.ndjson", "-o", "whole.ndjson"]);
    let mut parts = Vec::new();
    for number in [3, 1, 2] {
        let (shard, file) = (format!("{number}/3"), format!("part{number}.ndjson"));
        project.run(&["check", "--from-file", "list.ndjson", "--shard", &shard, "-o", &file]);
        parts.push(file);
    }
    let mut whole: Vec<String> = project.read("whole.ndjson").lines().map(str::to_owned).collect();
    let mut joined: Vec<String> =
        parts.iter().flat_map(|file| project.read(file).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    whole.sort();
    joined.sort();
    assert!(whole == joined, "the same records");
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    for format in
        [&["--format", "json"][..], &["--format", "sarif"], &["--summary"], &["--summary", "--format", "html"]]
    {
        let of = |files: &[&str]| project.run(&[&["merge"], files, format].concat());
        let (one, several) = (of(&["whole.ndjson"]), of(&parts));
        assert_eq!((one.code, &one.out), (1, &several.out), "{format:?} {}", one.err);
    }
    let sarif: Value = serde_json::from_str(&project.run(&["merge", "whole.ndjson", "--format", "sarif"]).out).unwrap();
    assert_eq!(sarif["runs"].as_array().unwrap().len(), 1);
    let again = project.run(&["merge", "whole.ndjson", "whole.ndjson", "--format", "ndjson"]);
    let mut again: Vec<&str> = again.out.lines().collect();
    again.sort_unstable();
    whole.dedup();
    assert!(again == whole, "each once");
}

#[test]
fn a_report_and_its_records_merge_to_the_same() {
    let project = fleet();
    for (format, file) in [("json", "report.json"), ("ndjson", "report.ndjson")] {
        project.run(&["check", "a", "b", "c", "--format", format, "-o", file]);
    }
    let of = |file: &str| project.run(&["merge", file, "--format", "json"]).out;
    assert_eq!(of("report.json"), of("report.ndjson"));
    let report: Value = serde_json::from_str(&of("report.json")).unwrap();
    assert_eq!(report["functions"].as_array().unwrap().len(), 3);
    let known: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let mut fingerprints: Vec<Vec<&str>> = Vec::new();
    for report in [&report, &known] {
        let findings = report["findings"].as_array().unwrap();
        let mut own: Vec<&str> = findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect();
        own.sort_unstable();
        fingerprints.push(own);
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
}

#[test]
fn what_cannot_be_merged_or_listed_is_said() {
    let project = fleet();
    let run = project.run(&["merge", "list.ndjson"]);
    assert!(run.code == 2 && run.err.contains("list.ndjson:1: neither a report nor a record"), "{}", run.err);
    let run = project.run(&["check", "--from-file", "list.ndjson", "--format", "sarif"]);
    assert!(run.code == 2 && run.err.contains("defrost merge"), "{}", run.err);
    assert_eq!(project.run(&["check", "--from-file", "list.ndjson", "--select", "no-such-rule"]).code, 2);
    assert_eq!(project.run(&["check", "--shard", "1/2"]).code, 2);
}

/// What is read is not written over: nothing is lost by a slip.
#[test]
fn an_input_is_no_output() {
    let project = Project::new(&[("list.ndjson", "{\"path\": \"nothing\"}\n")]);
    let kept = || project.read("list.ndjson");
    for arguments in [&["check", "--from-file", "list.ndjson"][..], &["merge", "list.ndjson"]] {
        let run = project.run(&[arguments, &["-o", "./list.ndjson"]].concat());
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("it is read"), "{}", run.err);
        assert_eq!(kept(), "{\"path\": \"nothing\"}\n");
    }
}
