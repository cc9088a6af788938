//! What to keep warm, in a sentence for each traffic.

use std::io::{self, Write};

use super::wrapped;
use crate::report::Style;
use crate::scaling::plan::{FunctionPlan, Keep, TrafficPlan, Warm};
use crate::text;

/// Hours in a month, as price lists count them.
const MONTH: f64 = 730.0;

/// Writes what to keep warm.
pub(super) fn write(function: &FunctionPlan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for traffic in &function.traffic {
        if let Some(told) = told(traffic) {
            wrapped(style, 2, anstyle::Style::new(), &told, out)?;
        }
    }
    Ok(())
}

/// Fewer warm environments are no advice where the traffic is only assumed.
const FEWEST_ASSUMED: u32 = 5;

/// What to keep warm, in a sentence; for assumed traffic only where many environments are busy all the time.
pub(in crate::report) fn told(traffic: &TrafficPlan) -> Option<String> {
    let warm = &traffic.warm;
    // An assumed burst has no hour at which to be ready for it.
    if warm.keep == Keep::None
        || (traffic.assumed && (warm.keep == Keep::Schedule || warm.provisioned < FEWEST_ASSUMED))
    {
        return None;
    }
    let assumed = if traffic.assumed { "for busy traffic, " } else { "" };
    let limited = if warm.limited { ", the most that it may have" } else { "" };
    Some(format!("{assumed}{}{limited}: {}", how(warm), effect(traffic, warm)))
}

fn how(warm: &Warm) -> String {
    let count = |number: u32| text::count(u64::from(number));
    match warm.keep {
        Keep::None => String::new(),
        Keep::Fixed => format!("keep {} warm all the time", count(warm.provisioned)),
        Keep::Tracking => {
            let (least, most) = (warm.tracked_least.max(1), warm.tracked.max(1));
            format!("keep {} to {} warm by a policy that tracks 70 % of utilisation", count(least), count(most))
        }
        Keep::Schedule if warm.hours.is_empty() => {
            format!("keep {} warm by a schedule that is ahead of the burst", count(warm.provisioned))
        }
        Keep::Schedule => {
            let hour = |number: u32| format!("{number}:00");
            let hours = warm.hours.iter().map(|hours| {
                format!("{} from {} to {}", count(hours.provisioned), hour(hours.from), hour(hours.to % 24))
            });
            format!("keep warm by a schedule {} (hours of the stated minutes)", hours.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What it takes away, and what it costs next to Init.
fn effect(traffic: &TrafficPlan, warm: &Warm) -> String {
    let cold = traffic.simulated.as_ref().map_or(0.0, |simulated| simulated.cold_starts);
    let removed = text::count(warm.cold_starts_removed.round() as u64);
    let mut told = format!("takes {removed} of {} cold starts away", text::count(cold.round() as u64));
    if let Some(usd) = warm.cost_usd_per_hour {
        let word = if usd < 0.0 { "saves" } else { "costs" };
        let gb_seconds = text::count(warm.gb_seconds_per_hour.unwrap_or_default().round() as u64);
        let month =
            if warm.keep == Keep::Fixed { format!(", {} a month", money(usd.abs() * MONTH)) } else { String::new() };
        let hour = money(usd.abs());
        told += &format!("; {gb_seconds} GB-s an hour, which {word} {hour}{month} against on demand");
    }
    if let (Some(gb_seconds), Some(usd)) = (warm.init_gb_seconds, warm.init_cost_usd) {
        told += &format!("; all their Init is {gb_seconds:.1} GB-s, {}", money(usd));
    }
    told
}

/// An amount of money as people pay it.
fn money(usd: f64) -> String {
    if usd < 0.005 {
        "under 0.01 USD".to_owned()
    } else if usd < 100.0 {
        format!("{usd:.2} USD")
    } else {
        format!("{} USD", text::count(usd.round() as u64))
    }
}
