//! Functions of the runtime that are known by their names alone, and what they give where all that they are given is
//! known.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::Machine;
use super::value::{Abrupt, At, Call, Native, Value};

static FUNCTIONS: LazyLock<FxHashMap<&'static str, Native>> = LazyLock::new(|| {
    let tables = [
        super::dates::FUNCTIONS,
        super::bigints::FUNCTIONS,
        super::typed::FUNCTIONS,
        super::buffers::FUNCTIONS,
        super::copies::FUNCTIONS,
        super::digests::FUNCTIONS,
        super::formats::FUNCTIONS,
        super::queries::FUNCTIONS,
    ];
    tables.into_iter().flatten().copied().collect()
});

/// Modules that have members which are globals, too.
const HOLDERS: &[&str] = &["buffer.", "util.", "url.", "globalThis."];

impl Machine<'_> {
    /// What a function gives, by its name; nothing where that is not known.
    pub(super) fn modelled(
        &mut self,
        name: &str,
        this: Value,
        args: &[Value],
        at: At,
    ) -> Result<Option<Value>, Abrupt> {
        // What libraries compute is not judged, and their tables of bytes would cost more than all else.
        if !self.trust.on {
            return Ok(None);
        }
        let found = FUNCTIONS.get(name).or_else(|| {
            let rest = HOLDERS.iter().find_map(|holder| name.strip_prefix(holder))?;
            FUNCTIONS.get(rest)
        });
        let Some(native) = found else { return Ok(None) };
        if args.iter().any(|arg| matches!(arg, Value::Unknown(_) | Value::Import(_))) {
            return Ok(None);
        }
        self.note_native(this, args);
        let given = native(self, &Call { this, args, data: Value::Undefined, at })?;
        Ok((!matches!(given, Value::Unknown(_))).then_some(given))
    }

    /// What `new` makes of a class, by its name.
    pub(super) fn modelled_new(&mut self, class: &str, args: &[Value], at: At) -> Result<Option<Value>, Abrupt> {
        let class = HOLDERS.iter().find_map(|holder| class.strip_prefix(holder)).unwrap_or(class);
        self.modelled(&format!("new {class}"), Value::Undefined, args, at)
    }
}
