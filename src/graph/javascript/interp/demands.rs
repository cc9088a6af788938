//! Variables of the environment that own code cannot do without.
//!
//! One that is not known to be set reads as `undefined`. Where own code ends Init over that, by an error of its own or
//! by a mistake, it demands the variable: whether somebody sets it, only the template can say.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Machine;
use super::value::{Abrupt, At, Atom, EnvId, Kind, ModuleIx, ObjId, UNKNOWN, Value};
use crate::graph::Phase;
use crate::graph::javascript::limits::LIMITS;

/// Most variables that one value is remembered to come from.
const MOST_NAMES: usize = 40;
/// Values within each other that an assertion compares.
const DEEPEST: u32 = 40;
/// Variables that are told of one error.
const MOST_TOLD: usize = 3;

/// Which variables were asked for and are not known to be set.
#[derive(Default)]
pub(super) struct Demands {
    /// `process.env`.
    environment: Option<ObjId>,
    /// Those of the running statement, in the order in which they were read.
    asked: Vec<Atom>,
    /// Variables of the code that hold what such a one gave.
    slots: FxHashMap<(EnvId, u32), Vec<Atom>>,
    /// Likewise properties.
    members: FxHashMap<(ObjId, Atom), Vec<Atom>>,
    /// Those that decided the conditions which are around what runs.
    deciding: Vec<Atom>,
    /// Errors that are thrown for want of some.
    errors: FxHashMap<ObjId, (ModuleIx, Vec<Atom>)>,
    /// Errors that are thrown where some have decided, whether surely or not.
    led_to: FxHashSet<ObjId>,
    /// Modules that run otherwise where some are set.
    deciders: FxHashSet<ModuleIx>,
    /// Errors that end Init if what has led to them is as it seems, with what is to be said of them then.
    perhaps: FxHashMap<ObjId, String>,
}

impl Machine<'_> {
    pub(super) fn has_environment(&mut self, id: ObjId) {
        self.demands.environment = Some(id);
    }

    /// `process.env`.
    pub(super) fn environment_object(&self) -> Option<ObjId> {
        self.demands.environment
    }

    /// Begins a statement; answers with what to give back to [`end_asking`](Self::end_asking).
    pub(super) fn begin_asking(&mut self) -> Vec<Atom> {
        std::mem::take(&mut self.demands.asked)
    }

    /// Ends a statement; what it returns tells of what it has asked for.
    pub(super) fn end_asking(&mut self, before: Vec<Atom>, returns: bool) {
        let asked = std::mem::replace(&mut self.demands.asked, before);
        if returns {
            self.asks(&asked);
        }
    }

    /// How many were asked for in the running statement.
    pub(super) fn asking(&self) -> usize {
        self.demands.asked.len()
    }

    fn asks(&mut self, names: &[Atom]) {
        for name in names {
            if self.demands.asked.len() < MOST_NAMES && !self.demands.asked.contains(name) {
                self.demands.asked.push(*name);
            }
        }
    }

    /// Notes that a property was read.
    pub(super) fn asks_for_member(&mut self, object: Value, key: Atom, value: Value) {
        let Value::Obj(id) = object else { return };
        if value != Value::Undefined {
            return;
        }
        if self.demands.environment == Some(id) {
            self.demands.deciders.insert(self.last.module);
            self.asks(&[key]);
        } else if let Some(names) = self.demands.members.get(&(id, key)).cloned() {
            self.asks(&names);
        }
    }

    /// Notes that a variable was read.
    pub(super) fn asks_for_slot(&mut self, env: EnvId, slot: u32) {
        if let Some(names) = self.demands.slots.get(&(env, slot)).cloned() {
            self.asks(&names);
        }
    }

    /// Whether a value says nothing but what was asked for: nothing, or a list of what is missing.
    fn tells(&self, value: Value) -> bool {
        match value {
            Value::Undefined | Value::Null | Value::Bool(_) | Value::Str(_) | Value::Num(_) => true,
            Value::Obj(id) => matches!(self.object(id).kind, Kind::Array(_)),
            _ => false,
        }
    }

    /// Notes that a variable holds what came of those that the statement asked for.
    pub(super) fn keeps_in_slot(&mut self, env: EnvId, slot: u32, value: Value) {
        if !self.demands.asked.is_empty() && self.tells(value) {
            self.demands.slots.insert((env, slot), self.demands.asked.clone());
        } else if !self.demands.slots.is_empty() {
            self.demands.slots.remove(&(env, slot));
        }
    }

    /// Notes that a property holds what came of those that were asked for since.
    pub(super) fn keeps_in_member(&mut self, id: ObjId, key: Atom, value: Value, since: usize) {
        let names = self.demands.asked.get(since..).unwrap_or_default().to_vec();
        if !names.is_empty() && self.tells(value) {
            self.demands.members.insert((id, key), names);
        }
    }

    /// Runs what stands under a condition that the variables decided which were asked for since.
    pub(super) fn decided_by<T>(&mut self, since: usize, body: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.demands.deciding.len();
        let names = self.demands.asked.get(since..).unwrap_or_default().to_vec();
        if !names.is_empty() {
            self.demands.deciders.insert(self.last.module);
        }
        self.demands.deciding.extend(names);
        let result = body(self);
        self.demands.deciding.truncate(before);
        result
    }

    /// Notes that own code throws an error where variables have led it to.
    pub(super) fn demands_by_error(&mut self, error: Value, at: At) {
        let Value::Obj(id) = error else { return };
        if !self.demands.deciding.is_empty() {
            self.demands.led_to.insert(id);
        }
        if !self.demands.deciding.is_empty() && self.is_own_at(at) && self.sure() {
            self.demands.errors.insert(id, (at.module, self.demands.deciding.clone()));
        }
    }

    /// Whether variables have decided that an error is thrown.
    pub(super) fn is_led_to(&self, error: Value) -> bool {
        matches!(error, Value::Obj(id) if self.demands.led_to.contains(&id))
    }

    /// Whether variables have decided that what runs does.
    pub(super) fn is_decided_by_any(&self) -> bool {
        !self.demands.deciding.is_empty() || !self.demands.asked.is_empty()
    }

    /// Whether a module may run otherwise, because it asks for variables that are not known to be set.
    pub(super) fn is_decider(&self, ix: ModuleIx) -> bool {
        self.demands.deciders.contains(&ix)
    }

    /// Whether variables have led to what runs that are not known to be set.
    pub(super) fn is_led_by_variables(&self) -> bool {
        !self.demands.deciding.is_empty()
    }

    /// What to say of an error that variables have led to, which may be set; nothing where none have.
    pub(super) fn said_of_variables(&self, message: &str) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for name in &self.demands.deciding {
            let name = format!("`{}`", self.str(*name));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.truncate(MOST_TOLD);
        let set = if names.len() == 1 {
            "is not known to be set, which leads"
        } else {
            "are not known to be set, which leads"
        };
        (!names.is_empty()).then(|| format!("{} {set} to: {message}", names.join(", ")))
    }

    /// Whether it is known what is to be said of an error.
    pub(super) fn is_told(&self, error: ObjId) -> bool {
        self.demands.perhaps.contains_key(&error)
    }

    /// Notes what is to be said of an error if nothing catches it.
    pub(super) fn ends_perhaps(&mut self, error: Value, said: String) {
        if let Value::Obj(id) = error {
            self.demands.perhaps.insert(id, said);
        }
    }

    /// Notes what is missing to say whether Init ends well.
    pub(super) fn doubts_start(&mut self, said: String) {
        if self.trace.doubts.len() < LIMITS.doubts {
            self.trace.doubts.insert(said);
        }
    }

    /// Notes what nothing catches.
    pub(super) fn demands_uncaught(&mut self, error: Value) {
        if let Value::Obj(id) = error
            && self.phase == Phase::Init
            && let Some(said) = self.demands.perhaps.get(&id).cloned()
        {
            self.doubts_start(said);
        }
        if let Value::Obj(id) = error
            && let Some((module, names)) = self.demands.errors.get(&id).cloned()
        {
            self.demand(module, &names);
        }
    }

    /// Notes a mistake that follows from what the running statement asked for.
    pub(super) fn demands_by_mistake(&mut self, at: At) {
        if !self.demands.asked.is_empty() && self.is_own_at(at) && self.certain() {
            let names = self.demands.asked.clone();
            self.demand(at.module, &names);
        }
    }

    /// Checks what an assertion takes for true; answers whether that is known.
    pub(super) fn asserts(&mut self, name: &str, args: &[Value], at: At) -> Result<bool, Abrupt> {
        let [a, b] = [0, 1].map(|place| args.get(place).copied().unwrap_or(Value::Undefined));
        let name = name.strip_prefix("node:").unwrap_or(name);
        let name = name.strip_prefix("assert/strict").map_or(name, |rest| rest.trim_start_matches('.'));
        let rest = name.strip_prefix("assert").map_or(name, |rest| rest.trim_start_matches('.'));
        let holds = match rest {
            "" | "ok" | "strict" | "strict.ok" | "default" | "default.ok" => self.truth(a),
            "fail" | "strict.fail" | "default.fail" => Some(false),
            "ifError" | "strict.ifError" | "default.ifError" => match a {
                Value::Undefined | Value::Null => Some(true),
                Value::Unknown(_) | Value::Import(_) => None,
                _ => Some(false),
            },
            "equal" | "default.equal" if a.is_plain_number() && b.is_plain_number() || a.is_text() && b.is_text() => {
                self.is_same_value(a, b)
            }
            "strictEqual" | "strict.equal" | "strict.strictEqual" | "default.strictEqual" => self.is_same_value(a, b),
            "deepStrictEqual" | "strict.deepStrictEqual" | "strict.deepEqual" | "default.deepStrictEqual" => {
                self.deeply_same(a, b, DEEPEST)?
            }
            "notDeepStrictEqual" => self.deeply_same(a, b, DEEPEST)?.map(|same| !same),
            "notEqual" if a.is_plain_number() && b.is_plain_number() || a.is_text() && b.is_text() => {
                self.is_same_value(a, b).map(|same| !same)
            }
            "notStrictEqual" => self.is_same_value(a, b).map(|same| !same),
            "throws" | "default.throws" => self.throws_as_asked(args, at)?,
            "match" | "default.match" => self.matches_as_asked(a, b, at)?,
            _ => return Ok(false),
        };
        let is_told_second = !rest.contains("qual") && rest != "fail" && args.len() > 1 && b.is_text();
        if holds.is_none() && !self.is_decided_by_any() {
            self.may_end(at.module, "an assertion");
        }
        if holds == Some(false) {
            let thrown = self.mistake("AssertionError", "what is asserted does not hold", at);
            return thrown
                .map_err(|thrown| {
                    let thrown = self.with_code(thrown, "ERR_ASSERTION");
                    self.as_asserted(thrown, if is_told_second { b } else { UNKNOWN })
                })
                .map(|()| false);
        }
        Ok(holds.is_some())
    }

    /// Whether what is called throws, and what it was asked for.
    fn throws_as_asked(&mut self, args: &[Value], at: At) -> Result<Option<bool>, Abrupt> {
        let [called, rest @ ..] = args else { return Ok(None) };
        if !self.callable(*called) {
            return Ok(None);
        }
        self.tries += 1;
        let (result, in_peril) = self.guarded(true, |m| m.call_at(*called, Value::Undefined, &[], at));
        self.tries -= 1;
        let wanted = rest.first().copied().unwrap_or(Value::Undefined);
        Ok(match result {
            Err(Abrupt::Throw(_)) if matches!(wanted, Value::Undefined | Value::Str(_)) && !in_peril => Some(true),
            Err(Abrupt::Throw(error)) if self.callable(wanted) && !in_peril => {
                let made = self.instance_of(error, wanted)?;
                // Otherwise the error itself is thrown on.
                self.truth(made).filter(|is_wanted| *is_wanted)
            }
            Err(Abrupt::Throw(_)) => None,
            Err(other) => return Err(other),
            Ok(_) => (!in_peril).then_some(false),
        })
    }

    /// Whether a text has what a regular expression asks for.
    fn matches_as_asked(&mut self, text: Value, pattern: Value, at: At) -> Result<Option<bool>, Abrupt> {
        let is_regex = matches!(pattern, Value::Obj(id) if matches!(self.object(id).kind, Kind::Regex(..)));
        if !text.is_text() || !is_regex {
            return Ok(None);
        }
        let key = self.atom("test");
        let test = self.get(pattern, key)?;
        let told = self.call_at(test, pattern, &[text], at)?;
        Ok(self.truth(told))
    }

    /// What an error of an assertion says of itself.
    fn as_asserted(&mut self, thrown: Abrupt, message: Value) -> Abrupt {
        if let Abrupt::Throw(Value::Obj(id)) = thrown {
            let name = self.string("AssertionError");
            self.define(id, "name", name);
            if message.is_text() {
                self.define(id, "message", message);
            }
        }
        thrown
    }

    /// Whether `Object.is` says that two values are the same.
    fn is_same_value(&self, a: Value, b: Value) -> Option<bool> {
        match (a, b) {
            (Value::Num(a), Value::Num(b)) => Some(a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()),
            _ => self.same(a, b),
        }
    }

    fn is_own_at(&self, at: At) -> bool {
        self.loaded.get(at.module as usize).is_some_and(|loaded| loaded.own)
    }

    fn demand(&mut self, module: ModuleIx, names: &[Atom]) {
        let module = self.loaded.get(module as usize).map(|loaded| loaded.id);
        let module = module.and_then(|id| self.trace.modules.get(id.0 as usize)).map(|module| module.name.to_string());
        let Some(module) = module else { return };
        for name in names {
            let name = self.str(*name).to_string();
            self.trace.demanded.insert((name, module.clone()));
        }
    }
}
