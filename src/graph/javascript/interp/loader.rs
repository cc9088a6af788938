//! The `module` builtin: what code asks Node's loader, and functions of the loader that packages
//! replace (`require-in-the-middle` and `module-alias` do).

use super::Machine;
use super::modules::{create_require, resolve_native};
use super::tables::fill;
use super::value::{Abrupt, At, Atom, Call, ModuleIx, NO_MODULE, Native, ObjId, R, Slot, UNKNOWN, Value};
use crate::artifact::EntryId;
use crate::graph::javascript::load::Format;
use crate::graph::javascript::resolve::{absolute, builtin_names, entry_at, is_builtin};
use crate::graph::javascript::versions::{self, Kind as Listed};

/// Replaced functions that may be at work at once.
const MOST_HOOKED: usize = 60;

/// A `require` that runs through a replaced function.
#[derive(Clone, Copy)]
pub(super) struct Hooked {
    request: Atom,
    at: At,
    guarded: bool,
    /// Whether it has asked Node's own function.
    passed_on: bool,
}

/// Node's own functions, as long as nobody replaces them.
#[derive(Default)]
pub(super) struct Loader {
    /// The `module` builtin.
    pub(super) module: ObjId,
    /// `require.extensions`, which is `Module._extensions`.
    pub(super) extensions: ObjId,
    /// `module.paths`; one for all files, which code adds to.
    pub(super) paths: ObjId,
    /// Whether code has had the search path of the environment read anew.
    pub(super) path_read: bool,
    /// `Module.prototype`, which the `module` object of each file inherits from.
    prototype: ObjId,
    /// `require.cache`.
    cache: ObjId,
    require: Option<Value>,
    resolve: Option<Value>,
    load: Option<Value>,
    hooked: Vec<Hooked>,
    /// Whether the last replaced function has passed its request on to Node's.
    passed_on: bool,
}

const MODULE: &[(&str, Native)] = &[
    ("createRequire", create_require),
    ("createRequireFromPath", create_require),
    ("isBuiltin", |m, c| {
        let Value::Str(name) = c.arg(0) else { return Ok(UNKNOWN) };
        let name = m.str(name);
        let listed = |name| versions::of(Listed::Module, name).is_some_and(|releases| releases.have(m.node));
        Ok(Value::Bool(name.strip_prefix("node:").map_or_else(|| is_builtin(&name), listed)))
    }),
    // The hooks run in a thread of their own, which starts at once.
    ("register", |m, c| {
        if let Some(request) = m.request_text(c.arg(0)) {
            let request = m.str(request);
            m.import_request(c.at.module, &request, c.at, true)?;
        }
        Ok(Value::Undefined)
    }),
    ("_initPaths", super::elsewhere::read_path),
    ("syncBuiltinESMExports", |_, _| Ok(Value::Undefined)),
    ("wrap", |_, _| Ok(UNKNOWN)),
];

pub(super) fn install(m: &mut Machine<'_>) {
    let module = m.native(|_, _| Ok(UNKNOWN), Value::Undefined);
    let Value::Obj(id) = module else { return };
    let name = m.atom("module");
    m.object_mut(id).name = name;
    m.object_mut(id).open = true;
    fill(m, id, MODULE);
    let names = builtin_names().map(|name| m.string(name)).collect();
    let names = m.array(names);
    m.define(id, "builtinModules", names);
    m.define(id, "Module", module);
    let [cache, _] = ["_cache", "_pathCache"].map(|table| {
        let table_id = m.plain();
        m.object_mut(table_id).open = true;
        m.define(id, table, Value::Obj(table_id));
        table_id
    });
    let (extensions, paths) = m.loader_tables();
    m.define(id, "_extensions", Value::Obj(extensions));
    let prototype = m.plain();
    m.define(id, "prototype", Value::Obj(prototype));
    m.define(prototype, "constructor", module);
    let require = m.native(original_require, Value::Undefined);
    let resolve = m.native(original_resolve, Value::Undefined);
    let load = m.native(original_load, Value::Undefined);
    m.define(prototype, "require", require);
    m.define(id, "_resolveFilename", resolve);
    m.define(id, "_load", load);
    m.loader = Loader {
        module: id,
        prototype,
        cache,
        extensions,
        paths,
        path_read: false,
        require: Some(require),
        resolve: Some(resolve),
        load: Some(load),
        hooked: Vec::new(),
        passed_on: false,
    };
}

impl Machine<'_> {
    pub(super) fn module_builtin(&self) -> Value {
        Value::Obj(self.loader.module)
    }

    /// `require.cache`, which all files share.
    pub(super) fn require_cache(&self) -> Value {
        Value::Obj(self.loader.cache)
    }

    /// What code has put into `require.cache` in place of a file.
    pub(super) fn put_into_cache(&mut self, entry: EntryId) -> Option<Value> {
        if self.object(self.loader.cache).props.keys(true).is_empty() {
            return None;
        }
        let path = absolute(self.sources.artifact, entry);
        let path = self.atom(&path);
        match self.object(self.loader.cache).props.get(path) {
            Some(Slot::Value(module)) => Some(module),
            _ => None,
        }
    }

    /// What `require.cache` has under a path that is read: the `module` of a file that is loaded.
    pub(super) fn in_cache(&self, object: ObjId, path: Atom) -> Option<Value> {
        if object != self.loader.cache || object == 0 {
            return None;
        }
        let entry = entry_at(self.sources.artifact, &self.str(path))?;
        let loaded = self.by_entry.get(&entry).and_then(|ix| self.loaded.get(*ix as usize))?;
        let is_there = loaded.evaluated && loaded.format != Format::Module;
        is_there.then_some(Value::Obj(loaded.module))
    }

    /// `delete require.cache[path]`: the file runs anew when it is asked for again.
    pub(super) fn forget_file(&mut self, object: ObjId, path: Atom) -> bool {
        if object != self.loader.cache || object == 0 {
            return false;
        }
        let (key, path) = (path, self.str(path));
        let entry = entry_at(self.sources.artifact, &path);
        let ix = entry.and_then(|entry| self.by_entry.get(&entry)).copied();
        if let (Some(loaded), 0) = (ix.and_then(|ix| self.loaded.get_mut(ix as usize)), self.doubt)
            && loaded.format != Format::Module
        {
            loaded.evaluated = false;
            loaded.error = None;
        }
        let cache = self.object_mut(object);
        cache.props.remove(key);
        true
    }

    /// The `module` object of a file.
    pub(super) fn module_object(&mut self, ix: ModuleIx) -> ObjId {
        let proto = Value::Obj(self.loader.prototype);
        let id = self.alloc(super::value::Kind::Plain, proto);
        self.object_mut(id).made_by = NO_MODULE;
        self.module_objects.insert(id, ix);
        id
    }

    fn replaced_by(&mut self, holder: ObjId, name: &str, original: Option<Value>) -> Option<Value> {
        let key = self.atom(name);
        match self.object(holder).props.get(key) {
            Some(Slot::Value(now)) if Some(now) != original && self.callable(now) => Some(now),
            _ => None,
        }
    }

    /// Runs what a package put in the place of `Module.prototype.require` or `Module._load`;
    /// nothing when these are Node's own, or when what they answer is not known.
    pub(super) fn hooked_require(
        &mut self,
        ix: ModuleIx,
        request: Atom,
        at: At,
        guarded: bool,
    ) -> Result<Option<Value>, Abrupt> {
        if self.loader.hooked.len() >= MOST_HOOKED || self.loader.require.is_none() {
            return Ok(None);
        }
        let Some(this) = self.loaded.get(ix as usize).map(|loaded| Value::Obj(loaded.module)) else {
            return Ok(None);
        };
        let (module, prototype) = (self.loader.module, self.loader.prototype);
        let (require, load) = (self.loader.require, self.loader.load);
        let (hook, args) = match self.replaced_by(prototype, "require", require) {
            Some(hook) => (hook, vec![Value::Str(request)]),
            None => match self.replaced_by(module, "_load", load) {
                Some(hook) => (hook, vec![Value::Str(request), this, Value::Bool(false)]),
                None => return Ok(None),
            },
        };
        self.loader.hooked.push(Hooked { request, at, guarded, passed_on: false });
        let result = self.call_at(hook, this, &args, at);
        self.loader.passed_on = self.loader.hooked.pop().is_some_and(|hooked| hooked.passed_on);
        match result {
            Ok(value) if !matches!(value, Value::Undefined | Value::Unknown(_)) => Ok(Some(value)),
            Err(Abrupt::Stop) => Err(Abrupt::Stop),
            _ => Ok(None),
        }
    }

    /// What a replaced `Module._resolveFilename` makes of a request.
    pub(super) fn hooked_request(&mut self, ix: ModuleIx, request: &str) -> Option<String> {
        let (module, resolve) = (self.loader.module, self.loader.resolve);
        resolve?;
        if self.loader.hooked.len() >= MOST_HOOKED {
            return None;
        }
        let hook = self.replaced_by(module, "_resolveFilename", resolve)?;
        let this = Value::Obj(self.loaded.get(ix as usize)?.module);
        let request = self.atom(request);
        let at = self.stack.last().copied().unwrap_or(At { module: ix, expr: 0 });
        self.loader.hooked.push(Hooked { request, at, guarded: true, passed_on: false });
        let (tries, doubt) = (self.tries, self.doubt);
        let result = self.call_at(hook, Value::Obj(module), &[Value::Str(request), this, Value::Bool(false)], at);
        (self.tries, self.doubt) = (tries, doubt);
        self.loader.hooked.pop();
        match result {
            Ok(Value::Str(path)) => Some(self.str(path).to_string()),
            _ => None,
        }
    }

    /// Whether a function in place of Node's may know of more than Node finds, and has not passed this request on.
    pub(super) fn may_be_answered(&mut self, request: &str) -> bool {
        let request = self.atom(request);
        let Loader { module, prototype, require, resolve, load, .. } = self.loader;
        let is_asking = self.loader.hooked.iter().any(|hooked| hooked.request == request);
        let is_replaced = self.replaced_by(prototype, "require", require).is_some()
            || self.replaced_by(module, "_load", load).is_some();
        self.replaced_by(module, "_resolveFilename", resolve).is_some()
            || is_replaced && !is_asking && !self.loader.passed_on
    }

    /// The file whose `module` object a value is.
    fn file_of(&self, module: Value) -> Option<ModuleIx> {
        match module {
            Value::Obj(id) => self.module_objects.get(&id).copied(),
            _ => None,
        }
    }

    /// Loads as Node would, on behalf of the code that asked first.
    fn original(&mut self, ix: Option<ModuleIx>, request: Value, call: &Call<'_>) -> R {
        let (Some(ix), Value::Str(request)) = (ix, request) else { return Ok(UNKNOWN) };
        let first = self.loader.hooked.last().copied().filter(|hooked| hooked.request == request);
        if let Some(hooked) = self.loader.hooked.last_mut().filter(|hooked| hooked.request == request) {
            hooked.passed_on = true;
        }
        let guarded = self.tries > 0;
        let (at, guarded) = first.map_or((call.at, guarded), |hooked| (hooked.at, hooked.guarded));
        let request = self.str(request);
        self.require(ix, &request, at, guarded)
    }
}

fn original_require(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let ix = m.file_of(call.this);
    m.original(ix, call.arg(0), call)
}

fn original_load(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let ix = m.file_of(call.arg(1));
    m.original(ix, call.arg(0), call)
}

fn original_resolve(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let Some(ix) = m.file_of(call.arg(1)) else { return Ok(UNKNOWN) };
    // Between the request and the options stand the module that asks and whether it is the main one.
    let args = [call.arg(0), call.arg(3)];
    resolve_native(m, &Call { this: call.this, args: &args, data: Value::Num(f64::from(ix)), at: call.at })
}
