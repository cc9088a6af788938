//! The four files that configuration may be in.

use serde::Deserialize;
use toml_edit::{Document, Item};

use super::{ConfigError, Written};
use crate::manifest::yaml;
use crate::span::Span;
use crate::text::similar;

/// Which file a configuration is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// `defrost.toml`, or what `--config` names.
    Own,
    /// `[tool.defrost]` in `pyproject.toml`.
    Pyproject,
    /// `"defrost"` in `package.json`.
    PackageJson,
    /// `[package.metadata.defrost]` or `[workspace.metadata.defrost]` in `Cargo.toml`.
    CargoToml,
}

impl SourceKind {
    /// All of them with their file names, in the order in which they are looked for.
    pub const FILES: [(&'static str, Self); 4] = [
        ("defrost.toml", Self::Own),
        ("pyproject.toml", Self::Pyproject),
        ("package.json", Self::PackageJson),
        ("Cargo.toml", Self::CargoToml),
    ];

    /// Where the settings may be inside the file.
    fn tables(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Own => &[&[]],
            Self::Pyproject => &[&["tool", "defrost"]],
            Self::PackageJson => &[&["defrost"]],
            Self::CargoToml => &[&["package", "metadata", "defrost"], &["workspace", "metadata", "defrost"]],
        }
    }
}

/// A configuration as written, with the text that it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file, as people read it.
    pub path: String,
    /// What is written in it.
    pub written: Written,
    text: String,
    kind: SourceKind,
    table: &'static [&'static str],
}

/// Reads the settings in a file; `None` when it has none.
///
/// # Errors
/// When the file does not read, or a setting is unknown or of another type.
pub fn read(kind: SourceKind, path: &str, text: &str) -> Result<Option<Source>, ConfigError> {
    let read = if kind == SourceKind::PackageJson { read_json(path, text)? } else { read_toml(kind, path, text)? };
    Ok(read.map(|(table, written)| Source { path: path.to_owned(), written, text: text.to_owned(), kind, table }))
}

/// Whether a file can be read as what its name says, and has a place with settings: what is wrong is then in them.
#[must_use]
pub fn has_settings(kind: SourceKind, text: &str) -> bool {
    let has = |keys: &&[&str]| match kind {
        SourceKind::PackageJson => serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|file| keys.iter().try_fold(&file, |part, key| part.get(key)).is_some()),
        _ => keys.is_empty() || in_toml(text, keys).is_some(),
    };
    kind.tables().iter().any(has)
}

type Read = Option<(&'static [&'static str], Written)>;

fn read_toml(kind: SourceKind, path: &str, text: &str) -> Result<Read, ConfigError> {
    let fail = |error: &toml::de::Error| {
        let span = error.span().unwrap_or_default();
        explained(path, text, Span::new(span.start as u32, span.end as u32), error.message())
    };
    let deserializer = toml::de::Deserializer::parse(text).map_err(|error| fail(&error))?;
    if kind == SourceKind::Own {
        return Ok(Some((&[], Written::deserialize(deserializer).map_err(|error| fail(&error))?)));
    }
    let file = TomlFile::deserialize(deserializer).map_err(|error| fail(&error))?;
    let metadata = |part: Option<CargoPart>| part.and_then(|part| part.metadata).and_then(|metadata| metadata.defrost);
    let found = match kind {
        SourceKind::Pyproject => [file.tool.and_then(|tool| tool.defrost), None],
        _ => [metadata(file.package), metadata(file.workspace)],
    };
    let tables = kind.tables().iter().copied();
    Ok(tables.zip(found).find_map(|(table, written)| Some((table, written?))))
}

fn read_json(path: &str, text: &str) -> Result<Read, ConfigError> {
    #[derive(Deserialize)]
    struct PackageJson {
        defrost: Option<Written>,
    }
    let file: PackageJson = serde_json::from_str(text).map_err(|error| {
        let at = offset(text, error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        explained(path, text, Span::new(at, at), message)
    })?;
    Ok(file.defrost.map(|written| (SourceKind::PackageJson.tables()[0], written)))
}

#[derive(Deserialize)]
struct TomlFile {
    tool: Option<Tool>,
    package: Option<CargoPart>,
    workspace: Option<CargoPart>,
}

#[derive(Deserialize)]
struct Tool {
    defrost: Option<Written>,
}

#[derive(Deserialize)]
struct CargoPart {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    defrost: Option<Written>,
}

fn offset(text: &str, line: usize, column: usize) -> u32 {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)) as u32
}

/// A reader's message in our words, with a suggestion for a misspelt key.
fn explained(path: &str, text: &str, span: Span, message: &str) -> ConfigError {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (Some(unknown), true) = (quoted.first(), message.starts_with("unknown ")) else {
        return ConfigError::at(path, text, span, message.to_owned());
    };
    let span = narrowed(text, span, unknown);
    let known = || quoted.iter().skip(1).copied();
    let noun = if message.starts_with("unknown field") { "key" } else { "value" };
    let help = match similar(unknown, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known {noun}s: {}", known().collect::<Vec<_>>().join(", ")),
    };
    ConfigError::at(path, text, span, format!("unknown {noun} `{unknown}`")).help(Some(help))
}

/// The word itself: inside the range that a reader names, or shortly before where it stopped.
fn narrowed(text: &str, span: Span, word: &str) -> Span {
    let range = span.range_in(text.len());
    let inside = text.get(range.clone()).and_then(|part| part.find(word)).map(|at| range.start + at);
    let before = || text.get(..range.end)?.rfind(word);
    match inside.or_else(before) {
        Some(start) => Span::new(start as u32, (start + word.len()) as u32),
        None => span,
    }
}

impl Source {
    /// A fault of the value under a path of keys, or of the last key itself.
    #[must_use]
    pub fn fault(&self, keys: &[&str], word: &str, message: String) -> ConfigError {
        let keys: Vec<&str> = self.table.iter().chain(keys).copied().collect();
        let span = match self.kind {
            SourceKind::PackageJson => in_json(&self.text, &keys),
            _ => in_toml(&self.text, &keys),
        };
        ConfigError::at(&self.path, &self.text, narrowed(&self.text, span.unwrap_or_default(), word), message)
    }
}

fn in_json(text: &str, keys: &[&str]) -> Option<Span> {
    let root = yaml::parse(text).ok()??;
    let mut node = &*root;
    let mut span = None;
    for key in keys {
        let (name, value) = node.entries().find(|(name, _)| name.text() == Some(key))?;
        span = Some(Span::new(name.span.start, value.span.end));
        node = value;
    }
    span
}

fn in_toml(text: &str, keys: &[&str]) -> Option<Span> {
    let document = Document::parse(text).ok()?;
    let mut item: &Item = document.as_item();
    let mut span = None;
    for key in keys {
        if let Some(nth) = key.parse::<usize>().ok().filter(|_| !item.is_table_like()) {
            item = item.get(nth)?;
            continue;
        }
        let (name, value) = item.as_table_like()?.get_key_value(key)?;
        let start = name.span()?.start;
        let end = value.span().map_or(start + key.len(), |range| range.end);
        span = Some(Span::new(start as u32, end.max(start) as u32));
        item = value;
    }
    span
}
