//! Declared dependencies that are not installed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Loaded, brought};
use crate::assemble::{Brings, Open, Reason};
use crate::manifest::dependency::{Declared, Scope};
use crate::manifest::node::package_of_request;
use crate::manifest::python::import_names;
use crate::package::owners::{Package, PackageId};
use crate::platform::Language;

/// Dependencies that are named; the number of the others is said.
const NAMED: usize = 6;

/// What the manifests declare for run time and neither the package nor the runtime has. An archive is uploaded as it
/// is: what it lacks is missing for good. So is what a folder lacks in which others are installed, where nothing builds
/// it. A bundler takes only what is `asked_for_alone`; `install` says how people have it here.
#[must_use]
pub fn not_installed(facts: &Loaded<'_>, declared: &Declared, asked_for_alone: bool, install: &str) -> Option<Open> {
    let language = facts.language;
    let unresolved = facts.graph.unresolved.iter().map(|import| &*import.import);
    let is_asked_for = |name: &str| {
        let own = |import: &str| package_of_request(import) == Some(name);
        unresolved.clone().any(own)
    };
    if !may_lack(facts) {
        return None;
    }
    let mut names = missing(facts, declared);
    names.retain(|name| !asked_for_alone || is_asked_for(name));
    if names.is_empty() {
        return unread(declared);
    }
    let modules = names.iter().flat_map(|name| match language {
        Language::Python => import_names(name).into_iter().map(Arc::from).collect(),
        _ => vec![Arc::clone(name)],
    });
    Some(Open {
        reason: Reason::NotInstalled,
        detail: detail(&names, install),
        brings: if declared.is_open { Brings::Anything } else { Brings::ModulesAndMore(modules.collect()) },
    })
}

/// Whether what a package lacks may be installed by a build.
fn may_lack(facts: &Loaded<'_>) -> bool {
    let has_own = || facts.packages.packages.iter().any(|package| !is_of_layer(facts, package));
    facts.artifact.is_tree() && (facts.is_built || facts.artifact.installed().is_some() || !has_own())
}

/// Whether more of a distribution is here than its metadata.
fn has_modules(facts: &Loaded<'_>, id: PackageId) -> bool {
    facts.language != Language::Python || !facts.packages.top_modules(facts.artifact, id).is_empty()
}

/// Whether a layer brings a package: what of them is here says nothing of what is installed for the function.
fn is_of_layer(facts: &Loaded<'_>, package: &Package) -> bool {
    let mut paths = package.entries.iter().map(|entry| &facts.artifact.entry(*entry).path);
    paths.all(|path| path.starts_with("/opt/"))
}

/// What is declared for run time and will be installed by a build, and is not here.
pub(super) fn missing<'a>(facts: &Loaded<'_>, declared: &'a Declared) -> BTreeSet<&'a Arc<str>> {
    if !may_lack(facts) {
        return BTreeSet::new();
    }
    let from = facts.artifact.installed();
    let is_here = |name: &str| {
        let mut packages = facts.packages.with_ids().filter(|(_, package)| *package.name == *name);
        packages.any(|(id, _)| has_modules(facts, id)) || from.is_some_and(|from| from.names.contains(name))
    };
    let language = facts.language;
    let is_brought = |name: &str| brought::by_runtime(language, name) || brought::is_stub(language, name);
    let wanted = declared.dependencies.iter().filter(|dependency| {
        let is_needed = dependency.scope == Scope::Runtime && !dependency.excluded;
        is_needed && !is_brought(&dependency.name) && !is_here(&dependency.name)
    });
    wanted.map(|dependency| &dependency.name).collect()
}

/// What lists declare that are computed, or that lie elsewhere.
fn unread(declared: &Declared) -> Option<Open> {
    declared.is_open.then(|| Open {
        reason: Reason::NotInstalled,
        detail: "some of what is declared is computed or in a file outside of the package, and not read here; analyse \
                 what the build makes"
            .to_owned(),
        brings: Brings::Anything,
    })
}

fn detail(names: &BTreeSet<&Arc<str>>, install: &str) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(|name| &***name).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (verb, are) = if names.len() == 1 { ("is", "it is") } else { ("are", "they are") };
    format!(
        "{}{more} {verb} declared and not installed here, so {are} not in the estimate; analyse what the build makes, or install with {install}",
        shown.join(", ")
    )
}
