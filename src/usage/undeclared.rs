//! What the code of a project imports that its manifest does not declare and nothing that is declared brings.
//!
//! A name is reported only where it is known whose it is: a package of npm, or a module that the table of import names
//! has. Tests, examples and folders with a manifest of their own are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::Names;
use super::own_code::OwnFile;
use super::tree::Part;
use super::{Loaded, brought, is_at_or_below, is_or_below, loaders, scripts};
use crate::artifact::{EntryId, Location};
use crate::graph::python::is_standard;
use crate::lang::python::ir::{Code, Stmt};
use crate::manifest::dependency::{Declared, Dependency, Scope};
use crate::manifest::python::{import_names, is_import_known};
use crate::platform::Language;
use crate::span::Span;
use crate::text;

/// Files that are looked into for names which stand for folders.
const MOST_SETTINGS: usize = 200;
/// Larger files are no settings.
const LARGEST: u64 = 256 << 10;

/// An import that nothing declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// What is imported: a top-level module, or a package of npm.
    pub name: Arc<str>,
    /// The first import of it.
    pub location: Location,
}

/// Which files of a project are its own work, and where projects within it begin.
struct OwnWork<'a> {
    folder: &'a str,
    inner: BTreeSet<String>,
}

impl<'a> OwnWork<'a> {
    fn of(facts: &Loaded<'_>, part: &'a Part) -> Self {
        let folder = part.folder();
        let paths = facts.artifact.entries().map(|(_, entry)| &*entry.path);
        let inner = paths.filter_map(|path| {
            let (inner, file) = path.strip_prefix(folder)?.rsplit_once('/')?;
            brought::is_manifest(file).then(|| format!("{inner}/"))
        });
        Self { folder, inner: inner.collect() }
    }

    /// Whether a file is the project's own code that runs.
    fn holds(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix(self.folder) else { return false };
        !brought::is_aside(path) && !self.inner.iter().any(|inner| path.starts_with(inner))
    }
}

/// Whether a manifest says enough of what code needs when it runs.
fn is_judged(declared: &Declared) -> bool {
    let says_runtime =
        declared.dependencies.iter().any(|dependency| dependency.scope == Scope::Runtime && !dependency.shared);
    declared.any_manifest && says_runtime && !declared.is_open && !declared.is_cut
}

/// Imports of a Python project, by its parsed files. Those inside of anything, such as `try`, are left out.
pub(super) fn of_python(
    facts: &Loaded<'_>,
    declared: &Declared,
    names: &Names,
    files: &[&(EntryId, BTreeMap<String, Span>)],
    part: &Part,
) -> Vec<Undeclared> {
    if !is_judged(declared) {
        return Vec::new();
    }
    let own = OwnWork::of(facts, part);
    let parts: BTreeSet<&str> = own_names(facts);
    let is_brought = |import: &str| {
        let is_declared = names.providers(import).next().is_some()
            || declared
                .dependencies
                .iter()
                .any(|dependency| import_names(&dependency.name).iter().any(|name| is_or_below(import, name)));
        let locked = || declared.locked.iter().flat_map(|locked| import_names(&locked.name));
        let by_extra = |dependency: &Dependency| may_come_with_an_extra(dependency, import);
        is_declared || locked().any(|name| is_or_below(import, &name)) || declared.dependencies.iter().any(by_extra)
    };
    let mut found: BTreeMap<&str, Undeclared> = BTreeMap::new();
    for (entry, imports) in files.iter().filter(|(entry, _)| own.holds(&facts.artifact.entry(*entry).path)) {
        for (import, span) in imports {
            let top = import.split('.').next().unwrap_or(import);
            if is_standard(top) || parts.contains(top) || !is_import_known(import) || is_brought(import) {
                continue;
            }
            if brought::by_any_runtime(Language::Python, top) {
                continue;
            }
            let location = Location::in_artifact(facts.artifact, *entry, Some(*span));
            found.entry(top).or_insert_with(|| Undeclared { name: top.into(), location });
        }
    }
    found.into_values().collect()
}

/// Whether an extra that is asked for may bring a module: `celery[redis]`, `boto3-stubs[sqs]`, or what the library is
/// known to use where it is there. Only its own metadata would tell.
fn may_come_with_an_extra(dependency: &Dependency, import: &str) -> bool {
    let top = import.split('.').next().unwrap_or(import).to_ascii_lowercase();
    let is_named = |extra: &String| {
        let extra = extra.to_ascii_lowercase().replace(['-', '.'], "_");
        top.contains(&extra) || extra.contains(&top)
    };
    let mut known = loaders::known(loaders::Of::Python, &dependency.name);
    dependency.extras.iter().any(is_named)
        || (!dependency.extras.is_empty()
            && known.any(|name| import_names(name).iter().any(|module| is_at_or_below(import, module))))
}

/// The imports of a file that stand at its top level and at the beginning of a line, by dotted name, without what a
/// script's own block of requirements brings.
pub(super) fn stated(code: &Code, source: &str) -> BTreeMap<String, Span> {
    let mut found = top_level(code, source.as_bytes());
    let own = scripts::brought_by_block(source);
    found.retain(|import, _| !own.iter().any(|module| is_or_below(import, module)));
    found
}

fn top_level(code: &Code, source: &[u8]) -> BTreeMap<String, Span> {
    let mut found = BTreeMap::new();
    for (stmt, span) in code.stmts.iter().zip(&code.stmt_spans) {
        let before = (span.start as usize).checked_sub(1).and_then(|at| source.get(at));
        if before.is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
            continue;
        }
        match stmt {
            Stmt::Import(aliases) => {
                for alias in aliases {
                    found.entry(code.name(alias.name).to_owned()).or_insert(*span);
                }
            }
            Stmt::ImportFrom { module: Some(from), level: 0, names } => {
                let from = code.name(*from);
                for alias in names {
                    found.entry(format!("{from}.{}", code.name(alias.name))).or_insert(*span);
                }
            }
            _ => {}
        }
    }
    found
}

/// Names of all files and folders of a project, without their extensions: an import of one of them may be of it.
pub(super) fn own_names<'a>(facts: &Loaded<'a>) -> BTreeSet<&'a str> {
    let own = facts.artifact.entries().filter(|(id, _)| facts.packages.owner(*id).is_none());
    own.flat_map(|(_, entry)| entry.path.split('/')).map(|part| part.split('.').next().unwrap_or(part)).collect()
}

/// Static imports of a Node project, by its parsed files.
pub(super) fn of_node(facts: &Loaded<'_>, declared: &Declared, files: &[&OwnFile], part: &Part) -> Vec<Undeclared> {
    if !is_judged(declared) {
        return Vec::new();
    }
    let own = OwnWork::of(facts, part);
    let (parts, settings) = (own_names(facts), settings(facts));
    let is_here = |name: &str| {
        let types = format!("@types/{}", name.trim_start_matches('@').replace('/', "__"));
        let is_declared =
            declared.dependencies.iter().any(|dependency| *dependency.name == *name || *dependency.name == *types);
        let is_installed = facts.packages.packages.iter().any(|package| *package.name == *name);
        is_declared || is_installed || declared.locked.iter().any(|locked| *locked.name == *name)
    };
    let is_alias = |name: &str| {
        let first = name.split('/').next().unwrap_or(name);
        // As a text, or as the beginning of a pattern.
        let quoted = [format!("\"{first}"), format!("'{first}"), format!("^{first}")];
        parts.contains(first) || settings.iter().any(|text| quoted.iter().any(|alias| text.contains(alias)))
    };
    let by_runtime = |name: &str| brought::by_any_runtime(Language::Node, name);
    let mut found: BTreeMap<&str, Undeclared> = BTreeMap::new();
    for file in files.iter().filter(|file| own.holds(&file.path)) {
        let Some(entry) = facts.artifact.find(&file.path) else { continue };
        for (name, span) in &file.stated {
            if is_here(name) || is_alias(name) || by_runtime(name) {
                continue;
            }
            let location = Location::in_artifact(facts.artifact, entry, Some(*span));
            found.entry(name).or_insert_with(|| Undeclared { name: name.as_str().into(), location });
        }
    }
    found.into_values().collect()
}

/// Texts of settings in which names may stand for folders, and of manifests, which name the project's own packages.
fn settings(facts: &Loaded<'_>) -> Vec<String> {
    let is_one = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        let is_settings = file.contains("config") && !path.contains("node_modules/");
        is_settings || file == "package.json" && path.contains('/') && !path.contains("node_modules/")
    };
    let files = facts.artifact.entries().filter(|(_, entry)| entry.bytes <= LARGEST && is_one(&entry.path));
    let texts = files.take(MOST_SETTINGS).filter_map(|(id, _)| facts.artifact.read(id).ok());
    texts.map(|bytes| text::lossy((*bytes).as_ref()).into_owned()).collect()
}
