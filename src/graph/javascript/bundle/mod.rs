//! Opens files that a bundler wrote: which modules are inside, whose they are, and which of them
//! run when the file is loaded.
//!
//! A source map says most; without one, wrappers that carry a module's name and the comments that
//! esbuild and webpack leave before each module are read. What a minifier took both from stays one
//! module.

mod data;
mod map;
mod marks;
mod trace;
mod wrappers;

use std::sync::Arc;

use super::load::Sources;
use super::resolve::absolute;
use crate::artifact::{Artifact, EntryId};
use crate::graph::{BundledModule, ImportSite, Module, ModuleGraph, ModuleId, ModuleKind, Phase, Weight};
use crate::lang::javascript::ir::{FunctionId, Program};
use crate::manifest::node::package_of_request;
use crate::span::Span;
use wrappers::Functions;

pub(super) use marks::{looks_bundled, looks_minified};
pub use trace::{Trace, Written};

/// Smaller files are not worth opening.
const SMALLEST: u64 = 2 << 10;
/// How often what is known outweighs what is not in a bundle that shows what it was made of: what
/// bundlers add themselves is a small part.
const KNOWN_RATHER_THAN: u64 = 10;
/// Most modules that are told apart in one file.
const MOST_MODULES: usize = 20_000;

/// A module inside a bundle.
#[derive(Debug, PartialEq, Eq)]
struct Inner {
    /// Path of its source as the bundler names it.
    name: String,
    /// Bytes of the bundle that it takes.
    bytes: u64,
    /// Where its first part is.
    span: Span,
    /// Whether it runs when the bundle is loaded.
    eager: bool,
}

/// Opens the function's own files that are bundles: their modules join the graph, and what they
/// weigh is taken from the file's own weight.
pub(super) fn open(graph: &mut ModuleGraph, sources: &Sources<'_>, ran: &dyn Fn(EntryId, FunctionId) -> bool) {
    let own: Vec<(ModuleId, EntryId)> = graph
        .modules()
        .filter(|(_, module)| module.kind == ModuleKind::Source && module.bytes >= SMALLEST)
        .filter(|(_, module)| !module.name.contains("node_modules/"))
        .filter_map(|(id, module)| Some((id, module.entry?)))
        .collect();
    for (id, entry) in own {
        let source = sources.get(entry);
        let Some(program) = &source.program else { continue };
        let Some(bytes) = sources.artifact.read(entry).ok() else { continue };
        let text = crate::text::lossy((*bytes).as_ref());
        let ran_here = |function| ran(entry, function);
        let functions = Functions::new(program, &ran_here);
        let inner = inner_modules(sources.artifact, entry, &text, program, &functions);
        let known: u64 = inner.iter().map(|module| module.bytes).sum();
        let unknown = (map::end_of_code(&text) as u64).saturating_sub(known);
        if unknown * KNOWN_RATHER_THAN > known && (marks::looks_bundled(&text) || marks::looks_minified(&text)) {
            graph.opaque_bundles.push(id);
        }
        add(graph, id, entry, inner);
    }
}

fn inner_modules(
    artifact: &Artifact,
    entry: EntryId,
    text: &str,
    program: &Program,
    functions: &Functions<'_>,
) -> Vec<Inner> {
    let mut inner = match map::find(artifact, entry, text) {
        Some(map) => map::modules(&map, text, program, functions),
        None => Vec::new(),
    };
    // A map of one compiled file tells nothing new.
    if inner.len() < 2 {
        inner = marks::modules(text, program, functions);
    }
    if inner.len() < 2 {
        return Vec::new();
    }
    inner.truncate(MOST_MODULES);
    inner
}

/// Adds the modules of one bundle. What is compiled and run for them is theirs; opening the file,
/// and reading over what does not run, stays with the bundle.
fn add(graph: &mut ModuleGraph, bundle: ModuleId, entry: EntryId, inner: Vec<Inner>) {
    let whole = graph.module(bundle).clone();
    let eager_bytes: u64 = inner.iter().filter(|module| module.eager).map(|module| module.bytes).sum();
    let mut rest = whole.weight.clone();
    for module in inner {
        let weight = if module.eager {
            share(&whole.weight, &mut rest, module.bytes, whole.bytes.max(1), eager_bytes.max(1))
        } else {
            Weight::default()
        };
        let id = ModuleId(graph.modules.len() as u32);
        graph.modules.push(Module {
            name: Arc::from(module.name.as_str()),
            kind: ModuleKind::Source,
            entry: None,
            bytes: module.bytes,
            loaded: if module.eager { whole.loaded } else { Phase::Invoke },
            preloaded: false,
            first_import: Some(ImportSite { importer: bundle, span: module.span }),
            weight,
        });
        graph.bundled.push(BundledModule {
            module: id,
            file: entry,
            package: package_of_path(&module.name).map(Arc::from),
        });
    }
    if let Some(module) = graph.modules.get_mut(bundle.0 as usize) {
        module.weight = rest;
    }
}

/// A module's share of the file's weight, taken from what is left of it.
fn share(whole: &Weight, rest: &mut Weight, bytes: u64, file: u64, eager: u64) -> Weight {
    let of = |total: u64, left: &mut u64, all: u64| {
        let part = (u128::from(total) * u128::from(bytes) / u128::from(all.max(bytes))) as u64;
        let part = part.min(*left);
        *left -= part;
        part
    };
    let of32 = |total: u32, left: &mut u32, all: u64| {
        let mut wide = u64::from(*left);
        let part = of(u64::from(total), &mut wide, all);
        *left = wide as u32;
        part as u32
    };
    Weight {
        compiled_bytes: of(whole.compiled_bytes, &mut rest.compiled_bytes, file),
        functions: of32(whole.functions, &mut rest.functions, file),
        classes: of32(whole.classes, &mut rest.classes, file),
        regex_bytes: of32(whole.regex_bytes, &mut rest.regex_bytes, file),
        statements: of32(whole.statements, &mut rest.statements, eager),
        run_bytes: of(whole.run_bytes, &mut rest.run_bytes, eager),
        ..Weight::default()
    }
}

/// The package in whose folder a bundler found a source.
fn package_of_path(name: &str) -> Option<&str> {
    let (_, inside) = name.rsplit_once("node_modules/")?;
    package_of_request(inside)
}

/// A source's path without what bundlers put around it: `webpack://app/./src/x.ts?1a2b`, and
/// `json|/app/x.json|hash` of webpack's own kinds of modules.
fn cleaned(name: &str) -> String {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest.split_once('/').map_or(rest, |(_, path)| path));
    let name = name.rsplit('!').next().unwrap_or(name);
    let mut kinds = name.split('|');
    let name = kinds.clone().find(|part| marks::is_source_path(part)).or_else(|| kinds.next()).unwrap_or(name);
    let name = name.split(['?', '\0']).next().unwrap_or(name);
    // What is installed is known by its folder, wherever the bundler ran.
    let name = name.strip_prefix('/').and_then(|path| path.find("node_modules/").map(|at| &path[at..])).unwrap_or(name);
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The entry that a file beside another one's path names.
fn beside(artifact: &Artifact, entry: EntryId, name: &str) -> Option<EntryId> {
    let path = absolute(artifact, entry);
    let folder = super::resolve::folder(&path);
    super::resolve::entry_at(artifact, &format!("{folder}/{name}"))
}

#[cfg(test)]
mod tests;
