//! Resources of the AWS provider in the common form.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::Block;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::super::model::{CodeSource, Origin, Setting};
use super::super::reader::MOST_RESOURCES;
use super::super::resource::{Resource, own};
use super::super::tree::{Key, Kind, Map, Text, Tree};
use super::eval::{DEEPEST, Module};
use super::functions;
use super::{Configuration, instances, place};
use crate::manifest::yaml;

/// How one type is put into CloudFormation's words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    map: BTreeMap<String, String>,
    #[serde(default)]
    lists: BTreeMap<String, Repeated>,
    /// What the provider puts where nothing is written.
    #[serde(default)]
    defaults: BTreeMap<String, String>,
}

/// A block that may be repeated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    to: String,
    map: BTreeMap<String, String>,
}

crate::knowledge::table! {
    static TABLE: FxHashMap<String, Row> = "declare/terraform.toml", tested by the_resources_read;
}

impl Configuration<'_, '_> {
    pub(super) fn resource(&mut self, module: &Module, file: u32, block: &Block) {
        let [kind, name] = block.labels.as_slice() else { return };
        let (kind, name_place) = (kind.as_str().to_owned(), place(file, name.span()));
        let address = format!("{kind}.{}", name.as_str());
        let all = instances(module, file, &block.body);
        let is_alone = all.len() == 1;
        let first = block
            .body
            .attributes()
            .next()
            .map(|attribute| place(file, attribute.key.span().or_else(|| attribute.value.span())));
        for (suffix, env) in all {
            if self.reader.gathered.resources.len() >= MOST_RESOURCES {
                return;
            }
            let tree = if TABLE.contains_key(&kind) {
                module.body(&block.body, &env, DEEPEST)
            } else {
                Tree::null(name_place)
            };
            let origin = Origin {
                id: format!("{}{address}{suffix}", module.prefix),
                place: name_place,
                properties: first,
                condition: None,
            };
            let mut resource = common(&kind, origin, module.scope, &tree);
            if !module.prefix.is_empty() {
                resource.extra.names.push(format!("{address}{suffix}"));
            }
            if is_alone && !suffix.is_empty() {
                resource.extra.names.push(address.clone());
            }
            if is_alone && suffix.is_empty() {
                // An index that an unknown count makes necessary.
                resource.extra.names.push(format!("{address}[0]"));
            }
            match kind.as_str() {
                "aws_lambda_function" => {
                    let code = self.function_code(module, &tree);
                    resource.extra.code = Some(code);
                }
                "aws_lambda_layer_version" => resource.extra.code = Some(self.layer_code(module, &tree)),
                _ => {}
            }
            self.reader.gathered.resources.push(resource);
        }
    }
}

/// A resource of a type that the table has; another one is listed with its name alone.
pub(super) fn common(kind: &str, origin: Origin, scope: u32, tree: &Tree) -> Resource {
    let Some(row) = TABLE.get(kind) else {
        let empty = Tree::map(Vec::new(), origin.place);
        return Resource::new(origin, scope, kind, empty);
    };
    let mut properties = mapped(tree, &row.map);
    for (block, repeated) in &row.lists {
        let blocks = tree.get(block);
        if blocks.is_null() {
            continue;
        }
        let items = blocks.one_or_more().iter().map(|item| mapped(item, &repeated.map)).collect();
        let kind = if matches!(blocks.kind, Kind::Unknown(_)) { blocks.kind.clone() } else { Kind::List(items) };
        set(&mut properties, &repeated.to, Tree { kind, ..blocks.clone() });
    }
    fix(&row.kind, &mut properties);
    let mut resource = Resource::new(origin, scope, row.kind.as_str(), properties);
    resource.extra.written = Some(kind.to_owned());
    resource
}

/// Whether the table has a type.
pub(super) fn is_known(kind: &str) -> bool {
    TABLE.contains_key(kind)
}

/// What the provider puts into a plan for an attribute that nobody wrote, where that makes a difference.
pub(super) fn default_of(kind: &str, attribute: &str) -> Option<&'static str> {
    TABLE.get(kind)?.defaults.get(attribute).map(String::as_str)
}

fn mapped(tree: &Tree, map: &BTreeMap<String, String>) -> Tree {
    let mut made = Tree::map(Vec::new(), tree.place);
    for (from, to) in map {
        let keys: Vec<&str> = from.split('.').collect();
        let value = tree.at(&keys);
        if !value.is_null() {
            set(&mut made, to, value.clone());
        }
    }
    made
}

/// Sets a value at a path, with the mappings that it needs.
pub(super) fn set(tree: &mut Tree, path: &str, value: Tree) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let Kind::Map(map) = &mut tree.kind else { return };
    let place = value.place;
    let key = Key { text: Arc::from(key), place };
    match rest {
        None => map.set(key, value),
        Some(rest) => {
            let inner = map.entries.iter_mut().find(|(name, _)| name.text == key.text);
            match inner {
                Some((_, inner)) => set(inner, rest, value),
                None => {
                    let mut inner = Tree::new(Kind::Map(Map::default()), place);
                    set(&mut inner, rest, value);
                    map.entries.push((key, inner));
                }
            }
        }
    }
}

/// What Terraform says in another way.
fn fix(kind: &str, properties: &mut Tree) {
    let Kind::Map(map) = &mut properties.kind else { return };
    match kind {
        "AWS::Lambda::Function" => {
            // -1 is not reserved.
            let is_unset = map
                .get("ReservedConcurrentExecutions")
                .and_then(Tree::known)
                .is_some_and(|text| text.parse::<f64>().is_ok_and(|number| number < 0.0));
            if is_unset {
                map.entries.retain(|(key, _)| &*key.text != "ReservedConcurrentExecutions");
            }
        }
        "AWS::SQS::Queue" | own::REDRIVE | own::SUBSCRIPTION => {
            for (key, value) in &mut map.entries {
                if matches!(&*key.text, "RedrivePolicy" | "RedriveAllowPolicy")
                    && let Kind::Text(text) = &value.kind
                {
                    value.kind = policy(text, value);
                }
            }
        }
        _ => {}
    }
}

/// A policy that is written as JSON text, perhaps with references in it.
fn policy(text: &Text, value: &Tree) -> Kind {
    if let Some(known) = text.known()
        && let Ok(Some(root)) = yaml::parse(known)
        && root.is_mapping()
    {
        return functions::from_node(&root, value.place).kind;
    }
    let mut map = Map::default();
    let keyed = |name: &str| Key { text: name.into(), place: value.place };
    if let Some(reference) = text.references().next() {
        let part = super::super::tree::Part::Ref(reference.clone());
        let target = Tree { kind: Kind::Text(Text { parts: vec![part] }), ..value.clone() };
        map.entries.push((keyed("deadLetterTargetArn"), target));
    }
    let pattern = text.pattern();
    let after = pattern.split_once("maxReceiveCount").map(|(_, after)| after);
    let number: Option<String> = after.map(|after| {
        let digits = after.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
        digits.collect()
    });
    if let Some(number) = number.filter(|number| !number.is_empty()) {
        map.entries.push((keyed("maxReceiveCount"), Tree::text(number, value.place).derived()));
    }
    if map.entries.is_empty() {
        return Kind::Unknown(text.why());
    }
    if map.get("maxReceiveCount").is_none() {
        map.entries.push((keyed("maxReceiveCount"), Tree::unknown("is not written as a number", value.place)));
    }
    Kind::Map(map)
}

/// Whether a setting says that code comes from somewhere else.
pub(super) fn remote(bucket: &Tree, key: &Tree) -> CodeSource {
    let part = |tree: &Tree| match tree.setting() {
        Setting::Known { value, .. } => value,
        _ => "*".to_owned(),
    };
    CodeSource::Remote(format!("s3://{}/{}", part(bucket), part(key)))
}
