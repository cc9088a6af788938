//! Routes: found, with prefixes, and with the packages that each needs.

use super::Project;

const PACKAGE: &str = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n";

/// A project in Python with stand-ins for packages.
pub(super) fn python(packages: &[&str], files: &[(&str, &str)]) -> Project {
    let project = Project::new(files);
    for package in packages {
        let (module, code) = package.split_once('=').unwrap_or((package, "x = 1\n"));
        project.write(&format!("{module}/__init__.py"), code);
        project.write(&format!("{module}-1.0.dist-info/METADATA"), &PACKAGE.replace("{}", module));
        project.write(&format!("{module}-1.0.dist-info/RECORD"), &format!("{module}/__init__.py,,\n"));
    }
    project
}

/// A project in JavaScript with stand-ins for packages.
pub(super) fn node(packages: &[&str], files: &[(&str, &str)]) -> Project {
    let project = Project::new(files);
    for package in packages {
        let folder = format!("node_modules/{package}");
        let manifest = format!("{{\"name\": \"{package}\", \"version\": \"1.0.0\", \"main\": \"index.js\"}}");
        project.write(&format!("{folder}/package.json"), &manifest);
        project.write(&format!("{folder}/index.js"), "module.exports = function () { return module.exports; };\n");
    }
    project
}

/// Each route as `METHOD path-or-key function packages`.
pub(super) fn routes(project: &Project, arguments: &[&str]) -> Vec<String> {
    let report = project.report(arguments);
    let one = |route: &serde_json::Value| {
        let packages: Vec<&str> = route["packages"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        let text = |key: &str| route[key].as_str();
        let what = text("path").or_else(|| text("key")).unwrap_or_default();
        format!(
            "{} {what} {} {}",
            text("method").unwrap_or("-"),
            text("function").unwrap_or_default(),
            packages.join("+")
        )
    };
    report["functions"][0]["routes"].as_array().unwrap().iter().map(|route| one(route).trim_end().to_owned()).collect()
}

#[test]
fn branches_on_the_event_are_routes() {
    let app = r#"
import json
import heavy
import common
from light import thing

def respond(status, body):
    return {"statusCode": status, "body": common.dumps(body)}

def totals(event):
    return respond(200, heavy.DataFrame(event))

def handler(event, context):
    path = event.get("path", "/")
    if event["httpMethod"] == "GET" and path == "/totals":
        return totals(event)
    elif path.startswith("/things/"):
        return respond(200, thing(path))
    if path in ("/a", "/b"):
        import later
        return respond(200, later.x)
    return respond(404, {})
"#;
    let project = python(&["heavy", "common", "light=def thing(x):\n    pass\n", "later"], &[("app.py", app)]);
    assert_eq!(
        routes(&project, &["--handler", "app.handler"]),
        ["GET /totals totals heavy", "- /things/* handler light", "- /a handler later", "- /b handler later"]
    );
}

#[test]
fn tables_of_handlers_are_routes() {
    let app = "
import heavy, light
def one(event): return heavy.x
def two(event): return light.x
TABLE = {('GET', '/one'): one, ('POST', '/two'): two}
def handler(event, context):
    key = (event['requestContext']['http']['method'], event['rawPath'])
    run = TABLE.get(key)
    return run(event) if run else None
";
    let project = python(&["heavy", "light"], &[("app.py", app)]);
    assert_eq!(routes(&project, &["--handler", "app.handler"]), ["GET /one one heavy", "POST /two two light"]);
    let index = "
const heavy = require('heavy');
const jobs = { import: async (event) => heavy(event), clean: require('./clean') };
exports.handler = async ({ action, payload }) => jobs[action](payload);
";
    let clean = "const light = require('light');\nmodule.exports = (x) => light(x);\n";
    let project = node(&["heavy", "light"], &[("index.js", index), ("clean.js", clean)]);
    assert_eq!(routes(&project, &["--handler", "index.handler"]), ["- import  heavy", "- clean  light"]);
}

#[test]
fn event_sources_are_told_apart() {
    let app = "
def handler(event, context):
    if 'Records' in event:
        for record in event['Records']:
            if record['eventSource'] == 'aws:sqs':
                work(record)
            elif record['eventSource'] == 'aws:s3':
                stored(record)
    elif event.get('source') == 'aws.events':
        tick()
    elif event.get('httpMethod') == 'GET':
        return 1
def work(r): pass
def stored(r): pass
def tick(): pass
";
    let report = python(&[], &[("app.py", app)]).report(&["--handler", "app.handler"]);
    let kinds: Vec<&str> =
        report["functions"][0]["routes"].as_array().unwrap().iter().map(|r| r["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["queue", "storage", "schedule", "http"]);
}

#[test]
fn business_logic_is_no_dispatch() {
    let app = "
def handler(event, context):
    if event['currency'] == 'EUR':
        return 1
    if event.get('debug') == 'yes':
        print(event)
    return 2
";
    assert!(routes(&python(&[], &[("app.py", app)]), &["--handler", "app.handler"]).is_empty());
}

const TWO_PARTS: &str = "
import left
import right
def handler(event, context):
    if event['path'] == '/left':
        return left.x
    if event['path'] == '/right':
        return right.x
    return None
";

/// A package whose load takes long enough to matter.
fn heavy(name: &str) -> String {
    format!("{name}={}", "y = 1\n".repeat(40_000))
}

#[test]
fn a_split_that_pays_is_shown_with_its_alternative() {
    let project = python(&[&heavy("left"), &heavy("right")], &[("app.py", TWO_PARTS)]);
    let run = project.run(&["split", "--handler", "app.handler"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("split into 2: Init"), "{}", run.out);
    assert!(run.out.contains("or one function with imports moved: Init 8"), "{}", run.out);
    assert!(run.out.contains("app.py:2  into /left"), "{}", run.out);
    let split = &project.report(&["--handler", "app.handler"])["functions"][0]["split"];
    assert_eq!(split["pays"], true);
    assert_eq!(split["shared"], serde_json::json!(["app.py"]));
    assert_eq!(split["lazy"]["moves"][1]["package"], "right");
    // Nearly all requests are for one route: a function of its own for the other does not pay.
    project.write("defrost.toml", "[split]\nshares = { '/left' = 0.99, '/right' = 0.01 }\nfunction-ms = 600.0\n");
    let run = project.run(&["split", "--handler", "app.handler"]);
    assert!(run.out.contains("splitting does not pay"), "{}", run.out);
}

#[test]
fn own_modules_and_data_that_few_routes_need_can_move() {
    let app = "
const table = require('./data/table.json');
const words = require('./lib/words');
exports.handler = async (event) => {
  if (event.path === '/table') return table[event.id];
  if (event.path === '/words') return words.all();
  if (event.path === '/health') return 'up';
};
";
    let table = format!("[{}1]", "1234567,".repeat(500_000));
    let words = format!("{}exports.all = () => 1;\n", "exports.x = function (a) { return a + 1; };\n".repeat(20_000));
    let files = [("index.js", app), ("data/table.json", &table), ("lib/words.js", &words)];
    let report = node(&[], &files).report(&["--handler", "index.handler"]);
    let moves = &report["functions"][0]["split"]["lazy"]["moves"];
    let of = |name: &str| moves.as_array().unwrap().iter().find(|one| one["name"] == name).cloned();
    let table = of("data/table.json").unwrap_or_else(|| panic!("{moves}"));
    assert_eq!(table["package"], serde_json::Value::Null);
    assert_eq!(table["routes"], serde_json::json!(["/table"]));
    assert_eq!(table["location"]["line"], 2);
    let words = of("lib/words.js").unwrap_or_else(|| panic!("{moves}"));
    assert_eq!(words["routes"], serde_json::json!(["/words"]));
    let lazy = &report["functions"][0]["split"]["lazy"];
    // However little is left, the range is not narrower than what Init varies by.
    assert!(lazy["high_ms"].as_f64() >= lazy["estimated_ms"].as_f64().map(|ms| ms + 1.9), "{lazy}");
}

#[test]
fn data_that_the_handler_reads_for_few_routes_can_wait() {
    let app = "
const fs = require('fs');
const path = require('path');
const rows = JSON.parse(fs.readFileSync(path.join(__dirname, 'data', 'rows.json'), 'utf8'));
const byId = new Map(rows.map((row) => [row.id, row]));
exports.handler = async (event) => {
  if (event.path === '/row') return byId.get(event.id);
  if (event.path === '/health') return 'up';
};
";
    let rows = format!("[{}{{}}]", "{\"id\":1234567},".repeat(250_000));
    let report = node(&[], &[("index.js", app), ("data/rows.json", &rows)]).report(&["--handler", "index.handler"]);
    let function = &report["functions"][0];
    let lazy = &function["split"]["lazy"];
    assert_eq!(lazy["moves"][0]["name"], "data/rows.json", "{lazy}");
    assert_eq!(lazy["moves"][0]["routes"], serde_json::json!(["/row"]));
    assert_eq!(lazy["moves"][0]["location"]["line"], 4);
    let ms = |value: &serde_json::Value| value.as_f64().unwrap();
    assert!(ms(&lazy["estimated_ms"]) + 50.0 < ms(&function["init"]["estimated_ms"]), "{lazy}");
    // The other route alone does not read it.
    assert!(ms(&function["routes"][1]["estimated_ms"]) + 50.0 < ms(&function["routes"][0]["estimated_ms"]));
}

#[test]
fn why_answers_for_each_route() {
    let project = python(&["left", "right"], &[("app.py", TWO_PARTS)]);
    let run = project.run(&["why", "right", ".", "--handler", "app.handler"]);
    assert!(run.out.contains("  1 of 2 routes needs it: /right\n"), "{}{}", run.out, run.err);
}

#[test]
fn a_package_that_every_route_needs_is_nothing_to_split() {
    let app = TWO_PARTS.replace("import right\n", "").replace("right.x", "left.y");
    let project = python(&[&heavy("left")], &[("app.py", &app)]);
    let run = project.run(&["split", "--handler", "app.handler"]);
    assert!(run.out.contains("splitting does not pay"), "{}", run.out);
    assert!(run.out.contains("no import to move"), "{}", run.out);
    let json = project.run(&["split", "--handler", "app.handler", "--format", "json"]);
    let functions: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(functions[0]["split"]["pays"], false);
}

#[test]
fn events_of_the_template_are_routes_where_the_code_tells_none_apart() {
    let template = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      \
                    Handler: app.handler\n      Runtime: python3.13\n      Events:\n        \
                    A: {Type: HttpApi, Properties: {Path: '/items/{id}', Method: get}}\n        \
                    B: {Type: SQS, Properties: {Queue: q}}\n";
    let project = Project::new(&[("template.yaml", template), ("src/app.py", "def handler(e, c):\n    return e\n")]);
    assert_eq!(routes(&project, &[]), ["GET /items/{id}", "- SQS"]);
}

const FLASK: &str = "class Flask:\n    def __init__(self, *a, **k): pass\nclass Blueprint(Flask): pass\n";

#[test]
fn blueprints_in_several_files_have_their_prefixes() {
    let files = [
        (
            "wsgi.py",
            "from flask import Flask\nimport adapter\nfrom shop import create_app\napp = create_app()\ndef handler(e, c):\n    return adapter.response(app, e, c)\n",
        ),
        (
            "shop/__init__.py",
            "from flask import Flask\nfrom shop.users import bp as users\nfrom shop.admin import bp as admin\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(users)\n    app.register_blueprint(admin, url_prefix='/internal')\n    app.add_url_rule('/ping', view_func=ping, methods=['GET', 'HEAD'])\n    return app\ndef ping():\n    return 'pong'\n",
        ),
        (
            "shop/users.py",
            "from flask import Blueprint\nfrom shop import store\nbp = Blueprint('users', __name__, url_prefix='/users')\n@bp.route('/')\ndef index():\n    return store.all()\n@bp.route('/<int:id>', methods=['GET', 'DELETE'])\ndef one(id):\n    return store.one(id)\n",
        ),
        (
            "shop/admin.py",
            "import heavy\nfrom flask import Blueprint\nbp = Blueprint('admin', __name__, url_prefix='/admin')\nreports = Blueprint('reports', __name__, url_prefix='/reports')\nbp.register_blueprint(reports)\n@reports.get('/daily')\ndef daily():\n    return heavy.report()\n@bp.post('/flush')\ndef flush():\n    return ''\n",
        ),
        ("shop/store.py", "import light\ndef all():\n    return light.query()\ndef one(id):\n    return id\n"),
    ];
    let flask = format!("flask={FLASK}");
    let project = python(&[&flask, "adapter", "heavy", "light"], &files);
    assert_eq!(
        routes(&project, &["--handler", "wsgi.handler"]),
        [
            "GET /ping ping",
            "HEAD /ping ping",
            "GET /users index light",
            "GET /users/<int:id> one",
            "DELETE /users/<int:id> one",
            "GET /internal/reports/daily daily heavy",
            "POST /internal/flush flush",
        ]
    );
}

const FASTAPI: &str =
    "class FastAPI:\n    def __init__(self, *a, **k): pass\nclass APIRouter(FastAPI): pass\ndef Depends(x): return x\n";

#[test]
fn nested_routers_of_fastapi() {
    let files = [
        (
            "main.py",
            "from fastapi import FastAPI\nfrom mangum import Mangum\nfrom api import router\napp = FastAPI()\napp.include_router(router, prefix='/api')\n@app.get('/health')\nasync def health():\n    return {}\nhandler = Mangum(app)\n",
        ),
        (
            "api/__init__.py",
            "from fastapi import APIRouter\nfrom . import items\nrouter = APIRouter(prefix='/v1')\nrouter.include_router(items.router, prefix='/items')\n",
        ),
        (
            "api/items.py",
            "from fastapi import APIRouter, Depends\nimport heavy, orm\nrouter = APIRouter()\ndef session():\n    return orm.connect()\n@router.get('')\ndef listing(db=Depends(session)):\n    return db\n@router.post('/{item_id}/render')\ndef render(item_id: int):\n    return heavy.draw()\n",
        ),
    ];
    let fastapi = format!("fastapi={FASTAPI}");
    let project =
        python(&[&fastapi, "mangum=class Mangum:\n    def __init__(self, app): pass\n", "heavy", "orm"], &files);
    assert_eq!(
        routes(&project, &["--handler", "main.handler"]),
        ["GET /health health", "GET /api/v1/items listing orm", "POST /api/v1/items/{item_id}/render render heavy"]
    );
}

#[test]
fn routers_of_express_nest_in_files_and_functions() {
    let files = [
        (
            "index.js",
            "const express = require('express');\nconst serverless = require('serverless-http');\nconst app = express();\napp.use(express.json());\napp.use('/api', require('./api'));\nrequire('./admin')(app);\napp.get('/health', (req, res) => res.end());\nexports.handler = serverless(app);\n",
        ),
        (
            "api/index.js",
            "const { Router } = require('express');\nconst router = Router();\nrouter.use('/users', require('./users'));\nrouter.use('/orders', auth, require('./orders'));\nfunction auth(req, res, next) { next(); }\nmodule.exports = router;\n",
        ),
        (
            "api/users.js",
            "const router = require('express').Router();\nconst mail = require('mail');\nrouter.route('/:id').get(one).put(update);\nfunction one(req, res) {}\nfunction update(req, res) { mail(req); }\nmodule.exports = router;\n",
        ),
        (
            "api/orders.js",
            "const express = require('express');\nconst pdf = require('pdf');\nconst router = express.Router();\nrouter.get('/:id/invoice', async (req, res) => { pdf(res); });\nmodule.exports = router;\n",
        ),
        (
            "admin.js",
            "const heavy = require('heavy');\nmodule.exports = function (app) {\n  app.delete('/cache', function flush(req, res) { heavy(); });\n};\n",
        ),
    ];
    let project = node(&["express", "serverless-http", "mail", "pdf", "heavy"], &files);
    let mut found = routes(&project, &["--handler", "index.handler"]);
    found.sort();
    assert_eq!(
        found,
        [
            "DELETE /cache flush heavy",
            "GET /api/orders/:id/invoice  pdf",
            "GET /api/users/:id one",
            "GET /health",
            "PUT /api/users/:id update mail",
        ]
    );
}

#[test]
fn controllers_of_nest_in_typescript_and_compiled() {
    let lambda = "import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module';\nexport const handler = async (event: any) => {\n  const app = await NestFactory.create(AppModule);\n  app.setGlobalPrefix('api');\n  return app;\n};\n";
    let module = "import { Module } from '@nestjs/common';\nimport { Users } from './users';\nimport { Reports } from './reports';\n@Module({ controllers: [Users, Reports], providers: [] })\nexport class AppModule {}\n";
    let users = "import { Controller, Delete, Get, Inject, Param } from '@nestjs/common';\nimport { Store } from './store';\n@Controller('users')\nexport class Users {\n  constructor(@Inject(Store) private readonly store: Store) {}\n  @Get() list() { return this.store.all(); }\n  @Delete(':id') remove(@Param('id') id: string) { return id; }\n}\n";
    let store = "import { Injectable } from '@nestjs/common';\nimport * as orm from 'orm';\n@Injectable()\nexport class Store { all() { return orm.all(); } }\n";
    let reports = "import { All, Controller, Get } from '@nestjs/common';\nimport * as pdf from 'pdf';\n@Controller({ path: 'reports' })\nexport class Reports {\n  @Get(['daily', 'today']) daily() { return pdf.render(); }\n  @All('ping') ping() { return 1; }\n}\n";
    let files = [
        ("lambda.ts", lambda),
        ("app.module.ts", module),
        ("users.ts", users),
        ("store.ts", store),
        ("reports.ts", reports),
    ];
    let packages = ["@nestjs/core", "@nestjs/common", "orm", "pdf"];
    let project = node(&packages, &files);
    let mut found = routes(&project, &["--handler", "lambda.handler", "--runtime", "nodejs22.x"]);
    found.sort();
    assert_eq!(
        found,
        [
            "- /api/reports/ping Reports.ping",
            "DELETE /api/users/:id Users.remove",
            "GET /api/reports/daily Reports.daily pdf",
            "GET /api/reports/today Reports.daily pdf",
            "GET /api/users Users.list orm",
        ]
    );

    let index = "
const common = require('@nestjs/common');
const pdf = require('pdf');
let Cats = class { find(id) { return pdf(id); } };
__decorate([(0, common.Get)(':id'), __param(0, (0, common.Param)('id'))], Cats.prototype, 'find', null);
Cats = __decorate([(0, common.Controller)('cats')], Cats);
let AppModule = class {};
AppModule = __decorate([(0, common.Module)({ controllers: [Cats] })], AppModule);
exports.handler = async (event) => require('@nestjs/core').NestFactory.create(AppModule);
";
    let project = node(&packages, &[("index.js", index)]);
    assert_eq!(routes(&project, &["--handler", "index.handler"]), ["GET /cats/:id Cats.find"]);
}

#[test]
fn hono_and_fastify_and_koa() {
    let index = "
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import heavy from 'heavy';
const books = new Hono().get('/', (c) => c.text('')).post('/:id', (c) => heavy(c));
const app = new Hono().basePath('/api');
app.route('/books', books);
app.get('/up', (c) => c.text('up'));
export const handler = handle(app);
";
    let project = node(&["hono", "heavy"], &[("index.mjs", index)]);
    project.write("node_modules/hono/aws-lambda.js", "exports.handle = (app) => app;\n");
    let mut found = routes(&project, &["--handler", "index.handler"]);
    found.sort();
    assert_eq!(found, ["GET /api/books", "GET /api/up", "POST /api/books/:id  heavy"]);

    let app = "const fastify = require('fastify');\nconst app = fastify();\napp.register(require('./todos'), { prefix: '/todos' });\napp.route({ method: ['GET', 'HEAD'], url: '/up', handler: up });\nfunction up() {}\nexports.handler = require('@fastify/aws-lambda')(app);\n";
    let todos = "const heavy = require('heavy');\nmodule.exports = async function (app) {\n  app.get('/', async () => heavy());\n  app.post('/', { schema: {} }, async () => 1);\n};\n";
    let project = node(&["fastify", "@fastify/aws-lambda", "heavy"], &[("index.js", app), ("todos.js", todos)]);
    let mut found = routes(&project, &["--handler", "index.handler"]);
    found.sort();
    assert_eq!(found, ["GET /todos  heavy", "GET /up up", "HEAD /up up", "POST /todos"]);

    let app = "const Koa = require('koa');\nconst Router = require('@koa/router');\nconst app = new Koa();\nconst router = new Router({ prefix: '/v2' });\nconst inner = new Router();\ninner.get('list', '/', list);\nrouter.use('/pets', inner.routes());\nrouter.del('/pets/:id', remove);\napp.use(router.routes()).use(router.allowedMethods());\nfunction list() {}\nfunction remove() {}\nexports.handler = require('serverless-http')(app);\n";
    let project = node(&["koa", "@koa/router", "serverless-http"], &[("index.js", app)]);
    let mut found = routes(&project, &["--handler", "index.handler"]);
    found.sort();
    assert_eq!(found, ["DELETE /v2/pets/:id remove", "GET /v2/pets list"]);
}

#[test]
fn permissions_and_environment_go_with_the_route() {
    let app = "
import os
import boto3
s3 = boto3.client('s3')
table = boto3.resource('dynamodb').Table(os.environ['TABLE'])
def handler(event, context):
    match event['action']:
        case 'store':
            return s3.put_object(Bucket=os.getenv('BUCKET'), Key='k', Body=b'')
        case 'find':
            return table.get_item(Key={'id': 1})
        case 'none':
            return None
";
    let report = python(&["boto3=def client(x): pass\ndef resource(x): pass\n"], &[("app.py", app)])
        .report(&["--handler", "app.handler"]);
    let routes = report["functions"][0]["routes"].as_array().unwrap();
    assert_eq!(routes[0]["services"], serde_json::json!([{"name": "s3", "operations": ["PutObject"]}]));
    assert_eq!(routes[0]["environment"], serde_json::json!(["BUCKET"]));
    assert_eq!(routes[1]["services"], serde_json::json!([{"name": "dynamodb", "operations": ["GetItem"]}]));
    assert_eq!(routes[1]["environment"], serde_json::json!(["TABLE"]));
    assert_eq!(routes[2]["services"], serde_json::json!([]));
}
