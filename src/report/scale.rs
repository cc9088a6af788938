//! `defrost scale` for people: what each function needs and may have, how bursts go, and what would change that.

pub(super) mod changes;
mod chart;
pub(super) mod warm;

use std::io::{self, Write};

use super::human::paint::{FAINT, STRONG, paint};
use super::model::{Application, Finding};
use super::{Style, human, printable};
use crate::scaling::Bound;
use crate::scaling::plan::{FunctionPlan, Plan, Simulated, TrafficPlan};
use crate::text;

/// Functions without stated traffic whose changes are shown, the slowest starts; the JSON report has all.
const CHANGES: usize = 12;

/// Values that cannot be told of which the place is shown; the JSON report has all.
const UNKNOWN: usize = 3;

/// Writes the concurrency of one application.
///
/// # Errors
/// Those of the writer.
pub fn scale(application: &Application, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let title = match application.templates.first() {
        Some(template) => format!("{}  {template}", application.name),
        None => application.name.clone(),
    };
    of_plan(&title, &application.scaling, style, out)?;
    if application.unknown_values > 0 {
        let values = text::plural(application.unknown_values as u64, "value");
        let counts = if application.unknown_values == 1 { "counts" } else { "count" };
        let told = application
            .unknown
            .iter()
            .take(UNKNOWN)
            .map(|value| format!("{}:{} (it {})", value.origin.path, value.origin.line, value.why));
        let told: Vec<String> = told.collect();
        let more = application.unknown_values.saturating_sub(told.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let note =
            format!("{values} of the template cannot be told here and {counts} as not set: {}{more}", told.join(", "));
        wrapped(style, 0, FAINT, &note, out)?;
    }
    Ok(())
}

/// Writes the concurrency of functions that no template declares.
///
/// # Errors
/// Those of the writer.
pub fn scale_alone(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    of_plan("no template: functions as they are invoked by requests, without reservations", plan, style, out)
}

/// Writes findings in a line or two each, by place.
///
/// # Errors
/// Those of the writer.
pub fn briefly(findings: &[Finding], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return writeln!(out, "the rules of this page find nothing here");
    }
    writeln!(out, "found by the rules of this page")?;
    for finding in findings {
        let (place, rule) = (&finding.location, &finding.rule);
        let told = format!("{}: {rule} at {}:{}: {}", finding.severity.word(), place.path, place.line, finding.message);
        wrapped(style, 2, anstyle::Style::new(), &printable::line(&told), out)?;
    }
    Ok(())
}

fn of_plan(title: &str, plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", paint(style.color, STRONG, &printable::line(title)))?;
    account(plan, style, out)?;
    let mut slowest: Vec<f64> = plan.functions.iter().filter_map(|function| function.cold_start_ms).collect();
    slowest.sort_by(|a, b| b.total_cmp(a));
    let slow = slowest.get(CHANGES).copied().unwrap_or_default();
    for function in &plan.functions {
        writeln!(out)?;
        let is_slow = function.cold_start_ms.is_some_and(|ms| ms > slow);
        of_function(function, is_slow, style, out)?;
    }
    let note = format!(
        "figures and prices of the platform as of {}; seeded simulation; a delay is download, Init and waiting in line",
        plan.as_of
    );
    writeln!(out)?;
    wrapped(style, 0, FAINT, &note, out)
}

fn account(plan: &Plan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let account = &plan.account;
    let usual = if account.stated { "" } else { " (the usual limit: say yours under [account])" };
    let limit = text::count(u64::from(account.limit));
    let left = text::count(u64::from(account.unreserved));
    let share = match account.reserved {
        0 if account.reserved_elsewhere == 0 => "nothing is reserved".to_owned(),
        reserved => {
            let elsewhere = match account.reserved_elsewhere {
                0 => String::new(),
                other => format!(", {} by the others of this run if they share the account", text::count(other)),
            };
            format!("{} reserved here{elsewhere}, {left} left for what reserves nothing", text::count(reserved))
        }
    };
    wrapped(style, 2, anstyle::Style::new(), &format!("account: {limit} environments{usual}; {share}"), out)?;
    let stated = || plan.functions.iter().flat_map(|function| &function.traffic).filter(|traffic| !traffic.assumed);
    if stated().next().is_some() {
        let needed = text::plural(u64::from(plan.needed), "environment");
        let over = if plan.over_limit { ": more than the account has" } else { "" };
        wrapped(style, 2, anstyle::Style::new(), &format!("all stated traffic together needs {needed}{over}"), out)?;
    } else if plan.functions.iter().any(|function| !function.traffic.is_empty()) {
        let note = "no traffic is stated: what follows is assumed for each function alone; say yours under [traffic]";
        wrapped(style, 2, anstyle::Style::new(), note, out)?;
    }
    Ok(())
}

/// What a function is invoked by, in words, and what one invocation is called.
fn invoked(function: &FunctionPlan) -> (String, &'static str) {
    let words: Vec<&str> = function.invoked_by.iter().map(String::as_str).collect();
    let noun = match *words {
        ["a queue"] => "batch",
        ["a stream"] => "batch",
        ["a schedule"] => "run",
        ["events"] => "event",
        _ => "request",
    };
    let by = match *words {
        [] => "nothing here invokes it".to_owned(),
        _ => format!("invoked by {}", words.join(", ")),
    };
    (by, noun)
}

fn of_function(function: &FunctionPlan, is_slow: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let why = match function.bound {
        Bound::Reserved => "its reservation",
        Bound::Account => "what is unreserved",
        Bound::Sources => "what its sources ask for",
    };
    let (by, _) = invoked(function);
    let cold = match (function.cold_start_ms, function.init_ms) {
        (Some(cold), Some(init)) => {
            format!("; Init {} after {} of download", text::ms(init), text::ms((cold - init).max(0.0)))
        }
        _ => "; its code is not here".to_owned(),
    };
    let warm = if function.provisioned > 0 { format!(", {} kept warm", function.provisioned) } else { String::new() };
    writeln!(out, "{}", paint(style.color, STRONG, &printable::line(&function.function)))?;
    let allowed = text::count(u64::from(function.allowed));
    wrapped(style, 2, anstyle::Style::new(), &format!("{by}; at most {allowed} ({why}){warm}{cold}"), out)?;
    for traffic in &function.traffic {
        of_traffic(function, traffic, style, out)?;
    }
    let is_stated = function.traffic.iter().any(|traffic| !traffic.assumed);
    if is_stated || is_slow {
        changes::write(function, style, out)?;
    }
    warm::write(function, style, out)
}

fn of_traffic(function: &FunctionPlan, traffic: &TrafficPlan, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let told = format!("{}: {}", printable::line(&traffic.name), told(function, traffic));
    wrapped(style, 2, anstyle::Style::new(), &told, out)?;
    if let Some(simulated) = traffic.simulated.as_ref().filter(|_| !traffic.assumed) {
        for line in chart::lines(&simulated.course, style.width) {
            writeln!(out, "    {}", paint(style.color, FAINT, &line))?;
        }
    }
    Ok(())
}

/// What happens under some traffic, in a sentence.
pub(super) fn told(function: &FunctionPlan, traffic: &TrafficPlan) -> String {
    let noun = invoked(function).1;
    let rate = if traffic.needed_for_rate > traffic.busy {
        format!(" (each takes 10 {} a second at most; running ones are {:.0})", plural(noun), traffic.busy.ceil())
    } else {
        String::new()
    };
    let needed = text::plural(u64::from(traffic.needed), "environment");
    let mut need = format!("needs {needed}{rate}");
    if traffic.over_allowed {
        let most = traffic.message_groups.map_or(function.allowed, |groups| groups.min(function.allowed));
        let allowed = text::count(u64::from(most));
        need += &format!(" and may have {allowed}: {:.0} % do not fit", traffic.beyond_share * 100.0);
    }
    let mut sentences = vec![need];
    if function.first_in_first_out {
        sentences.push(match traffic.message_groups {
            Some(groups) => {
                format!("one batch at a time for each of {}", text::plural(u64::from(groups), "message group"))
            }
            None => "as far as there are as many message groups: each has one batch at a time; say how many as \
                     message-groups under [traffic]"
                .to_owned(),
        });
    }
    if traffic.seconds_to_grow > 0.0 {
        sentences.push(format!("grows for {:.0} s, by 1,000 in each 10 s", traffic.seconds_to_grow));
    }
    if let Some(seconds) = traffic.seconds_to_poll.filter(|seconds| *seconds >= 1.0) {
        sentences.push(format!("its poller needs {seconds:.0} s to ask for as many"));
    }
    if let Some(simulated) = &traffic.simulated {
        sentences.extend(of_simulation(simulated, noun));
    }
    sentences.join("; ")
}

/// What happened, in phrases; what did not happen is not told.
fn of_simulation(simulated: &Simulated, noun: &str) -> Vec<String> {
    let count = |number: f64| text::count(number.max(0.0).round() as u64);
    let nouns = plural(noun);
    let mut phrases = Vec::new();
    if simulated.cold_starts >= 0.5 {
        let share = percent(simulated.cold_starts / simulated.requests.max(1.0));
        let (cold, all) = (count(simulated.cold_starts), count(simulated.requests));
        phrases.push(format!("{cold} of {all} {nouns} ({share}) meet a cold start"));
    } else {
        phrases.push("no cold start".to_owned());
    }
    if simulated.throttled >= 0.5 {
        phrases.push(format!("{} are throttled ({})", count(simulated.throttled), percent(simulated.throttled_share)));
    }
    if simulated.waited >= 0.5 {
        let end = simulated.finished_s;
        phrases.push(format!("{} wait in their source, the last is done after {end:.1} s", count(simulated.waited)));
    }
    if simulated.lost >= 0.5 {
        phrases.push(format!("{} are lost, as their source keeps them no longer", count(simulated.lost)));
    }
    let added = simulated.added_ms;
    // Cold starts of one in a hundred are told by their share.
    if added.p90 >= 1.0 {
        let (half, ninety, most) = (delay(added.p50), delay(added.p90), delay(added.p99));
        phrases.push(if half == most {
            format!("delay {half} from p50 to p99")
        } else {
            format!("delay {half} at p50, {ninety} at p90, {most} at p99")
        });
    }
    phrases
}

/// A delay: seconds from ten on.
fn delay(ms: f64) -> String {
    if ms >= 9_999.5 { format!("{:.0} s", ms / 1e3) } else { text::ms(ms) }
}

fn plural(noun: &str) -> String {
    if noun == "batch" { "batches".to_owned() } else { format!("{noun}s") }
}

/// A share: tenths where it is small.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "under 0.1 %".to_owned()
    } else if percent < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// A paragraph, indented and wrapped at the width of the terminal.
fn wrapped(style: Style, indent: usize, look: anstyle::Style, paragraph: &str, out: &mut dyn Write) -> io::Result<()> {
    let room = style.width.max(40).saturating_sub(indent + 2);
    let plain = look == anstyle::Style::new();
    for (number, line) in textwrap::wrap(paragraph, human::wrapping(room)).iter().enumerate() {
        let further = if number == 0 { 0 } else { 2 };
        let line = if plain { line.to_string() } else { paint(style.color, look, line) };
        writeln!(out, "{}{line}", " ".repeat(indent + further))?;
    }
    Ok(())
}
