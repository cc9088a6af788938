//! SAM, CloudFormation, and what the CDK writes.

mod cdk;
mod code;
mod conditions;
pub(super) mod eval;
mod events;
mod nested;
mod sam;
mod samconfig;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use cdk::{is_manifest, read as read_cdk};
pub(super) use eval::EXPORTS;
pub(super) use sam::with;

use self::cdk::Asset;
use self::eval::{Bindings, Template};
use super::lower::stage::holder_of_stage;
use super::model::{Dialect, Origin, Plugin, Problem, Setting};
use super::reader::{MOST_RESOURCES, Reader, start_of};
use super::resource::Resource;
use super::tree::{Scope, Tree};
use crate::input::files;
use crate::manifest::yaml::Node;

/// Transforms whose effect is followed, or does not concern functions.
const KNOWN_TRANSFORMS: [&str; 4] =
    ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::SecretsManager", "AWS::CodeDeployBlueGreen"];

/// Types that make a text worth reading as a template.
const TYPES: [&str; 5] = [
    "AWS::Serverless::Function",
    "AWS::Lambda::Function",
    "AWS::Serverless::Application",
    "AWS::CloudFormation::Stack",
    "AWS::Serverless::LayerVersion",
];

/// Whether a text is probably a template with functions, broken ones included: a type of theirs is the value of a
/// `Type`. What a generator makes templates from is none.
pub(super) fn looks_like_one(text: &str) -> bool {
    let is_typed = |kind: &str| text.match_indices(kind).any(|(at, _)| is_value_of_type(&text[..at]));
    has_resources(text) && !text.contains("{%") && TYPES.iter().any(|kind| is_typed(kind))
}

/// Whether a text has `Resources` as a key of its outermost mapping, as far as a look tells.
fn has_resources(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with('{') {
        return text.lines().any(|line| line.trim_start_matches(['"', '\'']).starts_with("Resources"));
    }
    let (mut depth, mut rest) = (0_usize, text);
    while let Some(at) = rest.find(['"', '{', '}', '[', ']']) {
        let (found, behind) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = behind;
        match found {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {
                if depth == 1 && rest.starts_with("Resources\"") {
                    return true;
                }
                rest = behind_text(rest);
            }
        }
    }
    // Templates are written in YAML's own braces too, where keys need no quotes.
    text.lines().any(|line| line.trim_start_matches(['{', ' ']).starts_with("Resources"))
}

/// What stands behind the end of a quoted text.
fn behind_text(text: &str) -> &str {
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        let is_end = rest.as_bytes()[at] == b'"';
        // A backslash takes the next character along.
        let next = rest[at + 1..].chars().next().filter(|_| !is_end).map_or(0, char::len_utf8);
        rest = &rest[at + 1 + next..];
        if is_end {
            return rest;
        }
    }
    ""
}

/// Whether a text ends with `Type:` and what may stand between that and its value.
fn is_value_of_type(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t', '\n', '\r', '"', '\'']);
    let Some(before) = before.strip_suffix(':') else { return false };
    before.trim_end_matches([' ', '\t', '"', '\'']).ends_with("Type")
}

/// Reads a template with everything that belongs to it.
pub(super) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let settings = samconfig::find(path, reader);
    let (file, root) = reader.open_yaml(path)?;
    check(path, &root, reader)?;
    reader.app.dialect = dialect(&root);
    reader.app.name = settings.stack_name.clone().unwrap_or_else(|| name_of(path));
    let place = start_of(file);
    let mut given: BTreeMap<String, Tree> = BTreeMap::new();
    for (name, value) in settings.parameters.iter().chain(&reader.options.parameters) {
        given.insert(name.clone(), Tree::text(value, place).derived());
    }
    if let Some((name, stage)) = reader.options.stage.as_deref().and_then(|stage| Some((holder(&root, stage)?, stage)))
    {
        given.entry(name.to_owned()).or_insert_with(|| Tree::text(stage, place).derived());
    }
    let region = reader.options.region.clone().or(settings.region);
    if let Some(region) = region {
        reader.app.region = Setting::derived(region, place);
    }
    let stack_name = settings.stack_name.map_or(Setting::Unset, |name| Setting::derived(name, place));
    let mut stack = Stack::new(reader, path, BTreeMap::new());
    stack.read(file, 0, &root, &given, &stack_name);
    Ok(())
}

/// The parameter that holds the stage, where it takes this one.
fn holder<'n>(root: &'n Node, stage: &str) -> Option<&'n str> {
    let parameters = root.get("Parameters")?;
    let names: Vec<&str> = parameters.entries().filter_map(|(name, _)| name.text()).collect();
    let name = holder_of_stage(names.into_iter())?;
    let allowed = parameters.get(name)?.get("AllowedValues");
    let takes = |allowed: &Node| allowed.items().any(|value| value.text() == Some(stage));
    allowed.is_none_or(takes).then_some(name)
}

/// The folder's name, or the file's where that says more.
fn name_of(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    let folder = files::parent(path).rsplit('/').next().unwrap_or_default();
    let is_general = matches!(stem, "template" | "cloudformation" | "serverless" | "sam");
    if is_general && !matches!(folder, "" | "." | "..") { folder.to_owned() } else { stem.to_owned() }
}

fn check(path: &str, root: &Node, reader: &Reader<'_>) -> Result<(), Problem> {
    if root.get("Resources").is_some_and(Node::is_mapping) {
        return Ok(());
    }
    let text = reader.app.files.iter().find(|file| file.path == path).map_or("", |file| &*file.text);
    let message = "not a SAM or CloudFormation template: there is no `Resources` mapping".to_owned();
    Err(super::reader::problem_in(path, text, root.span.start, message))
}

fn dialect(root: &Node) -> Dialect {
    if transforms(root).any(|(name, _)| name.starts_with("AWS::Serverless-")) {
        return Dialect::Sam;
    }
    let resources = root.get("Resources");
    let is_cdk = |node: &Node| node.get("Metadata").is_some_and(|meta| meta.get("aws:cdk:path").is_some());
    let is_sam =
        |node: &Node| node.get("Type").and_then(Node::text).is_some_and(|kind| kind.starts_with("AWS::Serverless::"));
    let nodes: Vec<&Node> = resources.into_iter().flat_map(Node::entries).map(|(_, node)| node).collect();
    if nodes.iter().copied().any(is_sam) {
        return Dialect::Sam;
    }
    if nodes.into_iter().any(is_cdk) { Dialect::Cdk } else { Dialect::CloudFormation }
}

/// Names of the transforms of a template.
fn transforms(root: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let written = root.get("Transform");
    let listed = written.into_iter().flat_map(Node::items);
    written.into_iter().chain(listed).filter_map(|node| {
        let name = node.text().or_else(|| node.get("Name").and_then(Node::text))?;
        Some((name, node))
    })
}

/// A template and those nested in it, while they are read.
pub(super) struct Stack<'r, 'f> {
    reader: &'r mut Reader<'f>,
    /// The template that is being read.
    path: String,
    /// It and those around it.
    trail: Vec<String>,
    /// Logical ids of the resources that hold this template.
    holders: Vec<String>,
    /// Folders and files of assets, by their hash.
    assets: BTreeMap<String, Asset>,
}

/// One resource as it is written, its type known.
struct Written<'n> {
    id: Arc<str>,
    key: &'n Node,
    node: &'n Node,
    kind: &'n str,
    bindings: Bindings,
}

impl<'r, 'f> Stack<'r, 'f> {
    fn new(reader: &'r mut Reader<'f>, path: &str, assets: BTreeMap<String, Asset>) -> Self {
        Self { reader, path: path.to_owned(), trail: vec![path.to_owned()], holders: Vec::new(), assets }
    }
}

impl Stack<'_, '_> {
    /// Reads one template into a scope.
    fn read(
        &mut self,
        file: u32,
        scope: Scope,
        root: &Arc<Node>,
        given: &BTreeMap<String, Tree>,
        stack_name: &Setting<String>,
    ) {
        let (region, account) = (self.reader.app.region.clone(), self.reader.app.account.clone());
        let template = Template::new(file, scope, root, given, (&region, &account, stack_name));
        self.note_transforms(&template);
        if scope == 0 || self.reader.gathered.conditions.is_empty() {
            self.reader.gathered.parameters.extend(template.parameters());
            self.reader.gathered.conditions.extend(template.all_conditions());
        }
        self.outputs(&template);
        let included = self.included(&template);
        let mut found = Vec::new();
        let own = template.root.get("Resources");
        for resources in own.into_iter().chain(included.iter().map(|node| &**node)) {
            collect(&template, resources, &Bindings::new(), &mut found, 8);
        }
        for written in found {
            if self.reader.gathered.resources.len() >= MOST_RESOURCES {
                let place = template.place(written.key);
                self.reader.problem(place, format!("more than {MOST_RESOURCES} resources; the rest is left out"));
                return;
            }
            self.resource(&template, &written);
        }
    }

    fn note_transforms(&mut self, template: &Template<'_>) {
        for (name, node) in transforms(template.root) {
            if KNOWN_TRANSFORMS.iter().any(|known| name.starts_with(known)) {
                continue;
            }
            let place = template.place(node);
            self.reader.app.plugins.push(Plugin { name: name.to_owned(), place });
            self.reader.problem(place, format!("what the transform `{name}` does to the template is not known"));
        }
    }

    fn outputs(&mut self, template: &Template<'_>) {
        let Some(outputs) = template.root.get("Outputs") else { return };
        for (key, node) in outputs.entries() {
            let (Some(name), Some(value)) = (key.text(), node.get("Value")) else { continue };
            let value = template.eval(value, &Bindings::new());
            if let Some(export) = node.get("Export").and_then(|export| export.get("Name")) {
                let export = template.eval(export, &Bindings::new());
                if let Some(text) = export.as_text() {
                    self.reader.gathered.exports.insert(text.symbolic(), value.clone());
                }
            }
            self.reader.gathered.outputs.insert((template.scope, name.to_owned()), value);
        }
    }

    /// Resources that a transform includes from a file of the repository.
    fn included(&mut self, template: &Template<'_>) -> Vec<Arc<Node>> {
        let node = template.root.get("Resources").and_then(|resources| resources.get("Fn::Transform"));
        let Some(node) = node else { return Vec::new() };
        let place = template.place(node);
        let calls: Vec<&Node> = if node.is_mapping() { vec![node] } else { node.items().collect() };
        let mut found = Vec::new();
        for call in calls {
            let name = call.get("Name").and_then(Node::text).unwrap_or("Fn::Transform").to_owned();
            let location = call.get("Parameters").and_then(|parameters| parameters.get("Location")?.text());
            let path = location.filter(|_| name == "AWS::Include");
            let path = path.and_then(|path| super::reader::local(files::parent(&self.path), path).ok());
            match path.map(|path| self.reader.open_yaml(&path)) {
                Some(Ok((_, root))) => found.push(root),
                Some(Err(problem)) => self.reader.problem(place, format!("what it includes cannot be read: {problem}")),
                None => {
                    self.reader
                        .problem(place, format!("what the transform `{name}` adds to the resources is not known"));
                    self.reader.app.plugins.push(Plugin { name, place });
                }
            }
        }
        found
    }

    fn resource(&mut self, template: &Template<'_>, written: &Written<'_>) {
        let body = written.node.get("Properties");
        let place = template.place(written.key);
        let mut properties = match body {
            Some(node) => template.eval(node, &written.bindings),
            None => Tree::null(place),
        };
        if properties.is_null() {
            properties = Tree::map(Vec::new(), place);
        }
        let first = body.and_then(|node| node.entries().next()).map(|(key, _)| template.place(key));
        let condition = written.node.get("Condition").and_then(Node::text).map(str::to_owned);
        let origin = Origin { id: written.id.to_string(), place, properties: first, condition };
        let policy = written.node.get("UpdatePolicy").map(|node| template.eval(node, &written.bindings));
        let metadata = written.node.get("Metadata").map(|node| template.eval(node, &written.bindings));
        let metadata = metadata.unwrap_or_else(|| Tree::null(place));
        let mut resource = Resource::new(origin, template.scope, written.kind, properties);
        resource.update_policy = policy;
        match written.kind {
            "AWS::Lambda::Function" => self.plain_function(resource, &metadata),
            "AWS::Lambda::LayerVersion" => self.plain_layer(resource, &metadata),
            "AWS::CloudFormation::Stack" => self.nested(resource, &metadata, "TemplateURL"),
            "AWS::Serverless::Application" => self.nested(resource, &metadata, "Location"),
            kind if kind.starts_with("AWS::Serverless::") => self.serverless(template, resource, &metadata),
            _ => self.push(resource),
        }
    }

    fn push(&mut self, resource: Resource) {
        self.reader.gathered.resources.push(resource);
    }

    fn plain_function(&mut self, mut resource: Resource, metadata: &Tree) {
        resource.extra.code = Some(self.function_code(&resource, metadata));
        resource.extra.kind = cdk::kind_of(&resource, metadata);
        self.push(resource);
    }

    fn plain_layer(&mut self, mut resource: Resource, metadata: &Tree) {
        resource.extra.code = Some(self.layer_code(&resource, metadata, "Content"));
        self.push(resource);
    }
}

/// Resources with loops written out.
fn collect<'n>(
    template: &Template<'_>,
    resources: &'n Node,
    bindings: &Bindings,
    found: &mut Vec<Written<'n>>,
    depth: u8,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (key, node) in resources.entries() {
        let Some(name) = key.text() else { continue };
        if found.len() > MOST_RESOURCES {
            return;
        }
        if name.starts_with("Fn::ForEach::") {
            // The body is a node of the same template: it lives as long.
            for (bindings, body) in template.loop_bodies(node, bindings) {
                collect(template, body, &bindings, found, depth);
            }
            continue;
        }
        let Some(kind) = node.get("Type").and_then(Node::text) else { continue };
        let id = eval::substituted(name, bindings);
        found.push(Written { id, key, node, kind, bindings: bindings.clone() });
    }
}
