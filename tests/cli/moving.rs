//! Imports that move into the functions which use them: the changed handlers still answer as they did, and a second run
//! finds nothing to do.

use std::process::Command;

use super::Project;

/// Asks a Python handler for some paths; a request that fails answers with its error.
const ASK_PYTHON: &str = "import sys\nimport app\nfor path in ['/report', '/chart', '/status', '/a', '/b', '/c']:\n    print(path, app.handler({'path': path, 'httpMethod': 'GET'}, None), 'heavy' in sys.modules)\n";
const ASK_NODE: &str = "const { handler } = require('./index.js');\n(async () => {\n  for (const path of ['/report', '/chart', '/status', '/a', '/b', '/c']) {\n    console.log(path, await handler({ path }));\n  }\n})();\n";

/// A module that takes long to load, with some functions.
fn heavy(code: &str) -> String {
    let comment = |line: usize| format!("# {line} {}\n", "x".repeat(90));
    let functions: String =
        (0..9000).map(|at| format!("def f{at}(a, b=None, *c):\n    return [a + {at}, b, c]\n")).collect();
    format!("{code}{functions}{}", comment(1))
}

fn python(app: &str) -> Project {
    let code = "def report(event):\n    return 'report of ' + event['path']\n\n\ndef chart(event):\n    return 'chart'\n\n\nclass Wrong(Exception):\n    pass\n\n\n";
    let project = Project::new(&[
        ("app.py", app),
        ("heavy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: heavy\nVersion: 1\n"),
    ]);
    project.write("heavy/__init__.py", &heavy(code));
    project.write("heavy-1.dist-info/RECORD", "heavy/__init__.py,,\n");
    project.write("ask.py", ASK_PYTHON);
    project
}

/// What an interpreter says; nothing where there is none.
fn answers(project: &Project, program: &str, script: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.current_dir(project.folder.path()).arg(script).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

const CHECK: [&str; 7] =
    ["check", "--handler", "app.handler", "--runtime", "python3.12", "--select", "heavy-import-for-few-routes"];
const FIX: [&str; 3] = ["--fix", "--unsafe-fixes", "--allow-dirty"];

const APP: &str = r#""""Reports."""
import json

import heavy as h
from heavy import Wrong


def report(event):
    """Makes it."""
    try:
        return h.report(event)
    except Wrong:
        return None


def handler(event, context):
    path = event["path"]
    if path == "/report":
        return report(event)
    if path == "/chart":
        return h.chart(event)
    if path == "/status":
        return json.dumps("up")
    if path == "/a":
        return "a"
    if path == "/b":
        return "b"
    return "none"
"#;

#[test]
fn moved_imports_answer_as_before_and_stay() {
    let project = python(APP);
    let before = answers(&project, "python3", "ask.py");
    let done = project.run_with_path(&[&CHECK[..], &FIX].concat());
    assert!(done.err.contains("made 1 change in 1 file"), "{}{}", done.out, done.err);
    let expected = APP
        .replace("\nimport heavy as h\nfrom heavy import Wrong\n", "")
        .replace("it.\"\"\"\n", "it.\"\"\"\n    import heavy as h\n    from heavy import Wrong\n\n")
        .replace("/chart\":\n", "/chart\":\n        import heavy as h\n\n");
    assert_eq!(project.read("app.py"), expected);
    if let (Some(before), Some(after)) = (before, answers(&project, "python3", "ask.py")) {
        let texts = |answers: &str| -> Vec<String> {
            answers.lines().map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
        };
        assert_eq!(texts(&before), texts(&after));
    }
    let again = project.run_with_path(&[&CHECK[..], &FIX].concat());
    assert!(again.err.contains("no finding carries a change"), "{}{}", again.out, again.err);
    assert_eq!(project.read("app.py"), expected);
}

#[test]
fn a_patch_applies_and_changes_nothing_by_itself() {
    let project = python(&APP.replace('\n', "\r\n"));
    let before = project.read("app.py");
    let done = project.run_with_path(&[&CHECK[..], &["--patch", "lazy.patch"]].concat());
    assert_eq!(project.read("app.py"), before);
    assert!(done.err.contains("move `import heavy as h` and 1 more into report()"), "{}", done.err);
    let mut git = Command::new("git");
    git.current_dir(project.folder.path()).args(["apply", "lazy.patch"]).env("GIT_CEILING_DIRECTORIES", "/");
    let output = git.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let after = project.read("app.py");
    assert!(after.contains("\"\"\"Makes it.\"\"\"\r\n    import heavy as h\r\n"), "{after}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
}

#[test]
fn what_uses_an_import_at_load_keeps_it_and_says_so() {
    for (code, why) in [
        ("\nSIZE = h.report\n\ndef report(event)", "`h` is used while the module loads (app.py:"),
        ("\n@h.report\ndef other(event):\n    pass\n\n\ndef report(event)", "`h` is used in a decorator"),
        ("\nclass Mine(h.Wrong):\n    pass\n\n\ndef report(event)", "`h` is a base of a class"),
    ] {
        let project = python(&APP.replace("\ndef report(event)", code));
        let report = project.report(&CHECK[1..]);
        let finding = &report["findings"][0];
        let help = finding["help"].as_str().unwrap_or_default();
        if finding.is_object() {
            assert!(help.contains(why) && finding["fix"].is_null(), "{help}");
        }
    }
    let project = python(APP);
    project.write("tests/test_app.py", "from unittest import mock\n\nmock.patch('app.h')\n");
    let report = project.report(&CHECK[1..]);
    let help = report["findings"][0]["help"].as_str().unwrap();
    assert!(help.contains("tests/test_app.py takes `h` from the module"), "{help}");
}

#[test]
fn names_that_the_project_takes_keep_their_import() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Office:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}\n";
    let help = |path: &str, text: &str| {
        let heavy = heavy("def report(event):\n    return 1\n\n\nchart, Wrong = report, Exception\n\n\n");
        let metadata = ("src/heavy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: heavy\nVersion: 1\n");
        let record = ("src/heavy-1.dist-info/RECORD", "heavy/__init__.py,,\n");
        let package = ("src/heavy/__init__.py", &*heavy);
        let files = [("template.yaml", template), ("src/app.py", APP), package, metadata, record, (path, text)];
        let report = Project::new(&files).report(&["--select", "heavy-import-for-few-routes"]);
        report["findings"][0]["help"].as_str().unwrap_or_default().to_owned()
    };
    assert!(!help("tests/none.py", "").contains("from the module"), "{}", help("tests/none.py", ""));
    for test in [
        "from unittest import mock\n\n@mock.patch('app.h.report')\ndef test(h):\n    pass\n",
        "import app\n\ndef test(mocker):\n    mocker.patch.object(app, 'h')\n",
        "MOD = 'app'\n\ndef test(mocker):\n    mocker.patch(MOD + '.h')\n",
    ] {
        let help = help("tests/test_app.py", test);
        assert!(help.contains("tests/test_app.py takes `h` from the module"), "{test}: {help}");
    }
}

#[test]
fn requires_move_and_answer_as_before() {
    let index = "'use strict';\n\nconst heavy = require('heavy');\n\nasync function report(event) {\n  return heavy.report(event);\n}\n\nexports.handler = async (event) => {\n  switch (event.path) {\n    case '/report':\n      return report(event);\n    case '/chart': {\n      return [1].map((one) => heavy.chart(one));\n    }\n    case '/status':\n      return 'up';\n    case '/a':\n      return 'a';\n    case '/b':\n      return 'b';\n    default:\n      return 'none';\n  }\n};\n";
    let functions: String =
        (0..20000).map(|at| format!("exports.f{at} = function (a, b) {{ return [a + {at}, b]; }};\n")).collect();
    let project = Project::new(&[
        ("index.js", index),
        ("ask.js", ASK_NODE),
        ("node_modules/heavy/package.json", "{\"name\": \"heavy\", \"version\": \"1.0.0\"}"),
        ("package.json", "{\"dependencies\": {\"heavy\": \"1.0.0\"}}"),
    ]);
    let code = "exports.report = (e) => 'report of ' + e.path;\nexports.chart = (n) => n + 1;\n";
    project.write("node_modules/heavy/index.js", &format!("{code}{functions}"));
    let before = answers(&project, "node", "ask.js");
    let check =
        ["check", "--handler", "index.handler", "--runtime", "nodejs22.x", "--select", "heavy-import-for-few-routes"];
    let done = project.run_with_path(&[&check[..], &FIX].concat());
    assert!(done.err.contains("made 1 change in 1 file"), "{}{}", done.out, done.err);
    let statement = "const heavy = require('heavy');\n";
    let expected = index
        .replace(&format!("{statement}\n"), "")
        .replace("report(event) {\n", &format!("report(event) {{\n  {statement}"))
        .replace("'/chart': {\n", &format!("'/chart': {{\n      {statement}"));
    assert_eq!(project.read("index.js"), expected);
    assert_eq!(before, answers(&project, "node", "ask.js"));
}

#[test]
fn own_modules_that_act_when_they_are_loaded_stay() {
    for (effect, moves) in [("", true), ("\nprint('hello')\n", false)] {
        let project = python(&APP.replace("heavy", "slow"));
        project.write("slow.py", &format!("{}{effect}", project.read("heavy/__init__.py")));
        let report = project.report(&CHECK[1..]);
        let finding = &report["findings"][0];
        assert_eq!(finding["fix"].is_object(), moves, "{finding:#}");
    }
}

/// A library whose clients say how often one was made.
const BOTO3: &str = "made = 0\n\n\ndef client(name, **settings):\n    global made\n    made += 1\n    return Client()\n\n\nclass Client:\n    def ask(self, event):\n        return event['path']\n";
const CLIENTS: &str = "import boto3\n\n\ndef queue():\n    return boto3.client(\"sqs\")\n\n\ndef stored(event):\n    table = boto3.client(\"dynamodb\")\n    return table.ask(event)\n\n\ndef handler(event, context):\n    s3 = boto3.client(\"s3\")\n    return s3.ask(event) + queue().ask(event) + stored(event)\n";

#[test]
fn clients_are_made_once_and_answer_as_before() {
    let ask = "import app, boto3\nfor path in ['/a', '/b', '/c']:\n    print(app.handler({'path': path}, None))\nprint(boto3.made)\n";
    let project = Project::new(&[("app.py", CLIENTS), ("boto3/__init__.py", BOTO3), ("ask.py", ask)]);
    project.write("boto3-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: boto3\nVersion: 1\n");
    project.write("boto3-1.dist-info/RECORD", "boto3/__init__.py,,\n");
    let before = answers(&project, "python3", "ask.py");
    let check = ["check", "--handler", "app.handler", "--runtime", "python3.12", "--select", "client-in-handler"];
    for _ in 0..3 {
        project.run_with_path(&[&check[..], &FIX].concat());
    }
    let app = project.read("app.py");
    let after = "import functools\nimport boto3\n\n\n@functools.cache\ndef queue():\n    return boto3.client(\"sqs\")\n\n\n@functools.cache\ndef make_table():\n    return boto3.client(\"dynamodb\")\n\n\ndef stored(event):\n    table = make_table()\n    return table.ask(event)\n\n\ns3 = boto3.client(\"s3\")\n\n\ndef handler(event, context):\n    return s3.ask(event) + queue().ask(event) + stored(event)\n";
    assert_eq!(app, after);
    let run = project.run(&check);
    assert!(run.out.starts_with("No findings") || !run.out.contains("client-in-handler"), "{}", run.out);
    if let (Some(before), Some(after)) = (before, answers(&project, "python3", "ask.py")) {
        let (made_before, made_after) = (before.trim_end().rsplit('\n').next(), after.trim_end().rsplit('\n').next());
        assert_eq!((made_before, made_after), (Some("9"), Some("3")));
        assert_eq!(before.lines().take(3).collect::<Vec<_>>(), after.lines().take(3).collect::<Vec<_>>());
    }
}
