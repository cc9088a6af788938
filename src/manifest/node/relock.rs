//! npm's lock file brought up to date after entries of a manifest have gone: by rule, without a registry. What nothing
//! reaches any more goes, what only development reaches is marked so; nothing else changes.

use std::collections::BTreeSet;

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value as Json};

/// Tables of what a package asks for when it runs.
const RUNTIME: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];
/// The table of what only the project itself asks for.
const DEVELOPMENT: &str = "devDependencies";

/// The text of a lock file (version 2 or 3) for a manifest from which entries were taken. `folder` is the manifest's,
/// relative to the lock file. `None` where it need not change, or is not as npm writes it.
#[must_use]
pub fn relocked(lock: &str, manifest: &str, folder: &str) -> Option<String> {
    let mut root: Json = serde_json::from_str(lock).ok()?;
    let style = Style::of(lock);
    if style.write(&root)? != lock {
        return None;
    }
    let manifest: Json = serde_json::from_str(manifest).ok()?;
    let packages = root.get_mut("packages")?.as_object_mut()?;
    let before = Reach::of(packages);
    let entry = packages.get_mut(folder)?.as_object_mut()?;
    for table in RUNTIME.into_iter().chain([DEVELOPMENT]) {
        let kept = manifest.get(table).and_then(Json::as_object);
        let Some(locked) = entry.get_mut(table).and_then(Json::as_object_mut) else { continue };
        locked.retain(|name, _| kept.is_some_and(|kept| kept.contains_key(name)));
        if locked.is_empty() && kept.is_none() {
            entry.shift_remove(table);
        }
    }
    let after = Reach::of(packages);
    let gone: Vec<String> = before.all.difference(&after.all).cloned().collect();
    gone.iter().for_each(|key| drop(packages.shift_remove(key)));
    for (key, entry) in packages.iter_mut() {
        if before.running.contains(key) && !after.running.contains(key) {
            mark(entry, "dev", &["integrity", "resolved", "version"]);
        }
        if before.firm.contains(key) && !after.firm.contains(key) {
            mark(entry, "optional", &["license", "dev", "integrity", "resolved", "version"]);
        }
    }
    if let Some(nested) = root.get_mut("dependencies").and_then(Json::as_object_mut) {
        gone.iter().for_each(|key| remove_nested(nested, key));
    }
    style.write(&root).filter(|text| text != lock)
}

/// How a file is laid out.
struct Style {
    indent: String,
    ends_line: bool,
    carriage: bool,
}

impl Style {
    fn of(text: &str) -> Self {
        let second = text.lines().nth(1).unwrap_or_default();
        let indent = second.chars().take_while(|c| c.is_whitespace()).collect();
        Self { indent, ends_line: text.ends_with('\n'), carriage: text.contains("\r\n") }
    }

    fn write(&self, value: &Json) -> Option<String> {
        let mut bytes = Vec::new();
        let formatter = PrettyFormatter::with_indent(self.indent.as_bytes());
        value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter)).ok()?;
        let mut text = String::from_utf8(bytes).ok()?;
        text.extend(self.ends_line.then_some('\n'));
        Some(if self.carriage { text.replace('\n', "\r\n") } else { text })
    }
}

/// The entries that the project and the members of its workspace lead to.
struct Reach {
    all: BTreeSet<String>,
    /// Without what is for development.
    running: BTreeSet<String>,
    /// Without what others can do without.
    firm: BTreeSet<String>,
}

impl Reach {
    fn of(packages: &Map<String, Json>) -> Self {
        let all = reached(packages, &[DEVELOPMENT], &RUNTIME);
        let running = reached(packages, &[], &RUNTIME);
        let firm = reached(packages, &[DEVELOPMENT], &["dependencies", "peerDependencies"]);
        Self { all, running, firm }
    }
}

/// What is reached by some tables of the project's own manifests, and by tables of all.
fn reached(packages: &Map<String, Json>, own: &[&str], every: &[&str]) -> BTreeSet<String> {
    let is_own = |key: &str| !key.contains("node_modules/");
    let mut open: Vec<String> = packages.keys().filter(|key| is_own(key)).cloned().collect();
    let mut found: BTreeSet<String> = open.iter().cloned().collect();
    while let Some(key) = open.pop() {
        let Some(entry) = packages.get(&key) else { continue };
        let own = if is_own(&key) { own } else { &[] };
        let tables = every.iter().chain(own).filter_map(|table| entry.get(*table)?.as_object());
        let asked = tables.flat_map(Map::keys).filter_map(|name| resolved(packages, &key, name));
        let linked = entry.get("resolved").and_then(Json::as_str).filter(|_| entry.get("link").is_some());
        let next = asked.chain(linked.map(str::to_owned)).filter(|next| found.insert(next.clone()));
        open.extend(next.collect::<Vec<_>>());
    }
    found
}

/// The entry that a package in a folder finds under a name: the nearest one upwards.
fn resolved(packages: &Map<String, Json>, from: &str, name: &str) -> Option<String> {
    let mut folder = Some(from);
    while let Some(at) = folder {
        let candidate =
            if at.is_empty() { format!("node_modules/{name}") } else { format!("{at}/node_modules/{name}") };
        if packages.contains_key(&candidate) {
            return Some(candidate);
        }
        folder = match at.rsplit_once('/') {
            Some((outer, _)) => Some(outer),
            None if at.is_empty() => None,
            None => Some(""),
        };
    }
    None
}

/// Marks an entry as one that only development needs, or that others can do without, behind the first of some keys: there
/// npm writes it.
fn mark(entry: &mut Json, what: &str, behind: &[&str]) {
    let Some(table) = entry.as_object_mut() else { return };
    if [what, "devOptional", "peer", "link"].iter().any(|mark| table.contains_key(*mark)) {
        return;
    }
    let first = behind.iter().find_map(|key| table.keys().position(|other| other == key));
    table.shift_insert(first.map_or(0, |at| at + 1), what.to_owned(), Json::Bool(true));
}

/// Takes an entry out of the nested tables that version 2 repeats for older programs.
fn remove_nested(table: &mut Map<String, Json>, key: &str) {
    let Some(path) = key.strip_prefix("node_modules/") else { return };
    match path.split_once("/node_modules/") {
        None => drop(table.shift_remove(path)),
        Some((outer, rest)) => {
            let Some(outer) = table.get_mut(outer).and_then(Json::as_object_mut) else { return };
            let Some(inner) = outer.get_mut("dependencies").and_then(Json::as_object_mut) else { return };
            remove_nested(inner, &format!("node_modules/{rest}"));
            if inner.is_empty() {
                outer.shift_remove("dependencies");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"{
  "name": "a",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "a",
      "dependencies": {
        "gone": "1",
        "kept": "1"
      },
      "devDependencies": {
        "tool": "1"
      }
    },
    "node_modules/deep": {
      "version": "1.0.0"
    },
    "node_modules/gone": {
      "version": "1.0.0",
      "dependencies": {
        "deep": "1",
        "shared": "1",
        "used": "2"
      }
    },
    "node_modules/gone/node_modules/used": {
      "version": "2.0.0"
    },
    "node_modules/kept": {
      "version": "1.0.0",
      "dependencies": {
        "used": "1"
      }
    },
    "node_modules/shared": {
      "version": "1.0.0",
      "license": "MIT"
    },
    "node_modules/tool": {
      "version": "1.0.0",
      "dev": true,
      "dependencies": {
        "shared": "1"
      }
    },
    "node_modules/used": {
      "version": "1.0.0"
    }
  }
}
"#;

    #[test]
    fn what_nothing_reaches_goes_and_what_development_keeps_is_marked() {
        let manifest = r#"{"name": "a", "dependencies": {"kept": "1"}, "devDependencies": {"tool": "1"}}"#;
        let text = relocked(LOCK, manifest, "").unwrap_or_default();
        let root: Json = serde_json::from_str(&text).unwrap_or_default();
        let keys: Vec<&String> = root["packages"].as_object().into_iter().flat_map(Map::keys).collect();
        assert_eq!(keys, ["", "node_modules/kept", "node_modules/shared", "node_modules/tool", "node_modules/used"]);
        assert!(text.contains("\"version\": \"1.0.0\",\n      \"dev\": true,\n      \"license\": \"MIT\"\n"), "{text}");
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn what_is_not_as_npm_writes_it_stays() {
        assert_eq!(relocked(&LOCK.replace("\"1\",", "\"1\" ,"), "{}", ""), None);
        assert_eq!(relocked("{", "{}", ""), None);
        let same = r#"{"dependencies": {"gone": "1", "kept": "1"}, "devDependencies": {"tool": "1"}}"#;
        assert_eq!(relocked(LOCK, same, ""), None);
    }
}
