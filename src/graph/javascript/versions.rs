//! What each release of Node has, listed by `rules/knowledge/node/generate_versions.mjs`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Kinds of things that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A module by its name without `node:`.
    Module,
    /// A global.
    Global,
    /// A member of a global: `Promise.try`.
    Member,
    /// A member of a global's prototype: `Array.toSorted`.
    Method,
    /// A member of what a module exports: `fs.globSync`.
    Export,
}

/// Major releases that have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Releases {
    /// The first; the oldest that was looked at may stand for those before it.
    pub(super) first: u32,
    /// The last; nothing when the newest still has it.
    pub(super) last: Option<u32>,
}

/// The oldest release in the table.
const OLDEST: u32 = 16;

impl Releases {
    /// Whether a release is among them. Of releases older than the table's nothing is denied.
    pub(super) fn have(self, node: u32) -> bool {
        node < OLDEST || (self.first <= node && self.last.is_none_or(|last| node <= last))
    }

    /// Which ones, for people, seen from a release that is not among them.
    pub(super) fn told(self, node: u32) -> String {
        match self.last.filter(|last| *last < node) {
            Some(last) => format!("Node.js {last} was the last with it"),
            None => format!("it came with Node.js {}", self.first),
        }
    }
}

type Table = FxHashMap<(Kind, &'static str), Releases>;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| include_str!("../../../rules/knowledge/node/versions.txt").lines().filter_map(row).collect());

fn row(line: &'static str) -> Option<((Kind, &'static str), Releases)> {
    let mut words = line.split(' ');
    let kind = match words.next()? {
        "module" => Kind::Module,
        "global" => Kind::Global,
        "member" => Kind::Member,
        "method" => Kind::Method,
        "export" => Kind::Export,
        _ => return None,
    };
    let (name, (first, last)) = (words.next()?, words.next()?.split_once('-')?);
    let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
    Some(((kind, name), Releases { first: first.parse().ok()?, last }))
}

/// The releases that have something; nothing when none has, or, for members, when all do that have what it is in.
pub(super) fn of(kind: Kind, name: &str) -> Option<Releases> {
    // A name of the input is no `'static` key: the borrow of the table's keys is shortened for the look-up.
    let table: &FxHashMap<(Kind, &str), Releases> = &TABLE;
    table.get(&(kind, name)).copied()
}

/// Whether a release lacks something that another one has.
pub(super) fn lacks(kind: Kind, name: &str, node: u32) -> Option<Releases> {
    of(kind, name).filter(|releases| !releases.have(node))
}

/// The name in a list that is nearest to a misspelt one.
pub(super) fn nearest_module(name: &str) -> Option<&'static str> {
    const NEAR: f64 = 0.88;
    let modules = TABLE.keys().filter(|(kind, _)| *kind == Kind::Module).map(|(_, name)| *name);
    let near = modules.map(|known| (strsim::jaro_winkler(known, name), known)).filter(|(score, _)| *score > NEAR);
    near.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        let text = include_str!("../../../rules/knowledge/node/versions.txt");
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(rows.clone().count(), rows.filter_map(row).count());
        assert!(of(Kind::Module, "fs").is_some_and(|fs| fs.have(16) && fs.have(26)));
    }

    #[test]
    fn what_came_later_is_lacking_before() {
        assert!(lacks(Kind::Module, "sqlite", 20).is_some() && lacks(Kind::Module, "sqlite", 22).is_none());
        assert!(lacks(Kind::Member, "Promise.withResolvers", 20).is_some());
        assert!(lacks(Kind::Method, "Array.toSorted", 18).is_some() && of(Kind::Module, "cyrpto").is_none());
        assert_eq!(nearest_module("cyrpto"), Some("crypto"));
    }
}
