#![no_main]
//! Reads the input as a deployment template.

use defrost::input::files::DiskFiles;
use defrost::manifest::yaml;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = yaml::parse(text);
    let Ok(scratch) = tempfile::tempdir() else { return };
    if std::fs::write(scratch.path().join("template.yaml"), text).is_ok() {
        let _ = defrost::declare::read("template.yaml", &DiskFiles::new(scratch.path()));
    }
});
