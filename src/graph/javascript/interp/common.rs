//! What `require` loads: CommonJS, JSON, addons, and ES modules where the runtime lets it.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::names::unknown_extension;
use super::raise::Thrown;
use super::value::{Abrupt, At, Flow, ModuleIx, NO_MODULE, R, UNKNOWN, Value};
use super::{Frame, Machine};
use crate::artifact::EntryId;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::load::{Cause, Format, Source};
use crate::graph::javascript::resolve::folder;
use crate::graph::{Phase, StartPlace};
use crate::lang::javascript::ir::{Program, StmtId};

/// The first release whose runtime leaves `require` of ES modules on.
const REQUIRES_MODULES: u32 = 24;

impl Machine<'_> {
    /// Loads a file with `require`; answers with its exports.
    pub(super) fn load_common(&mut self, entry: EntryId, at: At) -> R {
        let exports = self.atom("exports");
        if let Some(module) = self.put_into_cache(entry) {
            return self.get(module, exports);
        }
        if let Some(ix) = self.by_entry.get(&entry).copied() {
            return self.load_again(ix, at);
        }
        let source = self.sources.get(entry);
        if source.format == Format::Module && !source.wrong_dialect && !source.awaits {
            return self.require_module(entry, at);
        }
        let ix = self.register(entry, &source, Some(at), true);
        self.has_parent(ix, at.module);
        let target = self.loaded[ix as usize].id;
        self.note(at, target, self.tries > 0);
        if let Some(fault) = self.refusal(ix, &source)
            && let Err(thrown) = self.raise_in(ix, fault, at)
        {
            self.loaded[ix as usize].evaluated = true;
            return Err(thrown);
        }
        self.run_common(ix)?;
        let module = self.loaded[ix as usize].module;
        self.get(Value::Obj(module), exports)
    }

    /// What a file gives that was loaded before. Node has forgotten one that threw, and runs it once more.
    fn load_again(&mut self, ix: ModuleIx, at: At) -> R {
        let target = self.loaded[ix as usize].id;
        self.note(at, target, self.tries > 0);
        self.fail_again(ix)?;
        if self.loaded[ix as usize].format == Format::Module {
            return Ok(self.namespace_value(ix));
        }
        if !self.loaded[ix as usize].evaluated {
            self.run_common(ix)?;
        }
        let module = self.loaded[ix as usize].module;
        let exports = self.atom("exports");
        self.get(Value::Obj(module), exports)
    }

    /// Throws what loading a module has thrown before.
    pub(super) fn fail_again(&mut self, ix: ModuleIx) -> Result<(), Abrupt> {
        let Some(error) = self.loaded.get(ix as usize).and_then(|loaded| loaded.error) else { return Ok(()) };
        if self.tries > 0 || self.doubt > 0 {
            return Err(Abrupt::Throw(error));
        }
        if self.sure() {
            self.uncaught(error);
        }
        Ok(())
    }

    /// `require` of an ES module, which Lambda's nodejs20.x and 22.x switch off.
    fn require_module(&mut self, entry: EntryId, at: At) -> R {
        let ix = self.link(entry, Some(at));
        let target = self.loaded[ix as usize].id;
        self.note(at, target, self.tries > 0);
        if self.sources.source_tree || self.reads_otherwise() {
            self.evaluate(ix)?;
            return Ok(self.namespace_value(ix));
        }
        let path = self.loaded[ix as usize].path.to_string();
        let shown = path.strip_prefix("/var/task/").unwrap_or(&path).to_owned();
        let fault = Thrown { rule: "wrong-module-format", subject: shown.clone(), ..Thrown::default() };
        if self.node < REQUIRES_MODULES {
            let message = format!("`{shown}` is an ES module, and this runtime cannot `require` one");
            self.raise_in(ix, Thrown { message, code: Some("ERR_REQUIRE_ESM"), ..fault }, at)?;
        } else if self.awaits_at_load(ix) {
            let message =
                format!("`{shown}` is an ES module that awaits at its top level: `require` cannot wait for it");
            self.raise_in(ix, Thrown { message, code: Some("ERR_REQUIRE_ASYNC_MODULE"), ..fault }, at)?;
        }
        self.evaluate(ix)?;
        // A module may say what `require` gives of it.
        let name = self.atom("module.exports");
        match self.export(ix, name, 0) {
            Some(value) => Ok(value),
            None => Ok(self.namespace_value(ix)),
        }
    }

    /// Whether a module or one that it imports statically awaits at its top level.
    fn awaits_at_load(&self, ix: ModuleIx) -> bool {
        let (mut queue, mut seen) = (vec![ix], FxHashSet::default());
        while let Some(ix) = queue.pop() {
            let Some(loaded) = self.loaded.get(ix as usize).filter(|_| seen.insert(ix)) else { continue };
            let awaits = loaded.program.as_ref().is_some_and(|program| program.top_level_await);
            if awaits && loaded.format == Format::Module {
                return true;
            }
            queue.extend(loaded.targets.iter().flatten());
        }
        false
    }

    /// Raises an error about a file where it is asked for; at the file itself when the runtime asks.
    fn raise_in(&mut self, ix: ModuleIx, fault: Thrown, at: At) -> R {
        // What it would have defined is not known.
        self.unfinished(ix);
        if let Some(loaded) = self.loaded.get_mut(ix as usize) {
            loaded.refused = true;
        }
        if (at.module as usize) < self.loaded.len() {
            return self.raise(fault, at);
        }
        let place = self.loaded[ix as usize].entry.map(|entry| StartPlace { entry, span: None });
        self.refuse(ix, fault, place);
        Ok(UNKNOWN)
    }

    /// What Node refuses a file for before it runs; nothing for most.
    pub(super) fn refusal(&self, ix: ModuleIx, source: &Source) -> Option<Thrown> {
        let path = Arc::clone(&self.loaded.get(ix as usize)?.path);
        let shown = path.strip_prefix("/var/task/").unwrap_or(&path).to_owned();
        let place = self.loaded.get(ix as usize)?.entry.map(|entry| StartPlace { entry, span: None });
        let syntax = Thrown { subject: shown.clone(), code: Some("SyntaxError"), place, ..Thrown::default() };
        // What other readers make of a file is of any language; they leave packages alone but for kinds of their own.
        let is_package = path.contains("/node_modules/") && unknown_extension(&path).is_none();
        let is_read_otherwise = self.reads_otherwise();
        if source.cause == Cause::Syntax && !self.is_of_other_kind(&path) && (!is_read_otherwise || is_package) {
            let problem = source.problem.clone().unwrap_or_default();
            return Some(Thrown { rule: "syntax-error", message: format!("SyntaxError: {problem}"), ..syntax });
        }
        if self.sources.source_tree || is_read_otherwise {
            return None;
        }
        let node = self.node;
        if let Some(newer) = source.newer_than(node) {
            let message = format!("SyntaxError: Node.js {node} does not take {} in {shown}", newer.what);
            let help = format!("Compile it for this runtime, or use one from Node.js {} on", newer.since);
            return Some(Thrown { rule: "syntax-newer-than-runtime", message, help: Some(help), ..syntax });
        }
        if source.wrong_dialect {
            let message = format!("`{shown}` has `import` or `export`, and Node takes it for CommonJS");
            return Some(Thrown { rule: "wrong-module-format", message, ..syntax });
        }
        source.awaits.then(|| {
            let message = format!("`{shown}` awaits at its top level, and Node takes it for CommonJS");
            Thrown { rule: "wrong-module-format", message, ..syntax }
        })
    }

    /// A JSON file that is none.
    fn refuse_json(&mut self, ix: ModuleIx, path: &str, problem: &str) -> Result<(), Abrupt> {
        let place = self.loaded[ix as usize].entry.map(|entry| StartPlace { entry, span: None });
        let shown = path.strip_prefix("/var/task/").unwrap_or(path);
        let fault = Thrown {
            rule: "syntax-error",
            subject: shown.to_owned(),
            message: format!("SyntaxError: {path}: no JSON: {problem}"),
            code: Some("SyntaxError"),
            help: Some("JSON has no comments, no comma behind the last member, and no empty files".to_owned()),
            place,
            ..Thrown::default()
        };
        self.raise(fault, At { module: ix, expr: 0 }).map(|_| ())
    }

    /// Raises what the loader says of an addon that it does not take.
    fn refuse_addon(&mut self, ix: ModuleIx) -> Result<(), Abrupt> {
        let Some(entry) = self.loaded[ix as usize].entry else { return Ok(()) };
        let Some(cause) = self.refused.get(&entry) else { return Ok(()) };
        let fault = Thrown {
            rule: cause.rule,
            subject: cause.subject.to_string(),
            message: cause.message.clone(),
            code: Some("ERR_DLOPEN_FAILED"),
            help: cause.help.clone(),
            cure: cause.cure.as_deref().map(str::to_owned),
            place: Some(StartPlace { entry, span: None }),
        };
        self.raise(fault, At { module: ix, expr: 0 }).map(|_| ())
    }

    /// Notes who has asked first for a CommonJS module: its `module.parent`.
    fn has_parent(&mut self, ix: ModuleIx, by: ModuleIx) {
        let module = self.loaded[ix as usize].module;
        let parent = match self.loaded.get(by as usize).filter(|loaded| loaded.format == Format::CommonJs) {
            Some(loaded) => loaded.module,
            // What the runtime's client or an ES module has for it.
            None => {
                let parent = self.plain();
                self.object_mut(parent).open = true;
                parent
            }
        };
        self.define(module, "parent", Value::Obj(parent));
    }

    /// Runs a registered CommonJS, JSON or addon module.
    pub(super) fn run_common(&mut self, ix: ModuleIx) -> Result<(), Abrupt> {
        let at = ix as usize;
        self.loaded[at].evaluated = true;
        let module = self.loaded[at].module;
        let path = Arc::clone(&self.loaded[at].path);
        match self.loaded[at].format {
            Format::Addon => {
                self.refuse_addon(ix)?;
                let exports = self.opaque();
                self.define(module, "exports", exports);
                return Ok(());
            }
            Format::Json => {
                // What handler code reads later says nothing about what is loaded.
                let wanted = self.phase == Phase::Init;
                let source = self.loaded[at].entry.filter(|_| wanted).map(|entry| self.sources.get(entry));
                if let Some(problem) = source.as_deref().and_then(Source::json_problem) {
                    self.refuse_json(ix, &path, &problem)?;
                }
                let value = match source.and_then(|source| source.json()) {
                    Some(json) => self.json(&json, 0),
                    None => self.opaque(),
                };
                self.define(module, "exports", value);
                return Ok(());
            }
            Format::CommonJs | Format::Module => {}
        }
        let Some(program) = self.loaded[at].program.clone() else {
            self.define(module, "exports", UNKNOWN);
            return Ok(());
        };
        let outer = std::mem::replace(&mut self.loading, ix);
        let exports = Value::Obj(self.plain());
        let require = self.make_require(ix);
        let filename = self.string(&path);
        let dirname = self.string(folder(&path));
        self.define(module, "exports", exports);
        let parent = self.atom("parent");
        if self.object(module).props.get(parent).is_none() {
            self.has_parent(ix, NO_MODULE);
        }
        self.define(module, "id", filename);
        self.define(module, "filename", filename);
        self.define(module, "path", dirname);
        self.define(module, "loaded", Value::Bool(false));
        self.define(module, "children", UNKNOWN);
        self.define(module, "paths", Value::Obj(self.loader.paths));
        let slots = program.functions.first().map_or(0, |f| f.slots);
        let env = self.env_new(0, slots);
        if let Some(code) = program.functions.first() {
            self.unset(env, &code.lexical);
        }
        self.loaded[at].env = env;
        for (slot, value) in (0u32..).zip([exports, require, Value::Obj(module), filename, dirname]) {
            self.write_slot(env, slot, value);
        }
        let result = self.run_body(ix, &program, env, exports);
        self.loading = outer;
        result?;
        self.define(module, "loaded", Value::Bool(true));
        Ok(())
    }

    /// Runs a module's top level in a clean state.
    pub(super) fn run_body(&mut self, ix: ModuleIx, program: &Program, env: u32, this: Value) -> Result<(), Abrupt> {
        let doubt = std::mem::take(&mut self.doubt);
        let (doubted, unsure, conditions) = (self.doubted, std::mem::take(&mut self.unsure), self.conditions);
        self.doubted |= doubt > 0 || unsure;
        if let Some(env) = self.envs.get_mut(env as usize) {
            env.doubt = 0;
        }
        let calls = std::mem::take(&mut self.calls_deep);
        let outer = std::mem::replace(&mut self.loading, ix);
        let (depth, tries, stack) = (self.depth, self.tries, self.stack.len());
        let mut result = Ok(());
        if let Some(code) = program.functions.first()
            && self.depth < LIMITS.depth
            && self.loaded.len() < LIMITS.modules
        {
            let mut frame = self.frame(ix, env, this);
            let (on, mark) = (self.enter_code(ix, false), self.begin_statement());
            self.hoist(&mut frame, program, &code.hoisted);
            if let Some(slot) = code.arguments {
                self.write_slot(env, slot, UNKNOWN);
            }
            result = self.top_level(&mut frame, program, &code.body, depth);
            self.end_statement(mark);
            self.leave_code(on);
        }
        (self.depth, self.tries, self.loading) = (depth, tries, outer);
        self.stack.truncate(stack);
        (self.doubt, self.doubted, self.unsure, self.conditions) = (doubt, doubted, unsure, conditions);
        self.calls_deep = calls;
        if let Err(Abrupt::Throw(error)) = result {
            let loaded = &mut self.loaded[ix as usize];
            match loaded.written && loaded.format == Format::CommonJs {
                // Node has forgotten it, and runs it again when it is asked for.
                true => loaded.evaluated = false,
                false => loaded.error = Some(error),
            }
        }
        result
    }

    /// The statements of a module. An exception that something may catch ends them; of others they go on behind.
    fn top_level(&mut self, f: &mut Frame, program: &Program, body: &[StmtId], depth: u32) -> Result<(), Abrupt> {
        let outer = (self.statement_steps, self.statement_limit);
        // A bundler puts whole programs into one statement.
        if program.source_bytes / (body.len() as u32).max(1) > LIMITS.bundle_statement {
            self.statement_limit = LIMITS.bundle_steps;
        }
        let mut result = Ok(());
        for id in body {
            self.statement_steps = 0;
            match self.statements(f, program, &[*id]) {
                Ok(Flow::Normal) => {}
                Ok(_) => break,
                Err(Abrupt::Stop) => {
                    self.unfinished(f.module);
                    self.go_astray();
                    if self.steps > self.max_steps {
                        break;
                    }
                    self.depth = depth;
                }
                Err(thrown) => {
                    self.unfinished(f.module);
                    if self.tries > 0 {
                        if let Abrupt::Throw(_) = thrown {
                            result = Err(thrown);
                        }
                        break;
                    }
                }
            }
        }
        (self.statement_steps, self.statement_limit) = outer;
        result
    }
}
