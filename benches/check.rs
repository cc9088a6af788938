//! Speed of the steps of `defrost check`, over a package made on the spot.
//!
//! `cargo bench` runs all; `cargo bench -- inflate` those with that word in their name.
//! How the whole compares with `unzip` and the interpreter is measured by `compare.py`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "no input of users runs through here")]

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use defrost::artifact::Artifact;
use defrost::graph::python::{PythonInput, simulate};
use defrost::graph::{Refused, WhatIf};
use defrost::input::{self, Limits};
use defrost::lang::python;
use defrost::package::Bundle;
use defrost::package::owners::python::attribute;
use defrost::platform::Architecture;
use rayon::prelude::*;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PACKAGES: usize = 60;
const MODULES: usize = 100;

fn main() {
    divan::main();
}

/// A package of 6,000 modules, as a zip or as a folder.
struct Package {
    _scratch: TempDir,
    path: PathBuf,
}

impl Package {
    fn zip() -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("fn.zip");
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files() {
            writer.start_file(name, SimpleFileOptions::default()).expect("a valid name");
            writer.write_all(content.as_bytes()).expect("room in memory");
        }
        let bytes = writer.finish().expect("a complete archive").into_inner();
        std::fs::write(&path, bytes).expect("room on the disk");
        Self { _scratch: scratch, path }
    }

    fn folder() -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("fn");
        for (name, content) in files() {
            let file = path.join(name);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            std::fs::write(file, content).expect("room on the disk");
        }
        Self { _scratch: scratch, path }
    }

    fn open(&self) -> Artifact {
        input::open(&self.path, &[], &Limits::default()).expect("a package")
    }
}

/// Names and contents: each module imports its neighbour and defines a class and functions.
fn files() -> impl Iterator<Item = (String, String)> {
    (0..PACKAGES).flat_map(|package| {
        (0..MODULES).map(move |module| {
            let name = format!("package_{package:02}/module_{module:03}.py");
            (name, source(package, module))
        })
    })
}

fn source(package: usize, module: usize) -> String {
    let mut text = format!("from package_{package:02} import module_{:03}\n\n", (module + 1) % MODULES);
    for function in 0..40 {
        text.push_str(&format!(
            "def function_{function}(a, b={module}):\n    \"\"\"Adds {function} to a and b.\"\"\"\n    \
             return [a + b + {function} for _ in range({package})]\n\n"
        ));
    }
    text
}

#[divan::bench]
fn list_zip(bencher: divan::Bencher<'_, '_>) {
    let package = Package::zip();
    bencher.bench(|| package.open());
}

#[divan::bench]
fn list_folder(bencher: divan::Bencher<'_, '_>) {
    let package = Package::folder();
    bencher.bench(|| package.open());
}

#[divan::bench]
fn inflate_all(bencher: divan::Bencher<'_, '_>) {
    let package = Package::zip();
    let artifact = package.open();
    bencher.counter(divan::counter::BytesCount::new(artifact.unpacked_bytes())).bench(|| read_all(&artifact));
}

#[divan::bench]
fn read_folder(bencher: divan::Bencher<'_, '_>) {
    let package = Package::folder();
    let artifact = package.open();
    bencher.counter(divan::counter::BytesCount::new(artifact.unpacked_bytes())).bench(|| read_all(&artifact));
}

fn read_all(artifact: &Artifact) -> usize {
    let ids: Vec<_> = artifact.entries().map(|(id, _)| id).collect();
    ids.into_par_iter().map(|id| artifact.read(id).map_or(0, |bytes| (*bytes).as_ref().len())).sum()
}

#[divan::bench]
fn parse_python(bencher: divan::Bencher<'_, '_>) {
    let text = source(1, 1);
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| python::parse(text.as_bytes()));
}

/// The handler module and, through it, one package of a hundred modules.
#[divan::bench]
fn simulate_python(bencher: divan::Bencher<'_, '_>) {
    let package = Package::zip();
    let artifact = package.open();
    let environment = BTreeMap::new();
    let bundle = Bundle::new(artifact);
    let packages = attribute(&bundle.artifact);
    let input = PythonInput {
        bundle: &bundle,
        handler: "package_01.module_001.function_1",
        version: (3, 12),
        architecture: Architecture::X86_64,
        sdk: None,
        libraries: None,
        environment: &environment,
        packages: &packages,
        refused: &Refused::default(),
        what_if: &WhatIf::default(),
    };
    // Each run parses anew.
    bencher.bench(|| {
        let graph = simulate(&input);
        drop(bundle.release());
        graph
    });
}
