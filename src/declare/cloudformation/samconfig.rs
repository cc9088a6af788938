//! `samconfig.toml` or `samconfig.yaml`: which template it deploys, with which parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::model::Problem;
use super::super::reader::{Reader, local, problem_in};
use super::super::toml;
use crate::input::files;
use crate::manifest::yaml::{self, Node};
use crate::text::shell_words;

/// Folders above the template in which the file is looked for.
const HIGHEST: usize = 4;
/// Its names, in the order in which SAM looks for them.
const NAMES: [&str; 3] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];

/// What one environment of a `samconfig` says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) stack_name: Option<String>,
    pub(super) region: Option<String>,
}

/// The settings for a template: those beside it, or those above it that name it.
pub(super) fn find(template: &str, reader: &mut Reader<'_>) -> Settings {
    let mut folder = files::parent(template).to_owned();
    for _ in 0..HIGHEST {
        let paths = NAMES.map(|name| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") });
        if let Some(path) = paths.iter().find(|path| reader.files.is_file(path)) {
            return match parsed(path, reader) {
                Ok(root) => root.map(|root| read(&root, path, template, reader)).unwrap_or_default(),
                Err(problem) => {
                    reader.app.problems.push(problem);
                    Settings::default()
                }
            };
        }
        if folder.is_empty() || folder.ends_with("..") {
            break;
        }
        folder = files::parent(&folder).to_owned();
    }
    Settings::default()
}

fn parsed(path: &str, reader: &Reader<'_>) -> Result<Option<Arc<Node>>, Problem> {
    let text = reader.files.text(path).map_err(|error| {
        let message = format!("cannot be read: {}", error.message);
        Problem { path: path.to_owned(), line: None, column: None, message }
    })?;
    let parsed = if path.ends_with(".toml") {
        toml::parse(&text, 0)
    } else {
        yaml::parse(&text).map_err(|error| (error.offset, error.message))
    };
    parsed.map_err(|(offset, message)| problem_in(path, &text, offset, message))
}

fn read(root: &Node, path: &str, template: &str, reader: &Reader<'_>) -> Settings {
    // Without being asked for another one, SAM deploys the environment `default`.
    let asked = reader.options.stage.as_deref().and_then(|name| root.get(name));
    let Some(environment) = asked.or_else(|| root.get("default")) else { return Settings::default() };
    let commands = ["global", "build", "deploy"];
    let sections = commands.map(|command| environment.get(command)?.get("parameters"));
    let value = |key: &str| sections.iter().rev().flatten().find_map(|section| section.get(key));
    let named = ["template_file", "template"].iter().find_map(|key| value(key)?.text());
    let fits = match named {
        Some(named) => local(files::parent(path), named).is_ok_and(|named| {
            named == template || named.contains(".aws-sam/") && files::parent(path) == files::parent(template)
        }),
        None => files::parent(path) == files::parent(template),
    };
    if !fits {
        return Settings::default();
    }
    let text_of = |key: &str| value(key).and_then(Node::text).map(str::to_owned);
    Settings {
        parameters: value("parameter_overrides").map(overrides).unwrap_or_default(),
        stack_name: text_of("stack_name"),
        region: text_of("region"),
    }
}

/// `"A=1 B='two words'"`, `"ParameterKey=A,ParameterValue=1"`, lists of these, or a mapping.
fn overrides(value: &Node) -> BTreeMap<String, String> {
    let pairs = |text: &str| shell_words(text).iter().filter_map(|word| pair(word)).collect::<Vec<_>>();
    if let Some(text) = value.text() {
        return pairs(text).into_iter().collect();
    }
    let listed = value.items().flat_map(|item| match item.text() {
        Some(text) => pairs(text),
        None => mapped(item).collect(),
    });
    listed.chain(mapped(value)).collect()
}

fn mapped(value: &Node) -> impl Iterator<Item = (String, String)> {
    value.entries().filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())))
}

/// One override: `A=1`, or the long form of the AWS CLI.
fn pair(word: &str) -> Option<(String, String)> {
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    if let Some(rest) = word.strip_prefix("ParameterKey=") {
        let (key, value) = rest.split_once(",ParameterValue=")?;
        return Some((bare(key), bare(value)));
    }
    let (key, value) = word.split_once('=')?;
    Some((bare(key), bare(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overridden(node: Option<Arc<Node>>) -> Vec<String> {
        let found = overrides(node.unwrap().get("v").unwrap());
        found.iter().map(|(key, value)| format!("{key}={value}")).collect()
    }

    #[test]
    fn overrides_are_read_in_every_form() {
        let of_toml = |text: &str| overridden(toml::parse(text, 0).unwrap());
        assert_eq!(of_toml(r#"v = "Stage=\"prod\" Name='a b' Size=1""#), ["Name=a b", "Size=1", "Stage=prod"]);
        assert_eq!(of_toml(r#"v = ["A=1", "B=2"]"#), ["A=1", "B=2"]);
        assert_eq!(of_toml("v = {A = 1}"), ["A=1"]);
        let long = r#"v = "ParameterKey=A,ParameterValue=1 ParameterKey=\"B\",ParameterValue=\"x=y, z\"""#;
        assert_eq!(of_toml(long), ["A=1", "B=x=y, z"]);
        assert_eq!(of_toml(r#"v = ["ParameterKey=A,ParameterValue=1"]"#), ["A=1"]);
        let of_yaml = |text: &str| overridden(yaml::parse(text).unwrap());
        assert_eq!(of_yaml("v: [A=1, 'B=2 3']"), ["A=1", "B=2"]);
        assert_eq!(of_yaml("v:\n  - A: 1\n  - B: two words\n"), ["A=1", "B=two words"]);
        assert_eq!(of_yaml("v: {A: 1, B: true}"), ["A=1", "B=true"]);
    }
}
