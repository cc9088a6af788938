//! Modules of files that code names itself: `importlib.util.spec_from_file_location`, `SourceFileLoader`,
//! `imp.load_source`. Source: the documentation of `importlib` and `imp`.

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::*;

const LOADER: &str = "importlib.machinery.SourceFileLoader";
/// The first version without `imp`.
const WITHOUT_IMP: (u16, u16) = (3, 12);

impl Interp<'_> {
    pub(super) fn call_located(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        // What each of these calls its arguments.
        const SECOND: [&str; 4] = ["module", "path", "location", "pathname"];
        let first = args.positional.first().copied().or_else(|| self.keyword(args, "name")).unwrap_or(Value::Unknown);
        let named = |this: &mut Self| SECOND.iter().find_map(|keyword| this.keyword(args, keyword));
        let second = args.positional.get(1).copied().or_else(|| named(self)).unwrap_or(Value::Unknown);
        Ok(Some(match name.strip_prefix(LOADER) {
            Some("") => self.loader_of(first, second),
            Some(".exec_module") => {
                self.run_located(first, second)?;
                Value::None
            }
            Some(".load_module") => self.load_located(first)?,
            Some(_) => return Ok(None),
            None => match name {
                "importlib.util.spec_from_file_location" => {
                    let loader = self.keyword(args, "loader").filter(|loader| *loader != Value::None);
                    self.spec_of_file(first, second, loader)
                }
                "imp.load_source" if self.input.version < WITHOUT_IMP => {
                    let loader = self.loader_of(first, second);
                    self.load_located(loader)?
                }
                _ => return Ok(None),
            },
        }))
    }

    /// A loader of the file at `path` as the module `name`.
    fn loader_of(&mut self, name: Value, path: Value) -> Value {
        let class = self.heap.external(LOADER);
        let loader = self.instance_of(class, &[("name", name), ("path", path)]);
        for method in ["exec_module", "load_module"] {
            let function = self.heap.external(&format!("{LOADER}.{method}"));
            let bound = self.heap.method(function, loader);
            let key = self.heap.sym(method);
            self.set_attr(loader, key, bound);
        }
        loader
    }

    /// `spec_from_file_location`, which gives nothing for a file that no loader takes.
    fn spec_of_file(&mut self, name: Value, location: Value, loader: Option<Value>) -> Value {
        let Some(path) = self.location_of(location) else { return Value::Unknown };
        if loader.is_none() && !path.ends_with(".py") {
            let is_taken = [".pyc", ".so"].iter().any(|ending| path.ends_with(ending));
            return if is_taken { Value::Unknown } else { Value::None };
        }
        let loader = loader.unwrap_or_else(|| self.loader_of(name, location));
        let class = self.heap.external("importlib.machinery.ModuleSpec");
        let unknown = Value::Unknown;
        let attrs = [("name", name), ("loader", loader), ("origin", location), ("submodule_search_locations", unknown)];
        self.instance_of(class, &attrs)
    }

    fn instance_of(&mut self, class: Value, attributes: &[(&str, Value)]) -> Value {
        let mut attrs = Names::default();
        for (key, value) in attributes {
            attrs.set(self.heap.sym(key), *value);
        }
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    /// A path that is known as a whole.
    fn location_of(&self, value: Value) -> Option<String> {
        let path = self.path_of(value)?;
        let is_whole = !path.contains(text::HOLE) && (!self.has_moved || path.starts_with('/'));
        is_whole.then_some(path)
    }

    /// `loader.load_module()`: a new module under the loader's name.
    fn load_located(&mut self, loader: Value) -> Run<Value> {
        let name = self.heap.sym("name");
        let Some(name) = self.get_attr_quiet(loader, name).and_then(|name| self.text_of(name)) else {
            return Ok(Value::Unknown);
        };
        let site = self.call_sites.last().copied();
        let at = self.new_module(&name, ModuleKind::Namespace, site);
        let (object, scope) = (self.module(at).object, self.module(at).scope);
        self.module_mut(at).synthetic = true;
        self.heap.scope_mut(scope).open = true;
        let result = self.run_located(loader, object);
        self.end_load(at, &name, result)
    }

    /// Runs a loader's file in a module.
    fn run_located(&mut self, loader: Value, module: Value) -> Run<()> {
        let Some(Object::Module(at)) = self.heap.get(module) else { return Ok(()) };
        let (at, key) = (*at, self.heap.sym("path"));
        let Some(path) = self.get_attr_quiet(loader, key).and_then(|path| self.location_of(path)) else {
            return Ok(());
        };
        let Some(inner) = inside(&normal(&absolute(&path))) else { return Ok(()) };
        let Some(entry) = self.input.artifact.find(&inner) else { return self.no_file(&path, None).map(|_| ()) };
        if !inner.ends_with(".py") || self.module(at).entry.is_some() || self.mods.len() >= LIMITS.modules {
            return Ok(());
        }
        let name = self.heap.text(self.module(at).name);
        let folder = inner.strip_suffix("/__init__.py").map(absolute);
        let package = folder.as_ref().map_or_else(|| name.rsplit_once('.').map_or("", |(parent, _)| parent), |_| &name);
        let (file, package) = (self.heap.str(&absolute(&inner)), self.heap.str(package));
        let scope = self.module(at).scope;
        for (key, value) in [("__file__", file), ("__package__", package)] {
            let key = self.heap.sym(key);
            self.heap.vars_mut(scope).set(key, value);
        }
        if let Some(folder) = &folder {
            let folder = self.heap.str(folder);
            let path = self.heap.list(vec![folder], false);
            self.heap.vars_mut(scope).set(known::PATH, path);
        }
        self.heap.scope_mut(scope).open = false;
        let own = self.input.is_own(entry);
        let module = self.module_mut(at);
        (module.entry, module.own, module.kind) = (Some(entry), own, ModuleKind::Source);
        (module.is_package, module.synthetic) = (folder.is_some(), false);
        let site = self.call_sites.last().copied();
        self.note_import(at, site);
        self.run_module(at, entry, &name, folder.is_some())
    }

    /// `pkgutil.extend_path`: the folders of this name on `sys.path` too that hold a regular package.
    pub(super) fn extended_path(&mut self, path: Value, name: Value) -> Value {
        let (Some(name), false) = (self.text_of(name), self.is_path_open()) else { return path };
        let (mut items, open) = self.items_of(path);
        let (front, back) = self.search_path();
        for folder in front.iter().chain(back.iter()) {
            let folder = normal(&format!("{folder}/{}", name.replace('.', "/")));
            let is_package = inside(&folder)
                .is_some_and(|inner| self.input.artifact.find(&format!("{inner}/__init__.py")).is_some());
            let folder = self.heap.str(&folder);
            if is_package && !items.contains(&folder) {
                items.push(folder);
            }
        }
        self.heap.list(items, open)
    }

    /// Whether code has put an `__import__` of its own in place of the interpreter's.
    pub(super) fn is_import_replaced(&mut self) -> bool {
        let (builtins, import) = (self.heap.sym("builtins"), self.heap.sym("__import__"));
        let Some(Object::Module(at)) = self.sys_modules.get(builtins).and_then(|module| self.heap.get(module)) else {
            return false;
        };
        self.heap.vars(self.module(*at).scope).get(import).is_some()
    }
}
