//! Which rule speaks of a package that Init loads in vain: the first that fits.

use std::collections::BTreeSet;

use super::Finding;

/// Rules that name such a package, the first that fits first.
pub const RULES: [&str; 9] = [
    "unused-heavy-import",
    "heavy-import-for-few-routes",
    "heavy-import-rarely-used",
    "whole-sdk-import",
    "heavier-import-path",
    "barrel-import",
    "heavy-part-of-library",
    "unpickles-at-init",
    "model-load-at-init",
];

/// Leaves one finding for each package and function. What comes along with a package of which an earlier rule speaks
/// goes with that.
pub fn settle(findings: &mut Vec<Finding>) {
    let mut named: BTreeSet<(Option<String>, String)> = BTreeSet::new();
    let mut dropped: BTreeSet<(Option<String>, String, &'static str)> = BTreeSet::new();
    for rule in RULES {
        let its: Vec<_> = findings.iter().filter(|finding| finding.rule == rule).collect();
        let mut new = Vec::new();
        for finding in its {
            let Some(subject) = &finding.subject else { continue };
            let is_named = |package: &String| named.contains(&(finding.function.clone(), package.clone()));
            if is_named(subject) || finding.through.as_ref().is_some_and(is_named) {
                dropped.insert((finding.function.clone(), subject.clone(), rule));
            } else {
                new.push((finding.function.clone(), subject.clone()));
            }
        }
        named.extend(new);
    }
    findings.retain(|finding| {
        let subject = finding.subject.clone().unwrap_or_default();
        !dropped.contains(&(finding.function.clone(), subject, finding.rule))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Location;

    fn finding(rule: &'static str, subject: &str, through: Option<&str>) -> Finding {
        let mut finding = Finding::new(Location::default(), "").about(subject);
        finding.rule = rule;
        finding.through = through.map(str::to_owned);
        finding
    }

    #[test]
    fn the_first_rule_that_fits_speaks_of_a_package() {
        let mut findings = vec![
            finding("heavy-part-of-library", "numpy", Some("pandas")),
            finding("heavy-part-of-library", "yaml", Some("config")),
            finding("heavy-import-rarely-used", "pandas", None),
            finding("unused-heavy-import", "pandas", None),
            finding("sdk-in-package", "pandas", None),
        ];
        settle(&mut findings);
        let left: Vec<_> = findings.iter().map(|f| (f.rule, f.subject.as_deref().unwrap_or_default())).collect();
        let expected =
            [("heavy-part-of-library", "yaml"), ("unused-heavy-import", "pandas"), ("sdk-in-package", "pandas")];
        assert_eq!(left, expected);
    }
}
