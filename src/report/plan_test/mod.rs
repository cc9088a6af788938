//! A load test that ramps through the limits of an application, as text for the tool that runs it.

mod artillery;
mod k6;
mod ramps;

use std::fmt::Write as _;

use self::ramps::{HOLD_S, Ramp};
use crate::scaling::plan::FunctionPlan;

/// A function with the requests that reach it.
#[derive(Clone, Debug)]
pub struct Tested {
    /// Its concurrency.
    pub plan: FunctionPlan,
    /// Its timeout, milliseconds; `None` where it is not known.
    pub timeout_ms: Option<f64>,
    /// Its routes.
    pub routes: Vec<Tried>,
}

/// A route that is tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// HTTP method; `ANY` for each.
    pub method: String,
    /// Path, with parameters as its framework writes them.
    pub path: String,
    /// Its share of the function's requests.
    pub share: f64,
}

impl Tested {
    /// The method and path of each route as they are sent, with its share.
    fn sent(&self) -> impl Iterator<Item = (String, String, f64)> {
        self.routes.iter().map(|route| (method(&route.method), filled(&route.path), route.share))
    }
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

/// Requests per second that one machine sends with ease; more is said.
const ONE_MACHINE: f64 = 5_000.0;

/// What to conclude from what is seen.
const SIGNS: &[(&str, &str)] = &[
    ("slow only while the rate grows", "Init: see `defrost check`, keep environments warm, load less"),
    ("429 while ConcurrentExecutions stays flat", "throttling: the function's reservation is used up"),
    ("429 and ClaimedAccountConcurrency near its limit", "the account's limit: reserve for what matters, or raise it"),
    ("429 in the first seconds only", "growth: 1,000 environments in each 10 s"),
    ("the queue's age grows while ConcurrentExecutions climbs slowly", "the poller: 300 more batches each minute"),
    ("errors of connections, slower with more environments", "the database: connections times environments"),
    ("slow at any rate, and faster with more memory", "memory: the share of a CPU goes with it"),
    (
        "the tool drops iterations, or its own machine is busy",
        "the test: run it from a larger machine, or from several",
    ),
    ("502, 503 or 504 after 29 or 30 s", "the API gives up before the function does"),
];

/// The test as text.
#[must_use]
pub fn plan_test(functions: &[Tested], url: &str, tool: Tool) -> String {
    let functions: Vec<&Tested> = functions.iter().filter(|tested| !tested.routes.is_empty()).collect();
    match tool {
        Tool::K6 => k6::script(&functions, url),
        Tool::Artillery => artillery::script(&functions, url),
        Tool::Oha => oha(&functions, url),
    }
}

/// What the test goes through and how to read its result, as comments.
fn head(functions: &[&Tested], ramps: &[Ramp], top: f64, mark: &str) -> String {
    let mut text = format!("{mark} Load test that ramps through the limits that defrost found.\n{mark}\n");
    for (tested, ramp) in functions.iter().zip(ramps) {
        let shares =
            if tested.plan.reserved.is_none() && functions.len() > 1 { ", shared with the others" } else { "" };
        let _ = writeln!(
            text,
            "{mark} {}: at most {} environments{shares}; some requests are refused by chance from about {:.0} per second, and \
             for sure beyond {:.0}",
            one_line(&tested.plan.function),
            tested.plan.allowed,
            ramp.near(),
            ramp.limit,
        );
    }
    let _ = writeln!(text, "{mark}\n{mark} It sends up to {top:.0} requests per second, those that write included.");
    if ramps.iter().zip(functions).any(|(ramp, tested)| !ramp.beyond.is_empty() && tested.plan.reserved.is_none()) {
        let _ = writeln!(
            text,
            "{mark} Beyond the limits other functions of the account are throttled as well: run it in an account of its own."
        );
    }
    if top > ONE_MACHINE {
        let _ = writeln!(text, "{mark} That is more than one machine sends with ease.");
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

/// What functions that are tested at the same time get at the most.
fn together(ramps: &[Ramp]) -> f64 {
    ramps.iter().map(Ramp::top).sum()
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
            '{' | '<' => {
                inside = true;
                text.push('1');
            }
            ':' if text.ends_with('/') => {
                inside = true;
                text.push('1');
            }
            '}' | '>' => inside = false,
            '/' => {
                inside = false;
                text.push('/');
            }
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

fn oha(functions: &[&Tested], url: &str) -> String {
    let ramps = ramps::ramps(functions);
    let mut text = format!("#!/bin/sh\n{}set -e\n", head(functions, &ramps, together(&ramps), "#"));
    let base: String = url.chars().filter(|c| !c.is_control() && !"'\"`$\\ ".contains(*c)).collect();
    let _ = writeln!(text, "BASE=\"${{BASE:-{base}}}\"");
    for (tested, ramp) in functions.iter().zip(&ramps) {
        let Some((verb, path, _)) = tested.sent().max_by(|a, b| a.2.total_cmp(&b.2)) else { continue };
        for rate in ramp.within.iter().chain(&ramp.beyond) {
            let _ = writeln!(
                text,
                "oha --no-tui -z {HOLD_S}s -q {rate} -c {} --latency-correction -m {} \"$BASE{}\"",
                ramps::in_flight(*rate, tested).min(5_000.0),
                verb,
                path,
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

    fn tried(method: &str, path: &str, share: f64) -> Tried {
        Tried { method: method.to_owned(), path: path.to_owned(), share }
    }

    fn tested() -> Tested {
        let input = FunctionInput {
            name: "Web'Fn".to_owned(),
            sources: vec![Source::Requests],
            reserved: Some(50),
            provisioned: 0,
            memory_mb: Some(512),
            architecture: Architecture::Arm64,
            cold_start: None,
            keeps_s: None,
            traffic: vec![StatedTraffic::steady("stated", 100.0, 200.0, 0)],
        };
        let plan = plan(Account::default(), &[input], Platform::AwsLambda.scaling(), &Limits::default());
        Tested {
            plan: plan.functions[0].clone(),
            timeout_ms: Some(10_000.0),
            routes: vec![tried("ANY", "/users/{id}", 0.5), tried("POST", "/a'b", 0.5)],
        }
    }

    #[test]
    fn the_rates_go_through_the_limit() {
        // 50 environments of 200 ms answer 250 requests per second, and of 156 they lose next to none by chance.
        let ramp = ramps::ramps(&[&tested()]).remove(0);
        assert_eq!((ramp.within, ramp.beyond, ramp.limit), (vec![50.0, 100.0, 156.0], vec![300.0], 250.0));
    }

    #[test]
    fn functions_that_share_the_account_reach_its_limit_together() {
        let mut one = tested();
        (one.plan.reserved, one.plan.allowed, one.plan.most_requests_per_second) = (None, 1_000, 10_000.0);
        let two = Tested { plan: FunctionPlan { function: "Two".to_owned(), ..one.plan.clone() }, ..one.clone() };
        let ramps = ramps::ramps(&[&one, &two]);
        // 1,000 environments of 200 ms answer 5,000 requests per second.
        assert_eq!(ramps.iter().map(|ramp| ramp.limit).collect::<Vec<_>>(), [2_500.0, 2_500.0]);
        let text = plan_test(&[one, two], "https://x", Tool::Artillery);
        assert!(text.contains("rampTo: 4500\n") && text.contains("rampTo: 6000\n"), "{text}");
        assert_eq!(text.matches("weight: 250\n").count(), 4, "{text}");
    }

    #[test]
    fn parameters_of_all_frameworks_are_filled_in() {
        for path in ["/a/{id}/b", "/a/<id>/b", "/a/<int:id>/b", "/a/:id/b"] {
            assert_eq!(filled(path), "/a/1/b", "{path}");
        }
        assert_eq!(filled("/{proxy+}"), "/1");
    }

    #[test]
    fn only_rates_that_are_allowed_decide() {
        let text = plan_test(&[tested()], "https://x", Tool::K6);
        assert!(text.contains("'http_req_failed{scenario:f0_Web_Fn}': ['rate<0.01']"));
        assert!(text.contains("f0_Web_Fn_beyond: {") && text.contains("startTime: '450s'"), "{text}");
        assert!(text.contains("'checks{scenario:f0_Web_Fn_beyond}': ['rate>=0']"));
    }

    #[test]
    fn names_of_templates_do_not_break_out_of_the_script() {
        let text = plan_test(&[tested()], "https://x'+evil()", Tool::K6);
        assert!(text.contains("['GET', '/users/1', 0.500]") && text.contains("['POST', '/a-b', 1.000]"));
        assert!(text.contains("f0_Web_Fn") && !text.contains("x'+"));
        let text = plan_test(&[tested()], "https://x", Tool::Artillery);
        assert!(text.contains("rampTo: 300") && text.contains("url: \"/a-b\""));
        assert!(plan_test(&[tested()], "https://x", Tool::Oha).contains("-q 300"));
    }
}
