//! Changes that resolve findings, put into texts. Pure: who reads and writes files is `cli`.

use std::collections::BTreeMap;

use crate::finding::{Edit, Finding, Fix, FixLevel};
use crate::lang::moving::has_word;

/// What is to change in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Replacements, in order, each once.
    pub edits: Vec<Edit>,
    /// What they do, for people.
    pub descriptions: Vec<String>,
}

/// What to change, and which findings that resolves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By file.
    pub files: BTreeMap<String, FileChange>,
    /// For each finding whether its change is among them.
    pub taken: Vec<bool>,
    /// How many changes touch what another one changes: they are for the next run.
    pub left_for_next: usize,
}

/// The changes up to a level that findings carry. Two functions that ship one manifest ask for the same change twice;
/// it is made once.
#[must_use]
pub fn plan(findings: &[Finding], most: FixLevel) -> Plan {
    let mut plan = Plan::default();
    let mut made: Vec<&Fix> = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.level <= most) else {
            plan.taken.push(false);
            continue;
        };
        let conflicts = fix.files().any(|(path, edits)| {
            let before = plan.files.get(path).map_or(&[][..], |file| &file.edits);
            edits.iter().any(|edit| before.iter().any(|other| conflict(edit, other)))
        });
        let conflicts =
            conflicts || made.iter().any(|other| other != &fix && (strands(fix, other) || strands(other, fix)));
        plan.taken.push(!conflicts);
        if conflicts {
            plan.left_for_next += 1;
            continue;
        }
        made.push(fix);
        for (path, edits) in fix.files() {
            let file = plan.files.entry(path.to_owned()).or_default();
            file.edits.extend(edits.iter().cloned());
            if !file.descriptions.contains(&fix.description) {
                file.descriptions.push(fix.description.clone());
            }
        }
    }
    for file in plan.files.values_mut() {
        file.edits.sort_by(|a, b| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)));
        file.edits.dedup();
        join_insertions(&mut file.edits);
    }
    plan
}

/// Whether two replacements cannot both be made.
fn conflict(a: &Edit, b: &Edit) -> bool {
    let crosses = a.span.start < b.span.end && b.span.start < a.span.end;
    a != b && crosses
}

/// Whether a change moves away a name by which another one writes code in the same file.
fn strands(moved: &Fix, by: &Fix) -> bool {
    let is_shared = |path: &str| moved.files().any(|(other, _)| other == path);
    let written: Vec<&Edit> = by.files().filter(|(path, _)| is_shared(path)).flat_map(|(_, edits)| edits).collect();
    let uses = |name: &String| written.iter().any(|edit| has_word(&edit.replacement, name));
    by.moves != moved.moves && moved.moves.iter().any(uses)
}

/// Of lines that are put at one place, only the last keep the empty line behind them.
fn join_insertions(edits: &mut [Edit]) {
    for at in 1..edits.len() {
        let (before, behind) = edits.split_at_mut(at);
        let (Some(first), Some(second)) = (before.last_mut(), behind.first()) else { continue };
        if first.span == second.span && first.span.start == first.span.end {
            for gap in ["\r\n\r\n", "\n\n"] {
                if first.replacement.ends_with(gap) && second.replacement.ends_with(gap) {
                    first.replacement.truncate(first.replacement.len() - gap.len() / 2);
                }
            }
        }
    }
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

/// What changes in a file, as `git apply` and `patch -p1` take it.
#[must_use]
pub fn patch(path: &str, before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    // Behind a name with blanks, a tab says where it ends.
    let tab = if path.contains(char::is_whitespace) { "\t" } else { "" };
    diff.unified_diff().header(&format!("a/{path}{tab}"), &format!("b/{path}{tab}")).to_string()
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
                also: Vec::new(),
                moves: Vec::new(),
            };
            Finding::new(crate::artifact::Location::file("r.txt"), "").fix(fix)
        };
        let plan = plan(&[finding("a"), finding("a")], FixLevel::Safe);
        let file = &plan.files["r.txt"];
        assert_eq!((file.edits.len(), file.descriptions.len(), plan.taken), (1, 1, vec![true, true]));
    }

    #[test]
    fn what_is_written_by_a_name_waits_while_the_name_moves() {
        let finding = |at: u32, text: &str, moves: &[&str]| {
            let fix = Fix {
                level: FixLevel::Unsafe,
                description: text.to_owned(),
                path: "a.py".to_owned(),
                edits: vec![Edit { span: Span::new(at, at), replacement: text.to_owned() }],
                also: Vec::new(),
                moves: moves.iter().map(|name| (*name).to_owned()).collect(),
            };
            Finding::new(crate::artifact::Location::file("a.py"), "").fix(fix)
        };
        let (import, client) = (finding(9, "import boto3", &["boto3"]), finding(1, "s3 = boto3.client('s3')", &[]));
        let other = finding(5, "import pandas", &["pandas"]);
        let taken = |findings: &[Finding]| plan(findings, FixLevel::Unsafe).taken;
        assert_eq!(taken(&[import.clone(), client.clone(), other.clone()]), [true, false, true]);
        assert_eq!(taken(&[client, import, other]), [true, false, true]);
    }

    #[test]
    fn changes_of_one_place_wait_for_each_other() {
        let finding = |edit: Edit| {
            let (description, path) = ("x".to_owned(), "a.py".to_owned());
            let fix = crate::finding::Fix {
                level: FixLevel::Safe,
                description,
                path,
                edits: vec![edit],
                also: Vec::new(),
                moves: Vec::new(),
            };
            Finding::new(crate::artifact::Location::file("a.py"), "").fix(fix)
        };
        let made = plan(&[finding(remove(0, 5)), finding(remove(3, 6)), finding(remove(5, 6))], FixLevel::Safe);
        assert_eq!((made.taken, made.left_for_next), (vec![true, false, true], 1));
        let insert = |text: &str| finding(Edit { span: Span::new(4, 4), replacement: text.to_owned() });
        let made = plan(&[insert("b\n\n"), insert("a\n\n")], FixLevel::Safe);
        assert_eq!(apply("a.py", "f()\n  x\n", &made.files["a.py"].edits).as_deref(), Ok("f()\na\nb\n\n  x\n"));
    }
}
