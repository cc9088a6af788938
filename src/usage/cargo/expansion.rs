//! Crates that only macros of other crates name: `envelope!` that expands to `::serde_json`, a
//! derive that expands to `::strum`. Read from the expanding crate's own source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PackageInput;
use crate::input::files::{self, Files};
use crate::lang::rust::crates::{self, MacroRules};
use crate::manifest::cargo::registry::{CrateSource, Texts};
use crate::manifest::cargo::{CargoManifest, Dependency, DependencyKind, crate_name};

/// A crate's manifest and files, wherever they are.
pub(super) enum Source<'a> {
    Member(&'a CargoManifest, &'a dyn Files),
    Registry(Arc<CrateSource>),
}

impl Source<'_> {
    pub(super) fn manifest(&self) -> &CargoManifest {
        match self {
            Self::Member(manifest, _) => manifest,
            Self::Registry(source) => &source.manifest,
        }
    }

    /// The Rust files below `src`, or around the library's root file.
    pub(super) fn texts(&self) -> Texts {
        let read = |folder: &str, files: &dyn Files| {
            let lib = self.manifest().lib.as_ref().and_then(|lib| lib.path.as_deref()).unwrap_or("src/lib.rs");
            let mut found = Vec::new();
            collect(files, &files::join(folder, files::parent(lib)), &mut found, 0);
            Texts::from(found)
        };
        match self {
            Self::Member(manifest, files) => read(&manifest.folder, *files),
            Self::Registry(source) => Arc::clone(source.texts.get_or_init(|| read("", &source.files))),
        }
    }

    pub(super) fn files(&self) -> &dyn Files {
        match self {
            Self::Member(_, files) => *files,
            Self::Registry(source) => &source.files,
        }
    }
}

fn collect(tree: &dyn Files, folder: &str, found: &mut Vec<(String, Arc<str>)>, depth: usize) {
    if depth > 12 || found.len() > 4_000 {
        return;
    }
    for child in tree.list(folder) {
        let path = files::join(folder, &child.name);
        if child.is_folder {
            if !matches!(child.name.as_str(), "target" | "tests" | "benches" | "examples" | ".git") {
                collect(tree, &path, found, depth + 1);
            }
        } else if child.name.ends_with(".rs")
            && let Ok(text) = tree.text(&path)
        {
            found.push((path, text));
        }
    }
}

/// Where a dependency's source is.
pub(super) fn source<'a>(input: &'a PackageInput<'_>, dependency: &Dependency) -> Option<Source<'a>> {
    below(input, input.workspace.members[input.at].name(), dependency)
}

/// Where the source of what a package depends on is.
fn below<'a>(input: &'a PackageInput<'_>, from: &str, dependency: &Dependency) -> Option<Source<'a>> {
    if let Some(path) = &dependency.path {
        let member = input.workspace.members.iter().find(|member| &member.folder == path);
        if let Some(member) = member {
            return Some(Source::Member(member, input.files));
        }
    }
    let lock = input.workspace.lock.as_ref()?;
    let package = lock.resolve(from, &dependency.package, dependency.requirement.as_deref())?;
    input.registry.find(&dependency.package, &package.version).map(Source::Registry)
}

/// Of the crates in `candidates` those that one of the macros `used` expands to; the macros are those
/// of the dependencies that the package knows.
pub(super) fn named_by_macros(
    input: &PackageInput<'_>,
    known: &[&Dependency],
    candidates: &BTreeSet<String>,
    used: &BTreeSet<String>,
) -> BTreeSet<String> {
    if candidates.is_empty() || used.is_empty() {
        return BTreeSet::new();
    }
    let used: BTreeSet<&str> = used.iter().map(String::as_str).collect();
    let mut found = BTreeSet::new();
    for dependency in known {
        let Some(source) = source(input, dependency) else {
            // What its macros expand to cannot be read here; who is named after a crate writes its name.
            found.extend(candidates.iter().filter(|name| is_derived_from(&dependency.package, name)).cloned());
            continue;
        };
        from_source(input, &source, &used, candidates, &mut found);
        // A facade hands on the macros of its own `*_derive` or `*-macros`.
        for inner in source.manifest().dependencies.iter().filter(|inner| looks_like_macros(&inner.package)) {
            let below = below(input, source.manifest().name(), inner).filter(|below| below.manifest().is_proc_macro());
            if let Some(below) = below {
                from_source(input, &below, &used, candidates, &mut found);
            }
        }
    }
    found
}

/// Most libraries that are read for what a macro crate has them write.
const MOST_WRITERS: usize = 16;

/// The libraries that write code for a macro crate, as `darling_core` does for `darling_macro`: those that are named
/// like it, or build on `quote` themselves.
fn writers<'a>(input: &'a PackageInput<'_>, macros: &Source<'_>) -> Vec<Source<'a>> {
    let mut found: Vec<Source<'a>> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut todo: Vec<(String, Vec<Dependency>)> =
        vec![(macros.manifest().name().to_owned(), macros.manifest().dependencies.clone())];
    while let Some((from, dependencies)) = todo.pop() {
        for dependency in dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            if found.len() >= MOST_WRITERS || !seen.insert(dependency.package.clone()) {
                continue;
            }
            let Some(source) = below(input, &from, dependency) else { continue };
            let manifest = source.manifest();
            let mut its = manifest.dependencies.iter();
            let builds = its.any(|d| d.package == "quote" && !d.optional && d.kind == DependencyKind::Normal);
            if builds || looks_like_macros(&dependency.package) || is_named_like(&dependency.package, &from) {
                todo.push((manifest.name().to_owned(), manifest.dependencies.clone()));
                found.push(source);
            }
        }
    }
    found
}

/// Whether a crate is named like another one with something added: `sqlx-macros-core`, `sqlx-macros`.
fn is_named_like(name: &str, other: &str) -> bool {
    name.strip_prefix(other).is_some_and(|rest| rest.starts_with(['-', '_']))
}

/// Whether a crate of macros is named after another one: `serde_derive`, `serde`.
fn is_derived_from(package: &str, name: &str) -> bool {
    let package = crate_name(package);
    looks_like_macros(&package) && is_named_like(&package, name)
}

fn looks_like_macros(name: &str) -> bool {
    ["derive", "macro", "impl", "attribute", "codegen"].iter().any(|part| name.contains(part))
}

fn from_source(
    input: &PackageInput<'_>,
    source: &Source<'_>,
    used: &BTreeSet<&str>,
    candidates: &BTreeSet<String>,
    found: &mut BTreeSet<String>,
) {
    let manifest = source.manifest();
    let open: Vec<&String> = candidates.iter().filter(|name| !found.contains(*name)).collect();
    if open.is_empty() {
        return;
    }
    let texts = source.texts();
    if manifest.is_proc_macro() {
        let mut defined = texts.iter().flat_map(|(_, text)| crates::proc_macros(text));
        if defined.any(|name| used.contains(name.as_str())) {
            written(source, &open, found);
            writers(input, source).iter().for_each(|writer| written(writer, &open, found));
        }
        return;
    }
    if !mentions(&texts, &open) {
        return;
    }
    let names: BTreeSet<&str> = texts.iter().flat_map(|(_, text)| crates::macro_names(text)).collect();
    if !names.iter().any(|name| used.contains(name)) {
        return;
    }
    let mut rules: BTreeMap<String, MacroRules> = BTreeMap::new();
    for (name, rule) in texts.iter().flat_map(|(_, text)| crates::macro_rules(text)) {
        let known = rules.entry(name).or_default();
        known.crates.extend(rule.crates);
        known.macros.extend(rule.macros);
    }
    let mut todo: Vec<&str> = used.iter().copied().filter(|name| rules.contains_key(*name)).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if let Some(rule) = rules.get(name).filter(|_| seen.insert(name)) {
            found.extend(rule.crates.iter().filter(|name| candidates.contains(*name)).cloned());
            todo.extend(rule.macros.iter().map(String::as_str));
        }
    }
}

/// Whether a text holds one of some names.
fn mentions(texts: &Texts, names: &[&String]) -> bool {
    let held = |text: &str| names.iter().any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some());
    texts.iter().any(|(_, text)| held(text))
}

/// Adds the crates that a macro's source writes into what it expands to.
fn written(source: &Source<'_>, open: &[&String], found: &mut BTreeSet<String>) {
    let texts = source.texts();
    if !mentions(&texts, open) {
        return;
    }
    // What only its tests depend on it writes for others.
    let own = source.manifest().dependencies.iter().filter(|d| d.kind != DependencyKind::Dev);
    let own: BTreeSet<String> = own.map(|d| crate_name(&d.key)).collect();
    for name in open {
        if texts.iter().any(|(_, text)| crates::quotes(text, name, own.contains(*name))) {
            found.insert((*name).clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_derived_from;

    #[test]
    fn macros_are_named_after_their_crate() {
        assert!(is_derived_from("serde_derive", "serde") && is_derived_from("strum-macros", "strum"));
        assert!(!is_derived_from("serde_json", "serde") && !is_derived_from("derive_more", "serde"));
    }
}
