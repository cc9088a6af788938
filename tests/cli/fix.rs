use std::process::Command;

use super::{Project, findings};

const APP: &str = "import used\n\n\ndef handler(event, context):\n    return used\n";
const REQUIREMENTS: &str =
    "# web\nused  # needed\nspare==1 \\\n    --hash=sha256:aa\n    # via -r requirements.in\n# end\n";
const ARGUMENTS: [&str; 5] = ["check", "--handler", "app.handler", "--runtime", "python3.12"];

/// A distribution `used` with one module.
const INSTALLED: [(&str, &str); 2] =
    [("used.py", ""), ("used-1.dist-info/RECORD", "used.py,,\nused-1.dist-info/RECORD,,\n")];

fn project() -> Project {
    let project = Project::new(&[("app.py", APP), ("requirements.txt", REQUIREMENTS)]);
    INSTALLED.iter().for_each(|(path, text)| project.write(path, text));
    project
}

fn run(project: &Project, more: &[&str]) -> super::Run {
    project.run_with_path(&[&ARGUMENTS, more].concat())
}

/// Git in the project's folder, without anything of the user's configuration.
fn git(project: &Project, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(project.folder.path()).args(["-c", "user.name=x", "-c", "user.email=x@example.com"]);
    command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn committed() -> Project {
    let project = project();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "all"]);
    project
}

#[test]
fn an_unused_requirement_is_removed_and_shown() {
    let project = committed();
    let done = run(&project, &["--fix"]);
    assert_eq!(project.read("requirements.txt"), "# web\nused  # needed\n# end\n", "{}", done.err);
    assert!(done.err.contains("-spare==1 \\\n") && done.err.contains("made 1 change in 1 file"), "{}", done.err);
    assert!(!done.out.contains("unused-dependency"), "{}", done.out);
    assert_eq!(done.code, 0);
}

#[test]
fn a_preview_changes_nothing() {
    let project = project();
    let done = run(&project, &["--diff"]);
    assert_eq!(project.read("requirements.txt"), REQUIREMENTS);
    assert!(done.err.contains("-spare==1 \\\n"), "{}", done.err);
    assert!(done.out.contains("unused-dependency"), "{}", done.out);
}

#[test]
fn changes_that_are_not_committed_are_not_mixed_with_ours() {
    let project = committed();
    project.write("app.py", &format!("{APP}\n# edited\n"));
    let done = run(&project, &["--fix"]);
    assert_eq!((done.code, project.read("requirements.txt").as_str()), (2, REQUIREMENTS));
    assert!(done.err.contains("app.py has changes that are not committed"), "{}", done.err);
    assert_eq!(run(&project, &["--fix", "--allow-dirty"]).code, 0);
    assert_ne!(project.read("requirements.txt"), REQUIREMENTS);
}

#[test]
fn a_manifest_that_git_does_not_know_is_not_changed() {
    let project = project();
    git(&project, &["init", "--quiet"]);
    let done = run(&project, &["--fix"]);
    assert_eq!((done.code, project.read("requirements.txt").as_str()), (2, REQUIREMENTS), "{}", done.err);
}

#[test]
fn without_an_answer_from_git_nothing_is_changed() {
    let project = project();
    project.write(".git/HEAD", "not a repository\n");
    let done = run(&project, &["--fix"]);
    assert_eq!((done.code, project.read("requirements.txt").as_str()), (2, REQUIREMENTS));
    assert!(done.err.contains("--allow-dirty"), "{}", done.err);
}

#[cfg(unix)]
#[test]
fn nothing_that_the_repository_names_is_run() {
    let project = committed();
    let program = "sh -c 'touch ran; cat'";
    for name in ["core.fsmonitor", "filter.x.clean", "filter.a=b.clean", "filter.x.process"] {
        git(&project, &["config", name, program]);
    }
    project.write(".gitattributes", "app.py filter=x\nused.py filter=a=b\n");
    // Newer than the index, so that git compares contents.
    project.write("app.py", APP);
    project.write("used.py", "");
    run(&project, &["--fix"]);
    assert!(!project.path("ran").exists());
}

#[cfg(unix)]
#[test]
fn a_link_is_not_written_through() {
    let project = project();
    std::fs::rename(project.path("requirements.txt"), project.path("real.txt")).unwrap();
    std::os::unix::fs::symlink("real.txt", project.path("requirements.txt")).unwrap();
    let done = run(&project, &["--fix"]);
    assert_eq!(project.read("real.txt"), REQUIREMENTS, "{}", done.err);
}

#[test]
fn a_manifest_in_an_array_stays_toml() {
    let manifest = "[project]\nname = \"x\"\ndependencies = [\n  # web\n  \"used\",\n  \"spare>=1\",  # old\n]\n";
    let project = Project::new(&[("app.py", APP), ("pyproject.toml", manifest)]);
    INSTALLED.iter().for_each(|(path, text)| project.write(path, text));
    run(&project, &["--fix"]);
    let fixed = "[project]\nname = \"x\"\ndependencies = [\n  # web\n  \"used\",\n]\n";
    assert_eq!(project.read("pyproject.toml"), fixed);
}

#[test]
fn functions_that_share_a_manifest_are_judged_together() {
    let function = |name: &str, handler: &str| {
        format!(
            "  {name}:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: src, Handler: {handler}, Runtime: python3.12}}\n"
        )
    };
    let template = format!("Resources:\n{}{}", function("A", "a.handler"), function("B", "b.handler"));
    let handler = |module: &str| format!("import {module}\n\n\ndef handler(event, context):\n    return {module}\n");
    let project = Project::new(&[
        ("template.yaml", &template),
        ("src/a.py", &handler("one")),
        ("src/b.py", &handler("two")),
        ("src/requirements.txt", "one\ntwo\nthree\n"),
    ]);
    let report = project.report(&["--select", "unused-dependency"]);
    assert_eq!(findings(&report), ["unused-dependency warning 3"]);
}

#[test]
fn what_is_likely_but_not_proven_takes_a_word_of_its_own() {
    let project = Project::new(&[
        ("app.py", "def handler(event, context):\n    return event\n"),
        ("requirements.txt", "acme-spare\n"),
    ]);
    let run = |more: &[&str]| project.run_with_path(&[&ARGUMENTS, more].concat());
    let safe = run(&["--fix"]);
    assert_eq!(project.read("requirements.txt"), "acme-spare\n", "{}", safe.err);
    assert!(safe.err.contains("1 change more with --unsafe-fixes"), "{}", safe.err);
    let all = run(&["--fix", "--unsafe-fixes"]);
    assert_eq!(project.read("requirements.txt"), "", "{}", all.err);
}

#[test]
fn development_dependencies_are_judged_when_asked() {
    let manifest = r#"{
  "name": "orders",
  "scripts": { "test": "runner" },
  "devDependencies": {
    "runner": "1.0.0",
    "eslint-plugin-colors": "1.0.0",
    "spare": "1.0.0"
  }
}
"#;
    let mut files = vec![
        ("index.js".to_owned(), "exports.handler = async () => 1;\n".to_owned()),
        ("package.json".to_owned(), manifest.to_owned()),
        (".eslintrc.json".to_owned(), "{ \"plugins\": [\"colors\"] }\n".to_owned()),
    ];
    for name in ["runner", "eslint-plugin-colors", "spare"] {
        let package = format!("{{ \"name\": \"{name}\", \"version\": \"1.0.0\", \"bin\": \"cli.js\" }}\n");
        files.push((format!("node_modules/{name}/package.json"), package));
        files.push((format!("node_modules/{name}/cli.js"), String::new()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let project = Project::new(&files);
    let report = |more: &[&str]| {
        let arguments = ["--handler", "index.handler", "--runtime", "nodejs22.x"];
        let report = project.report(&[&arguments, more].concat());
        let unused = |finding: &&serde_json::Value| finding["rule"] == "unused-dependency";
        let subjects = report["findings"].as_array().unwrap().iter().filter(unused);
        subjects.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(report(&[]), [""; 0]);
    assert_eq!(report(&["--dev"]), ["spare"]);
}

#[test]
fn what_somebody_changes_meanwhile_is_left_alone() {
    let project = project();
    let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
    let file = std::fs::File::options().write(true).open(project.path("requirements.txt")).unwrap();
    file.set_modified(later).unwrap();
    let done = run(&project, &["--fix", "--allow-dirty"]);
    assert!(done.err.contains("requirements.txt: it was changed while it was analysed"), "{}", done.err);
    assert_eq!(project.read("requirements.txt"), REQUIREMENTS);
    assert!(done.out.contains("unused-dependency"), "{}", done.out);
}
