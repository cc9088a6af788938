//! What code may ask about functions and classes: the `inspect` module, code objects, frames.

use super::super::value::*;
use super::*;

const VARARGS: i64 = 0x04;
const VARKEYWORDS: i64 = 0x08;
const GENERATOR: i64 = 0x20;
const COROUTINE: i64 = 0x80;
const ASYNC_GENERATOR: i64 = 0x200;

/// The parameters of something callable.
struct Shape {
    positional: Vec<(Sym, Option<Value>)>,
    vararg: Option<Sym>,
    keyword_only: Vec<(Sym, Option<Value>)>,
    kwarg: Option<Sym>,
}

impl Interp<'_> {
    /// Functions of the `inspect` module that are decided here; `None` for others.
    pub(super) fn call_inspect(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let name = match name {
            "typing.get_origin" | "typing.get_args" => {
                let given = args.positional.first().copied().unwrap_or(Value::Unknown);
                return Ok(self.is_no_type(given).then(|| match name {
                    "typing.get_origin" => Value::None,
                    _ => self.heap.tuple(&[]),
                }));
            }
            "asyncio.iscoroutinefunction" | "asyncio.coroutines.iscoroutinefunction" => "iscoroutinefunction",
            _ => match name.strip_prefix("inspect.") {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        let first = args.positional.first().copied().unwrap_or(Value::Unknown);
        Ok(Some(match name {
            "signature" | "Signature.from_callable" => self.signature(first),
            "getfullargspec" | "getargspec" => self.argument_spec(first)?,
            "getmro" => self.get_attr(first, known::MRO)?,
            "unwrap" | "cleandoc" => first,
            "getmodule" => match self.heap.get(first) {
                Some(Object::Module(_)) => first,
                Some(Object::Function(function)) => self.module(function.module).object,
                _ => Value::Unknown,
            },
            "getmembers" | "getmembers_static" => self.members_of(first, args.positional.get(1).copied())?,
            _ if name.starts_with("is") => self.is_kind(name, first).map_or(Value::Unknown, Value::Bool),
            _ => return Ok(None),
        }))
    }

    /// Whether a value surely is neither a class nor what the `typing` module makes of one.
    fn is_no_type(&self, value: Value) -> bool {
        match value {
            Value::Unknown => false,
            Value::Obj(id) => match self.heap.object(id) {
                Object::Function(_) | Object::Module(_) | Object::Method { .. } => true,
                Object::Instance { class, .. } => {
                    matches!(self.heap.get(*class), Some(Object::Class(class)) if !class.open)
                }
                _ => false,
            },
            _ => true,
        }
    }

    /// `inspect.isfunction` and its like; `None` where it is not known.
    fn is_kind(&self, name: &str, value: Value) -> Option<bool> {
        if value == Value::Unknown || self.heap.is_union(value) {
            return None;
        }
        let object = match self.heap.get(value) {
            // Things of the runtime may be anything that their names do not say.
            Some(Object::External(of)) => {
                let of = self.heap.text(*of);
                return (name == "isclass" && (names::is_type(&of) || names::is_exception(&of))).then_some(true);
            }
            object => object,
        };
        let flags = |function: &Function| {
            let code = &self.module(function.module).code.code;
            code.functions.get(function.index as usize).map(|node| (node.is_async, node.is_generator))
        };
        Some(match (name, object) {
            ("isfunction", object) => matches!(object, Some(Object::Function(_))),
            ("ismethod", object) => matches!(object, Some(Object::Method { .. })),
            ("isroutine", object) => matches!(object, Some(Object::Function(_) | Object::Method { .. })),
            ("isclass", object) => matches!(object, Some(Object::Class(_))),
            ("ismodule", object) => matches!(object, Some(Object::Module(_))),
            ("isgenerator", object) if !matches!(object, Some(Object::Generator { .. })) => false,
            ("isbuiltin", Some(Object::Function(_) | Object::Class(_) | Object::Module(_))) => false,
            ("isawaitable" | "iscoroutine", None) => false,
            ("iscode", Some(Object::Instance { class, .. })) => {
                self.heap.external_name(*class).as_deref() == Some("types.CodeType")
            }
            ("iscode", _) => false,
            ("iscoroutinefunction", Some(Object::Function(f))) => flags(f)? == (true, false),
            ("isgeneratorfunction", Some(Object::Function(f))) => flags(f)? == (false, true),
            ("isasyncgenfunction", Some(Object::Function(f))) => flags(f)? == (true, true),
            (name, Some(Object::Method { function, .. })) if name.ends_with("function") => {
                return self.is_kind(name, *function);
            }
            (name, None | Some(Object::Class(_) | Object::Module(_))) if name.ends_with("function") => false,
            ("isabstract", Some(Object::Function(_))) => false,
            _ => return None,
        })
    }

    /// The parameters of a callable, without those that are bound already.
    fn shape(&mut self, value: Value, depth: u32) -> Option<Shape> {
        if depth > 8 {
            return None;
        }
        match self.heap.get(value)? {
            Object::Function(function) => {
                let function = function.clone();
                if let Some(inner) = function.attrs.get(known::WRAPPED) {
                    return self.shape(inner, depth + 1);
                }
                self.shape_of_function(&function)
            }
            Object::Method { function, .. } => {
                let mut shape = self.shape(*function, depth + 1)?;
                if !shape.positional.is_empty() {
                    shape.positional.remove(0);
                }
                Some(shape)
            }
            Object::StaticMethod(inner) | Object::ClassMethod(inner) => self.shape(*inner, depth + 1),
            Object::Class(class) => {
                let open = class.open;
                let found = self.class_lookup(value, known::INIT).filter(|_| !open)?;
                let mut shape = self.shape(found, depth + 1)?;
                if !shape.positional.is_empty() {
                    shape.positional.remove(0);
                }
                Some(shape)
            }
            Object::Instance { class, .. } => {
                let class = *class;
                let found = self.class_lookup(class, known::CALL)?;
                let mut shape = self.shape(found, depth + 1)?;
                if !shape.positional.is_empty() {
                    shape.positional.remove(0);
                }
                Some(shape)
            }
            _ => None,
        }
    }

    fn shape_of_function(&mut self, function: &Function) -> Option<Shape> {
        let frame = self.module_frame(function.module);
        let node = frame.code.code.functions.get(function.index as usize)?;
        let default = |name: Sym| function.defaults.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        let mut named = |list: &[crate::lang::python::ir::Parameter]| -> Vec<(Sym, Option<Value>)> {
            let name = |p: &crate::lang::python::ir::Parameter| self.sym(&frame, p.name);
            list.iter().map(name).map(|name| (name, default(name))).collect()
        };
        let (positional, keyword_only) = (named(&node.positional), named(&node.keyword_only));
        Some(Shape {
            positional,
            vararg: node.vararg.map(|name| self.sym(&frame, name)),
            keyword_only,
            kwarg: node.kwarg.map(|name| self.sym(&frame, name)),
        })
    }

    fn signature(&mut self, callable: Value) -> Value {
        let Some(shape) = self.shape(callable, 0) else { return Value::Unknown };
        let mut items = Dict::default();
        let mut add = |this: &mut Self, name: Sym, default: Option<Value>, kind: &str| {
            let class = this.heap.external("inspect.Parameter");
            let kind = this.heap.external(&format!("inspect.Parameter.{kind}"));
            let empty = this.heap.external("inspect.Parameter.empty");
            let mut attrs = Names::default();
            let default = default.unwrap_or(empty);
            for (key, value) in
                [("name", Value::Str(name)), ("default", default), ("kind", kind), ("annotation", Value::Unknown)]
            {
                attrs.set(this.heap.sym(key), value);
            }
            let parameter = this.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown });
            items.set(Value::Str(name), parameter);
        };
        for (name, default) in shape.positional {
            add(self, name, default, "POSITIONAL_OR_KEYWORD");
        }
        if let Some(name) = shape.vararg {
            add(self, name, None, "VAR_POSITIONAL");
        }
        for (name, default) in shape.keyword_only {
            add(self, name, default, "KEYWORD_ONLY");
        }
        if let Some(name) = shape.kwarg {
            add(self, name, None, "VAR_KEYWORD");
        }
        let class = self.heap.external("inspect.Signature");
        let mut attrs = Names::default();
        let parameters = self.heap.dict(items, false);
        attrs.set(self.heap.sym("parameters"), parameters);
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    fn argument_spec(&mut self, callable: Value) -> Run<Value> {
        let Some(shape) = self.shape(callable, 0) else { return Ok(Value::Unknown) };
        let text = |name: Option<Sym>| name.map_or(Value::None, Value::Str);
        let names = |list: &[(Sym, Option<Value>)]| list.iter().map(|(name, _)| Value::Str(*name)).collect();
        let args = self.heap.list(names(&shape.positional), false);
        let keyword_only = self.heap.list(names(&shape.keyword_only), false);
        let defaults: Vec<Value> = shape.positional.iter().filter_map(|(_, default)| *default).collect();
        let defaults = if defaults.is_empty() { Value::None } else { self.heap.tuple(&defaults) };
        let keyword_defaults = self.defaults_dict(&shape.keyword_only);
        let annotations = self.heap.dict(Dict::default(), true);
        let fields = "args varargs varkw defaults kwonlyargs kwonlydefaults annotations";
        let declared = [self.heap.str("FullArgSpec"), self.heap.str(fields)];
        let class = self.named_tuple(&Args::of(&declared))?;
        let values =
            [args, text(shape.vararg), text(shape.kwarg), defaults, keyword_only, keyword_defaults, annotations];
        self.instantiate(class, &Args::of(&values))
    }

    fn defaults_dict(&mut self, list: &[(Sym, Option<Value>)]) -> Value {
        let mut items = Dict::default();
        for (name, default) in list {
            if let Some(default) = default {
                items.set(Value::Str(*name), *default);
            }
        }
        if items.len() == 0 { Value::None } else { self.heap.dict(items, false) }
    }

    /// `__code__`, `__defaults__` and `__kwdefaults__` of a function.
    pub(super) fn function_part(&mut self, function: &Function, name: &str) -> Option<Value> {
        let shape = self.shape_of_function(function)?;
        Some(match name {
            "__defaults__" => {
                let defaults: Vec<Value> = shape.positional.iter().filter_map(|(_, default)| *default).collect();
                if defaults.is_empty() { Value::None } else { self.heap.tuple(&defaults) }
            }
            "__kwdefaults__" => self.defaults_dict(&shape.keyword_only),
            "__code__" => self.code_object(function, &shape)?,
            _ => return None,
        })
    }

    fn code_object(&mut self, function: &Function, shape: &Shape) -> Option<Value> {
        let code = self.module(function.module).code;
        let node = code.code.functions.get(function.index as usize)?;
        let mut flags = 0;
        for (set, flag) in [
            (node.vararg.is_some(), VARARGS),
            (node.kwarg.is_some(), VARKEYWORDS),
            (node.is_generator && !node.is_async, GENERATOR),
            (node.is_async && !node.is_generator, COROUTINE),
            (node.is_async && node.is_generator, ASYNC_GENERATOR),
        ] {
            flags |= if set { flag } else { 0 };
        }
        let parameters = shape.positional.iter().chain(&shape.keyword_only).map(|(name, _)| *name);
        let mut names: Vec<Value> = parameters.chain(shape.vararg).chain(shape.kwarg).map(Value::Str).collect();
        for local in &node.locals {
            let name = self.heap.str(code.code.name(*local));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let file = self.heap.vars(self.module(function.module).scope).get(known::FILE).unwrap_or(Value::Unknown);
        let values = [
            ("co_name", self.heap.str(code.code.name(node.name))),
            ("co_argcount", Value::Int(shape.positional.len() as i64)),
            ("co_kwonlyargcount", Value::Int(shape.keyword_only.len() as i64)),
            ("co_varnames", self.heap.tuple(&names)),
            ("co_flags", Value::Int(flags)),
            ("co_filename", file),
        ];
        let class = self.heap.external("types.CodeType");
        let mut attrs = Names::default();
        for (key, value) in values {
            attrs.set(self.heap.sym(key), value);
        }
        Some(self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown }))
    }

    fn members_of(&mut self, object: Value, predicate: Option<Value>) -> Run<Value> {
        let mut found: Vec<(Sym, Value)> = match self.heap.get(object) {
            Some(Object::Module(at)) if self.module(*at).kind == ModuleKind::Source => {
                self.heap.vars(self.module(*at).scope).iter().collect()
            }
            Some(Object::Class(class)) if !class.open => {
                let mut all: Vec<(Sym, Value)> = Vec::new();
                for base in class.mro.iter().copied() {
                    let Some(Object::Class(base)) = self.heap.get(base) else { continue };
                    for (name, value) in self.heap.vars(base.scope).iter() {
                        if !all.iter().any(|(n, _)| *n == name) {
                            all.push((name, value));
                        }
                    }
                }
                all
            }
            _ => return Ok(self.heap.list(Vec::new(), true)),
        };
        found.sort_by_key(|(name, _)| self.heap.text(*name));
        let (mut pairs, mut open) = (Vec::new(), false);
        let asks_for_classes = predicate.and_then(|p| self.heap.external_name(p)).as_deref() == Some("inspect.isclass");
        for (name, value) in found {
            if let Some(predicate) = predicate.filter(|p| *p != Value::None) {
                let verdict = self.call(predicate, Args::one(value))?;
                match self.truth(verdict)? {
                    Some(true) => {}
                    Some(false) => continue,
                    // Classes have names in capitals.
                    None if asks_for_classes && !self.heap.text(name).starts_with(char::is_uppercase) => continue,
                    None => {
                        open = true;
                        continue;
                    }
                }
            }
            pairs.push(self.heap.tuple(&[Value::Str(name), value]));
        }
        Ok(self.heap.list(pairs, open))
    }

    /// `sys._getframe(depth)` and its like, called in `frame`: the frame object as far as its module goes.
    pub(super) fn frame_object(&mut self, frame: &Frame, depth: i64) -> Value {
        let Some(at) = self.frame_module(frame, depth) else { return Value::Unknown };
        let back = if (0..6).contains(&depth) { self.frame_object(frame, depth + 1) } else { Value::Unknown };
        let class = self.heap.external("types.FrameType");
        let globals = self.heap.alloc(Object::Namespace(NamespaceOf::Scope(self.module(at).scope)));
        let mut attrs = Names::default();
        attrs.set(self.heap.sym("f_globals"), globals);
        attrs.set(self.heap.sym("f_back"), back);
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    /// The module whose code runs `depth` calls up.
    pub(super) fn frame_module(&self, frame: &Frame, depth: i64) -> Option<ModIdx> {
        match usize::try_from(depth).ok()? {
            0 => Some(frame.module),
            up => self.call_sites.len().checked_sub(up).and_then(|at| self.call_sites.get(at)).map(|(at, _)| *at),
        }
    }
}
