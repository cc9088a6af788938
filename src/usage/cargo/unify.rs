//! Which features each locked crate is built with, as cargo joins what all who bring it ask for, and which of them
//! nobody asks for any more once an entry is gone. Crates for the build machine and those for the target are kept
//! apart, as the newer resolvers do, or not, as the first one; manifests alone are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::PackageInput;
use super::expansion::Source;
use crate::lang::rust::cfg::may_hold_on_lambda;
use crate::manifest::cargo::lock::Lock;
use crate::manifest::cargo::{Asks, Dependency, DependencyKind, Feature};

/// What nobody asks for any more without an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// Features of crates that stay, by package and feature.
    pub(super) features: BTreeSet<(String, String)>,
    /// Whether manifests are missing that tell of what the entry brings.
    pub(super) is_open: bool,
    /// Whether manifests of crates are missing that may ask for the same.
    pub(super) is_unread: bool,
}

/// A locked package, and whether it is built for the machine that builds.
type Node = (usize, bool);

/// The features of all packages that are built, also such as their manifests do not have.
type Joined = BTreeMap<Node, BTreeSet<String>>;

/// Features and entries that are looked at for one package: past that it is not known what is lost.
const MOST_WORK: usize = 5_000_000;

/// Whose entries for tests are built too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tests {
    Nobody,
    Of(usize),
    Members,
}

/// What is built together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    /// The whole workspace, and not the package alone.
    whole: bool,
    tests: Tests,
    /// For the machine that builds and for the target, as if they were one.
    as_one: bool,
    /// With what only other platforms need.
    everywhere: bool,
}

/// The manifest of a locked package.
struct Known<'a> {
    source: Source<'a>,
    /// The place of each feature in the manifest.
    features: FxHashMap<String, usize>,
    /// Optional dependencies, which are features too.
    optional: FxHashSet<String>,
}

/// Cargo's rules for the features of one workspace.
pub(super) struct Unifier<'a> {
    input: &'a PackageInput<'a>,
    lock: &'a Lock,
    manifests: BTreeMap<usize, Option<Known<'a>>>,
    /// What is on while all entries are there.
    whole: BTreeMap<Way, Arc<Joined>>,
    work: usize,
}

impl<'a> Unifier<'a> {
    /// Nothing where no lock file says which crates there are.
    pub(super) fn new(input: &'a PackageInput<'_>) -> Option<Self> {
        let lock = input.workspace.lock.as_ref()?;
        Some(Self { input, lock, manifests: BTreeMap::new(), whole: BTreeMap::new(), work: 0 })
    }

    /// What is lost without one entry of the package, whether it is built alone or with the whole workspace. Nothing
    /// where the lock file does not have the package.
    pub(super) fn lost(&mut self, entry: usize) -> Option<Lost> {
        let name = self.input.workspace.members[self.input.at].name();
        let member = self.locked_member(name)?;
        let dependency = self.input.workspace.members[self.input.at].dependencies.get(entry)?;
        self.edge(member, dependency)?;
        let mut lost = Lost::default();
        for way in self.ways(member, dependency.kind) {
            let Some((with, without)) = self.with_and_without(way, (member, entry)) else {
                return Some(Lost { is_open: true, is_unread: true, ..lost });
            };
            lost.is_unread |= with.keys().any(|node| !matches!(self.manifests.get(&node.0), Some(Some(_))));
            for (node, on) in &*with {
                let known = self.manifests.get(&node.0).and_then(Option::as_ref);
                let Some(left) = without.get(node) else {
                    lost.is_open |= known.is_none();
                    continue;
                };
                let package = &self.lock.packages[node.0].name;
                let gone = on.difference(left).filter(|feature| known.is_none_or(|known| known.has(feature)));
                lost.features.extend(gone.map(|feature| (package.clone(), feature.clone())));
            }
        }
        Some(lost)
    }

    /// What may be built of which the entry is a part. With the first resolver what others ask for on other platforms
    /// and for tests counts, unless people take the package without them: only what is lost in neither is not.
    fn ways(&self, member: usize, kind: DependencyKind) -> Vec<Way> {
        let as_one = self.input.workspace.joins_all_features();
        let tests = if kind == DependencyKind::Dev { Tests::Of(member) } else { Tests::Nobody };
        let alone = Way { whole: false, tests, as_one, everywhere: false };
        let most = Way { tests: Tests::Members, everywhere: true, ..alone };
        let ways = if as_one { vec![alone, most] } else { vec![alone] };
        let is_many = self.input.workspace.members.len() > 1;
        let whole: Vec<Way> = ways.iter().filter(|_| is_many).map(|way| Way { whole: true, ..*way }).collect();
        [ways, whole].concat()
    }

    fn with_and_without(&mut self, way: Way, entry: (usize, usize)) -> Option<(Arc<Joined>, Joined)> {
        let roots: Vec<usize> = if way.whole {
            let members = self.input.workspace.members.iter();
            members.filter_map(|member| self.locked_member(member.name())).collect()
        } else {
            vec![entry.0]
        };
        let with = match self.whole.get(&way) {
            Some(known) => Arc::clone(known),
            None => {
                let joined = Arc::new(self.join(&roots, way, None)?);
                self.whole.insert(way, Arc::clone(&joined));
                joined
            }
        };
        Some((with, self.join(&roots, way, Some(entry))?))
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
        self.manifests.insert(at, found.map(Known::of));
    }

    /// Follows what is asked for until nothing is new; nothing where that is too much.
    fn join(&mut self, roots: &[usize], way: Way, skipped: Option<(usize, usize)>) -> Option<Joined> {
        let mut joined = Joined::new();
        let mut todo: Vec<Node> = Vec::new();
        for root in roots {
            self.read(*root);
            let Some(Some(known)) = self.manifests.get(root) else { continue };
            let features = self.input.enabled.of(known.source.manifest()).into_iter().map(str::to_owned).collect();
            joined.insert((*root, false), features);
            todo.push((*root, false));
        }
        while let Some((at, for_host)) = todo.pop() {
            let Some(on) = joined.get_mut(&(at, for_host)) else { continue };
            let Some(Some(known)) = self.manifests.get(&at) else { continue };
            let manifest = known.source.manifest();
            let asks = Asks::of(&|name| known.feature(name), on);
            self.work += on.len() + manifest.dependencies.len();
            if self.work > MOST_WORK {
                return None;
            }
            let has_tests = match way.tests {
                Tests::Nobody => false,
                Tests::Of(member) => member == at,
                Tests::Members => self.lock.packages[at].source.is_none(),
            };
            let wanted: Vec<(usize, bool, BTreeSet<String>)> = (manifest.dependencies.iter().enumerate())
                .filter(|(entry, dependency)| {
                    let target = dependency.target.as_deref();
                    skipped != Some((at, *entry))
                        && (dependency.kind != DependencyKind::Dev || has_tests)
                        && target.is_none_or(|target| way.everywhere || may_hold_on_lambda(target))
                        && (!dependency.optional || asks.optional.contains(&dependency.key))
                })
                .filter_map(|(_, dependency)| {
                    let is_build = dependency.kind == DependencyKind::Build;
                    Some((self.edge(at, dependency)?, for_host || is_build, asks.of_entry(dependency)))
                })
                .collect();
            for (target, for_host, features) in wanted {
                self.read(target);
                let known = self.manifests.get(&target).and_then(Option::as_ref);
                let for_host = for_host || known.is_some_and(|known| known.source.manifest().is_proc_macro());
                let node = (target, for_host && !way.as_one);
                let is_new = !joined.contains_key(&node);
                let before = joined.entry(node).or_default();
                let count = before.len();
                before.extend(features);
                if is_new || before.len() > count {
                    todo.push(node);
                }
            }
        }
        Some(joined)
    }
}

impl<'a> Known<'a> {
    fn of(source: Source<'a>) -> Self {
        let manifest = source.manifest();
        let mut features = FxHashMap::default();
        for (at, feature) in manifest.features.iter().enumerate() {
            features.entry(feature.name.clone()).or_insert(at);
        }
        let optional = manifest.dependencies.iter().filter(|dependency| dependency.optional);
        let optional = optional.map(|dependency| dependency.key.clone()).collect();
        Self { features, optional, source }
    }

    /// Whether the package has a feature; to ask for `default` means nothing where there is none.
    fn has(&self, name: &str) -> bool {
        self.features.contains_key(name) || self.optional.contains(name)
    }

    fn feature(&self, name: &str) -> Option<&Feature> {
        self.source.manifest().features.get(*self.features.get(name)?)
    }
}
