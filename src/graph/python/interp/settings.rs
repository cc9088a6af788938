//! Settings that a library reads from the environment when own code makes an instance of their class: what is said of
//! them in the class is what counts, since the library takes it away from there.

use super::super::value::*;
use super::demands::{lookups, settings};
use super::*;
use crate::lang::python::ir::{Class as ClassNode, Expr, Stmt};

/// What a class of settings says of its own fields.
#[derive(Clone)]
pub(super) struct Stated {
    /// Fields in their order, and the variable that must be set where one has no value.
    fields: Vec<(Sym, Option<String>)>,
}

impl Interp<'_> {
    /// Notes what an own class of settings says of its fields.
    pub(super) fn note_settings(&mut self, frame: &Frame, node: &ClassNode, class: Value) {
        if !self.is_own(frame) || !self.mro_of(class).iter().any(|base| self.is_settings(*base)) {
            return;
        }
        let code = &frame.code.code;
        let text = |key: &str| self.setting_of(code, node, key).map(|found| text_in(code, found));
        // What a file says is not the environment's business, nor is a prefix that is computed.
        let (prefix, file) = (text(&settings().prefix), text(&settings().file));
        let has_file = match file {
            Some(Some(file)) => self.input.artifact.find(&file).is_some(),
            Some(None) => true,
            None => false,
        };
        let Some(prefix) = prefix.unwrap_or_else(|| Some(String::new())).filter(|_| !has_file) else { return };
        let mut fields = Vec::new();
        for id in code.block(node.body) {
            let Some(Stmt::AnnAssign(target, annotation, value)) = code.stmts.get(id.0 as usize) else { continue };
            let Expr::Name(name) = code.expr(*target) else { continue };
            let text = code.name(name);
            if text.starts_with('_') || is_of_class(code, *annotation) {
                continue;
            }
            let variable = match value {
                None => Some(format!("{prefix}{text}").to_uppercase()),
                Some(value) => variable_of_field(code, *value, &format!("{prefix}{text}")),
            };
            fields.push((self.heap.sym(text), variable));
        }
        self.settings.insert(class, Stated { fields });
    }

    /// An instance of such a class: a field without a value must be set in the environment.
    pub(super) fn check_settings(&mut self, frame: &Frame, class: Value, args: &Args) {
        let is_plain = args.positional.is_empty() && !args.open;
        if self.settings.is_empty() || !is_plain || !self.is_own(frame) || !self.is_certain_here() {
            return;
        }
        let mut seen: FxHashSet<Sym> = args.keywords.iter().map(|(name, _)| *name).collect();
        if seen.iter().any(|name| self.heap.text(*name).starts_with('_')) || self.is_caught("ValueError", false) {
            return;
        }
        let mro = self.mro_of(class);
        for base in mro.iter() {
            let Some(stated) = self.settings.get(base).cloned() else { continue };
            for (field, variable) in stated.fields {
                let is_first = seen.insert(field);
                let Some(variable) = variable.filter(|_| is_first) else { continue };
                let name = self.heap.sym(&variable);
                let is_set = self.declared.keys().any(|declared| declared.eq_ignore_ascii_case(&variable));
                if !is_set && self.environment(name) == Some(None) {
                    let class = self.class_text(class);
                    self.trace
                        .doubts
                        .insert(format!("`{class}` demands the variable `{variable}`, which is not known to be set"));
                }
            }
        }
    }

    /// A call by which own code asks a library's object for a variable and says nothing for the case that it is not set.
    pub(super) fn check_lookup(&mut self, frame: &Frame, callee: Value, args: &Args) {
        let object = match self.heap.get(callee) {
            Some(Object::Method { this, .. }) => *this,
            _ => callee,
        };
        let Some(Object::Instance { class, .. }) = self.heap.get(object) else { return };
        let class = *class;
        let (Some(root), &[Value::Str(name)]) = (self.root_of(class), args.positional.as_slice()) else { return };
        let class = self.class_text(class);
        let Some(lookup) = lookups().iter().find(|it| *it.library == *root && *it.class == *class) else { return };
        let has_default = args.keywords.iter().any(|(name, _)| *self.heap.text(*name) == *lookup.default);
        let has_file = lookup.files.iter().any(|file| self.input.artifact.find(file).is_some());
        let has_prefix = frame.code.code.names.iter().any(|name| **name == *lookup.prefix);
        if args.open || has_default || has_file || has_prefix || !self.is_certain_here() {
            return;
        }
        let is_set = self.declared.contains_key(&*self.heap.text(name));
        if !is_set && self.environment(name) == Some(None) && !self.is_caught("ValueError", false) {
            let variable = self.heap.text(name);
            let words = format!("`{root}` is asked for the variable `{variable}`, which is not known to be set");
            self.trace.doubts.insert(words);
        }
    }

    fn class_text(&self, class: Value) -> Rc<str> {
        match self.heap.get(class) {
            Some(Object::Class(node)) => self.heap.text(node.name),
            _ => "".into(),
        }
    }

    /// Whether a class is the library's from which settings come.
    fn is_settings(&self, class: Value) -> bool {
        let settings = settings();
        let is_named = matches!(self.heap.get(class), Some(Object::Class(node))
            if *self.heap.text(node.name) == *settings.class);
        is_named && self.root_of(class).is_some_and(|root| settings.libraries.iter().any(|library| **library == *root))
    }

    /// What a class says under a key of its own settings: in a call or a dictionary that it gives a name, or in a class
    /// within it.
    fn setting_of(&self, code: &Code, node: &ClassNode, key: &str) -> Option<ExprId> {
        let statements = code.block(node.body).iter().filter_map(|id| code.stmts.get(id.0 as usize));
        statements.into_iter().find_map(|stmt| match stmt {
            Stmt::Assign(_, value) => match code.expr(*value) {
                Expr::Call(_, at) => keyword_in(code, at, key),
                Expr::Dict(items) => {
                    let pairs = code.list(items).chunks_exact(2);
                    pairs.into_iter().find(|pair| text_in(code, pair[0]).as_deref() == Some(key)).map(|pair| pair[1])
                }
                _ => None,
            },
            Stmt::Class(at) => {
                let inner = code.classes.get(*at as usize)?;
                let mut values = code.block(inner.body).iter().filter_map(|id| match code.stmts.get(id.0 as usize) {
                    Some(Stmt::Assign(targets, value)) => Some((code.list(*targets), *value)),
                    _ => None,
                });
                let is_it = |target: &ExprId| matches!(code.expr(*target), Expr::Name(name) if code.name(name) == key);
                values.find(|(targets, _)| targets.iter().any(is_it)).map(|(_, value)| value)
            }
            _ => None,
        })
    }
}

/// The variable that a field with a value demands: one that is made by the library's function without a value.
fn variable_of_field(code: &Code, value: ExprId, name: &str) -> Option<String> {
    let settings = settings();
    let Expr::Call(function, at) = code.expr(value) else { return None };
    let is_field = match code.expr(function) {
        Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == settings.field,
        _ => false,
    };
    let given = code.list(code.calls.get(at as usize)?.positional);
    let has_value = given.first().is_some_and(|first| !matches!(code.expr(*first), Expr::Ellipsis))
        || settings.values.iter().any(|key| keyword_in(code, at, key).is_some_and(|it| !is_ellipsis(code, it)));
    if !is_field || has_value {
        return None;
    }
    match settings.names.iter().find_map(|key| keyword_in(code, at, key)) {
        Some(alias) => text_in(code, alias),
        None => Some(name.to_uppercase()),
    }
}

fn is_ellipsis(code: &Code, expr: ExprId) -> bool {
    matches!(code.expr(expr), Expr::Ellipsis)
}

fn keyword_in(code: &Code, call: u32, key: &str) -> Option<ExprId> {
    let keywords = &code.calls.get(call as usize)?.keywords;
    keywords.iter().find(|(name, _)| name.is_some_and(|name| code.name(name) == key)).map(|(_, value)| *value)
}

fn text_in(code: &Code, expr: ExprId) -> Option<String> {
    match code.expr(expr) {
        Expr::Text(text) => Some(code.text(text).to_owned()),
        _ => None,
    }
}

/// Whether an annotation says that a name is the class's and no field.
fn is_of_class(code: &Code, annotation: ExprId) -> bool {
    match code.expr(annotation) {
        Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == "ClassVar",
        Expr::Subscript(of, _) => is_of_class(code, of),
        _ => false,
    }
}
