//! What the runtime itself brings: the standard library as named things, and the few of its
//! functions whose results decide what gets imported.

use super::super::finder::{absolute, inside, normal};
use super::super::search_path::{SearchPath, is_foreign, is_library};
use super::super::value::*;
use super::*;

/// Packages that bring newer parts of a library module to older interpreters.
const BACKPORTS: &[(&str, &str)] = &[("typing_extensions", "typing")];

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

    /// Whether a folder of the search path has a module of this name.
    pub(super) fn bundled_root(&self, root: &str) -> bool {
        let (front, back) = self.search_path();
        self.finder.find(root, front.iter().chain(back.iter()).map(|p| &**p)).is_some()
    }

    /// `sys.path` as it is now: the folders of the package before and behind the standard library.
    pub(super) fn search_path(&self) -> SearchFolders {
        let Some(list) = self.path_list() else { return self.first_path.clone() };
        let (items, _) = self.items_of(list);
        let texts: Vec<Rc<str>> =
            items.iter().take(LIMITS.path_folders).flat_map(|item| self.texts_in(*item)).collect();
        let library = texts.iter().position(|folder| is_library(folder)).unwrap_or(texts.len());
        let (front, back) = texts.split_at(library);
        (front.into(), back.into())
    }

    /// The list behind `sys.path`, where code has looked at it or put another in its place.
    fn path_list(&self) -> Option<Value> {
        let sys = self.sys_modules.get(self.path_names.0)?;
        let Some(Object::Module(at)) = self.heap.get(sys) else { return None };
        let replaced = self.heap.vars(self.module(*at).scope).get(self.path_names.1);
        replaced.or_else(|| self.provenance_list(self.path_names.2))
    }

    /// `site.addsitedir`: the folder, and what its `.pth` files name, at the end of the path.
    pub(super) fn add_site_folder(&mut self, folder: &str) {
        let folder = normal(&absolute(folder));
        let mut path = SearchPath { front: vec![folder.as_str().into()], ..SearchPath::default() };
        path.read_path_files(self.input.artifact, &folder);
        let list = self.runtime_value(self.path_names.2);
        let folders: Vec<Value> = path.front.iter().chain(&path.back).map(|folder| self.heap.str(folder)).collect();
        if let Value::Obj(id) = list
            && let Object::List { items, .. } = self.heap.object_mut(id)
        {
            items.extend(folders);
        }
    }

    /// The texts that a value may be.
    fn texts_in(&self, value: Value) -> Vec<Rc<str>> {
        let members = self.heap.members(value);
        let text = |member: &Value| self.text_of(*member).or_else(|| self.path_text(*member));
        members.iter().filter_map(text).collect()
    }

    /// Whether top-level modules may come from a folder that is not known or not here.
    pub(super) fn is_path_open(&mut self) -> bool {
        let Some(list) = self.path_list() else { return false };
        if list == Value::Unknown || self.heap.is_union(list) {
            return true;
        }
        let (items, open) = self.items_of(list);
        // What is in an archive is not looked into.
        let is_file = |folder: &str| inside(folder).is_some_and(|inner| self.input.artifact.find(&inner).is_some());
        let foreign = |folder: &Rc<str>| is_foreign(folder) || is_file(folder);
        open || items.iter().any(|item| {
            let texts = self.texts_in(*item);
            texts.is_empty() || texts.iter().any(foreign)
        })
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
                self.note_hidden(&text, name);
                self.load_runtime(&text, Some((at, Span::default())));
            }
        }
        object
    }

    /// An attribute of a module of the runtime.
    pub(super) fn runtime_attr(&mut self, at: ModIdx, name: Sym) -> Option<Value> {
        let full = self.heap.dotted(self.module(at).name, name);
        if let Some(submodule) = self.sys_modules.get(full) {
            return Some(submodule);
        }
        if let Some(found) = self.runtime_attrs.get(&full) {
            return *found;
        }
        let found = self.find_runtime_attr(at, name, full);
        self.runtime_attrs.insert(full, found);
        found
    }

    fn find_runtime_attr(&mut self, at: ModIdx, name: Sym, full: Sym) -> Option<Value> {
        let module = self.heap.text(self.module(at).name);
        let text = self.heap.text(name);
        if self.input.stdlib.module(&module).is_some() && !self.input.stdlib.has_name(&module, &text) {
            return None;
        }
        if let Some(lazy) = self.input.stdlib.lazy_name(&module, &text) {
            self.load_runtime(lazy, Some((at, Span::default())));
        }
        if &*module == "builtins" {
            return Some(self.heap.external_of(name));
        }
        Some(self.runtime_value(full))
    }

    /// The thing of the runtime with this full name.
    fn runtime_value(&mut self, full: Sym) -> Value {
        if let Some(value) = self.runtime_values.get(&full) {
            return *value;
        }
        let text = self.heap.text(full);
        let value = self.constant(&text).unwrap_or_else(|| self.heap.external_of(full));
        self.runtime_values.insert(full, value);
        value
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

    /// Whether a name of the library may stand for what a backport has under it, which takes and has more.
    pub(super) fn may_be_backported(full: &str) -> bool {
        let is_in = |library: &str| full.strip_prefix(library).is_some_and(|rest| rest.starts_with('.'));
        BACKPORTS.iter().any(|(_, library)| is_in(library))
    }

    /// Names of a backport that the library itself has by now mean the same; the library's are
    /// understood, while a backport's code leans on the library's internals.
    pub(super) fn adopt_backport(&mut self, name: &str, scope: ScopeId) {
        let Some((_, library)) = BACKPORTS.iter().find(|(backport, _)| *backport == name) else { return };
        let names: Vec<Sym> = self.heap.vars(scope).iter().map(|(name, _)| name).collect();
        for name in names {
            let text = self.heap.text(name);
            if !text.starts_with('_') && self.input.stdlib.has_name(library, &text) {
                let library = self.heap.sym(library);
                let full = self.heap.dotted(library, name);
                let value = self.runtime_value(full);
                self.heap.vars_mut(scope).set(name, value);
            }
        }
    }

    /// Constants of the standard library.
    fn constant(&mut self, full: &str) -> Option<Value> {
        if let Some(value) = self.data_of_machine(full) {
            return Some(value);
        }
        if let Some(flag) = full.strip_prefix("os.O_").and_then(open_flag) {
            return Some(Value::Int(flag));
        }
        Some(match full {
            "sys.platform" => self.heap.str("linux"),
            "sys.byteorder" => self.heap.str("little"),
            "sys.maxsize" => Value::Int(i64::MAX),
            "sys.maxunicode" => Value::Int(0x10_ffff),
            "sys.implementation.name" => self.heap.str("cpython"),
            "sys.flags.optimize" => Value::Int(self.optimization()),
            "sys.flags.dev_mode" | "sys.flags.interactive" => Value::Int(0),
            "sys.prefix" | "sys.base_prefix" | "sys.exec_prefix" | "sys.base_exec_prefix" => self.heap.str("/var/lang"),
            "sys.api_version" => Value::Int(1013),
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
                            let entries = self.finder.path.entries(self.input.version);
                            entries.iter().map(|p| self.heap.str(p)).collect()
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

    pub(super) fn external_attr(&mut self, base: Sym, name: Sym) -> Value {
        let text = self.heap.text(base);
        if &*self.heap.text(name) == "__name__" {
            let last = match &*text {
                "types.FunctionType" | "types.LambdaType" => "function",
                "types.MethodType" => "method",
                "types.ModuleType" => "module",
                "types.GeneratorType" => "generator",
                _ if text.contains("()") => return Value::Unknown,
                _ => text.rsplit('.').next().unwrap_or_default(),
            };
            return self.heap.str(last);
        }
        if text.len() > LIMITS.runtime_name_bytes {
            return Value::Unknown;
        }
        let full = self.heap.dotted(base, name);
        self.runtime_value(full)
    }

    /// Methods that classes of the runtime bring and that matter.
    pub(super) fn external_class_attr(&mut self, base: Sym, name: Sym) -> Option<Value> {
        let base = self.heap.text(base);
        let text = self.heap.text(name);
        match (&*base, &*text) {
            ("threading.Thread", "start") => Some(self.heap.external("threading.Thread.start")),
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
        if name == paths::GIVEN {
            Some(true)
        } else if name.contains("()") {
            None
        } else if names::is_type(name) {
            Some(true)
        } else {
            let last = name.rsplit('.').next().unwrap_or_default();
            // Classes and functions are true; lower-case data may be anything.
            last.starts_with(|c: char| c.is_ascii_uppercase())
                .then_some(true)
                .filter(|_| last.chars().any(|c| c.is_ascii_lowercase()))
        }
    }

    /// What a C extension imports while it initialises.
    pub(super) fn run_extension(&mut self, at: ModIdx, name: &str) -> Run<()> {
        for target in super::super::extension::imports_of(name) {
            if self.can_reach(target) {
                // C code checks for missing modules itself; what it does then is not seen.
                let _ = self.shielded(|this| this.import(target, Some((at, Span::default()))));
            }
        }
        self.load_backend(at, name);
        Ok(())
    }

    /// Loads the runtime of cffi for an extension that cffi has generated: its first act is to import that.
    fn load_backend(&mut self, at: ModIdx, name: &str) {
        use super::super::extension::{BACKEND, asks_for_backend};
        let Some(entry) = self.module(at).entry.filter(|_| name != BACKEND) else { return };
        if self.input.artifact.entry(entry).bytes > LIMITS.generated_bytes {
            return;
        }
        let Ok(content) = self.input.artifact.read(entry) else { return };
        if !asks_for_backend((*content).as_ref()) {
            return;
        }
        if self.can_reach(BACKEND) {
            let _ = self.shielded(|this| this.import(BACKEND, Some((at, Span::default()))));
        } else if self.phase == Phase::Init && self.is_certain() {
            self.trace.doubts.insert(format!("`{name}` asks for `{BACKEND}`, which is not here"));
        }
    }

    /// The source that lies beside a compiled module of a library, as Cython's pure Python mode and mypyc leave it:
    /// the compiled code does the same. Tells the names that the module has and what it imports.
    pub(super) fn run_twin(&mut self, at: ModIdx, entry: EntryId, name: &str) {
        let path = &self.input.artifact.entry(entry).path;
        let start = path.rfind('/').map_or(0, |slash| slash + 1);
        let stem = path.get(start..).and_then(|file| file.split('.').next()).unwrap_or_default();
        let twin = format!("{}{stem}.py", path.get(..start).unwrap_or_default());
        let (Some(twin), false) = (self.input.artifact.find(&twin), self.module(at).own) else { return };
        let parsed = self.sources.get(twin, name, self.module(at).is_package);
        self.set_code(at, parsed);
        // What the compiled module does about an error is not seen.
        let _ = self.shielded(|this| this.run_top_level(at));
        self.module_mut(at).weight = Weight::default();
    }

    pub(super) fn can_reach(&mut self, name: &str) -> bool {
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
        if let Some(value) = self.call_exit(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_tasks(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_import_tools(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_located(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_inspect(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_regex(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_entry_points(name, &args)? {
            return Ok(value);
        }
        self.note_working_directory(name);
        self.check_write(name, &args)?;
        if let Some(value) = self.call_files(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_storage(name, &args)? {
            return Ok(value);
        }
        if let Some(value) = self.call_paths(name, &args) {
            return Ok(value);
        }
        if let Some(value) = self.call_libraries(name, &args)? {
            return Ok(value);
        }
        self.call_library(name, callee, args)
    }
}

/// Flags of `os.open`, as Linux has them on both architectures (`asm-generic/fcntl.h`).
fn open_flag(name: &str) -> Option<i64> {
    Some(match name {
        "RDONLY" => 0,
        "WRONLY" => 1,
        "RDWR" => 2,
        "CREAT" => 0o100,
        "EXCL" => 0o200,
        "TRUNC" => 0o1000,
        "APPEND" => 0o2000,
        _ => return None,
    })
}
