//! Lock files: `package-lock.json` (versions 1 to 3), `npm-shrinkwrap.json`, `yarn.lock` (1 and
//! Berry) and `pnpm-lock.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::{in_folder, is_name};
use crate::input::shared;
use crate::manifest::dependency::{Files, Locked};
use crate::manifest::yaml::{self, Node};

/// Most packages that are taken from a lock file.
const MOST_PACKAGES: usize = 50_000;

/// What the lock file in a folder pins, by name and version; empty when there is none.
pub(super) fn read(files: &dyn Files, folder: &str) -> Arc<[Locked]> {
    let text = |name: &str| files.text(&in_folder(folder, name));
    let locked = if let Some(text) = text("package-lock.json").or_else(|| text("npm-shrinkwrap.json")) {
        shared::made(&text, |text| put_in_order(npm(text)))
    } else if let Some(text) = text("pnpm-lock.yaml") {
        shared::made(&text, |text| put_in_order(pnpm(text)))
    } else if let Some(text) = text("yarn.lock") {
        shared::made(&text, |text| put_in_order(if text.contains("__metadata:") { berry(text) } else { yarn(text) }))
    } else {
        return Arc::default();
    };
    Arc::clone(&locked)
}

/// What is pinned, once and by name.
fn put_in_order(mut locked: Vec<Locked>) -> Arc<[Locked]> {
    locked.truncate(MOST_PACKAGES);
    locked.sort();
    locked.dedup();
    locked.into()
}

fn npm(text: &str) -> Vec<Locked> {
    let Ok(root) = serde_json::from_str::<Json>(text) else { return Vec::new() };
    if let Some(packages) = root.get("packages").and_then(Json::as_object) {
        let installed = packages.iter().filter_map(|(path, entry)| {
            let (_, name) = path.rsplit_once("node_modules/")?;
            Some(npm_entry(name, entry))
        });
        return installed.collect();
    }
    // Version 1 nests what is not hoisted; it says nothing of peers and commands.
    let mut found = Vec::new();
    let mut open: Vec<&Json> = root.get("dependencies").into_iter().collect();
    while let Some(table) = open.pop() {
        for (name, entry) in table.as_object().into_iter().flatten() {
            found.push(npm_entry(name, entry));
            open.extend(entry.get("dependencies"));
        }
        if found.len() > MOST_PACKAGES {
            break;
        }
    }
    found
}

pub(super) fn npm_entry(name: &str, entry: &Json) -> Locked {
    let keys = |table: &str| {
        let table = entry.get(table).and_then(Json::as_object);
        table.into_iter().flat_map(|table| table.keys()).map(|key| Arc::from(key.as_str())).collect::<Vec<_>>()
    };
    let optional = |peer: &Arc<str>| {
        let meta = entry.get("peerDependenciesMeta").and_then(|meta| meta.get(&**peer));
        meta.and_then(|meta| meta.get("optional")).and_then(Json::as_bool) == Some(true)
    };
    let mut requires = keys("dependencies");
    requires.extend(keys("requires"));
    requires.extend(keys("optionalDependencies"));
    let (unneeded, peers): (Vec<_>, Vec<_>) = keys("peerDependencies").into_iter().partition(optional);
    Locked {
        name: name.into(),
        version: entry.get("version").and_then(Json::as_str).unwrap_or_default().into(),
        requires,
        peers,
        optional: [unneeded, keys("optionalDependencies")].concat(),
        commands: match entry.get("bin") {
            Some(Json::String(_)) => vec![name.rsplit('/').next().unwrap_or(name).into()],
            _ => keys("bin"),
        },
    }
}

fn pnpm(text: &str) -> Vec<Locked> {
    let Ok(Some(root)) = yaml::parse(text) else { return Vec::new() };
    let Some(packages) = root.get("packages") else { return Vec::new() };
    // Since version 9 what a package brings is listed apart, by its name with its peers.
    let mut snapshots: BTreeMap<&str, &Node> = BTreeMap::new();
    for (key, snapshot) in root.get("snapshots").into_iter().flat_map(Node::entries) {
        let id = key.text().unwrap_or_default();
        snapshots.entry(id.split_once('(').map_or(id, |(id, _)| id)).or_insert(snapshot);
    }
    let called = pnpm_called(&root);
    let locked = packages.entries().filter_map(|(key, entry)| {
        let id = key.text()?;
        let (name, version) = pnpm_id(id)?;
        let mut requires = brings(entry);
        requires.extend(snapshots.get(id).into_iter().flat_map(|snapshot| brings(snapshot)));
        let unneeded =
            |id: &str| snapshots.get(id).map(|snapshot| names(snapshot, "optionalDependencies")).unwrap_or_default();
        let commands = entry.get("hasBin").map(|_| usual_commands(name)).unwrap_or_default();
        let locked = Locked {
            name: name.into(),
            // What is no release has a place for its version in the id.
            version: entry.get("version").and_then(Node::text).unwrap_or(version).into(),
            requires,
            peers: peers(entry, false),
            optional: [peers(entry, true), names(entry, "optionalDependencies"), unneeded(id)].concat(),
            commands: commands.into_iter().collect(),
        };
        let names = called.get(&(name, version)).cloned().unwrap_or_else(|| BTreeSet::from([name]));
        Some(names.into_iter().map(move |name| Locked { name: name.into(), ..locked.clone() }))
    });
    locked.flatten().take(MOST_PACKAGES).collect()
}

/// Endings of names of packages that are nothing but a command.
const OF_COMMANDS: [&str; 4] = ["-cli", "-cmd", "-bin", "-command"];

/// The names under which packages with a command are usually run: `clean-css` and `cleancss` of `clean-css-cli`, `tailwindcss`
/// of `@tailwindcss/cli`, `remix-serve` of `@remix-run/serve`.
#[must_use]
pub fn usual_commands(name: &str) -> BTreeSet<Arc<str>> {
    let (scope, own) = match name.strip_prefix('@').and_then(|name| name.split_once('/')) {
        Some((scope, own)) => (Some(scope), own),
        None => (None, name),
    };
    let plain = OF_COMMANDS.iter().find_map(|end| own.strip_suffix(end)).unwrap_or(own);
    let mut found: BTreeSet<String> = [own, plain].map(str::to_owned).into();
    if let Some(scope) = scope {
        let family = scope.split('-').next().unwrap_or(scope);
        found.extend([scope, family].into_iter().filter(|_| matches!(own, "cli" | "cmd" | "core")).map(str::to_owned));
        found.extend([format!("{scope}-{plain}"), format!("{family}-{plain}")]);
    }
    let joined: Vec<String> = found.iter().map(|name| name.replace(['-', '.', '_'], "")).collect();
    found.into_iter().chain(joined).map(Arc::from).collect()
}

const PNPM_TABLES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// The names by which each package is asked for; an alias is one of its own.
fn pnpm_called(root: &Node) -> BTreeMap<(&str, &str), BTreeSet<&str>> {
    let below = |table: &str| root.get(table).into_iter().flat_map(Node::entries).map(|(_, node)| node);
    let asking = std::iter::once(root).chain(["importers", "packages", "snapshots"].into_iter().flat_map(below));
    let mut called: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for node in asking {
        let asked = PNPM_TABLES.iter().filter_map(|table| node.get(table)).flat_map(Node::entries);
        for (key, value) in asked {
            let version = value.get("version").unwrap_or(value).text();
            let (Some(name), Some(version)) = (key.text(), version) else { continue };
            let plain = version.split_once('(').map_or(version, |(version, _)| version);
            called.entry(pnpm_id(version).unwrap_or((name, plain))).or_default().insert(name);
        }
    }
    called
}

/// `/@scope/name@1.0.0(peer@2.0.0)` of versions 6 to 9, `/name/1.0.0_peer@2.0.0` before.
fn pnpm_id(id: &str) -> Option<(&str, &str)> {
    let id = id.trim_start_matches('/');
    let id = id.split_once('(').map_or(id, |(id, _)| id);
    let parts = |at: usize| Some((id.get(..at)?, id.get(at + 1..)?)).filter(|(name, _)| is_name(name));
    let at = id.match_indices('@').map(|(at, _)| at).find(|at| *at > 0);
    at.and_then(parts).or_else(|| {
        let (name, version) = parts(id.rfind('/')?)?;
        Some((name, version.split_once('_').map_or(version, |(version, _)| version)))
    })
}

/// What a package of pnpm's brings along.
fn brings(entry: &Node) -> Vec<Arc<str>> {
    let mut brings = names(entry, "dependencies");
    brings.extend(names(entry, "optionalDependencies"));
    brings
}

fn berry(text: &str) -> Vec<Locked> {
    let Ok(Some(root)) = yaml::parse(text) else { return Vec::new() };
    let locked = root.entries().filter_map(|(key, entry)| {
        let name = yarn_name(key.text()?)?;
        let mut unneeded = names(entry, "dependencies");
        unneeded.retain(|name| is_optional(entry, "dependenciesMeta", name));
        Some(Locked {
            name: name.into(),
            // The version of a workspace says nothing.
            version: entry.get("version")?.text().filter(|version| *version != "0.0.0-use.local").unwrap_or("").into(),
            requires: names(entry, "dependencies"),
            peers: peers(entry, false),
            optional: [peers(entry, true), unneeded].concat(),
            commands: names(entry, "bin"),
        })
    });
    locked.collect()
}

fn names(entry: &Node, table: &str) -> Vec<Arc<str>> {
    let entries = entry.get(table).into_iter().flat_map(Node::entries);
    entries.filter_map(|(key, _)| key.text()).map(Arc::from).collect()
}

/// Peers that are optional, or that are not.
fn peers(entry: &Node, optional: bool) -> Vec<Arc<str>> {
    let is_optional = |peer: &str| is_optional(entry, "peerDependenciesMeta", peer);
    names(entry, "peerDependencies").into_iter().filter(|peer| is_optional(peer) == optional).collect()
}

fn is_optional(entry: &Node, meta: &str, name: &str) -> bool {
    let meta = entry.get(meta).and_then(|meta| meta.get(name)).and_then(|meta| meta.get("optional"));
    meta.and_then(Node::text) == Some("true")
}

/// `yarn.lock` of version 1 is no YAML: `name@range, name@range:` and two levels below it.
fn yarn(text: &str) -> Vec<Locked> {
    let mut found: Vec<Locked> = Vec::new();
    let (mut in_dependencies, mut in_optional) = (false, false);
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim();
        if indent == 0 {
            let name = yarn_name(words.trim_end_matches(':')).unwrap_or_default();
            found.push(Locked { name: name.into(), ..Locked::default() });
            continue;
        }
        let Some(last) = found.last_mut() else { continue };
        let (key, value) = words.split_once(' ').unwrap_or((words, ""));
        match indent {
            2 if key == "version" => last.version = value.trim_matches('"').into(),
            2 => {
                in_optional = key == "optionalDependencies:";
                in_dependencies = in_optional || key == "dependencies:";
            }
            _ if in_dependencies => {
                let name: Arc<str> = key.trim_matches('"').into();
                last.optional.extend(in_optional.then(|| name.clone()));
                last.requires.push(name);
            }
            _ => {}
        }
    }
    found.retain(|locked| !locked.name.is_empty());
    found
}

/// The name in `"@scope/name@npm:^1.0.0, @scope/name@npm:^1.1.0"`.
fn yarn_name(key: &str) -> Option<&str> {
    let first = key.split(", ").next()?.trim_matches('"');
    let at = first.match_indices('@').map(|(at, _)| at).find(|at| *at > 0)?;
    first.get(..at).filter(|name| is_name(name))
}
