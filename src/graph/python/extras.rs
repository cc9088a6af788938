//! Extras: what a distribution needs for the parts of it that not everybody uses.

use super::build::Setup;
use super::limits::LIMITS;
use crate::artifact::EntryId;
use crate::manifest::python::{import_names, normalized};
use crate::package::owners::python::metadata;

impl Setup<'_> {
    /// The distribution that owns a file and the extra of it that brings a top-level module.
    pub(super) fn extra_with(&self, file: EntryId, module: &str) -> Option<(String, String)> {
        let package = self.packages.packages.get(self.packages.owner(file)?.0 as usize)?;
        let entry = metadata(self.artifact, package, "METADATA")?;
        if self.artifact.entry(entry).bytes > LIMITS.metadata_bytes {
            return None;
        }
        let bytes = self.artifact.read(entry).ok()?;
        let text = crate::text::lossy((*bytes).as_ref()).into_owned();
        let extra = extra_in(text.split("\n\n").next().unwrap_or_default(), module)?;
        Some((package.name.to_string(), extra))
    }

    /// The distribution that owns a file, with its version.
    pub(super) fn package_of(&self, file: EntryId) -> Option<String> {
        let package = self.packages.packages.get(self.packages.owner(file)?.0 as usize)?;
        let version = package.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        Some(format!("{}{version}", package.name))
    }
}

/// The first extra by which a `METADATA` header asks for a distribution with this module; one that brings everything
/// only where no other does.
fn extra_in(header: &str, module: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for line in header.lines().filter_map(|line| line.strip_prefix("Requires-Dist:")) {
        let Some((requirement, marker)) = line.trim().split_once(';') else { continue };
        let end = requirement.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.'));
        let name = normalized(requirement.get(..end.unwrap_or(requirement.len())).unwrap_or_default());
        if !is_imported_as(&name, module) {
            continue;
        }
        for part in marker.split("extra ==").skip(1) {
            let quoted = part.trim_start().trim_start_matches(['"', '\'']);
            let extra = quoted.split(['"', '\'']).next().unwrap_or_default();
            if found.is_none() || found.as_deref() == Some("all") {
                found = Some(extra.to_owned());
            }
        }
    }
    found
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
