//! Built-in functions and classes.

use super::super::value::*;
use super::*;

impl Interp<'_> {
    /// Calls that need the calling frame: `globals()`, `__import__`, `exec`...
    pub(super) fn frame_call(&mut self, frame: &Frame, callee: Value, args: &Args, span: Span) -> Run<Option<Value>> {
        let Some(name) = self.heap.external_name(callee) else { return Ok(None) };
        let scope = self.module(frame.module).scope;
        Ok(Some(match &*name {
            "globals" => self.heap.alloc(Object::Namespace(NamespaceOf::Scope(scope))),
            "locals" | "vars" | "dir" if args.positional.is_empty() => match &*name {
                "dir" => {
                    let names: Vec<Value> = self.heap.vars(frame.scope).iter().map(|(n, _)| Value::Str(n)).collect();
                    self.heap.list(names, false)
                }
                _ => self.heap.alloc(Object::Namespace(NamespaceOf::Scope(frame.scope))),
            },
            "exec" | "eval" => self.run_text(frame, &*name == "eval", args, span)?,
            "__import__" | "importlib.__import__" => self.dunder_import(frame, args, span)?,
            "importlib.import_module" => self.import_module(args, (frame.module, span))?,
            "sys._getframe" | "inspect.currentframe" => match args.positional.first() {
                None => self.frame_object(frame, 0),
                Some(Value::Int(depth)) => self.frame_object(frame, *depth),
                Some(_) => Value::Unknown,
            },
            "sys._getframemodulename" => match args.positional.first() {
                Some(Value::Int(depth)) => match self.frame_module(frame, *depth) {
                    Some(at) => Value::Str(self.module(at).name),
                    None => Value::Unknown,
                },
                _ => Value::Unknown,
            },
            "open" | "io.open" => {
                self.note_open(frame.module, span, args);
                return Ok(None);
            }
            _ => return Ok(None),
        }))
    }

    pub(super) fn keyword(&mut self, args: &Args, name: &str) -> Option<Value> {
        let name = self.heap.sym(name);
        args.keyword(name)
    }

    /// Calls of the built-in functions; `None` if `name` is not one.
    pub(super) fn call_builtin(&mut self, name: &str, callee: Value, args: &Args) -> Run<Option<Value>> {
        let first = args.positional.first().copied();
        let second = args.positional.get(1).copied();
        let third = args.positional.get(2).copied();
        Ok(Some(match (name, first) {
            ("isinstance", Some(object)) => {
                self.is_instance(object, second.unwrap_or(Value::Unknown)).map_or(Value::Unknown, Value::Bool)
            }
            ("issubclass", Some(class)) => {
                let (classes, open) = self.class_list(second.unwrap_or(Value::Unknown));
                let mut verdict = if open { None } else { Some(false) };
                for of in classes {
                    match self.is_subclass(class, of) {
                        Some(true) => return Ok(Some(Value::Bool(true))),
                        None => verdict = None,
                        Some(false) => {}
                    }
                }
                verdict.map_or(Value::Unknown, Value::Bool)
            }
            ("hasattr", Some(object)) => match second {
                Some(Value::Str(name)) => self.has_attr(object, name)?,
                _ => Value::Unknown,
            },
            ("getattr", Some(object)) => self.builtin_getattr(object, second, third)?,
            ("setattr", Some(object)) => {
                if let Some(names) = second.map(|name| self.heap.members(name)) {
                    for name in names.iter() {
                        match name {
                            Value::Str(name) => self.set_attr(object, *name, third.unwrap_or(Value::Unknown)),
                            _ => self.open_up(object),
                        }
                    }
                }
                Value::None
            }
            ("delattr", Some(object)) => {
                if let Some(Value::Str(name)) = second {
                    self.delete_attr(object, name);
                }
                Value::None
            }
            ("callable", Some(object)) => match self.heap.get(object) {
                Some(Object::Function(_) | Object::Class(_) | Object::Method { .. } | Object::Partial { .. }) => {
                    Value::Bool(true)
                }
                Some(Object::Tuple(_) | Object::List { .. } | Object::Dict { .. } | Object::Module(_)) => {
                    Value::Bool(false)
                }
                Some(Object::Instance { class, .. }) => {
                    let class = *class;
                    let hook = self.heap.sym("__call__");
                    match self.class_lookup(class, hook) {
                        Some(_) => Value::Bool(true),
                        None if matches!(self.heap.get(class), Some(Object::Class(c)) if !c.open || c.fields.is_some()) => {
                            Value::Bool(false)
                        }
                        None => Value::Unknown,
                    }
                }
                Some(_) => Value::Unknown,
                None if object == Value::Unknown => Value::Unknown,
                None => Value::Bool(false),
            },
            ("type", Some(object)) if args.positional.len() == 1 => self.type_of(object),
            ("type", Some(Value::Str(name))) => {
                let scope = self.heap.scope(None);
                let (items, open) = self.dict_items(third.unwrap_or(Value::Unknown));
                for (key, value) in items {
                    if let Value::Str(key) = key {
                        self.heap.vars_mut(scope).set(key, value);
                    }
                }
                self.heap.scope_mut(scope).open = open;
                let (bases, _) = self.items_of(second.unwrap_or(Value::Unknown));
                self.build_class(name, bases, scope, None, Vec::new(), None)?
            }
            ("type.__new__", Some(metaclass)) => {
                let rest = Args {
                    positional: args.positional[1..].to_vec(),
                    keywords: args.keywords.clone(),
                    open: args.open,
                };
                self.type_new(metaclass, &rest)?
            }
            ("object.__new__", Some(class)) => {
                if self.is_metaclass(class) && args.positional.len() == 4 {
                    let rest = Args::of(&args.positional[1..]);
                    return Ok(Some(self.type_new(class, &rest)?));
                }
                self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload: Value::Unknown })
            }
            ("object.__call__", Some(class)) => {
                let rest = Args {
                    positional: args.positional[1..].to_vec(),
                    keywords: args.keywords.clone(),
                    open: args.open,
                };
                self.instantiate(class, &rest)?
            }
            ("object.__setattr__", Some(object)) => {
                if let (Some(Value::Str(name)), Some(value), Value::Obj(id)) = (second, third, object)
                    && let Object::Instance { attrs, .. } = self.heap.object_mut(id)
                {
                    attrs.set(name, value);
                }
                Value::None
            }
            ("object.__setitem__", Some(object)) => {
                if let Some(Object::Instance { payload, .. }) = self.heap.get(object) {
                    let payload = *payload;
                    self.set_item(payload, second.unwrap_or(Value::Unknown), third.unwrap_or(Value::Unknown))?;
                }
                Value::None
            }
            ("object.__getitem__", Some(object)) => match self.heap.get(object) {
                Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => {
                    let payload = *payload;
                    self.get_item(payload, second.unwrap_or(Value::Unknown))?
                }
                _ => Value::Unknown,
            },
            ("object.__init__" | "object.__init_subclass__" | "object.__set_name__" | "object.__exit__", _) => {
                Value::None
            }
            ("object.update" | "object.append", Some(object)) => match self.heap.get(object) {
                Some(Object::Instance { payload, .. }) if *payload != Value::Unknown => {
                    let mut rest = args.clone();
                    rest.positional[0] = *payload;
                    self.call_method(&name[7..], &rest)?
                }
                _ => Value::None,
            },
            ("object.__getattribute__", Some(object)) => match second {
                Some(Value::Str(name)) => self.get_attr(object, name)?,
                _ => Value::Unknown,
            },
            ("property" | "abc.abstractproperty" | "types.DynamicClassAttribute", getter) => {
                let getter = getter.or_else(|| self.keyword(args, "fget")).unwrap_or(Value::Unknown);
                self.heap.alloc(Object::Property { getter, cached: false })
            }
            ("functools.cached_property", Some(getter)) => self.heap.alloc(Object::Property { getter, cached: true }),
            ("staticmethod" | "abc.abstractstaticmethod", Some(inner)) => self.heap.alloc(Object::StaticMethod(inner)),
            ("classmethod" | "abc.abstractclassmethod", Some(inner)) => self.heap.alloc(Object::ClassMethod(inner)),
            ("super", Some(class)) => self.heap.alloc(Object::Super { class, this: second.unwrap_or(Value::Unknown) }),
            ("len", Some(object)) => match object {
                Value::Str(sym) => Value::Int(self.heap.text(sym).chars().count() as i64),
                _ => {
                    let (items, open) = self.items_of(object);
                    if open { Value::Unknown } else { Value::Int(items.len() as i64) }
                }
            },
            (
                "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "iter" | "collections.deque"
                | "itertools.chain",
                _,
            ) => self.make_sequence(name, first, args)?,
            (
                "dict"
                | "collections.OrderedDict"
                | "collections.ChainMap"
                | "types.MappingProxyType"
                | "collections.Counter",
                _,
            ) => self.make_dict(args),
            ("collections.defaultdict", _) => {
                let rest = Args { positional: args.positional.iter().skip(1).copied().collect(), ..args.clone() };
                let made = self.make_dict(&rest);
                if let Value::Obj(id) = made
                    && let Object::Dict { open, .. } = self.heap.object_mut(id)
                {
                    *open = true;
                }
                made
            }
            ("str" | "os.fspath", Some(object)) => match self.coerce_text(object) {
                Some(text) => self.heap.str(&text),
                None => Value::Unknown,
            },
            ("str", None) => self.heap.str(""),
            ("int", Some(Value::Int(value))) => Value::Int(value),
            ("int", Some(Value::Bool(value))) => Value::Int(i64::from(value)),
            ("int", Some(Value::Str(text))) => match self.heap.text(text).trim().parse() {
                Ok(value) => Value::Int(value),
                Err(_) if !self.heap.text(text).contains(['_', text::HOLE]) => {
                    return self.soft_error("ValueError", "int()").map(Some);
                }
                Err(_) => Value::Unknown,
            },
            ("int", None) => Value::Int(0),
            ("float", Some(Value::Int(value))) => Value::Float((value as f64).to_bits()),
            ("float", Some(Value::Str(text))) => {
                self.heap.text(text).trim().parse::<f64>().map_or(Value::Unknown, |v| Value::Float(v.to_bits()))
            }
            ("bool", Some(object)) => self.truth(object)?.map_or(Value::Unknown, Value::Bool),
            ("bool", None) => Value::Bool(false),
            ("any" | "all", Some(object)) => {
                let stop = name == "any";
                let (items, open) = self.iterate(object)?;
                let mut verdict = if open { None } else { Some(!stop) };
                for item in items {
                    match self.truth(item)? {
                        Some(truth) if truth == stop => return Ok(Some(Value::Bool(stop))),
                        Some(_) => {}
                        None => verdict = None,
                    }
                }
                verdict.map_or(Value::Unknown, Value::Bool)
            }
            ("range", _) => {
                let bounds: Option<Vec<i64>> =
                    args.positional.iter().map(|v| if let Value::Int(v) = v { Some(*v) } else { None }).collect();
                match bounds.as_deref() {
                    Some([end]) if *end <= 2000 => {
                        let items = (0..*end).map(Value::Int).collect();
                        self.heap.list(items, false)
                    }
                    Some([start, end]) if end.saturating_sub(*start) <= 2000 => {
                        let items = (*start..*end).map(Value::Int).collect();
                        self.heap.list(items, false)
                    }
                    _ => self.heap.list(Vec::new(), true),
                }
            }
            ("enumerate", Some(object)) => {
                let (items, open) = self.iterate(object)?;
                let pairs = (0..).zip(items).map(|(at, item)| self.heap.tuple(&[Value::Int(at), item])).collect();
                self.heap.list(pairs, open)
            }
            ("zip", _) => {
                let mut columns = Vec::new();
                let mut open = args.open;
                for value in &args.positional {
                    let (items, unknown) = self.iterate(*value)?;
                    open |= unknown;
                    columns.push(items);
                }
                let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
                let mut out = Vec::with_capacity(rows);
                for row in 0..rows {
                    let cells: Vec<Value> = columns.iter().filter_map(|column| column.get(row).copied()).collect();
                    out.push(self.heap.tuple(&cells));
                }
                self.heap.list(out, open)
            }
            ("map", Some(function)) => {
                let (items, open) = self.iterate(second.unwrap_or(Value::Unknown))?;
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    out.push(self.call(function, Args::one(item))?);
                }
                if open {
                    self.maybe += 1;
                    let _ = self.call(function, Args::one(Value::Unknown));
                    self.maybe -= 1;
                }
                self.heap.list(out, open)
            }
            ("filter", Some(function)) => {
                let (items, mut open) = self.iterate(second.unwrap_or(Value::Unknown))?;
                let mut out = Vec::new();
                for item in items {
                    let verdict = if function == Value::None { item } else { self.call(function, Args::one(item))? };
                    match self.truth(verdict)? {
                        Some(true) => out.push(item),
                        Some(false) => {}
                        None => {
                            out.push(item);
                            open = true;
                        }
                    }
                }
                self.heap.list(out, open)
            }
            ("next", Some(object)) => {
                let (items, open) = self.iterate(object)?;
                match (items.first(), second) {
                    (Some(item), _) => *item,
                    (None, Some(default)) if !open => default,
                    (None, None) if !open => return self.soft_error("StopIteration", "").map(Some),
                    _ => Value::Unknown,
                }
            }
            ("max" | "min", Some(object)) if args.keywords.is_empty() => {
                let (items, open) = if args.positional.len() > 1 {
                    (args.positional.clone(), args.open)
                } else {
                    self.iterate(object)?
                };
                let mut best: Option<Value> = None;
                for item in items {
                    best = Some(match best {
                        None => item,
                        Some(before) => match self.order(item, before) {
                            Some(order) if order.is_gt() == (name == "max") => item,
                            Some(_) => before,
                            None => return Ok(Some(Value::Unknown)),
                        },
                    });
                }
                if open { Value::Unknown } else { best.unwrap_or(Value::Unknown) }
            }
            ("vars", Some(object)) => {
                let name = self.heap.sym("__dict__");
                self.get_attr(object, name)?
            }
            ("dir", Some(object)) => {
                let name = self.heap.sym("__dict__");
                let dict = self.get_attr(object, name)?;
                let (items, open) = self.dict_items(dict);
                let names = items.into_iter().map(|(k, _)| k).collect();
                let open = open || !matches!(self.heap.get(object), Some(Object::Module(_)));
                self.heap.list(names, open)
            }
            ("compile", Some(text)) if matches!(text, Value::Str(_)) => text,
            ("repr", Some(object)) => match self.repr_text(object, 0) {
                Some(text) => self.heap.str(&text),
                None => Value::Unknown,
            },
            ("dict.fromkeys", Some(keys)) => {
                let (keys, open) = self.iterate(keys)?;
                let value = second.unwrap_or(Value::None);
                let mut items = Dict::default();
                for key in keys {
                    items.set(key, value);
                }
                self.heap.dict(items, open)
            }
            (
                "repr" | "format" | "hash" | "id" | "ord" | "chr" | "hex" | "round" | "abs" | "sum" | "pow" | "divmod"
                | "bytes" | "bytearray" | "memoryview" | "slice" | "input" | "print" | "compile",
                _,
            ) => {
                if name == "print" {
                    Value::None
                } else {
                    Value::Unknown
                }
            }
            ("object", _) => {
                let class = self.heap.external("object");
                self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload: Value::Unknown })
            }
            _ if names::is_exception(name) => {
                let items = self.heap.tuple(&args.positional);
                let key = self.heap.sym("args");
                let mut attrs = Names::default();
                attrs.set(key, items);
                for (key, value) in &args.keywords {
                    attrs.set(*key, *value);
                }
                self.heap.alloc(Object::Instance { class: callee, attrs, payload: Value::Unknown })
            }
            _ => return Ok(None),
        }))
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
                _ => match (self.heap.get(value), self.heap.get(object)) {
                    (
                        Some(Object::Method { function, .. }),
                        Some(Object::Tuple(_) | Object::List { .. } | Object::Dict { .. } | Object::Set { .. }),
                    ) => {
                        let function = *function;
                        let name = self.heap.external_name(function).unwrap_or_default();
                        if methods::is_known(&name) { Value::Bool(true) } else { Value::Unknown }
                    }
                    _ => Value::Bool(true),
                },
            },
            Err(raised) => {
                let class = self.class_of_exception(raised.0);
                let attribute_error = self.heap.external("AttributeError");
                if self.is_subclass(class, attribute_error) == Some(false) {
                    return Err(raised);
                }
                Value::Bool(false)
            }
        })
    }

    fn builtin_getattr(&mut self, object: Value, name: Option<Value>, default: Option<Value>) -> Run<Value> {
        let mut result: Option<Value> = None;
        for member in self.heap.members(name.unwrap_or(Value::Unknown)).iter() {
            let Value::Str(name) = *member else { return Ok(Value::Unknown) };
            let value = match default {
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
                        Ok(Some(value)) => value,
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

    pub(super) fn type_of(&mut self, object: Value) -> Value {
        let name = match object {
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Int(_) => "int",
            Value::Bool(_) => "bool",
            Value::Float(_) => "float",
            Value::None => "types.NoneType",
            Value::Obj(id) => match self.heap.object(id) {
                Object::Tuple(_) => "tuple",
                Object::List { .. } => "list",
                Object::Dict { .. } => "dict",
                Object::Set { .. } => "set",
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

    pub(super) fn is_instance(&mut self, object: Value, classes: Value) -> Option<bool> {
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
                Some(false) => {}
            }
        }
        verdict
    }
}

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
