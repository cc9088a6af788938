//! Which groups of dependencies are for development. Nothing but their names tells.

use serde::Deserialize;

use super::normalized;
use crate::knowledge;
use crate::manifest::dependency::Scope;

knowledge::table! {
    static GROUPS: Groups = "python/groups.toml", tested by the_groups_read;
}

/// `groups.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Groups {
    development: Vec<String>,
}

/// What a dependency group (PEP 735, Poetry) is for: development when a word of its name says so, otherwise the project
/// installs it where it wants it.
pub(super) fn scope(group: &str) -> Scope {
    let name = normalized(group);
    let is_for_development = |word: &str| GROUPS.development.iter().any(|known| known == word);
    match is_for_development(&name) || name.split('-').any(is_for_development) {
        true => Scope::Development,
        false => Scope::Optional(group.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_group_is_for() {
        assert_eq!(scope("dev"), Scope::Development);
        assert_eq!(scope("Test_Integration"), Scope::Development);
        assert_eq!(scope("gpu"), Scope::Optional("gpu".to_owned()));
        assert_eq!(scope("main"), Scope::Optional("main".to_owned()));
    }
}
