mod cargo;

pub(super) use cargo::cargo;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::text;

/// Joins the files read during Init with their sizes in the package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_bytes = cx.number("min_bytes");
    for (entry, site) in &cx.graph.data_files {
        let file = cx.artifact.entry(*entry);
        let own = cx.package_of(site.importer).is_none();
        if own && file.bytes as f64 >= min_bytes {
            let message = format!("{} ({}) is read while the module loads", file.path, text::bytes(file.bytes));
            let finding = Finding::new(cx.locate_import(*site), message).about(file.path.to_string());
            sink.report(finding.noting("read during Init"));
        }
    }
}
