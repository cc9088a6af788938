use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::EntryId;
use crate::engine::{FunctionContext, Sink, report_obstacles};
use crate::finding::{Finding, Severity};
use crate::lang::native::extension_name;
use crate::platform::Language;
use crate::text;

const RULE: &str = "wrong-abi-tag";
/// Packages that the message names; one wrong `pip install` affects them all.
const NAMED: usize = 5;

/// Reports the modules whose import ends Init, and where none does, those that exist for other Python versions only,
/// once for the function.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_obstacles(cx, sink, RULE);
    let is_told = cx.graph.causes.iter().any(|cause| cause.rule == RULE);
    let unfit = if is_told || cx.spec.runtime.language() != Language::Python { Vec::new() } else { unfit(cx) };
    let Some(first) = unfit.first() else { return };
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for entry in &unfit {
        let package = cx.packages.owner(*entry).map(|package| &*cx.packages.package(package).name);
        names.insert(package.unwrap_or(&cx.artifact.entry(*entry).path));
    }
    let runtime = &cx.spec.runtime;
    let modules = text::plural(unfit.len() as u64, "extension module");
    let verb = if unfit.len() == 1 { "is" } else { "are" };
    let more = names.len().saturating_sub(NAMED);
    let listed: Vec<&str> = names.iter().copied().take(NAMED).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message =
        format!("{modules} {verb} built for another Python version than {runtime}: {}{more}", listed.join(", "));
    let subject = listed.first().copied().unwrap_or_default().to_owned();
    let finding = Finding::new(cx.locate(*first, None), message).about(subject);
    sink.report_as(
        Severity::Warning,
        finding.noting("something catches the failure, or nothing imports it during Init"),
    );
}

/// Extension modules of loaded packages that no file fits this runtime for.
fn unfit(cx: &FunctionContext<'_>) -> Vec<EntryId> {
    let version = cx.spec.runtime.version();
    let mut modules: BTreeMap<String, (EntryId, bool)> = BTreeMap::new();
    for (id, entry) in cx.artifact.entries().filter(|(_, entry)| entry.path.ends_with(".so")) {
        let (folder, file) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
        let Some(name) = extension_name(file) else { continue };
        let fits = name.python.is_none_or(|(major, minor)| (u16::from(major), u16::from(minor)) == version);
        let module = modules.entry(format!("{folder}/{}", name.module)).or_insert((id, false));
        module.1 |= fits;
    }
    let loaded = |entry: EntryId| cx.packages.owner(entry).is_none_or(|package| cx.package_phase(package).is_some());
    modules.into_values().filter(|(entry, fits)| !fits && loaded(*entry)).map(|(entry, _)| entry).collect()
}
