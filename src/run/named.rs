//! Functions and modules that the configuration names and that are not there: a slip would switch a budget or a contract
//! off in silence.

use std::path::{Path, PathBuf};

use super::{Settings, shown};
use crate::config::Resolved;
use crate::engine::contracts::{Deny, Lazy, means, means_package};
use crate::engine::{FunctionFacts, Omission, ProjectFacts};
use crate::graph::{javascript, python};
use crate::input::seen;
use crate::platform::Language;
use crate::text;

/// The table of budgets of single functions.
const BUDGETS: &str = "[functions]";

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
    let mut messages: Vec<String> = Vec::new();
    // Budgets are of one function; contracts take patterns.
    let is_known = |table: &str, pattern: &str| {
        known.iter().any(|name| if table == BUDGETS { name == pattern } else { text::matches(pattern, name) })
    };
    for (table, pattern) in named.filter(|(table, pattern)| !is_known(table, pattern)) {
        let near = text::similar(pattern, known.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        messages.push(format!("`{pattern}` in {table} is no function here, so that it changes nothing{hint}"));
    }
    for pattern in strange_modules(&settings.resolved.contracts.lazy, &project.functions) {
        messages.push(format!("`{pattern}` in [[lazy]] is no module or package here, so that it changes nothing"));
    }
    if settings.resolved.contracts.lazy.iter().any(|contract| contract.modules.is_empty()) {
        messages.push("a [[lazy]] names no modules, so that it changes nothing".to_owned());
    }
    messages.extend(settings.resolved.contracts.deny.iter().flat_map(|deny| imported(deny, &project.functions)));
    let omission = |message| Omission { path: shown(file), line: None, message, left_out: None };
    project.problems.extend(messages.into_iter().map(omission));
}

/// Patterns of contracts that can mean nothing of what the functions ship or their runtimes bring. Of a function that
/// is not here as a whole, nothing can be said.
fn strange_modules<'a>(contracts: &'a [Lazy], functions: &[FunctionFacts]) -> Vec<&'a str> {
    let mut strange = Vec::new();
    for contract in contracts {
        let held: Vec<&FunctionFacts> =
            functions.iter().filter(|facts| contract.functions.holds(&facts.spec.name)).collect();
        if !held.is_empty() && held.iter().all(|facts| facts.world.is_closed()) {
            let modules = contract.modules.iter().map(String::as_str);
            strange.extend(modules.filter(|pattern| !held.iter().any(|facts| may_mean(pattern, facts))));
        }
    }
    strange
}

/// Names of denied packages that are those of modules of another package.
fn imported(deny: &Deny, functions: &[FunctionFacts]) -> Vec<String> {
    let said = |pattern: &String| {
        let held = functions.iter().filter(|facts| deny.functions.holds(&facts.spec.name));
        let owner = |facts: &FunctionFacts| {
            let language = facts.spec.runtime.language();
            let is_one = facts.packages.with_ids().any(|(_, package)| means_package(pattern, &package.name, language));
            let mut inside =
                facts.artifact.below(pattern).map(|(id, _)| id).chain(facts.artifact.find(&format!("{pattern}.py")));
            let owner = inside.find_map(|id| facts.packages.owner(id)).filter(|_| !is_one)?;
            Some(facts.packages.package(owner).name.to_string())
        };
        let package = held.filter_map(owner).next()?;
        Some(format!("`{pattern}` in [[deny]] is a module of {package}: packages are denied by their own names"))
    };
    deny.packages.iter().filter_map(said).collect()
}

/// Whether a pattern may mean a module of a function, loaded or not, or a package that it ships.
fn may_mean(pattern: &str, facts: &FunctionFacts) -> bool {
    let language = facts.spec.runtime.language();
    let name = pattern.trim_end_matches(".*").trim_end_matches("/*");
    let is_sdk = || facts.spec.runtime.sdk(facts.spec.platform).is_some_and(|sdk| sdk.has(name));
    let is_brought = match language {
        Language::Python => python::is_standard(name) || is_sdk(),
        Language::Node => javascript::is_builtin(name) || is_sdk(),
        Language::Native | Language::Other => true,
    };
    // Modules that nothing loads are files: `app.views` lies at `app/views.py`.
    let path = pattern.strip_prefix("./").unwrap_or(pattern);
    let is_dotted = language == Language::Python && !path.contains('/');
    let path = if is_dotted { path.replace('.', "/") } else { path.to_owned() };
    let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
    let anywhere = format!("*{stem}*");
    is_brought
        || facts.graph.modules().any(|(_, module)| means(pattern, &module.name))
        || facts.packages.with_ids().any(|(_, package)| means_package(pattern, &package.name, language))
        || facts.artifact.entries().any(|(id, entry)| {
            text::matches(&anywhere, &entry.path) || text::matches(&anywhere, &facts.locate(id, None).path)
        })
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
    let budgets = resolved.function_budgets.keys().map(|name| (BUDGETS, name.as_str()));
    let traffic = resolved.traffic.functions.keys().map(|name| ("[traffic]", name.as_str()));
    let contracts = &resolved.contracts;
    let lazy = contracts.lazy.iter().map(|one| ("[[lazy]]", &one.functions));
    let deny = contracts.deny.iter().map(|one| ("[[deny]]", &one.functions));
    let only = contracts.only.iter().map(|one| ("[[only]]", &one.functions));
    let scopes = lazy.chain(deny).chain(only);
    let patterns = scopes.flat_map(|(table, scope)| scope.0.iter().map(move |pattern| (table, pattern.as_str())));
    budgets.chain(traffic).chain(patterns).collect()
}
