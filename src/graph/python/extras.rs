//! Extras: what a distribution needs for the parts of it that not everybody uses.

use std::collections::BTreeSet;

use super::build::Setup;
use super::limits::LIMITS;
use crate::artifact::EntryId;
use crate::manifest::python::{import_names, needed, required};
use crate::package::owners::Package;
use crate::package::owners::python::metadata;

impl Setup<'_> {
    /// The distribution that owns a file and the extra of it that brings a top-level module.
    pub(super) fn extra_with(&self, file: EntryId, module: &str) -> Option<(String, String)> {
        let package = self.packages.packages.get(self.packages.owner(file)?.0 as usize)?;
        let extra = extra_in(&self.metadata_of(package)?, module)?;
        Some((package.name.to_string(), extra))
    }

    /// The normalised names of what the distribution that owns a file needs in any case.
    pub(super) fn needs_of(&self, file: EntryId) -> Vec<String> {
        let package = self.packages.owner(file).and_then(|id| self.packages.packages.get(id.0 as usize));
        let text = package.and_then(|package| self.metadata_of(package)).unwrap_or_default();
        needed(&text, self.version, &BTreeSet::new()).into_iter().map(|needed| needed.name).collect()
    }

    /// What a distribution says about itself.
    fn metadata_of(&self, package: &Package) -> Option<String> {
        let entry = metadata(self.artifact, package, "METADATA")?;
        if self.artifact.entry(entry).bytes > LIMITS.metadata_bytes {
            return None;
        }
        let bytes = self.artifact.read(entry).ok()?;
        Some(crate::text::lossy((*bytes).as_ref()).into_owned())
    }

    /// The distribution that owns a file, with its version.
    pub(super) fn package_of(&self, file: EntryId) -> Option<String> {
        let package = self.packages.packages.get(self.packages.owner(file)?.0 as usize)?;
        let version = package.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        Some(format!("{}{version}", package.name))
    }
}

/// The first extra by which a `METADATA` asks for a distribution with this module; one that brings everything
/// only where no other does.
fn extra_in(text: &str, module: &str) -> Option<String> {
    let required = required(text).into_iter().filter(|required| is_imported_as(&required.name, module));
    let extras: Vec<String> = required.flat_map(|required| required.by_extras).collect();
    extras.iter().find(|extra| *extra != "all").or(extras.first()).cloned()
}

fn is_imported_as(distribution: &str, module: &str) -> bool {
    import_names(distribution).iter().any(|name| name.split('.').next() == Some(module))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Name: tool\nRequires-Dist: jmespath (>=1.0)\nRequires-Dist: aws-xray-sdk (>=2.8.0,<3.0.0) ; \
                          extra == \"all\" or extra == \"tracer\"\nRequires-Dist: PyYAML>=5; extra == 'yaml'\n";

    #[test]
    fn the_extra_that_brings_a_module_is_named() {
        assert_eq!(extra_in(HEADER, "aws_xray_sdk").as_deref(), Some("tracer"));
        assert_eq!(extra_in(HEADER, "yaml").as_deref(), Some("yaml"));
        assert_eq!(extra_in(HEADER, "jmespath"), None);
    }
}
