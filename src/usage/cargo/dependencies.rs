//! Is a declared dependency needed, and where.

use std::collections::BTreeSet;

use super::expansion;
use super::forcing::is_forcing;
use super::unify::{Lost, Unifier};
use super::{PackageInput, texts, usage::PackageUse};
use crate::lang::rust::cfg::may_hold_on_lambda;
use crate::manifest::cargo::workspace::CargoWorkspace;
use crate::manifest::cargo::{Dependency, DependencyKind, TargetKind, crate_name};

/// Types and crates that paths begin with and nothing declares.
const OF_LANGUAGE: [&str; 19] = [
    "bool",
    "char",
    "f32",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "proc_macro",
    "str",
    "test",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// What the code says about one declared dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyVerdict {
    /// Which member.
    pub member: usize,
    /// Its place in the member's list.
    pub dependency: usize,
    /// What findings call it.
    pub subject: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The locked version.
    pub version: Option<String>,
    /// Why it is not proven that nobody notices when an unused one goes, or one for tests is no longer built for the rest.
    pub doubt: Option<Doubt>,
}

/// What may change when a dependency goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A crate that stays loses a feature, which nobody else asks for.
    Feature {
        /// The crate.
        package: String,
        /// Its feature.
        feature: String,
    },
    /// Code has its name for something, in a macro perhaps, or a text that may become code.
    Named,
    /// The lock file or the manifests are not here that tell what it brings.
    Unread,
}

/// Whether a dependency is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Something names it.
    Needed,
    /// Only a macro of another crate names it.
    NeededByMacro,
    /// Nothing names it.
    Unused,
    /// Only tests, examples and benchmarks name it.
    OnlyTests,
    /// Nothing names it, but it switches on features of, or pins, a crate that others bring.
    Forcing,
    /// Nothing can be said: no code, or the project says to ignore it.
    Unknown,
}

/// An entry of `[workspace.dependencies]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceEntry {
    /// Its place in the list.
    pub dependency: usize,
    /// Key.
    pub key: String,
}

/// Judges every dependency of one package.
pub(super) fn judge(input: &PackageInput<'_>) -> Vec<DependencyVerdict> {
    let member = &input.workspace.members[input.at];
    let mut names: Vec<Vec<String>> =
        member.dependencies.iter().map(|dependency| vec![crate_name(&dependency.key)]).collect();
    let mut verdicts: Vec<Verdict> = member
        .dependencies
        .iter()
        .zip(&names)
        .map(|(dependency, names)| by_name(dependency, names, input.usage))
        .collect();
    // Most are used under the name they are declared by; only for the rest other files are read.
    for (at, dependency) in member.dependencies.iter().enumerate() {
        if verdicts[at] == Verdict::Unused && !dependency.renamed {
            names[at] = library_names(input, dependency);
            verdicts[at] = by_name(dependency, &names[at], input.usage);
        }
    }
    let Named { by_code, by_others, perhaps } = Named::of(input, &verdicts, &names);
    let mut found = Vec::new();
    let mut unmatched: Option<bool> = None;
    let mut unifier = Unifier::new(input);
    for (at, dependency) in member.dependencies.iter().enumerate() {
        let named = |set: &BTreeSet<String>| names[at].iter().any(|name| set.contains(name));
        let mut verdict = match verdicts[at] {
            Verdict::Unused | Verdict::OnlyTests if named(&by_code) => Verdict::NeededByMacro,
            Verdict::Unused if named(&by_others) => {
                let may_move = dependency.kind == DependencyKind::Normal && !dependency.optional;
                if may_move { Verdict::OnlyTests } else { Verdict::NeededByMacro }
            }
            verdict => verdict,
        };
        let locked = input
            .workspace
            .lock
            .as_ref()
            .and_then(|lock| lock.resolve(member.name(), &dependency.package, dependency.requirement.as_deref()));
        let lost = match verdict {
            Verdict::Unused | Verdict::OnlyTests => unifier.as_mut().and_then(|unifier| unifier.lost(at)),
            _ => None,
        };
        if verdict == Verdict::Unused && is_forcing(input, dependency, locked, lost.as_ref()) {
            verdict = Verdict::Forcing;
        }
        // Where its source is not here, its library may be what code knows under a name that nothing declares.
        if verdict == Verdict::Unused
            && expansion::source(input, dependency).is_none()
            && *unmatched.get_or_insert_with(|| names_unknown(input))
        {
            verdict = Verdict::Unknown;
        }
        if verdict == Verdict::OnlyTests && !is_installed(input.usage) {
            verdict = Verdict::Needed;
        }
        if !input.usage.has_code
            || member.ignored.iter().any(|name| name == &dependency.key || name == &dependency.package)
        {
            verdict = Verdict::Unknown;
        }
        let subject = input.workspace.subject(member, &dependency.key);
        let version = locked.map(|locked| locked.version.clone());
        let doubt = match verdict {
            Verdict::Unused => doubt(lost.as_ref(), named(&input.usage.idents) || named(&perhaps)),
            Verdict::OnlyTests => doubt(lost.as_ref(), false),
            _ => None,
        };
        found.push(DependencyVerdict { member: input.at, dependency: at, subject, verdict, version, doubt });
    }
    found
}

/// Crates that no code names itself, and something that is compiled does.
struct Named {
    /// By what the package's own code calls, or compiles of texts.
    by_code: BTreeSet<String>,
    /// By what its tests and examples call.
    by_others: BTreeSet<String>,
    /// By texts that may become code.
    perhaps: BTreeSet<String>,
}

impl Named {
    fn of(input: &PackageInput<'_>, verdicts: &[Verdict], names: &[Vec<String>]) -> Self {
        let open: BTreeSet<String> = (verdicts.iter().zip(names))
            .filter(|(verdict, _)| matches!(verdict, Verdict::Unused | Verdict::OnlyTests))
            .flat_map(|(_, names)| names.clone())
            .collect();
        // Whose own name nothing knows, of that nobody calls the macros.
        let dependencies = input.workspace.members[input.at].dependencies.iter();
        let known = dependencies.zip(verdicts).filter(|(_, verdict)| **verdict != Verdict::Unused);
        let known: Vec<&Dependency> = known.map(|(dependency, _)| dependency).collect();
        let mut by_code = expansion::named_by_macros(input, &known, &open, &input.usage.macros);
        let open: BTreeSet<String> = open.difference(&by_code).cloned().collect();
        let by_others = expansion::named_by_macros(input, &known, &open, &input.usage.other_macros);
        let texts = texts::named(input, &open);
        by_code.extend(texts.by_templates);
        Self { by_code, by_others, perhaps: texts.perhaps }
    }
}

/// Why it is not proven that nobody notices when the code is built without a dependency.
fn doubt(lost: Option<&Lost>, is_named: bool) -> Option<Doubt> {
    let Some(lost) = lost else { return Some(Doubt::Unread) };
    if let Some((package, feature)) = lost.features.first() {
        return Some(Doubt::Feature { package: package.clone(), feature: feature.clone() });
    }
    if is_named {
        return Some(Doubt::Named);
    }
    lost.is_open.then_some(Doubt::Unread)
}

/// Whether a package has something that other packages or people take: of examples and benchmarks alone, nothing is
/// carried along.
fn is_installed(usage: &PackageUse) -> bool {
    usage.targets.iter().any(|target| matches!(target.kind, TargetKind::Lib | TargetKind::Bin))
}

/// Whether code names a crate that no declaration brings under that name.
fn names_unknown(input: &PackageInput<'_>) -> bool {
    let declared: BTreeSet<String> = input.workspace.members[input.at]
        .dependencies
        .iter()
        .flat_map(|entry| library_names(input, entry).into_iter().chain([crate_name(&entry.key)]))
        .collect();
    let usage = input.usage;
    let mut named = usage.normal.iter().chain(&usage.test).chain(&usage.doc).chain(&usage.build);
    named.any(|name| is_crate_like(name) && !declared.contains(name))
}

/// Whether a name may be that of a crate: types are written with capitals, and some are part of the language.
fn is_crate_like(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && !OF_LANGUAGE.contains(&name)
}

/// The verdict when the crate is known by these names.
fn by_name(dependency: &Dependency, names: &[String], usage: &PackageUse) -> Verdict {
    let used = |set: &BTreeSet<String>| names.iter().any(|name| set.contains(name));
    let tests = used(&usage.test) || used(&usage.doc);
    match dependency.kind {
        DependencyKind::Normal if used(&usage.normal) => Verdict::Needed,
        // An optional dependency cannot be a dev-dependency.
        DependencyKind::Normal if tests => {
            if dependency.optional {
                Verdict::Needed
            } else {
                Verdict::OnlyTests
            }
        }
        DependencyKind::Dev if tests || used(&usage.normal) => Verdict::Needed,
        DependencyKind::Build if used(&usage.build) => Verdict::Needed,
        _ => Verdict::Unused,
    }
}

/// Names under which code may know an unrenamed dependency.
fn library_names(input: &PackageInput<'_>, dependency: &Dependency) -> Vec<String> {
    match expansion::source(input, dependency) {
        Some(source) => vec![crate_name(&source.manifest().lib_name())],
        // Without its manifest the usual spellings have to do.
        None => {
            let plain = crate_name(&dependency.package);
            let trimmed =
                plain.trim_start_matches("rust_").trim_end_matches("_rs").trim_end_matches("_rust").to_string();
            vec![plain.replace('_', ""), trimmed, plain]
        }
    }
}

/// Locked dependencies whose source is not at hand, so that nothing is known of their features and
/// macros.
pub(super) fn unread(input: &PackageInput<'_>) -> Vec<String> {
    let Some(lock) = &input.workspace.lock else { return Vec::new() };
    let member = &input.workspace.members[input.at];
    let elsewhere = |dependency: &&Dependency| {
        dependency.kind == DependencyKind::Normal
            && dependency.target.as_deref().is_none_or(may_hold_on_lambda)
            && !lock.named(&dependency.package).is_empty()
            && expansion::source(input, dependency).is_none()
    };
    member.dependencies.iter().filter(elsewhere).map(|dependency| dependency.key.clone()).collect()
}

/// Entries of `[workspace.dependencies]` that no member inherits.
pub(super) fn workspace_entries(workspace: &CargoWorkspace) -> Vec<WorkspaceEntry> {
    let Some(table) = &workspace.root.workspace else { return Vec::new() };
    let inherited: BTreeSet<&str> = workspace
        .members
        .iter()
        .flat_map(|member| &member.dependencies)
        .filter(|d| d.inherited)
        .map(|d| d.key.as_str())
        .collect();
    let unread = !workspace.problems.is_empty() || !workspace.missing.is_empty();
    let open =
        table.dependencies.iter().enumerate().filter(|(_, entry)| !unread && !inherited.contains(entry.key.as_str()));
    open.filter(|(_, entry)| !workspace.root.ignored.contains(&entry.key))
        .map(|(dependency, entry)| WorkspaceEntry { dependency, key: entry.key.clone() })
        .collect()
}
