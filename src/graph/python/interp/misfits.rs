//! Calls of own functions and classes that do not fit, and classes that cannot be made.

use super::super::value::*;
use super::mistakes::MISTAKE;
use super::*;
use crate::lang::python::ir::{Class as ClassNode, Expr, Exprs, Function as Node, Stmt};

/// Built-in types that nobody can derive from.
const FINAL: [&str; 4] = ["bool", "memoryview", "range", "slice"];

impl Interp<'_> {
    /// A call of own code. Where it is known what is called, whatever it is given, the names and the number of arguments
    /// are judged.
    pub(super) fn check_call(
        &mut self,
        frame: &Frame,
        expr: ExprId,
        (callee, is_known): (Value, bool),
        args: &Args,
    ) -> Run<()> {
        if !self.is_own(frame) {
            return Ok(());
        }
        let is_computed = self.is_computed(frame);
        self.check_settings(frame, callee, args);
        self.check_lookup(frame, callee, args);
        self.note_arguments(frame, callee, args);
        if self.is_certain_here()
            && self.library_depth == 0
            && let Some(message) = self.misfit_of_shape(frame, (callee, is_known), args)
        {
            return self.mistake(frame, self.at(frame, expr), "TypeError", &message);
        }
        if !is_computed && !self.mistakes.rests_on_environment(&self.doubt) {
            return Ok(());
        }
        if let Some(text) = self.loaded_text(callee, args) {
            let loads = self.heap.external("json.loads");
            return self.check_call(frame, expr, (loads, true), &Args::one(text));
        }
        let (class, message) = match self.no_callable(callee) {
            Some(message) => ("TypeError", message),
            None => match self.misfit(callee, args) {
                Some(found) => found,
                None => return Ok(()),
            },
        };
        self.mistake_or_demand(frame, self.at(frame, expr), class, &message)
    }

    /// Why something cannot be called like this: only the names and the number of arguments count.
    fn misfit_of_shape(&mut self, frame: &Frame, (callee, is_known): (Value, bool), args: &Args) -> Option<String> {
        if let Some(message) = self.misfit_of_library(callee, args) {
            return Some(message);
        }
        if !self.is_decided(frame.module, 0) {
            return None;
        }
        let of_language = self.misfit_of_language(callee, args).or_else(|| self.misfit_of_signature(callee, args));
        of_language.or_else(|| if is_known { self.misfit_of_own(callee, args) } else { None })
    }

    /// The same for a function or a class of own code.
    fn misfit_of_own(&mut self, callee: Value, args: &Args) -> Option<String> {
        let (function, bound) = match self.heap.get(callee)? {
            Object::Function(function) => (Rc::clone(function), 0),
            Object::Method { function, this } => {
                let (function, this) = (*function, *this);
                let Some(Object::Instance { class, .. }) = self.heap.get(this) else { return None };
                let class = *class;
                if self.mistakes.is_given(function) || !self.is_made_plainly(class) {
                    return None;
                }
                let Some(Object::Function(node)) = self.heap.get(function) else { return None };
                (Rc::clone(node), 1)
            }
            Object::Class(class) if class.fields.is_some() => return self.misfit_of_fields(callee, args),
            Object::Class(_) => {
                if !self.is_made_plainly(callee) {
                    return None;
                }
                let init = self.class_lookup(callee, known::INIT)?;
                let Some(Object::Function(node)) = self.heap.get(init) else { return None };
                if self.mistakes.is_given(init) {
                    return None;
                }
                (Rc::clone(node), 1)
            }
            _ => return None,
        };
        if self.mistakes.is_given(callee) || !self.module(function.module).own {
            return None;
        }
        self.misfit_of(&function, args, bound)
    }

    /// Whether a call of a class gives its arguments to the `__init__` that is seen, whatever else it does with them: no
    /// metaclass and no `__new__` that is written in Python comes first, all of its bases are known, and no decorator may
    /// have written another one.
    fn is_made_plainly(&mut self, class: Value) -> bool {
        let Some(Object::Class(node)) = self.heap.get(class) else { return false };
        let is_plain = matches!(self.heap.external_name(node.metaclass).as_deref(), Some("type" | "abc.ABCMeta"));
        let mro = node.mro.clone();
        let made = self.class_lookup(class, known::NEW);
        let has_new = made.is_some_and(|made| !matches!(self.heap.get(made), Some(Object::External(_))));
        is_plain
            && !has_new
            && mro.iter().all(|base| match self.heap.get(*base) {
                Some(Object::Class(node)) => {
                    !node.open && !self.mistakes.is_given(*base) && !self.is_decorated(node.module, node.name)
                }
                Some(Object::External(name)) => {
                    let name = self.heap.text(*name);
                    !["enum.", "ctypes.", "typing.NamedTuple", "typing.TypedDict"].iter().any(|it| name.starts_with(it))
                        && !name.contains("()")
                }
                _ => false,
            })
    }

    /// What is wrong with a decorator that is called with what it decorates.
    pub(super) fn check_decorator(&mut self, frame: &Frame, decorator: ExprId, callee: Value, value: Value) -> Run<()> {
        if !self.is_computed(frame) || !matches!(self.heap.get(callee), Some(Object::Function(_) | Object::Class(_))) {
            return Ok(());
        }
        match self.misfit(callee, &Args::one(value)) {
            Some((class, message)) => self.mistake(frame, self.at(frame, decorator), class, &message),
            None => Ok(()),
        }
    }

    /// What is wrong with a call, as the class of an error and its message.
    fn misfit(&mut self, callee: Value, args: &Args) -> Option<(&'static str, String)> {
        let message = match self.heap.get(callee)? {
            Object::Function(function) => {
                let function = Rc::clone(function);
                if self.mistakes.is_given(callee) || !self.module(function.module).own {
                    return None;
                }
                self.misfit_of(&function, args, 0)?
            }
            Object::Method { function, this } => {
                let (function, this) = (*function, *this);
                if let Some(method) = self.heap.external_name(function) {
                    return self.refusal_of_method(this, &method, args);
                }
                let class = match self.heap.get(this) {
                    Some(Object::Instance { class, .. }) => *class,
                    Some(Object::Class(_)) => this,
                    _ => return None,
                };
                let Some(Object::Function(node)) = self.heap.get(function) else { return None };
                let node = Rc::clone(node);
                if self.mistakes.is_given(function) || !self.is_whole_class(class) {
                    return None;
                }
                self.misfit_of(&node, args, 1)?
            }
            Object::Class(_) if self.no_member(callee, args).is_some() => return self.no_member(callee, args),
            Object::Class(class) if class.fields.is_some() => self.misfit_of_fields(callee, args)?,
            Object::Class(_) => self.misfit_of_class(callee, args)?,
            Object::External(name) => return self.refusal(&self.heap.text(*name), args),
            Object::Partial { function, args: first } => {
                let (function, mut all) = (*function, (**first).clone());
                if !matches!(self.heap.get(function), Some(Object::Function(_))) || self.mistakes.is_given(callee) {
                    return None;
                }
                all.positional.extend(&args.positional);
                for (name, value) in &args.keywords {
                    all.keywords.retain(|(known, _)| known != name);
                    all.keywords.push((*name, *value));
                }
                all.open |= args.open;
                return self.misfit(function, &all);
            }
            _ => return None,
        };
        Some(("TypeError", message))
    }

    /// Why a class or a function of a library, as it is installed, cannot be called like this. Only the names and the
    /// number of arguments count.
    fn misfit_of_library(&mut self, callee: Value, args: &Args) -> Option<String> {
        let (function, bound) = match self.heap.get(callee)? {
            Object::Class(_) => return self.misfit_of_library_class(callee, args),
            Object::Function(function) => (Rc::clone(function), 0),
            Object::Method { function, this } => {
                let (function, this) = (*function, *this);
                let Some(Object::Instance { class, .. }) = self.heap.get(this) else { return None };
                let class = *class;
                match (self.heap.get(class), self.heap.get(function)) {
                    (Some(Object::Class(class)), Some(Object::Function(function))) if !class.open => {
                        (Rc::clone(function), 1)
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        let code = &self.module(function.module).code.code;
        let node = code.functions.get(function.index as usize)?;
        let is_plain =
            !self.module(function.module).own && code.list(node.decorators).is_empty() && node.value.is_none();
        if is_plain { self.misfit_of(&function, args, bound) } else { None }
    }

    /// Whether a module decorates a class of a name.
    fn is_decorated(&self, module: Option<ModIdx>, name: Sym) -> bool {
        let (Some(module), name) = (module, self.heap.text(name)) else { return true };
        let code = &self.module(module).code.code;
        code.classes.iter().any(|it| code.name(it.name) == &*name && !code.list(it.decorators).is_empty())
    }

    fn misfit_of_library_class(&mut self, class: Value, args: &Args) -> Option<String> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let (name, module, metaclass, open) = (node.name, node.module?, node.metaclass, node.open);
        let plain = matches!(self.heap.external_name(metaclass).as_deref(), Some("type" | "abc.ABCMeta"));
        let decorated = self.is_decorated(Some(module), name);
        if self.module(module).own || open || !plain || decorated || self.class_lookup(class, known::NEW).is_some() {
            return None;
        }
        let init = self.class_lookup(class, known::INIT)?;
        let Some(Object::Function(function)) = self.heap.get(init) else { return None };
        let function = Rc::clone(function);
        let code = &self.module(function.module).code.code;
        let node = code.functions.get(function.index as usize)?;
        if code.list(node.decorators).is_empty() { self.misfit_of(&function, args, 1) } else { None }
    }

    /// Why a class cannot be called like this.
    fn misfit_of_class(&mut self, class: Value, args: &Args) -> Option<String> {
        if !self.is_whole_class(class) || self.class_lookup(class, known::NEW).is_some() {
            return None;
        }
        if let Some(message) = self.refusal_of_abstract(class) {
            return Some(message);
        }
        if args.open {
            return None;
        }
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let (name, is_data) = (node.name, node.fields.is_some());
        match self.class_lookup(class, known::INIT) {
            Some(init) => {
                let Some(Object::Function(function)) = self.heap.get(init) else { return None };
                let function = Rc::clone(function);
                if self.mistakes.is_given(init) { None } else { self.misfit_of(&function, args, 1) }
            }
            None if !is_data && (!args.positional.is_empty() || !args.keywords.is_empty()) => {
                Some(format!("{}() takes no arguments", self.heap.text(name)))
            }
            None => None,
        }
    }

    /// Why arguments do not fit a function of own code; `bound` of them are there already.
    fn misfit_of(&mut self, function: &Function, args: &Args, bound: usize) -> Option<String> {
        if args.open {
            return None;
        }
        let code = &self.module(function.module).code.code;
        let node: &Node = code.functions.get(function.index as usize)?;
        let name = code.name(node.name);
        let given = args.positional.len() + bound;
        let most = node.positional.len();
        if given > most && node.vararg.is_none() {
            let least = node.positional.iter().filter(|parameter| parameter.default.is_none()).count();
            let takes = if least == most { most.to_string() } else { format!("from {least} to {most}") };
            let plural = if takes == "1" { "argument" } else { "arguments" };
            let were = if given == 1 { "was" } else { "were" };
            return Some(format!("{name}() takes {takes} positional {plural} but {given} {were} given"));
        }
        let text = |keyword: Sym| self.heap.text(keyword);
        for (keyword, _) in &args.keywords {
            let keyword = text(*keyword);
            let at = node.positional.iter().position(|parameter| *code.name(parameter.name) == *keyword);
            let is_named = node.keyword_only.iter().any(|parameter| *code.name(parameter.name) == *keyword);
            match at {
                Some(at) if at < given && node.kwarg.is_none() => {
                    return Some(format!("{name}() got multiple values for argument '{keyword}'"));
                }
                None if !is_named && node.kwarg.is_none() => {
                    return Some(format!("{name}() got an unexpected keyword argument '{keyword}'"));
                }
                _ => {}
            }
        }
        let is_named = |parameter: &str| args.keywords.iter().any(|(keyword, _)| *text(*keyword) == *parameter);
        let rest = node.positional.get(given.min(most)..).unwrap_or(&[]);
        for (parameters, kind) in [(rest, "positional"), (&*node.keyword_only, "keyword-only")] {
            let missing = parameters.iter().filter(|parameter| parameter.default.is_none());
            let missing: Vec<&str> =
                missing.map(|parameter| code.name(parameter.name)).filter(|parameter| !is_named(parameter)).collect();
            if !missing.is_empty() {
                let plural = plural_of(missing.len());
                let names = missing.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
                return Some(format!("{name}() missing {} required {kind} argument{plural}: {names}", missing.len()));
            }
        }
        None
    }

    /// The bases of a class that is made now.
    pub(super) fn check_bases(
        &mut self,
        frame: &Frame,
        node: &ClassNode,
        bases: &[Value],
        metaclass: Option<Value>,
    ) -> Run<()> {
        let at = node.name_span;
        if self.is_computed(frame) && self.is_metaclass_conflict(bases, metaclass) {
            let message = "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
                           metaclasses of all its bases";
            return self.mistake(frame, at, "TypeError", message);
        }
        if metaclass.is_some() || !self.is_certain_here() {
            return Ok(());
        }
        if let Some(message) = self.same_error_twice(bases) {
            let fault = self.new_fault(MISTAKE, "TypeError", format!("TypeError: {message}"), Some((frame.module, at)));
            return self.raise_fault("TypeError", &message, fault).map(|_| ());
        }
        if !self.is_computed(frame) {
            return Ok(());
        }
        if let Some(message) = self.no_class(bases) {
            return self.mistake(frame, at, "TypeError", &message);
        }
        self.check_named_tuple(frame, node, bases)
    }

    /// Bases that became one and the same class: `class E(asyncio.TimeoutError, TimeoutError)` from Python 3.11 on. It
    /// is as certain in libraries, which were written before.
    fn same_error_twice(&self, bases: &[Value]) -> Option<String> {
        let (_, minor) = self.input.version;
        let known = |name: &str| match name {
            "asyncio.TimeoutError" | "asyncio.exceptions.TimeoutError" | "concurrent.futures.TimeoutError" => {
                if minor >= 11 { Some("TimeoutError") } else { None }
            }
            "socket.timeout" if minor >= 10 => Some("TimeoutError"),
            "TimeoutError" => Some("TimeoutError"),
            "OSError" | "IOError" | "EnvironmentError" | "socket.error" => Some("OSError"),
            _ => None,
        };
        let names: Vec<&str> = bases.iter().filter_map(|base| known(&self.heap.external_name(*base)?)).collect();
        let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(*name))?;
        Some(format!("duplicate base class {}", twice.1))
    }

    /// Why bases make no class.
    fn no_class(&mut self, bases: &[Value]) -> Option<String> {
        for base in bases {
            match self.heap.get(*base) {
                None if *base == Value::None => return Some("NoneType takes no arguments".to_owned()),
                Some(Object::External(name)) if FINAL.contains(&&*self.heap.text(*name)) => {
                    return Some(format!("type '{}' is not an acceptable base type", self.heap.text(*name)));
                }
                Some(Object::Module(at))
                    if self.module(*at).kind == ModuleKind::Source || self.module(*at).kind == ModuleKind::Runtime =>
                {
                    return Some("module() takes at most 2 arguments (3 given)".to_owned());
                }
                _ => {}
            }
        }
        let is_known = |this: &mut Self, base: Value| {
            this.is_whole_class(base) || this.heap.external_name(base).as_deref() == Some("object")
        };
        if bases.len() < 2 || !bases.iter().copied().all(|base| is_known(self, base)) {
            return None;
        }
        let twice = bases.iter().enumerate().find(|(at, base)| bases[..*at].contains(base));
        if let Some((_, base)) = twice {
            return Some(format!("duplicate base class {}", self.base_name(*base)));
        }
        if self.is_linear(bases) {
            return None;
        }
        let names = bases.iter().map(|base| self.base_name(*base)).collect::<Vec<_>>().join(", ");
        Some(format!("Cannot create a consistent method resolution order (MRO) for bases {names}"))
    }

    fn base_name(&self, base: Value) -> String {
        match self.heap.get(base) {
            Some(Object::Class(class)) => self.heap.text(class.name).to_string(),
            _ => "object".to_owned(),
        }
    }

    /// Whether bases have an order (C3).
    fn is_linear(&mut self, bases: &[Value]) -> bool {
        let object = self.heap.external("object");
        let mut lists: Vec<Vec<Value>> = Vec::new();
        for base in bases {
            let mut line: Vec<Value> = self.mro_of(*base).iter().copied().filter(|class| *class != object).collect();
            if line.len() >= LIMITS.bases {
                return true;
            }
            line.push(object);
            lists.push(line);
        }
        lists.push(bases.to_vec());
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return true;
            }
            let head = lists.iter().map(|list| list[0]).find(|head| !lists.iter().any(|list| list[1..].contains(head)));
            let Some(head) = head else { return false };
            for list in &mut lists {
                list.retain(|item| *item != head);
            }
        }
    }

    /// The fields of a named tuple: those with a default come last.
    fn check_named_tuple(&mut self, frame: &Frame, node: &ClassNode, bases: &[Value]) -> Run<()> {
        let is_tuple = |base: &Value| self.heap.external_name(*base).as_deref() == Some("typing.NamedTuple");
        if !bases.iter().any(is_tuple) {
            return Ok(());
        }
        let code = &frame.code.code;
        let mut before: Option<&str> = None;
        for id in code.block(node.body) {
            let Some(Stmt::AnnAssign(target, _, value)) = code.stmts.get(id.0 as usize) else { continue };
            let Expr::Name(name) = code.expr(*target) else { continue };
            match (value, before) {
                (Some(_), _) => before = Some(code.name(name)),
                (None, Some(before)) => {
                    let message = format!(
                        "Non-default namedtuple field {} cannot follow default field {before}",
                        code.name(name)
                    );
                    return self.mistake(frame, code.stmt_span(*id), "TypeError", &message);
                }
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// A class that `dataclasses.dataclass` decorates.
    pub(super) fn check_data_class(
        &mut self,
        frame: &Frame,
        decorator: Value,
        class: Value,
        node: &ClassNode,
    ) -> Run<()> {
        if self.heap.external_name(decorator).as_deref() != Some("dataclasses.dataclass")
            || !self.is_own(frame)
            || !self.is_certain_here()
            || self.library_depth > 0
        {
            return Ok(());
        }
        let code = &frame.code.code;
        let options = options_of(frame, node.decorators);
        let (_, minor) = self.input.version;
        let newer = [("kw_only", 10), ("slots", 10), ("match_args", 10), ("weakref_slot", 11)];
        if let Some((name, _)) = newer.iter().find(|(name, first)| minor < *first && options.contains(name)) {
            let message = format!("dataclass() got an unexpected keyword argument '{name}'");
            return self.mistake(frame, node.name_span, "TypeError", &message);
        }
        // Fields of bases come first: those are not looked at.
        let has_bases =
            self.mro_of(class).iter().skip(1).any(|base| matches!(self.heap.get(*base), Some(Object::Class(_))));
        // With `init=False` no function is made whose parameters would be out of order.
        let mut is_ordered = !["kw_only", "init"].iter().any(|option| options.contains(option)) && !has_bases;
        let mut has_default = false;
        for id in code.block(node.body) {
            let Some(Stmt::AnnAssign(target, annotation, value)) = code.stmts.get(id.0 as usize) else { continue };
            let Expr::Name(name) = code.expr(*target) else { continue };
            let name = code.name(name);
            match kind_of_annotation(frame, *annotation) {
                Some("ClassVar") => continue,
                Some("KW_ONLY") => is_ordered = false,
                _ => {}
            }
            let Some(value) = value else {
                if has_default && is_ordered {
                    let message = format!("non-default argument '{name}' follows default argument");
                    return self.mistake(frame, code.stmt_span(*id), "TypeError", &message);
                }
                continue;
            };
            if let Some(kind) = self.mutable(frame, *value) {
                let message =
                    format!("mutable default <class '{kind}'> for field {name} is not allowed: use default_factory");
                return self.mistake(frame, code.stmt_span(*id), "ValueError", &message);
            }
            match code.expr(*value) {
                // `field(...)` says it in its own words.
                Expr::Call(..) => {
                    let options = options_of_call(frame, *value);
                    if options.iter().any(|option| ["default", "default_factory"].contains(option))
                        && !options.iter().any(|option| ["init", "kw_only"].contains(option))
                    {
                        has_default = true;
                    } else {
                        is_ordered = false;
                    }
                }
                _ => has_default = true,
            }
        }
        Ok(())
    }

    /// The type of a default that no data class takes.
    fn mutable(&mut self, frame: &Frame, value: ExprId) -> Option<&'static str> {
        let code = &frame.code.code;
        match code.expr(value) {
            Expr::List(_) => Some("list"),
            Expr::Dict(_) => Some("dict"),
            Expr::Set(_) => Some("set"),
            Expr::Call(function, _) => {
                let Expr::Name(name) = code.expr(function) else { return None };
                let name = self.sym(frame, name);
                if self.lookup(frame, name).is_some() {
                    return None;
                }
                ["list", "dict", "set"].into_iter().find(|kind| **kind == *self.heap.text(name))
            }
            _ => None,
        }
    }
}

/// The ending of a word for so many things.
pub(super) fn plural_of(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The names of the keywords of a class's decorators that are called.
fn options_of<'f>(frame: &Frame<'f>, decorators: Exprs) -> Vec<&'f str> {
    let code = &frame.code.code;
    code.list(decorators).iter().flat_map(|decorator| options_of_call(frame, *decorator)).collect()
}

pub(super) fn options_of_call<'f>(frame: &Frame<'f>, call: ExprId) -> Vec<&'f str> {
    let code = &frame.code.code;
    let Expr::Call(_, at) = code.expr(call) else { return Vec::new() };
    let keywords = code.calls.get(at as usize).map_or(&[][..], |args| &args.keywords);
    // What is passed on by `**` may be anything.
    keywords.iter().map(|(name, _)| name.map_or("kw_only", |name| code.name(name))).collect()
}

/// The word by which an annotation says that it declares no ordinary field.
pub(super) fn kind_of_annotation(frame: &Frame, annotation: ExprId) -> Option<&'static str> {
    let code = &frame.code.code;
    let name = match code.expr(annotation) {
        Expr::Subscript(object, _) => return kind_of_annotation(frame, object),
        Expr::Name(name) | Expr::Attribute(_, name) => code.name(name),
        Expr::Text(text) => code.text(text),
        _ => return None,
    };
    ["ClassVar", "KW_ONLY"].into_iter().find(|kind| name.contains(kind))
}
