//! The built-in names, and how the built-in classes relate.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::knowledge;

/// What `builtins.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Builtins {
    functions: FxHashSet<String>,
    types: FxHashSet<String>,
    plain_bases: FxHashSet<String>,
    /// Names by the first minor version that has them.
    since: FxHashMap<String, u16>,
    aliases: FxHashMap<String, String>,
    metaclasses: FxHashMap<String, String>,
    bases: FxHashMap<String, String>,
}

knowledge::table! {
    static BUILTINS: Builtins = "python/builtins.toml", tested by the_builtins_read;
}

pub(super) fn is_builtin_name(name: &str, version: (u16, u16)) -> bool {
    if BUILTINS.since.get(name).is_some_and(|minor| version < (3, *minor)) {
        return false;
    }
    name == "bool" || BUILTINS.functions.contains(name) || (!name.contains('.') && BUILTINS.bases.contains_key(name))
}

pub(super) fn is_type(name: &str) -> bool {
    BUILTINS.types.contains(name) || BUILTINS.bases.contains_key(name)
}

pub(super) fn is_exception(name: &str) -> bool {
    is_builtin_subclass(name, "BaseException") == Some(true)
}

/// Bases that bring no attributes worth following.
pub(super) fn is_plain_base(name: &str) -> bool {
    BUILTINS.plain_bases.contains(name)
}

pub(super) fn metaclass_of(name: &str) -> Option<&'static str> {
    let is_abstract = name.starts_with("collections.abc.");
    BUILTINS.metaclasses.get(name).map(String::as_str).or_else(|| is_abstract.then_some("abc.ABCMeta"))
}

/// Whether one built-in class comes from another; unknown for classes of the library.
pub(super) fn is_builtin_subclass(class: &str, of: &str) -> Option<bool> {
    let (class, of) = (alias(class), alias(of));
    if class == of || of == "object" {
        return Some(true);
    }
    let mut at = class;
    for _ in 0..10 {
        match BUILTINS.bases.get(at) {
            Some(base) if *base == of => return Some(true),
            Some(base) => at = base,
            None => break,
        }
    }
    // Between a known class and a foreign one nothing is certain, except that exceptions of the
    // library rarely are built-in ones.
    if is_type(class) && is_type(of) {
        return Some(false);
    }
    if is_type(class) && !class.contains("()") && !of.contains("()") { Some(false) } else { None }
}

fn alias(name: &str) -> &str {
    let known = BUILTINS.aliases.get(name).map(String::as_str);
    known.unwrap_or_else(|| name.strip_prefix("builtins.").unwrap_or(name))
}
