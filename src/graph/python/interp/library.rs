//! Calls of the standard library whose results decide what gets imported.

use super::super::value::*;
use super::*;

/// Things that give back what they decorate or are handed.
const DECORATORS: &[&str] = &[
    "functools.lru_cache",
    "functools.cache",
    "functools.total_ordering",
    "contextlib.contextmanager",
    "contextlib.asynccontextmanager",
    "abc.abstractmethod",
    "typing.overload",
    "typing.final",
    "typing.runtime_checkable",
    "typing.no_type_check",
    "enum.unique",
    "atexit.register",
    "types.coroutine",
    "copy.copy",
    "copy.deepcopy",
    "weakref.proxy",
    "typing.override",
    "warnings.deprecated",
    "typing_extensions.final",
    "typing_extensions.overload",
    "typing_extensions.runtime_checkable",
    "typing.dataclass_transform",
    "functools._lru_cache_wrapper",
    "threading.settrace",
    "types.MethodType.__func__",
    "unittest.skip",
];

/// What `functools.wraps(function)` gives, which gives back the function that it is handed.
const WRAPPER: &str = "functools.wraps()";

impl Interp<'_> {
    pub(super) fn call_library(&mut self, name: &str, callee: Value, args: Args) -> Run<Value> {
        let first = args.positional.first().copied();
        Ok(match name {
            "<first argument>" | WRAPPER => first.unwrap_or(Value::Unknown),
            "functools.wraps" => self.heap.external(WRAPPER),
            "functools.update_wrapper" | "typing.cast" | "dataclasses.field" | "functools.partialmethod" => {
                self.passing(name, args)?
            }
            _ if DECORATORS.contains(&name) => match first {
                Some(value) if self.can_be_decorated(value) => value,
                // `@lru_cache(maxsize=None)`: the decorator itself is made first.
                _ => self.heap.external("<first argument>"),
            },
            "dataclasses.dataclass" => match first {
                Some(class) => {
                    self.mark_fields(class);
                    class
                }
                None => self.heap.external("dataclasses.dataclass"),
            },
            "functools.partial" => match first {
                Some(function) => {
                    let rest =
                        Args { positional: args.positional[1..].to_vec(), keywords: args.keywords, open: args.open };
                    self.heap.alloc(Object::Partial { function, args: Box::new(rest) })
                }
                None => Value::Unknown,
            },
            "functools.reduce" => self.reduce(&args.positional)?,
            "types.MethodType" | "types.FunctionType.__get__" => match (first, args.positional.get(1)) {
                (Some(function), Some(this)) => self.heap.method(function, *this),
                _ => Value::Unknown,
            },
            "types.SimpleNamespace" | "argparse.Namespace" => {
                let class = self.heap.external(name);
                let mut attrs = Names::default();
                for (key, value) in args.keywords {
                    attrs.set(key, value);
                }
                self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
            }
            "types.new_class" => match first {
                Some(Value::Str(class)) => {
                    let scope = self.heap.scope(None);
                    let (bases, _) = self.items_of(args.positional.get(1).copied().unwrap_or(Value::Unknown));
                    self.build_class(class, bases, scope, None, Vec::new(), None)?
                }
                _ => Value::Unknown,
            },
            "collections.namedtuple" | "typing.NamedTuple" => self.named_tuple(&args)?,
            "collections.namedtuple._replace" | "collections.namedtuple._asdict" => {
                self.named_tuple_method(name, first.unwrap_or(Value::Unknown), &args)?
            }
            "contextlib.suppress" | "contextlib.nullcontext" => {
                self.heap.alloc(Object::Partial { function: callee, args: Box::new(args) })
            }
            "operator.attrgetter" | "operator.itemgetter" | "operator.methodcaller" => Value::Unknown,
            "warnings.warn" | "logging.debug" | "logging.info" | "sys.path.append" => Value::None,
            "re.subn" | "re.finditer" => {
                self.count_pattern(first);
                self.heap.external(&format!("{name}()"))
            }
            "re.escape" => match first.and_then(|value| self.text_of(value)) {
                Some(text) => self.heap.str(&escape_pattern(&text)),
                None => Value::Unknown,
            },
            "urllib.parse.unquote" | "urllib.parse.unquote_plus" => match first.and_then(|value| self.text_of(value)) {
                Some(text) if !text.contains('%') && !text.contains('+') => self.heap.str(&text),
                _ => Value::Unknown,
            },
            "itertools.dropwhile" | "itertools.takewhile" => self.split_while(name == "itertools.takewhile", &args)?,
            "itertools.product" if args.keywords.is_empty() => self.product(&args)?,
            _ if name.len() > LIMITS.called_name_bytes => Value::Unknown,
            _ => self.heap.external(&format!("{name}()")),
        })
    }

    /// `functools.reduce(function, items, initial)`.
    fn reduce(&mut self, args: &[Value]) -> Run<Value> {
        let given = |at: usize| args.get(at).copied();
        let (items, open) = self.iterate(given(1).unwrap_or(Value::Unknown))?;
        let mut items = items.into_iter();
        let mut total = given(2).or_else(|| items.next()).unwrap_or(Value::Unknown);
        for item in items {
            total = self.call(given(0).unwrap_or(Value::Unknown), Args::of(&[total, item]))?;
        }
        Ok(if open { Value::Unknown } else { total })
    }

    fn can_be_decorated(&self, value: Value) -> bool {
        let Some(object) = self.heap.get(value) else { return matches!(value, Value::Str(_)) };
        matches!(
            object,
            Object::Function(_)
                | Object::Class(_)
                | Object::Instance { .. }
                | Object::List { .. }
                | Object::Dict { .. }
                | Object::Tuple(_)
                | Object::Set { .. }
                | Object::Partial { .. }
                | Object::Method { .. }
                | Object::ClassMethod(_)
                | Object::StaticMethod(_)
                | Object::Property { .. }
        )
    }

    fn passing(&mut self, name: &str, args: Args) -> Run<Value> {
        let (first, second) = (args.positional.first().copied(), args.positional.get(1).copied());
        Ok(match name {
            "typing.cast" => second.unwrap_or(Value::Unknown),
            "dataclasses.field" => match (self.keyword(&args, "default"), self.keyword(&args, "default_factory")) {
                (Some(value), _) => value,
                (None, Some(factory)) => self.call(factory, Args::default())?,
                _ => Value::Unknown,
            },
            _ => first.unwrap_or(Value::Unknown),
        })
    }

    /// Counts a regular expression that is compiled for the first time.
    pub(super) fn count_pattern(&mut self, pattern: Option<Value>) {
        if let (Some(Value::Str(pattern)), Some((module, _)), Phase::Init) =
            (pattern, self.call_sites.last().copied(), self.phase)
            && self.patterns.insert(pattern)
        {
            let bytes = self.heap.text(pattern).len() as u32;
            self.module_mut(module).weight.regex_bytes += bytes;
        }
    }

    /// The items before the first for which a function is not true, or those from there on.
    fn split_while(&mut self, before: bool, args: &Args) -> Run<Value> {
        let [test, items] = [0, 1].map(|at| args.positional.get(at).copied().unwrap_or(Value::Unknown));
        let (mut items, open) = self.iterate(items)?;
        let mut cut = items.len();
        for (at, item) in items.iter().enumerate() {
            let verdict = self.call(test, Args::one(*item))?;
            match self.truth(verdict)? {
                Some(true) => {}
                Some(false) => {
                    cut = at;
                    break;
                }
                None => return Ok(self.heap.list(Vec::new(), true)),
            }
        }
        let rest = items.split_off(cut);
        Ok(self.heap.list(if before { items } else { rest }, open))
    }

    /// `itertools.product(*iterables)`.
    fn product(&mut self, args: &Args) -> Run<Value> {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        let mut open = args.open;
        for value in &args.positional {
            let (items, unknown) = self.iterate(*value)?;
            open |= unknown || rows.len() * items.len() > LIMITS.product_items;
            if open {
                break;
            }
            rows =
                rows.iter().flat_map(|row| items.iter().map(move |item| [row.as_slice(), &[*item]].concat())).collect();
        }
        let rows = if open { Vec::new() } else { rows.iter().map(|row| self.heap.tuple(row)).collect() };
        Ok(self.heap.list(rows, open))
    }

    /// `_replace` and `_asdict` of a named tuple.
    fn named_tuple_method(&mut self, name: &str, object: Value, args: &Args) -> Run<Value> {
        let Some(Object::Instance { class, .. }) = self.heap.get(object) else { return Ok(Value::Unknown) };
        let class = *class;
        let fields = match self.heap.get(class) {
            Some(Object::Class(class)) => class.fields.clone().unwrap_or_default(),
            _ => return Ok(Value::Unknown),
        };
        let mut values = Vec::with_capacity(fields.len());
        for field in &fields {
            let value = match args.keyword(*field) {
                Some(value) => value,
                None if args.open => Value::Unknown,
                None => self.get_attr(object, *field)?,
            };
            values.push(value);
        }
        if name.ends_with("_replace") {
            return self.instantiate(class, &Args::of(&values));
        }
        let mut items = Dict::default();
        for (field, value) in fields.into_iter().zip(values) {
            items.set(Value::Str(field), value);
        }
        Ok(self.heap.dict(items, false))
    }

    pub(super) fn named_tuple(&mut self, args: &Args) -> Run<Value> {
        let (Some(Value::Str(name)), Some(fields)) =
            (args.positional.first().copied(), args.positional.get(1).copied())
        else {
            return Ok(Value::Unknown);
        };
        let names: Vec<Sym> = match self.text_of(fields) {
            Some(text) => text.split([',', ' ']).filter(|f| !f.is_empty()).map(|f| self.heap.sym(f)).collect(),
            None => {
                let (items, _) = self.items_of(fields);
                let name_of = |item: &Value| match item {
                    Value::Str(name) => Some(*name),
                    value => match self.heap.get(*value) {
                        Some(Object::Tuple(pair)) => match pair.first() {
                            Some(Value::Str(name)) => Some(*name),
                            _ => None,
                        },
                        _ => None,
                    },
                };
                items.iter().filter_map(name_of).collect()
            }
        };
        let scope = self.heap.scope(None);
        let key = self.heap.sym("_fields");
        let values: Vec<Value> = names.iter().map(|n| Value::Str(*n)).collect();
        let fields = self.heap.tuple(&values);
        self.heap.vars_mut(scope).set(key, fields);
        let type_ = self.heap.external("type");
        let tuple = self.heap.external("object");
        let class = self.make_class(name, vec![tuple], scope, type_, Vec::new(), None)?;
        if let Value::Obj(id) = class
            && let Object::Class(node) = self.heap.object_mut(id)
        {
            node.fields = Some(names);
            node.open = true;
        }
        Ok(class)
    }
}

/// `re.escape`.
fn escape_pattern(text: &str) -> String {
    let special = |c: char| "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c);
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if special(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
