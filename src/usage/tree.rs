//! Dependencies of a source tree in which no function was found: used by any file, test, script or setting of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use serde::Deserialize;

use super::evidence::Evidence as Sought;
use super::names::Names;
use super::own_code::{extension, is_run_by};
use super::{Loaded, Undeclared, is_at_or_below, is_or_below, loaders, models, node, scripts, undeclared};
use crate::artifact::EntryId;
use crate::graph::python::mentions;
use crate::graph::{Mentions, ModuleGraph};
use crate::knowledge;
use crate::lang::python::{PARSE_STACK, parse};
use crate::manifest::dependency::{Declared, Dependency, Scope};
use crate::manifest::python::{is_distribution_known, is_import_known};
use crate::package::Bundle;
use crate::platform::Language;
use crate::span::Span;
use crate::text;

knowledge::table! {
    static TREES: Words = "python/trees.toml", tested by the_words_of_trees_read;
}

/// `trees.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    skipped: Vec<String>,
    settings: Vec<String>,
    not_settings: Vec<String>,
    unnamed: Vec<String>,
}

/// Larger files, in bytes, are data.
const LARGEST: u64 = 1 << 20;
/// Most files of one kind that are read.
const MOST_FILES: usize = 10_000;

/// A project: a source tree with manifests.
#[derive(Debug)]
pub struct Tree {
    /// Its folder, as people read it.
    pub path: String,
    /// Whose manifests it has.
    pub language: Language,
    /// What these declare.
    pub declared: Declared,
    /// Which of that something uses.
    pub usage: TreeUsage,
}

/// Which declared dependencies of a project nothing was found to use, and which imports nothing declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeUsage {
    unused: BTreeSet<Arc<str>>,
    /// Imports that no manifest declares and nothing that is declared brings.
    pub undeclared: Vec<Undeclared>,
}

impl TreeUsage {
    /// Looks through all files of a tree.
    #[must_use]
    pub fn of(bundle: &Bundle, declared: &Declared, language: Language) -> Self {
        let packages = bundle.owners(language);
        let mut graph = ModuleGraph::unknown();
        let mut stated = Vec::new();
        if language == Language::Python {
            (graph.mentions, stated) = mentioned(bundle, &packages);
        }
        let (environment, artifact) = (std::collections::BTreeMap::new(), &*bundle.artifact);
        let facts = Loaded {
            language,
            environment: &environment,
            artifact,
            graph: &graph,
            packages: &packages,
            judges_development: false,
        };
        let is_judged = |dependency: &&Dependency| {
            dependency.scope == Scope::Runtime
                && !dependency.excluded
                && !dependency.pinned_transitive
                && !dependency.frozen
                && !dependency.shared
        };
        let judged = declared.dependencies.iter().filter(is_judged).map(|dependency| &dependency.name);
        match language {
            Language::Node => {
                let (usage, undeclared) = node::of_tree(&facts, declared);
                let is_unused = |name: &&Arc<str>| !usage.uses(name) && usage.elsewhere(name).is_none();
                Self { unused: judged.filter(is_unused).cloned().collect(), undeclared }
            }
            _ => {
                let names = Names::of(&facts, declared);
                let imports = &graph.mentions.imports;
                let is_imported = |dependency: &Dependency| {
                    let mut modules = names.imports(&dependency.name).iter();
                    modules.any(|module| imports.iter().any(|import| is_or_below(import, module)))
                };
                // Behind so many files there may be more, which nobody has looked into; and where none of the
                // distributions is imported, the code that needs them is elsewhere.
                if stated.len() >= MOST_FILES || !declared.dependencies.iter().any(is_imported) {
                    return Self::default();
                }
                let used = python(&facts, declared, &names);
                let undeclared = undeclared::of_python(&facts, declared, &names, &stated);
                Self { unused: judged.filter(|name| !used.contains(*name)).cloned().collect(), undeclared }
            }
        }
    }

    /// Whether nothing was found that uses a dependency.
    #[must_use]
    pub fn is_unused(&self, name: &str) -> bool {
        self.unused.contains(name)
    }
}

/// Declared distributions that the project uses, or that nothing can be said of.
fn python(facts: &Loaded<'_>, declared: &Declared, names: &Names) -> BTreeSet<Arc<str>> {
    let imports = &facts.graph.mentions.imports;
    let words = &facts.graph.mentions.words;
    let settings = settings(facts);
    let named = |dependency: &&Dependency| {
        let modules = names.imports(&dependency.name);
        let is_imported = |module: &String| imports.iter().any(|import| is_import_of(imports, import, module));
        // `"azure.storage." + name`: the beginning decides.
        let begins = |word: &str, module: &str| word.ends_with('.') && module.starts_with(word);
        let in_words = |module: &String| words.iter().any(|word| is_at_or_below(word, module) || begins(word, module));
        let in_settings = |word: &str| settings.iter().any(|text| holds(text, word));
        modules.iter().any(|module| is_imported(module) || in_words(module) || in_settings(module))
            || words.iter().any(|word| **word == *dependency.name)
            || in_settings(&dependency.name)
    };
    let is_found = |name: &str| TREES.unnamed.iter().any(|pattern| text::matches(pattern, name));
    let mut used: BTreeSet<Arc<str>> =
        declared.dependencies.iter().filter(named).map(|dependency| dependency.name.clone()).collect();
    let sought = Sought { facts, declared, names };
    used.extend(sought.asked_for(&used));
    used.extend(models::needed(facts, declared, names));
    used.extend(loaders::may_load(loaders::Of::Python, declared, &|name| used.contains(name), &|_| false));
    let found = declared.dependencies.iter().map(|dependency| &dependency.name).filter(|name| is_found(name));
    used.extend(found.cloned());
    let mut used = sought.needed_by(used);
    let hosts = declared.dependencies.iter().filter(|dependency| has_plug_in(&dependency.name, &used));
    let hosts: Vec<Arc<str>> = hosts.map(|dependency| dependency.name.clone()).collect();
    used.extend(hosts);
    // As long as an import has no known owner, a distribution with no known modules may be it.
    if imports.iter().any(|import| is_unknown(facts, names, import)) {
        let unknown = declared.dependencies.iter().filter(|dependency| !is_distribution_known(&dependency.name));
        used.extend(unknown.map(|dependency| dependency.name.clone()));
    }
    used
}

/// Whether an import may be of a module: of it, of something in it, or of what is around it and nothing more is said.
fn is_import_of(imports: &BTreeSet<Arc<str>>, import: &str, module: &str) -> bool {
    let goes_on = || {
        let below = format!("{import}.");
        imports
            .range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded))
            .next()
            .is_some_and(|next| next.starts_with(&below))
    };
    is_at_or_below(import, module) || (is_or_below(import, module) && !goes_on())
}

/// Whether something that is used is named after a distribution, as `flask-login` is after `flask`: it may be there for
/// that alone.
fn has_plug_in(name: &str, used: &BTreeSet<Arc<str>>) -> bool {
    used.iter().any(|other| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
}

/// Whether an import is of nobody known: no declared or installed distribution, no file of the project, no module of
/// the standard library.
fn is_unknown(facts: &Loaded<'_>, names: &Names, import: &str) -> bool {
    let top = import.split('.').next().unwrap_or(import);
    let is_own = |path: &str| {
        let mut parts = path.split('/');
        parts.any(|part| part == top || part.strip_suffix(".py") == Some(top) || part.split('.').next() == Some(top))
    };
    names.providers(import).next().is_none()
        && !is_import_known(import)
        && !crate::graph::python::is_standard(top)
        && !facts.artifact.entries().any(|(_, entry)| is_own(&entry.path))
}

/// Whether a text holds a word that no letter goes on.
fn holds(text: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(goes_on) && !text[at + word.len()..].starts_with(goes_on))
}

fn is_skipped(path: &str) -> bool {
    path.split('/').any(|part| TREES.skipped.iter().any(|skipped| skipped == part))
}

/// Texts that start commands or hold settings, and the tools' tables of `pyproject.toml`.
fn settings(facts: &Loaded<'_>) -> Vec<String> {
    let fits = |patterns: &[String], name: &str| patterns.iter().any(|pattern| text::matches(pattern, name));
    let own = facts.artifact.entries().filter(|(_, entry)| entry.bytes <= LARGEST && !is_skipped(&entry.path));
    let named = own.filter(|(_, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        fits(&TREES.settings, name) && !fits(&TREES.not_settings, name)
    });
    let files: Vec<EntryId> = named.map(|(id, _)| id).take(MOST_FILES).collect();
    let read = |id: EntryId| Some(text::lossy((*facts.artifact.read(id).ok()?).as_ref()).into_owned());
    let mut texts: Vec<String> = files.into_iter().filter_map(read).collect();
    let pyproject = facts.artifact.find("pyproject.toml").and_then(read);
    texts.extend(pyproject.and_then(|text| tools_of(&text)));
    texts
}

/// The tables of a `pyproject.toml` that configure tools and scripts, without what they declare.
fn tools_of(text: &str) -> Option<String> {
    let mut root: toml::Table = toml::from_str(text).ok()?;
    if let Some(toml::Value::Table(project)) = root.get_mut("project") {
        ["dependencies", "optional-dependencies"].iter().for_each(|key| drop(project.remove(*key)));
    }
    ["dependency-groups", "build-system"].iter().for_each(|key| drop(root.remove(*key)));
    if let Some(toml::Value::Table(tool)) = root.get_mut("tool") {
        for (name, keys) in [
            ("poetry", &["dependencies", "dev-dependencies", "group", "extras"][..]),
            ("pdm", &["dev-dependencies"][..]),
            ("uv", &["dev-dependencies", "sources", "constraint-dependencies", "override-dependencies"][..]),
        ] {
            if let Some(toml::Value::Table(inner)) = tool.get_mut(name) {
                keys.iter().for_each(|key| drop(inner.remove(*key)));
            }
        }
    }
    toml::to_string(&root).ok()
}

/// The imports of a file, by dotted name.
type Stated = (EntryId, BTreeMap<String, Span>);

/// What all Python files of a tree import and say.
fn mentioned(bundle: &Bundle, packages: &crate::package::owners::Packages) -> (Mentions, Vec<Stated>) {
    let artifact = &bundle.artifact;
    let own = artifact.entries().filter(|(id, entry)| {
        let is_own = packages.owner(*id).is_none() && !is_skipped(&entry.path);
        let script = || match extension(&entry.path) {
            Some(extension) => matches!(extension, "py" | "pyw"),
            None => is_run_by(artifact, *id, &["python", "pypy"]),
        };
        is_own && entry.bytes <= LARGEST && script()
    });
    let own: Vec<EntryId> = own.map(|(id, _)| id).take(MOST_FILES).collect();
    let threads = rayon::current_num_threads().max(1);
    let of_part = |part: &[EntryId]| {
        let (mut mentions, mut stated) = (Mentions::default(), Vec::new());
        for id in part {
            let Ok(bytes) = artifact.read(*id) else { continue };
            let path = &*artifact.entry(*id).path;
            let (name, is_package) = module_of(path);
            let mut of_file = Mentions::default();
            let parsed = parse((*bytes).as_ref());
            mentions::of_project(&parsed.code, &name, is_package, &mut of_file);
            // The lists of `setup.py` declare; what else it names, it imports.
            if path == "setup.py" {
                of_file.words.clear();
            }
            let text = text::lossy((*bytes).as_ref());
            of_file.imports.extend(scripts::imports_in(&text).map(Arc::from));
            stated.push((*id, undeclared::stated(&parsed.code, &text)));
            add(&mut mentions, of_file);
        }
        (mentions, stated)
    };
    let (mut all, mut all_stated) = (Mentions::default(), Vec::new());
    std::thread::scope(|scope| {
        let thread = || std::thread::Builder::new().stack_size(PARSE_STACK);
        let parts = own.chunks(own.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts.map(|part| thread().spawn_scoped(scope, move || of_part(part))).collect();
        for part in parts.into_iter().filter_map(Result::ok) {
            // Whoever asks for the project tells that it failed.
            let (part, stated) = part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all_stated.extend(stated);
            add(&mut all, part);
        }
    });
    (all, all_stated)
}

/// Adds what one part of a project says to what others say.
fn add(all: &mut Mentions, part: Mentions) {
    all.imports.extend(part.imports);
    all.urls.extend(part.urls);
    all.words.extend(part.words);
    all.keywords.extend(part.keywords);
    all.open_calls.extend(part.open_calls);
}

/// The dotted name of a file's module, and whether it is a package.
fn module_of(path: &str) -> (String, bool) {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    match stem.strip_suffix("/__init__") {
        Some(package) => (package.replace('/', "."), true),
        None => (stem.replace('/', "."), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_declares_is_no_setting() {
        let text = "[project]\nname = 'x'\ndependencies = ['spare']\n[tool.poetry.dependencies]\nspare = '1'\n[tool.mypy]\nplugins = ['used.plugin']\n";
        let tools = tools_of(text).unwrap_or_default();
        assert!(holds(&tools, "used") && !holds(&tools, "spare"), "{tools}");
    }

    #[test]
    fn files_have_the_names_of_modules() {
        assert_eq!(module_of("a/b/__init__.py"), ("a.b".to_owned(), true));
        assert_eq!(module_of("a/b.py"), ("a.b".to_owned(), false));
    }
}
