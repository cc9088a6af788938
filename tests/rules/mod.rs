//! Every rule against its own cases and the examples of its page, and the set of rules as a whole.
//!
//! A case is a folder `rules/<rule>/cases/{bad,good}_*`. A line that must be reported ends in a
//! comment `~ rule-name`. What has no line, and what is too large to be committed, stands in the
//! case's `case.toml`; see [`case::Recipe`].

mod case;
pub mod elf;
mod page;
mod pairs;
mod pyc;
mod set;

use std::collections::BTreeSet;

use crate::support::{self, rule_folders};
use case::Case;

/// `unused-feature` needs the registry cache, which a test cannot count on.
const WAITING: &[&str] = &["unused_feature"];

/// Rules with facts, with their folders' names.
fn judged() -> impl Iterator<Item = (String, std::path::PathBuf)> {
    rule_folders().into_iter().filter(|(folder, _)| !WAITING.contains(&folder.as_str()))
}

/// One line per rule and case that does not hold, so that all are seen at once.
fn complain(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn cases_give_exactly_the_marked_findings() {
    let mut complaints = Vec::new();
    for (folder, path) in judged() {
        let rule = folder.replace('_', "-");
        for tree in support::folders(&path.join("cases")) {
            let name = tree.file_name().unwrap().to_string_lossy().into_owned();
            let mut case = Case::new(&rule);
            case.add_folder(&tree);
            complaints.extend(case.complaint(&name).map(|complaint| format!("{folder}/{name}: {complaint}")));
        }
    }
    complain(complaints);
}

#[test]
fn every_rule_has_a_firing_and_a_silent_case() {
    let mut complaints = Vec::new();
    for (folder, path) in rule_folders() {
        let cases = support::folders(&path.join("cases"));
        let names: BTreeSet<String> =
            cases.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        for kind in ["bad_", "good_"] {
            if !names.iter().any(|name| name.starts_with(kind)) {
                complaints.push(format!("{folder}: no case {kind}*"));
            }
        }
        complaints.extend(
            names
                .iter()
                .filter(|name| !name.starts_with("bad_") && !name.starts_with("good_"))
                .map(|name| format!("{folder}: case {name} is neither bad_* nor good_*")),
        );
    }
    complain(complaints);
}

/// The template language of a case, by the files that it has.
fn language(tree: &std::path::Path) -> Option<&'static str> {
    let files =
        |ending: &str| support::files(tree).into_iter().filter(|path| path.ends_with(ending)).collect::<Vec<_>>();
    if !files(".tf").is_empty() {
        return Some("terraform");
    }
    if !files("serverless.yml").is_empty() {
        return Some("serverless");
    }
    let template = files("template.yaml").into_iter().chain(files("template.json")).next()?;
    let is_sam = support::text(tree.join(template)).contains("AWS::Serverless-2016-10-31");
    Some(if is_sam { "sam" } else { "cloudformation" })
}

#[test]
fn rules_on_settings_fire_and_stay_silent_in_two_languages() {
    let mut complaints = Vec::new();
    for (folder, path) in rule_folders() {
        if !support::text(path.join("rule.toml")).contains("category = \"scaling\"") {
            continue;
        }
        for kind in ["bad_", "good_"] {
            let cases = support::folders(&path.join("cases"));
            let of_kind = cases.iter().filter(|tree| tree.file_name().unwrap().to_string_lossy().starts_with(kind));
            let languages: BTreeSet<&str> = of_kind.filter_map(|tree| language(tree)).collect();
            if languages.len() < 2 {
                complaints.push(format!("{folder}: cases {kind}* only in {languages:?}"));
            }
        }
    }
    complain(complaints);
}

#[test]
fn examples_of_the_pages_run() {
    let mut complaints = Vec::new();
    for (folder, path) in judged() {
        let rule = folder.replace('_', "-");
        let page = support::text(path.join("README.md"));
        for (heading, name) in [("## Bad example", "bad_example"), ("## Better example", "good_example")] {
            let mut case = Case::new(&rule);
            let blocks = page::blocks(&page, heading);
            if blocks.is_empty() {
                complaints.push(format!("{folder}: no code under `{heading}`"));
                continue;
            }
            for block in &blocks {
                case.add_block(block);
            }
            case.counts_only = true;
            complaints.extend(case.complaint(name).map(|complaint| format!("{folder}, `{heading}`: {complaint}")));
        }
    }
    complain(complaints);
}
