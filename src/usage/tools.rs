//! Tools of Node projects: how their settings name packages, and what is needed without being named.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::Loaded;
use super::tree::Part;
use crate::knowledge;
use crate::manifest::dependency::Declared;
use crate::package::owners::is_in_environment;
use crate::text::matches;

knowledge::table! {
    static TOOLS: Tools = "node/tools.toml", tested by the_tools_read;
}

/// `tools.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tools {
    settings: Vec<String>,
    pages: Vec<String>,
    prose: Vec<String>,
    not_settings: Vec<String>,
    browsers: Vec<String>,
    copiers: Vec<String>,
    jsx: Vec<String>,
    short: Vec<Short>,
    implied: Vec<Implied>,
    assumed: Vec<Implied>,
}

/// How settings leave out parts of names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Short {
    begins: Vec<String>,
    files: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    apis: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    tools: Vec<String>,
}

/// Packages that are needed without being named, under conditions that must all hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Implied {
    packages: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    marks: Vec<String>,
    #[serde(default)]
    tools: Vec<String>,
    /// The major version from which on the tools do it no more.
    before: Option<u64>,
    /// Whether libraries want the packages for that alone.
    #[serde(default)]
    only: bool,
}

/// A kind of files that name packages.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Settings,
    Pages,
    Prose,
}

/// Whether a file of this name is of a kind.
pub(super) fn is_of(kind: Kind, name: &str) -> bool {
    let patterns = match kind {
        Kind::Settings => &TOOLS.settings,
        Kind::Pages => &TOOLS.pages,
        Kind::Prose => &TOOLS.prose,
    };
    is_any(patterns, name) && !is_any(&TOOLS.not_settings, name)
}

/// Whether elements of JSX may have their types from a package without an import of it.
pub(super) fn is_meant_by_jsx(name: &str) -> bool {
    is_any(&TOOLS.jsx, name)
}

/// Whether a package makes code for browsers, where nothing brings what Node does.
pub(super) fn is_bundler(name: &str) -> bool {
    is_any(&TOOLS.browsers, name)
}

/// Whether a package, or a command of that name, puts what code imports into what is shipped, from whatever table.
pub(super) fn may_copy(name: &str) -> bool {
    is_bundler(name) || is_any(&TOOLS.copiers, name)
}

fn is_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

impl Short {
    /// What is left of a name: `import` of `eslint-plugin-import`, `@acme` and `@acme/strict` of
    /// `@acme/eslint-config-strict`.
    fn spellings(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        for part in &self.begins {
            found.extend(name.strip_prefix(&**part).map(str::to_owned));
            let Some((scope, rest)) = name.split_once('/').filter(|(scope, _)| scope.starts_with('@')) else {
                continue;
            };
            if rest == part.trim_end_matches('-') {
                found.push(scope.to_owned());
            }
            found.extend(rest.strip_prefix(&**part).map(|rest| format!("{scope}/{rest}")));
        }
        found.retain(|word| !word.is_empty());
        found
    }

    /// Whether a file's settings may name packages so, by its path: some part of that is called after the tool.
    pub(super) fn speaks(&self, path: &str) -> bool {
        let is_its = |part: &str| is_any(&self.files, part) && !is_any(&self.not, part);
        path.split('/').any(is_its)
    }

    /// Whether code that imports a package gives the tool its settings.
    pub(super) fn is_given_by(&self, import: &str) -> bool {
        self.apis.iter().any(|api| api == import)
    }

    /// Whether a text says what it takes for such names to be read in it.
    pub(super) fn is_read_in(&self, text: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| text.contains(&**word))
    }

    /// The keys of a manifest whose values may.
    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }
}

/// The ways in which settings may leave out parts of a package's name, with what is left then.
pub(super) fn short_names(name: &str) -> Vec<(&'static Short, Vec<String>)> {
    let rows = TOOLS.short.iter().map(|row| (row, row.spellings(name)));
    rows.filter(|(_, words)| !words.is_empty()).collect()
}

/// What is known of a project beside the names of its files.
pub(super) struct Known<'a> {
    /// Whether settings or pages hold a word.
    pub(super) says: &'a dyn Fn(&str) -> bool,
    /// Whether prose holds one.
    pub(super) is_marked: &'a dyn Fn(&str) -> bool,
    /// What only one package brings.
    pub(super) alone: &'a dyn Fn(&str) -> BTreeSet<Arc<str>>,
}

/// What of a project decides about packages that nothing names.
pub(super) struct Surroundings<'a> {
    files: Vec<&'a str>,
    here: Vec<(&'a str, Option<u64>)>,
    known: Known<'a>,
    /// Whether all that is declared is here, so that the tools' own words tell.
    is_whole: bool,
}

impl<'a> Surroundings<'a> {
    /// Looks at the files of a part.
    pub(super) fn of(
        facts: &'a Loaded<'_>,
        declared: &'a Declared,
        part: &Part,
        is_whole: bool,
        known: Known<'a>,
    ) -> Self {
        let own = facts.artifact.entries().filter(|(id, entry)| {
            let is_others = entry.path.contains("node_modules/") || is_in_environment(facts.artifact, *id);
            !is_others && part.sees(&entry.path)
        });
        let mut files: Vec<&str> = own.map(|(_, entry)| entry.path.rsplit('/').next().unwrap_or(&entry.path)).collect();
        files.sort_unstable();
        files.dedup();
        let version = |text: &str| text.split('.').next().and_then(|major| major.parse().ok());
        let installed = facts.packages.packages.iter();
        let mut here: Vec<(&str, Option<u64>)> =
            installed.map(|package| (&*package.name, package.version.as_deref().and_then(version))).collect();
        if !is_whole {
            here.extend(declared.dependencies.iter().map(|dependency| (&*dependency.name, None)));
        }
        Self { files, here, known, is_whole }
    }

    /// Whether something of the project needs a package that nothing names.
    pub(super) fn imply(&self, name: &str) -> bool {
        let of = |rows: &'static [Implied]| rows.iter().any(|row| is_any(&row.packages, name) && self.hold(row, name));
        of(&TOOLS.implied) || !self.is_whole && of(&TOOLS.assumed)
    }

    /// Whether libraries want a package for something alone that is not here.
    pub(super) fn lack(&self, name: &str) -> bool {
        let is_only = TOOLS.implied.iter().any(|row| row.only && is_any(&row.packages, name));
        is_only && !self.imply(name)
    }

    /// Whether what loads plug-ins by a short form of their names is here.
    pub(super) fn hosts(&self, row: &Short, name: &str) -> bool {
        row.tools.is_empty() || !self.is_whole || self.have(&row.tools, None, name)
    }

    fn hold(&self, row: &Implied, name: &str) -> bool {
        let is_there = || self.files.iter().any(|file| is_any(&row.files, file));
        (row.tools.is_empty() || self.have(&row.tools, row.before, name))
            && (row.files.is_empty() || is_there())
            && (row.words.is_empty() || row.words.iter().any(|word| (self.known.says)(word)))
            && (row.marks.is_empty() || row.marks.iter().any(|mark| (self.known.is_marked)(mark)))
    }

    fn have(&self, tools: &[String], before: Option<u64>, name: &str) -> bool {
        let is_old = |major: Option<u64>| before.is_none_or(|before| major.is_none_or(|major| major < before));
        let fits = |(tool, major): &&(&str, Option<u64>)| *tool != name && is_old(*major) && is_any(tools, tool);
        let mut found = self.here.iter().filter(fits).peekable();
        // What it brings itself is not there for it to be found by.
        let own = if found.peek().is_some() { (self.known.alone)(name) } else { BTreeSet::new() };
        found.any(|(tool, _)| !own.contains(*tool))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_leave_out_what_their_tool_adds() {
        let words = |name: &str| short_names(name).into_iter().flat_map(|(_, words)| words).collect::<Vec<_>>();
        assert!(words("eslint-plugin-import").contains(&"import".to_owned()));
        assert!(words("@acme/eslint-config").contains(&"@acme".to_owned()));
        assert!(words("@acme/eslint-config-strict").contains(&"@acme/strict".to_owned()));
        assert!(words("express").is_empty());
        let (row, _) = short_names("eslint-plugin-import").remove(0);
        assert!(row.speaks("web/.eslintrc.json") && row.speaks("eslint/rules.js") && !row.speaks("jest.config.js"));
    }

    #[test]
    fn files_are_of_kinds_by_their_names() {
        let is_settings = |name: &str| is_of(Kind::Settings, name);
        assert!(is_settings(".eslintrc.json") && is_settings("jest.config.js") && !is_settings("package-lock.json"));
    }
}
