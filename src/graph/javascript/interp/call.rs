//! Calls and constructions.

use std::sync::Arc;

use super::driving::Starting;
use super::generators::Yielded;
use super::value::{Abrupt, At, Call, Closure, Flow, Kind, R, Slot, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::graph::javascript::limits::LIMITS;
use crate::lang::javascript::ir::{FunctionId, Program};

impl Machine<'_> {
    /// Calls without a place of its own (getters, callbacks).
    pub(super) fn call(&mut self, function: Value, this: Value, args: &[Value]) -> R {
        let at = self.stack.last().copied().unwrap_or(At { module: 0, expr: 0 });
        self.call_at(function, this, args, at)
    }

    pub(super) fn call_at(&mut self, function: Value, this: Value, args: &[Value], at: At) -> R {
        let id = match function {
            Value::Obj(id) => id,
            Value::Unknown(name) => return self.call_unknown(name, this, args, at),
            _ => return Ok(UNKNOWN),
        };
        if !self.promises.rejected.is_empty() {
            self.hand_over(args);
        }
        self.hand_streams(function, args, at);
        self.hands_environment(function, args, at);
        let name = self.object(id).name;
        if name != 0 && self.loaded.get(at.module as usize).is_some_and(|loaded| loaded.own) {
            self.record_call(name, args, at);
        }
        match self.object(id).kind.clone() {
            // A class is only made an instance of.
            Kind::Closure(closure) if closure.is_class => match self.tries {
                0 => Ok(UNKNOWN),
                _ => Err(Abrupt::Throw(self.error("Class constructor cannot be invoked without 'new'", None))),
            },
            Kind::Closure(closure) => self.call_closure(function, &closure, this, args, Value::Undefined, at),
            Kind::Native(native, data) => {
                self.note_native(this, args);
                self.charge_given(this, args);
                let result = native(self, &Call { this, args, data, at });
                self.after_native(id, this, args, &result);
                result
            }
            Kind::Bound(target, this, bound) => {
                let mut all = bound;
                all.extend_from_slice(args);
                self.deeper(|m| m.call_at(target, this, &all, at))
            }
            Kind::Proxy(target, handler) => {
                let key = self.atom("apply");
                let trap = self.get(handler, key)?;
                if self.callable(trap) {
                    let list = self.array(args.to_vec());
                    return self.deeper(|m| m.call_at(trap, handler, &[target, this, list], at));
                }
                self.deeper(|m| m.call_at(target, this, args, at))
            }
            _ => Ok(UNKNOWN),
        }
    }

    /// What a function of the runtime has done with what it was given.
    fn after_native(&mut self, function: u32, this: Value, args: &[Value], result: &R) {
        if self.is_proxy(this) {
            // It asks the traps, and changes what is behind them.
            self.go_astray();
        }
        let Ok(given) = *result else { return };
        self.gave(function, given);
        let guessed = args.iter().any(|arg| matches!(arg, Value::Unknown(_)) || self.is_proxy(*arg));
        if guessed && !matches!(given, Value::Unknown(_)) {
            self.read_doubtful();
        }
    }

    fn is_proxy(&self, value: Value) -> bool {
        matches!(value, Value::Obj(id) if matches!(self.object(id).kind, Kind::Proxy(..)))
    }

    pub(super) fn deeper<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, Abrupt>) -> Result<T, Abrupt> {
        self.depth += 1;
        if self.depth > LIMITS.depth {
            self.depth -= 1;
            return Err(Abrupt::Stop);
        }
        let result = body(self);
        self.depth -= 1;
        result
    }

    /// A function nobody can look into. Callbacks that walk a collection are run once.
    fn call_unknown(&mut self, name: u32, this: Value, args: &[Value], at: At) -> R {
        for arg in args {
            if let Value::Obj(id) = arg {
                self.run_whole(*id)?;
            }
        }
        self.record_call(name, args, at);
        let text = self.str(name);
        self.refuse_known(&text, args, at)?;
        self.hand_streams(Value::Unknown(name), args, at);
        if let Some(given) = self.write_known(&text, args, at)? {
            return Ok(given);
        }
        if let Some(given) = self.modelled(&text, this, args, at)? {
            return Ok(given);
        }
        let is_decided = text.starts_with("assert") && self.asserts(&text, args, at)?;
        if !is_decided && !text.starts_with("console.") {
            self.may_throw();
        }
        let root = text.split(['.', '(']).next().unwrap_or("");
        let root = root.strip_prefix("new ").unwrap_or(root);
        let of_node = self.interned.get(root).is_some_and(|root| self.opaque_globals.contains(root));
        if !of_node && !crate::graph::javascript::resolve::is_builtin(root) {
            self.note_handed(args);
            self.note_handed(&[this]);
        }
        if &*text == "eval" {
            if let [Value::Str(code)] = args {
                self.refuse_text(*code, at)?;
            }
            // What the text defines is not seen.
            self.unfinished(at.module);
            if let [Value::Str(code)] = args {
                let code = self.str(*code);
                return self.evaluate_text(&code, at);
            }
        }
        let last = text.rsplit('.').next().unwrap_or("");
        // A method of something unknown may be one of a collection. A function that is not here at all is more often a
        // wrapper of the handler.
        let walks = name == 0 && this != Value::Undefined
            || matches!(
                last,
                "forEach"
                    | "map"
                    | "filter"
                    | "some"
                    | "every"
                    | "reduce"
                    | "find"
                    | "findIndex"
                    | "flatMap"
                    | "sort"
                    | "replace"
            );
        if walks && args.len() <= 4 && matches!(this, Value::Unknown(_) | Value::Undefined) {
            for arg in args {
                if self.callable(*arg) {
                    self.doubt += 1;
                    let result = self.call_at(*arg, Value::Undefined, &[UNKNOWN, UNKNOWN, UNKNOWN], at);
                    self.doubt -= 1;
                    if let Err(Abrupt::Stop) = result {
                        return result;
                    }
                }
            }
        }
        Ok(self.result_name(name))
    }

    pub(super) fn call_closure(
        &mut self,
        callee: Value,
        closure: &Closure,
        this: Value,
        args: &[Value],
        new_target: Value,
        at: At,
    ) -> R {
        if !closure.code {
            return Ok(Value::Undefined);
        }
        let Some(program) = self.loaded.get(closure.module as usize).and_then(|l| l.program.clone()) else {
            return Ok(UNKNOWN);
        };
        if self.calls_deep >= LIMITS.calls
            || self.doubt > LIMITS.doubt
            || (self.hurried(closure.module) && self.calls_deep > LIMITS.hurried_calls)
        {
            self.go_astray();
            return Ok(UNKNOWN);
        }
        if at.module != closure.module
            && self.loaded.get(closure.module as usize).is_some_and(|l| l.steps > LIMITS.service_steps)
        {
            self.go_astray();
            return Ok(UNKNOWN);
        }
        self.step(closure.module)?;
        self.calls_deep += 1;
        self.stack.push(at);
        let on = self.enter_code(closure.module, true);
        let result = self.enter(callee, closure, &program, this, args, new_target);
        self.leave_code(on);
        self.stack.pop();
        self.calls_deep -= 1;
        result
    }

    fn enter(
        &mut self,
        callee: Value,
        closure: &Closure,
        program: &Arc<Program>,
        this: Value,
        args: &[Value],
        new_target: Value,
    ) -> R {
        let Some(code) = program.functions.get(closure.function as usize) else {
            return Ok(UNKNOWN);
        };
        if self.phase == crate::graph::Phase::Init
            && self.functions_ran.insert((closure.module, closure.function))
            && let Some(loaded) = self.loaded.get_mut(closure.module as usize)
        {
            loaded.run_bytes += u64::from(code.span.end.saturating_sub(code.span.start));
        }
        let starting = std::mem::take(&mut self.starting);
        let generator = code.generator;
        if generator && !code.is_async && starting == Starting::Later && self.runs_own(closure.module) {
            return Ok(self.pending_generator(callee, closure, this, args));
        }
        let is_driven = generator && !code.is_async && starting == Starting::Driven;
        let floor = self.floor();
        let this = match this {
            // Code that is not in strict mode gets the global object in place of nothing.
            Value::Undefined | Value::Null if !code.strict => Value::Obj(self.global_object),
            other => other,
        };
        let mut frame = Frame {
            this: if code.arrow { closure.this } else { this },
            new_target: if code.arrow { closure.new_target } else { new_target },
            yielded: Yielded::new(self.doubt, is_driven),
            floor,
            ..self.frame_of(callee, closure, code.slots)
        };
        let (unsure, conditions) = (self.unsure, self.conditions);
        // Its body runs when something asks for what it yields, if it does.
        self.unsure |= generator && !is_driven;
        // What an async function throws, its promise takes.
        let takes = u32::from(code.is_async && !code.generator);
        self.tries += takes;
        let (result, in_peril) = self.in_order(|m| {
            if generator && !is_driven {
                m.runs_early(floor);
            }
            m.guarded(takes > 0, |m| m.run_function(&mut frame, program, closure.function, args))
        });
        self.tries -= takes;
        (self.unsure, self.conditions) = (unsure, conditions);
        if is_driven && matches!(result, Err(Abrupt::Leave)) {
            return Ok(Value::Undefined);
        }
        if generator && !is_driven {
            let made = self.generated(frame.yielded, result, code.is_async)?;
            self.made_early(made);
            return Ok(made);
        }
        if code.is_async {
            return self.promise_of_call(result, &frame, in_peril);
        }
        match result {
            // Nobody would catch it: unless it surely happens, the branch that led here was misjudged.
            Err(Abrupt::Throw(error)) if self.tries == 0 => {
                self.may_throw_own(error, closure.module);
                self.may_throw_library(error, closure.module);
                self.uncaught(error);
                // What it would have done behind it is not known.
                self.unfinished(closure.module);
                self.unfinished(self.loading);
                Ok(UNKNOWN)
            }
            other => other,
        }
    }

    /// A frame for a call, as far as the function alone says it.
    fn frame_of(&mut self, callee: Value, closure: &Closure, slots: u32) -> Frame {
        Frame {
            module: closure.module,
            function: closure.function,
            env: self.env_new(closure.env, slots),
            this: closure.this,
            home: closure.home,
            new_target: closure.new_target,
            maybe_return: None,
            maybe_break: false,
            callee,
            yielded: Yielded::new(self.doubt, false),
            super_calls: self.super_calls,
            labels: Vec::new(),
            floor: self.floor(),
            awaited: self.is_awaited(),
        }
    }

    /// What an async function gives its caller.
    fn promise_of_call(&mut self, result: R, frame: &Frame, in_peril: bool) -> R {
        let promise = match result {
            Err(Abrupt::Stop) => return Err(Abrupt::Stop),
            // Where the function waits, its caller goes on: what it returns is not known yet.
            Ok(value) => self.promised(value)?,
            Err(Abrupt::Throw(error)) => {
                if frame.awaited {
                    self.may_throw_own(error, frame.module);
                }
                self.reject(error)
            }
            Err(Abrupt::Suspend | Abrupt::Leave) => self.promise(None),
        };
        if !frame.awaited {
            self.made_early(promise);
        }
        if let (Value::Obj(id), true) = (promise, in_peril) {
            self.doubt_object(id);
        }
        Ok(promise)
    }

    fn run_function(&mut self, f: &mut Frame, p: &Program, id: FunctionId, args: &[Value]) -> R {
        let Some(code) = p.functions.get(id as usize) else {
            return Ok(UNKNOWN);
        };
        if let Some(slot) = code.arguments {
            let list = self.array(args.to_vec());
            self.is_no_array(list);
            self.write_slot(f.env, slot, list);
        }
        if let Some(slot) = code.own_name {
            self.write_slot(f.env, slot, f.callee);
        }
        for (at, param) in code.params.iter().enumerate() {
            let value = args.get(at).copied().unwrap_or(Value::Undefined);
            self.assign(f, p, *param, value)?;
        }
        if let Some(rest) = code.rest {
            let value = self.array(args.iter().skip(code.params.len()).copied().collect());
            self.assign(f, p, rest, value)?;
        }
        if let Some(value) = code.value {
            return self.eval(f, p, value);
        }
        self.unset(f.env, &code.lexical);
        self.hoist(f, p, &code.hoisted);
        if let (Some(slot), false) = (code.arguments, code.strict) {
            let list = self.envs.get(f.env as usize).and_then(|env| env.slots.get(slot as usize)).copied();
            self.shares(f.env, list.unwrap_or(UNKNOWN));
        }
        let flow = self.statements(f, p, &code.body)?;
        let value = match flow {
            Flow::Return(value) => value,
            _ => Value::Undefined,
        };
        Ok(match f.maybe_return {
            Some(other) => self.join(value, other),
            None => value,
        })
    }

    pub(super) fn write_slot(&mut self, env: u32, slot: u32, value: Value) {
        if let Some(entry) = self.envs.get_mut(env as usize).and_then(|env| env.slots.get_mut(slot as usize)) {
            *entry = value;
        }
    }

    /// `new callee(..)`.
    pub(super) fn construct(&mut self, callee: Value, args: &[Value], new_target: Value, at: At) -> R {
        self.hand_streams(callee, args, at);
        let id = match callee {
            Value::Obj(id) => id,
            Value::Unknown(name) => {
                if name != 0 {
                    let text = format!("new {}", self.str(name));
                    self.refuse_known(&text, args, at)?;
                    let class = self.str(name);
                    if let Some(made) = self.modelled_new(&class, args, at)? {
                        let text = self.atom(&text);
                        self.record_call(text, args, at);
                        return Ok(made);
                    }
                }
                self.may_throw();
                if name != 0 {
                    let text = self.str(name);
                    let text = self.atom(&format!("new {text}"));
                    self.record_call(text, args, at);
                }
                return Ok(self.result_name(name));
            }
            _ => return Ok(UNKNOWN),
        };
        let name = self.object(id).name;
        if name != 0 && self.loaded.get(at.module as usize).is_some_and(|loaded| loaded.own) {
            let text = format!("new {}", self.str(name));
            let text = self.atom(&text);
            self.record_call(text, args, at);
        }
        match self.object(id).kind.clone() {
            Kind::Closure(_) => {
                let key = self.atom("prototype");
                let proto = self.get(new_target, key)?;
                let instance = self.alloc(Kind::Plain, proto);
                if name != 0 {
                    let named = self.result_name(name);
                    if let Value::Unknown(named) = named {
                        self.object_mut(instance).name = named;
                    }
                }
                let made = self.initialise(callee, Value::Obj(instance), args, new_target, at)?;
                Ok(if matches!(made, Value::Obj(_)) { made } else { Value::Obj(instance) })
            }
            Kind::Native(native, data) => {
                let made = native(self, &Call { this: Value::Undefined, args, data, at });
                self.after_native(id, Value::Undefined, args, &made);
                match made {
                    // `new Number(5)`: an object around it.
                    Ok(value) if value.is_primitive() => Ok(self.unknown_object()),
                    made => made,
                }
            }
            Kind::Bound(target, _, bound) => {
                let mut all = bound;
                all.extend_from_slice(args);
                self.deeper(|m| m.construct(target, &all, target, at))
            }
            Kind::Proxy(target, handler) => {
                let key = self.atom("construct");
                let trap = self.get(handler, key)?;
                if self.callable(trap) {
                    let list = self.array(args.to_vec());
                    return self.deeper(|m| m.call_at(trap, handler, &[target, list, callee], at));
                }
                self.deeper(|m| m.construct(target, args, target, at))
            }
            _ => Ok(UNKNOWN),
        }
    }

    /// Runs a constructor on an instance that exists, base classes included.
    pub(super) fn initialise(&mut self, class: Value, instance: Value, args: &[Value], new_target: Value, at: At) -> R {
        let Value::Obj(id) = class else {
            if let (Value::Unknown(name), Value::Obj(instance)) = (class, instance) {
                self.object_mut(instance).open = true;
                if name != 0 && self.object(instance).name == 0 {
                    self.object_mut(instance).name = name;
                }
            }
            return Ok(Value::Undefined);
        };
        match self.object(id).kind.clone() {
            Kind::Closure(closure) => {
                if !closure.derived {
                    self.run_fields(class, instance)?;
                }
                if closure.code {
                    let before = self.super_calls;
                    let made = self.call_closure(class, &closure, instance, args, new_target, at)?;
                    if closure.derived && self.super_calls == before && made == Value::Undefined {
                        let message = "Must call super constructor in derived class before accessing 'this' or \
                                       returning from derived constructor";
                        self.mistake("ReferenceError", message, at)?;
                    }
                    return Ok(made);
                }
                if closure.derived {
                    let parent = self.object(id).proto;
                    let made = self.deeper(|m| m.initialise(parent, instance, args, new_target, at))?;
                    self.refuse_other_instance(made);
                    self.run_fields(class, instance)?;
                }
                Ok(Value::Undefined)
            }
            Kind::Native(native, data) => {
                // A built-in base class: its own state goes into the instance.
                let made = native(self, &Call { this: instance, args, data, at })?;
                if let (Value::Obj(made), Value::Obj(instance)) = (made, instance) {
                    if made != instance && !matches!(self.object(made).kind, Kind::Plain) {
                        let kind = self.object(made).kind.clone();
                        self.object_mut(instance).kind = kind;
                    } else {
                        self.object_mut(instance).open |= self.object(made).open;
                        for key in self.object(made).props.keys(true).into_iter().filter(|_| made != instance) {
                            if let Some(slot) = self.object(made).props.get(key) {
                                self.object_mut(instance).props.set(key, slot, Some(false));
                            }
                        }
                    }
                }
                Ok(Value::Undefined)
            }
            _ => Ok(Value::Undefined),
        }
    }

    /// A parent that gives another object than it was to make: what follows is about that one.
    pub(super) fn refuse_other_instance(&mut self, made: Value) {
        if matches!(made, Value::Obj(_)) {
            self.go_astray();
        }
    }

    /// Instance field initialisers of a class.
    pub(super) fn run_fields(&mut self, class: Value, instance: Value) -> Result<(), Abrupt> {
        let Value::Obj(id) = class else {
            return Ok(());
        };
        let Kind::Closure(closure) = self.object(id).kind.clone() else {
            return Ok(());
        };
        if let Some(fields) = closure.fields {
            let closure = Closure { function: fields, code: true, is_class: false, fields: None, ..closure };
            let at = self.stack.last().copied().unwrap_or(At { module: closure.module, expr: 0 });
            self.call_closure(class, &closure, instance, &[], Value::Undefined, at)?;
        }
        Ok(())
    }

    /// An error of a class that the language brings.
    pub(super) fn error_of_class(&mut self, class: &'static str, message: &str) -> Value {
        let error = self.error(message, None);
        if let (Value::Obj(id), proto @ Value::Obj(_)) = (error, self.proto(class)) {
            self.object_mut(id).proto = proto;
        }
        error
    }

    /// An `Error` with a message and perhaps a code.
    pub(super) fn error(&mut self, message: &str, code: Option<&str>) -> Value {
        let proto = self.proto("Error");
        let id = self.alloc(Kind::Plain, proto);
        let message = self.string(message);
        self.define(id, "message", message);
        if let Some(code) = code {
            let key = self.atom("code");
            let code = self.string(code);
            self.object_mut(id).props.set(key, Slot::Value(code), None);
        }
        // Errors with a code say more than that.
        self.object_mut(id).open = code.is_some();
        Value::Obj(id)
    }
}
