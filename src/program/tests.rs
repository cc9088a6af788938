//! Programs of a few lines: what names stand for, and what code reaches. The helpers are shared with the rooms below.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::flow::{Kind, Stmt};
use super::reach::{Cuts, Region, reach};
use super::values::{At, Thing};
use super::{Own, Prepared, Program};
use crate::artifact::{Artifact, ArtifactKind, Bytes, Contents, Entry, ReadError};
use crate::graph::javascript::{self, JavaScriptInput};
use crate::graph::python::{self, PythonInput};
use crate::graph::{ModuleGraph, WhatIf};
use crate::package::Bundle;
use crate::package::owners::Packages;
use crate::platform::{Architecture, Language};

struct Texts(Vec<String>);

impl Contents for Texts {
    fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
        let text = self.0.get(entry as usize).cloned().unwrap_or_default();
        Ok(Arc::new(text.into_bytes()))
    }
}

/// A function of a few files, simulated.
pub(crate) struct Small {
    pub(crate) bundle: Bundle,
    pub(crate) graph: ModuleGraph,
    pub(crate) packages: Arc<Packages>,
    prepared: Prepared,
    is_python: bool,
}

impl Small {
    /// A function whose handler is `app.handler` of Python or `index.handler` of Node, by its files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let is_python = files.iter().any(|(path, _)| *path == "app.py");
        let entry = |(path, text): &(&str, &str)| Entry {
            path: (*path).into(),
            bytes: text.len() as u64,
            zipped_bytes: None,
            crc32: None,
            modified: None,
            mode: None,
        };
        let entries = files.iter().map(entry).collect();
        let texts = Texts(files.iter().map(|(_, text)| (*text).to_owned()).collect());
        let artifact = Artifact::new("fn".into(), ArtifactKind::Directory, None, entries, Vec::new(), Box::new(texts));
        let bundle = Bundle::new(artifact);
        let packages = bundle.owners(if is_python { Language::Python } else { Language::Node });
        let graph = if is_python { of_python(&bundle, &packages) } else { of_node(&bundle) };
        Self { bundle, graph, packages, prepared: Prepared::default(), is_python }
    }

    /// Its own code.
    pub(crate) fn program(&self) -> Program<'_> {
        let Self { bundle, graph, packages, prepared, .. } = self;
        let flows = Own { artifact: &bundle.artifact, graph, packages, prepared }.flows(1);
        Program::new(graph, flows, self.is_python)
    }
}

fn of_python(bundle: &Bundle, packages: &Packages) -> ModuleGraph {
    python::simulate(&PythonInput {
        bundle,
        handler: "app.handler",
        version: (3, 12),
        architecture: Architecture::X86_64,
        sdk: None,
        libraries: None,
        environment: &BTreeMap::new(),
        packages,
        refused: &FxHashMap::default(),
        what_if: &WhatIf::default(),
    })
}

fn of_node(bundle: &Bundle) -> ModuleGraph {
    javascript::simulate(&JavaScriptInput {
        bundle,
        handler: "index.handler",
        node: 22,
        arm: false,
        sdk: None,
        environment: &BTreeMap::new(),
        source_tree: false,
        prepare: None,
        what_if: &WhatIf::default(),
        refused: &FxHashMap::default(),
    })
}

/// What the last top-level name `x` of the first unit stands for, as text.
fn value_of_x(files: &[(&str, &str)]) -> String {
    let small = Small::new(files);
    let program = small.program();
    let flow = program.flow(0);
    let bound = flow.below(flow.top).into_iter().rev().find_map(|stmt| match stmt {
        Stmt::Bind(var, value) if flow.vars.get(*var as usize).is_some_and(|var| &*var.name == "x") => Some(*value),
        _ => None,
    });
    let Some(value) = bound else { return "no x".to_owned() };
    shown(&program, (0, value))
}

fn shown(program: &Program<'_>, at: At) -> String {
    match program.value(at) {
        Thing::External(path) => path,
        Thing::Made(path, _) => format!("made by {path}"),
        Thing::Module(unit) => format!("module {}", program.graph.module(program.units[unit].module).name),
        Thing::Parameter(..) => "parameter".to_owned(),
        Thing::Node(node) => match program.kind(node) {
            Kind::Text(text) => format!("text {text}"),
            Kind::Function(function) => format!("function {}", program.flow(node.0).functions[*function as usize].name),
            Kind::Class(class) => format!("class {}", program.flow(node.0).classes[*class as usize].name),
            other => format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_owned(),
        },
    }
}

#[test]
fn names_of_python_are_followed_through_modules_and_calls() {
    let handler = "\ndef handler(event, context):\n    return x\n";
    let other = "import json\nLIMIT = 'ten'\ndef make():\n    return json.dumps\nclass Shop:\n    name = 'corner'\n";
    for (line, wanted) in [
        ("import json\nx = json.dumps", "json.dumps"),
        ("from json import dumps as d\nx = d", "json.dumps"),
        ("import json\nx = json.JSONEncoder()", "made by json.JSONEncoder()"),
        ("from other import LIMIT\nx = LIMIT", "text ten"),
        ("import other\nx = other.LIMIT", "text ten"),
        ("import other\nx = other", "module other"),
        ("import other\nx = other.make()", "json.dumps"),
        ("import other\nx = other.Shop", "class Shop"),
    ] {
        let app = format!("{line}{handler}");
        assert_eq!(value_of_x(&[("app.py", &app), ("other.py", other)]), wanted, "{line}");
    }
}

#[test]
fn names_of_javascript_are_followed_through_modules_and_calls() {
    let other = "exports.limit = 'ten'; exports.make = () => 'made'; exports.Shop = class Shop {};";
    for (line, wanted) in [
        ("const fs = require('fs'); const x = fs.readFile;", "fs.readFile"),
        ("const { readFile } = require('node:fs'); const x = readFile;", "fs.readFile"),
        ("const x = new (require('events'))();", "made by events()"),
        ("const x = require('./other');", "module other.js"),
        ("const { limit } = require('./other'); const x = limit;", "text ten"),
        ("const x = require('./other').make();", "text made"),
        ("const table = { a: 'one' }; const x = table.a;", "text one"),
        ("const x = Object.freeze('cold');", "text cold"),
    ] {
        let index = format!("{line}\nexports.handler = async () => x;");
        assert_eq!(value_of_x(&[("index.js", &index), ("other.js", other)]), wanted, "{line}");
    }
}

/// The modules that own code reaches from a function by its name, cutting nothing.
fn reached_from(files: &[(&str, &str)], name: &str) -> Vec<String> {
    let small = Small::new(files);
    let program = small.program();
    let functions = (0..program.units.len()).flat_map(|unit| {
        let functions = &program.flow(unit).functions;
        (0..functions.len() as u32).map(move |function| (unit, function))
    });
    let wanted = |(unit, function): &(usize, u32)| &*program.flow(*unit).functions[*function as usize].name == name;
    let regions: Vec<Region> =
        functions.filter(wanted).map(|(unit, function)| Region::Function(unit, function)).collect();
    let found = reach(&program, &Cuts::default(), &regions, None);
    let own: Vec<_> = program.units.iter().map(|unit| unit.module).collect();
    let mut names: Vec<String> = found
        .targets
        .iter()
        .filter(|id| !own.contains(id))
        .map(|id| small.graph.module(*id).name.to_string())
        .filter(|name| !name.contains('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn code_reaches_what_it_names_and_what_that_names() {
    let app = "
import csv
import sqlite3

def write(rows):
    return csv.writer(rows)

def store(rows):
    return sqlite3.connect(':memory:')

def export(event):
    return write(event)

def save(event):
    return store(event)

def handler(event, context):
    return export(event) or save(event)
";
    assert_eq!(reached_from(&[("app.py", app)], "export"), ["csv"]);
    assert_eq!(reached_from(&[("app.py", app)], "save"), ["sqlite3"]);
    assert_eq!(reached_from(&[("app.py", app)], "handler"), ["csv", "sqlite3"]);
}

#[test]
fn methods_are_reached_through_their_objects() {
    let app = "
import csv
import sqlite3

class Files:
    def write(self, rows):
        return csv.writer(rows)

class Base:
    def write(self, rows):
        return sqlite3.connect(rows)

files = Files()
base = Base()

def export(event):
    return files.write(event)

def handler(event, context):
    return export(event) or base
";
    assert_eq!(reached_from(&[("app.py", app)], "export"), ["csv"]);
}

#[test]
fn own_code_has_one_form_for_both_languages() {
    let kinds = |files: &[(&str, &str)]| {
        let small = Small::new(files);
        let program = small.program();
        let flow = program.flow(0);
        let count = |wanted: fn(&Kind) -> bool| flow.nodes.iter().filter(|node| wanted(&node.kind)).count();
        (
            flow.functions.len(),
            flow.classes.len(),
            count(|kind| matches!(kind, Kind::Compare(..))),
            count(|kind| matches!(kind, Kind::Map(_))),
        )
    };
    let python = "
class A:
    def f(self):
        return {'a': 1}

def handler(event, context):
    return event['x'] == 'y'
";
    let javascript = "
class A { f() { return { a: 1 }; } }
exports.handler = async function (event) { return event.x === 'y'; };
";
    assert_eq!(kinds(&[("app.py", python)]), (2, 1, 1, 1));
    assert_eq!(kinds(&[("index.js", javascript)]), (2, 1, 1, 1));
}
