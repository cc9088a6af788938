//! Bursts as charts, with what they rest on; what all functions need of the account.

use std::io::{self, Write};

use super::figures::WIDTH;
use super::markup::escaped;
use crate::report::model::{Function, Report};
use crate::report::scale::{changes, warm};
use crate::scaling::plan::{FunctionPlan, Point, TrafficPlan};
use crate::text;

/// Height of a chart in the drawing's coordinates, and of the strip below it that marks seconds.
const HEIGHT: f64 = 180.0;
const STRIP: f64 = 16.0;
/// A limit that is at most so many times what is used is drawn; a farther one would flatten the curve.
const NEAR: f64 = 1.5;
/// Room above the highest point, as a share of it.
const HEADROOM: f64 = 1.08;
/// Functions in the table of an application.
const MOST: usize = 200;

/// The account and the functions of each application with stated traffic.
pub(super) fn applications(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (number, application) in report.applications.iter().enumerate() {
        let plan = &application.scaling;
        let mut rows: Vec<(&FunctionPlan, &TrafficPlan)> =
            plan.functions.iter().flat_map(|function| function.traffic.iter().map(move |of| (function, of))).collect();
        if rows.is_empty() {
            continue;
        }
        rows.sort_by(|a, b| b.1.needed.cmp(&a.1.needed).then_with(|| a.0.function.cmp(&b.0.function)));
        let over = if plan.over_limit {
            "<strong class=\"bad\">more than the account has</strong>"
        } else {
            "which the account has"
        };
        writeln!(
            out,
            "<section aria-labelledby=\"a{number}\">\n<h2 id=\"a{number}\">Concurrency of {}</h2>\n<p class=\"what\">All stated traffic \
             together needs {}, {over}: {} in all, {} reserved here.</p>",
            escaped(&application.name),
            text::plural(plan.needed.into(), "environment"),
            text::count(plan.account.limit.into()),
            text::count(plan.account.reserved),
        )?;
        table(&rows, out)?;
        writeln!(out, "</section>")?;
    }
    Ok(())
}

fn table(rows: &[(&FunctionPlan, &TrafficPlan)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"concurrency\"><table class=\"sortable\"><thead><tr><th scope=\"col\">function</th>\
         <th scope=\"col\">traffic</th><th scope=\"col\" class=\"number\">needs</th><th scope=\"col\" class=\"number\">may have</th>\
         <th scope=\"col\" class=\"number\">cold starts</th><th scope=\"col\" class=\"number\">throttled</th>\
         <th scope=\"col\" class=\"number\">delay p99</th></tr></thead><tbody>"
    )?;
    let number = |value: f64, text: String| format!("<td class=\"number\" data-value=\"{value}\">{text}</td>");
    let count = |value: f64| number(value, text::count(value.max(0.0).round() as u64));
    for (function, traffic) in rows.iter().take(MOST) {
        let over = if traffic.over_allowed { " class=\"over\"" } else { "" };
        let simulated = traffic.simulated.as_ref();
        writeln!(
            out,
            "<tr{over}><th scope=\"row\">{}</th><td class=\"long\">{}</td>{}{}{}{}{}</tr>",
            escaped(&function.function),
            escaped(&traffic.name),
            count(f64::from(traffic.needed)),
            count(f64::from(function.allowed)),
            simulated.map_or_else(|| "<td></td>".to_owned(), |of| count(of.cold_starts)),
            simulated.map_or_else(|| "<td></td>".to_owned(), |of| count(of.throttled)),
            simulated.map_or_else(|| "<td></td>".to_owned(), |of| number(of.added_ms.p99, text::ms(of.added_ms.p99))),
        )?;
    }
    let rest = rows.len().saturating_sub(MOST);
    let more = if rest > 0 { format!("<p>and {rest} that need less</p>") } else { String::new() };
    writeln!(out, "</tbody></table></div>{more}")
}

/// The bursts of one function; nothing where no traffic is stated.
pub(super) fn draw(number: usize, function: &Function, out: &mut dyn Write) -> io::Result<()> {
    let Some(plan) = &function.scaling else { return Ok(()) };
    for (at, traffic) in plan.traffic.iter().enumerate() {
        writeln!(
            out,
            "<h3 id=\"b{number}-{at}\">Under {}</h3>\n<p class=\"what\">{}</p>",
            escaped(&traffic.name),
            escaped(&crate::report::scale::told(plan, traffic))
        )?;
        if let Some(simulated) = traffic.simulated.as_ref().filter(|simulated| simulated.course.len() > 1) {
            chart(&format!("b{number}-{at}"), plan, &simulated.course, out)?;
        }
        if let Some(how) = warm::told(traffic) {
            writeln!(out, "<p class=\"help\">{}</p>", escaped(&how))?;
        }
    }
    variants(plan, out)
}

/// Something that is marked below a chart: its class, its word, and how much of it a stretch had.
type Strip = (&'static str, &'static str, fn(&Point) -> f64);

/// Environments as an area, what is refused and what waits as strips below it.
fn chart(label: &str, plan: &FunctionPlan, course: &[Point], out: &mut dyn Write) -> io::Result<()> {
    let most = course.iter().map(|point| point.environments).fold(1.0, f64::max);
    let is_limited = f64::from(plan.allowed) <= most * NEAR;
    let top = if is_limited { most.max(f64::from(plan.allowed)) } else { most } * HEADROOM;
    let step = WIDTH / course.len() as f64;
    let height = |environments: f64| HEIGHT - environments / top * HEIGHT;
    let strips: Vec<Strip> = vec![
        ("cold", "cold starts", |point| point.cold_starts),
        ("refused", "refused", |point| point.throttled),
        ("waiting", "waiting", |point| point.waiting),
    ];
    let strips: Vec<_> = strips.into_iter().filter(|(_, _, of)| course.iter().any(|point| of(point) > 0.0)).collect();
    let legend = |(class, word, _): &Strip| format!("<span class=\"key {class}\"></span> {word} ");
    writeln!(
        out,
        "<p class=\"legend\"><span class=\"key busy\"></span> environments, {} at most {}</p>\n<svg class=\"burst\" viewBox=\"0 0 {WIDTH} {:.0}\" \
         role=\"img\" aria-labelledby=\"{label}\">",
        text::count(most.round() as u64),
        strips.iter().map(legend).collect::<String>(),
        HEIGHT + 24.0 + STRIP * strips.len() as f64
    )?;
    let mut path = format!("M0 {HEIGHT:.1}");
    for (at, point) in course.iter().enumerate() {
        let y = height(point.environments);
        path += &format!("L{:.1} {y:.1}L{:.1} {y:.1}", at as f64 * step, (at + 1) as f64 * step);
    }
    writeln!(out, "<path class=\"busy\" d=\"{path}L{WIDTH} {HEIGHT:.1}Z\"/>")?;
    if is_limited {
        let y = height(f64::from(plan.allowed));
        writeln!(
            out,
            "<line class=\"limit\" x1=\"0\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"6\" y=\"{:.1}\">{} allowed</text>",
            (y - 5.0).max(12.0),
            text::count(plan.allowed.into())
        )?;
    }
    for (row, (class, _, of)) in strips.iter().enumerate() {
        strip(class, course, *of, step, HEIGHT + 3.0 + row as f64 * STRIP, out)?;
    }
    axis(course, HEIGHT + STRIP * strips.len() as f64 + 18.0, out)?;
    writeln!(out, "</svg>")
}

/// The stretches in which something happened, the more the darker.
fn strip(
    class: &str,
    course: &[Point],
    of: fn(&Point) -> f64,
    step: f64,
    y: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let most = course.iter().map(of).fold(0.0, f64::max);
    for (at, point) in course.iter().enumerate().filter(|(_, point)| of(point) > 0.0) {
        let value = of(point);
        writeln!(
            out,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" opacity=\"{:.2}\"><title>until {} s: {}</title></rect>",
            at as f64 * step,
            (step - 0.5).max(0.5),
            STRIP - 3.0,
            0.35 + 0.65 * value / most,
            point.second,
            text::count(value.round() as u64)
        )?;
    }
    Ok(())
}

fn axis(course: &[Point], y: f64, out: &mut dyn Write) -> io::Result<()> {
    let end = course.last().map_or(0, |point| point.second);
    for quarter in 0..=4_u32 {
        let x = WIDTH * f64::from(quarter) / 4.0;
        let anchor = ["start", "middle", "middle", "middle", "end"][quarter as usize];
        writeln!(
            out,
            "<text x=\"{x:.0}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            text::seconds(end / 4 * quarter)
        )?;
    }
    Ok(())
}

/// What the report's proposals do to a cold start.
fn variants(plan: &FunctionPlan, out: &mut dyn Write) -> io::Result<()> {
    let Some(traffic) = changes::worst(plan).filter(|traffic| traffic.variants.len() > 1) else { return Ok(()) };
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"what changes cold starts\"><table><thead><tr><th scope=\"col\">change</th>\
         <th scope=\"col\" class=\"number\">wait</th><th scope=\"col\" class=\"number\">Init</th>\
         <th scope=\"col\" class=\"number\">download</th><th scope=\"col\" class=\"number\">first call</th>\
         <th scope=\"col\" class=\"number\">GB-s of the burst's Inits</th></tr></thead><tbody>"
    )?;
    for variant in &traffic.variants {
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">+{}</td><td class=\"number\">{}</td></tr>",
            escaped(&variant.change),
            text::ms(variant.cold_start_ms),
            text::ms(variant.init_ms),
            text::ms(variant.download_ms),
            text::ms(variant.first_request_ms),
            variant.gb_seconds.map_or_else(String::new, |gb_seconds| format!("{gb_seconds:.1}")),
        )?;
    }
    writeln!(out, "</tbody></table></div>")
}
