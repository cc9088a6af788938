//! What a manifest says of a package, and who needs it.

use super::super::printable;
use super::normal;
use crate::engine::FunctionFacts;
use crate::manifest::dependency::Scope;
use crate::usage::{Elsewhere, Evidence};

/// Where a package is declared and how it is known that it is needed; nothing where no manifest declares it.
pub(super) fn line(function: &FunctionFacts, asked: &str) -> Option<String> {
    let mut declared = function.declared.dependencies.iter();
    let dependency = declared.find(|dependency| normal(&dependency.name) == normal(asked))?;
    let path = dependency.location.inner_path.as_deref().unwrap_or(&dependency.location.path);
    let purpose = purpose(&dependency.scope);
    let said = |by: &str| format!("  declared in {}{purpose}: {}", printable::line(path), printable::line(by));
    let by = match function.usage.evidence(&dependency.name) {
        Evidence::Imported => "own code imports it",
        Evidence::Loaded => "what is loaded needs it",
        Evidence::AskedFor(need) => return Some(said(&need.to_string())),
        Evidence::Elsewhere(Elsewhere::Scripts) => "only scripts of the manifest run it",
        Evidence::Elsewhere(Elsewhere::Deployment) => "only the deployment tool loads it",
        Evidence::Elsewhere(Elsewhere::Types) => "only its types are used",
        Evidence::Unmatched => "nothing known imports it, but an import without an answer may be its",
        Evidence::Nothing => {
            "nothing was found that needs it: no import, driver, plug-in, command or stored model, and no package that is used"
        }
    };
    Some(said(by))
}

/// What a dependency is declared for, with a blank before it.
pub(super) fn purpose(scope: &Scope) -> String {
    match scope {
        Scope::Runtime => String::new(),
        Scope::Development => " for development".to_owned(),
        Scope::Optional(group) => format!(" in `{}`", printable::line(group)),
    }
}
