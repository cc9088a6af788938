//! How well the walk knows what own code computes, and the errors that follow from it for sure.
//!
//! A value counts as computed when own code made it of constants and of other computed values. What code of others
//! made or changed, what undecided branches left behind and what the environment says may be otherwise than it seems:
//! whatever reads it is counted, and nothing that was read so decides on an error. Once the walk has gone another way
//! than the runtime, nothing is judged any more.

use rustc_hash::FxHashSet;

use super::raise::Thrown;
use super::refusals::is_in_own_words;
use super::value::{Abrupt, At, EnvId, Kind, ModuleIx, NO_MODULE, ObjId, Slot, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::graph::javascript::limits::LIMITS;
use crate::lang::javascript::ir::{BinaryOp, ExprId, ExprKind, Item, PRIVATE};
use crate::span::Span;

/// Longest piece of code that a message repeats.
const LONGEST_SHOWN: usize = 60;

/// What is known of values so far.
#[derive(Default)]
pub(super) struct Trust {
    /// Whether own code runs that only own code has called.
    pub(super) on: bool,
    /// How often something was read that may be otherwise.
    reads: u64,
    /// That number where the innermost running statement began.
    mark: u64,
    /// Variables that hold such a value.
    slots: FxHashSet<(EnvId, u32)>,
    /// Frames that code which is not seen can change.
    frames: FxHashSet<EnvId>,
    /// Objects that hold such a value.
    objects: FxHashSet<ObjId>,
    /// Whether the walk has gone another way than the runtime.
    astray: bool,
}

impl Machine<'_> {
    /// Whether a file is small enough for what people write, and their own.
    pub(super) fn is_written(own: bool, source_bytes: u32) -> bool {
        own && source_bytes as usize <= LIMITS.written_bytes
    }

    /// Whether own code runs that own code alone has called, and nothing undecided is around it.
    pub(super) fn is_own_code(&self, ix: ModuleIx) -> bool {
        self.runs_own(ix) && self.conditions == 0
    }

    /// Whether own code runs that own code alone has called.
    pub(super) fn runs_own(&self, ix: ModuleIx) -> bool {
        self.trust.on && self.written(ix)
    }

    fn written(&self, ix: ModuleIx) -> bool {
        self.loaded.get(ix as usize).is_some_and(|loaded| loaded.written)
    }

    /// Enters code of a module, called by what runs; answers with what to give back to [`leave`](Self::leave).
    pub(super) fn enter_code(&mut self, ix: ModuleIx, called: bool) -> bool {
        let on = self.written(ix) && (!called || self.trust.on);
        std::mem::replace(&mut self.trust.on, on)
    }

    pub(super) fn leave_code(&mut self, on: bool) {
        self.trust.on = on;
    }

    /// Begins a statement; answers with what to give back to [`end_statement`](Self::end_statement).
    pub(super) fn begin_statement(&mut self) -> u64 {
        std::mem::replace(&mut self.trust.mark, self.trust.reads)
    }

    pub(super) fn end_statement(&mut self, mark: u64) {
        self.trust.mark = mark;
    }

    /// How much was read so far that may be otherwise: what to ask [`is_computed`](Self::is_computed) with later.
    pub(super) fn reading(&self) -> u64 {
        self.trust.reads
    }

    /// Whether what was evaluated since is computed.
    pub(super) fn is_computed(&self, since: u64) -> bool {
        self.trust.on && !self.trust.astray && !self.is_late() && self.trust.reads == since
    }

    /// Notes that the walk goes another way than the runtime, or does less.
    pub(super) fn go_astray(&mut self) {
        self.trust.astray = true;
    }

    /// Notes that something was read that may be otherwise.
    pub(super) fn read_doubtful(&mut self) {
        self.trust.reads += 1;
    }

    /// Whether what is written now may be otherwise; `known` says that no undecided branch is around it.
    fn writes_doubtful(&self, known: bool) -> bool {
        !known || !self.trust.on || self.conditions > 0 || self.trust.reads != self.trust.mark || self.in_peril()
    }

    pub(super) fn note_slot_read(&mut self, env: EnvId, slot: u32) {
        let trust = &self.trust;
        let doubtful = trust.on && (trust.slots.contains(&(env, slot)) || trust.frames.contains(&env));
        if doubtful {
            self.read_doubtful();
            self.asks_for_slot(env, slot);
        }
    }

    pub(super) fn note_slot_written(&mut self, f: &Frame, env: EnvId, slot: u32, known: bool) {
        if !self.written(f.module) {
            return;
        }
        let early = self.changes_slot(env, slot);
        if early || self.writes_doubtful(known) {
            self.trust.slots.insert((env, slot));
        } else if !self.trust.slots.is_empty() {
            self.trust.slots.remove(&(env, slot));
        }
    }

    /// Notes that an object is read.
    pub(super) fn note_read(&mut self, value: Value) {
        let Value::Obj(id) = value else { return };
        if self.trust.on && (self.trust.objects.contains(&id) || self.is_foreign(id)) {
            self.read_doubtful();
        }
    }

    /// Notes that an object is changed.
    pub(super) fn note_written(&mut self, id: ObjId, known: bool) {
        let early = self.changes_object(id);
        if (early || self.writes_doubtful(known)) && !self.is_foreign(id) {
            self.trust.objects.insert(id);
        }
    }

    /// Notes that what a variable holds may be otherwise.
    pub(super) fn doubt_slot(&mut self, env: EnvId, slot: u32) {
        self.trust.slots.insert((env, slot));
    }

    /// Notes that what an object holds may be otherwise.
    pub(super) fn doubt_object(&mut self, id: ObjId) {
        self.trust.objects.insert(id);
    }

    /// What a function of the runtime reads, and may change.
    pub(super) fn note_native(&mut self, this: Value, args: &[Value]) {
        let values = || std::iter::once(this).chain(args.iter().copied());
        if self.trust.on {
            for value in values() {
                self.note_read(value);
            }
        }
        for value in values().take(2) {
            let Value::Obj(id) = value else { continue };
            let known = self.doubt <= u32::from(self.object(id).doubt);
            if self.object(id).made_by != NO_MODULE && !matches!(self.object(id).kind, Kind::Closure(_)) {
                self.note_written(id, known);
            }
        }
    }

    /// What code that is not seen may change: objects that it is given, and the variables of functions.
    pub(super) fn note_handed(&mut self, args: &[Value]) {
        if !self.trust.on {
            return;
        }
        for arg in args {
            let Value::Obj(id) = *arg else { continue };
            self.doubt_object(id);
            if let Kind::Closure(closure) = &self.object(id).kind {
                let mut env = closure.env;
                while env != 0 && self.trust.frames.insert(env) {
                    env = self.envs.get(env as usize).map_or(0, |env| env.parent);
                }
            }
        }
    }

    /// Whether what an object holds may be otherwise.
    pub(super) fn is_doubted(&self, id: ObjId) -> bool {
        self.trust.objects.contains(&id)
    }

    fn is_foreign(&self, id: ObjId) -> bool {
        let object = self.object(id);
        match object.kind {
            Kind::Namespace(ix) => !self.written(ix),
            _ => object.made_by != NO_MODULE && !self.written(object.made_by),
        }
    }

    /// Whether an error that the running statement makes surely ends it.
    fn judges(&self, ix: ModuleIx) -> bool {
        let depth = self.handled_conditions();
        let unfinished = self.loaded.get(ix as usize).is_none_or(|loaded| loaded.unfinished);
        self.is_computed(self.trust.mark) && self.sure() && self.conditions == depth && !unfinished
    }

    /// Throws what the runtime throws where own code makes a mistake. Where that is not sure, nothing happens.
    pub(super) fn mistake(&mut self, class: &'static str, message: &str, at: At) -> Result<(), Abrupt> {
        if !self.judges(at.module) {
            self.demands_by_mistake(at);
            self.may_throw();
            return Ok(());
        }
        let fault = Thrown {
            rule: "error-at-load",
            subject: message.to_owned(),
            message: format!("{class}: {message}"),
            ..Thrown::default()
        };
        let cause = self.cause_at(fault, at);
        let error = self.error_of_class(class, message);
        if let Value::Obj(id) = error {
            self.faults.insert(id, cause);
            if !is_in_own_words(message) {
                self.define(id, "message", UNKNOWN);
            }
            if self.proto(class) == Value::Null {
                let name = self.string(class);
                self.define(id, "name", name);
                self.define(id, "constructor", UNKNOWN);
            }
        }
        Err(Abrupt::Throw(error))
    }

    /// Likewise where what ships is not what is here but what a compiler makes of it.
    pub(super) fn mistake_as_written(&mut self, class: &'static str, message: &str, at: At) -> Result<(), Abrupt> {
        if self.sources.source_tree { Ok(()) } else { self.mistake(class, message, at) }
    }

    /// An error of Node itself says more than its message.
    pub(super) fn with_code(&mut self, thrown: Abrupt, code: &str) -> Abrupt {
        if let Abrupt::Throw(Value::Obj(id)) = thrown {
            let code = self.string(code);
            self.define(id, "code", code);
            self.object_mut(id).open = true;
        }
        thrown
    }

    /// Whether a function of the runtime can say that its argument is no good.
    pub(super) fn bad_argument(&mut self, class: &'static str, message: &str, at: At) -> Result<(), Abrupt> {
        self.refuse_empty_meta(class, message, at)?;
        self.mistake(class, message, at)
    }

    /// The same for a function of Node, whose errors have a code.
    pub(super) fn bad_argument_of_node(
        &mut self,
        class: &'static str,
        message: &str,
        code: &str,
        at: At,
    ) -> Result<(), Abrupt> {
        self.bad_argument(class, message, at).map_err(|thrown| self.with_code(thrown, code))
    }

    /// Throws where a function of Node is given what is of another type than it takes.
    pub(super) fn wrong_type(&mut self, message: &str, at: At) -> Result<(), Abrupt> {
        self.bad_argument_of_node("TypeError", message, "ERR_INVALID_ARG_TYPE", at)
    }

    /// Whether an object is known to have no property of its own.
    pub(super) fn is_empty(&self, value: Value) -> bool {
        let Value::Obj(id) = value else { return false };
        let object = self.object(id);
        matches!(object.kind, Kind::Plain) && !object.open && object.name == 0 && object.props.keys(true).is_empty()
    }

    /// A call that is given what a bundle of CommonJS has of `import.meta`: nothing. Bundlers put an empty object in its
    /// place, in the code of libraries, too.
    fn refuse_empty_meta(&mut self, class: &'static str, message: &str, at: At) -> Result<(), Abrupt> {
        let program = self.loaded.get(at.module as usize).and_then(|loaded| loaded.program.as_ref());
        let Some(program) = program else { return Ok(()) };
        let kind = |id: ExprId| program.exprs.get(id as usize).map(|expr| &expr.kind);
        let Some(ExprKind::Call(_, items, _) | ExprKind::New(_, items)) = kind(at.expr) else { return Ok(()) };
        let is_read = |item: &Item| matches!(item, Item::One(id) if *id == self.of_empty.expr);
        let meta = ["url", "dirname", "filename"];
        let is_meta = match kind(self.of_empty.expr) {
            Some(ExprKind::Member(_, name, _)) => {
                program.strings.get(*name as usize).is_some_and(|name| meta.contains(&&**name))
            }
            _ => false,
        };
        let given = self.of_empty.module == at.module && is_meta && items.iter().any(is_read);
        if !given || !self.sure() || self.conditions != self.handled_conditions() || self.sources.source_tree {
            return Ok(());
        }
        let fault = Thrown {
            rule: "wrong-module-format",
            subject: "import.meta".to_owned(),
            message: format!("{class}: {message}: a bundle in CommonJS has no `import.meta`"),
            help: Some(
                "Bundle as an ES module, or give the bundler a value for `import.meta.url`, such as by esbuild's \
                 --define:import.meta.url=... with a banner that makes it of `__filename`"
                    .to_owned(),
            ),
            ..Thrown::default()
        };
        self.raise(fault, at).map(|_| ())
    }

    /// The code of an expression, as a message shows it.
    pub(super) fn shown(&self, at: At) -> String {
        let site = self.site(at);
        let entry = self.loaded.get(at.module as usize).and_then(|loaded| loaded.entry);
        entry.and_then(|entry| self.source_of(entry, site.span)).unwrap_or_else(|| "(intermediate value)".to_owned())
    }

    fn source_of(&self, entry: crate::artifact::EntryId, span: Span) -> Option<String> {
        let bytes = self.sources.artifact.read(entry).ok()?;
        let text = crate::text::lossy((*bytes).as_ref());
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let code = text.get(span.start as usize..span.end as usize)?;
        let fits = !code.is_empty() && code.len() <= LONGEST_SHOWN && !code.contains('\n');
        fits.then(|| code.to_owned())
    }

    /// Whether code runs in strict mode.
    pub(super) fn is_strict(&self, f: &Frame) -> bool {
        let program = self.loaded.get(f.module as usize).and_then(|loaded| loaded.program.as_ref());
        program.and_then(|program| program.functions.get(f.function as usize)).is_some_and(|code| code.strict)
    }

    /// Reads a property where the object may be nothing at all.
    pub(super) fn refuse_nothing(&mut self, object: Value, key: &str, at: At) -> Result<(), Abrupt> {
        match object {
            Value::Unknown(_) if self.truth(object).is_none() => {
                self.may_throw();
                Ok(())
            }
            Value::Undefined | Value::Null => {
                let what = if object == Value::Null { "null" } else { "undefined" };
                self.mistake("TypeError", &format!("Cannot read properties of {what} (reading '{key}')"), at)
            }
            _ => Ok(()),
        }
    }

    /// Reads a private member of an object whose class does not declare it.
    pub(super) fn refuse_private(&mut self, object: Value, key: u32, at: At) -> Result<(), Abrupt> {
        let name = self.str(key);
        let Some(name) = name.strip_prefix(PRIVATE) else { return Ok(()) };
        if self.get_quiet(object, key) != Value::Undefined {
            return Ok(());
        }
        self.note_read(object);
        let class = "whose class did not declare it";
        self.mistake_as_written("TypeError", &format!("Cannot read private member #{name} from an object {class}"), at)
    }

    /// Whether all that a value has is known: what the language brings has more than is modelled.
    pub(super) fn knows_members(&self, value: Value) -> bool {
        match value {
            Value::Undefined => true,
            Value::Obj(id) => {
                let object = self.object(id);
                let own = matches!(object.kind, Kind::Plain | Kind::Namespace(_) | Kind::Closure(_))
                    || self.are_arguments(id);
                own && object.made_by != NO_MODULE && !object.open
            }
            _ => false,
        }
    }

    /// Calls what cannot be called.
    pub(super) fn refuse_call(&mut self, function: Value, callee: At, at: At) -> Result<(), Abrupt> {
        let is_class = match function {
            Value::Undefined
            | Value::Null
            | Value::Bool(_)
            | Value::Num(_)
            | Value::Str(_)
            | Value::Big(_)
            | Value::Sym(_) => false,
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Closure(closure) if closure.is_class => true,
                Kind::Native(..) if self.is_class_of_language(id) => true,
                Kind::Plain if !self.object(id).open && self.object(id).name == 0 => false,
                Kind::Array(_) | Kind::Map(_) | Kind::Regex(..) | Kind::Promise(_) | Kind::Namespace(_) => false,
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        let shown = self.shown(callee);
        let message = match is_class {
            true => format!("Class constructor {shown} cannot be invoked without 'new'"),
            false => format!("{shown} is not a function"),
        };
        self.note_read(function);
        self.mistake("TypeError", &message, at)
    }

    /// Makes an instance of what is no constructor.
    pub(super) fn refuse_new(&mut self, class: Value, callee: At, at: At) -> Result<(), Abrupt> {
        if self.is_constructor(class) == Some(false) {
            let shown = self.shown(callee);
            self.mistake("TypeError", &format!("{shown} is not a constructor"), at)?;
        }
        Ok(())
    }

    /// Inherits from what is no constructor.
    pub(super) fn refuse_parent(&mut self, parent: Value, at: At) -> Result<(), Abrupt> {
        if parent != Value::Null && self.is_constructor(parent) == Some(false) {
            let shown = match parent {
                Value::Undefined => "undefined".to_owned(),
                Value::Obj(_) => "#<Object>".to_owned(),
                other => self.coerce_text(other).map(|text| self.str(text).to_string()).unwrap_or_default(),
            };
            self.mistake("TypeError", &format!("Class extends value {shown} is not a constructor or null"), at)?;
        }
        Ok(())
    }

    /// Whether `new` takes a value; `None` when that is not known.
    pub(super) fn is_constructor(&self, value: Value) -> Option<bool> {
        Some(match value {
            Value::Undefined
            | Value::Null
            | Value::Bool(_)
            | Value::Num(_)
            | Value::Str(_)
            | Value::Big(_)
            | Value::Sym(_) => false,
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Closure(closure) => {
                    let program = self.loaded.get(closure.module as usize)?.program.as_ref()?;
                    let code = program.functions.get(closure.function as usize)?;
                    closure.is_class || !(code.arrow || code.method || code.is_async || code.generator)
                }
                Kind::Plain if !self.object(id).open && self.object(id).name == 0 => false,
                Kind::Array(_) | Kind::Map(_) | Kind::Regex(..) | Kind::Promise(_) | Kind::Namespace(_) => false,
                Kind::Native(..) if self.is_symbol_maker(id) => false,
                _ => return None,
            },
            Value::Unknown(_) | Value::Import(_) => return None,
        })
    }

    /// Whether a function is `async` or a generator.
    pub(super) fn is_special(&self, closure: &super::value::Closure) -> bool {
        let program = self.loaded.get(closure.module as usize).and_then(|loaded| loaded.program.as_ref());
        let code = program.and_then(|program| program.functions.get(closure.function as usize));
        code.is_some_and(|code| closure.code && (code.is_async || code.generator))
    }

    /// Walks what cannot be walked.
    pub(super) fn refuse_iteration(&mut self, value: Value, what: At, at: At) -> Result<(), Abrupt> {
        let key = self.atom("@@iterator");
        let iterable = match value {
            primitive if self.can_walk(primitive) => true,
            Value::Undefined | Value::Null | Value::Bool(_) | Value::Num(_) | Value::Big(_) | Value::Sym(_) => false,
            Value::Obj(id) => match self.object(id).kind {
                Kind::Plain | Kind::Closure(_) => {
                    self.object(id).open || self.object(id).name != 0 || self.get_quiet(value, key) != Value::Undefined
                }
                _ => true,
            },
            _ => true,
        };
        if !iterable {
            self.note_read(value);
            let shown = match value {
                Value::Undefined => "undefined".to_owned(),
                _ => self.shown(what),
            };
            self.mistake("TypeError", &format!("{shown} is not iterable"), at)?;
        }
        Ok(())
    }

    /// Assigns to a property of what has none, or of one that takes none. Answers whether the assignment is left out.
    pub(super) fn refuse_set(&mut self, f: &Frame, object: Value, key: u32, at: At) -> Result<bool, Abrupt> {
        let name = self.str(key);
        let id = match object {
            Value::Undefined | Value::Null => {
                let what = if object == Value::Null { "null" } else { "undefined" };
                self.mistake("TypeError", &format!("Cannot set properties of {what} (setting '{name}')"), at)?;
                return Ok(true);
            }
            Value::Obj(id) => id,
            Value::Str(_) | Value::Num(_) | Value::Bool(_) if self.is_strict(f) => {
                self.mistake_as_written("TypeError", &format!("Cannot create property '{name}' on a primitive"), at)?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let Some(why) = self.closed_to(id, key) else { return Ok(false) };
        if self.is_strict(f) {
            self.note_read(object);
            self.mistake_as_written("TypeError", &why, at)?;
        }
        Ok(true)
    }

    /// Why a property cannot be set.
    fn closed_to(&self, id: ObjId, key: u32) -> Option<String> {
        let object = self.object(id);
        let name = self.str(key);
        let own = object.props.get(key);
        let element =
            matches!(&object.kind, Kind::Array(items) if name.parse::<usize>().is_ok_and(|at| at < items.len()));
        if let Some(Slot::Accessor(_, setter)) = own {
            let none = matches!(setter, Value::Undefined);
            return none.then(|| format!("Cannot set property {name} of #<Object> which has only a getter"));
        }
        if matches!(object.kind, Kind::Namespace(_)) {
            return Some(format!("Cannot assign to read only property '{name}' of object '[object Module]'"));
        }
        let (sealed, frozen) = self.integrity.get(&id).map_or((false, false), |integrity| (true, integrity.frozen));
        let there = own.is_some() || element;
        if (frozen && there) || self.constants.contains(&(id, key)) {
            return Some(format!("Cannot assign to read only property '{name}' of object"));
        }
        (sealed && !there && !object.open).then(|| format!("Cannot add property {name}, object is not extensible"))
    }

    /// Deletes a property of an object that is closed to it. Answers whether it stays.
    pub(super) fn refuse_delete(&mut self, f: &Frame, id: ObjId, key: u32, at: At) -> Result<bool, Abrupt> {
        let fixed = self.integrity.get(&id).is_some_and(|integrity| integrity.sealed)
            && self.object(id).props.get(key).is_some()
            || self.pinned.contains(&(id, key));
        if fixed && self.is_strict(f) {
            let name = self.str(key);
            self.mistake_as_written("TypeError", &format!("Cannot delete property '{name}'"), at)?;
        }
        Ok(fixed)
    }

    /// Operands that an operator does not take.
    pub(super) fn refuse_operands(&mut self, op: BinaryOp, a: Value, b: Value, at: At) -> Result<(), Abrupt> {
        let primitive = !matches!(b, Value::Obj(_) | Value::Unknown(_) | Value::Import(_));
        let message = match op {
            BinaryOp::In if primitive => "Cannot use 'in' operator to search in what is no object",
            BinaryOp::Instanceof if primitive => "Right-hand side of 'instanceof' is not an object",
            BinaryOp::Instanceof if self.is_plain_data(b) => "Right-hand side of 'instanceof' is not callable",
            BinaryOp::Instanceof if self.has_no_prototype(b) => "Function has non-object prototype in instanceof check",
            BinaryOp::Add if matches!(a, Value::Sym(_)) || matches!(b, Value::Sym(_)) => {
                "Cannot convert a Symbol value to a string"
            }
            _ => return self.refuse_big(op, a, b, at),
        };
        self.mistake("TypeError", message, at)
    }

    /// Whether a value is a function that has no prototype, as arrows and methods have none.
    fn has_no_prototype(&mut self, value: Value) -> bool {
        let Value::Obj(id) = value else { return false };
        let [decides, prototype] = ["@@hasInstance", "prototype"].map(|name| self.atom(name));
        let is_bare =
            matches!(&self.object(id).kind, Kind::Closure(closure) if !closure.is_class && !self.is_special(closure));
        is_bare
            && !self.object(id).open
            && self.is_constructor(value) == Some(false)
            && self.object(id).props.get(prototype).is_none()
            && self.object(id).props.get(decides).is_none()
    }

    fn is_plain_data(&mut self, value: Value) -> bool {
        let key = self.atom("@@hasInstance");
        let Value::Obj(id) = value else { return false };
        let object = self.object(id);
        matches!(object.kind, Kind::Plain | Kind::Array(_))
            && !object.open
            && object.name == 0
            && self.get_quiet(value, key) == Value::Undefined
    }

    /// Reads a variable before its declaration has run.
    pub(super) fn read_too_early(&mut self, at: At) -> super::value::R {
        let shown = self.shown(at);
        let message = format!("Cannot access '{shown}' before initialization");
        self.mistake_as_written("ReferenceError", &message, at)?;
        Ok(UNKNOWN)
    }
}

/// What code can no longer change of an object.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Integrity {
    /// No property can go.
    pub(super) sealed: bool,
    /// None can be set either.
    pub(super) frozen: bool,
}
