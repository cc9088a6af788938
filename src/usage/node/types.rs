//! Packages of types that no compiler reads anything of: nobody imports what they describe, and the names that they give
//! to all files nobody says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value as Json;

use super::super::need::Need;
use super::super::own_code::{self, OwnFile};
use super::super::{Loaded, Usage, brought, tools};
use super::described_by;
use super::manifests::Manifests;
use crate::artifact::EntryId;
use crate::graph::javascript::is_builtin;
use crate::lang::javascript::declarations::{Given, given};
use crate::manifest::dependency::Declared;
use crate::manifest::node::package_of_request;
use crate::package::owners::{Package, is_in_environment};
use crate::platform::Language;

/// Most files with declarations of types that are searched.
const MOST_FILES: usize = 40_000;
/// All of them together, in bytes.
const LARGEST_ALL: u64 = 256 << 20;

/// Forgets packages of types that are here and of which nothing is read, unless settings name them or another package
/// wants them: those that hold none, because what they described has its own by now, and those of which it is proven that
/// no file asks for what they describe.
pub(super) fn forget(
    facts: &Loaded<'_>,
    declared: &Declared,
    files: &[&OwnFile],
    manifests: &Manifests,
    usage: &mut Usage,
) {
    let is_declared = |name: &str| declared.dependencies.iter().any(|dependency| *dependency.name == *name);
    let stubs = facts.packages.packages.iter().filter(|package| {
        let is_asked = matches!(usage.needs.get(&package.name), Some(need) if !matches!(need, Need::Found));
        let is_judged = brought::is_stub(Language::Node, &package.name) && is_declared(&package.name);
        is_judged && !is_asked && package.manifest.is_some()
    });
    let stubs: Vec<&Package> = stubs.filter(|package| *package.name != *NODE).collect();
    if stubs.is_empty() {
        return;
    }
    let mut search = Search::new(facts, declared, files, manifests);
    // What one asks for that nobody reads itself, nobody reads either.
    loop {
        let is_new = |package: &&&Package| !search.unread.contains(&*package.name);
        let is_empty = |package: &Package| {
            let is_empty = declarations(facts, package).next().is_none();
            is_empty && described_by(&package.name).is_some_and(|name| is_declared(&name))
        };
        let unread = stubs.iter().filter(is_new).filter(|package| is_empty(package) || search.is_unread(package));
        let unread: Vec<Arc<str>> = unread.map(|package| package.name.clone()).collect();
        if unread.is_empty() {
            break;
        }
        search.unread.extend(unread);
    }
    for name in &search.unread {
        usage.reached.remove(name);
        usage.needs.remove(name);
        usage.elsewhere.remove(name);
    }
}

/// What describes the runtime itself.
const NODE: &str = "@types/node";

/// An own text.
struct Own {
    /// Whether it is code alone, of which all requests are known.
    is_code: bool,
    text: String,
}

/// What may ask for types.
struct Search<'a> {
    declared: &'a Declared,
    manifests: &'a Manifests,
    by_name: BTreeMap<&'a str, &'a Package>,
    /// Whether own files hold elements of JSX, which compilers look up without an import.
    has_jsx: bool,
    /// Packages that own files ask for, as values or as types.
    asked: BTreeSet<String>,
    /// Those of them that have types of their own, which the compiler takes then.
    typed: BTreeSet<String>,
    /// All own texts that may hold names of types.
    texts: Vec<Own>,
    /// What each file with declarations of an installed package holds; nothing where there are too many.
    others: Option<Vec<(&'a Package, Given)>>,
    /// Packages of types that are known to be read by nobody.
    unread: BTreeSet<Arc<str>>,
}

impl<'a> Search<'a> {
    fn new(facts: &'a Loaded<'a>, declared: &'a Declared, files: &[&'a OwnFile], manifests: &'a Manifests) -> Self {
        let texts = own_texts(facts);
        let said = files.iter().flat_map(|file| [&file.imports, &file.types, &file.told]).flatten().cloned();
        let written = texts.iter().flat_map(|own| given(&own.text).asked);
        let written = written.filter_map(|request| package_of_request(&request).map(str::to_owned));
        let by_name = facts.packages.packages.iter().map(|package| (&*package.name, package)).collect();
        let asked: BTreeSet<String> = said.chain(written).collect();
        let typed = asked.iter().filter(|name| has_own_types(facts, name)).cloned().collect();
        let has_jsx = files.iter().any(|file| file.path.ends_with(".jsx") || file.path.ends_with(".tsx"));
        Self {
            declared,
            manifests,
            by_name,
            has_jsx,
            asked,
            typed,
            texts,
            others: others(facts),
            unread: BTreeSet::new(),
        }
    }

    /// Whether it is proven that nobody reads anything of a package of types, nor of what it alone brings.
    fn is_unread(&self, package: &Package) -> bool {
        let Some(others) = &self.others else { return false };
        let brought = self.only_brought_by(&package.name);
        let is_own = |name: &str| name == &*package.name || brought.contains(name);
        let is_here = |name: &&str| self.by_name.contains_key(*name);
        let names = || brought.iter().map(|name| &**name).chain([&*package.name]);
        // What is described by code and not by types is gone with it.
        let is_asked = |name: &str| {
            let described = described_by(name).unwrap_or_else(|| name.to_owned());
            is_builtin(&described)
                || self.has_jsx && tools::is_meant_by_jsx(&described)
                || self.asked.contains(&*described) && !self.typed.contains(&*described)
                || self.is_told(&described)
        };
        if !names().all(|name| is_here(&name)) || names().any(is_asked) {
            return false;
        }
        let given = others.iter().filter(|(owner, _)| is_own(&owner.name));
        let given: Vec<&Given> = given.map(|(_, given)| given).collect();
        let is_known = given.iter().all(|given| given.is_whole);
        let modules = || given.iter().flat_map(|given| &given.modules);
        let names_of_all: BTreeSet<&str> = given.iter().flat_map(|given| &given.globals).map(String::as_str).collect();
        is_known
            && !modules().any(|module| self.is_module_asked(module, &is_own))
            && !names_of_all.iter().any(|name| self.is_said(name, &is_own))
            && !names().any(|name| self.is_wanted(name, &is_own))
    }

    /// Packages that are here for the sake of one alone.
    fn only_brought_by(&self, name: &str) -> BTreeSet<Arc<str>> {
        let mut found: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut open: Vec<Arc<str>> = vec![name.into()];
        let is_declared = |name: &str| self.declared.dependencies.iter().any(|dependency| *dependency.name == *name);
        while let Some(next) = open.pop() {
            for brought in self.manifests.all_brought_by(&next) {
                let is_others = |other: &&&Package| {
                    *other.name != *name && !found.contains(&other.name) && *other.name != **brought
                };
                let mut others = self.by_name.values().filter(is_others);
                let is_free = !is_declared(brought) && !found.contains(brought);
                if is_free && !others.any(|other| self.manifests.is_brought_by(&other.name, brought)) {
                    found.insert(brought.clone());
                    open.push(brought.clone());
                }
            }
        }
        found
    }

    /// Whether the compiler's settings name a package, or a page's script does.
    fn is_told(&self, described: &str) -> bool {
        let quoted =
            ['"', '\'', '`'].map(|quote| [format!("{quote}{described}{quote}"), format!("{quote}{described}/")]);
        let mut told = self.texts.iter().filter(|own| !own.is_code);
        told.any(|own| quoted.iter().flatten().any(|word| holds(&own.text, word)))
    }

    /// Whether a module that declarations give or add to is somebody's: own code imports it, or only other packages' would
    /// know.
    fn is_module_asked(&self, module: &str, is_own: &dyn Fn(&str) -> bool) -> bool {
        if module.contains('*') {
            return true;
        }
        // A path of the package's own, or one of what goes with it.
        let Some(name) = package_of_request(module) else { return false };
        let stub = format!("@types/{}", name.trim_start_matches('@').replace('/', "__"));
        if is_own(name) || is_own(&stub) {
            return false;
        }
        is_builtin(name) || self.asked.contains(name) || self.is_told(name)
    }

    /// Whether a name that all files may use is used, or adds to one that is known without it.
    fn is_said(&self, name: &str, is_own: &dyn Fn(&str) -> bool) -> bool {
        let others = self.others.iter().flatten().filter(|(owner, _)| !is_own(&owner.name));
        self.texts.iter().any(|own| is_word(&own.text, name))
            || others.map(|(_, given)| given).any(|given| given.globals.contains(name))
    }

    /// Whether declarations of another package ask for what is described, and that one does not bring the description.
    fn is_wanted(&self, name: &str, is_own: &dyn Fn(&str) -> bool) -> bool {
        let described = described_by(name).unwrap_or_else(|| name.to_owned());
        let asks = |owner: &Package, given: &Given| {
            !is_own(&owner.name)
                && !self.unread.contains(&owner.name)
                && *owner.name != *described
                && !self.manifests.is_brought_by(&owner.name, name)
                && given.asked.iter().any(|request| package_of_request(request) == Some(&*described))
        };
        self.others.iter().flatten().any(|(owner, given)| asks(owner, given))
    }
}

/// Whether a package that is installed at the root says, to compilers of any age, where its own types are.
fn has_own_types(facts: &Loaded<'_>, name: &str) -> bool {
    let folder = format!("node_modules/{name}");
    let Some(manifest) = super::json_at(facts, &format!("{folder}/package.json")) else { return false };
    let told = ["types", "typings"].iter().find_map(|key| manifest.get(key).and_then(Json::as_str));
    let is_here = |path: &str| {
        let path = format!("{folder}/{}", path.trim_start_matches("./"));
        [path.clone(), format!("{path}.d.ts"), format!("{path}/index.d.ts")]
            .iter()
            .any(|path| facts.artifact.find(path).is_some())
    };
    let is_exported = || {
        let exports = manifest.get("exports");
        exports.is_none_or(|exports| exports.to_string().contains(".d."))
    };
    told.is_some_and(is_here) && is_exported()
}

/// Files of a package that declare types.
fn declarations<'a>(facts: &'a Loaded<'_>, package: &'a Package) -> impl Iterator<Item = EntryId> + 'a {
    let is_types = |id: &EntryId| {
        let path = &facts.artifact.entry(*id).path;
        [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| path.ends_with(ending))
    };
    package.entries.iter().copied().filter(is_types)
}

/// What all files with declarations of installed packages hold.
fn others<'a>(facts: &'a Loaded<'_>) -> Option<Vec<(&'a Package, Given)>> {
    let packages = facts.packages.packages.iter();
    let files = packages.flat_map(|package| declarations(facts, package).map(move |id| (package, id)));
    let files: Vec<(&Package, EntryId)> = files.take(MOST_FILES + 1).collect();
    let bytes: u64 = files.iter().map(|(_, id)| facts.artifact.entry(*id).bytes).sum();
    if files.len() > MOST_FILES || bytes > LARGEST_ALL {
        return None;
    }
    let of_file = |(package, id): &(&'a Package, EntryId)| {
        let bytes = facts.artifact.read(*id).ok()?;
        Some((*package, given(&crate::text::lossy((*bytes).as_ref()))))
    };
    files.par_iter().map(of_file).collect()
}

/// Own code, pages with code in them, and settings of compilers.
fn own_texts(facts: &Loaded<'_>) -> Vec<Own> {
    let own = facts.artifact.entries().filter(|(id, entry)| {
        let is_others = entry.path.contains("node_modules/") || is_in_environment(facts.artifact, *id);
        !is_others && facts.packages.owner(*id).is_none() && entry.bytes <= own_code::LARGEST
    });
    let typed = own.filter(|(_, entry)| {
        let file = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let settings = ["tsconfig", "jsconfig"].iter().any(|begin| file.starts_with(begin));
        let pages = [".vue", ".svelte", ".astro", ".mdx", ".html", ".coffee"];
        settings
            || pages.iter().any(|ending| file.ends_with(ending))
            || own_code::extension(file).is_some_and(own_code::is_script)
    });
    let ids: Vec<EntryId> = typed.map(|(id, _)| id).collect();
    let text = |id: &EntryId| {
        let bytes = facts.artifact.read(*id).ok()?;
        let is_code = own_code::extension(&facts.artifact.entry(*id).path).is_some_and(own_code::is_script);
        Some(Own { is_code, text: crate::text::lossy((*bytes).as_ref()).into_owned() })
    };
    ids.par_iter().filter_map(text).collect()
}

fn holds(text: &str, word: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Whether a text holds a name that nothing goes on.
fn is_word(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    memchr::memmem::find_iter(text.as_bytes(), name.as_bytes()).any(|at| {
        let (before, after) = (text.get(..at), text.get(at + name.len()..));
        !before.is_some_and(|before| before.ends_with(goes_on))
            && !after.is_some_and(|after| after.starts_with(goes_on))
    })
}
