use super::{Project, findings};

#[test]
fn a_comment_silences_its_finding_and_is_counted() {
    let project =
        Project::new(&[("app.py", &format!("# defrost: allow(handler-not-found) started by hand\n{}", super::APP))]);
    let report = project.report(&["--handler", "app.handler"]);
    assert!(findings(&report).is_empty(), "{report:#}");
    assert_eq!((&report["summary"]["suppressed"], &report["summary"]["exit_code"]), (&1.into(), &0.into()));
}

#[test]
fn unused_and_unknown_allowances_are_findings() {
    let app = "import json  # defrost: allow(network-at-init, network-at-start)\n\n\ndef handler(event, context):\n    return json\n";
    let project = Project::new(&[("app.py", app)]);
    let report = project.report(&[]);
    let expected = ["unused-suppression warning 1", "unused-suppression warning 1"];
    assert_eq!(findings(&report), expected);
    assert_eq!(report["findings"][0]["subject"], "network-at-init");
    assert_eq!(report["findings"][1]["location"]["column"], 48);
    assert_eq!(report["findings"][1]["help"], "Did you mean `network-at-init`?");
    assert_eq!(findings(&project.report(&["--ignore", "network-at-init"])), ["unused-suppression warning 1"]);
    assert!(findings(&project.report(&["--ignore", "unused-suppression"])).is_empty());
}

#[test]
fn comments_count_in_manifests_and_templates_but_not_in_packages() {
    let handler = "import dep\n\n\ndef handler(event, context):\n    return dep\n";
    let comment = "# defrost: allow(no-such-rule)\n";
    let template = "Resources:\n  A: # defrost: allow(no-such-rule)\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.12}\n";
    let project = Project::new(&[
        ("template.yaml", template),
        ("src/app.py", handler),
        ("src/requirements.txt", &format!("dep\n{comment}")),
        ("src/dep.py", comment),
        ("src/dep-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: dep\nVersion: 1\n"),
        ("src/dep-1.dist-info/RECORD", "dep.py,,\ndep-1.dist-info/METADATA,,\ndep-1.dist-info/RECORD,,\n"),
    ]);
    let report = project.report(&["--select", "unused-suppression"]);
    let places: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|finding| &finding["location"]["path"]).collect();
    assert_eq!(places, ["src/requirements.txt", "template.yaml"]);
}
