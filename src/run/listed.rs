//! What a list of inputs says of one function.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::{Given, GivenLayer, UserError};
use crate::platform::{Architecture, Runtime};

/// Longest line of a list, in bytes.
pub const LONGEST: u64 = 1 << 20;

/// One line of a list. What it does not name is taken from the command line and the configuration; keys that mean
/// nothing here are passed over, so that exports of other tools can be used as they are.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    /// The package.
    pub path: PathBuf,
    /// What the function is called; otherwise the name of its package.
    pub name: Option<String>,
    /// Its handler.
    handler: Option<String>,
    /// Its runtime.
    runtime: Option<String>,
    /// Its layers, in merge order.
    layers: Option<Vec<ListedLayer>>,
    /// Its instruction set.
    #[serde(alias = "arch")]
    architecture: Option<String>,
    /// Its memory in MB.
    #[serde(alias = "memory_mb")]
    memory: Option<u32>,
    /// The SHA-256 of the archive in base64, as the platform reports it.
    #[serde(rename = "CodeSha256", alias = "code_sha256")]
    pub code_sha256: Option<String>,
    /// What else is known of it.
    tags: Option<BTreeMap<String, Value>>,
}

/// A layer in a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ListedLayer {
    /// Its path alone.
    Path(PathBuf),
    /// Its path, with the SHA-256 of the archive in base64.
    Known {
        /// The path.
        path: PathBuf,
        /// The hash.
        #[serde(rename = "CodeSha256", alias = "code_sha256")]
        code_sha256: Option<String>,
    },
}

impl ListedLayer {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Path(path) | Self::Known { path, .. } => path,
        }
    }

    /// What the list says of its content.
    #[must_use]
    pub fn code_sha256(&self) -> Option<&str> {
        match self {
            Self::Path(_) => None,
            Self::Known { code_sha256, .. } => code_sha256.as_deref(),
        }
    }
}

impl Listed {
    /// Reads one.
    ///
    /// # Errors
    /// When it has no path, or a value of a wrong kind.
    pub fn read(value: &Value) -> Result<Self, String> {
        Self::deserialize(value).map_err(|error| error.to_string())
    }

    /// What it says of the function; `usual` holds where it says nothing.
    ///
    /// # Errors
    /// When a runtime or an instruction set is none.
    pub fn given(&self, usual: &Given) -> Result<Given, UserError> {
        let runtime = self.runtime.as_deref().map(Runtime::named).transpose().map_err(UserError)?;
        if self.memory == Some(0) {
            return Err(UserError("a function has more than 0 MB of memory".to_owned()));
        }
        let architecture = self.architecture.as_deref().map(str::parse::<Architecture>).transpose();
        let layers = self
            .layers
            .as_ref()
            .map(|layers| layers.iter().map(|layer| GivenLayer::from(layer.path().clone())).collect());
        Ok(Given {
            name: self.name.clone(),
            handler: self.handler.clone().or_else(|| usual.handler.clone()),
            runtime: runtime.or_else(|| usual.runtime.clone()),
            architecture: architecture.map_err(UserError)?.or(usual.architecture),
            memory_mb: self.memory.or(usual.memory_mb),
            stage: usual.stage.clone(),
            layers: layers.unwrap_or_else(|| usual.layers.clone()),
            development: usual.development,
        })
    }

    /// Its layers, as far as the list names them.
    #[must_use]
    pub fn layers(&self) -> Option<&[ListedLayer]> {
        self.layers.as_deref()
    }

    /// Its tags as texts.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let tags = self.tags.iter().flatten().filter(|(_, value)| !value.is_null());
        tags.map(|(key, value)| (key.clone(), text(value))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_it_says_and_the_rest_is_usual() {
        let line = r#"{"path": "a.zip", "runtime": "python3.12", "memory": 512, "layers": ["l.zip",
            {"path": "m.zip", "CodeSha256": "x="}], "tags": {"team": "a", "cost": 7, "none": null}, "Role": 1}"#;
        let listed: Listed = serde_json::from_str(line).unwrap();
        let usual = Given { handler: Some("app.handler".to_owned()), memory_mb: Some(128), ..Given::default() };
        let given = listed.given(&usual).unwrap();
        assert_eq!((given.handler.as_deref(), given.memory_mb), (Some("app.handler"), Some(512)));
        let paths: Vec<PathBuf> = given.layers.into_iter().map(|layer| layer.path).collect();
        assert_eq!(paths, [PathBuf::from("l.zip"), PathBuf::from("m.zip")]);
        let hashes: Vec<Option<&str>> = listed.layers().unwrap().iter().map(ListedLayer::code_sha256).collect();
        assert_eq!(hashes, [None, Some("x=")]);
        let tags: Vec<(String, String)> = listed.tags().into_iter().collect();
        assert_eq!(tags, [("cost".to_owned(), "7".to_owned()), ("team".to_owned(), "a".to_owned())]);
        let listed: Listed = serde_json::from_str(r#"{"path": "a.zip", "architecture": "vax"}"#).unwrap();
        assert!(listed.given(&usual).is_err());
        let listed = Listed::read(&serde_json::json!({"path": "a.zip", "memory": 0})).unwrap();
        assert!(listed.given(&usual).is_err());
    }
}
