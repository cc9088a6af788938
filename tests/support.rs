//! What the integration tests share: running the binary on trees without surroundings.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the binary in a folder, with nothing of the environment but what a process needs.
pub fn defrost(folder: &Path, arguments: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_defrost"), folder, arguments)
}

/// Runs the cargo subcommand's executable likewise.
pub fn cargo_defrost(folder: &Path, arguments: &[&str]) -> Output {
    run(env!("CARGO_BIN_EXE_cargo-defrost"), folder, arguments)
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments).env_clear();
    for name in ["PATH", "SystemRoot", "TEMP", "TMP"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.output().unwrap()
}

/// A text file of the repository.
pub fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Folders directly inside a folder, by name.
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(path)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect())
        .unwrap_or_default();
    folders.sort();
    folders
}

/// Files below a folder, as paths relative to it with `/`, by name.
pub fn files(folder: &Path) -> Vec<String> {
    let walked = ignore::WalkBuilder::new(folder).standard_filters(false).build();
    let files = walked.map(Result::unwrap).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let relative = files.map(|entry| entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
    let mut files: Vec<String> = relative.collect();
    files.sort();
    files
}

/// Folders of rules, with their folder names.
pub fn rule_folders() -> Vec<(String, PathBuf)> {
    let all = folders(&root().join("rules")).into_iter();
    all.filter(|path| path.join("rule.toml").is_file())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect()
}

/// Compares the text between `<!-- NAME:begin -->` and `<!-- NAME:end -->` of a committed file
/// with what it should be; writes it with DEFROST_UPDATE=1.
pub fn assert_between(path: &str, name: &str, fresh: &str) {
    let committed = text(path);
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = committed.split_once(&begin).unwrap_or_else(|| panic!("{path} has no {begin}"));
    let (old, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{path} has no {end}"));
    if old != fresh && std::env::var_os("DEFROST_UPDATE").is_some() {
        std::fs::write(root().join(path), format!("{before}{begin}{fresh}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(old, fresh, "{path} is out of date; run the tests with DEFROST_UPDATE=1");
}

/// Compares a committed file with what it should be; writes it with DEFROST_UPDATE=1.
pub fn assert_file(path: &str, fresh: &str) {
    let file = root().join(path);
    let old = std::fs::read_to_string(&file).unwrap_or_default();
    if old != fresh && std::env::var_os("DEFROST_UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, fresh).unwrap();
        return;
    }
    assert!(old == fresh, "{path} is out of date; run the tests with DEFROST_UPDATE=1");
}
