//! Parts of the drawings that several share.

use std::io::{self, Write};

use super::markup::escaped;
use crate::report::model::Loaded;

/// A drawing's own coordinates: the page scales them.
pub(super) const WIDTH: f64 = 1000.0;
/// Width of a letter of the drawings' text, in their coordinates.
const LETTER: f64 = 7.4;

/// The class that colours what is loaded when.
pub(super) fn class(loaded: Loaded) -> &'static str {
    match loaded {
        Loaded::Init => "init",
        Loaded::Invoke => "invoke",
        Loaded::Never => "never",
    }
}

/// As much of a label as fits into a width; nothing where not even three letters do. No ellipsis: what is seen must
/// be a part of the cell's name.
pub(super) fn fitting(label: &str, width: f64) -> String {
    let room = ((width - 8.0) / LETTER).max(0.0) as usize;
    let length = label.chars().count();
    if length <= room {
        return label.to_owned();
    }
    if room < 3 {
        return String::new();
    }
    label.chars().take(room).collect()
}

/// One rectangle with a label inside and its whole story in a title.
pub(super) struct Cell<'a> {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) class: &'a str,
    pub(super) label: &'a str,
    pub(super) title: &'a str,
    /// Further attributes, safe already.
    pub(super) attributes: &'a str,
}

impl Cell<'_> {
    /// Draws it as an SVG group.
    pub(super) fn draw(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { x, y, width, height, class, title, attributes, .. } = self;
        write!(
            out,
            "<g class=\"cell {class}\"{attributes}><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" \
             width=\"{:.1}\" height=\"{:.1}\"/>",
            escaped(title),
            (width - 1.0).max(0.5),
            (height - 1.0).max(0.5)
        )?;
        let label = if *height >= 14.0 { fitting(self.label, *width) } else { String::new() };
        if !label.is_empty() {
            write!(
                out,
                "<text aria-hidden=\"true\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x + 4.0,
                y + 13.0,
                escaped(&label)
            )?;
        }
        writeln!(out, "</g>")
    }
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn labels_are_cut_to_their_cell() {
        assert_eq!(fitting("pandas", 200.0), "pandas");
        assert_eq!(fitting("pandas.core.frame", 60.0), "pandas.");
        assert_eq!(fitting("pandas", 20.0), "");
    }
}
