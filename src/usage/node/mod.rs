//! Use of npm dependencies: imports that were simulated, what loaded packages expect to find
//! beside them, and names in strings, scripts and settings.

pub(super) mod aliases;
mod apart;
mod installs;
mod manifests;
mod production;
mod tree;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::Loaded;
use super::need::{self, Need};
use super::own_code::{self, OwnFile};
use super::{Elsewhere, Usage, brought, development, loaders};
use crate::graph::Phase;
use crate::graph::javascript::is_builtin;
use crate::knowledge;
use crate::manifest::dependency::{Declared, MentionedBy, Scope};
use crate::manifest::node::{json, package_of_request};
use crate::package::owners::PackageId;
use crate::platform::Language;
use manifests::Manifests;
pub(super) use tree::{Found, Sources, of_tree, told};

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
    packages.add_peers(&mut usage.reached, &mut usage.needs);
    let open = |usage: &Usage| {
        let runtime = declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
        runtime.filter(|dependency| !usage.uses(&dependency.name)).count()
    };
    let has_development = declared.dependencies.iter().any(|dependency| dependency.scope == Scope::Development);
    if open(&usage) > 0 || (facts.judges_development && has_development) {
        let files = own_code::read(facts, &reached);
        let files: Vec<&OwnFile> = files.iter().collect();
        named_by_code(&files, declared, &packages, &alternatives, &mut usage);
        mentioned(declared, &mut usage);
        packages.add_peers(&mut usage.reached, &mut usage.needs);
        let is_installed = |name: &str| facts.packages.packages.iter().any(|package| *package.name == *name);
        let known = loaders::Known {
            uses: &|name| usage.reached.contains(name),
            is_installed: &is_installed,
            is_decided: &|library| is_decided(&files, library),
        };
        for (name, need) in loaders::may_load(loaders::Of::Node, declared, &known) {
            usage.reached.insert(name.clone());
            usage.needs.entry(name).or_insert(need);
        }
        elsewhere(&files, declared, &packages, &mut usage);
        usage.open_loads = files.iter().filter(|file| file.reached).filter_map(|file| file.open_load.clone()).collect();
        let unused = declared.dependencies.iter().map(|dependency| &dependency.name);
        let unused: Vec<&Arc<str>> = unused.filter(|name| !usage.uses(name)).collect();
        usage.told = development::told(facts, declared, &unused);
        let found = unused.into_iter().filter(|name| brought::is_found(Language::Node, name)).cloned();
        let found: Vec<Arc<str>> = found.collect();
        need::note(&mut usage.needs, found.iter().cloned(), &Need::Found);
        usage.reached.extend(found);
        if facts.judges_development && packages.installed {
            let mut configured = development::named_by_settings(facts, declared);
            packages.add_peers(&mut configured, &mut usage.needs);
            configured.extend(packages.installing(facts, declared));
            usage.configured = Some(configured);
        }
    }
    usage
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
    files: &[&OwnFile],
    declared: &Declared,
    manifests: &Manifests,
    alternatives: &BTreeSet<Arc<str>>,
    usage: &mut Usage,
) {
    let reached = || files.iter().filter(|file| file.reached);
    let says = |file: &OwnFile, name: &str| file.words.contains(name) || file.imports.contains(name);
    for dependency in &declared.dependencies {
        let name = &*dependency.name;
        let begins = |prefix: &String| {
            prefix.len() >= SHORTEST_PREFIX && (name.starts_with(&**prefix) || begins_in(prefix, name))
        };
        if let Some(file) = reached().find(|file| says(file, name) || file.prefixes.iter().any(begins)) {
            let need = if file.imports.contains(name) { Need::Imported } else { |path| Need::Named(Some(path)) };
            need::note(&mut usage.needs, [dependency.name.clone()], &need(file.path.as_str().into()));
            usage.reached.insert(dependency.name.clone());
        }
    }
    for word in reached().flat_map(|file| file.words.iter().chain(&file.imports)) {
        let drivers = DRIVERS.get(word).into_iter().flatten();
        let drivers = drivers.filter(|driver| !manifests.installed || alternatives.contains(driver.as_str()));
        for driver in drivers {
            usage.reached.insert(driver.as_str().into());
            need::note(&mut usage.needs, [driver.as_str().into()], &Need::Selected(word.as_str().into()));
        }
    }
}

/// Whether code says once, and with nothing from the environment, which driver a library is to load.
fn is_decided(files: &[&OwnFile], library: &str) -> bool {
    let makers = loaders::made_by(loaders::Of::Node, library);
    let mut made = files.iter().flat_map(|file| &file.made).filter(|made| makers.contains(&made.by));
    made.next().is_some_and(|first| !first.is_open) && made.next().is_none()
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
fn elsewhere(files: &[&OwnFile], declared: &Declared, manifests: &Manifests, usage: &mut Usage) {
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
    described_by(name).is_some_and(|described| described == "node" || typed.contains(described.as_str()))
}

/// What a package of types describes: `@acme/x` of `@types/acme__x`.
fn described_by(name: &str) -> Option<String> {
    let described = name.strip_prefix("@types/")?;
    Some(match described.split_once("__") {
        Some((scope, name)) => format!("@{scope}/{name}"),
        None => described.to_owned(),
    })
}

fn json_at(facts: &Loaded<'_>, path: &str) -> Option<Json> {
    json(facts.artifact, facts.artifact.find(path)?)
}
