//! Own code that loads modules by names which are known only when it runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::graph::Mentions;
use crate::knowledge;
use crate::lang::python::ir::Code;

knowledge::table! {
    static WORDS: Words = "python/open_loads.toml", tested by the_words_of_open_loads_read;
}

/// `open_loads.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    modules: Vec<String>,
    calls: Vec<String>,
    names: Vec<String>,
}

/// Notes which of the names an own module has that are enough.
pub(super) fn note(code: &Code, found: &mut BTreeSet<Arc<str>>) {
    let has = |name: &&String| code.names.iter().any(|own| **own == ***name);
    found.extend(WORDS.names.iter().filter(has).map(|name| Arc::from(name.as_str())));
}

/// Adds what the imports and calls of all own modules tell.
pub(super) fn complete(mentions: &mut Mentions) {
    let is_imported = |module: &&String| {
        let below =
            |import: &str| import.strip_prefix(&***module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        mentions.imports.iter().any(|import| below(import))
    };
    let modules = WORDS.modules.iter().filter(is_imported);
    let calls = WORDS.calls.iter().filter(|call| mentions.open_calls.contains(call.as_str()));
    let found: Vec<Arc<str>> = calls.chain(modules).map(|name| Arc::from(name.as_str())).collect();
    mentions.open_loads.extend(found);
}
