//! Chalice: `.chalice/config.json`, and the decorators that say which functions there are.

mod registered;

use self::registered::{Registered, Value};
use super::model::{Build, BuildMethod, Code, CodeSource, Origin, Place, Problem, Setting};
use super::reader::{Reader, start_of};
use super::resource::{Resource, own};
use super::tree::{Maker, Tree};
use crate::input::files;
use crate::manifest::yaml::Node;

/// Settings of a stage, or of the whole, and the properties that they set.
const SETTINGS: [(&str, &str); 6] = [
    ("lambda_memory_size", "MemorySize"),
    ("lambda_timeout", "Timeout"),
    ("reserved_concurrency", "ReservedConcurrentExecutions"),
    ("layers", "Layers"),
    ("subnet_ids", "VpcConfig"),
    ("xray", "TracingConfig"),
];
/// The setting that is put together of all levels; of the others the innermost counts.
const VARIABLES: &str = "environment_variables";
/// What answers the routes of all of the application.
const API: &str = "api_handler";
/// Where a project's settings are.
const CONFIG: &str = ".chalice/config.json";

/// Whether a file is a Chalice configuration.
pub(super) fn is_one(path: &str) -> bool {
    path == CONFIG || path.ends_with("/.chalice/config.json")
}

/// Whether a file is the application of a Chalice project. Its settings may be left out of a repository.
pub(super) fn is_application(path: &str, text: &str) -> bool {
    let is_named = path == "app.py" || path.ends_with("/app.py");
    let imports = ["from chalice import", "import chalice"].iter().any(|import| text.contains(import));
    is_named && imports && text.contains("Chalice(")
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
    let (name, stage) = stage.map_or((None, None), |(name, node)| (Some(name), Some(node)));
    let project = Project { folder, settings: Some(Settings { stage, whole: &root }), stage: name };
    project.functions(reader, Place { file, span: root.span });
    Ok(())
}

/// Reads a project whose settings are not here.
pub(super) fn read_application(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let whole = |message: String| Problem { path: path.to_owned(), line: None, column: None, message };
    let (file, _) = reader.open(path).map_err(|why| whole(format!("cannot be read: {why}")))?;
    let project = Project { folder: files::parent(path).to_owned(), settings: None, stage: None };
    let place = start_of(file);
    let message = format!(
        "the settings of this Chalice project, `{CONFIG}`, are not here: memory, timeout and variables are not known"
    );
    reader.problem(place, message);
    project.functions(reader, place);
    Ok(())
}

/// The levels of a project's settings.
struct Settings<'n> {
    stage: Option<&'n Node>,
    whole: &'n Node,
}

impl<'n> Settings<'n> {
    /// Those that count for a function, the innermost first.
    fn levels(&self, function: &str) -> impl Iterator<Item = &'n Node> {
        let own = |level: &'n Node| level.get("lambda_functions")?.get(function);
        [self.stage.and_then(own), self.stage, own(self.whole), Some(self.whole)].into_iter().flatten()
    }
}

/// A project.
struct Project<'n> {
    folder: String,
    /// Nothing where they are not here.
    settings: Option<Settings<'n>>,
    stage: Option<String>,
}

impl Project<'_> {
    fn setting(&self, function: &str, key: &str, place: Place) -> Tree {
        let Some(settings) = &self.settings else {
            return Tree::unknown(format!("is in `{CONFIG}`, which is not here"), place);
        };
        let found = settings.levels(function).find_map(|level| level.get(key));
        found.map_or_else(|| Tree::null(Place::default()), tree)
    }

    /// Variables of all levels together.
    fn variables(&self, function: &str, place: Place) -> Tree {
        let Some(settings) = &self.settings else { return self.setting(function, VARIABLES, place) };
        let levels = settings.levels(function).filter_map(|level| level.get(VARIABLES));
        let mut levels: Vec<Tree> = levels.map(tree).collect();
        let outermost = levels.pop().unwrap_or_else(|| Tree::null(Place::default()));
        levels.into_iter().rev().fold(outermost, |below, over| below.merged(over, false))
    }

    fn functions(&self, reader: &mut Reader<'_>, whole: Place) {
        let Some(application) = registered::application(&self.folder, reader) else {
            return self.push(reader, API, Some("app.app"), whole, whole);
        };
        if self.settings.is_none() {
            reader.app.name = application.name.clone().unwrap_or_else(|| "chalice".to_owned());
        }
        for (name, place) in application.unread {
            let message = format!("what the blueprint `{name}` registers is not known: no module here makes it");
            reader.problem(place, message);
        }
        let routes: Vec<&Registered> = application.functions.iter().filter(|found| found.kind == "route").collect();
        if let Some(first) = routes.first() {
            self.push(reader, API, Some("app.app"), whole, first.place);
        }
        routes.into_iter().for_each(|found| route(reader, found));
        for found in application.functions.iter().filter(|found| found.kind != "route") {
            self.push(reader, &found.name, Some(&found.handler), whole, found.place);
            event(reader, found);
        }
        if reader.gathered.resources.is_empty() {
            // Without the application, which no configuration names, it is no function of Chalice's: something else
            // deploys the folder.
            self.push(reader, API, application.has_application.then_some("app.app"), whole, whole);
        }
    }

    fn push(&self, reader: &mut Reader<'_>, name: &str, handler: Option<&str>, whole: Place, place: Place) {
        let make = Maker { place };
        let none = || Tree::unknown("is `app.app` for Chalice, and app.py has no `app`", place);
        let mut entries = make.map([("Handler", handler.map_or_else(none, |handler| make.text(handler)))]);
        for (key, property) in SETTINGS {
            let value = self.setting(name, key, place);
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
        let environment = self.variables(name, place);
        if !environment.is_null() {
            entries = super::cloudformation::with(entries, "Environment", make.map([("Variables", environment)]));
        }
        if let Some(stage) = &self.stage {
            let own = if name == API { String::new() } else { format!("-{name}") };
            let full = format!("{}-{stage}{own}", reader.app.name);
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
}

/// The routes that a decorator registers.
fn route(reader: &mut Reader<'_>, found: &Registered) {
    let make = Maker { place: found.place };
    let Some(Value::Text(path)) = found.argument("path", true) else { return };
    let path = format!("{}{path}", found.path_prefix.trim_end_matches('/'));
    let methods = match found.argument("methods", false) {
        Some(Value::Texts(methods)) => methods.clone(),
        Some(_) => vec!["ANY".to_owned()],
        None => vec!["GET".to_owned()],
    };
    for method in methods {
        let tree = make.map([
            ("Kind", make.text("rest")),
            ("Method", make.text(method)),
            ("Path", make.text(&path)),
            ("Function", Tree::reference(0, API, "", found.place)),
        ]);
        reader.gathered.resources.push(Resource::made(&path, found.place, 0, own::ROUTE, tree));
    }
}

/// What invokes a registered function.
fn event(reader: &mut Reader<'_>, found: &Registered) {
    let (place, kind) = (found.place, found.kind.as_str());
    let make = Maker { place };
    let function = Tree::reference(0, &found.name, "", place);
    let named = |key: &str| match found.argument(key, true) {
        Some(Value::Text(text)) => make.text(text),
        _ => Tree::unknown("is not written as a text", place),
    };
    let whole = |key: &str, usual: Option<i64>| match found.argument(key, false) {
        Some(Value::Whole(number)) => make.text(number.to_string()),
        Some(_) => Tree::unknown("is not written as a number", place),
        None => usual.map_or_else(|| Tree::null(place), |usual| make.text(usual.to_string())),
    };
    let polled = |word: &str, batch: Option<i64>| {
        let tree = make.map([
            ("FunctionName", function.clone()),
            ("own::Kind", make.text(word)),
            ("BatchSize", whole("batch_size", batch)),
            ("MaximumBatchingWindowInSeconds", whole("maximum_batching_window_in_seconds", None)),
            ("ScalingConfig", make.map([("MaximumConcurrency", whole("maximum_concurrency", None))])),
        ]);
        ("AWS::Lambda::EventSourceMapping", tree)
    };
    let (kind, tree) = match kind {
        "lambda_function" => return,
        "schedule" => {
            let target = make.list(vec![make.map([("Arn", function)])]);
            ("AWS::Events::Rule", make.map([("ScheduleExpression", named("expression")), ("Targets", target)]))
        }
        // A queue's messages come one by one where nothing else is said (chalice/app.py, `on_sqs_message`).
        "on_sqs_message" => polled("sqs", Some(1)),
        "on_kinesis_record" => polled("kinesis", None),
        "on_dynamodb_record" => polled("dynamodb", None),
        "on_s3_event" => (own::NOTIFICATION, make.map([("Bucket", named("bucket")), ("Function", function)])),
        "on_sns_message" => {
            let tree =
                make.map([("TopicArn", named("topic")), ("Protocol", make.text("lambda")), ("Endpoint", function)]);
            (own::SUBSCRIPTION, tree)
        }
        other => {
            let style = if other == "authorizer" || other.starts_with("on_ws") { "sync" } else { "async" };
            let word = make.text(other.trim_start_matches("on_"));
            (own::SERVICE, make.map([("Function", function), ("Word", word), ("Invocation", make.text(style))]))
        }
    };
    reader.gathered.resources.push(Resource::made(&found.name, place, 0, kind, tree));
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

    #[test]
    fn variables_of_all_levels_count_and_of_other_settings_the_innermost() {
        let config = r#"{"app_name": "shop", "lambda_timeout": 10, "environment_variables": {"A": "whole", "B": "whole"},
            "lambda_functions": {"work": {"lambda_timeout": 20}},
            "stages": {"dev": {"environment_variables": {"B": "stage", "C": "stage"},
                "lambda_functions": {"work": {"environment_variables": {"C": "own"}}}}}}"#;
        let source = "from chalice import Chalice\napp = Chalice(app_name='shop')\n@app.lambda_function(name='work')\ndef called(event, context):\n    pass\n";
        let files = Memory::new([(".chalice/config.json", config), ("app.py", source)]);
        let app = super::super::read(".chalice/config.json", &files).unwrap();
        let function = app.functions.iter().next().unwrap();
        assert_eq!((function.origin.id.as_str(), function.handler.text()), ("work", Some("app.called")));
        assert_eq!(function.timeout_s.known(), Some(&20));
        let variables: Vec<_> =
            function.environment.iter().map(|(name, value)| (name.as_str(), value.text())).collect();
        assert_eq!(variables, [("A", Some("whole")), ("B", Some("stage")), ("C", Some("own"))]);
    }

    #[test]
    fn blueprints_register_functions_and_routes() {
        let source = "from chalice import Chalice\nfrom chalicelib import orders, tasks as jobs\nfrom chalicelib.admin import area\nimport chalicelib.late\nfrom other import away\n\
            app = Chalice(app_name='shop')\napp.register_blueprint(orders.routes, url_prefix='/orders')\napp.register_blueprint(jobs.work, name_prefix='x_')\n\
            app.register_blueprint(area)\napp.register_blueprint(chalicelib.late.bp)\napp.register_blueprint(away)\n";
        let files = Memory::new([
            ("app.py", source),
            (
                "chalicelib/orders.py",
                "from chalice import Blueprint\nroutes = Blueprint(__name__)\n@routes.route('/{id}', methods=('GET', 'PUT'))\ndef order(id):\n    pass\n",
            ),
            (
                "chalicelib/tasks.py",
                "import chalice\nwork = chalice.Blueprint(__name__)\nother = chalice.Blueprint(__name__)\n@work.on_sqs_message(queue='jobs', maximum_concurrency=4)\ndef run(event):\n    pass\n@other.schedule('rate(1 day)')\ndef no(event):\n    pass\n",
            ),
            ("chalicelib/admin/__init__.py", "from .views import area\n"),
            (
                "chalicelib/admin/views.py",
                "from chalice import Blueprint\narea = Blueprint(__name__)\n@area.schedule('rate(1 day)')\ndef clean(event):\n    pass\n",
            ),
            (
                "chalicelib/late.py",
                "from chalice import Blueprint\nbp = Blueprint(__name__)\n@bp.on_ws_message()\ndef talk(event):\n    pass\n",
            ),
        ]);
        let app = super::super::read("app.py", &files).unwrap();
        let functions: Vec<_> =
            app.functions.iter().map(|f| (f.origin.id.as_str(), f.handler.text().unwrap())).collect();
        let expected = [
            ("api_handler", "app.app"),
            ("x_run", "chalicelib.tasks.run"),
            ("clean", "chalicelib.admin.views.clean"),
            ("websocket_message", "chalicelib.late.talk"),
        ];
        assert_eq!(functions, expected);
        assert!(app.functions.iter().all(|function| function.memory_mb.is_unknown()));
        let routes: Vec<_> = app.routes.iter().map(|r| (r.method.text().unwrap(), r.path.text().unwrap())).collect();
        assert_eq!(routes, [("GET", "/orders/{id}"), ("PUT", "/orders/{id}")]);
        let mapping = app.mappings.iter().next().unwrap();
        assert_eq!((mapping.batch_size.known(), mapping.max_concurrency.known()), (Some(&1), Some(&4)));
        let problems: Vec<_> =
            app.problems.iter().map(|problem| (problem.line, problem.message.contains("`away`"))).collect();
        assert_eq!(problems, [(Some(1), false), (Some(11), true)]);
    }

    #[test]
    fn text_that_only_looks_like_a_decorator_registers_nothing() {
        let source = "from chalice import Chalice\napp = Chalice(app_name='a')\nHELP = '''\n@app.schedule('rate(1 day)')\ndef no(event):\n    pass\n'''\n@app.route('/')\ndef index():\n    return {}\n";
        let files = Memory::new([(".chalice/config.json", "{}"), ("app.py", source)]);
        let app = super::super::read(".chalice/config.json", &files).unwrap();
        assert_eq!(app.functions.iter().count(), 1);
        assert!(
            super::is_application("src/app.py", source)
                && !super::is_application("src/app.py", "from flask import Flask")
        );
    }
}
