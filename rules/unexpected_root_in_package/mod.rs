use std::collections::BTreeMap;

use crate::artifact::EntryId;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// How many of them a finding names.
const TOP: usize = 6;

/// What is known of one of them.
#[derive(Default)]
struct Sum {
    bytes: u64,
    first: Option<EntryId>,
}

/// Adds up what lies at the root of the package and that no function needs. A folder is judged only where packages are
/// installed at its root: others are projects, where all of that has its place.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    if cx.artifact.is_tree() && !is_output(cx) {
        return;
    }
    let reached = cx.reached_entries();
    let (names, folders) = (cx.strings("roots"), cx.strings("inside"));
    let mut roots: BTreeMap<String, Sum> = BTreeMap::new();
    for (id, entry) in cx.artifact.entries() {
        let root = entry.path.split('/').next().unwrap_or(&entry.path);
        let inside =
            folders.iter().find(|folder| entry.path.strip_prefix(**folder).is_some_and(|rest| rest.starts_with('/')));
        let is_root = names.iter().any(|name| text::matches(name, root)) || is_environment(cx, root);
        let Some(found) = inside.copied().or(Some(root).filter(|_| is_root)) else { continue };
        let sum = roots.entry(found.to_owned()).or_default();
        // Something that is loaded from there is no leftover, whatever its name.
        if reached.get(id.0 as usize).is_some_and(|reached| *reached) {
            return;
        }
        sum.bytes += cx.artifact.own_bytes(id);
        sum.first = sum.first.or(Some(id));
    }
    for litter in cx.artifact.litter() {
        let name = if litter.path.starts_with("__MACOSX/") { "__MACOSX" } else { ".DS_Store and ._ files" };
        roots.entry(name.to_owned()).or_default().bytes += litter.bytes;
    }
    report(cx, sink, roots);
}

fn report(cx: &PackageContext<'_>, sink: &mut Sink<'_>, roots: BTreeMap<String, Sum>) {
    let total: u64 = roots.values().map(|sum| sum.bytes).sum();
    let mut named: Vec<(&String, &Sum)> = roots.iter().collect();
    named.sort_by(|a, b| b.1.bytes.cmp(&a.1.bytes).then_with(|| a.0.cmp(b.0)));
    let Some((subject, largest)) = named.first().copied() else { return };
    let more = named.len().saturating_sub(TOP);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<String> =
        named.iter().take(TOP).map(|(name, sum)| format!("{name} ({})", text::bytes(sum.bytes))).collect();
    let message =
        format!("the package holds what belongs to the project and not to the function: {}{more}", shown.join(", "));
    let place = largest.first.filter(|_| named.len() == 1).map_or_else(|| cx.location(), |id| cx.locate(id, None));
    let finding = Finding::new(place, message).about(subject.clone());
    // Small leftovers are worth a line all the same: they say that the packaging takes too much.
    let saves = Saves { init_ms: None, bytes: Some(total).filter(|bytes| *bytes >= Saves::NOISE_BYTES) };
    sink.report(finding.saving(saves));
}

/// Whether a folder is what a build has put together.
fn is_output(cx: &PackageContext<'_>) -> bool {
    cx.artifact.children("").iter().any(|child| child.name.ends_with(".dist-info"))
}

/// Whether a folder at the root is a virtual environment under another name.
fn is_environment(cx: &PackageContext<'_>, root: &str) -> bool {
    cx.artifact.find(&format!("{root}/pyvenv.cfg")).is_some()
}
