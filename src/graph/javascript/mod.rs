//! Node's module loading, simulated: which files load during Init, which later, and which never.

mod builtins;
mod bundle;
mod compile_cache;
mod exports;
mod interp;
mod limits;
mod load;
mod resolve;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use self::interp::Machine;
use self::limits::LIMITS;
use self::load::Sources;
use super::{HandlerResolution, ModuleGraph, Prepare};
use crate::artifact::{Artifact, EntryId};
use crate::fault;
use crate::lang::javascript::ir::FunctionId;
use crate::package::Bundle;
use crate::platform::Sdk;

pub use compile_cache::ships_compile_cache;
pub use resolve::is_builtin;

/// What the simulation needs to know about a function.
#[derive(Clone, Copy, Debug)]
pub struct JavaScriptInput<'a> {
    /// The package with its layers.
    pub bundle: &'a Bundle,
    /// The handler: `index.handler`, `src/app.handler`.
    pub handler: &'a str,
    /// Node's major version.
    pub node: u32,
    /// Whether it runs on arm64.
    pub arm: bool,
    /// The SDK that the runtime brings along.
    pub sdk: Option<&'static Sdk>,
    /// Environment variables that the template sets.
    pub environment: &'a BTreeMap<String, String>,
    /// Whether the tree holds sources to be compiled or bundled first, not what is deployed.
    pub source_tree: bool,
    /// Who makes more of own files meanwhile.
    pub prepare: Option<&'a dyn Prepare>,
}

/// Whether the handler is TypeScript: the tree is what gets compiled, not what is deployed.
#[must_use]
pub fn is_source_tree(artifact: &Artifact, handler: &str) -> bool {
    let (module, _) = split_handler(handler);
    let module = module.trim_start_matches("./");
    let has = |extensions: &[&str]| {
        extensions.iter().any(|extension| artifact.find(&format!("{module}.{extension}")).is_some())
    };
    has(&["ts", "mts", "cts", "tsx"]) && !has(&["js", "mjs", "cjs"])
}

/// Simulates the load of a function.
#[must_use]
pub fn simulate(input: &JavaScriptInput<'_>) -> ModuleGraph {
    let simulate = || simulate_here(input);
    fault::on_thread("the import simulation", LIMITS.stack, simulate).unwrap_or_else(ModuleGraph::failed)
}

fn simulate_here(input: &JavaScriptInput<'_>) -> ModuleGraph {
    let (module, export) = split_handler(input.handler);
    let Some(entry) = handler_file(input, module) else {
        return missing(input, module);
    };
    let sources = Sources::new(input);
    let (mut graph, ran) = sources.reading_ahead(entry, || run(input, &sources, entry, export));
    bundle::open(&mut graph, &sources, &|entry, function| ran.contains(&(entry, function)));
    graph.faults.extend(sources.faults());
    graph.own_code = sources.into_own_code();
    graph
}

/// The graph, and the functions that ran while it loaded.
fn run(
    input: &JavaScriptInput<'_>,
    sources: &Sources<'_>,
    entry: EntryId,
    export: &str,
) -> (ModuleGraph, FxHashSet<(EntryId, FunctionId)>) {
    let mut machine = Machine::new(sources, input.environment, input.node, input.arm);
    for preload in &preloads(input) {
        machine.run(*preload);
    }
    let ix = machine.run(entry);
    let exported = machine.exported(ix, export);
    machine.later();
    let handler_module = machine.handler_id(ix);
    let handler = if exported.found {
        HandlerResolution::Found { module: handler_module, definition: exported.definition }
    } else {
        HandlerResolution::NameMissing { module: handler_module, name: export.to_owned(), defined: exported.names }
    };
    machine.finish(handler)
}

/// `src/index.handler` is the module `src/index` and the export `handler`.
fn split_handler(handler: &str) -> (&str, &str) {
    let name = handler.rfind('/').map_or(0, |slash| slash + 1);
    match handler.get(name..).and_then(|rest| rest.find('.')) {
        Some(dot) => (&handler[..name + dot], &handler[name + dot + 1..]),
        None => (handler, "handler"),
    }
}

fn handler_file(input: &JavaScriptInput<'_>, module: &str) -> Option<EntryId> {
    let module = module.trim_start_matches("./");
    let mut extensions = vec![".js", ".mjs", ".cjs"];
    if input.source_tree {
        extensions.splice(0..0, [".ts", ".mts", ".cts", ".tsx"]);
    }
    let roots: &[&str] = if module.starts_with('/') { &[""] } else { &["", "/opt/", "/opt/nodejs/"] };
    roots.iter().find_map(|root| {
        extensions.iter().chain(&[""]).find_map(|extension| {
            let path = format!("{root}{module}{extension}");
            input.bundle.artifact.find(path.strip_prefix("/var/task/").unwrap_or(&path))
        })
    })
}

/// What `NODE_OPTIONS` loads before the handler.
fn preloads(input: &JavaScriptInput<'_>) -> Vec<EntryId> {
    let Some(options) = input.environment.get("NODE_OPTIONS") else {
        return Vec::new();
    };
    let resolver = resolve::Resolver::new(&input.bundle.artifact, input.node, false, input.sdk);
    let words: Vec<&str> = options.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (*word, words.get(at + 1).copied()),
        };
        let loader = match flag {
            "-r" | "--require" => resolve::Loader::Require,
            "--import" | "--loader" | "--experimental-loader" => resolve::Loader::Import,
            _ => continue,
        };
        if let Some(value) = value
            && let resolve::Resolved::File(entry) = resolver.resolve(resolve::TASK_ROOT, value, loader)
        {
            found.push(entry);
        }
    }
    found
}

fn missing(input: &JavaScriptInput<'_>, module: &str) -> ModuleGraph {
    let wanted = module.rsplit('/').next().unwrap_or(module);
    let similar = input
        .bundle
        .artifact
        .entries()
        .map(|(_, entry)| &*entry.path)
        .filter(|path| !path.contains("node_modules/"))
        .filter_map(|path| path.rsplit_once('.'))
        .filter(|(_, extension)| matches!(*extension, "js" | "mjs" | "cjs" | "ts" | "mts"))
        .map(|(stem, _)| stem)
        .filter(|stem| strsim::jaro(stem.rsplit('/').next().unwrap_or(stem), wanted) > 0.7)
        .take(5)
        .map(str::to_owned)
        .collect();
    let handler = HandlerResolution::ModuleMissing { module: module.to_owned(), similar };
    ModuleGraph { handler, ..ModuleGraph::unknown() }
}

#[cfg(test)]
mod tests;
