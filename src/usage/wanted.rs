//! What libraries that are used load where it is there: imports that they can do without, drivers, parts. Their own
//! manifests need not name any of it, so that only their code tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memchr::memmem::Finder;

use super::names::Names;
use super::need::{self, Need, Needs};
use super::{Loaded, is_at_or_below, own_code, scripts, search, tools};
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

/// What packages say about each other.
pub(super) struct Among<'a> {
    /// Whether one brings another one itself.
    pub(super) brings: &'a (dyn Fn(&str, &str) -> bool + Sync),
    /// What is used or brought by it, with the peers that each can do without.
    pub(super) may_use: &'a BTreeMap<Arc<str>, &'a BTreeSet<Arc<str>>>,
    /// What libraries want only for something that is not here.
    pub(super) idle: &'a BTreeSet<Arc<str>>,
}

/// Declared packages that are installed and that nothing is known to use, and that the code of one names which is used
/// and does not bring them itself: of one that is declared, or of one that says it works with them.
pub(super) fn by_packages(
    facts: &Loaded<'_>,
    declared: &Declared,
    used: &BTreeSet<Arc<str>>,
    among: &Among<'_>,
) -> Needs {
    let Among { brings, may_use, idle } = among;
    let sought = open(facts, declared, &|name| used.contains(name) || idle.contains(name), &|package| {
        let short = tools::short_names(&package.name).into_iter().flat_map(|(_, words)| words);
        let words = short.chain([package.name.to_string()]);
        let finders = words.map(|word| Finder::new(&word).into_owned()).collect();
        Sought { name: package.name.clone(), finders, modules: Vec::new(), groups: Vec::new() }
    });
    let is_declared = |name: &str| declared.dependencies.iter().any(|dependency| *dependency.name == *name);
    let works_with_one = |name: &str| {
        let optional = may_use.get(name);
        optional.is_some_and(|optional| sought.iter().any(|sought| optional.contains(&sought.name)))
    };
    let is_searched = |name: &str| used.contains(name) && is_declared(name) || works_with_one(name);
    // What has a copy of its own imports that one; texts may be names for tools, which look from the project's folder.
    let has_own = |owner: &str, name: &str| {
        facts.artifact.find(&format!("node_modules/{owner}/node_modules/{name}/package.json")).is_some()
    };
    let holds = |owner: &str, text: &str, sought: &Sought| {
        let name = &*sought.name;
        let is_brought = brings(owner, name);
        let is_asked = || is_asked_for(text, name) && says(text, name, !is_brought);
        (!is_brought || has_own(owner, name)) && (is_asked() || names_in_short(owner, text, name))
    };
    found(facts, &sought, &is_searched, &is_code, &holds)
}

/// Whether a package of settings for a tool names another one by what the tool leaves of its name: ESLint looks for the
/// plug-ins of a shared configuration from the project's folder.
fn names_in_short(owner: &str, text: &str, name: &str) -> bool {
    let is_settings = ["config", "preset"].iter().any(|word| owner.contains(word));
    let is_said = |word: &String| quotes(text, word) || text.contains(&format!("plugin:{word}/"));
    is_settings && tools::short_names(name).iter().any(|(row, words)| row.speaks(owner) && words.iter().any(is_said))
}

/// Declared packages that are installed and that nothing is known to use, of whose scope a library knows that is used:
/// icons, fonts and languages are loaded by names that are put together. Of libraries that others bring only those count
/// that speak of a scope of which nothing else is used.
pub(super) fn by_scopes(
    facts: &Loaded<'_>,
    declared: &Declared,
    used: &BTreeSet<Arc<str>>,
    among: &Among<'_>,
) -> Needs {
    let Among { may_use, idle, .. } = among;
    let is_judged = |name: &str| scope(name).is_none_or(|scope| scope == TYPES) || idle.contains(name);
    let sought = open(facts, declared, &|name| used.contains(name) || is_judged(name), &|package| {
        let finders = scope(&package.name).map(|scope| Finder::new(scope).into_owned()).into_iter().collect();
        Sought { name: package.name.clone(), finders, modules: Vec::new(), groups: Vec::new() }
    });
    let is_known: BTreeSet<&str> = used.iter().filter_map(|name| scope(name)).collect();
    let is_lone = |name: &str| scope(name).is_some_and(|scope| !is_known.contains(scope));
    let own: BTreeSet<&Arc<str>> =
        declared.dependencies.iter().map(|dependency| &dependency.name).filter(|name| used.contains(*name)).collect();
    let is_any_lone = sought.iter().any(|sought| is_lone(&sought.name));
    let is_searched = |name: &str| own.contains(&Arc::from(name)) || is_any_lone && may_use.contains_key(name);
    let holds = |owner: &str, text: &str, sought: &Sought| {
        let is_asked = own.contains(&Arc::from(owner)) || is_lone(&sought.name);
        let is_begun = |scope: &str| scope != self::scope(owner).unwrap_or_default() && begins_one(text, scope);
        is_asked && scope(&sought.name).is_some_and(is_begun)
    };
    found(facts, &sought, &is_searched, &is_code, &holds)
}

/// Names that own code asks for, that are no installed package's, and that a library which is used answers itself, as
/// plug-ins of bundlers do: it holds them, or their scope.
pub(super) fn served<'a>(
    facts: &Loaded<'_>,
    used: &BTreeSet<Arc<str>>,
    may_use: &BTreeMap<Arc<str>, &BTreeSet<Arc<str>>>,
    asked: impl Iterator<Item = &'a Arc<str>>,
) -> Needs {
    let is_installed = |name: &str| facts.packages.packages.iter().any(|package| *package.name == *name);
    let sought = asked.filter(|name| !is_installed(name)).map(|name| Sought {
        name: Arc::clone(name),
        // Of a name with a dot a pattern may hold less than all.
        finders: vec![Finder::new(scope(name).unwrap_or(name).split('.').next().unwrap_or(name)).into_owned()],
        modules: Vec::new(),
        groups: Vec::new(),
    });
    let sought: Vec<Sought> = sought.collect();
    let is_searched = |name: &str| may_use.contains_key(name) || used.contains(name);
    let holds = |_: &str, text: &str, sought: &Sought| {
        holds_word(text, &sought.name) || scope(&sought.name).is_some_and(|scope| begins_one(text, scope))
    };
    found(facts, &sought, &is_searched, &is_code, &holds)
}

/// Whether a text of code holds a name that nothing goes on, also as a pattern.
fn holds_word(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '@');
    [name.to_owned(), name.replace('.', "\\.")].iter().any(|name| {
        text.match_indices(&**name)
            .any(|(at, _)| !text[..at].ends_with(goes_on) && !text[at + name.len()..].starts_with(goes_on))
    })
}

/// The scope of what describes types, of which every tool knows.
const TYPES: &str = "@types";

/// The scope of a name: `@acme` of `@acme/x`.
fn scope(name: &str) -> Option<&str> {
    Some(name.split_once('/').filter(|_| name.starts_with('@'))?.0)
}

/// Whether a text of code is a scope, or begins with it and goes on with something computed.
fn begins_one(text: &str, scope: &str) -> bool {
    let quotes = ['"', '\'', '`'];
    text.match_indices(scope).any(|(at, _)| {
        let rest = &text[at + scope.len()..];
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        text[..at].ends_with(quotes) && (rest.starts_with(quotes) || rest.starts_with("${"))
    })
}

/// Folders of packages with code that nobody who uses them loads.
const ASIDE: [&str; 10] =
    ["test", "tests", "spec", "example", "examples", "benchmark", "benchmarks", "docs", "template", "templates"];
/// Endings of a package's own settings, which are of no use to others.
const SETTINGS: [&str; 5] = [".config.js", ".config.cjs", ".config.mjs", "rc.js", "rc.cjs"];

/// Whether a file of a package is code that may run for those who use it. Templates have marks in their names.
fn is_code(path: &str) -> bool {
    let inside = path.rsplit_once("node_modules/").map_or(path, |(_, inside)| inside);
    let is_aside = |part: &str| part.contains("__") || ASIDE.contains(&part);
    [".js", ".cjs", ".mjs"].iter().any(|ending| path.ends_with(ending))
        && !SETTINGS.iter().any(|ending| path.ends_with(ending))
        && !inside.split('/').any(is_aside)
}

/// Whether code that holds a name somewhere says it in a text, or, if `or_asks`, asks for it, and not only in comments and
/// prose, as far as it can be read.
fn says(text: &str, name: &str, or_asks: bool) -> bool {
    let Some((asked, said)) = own_code::packages_said(text) else { return true };
    said.contains(name) || or_asks && (asked.contains(name) || is_builtin(name))
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
    fn names_that_are_put_together_begin_with_their_scope() {
        for text in ["x = '@icons'", "`@icons/${name}`", "\"@icons/\".concat(x)"] {
            assert!(begins_one(text, "@icons"), "{text}");
        }
        for text in ["// @icons", "'@icons/a'", "'@icons-b'", "`see @icons/${x}`"] {
            assert!(!begins_one(text, "@icons"), "{text}");
        }
        assert_eq!((scope("@a/b"), scope("a/b")), (Some("@a"), None));
    }

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
