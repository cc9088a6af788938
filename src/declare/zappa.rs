//! Zappa's settings, as JSON, YAML or TOML. Zappa's own handler calls the application that they name.

use super::chalice::tree;
use super::model::{Build, BuildMethod, Code, CodeSource, Origin, Place, Problem, Setting};
use super::reader::{Reader, local, problem_in, start_of};
use super::resource::{Resource, own};
use super::tree::{Maker, Tree};
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

/// The variable that names the settings of a Django project.
const SETTINGS_MODULE: &str = "DJANGO_SETTINGS_MODULE";

/// Whether a file has Zappa's settings.
pub(super) fn is_one(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_named =
        matches!(name, "zappa_settings.json" | "zappa_settings.toml" | "zappa_settings.yml" | "zappa_settings.yaml");
    is_named && ["app_function", "django_settings", "app_module"].iter().any(|key| text.contains(key))
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

    /// The application that is called: a function of a module, or a Django project.
    fn application(&self) -> Option<&'n Node> {
        ["app_function", "app_module", "django_settings"].into_iter().find_map(|key| self.get(key))
    }
}

/// Reads a project: the stage that was asked for, or the first one.
pub(super) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let is_toml = path.ends_with(".toml");
    let (file, root) = if is_toml { reader.open_toml(path)? } else { reader.open_yaml(path)? };
    let stages: Vec<Stage<'_>> = root.entries().filter_map(|(key, node)| Stage::of(&root, key, node)).collect();
    let wanted = reader.options.stage.clone();
    let asked = stages.iter().find(|stage| Some(&stage.name) == wanted.as_ref());
    let stage = asked.or_else(|| stages.iter().find(|stage| stage.application().is_some()));
    let Some(stage) = stage else {
        let text = reader.app.files.first().map_or_else(String::new, |file| file.text.to_string());
        return Err(problem_in(path, &text, root.span.start, "no stage names an application".to_owned()));
    };
    let name = stage.get("project_name").and_then(Node::text).unwrap_or("zappa");
    reader.app.name = name.to_owned();
    reader.app.stage = Setting::derived(stage.name.clone(), start_of(file));
    if let Some(region) = stage.get("aws_region") {
        reader.app.region = tree(region).setting();
    }
    function(path, stage, reader);
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
    let environment = ["environment_variables", "aws_environment_variables"].map(|key| stage.tree(key));
    let [own_variables, remote] = environment;
    let variables = if own_variables.is_null() { remote } else { own_variables };
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
    let id = format!("{}-{}", reader.app.name, stage.name);
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
    if stage.get("apigateway_enabled").and_then(Node::text) != Some("false") {
        let tree = make.map([
            ("Kind", make.text("rest")),
            ("Method", make.text("ANY")),
            ("Path", make.text("/{proxy+}")),
            ("Function", function.clone()),
        ]);
        reader.gathered.resources.push(Resource::made(id, place, 0, own::ROUTE, tree));
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
    }
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
