//! Which functions to analyse, for paths on the command line: an explicit handler, a template,
//! or the platform's conventions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::shelf::Shelf;
use super::{Inputs, UserError, shown};
use crate::assemble::FunctionSpec;
use crate::artifact::Artifact;
use crate::engine::Omission;
use crate::input::{self, InputKind};
use crate::manifest::function::{Declaration, LocalCode};
use crate::manifest::template;
use crate::platform::{Language, Platform, Runtime};
use crate::span::LineIndex;

/// Files that hold a plain SAM or CloudFormation template, by convention.
const TEMPLATES: [&str; 6] = [
    "template.yaml",
    "template.yml",
    "template.json",
    "serverless.template",
    "cloudformation.yaml",
    "cloudformation.yml",
];

/// The runtime assumed where nothing names one.
const DEFAULT_PYTHON: &str = "python3.12";
const DEFAULT_NODE: &str = "nodejs22.x";

/// Handler files by the platform's conventions, in order of preference.
const CONVENTIONS: [(&str, &str, &str); 10] = [
    ("lambda_function.py", "lambda_function.lambda_handler", DEFAULT_PYTHON),
    ("index.mjs", "index.handler", DEFAULT_NODE),
    ("index.js", "index.handler", DEFAULT_NODE),
    ("index.cjs", "index.handler", DEFAULT_NODE),
    ("index.ts", "index.handler", DEFAULT_NODE),
    ("bootstrap", "", "provided.al2023"),
    ("handler.py", "handler.handler", DEFAULT_PYTHON),
    ("app.py", "app.handler", DEFAULT_PYTHON),
    ("main.py", "main.handler", DEFAULT_PYTHON),
    ("index.py", "index.handler", DEFAULT_PYTHON),
];

/// A path that was given, and what it is.
pub(super) struct Place<'a> {
    path: &'a Path,
    kind: InputKind,
}

impl<'a> Place<'a> {
    /// Looks at what is there.
    pub(super) fn at(path: &'a Path) -> Result<Self, UserError> {
        Ok(Self { path, kind: input::classify(path)? })
    }

    /// The template that it is, or that a folder holds, with its text.
    pub(super) fn template(&self) -> Result<Option<(PathBuf, String)>, UserError> {
        match self.kind {
            InputKind::Template => {
                Ok(Some((self.path.to_owned(), input::read_text_file(self.path, template::LARGEST)?)))
            }
            InputKind::Directory => {
                let files = TEMPLATES.iter().map(|name| self.path.join(name)).filter(|file| file.is_file());
                // A file that only has the name of a template is part of the package like any other.
                let mut texts =
                    files.filter_map(|file| Some((input::read_text_file(&file, template::LARGEST).ok()?, file)));
                Ok(texts.find(|(text, _)| template::looks_like_one(text)).map(|(text, file)| (file, text)))
            }
            _ => Ok(None),
        }
    }
}

/// The functions of a template whose code is here; the others are problems.
pub(super) fn from_template(
    file: &Path,
    text: &str,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    problems: &mut Vec<Omission>,
) -> Result<Vec<FunctionSpec>, UserError> {
    let declared = template::functions(&shown(file), text)?;
    for note in &declared.notes {
        inputs.listener.note(&format!("{}:{}: {}", note.location.path, note.line, note.message));
    }
    if declared.functions.is_empty() {
        let advice = "give a package, or name the function with --handler";
        return Err(UserError(format!("{}: no function in this template can be analysed; {advice}", shown(file))));
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let lines = LineIndex::new(text);
    let mut specs = Vec::new();
    for declaration in declared.functions {
        let start = declaration.origin.span.unwrap_or_default().start;
        match completed(declaration, folder, inputs, shelf) {
            Ok(spec) => specs.push(spec),
            Err(UserError(message)) => {
                problems.push(Omission { path: shown(file), line: Some(lines.position(text, start).line), message });
            }
        }
    }
    Ok(specs)
}

/// A declared function with its code found and its gaps filled; the command line wins.
fn completed(
    declared: Declaration,
    folder: &Path,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
) -> Result<FunctionSpec, UserError> {
    let code = found(&declared.code, folder).ok_or_else(|| UserError(not_built(&declared)))?;
    let (args, defaults) = (inputs.given, &inputs.settings.resolved.defaults);
    let runtime = args.runtime.clone().or(declared.runtime).or_else(|| defaults.runtime.clone());
    let (handler, runtime) = match (declared.handler.or_else(|| defaults.handler.clone()), runtime) {
        (Some(handler), Some(runtime)) => (handler, runtime),
        (handler, runtime) => entry_point(&Place::at(Path::new(&code))?, handler, runtime, shelf)?,
    };
    let declared_layers: Vec<String> = declared.layers.iter().filter_map(|layer| found(layer, folder)).collect();
    let says_layers = args.layers.is_empty() && !declared.layers.is_empty();
    Ok(FunctionSpec {
        layers: if says_layers { declared_layers } else { layers(inputs) },
        name: declared.name,
        origin: Some(declared.origin),
        platform: Platform::default(),
        runtime,
        architecture: args.architecture.or(declared.architecture).or(defaults.architecture).unwrap_or_default(),
        memory_mb: args.memory_mb.or(declared.memory_mb).or(defaults.memory_mb),
        timeout_s: declared.timeout_s,
        handler,
        code,
        environment: declared.environment,
        events: declared.events,
        init_off_request_path: declared.init_off_request_path,
    })
}

/// What `sam build` made of a resource, or else what it is built from.
fn found(code: &LocalCode, folder: &Path) -> Option<String> {
    let built = folder.join(".aws-sam").join("build").join(&code.resource);
    let is_name = !code.resource.contains(['/', '\\', '.', '\0']);
    if is_name && built.is_dir() {
        return Some(shown(&built));
    }
    Path::new(&code.path).exists().then(|| code.path.clone())
}

fn not_built(declared: &Declaration) -> String {
    format!("the code of {} is not at {}; build it first", declared.name, declared.code.path)
}

/// The layers that the command line names, or else the configuration.
fn layers(inputs: &Inputs<'_>) -> Vec<String> {
    let given = &inputs.given.layers;
    if given.is_empty() { inputs.settings.layers() } else { given.iter().map(|layer| shown(layer)).collect() }
}

/// The function that a package is, by what the user said and by convention.
pub(super) fn by_convention(place: &Place<'_>, inputs: &Inputs<'_>, shelf: &Shelf) -> Result<FunctionSpec, UserError> {
    let (args, defaults) = (inputs.given, &inputs.settings.resolved.defaults);
    let handler = args.handler.clone().or_else(|| defaults.handler.clone());
    let runtime = args.runtime.clone().or_else(|| defaults.runtime.clone());
    let (handler, runtime) = entry_point(place, handler, runtime, shelf)?;
    let path = place.path;
    Ok(FunctionSpec {
        name: name_of(path),
        origin: None,
        platform: Platform::default(),
        runtime,
        architecture: args.architecture.or(defaults.architecture).unwrap_or_default(),
        memory_mb: args.memory_mb.or(defaults.memory_mb),
        timeout_s: None,
        handler,
        code: shown(path),
        layers: layers(inputs),
        environment: std::collections::BTreeMap::default(),
        events: Vec::new(),
        init_off_request_path: false,
    })
}

/// Handler and runtime of a package, by convention where they are not said.
fn entry_point(
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
        (None, Some((handler, by_convention))) => (handler.to_owned(), Some(by_convention)),
        (None, None) => return Err(UserError(no_function(&artifact))),
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
