use crate::artifact::Location;
use crate::engine::contracts::means_package;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::package::owners::{Ecosystem, Package};
use crate::text;

/// From how many on npm packages, which come in crowds, are reported together.
const MANY: usize = 4;
/// How many of them are named then.
const TOP: usize = 5;

/// Reports packages of which no file is reached, each with its bytes.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    if !cx.has_closure() {
        return;
    }
    let keep = cx.strings("keep");
    let language = cx.spec.runtime.language();
    let reached = cx.reached_entries();
    let mut never: Vec<&Package> = Vec::new();
    // What a bundler copied is there because something reaches it.
    for (_, package) in cx.packages().filter(|(_, package)| !package.entries.is_empty()) {
        let used = package.entries.iter().any(|entry| reached.get(entry.0 as usize).is_some_and(|reached| *reached));
        // A declared package is `unused-dependency`'s to report, with the line to remove.
        let declared = cx.declared.declares(&package.name) == Some(true);
        // A driver or plug-in that something asks for by name is loaded by it.
        if used
            || declared
            || cx.is_asked_for(&package.name)
            || keep.iter().any(|kept| means_package(kept, &package.name, language))
        {
            continue;
        }
        if cx.layer_of(package).is_none_or(|layer| !cx.is_needed_beside(layer, &package.name)) {
            never.push(package);
        }
    }
    if never.len() >= MANY && never.iter().all(|package| package.ecosystem == Ecosystem::Npm) {
        return sink.report(together(cx, never));
    }
    for package in never {
        let version = package.version.as_deref().unwrap_or("unknown version");
        let (whole, place) = match cx.layer_of(package) {
            Some(layer) => ("layer", Location::file(layer)),
            None => ("package", cx.location()),
        };
        let message = format!(
            "{} {version} takes {} of the {whole} and nothing reachable from the handler imports it",
            package.name,
            text::bytes(package.bytes)
        );
        let saves = Saves { init_ms: None, bytes: Some(package.bytes) };
        sink.report(Finding::new(place, message).about(package.name.to_string()).saving(saves));
    }
}

fn together(cx: &PackageContext<'_>, mut never: Vec<&Package>) -> Finding {
    never.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    let bytes = never.iter().map(|package| package.bytes).sum();
    let mut named: Vec<String> =
        never.iter().take(TOP).map(|package| format!("{} {}", package.name, text::bytes(package.bytes))).collect();
    if never.len() > TOP {
        named.push(format!("{} more", never.len() - TOP));
    }
    let message = format!(
        "{} packages that nothing reachable from the handler imports take {}: {}",
        never.len(),
        text::bytes(bytes),
        named.join(", ")
    );
    let first = never.first().map(|package| package.name.to_string()).unwrap_or_default();
    Finding::new(cx.location(), message).about(first).saving(Saves { init_ms: None, bytes: Some(bytes) })
}
