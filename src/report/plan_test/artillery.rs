//! A load test for Artillery.

use std::fmt::Write as _;

use super::ramps::{self, CLIMB_S, HOLD_S, Ramp};
use super::{Tested, head};

/// What a function answers itself; what else comes, 429 before all, is no answer of its own. A counter of answers that
/// never came is none for the tool, so that those that came are counted.
const ANSWERS: &str =
    "200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 415, 422";
/// Into how many parts the rate is divided among the routes.
const PARTS: f64 = 1_000.0;

pub(super) fn script(functions: &[&Tested], url: &str) -> String {
    let ramps = ramps::ramps(functions);
    let (within, beyond) = rates(&ramps);
    let top = within.iter().chain(&beyond).copied().fold(1.0, f64::max);
    let mut text = head(functions, &ramps, top, "#");
    text.push_str(
        "#\n# `artillery run FILE` stays within the limits and decides; `ARTILLERY_DISABLE_ENSURE=1 artillery run -e beyond FILE`\n\
         # goes on through them.\n",
    );
    let _ = writeln!(text, "config:\n  target: \"{}\"", url.replace(['"', '\\', '\n'], ""));
    let usual: Vec<f64> = ramps.iter().map(Ramp::usual).collect();
    let total = usual.iter().sum::<f64>().max(1.0);
    text.push_str("  phases:\n");
    phases(&mut text, 1.0, &within, "    ");
    text.push_str("  environments:\n    beyond:\n      phases:\n");
    phases(&mut text, within.last().copied().unwrap_or(1.0), &beyond, "        ");
    let bar = functions.iter().map(|tested| ramps::bar_ms(tested)).fold(200.0, f64::max);
    let _ = writeln!(
        text,
        "  plugins:\n    ensure: {{}}\n    expect: {{outputFormat: silent}}\n    metrics-by-endpoint: {{}}\n  ensure:\n    maxErrorRate: 1\n    thresholds:\n      - http.response_time.p95: {bar}\n    conditions:\n      - expression: \"plugins.expect.ok >= http.requests * 0.999\"\nscenarios:"
    );
    for (tested, usual) in functions.iter().zip(usual) {
        for (verb, path, share) in tested.sent() {
            let weight = (PARTS * usual / total * share).round().max(1.0);
            let body = if verb == "GET" { "" } else { "\n          json: {}" };
            let _ = writeln!(
                text,
                "  - name: \"{verb} {path}\"\n    weight: {weight}\n    flow:\n      - {}:\n          url: \"{path}\"{body}\n          expect: [{{statusCode: [{ANSWERS}]}}]",
                verb.to_lowercase(),
            );
        }
    }
    text
}

/// The rates of all functions together, below the first limit and beyond. One arrival rate is divided among all
/// scenarios in the same parts, so that the functions rise together: the first limit of one ends what is within.
fn rates(ramps: &[Ramp]) -> (Vec<f64>, Vec<f64>) {
    let total: f64 = ramps.iter().map(Ramp::usual).sum();
    let times = |limit: fn(&Ramp) -> f64| ramps.iter().map(move |ramp| limit(ramp) / ramp.usual());
    let near = times(Ramp::near).fold(f64::INFINITY, f64::min).max(1.0);
    let first = times(Ramp::above).fold(f64::INFINITY, f64::min);
    // The mix stays as it is: to get the least used beyond its limit would send the others many times what they take.
    let sum: f64 = ramps.iter().map(Ramp::above).sum();
    let last = times(Ramp::above).fold(0.0, f64::max).min(sum / total.max(1.0));
    let rising = |steps: &[f64]| ramps::rising(steps.iter().map(|times| times * total).filter(|rate| rate.is_finite()));
    (rising(&[0.5, 1.0, near]), rising(&[first, last]))
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
    fn functions_rise_together_until_the_first_is_at_its_limit() {
        let ramp = |expected: f64, limit: f64| ramps::of(expected, limit, 0.9);
        assert_eq!(rates(&[ramp(100.0, 250.0)]), (vec![50.0, 100.0, 225.0], vec![300.0]));
        // The second may answer 100 at the most, so that it ends what is within at twice what is expected of both.
        let (within, beyond) = rates(&[ramp(100.0, 1_000.0), ramp(45.0, 100.0)]);
        assert_eq!((within, beyond), (vec![73.0, 145.0, 290.0], vec![387.0, 1_320.0]));
    }
}
