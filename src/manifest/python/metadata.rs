//! What an installed distribution says about itself: `METADATA` and `entry_points.txt`.

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
    let Some(environment) = environment(version) else { return Vec::new() };
    let extras: Vec<ExtraName> = extras.iter().filter_map(|extra| ExtraName::from_str(extra).ok()).collect();
    let read = lines(metadata).filter_map(read);
    read.filter(|requirement| requirement.evaluate_markers(&environment, &extras))
        .map(|requirement| Needed {
            name: normalized(requirement.name.as_ref()),
            extras: requirement.extras.iter().map(|extra| normalized(extra.as_ref())).collect(),
        })
        .collect()
}

/// Something that a distribution needs wherever it is installed, or may need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Required {
    /// The distribution's normalised name.
    pub name: String,
    /// The extras that bring it, normalised, in the order in which they are named; none: it comes without one.
    pub by_extras: Vec<String>,
}

/// All that `Requires-Dist` names, on whatever platform and Python it is needed.
#[must_use]
pub fn required(metadata: &str) -> Vec<Required> {
    lines(metadata).map(|line| read(line).map_or_else(|| plain(line), |requirement| told(line, &requirement))).collect()
}

fn told(line: &str, requirement: &Requirement<VerbatimUrl>) -> Required {
    let name = normalized(requirement.name.as_ref());
    if requirement.marker.evaluate_extras(&[]) {
        return Required { name, by_extras: Vec::new() };
    }
    let mut by_extras: Vec<String> = Vec::new();
    for extra in named_extras(line) {
        let brings = ExtraName::from_str(extra).is_ok_and(|extra| requirement.marker.evaluate_extras(&[extra]));
        let extra = normalized(extra);
        if brings && !by_extras.contains(&extra) {
            by_extras.push(extra);
        }
    }
    Required { name, by_extras }
}

/// The normalised name that a requirement begins with, be it one by today's grammar or not.
#[must_use]
pub fn name_of_requirement(requirement: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = requirement.find(|c: char| !is_part(c)).unwrap_or(requirement.len());
    normalized(&requirement[..end])
}

/// A line that is no requirement by today's grammar: its name alone.
fn plain(line: &str) -> Required {
    Required { name: name_of_requirement(line), by_extras: Vec::new() }
}

/// The extras that a marker compares with.
fn named_extras(line: &str) -> impl Iterator<Item = &str> {
    let marker = line.split_once(';').map_or("", |(_, marker)| marker);
    marker.split("extra").skip(1).filter_map(|part| {
        let quoted = part.trim_start().strip_prefix("==")?.trim_start();
        quoted.strip_prefix(['"', '\''])?.split(['"', '\'']).next()
    })
}

/// The lines that name what a distribution needs.
fn lines(metadata: &str) -> impl Iterator<Item = &str> {
    let header = metadata.split("\n\n").next().unwrap_or_default();
    header.lines().filter_map(|line| line.strip_prefix("Requires-Dist:")).map(str::trim)
}

fn read(line: &str) -> Option<Requirement<VerbatimUrl>> {
    is_safe(line).then(|| Requirement::from_str(line).ok()).flatten()
}

/// One line of an `entry_points.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The group.
    pub group: String,
    /// Its name.
    pub name: String,
    /// The module that it loads.
    pub module: String,
    /// What in the module it is, dotted; empty for the module itself.
    pub attributes: String,
}

/// The entry points in the text of an `entry_points.txt`.
#[must_use]
pub fn entry_points(text: &str) -> Vec<EntryPoint> {
    let (mut group, mut found) = ("", Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = header.trim();
        } else if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', ';'])) {
            // Extras behind the value ask for something and change nothing of what is loaded.
            let value = value.split('[').next().unwrap_or_default().trim();
            let (module, attributes) = value.split_once(':').unwrap_or((value, ""));
            let [name, module, attributes] = [name, module, attributes].map(|part| part.trim().to_owned());
            found.push(EntryPoint { group: group.to_owned(), name, module, attributes });
        }
    }
    found
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

    #[test]
    fn what_is_required_has_its_extras() {
        let text = "Requires-Dist: jmespath (>=1.0)\nRequires-Dist: tomli; python_version < \"3.11\"\nRequires-Dist: \
                    aws-xray-sdk (>=2.8.0,<3.0.0) ; extra == \"all\" or extra == \"Tracer\"\nRequires-Dist: PyYAML>=5; \
                    (extra == 'yaml') and python_version >= '3.8'\nRequires-Dist: odd ~ 1\n";
        let found: Vec<(String, String)> =
            required(text).into_iter().map(|required| (required.name, required.by_extras.join(" "))).collect();
        let expected =
            [("jmespath", ""), ("tomli", ""), ("aws-xray-sdk", "all tracer"), ("pyyaml", "yaml"), ("odd", "")];
        assert_eq!(found, expected.map(|(name, extras)| (name.to_owned(), extras.to_owned())));
    }

    #[test]
    fn entry_points_have_groups() {
        let found = entry_points("[pytest11]\n# no\nshop = shop.plug:Plug.make [fast]\n\n[a.b]\nx=y\n");
        let found: Vec<_> = found.iter().map(|e| [&*e.group, &e.name, &e.module, &e.attributes]).collect();
        assert_eq!(found, [["pytest11", "shop", "shop.plug", "Plug.make"], ["a.b", "x", "y", ""]]);
    }
}
