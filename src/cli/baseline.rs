//! Leaves out findings that the baseline knows, and writes one.

use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use crate::finding::baseline::{self, Baseline, Known, Size};
use crate::report::model::{Function, Report, Verdict};
use crate::report::printable;
use crate::run::{Settings, UserError, shown};
use crate::{input, report, text};

/// Which findings of a report are new, and in the report by how much functions grew; nothing where there is no baseline.
/// With `--write-baseline` all of them become known.
pub(super) fn compare(
    args: &CheckArgs,
    settings: &Settings,
    report: &mut Report,
) -> Result<Option<Vec<bool>>, UserError> {
    let fingerprints = report::fingerprints(report);
    let named = file(args, settings);
    let baseline = match named {
        _ if args.write_baseline => {
            let path = named.unwrap_or_else(|| settings.folder.join(baseline::FILE));
            let baseline = known(report, &fingerprints);
            write(&path, &baseline)?;
            tell_of_failing(report);
            baseline
        }
        Some(path) => read(&path)?,
        None => return Ok(None),
    };
    grow(&baseline, report);
    let known = baseline.fingerprints();
    Ok(Some(fingerprints.iter().map(|fingerprint| !known.contains(fingerprint.as_str())).collect()))
}

/// Says of every function by how much it grew. Where there is one on both sides, it is the same one.
fn grow(baseline: &Baseline, report: &mut Report) {
    let single = report.functions.len() == 1 && baseline.functions.len() == 1;
    for function in &mut report.functions {
        let before = baseline.functions.iter().find(|size| single || size.name == function.name);
        function.growth_percent = before.map(|before| before.growth_to(&size(function)));
    }
}

fn size(function: &Function) -> Size {
    Size {
        name: function.name.clone(),
        init_ms: function.init.estimated_ms,
        bytes: function.package.bytes,
        zipped_bytes: function.package.zipped_bytes,
    }
}

fn read(path: &Path) -> Result<Baseline, UserError> {
    let text = input::read_text_file(path, baseline::LARGEST)?;
    Baseline::read(&text).map_err(|what| UserError(format!("{}: {what}", shown(path))))
}

/// The baseline that the command line names, or else the configuration.
fn file(args: &CheckArgs, settings: &Settings) -> Option<PathBuf> {
    let configured = || settings.resolved.baseline.as_ref().map(|path| settings.folder.join(path));
    args.baseline.clone().or_else(configured)
}

/// The findings of a report as a baseline.
fn known(report: &Report, fingerprints: &[String]) -> Baseline {
    let one = |(finding, fingerprint): (&report::model::Finding, &String)| Known {
        path: finding.location.path.clone(),
        rule: finding.rule.to_string(),
        subject: finding.subject.clone(),
        fingerprint: fingerprint.clone(),
    };
    Baseline::new(
        report.findings.iter().zip(fingerprints).map(one).collect(),
        report.functions.iter().map(size).collect(),
    )
}

/// Says that the baseline takes in functions that do not start: with it, the gate lets them pass.
fn tell_of_failing(report: &Report) {
    let failing = report.functions.iter().filter(|function| function.start.verdict == Verdict::Fails);
    let names: Vec<&str> = failing.map(|function| function.name.as_str()).collect();
    let (Some(first), count) = (names.first(), names.len() as u64) else { return };
    let who = if count == 1 { printable::line(first).into_owned() } else { text::plural(count, "function") };
    let does = if count == 1 { "does" } else { "do" };
    super::note(&format!(
        "{who} {does} not start, and the baseline takes that in: mend it, or keep watch with --require-start"
    ));
}

fn write(path: &Path, baseline: &Baseline) -> Result<(), UserError> {
    std::fs::write(path, baseline.text()?).map_err(|error| UserError(format!("{}: {error}", path.display())))?;
    let number = text::plural(baseline.findings.len() as u64, "finding");
    super::note(&format!("wrote {number} to {}", shown(path)));
    Ok(())
}
