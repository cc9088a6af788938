//! Errors in statements: `raise`, `try`, `with`.

use super::super::value::*;
use super::exec::Flow;
use super::*;
use crate::lang::python::ir::{Block, ExprId, Try};

impl Interp<'_> {
    pub(super) fn exec_raise(&mut self, frame: &Frame, value: Option<ExprId>) -> Run<Flow> {
        let value = match (value, self.handling.last()) {
            (Some(value), _) => self.eval(frame, value)?,
            (None, Some(handled)) => handled.value,
            (None, None) => Value::Unknown,
        };
        let site = (frame.module, frame.span.get());
        let fault = self.is_certain_here().then(|| self.fault_of_raise(value, site));
        if self.catches_value(value) {
            let fault = fault.map(|fault| self.trace.keep(fault));
            return Err(Raised { value, fault });
        }
        if let Some(fault) = fault {
            self.end_init(fault);
        }
        // Nobody catches it. The walk goes on as if it were mended, or, where it is not certain, because one of our
        // decisions on the way here was wrong: at module level go on, in a function leave it.
        if frame.function.is_none() { Ok(Flow::NEXT) } else { Err(Raised { value, fault: None }) }
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
        for manager in exits.into_iter().rev() {
            self.shielded(|this| this.leave(manager));
        }
        result
    }

    pub(super) fn exec_try(&mut self, frame: &Frame, node: &Try) -> Run<Flow> {
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
        self.catches.push(Catch { classes, module_depth: self.module_depth });
        let result = self.exec_block(frame, node.body);
        self.catches.pop();
        let result = match result {
            Ok(flow) if flow.next => {
                let after = self.exec_block(frame, node.orelse)?;
                Ok(self.join_flow(Flow { next: false, ..flow }, after))
            }
            Ok(flow) => Ok(flow),
            Err(raised) => self.exec_handlers(frame, node, raised),
        };
        let last = self.exec_block(frame, node.finally)?;
        let flow = result?;
        if !last.next {
            return Ok(last);
        }
        Ok(flow)
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
            if let Some(name) = handler.name {
                self.assign_name(frame, name, raised.value);
            }
            return self.handle(frame, raised, matches == Some(true), handler.body);
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
