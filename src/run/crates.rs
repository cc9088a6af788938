//! Which executables of a Cargo workspace the functions are that templates declare.

use crate::artifact::Location;
use crate::assemble::{Executable, FunctionSpec};
use crate::engine::cargo::CargoFacts;
use crate::engine::{LeftOut, Omission};
use crate::input::{self, files};
use crate::manifest::cargo::CargoManifest;
use crate::span::LineIndex;
use crate::usage::cargo::CargoFunction;

/// Templates larger than this are not read again for the line of a function.
const LARGEST_TEMPLATE: u64 = 8 << 20;

/// A declared function that an executable of a crate is.
#[derive(Debug)]
pub(super) struct OfCrate {
    /// What is known of it but for what the crate says; its code is the folder of the crate or workspace.
    pub(super) spec: FunctionSpec,
    /// Which executable.
    pub(super) executable: Executable,
}

/// The executables that are functions, each with what a template says of it.
#[derive(Debug, Default)]
pub(super) struct Matched<'a> {
    /// In the order of the templates; by the workspace's own where none declares it.
    pub(super) functions: Vec<(&'a CargoFunction, Option<FunctionSpec>)>,
    /// Declared functions that no executable is.
    pub(super) left: Vec<Omission>,
}

/// Which executables are wanted that no template names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matching {
    /// None, where templates name some: those are all that is deployed.
    Deployed,
    /// All that are functions.
    All,
}

/// Joins what templates declare with what a workspace builds. What a template names is all that is deployed; only where
/// it does not say which executable a function is, those that nobody names stand for it.
pub(super) fn matched(cargo: &CargoFacts, declared: Vec<OfCrate>, matching: Matching) -> Matched<'_> {
    let mut found = Matched::default();
    let mut is_open = declared.is_empty() || matching == Matching::All;
    for OfCrate { spec, executable } in declared {
        match candidates(cargo, &spec.code, &executable).as_slice() {
            [only] => found.functions.push((*only, Some(spec))),
            [] => found.left.push(without_executable(&spec, &executable)),
            _ => is_open = true,
        }
    }
    if is_open {
        let is_free =
            |function: &&CargoFunction| !found.functions.iter().any(|(taken, _)| std::ptr::eq(*taken, *function));
        let rest: Vec<_> = cargo.functions().filter(is_free).map(|function| (function, None)).collect();
        found.functions.extend(rest);
    }
    found
}

/// The executables that a function may be. One of the package at `folder` goes before those of the others.
fn candidates<'a>(cargo: &'a CargoFacts, folder: &str, executable: &Executable) -> Vec<&'a CargoFunction> {
    let fits = |function: &&CargoFunction| match executable {
        Executable::Named(name) => function.name == *name,
        Executable::Only => true,
    };
    let all: Vec<&CargoFunction> = cargo.functions().filter(fits).collect();
    let member = |function: &CargoFunction| cargo.analysis.workspace.members.get(function.member);
    let is_here = |member: &CargoManifest| {
        files::normalize(&cargo.location(&member.folder, None).path) == files::normalize(folder)
    };
    let own: Vec<&CargoFunction> =
        all.iter().copied().filter(|function| member(function).is_some_and(is_here)).collect();
    if own.is_empty() { all } else { own }
}

/// A function whose executable the workspace does not have.
fn without_executable(spec: &FunctionSpec, executable: &Executable) -> Omission {
    let what = match executable {
        Executable::Named(name) => format!("an executable `{name}` that is a function"),
        Executable::Only => "an executable that is a function".to_owned(),
    };
    let left_out = Some(LeftOut { function: Some(spec.name.clone()), is_local: true });
    let message = format!("{} is left out: the crates at {} have not {what}", spec.name, spec.code);
    match &spec.origin {
        Some(origin) => Omission { path: origin.path.clone(), line: line(origin), message, left_out },
        None => Omission { path: spec.code.clone(), line: None, message, left_out },
    }
}

/// The line of a place in a template.
fn line(origin: &Location) -> Option<u32> {
    let text = input::read_text_file(std::path::Path::new(&origin.path), LARGEST_TEMPLATE).ok()?;
    Some(LineIndex::new(&text).position(&text, origin.span?.start).line)
}
