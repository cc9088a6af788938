//! Errors that the runtime raises for sure: who catches them, and which of them end Init.

use super::super::finder::{absolute, inside, normal};
use super::super::value::*;
use super::binders::may_bind_unseen;
use super::loss::On;
use super::trace::{Fault, FaultId, Site};
use super::*;
use crate::lang::python::ProblemKind;
use crate::manifest::python::{import_names, normalized};

/// The rule for imports that nothing answers.
pub(super) const UNRESOLVED: &str = "unresolved-import";
/// The rule for files that no interpreter takes.
const SYNTAX: &str = "syntax-error";
/// The rule for imports that an extra would bring.
const EXTRA: &str = "missing-extra";
/// The rule for files that are not there.
pub(super) const DATA: &str = "missing-data-file";
/// The rule for folders that lose against a module.
pub(super) const SHADOWED: &str = "shadowed-module";
/// The rule for errors that code raises itself while it loads.
pub(super) const RAISED: &str = "import-error-raised";
/// The rule for names that modules do not have.
pub(super) const NAME: &str = "missing-name";
/// The rule for what newer interpreters have.
pub(super) const NEWER: &str = "syntax-newer-than-runtime";

impl Interp<'_> {
    /// Whether an error that is raised now is raised for sure during Init.
    pub(super) fn is_certain(&self) -> bool {
        self.phase == Phase::Init && self.doubt.is_certain()
    }

    /// The same where a wrong decision on the way is more likely than an error: in functions of libraries, which
    /// work for others, nothing is certain but what they say about an import that failed. Once the budget is spent,
    /// too much has not been seen.
    pub(super) fn is_certain_here(&self) -> bool {
        self.is_certain() && !self.budget.is_spent() && (self.library_depth == 0 || self.handled_import().is_some())
    }

    /// Runs code whose errors may stay where they are.
    pub(super) fn shielded<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.doubt.shields += 1;
        let result = run(self);
        self.doubt.shields -= 1;
        result
    }

    /// A fault at a place, with nothing known about its cure.
    pub(super) fn new_fault(&self, rule: &'static str, subject: &str, message: String, site: Option<Site>) -> Fault {
        Fault {
            rule,
            subject: subject.to_owned(),
            message,
            help: None,
            site,
            after: self.mods.len() as u32,
            cure: None,
        }
    }

    /// Raises an error of a built-in class that is certain: to whom waits for it, or it ends Init. The walk then goes
    /// on behind it, as if it were mended.
    pub(super) fn raise_fault(&mut self, class: &str, text: &str, fault: Fault) -> Run<Value> {
        if !self.is_caught(class, false) {
            self.end_init(fault);
            return Ok(Value::Unknown);
        }
        let raised = self.exception(class, text);
        let fault = self.trace.keep(fault);
        Err(Raised { fault: Some(fault), ..raised })
    }

    /// Notes an error that nothing catches.
    pub(super) fn end_init(&mut self, fault: Fault) {
        let known = |cause: &Fault| cause.site == fault.site && cause.subject == fault.subject;
        if self.trace.causes.len() < LIMITS.causes && !self.trace.causes.iter().any(known) {
            self.trace.causes.push(fault);
        }
    }

    /// The failed import whose `except` clause runs now, if that surely runs.
    pub(super) fn handled_import(&self) -> Option<FaultId> {
        let handled = self.handling.last()?;
        handled.fault.filter(|_| handled.is_import)
    }

    /// What a `raise` statement or an exit says that is certain.
    pub(super) fn fault_of_raise(&mut self, value: Value, site: Site) -> Fault {
        if let Some(first) = self.native_fault_again() {
            return first;
        }
        let class = self.class_name(value);
        let text = self.exception_text(value);
        let message = match text.as_str() {
            "" => class.clone(),
            text => format!("{class}: {text}"),
        };
        let mut fault = self.new_fault(RAISED, &class, message, Some(site));
        if let Some(first) = self.handled_import().and_then(|id| self.trace.fault(id)).cloned() {
            fault.help = Some(format!("Raised because of another error: {}", first.message));
            if first.rule == EXTRA {
                (fault.rule, fault.help) = (EXTRA, first.help);
            }
            fault.subject = first.subject;
            fault.cure = first.cure;
        }
        fault
    }

    /// The name of an exception's class as a traceback shows it.
    pub(super) fn class_name(&mut self, value: Value) -> String {
        let class = self.class_of_exception(value);
        match self.heap.get(class) {
            Some(Object::Class(class)) => self.heap.text(class.name).to_string(),
            Some(Object::External(name)) => self.heap.text(*name).to_string(),
            _ => "Exception".to_owned(),
        }
    }

    /// The text of an exception, as far as it is known.
    fn exception_text(&mut self, value: Value) -> String {
        let key = self.heap.sym("args");
        let args = match self.heap.get(value) {
            Some(Object::Instance { attrs, .. }) => attrs.get(key),
            _ => None,
        };
        let first = args.and_then(|args| match self.heap.get(args) {
            Some(Object::Tuple(items)) => items.first().copied(),
            _ => None,
        });
        let text = first.and_then(|first| self.coerce_text(first)).unwrap_or_default();
        text.lines().next().unwrap_or_default().chars().take(LIMITS.message_chars).collect()
    }

    /// What an import says that surely finds nothing.
    pub(super) fn fault_of_missing(&mut self, name: &str, from: Option<Site>) -> Option<Fault> {
        let site = from?;
        if !self.is_decided(site.0, 0) {
            return None;
        }
        if self.phase != Phase::Init || !self.doubt.is_certain_by_default() {
            return None;
        }
        // Where the library itself says what is missing, a variable that may switch the part off is no doubt.
        let extra = self.extra_with(site.0, name);
        if extra.is_none() && !self.is_certain() {
            return None;
        }
        let parent = name.rsplit_once('.').map(|(parent, _)| parent);
        match parent {
            _ if self.is_import_replaced() => {
                self.trace.doubts.insert(format!("`{name}` is imported by an `__import__` of the code's own"));
                return None;
            }
            None if self.is_path_open() => {
                self.trace.doubts.insert(format!("`{name}` may lie in a folder of `sys.path` that is not here"));
                return None;
            }
            None => {}
            Some(parent) => {
                // Without its parent the import has failed before; what code put in the parent's place may find more.
                let parent = self.heap.sym(parent);
                let module = self.sys_modules.get(parent)?;
                let Some(Object::Module(at)) = self.heap.get(module) else { return None };
                let module = self.module(*at);
                if module.synthetic || module.kind == ModuleKind::Extension {
                    return None;
                }
            }
        }
        let mut fault =
            self.new_fault(UNRESOLVED, name, format!("ModuleNotFoundError: No module named '{name}'"), from);
        fault.cure = self.cure_of(name, parent);
        if let Some((dist, extra)) = extra {
            fault.rule = EXTRA;
            fault.help = Some(format!("It comes with the extra `{extra}`: declare `{dist}[{extra}]`"));
            return Some(fault);
        }
        // Installed libraries work: what their functions ask for in vain they hardly ask for.
        if self.library_depth > 0 && self.handled_import().is_none() {
            return None;
        }
        if let Some(known) = self.with_other_build(&fault, name) {
            return Some(known);
        }
        if let Some(first) = self.handled_import().and_then(|id| self.trace.fault(id)) {
            fault.rule = RAISED;
            fault.help = Some(format!("It is the way out of another error: {}", first.message));
            fault.cure = fault.cure.or_else(|| first.cure.clone());
        } else if let Some(help) = parent.and_then(|parent| self.shadowing(parent, name)) {
            fault.rule = SHADOWED;
            fault.message = format!("{}; '{}' is not a package", fault.message, parent.unwrap_or_default());
            fault.help = Some(help);
        } else {
            fault.help = self.help_for_missing(name, site.0);
        }
        Some(fault)
    }

    /// A relative import in a module that has no parent package to start from.
    pub(super) fn no_parent(&mut self, frame: &Frame, level: u32, module: &str, span: Span) -> Run<Value> {
        let scope = self.module(frame.module).scope;
        let package = self.heap.vars(scope).get(known::PACKAGE).and_then(|package| self.text_of(package));
        let text = match package.as_deref() {
            Some("") | None => "attempted relative import with no known parent package",
            Some(_) => "attempted relative import beyond top-level package",
        };
        let written = format!("{}{module}", ".".repeat(level as usize));
        if !self.is_certain_here() {
            return self.soft_error("ImportError", text);
        }
        let site = Some((frame.module, span));
        let mut fault =
            self.new_fault("relative-import-outside-package", &written, format!("ImportError: {text}"), site);
        fault.help = Some(match module {
            "" => "This module is not part of a package: import its neighbours by name, without the dots".to_owned(),
            module => format!("This module is not inside such a package: write `{module}` without the dots"),
        });
        self.raise_fault("ImportError", text, fault)
    }

    /// An attribute that a module surely lacks, or one that is not seen.
    pub(super) fn no_attr(&mut self, frame: &Frame, expr: ExprId, object: Value, name: Sym) -> Run<Value> {
        let text = self.heap.text(name);
        if let Some(Object::Module(at)) = self.heap.get(object)
            && let at = *at
            && self.is_certain_here()
            && self.is_decided(frame.module, 0)
            && self.surely_lacks(at, name)
            && !(self.module(at).own && self.may_be_set_unseen(name, On::Module))
        {
            let module = self.heap.text(self.module(at).name);
            // A module that something loads in a way that is not followed would be there.
            let full = format!("{module}.{text}");
            if !self.can_find(&full) || self.is_own(frame) && self.is_never_loaded(at, &full) {
                let running = self.module(at).state == LoadState::Running;
                let partly = if running { "partially initialized " } else { "" };
                let message = format!("{partly}module '{module}' has no attribute '{text}'");
                let site = Some((frame.module, self.at(frame, expr)));
                let mut fault = self.new_fault(NAME, &full, format!("AttributeError: {message}"), site);
                fault.help = match (self.denied(at, name), self.can_find(&full)) {
                    (Some(said), _) => Some(format!("The library says: {said}")),
                    (None, true) => {
                        Some(format!("`{full}` is a module, and nobody has imported it: write `import {full}`"))
                    }
                    (None, false) => self.help_for_name(object, &module, &text),
                };
                fault.cure = self.in_place_of(at);
                return self.raise_fault("AttributeError", &message, fault);
            }
        }
        self.refuse_attr(frame, expr, object, name)?;
        self.soft_error("AttributeError", &text)
    }

    /// `A | B` between types, which this version does not have.
    pub(super) fn no_union(&mut self, frame: &Frame, expr: ExprId, left: Value, right: Value) -> Run<Option<Value>> {
        if self.input.version >= (3, 10) || !self.is_certain_here() {
            return Ok(None);
        }
        let types = [left, right].map(|value| value != Value::None && self.has_no_union(value));
        let is_refused = match types {
            [true, true] => true,
            [true, false] => right == Value::None,
            [false, true] => left == Value::None,
            [false, false] => false,
        };
        if !is_refused {
            return Ok(None);
        }
        let message = "unsupported operand type(s) for |";
        let site = Some((frame.module, self.at(frame, expr)));
        let mut fault = self.new_fault(NEWER, "|", format!("TypeError: {message}"), site);
        fault.help = Some(
            "`A | B` between types is there from Python 3.10 on: put `from __future__ import annotations` first where \
             it is an annotation, or write `Optional` and `Union`"
                .to_owned(),
        );
        self.raise_fault("TypeError", message, fault).map(Some)
    }

    /// Whether a value is a type, and one whose own type does not say what `|` means.
    fn has_no_union(&mut self, value: Value) -> bool {
        match self.heap.get(value) {
            Some(Object::External(name)) => {
                let name = self.heap.text(*name);
                names::is_type(&name)
                    || ["typing.", "collections.abc.", "datetime.", "pathlib.", "decimal.", "uuid."]
                        .iter()
                        .any(|module| name.starts_with(module) && !name.contains("()"))
            }
            Some(Object::Class(class)) => {
                let (metaclass, open) = (class.metaclass, class.open);
                let or = self.heap.sym("__or__");
                !open
                    && match self.heap.get(metaclass) {
                        Some(Object::External(name)) => {
                            matches!(&*self.heap.text(*name), "type" | "abc.ABCMeta" | "enum.EnumMeta")
                        }
                        Some(Object::Class(meta)) => !meta.open && self.class_lookup(metaclass, or).is_none(),
                        _ => false,
                    }
            }
            _ => false,
        }
    }

    /// Syntax that this version does not have.
    pub(super) fn refuse_newer_syntax(&mut self, at: ModIdx, parsed: &Parsed) -> Run<()> {
        let (major, minor) = self.input.version;
        let Some(newer) = parsed.newer.iter().find(|newer| newer.minor > minor) else { return Ok(()) };
        if !self.is_certain() {
            return match self.is_caught("SyntaxError", false) {
                true => Err(self.exception("SyntaxError", &newer.what)),
                false => Ok(()),
            };
        }
        let Some(entry) = self.module(at).entry else { return Ok(()) };
        let path = self.input.artifact.entry(entry).path.to_string();
        let site = Some((at, newer.span));
        let mut fault = self.new_fault(NEWER, &path, format!("SyntaxError: {}", newer.what), site);
        fault.help = Some(format!(
            "This is Python 3.{}, and the function runs on {major}.{minor}: raise the runtime, or write it the older way",
            newer.minor
        ));
        self.raise_fault("SyntaxError", &newer.what, fault).map(|_| ())
    }

    /// Syntax that no version has.
    pub(super) fn fault_of_syntax(&self, at: ModIdx, parsed: &Parsed) -> Option<Fault> {
        let problem = parsed.problems.iter().find(|problem| problem.kind == ProblemKind::Syntax)?;
        let entry = self.module(at).entry.filter(|_| self.is_certain())?;
        let path = self.input.artifact.entry(entry).path.to_string();
        let site = Some((at, problem.span.unwrap_or_default()));
        Some(self.new_fault(SYNTAX, &path, format!("SyntaxError: {}", problem.message), site))
    }

    /// Bytecode without a source, which another version cannot read.
    pub(super) fn run_bytecode(&mut self, at: ModIdx, entry: EntryId, name: &str) -> Run<()> {
        let Some(_) = super::super::bytecode::alone(self.input.artifact, &self.input.stdlib, entry) else {
            return Ok(());
        };
        let message = format!("bad magic number in '{name}'");
        if !self.is_certain() {
            return self.soft_error("ImportError", &message).map(|_| ());
        }
        let path = self.input.artifact.entry(entry).path.to_string();
        let site = Some((at, Span::default()));
        let mut fault = self.new_fault("stale-bytecode", &path, format!("ImportError: {message}"), site);
        let (major, minor) = self.input.version;
        fault.help = Some(format!(
            "Another Python than {major}.{minor} wrote it, and its source is not here: compile with {major}.{minor}, or \
             ship the source"
        ));
        self.raise_fault("ImportError", &message, fault).map(|_| ())
    }

    /// `sys.exit` and its like, where they surely run.
    pub(super) fn call_exit(&mut self, name: &str, args: &Args) -> Run<Option<Value>> {
        let leaves = match name {
            "sys.exit" | "exit" | "quit" => true,
            "os._exit" | "os.abort" => false,
            _ => return Ok(None),
        };
        let Some(site) = self.call_sites.last().copied().filter(|_| self.is_certain_here()) else { return Ok(None) };
        if !self.is_decided(site.0, 1) {
            self.doubt_of_others(name);
            return Ok(None);
        }
        let status = args.positional.first().copied().and_then(|status| self.coerce_text(status)).unwrap_or_default();
        let raised = self.exception("SystemExit", &status);
        let mut fault = self.fault_of_raise(raised.value, site);
        if !leaves {
            fault.message = format!("{name}({status})");
            self.end_init(fault);
            return Ok(Some(Value::Unknown));
        }
        self.raise_fault("SystemExit", &status, fault).map(Some)
    }

    /// A file of the package that is opened for reading and is not there. Nothing can have made it: the folder of the
    /// package cannot be written.
    pub(super) fn no_file(&mut self, path: &str, mode: Option<&str>) -> Run<Value> {
        let reads = mode.is_none_or(|mode| !mode.contains(['w', 'a', 'x', '+']));
        if self.has_moved && !path.starts_with('/') {
            return Ok(Value::Unknown);
        }
        let full = normal(&absolute(path));
        let Some(inner) = inside(&full).filter(|inner| !inner.starts_with('/')) else { return Ok(Value::Unknown) };
        let is_there = self.input.artifact.find(&inner).is_some() || self.input.artifact.is_folder(&inner);
        let site = self.call_sites.last().copied();
        let is_sure = |site: &Site| self.is_certain_here() && self.is_decided(site.0, 1);
        let Some(site) = site.filter(|site| reads && !is_there && is_sure(site) && !path.contains(text::HOLE)) else {
            return Ok(Value::Unknown);
        };
        let message = format!("[Errno 2] No such file or directory: '{path}'");
        let fault = self.new_fault(DATA, &inner, format!("FileNotFoundError: {message}"), Some(site));
        self.raise_fault("FileNotFoundError", &message, fault)
    }

    /// `importlib.metadata.version` of a distribution that is here without its metadata.
    pub(super) fn no_metadata(&mut self, name: &str) -> Run<Value> {
        let module = name.replace(['-', '.'], "_");
        let built_later = self.input.artifact.is_tree()
            && ["pyproject.toml", "setup.py", "setup.cfg"].iter().any(|it| self.input.artifact.find(it).is_some());
        let site = self.call_sites.last().copied();
        let mut modules = import_names(&normalized(name));
        modules.push(module);
        let is_here = modules.iter().any(|module| self.finder.guess(module).is_some());
        let is_sure = |site: &Site| self.is_certain_here() && self.is_decided(site.0, 1);
        let Some(site) = site.filter(|site| is_here && !built_later && is_sure(site)) else {
            return Ok(Value::Unknown);
        };
        let message = format!("No package metadata was found for {name}");
        let words = format!("importlib.metadata.PackageNotFoundError: {message}");
        let mut fault = self.new_fault(DATA, name, words, Some(site));
        fault.help = Some(format!(
            "The code of `{name}` is here and its `.dist-info` folder is not: ship it too, it is read at load"
        ));
        self.raise_fault("importlib.metadata.PackageNotFoundError", &message, fault)
    }

    /// Whether code of another module answers for names that a module does not have, such as a lazy loader's: what it
    /// decides by tables that it has read or computed is less certain than the module's own code.
    fn is_asked_elsewhere(&self, at: ModIdx) -> bool {
        match self.heap.vars(self.module(at).scope).get(known::GETATTR) {
            Some(hook) => !matches!(self.heap.get(hook), Some(Object::Function(hook)) if hook.module == at),
            None => false,
        }
    }

    /// Whether a module surely lacks a name that was not found in it.
    pub(super) fn surely_lacks(&mut self, at: ModIdx, name: Sym) -> bool {
        if self.denied(at, name).is_some() {
            return true;
        }
        let module = self.module(at);
        if module.kind == ModuleKind::Runtime {
            let module = self.heap.text(module.name);
            return self.input.stdlib.module(&module).is_some_and(|module| module.is_importable());
        }
        if module.kind == ModuleKind::Namespace {
            return !module.synthetic && !self.heap.scope_ref(module.scope).open;
        }
        // What a library's hook runs into on its way, it hardly does: only a refusal in so many words is sure.
        if !module.own && self.heap.vars(module.scope).get(known::GETATTR).is_some() {
            return false;
        }
        let text = self.heap.text(name);
        let code = &module.code.code;
        let whole = module.kind == ModuleKind::Source
            && module.host.is_none()
            && !module.synthetic
            && !module.code.broken
            && module.code.problems.is_empty()
            && !self.heap.scope_ref(module.scope).open
            && !(text.starts_with("__") && text.ends_with("__"));
        if !whole || may_bind_unseen(code) || self.is_asked_elsewhere(at) {
            return false;
        }
        match module.state {
            // What comes further down in the file is not there yet.
            LoadState::Running if module.own => !unbound::is_global_somewhere(code, &text),
            _ => !self.may_bind(at, &text) && !unbound::is_global_somewhere(code, &text),
        }
    }
}
