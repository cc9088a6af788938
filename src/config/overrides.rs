use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::{Level, Override};
use crate::finding::Finding;

/// Levels by path of the finding.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Folder of the configuration, absolute.
    folder: PathBuf,
    rows: Vec<(GlobSet, BTreeMap<String, Level>)>,
    /// The path of a package, and where it is taken to be.
    moved: Option<(String, String)>,
}

impl Overrides {
    /// Reads the globs; the error is the number of the override, the glob and what is wrong.
    pub(super) fn new(folder: &Path, written: &[Override]) -> Result<Self, (usize, String, String)> {
        let rows = written.iter().enumerate().map(|(at, row)| {
            let set = globs(&row.paths).map_err(|(glob, error)| (at, glob, error))?;
            Ok((set, row.rules.clone()))
        });
        Ok(Self { folder: folder.to_owned(), rows: rows.collect::<Result<_, _>>()?, moved: None })
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The same for findings in a package that is taken to be at another path.
    #[must_use]
    pub fn moved(&self, from: &str, to: &str) -> Self {
        Self { moved: Some((from.to_owned(), to.to_owned())), ..self.clone() }
    }

    /// Applies the levels; `working` is the folder that paths of findings are relative to.
    #[must_use]
    pub fn apply(&self, findings: Vec<Finding>, working: &Path) -> Vec<Finding> {
        if self.is_empty() {
            return findings;
        }
        let mut kept: Vec<Finding> =
            findings.into_iter().filter_map(|finding| self.levelled(finding, working)).collect();
        kept.sort_by(Finding::report_order);
        kept
    }

    fn levelled(&self, mut finding: Finding, working: &Path) -> Option<Finding> {
        let own = &finding.location.path;
        let given = self.moved.as_ref().filter(|(from, _)| from == own).map_or(own, |(_, to)| to);
        let path = plain(&working.join(given));
        let path = path.strip_prefix(&self.folder).map_or_else(|_| PathBuf::from(given), PathBuf::from);
        let inner = finding.location.inner_path.as_deref();
        let matching = |globs: &GlobSet| globs.is_match(&path) || inner.is_some_and(|inner| globs.is_match(inner));
        let rows = self.rows.iter().rev().filter(|(_, rules)| rules.contains_key(finding.rule));
        let level = rows.filter(|(globs, _)| matching(globs)).find_map(|(_, rules)| rules.get(finding.rule));
        if let Some(level) = level {
            finding.severity = level.severity()?;
        }
        Some(finding)
    }
}

/// A path without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

fn globs(patterns: &[String]) -> Result<GlobSet, (String, String)> {
    let fail = |pattern: &str| {
        let pattern = pattern.to_owned();
        move |error: globset::Error| (pattern, error.kind().to_string())
    };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let trimmed = pattern.trim_start_matches("./").trim_end_matches('/');
        set.add(GlobBuilder::new(trimmed).literal_separator(true).build().map_err(fail(pattern))?);
        // A folder stands for what is in it.
        let below = format!("{trimmed}/**");
        set.add(GlobBuilder::new(&below).literal_separator(true).build().map_err(fail(pattern))?);
    }
    set.build().map_err(fail(""))
}
