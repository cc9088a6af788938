//! One self-contained page: readable without JavaScript, and searchable, filterable and navigable with it.
//! It asks for nothing: its policy forbids every request, style and script stand in it.

mod figures;
mod findings;
mod function;
mod icicle;
mod markup;
mod treemap;

use std::io::{self, Write};

pub(super) use markup::escaped;

use super::model::{Function, Report};
use super::{human, left_out};
use crate::text;

pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Functions whose sections start open; more of them would bury the overview.
const OPEN_FUNCTIONS: usize = 3;

/// Writes the page.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let title = title(report);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n",
        title = escaped(&title)
    )?;
    header(report, out)?;
    writeln!(out, "<main>")?;
    overview(report, out)?;
    for (number, function) in report.functions.iter().enumerate() {
        function::section(number, function, report.functions.len() <= OPEN_FUNCTIONS, out)?;
    }
    findings::section(report, out)?;
    uncovered(report, out)?;
    writeln!(
        out,
        "</main>\n<footer><p>Made by {} {}. Every time is an estimate with its range; \
         nothing of the package was run.</p></footer>",
        report.tool.name, report.tool.version
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
    writeln!(out, "<header>\n<h1>{}</h1>", escaped(&title(report)))?;
    writeln!(out, "<p class=\"lead\">{}</p>", escaped(&human::counts(report.summary.findings)))?;
    for verdict in human::verdicts(report) {
        writeln!(out, "<p class=\"verdict bad\">{}</p>", escaped(&verdict))?;
    }
    writeln!(out, "</header>")
}

/// What numbers and findings do not cover.
fn uncovered(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let left = left_out::of(report);
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
    writeln!(
        out,
        "<section aria-labelledby=\"overview\">\n<h2 id=\"overview\">Functions</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"table of functions\">\n<table>\n<thead><tr>\
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
        text::ms(init.estimated_ms),
        format!("{} to {}", text::ms(init.low_ms), text::ms(init.high_ms)),
        text::ms(init.download_ms),
        text::bytes(function.package.bytes),
    ];
    write!(
        out,
        "<tr><th scope=\"row\"><a href=\"#f{number}\">{}</a></th><td>{}</td>",
        escaped(&function.name),
        function::verdict(function)
    )?;
    for cell in cells {
        write!(out, "<td class=\"number\">{cell}</td>")?;
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
