//! A load test for Artillery.

use std::fmt::Write as _;

use super::ramps::{self, CLIMB_S, HOLD_S};
use super::{Tested, filled, head, method};

/// Into how many parts the rate is divided among the routes.
const PARTS: f64 = 1_000.0;

pub(super) fn script(functions: &[&Tested], url: &str) -> String {
    let ramps = ramps::ramps(functions);
    let mut text = head(functions, &ramps, "#");
    text.push_str(
        "#\n# `artillery run FILE` stays within the limits; `artillery run -e beyond FILE` goes on through them.\n",
    );
    let _ = writeln!(text, "config:\n  target: \"{}\"", url.replace(['"', '\\', '\n'], ""));
    // One arrival rate is divided among all scenarios: it is the sum of what the functions get.
    let within = sums(ramps.iter().map(|ramp| ramp.within.as_slice()));
    let beyond =
        sums(ramps.iter().map(|ramp| if ramp.beyond.is_empty() { &ramp.within } else { &ramp.beyond }.as_slice()));
    text.push_str("  phases:\n");
    phases(&mut text, 1.0, &within, "    ");
    text.push_str("  environments:\n    beyond:\n      phases:\n");
    phases(&mut text, within.last().copied().unwrap_or(1.0), &beyond, "        ");
    text.push_str("      ensure: {}\n");
    let bar = functions.iter().map(|tested| ramps::bar_ms(tested)).fold(200.0, f64::max);
    let _ = writeln!(
        text,
        "  plugins:\n    ensure: {{}}\n    metrics-by-endpoint: {{}}\n  ensure:\n    maxErrorRate: 1\n    thresholds:\n      - http.response_time.p95: {bar}\n    conditions:\n      - expression: \"http.codes.429 < 1\"\n        strict: false\nscenarios:"
    );
    let total: f64 = ramps.iter().map(ramps::Ramp::top).sum::<f64>().max(1.0);
    for (tested, ramp) in functions.iter().zip(&ramps) {
        let weight = (PARTS * ramp.top() / total / tested.routes.len().max(1) as f64).round().max(1.0);
        for (verb, path) in &tested.routes {
            let (verb, path) = (method(verb), filled(path));
            let body = if verb == "GET" { "" } else { "\n          json: {}" };
            let _ = writeln!(
                text,
                "  - name: \"{verb} {path}\"\n    weight: {weight}\n    flow:\n      - {}:\n          url: \"{path}\"{body}",
                verb.to_lowercase(),
            );
        }
    }
    text
}

/// What several functions get together, step by step; who has fewer steps stays at its last one.
fn sums<'r>(rates: impl Iterator<Item = &'r [f64]>) -> Vec<f64> {
    let rates: Vec<&[f64]> = rates.filter(|rates| !rates.is_empty()).collect();
    let steps = rates.iter().map(|rates| rates.len()).max().unwrap_or_default();
    let at = |step: usize| rates.iter().filter_map(|rates| rates.get(step).or(rates.last())).sum();
    (0..steps).map(at).collect()
}

fn phases(text: &mut String, from: f64, rates: &[f64], indent: &str) {
    let mut before = from;
    for rate in rates {
        let _ = writeln!(
            text,
            "{indent}- duration: {CLIMB_S}\n{indent}  arrivalRate: {before}\n{indent}  rampTo: {rate}\n{indent}- duration: {HOLD_S}\n{indent}  arrivalRate: {rate}"
        );
        before = *rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rates_of_functions_add_up() {
        assert_eq!(sums([&[1.0, 2.0, 3.0][..], &[10.0], &[]].into_iter()), [11.0, 12.0, 13.0]);
        assert_eq!(sums(std::iter::empty()), [0.0; 0]);
    }
}
