//! Variables and what values are assigned to.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::raise::Thrown;
use super::value::{Abrupt, At, Atom, Kind, R, Slot, UNKNOWN, UNSET, Value};
use super::{Frame, Machine};
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::load::Format;
use crate::graph::javascript::versions::{self, Kind as Listed, Releases};
use crate::knowledge;
use crate::lang::javascript::WRAPPER;
use crate::lang::javascript::ir::{ExprId, ExprKind, Pattern, PatternId, Program, Var};

/// `globals.toml`, which says what its fields mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Globals {
    browsers: FxHashSet<String>,
    given: FxHashSet<String>,
    pub(super) opaque: Vec<String>,
    pub(super) objects: FxHashSet<String>,
}

knowledge::table! {
    pub(super) static GLOBALS: Globals = "node/globals.toml", tested by the_globals_read;
}

/// What is assigned to.
pub(super) enum Target {
    /// A member of an object, whose name may not be known.
    Member { object: Value, key: Option<Atom>, expr: ExprId, is_super: bool },
    /// Anything else.
    Pattern(PatternId),
}

/// What a release of Node does not have yet, or no longer.
fn newer(name: &str, message: String, releases: Releases, node: u32) -> Thrown {
    Thrown {
        rule: "syntax-newer-than-runtime",
        subject: name.to_owned(),
        message,
        code: None,
        help: Some(format!("Node.js {node} has no `{name}`: {}", releases.told(node))),
        cure: None,
        place: None,
    }
}

/// A name of the CommonJS wrapper in a file that runs as an ES module.
fn wrapper_in_module(name: &str, path: &str) -> Thrown {
    let help = match name {
        "require" => {
            "Import it, or make one: `import { createRequire } from \"node:module\"; const require = \
                      createRequire(import.meta.url)`"
        }
        "__dirname" | "__filename" => {
            "Use `import.meta.dirname` and `import.meta.filename`, or `fileURLToPath(import.meta.url)`"
        }
        _ => {
            "Compile to ES modules, or say that the file is CommonJS: `.cjs`, or a package.json beside it without \
              `\"type\": \"module\"`"
        }
    };
    Thrown {
        rule: "wrong-module-format",
        subject: name.to_owned(),
        message: format!("ReferenceError: {name} is not defined in ES module scope ({path})"),
        code: None,
        help: Some(help.to_owned()),
        cure: None,
        place: None,
    }
}

impl Machine<'_> {
    /// Loads what Node keeps back until a global is read.
    pub(super) fn load_global(&mut self, f: &Frame, name: Atom, expr: ExprId) {
        if self.lazy_globals.remove(&name) {
            let module = format!("{}{}", crate::graph::javascript::builtins::GLOBAL, self.str(name));
            self.runtime_module(&module, At { module: f.module, expr }, false);
        }
    }

    /// The value of a name that the file does not declare.
    pub(super) fn global(&mut self, f: &Frame, var: Var, name: Atom, expr: ExprId) -> R {
        let perils = self.perils();
        let value = self.read_var(f, var);
        let declared = self.globals.contains_key(&name) || self.object(self.global_object).props.get(name).is_some();
        if value != Value::Undefined || declared {
            return Ok(value);
        }
        // Something around the code may bring it.
        if self.sources.source_tree || self.reads_otherwise() || self.object(self.global_object).open {
            return Ok(UNKNOWN);
        }
        let text = self.str(name);
        if self.is_of_this_release(name) {
            return Ok(Value::Unknown(name));
        }
        let loaded = self.loaded.get(f.module as usize);
        let declares =
            loaded.and_then(|loaded| loaded.program.as_ref()).is_some_and(|program| program.declares_in_texts);
        if declares || loaded.is_some_and(|loaded| loaded.refused) {
            return Ok(UNKNOWN);
        }
        let module = self.loaded.get(f.module as usize).filter(|loaded| loaded.format == Format::Module);
        let fault = match module.filter(|_| WRAPPER.contains(&&*text)) {
            Some(loaded) => wrapper_in_module(&text, loaded.path.strip_prefix("/var/task/").unwrap_or(&loaded.path)),
            None => match versions::lacks(Listed::Global, &text, self.node) {
                Some(releases) => newer(&text, format!("ReferenceError: {text} is not defined"), releases, self.node),
                None => match self.undeclared(f, &text) {
                    Some(fault) => fault,
                    None => {
                        self.may_throw();
                        return Ok(UNKNOWN);
                    }
                },
            },
        };
        self.surely_throws(perils);
        self.raise(fault, At { module: f.module, expr })
    }

    /// Whether this release of Node, and not every one, has a global.
    pub(super) fn is_of_this_release(&self, name: Atom) -> bool {
        versions::of(Listed::Global, &self.str(name)).is_some_and(|releases| releases.have(self.node))
    }

    /// A name that nobody declares and no release of Node has: in own code any, in code of others what browsers have. A
    /// condition that values have decided proves nothing.
    fn undeclared(&self, f: &Frame, name: &str) -> Option<Thrown> {
        if self.conditions > 0 || !self.sure() || versions::of(Listed::Global, name).is_some() {
            return None;
        }
        let loaded = self.loaded.get(f.module as usize)?;
        let own = loaded.path.starts_with("/var/task/") && !loaded.path.contains("/node_modules/");
        let in_browsers = GLOBALS.browsers.contains(name);
        let program = loaded.program.as_ref().filter(|_| own && !GLOBALS.given.contains(name) || in_browsers)?;
        // Code that is not in strict mode makes globals by assigning to them, maybe in a function.
        let is_name = |id: u32| program.strings.get(id as usize).is_some_and(|text| **text == *name);
        let assigned = |pattern: &Pattern| matches!(pattern, Pattern::Var(Var::Global(id)) if is_name(*id));
        if program.patterns.iter().any(assigned) {
            return None;
        }
        let help = match in_browsers {
            true => format!("Only browsers have `{name}`: ask for it where it is needed, behind `typeof {name}`"),
            false => format!("Declare `{name}` or import it: nothing in this file and no release of Node.js has it"),
        };
        Some(Thrown {
            rule: "missing-name",
            subject: name.to_owned(),
            message: format!("ReferenceError: {name} is not defined"),
            help: Some(help),
            ..Thrown::default()
        })
    }

    /// Assigns to a name that nobody declares: ES modules are in strict mode, where that is an error.
    pub(super) fn refuse_global(
        &mut self,
        f: &Frame,
        p: &Program,
        target: PatternId,
        expr: ExprId,
    ) -> Result<(), Abrupt> {
        let Some(Pattern::Var(Var::Global(name))) = p.patterns.get(target as usize) else { return Ok(()) };
        let name = self.text(f, *name);
        let text = self.str(name);
        let is_module = self.loaded.get(f.module as usize).is_some_and(|loaded| loaded.format == Format::Module);
        let is_strict = is_module || self.trust.on && self.is_strict(f);
        let declared = self.globals.contains_key(&name)
            || self.object(self.global_object).props.get(name).is_some()
            || self.object(self.global_object).open
            || WRAPPER.contains(&&*text)
            || GLOBALS.given.contains(&*text)
            || versions::of(Listed::Global, &text).is_some();
        if !is_strict || declared || self.conditions > 0 || !self.sure() || self.sources.source_tree {
            return Ok(());
        }
        let fault = Thrown {
            rule: "missing-name",
            subject: text.to_string(),
            message: format!("ReferenceError: {text} is not defined"),
            help: Some("The code is in strict mode: declare the variable with `let` or `const`".to_owned()),
            ..Thrown::default()
        };
        self.raise(fault, At { module: f.module, expr }).map(|_| ())
    }

    /// Calls something that is not there, where that follows from the release of Node.
    pub(super) fn not_a_function(&mut self, this: Value, key: Atom, at: At) -> Result<(), Abrupt> {
        let key = self.str(key);
        let (kind, owner) = match this {
            Value::Str(_) => (Listed::Method, "String".to_owned()),
            Value::Obj(id) => match (self.global_names.get(&id), &self.object(id).kind) {
                (Some(name), _) => (Listed::Member, self.str(*name).to_string()),
                (None, Kind::Array(_)) => (Listed::Method, "Array".to_owned()),
                (None, Kind::Map(_)) => (Listed::Method, "Set".to_owned()),
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        let name = format!("{owner}.{key}");
        if let Some(releases) = versions::lacks(kind, &name, self.node) {
            let message = format!("TypeError: {name} is not a function");
            self.raise(newer(&name, message, releases, self.node), at)?;
        }
        Ok(())
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

    /// The value of a variable; not known where its declaration has not run.
    pub(super) fn read_var(&mut self, f: &Frame, var: Var) -> Value {
        match self.raw_var(f, var) {
            UNSET => UNKNOWN,
            value => value,
        }
    }

    /// The value of a variable, [`UNSET`] included.
    pub(super) fn raw_var(&mut self, f: &Frame, var: Var) -> Value {
        match var {
            Var::Local { depth, slot } => {
                let mut env = f.env;
                for _ in 0..depth {
                    env = self.envs.get(env as usize).map_or(0, |env| env.parent);
                }
                self.note_slot_read(env, slot);
                let value = self.envs.get(env as usize).and_then(|env| env.slots.get(slot as usize));
                match value.copied().unwrap_or(UNKNOWN) {
                    UNSET => UNSET,
                    value => self.raw_live(value),
                }
            }
            Var::Global(name) => {
                let name = self.text(f, name);
                match self.object(self.global_object).props.get(name) {
                    Some(Slot::Value(value)) => self.live(value),
                    Some(Slot::Accessor(getter, _)) => self.call(getter, Value::Undefined, &[]).unwrap_or(UNKNOWN),
                    None => self.globals.get(&name).copied().unwrap_or_else(|| {
                        // Where nobody declares it, reading throws; it is raised where that is sure.
                        self.may_throw();
                        Value::Undefined
                    }),
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
                let known = self.envs.get(env as usize).is_some_and(|env| self.doubt <= env.doubt);
                self.note_slot_written(f, env, slot, known);
                self.keeps_in_slot(env, slot, new);
                if let Some(old) = self.envs.get_mut(env as usize).and_then(|env| env.slots.get_mut(slot as usize)) {
                    *old = if known { new } else { super::props::join(*old, new) };
                }
            }
            Var::Global(name) => {
                let name = self.text(f, name);
                self.put(self.global_object, name, new);
            }
        }
    }

    /// Evaluates what is assigned to, as far as that comes before the value.
    pub(super) fn target(&mut self, f: &mut Frame, p: &Program, id: PatternId) -> Result<Target, Abrupt> {
        let Some(Pattern::Expr(expr)) = p.patterns.get(id as usize) else { return Ok(Target::Pattern(id)) };
        Ok(match p.exprs.get(*expr as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Member(object, name, _)) => {
                let is_super = matches!(p.exprs.get(*object as usize).map(|expr| &expr.kind), Some(ExprKind::Super));
                let object = self.eval(f, p, *object)?;
                Target::Member { object, key: Some(self.text(f, *name)), expr: *expr, is_super }
            }
            Some(ExprKind::Index(object, index, _)) => {
                let object = self.eval(f, p, *object)?;
                let index = self.eval(f, p, *index)?;
                Target::Member { object, key: self.coerce_key(index), expr: *expr, is_super: false }
            }
            _ => Target::Pattern(id),
        })
    }

    /// What it holds.
    pub(super) fn read_target(&mut self, f: &mut Frame, p: &Program, target: &Target) -> R {
        match *target {
            Target::Member { key: Some(key), is_super: true, .. } => self.get_super(f, key),
            Target::Member { object, key: Some(key), expr, .. } => {
                self.refuse_nothing(object, &self.str(key), At { module: f.module, expr })?;
                self.get(object, key)
            }
            Target::Member { .. } => Ok(UNKNOWN),
            Target::Pattern(id) => match p.patterns.get(id as usize) {
                Some(Pattern::Var(var) | Pattern::Constant(var, _)) => Ok(self.read_var(f, *var)),
                Some(Pattern::Expr(expr)) => self.eval(f, p, *expr),
                _ => Ok(UNKNOWN),
            },
        }
    }

    /// Assigns to it.
    pub(super) fn write_target(
        &mut self,
        f: &mut Frame,
        p: &Program,
        target: &Target,
        value: Value,
    ) -> Result<(), Abrupt> {
        if let Target::Member { key: Some(key), is_super: true, .. } = *target {
            return self.set_super(f, key, value);
        }
        let Target::Member { object, key, expr, .. } = *target else {
            let Target::Pattern(id) = *target else { return Ok(()) };
            return self.assign(f, p, id, value);
        };
        let value = self.live(value);
        match (key, object) {
            (Some(key), _) => {
                if !self.refuse_set(f, object, key, At { module: f.module, expr })? {
                    self.set(object, key, value)?;
                }
            }
            (None, Value::Obj(id)) => self.object_mut(id).open = true,
            (None, _) => {}
        }
        Ok(())
    }

    /// `super.key = value`: a setter of what is inherited from is called, and otherwise the instance gets it.
    fn set_super(&mut self, f: &Frame, key: Atom, value: Value) -> Result<(), Abrupt> {
        let mut at = match f.home {
            Value::Obj(home) => self.object(home).proto,
            _ => UNKNOWN,
        };
        for _ in 0..LIMITS.inheritance {
            let Value::Obj(id) = at else { break };
            match self.object(id).props.get(key) {
                Some(Slot::Accessor(_, setter)) if self.callable(setter) => {
                    return self.call(setter, f.this, &[value]).map(|_| ());
                }
                Some(_) => break,
                None => at = self.object(id).proto,
            }
        }
        if let Value::Obj(id) = f.this {
            self.touch(id);
            self.put(id, key, value);
        }
        Ok(())
    }

    /// The expression of the running statement that was evaluated last.
    fn statement_place(&self, f: &Frame) -> Option<At> {
        (self.last.module == f.module).then_some(self.last)
    }

    pub(super) fn assign(&mut self, f: &mut Frame, p: &Program, id: PatternId, value: Value) -> Result<(), Abrupt> {
        let value = self.live(value);
        match p.patterns.get(id as usize) {
            Some(Pattern::Var(var)) => self.write_var(f, *var, value),
            Some(Pattern::Constant(_, quiet)) => {
                let at = self.stack.last().copied().filter(|at| at.module == f.module);
                let at = self.statement_place(f).or(at).unwrap_or(At { module: f.module, expr: 0 });
                if !quiet {
                    self.mistake_as_written("TypeError", "Assignment to constant variable.", at)?;
                }
            }
            Some(Pattern::Expr(_)) => {
                let target = self.target(f, p, id)?;
                if matches!(target, Target::Member { .. }) {
                    self.write_target(f, p, &target, value)?;
                }
            }
            Some(Pattern::Default(inner, default)) => {
                let value = match value {
                    Value::Undefined => self.eval(f, p, *default)?,
                    other => other,
                };
                self.assign(f, p, *inner, value)?;
            }
            Some(Pattern::Object(members, rest)) => {
                if let Value::Undefined | Value::Null = value {
                    let what = if value == Value::Null { "null" } else { "undefined" };
                    let message = format!("Cannot destructure '{what}' as it is {what}.");
                    let at = self.statement_place(f).unwrap_or(At { module: f.module, expr: 0 });
                    self.mistake("TypeError", &message, at)?;
                }
                let mut taken = Vec::new();
                for (key, target) in members {
                    let part = match self.key(f, p, *key)? {
                        Some(key) => {
                            taken.push(key);
                            self.get(value, key)?
                        }
                        None => UNKNOWN,
                    };
                    self.assign(f, p, *target, part)?;
                }
                if let Some(rest) = rest {
                    let copy = self.plain();
                    self.copy_props(copy, value)?;
                    for key in taken {
                        self.object_mut(copy).props.remove(key);
                    }
                    self.assign(f, p, *rest, Value::Obj(copy))?;
                }
            }
            Some(Pattern::Array(items, rest)) => {
                let at = self.statement_place(f).unwrap_or(At { module: f.module, expr: 0 });
                self.refuse_iteration(value, At { module: f.module, expr: u32::MAX }, at)?;
                let list = self.iterate_most(value, rest.is_none().then_some(items.len()))?;
                self.left_early(value);
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
