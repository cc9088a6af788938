//! Built-ins that ask or change one object: its class, its attributes, what it is.

use super::super::super::value::*;
use super::super::*;
use super::Call;

impl Interp<'_> {
    /// Calls of `isinstance`, `getattr`, `type`, `property` and their like.
    pub(super) fn call_on_object(&mut self, call: &Call) -> Run<Option<Value>> {
        let Call { args, first, second, third, .. } = *call;
        Ok(Some(match (call.name, first) {
            ("isinstance", Some(object)) => self.is_instance(object, call.second()).map_or(Value::Unknown, Value::Bool),
            ("issubclass", Some(class)) => self.builtin_issubclass(class, call.second()),
            ("hasattr", Some(object)) => match second {
                // In classes such names are others.
                Some(Value::Str(name)) if is_private(&self.heap.text(name)) => Value::Unknown,
                Some(Value::Str(name)) => self.has_attr(object, name)?,
                _ => Value::Unknown,
            },
            ("getattr", Some(object)) => self.builtin_getattr(object, second, third)?,
            ("setattr", Some(object)) => {
                self.builtin_setattr(object, second, call.third());
                Value::None
            }
            ("delattr", Some(object)) => {
                if let Some(Value::Str(name)) = second {
                    self.delete_attr(object, name);
                }
                Value::None
            }
            ("callable", Some(object)) => self.is_callable(object).map_or(Value::Unknown, Value::Bool),
            ("type", Some(object)) if args.positional.len() == 1 => self.type_of(object),
            ("type", Some(Value::Str(name))) => self.class_of_parts(name, call.second(), call.third())?,
            ("property" | "abc.abstractproperty" | "types.DynamicClassAttribute", getter) => {
                let getter = getter.or_else(|| self.keyword(args, "fget")).unwrap_or(Value::Unknown);
                self.heap.alloc(Object::Property { getter, cached: false })
            }
            ("functools.cached_property", Some(getter)) => self.heap.alloc(Object::Property { getter, cached: true }),
            ("staticmethod" | "abc.abstractstaticmethod", Some(inner)) => self.heap.alloc(Object::StaticMethod(inner)),
            ("classmethod" | "abc.abstractclassmethod", Some(inner)) => self.heap.alloc(Object::ClassMethod(inner)),
            ("super", Some(class)) => self.heap.alloc(Object::Super { class, this: call.second() }),
            ("vars", Some(object)) => self.get_attr(object, known::DICT)?,
            ("dir", Some(object)) => self.builtin_dir(object)?,
            ("object", _) => {
                let class = self.heap.external("object");
                self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload: Value::Unknown })
            }
            _ => return Ok(None),
        }))
    }

    fn builtin_issubclass(&mut self, class: Value, of: Value) -> Value {
        let (classes, open) = self.class_list(of);
        let mut verdict = if open { None } else { Some(false) };
        for of in classes {
            match self.is_subclass(class, of) {
                Some(true) => return Value::Bool(true),
                None => verdict = None,
                Some(false) if self.takes_others_in(of) => verdict = None,
                Some(false) => {}
            }
        }
        verdict.map_or(Value::Unknown, Value::Bool)
    }

    fn builtin_setattr(&mut self, object: Value, name: Option<Value>, value: Value) {
        let Some(names) = name.map(|name| self.heap.members(name)) else { return };
        for name in names.iter() {
            match name {
                Value::Str(name) => {
                    self.taint_set(*name);
                    self.set_attr(object, *name, value);
                }
                _ => {
                    self.open_up(object);
                    self.mistakes.give_away(&self.heap, object);
                }
            }
        }
    }

    fn is_callable(&mut self, object: Value) -> Option<bool> {
        match self.heap.get(object) {
            Some(Object::Function(_) | Object::Class(_) | Object::Method { .. } | Object::Partial { .. }) => Some(true),
            Some(Object::Tuple(_) | Object::List { .. } | Object::Dict { .. } | Object::Module(_)) => Some(false),
            Some(Object::Instance { class, .. }) => {
                let class = *class;
                if self.class_lookup(class, known::CALL).is_some() {
                    return Some(true);
                }
                let is_whole = |c: &Class| !c.open || c.fields.is_some();
                matches!(self.heap.get(class), Some(Object::Class(class)) if is_whole(class)).then_some(false)
            }
            Some(_) => None,
            None => (object != Value::Unknown).then_some(false),
        }
    }

    /// `type(name, bases, namespace)`.
    fn class_of_parts(&mut self, name: Sym, bases: Value, namespace: Value) -> Run<Value> {
        let scope = self.scope_of_names(namespace);
        let (bases, _) = self.items_of(bases);
        self.build_class(name, bases, scope, None, Vec::new(), None)
    }

    /// The names that a dictionary holds, as a scope.
    pub(in crate::graph::python::interp) fn scope_of_names(&mut self, dict: Value) -> ScopeId {
        let scope = self.heap.scope(None);
        let (items, open) = self.dict_items(dict);
        for (key, value) in items {
            if let Value::Str(key) = key {
                self.heap.vars_mut(scope).set(key, value);
            }
        }
        self.heap.scope_mut(scope).open = open;
        scope
    }

    fn builtin_dir(&mut self, object: Value) -> Run<Value> {
        let dict = self.get_attr(object, known::DICT)?;
        let (items, open) = self.dict_items(dict);
        let names = items.into_iter().map(|(k, _)| k).collect();
        let open = open || !matches!(self.heap.get(object), Some(Object::Module(_)));
        Ok(self.heap.list(names, open))
    }

    /// An attribute was set under a name that is not known: the object may have any.
    fn open_up(&mut self, object: Value) {
        match self.heap.get(object) {
            Some(Object::Module(at)) => {
                let scope = self.module(*at).scope;
                self.heap.scope_mut(scope).open = true;
            }
            Some(Object::Class(_)) => {
                if let Value::Obj(id) = object
                    && let Object::Class(class) = self.heap.object_mut(id)
                {
                    class.open = true;
                }
            }
            _ => {}
        }
    }

    fn has_attr(&mut self, object: Value, name: Sym) -> Run<Value> {
        self.catches
            .push(Catch { classes: Some(vec![self.heap.external("AttributeError")]), module_depth: self.module_depth });
        let result = self.find_attr(object, name);
        self.catches.pop();
        Ok(match result {
            Ok(None) => Value::Bool(false),
            Ok(Some(Value::Unknown)) => Value::Unknown,
            Ok(Some(value)) => match self.heap.external_name(value) {
                // Whether a thing of the runtime has it is only known for its modules.
                Some(_) if !matches!(self.heap.get(object), Some(Object::Module(_))) => Value::Unknown,
                _ => self.builtin_has(object, value).map_or(Value::Unknown, Value::Bool),
            },
            Err(raised) => {
                let class = self.class_of_exception(raised.value);
                let attribute_error = self.heap.external("AttributeError");
                if self.is_subclass(class, attribute_error) == Some(false) {
                    return Err(raised);
                }
                Value::Bool(false)
            }
        })
    }

    /// Whether an attribute that was found is there: any name is one of a built-in object until somebody asks.
    fn builtin_has(&mut self, object: Value, found: Value) -> Option<bool> {
        let Some(Object::Method { function, .. }) = self.heap.get(found) else { return Some(true) };
        let Some(name) = self.heap.external_name(*function).filter(|name| name.starts_with('.')) else {
            return Some(true);
        };
        match self.heap.get(object) {
            None | Some(Object::Tuple(_) | Object::List { .. } | Object::Dict { .. } | Object::Set { .. }) => {
                let kind = self.type_of(object);
                let kind = self.heap.external_name(kind)?;
                let goes_through = matches!(&*name, ".__iter__" | ".__len__" | ".__contains__");
                if goes_through && !matches!(object, Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::None) {
                    return Some(true);
                }
                builtin_attributes::has(&kind, name.trim_start_matches('.'), self.input.version)
            }
            Some(Object::Generator { .. } | Object::Namespace(_)) => None,
            Some(_) => Some(true),
        }
    }

    fn builtin_getattr(&mut self, object: Value, name: Option<Value>, default: Option<Value>) -> Run<Value> {
        let mut result: Option<Value> = None;
        for member in self.heap.members(name.unwrap_or(Value::Unknown)).iter() {
            let Value::Str(name) = *member else { return Ok(Value::Unknown) };
            let value = match default {
                // Members of enumerations stand as their values, and are objects of their own.
                None if self.has_members(object) => {
                    let value = self.get_attr(object, name)?;
                    self.heap.join(value, Value::Unknown)
                }
                None => self.get_attr(object, name)?,
                Some(default) => {
                    self.catches.push(Catch {
                        classes: Some(vec![self.heap.external("AttributeError")]),
                        module_depth: self.module_depth,
                    });
                    let found = self.find_attr(object, name);
                    self.catches.pop();
                    match found {
                        Ok(Some(Value::Unknown)) => self.heap.join(Value::Unknown, default),
                        Ok(Some(value)) => match self.builtin_has(object, value) {
                            Some(true) => value,
                            Some(false) => default,
                            None => self.heap.join(value, default),
                        },
                        Ok(None) | Err(_) => default,
                    }
                }
            };
            result = Some(match result {
                Some(before) => self.heap.join(before, value),
                None => value,
            });
        }
        Ok(result.unwrap_or(Value::Unknown))
    }

    pub(in super::super) fn type_of(&mut self, object: Value) -> Value {
        let name = match object {
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Int(_) => "int",
            Value::Bool(_) => "bool",
            Value::Float(_) => "float",
            Value::None => "types.NoneType",
            Value::Obj(id) => match self.heap.object(id) {
                Object::Tuple(_) => "tuple",
                Object::List { row: Row::List, .. } => "list",
                Object::List { row: Row::View(kind) | Row::Iterator(kind), .. } if !kind.is_empty() => kind,
                Object::Dict { .. } => "dict",
                Object::Set { frozen, .. } => {
                    if *frozen {
                        "frozenset"
                    } else {
                        "set"
                    }
                }
                Object::Module(_) => "types.ModuleType",
                Object::Function(_) => "types.FunctionType",
                Object::Method { .. } => "types.MethodType",
                Object::Property { .. } => "property",
                Object::StaticMethod(_) => "staticmethod",
                Object::ClassMethod(_) => "classmethod",
                Object::Instance { class, .. } => return *class,
                Object::Class(class) => return class.metaclass,
                _ => return Value::Unknown,
            },
            _ => return Value::Unknown,
        };
        self.heap.external(name)
    }

    pub(in super::super) fn is_instance(&mut self, object: Value, classes: Value) -> Option<bool> {
        let (classes, open) = self.class_list(classes);
        if self.heap.is_union(object) {
            let mut verdict: Option<bool> = None;
            for member in self.heap.members(object).iter() {
                let list = self.heap.tuple(&classes);
                let this = self.is_instance(*member, list)?;
                if verdict.is_some_and(|v| v != this) {
                    return None;
                }
                verdict = Some(this);
            }
            return verdict;
        }
        let kind = self.type_of(object);
        let mut verdict = if open { None } else { Some(false) };
        for of in classes {
            let answer = match (self.heap.external_name(kind).as_deref(), self.heap.external_name(of).as_deref()) {
                (Some(kind), Some(of)) => abstract_instance(kind, of),
                _ => self.is_subclass(kind, of),
            };
            match answer {
                Some(true) => return Some(true),
                None => verdict = None,
                Some(false) if self.takes_others_in(of) => verdict = None,
                Some(false) => {}
            }
        }
        verdict
    }

    fn is_abstract(&self, class: Value) -> bool {
        self.heap.external_name(class).is_some_and(|name| ABSTRACT.iter().any(|one| name.starts_with(one)))
    }

    /// Whether a class may call objects its instances that do not inherit from it: abstract classes know what is
    /// registered with them, protocols ask the objects.
    fn takes_others_in(&mut self, class: Value) -> bool {
        match self.heap.get(class) {
            Some(Object::Class(node)) => {
                let (metaclass, mro) = (node.metaclass, node.mro.clone());
                self.is_abstract(metaclass)
                    || mro.iter().any(|base| self.is_abstract(*base))
                    || ["__instancecheck__", "__subclasscheck__"].iter().any(|hook| {
                        let hook = self.heap.sym(hook);
                        let found = self.class_lookup(metaclass, hook);
                        matches!(found.and_then(|found| self.heap.get(found)), Some(Object::Function(_)))
                    })
            }
            _ => self.is_abstract(class),
        }
    }
}

/// Whether a class gives a name that is written so another one.
fn is_private(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__")
}

/// What the names of abstract classes begin with, which those that inherit from them are, too.
const ABSTRACT: [&str; 5] = ["abc.ABC", "collections.abc.", "numbers.", "typing.", "typing_extensions.Protocol"];

/// `isinstance` of a built-in type against abstract classes.
fn abstract_instance(kind: &str, of: &str) -> Option<bool> {
    let of_short = of.strip_prefix("collections.abc.").or_else(|| of.strip_prefix("typing.")).unwrap_or(of);
    Some(match (kind, of_short) {
        (kind, of) if kind == of => true,
        ("list" | "tuple" | "str", "Sequence" | "Iterable" | "Collection" | "Sized" | "Container" | "Reversible") => {
            true
        }
        ("dict", "Mapping" | "MutableMapping" | "Iterable" | "Collection" | "Sized" | "Container") => true,
        ("set" | "frozenset", "Set" | "Iterable" | "Collection") => true,
        (
            "types.FunctionType" | "types.MethodType" | "types.BuiltinFunctionType",
            "Callable" | "types.FunctionType" | "types.MethodType",
        ) => kind == of || of_short == "Callable",
        (
            "list" | "tuple" | "str" | "dict" | "int" | "float" | "bool" | "bytes" | "types.NoneType" | "set",
            "types.ModuleType" | "types.FunctionType" | "os.PathLike" | "pathlib.Path" | "Callable" | "Mapping"
            | "Sequence",
        ) => false,
        ("types.ModuleType", _) if names::is_type(of) && of != "object" => false,
        (kind, of) => return names::is_builtin_subclass(kind, of),
    })
}
