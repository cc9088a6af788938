//! Larger applications, written after public ones: the whole table of routes, with what each needs.
//! The tables in `routes.txt` were held against what the frameworks themselves list.

use super::Project;
use super::routes::{node, python, routes};
use crate::support;

/// The files of an application in a project, and its table of routes.
fn application(project: &Project, name: &str) -> Vec<String> {
    let folder = support::root().join("fixtures/applications").join(name);
    for path in support::files(&folder) {
        if path != "routes.txt" {
            project.write(&path, &support::text(folder.join(&path)));
        }
    }
    let mut lines: Vec<String> = support::text(folder.join("routes.txt")).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn assert_routes(project: &Project, name: &str, arguments: &[&str]) {
    let expected = application(project, name);
    let mut found = routes(project, arguments);
    found.sort();
    assert_eq!(found, expected, "{name}");
}

const FLASK: &str = "flask=class Flask:\n    def __init__(self, *a, **k): pass\n    def __getattr__(self, name): return lambda *a, **k: (lambda f: f)\nclass Blueprint(Flask): pass\ndef jsonify(**k): return k\nrequest = None\ndef render_template_string(x): return x\n";

#[test]
fn flask_with_nested_blueprints_and_views() {
    let packages = [FLASK, "serverless_wsgi", "jwt", "jinja2", "requests", "boto3", "openpyxl", "stripe", "qrcode"];
    let project = python(&[&packages[..], &["markdown", "xmltodict", "yaml"]].concat(), &[]);
    project.write("flask/views.py", "class View: pass\nclass MethodView(View): pass\n");
    assert_routes(&project, "flask", &["--handler", "lambda_app.handler"]);
}

const FASTAPI: &str = "fastapi=class FastAPI:\n    def __init__(self, *a, **k): pass\nclass APIRouter(FastAPI): pass\nclass HTTPException(Exception): pass\ndef Depends(*a): return a\ndef Header(*a): return a\n";

#[test]
fn fastapi_with_routers_dependencies_and_mounts() {
    let packages = [FASTAPI, "mangum", "starlette", "jwt", "jinja2", "requests", "openpyxl", "stripe", "qrcode"];
    let project = python(&[&packages[..], &["markdown", "xmltodict", "yaml", "slugify"]].concat(), &[]);
    for module in ["applications", "routing", "responses"] {
        let code = "class Route:\n    def __init__(self, *a, **k): pass\nMount = Starlette = JSONResponse = Route\n";
        project.write(&format!("starlette/{module}.py"), code);
    }
    assert_routes(&project, "fastapi", &["--handler", "app.main.handler"]);
}

/// As much of Django as leads from the handler to the patterns.
const WSGI: &str = "import importlib, os\ndef get_wsgi_application():\n    settings = importlib.import_module(os.environ['DJANGO_SETTINGS_MODULE'])\n    def application(environ, start):\n        return importlib.import_module(settings.ROOT_URLCONF)\n    return application\n";

/// What the real one loads for `include("polls.urls")`.
const URLS: &str = "import importlib\ndef include(arg, namespace=None):\n    if isinstance(arg, str):\n        importlib.import_module(arg)\n    return arg\ndef path(*a, **k):\n    return a\nre_path = path\n";

#[test]
fn django_with_includes_views_and_rest_routers() {
    let packages = ["django", "rest_framework", "apig_wsgi=def make_lambda_handler(app, **k):\n    return app\n"];
    let more = ["jwt", "requests", "openpyxl", "stripe", "qrcode", "markdown", "xmltodict", "yaml"];
    let project = python(&[&packages[..], &more].concat(), &[]);
    project.write("django/core/__init__.py", "");
    project.write("django/core/wsgi.py", WSGI);
    project.write("django/urls/__init__.py", URLS);
    assert_routes(&project, "django", &["--handler", "lambda_wsgi.handler"]);
}

const EXPRESS: [&str; 13] = [
    "express",
    "serverless-http",
    "@vendia/serverless-express",
    "jsonwebtoken",
    "uuid",
    "nodemailer",
    "slugify",
    "marked",
    "js-yaml",
    "qrcode",
    "pdf-lib",
    "csv-parse",
    "luxon",
];

fn modules(packages: &[&str]) -> Project {
    let project = node(packages, &[]);
    project.write("node_modules/csv-parse/sync.js", "exports.parse = (text) => [text];\n");
    project
}

#[test]
fn express_with_nested_routers_tables_and_classes() {
    assert_routes(&modules(&EXPRESS), "express", &["--handler", "lambda.handler"]);
}

#[test]
fn express_in_typescript_with_route_classes() {
    let arguments = ["--handler", "src/lambda.handler", "--runtime", "nodejs22.x"];
    assert_routes(&modules(&EXPRESS), "express-typescript", &arguments);
}

const NEST: [&str; 3] = ["@nestjs/common", "@nestjs/core", "reflect-metadata"];

#[test]
fn nest_in_typescript_follows_what_is_injected() {
    let arguments = ["--handler", "src/lambda.handler", "--runtime", "nodejs22.x"];
    assert_routes(&modules(&[&NEST[..], &EXPRESS].concat()), "nest", &arguments);
}

#[test]
fn nest_as_compiled_follows_what_is_injected() {
    let arguments = ["--handler", "dist/lambda.handler", "--runtime", "nodejs22.x"];
    assert_routes(&modules(&[&NEST[..], &EXPRESS].concat()), "nest-compiled", &arguments);
}

#[test]
fn axum_with_routers_in_functions_and_modules() {
    assert_routes(&Project::new(&[]), "axum", &[]);
}

#[test]
fn actix_with_scopes_resources_and_attributes() {
    assert_routes(&Project::new(&[]), "actix", &[]);
}

#[test]
fn matches_on_method_and_segments() {
    assert_routes(&Project::new(&[]), "lambda-http", &[]);
}
