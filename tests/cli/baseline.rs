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

#[test]
fn a_baseline_keeps_what_a_run_does_not_look_at() {
    let template = |uri: &str| {
        let one = |name: &str| {
            format!(
                "  {name}:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: {uri}{name}/, Handler: app.no, Runtime: python3.12}}\n"
            )
        };
        format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{}{}", one("A"), one("B"))
    };
    let project = Project::new(&[("template.yaml", &template("")), ("A/app.py", super::APP), ("B/app.py", super::APP)]);
    let known = |project: &Project| project.read("defrost-baseline.json").matches("\"fingerprint\"").count();
    assert_eq!(project.run(&["check", "--write-baseline"]).code, 0);
    let all = known(&project);
    assert!(all >= 2);
    for arguments in [
        &["check", "A", "--handler", "app.handler", "--runtime", "python3.12", "--write-baseline"][..],
        &["check", "--select", "init", "--write-baseline"],
    ] {
        let run = project.run(arguments);
        assert!(run.err.contains("did not look at"), "{}", run.err);
        assert_eq!(known(&project), all, "{arguments:?}");
    }
    std::fs::rename(project.path("B"), project.path("away")).unwrap();
    assert_eq!(project.run(&["check", "--write-baseline"]).code, 0);
    std::fs::rename(project.path("away"), project.path("B")).unwrap();
    assert_eq!(project.run(&["check", "--baseline", "defrost-baseline.json"]).code, 0);
    // What is looked at as a whole and is mended goes.
    project.write("template.yaml", &template("").replace("app.no", "app.other"));
    assert_eq!(project.run(&["check", "--write-baseline"]).code, 0);
    assert!(!project.read("defrost-baseline.json").contains("handler-not-found"));
}

#[test]
fn a_function_with_another_name_keeps_its_known_findings() {
    let one = |name: &str, handler: &str| {
        format!(
            "  {name}:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: src/, Handler: {handler}, Runtime: python3.12, ReservedConcurrentExecutions: 0, Events: {{A: {{Type: Api, Properties: {{Path: /, Method: get}}}}}}}}\n"
        )
    };
    let template =
        |functions: &[String]| format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{}", functions.concat());
    let project = Project::new(&[
        ("template.yaml", &template(&[one("Old", "app.no"), one("Other", "app.other")])),
        ("src/app.py", super::APP),
    ]);
    assert_eq!(project.run(&["check", "--write-baseline"]).code, 0);
    project.write("template.yaml", &template(&[one("New", "app.no"), one("Other", "app.other")]));
    let report = project.report(&["--baseline", "defrost-baseline.json"]);
    assert!(findings(&report).is_empty(), "{:?}", findings(&report));
    // Two that run the same: which of them it was cannot be told.
    let twice = [one("New", "app.no"), one("Newer", "app.no"), one("Other", "app.other")];
    project.write("template.yaml", &template(&twice));
    let report = project.report(&["--baseline", "defrost-baseline.json"]);
    assert!(!findings(&report).is_empty());
}
