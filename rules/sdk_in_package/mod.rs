use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::ModuleKind;
use crate::package::owners::Package;
use crate::platform::Language;
use crate::text;

/// How many packages a message names.
const TOP: usize = 4;

/// Compares where the SDK comes from with where it should.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let names = cx.strings("packages");
    let shipped: Vec<&Package> =
        cx.packages.packages.iter().filter(|package| is_sdk(cx, &names, &package.name)).collect();
    // What a bundler took from the SDK loads faster than the runtime's copy: nobody should leave it out.
    let apart: Vec<&Package> = shipped.iter().copied().filter(|package| !package.entries.is_empty()).collect();
    match cx.string("sdk") {
        "runtime" if !apart.is_empty() => sink.report(shipped_finding(cx, &apart)),
        "bundle" if shipped.is_empty() => report_import(cx, &names, sink),
        _ => {}
    }
}

/// Whether a package is part of the SDK that the runtime brings.
fn is_sdk(cx: &PackageContext<'_>, names: &[&str], package: &str) -> bool {
    let of_node = cx.spec.runtime.language() == Language::Node
        && cx.spec.runtime.sdk(cx.spec.platform).is_some_and(|sdk| sdk.has(package));
    of_node || names.contains(&package)
}

fn shipped_finding(cx: &PackageContext<'_>, shipped: &[&Package]) -> Finding {
    let bytes = shipped.iter().map(|package| package.bytes).sum();
    let mut list: Vec<String> = shipped.iter().take(TOP).map(|package| package.name.to_string()).collect();
    if shipped.len() > TOP {
        list.push(format!("{} more", shipped.len() - TOP));
    }
    let message =
        format!("{} take {} of the package, and {} brings them", list.join(", "), text::bytes(bytes), cx.spec.runtime);
    let finding = Finding::new(cx.location(), message).saving(Saves { init_ms: None, bytes: Some(bytes) });
    match cx.spec.runtime.language() {
        // One client takes 83 to 110 ms of Init from a bundle and 236 to 259 ms from the runtime.
        Language::Node => finding.help(
            "Bundle the clients that are used, which loads fastest, or leave the SDK out; `sdk = \"any\"` allows it",
        ),
        _ => finding,
    }
}

/// The first import that the runtime's own copy answers.
fn report_import(cx: &PackageContext<'_>, names: &[&str], sink: &mut Sink<'_>) {
    let of_runtime = |name: &str, kind: ModuleKind| kind == ModuleKind::Runtime && is_sdk(cx, names, name);
    let import = cx.graph.imports.iter().find(|import| {
        let target = cx.graph.module(import.target);
        of_runtime(&target.name, target.kind)
    });
    if let Some(import) = import {
        let name = &cx.graph.module(import.target).name;
        let message = format!("{name} comes from the runtime here, and its version changes without notice");
        let finding = Finding::new(cx.locate_import(import.site), message).about(name.to_string());
        sink.report(finding.help("Add it to the package, pinned"));
    }
}
