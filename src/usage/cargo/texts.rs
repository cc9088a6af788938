//! Crates that texts beside the code name: derives such as askama's compile the templates that lie there, and what these
//! say is code of the package.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::PackageInput;
use crate::input::files::{self, Files};

/// Folders below a package's own that are looked through.
const DEEPEST: usize = 8;
/// Most files that are searched.
const MOST_FILES: usize = 5_000;
/// Larger texts, in bytes, are data.
const LARGEST: usize = 256 << 10;
/// What is code, and read as that; what declares; what tells people of the crate's use.
const NO_TEMPLATES: [&str; 5] = [".rs", ".toml", ".lock", ".md", ".txt"];

/// Those of some crates that a text of the package names as the beginning of a path.
pub(super) fn named(input: &PackageInput<'_>, crates: &BTreeSet<String>) -> BTreeSet<String> {
    let mut paths = Vec::new();
    if !crates.is_empty() {
        collect(input.files, &input.workspace.members[input.at].folder, 0, &mut paths);
    }
    let of_file = |path: &String| {
        let text = input.files.text(path).ok().filter(|text| text.len() <= LARGEST);
        let is_named = |name: &&String| text.as_deref().is_some_and(|text| begins_path(text, name));
        crates.iter().filter(is_named).cloned().collect::<Vec<String>>()
    };
    paths.par_iter().flat_map_iter(of_file).collect()
}

fn collect(tree: &dyn Files, folder: &str, depth: usize, paths: &mut Vec<String>) {
    for child in tree.list(folder) {
        let path = files::join(folder, &child.name);
        let own = child.name != "target" && child.name != "node_modules" && !child.name.starts_with('.');
        if paths.len() >= MOST_FILES || !own {
            continue;
        }
        if !child.is_folder {
            if !NO_TEMPLATES.iter().any(|ending| child.name.ends_with(ending)) {
                paths.push(path);
            }
        } else if depth < DEEPEST && !tree.is_file(&files::join(&path, "Cargo.toml")) {
            collect(tree, &path, depth + 1, paths);
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
