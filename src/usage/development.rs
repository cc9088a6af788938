//! What settings, commands and pages of a Node project name, and what its files need without naming it. Development
//! dependencies are judged only when somebody asks for it, and only where they are installed: their peers are in their
//! own manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value as Json;

use super::need::{Need, Needs};
use super::node::aliases;
use super::own_code::{OwnFile, SHELLS, extension, is_run_by, packages_in};
use super::texts::{Text, holds, is_told_to_run, is_told_with};
use super::tools::{self, Kind, Known, Surroundings};
use super::tree::Part;
use super::{Loaded, commands};
use crate::artifact::EntryId;
use crate::graph::javascript::is_builtin;
use crate::input::files::{normalize, parent};
use crate::manifest::dependency::{Declared, Dependency, Scope};
use crate::manifest::node::json;
use crate::package::owners::is_in_environment;

/// Settings larger than this, in bytes, are data.
const LARGEST: u64 = 256 << 10;
/// Most files that are read.
const MOST_FILES: usize = 10_000;
/// Parts of a manifest that declare, choose versions or describe, which is no use, and our own settings.
const TABLES: [&str; 22] = [
    "name",
    "description",
    "keywords",
    "version",
    "author",
    "homepage",
    "repository",
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "peerDependenciesMeta",
    "dependenciesMeta",
    "bundleDependencies",
    "bundledDependencies",
    "overrides",
    "resolutions",
    "pnpm",
    "trustedDependencies",
    "engines",
    "packageManager",
    "defrost",
];

/// Declared development dependencies that settings name, or that files need without naming them.
pub(super) fn named_by_settings(facts: &Loaded<'_>, declared: &Declared) -> BTreeSet<Arc<str>> {
    let development = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Development);
    let names: Vec<&Arc<str>> = development.map(|dependency| &dependency.name).collect();
    told_of(facts, declared, &names)
}

/// Which of some packages that nothing loads settings name, or files of settings need without naming them.
pub(super) fn told(facts: &Loaded<'_>, declared: &Declared, unused: &[&Arc<str>]) -> BTreeSet<Arc<str>> {
    if !facts.artifact.is_tree() {
        return BTreeSet::new();
    }
    told_of(facts, declared, unused)
}

fn told_of(facts: &Loaded<'_>, declared: &Declared, names: &[&Arc<str>]) -> BTreeSet<Arc<str>> {
    if names.is_empty() {
        return BTreeSet::new();
    }
    let texts = read(facts, &[Kind::Settings]);
    let part = Part::whole();
    let says = |word: &str| texts.iter().any(|text| text.text.contains(word));
    let known = Known { says: &says, is_marked: &|_| false, alone: &|_| BTreeSet::new() };
    let around = Surroundings::of(facts, declared, &part, false, known);
    let is_told = |name: &str| {
        let short = tools::short_names(name);
        let is_named = |text: &Text| {
            let in_short = short.iter().any(|(row, words)| text.names_in_short(row, words));
            // Of what is deployed any word may be a name.
            holds(&text.text, name) || in_short
        };
        texts.iter().any(is_named) || around.imply(name)
    };
    names.iter().filter(|name| is_told(name)).map(|name| Arc::clone(name)).collect()
}

/// Texts of a project that name packages beside its code.
pub(super) struct Texts {
    all: Vec<Text>,
}

impl Texts {
    /// Reads them.
    pub(super) fn of_tree(facts: &Loaded<'_>) -> Self {
        Self { all: read(facts, &[Kind::Settings, Kind::Pages, Kind::Prose]) }
    }

    /// Their files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|text| &*text.path)
    }

    /// Names that settings give to something else than packages.
    pub(super) fn aliases(&self, part: &Part) -> BTreeSet<String> {
        let seen = self.all.iter().filter(|text| part.sees(&text.path));
        seen.filter_map(Text::settings).flat_map(|settings| aliases::in_json(&settings)).collect()
    }
}

/// What of a project speaks for a part of it.
pub(super) struct Tellers<'a> {
    pub(super) part: &'a Part,
    pub(super) files: &'a [&'a OwnFile],
    /// Whether a file belongs to another project, which has the package itself.
    pub(super) is_apart: &'a dyn Fn(&str, &str) -> bool,
    /// Names of a package's commands, as far as something lists them.
    pub(super) commands_of: &'a dyn Fn(&str) -> Vec<String>,
    /// What only one package brings.
    pub(super) alone: &'a dyn Fn(&str) -> BTreeSet<Arc<str>>,
    /// What is known to be needed already: all texts of a large project are searched for each of the others.
    pub(super) is_known: &'a dyn Fn(&str) -> bool,
}

/// What is told of a part's dependencies beside its code.
pub(super) struct Told {
    /// Those that settings or pages name, that files need without naming them, or that are there to be found.
    pub(super) needs: Needs,
    /// Those that libraries want only for something that is not here.
    pub(super) idle: BTreeSet<Arc<str>>,
}

/// Looks for what settings, pages and files need of what a part of a project declares.
pub(super) fn told_in_tree(facts: &Loaded<'_>, declared: &Declared, texts: &Texts, tellers: &Tellers<'_>) -> Told {
    let part = tellers.part;
    let (prose, texts): (Vec<&Text>, Vec<&Text>) =
        texts.all.iter().filter(|text| part.sees(&text.path)).partition(|text| matches!(text.kind, Kind::Prose));
    let says = |word: &str| {
        let is_asked = |file: &&OwnFile| file.surroundings.iter().any(|said| said == word);
        texts.iter().any(|text| text.text.contains(word)) || tellers.files.iter().any(is_asked)
    };
    let is_marked = |mark: &str| prose.iter().any(|text| text.text.contains(mark));
    let known = Known { says: &says, is_marked: &is_marked, alone: tellers.alone };
    let around = Surroundings::of(facts, declared, part, is_whole(facts, declared), known);
    // In a browser nothing brings what Node does, and bundlers take the package of that name.
    let is_bundled = declared.dependencies.iter().any(|dependency| tools::is_bundler(&dependency.name));
    let imported = imported_in_prose(&prose, tellers);
    let why = |name: &str| {
        let commands = (tellers.commands_of)(name);
        let path = named_by(&texts, name, &around, tellers);
        let path = path.or_else(|| run_by(&texts, &commands, tellers));
        let commands: Vec<String> = commands.into_iter().chain([name.to_owned()]).collect();
        let path = path.or_else(|| imported.get(name).map(|path| Arc::clone(path)));
        let path = path.or_else(|| commands::settings_file(facts.artifact, part, &commands));
        let is_run = |text: &&&Text| {
            commands.iter().any(|command| is_told_to_run(&text.text, command)) || is_told_with(&text.text, name)
        };
        let path = path.or_else(|| prose.iter().find(is_run).map(|text| text.path.clone()));
        let found = || (around.imply(name) || is_bundled && is_builtin(name)).then_some(Need::Found);
        path.map(Need::Set).or_else(found)
    };
    let names = || declared.dependencies.iter().map(|dependency| &dependency.name);
    Told {
        needs: names()
            .filter(|name| !(tellers.is_known)(name))
            .filter_map(|name| Some((name.clone(), why(name)?)))
            .collect(),
        idle: names().filter(|name| around.lack(name)).cloned().collect(),
    }
}

/// Whether all that is declared is installed, so that what packages say of themselves tells what they need.
fn is_whole(facts: &Loaded<'_>, declared: &Declared) -> bool {
    let installed: BTreeSet<&str> = facts.packages.packages.iter().map(|package| &*package.name).collect();
    let is_here = |dependency: &Dependency| {
        let is_sibling = || declared.siblings.iter().any(|sibling| sibling.name == dependency.name);
        installed.contains(&*dependency.name) || is_sibling()
    };
    let mut needed = declared.dependencies.iter().filter(|dependency| !matches!(dependency.scope, Scope::Optional(_)));
    !installed.is_empty() && needed.all(is_here)
}

/// The file by which settings or pages name a package, in full or in short.
fn named_by(texts: &[&Text], name: &str, around: &Surroundings<'_>, tellers: &Tellers<'_>) -> Option<Arc<str>> {
    let short = tools::short_names(name);
    let in_short = |text: &Text| {
        let mut rows = short.iter().filter(|(row, _)| around.hosts(row, name));
        rows.any(|(row, words)| text.names_in_short(row, words))
    };
    let is_its = |text: &&&Text| (text.names(name) || in_short(text)) && !(tellers.is_apart)(&text.path, name);
    let by_text = texts.iter().find(is_its).map(|text| text.path.clone());
    by_text.or_else(|| {
        // What a package of settings for a tool says in its code it says in that tool's words.
        let speaks = |row: &tools::Short, file: &OwnFile| {
            let is_settings = || texts.iter().any(|text| text.is_of_settings(row) && is_beside(&text.path, &file.path));
            let is_given = || file.imports.iter().any(|import| row.is_given_by(import));
            row.speaks(&file.path) && row.is_read_in("") || is_given() || is_settings()
        };
        let says = |file: &&&OwnFile| {
            short.iter().any(|(row, words)| {
                let is_said = words.iter().any(|word| file.words.contains(word));
                let is_asked = words.iter().any(|word| file.surroundings.contains(word));
                around.hosts(row, name) && (is_asked || is_said && speaks(row, file))
            })
        };
        tellers.files.iter().find(says).map(|file| Arc::from(&*file.path))
    })
}

/// The file that runs one of some commands: settings, or code that has other programs started.
fn run_by(texts: &[&Text], commands: &[String], tellers: &Tellers<'_>) -> Option<Arc<str>> {
    let is_started = |text: &&&Text| {
        let holds_commands = matches!(text.kind, Kind::Settings) || text.is_json();
        holds_commands && commands.iter().any(|command| text.starts(command))
    };
    let is_run = |file: &&&OwnFile| {
        let mut commands = commands.iter();
        commands.any(|command| file.runs.contains(command) || file.words.contains(command))
    };
    let by_text = texts.iter().find(is_started).map(|text| text.path.clone());
    by_text.or_else(|| tellers.files.iter().find(is_run).map(|file| Arc::from(&*file.path)))
}

/// Whether a file lies in the folder of a manifest, or below it.
fn is_beside(manifest: &str, path: &str) -> bool {
    manifest
        .rsplit_once('/')
        .is_none_or(|(folder, _)| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The packages that code in prose imports, with the first file that does.
fn imported_in_prose<'a>(prose: &[&'a Text], tellers: &Tellers<'_>) -> BTreeMap<String, &'a Arc<str>> {
    let mut found = BTreeMap::new();
    for text in prose {
        let named = packages_in(&text.text, &["from", "require", "import"]);
        for name in named.filter(|name| !(tellers.is_apart)(&text.path, name)) {
            found.entry(name).or_insert(&text.path);
        }
    }
    found
}

/// The texts of files of settings, and of manifests without what they declare.
fn read(facts: &Loaded<'_>, kinds: &[Kind]) -> Vec<Text> {
    let own = facts.artifact.entries().filter(|(id, entry)| {
        let is_others = entry.path.contains("node_modules/") || is_in_environment(facts.artifact, *id);
        !is_others && entry.bytes <= LARGEST && facts.packages.owner(*id).is_none()
    });
    let kind = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        kinds.iter().copied().find(|kind| tools::is_of(*kind, name))
    };
    // A script without an ending holds commands like any other.
    let by_shell = |id: EntryId, path: &str| {
        let is_one = kinds.iter().any(|kind| matches!(kind, Kind::Settings)) && extension(path).is_none();
        (is_one && is_run_by(facts.artifact, id, &SHELLS)).then_some(Kind::Settings)
    };
    let named = own.filter_map(|(id, entry)| Some((id, kind(&entry.path).or_else(|| by_shell(id, &entry.path))?)));
    let files: Vec<(EntryId, Kind)> = named.take(MOST_FILES).collect();
    let mut texts: Vec<Text> = files.par_iter().filter_map(|(id, kind)| text(facts, *id, *kind)).collect();
    if kinds.iter().any(|kind| matches!(kind, Kind::Settings)) {
        let known: BTreeSet<EntryId> = files.iter().map(|(id, _)| *id).collect();
        let given = given_to_tools(facts, &texts);
        let more = given.into_iter().filter(|id| !known.contains(id) && facts.artifact.entry(*id).bytes <= LARGEST);
        texts.extend(more.filter_map(|id| text(facts, id, Kind::Settings)));
    }
    texts
}

/// Options behind which a command is given a file of settings.
const OPTIONS: [&str; 2] = ["--config", "-c"];

/// Files that scripts of manifests give to tools as their settings, whatever these are called: `vitest --config tests.ts`.
fn given_to_tools(facts: &Loaded<'_>, texts: &[Text]) -> BTreeSet<EntryId> {
    let mut found = BTreeSet::new();
    for text in texts {
        let scripts = text.manifest.as_ref().and_then(|manifest| manifest.get("scripts")?.as_object());
        for script in scripts.into_iter().flat_map(|scripts| scripts.values()).filter_map(Json::as_str) {
            let words: Vec<&str> = script.split([' ', '=']).filter(|word| !word.is_empty()).collect();
            let pairs = words.windows(2).filter(|pair| OPTIONS.contains(&pair[0]));
            let paths = pairs.map(|pair| normalize(&format!("{}/{}", parent(&text.path), pair[1])));
            found.extend(paths.filter_map(|path| facts.artifact.find(path.trim_start_matches('/'))));
        }
    }
    found
}

fn text(facts: &Loaded<'_>, id: EntryId, kind: Kind) -> Option<Text> {
    let path: Arc<str> = Arc::from(&*facts.artifact.entry(id).path);
    if path.rsplit('/').next() == Some("package.json") {
        let manifest = json(facts.artifact, id)?;
        return Some(Text { path, kind, text: without_what_it_declares(manifest.clone()), manifest: Some(manifest) });
    }
    let bytes = facts.artifact.read(id).ok()?;
    let text = crate::text::lossy((*bytes).as_ref()).into_owned();
    (!is_ours(&text)).then_some(Text { path, kind, text, manifest: None })
}

/// The text of a `package.json` without what it declares.
pub(super) fn without_what_it_declares(mut manifest: Json) -> String {
    if let Json::Object(table) = &mut manifest {
        TABLES.iter().for_each(|name| drop(table.remove(*name)));
    }
    manifest.to_string()
}

/// Whether a text is a report or a baseline that was written by us: it names what it speaks of, and needs nothing.
pub(super) fn is_ours(text: &str) -> bool {
    let head: String = text.chars().take(OUR_HEAD).collect();
    head.trim_start().starts_with('{') && head.contains("\"schema\"") && head.contains("\"defrost-")
}

/// In so many characters our own files say what they are.
const OUR_HEAD: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_wrote_ourselves_is_no_setting() {
        assert!(
            is_ours("{\n  \"schema\": \"defrost-baseline/1\",\n  \"findings\": []}") && !is_ours("{\"schema\": \"x\"}")
        );
    }
}
