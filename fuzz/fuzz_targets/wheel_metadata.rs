#![no_main]
//! Reads the input as the metadata of an installed wheel: METADATA, RECORD and entry points, cut at NUL bytes.

use defrost::input::{self, Limits};
use defrost::package::owners::python;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(scratch) = tempfile::tempdir() else { return };
    let info = scratch.path().join("fastmath-1.0.dist-info");
    if std::fs::create_dir(&info).is_err() {
        return;
    }
    for (name, text) in ["METADATA", "RECORD", "entry_points.txt", "top_level.txt"].iter().zip(data.split(|byte| *byte == 0)) {
        let _ = std::fs::write(info.join(name), text);
    }
    let Ok(artifact) = input::open(scratch.path(), &[], &Limits::default()) else { return };
    for package in &python::attribute(&artifact).packages {
        let _ = python::top_modules(&artifact, package);
    }
});
