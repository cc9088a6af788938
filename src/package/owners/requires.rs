//! What an installed distribution says that it needs: `Requires-Dist` in its `METADATA`.

use std::collections::{BTreeMap, BTreeSet};

use super::Package;
use super::python::metadata;
use crate::artifact::Artifact;
use crate::manifest::python::required;

/// Metadata larger than this is not read.
const LARGEST: u64 = 1 << 20;

/// The distributions that one needs, by normalised name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Requires {
    /// In any case.
    pub always: BTreeSet<String>,
    /// By extra, its name normalised.
    pub extras: BTreeMap<String, BTreeSet<String>>,
}

impl Requires {
    /// What the text of a `METADATA` file says.
    #[must_use]
    pub fn in_metadata(text: &str) -> Self {
        let mut requires = Self::default();
        for required in required(text) {
            if required.by_extras.is_empty() {
                requires.always.insert(required.name.clone());
            }
            for extra in required.by_extras {
                requires.extras.entry(extra).or_default().insert(required.name.clone());
            }
        }
        requires
    }

    /// What an installed distribution says; nothing where it says nothing.
    #[must_use]
    pub fn of(artifact: &Artifact, package: &Package) -> Self {
        let entry = metadata(artifact, package, "METADATA").filter(|id| artifact.entry(*id).bytes <= LARGEST);
        let Some(bytes) = entry.and_then(|entry| artifact.read(entry).ok()) else { return Self::default() };
        Self::in_metadata(&crate::text::lossy((*bytes).as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_always_and_for_extras_is_told_apart() {
        let text = "Name: tool\nRequires-Dist: jmespath (>=1.0)\nRequires-Dist: aws-xray-sdk ; extra == \"all\" or \
                    extra == \"tracer\"\n\nRequires-Dist: not this";
        let requires = Requires::in_metadata(text);
        assert_eq!(requires.always, BTreeSet::from(["jmespath".to_owned()]));
        assert_eq!(requires.extras.keys().collect::<Vec<_>>(), ["all", "tracer"]);
    }
}
