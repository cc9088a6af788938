#![no_main]
//! Parses the input as JavaScript and as TypeScript, on a stack as large as the program gives.

use defrost::lang::javascript::{self, Dialect, ParseMode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let work = move || {
        for dialect in [Dialect::CommonJs, Dialect::Module] {
            let plain = ParseMode::javascript(dialect);
            let _ = javascript::parse(&text, plain);
            let _ = javascript::parse(&text, ParseMode { typescript: true, jsx: true, ..plain });
        }
    };
    let thread = std::thread::Builder::new().stack_size(defrost::lang::python::PARSE_STACK).spawn(work);
    if let Ok(thread) = thread {
        thread.join().expect("parsing does not panic");
    }
});
