//! Lock files: what a resolver chose and what each package brings along. They declare nothing by themselves, but tell
//! what a project gets where nothing is installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::{Reader, normalized};
use crate::manifest::dependency::Locked;

/// Larger files are not read.
const LARGEST: usize = 8 << 20;

/// `poetry.lock`, `uv.lock` and `pdm.lock` list `package`, `pylock.toml` (PEP 751) lists `packages`.
#[derive(Deserialize)]
struct LockFile {
    #[serde(default, alias = "packages")]
    package: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    version: Option<String>,
    #[serde(default)]
    dependencies: Brings,
    /// What uv's and Poetry's lock files say that extras bring.
    #[serde(default, alias = "extras", rename = "optional-dependencies")]
    extras: BTreeMap<String, Brings>,
}

/// Poetry writes a table, uv and PEP 751 tables with names, PDM requirements.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Brings {
    Table(BTreeMap<String, toml::Value>),
    Named(Vec<Named>),
    Written(Vec<String>),
    Other(serde::de::IgnoredAny),
    #[default]
    Nothing,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct PipfileLock {
    #[serde(default)]
    default: BTreeMap<String, serde_json::Value>,
}

/// Reads the first lock file that is there.
pub(super) fn read(reader: &mut Reader<'_>) {
    for path in ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"] {
        let Some(text) = reader.files.text(path).filter(|text| text.len() <= LARGEST) else { continue };
        let locked = if path == "Pipfile.lock" { read_pipfile_lock(&text) } else { read_packages(&text) };
        reader.declared.locked = locked.unwrap_or_default().into();
        return;
    }
}

fn read_packages(text: &str) -> Option<Vec<Locked>> {
    let file: LockFile = toml::from_str(text).ok()?;
    let read = |entry: Entry| {
        let optional = entry.extras.values().flat_map(Brings::names).map(|name| Arc::from(normalized(&name)));
        let optional = optional.collect();
        Locked { optional, ..locked(&entry.name, entry.version, &entry.dependencies.names()) }
    };
    Some(file.package.into_iter().map(read).collect())
}

fn read_pipfile_lock(text: &str) -> Option<Vec<Locked>> {
    let file: PipfileLock = serde_json::from_str(text).ok()?;
    Some(file.default.keys().map(|name| locked(name, None, &[])).collect())
}

fn locked(name: &str, version: Option<String>, requires: &[String]) -> Locked {
    Locked {
        name: normalized(name).into(),
        version: version.unwrap_or_default().into(),
        requires: requires.iter().map(|name| Arc::from(normalized(name))).collect(),
        ..Locked::default()
    }
}

impl Brings {
    fn names(&self) -> Vec<String> {
        match self {
            Self::Table(table) => table.keys().cloned().collect(),
            Self::Named(list) => list.iter().map(|entry| entry.name.clone()).collect(),
            Self::Written(list) => list.iter().map(|text| name_of(text).to_owned()).collect(),
            Self::Other(_) | Self::Nothing => Vec::new(),
        }
    }
}

/// The name that a requirement begins with.
fn name_of(requirement: &str) -> &str {
    let end = requirement.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    &requirement[..end.unwrap_or(requirement.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, Vec<String>)> {
        let list = read_packages(text).unwrap_or_default();
        list.iter().map(|l| (l.name.to_string(), l.requires.iter().map(ToString::to_string).collect())).collect()
    }

    #[test]
    fn every_kind_says_what_a_package_brings() {
        let wanted = vec![("a-b".to_owned(), vec!["c-d".to_owned()])];
        let poetry = "[[package]]\nname = 'A_b'\nversion = '1'\n[package.dependencies]\nC_d = '>=1'\n";
        let uv = "[[package]]\nname = 'a-b'\ndependencies = [{ name = 'c-d', marker = 'x' }]\n";
        let pdm = "[[package]]\nname = 'a.b'\ndependencies = ['c.d>=2; python_version > \"3\"']\n";
        let pylock = "[[packages]]\nname = 'a-b'\ndependencies = [{ name = 'c-d' }]\n";
        for text in [poetry, uv, pdm, pylock] {
            assert_eq!(pairs(text), wanted, "{text}");
        }
    }

    #[test]
    fn extras_say_what_they_bring() {
        let uv = "[[package]]\nname = 'a'\n[package.optional-dependencies]\nx = [{ name = 'B_c' }]\n";
        let poetry = "[[package]]\nname = 'a'\n[package.extras]\nx = ['B_c (>=1)', 'd[e] ; os_name']\n";
        let optional = |text| read_packages(text).unwrap_or_default().remove(0).optional;
        assert_eq!(optional(uv), ["b-c".into()]);
        assert_eq!(optional(poetry), ["b-c".into(), "d".into()]);
    }

    #[test]
    fn broken_ones_cost_only_themselves() {
        assert!(read_packages("[[package]\n").is_none());
        assert_eq!(pairs("[[package]]\nname = 'a'\ndependencies = 3\n"), vec![("a".to_owned(), Vec::new())]);
        assert!(read_pipfile_lock("{").is_none());
    }
}
