//! ES modules: linking, evaluation, live exports, `import()`.

use std::sync::Arc;

use super::Machine;
use super::modules::{fault_of, resolve_meta};
use super::names::unknown_extension;
use super::promises::Source;
use super::raise::Thrown;
use super::value::{Abrupt, At, Atom, ModuleIx, R, Slot, UNKNOWN, UNSET, Value};
use crate::artifact::EntryId;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::load::Format;
use crate::graph::javascript::resolve::{Loader, Resolved, folder};
use crate::graph::{Import, ImportSite, ModuleId, Phase, StartPlace};
use crate::lang::javascript::ir::{Export, ExprId, ExprKind, Program};

impl Machine<'_> {
    /// Registers an ES module and everything it imports statically, in Node's order.
    pub(super) fn link(&mut self, entry: EntryId, at: Option<At>) -> ModuleIx {
        if let Some(ix) = self.by_entry.get(&entry) {
            return *ix;
        }
        let source = self.sources.get(entry);
        // What `import` does not load at all is told where it is asked for.
        let loads = unknown_extension(&self.sources.artifact.entry(entry).path).is_none();
        let ix = self.register(entry, &source, at, loads);
        if let Some(fault) = self.refusal(ix, &source).filter(|_| loads) {
            self.refuse(ix, fault, Some(StartPlace { entry, span: None }));
        }
        let Some(program) = source.program.clone().filter(|_| source.format == Format::Module) else {
            return ix;
        };
        let from = self.folder_of(ix);
        for (position, import) in program.imports.iter().enumerate() {
            let skips = import.span.end == 0 || self.depth > LIMITS.link_depth;
            let target = if skips || self.link_narrowly(ix, position, import.span) {
                None
            } else {
                let request = program.strings.get(import.request as usize).cloned().unwrap_or_default();
                self.depth += 1;
                let target = self.link_import(ix, &from, &request, import.span);
                self.depth -= 1;
                target
            };
            self.loaded[ix as usize].targets.push(target);
            if let Some(target) = target {
                self.check_kind(ix, target, import);
                self.inherit_error(ix, target);
            }
        }
        self.check_names(ix, &program);
        ix
    }

    /// What a module cannot be linked with, it cannot be evaluated with.
    fn inherit_error(&mut self, ix: ModuleIx, target: ModuleIx) {
        let error = self.loaded.get(target as usize).and_then(|loaded| loaded.error);
        if let (Some(error), Some(loaded)) = (error, self.loaded.get_mut(ix as usize)) {
            loaded.error.get_or_insert(error);
        }
    }

    pub(super) fn link_import(
        &mut self,
        ix: ModuleIx,
        from: &str,
        request: &str,
        span: crate::span::Span,
    ) -> Option<ModuleIx> {
        let importer = self.loaded[ix as usize].id;
        let site = ImportSite { importer, span };
        let at = At { module: u32::MAX, expr: 0 };
        if request.contains(['?', '#']) {
            // Each query is a module of its own.
            self.go_astray();
        }
        match self.sources.resolver.resolve(from, request, Loader::Import) {
            Resolved::File(entry) => Some(self.link_file(entry, site)),
            found @ (Resolved::Builtin | Resolved::Provided) => {
                let name = match found {
                    Resolved::Builtin => format!("node:{}", request.strip_prefix("node:").unwrap_or(request)),
                    _ => request.to_owned(),
                };
                let before = self.trace.modules.len();
                self.runtime_module(&name, at, false);
                if let Some(module) = self.trace.modules.get_mut(before) {
                    module.first_import = Some(site);
                }
                if let Some(position) = self.trace.modules.iter().position(|m| m.entry.is_none() && *m.name == *name) {
                    let target = ModuleId(position as u32);
                    self.trace.imports.push(Import { site, target, phase: self.phase, function: None, guarded: false });
                }
                None
            }
            Resolved::Missing => {
                let guarded = self.is_guarded() || self.is_led_by_variables();
                let absence = self.absence(ix, request, Loader::Import);
                self.note_unresolved(ix, request, site, guarded, &absence);
                let place = self.place(site);
                self.refuse(ix, fault_of(absence, request), place);
                None
            }
        }
    }

    /// Links a file that is imported at a place.
    pub(super) fn link_file(&mut self, entry: EntryId, site: ImportSite) -> ModuleIx {
        let known = self.by_entry.contains_key(&entry);
        let target = self.link(entry, None);
        let id = self.loaded[target as usize].id;
        if !known && let Some(module) = self.trace.modules.get_mut(id.0 as usize) {
            module.first_import = Some(site);
        }
        self.trace.imports.push(Import { site, target: id, phase: self.phase, function: None, guarded: false });
        target
    }

    /// Evaluates a linked module after what it imports.
    pub(super) fn evaluate(&mut self, ix: ModuleIx) -> Result<(), Abrupt> {
        let at = ix as usize;
        self.fail_again(ix)?;
        if self.loaded[at].evaluated || self.depth > LIMITS.evaluate_depth {
            return Ok(());
        }
        if self.loaded[at].format != Format::Module {
            return self.run_common(ix);
        }
        self.loaded[at].evaluated = true;
        let Some(program) = self.loaded[at].program.clone() else {
            return Ok(());
        };
        let slots = program.functions.first().map_or(0, |f| f.slots);
        let env = self.env_new(0, slots);
        if let Some(code) = program.functions.first() {
            self.unset(env, &code.lexical);
        }
        self.loaded[at].env = env;
        let targets = self.loaded[at].targets.clone();
        for (import, target) in program.imports.iter().zip(&targets) {
            let request = program.strings.get(import.request as usize).cloned().unwrap_or_default();
            for (imported, slot) in &import.bindings {
                let name = imported.and_then(|text| self.loaded[at].atoms.get(text as usize).copied()).unwrap_or(0);
                let value = match target {
                    Some(target) => {
                        self.imports_live.push((*target, name));
                        Value::Import(self.imports_live.len() as u32 - 1)
                    }
                    None => self.foreign(&request, name),
                };
                self.write_slot(env, *slot, value);
            }
        }
        // Function declarations are there before anything runs: cycles rely on it.
        if let Some(code) = program.functions.first() {
            let mut frame = self.frame(ix, env, Value::Undefined);
            let (on, mark) = (self.enter_code(ix, false), self.begin_statement());
            self.hoist(&mut frame, &program, &code.hoisted);
            self.end_statement(mark);
            self.leave_code(on);
        }
        self.depth += 4;
        for (position, (target, import)) in targets.iter().zip(&program.imports).enumerate() {
            let evaluated = match *target {
                Some(target) => self.evaluate(target),
                None => self.evaluate_narrowly(position, ix, import),
            };
            if let Err(thrown) = evaluated {
                self.depth -= 4;
                if let Abrupt::Throw(error) = thrown {
                    self.loaded[at].error = Some(error);
                }
                return Err(thrown);
            }
            let Some(target) = *target else { continue };
            let request = program.strings.get(import.request as usize).cloned().unwrap_or_default();
            if self.loaded[at].own && !request.starts_with('.') {
                self.name_namespace(target, &request);
            }
        }
        self.depth -= 4;
        self.run_body(ix, &program, env, Value::Undefined)
    }

    pub(super) fn name_namespace(&mut self, target: ModuleIx, request: &str) {
        if self.loaded[target as usize].format != Format::Module {
            let module = self.loaded[target as usize].module;
            let key = self.atom("exports");
            let exports = self.get(Value::Obj(module), key).unwrap_or(UNKNOWN);
            let name = self.atom(request);
            self.give_name(exports, name);
            return;
        }
        for key in self.export_names(target).into_iter().take(LIMITS.named_members) {
            if let Some(Value::Obj(id)) = self.export(target, key, 0)
                && self.object(id).name == 0
            {
                let key = self.str(key);
                let name = if &*key == "default" { request.to_owned() } else { format!("{request}.{key}") };
                let name = self.atom(&name);
                self.object_mut(id).name = name;
            }
        }
    }

    /// What is imported from a module that has no file here.
    pub(super) fn foreign(&mut self, request: &str, name: Atom) -> Value {
        let bare = request.strip_prefix("node:").unwrap_or(request);
        let module = if crate::graph::javascript::resolve::is_builtin(bare) {
            self.builtin(bare)
        } else {
            Value::Unknown(self.atom(request))
        };
        if name == 0 || &*self.str(name) == "default" {
            return module;
        }
        self.get(module, name).unwrap_or(UNKNOWN)
    }

    /// An export by name, `None` when the module does not have it.
    pub(super) fn export(&mut self, ix: ModuleIx, name: Atom, depth: u32) -> Option<Value> {
        let exports = self.atom("exports");
        let loaded = self.loaded.get(ix as usize)?;
        if depth > LIMITS.reexports {
            return None;
        }
        if loaded.format != Format::Module {
            let module = loaded.module;
            let value = self.get(Value::Obj(module), exports).unwrap_or(UNKNOWN);
            if &*self.str(name) == "default" {
                return Some(self.default_of(value));
            }
            return self.get(value, name).ok();
        }
        let (program, env, targets) = (loaded.program.clone()?, loaded.env, loaded.targets.clone());
        let mut stars = Vec::new();
        for export in &program.exports {
            match *export {
                Export::Local { name: text, slot } => {
                    if self.loaded[ix as usize].atoms.get(text as usize) == Some(&name) {
                        if env == 0 {
                            // It has not begun to run.
                            let lexical = program.functions.first().is_some_and(|code| code.lexical.contains(&slot));
                            return Some(if lexical { UNSET } else { UNKNOWN });
                        }
                        self.note_slot_read(env, slot);
                        let value = self.envs.get(env as usize).and_then(|env| env.slots.get(slot as usize)).copied();
                        return Some(match value.unwrap_or(Value::Undefined) {
                            UNSET => UNSET,
                            value => self.raw_live(value),
                        });
                    }
                }
                Export::From { name: text, import, imported } => {
                    if self.loaded[ix as usize].atoms.get(text as usize) == Some(&name) {
                        let inner =
                            imported.and_then(|text| self.loaded[ix as usize].atoms.get(text as usize).copied());
                        let Some(target) = targets.get(import as usize).copied().flatten() else {
                            let request = program.imports.get(import as usize)?.request;
                            let request = program.strings.get(request as usize).cloned()?;
                            return Some(self.foreign(&request, inner.unwrap_or(0)));
                        };
                        return match inner {
                            Some(inner) => self.export(target, inner, depth + 1),
                            None => Some(self.namespace_value(target)),
                        };
                    }
                }
                Export::Star { import } => stars.push(import),
            }
        }
        if &*self.str(name) == "default" {
            return None;
        }
        for import in stars {
            match targets.get(import as usize).copied().flatten() {
                // `export *` gives of CommonJS what Node reads in its text.
                Some(target) if self.hides(target, name) => {}
                Some(target) => {
                    if let Some(value) = self.export(target, name, depth + 1)
                        && value != Value::Undefined
                    {
                        return Some(value);
                    }
                }
                None => return Some(UNKNOWN),
            }
        }
        None
    }

    /// The default import of a CommonJS module is its `module.exports`.
    pub(super) fn default_of(&mut self, exports: Value) -> Value {
        exports
    }

    pub(super) fn export_names(&mut self, ix: ModuleIx) -> Vec<Atom> {
        let mut names = Vec::new();
        let mut queue = vec![(ix, true)];
        let mut seen = Vec::new();
        while let Some((ix, first)) = queue.pop() {
            if seen.contains(&ix) || seen.len() > LIMITS.named_members {
                continue;
            }
            seen.push(ix);
            let Some(loaded) = self.loaded.get(ix as usize) else {
                continue;
            };
            if loaded.format != Format::Module {
                let (module, key) = (loaded.module, self.atom("exports"));
                let exports = self.get(Value::Obj(module), key).unwrap_or(UNKNOWN);
                names.extend(self.listed_keys(exports, false).unwrap_or_default());
                names.push(self.atom("default"));
                continue;
            }
            let Some(program) = &loaded.program else {
                continue;
            };
            for export in &program.exports {
                match export {
                    Export::Local { name, .. } | Export::From { name, .. } => {
                        if let Some(name) = loaded.atoms.get(*name as usize).copied()
                            && (first || &*self.str(name) != "default")
                        {
                            names.push(name);
                        }
                    }
                    Export::Star { import } => {
                        if let Some(target) = loaded.targets.get(*import as usize).copied().flatten() {
                            queue.push((target, false));
                        }
                    }
                }
            }
        }
        let mut unique = rustc_hash::FxHashSet::default();
        names.retain(|name| unique.insert(*name));
        names
    }

    pub(super) fn import_meta(&mut self, ix: ModuleIx) -> Value {
        let path = self.loaded.get(ix as usize).map_or_else(|| "".into(), |l| Arc::clone(&l.path));
        let meta = self.plain();
        let url = self.string(&format!("file://{path}"));
        let filename = self.string(&path);
        let dirname = self.string(folder(&path));
        self.define(meta, "url", url);
        self.define(meta, "filename", filename);
        self.define(meta, "dirname", dirname);
        let resolve = self.native(resolve_meta, Value::Num(f64::from(ix)));
        self.define(meta, "resolve", resolve);
        Value::Obj(meta)
    }

    /// `import(source)`; what nothing waits for loads after the load is over.
    pub(super) fn dynamic_import(&mut self, ix: ModuleIx, source: Value, at: At, awaited: bool) -> R {
        let Some(request) = self.request_text(source) else {
            return Ok(self.promise(None));
        };
        if !awaited && self.phase == Phase::Init {
            self.started.insert((at.module, at.expr));
            return Ok(self.promise_of(Source::Import(ix, request, at)));
        }
        let request = self.str(request);
        match self.import_request(ix, &request, at, false) {
            Ok(value) => Ok(self.promise(Some(value))),
            Err(Abrupt::Throw(error)) => Ok(self.reject(error)),
            Err(other) => Err(other),
        }
    }

    /// `import("x");` as a statement: nobody takes its failure.
    pub(super) fn floats(&mut self, f: &super::Frame, p: &Program, source: ExprId, at: At) {
        let Some(ExprKind::String(text)) = p.exprs.get(source as usize).map(|expr| &expr.kind) else { return };
        let request = self.str(self.text(f, *text));
        let judges = self.trust.on && self.sure() && self.conditions == 0 && !self.sources.source_tree;
        let from = self.folder_of(f.module);
        if judges && self.sources.resolver.resolve(&from, &request, Loader::Import) == Resolved::Missing {
            let absence = self.absence(f.module, &request, Loader::Import);
            let fault = fault_of(absence, &request);
            let cause = self.cause_at(Thrown { rule: "import-error-raised", ..fault }, at);
            self.note_cause(cause);
        }
    }

    /// The request that a text or a URL stands for.
    pub(super) fn request_text(&mut self, source: Value) -> Option<Atom> {
        match source {
            Value::Str(request) => Some(request),
            Value::Obj(id) => {
                let href = self.atom("href");
                match self.object(id).props.get(href) {
                    Some(Slot::Value(Value::Str(request))) => Some(request),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn import_request(&mut self, ix: ModuleIx, request: &str, at: At, guarded: bool) -> R {
        let from = self.folder_of(ix);
        match self.sources.resolver.resolve(&from, request, Loader::Import) {
            Resolved::File(entry) => {
                let target = self.link(entry, Some(at));
                let id = self.loaded[target as usize].id;
                self.note(at, id, guarded);
                self.evaluate(target)?;
                Ok(self.namespace_value(target))
            }
            Resolved::Builtin => {
                let name = request.strip_prefix("node:").unwrap_or(request).to_owned();
                self.runtime_module(&format!("node:{name}"), at, guarded);
                Ok(self.builtin(&name))
            }
            Resolved::Provided => {
                self.runtime_module(request, at, guarded);
                Ok(Value::Unknown(self.atom(request)))
            }
            Resolved::Missing => self.missing(ix, request, at, guarded, Loader::Import),
        }
    }
}
