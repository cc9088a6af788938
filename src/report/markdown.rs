//! Markdown for a comment on a pull request.

use std::io::{self, Write};

use super::model::{Finding, Function, Report};
use super::{has_region, human, left_out, place_name, printable, split};
use crate::text;

/// Packages listed per function.
const PACKAGES: usize = 5;

/// Writes the comment.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### Cold start: {}\n", human::counts(report.summary.findings))?;
    for verdict in human::verdicts(report) {
        writeln!(out, "**{}**\n", inert(&verdict))?;
    }
    writeln!(out, "| function | grade | Init | range | download | package |")?;
    writeln!(out, "|---|---|--:|--:|--:|--:|")?;
    for function in &report.functions {
        writeln!(out, "{}", row(function))?;
    }
    for function in &report.functions {
        packages(function, out)?;
    }
    for function in &report.functions {
        alternatives(function, out)?;
    }
    if !report.findings.is_empty() {
        writeln!(out, "\n| | rule | where | what | saves |\n|---|---|---|---|---|")?;
    }
    for finding in &report.findings {
        writeln!(out, "{}", finding_row(finding))?;
    }
    uncovered(report, out)
}

/// What the tables do not cover, folded away.
fn uncovered(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let left = left_out::of(report);
    if left.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>What this does not cover</summary>\n")?;
    for left in left {
        writeln!(out, "- {}", inert(&left.to_string()))?;
    }
    writeln!(out, "\n</details>")
}

fn row(function: &Function) -> String {
    let init = &function.init;
    format!(
        "| {} | {} | {} | {} to {} | {} | {} |",
        inert(&function.name),
        function.grade.map_or_else(|| function.mark(), |grade| grade.letter().to_owned()),
        text::ms(init.estimated_ms),
        text::ms(init.low_ms),
        text::ms(init.high_ms),
        text::ms(init.download_ms),
        text::bytes(function.package.bytes)
    )
}

/// The most expensive packages, folded away.
fn packages(function: &Function, out: &mut dyn Write) -> io::Result<()> {
    let costly: Vec<_> = function.packages.iter().filter(|package| package.init_ms >= 0.5).take(PACKAGES).collect();
    if costly.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>Where Init of {} goes</summary>\n", inert(&function.name))?;
    writeln!(out, "| package | Init | without it | imported at |\n|---|--:|--:|---|")?;
    for package in costly {
        let version = package.version.as_deref().unwrap_or_default();
        let site =
            package.first_import.as_ref().map_or_else(String::new, |site| format!("{}:{}", site.path, site.line));
        let name = format!("{} {version}", package.name);
        let removable = format!("-{}", text::ms(package.removable_ms));
        writeln!(out, "| {} | {} | {removable} | {} |", inert(name.trim()), text::ms(package.init_ms), inert(&site))?;
    }
    writeln!(out, "\n</details>")
}

/// What moving imports does for a function with several routes.
fn alternatives(function: &Function, out: &mut dyn Write) -> io::Result<()> {
    let (Some(plan), Some(all)) = (&function.split, &function.lazy_all) else { return Ok(()) };
    let few = text::ms(plan.lazy.estimated_ms);
    let words =
        format!("with imports of few routes moved Init {few}; with everything at first use {}", split::everything(all));
    writeln!(out, "\n{}: {words}", inert(&function.name))
}

fn finding_row(finding: &Finding) -> String {
    let place = &finding.location;
    let line = if has_region(place) { format!(":{}", place.line) } else { String::new() };
    let saves = human::saves(finding).unwrap_or_default();
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!(" *{}*", inert(help)));
    format!(
        "| {} | `{}` | {}{line} | {}.{help} | {} |",
        finding.severity.word(),
        finding.rule,
        inert(&place_name(place)),
        inert(&finding.message),
        saves.trim_start_matches("saves ")
    )
}

/// Text that cannot leave its table cell, start HTML, a link or an image, or call on people. Code
/// between backquotes stays code, in which nothing but the end of a cell means anything.
pub(super) fn inert(text: &str) -> String {
    let text = printable::line(text);
    let mut parts: Vec<&str> = text.split('`').collect();
    // An opening backquote that nothing closes is one character of the text.
    let open = if parts.len().is_multiple_of(2) { parts.pop() } else { None };
    let mut safe = String::with_capacity(text.len());
    for (number, part) in parts.into_iter().enumerate() {
        if number % 2 == 1 && !part.is_empty() {
            // Two backquotes in a row would be a quotation mark of another kind.
            if safe.ends_with('`') {
                safe.push(' ');
            }
            safe.push_str(&format!("`{}`", part.replace('|', "\\|")));
        } else {
            escape(part, &mut safe);
        }
    }
    if let Some(rest) = open {
        safe.push_str("\\`");
        escape(rest, &mut safe);
    }
    safe
}

/// Adds text outside code.
fn escape(text: &str, safe: &mut String) {
    for character in text.chars() {
        match character {
            '|' | '[' | ']' | '*' | '\\' => safe.extend(['\\', character]),
            '<' => safe.push_str("&lt;"),
            '@' => safe.push_str("&#64;"),
            other => safe.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn the_comment_has_a_table_of_functions_and_one_of_findings() {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn names_cannot_write_markup() {
        assert_eq!(super::inert("a|<img>@x ![y](z)"), "a\\|&lt;img>&#64;x !\\[y\\](z)");
        assert_eq!(super::inert("a`<img>"), "a\\`&lt;img>");
        assert_eq!(super::inert("``<img>``"), "&lt;img>");
    }

    #[test]
    fn code_stays_as_it_is() {
        assert_eq!(super::inert("drop `*.a|b` and *"), "drop `*.a\\|b` and \\*");
    }
}
