//! The section of one function: verdict, parts of Init, packages, drawings, routes and alternatives.

use std::io::{self, Write};

use super::figures::class;
use super::markup::escaped;
use super::{Room, burst, icicle, treemap};
use crate::report::model::{Function, Init, Package, Route, Split, Verdict};
use crate::report::split;
use crate::text;

/// Things that are missing for a verdict, named one by one.
const MISSING: usize = 3;
/// Parts of Init in the bar; the rest is one part.
const PARTS: usize = 8;

/// The verdict in a word, as markup.
pub(super) fn verdict(function: &Function) -> String {
    let fails = function.start.verdict == Verdict::Fails;
    let letter = function.grade.map_or(if fails { "F" } else { "none" }, |grade| grade.letter());
    format!("<span class=\"grade grade-{letter}\">{}</span>", escaped(&function.mark()))
}

/// Writes the section.
pub(super) fn section(
    number: usize,
    function: &Function,
    open: bool,
    room: Room,
    out: &mut dyn Write,
) -> io::Result<()> {
    let open = if open { " open" } else { "" };
    writeln!(
        out,
        "<section class=\"function\" aria-labelledby=\"f{number}\">\n<h2 id=\"f{number}\">{} {}</h2>\n<p class=\"what\">{}</p>",
        escaped(&function.name),
        verdict(function),
        escaped(&what(function))
    )?;
    failed(function, out)?;
    init(&function.init, out)?;
    burst::draw(number, function, out)?;
    writeln!(out, "<details{open}><summary>Where it goes</summary>\n<h3>Packages</h3>")?;
    packages(function, room.packages, out)?;
    treemap::draw(number, function, room.areas, out)?;
    icicle::draw(number, function, room, out)?;
    routes(function, out)?;
    writeln!(out, "</details>\n</section>")
}

fn what(function: &Function) -> String {
    let package = &function.package;
    let zipped = package.zipped_bytes.map_or_else(String::new, |bytes| format!("{} zipped, ", text::bytes(bytes)));
    let memory = function.memory_mb.map_or_else(String::new, |mb| format!(", {} MB of memory", text::count(mb.into())));
    format!(
        "{} in {}, {} {}{memory}; {zipped}{} unzipped, {}",
        function.handler,
        package.path,
        function.runtime,
        function.architecture,
        text::bytes(package.bytes),
        text::plural(package.files, "file")
    )
}

/// Why it does not start, or what is missing to say.
fn failed(function: &Function, out: &mut dyn Write) -> io::Result<()> {
    let start = &function.start;
    if let Some(cause) = &start.cause {
        writeln!(out, "<p class=\"verdict bad\">Does not start: {}</p>", escaped(&cause.message))?;
    }
    let mut missing: Vec<String> = start.missing.iter().map(|missing| escaped(missing)).collect();
    missing.dedup();
    if !missing.is_empty() {
        let rest = missing.len().saturating_sub(MISSING);
        missing.truncate(MISSING);
        let more = if rest > 0 { format!("; and {rest} more") } else { String::new() };
        writeln!(out, "<p class=\"what\">Whether it starts cannot be said: {}{more}</p>", missing.join("; "))?;
    }
    Ok(())
}

/// The three lines of a cold start, and the parts of the one that is billed as Init.
fn init(init: &Init, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<dl class=\"times\"><div><dt>Init</dt><dd>{}<small>{} to {}</small></dd></div>\
         <div><dt>download</dt><dd>{}<small>before Init</small></dd></div>\
         <div><dt>first call</dt><dd>+{}<small>what handlers load, at most</small></dd></div></dl>",
        text::ms(init.estimated_ms),
        text::ms(init.low_ms),
        text::ms(init.high_ms),
        text::ms(init.download_ms),
        text::ms(init.first_request_ms)
    )?;
    let mut parts: Vec<(String, f64)> = Vec::new();
    for part in &init.parts {
        match parts.iter_mut().find(|(name, _)| *name == part.name) {
            Some((_, ms)) => *ms += part.ms,
            None => parts.push((part.name.clone(), part.ms)),
        }
    }
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let rest: f64 = parts.iter().skip(PARTS).map(|(_, ms)| ms).sum();
    parts.truncate(PARTS);
    if rest > 0.0 {
        parts.push(("the rest".to_owned(), rest));
    }
    writeln!(out, "<ul class=\"bars\" aria-label=\"parts of Init\">")?;
    for (name, ms) in &parts {
        let share = if init.estimated_ms > 0.0 { ms / init.estimated_ms * 100.0 } else { 0.0 };
        writeln!(
            out,
            "<li><span class=\"bar\" style=\"width:{share:.1}%\"></span><span class=\"name\">{}</span>\
             <span class=\"number\">{}</span></li>",
            escaped(name),
            text::ms(*ms)
        )?;
    }
    writeln!(out, "</ul>")
}

fn packages(function: &Function, most: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"packages\"><table><thead><tr><th scope=\"col\">package</th><th scope=\"col\">loaded</th>\
         <th scope=\"col\" class=\"number\">Init</th><th scope=\"col\" class=\"number\">bytes</th>\
         <th scope=\"col\">imported at</th></tr></thead><tbody>"
    )?;
    for package in function.packages.iter().take(most) {
        package_row(package, out)?;
    }
    let rest = function.packages.len().saturating_sub(most);
    let more = if rest > 0 { format!("<p>and {rest} more</p>") } else { String::new() };
    writeln!(out, "</tbody></table></div>{more}")
}

fn package_row(package: &Package, out: &mut dyn Write) -> io::Result<()> {
    let site = package.first_import.as_ref().map_or_else(String::new, |site| {
        let via = site.via.as_ref().map_or_else(String::new, |via| format!(" through {via}"));
        format!("{}:{}{via}", site.path, site.line)
    });
    let name = format!("{} {}", package.name, package.version.as_deref().unwrap_or_default());
    writeln!(
        out,
        "<tr><th scope=\"row\">{}</th><td><span class=\"key {}\"></span>{}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{}</td><td>{}</td></tr>",
        escaped(name.trim()),
        class(package.loaded),
        word(package),
        text::ms(package.init_ms),
        text::bytes(package.bytes),
        escaped(&site)
    )
}

fn word(package: &Package) -> &'static str {
    match class(package.loaded) {
        "init" => "Init",
        "invoke" => "requests",
        _ => "never",
    }
}

/// Routes against packages, and what splitting or moving imports would do.
fn routes(function: &Function, out: &mut dyn Write) -> io::Result<()> {
    if function.routes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h4>Routes</h4>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"routes\"><table><thead><tr><th scope=\"col\">route</th><th scope=\"col\">function</th>\
         <th scope=\"col\" class=\"number\">Init alone</th><th scope=\"col\" class=\"number\">first request</th>\
         <th scope=\"col\">packages of its own</th></tr></thead><tbody>"
    )?;
    for route in &function.routes {
        route_row(route, out)?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if let Some(plan) = &function.split {
        alternatives(function, plan, out)?;
    }
    Ok(())
}

fn route_row(route: &Route, out: &mut dyn Write) -> io::Result<()> {
    let packages: Vec<String> = route.packages.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect();
    writeln!(
        out,
        "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td><td class=\"number\">+{}</td><td>{}</td></tr>",
        escaped(&route.key),
        escaped(&route.function),
        text::ms(route.estimated_ms),
        text::ms(route.first_request_ms),
        packages.join(" ")
    )
}

fn alternatives(function: &Function, plan: &Split, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<h4>Alternatives</h4>\n<table><thead><tr><th scope=\"col\">way</th><th scope=\"col\" class=\"number\">Init</th><th scope=\"col\">what it takes</th></tr></thead><tbody>"
    )?;
    writeln!(
        out,
        "<tr><th scope=\"row\">today</th><td class=\"number\">{}</td><td></td></tr>",
        text::ms(plan.before_ms)
    )?;
    let moves: Vec<String> = plan.lazy.moves.iter().map(|step| escaped(&step.name)).collect();
    writeln!(
        out,
        "<tr><th scope=\"row\">imports moved into their routes</th><td class=\"number\">{}</td><td>{}</td></tr>",
        text::ms(plan.lazy.estimated_ms),
        moves.join(", ")
    )?;
    if plan.pays {
        let groups = text::plural(plan.groups.len() as u64, "function");
        writeln!(
            out,
            "<tr><th scope=\"row\">split into {groups}</th><td class=\"number\">{}</td><td>on average over the routes</td></tr>",
            text::ms(plan.weighted_after_ms)
        )?;
    }
    if let Some(all) = &function.lazy_all {
        let words = escaped(&split::everything(all));
        writeln!(
            out,
            "<tr><th scope=\"row\">everything at first use</th><td class=\"number\">{}</td><td>{words}</td></tr>",
            text::ms(all.estimated_ms)
        )?;
    }
    writeln!(out, "</tbody></table>")
}
