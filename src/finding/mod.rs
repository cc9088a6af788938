//! Findings as plain data: what a rule has to say, before anything is printed.

pub mod baseline;
pub mod culprit;
pub mod suppression;

use serde::{Deserialize, Serialize};

use crate::artifact::Location;
use crate::span::Span;

/// How bad a finding is. Ordered from mild to grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// It costs measurably.
    Warning,
    /// The deployment or the cold start fails.
    Error,
}

impl Severity {
    /// The word used in reports and configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// One level milder, `Note` staying as it is.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Note => Self::Note,
        }
    }
}

impl std::str::FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "note" => Ok(Self::Note),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err(format!("unknown severity `{text}`; use note, warning or error")),
        }
    }
}

/// What acting on a finding saves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Saves {
    /// Milliseconds of Init.
    pub init_ms: Option<f64>,
    /// Unpacked bytes of the package.
    pub bytes: Option<u64>,
}

impl Saves {
    /// A saving below this many milliseconds drowns in the noise of cold starts.
    pub const NOISE_MS: f64 = 5.0;
    /// A saving below this many bytes is not worth anyone's time.
    pub const NOISE_BYTES: u64 = 100_000;
}

/// A note that saves this share of Init or more is no mere note.
const TELLING_SHARE: f64 = 0.2;

/// How severe a finding is by what acting on it saves of an Init, milliseconds: rules do not know how large the
/// function around them is.
#[must_use]
pub fn by_saving(severity: Severity, saves: Saves, init_ms: f64) -> Severity {
    let share = saves.init_ms.unwrap_or_default() / init_ms.max(1.0);
    if severity == Severity::Note && share >= TELLING_SHARE { Severity::Warning } else { severity }
}

/// A second place that explains a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What about it.
    pub text: String,
}

/// A change to one text file on disk that resolves a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What the change does, for people.
    pub description: String,
    /// How sure it is that nothing else changes.
    pub level: FixLevel,
    /// The file, relative like [`Location::path`].
    pub path: String,
    /// Replacements that do not overlap, in order.
    pub edits: Vec<Edit>,
    /// What it changes in other files: more of the same, and right without the rest.
    pub also: Vec<FileEdits>,
    /// Names that are bound elsewhere in its files afterwards: what another change writes there by one of them would not
    /// find it.
    pub moves: Vec<String>,
}

impl Fix {
    /// All files that it changes.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[Edit])> {
        let others = self.also.iter().map(|file| (file.path.as_str(), file.edits.as_slice()));
        std::iter::once((self.path.as_str(), self.edits.as_slice())).chain(others)
    }
}

/// Replacements in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdits {
    /// The file, relative like [`Location::path`].
    pub path: String,
    /// Replacements that do not overlap, in order.
    pub edits: Vec<Edit>,
}

/// How sure it is that a change does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FixLevel {
    /// Proven: by the closure of what is loaded, or by the rules of the compiler.
    Safe,
    /// Likely: something that could not be looked into might need it.
    Unsafe,
}

/// One replacement in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// With what.
    pub replacement: String,
}

/// One thing a rule found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name; who keeps findings keeps it beside them.
    #[serde(skip)]
    pub rule: &'static str,
    /// Severity after configuration.
    pub severity: Severity,
    /// The function it concerns; `None` for findings about the project.
    pub function: Option<String>,
    /// The functions that it concerns, when they share the package that it is about; the first is
    /// [`function`](Self::function).
    pub sharing: Vec<String>,
    /// Package, module, route or resource it is about.
    pub subject: Option<String>,
    /// Where.
    pub location: Location,
    /// What the place shows, printed under the code frame.
    pub note: Option<String>,
    /// The package through which the subject is loaded, where that is another one.
    pub through: Option<String>,
    /// Other places.
    pub labels: Vec<Label>,
    /// What is wrong and why, one sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What to write, in the language of the place; several lines.
    pub snippet: Option<String>,
    /// What that saves.
    pub saves: Saves,
    /// A change that does it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding with a message at a place; the engine fills in rule, severity and function.
    #[must_use]
    pub fn new(location: Location, message: impl Into<String>) -> Self {
        Self {
            rule: "",
            severity: Severity::Note,
            function: None,
            sharing: Vec::new(),
            subject: None,
            location,
            note: None,
            through: None,
            labels: Vec::new(),
            message: message.into(),
            help: None,
            snippet: None,
            saves: Saves::default(),
            fix: None,
        }
    }

    /// Names the package, module, route or resource that the finding is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Names the package through which the subject is loaded.
    #[must_use]
    pub fn through(mut self, package: impl Into<String>) -> Self {
        self.through = Some(package.into());
        self
    }

    /// Says what the place shows.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, location: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label { location, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Shows what to write.
    #[must_use]
    pub fn snippet(mut self, snippet: Option<String>) -> Self {
        self.snippet = snippet;
        self
    }

    /// Says what doing it saves.
    #[must_use]
    pub fn saving(mut self, saves: Saves) -> Self {
        self.saves = saves;
        self
    }

    /// Attaches a change that resolves it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The order of reports: gravest first, then the most expensive, then by place and rule.
    #[must_use]
    pub fn report_order(&self, other: &Self) -> std::cmp::Ordering {
        let cost = |finding: &Self| finding.saves.init_ms.unwrap_or(0.0);
        let bytes = |finding: &Self| finding.saves.bytes.unwrap_or(0);
        (other.severity.cmp(&self.severity))
            .then_with(|| cost(other).total_cmp(&cost(self)))
            .then_with(|| bytes(other).cmp(&bytes(self)))
            .then_with(|| self.location.cmp(&other.location))
            .then_with(|| self.rule.cmp(other.rule))
            .then_with(|| self.subject.cmp(&other.subject))
            .then_with(|| self.function.cmp(&other.function))
            .then_with(|| self.message.cmp(&other.message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_saves_much_is_a_warning() {
        let saves = |ms| Saves { init_ms: Some(ms), bytes: None };
        assert_eq!(by_saving(Severity::Note, saves(20.0), 100.0), Severity::Warning);
        assert_eq!(by_saving(Severity::Note, saves(19.0), 100.0), Severity::Note);
        assert_eq!(by_saving(Severity::Error, saves(1.0), 100.0), Severity::Error);
        assert_eq!(by_saving(Severity::Note, Saves::default(), 0.0), Severity::Note);
    }
}
