use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::ModuleKind;
use crate::text;

/// Compares where the SDK comes from with where it should.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let names = cx.strings("packages");
    let shipped: Vec<_> = cx.packages.packages.iter().filter(|package| names.contains(&&*package.name)).collect();
    match cx.string("sdk") {
        "runtime" if !shipped.is_empty() => {
            let bytes = shipped.iter().map(|package| package.bytes).sum();
            let list: Vec<&str> = shipped.iter().map(|package| &*package.name).collect();
            let message = format!(
                "{} take {} of the package, and {} brings them",
                list.join(", "),
                text::bytes(bytes),
                cx.spec.runtime
            );
            sink.report(Finding::new(cx.location(), message).saving(Saves { init_ms: None, bytes: Some(bytes) }));
        }
        "bundle" if shipped.is_empty() => report_import(cx, &names, sink),
        _ => {}
    }
}

/// The first import that the runtime's own copy answers.
fn report_import(cx: &FunctionContext<'_>, names: &[&str], sink: &mut Sink<'_>) {
    let of_runtime = |name: &str, kind: ModuleKind| kind == ModuleKind::Runtime && names.contains(&name);
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
