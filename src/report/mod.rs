//! The report: one plain value, finished before anything is printed, and one file per format.
//! Formats are pure: they take a [`model::Report`] and a writer.

mod budgets;
mod build;
mod fingerprint;
mod fitted;
mod github;
mod gitlab;
pub(crate) mod html;
mod human;
mod json;
mod junit;
mod left_out;
mod markdown;
mod merge;
pub mod model;
mod ndjson;
pub mod plan_test;
pub(crate) mod printable;
mod sarif;
mod scale;
mod split;
mod summary;
#[cfg(test)]
mod sample;
mod why;

pub use build::{Sources, add, build};
pub use fingerprint::{of as fingerprints, under as fingerprints_under};
pub use fitted::fitted;
pub use merge::{Merge, Seen, Unread, read};
pub use ndjson::{line, records};
pub use scale::{briefly, scale, scale_alone};
pub use split::{split, split_json};
pub use summary::Fleet;
pub use why::{Why, declarations, why};

use std::io::{self, Write};

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, with code frames.
    #[default]
    Human,
    /// `defrost-report/1`.
    Json,
    /// A `defrost-report/1` of one function per line.
    Ndjson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, for test reports.
    Junit,
    /// A comment for a pull request.
    Markdown,
    /// One self-contained page with drawings.
    Html,
}

/// How much a format shows and whether it may use colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Colours and links.
    pub color: bool,
    /// Only findings and totals.
    pub quiet: bool,
    /// Also what is not exact.
    pub verbose: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// Writes a report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &model::Report, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Json => json::write(report, out),
        Format::Ndjson => ndjson::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Markdown => markdown::write(report, out),
        Format::Html => html::write(report, out),
    }
}

/// Columns to write for: the terminal's, or 100 in a pipe or a file.
#[must_use]
pub fn width(to_terminal: bool) -> usize {
    let terminal = to_terminal.then(terminal_size::terminal_size).flatten();
    terminal.map_or(100, |(width, _)| usize::from(width.0))
}

/// A place as people read it: the file, and behind `!` the entry inside it.
fn place_name(place: &model::Place) -> String {
    let inner = place.inner_path.as_ref().map_or_else(String::new, |inner| format!("!{inner}"));
    printable::line(&format!("{}{inner}", place.path)).into_owned()
}

/// Whether a place is a file of the repository, where an annotation can be shown: not an entry
/// of an archive, not the package as a whole, and inside the working folder.
fn is_in_repository(report: &model::Report, place: &model::Place) -> bool {
    let outside = place.path.starts_with('/') || place.path.split('/').any(|part| part == "..");
    let is_package = report.functions.iter().any(|function| function.package.path == place.path);
    // The package of a Cargo function that is not built yet is its source file.
    place.inner_path.is_none() && !outside && (!is_package || has_region(place))
}

/// Whether a place says more than which file.
fn has_region(place: &model::Place) -> bool {
    place.end_line > 1 || place.end_column > 1
}

/// The message with its place, where a format cannot point at it, the help and the savings.
fn full_message(finding: &model::Finding, name_place: bool) -> String {
    let place = &finding.location;
    let line = if has_region(place) { format!(":{}", place.line) } else { String::new() };
    let at = format!("{}{line}: ", place_name(place));
    let mut text = if name_place { at } else { String::new() };
    text.push_str(&printable::line(&finding.message));
    if let Some(help) = &finding.help {
        text.push_str(&format!(". {}", printable::line(help)));
    }
    if let Some(saves) = human::saves(finding) {
        text.push_str(&format!(" ({saves})"));
    }
    text
}
