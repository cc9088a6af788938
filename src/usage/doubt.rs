//! Why it is not proven that nothing needs a dependency for which no use is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::{Loaded, search};
use crate::artifact::{Entry, EntryId};
use crate::graph::ComputedLoad;
use crate::platform::Language;

/// What may need a dependency although nothing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Something that is declared is not here, or an import has no answer.
    Missing,
    /// It is a tool, or settings and commands beside the code name it.
    Told,
    /// Own code loads by names that are known only when it runs, by this means.
    Open(Arc<str>),
    /// The code of a package that is used names it.
    Library(Arc<str>),
    /// The code of a package that is used loads by names that are known only when it runs, and this may be one.
    Computed(Arc<str>),
    /// A text of own code names it, which a library may be given.
    Said,
    /// More is installed than is searched for who names it.
    Unsearched,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not all that may need it is here"),
            Self::Told => f.write_str("commands or settings beside the code name it"),
            Self::Open(means) => {
                write!(f, "own code may load it by a name that is known only when it runs (`{means}`)")
            }
            Self::Library(package) => write!(f, "code of {package} names it, and may load it"),
            Self::Computed(package) => {
                write!(f, "code of {package} may load it by a name that is known only when it runs")
            }
            Self::Said => f.write_str("a text of own code names it, and may lead to its being loaded"),
            Self::Unsearched => f.write_str("too much is installed to search all of it for who names it"),
        }
    }
}

/// All files together that are searched for names, in bytes.
const LARGEST_ALL: u64 = 512 << 20;
/// Larger files of other kinds than code, in bytes, are data and no lists of what to load.
const LARGEST_LIST: u64 = 128 << 10;
/// Endings of files by which code may be told what to load.
const LISTS: [&str; 7] = [".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf"];
/// Files that tell the tools what a package needs, and its code nothing.
const MANIFESTS: [&str; 4] = ["package.json", "package-lock.json", "pyproject.toml", "setup.cfg"];

/// Why it is not proven of dependencies that nothing is known to use that no code which is used asks for them: it has
/// their names, or makes them. Nothing where that is too much to search.
pub(super) fn of_used_code(
    facts: &Loaded<'_>,
    sought: &[(Arc<str>, Vec<String>)],
    is_used: &dyn Fn(&str) -> bool,
) -> Option<BTreeMap<Arc<str>, Doubt>> {
    let named = named_by_libraries(facts, sought, is_used)?;
    let mut doubts: BTreeMap<Arc<str>, Doubt> =
        named.into_iter().map(|(name, package)| (name, Doubt::Library(package))).collect();
    let mentions = &facts.graph.mentions;
    for (name, modules) in sought {
        let makes = |load: &&ComputedLoad| modules.iter().any(|module| may_make(facts.language, load, module));
        let loads = mentions.computed.iter().filter(makes).filter_map(|load| facts.packages.owner(load.by));
        let mut owners = loads.map(|owner| &facts.packages.package(owner).name).filter(|owner| *owner != name);
        let is_said = || modules.iter().any(|module| mentions.words.contains(module.as_str()));
        let doubt = match owners.next() {
            Some(owner) => Some(Doubt::Computed(Arc::clone(owner))),
            None => is_said().then_some(Doubt::Said),
        };
        if let Some(doubt) = doubt {
            doubts.entry(Arc::clone(name)).or_insert(doubt);
        }
    }
    Some(doubts)
}

/// Whether a name that is computed may be that of a module, or of something in it.
fn may_make(language: Language, load: &ComputedLoad, module: &str) -> bool {
    let (begins, ends) = (&*load.begins, &*load.ends);
    let within = if language == Language::Node { '/' } else { '.' };
    let is_below = || begins.strip_prefix(module).is_some_and(|rest| rest.starts_with(within));
    // What follows a name that is put together whole may be a part of the module.
    is_below() || module.starts_with(begins) && (ends.contains(within) || module.ends_with(ends))
}

/// The packages, of some that are used, whose code names dependencies that nothing is known to use: by an import that was
/// not followed, or in a text. `sought` has the names by which each is imported. Nothing where that is too much to search.
fn named_by_libraries(
    facts: &Loaded<'_>,
    sought: &[(Arc<str>, Vec<String>)],
    searches: &dyn Fn(&str) -> bool,
) -> Option<BTreeMap<Arc<str>, Arc<str>>> {
    let patterns: Vec<(Arc<str>, Option<Regex>)> =
        sought.iter().map(|(name, modules)| (Arc::clone(name), pattern(facts.language, modules))).collect();
    let endings: &[&str] = match facts.language {
        Language::Node => &[".js", ".cjs", ".mjs", ".node"],
        _ => &[".py", ".pyc", ".so"],
    };
    let is_code = |entry: EntryId| {
        let Entry { path, bytes, .. } = facts.artifact.entry(entry);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_list = LISTS.iter().any(|ending| name.ends_with(ending)) && *bytes <= LARGEST_LIST;
        let is_metadata = MANIFESTS.contains(&name) || folder.ends_with(".dist-info") || folder.ends_with(".egg-info");
        endings.iter().any(|ending| name.ends_with(ending)) || is_list && !is_metadata
    };
    let files = search::files(facts, searches, &is_code);
    let bytes: u64 = files.iter().map(|(_, entry)| facts.artifact.entry(*entry).bytes).sum();
    if bytes > LARGEST_ALL {
        return None;
    }
    // What cannot be read may have any name.
    let holds = |_: &str, bytes: Option<&[u8]>, (_, pattern): &(Arc<str>, Option<Regex>)| {
        bytes.zip(pattern.as_ref()).is_none_or(|(bytes, pattern)| pattern.is_match(bytes))
    };
    let named = search::holders(facts, &files, &patterns, |(name, _)| name, &holds);
    let mut first: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    for (name, package) in named.into_iter().collect::<BTreeSet<_>>() {
        first.entry(name).or_insert(package);
    }
    Some(first)
}

/// How code writes that it loads one of some modules, or names it in a text. Nothing where that makes no pattern.
fn pattern(language: Language, modules: &[String]) -> Option<Regex> {
    let one = |module: &String| {
        let name = regex::escape(module);
        match (language, module.rsplit_once('.')) {
            (Language::Node, _) => format!(r#"["'`]{name}["'`/]"#),
            // Of a namespace its parts are imported by name: `from google.cloud import storage`.
            (_, Some((parent, last))) => {
                let (parent, last) = (regex::escape(parent), regex::escape(last));
                format!(r"\b{name}\b|\b{parent}[ \t]+import\b[^\n]*\b{last}\b|{parent}[\s\S]{{0,400}}\b{last}\b")
            }
            // A compiled file has its names between bytes of other kinds.
            (_, None) => format!(
                r#"(?:import|from|,)[ \t]+{name}\b|["'`]{name}["'`.:]|[^\w .,"'`\n\t(\[{{=#/-]{name}[^\w .,"'`\n\t)\]}}=#/-]"#
            ),
        }
    };
    if modules.is_empty() {
        return None;
    }
    let any = modules.iter().map(one).collect::<Vec<_>>().join("|");
    RegexBuilder::new(&any).unicode(false).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_computed_may_be_those_of_modules() {
        let load = |begins: &str, ends: &str| ComputedLoad { by: EntryId(0), begins: begins.into(), ends: ends.into() };
        let node = |begins, ends| may_make(Language::Node, &load(begins, ends), "driver-x");
        assert!(node("", "") && node("driver-", "") && node("driver-", "-x") && node("driver-", "/lib"));
        assert!(node("driver-x/", "") && node("", "-x"));
        assert!(!node("plugin-", "") && !node("driver-", "-y") && !node("driver-x2/", "") && !node("@s/", ""));
        let python = |begins, ends| may_make(Language::Python, &load(begins, ends), "google.cloud.storage");
        assert!(python("google.cloud.", "") && python("google.cloud.storage.", "") && python("", ".client"));
        assert!(!python("drivers.", "") && !python("", "_backend"));
    }

    fn names(language: Language, module: &str, text: &str) -> bool {
        pattern(language, &[module.to_owned()]).is_none_or(|pattern| pattern.is_match(text.as_bytes()))
    }

    #[test]
    fn imports_and_texts_name_modules() {
        let named = [
            "    import xlkit",
            "from xlkit.x import y",
            "import a, xlkit",
            "load('xlkit')",
            "x = \"xlkit.Reader\"",
            "try: import xlkit",
            "\u{5}xlkit\u{0}",
        ];
        for text in named {
            assert!(names(Language::Python, "xlkit", text), "{text}");
        }
        for text in ["# for xlkit files", "xlkits = 1", "import xlkits", "my_xlkit = \"see xlkit docs\""] {
            assert!(!names(Language::Python, "xlkit", text), "{text}");
        }
        assert!(names(Language::Python, "google.cloud.storage", "from google.cloud import bigquery, storage"));
        assert!(!names(Language::Python, "google.cloud.storage", "from google.cloud import bigquery"));
        assert!(names(Language::Node, "@s/x", "require('@s/x/y')") && names(Language::Node, "x", "load(\"x\")"));
        assert!(!names(Language::Node, "x", "require('./x')"));
    }
}
