//! `sys.path` as the runtime makes it before the handler is loaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::finder::{absolute, inside, normal};
use super::limits::LIMITS;
use crate::artifact::Artifact;

/// Where the runtime's own modules lie. A folder of the package behind it loses against the standard library.
const LIBRARY: &str = "/var/lang/lib";
/// Folders of the machine in which no function finds modules of its own.
const EMPTY: &[&str] = &["/", "/var", "/opt", "/var/runtime", "/var/lang"];

/// The folders in which the runtime looks for modules.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchPath {
    /// Those before the standard library.
    pub(super) front: Vec<Arc<str>>,
    /// Those behind it: what `.pth` files add.
    pub(super) back: Vec<Arc<str>>,
    /// Lines of `.pth` files that are code, with the file they stand in.
    pub(super) code: Vec<(String, String)>,
    /// Folders outside the package to which `.pth` files point, with the file they stand in.
    pub(super) outside: Vec<(String, String)>,
}

impl SearchPath {
    /// What the runtime's bootstrap makes of a package: the task root, the folders of layers unless `PYTHONPATH` is
    /// set, and what the `.pth` files in all of them say, since it calls `site.addsitedir` on each.
    pub(super) fn of(artifact: &Artifact, (major, minor): (u16, u16), environment: &BTreeMap<String, String>) -> Self {
        let mut path = Self { front: vec![absolute("").into()], ..Self::default() };
        let layers = [format!("/opt/python/lib/python{major}.{minor}/site-packages"), "/opt/python".to_owned()];
        match environment.get("PYTHONPATH").filter(|value| !value.is_empty()) {
            Some(value) => path.front.extend(value.split(':').filter(|part| !part.is_empty()).map(folder)),
            None => path.front.extend(layers.iter().filter(|p| artifact.is_folder(p)).map(|p| Arc::from(p.as_str()))),
        }
        let sites: Vec<Arc<str>> = match environment.contains_key("PYTHONPATH") {
            true => path.front.iter().take(1).cloned().collect(),
            false => path.front.clone(),
        };
        for site in sites {
            path.read_path_files(artifact, &site);
        }
        path
    }

    /// `site.addsitedir`: what the `.pth` files of a folder say.
    pub(super) fn read_path_files(&mut self, artifact: &Artifact, site: &str) {
        let Some(inner) = inside(site) else { return };
        let files: Vec<_> = artifact.children(&inner).iter().filter(|child| child.name.ends_with(".pth")).collect();
        for child in files {
            let Some(entry) = child.entry.filter(|entry| artifact.entry(*entry).bytes <= LIMITS.path_file_bytes) else {
                continue;
            };
            let Ok(bytes) = artifact.read(entry) else { continue };
            for line in crate::text::lossy((*bytes).as_ref()).lines().map(str::trim_end) {
                self.read_line(artifact, site, &child.name, line);
            }
        }
    }

    fn read_line(&mut self, artifact: &Artifact, site: &str, file: &str, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        if line.starts_with("import ") || line.starts_with("import\t") {
            self.code.push((file.to_owned(), line.to_owned()));
            return;
        }
        let target = if line.starts_with('/') { normal(line) } else { normal(&format!("{site}/{line}")) };
        match inside(&target) {
            Some(inner) if artifact.is_folder(&inner) || inner.is_empty() => {
                let known = self.front.iter().chain(&self.back).any(|folder| **folder == *target);
                if !known && self.back.len() < LIMITS.path_folders {
                    self.back.push(target.into());
                }
            }
            Some(_) => {}
            None => self.outside.push((file.to_owned(), target)),
        }
    }

    /// The list that code sees: the standard library stands between the function's folders.
    pub(super) fn entries(&self, (major, minor): (u16, u16)) -> Vec<String> {
        let library = [
            "/var/runtime".to_owned(),
            format!("{LIBRARY}/python{major}{minor}.zip"),
            format!("{LIBRARY}/python{major}.{minor}"),
            format!("{LIBRARY}/python{major}.{minor}/lib-dynload"),
            format!("{LIBRARY}/python{major}.{minor}/site-packages"),
        ];
        let front = self.front.iter().map(ToString::to_string);
        front.chain(library).chain(self.back.iter().map(ToString::to_string)).collect()
    }
}

/// Whether a folder on the path is one of the runtime itself.
pub(super) fn is_library(folder: &str) -> bool {
    folder.starts_with(LIBRARY)
}

/// Whether a folder outside the package may hold modules of which nothing is known: `/tmp`, `/mnt`.
pub(super) fn is_foreign(folder: &str) -> bool {
    inside(folder).is_none() && !is_library(folder) && !EMPTY.contains(&normal(folder).as_str())
}

/// A part of `PYTHONPATH`, relative to the working directory, which is the task root.
fn folder(part: &str) -> Arc<str> {
    if part.starts_with('/') { normal(part).into() } else { absolute(&normal(part)).into() }
}
