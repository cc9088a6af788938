use std::path::Path;
use std::sync::Arc;

use crate::artifact::{Artifact, Location};
use crate::engine::ProjectFacts;
use crate::input;
use crate::report::Sources;

/// Texts larger than this are not shown in code frames.
const LARGEST_TEXT: u64 = 4 << 20;

/// Reads texts for the report: entries from the artifacts, everything else from disk.
#[derive(Debug)]
pub struct ProjectSources<'a> {
    /// The project.
    pub project: &'a ProjectFacts,
}

impl Sources for ProjectSources<'_> {
    fn text(&self, location: &Location) -> Option<Arc<str>> {
        match self.entry(location) {
            Some((artifact, entry)) => {
                let bytes = artifact.read(entry).ok()?;
                Some(Arc::from(input::readable_text((*bytes).as_ref())))
            }
            None => input::read_text_file(Path::new(&location.path), LARGEST_TEXT).ok().map(Arc::from),
        }
    }
}

impl ProjectSources<'_> {
    fn entry(&self, location: &Location) -> Option<(&Artifact, crate::artifact::EntryId)> {
        let artifacts = self.project.functions.iter().map(|function| &*function.artifact);
        artifacts.filter_map(|artifact| Some((artifact, artifact.find_at(location)?))).next()
    }
}
