//! What own code does wrong with values that are fully known: errors that the interpreter raises by itself.
//!
//! A value is known where own code alone has made it. What code of others returns, or got hold of and may have changed,
//! proves nothing.

use super::super::value::*;
use super::loss::{Loss, On};
use super::trace::Mark;
use super::*;
use crate::lang::python::ir::{Alias, Expr};

/// The rule for errors that the interpreter raises in own code.
pub(super) const MISTAKE: &str = "error-at-load";

/// Words by which code gives objects attributes that the walk does not see.
const UNSEEN: &[&str] =
    &["setattr", "vars", "locals", "globals", "exec", "__dict__", "__setattr__", "__getattribute__"];

/// What keeps own values from being known.
#[derive(Clone, Default)]
pub(super) struct Mistakes {
    /// What had been read when the statement began that runs now.
    statement: Mark,
    /// Something was cut short or may have run unseen; what it does to values is not known.
    pub(super) loss: Loss,
    /// Objects that code of others got hold of.
    given: FxHashSet<ObjId>,
    /// Modules with functions that code of others may call.
    called_back: FxHashSet<ModIdx>,
    /// Containers that own code has written down, and whose changes are all seen.
    written: FxHashSet<ObjId>,
    /// Stretches of code that may have run or not, whose names are known for it.
    unwalked: FxHashSet<(ModIdx, Span)>,
    /// Names that surely lost their value, with the place behind which code may have given them another.
    gone: FxHashMap<(ScopeId, Sym), u32>,
}

impl Mistakes {
    /// Begins a statement; gives what [`Self::end`] takes.
    pub(super) fn begin(&mut self, mark: Mark) -> Mark {
        std::mem::replace(&mut self.statement, mark)
    }

    /// What had been read when the statement began that runs now.
    pub(super) fn statement(&self) -> Mark {
        self.statement
    }

    pub(super) fn end(&mut self, outer: Mark) {
        self.statement = outer;
    }

    /// Notes that something of own code was cut short: it may have changed whatever there is by now.
    pub(super) fn lose(&mut self, heap: &Heap, is_cut: bool) {
        if is_cut {
            self.loss.note(heap);
        }
    }

    /// Whether what the statement has computed depends on the environment, and on nothing else that is not known.
    pub(super) fn rests_on_environment(&self, doubt: &Doubt) -> bool {
        doubt.has_read(self.statement) && !doubt.has_foreign(self.statement)
    }

    /// Whether what the statement has computed depends on the environment or on code of others.
    pub(super) fn rests_on_anything(&self, doubt: &Doubt) -> bool {
        doubt.has_read(self.statement) || doubt.has_foreign(self.statement)
    }

    /// Whether a stretch of code is met as one that may have run for the first time.
    pub(super) fn meets(&mut self, module: ModIdx, span: Span) -> bool {
        self.unwalked.insert((module, span))
    }

    /// Notes that a name surely has lost its value.
    pub(super) fn lose_name(&mut self, scope: ScopeId, name: Sym, behind: u32) {
        self.gone.insert((scope, name), behind);
    }

    /// The place behind which a name may have got a value.
    pub(super) fn lost_at(&self, scope: ScopeId, name: Sym) -> u32 {
        self.gone.get(&(scope, name)).copied().unwrap_or_default()
    }

    /// Notes a container that own code writes down.
    pub(super) fn write(&mut self, value: Value) {
        if let Value::Obj(id) = value {
            self.written.insert(id);
        }
    }

    /// Notes that code of others gets hold of a value, and of all that it leads to.
    pub(super) fn give_away(&mut self, heap: &Heap, value: Value) {
        let mut next = vec![value];
        let mut seen = 0;
        while let Some(value) = next.pop() {
            let Value::Obj(id) = value else { continue };
            if !self.given.insert(id) {
                continue;
            }
            seen += 1;
            if seen > LIMITS.given_away {
                self.loss.note(heap);
                return;
            }
            match heap.object(id) {
                Object::Function(function) => {
                    self.called_back.insert(function.module);
                }
                Object::Class(class) => self.called_back.extend(class.module),
                Object::Instance { attrs, class, .. } => {
                    next.extend(attrs.iter().map(|(_, value)| value));
                    next.push(*class);
                }
                Object::Method { function, this } => next.extend([*function, *this]),
                Object::Tuple(items) | Object::Union(items) => next.extend(items.iter()),
                Object::List { items, .. } | Object::Set { items, .. } => next.extend(items),
                Object::Dict { items, .. } => next.extend(items.iter().map(|(_, value)| value)),
                Object::Partial { function, .. } | Object::StaticMethod(function) | Object::ClassMethod(function) => {
                    next.push(*function);
                }
                Object::Generator { pending: Some(pending), .. } => next.push(Value::Obj(pending.function)),
                _ => {}
            }
        }
    }

    pub(super) fn is_given(&self, value: Value) -> bool {
        matches!(value, Value::Obj(id) if self.given.contains(&id))
    }

    pub(super) fn is_called_back(&self, module: ModIdx) -> bool {
        self.called_back.contains(&module)
    }

    /// Whether a value is a container that own code has written down and nobody else can have changed.
    pub(super) fn is_written(&self, value: Value) -> bool {
        matches!(value, Value::Obj(id) if self.written.contains(&id) && !self.given.contains(&id))
            && !self.loss.is_before(value)
    }
}

impl Interp<'_> {
    /// Whether a frame runs the function's own code, as it stands in a file.
    pub(super) fn is_own(&self, frame: &Frame) -> bool {
        let module = self.module(frame.module);
        module.own && module.host.is_none()
    }

    /// Whether what own code computes now is known, and an error in it certain.
    pub(super) fn is_computed(&self, frame: &Frame) -> bool {
        self.is_own(frame)
            && self.library_depth == 0
            // A text of which only parts are known may be any.
            && !self.has_holes
            && self.is_certain_here()
            && !self.doubt.has_read(self.mistakes.statement)
            && !self.doubt.has_foreign(self.mistakes.statement)
    }

    /// Raises an error of the interpreter where an expression stands.
    pub(super) fn mistake(&mut self, frame: &Frame, at: Span, class: &str, message: &str) -> Run<()> {
        let fault = self.new_fault(MISTAKE, class, format!("{class}: {message}"), Some((frame.module, at)));
        self.raise_fault(class, message, fault).map(|_| ())
    }

    /// Notes a container that own code writes down; gives it back.
    pub(super) fn note_written(&mut self, frame: &Frame, value: Value) -> Value {
        if self.is_own(frame) {
            self.mistakes.write(value);
        }
        value
    }

    /// Notes what a call in own code gives to code of others.
    pub(super) fn note_arguments(&mut self, frame: &Frame, callee: Value, args: &Args) {
        if !self.is_own(frame) || self.phase != Phase::Init || self.is_own_code(callee) {
            return;
        }
        if let Some(Object::Method { function, this }) = self.heap.get(callee) {
            let (function, this) = (*function, *this);
            if self.heap.external_name(function).is_some_and(|name| followed::is_function(&name)) {
                return;
            }
            if let Some(name) = self.heap.external_name(function).filter(|name| name.starts_with('.')) {
                if let Value::Obj(id) = this
                    && !followed::is_method(&name)
                {
                    self.mistakes.written.remove(&id);
                }
                if !self.mistakes.is_given(this) && !matches!(self.heap.get(this), Some(Object::External(_))) {
                    return;
                }
            }
            self.mistakes.give_away(&self.heap, this);
        } else if self.heap.external_name(callee).is_some_and(|name| followed::is_function(&name)) {
            return;
        }
        for value in args.positional.iter().chain(args.keywords.iter().map(|(_, value)| value)) {
            self.mistakes.give_away(&self.heap, *value);
            self.taint_reached(*value);
        }
    }

    /// Whether calling a value runs own code alone.
    pub(super) fn is_own_code(&mut self, callee: Value) -> bool {
        match self.heap.get(callee) {
            Some(Object::Function(function)) => self.module(function.module).own,
            Some(Object::Method { function, .. }) => {
                let function = *function;
                matches!(self.heap.get(function), Some(Object::Function(_))) && self.is_own_code(function)
            }
            Some(Object::Class(_)) => self.is_whole_class(callee) || self.is_enumeration(callee),
            Some(Object::Partial { function, .. }) => {
                let function = *function;
                matches!(self.heap.get(function), Some(Object::Function(_))) && self.is_own_code(function)
            }
            _ => false,
        }
    }

    /// Notes what a call in own code gives back.
    pub(super) fn note_result(&mut self, frame: &Frame, callee: Value, result: Value, is_unordered: bool) {
        if !self.is_own(frame) || self.is_own_code(callee) {
            return;
        }
        let harmless = match self.heap.get(callee) {
            Some(Object::External(name)) => {
                let name = self.heap.text(*name);
                followed::is_function(&name)
                    || names::is_exception(&name)
                    || matches!(&*name, "set" | "frozenset" | "dict")
            }
            Some(Object::Method { this: Value::Str(_), .. }) => true,
            Some(Object::Method { this, function }) => {
                let (this, function) = (*this, *function);
                let container = matches!(
                    self.heap.get(this),
                    Some(Object::List { .. } | Object::Dict { .. } | Object::Set { .. } | Object::Tuple(_))
                );
                let name = self.heap.external_name(function);
                let own = name.as_ref().is_some_and(|name| name.starts_with('.'));
                name.is_some_and(|name| followed::is_function(&name))
                    || self.is_followed(this)
                    || own && container && !self.mistakes.is_given(this)
            }
            _ => false,
        };
        if is_unordered || !harmless {
            self.note_foreign(result);
        } else if let Some(name) = self.runtime_name(callee).filter(|name| followed::is_maker(name)) {
            self.note_made(result, name.starts_with("json."));
        }
    }

    /// The name of a function or a method of the runtime.
    pub(super) fn runtime_name(&self, callee: Value) -> Option<Rc<str>> {
        match self.heap.get(callee)? {
            Object::External(name) => Some(self.heap.text(*name)),
            Object::Method { function, .. } => self.heap.external_name(*function),
            _ => None,
        }
    }

    /// Notes a container that was just made, or all that are in it, as if own code had written it down.
    fn note_made(&mut self, value: Value, is_deep: bool) {
        let mut next = vec![value];
        while let Some(value) = next.pop() {
            match self.heap.get(value) {
                Some(Object::List { row: Row::List, items, .. }) if is_deep => next.extend(items),
                Some(Object::Dict { items, .. }) if is_deep => next.extend(items.iter().map(|(_, value)| value)),
                Some(Object::List { row: Row::List, .. } | Object::Set { .. } | Object::Dict { .. }) => {}
                _ => continue,
            }
            self.mistakes.write(value);
        }
    }

    /// Notes that own code got a value from elsewhere.
    fn note_foreign(&mut self, value: Value) {
        match self.heap.get(value) {
            Some(Object::Function(_) | Object::Class(_) | Object::Module(_) | Object::External(_)) => {}
            None if value == Value::Unknown => {}
            _ => {
                self.doubt.read_foreign();
                self.mistakes.give_away(&self.heap, value);
            }
        }
    }

    /// Notes the names that an import from a module of others brings.
    pub(super) fn note_imported(&mut self, frame: &Frame, level: u32, module: Option<NameId>, names: &[Alias]) {
        if !self.is_own(frame) {
            return;
        }
        let own = level > 0
            || module.is_some_and(|module| {
                let module = self.sym(frame, module);
                match self.sys_modules.get(module).and_then(|module| self.heap.get(module)) {
                    Some(Object::Module(at)) => self.module(*at).own,
                    _ => false,
                }
            });
        if own {
            return;
        }
        for alias in names {
            let name = self.sym(frame, alias.bound);
            let value = self.heap.vars(frame.scope).get(name).unwrap_or(Value::Unknown);
            match self.heap.get(value) {
                Some(Object::Function(_) | Object::Class(_) | Object::Module(_) | Object::External(_))
                | Some(Object::Namespace(NamespaceOf::Environment)) => {}
                _ => self.doubt.taint_foreign(name),
            }
        }
    }

    /// Notes an attribute that own code has read; gives its value.
    pub(super) fn seen_attr(
        &mut self,
        frame: &Frame,
        expr: ExprId,
        object: Value,
        name: Sym,
        value: Value,
    ) -> Run<Value> {
        if !self.is_own(frame) {
            return Ok(value);
        }
        let is_known = match self.heap.get(object) {
            // What the runtime says of itself in constants is so.
            Some(Object::Module(at)) => {
                let constant = match self.heap.get(value) {
                    None | Some(Object::Tuple(_) | Object::Namespace(NamespaceOf::Environment)) => true,
                    Some(_) => false,
                };
                let module = self.module(*at);
                module.own || constant && module.kind == ModuleKind::Runtime
            }
            Some(_) if self.is_followed(object) => true,
            // What the runtime says of itself in parts: `sys.implementation.name`, `sys.version_info.major`.
            Some(Object::Tuple(_)) => true,
            Some(Object::External(of)) => self.heap.get(value).is_none() && !self.heap.text(*of).contains("()"),
            Some(Object::List { .. } | Object::Dict { .. } | Object::Set { .. }) => {
                self.mistakes.is_written(object) && followed::is_exact(&self.heap.text(name))
            }
            Some(Object::Instance { class, .. }) => {
                let class = *class;
                match self.heap.external_name(class).as_deref() {
                    Some(name) => matches!(name, "re.Pattern" | "re.Match" | "io.File"),
                    None => self.is_whole_class(class) && !self.answers_itself(class),
                }
            }
            Some(Object::Class(_)) => self.is_whole_class(object),
            Some(Object::Super { class, .. }) => {
                let class = *class;
                self.is_whole_class(class)
            }
            Some(_) => false,
            None => true,
        };
        let text = self.heap.text(name);
        let is_module = matches!(self.heap.get(object), Some(Object::Module(_) | Object::Super { .. }));
        let is_plain = !text.starts_with("__") || text.ends_with("name__") || &*text == "__module__";
        let is_known = is_known && (is_module || is_plain);
        // Whoever has the method has its object.
        self.note_old(object, name, value);
        let (is_computed, kind) = (self.is_computed(frame), self.kind_of(object));
        if !is_known {
            self.note_foreign(value);
        }
        if is_computed
            && value == Value::Unknown
            && let Some(kind) = self.lacks_member(object, name)
            && !self.may_be_set_unseen(name, On::Any)
        {
            let message = format!("type object '{kind}' has no attribute '{text}'");
            self.mistake(frame, self.at(frame, expr), "AttributeError", &message)?;
        }
        if is_computed && let Some(message) = self.lacks_attribute(frame, object, name) {
            self.mistake(frame, self.at(frame, expr), "AttributeError", &message)?;
        }
        if let Some(kind) = kind
            && kind.1
            && is_computed
            && let text = self.heap.text(name)
            && !text.starts_with("__")
            && (kind.0 == "builtin_function_or_method"
                || builtin_attributes::has(kind.0, &text, self.input.version) == Some(false))
        {
            let message = format!("'{}' object has no attribute '{text}'", kind.0);
            self.mistake(frame, self.at(frame, expr), "AttributeError", &message)?;
        }
        Ok(value)
    }

    /// An attribute that an object of own code lacks.
    pub(super) fn refuse_attr(&mut self, frame: &Frame, expr: ExprId, object: Value, name: Sym) -> Run<()> {
        let text = self.heap.text(name);
        if text.starts_with("__") {
            return Ok(());
        }
        if object == Value::None {
            let message = format!("'NoneType' object has no attribute '{text}'");
            return self.mistake_or_demand(frame, self.at(frame, expr), "AttributeError", &message);
        }
        if !self.is_computed(frame) || self.may_be_set_unseen(name, On::Any) {
            return Ok(());
        }
        let message = match self.heap.get(object) {
            Some(Object::Instance { class, .. }) => {
                let class = *class;
                let is_given = self.mistakes.is_given(object) || self.mistakes.loss.is_before(object);
                let Some(kind) = self.whole_class(class).filter(|_| !is_given) else {
                    return Ok(());
                };
                format!("'{kind}' object has no attribute '{text}'")
            }
            Some(Object::Class(_)) => match self.whole_class(object) {
                Some(kind) => format!("type object '{kind}' has no attribute '{text}'"),
                None => match self.lacks_member(object, name) {
                    Some(kind) => format!("type object '{kind}' has no attribute '{text}'"),
                    None => return Ok(()),
                },
            },
            Some(Object::Super { class, .. }) => {
                let class = *class;
                if !self.is_whole_class(class) {
                    return Ok(());
                }
                format!("'super' object has no attribute '{text}'")
            }
            Some(Object::Function(_)) if !self.mistakes.is_given(object) && !self.has_unseen(frame.module) => {
                format!("'function' object has no attribute '{text}'")
            }
            _ => return Ok(()),
        };
        self.mistake(frame, self.at(frame, expr), "AttributeError", &message)
    }

    /// A constant as errors show it.
    pub(super) fn constant_shown(&self, value: Value) -> String {
        match value {
            Value::Str(text) => format!("'{}'", self.heap.text(text)),
            Value::Int(number) => number.to_string(),
            _ => "None".to_owned(),
        }
    }

    /// The name of a class of which all is known, and whose objects nobody else has changed.
    fn whole_class(&mut self, class: Value) -> Option<Rc<str>> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let (name, module) = (node.name, node.module?);
        let fixed = !self.mistakes.is_called_back(module) && !self.has_unseen(module);
        (fixed && self.is_whole_class(class)).then(|| self.heap.text(name))
    }

    /// Whether code of a module gives objects attributes in ways that are not seen.
    fn has_unseen(&self, module: ModIdx) -> bool {
        self.module(module).code.code.names.iter().any(|name| UNSEEN.contains(&&**name))
    }

    /// Whether all of a class is own code.
    pub(super) fn is_whole_class(&mut self, class: Value) -> bool {
        let Some(Object::Class(node)) = self.heap.get(class) else { return false };
        let plain_meta = matches!(self.heap.external_name(node.metaclass).as_deref(), Some("type" | "abc.ABCMeta"));
        let mro = node.mro.clone();
        plain_meta
            && mro.iter().all(|base| match self.heap.get(*base) {
                Some(Object::Class(node)) => {
                    !node.open
                        && !self.mistakes.is_given(*base)
                        && node.module.is_some_and(|module| self.module(module).own)
                }
                Some(Object::External(name)) => {
                    matches!(&*self.heap.text(*name), "object" | "abc.ABC" | "typing.Generic" | "typing.Protocol")
                }
                _ => false,
            })
    }

    /// `object[key]` of own code.
    pub(super) fn check_item(&mut self, frame: &Frame, expr: ExprId, object: Value, key: Value) -> Run<()> {
        self.note_demand(frame, object, key);
        if object == Value::None {
            let message = "'NoneType' object is not subscriptable";
            return self.mistake_or_demand(frame, self.at(frame, expr), "TypeError", message);
        }
        if !self.is_computed(frame) {
            return Ok(());
        }
        let (class, message) = match self.refusal_of_place(object, key) {
            Some(found) => found,
            None => match (self.heap.get(object), key) {
                (Some(Object::Class(_)), Value::Str(text)) if self.has_no_member(object, text) => {
                    ("KeyError", format!("'{}'", self.heap.text(text)))
                }
                (Some(Object::Dict { items, open: false }), _)
                    if self.mistakes.is_written(object)
                        && is_constant(key)
                        && items.get(key).is_none()
                        && items.iter().all(|(key, _)| is_constant(key)) =>
                {
                    ("KeyError", self.constant_shown(key))
                }
                (Some(Object::Dict { .. }), _)
                    if self.mistakes.is_written(object) && self.unhashable(key).is_some() =>
                {
                    ("TypeError", format!("unhashable type: '{}'", self.unhashable(key).unwrap_or_default()))
                }
                (Some(Object::List { items, open: false, .. }), Value::Int(at))
                    if self.mistakes.is_written(object) && subscript::index(at, items.len()).is_none() =>
                {
                    ("IndexError", "list index out of range".to_owned())
                }
                (Some(Object::Tuple(items)), Value::Int(at)) if subscript::index(at, items.len()).is_none() => {
                    ("IndexError", "tuple index out of range".to_owned())
                }
                _ => return Ok(()),
            },
        };
        // Whoever calls back may have filled it.
        if self.mistakes.is_called_back(frame.module) && class != "TypeError" {
            return Ok(());
        }
        self.mistake(frame, self.at(frame, expr), class, &message)
    }

    /// What a loop of own code goes through.
    pub(super) fn check_iterable(&mut self, frame: &Frame, expr: ExprId, iterable: Value) -> Run<()> {
        if !self.is_own(frame) {
            return Ok(());
        }
        match self.kind_of(iterable) {
            Some((kind @ ("NoneType" | "int" | "float" | "bool" | "builtin_function_or_method"), _))
                if self.is_computed(frame) =>
            {
                let message = format!("'{kind}' object is not iterable");
                return self.mistake(frame, self.at(frame, expr), "TypeError", &message);
            }
            // In which order a set gives its items is not known.
            Some(("set", _)) => self.doubt.read_foreign(),
            Some(_) => {}
            None if self.heap.stands_for(iterable).is_some_and(|row| row != Row::Iterator("")) => {}
            // Members of enumerations stand as their values, and so on.
            None => self.doubt.read_foreign(),
        }
        Ok(())
    }

    /// `a, b = value` of own code.
    pub(super) fn check_unpacking(&mut self, frame: &Frame, targets: &[ExprId], value: Value) -> Run<()> {
        let code = frame.code;
        let Some(first) = targets.first().filter(|_| self.is_computed(frame)) else { return Ok(()) };
        let given = match (value, self.heap.get(value)) {
            (Value::None | Value::Int(_) | Value::Float(_) | Value::Bool(_), _) => {
                let kind = self.kind_of(value).map_or("object", |kind| kind.0);
                let message = format!("cannot unpack non-iterable {kind} object");
                return self.mistake(frame, self.at(frame, *first), "TypeError", &message);
            }
            (Value::Str(text), _) => self.heap.text(text).chars().count(),
            (_, Some(Object::Tuple(items))) => items.len(),
            (_, Some(Object::List { items, open: false, .. })) if self.mistakes.is_written(value) => items.len(),
            _ => return Ok(()),
        };
        let starred = targets.iter().any(|target| matches!(code.code.expr(*target), Expr::Starred(_)));
        let wanted = targets.len() - usize::from(starred);
        let message = match given.cmp(&wanted) {
            std::cmp::Ordering::Less if starred => {
                format!("not enough values to unpack (expected at least {wanted}, got {given})")
            }
            std::cmp::Ordering::Less => format!("not enough values to unpack (expected {wanted}, got {given})"),
            std::cmp::Ordering::Greater if !starred => format!("too many values to unpack (expected {wanted})"),
            _ => return Ok(()),
        };
        self.mistake(frame, self.at(frame, *first), "ValueError", &message)
    }
}

/// Whether a value is one of the constants that are the same key wherever they are equal.
pub(super) fn is_constant(value: Value) -> bool {
    matches!(value, Value::Str(_) | Value::Int(_) | Value::None)
}
