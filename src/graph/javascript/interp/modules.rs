//! Loading modules: CommonJS, ES modules, JSON, addons, and what Node brings.

use std::sync::Arc;

use serde::Deserialize;

use super::generators::Yielded;
use super::raise::Thrown;
use super::value::{At, Atom, Call, ModuleIx, R, Slot, UNKNOWN, Value};
use super::{Frame, Loaded, Machine, weight_of};
use crate::artifact::EntryId;
use crate::graph::javascript::absence::{Absence, absence};
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::load::{Cause, Source};
use crate::graph::javascript::resolve::{Loader, Resolved, absolute, folder};
use crate::graph::{GraphProblem, Import, ImportSite, Module, ModuleId, ModuleKind, ProblemEffect, Unresolved};
use crate::knowledge;

/// `transforms.toml`, which says what it lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Transforms {
    packages: Vec<String>,
}

knowledge::table! {
    static TRANSFORMS: Transforms = "node/transforms.toml", tested by the_transforms_read;
}

/// Whether a request loads something that puts another reader of files in place of Node's.
fn is_transform(request: &str) -> bool {
    let below = |name: &String| {
        request.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    TRANSFORMS.packages.iter().any(below)
}

impl Machine<'_> {
    pub(super) fn folder_of(&self, ix: ModuleIx) -> Arc<str> {
        self.loaded.get(ix as usize).map_or_else(|| "/var/task".into(), |l| folder(&l.path).into())
    }

    pub(super) fn note(&mut self, at: At, target: ModuleId, guarded: bool) {
        self.ran.insert((at.module, at.expr));
        if (at.module as usize) < self.loaded.len() && self.trace.imports.len() < LIMITS.imports {
            let import = Import { site: self.site(at), target, phase: self.phase, function: None, guarded };
            self.trace.imports.push(import);
        }
    }

    pub(super) fn missing(&mut self, ix: ModuleIx, request: &str, at: At, guarded: bool, loader: Loader) -> R {
        self.ran.insert((at.module, at.expr));
        let site = self.site(at);
        let absence = self.absence(ix, request, loader);
        let guarded = guarded || self.is_guarded() || self.is_led_by_variables();
        self.note_unresolved(ix, request, site, guarded, &absence);
        self.raise(fault_of(absence, request), at)
    }

    /// Why nothing answers a request of a module.
    pub(super) fn absence(&self, ix: ModuleIx, request: &str, loader: Loader) -> Absence {
        let importer = self.loaded.get(ix as usize).map_or_else(|| "/var/task/".into(), |l| Arc::clone(&l.path));
        absence(self.sources.artifact, &self.sources.resolver, &importer, request, loader)
    }

    pub(super) fn note_unresolved(
        &mut self,
        ix: ModuleIx,
        request: &str,
        site: ImportSite,
        guarded: bool,
        absence: &Absence,
    ) {
        if self.trace.unresolved.len() < LIMITS.unresolved && (ix as usize) < self.loaded.len() {
            let why = absence.why.as_deref().map(Arc::from);
            let (import, phase) = (request.into(), self.phase);
            self.trace.unresolved.push(Unresolved { import, site, phase, guarded, why });
        }
    }

    pub(super) fn runtime_module(&mut self, name: &str, at: At, guarded: bool) {
        let known = self.trace.modules.iter().position(|m| m.kind == ModuleKind::Runtime && &*m.name == name);
        let id = match known {
            Some(id) => ModuleId(id as u32),
            None => {
                let cost = crate::graph::javascript::builtins::cost(name);
                let first_import = ((at.module as usize) < self.loaded.len()).then(|| self.site(at));
                self.trace.modules.push(Module {
                    name: name.into(),
                    kind: ModuleKind::Runtime,
                    entry: None,
                    bytes: 0,
                    loaded: self.phase,
                    preloaded: cost.is_some_and(|cost| cost.preloaded),
                    first_import,
                    weight: crate::graph::Weight {
                        measured_ms: cost.map_or(0.0, |cost| cost.ms),
                        ..crate::graph::Weight::default()
                    },
                });
                let id = ModuleId(self.trace.modules.len() as u32 - 1);
                // What it is the first to load comes with it.
                for inner in cost.map(|cost| cost.loads.as_slice()).unwrap_or_default() {
                    self.runtime_module(&format!("node:{inner}"), at, guarded);
                }
                id
            }
        };
        self.note(at, id, guarded);
    }

    /// `require(request)` in module `ix`.
    pub(super) fn require(&mut self, ix: ModuleIx, request: &str, at: At, guarded: bool) -> R {
        if let Some(value) = self.require_narrowly(ix, at) {
            return value;
        }
        let from = self.folder_of(ix);
        let hooked = self.hooked_request(ix, request);
        self.transforms |= is_transform(request);
        match self.sources.resolver.resolve(&from, hooked.as_deref().unwrap_or(request), Loader::Require) {
            Resolved::Builtin => {
                let name = request.strip_prefix("node:").unwrap_or(request);
                self.runtime_module(&format!("node:{name}"), at, guarded);
                Ok(self.builtin(name))
            }
            Resolved::Provided => {
                self.runtime_module(request, at, guarded);
                Ok(Value::Unknown(self.atom(request)))
            }
            Resolved::Missing => {
                let answered = self.may_be_answered(request);
                match self.found_elsewhere(ix, request, at, answered) {
                    Some(value) => value,
                    None => self.missing(ix, request, at, guarded, Loader::Require),
                }
            }
            Resolved::File(entry) => {
                let value = self.load_common(entry, at)?;
                self.lend_finder(request, value);
                self.name_export(ix, entry, request, value);
                Ok(value)
            }
        }
    }

    /// What own code gets from a package carries the package's name.
    pub(super) fn name_export(&mut self, ix: ModuleIx, _entry: EntryId, request: &str, value: Value) {
        let own = self.loaded.get(ix as usize).is_some_and(|l| l.own);
        if own && !request.starts_with('.') && !request.starts_with('/') {
            let name = self.atom(request);
            self.give_name(value, name);
        }
    }

    /// Names an object, and the functions directly in it.
    pub(super) fn give_name(&mut self, value: Value, name: Atom) {
        let Value::Obj(id) = value else {
            return;
        };
        if self.object(id).name != 0 {
            return;
        }
        self.object_mut(id).name = name;
        for key in self.object(id).props.keys(true).into_iter().take(LIMITS.named_members) {
            if let Some(Slot::Value(Value::Obj(member))) = self.object(id).props.get(key)
                && self.object(member).name == 0
                && self.callable(Value::Obj(member))
            {
                let key = self.str(key);
                let name = self.member_name(name, &key);
                self.object_mut(member).name = name;
            }
        }
    }

    /// A file that is loaded; `is_read` says that it is not refused for its extension alone.
    pub(super) fn register(&mut self, entry: EntryId, source: &Source, at: Option<At>, is_read: bool) -> ModuleIx {
        let path = absolute(self.sources.artifact, entry);
        let file = self.sources.artifact.entry(entry);
        let program = source.program.clone();
        let (kind, weight) = weight_of(source.format, file.bytes, program.as_deref());
        let first_import = at.filter(|at| (at.module as usize) < self.loaded.len()).map(|at| self.site(at));
        let id = ModuleId(self.trace.modules.len() as u32);
        self.trace.modules.push(Module {
            name: Arc::clone(&file.path),
            kind,
            entry: Some(entry),
            bytes: file.bytes,
            loaded: self.phase,
            preloaded: false,
            first_import,
            weight,
        });
        if let Some(problem) = &source.problem {
            let effect = match source.cause {
                _ if !self.certain() => ProblemEffect::Inexact,
                Cause::Content => ProblemEffect::Unreadable,
                Cause::Limit => ProblemEffect::Unread,
                Cause::Syntax if !is_read || self.is_of_other_kind(&path) => ProblemEffect::Inexact,
                Cause::Syntax => ProblemEffect::Fatal,
            };
            self.trace.problems.push(GraphProblem { entry: Some(entry), span: None, message: problem.clone(), effect });
        }
        let atoms = program
            .as_ref()
            .map(|program| program.strings.iter().map(|text| self.atom_in_code(text)).collect())
            .unwrap_or_default();
        let module = self.module_object(self.loaded.len() as ModuleIx);
        let own = !path.contains("/node_modules/");
        let ix = self.loaded.len() as ModuleIx;
        let written = Self::is_written(own, program.as_ref().map_or(0, |program| program.source_bytes));
        self.loaded.push(Loaded {
            entry: Some(entry),
            path: path.into(),
            format: source.format,
            program,
            atoms,
            env: 0,
            module,
            targets: Vec::new(),
            evaluated: false,
            own,
            id,
            steps: 0,
            run_bytes: 0,
            unfinished: false,
            refused: false,
            written,
            skipped: 0,
            error: None,
        });
        self.by_entry.insert(entry, ix);
        ix
    }

    pub(super) fn frame(&self, ix: ModuleIx, env: u32, this: Value) -> Frame {
        Frame {
            module: ix,
            function: 0,
            env,
            this,
            home: Value::Undefined,
            new_target: Value::Undefined,
            maybe_return: None,
            maybe_break: false,
            callee: Value::Undefined,
            yielded: Yielded::default(),
            super_calls: u64::MAX,
            labels: Vec::new(),
            floor: self.floor(),
            awaited: true,
        }
    }

    /// An object of which nothing else is known.
    pub(super) fn unknown_object(&mut self) -> Value {
        let id = self.plain();
        self.object_mut(id).open = true;
        Value::Obj(id)
    }

    /// Something that is there, may be called and may have any property.
    pub(super) fn opaque(&mut self) -> Value {
        let value = self.native(|_, _| Ok(UNKNOWN), Value::Undefined);
        if let Value::Obj(id) = value {
            self.object_mut(id).open = true;
        }
        value
    }

    /// Notes that some of a module's top level was not followed to its end.
    pub(super) fn unfinished(&mut self, ix: ModuleIx) {
        if let Some(loaded) = self.loaded.get_mut(ix as usize) {
            loaded.unfinished = true;
        }
    }

    pub(super) fn make_require(&mut self, ix: ModuleIx) -> Value {
        let require = self.native(require_native, Value::Num(f64::from(ix)));
        let resolve = self.native(resolve_native, Value::Num(f64::from(ix)));
        self.is_exact(require);
        if let Value::Obj(id) = require {
            self.define(id, "resolve", resolve);
            let cache = self.require_cache();
            self.define(id, "cache", cache);
            self.define(id, "extensions", Value::Obj(self.loader.extensions));
            self.define(id, "main", Value::Undefined);
        }
        require
    }

    pub(super) fn json(&mut self, json: &serde_json::Value, depth: u32) -> Value {
        use serde_json::Value as Json;
        self.charge(1);
        match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Num(number.as_f64().unwrap_or(0.0)),
            Json::String(text) => self.string(text),
            _ if depth > LIMITS.json_depth => UNKNOWN,
            Json::Array(items) => {
                let items = items.iter().map(|item| self.json(item, depth + 1)).collect();
                self.array(items)
            }
            Json::Object(members) => {
                let id = self.plain();
                for (key, value) in members {
                    let key = self.text_atom(key);
                    let value = self.json(value, depth + 1);
                    self.object_mut(id).props.set(key, Slot::Value(value), None);
                }
                Value::Obj(id)
            }
        }
    }
}

/// The error that Node raises for a request that nothing answers.
pub(super) fn fault_of(absence: Absence, request: &str) -> Thrown {
    Thrown {
        rule: absence.rule,
        subject: request.to_owned(),
        message: format!("Error: {}", absence.message),
        code: Some(absence.code),
        help: absence.help,
        cure: absence.cure,
        place: None,
    }
}

fn module_of(data: Value) -> ModuleIx {
    match data {
        Value::Num(number) => number as ModuleIx,
        _ => 0,
    }
}

fn require_native(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let Value::Str(request) = call.arg(0) else {
        if matches!(call.arg(0), Value::Unknown(_)) {
            m.load_handed_over(module_of(call.data));
        }
        if super::urls::is_no_path(call.arg(0)) {
            m.wrong_type("The \"id\" argument must be of type string", call.at)?;
        }
        return Ok(UNKNOWN);
    };
    let (ix, guarded) = (module_of(call.data), m.tries > 0);
    if let Some(value) = m.hooked_require(ix, request, call.at, guarded)? {
        return Ok(value);
    }
    let request = m.str(request);
    m.require(ix, &request, call.at, guarded)
}

pub(super) fn resolve_native(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let Value::Str(request) = call.arg(0) else {
        return Ok(UNKNOWN);
    };
    let (ix, request) = (module_of(call.data), m.str(request));
    let from = m.folder_of(ix);
    let resolved = match call.arg(1) {
        Value::Obj(_) => m.resolved_below(&request, call.arg(1)),
        _ => Some(m.sources.resolver.resolve(&from, &request, Loader::Require)),
    };
    match resolved.unwrap_or(Resolved::Missing) {
        Resolved::File(entry) => {
            let path = absolute(m.sources.artifact, entry);
            Ok(m.string(&path))
        }
        // With a second argument it looks elsewhere, too.
        Resolved::Missing if m.tries == 0 && m.is_own_code(ix) && call.args.len() == 1 => {
            m.missing(ix, &request, call.at, false, Loader::Require)
        }
        Resolved::Missing if m.tries > 0 => {
            let absence = m.absence(ix, &request, Loader::Require);
            m.raise(fault_of(absence, &request), call.at)
        }
        Resolved::Builtin => Ok(call.arg(0)),
        _ => Ok(UNKNOWN),
    }
}

/// `module.createRequire(path or URL)`: asks as the modules in that folder do.
pub(super) fn create_require(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let is_path = |text: &str| text.starts_with('/') || text.starts_with("file:");
    let is_wrong = match call.arg(0) {
        Value::Str(text) => !is_path(&m.str(text)),
        other => super::urls::is_no_path(other),
    };
    if is_wrong {
        let message = "The argument 'filename' must be a file URL object, file URL string, or absolute path string";
        m.bad_argument_of_node("TypeError", message, "ERR_INVALID_ARG_VALUE", call.at)?;
    }
    let from = m.coerce_text(call.arg(0)).map(|text| m.str(text));
    let place = from.as_deref().map(|from| folder(from.trim_start_matches("file://")));
    let own = call.at.module;
    let is_there = |loaded: &Loaded| place.is_some_and(|place| folder(&loaded.path) == place);
    let ix = match m.loaded.get(own as usize) {
        Some(loaded) if !is_there(loaded) => m.loaded.iter().position(is_there).map_or(own, |at| at as ModuleIx),
        _ => own,
    };
    Ok(m.make_require(ix))
}

/// `import.meta.resolve`, which asks for no file.
pub(super) fn resolve_meta(m: &mut Machine<'_>, call: &Call<'_>) -> R {
    let Value::Str(request) = call.arg(0) else { return Ok(UNKNOWN) };
    let (ix, request) = (module_of(call.data), m.str(request));
    let from = m.folder_of(ix);
    match m.sources.resolver.resolve(&from, &request, Loader::Import) {
        Resolved::File(entry) => {
            let path = absolute(m.sources.artifact, entry);
            Ok(super::urls::file_url(&path).map_or(UNKNOWN, |url| m.string(&url)))
        }
        Resolved::Missing if m.tries > 0 && !request.starts_with(['.', '/']) => {
            let absence = m.absence(ix, &request, Loader::Import);
            m.raise(fault_of(absence, &request), call.at)
        }
        _ => Ok(UNKNOWN),
    }
}
