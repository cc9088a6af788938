use serde::Deserialize;

use crate::engine::application::sources;
use crate::engine::{ApplicationContext, FunctionFacts, Sink};
use crate::finding::{Finding, Severity};
use crate::graph::{Argument, LoadCall};
use crate::scaling::allowed;
use crate::{knowledge, text};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pools {
    pool: Vec<Pool>,
    proxies: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pool {
    any: Vec<String>,
    #[serde(default)]
    keywords: Vec<String>,
    usual: f64,
    #[serde(default)]
    overflow: Option<String>,
    #[serde(default)]
    usual_overflow: f64,
}

knowledge::table! {
    static POOLS: Pools = "scaling/pools.toml", tested by the_table_of_pools_reads;
}

/// Reports pools whose connections, times the environments that may run, are more than a database takes.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let proxied = cx.application.resources.iter().any(|resource| POOLS.proxies.contains(&resource.kind));
    if proxied {
        return;
    }
    let (limit, least) = (cx.number("database-limit"), cx.number("least"));
    for (id, function) in cx.own_functions() {
        let Some(code) = cx.code_of(id) else { continue };
        let Some((call, size)) = largest(code) else { continue };
        let reserved: u64 =
            crate::engine::application::claimed(cx.application).iter().map(|(_, claim)| u64::from(*claim)).sum();
        if function.reserved.is_unknown() {
            continue;
        }
        let unreserved = cx.account().unreserved(reserved);
        let found = allowed(function.reserved.known().copied(), unreserved, &sources(cx.application, id), cx.facts());
        let product = size * f64::from(found.environments);
        let (severity, bar) = if limit > 0.0 { (Severity::Warning, limit) } else { (Severity::Note, least) };
        if product <= bar {
            continue;
        }
        let takes = if limit > 0.0 { format!(", and the database takes {limit:.0}") } else { String::new() };
        let message = format!(
            "{size:.0} connections in each of up to {} environments are {product:.0}{takes}",
            text::count(u64::from(found.environments)),
        );
        let place = code.locate_in_module(call.module, Some(call.span));
        let mut finding = Finding::new(place, message).about(call.callee.to_string());
        finding.function = Some(code.spec.name.clone());
        let finding =
            finding.label(cx.at(cx.place(&function.reserved, &function.origin)), "as many environments as this says");
        sink.report_as(severity, finding.snippet(cx.snippet("reserved", &[("n", "20")])));
    }
}

/// The pool with the most connections that Init makes.
fn largest(code: &FunctionFacts) -> Option<(&LoadCall, f64)> {
    let sized = code.graph.calls.iter().filter_map(|call| {
        let pool =
            POOLS.pool.iter().find(|pool| pool.any.iter().any(|pattern| text::matches(pattern, &call.callee)))?;
        Some((call, size(call, pool)?))
    });
    sized.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Its connections; `None` where they are set to something that is not known.
fn size(call: &LoadCall, pool: &Pool) -> Option<f64> {
    let said = |names: &[String]| call.keywords.iter().find(|(name, _)| names.iter().any(|known| known == &**name));
    let number = |argument: &Argument| match argument {
        Argument::Number(number) => Some(*number),
        _ => None,
    };
    let own = match said(&pool.keywords) {
        Some((_, argument)) => number(argument)?,
        None => pool.usual,
    };
    let overflow = match pool.overflow.as_ref().and_then(|name| said(std::slice::from_ref(name))) {
        Some((_, argument)) => number(argument)?,
        None => pool.usual_overflow,
    };
    Some((own + overflow.max(0.0)).max(0.0))
}
