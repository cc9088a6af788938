//! What rules may ask about a Cargo workspace.

use std::ptr;

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
        let main = facts.spec.main.as_deref()?;
        self.functions().find(|function| self.location(&function.root, None).path == main)
    }

    /// The functions of the members asked about.
    pub fn functions(&self) -> impl Iterator<Item = &CargoFunction> {
        self.analysis.functions.iter().filter(|function| self.is_selected(function.member))
    }
}

impl<'a> ProjectContext<'a> {
    /// The Cargo workspaces of the project.
    #[must_use]
    pub fn workspaces(&self) -> &'a [CargoFacts] {
        &self.project.workspaces
    }

    /// Those of them that have functions.
    pub fn workspaces_of_functions(&self) -> impl Iterator<Item = &'a CargoFacts> {
        self.workspaces().iter().filter(|cargo| cargo.functions().next().is_some())
    }

    /// Reports each piece of work of some kinds, once although several functions share it.
    pub fn report_work(
        &self,
        sink: &mut Sink<'_>,
        kinds: &[WorkKind],
        part: fn(&Work) -> &Vec<WorkItem>,
        message: fn(&WorkItem) -> String,
    ) {
        let functions =
            self.workspaces().iter().flat_map(|cargo| cargo.functions().map(move |function| (cargo, function)));
        let mut seen = std::collections::BTreeSet::new();
        for (cargo, function) in functions {
            for item in part(&function.work).iter().filter(|item| kinds.contains(&item.kind)) {
                if !seen.insert((&cargo.prefix, &item.file, item.span)) {
                    continue;
                }
                let mut finding =
                    Finding::new(cargo.location(&item.file, Some(item.span)), message(item)).about(item.what.clone());
                let of = |facts: &&FunctionFacts| cargo.function(facts).is_some_and(|own| ptr::eq(own, function));
                let names: Vec<String> =
                    self.project.functions.iter().filter(of).map(|facts| facts.spec.name.clone()).collect();
                finding.function = Some(names.first().unwrap_or(&function.name).clone());
                if names.len() > 1 {
                    finding.sharing = names;
                }
                sink.report(finding);
            }
        }
    }
}
