//! What packages of npm say about each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::need::{Need, Needs};
use super::super::{Loaded, brought};
use super::installs;
use super::{COMMANDS, DRIVERS};
use crate::manifest::dependency::Declared;
use crate::manifest::node::{json, usual_commands};
use crate::package::owners::{Package, PackageId};
use crate::platform::Language;

/// What packages say about each other, from their own manifests or else from the lock file.
pub(super) struct Manifests {
    /// Whether any package is here.
    pub(super) installed: bool,
    /// Whether it is known what packages want to find beside them.
    pub(super) tells_peers: bool,
    /// Whether it is known which commands packages have.
    tells_commands: bool,
    by_package: Vec<Told>,
    by_name: BTreeMap<Arc<str>, Told>,
    /// Packages of which a version is installed that no range of others picks by itself: `7.0.0-bridge.0`.
    chosen: BTreeSet<Arc<str>>,
    /// Peers that names suggest, where a lock file knows none: older ones do not list them.
    named_after: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

#[derive(Clone, Debug, Default)]
struct Told {
    brings: BTreeSet<Arc<str>>,
    peers: BTreeSet<Arc<str>>,
    /// What a lock file says it can do without and the project declares, which may be why.
    wanted: BTreeSet<Arc<str>>,
    /// Peers that it can do without.
    optional: BTreeSet<Arc<str>>,
    commands: BTreeSet<Arc<str>>,
}

impl Manifests {
    pub(super) fn new(facts: &Loaded<'_>, declared: &Declared) -> Self {
        let by_package: Vec<Told> = facts.packages.with_ids().map(|(_, package)| told(facts, package)).collect();
        let mut by_name: BTreeMap<Arc<str>, Told> = BTreeMap::new();
        for locked in declared.locked.iter() {
            let told = by_name.entry(locked.name.clone()).or_default();
            told.brings.extend(locked.requires.iter().cloned());
            told.peers.extend(locked.peers.iter().cloned());
            told.commands.extend(locked.commands.iter().cloned());
            told.wanted.extend(locked.optional.iter().filter(|name| may_be_wanted(declared, name)).cloned());
        }
        for ((_, package), told) in facts.packages.with_ids().zip(&by_package) {
            by_name.entry(package.name.clone()).or_insert_with(|| told.clone());
        }
        for sibling in &declared.siblings {
            let told = by_name.entry(sibling.name.clone()).or_default();
            told.peers.extend(sibling.peers.iter().cloned());
        }
        let is_chosen = |package: &&Package| package.version.as_deref().is_some_and(|version| version.contains('-'));
        let chosen = facts.packages.packages.iter().filter(is_chosen).map(|package| package.name.clone()).collect();
        let tells_peers = !by_package.is_empty() || declared.locked.iter().any(|locked| !locked.peers.is_empty());
        let named_after = if tells_peers { BTreeMap::new() } else { named_after(declared) };
        let installed = !by_package.is_empty();
        let tells_commands = installed || declared.locked.iter().any(|locked| !locked.commands.is_empty());
        Self { installed, tells_peers, tells_commands, by_package, by_name, chosen, named_after }
    }

    /// Whether a package brings another one along.
    pub(super) fn brings(&self, package: PackageId, name: &str) -> bool {
        self.by_package.get(package.0 as usize).is_some_and(|told| told.brings.contains(name))
    }

    /// Whether a package of this name brings another one along.
    pub(super) fn is_brought_by(&self, owner: &str, name: &str) -> bool {
        self.by_name.get(owner).is_some_and(|told| told.brings.contains(name))
    }

    /// Whether a package works without another one: an optional peer, or nothing it speaks of.
    pub(super) fn may_miss(&self, package: PackageId, facts: &Loaded<'_>, other: PackageId) -> bool {
        let name = &facts.packages.package(other).name;
        self.by_package.get(package.0 as usize).is_some_and(|told| !told.peers.contains(name))
    }

    /// Names of a package's commands; what its own name suggests where nothing tells.
    pub(super) fn commands_of<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let is_told = self.installed && self.by_name.contains_key(name);
        let own = name.rsplit('/').next().unwrap_or(name);
        self.listed_commands(name).chain((!is_told).then_some(own)).collect()
    }

    /// Names of a package's commands, as far as something lists them.
    fn listed_commands<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let listed = self.by_name.get(name).into_iter().flat_map(|told| &told.commands).map(|command| &**command);
        listed.chain(COMMANDS.get(name).into_iter().flatten().map(String::as_str))
    }

    /// Names under which a package may be run; where nothing lists them, those that such a package usually has.
    pub(super) fn possible_commands(&self, name: &str) -> BTreeSet<Arc<str>> {
        let mut commands: BTreeSet<Arc<str>> = self.listed_commands(name).map(Arc::from).collect();
        let is_told = self.by_name.contains_key(name) && self.tells_commands;
        if !is_told && commands.is_empty() {
            commands = usual_commands(name);
        }
        commands
    }

    /// What is installed, by its commands.
    pub(super) fn owners_of_commands(&self) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
        let mut owners: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (name, told) in self.by_name.iter().filter(|_| self.installed) {
            for command in &told.commands {
                owners.entry(command.clone()).or_default().insert(name.clone());
            }
        }
        owners
    }

    /// What a package of this name brings along.
    pub(super) fn all_brought_by(&self, owner: &str) -> impl Iterator<Item = &Arc<str>> {
        self.by_name.get(owner).into_iter().flat_map(|told| &told.brings)
    }

    /// Adds the peers of what is used, and of what that brings where only a lock file tells.
    pub(super) fn add_peers(&self, used: &mut BTreeSet<Arc<str>>, needs: &mut Needs) {
        self.peers_of(used, needs, !self.installed);
    }

    /// Adds the peers of what is used and of all that it brings.
    pub(super) fn add_all_peers(&self, used: &mut BTreeSet<Arc<str>>, needs: &mut Needs) {
        self.peers_of(used, needs, true);
    }

    fn peers_of(&self, used: &mut BTreeSet<Arc<str>>, needs: &mut Needs, with_brought: bool) {
        let brought = if with_brought { self.brought_by(used.iter()) } else { BTreeSet::new() };
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut open: Vec<Arc<str>> = used.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let Some(told) = self.by_name.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
            let direct = used.contains(&name);
            let named = self.named_after.get(&name).into_iter().flatten();
            let wanted = told.wanted.iter().filter(|_| direct && !self.installed);
            for peer in told.peers.iter().chain(named).chain(wanted) {
                // What is brought along finds its peers among what is brought along.
                if (direct || !brought.contains(peer)) && used.insert(peer.clone()) {
                    needs.entry(peer.clone()).or_insert_with(|| Need::Required(name.clone()));
                    seen.remove(peer);
                    open.push(peer.clone());
                }
            }
            if with_brought {
                open.extend(told.brings.iter().cloned());
            }
        }
    }

    /// Declared packages that the names of used ones hold, where nothing tells what those want to find beside them:
    /// `react` and `redux` by `react-redux`.
    pub(super) fn hosts_of(&self, declared: &Declared, used: &BTreeSet<Arc<str>>) -> Vec<(Arc<str>, Need)> {
        if self.installed || !declared.locked.is_empty() {
            return Vec::new();
        }
        let names = declared.dependencies.iter().map(|dependency| &dependency.name);
        let plug_in = |name: &Arc<str>| {
            used.iter().find(|other| {
                // Descriptions of a package's types are there for whoever uses it.
                let is_stub = brought::is_stub(Language::Node, other);
                *other != name && !is_stub && other.split(['-', '/', '@', '.']).any(|part| part == &**name)
            })
        };
        names.filter_map(|name| Some((name.clone(), Need::Required(plug_in(name)?.clone())))).collect()
    }

    /// What is used or brought by it, with the peers that each can do without.
    pub(super) fn may_use(&self, used: &BTreeSet<Arc<str>>) -> BTreeMap<Arc<str>, &BTreeSet<Arc<str>>> {
        let all = self.brought_by(used.iter()).into_iter().chain(used.iter().cloned());
        all.filter_map(|name| self.by_name.get(&name).map(|told| (name, &told.optional))).collect()
    }

    /// Declared packages that nothing is known to use, and that alone bring something which is asked for and not declared,
    /// or that choose a version for others which they would not have without them.
    pub(super) fn carriers(&self, declared: &Declared, used: &BTreeSet<Arc<str>>) -> Needs {
        if !self.installed {
            return Needs::new();
        }
        let names = || declared.dependencies.iter().map(|dependency| &dependency.name);
        let own: BTreeSet<&Arc<str>> = names().filter(|name| used.contains(*name)).collect();
        let mut there = self.brought_by(own.iter().copied());
        there.extend(own.iter().map(|name| Arc::clone(name)));
        let optional = own.iter().filter_map(|name| self.by_name.get(*name)).flat_map(|told| &told.optional);
        let optional: BTreeSet<&Arc<str>> = optional.collect();
        let carried = |name: &Arc<str>| {
            let brought = self.brought_by([name].into_iter());
            let is_asked = |other: &&Arc<str>| used.contains(*other) || optional.contains(*other);
            brought.iter().filter(|other| !there.contains(*other)).find(is_asked).map(Arc::clone)
        };
        let chooser = |name: &Arc<str>| {
            let mut bringers = there.iter().filter(|owner| self.is_brought_by(owner, name));
            self.chosen.contains(name).then(|| bringers.next().map(Arc::clone)).flatten()
        };
        let need = |name: &Arc<str>| match carried(name) {
            Some(other) => Some(Need::Carried(other)),
            None => chooser(name).map(Need::Required),
        };
        let unused = names().filter(|name| !used.contains(*name));
        unused.filter_map(|name| Some((Arc::clone(name), need(name)?))).collect()
    }

    /// Declared packages that set up something of the project when they are installed.
    pub(super) fn installing(&self, facts: &Loaded<'_>, declared: &Declared) -> Vec<Arc<str>> {
        let is_declared = |name: &str| declared.dependencies.iter().any(|dependency| *dependency.name == *name);
        let packages = facts.packages.packages.iter().filter(|package| self.installed && is_declared(&package.name));
        let acts = |package: &&Package| {
            let manifest = package.manifest.and_then(|entry| json(facts.artifact, entry));
            manifest.is_some_and(|manifest| installs::sets_up_the_project(facts, package, &manifest))
        };
        packages.filter(acts).map(|package| package.name.clone()).collect()
    }

    /// What of all that is declared only one package brings.
    pub(super) fn brought_alone(&self, declared: &Declared, name: &str) -> BTreeSet<Arc<str>> {
        let (own, others): (Vec<&Arc<str>>, Vec<&Arc<str>>) =
            declared.dependencies.iter().map(|dependency| &dependency.name).partition(|other| ***other == *name);
        let there = self.brought_by(others.iter().copied());
        let mut alone = self.brought_by(own.into_iter());
        alone.retain(|other| !there.contains(other) && !others.contains(&other));
        alone
    }

    /// What packages bring along, at any depth.
    pub(super) fn brought_by<'a>(&'a self, used: impl Iterator<Item = &'a Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut brought: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut open: Vec<&Arc<str>> = used.collect();
        while let Some(name) = open.pop() {
            let brings = self.by_name.get(name).into_iter().flat_map(|told| &told.brings);
            open.extend(brings.filter(|name| brought.insert(Arc::clone(name))));
        }
        brought
    }
}

/// Declared dependencies by the locked packages that have their names within their own, as plug-ins
/// do: `react` by `react-hook-form`. What a package brings itself it does not expect as a peer.
fn named_after(declared: &Declared) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut found: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for locked in declared.locked.iter().filter(|locked| !brought::is_stub(Language::Node, &locked.name)) {
        let parts: BTreeSet<&str> = locked.name.split(['-', '/', '@']).collect();
        let hosts = declared.dependencies.iter().map(|dependency| &dependency.name);
        let hosts = hosts.filter(|host| **host != locked.name && !locked.requires.contains(*host));
        let hosts = hosts.filter(|host| parts.contains(&***host)).cloned();
        found.entry(locked.name.clone()).or_default().extend(hosts);
    }
    found
}

/// Words in the names of packages with a native program for one platform.
const PLATFORMS: [&str; 3] = ["linux", "darwin", "win32"];

/// What the manifest of an installed package says.
fn told(facts: &Loaded<'_>, package: &Package) -> Told {
    let Some(manifest) = package.manifest.and_then(|entry| json(facts.artifact, entry)) else { return Told::default() };
    let keys = |table: &str| {
        let table = manifest.get(table).and_then(Json::as_object);
        table.into_iter().flat_map(|table| table.keys()).map(|key| Arc::from(key.as_str()))
    };
    let optional = |peer: &str| {
        let meta = manifest.get("peerDependenciesMeta").and_then(|meta| meta.get(peer));
        meta.and_then(|meta| meta.get("optional")).and_then(Json::as_bool) == Some(true)
    };
    let is_optional = |name: &str| manifest.get("optionalDependencies").is_some_and(|table| table.get(name).is_some());
    // What is done by a native program is not told by code that can be read: it may start whatever it says it works with.
    let is_of_platform = |name: Arc<str>| PLATFORMS.iter().any(|platform| name.contains(platform));
    let is_native = keys("optionalDependencies").any(is_of_platform);
    let commands = match manifest.get("bin") {
        Some(Json::String(_)) => vec![Arc::from(package.name.rsplit('/').next().unwrap_or(&package.name))],
        _ => keys("bin").collect(),
    };
    Told {
        // What it can do without may be missing, unless the project itself asks for it.
        brings: keys("dependencies").filter(|name| !is_optional(name)).collect(),
        peers: keys("peerDependencies").filter(|peer| is_native || !optional(peer)).collect(),
        wanted: BTreeSet::new(),
        optional: keys("peerDependencies").filter(|peer| optional(peer)).collect(),
        commands: commands.into_iter().collect(),
    }
}

/// Whether the project declares what a package can do without. A driver is one of several: settings
/// say which one it is.
fn may_be_wanted(declared: &Declared, name: &Arc<str>) -> bool {
    let is_declared = declared.dependencies.iter().any(|dependency| dependency.name == *name);
    is_declared && !DRIVERS.values().flatten().any(|driver| **driver == **name)
}
