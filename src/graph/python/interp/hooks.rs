//! Hooks by which annotated types take part in the making of a class: a framework's metaclass or
//! decorator reads the annotations and calls them.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{Block, Expr, ExprId, Stmt};

/// Frameworks that evaluate the annotations of their classes when they are made.
const EVALUATING: &[&str] = &["pydantic"];

impl Interp<'_> {
    /// Calls the hooks of the types that the fields of a new class are annotated with. `makers`
    /// are the metaclass and the decorators.
    pub(super) fn run_annotation_hooks(&mut self, body: &Frame, block: Block, makers: &[Value]) -> Run<()> {
        let frameworks: Vec<Rc<str>> = makers.iter().filter_map(|maker| self.framework_of(*maker)).collect();
        if frameworks.is_empty() {
            return Ok(());
        }
        let code = body.code;
        if code.code.future_annotations && frameworks.iter().any(|framework| EVALUATING.contains(&&**framework)) {
            self.evaluate_annotations(body, block)?;
        }
        for id in code.code.block(block) {
            let Some(Stmt::AnnAssign(_, annotation, _)) = code.code.stmts.get(id.0 as usize) else { continue };
            for class in self.annotated_classes(body, *annotation) {
                for hook in self.hooks_of(class) {
                    if !frameworks.iter().any(|framework| self.framework_asks_for(framework, hook)) {
                        continue;
                    }
                    if let Some(method) = self.class_lookup(class, hook) {
                        let method = self.unwrap_descriptor(method, Value::None, class)?;
                        let result = self.call(method, Args { open: true, ..Args::default() })?;
                        self.iterate(result)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What a framework does that reads annotations as values although they are texts: an operator that this version
    /// does not have fails there, unless the package is here that stands in for it.
    fn evaluate_annotations(&mut self, body: &Frame, block: Block) -> Run<()> {
        if self.input.version >= (3, 10) || self.finder.guess("eval_type_backport").is_some() {
            return Ok(());
        }
        let code = body.code;
        for id in code.code.block(block) {
            if let Some(Stmt::AnnAssign(_, annotation, _)) = code.code.stmts.get(id.0 as usize) {
                self.eval(body, *annotation)?;
            }
        }
        Ok(())
    }

    /// The top-level package of a metaclass or decorator whose code is known.
    fn framework_of(&self, maker: Value) -> Option<Rc<str>> {
        let at = match self.heap.get(maker)? {
            Object::Class(class) => class.module?,
            Object::Function(function) => function.module,
            _ => return None,
        };
        let name = self.heap.text(self.module(at).name);
        Some(Rc::from(name.split('.').next().unwrap_or_default()))
    }

    /// The classes that an annotation names, at any depth.
    fn annotated_classes(&mut self, frame: &Frame, annotation: ExprId) -> Vec<Value> {
        let code = frame.code;
        let mut open = vec![annotation];
        let mut found = Vec::new();
        let mut seen = 0;
        while let Some(expr) = open.pop() {
            seen += 1;
            if seen > LIMITS.annotation_parts {
                break;
            }
            let value = match code.code.expr(expr) {
                Expr::Name(name) => {
                    let name = self.sym(frame, name);
                    self.lookup(frame, name)
                }
                Expr::Attribute(base, name) => Some(self.peek_attr(frame, base, name, 0)),
                Expr::Subscript(base, key) => {
                    open.extend([base, key]);
                    None
                }
                Expr::Binary(_, left, right) => {
                    open.extend([left, right]);
                    None
                }
                Expr::Tuple(list) | Expr::List(list) => {
                    open.extend(code.code.list(list));
                    None
                }
                _ => None,
            };
            if let Some(value) = value
                && matches!(self.heap.get(value), Some(Object::Class(_)))
                && !found.contains(&value)
            {
                found.push(value);
            }
        }
        found
    }

    /// Methods of a class with names like `__get_x__` that are not Python's own.
    fn hooks_of(&self, class: Value) -> Vec<Sym> {
        let mut found = Vec::new();
        for base in self.mro_of(class).iter().copied() {
            let Some(Object::Class(base)) = self.heap.get(base) else { continue };
            for (name, value) in self.heap.vars(base.scope).iter() {
                let text = self.heap.text(name);
                if text.starts_with("__get_")
                    && text.ends_with("__")
                    && !found.contains(&name)
                    && matches!(
                        self.heap.get(value),
                        Some(Object::Function(_) | Object::ClassMethod(_) | Object::StaticMethod(_))
                    )
                {
                    found.push(name);
                }
            }
        }
        found
    }

    /// Whether code of a framework mentions a hook.
    fn framework_asks_for(&self, framework: &str, hook: Sym) -> bool {
        let hook = self.heap.text(hook);
        self.mods.iter().any(|module| {
            let name = self.heap.text(module.name);
            let inside = name.strip_prefix(framework).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            inside
                && (module.code.code.names.iter().any(|name| **name == *hook)
                    || module.code.code.texts.iter().any(|text| **text == *hook))
        })
    }
}
