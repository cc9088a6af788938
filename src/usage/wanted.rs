//! What libraries that are used load where it is there: imports that they can do without, drivers, parts. Their own
//! manifests need not name any of it, so that only their code tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memchr::memmem::Finder;

use super::names::Names;
use super::need::{self, Need, Needs};
use super::{Loaded, is_at_or_below, scripts, search};
use crate::artifact::EntryId;
use crate::graph::javascript::is_builtin;
use crate::manifest::dependency::Declared;
use crate::manifest::python::entry_points;
use crate::package::owners::{Package, python};

/// Larger files, in bytes, are bundles and data.
const LARGEST: u64 = 1 << 20;
/// Most files that are searched.
const MOST_FILES: usize = 30_000;

/// What is searched for, for the sake of one package.
struct Sought {
    name: Arc<str>,
    /// Texts that a file has to hold.
    finders: Vec<Finder<'static>>,
    /// Modules of a distribution.
    modules: Vec<String>,
    /// Groups of entry points that it has something in.
    groups: Vec<String>,
}

/// Declared distributions that are installed and that nothing is known to need, and that the code of one that is needed
/// imports, or asks for as a plug-in.
pub(super) fn by_distributions(facts: &Loaded<'_>, declared: &Declared, names: &Names, needs: &Needs) -> Needs {
    let sought = open(facts, declared, &|name| needs.contains_key(name), &|package| {
        let modules = names.imports(&package.name).to_vec();
        let groups = groups(facts, package);
        let finders = modules.iter().chain(&groups).map(|word| Finder::new(word).into_owned()).collect();
        Sought { name: package.name.clone(), finders, modules, groups }
    });
    let holds = |_: &str, text: &str, sought: &Sought| {
        let is_its = |import: &str| sought.modules.iter().any(|module| is_at_or_below(import, module));
        scripts::imports_in(text).any(|import| is_its(&import)) || sought.groups.iter().any(|group| quotes(text, group))
    };
    // What a library's tests import, it does not need.
    let is_code = |path: &str| path.ends_with(".py") && !path.split('/').any(|part| matches!(part, "test" | "tests"));
    found(facts, &sought, &|name| needs.contains_key(name), &is_code, &holds)
}

/// Declared packages that are installed and that nothing is known to use, and that the code of one that is used names,
/// unless it `brings` them itself.
pub(super) fn by_packages(
    facts: &Loaded<'_>,
    declared: &Declared,
    used: &BTreeSet<Arc<str>>,
    brings: &(dyn Fn(&str, &str) -> bool + Sync),
) -> Needs {
    let sought = open(facts, declared, &|name| used.contains(name), &|package| {
        let finders = vec![Finder::new(&*package.name).into_owned()];
        Sought { name: package.name.clone(), finders, modules: Vec::new(), groups: Vec::new() }
    });
    let is_declared = |name: &str| declared.dependencies.iter().any(|dependency| *dependency.name == *name);
    let is_searched = |name: &str| used.contains(name) && is_declared(name);
    let holds =
        |owner: &str, text: &str, sought: &Sought| !brings(owner, &sought.name) && is_asked_for(text, &sought.name);
    let is_code = |path: &str| [".js", ".cjs", ".mjs"].iter().any(|ending| path.ends_with(ending));
    found(facts, &sought, &is_searched, &is_code, &holds)
}

/// The declared and installed packages that are not used.
fn open(
    facts: &Loaded<'_>,
    declared: &Declared,
    is_used: &dyn Fn(&str) -> bool,
    sought: &dyn Fn(&Package) -> Sought,
) -> Vec<Sought> {
    let open: BTreeSet<&Arc<str>> =
        declared.dependencies.iter().map(|dependency| &dependency.name).filter(|name| !is_used(name)).collect();
    let installed: BTreeMap<&Arc<str>, &Package> =
        facts.packages.packages.iter().map(|package| (&package.name, package)).collect();
    open.into_iter().filter_map(|name| installed.get(name)).map(|package| sought(package)).collect()
}

/// Groups of entry points of a distribution, without its commands.
fn groups(facts: &Loaded<'_>, package: &Package) -> Vec<String> {
    let text = python::metadata(facts.artifact, package, "entry_points.txt").and_then(|id| text(facts, id));
    let points = entry_points(&text.unwrap_or_default());
    let groups: BTreeSet<String> = points.into_iter().map(|point| point.group).collect();
    groups.into_iter().filter(|group| !group.ends_with("_scripts")).collect()
}

/// Who of some packages holds what is sought.
fn found(
    facts: &Loaded<'_>,
    sought: &[Sought],
    is_searched: &dyn Fn(&str) -> bool,
    is_code: &dyn Fn(&str) -> bool,
    holds: &(dyn Fn(&str, &str, &Sought) -> bool + Sync),
) -> Needs {
    if sought.is_empty() {
        return Needs::new();
    }
    let is_text = |id: EntryId| {
        let entry = facts.artifact.entry(id);
        entry.bytes <= LARGEST && is_code(&entry.path)
    };
    let mut files = search::files(facts, is_searched, &is_text);
    files.truncate(MOST_FILES);
    let holds = |owner: &str, bytes: Option<&[u8]>, sought: &Sought| {
        let bytes = bytes.filter(|bytes| sought.finders.iter().any(|finder| finder.find(bytes).is_some()));
        bytes.is_some_and(|bytes| holds(owner, &crate::text::lossy(bytes), sought))
    };
    let found = search::holders(facts, &files, sought, |sought| &sought.name, &holds);
    let mut needs = Needs::new();
    need::add(&mut needs, found.into_iter().map(|(name, owner)| (name, Need::Wanted(owner))));
    needs
}

fn text(facts: &Loaded<'_>, id: EntryId) -> Option<String> {
    Some(crate::text::lossy((*facts.artifact.read(id).ok()?).as_ref()).into_owned())
}

fn quotes(text: &str, word: &str) -> bool {
    ['"', '\''].iter().any(|quote| text.contains(&format!("{quote}{word}{quote}")))
}

/// Whether a text holds a package's name, or a path in it, as a whole text of code. What is called like a module of the
/// runtime is that one, unless a path in it is asked for; and a copy of a manifest asks for nothing.
fn is_asked_for(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let quote = text[..at].chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`'));
        let rest = &text[at + name.len()..];
        let Some(quote) = quote else { return false };
        let request = text[at..].split(quote).next().unwrap_or_default();
        match rest.chars().next() {
            Some('/') => !is_builtin(request),
            after => after == Some(quote) && !is_builtin(name) && !is_declared(rest.get(1..).unwrap_or_default()),
        }
    })
}

/// Whether a version of a package follows its name: `"x": "^1.2"`.
fn is_declared(rest: &str) -> bool {
    let value = rest.trim_start().strip_prefix(':').map(str::trim_start);
    let version = value.and_then(|value| value.strip_prefix(['"', '\'']));
    version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit() || "^~<>=*".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_texts_or_begin_paths() {
        for text in ["require('a-b')", "import(`a-b`)", "x = \"a-b/register\""] {
            assert!(is_asked_for(text, "a-b"), "{text}");
        }
        for text in ["// a-b", "require('a-bc')", "'x/a-b'", "`a-b'", "{\"a-b\":\"^1.2\"}", "'a-b' : '1.0.0'"] {
            assert!(!is_asked_for(text, "a-b"), "{text}");
        }
        assert!(is_asked_for("{'a-b': 'next'}", "a-b") && is_asked_for("require('util/')", "util"));
        assert!(!is_asked_for("require('util')", "util") && !is_asked_for("require('util/types')", "util"));
    }
}
