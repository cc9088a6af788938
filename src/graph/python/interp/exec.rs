//! Statements.

use super::super::value::*;
use super::trace::Mark;
use super::*;
use crate::lang::python::ir::{BinaryOp, Block, Expr, ExprId, Stmt, StmtId};

/// How a block may end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    /// It may reach its end.
    pub(super) next: bool,
    pub(super) broken: bool,
    pub(super) continued: bool,
    pub(super) returned: Option<Value>,
}

impl Flow {
    pub(super) const NEXT: Self = Self { next: true, broken: false, continued: false, returned: None };

    const DEAD: Self = Self { next: false, ..Self::NEXT };
}

impl Interp<'_> {
    pub(super) fn join_flow(&mut self, a: Flow, b: Flow) -> Flow {
        Flow {
            next: a.next || b.next,
            broken: a.broken || b.broken,
            continued: a.continued || b.continued,
            returned: match (a.returned, b.returned) {
                (Some(a), Some(b)) => Some(self.heap.join(a, b)),
                (a, b) => a.or(b),
            },
        }
    }

    pub(super) fn exec_block(&mut self, frame: &Frame, block: Block) -> Run<Flow> {
        let depth = self.doubt.depth();
        let result = self.exec_statements(frame, block);
        self.doubt.return_to(depth);
        result
    }

    fn exec_statements(&mut self, frame: &Frame, block: Block) -> Run<Flow> {
        let code = frame.code;
        self.exec_all(frame, code.code.block(block))
    }

    /// Runs statements of a block in their order.
    pub(super) fn exec_all(&mut self, frame: &Frame, statements: &[StmtId]) -> Run<Flow> {
        let mut flow = Flow::NEXT;
        let mut left = false;
        for id in statements {
            let after = match self.exec_stmt(frame, *id) {
                // A round of a loop that may have ended before ends there where the rest raises.
                Err(_) if flow.continued || flow.broken => return Ok(Flow { next: false, ..flow }),
                after => after?,
            };
            flow = self.join_flow(Flow { next: false, ..flow }, after);
            if !after.next {
                return Ok(Flow { next: false, ..flow });
            }
            // Some way through the statement leaves the block: what follows may not run.
            if !left && (after.returned.is_some() || after.broken || after.continued) {
                left = true;
                self.doubt.shields += 1;
            }
        }
        Ok(flow)
    }

    fn exec_stmt(&mut self, frame: &Frame, id: StmtId) -> Run<Flow> {
        let outer = self.mistakes.begin(self.doubt.mark());
        let result = self.exec_statement(frame, id);
        self.mistakes.end(outer);
        result
    }

    fn exec_statement(&mut self, frame: &Frame, id: StmtId) -> Run<Flow> {
        let alive = self.budget.step();
        let code = frame.code;
        let Some(stmt) = code.code.stmts.get(id.0 as usize) else {
            return Ok(Flow::NEXT);
        };
        if !alive && frame.function.is_some() && !matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom { .. }) {
            return Ok(Flow::NEXT);
        }
        let span = code.code.stmt_span(id);
        frame.span.set(span);
        if frame.function.is_none() {
            let module = self.module_mut(frame.module);
            module.weight.statements += 1;
            module.reached = module.reached.max(span.start);
        }
        match stmt {
            Stmt::Expr(value) => {
                let mark = self.doubt.mark();
                self.eval(frame, *value)?;
                self.taint_receiver(frame, *value, mark);
            }
            Stmt::Assign(targets, value) => self.exec_assign(frame, code.code.list(*targets), *value)?,
            Stmt::AugAssign(target, op, value) => self.exec_aug_assign(frame, *target, *op, *value)?,
            Stmt::AnnAssign(target, annotation, value) => {
                self.exec_annotated_assign(frame, *target, *annotation, *value)?;
            }
            Stmt::Import(aliases) => self.import_or_parts(frame, aliases, span)?,
            Stmt::ImportFrom { module, level, names } => {
                self.exec_import_from(frame, *level, *module, names, span)?;
                self.note_imported(frame, *level, *module, names);
            }
            Stmt::Function(index) => self.exec_function(frame, *index)?,
            Stmt::Class(index) => self.exec_class(frame, *index)?,
            Stmt::If(tests, orelse) => return self.exec_if(frame, tests, *orelse),
            Stmt::While(test, body, orelse) => return self.exec_while(frame, *test, *body, *orelse),
            Stmt::For(target, iter, blocks) => {
                return self.exec_for(frame, *target, *iter, blocks.0, blocks.1);
            }
            Stmt::With(items, body) => return self.exec_with(frame, items, *body),
            Stmt::Try(node) => return self.exec_try(frame, node),
            Stmt::Match(subject, cases) => return self.exec_cases(frame, *subject, cases),
            Stmt::Raise(value) => return self.exec_raise(frame, *value),
            Stmt::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(frame, *value)?,
                    None => Value::None,
                };
                return Ok(Flow { returned: Some(value), ..Flow::DEAD });
            }
            Stmt::Delete(targets) => {
                for target in code.code.list(*targets) {
                    let mark = self.doubt.mark();
                    self.delete(frame, *target)?;
                    self.taint_target(frame, *target, mark);
                }
            }
            Stmt::Assert(..) if self.is_optimized() => {}
            Stmt::Assert(test, message) => self.exec_assert(frame, *test, *message)?,
            Stmt::Break => {
                return Ok(Flow { broken: true, ..Flow::DEAD });
            }
            Stmt::Continue => {
                return Ok(Flow { continued: true, ..Flow::DEAD });
            }
            Stmt::Nothing => {}
        }
        Ok(Flow::NEXT)
    }

    fn exec_assign(&mut self, frame: &Frame, targets: &[ExprId], source: ExprId) -> Run<()> {
        let mark = self.doubt.mark();
        let value = self.eval(frame, source)?;
        // A view shows what becomes of its dictionary.
        if matches!(self.heap.stands_for(value), Some(Row::View("dict_keys" | "dict_values" | "dict_items"))) {
            self.doubt.read_foreign();
        }
        for target in targets {
            self.taint_target(frame, *target, mark);
            self.assign(frame, *target, value)?;
            // The key may be another.
            self.taint_target(frame, *target, mark);
        }
        self.note_provenance(frame, targets, source);
        Ok(())
    }

    fn exec_aug_assign(&mut self, frame: &Frame, target: ExprId, op: BinaryOp, value: ExprId) -> Run<()> {
        let mark = self.doubt.mark();
        let old = self.eval(frame, target)?;
        let value = self.eval(frame, value)?;
        self.taint_target(frame, target, mark);
        self.check_operands(frame, target, (op, true), (old, value))?;
        let new = self.binary(op, old, value, true)?;
        self.assign(frame, target, new)
    }

    fn exec_annotated_assign(
        &mut self,
        frame: &Frame,
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
    ) -> Run<()> {
        if !frame.code.code.future_annotations && frame.function.is_none() && self.input.version < (3, 14) {
            self.eval(frame, annotation)?;
        }
        if let Some(value) = value {
            let mark = self.doubt.mark();
            let value = self.eval(frame, value)?;
            self.taint_target(frame, target, mark);
            self.assign(frame, target, value)?;
        }
        self.annotate(frame, target, annotation);
        Ok(())
    }

    /// Notes the object whose method was given a value that depends on the environment or on others, `x.append(value)`.
    fn taint_receiver(&mut self, frame: &Frame, expr: ExprId, mark: Mark) {
        if let Expr::Call(function, _) = frame.code.code.expr(expr)
            && let Expr::Attribute(object, _) = frame.code.code.expr(function)
            && !matches!(frame.code.code.expr(object), Expr::Call(..))
            && self.is_own(frame)
        {
            self.taint_target(frame, object, mark);
        }
    }

    /// Notes an attribute that a statement sets by its name.
    pub(super) fn taint_set(&mut self, name: Sym) {
        let mark = self.mistakes.statement();
        if self.doubt.has_read(mark) {
            self.doubt.taint(name);
        }
        if self.doubt.has_foreign(mark) {
            self.doubt.taint_foreign(name);
        }
    }

    /// Notes the names that get a value which depends on the environment.
    pub(super) fn taint_target(&mut self, frame: &Frame, target: ExprId, mark: Mark) {
        let (reads, foreign) = (self.doubt.has_read(mark), self.doubt.has_foreign(mark));
        if !reads && !foreign {
            return;
        }
        match frame.code.code.expr(target) {
            Expr::Name(name) | Expr::Attribute(_, name) => {
                let name = self.sym(frame, name);
                if reads {
                    self.doubt.taint(name);
                }
                if foreign {
                    self.doubt.taint_foreign(name);
                }
            }
            Expr::Tuple(list) | Expr::List(list) => {
                let code = frame.code;
                for item in code.code.list(list) {
                    self.taint_target(frame, *item, mark);
                }
            }
            Expr::Subscript(inner, _) | Expr::Starred(inner) => self.taint_target(frame, inner, mark),
            _ => {}
        }
    }

    /// Runs alternatives of which one may happen, each from the same variables, and joins them.
    pub(super) fn either(
        &mut self,
        frame: &Frame,
        first: &mut dyn FnMut(&mut Self) -> Run<Flow>,
        second: &mut dyn FnMut(&mut Self) -> Run<Flow>,
    ) -> Run<Flow> {
        let (a, vars_a) = self.perhaps(|this| this.branch(frame, first));
        let (b, vars_b) = self.perhaps(|this| this.branch(frame, second));
        let (flow, left, right) = match (a, b) {
            (Err(raised), Err(_)) => return Err(raised),
            (Ok(a), Err(_)) => (a, Some(vars_a), None),
            (Err(_), Ok(b)) => (b, None, Some(vars_b)),
            (Ok(a), Ok(b)) => {
                let flow = self.join_flow(a, b);
                let keep = |flow: Flow, vars| {
                    (flow.next || flow.broken || flow.continued || !(a.next || b.next)).then_some(vars)
                };
                (flow, keep(a, vars_a), keep(b, vars_b))
            }
        };
        self.merge_vars(frame.scope, left, right);
        Ok(flow)
    }

    /// Runs what may not happen.
    pub(super) fn perhaps<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.doubt.enter_branch(self.heap.objects());
        let result = run(self);
        self.doubt.leave_branch(outer);
        result
    }

    fn branch(
        &mut self,
        frame: &Frame,
        run: &mut dyn FnMut(&mut Self) -> Run<Flow>,
    ) -> (Run<Flow>, Vec<(Sym, Option<Value>)>) {
        let new_scopes = self.heap.scopes();
        self.logs.push(Log { scope: frame.scope, new_scopes, old: Vec::new() });
        let result = run(self);
        let log = self.logs.pop().map(|log| log.old).unwrap_or_default();
        let mut changed: Vec<Sym> = log.iter().map(|(name, _)| *name).collect();
        changed.sort_unstable();
        changed.dedup();
        let vars = self.heap.vars(frame.scope);
        let new = changed.into_iter().map(|name| (name, vars.get(name))).collect();
        for (name, old) in log.into_iter().rev() {
            match old {
                Some(old) => self.heap.vars_mut(frame.scope).set(name, old),
                None => {
                    self.heap.vars_mut(frame.scope).remove(name);
                }
            }
        }
        (result, new)
    }

    fn merge_vars(
        &mut self,
        scope: ScopeId,
        left: Option<Vec<(Sym, Option<Value>)>>,
        right: Option<Vec<(Sym, Option<Value>)>>,
    ) {
        let (both, left, right) =
            (left.is_some() && right.is_some(), left.unwrap_or_default(), right.unwrap_or_default());
        // Both are sorted by name.
        let find = |list: &[(Sym, Option<Value>)], name: Sym| {
            list.binary_search_by_key(&name, |(name, _)| *name)
                .ok()
                .and_then(|at| list.get(at))
                .map(|(_, value)| *value)
        };
        let mut names: Vec<Sym> = left.iter().chain(&right).map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let before = self.heap.vars(scope).get(name);
            let a = find(&left, name).unwrap_or(if both { before } else { None });
            let b = find(&right, name).unwrap_or(if both { before } else { None });
            let value = match (a, b) {
                (Some(a), Some(b)) => Some(self.heap.join(a, b)),
                (a, b) => a.or(b),
            };
            if let Some(value) = value {
                self.set_var(scope, name, value);
            }
        }
    }

    fn exec_if(&mut self, frame: &Frame, tests: &[(ExprId, Block)], orelse: Block) -> Run<Flow> {
        let Some(((test, body), rest)) = tests.split_first() else {
            return self.exec_block(frame, orelse);
        };
        let mark = self.doubt.mark();
        let value = self.eval(frame, *test)?;
        match self.truth(value)? {
            Some(truth) => {
                if !truth && self.is_type_checking(frame, *test) {
                    self.state(frame, *body);
                }
                if frame.function.is_none() && !self.doubt.has_read(mark) && self.is_certain() {
                    self.skip(frame.module, if truth { None } else { Some(*body) }, rest, orelse);
                }
                let depends = self.doubt.enter_choice(mark);
                self.held += u32::from(truth);
                let flow = match truth {
                    true => self.exec_block(frame, *body),
                    false => self.exec_if(frame, rest, orelse),
                };
                self.held -= u32::from(truth);
                self.doubt.leave_choice(depends);
                match truth {
                    true => {
                        let others = rest.iter().map(|(_, block)| *block).chain([orelse]);
                        self.note_unwalked(frame, mark, others);
                    }
                    false => self.note_unwalked(frame, mark, [*body]),
                }
                flow
            }
            // `if TYPE_CHECKING or not lazy():` is how packages keep eager imports for type
            // checkers only; at run time a hook answers for the names.
            None if self.is_type_checking(frame, *test) => {
                self.state(frame, *body);
                self.heap.scope_mut(frame.scope).open = true;
                self.exec_if(frame, rest, orelse)
            }
            None => self.either(frame, &mut |this| this.exec_block(frame, *body), &mut |this| {
                this.exec_if(frame, rest, orelse)
            }),
        }
    }

    /// Remembers the blocks of a decided `if` at a module's top level that surely do not run: the one whose test is
    /// false, or all behind the one whose test is true.
    fn skip(&mut self, module: ModIdx, body: Option<Block>, rest: &[(ExprId, Block)], orelse: Block) {
        match body {
            Some(body) => {
                self.skipped.insert((module, body));
            }
            None => {
                let blocks = rest.iter().map(|(_, block)| *block).chain([orelse]);
                self.skipped.extend(blocks.filter(|block| !block.is_empty()).map(|block| (module, block)));
            }
        }
    }

    /// Whether a loop of a library is left because its function computes too long.
    fn is_long(&self, frame: &Frame) -> bool {
        frame.function.is_some() && !self.module(frame.module).own && self.budget.is_long()
    }

    fn exec_while(&mut self, frame: &Frame, test: ExprId, body: Block, orelse: Block) -> Run<Flow> {
        if !self.is_own(frame) {
            return self.shielded(|this| this.repeat_while(frame, test, body, orelse));
        }
        let depth = self.doubt.depth();
        let result = self.repeat_while(frame, test, body, orelse);
        self.doubt.return_to(depth);
        result
    }

    fn repeat_while(&mut self, frame: &Frame, test: ExprId, body: Block, orelse: Block) -> Run<Flow> {
        let mut result = Flow::DEAD;
        let mut undecided = 0;
        for _ in 0..LIMITS.while_rounds {
            if self.is_long(frame) {
                break;
            }
            let mark = self.doubt.mark();
            let value = self.eval(frame, test)?;
            self.note_rounds(frame, mark, body);
            match self.truth(value)? {
                Some(false) => {
                    let left = result.next || result.returned.is_some();
                    let end = self.end_loop(frame, orelse, left)?;
                    return Ok(self.join_flow(result, end));
                }
                Some(true) => {
                    let depends = self.doubt.enter_choice(mark);
                    let flow = self.exec_block(frame, body);
                    self.doubt.leave_choice(depends);
                    let flow = flow?;
                    result.returned = self.join_flow(result, flow).returned;
                    if flow.broken {
                        result.next = true;
                    }
                    if !flow.next && !flow.continued {
                        return Ok(result);
                    }
                    // It may have been left here: further rounds tell less and less.
                    let is_left = flow.broken || flow.returned.is_some();
                    undecided += usize::from(is_left);
                    self.doubt.shields += u32::from(is_left);
                    if undecided >= LIMITS.undecided_rounds {
                        break;
                    }
                }
                None => {
                    let flow = self.either(frame, &mut |this| this.exec_block(frame, body), &mut |_| Ok(Flow::NEXT))?;
                    let left = result.next || flow.broken || flow.returned.or(result.returned).is_some();
                    let end = self.end_loop(frame, orelse, left)?;
                    let joined = self.join_flow(flow, end);
                    result = self.join_flow(result, joined);
                    result.next = true;
                    break;
                }
            }
        }
        // How often it runs is not known.
        self.note_cut_loop(frame, body);
        result.next = true;
        result.broken = false;
        result.continued = false;
        Ok(result)
    }

    fn exec_for(&mut self, frame: &Frame, target: ExprId, iter: ExprId, body: Block, orelse: Block) -> Run<Flow> {
        let mark = self.doubt.mark();
        let listed = self.probes.all;
        let iterable = self.eval(frame, iter)?;
        self.check_iterable(frame, iter, iterable)?;
        self.taint_target(frame, target, mark);
        let (items, open) = self.iterate(iterable)?;
        let is_cut = items.len() > LIMITS.unrolled;
        let lists = self.probes.all && !listed;
        let listing = if lists { self.listing(frame, (target, iter), body, &items) } else { None };
        if listing.is_some() {
            self.probes.all = false;
        }
        let depends = self.doubt.enter_choice(mark);
        let result = self.repeat_for(frame, target, (items, open), (body, orelse));
        self.doubt.leave_choice(depends);
        if let Some(listing) = listing {
            self.probes.all |= result.is_err() || !self.passed_handlers(frame, &listing);
        }
        if is_cut {
            self.note_cut_loop(frame, body);
        }
        self.note_rounds(frame, mark, body);
        self.note_unwalked(frame, mark, [orelse]);
        result
    }

    fn repeat_for(
        &mut self,
        frame: &Frame,
        target: ExprId,
        (items, open): (Vec<Value>, bool),
        (body, orelse): (Block, Block),
    ) -> Run<Flow> {
        let mut result = Flow::DEAD;
        let mut left = false;
        let shields = self.doubt.shields;
        for item in items.into_iter().take(LIMITS.unrolled) {
            if self.is_long(frame) {
                left = true;
                break;
            }
            self.assign(frame, target, item)?;
            let flow = self.exec_block(frame, body)?;
            result.returned = self.join_flow(result, flow).returned;
            left |= flow.broken;
            if !flow.next && !flow.continued {
                result.next = left;
                self.doubt.shields = shields;
                return Ok(result);
            }
            // It may have been left here.
            self.doubt.shields = shields + u32::from(left || result.returned.is_some());
        }
        self.doubt.shields = shields;
        if open {
            let flow = self.either(
                frame,
                &mut |this| {
                    this.assign(frame, target, Value::Unknown)?;
                    this.exec_block(frame, body)
                },
                &mut |_| Ok(Flow::NEXT),
            )?;
            result.returned = self.join_flow(result, flow).returned;
        }
        let end = self.end_loop(frame, orelse, left || result.returned.is_some())?;
        let mut result = self.join_flow(result, end);
        result.next |= left;
        Ok(result)
    }

    /// Runs the `else` of a loop. Where the loop may have been left before, so may what is raised there.
    fn end_loop(&mut self, frame: &Frame, orelse: Block, may_be_left: bool) -> Run<Flow> {
        let shields = self.doubt.shields;
        self.doubt.shields += u32::from(may_be_left);
        let end = self.exec_block(frame, orelse);
        self.doubt.shields = shields;
        if may_be_left && end.is_err() { Ok(Flow::DEAD) } else { end }
    }
}
