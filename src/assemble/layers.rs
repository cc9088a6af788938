//! Layers: what is here of them, and what stays open.

mod unbuilt;

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::built;
use super::{Base, Brings, LayerPath, Open, Reason, makefile};
use crate::declare::model::{Application, BuildMethod, CodeSource, Function, Layer, LayerUse, Setting};
use crate::input::{Part, seen};
use crate::knowledge;

/// Public layers.
#[derive(Debug, Deserialize)]
struct Public {
    layer: Vec<PublicLayer>,
}

/// A public layer by the beginning of its name.
#[derive(Debug, Deserialize)]
struct PublicLayer {
    name: String,
    title: String,
    modules: Vec<Arc<str>>,
}

knowledge::table! {
    static PUBLIC: Public = "layers/public.toml", tested by the_public_layers_read;
}

/// Longest name of a layer that is shown.
const LONGEST_NAME: usize = 120;

/// What a layer holds that the user names: `--layer ARN=FOLDER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLayer {
    /// Its ARN, with or without the version; its name; or that of its resource in the template.
    pub name: String,
    /// A folder or an archive, as a path that opens.
    pub path: String,
}

impl NamedLayer {
    /// Whether an ARN is meant. What a template leaves open of it stands as `*`.
    fn is_arn(&self, arn: &str) -> bool {
        let (said, parts): (Vec<&str>, Vec<&str>) = (self.name.split(':').collect(), arn.split(':').collect());
        let same = |(said, part): (&&str, &&str)| said == part || *said == "*" || *part == "*";
        // `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`
        let is_version_missing = said.len() + 1 == parts.len() && said.len() == 7;
        let is_whole = said.len() == parts.len() || is_version_missing;
        (is_whole && said.iter().zip(&parts).all(same)) || self.name == name_of(arn)
    }
}

/// The name that stands in the ARN of a layer.
fn name_of(arn: &str) -> &str {
    arn.split(":layer:").nth(1).unwrap_or(arn).split(':').next().unwrap_or(arn)
}

/// The layers of a function in merge order, and what is not here of them.
pub(super) fn of(
    app: &Application,
    function: &Function,
    base: &Base,
    named: &[NamedLayer],
) -> (Vec<LayerPath>, Vec<Open>) {
    let (mut paths, mut open) = (Vec::new(), Vec::new());
    for layer in &function.layers {
        let said = named.iter().find(|named| match layer {
            LayerUse::Own(id, _) => named.name == app.layers[*id].origin.id,
            LayerUse::Arn(arn, _) => named.is_arn(arn),
            LayerUse::Unknown(..) => false,
        });
        if let Some(said) = said {
            paths.push(said.path.clone().into());
            continue;
        }
        match layer {
            LayerUse::Own(id, _) => own(app, &app.layers[*id], base, &mut paths, &mut open),
            LayerUse::Arn(arn, _) => open.push(by_name(arn)),
            LayerUse::Unknown(why, _) => open.push(Open {
                reason: Reason::Layer,
                detail: format!("a layer is not known, because it {why}; give what it holds with --layer FOLDER"),
                brings: Brings::Anything,
            }),
        }
    }
    (paths, open)
}

/// A layer that is only named.
pub fn by_name(arn: &str) -> Open {
    let name = name_of(arn);
    let known = PUBLIC.layer.iter().find(|known| name.starts_with(&*known.name));
    let shown: String = arn.chars().take(LONGEST_NAME).collect();
    let what = known.map_or_else(|| shown.clone(), |known| format!("{} ({shown})", known.title));
    let brings = match known {
        Some(known) if known.modules.is_empty() => Brings::Nothing,
        Some(known) => Brings::Modules(known.modules.clone()),
        None => Brings::Anything,
    };
    Open {
        reason: Reason::Layer,
        detail: format!("the layer {what} is not on this machine; give what it holds with --layer ARN=FOLDER"),
        brings,
    }
}

/// A layer that the application builds.
fn own(app: &Application, layer: &Layer, base: &Base, paths: &mut Vec<LayerPath>, open: &mut Vec<Open>) {
    let name = &layer.origin.id;
    let CodeSource::Local(source) = &layer.content.source else {
        open.push(Open {
            reason: Reason::Layer,
            detail: format!("what the layer {name} holds is not on this machine; give it with --layer {name}=FOLDER"),
            brings: Brings::Anything,
        });
        return;
    };
    if let Some(output) = built::output(&layer.content, base) {
        paths.push(output.into());
        return;
    }
    if built::is_opaque(&layer.content.build.method) {
        if layer.content.build.method == BuildMethod::Makefile {
            let folders = makefile::copied(&base.path(source), name).parts.into_iter();
            let folders = folders.filter(|part| seen::is_dir(&part.from));
            let path = |part: Part| LayerPath { path: part.from.to_string_lossy().into_owned(), below: part.to };
            paths.extend(folders.map(path));
        }
        open.push(Open {
            reason: Reason::Build,
            detail: format!("the layer {name} is made by its own build, which has not run here: {}", build(app)),
            brings: Brings::Anything,
        });
        return;
    }
    let path = base.path(source);
    if !seen::exists(Path::new(&path)) {
        open.push(Open {
            reason: Reason::Layer,
            detail: format!("the layer {name} is not at {path}; build it first"),
            brings: Brings::Anything,
        });
        return;
    }
    let below = below(layer, &path);
    let missing = unbuilt::missing(name, &below, &path, base);
    if missing.is_none() && unbuilt::is_empty(&path) {
        open.push(Open {
            reason: Reason::Build,
            detail: format!("the layer {name} holds nothing yet at {path}; build it first"),
            brings: Brings::Anything,
        });
    }
    open.extend(missing);
    paths.push(LayerPath { path, below });
}

fn build(app: &Application) -> &'static str {
    built::command(app.dialect)
}

/// The folder of the layer that a build puts the content into: the one in which the runtime looks.
fn below(layer: &Layer, path: &str) -> String {
    let build = &layer.content.build;
    if let Some(prefix) = &build.prefix {
        return prefix.clone();
    }
    // Without a build method the content is shipped as it is.
    if build.method != BuildMethod::Manifest || build.place.is_none() {
        return String::new();
    }
    let is_for = |runtime: &Setting<String>| runtime.text().is_some_and(|name| name.starts_with("nodejs"));
    let is_node = layer.runtimes.iter().any(is_for) || seen::is_file(&Path::new(path).join("package.json"));
    if is_node { "nodejs".to_owned() } else { "python".to_owned() }
}

/// A few names, and how many more there are.
pub(super) fn shown_names(names: &[Arc<str>]) -> String {
    const FEW: usize = 5;
    let few: Vec<&str> = names.iter().take(FEW).map(|name| &**name).collect();
    match names.len().saturating_sub(FEW) {
        0 => few.join(", "),
        more => format!("{} and {more} more", few.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_layers_are_known_by_their_name() {
        let powertools = by_name("arn:aws:lambda:*:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:7");
        assert!(matches!(&powertools.brings, Brings::Modules(names) if names.iter().any(|n| &**n == "pydantic")));
        assert_eq!(by_name("arn:aws:lambda:eu-west-1:1:layer:LambdaInsightsExtension:2").brings, Brings::Nothing);
        assert_eq!(by_name("arn:aws:lambda:eu-west-1:1:layer:ours:2").brings, Brings::Anything);
    }

    #[test]
    fn a_layer_is_named_by_its_arn_or_what_stands_in_it() {
        let is = |name: &str, arn: &str| NamedLayer { name: name.to_owned(), path: String::new() }.is_arn(arn);
        let arn = "arn:aws:lambda:eu-west-1:1:layer:ours:2";
        for name in [arn, "arn:aws:lambda:eu-west-1:1:layer:ours", "arn:aws:lambda:*:*:layer:ours", "ours"] {
            assert!(is(name, arn), "{name}");
        }
        for name in
            ["arn:aws:lambda:eu-west-1:1:layer:ours:3", "our", "arn", "*", "arn:aws:lambda:us-east-1:1:layer:ours"]
        {
            assert!(!is(name, arn), "{name}");
        }
        assert!(is(arn, "arn:aws:lambda:*:1:layer:ours:2"));
    }
}
