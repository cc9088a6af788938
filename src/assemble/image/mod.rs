//! Container images as packages: what of the build's folder lies where, with which runtime and handler.
//!
//! An image is taken for a function where its base is one of the platform's, or where it starts the runtime's own client.
//! What commands bring is open: nothing of a build is run here.

mod build;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use self::build::{Build, Foreign, State};
use super::{Base, Brings, Installs, Open, Reason};
use crate::declare::dockerfile::Dockerfile;
use crate::declare::model::Image;
use crate::input::files::{Files, below, join, parent};
use crate::input::{Choice, Part, seen};
use crate::knowledge;
use crate::platform::{Language, Runtime};

/// Where the platform's images have the function.
const TASK_ROOT: &str = "var/task";
/// Where layers are put into images.
const LAYERS: &str = "opt";
/// Files that Python's dependencies are installed from.
const REQUIREMENTS: &str = "requirements.txt";

/// `images.toml`, which says what its fields mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Images {
    bases: Vec<String>,
    clients: Vec<String>,
    harmless: Vec<String>,
    variables: BTreeMap<String, String>,
    languages: BTreeMap<String, String>,
}

knowledge::table! {
    static IMAGES: Images = "assemble/images.toml", tested by the_images_read;
}

/// An image as a package.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The build's folder, as a path that opens.
    pub code: String,
    /// What is put where.
    pub parts: Vec<Part>,
    /// The runtime.
    pub runtime: Runtime,
    /// The handler.
    pub handler: String,
    /// What of dependencies its commands install.
    pub installs: Installs,
    /// What is not here.
    pub open: Vec<Open>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
}

/// The package that an image is, or why that is not known.
pub(super) fn package(image: &Image, base: &Base) -> Result<Packed, String> {
    let (Some(path), Some(context)) = (&image.dockerfile, &image.context) else {
        let which = image.uri.text().map_or_else(|| "it".to_owned(), |uri| format!("`{uri}`"));
        return Err(format!(
            "{which} is a container image that is not built here; give the folder that becomes /var/task and --handler"
        ));
    };
    let files = base.files();
    let text = files.text(path).map_err(|error| format!("{} cannot be read: {}", base.path(path), error.message))?;
    let file = Dockerfile::read(&text);
    let given = image.arguments.iter().filter_map(|(name, value)| Some((name.clone(), value.text()?.to_owned())));
    let arguments: Vec<(String, String)> = given.collect();
    let build = Build { file: &file, base, context, arguments: &arguments };
    let state = build.target(image.target.text());
    let state = state.ok_or_else(|| format!("{} has no stage that could be built", base.path(path)))?;
    packed(image, &state, base, context)
}

/// What an image is before the first step.
fn start(name: &str) -> State {
    let mut state = State { base: name.to_owned(), ..State::default() };
    if is_platforms(name) {
        state.folder = TASK_ROOT.to_owned();
        state.variables.clone_from(&IMAGES.variables);
    }
    state
}

fn packed(image: &Image, state: &State, base: &Base, context: &str) -> Result<Packed, String> {
    let words = |settings: &[crate::declare::model::Setting<String>]| -> Vec<String> {
        settings.iter().filter_map(|word| word.text().map(str::to_owned)).collect()
    };
    let over = words(&image.entry_point);
    let entry_point = if over.is_empty() { &state.entry_point } else { &over };
    let command = if image.command.is_empty() { state.command.clone() } else { words(&image.command) };
    let handler = handler(entry_point, &command, is_platforms(&state.base))?;
    let runtime = runtime(&state.base).ok_or_else(|| {
        format!("which runtime its image begins with, `{}`, is not known; give the folder that becomes /var/task, --handler and --runtime", state.base)
    })?;
    let folder = image.working_directory.text().map_or(state.folder.as_str(), |folder| folder.trim_start_matches('/'));
    let in_task_root = state.placed.iter().any(|placed| below(&placed.to, TASK_ROOT).is_some());
    let root = if is_platforms(&state.base) && in_task_root { TASK_ROOT } else { folder };
    let parts = parts(state, root, base, context);
    if parts.is_empty() {
        return Err(format!("nothing that its Dockerfile copies to /{root} is here"));
    }
    let has = |file: &str| parts.iter().any(|part| has(part, file));
    let (installs, is_open) = installs(&state.runs, &runtime, &has);
    let open = open(state, is_open);
    let environment = state.variables.clone();
    Ok(Packed { code: base.path(context), parts, runtime, handler, installs, open, environment })
}

/// Whether an image is one of the platform's.
fn is_platforms(name: &str) -> bool {
    IMAGES.bases.iter().any(|base| name.starts_with(&**base))
}

/// The handler that is started, or why there is none.
fn handler(entry_point: &[String], command: &[String], is_platforms: bool) -> Result<String, String> {
    let all: Vec<&str> = entry_point.iter().chain(command).map(String::as_str).collect();
    let client = all.iter().position(|word| IMAGES.clients.iter().any(|client| word.ends_with(&**client)));
    let is_script = |word: &str| [".sh", ".py", ".js", ".mjs", ".jar", ".ts"].iter().any(|end| word.ends_with(end));
    let looks_right = |word: &str| word.contains('.') && !is_script(word) && !word.contains([' ', '=', ':']);
    match (client, command) {
        (Some(at), _) if all.len() > at + 1 => Ok(all[at + 1].to_owned()),
        (_, [only]) if looks_right(only) || (is_platforms && entry_point.is_empty()) => Ok(only.clone()),
        (_, []) if is_platforms => Err("its image says no handler (`CMD`)".to_owned()),
        _ => Err(format!(
            "its container starts `{}` by itself, which is not simulated; name its handler with --handler",
            all.join(" ")
        )),
    }
}

/// The runtime of an image, by its name.
fn runtime(name: &str) -> Option<Runtime> {
    let known = IMAGES.bases.iter().find_map(|base| name.strip_prefix(&**base));
    let plain = name.rsplit('/').next().unwrap_or(name);
    let (named, tag) = known.unwrap_or(plain).split_once(':').unwrap_or((known.unwrap_or(plain), ""));
    let language = match known {
        // `build-python3.12` has the version in its name.
        Some(_) if named.contains(|c: char| c.is_ascii_digit()) => return named.parse().ok(),
        Some(_) => named,
        None => IMAGES.languages.get(named)?,
    };
    let tag = tag.split('@').next().unwrap_or(tag);
    let numbers: Vec<&str> = tag.split(['.', '-']).take(2).take_while(|part| part.parse::<u16>().is_ok()).collect();
    let version = match (language, numbers.as_slice()) {
        ("python" | "ruby" | "dotnet", [major, minor]) => format!("{major}.{minor}"),
        ("nodejs", [major, ..]) => format!("{major}.x"),
        ("java" | "dotnet", [major, ..]) => (*major).to_owned(),
        ("provided", _) => format!(".{}", tag.split(['-', '.']).next()?),
        _ => return None,
    };
    format!("{language}{version}").parse().ok()
}

/// What lies below the root of the function, and where layers do.
fn parts(state: &State, root: &str, base: &Base, context: &str) -> Vec<Part> {
    let ignored = ignored(base, context);
    let put = |to: &str| match (below(to, root), below(to, LAYERS)) {
        (Some(inside), _) => Some(inside.to_owned()),
        (None, Some(inside)) if !inside.is_empty() => Some(format!("/{LAYERS}/{inside}")),
        _ => None,
    };
    let part = |placed: &build::Placed| {
        let from = PathBuf::from(base.path(&join(context, &placed.source)));
        let mut to = put(&placed.to)?;
        if to.is_empty() && !seen::is_dir(&from) {
            to = placed.source.rsplit('/').next()?.to_owned();
        }
        Some(Part { from, to, below: placed.source.clone(), choices: ignored.clone(), ..Part::default() })
    };
    state.placed.iter().filter_map(part).collect()
}

/// What `.dockerignore` keeps out of the build.
fn ignored(base: &Base, context: &str) -> Vec<Choice> {
    let Ok(text) = base.files().text(&join(context, ".dockerignore")) else { return Vec::new() };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let choices = lines.flat_map(|line| {
        let (glob, excludes) = line.strip_prefix('!').map_or((line, true), |glob| (glob, false));
        let glob = glob.trim_start_matches("./").trim_matches('/').to_owned();
        // What a folder's name fits, all in it does.
        [glob.clone(), format!("{glob}/**")].map(|glob| Choice { glob, excludes })
    });
    choices.collect()
}

/// Whether a part brings a file.
fn has(part: &Part, file: &str) -> bool {
    match below(file, &part.to) {
        Some("") => seen::is_file(&part.from),
        Some(rest) => seen::is_file(&part.from.join(rest)),
        None => false,
    }
}

/// What of dependencies the commands put into the image, and whether they may bring anything else.
fn installs(runs: &[String], runtime: &Runtime, has: &dyn Fn(&str) -> bool) -> (Installs, bool) {
    let mut found = Installs::Nothing;
    let mut is_open = false;
    let commands = runs.iter().flat_map(|run| run.split(['\n', ';', '&', '|'])).map(str::trim);
    for command in commands.filter(|command| !command.is_empty()) {
        let words: Vec<&str> = command.split_whitespace().filter(|word| !word.starts_with("--mount")).collect();
        let named = words.first().map(|word| word.rsplit('/').next().unwrap_or(word)).unwrap_or_default();
        let is_pip = words.contains(&"pip") || words.contains(&"pip3") || named.starts_with("pip");
        match runtime.language() {
            _ if IMAGES.harmless.iter().any(|harmless| harmless == named) => {}
            Language::Python if is_pip && words.contains(&"install") => match requirements(&words) {
                Some(file) if file == REQUIREMENTS && has(REQUIREMENTS) => found = Installs::Declared,
                None if words.last().is_some_and(|word| ["pip", "setuptools", "wheel"].contains(word)) => {}
                _ => is_open = true,
            },
            Language::Node if ["npm", "yarn", "pnpm"].contains(&named) && has("package.json") => {
                let is_install = words.len() == 1 || ["install", "ci", "i"].iter().any(|word| words.contains(word));
                if is_install { found = Installs::Production } else { is_open = true }
            }
            _ => is_open = true,
        }
    }
    (found, is_open)
}

/// The file that `pip install -r` reads.
fn requirements<'w>(words: &[&'w str]) -> Option<&'w str> {
    let at = words.iter().position(|word| *word == "-r" || *word == "--requirement")?;
    let path = words.get(at + 1)?.trim_matches(['"', '\'']);
    path.rsplit('/').next()
}

/// What is not here of an image.
fn open(state: &State, runs_bring: bool) -> Vec<Open> {
    let mut open = Vec::new();
    let built = |detail: String, brings| Open { reason: Reason::Build, detail, brings };
    if !is_platforms(&state.base) {
        let detail = format!("the image that it begins with, `{}`, may bring modules of its own", state.base);
        open.push(built(detail, Brings::Anything));
    }
    if runs_bring {
        let detail = "commands of its Dockerfile may bring more than is here; give the folder that becomes /var/task";
        open.push(built(detail.to_owned(), Brings::Anything));
    }
    let what = |foreign: &Foreign| match foreign.from.as_str() {
        "." => format!("`{}` is copied into its image and is not here", foreign.source),
        from => format!("`{}` of `{from}` is copied into its image and is not here", foreign.source),
    };
    for foreign in &state.foreign {
        let is_extension = below(&foreign.to, "opt/extensions").is_some();
        let brings = if is_extension { Brings::Nothing } else { Brings::Anything };
        let sources = if foreign.is_built { "; what it is made of stands for it" } else { "" };
        open.push(built(format!("{}{sources}", what(foreign)), brings));
    }
    open
}

/// The function that the Dockerfile of a folder makes, where no template names it.
#[must_use]
pub fn in_folder(folder: &Path) -> Option<Result<Packed, String>> {
    let file = folder.join("Dockerfile");
    if !seen::is_file(&file) {
        return None;
    }
    let base = Base::of_template(&file);
    let dockerfile = base.inner(&file);
    let context = parent(&dockerfile).to_owned();
    Some(package(&Image { dockerfile: Some(dockerfile), context: Some(context), ..Image::default() }, &base))
}

#[cfg(test)]
mod tests;
