//! Chalice: `.chalice/config.json`, and the decorators of `app.py` that say which functions there are.

use std::sync::LazyLock;

use regex::Regex;

use super::model::{Build, BuildMethod, Code, CodeSource, Origin, Place, Problem, Setting};
use super::reader::{Reader, start_of};
use super::resource::{Resource, own};
use super::tree::{Maker, Tree};
use crate::input::files;
use crate::manifest::yaml::Node;
use crate::span::Span;

/// Settings of a stage, or of the whole, and the properties that they set.
const SETTINGS: [(&str, &str); 6] = [
    ("lambda_memory_size", "MemorySize"),
    ("lambda_timeout", "Timeout"),
    ("reserved_concurrency", "ReservedConcurrentExecutions"),
    ("layers", "Layers"),
    ("subnet_ids", "VpcConfig"),
    ("xray", "TracingConfig"),
];

/// A decorator with its arguments up to the function that it decorates.
static DECORATOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^@(?:\w+)\.(route|lambda_function|schedule|on_\w+|authorizer)\(([^@]{0,2000}?)\)\s*\n(?:\s*@[^\n]*\n)*\s*(?:async\s+)?def\s+(\w+)").ok()
});

/// The name under which Chalice looks for the application.
static APPLICATION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bapp\b").ok());

/// Whether a file is a Chalice configuration.
pub(super) fn is_one(path: &str) -> bool {
    path == ".chalice/config.json" || path.ends_with("/.chalice/config.json")
}

/// Reads a project.
pub(super) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let (file, root) = reader.open_yaml(path)?;
    let folder = files::parent(files::parent(path)).to_owned();
    let stages = root.get("stages");
    let wanted = reader.options.stage.clone().unwrap_or_else(|| "dev".to_owned());
    let named = stages.and_then(|stages| Some((wanted.clone(), stages.get(&wanted)?)));
    let first = || {
        stages
            .and_then(|stages| stages.entries().next())
            .map(|(key, node)| (key.text().unwrap_or_default().to_owned(), node))
    };
    let stage = named.or_else(first);
    reader.app.name = root.get("app_name").and_then(Node::text).unwrap_or("chalice").to_owned();
    if let Some((name, _)) = &stage {
        reader.app.stage = Setting::derived(name.clone(), start_of(file));
    }
    let stage_node = stage.as_ref().map(|(_, node)| *node);
    let project =
        Project { folder, levels: [stage_node, Some(&root)], stage: stage.as_ref().map(|(name, _)| name.clone()) };
    project.functions(reader, Place { file, span: root.span });
    Ok(())
}

/// A project with the levels of its settings: the stage's, then the whole's.
struct Project<'n> {
    folder: String,
    levels: [Option<&'n Node>; 2],
    stage: Option<String>,
}

impl Project<'_> {
    fn setting(&self, function: &str, key: &str) -> Tree {
        let own = self.levels[0].and_then(|stage| stage.get("lambda_functions")?.get(function)?.get(key));
        let found = own.or_else(|| self.levels.iter().flatten().find_map(|level| level.get(key)));
        found.map_or_else(|| Tree::null(Place::default()), tree)
    }

    fn functions(&self, reader: &mut Reader<'_>, whole: Place) {
        let source = files::join(&self.folder, "app.py");
        let Ok((file, text)) = reader.open(&source) else {
            return self.push(reader, "api_handler", Some("app.app"), whole, whole);
        };
        let mut has_routes = false;
        let found = DECORATOR.iter().flat_map(|pattern| pattern.captures_iter(&text));
        let mut functions: Vec<(String, String, String, Place)> = Vec::new();
        for captures in found.take(500) {
            let (Some(kind), Some(arguments), Some(name)) = (captures.get(1), captures.get(2), captures.get(3)) else {
                continue;
            };
            let place = Place { file, span: Span::new(name.start() as u32, name.end() as u32) };
            if kind.as_str() == "route" {
                if !has_routes {
                    self.push(reader, "api_handler", Some("app.app"), whole, place);
                }
                has_routes = true;
                self.routes(reader, arguments.as_str(), place);
            } else {
                let texts = [kind, arguments, name].map(|found| found.as_str().to_owned());
                let [kind, arguments, name] = texts;
                functions.push((kind, arguments, name, place));
            }
        }
        for (kind, arguments, name, place) in functions {
            self.push(reader, &name, Some(&format!("app.{name}")), whole, place);
            self.event(reader, &kind, &arguments, &name, place);
        }
        if reader.gathered.resources.is_empty() {
            // Without the application, which no configuration names, it is no function of Chalice's: something else
            // deploys the folder.
            let has_application = APPLICATION.as_ref().is_none_or(|pattern| pattern.is_match(&text));
            self.push(reader, "api_handler", has_application.then_some("app.app"), whole, whole);
        }
    }

    fn push(&self, reader: &mut Reader<'_>, name: &str, handler: Option<&str>, whole: Place, place: Place) {
        let make = Maker { place };
        let none = || Tree::unknown("is `app.app` for Chalice, and app.py has no `app`", place);
        let mut entries = make.map([("Handler", handler.map_or_else(none, |handler| make.text(handler)))]);
        for (key, property) in SETTINGS {
            let value = self.setting(name, key);
            let value = if property == "TracingConfig" && value.known() == Some("true") {
                make.map([("Mode", make.text("Active"))])
            } else {
                value
            };
            if !value.is_null() {
                entries = super::cloudformation::with(entries, property, value);
            }
        }
        entries = super::cloudformation::with(
            entries,
            "Runtime",
            Tree::unknown("is that of the Python which runs `chalice deploy`", place),
        );
        let environment = self.setting(name, "environment_variables");
        if !environment.is_null() {
            entries = super::cloudformation::with(entries, "Environment", make.map([("Variables", environment)]));
        }
        if let Some(stage) = &self.stage {
            let full = format!(
                "{}-{stage}{}",
                reader.app.name,
                if name == "api_handler" { String::new() } else { format!("-{name}") }
            );
            entries = super::cloudformation::with(entries, "FunctionName", make.text(full));
        }
        let origin = Origin { id: name.to_owned(), place, properties: None, condition: None };
        let mut resource = Resource::new(origin, 0, "AWS::Lambda::Function", entries);
        let folder = if self.folder.is_empty() { ".".to_owned() } else { self.folder.clone() };
        let build = Build { method: BuildMethod::Chalice, ..Build::default() };
        resource.extra.code = Some(Code { source: CodeSource::Local(folder), place: Some(whole), build });
        resource.extra.written = Some("function".to_owned());
        reader.gathered.resources.push(resource);
    }

    fn routes(&self, reader: &mut Reader<'_>, arguments: &str, place: Place) {
        let make = Maker { place };
        let Some(path) = quoted(arguments) else { return };
        let methods = arguments.split_once("methods").map_or("", |(_, rest)| rest);
        let methods: Vec<&str> =
            methods.split(']').next().unwrap_or_default().split(['\'', '"']).skip(1).step_by(2).collect();
        let methods = if methods.is_empty() { vec!["GET"] } else { methods };
        for method in methods {
            let tree = make.map([
                ("Kind", make.text("rest")),
                ("Method", make.text(method)),
                ("Path", make.text(path)),
                ("Function", Tree::reference(0, "api_handler", "", place)),
            ]);
            reader.gathered.resources.push(Resource::made(path, place, 0, own::ROUTE, tree));
        }
    }

    fn event(&self, reader: &mut Reader<'_>, kind: &str, arguments: &str, name: &str, place: Place) {
        let make = Maker { place };
        let function = Tree::reference(0, name, "", place);
        let named = |key: &str| {
            let value = arguments.split_once(&format!("{key}=")).map_or(arguments, |(_, rest)| rest);
            quoted(value).map_or_else(|| Tree::unknown("is not written as a text", place), |text| make.text(text))
        };
        let whole = |key: &str| {
            let value = arguments.split_once(&format!("{key}=")).map(|(_, rest)| rest);
            let digits = value.map(|value| value.chars().take_while(char::is_ascii_digit).collect::<String>());
            digits.filter(|digits| !digits.is_empty()).map_or_else(|| Tree::null(place), |digits| make.text(digits))
        };
        let (kind, tree) = match kind {
            "schedule" => {
                let target = make.list(vec![make.map([("Arn", function)])]);
                ("AWS::Events::Rule", make.map([("ScheduleExpression", named("expression")), ("Targets", target)]))
            }
            "on_sqs_message" | "on_kinesis_record" | "on_dynamodb_record" => {
                let word = if kind == "on_sqs_message" {
                    "sqs"
                } else if kind == "on_kinesis_record" {
                    "kinesis"
                } else {
                    "dynamodb"
                };
                let tree = make.map([
                    ("FunctionName", function),
                    ("own::Kind", make.text(word)),
                    ("BatchSize", whole("batch_size")),
                    ("MaximumBatchingWindowInSeconds", whole("maximum_batching_window_in_seconds")),
                ]);
                ("AWS::Lambda::EventSourceMapping", tree)
            }
            "on_s3_event" => (own::NOTIFICATION, make.map([("Bucket", named("bucket")), ("Function", function)])),
            "on_sns_message" => {
                let tree =
                    make.map([("TopicArn", named("topic")), ("Protocol", make.text("lambda")), ("Endpoint", function)]);
                (own::SUBSCRIPTION, tree)
            }
            "lambda_function" => return,
            other => {
                let style = if other == "authorizer" || other.starts_with("on_ws") { "sync" } else { "async" };
                let word = make.text(other.trim_start_matches("on_"));
                (own::SERVICE, make.map([("Function", function), ("Word", word), ("Invocation", make.text(style))]))
            }
        };
        reader.gathered.resources.push(Resource::made(name, place, 0, kind, tree));
    }
}

/// The first text in quotes.
fn quoted(arguments: &str) -> Option<&str> {
    let start = arguments.find(['\'', '"'])?;
    let quote = arguments[start..].chars().next()?;
    arguments[start + 1..].split(quote).next()
}

/// A setting as a tree.
pub(super) fn tree(node: &Node) -> Tree {
    let place = Place { file: node.file, span: node.span };
    let kind = super::tree::Kind::List(node.items().map(tree).collect());
    if let Some(text) = node.text() {
        return Tree::text(text, place);
    }
    if node.is_mapping() {
        let entries = node.entries().filter_map(|(key, value)| {
            let place = Place { file: key.file, span: key.span };
            Some((super::tree::Key { text: key.text()?.into(), place }, tree(value)))
        });
        return Tree::map(entries.collect(), place);
    }
    if node.is_null() { Tree::null(place) } else { Tree::new(kind, place) }
}

#[cfg(test)]
mod tests {
    use super::super::model::*;
    use super::super::testing::Memory;

    #[test]
    fn a_folder_without_the_application_has_no_handler() {
        let handler = |source: &str| {
            let files = Memory::new([(".chalice/config.json", "{\"app_name\": \"shop\"}"), ("app.py", source)]);
            let app = super::super::read(".chalice/config.json", &files).unwrap();
            app.functions.iter().next().unwrap().handler.text().map(str::to_owned)
        };
        assert_eq!(handler("def work(event, context):\n    pass\n"), None);
        assert_eq!(handler("from shop import app\n").as_deref(), Some("app.app"));
    }

    #[test]
    fn functions_are_what_the_decorators_say() {
        let config = r#"{"version": "2.0", "app_name": "shop", "lambda_memory_size": 256,
            "stages": {"dev": {"lambda_timeout": 20, "environment_variables": {"A": "1"},
                               "lambda_functions": {"work": {"lambda_memory_size": 512, "reserved_concurrency": 3}}}}}"#;
        let source = "from chalice import Chalice\napp = Chalice(app_name='shop')\n\n@app.route('/orders/{id}', methods=['GET', 'PUT'])\ndef orders(id):\n    return {}\n\n@app.on_sqs_message(queue='jobs', batch_size=5)\ndef work(event):\n    pass\n\n@app.schedule('rate(1 day)')\ndef nightly(event):\n    pass\n";
        let files = Memory::new([("api/.chalice/config.json", config), ("api/app.py", source)]);
        let app = super::super::read("api/.chalice/config.json", &files).unwrap();
        assert_eq!((app.dialect, app.stage.text()), (Dialect::Chalice, Some("dev")));
        let functions: Vec<_> =
            app.functions.iter().map(|f| (f.origin.id.as_str(), f.handler.text(), f.memory_mb.known())).collect();
        let expected = [
            ("api_handler", Some("app.app"), Some(&256)),
            ("work", Some("app.work"), Some(&512)),
            ("nightly", Some("app.nightly"), Some(&256)),
        ];
        assert_eq!(functions, expected);
        assert_eq!(app.routes.len(), 2);
        assert_eq!((app.triggers.len(), app.mappings.iter().next().unwrap().kind), (4, SourceKind::Sqs));
        assert!(app.functions.iter().all(|f| f.code.source == CodeSource::Local("api".to_owned())));
    }
}
