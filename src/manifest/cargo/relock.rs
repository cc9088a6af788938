//! Cargo's lock file brought up to date after entries of manifests or features of them have gone: by rule, without a
//! registry. What nobody asks for any more goes; versions stay.
//!
//! A lock file has what the members need with all their features, for tests and for every platform, and what the features
//! that these ask for bring of each crate (Cargo's book, "Dependency Resolution"; its resolver takes `key?/feature` for
//! bringing the dependency, see its issue 10801). It is changed only where this rule gives what it has before the change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::lock::Lock;
use super::registry::{CrateSource, Registry};
use super::workspace::CargoWorkspace;
use super::{Asks, CargoManifest, DependencyKind, Feature};

/// Features and entries that are looked at: past that the lock file is left as it is.
const MOST_WORK: usize = 5_000_000;

/// A package by its number, with the features that are asked of it.
type Asked = (usize, BTreeSet<String>);

/// The text of a lock file (version 3 or 4) for a workspace from which entries or features were taken; the same text where
/// it need not change. `None` where it is not as the rule has it, or where the sources of crates that may need less are
/// not here.
#[must_use]
pub fn relocked(text: &str, before: &CargoWorkspace, after: &CargoWorkspace, registry: &Registry) -> Option<String> {
    let lock = Lock::parse(text);
    if !is_understood(text, &lock) {
        return None;
    }
    let sources = Sources::of(&lock, before, registry);
    let old = sources.needed(before)?;
    let is_same = |(at, package): (usize, &super::lock::LockedPackage)| {
        let locked: BTreeSet<usize> = package.dependencies.iter().copied().collect();
        old.edges.get(&at).is_some_and(|edges| *edges == locked)
    };
    if !lock.packages.iter().enumerate().all(is_same) {
        return None;
    }
    let new = sources.needed(after)?;
    // Of what crates ask for that cannot be read, nothing must depend on the change.
    let is_certain = |at: &usize| !sources.is_clouded(*at) || old.features.get(at) == new.features.get(at);
    new.features.keys().all(is_certain).then(|| written(text, &lock, &new.edges))
}

/// Whether a lock file has nothing but what is read of it.
fn is_understood(text: &str, lock: &Lock) -> bool {
    let is_known = |line: &str| matches!(line, "version = 3" | "version = 4");
    let is_other = |line: &str| line.starts_with('[') && line != "[[package]]";
    let mut seen = BTreeSet::new();
    let mut packages = lock.packages.iter();
    text.lines().any(is_known)
        && !text.lines().any(is_other)
        && packages.all(|package| seen.insert((&package.name, &package.version)))
}

/// The manifests of what is locked.
struct Sources<'a> {
    lock: &'a Lock,
    others: Vec<Option<Arc<CrateSource>>>,
    /// What cannot be read, and all that it leads to: who asks what of it is not known.
    clouded: BTreeSet<usize>,
}

/// What a workspace needs: features that are known to be asked for, and dependencies, by package.
#[derive(Default)]
struct Needed {
    features: BTreeMap<usize, BTreeSet<String>>,
    edges: BTreeMap<usize, BTreeSet<usize>>,
}

impl<'a> Sources<'a> {
    fn of(lock: &'a Lock, workspace: &CargoWorkspace, registry: &Registry) -> Self {
        let is_member = |name: &str| workspace.member(name).is_some();
        let mut open = Vec::new();
        let others = lock.packages.iter().enumerate().map(|(at, package)| {
            if package.source.is_none() && is_member(&package.name) {
                return None;
            }
            let found = registry.find(&package.name, &package.version);
            open.extend(found.is_none().then_some(at));
            found
        });
        let others = others.collect();
        let mut clouded: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            open.extend(lock.packages[at].dependencies.iter().copied().filter(|next| clouded.insert(*next)));
        }
        Self { lock, others, clouded }
    }

    fn is_clouded(&self, at: usize) -> bool {
        self.clouded.contains(&at)
    }

    /// Follows what the members ask for; nothing where the lock file lacks something, or where that is too much.
    fn needed(&self, workspace: &CargoWorkspace) -> Option<Needed> {
        let mut needed = Needed::default();
        let mut todo = Vec::new();
        for member in &workspace.members {
            let own = self.lock.named(member.name()).iter().copied();
            let at = own.into_iter().find(|at| self.lock.packages[*at].source.is_none())?;
            let optional = member.dependencies.iter().filter(|dependency| dependency.optional);
            let optional = optional.map(|dependency| dependency.key.clone());
            let all = member.features.iter().map(|feature| feature.name.clone()).chain(optional);
            needed.features.insert(at, all.collect());
            todo.push(at);
        }
        let mut work = 0;
        while let Some(at) = todo.pop() {
            let (asked, cost) = self.asked(workspace, at, needed.features.get_mut(&at)?)?;
            work += cost;
            if work > MOST_WORK {
                return None;
            }
            let edges = needed.edges.entry(at).or_default();
            edges.extend(asked.iter().map(|(target, _)| *target));
            for (target, features) in asked {
                let is_new = !needed.features.contains_key(&target);
                let known = needed.features.entry(target).or_default();
                let count = known.len();
                known.extend(features);
                if is_new || known.len() > count {
                    todo.push(target);
                }
            }
        }
        Some(needed)
    }

    /// What a package asks for, with these features on, and how much was looked at for it. A clouded one may ask for all
    /// that is locked for it.
    fn asked(
        &self,
        workspace: &CargoWorkspace,
        at: usize,
        features: &mut BTreeSet<String>,
    ) -> Option<(Vec<Asked>, usize)> {
        let package = &self.lock.packages[at];
        let member = workspace.member(&package.name).filter(|_| package.source.is_none());
        let other = || self.others[at].as_ref().map(|source| &source.manifest);
        let manifest: Option<&CargoManifest> = member.or_else(other);
        let mut asked: Vec<Asked> = Vec::new();
        if self.is_clouded(at) || manifest.is_none() {
            asked.extend(package.dependencies.iter().map(|target| (*target, BTreeSet::new())));
        }
        let Some(manifest) = manifest else { return Some((asked, package.dependencies.len())) };
        let by_name: BTreeMap<&str, &Feature> =
            manifest.features.iter().map(|feature| (feature.name.as_str(), feature)).collect();
        let asks = Asks::of(&|name| by_name.get(name).copied(), features);
        let is_brought = |key: &String| asks.optional.contains(key) || asks.weak.contains(key);
        for dependency in &manifest.dependencies {
            let is_for_tests = dependency.kind == DependencyKind::Dev && member.is_none();
            if is_for_tests || dependency.optional && !is_brought(&dependency.key) {
                continue;
            }
            let target = self.lock.edge(at, &dependency.package, dependency.requirement.as_deref())?;
            asked.push((target, asks.of_entry(dependency)));
        }
        Some((asked, by_name.len() + manifest.dependencies.len()))
    }
}

/// The lock file with these dependencies, by package; a package without an entry goes.
fn written(text: &str, lock: &Lock, kept: &BTreeMap<usize, BTreeSet<usize>>) -> String {
    let count = |name: &str| lock.named(name).iter().filter(|at| kept.contains_key(at)).count();
    let mut out = String::new();
    let mut at = None;
    let mut lists = false;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_end();
        if plain == "[[package]]" {
            at = Some(at.map_or(0, |at: usize| at + 1));
        }
        let edges = at.map(|at| kept.get(&at));
        match edges {
            Some(None) => {}
            Some(Some(edges)) if plain == "dependencies = [" && edges.is_empty() => lists = true,
            Some(Some(edges)) if plain == "dependencies = [" => {
                let line_ends = &line[plain.len()..];
                out.push_str(line);
                let mut sorted: Vec<usize> = edges.iter().copied().collect();
                let in_order = at.map_or(&[][..], |at| &lock.packages[at].dependencies);
                sorted.sort_by_key(|edge| in_order.iter().position(|other| other == edge));
                for package in sorted.iter().map(|edge| &lock.packages[*edge]) {
                    let version =
                        if count(&package.name) > 1 { format!(" {}", package.version) } else { String::new() };
                    out.push_str(&format!(" \"{}{version}\",{line_ends}", package.name));
                }
                out.push_str(&format!("]{line_ends}"));
                lists = true;
            }
            _ if lists => lists = !plain.starts_with(']'),
            _ => out.push_str(line),
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push_str(if text.contains("\r\n") { "\r\n" } else { "\n" });
    out
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::input::files::DiskFiles;

    const LOCK: &str = "# @generated\nversion = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n \"b 1.0.0\",\n]\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"r\"\ndependencies = [\n \"b 2.0.0\",\n \"c\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"r\"\ndependencies = [\n \"c\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"r\"\n\n[[package]]\nname = \"c\"\nversion = \"1.0.0\"\nsource = \"r\"\n";
    const A: &str = "[package]\nname='a'\nversion='1.0.0'\n[dependencies]\nb='2'\nc={version='1',optional=true}\n[features]\ndefault=['c?/x']\n";
    const B: &str = "[package]\nname='b'\nversion='1.0.0'\n[dependencies]\nc='1'\n[dev-dependencies]\nz='1'\n";

    /// The lock file of an application without what its manifest has, given the manifests of some crates.
    fn without(entry: &str, crates: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        crates.iter().for_each(|(name, text)| write(&format!("crates/{name}/Cargo.toml"), text));
        let manifest = "[package]\nname='app'\nversion='0.1.0'\n[dependencies]\na='1'\nb='1'\n";
        write("Cargo.toml", manifest);
        let before = CargoWorkspace::read(&DiskFiles::new(folder.path()));
        write("Cargo.toml", &manifest.replace(entry, ""));
        let after = CargoWorkspace::read(&DiskFiles::new(folder.path()));
        relocked(LOCK, &before, &after, &Registry::in_folders(vec![folder.path().join("crates")]))
    }

    const B2: &str = "[package]\nname='b'\nversion='2.0.0'\n";
    const C: &str = "[package]\nname='c'\nversion='1.0.0'\n[features]\nx=[]\n";
    const ALL: [(&str, &str); 4] = [("a-1.0.0", A), ("b-1.0.0", B), ("b-2.0.0", B2), ("c-1.0.0", C)];

    #[test]
    fn what_nobody_asks_for_goes_and_names_get_shorter() {
        let left = without("b='1'\n", &ALL).unwrap_or_default();
        let first = LOCK.find("[[package]]\nname = \"b\"").unwrap();
        let second = LOCK.rfind("[[package]]\nname = \"b\"").unwrap();
        let wanted = format!("{}{}", &LOCK[..first], &LOCK[second..]);
        let wanted = wanted.replace(" \"b 1.0.0\",\n", "").replace("b 2.0.0", "b");
        assert_eq!(left, wanted);
        let none = without("a='1'\n", &ALL).unwrap_or_default();
        assert!(none.contains("dependencies = [\n \"b\",\n]") && !none.contains("2.0.0"), "{none}");
    }

    #[test]
    fn what_cannot_be_known_stays() {
        // What `a` asks of `c` is not known without its manifest.
        assert_eq!(without("b='1'\n", &ALL[1..]), None);
        // A lock file that is not as the rule has it.
        let other = A.replace("c={version='1',optional=true}\n", "");
        assert_eq!(without("b='1'\n", &[("a-1.0.0", &other), ALL[1], ALL[2], ALL[3]]), None);
    }
}
