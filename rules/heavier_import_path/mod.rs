use std::collections::{BTreeMap, BTreeSet};

use crate::culprit::{HeavierPath, Part};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::Taken;
use crate::platform::Language;
use crate::text;

/// Names of parts that a message has; more are counted.
const MOST_NAMES: usize = 4;

/// Reports imports through modules that load more than the names that are taken of them need.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for path in cx.culprits.paths.iter().filter(|path| path.saves_ms >= cx.number("min_ms")) {
        sink.report(finding(cx, path));
    }
}

fn finding(cx: &FunctionContext<'_>, path: &HeavierPath) -> Finding {
    let package = cx.package_of(path.asked).map(|id| cx.packages.package(id).name.to_string());
    let homes: BTreeSet<&str> = path.parts.iter().map(|part| &*part.from).collect();
    let (names, more) = (homes.iter().copied().take(MOST_NAMES), homes.len().saturating_sub(MOST_NAMES));
    let mut named = names.collect::<Vec<_>>().join(", ");
    if more > 0 {
        named.push_str(&format!(" and {more} more"));
    }
    let (before, after) = (text::ms(path.before_ms), text::ms((path.before_ms - path.saves_ms).max(0.0)));
    let load = if homes.len() == 1 { "loads" } else { "load" };
    let module = cx.graph.module(path.asked).name.to_string();
    let (message, lines) = match cx.spec.runtime.language() {
        Language::Node => {
            let asked = package.as_deref().unwrap_or(&module);
            let message = format!(
                "this import of {asked} loads {before} during Init; {named}, where its names are to be had, {load} {after}"
            );
            let is_module = cx.graph.module(path.site.importer).weight.linked > 0;
            (message, path.parts.iter().map(|part| in_node(part, is_module)).collect())
        }
        _ => {
            let message = format!(
                "{module} loads {before} during Init for what it only hands on; {named}, where that is defined, {load} {after}"
            );
            (message, in_python(&path.parts))
        }
    };
    let finding = Finding::new(cx.locate_import(path.site), message).about(package.unwrap_or(module));
    let finding = finding.noting("loads more than its names need").help("Import the names from where they are defined");
    finding.snippet(Some(lines.join("\n"))).saving(Saves { init_ms: Some(path.saves_ms), bytes: None })
}

fn in_python(parts: &[Part]) -> Vec<String> {
    let mut homes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in parts {
        homes.entry(&part.from).or_default().push(&part.name);
    }
    homes.iter().map(|(home, names)| format!("from {home} import {}", names.join(", "))).collect()
}

fn in_node(Part { name, from, taken }: &Part, is_module: bool) -> String {
    match (taken, is_module) {
        (Taken::Whole, false) => format!("const {name} = require(\"{from}\");"),
        (Taken::Default, false) => format!("const {name} = require(\"{from}\").default;"),
        (Taken::Member, false) => format!("const {{ {name} }} = require(\"{from}\");"),
        (Taken::Whole | Taken::Default, true) => format!("import {name} from \"{from}\";"),
        (Taken::Member, true) => format!("import {{ {name} }} from \"{from}\";"),
    }
}
