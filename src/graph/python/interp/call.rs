//! Calls: functions whose code is known, classes, partials, coroutines, context managers.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{ExprId, Function as Node};

impl Interp<'_> {
    pub(super) fn eval_call(&mut self, frame: &Frame, id: ExprId, function: ExprId, args_at: u32) -> Run<Value> {
        let code = frame.code;
        let before = self.doubt.mark();
        let callee = self.eval(frame, function)?;
        let is_known = !self.doubt.has_foreign(before) && !self.doubt.has_read(before);
        let Some(written) = code.code.calls.get(args_at as usize) else {
            return Ok(Value::Unknown);
        };
        if callee == Value::Unknown {
            self.taint_inherited(frame, function);
            if frame.function.is_some() && self.budget.is_spent() {
                return Ok(Value::Unknown);
            }
        }
        // `super()` without arguments means the class around and the first argument.
        if written.positional.is_empty() && self.heap.external_name(callee).as_deref() == Some("super") {
            return Ok(match self.current_class(frame) {
                Some(class) => self.heap.alloc(Object::Super { class, this: frame.this }),
                None => Value::Unknown,
            });
        }
        let mark = self.doubt.mark();
        self.consumed = self.goes_through(frame, callee, written.positional);
        let (positional, mut open) = self.eval_items(frame, written.positional)?;
        let mut keywords = Vec::with_capacity(written.keywords.len());
        for (name, value) in &written.keywords {
            let value = self.eval(frame, *value)?;
            match name {
                Some(name) => keywords.push((self.sym(frame, *name), value)),
                None => {
                    self.check_mapping(frame, id, value)?;
                    let (items, unknown) = self.dict_items(value);
                    open |= unknown;
                    for (key, value) in items {
                        if let Value::Str(key) = key {
                            keywords.push((key, value));
                        }
                    }
                }
            }
        }
        let args = Args { positional, keywords, open };
        let span = self.at(frame, id);
        if self.trace.calls.len() < LIMITS.calls {
            if self.module(frame.module).own {
                self.record_call(frame, function, callee, &args, span);
            } else {
                self.record_work(frame, callee, &args, span);
            }
        }
        self.unpickle(frame, function, callee, &args, span)?;
        if let Some(value) = self.frame_call(frame, callee, &args, span)? {
            return Ok(value);
        }
        if callee == Value::Unknown {
            return self.call_loader(frame, function, &args, span);
        }
        self.check_call(frame, id, (callee, is_known), &args)?;
        self.call_sites.push((frame.module, span));
        let driver = self.driver_of(frame, callee, &args);
        let depends = self.doubt.enter_choice(mark);
        let waits = self.heap.external_name(callee).is_some_and(|name| tasks::runs_to_the_end(&name));
        let by_others = self.is_own(frame) && !waits && !self.is_own_code(callee) && !self.calls_at_once(callee);
        let is_unordered = self.is_unordered(callee, &args) || self.is_odd_text(callee, &args);
        self.doubt.in_foreign(by_others, 1);
        self.drained = self.asks_all(callee, &args);
        let result = self.call(callee, args);
        self.drained = None;
        self.doubt.in_foreign(by_others, -1);
        self.doubt.leave_choice(depends);
        self.call_sites.pop();
        if let (Ok(_), Some(driver)) = (&result, driver) {
            self.check_driver(frame, id, &driver)?;
        }
        if let Ok(value) = result {
            self.note_result(frame, callee, value, is_unordered);
        }
        result
    }

    /// Calls a value. The result of what is not known is not known.
    pub(in super::super) fn call(&mut self, callee: Value, args: Args) -> Run<Value> {
        let Value::Obj(id) = callee else { return Ok(Value::Unknown) };
        if self.nested >= LIMITS.nested {
            return Ok(Value::Unknown);
        }
        self.nested += 1;
        let result = self.call_object(callee, id, args);
        self.nested -= 1;
        result
    }

    fn call_object(&mut self, callee: Value, id: ObjId, args: Args) -> Run<Value> {
        match self.heap.object(id) {
            Object::Function(_) => self.call_function(id, args),
            Object::Method { function, this } => {
                let (function, this) = (*function, *this);
                let mut args = args;
                args.positional.insert(0, this);
                self.call(function, args)
            }
            Object::Class(_) => self.call_class(callee, args),
            Object::External(name) => {
                let name = self.heap.text(*name);
                if self.call_depth >= LIMITS.runtime_call_depth {
                    return Ok(Value::Unknown);
                }
                self.call_depth += 1;
                let result = self.call_runtime(&name, callee, args);
                self.call_depth -= 1;
                result
            }
            Object::Partial { function, args: first } => {
                let (function, first) = (*function, first.clone());
                let mut all = first;
                all.positional.extend(args.positional);
                for (name, value) in args.keywords {
                    all.keywords.retain(|(n, _)| *n != name);
                    all.keywords.push((name, value));
                }
                all.open |= args.open;
                self.call(function, *all)
            }
            Object::StaticMethod(inner) | Object::ClassMethod(inner) => {
                let inner = *inner;
                self.call(inner, args)
            }
            Object::Instance { class, .. } => {
                let class = *class;
                match self.class_lookup(class, known::CALL) {
                    Some(hook) => {
                        let hook = self.bind(hook, callee, class)?;
                        self.call(hook, args)
                    }
                    None => Ok(Value::Unknown),
                }
            }
            Object::Union(members) => {
                let members = members.clone();
                let mut result: Option<Value> = None;
                for member in members.iter() {
                    if let Ok(value) = self.perhaps(|this| this.call(*member, args.clone())) {
                        result = Some(match result {
                            Some(before) => self.heap.join(before, value),
                            None => value,
                        });
                    }
                }
                Ok(result.unwrap_or(Value::Unknown))
            }
            _ => Ok(Value::Unknown),
        }
    }

    fn call_class(&mut self, class: Value, args: Args) -> Run<Value> {
        let metaclass = match self.heap.get(class) {
            Some(Object::Class(node)) => node.metaclass,
            _ => return Ok(Value::Unknown),
        };
        if self.is_typed_dict(class) {
            return self.call_runtime("dict", class, args);
        }
        if let Some(hook) = self.class_lookup(metaclass, known::CALL)
            && matches!(self.heap.get(hook), Some(Object::Function(_)))
        {
            let hook = self.bind(hook, class, metaclass)?;
            return self.call(hook, args);
        }
        self.instantiate(class, &args)
    }

    /// `type.__call__`: `__new__`, then `__init__`.
    pub(super) fn instantiate(&mut self, class: Value, args: &Args) -> Run<Value> {
        let mut made = None;
        if let Some(found) = self.class_lookup(class, known::NEW) {
            let function = match self.heap.get(found) {
                Some(Object::StaticMethod(inner) | Object::ClassMethod(inner)) => *inner,
                _ => found,
            };
            if matches!(self.heap.get(function), Some(Object::Function(_))) {
                let mut all = args.clone();
                all.positional.insert(0, class);
                let value = self.call(function, all)?;
                if value != Value::Unknown {
                    let own = match self.heap.get(value) {
                        Some(Object::Instance { class: of, .. }) => {
                            let of = *of;
                            self.is_subclass(of, class) != Some(false)
                        }
                        Some(Object::Class(_)) => true,
                        _ => false,
                    };
                    if !own {
                        return Ok(value);
                    }
                    made = Some(value);
                }
            }
        } else if args.positional.len() == 3 && self.is_metaclass(class) {
            made = Some(self.type_new(class, args)?);
        }
        let object = match made {
            Some(object) => object,
            None => {
                let payload = self.payload_of(class, args)?;
                self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload })
            }
        };
        // `__new__` may have made an instance of a subclass, whose `__init__` runs.
        let class = match self.heap.get(object) {
            Some(Object::Instance { class, .. }) => *class,
            _ => class,
        };
        match self.class_lookup(class, known::INIT) {
            Some(found)
                if matches!(
                    self.heap.get(found),
                    Some(Object::Function(_) | Object::Union(_) | Object::Instance { .. })
                ) =>
            {
                let method = self.bind(found, object, class)?;
                self.call(method, args.clone())?;
            }
            _ if self.is_module_type(class) => self.name_module(object, args),
            _ => self.fill_fields(object, class, args)?,
        }
        Ok(object)
    }

    /// Whether instances of a class are modules.
    pub(super) fn is_module_type(&mut self, class: Value) -> bool {
        let module = self.heap.external("types.ModuleType");
        self.mro_of(class).contains(&module)
    }

    /// What `ModuleType.__init__(self, name, doc)` does.
    pub(super) fn name_module(&mut self, object: Value, args: &Args) {
        let name = args.positional.first().copied().or_else(|| self.keyword(args, "name")).unwrap_or(Value::Unknown);
        self.set_attr(object, known::NAME, name);
    }

    pub(super) fn is_metaclass(&mut self, class: Value) -> bool {
        let type_ = self.heap.external("type");
        matches!(self.heap.get(class), Some(Object::Class(_))) && {
            let mro = self.mro_of(class);
            mro.iter().any(|base| {
                *base == type_
                    || matches!(
                        self.heap.external_name(*base).as_deref(),
                        Some("abc.ABCMeta" | "enum.EnumMeta" | "enum.EnumType")
                    )
            })
        }
    }

    /// `type.__new__(mcs, name, bases, namespace)` without the first argument.
    pub(super) fn type_new(&mut self, metaclass: Value, args: &Args) -> Run<Value> {
        let &[Value::Str(name), bases, namespace] = args.positional.as_slice() else {
            return Ok(Value::Unknown);
        };
        let (bases, open) = self.items_of(bases);
        let mut bases = bases;
        if open {
            bases.push(Value::Unknown);
        }
        let scope = match self.heap.get(namespace) {
            Some(Object::Namespace(NamespaceOf::Scope(scope))) => *scope,
            _ => self.scope_of_names(namespace),
        };
        let module = match self.heap.vars(scope).get(known::MODULE) {
            Some(Value::Str(name)) => match self.sys_modules.get(name).and_then(|m| self.heap.get(m)) {
                Some(Object::Module(at)) => Some(*at),
                _ => None,
            },
            _ => None,
        };
        self.make_class(name, bases, scope, metaclass, args.keywords.clone(), module)
    }

    /// The content of an instance of a subclass of a built-in container.
    fn payload_of(&mut self, class: Value, args: &Args) -> Run<Value> {
        for base in self.mro_of(class).iter().copied() {
            let Some(name) = self.heap.external_name(base) else { continue };
            match &*name {
                "dict"
                | "typing.Dict"
                | "typing.OrderedDict"
                | "collections.OrderedDict"
                | "collections.UserDict"
                | "collections.defaultdict" => {
                    return self.call_runtime(
                        "dict",
                        base,
                        Args { positional: args.positional.iter().take(1).copied().collect(), ..args.clone() },
                    );
                }
                "list" | "tuple" | "set" | "frozenset" | "str" | "collections.deque" | "typing.List" | "typing.Set" => {
                    let name = match &*name {
                        "collections.deque" | "typing.List" => "list",
                        "typing.Set" => "set",
                        name => name,
                    };
                    return self.call_runtime(
                        name,
                        base,
                        Args { positional: args.positional.iter().take(1).copied().collect(), ..Args::default() },
                    );
                }
                _ => {}
            }
        }
        Ok(Value::Unknown)
    }

    /// Evaluates defaults and makes the function object.
    pub(super) fn make_function(&mut self, frame: &Frame, index: u32) -> Run<Value> {
        let code = frame.code;
        let Some(node) = code.code.functions.get(index as usize) else {
            return Ok(Value::Unknown);
        };
        let mut defaults = Vec::new();
        for parameter in node.positional.iter().chain(&node.keyword_only) {
            if let Some(default) = parameter.default {
                let mark = self.doubt.mark();
                let value = self.eval(frame, default)?;
                let name = self.sym(frame, parameter.name);
                if self.doubt.has_read(mark) || self.doubt.has_foreign(mark) {
                    // What is done with such a parameter proves nothing.
                    self.doubt.taint_foreign(name);
                }
                defaults.push((name, value));
            }
        }
        let parent = if frame.is_class || frame.function.is_none() { frame.closure } else { Some(frame.scope) };
        Ok(self.heap.alloc(Object::Function(Rc::new(Function {
            module: frame.module,
            index,
            parent,
            class_scope: if frame.is_class { Some(frame.scope) } else { frame.class_scope },
            defaults,
            attrs: Names::default(),
        }))))
    }

    pub(super) fn exec_function(&mut self, frame: &Frame, index: u32) -> Run<()> {
        let code = frame.code;
        let Some(node) = code.code.functions.get(index as usize) else { return Ok(()) };
        self.module_mut(frame.module).weight.functions += 1;
        let mut decorators = Vec::new();
        for decorator in code.code.list(node.decorators) {
            decorators.push((*decorator, self.eval(frame, *decorator)?));
        }
        let mut value = self.make_function(frame, index)?;
        if !code.code.future_annotations && self.input.version < (3, 14) && frame.function.is_none() {
            for annotation in code.code.list(node.annotations) {
                self.eval(frame, *annotation)?;
            }
        }
        self.check_route(frame, node)?;
        for (at, decorator) in decorators.into_iter().rev() {
            self.module_mut(frame.module).weight.decorators += 1;
            self.note_arguments(frame, decorator, &Args::one(value));
            self.check_decorator(frame, at, decorator, value)?;
            let result = self.call(decorator, Args::one(value))?;
            // A decorator that is not known most likely wraps: keep what can be followed.
            if result != Value::Unknown && !self.heap.external_name(result).is_some_and(|name| name.contains("()")) {
                value = result;
            } else {
                self.mistakes.give_away(&self.heap, value);
                self.taint_reached(value);
            }
        }
        self.assign_name(frame, node.name, value);
        Ok(())
    }

    fn call_function(&mut self, id: ObjId, args: Args) -> Run<Value> {
        let Object::Function(function) = self.heap.object(id) else { return Ok(Value::Unknown) };
        let function = Rc::clone(function);
        let code = self.module(function.module).code;
        let Some(node) = code.code.functions.get(function.index as usize) else {
            return Ok(Value::Unknown);
        };
        let key = (function.module, function.index);
        let library = self.library_of(function.module);
        if self.is_left_out(id, &function, library) {
            self.mistakes.lose(&self.heap, library.is_none());
            return Ok(Value::Unknown);
        }
        // A decorator that is not known may have changed what is passed. Without its arguments the
        // function would not run.
        if !self.has_arguments(node, &function, &args) {
            self.mistakes.lose(&self.heap, library.is_none());
            return Ok(Value::Unknown);
        }
        self.budget.count_run(key);
        let scope = self.heap.scope(function.parent);
        let syms = self.module(function.module).syms.clone();
        let mut frame = Frame {
            module: function.module,
            code,
            syms,
            scope,
            function: Some(function.index),
            closure: function.parent,
            class_scope: function.class_scope,
            is_class: false,
            this: Value::Unknown,
            yields: RefCell::default(),
            yields_open: Cell::new(false),
            span: Cell::default(),
        };
        frame.this = self.bind_arguments(&frame, node, &function, args);
        if node.is_generator || node.is_async {
            let pending = Pending { function: id, scope, this: frame.this };
            return Ok(self.heap.alloc(Object::Generator {
                pending: Some(pending),
                items: Vec::new(),
                result: Value::Unknown,
                open: false,
            }));
        }
        self.run_body(&frame, node)
    }

    /// The top-level name of a module that is not the function's own.
    pub(super) fn library_of(&self, module: ModIdx) -> Option<Sym> {
        let module = self.module(module);
        (!module.own).then_some(module.root)
    }

    /// Runs a function's body in a prepared frame.
    pub(super) fn run_body(&mut self, frame: &Frame, node: &Node) -> Run<Value> {
        let key = (frame.module, frame.function.unwrap_or_default());
        self.budget.enter(key);
        let package = self.library_of(frame.module);
        let library = u32::from(package.is_some());
        self.call_depth += 1;
        self.library_depth += library;
        self.total_depth += 1;
        let outer = self.budget.begin();
        let caller = self.running.replace(key);
        let result = match node.value {
            Some(value) => self.eval(frame, value),
            None => self.exec_block(frame, node.body).map(|flow| match (flow.returned, flow.next) {
                (Some(value), false) => value,
                (Some(value), true) => self.heap.join(value, Value::None),
                (None, _) => Value::None,
            }),
        };
        self.total_depth -= 1;
        self.library_depth -= library;
        self.call_depth -= 1;
        self.running = caller;
        let own_steps = self.budget.end(outer);
        self.budget.leave(key, own_steps, package);
        if let Err(raised) = &result
            && !self.any_catch(*raised)
        {
            // Nobody waits for it: the call would have ended the program, so one of our
            // decisions on the way was wrong. Treat the result as not known.
            return Ok(Value::Unknown);
        }
        result
    }

    /// Whether an exception that leaves a function is waited for. Past the module that runs now only failing
    /// imports travel: any other error there is more likely a wrong decision of ours.
    fn any_catch(&mut self, raised: Raised) -> bool {
        let class = self.class_of_exception(raised.value);
        let far = raised.fault.is_some()
            || ["ImportError", "SyntaxError"].iter().any(|name| {
                let kind = self.heap.external(name);
                self.is_subclass(class, kind) == Some(true)
            });
        for at in (0..self.catches.len()).rev() {
            if !far && self.catches[at].module_depth != self.module_depth {
                return false;
            }
            let Some(classes) = self.catches[at].classes.clone() else { return true };
            if classes.iter().any(|c| self.is_subclass(class, *c) != Some(false)) {
                return true;
            }
        }
        false
    }

    /// Whether every parameter without a default gets a value.
    fn has_arguments(&mut self, node: &Node, function: &Function, args: &Args) -> bool {
        if args.open {
            return true;
        }
        let given = args.positional.len();
        let rest = node.positional.get(given.min(node.positional.len())..).unwrap_or(&[]);
        let mut required = rest.iter().chain(&node.keyword_only).filter(|p| p.default.is_none()).peekable();
        if required.peek().is_none() {
            return true;
        }
        let frame = self.module_frame(function.module);
        for parameter in required {
            let name = self.sym(&frame, parameter.name);
            if args.keyword(name).is_none() {
                return false;
            }
        }
        true
    }

    /// Puts arguments into the new scope; gives the first one.
    fn bind_arguments(&mut self, frame: &Frame, node: &Node, function: &Function, args: Args) -> Value {
        let first = args.positional.first().copied().unwrap_or(Value::Unknown);
        let mut keywords = args.keywords;
        let default = |name: Sym| function.defaults.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        for (at, parameter) in node.positional.iter().enumerate() {
            let name = self.sym(frame, parameter.name);
            let value = match args.positional.get(at) {
                Some(value) => *value,
                None => match keywords.iter().position(|(n, _)| *n == name) {
                    Some(at) => keywords.remove(at).1,
                    None if args.open => Value::Unknown,
                    None => default(name).unwrap_or(Value::Unknown),
                },
            };
            self.heap.vars_mut(frame.scope).set(name, value);
        }
        for parameter in &node.keyword_only {
            let name = self.sym(frame, parameter.name);
            let value = match keywords.iter().position(|(n, _)| *n == name) {
                Some(at) => keywords.remove(at).1,
                None if args.open => Value::Unknown,
                None => default(name).unwrap_or(Value::Unknown),
            };
            self.heap.vars_mut(frame.scope).set(name, value);
        }
        if let Some(vararg) = node.vararg {
            let rest = args.positional.get(node.positional.len()..).unwrap_or(&[]).to_vec();
            let value = if args.open { self.heap.list(rest, true) } else { self.heap.tuple(&rest) };
            let name = self.sym(frame, vararg);
            self.heap.vars_mut(frame.scope).set(name, value);
        }
        if let Some(kwarg) = node.kwarg {
            let mut items = Dict::default();
            for (name, value) in keywords {
                items.set(Value::Str(name), value);
            }
            let value = self.heap.dict(items, args.open);
            let value = self.note_written(frame, value);
            let name = self.sym(frame, kwarg);
            self.heap.vars_mut(frame.scope).set(name, value);
        }
        first
    }
}
