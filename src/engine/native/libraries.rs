//! Libraries that native files need, as the dynamic loader looks for them.

use rustc_hash::FxHashSet;

use super::super::FunctionFacts;
use crate::artifact::{EntryId, LAYER_ROOT};
use crate::lang::native::NativeFacts;

/// Folders of the package and its layers in which the loader looks on its own (`LD_LIBRARY_PATH` of the runtime).
const SEARCHED: [&str; 3] = ["", "lib", "/opt/lib"];

/// Where a needed library is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This file is what the loader takes.
    File(EntryId),
    /// The image has it, or a file of that name is somewhere in the package, where code may have loaded it before.
    Somewhere,
    /// Nothing has it.
    Nowhere,
}

/// The files of a function by name.
pub(super) struct Libraries<'a> {
    facts: &'a FunctionFacts,
    shipped: FxHashSet<&'a str>,
}

impl<'a> Libraries<'a> {
    pub(super) fn of(facts: &'a FunctionFacts) -> Self {
        let names = facts.artifact.entries().map(|(_, entry)| entry.path.rsplit('/').next().unwrap_or(&entry.path));
        Self { facts, shipped: names.collect() }
    }

    /// Where the loader finds a library that `needed_by` needs.
    pub(super) fn find(&self, library: &str, needed_by: EntryId, its: &NativeFacts) -> Found {
        let artifact = &self.facts.artifact;
        let folder = artifact.entry(needed_by).path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let by_path = its.run_path.iter().find_map(|path| {
            let path = path.replace("${ORIGIN}", "$ORIGIN");
            let place = match path.strip_prefix("$ORIGIN") {
                Some(rest) => within(folder, rest)?,
                None => {
                    path.strip_prefix("/var/task").map_or(path.clone(), |rest| rest.trim_start_matches('/').to_owned())
                }
            };
            artifact.find(&joined(&place, library))
        });
        if let Some(entry) = by_path {
            return Found::File(entry);
        }
        let facts = self.facts.spec.runtime.facts(self.facts.spec.platform);
        if self.facts.spec.platform.has_library(&facts.glibc, library) {
            return Found::Somewhere;
        }
        let searched = SEARCHED.iter().find_map(|folder| artifact.find(&joined(folder, library)));
        match searched {
            Some(entry) => Found::File(entry),
            None if self.shipped.contains(library) => Found::Somewhere,
            None => Found::Nowhere,
        }
    }
}

/// The path that `rest` leads to from a folder; `None` where it leads out of the package.
fn within(folder: &str, rest: &str) -> Option<String> {
    let (root, folder) = match folder.strip_prefix(LAYER_ROOT) {
        Some(inner) => (LAYER_ROOT, inner),
        None => ("", folder),
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("{root}{}", parts.join("/")))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{}/{name}", folder.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_paths_are_relative_to_the_file() {
        assert_eq!(within("numpy/core", "/../../numpy.libs").as_deref(), Some("numpy.libs"));
        assert_eq!(within("/opt/python/x", "/../x.libs").as_deref(), Some("/opt/python/x.libs"));
        assert_eq!(within("a", "/../../b"), None);
        assert_eq!(joined("", "libx.so"), "libx.so");
    }
}
