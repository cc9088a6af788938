//! What configuration says about traffic, with the minutes that it names.

mod minutes;

use std::path::Path;

use super::{Settings, UserError};
use crate::config::{FunctionTraffic, TrafficSettings};
use crate::input;
use crate::scaling::plan::{StatedTraffic, TrafficTable};

/// Largest CSV file of minutes: a year of them is about 20 MB.
const LARGEST: u64 = 32 << 20;
/// Milliseconds that an invocation runs where nothing says it.
const USUAL_MS: f64 = 100.0;

/// The traffic of all functions.
pub(super) fn table(settings: &Settings) -> Result<TrafficTable, UserError> {
    let written = &settings.resolved.traffic;
    let mut table = TrafficTable { usual: usual(written), ..TrafficTable::default() };
    for (name, own) in &written.functions {
        table.functions.insert(name.clone(), of_function(written, own, &settings.folder)?);
    }
    Ok(table)
}

fn usual(written: &TrafficSettings) -> Option<StatedTraffic> {
    let said = written.requests_per_second.is_some() || written.burst.is_some();
    said.then(|| {
        let rate = written.requests_per_second.unwrap_or_default();
        stated(rate, written.duration_ms.unwrap_or(USUAL_MS), written.burst, written.batch)
    })
}

fn stated(rate: f64, duration_ms: f64, burst: Option<u32>, batch: Option<f64>) -> StatedTraffic {
    let name = match burst {
        Some(burst) => format!("{rate} requests per second of {duration_ms} ms, {burst} at once"),
        None => format!("{rate} requests per second of {duration_ms} ms"),
    };
    let traffic = StatedTraffic::steady(&name, rate, duration_ms, burst.unwrap_or_default());
    StatedTraffic { batch, ..traffic }
}

fn of_function(usual: &TrafficSettings, own: &FunctionTraffic, folder: &Path) -> Result<StatedTraffic, UserError> {
    let duration_ms = own.duration_ms.or(usual.duration_ms).unwrap_or(USUAL_MS);
    let (burst, batch, groups) = (own.burst.or(usual.burst), own.batch.or(usual.batch), own.message_groups);
    if let Some(file) = &own.minutes {
        let text = input::read_text_file(&folder.join(file), LARGEST)?;
        let rates = minutes::rates(&text).map_err(|wrong| {
            UserError(match wrong.line {
                Some(line) => format!("{file}:{line}: {}", wrong.message),
                None => format!("{file}: {}", wrong.message),
            })
        })?;
        let name = format!("{} minutes of {file}, of {duration_ms} ms", rates.len() / 60);
        let traffic = StatedTraffic::steady(&name, 0.0, duration_ms, burst.unwrap_or_default());
        return Ok(StatedTraffic { rates, batch, groups, ..traffic });
    }
    if own.sources.is_empty() {
        let rate = own.requests_per_second.or(usual.requests_per_second).unwrap_or_default();
        return Ok(StatedTraffic { groups, ..stated(rate, duration_ms, burst, batch) });
    }
    // Sources add up; the running time is their average by rate.
    let rate: f64 = own.sources.values().map(|source| source.requests_per_second.max(0.0)).sum();
    let work: f64 = own
        .sources
        .values()
        .map(|source| source.requests_per_second.max(0.0) * source.duration_ms.unwrap_or(duration_ms))
        .sum();
    let shares = own.sources.iter().filter(|_| rate > 0.0);
    let shares = shares.map(|(name, source)| (name.clone(), source.requests_per_second.max(0.0) / rate)).collect();
    Ok(StatedTraffic {
        shares,
        groups,
        ..stated(rate, if rate > 0.0 { work / rate } else { duration_ms }, burst, batch)
    })
}
