//! Whether the runtime uses the bytecode beside a source file, judged by its header (PEP 552).

use super::stdlib::Stdlib;
use crate::artifact::{Artifact, EntryId};
use crate::graph::StaleReason;

const HEADER_BYTES: usize = 16;
/// The header's flags: tied to a hash of the source instead of its time and size, and compared at load.
const HASHED: u32 = 1;
const CHECKED: u32 = 2;

/// The bytecode of one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bytecode {
    /// There is none.
    Missing,
    /// The runtime reads it instead of compiling the source.
    Valid,
    /// The runtime does not use this file.
    Stale(EntryId, StaleReason),
}

/// The bytecode for a source file, where the import system looks for it.
pub(super) fn beside(artifact: &Artifact, stdlib: &Stdlib, source: EntryId) -> Bytecode {
    let path = &artifact.entry(source).path;
    let (folder, file) = path.rsplit_once('/').map_or(("", &**path), |(folder, file)| (folder, file));
    let cache = if folder.is_empty() { "__pycache__".to_owned() } else { format!("{folder}/__pycache__") };
    let Some(stem) = file.strip_suffix(".py").filter(|_| artifact.is_folder(&cache)) else { return Bytecode::Missing };
    match artifact.find(&format!("{cache}/{stem}.{}.pyc", stdlib.cache_tag())) {
        Some(entry) => match check(artifact, stdlib, entry, Some(source)) {
            Ok(()) => Bytecode::Valid,
            Err(reason) => Bytecode::Stale(entry, reason),
        },
        None => of_other_version(artifact, &cache, stem)
            .map_or(Bytecode::Missing, |entry| Bytecode::Stale(entry, StaleReason::OtherVersion)),
    }
}

/// Why bytecode without a source is not loaded, if it is not.
pub(super) fn alone(artifact: &Artifact, stdlib: &Stdlib, entry: EntryId) -> Option<StaleReason> {
    check(artifact, stdlib, entry, None).err()
}

/// `__pycache__/stem.cpython-310.pyc`, whatever the version; levels of optimisation do not count.
fn of_other_version(artifact: &Artifact, cache: &str, stem: &str) -> Option<EntryId> {
    artifact.children(cache).iter().find_map(|child| {
        let tag = child.name.strip_prefix(stem)?.strip_prefix(".cpython-")?.strip_suffix(".pyc")?;
        child.entry.filter(|_| tag.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// What CPython checks before it trusts bytecode. A hash that is compared at load is taken to fit: whoever changes
/// the source afterwards changes the package on purpose.
fn check(artifact: &Artifact, stdlib: &Stdlib, entry: EntryId, source: Option<EntryId>) -> Result<(), StaleReason> {
    let head = artifact.read_head(entry, HEADER_BYTES).map_err(|_| StaleReason::Damaged)?;
    let word = |at: usize| {
        let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_le_bytes).ok_or(StaleReason::Damaged)
    };
    let (magic, flags, modified, size) = (word(0)?, word(4)?, word(8)?, word(12)?);
    // Magic numbers end in a line break, so that files mangled as text are noticed.
    if magic >> 16 != 0x0A0D {
        return Err(StaleReason::Damaged);
    }
    if Some(magic as u16) != stdlib.magic() {
        return Err(StaleReason::OtherVersion);
    }
    if flags & !(HASHED | CHECKED) != 0 {
        return Err(StaleReason::Damaged);
    }
    let Some(source) = source.filter(|_| flags & HASHED == 0) else { return Ok(()) };
    let source = artifact.entry(source);
    if source.bytes as u32 != size {
        return Err(StaleReason::Changed);
    }
    match source.modified {
        Some(time) if time as u32 == modified => Ok(()),
        _ => Err(StaleReason::TimeStamp),
    }
}
