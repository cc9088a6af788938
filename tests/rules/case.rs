//! A case: a tree of files made in a temporary folder, analysed with one rule switched on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use serde::Deserialize;

use super::page::Block;
use super::{elf, pyc};
use crate::support;

/// What a `case.toml` can say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Handler; `app.handler` unless said.
    handler: Option<String>,
    /// Runtime; `python3.12` unless said.
    runtime: Option<String>,
    /// Further arguments of `check`.
    arguments: Vec<String>,
    /// Permission bits of files and folders, a path and octal digits each; 0644 unless said.
    modes: Vec<String>,
    /// Whether the files are put into an archive `case.zip`, which is then analysed.
    zip: bool,
    /// Files that are made here, a line each: path, and a size if it matters.
    tree: String,
    /// A content of this many bytes under several paths.
    copies: Vec<String>,
    copy_bytes: usize,
    /// Findings in files that cannot be marked: a path, or `.` for the package, and `:line` where
    /// that is not the first.
    expect: Vec<String>,
}

/// A case.
pub struct Case {
    rule: String,
    files: BTreeMap<String, Vec<u8>>,
    recipe: Recipe,
    /// Whether only the number of findings counts: one for bad examples.
    pub counts_only: bool,
}

/// A finding by place.
type Found = (String, u64);

impl Case {
    pub fn new(rule: &str) -> Self {
        Self { rule: rule.to_owned(), files: BTreeMap::new(), recipe: Recipe::default(), counts_only: false }
    }

    pub fn add_folder(&mut self, folder: &Path) {
        for path in support::files(folder) {
            let content = fs::read(folder.join(&path)).unwrap();
            if path == "case.toml" {
                self.read_recipe(&String::from_utf8(content).unwrap());
            } else {
                self.files.insert(path, content);
            }
        }
    }

    /// Further arguments of `check`.
    pub fn add_arguments(&mut self, arguments: &[&str]) {
        self.recipe.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    }

    /// A file.
    pub fn add_file(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.as_bytes().to_vec());
    }

    /// A block of a page: `toml case`, `text tree`, or a file by its path.
    pub fn add_block(&mut self, block: &Block) {
        match (block.language.as_str(), block.words.first().map(String::as_str)) {
            ("toml", Some("case")) => self.read_recipe(&block.text),
            ("text", Some("tree")) => self.add_tree(&block.text),
            (_, Some(path)) => {
                self.files.insert(path.to_owned(), block.text.clone().into_bytes());
            }
            _ => {}
        }
    }

    fn read_recipe(&mut self, text: &str) {
        self.recipe = toml::from_str(text).unwrap_or_else(|error| panic!("case.toml of {}: {error}", self.rule));
        let tree = std::mem::take(&mut self.recipe.tree);
        self.add_tree(&tree);
        for path in std::mem::take(&mut self.recipe.copies) {
            self.files.insert(path, filler("copy", self.recipe.copy_bytes));
        }
    }

    /// Files of the given sizes, or shared objects (`elf x86_64 2.38`: machine and GLIBC), or bytecode (`pyc 3.12 unchecked`), and the metadata of distributions that a `*.dist-info` line names.
    fn add_tree(&mut self, tree: &str) {
        let mut distributions = Vec::new();
        for line in tree.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (path, size) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            if let Some(info) = path.strip_suffix("/").unwrap_or(path).strip_suffix(".dist-info") {
                distributions.push(info.to_owned());
            } else {
                let size = size.trim();
                let made = elf::from_words(size).or_else(|| pyc::from_words(size));
                let content = made.unwrap_or_else(|| filler(path, bytes(size)));
                self.files.insert(path.to_owned(), content);
            }
        }
        for distribution in distributions {
            self.add_metadata(&distribution);
        }
    }

    fn add_metadata(&mut self, distribution: &str) {
        let (name, version) = distribution.split_once('-').unwrap();
        let top = name.to_lowercase();
        let is_its = |path: &&String| {
            let first = path.split('/').next().unwrap_or_default().trim_end_matches(".py");
            first == top || first == format!("{top}.libs")
        };
        let mut record: String = self.files.keys().filter(is_its).map(|path| format!("{path},,\n")).collect();
        record.push_str(&format!("{distribution}.dist-info/METADATA,,\n{distribution}.dist-info/RECORD,,\n"));
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        self.files.insert(format!("{distribution}.dist-info/METADATA"), metadata.into_bytes());
        self.files.insert(format!("{distribution}.dist-info/RECORD"), record.into_bytes());
    }

    /// What is wrong, if anything.
    pub fn complaint(&self, name: &str) -> Option<String> {
        let found = match self.found() {
            Ok(found) => found,
            Err(message) => return Some(message),
        };
        let expected = self.expected();
        if self.counts_only {
            let number = usize::from(name.starts_with("bad_"));
            return (found.len() != number).then(|| format!("expected {number} findings, found {found:?}"));
        }
        if name.starts_with("bad_") == expected.is_empty() {
            return Some(format!("the marks do not fit the name: {expected:?}"));
        }
        let sorted: BTreeSet<Found> = found.iter().cloned().collect();
        (sorted != expected || found.len() != expected.len())
            .then(|| format!("expected {expected:?}\n  found {found:?}"))
    }

    /// Marked lines, and what the recipe expects without a line.
    fn expected(&self) -> BTreeSet<Found> {
        let mark = format!("~ {}", self.rule);
        let mut expected: BTreeSet<Found> = self.recipe.expect.iter().map(|place| expected_place(place)).collect();
        for (path, content) in &self.files {
            let text = String::from_utf8_lossy(content);
            let marked = (1u64..).zip(text.lines()).filter(|(_, line)| line.trim_end().ends_with(&mark));
            expected.extend(marked.map(|(line, _)| (path.clone(), line)));
        }
        expected
    }

    fn found(&self) -> Result<Vec<Found>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = self.write(folder.path());
        let recipe = &self.recipe;
        if self.files.contains_key("Cargo.toml") {
            let arguments = ["check", "--manifest-path", "case/Cargo.toml", "--format", "json", "--select", &self.rule];
            return self.places(path, &support::cargo_defrost(folder.path(), &arguments));
        }
        let mut arguments = vec!["check", path, "--format", "json", "--select", &self.rule];
        let handler = recipe.handler.as_deref().unwrap_or("app.handler");
        let runtime = recipe.runtime.as_deref().unwrap_or("python3.12");
        if !recipe.arguments.iter().any(|argument| argument == "--template") {
            arguments.extend(["--handler", handler, "--runtime", runtime]);
        }
        if self.files.keys().any(|path| path.starts_with(LAYER)) {
            arguments.extend(["--layer", "layer"]);
        }
        arguments.extend(recipe.arguments.iter().map(String::as_str).filter(|argument| *argument != "--template"));
        self.places(path, &support::defrost(folder.path(), &arguments))
    }

    /// Where the findings of a report are.
    fn places(&self, path: &str, output: &std::process::Output) -> Result<Vec<Found>, String> {
        let Ok(report) = serde_json::from_slice::<serde_json::Value>(&output.stdout) else {
            return Err(format!("no report: {}", String::from_utf8_lossy(&output.stderr)));
        };
        let findings = report["findings"].as_array().unwrap();
        if let Some(other) = findings.iter().find(|finding| finding["rule"] != self.rule.as_str()) {
            return Err(format!("reports another rule: {}", other["rule"]));
        }
        let mut found: Vec<Found> = findings.iter().map(|finding| place(&finding["location"], path)).collect();
        found.sort();
        Ok(found)
    }

    /// Makes the tree, or the archive, and says how it is called. What is below `layer/` becomes a layer.
    fn write(&self, folder: &Path) -> &'static str {
        for (path, content) in self.files.iter().filter(|(path, _)| path.starts_with(LAYER) || !self.recipe.zip) {
            let path = if path.starts_with(LAYER) { folder.join(path) } else { folder.join("case").join(path) };
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        if self.recipe.zip {
            self.write_archive(&folder.join("case.zip"));
            return "case.zip";
        }
        for (path, mode) in self.modes() {
            set_mode(&folder.join(if path.starts_with(LAYER) { "" } else { "case" }).join(path), mode);
        }
        "case"
    }

    fn write_archive(&self, path: &Path) {
        let modes: BTreeMap<&str, u32> = self.modes().collect();
        let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for (folder, mode) in modes.iter().filter(|(path, _)| path.ends_with('/')) {
            archive.add_directory(*folder, options.unix_permissions(*mode)).unwrap();
        }
        for (path, content) in self.files.iter().filter(|(path, _)| !path.starts_with(LAYER)) {
            let mode = modes.get(path.as_str()).copied().unwrap_or(0o644);
            archive.start_file(path.as_str(), options.unix_permissions(mode)).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap();
    }

    fn modes(&self) -> impl Iterator<Item = (&str, u32)> {
        self.recipe.modes.iter().map(|line| {
            let (path, mode) = line.split_once(' ').unwrap();
            (path, u32::from_str_radix(mode.trim(), 8).unwrap())
        })
    }
}

/// Files below this folder are those of a layer.
const LAYER: &str = "layer/";

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

/// The path below the package, `.` for the package itself, and the line.
fn place(location: &serde_json::Value, package: &str) -> Found {
    let path = location["path"].as_str().unwrap();
    let inner = location["inner_path"].as_str();
    let shown = match inner {
        Some(inner) => inner,
        None if path == package => ".",
        None => path.strip_prefix(package).map_or(path, |rest| rest.trim_start_matches('/')),
    };
    (shown.to_owned(), location["line"].as_u64().unwrap())
}

/// `package.json:4`, or a path alone for its first line.
fn expected_place(place: &str) -> Found {
    match place.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?))) {
        Some((path, line)) => (path.to_owned(), line),
        None => (place.to_owned(), 1),
    }
}

/// `2 MB`, `300 kB`, `17`.
fn bytes(size: &str) -> usize {
    let mut words = size.split_whitespace();
    let number: f64 = words.next().map_or(0.0, |word| word.parse().unwrap());
    let unit = match words.next() {
        Some("kB") => 1e3,
        Some("MB") => 1e6,
        _ => 1.0,
    };
    (number * unit) as usize
}

/// Content of a size that differs between files of one size: comments, and in Python files as much code as people
/// write in so many bytes, since comments compile in no time.
fn filler(path: &str, bytes: usize) -> Vec<u8> {
    const COMMENT: &[u8] = b"# ---------------------------------------------------------------------------\n";
    const CODE: &[u8] = b"_ = '-------------------------------------------------------------------------'\n";
    let mut content = if bytes > path.len() + 2 { format!("# {path}\n").into_bytes() } else { Vec::new() };
    while content.len() < bytes {
        let left = bytes - content.len();
        let line = if path.ends_with(".py") && left >= CODE.len() { CODE } else { COMMENT };
        content.extend_from_slice(&line[..line.len().min(left)]);
    }
    content
}
