//! One self-contained page: readable without JavaScript, and searchable, filterable and navigable with it.
//! It asks for nothing: its policy forbids every request, style and script stand in it.

mod burst;
mod figures;
mod findings;
mod function;
mod icicle;
mod markup;
mod treemap;

use std::io::{self, Write};

pub(crate) use markup::escaped;

use super::human;
use super::left_out::{self, Lack, LeftOut};
use super::model::{Function, Report};
use crate::text;

pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Functions whose sections start open; more of them would bury the overview.
const OPEN_FUNCTIONS: usize = 3;
/// Functions from which the overview can be searched and sorted.
const SEARCHED_FUNCTIONS: usize = 8;

/// How much of each function is drawn and listed, so that a page for many functions stays a page: a browser is fluid
/// with some tens of thousands of elements. The JSON report has the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Room {
    /// Packages in the table.
    packages: usize,
    /// Areas in the map of bytes.
    areas: usize,
    /// Modules in the drawing of imports.
    cells: usize,
    /// Modules in the list.
    rows: usize,
}

impl Room {
    /// The room of each of so many functions.
    fn of(functions: usize) -> Self {
        let share = |of: usize, least: usize, most: usize| (of / functions.max(1)).clamp(least, most);
        Self {
            packages: share(2_000, 8, 40),
            areas: share(3_000, 12, 300),
            cells: share(6_000, 30, 2_000),
            rows: share(6_000, 20, 5_000),
        }
    }
}

/// Writes the page.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    head(&title(report), out)?;
    header(report, out)?;
    writeln!(out, "<main>")?;
    overview(report, out)?;
    burst::applications(report, out)?;
    let room = Room::of(report.functions.len());
    for (number, function) in report.functions.iter().enumerate() {
        function::section(number, function, report.functions.len() <= OPEN_FUNCTIONS, room, out)?;
    }
    findings::section(report, out)?;
    uncovered(report, out)?;
    foot(out)
}

/// What stands before the page's own content.
pub(crate) fn head(title: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        title = escaped(title)
    )
}

/// What stands behind it.
pub(crate) fn foot(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "</main>\n<footer><p>Made by {} {}. Every time is an estimate with its range; \
         nothing of the package was run.</p></footer>",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>")
}

fn title(report: &Report) -> String {
    match &*report.functions {
        [only] => format!("Cold start of {}", only.name),
        several => format!("Cold starts of {}", text::plural(several.len() as u64, "function")),
    }
}

fn header(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<a class=\"skip\" href=\"#findings\">Skip to the findings</a>")?;
    writeln!(out, "<header>\n<h1>{}</h1>", escaped(&title(report)))?;
    writeln!(out, "<p class=\"lead\">{}</p>", escaped(&human::counts(report.summary.findings)))?;
    for verdict in human::verdicts(report) {
        writeln!(out, "<p class=\"verdict bad\">{}</p>", escaped(&verdict))?;
    }
    writeln!(out, "</header>")
}

/// What numbers and findings do not cover.
fn uncovered(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    // Why it is not known whether a function starts stands with the function.
    let left: Vec<LeftOut<'_>> = left_out::of(report).into_iter().filter(|left| left.lack != Lack::Start).collect();
    if left.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section aria-labelledby=\"uncovered\">\n<h2 id=\"uncovered\">Not covered</h2>\n<ul>")?;
    for left in left {
        writeln!(out, "<li>{}</li>", escaped(&left.to_string()))?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// One row per function.
fn overview(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.functions.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section aria-labelledby=\"overview\">\n<h2 id=\"overview\">Functions</h2>")?;
    if report.functions.len() >= SEARCHED_FUNCTIONS {
        writeln!(
            out,
            "<p class=\"filter\" hidden><label>Function <input type=\"search\" class=\"narrow\" autocomplete=\"off\"></label> \
             <output aria-live=\"polite\"></output></p>"
        )?;
    }
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"table of functions\">\n<table class=\"sortable\">\n<thead><tr>\
         <th scope=\"col\">function</th><th scope=\"col\">verdict</th><th scope=\"col\" class=\"number\">Init</th>\
         <th scope=\"col\" class=\"number\">range</th><th scope=\"col\" class=\"number\">download</th>\
         <th scope=\"col\" class=\"number\">package</th></tr></thead>\n<tbody>"
    )?;
    for (number, function) in report.functions.iter().enumerate() {
        overview_row(number, function, out)?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>\n</section>")
}

fn overview_row(number: usize, function: &Function, out: &mut dyn Write) -> io::Result<()> {
    let init = &function.init;
    let cells = [
        (text::ms(init.estimated_ms), init.estimated_ms),
        (format!("{} to {}", text::ms(init.low_ms), text::ms(init.high_ms)), init.high_ms),
        (text::ms(init.download_ms), init.download_ms),
        (text::bytes(function.package.bytes), function.package.bytes as f64),
    ];
    write!(
        out,
        "<tr><th scope=\"row\"><a href=\"#f{number}\">{}</a></th><td>{}</td>",
        escaped(&function.name),
        function::verdict(function)
    )?;
    for (cell, value) in cells {
        write!(out, "<td class=\"number\" data-value=\"{value}\">{cell}</td>")?;
    }
    writeln!(out, "</tr>")
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    fn page() -> String {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_page_shows_functions_and_findings_without_script() {
        let page = page();
        let body = page.split("<script>").next().unwrap();
        for part in
            ["grade D", "1,180 ms", "pandas 2.3.1", "network-at-init", "saves 612 ms of Init", "class=\"treemap\""]
        {
            assert!(body.contains(part), "{part}");
        }
    }

    #[test]
    fn names_of_the_input_cannot_write_markup_or_control_characters() {
        let page = page();
        assert!(!page.contains('\u{1b}') && page.contains("evil\\u{1b}[2J"));
    }

    #[test]
    fn nothing_of_the_page_asks_for_anything() {
        let page = page();
        assert!(page.contains("default-src 'none'"));
        for asking in ["src=", "@import", "url(", "fetch(", "<link"] {
            assert!(!page.contains(asking), "{asking}");
        }
    }
}
