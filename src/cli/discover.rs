//! Which functions to analyse, for paths on the command line: an explicit handler, a template,
//! or the platform's conventions.

use std::path::Path;

use super::UserError;
use super::args::InputArgs;
use crate::artifact::Artifact;
use crate::input::{self, Limits};
use crate::manifest::function::FunctionSpec;
use crate::platform::{Architecture, Language, Platform, Runtime};

/// The runtime assumed where nothing names one.
const DEFAULT_PYTHON: &str = "python3.12";
const DEFAULT_NODE: &str = "nodejs22.x";

/// Handler files by the platform's conventions, in order of preference.
const CONVENTIONS: [(&str, &str, &str); 9] = [
    ("lambda_function.py", "lambda_function.lambda_handler", DEFAULT_PYTHON),
    ("index.mjs", "index.handler", DEFAULT_NODE),
    ("index.js", "index.handler", DEFAULT_NODE),
    ("index.cjs", "index.handler", DEFAULT_NODE),
    ("bootstrap", "", "provided.al2023"),
    ("handler.py", "handler.handler", DEFAULT_PYTHON),
    ("app.py", "app.handler", DEFAULT_PYTHON),
    ("main.py", "main.handler", DEFAULT_PYTHON),
    ("index.py", "index.handler", DEFAULT_PYTHON),
];

/// A path as people read it in reports: with `/`, without a leading `./`.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    if text.is_empty() { ".".to_owned() } else { text.to_owned() }
}

/// The functions that a path on the command line stands for.
pub(super) fn functions(path: &Path, args: &InputArgs) -> Result<Vec<FunctionSpec>, UserError> {
    by_convention(path, args).map(|spec| vec![spec])
}

fn layers(args: &InputArgs) -> Vec<String> {
    args.layers.iter().map(|layer| shown(layer)).collect()
}

fn by_convention(path: &Path, args: &InputArgs) -> Result<FunctionSpec, UserError> {
    let artifact = input::open(path, &[], &Limits::default())?;
    let convention = convention_of(&artifact);
    let handler = match (&args.handler, convention) {
        (Some(handler), _) => handler.clone(),
        (None, Some((handler, _))) => handler.to_owned(),
        (None, None) => return Err(UserError(no_function(&artifact))),
    };
    let runtime = match (&args.runtime, convention) {
        (Some(runtime), _) => runtime.clone(),
        (None, Some((_, runtime))) if args.handler.is_none() => named(runtime)?,
        (None, _) => runtime_of_handler(&artifact, &handler)?,
    };
    Ok(FunctionSpec {
        name: name_of(path),
        origin: None,
        platform: Platform::default(),
        runtime,
        architecture: args.arch.unwrap_or(Architecture::X86_64),
        memory_mb: args.memory,
        timeout_s: None,
        handler,
        code: shown(path),
        layers: layers(args),
        environment: std::collections::BTreeMap::default(),
        events: Vec::new(),
        init_off_request_path: false,
    })
}

fn named(runtime: &str) -> Result<Runtime, UserError> {
    runtime.parse().map_err(UserError)
}

fn convention_of(artifact: &Artifact) -> Option<(&'static str, &'static str)> {
    if artifact.kind == crate::artifact::ArtifactKind::Binary {
        return Some(("", "provided.al2023"));
    }
    let known = CONVENTIONS.iter().find(|(file, _, _)| artifact.find(file).is_some());
    known.map(|(_, handler, runtime)| (*handler, *runtime))
}

/// The runtime of a handler given without one, by the kind of file it names.
fn runtime_of_handler(artifact: &Artifact, handler: &str) -> Result<Runtime, UserError> {
    let module = handler.rsplit_once('.').map_or(handler, |(module, _)| module);
    let python = [format!("{}.py", module.replace('.', "/")), format!("{}/__init__.py", module.replace('.', "/"))];
    let node = ["js", "mjs", "cjs", "ts", "mts", "tsx"].map(|extension| format!("{module}.{extension}"));
    if python.iter().any(|file| artifact.find(file).is_some()) {
        return named(DEFAULT_PYTHON);
    }
    if node.iter().any(|file| artifact.find(file).is_some()) {
        return named(DEFAULT_NODE);
    }
    let language = main_language(artifact);
    named(if language == Language::Node { DEFAULT_NODE } else { DEFAULT_PYTHON })
}

fn main_language(artifact: &Artifact) -> Language {
    let count = |suffixes: [&str; 3]| {
        let files = artifact.entries().filter(|(_, entry)| suffixes.iter().any(|suffix| entry.path.ends_with(suffix)));
        files.count()
    };
    if count([".js", ".mjs", ".ts"]) > count([".py", ".pyc", ".pyi"]) { Language::Node } else { Language::Python }
}

fn no_function(artifact: &Artifact) -> String {
    format!(
        "{}: no template and no file that is a handler by convention (lambda_function.py, index.js, bootstrap, ...); \
         say which one with --handler, for example --handler app.handler",
        artifact.path
    )
}

/// The function's name by its package: the file name without extension, or the folder's name.
fn name_of(path: &Path) -> String {
    let named = path.file_stem().or_else(|| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    let folder = || std::fs::canonicalize(path).ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    named.filter(|name| name != "." && name != "..").or_else(folder).unwrap_or_else(|| "function".to_owned())
}
