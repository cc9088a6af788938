//! The functions of an application, as their packages will be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::built::{self, Built};
use super::bundle;
use super::folders::FOLDERS;
use super::{
    Base, Brings, Content, EventSource, Installs, LayerPath, NamedLayer, Open, Reason, Tool, Unbundled, image, layers,
    makefile,
};
use crate::artifact::Location;
use crate::declare::model::{
    ApiKind, Application, BuildMethod, CodePart, CodeSource, Dialect, Function, FunctionKind, Id, Qualifier, Setting,
    SnapStart, SourceKind, Trigger, TriggerSource, Why,
};
use crate::input::files::{join, parent};
use crate::input::{Choice, Part, read_text_file, seen};
use crate::knowledge;
use crate::platform::{Architecture, Runtime};

/// Settings of a bundler that are larger are read by nobody.
const SETTINGS_BYTES: u64 = 1 << 20;

/// A function as its template and the files beside it tell it; what is unset the command line and the configuration
/// may say.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its name in the template.
    pub name: String,
    /// Where it is declared.
    pub origin: Location,
    /// Runtime.
    pub runtime: Option<Runtime>,
    /// Instruction set.
    pub architecture: Option<Architecture>,
    /// Memory size in MB.
    pub memory_mb: Option<u32>,
    /// Timeout in seconds.
    pub timeout_s: Option<f64>,
    /// Handler.
    pub handler: Option<String>,
    /// What of its own that handler loads, where a plugin brings it.
    pub leads_to: Option<String>,
    /// What the package is made of, as a path that opens.
    pub code: String,
    /// What of it.
    pub content: Content,
    /// What of dependencies its build puts beside it.
    pub installs: Installs,
    /// Modules that its bundler leaves outside.
    pub outside: Vec<String>,
    /// The handler's module, where its bundler writes none of that name.
    pub unbundled: Option<Unbundled>,
    /// The folder of sources that the built package was made from.
    pub built_from: Option<String>,
    /// The tool that makes the package.
    pub tool: Tool,
    /// Layers that are here, in merge order.
    pub layers: Vec<LayerPath>,
    /// Environment variables with known values.
    pub environment: BTreeMap<String, String>,
    /// The names of all its environment variables, where the template says that there are no others.
    pub variables: Option<BTreeSet<String>>,
    /// What invokes it.
    pub events: Vec<EventSource>,
    /// Init runs ahead of requests.
    pub init_off_request_path: bool,
    /// What is not here.
    pub open: Vec<Open>,
    /// Why its handler or runtime is not known, where one is not.
    pub unsaid: String,
    /// The package is an executable of the Cargo package or workspace at `code`, and it is not built.
    pub executable: Option<Executable>,
}

/// Which executable of a Cargo package or workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executable {
    /// This one.
    Named(String),
    /// The only one that is a function.
    Only,
}

/// A function that cannot be analysed.
#[derive(Clone, Debug)]
pub struct Left {
    /// Where it is declared.
    pub origin: Location,
    /// Its name.
    pub function: String,
    /// Whether its code should be here.
    pub is_local: bool,
    /// What is left out, why, and what to do.
    pub message: String,
}

/// The functions of an application, and those that cannot be analysed. Helpers that frameworks add are left out.
#[must_use]
pub fn functions(app: &Application, base: &Base, named: &[NamedLayer]) -> (Vec<Declared>, Vec<Left>) {
    let (mut found, mut left) = (Vec::new(), Vec::new());
    for (id, function) in app.functions.ids() {
        if matches!(function.kind, FunctionKind::Helper) {
            continue;
        }
        match package(app, function, base) {
            Ok(package) => found.push(declared(app, id, package, base, named)),
            Err(why) => left.push(Left {
                origin: base.location(app, function.origin.place),
                function: function.origin.id.to_string(),
                is_local: function.kind != FunctionKind::NotAnalysed
                    && matches!(function.code.source, CodeSource::Local(_) | CodeSource::Parts(_)),
                message: format!("{} is left out: {why}", function.origin.id),
            }),
        }
    }
    (found, left)
}

/// What a package is made of.
struct Package {
    code: String,
    content: Content,
    installs: Installs,
    built_from: Option<String>,
    tool: Tool,
    open: Vec<Open>,
    executable: Option<Executable>,
    /// What an image says itself: its runtime, its handler and its variables.
    says: Option<(Runtime, String, BTreeMap<String, String>)>,
}

impl Package {
    fn whole(code: String) -> Self {
        let (content, installs) = (Content::Whole, Installs::Nothing);
        Self {
            code,
            content,
            installs,
            built_from: None,
            tool: Tool::default(),
            open: Vec::new(),
            executable: None,
            says: None,
        }
    }
}

/// What the package of a function is made of, or why that is not here.
fn package(app: &Application, function: &Function, base: &Base) -> Result<Package, String> {
    if function.kind == FunctionKind::NotAnalysed {
        return Err("functions of its kind are not analysed".to_owned());
    }
    let source = match &function.code.source {
        CodeSource::Local(source) => source,
        CodeSource::Inline { text, file } => return Ok(inline(app, function, text, file, base)),
        CodeSource::Parts(parts) => match parts.as_slice() {
            [CodePart { path, to: None, .. }] => path,
            several => return together(app, function, several, base),
        },
        CodeSource::Unset => return Err("nothing says where its code is".to_owned()),
        CodeSource::Remote(address) => {
            return Err(format!("its code is at {address}, not on this machine; give its package instead"));
        }
        CodeSource::Image(written) => return image::package(written, base).map(of_image),
        CodeSource::Unknown(why) => return Err(format!("where its code is is not known, because it {why}")),
    };
    let state = built::state(&function.code, base);
    let path = base.path(source);
    if let Built::Fresh(output) = state {
        return Ok(Package { built_from: Some(path), ..Package::whole(output) });
    }
    if !seen::exists(Path::new(&path)) {
        if let Some((folder, name)) = built::of_workspace(&path) {
            return Ok(Package { executable: Some(Executable::Named(name)), ..Package::whole(folder) });
        }
        if let Some(unbuilt) = built::of_scripts(&path) {
            let open = Open { reason: Reason::Build, detail: unbuilt.detail(), brings: Brings::Anything };
            let (open, installs) = (vec![open], Installs::Bundled);
            return Ok(Package { open, installs, ..Package::whole(unbuilt.sources) });
        }
        return Err(format!("its code is not at {path}; {}", built::missing(app.dialect)));
    }
    Ok(from_sources(app, function, path, &state))
}

/// The package that an image is.
fn of_image(packed: image::Packed) -> Package {
    Package {
        content: Content::Parts { parts: packed.parts.into(), is_image: true },
        installs: packed.installs,
        open: packed.open,
        says: Some((packed.runtime, packed.handler, packed.environment)),
        ..Package::whole(packed.code)
    }
}

/// A package that is put together of several folders and files: what a folder holds, and files by their names.
fn together(app: &Application, function: &Function, sources: &[CodePart], base: &Base) -> Result<Package, String> {
    if let Built::Fresh(output) = built::state(&function.code, base) {
        return Ok(Package::whole(output));
    }
    let below = function.code.build.prefix.clone().unwrap_or_default();
    let part = |source: &CodePart| {
        let from = base.path(&source.path);
        let path = Path::new(&from);
        if !seen::exists(path) {
            return Err(format!("a part of its code is not at {from}; {}", built::missing(app.dialect)));
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let to = match &source.to {
            Some(to) => join(&below, to),
            None if seen::is_dir(path) => below.clone(),
            None => join(&below, &name),
        };
        Ok(Part { from: path.to_owned(), to, is_made: source.is_made, ..Part::default() })
    };
    let parts: Vec<Part> = sources.iter().map(part).collect::<Result<_, String>>()?;
    let first = sources.first().map(|source| &*source.path).unwrap_or_default();
    let is_file = sources.first().is_some_and(|source| source.to.is_some());
    let folder = base.path(if is_file { parent(first) } else { first });
    let mut package = from_sources(app, function, folder, &Built::Absent);
    package.content = Content::Parts { parts: parts.into(), is_image: false };
    Ok(package)
}

/// A folder of which the build takes a part, or which it puts elsewhere than at the root of the package.
fn chosen(app: &Application, function: &Function, folder: &str) -> Option<Content> {
    let build = &function.code.build;
    if build.method == BuildMethod::Chalice {
        return with_vendored(folder);
    }
    let is_shared = matches!(build.method, BuildMethod::ServerlessFramework | BuildMethod::AsIs);
    let below = build.prefix.clone().unwrap_or_default();
    if !is_shared || (build.patterns.is_empty() && below.is_empty()) || !seen::is_dir(Path::new(folder)) {
        return None;
    }
    let own: &[String] = if app.dialect == Dialect::Serverless { &FOLDERS.never_shipped } else { &[] };
    let never = own.iter().map(|glob| Choice { glob: glob.clone(), excludes: true });
    let written = build.patterns.iter();
    let written = written.map(|pattern| Choice { glob: pattern.glob.clone(), excludes: pattern.excludes });
    let choices = never.chain(written).collect();
    // The framework sees its patterns from the service, whose folder may have the function's module in one of its own;
    // archives see theirs from the folder that they take.
    let service = app.files.first().map_or("", |file| parent(&file.path));
    let inside = match &function.code.source {
        CodeSource::Local(source) if app.dialect == Dialect::Serverless => {
            source.strip_prefix(service).unwrap_or(source).trim_matches(['/', '.']).to_owned()
        }
        _ => String::new(),
    };
    let part = Part { from: folder.into(), to: below, below: inside, choices, ..Part::default() };
    Some(Content::Parts { parts: vec![part].into(), is_image: false })
}

/// A Chalice project with a folder for what pip cannot install: what is in it lies at the root of the package
/// (Chalice's documentation, "App Packaging").
fn with_vendored(folder: &str) -> Option<Content> {
    const VENDOR: &str = "vendor";
    let vendored = Path::new(folder).join(VENDOR);
    if !seen::is_dir(&vendored) {
        return None;
    }
    let choices = vec![Choice { glob: format!("{VENDOR}/**"), excludes: true }];
    let own = Part { from: folder.into(), choices, ..Part::default() };
    let parts = [own, Part { from: vendored, ..Part::default() }];
    Some(Content::Parts { parts: parts.into(), is_image: false })
}

/// A package that is made of sources which are here.
fn from_sources(app: &Application, function: &Function, path: String, state: &Built) -> Package {
    let method = &function.code.build.method;
    let mut package = Package::whole(path);
    if seen::is_file(Path::new(&package.code)) && is_source(&package.code) {
        package.content = Content::File;
    }
    match unbuilt_part(function, &package.code) {
        // What the patterns choose is not made yet: the sources stand for it.
        Some(folder) => package.open.push(Open {
            reason: Reason::Build,
            detail: format!("its package is made of `{folder}`, which is not built here; the sources stand for it"),
            brings: Brings::Anything,
        }),
        None => {
            if let Some(content) = chosen(app, function, &package.code) {
                package.content = content;
            }
        }
    }
    let named = || function.code.build.executable.clone().map_or(Executable::Only, Executable::Named);
    package.executable = (*method == BuildMethod::CargoLambda).then(named);
    package.installs = installs(method, function.code.build.python.is_some());
    package.tool = tool(method);
    if says_otherwise(package.tool.settings, Path::new(&package.code)) {
        package.tool.sets_node_env = None;
    }
    let command = built::command(app.dialect);
    if built::is_opaque(method) {
        let copied = *method == BuildMethod::Makefile && copied(function, &mut package);
        let stands = if copied { "; what its makefile copies stands for it" } else { "" };
        package.open.push(Open {
            reason: Reason::Build,
            detail: format!("its package is made by its own build, which has not run here{stands}; {command}"),
            brings: Brings::Anything,
        });
    } else if let Built::Stale(output) = state {
        package.open.push(Open {
            reason: Reason::Build,
            detail: format!("{output} is older than the sources, which are analysed in its place; {command}"),
            brings: Brings::Nothing,
        });
    }
    if !function.code.build.commands.is_empty() {
        package.open.push(Open {
            reason: Reason::Build,
            detail: "commands that run before packaging may bring more".to_owned(),
            brings: Brings::Anything,
        });
    }
    package
}

/// Takes what a makefile copies for the package, where the handler is among it; whether it is.
fn copied(function: &Function, package: &mut Package) -> bool {
    let copied = makefile::copied(&package.code, &function.origin.id);
    let is_all = function.handler.text().is_some_and(|handler| copied.holds(handler));
    if is_all {
        if copied.installs_requirements {
            package.installs = Installs::Declared;
        }
        package.content = Content::Parts { parts: copied.parts.into(), is_image: false };
    }
    is_all
}

/// A folder that patterns put into the package and that is not there: something has still to make it.
fn unbuilt_part<'f>(function: &'f Function, folder: &str) -> Option<&'f str> {
    let included = function.code.build.patterns.iter().filter(|pattern| !pattern.excludes);
    let mut folders = included.filter_map(|pattern| pattern.glob.trim_start_matches("./").split_once('/'));
    let is_missing = |name: &str| {
        !name.is_empty()
            && !name.contains(['*', '?', '[', '{', '(', '.'])
            && !seen::exists(&Path::new(folder).join(name))
    };
    folders.find(|(first, _)| is_missing(first)).map(|(first, _)| first)
}

/// What of dependencies a tool puts into the package.
fn installs(method: &BuildMethod, brings_python: bool) -> Installs {
    match method {
        BuildMethod::Manifest | BuildMethod::Chalice | BuildMethod::Zappa => Installs::Declared,
        // Its own packaging takes production dependencies of Node along; those of Python a plugin brings.
        BuildMethod::ServerlessFramework if brings_python => Installs::Declared,
        BuildMethod::ServerlessFramework => Installs::Production,
        BuildMethod::Bundle(name) if name == "serverless-plugin-typescript" => Installs::Production,
        BuildMethod::Esbuild | BuildMethod::Webpack | BuildMethod::Bundle(_) => Installs::Bundled,
        BuildMethod::AsIs
        | BuildMethod::CargoLambda
        | BuildMethod::Go
        | BuildMethod::Makefile
        | BuildMethod::Docker
        | BuildMethod::Other(_) => Installs::Nothing,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tools {
    tool: Vec<ToolRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolRow {
    method: String,
    names: Vec<String>,
    #[serde(default)]
    ships: Vec<String>,
    #[serde(default)]
    sets_modes: bool,
    #[serde(default)]
    takes_environment: bool,
    #[serde(default)]
    sets_node_env: Option<String>,
    #[serde(default)]
    settings: Vec<String>,
    #[serde(default)]
    leaves_out: Vec<String>,
}

knowledge::table! {
    static TOOLS: Tools = "assemble/tools.toml", tested by the_tools_read;
}

/// The tool of a build method.
fn tool(method: &BuildMethod) -> Tool {
    let name = match method {
        BuildMethod::Esbuild => "esbuild",
        BuildMethod::Webpack => "webpack",
        BuildMethod::Chalice => "chalice",
        BuildMethod::Zappa => "zappa",
        BuildMethod::ServerlessFramework => "serverless",
        _ => return Tool::default(),
    };
    let row = TOOLS.tool.iter().find(|row| row.method == name);
    row.map_or_else(Tool::default, |row| Tool {
        names: &row.names,
        ships: &row.ships,
        sets_modes: row.sets_modes,
        takes_environment: row.takes_environment,
        sets_node_env: row.sets_node_env.as_deref(),
        settings: &row.settings,
        leaves_out: &row.leaves_out,
    })
}

/// Whether a tool's settings in a folder name a mode, or a value of `NODE_ENV`, that is not production.
fn says_otherwise(settings: &[String], folder: &Path) -> bool {
    let texts = settings.iter().filter_map(|name| read_text_file(&folder.join(name), SETTINGS_BYTES).ok());
    let mut stated = texts.map(|text| (text.contains("mode"), text.contains("production"), text.contains("nodeEnv")));
    stated.any(|(names_mode, is_production, names_value)| names_value || names_mode && !is_production)
}

/// Whether a file is a source and no archive or executable.
fn is_source(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "py" | "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "rb")
}

fn inline(app: &Application, function: &Function, text: &str, file: &str, base: &Base) -> Package {
    let place = function.code.place.unwrap_or(function.origin.place);
    let content = Content::Inline { file: file.to_owned(), text: Arc::from(text) };
    let beside = Open {
        reason: Reason::Build,
        detail: "CloudFormation puts the module cfnresponse beside inline code".to_owned(),
        brings: Brings::Modules(vec![Arc::from("cfnresponse"), Arc::from("cfn-response")]),
    };
    let open = if text.contains("cfnresponse") || text.contains("cfn-response") { vec![beside] } else { Vec::new() };
    Package { content, open, ..Package::whole(base.location(app, place).path) }
}

fn declared(app: &Application, id: Id<Function>, package: Package, base: &Base, named: &[NamedLayer]) -> Declared {
    let function = &app.functions[id];
    let leads_to = leads_to(function, &package);
    let is_bundled = function.code.build.method == BuildMethod::Esbuild && package.installs == Installs::Bundled;
    let bundler = function.code.build.bundler.as_ref().filter(|_| is_bundled);
    let (layers, mut open) = layers::of(app, function, base, named);
    open.extend(package.open);
    open.extend(guessed("runtime", &function.runtime, Brings::Runtime));
    open.extend(guessed("instruction set", &function.architecture, Brings::Nothing));
    let environment = function.environment.iter();
    let environment = environment.filter_map(|(name, value)| Some((name.clone(), value.text()?.to_owned())));
    let (runtime, handler, mut variables) = match package.says {
        Some((runtime, handler, variables)) => (Some(runtime), Some(handler), variables),
        None => (function.runtime.known().cloned(), function.handler.text().map(str::to_owned), BTreeMap::new()),
    };
    variables.extend(environment);
    // What the tool has put in place of it is no variable any more.
    variables.extend(package.tool.sets_node_env.map(|value| ("NODE_ENV".to_owned(), value.to_owned())));
    let names = function.environment.keys().chain(variables.keys()).cloned().collect();
    Declared {
        name: function.origin.id.clone(),
        origin: base.location(app, function.origin.place),
        runtime,
        architecture: function.architecture.known().copied(),
        memory_mb: function.memory_mb.known().copied(),
        timeout_s: function.timeout_s.known().map(|seconds| f64::from(*seconds)),
        handler,
        leads_to,
        code: package.code,
        content: package.content,
        installs: package.installs,
        outside: bundler.map(bundle::outside).unwrap_or_default(),
        unbundled: bundler
            .filter(|_| matches!(app.dialect, Dialect::Sam | Dialect::CloudFormation))
            .and_then(|bundler| bundle::unbundled(function.handler.text()?, bundler)),
        built_from: package.built_from,
        tool: package.tool,
        layers,
        environment: variables,
        variables: function.environment_open.is_none().then_some(names),
        events: events(app, id, base),
        init_off_request_path: is_off_request_path(app, id),
        open,
        unsaid: unsaid(function),
        executable: package.executable,
    }
}

/// Which of handler and runtime the template does not say, and why.
fn unsaid(function: &Function) -> String {
    let why = |what: &str, known: bool, why: Option<&Why>| match why {
        _ if known => None,
        Some(why) => Some(format!("its {what} is not known, because it {why}")),
        None => Some(format!("its template says no {what}")),
    };
    let handler = why("handler", function.handler.text().is_some(), function.handler.why());
    let runtime = why("runtime", function.runtime.known().is_some(), function.runtime.why());
    handler.into_iter().chain(runtime).collect::<Vec<_>>().join(", ")
}

/// What of the function's own the handler stands for: a plugin's module, or a bundle that is not made here.
fn leads_to(function: &Function, package: &Package) -> Option<String> {
    let bundler = function.code.build.bundler.as_ref().filter(|_| package.installs == Installs::Bundled);
    brought(function).or_else(|| bundle::handler_of_sources(function.handler.text()?, bundler?))
}

/// What of the function's own the handler loads that a plugin brings.
fn brought(function: &Function) -> Option<String> {
    let brought = function.code.build.brought.as_ref()?;
    let is_set = function.handler.text().is_some_and(|handler| brought.handlers.contains(&handler));
    is_set.then(|| brought.leads_to.clone())
}

/// A setting that is there and not known: whatever stands in for it is a guess.
fn guessed<T>(what: &str, setting: &Setting<T>, brings: Brings) -> Option<Open> {
    let why = setting.why()?;
    Some(Open {
        reason: Reason::Setting,
        detail: format!("the {what} is not known, because it {why}; say it on the command line"),
        brings,
    })
}

/// SnapStart, or provisioned concurrency on something that can have it.
fn is_off_request_path(app: &Application, id: Id<Function>) -> bool {
    let snap_start = app.functions[id].snap_start.known() == Some(&SnapStart::PublishedVersions);
    let mut provisioned = app.provisioned_of(id).filter(|provisioned| provisioned.amount.known() != Some(&0));
    snap_start || provisioned.any(|provisioned| provisioned.on.qualifier != Qualifier::Latest)
}

fn events(app: &Application, id: Id<Function>, base: &Base) -> Vec<EventSource> {
    let triggers = app.triggers_of(id).filter(|trigger| !trigger.is_off());
    triggers.filter_map(|trigger| event(app, trigger, base)).collect()
}

fn event(app: &Application, trigger: &Trigger, base: &Base) -> Option<EventSource> {
    let location = Some(base.location(app, trigger.place));
    let plain =
        |kind: &str| EventSource { kind: kind.to_owned(), method: None, path: None, location: location.clone() };
    Some(match &trigger.source {
        TriggerSource::Route(route) => {
            let route = &app.routes[*route];
            let kind = if route.kind == ApiKind::Http { "HttpApi" } else { "Api" };
            let (method, path) = (route.method.text(), route.path.text());
            EventSource { method: method.map(str::to_owned), path: path.map(str::to_owned), ..plain(kind) }
        }
        TriggerSource::Url(_) => plain("FunctionUrl"),
        TriggerSource::LoadBalancer(_) => plain("ALB"),
        TriggerSource::Mapping(mapping) => plain(match app.mappings[*mapping].kind {
            SourceKind::Sqs => "SQS",
            SourceKind::Kinesis => "Kinesis",
            SourceKind::DynamoDb => "DynamoDB",
            SourceKind::Msk => "MSK",
            SourceKind::Kafka => "SelfManagedKafka",
            SourceKind::Mq | SourceKind::RabbitMq => "MQ",
            SourceKind::DocumentDb => "DocumentDB",
            SourceKind::Unknown => return None,
        }),
        TriggerSource::Bucket(_) => plain("S3"),
        TriggerSource::Topic(_) => plain("SNS"),
        TriggerSource::Rule(_) => plain("EventBridgeRule"),
        TriggerSource::Schedule(_) => plain("Schedule"),
        TriggerSource::Service(name) => plain(name),
        TriggerSource::Authorizer(_) | TriggerSource::Permission(_) => return None,
    })
}

#[cfg(test)]
mod tests;
