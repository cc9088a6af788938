//! What the runtime loads: modules, who imports whom, and when.
//!
//! One submodule per language simulates that language's runtime; all of them answer with the
//! same [`ModuleGraph`], so that cost, rules and reports need not know the language.

mod ahead;
pub mod javascript;
pub mod misplaced;
pub mod native;
mod owners;
pub mod python;
pub mod start;
mod what_if;
pub mod work;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::artifact::EntryId;
use crate::fault::Fault;
use crate::lang::javascript::ir as javascript_ir;
use crate::lang::python::{Parsed, ir as python_ir};
use crate::span::Span;
pub use start::{StartCause, StartPlace, StartStep, StartVerdict};
pub use what_if::{Choices, Handed, Home, Offer, Offered, Taken, WhatIf};

/// Identifies a [`Module`] within its [`ModuleGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

/// When a module is loaded or a piece of code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// During Init, before the first handler call.
    Init,
    /// When some handler code runs.
    Invoke,
}

/// What a module is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleKind {
    /// Source text that the runtime compiles (`.py`, `.js`, `.mjs`, `.cjs`, `.ts`).
    Source,
    /// Compiled code shipped without its source (`.pyc` alone).
    Bytecode,
    /// A native extension (`.so`, `.node`).
    Extension,
    /// Data loaded as a module (`.json`).
    Data,
    /// A package without code of its own (Python namespace package).
    Namespace,
    /// Brought by the runtime itself (standard library, builtins); has no entry.
    Runtime,
}

/// What loading one module costs, in things that can be counted. `cost` turns it into time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weight {
    /// Bytes of source that must be compiled at this cold start (no valid bytecode at hand).
    pub compiled_bytes: u64,
    /// Nodes of the syntax tree of that source.
    pub compiled_nodes: u64,
    /// Bytes of source or data whose compiled form is read instead, or that is only parsed.
    pub read_bytes: u64,
    /// Function definitions that run (each makes a function object).
    pub functions: u32,
    /// Class definitions that run.
    pub classes: u32,
    /// Decorators applied.
    pub decorators: u32,
    /// Regular expressions compiled at load with a constant pattern, in pattern bytes.
    pub regex_bytes: u32,
    /// Other statements that run at load, loops counted by their known trip counts.
    pub statements: u32,
    /// Bytes of a native extension and of the shared libraries that it is the first to need.
    pub native_bytes: u64,
    /// Dynamic relocations in those.
    pub relocations: u64,
    /// Bytes of functions that run during the load: engines that compile lazily read them again.
    pub run_bytes: u64,
    /// 1 for an ES module, which is linked before anything runs.
    pub linked: u32,
    /// Bytes of CommonJS source that an ES module graph scans for export names before it runs.
    pub scanned_bytes: u64,
    /// A measured time for modules of the runtime itself, milliseconds on the measuring machine.
    pub measured_ms: f64,
}

/// One module that is loaded during Init or by handler code.
#[derive(Clone, Debug)]
pub struct Module {
    /// The name the language knows it by: `pkg.mod` in Python, the path in Node.
    pub name: Arc<str>,
    /// What it is made of.
    pub kind: ModuleKind,
    /// Its file; `None` for what the runtime brings and for namespaces.
    pub entry: Option<EntryId>,
    /// Bytes of that file.
    pub bytes: u64,
    /// When it is loaded first.
    pub loaded: Phase,
    /// Whether the runtime has loaded it before the function's code starts; it then costs nothing.
    pub preloaded: bool,
    /// The import that loads it first; `None` for the handler module and for what is preloaded.
    pub first_import: Option<ImportSite>,
    /// What loading it costs.
    pub weight: Weight,
}

/// The place of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportSite {
    /// The module whose code imports.
    pub importer: ModuleId,
    /// The import statement or call in that module's file.
    pub span: Span,
}

/// One import that some code performs, whether or not it is the first for its target.
#[derive(Clone, Debug)]
pub struct Import {
    /// Where.
    pub site: ImportSite,
    /// What it loads.
    pub target: ModuleId,
    /// When this import runs.
    pub phase: Phase,
    /// The function around it, by qualified name; `None` at module level.
    pub function: Option<Arc<str>>,
    /// Whether a missing target is caught (`try`/`except ImportError`, `try`/`catch`).
    pub guarded: bool,
}

/// An import that nothing in package, layers or runtime answers.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// The name as asked for.
    pub import: Arc<str>,
    /// Where.
    pub site: ImportSite,
    /// When that code runs.
    pub phase: Phase,
    /// Whether the failure is caught or the branch may not be taken.
    pub guarded: bool,
    /// Why nothing answers, as the end of a sentence, where more is known than that nothing has it.
    pub why: Option<Arc<str>>,
}

/// A call that runs at load and whose callee is known by name, for the init rules.
#[derive(Clone, Debug)]
pub struct LoadCall {
    /// The module whose code makes the call.
    pub module: ModuleId,
    /// The call expression.
    pub span: Span,
    /// The callee's canonical dotted name; a result of a call is written with `()`:
    /// `boto3.client().get_object`, `requests.get`, `fs.readFileSync`.
    pub callee: Arc<str>,
    /// Positional arguments as far as they are constant.
    pub arguments: Vec<Argument>,
    /// Keyword arguments or option-object keys as far as they are constant.
    pub keywords: Vec<(Arc<str>, Argument)>,
    /// The calls that lead here from module level, outermost first; empty for a direct call.
    pub via: Vec<ImportSite>,
    /// How often it runs, as far as constant loops around it tell; at least 1.
    pub repeats: u64,
}

/// An argument of a [`LoadCall`].
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A constant string.
    Text(Arc<str>),
    /// A constant number.
    Number(f64),
    /// A constant truth value.
    Bool(bool),
    /// A dotted name.
    Name(Arc<str>),
    /// Anything else.
    Unknown,
}

/// A module that is not a file of its own but part of one that a bundler wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledModule {
    /// The module; its `entry` is `None`.
    pub module: ModuleId,
    /// The bundle.
    pub file: EntryId,
    /// The package that it was copied from; `None` for the function's own sources.
    pub package: Option<Arc<str>>,
}

/// Bytecode in the package that the runtime finds or should find, and does not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleBytecode {
    /// The module that it belongs to.
    pub module: ModuleId,
    /// The `.pyc` file.
    pub entry: EntryId,
    /// Why it is not used.
    pub reason: StaleReason,
}

/// Why bytecode is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StaleReason {
    /// Its magic number or its file name is that of another interpreter version.
    OtherVersion,
    /// It is tied to a time of the source file that unpacking the package does not give.
    TimeStamp,
    /// It is tied to another size of the source file: the source has changed since.
    Changed,
    /// It has no header that any version writes.
    Damaged,
}

/// Something that kept the simulation from being exact; listed in the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GraphProblem {
    /// The file.
    pub entry: Option<EntryId>,
    /// Where in it.
    pub span: Option<Span>,
    /// What, for people.
    pub message: String,
    /// What it means for Init.
    pub effect: ProblemEffect,
}

impl GraphProblem {
    /// Whether Init loads a file for sure of whose code nothing is known.
    #[must_use]
    pub fn hides_code(&self) -> bool {
        matches!(self.effect, ProblemEffect::Unread | ProblemEffect::Unreadable)
    }
}

/// What a [`GraphProblem`] means for Init.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemEffect {
    /// Something is less exact, or only where a failure is caught.
    Inexact,
    /// Init loads the file for sure, and a limit kept its code from being read.
    Unread,
    /// Init loads the file for sure, and it could not be read here, which is told where its package is read.
    Unreadable,
    /// The runtime refuses the file too, so that Init ends here: nothing catches the error.
    Fatal,
}

/// An own file with the name of a module of the runtime, in front of it on the search path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenModule {
    /// The file.
    pub entry: EntryId,
    /// The module that it hides.
    pub module: Arc<str>,
    /// A module of the runtime that is loaded during Init and imports it.
    pub importer: Arc<str>,
}

/// What loaded code names without loading it then and there: the evidence by which dependencies
/// that no import reaches count as used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Modules that own code imports anywhere, but for type checkers and when run as a script.
    pub imports: BTreeSet<Arc<str>>,
    /// Constant texts of own code that begin like a URL.
    pub urls: BTreeSet<Arc<str>>,
    /// Constant texts of own code that are one word.
    pub words: BTreeSet<Arc<str>>,
    /// First parts of such words in modules that only the environment names: settings of a framework.
    pub settings: BTreeSet<Arc<str>>,
    /// Names of functions and methods that own code calls with a first argument that is computed.
    pub open_calls: BTreeSet<Arc<str>>,
    /// By what own code may load modules whose names are known only when it runs: `import_module`, `exec`, `pickle`.
    pub open_loads: BTreeSet<Arc<str>>,
    /// What libraries load by names that they compute.
    pub computed: BTreeSet<ComputedLoad>,
    /// Names of keyword arguments in own code.
    pub keywords: BTreeSet<Arc<str>>,
    /// Entry-point groups of the installed packages that loaded code names.
    pub groups: BTreeSet<Arc<str>>,
    /// Top-level modules, not loaded, that are imported inside what own code names of a package.
    pub optional: BTreeSet<Arc<str>>,
    /// Likewise, but named in a text there: an argument or the documentation.
    pub documented: BTreeSet<Arc<str>>,
}

/// A place in a library's code that loads a module by a name which is known only when it runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComputedLoad {
    /// The file.
    pub by: EntryId,
    /// How the name begins, as far as it is known.
    pub begins: Arc<str>,
    /// How it ends.
    pub ends: Arc<str>,
}

/// What the top level of own modules makes and no own module uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Imports of all names of a module.
    pub star_imports: Vec<ImportSite>,
    /// Imports of which no name is used.
    pub unused_imports: Vec<ImportSite>,
    /// Calls whose result gets a name that is never read.
    pub unread_results: Vec<ImportSite>,
}

/// How the handler string resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandlerResolution {
    /// The module is there and defines the name (or may: its names cannot all be known).
    Found {
        /// The handler module.
        module: ModuleId,
        /// The definition of the handler function, where it is seen.
        definition: Option<(ModuleId, Span)>,
    },
    /// No file answers to the module part; near misses are for the help text.
    ModuleMissing {
        /// The module part of the handler.
        module: String,
        /// Names of modules that exist and look alike.
        similar: Vec<String>,
    },
    /// The module is there but does not define the function.
    NameMissing {
        /// The handler module.
        module: ModuleId,
        /// The function part of the handler.
        name: String,
        /// Functions that the module does define.
        defined: Vec<String>,
    },
    /// The language is not analysed, or the handler is a native executable.
    Unknown,
}

/// Everything a function loads at Init or may load later.
#[derive(Clone, Debug)]
pub struct ModuleGraph {
    /// Modules in the order in which they are loaded, Init first. What is missing is never loaded.
    pub modules: Vec<Module>,
    /// All imports seen, in the order of simulation.
    pub imports: Vec<Import>,
    /// Imports without an answer.
    pub unresolved: Vec<Unresolved>,
    /// Calls at load with known callees.
    pub calls: Vec<LoadCall>,
    /// Bundle files read as data during Init, with the place that reads them.
    pub data_files: Vec<(EntryId, ImportSite)>,
    /// Imports of own code that give a module's exports although they name another package,
    /// which hands those on as they are.
    pub reexported: Vec<(ImportSite, ModuleId)>,
    /// Modules of packages that own code imports, with how many of the names that they export are what other modules of
    /// their package export: an index of parts has many, a library whose own code happens to be in many files few.
    pub handed_on: Vec<(ModuleId, usize)>,
    /// Loops that run long during Init, by their bodies, with how often those run as far as
    /// constants tell.
    pub loops: Vec<(ImportSite, u64)>,
    /// Modules that a bundler put into one file, in the order of their ids.
    pub bundled: Vec<BundledModule>,
    /// Files that a bundler wrote and of whose modules nothing is known.
    pub opaque_bundles: Vec<ModuleId>,
    /// Bytecode of loaded modules that the runtime does not use.
    pub stale_bytecode: Vec<StaleBytecode>,
    /// Errors that end Init, in the order in which they are met.
    pub causes: Vec<StartCause>,
    /// Own files that hide a module of the runtime which other parts of the runtime import.
    pub hidden: Vec<HiddenModule>,
    /// What is missing to say whether Init ends well, in words.
    pub doubts: Vec<String>,
    /// Environment variables without which own code ends Init, with the module that asks for each.
    pub demanded: Vec<(String, String)>,
    /// Files that were not loaded and may be: by another setting of the environment, or by a name that is computed.
    pub possible: Vec<EntryId>,
    /// What could not be analysed exactly.
    pub problems: Vec<GraphProblem>,
    /// The handler.
    pub handler: HandlerResolution,
    /// What loaded code names without loading it.
    pub mentions: Mentions,
    /// What own code makes at load and does not use.
    pub leftovers: Leftovers,
    /// What is imported in a way that leaves a choice.
    pub choices: Choices,
    /// The function's own modules as the simulation has parsed them.
    pub own_code: FxHashMap<EntryId, OwnCode>,
    /// What failed in the simulation by a fault of ours.
    pub faults: Vec<Fault>,
}

/// Native files that a loader does not take, with what it says; a simulation that is given them raises that.
pub type Refused = FxHashMap<EntryId, LoaderError>;

/// What a loader says of a native file, whoever asks for it: functions that load the same are refused alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoaderError {
    /// The rule that reports it.
    pub rule: &'static str,
    /// What it is about.
    pub subject: Arc<str>,
    /// The error in the loader's words.
    pub message: String,
    /// What to do about it, where more is known than the rule's own help says.
    pub help: Option<String>,
    /// The module, by name, with which a layer or distribution that is not here would cure it.
    pub cure: Option<Arc<str>>,
}

/// Parsed code of one of the function's own modules.
#[derive(Clone, Debug)]
pub enum OwnCode {
    /// A Python module.
    Python(PythonCode),
    /// A JavaScript or TypeScript file.
    JavaScript(Arc<javascript_ir::Program>),
}

/// Makes more of own files than the simulation asks for, on threads that have nothing left to read for it.
pub trait Prepare: Sync + std::fmt::Debug {
    /// Takes a parsed file with its text.
    fn prepare(&self, entry: EntryId, program: &javascript_ir::Program, text: &[u8]);
}

/// The code of a Python module, shared with all functions that load it.
#[derive(Clone, Debug)]
pub struct PythonCode(pub Arc<Parsed>);

impl Deref for PythonCode {
    type Target = python_ir::Code;

    fn deref(&self) -> &python_ir::Code {
        &self.0.code
    }
}

impl ModuleGraph {
    /// The graph of a function whose simulation failed.
    #[must_use]
    pub fn failed(fault: Fault) -> Self {
        Self { faults: vec![fault], ..Self::unknown() }
    }

    /// The graph of a function of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            modules: Vec::new(),
            imports: Vec::new(),
            unresolved: Vec::new(),
            calls: Vec::new(),
            data_files: Vec::new(),
            reexported: Vec::new(),
            handed_on: Vec::new(),
            loops: Vec::new(),
            bundled: Vec::new(),
            opaque_bundles: Vec::new(),
            stale_bytecode: Vec::new(),
            causes: Vec::new(),
            hidden: Vec::new(),
            doubts: Vec::new(),
            demanded: Vec::new(),
            problems: Vec::new(),
            handler: HandlerResolution::Unknown,
            possible: Vec::new(),
            mentions: Mentions::default(),
            leftovers: Leftovers::default(),
            choices: Choices::default(),
            own_code: FxHashMap::default(),
            faults: Vec::new(),
        }
    }

    /// The module with this id.
    ///
    /// # Panics
    /// When the id belongs to another graph.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// What is known of a module that is part of a bundle.
    #[must_use]
    pub fn bundled(&self, id: ModuleId) -> Option<&BundledModule> {
        let at = self.bundled.binary_search_by_key(&id, |bundled| bundled.module).ok()?;
        self.bundled.get(at)
    }

    /// Modules with their ids, in load order.
    pub fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules.iter().enumerate().map(|(id, module)| (ModuleId(id as u32), module))
    }

    /// Whether the simulation had a handler to start from; without one, nothing can be said of what
    /// is never loaded.
    #[must_use]
    pub fn has_closure(&self) -> bool {
        matches!(self.handler, HandlerResolution::Found { .. } | HandlerResolution::NameMissing { .. })
    }

    /// For each of so many entries whether some closure loads it as a module or reads it as data, or may do so.
    #[must_use]
    pub fn reached_entries(&self, entries: usize) -> Vec<bool> {
        let mut reached = vec![false; entries];
        let modules = self.modules.iter().filter_map(|module| module.entry);
        let data = self.data_files.iter().map(|(entry, _)| *entry);
        for entry in modules.chain(data).chain(self.possible.iter().copied()) {
            if let Some(slot) = reached.get_mut(entry.0 as usize) {
                *slot = true;
            }
        }
        reached
    }

    /// Whether something on the way to a module catches the failure of an import.
    #[must_use]
    pub fn is_caught(&self, id: ModuleId) -> bool {
        let chain = self.chain(id);
        let caught = self.imports.iter().filter(|import| import.guarded && import.phase == Phase::Init);
        caught.into_iter().any(|import| chain.contains(&import.site))
    }

    /// The chain of imports that loads a module first, from the handler module to it.
    #[must_use]
    pub fn chain(&self, id: ModuleId) -> Vec<ImportSite> {
        let mut chain = Vec::new();
        let mut at = id;
        while let Some(site) = self.module(at).first_import {
            if chain.len() > self.modules.len() {
                break;
            }
            chain.push(site);
            at = site.importer;
        }
        chain.reverse();
        chain
    }
}
