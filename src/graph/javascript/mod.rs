//! Node's module loading, simulated: which files load during Init, which later, and which never.

mod absence;
mod builtins;
mod bundle;
mod compile_cache;
mod exports;
mod interp;
mod limits;
mod load;
mod lookup;
mod prototypes;
mod resolve;
mod versions;
mod wrapper;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use self::interp::Machine;
use self::limits::LIMITS;
use self::load::Sources;
use self::lookup::{Lookup, look_up};
use self::resolve::Loader;
use super::{HandlerResolution, ModuleGraph, Prepare, Refused, StartCause, StartPlace, WhatIf};
use crate::artifact::{Artifact, EntryId};
use crate::fault;
use crate::lang::javascript::ir::FunctionId;
use crate::package::Bundle;
use crate::platform::Sdk;

pub use bundle::{Trace, Written};
pub use compile_cache::ships_compile_cache;
pub use resolve::{is_builtin, own_settings};

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
    /// Changes that are taken for done.
    pub what_if: &'a WhatIf,
    /// Addons that the loader does not take.
    pub refused: &'a Refused,
}

/// Whether the handler is TypeScript: the tree is what gets compiled, not what is deployed.
#[must_use]
pub fn is_source_tree(artifact: &Artifact, handler: &str) -> bool {
    // An archive is what is deployed, whatever it holds.
    if !artifact.is_tree() {
        return false;
    }
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
    let (module, _) = split_handler(input.handler);
    let behind = wrapper::wrapped(module, input.environment);
    let handler = behind.unwrap_or(input.handler);
    let source_tree = input.source_tree || is_source_tree(&input.bundle.artifact, handler);
    let sources = Sources::new(&JavaScriptInput { source_tree, ..*input });
    let (module, export) = split_handler(handler);
    let mut refused = None;
    let (entry, loader) = match look_up(&sources, module, input.node) {
        Lookup::Found(entry, loader) => (entry, loader),
        Lookup::Refused { meant, message, help } => {
            refused = Some(refusal(module, message, help));
            match meant {
                Some(entry) => (entry, Loader::Import),
                None => return ModuleGraph { causes: refused.into_iter().collect(), ..missing(module, Vec::new()) },
            }
        }
        Lookup::Missing { similar } => return missing(module, similar),
    };
    let wrapper = behind.and_then(|_| wrapper_file(input, &sources));
    let start = Start { entry, loader, export, wrapper, refused, compiled: source_tree };
    let (mut graph, ran) = sources.reading_ahead(entry, || run(input, &sources, &start));
    bundle::open(&mut graph, &sources, &|entry, function| ran.contains(&(entry, function)));
    graph.faults.extend(sources.faults());
    graph.own_code = sources.into_own_code();
    graph
}

/// What the runtime begins with.
struct Start<'a> {
    entry: EntryId,
    loader: Loader,
    export: &'a str,
    /// A wrapper that is here, which loads the handler.
    wrapper: Option<(EntryId, Loader)>,
    /// Why the runtime does not even get to the file.
    refused: Option<StartCause>,
    /// A tool makes of the file what is deployed.
    compiled: bool,
}

/// The graph, and the functions that ran while it loaded.
fn run(
    input: &JavaScriptInput<'_>,
    sources: &Sources<'_>,
    start: &Start<'_>,
) -> (ModuleGraph, FxHashSet<(EntryId, FunctionId)>) {
    let (mut machine, mut ix, mut exported) = walk(input, sources, start, false);
    if exported.is_awaited {
        (machine, ix, exported) = walk(input, sources, start, true);
    }
    for cause in refused_handlers(input, start.entry, &exported, machine.begun()) {
        machine.note_refusal(cause);
    }
    machine.later();
    let module = machine.handler_id(ix);
    let handler = if exported.found || (start.compiled && sets_exports(input, start.entry)) {
        HandlerResolution::Found { module, definition: exported.definition }
    } else {
        HandlerResolution::NameMissing { module, name: start.export.to_owned(), defined: exported.names }
    };
    let (mut graph, ran) = machine.finish(handler);
    graph.doubts.extend(exported.doubt);
    (graph, ran)
}

/// Walks what the runtime loads, and looks for the handler; `waits` says that code behind an `await` of CommonJS counts.
fn walk<'a>(
    input: &JavaScriptInput<'a>,
    sources: &'a Sources<'a>,
    start: &Start<'_>,
    waits: bool,
) -> (Machine<'a>, u32, interp::Exported) {
    let mut machine = Machine::new(sources, input);
    if waits {
        machine.waits();
    }
    for preload in preloads(input, sources) {
        match preload {
            Ok((entry, loader)) => drop(machine.run(entry, loader)),
            Err(cause) => machine.note_refusal(cause),
        }
    }
    for cause in start.refused.iter().cloned().chain(broken_manifest(sources, start.entry)) {
        machine.note_refusal(cause);
    }
    if let Some((wrapper, loader)) = start.wrapper {
        machine.run(wrapper, loader);
    }
    let ix = machine.run(start.entry, start.loader);
    let exported = machine.exported(ix, start.export);
    (machine, ix, exported)
}

/// Whether a source that also imports sets `module.exports`, which it has once a tool has compiled it.
fn sets_exports(input: &JavaScriptInput<'_>, entry: EntryId) -> bool {
    let bytes = input.bundle.artifact.read(entry).ok();
    bytes.is_some_and(|bytes| {
        let text = crate::text::lossy((*bytes).as_ref());
        ["module.exports", "exports."].iter().any(|word| text.contains(word))
    })
}

/// The first release whose runtime refuses handlers that take a callback.
const NO_CALLBACKS: u32 = 24;
/// Parameters of a handler that takes one: event, context, callback.
const WITH_CALLBACK: usize = 3;

/// What the runtime does not accept as a handler, although it is exported.
fn refused_handlers(
    input: &JavaScriptInput<'_>,
    entry: EntryId,
    exported: &interp::Exported,
    after: u32,
) -> Vec<StartCause> {
    let place = Some(StartPlace { entry, span: exported.definition.map(|(_, span)| span) });
    let cause = |rule, message, help: &str| StartCause {
        rule,
        subject: input.handler.into(),
        message,
        help: Some(help.to_owned()),
        chain: Vec::new(),
        place,
        after,
        cure: None,
    };
    let mut causes = Vec::new();
    if exported.no_function {
        let message = format!("Runtime.HandlerNotFound: {} is not a function", input.handler);
        causes.push(cause("handler-not-found", message, "Export a function under that name"));
    }
    if input.node >= NO_CALLBACKS && exported.parameters.is_some_and(|count| count >= WITH_CALLBACK) {
        let message = format!("Runtime.CallbackHandlerDeprecated: `{}` takes a callback", input.handler);
        causes.push(cause(
            "callback-handler",
            message,
            "Make it `async` and return the result; throw instead of passing an error on",
        ));
    }
    causes
}

fn refusal(module: &str, message: String, help: String) -> StartCause {
    StartCause {
        rule: "handler-not-found",
        subject: module.into(),
        message,
        help: Some(help),
        chain: Vec::new(),
        place: None,
        after: 0,
        cure: None,
    }
}

/// A package.json that Node reads to know what kind of file the handler is, and that it cannot read.
fn broken_manifest(sources: &Sources<'_>, entry: EntryId) -> Option<StartCause> {
    let manifest = sources.broken_manifest(entry)?;
    let path = resolve::absolute(sources.artifact, manifest);
    Some(StartCause {
        rule: "syntax-error",
        subject: sources.artifact.entry(manifest).path.to_string().into(),
        message: format!("Error: Invalid package config {path}."),
        help: Some("Node reads it to know whether the file is an ES module: correct it, or leave it out".to_owned()),
        chain: Vec::new(),
        place: Some(StartPlace { entry: manifest, span: None }),
        after: 0,
        cure: None,
    })
}

/// The wrapper's own module, where a layer or the package brings it.
fn wrapper_file(input: &JavaScriptInput<'_>, sources: &Sources<'_>) -> Option<(EntryId, Loader)> {
    let (module, _) = split_handler(input.handler);
    match look_up(sources, module, input.node) {
        Lookup::Found(entry, loader) => Some((entry, loader)),
        _ => None,
    }
}

/// `src/index.handler` is the module `src/index` and the export `handler`.
fn split_handler(handler: &str) -> (&str, &str) {
    let name = handler.rfind('/').map_or(0, |slash| slash + 1);
    match handler.get(name..).and_then(|rest| rest.find('.')) {
        Some(dot) => (&handler[..name + dot], &handler[name + dot + 1..]),
        None => (handler, "handler"),
    }
}

/// What `NODE_OPTIONS` loads before the handler, and what of it is not there.
fn preloads(input: &JavaScriptInput<'_>, sources: &Sources<'_>) -> Vec<Result<(EntryId, Loader), StartCause>> {
    let Some(options) = input.environment.get("NODE_OPTIONS") else {
        return Vec::new();
    };
    let words: Vec<&str> = options.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (*word, words.get(at + 1).copied()),
        };
        let loader = match flag {
            "-r" | "--require" => Loader::Require,
            "--import" | "--loader" | "--experimental-loader" => Loader::Import,
            _ => continue,
        };
        let Some(value) = value else { continue };
        match sources.resolver.resolve(resolve::TASK_ROOT, value, loader) {
            resolve::Resolved::File(entry) => found.push(Ok((entry, loader))),
            // A package, or what lies in `/opt`, may come with a layer that is not here.
            resolve::Resolved::Missing if value.starts_with("./") || value.starts_with("/var/task/") => {
                found.push(Err(missing_preload(value)));
            }
            _ => {}
        }
    }
    found
}

fn missing_preload(value: &str) -> StartCause {
    StartCause {
        rule: "missing-data-file",
        subject: value.into(),
        message: format!("Error: Cannot find module '{value}', which NODE_OPTIONS loads before the handler"),
        help: Some("Put the file into the package, or take it out of NODE_OPTIONS".to_owned()),
        chain: Vec::new(),
        place: None,
        after: 0,
        cure: None,
    }
}

fn missing(module: &str, similar: Vec<String>) -> ModuleGraph {
    ModuleGraph {
        handler: HandlerResolution::ModuleMissing { module: module.to_owned(), similar },
        ..ModuleGraph::unknown()
    }
}

#[cfg(test)]
mod tests;
