//! Looks for the configuration, reads it, and merges it with the command line, which wins.

use std::path::{Path, PathBuf};

use super::{GivenLayer, Listener, UserError, shown};
use crate::config::{self, Resolved, Source, SourceKind};
use crate::engine::{Budgets, Policy, Registry, Selector};
use crate::input::{self, seen};

/// The configuration that holds for a run.
#[derive(Debug, Default)]
pub struct Settings {
    /// What it means.
    pub resolved: Resolved,
    /// Its folder as a path that opens, relative where that is shorter.
    pub folder: PathBuf,
    /// Its file; `None` where there is no configuration.
    pub file: Option<PathBuf>,
}

/// The configuration that `--config` names, or the nearest one upward from the first path.
///
/// # Errors
/// When a file that has to be read does not read, or means nothing.
pub fn find(
    paths: &[PathBuf],
    named: Option<&Path>,
    registry: &Registry,
    listener: &dyn Listener,
) -> Result<Settings, UserError> {
    find_beside(paths, named, registry, None, listener)
}

/// The same for the workspace of a manifest: whoever reads the workspace says why it does not parse.
///
/// # Errors
/// As [`find`].
pub fn find_for(
    manifest: &Path,
    named: Option<&Path>,
    registry: &Registry,
    listener: &dyn Listener,
) -> Result<Settings, UserError> {
    let folder = manifest.parent().unwrap_or(Path::new(".")).to_path_buf();
    let text = input::read_text_file(manifest, config::LARGEST).unwrap_or_default();
    let is_broken = toml::de::Deserializer::parse(&text).is_err();
    find_beside(&[folder], named, registry, Some(manifest).filter(|_| is_broken), listener)
}

/// Looks for the configuration; a file that does not read is said unless it is `told` already.
fn find_beside(
    paths: &[PathBuf],
    named: Option<&Path>,
    registry: &Registry,
    told: Option<&Path>,
    listener: &dyn Listener,
) -> Result<Settings, UserError> {
    if let Some(file) = named {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let known = SourceKind::FILES.iter().find(|(known, _)| *known == name);
        let kind = known.map_or(SourceKind::Own, |(_, kind)| *kind);
        let settings = settings(kind, file, registry).map_err(Unread::into_error)?;
        return settings.ok_or_else(|| UserError(format!("{}: it has no settings of defrost", file.display())));
    }
    let start = std::path::absolute(paths.first().map_or(Path::new("."), PathBuf::as_path))?;
    let working = std::env::current_dir().unwrap_or_default();
    for folder in start.ancestors().filter(|folder| seen::is_dir(folder)) {
        let opened = opened(folder, &working);
        for (name, kind) in SourceKind::FILES {
            let file = opened.join(name);
            if !seen::is_file(&file) {
                continue;
            }
            if leads_outside(&file, folder) {
                listener.warn(&format!("{} is a link to somewhere outside and is left out", super::shown(&file)));
                continue;
            }
            match settings(kind, &file, registry) {
                Ok(Some(settings)) => return Ok(settings),
                Ok(None) => {}
                Err(Unread::Settings(error)) => return Err(error),
                Err(Unread::File(error)) if kind == SourceKind::Own => return Err(error),
                Err(Unread::File(_)) if told.is_some_and(|told| told == folder.join(name)) => {}
                Err(Unread::File(UserError(message))) => {
                    listener.warn(&format!("settings that do not read are left out: {message}"));
                }
            }
        }
    }
    Ok(Settings::default())
}

/// Whether a settings file is a link out of the repository, or without one out of its folder: what it leads to is not
/// this project's, and would be quoted where it does not read.
fn leads_outside(file: &Path, folder: &Path) -> bool {
    if !seen::symlink_metadata(file).is_ok_and(|metadata| metadata.is_symlink()) {
        return false;
    }
    let wall = folder.ancestors().find(|folder| seen::exists(&folder.join(".git"))).unwrap_or(folder);
    match (seen::canonicalize(file), seen::canonicalize(wall)) {
        (Ok(file), Ok(wall)) => !file.starts_with(wall),
        _ => true,
    }
}

/// A folder relative to the working folder, when it is that, below it or above it.
pub(super) fn opened(folder: &Path, working: &Path) -> PathBuf {
    if let Ok(below) = folder.strip_prefix(working) {
        return below.to_owned();
    }
    match working.strip_prefix(folder) {
        Ok(above) => above.components().map(|_| "..").collect(),
        Err(_) => folder.to_owned(),
    }
}

/// Why settings do not read.
enum Unread {
    /// The file itself, which may hold none.
    File(UserError),
    /// What stands in them.
    Settings(UserError),
}

impl Unread {
    fn into_error(self) -> UserError {
        let (Self::File(error) | Self::Settings(error)) = self;
        error
    }
}

fn settings(kind: SourceKind, file: &Path, registry: &Registry) -> Result<Option<Settings>, Unread> {
    let text = input::read_text_file(file, config::LARGEST).map_err(|error| Unread::File(error.into()))?;
    let read = config::read(kind, &shown(file), &text);
    let read = read.map_err(|error| match config::has_settings(kind, &text) {
        true => Unread::Settings(error.into()),
        false => Unread::File(error.into()),
    });
    let Some(source) = read? else { return Ok(None) };
    resolved(&source, file, registry).map(Some).map_err(Unread::Settings)
}

fn resolved(source: &Source, file: &Path, registry: &Registry) -> Result<Settings, UserError> {
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let absolute = std::path::absolute(if folder.as_os_str().is_empty() { Path::new(".") } else { &folder })?;
    let absolute = seen::canonicalize(&absolute).unwrap_or(absolute);
    let resolved = config::resolve(source, registry, &absolute)?;
    Ok(Settings { resolved, folder, file: Some(file.to_owned()) })
}

impl Settings {
    /// The layers of functions for which nothing else names any, and those that are named.
    #[must_use]
    pub fn layers(&self) -> Vec<GivenLayer> {
        let given = self.resolved.defaults.layers.iter().filter_map(|layer| layer.parse::<GivenLayer>().ok());
        given.map(|layer| GivenLayer { path: self.folder.join(&layer.path), ..layer }).collect()
    }

    /// Which rules run: those that the command line names in place of those of the configuration.
    ///
    /// # Errors
    /// When a name is that of no rule and no category.
    pub fn policy(&self, select: &[String], ignore: &[String], registry: &Registry) -> Result<Policy, UserError> {
        let read = |names: &[String]| names.iter().map(|name| selector(name, registry)).collect::<Result<Vec<_>, _>>();
        let mut policy = self.resolved.policy.clone();
        let selected = read(select)?;
        if !selected.is_empty() {
            policy.ignore.retain(|ignored| !selected.contains(ignored));
            policy.select = selected;
        }
        policy.ignore.extend(read(ignore)?);
        Ok(policy)
    }

    /// The budgets of one function.
    #[must_use]
    pub fn budgets_of(&self, function: &str, given: Budgets) -> Budgets {
        let own = self.resolved.function_budgets.get(function).copied().unwrap_or_default();
        given.or(own).or(self.resolved.budgets)
    }

    /// The budgets of functions that have none of their own.
    #[must_use]
    pub fn budgets(&self, given: Budgets) -> Budgets {
        given.or(self.resolved.budgets)
    }
}

fn selector(name: &str, registry: &Registry) -> Result<Selector, UserError> {
    Selector::named(name, registry).map_err(|near| {
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        UserError(format!("there is no rule or category `{}`{hint}", name))
    })
}
