//! Which features each locked crate is built with, as cargo joins what all who bring it ask for, and which of them
//! nobody asks for any more once an entry is gone. Crates for the build machine and those for the target are kept
//! apart, as the newer resolvers do; manifests alone are read.

use std::collections::{BTreeMap, BTreeSet};

use super::PackageInput;
use super::expansion::Source;
use crate::lang::rust::cfg::may_hold_on_lambda;
use crate::manifest::cargo::lock::Lock;
use crate::manifest::cargo::{CargoManifest, Dependency, DependencyKind};

/// What nobody asks for any more without an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// Features of crates that stay, by package and feature.
    pub(super) features: BTreeSet<(String, String)>,
    /// Whether manifests are missing that tell of what the entry brings.
    pub(super) is_open: bool,
}

/// A locked package, and whether it is built for the machine that builds.
type Node = (usize, bool);

/// The features of all packages that are built, also such as their manifests do not have.
type Joined = BTreeMap<Node, BTreeSet<String>>;

/// Cargo's rules for the features of one workspace.
pub(super) struct Unifier<'a> {
    input: &'a PackageInput<'a>,
    lock: &'a Lock,
    manifests: BTreeMap<usize, Option<Source<'a>>>,
}

impl<'a> Unifier<'a> {
    /// Nothing where no lock file says which crates there are.
    pub(super) fn new(input: &'a PackageInput<'_>) -> Option<Self> {
        let lock = input.workspace.lock.as_ref()?;
        Some(Self { input, lock, manifests: BTreeMap::new() })
    }

    /// What is lost without one entry of the package, whether it is built alone or with the whole workspace. Nothing
    /// where the lock file does not have the package.
    pub(super) fn lost(&mut self, entry: usize) -> Option<Lost> {
        let name = self.input.workspace.members[self.input.at].name();
        let member = self.locked_member(name)?;
        let dependency = self.input.workspace.members[self.input.at].dependencies.get(entry)?;
        self.edge(member, dependency)?;
        let mut lost = Lost::default();
        let members = self.input.workspace.members.iter().filter_map(|member| self.locked_member(member.name()));
        let all: Vec<usize> = members.collect();
        for roots in [vec![member], all] {
            let tests = (dependency.kind == DependencyKind::Dev).then_some(member);
            let with = self.join(&roots, tests, None);
            let without = self.join(&roots, tests, Some((member, entry)));
            for (node, on) in &with {
                let Some(left) = without.get(node) else {
                    lost.is_open |= self.manifests.get(&node.0).is_none_or(Option::is_none);
                    continue;
                };
                let package = &self.lock.packages[node.0].name;
                let manifest = self.manifests.get(&node.0).and_then(Option::as_ref).map(Source::manifest);
                let gone = on.difference(left);
                let gone = gone.filter(|feature| manifest.is_none_or(|manifest| has_feature(manifest, feature)));
                lost.features.extend(gone.map(|feature| (package.clone(), feature.clone())));
            }
        }
        Some(lost)
    }

    fn locked_member(&self, name: &str) -> Option<usize> {
        self.lock.named(name).iter().copied().find(|at| self.lock.packages[*at].source.is_none())
    }

    fn edge(&self, from: usize, dependency: &Dependency) -> Option<usize> {
        self.lock.edge(from, &dependency.package, dependency.requirement.as_deref())
    }

    fn read(&mut self, at: usize) {
        if self.manifests.contains_key(&at) {
            return;
        }
        let package = &self.lock.packages[at];
        let member = self.input.workspace.member(&package.name).filter(|_| package.source.is_none());
        let found = match member {
            Some(member) => Some(Source::Member(member, self.input.files)),
            None => self.input.registry.find(&package.name, &package.version).map(Source::Registry),
        };
        self.manifests.insert(at, found);
    }

    /// Follows what is asked for until nothing is new.
    fn join(&mut self, roots: &[usize], tests: Option<usize>, skipped: Option<(usize, usize)>) -> Joined {
        let mut joined = Joined::new();
        let mut todo: Vec<Node> = Vec::new();
        for root in roots {
            self.read(*root);
            let Some(Some(source)) = self.manifests.get(root) else { continue };
            let manifest = source.manifest();
            let features = self.input.enabled.of(manifest).into_iter().map(str::to_owned).collect();
            joined.insert((*root, false), features);
            todo.push((*root, false));
        }
        while let Some((at, for_host)) = todo.pop() {
            let Some(on) = joined.get_mut(&(at, for_host)) else { continue };
            let Some(Some(source)) = self.manifests.get(&at) else { continue };
            let asks = Asks::of(source.manifest(), on);
            let entries = source.manifest().dependencies.iter().enumerate();
            let wanted: Vec<(usize, bool, BTreeSet<String>)> = entries
                .filter(|(entry, dependency)| {
                    skipped != Some((at, *entry))
                        && (dependency.kind != DependencyKind::Dev || tests == Some(at))
                        && dependency.target.as_deref().is_none_or(may_hold_on_lambda)
                        && (!dependency.optional || asks.optional.contains(&dependency.key))
                })
                .filter_map(|(_, dependency)| {
                    let is_build = dependency.kind == DependencyKind::Build;
                    Some((self.edge(at, dependency)?, for_host || is_build, asks.of_entry(dependency)))
                })
                .collect();
            for (target, for_host, features) in wanted {
                self.read(target);
                let source = self.manifests.get(&target).and_then(Option::as_ref);
                let node = (target, for_host || source.is_some_and(|source| source.manifest().is_proc_macro()));
                let is_new = !joined.contains_key(&node);
                let before = joined.entry(node).or_default();
                let count = before.len();
                before.extend(features);
                if is_new || before.len() > count {
                    todo.push(node);
                }
            }
        }
        joined
    }
}

/// Whether a package has a feature; to ask for `default` means nothing where there is none.
fn has_feature(manifest: &CargoManifest, name: &str) -> bool {
    let is_declared = manifest.features.iter().any(|feature| feature.name == name);
    is_declared || manifest.dependencies.iter().any(|dependency| dependency.optional && dependency.key == name)
}

/// What the features of one package ask of its dependencies.
struct Asks {
    optional: BTreeSet<String>,
    passed: BTreeMap<String, BTreeSet<String>>,
}

impl Asks {
    /// Completes the features that are on by those that they imply.
    fn of(manifest: &CargoManifest, features: &mut BTreeSet<String>) -> Self {
        let mut asks = Self { optional: BTreeSet::new(), passed: BTreeMap::new() };
        let mut todo: Vec<String> = features.iter().cloned().collect();
        while let Some(name) = todo.pop() {
            let Some(feature) = manifest.features.iter().find(|feature| feature.name == name) else {
                // An optional dependency is a feature of its own, unless some other has it under `dep:`.
                asks.optional.insert(name);
                continue;
            };
            for enable in &feature.enables {
                if let Some(key) = enable.strip_prefix("dep:") {
                    asks.optional.insert(key.to_owned());
                } else if let Some((key, passed)) = enable.split_once('/') {
                    let weak = key.strip_suffix('?');
                    asks.passed.entry(weak.unwrap_or(key).to_owned()).or_default().insert(passed.to_owned());
                    if weak.is_none() {
                        asks.optional.insert(key.to_owned());
                    }
                } else if features.insert(enable.clone()) {
                    todo.push(enable.clone());
                }
            }
        }
        asks
    }

    /// The features that an entry is asked for.
    fn of_entry(&self, dependency: &Dependency) -> BTreeSet<String> {
        let listed = dependency.features.iter().map(|(name, _)| name.clone());
        let default = dependency.default_features.then(|| "default".to_owned());
        let passed = self.passed.get(&dependency.key).into_iter().flatten().cloned();
        listed.chain(default).chain(passed).collect()
    }
}
