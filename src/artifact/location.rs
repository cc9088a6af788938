use std::sync::Arc;

use super::{Artifact, ArtifactKind, EntryId};
use crate::span::{LineIndex, Position, Span};

/// A place in the input: a file, or an entry of a bundle, and a range of bytes in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Location {
    /// The file on disk as given: the bundle, template or manifest, with `/`.
    pub path: String,
    /// The entry, when `path` is an archive.
    pub inner_path: Option<String>,
    /// The range of bytes; `None` means the file as a whole.
    pub span: Option<Span>,
}

impl Location {
    /// A file on disk as a whole.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), inner_path: None, span: None }
    }

    /// A range in an entry: inside an archive by bundle and inner path, in a folder by the path
    /// of the file itself; what a layer brings is in the layer.
    #[must_use]
    pub fn in_artifact(artifact: &Artifact, entry: EntryId, span: Option<Span>) -> Self {
        if let Some(place) = artifact.place(entry) {
            return Self { path: place.to_owned(), inner_path: None, span };
        }
        if let Some(place) = artifact.in_layer(entry) {
            return Self { span, ..place };
        }
        let inner = &artifact.entry(entry).path;
        if artifact.kind == ArtifactKind::Binary && !inner.starts_with('/') {
            return Self { path: artifact.path.clone(), inner_path: None, span };
        }
        if artifact.kind != ArtifactKind::Directory || inner.starts_with('/') {
            return Self { path: artifact.path.clone(), inner_path: Some(inner.to_string()), span };
        }
        let folder = artifact.path.trim_end_matches('/');
        let path = if folder.is_empty() || folder == "." { inner.to_string() } else { format!("{folder}/{inner}") };
        Self { path, inner_path: None, span }
    }
}

/// A text together with its line index, for turning locations into positions and code frames.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// The text.
    pub text: Arc<str>,
    lines: LineIndex,
}

impl SourceText {
    /// Indexes a text.
    #[must_use]
    pub fn new(text: Arc<str>) -> Self {
        let lines = LineIndex::new(&text);
        Self { text, lines }
    }

    /// The position of a byte offset.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, offset)
    }
}
