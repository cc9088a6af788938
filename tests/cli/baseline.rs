use super::{Project, findings};

#[test]
fn known_findings_stay_known_when_lines_move() {
    let project = Project::with_finding(&[]);
    let run = project.run(&["check", "--handler", "app.handler", "--write-baseline", "--baseline", "known.json"]);
    assert!(run.code == 0 && run.err.starts_with("note: wrote 1 finding to known.json\n"), "{}", run.err);
    assert!(run.out.contains("1 in the baseline"), "{}", run.out);
    let written = project.read("known.json");
    assert!(written.contains("handler-not-found") && !written.contains("\"line\""), "{written}");
    project.write("app.py", &format!("\n\n{}", super::APP));
    let report = project.report(&["--handler", "app.handler", "--baseline", "known.json"]);
    assert!(findings(&report).is_empty());
    assert_eq!((&report["summary"]["baselined"], &report["summary"]["exit_code"]), (&1.into(), &0.into()));
    let report = project.report(&["--baseline", "known.json", "--handler", "app.unknown"]);
    assert_eq!(report["summary"]["exit_code"], 1, "another finding");
}

#[test]
fn the_configuration_may_name_it() {
    let project =
        Project::new(&[("fn/app.py", super::APP), ("defrost.toml", "baseline = \"ci/known.json\"\n"), ("ci/x", "")]);
    assert_eq!(project.run(&["check", "--handler", "app.handler", "fn"]).code, 2, "it is not there");
    assert_eq!(project.run(&["check", "--handler", "app.handler", "fn", "--write-baseline"]).code, 0);
    assert_eq!(project.run(&["check", "--handler", "app.handler", "fn"]).code, 0);
}

#[test]
fn a_broken_baseline_stops_the_run() {
    let project = Project::with_finding(&[("known.json", "{\"findings\": []}")]);
    let run = project.run(&["check", "--handler", "app.handler", "--baseline", "known.json"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.err, "error: known.json: not a baseline: missing field `schema` at line 1 column 16\n");
}
