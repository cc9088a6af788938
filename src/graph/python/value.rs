//! Abstract values: what the interpreter knows about Python objects.

mod table;
mod undo;

use std::rc::Rc;

use rustc_hash::FxHashMap;

pub(super) use table::{Dict, Key, Names};

/// An interned text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Sym(pub(super) u32);

/// Names that are looked for again and again: every heap has them, under the same numbers.
pub(super) mod known {
    use super::Sym;

    macro_rules! known {
        ($($constant:ident = $text:literal,)*) => {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "they number the constants")]
            enum Place { $($constant,)* }
            $(pub(in super::super) const $constant: Sym = Sym(Place::$constant as u32);)*
            /// Their texts in order.
            pub(super) const TEXTS: &[&str] = &[$($text,)*];
        };
    }

    known! {
        ALL = "__all__",
        ANNOTATIONS = "__annotations__",
        CALL = "__call__",
        CLASS = "__class__",
        CLASS_GETITEM = "__class_getitem__",
        CONTAINS = "__contains__",
        DICT = "__dict__",
        EXIT = "__exit__",
        FILE = "__file__",
        GET = "__get__",
        GETATTR = "__getattr__",
        GETITEM = "__getitem__",
        INIT = "__init__",
        INIT_SUBCLASS = "__init_subclass__",
        ITER = "__iter__",
        MODULE = "__module__",
        MRO = "__mro__",
        MRO_ENTRIES = "__mro_entries__",
        NAME = "__name__",
        NEW = "__new__",
        PACKAGE = "__package__",
        PATH = "__path__",
        POST_INIT = "__post_init__",
        QUALNAME = "__qualname__",
        SET = "__set__",
        SET_NAME = "__set_name__",
        SETITEM = "__setitem__",
        WRAPPED = "__wrapped__",
    }
}

/// Index of an [`Object`] in the [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ObjId(pub(super) u32);

/// Index of a scope in the [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ScopeId(pub(super) u32);

/// Index of a module in the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ModIdx(pub(super) u32);

/// An abstract value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// Anything.
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    /// Bits of a float.
    Float(u64),
    Str(Sym),
    Bytes(Sym),
    Ellipsis,
    NotImplemented,
    Obj(ObjId),
}

/// A function object.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) module: ModIdx,
    /// Index in the module's code.
    pub(super) index: u32,
    /// The enclosing function's scope.
    pub(super) parent: Option<ScopeId>,
    /// The scope of the class body it was defined in; where `super()` starts.
    pub(super) class_scope: Option<ScopeId>,
    pub(super) defaults: Vec<(Sym, Value)>,
    pub(super) attrs: Names,
}

/// A class object.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) name: Sym,
    pub(super) module: Option<ModIdx>,
    pub(super) bases: Vec<Value>,
    /// The class itself first; may end in runtime things.
    pub(super) mro: Rc<[Value]>,
    /// Some base is not known completely.
    pub(super) open: bool,
    pub(super) scope: ScopeId,
    pub(super) metaclass: Value,
    /// Fields in the order of annotation, when it is a data class or a named tuple.
    pub(super) fields: Option<Vec<Sym>>,
}

/// What a generator will run.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) function: ObjId,
    pub(super) scope: ScopeId,
    pub(super) this: Value,
}

/// What a row of items really is, which code may ask: by its class, or by going through it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    List,
    /// Something of this class that can be gone through again: a range, a view of a dictionary.
    View(&'static str),
    /// An iterator of this class, if that is known; going through it uses it up.
    Iterator(&'static str),
}

/// Objects with identity.
#[derive(Clone, Debug)]
pub(super) enum Object {
    Module(ModIdx),
    Function(Rc<Function>),
    Class(Box<Class>),
    Instance {
        class: Value,
        attrs: Names,
        /// Content of an instance of a subclass of `dict`, `list`, `str`...
        payload: Value,
    },
    Method {
        function: Value,
        this: Value,
    },
    Tuple(Rc<[Value]>),
    List {
        items: Vec<Value>,
        open: bool,
        row: Row,
    },
    Set {
        items: Vec<Value>,
        open: bool,
        frozen: bool,
    },
    Dict {
        items: Dict,
        open: bool,
    },
    /// Something of the runtime, by dotted name; `()` marks results of calls.
    External(Sym),
    Partial {
        function: Value,
        args: Box<Args>,
    },
    Property {
        getter: Value,
        /// `functools.cached_property` and the like: any instance attribute wins.
        cached: bool,
    },
    StaticMethod(Value),
    ClassMethod(Value),
    Super {
        class: Value,
        this: Value,
    },
    /// A generator or coroutine: what it yields, once it has run.
    Generator {
        pending: Option<Pending>,
        items: Vec<Value>,
        result: Value,
        open: bool,
    },
    Union(Rc<[Value]>),
    /// A view on a scope: `globals()`, `vars(x)`, `x.__dict__`.
    Namespace(NamespaceOf),
}

/// Whose attributes an [`Object::Namespace`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamespaceOf {
    Scope(ScopeId),
    Instance(ObjId),
    /// `sys.modules`.
    Modules,
    /// `os.environ`.
    Environment,
}

/// Arguments of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Args {
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(Sym, Value)>,
    /// There may be more: an unknown `*args` or `**kwargs` was passed.
    pub(super) open: bool,
}

impl Args {
    pub(super) fn one(value: Value) -> Self {
        Self::of(&[value])
    }

    pub(super) fn of(values: &[Value]) -> Self {
        Self { positional: values.to_vec(), ..Self::default() }
    }

    pub(super) fn keyword(&self, name: Sym) -> Option<Value> {
        self.keywords.iter().find(|(k, _)| *k == name).map(|(_, v)| *v)
    }
}

/// The variables of a module, class body or function call.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) vars: Names,
    /// The enclosing function's scope.
    pub(super) parent: Option<ScopeId>,
    /// Names may have been added that are not seen here.
    pub(super) open: bool,
    /// The class made from this class body.
    pub(super) class: Option<ObjId>,
}

/// Owner of all objects and texts. Nothing is freed: budgets bound the growth.
#[derive(Clone, Default)]
pub(super) struct Heap {
    objects: Vec<Object>,
    scopes: Vec<Scope>,
    texts: Vec<Rc<str>>,
    symbols: FxHashMap<Rc<str>, Sym>,
    externals: FxHashMap<Sym, ObjId>,
    /// Dotted names by their two parts.
    dotted: FxHashMap<(Sym, Sym), Sym>,
    tuples: FxHashMap<Rc<[Value]>, ObjId>,
    unions: FxHashMap<Rc<[Value]>, ObjId>,
    methods: FxHashMap<(Value, Value), ObjId>,
    /// What methods of built-in objects are functions of, by name.
    builtin_methods: FxHashMap<Sym, Value>,
    undo: undo::Undo,
}

impl Heap {
    /// An empty heap with room for what most functions make: growing would move, and touch, everything
    /// again and again. Room that stays empty costs addresses only.
    pub(super) fn new() -> Self {
        const OBJECTS: usize = 1 << 18;
        let mut heap = Self::default();
        // Where there is no such room, the vectors grow as they must.
        let _ = heap.objects.try_reserve(OBJECTS);
        let _ = heap.scopes.try_reserve(OBJECTS / 4);
        let _ = heap.texts.try_reserve(OBJECTS / 4);
        let _ = heap.symbols.try_reserve(OBJECTS / 16);
        let _ = heap.methods.try_reserve(OBJECTS / 16);
        for text in known::TEXTS {
            heap.sym(text);
        }
        heap
    }

    pub(super) fn sym(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.symbols.get(text) {
            return *sym;
        }
        let sym = Sym(self.texts.len() as u32);
        let text: Rc<str> = text.into();
        self.texts.push(text.clone());
        self.symbols.insert(text, sym);
        sym
    }

    pub(super) fn text(&self, sym: Sym) -> Rc<str> {
        self.texts.get(sym.0 as usize).cloned().unwrap_or_default()
    }

    pub(super) fn str(&mut self, text: &str) -> Value {
        Value::Str(self.sym(text))
    }

    pub(super) fn new_object(&mut self, object: Object) -> ObjId {
        self.objects.push(object);
        ObjId(self.objects.len() as u32 - 1)
    }

    pub(super) fn alloc(&mut self, object: Object) -> Value {
        Value::Obj(self.new_object(object))
    }

    /// How many objects there are: those made from now on have higher numbers.
    pub(super) fn objects(&self) -> u32 {
        self.objects.len() as u32
    }

    /// How many scopes there are.
    pub(super) fn scopes(&self) -> u32 {
        self.scopes.len() as u32
    }

    pub(super) fn scope(&mut self, parent: Option<ScopeId>) -> ScopeId {
        self.scopes.push(Scope { vars: Names::default(), parent, open: false, class: None });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    #[allow(clippy::indexing_slicing, reason = "ids come from this heap only")]
    pub(super) fn object(&self, id: ObjId) -> &Object {
        &self.objects[id.0 as usize]
    }

    pub(super) fn object_mut(&mut self, id: ObjId) -> &mut Object {
        let object = &mut self.objects[id.0 as usize];
        self.undo.before_object(id, object);
        object
    }

    pub(super) fn vars(&self, id: ScopeId) -> &Names {
        &self.scopes[id.0 as usize].vars
    }

    pub(super) fn vars_mut(&mut self, id: ScopeId) -> &mut Names {
        &mut self.scope_mut(id).vars
    }

    pub(super) fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        let scope = &mut self.scopes[id.0 as usize];
        self.undo.before_scope(id, scope);
        scope
    }

    pub(super) fn scope_ref(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The object behind a value.
    pub(super) fn get(&self, value: Value) -> Option<&Object> {
        match value {
            Value::Obj(id) => Some(self.object(id)),
            _ => None,
        }
    }

    /// The runtime thing with this dotted name; always the same object.
    pub(super) fn external(&mut self, name: &str) -> Value {
        let sym = self.sym(name);
        self.external_of(sym)
    }

    /// The same by a name that is interned already.
    pub(super) fn external_of(&mut self, sym: Sym) -> Value {
        if let Some(id) = self.externals.get(&sym) {
            return Value::Obj(*id);
        }
        let id = self.new_object(Object::External(sym));
        self.externals.insert(sym, id);
        Value::Obj(id)
    }

    /// The function behind `object.name` of any built-in object.
    pub(super) fn builtin_method(&mut self, name: Sym) -> Value {
        if let Some(known) = self.builtin_methods.get(&name) {
            return *known;
        }
        let nothing = self.sym("");
        let function = self.dotted(nothing, name);
        let function = self.external_of(function);
        self.builtin_methods.insert(name, function);
        function
    }

    /// The name `base.name`.
    pub(super) fn dotted(&mut self, base: Sym, name: Sym) -> Sym {
        if let Some(sym) = self.dotted.get(&(base, name)) {
            return *sym;
        }
        let sym = self.sym(&format!("{}.{}", self.text(base), self.text(name)));
        self.dotted.insert((base, name), sym);
        sym
    }

    pub(super) fn external_name(&self, value: Value) -> Option<Rc<str>> {
        match self.get(value)? {
            Object::External(name) => Some(self.text(*name)),
            _ => None,
        }
    }

    /// A tuple; equal tuples are one object, so that they work as dictionary keys.
    pub(super) fn tuple(&mut self, items: &[Value]) -> Value {
        if let Some(id) = self.tuples.get(items) {
            return Value::Obj(*id);
        }
        let items: Rc<[Value]> = items.into();
        let id = self.new_object(Object::Tuple(items.clone()));
        self.tuples.insert(items, id);
        Value::Obj(id)
    }

    pub(super) fn list(&mut self, items: Vec<Value>, open: bool) -> Value {
        self.row(items, open, Row::List)
    }

    pub(super) fn row(&mut self, items: Vec<Value>, open: bool, row: Row) -> Value {
        self.alloc(Object::List { items, open, row })
    }

    pub(super) fn set(&mut self, items: Vec<Value>, open: bool, frozen: bool) -> Value {
        self.alloc(Object::Set { items, open, frozen })
    }

    /// What a row of items really is, where it is no list.
    pub(super) fn stands_for(&self, value: Value) -> Option<Row> {
        match self.get(value) {
            Some(Object::List { row, .. }) if *row != Row::List => Some(*row),
            _ => None,
        }
    }

    pub(super) fn dict(&mut self, items: Dict, open: bool) -> Value {
        self.alloc(Object::Dict { items, open })
    }

    /// Either of two values.
    pub(super) fn join(&mut self, a: Value, b: Value) -> Value {
        if a == b || self.is_among(b, a) {
            return a;
        }
        let mut distinct: Vec<Value> = Vec::with_capacity(4);
        for value in [a, b] {
            let alone = [value];
            let members: &[Value] = match self.get(value) {
                Some(Object::Union(inner)) => inner,
                _ => &alone,
            };
            for member in members {
                if !distinct.contains(member) {
                    distinct.push(*member);
                }
            }
        }
        // Names of modules in a table are worth more than other values.
        let limit = if distinct.iter().all(|value| matches!(value, Value::Str(_) | Value::Unknown)) { 64 } else { 6 };
        if distinct.len() > limit {
            return Value::Unknown;
        }
        self.union(&distinct)
    }

    fn is_among(&self, value: Value, union: Value) -> bool {
        matches!(self.get(union), Some(Object::Union(members)) if members.contains(&value))
    }

    /// The same alternatives are one object: joins happen at every undecided branch.
    fn union(&mut self, members: &[Value]) -> Value {
        if let Some(id) = self.unions.get(members) {
            return Value::Obj(*id);
        }
        let members: Rc<[Value]> = members.into();
        let id = self.new_object(Object::Union(members.clone()));
        self.unions.insert(members, id);
        Value::Obj(id)
    }

    /// A function bound to an object; bound once, it is the same method ever after.
    pub(super) fn method(&mut self, function: Value, this: Value) -> Value {
        if let Some(id) = self.methods.get(&(function, this)) {
            return Value::Obj(*id);
        }
        let id = self.new_object(Object::Method { function, this });
        self.methods.insert((function, this), id);
        Value::Obj(id)
    }

    /// The possible values behind a value.
    pub(super) fn members(&self, value: Value) -> Rc<[Value]> {
        match self.get(value) {
            Some(Object::Union(members)) => members.clone(),
            _ => Rc::from([value]),
        }
    }

    /// A value that may be missing where it stands: it was added where code may not run.
    pub(super) fn doubt(&mut self, value: Value) -> Value {
        self.join(value, Value::Unknown)
    }

    /// Whether a value was passed through [`Self::doubt`].
    pub(super) fn is_doubtful(&self, value: Value) -> bool {
        self.is_among(Value::Unknown, value)
    }

    pub(super) fn is_union(&self, value: Value) -> bool {
        matches!(self.get(value), Some(Object::Union(_)))
    }
}
