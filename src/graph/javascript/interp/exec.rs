//! Statements.

use super::raise::{is_certain, leaves};
use super::tables::elements;
use super::value::{Abrupt, At, Flow, Kind, UNKNOWN, UNSET, Value};
use super::{Frame, Machine};
use crate::graph::Phase;
use crate::lang::javascript::ir::{
    BinaryOp, ExprId, ExprKind, ForEach, ForLoop, FunctionId, PatternId, Program, Scope, StmtId, StmtKind, Switch,
    Text, Try, Var,
};

type Done = Result<Flow, Abrupt>;

/// Rounds after which a loop is left although its test still holds.
const MAX_ROUNDS: u32 = 20_000;
/// Most steps that the rounds left out of a module's loops count for: loops within loops take
/// fewer rounds as they go on, which makes more than this a guess.
const MOST_SKIPPED: u64 = 150_000_000;

impl Machine<'_> {
    pub(super) fn statements(&mut self, f: &mut Frame, p: &Program, body: &[StmtId]) -> Done {
        for id in body {
            let flow = self.exec(f, p, *id)?;
            if flow != Flow::Normal {
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    pub(super) fn hoist(&mut self, f: &mut Frame, p: &Program, hoisted: &[(Var, FunctionId)]) {
        for (var, function) in hoisted {
            let value = self.closure(f, p, *function);
            let name = p.functions.get(*function as usize).and_then(|code| code.name);
            if let (Some(name), Value::Obj(id)) = (name, value) {
                let name = self.loaded.get(f.module as usize).and_then(|l| l.atoms.get(name as usize)).copied();
                self.define(id, "name", Value::Str(name.unwrap_or(0)));
            }
            self.write_var(f, *var, value);
        }
    }

    fn enter_scope(&mut self, f: &mut Frame, p: &Program, scope: &Scope) -> u32 {
        let outer = f.env;
        if scope.slots > 0 {
            f.env = self.env_new(outer, scope.slots);
            self.unset(f.env, &scope.lexical);
        }
        self.hoist(f, p, &scope.hoisted);
        outer
    }

    /// Marks variables whose declarations have not run.
    pub(super) fn unset(&mut self, env: u32, slots: &[u32]) {
        for slot in slots {
            self.write_slot(env, *slot, UNSET);
        }
    }

    fn label(&self, f: &Frame, label: Option<Text>) -> u32 {
        label.and_then(|label| self.loaded.get(f.module as usize)?.atoms.get(label as usize).copied()).unwrap_or(0)
    }

    fn exec(&mut self, f: &mut Frame, p: &Program, id: StmtId) -> Done {
        let Some(stmt) = p.stmts.get(id as usize) else {
            return Ok(Flow::Normal);
        };
        self.step(f.module)?;
        self.depth += 1;
        let outer = f.env;
        let (mark, asked) = (self.begin_statement(), self.begin_asking());
        let result = self.exec_inner(f, p, &stmt.kind);
        self.end_statement(mark);
        self.end_asking(asked, matches!(result, Ok(Flow::Return(_))));
        f.env = outer;
        self.depth -= 1;
        match result {
            // At module level nothing catches it: what surely happens is noted, all else was misjudged.
            Err(Abrupt::Throw(error)) if f.function == 0 && self.tries == 0 => {
                self.may_throw_own(error, f.module);
                self.uncaught(error);
                Ok(Flow::Normal)
            }
            // Nor behind a request of the handler, where the search for what it loads is all that is around it.
            Err(Abrupt::Throw(Value::Obj(error)))
                if f.function == 0
                    && self.phase == Phase::Invoke
                    && self.tries == 1
                    && self.unlikely.contains(&error) =>
            {
                Ok(Flow::Normal)
            }
            other => other,
        }
    }

    fn exec_inner(&mut self, f: &mut Frame, p: &Program, kind: &StmtKind) -> Done {
        match kind {
            StmtKind::Labeled(..)
            | StmtKind::For(_)
            | StmtKind::ForEach(_)
            | StmtKind::While(..)
            | StmtKind::DoWhile(..) => {}
            _ => f.labels.clear(),
        }
        match kind {
            StmtKind::Empty => {}
            StmtKind::Expr(id) => {
                self.eval(f, p, *id)?;
                if let Some(ExprKind::Import(source)) = p.exprs.get(*id as usize).map(|expr| &expr.kind) {
                    self.floats(f, p, *source, At { module: f.module, expr: *id });
                }
            }
            StmtKind::Declare(list, always) => {
                for (pattern, init) in list {
                    let value = match init {
                        Some(init) => self.eval(f, p, *init)?,
                        None if *always => Value::Undefined,
                        None => continue,
                    };
                    self.assign(f, p, *pattern, value)?;
                }
            }
            StmtKind::Block(scope, body) => {
                self.enter_scope(f, p, scope);
                return self.statements(f, p, body);
            }
            StmtKind::If(test, yes, no) => return self.branch(f, p, *test, *yes, *no),
            StmtKind::For(inner) => return self.for_loop(f, p, inner),
            StmtKind::ForEach(inner) => return self.for_each(f, p, inner),
            StmtKind::While(test, body) => return self.rounds(f, p, Some(*test), None, *body, true, false),
            StmtKind::DoWhile(body, test) => return self.rounds(f, p, Some(*test), None, *body, false, false),
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(f, p, *value)?,
                    None => Value::Undefined,
                };
                return Ok(Flow::Return(value));
            }
            StmtKind::Throw(expr) => {
                let value = self.eval(f, p, *expr)?;
                let at = At { module: f.module, expr: *expr };
                self.demands_by_error(value, at);
                self.thrown(value, at);
                if let Value::Obj(id) = value
                    && (self.doubt > 0 || self.unsure)
                {
                    self.unlikely.insert(id);
                }
                return Err(Abrupt::Throw(value));
            }
            StmtKind::Break(label) => return Ok(Flow::Break(self.label(f, *label))),
            StmtKind::Continue(label) => return Ok(Flow::Continue(self.label(f, *label))),
            StmtKind::Labeled(label, body) => {
                let label = self.label(f, Some(*label));
                f.labels.push(label);
                let flow = self.exec(f, p, *body)?;
                return Ok(if flow == Flow::Break(label) { Flow::Normal } else { flow });
            }
            StmtKind::Try(inner) => return self.try_stmt(f, p, inner),
            StmtKind::Switch(inner) => return self.switch(f, p, inner),
        }
        Ok(Flow::Normal)
    }

    fn branch(&mut self, f: &mut Frame, p: &Program, test: ExprId, yes: StmtId, no: Option<StmtId>) -> Done {
        let (certain, reading, asking) = (is_certain(p, test), self.reading(), self.asking());
        let test = self.eval(f, p, test)?;
        let certain = certain || self.is_computed(reading);
        let (taken, left) = match self.truth(test) {
            Some(true) => (Some(yes), no),
            Some(false) => (no, Some(yes)),
            None => return self.either(f, p, yes, no),
        };
        let flow = match taken {
            Some(taken) => self.decided_by(asking, |m| m.under_condition(certain, |m| m.exec(f, p, taken))),
            None => Ok(Flow::Normal),
        };
        // Had it been decided otherwise, what follows would not run.
        if !certain && left.is_some_and(|left| leaves(p, left)) {
            self.conditions += 1;
        }
        flow
    }

    /// Both sides of an undecided condition.
    fn either(&mut self, f: &mut Frame, p: &Program, yes: StmtId, no: Option<StmtId>) -> Done {
        let first = self.doubtful(f, p, yes)?;
        let second = match no {
            Some(no) => self.doubtful(f, p, no)?,
            None => Ok(Flow::Normal),
        };
        self.merge(f, first, second)
    }

    /// Runs a statement that may not run; only the end of the budget escapes.
    fn doubtful(&mut self, f: &mut Frame, p: &Program, id: StmtId) -> Result<Done, Abrupt> {
        self.doubt += 1;
        let result = self.exec(f, p, id);
        self.doubt -= 1;
        match result {
            Err(Abrupt::Stop) => Err(Abrupt::Stop),
            Err(Abrupt::Throw(error)) => {
                self.may_throw_own(error, f.module);
                Ok(Err(Abrupt::Throw(error)))
            }
            other => Ok(other),
        }
    }

    fn merge(&mut self, f: &mut Frame, first: Done, second: Done) -> Done {
        match (first, second) {
            (Err(thrown), Err(_)) => Err(thrown),
            (Err(_), Ok(flow)) | (Ok(flow), Err(_)) => Ok(flow),
            (Ok(Flow::Return(a)), Ok(Flow::Return(b))) => Ok(Flow::Return(self.join(a, b))),
            (Ok(a), Ok(b)) => {
                for flow in [a, b] {
                    self.unsure |= flow != Flow::Normal;
                    match flow {
                        Flow::Return(value) => {
                            let value = f.maybe_return.map_or(value, |old| self.join(old, value));
                            f.maybe_return = Some(value);
                        }
                        Flow::Break(_) => f.maybe_break = true,
                        _ => {}
                    }
                }
                if a == b { Ok(a) } else { Ok(Flow::Normal) }
            }
        }
    }

    fn for_loop(&mut self, f: &mut Frame, p: &Program, inner: &ForLoop) -> Done {
        self.enter_scope(f, p, &inner.scope);
        let labels = std::mem::take(&mut f.labels);
        if let Some(init) = inner.init {
            // Not `exec`: the frame of the loop variables must stay.
            if let Some(stmt) = p.stmts.get(init as usize) {
                self.exec_inner(f, p, &stmt.kind)?;
            }
        }
        f.labels = labels;
        self.rounds(f, p, inner.test, inner.update, inner.body, true, inner.scope.slots > 0)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one statement of the language")]
    fn rounds(
        &mut self,
        f: &mut Frame,
        p: &Program,
        test: Option<ExprId>,
        update: Option<ExprId>,
        body: StmtId,
        first: bool,
        scoped: bool,
    ) -> Done {
        let labels = std::mem::take(&mut f.labels);
        let maybe = std::mem::take(&mut f.maybe_break);
        let returned = f.maybe_return.is_some();
        let mut done = Flow::Normal;
        let before = self.loaded.get(f.module as usize).map_or(0, |loaded| loaded.steps);
        let (unsure, conditions) = (self.unsure, self.conditions);
        let reading = self.reading();
        let mut computed = self.is_computed(reading);
        self.conditions += u32::from(!computed);
        for round in 0..MAX_ROUNDS {
            let mut sure = true;
            if let Some(test) = test.filter(|_| first || round > 0) {
                let reading = self.reading();
                let value = self.eval(f, p, test)?;
                if computed && !self.is_computed(reading) {
                    computed = false;
                    self.conditions += 1;
                }
                match self.truth(value) {
                    Some(true) => {}
                    Some(false) => break,
                    None => sure = false,
                }
            }
            let flow = if sure {
                self.exec(f, p, body)?
            } else {
                let flow = self.doubtful(f, p, body)?;
                self.merge(f, flow, Ok(Flow::Normal))?
            };
            match flow {
                Flow::Break(0) => break,
                Flow::Normal | Flow::Continue(0) => {}
                Flow::Continue(label) if labels.contains(&label) => {}
                other => {
                    done = other;
                    break;
                }
            }
            let ends = f.maybe_break || (f.maybe_return.is_some() && !returned);
            if sure && !ends && (round + 1 == MAX_ROUNDS || self.hurried(f.module)) {
                self.go_astray();
                if let (Some(test), Some(update)) = (test, update) {
                    self.skip_rounds(f, p, test, update, body, (u64::from(round) + 1, before));
                }
                break;
            }
            if !sure || ends {
                break;
            }
            if let Some(update) = update {
                self.next_round(f, scoped);
                self.eval(f, p, update)?;
            }
        }
        f.maybe_break = maybe;
        self.after_loop(f, unsure, conditions, returned);
        Ok(done)
    }

    /// What is known behind a loop: what may have left a round has not left the function.
    pub(super) fn after_loop(&mut self, f: &Frame, unsure: bool, conditions: u32, returned: bool) {
        self.unsure = unsure || (f.maybe_return.is_some() && !returned);
        self.conditions = conditions;
    }

    /// Counts the rounds of a loop that are left out, where its counter and bound are known. What
    /// such a round takes is what the ones before took on average, without what they left out.
    fn skip_rounds(
        &mut self,
        f: &mut Frame,
        p: &Program,
        test: ExprId,
        update: ExprId,
        body: StmtId,
        (rounds, before): (u64, u64),
    ) {
        let Some(left) = self.rounds_left(f, p, test, update) else { return };
        let site = self.site_of(f.module, p.stmts.get(body as usize).map(|stmt| stmt.span).unwrap_or_default());
        let Some(loaded) = self.loaded.get_mut(f.module as usize) else { return };
        let per_round = loaded.steps.saturating_sub(before) / rounds.max(1);
        loaded.skipped = loaded.skipped.saturating_add(left.saturating_mul(per_round)).min(MOST_SKIPPED);
        if self.phase == crate::graph::Phase::Init {
            let total = self.trace.loops.entry(site).or_default();
            *total = total.saturating_add(left).saturating_add(rounds);
        }
    }

    /// How often `i < bound` still holds when `i` grows by a constant each time.
    fn rounds_left(&mut self, f: &mut Frame, p: &Program, test: ExprId, update: ExprId) -> Option<u64> {
        let number = |value: Value| match value {
            Value::Num(number) if number.is_finite() => Some(number),
            _ => None,
        };
        let ExprKind::Binary(op, left, right) = p.exprs.get(test as usize)?.kind else { return None };
        let step = match p.exprs.get(update as usize)?.kind {
            ExprKind::Update(step, _, _) => step,
            ExprKind::AssignOp(BinaryOp::Add, _, by) => number(self.eval(f, p, by).ok()?)?,
            ExprKind::AssignOp(BinaryOp::Subtract, _, by) => -number(self.eval(f, p, by).ok()?)?,
            _ => return None,
        };
        let (at, bound) = (number(self.eval(f, p, left).ok()?)?, number(self.eval(f, p, right).ok()?)?);
        let rises = matches!(op, BinaryOp::Less | BinaryOp::LessEqual);
        let falls = matches!(op, BinaryOp::Greater | BinaryOp::GreaterEqual);
        let left = if (rises && step > 0.0) || (falls && step < 0.0) { (bound - at) / step } else { 0.0 };
        (left >= 1.0).then_some(left as u64)
    }

    /// Closures made in a round keep that round's variables: the next one gets a copy.
    fn next_round(&mut self, f: &mut Frame, scoped: bool) {
        let Some(env) = self.envs.get(f.env as usize).filter(|_| scoped) else {
            return;
        };
        let (parent, slots, doubt) = (env.parent, env.slots.clone(), env.doubt);
        let fresh = self.env_new(parent, 0);
        if fresh != 0
            && let Some(env) = self.envs.get_mut(fresh as usize)
        {
            env.slots = slots;
            env.doubt = doubt;
            f.env = fresh;
        }
    }

    fn for_each(&mut self, f: &mut Frame, p: &Program, inner: &ForEach) -> Done {
        let outer = f.env;
        let labels = std::mem::take(&mut f.labels);
        self.enter_scope(f, p, &inner.scope);
        let reading = self.reading();
        let iterated = self.eval(f, p, inner.iterated)?;
        f.env = outer;
        let values = if inner.of {
            let what = At { module: f.module, expr: inner.iterated };
            self.refuse_iteration(iterated, what, what)?;
            if let Some(generator) = self.waiting_generator(iterated)? {
                let computed = self.is_computed(reading);
                return self.under_condition(computed, |m| m.drive_loop(f, inner, generator, labels));
            }
            self.iterate(iterated)?
        } else {
            self.keys_in(iterated).map(|keys| keys.into_iter().map(Value::Str).collect())
        };
        let known = values.is_some();
        let (unsure, conditions, returned) = (self.unsure, self.conditions, f.maybe_return.is_some());
        self.conditions += u32::from(!self.is_computed(reading));
        let maybe = std::mem::take(&mut f.maybe_break);
        let mut done = Flow::Normal;
        let values = values.unwrap_or_else(|| vec![UNKNOWN]);
        // Of an array that gives its own elements, each round takes what is there by then.
        let is_live = inner.of && elements(self, iterated) == Some(&values);
        let mut at = 0;
        while at < MAX_ROUNDS as usize {
            let now = elements(self, iterated).filter(|_| is_live);
            let value = now.unwrap_or(&values).get(at).copied();
            let value = if inner.of { value.or_else(|| self.added_pair(iterated, at)) } else { value };
            let Some(value) = value else { break };
            at += 1;
            f.env = outer;
            let flow = match self.one_round(f, p, inner, value, known) {
                Ok(flow) => flow,
                Err(ended) => {
                    self.left_early(iterated);
                    return Err(ended);
                }
            };
            match flow {
                Flow::Normal | Flow::Continue(0) => {}
                Flow::Continue(label) if labels.contains(&label) => {}
                other => {
                    done = if other == Flow::Break(0) { Flow::Normal } else { other };
                    self.left_early(iterated);
                    break;
                }
            }
            if inner.of {
                self.follow_changes(iterated, values.len().max(at));
            }
            if self.hurried(f.module) {
                self.go_astray();
                break;
            }
        }
        f.maybe_break = maybe;
        self.after_loop(f, unsure, conditions, returned);
        Ok(done)
    }

    /// A round that takes something out of a map or set which is gone through decides what comes, which is not followed.
    fn follow_changes(&mut self, iterated: Value, before: usize) {
        if let Value::Obj(id) = iterated
            && matches!(&self.object(id).kind, Kind::Map(pairs) if pairs.len() < before)
        {
            self.go_astray();
        }
    }

    /// What a round has added to a map or set that is gone through.
    fn added_pair(&mut self, iterated: Value, at: usize) -> Option<Value> {
        let Value::Obj(id) = iterated else { return None };
        let Kind::Map(pairs) = &self.object(id).kind else { return None };
        let (key, value) = pairs.get(at).copied()?;
        self.note_read(iterated);
        Some(if value == Value::Import(u32::MAX) { key } else { self.array(vec![key, value]) })
    }

    pub(super) fn one_round(&mut self, f: &mut Frame, p: &Program, inner: &ForEach, value: Value, known: bool) -> Done {
        self.enter_scope(f, p, &inner.scope);
        self.assign(f, p, inner.target as PatternId, value)?;
        if known {
            return self.exec(f, p, inner.body);
        }
        let flow = self.doubtful(f, p, inner.body)?;
        self.merge(f, flow, Ok(Flow::Normal))
    }

    fn try_stmt(&mut self, f: &mut Frame, p: &Program, inner: &Try) -> Done {
        let env = f.env;
        let (doubt, depth, calls, stack) = (self.doubt, self.depth, self.calls_deep, self.stack.len());
        let leaves = inner.finalizer.is_some_and(|finalizer| leaves(p, finalizer));
        let catches = inner.handler.is_some() || leaves;
        self.tries += u32::from(catches);
        let (mut result, in_peril) = self.guarded(catches, |m| m.exec(f, p, inner.block));
        self.tries -= u32::from(catches);
        if let (Err(Abrupt::Throw(error)), Some((scope, param, body))) = (&result, &inner.handler) {
            let error = *error;
            f.env = env;
            (self.doubt, self.depth, self.calls_deep) = (doubt, depth, calls);
            self.stack.truncate(stack);
            self.enter_scope(f, p, scope);
            if in_peril {
                // It may be another one.
                self.read_doubtful();
            }
            if let Some(param) = param {
                self.assign(f, p, *param, error)?;
            }
            result = self.handling(error, |m| m.exec(f, p, *body));
        } else if let (Ok(_), Some((_, _, body)), true) = (&result, &inner.handler, in_peril) {
            f.env = env;
            if self.loaded.get(f.module as usize).is_some_and(|loaded| loaded.written) {
                self.perhaps_handled(f, p, *body);
            }
        }
        f.env = env;
        if let Some(finalizer) = inner.finalizer.filter(|_| !matches!(result, Err(Abrupt::Suspend))) {
            let flow = self.exec(f, p, finalizer)?;
            if flow != Flow::Normal {
                return Ok(flow);
            }
        }
        result
    }

    fn switch(&mut self, f: &mut Frame, p: &Program, inner: &Switch) -> Done {
        let reading = self.reading();
        let value = self.eval(f, p, inner.discriminant)?;
        self.enter_scope(f, p, &inner.scope);
        let mut start = None;
        let mut unsure = false;
        for (at, (test, _)) in inner.cases.iter().enumerate() {
            let Some(test) = test else {
                continue;
            };
            let test = self.eval(f, p, *test)?;
            match self.same(value, test) {
                Some(true) => {
                    start = Some(at);
                    break;
                }
                Some(false) => {}
                None => unsure = true,
            }
        }
        if unsure && start.is_none() {
            self.unsure |= inner.cases.iter().any(|(_, body)| body.iter().any(|inner| leaves(p, *inner)));
            for (_, body) in &inner.cases {
                self.doubt += 1;
                let flow = self.statements(f, p, body);
                self.doubt -= 1;
                if let Err(Abrupt::Stop) = flow {
                    return flow;
                }
                if let Ok(Flow::Return(value)) = flow {
                    f.maybe_return = Some(f.maybe_return.map_or(value, |old| self.join(old, value)));
                }
            }
            return Ok(Flow::Normal);
        }
        if unsure {
            self.read_doubtful();
        }
        let start = start.or_else(|| inner.cases.iter().position(|(test, _)| test.is_none()));
        let computed = self.is_computed(reading);
        self.under_condition(computed, |m| {
            for (_, body) in inner.cases.iter().skip(start.unwrap_or(usize::MAX)) {
                match m.statements(f, p, body)? {
                    Flow::Normal => {}
                    Flow::Break(0) => break,
                    other => return Ok(other),
                }
            }
            Ok(Flow::Normal)
        })
    }
}
