//! Errors in statements: `raise`, `try`, `with`.

use super::super::value::*;
use super::exec::Flow;
use super::*;
use crate::lang::python::ir::{Block, Expr, ExprId, Stmt, Try};

impl Interp<'_> {
    pub(super) fn exec_raise(&mut self, frame: &Frame, value: Option<ExprId>) -> Run<Flow> {
        let value = match (value, self.handling.last()) {
            (Some(value), _) => self.eval(frame, value)?,
            (None, Some(handled)) => handled.value,
            (None, None) => Value::Unknown,
        };
        let site = (frame.module, frame.span.get());
        let certain = self.is_certain_here() || self.raises_for_library(frame.module);
        let decided = self.is_decided(frame.module, 0);
        let fault = match certain && decided {
            true => {
                let fault = self.fault_of_raise(value, site);
                Some(self.fault_of_library(frame.module, fault))
            }
            false => self.denial(value),
        };
        if self.catches_value(value) {
            let fault = fault.map(|fault| self.trace.keep(fault));
            return Err(Raised { value, fault });
        }
        if let Some(fault) = fault {
            self.end_init(fault);
        } else {
            let class = self.class_name(value);
            if certain || self.refuses_own_call() {
                self.doubt_of_others(&class)
            } else {
                self.note_unset(frame, &class)
            }
        }
        // Nobody catches it. The walk goes on as if it were mended, or, where it is not certain, because one of our
        // decisions on the way here was wrong: at module level go on, in a function leave it.
        if frame.function.is_none() { Ok(Flow::NEXT) } else { Err(Raised { value, fault: None }) }
    }

    /// Runs an assertion, which ends Init where all that its test has read is known.
    pub(super) fn exec_assert(&mut self, frame: &Frame, test: ExprId, message: Option<ExprId>) -> Run<()> {
        let value = self.eval(frame, test)?;
        if self.truth(value)? != Some(false) {
            return Ok(());
        }
        // Not caught, it would rest on every value being followed exactly.
        if !self.is_computed(frame) && self.is_caught("AssertionError", true) {
            return Err(self.exception("AssertionError", ""));
        }
        let message = match message {
            Some(message) => self.eval(frame, message)?,
            None => Value::None,
        };
        let text = self.text_of(message).unwrap_or_else(|| "a test fails".into());
        self.mistake_or_demand(frame, self.at(frame, test), "AssertionError", &text)
    }

    fn catches_value(&mut self, value: Value) -> bool {
        let class = self.class_of_exception(value);
        for at in (0..self.catches.len()).rev() {
            let Some(classes) = self.catches[at].classes.clone() else {
                return true;
            };
            if classes.iter().any(|c| self.is_subclass(class, *c) != Some(false)) {
                return true;
            }
        }
        false
    }

    pub(super) fn exec_with(&mut self, frame: &Frame, items: &[(ExprId, Option<ExprId>)], body: Block) -> Run<Flow> {
        let mut suppressed: Option<Vec<Value>> = None;
        let mut exits = Vec::new();
        for (context, target) in items {
            let manager = self.eval(frame, *context)?;
            let (entered, catches) = self.enter(manager)?;
            if let Some(catches) = catches {
                suppressed.get_or_insert_default().extend(catches);
            }
            if let Some(target) = target {
                self.assign(frame, *target, entered)?;
            }
            exits.push(manager);
        }
        let swallows = exits.iter().any(|manager| self.may_swallow(*manager));
        self.doubt.shields += u32::from(swallows);
        let result = match &suppressed {
            Some(classes) => {
                self.catches.push(Catch { classes: Some(classes.clone()), module_depth: self.module_depth });
                let result = self.exec_block(frame, body);
                self.catches.pop();
                match result {
                    Err(raised) => {
                        let class = self.class_of_exception(raised.value);
                        if classes.iter().any(|c| self.is_subclass(class, *c) != Some(false)) {
                            Ok(Flow::NEXT)
                        } else {
                            Err(raised)
                        }
                    }
                    other => other,
                }
            }
            None => self.exec_block(frame, body),
        };
        self.doubt.shields -= u32::from(swallows);
        if swallows {
            self.note_swallowed(frame, body);
        }
        for manager in exits.into_iter().rev() {
            self.shielded(|this| this.leave(manager));
        }
        result
    }

    /// `try` with `except*`, whose clauses take what they name out of groups: which of them run is not followed.
    fn exec_try_star(&mut self, frame: &Frame, node: &Try) -> Run<Flow> {
        self.catches.push(Catch { classes: None, module_depth: self.module_depth });
        let result = self.shielded(|this| this.exec_block(frame, node.body));
        self.catches.pop();
        let mut flow = match result {
            Ok(flow) if flow.next => {
                let after = self.exec_block(frame, node.orelse)?;
                self.join_flow(Flow { next: false, ..flow }, after)
            }
            Ok(flow) => flow,
            Err(_) => Flow::NEXT,
        };
        for handler in &node.handlers {
            let handled = self.either(
                frame,
                &mut |this| {
                    let Some(name) = handler.name else { return this.exec_block(frame, handler.body) };
                    this.assign_name(frame, name, Value::Unknown);
                    let flow = this.exec_block(frame, handler.body);
                    this.forget_name(frame, name, handler, false);
                    flow
                },
                &mut |_| Ok(Flow::NEXT),
            )?;
            flow = self.join_flow(flow, handled);
        }
        let last = self.exec_block(frame, node.finally)?;
        Ok(if last.next { flow } else { last })
    }

    pub(super) fn exec_try(&mut self, frame: &Frame, node: &Try) -> Run<Flow> {
        if node.is_star {
            return self.exec_try_star(frame, node);
        }
        let mut classes = Some(Vec::new());
        for handler in &node.handlers {
            match handler.kind {
                None => classes = None,
                Some(kind) => {
                    // The interpreter asks for it when something is raised.
                    let value = self.shielded(|this| this.eval(frame, kind)).unwrap_or(Value::Unknown);
                    let (items, _) = self.class_list(value);
                    if let Some(classes) = &mut classes {
                        classes.extend(items);
                    }
                }
            }
        }
        // An end that leaves for good keeps every error to itself.
        let swallows = frame.code.code.may_leave(node.finally);
        let classes = if swallows { None } else { classes };
        let shields = self.doubt.depth();
        self.catches.push(Catch { classes, module_depth: self.module_depth });
        let result = match swallows {
            true => self.shielded(|this| this.exec_tried(frame, node)),
            false => self.exec_tried(frame, node),
        };
        self.catches.pop();
        self.doubt.return_to(shields);
        let has_run = result.is_ok();
        let result = match result {
            Ok(flow) if flow.next => {
                let after = self.exec_block(frame, node.orelse)?;
                Ok(self.join_flow(Flow { next: false, ..flow }, after))
            }
            Ok(flow) => Ok(flow),
            Err(raised) => self.exec_handlers(frame, node, raised),
        };
        if has_run {
            self.note_tried(frame, node);
        }
        let last = self.exec_block(frame, node.finally)?;
        let flow = result?;
        if !last.next {
            return Ok(last);
        }
        Ok(flow)
    }

    /// The body of a `try`. Behind what may have raised what a clause takes, nothing surely runs: of most errors the
    /// walk knows nothing.
    fn exec_tried(&mut self, frame: &Frame, node: &Try) -> Run<Flow> {
        let code = &frame.code.code;
        let statements = code.block(node.body);
        let risky = |stmt: &Stmt| {
            !matches!(
                stmt,
                Stmt::Import(_)
                    | Stmt::ImportFrom { .. }
                    | Stmt::Function(_)
                    | Stmt::Nothing
                    | Stmt::If(..)
                    | Stmt::Raise(_)
            ) && !matches!(stmt, Stmt::Assign(targets, value)
                if is_plain(code.expr(*value))
                    && code.list(*targets).iter().all(|target| matches!(code.expr(*target), Expr::Name(_))))
        };
        let first = statements.iter().position(|id| code.stmts.get(id.0 as usize).is_some_and(risky));
        match first {
            Some(first) if !node.handlers.is_empty() && first + 1 < statements.len() && self.is_own(frame) => {
                let (before, behind) = statements.split_at(first + 1);
                let flow = self.exec_all(frame, before)?;
                if !flow.next {
                    return Ok(flow);
                }
                let after = self.shielded(|this| this.exec_all(frame, behind))?;
                Ok(self.join_flow(Flow { next: false, ..flow }, after))
            }
            _ => self.exec_block(frame, node.body),
        }
    }

    fn exec_handlers(&mut self, frame: &Frame, node: &Try, raised: Raised) -> Run<Flow> {
        let class = self.class_of_exception(raised.value);
        for handler in &node.handlers {
            let matches = match handler.kind {
                None => Some(true),
                Some(kind) => {
                    let value = self.shielded(|this| this.eval(frame, kind)).unwrap_or(Value::Unknown);
                    let (items, open) = self.class_list(value);
                    let mut verdict = if open { None } else { Some(false) };
                    for item in items {
                        match self.is_subclass(class, item) {
                            Some(true) => {
                                verdict = Some(true);
                                break;
                            }
                            None => verdict = None,
                            Some(false) => {}
                        }
                    }
                    verdict
                }
            };
            if matches == Some(false) {
                continue;
            }
            let Some(name) = handler.name else {
                return self.handle(frame, raised, matches == Some(true), handler.body);
            };
            self.assign_name(frame, name, raised.value);
            let result = self.handle(frame, raised, matches == Some(true), handler.body);
            self.forget_name(frame, name, handler, raised.fault.is_some() && matches == Some(true));
            return result;
        }
        Err(raised)
    }

    /// Runs an `except` clause. What it raises is certain if it surely runs.
    fn handle(&mut self, frame: &Frame, raised: Raised, matches: bool, body: Block) -> Run<Flow> {
        let import_error = self.heap.external("ImportError");
        let class = self.class_of_exception(raised.value);
        let is_import = self.is_subclass(class, import_error) == Some(true);
        let fault = raised.fault.filter(|_| matches);
        self.handling.push(Handled { value: raised.value, fault, is_import });
        let doubt = u32::from(fault.is_none());
        self.doubt.shields += doubt;
        let result = self.exec_block(frame, body);
        self.doubt.shields -= doubt;
        self.handling.pop();
        result
    }
}

/// Whether evaluating an expression raises nothing.
fn is_plain(expr: Expr) -> bool {
    matches!(
        expr,
        Expr::None | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Text(_) | Expr::Bytes(_) | Expr::Name(_)
    )
}
