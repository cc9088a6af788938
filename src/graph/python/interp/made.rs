//! Objects that own classes do not make: of abstract ones, and with arguments that a data class has no fields for.

use super::super::value::*;
use super::misfits::{kind_of_annotation, options_of_call, plural_of};
use super::*;
use crate::lang::python::ir::{Class as ClassNode, Expr, Stmt};

/// A parameter that a data class makes of a field.
struct Field {
    name: String,
    has_default: bool,
}

impl Interp<'_> {
    /// What the interpreter says of an abstract class of own code that is called.
    pub(super) fn refusal_of_abstract(&mut self, class: Value) -> Option<String> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let (name, metaclass) = (self.heap.text(node.name), node.metaclass);
        if self.heap.external_name(metaclass).as_deref() != Some("abc.ABCMeta") {
            return None;
        }
        let mut missing: Vec<String> = Vec::new();
        for base in self.mro_of(class).iter() {
            let Some(Object::Class(base)) = self.heap.get(*base) else { continue };
            let names: Vec<Sym> = self.heap.vars(base.scope).iter().map(|(name, _)| name).collect();
            for name in names {
                let found = self.class_lookup(class, name);
                if found.is_some_and(|found| self.is_abstract_part(found)) {
                    missing.push(self.heap.text(name).to_string());
                }
            }
        }
        missing.sort();
        missing.dedup();
        let plural = plural_of(missing.len());
        let without = self.input.version >= (3, 12);
        (!missing.is_empty()).then(|| match without {
            true => {
                let names = missing.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
                format!("Can't instantiate abstract class {name} without an implementation for abstract method{plural} {names}")
            }
            false => format!("Can't instantiate abstract class {name} with abstract method{plural} {}", missing.join(", ")),
        })
    }

    /// Keywords of a class that no `__init_subclass__` takes.
    pub(super) fn check_class_options(
        &mut self,
        frame: &Frame,
        node: &ClassNode,
        bases: &[Value],
        keywords: &[(Sym, Value)],
    ) -> Run<()> {
        let has_metaclass = node.arguments.keywords.len() != keywords.len();
        if keywords.is_empty() || has_metaclass || !self.is_computed(frame) {
            return Ok(());
        }
        for base in bases {
            let is_plain = self.heap.external_name(*base).as_deref() == Some("object") || self.is_whole_class(*base);
            let of_library = |base: &Value| match self.heap.external_name(*base) {
                Some(name) => !matches!(&*name, "object" | "abc.ABC"),
                None => false,
            };
            if !is_plain
                || self.mro_of(*base).iter().any(of_library)
                || self.class_lookup(*base, known::INIT_SUBCLASS).is_some()
            {
                return Ok(());
            }
        }
        let message = format!("{}.__init_subclass__() takes no keyword arguments", frame.code.code.name(node.name));
        self.mistake(frame, node.name_span, "TypeError", &message)
    }

    /// Whether no metaclass of some bases comes from all others.
    pub(super) fn is_metaclass_conflict(&mut self, bases: &[Value], metaclass: Option<Value>) -> bool {
        let mut metas: Vec<Value> = metaclass.into_iter().collect();
        for base in bases {
            match self.heap.get(*base) {
                Some(Object::Class(node)) if !node.open && node.module.is_some_and(|at| self.module(at).own) => {
                    metas.push(node.metaclass);
                }
                Some(Object::External(name)) => {
                    let name = self.heap.text(*name);
                    match names::metaclass_of(&name) {
                        Some(meta) => metas.push(self.heap.external(meta)),
                        None if &*name == "object" => {}
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
        let is_known = |this: &Self, meta: &Value| match this.heap.get(*meta) {
            Some(Object::Class(node)) => {
                !this.mistakes.is_given(*meta) && node.module.is_some_and(|at| this.module(at).own)
            }
            Some(Object::External(name)) => {
                matches!(&*this.heap.text(*name), "type" | "abc.ABCMeta" | "enum.EnumMeta")
            }
            _ => false,
        };
        if metas.len() < 2 || !metas.iter().all(|meta| is_known(self, meta)) {
            return false;
        }
        let mut is_decided = true;
        let has_winner = metas.clone().into_iter().any(|meta| {
            metas.iter().all(|other| {
                let answer = self.is_subclass(meta, *other);
                is_decided &= answer.is_some();
                answer == Some(true)
            })
        });
        is_decided && !has_winner
    }

    /// Whether a function, or what is behind a property, stands under `abstractmethod`.
    fn is_abstract_part(&self, value: Value) -> bool {
        match self.heap.get(value) {
            Some(Object::Function(function)) => {
                let code = &self.module(function.module).code.code;
                let Some(node) = code.functions.get(function.index as usize) else { return false };
                code.list(node.decorators).iter().any(|decorator| {
                    matches!(code.expr(*decorator), Expr::Name(name) | Expr::Attribute(_, name)
                        if code.name(name) == "abstractmethod")
                })
            }
            Some(Object::Property { getter: inner, .. } | Object::StaticMethod(inner) | Object::ClassMethod(inner)) => {
                self.is_abstract_part(*inner)
            }
            _ => false,
        }
    }

    /// What the generated `__init__` of a data class does.
    pub(super) fn fill_fields(&mut self, object: Value, class: Value, args: &Args) -> Run<()> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return Ok(()) };
        let Some(fields) = node.fields.clone() else {
            if let Value::Obj(id) = object
                && let Object::Instance { attrs, .. } = self.heap.object(id)
                && attrs.iter().next().is_none()
            {
                // Exceptions keep their arguments.
                let items = self.heap.tuple(&args.positional);
                let name = self.heap.sym("args");
                if let Object::Instance { attrs, .. } = self.heap.object_mut(id) {
                    attrs.set(name, items);
                }
            }
            return Ok(());
        };
        for (at, field) in fields.iter().enumerate() {
            let given = args.positional.get(at).copied().or_else(|| args.keyword(*field));
            let value = match given {
                Some(value) => value,
                None if args.open => Value::Unknown,
                None => match self.class_lookup(class, *field) {
                    Some(default) if self.heap.external_name(default).is_some() => Value::Unknown,
                    Some(default) => default,
                    None => Value::Unknown,
                },
            };
            self.set_attr(object, *field, value);
        }
        if let Some(hook) = self.class_lookup(class, known::POST_INIT) {
            let hook = self.bind(hook, object, class)?;
            self.call(hook, Args::default())?;
        }
        Ok(())
    }

    /// Why arguments do not fit the fields of a data class of own code.
    pub(super) fn misfit_of_fields(&mut self, class: Value, args: &Args) -> Option<String> {
        let is_own = |base: &Value| match self.heap.get(*base) {
            Some(Object::Class(node)) => !node.open && node.module.is_some_and(|module| self.module(module).own),
            Some(Object::External(name)) => &*self.heap.text(*name) == "object",
            _ => false,
        };
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let is_plain = self.heap.external_name(node.metaclass).as_deref() == Some("type");
        if args.open
            || !is_plain
            || !self.mro_of(class).iter().all(is_own)
            || self.has_code_for(class, &["__init__", "__new__"])
        {
            return None;
        }
        let fields = self.fields_of(class)?;
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let init = match self.input.version {
            (3, ..10) => "__init__".to_owned(),
            _ => format!("{}.__init__", self.heap.text(node.name)),
        };
        let (given, most) = (args.positional.len() + 1, fields.len() + 1);
        if given > most {
            let least = fields.iter().filter(|field| !field.has_default).count() + 1;
            let takes = if least == most { most.to_string() } else { format!("from {least} to {most}") };
            let plural = if takes == "1" { "" } else { "s" };
            return Some(format!("{init}() takes {takes} positional argument{plural} but {given} were given"));
        }
        let keywords: Vec<Rc<str>> = args.keywords.iter().map(|(name, _)| self.heap.text(*name)).collect();
        let (by_place, rest) = fields.split_at(args.positional.len());
        for keyword in &keywords {
            if by_place.iter().any(|field| *field.name == **keyword) {
                return Some(format!("{init}() got multiple values for argument '{keyword}'"));
            }
            if !rest.iter().any(|field| *field.name == **keyword) {
                return Some(format!("{init}() got an unexpected keyword argument '{keyword}'"));
            }
        }
        let is_given = |field: &Field| field.has_default || keywords.iter().any(|keyword| **keyword == *field.name);
        let missing: Vec<String> =
            rest.iter().filter(|field| !is_given(field)).map(|field| format!("'{}'", field.name)).collect();
        let plural = plural_of(missing.len());
        let names = missing.join(", ");
        (!missing.is_empty())
            .then(|| format!("{init}() missing {} required positional argument{plural}: {names}", missing.len()))
    }

    /// The parameters that a data class has, as it is written; `None` where they do not follow from that.
    fn fields_of(&self, class: Value) -> Option<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        for base in self.mro_of(class).iter().rev() {
            let Some(Object::Class(node)) = self.heap.get(*base) else { continue };
            let (at, name) = (node.module?, self.heap.text(node.name));
            let frame = self.module_frame(at);
            let code = &frame.code.code;
            let mut of_name = code.classes.iter().filter(|it| code.name(it.name) == &*name);
            let (Some(written), None) = (of_name.next(), of_name.next()) else { return None };
            if !is_plain_data_class(&frame, written) {
                return None;
            }
            for id in code.block(written.body) {
                let Some(Stmt::AnnAssign(target, annotation, value)) = code.stmts.get(id.0 as usize) else { continue };
                let Expr::Name(name) = code.expr(*target) else { return None };
                match kind_of_annotation(&frame, *annotation) {
                    Some("ClassVar") => continue,
                    Some(_) => return None,
                    None => {}
                }
                let has_default = match value.map(|value| (value, code.expr(value))) {
                    None => false,
                    Some((call, Expr::Call(..))) => {
                        let options = options_of_call(&frame, call);
                        if options.iter().any(|option| matches!(*option, "init" | "kw_only")) {
                            return None;
                        }
                        // What another call gives may be a descriptor, and is a default all the same.
                        let is_field = is_call_of(&frame, call, "field");
                        !is_field || options.iter().any(|option| matches!(*option, "default" | "default_factory"))
                    }
                    Some(_) => true,
                };
                let field = Field { name: code.name(name).to_owned(), has_default };
                match fields.iter_mut().find(|known| known.name == field.name) {
                    Some(known) => *known = field,
                    None => fields.push(field),
                }
            }
        }
        Some(fields)
    }
}

/// Whether a class is decorated as a data class and nothing else, and has no parts under conditions.
fn is_plain_data_class(frame: &Frame, class: &ClassNode) -> bool {
    let code = &frame.code.code;
    let [decorator] = code.list(class.decorators) else { return false };
    let options = options_of_call(frame, *decorator);
    let is_it = match code.expr(*decorator) {
        Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == "dataclass",
        Expr::Call(..) => is_call_of(frame, *decorator, "dataclass"),
        _ => false,
    };
    let is_simple = |stmt: &Stmt| {
        matches!(stmt, Stmt::AnnAssign(..) | Stmt::Assign(..) | Stmt::Function(_) | Stmt::Expr(_) | Stmt::Nothing)
    };
    is_it
        && !options.iter().any(|option| matches!(*option, "init" | "kw_only"))
        && code.block(class.body).iter().all(|id| code.stmts.get(id.0 as usize).is_some_and(is_simple))
}

fn is_call_of(frame: &Frame, call: ExprId, wanted: &str) -> bool {
    let code = &frame.code.code;
    let Expr::Call(function, _) = code.expr(call) else { return false };
    matches!(code.expr(function), Expr::Name(name) | Expr::Attribute(_, name) if code.name(name) == wanted)
}
