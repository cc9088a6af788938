//! A Terraform plan as `terraform show -json` writes it: values are there, and what only the
//! deployment decides is found through the configuration's references.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::model::{Build, Code, CodeSource, Image, Origin, Parameter, Place, Problem, Setting};
use super::super::reader::{MOST_RESOURCES, Reader, local, start_of};
use super::super::tree::{Key, Kind, Map, Text, Tree};
use super::resources::{common, default_of, is_known, remote};
use crate::input::files;
use crate::manifest::yaml::{Node, Value};

/// Modules within modules, and references of references.
const DEEPEST: u8 = 16;

/// Whether a text is a plan with functions.
pub(in crate::declare) fn looks_like_one(path: &str, text: &str) -> bool {
    path.ends_with(".json") && text.contains("\"planned_values\"") && text.contains("\"aws_lambda_")
}

/// A module's configuration and what calls it.
#[derive(Clone)]
struct Called<'n> {
    config: Option<&'n Node>,
    /// Beginning of the addresses of its resources.
    prefix: String,
    /// The call's expressions, and the module that holds the call.
    call: Option<(Option<&'n Node>, Arc<Called<'n>>)>,
}

struct Plan<'n, 'r, 'f> {
    reader: &'r mut Reader<'f>,
    path: String,
    file: u32,
    /// What archives are made from, by their path.
    archives: BTreeMap<String, CodeSource>,
    root: &'n Node,
}

pub(in crate::declare) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let (file, root) = reader.open_yaml(path)?;
    let folder = files::parent(path).rsplit('/').next().unwrap_or_default();
    let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("plan");
    reader.app.name = if matches!(folder, "" | "." | "..") { stem } else { folder }.to_owned();
    let mut plan = Plan { reader, path: path.to_owned(), file, archives: BTreeMap::new(), root: &root };
    plan.variables();
    plan.archives();
    let called = Arc::new(Called {
        config: root.get("configuration").and_then(|config| config.get("root_module")),
        prefix: String::new(),
        call: None,
    });
    if let Some(values) = root.get("planned_values").and_then(|planned| planned.get("root_module")) {
        plan.module(values, &called, DEEPEST);
    }
    Ok(())
}

impl<'n> Plan<'n, '_, '_> {
    fn variables(&mut self) {
        let place = start_of(self.file);
        for (key, variable) in self.root.get("variables").into_iter().flat_map(Node::entries) {
            let Some(name) = key.text() else { continue };
            let value = variable.get("value").and_then(Node::text);
            let default = value.map_or(Setting::Unset, |value| Setting::derived(value.to_owned(), place));
            let parameter = Parameter { place: place_of(key), default, allowed: None };
            self.reader.gathered.parameters.insert(name.to_owned(), parameter);
        }
        let provider = self.root.get("configuration").and_then(|config| config.get("provider_config")?.get("aws"));
        let region = provider.and_then(|aws| aws.get("expressions")?.get("region")?.get("constant_value")?.text());
        if let Some(region) = region {
            self.reader.app.region = Setting::derived(region.to_owned(), place);
        }
    }

    /// Archives that were made before the plan.
    fn archives(&mut self) {
        let prior = self.root.get("prior_state").and_then(|state| state.get("values")?.get("root_module"));
        let planned = self.root.get("planned_values").and_then(|values| values.get("root_module"));
        for module in [prior, planned].into_iter().flatten() {
            self.archives_of(module, DEEPEST);
        }
    }

    fn archives_of(&mut self, module: &Node, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for resource in module.get("resources").into_iter().flat_map(Node::items) {
            if resource.get("type").and_then(Node::text) != Some("archive_file") {
                continue;
            }
            let value = |key: &str| resource.get("values").and_then(|values| values.get(key)?.text());
            let source = value("source_dir").or_else(|| value("source_file"));
            if let (Some(output), Some(source)) = (value("output_path"), source) {
                let source = self.local(source);
                self.archives.insert(output.to_owned(), source);
            }
        }
        for child in module.get("child_modules").into_iter().flat_map(Node::items) {
            self.archives_of(child, depth);
        }
    }

    fn local(&self, written: &str) -> CodeSource {
        match local(files::parent(&self.path), written.trim_end_matches('/')) {
            Ok(path) => CodeSource::Local(path),
            Err(why) => CodeSource::Unknown(super::super::model::Why::new(why)),
        }
    }

    fn module(&mut self, values: &'n Node, called: &Arc<Called<'n>>, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for resource in values.get("resources").into_iter().flat_map(Node::items) {
            self.resource(resource, called);
        }
        for child in values.get("child_modules").into_iter().flat_map(Node::items) {
            let Some(address) = child.get("address").and_then(Node::text) else { continue };
            let inner = child_of(called, address);
            self.module(child, &Arc::new(inner), depth);
        }
    }

    fn resource(&mut self, resource: &'n Node, called: &Arc<Called<'n>>) {
        let text = |key: &str| resource.get(key).and_then(Node::text);
        let (Some(address), Some(kind)) = (text("address"), text("type")) else { return };
        let is_full = self.reader.gathered.resources.len() >= MOST_RESOURCES;
        if text("mode") == Some("data") || is_full {
            return;
        }
        let place = resource.get("address").map_or(start_of(self.file), place_of);
        let values =
            resource.get("values").map_or_else(|| Tree::map(Vec::new(), place), |node| tree(node, DEEPEST * 4));
        let expressions =
            config_of(called, kind, text("name").unwrap_or_default()).and_then(|node| node.get("expressions"));
        let values = match expressions {
            Some(expressions) if is_known(kind) => self.completed(values, expressions, called, place, DEEPEST),
            _ => values,
        };
        let values = match expressions {
            Some(expressions) => written(values, kind, expressions),
            None => values,
        };
        let first = values.entries().first().map(|(key, _)| key.place);
        let origin = Origin { id: address.to_owned(), place, properties: first, condition: None };
        let mut made = common(kind, origin, 0, &values);
        let plain = address.split('[').next().unwrap_or(address);
        if plain != address {
            let known =
                self.reader.gathered.resources.iter().any(|other| other.extra.names.iter().any(|name| name == plain));
            if !known {
                made.extra.names.push(stripped(address));
            }
        }
        if matches!(kind, "aws_lambda_function" | "aws_lambda_layer_version") {
            made.extra.code = Some(self.code(&values));
        }
        self.reader.gathered.resources.push(made);
    }

    fn code(&self, values: &Tree) -> Code {
        let image = values.get("image_uri");
        if !image.is_null() {
            let config = values.get("image_config");
            let list = |key: &str| config.get(key).one_or_more().iter().map(Tree::setting).collect();
            let image_value = Image {
                uri: image.setting(),
                command: list("command"),
                entry_point: list("entry_point"),
                ..Image::default()
            };
            return Code { source: CodeSource::Image(image_value), place: Some(image.place), build: Build::default() };
        }
        let file = values.get("filename");
        let build = Build::default();
        match file.known() {
            Some(path) => {
                let source = self.archives.get(path).cloned().unwrap_or_else(|| self.local(path));
                Code { source, place: Some(file.place), build }
            }
            None if !values.get("s3_bucket").is_null() => {
                let source = remote(values.get("s3_bucket"), values.get("s3_key"));
                Code { source, place: Some(values.get("s3_bucket").place), build }
            }
            None => Code::default(),
        }
    }

    /// Values with the references in place of what only the deployment decides.
    fn completed(
        &self,
        values: Tree,
        expressions: &'n Node,
        called: &Arc<Called<'n>>,
        place: Place,
        depth: u8,
    ) -> Tree {
        let Some(depth) = depth.checked_sub(1) else { return values };
        let Tree { kind: Kind::Map(mut map), place: own, literal } = values else { return values };
        for (key, expression) in expressions.entries() {
            let Some(name) = key.text() else { continue };
            let existing = map.get(name).cloned().unwrap_or_else(|| Tree::null(place));
            let made = if expression.get("references").is_some() {
                if existing.is_null() { self.referenced(expression, called, existing.place) } else { None }
            } else if let Value::List(blocks) = &expression.value {
                Some(self.blocks(existing, blocks, called, place, depth))
            } else if expression.is_mapping() && expression.get("constant_value").is_none() {
                Some(self.completed(empty_or(existing, place), expression, called, place, depth))
            } else {
                None
            };
            if let Some(made) = made.filter(|made| !made.is_null()) {
                map.set(Key { text: name.into(), place: made.place }, made);
            }
        }
        Tree { kind: Kind::Map(map), place: own, literal }
    }

    fn blocks(
        &self,
        existing: Tree,
        blocks: &'n [Arc<Node>],
        called: &Arc<Called<'n>>,
        place: Place,
        depth: u8,
    ) -> Tree {
        let mut items = match existing.kind {
            Kind::List(items) => items,
            _ => Vec::new(),
        };
        for (at, block) in blocks.iter().enumerate() {
            if items.len() <= at {
                items.push(Tree::map(Vec::new(), place));
            }
            let below = std::mem::replace(&mut items[at], Tree::null(place));
            items[at] = self.completed(empty_or(below, place), block, called, place, depth);
        }
        Tree { kind: Kind::List(items), place: existing.place, literal: false }
    }

    /// What an expression refers to, at the deployment's own address.
    fn referenced(&self, expression: &Node, called: &Arc<Called<'_>>, place: Place) -> Option<Tree> {
        let references = expression.get("references")?.items().filter_map(Node::text);
        for reference in references {
            if let Some((id, attribute)) = resolve(reference, called, DEEPEST) {
                return Some(Tree::reference(0, &id, &attribute, place));
            }
        }
        Some(Tree::unknown("is known after the plan is applied", place))
    }
}

/// The configuration of a module by its address, such as `module.a.module.b["x"]`.
fn child_of<'n>(called: &Arc<Called<'n>>, address: &str) -> Called<'n> {
    let own = address.strip_prefix(called.prefix.as_str()).unwrap_or(address);
    let name = own.strip_prefix("module.").unwrap_or(own);
    let name = name.split(['[', '.']).next().unwrap_or(name);
    let call = called.config.and_then(|config| config.get("module_calls")?.get(name));
    Called {
        config: call.and_then(|call| call.get("module")),
        prefix: format!("{address}."),
        call: Some((call.and_then(|call| call.get("expressions")), Arc::clone(called))),
    }
}

fn config_of<'n>(called: &Called<'n>, kind: &str, name: &str) -> Option<&'n Node> {
    let resources = called.config?.get("resources")?.items();
    let wanted = format!("{kind}.{name}");
    resources.into_iter().find(|node| node.get("address").and_then(Node::text) == Some(wanted.as_str()))
}

/// The address and attribute that a reference leads to.
fn resolve(reference: &str, called: &Arc<Called<'_>>, depth: u8) -> Option<(String, String)> {
    let depth = depth.checked_sub(1)?;
    let parts: Vec<&str> = reference.split('.').collect();
    match parts.as_slice() {
        ["var", name, ..] => {
            let (expressions, parent) = called.call.as_ref()?;
            let references = expressions.as_ref()?.get(name)?.get("references")?.items();
            references.filter_map(Node::text).find_map(|reference| resolve(reference, parent, depth))
        }
        ["module", name, output, ..] => {
            let inner = Arc::new(child_of(called, &format!("{}module.{name}", called.prefix)));
            let output = inner.config?.get("outputs")?.get(output)?;
            let references = output.get("expression")?.get("references")?.items();
            references.filter_map(Node::text).find_map(|reference| resolve(reference, &inner, depth))
        }
        ["local" | "each" | "count" | "path" | "self" | "data" | "terraform" | "module", ..] => None,
        [kind, name, rest @ ..] => {
            let attribute = rest.first().copied().unwrap_or_default().to_owned();
            Some((format!("{}{kind}.{name}", called.prefix), attribute))
        }
        _ => None,
    }
}

/// An address without its last index.
fn stripped(address: &str) -> String {
    match address.rfind('[') {
        Some(at) if address.ends_with(']') => address[..at].to_owned(),
        _ => address.to_owned(),
    }
}

/// Values without those that nobody wrote: a plan has the provider's defaults beside them. A configuration that says
/// nothing at all of a resource was left out of the file.
fn written(mut values: Tree, kind: &str, expressions: &Node) -> Tree {
    if let Kind::Map(map) = &mut values.kind
        && expressions.entries().next().is_some()
    {
        let is_default = |key: &str, value: &Tree| default_of(kind, key).is_some_and(|it| value.known() == Some(it));
        map.entries.retain(|(key, value)| expressions.get(&key.text).is_some() || !is_default(&key.text, value));
    }
    values
}

fn empty_or(value: Tree, place: Place) -> Tree {
    if value.as_map().is_some() { value } else { Tree::map(Vec::new(), place) }
}

fn place_of(node: &Node) -> Place {
    Place { file: node.file, span: node.span }
}

/// A JSON value as a tree.
fn tree(node: &Node, depth: u8) -> Tree {
    let place = place_of(node);
    let Some(depth) = depth.checked_sub(1) else { return Tree::unknown("is nested too deep", place) };
    let kind = match &node.value {
        Value::Scalar { .. } => match node.text() {
            Some(text) => Kind::Text(Text::plain(text)),
            None => Kind::Null,
        },
        Value::List(items) => Kind::List(items.iter().map(|item| tree(item, depth)).collect()),
        Value::Mapping(_) => {
            let entries = node.entries().filter_map(|(key, value)| {
                Some((Key { text: key.text()?.into(), place: place_of(key) }, tree(value, depth)))
            });
            Kind::Map(Map { entries: entries.collect(), open: None })
        }
    };
    Tree::new(kind, place)
}
