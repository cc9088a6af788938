//! Descriptions of services in the cloud's SDK for Python that no code names.

use std::collections::BTreeMap;

use crate::artifact::EntryId;
use crate::package::owners::PackageId;
use crate::platform::sdk;
use crate::usage::Loaded;

/// What the SDK asks for itself, to get credentials.
const OWN: [&str; 4] = ["sts", "sso", "sso-oidc", "signin"];
/// Modules of other packages larger than this are taken to name every service.
const LARGEST: u64 = 4 << 20;

/// The services that botocore describes and nothing names, with their files; `None` where a name may be computed,
/// or botocore is not loaded from the package. Services in `keep` count as named.
#[must_use]
pub fn unnamed_services(loaded: &Loaded<'_>, keep: &[&str]) -> Option<BTreeMap<String, Vec<EntryId>>> {
    let (package, its) = loaded.packages.with_ids().find(|(_, package)| &*package.name == "botocore")?;
    let mentions = &loaded.graph.mentions;
    let computed = ["client", "resource", "create_client"].iter().any(|call| mentions.open_calls.contains(*call));
    let is_its = |id| loaded.packages.of_module(loaded.graph, id) == Some(package);
    if computed || !loaded.graph.modules().any(|(id, _)| is_its(id)) {
        return None;
    }
    let texts = texts_of_users(loaded)?;
    let is_named = |service: &str| {
        keep.contains(&service)
            || OWN.contains(&service)
            || mentions.words.contains(service)
            || texts.iter().any(|text| quotes(text, service))
    };
    let mut services: BTreeMap<String, Vec<EntryId>> = BTreeMap::new();
    for id in &its.entries {
        let path = &loaded.artifact.entry(*id).path;
        let inside = path.split_once("botocore/data/").and_then(|(_, rest)| rest.split_once('/'));
        if let Some((service, _)) = inside {
            services.entry(service.to_owned()).or_default().push(*id);
        }
    }
    services.retain(|service, _| !is_named(service));
    Some(services)
}

/// Texts of the modules of other packages that import the SDK; `None` when one cannot be read.
fn texts_of_users(loaded: &Loaded<'_>) -> Option<Vec<String>> {
    let owner = |id| loaded.packages.of_module(loaded.graph, id);
    let is_sdk = |package: PackageId| sdk::is_sdk(&loaded.packages.package(package).name);
    let mut users: Vec<EntryId> = Vec::new();
    for import in &loaded.graph.imports {
        let (Some(target), Some(user)) = (owner(import.target), owner(import.site.importer)) else { continue };
        if is_sdk(target) && !is_sdk(user) {
            users.extend(loaded.graph.module(import.site.importer).entry);
        }
    }
    users.sort_unstable();
    users.dedup();
    let read = |id: &EntryId| {
        let small = loaded.artifact.entry(*id).bytes <= LARGEST;
        let bytes = small.then(|| loaded.artifact.read(*id).ok()).flatten()?;
        Some(String::from_utf8_lossy((*bytes).as_ref()).into_owned())
    };
    users.iter().map(read).collect()
}

fn quotes(text: &str, service: &str) -> bool {
    text.contains(&format!("\"{service}\"")) || text.contains(&format!("'{service}'"))
}
