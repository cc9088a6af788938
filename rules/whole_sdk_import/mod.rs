use std::collections::BTreeSet;

use serde::Deserialize;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::Phase;
use crate::knowledge;
use crate::text;

/// A package and the file that stands for all of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sdk {
    package: String,
    /// The main file, relative to the package.
    entry: String,
    /// What to do instead.
    instead: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sdk: Vec<Sdk>,
}

knowledge::table! {
    static SDKS: Table = "node/whole_sdks.toml", tested by the_sdks_read;
}

/// Reports the first import of own code that loads an SDK's main file during Init.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for import in cx.graph.imports.iter().filter(|import| import.phase == Phase::Init) {
        let own =
            cx.graph.module(import.site.importer).entry.is_some() && cx.package_of(import.site.importer).is_none();
        let target = cx.graph.module(import.target);
        let Some(package) = cx.package_of(import.target).filter(|_| own) else { continue };
        let name = &*cx.packages.package(package).name;
        let main = |sdk: &&Sdk| sdk.package == name && target.name.ends_with(&format!("{name}/{}", sdk.entry));
        let Some(sdk) = SDKS.sdk.iter().find(main) else { continue };
        // Where the parts that are used are known, `heavier-import-path` names them.
        if cx.culprits.paths.iter().any(|path| path.asked == import.target) {
            continue;
        }
        if reported.insert(&sdk.package) {
            let ms = text::ms(cx.package_init_ms(package));
            let message = format!("{name} is loaded whole, all its services included: {ms} of Init");
            let finding = Finding::new(cx.locate_import(import.site), message).about(name.to_owned());
            sink.report(finding.noting("loaded during Init").help(capitalised(&sdk.instead)));
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
