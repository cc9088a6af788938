//! Other services that invoke functions: which, and whether they wait, is a table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::super::model::{FunctionKind, Invocation, Trigger, TriggerSource};
use super::super::resource::{Resource, own};
use super::super::tree::{Kind, Tree};
use super::Lower;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    service: Vec<Row>,
    principals: BTreeMap<String, Style>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    anywhere: bool,
    word: String,
    invocation: Style,
}

/// Who waits, as the table and the dialects write it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Style {
    Sync,
    Async,
    Poll,
}

impl From<Style> for Invocation {
    fn from(style: Style) -> Self {
        match style {
            Style::Sync => Self::Synchronous,
            Style::Async => Self::Asynchronous,
            Style::Poll => Self::Poll,
        }
    }
}

crate::knowledge::table! {
    static TABLE: Table = "declare/services.toml", tested by the_services_read;
}

static BY_TYPE: LazyLock<FxHashMap<&'static str, &'static Row>> =
    LazyLock::new(|| TABLE.service.iter().map(|row| (row.kind.as_str(), row)).collect());

/// How a service invokes functions, by the principal of a permission.
pub(super) fn by_principal(principal: &str) -> Invocation {
    // A principal of one region is the same service.
    let mut labels = principal.split('.');
    let name = labels.next().unwrap_or_default();
    let general = format!("{name}.amazonaws.com");
    let found = TABLE.principals.get(principal).or_else(|| TABLE.principals.get(&general));
    found.map_or(Invocation::Unknown, |style| Invocation::from(*style))
}

impl Lower {
    pub(super) fn service(&mut self, resource: &Resource) {
        if resource.kind == own::SERVICE {
            return self.named_service(resource);
        }
        let row = BY_TYPE.get(resource.kind.as_str()).copied();
        let row = row.or_else(|| resource.kind.starts_with("Custom::").then(|| BY_TYPE.get("Custom::").copied())?);
        let Some(row) = row else { return };
        let mut found: Vec<Tree> = Vec::new();
        if row.anywhere {
            functions_in(&resource.properties, &mut found);
        } else {
            for path in &row.paths {
                let keys: Vec<&str> = path.split('.').collect();
                collect(&resource.properties, &keys, &mut found);
            }
        }
        for value in found {
            self.service_trigger(&value, &row.word, row.invocation.into(), &Tree::null(value.place));
        }
    }

    /// What a dialect says in its own words.
    fn named_service(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let style = match properties.get("Invocation").known() {
            Some("sync") => Invocation::Synchronous,
            Some("async") => Invocation::Asynchronous,
            Some("poll") => Invocation::Poll,
            _ => Invocation::Unknown,
        };
        let word = properties.get("Word").known().unwrap_or("service").to_owned();
        let mut function = properties.get("Function").clone();
        function.place = resource.origin.place;
        self.service_trigger(&function, &word, style, properties.get("Enabled"));
    }

    fn service_trigger(&mut self, value: &Tree, word: &str, invocation: Invocation, enabled: &Tree) {
        let named = self.function_ref(value, &Tree::null(value.place));
        let Some(function) = named.function() else { return };
        let source = TriggerSource::Service(word.to_owned());
        let known = |trigger: &Trigger| {
            trigger.function == function && trigger.source == source && trigger.place == value.place
        };
        if self.app.triggers.iter().any(known) {
            return;
        }
        match word {
            "cloudfront" => self.app.functions[function].kind = FunctionKind::Edge,
            "greengrass" => self.app.functions[function].kind = FunctionKind::NotAnalysed,
            _ => {}
        }
        self.app.triggers.push(Trigger {
            function,
            qualifier: named.qualifier,
            invocation,
            source,
            enabled: enabled.truth(),
            place: value.place,
        });
    }
}

/// The values at a path; `*` stands for every element.
fn collect(tree: &Tree, keys: &[&str], found: &mut Vec<Tree>) {
    let Some((key, rest)) = keys.split_first() else {
        if tree.as_text().is_some() {
            found.push(tree.clone());
        }
        return;
    };
    if *key == "*" {
        tree.items().iter().for_each(|item| collect(item, rest, found));
        tree.entries().iter().for_each(|(_, value)| collect(value, rest, found));
    } else {
        collect(tree.get(key), rest, found);
    }
}

/// Every text with a reference, one function each.
fn functions_in(tree: &Tree, found: &mut Vec<Tree>) {
    match &tree.kind {
        Kind::Text(text) => {
            let each = text.references().map(|reference| {
                let part = super::super::tree::Part::Ref(reference.clone());
                Tree { kind: Kind::Text(super::super::tree::Text { parts: vec![part] }), ..tree.clone() }
            });
            found.extend(each);
        }
        Kind::List(items) => items.iter().for_each(|item| functions_in(item, found)),
        Kind::Map(map) => map.entries.iter().for_each(|(_, value)| functions_in(value, found)),
        Kind::Null | Kind::Unknown(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_of_a_region_are_those_of_the_service() {
        assert_eq!(by_principal("s3.amazonaws.com"), Invocation::Asynchronous);
        assert_eq!(by_principal("logs.eu-west-1.amazonaws.com"), Invocation::Unknown);
        assert_eq!(by_principal("ses.eu-west-1.amazonaws.com"), Invocation::Asynchronous);
    }
}
