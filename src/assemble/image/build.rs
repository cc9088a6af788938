//! What the stages of a Dockerfile put where, as far as it is copied from the build's own folder.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::Base;
use crate::declare::dockerfile::{Copied, Dockerfile, Step};
use crate::input::files::{Files, below, join, normalize};
use crate::input::seen;

/// Stages that begin with or copy from each other.
const DEEPEST: usize = 12;
/// Files and folders that a stage is made of.
const MOST_PLACED: usize = 5_000;
/// Variables within variables.
const LONGEST_VALUE: usize = 4_096;

/// A file or folder of the build's folder, and where a stage has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its path in the build's folder.
    pub(super) source: String,
    /// Where it is, without the first `/`.
    pub(super) to: String,
}

/// What a stage is after its steps.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The image that it began with.
    pub(super) base: String,
    pub(super) variables: BTreeMap<String, String>,
    /// The working folder, without the first `/`.
    pub(super) folder: String,
    pub(super) placed: Vec<Placed>,
    /// Its commands.
    pub(super) runs: Vec<String>,
    pub(super) entry_point: Vec<String>,
    pub(super) command: Vec<String>,
    /// What was copied and is not in the build's folder: made by a command, or of another image.
    pub(super) foreign: Vec<Foreign>,
}

/// Something that is copied and not in the build's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The stage or image.
    pub(super) from: String,
    /// What is copied.
    pub(super) source: String,
    /// Where to, without the first `/`.
    pub(super) to: String,
    /// A stage of the same file has made it.
    pub(super) is_built: bool,
}

/// A build.
pub(super) struct Build<'a> {
    pub(super) file: &'a Dockerfile,
    pub(super) base: &'a Base,
    /// The build's folder, as the model names it.
    pub(super) context: &'a str,
    /// Arguments that are given.
    pub(super) arguments: &'a [(String, String)],
}

impl Build<'_> {
    /// The stage that is built: that of a name, or the last.
    pub(super) fn target(&self, named: Option<&str>) -> Option<State> {
        let stages = &self.file.stages;
        let at = match named {
            Some(named) => self.index(named, stages.len())?,
            None => stages.len().checked_sub(1)?,
        };
        self.stage(at, DEEPEST)
    }

    /// A stage before another, by name or number.
    fn index(&self, named: &str, before: usize) -> Option<usize> {
        let stages = self.file.stages.iter().take(before);
        let by_name = stages
            .enumerate()
            .filter(|(_, stage)| stage.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(named)));
        by_name.map(|(at, _)| at).next_back().or_else(|| named.parse().ok().filter(|at| *at < before))
    }

    fn stage(&self, at: usize, depth: usize) -> Option<State> {
        let stage = self.file.stages.get(at)?;
        let depth = depth.checked_sub(1)?;
        let global = self.file.arguments.iter().map(|(name, value)| (name.clone(), value.clone()));
        let mut outer: BTreeMap<String, String> = BTreeMap::new();
        for (name, default) in global {
            let value = self.argument(&name).or(default.map(|value| expand(&value, &outer)));
            outer.extend(value.map(|value| (name, value)));
        }
        let base = expand(&stage.base, &outer);
        let mut state = match self.index(&base, at) {
            Some(earlier) => self.stage(earlier, depth)?,
            None => super::start(&base),
        };
        for step in &stage.steps {
            self.step(step, (at, depth), &outer, &mut state);
        }
        Some(state)
    }

    fn argument(&self, name: &str) -> Option<String> {
        self.arguments.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone())
    }

    fn step(&self, step: &Step, place: (usize, usize), outer: &BTreeMap<String, String>, state: &mut State) {
        let said = |text: &str| expand(text, &state.variables);
        match step {
            Step::Variable(name, value) => {
                let value = said(value);
                state.variables.insert(name.clone(), value);
            }
            Step::Argument(name, default) => {
                let default = default.as_deref().map(said);
                let value = self.argument(name).or(default).or_else(|| outer.get(name).cloned());
                if !state.variables.contains_key(name) {
                    state.variables.extend(value.map(|value| (name.clone(), value)));
                }
            }
            Step::WorkingDirectory(folder) => state.folder = absolute(&state.folder, &said(folder)),
            Step::Run(command) => {
                let command = said(command);
                state.runs.push(command);
            }
            Step::EntryPoint(words) => {
                state.entry_point = words.iter().map(|word| said(word)).collect();
                state.command.clear();
            }
            Step::Command(words) => state.command = words.iter().map(|word| said(word)).collect(),
            Step::Copy(copied) => self.copy(copied, place, state),
        }
    }

    fn copy(&self, copied: &Copied, (at, depth): (usize, usize), state: &mut State) {
        if state.placed.len() + state.foreign.len() > MOST_PLACED {
            return;
        }
        let said = |text: &str| expand(text, &state.variables);
        let to = said(&copied.to);
        let sources: Vec<String> = copied.sources.iter().map(|source| said(source)).collect();
        let is_folder = to.ends_with('/') || to == "." || sources.len() > 1;
        let target = Target { to: absolute(&state.folder, &to), is_folder };
        match copied.from.as_deref().map(said) {
            None => {
                for source in &sources {
                    let found = self.of_context(source, &target);
                    if found.is_empty() {
                        state.foreign.push(target.foreign(".", source, false));
                    }
                    state.placed.extend(found);
                }
            }
            Some(from) => match self.index(&from, at).and_then(|earlier| self.stage(earlier, depth)) {
                Some(stage) => sources.iter().for_each(|source| self.of_stage(&from, &stage, source, &target, state)),
                None => state.foreign.extend(sources.iter().map(|source| target.foreign(&from, source, false))),
            },
        }
    }

    /// What a source of the build's folder is.
    fn of_context(&self, source: &str, target: &Target) -> Vec<Placed> {
        let source = normalize(source.trim_start_matches('/'));
        if source.split('/').any(|part| part == "..") || source.contains("://") {
            return Vec::new();
        }
        let (folder, name) = source.rsplit_once('/').unwrap_or(("", &source));
        if name.contains(['*', '?', '[']) {
            let Ok(glob) = globset::Glob::new(name).map(|glob| glob.compile_matcher()) else { return Vec::new() };
            let files = self.base.files();
            let children = files.list(&join(self.context, folder)).into_iter();
            let fitting = children.filter(|child| glob.is_match(&child.name)).take(MOST_PLACED);
            return fitting.map(|child| self.placed(&join(folder, &child.name), &target.within())).collect();
        }
        let is_there = seen::exists(Path::new(&self.disk(&source)));
        is_there.then(|| self.placed(&source, target)).into_iter().collect()
    }

    fn disk(&self, source: &str) -> String {
        self.base.path(&join(self.context, source))
    }

    fn is_folder(&self, source: &str) -> bool {
        seen::is_dir(Path::new(&self.disk(source)))
    }

    fn placed(&self, source: &str, target: &Target) -> Placed {
        let name = source.rsplit('/').next().unwrap_or(source);
        // Of a folder its content is copied; a file into a folder that is there keeps its name.
        let to = if self.is_folder(source) || !target.is_folder { target.to.clone() } else { join(&target.to, name) };
        Placed { source: source.to_owned(), to: to.trim_start_matches('/').to_owned() }
    }

    /// What of an earlier stage is copied.
    fn of_stage(&self, name: &str, stage: &State, source: &str, target: &Target, state: &mut State) {
        let written = source.trim_end_matches("/*").trim_end_matches('/');
        let is_content = written.len() < source.len() || source == "." || source == "/";
        let wanted = absolute("", written);
        let before = state.placed.len();
        for placed in &stage.placed {
            if let Some(rest) = below(&placed.to, &wanted) {
                // The whole of it, or something inside of what is wanted.
                let is_file = rest.is_empty() && !self.is_folder(&placed.source);
                let file_name = wanted.rsplit('/').next().unwrap_or_default();
                let inside = if is_file && target.is_folder && !is_content { file_name } else { rest };
                state.placed.push(Placed { source: placed.source.clone(), to: under(&target.to, inside) });
            } else if let Some(rest) = below(&wanted, &placed.to) {
                let inner = join(&placed.source, rest);
                if seen::exists(Path::new(&self.disk(&inner))) {
                    let mut found = self.placed(&inner, target);
                    found.to = found.to.trim_start_matches('/').to_owned();
                    state.placed.push(found);
                }
            }
        }
        if state.placed.len() == before {
            state.foreign.push(target.foreign(name, source, true));
            // What a command has made of the stage's sources: they stand for it.
            let sources = stage.placed.iter().filter_map(|placed| {
                let rest = below(&placed.to, &stage.folder)?;
                Some(Placed { source: placed.source.clone(), to: under(&target.to, rest) })
            });
            state.placed.extend(sources);
        }
    }
}

/// Where something is copied to.
struct Target {
    to: String,
    is_folder: bool,
}

impl Target {
    fn within(&self) -> Self {
        Self { to: self.to.clone(), is_folder: true }
    }

    fn foreign(&self, from: &str, source: &str, is_built: bool) -> Foreign {
        Foreign { from: from.to_owned(), source: source.to_owned(), to: self.to.clone(), is_built }
    }
}

/// A path without its first `/`, seen from a folder.
fn absolute(folder: &str, path: &str) -> String {
    if path.starts_with('/') { normalize(path) } else { normalize(&format!("{folder}/{path}")) }
}

fn under(folder: &str, rest: &str) -> String {
    join(folder, rest).trim_start_matches('/').to_owned()
}

/// Puts variables into a text: `$A`, `${A}`, `${A:-default}`. Those that nothing says are empty, as in a build.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        found.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, default, end) = match after.strip_prefix('{') {
            Some(inner) => {
                let Some(close) = inner.find('}') else { break };
                let (name, default) = inner[..close].split_once(":-").unwrap_or((&inner[..close], ""));
                (name, default, close + 2)
            }
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                (&after[..end], "", end)
            }
        };
        found.push_str(variables.get(name).map_or(default, String::as_str));
        rest = &after[end..];
        if found.len() > LONGEST_VALUE {
            return found;
        }
    }
    found.push_str(rest);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_into_texts() {
        let variables = BTreeMap::from([("A".to_owned(), "x".to_owned())]);
        assert_eq!(expand("$A/${A}b/${B:-y}/$C.", &variables), "x/xb/y/.");
        assert_eq!(expand("${A", &variables), "${A");
        assert_eq!(expand("$", &variables), "");
    }

    #[test]
    fn paths_are_seen_from_folders() {
        assert_eq!(absolute("var/task", "./a"), "var/task/a");
        assert_eq!(absolute("var/task", "/a/../b"), "b");
    }
}
