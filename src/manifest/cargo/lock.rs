//! `Cargo.lock`.

use std::collections::{BTreeMap, BTreeSet};

/// One locked package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockedPackage {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// `registry+...`, `git+...`; `None` for paths.
    pub source: Option<String>,
    /// Indices of what it depends on.
    pub dependencies: Vec<usize>,
}

/// A lock file.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// The packages in file order.
    pub packages: Vec<LockedPackage>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Lock {
    /// Reads a lock file. It is machine-written, one fact a line, so lines suffice.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut packages: Vec<(LockedPackage, Vec<String>)> = Vec::new();
        let mut in_list = false;
        for line in text.lines() {
            let line = line.trim();
            if line == "[[package]]" {
                packages.push(Default::default());
                in_list = false;
                continue;
            }
            let Some((package, wanted)) = packages.last_mut() else { continue };
            if in_list {
                in_list = !line.starts_with(']');
                if in_list {
                    wanted.push(line.trim_matches(|c| matches!(c, '"' | ',' | ' ')).to_string());
                }
            } else if let Some((key, value)) = line.split_once(" = ") {
                let value = value.trim_matches('"').to_string();
                match key {
                    "name" => package.name = value,
                    "version" => package.version = value,
                    "source" => package.source = Some(value),
                    "dependencies" => in_list = !value.ends_with(']'),
                    _ => {}
                }
            }
        }
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, (package, _)) in packages.iter().enumerate() {
            by_name.entry(package.name.clone()).or_default().push(at);
        }
        let mut lock = Self { packages: Vec::new(), by_name };
        let plain: Vec<(String, String)> = packages.iter().map(|(p, _)| (p.name.clone(), p.version.clone())).collect();
        for (mut package, wanted) in packages {
            for want in wanted {
                let mut parts = want.split(' ');
                let (name, version) = (parts.next().unwrap_or_default(), parts.next());
                let candidates = lock.by_name.get(name).map_or(&[][..], Vec::as_slice);
                let found = candidates.iter().find(|at| version.is_none_or(|version| plain[**at].1 == version));
                package.dependencies.extend(found);
            }
            lock.packages.push(package);
        }
        lock
    }

    /// Indices of the packages with this name.
    #[must_use]
    pub fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Which locked package `from` means when it depends on `name`; without a locked `from` the
    /// only one of that name that fits the requirement.
    #[must_use]
    pub fn resolve(&self, from: &str, name: &str, requirement: Option<&str>) -> Option<&LockedPackage> {
        let direct = self.named(from).iter().filter(|at| self.packages[**at].source.is_none());
        let mut edges: Vec<usize> = direct
            .flat_map(|at| &self.packages[*at].dependencies)
            .copied()
            .filter(|at| self.packages[*at].name == name)
            .collect();
        if edges.is_empty() {
            edges = self.named(name).to_vec();
        }
        self.chosen(&edges, requirement).map(|at| &self.packages[at])
    }

    /// The package that the locked one at `from` means when it depends on `name`.
    #[must_use]
    pub fn edge(&self, from: usize, name: &str, requirement: Option<&str>) -> Option<usize> {
        let edges = self.packages.get(from)?.dependencies.iter().copied();
        let edges: Vec<usize> = edges.filter(|at| self.packages[*at].name == name).collect();
        self.chosen(&edges, requirement)
    }

    /// Of several versions the one that fits a requirement.
    fn chosen(&self, edges: &[usize], requirement: Option<&str>) -> Option<usize> {
        let wanted = requirement.map(|requirement| requirement.trim_start_matches(['^', '=', '~', ' ', '>']));
        let fits = |at: &&usize| wanted.is_some_and(|wanted| compatible(wanted, &self.packages[**at].version));
        edges.iter().find(fits).or_else(|| edges.last()).copied()
    }

    /// Names with more than one locked version.
    pub fn duplicates(&self) -> impl Iterator<Item = (&str, Vec<&LockedPackage>)> {
        self.by_name
            .iter()
            .filter(|(_, at)| at.len() > 1)
            .map(|(name, at)| (name.as_str(), at.iter().map(|at| &self.packages[*at]).collect()))
    }

    /// Names of the packages that the direct dependencies of `from` lead to, those of `without` left out.
    #[must_use]
    pub fn reached_beside(&self, from: &str, without: &str) -> BTreeSet<&str> {
        let own = self.named(from).iter().filter(|at| self.packages[**at].source.is_none());
        let direct = own.flat_map(|at| &self.packages[*at].dependencies).copied();
        let mut todo: Vec<usize> = direct.filter(|at| self.packages[*at].name != without).collect();
        let mut seen: BTreeSet<usize> = todo.iter().copied().collect();
        while let Some(at) = todo.pop() {
            todo.extend(self.packages[at].dependencies.iter().copied().filter(|next| seen.insert(*next)));
        }
        seen.into_iter().map(|at| self.packages[at].name.as_str()).collect()
    }

    /// Whether `name` is reached from any package of the workspace other than by the direct edge
    /// of `from`.
    #[must_use]
    pub fn reached_without(&self, from: &str, target: &LockedPackage) -> Vec<&LockedPackage> {
        let Some(goal) = self.packages.iter().position(|package| package == target) else { return Vec::new() };
        self.packages
            .iter()
            .filter(|package| {
                package.dependencies.contains(&goal) && !(package.source.is_none() && package.name == from)
            })
            .collect()
    }
}

/// Same major version, or same minor below 1.0.
fn compatible(wanted: &str, version: &str) -> bool {
    let numbers =
        |text: &str| -> Vec<u64> { text.split(['.', '-', '+', ',']).map_while(|part| part.parse().ok()).collect() };
    let (wanted, have) = (numbers(wanted), numbers(version));
    match (wanted.first(), have.first()) {
        (Some(0), Some(0)) => wanted.get(1).is_none_or(|minor| have.get(1) == Some(minor)),
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_resolved_by_version() {
        let lock = Lock::parse(
            "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"a 2.0.0\",\n]\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\nsource = \"registry+x\"\n",
        );
        assert_eq!(lock.resolve("app", "a", None).map(|p| p.version.as_str()), Some("2.0.0"));
        assert_eq!(lock.duplicates().count(), 1);
        assert_eq!(lock.reached_beside("app", "b").into_iter().collect::<Vec<_>>(), ["a"]);
        assert!(lock.reached_beside("app", "a").is_empty());
    }
}
