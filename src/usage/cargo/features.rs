//! Which features of a dependency the code needs: what each switches on, read from the
//! dependency's own source, against what the code names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use self::switched::{crates_of, enabled_by, forwards, is_inert, macros_told, visible};
use super::dependencies::{DependencyVerdict, Verdict};
use super::expansion::{self, Source};
use super::gates::KnownGates;
use super::{PackageInput, usage};
use crate::lang::rust::cfg::may_hold_on_lambda;
use crate::lang::rust::crates::{Gate, GateKind, Gates};
use crate::manifest::cargo::edit::FeaturePlan;
use crate::manifest::cargo::lock::Lock;
use crate::manifest::cargo::registry::CrateSource;
use crate::manifest::cargo::{CargoManifest, Dependency, DependencyKind, crate_name};
use crate::span::Span;

mod switched;

/// A feature that nothing in the code needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureVerdict {
    /// Which member.
    pub member: usize,
    /// Which dependency of it.
    pub dependency: usize,
    /// What findings call it: `key/feature`, `member/key/feature`.
    pub subject: String,
    /// The feature.
    pub feature: String,
    /// Through what it is on.
    pub origin: Origin,
    /// Where that is written.
    pub span: Span,
    /// Whether code that names nothing of it does something else without it.
    pub changes_behaviour: bool,
    /// How the entry would list what is left; the same for all features of one dependency.
    pub plan: Arc<FeaturePlan>,
}

/// Why a feature is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Listed.
    Listed,
    /// One of the default features.
    Default,
    /// Through a listed aggregate such as `full`.
    Aggregate(String),
}

/// Features that stand only for others.
const AGGREGATES: [&str; 2] = ["full", "default"];
/// Leaving out the standard library is a decision of its own.
const NEVER_REPORTED: [&str; 4] = ["std", "alloc", "default", "full"];

/// Judges the features of every needed dependency of one package.
pub(super) fn judge(input: &PackageInput<'_>, verdicts: &[DependencyVerdict]) -> Vec<FeatureVerdict> {
    let member = &input.workspace.members[input.at];
    let judged = |verdict: &&DependencyVerdict| {
        let dependency = &member.dependencies[verdict.dependency];
        matches!(verdict.verdict, Verdict::Needed | Verdict::NeededByMacro)
            && dependency.kind == DependencyKind::Normal
            && dependency.path.is_none()
            // Conditions are decided for Lambda's platform: of another one's crates nothing is known.
            && dependency.target.as_deref().is_none_or(may_hold_on_lambda)
    };
    let of_one = |verdict: &DependencyVerdict| {
        let dependency = &member.dependencies[verdict.dependency];
        let source = expansion::source(input, dependency)?;
        Some(of_dependency(input, verdict, dependency, &source))
    };
    let found: Vec<_> = verdicts.par_iter().filter(judged).filter_map(of_one).collect();
    found.into_iter().flatten().collect()
}

fn of_dependency(
    input: &PackageInput<'_>,
    verdict: &DependencyVerdict,
    dependency: &Dependency,
    source: &Source<'_>,
) -> Vec<FeatureVerdict> {
    let manifest = source.manifest();
    let on = expanded(dependency, manifest);
    let mut candidates: Vec<&str> =
        on.keys().map(String::as_str).filter(|name| !NEVER_REPORTED.contains(name)).collect();
    let is_undecided = |name: &&str| on[*name].0 != Origin::Default || is_inert_by_itself(input, manifest, name);
    let may_drop_default =
        candidates.iter().any(|name| on[*name].0 == Origin::Default) && !default_is_condition(source);
    candidates.retain(|name| may_drop_default || on[*name].0 != Origin::Default);
    if candidates.is_empty() || is_reexported(input, dependency) {
        return Vec::new();
    }
    // Most default features hand something on and are named by no condition: no need to read more.
    if !candidates.iter().any(is_undecided) {
        let texts = source.texts();
        candidates.retain(|name| texts.iter().any(|(_, text)| quotes(text, name)));
        if candidates.is_empty() {
            return Vec::new();
        }
    }
    // What the standard library's features bring stays, whatever else goes.
    let std = on.keys().map(String::as_str).filter(|name| NEVER_REPORTED.contains(name));
    let std = manifest.feature_closure(std);
    candidates.retain(|name| !std.contains(name));
    let judge = Judge::new(input, dependency, source, &candidates);
    let mut left: BTreeSet<&str> = on.keys().map(String::as_str).collect();
    let full = left.clone();
    // What others bring as well stays too, as long as they do.
    let may_go = |name: &str, left: &BTreeSet<&str>| {
        let kept = manifest.feature_closure(left.iter().copied().filter(|other| *other != name));
        judge.is_reportable(name, &on[name].0, &kept)
    };
    candidates.retain(|name| may_go(name, &full));
    if candidates.is_empty() {
        return Vec::new();
    }
    let needs = judge.needs(&candidates);
    let mut unused: BTreeSet<&str> = BTreeSet::new();
    for name in candidates {
        if !may_go(name, &left) {
            continue;
        }
        left.remove(name);
        if needs.iter().all(|need| judge.is_met(need, &left, &full)) {
            unused.insert(name);
        } else {
            left.insert(name);
        }
    }
    // What a kept feature switches on stays on.
    let implied = manifest.feature_closure(left);
    unused.retain(|name| !implied.contains(name));
    let plan = Arc::new(plan(&on, &unused, dependency));
    unused
        .iter()
        .map(|name| FeatureVerdict {
            member: verdict.member,
            dependency: verdict.dependency,
            subject: format!("{}/{name}", verdict.subject),
            feature: (*name).to_string(),
            origin: on[*name].0.clone(),
            span: on[*name].1,
            changes_behaviour: judge.changes_code(name),
            plan: Arc::clone(&plan),
        })
        .collect()
}

/// Whether `default` is more than what it stands for: `#[cfg(feature = "default")]`.
fn default_is_condition(source: &Source<'_>) -> bool {
    let condition = memchr::memmem::Finder::new("feature = \"default\"");
    let in_code = |text: &str, at: usize| {
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        !["//", "docsrs", "doc("].iter().any(|mark| line.contains(mark))
    };
    source.texts().iter().any(|(_, text)| condition.find_iter(text.as_bytes()).any(|at| in_code(text, at)))
}

/// Whether a text holds `"name"`.
fn quotes(text: &str, name: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), format!("\"{name}\"").as_bytes()).is_some()
}

/// Whether a feature hands nothing on, neither to other crates nor by switching one on.
fn is_inert_by_itself(input: &PackageInput<'_>, manifest: &CargoManifest, feature: &str) -> bool {
    let enables = enabled_by(manifest, feature);
    !enables.iter().any(|enable| enable.contains('/'))
        && is_inert(manifest, &enables, input.workspace.may_have_functions())
}

/// Features that are on by what is declared, and what they imply.
pub(super) fn visible_of(dependency: &Dependency, manifest: &CargoManifest) -> BTreeSet<String> {
    let on = expanded(dependency, manifest);
    visible(manifest, &on.keys().map(String::as_str).collect::<Vec<_>>())
}

/// What has to change in the entry so that only the features in `unused` go.
fn plan(on: &BTreeMap<String, (Origin, Span)>, unused: &BTreeSet<&str>, dependency: &Dependency) -> FeaturePlan {
    let origins: BTreeSet<&Origin> = unused.iter().filter_map(|name| on.get(*name)).map(|(origin, _)| origin).collect();
    let without_default = origins.contains(&Origin::Default);
    let listed = dependency.features.iter().map(|(name, _)| name);
    let goes = |name: &&String| unused.contains(name.as_str()) || origins.contains(&Origin::Aggregate((*name).clone()));
    let drop = listed.filter(goes).cloned().collect();
    let replaces = |origin: &Origin| match origin {
        Origin::Listed => false,
        Origin::Default => without_default,
        Origin::Aggregate(_) => origins.contains(origin),
    };
    let left = on.iter().filter(|(name, (origin, _))| !unused.contains(name.as_str()) && replaces(origin));
    FeaturePlan { drop, add: left.map(|(name, _)| name.clone()).collect(), without_default }
}

/// A library that hands the dependency on cannot know what others need of it.
fn is_reexported(input: &PackageInput<'_>, dependency: &Dependency) -> bool {
    let member = &input.workspace.members[input.at];
    let is_depended_on = input
        .workspace
        .members
        .iter()
        .flat_map(|other| &other.dependencies)
        .any(|other| other.path.as_deref() == Some(&member.folder));
    is_depended_on && input.usage.paths.contains(&crate_name(&dependency.key))
}

/// The features that are on by what is declared, aggregates replaced by what they stand for.
fn expanded(dependency: &Dependency, manifest: &CargoManifest) -> BTreeMap<String, (Origin, Span)> {
    let table = |name: &str| manifest.features.iter().find(|feature| feature.name == name);
    let implicit = |name: &str| manifest.dependencies.iter().any(|d| d.optional && d.key == name);
    let mut todo: Vec<(String, Origin, Span)> =
        dependency.features.iter().map(|(name, span)| (name.clone(), Origin::Listed, *span)).collect();
    if dependency.default_features && table("default").is_some() {
        todo.push(("default".into(), Origin::Default, dependency.span));
    }
    todo.reverse();
    let mut found: BTreeMap<String, (Origin, Span)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some((name, origin, span)) = todo.pop() {
        if name.contains('/') {
            continue;
        }
        if AGGREGATES.contains(&name.as_str()) {
            if seen.insert(name.clone()) {
                let inner = if name == "default" { Origin::Default } else { Origin::Aggregate(name.clone()) };
                let parts = table(&name).map(|feature| feature.enables.clone()).unwrap_or_default();
                todo.extend(
                    parts
                        .into_iter()
                        .filter(|part| table(part).is_some() || implicit(part))
                        .map(|part| (part, inner.clone(), span)),
                );
            }
            continue;
        }
        let entry = found.entry(name).or_insert((origin.clone(), span));
        if origin == Origin::Listed {
            *entry = (origin, span);
        }
    }
    found
}

struct Judge<'a> {
    manifest: &'a CargoManifest,
    own: Arc<Gates>,
    /// Facades: re-exported crates that features are handed on to, by the key they are declared under.
    inner: BTreeMap<String, Inner>,
    /// Procedural macros that features may be handed on to, by the key they are declared under.
    macros: BTreeSet<String>,
    known: &'a KnownGates,
    lock: Option<&'a Lock>,
    /// Names of the package and of the dependency.
    edge: (&'a str, String),
    usage: &'a usage::PackageUse,
    /// Segments of the paths that lead into the dependency, without its own name.
    segments: BTreeSet<&'a str>,
    has_glob: bool,
    reachable: OnceLock<BTreeSet<String>>,
    build_script: String,
    /// The workspace is built for functions; other platforms do not matter to it.
    only_lambda: bool,
}

/// A re-exported crate; its gates are read when they matter.
struct Inner {
    source: Arc<CrateSource>,
    /// Those of its features that candidates hand on.
    features: BTreeSet<String>,
    gates: OnceLock<Arc<Gates>>,
}

impl Inner {
    fn gates(&self, known: &KnownGates) -> &Gates {
        self.gates.get_or_init(|| known.of(&Source::Registry(Arc::clone(&self.source)), &self.features))
    }
}

impl<'a> Judge<'a> {
    fn new(input: &'a PackageInput<'_>, dependency: &Dependency, source: &'a Source<'_>, candidates: &[&str]) -> Self {
        let manifest = source.manifest();
        let names: BTreeSet<String> = [
            crate_name(&dependency.key),
            if dependency.renamed { crate_name(&dependency.key) } else { manifest.lib_name() },
        ]
        .into();
        let usage = input.usage;
        let of_ours =
            usage.paths.iter().filter_map(|path| path.split_once("::")).filter(|(head, _)| names.contains(*head));
        let own = input.gates.of(source, &visible(manifest, candidates));
        let enables: BTreeSet<&str> = candidates.iter().flat_map(|name| enabled_by(manifest, name)).collect();
        let mut inner = BTreeMap::new();
        let hands_on = |below: &Dependency| {
            let mut enables = manifest.features.iter().flat_map(|f| &f.enables);
            enables.any(|enable| enable.split(['/', '?']).next() == Some(&below.key) && enable.contains('/'))
        };
        for below in manifest.dependencies.iter().filter(|below| own.reexports.contains(&crate_name(&below.key))) {
            let handed: Vec<&str> =
                forwards(&enables).filter(|(key, _)| *key == below.key).map(|(_, name)| name).collect();
            let locked = input
                .workspace
                .lock
                .as_ref()
                .and_then(|lock| lock.named(&below.package).iter().map(|at| &lock.packages[*at]).next_back());
            let found = locked
                .filter(|_| hands_on(below))
                .and_then(|locked| input.registry.find(&locked.name, &locked.version));
            if let Some(source) = found {
                let features = visible(&source.manifest, &handed);
                inner.insert(below.key.clone(), Inner { source, features, gates: OnceLock::new() });
            }
        }
        Self {
            manifest,
            own,
            inner,
            macros: macros_told(input, manifest, &enables),
            known: input.gates,
            lock: input.workspace.lock.as_ref(),
            edge: (input.workspace.members[input.at].name(), dependency.package.clone()),
            usage,
            segments: of_ours.flat_map(|(_, rest)| rest.split("::")).collect(),
            has_glob: names.iter().any(|name| usage.globs.contains(name)),
            reachable: OnceLock::new(),
            only_lambda: input.workspace.may_have_functions(),
            build_script: source.files().text("build.rs").map(|text| text.to_string()).unwrap_or_default(),
        }
    }

    fn reachable(&self) -> &BTreeSet<String> {
        self.reachable.get_or_init(|| self.reachable_types())
    }

    /// Types that the code names, and types that their functions and fields lead to.
    fn reachable_types(&self) -> BTreeSet<String> {
        let is_type = |name: &&str| name.starts_with(|c: char| c.is_ascii_uppercase());
        let mut found: BTreeSet<String> =
            self.segments.iter().filter(|name| is_type(name)).map(|name| (*name).to_string()).collect();
        if self.has_glob {
            found.extend(self.usage.idents.iter().filter(|name| is_type(&name.as_str())).cloned());
        }
        for _ in 0..3 {
            let before = found.len();
            for (_, gates) in self.scopes() {
                for name in &self.usage.idents {
                    for (owner, ty) in gates.types().returns.get(name).into_iter().flatten() {
                        let reached = owner
                            .as_ref()
                            .map_or_else(|| self.segments.contains(name.as_str()), |owner| found.contains(owner));
                        if reached {
                            found.insert(ty.clone());
                        }
                    }
                }
            }
            if found.len() == before {
                break;
            }
        }
        found
    }

    /// Own gates, then those of facades by key.
    fn scopes(&self) -> impl Iterator<Item = (Option<&String>, &Gates)> {
        let inner = self.inner.iter().map(|(key, inner)| (Some(key), inner.gates(self.known)));
        std::iter::once((None, &*self.own)).chain(inner)
    }

    /// Whether a gate is as open with the features `on` as with all that are declared. Other
    /// crates may switch on what is not declared here: that stays undecided.
    fn is_met(&self, (key, gate): &(Option<&String>, &Gate), on: &BTreeSet<&str>, full: &BTreeSet<&str>) -> bool {
        let open = |features: &BTreeSet<&str>| {
            let (now, all) = match key {
                None => (
                    self.manifest.feature_closure(features.iter().copied()),
                    self.manifest.feature_closure(full.iter().copied()),
                ),
                Some(key) => (self.inner_features(key, features), self.inner_features(key, full)),
            };
            gate.condition.evaluate(&|name| {
                if now.contains(name) || NEVER_REPORTED.contains(&name) {
                    Some(true)
                } else if all.contains(name) {
                    Some(false)
                } else {
                    None
                }
            })
        };
        let now = open(on);
        now == Some(true) || now == open(full)
    }

    /// Features of a re-exported crate that are on when the dependency's features `on` are.
    fn inner_features(&self, key: &str, on: &BTreeSet<&str>) -> BTreeSet<&str> {
        let Some(Inner { source, .. }) = self.inner.get(key) else { return BTreeSet::new() };
        let closure = self.manifest.feature_closure(
            on.iter().filter_map(|name| self.manifest.features.iter().map(|f| f.name.as_str()).find(|own| own == name)),
        );
        let enables =
            self.manifest.features.iter().filter(|f| closure.contains(f.name.as_str())).flat_map(|f| &f.enables);
        let passed = enables
            .filter_map(|enable| enable.split_once('/'))
            .filter(|(to, _)| to.trim_end_matches('?') == key)
            .map(|(_, name)| name);
        let declared = self.manifest.dependencies.iter().filter(|d| d.key == key);
        let always = declared.flat_map(|d| {
            d.features.iter().map(|(name, _)| name.as_str()).chain(d.default_features.then_some("default"))
        });
        source.manifest.feature_closure(passed.chain(always))
    }

    /// Gates of things that the code names and that a candidate has to do with.
    fn needs(&self, candidates: &[&str]) -> Vec<(Option<&String>, &Gate)> {
        let own = (None, visible(self.manifest, candidates), &*self.own);
        let handed = self.inner.iter().filter(|(_, inner)| !inner.features.is_empty());
        let inner = handed.map(|(key, inner)| (Some(key), inner.features.clone(), inner.gates(self.known)));
        let mut found = Vec::new();
        for (key, features, gates) in std::iter::once(own).chain(inner) {
            let is_open = |gate: &&Gate| gate.features.iter().any(|name| features.contains(name));
            let used = gates.gates.iter().filter(is_open).filter(|gate| self.is_used(gate, gates));
            found.extend(used.map(|gate| (key, gate)));
        }
        found
    }

    /// Whether anything can be said about a feature that nothing seems to need: it adds names, and
    /// does not change what other code does.
    fn is_reportable(&self, feature: &str, origin: &Origin, kept: &BTreeSet<&str>) -> bool {
        if matches!(origin, Origin::Aggregate(_)) {
            return true;
        }
        if self.build_script_asks(feature) {
            return false;
        }
        let closure = self.manifest.feature_closure([feature]);
        let goes: BTreeSet<&str> =
            closure.iter().copied().filter(|name| *name == feature || !kept.contains(name)).collect();
        let enables = enabled_by(self.manifest, feature);
        let forwards: Vec<(&str, &str)> = forwards(&enables).collect();
        if self.own.opaque.contains(feature) {
            return false;
        }
        // What it only hands on to others shows nowhere here.
        let names_itself =
            self.own.gates.iter().any(|gate| gate.features == [feature] && matches!(gate.kind, GateKind::Item(_)));
        // Asked for by name, and all that it is known for goes unnamed; unless code that names nothing of it does
        // something else without it: `log` of `tracing`, `socks-proxy` of `ureq`, what a macro is told to write.
        if names_itself && *origin == Origin::Listed && !self.changes_code(feature) {
            return true;
        }
        let inert = enables.is_empty() || forwards.is_empty() && is_inert(self.manifest, &enables, self.only_lambda);
        if !names_itself
            && !inert
            && (*origin == Origin::Default || forwards.iter().any(|(key, _)| !self.inner.contains_key(*key)))
        {
            return false;
        }
        // What the standard library changes is not looked for: it is a decision of its own.
        let std = |names: &BTreeSet<&str>| names.iter().any(|name| NEVER_REPORTED.contains(name));
        let adds = |gates: &Gates, names: &BTreeSet<&str>| {
            let is_of = |name: &String| names.contains(name.as_str()) && !NEVER_REPORTED.contains(&name.as_str());
            gates.gates.iter().any(|gate| gate.features.iter().any(is_of))
        };
        let mut has_api = adds(&self.own, &closure);
        let mut behaviour = std(&goes) || goes.iter().any(|name| self.own.behaviour.contains(*name));
        let mut mentioned = std(&goes) || goes.iter().any(|name| self.own.mentioned.contains(*name));
        for (key, name) in &forwards {
            let Some(inner) = self.inner.get(*key) else { continue };
            let gates = inner.gates(self.known);
            let names = inner.source.manifest.feature_closure([*name]);
            has_api |= adds(gates, &names);
            behaviour |=
                std(&names) || names.iter().any(|name| gates.behaviour.contains(*name) || gates.opaque.contains(*name));
            mentioned |= std(&names) || names.iter().any(|name| gates.mentioned.contains(*name));
        }
        if has_api { !behaviour } else { !mentioned && is_inert(self.manifest, &enables, self.only_lambda) }
    }

    /// Whether a feature changes what code does that names nothing of it: `parking_lot` of `tokio`.
    fn changes_code(&self, feature: &str) -> bool {
        let enables = enabled_by(self.manifest, feature);
        self.own.switched.contains(feature)
            || self.own.behaviour.contains(feature)
            || forwards(&enables).any(|(key, _)| self.macros.contains(key))
    }

    /// Build scripts hand features on as conditions of their own.
    fn build_script_asks(&self, feature: &str) -> bool {
        let variable = format!("CARGO_FEATURE_{}", feature.to_uppercase().replace('-', "_"));
        self.build_script.contains(&variable) || self.build_script.contains(&format!("\"{feature}\""))
    }

    fn is_used(&self, gate: &Gate, gates: &Gates) -> bool {
        // A type behind the same feature is reached by its own name first.
        let behind = |owner: &String| {
            let definitions = gates.types().defined.get(owner).map_or(&[][..], Vec::as_slice);
            let shared = |of: &Vec<String>| of.iter().any(|feature| gate.features.contains(feature));
            definitions.iter().all(|of| !of.is_empty()) && definitions.iter().any(shared)
        };
        match &gate.kind {
            GateKind::Item(name) => {
                let usage = self.usage;
                // Derives and attributes that `#[macro_use] extern crate` brings are named as macros alone.
                let named = [&usage.idents, &usage.macros, &usage.other_macros].iter().any(|set| set.contains(name));
                self.segments.contains(name.as_str()) || (self.has_glob && named)
            }
            GateKind::Method { name, owner } => !behind(owner) && self.usage.methods.contains(name),
            // Whoever lacks one of these gets another error first, or none.
            GateKind::Impl { trait_name, .. }
                if matches!(
                    trait_name.as_str(),
                    "Send" | "Sync" | "Unpin" | "Drop" | "Debug" | "Display" | "UnwindSafe" | "RefUnwindSafe"
                ) =>
            {
                false
            }
            GateKind::Impl { types, trait_name } if types.iter().chain([trait_name]).any(behind) => types
                .iter()
                .chain([trait_name])
                .filter(|name| behind(name))
                .all(|name| self.segments.contains(name.as_str())),
            GateKind::Impl { trait_name, types } => {
                let local: Vec<&String> =
                    types.iter().filter(|name| gates.types().defined.contains_key(*name)).collect();
                let wanted = if local.is_empty() {
                    let named = |name: &&String| name.len() > 1;
                    let mut outside = types.iter().filter(named).peekable();
                    outside.peek().is_some()
                        && if trait_name.is_empty() {
                            outside.any(|name| self.usage.idents.contains(name))
                        } else {
                            outside.all(|name| self.usage.idents.contains(name))
                                && (self.usage.idents.contains(trait_name) || types.iter().any(|name| !is_common(name)))
                        }
                } else {
                    local.iter().any(|name| self.reachable().contains(*name))
                };
                wanted && self.may_use_trait(trait_name) && (local.is_empty() || self.has_user(gate, gates, trait_name))
            }
        }
    }

    /// Whether anybody can know a trait that comes from crates which only the gate's features bring:
    /// the code, or another dependency that leads to them.
    fn has_user(&self, gate: &Gate, gates: &Gates, trait_name: &str) -> bool {
        if !std::ptr::eq(gates, &*self.own) || gates.types().defined.contains_key(trait_name) {
            return true;
        }
        let Some(lock) = self.lock else { return true };
        let brought: Vec<&Dependency> =
            gate.features.iter().flat_map(|feature| crates_of(self.manifest, feature)).collect();
        let named = |name: &str| self.usage.idents.contains(name) || self.usage.normal.contains(name);
        brought.is_empty()
            || brought.iter().any(|below| named(&crate_name(&below.key)) || named(&crate_name(&below.package)))
            || {
                let others = lock.reached_beside(self.edge.0, &self.edge.1);
                brought.iter().any(|below| others.contains(below.package.as_str()))
            }
    }

    /// Serde's traits are called by whoever names serde, or by another dependency that leads to it: a
    /// runtime writes what a handler returns. Of other traits nothing is known.
    fn may_use_trait(&self, name: &str) -> bool {
        let serde = matches!(name, "Serialize" | "Deserialize" | "Serializer" | "Deserializer" | "DeserializeOwned");
        let named = || {
            let mut names = self.usage.normal.iter().chain(&self.usage.test);
            names.any(|name| name.contains("serde") || name.contains("json"))
        };
        let brought = || {
            let Some(lock) = self.lock else { return true };
            let others = lock.reached_beside(self.edge.0, &self.edge.1);
            ["serde", "serde_core"].iter().any(|name| others.contains(name))
        };
        !serde || named() || brought()
    }
}

/// Types that every program uses, so that their name says nothing.
fn is_common(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        || matches!(
            name,
            "String" | "Vec" | "Option" | "Box" | "Result" | "Rc" | "Arc" | "Cow" | "HashMap" | "BTreeMap"
        )
}
