//! What is kept between runs: never anything but what a run without it says.

use std::io::Write;
use std::path::PathBuf;

use base64_simd::STANDARD;
use sha2::{Digest, Sha256};

use super::{Project, Run};

const CHECK: [&str; 5] = ["check", "--handler", "app.handler", "--runtime", "python3.12"];
const APP: &str = "import json\nimport shared\n\n\ndef handler(event, context):\n    return shared.ONE\n";

fn project() -> Project {
    Project::new(&[
        ("fn/app.py", APP),
        ("layer/python/shared.py", "ONE = 1\n"),
        ("fn/requirements.txt", "requests\n"),
        ("defrost.toml", "layers = [\"layer\"]\n"),
    ])
}

fn kept(project: &Project, more: &[&str]) -> Run {
    project.run(&[&CHECK[..], &["fn", "--cache-dir", "cache"], more].concat())
}

/// A run that keeps nothing, and one that may know something, say the same.
fn same(project: &Project, why: &str) {
    for format in ["human", "json"] {
        let fresh = project.run(&[&CHECK[..], &["fn", "--no-cache", "--format", format]].concat());
        let known = kept(project, &["--format", format]);
        assert_eq!((fresh.code, fresh.out, fresh.err), (known.code, known.out, known.err), "{why} {format}");
    }
}

/// The entries of the cache.
fn entries(project: &Project) -> Vec<PathBuf> {
    let walked = walkdir::WalkDir::new(project.path("cache")).into_iter().flatten();
    let mut files: Vec<PathBuf> =
        walked.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect();
    files.sort();
    files
}

#[test]
fn whatever_changes_the_answer_is_as_without_a_cache() {
    let project = project();
    same(&project, "first");
    same(&project, "second");
    project.write("fn/app.py", &APP.replace("shared.ONE", "shared.TWO"));
    same(&project, "a name of the same length, within the same two seconds");
    project.write("fn/app.py", &APP.replace("shared\n", "shareb\n"));
    same(&project, "an import of the same length");
    project.write("fn/app.py", APP);
    same(&project, "as before");
    project.write("layer/python/shared.py", "TWO = 2\n");
    same(&project, "a layer");
    project.write("fn/shared.py", "ONE = 1\n");
    same(&project, "a file that shadows");
    project.write("fn/shared/__init__.py", "import gone\n");
    same(&project, "a package that shadows the file");
    project.write("fn/requirements.txt", "requests\nurllib3\n");
    same(&project, "a manifest");
    project.write("defrost.toml", "layers = [\"layer\"]\n[rules]\nunused-dependency = \"error\"\n");
    same(&project, "a rule");
    std::fs::remove_file(project.path("defrost.toml")).unwrap();
    same(&project, "no configuration");
    project.write("pyproject.toml", "[tool.defrost]\nlayers = [\"layer\"]\n");
    same(&project, "a configuration elsewhere");
    let other =
        project.run(&[&CHECK[..], &["fn", "--cache-dir", "cache", "--memory", "256", "--format", "json"]].concat());
    assert!(other.out.contains("\"memory_mb\": 256"));
}

#[test]
fn flipped_bytes_and_foreign_files_change_nothing() {
    let project = project();
    same(&project, "first");
    for (number, path) in entries(&project).into_iter().enumerate() {
        let mut bytes = std::fs::read(&path).unwrap();
        let at = (number * 37 + 45) % bytes.len();
        bytes[at] ^= 0x10;
        std::fs::write(&path, bytes).unwrap();
    }
    same(&project, "flipped");
    for path in entries(&project) {
        std::fs::write(path, "something else").unwrap();
    }
    same(&project, "foreign");
    for path in entries(&project) {
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(path).unwrap();
    }
    same(&project, "folders");
    project.write("file", "");
    let blocked = project.run(&[&CHECK[..], &["fn", "--cache-dir", "file"]].concat());
    assert_eq!((blocked.out, blocked.code), {
        let fresh = project.run(&[&CHECK[..], &["fn", "--no-cache"]].concat());
        (fresh.out, fresh.code)
    });
}

#[test]
fn nothing_is_kept_where_nobody_says_where() {
    let project = project();
    let run = project.run(&[&CHECK[..], &["fn"]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    let names: Vec<String> = std::fs::read_dir(project.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

pub(super) fn zip(project: &Project, name: &str, code: &str) -> String {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("app.py", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(code.as_bytes()).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    std::fs::write(project.path(name), &bytes).unwrap();
    STANDARD.encode_to_string(Sha256::digest(&bytes))
}

fn line(path: &str, hash: &str, memory: u32) -> String {
    format!(
        "{{\"path\": \"{path}\", \"handler\": \"app.handler\", \"runtime\": \"python3.12\", \"architecture\": \"arm64\", \
         \"memory\": {memory}, \"CodeSha256\": \"{hash}\"}}\n"
    )
}

#[test]
fn a_function_of_a_list_that_is_known_is_not_opened() {
    let project = Project::new(&[]);
    let hash = zip(&project, "a.zip", "def handler(event, context):\n    return 1\n");
    project.write("list.ndjson", &line("a.zip", &hash, 128));
    let run =
        |more: &[&str]| project.run(&[&["check", "--from-file", "list.ndjson", "--cache-dir", "cache"], more].concat());
    let first = run(&[]);
    assert_eq!(first.code, 0, "{} {}", first.out, first.err);
    std::fs::remove_file(project.path("a.zip")).unwrap();
    assert_eq!(run(&[]).out, first.out, "it is not there any more, and nobody looks");
    assert!(run(&["--no-cache"]).out.contains("no such file"));
    project.write("list.ndjson", &line("a.zip", &hash, 256));
    assert!(run(&[]).out.contains("no such file"), "another memory");
    let other = zip(&project, "a.zip", "def handler(event, context):\n    return 2\n");
    let mismatch = run(&[]);
    assert_eq!(mismatch.code, 2);
    assert!(mismatch.out.contains(&format!("a.zip: its content is {other}")), "{}", mismatch.out);
    assert!(run(&["--no-cache"]).out.contains("its content is"));
    project.write("list.ndjson", &line("a.zip", "short", 256));
    assert!(run(&[]).out.contains("is no SHA-256"));
}

#[test]
fn a_function_of_a_list_that_was_judged_is_not_opened_for_other_rules() {
    let project = Project::new(&[]);
    let source = "import os  # defrost: allow(barrel-import)\nimport sqlite3, decimal\nimport pandas\n\n\n\
                  def handler(event, context):\n    return pandas\n";
    let hash = zip(&project, "a.zip", source);
    project.write("list.ndjson", &line("a.zip", &hash, 128));
    let run = |more: &[&str]| project.run(&[&["check", "--from-file", "list.ndjson"], more].concat());
    let choices: [(&str, &[&str]); 7] = [
        ("", &[]),
        ("", &["--ignore", "unresolved-import"]),
        ("", &["--select", "unresolved-import"]),
        ("", &["--select", "init", "--fail-on", "note"]),
        ("[rules]\nunresolved-import = \"warning\"\nmissing-bytecode = \"error\"\n", &[]),
        ("[rules]\nunresolved-import = \"off\"\n", &[]),
        ("[[overrides]]\npaths = [\"a.zip\"]\nrules = { unresolved-import = \"note\" }\n", &[]),
    ];
    let expected: Vec<_> = choices
        .iter()
        .map(|(config, more)| {
            project.write("defrost.toml", config);
            let run = run(&[&["--no-cache"], *more].concat());
            (run.code, run.out)
        })
        .collect();
    assert!(expected.iter().any(|(code, _)| *code == 0) && expected.iter().any(|(code, _)| *code == 1), "{expected:?}");
    project.write("defrost.toml", "");
    run(&["--cache-dir", "cache"]);
    std::fs::remove_file(project.path("a.zip")).unwrap();
    for ((config, more), expected) in choices.iter().zip(expected) {
        project.write("defrost.toml", config);
        let known = run(&[&["--cache-dir", "cache"], *more].concat());
        assert!((known.code, &known.out) == (expected.0, &expected.1), "{config} {more:?}: {}", known.out);
    }
    project.write("defrost.toml", "budget-files = 1\n");
    assert!(run(&["--cache-dir", "cache"]).out.contains("no such file"), "another budget");
}
