//! Descriptions of services in the cloud's SDK for Python that no code names.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::artifact::{Artifact, EntryId};
use crate::package::owners::PackageId;
use crate::platform::sdk;
use crate::text;
use crate::usage::Loaded;

/// What the SDK asks for itself, to get credentials.
const OWN: [&str; 4] = ["sts", "sso", "sso-oidc", "signin"];
/// Modules of other packages larger than this are taken to name every service.
const LARGEST: u64 = 4 << 20;
/// Names of services, which are names of folders, are not longer.
const LONGEST_NAME: usize = 255;

/// The services that botocore describes and nothing names, with their files; `None` where a name may be computed,
/// or botocore is not loaded from the package. Services in `keep` count as named; what was read of the package before is
/// in `quoted`.
#[must_use]
pub fn unnamed_services(
    loaded: &Loaded<'_>,
    keep: &[&str],
    quoted: &mut Quoted,
) -> Option<BTreeMap<String, Vec<EntryId>>> {
    let (package, its) = loaded.packages.with_ids().find(|(_, package)| &*package.name == "botocore")?;
    let mentions = &loaded.graph.mentions;
    let computed = ["client", "resource", "create_client"].iter().any(|call| mentions.open_calls.contains(*call));
    let is_its = |id| loaded.packages.of_module(loaded.graph, id) == Some(package);
    if computed || !loaded.graph.modules().any(|(id, _)| is_its(id)) {
        return None;
    }
    let users = users(loaded);
    if !users.iter().all(|id| quoted.read(loaded.artifact, *id)) {
        return None;
    }
    let is_named = |service: &str| {
        keep.contains(&service)
            || OWN.contains(&service)
            || mentions.words.contains(service)
            || users.iter().any(|id| quoted.has(*id, service))
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

/// The modules of other packages that import the SDK.
fn users(loaded: &Loaded<'_>) -> Vec<EntryId> {
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
    users
}

/// What stands between quotes in files of a package, as far as they were read.
#[derive(Debug, Default)]
pub struct Quoted(FxHashMap<EntryId, FxHashSet<String>>);

impl Quoted {
    /// Reads a file unless it is read already; whether it can be.
    fn read(&mut self, artifact: &Artifact, id: EntryId) -> bool {
        if self.0.contains_key(&id) {
            return true;
        }
        let is_small = artifact.entry(id).bytes <= LARGEST;
        let Some(bytes) = is_small.then(|| artifact.read(id).ok()).flatten() else { return false };
        let text = text::lossy((*bytes).as_ref());
        self.0.insert(id, ['"', '\''].into_iter().flat_map(|quote| between(&text, quote)).map(str::to_owned).collect());
        true
    }

    fn has(&self, id: EntryId, word: &str) -> bool {
        self.0.get(&id).is_some_and(|words| words.contains(word))
    }
}

/// What stands between each quote and the next, as far as it may be the name of a service.
fn between(text: &str, quote: char) -> impl Iterator<Item = &str> {
    let mut pieces: Vec<&str> = text.split(quote).skip(1).collect();
    pieces.pop();
    pieces.into_iter().filter(|piece| (1..=LONGEST_NAME).contains(&piece.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_the_quotes_around_them() {
        let found = |text| between(text, '"').collect::<Vec<_>>();
        assert_eq!(found(r#"a("s3", b="sqs") + "open"#), ["s3", ", b=", "sqs", ") + "]);
        assert!(found("no quotes").is_empty() && found("\"").is_empty());
    }
}
