//! A function that is one executable: what was linked into it, and what loading it takes.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use super::{GraphProblem, LoadCall, Module, ModuleGraph, ModuleId, ModuleKind, Phase, ProblemEffect, Weight};
use crate::artifact::{Artifact, ArtifactKind, EntryId};
use crate::lang::native::{self, Format, Host, Machine, NativeFacts, Refusal};
use crate::lang::rust::work::WorkItem;
use crate::package::owners::{Ecosystem, Package, Packages};
use crate::platform::Architecture;

/// Executables larger than this are not read.
const LARGEST: u64 = 512 << 20;
/// Milliseconds by which Go's runtime starts later than a Rust executable, divided by the scale of
/// `rules/knowledge/native/cost.toml`, which has the source.
const GO_RUNTIME_MS: f64 = (50.0 - 16.0) / 8.2;

/// The executable as a graph of one module, and the packages linked into it.
#[must_use]
pub fn load(artifact: &Artifact) -> (ModuleGraph, Packages) {
    let mut graph = ModuleGraph::unknown();
    let owners = vec![None; artifact.entries().len()];
    let mut packages = Packages { owners, ..Packages::default() };
    let Some(entry) = executable(artifact) else { return (graph, packages) };
    let Ok(bytes) = artifact.read(entry) else { return (graph, packages) };
    let bytes: &[u8] = (*bytes).as_ref();
    let Ok(facts) = native::read(bytes) else { return (graph, packages) };
    graph.modules.extend(modules(artifact, entry, &facts));
    let linked = linked(bytes, &facts);
    packages.packages = linked.packages;
    let problems = linked.problem.into_iter().chain(facts.problems);
    graph.problems.extend(problems.map(|message| GraphProblem {
        entry: Some(entry),
        span: None,
        message,
        effect: ProblemEffect::Inexact,
    }));
    (graph, packages)
}

/// Bytes at the start of a file that hold its headers, as most linkers write them.
const HEAD: usize = 4096;
/// A table of segments longer than this is a lie.
const LARGEST_TABLE: u64 = 64 << 10;
/// Files in an archive beyond this are not inflated for a table that is not at their start.
const LARGEST_INFLATED: u64 = 8 << 20;

/// Why a process cannot load a native file, as far as its headers tell; little of it is read.
#[must_use]
pub fn header_refusal(artifact: &Artifact, entry: EntryId, host: Host) -> Option<Refusal> {
    let head = artifact.read_head(entry, HEAD).ok()?;
    let bytes = artifact.entry(entry).bytes;
    let table = native::segment_table(&head).and_then(|(at, length)| part_of(artifact, entry, &head, at, length));
    let header = native::load_header(&head, table.as_deref(), bytes);
    Refusal::by_header(Format::of(&head), header.as_ref(), host)
}

/// The rule that reports a file which cannot be loaded.
#[must_use]
pub fn rule_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Machine => "wrong-architecture",
        Refusal::NodeAbi(_) => "wrong-abi-tag",
        Refusal::CLibrary | Refusal::Format(Format::MachO | Format::Windows) => "addon-for-another-platform",
        Refusal::Format(_) | Refusal::Damage(_) => "damaged-library",
    }
}

/// The instruction set of an architecture.
#[must_use]
pub fn machine_of(architecture: Architecture) -> Machine {
    match architecture {
        Architecture::X86_64 => Machine::X86_64,
        Architecture::Arm64 => Machine::Aarch64,
    }
}

/// A part of a file of which the start has been read.
fn part_of(artifact: &Artifact, entry: EntryId, head: &[u8], at: u64, length: u64) -> Option<Vec<u8>> {
    let end = at.checked_add(length).filter(|_| length <= LARGEST_TABLE)?;
    let range = usize::try_from(at).ok()?..usize::try_from(end).ok()?;
    if let Some(part) = head.get(range.clone()) {
        return Some(part.to_vec());
    }
    if let Some(mut file) = artifact.open(entry) {
        let mut part = vec![0; usize::try_from(length).ok()?];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut part).ok()?;
        return Some(part);
    }
    let content = artifact.read(entry).ok().filter(|_| artifact.entry(entry).bytes <= LARGEST_INFLATED)?;
    Some((*content).as_ref().get(range)?.to_vec())
}

/// Adds calls of known cost that the source makes before it takes requests. Where nothing is built,
/// the source's root file stands for the executable.
pub fn add_calls(graph: &mut ModuleGraph, root: &str, calls: &[WorkItem]) {
    if graph.modules.is_empty() && !calls.is_empty() {
        graph.modules.push(Module {
            name: Arc::from(root),
            kind: ModuleKind::Source,
            entry: None,
            bytes: 0,
            loaded: Phase::Init,
            preloaded: false,
            first_import: None,
            weight: Weight::default(),
        });
    }
    graph.calls.extend(calls.iter().map(|call| LoadCall {
        module: ModuleId(0),
        span: call.span,
        callee: Arc::from(call.what.as_str()),
        arguments: Vec::new(),
        keywords: Vec::new(),
        via: Vec::new(),
        repeats: 1,
    }));
}

/// `bootstrap`, or the only file.
fn executable(artifact: &Artifact) -> Option<EntryId> {
    let lone = artifact.entries().next().map(|(id, _)| id).filter(|_| artifact.kind == ArtifactKind::Binary);
    artifact
        .find("bootstrap")
        .or_else(|| artifact.find("/opt/bootstrap"))
        .or(lone)
        .filter(|id| artifact.entry(*id).bytes <= LARGEST)
}

fn modules(artifact: &Artifact, entry: EntryId, facts: &NativeFacts) -> Vec<Module> {
    let module = |name: &str, kind: ModuleKind, entry: Option<EntryId>, weight: Weight| Module {
        name: Arc::from(name),
        kind,
        entry,
        bytes: entry.map_or(0, |entry| artifact.entry(entry).bytes),
        loaded: Phase::Init,
        preloaded: false,
        first_import: None,
        weight,
    };
    let weight = Weight { native_bytes: facts.code_bytes, relocations: facts.relocations.total(), ..Weight::default() };
    let name = artifact.entry(entry).path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut found = vec![module(&name, ModuleKind::Extension, Some(entry), weight)];
    if facts.go_version.is_some() {
        let weight = Weight { measured_ms: GO_RUNTIME_MS, ..Weight::default() };
        found.push(module("Go runtime", ModuleKind::Runtime, None, weight));
    }
    found
}

/// Packages linked into an executable, and what cannot be said of them.
struct Linked {
    packages: Vec<Package>,
    problem: Option<String>,
}

fn linked(bytes: &[u8], facts: &NativeFacts) -> Linked {
    if let Some(packer) = &facts.packer {
        let problem = format!("it is packed with {packer}, which hides what was linked into it");
        return Linked { packages: Vec::new(), problem: Some(problem) };
    }
    if facts.go_version.is_some() {
        return go(bytes);
    }
    let sizes = native::crate_sizes(bytes);
    let versions = native::crate_versions(bytes);
    if let Some(sizes) = sizes {
        let version = |name: &str| {
            versions.iter().find(|(known, _)| known.replace('-', "_") == name).map(|(_, version)| version.as_str())
        };
        let packages = sizes.crates.iter().map(|(name, bytes)| package(Ecosystem::Cargo, name, version(name), *bytes));
        return Linked { packages: packages.collect(), problem: None };
    }
    // Locations of panics outlive the symbols and name the sources that they are in.
    let packages = versions.iter().map(|(name, version)| package(Ecosystem::Cargo, name, Some(version), 0));
    let packages: Vec<Package> = packages.collect();
    let problem = if packages.is_empty() {
        "its symbols are stripped: what was linked into it is not known"
    } else {
        "its symbols are stripped: crates are those that panic messages name, without their sizes"
    };
    Linked { packages, problem: Some(problem.to_owned()) }
}

fn go(bytes: &[u8]) -> Linked {
    let Some(sizes) = native::go_sizes(bytes) else {
        let problem = "its Go function table cannot be read: what was linked into it is not known";
        return Linked { packages: Vec::new(), problem: Some(problem.to_owned()) };
    };
    let modules = &sizes.build.modules;
    let version = |path: &str| {
        let owns =
            |module: &str| path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let owner = modules.iter().filter(|(module, _)| owns(module)).max_by_key(|(module, _)| module.len());
        owner.map(|(_, version)| version.as_str()).filter(|version| !version.is_empty() && *version != "(devel)")
    };
    let packages = sizes.packages.iter().map(|(path, bytes)| package(Ecosystem::Go, path, version(path), *bytes));
    Linked { packages: packages.collect(), problem: None }
}

fn package(ecosystem: Ecosystem, name: &str, version: Option<&str>, bytes: u64) -> Package {
    Package {
        name: name.into(),
        version: version.map(Into::into),
        ecosystem,
        entries: Vec::new(),
        bytes,
        manifest: None,
    }
}
