//! What rules may ask about a Cargo workspace.

use super::{FunctionFacts, ProjectContext, Sink};
use crate::artifact::Location;
use crate::finding::Finding;
use crate::input::files;
use crate::lang::rust::work::{Work, WorkItem, WorkKind};
use crate::manifest::cargo::{CargoManifest, Dependency};
use crate::span::Span;
use crate::usage::cargo::{CargoAnalysis, CargoFunction, DependencyVerdict};

/// A workspace, and which of its members the user asked about.
#[derive(Debug, Default)]
pub struct CargoFacts {
    /// What is known.
    pub analysis: CargoAnalysis,
    /// Path of the workspace root as findings show it; empty for the working folder.
    pub prefix: String,
    /// For each member whether it was asked about.
    pub selected: Vec<bool>,
}

impl CargoFacts {
    /// The place of a range in a file of the workspace.
    #[must_use]
    pub fn location(&self, path: &str, span: Option<Span>) -> Location {
        let path = if self.prefix.is_empty() { path.to_string() } else { files::join(&self.prefix, path) };
        let path = if self.prefix.starts_with('/') { format!("/{}", path.trim_start_matches('/')) } else { path };
        Location { path, inner_path: None, span }
    }

    /// Whether a member was asked about.
    #[must_use]
    pub fn is_selected(&self, member: usize) -> bool {
        self.selected.get(member).copied().unwrap_or(true)
    }

    /// Verdicts on the dependencies of the members asked about.
    pub fn dependencies(&self) -> impl Iterator<Item = (&DependencyVerdict, &CargoManifest, &Dependency)> {
        let all = self.analysis.dependencies.iter().filter(|verdict| self.is_selected(verdict.member));
        all.filter_map(|verdict| {
            let member = self.analysis.workspace.members.get(verdict.member)?;
            Some((verdict, member, member.dependencies.get(verdict.dependency)?))
        })
    }

    /// The executable of the workspace that a function of the project is.
    #[must_use]
    pub fn function(&self, facts: &FunctionFacts) -> Option<&CargoFunction> {
        let is_it =
            |function: &&CargoFunction| facts.spec.origin.as_ref() == Some(&self.location(&function.root, None));
        self.functions().filter(|function| function.name == facts.spec.name).find(is_it)
    }

    /// The functions of the members asked about.
    pub fn functions(&self) -> impl Iterator<Item = &CargoFunction> {
        self.analysis.functions.iter().filter(|function| self.is_selected(function.member))
    }
}

impl<'a> ProjectContext<'a> {
    /// The workspace, when the project is one.
    #[must_use]
    pub fn cargo(&self) -> Option<&'a CargoFacts> {
        self.project.cargo.as_deref()
    }

    /// Reports each piece of work of some kinds, once although several functions share it.
    pub fn report_work(
        &self,
        sink: &mut Sink<'_>,
        kinds: &[WorkKind],
        part: fn(&Work) -> &Vec<WorkItem>,
        message: fn(&WorkItem) -> String,
    ) {
        let Some(cargo) = self.cargo() else { return };
        let mut seen = std::collections::BTreeSet::new();
        for function in cargo.functions() {
            for item in part(&function.work).iter().filter(|item| kinds.contains(&item.kind)) {
                if !seen.insert((&item.file, item.span)) {
                    continue;
                }
                let mut finding =
                    Finding::new(cargo.location(&item.file, Some(item.span)), message(item)).about(item.what.clone());
                finding.function = Some(function.name.clone());
                sink.report(finding);
            }
        }
    }
}
