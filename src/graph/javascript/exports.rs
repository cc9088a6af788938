//! What Node's own modules and globals have as members, listed by `rules/knowledge/node/generate_exports.mjs`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::versions::{self, Kind};

type Members = FxHashMap<&'static str, &'static str>;

/// Types of members by the module that has them.
static TABLE: LazyLock<FxHashMap<&'static str, Members>> = LazyLock::new(|| {
    let mut table: FxHashMap<&'static str, Members> = FxHashMap::default();
    for line in include_str!("../../../rules/knowledge/node/exports.txt").lines() {
        let Some(((module, kind), names)) =
            line.split_once(": ").and_then(|(head, names)| Some((head.split_once(' ')?, names)))
        else {
            continue;
        };
        table.entry(module).or_default().extend(names.split(' ').map(|name| (name, kind)));
    }
    table
});

/// What `typeof` says of a member by its full name: `os.homedir`, `Buffer.from`.
pub(super) fn type_of(name: &str) -> Option<&'static str> {
    let (module, member) = name.rsplit_once('.')?;
    TABLE.get(module)?.get(member).copied().filter(|kind| *kind != "undefined")
}

/// Whether a module or global is known and has no such member in a release of Node.
pub(super) fn surely_lacks(module: &str, member: &str, node: u32) -> bool {
    let Some(members) = TABLE.get(module) else { return false };
    let named = |kind| versions::of(kind, &format!("{module}.{member}"));
    match named(Kind::Export).or_else(|| named(Kind::Member)) {
        Some(releases) => !releases.have(node),
        // What all releases have is in the list of the one that it was made with. Internals are in neither.
        None => !members.contains_key(member) && !member.starts_with('_'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_told_by_their_module() {
        assert_eq!(type_of("os.homedir"), Some("function"));
        assert_eq!(type_of("fs/promises.readFile"), Some("function"));
        assert_eq!(type_of("Buffer.from"), Some("function"));
        assert_eq!(type_of("os.nothing"), None);
        assert!(surely_lacks("util", "notThere", 22) && !surely_lacks("util", "promisify", 22));
        assert!(surely_lacks("fs", "glob", 20) && !surely_lacks("fs", "glob", 22));
        assert!(!surely_lacks("lodash", "notThere", 22));
    }
}
