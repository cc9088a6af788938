//! What the runtime itself brings: the standard library as named things, and the few of its
//! functions whose results decide what gets imported.

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::*;

/// Packages that bring newer parts of a library module to older interpreters.
const BACKPORTS: &[(&str, &str)] = &[("typing_extensions", "typing")];

/// Variables that every function has, without values that differ between functions.
const LAMBDA_ENVIRONMENT: &[(&str, Option<&str>)] = &[
    ("AWS_LAMBDA_FUNCTION_NAME", None),
    ("AWS_LAMBDA_FUNCTION_VERSION", None),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", None),
    ("AWS_LAMBDA_LOG_GROUP_NAME", None),
    ("AWS_LAMBDA_LOG_STREAM_NAME", None),
    ("AWS_LAMBDA_RUNTIME_API", None),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", Some("on-demand")),
    ("AWS_REGION", None),
    ("AWS_DEFAULT_REGION", None),
    ("AWS_ACCESS_KEY_ID", None),
    ("AWS_SECRET_ACCESS_KEY", None),
    ("AWS_SESSION_TOKEN", None),
    ("AWS_EXECUTION_ENV", None),
    ("AWS_XRAY_DAEMON_ADDRESS", None),
    ("AWS_XRAY_CONTEXT_MISSING", Some("LOG_ERROR")),
    ("LAMBDA_TASK_ROOT", Some("/var/task")),
    ("LAMBDA_RUNTIME_DIR", Some("/var/runtime")),
    ("LANG", Some("en_US.UTF-8")),
    ("PATH", None),
    ("LD_LIBRARY_PATH", None),
    ("PYTHONPATH", Some("/var/runtime")),
    ("TZ", Some(":UTC")),
    ("_HANDLER", None),
];

impl Interp<'_> {
    /// Modules inside the interpreter, which no file can shadow.
    pub(super) fn is_builtin(&self, name: &str) -> bool {
        matches!(
            name,
            "sys"
                | "builtins"
                | "_imp"
                | "_thread"
                | "_warnings"
                | "_weakref"
                | "_io"
                | "marshal"
                | "posix"
                | "time"
                | "gc"
                | "itertools"
                | "atexit"
                | "errno"
                | "_signal"
                | "faulthandler"
                | "pwd"
                | "_ast"
                | "_codecs"
                | "_collections"
                | "_functools"
                | "_locale"
                | "_operator"
                | "_sre"
                | "_stat"
                | "_string"
                | "_symtable"
                | "_tracemalloc"
                | "_abc"
                | "zipimport"
                | "_frozen_importlib"
                | "_frozen_importlib_external"
                | "abc"
                | "codecs"
                | "io"
                | "os"
                | "site"
                | "stat"
                | "posixpath"
                | "genericpath"
                | "_collections_abc"
                | "importlib._bootstrap"
                | "importlib._bootstrap_external"
                | "importlib.util"
                | "importlib.machinery"
                | "runpy"
                | "__main__"
        )
    }

    /// Modules of the standard library and the SDK that the runtime ships.
    pub(super) fn is_runtime_module(&self, name: &str) -> bool {
        let root = name.split('.').next().unwrap_or(name);
        let shipped = self.input.sdk.is_some_and(|sdk| sdk.has(root));
        self.input.stdlib.contains(name) || name == "__main__" || (shipped && !self.bundled_root(root))
    }

    fn bundled_root(&self, root: &str) -> bool {
        self.finder.find(root, self.finder.path.iter().map(|p| &**p)).is_some()
    }

    pub(in super::super) fn load_runtime(&mut self, name: &str, from: Option<(ModIdx, Span)>) -> Value {
        let sym = self.heap.sym(name);
        if let Some(found) = self.sys_modules.get(sym) {
            return found;
        }
        let at = self.new_module(name, ModuleKind::Runtime, from);
        let preloaded = self.input.stdlib.is_preloaded(name);
        let cost = self.input.stdlib.module(name).map_or(0.0, |module| module.self_ms);
        let module = self.module_mut(at);
        module.preloaded = preloaded;
        module.is_package = true;
        module.weight.measured_ms = cost;
        let object = module.object;
        self.note_import(at, from);
        self.bind_on_parent(name, object);
        let stdlib = &self.input.stdlib;
        for next in stdlib.imports(name) {
            let next = self.heap.sym(next);
            if self.sys_modules.get(next).is_none() {
                let text = self.heap.text(next);
                self.load_runtime(&text, Some((at, Span::default())));
            }
        }
        object
    }

    /// An attribute of a module of the runtime.
    pub(super) fn runtime_attr(&mut self, at: ModIdx, name: Sym) -> Option<Value> {
        let module = self.heap.text(self.module(at).name);
        let text = self.heap.text(name);
        let full = format!("{module}.{text}");
        let sym = self.heap.sym(&full);
        if let Some(submodule) = self.sys_modules.get(sym) {
            return Some(submodule);
        }
        if self.input.stdlib.module(&module).is_some() && !self.input.stdlib.has_name(&module, &text) {
            return None;
        }
        if let Some(lazy) = self.input.stdlib.lazy_name(&module, &text) {
            self.load_runtime(lazy, Some((at, Span::default())));
        }
        if &*module == "builtins" {
            return Some(self.heap.external(&text));
        }
        Some(self.constant(&full).unwrap_or_else(|| self.heap.external(&full)))
    }

    pub(super) fn star_of_runtime(&mut self, frame: &Frame, at: ModIdx) {
        let module = self.heap.text(self.module(at).name);
        let stdlib = &self.input.stdlib;
        let mut any = false;
        for name in stdlib.names(&module).filter(|name| !name.starts_with('_')) {
            any = true;
            let name = self.heap.sym(name);
            if let Some(value) = self.runtime_attr(at, name) {
                self.set_var(frame.scope, name, value);
            }
        }
        if !any {
            self.heap.scope_mut(frame.scope).open = true;
        }
    }

    /// Names of a backport that the library itself has by now mean the same; the library's are
    /// understood, while a backport's code leans on the library's internals.
    pub(super) fn adopt_backport(&mut self, name: &str, scope: ScopeId) {
        let Some((_, library)) = BACKPORTS.iter().find(|(backport, _)| *backport == name) else { return };
        let names: Vec<Sym> = self.heap.vars(scope).iter().map(|(name, _)| name).collect();
        for name in names {
            let text = self.heap.text(name);
            if !text.starts_with('_') && self.input.stdlib.has_name(library, &text) {
                let full = format!("{library}.{text}");
                let value = self.constant(&full).unwrap_or_else(|| self.heap.external(&full));
                self.heap.vars_mut(scope).set(name, value);
            }
        }
    }

    /// Constants of the standard library.
    fn constant(&mut self, full: &str) -> Option<Value> {
        let (major, minor) = self.input.version;
        Some(match full {
            "sys.version_info" | "platform.python_version_tuple()" => {
                let level = self.heap.str("final");
                self.heap.tuple(&[
                    Value::Int(i64::from(major)),
                    Value::Int(i64::from(minor)),
                    Value::Int(9),
                    level,
                    Value::Int(0),
                ])
            }
            "sys.hexversion" => Value::Int((i64::from(major) << 24) | (i64::from(minor) << 16) | 0x09f0),
            "sys.platform" => self.heap.str("linux"),
            "sys.byteorder" => self.heap.str("little"),
            "sys.maxsize" => Value::Int(i64::MAX),
            "sys.maxunicode" => Value::Int(0x10_ffff),
            "sys.implementation.name" => self.heap.str("cpython"),
            "sys.flags.optimize" | "sys.flags.dev_mode" => Value::Int(0),
            "sys.dont_write_bytecode" => Value::Bool(false),
            "sys.modules" => self.heap.alloc(Object::Namespace(NamespaceOf::Modules)),
            "os.environ" => self.heap.alloc(Object::Namespace(NamespaceOf::Environment)),
            "os.name" => self.heap.str("posix"),
            "os.sep" | "os.path.sep" => self.heap.str("/"),
            "os.linesep" => self.heap.str("\n"),
            "os.pathsep" => self.heap.str(":"),
            "os.altsep" => Value::None,
            "typing.TYPE_CHECKING" => Value::Bool(false),
            "string.ascii_letters" => self.heap.str("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            "string.ascii_lowercase" => self.heap.str("abcdefghijklmnopqrstuvwxyz"),
            "string.digits" => self.heap.str("0123456789"),
            "inspect.CO_VARARGS" => Value::Int(4),
            "inspect.CO_VARKEYWORDS" => Value::Int(8),
            "inspect._empty" | "inspect.Signature.empty" => self.heap.external("inspect.Parameter.empty"),
            "ssl.OPENSSL_VERSION_INFO" => {
                self.heap.tuple(&[Value::Int(3), Value::Int(0), Value::Int(8), Value::Int(0), Value::Int(0)])
            }
            "ssl.OPENSSL_VERSION_NUMBER" => Value::Int(0x3000_0080),
            "ssl.OPENSSL_VERSION" => self.heap.str("OpenSSL 3.0.8 7 Feb 2023"),
            "ssl.HAS_SNI" | "ssl.HAS_TLSv1_3" | "socket.has_ipv6" => Value::Bool(true),
            "sys.meta_path" | "sys.path" | "sys.path_hooks" => {
                let key = self.heap.sym(full);
                match self.provenance_list(key) {
                    Some(list) => list,
                    None => {
                        let items = if full == "sys.path" {
                            self.finder.path.clone().iter().map(|p| self.heap.str(p)).collect()
                        } else {
                            Vec::new()
                        };
                        let list = self.heap.list(items, false);
                        self.lists.push((key, list));
                        list
                    }
                }
            }
            _ => return full.strip_prefix("re.").and_then(regex::flag).map(Value::Int),
        })
    }

    fn provenance_list(&self, key: Sym) -> Option<Value> {
        self.lists.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }

    /// The list behind `sys.meta_path`, if code has touched it.
    pub(super) fn provided_list(&mut self, external: Value) -> Option<Value> {
        let name = self.heap.external_name(external)?;
        let key = self.heap.sym(&name);
        self.provenance_list(key)
    }

    pub(super) fn external_attr(&mut self, _object: Value, base: Sym, name: Sym) -> Value {
        let base = self.heap.text(base);
        let text = self.heap.text(name);
        if &*text == "__name__" {
            let last = base.rsplit('.').next().unwrap_or_default().to_owned();
            return self.heap.str(&last);
        }
        if base.len() > 300 {
            return Value::Unknown;
        }
        let full = format!("{base}.{text}");
        match self.constant(&full) {
            Some(value) => value,
            None => self.heap.external(&full),
        }
    }

    /// Methods that classes of the runtime bring and that matter.
    pub(super) fn external_class_attr(&mut self, base: Sym, name: Sym) -> Option<Value> {
        let base = self.heap.text(base);
        let text = self.heap.text(name);
        match (&*base, &*text) {
            (
                "dict" | "collections.OrderedDict" | "collections.UserDict" | "collections.defaultdict",
                "get" | "items" | "keys" | "values" | "setdefault" | "pop" | "update" | "copy",
            )
            | ("list", "append" | "extend" | "insert" | "pop")
            | ("set", "add" | "update") => Some(self.heap.external(&format!(".{text}"))),
            _ => None,
        }
    }

    pub(super) fn external_item(&mut self, object: Value, name: &str, _key: Value) -> Value {
        // `typing.Generic[T]`, `list[int]`: subscripting a class gives something class-like.
        if name.contains("()") || name.starts_with("os.environ") { Value::Unknown } else { object }
    }

    pub(super) fn truth_of_external(&self, name: &str) -> Option<bool> {
        if name.contains("()") {
            None
        } else if builtins::is_type(name) {
            Some(true)
        } else {
            let last = name.rsplit('.').next().unwrap_or_default();
            // Classes and functions are true; lower-case data may be anything.
            last.starts_with(|c: char| c.is_ascii_uppercase())
                .then_some(true)
                .filter(|_| last.chars().any(|c| c.is_ascii_lowercase()))
        }
    }

    /// The value of an environment variable: `None` if unknown, `Some(None)` if not set.
    pub(super) fn environment(&mut self, name: Sym) -> Option<Option<Value>> {
        let text = self.heap.text(name);
        if let Some(value) = self.input.environment.get(&*text) {
            return Some(Some(self.heap.str(value)));
        }
        Some(LAMBDA_ENVIRONMENT.iter().find(|(n, _)| *n == &*text).map(|(_, value)| match value {
            Some(value) => self.heap.str(value),
            None => Value::Unknown,
        }))
    }

    pub(super) fn environment_items(&mut self) -> Vec<(Value, Value)> {
        let mut items = Vec::new();
        let names: Vec<String> = self.input.environment.keys().cloned().collect();
        for name in names {
            let name = self.heap.sym(&name);
            if let Some(Some(value)) = self.environment(name) {
                items.push((Value::Str(name), value));
            }
        }
        items
    }

    /// The text of a `pathlib` path.
    pub(super) fn path_text(&self, value: Value) -> Option<Rc<str>> {
        let Some(Object::Instance { class, payload: Value::Str(sym), .. }) = self.heap.get(value) else { return None };
        let name = self.heap.external_name(*class)?;
        name.starts_with("pathlib.").then(|| self.heap.text(*sym))
    }

    pub(super) fn new_path(&mut self, text: &str) -> Value {
        let class = self.heap.external("pathlib.Path");
        let payload = self.heap.str(text);
        self.heap.alloc(Object::Instance { class, attrs: Names::default(), payload })
    }

    /// `path / "x"`.
    pub(super) fn join_path(&mut self, a: Value, b: Value) -> Value {
        match (self.path_text(a), self.coerce_text(b)) {
            (Some(_), Some(b)) if b.starts_with('/') => self.new_path(&b),
            (Some(a), Some(b)) => self.new_path(&format!("{a}/{b}")),
            _ => Value::Unknown,
        }
    }

    /// Notes that a file of the package is opened.
    pub(super) fn note_open(&mut self, module: ModIdx, span: Span, args: &Args) {
        let Some(path) = args.positional.first().copied().and_then(|v| self.coerce_text(v)) else { return };
        if let Some(entry) = inside(&path).and_then(|p| self.input.artifact.find(&p))
            && self.phase == Phase::Init
            && !self.data_files.iter().any(|(e, _, _)| *e == entry)
        {
            self.data_files.push((entry, module, span));
        }
    }

    /// What a C extension imports while it initialises.
    pub(super) fn run_extension(&mut self, at: ModIdx, name: &str) -> Run<()> {
        for target in super::super::extension::imports_of(name) {
            if self.can_reach(target) {
                // C code checks for missing modules itself; what it does then is not seen.
                let _ = self.import(target, Some((at, Span::default())));
            }
        }
        Ok(())
    }

    fn can_reach(&mut self, name: &str) -> bool {
        let sym = self.heap.sym(name);
        self.sys_modules.get(sym).is_some() || self.is_runtime_module(name) || self.finder.guess(name).is_some()
    }

    /// Calls of things of the runtime.
    pub(super) fn call_runtime(&mut self, name: &str, callee: Value, args: Args) -> Run<Value> {
        if let Some(method) = name.strip_prefix('.') {
            return self.call_method(method, &args);
        }
        if let Some(value) = self.call_builtin(name, callee, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_import_tools(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_inspect(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_regex(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_files(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_paths(name, &args) {
            return Ok(value);
        }
        self.call_library(name, callee, args)
    }

    fn call_import_tools(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let site = self.call_sites.last().copied().unwrap_or((ModIdx(0), Span::default()));
        let first = args.positional.first().copied();
        let text = first.and_then(|v| self.text_of(v));
        Ok(Some(match name {
            "importlib.import_module" => self.import_module(None, args, site)?,
            "importlib.reload" => first.unwrap_or(Value::Unknown),
            "importlib.util.find_spec" | "importlib.find_loader" | "pkgutil.find_loader" | "imp.find_module" => {
                match text {
                    Some(text) => self.find_spec(&text, args)?,
                    None => Value::Unknown,
                }
            }
            "importlib.metadata.version" | "importlib.metadata.distribution" | "importlib.metadata.metadata" => {
                match text {
                    Some(text) => match self.input.distribution_version(&text) {
                        Some(version) if name.ends_with("version") => self.heap.str(&version),
                        Some(_) => Value::Unknown,
                        None if self.is_caught("importlib.metadata.PackageNotFoundError", false) => {
                            return Err(self.exception("importlib.metadata.PackageNotFoundError", &text));
                        }
                        None => Value::Unknown,
                    },
                    None => Value::Unknown,
                }
            }
            "importlib.util.module_from_spec" | "types.ModuleType" => self.make_module(first),
            "pkgutil.extend_path" => first.unwrap_or(Value::Unknown),
            "pkgutil.iter_modules" | "pkgutil.walk_packages" => match first {
                Some(path) => self.iter_modules(path, args, name == "pkgutil.walk_packages"),
                None => self.heap.list(Vec::new(), true),
            },
            _ => return Ok(None),
        }))
    }

    /// `importlib.util.find_spec`: imports the parents, not the module.
    fn find_spec(&mut self, text: &str, args: &Args) -> Run<Value> {
        let trimmed = text.trim_start_matches('.');
        let level = (text.len() - trimmed.len()) as u32;
        let full = if level == 0 {
            text.to_owned()
        } else {
            let package = args.positional.get(1).and_then(|p| self.text_of(*p));
            match package.and_then(|p| super::super::sources::absolute_name(&p, true, level, trimmed)) {
                Some(full) => full,
                None => return Ok(Value::Unknown),
            }
        };
        let sym = self.heap.sym(&full);
        if self.sys_modules.get(sym).is_none() {
            if let Some((parent, _)) = full.rsplit_once('.') {
                let parent_sym = self.heap.sym(parent);
                if self.sys_modules.get(parent_sym).is_none() {
                    if !self.can_find(parent.split('.').next().unwrap_or_default()) {
                        return if self.is_caught("ModuleNotFoundError", false) {
                            Err(self.exception("ModuleNotFoundError", parent))
                        } else {
                            Ok(Value::None)
                        };
                    }
                    let site = self.call_sites.last().copied();
                    self.import(parent, site)?;
                }
            }
            if !self.can_find(&full) {
                return Ok(Value::None);
            }
        }
        let class = self.heap.external("importlib.machinery.ModuleSpec");
        let mut attrs = Names::default();
        attrs.set(self.heap.sym("name"), Value::Str(sym));
        attrs.set(self.heap.sym("loader"), Value::Unknown);
        attrs.set(self.heap.sym("origin"), Value::Unknown);
        Ok(self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown }))
    }

    /// A module object made by code: for a spec that a lazy loader holds, the module itself.
    fn make_module(&mut self, first: Option<Value>) -> Value {
        let key = self.heap.sym("name");
        let spec_name = match first.and_then(|v| self.heap.get(v)) {
            Some(Object::Instance { attrs, .. }) => attrs.get(key),
            _ => first,
        };
        let Some(Value::Str(name)) = spec_name else { return Value::Unknown };
        let text = self.heap.text(name);
        let kept = self.sys_modules.get(name);
        let at = self.new_module(&text, ModuleKind::Namespace, None);
        match kept {
            Some(kept) => self.sys_modules.set(name, kept),
            None => {
                self.sys_modules.remove(name);
            }
        }
        let module = self.module_mut(at);
        module.synthetic = true;
        let (scope, object) = (module.scope, module.object);
        self.heap.scope_mut(scope).open = true;
        object
    }

    fn iter_modules(&mut self, path: Value, args: &Args, deep: bool) -> Value {
        let (folders, mut open) = self.items_of(path);
        let prefix = args
            .positional
            .get(1)
            .copied()
            .or_else(|| self.keyword(args, "prefix"))
            .and_then(|v| self.text_of(v))
            .unwrap_or_default();
        let mut found = Vec::new();
        for folder in folders {
            match self.text_of(folder).and_then(|f| inside(&f)) {
                Some(folder) => self.modules_in(&folder, &prefix, deep, &mut found),
                None => open = true,
            }
        }
        found.sort();
        let items = found
            .into_iter()
            .map(|(name, package)| {
                let name = self.heap.str(&name);
                self.heap.tuple(&[Value::Unknown, name, Value::Bool(package)])
            })
            .collect();
        self.heap.list(items, open)
    }

    fn modules_in(&self, folder: &str, prefix: &str, deep: bool, out: &mut Vec<(String, bool)>) {
        for child in self.input.artifact.children(folder) {
            if child.entry.is_some() {
                let stem = child.name.split('.').next().unwrap_or_default();
                let is_module = child.name.ends_with(".py") || child.name.ends_with(".so");
                if is_module && stem != "__init__" {
                    out.push((format!("{prefix}{stem}"), false));
                }
            } else {
                let inner = if folder.is_empty() { child.name.to_string() } else { format!("{folder}/{}", child.name) };
                if self.input.artifact.find(&format!("{inner}/__init__.py")).is_some() && out.len() < 5000 {
                    out.push((format!("{prefix}{}", child.name), true));
                    if deep {
                        self.modules_in(&inner, &format!("{prefix}{}.", child.name), deep, out);
                    }
                }
            }
        }
    }

    fn call_paths(&mut self, name: &str, args: &Args) -> Option<Value> {
        let first = args.positional.first().copied();
        let text = first.and_then(|v| self.coerce_text(v));
        Some(match (name, text) {
            ("os.getenv" | "os.environ.get", _) => {
                let default =
                    args.positional.get(1).copied().or_else(|| self.keyword(args, "default")).unwrap_or(Value::None);
                match first {
                    Some(Value::Str(variable)) => match self.environment(variable) {
                        Some(Some(value)) => value,
                        Some(None) => default,
                        None => self.heap.join(Value::Unknown, default),
                    },
                    _ => Value::Unknown,
                }
            }
            ("os.path.dirname", Some(path)) => self.heap.str(path.rsplit_once('/').map_or("", |(head, _)| head)),
            ("os.path.basename", Some(path)) => self.heap.str(path.rsplit('/').next().unwrap_or_default()),
            ("os.path.join", Some(_)) => {
                let mut joined = String::new();
                for part in &args.positional {
                    let Some(part) = self.coerce_text(*part) else { return Some(Value::Unknown) };
                    if part.starts_with('/') || joined.is_empty() {
                        joined = part;
                    } else {
                        if !joined.ends_with('/') {
                            joined.push('/');
                        }
                        joined.push_str(&part);
                    }
                }
                self.heap.str(&joined)
            }
            ("os.path.abspath" | "os.path.realpath", Some(path)) => {
                let path = if path.starts_with('/') { normal(&path) } else { normal(&absolute(&path)) };
                self.heap.str(&path)
            }
            ("os.path.normpath", Some(path)) => self.heap.str(&normal(&path)),
            ("os.path.splitext", Some(path)) => {
                let (stem, ext) = match path.rfind('.') {
                    Some(at) if at > path.rfind('/').map_or(0, |s| s + 1) => path.split_at(at),
                    _ => (path.as_str(), ""),
                };
                let parts = [stem, ext].map(|p| self.heap.str(p));
                self.heap.tuple(&parts)
            }
            ("os.path.split", Some(path)) => {
                let (head, tail) = path.rsplit_once('/').unwrap_or(("", &path));
                let parts = [head, tail].map(|p| self.heap.str(p));
                self.heap.tuple(&parts)
            }
            ("os.path.exists" | "os.path.isfile" | "os.path.isdir", Some(path)) => {
                let Some(path) = inside(&path) else { return Some(Value::Unknown) };
                let (file, folder) = (self.input.artifact.find(&path).is_some(), self.input.artifact.is_folder(&path));
                Value::Bool(match name {
                    "os.path.isfile" => file,
                    "os.path.isdir" => folder,
                    _ => file || folder,
                })
            }
            ("os.listdir", Some(path)) => {
                let path = inside(&path)?;
                let names: Vec<Box<str>> = self.input.artifact.children(&path).iter().map(|c| c.name.clone()).collect();
                let names = names.iter().map(|n| self.heap.str(n)).collect();
                self.heap.list(names, false)
            }
            ("os.getcwd", _) => self.heap.str("/var/task"),
            ("pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath", Some(path)) => self.new_path(&path),
            ("platform.system", _) => self.heap.str("Linux"),
            ("platform.machine", _) => self.heap.str(match self.input.architecture {
                crate::platform::Architecture::X86_64 => "x86_64",
                crate::platform::Architecture::Arm64 => "aarch64",
            }),
            ("platform.python_implementation", _) => self.heap.str("CPython"),
            ("platform.python_version", _) => {
                let (major, minor) = self.input.version;
                self.heap.str(&format!("{major}.{minor}.9"))
            }
            ("sys.getdefaultencoding" | "sys.getfilesystemencoding", _) => self.heap.str("utf-8"),
            ("sys.intern", _) => first.unwrap_or(Value::Unknown),
            ("sys.gettrace" | "sys.getprofile", _) => Value::None,
            ("sys.is_finalizing", _) => Value::Bool(false),
            _ => return None,
        })
    }

    fn call_library(&mut self, name: &str, callee: Value, args: Args) -> Run<Value> {
        let first = args.positional.first().copied();
        Ok(match name {
            "<first argument>" => first.unwrap_or(Value::Unknown),
            // Things that give back what they decorate or are handed.
            "functools.wraps"
            | "functools.update_wrapper"
            | "typing.cast"
            | "dataclasses.field"
            | "functools.partialmethod" => self.passing(name, args)?,
            "functools.lru_cache"
            | "functools.cache"
            | "functools.singledispatch"
            | "functools.total_ordering"
            | "contextlib.contextmanager"
            | "contextlib.asynccontextmanager"
            | "abc.abstractmethod"
            | "typing.overload"
            | "typing.final"
            | "typing.runtime_checkable"
            | "typing.no_type_check"
            | "enum.unique"
            | "atexit.register"
            | "types.coroutine"
            | "copy.copy"
            | "copy.deepcopy"
            | "weakref.proxy"
            | "typing.override"
            | "warnings.deprecated"
            | "typing_extensions.final"
            | "typing_extensions.overload"
            | "typing_extensions.runtime_checkable"
            | "typing.dataclass_transform"
            | "functools._lru_cache_wrapper"
            | "threading.settrace"
            | "types.MethodType.__func__"
            | "unittest.skip" => match first {
                Some(value)
                    if matches!(
                        self.heap.get(value),
                        Some(
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
                    ) || matches!(value, Value::Str(_)) =>
                {
                    value
                }
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
                    self.heap.alloc(Object::Partial { function, args: rest })
                }
                None => Value::Unknown,
            },
            "functools.reduce" => {
                let (items, open) = self.iterate(args.positional.get(1).copied().unwrap_or(Value::Unknown))?;
                let mut items = items.into_iter();
                let mut total = args.positional.get(2).copied().or_else(|| items.next()).unwrap_or(Value::Unknown);
                for item in items {
                    total = self.call(first.unwrap_or(Value::Unknown), Args::of(&[total, item]))?;
                }
                if open { Value::Unknown } else { total }
            }
            "types.MethodType" => match (first, args.positional.get(1)) {
                (Some(function), Some(this)) => self.heap.alloc(Object::Method { function, this: *this }),
                _ => Value::Unknown,
            },
            "types.FunctionType.__get__" => match (first, args.positional.get(1)) {
                (Some(function), Some(this)) => self.heap.alloc(Object::Method { function, this: *this }),
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
                self.heap.alloc(Object::Partial { function: callee, args })
            }
            "asyncio.run"
            | "asyncio.get_event_loop().run_until_complete"
            | "asyncio.new_event_loop().run_until_complete" => self.run_coroutine(first.unwrap_or(Value::Unknown))?,
            "operator.attrgetter" | "operator.itemgetter" | "operator.methodcaller" => Value::Unknown,
            "warnings.warn" | "logging.debug" | "logging.info" | "sys.path.append" => Value::None,
            "threading.Thread" | "threading.Timer" => self.heap.external(&format!("{name}()")),
            "re.subn" | "re.finditer" => {
                self.count_pattern(first);
                self.heap.external(&format!("{name}()"))
            }
            "re.escape" => match first.and_then(|value| self.text_of(value)) {
                Some(text) => self.heap.str(&escape_pattern(&text)),
                None => Value::Unknown,
            },
            "itertools.product" if args.keywords.is_empty() => self.product(&args)?,
            _ if name.len() > 200 => Value::Unknown,
            _ => self.heap.external(&format!("{name}()")),
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

    /// `itertools.product(*iterables)`.
    fn product(&mut self, args: &Args) -> Run<Value> {
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        let mut open = args.open;
        for value in &args.positional {
            let (items, unknown) = self.iterate(*value)?;
            open |= unknown || rows.len() * items.len() > PRODUCT_LIMIT;
            if open {
                break;
            }
            rows =
                rows.iter().flat_map(|row| items.iter().map(move |item| [row.as_slice(), &[*item]].concat())).collect();
        }
        let rows = if open { Vec::new() } else { rows.iter().map(|row| self.heap.tuple(row)).collect() };
        Ok(self.heap.list(rows, open))
    }

    fn passing(&mut self, name: &str, args: Args) -> Run<Value> {
        let (first, second) = (args.positional.first().copied(), args.positional.get(1).copied());
        Ok(match name {
            "functools.wraps" => self.heap.external("<first argument>"),
            "typing.cast" => second.unwrap_or(Value::Unknown),
            "dataclasses.field" => match (self.keyword(&args, "default"), self.keyword(&args, "default_factory")) {
                (Some(value), _) => value,
                (None, Some(factory)) => self.call(factory, Args::default())?,
                _ => Value::Unknown,
            },
            _ => first.unwrap_or(Value::Unknown),
        })
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

/// Tuples of `itertools.product` that are told apart.
const PRODUCT_LIMIT: usize = 3000;

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
