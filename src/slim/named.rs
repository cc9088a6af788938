//! Files that code of their own package or of the function names: it opens them, whatever kind of files they are.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::artifact::{Artifact, EntryId};
use crate::package::owners::PackageId;
use crate::usage::Loaded;

/// A module larger than this is not looked at for what it names.
const LARGEST: u64 = 1 << 20;
/// Own modules that are looked at.
const MOST_OWN: usize = 2000;
/// A constant text longer than this is no path.
const LONGEST: usize = 200;
/// Endings of files with code.
const CODE: [&str; 4] = [".py", ".js", ".cjs", ".mjs"];

/// Those of some files that a constant text in a module of the same package names, by their whole name or by how it ends:
/// `open(join(here, "CHANGES.rst"))`, `path.glob("*.pyi")`; and those in folders that own code or a module that runs names.
///
/// `calls` are what a line of a package's code must hold beside a folder's name: it may say `tests` for another reason.
pub(super) fn named(loaded: &Loaded<'_>, files: &[EntryId], calls: &[String]) -> FxHashSet<EntryId> {
    let artifact = loaded.artifact;
    let mut by_package: FxHashMap<PackageId, Vec<EntryId>> = FxHashMap::default();
    for id in files {
        if let Some(owner) = loaded.packages.owner(*id) {
            by_package.entry(owner).or_default().push(*id);
        }
    }
    let mut found = FxHashSet::default();
    let own = own_code(loaded);
    let reached = loaded.graph.reached_entries(artifact.entries().len());
    for (package, files) in by_package {
        let running = loaded.packages.package(package).entries.iter().filter(|id| is_code(artifact, **id));
        let running = running.filter(|id| reached.get(id.0 as usize) == Some(&true));
        let running: Vec<String> = running.filter_map(|id| text(artifact, *id)).collect();
        let names: BTreeSet<&str> = files.iter().flat_map(|id| folders(&artifact.entry(*id).path)).collect();
        let is_said = |folder: &&str| {
            own.iter().any(|text| says_folder(text, folder, &[]))
                || running.iter().any(|text| says_folder(text, folder, calls))
        };
        let said: BTreeSet<&str> = names.into_iter().filter(is_said).collect();
        let is_in_one = |id: &EntryId| folders(&artifact.entry(*id).path).any(|folder| said.contains(folder));
        found.extend(files.iter().copied().filter(is_in_one));
        let endings: BTreeSet<&str> = files.iter().map(|id| ending(name(artifact, *id))).collect();
        let mut tails = BTreeSet::new();
        for module in loaded.packages.package(package).entries.iter().filter(|id| is_code(artifact, **id)) {
            if let Ok(content) = artifact.read(*module) {
                let text = String::from_utf8_lossy((*content).as_ref());
                endings.iter().for_each(|ending| add_tails(&text, ending, &mut tails));
            }
        }
        // How own code opens what lies in a package: by its name. Its patterns are about its own files.
        for ending in &endings {
            let mut said = BTreeSet::new();
            own.iter().for_each(|text| add_tails(text, ending, &mut said));
            tails.extend(said.into_iter().filter(|tail| tail.len() > ending.len() || !ending.starts_with('.')));
        }
        let is_named = |id: &EntryId| tails.iter().any(|tail| name(artifact, *id).ends_with(tail.as_str()));
        found.extend(files.into_iter().filter(is_named));
    }
    found
}

/// The texts of modules that no package owns.
fn own_code(loaded: &Loaded<'_>) -> Vec<String> {
    let own = loaded.artifact.entries().map(|(id, _)| id);
    let own = own.filter(|id| loaded.packages.owner(*id).is_none() && is_code(loaded.artifact, *id));
    own.take(MOST_OWN).filter_map(|id| text(loaded.artifact, id)).collect()
}

fn text(artifact: &Artifact, id: EntryId) -> Option<String> {
    artifact.read(id).ok().map(|content| String::from_utf8_lossy((*content).as_ref()).into_owned())
}

/// The names of the folders that a path leads through, but for the package's own.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inside = folder.rsplit_once("node_modules/").map_or(folder, |(_, inside)| inside);
    inside.split('/').skip(1 + usize::from(inside.starts_with('@')))
}

/// Whether a constant text is a folder's name or ends with it: what lies there is listed, or opened and imported by names
/// that are computed. Its line must hold one of some calls, if there are any.
fn says_folder(text: &str, folder: &str, calls: &[String]) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    text.match_indices(folder).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + folder.len()..]);
        let begins = before.ends_with(|c: char| is_quote(c) || matches!(c, '/' | '.'));
        // A name in a template goes on behind it.
        let rest = behind.strip_prefix(['/', '.']).unwrap_or(behind);
        let calls_one = || {
            let line = before.rsplit('\n').next().unwrap_or_default();
            calls.is_empty() || calls.iter().any(|call| line.contains(call.as_str()))
        };
        // Behind a whole name, another one may say which file is meant.
        let ends = rest.strip_prefix(is_quote).is_some_and(|rest| {
            !rest.trim_start_matches(|c: char| matches!(c, ',' | '/') || c.is_whitespace()).starts_with(is_quote)
        });
        begins && calls_one() && (ends || rest.len() < behind.len() && rest.starts_with(['{', '%', '$', '*']))
    })
}

fn name(artifact: &Artifact, id: EntryId) -> &str {
    let path = &artifact.entry(id).path;
    path.rsplit('/').next().unwrap_or(path)
}

/// The last part of a name with its dot, or the name where it has none.
fn ending(name: &str) -> &str {
    name.rfind('.').filter(|dot| *dot > 0).map_or(name, |dot| &name[dot..])
}

fn is_code(artifact: &Artifact, id: EntryId) -> bool {
    let entry = artifact.entry(id);
    entry.bytes <= LARGEST && CODE.iter().any(|ending| entry.path.ends_with(ending))
}

/// Adds how the constant texts end that have this ending, from the last part that is known.
fn add_tails(text: &str, ending: &str, tails: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices(ending) {
        let end = at + ending.len();
        if !text[end..].starts_with(['"', '\'', '`']) {
            continue;
        }
        let from = text.floor_char_boundary(at.saturating_sub(LONGEST));
        let begin =
            text[from..at].rfind(['"', '\'', '`', '\n', '/', '\\', '*', '}']).map_or(from, |found| from + found + 1);
        let tail = text[begin..end].trim_start_matches("%s");
        tails.insert(tail.rsplit("%s").next().unwrap_or(tail).to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_folders_by_their_ends() {
        for text in
            ["join(here, 'docs', n)", "listdir(\"lib/docs\")", "import_module('lib.docs.' + n)", "`${a}/docs/${n}`"]
        {
            assert!(says_folder(text, "docs", &[]), "{text}");
        }
        for text in ["'the docs'", "# see docs/x", "'docs.python.org'", "'mydocs'", "docs = 1"] {
            assert!(!says_folder(text, "docs", &[]), "{text}");
        }
        let calls = ["join(".to_owned()];
        assert!(says_folder("x = 1\np = join(here, 'docs')", "docs", &calls));
        assert!(!says_folder("join(a)\nskip = ['docs']", "docs", &calls));
        assert_eq!(folders("lib/docs/a/x.txt").collect::<Vec<_>>(), ["docs", "a"]);
        assert_eq!(folders("node_modules/@x/lib/docs/x.txt").collect::<Vec<_>>(), ["docs"]);
        assert_eq!(folders("node_modules/lib/x.txt").count() + folders("x.txt").count(), 0);
    }

    #[test]
    fn texts_name_files_by_their_ends() {
        let tails = |text: &str, ending: &str| {
            let mut tails = BTreeSet::new();
            add_tails(text, ending, &mut tails);
            tails.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(tails("open(join(here, 'CHANGES.rst'))", ".rst"), ["CHANGES.rst"]);
        assert_eq!(tails("p.glob(\"**/*.pyi\"); x = 'a.pyi.txt'", ".pyi"), [".pyi"]);
        assert_eq!(tails("f'{name}.pyi' '%s.pyi' `data/LICENSE.pyi`", ".pyi"), [".pyi", "LICENSE.pyi"]);
        assert_eq!(tails("# see README\nx = 'docs/README'", "README"), ["README"]);
        assert_eq!((ending("a.d.ts"), ending("README"), ending(".flow")), (".ts", "README", ".flow"));
    }
}
