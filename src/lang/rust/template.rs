//! Texts that become Rust only when a build script has filled them in.

use std::collections::BTreeSet;

use super::facts::NOT_CRATES;

/// First names of paths in a text that is Rust only in parts, such as a template.
#[must_use]
pub fn named(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let heads = text.match_indices("::").filter_map(|(at, _)| {
        let head = text[..at].rsplit(|c| !word(c)).next()?;
        let before = text[..at - head.len()].strip_suffix("::");
        // What follows another name is a part of a path; what begins with `::` is a crate.
        before.is_none_or(|before| !before.ends_with(|c| word(c) || c == '>')).then_some(head)
    });
    heads.filter(|head| !head.is_empty() && !NOT_CRATES.contains(head)).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_name_crates() {
        let text = "use arbitrary::Arbitrary;\n{% for x in y %} impl ::serde::S for {{ x }} { a::b::c() } {% endfor %}";
        assert_eq!(named(text).into_iter().collect::<Vec<_>>(), ["a", "arbitrary", "serde"]);
    }
}
