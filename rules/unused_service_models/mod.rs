use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::package::owners::PackageId;
use crate::platform::sdk;
use crate::text;

/// Modules of other packages larger than this are taken to name every service.
const LARGEST: u64 = 4 << 20;

/// Adds up the folders of services that nothing names.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let Some((package, its)) = cx.packages().find(|(_, package)| &*package.name == "botocore") else { return };
    let computed =
        ["client", "resource", "create_client"].iter().any(|call| cx.graph.mentions.open_calls.contains(*call));
    if cx.package_phase(package).is_none() || computed {
        return;
    }
    let Some(texts) = texts_of_users(cx) else { return };
    let keep = cx.strings("keep");
    let is_named = |service: &str| {
        keep.contains(&service)
            || cx.graph.mentions.words.contains(service)
            || texts.iter().any(|text| quotes(text, service))
    };
    let mut services: BTreeMap<&str, u64> = BTreeMap::new();
    for id in &its.entries {
        let entry = cx.artifact.entry(*id);
        let inside = entry.path.split_once("botocore/data/").and_then(|(_, rest)| rest.split_once('/'));
        if let Some((service, _)) = inside {
            *services.entry(service).or_default() += entry.bytes;
        }
    }
    services.retain(|service, _| !is_named(service));
    let bytes: u64 = services.values().sum();
    let message = format!(
        "botocore describes {} that no code names, in {}",
        text::plural(services.len() as u64, "service"),
        text::bytes(bytes)
    );
    if !services.is_empty() {
        let saves = Saves { init_ms: None, bytes: Some(bytes) };
        sink.report(Finding::new(cx.location(), message).about("botocore").saving(saves));
    }
}

/// Texts of the modules of other packages that import the SDK; `None` when one cannot be read.
fn texts_of_users(cx: &FunctionContext<'_>) -> Option<Vec<String>> {
    let is_sdk = |package: PackageId| sdk::is_sdk(&cx.packages.package(package).name);
    let mut users: Vec<_> = Vec::new();
    for import in &cx.graph.imports {
        let (Some(target), Some(user)) = (cx.package_of(import.target), cx.package_of(import.site.importer)) else {
            continue;
        };
        if is_sdk(target) && !is_sdk(user) {
            users.extend(cx.graph.module(import.site.importer).entry);
        }
    }
    users.sort_unstable();
    users.dedup();
    let read = |id: &crate::artifact::EntryId| {
        let bytes = (cx.artifact.entry(*id).bytes <= LARGEST).then(|| cx.artifact.read(*id).ok()).flatten()?;
        Some(String::from_utf8_lossy((*bytes).as_ref()).into_owned())
    };
    users.iter().map(read).collect()
}

fn quotes(text: &str, service: &str) -> bool {
    text.contains(&format!("\"{service}\"")) || text.contains(&format!("'{service}'"))
}
