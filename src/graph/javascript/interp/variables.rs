//! Variables and what values are assigned to.

use super::value::{Abrupt, At, Atom, R, Slot, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::lang::javascript::ir::{ExprId, ExprKind, Pattern, PatternId, Program, Var};

impl Machine<'_> {
    /// Loads what Node keeps back until a global is read.
    pub(super) fn load_global(&mut self, f: &Frame, name: Atom, expr: ExprId) {
        if self.lazy_globals.remove(&name) {
            let module = format!("{}{}", crate::graph::javascript::builtins::GLOBAL, self.str(name));
            self.runtime_module(&module, At { module: f.module, expr }, false);
        }
    }

    /// Whether an expression is `globalThis` or `global` itself.
    pub(super) fn is_global_object(&self, f: &Frame, p: &Program, id: ExprId) -> bool {
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
                match self.object(self.global_object).props.get(name) {
                    Some(Slot::Value(value)) => self.live(value),
                    Some(Slot::Accessor(getter, _)) => self.call(getter, Value::Undefined, &[]).unwrap_or(UNKNOWN),
                    None => self.globals.get(&name).copied().unwrap_or(Value::Undefined),
                }
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
                self.put(self.global_object, name, new);
            }
        }
    }

    pub(super) fn read_pattern(&mut self, f: &mut Frame, p: &Program, id: PatternId) -> R {
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
}
