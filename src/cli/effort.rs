//! `--verbose`: where the time went, and what could not be saved of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::artifact::{Artifact, EntryId};
use crate::engine::ProjectFacts;
use crate::lang::javascript::{self, Dialect, ParseMode};
use crate::lang::python;
use crate::report::model::Report;
use crate::text;

/// Says on standard error where the time went and what was read; a report is the same at every run and has no times.
pub(super) fn tell(project: &ProjectFacts, report: &Report, reading: Duration, judging: Duration) {
    let mut read: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for function in &report.functions {
        for module in &function.modules {
            let Some(path) = &module.path else { continue };
            read.insert((function.package.path.as_str(), path.as_str()), module.bytes);
        }
    }
    let packages: BTreeMap<&str, (u64, u64)> = report
        .functions
        .iter()
        .map(|function| (function.package.path.as_str(), (function.package.files, function.package.bytes)))
        .collect();
    let (files, bytes) = packages.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let ms = |time: Duration| text::ms(time.as_secs_f64() * 1e3);
    super::note(&format!("{} to read and simulate, {} for rules and report", ms(reading), ms(judging)));
    if let Some(floor) = floor(project) {
        super::note(&format!("reading and parsing what is loaded, and nothing else, takes {}", ms(floor)));
    }
    super::note(&format!(
        "{} of {} parsed, of {} and {} in {}",
        text::plural(read.len() as u64, "module"),
        text::bytes(read.values().sum()),
        text::plural(files, "file"),
        text::bytes(bytes),
        text::plural(packages.len() as u64, "package"),
    ));
}

/// How long it takes to read and parse the loaded files once more, by themselves: no analysis can be faster. Nothing
/// where no source is loaded.
fn floor(project: &ProjectFacts) -> Option<Duration> {
    let mut seen = BTreeSet::new();
    let mut files: Vec<(&Artifact, EntryId)> = Vec::new();
    for facts in &project.functions {
        let own = facts.graph.modules().filter_map(|(_, module)| module.entry);
        let own = own.filter(|entry| seen.insert((std::ptr::from_ref(&*facts.artifact), *entry)));
        files.extend(own.map(|entry| (&*facts.artifact, entry)));
    }
    let start = Instant::now();
    let parsed = files.par_iter().filter(|(artifact, entry)| parses(artifact, *entry)).count();
    (parsed > 0).then(|| start.elapsed())
}

/// Reads and parses a file; whether it is a source file.
fn parses(artifact: &Artifact, entry: EntryId) -> bool {
    let path = &*artifact.entry(entry).path;
    let Ok(bytes) = artifact.read(entry) else { return false };
    let bytes = (*bytes).as_ref();
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "py" => drop(python::parse(bytes)),
        "js" | "cjs" | "mjs" | "ts" | "cts" | "mts" => {
            let typescript = path.ends_with("ts");
            let mode = ParseMode { typescript, ..ParseMode::javascript(Dialect::Module) };
            drop(javascript::parse(&String::from_utf8_lossy(bytes), mode));
        }
        _ => return false,
    }
    true
}
