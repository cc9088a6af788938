//! Runs the simulation from the handler and writes down what it has seen as a [`ModuleGraph`].

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::PythonInput;
use super::bytecode::{self, Bytecode};
use super::finder::Finder;
use super::interp::choices::SeenHanded;
use super::interp::trace::Fault;
use super::interp::{Interp, LoadState, Mod};
use super::stdlib::Stdlib;
use super::value::{Args, ModIdx, Object, Sym, Value, known};
use super::wrappers::wrapped;
use crate::artifact::{Artifact, EntryId};
use crate::graph::{
    Argument, HandlerResolution, HiddenModule, Import, ImportSite, LoadCall, Module, ModuleGraph, ModuleId, ModuleKind,
    Phase, StaleBytecode, StaleReason, StartCause, StartPlace, StartStep, Unresolved, Weight,
};
use crate::graph::{Handed, Refused, WhatIf};
use crate::lang::python::ir::Code;
use crate::package::owners::Packages;
use crate::platform::{Architecture, Platform, Sdk};
use crate::span::Span;

/// What the interpreter knows about its surroundings.
pub(super) struct Setup<'a> {
    pub(super) artifact: &'a Artifact,
    pub(super) version: (u16, u16),
    pub(super) architecture: Architecture,
    pub(super) stdlib: Stdlib,
    pub(super) sdk: Option<&'static Sdk>,
    pub(super) libraries: Option<(Platform, &'a str)>,
    pub(super) packages: &'a Packages,
    pub(super) refused: &'a Refused,
    pub(super) what_if: &'a WhatIf,
}

impl Setup<'_> {
    /// The version of an installed distribution.
    pub(super) fn distribution_version(&self, name: &str) -> Option<Arc<str>> {
        let wanted = normalize(name);
        let package = self.packages.packages.iter().find(|p| normalize(&p.name) == wanted)?;
        Some(package.version.clone().unwrap_or_default())
    }

    /// Whether a file belongs to the function itself.
    pub(super) fn is_own(&self, entry: crate::artifact::EntryId) -> bool {
        self.packages.is_own(self.artifact, entry)
    }
}

fn normalize(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

impl<'a> Setup<'a> {
    pub(super) fn of(input: &PythonInput<'a>) -> Self {
        Setup {
            artifact: &input.bundle.artifact,
            version: input.version,
            architecture: input.architecture,
            stdlib: Stdlib::for_version(input.version),
            sdk: input.sdk,
            libraries: input.libraries,
            packages: input.packages,
            refused: input.refused,
            what_if: input.what_if,
        }
    }
}

/// A handler setting, taken apart.
pub(super) struct Wanted {
    /// As it is written.
    setting: String,
    pub(super) module: String,
    function: String,
    /// What keeps it from being known what runs.
    pub(super) doubt: Option<String>,
}

impl Wanted {
    pub(super) fn of(setting: &str, environment: &BTreeMap<String, String>, finder: &Finder<'_>) -> Self {
        let dotted = setting.trim_start_matches('/').replace('/', ".");
        let (module, function) = dotted.rsplit_once('.').unwrap_or((&dotted, "handler"));
        // A wrapper out of a layer that is not here still says where the function's own handler is.
        let own = wrapped(module, environment).filter(|_| finder.guess(module).is_none());
        let own = own.map(|own| own.replace('/', "."));
        let doubt = own.is_some().then(|| format!("`{module}` comes with a layer that is not here"));
        let (module, function) = own.as_deref().and_then(|own| own.rsplit_once('.')).unwrap_or((module, function));
        Self { setting: setting.to_owned(), module: module.to_owned(), function: function.to_owned(), doubt }
    }
}

/// The handler as far as found, before module numbers are final.
pub(super) enum Handler {
    Missing(String),
    Found(ModIdx, Option<(ModIdx, Span)>),
    NoName(ModIdx, String, Vec<String>),
}

impl Interp<'_> {
    /// Loads what the runtime has loaded before any handler.
    pub(super) fn begin(&mut self) {
        self.preload();
        self.run_path_files();
    }

    /// Goes on where the handler's module is imported, to the end; gives what the whole walk saw.
    pub(super) fn end(&mut self, wanted: &Wanted, loaded: Option<Value>) -> ModuleGraph {
        let handler = self.handler_of(&wanted.module, loaded, &wanted.function);
        self.run_lazily(handler.1);
        let handed = self.handed();
        Builder { interp: self, ids: Vec::new() }.finish(handler.0, &wanted.setting, &handed)
    }

    fn preload(&mut self) {
        for name in ["sys", "builtins", "os", "json", "logging", "decimal", "traceback", "math", "enum", "threading"] {
            self.load_runtime(name, None);
        }
    }

    fn handler_of(&mut self, module: &str, loaded: Option<Value>, function: &str) -> (Handler, Value) {
        let at = match loaded.and_then(|v| self.heap.get(v)) {
            Some(Object::Module(at)) if self.module(*at).entry.is_some() => *at,
            _ => {
                let sym = self.heap.sym(module);
                match self.mods.iter().position(|m| m.name == sym && m.entry.is_some()) {
                    Some(at) => ModIdx(at as u32),
                    None => {
                        self.note_shadowed_handler(module);
                        return (Handler::Missing(module.to_owned()), Value::Unknown);
                    }
                }
            }
        };
        let name = self.heap.sym(function);
        let scope = self.module(at).scope;
        let value = self.heap.vars(scope).get(name).or_else(|| self.handler_by_hook(at, name));
        match value {
            Some(value) => {
                let place = match self.heap.get(value) {
                    Some(Object::Function(f)) => {
                        let (module, index) = (f.module, f.index);
                        let code = self.module(module).code;
                        code.code.functions.get(index as usize).map(|f| (module, f.name_span))
                    }
                    _ => None,
                };
                let place = place.or_else(|| {
                    let code = self.module(at).code;
                    code.code.functions.iter().find(|f| code.code.name(f.name) == function).map(|f| (at, f.name_span))
                });
                (Handler::Found(at, place), value)
            }
            None if self.heap.scope_ref(scope).open
                || self.module(at).code.broken
                || self.module(at).kind != ModuleKind::Source =>
            {
                (Handler::Found(at, None), Value::Unknown)
            }
            None => {
                let mut defined: Vec<String> = Vec::new();
                let vars: Vec<(Sym, Value)> = self.heap.vars(scope).iter().collect();
                for (name, value) in vars {
                    if matches!(self.heap.get(value), Some(Object::Function(f)) if f.module == at) {
                        defined.push(self.heap.text(name).to_string());
                    }
                }
                defined.sort();
                (Handler::NoName(at, function.to_owned(), defined), Value::Unknown)
            }
        }
    }

    /// What the module's own `__getattr__` gives for the name of the handler; unknown where it raises what is not seen.
    fn handler_by_hook(&mut self, at: ModIdx, name: Sym) -> Option<Value> {
        let module = self.module(at);
        let (object, scope) = (module.object, module.scope);
        self.heap.vars(scope).get(known::GETATTR)?;
        self.module_attr(object, name).unwrap_or(Some(Value::Unknown))
    }

    /// Runs the code in `.pth` files. What it raises is printed and forgotten.
    fn run_path_files(&mut self) {
        for (_, line) in &self.finder.path.code {
            self.run_line(line);
        }
    }

    /// What may be loaded later: the handler's own calls, then every function of own modules.
    fn run_lazily(&mut self, handler: Value) {
        self.phase = Phase::Invoke;
        self.renew_budget();
        if handler != Value::Unknown {
            let _ = self.call(handler, Args { positional: vec![Value::Unknown, Value::Unknown], ..Args::default() });
        }
        self.sweep_and_load();
        self.wake_all();
    }
}

/// What a module's top level makes, compiled or read.
fn count_definitions(code: &Code, weight: &mut Weight) {
    weight.functions = code.functions.len() as u32;
    weight.classes = code.classes.len() as u32;
    weight.statements = code.block(code.body).len() as u32;
}

fn hidden((entry, module, importer): &(EntryId, String, String)) -> HiddenModule {
    HiddenModule { entry: *entry, module: module.as_str().into(), importer: importer.as_str().into() }
}

/// Gives final numbers to what was loaded.
struct Builder<'a, 'b> {
    interp: &'a Interp<'b>,
    ids: Vec<Option<ModuleId>>,
}

impl Builder<'_, '_> {
    fn id(&self, at: ModIdx) -> Option<ModuleId> {
        self.ids.get(at.0 as usize).copied().flatten()
    }

    fn site(&self, at: ModIdx, span: Span) -> Option<ImportSite> {
        if let Some((host, place)) = self.interp.mods.get(at.0 as usize)?.host {
            return self.site(host, place);
        }
        Some(ImportSite { importer: self.id(at)?, span })
    }

    fn finish(mut self, handler: Handler, wanted: &str, handed: &[SeenHanded]) -> ModuleGraph {
        let mut graph = ModuleGraph::unknown();
        let mut order: Vec<usize> = (0..self.interp.mods.len()).collect();
        order.retain(|at| {
            let module = &self.interp.mods[*at];
            module.state != LoadState::Failed && !module.synthetic && !module.deferred
        });
        order.sort_by_key(|at| (self.interp.mods[*at].phase, *at));
        self.ids = vec![None; self.interp.mods.len()];
        for (id, at) in order.iter().enumerate() {
            self.ids[*at] = Some(ModuleId(id as u32));
        }
        for at in &order {
            let module = &self.interp.mods[*at];
            let bytes = module.entry.map_or(0, |entry| self.interp.input.artifact.entry(entry).bytes);
            let first_import = module.first_import.and_then(|(importer, span)| self.site(importer, span));
            let id = self.ids[*at];
            let mut weight = module.weight.clone();
            match module.kind {
                ModuleKind::Source if self.has_bytecode(module, id, &mut graph) => {
                    weight.read_bytes = bytes;
                    count_definitions(&module.code.code, &mut weight);
                }
                ModuleKind::Source => {
                    weight.compiled_bytes = bytes;
                    weight.compiled_nodes = module.code.code.exprs.len() as u64 + module.code.code.stmts.len() as u64;
                    count_definitions(&module.code.code, &mut weight);
                }
                ModuleKind::Extension => weight.native_bytes = bytes,
                ModuleKind::Bytecode => {
                    weight.read_bytes = bytes;
                    let stale = module.entry.and_then(|entry| self.refused(entry)).zip(id);
                    graph.stale_bytecode.extend(stale.map(|((entry, reason), module)| StaleBytecode {
                        module,
                        entry,
                        reason,
                    }));
                }
                _ => weight.read_bytes = bytes,
            }
            graph.modules.push(Module {
                name: (&*self.interp.heap.text(module.name)).into(),
                kind: module.kind,
                entry: module.entry,
                bytes,
                loaded: module.phase,
                preloaded: module.preloaded,
                // A site that comes later in the order would make a circle.
                first_import: first_import.filter(|site| Some(site.importer) != id),
                weight,
            });
        }
        self.fill(&mut graph);
        graph.mentions = super::mentions::collect(self.interp);
        graph.choices.idle = self.interp.idle().into_iter().filter_map(|at| self.id(at)).collect();
        graph.choices.handed = handed.iter().filter_map(|handed| self.handed(handed)).collect();
        graph.handler = match handler {
            Handler::Missing(module) => HandlerResolution::ModuleMissing { similar: self.similar(&module), module },
            Handler::Found(at, place) => match self.id(at) {
                Some(module) => HandlerResolution::Found {
                    module,
                    definition: place.and_then(|(at, span)| Some((self.id(at)?, span))),
                },
                None => HandlerResolution::ModuleMissing { module: wanted.to_owned(), similar: Vec::new() },
            },
            Handler::NoName(at, name, defined) => match self.id(at) {
                Some(module) => HandlerResolution::NameMissing { module, name, defined },
                None => HandlerResolution::ModuleMissing { module: wanted.to_owned(), similar: Vec::new() },
            },
        };
        graph
    }

    fn handed(&self, handed: &SeenHanded) -> Option<Handed> {
        let name = |(name, home): &(Sym, ModIdx)| Some(((&*self.interp.heap.text(*name)).into(), self.id(*home)?));
        Some(Handed {
            site: self.site(handed.importer, handed.span)?,
            asked: self.id(handed.asked)?,
            names: handed.names.iter().map(name).collect::<Option<_>>()?,
        })
    }

    fn fill(&self, graph: &mut ModuleGraph) {
        for import in &self.interp.trace.imports {
            let (Some(site), Some(target)) = (self.site(import.importer, import.span), self.id(import.target)) else {
                continue;
            };
            graph.imports.push(Import {
                site,
                target,
                phase: import.phase,
                function: import.function.map(|name| (&*self.interp.heap.text(name)).into()),
                guarded: import.guarded,
            });
        }
        let mut seen = FxHashSet::default();
        for missing in &self.interp.trace.unresolved {
            let Some(site) = self.site(missing.importer, missing.span) else { continue };
            let import: Arc<str> = (&*self.interp.heap.text(missing.name)).into();
            if !seen.insert((site, Arc::clone(&import))) {
                continue;
            }
            graph.unresolved.push(Unresolved {
                import,
                site,
                phase: missing.phase,
                guarded: missing.guarded,
                why: None,
            });
        }
        for call in &self.interp.trace.calls {
            let Some(ImportSite { importer: module, span }) = self.site(call.module, call.span) else { continue };
            let argument = |value: &Value| match value {
                Value::Str(sym) => Argument::Text((&*self.interp.heap.text(*sym)).into()),
                Value::Int(value) => Argument::Number(*value as f64),
                Value::Float(bits) => Argument::Number(f64::from_bits(*bits)),
                Value::Bool(value) => Argument::Bool(*value),
                value => match self.interp.heap.external_name(*value) {
                    Some(name) => Argument::Name((&*name).into()),
                    None => Argument::Unknown,
                },
            };
            graph.calls.push(LoadCall {
                module,
                span,
                callee: (&*self.interp.heap.text(call.callee)).into(),
                arguments: call.args.positional.iter().map(argument).collect(),
                keywords: call
                    .args
                    .keywords
                    .iter()
                    .map(|(name, value)| ((&*self.interp.heap.text(*name)).into(), argument(value)))
                    .collect(),
                via: call.via.iter().filter_map(|(at, span)| self.site(*at, *span)).collect(),
                repeats: call.repeats,
            });
        }
        for (entry, at, span) in &self.interp.trace.data_files {
            if let Some(site) = self.site(*at, *span) {
                graph.data_files.push((*entry, site));
            }
        }
        graph.problems.extend(self.interp.trace.problems.iter().cloned());
        graph.causes = self.interp.trace.causes.iter().map(|fault| self.cause(fault)).collect();
        graph.hidden = self.interp.trace.hidden.iter().map(hidden).collect();
        graph.doubts = self.interp.trace.doubts.iter().cloned().collect();
        graph.demanded = self.interp.trace.demanded.iter().cloned().collect();
    }

    fn cause(&self, fault: &Fault) -> StartCause {
        StartCause {
            rule: fault.rule,
            subject: fault.subject.as_str().into(),
            message: fault.message.clone(),
            help: fault.help.clone(),
            chain: fault.site.map_or_else(Vec::new, |(at, _)| self.chain(at)),
            place: fault.site.and_then(|(at, span)| self.place(at, span)),
            after: fault.after,
            cure: fault.cure.as_deref().map(Arc::from),
        }
    }

    fn place(&self, at: ModIdx, span: Span) -> Option<StartPlace> {
        let module = self.interp.mods.get(at.0 as usize)?;
        match module.host {
            Some((host, span)) => self.place(host, span),
            None => Some(StartPlace { entry: module.entry?, span: Some(span) }),
        }
    }

    /// The imports by which a module came to run, outermost first.
    fn chain(&self, at: ModIdx) -> Vec<StartStep> {
        let mut chain = Vec::new();
        let mut next = Some(at);
        while let Some(module) = next.take().and_then(|at| self.interp.mods.get(at.0 as usize)) {
            if chain.len() > self.interp.mods.len() {
                break;
            }
            if let Some((host, _)) = module.host {
                next = Some(host);
                continue;
            }
            let place = module.first_import.and_then(|(importer, span)| self.place(importer, span));
            chain.push(StartStep { module: (&*self.interp.heap.text(module.name)).into(), place });
            next = module.first_import.map(|(importer, _)| importer);
        }
        chain.reverse();
        chain
    }

    /// Whether the runtime reads bytecode instead of compiling a module; notes bytecode that it does not use.
    fn has_bytecode(&self, module: &Mod<'_>, id: Option<ModuleId>, graph: &mut ModuleGraph) -> bool {
        let (Some(source), Some(id)) = (module.entry, id) else { return false };
        let setup = self.interp.input;
        match bytecode::beside(setup.artifact, &setup.stdlib, source) {
            Bytecode::Valid => true,
            Bytecode::Missing => false,
            Bytecode::Stale(entry, reason) => {
                graph.stale_bytecode.push(StaleBytecode { module: id, entry, reason });
                false
            }
        }
    }

    /// Bytecode without a source that the runtime refuses.
    fn refused(&self, entry: EntryId) -> Option<(EntryId, StaleReason)> {
        let setup = self.interp.input;
        Some((entry, bytecode::alone(setup.artifact, &setup.stdlib, entry)?))
    }

    /// Modules of the package with a name like the one that is missing.
    fn similar(&self, module: &str) -> Vec<String> {
        let last = module.rsplit('.').next().unwrap_or(module);
        let mut found: Vec<String> = Vec::new();
        for (id, entry) in self.interp.input.artifact.entries() {
            let Some(stem) = entry.path.strip_suffix(".py") else { continue };
            if !self.interp.input.is_own(id) || stem.matches('/').count() > 3 {
                continue;
            }
            let name = stem.rsplit('/').next().unwrap_or(stem);
            if strsim::jaro_winkler(name, last) > 0.8
                || matches!(name, "handler" | "app" | "lambda_function" | "index" | "main")
            {
                found.push(stem.replace('/', "."));
            }
            if found.len() >= 5 {
                break;
            }
        }
        found
    }
}
