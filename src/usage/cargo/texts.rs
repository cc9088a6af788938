//! Crates that texts beside the code name: derives such as askama's compile the templates that lie there, and what these
//! say is code of the package.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Deserialize;

use super::PackageInput;
use crate::input::files::{self, Files};
use crate::knowledge;
use crate::manifest::cargo::TargetKind;

/// Folders below a package's own that are looked through.
const DEEPEST: usize = 8;
/// Most files that are searched.
const MOST_FILES: usize = 5_000;
/// Larger texts, in bytes, are data.
const LARGEST: u64 = 256 << 10;
/// What is code, and read as that; what declares.
const NO_TEMPLATES: [&str; 3] = [".rs", ".toml", ".lock"];
/// What may be a template, and mostly tells people of the crate's use.
const FOR_PEOPLE: [&str; 2] = [".md", ".txt"];
/// What version control keeps.
const NEVER: [&str; 4] = ["target", "node_modules", ".git", ".hg"];

knowledge::table! {
    static SETTINGS: Settings = "rust/templates.toml", tested by the_settings_of_templates_read;
}

/// `templates.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    files: Vec<String>,
    folders: Vec<String>,
}

/// Crates that texts name.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// In what is compiled as a template, as far as anyone can tell.
    pub(super) by_templates: BTreeSet<String>,
    /// In what may be one, or may become code.
    pub(super) perhaps: BTreeSet<String>,
}

/// Those of some crates that a text of the package names as the beginning of a path.
pub(super) fn named(input: &PackageInput<'_>, crates: &BTreeSet<String>) -> Named {
    if crates.is_empty() {
        return Named::default();
    }
    let folder = &input.workspace.members[input.at].folder;
    let mut found = Search { files: input.files, paths: Vec::new() };
    found.collect(folder, 0, true);
    let elsewhere = folders(input.files, folder);
    let is_missing = elsewhere.iter().any(|folder| input.files.list(folder).is_empty());
    elsewhere.iter().for_each(|folder| found.collect(folder, 0, true));
    let of_file = |(path, is_template): &(String, bool)| {
        let size = input.files.size(path).filter(|size| *size <= LARGEST);
        let text = size.and_then(|_| input.files.text(path).ok());
        let is_named = |name: &&String| text.as_deref().is_some_and(|text| begins_path(text, name));
        crates.iter().filter(is_named).map(|name| (name.clone(), *is_template)).collect::<Vec<_>>()
    };
    let pairs: Vec<(String, bool)> = found.paths.par_iter().flat_map_iter(of_file).collect();
    let of = |template: bool| pairs.iter().filter(|(_, is)| *is == template).map(|(name, _)| name.clone()).collect();
    let is_unknown = is_missing || found.paths.len() >= MOST_FILES || is_written_from_outside(input);
    Named { by_templates: of(true), perhaps: if is_unknown { crates.clone() } else { of(false) } }
}

/// Whether the build script writes code, and names files that lie outside of the package.
fn is_written_from_outside(input: &PackageInput<'_>) -> bool {
    let scripts = input.usage.targets.iter().filter(|target| target.kind == TargetKind::Build);
    let texts = scripts.filter(|_| input.usage.is_generated).filter_map(|target| input.files.text(&target.path).ok());
    texts.into_iter().any(|text| text.contains("\"..") || text.contains("\"/"))
}

/// Folders of templates that settings beside the manifest name.
fn folders(files: &dyn Files, folder: &str) -> Vec<String> {
    let settings = SETTINGS.files.iter().filter_map(|name| files.text(&files::join(folder, name)).ok());
    let tables = settings.filter_map(|text| toml::from_str::<toml::Table>(&text).ok());
    let mut found = Vec::new();
    for table in tables {
        let inner = table.values().filter_map(toml::Value::as_table);
        for table in inner.chain([&table]) {
            let lists = SETTINGS.folders.iter().filter_map(|key| table.get(key)?.as_array());
            let written = lists.flatten().filter_map(toml::Value::as_str);
            found.extend(written.take(MOST_FOLDERS).map(|inside| files::join(folder, inside)));
        }
    }
    found
}

/// Folders that one file of settings may name.
const MOST_FOLDERS: usize = 20;

/// The files that are searched, and whether they are templates for sure.
struct Search<'a> {
    files: &'a dyn Files,
    paths: Vec<(String, bool)>,
}

impl Search<'_> {
    fn collect(&mut self, folder: &str, depth: usize, is_template: bool) {
        for child in self.files.list(folder) {
            let path = files::join(folder, &child.name);
            if self.paths.len() >= MOST_FILES || NEVER.contains(&&*child.name) {
                continue;
            }
            let ends = |endings: &[&str]| endings.iter().any(|ending| child.name.ends_with(ending));
            if !child.is_folder {
                if !ends(&NO_TEMPLATES) {
                    self.paths.push((path, is_template && !ends(&FOR_PEOPLE)));
                }
            } else if depth < DEEPEST && !self.files.is_file(&files::join(&path, "Cargo.toml")) {
                self.collect(&path, depth + 1, is_template && !child.name.starts_with('.'));
            }
        }
    }
}

/// Whether a text has `name::` where no longer name ends.
fn begins_path(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(goes_on) && text[at + name.len()..].trim_start().starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_with_a_crate() {
        assert!(begins_path("{% if x == cvss::Severity::High %}", "cvss") && begins_path("{{ cvss :: x }}", "cvss"));
        assert!(!begins_path("a cvss score; my_cvss::x; a::cvss::x; cvssx::y", "cvss"));
    }
}
