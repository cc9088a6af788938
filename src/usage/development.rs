//! Development dependencies of Node: what tests, scripts, settings and each other name. They are judged only when
//! somebody asks for it, and only where they are installed: their peers are in their own manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::need::{Need, Needs};
use super::own_code::packages_in;
use super::tree::Part;
use super::{Loaded, commands};
use crate::artifact::EntryId;
use crate::graph::javascript::is_builtin;
use crate::knowledge;
use crate::manifest::dependency::{Declared, Scope};
use crate::manifest::node::json;
use crate::package::owners::is_in_environment;

knowledge::table! {
    static TOOLS: Tools = "node/tools.toml", tested by the_tools_read;
}

/// `tools.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tools {
    settings: Vec<String>,
    pages: Vec<String>,
    prose: Vec<String>,
    not_settings: Vec<String>,
    short: Vec<String>,
    unnamed: Vec<String>,
    browsers: Vec<String>,
    jsx: Vec<String>,
    hosts: Vec<Hosted>,
    written: Vec<Written>,
    implied: Vec<Implied>,
}

/// Packages that code comes to import when settings say a word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    words: Vec<String>,
    packages: Vec<String>,
}

/// Packages that files of some kind need without naming them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Implied {
    files: Vec<String>,
    packages: Vec<String>,
}

/// Plug-ins that only some tools load.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hosted {
    plugins: Vec<String>,
    tools: Vec<String>,
}

/// Settings larger than this, in bytes, are data.
const LARGEST: u64 = 256 << 10;
/// Most files of one kind that are read.
const MOST_FILES: usize = 5_000;
/// Tables of a manifest that declare, which is no use, and our own settings.
const TABLES: [&str; 6] =
    ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "peerDependenciesMeta", "defrost"];

/// Declared development dependencies that settings name, or that files need without naming them.
pub(super) fn named_by_settings(facts: &Loaded<'_>, declared: &Declared) -> BTreeSet<Arc<str>> {
    let development = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Development);
    let names: Vec<&Arc<str>> = development.map(|dependency| &dependency.name).collect();
    if names.is_empty() {
        return BTreeSet::new();
    }
    let texts = read(facts, &[&TOOLS.settings]);
    let is_named = |name: &str| texts.iter().any(|text| spellings(name).iter().any(|word| holds(&text.text, word)));
    names.into_iter().filter(|name| is_named(name) || is_implied(facts, &Part::whole(), name)).cloned().collect()
}

/// Which of some packages that nothing loads settings name, or files of settings need without naming them.
pub(super) fn told(facts: &Loaded<'_>, unused: &[&Arc<str>]) -> BTreeSet<Arc<str>> {
    if unused.is_empty() || !facts.artifact.is_tree() {
        return BTreeSet::new();
    }
    let texts = read(facts, &[&TOOLS.settings]);
    let is_named = |name: &str| texts.iter().any(|text| spellings(name).iter().any(|word| holds(&text.text, word)));
    let is_told = |name: &str| is_named(name) || is_found(name) || is_implied(facts, &Part::whole(), name);
    unused.iter().filter(|name| is_told(name)).map(|name| Arc::clone(name)).collect()
}

/// Whether tools load a package where it is there.
fn is_found(name: &str) -> bool {
    is_any(&TOOLS.unnamed, name)
}

/// Whether elements of JSX may have their types from a package without an import of it.
pub(super) fn is_meant_by_jsx(name: &str) -> bool {
    is_any(&TOOLS.jsx, name)
}

fn is_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| crate::text::matches(pattern, name))
}

/// Whether a tool is here, or declared, that loads a plug-in by a short form of its name; so it is taken to be where
/// nothing is installed, and of plug-ins whose tools are not known.
fn is_hosted(facts: &Loaded<'_>, declared: &Declared, name: &str) -> bool {
    let mut rows = TOOLS.hosts.iter().filter(|row| is_any(&row.plugins, name)).peekable();
    let installed = &facts.packages.packages;
    let declared = declared.dependencies.iter().map(|dependency| &dependency.name);
    let here: Vec<&Arc<str>> = installed.iter().map(|package| &package.name).chain(declared).collect();
    installed.is_empty()
        || rows.peek().is_none()
        || rows.any(|row| here.iter().any(|tool| ***tool != *name && is_any(&row.tools, tool)))
}

/// Texts of a project that name packages beside its code.
pub(super) struct Texts {
    /// Settings, manifests and pages.
    settings: Vec<Text>,
    /// Prose with code in it.
    prose: Vec<Text>,
}

struct Text {
    path: Arc<str>,
    text: String,
}

impl Texts {
    /// Reads them.
    pub(super) fn of_tree(facts: &Loaded<'_>) -> Self {
        Self { settings: read(facts, &[&TOOLS.settings, &TOOLS.pages]), prose: read(facts, &[&TOOLS.prose]) }
    }

    /// Their files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().chain(&self.prose).map(|text| &*text.path)
    }
}

/// Which texts speak for a part of a project.
pub(super) struct Tellers<'a> {
    pub(super) part: &'a Part,
    /// Whether a file belongs to another project, which has the package itself.
    pub(super) is_apart: &'a dyn Fn(&str, &str) -> bool,
}

/// Declared dependencies of a part of a project that settings or pages name, that files need without naming them, or
/// that are there to be found.
pub(super) fn named_in_tree(
    facts: &Loaded<'_>,
    declared: &Declared,
    texts: &Texts,
    tellers: &Tellers<'_>,
    commands_of: &dyn Fn(&str) -> Vec<String>,
) -> Needs {
    let Tellers { part, is_apart } = tellers;
    let [settings, prose] = [&texts.settings, &texts.prose]
        .map(|texts| texts.iter().filter(|text| part.sees(&text.path)).collect::<Vec<_>>());
    let mut told: BTreeMap<String, &Arc<str>> = BTreeMap::new();
    for text in &prose {
        let named = packages_in(&text.text, &["from", "require", "import"]);
        for name in named.filter(|name| !is_apart(&text.path, name)) {
            told.entry(name).or_insert(&text.path);
        }
    }
    let mut written: BTreeMap<&str, &Arc<str>> = BTreeMap::new();
    for row in &TOOLS.written {
        let says = |text: &&&Text| row.words.iter().any(|word| text.text.contains(&**word));
        if let Some(text) = settings.iter().find(says) {
            written.extend(row.packages.iter().map(|name| (&**name, &text.path)));
        }
    }
    // In a browser nothing brings what Node does, and bundlers take the package of that name.
    let is_bundled = declared.dependencies.iter().any(|dependency| is_any(&TOOLS.browsers, &dependency.name));
    let hosted = |name: &str| is_hosted(facts, declared, name);
    let naming = |name: &str| {
        let words = if hosted(name) { spellings(name) } else { vec![name.to_owned()] };
        let says = |text: &&&Text| words.iter().any(|word| holds(&text.text, word)) && !is_apart(&text.path, name);
        settings.iter().find(says).map(|text| &text.path)
    };
    let why = |name: &str| {
        let path = naming(name).or_else(|| told.get(name).copied()).or_else(|| written.get(name).copied());
        let path = path.cloned().or_else(|| commands::settings_file(facts.artifact, part, &commands_of(name)));
        let found = || {
            let is_meant = || is_implied(facts, part, name) && hosted(name);
            let is_needed = is_found(name) || is_meant() || is_bundled && is_builtin(name);
            is_needed.then_some(Need::Found)
        };
        path.map(Need::Set).or_else(found)
    };
    let names = declared.dependencies.iter().map(|dependency| &dependency.name);
    names.filter_map(|name| Some((name.clone(), why(name)?))).collect()
}

/// The texts of files of settings, and of manifests without what they declare.
fn read(facts: &Loaded<'_>, kinds: &[&[String]]) -> Vec<Text> {
    let own = facts.artifact.entries().filter(|(id, entry)| {
        let is_others = entry.path.contains("node_modules/") || is_in_environment(facts.artifact, *id);
        !is_others && entry.bytes <= LARGEST && facts.packages.owner(*id).is_none()
    });
    let named = own.filter(|(_, entry)| is_settings(entry.path.rsplit('/').next().unwrap_or(&entry.path), kinds));
    let files: Vec<EntryId> = named.map(|(id, _)| id).take(MOST_FILES).collect();
    let of_file =
        |id: &EntryId| Some(Text { path: Arc::from(&*facts.artifact.entry(*id).path), text: text(facts, *id)? });
    files.par_iter().filter_map(of_file).collect()
}

fn is_settings(name: &str, kinds: &[&[String]]) -> bool {
    let fits = |patterns: &[String]| patterns.iter().any(|pattern| crate::text::matches(pattern, name));
    kinds.iter().any(|kind| fits(kind)) && !fits(&TOOLS.not_settings)
}

fn text(facts: &Loaded<'_>, id: EntryId) -> Option<String> {
    if facts.artifact.entry(id).path.rsplit('/').next() == Some("package.json") {
        return Some(without_what_it_declares(json(facts.artifact, id)?));
    }
    let bytes = facts.artifact.read(id).ok()?;
    let text = crate::text::lossy((*bytes).as_ref()).into_owned();
    (!is_ours(&text)).then_some(text)
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

/// How settings may write a package: `eslint-plugin-import` as `import`, `@acme/eslint-config` as `@acme`.
fn spellings(name: &str) -> Vec<String> {
    let mut found = vec![name.to_owned()];
    for part in &TOOLS.short {
        found.extend(name.strip_prefix(&**part).map(str::to_owned));
        if let Some((scope, rest)) = name.split_once('/') {
            let bare = part.trim_end_matches('-');
            if rest == bare {
                found.push(scope.to_owned());
            }
            found.extend(rest.strip_prefix(&**part).map(|rest| format!("{scope}/{rest}")));
        }
    }
    found
}

/// Whether a text holds a word that no letter goes on.
fn holds(text: &str, word: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(goes_on) && !after.starts_with(|c: char| goes_on(c) && c != '@')
    })
}

fn is_implied(facts: &Loaded<'_>, part: &Part, name: &str) -> bool {
    let mut rows =
        TOOLS.implied.iter().filter(|row| row.packages.iter().any(|pattern| crate::text::matches(pattern, name)));
    rows.any(|row| {
        let own = facts
            .artifact
            .entries()
            .filter(|(id, entry)| !entry.path.contains("node_modules/") && !is_in_environment(facts.artifact, *id));
        let mut own = own.filter(|(_, entry)| part.sees(&entry.path));
        own.any(|(_, entry)| {
            let file = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            row.files.iter().any(|pattern| crate::text::matches(pattern, file))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_wrote_ourselves_is_no_setting() {
        assert!(
            is_ours("{\n  \"schema\": \"defrost-baseline/1\",\n  \"findings\": []}") && !is_ours("{\"schema\": \"x\"}")
        );
    }

    #[test]
    fn settings_name_packages_in_full_or_in_short() {
        assert!(spellings("eslint-plugin-import").contains(&"import".to_owned()));
        assert!(spellings("@acme/eslint-config").contains(&"@acme".to_owned()));
        assert!(holds("plugins: ['import']", "import") && !holds("important: 1", "import"));
        let is_settings = |name: &str| is_settings(name, &[&TOOLS.settings]);
        assert!(is_settings(".eslintrc.json") && is_settings("jest.config.js") && !is_settings("package-lock.json"));
    }
}
