use std::collections::BTreeMap;

use crate::culprit::HeavierPath;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// Reports imports from modules that only hand on what others define, and load more than those.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for path in cx.culprits.paths.iter().filter(|path| path.saves_ms >= cx.number("min_ms")) {
        sink.report(finding(cx, path));
    }
}

fn finding(cx: &FunctionContext<'_>, path: &HeavierPath) -> Finding {
    let name = |id| cx.graph.module(id).name.to_string();
    let asked = name(path.handed.asked);
    let mut homes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (asked, home) in &path.handed.names {
        homes.entry(name(*home)).or_default().push(asked);
    }
    let after = (path.before_ms - path.saves_ms).max(0.0);
    let defined: Vec<&str> = homes.keys().map(String::as_str).collect();
    let message = format!(
        "{asked} loads {} during Init for what it only hands on; {}, where that is defined, {} {}",
        text::ms(path.before_ms),
        defined.join(" and "),
        if defined.len() == 1 { "loads" } else { "load" },
        text::ms(after)
    );
    let lines: Vec<String> =
        homes.iter().map(|(home, names)| format!("from {home} import {}", names.join(", "))).collect();
    let package = cx.package_of(path.handed.asked).map(|id| cx.packages.package(id).name.to_string());
    let finding = Finding::new(cx.locate_import(path.handed.site), message).about(package.unwrap_or(asked));
    let finding = finding.noting("loads more than its names need").help("Import the names from where they are defined");
    finding.snippet(Some(lines.join("\n"))).saving(Saves { init_ms: Some(path.saves_ms), bytes: None })
}
