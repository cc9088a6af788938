//! Generators. Where loops and lists do not drive them, their bodies run as a whole, and what they yield is kept for who
//! asks for it; one that waits for a promise goes on as an async function does.

use super::tables::Table;
use super::value::{Abrupt, Call, Generator, Kind, ObjId, R, UNKNOWN, Value};
use super::{Frame, Machine};

/// Most values that are kept; a generator that yields more may not end.
const MOST_YIELDED: usize = 5_000;
/// Most values that are taken from an iterator made by hand.
const MOST_TAKEN: usize = 1_000;

/// What a running generator has yielded.
#[derive(Default)]
pub(super) struct Yielded {
    items: Vec<Value>,
    unknown: bool,
    /// How many undecided branches were open when it was called.
    doubt: u32,
    /// Whether somebody waits for each.
    pub(super) is_driven: bool,
}

impl Yielded {
    pub(super) fn new(doubt: u32, is_driven: bool) -> Self {
        Self { doubt, is_driven, ..Self::default() }
    }
}

pub(super) const METHODS: Table = &[
    ("next", next),
    // What its body does then is not followed.
    ("return", |m, c| {
        if let Value::Obj(id) = c.this
            && m.never_begins(id)
        {
            let Value::Obj(items) = m.array(Vec::new()) else { return Ok(UNKNOWN) };
            let ended = Generator { items: Some(items), next: 1, result: Value::Undefined, ended: true };
            m.object_mut(id).kind = Kind::Generator(ended);
            return Ok(outcome(m, c.arg(0), Value::Bool(true)));
        }
        m.left_early(c.this);
        let result = outcome(m, c.arg(0), Value::Bool(true));
        m.read_doubtful();
        Ok(result)
    }),
    ("throw", |m, c| {
        if let Value::Obj(id) = c.this {
            m.run_whole(id)?;
        }
        m.left_early(c.this);
        Ok(UNKNOWN)
    }),
    ("@@iterator", |_, c| Ok(c.this)),
];

fn next(m: &mut Machine<'_>, c: &Call<'_>) -> R {
    let Value::Obj(id) = c.this else { return Ok(UNKNOWN) };
    m.run_whole(id)?;
    let Kind::Generator(mut generator) = m.object(id).kind else { return Ok(UNKNOWN) };
    m.takes_early(c.this);
    let at = generator.next as usize;
    let (value, done) = match m.yielded(generator) {
        Some(items) if at < items.len() => (items[at], Value::Bool(false)),
        Some(items) if generator.ended => {
            (if at == items.len() { generator.result } else { Value::Undefined }, Value::Bool(true))
        }
        _ => (UNKNOWN, UNKNOWN),
    };
    generator.next += 1;
    if m.doubt > u32::from(m.object(id).doubt) {
        generator.items = None;
    }
    m.object_mut(id).kind = Kind::Generator(generator);
    Ok(outcome(m, value, done))
}

fn outcome(m: &mut Machine<'_>, value: Value, done: Value) -> Value {
    let outcome = m.plain();
    m.define(outcome, "value", value);
    m.define(outcome, "done", done);
    Value::Obj(outcome)
}

impl Machine<'_> {
    /// `yield value`. What is sent back is not known, unless a promise was yielded: whoever runs the
    /// generator then waits for it, as helpers that stand for `async` do.
    pub(super) fn yield_one(&mut self, f: &mut Frame, value: Value) -> R {
        if f.yielded.is_driven {
            return self.hand_out(value);
        }
        self.keep(f, value)?;
        match value {
            Value::Obj(id) if matches!(self.object(id).kind, Kind::Promise(_)) => self.wait(f, value),
            _ => Ok(UNKNOWN),
        }
    }

    /// `yield* values`.
    pub(super) fn yield_all(&mut self, f: &mut Frame, values: Value) -> R {
        if f.yielded.is_driven {
            return self.hand_out_all(values);
        }
        if let Value::Obj(id) = values {
            self.run_whole(id)?;
        }
        let result = match values {
            Value::Obj(id) => match self.object(id).kind {
                Kind::Generator(generator) if generator.ended => generator.result,
                Kind::Array(_) => Value::Undefined,
                _ => UNKNOWN,
            },
            _ => UNKNOWN,
        };
        match self.iterate(values)? {
            Some(items) => {
                for item in items {
                    self.keep(f, item)?;
                }
            }
            None => f.yielded.unknown = true,
        }
        Ok(result)
    }

    fn keep(&mut self, f: &mut Frame, value: Value) -> Result<(), Abrupt> {
        f.yielded.unknown |= self.doubt > f.yielded.doubt;
        if f.yielded.items.len() >= MOST_YIELDED {
            return Err(Abrupt::Suspend);
        }
        f.yielded.items.push(value);
        Ok(())
    }

    /// An iterator over values.
    pub(super) fn walker(&mut self, items: Vec<Value>) -> Value {
        let Value::Obj(items) = self.array(items) else { return UNKNOWN };
        let proto = self.proto("Generator");
        let walker = Generator { items: Some(items), next: 0, result: Value::Undefined, ended: true };
        let id = self.alloc(Kind::Generator(walker), proto);
        self.object_mut(id).open = true;
        Value::Obj(id)
    }

    /// The generator that a call gives, once its body has run.
    pub(super) fn generated(&mut self, yielded: Yielded, result: R, is_async: bool) -> R {
        let (result, ended) = match result {
            Err(Abrupt::Stop) => return result,
            _ if is_async => return Ok(UNKNOWN),
            Ok(value) => (value, true),
            Err(Abrupt::Suspend | Abrupt::Leave) => (UNKNOWN, false),
            Err(Abrupt::Throw(_)) if self.tries == 0 => return Ok(UNKNOWN),
            Err(Abrupt::Throw(_)) => return result,
        };
        let items = match self.array(yielded.items) {
            Value::Obj(items) if !yielded.unknown => Some(items),
            _ => None,
        };
        let proto = self.proto("Generator");
        let id = self.alloc(Kind::Generator(Generator { items, next: 0, result, ended }), proto);
        self.object_mut(id).open = true;
        Ok(Value::Obj(id))
    }

    fn yielded(&self, generator: Generator) -> Option<&[Value]> {
        match &self.object(generator.items?).kind {
            Kind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// What a generator still has, which it has no longer then.
    pub(super) fn remaining(
        &mut self,
        id: ObjId,
        generator: Generator,
        most: Option<usize>,
    ) -> Result<Option<Vec<Value>>, Abrupt> {
        match self.taken_from(id, most)? {
            Some(taken) => Ok(Some(taken)),
            None => Ok(self.left_of(id, generator)),
        }
    }

    fn left_of(&mut self, id: ObjId, mut generator: Generator) -> Option<Vec<Value>> {
        self.takes_early(Value::Obj(id));
        let items = self.yielded(generator).filter(|_| generator.ended)?;
        let rest = items.get(generator.next as usize..).unwrap_or_default().to_vec();
        generator.next = u32::try_from(items.len() + 1).unwrap_or(u32::MAX);
        self.object_mut(id).kind = Kind::Generator(generator);
        Some(rest)
    }

    /// What an object gives by the iterator that its own code makes.
    pub(super) fn iterate_by_method(
        &mut self,
        value: Value,
        most: Option<usize>,
    ) -> Result<Option<Vec<Value>>, Abrupt> {
        let key = self.atom("@@iterator");
        let method = self.get(value, key)?;
        if !self.callable(method) {
            return Ok(None);
        }
        let floor = self.floor();
        let iterator = self.deeper(|m| m.call(method, value, &[]))?;
        let Value::Obj(id) = iterator else { return Ok(None) };
        match self.object(id).kind {
            Kind::Generator(generator) => self.remaining(id, generator, most),
            Kind::Array(_) | Kind::Map(_) => self.deeper(|m| m.iterate(iterator)),
            // All at once, and not as somebody asks for them.
            _ => self.in_order(|m| {
                m.runs_early(floor);
                m.take_all(iterator, most.unwrap_or(MOST_TAKEN))
            }),
        }
    }

    fn take_all(&mut self, iterator: Value, most: usize) -> Result<Option<Vec<Value>>, Abrupt> {
        let [next, value, done] = ["next", "value", "done"].map(|name| self.atom(name));
        let next = self.get(iterator, next)?;
        if !self.is_code(next) {
            return Ok(None);
        }
        let mut taken = Vec::new();
        while taken.len() < most.min(MOST_TAKEN) {
            let outcome = self.deeper(|m| m.call(next, iterator, &[]))?;
            let is_done = self.get(outcome, done)?;
            match self.truth(is_done) {
                Some(true) => return Ok(Some(taken)),
                Some(false) => taken.push(self.get(outcome, value)?),
                None => return Ok(None),
            }
        }
        // More is not asked for; otherwise nobody knows what there is.
        Ok((most < MOST_TAKEN).then_some(taken))
    }

    fn is_code(&self, value: Value) -> bool {
        matches!(value, Value::Obj(id) if matches!(self.object(id).kind, Kind::Closure(_)))
    }
}
