use std::collections::BTreeMap;

use serde::Deserialize;

use super::fill;
use crate::artifact::{Entry, EntryId, Location};
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::slim::is_read_at_run_time;
use crate::text;

/// How many contributors a finding names.
const TOP: usize = 5;

/// Files of the package by name; all matches of a package make one finding.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileMatch {
    /// Names of folders anywhere in the path.
    #[serde(default)]
    folders: Vec<String>,
    /// Names of files; `*` stands for any characters.
    #[serde(default)]
    names: Vec<String>,
    /// Path parts that exempt a file.
    #[serde(default)]
    unless: Vec<String>,
    /// Files of more bytes are something else of the same name; those in the folders are meant whatever they weigh.
    #[serde(default)]
    largest: Option<u64>,
    /// Whose files are looked at.
    #[serde(default)]
    inside: Inside,
    /// Whether removing the files is what the finding advises; then files that some closure
    /// reaches are left out and the bytes count as saved.
    #[serde(default)]
    removable: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Inside {
    /// All files.
    #[default]
    Any,
    /// Files of packages.
    Packages,
    /// Files of the function itself.
    Own,
}

impl FileMatch {
    fn matches(&self, context: &PackageContext<'_>, id: EntryId, entry: &Entry, in_folder: bool, name: &str) -> bool {
        let is_modest = self.largest.is_none_or(|largest| entry.bytes <= largest);
        let fits = in_folder || is_modest && self.names.iter().any(|pattern| text::matches(pattern, name));
        fits && (match self.inside {
            Inside::Any => true,
            Inside::Packages => context.packages.owner(id).is_some(),
            Inside::Own => context.packages.owner(id).is_none(),
        }) && !entry.path.split('/').any(|part| self.unless.iter().any(|unless| text::matches(unless, part)))
    }

    /// Whether a folder is one of those meant, or within one.
    fn means(&self, folder: &str) -> bool {
        !self.folders.is_empty() && folder.split('/').any(|part| self.folders.iter().any(|folder| folder == part))
    }

    /// The files that match. Those of one folder follow each other.
    fn all<'a>(&self, context: &'a PackageContext<'_>) -> Vec<(EntryId, &'a Entry)> {
        let artifact = &context.artifact;
        let mut last = ("", self.means(""));
        let mut found = Vec::new();
        for (id, entry) in artifact.entries() {
            let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
            if folder != last.0 {
                last = (folder, self.means(folder));
            }
            if self.matches(context, id, entry, last.1, name) {
                found.push((id, entry));
            }
        }
        found
    }
}

pub(super) fn run(matching: &FileMatch, context: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let reached = if matching.removable { context.reached_entries() } else { Vec::new() };
    let mut found = matching.all(context);
    let is_read = |id: &EntryId, path: &str| {
        reached.get(id.0 as usize).is_some_and(|reached| *reached) || (matching.removable && is_read_at_run_time(path))
    };
    found.retain(|(id, entry)| context.artifact.takes_room(*id) && !is_read(id, &entry.path));
    let Some((first, _)) = found.first() else { return };
    let bytes = found.iter().map(|(_, entry)| entry.bytes).sum();
    let message = fill(
        &context.rule.meta.message,
        &[
            ("count", &text::count(found.len() as u64)),
            ("bytes", &text::bytes(bytes)),
            ("top", &top_contributors(context, &found)),
        ],
    );
    let location = if found.len() == 1 { context.locate(*first, None) } else { whole(context) };
    let saves = Saves { bytes: matching.removable.then_some(bytes), init_ms: None };
    sink.report(Finding::new(location, message).saving(saves));
}

fn whole(context: &PackageContext<'_>) -> Location {
    context.location()
}

/// The packages, or for own files the folders, with most bytes.
fn top_contributors(context: &PackageContext<'_>, found: &[(EntryId, &Entry)]) -> String {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (id, entry) in found {
        let owner = context.packages.owner(*id).map(|package| context.packages.package(package).name.to_string());
        *sums.entry(owner.unwrap_or_else(|| entry.path.to_string())).or_default() += entry.bytes;
    }
    let mut sums: Vec<(String, u64)> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = sums.len().saturating_sub(TOP);
    let mut names: Vec<String> =
        sums.iter().take(TOP).map(|(name, bytes)| format!("{name} {}", text::bytes(*bytes))).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
