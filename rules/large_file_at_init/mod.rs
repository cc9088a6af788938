mod cargo;

pub(super) use cargo::cargo;

use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{ModuleKind, Phase};
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
    for (id, module) in cx.graph.modules() {
        let large = module.kind == ModuleKind::Data && module.bytes as f64 >= min_bytes;
        if let Some(site) = module.first_import.filter(|_| large && module.loaded == Phase::Init)
            && cx.package_of(id).is_none()
        {
            let message = format!("{} ({}) is parsed while the module loads", module.name, text::bytes(module.bytes));
            let finding = Finding::new(cx.locate_import(site), message).about(module.name.to_string());
            let ms = Some(cx.estimate.module(id).self_ms).filter(|ms| *ms >= Saves::NOISE_MS);
            sink.report(finding.noting("loaded during Init").saving(Saves { init_ms: ms, bytes: None }));
        }
    }
}
