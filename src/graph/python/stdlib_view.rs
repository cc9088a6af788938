//! The standard library as the interpreter asks for it.

use super::stdlib::Stdlib;

/// Facts about the standard library of one version.
pub(super) struct StdlibView {
    stdlib: Stdlib,
}

impl StdlibView {
    pub(super) fn new(version: (u16, u16)) -> Self {
        Self { stdlib: Stdlib::for_version(version) }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.stdlib.contains(name)
    }

    pub(super) fn is_preloaded(&self, name: &str) -> bool {
        self.stdlib.is_preloaded(name)
    }

    pub(super) fn self_ms(&self, name: &str) -> f64 {
        self.stdlib.module(name).map_or(0.0, |module| module.self_ms)
    }

    pub(super) fn imports(&self, name: &str) -> Vec<String> {
        self.stdlib.imports(name).map(str::to_owned).collect()
    }

    pub(super) fn has_name(&self, module: &str, name: &str) -> bool {
        matches!(module, "sys" | "builtins" | "io" | "_io") || self.stdlib.module(module).is_none() || self.stdlib.has_name(module, name)
    }

    pub(super) fn public_names(&self, module: &str) -> Vec<String> {
        self.stdlib.names(module).filter(|name| !name.starts_with('_')).map(str::to_owned).collect()
    }
}
