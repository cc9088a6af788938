//! Changes that resolve findings, put into texts. Pure: who reads and writes files is `cli`.

use std::collections::BTreeMap;

use crate::finding::{Edit, Finding, FixLevel};

/// What is to change in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Replacements, in order, each once.
    pub edits: Vec<Edit>,
    /// What they do, for people.
    pub descriptions: Vec<String>,
}

/// The changes up to a level that findings carry, by file. Two functions that ship one manifest ask for the same
/// change twice; it is made once.
#[must_use]
pub fn by_file(findings: &[Finding], most: FixLevel) -> BTreeMap<String, FileChange> {
    let mut files: BTreeMap<String, FileChange> = BTreeMap::new();
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.level <= most) {
        let file = files.entry(fix.path.clone()).or_default();
        file.edits.extend(fix.edits.iter().cloned());
        if !file.descriptions.contains(&fix.description) {
            file.descriptions.push(fix.description.clone());
        }
    }
    for file in files.values_mut() {
        file.edits.sort_by(|a, b| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)));
        file.edits.dedup();
    }
    files
}

/// A text with replacements made.
///
/// # Errors
/// When replacements overlap or do not fit the text, and when a TOML file that reads would no
/// longer read; nothing is to be written then.
pub fn apply(path: &str, text: &str, edits: &[Edit]) -> Result<String, String> {
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let kept = text.get(at..start).filter(|_| text.get(start..end).is_some());
        let kept = kept.ok_or_else(|| format!("{path}: two changes overlap, or the file is not what was analysed"))?;
        changed.push_str(kept);
        changed.push_str(&edit.replacement);
        at = end;
    }
    changed.push_str(text.get(at..).unwrap_or_default());
    if path.ends_with(".toml") && reads_as_toml(text) && !reads_as_toml(&changed) {
        return Err(format!("{path}: the change would break the file"));
    }
    Ok(changed)
}

fn reads_as_toml(text: &str) -> bool {
    toml_edit::Document::parse(text).is_ok()
}

/// What changes in a file, as a unified diff.
#[must_use]
pub fn diff(path: &str, before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(2).header(path, path).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn remove(start: u32, end: u32) -> Edit {
        Edit { span: Span::new(start, end), replacement: String::new() }
    }

    #[test]
    fn replacements_are_made_in_order() {
        assert_eq!(apply("a.txt", "a\nb\nc\n", &[remove(0, 2), remove(4, 6)]).as_deref(), Ok("b\n"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(apply("a.txt", "abc", &[remove(0, 2), remove(1, 3)]).is_err());
        assert!(apply("a.txt", "abc", &[remove(2, 9)]).is_err());
        assert!(apply("a.txt", "ü", &[remove(1, 2)]).is_err());
    }

    #[test]
    fn a_toml_file_is_not_broken() {
        assert!(apply("a.toml", "a = [1, 2]\n", &[remove(5, 6)]).is_err());
        assert!(apply("a.toml", "a = [1\n", &[remove(0, 1)]).is_ok(), "it was broken before");
    }

    #[test]
    fn the_diff_shows_the_lines_around() {
        let shown = diff("requirements.txt", "a\nb\nc\n", "a\nc\n");
        assert_eq!(shown, "--- requirements.txt\n+++ requirements.txt\n@@ -1,3 +1,2 @@\n a\n-b\n c\n");
    }

    #[test]
    fn the_same_change_is_made_once() {
        let finding = |name: &str| {
            let fix = crate::finding::Fix {
                level: FixLevel::Safe,
                description: format!("remove {name}"),
                path: "r.txt".to_owned(),
                edits: vec![remove(0, 2)],
            };
            Finding::new(crate::artifact::Location::file("r.txt"), "").fix(fix)
        };
        let files = by_file(&[finding("a"), finding("a")], FixLevel::Safe);
        let file = &files["r.txt"];
        assert_eq!((file.edits.len(), file.descriptions.len()), (1, 1));
    }
}
