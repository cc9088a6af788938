//! Expressions.

use super::value::{Abrupt, At, Atom, Closure, Kind, R, Slot, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::{
    BinaryOp, Class, ExprId, ExprKind, FunctionId, Item, Key, LogicalOp, Member, MethodKind, Pattern, PatternId,
    Program, Text, UnaryOp, Var,
};

/// Marks the short circuit of an optional chain while it unwinds to its end.
const CHAIN_END: Value = Value::Import(u32::MAX);

impl Machine<'_> {
    pub(super) fn eval(&mut self, f: &mut Frame, p: &Program, id: ExprId) -> R {
        self.step(f.module)?;
        self.depth += 1;
        let result = self.eval_inner(f, p, id);
        self.depth -= 1;
        result
    }

    fn text(&self, f: &Frame, text: Text) -> Atom {
        self.loaded.get(f.module as usize).and_then(|loaded| loaded.atoms.get(text as usize)).copied().unwrap_or(0)
    }

    fn eval_inner(&mut self, f: &mut Frame, p: &Program, id: ExprId) -> R {
        let Some(expr) = p.exprs.get(id as usize) else {
            return Ok(UNKNOWN);
        };
        Ok(match &expr.kind {
            ExprKind::Undefined => Value::Undefined,
            ExprKind::Null => Value::Null,
            ExprKind::Bool(flag) => Value::Bool(*flag),
            ExprKind::Number(number) => Value::Num(*number),
            ExprKind::String(text) => Value::Str(self.text(f, *text)),
            ExprKind::Regex(..) => {
                let kind = Kind::Regex;
                let proto = self.proto("RegExp");
                Value::Obj(self.alloc(kind, proto))
            }
            ExprKind::Template(texts, values) => return self.template(f, p, texts, values),
            ExprKind::Tagged(tag, _, values) => {
                let tag = self.eval(f, p, *tag)?;
                let mut args = vec![UNKNOWN];
                for value in values {
                    args.push(self.eval(f, p, *value)?);
                }
                return self.call_at(tag, Value::Undefined, &args, At { module: f.module, expr: id });
            }
            ExprKind::Var(var) => {
                if let Var::Global(name) = *var {
                    let name = self.text(f, name);
                    self.load_global(f, name, id);
                }
                self.read_var(f, *var)
            }
            ExprKind::Array(items) => {
                let (items, known) = self.items(f, p, items)?;
                let value = self.array(items);
                if let (false, Value::Obj(id)) = (known, value) {
                    self.object_mut(id).open = true;
                }
                value
            }
            ExprKind::Object(members) => return self.object_literal(f, p, members),
            ExprKind::Function(function) => self.closure(f, p, *function),
            ExprKind::Class(class) => return self.class(f, p, class, id),
            ExprKind::Unary(op, value) => {
                let value = self.eval(f, p, *value)?;
                self.unary(*op, value)
            }
            ExprKind::Delete(target) => {
                if let Some(ExprKind::Member(object, name, _)) = p.exprs.get(*target as usize).map(|expr| &expr.kind) {
                    let object = self.eval(f, p, *object)?;
                    if let (Value::Obj(id), 0) = (object, self.doubt) {
                        let key = self.text(f, *name);
                        self.object_mut(id).props.remove(key);
                    }
                }
                Value::Bool(true)
            }
            ExprKind::Typeof(value) => {
                let value = self.eval(f, p, *value)?;
                self.type_of(value)
            }
            ExprKind::Update(step, prefix, target) => {
                let old = self.read_pattern(f, p, *target)?;
                let number = self.to_number(old);
                let new = number.map_or(UNKNOWN, |n| Value::Num(n + step));
                self.assign(f, p, *target, new)?;
                if *prefix { new } else { number.map_or(UNKNOWN, Value::Num) }
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.eval(f, p, *left)?;
                let right = self.eval(f, p, *right)?;
                self.binary(*op, left, right)?
            }
            ExprKind::And(left, right) => {
                let left = self.eval(f, p, *left)?;
                match self.truth(left) {
                    Some(true) => return self.eval(f, p, *right),
                    Some(false) => left,
                    None => self.perhaps(f, p, *right)?,
                }
            }
            ExprKind::Or(left, right) => {
                let left = self.eval(f, p, *left)?;
                match self.truth(left) {
                    Some(true) => left,
                    Some(false) => return self.eval(f, p, *right),
                    None => self.perhaps(f, p, *right)?,
                }
            }
            ExprKind::Coalesce(left, right) => {
                let left = self.eval(f, p, *left)?;
                match left {
                    Value::Undefined | Value::Null => return self.eval(f, p, *right),
                    Value::Unknown(_) => self.perhaps(f, p, *right)?,
                    _ => left,
                }
            }
            ExprKind::Conditional(test, yes, no) => {
                let test = self.eval(f, p, *test)?;
                match self.truth(test) {
                    Some(true) => return self.eval(f, p, *yes),
                    Some(false) => return self.eval(f, p, *no),
                    None => {
                        let yes = self.perhaps(f, p, *yes)?;
                        let no = self.perhaps(f, p, *no)?;
                        super::props::join(no, yes)
                    }
                }
            }
            ExprKind::Assign(target, value) => {
                let new = self.eval(f, p, *value)?;
                self.assign(f, p, *target, new)?;
                new
            }
            ExprKind::AssignOp(op, target, value) => {
                let old = self.read_pattern(f, p, *target)?;
                let value = self.eval(f, p, *value)?;
                let new = self.binary(*op, old, value)?;
                self.assign(f, p, *target, new)?;
                new
            }
            ExprKind::AssignLogical(op, target, value) => {
                let old = self.read_pattern(f, p, *target)?;
                let wanted = match op {
                    LogicalOp::And => self.truth(old),
                    LogicalOp::Or => self.truth(old).map(|truth| !truth),
                    LogicalOp::Coalesce => match old {
                        Value::Undefined | Value::Null => Some(true),
                        Value::Unknown(_) => None,
                        _ => Some(false),
                    },
                };
                if wanted == Some(false) {
                    return Ok(old);
                }
                let new = self.eval(f, p, *value)?;
                self.assign(f, p, *target, new)?;
                new
            }
            ExprKind::Sequence(list) => {
                let mut last = Value::Undefined;
                for item in list {
                    last = self.eval(f, p, *item)?;
                }
                last
            }
            ExprKind::Member(object, name, optional) => {
                let key = self.text(f, *name);
                let super_ref = is_super(p, *object);
                if self.is_global_object(f, p, *object) {
                    self.load_global(f, key, id);
                }
                let object = self.eval(f, p, *object)?;
                if let Some(end) = chain_end(object, *optional) {
                    return Ok(end);
                }
                if super_ref {
                    return self.get_super(f, key);
                }
                self.get(object, key)?
            }
            ExprKind::Index(object, index, optional) => {
                let object = self.eval(f, p, *object)?;
                if let Some(end) = chain_end(object, *optional) {
                    return Ok(end);
                }
                let index = self.eval(f, p, *index)?;
                match self.coerce_key(index) {
                    Some(key) => self.get(object, key)?,
                    None => UNKNOWN,
                }
            }
            ExprKind::Call(callee, args, optional) => {
                return self.call_expr(f, p, id, *callee, args, *optional);
            }
            ExprKind::New(callee, args) => {
                let callee = self.eval(f, p, *callee)?;
                let (args, _) = self.items(f, p, args)?;
                return self.construct(callee, &args, callee, At { module: f.module, expr: id });
            }
            ExprKind::Chain(inner) => {
                let value = self.eval(f, p, *inner)?;
                if value == CHAIN_END { Value::Undefined } else { value }
            }
            ExprKind::This => f.this,
            ExprKind::Super => f.this,
            ExprKind::NewTarget => f.new_target,
            ExprKind::ImportMeta => self.import_meta(f.module),
            ExprKind::Import(source) => {
                let source = self.eval(f, p, *source)?;
                return self.dynamic_import(f.module, source, At { module: f.module, expr: id }, false);
            }
            ExprKind::Await(inner) => return self.await_expr(f, p, *inner),
            ExprKind::Yield(value, _) => {
                if let Some(value) = value {
                    self.eval(f, p, *value)?;
                }
                UNKNOWN
            }
            ExprKind::Opaque(list) => {
                for item in list {
                    self.eval(f, p, *item)?;
                }
                UNKNOWN
            }
        })
    }

    /// Evaluates what may not run; an exception in it ends only itself.
    pub(super) fn perhaps(&mut self, f: &mut Frame, p: &Program, id: ExprId) -> R {
        self.doubt += 1;
        let result = self.eval(f, p, id);
        self.doubt -= 1;
        match result {
            Err(Abrupt::Throw(_)) => Ok(UNKNOWN),
            other => other,
        }
    }

    fn await_expr(&mut self, f: &mut Frame, p: &Program, inner: ExprId) -> R {
        if let Some(ExprKind::Import(source)) = p.exprs.get(inner as usize).map(|e| &e.kind) {
            let value = self.eval(f, p, *source)?;
            let at = At { module: f.module, expr: inner };
            let waits = self.entry_esm;
            let value = self.dynamic_import(f.module, value, at, waits)?;
            if !waits && f.function != 0 {
                return Err(Abrupt::Suspend);
            }
            return Ok(self.settled(value).unwrap_or(UNKNOWN));
        }
        let value = self.eval(f, p, inner)?;
        if !self.entry_esm && f.function != 0 {
            return Err(Abrupt::Suspend);
        }
        Ok(self.settled(value).unwrap_or(UNKNOWN))
    }

    /// What awaiting gives, when it is known.
    pub(super) fn settled(&self, value: Value) -> Option<Value> {
        match value {
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Promise(inner) => *inner,
                _ => Some(value),
            },
            Value::Unknown(_) => None,
            other => Some(other),
        }
    }

    fn template(&mut self, f: &mut Frame, p: &Program, texts: &[Text], values: &[ExprId]) -> R {
        let mut out = Some(String::new());
        for (at, text) in texts.iter().enumerate() {
            if let Some(out) = &mut out {
                out.push_str(&self.str(self.text(f, *text)));
            }
            if let Some(value) = values.get(at) {
                let value = self.eval(f, p, *value)?;
                match (self.coerce_text(value), &mut out) {
                    (Some(text), Some(out)) => out.push_str(&self.str(text)),
                    _ => out = None,
                }
            }
        }
        Ok(match out {
            Some(out) => self.string(&out),
            None => UNKNOWN,
        })
    }

    /// Evaluates arguments or elements; the flag says whether all are known.
    pub(super) fn items(&mut self, f: &mut Frame, p: &Program, items: &[Item]) -> Result<(Vec<Value>, bool), Abrupt> {
        let mut values = Vec::with_capacity(items.len());
        let mut known = true;
        for item in items {
            match item {
                Item::One(id) => values.push(self.eval(f, p, *id)?),
                Item::Hole => values.push(Value::Undefined),
                Item::Spread(id) => {
                    let value = self.eval(f, p, *id)?;
                    match self.iterate(value)? {
                        Some(list) => values.extend(list),
                        None => known = false,
                    }
                }
            }
        }
        Ok((values, known))
    }

    /// The values an iterable gives, when they are known.
    pub(super) fn iterate(&mut self, value: Value) -> Result<Option<Vec<Value>>, Abrupt> {
        Ok(match value {
            Value::Obj(id) => match self.object(id).kind.clone() {
                Kind::Array(items) if !self.object(id).open => Some(items),
                Kind::Map(pairs) => Some(
                    pairs
                        .into_iter()
                        .map(
                            |(key, value)| {
                                if value == Value::Import(u32::MAX) { key } else { self.array(vec![key, value]) }
                            },
                        )
                        .collect(),
                ),
                _ => None,
            },
            Value::Str(text) => {
                let content = self.str(text);
                if content.len() > 10_000 {
                    return Ok(None);
                }
                Some(content.chars().map(|c| self.string(&c.to_string())).collect())
            }
            _ => None,
        })
    }

    fn key(&mut self, f: &mut Frame, p: &Program, key: Key) -> Result<Option<Atom>, Abrupt> {
        match key {
            Key::Name(text) => Ok(Some(self.text(f, text))),
            Key::Computed(id) => {
                let value = self.eval(f, p, id)?;
                Ok(self.coerce_key(value))
            }
        }
    }

    fn object_literal(&mut self, f: &mut Frame, p: &Program, members: &[Member]) -> R {
        let id = self.plain();
        for member in members {
            match member {
                Member::Value(key, value) => {
                    let key = self.key(f, p, *key)?;
                    let value = self.eval(f, p, *value)?;
                    match key {
                        Some(key) if &*self.str(key) == "__proto__" => self.object_mut(id).proto = value,
                        Some(key) => self.object_mut(id).props.set(key, Slot::Value(value), None),
                        None => self.object_mut(id).open = true,
                    }
                    self.set_home(value, Value::Obj(id));
                }
                Member::Get(key, function) | Member::Set(key, function) => {
                    let Some(key) = self.key(f, p, *key)? else {
                        continue;
                    };
                    let function = self.closure(f, p, *function);
                    let slot = accessor(self.object(id).props.get(key), matches!(member, Member::Get(..)), function);
                    self.object_mut(id).props.set(key, slot, None);
                }
                Member::Spread(value) => {
                    let value = self.eval(f, p, *value)?;
                    self.copy_props(id, value)?;
                }
            }
        }
        Ok(Value::Obj(id))
    }

    fn set_home(&mut self, function: Value, home: Value) {
        if let Value::Obj(id) = function
            && let Kind::Closure(closure) = &mut self.object_mut(id).kind
            && closure.home == Value::Undefined
        {
            closure.home = home;
        }
    }

    /// Copies own enumerable properties, as `Object.assign` and spreads do: getters are read.
    pub(super) fn copy_props(&mut self, to: u32, from: Value) -> Result<(), Abrupt> {
        match self.own_keys(from, false) {
            Some(keys) => {
                for key in keys {
                    let value = self.get(from, key)?;
                    self.set(Value::Obj(to), key, value)?;
                }
                if let Value::Obj(from) = from
                    && self.object(from).open
                {
                    self.object_mut(to).open = true;
                }
            }
            None => self.object_mut(to).open = true,
        }
        Ok(())
    }

    pub(super) fn closure(&mut self, f: &Frame, p: &Program, function: FunctionId) -> Value {
        let arrow = p.functions.get(function as usize).is_some_and(|code| code.arrow);
        let closure = Closure {
            module: f.module,
            function,
            env: f.env,
            this: if arrow { f.this } else { Value::Undefined },
            home: if arrow { f.home } else { Value::Undefined },
            new_target: if arrow { f.new_target } else { Value::Undefined },
            fields: None,
            is_class: false,
            derived: false,
            code: true,
        };
        let proto = self.proto("Function");
        let id = self.alloc(Kind::Closure(closure), proto);
        Value::Obj(id)
    }

    fn class(&mut self, f: &mut Frame, p: &Program, class: &Class, at: ExprId) -> R {
        let outer = f.env;
        if class.inner {
            f.env = self.env_new(outer, 1);
        }
        let result = self.class_inner(f, p, class, at);
        f.env = outer;
        result
    }

    fn class_inner(&mut self, f: &mut Frame, p: &Program, class: &Class, at: ExprId) -> R {
        let mut decorators = Vec::new();
        for decorator in &class.decorators {
            decorators.push((*decorator, self.eval(f, p, *decorator)?));
        }
        let parent = match class.parent {
            Some(parent) => Some(self.eval(f, p, parent)?),
            None => None,
        };
        let closure = Closure {
            module: f.module,
            function: class.constructor.unwrap_or(0),
            env: f.env,
            this: Value::Undefined,
            home: Value::Undefined,
            new_target: Value::Undefined,
            fields: class.fields,
            is_class: true,
            derived: parent.is_some(),
            code: class.constructor.is_some(),
        };
        let constructor = self.alloc(Kind::Closure(closure), Value::Undefined);
        let value = Value::Obj(constructor);
        let prototype = self.plain();
        let key = self.atom("prototype");
        match parent {
            Some(parent) => {
                self.object_mut(constructor).proto = parent;
                self.object_mut(prototype).proto = self.get(parent, key)?;
            }
            None => self.object_mut(constructor).proto = self.proto("Function"),
        }
        self.object_mut(constructor).props.set(key, Slot::Value(Value::Obj(prototype)), Some(false));
        self.define(prototype, "constructor", value);
        self.set_home(value, Value::Obj(prototype));
        if let Some(name) = class.name {
            let name = Value::Str(self.text(f, name));
            self.define(constructor, "name", name);
        }
        if class.inner
            && let Some(slot) = self.envs.get_mut(f.env as usize).and_then(|env| env.slots.first_mut())
        {
            *slot = value;
        }
        for member in &class.members {
            let target = if member.is_static { constructor } else { prototype };
            let Some(key) = self.key(f, p, member.key)? else {
                self.object_mut(target).open = true;
                continue;
            };
            let function = self.closure(f, p, member.function);
            self.set_home(function, Value::Obj(target));
            let slot = match member.kind {
                MethodKind::Method => Slot::Value(function),
                kind => accessor(self.object(target).props.get(key), kind == MethodKind::Get, function),
            };
            self.object_mut(target).props.set(key, slot, Some(false));
        }
        if let Some(statics) = class.statics {
            let function = self.closure(f, p, statics);
            self.call(function, value, &[])?;
        }
        for (expr, decorator) in decorators {
            let at = At { module: f.module, expr: if expr == 0 { at } else { expr } };
            self.call_at(decorator, Value::Undefined, &[value, UNKNOWN, UNKNOWN], at)?;
        }
        Ok(value)
    }

    fn get_super(&mut self, f: &Frame, key: Atom) -> R {
        match f.home {
            Value::Obj(home) => {
                let proto = self.object(home).proto;
                match proto {
                    Value::Obj(_) | Value::Unknown(_) => self.get(proto, key),
                    _ => Ok(UNKNOWN),
                }
            }
            _ => Ok(UNKNOWN),
        }
    }

    fn call_expr(
        &mut self,
        f: &mut Frame,
        p: &Program,
        id: ExprId,
        callee: ExprId,
        args: &[Item],
        optional: bool,
    ) -> R {
        let at = At { module: f.module, expr: id };
        let mut this = Value::Undefined;
        let mut named = 0;
        let function = match p.exprs.get(callee as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Super) => return self.super_call(f, p, args, at),
            Some(ExprKind::Member(object, name, opt)) => {
                let super_ref = is_super(p, *object);
                this = self.eval(f, p, *object)?;
                if let Some(end) = chain_end(this, *opt) {
                    return Ok(end);
                }
                let key = self.text(f, *name);
                let method = if super_ref { self.get_super(f, key)? } else { self.get(this, key)? };
                named = self.method_name(f, this, key, method);
                method
            }
            Some(ExprKind::Index(object, index, opt)) => {
                this = self.eval(f, p, *object)?;
                if let Some(end) = chain_end(this, *opt) {
                    return Ok(end);
                }
                let index = self.eval(f, p, *index)?;
                match self.coerce_key(index) {
                    Some(key) => self.get(this, key)?,
                    None => UNKNOWN,
                }
            }
            _ => self.eval(f, p, callee)?,
        };
        if let Some(end) = chain_end(function, optional) {
            return Ok(end);
        }
        let (args, _) = self.items(f, p, args)?;
        if named != 0 {
            self.record_call(named, &args, at);
        }
        self.call_at(function, this, &args, at)
    }

    /// What own code calls when it calls a method, without a name of its own, of an instance that
    /// has one: `pg.Pool().connect`.
    fn method_name(&mut self, f: &Frame, this: Value, key: Atom, method: Value) -> Atom {
        let own = self.loaded.get(f.module as usize).is_some_and(|loaded| loaded.own);
        let (Value::Obj(instance), Value::Obj(method), true) = (this, method, own) else { return 0 };
        if self.object(method).name != 0 || self.object(instance).name == 0 {
            return 0;
        }
        let (base, key) = (self.object(instance).name, self.str(key));
        self.member_name(base, &key)
    }

    fn super_call(&mut self, f: &mut Frame, p: &Program, args: &[Item], at: At) -> R {
        let (args, _) = self.items(f, p, args)?;
        let class = match f.home {
            Value::Obj(home) => {
                let key = self.atom("constructor");
                self.get(Value::Obj(home), key)?
            }
            _ => UNKNOWN,
        };
        if let Value::Obj(id) = class {
            let parent = self.object(id).proto;
            self.initialise(parent, f.this, &args, f.new_target, at)?;
            self.run_fields(class, f.this)?;
        }
        Ok(f.this)
    }

    /// Loads what Node keeps back until a global is read.
    fn load_global(&mut self, f: &Frame, name: Atom, expr: ExprId) {
        if self.lazy_globals.remove(&name) {
            let module = format!("{}{}", crate::graph::javascript::builtins::GLOBAL, self.str(name));
            self.runtime_module(&module, At { module: f.module, expr }, false);
        }
    }

    /// Whether an expression is `globalThis` or `global` itself.
    fn is_global_object(&self, f: &Frame, p: &Program, id: ExprId) -> bool {
        match p.exprs.get(id as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Var(Var::Global(name))) => {
                matches!(&*self.str(self.text(f, *name)), "globalThis" | "global")
            }
            _ => false,
        }
    }

    pub(super) fn read_var(&mut self, f: &Frame, var: Var) -> Value {
        match var {
            Var::Local { depth, slot } => {
                let mut env = f.env;
                for _ in 0..depth {
                    env = self.envs.get(env as usize).map_or(0, |env| env.parent);
                }
                let value = self.envs.get(env as usize).and_then(|env| env.slots.get(slot as usize));
                let value = value.copied().unwrap_or(UNKNOWN);
                self.live(value)
            }
            Var::Global(name) => {
                let name = self.text(f, name);
                self.globals.get(&name).copied().unwrap_or(Value::Undefined)
            }
        }
    }

    pub(super) fn write_var(&mut self, f: &Frame, var: Var, new: Value) {
        match var {
            Var::Local { depth, slot } => {
                let mut env = f.env;
                for _ in 0..depth {
                    env = self.envs.get(env as usize).map_or(0, |env| env.parent);
                }
                let doubt = self.doubt;
                if let Some(env) = self.envs.get_mut(env as usize) {
                    let known = doubt <= env.doubt;
                    if let Some(old) = env.slots.get_mut(slot as usize) {
                        *old = if known { new } else { super::props::join(*old, new) };
                    }
                }
            }
            Var::Global(name) => {
                let name = self.text(f, name);
                self.globals.insert(name, new);
            }
        }
    }

    fn read_pattern(&mut self, f: &mut Frame, p: &Program, id: PatternId) -> R {
        match p.patterns.get(id as usize) {
            Some(Pattern::Var(var)) => Ok(self.read_var(f, *var)),
            Some(Pattern::Expr(expr)) => self.eval(f, p, *expr),
            _ => Ok(UNKNOWN),
        }
    }

    pub(super) fn assign(&mut self, f: &mut Frame, p: &Program, id: PatternId, value: Value) -> Result<(), Abrupt> {
        let value = self.live(value);
        match p.patterns.get(id as usize) {
            Some(Pattern::Var(var)) => self.write_var(f, *var, value),
            Some(Pattern::Expr(expr)) => match p.exprs.get(*expr as usize).map(|expr| &expr.kind) {
                Some(ExprKind::Member(object, name, _)) => {
                    let object = self.eval(f, p, *object)?;
                    let key = self.text(f, *name);
                    self.set(object, key, value)?;
                }
                Some(ExprKind::Index(object, index, _)) => {
                    let object = self.eval(f, p, *object)?;
                    let index = self.eval(f, p, *index)?;
                    match (self.coerce_key(index), object) {
                        (Some(key), _) => self.set(object, key, value)?,
                        (None, Value::Obj(id)) => self.object_mut(id).open = true,
                        _ => {}
                    }
                }
                _ => {}
            },
            Some(Pattern::Default(inner, default)) => {
                let value = match value {
                    Value::Undefined => self.eval(f, p, *default)?,
                    other => other,
                };
                self.assign(f, p, *inner, value)?;
            }
            Some(Pattern::Object(members, rest)) => {
                for (key, target) in members {
                    let part = match self.key(f, p, *key)? {
                        Some(key) => self.get(value, key)?,
                        None => UNKNOWN,
                    };
                    self.assign(f, p, *target, part)?;
                }
                if let Some(rest) = rest {
                    let copy = self.plain();
                    self.copy_props(copy, value)?;
                    self.assign(f, p, *rest, Value::Obj(copy))?;
                }
            }
            Some(Pattern::Array(items, rest)) => {
                let list = self.iterate(value)?;
                for (at, item) in items.iter().enumerate() {
                    if let Some(item) = item {
                        let part = match &list {
                            Some(list) => list.get(at).copied().unwrap_or(Value::Undefined),
                            None => UNKNOWN,
                        };
                        self.assign(f, p, *item, part)?;
                    }
                }
                if let Some(rest) = rest {
                    let value = match list {
                        Some(list) => {
                            let rest = list.into_iter().skip(items.len()).collect();
                            self.array(rest)
                        }
                        None => UNKNOWN,
                    };
                    self.assign(f, p, *rest, value)?;
                }
            }
            None => {}
        }
        Ok(())
    }

    fn unary(&mut self, op: UnaryOp, value: Value) -> Value {
        match op {
            UnaryOp::Not => self.truth(value).map_or(UNKNOWN, |truth| Value::Bool(!truth)),
            UnaryOp::Minus => self.to_number(value).map_or(UNKNOWN, |n| Value::Num(-n)),
            UnaryOp::Plus => self.to_number(value).map_or(UNKNOWN, Value::Num),
            UnaryOp::BitNot => self.to_number(value).map_or(UNKNOWN, |n| Value::Num(f64::from(!int(n)))),
            UnaryOp::Void => Value::Undefined,
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> R {
        let truth = |known: Option<bool>| known.map_or(UNKNOWN, Value::Bool);
        Ok(match op {
            BinaryOp::StrictEqual => truth(self.same(a, b)),
            BinaryOp::StrictNotEqual => truth(self.same(a, b).map(|same| !same)),
            BinaryOp::Equal => truth(self.loosely(a, b)),
            BinaryOp::NotEqual => truth(self.loosely(a, b).map(|same| !same)),
            BinaryOp::Add => match (a, b) {
                (Value::Num(a), Value::Num(b)) => Value::Num(a + b),
                (Value::Unknown(_), _) | (_, Value::Unknown(_)) => UNKNOWN,
                (
                    Value::Num(_) | Value::Bool(_) | Value::Null | Value::Undefined,
                    Value::Num(_) | Value::Bool(_) | Value::Null | Value::Undefined,
                ) => match (self.to_number(a), self.to_number(b)) {
                    (Some(a), Some(b)) => Value::Num(a + b),
                    _ => UNKNOWN,
                },
                _ => match (self.coerce_text(a), self.coerce_text(b)) {
                    (Some(a), Some(b)) => {
                        let text = format!("{}{}", self.str(a), self.str(b));
                        self.string(&text)
                    }
                    _ => UNKNOWN,
                },
            },
            BinaryOp::In => match (self.coerce_key(a), b) {
                (Some(key), Value::Obj(_)) => match self.get_quiet(b, key) {
                    Value::Unknown(0) => UNKNOWN,
                    Value::Undefined => Value::Bool(false),
                    _ => Value::Bool(true),
                },
                _ => UNKNOWN,
            },
            BinaryOp::Instanceof => self.instance_of(a, b)?,
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                if let (Value::Str(a), Value::Str(b)) = (a, b) {
                    let order = self.str(a).cmp(&self.str(b));
                    return Ok(Value::Bool(match op {
                        BinaryOp::Less => order.is_lt(),
                        BinaryOp::LessEqual => order.is_le(),
                        BinaryOp::Greater => order.is_gt(),
                        _ => order.is_ge(),
                    }));
                }
                match (self.to_number(a), self.to_number(b)) {
                    (Some(a), Some(b)) => Value::Bool(match op {
                        BinaryOp::Less => a < b,
                        BinaryOp::LessEqual => a <= b,
                        BinaryOp::Greater => a > b,
                        _ => a >= b,
                    }),
                    _ => UNKNOWN,
                }
            }
            _ => match (self.to_number(a), self.to_number(b)) {
                (Some(a), Some(b)) => Value::Num(arithmetic(op, a, b)),
                _ => UNKNOWN,
            },
        })
    }

    /// A property without running getters.
    pub(super) fn get_quiet(&mut self, value: Value, key: Atom) -> Value {
        let Value::Obj(mut at) = value else {
            return Value::Undefined;
        };
        for _ in 0..64 {
            match self.object(at).props.get(key) {
                Some(Slot::Value(value)) => return if value == Value::Undefined { Value::Null } else { value },
                Some(Slot::Accessor(..)) => return Value::Bool(true),
                None => {}
            }
            match self.object(at).proto {
                Value::Obj(next) => at = next,
                Value::Unknown(_) => return UNKNOWN,
                _ => break,
            }
        }
        match self.object(at).open {
            true => UNKNOWN,
            false => match self.object(at).kind {
                Kind::Array(_) | Kind::Namespace(_) | Kind::Proxy(..) => self.get(value, key).unwrap_or(UNKNOWN),
                _ => Value::Undefined,
            },
        }
    }

    fn loosely(&self, a: Value, b: Value) -> Option<bool> {
        match (a, b) {
            (Value::Undefined | Value::Null, Value::Undefined | Value::Null) => Some(true),
            (Value::Str(_), Value::Num(_)) | (Value::Num(_), Value::Str(_)) => {
                Some(self.to_number(a)? == self.to_number(b)?)
            }
            _ => self.same(a, b),
        }
    }

    fn instance_of(&mut self, a: Value, b: Value) -> R {
        let key = self.atom("prototype");
        let wanted = match b {
            Value::Obj(_) => self.get(b, key)?,
            _ => return Ok(if matches!(a, Value::Obj(_) | Value::Unknown(_)) { UNKNOWN } else { Value::Bool(false) }),
        };
        let mut at = a;
        for _ in 0..64 {
            match at {
                Value::Obj(id) => at = self.object(id).proto,
                Value::Unknown(_) => return Ok(UNKNOWN),
                _ => return Ok(Value::Bool(false)),
            }
            if at == wanted {
                return Ok(Value::Bool(true));
            }
        }
        Ok(UNKNOWN)
    }
}

fn accessor(old: Option<Slot>, get: bool, function: Value) -> Slot {
    let (getter, setter) = match old {
        Some(Slot::Accessor(getter, setter)) => (getter, setter),
        _ => (Value::Undefined, Value::Undefined),
    };
    if get { Slot::Accessor(function, setter) } else { Slot::Accessor(getter, function) }
}

fn is_super(p: &Program, id: ExprId) -> bool {
    matches!(p.exprs.get(id as usize).map(|expr| &expr.kind), Some(ExprKind::Super))
}

fn chain_end(value: Value, optional: bool) -> Option<Value> {
    (value == CHAIN_END || (optional && matches!(value, Value::Undefined | Value::Null))).then_some(CHAIN_END)
}

fn int(number: f64) -> i32 {
    if number.is_finite() { (number.trunc() % 4_294_967_296.0) as i64 as i32 } else { 0 }
}

fn arithmetic(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        BinaryOp::Remainder => a % b,
        BinaryOp::Power => a.powf(b),
        BinaryOp::BitOr => f64::from(int(a) | int(b)),
        BinaryOp::BitXor => f64::from(int(a) ^ int(b)),
        BinaryOp::BitAnd => f64::from(int(a) & int(b)),
        BinaryOp::ShiftLeft => f64::from(int(a).wrapping_shl(int(b) as u32 & 31)),
        BinaryOp::ShiftRight => f64::from(int(a).wrapping_shr(int(b) as u32 & 31)),
        BinaryOp::ShiftRightZero => f64::from((int(a) as u32).wrapping_shr(int(b) as u32 & 31)),
        _ => f64::NAN,
    }
}
