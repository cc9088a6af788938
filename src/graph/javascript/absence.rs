//! Why a request leads to nothing, what Node says to it, and what may be meant.

use oxc_resolver::ResolveError;

use super::resolve::{
    IMPORTS_FROM_LAYERS, Loader, Resolved, Resolver, TASK_ROOT, children, entry_at, folder, is_folder,
};
use super::versions::{self, Kind};
use crate::artifact::Artifact;
use crate::graph::misplaced;
use crate::manifest::node::package_of_request;

/// What is known about a request that nothing answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Absence {
    /// The rule that reports it.
    pub(super) rule: &'static str,
    /// Node's words.
    pub(super) message: String,
    /// Node's code for the error.
    pub(super) code: &'static str,
    /// Why, as the end of a sentence; nothing where it is just not there.
    pub(super) why: Option<String>,
    /// What to do about it, where more can be said than that it has to be there.
    pub(super) help: Option<String>,
    /// The package that would answer if it were there; nothing where only a change of what is here helps.
    pub(super) cure: Option<String>,
}

impl Absence {
    fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self.cure = None;
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why nothing answers a request of the file at `importer` (absolute).
pub(super) fn absence(
    artifact: &Artifact,
    resolver: &Resolver,
    importer: &str,
    request: &str,
    loader: Loader,
) -> Absence {
    if let Some(name) = request.strip_prefix("node:") {
        return no_builtin(name, resolver.node());
    }
    let from = folder(importer);
    let plain = plain(importer, request, loader);
    match resolver.refusal(from, request, loader) {
        Some(ResolveError::PackagePathNotExported { subpath, package_json_path, .. }) => {
            return not_exported(plain, &subpath, &package_json_path.to_string_lossy());
        }
        Some(ResolveError::PackageImportNotDefined(name, package)) => {
            let message =
                format!("Package import specifier \"{name}\" is not defined in package {}", package.display());
            let known = Absence { message, code: "ERR_PACKAGE_IMPORT_NOT_DEFINED", ..plain };
            return known.because("the `imports` of package.json do not define it");
        }
        _ => {}
    }
    if let Some(path) = path_of(importer, request) {
        return at_path(artifact, resolver, plain, &path, request, loader);
    }
    in_packages(artifact, resolver, plain, request, loader)
}

/// What Node says where nothing more is known.
fn plain(importer: &str, request: &str, loader: Loader) -> Absence {
    let relative = request.starts_with('.') || request.starts_with('/');
    let package = package_of_request(request).unwrap_or(request);
    let (message, code) = match loader {
        Loader::Require => (format!("Cannot find module '{request}'"), "MODULE_NOT_FOUND"),
        Loader::Import if relative => {
            let path = path_of(importer, request).unwrap_or_else(|| request.to_owned());
            (format!("Cannot find module '{path}' imported from {importer}"), "ERR_MODULE_NOT_FOUND")
        }
        Loader::Import => (format!("Cannot find package '{package}' imported from {importer}"), "ERR_MODULE_NOT_FOUND"),
    };
    let cure = (!relative && !request.starts_with('#')).then(|| package.to_owned());
    Absence { rule: "unresolved-import", message, code, why: None, help: None, cure }
}

fn no_builtin(name: &str, node: u32) -> Absence {
    let message = format!("No such built-in module: node:{name}");
    let code = "ERR_UNKNOWN_BUILTIN_MODULE";
    let absence = Absence { rule: "unresolved-import", message, code, why: None, help: None, cure: None };
    match versions::lacks(Kind::Module, name, node) {
        Some(releases) => Absence { rule: "syntax-newer-than-runtime", ..absence }
            .because(format!("Node.js {node} has no such module"))
            .help(format!("Use a runtime that has `node:{name}`: {}", releases.told(node))),
        None => {
            let absence = absence.because("Node.js has no such module");
            match versions::nearest_module(name) {
                Some(near) => absence.help(format!("`node:{near}` may be meant")),
                None => absence,
            }
        }
    }
}

fn not_exported(plain: Absence, subpath: &str, manifest: &str) -> Absence {
    let place = manifest.strip_prefix(TASK_ROOT).map_or(manifest, |rest| rest.trim_start_matches('/'));
    let message = match subpath {
        "." => format!("No \"exports\" main defined in {manifest}"),
        subpath => format!("Package subpath '{subpath}' is not defined by \"exports\" in {manifest}"),
    };
    let help = "The package is installed: import a path that its `exports` list, or a version that still has this one";
    Absence { message, code: "ERR_PACKAGE_PATH_NOT_EXPORTED", ..plain }
        .because(format!("the `exports` of {place} do not give out that path"))
        .help(help)
}

/// The absolute path that a relative or absolute request names.
fn path_of(importer: &str, request: &str) -> Option<String> {
    if request.starts_with('/') {
        return Some(request.to_owned());
    }
    if !matches!(request.split('/').next(), Some("." | "..")) {
        return None;
    }
    let mut parts: Vec<&str> = folder(importer).split('/').collect();
    for part in request.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Endings that `require` adds to a path and `import` does not.
const ADDED: [&str; 7] = [".js", ".json", ".node", "/index.js", "/index.json", ".mjs", ".cjs"];

fn at_path(
    artifact: &Artifact,
    resolver: &Resolver,
    plain: Absence,
    path: &str,
    request: &str,
    loader: Loader,
) -> Absence {
    let plain = plain.because("there is no such file");
    let added = ADDED.iter().find(|ending| entry_at(artifact, &format!("{path}{ending}")).is_some());
    if let Some(ending) = added.filter(|_| loader == Loader::Import && !resolver.source_tree()) {
        return without_ending(plain, path, request, ending, is_folder(artifact, path));
    }
    for ending in [".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx"] {
        if entry_at(artifact, &format!("{path}{ending}")).is_some() {
            let name = path.rsplit('/').next().unwrap_or(path);
            return plain.help(match ending.contains('t') {
                true => format!("`{name}{ending}` is there and was not compiled"),
                false => format!("`require` does not add `{ending}`: `{request}{ending}` is there"),
            });
        }
    }
    match in_other_case(artifact, path) {
        Some(found) => plain.help(format!("`{found}` is there, in other letter case: that counts on Lambda")),
        None => plain,
    }
}

/// `import` of something that `require` would have found by adding to it.
fn without_ending(plain: Absence, path: &str, request: &str, ending: &str, folder: bool) -> Absence {
    let (message, code) = match folder {
        true => (format!("Directory import '{path}' is not supported"), "ERR_UNSUPPORTED_DIR_IMPORT"),
        false => (plain.message.clone(), plain.code),
    };
    let meant = format!("{}{ending}", request.trim_end_matches('/'));
    let why = if folder { "`import` does not load folders" } else { "there is no such file" };
    Absence { message, code, ..plain }
        .because(why)
        .help(format!("An import in an ES module says the whole name: `{meant}`"))
}

/// A file at a path but for the case of its letters, relative to the function's folder.
pub(super) fn in_other_case(artifact: &Artifact, path: &str) -> Option<String> {
    let mut at = String::new();
    let mut rest = path.split('/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = rest.next() {
        let next = format!("{at}/{part}");
        let last = rest.peek().is_none();
        let there = |path: &str| is_folder(artifact, path) || (last && entry_at(artifact, path).is_some());
        if there(&next) || !format!("{next}/").starts_with(TASK_ROOT) || next == TASK_ROOT {
            at = next;
            continue;
        }
        let same = |name: &&String| {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            name.eq_ignore_ascii_case(part) || (last && stem.eq_ignore_ascii_case(part))
        };
        let found = children(artifact, &at).iter().find(same).cloned()?;
        at = format!("{at}/{found}");
    }
    let found = at.strip_prefix(TASK_ROOT)?.trim_start_matches('/').to_owned();
    let wanted = path.strip_prefix(TASK_ROOT)?.trim_start_matches('/');
    (found != wanted && !found.starts_with(wanted)).then_some(found)
}

fn in_packages(artifact: &Artifact, resolver: &Resolver, plain: Absence, request: &str, loader: Loader) -> Absence {
    let Some(package) = package_of_request(request) else { return plain };
    if let Some(hint) = misplaced::node_hint(artifact, package).filter(|_| !installed(artifact, package)) {
        return plain.because("the layer that has it has it where Node does not look").help(hint);
    }
    if loader == Loader::Import && resolver.node() < IMPORTS_FROM_LAYERS && artifact.is_folder("/opt/nodejs") {
        return plain.because("this runtime's `import` does not look into layers");
    }
    let elsewhere = |loader| matches!(resolver.resolve(TASK_ROOT, request, loader), Resolved::File(_));
    if loader == Loader::Import && !resolver.source_tree() && elsewhere(Loader::Require) {
        let inside = installed(artifact, package);
        if !inside {
            return plain.because("this runtime's `import` does not look into layers");
        }
        let meant = ADDED.iter().map(|ending| format!("{request}{ending}"));
        let meant =
            meant.into_iter().find(|meant| matches!(resolver.resolve(TASK_ROOT, meant, loader), Resolved::File(_)));
        let plain = plain.because("there is no such file in the package");
        return match meant {
            Some(meant) => plain.help(format!("An import in an ES module says the whole name: `{meant}`")),
            None => plain,
        };
    }
    if installed(artifact, package) {
        return plain.because("the package is there and has no such file");
    }
    if package == "aws-sdk" && resolver.node() >= 18 {
        return plain.help(
            "Runtimes from nodejs18.x on bring version 3 of the SDK: import `@aws-sdk/client-*`, or ship `aws-sdk`",
        );
    }
    plain
}

/// Whether some `node_modules` folder has a package.
fn installed(artifact: &Artifact, package: &str) -> bool {
    let roots = [String::new(), "/opt/nodejs/".to_owned()];
    roots.iter().any(|root| artifact.is_folder(&format!("{root}node_modules/{package}")))
}
