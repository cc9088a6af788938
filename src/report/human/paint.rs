use anstyle::{AnsiColor, Effects, Style};

use crate::cost::Grade;
use crate::finding::Severity;

/// Bold text.
pub(crate) const STRONG: Style = Style::new().effects(Effects::BOLD);
/// What is beside the point.
pub(crate) const FAINT: Style = Style::new().effects(Effects::DIMMED);
/// Good news.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Bars and places.
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();

/// Text in a style, or plain.
pub(crate) fn paint(color: bool, style: Style, text: &str) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// The style of a severity.
pub(super) fn severity(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    color.on_default().effects(Effects::BOLD)
}

/// The style of a grade; without one the function does not start.
pub(super) fn grade(grade: Option<Grade>) -> Style {
    let color = match grade {
        Some(Grade::A | Grade::B) => AnsiColor::Green,
        Some(Grade::C) => AnsiColor::Yellow,
        Some(Grade::D | Grade::F) | None => AnsiColor::Red,
    };
    color.on_default().effects(Effects::BOLD)
}
