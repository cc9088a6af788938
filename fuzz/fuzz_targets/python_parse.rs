#![no_main]
//! Parses the input as a Python file, on a stack as large as the program gives.

use defrost::lang::python;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let data = data.to_vec();
    let thread = std::thread::Builder::new().stack_size(python::PARSE_STACK).spawn(move || {
        let _ = python::parse(&data);
    });
    if let Ok(thread) = thread {
        thread.join().expect("parsing does not panic");
    }
});
