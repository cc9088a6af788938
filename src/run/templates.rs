//! Functions of templates: read by `declare`, put together by `assemble`, their gaps filled by what the user said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::convention;
use super::crates::OfCrate;
use super::discover::Place;
use super::shelf::Shelf;
use super::words::WORDS;
use super::{Inputs, UserError, images, layers};
use crate::artifact::Location;
use crate::assemble::{self, Base, Content, Declared, FunctionSpec, LayerPath, Reason};
use crate::declare::model::{Application, Problem};
use crate::declare::{self, Options};
use crate::engine::{LeftOut, Omission};
use crate::input::{self, seen};
use crate::manifest::cargo::workspace::find_root;
use crate::platform::{Language, Platform};
use crate::span::LineIndex;

/// Largest template that is read, in bytes; CloudFormation takes 1 MB, and CDK writes several together.
const LARGEST: u64 = 8 << 20;
/// The runtime of executables where no template says one.
pub(super) const EXECUTABLE: &str = "provided.al2023";
/// Files of one folder that are looked into for a template.
const MOST_FILES: usize = 50;
/// The application of a Chalice project.
const APPLICATION: &str = "app.py";
/// Where code lies, as templates write it in lines or in braces; packaging puts it into a bucket.
static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)(?:^|[\s{,"'])(?:CodeUri|ContentUri|Code|Content)["']?:[ \t]*["']?([^\s"',{}]+)"#).ok()
});

/// Whether a file may be a template, by its name.
pub(super) fn may_be_one(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "yaml" | "yml" | "json" | "template" | "tf" | "tofu")
        || ["serverless.ts", "serverless.js", "zappa_settings.toml", APPLICATION]
            .iter()
            .any(|name| path.ends_with(name))
}

/// The templates with functions that lie in a folder.
pub(super) fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let usual = WORDS.templates.iter().map(|name| folder.join(name)).chain(synthesized(folder));
    let mut usual: Vec<PathBuf> = usual.filter(|file| is_one(file)).collect();
    // The settings of a Chalice project lead to its application by themselves.
    if usual.iter().any(|file| file.ends_with(".chalice/config.json")) {
        usual.retain(|file| !file.ends_with(APPLICATION));
    }
    // A folder that cannot be listed has the usual ones all the same.
    let children = seen::read_dir(folder).into_iter().flatten().flatten();
    let files = children.map(|child| child.path()).filter(|path| may_be_one(path));
    let mut files: Vec<PathBuf> = files.take(MOST_FILES).collect();
    files.sort();
    // Beside a template of the usual name stand others, and what tools have made of it.
    let is_another = |file: &PathBuf| usual.is_empty() || !usual.contains(file) && is_source(file, &usual);
    files.retain(|file| is_another(file) && is_one(file));
    usual.into_iter().chain(files).collect()
}

/// Whether a template beside others is one that people write: none in another notation, and none that a tool has
/// packaged, whose code lies in a bucket. Terraform beside another tool has a name of its own.
fn is_source(file: &Path, others: &[PathBuf]) -> bool {
    let extension = |file: &Path| file.extension().and_then(|extension| extension.to_str().map(str::to_owned));
    let is_again = || others.iter().any(|other| other.file_stem() == file.file_stem());
    match extension(file).as_deref() {
        Some("tf" | "tofu") => {
            let is_terraform = |other: &PathBuf| matches!(extension(other).as_deref(), Some("tf" | "tofu"));
            !others.iter().any(is_terraform)
        }
        Some("yaml" | "yml" | "template") if !is_again() => {
            input::read_text_file(file, LARGEST).is_ok_and(|text| !is_packaged(&text))
        }
        _ => false,
    }
}

/// Whether a template is what `sam package` or `aws cloudformation package` has made of another: all its code lies in a
/// bucket.
fn is_packaged(text: &str) -> bool {
    let found = CODE.iter().flat_map(|pattern| pattern.captures_iter(text));
    let places: Vec<bool> = found.map(|place| place[1].starts_with("s3://")).collect();
    !places.is_empty() && places.into_iter().all(|in_bucket| in_bucket)
}

/// What CDK for Terraform has written of a program, a configuration for each of its stacks.
fn synthesized(folder: &Path) -> Vec<PathBuf> {
    if !seen::is_file(&folder.join("cdktf.json")) {
        return Vec::new();
    }
    let Ok(stacks) = seen::read_dir(&folder.join("cdktf.out/stacks")) else { return Vec::new() };
    let mut stacks: Vec<PathBuf> = stacks.flatten().map(|stack| stack.path().join("cdk.tf.json")).collect();
    stacks.sort();
    stacks
}

/// Leaves out services that the TypeScript compiler has made of others: below these, and marked as it marks what it
/// makes.
pub(super) fn leave_out_compiled(files: &mut Vec<PathBuf>) {
    let sources: Vec<PathBuf> = files.iter().filter(|file| file.ends_with("serverless.ts")).cloned().collect();
    let is_below = |file: &Path| {
        let around = file.parent().and_then(Path::parent);
        sources
            .iter()
            .any(|source| around.is_some_and(|around| source.parent().is_some_and(|own| around.starts_with(own))))
    };
    files.retain(|file| {
        let may_be = file.ends_with("serverless.js") && is_below(file);
        !(may_be && input::read_text_file(file, LARGEST).is_ok_and(|text| text.contains("__esModule")))
    });
}

fn is_one(file: &Path) -> bool {
    if !seen::is_file(file) {
        return false;
    }
    // A file that only has the name of a template is part of the package like any other.
    let text = input::read_text_file(file, LARGEST);
    text.is_ok_and(|text| declare::is_template(&super::shown(file), &text))
}

/// An application as its template declares it.
#[derive(Debug)]
struct Read {
    base: Base,
    /// The template's path as people read it.
    root: String,
    application: Application,
}

/// What some templates declare.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Functions whose code is here.
    pub(super) specs: Vec<FunctionSpec>,
    /// What is left out.
    pub(super) problems: Vec<Omission>,
    /// What the templates declare, with paths as people read them.
    pub(super) applications: Vec<Application>,
    /// Functions that are executables of crates and not built, by the root of the workspace.
    pub(super) crates: BTreeMap<PathBuf, Vec<OfCrate>>,
    /// What is read and may be a part of another application.
    waiting: Vec<Read>,
}

impl Found {
    /// Reads templates.
    pub(super) fn read(files: &[PathBuf], inputs: &Inputs<'_>, shelf: &Shelf) -> Self {
        let mut found = Self::default();
        let stage = inputs.given.stage.clone().or_else(|| inputs.settings.resolved.defaults.stage.clone());
        let options = Options { stage, ..Options::default() };
        files.iter().for_each(|file| found.declared(file, &options));
        for Read { base, mut application, .. } in wholes(std::mem::take(&mut found.waiting)) {
            found.add(&application, &base, inputs, shelf);
            images::add(&mut application, &base.files());
            application.files.iter_mut().for_each(|file| file.path = base.path(&file.path));
            found.applications.push(application);
        }
        found
    }

    /// What a template declares.
    fn declared(&mut self, file: &Path, options: &Options) {
        let base = Base::of_template(file);
        let inner = base.inner(file);
        for application in declare::read_all(&inner, &base.files(), options) {
            match application {
                Ok(application) => {
                    self.waiting.push(Read { base: base.clone(), root: base.path(&inner), application });
                }
                Err(problem) => self.problems.push(said(&problem, &base)),
            }
        }
    }

    fn add(&mut self, application: &Application, base: &Base, inputs: &Inputs<'_>, shelf: &Shelf) {
        self.problems.extend(application.problems.iter().map(|problem| said(problem, base)));
        let (found, left) = assemble::functions(application, base, &layers::named(inputs));
        for left in left {
            let left_out = LeftOut { function: Some(left.function), is_local: left.is_local };
            self.problems.push(omitted(application, base, &left.origin, left.message, Some(left_out)));
        }
        for mut declared in found {
            let executable = declared.executable.take();
            if executable.is_some() {
                // Executables are started as they are, whatever the template calls their handler.
                declared.handler = Some(String::new());
                declared.runtime = declared.runtime.or_else(|| EXECUTABLE.parse().ok());
            }
            let (origin, name) = (declared.origin.clone(), declared.name.clone());
            match completed(declared, inputs, shelf) {
                Ok(spec) => match executable {
                    Some(executable) => {
                        let root = find_root(&Path::new(&spec.code).join("Cargo.toml"));
                        self.crates.entry(root).or_default().push(OfCrate { spec, executable });
                    }
                    None => self.specs.push(spec),
                },
                Err(UserError(why)) => {
                    let message = format!("{name} is left out: {why}");
                    let left_out = LeftOut { function: Some(name), is_local: true };
                    self.problems.push(omitted(application, base, &origin, message, Some(left_out)));
                }
            }
        }
    }
}

/// The applications whose template is no part of another: what one nests is deployed with it.
fn wholes(read: Vec<Read>) -> Vec<Read> {
    let mut largest: Vec<usize> = (0..read.len()).collect();
    largest.sort_by_key(|at| std::cmp::Reverse(read[*at].application.files.len()));
    let (mut inner, mut whole): (BTreeSet<String>, BTreeSet<usize>) = (BTreeSet::new(), BTreeSet::new());
    for at in largest {
        let Read { base, root, application } = &read[at];
        if !inner.contains(root) {
            whole.insert(at);
            let files = application.files.iter().map(|file| base.path(&file.path));
            inner.extend(files.filter(|file| file != root));
        }
    }
    read.into_iter().enumerate().filter(|(at, _)| whole.contains(at)).map(|(_, one)| one).collect()
}

fn said(problem: &Problem, base: &Base) -> Omission {
    Omission { path: base.path(&problem.path), line: problem.line, message: problem.message.clone(), left_out: None }
}

/// A function that is left out, with the line that declares it.
fn omitted(
    application: &Application,
    base: &Base,
    origin: &Location,
    message: String,
    left_out: Option<LeftOut>,
) -> Omission {
    let file = application.files.iter().find(|file| base.path(&file.path) == origin.path);
    let line =
        file.zip(origin.span).map(|(file, span)| LineIndex::new(&file.text).position(&file.text, span.start).line);
    Omission { path: origin.path.clone(), line, message, left_out }
}

/// A declared function with its gaps filled; the command line wins.
fn completed(declared: Declared, inputs: &Inputs<'_>, shelf: &Shelf) -> Result<FunctionSpec, UserError> {
    let (given, defaults) = (inputs.given, &inputs.settings.resolved.defaults);
    let runtime = given.runtime.clone().or(declared.runtime).or_else(|| defaults.runtime.clone());
    let is_native = runtime.as_ref().is_some_and(|runtime| runtime.language() == Language::Native);
    let handler = declared.handler.or_else(|| defaults.handler.clone()).or_else(|| is_native.then(String::new));
    let (handler, runtime) = match (handler, runtime) {
        (Some(handler), Some(runtime)) => (handler, runtime),
        (handler, runtime) if has_folder(&declared.content) => {
            let place = Place::at(Path::new(&declared.code))?;
            convention::entry_point(&place, handler, runtime, shelf)
                .map_err(|_| unsaid(&declared.unsaid, "no file of its code has a handler by convention"))?
        }
        (_, runtime) => return Err(incomplete(&declared.open, runtime.is_none())),
    };
    let (layers, says_layers) = merged(declared.layers, inputs);
    let mut open = declared.open;
    open.retain(|open| match open.reason {
        Reason::Layer => !says_layers,
        Reason::Setting => given.runtime.is_none(),
        _ => true,
    });
    Ok(FunctionSpec {
        name: declared.name,
        origin: Some(declared.origin),
        platform: Platform::default(),
        runtime,
        architecture: given.architecture.or(declared.architecture).or(defaults.architecture).unwrap_or_default(),
        memory_mb: given.memory_mb.or(declared.memory_mb).or(defaults.memory_mb),
        timeout_s: declared.timeout_s,
        handler,
        leads_to: declared.leads_to,
        code: declared.code,
        main: None,
        content: declared.content,
        installs: declared.installs,
        outside: declared.outside,
        unbundled: declared.unbundled,
        built_from: declared.built_from,
        tool: declared.tool,
        layers,
        open,
        environment: declared.environment,
        variables: declared.variables,
        events: declared.events,
        init_off_request_path: declared.init_off_request_path,
    })
}

/// Whether what the code's path holds tells what is called, as all of it or as the first part of the package.
fn has_folder(content: &Content) -> bool {
    match content {
        Content::Whole => true,
        Content::Parts { parts, is_image } => {
            !is_image && parts.first().is_some_and(|part| part.to.is_empty() && seen::is_dir(&part.from))
        }
        Content::File | Content::Inline { .. } => false,
    }
}

/// Why a function cannot be taken on: a setting that is there is not to be used, or there is none.
fn incomplete(open: &[assemble::Open], no_runtime: bool) -> UserError {
    let said = open.iter().find(|open| no_runtime && open.reason == Reason::Setting);
    UserError(match said {
        Some(open) => open.detail.clone(),
        None => "neither template nor command line says its handler and runtime".to_owned(),
    })
}

/// Why it is not known what of a function's code is called.
fn unsaid(why: &str, beside: &str) -> UserError {
    UserError(format!("{why}, and {beside}; say it with --handler and the function's folder"))
}

/// The layers of a function, and whether the user said what all of them hold.
fn merged(declared: Vec<LayerPath>, inputs: &Inputs<'_>) -> (Vec<LayerPath>, bool) {
    let said = layers::for_all(inputs);
    let by_hand = inputs.given.layers.iter().any(|layer| layer.name.is_none());
    if by_hand || declared.is_empty() { (said.clone(), !said.is_empty()) } else { (declared, false) }
}
