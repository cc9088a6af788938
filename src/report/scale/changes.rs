//! What a burst would be with the changes that the report proposes.

use std::io::{self, Write};

use textwrap::core::display_width;

use crate::report::Style;
use crate::report::human::paint::{FAINT, paint};
use crate::scaling::plan::{FunctionPlan, TrafficPlan, Variant};
use crate::text;

/// Fewest columns for the table; narrower terminals get Init and download alone.
const WIDE: usize = 84;

/// Writes the table of changes, under the traffic with most cold starts; nothing where nothing is proposed.
pub(super) fn write(function: &FunctionPlan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(traffic) = worst(function).filter(|traffic| traffic.variants.len() > 1) else { return Ok(()) };
    let column = traffic.variants.iter().map(|variant| display_width(&variant.change)).max().unwrap_or_default();
    let wide = style.width >= WIDE;
    let mut head = format!("    {:<column$}  {:>9}  {:>9}", "", "Init", "download");
    if wide {
        head += &format!("  {:>9}  {:>9}", "1st call", "wait");
    }
    let cold = traffic.variants.first().map_or(0.0, |variant| variant.cold_starts);
    let is_priced = traffic.variants.iter().any(|variant| variant.gb_seconds.is_some());
    let billed = format!("GB-s of {} starts", text::count(cold.round() as u64));
    if is_priced {
        head += &format!("  {billed:>18}");
    }
    writeln!(out, "{}", paint(style.color, FAINT, head.trim_end()))?;
    for variant in &traffic.variants {
        let mut row = format!(
            "    {:<column$}  {:>9}  {:>9}",
            variant.change,
            text::ms(variant.init_ms),
            text::ms(variant.download_ms)
        );
        if wide {
            row += &columns(variant);
        }
        if let Some(gb_seconds) = variant.gb_seconds {
            row += &format!("  {gb_seconds:>18.1}");
        }
        writeln!(out, "{}", row.trim_end())?;
    }
    Ok(())
}

/// The traffic in which cold starts are most of what happens.
pub(in crate::report) fn worst(function: &FunctionPlan) -> Option<&TrafficPlan> {
    let share = |traffic: &&TrafficPlan| traffic.simulated.as_ref().map_or(0.0, |simulated| simulated.cold_starts);
    function.traffic.iter().max_by(|a, b| share(a).total_cmp(&share(b)))
}

/// What the first call then loads, and what the request that starts an environment waits in all.
fn columns(variant: &Variant) -> String {
    let first = if variant.first_request_ms >= 0.5 {
        format!("+{}", text::ms(variant.first_request_ms))
    } else {
        String::new()
    };
    format!("  {first:>9}  {:>9}", text::ms(variant.cold_start_ms))
}
