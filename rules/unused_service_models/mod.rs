use std::collections::BTreeMap;

use crate::artifact::EntryId;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::slim::{Quoted, unnamed_services};
use crate::text;

/// Adds up the folders of services that nothing names.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let services = unnamed(cx).unwrap_or_default();
    let bytes: u64 = services.values().flatten().map(|id| cx.artifact.own_bytes(*id)).sum();
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

/// What no function that loads the SDK names; `None` when one of them may name anything.
fn unnamed(cx: &PackageContext<'_>) -> Option<BTreeMap<String, Vec<EntryId>>> {
    let keep = cx.strings("keep");
    let (sdk, _) = cx.packages().find(|(_, package)| &*package.name == "botocore")?;
    let mut users = cx.functions.iter().filter(|function| function.package_phase(sdk).is_some());
    let mut quoted = Quoted::default();
    let mut services = unnamed_services(&users.next()?.loaded(), &keep, &mut quoted)?;
    for user in users {
        let others = unnamed_services(&user.loaded(), &keep, &mut quoted)?;
        services.retain(|service, _| others.contains_key(service));
    }
    Some(services)
}
