//! Zappa's settings, as JSON, YAML or TOML. Zappa's own handler calls the application that they name.

use super::chalice::tree;
use super::model::{Build, BuildMethod, Code, CodeSource, Origin, Place, Problem, Setting, Why};
use super::reader::{Reader, local, problem_in, start_of};
use super::resource::{Resource, own};
use super::tree::{Kind, Maker, Map, Tree};
use crate::input::files;
use crate::manifest::yaml::Node;

/// Settings and the properties that they set.
const SETTINGS: [(&str, &str); 6] = [
    ("runtime", "Runtime"),
    ("memory_size", "MemorySize"),
    ("timeout_seconds", "Timeout"),
    ("lambda_concurrency", "ReservedConcurrentExecutions"),
    ("layers", "Layers"),
    ("architecture", "Architectures"),
];
/// Settings on which the package and what it loads depend, with what names the application.
const CODE: [&str; 7] = ["app_function", "app_module", "django_settings", HANDLER, "runtime", "layers", "architecture"];
/// A handler of one's own, called in place of Zappa's.
const HANDLER: &str = "lambda_handler";

/// The variable that names the settings of a Django project.
const SETTINGS_MODULE: &str = "DJANGO_SETTINGS_MODULE";

/// Whether a file has Zappa's settings.
pub(super) fn is_one(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_named =
        matches!(name, "zappa_settings.json" | "zappa_settings.toml" | "zappa_settings.yml" | "zappa_settings.yaml");
    is_named && CODE[..4].iter().any(|key| text.contains(key))
}

/// A stage's settings with those that it extends.
struct Stage<'n> {
    name: String,
    key: &'n Node,
    levels: Vec<&'n Node>,
}

impl<'n> Stage<'n> {
    fn of(root: &'n Node, key: &'n Node, node: &'n Node) -> Option<Self> {
        let mut levels = vec![node];
        // A stage that extends itself ends here.
        while let Some(next) = levels.last().and_then(|level| root.get(level.get("extends")?.text()?)) {
            if levels.len() > 8 {
                break;
            }
            levels.push(next);
        }
        Some(Self { name: key.text()?.to_owned(), key, levels })
    }

    fn get(&self, key: &str) -> Option<&'n Node> {
        self.levels.iter().find_map(|level| level.get(key))
    }

    fn tree(&self, key: &str) -> Tree {
        self.get(key).map_or_else(|| Tree::null(Place::default()), tree)
    }

    /// The settings of the Django project that is called, where it is one.
    fn django(&self) -> Option<&'n Node> {
        let named = ["app_function", "app_module"].iter().any(|key| self.get(key).is_some());
        self.get("django_settings").filter(|_| !named)
    }

    /// The application that is called: a function of a module, a Django project, or a handler of one's own.
    fn application(&self) -> Option<&'n Node> {
        ["app_function", "app_module", "django_settings", HANDLER].into_iter().find_map(|key| self.get(key))
    }

    /// Whether another stage has the same package and loads the same of it.
    fn is_like(&self, other: &Self) -> bool {
        CODE.iter().all(|key| self.tree(key).setting().known() == other.tree(key).setting().known())
    }

    /// Variables that Zappa's handler sets, and those that the platform does.
    fn variables(&self) -> Tree {
        let [own, platforms] = ["environment_variables", "aws_environment_variables"].map(|key| self.tree(key));
        // Appending keeps what is there where the other is nothing.
        let mut variables = platforms.merged(own, true);
        let remote = self.get("remote_env").or_else(|| self.get("remote_env_file"));
        let Some(remote) = remote.filter(|node| !node.is_null()) else { return variables };
        let place = Place { file: remote.file, span: remote.span };
        let why = Why::new("is read from a bucket");
        match &mut variables.kind {
            Kind::Map(map) => map.open = Some(why),
            _ => variables = Tree::new(Kind::Map(Map { entries: Vec::new(), open: Some(why) }), place),
        }
        variables
    }
}

/// Reads a project: the stage that was asked for, or the first one and those with another package.
pub(super) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let is_toml = path.ends_with(".toml");
    let (file, root) = if is_toml { reader.open_toml(path)? } else { reader.open_yaml(path)? };
    let stages: Vec<Stage<'_>> = root.entries().filter_map(|(key, node)| Stage::of(&root, key, node)).collect();
    let wanted = reader.options.stage.clone();
    let asked = stages.iter().find(|stage| Some(&stage.name) == wanted.as_ref());
    let mut chosen: Vec<&Stage<'_>> = asked.into_iter().collect();
    for stage in stages.iter().filter(|stage| asked.is_none() && stage.application().is_some()) {
        // A stage that others extend may have nothing of its own; what is deployed of it is theirs.
        if !chosen.iter().any(|other| other.is_like(stage)) {
            chosen.push(stage);
        }
    }
    let Some(stage) = chosen.first() else {
        let text = reader.app.files.first().map_or_else(String::new, |file| file.text.to_string());
        return Err(problem_in(path, &text, root.span.start, "no stage names an application".to_owned()));
    };
    let name = stage.get("project_name").and_then(Node::text).unwrap_or("zappa");
    reader.app.name = name.to_owned();
    reader.app.stage = Setting::derived(stage.name.clone(), start_of(file));
    if let Some(region) = stage.get("aws_region") {
        reader.app.region = tree(region).setting();
    }
    for stage in chosen {
        function(path, stage, reader);
    }
    Ok(())
}

fn function(path: &str, stage: &Stage<'_>, reader: &mut Reader<'_>) {
    let place = Place { file: stage.key.file, span: stage.key.span };
    let make = Maker { place };
    let django = stage.django();
    let handler = match django {
        Some(_) => wsgi(path, django, reader).map_or_else(|| Tree::null(place), |handler| make.text(&handler)),
        None => stage.application().map_or_else(|| Tree::null(place), tree),
    };
    let mut properties = make.map([("Handler", handler)]);
    for (key, property) in SETTINGS {
        let value = stage.tree(key);
        if !value.is_null() {
            properties = super::cloudformation::with(properties, property, value);
        }
    }
    let variables = stage.variables();
    let variables = match django {
        // Zappa's handler says so before it loads the project.
        Some(settings) => match variables.is_null() {
            true => make.map([(SETTINGS_MODULE, tree(settings))]),
            false => super::cloudformation::with(variables, SETTINGS_MODULE, tree(settings)),
        },
        None => variables,
    };
    if !variables.is_null() {
        properties = super::cloudformation::with(properties, "Environment", make.map([("Variables", variables)]));
    }
    let size = stage.get("ephemeral_storage").and_then(|storage| storage.get("Size"));
    if let Some(size) = size {
        properties = super::cloudformation::with(properties, "EphemeralStorage", make.map([("Size", tree(size))]));
    }
    let dead_letter = stage.tree("dead_letter_arn");
    if dead_letter.known().is_some_and(|arn| !arn.is_empty()) {
        properties =
            super::cloudformation::with(properties, "DeadLetterConfig", make.map([("TargetArn", dead_letter)]));
    }
    let snap_start = stage.tree("snap_start");
    if !snap_start.is_null() {
        properties = super::cloudformation::with(properties, "SnapStart", make.map([("ApplyOn", snap_start)]));
    }
    let project = stage.get("project_name").and_then(Node::text).unwrap_or(&reader.app.name);
    let id = format!("{project}-{}", stage.name);
    properties = super::cloudformation::with(properties, "FunctionName", make.text(&id));
    let origin = Origin { id: id.clone(), place, properties: None, condition: None };
    let mut resource = Resource::new(origin, 0, "AWS::Lambda::Function", properties);
    let folder = files::parent(path);
    let folder = if folder.is_empty() { ".".to_owned() } else { folder.to_owned() };
    let build = Build { method: BuildMethod::Zappa, ..Build::default() };
    resource.extra.code = Some(Code { source: CodeSource::Local(folder), place: None, build });
    resource.extra.written = Some("function".to_owned());
    reader.gathered.resources.push(resource);
    events(&id, stage, reader, place);
}

/// The application of a Django project, by the file that Django's own starter makes beside the settings. What Zappa's
/// handler does is the same: it sets up the project and asks for its application.
fn wsgi(path: &str, settings: Option<&Node>, reader: &Reader<'_>) -> Option<String> {
    let folder = files::parent(path);
    let mut module = settings?.text()?;
    while let Some((package, _)) = module.rsplit_once('.') {
        let file = local(folder, &format!("{}/wsgi.py", package.replace('.', "/"))).ok()?;
        if reader.files.is_file(&file) {
            return Some(format!("{package}.wsgi.application"));
        }
        module = package;
    }
    None
}

fn events(id: &str, stage: &Stage<'_>, reader: &mut Reader<'_>, place: Place) {
    let make = Maker { place };
    let function = Tree::reference(0, id, "", place);
    let is_off = |key: &str| stage.get(key).and_then(Node::text) == Some("false");
    let is_on = |key: &str| stage.get(key).and_then(Node::text) == Some("true");
    // Without an application there is nothing that answers requests.
    let answers = ["app_function", "app_module", "django_settings"].iter().any(|key| stage.get(key).is_some());
    if answers && !is_off("apigateway_enabled") && !is_off("use_apigateway") {
        let tree = make.map([
            ("Kind", make.text("rest")),
            ("Method", make.text("ANY")),
            ("Path", make.text("/{proxy+}")),
            ("Function", function.clone()),
        ]);
        reader.gathered.resources.push(Resource::made(id, place, 0, own::ROUTE, tree));
    }
    if is_on("function_url_enabled") {
        let tree = make.map([("TargetFunctionArn", function.clone())]);
        reader.gathered.resources.push(Resource::made(id, place, 0, "AWS::Lambda::Url", tree));
    }
    for event in stage.get("events").into_iter().flat_map(Node::items) {
        let expressions =
            event.get("expression").into_iter().chain(event.get("expressions").into_iter().flat_map(Node::items));
        for expression in expressions {
            let expression = tree(expression);
            let place = expression.place;
            let targets = make.list(vec![make.map([("Arn", function.clone())])]);
            let rule = make.map([("ScheduleExpression", expression), ("Targets", targets)]);
            reader.gathered.resources.push(Resource::made(id, place, 0, "AWS::Events::Rule", rule));
        }
        if let Some((kind, tree)) = event.get("event_source").and_then(|source| polled(source, &function)) {
            let place = Place { file: event.file, span: event.span };
            reader.gathered.resources.push(Resource::made(id, place, 0, kind, tree));
        }
    }
}

/// What an `event_source` of an event is, by the service in its ARN.
fn polled(source: &Node, function: &Tree) -> Option<(&'static str, Tree)> {
    let arn = tree(source.get("arn")?);
    let make = Maker { place: arn.place };
    let service = arn.known()?.split(':').nth(2)?.to_owned();
    let setting = |key: &str| source.get(key).map_or_else(|| Tree::null(arn.place), tree);
    Some(match service.as_str() {
        "sqs" | "kinesis" | "dynamodb" => {
            let tree = make.map([
                ("FunctionName", function.clone()),
                ("own::Kind", make.text(&service)),
                ("EventSourceArn", arn.clone()),
                ("BatchSize", setting("batch_size")),
                ("MaximumBatchingWindowInSeconds", setting("batch_window")),
                ("Enabled", setting("enabled")),
            ]);
            ("AWS::Lambda::EventSourceMapping", tree)
        }
        "s3" => {
            let bucket = make.text(arn.known()?.rsplit(':').next()?);
            (own::NOTIFICATION, make.map([("Bucket", bucket), ("Function", function.clone())]))
        }
        "sns" => {
            let tree = [("TopicArn", arn.clone()), ("Protocol", make.text("lambda")), ("Endpoint", function.clone())];
            (own::SUBSCRIPTION, make.map(tree))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn a_stage_is_read_with_what_it_extends() {
        let text = r#"{"base": {"memory_size": 1024, "extends": "base", "aws_region": "eu-west-1"},
            "dev": {"extends": "base", "app_function": "shop.app", "project_name": "shop", "runtime": "python3.12",
                    "timeout_seconds": 60, "events": [{"function": "shop.nightly", "expression": "rate(1 day)"}]}}"#;
        let app = read("zappa_settings.json", text);
        let function = app.functions.iter().next().unwrap();
        assert_eq!((function.origin.id.as_str(), function.handler.text()), ("shop-dev", Some("shop.app")));
        assert_eq!((function.memory_mb.known(), function.timeout_s.known()), (Some(&1024), Some(&60)));
        assert_eq!((app.routes.len(), app.rules.len(), app.triggers.len()), (1, 1, 2));
        assert_eq!(app.text_at(function.memory_mb.place().unwrap()), "1024");
    }

    #[test]
    fn a_django_project_is_called_by_the_file_beside_its_settings() {
        use super::super::testing::Memory;
        let text = r#"{"dev": {"django_settings": "shop.settings.prod", "environment_variables": {"MODE": "x"}}}"#;
        let read = |wsgi: &str| {
            let files = Memory::new([("zappa_settings.json", text), (wsgi, "")]);
            super::super::read("zappa_settings.json", &files).unwrap()
        };
        let app = read("shop/wsgi.py");
        let function = app.functions.iter().next().unwrap();
        assert_eq!(function.handler.text(), Some("shop.wsgi.application"));
        let variable = |name: &str| function.environment.get(name).and_then(|value| value.text());
        assert_eq!((variable("DJANGO_SETTINGS_MODULE"), variable("MODE")), (Some("shop.settings.prod"), Some("x")));
        assert_eq!(read("shop/asgi.py").functions.iter().next().unwrap().handler.text(), None);
    }

    #[test]
    fn stages_with_another_package_are_functions_of_their_own() {
        let text = r#"{"base": {"project_name": "shop", "runtime": "python3.12"},
            "dev": {"extends": "base", "app_function": "shop.app"},
            "prod": {"extends": "dev", "memory_size": 2048},
            "next": {"extends": "dev", "runtime": "python3.13"},
            "work": {"extends": "base", "lambda_handler": "work.handler", "timeout_seconds": 300,
                     "events": [{"function": "work.one", "event_source": {"arn": "arn:aws:sqs:eu-west-1:1:jobs", "batch_size": 5}},
                                {"function": "work.two", "event_source": {"arn": "arn:aws:s3:::uploads", "events": ["s3:ObjectCreated:*"]}}]}}"#;
        let app = read("zappa_settings.json", text);
        let functions: Vec<_> =
            app.functions.iter().map(|f| (f.origin.id.as_str(), f.handler.text().unwrap())).collect();
        assert_eq!(functions, [("shop-dev", "shop.app"), ("shop-next", "shop.app"), ("shop-work", "work.handler")]);
        assert_eq!(app.memory_mb(app.functions.ids().next().unwrap().0), Some(512));
        assert_eq!((app.routes.iter().count(), app.mappings.iter().count(), app.buckets.iter().count()), (2, 1, 1));
        assert_eq!(app.mappings.iter().next().unwrap().batch_size.known(), Some(&5));
    }

    #[test]
    fn variables_of_both_kinds_are_there_and_those_of_a_bucket_are_open() {
        let of = |more: &str| {
            let text = format!(
                r#"{{"dev": {{"app_function": "shop.app", "aws_environment_variables": {{"A": "platform", "B": "platform"}}{more}}}}}"#
            );
            let app = read("zappa_settings.json", &text);
            let function = app.functions.iter().next().unwrap();
            let names: Vec<String> = function.environment.keys().cloned().collect();
            (names.join(""), function.environment_open.is_some())
        };
        assert_eq!(of(""), ("AB".to_owned(), false));
        assert_eq!(of(r#", "environment_variables": {"B": "own", "C": "own"}"#), ("ABC".to_owned(), false));
        assert_eq!(of(r#", "remote_env": "s3://bucket/settings.json""#), ("AB".to_owned(), true));
    }

    #[test]
    fn settings_in_toml_say_the_same() {
        let text = "[dev]\napp_function = \"shop.app\"\nproject_name = \"shop\"\nruntime = \"python3.12\"\n\
                    memory_size = 1024\n[dev.environment_variables]\nMODE = \"x\"\n[[dev.events]]\n\
                    function = \"shop.nightly\"\nexpression = \"rate(1 day)\"\n";
        let app = read("zappa_settings.toml", text);
        let function = app.functions.iter().next().unwrap();
        assert_eq!((function.origin.id.as_str(), function.handler.text()), ("shop-dev", Some("shop.app")));
        assert_eq!((function.memory_mb.known(), app.rules.len()), (Some(&1024), 1));
        assert_eq!(app.text_at(function.memory_mb.place().unwrap()), "1024");
        assert_eq!(function.environment.get("MODE").and_then(|value| value.text()), Some("x"));
    }
}
