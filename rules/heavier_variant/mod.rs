use serde::Deserialize;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::knowledge;
use crate::text;

/// A package and its lighter variant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    /// Pattern over package names.
    package: String,
    /// What to use.
    lighter: String,
    /// What the heavy one adds.
    adds: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    variant: Vec<Variant>,
}

knowledge::table! {
    static VARIANTS: Table = "python/variants.toml", tested by the_variants_read;
}

/// Reports packages of the table, once per row.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for variant in &VARIANTS.variant {
        let its = || cx.packages.packages.iter().filter(|package| text::matches(&variant.package, &package.name));
        let Some(first) = its().next() else { continue };
        let bytes = its().map(|package| package.bytes).sum();
        let message = format!("{} ({}) brings {}", first.name, text::bytes(bytes), variant.adds);
        let declared = cx.declared.dependencies.iter().find(|dependency| dependency.name == first.name);
        let location = declared.map_or_else(|| cx.location(), |dependency| dependency.location.clone());
        let finding = Finding::new(location, message).about(first.name.to_string());
        sink.report(finding.help(format!("Use {}", variant.lighter)));
    }
}
