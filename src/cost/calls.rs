//! Calls at load whose cost the code does not show: what a client of an SDK reads and builds.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::CostInput;
use crate::artifact::{Artifact, EntryId};
use crate::graph::{Argument, LoadCall};
use crate::platform::sdk;

/// What calls of one kind cost; a `[[call]]` of `cost.toml`. Milliseconds are the corpus machine's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallCost {
    /// What the part of the estimate is called.
    pub(super) name: String,
    /// Patterns over canonical callees.
    callees: Vec<String>,
    /// For the first call.
    first_ms: f64,
    /// For each further one.
    next_ms: f64,
    /// What a call parses, once for each first argument.
    data: Option<Data>,
}

/// Files that a call parses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    /// The module beside which they lie.
    module: String,
    /// Their folder, seen from that of the module; `{}` stands for the first argument. Of several
    /// versions inside it the newest counts.
    folder: String,
    /// How their names begin.
    names: Vec<String>,
    /// Milliseconds per kB, unpacked.
    per_kb: f64,
    /// kB where they are not in the package.
    unseen_kb: f64,
}

impl CallCost {
    /// Milliseconds for each call that is of this kind, by its position in the graph's calls.
    pub(super) fn of(&self, input: &CostInput<'_>) -> Vec<(usize, f64)> {
        let mut seen = BTreeSet::new();
        let calls = input.graph.calls.iter().enumerate();
        let matching = calls.filter(|(_, call)| self.callees.iter().any(|callee| sdk::matches(callee, &call.callee)));
        let mut costs: Vec<(usize, f64)> = Vec::new();
        for (at, call) in matching {
            let first = if costs.is_empty() { self.first_ms } else { self.next_ms };
            let again = call.repeats.saturating_sub(1) as f64 * self.next_ms;
            let subject = subject(call);
            let data = if seen.insert(subject) { self.data_ms(input, subject) } else { 0.0 };
            costs.push((at, first + again + data));
        }
        costs
    }

    fn data_ms(&self, input: &CostInput<'_>, subject: Option<&str>) -> f64 {
        let Some(data) = &self.data else { return 0.0 };
        let found = subject.and_then(|subject| data.found(input, subject));
        found.unwrap_or(data.unseen_kb) * data.per_kb
    }
}

/// The first argument, when it is a name that can be part of a path.
fn subject(call: &LoadCall) -> Option<&str> {
    match call.arguments.first() {
        Some(Argument::Text(text)) if !text.contains(['/', '\\']) && !text.starts_with('.') => Some(text),
        _ => None,
    }
}

impl Data {
    /// kB of the files for `subject`, when the package has any.
    fn found(&self, input: &CostInput<'_>, subject: &str) -> Option<f64> {
        let module = input.graph.modules.iter().find(|module| *module.name == *self.module)?;
        let path = &input.artifact.entry(module.entry?).path;
        let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = format!("{beside}/{}", self.folder.replace("{}", subject));
        let newest = input.artifact.children(&folder).iter().rfind(|child| child.entry.is_none())?;
        let files = input.artifact.children(&format!("{folder}/{}", newest.name)).iter();
        let wanted = files.filter(|file| self.names.iter().any(|name| file.name.starts_with(&**name)));
        Some(wanted.filter_map(|file| Some(unpacked(input.artifact, file.entry?)? as f64 / 1e3)).sum())
    }
}

/// Bytes of a file, unpacked if it is a gzip file: its last four bytes say how many.
fn unpacked(artifact: &Artifact, id: EntryId) -> Option<u64> {
    /// A trailer is read from no larger file.
    const LARGEST: u64 = 16 << 20;
    let entry = artifact.entry(id);
    if !entry.path.ends_with(".gz") || entry.bytes > LARGEST {
        return Some(entry.bytes);
    }
    let bytes = artifact.read(id).ok()?;
    let trailer = (*bytes).as_ref().last_chunk::<4>()?;
    Some(u64::from(u32::from_le_bytes(*trailer)))
}
