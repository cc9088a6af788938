//! An abstract machine that runs the top level of modules the way Node does: values that are
//! known are computed, everything else is `Unknown`, and both sides of an unknown branch run.

mod bigints;
mod buffers;
mod call;
mod channels;
mod choices;
mod collections;
mod common;
mod conversions;
mod copies;
mod dates;
mod demands;
mod descriptors;
mod digests;
mod driving;
mod elsewhere;
mod emitter;
mod errors;
mod esm;
mod eval;
mod evaluate;
mod exec;
mod formats;
mod generators;
mod handler;
mod json;
mod later;
mod literals;
mod loader;
mod maps;
mod members;
mod modelled;
mod modules;
mod names;
mod natives;
mod natives_node;
mod numbers;
mod objects;
mod operators;
mod order;
mod outcome;
mod paths;
mod pattern;
mod possible;
mod prebuilt;
mod primitives;
mod promises;
mod props;
mod queries;
mod raise;
mod reflect;
mod refusals;
mod regex;
mod results;
mod strings;
mod tables;
mod texts;
mod trace;
mod trust;
mod typed;
mod urls;
mod validators;
mod value;
mod variables;
mod views;
mod writes;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::JavaScriptInput;
use super::limits::LIMITS;
use super::load::{Format, Sources};
use super::resolve::Loader;
use crate::artifact::EntryId;
use crate::graph::{
    GraphProblem, ImportSite, ModuleId, ModuleKind, Phase, ProblemEffect, Refused, StartCause, Weight, WhatIf,
};
use crate::lang::javascript::ir::{ExprId, FunctionId, Program};
pub(super) use handler::Exported;
use trace::Trace;
use value::{Abrupt, At, Atom, Env, EnvId, Kind, ModuleIx, NO_MODULE, ObjId, Object, Props, UNKNOWN, Value};

/// A module that was loaded.
pub(super) struct Loaded {
    entry: Option<EntryId>,
    path: Arc<str>,
    format: Format,
    program: Option<Arc<Program>>,
    atoms: Vec<Atom>,
    env: EnvId,
    /// The `module` object of CommonJS.
    module: ObjId,
    /// For ES modules: targets of the static imports.
    targets: Vec<Option<ModuleIx>>,
    evaluated: bool,
    own: bool,
    id: ModuleId,
    steps: u64,
    /// Steps of loop rounds that were left out.
    skipped: u64,
    run_bytes: u64,
    /// Whether some of its top level was not followed to its end.
    unfinished: bool,
    /// Whether Node does not even begin to run it.
    refused: bool,
    /// Whether it is own code of a size that people write.
    written: bool,
    /// What loading it throws, once it has.
    error: Option<Value>,
}

/// One running function.
struct Frame {
    module: ModuleIx,
    function: FunctionId,
    env: EnvId,
    this: Value,
    home: Value,
    new_target: Value,
    maybe_return: Option<Value>,
    maybe_break: bool,
    callee: Value,
    /// What a generator has yielded.
    yielded: generators::Yielded,
    /// Calls of parents' constructors before it was called.
    super_calls: u64,
    /// Labels of the statement that comes next.
    labels: Vec<Atom>,
    /// What there was before it was called.
    floor: order::Floor,
    /// Whether its caller waits for it at once.
    awaited: bool,
}

/// The machine.
pub(super) struct Machine<'a> {
    sources: &'a Sources<'a>,
    environment: &'a BTreeMap<String, String>,
    node: u32,
    arm: bool,
    what_if: &'a WhatIf,
    refused: &'a Refused,
    /// Homes of the names of static imports that ask other modules than they say, by importer and position.
    narrowed_links: FxHashMap<(ModuleIx, usize), Vec<choices::Linked>>,
    /// The module whose top level runs.
    loading: ModuleIx,
    /// Modules that have changed, while they were loaded, what was made while another was.
    touched: FxHashSet<(ModuleIx, ModuleIx)>,
    strings: Vec<Arc<str>>,
    interned: FxHashMap<Arc<str>, Atom>,
    /// Texts of code that look as keys of symbols and private members do here, and are none.
    lookalikes: FxHashMap<Arc<str>, Atom>,
    /// `__proto__`.
    proto_key: Atom,
    /// Steps that functions of the runtime have taken since the last one of code.
    charged: Cell<u64>,
    objects: Vec<Object>,
    envs: Vec<Env>,
    protos: FxHashMap<&'static str, ObjId>,
    globals: FxHashMap<Atom, Value>,
    /// `globalThis`, which has all globals as properties once it is made.
    global_object: ObjId,
    builtins: FxHashMap<Atom, Value>,
    loaded: Vec<Loaded>,
    by_entry: FxHashMap<EntryId, ModuleIx>,
    imports_live: Vec<(ModuleIx, Atom)>,
    steps: u64,
    max_steps: u64,
    statement_steps: u64,
    statement_limit: u64,
    depth: u32,
    calls_deep: u32,
    doubt: u32,
    /// The running module was itself loaded where that may not happen.
    doubted: bool,
    /// What is left of the running function may not run: an undecided branch may have left it.
    unsure: bool,
    /// Conditions around what runs, decided by values, since the runtime's own code.
    conditions: u32,
    tries: u32,
    /// Something that reads files in another way than Node was asked for.
    transforms: bool,
    /// The `catch` blocks that run, innermost last.
    handling: Vec<raise::Handling>,
    /// What error objects stand for, where Node surely raises them.
    faults: FxHashMap<ObjId, StartCause>,
    phase: Phase,
    ran: FxHashSet<(ModuleIx, ExprId)>,
    trace: Trace,
    stack: Vec<At>,
    entry_esm: bool,
    /// Whether the walk goes on behind an `await` of a function: the runtime waits for what it gives.
    waits: bool,
    /// Functions of CommonJS that wait, and those that a promise calls once it has settled: what is left of them was not
    /// walked.
    waiting: FxHashSet<(ModuleIx, FunctionId)>,
    functions_ran: FxHashSet<(ModuleIx, FunctionId)>,
    loader: loader::Loader,
    /// Channels of `diagnostics_channel` by name.
    channels: FxHashMap<Atom, ObjId>,
    /// Files by their `module` objects.
    module_objects: FxHashMap<ObjId, ModuleIx>,
    /// Names of the modelled globals by their objects.
    global_names: FxHashMap<ObjId, Atom>,
    /// Names of globals that are there, though what they do is not modelled.
    opaque_globals: FxHashSet<Atom>,
    /// Compiled regular expressions; nothing for what the engine cannot do. They are shared: a clone of one begins
    /// with empty caches, which cost more than most matches.
    regexes: FxHashMap<(Atom, Atom), Option<Arc<pattern::Engine>>>,
    /// The text that was last asked for one of its UTF-16 units, as such: code that scans a text asks for all of them.
    units: (Atom, Vec<u16>),
    /// Calls of own code whose folders and patterns a library has loaded.
    handed_over: FxHashSet<(ModuleIx, ExprId)>,
    /// Where imports have begun.
    started: FxHashSet<(ModuleIx, ExprId)>,
    /// Globals that Node loads when they are first read, as long as they have not been.
    lazy_globals: FxHashSet<Atom>,
    promises: promises::Promises,
    streams: writes::Streams,
    /// Own modules that have had a library check the environment.
    checked: FxHashSet<ModuleIx>,
    /// Whether the working directory may be another.
    has_moved: bool,
    trust: trust::Trust,
    order: order::Order,
    demands: demands::Demands,
    /// How often a constructor has called that of its parent.
    super_calls: u64,
    /// Errors that were thrown where that may not happen.
    unlikely: FxHashSet<ObjId>,
    /// The expression that was evaluated last.
    last: At,
    /// Where a property was last read of an object that has none.
    of_empty: At,
    /// Objects that are sealed or frozen.
    integrity: FxHashMap<ObjId, trust::Integrity>,
    /// Properties that cannot be set.
    constants: FxHashSet<(ObjId, Atom)>,
    stores: views::Stores,
    generators: driving::Generators,
    starting: driving::Starting,
    /// Properties that stay as they are: they can neither be deleted nor defined anew.
    pinned: FxHashSet<(ObjId, Atom)>,
    /// What Node sees in the texts of CommonJS files, as far as somebody has asked.
    text_exports: RefCell<FxHashMap<EntryId, Option<Rc<names::TextExports>>>>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(sources: &'a Sources<'a>, input: &JavaScriptInput<'a>) -> Self {
        let JavaScriptInput { environment, node, arm, what_if, refused, .. } = *input;
        let mut machine = Self {
            sources,
            environment,
            node,
            arm,
            what_if,
            refused,
            narrowed_links: FxHashMap::default(),
            loading: NO_MODULE,
            touched: FxHashSet::default(),
            strings: with_room(LIMITS.room / 4),
            interned: FxHashMap::default(),
            lookalikes: FxHashMap::default(),
            proto_key: 0,
            charged: Cell::new(0),
            objects: with_room(LIMITS.room),
            envs: with_room(LIMITS.room),
            protos: FxHashMap::default(),
            globals: FxHashMap::default(),
            global_object: 0,
            builtins: FxHashMap::default(),
            loaded: Vec::new(),
            by_entry: FxHashMap::default(),
            imports_live: Vec::new(),
            steps: 0,
            max_steps: LIMITS.steps,
            statement_steps: 0,
            statement_limit: LIMITS.statement_steps,
            depth: 0,
            calls_deep: 0,
            doubt: 0,
            doubted: false,
            unsure: false,
            conditions: 0,
            tries: 0,
            transforms: false,
            handling: Vec::new(),
            faults: FxHashMap::default(),
            phase: Phase::Init,
            ran: FxHashSet::default(),
            trace: Trace::default(),
            stack: Vec::new(),
            entry_esm: false,
            waits: false,
            waiting: FxHashSet::default(),
            functions_ran: FxHashSet::default(),
            loader: loader::Loader::default(),
            channels: FxHashMap::default(),
            module_objects: FxHashMap::default(),
            global_names: FxHashMap::default(),
            opaque_globals: FxHashSet::default(),
            regexes: FxHashMap::default(),
            units: (0, Vec::new()),
            handed_over: FxHashSet::default(),
            started: FxHashSet::default(),
            lazy_globals: FxHashSet::default(),
            promises: promises::Promises::default(),
            streams: writes::Streams::new(),
            checked: FxHashSet::default(),
            has_moved: false,
            trust: trust::Trust::default(),
            order: order::Order::default(),
            demands: demands::Demands::default(),
            super_calls: 0,
            unlikely: FxHashSet::default(),
            last: At { module: NO_MODULE, expr: 0 },
            of_empty: At { module: NO_MODULE, expr: 0 },
            integrity: FxHashMap::default(),
            constants: FxHashSet::default(),
            stores: views::Stores::default(),
            generators: driving::Generators::default(),
            starting: driving::Starting::default(),
            pinned: FxHashSet::default(),
            text_exports: RefCell::default(),
        };
        machine.set_up();
        machine
    }

    /// Makes what is there before any code runs.
    fn set_up(&mut self) {
        self.atom("");
        self.proto_key = self.atom("__proto__");
        self.envs.push(Env { parent: 0, slots: Vec::new(), doubt: 0 });
        self.alloc(Kind::Plain, Value::Null);
        natives::install(self);
        self.lazy_globals = super::builtins::lazy_globals().map(|name| self.atom(name)).collect();
    }

    fn alloc(&mut self, kind: Kind, proto: Value) -> ObjId {
        if self.objects.len() >= LIMITS.objects {
            self.steps = self.max_steps + 1;
            return 0;
        }
        let id = self.objects.len() as ObjId;
        let doubt = u16::try_from(self.doubt).unwrap_or(u16::MAX);
        let made_by = self.loading;
        self.objects.push(Object { kind, proto, props: Props::default(), open: false, doubt, name: 0, made_by });
        id
    }

    fn proto(&self, name: &'static str) -> Value {
        self.protos.get(name).map_or(Value::Null, |id| Value::Obj(*id))
    }

    fn plain(&mut self) -> ObjId {
        let proto = self.proto("Object");
        self.alloc(Kind::Plain, proto)
    }

    fn array(&mut self, items: Vec<Value>) -> Value {
        let proto = self.proto("Array");
        Value::Obj(self.alloc(Kind::Array(items), proto))
    }

    fn native(&mut self, function: value::Native, data: Value) -> Value {
        let proto = self.proto("Function");
        Value::Obj(self.alloc(Kind::Native(function, data), proto))
    }

    fn promise(&mut self, value: Option<Value>) -> Value {
        let proto = self.proto("Promise");
        Value::Obj(self.alloc(Kind::Promise(value), proto))
    }

    fn object(&self, id: ObjId) -> &Object {
        // Ids are only made by `alloc`; object 0 always exists.
        self.objects.get(id as usize).unwrap_or(&self.objects[0])
    }

    fn object_mut(&mut self, id: ObjId) -> &mut Object {
        let at = if (id as usize) < self.objects.len() { id as usize } else { 0 };
        &mut self.objects[at]
    }

    /// Notes that code changes an object.
    fn touch(&mut self, id: ObjId) {
        let made_by = self.object(id).made_by;
        if made_by != self.loading && made_by != NO_MODULE && self.loading != NO_MODULE {
            self.touched.insert((self.loading, made_by));
        }
    }

    fn env_new(&mut self, parent: EnvId, slots: u32) -> EnvId {
        if self.envs.len() >= LIMITS.objects || slots > LIMITS.slots {
            self.steps = self.max_steps + 1;
            return 0;
        }
        let id = self.envs.len() as EnvId;
        let slots = vec![Value::Undefined; slots as usize];
        self.envs.push(Env { parent, slots, doubt: self.doubt });
        id
    }

    fn step(&mut self, module: ModuleIx) -> Result<(), Abrupt> {
        let steps = 1 + self.charged.take();
        self.steps += steps;
        self.statement_steps += steps;
        if let Some(loaded) = self.loaded.get_mut(module as usize) {
            loaded.steps += 1;
        }
        if self.steps > self.max_steps || self.depth > LIMITS.depth || self.statement_steps > self.statement_limit {
            return Err(Abrupt::Stop);
        }
        Ok(())
    }

    /// Whether loops of this module run once only from here on.
    fn hurried(&self, module: ModuleIx) -> bool {
        self.loaded.get(module as usize).is_some_and(|loaded| loaded.steps > LIMITS.module_steps)
    }

    fn member_name(&mut self, base: Atom, key: &str) -> Atom {
        if base == 0 {
            return 0;
        }
        let base = self.str(base);
        if base.len() + key.len() > LIMITS.name {
            return 0;
        }
        self.atom(&format!("{base}.{key}"))
    }

    fn result_name(&mut self, base: Atom) -> Value {
        if base == 0 {
            return UNKNOWN;
        }
        let base = self.str(base);
        if base.len() > LIMITS.name {
            return UNKNOWN;
        }
        Value::Unknown(self.atom(&format!("{base}()")))
    }

    fn site(&self, at: At) -> ImportSite {
        let loaded = self.loaded.get(at.module as usize);
        let span = loaded
            .and_then(|loaded| loaded.program.as_ref())
            .and_then(|program| program.exprs.get(at.expr as usize))
            .map(|expr| expr.span)
            .unwrap_or_default();
        ImportSite { importer: loaded.map_or(ModuleId(0), |loaded| loaded.id), span }
    }

    fn site_of(&self, ix: ModuleIx, span: crate::span::Span) -> ImportSite {
        ImportSite { importer: self.loaded.get(ix as usize).map_or(ModuleId(0), |loaded| loaded.id), span }
    }

    /// From here on walks behind every `await`.
    pub(super) fn waits(&mut self) {
        self.waits = true;
    }

    /// Runs the handler module as the runtime loads it; answers with its index.
    pub(super) fn run(&mut self, entry: EntryId, loader: Loader) -> ModuleIx {
        let source = self.sources.get(entry);
        self.entry_esm = source.format == Format::Module && !source.wrong_dialect && !source.awaits;
        self.waits |= self.entry_esm;
        let at = At { module: u32::MAX, expr: 0 };
        let linked = self.entry_esm && (loader == Loader::Import || self.sources.source_tree);
        let ix = if linked {
            let ix = self.link(entry, None);
            let _ = self.evaluate(ix);
            ix
        } else {
            let _ = self.load_common(entry, at);
            self.by_entry.get(&entry).copied().unwrap_or(0)
        };
        self.unhandled();
        self.weigh();
        if self.steps > self.max_steps {
            self.trace.problems.push(GraphProblem {
                entry: Some(entry),
                span: None,
                message: "the code that runs at load is too long to follow to its end".into(),
                effect: ProblemEffect::Inexact,
            });
        }
        ix
    }

    /// Notes in the modules what running them took.
    fn weigh(&mut self) {
        for loaded in &self.loaded {
            let Some(module) = self.trace.modules.get_mut(loaded.id.0 as usize) else {
                continue;
            };
            module.weight.statements = u32::try_from(loaded.steps.saturating_add(loaded.skipped)).unwrap_or(u32::MAX);
            module.weight.run_bytes = loaded.run_bytes;
            match loaded.format {
                Format::Module => module.weight.linked = 1,
                Format::CommonJs if self.entry_esm => module.weight.scanned_bytes = module.bytes,
                _ => {}
            }
        }
        let mut seen = FxHashSet::default();
        for (entry, site) in &self.trace.data_files {
            let bytes = self.sources.artifact.entry(*entry).bytes;
            if let (true, Some(module)) = (seen.insert(*entry), self.trace.modules.get_mut(site.importer.0 as usize)) {
                module.weight.read_bytes += bytes;
            }
        }
    }
}

/// A vector with room, where there is as much.
fn with_room<T>(room: usize) -> Vec<T> {
    let mut empty = Vec::new();
    // Without it the vector grows as it must.
    let _ = empty.try_reserve(room);
    empty
}

pub(super) fn weight_of(format: Format, bytes: u64, program: Option<&Program>) -> (ModuleKind, Weight) {
    let mut weight = Weight::default();
    let kind = match format {
        Format::CommonJs | Format::Module => {
            weight.compiled_bytes = bytes;
            if let Some(program) = program {
                weight.functions = program.counts.functions;
                weight.classes = program.counts.classes;
                weight.decorators = program.counts.decorators;
                weight.regex_bytes = program.counts.regex_bytes;
            }
            ModuleKind::Source
        }
        Format::Json => {
            weight.read_bytes = bytes;
            ModuleKind::Data
        }
        Format::Addon => {
            weight.native_bytes = bytes;
            ModuleKind::Extension
        }
    };
    (kind, weight)
}
