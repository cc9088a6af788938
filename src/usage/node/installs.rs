//! Packages that do their work when they are installed: a script of theirs sets up something of the project's own.

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::Loaded;
use crate::knowledge;
use crate::package::owners::Package;

knowledge::table! {
    static INSTALLS: Table = "node/installs.toml", tested by the_installs_read;
}

/// `installs.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    scripts: Vec<String>,
    runners: Vec<String>,
    marks: Vec<String>,
}

/// Larger files, in bytes, are no scripts of an installation.
const LARGEST: u64 = 256 << 10;
/// Most files of one package that are read.
const MOST_FILES: usize = 200;

/// Whether an installed package runs code of its own when it is installed, and its code speaks of the project that it is
/// installed in.
pub(super) fn sets_up_the_project(facts: &Loaded<'_>, package: &Package, manifest: &Json) -> bool {
    let script = |name: &String| manifest.get("scripts")?.get(name)?.as_str();
    let runs_own = |script: &str| INSTALLS.runners.iter().any(|runner| script.starts_with(&**runner));
    if !INSTALLS.scripts.iter().filter_map(script).any(runs_own) {
        return false;
    }
    let is_code = |path: &str| [".js", ".cjs", ".mjs"].iter().any(|ending| path.ends_with(ending));
    let entries = package.entries.iter().map(|id| (*id, facts.artifact.entry(*id)));
    let code = entries.filter(|(_, entry)| entry.bytes <= LARGEST && is_code(&entry.path));
    let mut texts = code.take(MOST_FILES).filter_map(|(id, _)| facts.artifact.read(id).ok());
    texts.any(|bytes| {
        INSTALLS.marks.iter().any(|mark| memchr::memmem::find((*bytes).as_ref(), mark.as_bytes()).is_some())
    })
}
