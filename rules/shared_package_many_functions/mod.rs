use std::collections::BTreeMap;

use crate::engine::{FunctionFacts, ProjectContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// Reports packages that several functions ship and of which each loads a small part.
pub(super) fn check(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    let (max_share, min_bytes) = (cx.number("max_share"), cx.number("min_bytes"));
    let mut packages: BTreeMap<&str, Vec<&FunctionFacts>> = BTreeMap::new();
    for function in cx.project.functions.iter().filter(|function| function.has_closure()) {
        packages.entry(&function.spec.code).or_default().push(function);
    }
    for functions in packages.into_values().filter(|functions| functions.len() > 1) {
        let Some(first) = functions.first() else { continue };
        let whole = first.artifact.unpacked_bytes();
        let used: Vec<u64> = functions.iter().map(|function| needed(function)).collect();
        let most = used.iter().copied().max().unwrap_or(0);
        if (whole as f64) < min_bytes || most as f64 > whole as f64 * max_share {
            continue;
        }
        let message = format!(
            "{} functions ship the same {} and none loads more than {} of it",
            functions.len(),
            text::bytes(whole),
            text::bytes(most)
        );
        let place = |function: &FunctionFacts| function.spec.origin.clone().unwrap_or_else(|| function.location());
        let mut finding = Finding::new(place(first), message).about(first.artifact.path.clone());
        for (function, used) in functions.iter().zip(&used) {
            let text = format!("{} loads packages of {}", function.spec.name, text::bytes(*used));
            finding = finding.label(place(function), text);
        }
        finding.function = Some(first.spec.name.clone());
        let saves = Saves { init_ms: None, bytes: Some(whole - most) };
        sink.report(finding.saving(saves));
    }
}

/// Bytes of own files that are loaded, and of the packages of which something is.
fn needed(function: &FunctionFacts) -> u64 {
    let own = function.graph.modules().filter(|(id, _)| function.package_of(*id).is_none());
    let own: u64 = own.filter(|(_, module)| module.entry.is_some()).map(|(_, module)| module.bytes).sum();
    let reached = function.packages().filter(|(id, _)| function.package_phase(*id).is_some());
    own + reached.map(|(_, package)| package.bytes).sum::<u64>()
}
