//! The names that an ES module can import from a CommonJS file.
//!
//! Node does not run the file to know them: `cjs-module-lexer` looks for a few ways to write an export. What is found
//! here is what that lexer finds or more, as strings and comments are not told apart: a name that is missing here is
//! missing there.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// What the text of a CommonJS file seems to export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenExports {
    /// Names.
    pub names: BTreeSet<String>,
    /// Requests of files whose names it may export as well.
    pub again: BTreeSet<String>,
}

/// White space and comments between two words.
const GAP: &str = r"(?:\s|/\*(?s:.*?)\*/|//[^\n]*\n)*";

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(&text.replace('_', GAP)).ok()
}

/// `exports.name =`, also of `module.exports`.
static ASSIGNED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\bexports_\._([\p{L}$\x5f][\p{L}\p{N}$\x5f]*)_="));
/// `exports["name"] =`.
static INDEXED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r#"\bexports_\[_["']([^"'\n]*)["']_\]_="#));
/// `Object.defineProperty(exports, "name"`.
static DEFINED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"\bdefineProperty_\(_(?:module_\._)?exports_,_["']([^"'\n]*)["']"#));
/// `module.exports = {` and what follows it.
static LITERAL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\bmodule_\._exports_=_\{"));
/// `module.exports = require("x")`, `__export(require("x"))`, `tslib.__exportStar(require("x")`.
static HANDED_ON: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"(?:\bexports_=|\x5f\x5fexport(?:Star)?\()_require_\(_["']([^"'\n]+)["']"#));
/// Any constant `require`.
static REQUIRED: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r#"\brequire_\(_["']([^"'\n]+)["']"#));

/// Looks for exports in the text of a CommonJS file.
#[must_use]
pub fn seen_exports(text: &str) -> SeenExports {
    let mut seen = SeenExports::default();
    for pattern in [&*ASSIGNED, &*INDEXED, &*DEFINED].into_iter().flatten() {
        seen.names.extend(pattern.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str().to_owned())));
    }
    for found in LITERAL.iter().flat_map(|pattern| pattern.find_iter(text)) {
        literal(text.get(found.end()..).unwrap_or_default(), &mut seen);
    }
    // Babel copies the names of another module in a loop over them.
    let copies = text.contains("Object.keys") && text.contains("forEach");
    let again = if copies { &*REQUIRED } else { &*HANDED_ON };
    if let Some(pattern) = again {
        seen.again.extend(pattern.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str().to_owned())));
    }
    seen
}

/// Longest object literal that is looked at, bytes.
const LONGEST_LITERAL: usize = 256 << 10;

/// The keys of an object literal, as far as its values are plain names: what the lexer reads ends at the first other.
fn literal(text: &str, seen: &mut SeenExports) {
    static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(
            r#"^_(?:\.\.\.(?:require_\(_["']([^"'\n]+)["']_\)|[\p{L}$\x5f][\p{L}\p{N}$\x5f.]*)|["']([^"'\n]*)["']|([\p{L}$\x5f][\p{L}\p{N}$\x5f]*))_(:?)"#,
        )
    });
    static VALUE: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^_[\p{L}$\x5f][\p{L}\p{N}$\x5f]*_(,?)"));
    let (Some(key), Some(value)) = (&*KEY, &*VALUE) else { return };
    static COMMA: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^_,"));
    let mut rest = text.get(..LONGEST_LITERAL).unwrap_or(text);
    while let Some(found) = key.captures(rest) {
        let group = |at: usize| found.get(at).map(|found| found.as_str().to_owned());
        seen.again.extend(group(1));
        let name = group(2).or_else(|| group(3));
        rest = rest.get(found.get(0).map_or(0, |all| all.end())..).unwrap_or_default();
        if group(4).is_some_and(|colon| !colon.is_empty()) {
            let Some(found) = value.captures(rest) else { return };
            seen.names.extend(name);
            if found.get(1).is_none_or(|comma| comma.as_str().is_empty()) {
                return;
            }
            rest = rest.get(found.get(0).map_or(0, |all| all.end())..).unwrap_or_default();
        } else {
            seen.names.extend(name);
            match COMMA.as_ref().and_then(|comma| comma.find(rest)) {
                Some(comma) => rest = rest.get(comma.end()..).unwrap_or_default(),
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        seen_exports(text).names.into_iter().collect()
    }

    #[test]
    fn ways_to_export_are_seen() {
        assert_eq!(names("exports.a = exports.b = void 0; module.exports['c'] = 1"), ["a", "b", "c"]);
        assert_eq!(names("Object.defineProperty(exports, '__esModule', { value: true })"), ["__esModule"]);
        assert_eq!(names("module.exports = { a, b: c, 'd': e, f: function () {}, g }"), ["a", "b", "d", "f"]);
        assert_eq!(names("0 && (module.exports = {\n  a,\n  b\n});"), ["a", "b"]);
    }

    #[test]
    fn what_is_handed_on_is_seen() {
        let again = |text: &str| seen_exports(text).again.into_iter().collect::<Vec<_>>();
        assert_eq!(again("module.exports = require('./lib/express');"), ["./lib/express"]);
        assert_eq!(again("tslib_1.__exportStar(require(\"./a\"), exports);"), ["./a"]);
        assert_eq!(again("module.exports = { ...require('./a'), ...require('./b') }"), ["./a", "./b"]);
        assert_eq!(again("const x = require('./a'); exports.y = 1;"), Vec::<String>::new());
    }

    #[test]
    fn what_only_runs_is_not_seen() {
        assert_eq!(names("const _ = make(); module.exports = _; _.chunk = 1;"), Vec::<String>::new());
        assert_eq!(names("module.exports = { a: 1, b: 2 }"), Vec::<String>::new());
        assert_eq!(names("module.exports = { a: b.c, d }"), ["a"]);
    }
}
