//! Node manifests: `package.json`, lock files, and the settings that name packages beside them.

mod lock;
mod relock;
mod settings;

use std::collections::BTreeSet;

use super::dependency::{Declared, Dependency, Files, Locked, Mention, MentionedBy, Scope};
use super::yaml::{self, Node};
use crate::artifact::{Artifact, EntryId};
use crate::span::Span;
pub use lock::usual_commands;
pub use relock::relocked;

/// The tables of a `package.json` and what they are for.
const TABLES: [(&str, Table); 4] = [
    ("dependencies", Table::Runtime),
    ("devDependencies", Table::Development),
    ("optionalDependencies", Table::Optional),
    ("peerDependencies", Table::Optional),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Runtime,
    Development,
    Optional,
}

/// Manifests are small; what is larger, in bytes, is none.
const LARGEST_MANIFEST: u64 = 1 << 20;

/// A JSON file of the package of a manifest's size.
#[must_use]
pub fn json(artifact: &Artifact, entry: EntryId) -> Option<serde_json::Value> {
    if artifact.entry(entry).bytes > LARGEST_MANIFEST {
        return None;
    }
    let bytes = artifact.read(entry).ok()?;
    serde_json::from_slice((*bytes).as_ref()).ok()
}

/// What the manifests from the folder of the handler up to the root of the project declare.
/// Lock files are only read where `installed` is false: what is installed says more.
#[must_use]
pub fn declared(files: &dyn Files, handler_folder: &str, installed: bool) -> Declared {
    let mut reader = Reader { files, declared: Declared::default() };
    let mut nearest = true;
    for folder in upwards(handler_folder) {
        let path = in_folder(folder, "package.json");
        if let Some(text) = files.text(&path) {
            reader.manifest(&path, &text, !nearest);
            nearest &= !reader.declared.any_manifest;
        }
        settings::read(&mut reader, folder);
        if !installed && reader.declared.locked.is_empty() {
            reader.declared.locked = lock::read(files, folder);
        }
    }
    reader.declared
}

/// What the package in a folder says of itself to those that use it.
#[must_use]
pub fn described(files: &dyn Files, folder: &str) -> Option<Locked> {
    let manifest: serde_json::Value = serde_json::from_str(&files.text(&in_folder(folder, "package.json"))?).ok()?;
    let name = manifest.get("name")?.as_str()?;
    Some(lock::npm_entry(name, &manifest))
}

/// A folder and those around it, innermost first; the root is `""`.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((outer, _)) => Some(outer),
        None if folder.is_empty() => None,
        None => Some(""),
    })
}

fn in_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether npm takes a text for the name of a package.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '~'])
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
    };
    match text.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| plain(scope) && plain(name)),
        None => plain(text),
    }
}

/// The package that a request asks for, without the path inside it: `lodash/get` asks for
/// `lodash`. `None` for relative requests and what is no package name.
#[must_use]
pub fn package_of_request(request: &str) -> Option<&str> {
    let slashes = if request.starts_with('@') { 1 } else { 0 };
    let end = request.match_indices('/').nth(slashes).map_or(request.len(), |(at, _)| at);
    request.get(..end).filter(|name| is_name(name))
}

/// Collects what the files say.
struct Reader<'a> {
    files: &'a dyn Files,
    declared: Declared,
}

impl Reader<'_> {
    fn mention(&mut self, word: &str, by: MentionedBy) {
        self.declared.mentions.insert(Mention { word: word.into(), by });
    }

    fn manifest(&mut self, path: &str, text: &str, outer: bool) {
        let root = match yaml::parse(text) {
            Ok(Some(root)) if root.is_mapping() => root,
            Ok(_) => return,
            Err(error) => {
                let location = self.files.location(path);
                let span = Some(Span::new(error.offset, error.offset));
                let message = format!("cannot be read: {}", error.message);
                let location = crate::artifact::Location { span, ..location };
                self.declared.note(location, message);
                return;
            }
        };
        // A package.json that only says how files are read declares nothing.
        let says_something = TABLES.iter().any(|(table, _)| root.get(table).is_some()) || root.get("name").is_some();
        self.declared.any_manifest |= says_something;
        let mut seen: BTreeSet<(&str, bool)> = BTreeSet::new();
        for (name, table) in TABLES {
            let Some(entries) = root.get(name) else { continue };
            let spans: Vec<Span> = entries.entries().map(|(key, value)| around(key, value)).collect();
            for (at, (key, _)) in entries.entries().enumerate() {
                let Some(key) = key.text().filter(|key| is_name(key)) else { continue };
                // npm reads an optional dependency that is also in `dependencies` as optional.
                let optional = table != Table::Optional
                    && root.get("optionalDependencies").is_some_and(|optional| optional.get(key).is_some());
                if optional || !seen.insert((key, table == Table::Development)) {
                    continue;
                }
                self.dependency(key, name, table, path, (&spans, at), outer);
            }
        }
        self.scripts(&root);
        self.import_map(&root);
        settings::compilers(self, text);
    }

    fn dependency(
        &mut self,
        name: &str,
        table_name: &str,
        table: Table,
        path: &str,
        (spans, at): (&[Span], usize),
        outer: bool,
    ) {
        let scope = match table {
            Table::Runtime => Scope::Runtime,
            Table::Development => Scope::Development,
            Table::Optional => Scope::Optional(table_name.to_owned()),
        };
        let span = spans.get(at).copied();
        let mut location = self.files.location(path);
        location.span = span;
        self.declared.add(Dependency {
            name: name.into(),
            extras: Vec::new(),
            scope,
            location,
            pinned_transitive: false,
            excluded: false,
            shared: outer,
            frozen: false,
            removal: removal(spans, at),
        });
    }

    fn scripts(&mut self, root: &Node) {
        let Some(scripts) = root.get("scripts") else { return };
        for (_, script) in scripts.entries() {
            let words =
                script.text().unwrap_or_default().split(|c: char| c.is_whitespace() || "&|;()\"'=`$".contains(c));
            for word in words.filter(|word| word.len() > 1 && !word.starts_with('-')) {
                let command = word.rsplit_once("node_modules/.bin/").map_or(word, |(_, command)| command);
                self.mention(command, MentionedBy::Script);
            }
        }
    }

    /// `"imports": {"#db": "pg"}` lets code ask for a package by another name.
    fn import_map(&mut self, root: &Node) {
        let mut open: Vec<&Node> = root.get("imports").into_iter().collect();
        while let Some(node) = open.pop() {
            open.extend(node.entries().map(|(_, value)| value));
            open.extend(node.items());
            if let Some(name) = node.text().and_then(package_of_request) {
                self.mention(name, MentionedBy::Setting);
            }
        }
    }
}

fn around(key: &Node, value: &Node) -> Span {
    Span::new(key.span.start, value.span.end.max(key.span.end))
}

/// The range to delete for one entry of a JSON object: up to the next entry, or from the end of
/// the one before.
fn removal(spans: &[Span], at: usize) -> Option<Span> {
    let own = spans.get(at)?;
    match (spans.get(at + 1), at.checked_sub(1).and_then(|before| spans.get(before))) {
        (Some(next), _) => Some(Span::new(own.start, next.start)),
        (None, Some(before)) => Some(Span::new(before.end, own.end)),
        (None, None) => Some(*own),
    }
}

#[cfg(test)]
mod tests;
