//! Expressions.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{BinaryOp, ComprehensionKind, Expr, ExprId, Exprs, NameId, UnaryOp};

impl Interp<'_> {
    pub(super) fn eval(&mut self, frame: &Frame, id: ExprId) -> Run<Value> {
        if !self.budget.step() && frame.function.is_some() {
            return Ok(Value::Unknown);
        }
        Ok(match frame.code.code.expr(id) {
            Expr::Opaque => Value::Unknown,
            Expr::None => Value::None,
            Expr::Ellipsis => Value::Ellipsis,
            Expr::Bool(value) => Value::Bool(value),
            Expr::Int(value) => Value::Int(value),
            Expr::Float(value) => Value::Float(value.to_bits()),
            Expr::Text(text) => Value::Str(self.text_sym(frame, text)),
            Expr::Bytes(text) => Value::Bytes(self.text_sym(frame, text)),
            Expr::Name(name) => self.eval_name(frame, name, id)?,
            Expr::Attribute(object, name) => self.eval_attribute(frame, id, object, name)?,
            Expr::Subscript(object, key) => {
                let object = self.eval(frame, object)?;
                let key = self.eval(frame, key)?;
                self.check_item(frame, id, object, key)?;
                self.get_item(object, key)?
            }
            Expr::Slice(parts) => self.eval_slice(frame, parts)?,
            Expr::Call(function, args) => self.eval_call(frame, id, function, args)?,
            Expr::And(list) => self.eval_logic(frame, list, false)?,
            Expr::Or(list) => self.eval_logic(frame, list, true)?,
            Expr::Unary(op, operand) => self.eval_unary(frame, id, op, operand)?,
            Expr::Binary(op, left, right) => self.eval_binary(frame, id, op, (left, right))?,
            Expr::Compare(at) => self.eval_compare(frame, id, at)?,
            Expr::If(test, body, orelse) => self.eval_if(frame, test, body, orelse)?,
            Expr::Tuple(list) => {
                let (items, open) = self.eval_items(frame, list)?;
                if open { self.heap.list(items, true) } else { self.heap.tuple(&items) }
            }
            Expr::List(list) => {
                let (items, open) = self.eval_items(frame, list)?;
                let list = self.heap.list(items, open);
                self.note_written(frame, list)
            }
            Expr::Set(list) => {
                let (items, open) = self.eval_items(frame, list)?;
                for (item, at) in items.iter().zip(frame.code.code.list(list)).filter(|_| !open) {
                    self.check_key(frame, *at, *item)?;
                }
                let (items, vague) = self.distinct(items);
                let set = self.heap.set(items, open || vague, false);
                self.note_written(frame, set)
            }
            Expr::Dict(list) => {
                let dict = self.eval_dict(frame, list)?;
                self.note_written(frame, dict)
            }
            Expr::Lambda(index) => self.make_function(frame, index)?,
            Expr::Comprehension(index) => self.eval_comprehension(frame, index)?,
            Expr::Format(parts) => self.eval_format(frame, parts)?,
            Expr::Await(value) => {
                let value = self.eval(frame, value)?;
                self.run_coroutine(value)?
            }
            Expr::Yield(value) => self.eval_yield(frame, value)?,
            Expr::YieldFrom(value) => self.eval_yield_from(frame, value)?,
            Expr::Starred(value) => self.eval(frame, value)?,
            Expr::Walrus(target, value) => {
                let mark = self.doubt.mark();
                let value = self.eval(frame, value)?;
                self.taint_target(frame, target, mark);
                self.assign(frame, target, value)?;
                value
            }
        })
    }

    fn eval_attribute(&mut self, frame: &Frame, id: ExprId, object: ExprId, name: NameId) -> Run<Value> {
        let object = self.eval(frame, object)?;
        let name = self.sym(frame, name);
        self.doubt.read_name(name);
        self.asker = self.is_own(frame).then(|| (frame.module, self.at(frame, id)));
        let found = self.find_attr(object, name);
        self.asker = None;
        match found? {
            Some(value) => self.seen_attr(frame, id, object, name, value),
            None => self.no_attr(frame, id, object, name),
        }
    }

    fn eval_binary(&mut self, frame: &Frame, id: ExprId, op: BinaryOp, (left, right): (ExprId, ExprId)) -> Run<Value> {
        let left = self.eval(frame, left)?;
        let right = self.eval(frame, right)?;
        if op == BinaryOp::BitOr
            && let Some(value) = self.no_union(frame, id, left, right)?
        {
            return Ok(value);
        }
        self.check_operands(frame, id, (op, false), (left, right))?;
        self.binary(op, left, right, false)
    }

    /// A slice is a tuple that starts with the ellipsis twice: nothing else looks like that.
    fn eval_slice(&mut self, frame: &Frame, parts: Exprs) -> Run<Value> {
        let code = frame.code;
        let mut values = vec![Value::Ellipsis, Value::Ellipsis];
        for part in code.code.list(parts) {
            values.push(self.eval(frame, *part)?);
        }
        Ok(self.heap.tuple(&values))
    }

    fn eval_unary(&mut self, frame: &Frame, id: ExprId, op: UnaryOp, operand: ExprId) -> Run<Value> {
        let value = self.eval(frame, operand)?;
        if op == UnaryOp::Minus {
            self.check_sign(frame, id, value)?;
        }
        Ok(match (op, value) {
            (UnaryOp::Not, value) => self.truth(value)?.map_or(Value::Unknown, |v| Value::Bool(!v)),
            (UnaryOp::Minus, Value::Int(value)) => value.checked_neg().map_or(Value::Unknown, Value::Int),
            (UnaryOp::Minus, Value::Bool(value)) => Value::Int(-i64::from(value)),
            (UnaryOp::Minus, Value::Float(bits)) => Value::Float((-f64::from_bits(bits)).to_bits()),
            _ => Value::Unknown,
        })
    }

    fn eval_if(&mut self, frame: &Frame, test: ExprId, body: ExprId, orelse: ExprId) -> Run<Value> {
        let mark = self.doubt.mark();
        let test = self.eval(frame, test)?;
        if let Some(truth) = self.truth(test)? {
            let depends = self.doubt.enter_choice(mark);
            let value = self.eval(frame, if truth { body } else { orelse });
            self.doubt.leave_choice(depends);
            self.note_unwalked_part(frame, mark, if truth { orelse } else { body });
            return value;
        }
        let a = self.perhaps(|this| this.eval(frame, body));
        let b = self.perhaps(|this| this.eval(frame, orelse));
        match (a, b) {
            (Ok(a), Ok(b)) => Ok(self.heap.join(a, b)),
            (Ok(value), Err(_)) | (Err(_), Ok(value)) => Ok(value),
            (Err(raised), Err(_)) => Err(raised),
        }
    }

    fn eval_yield(&mut self, frame: &Frame, value: Option<ExprId>) -> Run<Value> {
        let value = match value {
            Some(value) => self.eval(frame, value)?,
            None => Value::None,
        };
        let mut yields = frame.yields.borrow_mut();
        if self.doubt.branches > 0 {
            frame.yields_open.set(true);
        }
        if yields.len() < LIMITS.comprehension_items {
            yields.push(value);
        } else {
            frame.yields_open.set(true);
        }
        Ok(Value::Unknown)
    }

    fn eval_yield_from(&mut self, frame: &Frame, value: ExprId) -> Run<Value> {
        let value = self.eval(frame, value)?;
        let (items, open) = self.iterate(value)?;
        frame.yields.borrow_mut().extend(items.into_iter().take(LIMITS.comprehension_items));
        if open {
            frame.yields_open.set(true);
        }
        Ok(Value::Unknown)
    }

    fn eval_name(&mut self, frame: &Frame, id: NameId, expr: ExprId) -> Run<Value> {
        let name = self.sym(frame, id);
        self.doubt.read_name(name);
        let found = self.lookup(frame, name);
        if frame.function.is_some() {
            self.refuse_unbound(frame, id, self.at(frame, expr))?;
        }
        if let Some(value) = found {
            self.note_given(frame, value);
            self.note_old_name(frame, name, value);
            return Ok(value);
        }
        if let Some(value) = self.builtin(name) {
            return Ok(value);
        }
        let text = self.heap.text(name);
        if &*text == "__class__" {
            return Ok(self.current_class(frame).unwrap_or(Value::Unknown));
        }
        let scope = self.module(frame.module).scope;
        let is_open = |scope| self.heap.scope_ref(scope).open;
        if is_open(scope) || frame.is_class && is_open(frame.scope) {
            return Ok(Value::Unknown);
        }
        if self.doubt.branches > 0 {
            self.note_no_name(frame, name, self.at(frame, expr));
            return Ok(Value::Unknown);
        }
        self.no_name(frame, name, self.at(frame, expr))
    }

    /// What a name means that no code has given a value.
    fn builtin(&mut self, name: Sym) -> Option<Value> {
        if let Some(value) = self.builtin_names.get(&name) {
            return *value;
        }
        let value = match &*self.heap.text(name) {
            "__debug__" => Some(Value::Bool(!self.is_optimized())),
            "Ellipsis" => Some(Value::Ellipsis),
            "NotImplemented" => Some(Value::NotImplemented),
            text => names::is_builtin_name(text, self.input.version).then(|| self.heap.external_of(name)),
        };
        self.builtin_names.insert(name, value);
        value
    }

    pub(super) fn current_class(&self, frame: &Frame) -> Option<Value> {
        let scope = frame.class_scope?;
        self.heap.scope_ref(scope).class.map(Value::Obj)
    }

    fn eval_logic(&mut self, frame: &Frame, list: Exprs, stop_at: bool) -> Run<Value> {
        let depth = self.doubt.depth();
        let result = self.eval_parts(frame, list, stop_at);
        self.doubt.return_to(depth);
        result
    }

    fn eval_parts(&mut self, frame: &Frame, list: Exprs, stop_at: bool) -> Run<Value> {
        let mark = self.doubt.mark();
        let code = frame.code;
        let mut result: Option<Value> = None;
        let mut entered = Vec::new();
        let mut outcome = Ok(());
        for id in code.code.list(list) {
            let value = match self.eval(frame, *id) {
                Ok(value) => value,
                Err(raised) => {
                    // Only surely raised when it surely ran.
                    if entered.is_empty() {
                        outcome = Err(raised);
                    }
                    break;
                }
            };
            let truth = self.truth(value)?;
            result = Some(match result {
                // A value that was passed over is false (`or`) or true (`and`); only what may
                // have ended the chain stays possible.
                Some(before) if !entered.is_empty() => self.heap.join(before, value),
                _ => value,
            });
            match truth {
                Some(truth) if truth == stop_at => {
                    let left = code.code.list(list).iter().skip_while(|other| *other != id).skip(1);
                    left.for_each(|part| self.note_unwalked_part(frame, mark, *part));
                    break;
                }
                Some(_) => self.doubt.pass_choice(mark),
                None => {
                    entered.push(self.doubt.enter_branch(self.heap.objects()));
                }
            }
        }
        while let Some(outer) = entered.pop() {
            self.doubt.leave_branch(outer);
        }
        outcome?;
        Ok(result.unwrap_or(Value::Unknown))
    }

    pub(super) fn eval_items(&mut self, frame: &Frame, list: Exprs) -> Run<(Vec<Value>, bool)> {
        let code = frame.code;
        let ids = code.code.list(list);
        // With room for the object that a method is called on, which goes in front.
        let mut items = Vec::with_capacity(ids.len() + 1);
        let mut open = false;
        for id in ids {
            let value = self.eval(frame, *id)?;
            if matches!(code.code.expr(*id), Expr::Starred(_)) {
                self.check_iterable(frame, *id, value)?;
                let (more, unknown) = self.iterate(value)?;
                items.extend(more);
                open |= unknown;
            } else {
                items.push(value);
            }
        }
        Ok((items, open))
    }

    fn eval_dict(&mut self, frame: &Frame, list: Exprs) -> Run<Value> {
        let code = frame.code;
        let mut items = Dict::default();
        let mut open = false;
        for pair in code.code.list(list).chunks_exact(2) {
            let &[key_id, value_id] = pair else { continue };
            if matches!(code.code.expr(key_id), Expr::Opaque) {
                let value = self.eval(frame, value_id)?;
                let (more, unknown) = self.dict_items(value);
                for (key, value) in more {
                    items.set(key, value);
                }
                open |= unknown;
                continue;
            }
            let key = self.eval(frame, key_id)?;
            let value = self.eval(frame, value_id)?;
            self.check_key(frame, key_id, key)?;
            if key == Value::Unknown || self.heap.is_union(key) {
                open = true;
            } else {
                open |= self.compares_itself(key);
                items.set(key, value);
            }
        }
        Ok(self.heap.dict(items, open))
    }

    fn eval_compare(&mut self, frame: &Frame, id: ExprId, at: u32) -> Run<Value> {
        let code = frame.code;
        let Some(compare) = code.code.compares.get(at as usize) else {
            return Ok(Value::Unknown);
        };
        let mut left = self.eval(frame, compare.left)?;
        let mut verdict = Some(true);
        for (op, right) in &compare.rest {
            let right = self.eval(frame, *right)?;
            self.check_comparison(frame, id, *op, (left, right))?;
            match self.compare(*op, left, right)? {
                Some(false) => return Ok(Value::Bool(false)),
                Some(true) => {}
                None => verdict = None,
            }
            left = right;
        }
        Ok(verdict.map_or(Value::Unknown, Value::Bool))
    }

    fn eval_format(&mut self, frame: &Frame, parts: Exprs) -> Run<Value> {
        let code = frame.code;
        let mut options: Vec<String> = vec![String::new()];
        let mut known = true;
        for part in code.code.list(parts) {
            let value = self.eval(frame, *part)?;
            let members = self.heap.members(value);
            let mut texts: Vec<String> = members.iter().filter_map(|member| self.coerce_text(*member)).collect();
            if texts.len() < members.len() {
                match options.first().and_then(|before| self.hole_behind(before)) {
                    Some(hole) => texts.push(hole),
                    None => known = false,
                }
            }
            if !known || options.len() * texts.len() > LIMITS.format_options {
                known = false;
                continue;
            }
            options = options.iter().flat_map(|head| texts.iter().map(move |text| format!("{head}{text}"))).collect();
        }
        if !known {
            return Ok(Value::Unknown);
        }
        let mut result: Option<Value> = None;
        for text in options {
            let value = self.heap.str(&text);
            result = Some(match result {
                Some(before) => self.heap.join(before, value),
                None => value,
            });
        }
        Ok(result.unwrap_or(Value::Unknown))
    }

    fn eval_comprehension(&mut self, frame: &Frame, index: u32) -> Run<Value> {
        let code = frame.code;
        let Some(node) = code.code.comprehensions.get(index as usize) else {
            return Ok(Value::Unknown);
        };
        let mut out = Collected::default();
        let inner = frame.is_class.then(|| self.inside_class(frame));
        let inner = inner.as_ref().unwrap_or(frame);
        let mut hidden = Vec::new();
        for clause in &node.generators {
            self.target_names(inner, clause.target, &mut hidden);
        }
        // A generator runs when somebody asks for its items, if anybody does.
        let is_asked = self.consumed.take() == Some((frame.module, index));
        let later = u32::from(node.kind == ComprehensionKind::Generator && !is_asked);
        self.doubt.shields += later;
        self.doubt.in_foreign(later > 0, 1);
        let result = self.run_clauses((frame, inner), index, 0, &mut out);
        self.doubt.in_foreign(later > 0, -1);
        self.doubt.shields -= later;
        for (scope, name, old) in hidden.into_iter().rev() {
            match old {
                Some(old) => self.heap.vars_mut(scope).set(name, old),
                None => {
                    self.heap.vars_mut(scope).remove(name);
                }
            }
        }
        result?;
        let made = match node.kind {
            ComprehensionKind::List => self.heap.list(out.items, out.open),
            ComprehensionKind::Generator => {
                return Ok(self.heap.row(out.items, out.open, Row::Iterator("types.GeneratorType")));
            }
            ComprehensionKind::Set => {
                let (items, vague) = self.distinct(out.items);
                self.heap.set(items, out.open || vague, false)
            }
            ComprehensionKind::Dict => self.heap.dict(out.pairs, out.open),
        };
        Ok(self.note_written(frame, made))
    }

    fn target_names(&mut self, frame: &Frame, target: ExprId, out: &mut Vec<(ScopeId, Sym, Option<Value>)>) {
        match frame.code.code.expr(target) {
            Expr::Name(id) => {
                let name = self.sym(frame, id);
                let scope = self.home(frame, id, name);
                out.push((scope, name, self.heap.vars(scope).get(name)));
            }
            Expr::Tuple(list) | Expr::List(list) => {
                let code = frame.code;
                for inner in code.code.list(list) {
                    self.target_names(frame, *inner, out);
                }
            }
            Expr::Starred(inner) => self.target_names(frame, inner, out),
            _ => {}
        }
    }

    /// Runs the clauses of a comprehension from a depth on. What the first goes through is computed outside of it.
    fn run_clauses(
        &mut self,
        (outer, frame): (&Frame, &Frame),
        index: u32,
        depth: usize,
        out: &mut Collected,
    ) -> Run<()> {
        let code = frame.code;
        let Some(node) = code.code.comprehensions.get(index as usize) else {
            return Ok(());
        };
        let Some(clause) = node.generators.get(depth) else {
            let element = self.eval(frame, node.element)?;
            if out.items.len() > LIMITS.comprehension_items {
                self.mistakes.lose(&self.heap, self.is_own(frame));
                out.open = true;
                return Ok(());
            }
            match node.value {
                Some(value) => {
                    let value = self.eval(frame, value)?;
                    if element == Value::Unknown {
                        out.open = true;
                    } else {
                        out.pairs.set(element, value);
                    }
                }
                None if node.kind == ComprehensionKind::Set && out.items.contains(&element) => {}
                None => out.items.push(element),
            }
            return Ok(());
        };
        let iterable = self.eval(if depth == 0 { outer } else { frame }, clause.iter)?;
        self.check_iterable(frame, clause.iter, iterable)?;
        let (mut items, open) = self.iterate(iterable)?;
        if open {
            out.open = true;
            items.push(Value::Unknown);
        }
        out.open |= items.len() > LIMITS.unrolled;
        let stands_for_more = if open { items.len() } else { 0 };
        for (at, item) in items.into_iter().take(LIMITS.unrolled).enumerate() {
            if at + 1 == stands_for_more {
                // There may be none.
                let _ = self.perhaps(|this| this.run_item((outer, frame), index, depth, out, item));
            } else {
                self.run_item((outer, frame), index, depth, out, item)?;
            }
        }
        // The item that stands for all others is not an item.
        if open && out.items.last() == Some(&Value::Unknown) {
            out.items.pop();
        }
        Ok(())
    }

    /// Runs the tests of a comprehension's clause for one item, and what comes behind them.
    fn run_item(
        &mut self,
        (outer, frame): (&Frame, &Frame),
        index: u32,
        depth: usize,
        out: &mut Collected,
        item: Value,
    ) -> Run<()> {
        let code = frame.code;
        let clauses = code.code.comprehensions.get(index as usize).map(|node| &node.generators);
        let Some(clause) = clauses.and_then(|clauses| clauses.get(depth)) else { return Ok(()) };
        self.assign(frame, clause.target, item)?;
        let mut verdict = Some(true);
        for test in code.code.list(clause.ifs) {
            let test = self.eval(frame, *test)?;
            match self.truth(test)? {
                Some(false) => {
                    verdict = Some(false);
                    break;
                }
                None => verdict = None,
                Some(true) => {}
            }
        }
        match verdict {
            Some(true) => self.run_clauses((outer, frame), index, depth + 1, out),
            Some(false) => Ok(()),
            None => {
                out.open = true;
                let _ = self.perhaps(|this| this.run_clauses((outer, frame), index, depth + 1, out));
                Ok(())
            }
        }
    }
}

/// What a comprehension has built so far.
#[derive(Default)]
struct Collected {
    items: Vec<Value>,
    pairs: Dict,
    open: bool,
}
