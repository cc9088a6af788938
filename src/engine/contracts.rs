//! What a user has said must never happen.

use crate::manifest::python::normalized;
use crate::platform::Language;
use crate::text;

/// Everything that was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contracts {
    /// Modules that Init must not load.
    pub lazy: Vec<Lazy>,
    /// Packages that must not ship.
    pub deny: Vec<Deny>,
    /// Layers beside which there may be none.
    pub only: Vec<Only>,
}

impl Contracts {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lazy.is_empty() && self.deny.is_empty() && self.only.is_empty()
    }
}

/// Functions that a contract holds for, by patterns over their names; all when there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(pub Vec<String>);

impl Scope {
    /// Whether a function is one of them.
    #[must_use]
    pub fn holds(&self, function: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| text::matches(pattern, function))
    }
}

/// Modules that Init must not load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lazy {
    /// Patterns over modules and packages; a module stands for what is inside it too.
    pub modules: Vec<String>,
    /// Where it holds.
    pub functions: Scope,
    /// Patterns over routes: no other route may load them either. Any route may when there are none.
    pub routes: Vec<String>,
    /// Why, for people.
    pub reason: Option<String>,
}

/// Packages that must not ship.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deny {
    /// Patterns over their names.
    pub packages: Vec<String>,
    /// Where it holds.
    pub functions: Scope,
    /// Why, for people.
    pub reason: Option<String>,
}

/// The layers that may be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// Patterns over ARNs, names and paths.
    pub layers: Vec<String>,
    /// Where it holds.
    pub functions: Scope,
    /// Why, for people.
    pub reason: Option<String>,
}

/// A reason as the end of a sentence.
#[must_use]
pub fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}

/// Whether a pattern means a module or one inside it: `pandas` means `pandas.core`, `lib/pdf` means `lib/pdf/index.js`.
/// A path may be written as code does it: `./lib/pdf` means `lib/pdf.js`, `lodash/fp` means `node_modules/lodash/fp.js`.
#[must_use]
pub fn means(pattern: &str, module: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let is_inside = |pattern: &str, name: &str| {
        text::matches(pattern, name)
            || text::matches(&format!("{pattern}.*"), name)
            || text::matches(&format!("{pattern}/*"), name)
    };
    is_inside(pattern, module)
        || module.rsplit_once(INSTALLED).is_some_and(|(_, asked)| is_inside(pattern, asked))
        // Compiled code asks for what its sources will become: `./pdf.js` is written for `pdf.ts`.
        || without_extension(pattern)
            .zip(without_extension(module))
            .is_some_and(|(pattern, module)| text::matches(pattern, module))
}

/// What stands before the name of a package in the path of one of its modules.
const INSTALLED: &str = "node_modules/";

/// Extensions of scripts, before and after compiling.
const SCRIPTS: [&str; 8] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];

/// The path of a script without its extension.
fn without_extension(path: &str) -> Option<&str> {
    path.rsplit_once('.').filter(|(_, extension)| SCRIPTS.contains(extension)).map(|(stem, _)| stem)
}

/// Whether a pattern means a package: names of PyPI are told apart by neither capitals nor marks between words (PEP 503).
#[must_use]
pub fn means_package(pattern: &str, package: &str, language: Language) -> bool {
    let is_normal = language == Language::Python;
    text::matches(pattern, package) || is_normal && text::matches(&normalized(pattern), &normalized(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_stands_for_what_is_inside_it() {
        assert!(means("pandas", "pandas.core") && means("pandas", "pandas") && !means("pandas", "pandas_stubs"));
        assert!(means("app.*.pdf", "app.views.pdf") && means("src/pdf", "src/pdf/index.js"));
    }

    #[test]
    fn a_path_may_be_written_as_code_asks_for_it() {
        assert!(means("./lib/pdf", "lib/pdf.js") && means("./lib/pdf.js", "lib/pdf.ts") && means("lib", "lib/pdf.js"));
        assert!(means("lodash/fp", "node_modules/lodash/fp.js") && means("@a/b/c", "node_modules/@a/b/c/index.js"));
        assert!(means("fp", "node_modules/a/node_modules/fp/index.js") && !means("lodash/fp", "lib/lodash/fp.js"));
        assert!(!means("./lib/pdf", "lib/pdfs.js") && !means("pdf.js", "lib/pdf.js") && !means("a.1", "a.2"));
    }

    #[test]
    fn packages_of_python_have_many_spellings() {
        let python = |pattern: &str, package: &str| means_package(pattern, package, Language::Python);
        assert!(
            python("PyYAML", "pyyaml")
                && python("charset_normalizer", "charset-normalizer")
                && python("Azure.*", "azure-core")
        );
        assert!(!python("yaml", "pyyaml") && !means_package("JSONStream", "jsonstream", Language::Node));
    }

    #[test]
    fn a_scope_without_patterns_holds_everywhere() {
        assert!(Scope::default().holds("x") && Scope(vec!["api-*".to_owned()]).holds("api-orders"));
        assert!(!Scope(vec!["api-*".to_owned()]).holds("orders"));
    }
}
