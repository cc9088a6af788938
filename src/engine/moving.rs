//! Changes that make imports lazy: from the top of own modules into the functions that use them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::FunctionFacts;
use crate::artifact::EntryId;
use crate::finding::{Edit, FileEdits, Fix, FixLevel};
use crate::graph::{HandlerResolution, ImportSite, ModuleId, ModuleKind, Phase};
use crate::knowledge;
use crate::lang::javascript::{Dialect, ParseMode, hoisting as node_hoisting, ir as javascript, moving as node};
use crate::lang::moving::{Moved, Refusal};
use crate::lang::python::{hoisting as python_hoisting, ir, moving as python};
use crate::program;
use crate::span::{LineIndex, Span};
use crate::split::Loaded;

/// Functions that a description names.
const NAMED: usize = 3;

/// What tools write.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Folders for what they make of the sources.
    folders: Vec<String>,
    /// What they leave in JavaScript.
    marks: Vec<String>,
}

knowledge::table! {
    static WRITTEN: Written = "program/written.toml", tested by the_marks_of_tools_read;
}

impl FunctionFacts {
    /// The change that moves all imports of something by own code during Init into the functions that use them;
    /// nothing where no file of a person's can be changed. Code at `crossroads` runs for requests that do without: in
    /// a function that holds one, only a branch imports.
    ///
    /// # Errors
    /// The reason why they cannot move, as the end of a sentence.
    #[must_use]
    pub fn moved(&self, loads: Loaded, crossroads: &[(ModuleId, Span)]) -> Option<Result<Fix, String>> {
        if let Loaded::File(_) = loads {
            return None;
        }
        let imports = self.graph.imports.iter().filter(|import| import.phase == Phase::Init);
        let sites = imports.filter(|import| match loads {
            Loaded::Package(package) => self.package_of(import.target) == Some(package),
            Loaded::Module(id) => import.target == id,
            Loaded::File(_) => false,
        });
        let own = sites.map(|import| import.site).filter(|site| self.package_of(site.importer).is_none());
        let sites: BTreeSet<ImportSite> = own.collect();
        let refused = self.has_effects(loads);
        Some(match refused {
            Some(why) => Err(why),
            None => self.moved_imports(&sites.into_iter().collect::<Vec<_>>(), loads, crossroads)?,
        })
    }

    /// The change that moves the imports at some places, which load the same thing; see [`Self::moved`].
    ///
    /// # Errors
    /// The reason why they cannot move, as the end of a sentence.
    #[must_use]
    pub fn moved_imports(
        &self,
        sites: &[ImportSite],
        loads: Loaded,
        crossroads: &[(ModuleId, Span)],
    ) -> Option<Result<Fix, String>> {
        let mut by_file: BTreeMap<EntryId, Vec<ImportSite>> = BTreeMap::new();
        for site in sites {
            let module = self.graph.module(site.importer);
            let entry = module.entry.filter(|_| module.kind == ModuleKind::Source)?;
            by_file.entry(entry).or_default().push(*site);
        }
        let mut files = Vec::new();
        for (entry, sites) in by_file {
            let text = self.source(entry)?;
            let here = crossroads.iter().filter(|(module, _)| self.graph.module(*module).entry == Some(entry));
            let here: Vec<u32> = here.map(|(_, span)| span.start).collect();
            match self.moved_in((entry, &text), &sites, loads, &here) {
                Ok(moved) => files.push((self.locate(entry, None).path, moved)),
                Err(refusal) => return Some(Err(self.said(entry, &text, &refusal))),
            }
        }
        let (path, first) = files.first()?;
        let edits = |moved: &Moved| {
            let edits = moved.edits.iter();
            edits.map(|(span, replacement)| Edit { span: *span, replacement: replacement.clone() }).collect()
        };
        let also = files.iter().skip(1).map(|(path, moved)| FileEdits { path: path.clone(), edits: edits(moved) });
        Some(Ok(Fix {
            description: described(&files),
            level: FixLevel::Unsafe,
            path: path.clone(),
            edits: edits(first),
            also: also.collect(),
            moves: files.iter().flat_map(|(_, moved)| moved.names.iter().cloned()).collect(),
        }))
    }

    /// The change that makes a value once which code makes for every request; nothing where no file of a person's can be
    /// changed.
    ///
    /// # Errors
    /// The reason why it cannot be made once, as the end of a sentence.
    #[must_use]
    pub fn made_once(&self, module: ModuleId, span: Span) -> Option<Result<Fix, String>> {
        let own = self.graph.module(module);
        let entry = own.entry.filter(|_| own.kind == ModuleKind::Source && self.package_of(module).is_none())?;
        let text = self.source(entry)?;
        let path = &*self.artifact.entry(entry).path;
        let is_handler = matches!(self.graph.handler, HandlerResolution::Found { module: at, .. } if at == module);
        let handler = self.spec.start().rsplit('.').next().filter(|_| is_handler).unwrap_or_default();
        let version = self.spec.runtime.version();
        let hoisted = match path.ends_with(".py") {
            true => deep(|| python_hoisting::hoist(&text, span.start, handler, version)),
            false => deep(|| node_hoisting::hoist(&text, path, span.start, handler)),
        };
        Some(match hoisted {
            Err(refusal) => Err(self.said(entry, &text, &refusal)),
            Ok(moved) => {
                let made = moved.statements.first().map(String::as_str).unwrap_or_default();
                let into = moved.into.first().map(String::as_str).unwrap_or_default();
                let description = match made.starts_with('@') {
                    true => format!("put `{made}` on {into}, so that it is made once"),
                    false => format!("move `{made}` to {into}, so that it is made once"),
                };
                let edits = moved.edits.into_iter().map(|(span, replacement)| Edit { span, replacement });
                let path = self.locate(entry, None).path;
                Ok(Fix {
                    description,
                    level: FixLevel::Unsafe,
                    path,
                    edits: edits.collect(),
                    also: Vec::new(),
                    moves: Vec::new(),
                })
            }
        })
    }

    /// The change that puts lines above all imports of the handler module; nothing where no file of a person's can be
    /// changed.
    #[must_use]
    pub fn put_first(&self, lines: &str, description: String) -> Option<Fix> {
        let HandlerResolution::Found { module, .. } = self.graph.handler else { return None };
        let own = self.graph.module(module);
        let entry = own.entry.filter(|_| own.kind == ModuleKind::Source && self.package_of(module).is_none())?;
        let text = self.source(entry).filter(|_| self.artifact.entry(entry).path.ends_with(".py"))?;
        let at = deep(|| python::before_imports(&text)).ok()?;
        let end = crate::lang::moving::line_end(&text);
        let replacement = lines.lines().map(|line| format!("{line}{end}")).collect::<String>() + end;
        let edits = vec![Edit { span: Span::new(at, at), replacement }];
        let path = self.locate(entry, None).path;
        Some(Fix { description, level: FixLevel::Unsafe, path, edits, also: Vec::new(), moves: Vec::new() })
    }

    /// The text of an own file that a person keeps.
    fn source(&self, entry: EntryId) -> Option<String> {
        let location = self.locate(entry, None);
        let is_file = self.artifact.is_tree() && location.inner_path.is_none();
        let lies_in = |folder: &String| {
            location.path.starts_with(folder.as_str()) || location.path.contains(&format!("/{folder}"))
        };
        let is_built = WRITTEN.folders.iter().any(lies_in);
        if !is_file || is_built {
            return None;
        }
        let bytes = self.artifact.read(entry).ok()?;
        let text = std::str::from_utf8((*bytes).as_ref()).ok()?;
        let is_generated =
            !location.path.ends_with(".py") && WRITTEN.marks.iter().any(|mark| text.contains(mark.as_str()));
        (!is_generated).then(|| text.to_owned())
    }

    fn moved_in(
        &self,
        (entry, text): (EntryId, &str),
        sites: &[ImportSite],
        loads: Loaded,
        crossroads: &[u32],
    ) -> Result<Moved, Refusal> {
        let path = &*self.artifact.entry(entry).path;
        if !path.ends_with(".py") {
            let spans: Vec<Span> = sites.iter().map(|site| site.span).collect();
            let moved = deep(|| node::move_imports(text, path, &spans, crossroads))?;
            return match self.rewired(entry, &moved.names) {
                Some(why) => Err(Refusal::new(why)),
                None => Ok(moved),
            };
        }
        let asked = sites.iter().map(|site| python::Asked {
            span: site.span,
            modules: self.targets(*site, loads),
            whole: matches!(loads, Loaded::Package(_)),
        });
        let asked: Vec<python::Asked> = asked.collect();
        let moved = deep(|| python::move_imports(text, &asked, crossroads))?;
        match self.taken_from(entry, &moved.names) {
            Some(why) => Err(Refusal::new(why)),
            None => Ok(moved),
        }
    }

    /// Names of the modules that an import loads, of those it is about.
    fn targets(&self, site: ImportSite, loads: Loaded) -> Vec<String> {
        let here = self.graph.imports.iter().filter(|import| import.site == site);
        let meant = here.filter(|import| match loads {
            Loaded::Package(package) => self.package_of(import.target) == Some(package),
            Loaded::Module(id) => import.target == id,
            Loaded::File(_) => false,
        });
        meant.map(|import| self.graph.module(import.target).name.to_string()).collect()
    }

    /// What loading an own module does beyond defining names, if it does anything.
    fn has_effects(&self, loads: Loaded) -> Option<String> {
        let Loaded::Module(id) = loads else { return None };
        let entry = self.graph.module(id).entry?;
        let bytes = self.artifact.read(entry).ok()?;
        let path = &*self.artifact.entry(entry).path;
        let acts = deep(|| Ok(acts_when_loaded(path, (*bytes).as_ref()))).unwrap_or(true);
        acts.then(|| format!("loading {path} does more than define names"))
    }

    /// A refusal with its place.
    fn said(&self, entry: EntryId, text: &str, refusal: &Refusal) -> String {
        let path = self.locate(entry, None).path;
        match refusal.at {
            Some(at) => format!("{} ({path}:{})", refusal.why, LineIndex::new(text).position(text, at).line),
            None => format!("{} ({path})", refusal.why),
        }
    }
}

/// Whether the top level of a file calls or awaits something for itself.
fn acts_when_loaded(path: &str, bytes: &[u8]) -> bool {
    if path.ends_with(".py") {
        let code = crate::lang::python::parse(bytes).code;
        return code.block(code.body).iter().any(|stmt| {
            let Some(ir::Stmt::Expr(value)) = code.stmts.get(stmt.0 as usize) else { return false };
            matches!(code.expr(*value), ir::Expr::Call(..) | ir::Expr::Await(_))
        });
    }
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let typescript = matches!(extension, "ts" | "tsx" | "mts" | "cts");
    let mode = ParseMode { typescript, jsx: extension.ends_with('x'), ..ParseMode::javascript(Dialect::Module) };
    let Ok(program) = crate::lang::javascript::parse(&String::from_utf8_lossy(bytes), mode) else { return true };
    program.functions.first().is_some_and(|module| {
        module.body.iter().any(|stmt| {
            let stmt = program.stmts.get(*stmt as usize).map(|stmt| &stmt.kind);
            let Some(javascript::StmtKind::Expr(value)) = stmt else { return false };
            let value = program.exprs.get(*value as usize).map(|value| &value.kind);
            matches!(value, Some(javascript::ExprKind::Call(..) | javascript::ExprKind::Await(_)))
        })
    })
}

/// Parsers recurse: on a thread with room for the deepest code that they accept.
pub(super) fn deep<T: Send>(work: impl FnOnce() -> Result<T, Refusal> + Send) -> Result<T, Refusal> {
    std::thread::scope(|scope| match program::thread().spawn_scoped(scope, work) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        Err(error) => Err(Refusal::new(format!("a thread did not start: {error}"))),
    })
}

/// What moves where, for people.
fn described(files: &[(String, Moved)]) -> String {
    let mut statements: Vec<&str> = Vec::new();
    let mut into: Vec<&str> = Vec::new();
    for (_, moved) in files {
        for statement in &moved.statements {
            if !statements.contains(&statement.as_str()) {
                statements.push(statement);
            }
        }
        into.extend(moved.into.iter().map(String::as_str));
    }
    let what = statements.first().map_or_else(String::new, |first| {
        let first: String = first.split_whitespace().collect::<Vec<_>>().join(" ");
        let more = statements.len() - 1;
        if more > 0 { format!("`{first}` and {more} more") } else { format!("`{first}`") }
    });
    let shown: Vec<&str> = into.iter().take(NAMED).copied().collect();
    let rest = into.len().saturating_sub(NAMED);
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("move {what} into {}{rest}; what its load does then happens there", shown.join(", "))
}
