//! The set of rules as a whole: names, registration, wording, pages and the table in README.md.

use std::collections::BTreeSet;
use std::fmt::Write;

use defrost::engine::{Category, Check, Registry};

use super::complain;
use crate::support::{self, rule_folders};

fn registry() -> Registry {
    defrost::rules::registry().unwrap()
}

#[test]
fn every_folder_is_registered_under_its_name() {
    let folders: BTreeSet<String> = rule_folders().into_iter().map(|(folder, _)| folder.replace('_', "-")).collect();
    let registered: BTreeSet<String> = registry().rules().iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(folders, registered);
}

#[test]
fn names_are_kebab_case_and_pages_carry_them() {
    let mut complaints = Vec::new();
    for rule in registry().rules() {
        let kebab = rule.name.split('-').all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()));
        if !kebab {
            complaints.push(format!("{}: not in kebab case", rule.name));
        }
        if rule.page.lines().next() != Some(&format!("# {}", rule.name)) {
            complaints.push(format!("{}: the page does not begin with its name", rule.name));
        }
    }
    complain(complaints);
}

#[test]
fn wording_follows_one_style() {
    let mut complaints = Vec::new();
    for rule in registry().rules() {
        let meta = &rule.meta;
        let mut sentence = |what: &str, text: &str, capital: bool| {
            let first = text.chars().next().unwrap_or('`');
            if capital && !first.is_uppercase() && first != '`' {
                complaints.push(format!("{}: {what} begins in lower case", rule.name));
            }
            if text.ends_with('.') || text.contains("  ") || text.contains('!') {
                complaints.push(format!("{}: {what} ends in a full stop, or shouts, or has double blanks", rule.name));
            }
        };
        sentence("summary", &meta.summary, true);
        sentence("help", &meta.help, true);
        sentence("message", &meta.message, false);
        if meta.summary.len() > 90 {
            complaints.push(format!("{}: the summary is longer than a line", rule.name));
        }
        if meta.help.is_empty() {
            complaints.push(format!("{}: no help", rule.name));
        }
        if matches!(rule.check, Check::Match) != meta.matching.is_some() {
            complaints.push(format!("{}: a data rule has a [match] table, a code rule has none", rule.name));
        }
    }
    complain(complaints);
}

#[test]
fn pages_have_all_sections() {
    let sections =
        ["## What it does", "## Why it costs", "## Bad example", "## Better example", "## Limits", "## References"];
    let mut complaints = Vec::new();
    for rule in registry().rules() {
        for section in sections {
            if !rule.page.lines().any(|line| line == section) {
                complaints.push(format!("{}: no `{section}`", rule.name));
            }
        }
        let describes = rule.page.contains("## Options");
        if describes == rule.meta.options.is_empty() {
            complaints.push(format!("{}: `## Options` goes with options in rule.toml", rule.name));
        }
        for option in rule.meta.options.keys() {
            if !rule.page.contains(&format!("`{option}`")) {
                complaints.push(format!("{}: the page does not describe `{option}`", rule.name));
            }
        }
    }
    complain(complaints);
}

/// A rule that is gone or has another name would settle nothing.
#[test]
fn the_rules_that_name_culprits_exist() {
    let registry = registry();
    let gone: Vec<&str> =
        defrost::finding::culprit::RULES.into_iter().filter(|name| registry.find(name).is_none()).collect();
    assert_eq!(gone, Vec::<&str>::new());
}

/// The table between the markers of README.md.
fn table() -> String {
    let registry = registry();
    let mut table = String::from("| rule | default | finds |\n|---|---|---|\n");
    for category in Category::ALL {
        for rule in registry.rules().iter().filter(|rule| rule.meta.category == category) {
            let folder = rule.name.replace('-', "_");
            let severity = rule.meta.severity.word();
            let summary = &rule.meta.summary;
            writeln!(table, "| [`{}`](rules/{folder}/README.md) | {severity} | {summary} |", rule.name).unwrap();
        }
    }
    table
}

#[test]
fn the_readme_lists_the_rules() {
    support::assert_between("README.md", "rules", &table());
}
