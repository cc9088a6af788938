//! Commands that compare, fit and make smaller.

use super::Project;

const FAST: &str = "def handler(event, context):\n    return 1\n";

/// A module that takes a while to load.
fn heavy() -> String {
    "y = 1\n".repeat(20_000)
}

#[test]
fn a_difference_names_what_init_loads_now_and_breaks_budgets() {
    let slow = format!("import heavy\n\n\n{FAST}");
    let project = Project::new(&[("old/app.py", FAST), ("new/app.py", &slow), ("new/heavy.py", &heavy())]);
    let arguments = ["diff", "old", "new", "--handler", "app.handler", "--runtime", "python3.12"];
    let run = project.run(&arguments);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("loaded during Init now\n    heavy, "), "{}", run.out);
    let run = project.run(&[&arguments[..], &["--budget-growth", "10"]].concat());
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("Growth over budget ("), "{}", run.out);
    let run = project.run(&[&arguments[..], &["--format", "json"]].concat());
    let difference: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(difference["functions"][0]["newly_eager"][0]["chain"], serde_json::json!(["app", "heavy"]));
    let run = project.run(&[&arguments[..], &["--format", "markdown"]].concat());
    assert!(run.out.contains("| function | Init | change |"), "{}", run.out);
}

#[test]
fn a_function_that_does_not_start_any_more_breaks_the_gate() {
    let broken = format!("import nothing_here\n\n\n{FAST}");
    let project = Project::new(&[("old/app.py", FAST), ("new/app.py", &broken)]);
    let named = ["--handler", "app.handler", "--runtime", "python3.12"];
    let run = |old: &str, new: &str| project.run(&[&["diff", old, new], &named[..]].concat());
    let worse = run("old", "new");
    assert!(worse.code == 1 && worse.out.contains("does not start any more: ModuleNotFoundError"), "{}", worse.out);
    assert_eq!((run("new", "old").code, run("new", "new").code), (0, 0));
    let baseline = ["check", "new", "--write-baseline", "--baseline", "known.json"];
    let written = project.run(&[&baseline[..], &named].concat());
    assert!(
        written.code == 0 && written.err.contains("does not start, and the baseline takes that in"),
        "{}",
        written.err
    );
}

#[test]
fn reports_can_be_compared_without_their_packages() {
    let project = Project::new(&[("app.py", FAST)]);
    let check = ["check", "--handler", "app.handler", "--runtime", "python3.12", "--format", "json", "-o"];
    assert_eq!(project.run(&[&check[..], &["old.json"]].concat()).code, 0);
    let run = project.run(&["diff", "old.json", "old.json"]);
    assert_eq!((run.code, run.out.as_str()), (0, "1 function without a difference\n"));
    project.write("broken.json", "{\"schema\": \"defrost-report/1\"");
    assert_eq!(project.run(&["diff", "old.json", "broken.json"]).code, 2);
}

#[test]
fn a_baseline_knows_how_large_a_function_was() {
    let project =
        Project::new(&[("fn/app.py", FAST), ("defrost.toml", "budget-growth = 20.0\nhandler = \"app.handler\"\n")]);
    assert_eq!(project.run(&["check", "fn", "--write-baseline", "--baseline", "known.json"]).code, 0);
    let slow = format!("import heavy\n\n\n{FAST}");
    project.write("fn/app.py", &slow);
    project.write("fn/heavy.py", &heavy());
    let run = project.run(&["check", "fn", "--baseline", "known.json"]);
    assert!(run.code == 1 && run.out.contains("Growth over budget ("), "{} {}", run.code, run.out);
}

#[test]
fn a_baseline_holds_for_the_same_function_under_another_name() {
    let project = Project::new(&[("v1/app.py", super::APP)]);
    let check = |folder: &str, more: &[&str]| {
        project.run(&[&["check", folder, "--handler", "app.handler", "--baseline", "known.json"], more].concat())
    };
    assert_eq!(check("v1", &["--write-baseline"]).code, 0);
    std::fs::rename(project.path("v1"), project.path("v2")).unwrap();
    let run = check("v2", &[]);
    assert!(run.code == 0 && run.out.contains("1 in the baseline"), "{}", run.out);
}

#[test]
fn calibrating_writes_the_factor_and_the_report_says_so() {
    let slow = format!("import heavy\n\n\n{FAST}");
    let project = Project::new(&[("app.py", &slow), ("heavy.py", &heavy()), ("none.log", "nothing\n")]);
    let before = project.report(&["--handler", "app.handler", "--runtime", "python3.12"]);
    let init = |report: &serde_json::Value| report["functions"][0]["init"]["estimated_ms"].as_f64().unwrap();
    let measured = 85.0 + (init(&before) - 85.0) * 2.0;
    let log = format!("REPORT RequestId: a\tInit Duration: {measured:.2} ms\t\n").repeat(3);
    project.write("starts.log", &log);
    let arguments = ["calibrate", "starts.log", ".", "--handler", "app.handler", "--runtime", "python3.12"];
    let run = project.run(&[&arguments[..], &["--dry-run"]].concat());
    assert!(run.code == 0 && run.out.contains("factor = 2.0") && !project.path("defrost.toml").exists(), "{}", run.out);
    let run = project.run(&arguments);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(project.read("defrost.toml").contains("starts = 3"));
    let after = project.report(&["--handler", "app.handler", "--runtime", "python3.12"]);
    assert!((init(&after) - measured).abs() < 1.0, "{} {measured}", init(&after));
    assert_eq!(after["functions"][0]["init"]["basis"]["starts"], 3);
    let run = project.run(&["check", "--handler", "app.handler", "--runtime", "python3.12"]);
    assert!(run.out.contains("calibrated with 3 starts"), "{}", run.out);
    // Once more comes to the same: what was calibrated before does not count.
    let again = project.run(&arguments);
    assert!(again.out.contains("2.00 times what is estimated beside the bare runtime"), "{}", again.out);
    assert_eq!(project.run(&["calibrate", "none.log", "."]).code, 2);
}

/// A function with a package that has tests, a stub and a licence.
fn bundle() -> Project {
    let project = Project::new(&[
        ("fn/app.py", &format!("import lib\n\n\n{FAST}")),
        ("fn/lib/__init__.py", "X = 1\n"),
        ("fn/lib/__init__.pyi", "X: int\n"),
        ("fn/lib/tests/__init__.py", ""),
        ("fn/lib/tests/test_lib.py", "import lib\n"),
        ("fn/lib/testing/__init__.py", "Y = 1\n"),
        ("fn/lib-1.0.dist-info/METADATA", "Name: lib\nVersion: 1.0\n"),
        ("fn/lib-1.0.dist-info/LICENSE", "free\n"),
    ]);
    let record = "lib/__init__.py,,\nlib/__init__.pyi,,\nlib/tests/__init__.py,,\nlib/tests/test_lib.py,,\n\
                  lib/testing/__init__.py,,\nlib-1.0.dist-info/METADATA,,\nlib-1.0.dist-info/LICENSE,,\n\
                  lib-1.0.dist-info/RECORD,,\n";
    project.write("fn/lib-1.0.dist-info/RECORD", record);
    project
}

const SLIM: [&str; 6] = ["slim", "fn", "--handler", "app.handler", "--runtime", "python3.12"];

fn names(archive: &std::path::Path) -> Vec<String> {
    let archive = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    let mut names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_slim_package_loses_what_nothing_reads_and_comes_out_the_same_twice() {
    let project = bundle();
    let run = project.run(&[&SLIM[..], &["-o", "a.zip"]].concat());
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let kept = [
        "app.py",
        "lib-1.0.dist-info/LICENSE",
        "lib-1.0.dist-info/METADATA",
        "lib-1.0.dist-info/RECORD",
        "lib/__init__.py",
        "lib/testing/__init__.py",
    ];
    assert_eq!(names(&project.path("a.zip")), kept);
    assert_eq!(project.run(&[&SLIM[..], &["-o", "b.zip"]].concat()).code, 0);
    assert_eq!(std::fs::read(project.path("a.zip")).unwrap(), std::fs::read(project.path("b.zip")).unwrap());
    let left: Vec<_> = std::fs::read_dir(project.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".defrost-")), "{left:?}");
}

#[test]
fn slimming_never_touches_its_input() {
    let project = bundle();
    assert_eq!(project.run(&[&SLIM[..], &["-o", "a.zip"]].concat()).code, 0);
    let before = std::fs::read(project.path("a.zip")).unwrap();
    for output in ["a.zip", "./a.zip"] {
        let run = project.run(&["slim", "a.zip", "-o", output, "--handler", "app.handler", "--runtime", "python3.12"]);
        assert!(run.code == 2 && run.err.contains("never overwritten"), "{}", run.err);
    }
    assert_eq!(std::fs::read(project.path("a.zip")).unwrap(), before);
    assert_eq!(project.run(&[&SLIM[..], &["-o", "fn/out.zip"]].concat()).code, 2, "inside the input");
    assert_eq!(project.run(&[&SLIM[..], &["-o", "none/out.zip"]].concat()).code, 2, "no such folder");
    let run = project.run(&[&SLIM[..], &["--dry-run"]].concat());
    assert!(run.code == 0 && run.out.contains("nothing written"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let project = bundle();
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("nowhere", project.path("lost.zip")).unwrap();
    std::os::unix::fs::symlink("/dev/null", project.path("null.zip")).unwrap();
    for output in ["pipe", "lost.zip", "null.zip", "fn"] {
        let run = project.run(&[&SLIM[..], &["-o", output]].concat());
        assert!(run.code == 2 && run.err.contains("name "), "{output}: {}", run.err);
    }
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    // Through a link, the file itself is written anew.
    std::fs::write(project.path("real.zip"), "").unwrap();
    std::os::unix::fs::symlink("real.zip", project.path("link.zip")).unwrap();
    assert_eq!(project.run(&[&SLIM[..], &["-o", "link.zip"]].concat()).code, 0);
    assert!(std::fs::symlink_metadata(project.path("link.zip")).unwrap().is_symlink());
    assert!(!names(&project.path("real.zip")).is_empty());
}

#[test]
fn layers_are_meant_by_every_name_that_they_have() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Utils:\n    Type: AWS::Serverless::LayerVersion\n    \
                    Properties: {ContentUri: layer/, LayerName: shared-utils}\n  A:\n    Type: AWS::Serverless::Function\n    \
                    Properties:\n      CodeUri: src/\n      Handler: app.handler\n      Runtime: python3.12\n      \
                    Layers: [!Ref Utils, 'arn:aws:lambda:eu-west-1:1:layer:shared-x:3', !Sub \
                    'arn:aws:lambda:${AWS::Region}:1:layer:base:7']\n";
    let refused = |allowed: &str| {
        let settings = format!("[[only]]\nlayers = [{allowed}]\n");
        let files = [("template.yaml", template), ("src/app.py", super::APP), ("defrost.toml", &*settings)];
        let project = Project::new(&[&files[..], &[("layer/python/utils.py", "x = 1\n")]].concat());
        let report = project.report(&["--select", "layer-not-allowed"]);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for utils in ["Utils", "shared-utils", "layer"] {
        assert_eq!(refused(&format!("'{utils}', 'shared-x', 'base'")), Vec::<String>::new(), "{utils}");
    }
    assert_eq!(refused("'shared-*'"), ["base"]);
    assert_eq!(refused("'shared-*', 'arn:aws:lambda:eu-west-1:1:layer:base:7'"), Vec::<String>::new());
    assert_eq!(refused("'arn:*:layer:*'"), ["shared-utils"]);
}

#[test]
fn what_own_code_names_in_a_package_stays() {
    let app = "import os\n\nimport acme\n\n\ndef handler(event, context):\n    return open(os.path.join(acme.__path__[0], \"docs\", \"help.md\")).read()\n";
    let project = Project::new(&[
        ("fn/app.py", app),
        ("fn/acme/__init__.py", ""),
        ("fn/acme/docs/help.md", "help\n"),
        ("fn/acme/docs/other.md", "other\n"),
        ("fn/acme-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1\n"),
        ("fn/acme-1.dist-info/RECORD", "acme/__init__.py,,\nacme/docs/help.md,,\nacme/docs/other.md,,\n"),
    ]);
    let slim =
        ["slim", "fn", "--handler", "app.handler", "--runtime", "python3.12", "--level", "caution", "-o", "a.zip"];
    let run = project.run(&slim);
    assert_eq!(run.code, 0, "{}", run.err);
    let left = names(&project.path("a.zip"));
    assert!(left.iter().any(|name| name == "acme/docs/help.md"), "{left:?}");
    assert!(!left.iter().any(|name| name == "acme/docs/other.md"), "{left:?}");
}

#[test]
fn what_cannot_be_read_is_no_answer() {
    let project =
        Project::new(&[("app.py", super::APP), ("new.json", "{\"schema\": \"defrost-report/7\", \"functions\": []}")]);
    let run = project.run(&["diff", "new.json", "new.json"]);
    assert!(run.code == 2 && run.err.contains("defrost-report/7"), "{}", run.err);
    for more in [&[][..], &["-o", "plan"]] {
        let run =
            project.run(&[&["split", ".", "--handler", "app.none", "--runtime", "python3.12"][..], more].concat());
        assert!(run.code == 2 && run.err.contains("`app.none` is not found"), "{}{}", run.out, run.err);
    }
}
