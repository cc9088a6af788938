//! Code frames: the lines around a finding, drawn by miette.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::super::model::{Finding, Frame};
use super::super::printable;
use super::super::{Style, place_name};

/// Lines longer than this are cut around the first mark in them; nobody reads more.
const LONGEST_LINE: usize = 160;
/// Lines shown before and behind a mark.
const CONTEXT: usize = 0;

/// The frame of a finding, ending in a newline; nothing when it has no code to show.
pub(super) fn render(finding: &Finding, style: Style) -> Option<String> {
    let frame = finding.frame.as_ref()?;
    let most = if style.verbose { usize::MAX } else { super::PLACES.saturating_add(1) };
    let excerpt = Excerpt::new(finding, frame, frame.marks.get(..most).unwrap_or(&frame.marks))?;
    let theme = if style.color {
        GraphicalTheme { characters: ThemeCharacters::unicode(), styles: ThemeStyles::ansi() }
    } else {
        GraphicalTheme::none()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(CONTEXT)
        .with_urls(false)
        .without_syntax_highlighting();
    let mut text = String::new();
    handler.render_report(&mut text, &excerpt).ok()?;
    // The header line is ours; the frame starts behind miette's own.
    let (_, frame) = text.split_once('\n')?;
    let mut frame: String = frame.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    frame.truncate(frame.trim_end().len());
    frame.push('\n');
    Some(frame)
}

/// The part of a text that a frame shows, with its marks.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Lines of the file above the excerpt.
    lines_above: usize,
    /// Column of each mark in the file; lines may be cut, so that it cannot be counted later.
    columns: Vec<usize>,
    marks: Vec<(Range<usize>, String)>,
}

impl Excerpt {
    fn new(finding: &Finding, frame: &Frame, marks: &[(Range<usize>, String)]) -> Option<Self> {
        let first = marks.iter().map(|(range, _)| range.start).min()?;
        let last = marks.iter().map(|(range, _)| range.end.max(range.start)).max()?;
        let above = frame.text.get(..first)?;
        let start = above.rmatch_indices('\n').nth(CONTEXT).map_or(0, |(at, _)| at + 1);
        let below = frame.text.get(last..)?;
        let end = below.match_indices('\n').nth(CONTEXT).map_or(frame.text.len(), |(at, _)| last + at);
        let mut excerpt = Self {
            name: place_name(&finding.location),
            text: printable::code(&frame.text[start..end]),
            lines_above: frame.text[..start].matches('\n').count(),
            columns: marks.iter().map(|(range, _)| column(&frame.text, range.start)).collect(),
            marks: Vec::new(),
        };
        excerpt.marks = marks
            .iter()
            .map(|(range, words)| (range.start - start..range.end - start, printable::line(words).into_owned()))
            .collect();
        excerpt.cut_long_lines();
        Some(excerpt)
    }

    /// Keeps of each long line what surrounds the first mark in it, and moves the marks along.
    fn cut_long_lines(&mut self) {
        if !self.text.lines().any(|line| line.len() > LONGEST_LINE) {
            return;
        }
        let mut cut = String::new();
        let mut marks = self.marks.clone();
        let mut start = 0;
        for line in self.text.split('\n') {
            let end = start + line.len();
            let marked = self.marks.iter().map(|(range, _)| range.start).filter(|at| (start..=end).contains(at)).min();
            let kept = window(line, marked.map_or(0, |at| at - start));
            for ((old, _), (new, _)) in self.marks.iter().zip(&mut marks) {
                let moved = |at: usize| cut.len() + (at - start).clamp(kept.start, kept.end) - kept.start;
                if (start..=end).contains(&old.start) {
                    new.start = moved(old.start);
                }
                if (start..=end).contains(&old.end) {
                    new.end = moved(old.end);
                }
            }
            cut.push_str(&line[kept]);
            cut.push('\n');
            start = end + 1;
        }
        self.text = cut;
        self.marks = marks;
    }
}

/// Characters before byte `at` in its line.
fn column(text: &str, at: usize) -> usize {
    let above = text.get(..at).unwrap_or_default();
    above.rsplit('\n').next().map_or(0, |line| line.chars().count())
}

/// The bytes of a line to show so that byte `at` is in view.
fn window(line: &str, at: usize) -> Range<usize> {
    if line.len() <= LONGEST_LINE {
        return 0..line.len();
    }
    let start = line.floor_char_boundary(at.saturating_sub(LONGEST_LINE / 4));
    start..line.floor_char_boundary((start + LONGEST_LINE).min(line.len()))
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.marks.iter().enumerate().map(|(at, (range, words))| {
            let words = Some(words.clone()).filter(|words| !words.is_empty());
            let span = (range.start, range.end - range.start);
            if at == 0 {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        });
        Some(Box::new(labels))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Whole lines: without context miette would show the marked bytes alone.
        let start = self.text.get(..span.offset()).and_then(|above| above.rfind('\n')).map_or(0, |at| at + 1);
        let end = span.offset() + span.len();
        let end = self.text.get(end..).and_then(|below| below.find('\n')).map_or(self.text.len(), |at| end + at);
        let lines = SourceSpan::from(start..end.max(start));
        let contents = self.text.as_str().read_span(&lines, before, after)?;
        let marked = self.marks.iter().position(|(range, _)| range.start == span.offset());
        let column = marked.and_then(|at| self.columns.get(at)).copied().unwrap_or(contents.column());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            contents.data(),
            *contents.span(),
            contents.line() + self.lines_above,
            column,
            // Of these lines alone: miette takes frames for one that would overlap.
            contents.data().split(|byte| *byte == b'\n').count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn marks_that_lie_far_apart_are_shown_apart() {
        let text: String = (1..=60).map(|line| format!("line {line}\n")).collect();
        let at = |words: &str| text.find(words).map(|at| (at..at + words.len(), words.to_owned())).unwrap();
        let mut finding = sample::report().findings.remove(0);
        let marks = vec![at("line 12"), at("line 33"), at("line 34"), at("line 57")];
        finding.frame = Some(Frame { text: text.as_str().into(), marks });
        let style = Style { color: false, quiet: false, verbose: false, width: 80 };
        let shown = render(&finding, style).unwrap();
        let lines: Vec<&str> = shown.lines().filter(|line| line.contains(" | line ")).map(str::trim).collect();
        assert_eq!(lines, ["12 | line 12", "33 | line 33", "34 | line 34", "57 | line 57"]);
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = "ü".repeat(1000);
        let kept = window(&line, 1001);
        assert!(kept.len() <= LONGEST_LINE && kept.contains(&1001));
        assert!(line.get(kept).is_some());
        assert_eq!(window("short", 3), 0..5);
    }
}
