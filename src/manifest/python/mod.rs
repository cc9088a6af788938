//! Python manifests: requirements files, `pyproject.toml`, `Pipfile`, `setup.cfg` and `setup.py`.

mod groups;
mod import_names;
mod lock;
mod metadata;
mod pyproject;
mod requirements;
mod setup_cfg;
mod setup_py;

use std::collections::BTreeSet;
use std::str::FromStr;

use pep508_rs::{PackageName, Requirement, VerbatimUrl, VersionOrUrl};

pub use import_names::{import_names, is_distribution_known, is_import_known, is_top_level_known};
pub use metadata::{EntryPoint, Needed, Required, entry_points, name_of_requirement, needed, required};

use super::dependency::{Declared, Dependency, Files, Scope};
use crate::artifact::Location;
use crate::span::Span;

/// Requirements files by convention, and whether they are for development.
const REQUIREMENTS: [(&str, bool); 6] = [
    ("requirements.txt", false),
    ("requirements.in", false),
    ("requirements/base.txt", false),
    ("requirements/prod.txt", false),
    ("requirements-dev.txt", true),
    ("dev-requirements.txt", true),
];

/// What the manifests at the root of a project declare for a Python version.
#[must_use]
pub fn declared(files: &dyn Files, version: (u16, u16)) -> Declared {
    let mut reader = Reader { files, version, declared: Declared::default(), read: BTreeSet::new() };
    for (path, development) in REQUIREMENTS {
        let scope = if development { Scope::Development } else { Scope::Runtime };
        // A compiled list repeats its source with pins, and everything that this brings: people edit the source.
        let source = sources_of(path).find(|source| files.text(source).is_some());
        requirements::read(&mut reader, source.as_deref().unwrap_or(path), &scope);
    }
    pyproject::read(&mut reader);
    pyproject::read_pipfile(&mut reader);
    setup_cfg::read(&mut reader);
    setup_py::read(&mut reader);
    lock::read(&mut reader);
    reader.declared
}

/// What a list may be compiled from, by its name: `requirements.in`, or `requirements.txt.in`.
fn sources_of(path: &str) -> impl Iterator<Item = String> {
    let stem = path.strip_suffix(".txt");
    stem.into_iter().flat_map(|stem| [format!("{stem}.in"), format!("{stem}.txt.in")])
}

/// A name as PyPI normalises it: lower case, runs of `-`, `_` and `.` as one `-`.
#[must_use]
pub fn normalized(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push('-');
        }
        text.push_str(&part.to_ascii_lowercase());
    }
    text
}

/// Where an entry stands in its manifest.
#[derive(Clone, Copy)]
struct Place {
    span: Span,
    /// What goes with it when it is removed.
    removal: Option<Span>,
}

/// Whether pep508_rs (0.9.2) reads a text without a panic: it cuts texts between the bytes of a character, and expects
/// of a name that ends in `-` that it is one.
fn is_safe(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let text_at = text.trim_start();
    let name = text_at.split(|c: char| !is_part(c)).next().unwrap_or_default();
    text.is_ascii() && !name.ends_with(['-', '_', '.']) && !name.starts_with(['-', '_', '.'])
}

/// Collects dependencies while the files are read one after the other.
struct Reader<'a> {
    files: &'a dyn Files,
    version: (u16, u16),
    declared: Declared,
    /// Requirements files that were read: some include themselves.
    read: BTreeSet<String>,
}

impl Reader<'_> {
    /// Whether so much is wrong or declared that reading on adds nothing.
    fn is_full(&self) -> bool {
        self.declared.is_cut
    }

    /// A text that belongs to the declaration, or `None`.
    fn open(&mut self, path: &str) -> Option<String> {
        let text = self.files.text(path)?;
        self.declared.any_manifest = true;
        Some(text)
    }

    fn at(&self, path: &str, span: Span) -> Location {
        Location { span: Some(span), ..self.files.location(path) }
    }

    fn problem(&mut self, path: &str, span: Span, message: String) {
        let location = self.at(path, span);
        self.declared.note(location, message);
    }

    /// Adds a requirement written as PEP 508 says.
    fn add_requirement(&mut self, text: &str, scope: &Scope, path: &str, place: Place, pinned_transitive: bool) {
        if !is_safe(text) {
            let message = "not a requirement: its name is none".to_owned();
            return self.problem(path, place.span, message);
        }
        match Requirement::<VerbatimUrl>::from_str(text) {
            Ok(requirement) => {
                let excluded = self.excludes(&requirement);
                let extras = requirement.extras.iter().map(ToString::to_string).collect();
                let location = self.at(path, place.span);
                let pinned_transitive = pinned_transitive || only_excludes(&requirement);
                self.declared.add(Dependency {
                    name: requirement.name.to_string().into(),
                    extras,
                    scope: scope.clone(),
                    location,
                    removal: place.removal,
                    pinned_transitive,
                    excluded,
                    shared: false,
                    frozen: false,
                });
            }
            Err(error) => {
                let message = format!("not a requirement: {}", error.to_string().lines().next().unwrap_or(""));
                self.problem(path, place.span, message);
            }
        }
    }

    /// Adds a dependency of which only the name is known to be right.
    fn add_named(&mut self, name: &str, scope: &Scope, path: &str, place: Place) {
        if PackageName::from_str(name).is_err() {
            return self.problem(path, place.span, format!("`{name}` is not a package name"));
        }
        let location = self.at(path, place.span);
        self.declared.add(Dependency {
            name: normalized(name).into(),
            extras: Vec::new(),
            scope: scope.clone(),
            location,
            removal: place.removal,
            pinned_transitive: false,
            excluded: false,
            shared: false,
            frozen: false,
        });
    }

    /// Whether the requirement's marker rules out the runtime; an undecidable one does not.
    fn excludes(&self, requirement: &Requirement<VerbatimUrl>) -> bool {
        let environment = metadata::environment(self.version);
        environment.is_some_and(|environment| !requirement.evaluate_markers(&environment, &[]))
    }
}

/// Whether a requirement names nothing but versions that must not be taken: it is there for what brings the distribution.
fn only_excludes(requirement: &Requirement<VerbatimUrl>) -> bool {
    let Some(VersionOrUrl::VersionSpecifier(versions)) = &requirement.version_or_url else { return false };
    let mut versions = versions.iter().map(ToString::to_string).peekable();
    versions.peek().is_some() && versions.all(|version| version.starts_with("!="))
}

#[cfg(test)]
mod tests;
