//! Node's cache of compiled code, when the package ships one and the runtime uses it.

use std::collections::BTreeMap;

use super::resolve::{TASK_ROOT, children};
use crate::artifact::Artifact;
use crate::graph::{Argument, LoadCall};

/// The first release that reads a cache.
const SINCE: u32 = 22;

/// Whether Node finds its code compiled: `NODE_COMPILE_CACHE`, or a call at load, names a folder of the
/// package that holds a cache written by the same major release. The exact release and the instruction
/// set are part of the cache's name as well, but a runtime's release cannot be known from outside.
#[must_use]
pub fn ships_compile_cache(
    artifact: &Artifact,
    environment: &BTreeMap<String, String>,
    calls: &[LoadCall],
    node: u32,
) -> bool {
    if node < SINCE || environment.get("NODE_DISABLE_COMPILE_CACHE").is_some_and(|value| value == "1") {
        return false;
    }
    let called = calls.iter().filter(|call| call.callee.ends_with("module.enableCompileCache"));
    let called = called.filter_map(|call| match call.arguments.first() {
        Some(Argument::Text(folder)) => Some(&**folder),
        _ => None,
    });
    let mut folders = environment.get("NODE_COMPILE_CACHE").map(String::as_str).into_iter().chain(called);
    folders.any(|folder| holds_cache(artifact, folder, node))
}

/// A cache lies in a folder named by what wrote it: `v22.12.0-x64-fde1f47e-993`.
fn holds_cache(artifact: &Artifact, folder: &str, node: u32) -> bool {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let absolute = if folder.starts_with('/') { folder.to_owned() } else { format!("{TASK_ROOT}/{folder}") };
    let release = format!("v{node}.");
    children(artifact, &absolute).iter().any(|name| name.starts_with(&release))
}
