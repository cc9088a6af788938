//! Crates of a package: declared and found by convention.

use super::{BuildScript, CargoManifest, crate_name};
use crate::input::files::{self, Files};

/// Kinds of crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// The library.
    Lib,
    /// An executable.
    Bin,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Bench,
    /// The build script.
    Build,
}

/// One crate of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its name.
    pub name: String,
    /// Its root file.
    pub path: String,
}

/// The crates of a package whose root files exist.
#[must_use]
pub fn targets(manifest: &CargoManifest, files: &dyn Files) -> Vec<Target> {
    let Some(package) = &manifest.package else { return Vec::new() };
    let folder = manifest.folder.as_str();
    let mut found: Vec<Target> = Vec::new();
    let lib_path = manifest.lib.as_ref().and_then(|lib| lib.path.clone()).unwrap_or_else(|| "src/lib.rs".to_string());
    add(&mut found, files, TargetKind::Lib, manifest.lib_name(), files::join(folder, &lib_path));
    for (kind, declared) in &manifest.declared {
        let Some(name) = declared.name.clone().or_else(|| declared.path.as_deref().map(stem)) else { continue };
        for path in declared.path.iter().cloned().chain(default_paths(*kind, &name, &package.name)) {
            let path = files::join(folder, &path);
            if files.is_file(&path) {
                add(&mut found, files, *kind, name.clone(), path);
                break;
            }
        }
    }
    let auto = |kind: TargetKind| !package.auto_off.contains(&kind);
    if auto(TargetKind::Bin) {
        add(&mut found, files, TargetKind::Bin, package.name.clone(), files::join(folder, "src/main.rs"));
        discover(&mut found, files, TargetKind::Bin, &files::join(folder, "src/bin"));
    }
    for (kind, sub) in [(TargetKind::Example, "examples"), (TargetKind::Test, "tests"), (TargetKind::Bench, "benches")]
    {
        if auto(kind) {
            discover(&mut found, files, kind, &files::join(folder, sub));
        }
    }
    match &package.build {
        BuildScript::Off => {}
        BuildScript::Auto => {
            add(&mut found, files, TargetKind::Build, "build-script".into(), files::join(folder, "build.rs"))
        }
        BuildScript::Path(path) => {
            add(&mut found, files, TargetKind::Build, "build-script".into(), files::join(folder, path))
        }
    }
    found
}

fn add(found: &mut Vec<Target>, files: &dyn Files, kind: TargetKind, name: String, path: String) {
    let known =
        found.iter().any(|target| target.path == path && (target.kind == kind || target.kind == TargetKind::Bin));
    if !known && files.is_file(&path) {
        found.push(Target { kind, name, path });
    }
}

fn discover(found: &mut Vec<Target>, files: &dyn Files, kind: TargetKind, folder: &str) {
    for child in files.list(folder) {
        if child.is_folder {
            add(found, files, kind, child.name.clone(), format!("{folder}/{}/main.rs", child.name));
        } else if let Some(name) = child.name.strip_suffix(".rs") {
            add(found, files, kind, name.to_string(), format!("{folder}/{}", child.name));
        }
    }
}

fn default_paths(kind: TargetKind, name: &str, package: &str) -> Vec<String> {
    let folder = match kind {
        TargetKind::Bin => "src/bin",
        TargetKind::Example => "examples",
        TargetKind::Test => "tests",
        TargetKind::Bench => "benches",
        TargetKind::Lib | TargetKind::Build => return Vec::new(),
    };
    let mut paths = vec![format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
    if kind == TargetKind::Bin && (crate_name(name) == crate_name(package) || name == "bootstrap") {
        paths.push("src/main.rs".into());
    }
    paths
}

fn stem(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".rs").unwrap_or(file).to_string()
}
