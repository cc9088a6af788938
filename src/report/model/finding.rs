//! Findings, as the report says them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Word;
use crate::finding::{FixLevel, Severity};

/// One finding.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Rule name.
    pub rule: Word,
    /// Severity.
    pub severity: Severity,
    /// Function; the first of several that ship the package that it is about.
    pub function: Option<String>,
    /// All functions that ship the package that it is about, when they are several.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Package, module, route or resource.
    pub subject: Option<String>,
    /// Where.
    pub location: Place,
    /// What is wrong and why.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What to write, in the language of the place; several lines.
    pub snippet: Option<String>,
    /// What that saves.
    pub saves: Saves,
    /// A change that does it.
    pub fix: Option<Fix>,
    /// Other places.
    pub related: Vec<Related>,
    /// What it is known by where lines move and packages are renamed; equal ones are numbered.
    #[serde(default)]
    pub fingerprint: String,
    /// The code around, for formats that show it.
    #[serde(skip)]
    pub frame: Option<Frame>,
}

impl Finding {
    /// The functions that it is about; none for the project.
    #[must_use]
    pub fn concerned(&self) -> Vec<&str> {
        match &*self.functions {
            [] => self.function.as_deref().into_iter().collect(),
            several => several.iter().map(String::as_str).collect(),
        }
    }
}

/// A place in a file or an entry, in lines and columns from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// File on disk.
    pub path: String,
    /// Entry inside it.
    pub inner_path: Option<String>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
}

/// A second place of a finding.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub location: Place,
    /// What about it.
    pub message: String,
}

/// What acting saves.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Saves {
    /// Milliseconds of Init.
    pub init_ms: Option<f64>,
    /// Unpacked bytes.
    pub bytes: Option<u64>,
}

/// A change to one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// What it does.
    pub description: String,
    /// Safe when it is proven that nothing else changes.
    pub level: FixLevel,
    /// File.
    pub path: String,
    /// Replacements by byte offsets.
    pub edits: Vec<FixEdit>,
    /// What it changes in other files.
    pub also: Vec<FixFile>,
}

/// What a change does in a further file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixFile {
    /// File.
    pub path: String,
    /// Replacements by byte offsets.
    pub edits: Vec<FixEdit>,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixEdit {
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
    /// New text.
    pub replacement: String,
}

/// The text around a finding, for code frames.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whole text of the file.
    pub text: std::sync::Arc<str>,
    /// Marked ranges with their words; the first is the finding's own.
    pub marks: Vec<(std::ops::Range<usize>, String)>,
}
