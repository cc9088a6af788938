//! Shared libraries that code loads by their names: those that neither the image nor the package has.

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::faults::DATA;
use super::trace::Fault;
use super::*;
use crate::graph::native as graph_native;
use crate::knowledge::table;
use crate::lang::native::Host;
use crate::lang::python::ir::Expr;

/// The rule for libraries that nothing has.
const LIBRARY: &str = "missing-shared-library";
/// How libraries of other systems end, which nothing on Linux has.
const FOREIGN: [&str; 2] = [".dll", ".dylib"];

/// How code asks for libraries.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Loads {
    find: Vec<String>,
    load: Vec<String>,
    methods: Vec<String>,
}

table! {
    static LOADS: Loads = "python/native_loads.toml", tested by the_native_loads_read;
}

/// Whether a list of words has one.
fn has(words: &[String], wanted: &str) -> bool {
    words.iter().any(|word| word == wanted)
}

impl Interp<'_> {
    /// Calls that look for a shared library or load one.
    pub(super) fn call_libraries(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        if !name.starts_with("ctypes.") {
            return Ok(None);
        }
        let text = args.positional.first().copied().or_else(|| self.keyword(args, "name"));
        let Some(text) = text.and_then(|text| self.path_of(text)) else { return Ok(None) };
        if has(&LOADS.find, name) {
            return Ok(Some(self.find_library(&text)));
        }
        if has(&LOADS.load, name) {
            return self.load_library(&text).map(Some);
        }
        Ok(None)
    }

    /// `ffi.dlopen("lib.so")` of an object that is not known.
    pub(super) fn call_loader(&mut self, frame: &Frame, function: ExprId, args: &Args, span: Span) -> Run<Value> {
        let code = &frame.code.code;
        let Expr::Attribute(_, method) = code.expr(function) else { return Ok(Value::Unknown) };
        let Some(text) = args.positional.first().and_then(|text| self.text_of(*text)) else {
            return Ok(Value::Unknown);
        };
        if !has(&LOADS.methods, code.name(method)) {
            return Ok(Value::Unknown);
        }
        self.call_sites.push((frame.module, span));
        let result = self.load_library(&text);
        self.call_sites.pop();
        result
    }

    /// What `find_library` finds: nothing, where the image has no such library and the package brings none.
    fn find_library(&mut self, stem: &str) -> Value {
        let start = format!("lib{stem}.so");
        let is_known = self.input.libraries.is_some_and(|(platform, glibc)| !platform.may_have_library(glibc, &start));
        if !is_known || stem.contains(text::HOLE) || self.ships(|file| file.starts_with(&start)) {
            return Value::Unknown;
        }
        if let Some((at, _)) = self.call_sites.last() {
            self.lacking = Some((self.module(*at).root, start));
        }
        Value::None
    }

    fn load_library(&mut self, name: &str) -> Run<Value> {
        if name.contains(text::HOLE) {
            return Ok(Value::Unknown);
        }
        if name.contains('/') {
            return self.load_library_at(name);
        }
        // Where the loader looks in the package and its layers: `LD_LIBRARY_PATH` of the runtimes.
        let found = ["", "lib/", "/opt/lib/"].iter().find_map(|at| self.input.artifact.find(&format!("{at}{name}")));
        if let Some(entry) = found {
            return self.load_library_file(name, entry);
        }
        let is_known = self.input.libraries.is_some_and(|(platform, glibc)| !platform.has_library(glibc, name));
        let is_plain = name.contains(".so") || FOREIGN.iter().any(|ending| name.ends_with(ending));
        if !is_known || !is_plain || self.ships(|file| file == name) {
            return Ok(Value::Unknown);
        }
        self.no_library(LIBRARY, name)
    }

    /// A library that code loads by its path.
    fn load_library_at(&mut self, path: &str) -> Run<Value> {
        if self.has_moved && !path.starts_with('/') {
            return Ok(Value::Unknown);
        }
        let Some(inner) = inside(&normal(&absolute(path))) else { return Ok(Value::Unknown) };
        if let Some(entry) = self.input.artifact.find(&inner) {
            return self.load_library_file(path, entry);
        }
        if inner.starts_with('/') || self.input.artifact.is_folder(&inner) {
            return Ok(Value::Unknown);
        }
        self.no_library(DATA, path)
    }

    /// A library that is there, which the loader may refuse all the same.
    fn load_library_file(&mut self, name: &str, entry: EntryId) -> Run<Value> {
        let host = Host { machine: graph_native::machine_of(self.input.architecture), node_abi: None };
        let Some(refusal) = graph_native::header_refusal(self.input.artifact, entry, host) else {
            return Ok(Value::Unknown);
        };
        let message = format!("{name}: {}", refusal.text());
        if !self.is_certain() || self.budget.is_spent() {
            return self.soft_error("OSError", &message);
        }
        let site = self.call_sites.last().copied();
        let path = self.input.artifact.entry(entry).path.to_string();
        let fault = self.new_fault(graph_native::rule_of(refusal), &path, format!("OSError: {message}"), site);
        self.raise_fault("OSError", &message, fault)
    }

    fn no_library(&mut self, rule: &'static str, name: &str) -> Run<Value> {
        let site = self.call_sites.last().copied();
        if let Some((at, _)) = site {
            self.lacking = Some((self.module(at).root, name.to_owned()));
        }
        let message = format!("{name}: cannot open shared object file: No such file or directory");
        if !self.is_certain() || self.budget.is_spent() {
            return self.soft_error("OSError", &message);
        }
        let mut fault = self.new_fault(rule, name, format!("OSError: {message}"), site);
        fault.cure = Some(name.to_owned());
        self.raise_fault("OSError", &message, fault)
    }

    /// Whether the package or a layer has a file with such a name anywhere: code may find it in its own way.
    fn ships(&self, is_it: impl Fn(&str) -> bool) -> bool {
        let mut names =
            self.input.artifact.entries().map(|(_, entry)| entry.path.rsplit('/').next().unwrap_or_default());
        names.any(is_it)
    }

    /// Whether a library that code of a package has looked for in vain is why it raises an error.
    pub(super) fn raises_for_library(&self, at: ModIdx) -> bool {
        let is_its = self.lacking.as_ref().is_some_and(|(root, _)| *root == self.module(at).root);
        is_its && self.is_certain() && !self.budget.is_spent()
    }

    /// What such an error says.
    pub(super) fn fault_of_library(&self, at: ModIdx, fault: Fault) -> Fault {
        let Some((_, library)) = self.lacking.as_ref().filter(|_| self.raises_for_library(at)) else { return fault };
        let help = format!("`{library}` is in neither the package, its layers nor the image");
        let (subject, cure) = (library.clone(), Some(library.clone()));
        Fault { rule: LIBRARY, subject, cure, help: Some(help), ..fault }
    }
}
