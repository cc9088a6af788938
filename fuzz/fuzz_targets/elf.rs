#![no_main]
//! Reads the input as an ELF file.

use defrost::lang::native;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(facts) = native::read(data) {
        assert!(facts.constructors <= facts.bytes);
        assert!(facts.sections.iter().all(|section| section.bytes <= facts.bytes));
    }
});
