//! What layers bring in folders where the function's runtime does not look.

use crate::artifact::{Artifact, EntryId, LAYER_ROOT};
use crate::platform::{Language, Runtime};

/// The shallowest file of layers whose path ends in one of these, after a folder.
fn in_layers(artifact: &Artifact, endings: &[String]) -> Option<EntryId> {
    let entries = artifact.below(LAYER_ROOT.trim_end_matches('/'));
    let found = entries.filter(|(_, entry)| {
        let ends = |ending: &String| {
            let before = entry.path.strip_suffix(ending.as_str());
            before.is_some_and(|before| before.ends_with('/'))
        };
        endings.iter().any(ends)
    });
    found.min_by_key(|(_, entry)| (entry.path.matches('/').count(), entry.path.clone())).map(|(id, _)| id)
}

/// What to say where a Python module that an import does not find lies in a layer.
#[must_use]
pub fn python_hint(artifact: &Artifact, name: &str, (major, minor): (u16, u16)) -> Option<String> {
    let top = name.split('.').next().unwrap_or(name);
    let entry = in_layers(artifact, &[format!("{top}.py"), format!("{top}/__init__.py")])?;
    let path = shown(artifact, entry);
    let place = path.strip_suffix("/__init__.py").unwrap_or(path);
    let whose = other_python(path).map_or_else(String::new, |other| format!(", which only {other} searches"));
    Some(format!(
        "A layer has it as `{place}`{whose}: {major}.{minor} looks into `python/` and \
         `python/lib/python{major}.{minor}/site-packages/` of layers"
    ))
}

/// What to say where an npm package that nothing finds lies in a layer.
#[must_use]
pub fn node_hint(artifact: &Artifact, package: &str) -> Option<String> {
    let entry = in_layers(artifact, &[format!("{package}/package.json"), format!("{package}/index.js")])?;
    let place = shown(artifact, entry).rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!(
        "A layer has it as `{place}`, where Node does not look: it looks into `nodejs/node_modules/` of layers"
    ))
}

/// A path as it is in the layer.
fn shown(artifact: &Artifact, entry: EntryId) -> &str {
    let path = &artifact.entry(entry).path;
    path.strip_prefix(LAYER_ROOT).unwrap_or(path)
}

/// The interpreter for which a folder of `python/lib/` is: `python3.8`.
fn other_python(path: &str) -> Option<&str> {
    path.strip_prefix("python/lib/")?.split('/').next().filter(|name| name.starts_with("python"))
}

/// The folder of a layer, below its root, in which a file lies that belongs to packages of the runtime's language and
/// that no import of it can reach.
#[must_use]
pub fn misplaced_root<'p>(artifact: &Artifact, runtime: &Runtime, path: &'p str) -> Option<&'p str> {
    let inner = path.strip_prefix(LAYER_ROOT)?;
    match runtime.language() {
        Language::Python => misplaced_python(artifact, runtime.version(), inner),
        Language::Node => misplaced_node(runtime.version().0, inner),
        Language::Native | Language::Other => None,
    }
}

fn misplaced_python<'p>(artifact: &Artifact, (major, minor): (u16, u16), inner: &'p str) -> Option<&'p str> {
    if inner.starts_with("python/lib/python") {
        let own = format!("python{major}.{minor}");
        // A layer for several interpreters has a folder for each.
        let has_own = artifact.is_folder(&format!("{LAYER_ROOT}python/lib/{own}/site-packages"));
        let end = inner.find("/site-packages/")? + "/site-packages".len();
        return (!has_own && other_python(inner).is_some_and(|found| found != own)).then(|| &inner[..end]);
    }
    let (top, _) = inner.split_once('/')?;
    if top == "python" {
        return None;
    }
    if let Some(at) = inner.find("site-packages/") {
        return Some(&inner[..at + "site-packages".len()]);
    }
    top.ends_with(".dist-info").then_some("")
}

fn misplaced_node(major: u16, inner: &str) -> Option<&str> {
    const MODULES: &str = "node_modules/";
    let at = inner.find(MODULES)?;
    let root = &inner[..at + MODULES.len() - 1];
    let own = format!("nodejs/node{major}/node_modules");
    let is_seen = root == "nodejs/node_modules" || root == own;
    // Below folders of packages for another runtime, and in programs that bring their own, nothing is meant for imports.
    let is_meant = root == "node_modules" || root.starts_with("nodejs/") || root.matches('/').count() == 1;
    (!is_seen && is_meant).then_some(root)
}
