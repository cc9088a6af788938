//! The import system: `sys.modules`, parents first, `from` imports, star imports.

use std::cell::Cell;
use std::rc::Rc;

use super::super::finder::{FileKind, Spec};
use super::super::sources::{absolute_name, no_code};
use super::super::value::*;
use super::faults::UNRESOLVED;
use super::*;
use crate::graph::{GraphProblem, ProblemEffect};
use crate::lang::python::ProblemKind;
use crate::lang::python::ir::Alias;

impl Interp<'_> {
    /// `import a.b.c`: loads all parts and gives the last.
    pub(in super::super) fn import(&mut self, name: &str, from: Option<(ModIdx, Span)>) -> Run<Value> {
        if name.is_empty() || name.len() > LIMITS.module_name_bytes {
            return Err(self.exception("ModuleNotFoundError", "empty module name"));
        }
        let mut module = Value::Unknown;
        for (at, _) in name.match_indices('.').chain(std::iter::once((name.len(), ""))) {
            let part = &name[..at];
            module = self.import_one(part, from)?;
        }
        Ok(module)
    }

    fn import_one(&mut self, name: &str, from: Option<(ModIdx, Span)>) -> Run<Value> {
        let sym = self.heap.sym(name);
        if let Some(found) = self.sys_modules.get(sym) {
            if found == Value::None {
                return self.missing(name, from);
            }
            if let Some(Object::Module(at)) = self.heap.get(found) {
                let at = *at;
                self.note_import(at, from);
                // The import system looks whether it is still being loaded.
                self.ask(at);
            }
            return Ok(found);
        }
        if self.input.what_if.absent.contains(name) {
            return self.missing(name, from);
        }
        let parent = name.rsplit_once('.');
        if parent.is_none() && self.is_builtin(name) {
            return Ok(self.load_runtime(name, from));
        }
        let spec = match parent {
            None => self.find_top(name),
            Some((parent, tail)) => {
                // The parent's code may have put the module there itself.
                let path = self.package_path(parent);
                match path {
                    Some(path) => self.finder.find(tail, path.iter().map(|p| &**p)),
                    None => None,
                }
            }
        };
        match spec {
            Some(spec) => self.load(name, spec, from),
            None if self.is_runtime_module(name) => Ok(self.load_runtime(name, from)),
            None => match self.shielded(|this| this.meta_path_import(name))? {
                Some(module) => {
                    self.sys_modules.set(sym, module);
                    self.bind_on_parent(name, module);
                    Ok(module)
                }
                None => self.missing(name, from),
            },
        }
    }

    /// What answers to a top-level name in the folders of the package; `None` too where the runtime's own module is
    /// earlier on the path. A folder without `__init__` is nothing as long as there is a real module anywhere.
    pub(super) fn find_top(&self, name: &str) -> Option<Spec> {
        let (front, back) = self.search_path();
        match self.finder.find(name, front.iter().map(|folder| &**folder)) {
            Some(Spec::File { entry, kind, package }) => return Some(Spec::File { entry, kind, package }),
            found if self.input.stdlib.contains(name) || found.is_none() && self.is_runtime_module(name) => {
                return None;
            }
            _ => {}
        }
        self.finder.find(name, front.iter().chain(back.iter()).map(|folder| &**folder))
    }

    /// Importers that code has put on `sys.meta_path`.
    fn meta_path_import(&mut self, name: &str) -> Run<Option<Value>> {
        let meta_path = self.heap.external("sys.meta_path");
        let Some(list) = self.provided_list(meta_path) else {
            return Ok(None);
        };
        let items = match self.heap.get(list) {
            Some(Object::List { items, .. }) => items.clone(),
            _ => return Ok(None),
        };
        for importer in items {
            let name_value = self.heap.str(name);
            // Python 3.12 no longer asks importers of the old kind.
            let asked: &[&str] =
                if self.input.version < (3, 12) { &["find_spec", "find_module"] } else { &["find_spec"] };
            for method in asked {
                let attr = self.heap.sym(method);
                let Some(finder) = self.get_attr_quiet(importer, attr) else {
                    continue;
                };
                let found = self.call(finder, Args::of(&[name_value, Value::None]))?;
                if matches!(found, Value::None | Value::Unknown) {
                    break;
                }
                if let Some(module) = self.load_by_spec(found)? {
                    return Ok(Some(module));
                }
                let load = self.heap.sym("load_module");
                if let Some(loader) = self.get_attr_quiet(importer, load) {
                    let module = self.call(loader, Args::one(name_value))?;
                    if module != Value::None {
                        return Ok(Some(module));
                    }
                }
                return Ok(Some(Value::Unknown));
            }
        }
        Ok(None)
    }

    /// The module that the loader of a spec makes.
    fn load_by_spec(&mut self, spec: Value) -> Run<Option<Value>> {
        let [loader, create, exec] = ["loader", "create_module", "exec_module"].map(|name| self.heap.sym(name));
        let Some(loader) = self.get_attr_quiet(spec, loader) else { return Ok(None) };
        let Some(create) = self.get_attr_quiet(loader, create) else { return Ok(None) };
        let module = self.call(create, Args::one(spec))?;
        if !matches!(self.heap.get(module), Some(Object::Module(_))) {
            return Ok(None);
        }
        if let Some(exec) = self.get_attr_quiet(loader, exec) {
            self.call(exec, Args::one(module))?;
        }
        Ok(Some(module))
    }

    fn missing(&mut self, name: &str, from: Option<(ModIdx, Span)>) -> Run<Value> {
        if self.is_inside_extension(name) {
            return Ok(Value::Unknown);
        }
        let guarded = self.is_caught("ModuleNotFoundError", false);
        let sym = self.heap.sym(name);
        let fault = self.fault_of_missing(name, from);
        if let Some((importer, span)) = from.filter(|_| self.trace.unresolved.len() < LIMITS.unresolved) {
            // What another rule says better is not said twice.
            let is_told = !guarded && fault.as_ref().is_some_and(|fault| fault.rule == UNRESOLVED);
            let phase = self.phase;
            let guarded = if phase == Phase::Init { !is_told } else { guarded || self.doubt.is_doubted() };
            self.trace.unresolved.push(SeenUnresolved { importer, span, name: sym, phase, guarded });
        }
        if !guarded {
            if let Some(fault) = fault {
                self.end_init(fault);
                // From here on it is as if it were there: its package has it too.
                self.bind_on_parent(name, Value::Unknown);
            } else {
                self.note_maybe_missing(name, from);
            }
            return Ok(Value::Unknown);
        }
        let raised = self.exception("ModuleNotFoundError", &format!("No module named '{name}'"));
        let key = self.heap.sym("name");
        if let Value::Obj(id) = raised.value
            && let Object::Instance { attrs, .. } = self.heap.object_mut(id)
        {
            attrs.set(key, Value::Str(sym));
        }
        let fault = fault.map(|fault| self.trace.keep(fault));
        Err(Raised { fault, ..raised })
    }

    /// Notes an import of own code that may run and then finds nothing.
    fn note_maybe_missing(&mut self, name: &str, from: Option<(ModIdx, Span)>) {
        let Some((importer, _)) = from.filter(|(importer, _)| self.module(*importer).own) else { return };
        let has_parent = name.rsplit_once('.').is_none_or(|(parent, _)| {
            let parent = self.heap.sym(parent);
            self.sys_modules.get(parent).is_some()
        });
        let is_followed = self.phase == Phase::Init && self.library_depth == 0 && !self.budget.is_spent();
        let is_sure = self.doubt.is_certain() && self.is_decided(importer, 0);
        if is_followed && has_parent && !is_sure && !self.input.what_if.absent.contains(name) {
            let importer = self.heap.text(self.module(importer).name);
            self.trace.doubts.insert(format!("`{importer}` may import `{name}`, which is not here"));
        }
    }

    /// Whether a module lies below a loaded extension module: C code makes such modules itself.
    fn is_inside_extension(&mut self, name: &str) -> bool {
        let Some((parent, _)) = name.rsplit_once('.') else { return false };
        let parent = self.heap.sym(parent);
        let Some(module) = self.sys_modules.get(parent) else { return false };
        matches!(self.heap.get(module), Some(Object::Module(at)) if self.module(*at).kind == ModuleKind::Extension)
    }

    /// The folders in which submodules of a loaded package are looked for.
    pub(super) fn package_path(&mut self, parent: &str) -> Option<Vec<Rc<str>>> {
        let sym = self.heap.sym(parent);
        let module = self.sys_modules.get(sym)?;
        let path = match self.heap.get(module)? {
            Object::Module(at) => {
                let at = *at;
                self.ask(at);
                let scope = self.module(at).scope;
                self.heap.vars(scope).get(known::PATH)?
            }
            // A stand-in that code has put there hands on what the module itself has.
            _ => match self.get_attr_quiet(module, known::PATH) {
                Some(path) => path,
                None => {
                    let behind = self.mods.iter().rev().find(|known| known.name == sym && known.is_package)?;
                    self.heap.vars(behind.scope).get(known::PATH)?
                }
            },
        };
        let items = match self.heap.get(path)? {
            Object::List { items, .. } => items.clone(),
            Object::Tuple(items) => items.to_vec(),
            _ => return None,
        };
        Some(items.iter().filter_map(|item| self.text_of(*item)).collect())
    }

    /// Makes a module object and enters it into `sys.modules`.
    pub(in super::super) fn new_module(
        &mut self,
        name: &str,
        kind: ModuleKind,
        from: Option<(ModIdx, Span)>,
    ) -> ModIdx {
        let at = ModIdx(self.mods.len() as u32);
        let sym = self.heap.sym(name);
        let root = self.heap.sym(name.split('.').next().unwrap_or_default());
        let object = self.heap.alloc(Object::Module(at));
        let scope = self.heap.scope(None);
        self.heap.vars_mut(scope).set(known::NAME, Value::Str(sym));
        self.mods.push(Mod {
            name: sym,
            object,
            scope,
            code: no_code(),
            syms: Rc::from(Vec::<Cell<u32>>::new()),
            entry: None,
            kind,
            is_package: false,
            phase: self.phase,
            state: LoadState::Loaded,
            preloaded: false,
            synthetic: false,
            host: None,
            first_import: from,
            weight: Weight::default(),
            reached: 0,
            deferred: false,
            asked: false,
            own: false,
            root,
        });
        self.sys_modules.set(sym, object);
        at
    }

    fn load(&mut self, name: &str, spec: Spec, from: Option<(ModIdx, Span)>) -> Run<Value> {
        if self.mods.len() >= LIMITS.modules || self.total_depth >= LIMITS.total_depth {
            let message = format!("`{name}` was not followed: the import graph is too large");
            self.trace.problems.push(GraphProblem { entry: None, span: None, message, effect: ProblemEffect::Inexact });
            return Ok(Value::Unknown);
        }
        let at = self.new_module(name, ModuleKind::Source, from);
        let scope = self.module(at).scope;
        let set = |this: &mut Self, key: &str, value: Value| {
            let key = this.heap.sym(key);
            this.heap.vars_mut(scope).set(key, value);
        };
        let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        match spec {
            Spec::Namespace(portions) => {
                self.module_mut(at).kind = ModuleKind::Namespace;
                self.module_mut(at).is_package = true;
                let items = portions.iter().map(|p| self.heap.str(p)).collect();
                let path = self.heap.list(items, false);
                set(self, "__path__", path);
                set(self, "__file__", Value::None);
                let package = self.heap.str(name);
                set(self, "__package__", package);
                self.note_import(at, from);
            }
            Spec::File { entry, kind, package } => {
                let path = super::super::finder::absolute(&self.input.artifact.entry(entry).path);
                let file = self.heap.str(&path);
                set(self, "__file__", file);
                let package_name = self.heap.str(if package.is_some() { name } else { parent });
                set(self, "__package__", package_name);
                set(self, "__doc__", Value::Unknown);
                let spec = self.module_spec(name, package_name, file);
                set(self, "__spec__", spec);
                set(self, "__loader__", spec);
                if let Some(folder) = &package {
                    let folder = self.heap.str(folder);
                    let path = self.heap.list(vec![folder], false);
                    set(self, "__path__", path);
                }
                let own = self.input.is_own(entry);
                let module = self.module_mut(at);
                module.entry = Some(entry);
                module.is_package = package.is_some();
                module.own = own;
                module.kind = match kind {
                    FileKind::Source => ModuleKind::Source,
                    FileKind::Bytecode => ModuleKind::Bytecode,
                    FileKind::Extension => ModuleKind::Extension,
                };
                self.note_import(at, from);
                let result = match kind {
                    FileKind::Source if self.is_held_back(name) => {
                        self.module_mut(at).deferred = true;
                        Ok(())
                    }
                    FileKind::Source => self.run_module(at, entry, name, package.is_some()),
                    FileKind::Bytecode => {
                        self.heap.scope_mut(scope).open = true;
                        self.run_bytecode(at, entry, name)
                    }
                    FileKind::Extension => self.run_native(at, entry, name),
                };
                return self.end_load(at, name, result);
            }
        }
        self.end_load(at, name, Ok(()))
    }

    /// What remains to be done once a module has run.
    pub(super) fn end_load(&mut self, at: ModIdx, name: &str, result: Run<()>) -> Run<Value> {
        let (object, scope) = (self.module(at).object, self.module(at).scope);
        if let Err(raised) = result {
            self.module_mut(at).state = LoadState::Failed;
            let sym = self.heap.sym(name);
            if self.sys_modules.get(sym) == Some(object) {
                self.sys_modules.remove(sym);
            }
            return Err(raised);
        }
        self.adopt_backport(name, scope);
        // Code may have replaced its own entry.
        let sym = self.heap.sym(name);
        let module = self.sys_modules.get(sym).unwrap_or(object);
        self.bind_on_parent(name, module);
        Ok(module)
    }

    /// A module's `__spec__`.
    fn module_spec(&mut self, name: &str, parent: Value, origin: Value) -> Value {
        let class = self.heap.external("importlib.machinery.ModuleSpec");
        let mut attrs = Names::default();
        let name = self.heap.str(name);
        for (key, value) in [("name", name), ("parent", parent), ("origin", origin), ("loader", Value::Unknown)] {
            attrs.set(self.heap.sym(key), value);
        }
        self.heap.alloc(Object::Instance { class, attrs, payload: Value::Unknown })
    }

    pub(super) fn bind_on_parent(&mut self, name: &str, module: Value) {
        let Some((parent, tail)) = name.rsplit_once('.') else { return };
        let parent = self.heap.sym(parent);
        if let Some(parent) = self.sys_modules.get(parent) {
            let tail = self.heap.sym(tail);
            self.set_attr(parent, tail, module);
        }
    }

    pub(super) fn run_module(&mut self, at: ModIdx, entry: EntryId, name: &str, is_package: bool) -> Run<()> {
        let parsed = self.sources.get(entry, name, is_package);
        self.refuse_newer_syntax(at, parsed)?;
        let caught = parsed.broken && self.is_caught("SyntaxError", false);
        let certain = !caught && self.is_certain();
        for problem in &parsed.problems {
            let effect = match problem.kind {
                _ if !certain => ProblemEffect::Inexact,
                ProblemKind::Content => ProblemEffect::Inexact,
                ProblemKind::Limit => ProblemEffect::Unread,
                ProblemKind::Unreadable => ProblemEffect::Unreadable,
                ProblemKind::Syntax => ProblemEffect::Fatal,
            };
            self.trace.problems.push(GraphProblem {
                entry: Some(entry),
                span: problem.span,
                message: problem.message.clone(),
                effect,
            });
        }
        let fault = self.fault_of_syntax(at, parsed);
        if caught {
            let fault = fault.map(|fault| self.trace.keep(fault));
            return Err(Raised { fault, ..self.exception("SyntaxError", "invalid syntax") });
        }
        let is_refused = fault.is_some();
        if let Some(fault) = fault {
            self.end_init(fault);
        }
        if parsed.problems.iter().any(|problem| problem.kind == ProblemKind::Limit) {
            let scope = self.module(at).scope;
            self.heap.scope_mut(scope).open = true;
        }
        self.set_code(at, parsed);
        if is_refused {
            // None of it runs. What it would load is of interest all the same, what it would raise is not.
            return self.shielded(|this| this.run_top_level(at)).or(Ok(()));
        }
        self.run_top_level(at)
    }

    /// Code asks a module for something.
    pub(super) fn ask(&mut self, at: ModIdx) {
        // What is asked of a module that is being loaded, its own parts ask, or what it loads.
        if self.module(at).state != LoadState::Running {
            self.module_mut(at).asked = true;
        }
        self.wake(at);
    }

    /// Whether a lazy loader is in front of a module, for real or taken for done.
    fn is_held_back(&mut self, name: &str) -> bool {
        let is_lazy = self.input.what_if.lazy.contains(name) || self.trace.lazily.contains(&self.heap.sym(name));
        self.phase == Phase::Init && is_lazy
    }

    /// Runs what lazy loaders still hold back: code that asks for it need not be seen.
    pub(in super::super) fn wake_all(&mut self) {
        for name in self.trace.lazily.clone() {
            if let Some(Object::Module(at)) = self.sys_modules.get(name).and_then(|module| self.heap.get(module)) {
                self.wake(*at);
            }
        }
    }

    /// Runs a module that a lazy loader held back.
    fn wake(&mut self, at: ModIdx) {
        if std::mem::take(&mut self.module_mut(at).deferred)
            && let Some(entry) = self.module(at).entry
        {
            let name = self.heap.text(self.module(at).name);
            let is_package = self.module(at).is_package;
            let phase = self.phase;
            self.module_mut(at).phase = phase;
            // The imports that it was held back from load it now.
            self.trace.imports.iter_mut().filter(|import| import.target == at).for_each(|import| import.phase = phase);
            // What a lazily loaded module raises surfaces at the access; nobody waits for it there.
            let _ = self.shielded(|this| this.run_module(at, entry, &name, is_package));
        }
    }

    pub(super) fn note_import(&mut self, target: ModIdx, from: Option<(ModIdx, Span)>) {
        let Some((importer, span)) = from else { return };
        if importer == target || !self.trace.seen_imports.insert((importer, span.start, target)) {
            return;
        }
        let function = self.running.filter(|(module, _)| *module == importer);
        let function = function.and_then(|(module, index)| {
            let code = &self.module(module).code.code;
            let name = code.name(code.functions.get(index as usize)?.name);
            Some(self.heap.sym(name))
        });
        let guarded = self.is_caught("ModuleNotFoundError", true);
        self.trace.imports.push(SeenImport { importer, span, target, phase: self.phase, function, guarded });
    }

    /// Where an import of a module is shown: a compiled one has no lines.
    pub(super) fn place_in(&self, at: ModIdx, span: Span) -> Span {
        if self.module(at).kind == ModuleKind::Extension { Span::default() } else { span }
    }

    /// Whether an import is an instruction to the compiler.
    pub(super) fn is_compiled_away(&self, at: ModIdx, name: &str) -> bool {
        self.module(at).kind == ModuleKind::Extension && name.split('.').next() == Some("cython")
    }

    /// `import a.b as c, d` in a frame.
    pub(super) fn exec_import(&mut self, frame: &Frame, aliases: &[Alias], span: Span) -> Run<()> {
        for alias in aliases {
            let name = frame.code.code.name(alias.name).to_owned();
            let from = Some((frame.module, self.place_in(frame.module, span)));
            if self.is_unlikely(frame, &name) || self.is_compiled_away(frame.module, &name) {
                self.assign_name(frame, alias.bound, Value::Unknown);
                continue;
            }
            let last = self.import(&name, from)?;
            let value = if alias.rename.is_some() {
                last
            } else {
                let top = self.sym(frame, alias.bound);
                self.sys_modules.get(top).unwrap_or(Value::Unknown)
            };
            self.assign_name(frame, alias.bound, value);
        }
        Ok(())
    }

    /// The absolute name that a relative import means in a frame's module.
    pub(super) fn resolve_relative(&mut self, at: ModIdx, level: u32, module: &str) -> Option<String> {
        if level == 0 {
            return Some(module.to_owned());
        }
        let scope = self.module(at).scope;
        match self.heap.vars(scope).get(known::PACKAGE) {
            Some(Value::Str(package)) => {
                let package = self.heap.text(package);
                absolute_name(&package, true, level, module)
            }
            _ => {
                let name = self.heap.text(self.module(at).name);
                let is_package = self.module(at).is_package;
                absolute_name(&name, is_package, level, module)
            }
        }
    }

    /// Whether a submodule of a loaded package could be imported.
    pub(super) fn can_find(&mut self, full: &str) -> bool {
        let Some((parent, tail)) = full.rsplit_once('.') else {
            return self.is_runtime_module(full) || self.bundled_root(full);
        };
        if self.is_runtime_module(full) {
            return true;
        }
        match self.package_path(parent) {
            Some(path) => self.finder.find(tail, path.iter().map(|p| &**p)).is_some(),
            None => false,
        }
    }
}
