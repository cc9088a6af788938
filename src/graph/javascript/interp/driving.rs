//! Generators of own code, whose bodies run as what asks for their values goes on: loops, spreads and patterns. Where
//! code asks for one value after the other by itself, they run as a whole when it asks first.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::value::{Abrupt, At, Atom, Closure, EnvId, Flow, Generator, Kind, ObjId, R, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::{ForEach, Program};

/// Most values that a list takes; a generator that gives more may not end.
const MOST_TAKEN: usize = 5_000;
/// Most rounds of a loop.
const MOST_ROUNDS: u32 = 5_000;

/// Generators whose values are asked for one by one.
#[derive(Default)]
pub(super) struct Generators {
    /// Those that have not begun.
    waiting: FxHashMap<ObjId, Pending>,
    /// Who waits for the values of running ones, the innermost last.
    consumers: Vec<Consumer>,
}

/// A generator whose body has not begun.
pub(super) struct Pending {
    callee: Value,
    closure: Closure,
    this: Value,
    args: Vec<Value>,
}

/// Who asks for values.
pub(super) enum Consumer {
    /// A list, with how many it takes at most.
    List(Vec<Value>, usize),
    /// A loop.
    Loop(Box<Rounds>),
}

impl Consumer {
    /// Whether it takes no more.
    fn is_done(&self) -> bool {
        match self {
            Self::List(taken, most) => taken.len() >= *most,
            Self::Loop(rounds) => rounds.is_left,
        }
    }
}

/// A loop that waits for values.
pub(super) struct Rounds {
    frame: Frame,
    program: Arc<Program>,
    each: ForEach,
    /// The frame around that of each round.
    outer: EnvId,
    labels: Vec<Atom>,
    place: Place,
    /// What was around the generator when it began.
    base: Place,
    count: u32,
    is_left: bool,
    done: Result<Flow, Abrupt>,
}

/// What is around running code, and decides how sure it is.
#[derive(Clone, Copy)]
struct Place {
    tries: u32,
    conditions: u32,
    unsure: bool,
    on: bool,
    guard: Option<u64>,
    handling: usize,
}

impl Machine<'_> {
    fn place_now(&self) -> Place {
        Place {
            tries: self.tries,
            conditions: self.conditions,
            unsure: self.unsure,
            on: self.trust.on,
            guard: self.guard(),
            handling: self.handling.len(),
        }
    }

    fn take_place(&mut self, place: Place) {
        (self.tries, self.conditions, self.unsure) = (place.tries, place.conditions, place.unsure);
        self.trust.on = place.on;
        self.set_guard(place.guard);
    }

    /// A generator that begins when somebody asks for its first value.
    pub(super) fn pending_generator(&mut self, callee: Value, closure: &Closure, this: Value, args: &[Value]) -> Value {
        let proto = self.proto("Generator");
        let generator = Generator { items: None, next: 0, result: UNKNOWN, ended: false };
        let id = self.alloc(Kind::Generator(generator), proto);
        self.object_mut(id).open = true;
        self.generators.waiting.insert(id, Pending { callee, closure: *closure, this, args: args.to_vec() });
        Value::Obj(id)
    }

    /// What has not begun of a generator, which begins now.
    fn begin(&mut self, id: ObjId) -> Option<Pending> {
        let is_sure = self.doubt <= u32::from(self.object(id).doubt);
        // One that may begin here only is not begun by what follows.
        self.generators.waiting.remove(&id).inspect(|_| {
            if !is_sure {
                self.go_astray();
            }
        })
    }

    /// Runs the body of a generator at once, for code that asks for its values by itself.
    pub(super) fn run_whole(&mut self, id: ObjId) -> Result<(), Abrupt> {
        let Some(Pending { callee, closure, this, args }) = self.begin(id) else { return Ok(()) };
        let at = self.stack.last().copied().unwrap_or(At { module: closure.module, expr: 0 });
        self.starting = Starting::Whole;
        let made = self.call_closure(callee, &closure, this, &args, Value::Undefined, at);
        self.starting = Starting::Later;
        if let Value::Obj(made) = made? {
            let kind = self.object(made).kind.clone();
            self.object_mut(id).kind = kind;
            self.made_early(Value::Obj(id));
        }
        Ok(())
    }

    /// Ends a generator that nothing was asked of.
    pub(super) fn never_begins(&mut self, id: ObjId) -> bool {
        self.begin(id).is_some()
    }

    /// Runs the body of a generator; each value goes to who asks.
    fn drive(&mut self, id: ObjId, pending: Pending, consumer: Consumer) -> (R, Option<Consumer>) {
        let Pending { callee, closure, this, args } = pending;
        let at = self.stack.last().copied().unwrap_or(At { module: closure.module, expr: 0 });
        let before = self.generators.consumers.len();
        self.generators.consumers.push(consumer);
        self.starting = Starting::Driven;
        let result = self.call_closure(callee, &closure, this, &args, Value::Undefined, at);
        self.starting = Starting::Later;
        self.generators.consumers.truncate(before + 1);
        let consumer = self.generators.consumers.pop();
        let items = match self.array(Vec::new()) {
            Value::Obj(items) => Some(items),
            _ => None,
        };
        // What it returned, only the body of another generator is told.
        let ended = Generator { items, next: 1, result: Value::Undefined, ended: true };
        self.object_mut(id).kind = Kind::Generator(ended);
        (result, consumer)
    }

    /// The values of a generator that has not begun, not more than are asked for.
    pub(super) fn taken_from(&mut self, id: ObjId, most: Option<usize>) -> Result<Option<Vec<Value>>, Abrupt> {
        let Some(pending) = self.begin(id) else { return Ok(None) };
        let limit = most.unwrap_or(MOST_TAKEN).min(MOST_TAKEN);
        if limit == 0 {
            return Ok(Some(Vec::new()));
        }
        let (result, consumer) = self.drive(id, pending, Consumer::List(Vec::new(), limit));
        result?;
        let Some(Consumer::List(taken, _)) = consumer else { return Ok(None) };
        if most.is_none() && taken.len() >= limit {
            self.go_astray();
        }
        Ok(Some(taken))
    }

    /// The generator that a loop or list goes through, if it has not begun: the value itself, or what its own method for
    /// iterating gives.
    pub(super) fn waiting_generator(&mut self, value: Value) -> Result<Option<ObjId>, Abrupt> {
        let Value::Obj(id) = value else { return Ok(None) };
        if self.generators.waiting.contains_key(&id) {
            return Ok(Some(id));
        }
        if !matches!(self.object(id).kind, Kind::Plain) || self.object(id).open {
            return Ok(None);
        }
        let key = self.atom("@@iterator");
        if matches!(self.get_quiet(value, key), Value::Undefined | Value::Unknown(_)) {
            return Ok(None);
        }
        let method = self.get(value, key)?;
        if !self.is_generator(method) {
            return Ok(None);
        }
        let made = self.deeper(|m| m.call(method, value, &[]))?;
        Ok(match made {
            Value::Obj(made) if self.generators.waiting.contains_key(&made) => Some(made),
            _ => None,
        })
    }

    /// Whether a function is a generator of own code that begins when it is asked.
    fn is_generator(&self, function: Value) -> bool {
        let Value::Obj(id) = function else { return false };
        let Kind::Closure(closure) = &self.object(id).kind else { return false };
        let program = self.loaded.get(closure.module as usize).and_then(|loaded| loaded.program.as_ref());
        let code = program.and_then(|program| program.functions.get(closure.function as usize));
        self.runs_own(closure.module) && code.is_some_and(|code| code.generator && !code.is_async)
    }

    /// A loop over a generator that has not begun: both go on in turns.
    pub(super) fn drive_loop(
        &mut self,
        f: &mut Frame,
        each: &ForEach,
        id: ObjId,
        labels: Vec<Atom>,
    ) -> Result<Flow, Abrupt> {
        let program = self.loaded.get(f.module as usize).and_then(|loaded| loaded.program.clone());
        let (Some(program), Some(pending)) = (program, self.begin(id)) else { return Ok(Flow::Normal) };
        let (unsure, conditions, returned) = (self.unsure, self.conditions, f.maybe_return.is_some());
        let hollow = self.frame(f.module, f.env, f.this);
        let outer = f.env;
        let place = self.place_now();
        let rounds = Rounds {
            frame: std::mem::replace(f, hollow),
            program,
            each: each.clone(),
            outer,
            labels,
            place,
            base: place,
            count: 0,
            is_left: false,
            done: Ok(Flow::Normal),
        };
        let (result, consumer) = self.drive(id, pending, Consumer::Loop(Box::new(rounds)));
        let Some(Consumer::Loop(rounds)) = consumer else { return Err(Abrupt::Stop) };
        *f = rounds.frame;
        f.env = outer;
        self.unsure |= rounds.place.unsure;
        self.after_loop(f, unsure || self.unsure, conditions, returned);
        result?;
        rounds.done
    }

    /// `yield value`, where somebody waits for it.
    pub(super) fn hand_out(&mut self, value: Value) -> R {
        let Some(mut consumer) = self.generators.consumers.pop() else { return Err(Abrupt::Leave) };
        match &mut consumer {
            Consumer::List(taken, _) => taken.push(value),
            Consumer::Loop(rounds) => self.driven_round(rounds, value),
        }
        let is_done = consumer.is_done();
        self.generators.consumers.push(consumer);
        if is_done { Err(Abrupt::Leave) } else { Ok(Value::Undefined) }
    }

    /// `yield* values`, where somebody waits for them.
    pub(super) fn hand_out_all(&mut self, values: Value) -> R {
        if let Some(id) = self.waiting_generator(values)? {
            let Some(Pending { callee, closure, this, args }) = self.begin(id) else { return Ok(UNKNOWN) };
            let at = self.stack.last().copied().unwrap_or(At { module: closure.module, expr: 0 });
            self.starting = Starting::Driven;
            let result = self.call_closure(callee, &closure, this, &args, Value::Undefined, at);
            self.starting = Starting::Later;
            if self.generators.consumers.last().is_none_or(Consumer::is_done) {
                return Err(Abrupt::Leave);
            }
            return result;
        }
        let result = match values {
            Value::Obj(id) if matches!(self.object(id).kind, Kind::Array(_)) => Value::Undefined,
            Value::Str(_) => Value::Undefined,
            _ => UNKNOWN,
        };
        let Some(items) = self.iterate(values)? else {
            self.go_astray();
            return Ok(UNKNOWN);
        };
        for item in items {
            self.hand_out(item)?;
        }
        Ok(result)
    }

    fn driven_round(&mut self, rounds: &mut Rounds, value: Value) {
        let now = self.place_now();
        let own = rounds.place;
        // Where the generator is not sure of what it gives, nor is the loop of what it does.
        let conditions = own.conditions + now.conditions.saturating_sub(rounds.base.conditions);
        let unsure = own.unsure || now.unsure && !rounds.base.unsure;
        let handled = self.handling.split_off(own.handling.min(self.handling.len()));
        self.take_place(Place { conditions, unsure, ..own });
        rounds.frame.env = rounds.outer;
        let program = Arc::clone(&rounds.program);
        let result = self.one_round(&mut rounds.frame, &program, &rounds.each, value, true);
        rounds.place = Place { conditions: own.conditions, ..self.place_now() };
        self.handling.extend(handled);
        self.take_place(now);
        rounds.count += 1;
        match result {
            Ok(Flow::Normal | Flow::Continue(0)) => {}
            Ok(Flow::Continue(label)) if rounds.labels.contains(&label) => {}
            other => {
                rounds.done = match other {
                    Ok(Flow::Break(0)) => Ok(Flow::Normal),
                    other => other,
                };
                rounds.is_left = true;
            }
        }
        if rounds.count >= MOST_ROUNDS || self.hurried(rounds.frame.module) {
            self.go_astray();
            rounds.is_left = true;
        }
    }
}

/// How the next call of a generator begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Starting {
    /// When somebody asks for its first value.
    #[default]
    Later,
    /// At once, and each value is handed out.
    Driven,
    /// At once, and its values are kept.
    Whole,
}
