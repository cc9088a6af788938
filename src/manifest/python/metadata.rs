//! What an installed distribution says about itself: `METADATA`.

use std::collections::BTreeSet;
use std::str::FromStr;

use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, Requirement, VerbatimUrl};

use super::{is_safe, normalized};

/// Something that a distribution needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// The distribution's normalised name.
    pub name: String,
    /// The extras that are asked of it, normalised.
    pub extras: BTreeSet<String>,
}

/// What a distribution needs on Lambda with a Python version, when some of its extras are asked for: `Requires-Dist`.
#[must_use]
pub fn needed(metadata: &str, version: (u16, u16), extras: &BTreeSet<String>) -> Vec<Needed> {
    let header = metadata.split("\n\n").next().unwrap_or_default();
    let Some(environment) = environment(version) else { return Vec::new() };
    let extras: Vec<ExtraName> = extras.iter().filter_map(|extra| ExtraName::from_str(extra).ok()).collect();
    let lines = header.lines().filter_map(|line| line.strip_prefix("Requires-Dist:")).map(str::trim);
    let read = lines.filter(|line| is_safe(line)).filter_map(|line| Requirement::<VerbatimUrl>::from_str(line).ok());
    read.filter(|requirement| requirement.evaluate_markers(&environment, &extras))
        .map(|requirement| Needed {
            name: normalized(requirement.name.as_ref()),
            extras: requirement.extras.iter().map(|extra| normalized(extra.as_ref())).collect(),
        })
        .collect()
}

/// What markers are decided for.
pub(super) fn environment((major, minor): (u16, u16)) -> Option<MarkerEnvironment> {
    let version = format!("{major}.{minor}");
    let full = format!("{version}.0");
    let environment = MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name: "posix",
        platform_machine: "x86_64",
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system: "Linux",
        platform_version: "",
        python_full_version: &full,
        python_version: &version,
        sys_platform: "linux",
    });
    environment.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_and_extras_decide_what_is_needed() {
        let text = "Name: x\nRequires-Dist: Plain_Name[fast] (>=1)\nRequires-Dist: old; python_version < \"3.9\"\n\
                    Requires-Dist: more; extra == \"speed\"\n\nRequires-Dist: text";
        let names = |extras: &[&str]| {
            let extras = extras.iter().map(|extra| (*extra).to_owned()).collect();
            needed(text, (3, 12), &extras).into_iter().map(|needed| needed.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["plain-name"]);
        assert_eq!(names(&["speed"]), ["plain-name", "more"]);
        assert_eq!(needed(text, (3, 12), &BTreeSet::new())[0].extras, BTreeSet::from(["fast".to_owned()]));
    }
}
