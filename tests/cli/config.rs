use super::{Project, findings};

#[test]
fn each_place_of_settings_is_found_upward_from_the_path() {
    let files = [
        ("defrost.toml", "[rules.handler-not-found]\nlevel = \"note\"\n"),
        ("pyproject.toml", "[tool.defrost.rules.handler-not-found]\nlevel = \"note\"\n"),
        ("package.json", r#"{"defrost": {"rules": {"handler-not-found": {"level": "note"}}}}"#),
        ("Cargo.toml", "[workspace.metadata.defrost.rules.handler-not-found]\nlevel = \"note\"\n"),
    ];
    for file in files {
        let project = Project::new(&[("fn/sub/app.py", super::APP), file]);
        let report = project.report(&["--handler", "app.handler", "fn/sub"]);
        assert_eq!(findings(&report)[0], "handler-not-found note 1", "{}", file.0);
        assert_eq!(report["summary"]["exit_code"], 0);
    }
}

#[test]
fn the_command_line_wins() {
    let settings =
        "select = [\"bloat\"]\nfail-on = \"note\"\nbudget-init = 1\nmemory = 512\narchitecture = \"arm64\"\n";
    let project = Project::with_finding(&[("defrost.toml", settings)]);
    let report = project.report(&["--handler", "app.handler"]);
    assert!(findings(&report).is_empty());
    assert_eq!(report["summary"]["exit_code"], 1, "over budget");
    assert_eq!(
        (&report["functions"][0]["memory_mb"], &report["functions"][0]["architecture"]),
        (&512.into(), &"arm64".into())
    );
    let report = project.report(&[
        "--handler",
        "app.handler",
        "--select",
        "handler-not-found",
        "--budget-init",
        "9000",
        "--memory",
        "128",
    ]);
    assert_eq!(findings(&report), ["handler-not-found error 1"]);
    assert_eq!(report["summary"]["exit_code"], 1);
    assert_eq!(report["functions"][0]["memory_mb"], 128);
}

#[test]
fn functions_have_budgets_and_paths_have_levels() {
    let settings = "budget-init = 9000\n[functions.app]\nbudget-init = 1\n[[overrides]]\npaths = [\"*.py\"]\nrules = { handler-not-found = \"off\" }\n";
    let project = Project::new(&[("app/app.py", super::APP), ("app/defrost.toml", settings)]);
    let report = project.report(&["--handler", "app.handler", "app"]);
    assert!(findings(&report).iter().all(|finding| !finding.starts_with("handler-not-found")));
    assert_eq!(report["functions"][0]["budgets"]["init_ms"], 1.0);
    assert_eq!(report["summary"]["exit_code"], 1);
}

#[test]
fn an_unknown_start_fails_the_run_where_that_is_asked_for() {
    let unknown = "import os\nimport later\n\ndef handler(event, context):\n    return later.one()\n";
    let files = [("app.py", unknown), ("requirements.txt", "later==1.0\n")];
    let project = Project::new(&files);
    let of = |more: &[&str]| {
        let plain = ["check", "--handler", "app.handler", "--runtime", "python3.12", "--ignore", "dependencies"];
        project.run(&[&plain, more].concat())
    };
    let (plain, asked) = (of(&[]), of(&["--require-start"]));
    assert_eq!((plain.code, asked.code), (0, 1), "{}{}", plain.out, asked.out);
    assert!(asked.out.contains("Start not certain, and required."), "{}", asked.out);
    let settings = "require-start = true\n[functions.app]\nrequire-start = false\n";
    let files = [("app/app.py", unknown), ("app/requirements.txt", "later==1.0\n"), ("app/defrost.toml", settings)];
    let project = Project::new(&files);
    let run = project.run(&["check", "--handler", "app.handler", "--runtime", "python3.12", "app"]);
    assert_eq!(run.code, 0, "{}", run.out);
    let certain = "def handler(event, context):\n    return 1\n";
    let project = Project::new(&[("app.py", certain), ("defrost.toml", "require-start = true\n")]);
    let run = project.run(&["check", "--handler", "app.handler", "--runtime", "python3.12"]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("Within budget."), "{}", run.out);
}

#[test]
fn a_broken_file_of_our_own_stops_the_run() {
    let project = Project::with_finding(&[("defrost.toml", "budget-imit = 800\n")]);
    let run = project.run(&["check", "--handler", "app.handler"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    let expected = "error: unknown key `budget-imit`\n --> defrost.toml:1:1\n  |\n1 | budget-imit = 800\n  | ^^^^^^^^^^^\n  = help: did you mean `budget-init`?\n";
    assert_eq!(run.err, expected);
    let run = project.run(&["check", "--handler", "app.handler", "--config", "nope.toml"]);
    assert_eq!(run.code, 2);
    project.write("other.toml", "ignore = [\"handler-not-found\"]\n");
    assert_eq!(project.run(&["check", "--handler", "app.handler", "--config", "other.toml"]).code, 0);
}

#[test]
fn a_broken_file_of_the_project_costs_only_its_settings() {
    for (name, text) in
        [("pyproject.toml", "[tool.defrost\n"), ("package.json", "{\"defrost\": {\"x\": 1}"), ("Cargo.toml", "x")]
    {
        let project = Project::with_finding(&[(name, text)]);
        let run = project.run(&["check", "--handler", "app.handler"]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.err.starts_with("warning: settings that do not read are left out: "), "{}", run.err);
        assert!(run.err.contains(name) && run.out.contains("handler-not-found"));
    }
}

#[test]
fn a_wrong_key_fails_wherever_the_settings_are() {
    for (name, text, place) in [
        ("pyproject.toml", "[tool.defrost]\nfailon = \"error\"\n", "pyproject.toml:2:1"),
        ("package.json", "{\"defrost\": {\"failon\": \"error\"}}", "package.json:1:"),
        ("Cargo.toml", "[package.metadata.defrost]\nfailon = \"error\"\n", "Cargo.toml:2:1"),
    ] {
        let project = Project::with_finding(&[(name, text)]);
        let run = project.run(&["check", "--handler", "app.handler"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{name}");
        assert!(run.err.contains("unknown key `failon`") && run.err.contains(place), "{}", run.err);
    }
    let project = Project::with_finding(&[("package.json", "{\"defrost\": {\"budget-init\": \"x\"}}")]);
    assert_eq!(project.run(&["check", "--handler", "app.handler"]).code, 2);
}

#[test]
fn what_is_not_analysed_keeps_no_budget() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: \
                    {CodeUri: src/, Handler: app.handler, Runtime: python3.12}\n  B:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: gone/, Handler: app.handler, Runtime: python3.12}\n";
    let code = "def handler(event, context):\n    return event\n";
    let project = Project::new(&[("template.yaml", template), ("src/app.py", code), ("bad.zip", "text")]);
    assert_eq!(project.run(&["check"]).code, 0);
    for (arguments, who) in [
        (&["check", "--require-start"][..], "B"),
        (&["check", "--budget-init", "9000"], "B"),
        (
            &["check", "src", "bad.zip", "--handler", "app.handler", "--runtime", "python3.12", "--require-start"],
            "bad.zip",
        ),
        (
            &["check", "src", "no.zip", "--handler", "app.handler", "--runtime", "python3.12", "--budget-size", "9"],
            "no.zip",
        ),
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, 1, "{arguments:?} {}{}", run.out, run.err);
        assert!(run.err.contains(&format!("nothing says that {who} keeps")), "{}", run.err);
        assert!(!run.out.contains("Within budget"), "{}", run.out);
    }
    project.write("defrost.toml", "[functions.A]\nbudget-init = 9000\n");
    assert_eq!(project.run(&["check"]).code, 0);
    project.write("defrost.toml", "[functions.B]\nbudget-init = 9000\n");
    assert_eq!(project.run(&["check"]).code, 1);
    project.write("defrost.toml", "[[deny]]\npackages = [\"x\"]\n");
    assert_eq!(project.run(&["check"]).code, 1);
}

#[test]
fn settings_that_hold_for_nothing_are_told() {
    let settings = "[functions.\"*\"]\nbudget-init = 5\n[[lazy]]\nmodules = []\n[[deny]]\npackages = [\"yaml\"]\n";
    let project = Project::new(&[
        ("defrost.toml", settings),
        ("app.py", "import yaml\n\n\ndef handler(event, context):\n    return yaml\n"),
        ("yaml/__init__.py", ""),
        ("PyYAML-6.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0\n"),
        ("PyYAML-6.0.dist-info/RECORD", "yaml/__init__.py,,\nPyYAML-6.0.dist-info/METADATA,,\n"),
    ]);
    let run = project.run(&["check", "--handler", "app.handler", "--runtime", "python3.12"]);
    let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in
        ["`*` in [functions] is no function", "a [[lazy]] names no modules", "`yaml` in [[deny]] is a module of pyyaml"]
    {
        assert!(out.contains(said), "{said}: {}", run.out);
    }
}

#[test]
fn a_level_may_stand_alone() {
    let project = Project::with_finding(&[("defrost.toml", "[rules]\nhandler-not-found = \"note\"\n")]);
    assert_eq!(findings(&project.report(&["--handler", "app.handler"])), ["handler-not-found note 1"]);
    project.write("defrost.toml", "[rules]\nhandler-not-found = \"off\"\n");
    assert!(findings(&project.report(&["--handler", "app.handler"])).is_empty());
    project.write("defrost.toml", "[rules]\nhandler-not-found = \"loud\"\n");
    let run = project.run(&["check", "--handler", "app.handler"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("loud") && run.err.contains("warning") && run.err.contains("defrost.toml:2"),
        "{}",
        run.err
    );
}

#[test]
fn packages_of_python_are_meant_however_they_are_spelt() {
    let settings = "[[deny]]\npackages = [\"PyYAML\", \"charset_normalizer\"]\n";
    let project = Project::new(&[
        ("app.py", super::APP),
        ("yaml/__init__.py", ""),
        ("PyYAML-6.0.2.dist-info/METADATA", "Name: PyYAML\nVersion: 6.0.2\n"),
        ("PyYAML-6.0.2.dist-info/RECORD", "yaml/__init__.py,,\n"),
        ("charset_normalizer/__init__.py", ""),
        ("charset_normalizer-3.0.dist-info/METADATA", "Name: charset-normalizer\nVersion: 3.0\n"),
        ("charset_normalizer-3.0.dist-info/RECORD", "charset_normalizer/__init__.py,,\n"),
        ("defrost.toml", settings),
    ]);
    let report = project.report(&["--handler", "app.handler", "--select", "forbidden-package"]);
    assert_eq!(findings(&report).len(), 2, "{report:#}");
}

#[test]
fn functions_of_the_configuration_that_are_not_there_are_problems() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.12}\n";
    let settings = "[functions.Apii]\nbudget-init = 1\n\n[functions.Api]\nbudget-init = 900\n\n[[lazy]]\n\
                    modules = [\"boto3\"]\nfunctions = [\"Orders-*\"]\n\n[[deny]]\npackages = [\"x\"]\nfunctions = [\"A*\"]\n";
    let files = [("template.yaml", template), ("src/app.py", super::APP), ("defrost.toml", settings)];
    let project = Project::new(&files);
    let told = |arguments: &[&str]| {
        let report = project.report(arguments);
        let problems = report["problems"].as_array().unwrap().iter();
        problems.map(|problem| problem["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = told(&[]);
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].contains("`Apii` in [functions]") && all[0].ends_with("did you mean `Api`?"), "{all:?}");
    assert!(all[1].contains("`Orders-*` in [[lazy]]"), "{all:?}");
    // A part of what the settings are for may lack them.
    assert_eq!(told(&["--handler", "app.handler", "src"]), [""; 0]);
}

#[test]
fn modules_of_contracts_that_are_not_there_are_problems() {
    let settings =
        "[[lazy]]\nmodules = [\"chart\", \"views\", \"boto3\", \"sqlite3\", \"reports/pdf.py\", \"./later\"]\n";
    let files = [
        ("app.py", "import views\n\n\ndef handler(event, context):\n    import reports.pdf\n    return views.show()\n"),
        ("views.py", "def show():\n    return 1\n"),
        ("reports/pdf.py", ""),
        ("later.py", ""),
        ("defrost.toml", settings),
    ];
    let problems = |arguments: &[&str]| {
        let report = Project::new(&files).report(arguments);
        report["problems"].as_array().unwrap().iter().map(|one| one["message"].to_string()).collect::<Vec<_>>()
    };
    let told = problems(&["--handler", "app.handler"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`chart` in [[lazy]] is no module or package here"), "{told:?}");
}
