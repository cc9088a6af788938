mod cargo;

pub(super) use cargo::cargo;

use crate::assemble::Installs;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::manifest::dependency::{Dependency, Scope};
use crate::text;
use crate::usage::Elsewhere;

/// Reports development dependencies that own code imports at run time and nothing else declares,
/// and runtime dependencies that only scripts, the deployment tool or types need.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let dependencies = &cx.declared.dependencies;
    for dependency in dependencies {
        let finding = match dependency.scope {
            Scope::Development => needed_at_run_time(cx, dependency),
            Scope::Runtime if cx.has_closure() && !dependency.excluded => not_needed_at_run_time(cx, dependency),
            _ => None,
        };
        if let Some(finding) = finding.filter(|_| !is_others_to_judge(cx, dependency)) {
            sink.report(finding);
        }
    }
}

/// Whether another function that ships the same manifest comes first and has reported the dependency, or loads what this
/// one does not.
fn is_others_to_judge(cx: &FunctionContext<'_>, dependency: &Dependency) -> bool {
    let name = &dependency.name;
    let mut before = true;
    for (function, is_this) in cx.sharing(dependency) {
        let judged_alike = match dependency.scope {
            Scope::Development => before && function.usage.imports_directly(name),
            _ => function.usage.uses(name) || before && function.usage.elsewhere(name).is_some(),
        };
        before &= !is_this;
        if !is_this && judged_alike {
            return true;
        }
    }
    false
}

fn needed_at_run_time(cx: &FunctionContext<'_>, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    let mut others = cx.declared.dependencies.iter().filter(|other| other.scope != Scope::Development);
    if !cx.usage.imports_directly(name) || others.any(|other| other.name == *name) || comes_otherwise(cx, name) {
        return None;
    }
    let message = format!("{name} is declared for development and the function imports it");
    Some(Finding::new(dependency.location.clone(), message).about(name.to_string()))
}

/// Whether the runtime, a layer or the build brings the package, or a bundler copies what the code imports.
fn comes_otherwise(cx: &FunctionContext<'_>, name: &str) -> bool {
    let bundlers = cx.strings("bundlers");
    let declares = |bundler: &&&str| cx.declared.dependencies.iter().any(|dependency| *dependency.name == ***bundler);
    let modules = [name, &name.replace('-', "_")];
    cx.spec.runtime.sdk(cx.spec.platform).is_some_and(|sdk| sdk.has(name))
        || modules.iter().any(|module| cx.world.is_known_to_bring(module))
        || cx.spec.installs == Installs::Bundled
        || bundlers.iter().any(|bundler| declares(&bundler))
}

fn not_needed_at_run_time(cx: &FunctionContext<'_>, dependency: &Dependency) -> Option<Finding> {
    let name = &dependency.name;
    // What the handler that a tool brings needs of the tool.
    if cx.spec.tool.ships.iter().any(|own| **own == **name) {
        return None;
    }
    let needed = cx.usage.elsewhere(name)?;
    let by = match needed {
        Elsewhere::Scripts => "only scripts of the manifest run it",
        Elsewhere::Deployment => "only the deployment tool loads it",
        Elsewhere::Types => "only its types are used",
    };
    let bytes = cx.packages.packages.iter().find(|package| package.name == *name).map(|package| package.bytes);
    let size = bytes.map_or_else(String::new, |bytes| format!(", and it adds {}", text::bytes(bytes)));
    let message = format!("{name} is a runtime dependency and {by}{size}");
    let bytes = bytes.filter(|bytes| *bytes >= Saves::NOISE_BYTES);
    let finding = Finding::new(dependency.location.clone(), message).about(name.to_string());
    Some(finding.noting("belongs to the development dependencies").saving(Saves { init_ms: None, bytes }))
}
