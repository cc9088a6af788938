//! The difference as a page: both sides of every number beside each other.

use std::io::{self, Write};

use super::human::{entered, signed};
use super::{Changed, Difference, PackageChange, Sides, Status};
use crate::report::html::{escaped, foot, head};
use crate::text;

/// Rows of a list.
const ROWS: usize = 40;
/// Functions whose sections start open.
const OPEN: usize = 3;

/// Writes the page.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let changed: Vec<&Changed> =
        difference.functions.iter().filter(|function| function.status != Status::Same).collect();
    let title = match changed.as_slice() {
        [] => "Nothing differs".to_owned(),
        [only] => format!("What changed in {}", only.name),
        several => format!("What changed in {}", text::plural(several.len() as u64, "function")),
    };
    head(&title, out)?;
    writeln!(out, "<header>\n<h1>{}</h1>", escaped(&title))?;
    writeln!(out, "<p class=\"lead\">{}</p>", escaped(&total(difference)))?;
    for broken in &difference.broken {
        writeln!(out, "<p class=\"verdict bad\">{}</p>", escaped(broken))?;
    }
    writeln!(out, "</header>\n<main>")?;
    overview(difference, out)?;
    for (number, function) in changed.iter().enumerate() {
        section(number, function, changed.len() <= OPEN, out)?;
    }
    foot(out)
}

/// All functions in one sentence.
fn total(difference: &Difference) -> String {
    let same = difference.functions.iter().filter(|function| function.status == Status::Same).count();
    let change: f64 = difference.functions.iter().map(|function| function.change_ms[0]).sum();
    let of = |status| difference.functions.iter().filter(|function| function.status == status).count();
    let mut parts = vec![format!("Init {} over all functions on both sides", signed(change))];
    for (count, word) in [(of(Status::Added), "new"), (of(Status::Removed), "gone"), (same, "without a difference")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    parts.join(", ")
}

/// One row per function, those that got slower first as they come.
fn overview(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"overview\">\n<h2 id=\"overview\">Functions</h2>\n<div class=\"wide\" tabindex=\"0\" \
         role=\"region\" aria-label=\"table of functions\">\n<table class=\"sortable\">\n<thead><tr><th scope=\"col\">function</th>\
         <th scope=\"col\">what</th><th scope=\"col\" class=\"number\">Init before</th><th scope=\"col\" class=\"number\">after</th>\
         <th scope=\"col\" class=\"number\">change</th><th scope=\"col\" class=\"number\">size before</th>\
         <th scope=\"col\" class=\"number\">after</th></tr></thead>\n<tbody>"
    )?;
    let mut number = 0;
    for function in &difference.functions {
        let name = if function.status == Status::Same {
            escaped(&function.name)
        } else {
            number += 1;
            format!("<a href=\"#f{}\">{}</a>", number - 1, escaped(&function.name))
        };
        writeln!(
            out,
            "<tr><th scope=\"row\">{name}</th><td>{}</td>{}{}<td class=\"number {}\" data-value=\"{}\">{}</td>{}{}</tr>",
            word(function.status),
            cell(function.init_ms.before, text::ms),
            cell(function.init_ms.after, text::ms),
            direction(function.change_ms[0]),
            function.change_ms[0],
            change(function.change_ms[0]),
            cell(function.bytes.before.map(|bytes| bytes as f64), |bytes| text::bytes(bytes as u64)),
            cell(function.bytes.after.map(|bytes| bytes as f64), |bytes| text::bytes(bytes as u64)),
        )?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>\n</section>")
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Added => "new",
        Status::Removed => "gone",
        Status::Changed => "changed",
        Status::Same => "as it was",
    }
}

/// What is worse is red, what is better is green.
fn direction(ms: f64) -> &'static str {
    if ms >= super::NOISE_MS {
        "worse"
    } else if ms <= -super::NOISE_MS {
        "better"
    } else {
        ""
    }
}

fn change(ms: f64) -> String {
    if ms.abs() < super::NOISE_MS { String::new() } else { signed(ms) }
}

fn cell(value: Option<f64>, shown: impl Fn(f64) -> String) -> String {
    let text = value.map_or_else(|| "-".to_owned(), shown);
    format!("<td class=\"number\" data-value=\"{}\">{text}</td>", value.unwrap_or_default())
}

fn section(number: usize, function: &Changed, open: bool, out: &mut dyn Write) -> io::Result<()> {
    let [middle, low, high] = function.change_ms;
    let range = if middle.abs() >= super::NOISE_MS {
        format!("Init {} ({} to {})", signed(middle), signed(low), signed(high))
    } else {
        "Init as before".to_owned()
    };
    writeln!(
        out,
        "<section class=\"function\" aria-labelledby=\"f{number}\">\n<h2 id=\"f{number}\">{} <span class=\"of\">{}</span></h2>\n\
         <p class=\"what {}\">{range}</p>",
        escaped(&function.name),
        word(function.status),
        direction(middle),
    )?;
    measures(function, out)?;
    let open = if open { " open" } else { "" };
    writeln!(out, "<details{open}><summary>What it comes from</summary>")?;
    packages(&function.packages, out)?;
    let lines = |title: &str, lines: Vec<String>, out: &mut dyn Write| list(title, &lines, out);
    lines("Loaded during Init now", function.newly_eager.iter().map(entered).collect(), out)?;
    lines("No longer loaded during Init", function.no_longer_eager.iter().map(entered).collect(), out)?;
    lines("Routes added", function.routes_added.clone(), out)?;
    lines("Routes removed", function.routes_removed.clone(), out)?;
    writeln!(out, "</details>\n</section>")
}

/// The sides of each measure as two bars on one scale.
fn measures(function: &Changed, out: &mut dyn Write) -> io::Result<()> {
    let number = |sides: &Sides<u64>| Sides {
        before: sides.before.map(|value| value as f64),
        after: sides.after.map(|value| value as f64),
    };
    let (bytes, count) = (|value: f64| text::bytes(value as u64), |value: f64| text::count(value as u64));
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"both sides\"><table class=\"sides\"><thead><tr><th scope=\"col\">measure</th>\
         <th scope=\"col\">before</th><th scope=\"col\">after</th></tr></thead><tbody>"
    )?;
    bars("Init", &function.init_ms, text::ms, out)?;
    bars("download", &function.download_ms, text::ms, out)?;
    bars("first call", &function.first_request_ms, text::ms, out)?;
    bars("unzipped", &number(&function.bytes), bytes, out)?;
    bars("zipped", &number(&function.zipped_bytes), bytes, out)?;
    bars("files", &number(&function.files), count, out)?;
    bars("modules of Init", &number(&function.modules), count, out)?;
    for (title, sides) in [("grade", &function.grade), ("start", &function.start)] {
        if sides.before.is_some() || sides.after.is_some() {
            let side = |value: &Option<String>| value.as_deref().map_or_else(|| "-".to_owned(), escaped);
            let changed = if sides.before == sides.after { "" } else { " class=\"changed\"" };
            writeln!(
                out,
                "<tr{changed}><th scope=\"row\">{title}</th><td>{}</td><td>{}</td></tr>",
                side(&sides.before),
                side(&sides.after)
            )?;
        }
    }
    writeln!(out, "</tbody></table></div>")
}

fn bars(title: &str, sides: &Sides<f64>, shown: impl Fn(f64) -> String, out: &mut dyn Write) -> io::Result<()> {
    let most = sides.before.into_iter().chain(sides.after).fold(0.0, f64::max);
    if most <= 0.0 {
        return Ok(());
    }
    let side = |value: Option<f64>, class: &str| {
        let width = value.unwrap_or_default() / most * 100.0;
        let text = value.map_or_else(|| "-".to_owned(), &shown);
        format!(
            "<td><span class=\"side\"><span class=\"bar {class}\" style=\"width:{width:.1}%\"></span><span class=\"name\">{text}</span></span></td>"
        )
    };
    let (before, after) = (sides.before.unwrap_or_default(), sides.after.unwrap_or_default());
    let class = if after > before { "more" } else { "less" };
    let changed = if sides.before == sides.after { "" } else { " class=\"changed\"" };
    writeln!(
        out,
        "<tr{changed}><th scope=\"row\">{title}</th>{}{}</tr>",
        side(sides.before, "was"),
        side(sides.after, if before == after { "was" } else { class })
    )
}

fn packages(changes: &[PackageChange], out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h3>Packages</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"packages\"><table><thead><tr>\
         <th scope=\"col\">package</th><th scope=\"col\">before</th><th scope=\"col\">after</th>\
         <th scope=\"col\" class=\"number\">bytes before</th><th scope=\"col\" class=\"number\">after</th>\
         <th scope=\"col\" class=\"number\">Init before</th><th scope=\"col\" class=\"number\">after</th>\
         <th scope=\"col\" class=\"number\">change</th></tr></thead><tbody>"
    )?;
    for package in changes.iter().take(ROWS) {
        let side = |at: usize, version: &Option<String>, loaded: &Option<String>| match package.present[at] {
            true => escaped(format!("{} {}", version.as_deref().unwrap_or_default(), when(loaded.as_deref())).trim()),
            false => "-".to_owned(),
        };
        let by = package.init_ms.after.unwrap_or_default() - package.init_ms.before.unwrap_or_default();
        let bytes = |value: Option<u64>| cell(value.map(|bytes| bytes as f64), |bytes| text::bytes(bytes as u64));
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td>{}{}{}{}<td class=\"number {}\">{}</td></tr>",
            escaped(&package.name),
            side(0, &package.version.before, &package.loaded.before),
            side(1, &package.version.after, &package.loaded.after),
            bytes(package.bytes.before),
            bytes(package.bytes.after),
            cell(package.init_ms.before, text::ms),
            cell(package.init_ms.after, text::ms),
            direction(by),
            change(by),
        )?;
    }
    writeln!(out, "</tbody></table></div>{}", more(changes.len()))
}

fn when(loaded: Option<&str>) -> &'static str {
    match loaded {
        Some("init") => "at Init",
        Some("invoke") => "by requests",
        Some(_) => "never loaded",
        None => "",
    }
}

fn list(title: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h3>{title}</h3>\n<ul>")?;
    for line in lines.iter().take(ROWS) {
        writeln!(out, "<li>{}</li>", escaped(line))?;
    }
    writeln!(out, "</ul>{}", more(lines.len()))
}

fn more(rows: usize) -> String {
    match rows.saturating_sub(ROWS) {
        0 => String::new(),
        rest => format!("<p>and {rest} more</p>"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Snapshot, compare};

    fn side(packages: &str, init: f64) -> Snapshot {
        let text = format!(
            r#"{{"schema": "defrost-report/1", "functions": [{{"name": "<f>", "package": {{"bytes": 1000, "files": 3}},
            "init": {{"estimated_ms": {init}, "model_range": [0.8, 1.25]}}, "routes": [], "packages": [{packages}], "modules": []}}]}}"#
        );
        Snapshot::read(&text).unwrap()
    }

    fn page(old: &Snapshot, new: &Snapshot) -> String {
        let mut out = Vec::new();
        super::write(&compare(old, new), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn both_sides_stand_beside_each_other() {
        let pandas = r#"{"name": "pandas", "version": "2.0", "bytes": 5, "loaded": "init", "init_ms": 50.0}"#;
        let page = page(&side("", 100.0), &side(pandas, 150.0));
        for part in ["100 ms", "150 ms", "+50 ms", "pandas", "&lt;f&gt;", "class=\"number worse\""] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("<f>"));
    }

    #[test]
    fn what_is_the_same_is_said_to_be() {
        let one = side("", 100.0);
        assert!(page(&one, &one).contains("<h1>Nothing differs</h1>"));
    }
}
