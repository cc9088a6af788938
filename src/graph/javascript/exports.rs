//! What Node's own modules and globals have as members, listed by `rules/knowledge/node/generate_exports.mjs`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

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

/// Whether a module of Node 20 is known and has no such member.
pub(super) fn lacks(module: &str, member: &str) -> bool {
    TABLE.get(module).is_some_and(|members| !members.contains_key(member))
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
        assert!(lacks("util", "notThere") && !lacks("util", "promisify") && !lacks("lodash", "notThere"));
    }
}
