//! Where a place of a file that a build wrote was written, by the file's source map.

use sourcemap::SourceMap;

use super::{cleaned, map};
use crate::artifact::{Artifact, EntryId};
use crate::span::LineIndex;

/// A built file with its source map.
#[derive(Debug)]
pub struct Trace {
    map: SourceMap,
    text: String,
    lines: LineIndex,
}

/// A place in a source, as the map has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Written<'t> {
    /// The source's path, seen from the folder of the built file.
    pub path: &'t str,
    /// The same without what bundlers put around it, and without the folders above.
    pub name: String,
    /// The source's text, where the map has it.
    pub content: Option<&'t str>,
    /// Its line, from 0.
    pub line: u32,
    /// Its column, from 0 and in UTF-16 code units.
    pub column: u32,
}

impl Trace {
    /// Reads the map of a file; nothing where there is none that can be read.
    #[must_use]
    pub fn of(artifact: &Artifact, entry: EntryId) -> Option<Self> {
        let path = &artifact.entry(entry).path;
        if ![".js", ".mjs", ".cjs"].iter().any(|ending| path.ends_with(ending)) {
            return None;
        }
        let bytes = artifact.read(entry).ok()?;
        let text = crate::text::lossy((*bytes).as_ref()).into_owned();
        let map = map::find(artifact, entry, &text)?;
        let lines = LineIndex::new(&text);
        Some(Self { map, text, lines })
    }

    /// Where what stands at an offset was written; nothing for what the build itself added.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<Written<'_>> {
        let (line, column) = self.lines.utf16(&self.text, offset);
        let token = self.map.lookup_token(line, column).filter(|token| token.get_dst_line() == line)?;
        let path = token.get_source()?;
        let content = self.map.get_source_contents(token.get_src_id());
        Some(Written { path, name: cleaned(path), content, line: token.get_src_line(), column: token.get_src_col() })
    }
}
