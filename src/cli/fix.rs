//! `check --fix`: makes the changes that findings carry, when they can be undone.

mod locks;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::args::CheckArgs;
use super::output::{self, Replacement};
use crate::finding::{Finding, Fix, FixLevel};
use crate::fix::{self, FileChange};
use crate::report::model::Report;
use crate::run::UserError;
use crate::{input, text};

/// Manifests larger than this are not changed.
const LARGEST: u64 = 8 << 20;

/// A file with its new text.
struct Changed {
    path: String,
    before: String,
    after: String,
    change: FileChange,
}

/// With `--fix`, changes the files and takes the findings that this resolves out of the list and
/// the report; with `--diff`, only shows what would change; with `--patch`, writes it down.
pub(super) fn apply(args: &CheckArgs, findings: &mut Vec<Finding>, report: &mut Report) -> Result<(), UserError> {
    if let Some(patch) = &args.patch {
        return write_patch(args, patch, findings);
    }
    if !args.fix && !args.diff {
        return Ok(());
    }
    let most = if args.unsafe_fixes { FixLevel::Unsafe } else { FixLevel::Safe };
    let plan = fix::plan(findings, most);
    let (taken, left_for_next) = (plan.taken, plan.left_for_next);
    let (changed, right) = changed(plan.files);
    for file in &changed {
        anstream::eprint!("{}", shown(&fix::diff(&file.path, &file.before, &file.after)));
    }
    if args.diff || changed.is_empty() {
        if changed.is_empty() {
            super::note("no finding carries a change that can be made");
        }
        tell_left_out(findings, most);
        return Ok(());
    }
    if !args.allow_dirty {
        refuse_if_dirty(&changed)?;
    }
    let changed = written(changed)?;
    let mut made: Vec<&str> = changed.iter().flat_map(|file| &file.change.descriptions).map(String::as_str).collect();
    made.sort_unstable();
    made.dedup();
    let files = text::plural(changed.len() as u64, "file");
    super::note(&format!("made {} in {files}", text::plural(made.len() as u64, "change")));
    locks::tell_stale(&changed, &right);
    if left_for_next > 0 {
        super::note(&format!(
            "{} in the same places are for the next run",
            text::plural(left_for_next as u64, "change")
        ));
    }
    tell_left_out(findings, most);
    let is_written = |path: &str| changed.iter().any(|file| file.path == path);
    let is_made = |fix: &Fix| fix.files().all(|(path, _)| is_written(path));
    let made = findings.iter().zip(taken).map(|(finding, taken)| taken && finding.fix.as_ref().is_some_and(is_made));
    let left: Vec<bool> = made.map(|made| !made).collect();
    let (mut first, mut second) = (left.iter(), left.iter());
    findings.retain(|_| *first.next().unwrap_or(&true));
    report.findings.retain(|_| *second.next().unwrap_or(&true));
    Ok(())
}

/// Writes files beside themselves and puts them in their place; what somebody else has changed since it was read stays
/// as it is, and is not among those that come back.
fn written(changed: Vec<Changed>) -> Result<Vec<Changed>, UserError> {
    let mut written = Vec::new();
    for file in changed {
        let now = readable(&file.path).map_err(|UserError(why)| why);
        if let Err(why) = now.and_then(|now| if now == file.before { Ok(()) } else { Err(meanwhile(&file.path)) }) {
            super::warn(&format!("not changed: {}", shown(&why)));
            continue;
        }
        let failed = |error: &dyn std::fmt::Display| UserError(format!("{}: {error}", file.path));
        let mut replacement = Replacement::of(Path::new(&file.path), ".tmp")?;
        replacement.file().write_all(file.after.as_bytes()).map_err(|error| failed(&error))?;
        replacement.take_place()?;
        written.push(file);
    }
    Ok(written)
}

fn meanwhile(path: &str) -> String {
    format!("{path}: it was changed while it was analysed; run again")
}

/// Writes all changes into one file, the likely ones too: a patch is looked at before it is applied.
fn write_patch(args: &CheckArgs, patch: &Path, findings: &[Finding]) -> Result<(), UserError> {
    let plan = fix::plan(findings, FixLevel::Unsafe);
    let (changed, _) = changed(plan.files);
    let here = std::env::current_dir().unwrap_or_default();
    let mut text = String::new();
    for file in &changed {
        let path = Path::new(&file.path);
        let path = path.strip_prefix(&here).unwrap_or(path).to_string_lossy().replace('\\', "/");
        text.push_str(&fix::patch(path.trim_start_matches("./").trim_start_matches('/'), &file.before, &file.after));
    }
    let mut file = output::file(patch, args.paths.iter().map(PathBuf::as_path))?;
    file.write_all(text.as_bytes()).map_err(|error| UserError(format!("{}: {error}", patch.display())))?;
    if changed.is_empty() {
        super::note("no finding carries a change that can be made: the patch is empty");
    }
    for description in changed.iter().flat_map(|file| &file.change.descriptions) {
        super::note(&shown(description));
    }
    if plan.left_for_next > 0 {
        let changes = text::plural(plan.left_for_next as u64, "change");
        super::note(&format!("{changes} in the same places are for the next run"));
    }
    Ok(())
}

/// Says how many changes are left out because they are not proven.
fn tell_left_out(findings: &[Finding], most: FixLevel) {
    let left = findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.level > most).count();
    if left > 0 {
        let changes = text::plural(left as u64, "change");
        super::note(&format!("{changes} more with --unsafe-fixes: likely right, but not proven"));
    }
}

/// The files that can be changed, and the lock files that are right all the same; what cannot be changed is said and stays
/// a finding.
fn changed(changes: BTreeMap<String, FileChange>) -> (Vec<Changed>, BTreeSet<PathBuf>) {
    let mut files = Vec::new();
    for (path, change) in changes {
        let before = match readable(&path) {
            Ok(before) => before,
            Err(UserError(why)) => {
                super::warn(&format!("not changed: {why}"));
                continue;
            }
        };
        match fix::apply(&path, &before, &change.edits) {
            Ok(after) => files.push(Changed { path, before, after, change }),
            Err(why) => super::warn(&format!("not changed: {why}")),
        }
    }
    let right = locks::follow(&mut files);
    (files, right)
}

/// The text of a file that may be written: not through a link, which may lead anywhere.
fn readable(path: &str) -> Result<String, UserError> {
    let kind = std::fs::symlink_metadata(path).map_err(|error| UserError(format!("{path}: {error}")))?;
    if !kind.is_file() {
        return Err(UserError(format!("{path}: not a plain file")));
    }
    if kind.permissions().readonly() {
        return Err(UserError(format!("{path}: it is read-only")));
    }
    // Places in the file are those of the text that was analysed.
    if kind.modified().is_ok_and(|modified| modified >= super::began()) {
        return Err(UserError(meanwhile(path)));
    }
    input::read_text_file(Path::new(path), LARGEST).map_err(UserError::from)
}

/// Names and lines come from the input: control characters do not reach the terminal.
fn shown(diff: &str) -> String {
    diff.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// Refuses when a change could not be told from the user's own by version control.
fn refuse_if_dirty(changed: &[Changed]) -> Result<(), UserError> {
    let mut repositories: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in changed {
        let path = std::path::absolute(&file.path)?;
        let repository = path.ancestors().skip(1).find(|folder| folder.join(".git").exists());
        if let Some(repository) = repository {
            repositories.entry(repository.to_owned()).or_default().push(path.clone());
        }
    }
    for (repository, files) in repositories {
        let dirty = dirty(&repository, &files)?;
        if let Some(first) = dirty.first() {
            let (more, verb) = match dirty.len() - 1 {
                0 => (String::new(), "has"),
                more => (format!(" and {more} more"), "have"),
            };
            return Err(UserError(format!(
                "nothing was changed: {first}{more} {verb} changes that are not committed; commit or stash them, or use --allow-dirty"
            )));
        }
    }
    Ok(())
}

/// Changed files that git tracks, and those of `files` that it does not.
fn dirty(repository: &Path, files: &[PathBuf]) -> Result<Vec<String>, UserError> {
    let switched_off = filters(repository)?;
    let tracked = ["status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all"];
    let mut changed = git(repository, &switched_off, &tracked.map(Into::into))?;
    let mut untracked: Vec<std::ffi::OsString> = ["ls-files", "-z", "--others", "--"].map(Into::into).to_vec();
    untracked.extend(files.iter().map(|file| file.as_os_str().to_owned()));
    changed.push_str(&git(repository, &switched_off, &untracked)?);
    let names = changed.split('\0').filter(|name| !name.is_empty());
    Ok(names.map(|name| shown(name.get(3..).filter(|_| name.get(2..3) == Some(" ")).unwrap_or(name))).collect())
}

/// The clean filters that the repository's configuration names, to be switched off: git would run
/// them to compare contents.
fn filters(repository: &Path) -> Result<Vec<String>, UserError> {
    let listed = git(repository, &[], &["config", "--name-only", "-z", "--list"].map(Into::into))?;
    let filters = listed.split('\0').filter(|name| name.starts_with("filter."));
    let commands = filters.filter(|name| [".clean", ".process", ".required"].iter().any(|end| name.ends_with(end)));
    Ok(commands.map(str::to_owned).collect())
}

/// What git prints, with everything off that makes it run programs or use the network.
fn git(repository: &Path, switched_off: &[String], arguments: &[std::ffi::OsString]) -> Result<String, UserError> {
    let mut command = Command::new("git");
    command.current_dir(repository).arg("--no-pager").args(arguments);
    // Variables and not `-c`, which would end a hostile name at its first `=`.
    let always = [("core.fsmonitor", "false"), ("core.hooksPath", "")];
    let filters = switched_off.iter().map(|name| (name.as_str(), ""));
    for (number, (name, value)) in always.into_iter().chain(filters).enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{number}"), name).env(format!("GIT_CONFIG_VALUE_{number}"), value);
    }
    command.env("GIT_CONFIG_COUNT", (always.len() + switched_off.len()).to_string());
    for (name, value) in [
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ALLOW_PROTOCOL", ""),
        ("GIT_TERMINAL_PROMPT", "0"),
    ] {
        command.env(name, value);
    }
    let unknown = |why: &str| {
        let why = shown(why.trim());
        UserError(format!("nothing was changed: git does not say whether the tree is clean ({why}); use --allow-dirty"))
    };
    let output = command.output().map_err(|error| unknown(&error.to_string()))?;
    if !output.status.success() {
        return Err(unknown(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("it failed")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
