//! A load test that ramps through the limits of an application, as text for the tool that runs it.

use std::fmt::Write as _;

use crate::scaling::plan::{FunctionPlan, TrafficPlan};

/// A function with the requests that reach it.
#[derive(Clone, Debug)]
pub struct Tested {
    /// Its concurrency.
    pub plan: FunctionPlan,
    /// Its timeout, milliseconds; `None` where it is not known.
    pub timeout_ms: Option<f64>,
    /// Method and path of each route.
    pub routes: Vec<(String, String)>,
}

/// The tool that runs a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Grafana k6.
    K6,
    /// Artillery.
    Artillery,
    /// oha.
    Oha,
}

/// Requests per second that no generated test goes beyond: more is a decision, not a default.
const MOST_RATE: f64 = 5_000.0;

/// What to conclude from what is seen.
const SIGNS: &[(&str, &str)] = &[
    ("slow only while the rate grows", "Init: see `defrost check`, keep environments warm, load less"),
    ("429 while ConcurrentExecutions stays flat", "throttling: the function's reservation is used up"),
    ("429 and ClaimedAccountConcurrency near its limit", "the account's limit: reserve for what matters, or raise it"),
    ("429 in the first seconds only", "growth: 1,000 environments in each 10 s"),
    ("the queue's age grows while ConcurrentExecutions climbs slowly", "the poller: 300 more batches each minute"),
    ("errors of connections, slower with more environments", "the database: connections times environments"),
    ("slow at any rate, and faster with more memory", "memory: the share of a CPU goes with it"),
    ("502 or 504 after 29 s", "the API gives up before the function does"),
];

/// The rates to ramp through, each for a time: half of what is expected, all of it, and beyond what is allowed.
fn steps(tested: &Tested) -> Vec<(f64, u32)> {
    let traffic = tested.plan.traffic.iter().max_by(|a, b| a.requests_per_second.total_cmp(&b.requests_per_second));
    let expected = traffic.map_or(10.0, |traffic| traffic.requests_per_second.max(1.0));
    let limit = limit(tested, traffic);
    let steps = [(expected * 0.5, 60), (expected, 120), (limit * 0.9, 120), (limit * 1.2, 60)];
    let mut rates: Vec<(f64, u32)> = Vec::new();
    for (rate, seconds) in steps {
        let rate = rate.clamp(1.0, MOST_RATE).round();
        if rates.last().is_none_or(|(last, _)| *last < rate) {
            rates.push((rate, seconds));
        }
    }
    rates
}

/// Requests per second from which some are refused.
fn limit(tested: &Tested, traffic: Option<&TrafficPlan>) -> f64 {
    let duration_s = traffic.map_or(0.1, |traffic| traffic.duration_ms / 1e3).max(1e-3);
    (f64::from(tested.plan.allowed) / duration_s).min(tested.plan.most_requests_per_second).max(1.0)
}

/// The longest that 95 % of the requests may take, milliseconds.
fn bar_ms(tested: &Tested) -> f64 {
    let duration = tested.plan.traffic.first().map_or(100.0, |traffic| traffic.duration_ms);
    let cold = tested.plan.cold_start_ms.unwrap_or(1_000.0);
    let bar = (duration * 2.0 + cold).max(200.0);
    tested.timeout_ms.map_or(bar, |timeout| bar.min(timeout)).round()
}

/// The test as text.
#[must_use]
pub fn plan_test(functions: &[Tested], url: &str, tool: Tool) -> String {
    let functions: Vec<&Tested> = functions.iter().filter(|tested| !tested.routes.is_empty()).collect();
    match tool {
        Tool::K6 => k6(&functions, url),
        Tool::Artillery => artillery(&functions, url),
        Tool::Oha => oha(&functions, url),
    }
}

/// What the test goes through and how to read its result, as comments.
fn head(functions: &[&Tested], mark: &str) -> String {
    let mut text = format!("{mark} Load test that ramps through the limits that defrost found.\n{mark}\n");
    for tested in functions {
        let limit = limit(tested, tested.plan.traffic.first());
        let _ = writeln!(
            text,
            "{mark} {}: at most {} environments; some requests are refused from about {limit:.0} per second",
            one_line(&tested.plan.function),
            tested.plan.allowed,
        );
    }
    let _ = writeln!(text, "{mark}\n{mark} What is seen, and what it is:");
    for (seen, is) in SIGNS {
        let _ = writeln!(text, "{mark}   {seen}: {is}");
    }
    let _ = writeln!(
        text,
        "{mark} Watch: Errors, Throttles, Duration p99, ConcurrentExecutions, ClaimedAccountConcurrency, InitDuration in the logs."
    );
    text
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A path with its parameters filled in.
fn filled(path: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in one_line(path).chars() {
        match c {
            '{' => {
                inside = true;
                text.push('1');
            }
            '}' => inside = false,
            _ if inside => {}
            c if c.is_ascii_alphanumeric() || "/-_.~$".contains(c) => text.push(c),
            _ => text.push('-'),
        }
    }
    if text.starts_with('/') { text } else { format!("/{text}") }
}

fn method(method: &str) -> String {
    let plain: String = method.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_uppercase();
    if plain.is_empty() || plain == "ANY" { "GET".to_owned() } else { plain }
}

fn identifier(name: &str, number: usize) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("f{number}_{plain}")
}

fn k6(functions: &[&Tested], url: &str) -> String {
    let mut text = head(functions, "//");
    text.push_str("import http from 'k6/http';\nimport { check } from 'k6';\n\n");
    let _ = writeln!(text, "const BASE = __ENV.BASE || '{}';\n", url.replace(['\'', '\\', '\n'], ""));
    text.push_str("export const options = {\n  scenarios: {\n");
    for (number, tested) in functions.iter().enumerate() {
        let name = identifier(&tested.plan.function, number);
        let steps = steps(tested);
        let most = steps.iter().map(|(rate, _)| *rate).fold(1.0, f64::max);
        let virtual_users = (most * bar_ms(tested) / 1e3).ceil().clamp(10.0, 10_000.0);
        let _ = writeln!(
            text,
            "    {name}: {{\n      executor: 'ramping-arrival-rate',\n      exec: '{name}',\n      startRate: 1,\n      timeUnit: '1s',\n      preAllocatedVUs: {},\n      maxVUs: {virtual_users},\n      stages: [",
            (virtual_users / 4.0).ceil(),
        );
        for (rate, seconds) in steps {
            let _ = writeln!(text, "        {{ target: {rate}, duration: '{seconds}s' }},");
        }
        text.push_str("      ],\n    },\n");
    }
    text.push_str(
        "  },\n  thresholds: {\n    http_req_failed: ['rate<0.01'],\n    'checks{kind:throttled}': ['rate>0.999'],\n",
    );
    for (number, tested) in functions.iter().enumerate() {
        let name = identifier(&tested.plan.function, number);
        let _ = writeln!(text, "    'http_req_duration{{scenario:{name}}}': ['p(95)<{}'],", bar_ms(tested));
    }
    text.push_str("  },\n};\n");
    for (number, tested) in functions.iter().enumerate() {
        let name = identifier(&tested.plan.function, number);
        let _ = writeln!(text, "\nconst routes_{name} = [");
        for (verb, path) in &tested.routes {
            let _ = writeln!(text, "  ['{}', '{}'],", method(verb), filled(path));
        }
        let _ = writeln!(
            text,
            "];\n\nexport function {name}() {{\n  const [method, path] = routes_{name}[Math.floor(Math.random() * routes_{name}.length)];\n  const answer = http.request(method, BASE + path, method === 'GET' ? null : '{{}}', {{\n    headers: {{ 'content-type': 'application/json' }},\n  }});\n  check(answer, {{ 'is not throttled': (a) => a.status !== 429 }}, {{ kind: 'throttled' }});\n}}"
        );
    }
    text
}

fn artillery(functions: &[&Tested], url: &str) -> String {
    let mut text = head(functions, "#");
    let most = functions.iter().max_by(|a, b| {
        let rate = |tested: &Tested| steps(tested).iter().map(|(rate, _)| *rate).fold(0.0, f64::max);
        rate(a).total_cmp(&rate(b))
    });
    let _ = writeln!(text, "config:\n  target: \"{}\"\n  phases:", url.replace(['"', '\\', '\n'], ""));
    let mut before = 1.0;
    for (rate, seconds) in most.map(|tested| steps(tested)).unwrap_or_default() {
        let _ = writeln!(text, "    - duration: {seconds}\n      arrivalRate: {before}\n      rampTo: {rate}");
        before = rate;
    }
    let bar = functions.iter().map(|tested| bar_ms(tested)).fold(200.0, f64::max);
    let _ = writeln!(
        text,
        "  plugins:\n    ensure: {{}}\n  ensure:\n    thresholds:\n      - http.response_time.p95: {bar}\n    conditions:\n      - expression: \"http.codes.429 < 1\"\n        strict: false\nscenarios:"
    );
    for tested in functions {
        for (verb, path) in &tested.routes {
            let verb = method(verb);
            let body = if verb == "GET" { "" } else { "\n          json: {}" };
            let _ = writeln!(
                text,
                "  - name: \"{verb} {}\"\n    flow:\n      - {}:\n          url: \"{}\"{body}",
                filled(path),
                verb.to_lowercase(),
                filled(path),
            );
        }
    }
    text
}

fn oha(functions: &[&Tested], url: &str) -> String {
    let mut text = format!("#!/bin/sh\n{}set -e\n", head(functions, "#"));
    let base: String = url.chars().filter(|c| !c.is_control() && !"'\"`$\\ ".contains(*c)).collect();
    let _ = writeln!(text, "BASE=\"${{BASE:-{base}}}\"");
    for tested in functions {
        let Some((verb, path)) = tested.routes.first() else { continue };
        for (rate, seconds) in steps(tested) {
            let _ = writeln!(
                text,
                "oha --no-tui -z {seconds}s -q {rate} -c {} --latency-correction -m {} \"$BASE{}\"",
                (rate * bar_ms(tested) / 1e3).ceil().clamp(1.0, 5_000.0),
                method(verb),
                filled(path),
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Architecture, Platform};
    use crate::scaling::plan::{FunctionInput, StatedTraffic, plan};
    use crate::scaling::{Account, Limits, Source};

    fn tested() -> Tested {
        let input = FunctionInput {
            name: "Web'Fn".to_owned(),
            sources: vec![Source::Requests],
            reserved: Some(50),
            provisioned: 0,
            memory_mb: Some(512),
            architecture: Architecture::Arm64,
            cold_start: None,
            traffic: vec![StatedTraffic::steady("stated", 100.0, 200.0, 0)],
        };
        let plan = plan(Account::default(), &[input], Platform::AwsLambda.scaling(), &Limits::default());
        Tested {
            plan: plan.functions[0].clone(),
            timeout_ms: Some(10_000.0),
            routes: vec![("ANY".to_owned(), "/users/{id}".to_owned()), ("POST".to_owned(), "/a'b".to_owned())],
        }
    }

    #[test]
    fn the_rates_go_through_the_limit() {
        // 50 environments of 200 ms answer 250 requests per second.
        assert_eq!(steps(&tested()), [(50.0, 60), (100.0, 120), (225.0, 120), (300.0, 60)]);
    }

    #[test]
    fn names_of_templates_do_not_break_out_of_the_script() {
        let text = plan_test(&[tested()], "https://x'+evil()", Tool::K6);
        assert!(text.contains("['GET', '/users/1']") && text.contains("['POST', '/a-b']"));
        assert!(text.contains("f0_Web_Fn") && !text.contains("x'+"));
        let text = plan_test(&[tested()], "https://x", Tool::Artillery);
        assert!(text.contains("rampTo: 300") && text.contains("url: \"/a-b\""));
        assert!(plan_test(&[tested()], "https://x", Tool::Oha).contains("-q 300"));
    }
}
