//! Nested stacks and applications, followed where their template is here.

use std::collections::BTreeMap;

use super::super::model::Setting;
use super::super::reader::local;
use super::super::resource::Resource;
use super::super::tree::Tree;
use super::Stack;
use crate::input::files;
use crate::manifest::yaml::Node;

/// Stacks within stacks.
const DEEPEST: usize = 8;
/// Templates of one application.
const MOST_TEMPLATES: u32 = 200;

impl Stack<'_, '_> {
    pub(super) fn nested(&mut self, resource: Resource, metadata: &Tree, key: &str) {
        let written = resource.properties.get(key).clone();
        let path = match metadata.get("aws:asset:path").known().or_else(|| written.known()) {
            Some(path) => local(files::parent(&self.path), path).ok(),
            None => self.nested_asset(&written),
        };
        let given = resource.properties.get("Parameters").entries().iter();
        let given: BTreeMap<String, Tree> = given.map(|(key, value)| (key.text.to_string(), value.clone())).collect();
        let (scope, id, place) = (resource.scope, resource.origin.id.clone(), resource.origin.place);
        self.push(resource);
        let Some(path) = path else { return };
        if self.trail.contains(&path) {
            self.reader.problem(place, format!("{path} contains itself"));
            return;
        }
        if self.trail.len() > DEEPEST {
            self.reader.problem(place, format!("stacks are nested deeper than {DEEPEST}"));
            return;
        }
        let inner = self.reader.next_scope();
        if inner > MOST_TEMPLATES {
            self.reader.problem(place, format!("more than {MOST_TEMPLATES} nested templates; the rest is left out"));
            return;
        }
        let (file, root) = match self.reader.open_yaml(&path) {
            Ok(opened) => opened,
            Err(problem) => {
                self.reader.problem(place, format!("its template cannot be read: {problem}"));
                return;
            }
        };
        if !root.get("Resources").is_some_and(Node::is_mapping) {
            self.reader.problem(place, format!("{path} is no template: there is no `Resources` mapping"));
            return;
        }
        self.reader.gathered.nested.insert((scope, id.clone()), inner);
        self.descend(path, id, |stack| stack.read(file, inner, &root, &given, &Setting::Unset));
    }

    /// Does something in a template inside of this one.
    fn descend(&mut self, path: String, id: String, inside: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.path, path.clone());
        self.trail.push(path);
        self.holders.push(id);
        inside(self);
        self.holders.pop();
        self.trail.pop();
        self.path = outer;
    }

    /// The CDK's address of a nested template, by its hash.
    fn nested_asset(&self, written: &Tree) -> Option<String> {
        let pattern = written.as_text()?.pattern();
        let name = pattern.rsplit('/').next()?;
        let hash = name.split('.').next()?;
        self.assets.get(hash).and_then(|asset| local(files::parent(&self.path), &asset.path).ok())
    }

    /// The folder in which `sam build` was started: that of the outermost template.
    pub(super) fn build_root(&self, own: &str) -> String {
        match self.trail.first() {
            Some(root) if self.trail.len() > 1 => {
                let folder = files::parent(root);
                if folder.is_empty() { String::new() } else { format!("{folder}/") }
            }
            _ => own.to_owned(),
        }
    }
}
