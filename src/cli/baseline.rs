//! Leaves out findings that the baseline knows, and writes one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use super::reference;
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
            let mut baseline = known(report, &fingerprints);
            keep(&mut baseline, &path, args, settings, report)?;
            write(&path, &baseline)?;
            tell_of_failing(report);
            baseline
        }
        Some(path) => read(&path)?,
        None => return Ok(None),
    };
    let names = renamed(&baseline, report);
    grow(&baseline, report, &names);
    let earlier = if names.is_empty() { fingerprints.clone() } else { report::fingerprints_under(report, &names) };
    let known = baseline.by_fingerprint();
    let is_new = report.findings.iter_mut().zip(fingerprints.iter().zip(&earlier)).map(|(finding, (now, before))| {
        let Some(known) = known.get(now.as_str()).or_else(|| known.get(before.as_str())) else { return true };
        let (ms, bytes) = saves(finding);
        let Some(before) = known.outgrown(ms, bytes) else { return false };
        finding.message = format!("{}; in the baseline it was {before}", finding.message);
        true
    });
    Ok(Some(is_new.collect()))
}

/// What acting on a finding saves: whole milliseconds, bytes.
fn saves(finding: &report::model::Finding) -> (Option<u64>, Option<u64>) {
    (finding.saves.init_ms.map(|ms| ms.max(0.0).round() as u64), finding.saves.bytes)
}

/// Keeps of an older baseline what this run has not looked at: what only others of the rules find, and where it looks at a
/// part only, what lies elsewhere.
fn keep(
    baseline: &mut Baseline,
    path: &Path,
    args: &CheckArgs,
    settings: &Settings,
    report: &Report,
) -> Result<(), UserError> {
    // One that does not read is written anew.
    let Some(old) = path.exists().then(|| read(path)).and_then(Result::ok) else { return Ok(()) };
    let registry = reference::registry()?;
    let (all, now) = (settings.policy(&[], &[], &registry)?, settings.policy(&args.select, &args.ignore, &registry)?);
    let is_run = |rule: &str| registry.find(rule).is_none_or(|rule| now.selects(rule) || !all.selects(rule));
    let folder =
        |path: &Path| input::seen::canonicalize(if path.as_os_str().is_empty() { Path::new(".") } else { path }).ok();
    let home = folder(path.parent().unwrap_or(Path::new(".")));
    let is_whole = report.problems.iter().all(|problem| problem.left_out.is_none())
        && args
            .paths
            .iter()
            .any(|path| folder(path).zip(home.as_ref()).is_some_and(|(path, home)| home.starts_with(path)));
    let functions = report.functions.iter();
    let places = functions.flat_map(|function| {
        let origin = function.origin.as_ref().map(|origin| origin.path.as_str());
        origin.into_iter().chain([function.package.path.as_str()])
    });
    let places: Vec<&str> = places.chain(report.projects.iter().map(|project| project.path.as_str())).collect();
    let is_seen =
        |path: &str| is_whole || places.iter().any(|place| *place == "." || Path::new(path).starts_with(place));
    let is_there = baseline.by_fingerprint().into_keys().map(str::to_owned).collect::<BTreeSet<String>>();
    let kept = old
        .findings
        .into_iter()
        .filter(|known| !is_there.contains(&known.fingerprint) && (!is_run(&known.rule) || !is_seen(&known.path)));
    let kept: Vec<Known> = kept.collect();
    let is_analysed = |name: &str| report.functions.iter().any(|function| function.name == name);
    let others = old.functions.into_iter().filter(|size| !is_whole && !is_analysed(&size.name));
    baseline.functions.extend(others);
    if !kept.is_empty() {
        let number = text::plural(kept.len() as u64, "finding");
        super::note(&format!("kept {number} of what this run did not look at"));
    }
    baseline.findings.extend(kept);
    baseline.findings.sort();
    Ok(())
}

/// What functions were called that have another name now, by today's: each the only new one, and the only one that is
/// gone, with its package and handler.
fn renamed(baseline: &Baseline, report: &Report) -> BTreeMap<String, String> {
    let is_here = |name: &str| report.functions.iter().any(|function| function.name == name);
    let was_there = |name: &str| baseline.functions.iter().any(|size| size.name == name);
    let mut gone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for size in baseline.functions.iter().filter(|size| !is_here(&size.name)) {
        size.code.iter().for_each(|code| gone.entry(code).or_default().push(&size.name));
    }
    let mut came: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for function in report.functions.iter().filter(|function| !was_there(&function.name)) {
        code(function).into_iter().for_each(|code| came.entry(code).or_default().push(&function.name));
    }
    let pair = |(code, new): (String, Vec<&str>)| match (new.as_slice(), gone.get(&*code)?.as_slice()) {
        ([new], [old]) => Some(((*new).to_owned(), (*old).to_owned())),
        _ => None,
    };
    came.into_iter().filter_map(pair).collect()
}

/// A function's package and handler, without its own name, which the folder of a build has.
fn code(function: &Function) -> Option<String> {
    let own = function.name.rsplit('#').next().unwrap_or(&function.name);
    let parts = function.package.path.split('/').map(|part| if part == own { "*" } else { part });
    function.origin.as_ref()?;
    Some(format!("{}:{}", parts.collect::<Vec<_>>().join("/"), function.handler))
}

/// Says of every function by how much it grew. Where there is one on both sides, it is the same one.
fn grow(baseline: &Baseline, report: &mut Report, names: &BTreeMap<String, String>) {
    let single = report.functions.len() == 1 && baseline.functions.len() == 1;
    for function in &mut report.functions {
        let name = names.get(&function.name).unwrap_or(&function.name);
        let before = baseline.functions.iter().find(|size| single || size.name == *name);
        function.growth_percent = before.map(|before| before.growth_to(&size(function)));
    }
}

fn size(function: &Function) -> Size {
    Size {
        name: function.name.clone(),
        code: code(function),
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
        saves_ms: saves(finding).0,
        saves_bytes: saves(finding).1,
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
