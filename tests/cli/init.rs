use super::{Project, findings};

#[test]
fn it_sets_up_a_project_that_then_passes() {
    let app = "import no_such\n\n\ndef handler(event, context):\n    return no_such\n";
    let project = Project::new(&[("app.py", app)]);
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let notes: Vec<&str> = run.err.lines().collect();
    assert_eq!((notes[0], notes[2]), ("note: wrote 1 finding to defrost-baseline.json", "note: wrote defrost.toml"));
    assert!(notes[1].contains("does not start, and the baseline takes that in"), "{}", run.err);
    assert!(run.out.contains("pre-commit") && run.out.contains("defrost check"));
    let report = project.report(&[]);
    assert!(findings(&report).is_empty());
    assert_eq!(report["summary"]["baselined"], 1);
}

#[test]
fn what_it_writes_needs_no_package() {
    let project =
        Project::new(&[("app.py", "def handler(event, context):\n    return 1\n"), ("requirements.txt", "left\n")]);
    let code = |arguments: &[&str]| {
        let run = project.run(arguments);
        (run.code, run.out)
    };
    project.run(&["init"]);
    let checked = code(&["check", "--fail-on", "warning"]);
    assert_eq!(checked.0, 0, "{}", checked.1);
    project.run(&["check", "--format", "json", "-o", "report.json"]);
    let checked = code(&["check", "--fail-on", "warning"]);
    assert_eq!(checked.0, 0, "{}", checked.1);
}

#[test]
fn it_overwrites_nothing() {
    let files = [("defrost.toml", "fail-on = \"note\"\n"), ("defrost-baseline.json", "mine")];
    let project = Project::with_finding(&files);
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.err.matches("is there already and stays as it is").count(), 2);
    assert!(run.err.contains("`baseline = \"defrost-baseline.json\"` in it makes the baseline known"), "{}", run.err);
    assert_eq!(
        (project.read("defrost.toml"), project.read("defrost-baseline.json")),
        ("fail-on = \"note\"\n".to_owned(), "mine".to_owned())
    );
}

#[test]
fn settings_elsewhere_stay_in_force() {
    let project = Project::with_finding(&[("pyproject.toml", "[tool.defrost]\nfail-on = \"note\"\n")]);
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("pyproject.toml has settings that hold here"), "{}", run.err);
    assert!(!project.path("defrost.toml").exists());
    project.write("pyproject.toml", "[tool.defrost]\nfailon = \"note\"\n");
    assert_eq!(project.run(&["init"]).code, 2);
}

#[test]
fn every_line_of_the_starter_reads_when_switched_on() {
    let project = Project::new(&[]);
    let run = project.run(&["init"]);
    assert!(run.err.contains("no baseline yet"), "{}", run.err);
    let starter = project.read("defrost.toml");
    assert!(starter.contains("# baseline ="));
    let is_setting = |line: &str| line.contains(" = ") || line.starts_with('[');
    let settings = starter.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).filter(|line| is_setting(line));
    let settings = settings.filter(|line| !line.starts_with("baseline")).collect::<Vec<_>>().join("\n");
    project.write("defrost.toml", &settings);
    project.write("app.py", "def handler(event, context):\n    return 1\n");
    let run = project.run(&["check"]);
    assert_eq!(run.code, 0, "{}{settings}", run.err);
}
