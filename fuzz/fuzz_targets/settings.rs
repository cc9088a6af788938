#![no_main]
//! Reads the input as each of the four files that settings may be in, and resolves what they say.

use std::path::Path;
use std::sync::LazyLock;

use defrost::config::{SourceKind, read, resolve};
use defrost::engine::Registry;
use libfuzzer_sys::fuzz_target;

static REGISTRY: LazyLock<Option<Registry>> = LazyLock::new(|| defrost::rules::registry().ok());

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for (name, kind) in SourceKind::FILES {
        if let (Ok(Some(source)), Some(registry)) = (read(kind, name, &text), REGISTRY.as_ref()) {
            let _ = resolve(&source, registry, Path::new("/project"));
        }
    }
});
