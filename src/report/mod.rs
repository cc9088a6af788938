//! The report: one plain value, finished before anything is printed, and one file per format.
//! Formats are pure: they take a [`model::Report`] and a writer.

mod build;
mod human;
mod json;
pub mod model;
mod printable;
#[cfg(test)]
mod sample;
mod why;

pub use build::{Sources, build};
pub use why::{Why, why};

use std::io::{self, Write};

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, with code frames.
    #[default]
    Human,
    /// `defrost-report/1`.
    Json,
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
