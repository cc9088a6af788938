//! What the code of a project imports that its manifest does not declare and nothing that is declared brings.
//!
//! A name is reported only where it is known whose it is: a package of npm, or a module that the table of import names
//! has. Tests, examples and folders with a manifest of their own are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::evidence::Evidence as Sought;
use super::names::Names;
use super::node::aliases;
use super::own_code::OwnFile;
use super::tree::Part;
use super::{Loaded, brought, is_at_or_below, is_or_below, loaders, scripts, tools};
use crate::artifact::{EntryId, Location};
use crate::graph::python::is_standard;
use crate::lang::python::ir::{Code, Stmt};
use crate::manifest::dependency::{Declared, Dependency, Scope};
use crate::manifest::node::json;
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
    /// The first import of it, or the manifest whose script runs a command of it.
    pub location: Location,
    /// That command.
    pub command: Option<Arc<str>>,
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
        !brought::is_aside(path) && !brought::is_copied(path) && !self.inner.iter().any(|inner| path.starts_with(inner))
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
        let by_extra = |dependency: &Dependency| {
            may_come_with_an_extra(dependency, import) || is_locked_with_an_extra(declared, dependency, import)
        };
        is_declared || declared.dependencies.iter().any(by_extra)
    };
    let granted = Sought { facts, declared, names }.granted();
    let is_others = |name: &Arc<str>| {
        let is_declared = declared.dependencies.iter().any(|dependency| dependency.name == *name);
        !is_declared && !granted.contains(name) && !INSTALLERS.contains(&&**name)
    };
    // All that has it is here for another's sake.
    let is_only_here = |import: &str| {
        let mut providers = names.providers(import).peekable();
        providers.peek().is_some() && providers.all(is_others)
    };
    let mut found: BTreeMap<&str, Undeclared> = BTreeMap::new();
    for (entry, imports) in files.iter().filter(|(entry, _)| own.holds(&facts.artifact.entry(*entry).path)) {
        for (import, span) in imports {
            let top = import.split('.').next().unwrap_or(import);
            let is_missing = || is_import_known(import) && !is_brought(import);
            if is_standard(top) || parts.contains(top) || !(is_only_here(import) || is_missing()) {
                continue;
            }
            if brought::by_any_runtime(Language::Python, top) {
                continue;
            }
            let location = Location::in_artifact(facts.artifact, *entry, Some(*span));
            found.entry(top).or_insert_with(|| Undeclared { name: top.into(), location, command: None });
        }
    }
    found.into_values().collect()
}

/// Imports, by modules of a Python project's own packages, of distributions that are declared for development alone and
/// that nothing else brings.
pub(super) fn only_for_development(
    facts: &Loaded<'_>,
    declared: &Declared,
    names: &Names,
    files: &[&(EntryId, BTreeMap<String, Span>)],
    part: &Part,
) -> Vec<Undeclared> {
    if !is_judged(declared) {
        return Vec::new();
    }
    let of = |is_development: bool| -> BTreeSet<Arc<str>> {
        let fits = |dependency: &&Dependency| (dependency.scope == Scope::Development) == is_development;
        declared.dependencies.iter().filter(fits).map(|dependency| dependency.name.clone()).collect()
    };
    let (development, others) = (of(true), of(false));
    let brought = Sought { facts, declared, names }.needed_by(others.clone());
    let is_missing =
        |name: &Arc<str>| development.contains(name) && !others.contains(name) && !brought.contains_key(name);
    let is_installer = |name: &Arc<str>| INSTALLERS.contains(&&**name);
    let own = OwnWork::of(facts, part);
    let is_module = |path: &str| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_package = !folder.is_empty() && facts.artifact.find(&format!("{folder}/__init__.py")).is_some();
        is_package && own.holds(path) && !path.split('/').any(|part| ASIDE.iter().any(|word| part.contains(word)))
    };
    let parts = own_names(facts);
    let mut found: BTreeMap<Arc<str>, Undeclared> = BTreeMap::new();
    for (entry, imports) in files.iter().filter(|(entry, _)| is_module(&facts.artifact.entry(*entry).path)) {
        for (import, span) in imports {
            let top = import.split('.').next().unwrap_or(import);
            let mut providers = names.providers(import).peekable();
            let Some(first) = providers.peek().map(|name| Arc::clone(name)) else { continue };
            if is_standard(top) || parts.contains(top) || is_installer(&first) || !providers.all(is_missing) {
                continue;
            }
            let location = Location::in_artifact(facts.artifact, *entry, Some(*span));
            found.entry(first.clone()).or_insert_with(|| Undeclared { name: first, location, command: None });
        }
    }
    found.into_values().collect()
}

/// Words in the names of modules that are for tests and for building, wherever they lie.
const ASIDE: [&str; 9] = ["test", "fixture", "conftest", "factories", "plugin", "script", "tool", "task", "build"];

/// What environments are made with.
const INSTALLERS: [&str; 4] = ["pip", "setuptools", "wheel", "distribute"];

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

/// Whether a lock file says that an extra of a dependency, of which some are asked for, brings a module.
fn is_locked_with_an_extra(declared: &Declared, dependency: &Dependency, import: &str) -> bool {
    let mut locked = declared.locked.iter().filter(|locked| locked.name == dependency.name);
    let brings = |name: &Arc<str>| import_names(name).iter().any(|module| is_or_below(import, module));
    !dependency.extras.is_empty() && locked.any(|locked| locked.optional.iter().any(brings))
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

/// Static imports of a Node project, by its parsed files: those that nothing brings, and those that are here only because
/// something else brings them.
///
/// `aliases` are the names that settings in JSON give to something else than packages.
pub(super) fn of_node(
    facts: &Loaded<'_>,
    declared: &Declared,
    (files, mut aliases): (&[&OwnFile], BTreeSet<String>),
    part: &Part,
) -> Vec<Undeclared> {
    if !is_judged(declared) {
        return Vec::new();
    }
    aliases.extend(files.iter().flat_map(|file| &file.aliases).cloned());
    let own = OwnWork::of(facts, part);
    let (parts, members) = (own_names(facts), members(facts));
    let is_open = files.iter().any(|file| file.has_open_aliases);
    let settings = if is_open { settings(facts) } else { Vec::new() };
    let is_declared = |name: &str| declared.dependencies.iter().any(|dependency| *dependency.name == *name);
    let is_installed = |name: &str| facts.packages.packages.iter().any(|package| *package.name == *name);
    // A bundler takes from what a framework brings what it wants, and the framework says so to nobody.
    let is_bundled = declared.dependencies.iter().any(|dependency| tools::is_bundler(&dependency.name));
    let is_here = |name: &str| {
        let types = format!("@types/{}", name.trim_start_matches('@').replace('/', "__"));
        let is_typed = is_declared(&types) || is_installed(&types) && !is_installed(name);
        let is_brought = || is_installed(name) || declared.locked.iter().any(|locked| *locked.name == *name);
        is_declared(name) || is_typed || is_bundled && is_brought()
    };
    let is_alias = |name: &str| {
        let first = name.split('/').next().unwrap_or(name);
        // As a text, or as the beginning of a pattern.
        let quoted = [format!("\"{first}"), format!("'{first}"), format!("^{first}")];
        let is_set = || settings.iter().any(|text| quoted.iter().any(|alias| text.contains(alias)));
        parts.contains(first) || members.contains(name) || aliases::stand_for(&aliases, name) || is_set()
    };
    let has_file = |name: &str| facts.artifact.entries().any(|(_, entry)| is_called(&entry.path, name));
    let is_given = |name: &str| {
        // A name that npm does not let anybody publish is put in by a tool.
        name.starts_with('_')
            || brought::by_any_runtime(Language::Node, name)
            || aliases::is_given(declared, &has_file, name)
    };
    // What is here may be described by the project, what is not, it makes itself.
    let is_known = |name: &str| is_installed(name) || declared.locked.iter().any(|locked| *locked.name == *name);
    let is_own_module = |name: &str| !is_known(name) && files.iter().any(|file| file.declares.contains(name));
    // A package may ask for itself by its own name.
    let manifest = facts.artifact.find(&format!("{}package.json", part.folder()));
    let manifest = manifest.and_then(|entry| json(facts.artifact, entry));
    let is_own = |name: &str| {
        let own = manifest.as_ref().and_then(|manifest| manifest.get("name")).and_then(serde_json::Value::as_str);
        own == Some(name)
    };
    let mut found: BTreeMap<&str, Undeclared> = BTreeMap::new();
    for file in files.iter().filter(|file| own.holds(&file.path)) {
        let Some(entry) = facts.artifact.find(&file.path) else { continue };
        for (name, span) in &file.stated {
            if is_here(name) || is_alias(name) || is_given(name) || is_own(name) || is_own_module(name) {
                continue;
            }
            let location = Location::in_artifact(facts.artifact, entry, Some(*span));
            found.entry(name).or_insert_with(|| Undeclared { name: name.as_str().into(), location, command: None });
        }
    }
    found.into_values().collect()
}

/// Commands that whoever runs a script of a manifest has: Node's, and those of what runs scripts.
const BROUGHT: [&str; 9] = ["node", "npm", "npx", "corepack", "yarn", "yarnpkg", "pnpm", "pnpx", "bun"];

fn is_called(path: &str, name: &str) -> bool {
    path.rsplit('/').next() == Some(name)
}

/// Commands that scripts of a part's manifest run, of packages that are here only because something else brings them.
/// `owners` has what is installed by its commands.
pub(super) fn of_scripts(
    facts: &Loaded<'_>,
    declared: &Declared,
    owners: &BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    part: &Part,
) -> Vec<Undeclared> {
    let Some(entry) = facts.artifact.find(&format!("{}package.json", part.folder())) else { return Vec::new() };
    let Some(manifest) = json(facts.artifact, entry) else { return Vec::new() };
    let scripts = manifest.get("scripts").and_then(serde_json::Value::as_object);
    let scripts: Vec<&str> =
        scripts.into_iter().flat_map(|scripts| scripts.values()).filter_map(serde_json::Value::as_str).collect();
    let is_declared = |name: &Arc<str>| declared.dependencies.iter().any(|dependency| dependency.name == *name);
    let own = manifest.get("name").and_then(serde_json::Value::as_str);
    let is_others = |(_, owners): &(&Arc<str>, &BTreeSet<Arc<str>>)| {
        !owners.iter().any(|owner| is_declared(owner) || own == Some(&**owner))
    };
    let is_run = |command: &str| !BROUGHT.contains(&command) && scripts.iter().any(|script| is_first(script, command));
    let found = owners.iter().filter(is_others).filter(|(command, _)| is_run(command));
    let mut found: Vec<Undeclared> = found
        .filter_map(|(command, owners)| {
            let location = Location::in_artifact(facts.artifact, entry, None);
            Some(Undeclared { name: owners.first()?.clone(), location, command: Some(command.clone()) })
        })
        .collect();
    found.dedup_by(|one, other| one.name == other.name);
    found
}

/// Whether a script, or a part of one, begins with a command, behind variables that it sets.
fn is_first(script: &str, command: &str) -> bool {
    let parts = script.split(['&', '|', ';', '(', ')']);
    let words = |part: &str| part.split_whitespace().find(|word| !word.contains('=')).map(str::to_owned);
    parts.filter_map(words).any(|word| word == command)
}

/// The names that manifests within a project have: its own packages.
fn members(facts: &Loaded<'_>) -> BTreeSet<String> {
    let is_one = |path: &str| path.ends_with("/package.json") && !path.contains("node_modules/");
    let manifests = facts.artifact.entries().filter(|(_, entry)| entry.bytes <= LARGEST && is_one(&entry.path));
    let names = manifests.filter_map(|(id, _)| Some(json(facts.artifact, id)?.get("name")?.as_str()?.to_owned()));
    names.collect()
}

/// Texts of settings, in which names may stand for folders.
fn settings(facts: &Loaded<'_>) -> Vec<String> {
    let is_one = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.contains("config") && !path.contains("node_modules/")
    };
    let files = facts.artifact.entries().filter(|(_, entry)| entry.bytes <= LARGEST && is_one(&entry.path));
    let texts = files.take(MOST_SETTINGS).filter_map(|(id, _)| facts.artifact.read(id).ok());
    texts.map(|bytes| text::lossy((*bytes).as_ref()).into_owned()).collect()
}
