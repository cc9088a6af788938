//! Expressions.

use super::primitives::Hint;
use super::raise::is_certain;
use super::value::{Abrupt, At, Atom, Kind, R, UNKNOWN, UNSET, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::{BinaryOp, ExprId, ExprKind, Item, LogicalOp, PatternId, Program, Text, Var};

/// Marks the short circuit of an optional chain while it unwinds to its end.
const CHAIN_END: Value = Value::Import(u32::MAX);

impl Machine<'_> {
    pub(super) fn eval(&mut self, f: &mut Frame, p: &Program, id: ExprId) -> R {
        self.step(f.module)?;
        self.depth += 1;
        let result = self.eval_inner(f, p, id);
        self.depth -= 1;
        self.last = At { module: f.module, expr: id };
        result
    }

    pub(super) fn text(&self, f: &Frame, text: Text) -> Atom {
        self.loaded.get(f.module as usize).and_then(|loaded| loaded.atoms.get(text as usize)).copied().unwrap_or(0)
    }

    fn eval_inner(&mut self, f: &mut Frame, p: &Program, id: ExprId) -> R {
        let Some(expr) = p.exprs.get(id as usize) else {
            return Ok(UNKNOWN);
        };
        let at = At { module: f.module, expr: id };
        Ok(match &expr.kind {
            ExprKind::Undefined => Value::Undefined,
            ExprKind::Null => Value::Null,
            ExprKind::Bool(flag) => Value::Bool(*flag),
            ExprKind::Number(number) => Value::Num(*number),
            ExprKind::BigInt(digits) => Value::Big(self.text(f, *digits)),
            ExprKind::String(text) => Value::Str(self.text(f, *text)),
            ExprKind::Regex(pattern, flags) => {
                let (pattern, flags) = (self.text(f, *pattern), self.text(f, *flags));
                self.regex(pattern, flags)
            }
            ExprKind::Template(texts, values) => return self.template(f, p, texts, values),
            ExprKind::Tagged(tag, texts, values) => return self.tagged(f, p, id, *tag, (texts, values)),
            ExprKind::Var(var) => return self.variable(f, *var, id),
            ExprKind::Array(items) => self.array_literal(f, p, items)?,
            ExprKind::Object(members) => return self.object_literal(f, p, members),
            ExprKind::Function(function) => self.closure(f, p, *function),
            ExprKind::Class(class) => return self.class(f, p, class, id),
            ExprKind::Unary(op, value) => {
                let value = self.eval(f, p, *value)?;
                return self.unary_of(*op, value, at);
            }
            ExprKind::Delete(target) => self.delete(f, p, *target)?,
            ExprKind::Typeof(value) => self.type_of_expr(f, p, id, *value)?,
            ExprKind::Update(step, prefix, target) => self.update(f, p, *step, *prefix, *target)?,
            ExprKind::Binary(op, left, right) => {
                let left = self.eval(f, p, *left)?;
                let right = self.eval(f, p, *right)?;
                let (left, right) = self.operands(*op, left, right, at)?;
                self.refuse_operands(*op, left, right, at)?;
                self.binary(*op, left, right)?
            }
            ExprKind::And(left, right) => self.logical(f, p, LogicalOp::And, *left, *right)?,
            ExprKind::Or(left, right) => self.logical(f, p, LogicalOp::Or, *left, *right)?,
            ExprKind::Coalesce(left, right) => self.logical(f, p, LogicalOp::Coalesce, *left, *right)?,
            ExprKind::Conditional(test, yes, no) => self.conditional(f, p, *test, *yes, *no)?,
            ExprKind::Assign(target, value) => self.assign_plain(f, p, id, *target, *value)?,
            ExprKind::AssignOp(op, target, value) => self.assign_op(f, p, id, *op, (*target, *value))?,
            ExprKind::AssignLogical(op, target, value) => self.assign_logical(f, p, *op, *target, *value)?,
            ExprKind::Sequence(list) => self.sequence(f, p, list)?,
            ExprKind::Member(object, name, optional) => self.member(f, p, id, (*object, *name), *optional)?,
            ExprKind::Index(object, index, optional) => self.index(f, p, id, (*object, *index), *optional)?,
            ExprKind::Call(callee, args, optional) => {
                return self.call_expr(f, p, id, *callee, args, *optional);
            }
            ExprKind::New(callee, args) => return self.new_expr(f, p, *callee, args, at),
            ExprKind::Chain(inner) => {
                let value = self.eval(f, p, *inner)?;
                if value == CHAIN_END { Value::Undefined } else { value }
            }
            ExprKind::This => self.this_value(f, id)?,
            ExprKind::Super => f.this,
            ExprKind::NewTarget => f.new_target,
            ExprKind::ImportMeta => self.import_meta(f.module),
            ExprKind::Import(source) => {
                let source = self.eval(f, p, *source)?;
                return self.dynamic_import(f.module, source, at, false);
            }
            ExprKind::Await(inner) => return self.await_expr(f, p, *inner),
            ExprKind::Yield(value, all) => return self.yield_expr(f, p, *value, *all),
            ExprKind::Opaque(list) => {
                self.sequence(f, p, list)?;
                UNKNOWN
            }
        })
    }

    fn new_expr(&mut self, f: &mut Frame, p: &Program, callee: ExprId, args: &[Item], at: At) -> R {
        let class = self.eval(f, p, callee)?;
        let args = self.arguments(f, p, args)?;
        self.refuse_new(class, At { module: f.module, expr: callee }, at)?;
        self.construct(class, &args, class, at)
    }

    fn yield_expr(&mut self, f: &mut Frame, p: &Program, value: Option<ExprId>, all: bool) -> R {
        let value = match value {
            Some(value) => self.eval(f, p, value)?,
            None => Value::Undefined,
        };
        if all { self.yield_all(f, value) } else { self.yield_one(f, value) }
    }

    fn assign_plain(&mut self, f: &mut Frame, p: &Program, id: ExprId, target: PatternId, value: ExprId) -> R {
        let place = self.target(f, p, target)?;
        let new = self.eval(f, p, value)?;
        self.refuse_global(f, p, target, id)?;
        self.write_target(f, p, &place, new)?;
        Ok(new)
    }

    /// `target op= value`.
    fn assign_op(
        &mut self,
        f: &mut Frame,
        p: &Program,
        id: ExprId,
        op: BinaryOp,
        (target, value): (PatternId, ExprId),
    ) -> R {
        let place = self.target(f, p, target)?;
        let old = self.read_target(f, p, &place)?;
        let value = self.eval(f, p, value)?;
        let at = At { module: f.module, expr: id };
        let (old, value) = self.operands(op, old, value, at)?;
        self.refuse_operands(op, old, value, at)?;
        let new = self.binary(op, old, value)?;
        self.write_target(f, p, &place, new)?;
        Ok(new)
    }

    fn this_value(&mut self, f: &Frame, id: ExprId) -> R {
        let callee = match f.callee {
            Value::Obj(id) => Some(&self.object(id).kind),
            _ => None,
        };
        let derived = matches!(callee, Some(Kind::Closure(closure)) if closure.derived && closure.is_class
            && closure.function == f.function);
        if derived && self.super_calls == f.super_calls {
            let message = "Must call super constructor in derived class before accessing 'this' or returning from \
                           derived constructor";
            self.mistake("ReferenceError", message, At { module: f.module, expr: id })?;
        }
        Ok(f.this)
    }

    fn variable(&mut self, f: &mut Frame, var: Var, id: ExprId) -> R {
        let Var::Global(name) = var else {
            let value = self.raw_var(f, var);
            return if value == UNSET { self.read_too_early(At { module: f.module, expr: id }) } else { Ok(value) };
        };
        let name = self.text(f, name);
        self.load_global(f, name, id);
        self.global(f, var, name, id)
    }

    fn array_literal(&mut self, f: &mut Frame, p: &Program, items: &[Item]) -> R {
        let holes: Vec<usize> =
            (0..).zip(items).filter(|(_, item)| matches!(item, Item::Hole)).map(|(at, _)| at).collect();
        let spreads = items.iter().any(|item| matches!(item, Item::Spread(_)));
        let (items, known) = self.items(f, p, items)?;
        let value = self.array(items);
        if !holes.is_empty() {
            self.has_holes(value, holes);
            if let (true, Value::Obj(id)) = (spreads, value) {
                // They are elsewhere then.
                self.moves_holes(id);
            }
        }
        if let (false, Value::Obj(id)) = (known, value) {
            self.object_mut(id).open = true;
        }
        Ok(value)
    }

    fn type_of_expr(&mut self, f: &mut Frame, p: &Program, id: ExprId, value: ExprId) -> R {
        // A name that nobody declares is no error here.
        let value = match p.exprs.get(value as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Var(var @ Var::Global(name))) => {
                let name = self.text(f, *name);
                self.load_global(f, name, id);
                match self.read_var(f, *var) {
                    Value::Undefined if self.is_of_this_release(name) => UNKNOWN,
                    value => value,
                }
            }
            _ => self.eval(f, p, value)?,
        };
        Ok(self.type_of(value))
    }

    /// Evaluates expressions in their order, and gives the value of the last.
    fn sequence(&mut self, f: &mut Frame, p: &Program, list: &[ExprId]) -> R {
        let mut last = Value::Undefined;
        for item in list {
            last = self.eval(f, p, *item)?;
        }
        Ok(last)
    }

    fn tagged(
        &mut self,
        f: &mut Frame,
        p: &Program,
        id: ExprId,
        tag: ExprId,
        (texts, values): (&[(Text, Text)], &[ExprId]),
    ) -> R {
        let (tag, this) = match p.exprs.get(tag as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Member(object, name, false)) if !is_super(p, *object) => {
                let this = self.eval(f, p, *object)?;
                let key = self.text(f, *name);
                self.refuse_nothing(this, &self.str(key), At { module: f.module, expr: tag })?;
                (self.get(this, key)?, this)
            }
            _ => (self.eval(f, p, tag)?, Value::Undefined),
        };
        let mut args = vec![self.template_object(f, texts)];
        for value in values {
            args.push(self.eval(f, p, *value)?);
        }
        self.call_at(tag, this, &args, At { module: f.module, expr: id })
    }

    /// The texts of a tagged template, as they are meant, with those as they are written beside them.
    fn template_object(&mut self, f: &Frame, texts: &[(Text, Text)]) -> Value {
        let cooked: Vec<Value> = texts.iter().map(|(cooked, _)| Value::Str(self.text(f, *cooked))).collect();
        let raw: Vec<Value> = texts.iter().map(|(_, raw)| Value::Str(self.text(f, *raw))).collect();
        let (cooked, raw) = (self.array(cooked), self.array(raw));
        if let Value::Obj(id) = cooked {
            self.define(id, "raw", raw);
        }
        cooked
    }

    fn delete(&mut self, f: &mut Frame, p: &Program, target: ExprId) -> R {
        if let Some(ExprKind::Member(object, name, _)) = p.exprs.get(target as usize).map(|expr| &expr.kind) {
            let object = self.eval(f, p, *object)?;
            let key = self.text(f, *name);
            return self.delete_key(f, object, Some(key), At { module: f.module, expr: target });
        }
        if let Some(ExprKind::Index(object, index, _)) = p.exprs.get(target as usize).map(|expr| &expr.kind) {
            let object = self.eval(f, p, *object)?;
            let index = self.eval(f, p, *index)?;
            let key = self.coerce_key(index);
            return self.delete_key(f, object, key, At { module: f.module, expr: target });
        }
        Ok(Value::Bool(true))
    }

    fn delete_key(&mut self, f: &Frame, object: Value, key: Option<Atom>, at: At) -> R {
        let Value::Obj(id) = object else { return Ok(Value::Bool(true)) };
        let Some(key) = key else {
            self.object_mut(id).open = true;
            return Ok(Value::Bool(true));
        };
        if self.refuse_delete(f, id, key, at)? {
            return Ok(Value::Bool(false));
        }
        if self.proxied(id, "deleteProperty", &[Value::Str(key)])?.is_some() || self.forget_file(id, key) {
            return Ok(Value::Bool(true));
        }
        self.note_written(id, self.doubt == 0);
        let place = self.str(key).parse::<usize>().ok();
        if let (Kind::Array(items), Some(at)) = (&mut self.object_mut(id).kind, place)
            && let Some(item) = items.get_mut(at)
        {
            *item = Value::Undefined;
            self.has_holes(object, [at]);
        }
        if matches!(self.object(id).kind, Kind::Closure(_)) && matches!(&*self.str(key), "name" | "length") {
            // They are there without being kept.
            self.object_mut(id).open = true;
        }
        if self.doubt == 0 {
            self.object_mut(id).props.remove(key);
        }
        Ok(Value::Bool(true))
    }

    /// `++` and `--`, before or behind their target.
    fn update(&mut self, f: &mut Frame, p: &Program, step: f64, prefix: bool, target: PatternId) -> R {
        let place = self.target(f, p, target)?;
        let old = self.read_target(f, p, &place)?;
        let (old, new) = match (self.to_number(old), self.stepped(old, step)) {
            (_, Some(new)) => (old, new),
            (Some(number), None) => (Value::Num(number), Value::Num(number + step)),
            (None, None) => (UNKNOWN, UNKNOWN),
        };
        self.write_target(f, p, &place, new)?;
        Ok(if prefix { new } else { old })
    }

    /// Whether the right side of a logical operator is evaluated, by the value of its left side.
    fn goes_on(&self, op: LogicalOp, left: Value) -> Option<bool> {
        match (op, left) {
            (LogicalOp::And, _) => self.truth(left),
            (LogicalOp::Or, _) => self.truth(left).map(|truth| !truth),
            (LogicalOp::Coalesce, Value::Undefined | Value::Null) => Some(true),
            (LogicalOp::Coalesce, Value::Unknown(_)) => None,
            (LogicalOp::Coalesce, _) => Some(false),
        }
    }

    fn logical(&mut self, f: &mut Frame, p: &Program, op: LogicalOp, left: ExprId, right: ExprId) -> R {
        let (reading, asking) = (self.reading(), self.asking());
        let left = self.eval(f, p, left)?;
        match self.goes_on(op, left) {
            Some(true) => {
                let computed = self.is_computed(reading);
                self.decided_by(asking, |m| m.under_condition(computed, |m| m.eval(f, p, right)))
            }
            Some(false) => Ok(left),
            None => {
                let right = self.perhaps(f, p, right)?;
                Ok(self.either_side(op, right))
            }
        }
    }

    /// What a logical operator gives whose left side is not known: the right side where that says more, or as much.
    fn either_side(&mut self, op: LogicalOp, right: Value) -> Value {
        self.read_doubtful();
        let is_same = match op {
            LogicalOp::And => self.truth(right) == Some(false),
            LogicalOp::Or => self.truth(right) == Some(true),
            LogicalOp::Coalesce => false,
        };
        if is_same || matches!(right, Value::Obj(_)) { right } else { UNKNOWN }
    }

    fn assign_logical(&mut self, f: &mut Frame, p: &Program, op: LogicalOp, target: PatternId, value: ExprId) -> R {
        let reading = self.reading();
        let place = self.target(f, p, target)?;
        let old = self.read_target(f, p, &place)?;
        let goes_on = self.goes_on(op, old);
        if goes_on == Some(false) {
            return Ok(old);
        }
        self.doubt += u32::from(goes_on.is_none());
        let computed = goes_on.is_some() && self.is_computed(reading);
        let result = self.under_condition(computed, |m| {
            let new = m.eval(f, p, value)?;
            m.write_target(f, p, &place, new)?;
            Ok(new)
        });
        self.doubt -= u32::from(goes_on.is_none());
        match (goes_on, result) {
            (None, Ok(new)) => Ok(self.join(old, new)),
            (None, Err(Abrupt::Throw(_))) => Ok(UNKNOWN),
            (_, result) => result,
        }
    }

    fn conditional(&mut self, f: &mut Frame, p: &Program, test: ExprId, yes: ExprId, no: ExprId) -> R {
        let (certain, reading, asking) = (is_certain(p, test), self.reading(), self.asking());
        let test = self.eval(f, p, test)?;
        let certain = certain || self.is_computed(reading);
        match self.truth(test) {
            Some(true) => self.decided_by(asking, |m| m.under_condition(certain, |m| m.eval(f, p, yes))),
            Some(false) => self.decided_by(asking, |m| m.under_condition(certain, |m| m.eval(f, p, no))),
            None => {
                let yes = self.perhaps(f, p, yes)?;
                let no = self.perhaps(f, p, no)?;
                Ok(self.join(no, yes))
            }
        }
    }

    fn member(&mut self, f: &mut Frame, p: &Program, id: ExprId, of: (ExprId, Text), optional: bool) -> R {
        let (object, name) = of;
        let key = self.text(f, name);
        let super_ref = is_super(p, object);
        if self.is_global_object(f, p, object) {
            self.load_global(f, key, id);
        }
        let object = self.eval(f, p, object)?;
        if let Some(end) = chain_end(object, optional) {
            return Ok(end);
        }
        if super_ref {
            return self.get_super(f, key);
        }
        self.refuse_nothing(object, &self.str(key), At { module: f.module, expr: id })?;
        self.refuse_private(object, key, At { module: f.module, expr: id })?;
        let value = self.get(object, key)?;
        if value == Value::Undefined && self.is_empty(object) {
            self.of_empty = At { module: f.module, expr: id };
        }
        Ok(value)
    }

    fn index(&mut self, f: &mut Frame, p: &Program, id: ExprId, of: (ExprId, ExprId), optional: bool) -> R {
        let (object, index) = of;
        let object = self.eval(f, p, object)?;
        if let Some(end) = chain_end(object, optional) {
            return Ok(end);
        }
        let index = self.eval(f, p, index)?;
        let index = self.primitive(index, Hint::String, At { module: f.module, expr: id })?;
        match self.coerce_key(index) {
            Some(key) => {
                self.refuse_nothing(object, &self.str(key), At { module: f.module, expr: id })?;
                self.get(object, key)
            }
            None => Ok(UNKNOWN),
        }
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
            let waits = self.waits;
            let value = self.dynamic_import(f.module, value, at, waits)?;
            return self.wait(f, value);
        }
        let value = self.awaiting(At { module: f.module, expr: inner }, |m| m.eval(f, p, inner))?;
        self.wait(f, value)
    }

    /// What waiting for a value gives; in CommonJS what follows runs after the load.
    pub(super) fn wait(&mut self, f: &Frame, value: Value) -> R {
        if !self.waits && f.function != 0 {
            if let Some(error) = self.failure_of(f, value) {
                return Err(Abrupt::Throw(error));
            }
            self.waiting.insert((f.module, f.function));
            // Whether what follows takes the failure is not seen.
            self.hand_over(&[value]);
            return Err(Abrupt::Suspend);
        }
        if f.function == 0 {
            self.record_wait(value);
            self.refuse_endless(value, self.last)?;
        }
        self.note_read(value);
        let given = self.arrive(value)?.unwrap_or(UNKNOWN);
        self.goes_on_late(f);
        Ok(given)
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

    pub(super) fn get_super(&mut self, f: &Frame, key: Atom) -> R {
        match f.home {
            Value::Obj(home) => {
                let proto = self.object(home).proto;
                match proto {
                    Value::Obj(id) => {
                        self.note_read(proto);
                        self.get_from(id, key, f.this)
                    }
                    Value::Unknown(_) => self.get(proto, key),
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
                if !super_ref {
                    self.refuse_nothing(this, &self.str(key), At { module: f.module, expr: callee })?;
                    self.refuse_private(this, key, At { module: f.module, expr: callee })?;
                }
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
                    Some(key) => {
                        self.refuse_nothing(this, &self.str(key), At { module: f.module, expr: callee })?;
                        self.get(this, key)?
                    }
                    None => UNKNOWN,
                }
            }
            _ => self.eval(f, p, callee)?,
        };
        if let Some(end) = chain_end(function, optional) {
            return Ok(end);
        }
        let args = self.arguments(f, p, args)?;
        let mut lacks = false;
        if function == Value::Undefined
            && let Some(ExprKind::Member(_, name, _)) = p.exprs.get(callee as usize).map(|expr| &expr.kind)
        {
            let key = self.text(f, *name);
            self.not_a_function(this, key, at)?;
            lacks = self.lacks_surely(this, key);
        }
        if function != Value::Undefined || lacks || self.knows_members(this) {
            self.refuse_call(function, At { module: f.module, expr: callee }, at)?;
        }
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
        let args = self.arguments(f, p, args)?;
        self.super_calls += 1;
        let class = match f.home {
            Value::Obj(home) => {
                let key = self.atom("constructor");
                self.get(Value::Obj(home), key)?
            }
            _ => UNKNOWN,
        };
        if let Value::Obj(id) = class {
            let parent = self.object(id).proto;
            let made = self.initialise(parent, f.this, &args, f.new_target, at)?;
            self.refuse_other_instance(made);
            self.run_fields(class, f.this)?;
        }
        Ok(f.this)
    }
}

fn is_super(p: &Program, id: ExprId) -> bool {
    matches!(p.exprs.get(id as usize).map(|expr| &expr.kind), Some(ExprKind::Super))
}

fn chain_end(value: Value, optional: bool) -> Option<Value> {
    (value == CHAIN_END || (optional && matches!(value, Value::Undefined | Value::Null))).then_some(CHAIN_END)
}
