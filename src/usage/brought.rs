//! What is there without being declared, and what of a project is not its work.

use serde::Deserialize;

use crate::knowledge;
use crate::platform::Language;
use crate::text::matches;

knowledge::table! {
    static BROUGHT: Table = "brought.toml", tested by the_table_of_what_is_brought_reads;
}

/// `brought.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    python: OfLanguage,
    node: OfLanguage,
    aside: Aside,
    hosts: Hosts,
    projects: Projects,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfLanguage {
    runtime: Vec<String>,
    jobs: Vec<String>,
    stubs: Vec<String>,
    found: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Aside {
    folders: Vec<String>,
    prefixes: Vec<String>,
    parts: Vec<String>,
    files: Vec<String>,
    endings: Vec<String>,
    copied: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hosts {
    node: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Projects {
    manifests: Vec<String>,
}

fn of(language: Language) -> &'static OfLanguage {
    match language {
        Language::Node => &BROUGHT.node,
        _ => &BROUGHT.python,
    }
}

fn is_one_of(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

/// Whether the runtime of a function brings a package.
pub(super) fn by_runtime(language: Language, name: &str) -> bool {
    is_one_of(&of(language).runtime, name)
}

/// Whether some runtime, of a function or of a job, brings it, so that nobody need declare it.
pub(super) fn by_any_runtime(language: Language, name: &str) -> bool {
    by_runtime(language, name) || is_one_of(&of(language).jobs, name)
}

/// Whether the program that runs a Node project has a package for it, which is installed for development alone.
pub(super) fn by_host(name: &str) -> bool {
    is_one_of(&BROUGHT.hosts.node, name)
}

/// Whether only type checkers read something of a package.
pub(super) fn is_stub(language: Language, name: &str) -> bool {
    is_one_of(&of(language).stubs, name)
}

/// Whether something that no code names loads a package where it is there: an agent, a wrapper, instrumentation.
pub(super) fn is_found(language: Language, name: &str) -> bool {
    is_one_of(&of(language).found, name)
}

/// Whether a file of a project is not its work when it runs: a test, documentation, a setting, what was built.
#[must_use]
pub fn is_aside(path: &str) -> bool {
    let aside = &BROUGHT.aside;
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    folder.split('/').any(|part| part.starts_with('.') || aside.folders.iter().any(|known| known == part))
        || aside.prefixes.iter().any(|prefix| file.starts_with(&**prefix))
        || aside.parts.iter().any(|part| file.contains(&**part))
        || aside.files.iter().any(|known| known == file)
        || aside.endings.iter().any(|ending| file.ends_with(&**ending))
}

/// Whether a file lies where people keep what is written by others, is copied elsewhere or is served as it is.
pub(super) fn is_copied(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').any(|part| BROUGHT.aside.copied.iter().any(|known| known == part))
}

/// Whether a file makes its folder a project of its own.
pub(super) fn is_manifest(file: &str) -> bool {
    BROUGHT.projects.manifests.iter().any(|manifest| file.starts_with(&**manifest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_settings_are_aside_and_code_is_not() {
        for path in ["tests/a.py", "a/.hidden/b.py", "src/a.test.ts", "vite.config.ts", "setup.py", "types.d.ts"] {
            assert!(is_aside(path), "{path}");
        }
        assert!(!is_aside("src/contest.py") && !is_aside("latest/a.ts"));
    }

    #[test]
    fn runtimes_bring_their_sdk() {
        assert!(by_runtime(Language::Python, "boto3") && by_runtime(Language::Node, "@aws-sdk/client-s3"));
        assert!(!by_runtime(Language::Python, "pyspark") && by_any_runtime(Language::Python, "pyspark"));
        assert!(is_stub(Language::Python, "pandas-stubs") && !is_stub(Language::Node, "typescript"));
    }
}
