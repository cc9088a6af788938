//! Layers whose content the user says: on the command line, or else in the configuration.

use std::path::PathBuf;
use std::str::FromStr;

use super::{Inputs, shown};
use crate::assemble::{FunctionSpec, LayerPath, NamedLayer};

/// A layer as it is given: `PATH`, or `ARN=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenLayer {
    /// Which layer of a template it is; `None` for one of every function.
    pub name: Option<String>,
    /// A folder or an archive.
    pub path: PathBuf,
}

impl From<PathBuf> for GivenLayer {
    fn from(path: PathBuf) -> Self {
        Self { name: None, path }
    }
}

impl FromStr for GivenLayer {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // No name has a slash; a path that has `=` before its first one is written as `./a=b`.
        let named = text.split_once('=').filter(|(name, _)| !name.is_empty() && !name.contains(['/', '\\']));
        Ok(match named {
            Some((name, path)) => Self { name: Some(name.to_owned()), path: path.into() },
            None => Self { name: None, path: text.into() },
        })
    }
}

fn given(inputs: &Inputs<'_>) -> Vec<GivenLayer> {
    if inputs.given.layers.is_empty() { inputs.settings.layers() } else { inputs.given.layers.clone() }
}

/// Layers of which it is said which one of a template they are.
pub(super) fn named(inputs: &Inputs<'_>) -> Vec<NamedLayer> {
    let named = given(inputs).into_iter().filter_map(|layer| Some((layer.name?, layer.path)));
    named.map(|(name, path)| NamedLayer { name, path: shown(&path) }).collect()
}

/// Layers that every function has.
pub(super) fn for_all(inputs: &Inputs<'_>) -> Vec<LayerPath> {
    paths(given(inputs).into_iter().filter(|layer| layer.name.is_none()))
}

/// All layers: without a template there is nothing that names would tell apart.
pub(super) fn all(inputs: &Inputs<'_>) -> Vec<LayerPath> {
    paths(given(inputs).into_iter())
}

fn paths(layers: impl Iterator<Item = GivenLayer>) -> Vec<LayerPath> {
    layers.map(|layer| shown(&layer.path).into()).collect()
}

/// Warns of layers on the command line that no function has: a name with a slip of the pen would change nothing.
pub(super) fn warn_of_unused(specs: &[FunctionSpec], inputs: &Inputs<'_>) {
    for layer in &inputs.given.layers {
        let (Some(name), path) = (&layer.name, shown(&layer.path)) else { continue };
        if !specs.iter().any(|spec| spec.layers.iter().any(|used| used.path == path)) {
            inputs.listener.warn(&format!("--layer {name}={path}: no function here has a layer of that name"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_slash() {
        let read = |text: &str| text.parse::<GivenLayer>().unwrap();
        let arn = "arn:aws:lambda:eu-west-1:1:layer:ours:2";
        let named = read(&format!("{arn}=layers/ours"));
        assert_eq!((named.name.as_deref(), named.path), (Some(arn), PathBuf::from("layers/ours")));
        assert_eq!(read("./a=b"), PathBuf::from("./a=b").into());
        assert_eq!(read("layer.zip"), PathBuf::from("layer.zip").into());
    }
}
