//! Findings about what a build wrote, shown where a person wrote it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::artifact::Location;
use crate::engine::ProjectFacts;
use crate::finding::Finding;
use crate::graph::javascript::{Trace, Written};
use crate::input::files::{join, parent};
use crate::input::{self, seen};
use crate::span::{LineIndex, Span};

/// Larger sources are not read.
const LARGEST: u64 = 4 << 20;
/// Folders above the built file that are searched for a source.
const HIGHEST: usize = 6;

/// Moves findings from built files to the sources that they were made of, where a source map leads there and the source
/// is the one that was built. A change of the built file goes: the next build would undo it.
pub fn at_sources(findings: &mut [Finding], project: &ProjectFacts) {
    let mut traces = Traces { project, known: BTreeMap::new() };
    for finding in findings {
        let Some(source) = traces.source(&finding.location) else { continue };
        let built = std::mem::replace(&mut finding.location, source);
        finding.fix = finding.fix.take().filter(|fix| fix.path != built.path);
        for label in &mut finding.labels {
            if let Some(source) = traces.source(&label.location) {
                label.location = source;
            }
        }
    }
}

/// Source maps of the built files that findings are about.
struct Traces<'a> {
    project: &'a ProjectFacts,
    known: BTreeMap<(String, Option<String>), Option<Trace>>,
}

impl Traces<'_> {
    /// The place in a source; nothing where a location is no built file, or its source is not here.
    fn source(&mut self, location: &Location) -> Option<Location> {
        let offset = location.span?.start;
        let project = self.project;
        let key = (location.path.clone(), location.inner_path.clone());
        let trace = self.known.entry(key).or_insert_with(|| {
            let artifacts = project.functions.iter().map(|function| &*function.artifact);
            let (artifact, entry) =
                artifacts.filter_map(|artifact| Some((artifact, artifact.find_at(location)?))).next()?;
            Trace::of(artifact, entry)
        });
        let written = trace.as_ref()?.at(offset)?;
        let folder = parent(&location.path);
        candidates(&written, folder, project).into_iter().find_map(|path| place(path, &written))
    }
}

/// Where a source may be: where the map says, or under the same name around the built file or the template, since some
/// tools build in a folder that is gone.
fn candidates(written: &Written<'_>, folder: &str, project: &ProjectFacts) -> Vec<String> {
    if written.name.is_empty() || written.name.contains("node_modules/") {
        return Vec::new();
    }
    let mut paths = Vec::new();
    if !written.path.contains("://") && !written.path.starts_with('/') {
        paths.push(join(folder, written.path));
    }
    if written.content.is_some() {
        let above = std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| parent(folder)));
        let built_from = project.functions.iter().filter_map(|function| function.spec.built_from.as_deref());
        let folders = above.take(HIGHEST).chain(built_from);
        paths.extend(folders.map(|folder| join(folder, &written.name)));
    }
    paths
}

/// The place in a file, if it is the source. Without its text in the map, only a file below where the user stands is.
fn place(path: String, written: &Written<'_>) -> Option<Location> {
    let file = Path::new(&path);
    if !seen::is_file(file) || (written.content.is_none() && !is_below(file)) {
        return None;
    }
    let text = input::read_text_file(file, LARGEST).ok()?;
    if written.content.is_some_and(|content| !is_same(content, &text)) {
        return None;
    }
    let lines = LineIndex::new(&text);
    let start = lines.offset_of_utf16(&text, written.line, written.column);
    let rest = text.get(start as usize..)?.lines().next().unwrap_or_default();
    let end = start + u32::try_from(rest.trim_end().len()).ok()?;
    Some(Location { path, inner_path: None, span: Some(Span::new(start, end.max(start))) })
}

fn is_same(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}

/// Whether a file is below where the user stands, links followed.
fn is_below(file: &Path) -> bool {
    let working = std::env::current_dir().and_then(|folder| seen::canonicalize(&folder));
    working.is_ok_and(|working| seen::canonicalize(file).is_ok_and(|file| file.starts_with(working)))
}
