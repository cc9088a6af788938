mod cargo;

pub(super) use cargo::cargo;

use crate::engine::contracts::means_package;
use crate::engine::{FunctionContext, ProjectContext, Sink};
use crate::finding::{Edit, Finding, Fix, FixLevel, Saves};
use crate::manifest::dependency::{Dependency, Scope};
use crate::text;
use crate::usage::Doubt;

/// Reports runtime dependencies without any use, with the bytes they add.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if !cx.has_closure() {
        return;
    }
    let keep = cx.strings("keep");
    let language = cx.spec.runtime.language();
    let is_kept = |name: &str| keep.iter().any(|kept| means_package(kept, name, language));
    for dependency in &cx.declared.dependencies {
        let judged = dependency.scope == Scope::Runtime && !dependency.excluded && !dependency.pinned_transitive;
        let judged = judged && !cx.usage.is_for_others(&dependency.name) && !is_tool(cx, dependency);
        let needed = cx.usage.uses(&dependency.name) || cx.usage.elsewhere(&dependency.name).is_some();
        let unmatched = cx.usage.unmatched();
        // An import without an answer may be its: `unmatched-import-name` says so.
        let may_be_imported = unmatched.may_match() && unmatched.declared.contains(&dependency.name);
        if !judged || needed || may_be_imported || is_kept(&dependency.name) {
            continue;
        }
        if !is_others_to_judge(cx, dependency) {
            sink.report(finding(cx, dependency));
        }
    }
    let development = cx.declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Development);
    for dependency in development.filter(|_| cx.judges_development) {
        if cx.usage.is_unused_in_development(&dependency.name) && !is_kept(&dependency.name) {
            sink.report(unused_in_development(dependency));
        }
    }
}

/// Whether the dependency is the tool that makes the package.
fn is_tool(cx: &FunctionContext<'_>, dependency: &Dependency) -> bool {
    cx.spec.tool.names.iter().any(|name| **name == *dependency.name)
}

/// Whether another function that ships the same manifest uses the dependency, or comes first and
/// has reported it.
fn is_others_to_judge(cx: &FunctionContext<'_>, dependency: &Dependency) -> bool {
    let mut before = true;
    for (function, is_this) in cx.sharing(dependency) {
        if is_this {
            before = false;
        } else if before || function.usage.uses(&dependency.name) || !function.has_closure() {
            return true;
        }
    }
    false
}

/// Reports dependencies of projects that nothing of the project names.
fn of_trees(cx: &ProjectContext<'_>, keep: &[&str], sink: &mut Sink<'_>) {
    for tree in &cx.project.trees {
        for dependency in &tree.declared.dependencies {
            let is_kept = || keep.iter().any(|kept| means_package(kept, &dependency.name, tree.language));
            if dependency.shared || !tree.usage.is_unused(&dependency.name) || is_kept() {
                continue;
            }
            let purpose = if dependency.scope == Scope::Development { " for development" } else { "" };
            let message = format!(
                "{} is declared{purpose} and no file, script or setting of the project names it",
                dependency.name
            );
            let finding = Finding::new(dependency.location.clone(), message);
            let finding = finding.about(dependency.name.to_string()).noting("not used");
            sink.report(match removal(dependency, FixLevel::Unsafe) {
                Some(fix) => finding.fix(fix),
                None => finding,
            });
        }
    }
}

fn unused_in_development(dependency: &Dependency) -> Finding {
    let message = format!("{} is declared for development and no file, script or setting names it", dependency.name);
    let finding =
        Finding::new(dependency.location.clone(), message).about(dependency.name.to_string()).noting("not used");
    match removal(dependency, FixLevel::Unsafe) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// The change that takes a dependency out of its manifest.
fn removal(dependency: &Dependency, level: FixLevel) -> Option<Fix> {
    let span = dependency.removal.filter(|_| dependency.location.inner_path.is_none())?;
    Some(Fix {
        level,
        description: format!("remove {} from {}", dependency.name, dependency.location.path),
        path: dependency.location.path.clone(),
        edits: vec![Edit { span, replacement: String::new() }],
        also: Vec::new(),
        moves: Vec::new(),
    })
}

fn finding(cx: &FunctionContext<'_>, dependency: &Dependency) -> Finding {
    let package = cx.packages.packages.iter().find(|package| package.name == dependency.name);
    let size = package.map_or_else(String::new, |package| format!(", and it adds {}", text::bytes(package.bytes)));
    let importer = cx.usage.unreached_importer(&dependency.name);
    let only = importer.map_or_else(String::new, |path| format!("; only {path} imports it, which is not reached"));
    let message = format!("{} is declared and nothing reachable from the handler uses it{size}{only}", dependency.name);
    // A small package is still worth removing from the manifest: the saving is stated only when it counts.
    let bytes = package.map(|package| package.bytes).filter(|bytes| *bytes >= Saves::NOISE_BYTES);
    let mut finding = Finding::new(dependency.location.clone(), message)
        .about(dependency.name.to_string())
        .noting("not used")
        .saving(Saves { init_ms: None, bytes });
    // Who imports it may be started by something that nothing here tells of: a configuration that only its tool reads.
    if importer.is_some() {
        return finding.help("Where only development needs it, declare it for development");
    }
    let doubt = cx.usage.doubt(&dependency.name);
    let level = if doubt.is_some() { FixLevel::Unsafe } else { FixLevel::Safe };
    if let Some(doubt @ (Doubt::Open(_) | Doubt::Library(_) | Doubt::Computed(_) | Doubt::Said)) = doubt {
        finding = finding.help(format!("Look whether it is needed: {doubt}. If so, list it in the `keep` option"));
    }
    if let Some(fix) = removal(dependency, level) {
        finding = finding.fix(fix);
    }
    finding
}
