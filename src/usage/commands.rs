//! Commands of packages in texts that start them, and files that are called after who reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Loaded;
use super::tree::Part;
use crate::artifact::Artifact;
use crate::knowledge;
use crate::manifest::python::{entry_points, normalized};
use crate::package::owners::python;

knowledge::table! {
    static COMMANDS: BTreeMap<String, Vec<String>> = "python/commands.toml", tested by the_commands_of_python_read;
}

/// What a distribution's commands are called: what is installed says, or what is known of it, and its own name.
pub(super) fn of_distribution(facts: &Loaded<'_>, name: &str) -> Vec<String> {
    let installed = facts.packages.packages.iter().find(|package| *package.name == *name);
    let points = installed.and_then(|package| python::metadata(facts.artifact, package, "entry_points.txt"));
    let text = points.and_then(|id| facts.artifact.read(id).ok());
    let text = text.map(|bytes| crate::text::lossy((*bytes).as_ref()).into_owned()).unwrap_or_default();
    let listed = entry_points(&text).into_iter().filter(|point| point.group.ends_with("_scripts"));
    let known = COMMANDS.get(name).into_iter().flatten().cloned();
    listed.map(|point| point.name).chain(known).chain([name.to_owned()]).collect()
}

/// Whether a text holds a command where commands stand: behind nothing, a blank, a quote or an operator of the shell, and
/// before one of these.
pub(super) fn is_run(text: &str, command: &str) -> bool {
    let opens = |c: char| c.is_whitespace() || "\"'`([&|;=/!@".contains(c);
    let closes = |c: char| c.is_whitespace() || "\"'`)],&|;:.".contains(c);
    text.match_indices(command).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + command.len()..]);
        // `http://` begins an address.
        let is_scheme = after.starts_with("://");
        before.chars().next_back().is_none_or(opens) && after.chars().next().is_none_or(closes) && !is_scheme
    })
}

/// The file or folder beside a part's manifest, or the project's, that is called after one of some names, as settings are
/// after the tool that reads them: `lefthook.yml`, `.djlintrc`, `.husky`.
pub(super) fn settings_file(artifact: &Artifact, part: &Part, names: &[String]) -> Option<Arc<str>> {
    let own = part.folder().trim_end_matches('/');
    let folders = if own.is_empty() { vec![own] } else { vec![own, ""] };
    folders.into_iter().find_map(|folder| {
        let is_its = |child: &str, is_folder: bool| names.iter().any(|name| is_called_after(child, is_folder, name));
        let found = artifact.children(folder).iter().find(|child| is_its(&child.name, child.entry.is_none()))?;
        let lead = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        Some(Arc::from(format!("{lead}{}", found.name)))
    })
}

/// Endings of files that say something to a tool.
const SETTINGS: [&str; 11] = ["yml", "yaml", "toml", "json", "jsonc", "json5", "ini", "cfg", "conf", "xml", "rc"];

fn is_called_after(file: &str, is_folder: bool, name: &str) -> bool {
    let hidden = file.strip_prefix('.');
    let (stem, ending) = hidden.unwrap_or(file).split_once('.').unwrap_or((hidden.unwrap_or(file), ""));
    let ends = ["", "rc", "ignore"];
    let is_its = ends.iter().any(|end| stem.strip_suffix(end).is_some_and(|stem| normalized(stem) == normalized(name)));
    let is_settings = hidden.is_some()
        || ending.split('.').any(|part| SETTINGS.contains(&part) || part == "config")
        || stem.len() > name.len();
    is_its && is_settings && !(is_folder && hidden.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stand_where_a_shell_takes_them() {
        for text in ["uv run cog -r x", "[\"cog\", \"-r\"]", "@cog", "a && cog;b", "cog", "run: cog\n", "bin/cog -r"] {
            assert!(is_run(text, "cog"), "{text}");
        }
        for text in ["cogs", "recog x", "cog-wheel", "cog_x", "a.cog b", "see cog://x"] {
            assert!(!is_run(text, "cog"), "{text}");
        }
    }

    #[test]
    fn settings_are_called_after_their_tool() {
        let files =
            ["lefthook.yml", ".lefthookrc", ".lefthook.toml", "lefthook.config.mjs", ".lefthookignore", "lefthookrc"];
        for file in files {
            assert!(is_called_after(file, false, "lefthook"), "{file}");
        }
        for file in ["lefthook.js", "lefthook.md", "lefthooks.yml", "lefthook", "my.lefthook.yml"] {
            assert!(!is_called_after(file, false, "lefthook"), "{file}");
        }
        assert!(is_called_after(".husky", true, "husky") && !is_called_after("husky", true, "husky"));
    }
}
