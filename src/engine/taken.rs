//! Who beside a module takes names from it: other own files of its package, tests and scripts of the project around it.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::FunctionFacts;
use super::moving::deep;
use crate::artifact::EntryId;
use crate::input::{self, Beside};
use crate::lang::moving::has_word;
use crate::lang::python::moving::{Target, taken};

/// Own Python files of a package that are searched.
const MOST_FILES: usize = 2000;
/// A file above this size is not searched: no person wrote it.
const LARGEST: u64 = 1 << 20;
/// How tests get at names of a JavaScript module that it does not export.
const REWIRED: [&str; 2] = ["__get__", "__set__"];

/// A file that may take names.
struct Other {
    /// As people read it.
    shown: String,
    /// Where it is, as names of modules go: without ending, folders first.
    parts: Vec<String>,
    text: String,
}

/// The names on the way to a module: of a package those of its folder.
fn parts(path: &str) -> Vec<String> {
    let path = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect()
}

fn ends_in(parts: &[String], path: &[&str]) -> bool {
    parts.len() >= path.len() && parts.iter().rev().zip(path.iter().rev()).all(|(own, other)| own == other)
}

fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

impl FunctionFacts {
    /// Who takes one of some names from a Python module, if anybody does.
    pub(super) fn taken_from(&self, entry: EntryId, names: &[String]) -> Option<String> {
        let own = self.locate(entry, None).path;
        let Some((own_files, beside)) = self.others(entry, &own) else {
            return Some("there are too many files to know who takes names from the module".to_owned());
        };
        let here = absolute(&own);
        let installed = self.installed_files();
        let is_other = |path: &PathBuf| *path != here && !installed.contains(path);
        let python = beside.files.iter().filter(|(shown, path, _)| shown.ends_with(".py") && is_other(path));
        let around = python.map(|(shown, path, text)| (shown.as_str(), parts(&path.to_string_lossy()), text.as_str()));
        let inside = own_files.iter().map(|other| (other.shown.as_str(), other.parts.clone(), other.text.as_str()));
        let others: Vec<(&str, Vec<String>, &str)> = inside.chain(around).collect();
        let module = parts(&here.to_string_lossy().replace('\\', "/"));
        let name = module.last()?;
        let means = |path: &[&str]| {
            path.len() < 2 || ends_in(&module, path) || !others.iter().any(|(_, other, _)| ends_in(other, path))
        };
        let is_package = own.ends_with("__init__.py");
        let is_handed = others.iter().any(|(shown, _, text)| shown.ends_with("conftest.py") && has_word(text, name));
        let target = Target { name, is_package, means: &means, is_handed };
        let searched = || others.iter().find_map(|(shown, _, text)| Some((shown, taken(text, &target, names)?)));
        let (who, name) = deep(|| Ok(searched())).ok().flatten()?;
        Some(format!("{who} takes `{name}` from the module"))
    }

    /// The Python files of installed packages, which take nothing from the function's own code.
    fn installed_files(&self) -> FxHashSet<PathBuf> {
        let owned = self
            .artifact
            .entries()
            .filter(|(id, entry)| entry.path.ends_with(".py") && self.packages.owner(*id).is_some());
        owned.map(|(id, _)| absolute(&self.locate(id, None).path)).collect()
    }

    /// Who sets or gets one of some names of a JavaScript module that does not export it, if anybody does.
    pub(super) fn rewired(&self, entry: EntryId, names: &[String]) -> Option<String> {
        let own = self.locate(entry, None).path;
        let module = parts(&own);
        let beside = input::beside(absolute(&own).parent()?);
        let quoted = |text: &str, name: &String| {
            ["'", "\"", "`"].iter().any(|quote| text.contains(&format!("{quote}{name}{quote}")))
        };
        let rewires = |text: &str| {
            REWIRED.iter().any(|word| text.contains(word)) && module.last().is_some_and(|module| has_word(text, module))
        };
        let mut others = beside.files.iter().filter(|(_, _, text)| rewires(text));
        let (who, name) =
            others.find_map(|(shown, _, text)| Some((shown, names.iter().find(|name| quoted(text, name))?)))?;
        Some(format!("{who} takes `{name}` from the module"))
    }

    /// The other own Python files of the package, and those around it; nothing where there are too many.
    fn others(&self, entry: EntryId, own: &str) -> Option<(Vec<Other>, std::sync::Arc<Beside>)> {
        let mut found = Vec::new();
        for (id, other) in self.artifact.entries() {
            let is_own = other.path.ends_with(".py") && self.packages.owner(id).is_none();
            if id == entry || !is_own || other.bytes > LARGEST {
                continue;
            }
            if found.len() >= MOST_FILES {
                return None;
            }
            let Ok(bytes) = self.artifact.read(id) else { continue };
            found.push(Other {
                shown: other.path.to_string(),
                parts: parts(&absolute(&self.locate(id, None).path).to_string_lossy().replace('\\', "/")),
                text: String::from_utf8_lossy((*bytes).as_ref()).into_owned(),
            });
        }
        let template = self.spec.origin.as_ref().map(|origin| absolute(&origin.path));
        let here = absolute(own);
        // A template may lie above what it ships, and knows the project better.
        let folder = template.as_deref().and_then(Path::parent).filter(|folder| here.starts_with(folder));
        let beside = input::beside(folder.or_else(|| here.parent())?);
        beside.is_whole.then_some((found, beside))
    }
}
