//! What Node raises, and what is noted of it where nothing catches it.
//!
//! Only what surely happens is noted: the code runs for sure, and the error follows from what the package is. All
//! else that an exception may be is thrown as before, so that `catch` sees it, and says nothing about Init.

use std::sync::Arc;

use serde::Deserialize;

use super::Machine;
use super::errors::class_named;
use super::refusals::is_in_own_words;
use super::value::{Abrupt, At, ModuleIx, R, Slot, UNKNOWN, Value};
use crate::graph::javascript::bundle::{looks_bundled, looks_minified};
use crate::graph::javascript::limits::LIMITS;
use crate::graph::{ImportSite, ModuleId, Phase, StartCause, StartPlace, StartStep};
use crate::knowledge;
use crate::lang::javascript::ir::{BinaryOp, ExprId, ExprKind, Program, StmtId, StmtKind, Var};

/// `addons.toml`, which says what its fields mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Addons {
    unbuilt: Vec<String>,
    native: Vec<String>,
    finders: Vec<String>,
}

knowledge::table! {
    static ADDONS: Addons = "node/addons.toml", tested by the_addons_read;
}

/// Longest message of an error that is repeated.
const LONGEST_SHOWN: usize = 80;
/// Imports that are told on the way to an error; a cycle of first imports would have no end.
const LONGEST_CHAIN: usize = 200;

/// Whether a request is for a package that looks for native builds by what a manifest says.
pub(super) fn finds_builds(request: &str) -> bool {
    ADDONS.finders.iter().any(|name| name == request)
}

/// An error that Node raises for what the package is.
#[derive(Clone, Debug, Default)]
pub(super) struct Thrown {
    pub(super) rule: &'static str,
    pub(super) subject: String,
    pub(super) message: String,
    pub(super) code: Option<&'static str>,
    pub(super) help: Option<String>,
    pub(super) cure: Option<String>,
    /// Where it is told, if not where it is raised.
    pub(super) place: Option<StartPlace>,
}

/// A `catch` that runs.
pub(super) struct Handling {
    /// The error that it caught, where that surely happened.
    cause: Option<StartCause>,
    /// Decided conditions around it.
    conditions: u32,
}

impl Machine<'_> {
    /// Whether what happens now happens during Init for sure.
    pub(super) fn sure(&self) -> bool {
        self.phase == Phase::Init && self.doubt == 0 && !self.doubted && !self.unsure
    }

    /// Raises an error where an expression stands.
    pub(super) fn raise(&mut self, fault: Thrown, at: At) -> R {
        let (code, message) = (fault.code, fault.message.clone());
        // What the module would define behind it is nobody's fault.
        let said = if self.sure() { self.said_of_variables(&message) } else { None };
        if let Some(said) = said {
            self.unfinished(at.module);
            return self.raise_perhaps(said, &message, code);
        }
        let cause = self.sure().then(|| self.cause_at(fault, at));
        if self.tries == 0 {
            self.unfinished(at.module);
        }
        self.raise_cause(cause, &message, code)
    }

    /// Throws an error that ends Init as long as variables are not set that may be.
    fn raise_perhaps(&mut self, said: String, message: &str, code: Option<&str>) -> R {
        if self.tries == 0 && self.doubt == 0 {
            self.doubts_start(said);
            self.go_astray();
            return Ok(UNKNOWN);
        }
        let error = self.error_of(None, message, code);
        self.ends_perhaps(error, said);
        Err(Abrupt::Throw(error))
    }

    /// Throws an error where something may catch it; otherwise notes it and goes on as if it had not happened.
    fn raise_cause(&mut self, cause: Option<StartCause>, message: &str, code: Option<&str>) -> R {
        if self.tries == 0 && self.doubt == 0 {
            if let Some(cause) = cause {
                self.note_cause(cause);
                self.go_astray();
            }
            return Ok(UNKNOWN);
        }
        Err(Abrupt::Throw(self.error_of(cause, message, code)))
    }

    /// The error object that stands for a cause.
    fn error_of(&mut self, cause: Option<StartCause>, message: &str, code: Option<&str>) -> Value {
        // They are told with their class.
        let told = message.split_once(": ").and_then(|(class, rest)| Some((class_named(class)?, rest)));
        let (class, text) = told.unwrap_or(("Error", message));
        let error = self.error_of_class(class, text);
        let Value::Obj(id) = error else { return error };
        let said = match code {
            Some("MODULE_NOT_FOUND") => {
                let by = self.loaded.get(self.loading as usize).map(|loaded| Arc::clone(&loaded.path));
                self.string(&format!("{text}\nRequire stack:\n- {}", by.as_deref().unwrap_or_default()))
            }
            // What loaders of addons look for in it is in neither, and they throw it on.
            Some("ERR_DLOPEN_FAILED") => self.string(text),
            _ if is_in_own_words(text) => self.string(text),
            _ => UNKNOWN,
        };
        self.define(id, "message", said);
        // What only this program calls so is no code of Node's.
        if let Some(code) = code.filter(|code| class_named(code).is_none()) {
            let (key, code) = (self.atom("code"), self.string(code));
            self.object_mut(id).props.set(key, Slot::Value(code), None);
            self.object_mut(id).open = true;
        }
        if let Some(cause) = cause {
            self.faults.insert(id, cause);
        }
        error
    }

    /// Raises an error of a module that is linked, where a static import stands. Whoever evaluates the module gets it.
    pub(super) fn refuse(&mut self, ix: ModuleIx, fault: Thrown, place: Option<StartPlace>) {
        let (code, message) = (fault.code, fault.message.clone());
        let said = if self.sure() { self.said_of_variables(&message) } else { None };
        let cause = (self.sure() && said.is_none()).then(|| self.cause(fault, ix, place));
        // It never runs: what it would export is nobody's fault.
        self.unfinished(ix);
        if self.tries == 0 && self.doubt == 0 {
            if let Some(said) = said {
                self.doubts_start(said);
            }
            if let Some(cause) = cause {
                self.note_cause(cause);
            }
            return;
        }
        let error = self.error_of(cause, &message, code);
        if let Some(said) = said {
            self.ends_perhaps(error, said);
        }
        if let Some(loaded) = self.loaded.get_mut(ix as usize) {
            loaded.error.get_or_insert(error);
        }
    }

    pub(super) fn cause_at(&mut self, fault: Thrown, at: At) -> StartCause {
        let place = self.place(self.site(at)).filter(|_| (at.module as usize) < self.loaded.len());
        let place = fault.place.or(place);
        self.cause(fault, at.module, place)
    }

    fn cause(&mut self, fault: Thrown, ix: ModuleIx, place: Option<StartPlace>) -> StartCause {
        // While the rest of a failing `try` is known to fail too, its fallback has failed.
        let fallback = self.handling.last().is_some_and(|handling| handling.cause.is_some());
        StartCause {
            rule: if fallback && fault.rule == "unresolved-import" { "import-error-raised" } else { fault.rule },
            subject: fault.subject.into(),
            message: fault.message,
            help: fault.help,
            chain: self.chain(ix),
            place,
            after: u32::try_from(self.trace.modules.len()).unwrap_or(u32::MAX),
            cure: fault.cure.map(Into::into),
        }
    }

    pub(super) fn note_cause(&mut self, cause: StartCause) {
        let entry = |cause: &StartCause| cause.place.map(|place| place.entry);
        let known = |other: &StartCause| {
            (other.rule, &other.subject, entry(other)) == (cause.rule, &cause.subject, entry(&cause))
        };
        if self.trace.causes.len() < LIMITS.failures && !self.trace.causes.iter().any(known) {
            self.trace.causes.push(cause);
        }
    }

    /// A place in a file of the package.
    pub(super) fn place(&self, site: ImportSite) -> Option<StartPlace> {
        let entry = self.trace.modules.get(site.importer.0 as usize)?.entry?;
        Some(StartPlace { entry, span: Some(site.span) })
    }

    /// The imports that lead to a module, outermost first.
    fn chain(&self, ix: ModuleIx) -> Vec<StartStep> {
        let mut steps = Vec::new();
        let mut at = self.loaded.get(ix as usize).map(|loaded| loaded.id);
        while let Some(id) = at.filter(|_| steps.len() < LONGEST_CHAIN) {
            let Some(module) = self.trace.modules.get(id.0 as usize) else { break };
            let site = module.first_import;
            steps.push(StartStep { module: Arc::clone(&module.name), place: site.and_then(|site| self.place(site)) });
            at = site.map(|site| site.importer).filter(|importer: &ModuleId| *importer != id);
        }
        steps.reverse();
        steps
    }

    /// Whether an error is one that Node surely raises.
    pub(super) fn stands_for_fault(&self, error: Value) -> bool {
        matches!(error, Value::Obj(id) if self.faults.contains_key(&id))
    }

    /// Notes an exception that nothing catches.
    pub(super) fn uncaught(&mut self, error: Value) {
        self.demands_uncaught(error);
        // What follows does not happen.
        if self.doubt == 0 {
            self.go_astray();
        }
        if let Value::Obj(id) = error
            && self.phase == Phase::Init
            && let Some(cause) = self.faults.get(&id).cloned()
        {
            self.unfinished(self.loading);
            self.note_cause(cause);
        }
    }

    /// Notes that own code throws where that is not sure and nothing catches it: what decides it is not known.
    pub(super) fn may_throw_own(&mut self, error: Value, ix: ModuleIx) {
        if self.stands_for_fault(error) || self.is_led_to(error) {
            return;
        }
        let message = match error {
            Value::Obj(id) => self.text_of_error(id),
            _ => String::new(),
        };
        let shown: String = message.chars().take(LONGEST_SHOWN).collect();
        let what = if shown.is_empty() { "an error".to_owned() } else { format!("`{shown}`") };
        self.may_end(ix, &what);
    }

    /// Notes that a library throws what nothing catches, when own code calls it at load: whether it does, the values
    /// decide that the library has made.
    pub(super) fn may_throw_library(&mut self, error: Value, ix: ModuleIx) {
        let caller = self.loading;
        let is_called = self.is_own_module(caller) && !self.is_own_module(ix) && !self.is_checking(caller, ix);
        if !is_called || !self.sure() || self.tries > 0 || self.trace.doubts.len() >= LIMITS.failures {
            return;
        }
        let Value::Obj(id) = error else { return };
        if self.is_told(id) || self.stands_for_fault(error) {
            return;
        }
        let message = self.text_of_error(id);
        let shown: String = message.lines().next().unwrap_or_default().chars().take(LONGEST_SHOWN).collect();
        let name = |m: &Self, ix: ModuleIx| {
            let loaded = m.loaded.get(ix as usize)?;
            m.trace.modules.get(loaded.id.0 as usize).map(|module| Arc::clone(&module.name))
        };
        let (Some(caller_name), Some(library)) = (name(self, caller), name(self, ix)) else { return };
        if self.is_by_hand(caller) {
            let what = if shown.is_empty() { "an error".to_owned() } else { format!("`{shown}`") };
            let doubt = format!(
                "`{caller_name}` may end with {what}, which `{library}` throws: what decides that is not known"
            );
            self.trace.doubts.insert(doubt);
        }
    }

    fn is_own_module(&self, ix: ModuleIx) -> bool {
        self.loaded.get(ix as usize).is_some_and(|loaded| loaded.own)
    }

    /// Notes what may end Init in own code, as far as is known.
    pub(super) fn may_end(&mut self, ix: ModuleIx, what: &str) {
        if self.phase != Phase::Init || self.tries > 0 || !self.runs_own(ix) {
            return;
        }
        let Some(loaded) = self.loaded.get(ix as usize) else { return };
        let Some(module) = self.trace.modules.get(loaded.id.0 as usize) else { return };
        let doubt = format!("`{}` may end with {what}: what decides that is not known", module.name);
        if self.trace.doubts.len() < LIMITS.doubts && !self.trace.doubts.contains(&doubt) && self.is_by_hand(ix) {
            self.trace.doubts.insert(doubt);
        }
    }

    /// Whether a file is what people write, and no bundle, which has the checks of libraries in it.
    fn is_by_hand(&self, ix: ModuleIx) -> bool {
        let text = self.loaded.get(ix as usize).and_then(|loaded| loaded.entry).and_then(|entry| self.text_of(entry));
        text.is_some_and(|text| !looks_bundled(&text) && !looks_minified(&text))
    }

    /// Decided conditions that were around the `catch` that runs.
    pub(super) fn handled_conditions(&self) -> u32 {
        self.handling.last().map_or(0, |handling| handling.conditions)
    }

    /// Runs a `catch` for an error.
    pub(super) fn handling<T>(&mut self, error: Value, body: impl FnOnce(&mut Self) -> T) -> T {
        let cause = match error {
            Value::Obj(id) => self.faults.get(&id).cloned(),
            _ => None,
        };
        self.handling.push(Handling { cause, conditions: self.conditions });
        let result = body(self);
        self.handling.pop();
        result
    }

    /// What is known of an error that code throws: one that was caught before, a new one in its place, or one that is
    /// thrown whatever the case.
    pub(super) fn thrown(&mut self, error: Value, at: At) {
        let depth = self.handled_conditions();
        let Value::Obj(id) = error else {
            if self.tries == 0 && self.sure() && self.conditions == depth && !matches!(error, Value::Unknown(_)) {
                let text = self.coerce_text(error).map(|text| self.str(text).to_string()).unwrap_or_default();
                let cause = self.cause_at(thrown_by_code("throw", format!("Uncaught {text}")), at);
                self.note_cause(cause);
            }
            return;
        };
        // Further lines give advice, by branches that the walk need not have decided as Node does.
        let message = self.text_of_error(id);
        // What leads to a bundler's stub leads to the module that it stands for.
        let dynamic = message.starts_with("Dynamic require of ");
        // Its conditions are those builds alone that are here.
        let unbuilt = ADDONS.unbuilt.iter().any(|words| message.starts_with(words)) && self.is_shipped(at.module);
        let refused = self.faults.get(&id).is_some_and(|known| ADDONS.native.iter().any(|rule| *rule == known.rule));
        if !self.sure() || (self.conditions != depth && !dynamic && !unbuilt && !refused) {
            // Raised on conditions that the walk has decided by values: no reason for an alarm. Where it is thrown in
            // place of one that surely happened, nobody knows.
            let caught = self.handling.last().and_then(|handling| handling.cause.as_ref());
            if let Some(caught) = caught.filter(|_| self.sure() && !message.is_empty()) {
                let said = format!("Error: {message} (after: {})", caught.message);
                self.ends_perhaps(error, said);
            }
            self.faults.remove(&id);
            return;
        }
        let caught = self.handling.last().and_then(|handling| handling.cause.clone());
        let cause = match (self.faults.remove(&id), caught) {
            (Some(known), _) => StartCause { rule: raised(known.rule), ..known },
            (None, Some(caught)) => self.in_place_of(caught, message, at),
            // What it is thrown for may not have happened.
            (None, None) if !self.handling.is_empty() => return,
            (None, None) if unbuilt => self.cause_at(no_build(message), at),
            (None, None) => {
                let help = "Give the bundle a `require`, such as by esbuild's --banner:js=\"import { createRequire } from \
                            'module'; const require = createRequire(import.meta.url);\", or bundle as CommonJS";
                let fault = match dynamic {
                    true => Thrown {
                        rule: "wrong-module-format",
                        subject: "require".to_owned(),
                        message: format!("Error: {message}"),
                        help: Some(help.to_owned()),
                        ..Thrown::default()
                    },
                    false => thrown_by_code("throw", format!("Error: {message}")),
                };
                self.cause_at(fault, at)
            }
        };
        self.faults.insert(id, cause);
    }

    /// What is known of an error that code makes a promise fail with.
    pub(super) fn thrown_later(&mut self, error: Value, at: At) {
        if matches!(error, Value::Obj(id) if !self.faults.contains_key(&id)) && self.is_computed(self.reading()) {
            self.tries += 1;
            self.thrown(error, at);
            self.tries -= 1;
        }
    }

    /// Whether a module's file is surely part of the package.
    fn is_shipped(&self, ix: ModuleIx) -> bool {
        let entry = self.loaded.get(ix as usize).and_then(|loaded| loaded.entry);
        entry.is_some_and(|entry| self.sources.artifact.is_shipped(entry))
    }

    /// An error that is thrown because another one was caught.
    fn in_place_of(&mut self, caught: StartCause, message: String, at: At) -> StartCause {
        let place = self.place(self.site(at));
        let message =
            if message.is_empty() { caught.message } else { format!("{message} (after: {})", caught.message) };
        StartCause { rule: "import-error-raised", message, place: place.or(caught.place), ..caught }
    }

    fn text_of_error(&mut self, id: u32) -> String {
        let key = self.atom("message");
        match self.object(id).props.get(key) {
            Some(Slot::Value(Value::Str(text))) => self.str(text).lines().next().unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }

    /// `process.exit(..)`: ends Init where it surely runs.
    pub(super) fn exits(&mut self, at: At) {
        if !self.sure() || self.conditions != self.handled_conditions() {
            return;
        }
        let cause = match self.handling.last().and_then(|handling| handling.cause.clone()) {
            Some(caught) => self.in_place_of(caught, "the process exits".to_owned(), at),
            None if !self.handling.is_empty() => return,
            None => {
                let message = "Runtime exited: the code calls process.exit while it loads".to_owned();
                self.cause_at(Thrown { help: None, ..thrown_by_code("process.exit", message) }, at)
            }
        };
        self.note_cause(cause);
        self.go_astray();
    }

    /// Runs what stands under a decided condition.
    pub(super) fn under_condition<T>(&mut self, certain: bool, body: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.conditions;
        self.conditions += u32::from(!certain);
        let result = body(self);
        self.conditions = before;
        result
    }
}

/// What own code ends Init with.
fn thrown_by_code(subject: &str, message: String) -> Thrown {
    Thrown {
        rule: "import-error-raised",
        subject: subject.to_owned(),
        message,
        help: Some("The code raises it whatever the case".to_owned()),
        ..Thrown::default()
    }
}

/// A loader of native builds finds none that this machine can load.
fn no_build(message: String) -> Thrown {
    Thrown {
        rule: "addon-for-another-platform",
        subject: "native binding".to_owned(),
        message: format!("Error: {message}: no build that is here is for Linux with glibc and this architecture"),
        help: Some(
            "Install for the function: npm ci --os=linux --cpu=x64 --libc=glibc (or --cpu=arm64), on any machine"
                .to_owned(),
        ),
        ..Thrown::default()
    }
}

/// The rule for an error that was caught and is raised again.
fn raised(rule: &'static str) -> &'static str {
    if rule == "unresolved-import" { "import-error-raised" } else { rule }
}

/// Whether the value of a condition follows from the runtime alone: `typeof require !== "undefined"`.
pub(super) fn is_certain(p: &Program, test: ExprId) -> bool {
    let kind = |id: ExprId| p.exprs.get(id as usize).map(|expr| &expr.kind);
    let Some(ExprKind::Binary(op, left, right)) = kind(test) else {
        return matches!(kind(test), Some(ExprKind::Bool(_)));
    };
    let compares =
        matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::StrictEqual | BinaryOp::StrictNotEqual);
    let tells = |id: ExprId| match kind(id) {
        Some(ExprKind::Typeof(inner)) => matches!(kind(*inner), Some(ExprKind::Var(Var::Global(_)))),
        _ => false,
    };
    let text = |id: ExprId| matches!(kind(id), Some(ExprKind::String(_)));
    compares && ((tells(*left) && text(*right)) || (text(*left) && tells(*right)))
}

/// Whether a statement may leave what is around it: what follows then runs on a condition too.
pub(super) fn leaves(p: &Program, statement: StmtId) -> bool {
    match p.stmts.get(statement as usize).map(|statement| &statement.kind) {
        Some(StmtKind::Return(_) | StmtKind::Throw(_) | StmtKind::Break(_) | StmtKind::Continue(_)) => true,
        Some(StmtKind::Block(_, body)) => body.iter().any(|inner| leaves_at_once(p, *inner)),
        _ => false,
    }
}

fn leaves_at_once(p: &Program, statement: StmtId) -> bool {
    let kind = p.stmts.get(statement as usize).map(|statement| &statement.kind);
    matches!(kind, Some(StmtKind::Return(_) | StmtKind::Throw(_) | StmtKind::Break(_) | StmtKind::Continue(_)))
}
