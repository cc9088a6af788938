#![no_main]
//! Opens the input as a zip and reads every entry.

use defrost::input::{self, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(scratch) = tempfile::tempdir() else { return };
    let path = scratch.path().join("fn.zip");
    if std::fs::write(&path, data).is_err() {
        return;
    }
    // Small limits: the engine calls a test slow long before the real ones bite.
    let limits = Limits { file_bytes: 1 << 20, total_bytes: 8 << 20, ..Limits::default() };
    let Ok(artifact) = input::open(&path, &[], &limits) else { return };
    for (id, entry) in artifact.entries() {
        if let Ok(content) = artifact.read(id) {
            assert_eq!((*content).as_ref().len() as u64, entry.bytes);
        }
    }
});
