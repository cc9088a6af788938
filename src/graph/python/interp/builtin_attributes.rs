//! What objects of built-in types have.

/// Whether objects of a built-in type have a name in a version of Python. Of types and versions that the table does not
/// know, nothing is said.
pub(super) fn has(kind: &str, name: &str, version: (u16, u16)) -> Option<bool> {
    static TABLE: &str = include_str!("../../../../rules/knowledge/python/builtin_attributes.txt");
    let row = TABLE.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(' '))?;
    if name.starts_with("__") || !((3, 9)..=(3, 13)).contains(&version) {
        return None;
    }
    Some(row.split(' ').any(|word| match word.split_once(':') {
        Some((known, first)) => known == name && first.parse().is_ok_and(|first: u16| version.1 >= first),
        None => word == name,
    }))
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn built_in_types_have_what_their_version_has() {
        assert_eq!([has("str", "decode", (3, 12)), has("str", "removeprefix", (3, 9))], [Some(false), Some(true)]);
        assert_eq!([has("int", "bit_count", (3, 9)), has("int", "bit_count", (3, 10))], [Some(false), Some(true)]);
        assert_eq!([has("str", "decode", (3, 14)), has("nothing", "x", (3, 12))], [None, None]);
    }
}
