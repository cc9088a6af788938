//! A load test for Grafana k6.

use std::fmt::Write as _;

use super::ramps::{self, CLIMB_S, HOLD_S, Ramp};
use super::{Tested, head, identifier, together};

/// Most virtual users of one scenario: more take a machine's memory.
const MOST_USERS: f64 = 20_000.0;

pub(super) fn script(functions: &[&Tested], url: &str) -> String {
    let ramps = ramps::ramps(functions);
    let mut text = head(functions, &ramps, together(&ramps), "//");
    text.push_str("import http from 'k6/http';\nimport { check } from 'k6';\n\n");
    text.push_str(
        "// What the function answers itself counts, 404 for an id that is not there included; 429 and errors of the server do not.\n\
         http.setResponseCallback(http.expectedStatuses({ min: 200, max: 428 }, { min: 430, max: 499 }));\n\n",
    );
    let _ = writeln!(text, "const BASE = __ENV.BASE || '{}';", url.replace(['\'', '\\', '\n'], ""));
    text.push_str(
        "const HEADERS = { 'content-type': 'application/json' };\n\
         if (__ENV.AUTHORIZATION) HEADERS.authorization = __ENV.AUTHORIZATION;\n\n",
    );
    text.push_str("export const options = {\n  scenarios: {\n");
    let named = || functions.iter().enumerate().zip(&ramps);
    let start = ramps.iter().map(|ramp| ramp.within.len()).max().unwrap_or_default() as u32 * (CLIMB_S + HOLD_S);
    for ((number, tested), ramp) in named() {
        let name = identifier(&tested.plan.function, number);
        scenario(&mut text, &name, &name, tested, (1.0, &ramp.within), 0);
        if !ramp.beyond.is_empty() {
            let from = ramp.within.last().copied().unwrap_or(1.0);
            scenario(&mut text, &format!("{name}_beyond"), &name, tested, (from, &ramp.beyond), start);
        }
    }
    text.push_str("  },\n  thresholds: {\n");
    for ((number, tested), ramp) in named() {
        thresholds(&mut text, &identifier(&tested.plan.function, number), tested, ramp);
    }
    text.push_str("  },\n};\n");
    for (number, tested) in functions.iter().enumerate() {
        requests(&mut text, &identifier(&tested.plan.function, number), tested);
    }
    text
}

/// Rates that rise from one to the next and stay there.
fn scenario(text: &mut String, name: &str, runs: &str, tested: &Tested, (from, rates): (f64, &[f64]), start: u32) {
    let most = rates.iter().copied().fold(1.0, f64::max);
    let users = ramps::in_flight(most, tested).clamp(10.0, MOST_USERS);
    let _ = writeln!(
        text,
        "    {name}: {{\n      executor: 'ramping-arrival-rate',\n      exec: '{runs}',\n      startTime: '{start}s',\n      startRate: {from},\n      timeUnit: '1s',\n      preAllocatedVUs: {},\n      maxVUs: {users},\n      stages: [",
        (users / 4.0).ceil(),
    );
    for rate in rates {
        let _ = writeln!(
            text,
            "        {{ target: {rate}, duration: '{CLIMB_S}s' }},\n        {{ target: {rate}, duration: '{HOLD_S}s' }},"
        );
    }
    text.push_str("      ],\n    },\n");
}

/// What decides: only rates that the function is allowed to answer do; the others are shown beside them.
fn thresholds(text: &mut String, name: &str, tested: &Tested, ramp: &Ramp) {
    let _ = writeln!(
        text,
        "    'http_req_failed{{scenario:{name}}}': ['rate<0.01'],\n    'http_req_duration{{scenario:{name}}}': ['p(95)<{}'],\n    'checks{{scenario:{name}}}': ['rate>0.999'],",
        ramps::bar_ms(tested)
    );
    if !ramp.beyond.is_empty() {
        let _ = writeln!(
            text,
            "    'checks{{scenario:{name}_beyond}}': ['rate>=0'],\n    'http_req_duration{{scenario:{name}_beyond}}': ['p(95)>=0'],"
        );
    }
}

fn requests(text: &mut String, name: &str, tested: &Tested) {
    let _ = writeln!(text, "\nconst routes_{name} = [");
    let mut up_to = 0.0;
    for (verb, path, share) in tested.sent() {
        up_to += share;
        let _ = writeln!(text, "  ['{verb}', '{path}', {up_to:.3}],");
    }
    let _ = writeln!(
        text,
        "];\n\nexport function {name}() {{\n  const share = Math.random();\n  const [method, path] = routes_{name}.find(([, , upTo]) => share < upTo) || routes_{name}[0];\n  const answer = http.request(method, BASE + path, method === 'GET' ? null : '{{}}', {{\n    headers: HEADERS,\n    tags: {{ name: `${{method}} ${{path}}` }},\n  }});\n  check(answer, {{ 'is not throttled': (a) => a.status !== 429 }});\n}}"
    );
}
