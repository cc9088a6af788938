//! Attributes: modules with lazy loading, classes, instances, descriptors.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    /// `object.name`.
    pub(super) fn get_attr(&mut self, object: Value, name: Sym) -> Run<Value> {
        match self.find_attr(object, name)? {
            Some(value) => Ok(value),
            None => {
                let text = self.heap.text(name);
                self.soft_error("AttributeError", &text)
            }
        }
    }

    /// An attribute that must be there for sure, without running anything that raises.
    pub(super) fn get_attr_quiet(&mut self, object: Value, name: Sym) -> Option<Value> {
        self.find_attr(object, name).ok().flatten().filter(|v| *v != Value::Unknown)
    }

    /// `None` when the object surely lacks the attribute.
    pub(super) fn find_attr(&mut self, object: Value, name: Sym) -> Run<Option<Value>> {
        if self.nested >= LIMITS.nested {
            return Ok(Some(Value::Unknown));
        }
        self.nested += 1;
        let found = self.look_for_attr(object, name);
        self.nested -= 1;
        found
    }

    fn look_for_attr(&mut self, object: Value, name: Sym) -> Run<Option<Value>> {
        let Value::Obj(id) = object else {
            return Ok(Some(match object {
                Value::Str(_) | Value::Bytes(_) | Value::Int(_) => self.method_of_builtin(object, name),
                Value::None if !self.heap.text(name).starts_with("__") => return Ok(None),
                _ => Value::Unknown,
            }));
        };
        match self.heap.object(id) {
            Object::Module(_) => {
                let value = self.module_attr(object, name)?;
                Ok(match value {
                    None if self.is_open_module(object) && !self.is_denied(object, name) => Some(Value::Unknown),
                    value => value,
                })
            }
            Object::Class(_) => self.class_attr(object, name),
            Object::Instance { .. } => self.instance_attr(object, id, name),
            Object::Super { class, this } => {
                let (class, this) = (*class, *this);
                match &*self.heap.text(name) {
                    "__thisclass__" => Ok(Some(class)),
                    "__self__" => Ok(Some(this)),
                    _ => self.super_attr(class, this, name),
                }
            }
            Object::Union(members) => {
                let members = members.clone();
                self.attr_of_any(&members, name).map(Some)
            }
            Object::Function(function) => {
                let attr = function.attrs.get(name);
                let (module, index) = (function.module, function.index);
                Ok(attr.or_else(|| self.function_attr(object, module, index, name)))
            }
            Object::Method { function, this } => {
                let (function, this) = (*function, *this);
                Ok(match &*self.heap.text(name) {
                    "__func__" => Some(function),
                    "__self__" => Some(this),
                    _ => return self.find_attr(function, name),
                })
            }
            Object::Property { getter, .. } => {
                let getter = *getter;
                Ok(Some(self.property_attr(object, getter, name)))
            }
            Object::Partial { function, .. } => {
                let (function, text) = (*function, self.heap.text(name));
                let value = self.task_attr(object, &text);
                Ok(Some(value.unwrap_or(match &*text {
                    "func" | "__wrapped__" => function,
                    _ => Value::Unknown,
                })))
            }
            Object::StaticMethod(inner) | Object::ClassMethod(inner) => {
                let inner = *inner;
                if &*self.heap.text(name) == "__func__" { Ok(Some(inner)) } else { self.find_attr(inner, name) }
            }
            Object::External(base) => {
                let base = *base;
                Ok(Some(self.external_attr(base, name)))
            }
            Object::Tuple(_)
            | Object::List { .. }
            | Object::Set { .. }
            | Object::Dict { .. }
            | Object::Generator { .. }
            | Object::Namespace(_) => Ok(Some(self.method_of_builtin(object, name))),
        }
    }

    /// What an attribute is of whichever of the values a name holds.
    fn attr_of_any(&mut self, members: &[Value], name: Sym) -> Run<Value> {
        let mut result: Option<Value> = None;
        for member in members.iter().filter(|member| **member != Value::None) {
            if let Some(value) = self.find_attr(*member, name)? {
                result = Some(match result {
                    Some(before) => self.heap.join(before, value),
                    None => value,
                });
            }
        }
        Ok(result.unwrap_or(Value::Unknown))
    }

    fn property_attr(&mut self, property: Value, getter: Value, name: Sym) -> Value {
        match &*self.heap.text(name) {
            "setter" | "deleter" | "getter" => {
                let function = self_returning(&mut self.heap);
                self.heap.alloc(Object::Partial { function, args: Box::new(Args::one(property)) })
            }
            "fget" | "func" => getter,
            _ => Value::Unknown,
        }
    }

    /// A method of a built-in object, as the runtime thing `.name` bound to it.
    pub(super) fn method_of_builtin(&mut self, object: Value, name: Sym) -> Value {
        let text = self.heap.text(name);
        if let Some(value) = self.data_attr(object, &text) {
            return value;
        }
        let function = self.heap.builtin_method(name);
        self.heap.method(function, object)
    }

    fn function_attr(&mut self, object: Value, module: ModIdx, index: u32, name: Sym) -> Option<Value> {
        let code = self.module(module).code;
        let node = code.code.functions.get(index as usize)?;
        Some(match &*self.heap.text(name) {
            "__name__" | "__qualname__" => self.heap.str(code.code.name(node.name)),
            "__module__" => Value::Str(self.module(module).name),
            "__doc__" => Value::Unknown,
            "__get__" => {
                let function = self.heap.external("types.FunctionType.__get__");
                self.heap.alloc(Object::Partial { function, args: Box::new(Args::one(object)) })
            }
            "__globals__" => {
                let scope = self.module(module).scope;
                self.heap.alloc(Object::Namespace(NamespaceOf::Scope(scope)))
            }
            part @ ("__code__" | "__defaults__" | "__kwdefaults__") => {
                let Some(Object::Function(function)) = self.heap.get(object) else { return None };
                let function = function.clone();
                self.function_part(&function, part).unwrap_or(Value::Unknown)
            }
            "__call__" => object,
            "__dict__" | "__closure__" | "__annotations__" => Value::Unknown,
            _ => return None,
        })
    }

    /// Whether a module may have attributes that are not seen.
    pub(super) fn is_open_module(&self, module: Value) -> bool {
        match self.heap.get(module) {
            Some(Object::Module(at)) => {
                let module = self.module(*at);
                module.code.broken || self.heap.scope_ref(module.scope).open
            }
            Some(Object::Class(_) | Object::Instance { .. }) => false,
            _ => true,
        }
    }

    /// An attribute of a module or of what stands in for one; `None` if it has none.
    pub(in super::super) fn module_attr(&mut self, object: Value, name: Sym) -> Run<Option<Value>> {
        let Some(Object::Module(at)) = self.heap.get(object) else {
            return self.find_attr(object, name);
        };
        let at = *at;
        self.ask(at);
        let scope = self.module(at).scope;
        if let Some(value) = self.heap.vars(scope).get(name) {
            return Ok(Some(value));
        }
        if self.module(at).kind == ModuleKind::Runtime {
            return Ok(self.runtime_attr(at, name));
        }
        let text = self.heap.text(name);
        if &*text == "__dict__" {
            return Ok(Some(self.heap.alloc(Object::Namespace(NamespaceOf::Scope(scope)))));
        }
        if !(text.starts_with("__") && text.ends_with("__"))
            && let Some(hook) = self.heap.vars(scope).get(known::GETATTR)
        {
            // PEP 562: the module's own answer; an AttributeError means that it has none.
            self.catches.push(Catch {
                classes: Some(vec![self.heap.external("AttributeError")]),
                module_depth: self.module_depth,
            });
            let outer = self.begin_asking(at, name);
            let result = self.call(hook, Args::one(Value::Str(name)));
            self.asking = outer;
            self.catches.pop();
            return match result {
                Ok(Value::Unknown) => {
                    let stated = self.shielded(|this| this.stated_attr(at, name))?;
                    Ok(Some(stated.unwrap_or(Value::Unknown)))
                }
                Ok(value) => Ok(Some(value)),
                Err(raised) => {
                    let class = self.class_of_exception(raised.value);
                    let attribute_error = self.heap.external("AttributeError");
                    if self.is_subclass(class, attribute_error) == Some(false) {
                        return Err(raised);
                    }
                    Ok(None)
                }
            };
        }
        if self.heap.scope_ref(scope).open { self.shielded(|this| this.stated_attr(at, name)) } else { Ok(None) }
    }

    /// Looks a name up along a class's bases.
    pub(super) fn class_lookup(&mut self, class: Value, name: Sym) -> Option<Value> {
        self.class_lookup_after(class, None, name)
    }

    /// The same, behind one class of the line.
    fn class_lookup_after(&mut self, class: Value, after: Option<Value>, name: Sym) -> Option<Value> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let mro = node.mro.clone();
        let mut skipping = after.is_some();
        for base in mro.iter().copied() {
            if skipping {
                skipping = Some(base) != after;
                continue;
            }
            match self.heap.get(base) {
                Some(Object::Class(node)) => {
                    let scope = node.scope;
                    if let Some(value) = self.heap.vars(scope).get(name) {
                        return Some(value);
                    }
                }
                Some(Object::External(base_name)) => {
                    let base_name = *base_name;
                    if let Some(value) = self.external_class_attr(base_name, name) {
                        return Some(value);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn class_attr(&mut self, object: Value, name: Sym) -> Run<Option<Value>> {
        if let Some(value) = self.class_lookup(object, name) {
            return self.unwrap_descriptor(value, Value::None, object).map(Some);
        }
        let Some(Object::Class(class)) = self.heap.get(object) else { return Ok(None) };
        let (metaclass, open, scope, class_name, module, bases, mro) = (
            class.metaclass,
            class.open,
            class.scope,
            class.name,
            class.module,
            class.bases.clone(),
            class.mro.clone(),
        );
        match &*self.heap.text(name) {
            "__name__" | "__qualname__" => return Ok(Some(Value::Str(class_name))),
            "__module__" => return Ok(Some(module.map_or(Value::Unknown, |at| Value::Str(self.module(at).name)))),
            "__dict__" => return Ok(Some(self.heap.alloc(Object::Namespace(NamespaceOf::Scope(scope))))),
            "__bases__" => return Ok(Some(self.heap.tuple(&bases))),
            "__mro__" => {
                return Ok(Some(self.heap.tuple(&mro)));
            }
            "mro" => {
                let tuple = self.heap.tuple(&mro);
                let function = self_returning(&mut self.heap);
                return Ok(Some(self.heap.alloc(Object::Partial { function, args: Box::new(Args::one(tuple)) })));
            }
            "__class__" => return Ok(Some(metaclass)),
            "__annotations__" => return Ok(Some(self.heap.dict(Dict::default(), true))),
            "__subclasses__" | "__doc__" | "register" => return Ok(Some(Value::Unknown)),
            _ => {}
        }
        if let Some(value) = self.class_lookup(metaclass, name) {
            return self.unwrap_descriptor(value, object, metaclass).map(Some);
        }
        if let Some(hook) = self.class_lookup(metaclass, known::GETATTR) {
            let hook = self.bind(hook, object, metaclass)?;
            return self.call(hook, Args::one(Value::Str(name))).map(Some);
        }
        let known_meta = matches!(self.heap.get(metaclass), Some(Object::Class(_)))
            || matches!(self.heap.external_name(metaclass).as_deref(), Some("type" | "abc.ABCMeta"));
        let dunder = self.heap.text(name).starts_with("__");
        Ok((open || !known_meta || dunder).then_some(Value::Unknown))
    }

    fn instance_attr(&mut self, object: Value, id: ObjId, name: Sym) -> Run<Option<Value>> {
        let Object::Instance { class, attrs, payload } = self.heap.object(id) else { return Ok(None) };
        let (class, own, payload) = (*class, attrs.get(name), *payload);
        let found = self.class_lookup(class, name);
        if let Some(value) = found
            && let Some(Object::Property { cached: false, .. }) = self.heap.get(value)
        {
            return self.unwrap_descriptor(value, object, class).map(Some);
        }
        if let Some(own) = own {
            return Ok(Some(own));
        }
        if let Some(value) = found {
            let result = self.unwrap_descriptor(value, object, class)?;
            if matches!(self.heap.get(value), Some(Object::Property { cached: true, .. }))
                && let Object::Instance { attrs, .. } = self.heap.object_mut(id)
            {
                attrs.set(name, result);
            }
            return Ok(Some(result));
        }
        match &*self.heap.text(name) {
            "__class__" => return Ok(Some(class)),
            "__dict__" => return Ok(Some(self.heap.alloc(Object::Namespace(NamespaceOf::Instance(id))))),
            text @ ("_replace" | "_asdict") if matches!(self.heap.get(class), Some(Object::Class(c)) if c.fields.is_some()) =>
            {
                let function = self.heap.external(&format!("collections.namedtuple.{text}"));
                return Ok(Some(self.heap.method(function, object)));
            }
            _ => {}
        }
        if let Some(class_name) = self.heap.external_name(class) {
            let text = self.heap.text(name);
            if regex::is_method(&class_name, &text)
                || files::is_method(&class_name, &text)
                || entry_points::is_method(&class_name, &text)
                || storage::is_method(&class_name, &text)
            {
                let function = self.heap.external(&format!("{class_name}.{text}"));
                return Ok(Some(self.heap.method(function, object)));
            }
            if &*class_name == "pathlib.Path" {
                return Ok(Some(self.path_part(object, &text)));
            }
        }
        if let Some(hook) = self.class_lookup(class, known::GETATTR) {
            let hook = self.bind(hook, object, class)?;
            return self.call(hook, Args::one(Value::Str(name))).map(Some);
        }
        if payload != Value::Unknown {
            return self.find_attr(payload, name);
        }
        // What a method of ours has not set may have been set where we did not look.
        Ok(match self.heap.get(class) {
            Some(Object::Class(class)) if !class.open && self.doubt.branches == 0 && !self.budget.is_spent() => None,
            Some(Object::External(_)) if self.doubt.branches == 0 && self.is_plain_storage(class) => None,
            _ => Some(Value::Unknown),
        })
    }

    /// Whether instances of a class of the runtime have the attributes only that code sets.
    fn is_plain_storage(&self, class: Value) -> bool {
        matches!(self.heap.external_name(class).as_deref(), Some("threading.local" | "types.SimpleNamespace"))
    }

    fn super_attr(&mut self, class: Value, this: Value, name: Sym) -> Run<Option<Value>> {
        let line = match self.heap.get(this) {
            Some(Object::Instance { class, .. }) => *class,
            Some(Object::Class(_)) => {
                let this_mro = self.is_subclass(this, class);
                if this_mro == Some(true) {
                    this
                } else {
                    // In a metaclass `this` is an instance of it.
                    match self.heap.get(this) {
                        Some(Object::Class(node)) => node.metaclass,
                        _ => class,
                    }
                }
            }
            _ => class,
        };
        let line = if self.is_subclass(line, class) == Some(true) { line } else { class };
        if let Some(value) = self.class_lookup_after(line, Some(class), name) {
            let text = self.heap.text(name);
            if &*text == "__new__" || this == Value::Unknown {
                return Ok(Some(self.strip_static(value)));
            }
            return self.unwrap_descriptor(value, this, line).map(Some);
        }
        let text = self.heap.text(name);
        Ok(Some(match &*text {
            "__new__" => {
                let is_meta = {
                    let type_ = self.heap.external("type");
                    self.is_subclass(line, type_) == Some(true)
                };
                self.heap.external(if is_meta { "type.__new__" } else { "object.__new__" })
            }
            "__init__" | "__init_subclass__" | "__setattr__" | "__delattr__" | "__getattribute__" | "__call__"
            | "__exit__" | "__set_name__" | "__setitem__" | "__getitem__" | "__prepare__" | "update" | "append" => {
                let is_module = &*text == "__init__" && self.is_module_type(line);
                let of = if is_module { "types.ModuleType" } else { "object" };
                let function = self.heap.external(&format!("{of}.{text}"));
                self.heap.method(function, this)
            }
            // What all objects have begins with underscores.
            text if !text.starts_with("__") && self.is_whole_class(line) => return Ok(None),
            _ => Value::Unknown,
        }))
    }

    fn strip_static(&self, value: Value) -> Value {
        match self.heap.get(value) {
            Some(Object::StaticMethod(inner)) => *inner,
            _ => value,
        }
    }

    /// What reading a class attribute through an instance or the class gives.
    pub(super) fn unwrap_descriptor(&mut self, value: Value, this: Value, class: Value) -> Run<Value> {
        match self.heap.get(value) {
            Some(Object::Property { getter, .. }) => {
                let getter = *getter;
                if this == Value::None {
                    return Ok(value);
                }
                self.call(getter, Args::one(this))
            }
            Some(Object::Instance { class: kind, .. }) => {
                let kind = *kind;
                match self.class_lookup(kind, known::GET) {
                    Some(get) => {
                        let get = self.bind(get, value, kind)?;
                        self.call(get, Args::of(&[this, class]))
                    }
                    None => Ok(value),
                }
            }
            _ => self.bind(value, this, class),
        }
    }

    /// Binds functions to their receiver.
    pub(super) fn bind(&mut self, value: Value, this: Value, class: Value) -> Run<Value> {
        Ok(match self.heap.get(value) {
            Some(Object::StaticMethod(inner)) => *inner,
            Some(Object::ClassMethod(inner)) => {
                let inner = *inner;
                self.heap.method(inner, class)
            }
            Some(Object::Function(_)) if this != Value::None => self.heap.method(value, this),
            Some(Object::External(name)) if this != Value::None && self.heap.text(*name).starts_with('.') => {
                self.heap.method(value, this)
            }
            _ => value,
        })
    }

    pub(super) fn set_attr(&mut self, object: Value, name: Sym, value: Value) {
        let Value::Obj(id) = object else { return };
        match self.heap.object(id) {
            Object::Module(at) => {
                let scope = self.module(*at).scope;
                // A class of its own may answer for any name.
                if name == known::CLASS {
                    self.heap.scope_mut(scope).open = true;
                }
                self.set_var(scope, name, value);
            }
            Object::Class(class) => {
                let scope = class.scope;
                self.heap.vars_mut(scope).set(name, value);
            }
            Object::Instance { class, .. } => {
                let class = *class;
                let old = self.set_property(object, class, name, value);
                if !old && let Object::Instance { attrs, .. } = self.heap.object_mut(id) {
                    let value = match (self.doubt.is_unsure_of(id), attrs.get(name)) {
                        (true, Some(before)) if before != value => self.heap.join(before, value),
                        _ => value,
                    };
                    if let Object::Instance { attrs, .. } = self.heap.object_mut(id) {
                        attrs.set(name, value);
                    }
                }
            }
            Object::Function(_) => {
                if let Object::Function(function) = self.heap.object_mut(id) {
                    Rc::make_mut(function).attrs.set(name, value);
                }
            }
            Object::Union(members) => {
                for member in members.clone().iter() {
                    self.set_attr(*member, name, value);
                }
            }
            Object::Method { function, .. } => {
                let function = *function;
                self.set_attr(function, name, value);
            }
            _ => {}
        }
    }

    /// Runs a `__setattr__` or a data descriptor; true if that took the value.
    fn set_property(&mut self, object: Value, class: Value, name: Sym, value: Value) -> bool {
        if let Some(found) = self.class_lookup(class, name)
            && matches!(self.heap.get(found), Some(Object::Property { cached: false, .. }))
        {
            // What its setter does is not followed.
            self.mistakes.give_away(&self.heap, object);
            return true;
        }
        if let Some(found) = self.class_lookup(class, name)
            && let Some(Object::Instance { class: kind, .. }) = self.heap.get(found)
        {
            let kind = *kind;
            if let Some(set) = self.class_lookup(kind, known::SET)
                && let Ok(set) = self.bind(set, found, kind)
            {
                let _ = self.shielded(|this| this.call(set, Args::of(&[object, value])));
                return true;
            }
        }
        false
    }

    pub(super) fn delete_attr(&mut self, object: Value, name: Sym) {
        let Value::Obj(id) = object else { return };
        if self.doubt.is_unsure_of(id) {
            return;
        }
        match self.heap.object(id) {
            Object::Module(at) => {
                let scope = self.module(*at).scope;
                self.heap.vars_mut(scope).remove(name);
            }
            Object::Class(class) => {
                let scope = class.scope;
                self.heap.vars_mut(scope).remove(name);
            }
            Object::Instance { .. } => {
                if let Object::Instance { attrs, .. } = self.heap.object_mut(id) {
                    attrs.remove(name);
                }
            }
            _ => {}
        }
    }
}

/// The runtime thing that gives back its first argument.
pub(super) fn self_returning(heap: &mut Heap) -> Value {
    heap.external("<first argument>")
}
