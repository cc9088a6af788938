//! Libraries that load others by names which the function's code need not say: drivers by the scheme of a URL from
//! the environment, parts where they are there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

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

/// Declared packages that a used library may load by a computed name.
pub(super) fn may_load(
    of: Of,
    declared: &Declared,
    uses: &dyn Fn(&str) -> bool,
    is_installed: &dyn Fn(&str) -> bool,
) -> BTreeSet<Arc<str>> {
    let table = of.table();
    let declared: BTreeSet<&Arc<str>> = declared.dependencies.iter().map(|dependency| &dependency.name).collect();
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for (_, loader) in table.iter().filter(|(name, _)| uses(name)) {
        let is_chosen = |set: &&Vec<String>| set.iter().any(|name| uses(name));
        let chosen: Vec<&Vec<String>> = loader.drivers(table).filter(is_chosen).collect();
        let open = if chosen.is_empty() { loader.drivers(table).collect() } else { chosen };
        wanted.extend(open.into_iter().flatten().map(String::as_str));
    }
    for (_, loader) in table.iter().filter(|(name, _)| uses(name) && !is_installed(name)) {
        wanted.extend(loader.parts.iter().map(String::as_str));
    }
    declared.into_iter().filter(|name| wanted.contains(&***name)).cloned().collect()
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
        let found = may_load(of, &declared(names), &|name| used.contains(&name), &|_| true);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_driver_may_be_any_of_them_until_one_is_chosen() {
        let names = ["sequelize", "pg", "pg-hstore", "mysql2"];
        assert_eq!(loaded(Of::Node, &names, &["sequelize"]), ["mysql2", "pg", "pg-hstore"]);
        assert_eq!(loaded(Of::Node, &names, &["sequelize", "pg"]), ["pg", "pg-hstore"]);
        assert_eq!(loaded(Of::Node, &names, &[]), [""; 0]);
        assert_eq!(loaded(Of::Python, &["sqlalchemy", "psycopg2-binary"], &["sqlalchemy"]), ["psycopg2-binary"]);
    }

    #[test]
    fn parts_of_what_is_installed_are_its_own_code_s_affair() {
        assert_eq!(loaded(Of::Python, &["pandas", "openpyxl"], &["pandas"]), [""; 0]);
    }
}
