//! Terraform and OpenTofu: configurations in HCL, and plans as JSON.

mod code;
mod eval;
mod files;
mod functions;
mod json;
mod lenient;
mod modules;
mod plan;
mod resources;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body, Structure};

pub(super) use plan::{looks_like_one as is_plan, read as read_plan};

use self::eval::{Env, Module};
use super::lower::stage::holder_of_stage;
use super::model::{Parameter, Place, Plugin, Problem, Setting};
use super::reader::{Reader, local, problem_in};
use super::tree::{Scope, Tree};
use crate::input::files::{self as paths, Files};
use crate::span::Span;

/// Modules within modules.
const DEEPEST: usize = 8;
/// Calls of modules that are followed.
const MOST_MODULES: u32 = 300;
/// Files of one module.
const MOST_FILES: usize = 200;

/// Whether a text is a file of a configuration with functions, or with modules that may have some.
pub(super) fn looks_like_one(path: &str, text: &str) -> bool {
    let calls = text.contains("module \"") || path.ends_with(".json") && text.contains("\"module\"");
    // Labels need no quotes.
    let declares = text.contains("\"aws_lambda_") || text.contains("resource aws_lambda_");
    is_file(path) && (declares || calls && text.contains("source"))
}

/// Folders in which people keep the values of a stage.
const FOLDERS_OF_VALUES: [&str; 7] = ["env", "envs", "environments", "vars", "tfvars", "config", "stages"];
/// Endings of the files that make a configuration.
const ENDINGS: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];

/// Whether a file belongs to a configuration, by its name.
pub(super) fn is_file(path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// A configuration while it is read.
pub(super) struct Configuration<'r, 'f> {
    reader: &'r mut Reader<'f>,
    /// The root module's folder.
    root: String,
    /// Folders of the modules around the one that is read.
    trail: Vec<String>,
    /// Folders that are parsed already: a module may be called many times.
    parsed: BTreeMap<String, Arc<Parsed>>,
}

/// The parsed files of one folder.
#[derive(Default)]
struct Parsed {
    files: Vec<(u32, Arc<Body>)>,
}

/// Reads the root module that a file belongs to, with the modules that it calls.
pub(super) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let folder = paths::parent(path).to_owned();
    // The file that was named comes first; a broken one is an error, and others cost only themselves.
    parse_file(path, reader)?;
    let name = folder.rsplit('/').next().filter(|name| !matches!(*name, "" | "." | ".."));
    reader.app.name = name.map_or_else(|| "terraform".to_owned(), str::to_owned);
    let mut configuration =
        Configuration { reader, root: folder.clone(), trail: vec![folder.clone()], parsed: BTreeMap::new() };
    let parsed = configuration.parse(&folder);
    let given = configuration.settings(&folder, &parsed);
    configuration.module(&parsed, 0, &folder, given, "");
    Ok(())
}

fn parse_file(path: &str, reader: &mut Reader<'_>) -> Result<(u32, Arc<Body>), Problem> {
    let whole = |message: String| Problem { path: path.to_owned(), line: None, column: None, message };
    let (file, text) = reader.open(path).map_err(|why| whole(format!("cannot be read: {why}")))?;
    let parsed = if path.ends_with(".tfvars.json") {
        json::values(&text)
    } else if path.ends_with(".json") {
        json::configuration(&text)
    } else {
        lenient::parse(&text)
    };
    let body = parsed.map_err(|(offset, message)| problem_in(path, &text, offset, message))?;
    Ok((file, Arc::new(body)))
}

impl Configuration<'_, '_> {
    /// Parses every file of a folder.
    fn parse(&mut self, folder: &str) -> Arc<Parsed> {
        if let Some(known) = self.parsed.get(folder) {
            return Arc::clone(known);
        }
        let mut parsed = Parsed::default();
        let listed = self.reader.files.list(folder);
        let names = listed.into_iter().filter(|entry| !entry.is_folder).map(|entry| entry.name);
        let names = names.filter(|name| is_file(name));
        for name in names.take(MOST_FILES) {
            let path = paths::join(folder, &name);
            match parse_file(&path, self.reader) {
                Ok(file) => parsed.files.push(file),
                Err(problem) => self.reader.app.problems.push(problem),
            }
        }
        let parsed = Arc::new(parsed);
        self.parsed.insert(folder.to_owned(), Arc::clone(&parsed));
        parsed
    }

    /// Values of `terraform.tfvars` and `*.auto.tfvars`, and those that the run was given.
    fn settings(&mut self, folder: &str, parsed: &Parsed) -> BTreeMap<String, Tree> {
        let mut given = BTreeMap::new();
        let listed = self.reader.files.list(folder);
        let is_settings = |name: &str| {
            let name = name.strip_suffix(".json").unwrap_or(name);
            name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
        };
        let mut names: Vec<String> =
            listed.into_iter().map(|entry| entry.name).filter(|name| is_settings(name)).collect();
        // The automatic ones come later and win.
        names.sort_by_key(|name| (!name.starts_with("terraform.tfvars"), name.clone()));
        if let Some(stage) = &self.reader.options.stage {
            names.extend(self.of_stage(folder, stage));
        }
        for name in names {
            match parse_file(&paths::join(folder, &name), self.reader) {
                Ok((file, body)) => {
                    let nothing = Module::empty(self.reader.files, 0, ".", None);
                    for attribute in body.attributes() {
                        let value = nothing.eval(&attribute.value, &Env::of(file)).derived();
                        given.insert(attribute.key.as_str().to_owned(), value);
                    }
                }
                Err(problem) => self.reader.app.problems.push(problem),
            }
        }
        if let Some(stage) = self.reader.options.stage.clone() {
            let names = parsed.files.iter().flat_map(|(_, body)| body.get_blocks("variable"));
            let names: Vec<&str> = names.filter_map(|block| Some(block.labels.first()?.as_str())).collect();
            if let Some(name) = holder_of_stage(names.into_iter()) {
                given.entry(name.to_owned()).or_insert_with(|| Tree::text(&stage, Place::default()).derived());
            }
        }
        for (name, value) in &self.reader.options.parameters {
            given.insert(name.clone(), Tree::text(value, Place::default()).derived());
        }
        given
    }

    /// The file of values for a stage, which is named on the command line: beside the configuration, or in a folder of
    /// one of the usual names.
    fn of_stage(&self, folder: &str, stage: &str) -> Option<String> {
        let stage = stage.rsplit('/').next().unwrap_or(stage);
        let beside = [String::new(), format!("{stage}/")].into_iter();
        let below = FOLDERS_OF_VALUES.iter().flat_map(|name| [format!("{name}/"), format!("{name}/{stage}/")]);
        let mut names = beside.chain(below).map(|within| format!("{within}{stage}.tfvars"));
        names.find(|name| self.reader.files.is_file(&paths::join(folder, name)))
    }

    /// Reads a module with the values that it is called with.
    fn module(&mut self, parsed: &Parsed, scope: Scope, folder: &str, given: BTreeMap<String, Tree>, prefix: &str) {
        let path = from_root(&self.root, folder);
        let mut module = Module::empty(self.reader.files, scope, &path, self.reader.options.stage.clone());
        module.root.clone_from(&self.root);
        prefix.clone_into(&mut module.prefix);
        for (file, body) in &parsed.files {
            for block in body.blocks() {
                self.declare(&mut module, *file, block, &given);
            }
        }
        if prefix.is_empty() {
            self.parameters(&module, parsed);
        }
        let mut order: Vec<(u32, Arc<Block>)> = Vec::new();
        for (file, body) in &parsed.files {
            let blocks = body.iter().filter_map(|structure| match structure {
                Structure::Block(block) => Some(block),
                Structure::Attribute(_) => None,
            });
            for block in blocks {
                match block.ident.as_str() {
                    "module" => self.call(&module, *file, block),
                    "resource" => order.push((*file, Arc::new(block.clone()))),
                    "output" => self.output(&module, *file, block),
                    "provider" => self.provider(&module, *file, block),
                    _ => {}
                }
            }
        }
        for (file, block) in order {
            self.resource(&module, file, &block);
        }
    }

    fn declare(&self, module: &mut Module, file: u32, block: &Block, given: &BTreeMap<String, Tree>) {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("variable", [name]) => {
                let default = block.body.get_attribute("default");
                let value = given
                    .get(*name)
                    .cloned()
                    .or_else(|| default.map(|default| module.eval(&default.value, &Env::of(file)).shared()));
                if let Some(value) = value {
                    module.variables.insert((*name).to_owned(), value);
                }
            }
            ("locals", []) => {
                for attribute in block.body.attributes() {
                    module.locals.insert(attribute.key.as_str().to_owned(), (file, attribute.value.clone()));
                }
            }
            ("resource", [kind, name]) => {
                module.blocks.insert(format!("{kind}.{name}"), (file, Arc::new(block.clone())));
            }
            ("data", [kind, name]) => {
                module.blocks.insert(format!("data.{kind}.{name}"), (file, Arc::new(block.clone())));
            }
            _ => {}
        }
    }

    fn parameters(&mut self, module: &Module, parsed: &Parsed) {
        for (file, body) in &parsed.files {
            for block in body.get_blocks("variable") {
                let Some(name) = block.labels.first().map(|label| label.as_str().to_owned()) else { continue };
                let place = name_place(*file, block);
                let default = module.variables.get(&name).map_or(Setting::Unset, Tree::setting);
                self.reader.gathered.parameters.insert(name, Parameter { place, default, allowed: None });
            }
        }
    }

    fn provider(&mut self, module: &Module, file: u32, block: &Block) {
        let is_default = block.labels.first().is_some_and(|label| label.as_str() == "aws")
            && block.body.get_attribute("alias").is_none();
        if is_default && let Some(region) = block.body.get_attribute("region") {
            self.reader.app.region = module.eval(&region.value, &Env::of(file)).setting();
        }
    }

    fn output(&mut self, module: &Module, file: u32, block: &Block) {
        let (Some(name), Some(value)) = (block.labels.first(), block.body.get_attribute("value")) else { return };
        let value = module.eval(&value.value, &Env::of(file));
        self.reader.gathered.outputs.insert((module.scope, name.as_str().to_owned()), value);
    }

    /// A call of a module: a local one is followed, a common one is known, others are named.
    fn call(&mut self, module: &Module, file: u32, block: &Block) {
        let Some(name) = block.labels.first().map(|label| label.as_str().to_owned()) else { return };
        let source = block.body.get_attribute("source").map(|source| module.eval(&source.value, &Env::of(file)));
        let Some(source) = source.as_ref().and_then(Tree::known).map(str::to_owned) else { return };
        let name_place = name_place(file, block);
        for (suffix, env) in instances(module, file, &block.body) {
            let id = format!("module.{name}{suffix}");
            let inner = self.reader.next_scope();
            if inner > MOST_MODULES {
                return self
                    .reader
                    .problem(name_place, format!("more than {MOST_MODULES} modules; the rest is left out"));
            }
            let arguments = module.body(&block.body, &env, eval::DEEPEST);
            let nested = &mut self.reader.gathered.nested;
            nested.insert((module.scope, id.clone()), inner);
            nested.entry((module.scope, format!("module.{name}"))).or_insert(inner);
            if source.starts_with("./") || source.starts_with("../") {
                let address = format!("{}{id}.", module.prefix);
                self.local_module(&source, &arguments, (inner, &address), file, name_place);
            } else if !self.common_module(&source, &format!("{}{id}", module.prefix), &arguments, inner, name_place) {
                let plugin = Plugin { name: source.clone(), place: name_place };
                if !self.reader.app.plugins.contains(&plugin) {
                    self.reader.app.plugins.push(plugin);
                }
            }
        }
    }

    fn local_module(
        &mut self,
        source: &str,
        arguments: &Tree,
        (scope, prefix): (Scope, &str),
        file: u32,
        place: Place,
    ) {
        let from = self.reader.app.files.get(file as usize).map_or("", |file| file.path.as_str());
        let Ok(folder) = local(paths::parent(from), source) else { return };
        let folder = if folder == "." { String::new() } else { folder };
        if self.trail.contains(&folder) {
            return self.reader.problem(place, format!("the module {source} contains itself"));
        }
        if self.trail.len() > DEEPEST {
            return self.reader.problem(place, format!("modules are nested deeper than {DEEPEST}"));
        }
        if folder.split('/').next() == Some("..") {
            return self.reader.problem(place, format!("the module {source} lies outside of the repository"));
        }
        let parsed = self.parse(&folder);
        if parsed.files.is_empty() {
            return self.reader.problem(place, format!("the module {source} is not there"));
        }
        let given = arguments.entries().iter().filter(|(_, value)| !value.is_null());
        let given = given.map(|(key, value)| (key.text.to_string(), value.clone())).collect();
        self.trail.push(folder.clone());
        self.module(&parsed, scope, &folder, given, prefix);
        self.trail.pop();
    }
}

impl<'f> Module<'f> {
    fn empty(files: &'f dyn Files, scope: Scope, path: &str, workspace: Option<String>) -> Self {
        Self {
            scope,
            prefix: String::new(),
            path: path.to_owned(),
            workspace,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            blocks: BTreeMap::new(),
            files,
            root: String::new(),
            known_files: RefCell::default(),
            known_locals: RefCell::default(),
            work: Cell::default(),
        }
    }
}

/// Most instances of one block.
const MOST_INSTANCES: usize = 200;

/// The instances of a block by `count` or `for_each`, with what is bound in each.
fn instances(module: &Module, file: u32, body: &Body) -> Vec<(String, Env)> {
    let alone = || vec![(String::new(), Env::of(file))];
    if let Some(count) = body.get_attribute("count") {
        let value = module.eval(&count.value, &Env::of(file));
        let Some(number) = value.known().and_then(|text| text.parse::<usize>().ok()) else { return alone() };
        return (0..number.min(MOST_INSTANCES))
            .map(|at| {
                let index = Tree::text(at.to_string(), value.place).derived();
                (eval::suffix(&at.to_string()), Env { index: Some(Arc::new(index)), ..Env::of(file) })
            })
            .collect();
    }
    let Some(each) = body.get_attribute("for_each") else { return alone() };
    let collection = module.eval(&each.value, &Env::of(file));
    let is_set = !collection.items().is_empty();
    let Some(pairs) = eval::pairs(&collection) else { return alone() };
    let bound = pairs.into_iter().take(MOST_INSTANCES).filter_map(|(key, value)| {
        // The key of a set's element is the element.
        let key = if is_set { value.clone() } else { key };
        let suffix = eval::suffix(key.known()?);
        Some((suffix, Env { each: Some((Arc::new(key), Arc::new(value))), ..Env::of(file) }))
    });
    bound.collect()
}

/// A module's folder as seen from the root module's.
fn from_root(root: &str, folder: &str) -> String {
    let parts =
        |path: &str| path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect::<Vec<_>>();
    let (root, folder) = (parts(root), parts(folder));
    let shared = root.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = root[shared..].iter().map(|_| "..".to_owned());
    let path: Vec<String> = up.chain(folder[shared..].iter().cloned()).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}

/// Where a block says its name.
fn name_place(file: u32, block: &Block) -> Place {
    place(file, block.labels.last().map_or_else(|| block.ident.span(), |label| label.span()))
}

fn place(file: u32, range: Option<std::ops::Range<usize>>) -> Place {
    let range = range.unwrap_or_default();
    Place { file, span: Span::new(range.start as u32, range.end as u32) }
}
