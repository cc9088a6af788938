//! Why it is not proven that nothing needs a dependency for which no use is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use regex::bytes::{Regex, RegexBuilder};

use super::Loaded;
use crate::artifact::EntryId;
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
            Self::Unsearched => f.write_str("too much is installed to search all of it for who names it"),
        }
    }
}

/// All files together that are searched for names, in bytes.
const LARGEST_ALL: u64 = 512 << 20;

/// The packages, of some that are used, whose code names dependencies that nothing is known to use: by an import that was
/// not followed, or in a text. `sought` has the names by which each is imported. Nothing where that is too much to search.
pub(super) fn named_by_libraries(
    facts: &Loaded<'_>,
    sought: &[(Arc<str>, Vec<String>)],
    searches: &dyn Fn(&str) -> bool,
) -> Option<BTreeMap<Arc<str>, Arc<str>>> {
    let patterns: Vec<(&Arc<str>, Option<Regex>)> =
        sought.iter().map(|(name, modules)| (name, pattern(facts.language, modules))).collect();
    let is_code = |path: &str| match facts.language {
        Language::Node => [".js", ".cjs", ".mjs", ".node"].iter().any(|ending| path.ends_with(ending)),
        _ => [".py", ".pyc", ".so"].iter().any(|ending| path.ends_with(ending)),
    };
    let mut files: Vec<(&Arc<str>, EntryId)> = Vec::new();
    for package in facts.packages.packages.iter().filter(|package| searches(&package.name)) {
        let code = package.entries.iter().filter(|entry| is_code(&facts.artifact.entry(**entry).path));
        files.extend(code.map(|entry| (&package.name, *entry)));
    }
    let bytes: u64 = files.iter().map(|(_, entry)| facts.artifact.entry(*entry).bytes).sum();
    if bytes > LARGEST_ALL {
        return None;
    }
    let named: Vec<(Arc<str>, Arc<str>)> = files
        .par_iter()
        .flat_map_iter(|(package, entry)| {
            let text = facts.artifact.read(*entry).ok();
            let is_named = move |name: &Arc<str>, pattern: &Option<Regex>| {
                let Some(text) = &text else { return true };
                *name != **package && pattern.as_ref().is_none_or(|pattern| pattern.is_match((**text).as_ref()))
            };
            let found = patterns.iter().filter(move |(name, pattern)| is_named(name, pattern));
            found.map(|(name, _)| (Arc::clone(name), Arc::clone(package)))
        })
        .collect();
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
