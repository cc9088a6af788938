//! `--changed-since`: leaves out the findings that a range of commits does not touch.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::args::CheckArgs;
use crate::artifact::ArtifactKind;
use crate::history::{Change, Changes, Touch};
use crate::report::model::{self, Function, Report};
use crate::run::{Settings, UserError};
use crate::{fault, input, knowledge, text};

/// Templates larger than this count as changed in all that they declare.
const LARGEST_TEMPLATE: u64 = 4 << 20;

/// What changed files stand for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kinds {
    manifests: Vec<String>,
    code: BTreeSet<String>,
}

knowledge::table! {
    static KINDS: Kinds = "changes.toml", tested by the_kinds_of_changed_files_read;
}

/// Matches names of manifests.
static MANIFESTS: LazyLock<GlobSet> = LazyLock::new(|| {
    let mut set = GlobSetBuilder::new();
    for glob in KINDS.manifests.iter().filter_map(|name| Glob::new(name).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
});

fn is_manifest(path: &str) -> bool {
    MANIFESTS.is_match(path.rsplit('/').next().unwrap_or(path))
}

fn is_code(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| KINDS.code.contains(ending))
}

/// Which findings of a report the range touches; nothing where none is asked for.
pub(super) fn touched(args: &CheckArgs, settings: &Settings, report: &Report) -> Result<Option<Vec<bool>>, UserError> {
    let Some(range) = &args.changed_since else { return Ok(None) };
    let changes = fault::caught("reading the Git repository", || Changes::since(&folder(args), range));
    let changes = changes.map_err(|fault| UserError(fault.message))?;
    let changes = changes.map_err(|why| UserError(format!("--changed-since: {why}")))?;
    super::note(&format!("{} {}", text::plural(changes.len() as u64, "changed file"), changes.sides));
    let scope = Scope::new(&changes, report, settings);
    Ok(Some(report.findings.iter().map(|finding| scope.touches(finding)).collect()))
}

/// The folder whose repository is asked.
fn folder(args: &CheckArgs) -> PathBuf {
    let first = args.paths.first().map_or(Path::new("."), PathBuf::as_path);
    let parent = first.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if first.is_dir() { first.to_owned() } else { parent.to_owned() }
}

/// What the changes are to functions and findings.
struct Scope<'a> {
    changes: &'a Changes,
    report: &'a Report,
    /// Whether the settings changed, which are part of every finding.
    settings: bool,
    templates: BTreeMap<&'a str, Template>,
    functions: BTreeMap<&'a str, (&'a Function, OnceCell<bool>)>,
}

impl<'a> Scope<'a> {
    fn new(changes: &'a Changes, report: &'a Report, settings: &Settings) -> Self {
        let settings = settings.file.as_ref().is_some_and(|file| {
            let is_manifest = file.to_str().is_some_and(is_manifest);
            !is_manifest && changes.of(file) == Touch::Changed
        });
        let origins = report.functions.iter().filter_map(|function| function.origin.as_ref());
        let resources = report.applications.iter().flat_map(|application| &application.resources);
        let mut starts: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for origin in origins.chain(resources.filter_map(|resource| resource.origin.as_ref())) {
            starts.entry(&origin.path).or_default().insert(origin.line);
        }
        let changed = starts.into_iter().filter(|(path, _)| changes.of(Path::new(path)) == Touch::Changed);
        let templates = changed.map(|(path, starts)| (path, Template::new(changes, path, &starts))).collect();
        let functions = report.functions.iter();
        let functions = functions.map(|function| (function.name.as_str(), (function, OnceCell::new()))).collect();
        Self { changes, report, settings, templates, functions }
    }

    fn touches(&self, finding: &model::Finding) -> bool {
        let places = std::iter::once(&finding.location).chain(finding.related.iter().map(|related| &related.location));
        let concerned = finding.concerned();
        self.settings
            || places.map(|place| self.place(&place.path, place.line)).any(|touch| touch == Touch::Changed)
            || concerned.iter().any(|name| self.function(name))
            || (concerned.is_empty() && self.project(&finding.location.path))
    }

    /// What became of a place: in a template of the resource that stands there.
    fn place(&self, path: &str, line: u32) -> Touch {
        match self.templates.get(path) {
            Some(template) if template.has(line) => Touch::Changed,
            Some(_) => Touch::Same,
            None => self.changes.of(Path::new(path)),
        }
    }

    /// Whether a finding that is about no function may have come with the changes although its place did not change: what
    /// a manifest declares is judged by the code beside and below it.
    fn project(&self, path: &str) -> bool {
        match self.changes.of(Path::new(path)) {
            Touch::Unknown => true,
            Touch::Changed => true,
            Touch::Same if is_manifest(path) => {
                let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
                self.changes.below(folder.unwrap_or(Path::new("."))).any(|(path, _)| is_code(path) || is_manifest(path))
            }
            Touch::Same => false,
        }
    }

    fn function(&self, name: &str) -> bool {
        let Some((function, known)) = self.functions.get(name) else { return true };
        *known.get_or_init(|| self.is_touched(function))
    }

    fn is_touched(&self, function: &Function) -> bool {
        let origin = function.origin.as_ref();
        if origin.is_some_and(|origin| self.place(&origin.path, origin.line) == Touch::Changed) {
            return true;
        }
        let application = function.application.and_then(|at| self.report.applications.get(at));
        let included = application.into_iter().flat_map(|application| &application.templates);
        let mut included = included.filter(|path| origin.is_none_or(|origin| origin.path != **path));
        if included.any(|path| self.changes.of(Path::new(path)) == Touch::Changed) {
            return true;
        }
        let package = Path::new(&function.package.path);
        let touch = self.changes.of(package);
        let is_folder = function.package.kind == ArtifactKind::Directory;
        touch == Touch::Unknown
            || touch == Touch::Changed && !is_folder
            || function.sources.iter().any(|source| self.changes.of(Path::new(source)) == Touch::Changed)
            || self.is_built_anew(package, function.sources.is_empty())
    }

    /// Whether what a package is built from changed, beside the code that is loaded: a manifest at or above its folder,
    /// code below it that is gone. Where no code could be followed, all code of the repository counts.
    fn is_built_anew(&self, package: &Path, is_opaque: bool) -> bool {
        let Some(inside) = self.changes.inside(package) else { return true };
        let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        self.changes.all().any(|(path, change)| {
            let is_below = path.starts_with(&prefix);
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let is_above = folder.is_empty() || prefix.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            is_manifest(path) && (is_below || is_above)
                || is_code(path) && (is_opaque || is_below && change == Change::Deleted)
        })
    }
}

/// A template that changed: its blocks, one per resource, and which of them changed.
enum Template {
    /// What changed concerns all of it.
    Whole,
    /// For each line, from the first, the line at which its block starts; nothing for what is in none.
    Blocks { of: Vec<Option<u32>>, changed: BTreeSet<u32> },
}

impl Template {
    fn new(changes: &Changes, path: &str, starts: &BTreeSet<u32>) -> Self {
        let text = input::read_text_file(Path::new(path), LARGEST_TEMPLATE);
        let (Ok(text), Some(lines)) = (text, changes.lines(Path::new(path))) else { return Self::Whole };
        let of = blocks(&text, starts);
        let mut changed = BTreeSet::new();
        for line in lines.into_iter().flatten() {
            match of.get(line as usize - 1) {
                Some(Some(block)) => drop(changed.insert(*block)),
                // The end of the text is in no block either, but it is nobody's where only blank lines were.
                Some(None) if !is_blank(text.lines().nth(line as usize - 1).unwrap_or_default()) => return Self::Whole,
                _ => {}
            }
        }
        Self::Blocks { of, changed }
    }

    /// Whether what stands at a line changed.
    fn has(&self, line: u32) -> bool {
        match self {
            Self::Whole => true,
            Self::Blocks { of, changed } => of
                .get((line as usize).saturating_sub(1))
                .copied()
                .flatten()
                .is_some_and(|block| changed.contains(&block)),
        }
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#') || line.starts_with("//")
}

/// The block of every line: a resource goes from the line of its name to the next one that is indented no deeper, unless
/// that closes it. Comments and blank lines in between are of the block above.
fn blocks(text: &str, starts: &BTreeSet<u32>) -> Vec<Option<u32>> {
    let mut current: Option<(u32, usize)> = None;
    let number = text.lines().zip(1u32..).map(|(line, number)| {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if starts.contains(&number) {
            current = Some((number, indent));
        } else if !is_blank(line)
            && current.is_some_and(|(_, own)| indent <= own)
            && !content.starts_with(['}', ']', ')'])
        {
            current = None;
        }
        current.map(|(start, _)| start)
    });
    number.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_ends_where_something_stands_no_deeper() {
        let yaml = "Globals:\n  x: 1\nResources:\n  A:\n    T: f\n\n  # of A still\n  B:\n    T: f\nOutputs:\n  C: 1\n";
        let of = blocks(yaml, &BTreeSet::from([4, 8]));
        let a = Some(4);
        assert_eq!(of, [None, None, None, a, a, a, a, Some(8), Some(8), None, None]);
        let hcl = "resource \"a\" \"b\" {\n  x = 1\n}\n\nlocals {\n}\n";
        assert_eq!(blocks(hcl, &BTreeSet::from([1])), [Some(1), Some(1), Some(1), Some(1), None, None]);
    }

    #[test]
    fn files_are_told_apart_by_their_names() {
        assert!(is_manifest("a/requirements-dev.txt") && is_manifest("uv.lock") && !is_manifest("README.md"));
        assert!(is_code("a/b.py") && is_code("x.tsx") && !is_code("py") && !is_code("template.yaml"));
    }
}
