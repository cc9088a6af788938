#![no_main]
//! Reads the input as a Cargo manifest and as a lock file.

use defrost::manifest::cargo::{CargoManifest, lock::Lock};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let _ = CargoManifest::parse("Cargo.toml", (&*text).into());
    let lock = Lock::parse(&text);
    let _ = lock.duplicates().count();
});
