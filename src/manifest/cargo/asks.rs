//! What the features of one package ask of its dependencies.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dependency, Feature};

/// What the features of one package that are on ask of its dependencies, by the keys of these.
#[derive(Debug, Default)]
pub struct Asks {
    /// Optional dependencies that they bring.
    pub optional: BTreeSet<String>,
    /// Dependencies of which they ask for something where these are there: `key?/feature`.
    pub weak: BTreeSet<String>,
    passed: BTreeMap<String, BTreeSet<String>>,
}

impl Asks {
    /// Completes the features that are on by those that they imply. `feature` has those of the package's manifest.
    pub fn of<'f>(feature: &dyn Fn(&str) -> Option<&'f Feature>, features: &mut BTreeSet<String>) -> Self {
        let mut asks = Self::default();
        let mut todo: Vec<String> = features.iter().cloned().collect();
        while let Some(name) = todo.pop() {
            let Some(known) = feature(&name) else {
                // An optional dependency is a feature of its own, unless some other has it under `dep:`.
                asks.optional.insert(name);
                continue;
            };
            for enable in &known.enables {
                if let Some(key) = enable.strip_prefix("dep:") {
                    asks.optional.insert(key.to_owned());
                } else if let Some((key, passed)) = enable.split_once('/') {
                    let implied = asks.pass(key, passed);
                    // With an optional dependency the feature of its name is on.
                    todo.extend(implied.filter(|name| feature(name).is_some() && features.insert(name.clone())));
                } else if features.insert(enable.clone()) {
                    todo.push(enable.clone());
                }
            }
        }
        asks
    }

    /// Notes `key/feature` or `key?/feature`; the key, where the dependency is brought by it.
    fn pass(&mut self, key: &str, feature: &str) -> Option<String> {
        let weak = key.strip_suffix('?');
        self.passed.entry(weak.unwrap_or(key).to_owned()).or_default().insert(feature.to_owned());
        let asked = if weak.is_some() { &mut self.weak } else { &mut self.optional };
        asked.insert(weak.unwrap_or(key).to_owned());
        weak.is_none().then(|| key.to_owned())
    }

    /// The features that an entry is asked for.
    #[must_use]
    pub fn of_entry(&self, dependency: &Dependency) -> BTreeSet<String> {
        let listed = dependency.features.iter().map(|(name, _)| name.clone());
        let default = dependency.default_features.then(|| "default".to_owned());
        let passed = self.passed.get(&dependency.key).into_iter().flatten().cloned();
        listed.chain(default).chain(passed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_bring_dependencies_and_pass_features_on() {
        let feature = |name: &str, enables: &[&str]| Feature {
            name: name.to_owned(),
            enables: enables.iter().map(ToString::to_string).collect(),
            ..Feature::default()
        };
        let table = [
            feature("default", &["json", "log?/std"]),
            feature("json", &["serde/derive"]),
            feature("serde", &["dep:serde", "dep:extra"]),
        ];
        let mut on = BTreeSet::from(["default".to_owned()]);
        let asks = Asks::of(&|name| table.iter().find(|feature| feature.name == name), &mut on);
        let names = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!((names(&on), names(&asks.weak)), ("default json serde".to_owned(), "log".to_owned()));
        assert_eq!(names(&asks.optional), "extra serde");
        let entry = Dependency { key: "serde".to_owned(), default_features: true, ..Dependency::default() };
        assert_eq!(names(&asks.of_entry(&entry)), "default derive");
    }
}
