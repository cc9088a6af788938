//! Imports that calls make: `__import__`, `importlib`, `pkgutil`.

use super::super::finder::inside;
use super::super::value::*;
use super::*;

impl Interp<'_> {
    pub(super) fn dunder_import(&mut self, frame: &Frame, args: &Args, span: Span) -> Run<Value> {
        let Some(name) = args.positional.first().copied().or_else(|| self.keyword(args, "name")) else {
            return Ok(Value::Unknown);
        };
        let fromlist = args.positional.get(3).copied().or_else(|| self.keyword(args, "fromlist"));
        let level = match args.positional.get(4).copied().or_else(|| self.keyword(args, "level")) {
            Some(Value::Int(level)) => u32::try_from(level).unwrap_or(0),
            _ => 0,
        };
        let mut result = Value::Unknown;
        for member in self.heap.members(name).iter() {
            let Some(text) = self.text_of(*member) else {
                self.dynamic.is_vague = true;
                continue;
            };
            let Some(full) = self.resolve_relative(frame.module, level, &text) else { continue };
            let from = Some((frame.module, span));
            let module = self.import(&full, from)?;
            let listed = match fromlist {
                Some(list) => self.items_of(list).0,
                None => Vec::new(),
            };
            for item in &listed {
                if let Value::Str(item) = item
                    && &*self.heap.text(*item) != "*"
                {
                    self.import_attr(module, &full, *item, from)?;
                }
            }
            let has_list = match fromlist {
                Some(list) => self.truth(list)?.unwrap_or(true),
                None => false,
            };
            result = if has_list {
                module
            } else {
                let top = self.heap.sym(full.split('.').next().unwrap_or_default());
                self.sys_modules.get(top).unwrap_or(module)
            };
        }
        Ok(result)
    }

    /// `importlib.import_module`.
    pub(super) fn import_module(&mut self, args: &Args, site: (ModIdx, Span)) -> Run<Value> {
        let Some(name) = args.positional.first().copied().or_else(|| self.keyword(args, "name")) else {
            return Ok(Value::Unknown);
        };
        let package = args.positional.get(1).copied().or_else(|| self.keyword(args, "package"));
        let members = self.heap.members(name);
        let single = members.len() == 1;
        let mut result: Option<Value> = None;
        for member in members.iter() {
            let Some(text) = self.text_of(*member) else {
                self.note_dynamic(site.0);
                continue;
            };
            let trimmed = text.trim_start_matches('.');
            let level = (text.len() - trimmed.len()) as u32;
            let full = if level == 0 {
                Some(text.to_string())
            } else {
                let package = package.and_then(|p| self.text_of(p));
                package.and_then(|p| super::super::sources::absolute_name(&p, true, level, trimmed))
            };
            let Some(full) = full else { continue };
            if self.is_unlikely_call(&full) {
                continue;
            }
            let lenient = u32::from(!single);
            self.doubt.shields += lenient;
            let imported = self.import(&full, Some(site));
            self.doubt.shields -= lenient;
            match imported {
                Ok(module) => {
                    result = Some(match result {
                        Some(before) => self.heap.join(before, module),
                        None => module,
                    });
                }
                Err(raised) if single => return Err(raised),
                Err(_) => {}
            }
        }
        Ok(result.unwrap_or(Value::Unknown))
    }

    pub(super) fn call_import_tools(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let site = self.call_sites.last().copied().unwrap_or((ModIdx(0), Span::default()));
        let first = args.positional.first().copied();
        let text = first.and_then(|v| self.text_of(v));
        Ok(Some(match name {
            "importlib.import_module" => self.import_module(args, site)?,
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
                        Some(version) => {
                            if name != "importlib.metadata.distribution" {
                                self.load_standard(&["email.parser", "importlib.metadata._adapters"]);
                            }
                            if name.ends_with("version") { self.heap.str(&version) } else { Value::Unknown }
                        }
                        None if self.is_caught("importlib.metadata.PackageNotFoundError", false) => {
                            return Err(self.exception("importlib.metadata.PackageNotFoundError", &text));
                        }
                        None => self.no_metadata(&text)?,
                    },
                    None => Value::Unknown,
                }
            }
            "site.addsitedir" => {
                if let Some(folder) = first.and_then(|folder| self.coerce_text(folder)) {
                    self.add_site_folder(&folder);
                }
                Value::None
            }
            "importlib.util.spec_from_loader" | "importlib.machinery.ModuleSpec" => {
                let class = self.heap.external("importlib.machinery.ModuleSpec");
                let mut attrs = Names::default();
                let loader = args.positional.get(1).copied().or_else(|| self.keyword(args, "loader"));
                attrs.set(self.heap.sym("name"), first.unwrap_or(Value::Unknown));
                attrs.set(self.heap.sym("loader"), loader.unwrap_or(Value::Unknown));
                self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
            }
            "types.ModuleType.__init__" => {
                let rest = Args { positional: args.positional.iter().skip(1).copied().collect(), ..args.clone() };
                self.name_module(first.unwrap_or(Value::Unknown), &rest);
                Value::None
            }
            "importlib.util.module_from_spec" | "types.ModuleType" => self.make_module(first, site)?,
            "importlib.util.LazyLoader" => self.lazy_loader(first),
            "pkgutil.extend_path" => {
                let second = args.positional.get(1).copied().or_else(|| self.keyword(args, "name"));
                self.extended_path(first.unwrap_or(Value::Unknown), second.unwrap_or(Value::Unknown))
            }
            "pkgutil.iter_modules" | "pkgutil.walk_packages" => match first {
                Some(path) => self.iter_modules(path, args, name == "pkgutil.walk_packages")?,
                None => self.heap.list(Vec::new(), true),
            },
            _ => return Ok(None),
        }))
    }

    /// Modules of the standard library that its functions import when they run; versions have more or fewer of them.
    pub(super) fn load_standard(&mut self, names: &[&str]) {
        let site = self.call_sites.last().copied();
        for name in names {
            if self.can_find(name) {
                // What fails there, the interpreter knows better.
                let _ = self.shielded(|this| this.import(name, site));
            }
        }
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
        attrs.set(self.heap.sym("loader"), self.loader_by_name(Value::Str(sym)));
        attrs.set(self.heap.sym("origin"), Value::Unknown);
        Ok(self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown }))
    }

    /// The loader that a search has found for a module: all that is known of it is whose it is.
    fn loader_by_name(&mut self, name: Value) -> Value {
        let class = self.heap.external("importlib.abc.Loader");
        let mut attrs = Names::default();
        attrs.set(self.heap.sym("name"), name);
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    /// `importlib.util.LazyLoader`: the module runs when the first attribute is asked for.
    fn lazy_loader(&mut self, inner: Option<Value>) -> Value {
        let key = self.heap.sym("name");
        let Some(Value::Str(name)) = inner.and_then(|loader| self.get_attr_quiet(loader, key)) else {
            return Value::Unknown;
        };
        if !self.trace.lazily.contains(&name) {
            self.trace.lazily.push(name);
        }
        self.loader_by_name(Value::Str(name))
    }

    /// A module object made by code: for a spec that a lazy loader holds, the module itself.
    fn make_module(&mut self, first: Option<Value>, site: (ModIdx, Span)) -> Run<Value> {
        let key = self.heap.sym("name");
        let spec_name = match first.and_then(|v| self.heap.get(v)) {
            Some(Object::Instance { attrs, .. }) => attrs.get(key),
            _ => first,
        };
        let Some(Value::Str(name)) = spec_name else { return Ok(Value::Unknown) };
        let text = self.heap.text(name);
        if self.trace.lazily.contains(&name) && self.sys_modules.get(name).is_none() {
            return self.import(&text, Some(site));
        }
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
        Ok(object)
    }

    fn iter_modules(&mut self, path: Value, args: &Args, deep: bool) -> Run<Value> {
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
        let declared = [self.heap.str("ModuleInfo"), self.heap.str("module_finder name ispkg")];
        let info = self.named_tuple(&Args::of(&declared))?;
        let mut items = Vec::with_capacity(found.len());
        for (name, package) in found {
            let name = self.heap.str(&name);
            items.push(self.instantiate(info, &Args::of(&[Value::Unknown, name, Value::Bool(package)]))?);
        }
        Ok(self.heap.list(items, open))
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
                if self.input.artifact.find(&format!("{inner}/__init__.py")).is_some()
                    && out.len() < LIMITS.listed_modules
                {
                    out.push((format!("{prefix}{}", child.name), true));
                    if deep {
                        self.modules_in(&inner, &format!("{prefix}{}.", child.name), deep, out);
                    }
                }
            }
        }
    }
}
