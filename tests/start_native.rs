//! Whether executables start: small archives with verdicts that `tests/start/prove` has had from the kernel and the
//! dynamic loader.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::support;

/// Packs a folder with the modes that a case states.
fn pack(folder: &Path, modes: Option<&toml::Table>, archive: &Path) {
    let mut writer = zip::ZipWriter::new(File::create(archive).unwrap());
    for path in support::files(folder) {
        let mode = modes.and_then(|modes| modes.get(&path)?.as_integer()).unwrap_or(0o755);
        writer.start_file(path.as_str(), SimpleFileOptions::default().unix_permissions(mode as u32)).unwrap();
        writer.write_all(&fs::read(folder.join(&path)).unwrap()).unwrap();
    }
    writer.finish().unwrap();
}

/// What is wrong with the answer to a case, if anything is.
fn complaint(case: &Path) -> Option<String> {
    let doc: toml::Table = support::text(case.join("case.toml")).parse().unwrap();
    let text = |key: &str| doc.get(key).and_then(toml::Value::as_str);
    let folder = tempfile::tempdir().unwrap();
    pack(&case.join("input"), doc.get("modes").and_then(toml::Value::as_table), &folder.path().join("fn.zip"));
    let mut arguments = vec!["check", "fn.zip", "--format", "json"];
    arguments.extend(["--handler", text("handler").unwrap(), "--runtime", text("runtime").unwrap()]);
    if case.join("layer").is_dir() {
        pack(&case.join("layer"), None, &folder.path().join("layer.zip"));
        arguments.extend(["--layer", "layer.zip"]);
    }
    let output = support::defrost(folder.path(), &arguments);
    let report: Value = serde_json::from_slice(&output.stdout).ok()?;
    let start = &report["functions"][0]["start"];
    let (verdict, rule) = (start["verdict"].as_str(), start["cause"]["rule"].as_str());
    let findings = report["findings"].as_array()?;
    let errors: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    let fits =
        verdict == text("verdict") && rule == text("rule") && errors == text("rule").into_iter().collect::<Vec<_>>();
    (!fits).then(|| {
        format!(
            "{}: wanted {:?} {:?}, got {verdict:?} {rule:?}, errors {errors:?}",
            case.display(),
            text("verdict"),
            text("rule")
        )
    })
}

/// The verdicts are right, and one cause gives one error.
#[test]
fn executables_start_or_fail_as_the_kernel_has_it() {
    let cases = support::folders(&support::root().join("tests/start/native"));
    assert!(!cases.is_empty());
    let complaints: Vec<String> = cases.iter().filter_map(|case| complaint(case)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
