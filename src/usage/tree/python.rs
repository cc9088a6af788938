//! What Python files, settings and commands of a tree say of its distributions.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;

use super::super::evidence::Evidence as Sought;
use super::super::names::Names;
use super::super::need::{self, Need, Needs};
use super::super::own_code::{SHELLS, extension, is_run_by};
use super::super::{
    Loaded, Undeclared, commands, development, is_at_or_below, is_or_below, loaders, models, scripts, undeclared,
    wanted,
};
use super::part::Part;
use crate::artifact::{Artifact, EntryId};
use crate::graph::Mentions;
use crate::graph::python::{is_always_standard, is_standard, mentions};
use crate::knowledge;
use crate::lang::python::{PARSE_STACK, parse};
use crate::manifest::dependency::{Declared, Dependency};
use crate::manifest::python::{is_distribution_known, is_import_known};
use crate::package::Bundle;
use crate::package::owners::Packages;
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
    implied: Vec<Implied>,
}

/// Distributions that files of some kind need.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Implied {
    packages: Vec<String>,
    files: Vec<String>,
}

/// How the names of packages end that describe the types of another one (PEP 561).
const STUBS: &str = "-stubs";
/// Larger files, in bytes, are data.
const LARGEST: u64 = 1 << 20;
/// Most files of one kind that are read.
const MOST_FILES: usize = 10_000;

/// The files of a project that say what it needs, read once for all its parts.
pub(super) struct Sources {
    files: Vec<File>,
    texts: Vec<Text>,
}

/// What a Python file says.
struct File {
    path: Arc<str>,
    mentions: Mentions,
    stated: Stated,
}

/// A text of settings or commands.
struct Text {
    path: Arc<str>,
    text: String,
}

/// The imports of a file, by dotted name.
type Stated = (EntryId, BTreeMap<String, Span>);

impl Sources {
    /// Reads them.
    pub(super) fn of(bundle: &Bundle, packages: &Packages) -> Self {
        Self { files: files(&bundle.artifact, packages), texts: texts(&bundle.artifact, packages) }
    }

    /// What the files of a part import and say.
    pub(super) fn mentions(&self, part: &Part) -> Mentions {
        let mut all = Mentions::default();
        self.files.iter().filter(|file| part.sees(&file.path)).for_each(|file| add(&mut all, &file.mentions));
        all
    }
}

/// What is found of a part of a project.
pub(super) struct Found {
    /// What it uses, or of which nothing can be said.
    pub(super) needs: Needs,
    /// What it imports without declaring it.
    pub(super) undeclared: Vec<Undeclared>,
    /// What its packages import and it declares for development alone.
    pub(super) misplaced: Vec<Undeclared>,
}

/// Looks at a part of a project; nothing where that cannot be judged.
pub(super) fn of_tree(facts: &Loaded<'_>, declared: &Declared, sources: &Sources, part: &Part) -> Option<Found> {
    let names = Names::of(facts, declared);
    let imports = &facts.graph.mentions.imports;
    let is_imported = |dependency: &Dependency| {
        let mut modules = names.imports(&dependency.name).iter();
        modules.any(|module| imports.iter().any(|import| is_or_below(import, module)))
    };
    // Behind so many files there may be more, which nobody has looked into; and where none of the distributions is
    // imported, the code that needs them is elsewhere.
    let mut judged = declared.dependencies.iter().filter(|dependency| !dependency.shared);
    if sources.files.len() >= MOST_FILES || !judged.any(is_imported) {
        return None;
    }
    let needs = needs(facts, declared, &names, sources, part);
    let stated: Vec<&Stated> = sources.files.iter().map(|file| &file.stated).collect();
    let undeclared = undeclared::of_python(facts, declared, &names, &stated, part);
    let misplaced = undeclared::only_for_development(facts, declared, &names, &stated, part);
    Some(Found { needs, undeclared, misplaced })
}

/// Declared distributions that the project uses, or that nothing can be said of.
fn needs(facts: &Loaded<'_>, declared: &Declared, names: &Names, sources: &Sources, part: &Part) -> Needs {
    let imports = &facts.graph.mentions.imports;
    let files: Vec<&File> = sources.files.iter().filter(|file| part.sees(&file.path)).collect();
    let texts: Vec<&Text> = sources.texts.iter().filter(|text| part.sees(&text.path)).collect();
    let named = |dependency: &Dependency| {
        let (name, modules) = (&dependency.name, names.imports(&dependency.name));
        // A type checker reads them for whoever imports what they describe.
        let modules: &[String] = &modules.iter().cloned().chain(described_by(facts, name)).collect::<Vec<_>>();
        if is_shadowed(names, name) {
            return None;
        }
        let is_imported = |file: &&&File| {
            let mut stated = file.mentions.imports.iter();
            stated.any(|import| modules.iter().any(|module| is_import_of(imports, import, module)))
        };
        let is_set = |text: &&&Text| {
            let mut words = modules.iter().map(String::as_str).chain([&**name]);
            words.any(|word| holds(&text.text, word))
        };
        let run = || {
            let commands = commands::of_distribution(facts, name);
            let is_run = |text: &&&Text| commands.iter().any(|command| commands::is_run(&text.text, command));
            let is_called = |file: &&&File| commands.iter().any(|command| file.mentions.words.contains(&**command));
            let by_text = texts.iter().find(is_run).map(|text| Need::Set(text.path.clone()));
            let named = || commands::settings_file(facts.artifact, part, &commands).map(Need::Set);
            let by_code = || files.iter().find(is_called).map(|file| Need::Named(Some(file.path.clone())));
            by_text.or_else(by_code).or_else(named)
        };
        let imported = || files.iter().find(is_imported).map(|file| Need::Imported(file.path.clone()));
        let said =
            || files.iter().find(|file| says(file, name, modules)).map(|file| Need::Named(Some(file.path.clone())));
        let set = || texts.iter().find(is_set).map(|text| Need::Set(text.path.clone()));
        imported().or_else(said).or_else(set).or_else(run)
    };
    let mut needs: Needs = declared
        .dependencies
        .par_iter()
        .filter_map(|dependency| Some((dependency.name.clone(), named(dependency)?)))
        .collect();
    let sought = Sought { facts, declared, names };
    let mut asked = sought.asked_for(&|name| needs.contains_key(name));
    asked.retain(|name, _| !is_shadowed(names, name));
    need::add(&mut needs, asked);
    need::note(&mut needs, models::needed(facts, declared, names), &Need::Model);
    let is_library = |name: &str| is_standard(name) && imports.iter().any(|import| &**import == name);
    let uses = |name: &str| needs.contains_key(name) || is_library(name);
    let known = loaders::Known { uses: &uses, is_installed: &|_| false, is_decided: &|_| false };
    let loaded = loaders::may_load(loaders::Of::Python, declared, &known);
    need::add(&mut needs, loaded);
    let is_found = |name: &&Arc<str>| is_tool(name) || is_implied(facts.artifact, part, name);
    let found = declared.dependencies.iter().map(|dependency| &dependency.name).filter(is_found);
    need::note(&mut needs, found.cloned(), &Need::Found);
    let required = sought.needed_by(needs.keys().cloned().collect());
    need::add(&mut needs, required);
    let host = |dependency: &Dependency| {
        let plug_in = plug_in_of(&dependency.name, &needs)?;
        Some((dependency.name.clone(), Need::Required(plug_in.clone())))
    };
    let hosts: Vec<_> = declared.dependencies.iter().filter_map(host).collect();
    need::add(&mut needs, hosts);
    let wanted = wanted::by_distributions(facts, declared, names, &needs);
    need::add(&mut needs, wanted);
    // Of a list of all that was installed only what nothing else requires was asked for.
    let installed: BTreeSet<Arc<str>> = facts.packages.packages.iter().map(|package| package.name.clone()).collect();
    need::note(&mut needs, sought.for_others(&installed), &Need::Open);
    // As long as an import has no known owner, a distribution with no known modules may be it.
    let own = undeclared::own_names(facts);
    if imports.iter().any(|import| is_unknown(&own, names, import)) {
        let is_installed = |name: &str| facts.packages.packages.iter().any(|package| *package.name == *name);
        let is_known = |name: &str| is_distribution_known(name) || is_installed(name);
        let unknown = declared.dependencies.iter().filter(|dependency| !is_known(&dependency.name));
        need::note(&mut needs, unknown.map(|dependency| dependency.name.clone()), &Need::Open);
    }
    needs
}

/// The packages of which an installed distribution describes the types.
fn described_by(facts: &Loaded<'_>, name: &str) -> BTreeSet<String> {
    let package = facts.packages.packages.iter().find(|package| *package.name == *name);
    let paths = package.into_iter().flat_map(|package| &package.entries).map(|id| &facts.artifact.entry(*id).path);
    paths.flat_map(|path| path.split('/')).filter_map(|part| part.strip_suffix(STUBS)).map(str::to_owned).collect()
}

/// Which of some distributions that nothing loads are named by settings and commands beside the code.
pub(in crate::usage) fn told(facts: &Loaded<'_>, names: &Names, unused: &[Arc<str>]) -> BTreeSet<Arc<str>> {
    if unused.is_empty() || !facts.artifact.is_tree() {
        return BTreeSet::new();
    }
    let texts = texts(facts.artifact, facts.packages);
    let is_told = |name: &Arc<str>| {
        let mut words = names.imports(name).iter().map(String::as_str).chain([&**name]);
        words.any(|word| texts.iter().any(|text| holds(&text.text, word)))
    };
    unused.iter().filter(|name| is_told(name)).cloned().collect()
}

/// Which of some distributions texts in own code name, whether or not it is loaded, or own modules import that such
/// texts name: settings are, of a framework that is not here.
pub(in crate::usage) fn named(facts: &Loaded<'_>, names: &Names, unused: &[Arc<str>]) -> Needs {
    let files = if unused.is_empty() { Vec::new() } else { files(facts.artifact, facts.packages) };
    // What is not here may load own modules by their names, too.
    let words = &facts.graph.mentions.words;
    let may_load = |file: &File| words.contains(&*module_of(&file.path).0);
    let imports = |file: &File, name: &str| {
        let mut stated = file.mentions.imports.iter();
        may_load(file) && stated.any(|import| names.imports(name).iter().any(|module| is_or_below(import, module)))
    };
    let named = |name: &Arc<str>| {
        let said = || files.iter().find(|file| says(file, name, names.imports(name)));
        let need = match files.iter().find(|file| imports(file, name)) {
            Some(file) => Need::Imported(file.path.clone()),
            None => Need::Named(Some(said()?.path.clone())),
        };
        Some((name.clone(), need))
    };
    unused.iter().filter_map(named).collect()
}

/// Whether a text of a file is the name of a distribution or of something in its modules, or begins like one.
fn says(file: &File, name: &str, modules: &[String]) -> bool {
    // `"azure.storage." + name`: the beginning decides.
    let begins = |word: &str, module: &str| word.ends_with('.') && module.starts_with(word);
    let is_its = |word: &str| modules.iter().any(|module| is_at_or_below(word, module) || begins(word, module));
    file.mentions.words.iter().any(|word| **word == *name || is_its(word))
}

/// Whether a distribution is loaded or started because it is there.
pub(in crate::usage) fn is_tool(name: &str) -> bool {
    TREES.unnamed.iter().any(|pattern| text::matches(pattern, name))
}

/// Whether imports find all modules of a distribution in the standard library, which they look into first.
fn is_shadowed(names: &Names, name: &str) -> bool {
    let modules = names.imports(name);
    !modules.is_empty() && modules.iter().all(|module| is_always_standard(module))
}

/// Whether files of a part need a distribution without naming it.
fn is_implied(artifact: &Artifact, part: &Part, name: &str) -> bool {
    let mut rows =
        TREES.implied.iter().filter(|row| row.packages.iter().any(|pattern| text::matches(pattern, name))).peekable();
    let is_its = |row: &Implied, path: &str| row.files.iter().any(|pattern| text::matches(pattern, path));
    let own = || artifact.entries().filter(|(_, entry)| part.sees(&entry.path) && !is_skipped(&entry.path));
    rows.peek().is_some() && rows.any(|row| own().any(|(_, entry)| is_its(row, &entry.path)))
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

/// Something used that is named after a distribution, as `flask-login` is after `flask`: it may be there for that alone.
fn plug_in_of<'a>(name: &str, used: &'a Needs) -> Option<&'a Arc<str>> {
    used.keys().find(|other| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
}

/// Whether an import is of nobody known: no declared or installed distribution, no file of the project, no module of
/// the standard library.
fn is_unknown(own: &BTreeSet<&str>, names: &Names, import: &str) -> bool {
    let top = import.split('.').next().unwrap_or(import);
    names.providers(import).next().is_none()
        && !is_import_known(import)
        && !crate::graph::python::is_standard(top)
        && !own.contains(top)
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

/// Whether a file without an ending is run by a shell, by its first line.
fn is_script_of_shell(artifact: &Artifact, id: EntryId, name: &str) -> bool {
    extension(name).is_none() && is_run_by(artifact, id, &SHELLS)
}

/// Texts that start commands or hold settings, and the tools' tables of `pyproject.toml`.
fn texts(artifact: &Artifact, packages: &Packages) -> Vec<Text> {
    let fits = |patterns: &[String], name: &str| patterns.iter().any(|pattern| text::matches(pattern, name));
    let own = artifact
        .entries()
        .filter(|(id, entry)| entry.bytes <= LARGEST && !is_skipped(&entry.path) && packages.owner(*id).is_none());
    let named = own.filter(|(id, entry)| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let is_settings = fits(&TREES.settings, name) && !fits(&TREES.not_settings, name);
        is_manifest_with_commands(name) || is_settings || is_script_of_shell(artifact, *id, name)
    });
    let files: Vec<EntryId> = named.map(|(id, _)| id).take(MOST_FILES).collect();
    let read = |id: &EntryId| {
        let path = &artifact.entry(*id).path;
        let text = text::lossy((*artifact.read(*id).ok()?).as_ref()).into_owned();
        let text = match path.rsplit('/').next().unwrap_or(path) {
            PYPROJECT => tools_of(&text)?,
            PIPFILE => scripts_of_pipfile(&text)?,
            NPM => development::without_what_it_declares(serde_json::from_str(&text).ok()?),
            _ => Some(text).filter(|text| !development::is_ours(text) && !is_environment(text))?,
        };
        Some(Text { path: Arc::from(&**path), text })
    };
    files.par_iter().filter_map(read).collect()
}

/// Whether a text lists an environment of Conda, by any name: that declares, and needs nothing.
fn is_environment(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.trim_end() == key);
    has("channels:") && has("dependencies:")
}

/// Where tools have their settings beside what is declared.
const PYPROJECT: &str = "pyproject.toml";
/// Where commands have names beside what is declared.
const PIPFILE: &str = "Pipfile";
/// Where a project in two languages has its commands, of either.
const NPM: &str = "package.json";

fn is_manifest_with_commands(name: &str) -> bool {
    matches!(name, PYPROJECT | PIPFILE | NPM)
}

/// The `scripts` of a `Pipfile`.
fn scripts_of_pipfile(text: &str) -> Option<String> {
    let root: toml::Table = toml::from_str(text).ok()?;
    root.get("scripts").map(ToString::to_string)
}

/// The tables of a `pyproject.toml` that configure tools and scripts, without what they declare.
fn tools_of(text: &str) -> Option<String> {
    let mut root: toml::Table = toml::from_str(text).ok()?;
    if let Some(toml::Value::Table(project)) = root.get_mut("project") {
        ["dependencies", "optional-dependencies"].iter().for_each(|key| drop(project.remove(*key)));
    }
    ["dependency-groups", "build-system"].iter().for_each(|key| drop(root.remove(*key)));
    if let Some(toml::Value::Table(tool)) = root.get_mut("tool") {
        tool.remove("defrost");
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

/// What all Python files of a tree import and say.
fn files(artifact: &Artifact, packages: &Packages) -> Vec<File> {
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
    let of_part = |part: &[EntryId]| part.iter().filter_map(|id| file(artifact, *id)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let thread = || std::thread::Builder::new().stack_size(PARSE_STACK);
        let parts = own.chunks(own.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts.map(|part| thread().spawn_scoped(scope, move || of_part(part))).collect();
        // Whoever asks for the project tells that it failed.
        let joined = parts.into_iter().map(|part| match part {
            Ok(part) => part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => std::panic::resume_unwind(Box::new(format!("a thread did not start: {error}"))),
        });
        joined.flatten().collect()
    })
}

fn file(artifact: &Artifact, id: EntryId) -> Option<File> {
    let bytes = artifact.read(id).ok()?;
    let path = &*artifact.entry(id).path;
    let (name, is_package) = module_of(path);
    let mut says = Mentions::default();
    let parsed = parse((*bytes).as_ref());
    mentions::of_project(&parsed.code, &name, is_package, &mut says);
    // The lists of `setup.py` declare; what else it names, it imports.
    if path.rsplit('/').next() == Some("setup.py") {
        says.words.clear();
    }
    let text = text::lossy((*bytes).as_ref());
    says.imports.extend(scripts::imports_in(&text).map(Arc::from));
    Some(File { path: path.into(), mentions: says, stated: (id, undeclared::stated(&parsed.code, &text)) })
}

/// Adds what one file of a project says to what others say.
fn add(all: &mut Mentions, file: &Mentions) {
    all.imports.extend(file.imports.iter().cloned());
    all.urls.extend(file.urls.iter().cloned());
    all.words.extend(file.words.iter().cloned());
    all.keywords.extend(file.keywords.iter().cloned());
    all.open_calls.extend(file.open_calls.iter().cloned());
    all.open_loads.extend(file.open_loads.iter().cloned());
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
