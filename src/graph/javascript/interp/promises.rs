//! Promises: what they give once that is known, and imports that load when somebody waits for them.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::tables::Table;
use super::value::{Abrupt, At, Atom, Call, Kind, ModuleIx, ObjId, R, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::StmtKind;

/// What Node calls a timer that can be awaited.
const WAITS: &str = "timers/promises.setTimeout";

/// What gives a promise its value once code waits for it.
#[derive(Clone)]
pub(super) enum Source {
    /// `import(request)`, which nothing has waited for yet.
    Import(ModuleIx, Atom, At),
    /// All of several.
    All(Vec<Value>),
    /// What becomes of several, whether they fail or not. Nothing asks for the outcomes; what they load counts.
    Settled(Vec<Value>),
    /// What a function makes of another promise's value.
    Then(ObjId, Value, At),
    /// Another promise's value, or what a function makes of its failure.
    Caught(ObjId, Value, At),
}

/// What is known of promises beside their values.
#[derive(Default)]
pub(super) struct Promises {
    /// Those that get their value when code waits for them.
    pub(super) pending: FxHashMap<ObjId, Source>,
    /// Those that have failed, in the order in which they did.
    pub(super) rejected: BTreeMap<ObjId, Rejection>,
    /// Those whose executors run, the innermost last.
    executing: Vec<ObjId>,
    /// Milliseconds after which a timer settles one, and where it is set.
    timers: FxHashMap<ObjId, (f64, At)>,
    /// Those that nothing can settle.
    endless: FxHashSet<ObjId>,
}

/// A promise that has failed.
#[derive(Clone, Copy)]
pub(super) struct Rejection {
    error: Value,
    /// Whether something takes the error.
    handled: bool,
}

pub(super) const METHODS: Table = &[
    ("then", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(m.promise(None)) };
        if let Some(error) = m.rejection(id) {
            return if m.callable(c.arg(1)) { reaction(m, c.arg(1), error, c) } else { Ok(m.reject(error)) };
        }
        match m.object(id).kind {
            Kind::Promise(Some(value)) if m.waits => reaction(m, c.arg(0), value, c),
            _ if m.promises.pending.contains_key(&id) => Ok(m.promise_of(Source::Then(id, c.arg(0), c.at))),
            _ => {
                m.note_handed(c.args);
                m.called_later(c.args);
                Ok(m.promise(None))
            }
        }
    }),
    ("catch", |m, c| {
        let Value::Obj(id) = c.this else { return Ok(m.promise(None)) };
        if let Some(error) = m.rejection(id) {
            return if m.callable(c.arg(0)) { reaction(m, c.arg(0), error, c) } else { Ok(m.reject(error)) };
        }
        if m.promises.pending.contains_key(&id) {
            return Ok(m.promise_of(Source::Caught(id, c.arg(0), c.at)));
        }
        if !matches!(m.object(id).kind, Kind::Promise(Some(_))) {
            m.note_handed(c.args);
            m.called_later(c.args);
        }
        Ok(c.this)
    }),
    ("finally", |m, c| {
        m.note_handed(c.args);
        m.called_later(c.args);
        match c.this {
            Value::Obj(id) => Ok(m.rejection(id).map_or(c.this, |error| m.reject(error))),
            other => Ok(other),
        }
    }),
];

pub(super) const STATICS: Table = &[
    ("resolve", |m, c| m.promised(c.arg(0))),
    ("reject", |m, c| {
        m.thrown_later(c.arg(0), c.at);
        Ok(m.reject(c.arg(0)))
    }),
    ("all", |m, c| {
        let Some(items) = m.iterate(c.arg(0))? else { return Ok(m.promise(None)) };
        let failed = items.iter().find_map(|item| match item {
            Value::Obj(id) => m.rejection(*id),
            _ => None,
        });
        if let Some(error) = failed {
            return Ok(m.reject(error));
        }
        let waits = |item: &Value| matches!(item, Value::Obj(id) if m.promises.pending.contains_key(id));
        if items.iter().any(waits) {
            return Ok(m.promise_of(Source::All(items)));
        }
        for item in &items {
            m.note_read(*item);
            m.takes_early(*item);
        }
        let items = items.into_iter().map(|item| m.settled(item).unwrap_or(UNKNOWN)).collect();
        let list = m.array(items);
        Ok(m.promise(Some(list)))
    }),
    ("allSettled", |m, c| {
        let Some(items) = m.iterate(c.arg(0))? else { return Ok(m.promise(None)) };
        Ok(m.promise_of(Source::Settled(items)))
    }),
    ("race", |m, _| Ok(m.promise(None))),
    ("any", |m, _| Ok(m.promise(None))),
];

/// `new Promise((resolve) => ..)`.
pub(super) fn make(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    if c.arg(0).is_primitive() {
        m.bad_argument("TypeError", "Promise resolver is not a function", c.at)?;
    }
    let promise = m.promise(None);
    let resolve = m.native(
        |m, c| {
            let value = m.settled(c.arg(0));
            if let Value::Obj(id) = c.data {
                m.object_mut(id).kind = Kind::Promise(value);
            }
            Ok(Value::Undefined)
        },
        promise,
    );
    let reject = m.native(
        |m, c| {
            if let Value::Obj(id) = c.data {
                m.fail(id, c.arg(0));
            }
            Ok(Value::Undefined)
        },
        promise,
    );
    m.tries += 1;
    m.promises.executing.extend(match promise {
        Value::Obj(id) => Some(id),
        _ => None,
    });
    let made = m.call_at(c.arg(0), Value::Undefined, &[resolve, reject], c.at);
    m.promises.executing.pop();
    m.tries -= 1;
    if let Value::Obj(id) = promise
        && m.takes_nothing(c.arg(0))
    {
        m.promises.endless.insert(id);
    }
    match (made, promise) {
        (Err(Abrupt::Throw(error)), Value::Obj(id)) => m.fail(id, error),
        (Err(other), _) => return Err(other),
        _ => {}
    }
    Ok(promise)
}

/// The promise for what a function makes of a value or an error.
fn reaction(m: &mut Machine<'_>, function: Value, given: Value, c: &Call<'_>) -> R {
    m.takes_early(c.this);
    m.tries += 1;
    let floor = m.floor();
    let made = m.in_order(|m| {
        m.runs_early(floor);
        m.handling(given, |m| m.call_at(function, Value::Undefined, &[given], c.at))
    });
    m.tries -= 1;
    let promise = match made {
        Ok(value) => m.promised(value)?,
        Err(Abrupt::Throw(error)) => m.reject(error),
        Err(other) => return Err(other),
    };
    m.made_early(promise);
    Ok(promise)
}

impl Machine<'_> {
    /// Notes functions that a promise calls once it has settled.
    fn called_later(&mut self, functions: &[Value]) {
        for function in functions {
            if let Value::Obj(id) = function
                && let Kind::Closure(closure) = &self.object(*id).kind
            {
                self.waiting.insert((closure.module, closure.function));
            }
        }
    }

    /// Notes the timer that an executor sets: `new Promise((resolve) => setTimeout(resolve, 500))`.
    pub(super) fn note_timer(&mut self, name: Atom, args: &[Value], at: At) {
        let Some(promise) = self.promises.executing.last().copied() else { return };
        let (Some(Value::Num(ms)), "setTimeout" | "timers.setTimeout") = (args.get(1).copied(), &*self.str(name))
        else {
            return;
        };
        self.promises.timers.entry(promise).or_insert((ms, at));
    }

    /// Records that the top level of a module waits for a timer, as a call of the promise that Node has for it.
    pub(super) fn record_wait(&mut self, value: Value) {
        let Value::Obj(id) = value else { return };
        if let Some((ms, at)) = self.promises.timers.remove(&id) {
            let name = self.atom(WAITS);
            self.record_call(name, &[Value::Num(ms)], at);
        }
    }

    /// Whether a function has no parameters, so that nothing it is given can be called.
    fn takes_nothing(&self, function: Value) -> bool {
        let Value::Obj(id) = function else { return false };
        let Kind::Closure(closure) = &self.object(id).kind else { return false };
        let program = self.loaded.get(closure.module as usize).and_then(|loaded| loaded.program.as_ref());
        let code = program.and_then(|program| program.functions.get(closure.function as usize));
        code.is_some_and(|code| code.params.is_empty() && code.rest.is_none() && code.arguments.is_none())
    }

    /// The top level of a module waits for what never comes: Node ends with exit code 13.
    pub(super) fn refuse_endless(&mut self, value: Value, at: At) -> Result<(), Abrupt> {
        match value {
            Value::Obj(id) if self.promises.endless.contains(&id) => {
                self.note_read(value);
                self.mistake("Runtime exited", "the module waits for a promise that nothing settles (exit code 13)", at)
            }
            _ => Ok(()),
        }
    }

    /// A promise that fails.
    pub(super) fn reject(&mut self, error: Value) -> Value {
        let promise = self.promise(None);
        if let Value::Obj(id) = promise {
            self.fail(id, error);
        }
        promise
    }

    fn fail(&mut self, promise: ObjId, error: Value) {
        if self.stands_for_fault(error) {
            self.promises.rejected.entry(promise).or_insert(Rejection { error, handled: false });
        }
    }

    /// The error with which an async function ends that waits for a value, where nothing in it can take that.
    pub(super) fn failure_of(&mut self, f: &Frame, value: Value) -> Option<Value> {
        match value {
            Value::Obj(id) if !self.has_try(f) => self.rejection(id),
            _ => None,
        }
    }

    /// Whether a function has a `try`, which may be around what runs.
    fn has_try(&self, f: &Frame) -> bool {
        let program = self.loaded.get(f.module as usize).and_then(|loaded| loaded.program.as_ref());
        let Some(program) = program else { return true };
        let Some(code) = program.functions.get(f.function as usize) else { return true };
        program.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Try(_)) && code.span.holds(stmt.span))
    }

    /// The error of a promise that has failed; whoever asks takes it.
    fn rejection(&mut self, promise: ObjId) -> Option<Value> {
        let rejection = self.promises.rejected.get_mut(&promise)?;
        rejection.handled = true;
        Some(rejection.error)
    }

    /// Arguments of a call: whoever gets a promise, or a list of some, may take what they throw.
    pub(super) fn hand_over(&mut self, args: &[Value]) {
        for arg in args {
            let Value::Obj(id) = arg else { continue };
            self.rejection(*id);
            if let Kind::Array(items) = &self.object(*id).kind {
                let inside: Vec<ObjId> = items
                    .iter()
                    .filter_map(|item| match item {
                        Value::Obj(id) if self.promises.rejected.contains_key(id) => Some(*id),
                        _ => None,
                    })
                    .collect();
                for id in inside {
                    self.rejection(id);
                }
            }
        }
    }

    /// Notes the failures that nothing has taken when the load is over: the runtime ends on them.
    pub(super) fn unhandled(&mut self) {
        let left: Vec<Value> = self
            .promises
            .rejected
            .values()
            .filter(|rejection| !rejection.handled)
            .map(|rejection| rejection.error)
            .collect();
        for error in left {
            self.uncaught(error);
        }
        self.end_streams();
    }

    /// Whether nothing can settle a promise.
    pub(super) fn is_endless(&self, promise: ObjId) -> bool {
        self.promises.endless.contains(&promise)
    }

    pub(super) fn promise_of(&mut self, source: Source) -> Value {
        let promise = self.promise(None);
        if let Value::Obj(id) = promise {
            self.promises.pending.insert(id, source);
        }
        promise
    }

    /// A promise for a value, which may be one already.
    pub(super) fn promised(&mut self, value: Value) -> R {
        match value {
            Value::Obj(id) if matches!(self.object(id).kind, Kind::Promise(_)) => Ok(value),
            _ => {
                let inner = self.settled(value);
                Ok(self.promise(inner))
            }
        }
    }

    /// What waiting for a value gives, when it is known; loads what the value waits for.
    pub(super) fn arrive(&mut self, value: Value) -> Result<Option<Value>, Abrupt> {
        let Value::Obj(id) = value else { return Ok(self.settled(value)) };
        self.takes_early(value);
        if let Some(error) = self.rejection(id) {
            if self.tries > 0 || self.doubt > 0 {
                return Err(Abrupt::Throw(error));
            }
            self.uncaught(error);
            return Ok(None);
        }
        let Some(source) = self.promises.pending.remove(&id) else { return Ok(self.settled(value)) };
        let given = match source {
            Source::Import(ix, request, at) => {
                let request = self.str(request);
                match self.import_request(ix, &request, at, self.tries > 0) {
                    Ok(value) => Some(value),
                    Err(Abrupt::Throw(error)) => {
                        self.fail(id, error);
                        self.rejection(id);
                        return Err(Abrupt::Throw(error));
                    }
                    Err(other) => return Err(other),
                }
            }
            Source::All(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.deeper(|m| m.arrive(item))?.unwrap_or(UNKNOWN));
                }
                Some(self.array(values))
            }
            Source::Settled(items) => {
                for item in items {
                    self.tries += 1;
                    let given = self.deeper(|m| m.arrive(item));
                    self.tries -= 1;
                    if let Err(other @ (Abrupt::Stop | Abrupt::Suspend)) = given {
                        return Err(other);
                    }
                }
                None
            }
            Source::Then(before, function, at) => match self.deeper(|m| m.arrive(Value::Obj(before)))? {
                Some(value) => {
                    let result = self.call_at(function, Value::Undefined, &[value], at)?;
                    self.deeper(|m| m.arrive(result))?
                }
                None => None,
            },
            Source::Caught(before, function, at) => {
                self.tries += 1;
                let given = self.deeper(|m| m.arrive(Value::Obj(before)));
                self.tries -= 1;
                let error = match given {
                    Ok(Some(value)) => return Ok(self.arrived(id, Some(value))),
                    Ok(None) => UNKNOWN,
                    Err(Abrupt::Throw(error)) => error,
                    Err(other) => return Err(other),
                };
                let result = self.handling(error, |m| m.call_at(function, Value::Undefined, &[error], at))?;
                self.deeper(|m| m.arrive(result))?
            }
        };
        Ok(self.arrived(id, given))
    }

    fn arrived(&mut self, promise: ObjId, given: Option<Value>) -> Option<Value> {
        self.object_mut(promise).kind = Kind::Promise(given);
        given
    }
}
