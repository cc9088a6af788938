//! `defrost split` for people: what each route needs, which to pull apart, what moving imports does.

use std::io::{self, Write};

use super::Style;
use super::human::paint::{FAINT, STRONG, paint};
use super::human::wrapping;
use super::model::{Function, LazyAll, Route, Split, SplitGroup};
use super::printable;
use crate::text;

/// Routes that are listed; the JSON report has all.
const ROUTES: usize = 60;
/// Names that are listed in one line.
const NAMES: usize = 6;

/// Writes the split plan of one function.
///
/// # Errors
/// Those of the writer.
pub fn split(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let strong = |text: &str| paint(style.color, STRONG, text);
    let title = format!("{}  {}", printable::line(&function.package.path), printable::line(&function.handler));
    writeln!(out, "{}", strong(title.trim_end()))?;
    match (function.routes.as_slice(), &function.split) {
        ([], _) => {
            writeln!(out, "  no routes found: nothing to split")?;
            lazy_all(function, style, out)
        }
        (routes, split) => {
            table(routes, style, out)?;
            let Some(split) = split else {
                writeln!(out, "\n  nothing to weigh: no plan for what is not simulated or has one route")?;
                return lazy_all(function, style, out);
            };
            plan(split, style, out)?;
            lazy(function, split, style, out)?;
            lazy_all(function, style, out)
        }
    }
}

fn table(routes: &[Route], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let widest = routes.iter().map(|route| printable::line(&route.key).chars().count()).max().unwrap_or(0).min(44);
    writeln!(out, "\n  {:<widest$}  {:>9}  {:>9}  needs beyond the rest", "route", "alone", "1st call")?;
    for route in routes.iter().take(ROUTES) {
        let key = printable::line(&route.key).into_owned();
        let alone = text::ms(route.estimated_ms);
        let first = if route.first_request_ms >= 0.5 {
            format!("+{}", text::ms(route.first_request_ms))
        } else {
            String::new()
        };
        let row = format!("  {key:<widest$}  {alone:>9}  {first:>9}  {}", names(&route.packages));
        writeln!(out, "{}", row.trim_end())?;
    }
    if routes.len() > ROUTES {
        let more = format!("  and {} more", routes.len() - ROUTES);
        writeln!(out, "{}", paint(style.color, FAINT, &more))?;
    }
    Ok(())
}

fn names(all: &[String]) -> String {
    let shown: Vec<String> = all.iter().take(NAMES).map(|name| printable::line(name).into_owned()).collect();
    let more = all.len().saturating_sub(NAMES);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// A line, indented, and further where it has to go on in the next one.
fn line(style: Style, indent: usize, words: &str, out: &mut dyn Write) -> io::Result<()> {
    let (first, rest) = (" ".repeat(indent), " ".repeat(indent + 2));
    let options = wrapping(style.width).initial_indent(&first).subsequent_indent(&rest);
    textwrap::wrap(words, options).iter().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

fn plan(split: &Split, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let strong = |text: &str| paint(style.color, STRONG, text);
    if !split.pays {
        let words = "splitting does not pay: what the parts would save is less than what more functions cost";
        return writeln!(out, "\n  {}", strong(words));
    }
    let (before, after) = (text::ms(split.before_ms), text::ms(split.weighted_after_ms));
    let words = format!("split into {}: Init {before} now, {after} on average", split.groups.len());
    writeln!(out, "\n  {}", strong(&words))?;
    for (at, group) in split.groups.iter().enumerate() {
        part(at + 1, group, style, out)?;
    }
    if !split.shared.is_empty() {
        line(style, 2, &format!("several parts need {}", names(&split.shared)), out)?;
    }
    Ok(())
}

fn part(number: usize, group: &SplitGroup, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let share = format!("{:.0} % of requests", group.share * 100.0);
    writeln!(out, "  {number}. {}  {}  {share}", text::ms(group.estimated_ms), text::bytes(group.bytes))?;
    line(style, 5, &names(&group.routes), out)?;
    for service in &group.services {
        let name = printable::line(&service.name);
        match service.operations.as_slice() {
            [] => line(style, 5, &format!("calls {name}"), out)?,
            operations => line(style, 5, &format!("calls {name}: {}", names(operations)), out)?,
        }
    }
    if !group.environment.is_empty() {
        line(style, 5, &format!("reads {}", names(&group.environment)), out)?;
    }
    Ok(())
}

fn lazy(function: &Function, split: &Split, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let lazy = &split.lazy;
    if lazy.moves.is_empty() {
        return writeln!(out, "  no import to move: every route needs what Init loads");
    }
    let low = text::ms(lazy.low_ms);
    let range = format!("({} to {})", low.trim_end_matches(" ms"), text::ms(lazy.high_ms));
    let words = format!("or one function with imports moved: Init {} {range}", text::ms(lazy.estimated_ms));
    writeln!(out, "\n  {}", paint(style.color, STRONG, &words))?;
    for one in &lazy.moves {
        let path = one.location.path.strip_prefix(&*function.package.path).unwrap_or(&one.location.path);
        let place = format!("{}:{}", printable::line(path.trim_start_matches('/')), one.location.line);
        let saves = text::ms(one.costs_ms);
        let name = printable::line(&one.name);
        line(style, 2, &format!("{name:<20} {saves:>9}  {place}  into {}", names(&one.routes)), out)?;
    }
    let worst = lazy.first_requests.iter().max_by(|a, b| a.ms.total_cmp(&b.ms));
    if let Some(worst) = worst.filter(|worst| worst.ms >= 0.5) {
        let route = printable::line(&worst.route).into_owned();
        let words = format!("the first request then loads more, at most {} for {route}", text::ms(worst.ms));
        line(style, 2, &words, out)?;
    }
    Ok(())
}

fn lazy_all(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match &function.lazy_all {
        Some(all) => line(style, 2, &format!("or everything at first use: {}", everything(all)), out),
        None => Ok(()),
    }
}

/// What one function dispatches on and what could be done about it, for programs.
#[must_use]
pub fn split_json(function: &Function) -> serde_json::Value {
    let Function { name, routes, split, lazy_all, .. } = function;
    serde_json::json!({ "name": name, "routes": routes, "split": split, "lazy_all": lazy_all })
}

/// What moving everything to first use does, and why it is no advice.
pub(super) fn everything(all: &LazyAll) -> String {
    let low = text::ms(all.low_ms);
    let init =
        format!("Init {} ({} to {})", text::ms(all.estimated_ms), low.trim_end_matches(" ms"), text::ms(all.high_ms));
    let most = all.first_requests.iter().map(|first| first.ms).fold(0.0, f64::max);
    let what = if all.pays { "saves where a request needs little" } else { "moves work, saves none" };
    format!("{init}, first request up to +{}, together {} on average: {what}", text::ms(most), text::ms(all.cold_ms))
}
