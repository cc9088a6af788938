//! Stored models: unpickling imports the modules of the classes in the file. The file is searched, never unpickled.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::names::Names;
use super::{Loaded, is_at_or_below};
use crate::artifact::EntryId;
use crate::knowledge;
use crate::manifest::dependency::Declared;

knowledge::table! {
    static MODELS: Models = "python/models.toml", tested by the_words_of_models_read;
}

/// `models.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Models {
    readers: Vec<String>,
    endings: Vec<String>,
    stored: Vec<String>,
}

/// Larger files, in bytes, are taken for such as nobody can look into.
const LARGEST: u64 = 64 << 20;
/// How compressed files begin, and zip files, which hold their pickles inside: zlib, gzip, zip, xz, bzip2, LZ4, LZMA.
const OPAQUE: [&[u8]; 7] = [b"\x78", b"\x1f\x8b", b"PK", b"\xfd7zXZ", b"BZh", b"\x04\x22\x4d\x18", b"\x5d\x00\x00"];

/// Declared distributions that models may need which own code reads. Where the models are not in the package, or cannot
/// be looked into, that is whatever people store.
pub(super) fn needed(facts: &Loaded<'_>, declared: &Declared, names: &Names) -> BTreeSet<Arc<str>> {
    let imports = &facts.graph.mentions.imports;
    let reads = MODELS.readers.iter().any(|reader| imports.iter().any(|import| is_at_or_below(import, reader)));
    if !reads {
        return BTreeSet::new();
    }
    let texts: Vec<Option<Vec<u8>>> = files(facts).into_iter().map(|file| readable(facts, file)).collect();
    let is_open = texts.is_empty() || texts.iter().any(Option::is_none);
    let is_named = |name: &str| {
        let mut modules = names.imports(name).iter();
        modules.any(|module| texts.iter().flatten().any(|bytes| names_module(bytes, module)))
    };
    let may_be_stored = |name: &str| is_open && MODELS.stored.iter().any(|stored| stored == name);
    let dependencies = declared.dependencies.iter().map(|dependency| &dependency.name);
    dependencies.filter(|name| may_be_stored(name) || is_named(name)).cloned().collect()
}

/// The models in the package that are not some package's own.
fn files(facts: &Loaded<'_>) -> Vec<EntryId> {
    let is_model = |path: &str| MODELS.endings.iter().any(|ending| path.ends_with(&**ending));
    let own = facts.artifact.entries().filter(|(id, _)| facts.packages.owner(*id).is_none());
    own.filter(|(_, entry)| is_model(&entry.path)).map(|(id, _)| id).collect()
}

/// The bytes of a model that can be looked into.
fn readable(facts: &Loaded<'_>, file: EntryId) -> Option<Vec<u8>> {
    if facts.artifact.entry(file).bytes > LARGEST {
        return None;
    }
    let bytes = facts.artifact.read(file).ok()?;
    let bytes: &[u8] = (*bytes).as_ref();
    (!OPAQUE.iter().any(|begin| bytes.starts_with(begin))).then(|| bytes.to_vec())
}

/// Whether a pickle names a module, or one below it: as the line of a `GLOBAL` or as a text of its own.
fn names_module(bytes: &[u8], module: &str) -> bool {
    memchr::memmem::find_iter(bytes, module.as_bytes()).any(|at| {
        let end = at + module.len();
        let back = |by: usize| at.checked_sub(by).and_then(|at| bytes.get(at)).copied();
        let (global, short) = (back(1) == Some(b'c'), back(2) == Some(0x8c));
        let length = match (short, back(5)) {
            (true, _) => back(1).map(usize::from),
            (false, Some(b'X')) => at.checked_sub(4).and_then(|at| bytes.get(at..at + 4)?.try_into().ok()).map(le),
            _ => None,
        };
        let ends = match length {
            Some(length) => at + length == end,
            None => bytes.get(end) == Some(&b'\n'),
        };
        (global || length.is_some()) && (ends || bytes.get(end) == Some(&b'.'))
    })
}

fn le(bytes: [u8; 4]) -> usize {
    u32::from_le_bytes(bytes) as usize
}

#[cfg(test)]
mod tests {
    use super::names_module;

    #[test]
    fn classes_of_pickles_are_found_and_other_texts_are_not() {
        // pickle.dumps(collections.OrderedDict(), 0), 2 and 4 begin like these.
        assert!(names_module(b"ccollections\nOrderedDict\np0\n", "collections"));
        assert!(names_module(b"\x80\x02csklearn.linear_model._base\nX\n", "sklearn"));
        assert!(names_module(b"\x80\x04\x95\x00\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93", "collections"));
        assert!(names_module(b"X\x07\x00\x00\x00xgboostq\x00", "xgboost"));
        assert!(!names_module(b"\x8c\x14uses sklearn for this", "sklearn"));
        assert!(!names_module(b"\x8c\x0acollection\x94", "collect"));
    }
}
