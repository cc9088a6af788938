//! What prototypes of the language have as members, listed by `rules/knowledge/node/generate_prototypes.mjs`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

type Members = FxHashSet<&'static str>;

/// Members by class.
static TABLE: LazyLock<FxHashMap<&'static str, Members>> = LazyLock::new(|| {
    let mut table: FxHashMap<&'static str, Members> = FxHashMap::default();
    let lines = include_str!("../../../rules/knowledge/node/prototypes.txt").lines();
    for (class, member) in lines.filter_map(|line| line.split_once('.')) {
        table.entry(class).or_default().insert(member);
    }
    table
});

/// Whether no release of Node has a member in the prototypes of some classes, or in that of all objects.
pub(super) fn surely_lack(classes: &[&str], member: &str) -> bool {
    let lacks = |class: &&str| TABLE.get(*class).is_some_and(|members| !members.contains(member));
    classes.iter().chain(&["Object"]).all(lacks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_told_by_their_class() {
        assert!(surely_lack(&["Array"], "contains") && !surely_lack(&["Array"], "includes"));
        assert!(surely_lack(&["String"], "contains") && !surely_lack(&["String"], "length"));
        assert!(!surely_lack(&["Array"], "hasOwnProperty") && !surely_lack(&["NoClass"], "x"));
        assert!(surely_lack(&["Map", "Set"], "map") && !surely_lack(&["Map", "Set"], "get"));
    }
}
