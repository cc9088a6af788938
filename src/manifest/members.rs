//! Members of workspaces: folders with manifests of their own that a root's manifest names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use globset::{GlobBuilder, GlobMatcher};

use super::dependency::Files;
use super::yaml::{self, Node};

/// Folders that name each other in a row: more are taken for a cycle.
const DEEPEST: usize = 32;

/// The members of an npm, Yarn, pnpm or Lerna workspace among some folders with a `package.json`, and the packages that
/// are taken from folders.
#[must_use]
pub fn of_node<'a>(files: &dyn Files, folders: &[&'a str]) -> BTreeSet<&'a str> {
    let manifest = |folder: &str| parsed(files, &in_folder(folder, "package.json"));
    let root = manifest("");
    let listed = root.as_deref().and_then(|root| root.get("workspaces"));
    let listed = listed.map(|listed| listed.get("packages").unwrap_or(listed));
    let pnpm = parsed(files, "pnpm-workspace.yaml");
    let lerna = parsed(files, "lerna.json");
    let others = [&pnpm, &lerna].into_iter().filter_map(|file| file.as_deref()?.get("packages"));
    let patterns: Vec<&str> = listed.into_iter().chain(others).flat_map(Node::items).filter_map(Node::text).collect();
    let mut found = matching(&patterns, &[], folders);
    follow(&mut found, folders, |folder| {
        let Some(manifest) = manifest(folder) else { return Vec::new() };
        let tables = ["dependencies", "devDependencies", "optionalDependencies"];
        let entries = tables.iter().filter_map(|table| manifest.get(table)).flat_map(Node::entries);
        let of_folder = |value: &str| {
            let path = ["file:", "link:", "portal:"].iter().find_map(|scheme| value.strip_prefix(scheme))?;
            Some(path.to_owned())
        };
        entries.filter_map(|(_, value)| of_folder(value.text()?)).collect()
    });
    found
}

/// The members of a uv workspace among some folders with manifests, and the projects that are taken from folders by
/// uv, Poetry, PDM or a requirements file.
#[must_use]
pub fn of_python<'a>(files: &dyn Files, folders: &[&'a str]) -> BTreeSet<&'a str> {
    let manifest = |folder: &str| -> Option<toml::Table> {
        toml::from_str(&files.text(&in_folder(folder, "pyproject.toml"))?).ok()
    };
    let root = manifest("");
    let workspace = root.as_ref().and_then(|root| root.get("tool")?.get("uv")?.get("workspace"));
    let list = |key: &str| -> Vec<&str> {
        let list = workspace.and_then(|workspace| workspace.get(key)?.as_array());
        list.into_iter().flatten().filter_map(toml::Value::as_str).collect()
    };
    let mut found = matching(&list("members"), &list("exclude"), folders);
    follow(&mut found, folders, |folder| {
        let mut paths = manifest(folder).map(toml::Value::Table).map_or_else(Vec::new, |root| paths_in(&root));
        let requirements = files.text(&in_folder(folder, "requirements.txt")).unwrap_or_default();
        let local = |line: &str| {
            let line = line.trim();
            let path = line.strip_prefix("-e").or_else(|| line.strip_prefix("--editable")).unwrap_or(line).trim();
            let path = path.trim_start_matches('=').trim().split(['[', ' ', '#']).next().unwrap_or_default();
            path.starts_with('.').then(|| path.to_owned())
        };
        paths.extend(requirements.lines().filter_map(local));
        paths
    });
    found
}

/// The values of all keys `path` in tables of a manifest: `{ path = "../lib", develop = true }`.
fn paths_in(root: &toml::Value) -> Vec<String> {
    let tool = |name: &str| root.get("tool").and_then(|tool| tool.get(name));
    let mut open: Vec<&toml::Value> =
        [tool("uv").and_then(|uv| uv.get("sources")), tool("poetry")].into_iter().flatten().collect();
    let mut paths = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            toml::Value::Table(table) => {
                paths.extend(table.get("path").and_then(toml::Value::as_str).map(str::to_owned));
                open.extend(table.values());
            }
            toml::Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
    paths
}

fn parsed(files: &dyn Files, path: &str) -> Option<std::sync::Arc<Node>> {
    yaml::parse(&files.text(path)?).ok()?
}

fn in_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The folders that patterns name and none leaves out; those with `!` leave out.
fn matching<'a>(patterns: &[&str], left_out: &[&str], folders: &[&'a str]) -> BTreeSet<&'a str> {
    let glob = |pattern: &str| -> Option<GlobMatcher> {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        Some(GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher())
    };
    let taken: Vec<GlobMatcher> =
        patterns.iter().filter(|pattern| !pattern.starts_with('!')).filter_map(|pattern| glob(pattern)).collect();
    let negated = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!'));
    let left: Vec<GlobMatcher> = negated.chain(left_out.iter().copied()).filter_map(glob).collect();
    let is_one = |folder: &&str| {
        taken.iter().any(|glob| glob.is_match(folder)) && !left.iter().any(|glob| glob.is_match(folder))
    };
    folders.iter().copied().filter(|folder| !folder.is_empty()).filter(is_one).collect()
}

/// Adds the folders that the root and members name by path.
fn follow<'a>(found: &mut BTreeSet<&'a str>, folders: &[&'a str], named: impl Fn(&str) -> Vec<String>) {
    let known: BTreeMap<&str, &'a str> = folders.iter().map(|folder| (*folder, *folder)).collect();
    let mut open: Vec<&str> = found.iter().copied().chain([""]).collect();
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for folder in open {
            let named = named(folder).into_iter().filter_map(|path| joined(folder, &path));
            let new = named.filter_map(|path| known.get(&*path).copied()).filter(|path| !path.is_empty());
            next.extend(new.filter(|folder| found.insert(folder)));
        }
        open = next;
    }
}

/// A path from a folder, relative to the root; nothing where it leads out of that.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::ParentDir => drop(parts.pop()?),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Location;

    struct Texts<'a>(&'a [(&'a str, &'a str)]);

    impl Files for Texts<'_> {
        fn text(&self, path: &str) -> Option<String> {
            self.0.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
        }

        fn location(&self, _: &str) -> Location {
            Location::default()
        }
    }

    const FOLDERS: [&str; 6] = ["", "apps/web", "packages/a", "packages/a/inner", "packages/b", "tools/x"];

    #[test]
    fn npm_and_yarn_list_patterns() {
        let listed = [("package.json", r#"{"workspaces": ["packages/*", "./apps/**", "!packages/b"]}"#)];
        let names = of_node(&Texts(&listed), &FOLDERS);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["apps/web", "packages/a"]);
        let yarn = [("package.json", r#"{"workspaces": {"packages": ["packages/**"], "nohoist": []}}"#)];
        assert_eq!(of_node(&Texts(&yarn), &FOLDERS).len(), 3);
    }

    #[test]
    fn pnpm_has_a_file_and_folders_are_named_by_path() {
        let files = [
            ("pnpm-workspace.yaml", "packages:\n  - 'packages/*'\n  - '!packages/b'\n"),
            ("packages/a/package.json", r#"{"dependencies": {"x": "link:../../tools/x", "y": "file:../../../out"}}"#),
        ];
        let names = of_node(&Texts(&files), &FOLDERS);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["packages/a", "tools/x"]);
    }

    #[test]
    fn uv_and_poetry_name_members_and_paths() {
        let files = [
            ("pyproject.toml", "[tool.uv.workspace]\nmembers = ['packages/*']\nexclude = ['packages/b']\n"),
            ("packages/a/pyproject.toml", "[tool.poetry.dependencies]\nx = {path = '../../tools/x', develop = true}\n"),
        ];
        let names = of_python(&Texts(&files), &FOLDERS);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["packages/a", "tools/x"]);
        let editable = [("requirements.txt", "-e ./packages/b[dev]\n./apps/web\nrequests\n")];
        let names = of_python(&Texts(&editable), &FOLDERS);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["apps/web", "packages/b"]);
    }
}
