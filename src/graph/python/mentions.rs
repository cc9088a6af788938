//! What loaded code names without loading it: see [`Mentions`].

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::interp::{Interp, LoadState, Mod};
use super::limits::LIMITS;
use super::sources::{absolute_name, no_code};
use super::{computed, open_loads};
use crate::artifact::{Artifact, EntryId};
use crate::graph::Mentions;
use crate::lang::python::ir::{Block, Code, Expr, Function, Stmt};
use crate::manifest::python::entry_points;
use crate::package::ByEntry;
use crate::package::owners::Packages;
use crate::span::Span;

/// What the walks of one package share: texts are the same for all.
pub(super) struct Known {
    /// Groups of entry points that installed packages have.
    groups: OnceLock<FxHashSet<String>>,
    /// Those that a module names.
    asked: ByEntry<Vec<Arc<str>>>,
    /// Whether a module names one of some packages: those that the last walk was about.
    naming: Mutex<(BTreeSet<String>, Arc<ByEntry<bool>>)>,
}

impl Known {
    /// Nothing of so many files is known.
    pub(super) fn new(files: usize) -> Self {
        Self {
            groups: OnceLock::new(),
            asked: ByEntry::new(files),
            naming: Mutex::new((BTreeSet::new(), Arc::new(ByEntry::new(files)))),
        }
    }

    fn groups_named(
        &self,
        entry: EntryId,
        code: &Code,
        groups: &FxHashSet<String>,
        longest: usize,
    ) -> Arc<Vec<Arc<str>>> {
        self.asked.get(entry, || {
            let texts = code.texts.iter().map(|text| &**text);
            texts.filter(|text| text.len() <= longest && groups.contains(*text)).map(Arc::from).collect()
        })
    }

    fn naming(&self, absent: &BTreeSet<String>, files: usize) -> Arc<ByEntry<bool>> {
        let mut naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        if naming.0 != *absent {
            *naming = (absent.clone(), Arc::new(ByEntry::new(files)));
        }
        Arc::clone(&naming.1)
    }
}

/// Collects the mentions of all loaded modules.
pub(super) fn collect(interp: &Interp<'_>) -> Mentions {
    let mut mentions = Mentions::default();
    let loaded = || interp.mods.iter().filter(|module| module.state != LoadState::Failed && module.entry.is_some());
    let mut named: FxHashSet<&str> = FxHashSet::default();
    for module in loaded().filter(|module| module.own) {
        own(&module.code.code, &interp.heap.text(module.name), module.is_package, &mut mentions);
        named.extend(module.code.code.names.iter().map(|name| &**name));
        open_loads::note(&module.code.code, &mut mentions.open_loads);
    }
    if interp.dynamic.own {
        mentions.open_loads.insert("import_module".into());
    }
    open_loads::complete(&mut mentions);
    let configured = interp.configured.iter().filter_map(|at| interp.mods.get(at.0 as usize));
    for module in configured.filter(|module| module.own && module.state != LoadState::Failed) {
        let words = module
            .code
            .code
            .texts
            .iter()
            .filter(|text| text.len() <= LIMITS.mention_bytes && text.chars().all(is_in_word));
        let roots = words.filter_map(|word| word.split('.').next()).filter(|root| !root.is_empty());
        mentions.settings.extend(roots.map(Arc::from));
    }
    let absent = not_loaded(interp, loaded());
    let known = interp.sources.mentioned();
    let groups = known.groups.get_or_init(|| entry_point_groups(interp.input.artifact, interp.input.packages));
    let naming = known.naming(&absent, interp.input.artifact.entries().len());
    // Most texts are longer than any name of a group.
    let longest = groups.iter().map(String::len).max().unwrap_or_default();
    // What has not run, or has no source, says nothing.
    let read = loaded().filter(|module| !std::ptr::eq(module.code, no_code()));
    let codes: Vec<(EntryId, &Code, bool)> =
        read.filter_map(|module| Some((module.entry?, &module.code.code, module.own))).collect();
    // What is loaded anyway may be loaded by any name.
    if !absent.is_empty() {
        computed::note(&codes, interp.input.packages, &mut mentions);
    }
    let parts = codes.par_iter().fold(Mentions::default, |mut mentions, (entry, code, is_own)| {
        mentions.groups.extend(known.groups_named(*entry, code, groups, longest).iter().cloned());
        let mut texts = code.names.iter().chain(&code.texts);
        let mentions_any = || texts.any(|text| names_one(text, &absent).next().is_some());
        let is_library = !is_own && !absent.is_empty() && code.names.iter().any(|name| named.contains(&**name));
        if is_library && *naming.get(*entry, mentions_any) {
            library(code, &named, &absent, &mut mentions);
        }
        mentions
    });
    for part in parts.collect::<Vec<_>>() {
        mentions.groups.extend(part.groups);
        mentions.optional.extend(part.optional);
        mentions.documented.extend(part.documented);
    }
    mentions
}

/// Imports, texts and keywords of a module of a project in which nothing is simulated: what only type checkers and
/// scripts run counts too.
pub(crate) fn of_project(code: &Code, name: &str, is_package: bool, mentions: &mut Mentions) {
    mentioned(code, (name, is_package), &[], mentions);
}

/// Imports, texts and keywords of a module of the function itself.
fn own(code: &Code, name: &str, is_package: bool, mentions: &mut Mentions) {
    mentioned(code, (name, is_package), &not_run(code), mentions);
}

fn mentioned(code: &Code, (name, is_package): (&str, bool), skipped: &[Span], mentions: &mut Mentions) {
    for (stmt, span) in code.stmts.iter().zip(&code.stmt_spans) {
        if skipped.iter().any(|around| around.holds(*span)) {
            continue;
        }
        match stmt {
            Stmt::Import(aliases) => {
                mentions.imports.extend(aliases.iter().map(|alias| Arc::from(code.name(alias.name))));
            }
            Stmt::ImportFrom { module: from, level, names } => {
                let from = from.map_or("", |from| code.name(from));
                let Some(base) = absolute_name(name, is_package, *level, from) else { continue };
                mentions
                    .imports
                    .extend(names.iter().map(|alias| Arc::from(format!("{base}.{}", code.name(alias.name)))));
                mentions.imports.insert(base.into());
            }
            _ => {}
        }
    }
    for text in code.texts.iter().filter(|text| text.len() <= LIMITS.mention_bytes) {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        if scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_scheme) {
            mentions.urls.insert((&**text).into());
        } else if !text.is_empty() && text.chars().all(is_in_word) && !mentions.words.contains(&**text) {
            mentions.words.insert((&**text).into());
        }
    }
    for expr in &code.exprs {
        let Expr::Call(function, arguments) = *expr else { continue };
        let first = code.calls.get(arguments as usize).and_then(|call| code.list(call.positional).first());
        if first.is_some_and(|first| !matches!(code.expr(*first), Expr::Text(_)))
            && let Expr::Name(name) | Expr::Attribute(_, name) = code.expr(function)
            && !mentions.open_calls.contains(code.name(name))
        {
            mentions.open_calls.insert(code.name(name).into());
        }
    }
    for name in code.calls.iter().flat_map(|call| &call.keywords).filter_map(|(name, _)| *name) {
        if !mentions.keywords.contains(code.name(name)) {
            mentions.keywords.insert(code.name(name).into());
        }
    }
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn is_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')
}

/// Blocks that run for type checkers or as a script only.
fn not_run(code: &Code) -> Vec<Span> {
    let mut blocks: Vec<Span> = Vec::new();
    for stmt in &code.stmts {
        let Stmt::If(tests, _) = stmt else { continue };
        let Some((test, block)) = tests.first() else { continue };
        let skipped = match code.expr(*test) {
            Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == "TYPE_CHECKING",
            Expr::Compare(at) => code.compares.get(at as usize).is_some_and(
                |compare| matches!(code.expr(compare.left), Expr::Name(name) if code.name(name) == "__name__"),
            ),
            Expr::Bool(value) => !value,
            _ => false,
        };
        blocks.extend(span_of(code, *block).filter(|_| skipped));
    }
    blocks
}

fn span_of(code: &Code, block: Block) -> Option<Span> {
    let ids = code.block(block);
    Some(Span::new(code.stmt_span(*ids.first()?).start, code.stmt_span(*ids.last()?).end))
}

/// Top-level names of installed packages of which no module is loaded.
fn not_loaded<'a>(interp: &Interp<'_>, loaded: impl Iterator<Item = &'a Mod<'a>>) -> BTreeSet<String> {
    let packages = interp.input.packages;
    let reached: FxHashSet<_> = loaded.filter_map(|module| packages.owner(module.entry?)).collect();
    let mut names = BTreeSet::new();
    for (id, _) in packages.with_ids().filter(|(id, _)| !reached.contains(id)) {
        let tops = packages.top_modules(interp.input.artifact, id);
        names.extend(tops.iter().filter_map(|name| name.split('.').next()).map(str::to_owned));
    }
    names
}

fn entry_point_groups(artifact: &Artifact, packages: &Packages) -> FxHashSet<String> {
    let lists = packages.packages.iter().flat_map(|package| &package.entries);
    let lists = lists.filter(|id| artifact.entry(**id).path.ends_with(".dist-info/entry_points.txt"));
    let texts = lists
        .filter(|id| artifact.entry(**id).bytes <= LIMITS.entry_points_bytes)
        .filter_map(|id| artifact.read(*id).ok());
    let mut groups = FxHashSet::default();
    for text in texts {
        let text = crate::text::lossy((*text).as_ref()).into_owned();
        groups.extend(entry_points(&text).into_iter().map(|entry| entry.group));
    }
    groups
}

/// What the functions of a package that own code names import or name themselves, one call deep.
fn library(code: &Code, named: &FxHashSet<&str>, absent: &BTreeSet<String>, mentions: &mut Mentions) {
    let mut asked: Vec<Span> = Vec::new();
    let is_named = |name: &str| named.contains(name);
    asked.extend(code.functions.iter().filter(|f| is_function(code, f) && is_named(code.name(f.name))).map(|f| f.span));
    for class in code.classes.iter().filter(|class| is_named(code.name(class.name))) {
        let Some(body) = span_of(code, class.body) else { continue };
        // What happens to an instance without being called by name.
        let methods = code.functions.iter().filter(|f| body.holds(f.span) && code.name(f.name).starts_with("__"));
        asked.extend(methods.map(|f| f.span));
    }
    let called: FxHashSet<_> = code
        .exprs
        .iter()
        .zip(&code.expr_spans)
        .filter(|(_, span)| asked.iter().any(|around| around.holds(**span)))
        .filter_map(|(expr, _)| if let Expr::Name(name) = expr { Some(*name) } else { None })
        .collect();
    asked.extend(code.functions.iter().filter(|f| is_function(code, f) && called.contains(&f.name)).map(|f| f.span));
    let inside = |span: Span| asked.iter().any(|around| around.holds(span));
    for (stmt, span) in code.stmts.iter().zip(&code.stmt_spans) {
        let names: Vec<&str> = match stmt {
            Stmt::Import(aliases) => aliases.iter().map(|alias| code.name(alias.name)).collect(),
            Stmt::ImportFrom { module: Some(module), level: 0, .. } => vec![code.name(*module)],
            _ => continue,
        };
        let tops = names.iter().filter_map(|name| name.split('.').next()).filter(|top| absent.contains(*top));
        mentions.optional.extend(tops.filter(|_| inside(*span)).map(Arc::from));
    }
    for (expr, span) in code.exprs.iter().zip(&code.expr_spans) {
        if let Expr::Text(text) = expr
            && inside(*span)
        {
            mentions.documented.extend(names_one(code.text(*text), absent).map(Arc::from));
        }
    }
}

/// Functions that calls reach by name; common short names would be reached by accident.
fn is_function(code: &Code, function: &Function) -> bool {
    function.value.is_none() && code.name(function.name).len() > 3
}

/// The names of a set that stand as words in a text.
fn names_one<'a>(text: &'a str, names: &'a BTreeSet<String>) -> impl Iterator<Item = &'a str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(move |word| !word.is_empty() && names.contains(*word))
}
