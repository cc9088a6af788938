//! Libraries that load others by names which the function's code need not say: drivers by the scheme of a URL from
//! the environment, parts where they are there.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use super::need::{self, Need, Needs};
use crate::knowledge;
use crate::manifest::dependency::Declared;

knowledge::table! {
    static PYTHON: BTreeMap<String, Loader> = "python/loaders.toml", tested by the_loaders_of_python_read;
    static NODE: BTreeMap<String, Loader> = "node/loaders.toml", tested by the_loaders_of_node_read;
}

/// What one library loads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Loader {
    /// Sets of packages of which one is chosen.
    #[serde(default)]
    drivers: Vec<Vec<String>>,
    /// Packages that are used where they are there.
    #[serde(default)]
    parts: Vec<String>,
    /// Another library whose drivers are its own.
    like: Option<String>,
    /// What code calls to say which driver it wants.
    #[serde(default)]
    made_by: Vec<String>,
}

impl Loader {
    /// Its sets of drivers, with those of the library that it is like.
    fn drivers<'a>(&'a self, table: &'a BTreeMap<String, Loader>) -> impl Iterator<Item = &'a Vec<String>> {
        let like = self.like.as_ref().and_then(|like| table.get(like));
        self.drivers.iter().chain(like.into_iter().flat_map(|like| &like.drivers))
    }
}

/// All that a library is known to load by computed names.
pub(super) fn known(of: Of, name: &str) -> impl Iterator<Item = &'static str> {
    let table = of.table();
    let loader = table.get(name);
    let drivers = loader.into_iter().flat_map(|loader| loader.drivers(table)).flatten();
    drivers.chain(loader.into_iter().flat_map(|loader| &loader.parts)).map(String::as_str)
}

/// Which language's libraries are asked about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    Python,
    Node,
}

impl Of {
    fn table(self) -> &'static BTreeMap<String, Loader> {
        match self {
            Self::Python => &PYTHON,
            Self::Node => &NODE,
        }
    }
}

/// What a library's users call to say which driver they want, if that is known.
pub(super) fn made_by(of: Of, library: &str) -> &'static [String] {
    of.table().get(library).map_or(&[], |loader| &loader.made_by)
}

/// Whether some library's users say by a call of this name which driver they want. It is asked of every call there is.
pub(super) fn is_maker(of: Of, name: &str) -> bool {
    static MAKERS: [OnceLock<HashSet<&str>>; 2] = [OnceLock::new(), OnceLock::new()];
    let makers = MAKERS[of as usize]
        .get_or_init(|| of.table().values().flat_map(|loader| &loader.made_by).map(String::as_str).collect());
    makers.contains(name)
}

/// What is known of a project's libraries.
pub(super) struct Known<'a> {
    /// Whether it is used.
    pub(super) uses: &'a dyn Fn(&str) -> bool,
    /// Whether it is here, so that its own code tells of its parts.
    pub(super) is_installed: &'a dyn Fn(&str) -> bool,
    /// Whether a driver of it that is used is all that it is ever told to load.
    pub(super) is_decided: &'a dyn Fn(&str) -> bool,
}

/// Declared packages that a used library may load by a computed name, with that library.
pub(super) fn may_load(of: Of, declared: &Declared, known: &Known<'_>) -> Needs {
    let Known { uses, is_installed, is_decided } = known;
    let table = of.table();
    let declared: BTreeSet<&Arc<str>> = declared.dependencies.iter().map(|dependency| &dependency.name).collect();
    let mut found = Needs::new();
    for (library, loader) in table.iter().filter(|(name, _)| uses(name)) {
        // What one place of the code chooses, another need not: which URLs and settings there are only the runs tell.
        let is_chosen = |set: &&Vec<String>| set.iter().any(|name| uses(name));
        let decided = is_decided(library) && loader.drivers(table).any(|set| is_chosen(&set));
        let drivers = loader.drivers(table).filter(|set| !decided || is_chosen(set)).flatten();
        let parts = loader.parts.iter().filter(|_| !is_installed(library));
        let wanted: BTreeSet<&str> = drivers.chain(parts).map(String::as_str).collect();
        let asked = declared.iter().filter(|name| wanted.contains(&****name)).map(|name| Arc::clone(name));
        need::note(&mut found, asked, &Need::Loader(library.as_str().into()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Location;
    use crate::manifest::dependency::{Dependency, Scope};

    fn declared(names: &[&str]) -> Declared {
        let dependency = |name: &&str| Dependency {
            name: Arc::from(*name),
            extras: Vec::new(),
            scope: Scope::Runtime,
            location: Location::default(),
            removal: None,
            pinned_transitive: false,
            excluded: false,
            shared: false,
            frozen: false,
        };
        Declared { dependencies: names.iter().map(dependency).collect(), ..Declared::default() }
    }

    fn loaded(of: Of, names: &[&str], used: &[&str]) -> Vec<String> {
        let uses = |name: &str| used.contains(&name);
        let known = Known { uses: &uses, is_installed: &|_| true, is_decided: &|library| library == "knex" };
        let found = may_load(of, &declared(names), &known);
        found.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_driver_may_be_any_of_them_whatever_one_place_chooses() {
        let names = ["sequelize", "pg", "pg-hstore", "mysql2"];
        assert_eq!(loaded(Of::Node, &names, &["sequelize"]), ["mysql2", "pg", "pg-hstore"]);
        assert_eq!(loaded(Of::Node, &names, &["sequelize", "pg"]), ["mysql2", "pg", "pg-hstore"]);
        assert_eq!(loaded(Of::Node, &names, &[]), [""; 0]);
        assert_eq!(loaded(Of::Node, &["knex", "pg", "mysql2"], &["knex", "pg"]), ["pg"]);
        assert_eq!(loaded(Of::Python, &["sqlalchemy", "psycopg2-binary"], &["sqlalchemy"]), ["psycopg2-binary"]);
    }

    #[test]
    fn parts_of_what_is_installed_are_its_own_code_s_affair() {
        assert_eq!(loaded(Of::Python, &["pandas", "openpyxl"], &["pandas"]), [""; 0]);
    }
}
