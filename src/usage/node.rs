//! Use of npm dependencies: imports that were simulated, what loaded packages expect to find
//! beside them, and names in strings, scripts and settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::Loaded;
use super::own_code::{self, OwnFile};
use super::{Elsewhere, Undeclared, Usage};
use super::{development, loaders, undeclared};
use crate::graph::Phase;
use crate::graph::javascript::is_builtin;
use crate::knowledge;
use crate::manifest::dependency::{Declared, Dependency, MentionedBy, Scope};
use crate::manifest::node::{json, package_of_request};
use crate::package::owners::{Package, PackageId};

knowledge::table! {
    static DRIVERS: FxHashMap<String, Vec<String>> = "node/drivers.toml", tested by the_drivers_read;
    static COMMANDS: FxHashMap<String, Vec<String>> = "node/commands.toml", tested by the_commands_read;
}

/// Collects the evidence.
pub(super) fn usage(facts: &Loaded<'_>, declared: &Declared) -> Usage {
    let mut usage = Usage::default();
    if declared.dependencies.is_empty() {
        // A layer may declare what the function itself does not.
        asked_for(facts, declared, &mut usage);
        return usage;
    }
    let packages = Manifests::new(facts, declared);
    let reached = facts.reached_entries();
    bundled(facts, declared, &mut usage);
    imported(facts, &mut usage);
    asked_for(facts, declared, &mut usage);
    let alternatives = brought_by_others(facts, &packages, &mut usage);
    named_by_options(facts, &mut usage);
    packages.add_peers(&mut usage.reached);
    let open = |usage: &Usage| {
        let runtime = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
        runtime.filter(|dependency| !usage.uses(&dependency.name)).count()
    };
    let has_development = declared.dependencies.iter().any(|dependency| dependency.scope == Scope::Development);
    if open(&usage) > 0 || (facts.judges_development && has_development) {
        let files = own_code::read(facts, &reached);
        named_by_code(&files, declared, &packages, &alternatives, &mut usage);
        mentioned(declared, &mut usage);
        packages.add_peers(&mut usage.reached);
        let is_installed = |name: &str| facts.packages.packages.iter().any(|package| *package.name == *name);
        let loaded =
            loaders::may_load(loaders::Of::Node, declared, &|name| usage.reached.contains(name), &is_installed);
        usage.reached.extend(loaded.into_iter().filter(|name| !alternatives.contains(name)));
        elsewhere(&files, declared, &packages, &mut usage);
        if facts.judges_development && packages.installed {
            let mut configured = development::named_by_settings(facts, declared);
            packages.add_peers(&mut configured);
            usage.configured = Some(configured);
        }
    }
    usage
}

/// The same for a project: every file counts, whoever loads it.
pub(super) fn of_tree(facts: &Loaded<'_>, declared: &Declared) -> (Usage, Vec<Undeclared>) {
    let mut usage = Usage::default();
    let packages = Manifests::new(facts, declared);
    let files = own_code::read(facts, &vec![true; facts.artifact.entries().len()]);
    usage.reached.extend(files.iter().flat_map(|file| &file.imports).map(|name| Arc::from(name.as_str())));
    named_by_code(&files, declared, &packages, &BTreeSet::new(), &mut usage);
    mentioned(declared, &mut usage);
    usage.reached.extend(development::named_in_tree(facts, declared));
    usage.reached.extend(run_by_scripts(declared, &packages));
    // Types that nothing uses as values are asked for all the same: whoever takes a package away has to know.
    usage
        .reached
        .extend(files.iter().flat_map(|file| file.types.iter().chain(&file.told)).map(|name| Arc::from(name.as_str())));
    // Where none of the packages is asked for, the code that needs them is elsewhere.
    let is_asked_for = |dependency: &Dependency| files.iter().any(|file| file.imports.contains(&*dependency.name));
    if own_code::is_cut(&files) || !declared.dependencies.iter().any(is_asked_for) {
        usage.reached.extend(declared.dependencies.iter().map(|dependency| dependency.name.clone()));
    }
    // Nothing of a project is simulated, so that no code of what is installed tells either.
    let loaded = loaders::may_load(loaders::Of::Node, declared, &|name| usage.reached.contains(name), &|_| false);
    usage.reached.extend(loaded);
    usage.reached.extend(packages.hosts_of(declared, &usage.reached));
    packages.add_peers(&mut usage.reached);
    elsewhere(&files, declared, &packages, &mut usage);
    let undeclared = undeclared::of_node(facts, declared, &files);
    (usage, undeclared)
}

/// Declared packages of which scripts of the manifest run a command.
fn run_by_scripts(declared: &Declared, manifests: &Manifests) -> BTreeSet<Arc<str>> {
    let scripts = declared.mentions.iter().filter(|mention| mention.by == MentionedBy::Script);
    let words: BTreeSet<&str> = scripts.map(|mention| &*mention.word).collect();
    let is_run = |name: &&Arc<str>| {
        let mut commands = manifests.commands_of(name).into_iter();
        words.contains(&***name) || commands.any(|command| words.contains(command))
    };
    declared.dependencies.iter().map(|dependency| &dependency.name).filter(is_run).cloned().collect()
}

/// What a bundler copied. Of a bundle that shows nothing of its modules nothing can be said: all
/// may be in it.
fn bundled(facts: &Loaded<'_>, declared: &Declared, usage: &mut Usage) {
    usage.reached.extend(facts.graph.bundled.iter().filter_map(|bundled| bundled.package.clone()));
    if !facts.graph.opaque_bundles.is_empty() {
        usage.reached.extend(declared.dependencies.iter().map(|dependency| dependency.name.clone()));
    }
}

/// What own code imports, and what is loaded without an importer: preloads, and handlers that
/// are inside a package.
fn imported(facts: &Loaded<'_>, usage: &mut Usage) {
    for import in &facts.graph.imports {
        if facts.graph.module(import.site.importer).entry.is_none() || facts.package_of(import.site.importer).is_some()
        {
            continue;
        }
        let target = facts.graph.module(import.target);
        let name = match (facts.package_of(import.target), target.entry) {
            (Some(package), _) => Some(facts.packages.package(package).name.clone()),
            (None, Some(_)) => None,
            (None, None) if is_builtin(&target.name) => None,
            (None, None) => package_of_request(&target.name).map(Arc::from),
        };
        if let Some(name) = name {
            usage.reached.insert(name.clone());
            usage.direct.insert(name);
        }
    }
    for (id, module) in facts.graph.modules() {
        if module.first_import.is_none()
            && let Some(package) = facts.package_of(id)
        {
            usage.reached.insert(facts.packages.package(package).name.clone());
        }
        // A workspace sibling has no folder in `node_modules`: it is known by its manifest's name.
        if let (Some(entry), None) = (module.entry, facts.package_of(id))
            && let Some(name) = sibling_name(facts, &facts.artifact.entry(entry).path)
        {
            usage.reached.insert(name.clone());
            usage.direct.insert(name);
        }
    }
    for (_, module) in &facts.graph.reexported {
        if let Some(package) = facts.package_of(*module) {
            usage.reached.insert(facts.packages.package(package).name.clone());
        }
    }
    for (entry, site) in &facts.graph.data_files {
        if let (Some(package), None) = (facts.packages.owner(*entry), facts.package_of(site.importer)) {
            usage.reached.insert(facts.packages.package(package).name.clone());
        }
    }
}

/// The name in the nearest manifest above an own file, unless that is the root's.
fn sibling_name(facts: &Loaded<'_>, path: &str) -> Option<Arc<str>> {
    manifest_above(facts, path)?.get("name").and_then(Json::as_str).map(Arc::from)
}

fn manifest_above(facts: &Loaded<'_>, path: &str) -> Option<Json> {
    let mut folder = path.rsplit_once('/')?.0;
    loop {
        if let Some(json) = json_at(facts, &format!("{folder}/package.json")) {
            return Some(json);
        }
        folder = folder.rsplit_once('/')?.0;
    }
}

/// Whether a member of the workspace declares what a file of it asks for.
fn is_declared_beside(facts: &Loaded<'_>, path: &str, name: &str) -> bool {
    manifest_above(facts, path).is_some_and(|manifest| declares(&manifest, name))
}

fn declares(manifest: &Json, name: &str) -> bool {
    let tables = ["dependencies", "peerDependencies", "optionalDependencies"];
    tables.iter().any(|table| manifest.get(table).is_some_and(|table| table.get(name).is_some()))
}

/// Where a layer for Node has its manifest.
const LAYER_MANIFEST: &str = "/opt/nodejs/package.json";

/// Requests of own code that nothing installed answers; what is declared will be there once the
/// project is built.
fn asked_for(facts: &Loaded<'_>, declared: &Declared, usage: &mut Usage) {
    let known: BTreeSet<&str> = declared.dependencies.iter().map(|dependency| &*dependency.name).collect();
    let inside = json_at(facts, "package.json");
    let inside = inside.as_ref().and_then(|json| json.get("imports")).and_then(Json::as_object);
    let layer = json_at(facts, LAYER_MANIFEST);
    for import in &facts.graph.unresolved {
        if facts.package_of(import.site.importer).is_some() {
            continue;
        }
        if let Some(name) = package_of_request(&import.import) {
            usage.reached.insert(name.into());
            usage.direct.insert(name.into());
            let importer = facts.graph.module(import.site.importer).entry;
            let path = importer.map(|entry| &*facts.artifact.entry(entry).path);
            // A layer that declares it and is not built yet, unless this runtime does not look there.
            let of_layer = import.why.is_none() && layer.as_ref().is_some_and(|json| declares(json, name));
            if known.contains(name) || of_layer || path.is_some_and(|path| is_declared_beside(facts, path, name)) {
                usage.awaited.insert(import.import.clone());
            }
        }
        // `#db` stands for what the manifest's `imports` says.
        if inside.is_some_and(|imports| imports.keys().any(|key| is_key_of(key, &import.import))) {
            usage.awaited.insert(import.import.clone());
        }
    }
}

/// Whether a key of `imports`, perhaps with a star, stands for a request.
fn is_key_of(key: &str, request: &str) -> bool {
    match key.split_once('*') {
        Some((before, after)) => request.starts_with(before) && request.ends_with(after),
        None => key == request,
    }
}

/// A package that another one loads counts when that one does not bring it itself: a peer, a
/// driver, a plug-in. What it brings is its own affair: the project need not declare it.
///
/// Where a package has loaded one of several such packages during Init, as a database library does
/// with the driver that it is told to use, the ones it would only load later are the alternatives.
///
/// Answers with these alternatives.
fn brought_by_others(facts: &Loaded<'_>, manifests: &Manifests, usage: &mut Usage) -> BTreeSet<Arc<str>> {
    let loads = facts.graph.imports.iter().map(|import| {
        (
            import.site.importer,
            facts.package_of(import.target),
            import.phase.max(facts.graph.module(import.target).loaded),
        )
    });
    let reads =
        facts.graph.data_files.iter().map(|(entry, site)| (site.importer, facts.packages.owner(*entry), Phase::Init));
    let mut foreign: BTreeMap<PackageId, BTreeMap<PackageId, Phase>> = BTreeMap::new();
    for (importer, target, phase) in loads.chain(reads) {
        let (Some(from), Some(target)) = (facts.package_of(importer), target) else { continue };
        if from != target && !manifests.brings(from, &facts.packages.package(target).name) {
            let first = foreign.entry(from).or_default().entry(target).or_insert(phase);
            *first = phase.min(*first);
        }
    }
    let mut alternatives = BTreeSet::new();
    for (from, targets) in foreign {
        let chosen =
            targets.iter().any(|(target, phase)| *phase == Phase::Init && manifests.may_miss(from, facts, *target));
        for (target, phase) in targets {
            let is_used = phase == Phase::Init || !chosen || !manifests.may_miss(from, facts, target);
            let names = if is_used { &mut usage.reached } else { &mut alternatives };
            names.insert(facts.packages.package(target).name.clone());
        }
    }
    alternatives
}

/// What `NODE_OPTIONS` loads before the handler, installed or not.
fn named_by_options(facts: &Loaded<'_>, usage: &mut Usage) {
    let Some(options) = facts.environment.get("NODE_OPTIONS") else { return };
    for word in options.split(|c: char| c.is_whitespace() || c == '=') {
        if let Some(name) = package_of_request(word).filter(|name| !name.starts_with('-')) {
            usage.reached.insert(name.into());
        }
    }
}

/// Strings in reached code that are the names of declared packages (a transport, a driver, a
/// plug-in), requests in code that the simulation did not follow, and drivers by their database's
/// name where the library that would load them is not at hand, or would load them later.
fn named_by_code(
    files: &[OwnFile],
    declared: &Declared,
    manifests: &Manifests,
    alternatives: &BTreeSet<Arc<str>>,
    usage: &mut Usage,
) {
    let reached = files.iter().filter(|file| file.reached);
    let words: BTreeSet<&str> =
        reached.flat_map(|file| file.words.iter().chain(&file.imports)).map(String::as_str).collect();
    for dependency in declared.dependencies.iter().filter(|dependency| words.contains(&*dependency.name)) {
        usage.reached.insert(dependency.name.clone());
    }
    let prefixes: BTreeSet<&str> =
        files.iter().filter(|file| file.reached).flat_map(|file| &file.prefixes).map(String::as_str).collect();
    for dependency in &declared.dependencies {
        let name = &*dependency.name;
        let begins =
            |prefix: &&str| prefix.len() >= SHORTEST_PREFIX && (name.starts_with(*prefix) || begins_in(prefix, name));
        if prefixes.iter().any(begins) {
            usage.reached.insert(dependency.name.clone());
        }
    }
    let drivers = words.iter().filter_map(|word| DRIVERS.get(*word)).flatten();
    let drivers = drivers.filter(|driver| !manifests.installed || alternatives.contains(driver.as_str()));
    usage.reached.extend(drivers.map(|driver| Arc::from(driver.as_str())));
}

/// Shortest beginning of a package's name that stands for all packages that begin so.
const SHORTEST_PREFIX: usize = 3;

/// Whether a request that begins like this is for something in the package.
fn begins_in(prefix: &str, package: &str) -> bool {
    prefix.strip_prefix(package).is_some_and(|rest| rest.starts_with('/'))
}

/// Packages by which settings change what compiled code needs.
fn mentioned(declared: &Declared, usage: &mut Usage) {
    for mention in declared.mentions.iter().filter(|mention| mention.by == MentionedBy::Setting) {
        usage.reached.insert(mention.word.clone());
    }
}

/// Notes for what stays unused where else it is needed, or which unreached file imports it.
fn elsewhere(files: &[OwnFile], declared: &Declared, manifests: &Manifests, usage: &mut Usage) {
    let typed: BTreeSet<&str> =
        files.iter().flat_map(|file| file.types.iter().chain(&file.imports)).map(String::as_str).collect();
    for dependency in &declared.dependencies {
        let name = &dependency.name;
        if usage.reached.contains(name) {
            continue;
        }
        let unreached = files.iter().find(|file| !file.reached && file.imports.contains(&**name));
        if let Some(file) = unreached {
            if dependency.shared {
                usage.reached.insert(name.clone());
                continue;
            }
            usage.unreached.insert(name.clone(), file.path.clone());
        }
        let by = |by: MentionedBy| {
            let mut mentions = declared.mentions.iter().filter(|mention| mention.by == by);
            mentions.any(|mention| *mention.word == **name || manifests.commands_of(name).contains(&&*mention.word))
        };
        let needed = if by(MentionedBy::Script) {
            Elsewhere::Scripts
        } else if by(MentionedBy::Plugin) {
            Elsewhere::Deployment
        } else if files.iter().any(|file| file.types.contains(&**name)) || types_of_used(name, &typed) {
            Elsewhere::Types
        } else {
            continue;
        };
        usage.elsewhere.insert(name.clone(), needed);
    }
}

/// Whether `@types/x` describes something that is used, if only as types; Node's own always are.
fn types_of_used(name: &str, typed: &BTreeSet<&str>) -> bool {
    let Some(described) = name.strip_prefix("@types/") else { return false };
    let described = match described.split_once("__") {
        Some((scope, name)) => format!("@{scope}/{name}"),
        None => described.to_owned(),
    };
    described == "node" || typed.contains(described.as_str())
}

/// What packages say about each other, from their own manifests or else from the lock file.
struct Manifests {
    installed: bool,
    by_package: Vec<Told>,
    by_name: BTreeMap<Arc<str>, Told>,
    /// Peers that names suggest, where a lock file knows none: older ones do not list them.
    named_after: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

#[derive(Clone, Debug, Default)]
struct Told {
    brings: BTreeSet<Arc<str>>,
    peers: BTreeSet<Arc<str>>,
    /// What a lock file says it can do without and the project declares, which may be why.
    wanted: BTreeSet<Arc<str>>,
    commands: BTreeSet<Arc<str>>,
}

impl Manifests {
    fn new(facts: &Loaded<'_>, declared: &Declared) -> Self {
        let by_package: Vec<Told> = facts.packages.with_ids().map(|(_, package)| told(facts, package)).collect();
        let mut by_name: BTreeMap<Arc<str>, Told> = BTreeMap::new();
        for locked in &declared.locked {
            let told = by_name.entry(locked.name.clone()).or_default();
            told.brings.extend(locked.requires.iter().cloned());
            told.peers.extend(locked.peers.iter().cloned());
            told.commands.extend(locked.commands.iter().cloned());
            told.wanted.extend(locked.optional.iter().filter(|name| may_be_wanted(declared, name)).cloned());
        }
        for ((_, package), told) in facts.packages.with_ids().zip(&by_package) {
            by_name.entry(package.name.clone()).or_insert_with(|| told.clone());
        }
        let tells_peers = !by_package.is_empty() || declared.locked.iter().any(|locked| !locked.peers.is_empty());
        let named_after = if tells_peers { BTreeMap::new() } else { named_after(declared) };
        Self { installed: !by_package.is_empty(), by_package, by_name, named_after }
    }

    fn brings(&self, package: PackageId, name: &str) -> bool {
        self.by_package.get(package.0 as usize).is_some_and(|told| told.brings.contains(name))
    }

    /// Whether a package works without another one: an optional peer, or nothing it speaks of.
    fn may_miss(&self, package: PackageId, facts: &Loaded<'_>, other: PackageId) -> bool {
        let name = &facts.packages.package(other).name;
        self.by_package.get(package.0 as usize).is_some_and(|told| !told.peers.contains(name))
    }

    /// Names of a package's commands; its own name where nothing lists them.
    fn commands_of<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let listed = self.by_name.get(name).into_iter().flat_map(|told| &told.commands).map(|command| &**command);
        let known = COMMANDS.get(name).into_iter().flatten().map(String::as_str);
        listed.chain(known).chain([name.rsplit('/').next().unwrap_or(name)]).collect()
    }

    /// Adds the peers of what is used, and of what that brings where only a lock file tells.
    fn add_peers(&self, used: &mut BTreeSet<Arc<str>>) {
        let brought = self.brought_by(used);
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
                    seen.remove(peer);
                    open.push(peer.clone());
                }
            }
            if !self.installed {
                open.extend(told.brings.iter().cloned());
            }
        }
    }

    /// Declared packages that the names of used ones hold, where nothing tells what those want to find beside them:
    /// `react` and `redux` by `react-redux`.
    fn hosts_of(&self, declared: &Declared, used: &BTreeSet<Arc<str>>) -> Vec<Arc<str>> {
        if self.installed || !declared.locked.is_empty() {
            return Vec::new();
        }
        let names = declared.dependencies.iter().map(|dependency| &dependency.name);
        let is_host = |name: &&Arc<str>| {
            used.iter().any(|other| other != *name && other.split(['-', '/', '@', '.']).any(|part| part == &***name))
        };
        names.filter(is_host).cloned().collect()
    }

    /// What packages bring along, where only a lock file tells.
    fn brought_by(&self, used: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut brought: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut open: Vec<&Arc<str>> = used.iter().filter(|_| !self.installed).collect();
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
    for locked in &declared.locked {
        let parts: BTreeSet<&str> = locked.name.split(['-', '/', '@']).collect();
        let hosts = declared.dependencies.iter().map(|dependency| &dependency.name);
        let hosts = hosts.filter(|host| **host != locked.name && !locked.requires.contains(*host));
        let hosts = hosts.filter(|host| parts.contains(&***host)).cloned();
        found.entry(locked.name.clone()).or_default().extend(hosts);
    }
    found
}

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
    let commands = match manifest.get("bin") {
        Some(Json::String(_)) => vec![Arc::from(package.name.rsplit('/').next().unwrap_or(&package.name))],
        _ => keys("bin").collect(),
    };
    Told {
        // What it can do without may be missing, unless the project itself asks for it.
        brings: keys("dependencies").filter(|name| !is_optional(name)).collect(),
        peers: keys("peerDependencies").filter(|peer| !optional(peer)).collect(),
        wanted: BTreeSet::new(),
        commands: commands.into_iter().collect(),
    }
}

/// Whether the project declares what a package can do without. A driver is one of several: settings
/// say which one it is.
fn may_be_wanted(declared: &Declared, name: &Arc<str>) -> bool {
    let is_declared = declared.dependencies.iter().any(|dependency| dependency.name == *name);
    is_declared && !DRIVERS.values().flatten().any(|driver| **driver == **name)
}

fn json_at(facts: &Loaded<'_>, path: &str) -> Option<Json> {
    json(facts.artifact, facts.artifact.find(path)?)
}
