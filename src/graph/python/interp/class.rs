//! Class statements, metaclasses, method resolution order.

use super::super::value::*;
use super::*;
use crate::lang::python::ir::{ExprId, NameId};

impl Interp<'_> {
    pub(super) fn exec_class(&mut self, frame: &Frame, index: u32) -> Run<()> {
        let code = frame.code;
        let Some(node) = code.code.classes.get(index as usize) else { return Ok(()) };
        self.module_mut(frame.module).weight.classes += 1;
        let mut decorators = Vec::new();
        for decorator in code.code.list(node.decorators) {
            decorators.push(self.eval(frame, *decorator)?);
        }
        // Bases see the parameters of types.
        let around = match node.type_params.is_empty() {
            true => None,
            false => Some(self.class_body(frame, &node.type_params)),
        };
        let seen_from = around.as_ref().unwrap_or(frame);
        let (mut bases, open_bases) = self.eval_items(seen_from, node.arguments.positional)?;
        let mut keywords = Vec::new();
        let mut metaclass = None;
        for (name, value) in &node.arguments.keywords {
            let value = self.eval(seen_from, *value)?;
            let Some(name) = name else { continue };
            let name = self.sym(frame, *name);
            if &*self.heap.text(name) == "metaclass" {
                metaclass = Some(value);
            } else {
                keywords.push((name, value));
            }
        }
        if open_bases {
            bases.push(Value::Unknown);
        }
        self.check_bases(frame, node, &bases, metaclass)?;
        self.check_members(frame, node, &bases)?;
        self.check_class_options(frame, node, &bases, &keywords)?;
        let name = self.sym(frame, node.name);
        let body = self.class_body(frame, &node.type_params);
        let maker = metaclass.unwrap_or_else(|| self.inherited_metaclass(&bases));
        self.prepare(maker, body.scope, name, &bases, &keywords)?;
        let scope = body.scope;
        let module_name = self.module(frame.module).name;
        self.heap.vars_mut(scope).set(known::MODULE, Value::Str(module_name));
        self.heap.vars_mut(scope).set(known::QUALNAME, Value::Str(name));
        self.exec_block(&body, node.body)?;
        let class = self.build_class(name, bases, scope, metaclass, keywords, Some(frame.module))?;
        self.check_fields(frame, node, class)?;
        let mut makers = decorators.clone();
        if let Some(Object::Class(made)) = self.heap.get(class) {
            makers.push(made.metaclass);
        }
        self.run_annotation_hooks(&body, node.body, &makers)?;
        let mut value = class;
        for decorator in decorators.into_iter().rev() {
            self.module_mut(frame.module).weight.decorators += 1;
            self.note_arguments(frame, decorator, &Args::one(value));
            self.check_data_class(frame, decorator, value, node)?;
            let result = self.call(decorator, Args::one(value))?;
            if result != Value::Unknown && self.heap.external_name(result).is_none() {
                value = result;
            } else {
                self.mistakes.give_away(&self.heap, value);
            }
        }
        self.assign_name(frame, node.name, value);
        Ok(())
    }

    /// The frame in which the body of a class runs, with the parameters of its types.
    fn class_body<'f>(&mut self, frame: &Frame<'f>, type_params: &[NameId]) -> Frame<'f> {
        let scope = self.heap.scope(None);
        for param in type_params {
            let param = self.sym(frame, *param);
            self.heap.vars_mut(scope).set(param, Value::Unknown);
        }
        Frame {
            module: frame.module,
            code: frame.code,
            syms: frame.syms.clone(),
            scope,
            function: frame.function,
            closure: if frame.is_class || frame.function.is_none() { frame.closure } else { Some(frame.scope) },
            class_scope: Some(scope),
            is_class: true,
            this: Value::Unknown,
            yields: RefCell::default(),
            yields_open: Cell::new(false),
            span: Cell::new(frame.span.get()),
        }
    }

    /// The frame in which a comprehension in the body of a class runs: it does not see the names of the class.
    pub(super) fn inside_class<'f>(&mut self, frame: &Frame<'f>) -> Frame<'f> {
        Frame { scope: self.heap.scope(None), ..self.class_body(frame, &[]) }
    }

    /// Puts into the body of a class what `__prepare__` of its metaclass has there beforehand. Where that is not
    /// known, anything may be there.
    fn prepare(
        &mut self,
        maker: Value,
        body: ScopeId,
        name: Sym,
        bases: &[Value],
        keywords: &[(Sym, Value)],
    ) -> Run<()> {
        let hook = self.heap.sym("__prepare__");
        let found = self.class_lookup(maker, hook).and_then(|found| self.heap.get(found));
        if !matches!(found, Some(Object::Function(_) | Object::ClassMethod(_) | Object::StaticMethod(_))) {
            return Ok(());
        }
        let hook = self.get_attr(maker, hook)?;
        let bases = self.heap.tuple(bases);
        let args = Args { keywords: keywords.to_vec(), ..Args::of(&[Value::Str(name), bases]) };
        let made = self.call(hook, args)?;
        let content = match self.heap.get(made) {
            Some(Object::Instance { class, payload, .. }) => {
                let (class, payload) = (*class, *payload);
                // It may find its keys by code of its own.
                if self.has_code_for(class, &["__getitem__", "__missing__"]) { Value::Unknown } else { payload }
            }
            _ => made,
        };
        let Some(Object::Dict { items, open: false }) = self.heap.get(content) else {
            self.heap.scope_mut(body).open = true;
            return Ok(());
        };
        let items: Vec<(Value, Value)> = items.iter().collect();
        for (key, value) in items {
            if let Value::Str(name) = key {
                self.heap.vars_mut(body).set(name, value);
            }
        }
        Ok(())
    }

    /// Whether code of a class, and not the runtime's, is behind one of some methods of its objects.
    pub(super) fn has_code_for(&mut self, class: Value, methods: &[&str]) -> bool {
        methods.iter().any(|name| {
            let name = self.heap.sym(name);
            let found = self.class_lookup(class, name);
            found.is_some_and(|found| matches!(self.heap.get(found), Some(Object::Function(_))))
        })
    }

    /// What the class statement does once the body has run.
    pub(super) fn build_class(
        &mut self,
        name: Sym,
        bases: Vec<Value>,
        scope: ScopeId,
        metaclass: Option<Value>,
        keywords: Vec<(Sym, Value)>,
        module: Option<ModIdx>,
    ) -> Run<Value> {
        let bases = self.resolve_bases(bases);
        let metaclass = metaclass.unwrap_or_else(|| self.inherited_metaclass(&bases));
        if matches!(self.heap.get(metaclass), Some(Object::Class(_) | Object::Function(_))) {
            let namespace = self.heap.alloc(Object::Namespace(NamespaceOf::Scope(scope)));
            let bases_value = self.heap.tuple(&bases);
            let args = Args {
                positional: vec![Value::Str(name), bases_value, namespace],
                keywords: keywords.clone(),
                open: false,
            };
            let made = if matches!(self.heap.get(metaclass), Some(Object::Class(_))) {
                self.instantiate(metaclass, &args)?
            } else {
                self.call(metaclass, args)?
            };
            if matches!(self.heap.get(made), Some(Object::Class(_))) {
                return Ok(made);
            }
        }
        self.make_class(name, bases, scope, metaclass, keywords, module)
    }

    /// `type.__new__`: the class object itself.
    pub(super) fn make_class(
        &mut self,
        name: Sym,
        bases: Vec<Value>,
        scope: ScopeId,
        metaclass: Value,
        keywords: Vec<(Sym, Value)>,
        module: Option<ModIdx>,
    ) -> Run<Value> {
        let bases = self.resolve_bases(bases);
        let open = bases.iter().any(|base| self.is_open_base(*base));
        let mut fields = None;
        for base in &bases {
            if let Some(Object::Class(base)) = self.heap.get(*base)
                && fields.is_none()
            {
                fields.clone_from(&base.fields);
            }
        }
        let class = self.heap.new_object(Object::Class(Box::new(Class {
            name,
            module,
            bases: bases.clone(),
            mro: Rc::from([]),
            open,
            scope,
            metaclass,
            fields,
        })));
        let value = Value::Obj(class);
        let mut mro = vec![value];
        mro.extend(self.linearize(&bases));
        if let Object::Class(node) = self.heap.object_mut(class) {
            node.mro = mro.into();
        }
        if self.heap.scope_ref(scope).class.is_none() {
            self.heap.scope_mut(scope).class = Some(class);
        }
        if bases.iter().any(|b| self.heap.external_name(*b).as_deref() == Some("typing.NamedTuple")) {
            self.mark_fields(value);
        }
        // `__set_name__` of the attributes, then the base's `__init_subclass__`.
        let vars: Vec<(Sym, Value)> = self.heap.vars(scope).iter().collect();
        for (attr, object) in vars {
            if let Some(Object::Instance { class: kind, .. }) = self.heap.get(object) {
                let kind = *kind;
                if let Some(hook) = self.class_lookup(kind, known::SET_NAME) {
                    let hook = self.bind(hook, object, kind)?;
                    self.call(hook, Args::of(&[value, Value::Str(attr)]))?;
                }
            }
        }
        for base in self.mro_of(value).iter().skip(1) {
            if let Some(Object::Class(node)) = self.heap.get(*base) {
                let base_scope = node.scope;
                if let Some(found) = self.heap.vars(base_scope).get(known::INIT_SUBCLASS) {
                    let function = match self.heap.get(found) {
                        Some(Object::ClassMethod(inner)) => *inner,
                        _ => found,
                    };
                    let method = self.heap.method(function, value);
                    self.call(method, Args { keywords, ..Args::default() })?;
                    break;
                }
            }
        }
        Ok(value)
    }

    /// PEP 560: `Generic[T]` as a base stands for `Generic`.
    fn resolve_bases(&mut self, bases: Vec<Value>) -> Vec<Value> {
        let mut out = Vec::with_capacity(bases.len());
        for base in bases.iter().copied() {
            let resolved = match self.heap.get(base) {
                Some(Object::Union(members)) => members
                    .iter()
                    .copied()
                    .find(|m| matches!(self.heap.get(*m), Some(Object::Class(_))))
                    .unwrap_or(Value::Unknown),
                Some(Object::Instance { .. } | Object::Function(_)) => {
                    for entry in self.mro_entries(base, &bases) {
                        if !out.contains(&entry) || entry == Value::Unknown {
                            out.push(entry);
                        }
                    }
                    continue;
                }
                _ => base,
            };
            if !out.contains(&resolved) || resolved == Value::Unknown {
                out.push(resolved);
            }
        }
        out
    }

    /// What a base that is no class puts in its place.
    fn mro_entries(&mut self, base: Value, bases: &[Value]) -> Vec<Value> {
        let hook = match self.heap.get(base) {
            Some(Object::Instance { class, .. }) => {
                let class = *class;
                let found = self.class_lookup(class, known::MRO_ENTRIES);
                found.and_then(|hook| self.bind(hook, base, class).ok())
            }
            Some(Object::Function(function)) => function.attrs.get(known::MRO_ENTRIES),
            _ => None,
        };
        let Some(hook) = hook else { return vec![base] };
        let bases = self.heap.tuple(bases);
        let entries = self.shielded(|this| this.call(hook, Args::one(bases))).unwrap_or(Value::Unknown);
        match self.items_of(entries) {
            (entries, false) => entries,
            _ => vec![Value::Unknown],
        }
    }

    /// Whether a class's instances are plain dictionaries.
    pub(super) fn is_typed_dict(&self, class: Value) -> bool {
        self.mro_of(class).iter().any(|base| self.heap.external_name(*base).as_deref() == Some("typing.TypedDict"))
    }

    fn is_open_base(&self, base: Value) -> bool {
        match self.heap.get(base) {
            Some(Object::Class(class)) => class.open,
            Some(Object::External(name)) => !names::is_plain_base(&self.heap.text(*name)),
            _ => true,
        }
    }

    pub(super) fn mro_of(&self, class: Value) -> Rc<[Value]> {
        match self.heap.get(class) {
            Some(Object::Class(node)) if !node.mro.is_empty() => node.mro.clone(),
            _ => Rc::from([class]),
        }
    }

    /// C3; where it has no answer, depth first.
    fn linearize(&mut self, bases: &[Value]) -> Vec<Value> {
        if let [base] = bases {
            return self.mro_of(*base).iter().copied().take(LIMITS.bases).collect();
        }
        let mut lists: Vec<Vec<Value>> = bases.iter().map(|base| self.mro_of(*base).to_vec()).collect();
        lists.push(bases.to_vec());
        let mut out = Vec::new();
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() || out.len() >= LIMITS.bases {
                return out;
            }
            let head = lists.iter().map(|list| list[0]).find(|head| !lists.iter().any(|list| list[1..].contains(head)));
            let head = head.unwrap_or(lists[0][0]);
            if !out.contains(&head) {
                out.push(head);
            }
            for list in &mut lists {
                list.retain(|item| *item != head);
            }
        }
    }

    fn inherited_metaclass(&mut self, bases: &[Value]) -> Value {
        let type_ = self.heap.external("type");
        let mut best = type_;
        for base in bases {
            let candidate = match self.heap.get(*base) {
                Some(Object::Class(class)) => class.metaclass,
                Some(Object::External(name)) => {
                    let name = self.heap.text(*name);
                    match names::metaclass_of(&name) {
                        Some(meta) => self.heap.external(meta),
                        None => type_,
                    }
                }
                _ => type_,
            };
            if candidate != best && (best == type_ || self.is_subclass(candidate, best) == Some(true)) {
                best = candidate;
            }
        }
        best
    }

    /// Notes an annotated name of a class body: a field, should the class be a data class.
    pub(super) fn annotate(&mut self, frame: &Frame, target: ExprId, _annotation: ExprId) {
        let crate::lang::python::ir::Expr::Name(id) = frame.code.code.expr(target) else { return };
        if !frame.is_class {
            return;
        }
        let name = self.sym(frame, id);
        let dict = match self.heap.vars(frame.scope).get(known::ANNOTATIONS) {
            Some(dict) => dict,
            None => {
                let dict = self.heap.dict(Dict::default(), false);
                self.heap.vars_mut(frame.scope).set(known::ANNOTATIONS, dict);
                dict
            }
        };
        if let Value::Obj(dict) = dict
            && let Object::Dict { items, .. } = self.heap.object_mut(dict)
        {
            items.set(Value::Str(name), Value::Unknown);
        }
    }

    /// Makes the annotated names of a class its fields.
    pub(super) fn mark_fields(&mut self, class: Value) {
        let mut fields: Vec<Sym> = Vec::new();
        for base in self.mro_of(class).iter().rev() {
            let Some(Object::Class(node)) = self.heap.get(*base) else { continue };
            let scope = node.scope;
            let Some(annotations) = self.heap.vars(scope).get(known::ANNOTATIONS) else { continue };
            for (name, _) in self.dict_items(annotations).0 {
                if let Value::Str(name) = name
                    && !fields.contains(&name)
                {
                    fields.push(name);
                }
            }
        }
        if let Value::Obj(id) = class
            && let Object::Class(node) = self.heap.object_mut(id)
        {
            node.fields = Some(fields);
        }
    }
}
