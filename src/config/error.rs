use std::fmt;

use crate::span::{LineIndex, Span};

/// A fault in a configuration file: where, what, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The line itself.
    pub shown: String,
    /// Characters of the line that are marked.
    pub marked: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl ConfigError {
    /// A fault at a range of a text.
    #[must_use]
    pub fn at(path: &str, text: &str, span: Span, message: String) -> Self {
        let position = LineIndex::new(text).position(text, span.start);
        let shown = text.lines().nth(position.line as usize - 1).unwrap_or_default();
        let rest = shown.chars().count().saturating_sub(position.column as usize - 1);
        let marked = text
            .get(span.range_in(text.len()))
            .map_or(1, |marked| marked.lines().next().unwrap_or_default().chars().count());
        Self {
            path: path.to_owned(),
            line: position.line,
            column: position.column,
            shown: shown.chars().take(400).map(|c| if c.is_control() { ' ' } else { c }).collect(),
            marked: marked.min(rest).max(1),
            message,
            help: None,
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, shown, marked, message, .. } = self;
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        writeln!(f, "{message}")?;
        writeln!(f, "{gutter}--> {path}:{line}:{column}")?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {shown}")?;
        write!(f, "{gutter} | {}{}", " ".repeat(*column as usize - 1), "^".repeat(*marked))?;
        match &self.help {
            Some(help) => write!(f, "\n{gutter} = help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}
