//! What `cdk synth` writes: the manifest of a cloud assembly, its stacks and assets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::super::model::{Dialect, FunctionKind, Problem, Setting};
use super::super::reader::{Reader, local, start_of};
use super::super::resource::Resource;
use super::super::tree::Tree;
use super::Stack;
use crate::input::files;
use crate::manifest::yaml::Node;

/// Helper functions of the CDK.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Helpers {
    handlers: Vec<String>,
    ids: Vec<String>,
    paths: Vec<String>,
}

crate::knowledge::table! {
    static HELPERS: Helpers = "declare/cdk.toml", tested by the_helpers_read;
}

/// Most stacks of one assembly.
const MOST_STACKS: usize = 200;
/// Stacks that an assembly is called after.
const NAMED: usize = 3;

/// Whether a file is the manifest of a cloud assembly.
pub(in crate::declare) fn is_manifest(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "manifest.json" && (text.contains("aws:cloudformation:stack") || text.contains("cdk:cloud-assembly"))
}

/// Whose function it is.
pub(super) fn kind_of(resource: &Resource, metadata: &Tree) -> FunctionKind {
    let path = metadata.get("aws:cdk:path").known();
    let handler = resource.properties.get("Handler").known();
    let id = &resource.origin.id;
    let by_handler = handler.is_some_and(|handler| HELPERS.handlers.iter().any(|known| known == handler));
    let by_path = path.is_some_and(|path| HELPERS.paths.iter().any(|piece| path.contains(piece.as_str())));
    // An id alone says it only in what the CDK has written.
    let by_id = HELPERS.ids.iter().any(|start| id.starts_with(start.as_str()));
    if by_handler || by_path || by_id { FunctionKind::Helper } else { FunctionKind::Own }
}

/// The manifests of assemblies inside of this one.
pub(in crate::declare) fn inner_manifests(path: &str, root: &Node) -> Vec<String> {
    let artifacts = root.get("artifacts").into_iter().flat_map(Node::entries).map(|(_, node)| node);
    let inner = artifacts.filter(|node| kind(node) == Some("cdk:cloud-assembly"));
    let folders = inner.filter_map(|node| node.get("properties")?.get("directoryName")?.text());
    folders.filter_map(|folder| local(files::parent(path), &format!("{folder}/manifest.json")).ok()).collect()
}

fn kind(node: &Node) -> Option<&str> {
    node.get("type")?.text()
}

/// Reads the stacks of an assembly.
pub(in crate::declare) fn read(path: &str, reader: &mut Reader<'_>) -> Result<Vec<String>, Problem> {
    let (file, root) = reader.open_yaml(path)?;
    reader.app.dialect = Dialect::Cdk;
    let artifacts: Vec<(&Node, &Node)> = root.get("artifacts").into_iter().flat_map(Node::entries).collect();
    let mut assets = BTreeMap::new();
    for (_, node) in artifacts.iter().filter(|(_, node)| kind(node) == Some("cdk:asset-manifest")) {
        let named = node.get("properties").and_then(|properties| properties.get("file")?.text());
        if let Some(named) = named.and_then(|named| local(files::parent(path), named).ok()) {
            read_assets(&named, reader, &mut assets);
        }
    }
    let stacks = artifacts.iter().filter(|(_, node)| kind(node) == Some("aws:cloudformation:stack"));
    let mut names: Vec<String> = Vec::new();
    for (at, (key, node)) in stacks.take(MOST_STACKS).enumerate() {
        let name = node.get("displayName").or_else(|| node.get("properties")?.get("stackName"));
        let name = name.and_then(Node::text).or_else(|| key.text()).unwrap_or_default();
        if at == 0 {
            environment(node, reader, file);
        }
        names.push(name.to_owned());
        read_stack(path, name, node, reader, &assets);
    }
    if !names.is_empty() {
        reader.app.name = called(&names);
    }
    Ok(inner_manifests(path, &root))
}

/// What an assembly is called: after its stacks, of which the first are named.
fn called(stacks: &[String]) -> String {
    let named = stacks.get(..NAMED.min(stacks.len())).unwrap_or_default().join(", ");
    match stacks.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Account and region, as `aws://ACCOUNT/REGION`.
fn environment(node: &Node, reader: &mut Reader<'_>, file: u32) {
    let written = node.get("environment").and_then(Node::text).and_then(|text| text.strip_prefix("aws://"));
    let Some((account, region)) = written.and_then(|text| text.split_once('/')) else { return };
    let known = |text: &str| match text {
        "unknown-account" | "unknown-region" | "" => Setting::Unset,
        text => Setting::derived(text.to_owned(), start_of(file)),
    };
    reader.app.account = known(account);
    reader.app.region = known(region);
}

/// A file or folder that the templates of an assembly name by its hash.
#[derive(Clone, Debug, Default)]
pub(super) struct Asset {
    /// Its path, relative to the assembly.
    pub(super) path: String,
    /// The image that is built of it, where one is.
    pub(super) image: Option<AssetImage>,
}

/// How an image is built of an asset.
#[derive(Clone, Debug, Default)]
pub(super) struct AssetImage {
    /// The Dockerfile in it, where it has another name than usual.
    pub(super) dockerfile: Option<String>,
    /// The stage.
    pub(super) target: Option<String>,
    /// Build arguments.
    pub(super) arguments: Vec<(String, String)>,
}

fn read_stack(path: &str, name: &str, node: &Node, reader: &mut Reader<'_>, assets: &BTreeMap<String, Asset>) {
    let named = node.get("properties").and_then(|properties| properties.get("templateFile")?.text());
    let Some(template) = named.and_then(|named| local(files::parent(path), named).ok()) else { return };
    let (file, root): (u32, Arc<Node>) = match reader.open_yaml(&template) {
        Ok(opened) => opened,
        Err(problem) => return reader.app.problems.push(problem),
    };
    let scope = reader.next_scope();
    let stack_name = Setting::derived(name.to_owned(), start_of(file));
    let mut stack = Stack::new(reader, &template, assets.clone());
    stack.read(file, scope, &root, &BTreeMap::new(), &stack_name);
}

/// Folders and files of assets, by their hash.
fn read_assets(path: &str, reader: &mut Reader<'_>, assets: &mut BTreeMap<String, Asset>) {
    // It is only an index: a broken one costs the paths that it has, and the templates name most of them too.
    let Ok(text) = reader.files.text(path) else { return };
    let Ok(Some(root)) = crate::manifest::yaml::parse(&text) else { return };
    let files = root.get("files").into_iter().flat_map(Node::entries);
    for (hash, source) in files.filter_map(|(key, node)| Some((key.text()?, node.get("source")?))) {
        if let Some(path) = source.get("path").and_then(Node::text) {
            assets.insert(hash.to_owned(), Asset { path: path.to_owned(), image: None });
        }
    }
    let images = root.get("dockerImages").into_iter().flat_map(Node::entries);
    for (hash, source) in images.filter_map(|(key, node)| Some((key.text()?, node.get("source")?))) {
        let said = |key: &str| source.get(key).and_then(Node::text).map(str::to_owned);
        let Some(path) = said("directory") else { continue };
        let arguments = source.get("dockerBuildArgs").into_iter().flat_map(Node::entries);
        let arguments = arguments.filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())));
        let image = AssetImage {
            dockerfile: said("dockerFile"),
            target: said("dockerBuildTarget"),
            arguments: arguments.collect(),
        };
        assets.insert(hash.to_owned(), Asset { path, image: Some(image) });
    }
}
