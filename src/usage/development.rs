//! Development dependencies of Node: what tests, scripts, settings and each other name. They are judged only when
//! somebody asks for it, and only where they are installed: their peers are in their own manifests.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use super::Loaded;
use super::own_code::packages_in;
use crate::artifact::EntryId;
use crate::knowledge;
use crate::manifest::dependency::{Declared, Scope};
use crate::manifest::node::json;

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

/// Settings larger than this, in bytes, are data.
const LARGEST: u64 = 256 << 10;
/// Most files of one kind that are read.
const MOST_FILES: usize = 5_000;
/// Tables of a manifest that declare, which is no use.
const TABLES: [&str; 5] =
    ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "peerDependenciesMeta"];

/// Declared development dependencies that settings name, or that files need without naming them.
pub(super) fn named_by_settings(facts: &Loaded<'_>, declared: &Declared) -> BTreeSet<Arc<str>> {
    let development = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Development);
    let names: Vec<&Arc<str>> = development.map(|dependency| &dependency.name).collect();
    if names.is_empty() {
        return BTreeSet::new();
    }
    let texts = settings(facts, &[&TOOLS.settings]);
    let is_named = |name: &str| texts.iter().any(|text| spellings(name).iter().any(|word| holds(text, word)));
    names.into_iter().filter(|name| is_named(name) || is_implied(facts, name)).cloned().collect()
}

/// Declared dependencies of a project that settings or pages name, that files need without naming them, or that are there
/// to be found.
pub(super) fn named_in_tree(facts: &Loaded<'_>, declared: &Declared) -> BTreeSet<Arc<str>> {
    let texts = settings(facts, &[&TOOLS.settings, &TOOLS.pages]);
    let prose = settings(facts, &[&TOOLS.prose]);
    let told: BTreeSet<String> =
        prose.iter().flat_map(|text| packages_in(text, &["from", "require", "import"])).collect();
    let says = |written: &Written| written.words.iter().any(|word| texts.iter().any(|text| text.contains(&**word)));
    let written: BTreeSet<&str> =
        TOOLS.written.iter().filter(|row| says(row)).flat_map(|row| &row.packages).map(String::as_str).collect();
    let is_named = |name: &str| texts.iter().any(|text| spellings(name).iter().any(|word| holds(text, word)));
    let is_found = |name: &str| TOOLS.unnamed.iter().any(|pattern| crate::text::matches(pattern, name));
    let is_meant = |name: &str| is_found(name) || written.contains(name) || told.contains(name) || is_named(name);
    let names = declared.dependencies.iter().map(|dependency| &dependency.name);
    names.filter(|name| is_meant(name) || is_implied(facts, name)).cloned().collect()
}

/// The texts of files of settings, and of manifests without what they declare.
fn settings(facts: &Loaded<'_>, kinds: &[&[String]]) -> Vec<String> {
    let own = facts.artifact.entries().filter(|(id, entry)| {
        !entry.path.contains("node_modules/") && entry.bytes <= LARGEST && facts.packages.owner(*id).is_none()
    });
    let named = own.filter(|(_, entry)| is_settings(entry.path.rsplit('/').next().unwrap_or(&entry.path), kinds));
    let files: Vec<EntryId> = named.map(|(id, _)| id).take(MOST_FILES).collect();
    files.into_iter().filter_map(|id| text(facts, id)).collect()
}

fn is_settings(name: &str, kinds: &[&[String]]) -> bool {
    let fits = |patterns: &[String]| patterns.iter().any(|pattern| crate::text::matches(pattern, name));
    kinds.iter().any(|kind| fits(kind)) && !fits(&TOOLS.not_settings)
}

fn text(facts: &Loaded<'_>, id: EntryId) -> Option<String> {
    if facts.artifact.entry(id).path.rsplit('/').next() == Some("package.json") {
        let mut manifest = json(facts.artifact, id)?;
        if let Json::Object(table) = &mut manifest {
            TABLES.iter().for_each(|name| drop(table.remove(*name)));
        }
        return Some(manifest.to_string());
    }
    let bytes = facts.artifact.read(id).ok()?;
    Some(crate::text::lossy((*bytes).as_ref()).into_owned())
}

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

fn is_implied(facts: &Loaded<'_>, name: &str) -> bool {
    let mut rows =
        TOOLS.implied.iter().filter(|row| row.packages.iter().any(|pattern| crate::text::matches(pattern, name)));
    rows.any(|row| {
        let mut own = facts.artifact.entries().filter(|(_, entry)| !entry.path.contains("node_modules/"));
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
    fn settings_name_packages_in_full_or_in_short() {
        assert!(spellings("eslint-plugin-import").contains(&"import".to_owned()));
        assert!(spellings("@acme/eslint-config").contains(&"@acme".to_owned()));
        assert!(holds("plugins: ['import']", "import") && !holds("important: 1", "import"));
        let is_settings = |name: &str| is_settings(name, &[&TOOLS.settings]);
        assert!(is_settings(".eslintrc.json") && is_settings("jest.config.js") && !is_settings("package-lock.json"));
    }
}
