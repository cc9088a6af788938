//! Functions that the configuration names and that are not there: a slip would switch a budget or a contract off in
//! silence.

use std::path::{Path, PathBuf};

use super::{Settings, shown};
use crate::config::Resolved;
use crate::engine::{Omission, ProjectFacts};
use crate::input::seen;
use crate::text;

/// Tells of names and patterns that can mean no function of the project. Of a part of what the configuration is for,
/// nothing can be said.
pub(super) fn tell_of_unknown(paths: &[PathBuf], settings: &Settings, project: &mut ProjectFacts) {
    let Some(file) = &settings.file else { return };
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        seen::canonicalize(path)
    };
    let folder = whole(&settings.folder);
    if !paths
        .iter()
        .any(|path| whole(path).ok().zip(folder.as_ref().ok()).is_some_and(|(path, all)| all.starts_with(path)))
    {
        return;
    }
    let known = names(project);
    if known.is_empty() {
        return;
    }
    let named = named(&settings.resolved).into_iter();
    for (table, pattern) in named.filter(|(_, pattern)| !known.iter().any(|name| text::matches(pattern, name))) {
        let near = text::similar(pattern, known.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let message = format!("`{pattern}` in {table} is no function here, so that it changes nothing{hint}");
        project.problems.push(Omission { path: shown(file), line: None, message });
    }
}

/// What functions are called, those included that could not be analysed.
fn names(project: &ProjectFacts) -> Vec<String> {
    let mut names: Vec<String> = project.functions.iter().map(|facts| facts.spec.name.clone()).collect();
    for (_, function) in project.applications.iter().flat_map(|application| application.functions.ids()) {
        let id = function.origin.id.as_str();
        names.extend([id, id.rsplit('.').next().unwrap_or(id)].map(str::to_owned));
        names.extend(function.name.text().map(str::to_owned));
    }
    names
}

/// What names functions, with the table that does.
fn named(resolved: &Resolved) -> Vec<(&'static str, &str)> {
    let budgets = resolved.function_budgets.keys().map(|name| ("[functions]", name.as_str()));
    let traffic = resolved.traffic.functions.keys().map(|name| ("[traffic]", name.as_str()));
    let contracts = &resolved.contracts;
    let lazy = contracts.lazy.iter().map(|one| ("[[lazy]]", &one.functions));
    let deny = contracts.deny.iter().map(|one| ("[[deny]]", &one.functions));
    let only = contracts.only.iter().map(|one| ("[[only]]", &one.functions));
    let scopes = lazy.chain(deny).chain(only);
    let patterns = scopes.flat_map(|(table, scope)| scope.0.iter().map(move |pattern| (table, pattern.as_str())));
    budgets.chain(traffic).chain(patterns).collect()
}
