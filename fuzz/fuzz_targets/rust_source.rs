#![no_main]
//! Reads the input as a Rust file, on a stack as large as the program gives.

use defrost::lang::rust::facts::{self, Around};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let work = move || {
        let _ = facts::read(&text, false, &Around::default());
        let _ = facts::read_doc(&text);
    };
    let thread = std::thread::Builder::new().stack_size(defrost::lang::python::PARSE_STACK).spawn(work);
    if let Ok(thread) = thread {
        thread.join().expect("reading does not panic");
    }
});
