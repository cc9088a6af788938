//! An abstract interpreter for module top levels.
//!
//! It executes code in the order in which CPython would, over [`Value`]s that know what matters
//! for imports. Conditions that cannot be decided run both ways; budgets make it end always.

mod advice;
mod arities;
mod assign;
mod attr;
mod binders;
mod budget;
mod builtin_attributes;
mod builtins;
mod call;
mod cases;
pub(super) mod choices;
mod class;
mod compare;
mod containers;
mod demands;
mod denials;
mod entry_points;
mod enumerations;
mod eval;
mod exec;
mod faults;
mod files;
mod followed;
mod from_imports;
mod handling;
mod hooks;
mod import;
mod import_tools;
mod inspect;
mod iterate;
mod kinds;
mod libraries;
mod library;
mod listing;
mod located;
mod loss;
mod machine;
mod methods;
mod mistakes;
mod misfits;
mod made;
mod named;
mod native;
mod names;
mod ops;
mod others;
mod parts;
mod paths;
mod record;
mod refused;
mod regex;
pub(super) mod relay;
mod runtime;
mod settings;
mod signatures;
mod source_text;
mod star;
mod stated;
mod storage;
mod subscript;
mod suspended;
mod sweep;
mod tasks;
mod text;
mod top_level;
pub(super) mod trace;
mod unlikely;
mod unbound;
mod unpickle;
mod unset;
mod unwalked;
mod work;
mod writes;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use budget::Budget;
pub use unpickle::is_unpickler;

use trace::{Doubt, FaultId, SeenCall, SeenImport, SeenUnresolved, Trace};

use super::build::Setup;
use super::finder::Finder;
use super::limits::LIMITS;
use super::sources::Sources;
use super::value::*;
use crate::artifact::EntryId;
use crate::graph::{ModuleKind, Phase, Weight};
use crate::lang::python::Parsed;
use crate::lang::python::ir::{Block, Code, ExprId, NameId, StmtId, TextId};
use crate::span::Span;

/// A raised exception.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raised {
    /// Its instance or class.
    pub(super) value: Value,
    /// What is known of it, where it is raised for sure.
    fault: Option<FaultId>,
}

/// An exception whose `except` clause runs.
#[derive(Clone)]
struct Handled {
    value: Value,
    fault: Option<FaultId>,
    /// Whether it says that an import failed.
    is_import: bool,
}

/// The result of running something that may raise for sure.
pub(super) type Run<T> = Result<T, Raised>;

/// Folders of the search path before and behind the standard library.
type SearchFolders = (Rc<[Rc<str>]>, Rc<[Rc<str>]>);

/// How far a module has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadState {
    Running,
    Loaded,
    Failed,
}

/// A module as it is being loaded.
#[derive(Clone)]
pub(super) struct Mod<'a> {
    pub(super) name: Sym,
    pub(super) object: Value,
    pub(super) scope: ScopeId,
    pub(super) code: &'a Parsed,
    syms: Rc<[Cell<u32>]>,
    pub(super) entry: Option<EntryId>,
    pub(super) kind: ModuleKind,
    pub(super) is_package: bool,
    pub(super) phase: Phase,
    pub(super) state: LoadState,
    pub(super) preloaded: bool,
    /// Made by code, not loaded from a file.
    pub(super) synthetic: bool,
    /// For code made as text: the place that runs it.
    pub(super) host: Option<(ModIdx, Span)>,
    pub(super) first_import: Option<(ModIdx, Span)>,
    pub(super) weight: Weight,
    /// Where the furthest statement starts that the module itself has begun to run.
    pub(super) reached: u32,
    /// A lazy loader stands in front of it: it runs when an attribute is asked for.
    pub(super) deferred: bool,
    /// Whether code has asked it for an attribute or a part, or imported it again.
    pub(super) asked: bool,
    /// Part of the function itself rather than of an installed package.
    pub(super) own: bool,
    /// The first part of the name.
    root: Sym,
}

/// What code is running and where its variables are.
pub(super) struct Frame<'a> {
    pub(super) module: ModIdx,
    pub(super) code: &'a Parsed,
    syms: Rc<[Cell<u32>]>,
    pub(super) scope: ScopeId,
    /// Index of the function in the module's code.
    pub(super) function: Option<u32>,
    /// The scope where functions defined here look for free variables.
    pub(super) closure: Option<ScopeId>,
    /// The class body around the running function or this class body itself.
    pub(super) class_scope: Option<ScopeId>,
    pub(super) is_class: bool,
    /// First argument, for `super()`.
    pub(super) this: Value,
    pub(super) yields: RefCell<Vec<Value>>,
    pub(super) yields_open: Cell<bool>,
    /// The import or call being executed, for attribution.
    pub(super) span: Cell<Span>,
}

/// Old values of the variables that a branch which may not run has changed.
#[derive(Clone)]
struct Log {
    scope: ScopeId,
    /// Scopes from here on were made in the branch.
    new_scopes: u32,
    old: Vec<(Sym, Option<Value>)>,
}

/// What the innermost `try` statements catch; `None` catches everything.
#[derive(Clone)]
struct Catch {
    classes: Option<Vec<Value>>,
    module_depth: u32,
}

/// The interpreter.
#[derive(Clone)]
pub(super) struct Interp<'a> {
    pub(super) input: &'a Setup<'a>,
    pub(super) finder: &'a Finder<'a>,
    pub(super) sources: &'a Sources<'a>,
    pub(super) heap: Heap,
    pub(super) mods: Vec<Mod<'a>>,
    pub(super) sys_modules: Names,
    /// Environment variables that the function is declared with.
    declared: &'a BTreeMap<String, String>,
    /// Environment variables that code has set.
    environment: Names,
    pub(super) phase: Phase,
    /// What the run has seen.
    pub(super) trace: Trace,
    /// How sure it is that what runs now runs.
    doubt: Doubt,
    /// The errors whose `except` clauses run, innermost last.
    handling: Vec<Handled>,
    catches: Vec<Catch>,
    logs: Vec<Log>,
    pub(super) call_sites: Vec<(ModIdx, Span)>,
    pub(super) provenance: FxHashMap<(ScopeId, Sym), Sym>,
    /// Things of the runtime that were asked for, by full name.
    runtime_values: FxHashMap<Sym, Value>,
    /// Attributes of the standard library's modules that were asked for, by full name.
    runtime_attrs: FxHashMap<Sym, Option<Value>>,
    /// Built-in names that were asked for; `None` for what is no such name.
    builtin_names: FxHashMap<Sym, Option<Value>>,
    /// Lists of the `sys` module that code may change.
    lists: Vec<(Sym, Value)>,
    /// The search path as long as no code has looked at it: before and behind the standard library.
    first_path: SearchFolders,
    /// `sys`, `path` and `sys.path`, which every import asks for.
    path_names: (Sym, Sym, Sym),
    pub(super) dynamic: named::Dynamic,
    /// Modules that only the environment names.
    pub(super) configured: Vec<ModIdx>,
    /// Regular expressions by text and flags; `None` if the engine cannot read them.
    engines: FxHashMap<(Sym, i64), Option<::regex::Regex>>,
    /// Texts that were run as code.
    texts_run: usize,
    /// Blocks of modules' top levels that surely do not run.
    skipped: FxHashSet<(ModIdx, Block)>,
    /// Blocks of a module that only type checkers see.
    stated: FxHashMap<ModIdx, Vec<Block>>,
    /// Names that are being looked for there: modules that hand out each other's names would ask in a circle.
    stating: Vec<(ModIdx, Sym)>,
    budget: Budget,
    /// Names that star imports have copied.
    star_copies: usize,
    call_depth: u32,
    /// How many of these calls are to functions of packages and the standard library.
    library_depth: u32,
    total_depth: u32,
    /// Calls and attribute reads that wait for others of their kind.
    nested: u32,
    /// Comparisons that wait for those of their items.
    comparing: u32,
    module_depth: u32,
    /// The function whose body runs; `None` at a module's top level.
    running: Option<(ModIdx, u32)>,
    /// Patterns that are compiled already: `re` keeps them.
    patterns: FxHashSet<Sym>,
    mistakes: mistakes::Mistakes,
    /// Own classes whose fields a library reads from the environment.
    settings: FxHashMap<Value, settings::Stated>,
    workers: work::Workers,
    /// A text with a [`text::HOLE`] was made.
    has_holes: bool,
    /// Whether code has changed the working directory.
    has_moved: bool,
    /// Conditions that hold around what runs.
    held: u32,
    /// The place in own code that asks a module for a name.
    asker: Option<trace::Site>,
    asking: Option<denials::Asking>,
    /// The name that a module's hook has refused last, in its words.
    denied: Option<denials::Denied>,
    /// The shared library that was looked for in vain last, with the top-level name of the package that did.
    lacking: Option<(Sym, String)>,
    probes: relay::Probes,
    relay: relay::Relay<'a>,
    /// The generator expression that the call which is about to run goes through to its end.
    consumed: Option<(ModIdx, u32)>,
    /// The generator that the call which runs goes through to its end.
    drained: Option<ObjId>,
}

impl<'a> Interp<'a> {
    pub(super) fn new(
        input: &'a Setup<'a>,
        declared: &'a BTreeMap<String, String>,
        finder: &'a Finder<'a>,
        sources: &'a Sources<'a>,
    ) -> Self {
        let mut heap = Heap::new();
        let path_names = (heap.sym("sys"), heap.sym("path"), heap.sym("sys.path"));
        let texts = |folders: &[Arc<str>]| folders.iter().map(|folder| Rc::from(&**folder)).collect();
        let first_path = (texts(&finder.path.front), texts(&finder.path.back));
        Self {
            input,
            finder,
            sources,
            heap,
            first_path,
            path_names,
            mods: Vec::new(),
            sys_modules: Names::default(),
            declared,
            environment: Names::default(),
            phase: Phase::Init,
            catches: Vec::new(),
            logs: Vec::new(),
            call_sites: Vec::new(),
            provenance: FxHashMap::default(),
            runtime_values: FxHashMap::default(),
            runtime_attrs: FxHashMap::default(),
            builtin_names: FxHashMap::default(),
            lists: Vec::new(),
            dynamic: named::Dynamic::default(),
            configured: Vec::new(),
            engines: FxHashMap::default(),
            texts_run: 0,
            skipped: FxHashSet::default(),
            stated: FxHashMap::default(),
            stating: Vec::new(),
            budget: Budget::new(),
            star_copies: 0,
            call_depth: 0,
            library_depth: 0,
            total_depth: 0,
            nested: 0,
            comparing: 0,
            module_depth: 0,
            doubt: Doubt::default(),
            handling: Vec::new(),
            trace: Trace::default(),
            running: None,
            patterns: FxHashSet::default(),
            mistakes: mistakes::Mistakes::default(),
            settings: FxHashMap::default(),
            workers: work::Workers::default(),
            has_holes: false,
            has_moved: false,
            held: 0,
            asker: None,
            asking: None,
            denied: None,
            lacking: None,
            probes: relay::Probes::default(),
            relay: relay::Relay::default(),
            consumed: None,
            drained: None,
        }
    }

    pub(super) fn module(&self, at: ModIdx) -> &Mod<'a> {
        &self.mods[at.0 as usize]
    }

    pub(super) fn module_mut(&mut self, at: ModIdx) -> &mut Mod<'a> {
        &mut self.mods[at.0 as usize]
    }

    /// A frame for a module's top level.
    pub(super) fn module_frame(&self, at: ModIdx) -> Frame<'a> {
        let module = self.module(at);
        Frame {
            module: at,
            code: module.code,
            syms: module.syms.clone(),
            scope: module.scope,
            function: None,
            closure: None,
            class_scope: None,
            is_class: false,
            this: Value::Unknown,
            yields: RefCell::default(),
            yields_open: Cell::new(false),
            span: Cell::default(),
        }
    }

    /// The interned form of a name of the frame's module.
    pub(super) fn sym(&mut self, frame: &Frame, name: NameId) -> Sym {
        self.interned(frame, name.0 as usize, |code| code.name(name))
    }

    /// The interned form of a constant text of the frame's module.
    pub(super) fn text_sym(&mut self, frame: &Frame, text: TextId) -> Sym {
        // Behind those of the names.
        self.interned(frame, frame.code.code.names.len() + text.0 as usize, |code| code.text(text))
    }

    fn interned(&mut self, frame: &Frame, at: usize, text: impl Fn(&Code) -> &str) -> Sym {
        let Some(cell) = frame.syms.get(at) else {
            return self.heap.sym("");
        };
        if cell.get() != u32::MAX {
            return Sym(cell.get());
        }
        let sym = self.heap.sym(text(&frame.code.code));
        cell.set(sym.0);
        sym
    }

    pub(super) fn set_code(&mut self, at: ModIdx, code: &'a Parsed) {
        let syms = vec![Cell::new(u32::MAX); code.code.names.len() + code.code.texts.len()].into();
        let module = self.module_mut(at);
        module.code = code;
        module.syms = syms;
    }

    /// An exception of a built-in class.
    pub(super) fn exception(&mut self, class: &str, text: &str) -> Raised {
        let class = self.heap.external(class);
        let mut attrs = Names::default();
        let message = self.heap.str(text);
        let args = self.heap.tuple(&[message]);
        attrs.set(self.heap.sym("args"), args);
        attrs.set(self.heap.sym("msg"), message);
        Raised { value: self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown }), fault: None }
    }

    /// Whether an exception of a built-in class would be caught by running code.
    /// `near` asks only for `try` statements of the module that runs now: errors that we derive
    /// from incomplete knowledge must not travel further.
    pub(super) fn is_caught(&mut self, class: &str, near: bool) -> bool {
        let class = self.heap.external(class);
        let depth = self.module_depth;
        for at in (0..self.catches.len()).rev() {
            let catch = &self.catches[at];
            if near && catch.module_depth != depth {
                return false;
            }
            let Some(classes) = &catch.classes else {
                return true;
            };
            let classes = classes.clone();
            if classes.iter().any(|c| self.is_subclass(class, *c) != Some(false)) {
                return true;
            }
        }
        false
    }

    /// An error derived from what we know of an object: raised where code waits for it,
    /// otherwise taken as a gap of ours.
    pub(super) fn soft_error(&mut self, class: &str, text: &str) -> Run<Value> {
        if self.is_caught(class, true) {
            return Err(self.exception(class, text));
        }
        Ok(Value::Unknown)
    }

    pub(super) fn set_var(&mut self, scope: ScopeId, name: Sym, value: Value) {
        match self.logs.last_mut() {
            Some(log) if log.scope == scope => {
                let old = self.heap.vars(scope).get(name);
                log.old.push((name, old));
            }
            // Kept, although the branch may not run: who lacks it takes other ways that are rarer still.
            Some(log) if scope.0 < log.new_scopes && self.library_depth == 0 => self.doubt.taint_foreign(name),
            _ => {}
        }
        self.heap.vars_mut(scope).set(name, value);
    }

    /// Takes a name its value away.
    pub(super) fn unset_var(&mut self, scope: ScopeId, name: Sym) {
        if let Some(log) = self.logs.last_mut().filter(|log| log.scope == scope) {
            log.old.push((name, self.heap.vars(scope).get(name)));
        }
        self.heap.vars_mut(scope).remove(name);
    }

    /// The scope that holds a name as seen from a frame.
    pub(super) fn lookup(&mut self, frame: &Frame, name: Sym) -> Option<Value> {
        if let Some(value) = self.heap.vars(frame.scope).get(name) {
            return Some(value);
        }
        let mut at = if frame.is_class { frame.closure } else { self.heap.scope_ref(frame.scope).parent };
        while let Some(scope) = at {
            if let Some(value) = self.heap.vars(scope).get(name) {
                return Some(value);
            }
            at = self.heap.scope_ref(scope).parent;
        }
        self.heap.vars(self.module(frame.module).scope).get(name)
    }

    /// Where an assignment to a name in a frame goes.
    pub(super) fn home(&mut self, frame: &Frame, id: NameId, name: Sym) -> ScopeId {
        let Some(function) = frame.function.and_then(|at| frame.code.code.functions.get(at as usize)) else {
            return if self.is_declared_in_class(frame, id) { self.module(frame.module).scope } else { frame.scope };
        };
        if self.is_declared_in_class(frame, id) {
            return self.module(frame.module).scope;
        }
        if frame.is_class || function.locals.binary_search(&id).is_ok() {
            return frame.scope;
        }
        if function.globals.contains(&id) {
            return self.module(frame.module).scope;
        }
        let mut at = self.heap.scope_ref(frame.scope).parent;
        while let Some(scope) = at {
            if self.heap.vars(scope).get(name).is_some() {
                return scope;
            }
            at = self.heap.scope_ref(scope).parent;
        }
        frame.scope
    }

    /// Whether a class body, which runs, says of a name that it is the module's.
    fn is_declared_in_class(&self, frame: &Frame, id: NameId) -> bool {
        frame.is_class && frame.code.code.class_globals.contains(&id)
    }

    /// Span of an expression, with which calls and imports are reported.
    pub(super) fn at(&self, frame: &Frame, expr: ExprId) -> Span {
        frame.code.code.expr_span(expr)
    }

    pub(super) fn text_of(&self, value: Value) -> Option<Rc<str>> {
        match value {
            Value::Str(sym) => Some(self.heap.text(sym)),
            _ => None,
        }
    }
}
