//! `defrost scale` for people: what each function needs and may have, and how a burst goes.

use std::io::{self, Write};

use super::human::paint::{FAINT, STRONG, paint};
use super::{Style, printable};
use crate::scaling::Bound;
use crate::scaling::plan::{FunctionPlan, Plan, Point, Simulated, TrafficPlan};
use crate::text;

/// Lines of a chart.
const ROWS: usize = 5;

/// Writes the concurrency of one application.
///
/// # Errors
/// Those of the writer.
pub fn scale(name: &str, plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let account = &plan.account;
    writeln!(out, "{}", paint(style.color, STRONG, &printable::line(name)))?;
    let usual = if account.stated { "" } else { ", the usual limit: say yours under [account]" };
    writeln!(
        out,
        "  account {} environments{usual}; {} reserved here, {} left for the others",
        text::count(u64::from(account.limit)),
        text::count(account.reserved),
        text::count(u64::from(account.unreserved)),
    )?;
    if plan.needed > 0 {
        let over = if plan.over_limit { ": more than the account has" } else { "" };
        writeln!(out, "  all stated traffic together needs {}{over}", text::count(u64::from(plan.needed)))?;
    }
    for function in &plan.functions {
        writeln!(out)?;
        of_function(function, style, out)?;
    }
    let note = format!("figures of the platform as of {}", plan.as_of);
    writeln!(out, "\n{}", paint(style.color, FAINT, &note))
}

fn of_function(function: &FunctionPlan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let why = match function.bound {
        Bound::Reserved => "its reservation",
        Bound::Account => "what is unreserved",
        Bound::Sources => "what its sources ask for",
    };
    let cold = function.cold_start_ms.map_or_else(String::new, |ms| format!(", cold start {}", text::ms(ms)));
    let warm = if function.provisioned > 0 { format!(", {} kept warm", function.provisioned) } else { String::new() };
    let name = paint(style.color, STRONG, &printable::line(&function.function));
    writeln!(out, "{name}  at most {} ({why}){warm}{cold}", text::count(u64::from(function.allowed)))?;
    for traffic in &function.traffic {
        of_traffic(function, traffic, style, out)?;
    }
    Ok(())
}

fn of_traffic(function: &FunctionPlan, traffic: &TrafficPlan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let assumed = if traffic.assumed { "assumed, " } else { "" };
    writeln!(out, "  {assumed}{}", printable::line(&traffic.name))?;
    let rate = if traffic.needed_for_rate > traffic.busy {
        format!(" (10 requests per second each; rate x duration is {:.0})", traffic.busy)
    } else {
        String::new()
    };
    let over = if traffic.over_allowed {
        format!(
            ", {} are allowed: {:.0} % do not fit",
            text::count(u64::from(function.allowed)),
            traffic.beyond_share * 100.0
        )
    } else {
        String::new()
    };
    writeln!(out, "    needs {} environments{rate}{over}", text::count(u64::from(traffic.needed)))?;
    if traffic.seconds_to_grow > 0.0 {
        writeln!(out, "    grows for {:.0} s, by 1,000 in each 10 s", traffic.seconds_to_grow)?;
    }
    if let Some(simulated) = &traffic.simulated {
        of_simulation(simulated, style, out)?;
    }
    for variant in traffic.variants.iter().skip(1) {
        writeln!(
            out,
            "    {:<38} cold start {:>9}, 99 % wait up to {}",
            variant.change,
            text::ms(variant.cold_start_ms),
            text::ms(variant.added_p99_ms),
        )?;
    }
    let warm = &traffic.warm;
    let cost = warm.cost_usd_per_hour.map_or_else(String::new, |usd| format!(", {usd:.3} USD an hour"));
    let init =
        warm.init_cost_usd.map_or_else(String::new, |usd| format!("; Init at these cold starts costs {usd:.6} USD"));
    writeln!(
        out,
        "    keep warm {} (70 % used: {}): takes {:.0} cold starts away{cost}{init}",
        text::count(u64::from(warm.provisioned)),
        text::count(u64::from(warm.tracked)),
        warm.cold_starts_removed,
    )
}

fn of_simulation(simulated: &Simulated, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let added = simulated.added_ms;
    writeln!(
        out,
        "    {:.0} of {:.0} requests wait for Init; added {} (half), {} (90 %), {} (99 %)",
        simulated.cold_starts,
        simulated.requests,
        text::ms(added.p50),
        text::ms(added.p90),
        text::ms(added.p99),
    )?;
    if simulated.throttled > 0.0 {
        let share = simulated.throttled_share * 100.0;
        writeln!(out, "    {:.0} requests are throttled ({share:.1} %)", simulated.throttled)?;
    }
    if simulated.waited > 0.0 {
        let end = simulated.finished_s;
        writeln!(out, "    {:.0} wait in their source; the last is done after {end:.1} s", simulated.waited)?;
    }
    for line in chart(&simulated.course) {
        writeln!(out, "    {}", paint(style.color, FAINT, &line))?;
    }
    Ok(())
}

/// Environments over time, with `x` where requests were throttled.
fn chart(course: &[Point]) -> Vec<String> {
    let most = course.iter().map(|point| point.environments).fold(0.0, f64::max);
    if most < 1.0 || course.len() < 2 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for row in (0..ROWS).rev() {
        let level = most * (row as f64 + 0.5) / ROWS as f64;
        let cells: String = course.iter().map(|point| if point.environments >= level { '#' } else { ' ' }).collect();
        let label = if row + 1 == ROWS { format!("{most:>7.0} ") } else { " ".repeat(8) };
        lines.push(format!("{label}|{}", cells.trim_end()));
    }
    if course.iter().any(|point| point.throttled > 0.0) {
        let cells: String = course.iter().map(|point| if point.throttled > 0.0 { 'x' } else { ' ' }).collect();
        lines.push(format!("  throttled {}", cells.trim_end()));
    }
    let end = course.last().map_or(0, |point| point.second);
    lines.push(format!("{}0 s{}{end} s", " ".repeat(8), " ".repeat(course.len().saturating_sub(7).max(1))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_growth_and_what_is_throttled() {
        let point = |second: u32, environments: f64, throttled: f64| Point {
            second,
            requests: 0.0,
            cold_starts: 0.0,
            throttled,
            waiting: 0.0,
            environments,
        };
        let lines = chart(&[point(1, 10.0, 0.0), point(2, 50.0, 3.0), point(3, 100.0, 0.0)]);
        assert_eq!(lines[0], "    100 |  #");
        assert_eq!(lines[4], "        |###");
        assert_eq!(lines[5], "  throttled  x");
    }
}
