//! The function that a package is, by what the user said and by the platform's conventions.

use std::path::Path;
use std::sync::Arc;

use super::discover::Place;
use super::shelf::Shelf;
use super::words::{Convention, WORDS};
use super::{Inputs, UserError, candidates, layers, shown};
use crate::artifact::{Artifact, ArtifactKind, Location};
use crate::assemble::{self, Content, FunctionSpec, Installs};
use crate::graph::javascript;
use crate::input::InputKind;
use crate::input::seen;
use crate::platform::{Language, Runtime};

/// The runtime assumed where nothing names one.
const DEFAULT_PYTHON: &str = "python3.12";
const DEFAULT_NODE: &str = "nodejs22.x";

/// Larger files are not searched for a handler: those that people write are smaller, and bundles are named by `main`.
const LARGEST_HANDLER: u64 = 16 << 20;

/// The function that a package is, by what the user said and by convention.
pub(super) fn function(place: &Place<'_>, inputs: &Inputs<'_>, shelf: &Shelf) -> Result<FunctionSpec, UserError> {
    let (args, defaults) = (inputs.given, &inputs.settings.resolved.defaults);
    let handler = args.handler.clone().or_else(|| defaults.handler.clone());
    let runtime = args.runtime.clone().or_else(|| defaults.runtime.clone());
    let (handler, runtime) = entry_point(place, handler, runtime, shelf)?;
    let path = place.path;
    let installs = installs(place, &handler, &runtime, shelf);
    let name = args.name.clone().unwrap_or_else(|| name_of(path));
    Ok(FunctionSpec {
        architecture: args.architecture.or(defaults.architecture).unwrap_or_default(),
        memory_mb: args.memory_mb.or(defaults.memory_mb),
        installs,
        layers: layers::all(inputs),
        ..FunctionSpec::new(name, runtime, handler, shown(path))
    })
}

/// The function that the folder's Dockerfile makes.
pub(super) fn from_image(path: &Path, inputs: &Inputs<'_>) -> Option<FunctionSpec> {
    let (args, defaults) = (inputs.given, &inputs.settings.resolved.defaults);
    let packed = assemble::image_in(path)?.ok()?;
    let name = args.name.clone().unwrap_or_else(|| name_of(path));
    Some(FunctionSpec {
        origin: Some(Location::file(shown(&path.join("Dockerfile")))),
        architecture: args.architecture.or(defaults.architecture).unwrap_or_default(),
        memory_mb: args.memory_mb.or(defaults.memory_mb),
        content: Content::Parts { parts: packed.parts.into(), is_image: true },
        installs: packed.installs,
        layers: layers::all(inputs),
        open: packed.open,
        environment: packed.environment,
        ..FunctionSpec::new(name, packed.runtime, packed.handler, packed.code)
    })
}

/// What of dependencies the package likely has. What is TypeScript, and what lies beside the program of a deployment tool,
/// is bundled before it is deployed.
fn installs(place: &Place<'_>, handler: &str, runtime: &Runtime, shelf: &Shelf) -> Installs {
    if place.kind != InputKind::Directory {
        return Installs::Nothing;
    }
    let Ok(bundle) = shelf.open_as(place.path, place.kind) else { return Installs::Guessed };
    let is_node = runtime.language() == Language::Node;
    let is_bundled =
        javascript::is_source_tree(&bundle.artifact, handler) || candidates::is_program_folder(&bundle.artifact);
    if is_node && is_bundled { Installs::Bundled } else { Installs::Guessed }
}

/// Handler and runtime of a package, by convention where they are not said.
pub(super) fn entry_point(
    place: &Place<'_>,
    handler: Option<String>,
    runtime: Option<Runtime>,
    shelf: &Shelf,
) -> Result<(String, Runtime), UserError> {
    let (handler, runtime) = match (handler, runtime) {
        (Some(handler), Some(runtime)) => return Ok((handler, runtime)),
        open => open,
    };
    let artifact = Arc::clone(&shelf.open_as(place.path, place.kind)?.artifact);
    let native = runtime.as_ref().is_some_and(|runtime| runtime.language() == Language::Native);
    let convention = convention_of(&artifact);
    let (handler, convention) = match (handler, convention) {
        (Some(handler), _) => (handler, None),
        (None, _) if native => (String::new(), None),
        (None, Some((handler, by_convention))) => (handler, Some(by_convention)),
        (None, None) => {
            return Err(UserError(format!("{}: {}", artifact.path, candidates::none_found(&artifact, place.path))));
        }
    };
    let runtime = match (runtime, convention) {
        (Some(runtime), _) => runtime,
        (None, Some(by_convention)) => named(by_convention)?,
        (None, None) => runtime_of_handler(&artifact, &handler)?,
    };
    Ok((handler, runtime))
}

fn named(runtime: &str) -> Result<Runtime, UserError> {
    runtime.parse().map_err(UserError)
}

/// The first convention of which both the file and the function are there.
fn convention_of(artifact: &Artifact) -> Option<(String, &'static str)> {
    if artifact.kind == ArtifactKind::Binary {
        return Some((String::new(), "provided.al2023"));
    }
    WORDS.convention.iter().find_map(|Convention { file, names, runtime }| {
        let entry = artifact.find(file)?;
        let is_python = file.ends_with(".py");
        let usual = if is_python { DEFAULT_PYTHON } else { DEFAULT_NODE };
        let runtime = runtime.as_deref().unwrap_or(usual);
        let Some((stem, _)) = file.rsplit_once('.') else { return Some((String::new(), runtime)) };
        if artifact.entry(entry).bytes > LARGEST_HANDLER {
            return None;
        }
        let bytes = artifact.read_early(entry).ok()?;
        let text = crate::text::lossy((*bytes).as_ref());
        let function = names.iter().find(|name| candidates::has_function(&text, name, is_python))?;
        Some((format!("{stem}.{function}"), runtime))
    })
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

/// A function's name by its package: the file name without extension, or the folder's name.
#[must_use]
pub fn name_of(path: &Path) -> String {
    let named = path.file_stem().or_else(|| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    let folder = || seen::canonicalize(path).ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    named.filter(|name| name != "." && name != "..").or_else(folder).unwrap_or_else(|| "function".to_owned())
}
