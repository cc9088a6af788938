//! Functions declared in a plain SAM or CloudFormation template, YAML or JSON.
//!
//! Literal properties, `Globals.Function`, parameters with defaults, layers that the template
//! builds itself. A property that depends on the deployment stays unset.

mod events;
mod intrinsics;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use self::intrinsics::{intrinsic, referenced};
use super::function::{Declaration, LocalCode};
use super::yaml::{self, Node};
use crate::artifact::Location;
use crate::span::{LineIndex, Span};

/// Largest template that is read, in bytes; CloudFormation takes 1 MB.
pub const LARGEST: u64 = 4 << 20;

/// Most functions in one template; CloudFormation takes 500 resources.
const MOST_FUNCTIONS: usize = 1_000;

const SAM_FUNCTION: &str = "AWS::Serverless::Function";
const CFN_FUNCTION: &str = "AWS::Lambda::Function";

/// What a template declares.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Functions whose code is on this machine, in the order of the template.
    pub functions: Vec<Declaration>,
    /// What is left out, and why.
    pub notes: Vec<Note>,
}

/// Something in a template that is not analysed.
#[derive(Clone, Debug)]
pub struct Note {
    /// Where.
    pub location: Location,
    /// Line, from 1.
    pub line: u32,
    /// What and why.
    pub message: String,
}

/// A template that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The template.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.message)
    }
}

impl std::error::Error for TemplateError {}

/// Whether a text is probably a template with functions: broken ones included, so that they are
/// reported and not passed over.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    text.contains("Resources") && (text.contains(SAM_FUNCTION) || text.contains(CFN_FUNCTION))
}

/// The functions that a template declares. `path` is the template's, with `/`.
///
/// # Errors
/// When the text is no template, or a broken one; the error names the line.
pub fn functions(path: &str, text: &str) -> Result<Declared, TemplateError> {
    let lines = LineIndex::new(text);
    let fail = |offset: u32, message: String| {
        let at = lines.position(text, offset);
        TemplateError { path: path.to_owned(), line: at.line, column: at.column, message }
    };
    let root = yaml::parse(text).map_err(|error| fail(error.offset, error.message))?;
    let root = root.ok_or_else(|| fail(0, "not a template: it is empty".to_owned()))?;
    let resources = root.get("Resources").filter(|resources| resources.is_mapping());
    let resources = resources.ok_or_else(|| fail(root.span.start, not_a_template(&root)))?;
    let mut template = Template { path, text, lines: &lines, root: &root, resources, notes: Vec::new() };
    let mut functions = Vec::new();
    for (name, resource) in resources.entries() {
        let Some(kind) = function_kind(resource) else { continue };
        functions.extend(template.function(name, resource, kind));
        if functions.len() > MOST_FUNCTIONS {
            return Err(fail(name.span.start, format!("more than {MOST_FUNCTIONS} functions in one template")));
        }
    }
    Ok(Declared { functions, notes: template.notes })
}

fn not_a_template(root: &Node) -> String {
    let what = if root.get("service").is_some() && root.get("provider").is_some() {
        "; it looks like a Serverless Framework file, whose functions can be named with --handler"
    } else {
        ""
    };
    format!("not a SAM or CloudFormation template: there is no `Resources` mapping{what}")
}

/// The two types of function resources.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sam,
    CloudFormation,
}

fn function_kind(resource: &Node) -> Option<Kind> {
    match resource.get("Type")?.text()? {
        SAM_FUNCTION => Some(Kind::Sam),
        CFN_FUNCTION => Some(Kind::CloudFormation),
        _ => None,
    }
}

/// A template while it is read.
struct Template<'a> {
    path: &'a str,
    text: &'a str,
    lines: &'a LineIndex,
    root: &'a Node,
    resources: &'a Node,
    notes: Vec<Note>,
}

/// The properties of a function: its own first, then `Globals.Function`.
#[derive(Clone, Copy)]
struct Properties<'a> {
    own: Option<&'a Node>,
    global: Option<&'a Node>,
}

impl<'a> Properties<'a> {
    fn get(self, key: &str) -> Option<&'a Node> {
        self.own.and_then(|own| own.get(key)).or_else(|| self.global?.get(key))
    }

    /// Values of `Globals` first, as SAM merges lists and mappings.
    fn both(self, key: &str) -> impl Iterator<Item = &'a Node> {
        [self.global, self.own].into_iter().flatten().filter_map(move |properties| properties.get(key))
    }
}

impl<'a> Template<'a> {
    fn location(&self, span: Span) -> Location {
        Location { path: self.path.to_owned(), inner_path: None, span: Some(span) }
    }

    fn note(&mut self, span: Span, message: String) {
        let line = self.lines.position(self.text, span.start).line;
        self.notes.push(Note { location: self.location(span), line, message });
    }

    fn function(&mut self, id: &Node, resource: &'a Node, kind: Kind) -> Option<Declaration> {
        let name = id.text()?.to_owned();
        let globals = || self.root.get("Globals")?.get("Function");
        let global = if kind == Kind::Sam { globals() } else { None };
        let properties = Properties { own: resource.get("Properties"), global };
        let code = match self.code(&name, resource, properties, kind) {
            Ok(path) => LocalCode { resource: name.clone(), path },
            Err(why) => {
                self.note(id.span, format!("{name} is left out: {why}"));
                return None;
            }
        };
        let text = |key: &str| properties.get(key).and_then(|node| self.literal(node));
        let number = |key: &str| text(key).and_then(|text| text.parse::<f64>().ok()).filter(|number| *number > 0.0);
        let architecture = properties.get("Architectures").and_then(|list| list.items().next());
        Some(Declaration {
            origin: self.location(id.span),
            runtime: text("Runtime").and_then(|runtime| runtime.parse().ok()),
            architecture: architecture.and_then(|node| self.literal(node)?.parse().ok()),
            memory_mb: number("MemorySize").map(|mb| mb as u32),
            timeout_s: number("Timeout"),
            handler: text("Handler"),
            environment: self.environment(properties),
            events: properties.get("Events").map_or_else(Vec::new, |events| self.events(events)),
            init_off_request_path: self.is_off_request_path(&name, properties),
            layers: self.layers(properties),
            code,
            name,
        })
    }

    /// The local path of a function's code, or why there is none.
    fn code(&self, name: &str, resource: &Node, properties: Properties<'_>, kind: Kind) -> Result<String, String> {
        let package_type = properties.get("PackageType").and_then(|node| self.literal(node));
        if package_type.as_deref() == Some("Image") {
            return Err("container images are not read; give their unpacked function folder instead".to_owned());
        }
        if properties.get("InlineCode").is_some() {
            return Err("its code is inline".to_owned());
        }
        if let Some(asset) = asset(resource, "Code") {
            return self.local(asset);
        }
        let node = properties.get(if kind == Kind::Sam { "CodeUri" } else { "Code" });
        let Some(node) = node else { return self.local(".") };
        if let Some(text) = self.literal(node) {
            return self.local(&text);
        }
        if node.get("ZipFile").is_some() {
            return Err("its code is inline".to_owned());
        }
        if node.get("ImageUri").is_some() {
            return Err("container images are not read; give their unpacked function folder instead".to_owned());
        }
        if intrinsic(node).is_some() {
            return Err("where its code is depends on the deployment".to_owned());
        }
        Err(format!("its code is not on this machine; give the package of {name} instead"))
    }

    /// A path written in the template, relative to where the template's own path is relative to.
    fn local(&self, written: &str) -> Result<String, String> {
        let written = written.trim_end_matches('/');
        if written.contains("://") {
            return Err(format!("its code is at {written}, not on this machine"));
        }
        if written.starts_with(['/', '\\', '~']) || written.as_bytes().get(1) == Some(&b':') || written.contains('\0') {
            return Err("the path of its code is not relative to the template".to_owned());
        }
        let written = written.replace('\\', "/");
        let mut parts: Vec<&str> = match self.path.rsplit_once('/') {
            Some((folder, _)) => folder.split('/').collect(),
            None => Vec::new(),
        };
        for part in written.split('/').filter(|part| !matches!(*part, "" | ".")) {
            match (part, parts.last()) {
                ("..", Some(last)) if !matches!(*last, ".." | "." | "") => {
                    parts.pop();
                }
                _ => parts.push(part),
            }
        }
        Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
    }

    fn environment(&self, properties: Properties<'_>) -> BTreeMap<String, String> {
        let both = properties.both("Environment").filter_map(|node| node.get("Variables"));
        let variables = both.flat_map(Node::entries);
        variables.filter_map(|(key, value)| Some((key.text()?.to_owned(), self.literal(value)?))).collect()
    }

    /// Layers that the same template builds. Others are named in a note, because what they bring
    /// will be missed.
    fn layers(&mut self, properties: Properties<'_>) -> Vec<LocalCode> {
        let mut layers = Vec::new();
        for node in properties.both("Layers").flat_map(Node::items) {
            let local = referenced(node).and_then(|id| Some((id, self.layer_content(id)?)));
            match local {
                Some((id, path)) => layers.push(LocalCode { resource: id.to_owned(), path }),
                None => {
                    let said = self.literal(node).unwrap_or_else(|| "it depends on the deployment".to_owned());
                    let shown: String = said.chars().take(120).collect();
                    self.note(node.span, format!("a layer is not on this machine ({shown}); give it with --layer"));
                }
            }
        }
        layers
    }

    fn layer_content(&self, id: &str) -> Option<String> {
        let resource = self.resources.get(id)?;
        let key = match resource.get("Type")?.text()? {
            "AWS::Serverless::LayerVersion" => "ContentUri",
            "AWS::Lambda::LayerVersion" => "Content",
            _ => return None,
        };
        if let Some(asset) = asset(resource, key) {
            return self.local(asset).ok();
        }
        let written = self.literal(resource.get("Properties")?.get(key)?)?;
        self.local(&written).ok()
    }

    /// SnapStart or provisioned concurrency, on the function or on an alias or version of it.
    fn is_off_request_path(&self, name: &str, properties: Properties<'_>) -> bool {
        let snap_start = properties.get("SnapStart").and_then(|node| node.get("ApplyOn"));
        if snap_start.and_then(Node::text) == Some("PublishedVersions") {
            return true;
        }
        // SAM attaches it to the alias that it publishes; without one it is refused.
        if properties.get("ProvisionedConcurrencyConfig").is_some() && properties.get("AutoPublishAlias").is_some() {
            return true;
        }
        self.resources.entries().filter_map(|(_, resource)| provisioned(resource)).any(|target| target == name)
    }
}

/// The function that an alias or version keeps warm.
fn provisioned(resource: &Node) -> Option<&str> {
    let kind = resource.get("Type")?.text()?;
    let properties = resource.get("Properties")?;
    let warm = matches!(kind, "AWS::Lambda::Alias" | "AWS::Lambda::Version")
        && properties.get("ProvisionedConcurrencyConfig").is_some();
    referenced(properties.get("FunctionName").filter(|_| warm)?)
}

/// The folder or archive that a build tool says a property stands for (CDK and SAM write it).
fn asset<'a>(resource: &'a Node, property: &str) -> Option<&'a str> {
    let metadata = resource.get("Metadata")?;
    let named = metadata.get("aws:asset:property").and_then(Node::text)?;
    metadata.get("aws:asset:path").and_then(Node::text).filter(|_| named.split('.').next() == Some(property))
}
