//! Which files may silence findings by comments, and which of their comments are for nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::artifact::Location;
use crate::engine::{Check, FunctionFacts, Policy, ProjectFacts, Registry, Rule};
use crate::finding::suppression::{Allowed, Comments, File, silence};
use crate::finding::{Finding, Severity};
use crate::report::Sources;
use crate::run::ProjectSources;
use crate::text::similar;

/// Manifests at the root of a package whose comments count.
const MANIFESTS: [&str; 2] = ["pyproject.toml", "Cargo.toml"];

/// A file whose comments may silence findings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Commented {
    place: Location,
    /// Whether they count without a finding about it, because it is loaded, or describes what is deployed.
    is_own: bool,
}

/// The files with such comments: own files that are loaded, manifests, templates and what findings are about; never
/// files of packages, whose authors do not decide here.
pub(super) fn commented(findings: &[Finding], project: &ProjectFacts) -> Vec<Commented> {
    let own = own(project);
    let about = findings.iter().map(|finding| whole(&finding.location));
    let about: BTreeSet<Location> =
        about.filter(|place| !own.contains(place) && !is_of_a_package(place, project)).collect();
    let (own, about) = (own.into_iter().map(|place| (place, true)), about.into_iter().map(|place| (place, false)));
    let sources = ProjectSources { project };
    let has_comments = |(place, is_own): (Location, bool)| {
        read(&place, &sources)?;
        Some(Commented { place, is_own })
    };
    own.chain(about).filter_map(has_comments).collect()
}

/// Takes out what comments silence, adds what is wrong with the comments, and says how many
/// findings were silenced.
pub(super) fn apply(
    findings: &mut Vec<Finding>,
    commented: &[Commented],
    sources: &dyn Sources,
    registry: &Registry,
    policy: &Policy,
) -> usize {
    let about: BTreeSet<Location> = findings.iter().map(|finding| whole(&finding.location)).collect();
    let meant = commented.iter().filter(|file| file.is_own || about.contains(&file.place));
    let places: BTreeSet<&Location> = meant.map(|file| &file.place).collect();
    let mut files: Vec<File> = places.into_iter().filter_map(|place| read(place, sources)).collect();
    let silenced = silence(findings, &mut files);
    let Some(rule) = registry.rules().iter().find(|rule| matches!(rule.check, Check::Suppressions)) else {
        return silenced;
    };
    if !policy.selects(rule) {
        return silenced;
    }
    let severity = policy.of(rule).severity.unwrap_or(rule.meta.severity);
    let mut useless: Vec<Finding> = files.iter().flat_map(|file| problems(file, rule, registry, policy)).collect();
    useless.iter_mut().for_each(|finding| finding.severity = severity);
    let silenced = silenced + silence(&mut useless, &mut files);
    findings.append(&mut useless);
    findings.sort_by(Finding::report_order);
    silenced
}

/// Own files that are loaded, manifests and templates.
fn own(project: &ProjectFacts) -> BTreeSet<Location> {
    let mut places: BTreeSet<Location> = BTreeSet::new();
    for function in &project.functions {
        let loaded = function.graph.modules().filter_map(|(_, module)| module.entry);
        let manifests = function.artifact.entries().filter(|(_, entry)| is_manifest(&entry.path)).map(|(id, _)| id);
        let own = loaded.chain(manifests).filter(|entry| function.packages.owner(*entry).is_none());
        places.extend(own.map(|entry| function.locate(entry, None)));
        places.extend(function.spec.origin.iter().map(whole));
    }
    places
}

/// The comments of a file; nothing where it has none.
fn read(place: &Location, sources: &dyn Sources) -> Option<File> {
    let comments = Comments::of(place.inner_path.as_deref().unwrap_or(&place.path))?;
    File::read(place.clone(), sources.text(place)?, comments)
}

fn whole(location: &Location) -> Location {
    Location { span: None, ..location.clone() }
}

fn is_manifest(path: &str) -> bool {
    MANIFESTS.contains(&path) || (!path.contains('/') && path.starts_with("requirements") && path.ends_with(".txt"))
}

fn is_of_a_package(place: &Location, project: &ProjectFacts) -> bool {
    let owned =
        |function: &FunctionFacts| function.artifact.find_at(place).and_then(|entry| function.packages.owner(entry));
    project.functions.iter().any(|function| owned(function).is_some())
}

/// Names that are no rules, and allowances of rules that ran and reported nothing there.
fn problems(file: &File, rule: &Rule, registry: &Registry, policy: &Policy) -> Vec<Finding> {
    let one = |allowed: &Allowed| {
        let message = match registry.find(&allowed.rule) {
            None => format!("there is no rule `{}`, so this comment allows nothing", allowed.rule),
            Some(known) if known.name != rule.name && policy.selects(known) => {
                format!("`{}` reports nothing here, so this comment is not needed", allowed.rule)
            }
            Some(_) => return None,
        };
        let location = Location { span: Some(allowed.span), ..file.location.clone() };
        let near = similar(&allowed.rule, registry.rules().iter().map(|rule| rule.name));
        let help = match near.filter(|near| *near != allowed.rule) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => rule.meta.help.clone(),
        };
        let finding = Finding::new(location, message).about(allowed.rule.clone()).help(help);
        Some(Finding { rule: rule.name, severity: Severity::Note, ..finding })
    };
    file.allowed.iter().filter(|(_, used)| !used).filter_map(|(allowed, _)| one(allowed)).collect()
}
