//! What an import takes from a module: its kind, and the names that it has to export.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Machine;
use super::raise::Thrown;
use super::value::ModuleIx;
use crate::artifact::EntryId;
use crate::graph::javascript::load::Format;
use crate::graph::javascript::resolve::{Loader, Resolved, absolute, folder, is_builtin};
use crate::graph::javascript::{exports, limits::LIMITS};
use crate::lang::javascript::ir::{Attributes, Export, Program, StaticImport};
use crate::lang::javascript::{SeenExports, seen_exports};
use crate::span::Span;

/// The first release that takes `with { type: "json" }` in every version that Lambda had.
const WITH_SINCE: u32 = 20;
/// The last release that takes `assert { type: "json" }`.
const ASSERT_LAST: u32 = 20;

/// What Node sees in the text of a CommonJS file that may be exported.
#[derive(Debug)]
pub(super) struct TextExports {
    names: BTreeSet<String>,
    again: Vec<Again>,
}

/// A module whose names a CommonJS file may export as well.
#[derive(Debug)]
enum Again {
    File(EntryId),
    Builtin(String),
    Other,
}

impl Machine<'_> {
    /// Checks an import against the kind of the file that it loads.
    pub(super) fn check_kind(&mut self, ix: ModuleIx, target: ModuleIx, import: &StaticImport) {
        if self.sources.source_tree {
            return;
        }
        let (json, path) = match self.loaded.get(target as usize) {
            Some(loaded) => (loaded.format == Format::Json, Arc::clone(&loaded.path)),
            None => return,
        };
        let shown = path.strip_prefix("/var/task/").unwrap_or(&path).to_owned();
        let told = |message: String, help: &str| Thrown {
            rule: "wrong-module-format",
            subject: shown.clone(),
            message,
            code: Some("ERR_IMPORT_ATTRIBUTE_MISSING"),
            help: Some(help.to_owned()),
            cure: None,
            place: None,
        };
        let fault = match import.attributes {
            Attributes::Assert(_) if self.node > ASSERT_LAST => {
                let message =
                    format!("SyntaxError: Node.js {} does not take `assert` in an import any more", self.node);
                told(message, "Write `with { type: \"json\" }`, which nodejs20.x takes too")
            }
            Attributes::None if json => {
                let message =
                    format!("TypeError: Module \"file://{path}\" needs an import attribute of \"type: json\"");
                let since = self.node >= WITH_SINCE;
                told(message, if since { "Add `with { type: \"json\" }`" } else { "Add `assert { type: \"json\" }`" })
            }
            _ => match unknown_extension(&path) {
                Some(extension) => {
                    let message = format!("TypeError: Unknown file extension \"{extension}\" for {path}");
                    told(message, "`import` loads JavaScript and JSON; read other files, or let a bundler take them in")
                }
                None => return,
            },
        };
        let place = self.place(self.site_of(ix, import.span));
        self.refuse(ix, fault, place);
    }

    /// Checks that all names which a module imports are there to be imported.
    pub(super) fn check_names(&mut self, ix: ModuleIx, program: &Arc<Program>) {
        if self.sources.source_tree || !self.sure() && self.tries == 0 {
            return;
        }
        let text = |id: u32| program.strings.get(id as usize).cloned().unwrap_or_default();
        for (at, import) in program.imports.iter().enumerate() {
            let bound = import.bindings.iter().filter_map(|(name, _)| *name);
            let handed = program.exports.iter().filter_map(|export| match export {
                Export::From { import, imported: Some(name), .. } if *import as usize == at => Some(*name),
                _ => None,
            });
            let names: Vec<Arc<str>> = bound.chain(handed).map(text).collect();
            let target = self.loaded[ix as usize].targets.get(at).copied().flatten();
            for name in names {
                self.check_name(ix, target, &text(import.request), &name, import.span);
            }
        }
    }

    fn check_name(&mut self, ix: ModuleIx, target: Option<ModuleIx>, request: &str, name: &str, span: Span) {
        let there = match target {
            Some(target) => self.may_export(target, name, &mut FxHashSet::default()),
            None => self.builtin_may_export(request, name),
        };
        if there {
            return;
        }
        let common =
            target.and_then(|target| self.loaded.get(target as usize)).is_some_and(|l| l.format != Format::Module);
        let (message, help) = match common {
            true => (
                format!(
                    "SyntaxError: Named export '{name}' not found. The requested module '{request}' is a CommonJS module"
                ),
                format!(
                    "Node finds the names of a CommonJS module by its text: import its default, and take `{name}` from that"
                ),
            ),
            false => (
                format!("SyntaxError: The requested module '{request}' does not provide an export named '{name}'"),
                format!("Import a name that `{request}` exports, or a version of it that still exports `{name}`"),
            ),
        };
        let fault = Thrown {
            rule: "missing-name",
            subject: format!("{request}.{name}"),
            message,
            code: Some("SyntaxError"),
            help: Some(help),
            cure: None,
            place: None,
        };
        let place = self.place(self.site_of(ix, span));
        self.refuse(ix, fault, place);
    }

    fn builtin_may_export(&self, request: &str, name: &str) -> bool {
        let bare = request.strip_prefix("node:").unwrap_or(request);
        name == "default" || !is_builtin(bare) || !exports::surely_lacks(bare, name, self.node)
    }

    /// Whether a module may have an export; what is not known it may.
    pub(super) fn may_export(&self, ix: ModuleIx, name: &str, seen: &mut FxHashSet<ModuleIx>) -> bool {
        let Some(loaded) = self.loaded.get(ix as usize) else { return true };
        if unknown_extension(&loaded.path).is_some() {
            return true;
        }
        if !seen.insert(ix) {
            return false;
        }
        if seen.len() > LIMITS.named_members {
            return true;
        }
        match loaded.format {
            Format::Json => return name == "default",
            Format::Addon => return true,
            Format::CommonJs => return name == "default" || self.common_may_export(ix, name),
            Format::Module => {}
        }
        let Some(program) = &loaded.program else { return true };
        let text = |id: u32| program.strings.get(id as usize).map_or("", |text| &**text);
        let own = program.exports.iter().any(|export| match export {
            Export::Local { name: public, .. } | Export::From { name: public, .. } => text(*public) == name,
            Export::Star { .. } => false,
        });
        if own || program.exports.is_empty() && loaded.unfinished {
            return true;
        }
        name != "default"
            && program.exports.iter().any(|export| match export {
                Export::Star { import } => match loaded.targets.get(*import as usize) {
                    Some(Some(target)) => self.may_export(*target, name, seen),
                    // What was not linked, or has no file here.
                    _ => program
                        .imports
                        .get(*import as usize)
                        .is_none_or(|import| self.builtin_may_export(text(import.request), name)),
                },
                _ => false,
            })
    }

    /// Whether Node may see an export in the text of a CommonJS file.
    pub(super) fn common_may_export(&self, ix: ModuleIx, name: &str) -> bool {
        let entry = self.loaded.get(ix as usize).and_then(|loaded| loaded.entry);
        entry.is_none_or(|entry| self.file_may_export(entry, name, &mut FxHashSet::default()))
    }

    fn file_may_export(&self, entry: EntryId, name: &str, seen: &mut FxHashSet<EntryId>) -> bool {
        if !seen.insert(entry) {
            // What it has, whoever asked first has found.
            return false;
        }
        let Some(text) = self.exports_in_text(entry).filter(|_| seen.len() <= LIMITS.reexports as usize) else {
            return true;
        };
        text.names.contains(name)
            || text.again.iter().any(|again| match again {
                Again::File(entry) => self.file_may_export(*entry, name, seen),
                Again::Builtin(module) => !exports::surely_lacks(module, name, self.node),
                Again::Other => true,
            })
    }

    /// What Node sees in the text of a file, which is read once.
    fn exports_in_text(&self, entry: EntryId) -> Option<Rc<TextExports>> {
        if let Some(known) = self.text_exports.borrow().get(&entry) {
            return known.clone();
        }
        let path = absolute(self.sources.artifact, entry);
        let text = self.text_of(entry).filter(|_| !path.ends_with(".json"));
        let read = text.map(|text| {
            let SeenExports { names, again } = seen_exports(&text);
            let from = folder(&path);
            let again =
                again.iter().map(|request| match self.sources.resolver.resolve(from, request, Loader::Require) {
                    Resolved::File(entry) => Again::File(entry),
                    Resolved::Builtin => Again::Builtin(request.strip_prefix("node:").unwrap_or(request).to_owned()),
                    _ => Again::Other,
                });
            Rc::new(TextExports { names, again: again.collect() })
        });
        self.text_exports.borrow_mut().insert(entry, read.clone());
        read
    }

    pub(super) fn text_of(&self, entry: crate::artifact::EntryId) -> Option<String> {
        let bytes = self.sources.artifact.read(entry).ok()?;
        Some(crate::text::lossy((*bytes).as_ref()).into_owned())
    }
}

/// The ending of a file that `import` does not load in any release, with its dot.
pub(super) fn unknown_extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    let dot = name.rfind('.').filter(|dot| *dot > 0)?;
    let extension = &name[dot..];
    let loaded = matches!(extension, ".js" | ".mjs" | ".cjs" | ".json" | ".wasm" | ".ts" | ".mts" | ".cts");
    (!loaded && extension.len() > 1).then_some(extension)
}
