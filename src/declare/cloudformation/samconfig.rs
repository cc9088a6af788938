//! `samconfig.toml`: which template it deploys, with which parameters.

use std::collections::BTreeMap;

use super::super::model::Problem;
use super::super::reader::{Reader, local};
use crate::input::files;
use crate::span::LineIndex;
use crate::text::shell_words;

/// Folders above the template in which the file is looked for.
const HIGHEST: usize = 4;

/// What the default environment of a `samconfig.toml` says.
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
        let path = if folder.is_empty() { "samconfig.toml".to_owned() } else { format!("{folder}/samconfig.toml") };
        if reader.files.is_file(&path) {
            return read(&path, template, reader);
        }
        if folder.is_empty() || folder.ends_with("..") {
            break;
        }
        folder = files::parent(&folder).to_owned();
    }
    Settings::default()
}

fn read(path: &str, template: &str, reader: &mut Reader<'_>) -> Settings {
    let text = match reader.files.text(path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("cannot be read: {}", error.message);
            reader.app.problems.push(Problem { path: path.to_owned(), line: None, column: None, message });
            return Settings::default();
        }
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            reader.app.problems.push(broken(path, &text, &error));
            return Settings::default();
        }
    };
    let environment = reader.options.stage.as_deref().filter(|name| table.contains_key(*name)).unwrap_or("default");
    let commands = ["global", "build", "deploy"];
    let sections = commands.map(|command| table.get(environment)?.get(command)?.get("parameters")?.as_table());
    let value = |key: &str| sections.iter().rev().flatten().find_map(|section| section.get(key));
    let named = ["template_file", "template"].iter().find_map(|key| value(key)?.as_str());
    let fits = match named {
        Some(named) => local(files::parent(path), named).is_ok_and(|named| {
            named == template || named.contains(".aws-sam/") && files::parent(path) == files::parent(template)
        }),
        None => files::parent(path) == files::parent(template),
    };
    if !fits {
        return Settings::default();
    }
    let text_of = |key: &str| value(key).and_then(toml::Value::as_str).map(str::to_owned);
    Settings {
        parameters: value("parameter_overrides").map(overrides).unwrap_or_default(),
        stack_name: text_of("stack_name"),
        region: text_of("region"),
    }
}

fn broken(path: &str, text: &str, error: &toml::de::Error) -> Problem {
    let at = error.span().map(|span| LineIndex::new(text).position(text, span.start as u32));
    Problem {
        path: path.to_owned(),
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        message: error.message().to_owned(),
    }
}

/// `"A=1 B='two words'"`, `["A=1"]` or a table.
fn overrides(value: &toml::Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut put = |pair: &str| {
        if let Some((key, value)) = pair.split_once('=') {
            found.insert(key.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned());
        }
    };
    match value {
        toml::Value::String(text) => shell_words(text).iter().for_each(|pair| put(pair)),
        toml::Value::Array(items) => {
            items.iter().filter_map(toml::Value::as_str).flat_map(shell_words).for_each(|pair| put(&pair));
        }
        toml::Value::Table(table) => {
            for (key, value) in table {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                found.insert(key.clone(), text);
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_are_read_in_every_form() {
        let value = |text: &str| text.parse::<toml::Table>().unwrap().remove("v").unwrap();
        let text = overrides(&value(r#"v = "Stage=\"prod\" Name='a b' Size=1""#));
        let pairs: Vec<_> = text.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(pairs, ["Name=a b", "Size=1", "Stage=prod"]);
        assert_eq!(overrides(&value(r#"v = ["A=1", "B=2"]"#)).len(), 2);
        assert_eq!(overrides(&value("v = {A = 1}")).get("A").map(String::as_str), Some("1"));
    }
}
