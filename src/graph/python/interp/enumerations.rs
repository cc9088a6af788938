//! Enumerations of own code: members that are not there, and names that two would have.

use super::super::value::*;
use super::mistakes::MISTAKE;
use super::*;
use crate::lang::python::ir::{Class as ClassNode, Expr, Stmt};

/// Bases of enumerations whose members are what is written.
const PLAIN: [&str; 6] = ["enum.Enum", "enum.IntEnum", "enum.StrEnum", "str", "int", "object"];

impl Interp<'_> {
    /// The members of an enumeration that is written down plainly.
    fn plain_members(&self, class: Value) -> Option<Vec<(Sym, Value)>> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        if self.heap.external_name(node.metaclass).as_deref() != Some("enum.EnumMeta") {
            return None;
        }
        let mut written = 0;
        for base in self.mro_of(class).iter() {
            match self.heap.get(*base) {
                Some(Object::Class(node)) => {
                    written += 1;
                    let module = node.module.filter(|module| self.module(*module).own)?;
                    let code = &self.module(module).code.code;
                    let name = self.heap.text(node.name);
                    let mut of_name = code.classes.iter().filter(|it| code.name(it.name) == &*name);
                    let (Some(class), None) = (of_name.next(), of_name.next()) else { return None };
                    let is_plain =
                        |id: &StmtId| code.stmts.get(id.0 as usize).is_some_and(|stmt| is_member(code, stmt));
                    if !code.list(class.decorators).is_empty() || !code.block(class.body).iter().all(is_plain) {
                        return None;
                    }
                }
                Some(Object::External(name)) if PLAIN.contains(&&*self.heap.text(*name)) => {}
                _ => return None,
            }
        }
        // Members stand in one class alone.
        let vars = self.heap.vars(node.scope).iter();
        let members: Vec<(Sym, Value)> =
            vars.filter(|(_, value)| matches!(value, Value::Int(_) | Value::Str(_))).collect();
        let members: Vec<_> = members.into_iter().filter(|(name, _)| !self.heap.text(*name).starts_with('_')).collect();
        // What a mixed-in type makes of another value is not looked into.
        let mixes = |names: &[&str]| {
            self.mro_of(class)
                .iter()
                .any(|base| self.heap.external_name(*base).is_some_and(|base| names.contains(&&*base)))
        };
        let is_kept = members.iter().all(|(_, value)| match value {
            Value::Int(_) => !mixes(&["enum.StrEnum", "str"]),
            _ => !mixes(&["enum.IntEnum", "int"]),
        });
        (written == 1 && is_kept).then_some(members)
    }

    /// Why an enumeration has no member of a value.
    pub(super) fn no_member(&self, class: Value, args: &Args) -> Option<(&'static str, String)> {
        let &[value @ (Value::Int(_) | Value::Str(_) | Value::None)] = args.positional.as_slice() else { return None };
        let members = self.plain_members(class).filter(|members| args.keywords.is_empty() && !members.is_empty())?;
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let is_there = members.iter().any(|(_, member)| *member == value);
        (!is_there).then(|| {
            ("ValueError", format!("{} is not a valid {}", self.constant_shown(value), self.heap.text(node.name)))
        })
    }

    /// Whether an enumeration surely has no member of a name.
    pub(super) fn has_no_member(&self, class: Value, name: Sym) -> bool {
        self.plain_members(class)
            .is_some_and(|members| !members.is_empty() && members.iter().all(|(known, _)| *known != name))
    }

    /// Whether a class is an enumeration of any kind: its metaclass is theirs, or is derived from it.
    pub(super) fn has_members(&self, class: Value) -> bool {
        let Some(Object::Class(node)) = self.heap.get(class) else { return false };
        let is_theirs =
            |base: &Value| matches!(self.heap.external_name(*base).as_deref(), Some("enum.EnumMeta" | "enum.EnumType"));
        self.mro_of(node.metaclass).iter().any(is_theirs)
    }

    /// Whether a class is an enumeration that is written down plainly.
    pub(super) fn is_enumeration(&self, class: Value) -> bool {
        self.plain_members(class).is_some_and(|members| !members.is_empty())
    }

    /// The name of an enumeration that surely has nothing of a name: neither a member nor a method.
    pub(super) fn lacks_member(&self, class: Value, name: Sym) -> Option<Rc<str>> {
        let has_texts = self
            .mro_of(class)
            .iter()
            .any(|base| self.heap.external_name(*base).is_some_and(|base| !matches!(&*base, "enum.Enum" | "object")));
        let text = self.heap.text(name);
        let is_taken = matches!(&*text, "name" | "value" | "mro") || text.starts_with('_');
        if has_texts || is_taken || !self.has_no_member(class, name) {
            return None;
        }
        match self.heap.get(class) {
            Some(Object::Class(node)) => Some(self.heap.text(node.name)),
            _ => None,
        }
    }

    /// The body of an enumeration that is made now.
    pub(super) fn check_members(&mut self, frame: &Frame, node: &ClassNode, bases: &[Value]) -> Run<()> {
        let is_enumeration =
            |base: &Value| self.heap.external_name(*base).is_some_and(|name| PLAIN[..3].contains(&&*name));
        if !bases.iter().any(is_enumeration) || !self.is_computed(frame) {
            return Ok(());
        }
        let code = &frame.code.code;
        let mut names: Vec<&str> = Vec::new();
        for id in code.block(node.body) {
            let Some(Stmt::Assign(targets, _)) = code.stmts.get(id.0 as usize) else { continue };
            let [target] = code.list(*targets) else { continue };
            let Expr::Name(name) = code.expr(*target) else { continue };
            let name = code.name(name);
            if names.contains(&name) && !name.starts_with('_') {
                let message = match self.input.version {
                    (3, ..11) => format!("Attempted to reuse key: '{name}'"),
                    _ => format!("'{name}' already defined"),
                };
                let site = Some((frame.module, code.stmt_span(*id)));
                let fault = self.new_fault(MISTAKE, "TypeError", format!("TypeError: {message}"), site);
                return self.raise_fault("TypeError", &message, fault).map(|_| ());
            }
            names.push(name);
        }
        Ok(())
    }
}

/// Whether a statement in a class is a member with a constant, or a function that does not decide on members.
fn is_member(code: &crate::lang::python::ir::Code, stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Assign(targets, value) => {
            matches!(code.list(*targets), [target] if matches!(code.expr(*target), Expr::Name(name) if !code.name(name).starts_with('_')))
                && matches!(code.expr(*value), Expr::Int(_) | Expr::Text(_))
        }
        Stmt::Function(at) => code.functions.get(*at as usize).is_some_and(|it| !code.name(it.name).starts_with('_')),
        Stmt::Nothing => true,
        _ => false,
    }
}
