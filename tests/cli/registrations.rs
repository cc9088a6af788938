//! Routes as routers of many kinds are told of them.

use super::routes::{node, python, routes};

const ESM: (&str, &str) = ("package.json", r#"{"type": "module"}"#);

fn of_node(packages: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    routes(&node(packages, files), &["--handler", "index.handler", "--runtime", "nodejs22.x"])
}

#[test]
fn middleware_for_all_verbs_is_no_route_but_a_catch_all_that_answers_is() {
    let express = "
const express = require('express'), auth = require('auth'), log = require('log');
const app = express();
app.all('/api/*', (req, res, next) => { if (!auth.check(req)) return res.end(); next(); });
app.all('*', function (req, res, next) { log.write(req.path); next(); });
app.get('/api/items', function items(req, res) { res.json([]); });
app.all('/early', function early(req, res, next) { if (req.method !== 'GET') return next(); res.send('x'); });
app.all('/in/*', (req, res, next) => auth.verify(req, (error) => { if (error) return res.end(); next(); }));
app.all('/ping', function ping(req, res) { res.send('pong'); });
app.all('*', function nothing(req, res, next) { next(new Error('404')); });
exports.handler = require('serverless-http')(app);
";
    assert_eq!(
        of_node(&["express", "serverless-http", "auth", "log"], &[("index.js", express)]),
        ["GET /api/items items auth", "- /early early", "- /ping ping", "- /* nothing"]
    );
    let itty = "
import { Router, withParams, error } from 'itty-router';
const todos = Router({ base: '/todos' });
todos.get('/', function list() { return []; }).get('/:id', function one(request) { return request; });
const router = Router();
router.all('*', withParams).all('/api/*', (request) => { if (!request.user) return error(401); })
  .all('/todos/*', todos.fetch).get('/api/up', function up() { return 'ok'; }).all('*', function none() { return error(404); });
export const handler = (event) => router.fetch(event);
";
    assert_eq!(
        of_node(&["itty-router"], &[ESM, ("index.js", itty)]),
        ["GET /todos list", "GET /todos/:id one", "GET /api/up up", "- /* none"]
    );
}

#[test]
fn the_gateway_s_default_is_a_route_when_something_answers_it() {
    let app = |default: &str| {
        format!(
            "exports.handler = async (event) => {{\n  switch (event.routeKey) {{\n    case 'GET /a': return 1;\n    \
             case 'POST /a': return 2;\n    case '$default': {default}\n  }}\n  return 404;\n}};\n"
        )
    };
    let keys = |default: &str| of_node(&[], &[("index.js", &app(default))]);
    assert_eq!(keys("return other(event);").len(), 3);
    assert_eq!(keys("break;"), ["GET /a", "POST /a"]);
    assert_eq!(keys("default: return 3;"), ["GET /a", "POST /a"]);
}

#[test]
fn tools_fields_and_channels_have_keys() {
    let app = "
from aws_lambda_powertools.event_handler import BedrockAgentFunctionResolver, AppSyncEventsResolver
agent = BedrockAgentFunctionResolver()
@agent.tool(name='getWeather', description='x')
def weather(city): return city
@agent.tool
def now(): return 1
events = AppSyncEventsResolver()
@events.on_publish('/default/*')
def publish(payload): return payload
def handler(event, context):
    return agent.resolve(event, context) or events.resolve(event, context)
";
    let project = python(&[], &[("app.py", app)]);
    assert_eq!(
        routes(&project, &["--handler", "app.handler"]),
        ["- getWeather weather", "- now now", "- PUBLISH /default/* publish"]
    );
    let app = "
import { AppSyncGraphQLResolver } from '@aws-lambda-powertools/event-handler/appsync-graphql';
import { Router } from '@aws-lambda-powertools/event-handler/http';
const app = new AppSyncGraphQLResolver(), http = new Router();
app.onQuery('todo', async function todo(args) { return args; });
app.resolver(async function place() {}, { fieldName: 'place', typeName: 'User' });
class Lambda {
  @http.get('/deco') public async show() { return {}; }
  @app.onMutation('add') public async add() { return {}; }
}
export const handler = async (event, context) => app.resolve(event, context, { scope: new Lambda() });
";
    assert_eq!(
        of_node(&[], &[ESM, ("index.ts", app)]),
        ["- Query.todo todo", "- User.place place", "GET /deco Lambda.show", "- Mutation.add Lambda.add"]
    );
}

#[test]
fn plug_ins_in_folders_and_by_import_have_their_prefixes() {
    let app = "
const path = require('path'), autoload = require('@fastify/autoload');
const app = require('fastify')();
app.register(autoload, { dir: path.join(__dirname, 'routes'), options: { prefix: '/api' } });
app.register(import('./late.mjs'), { prefix: '/late' });
exports.handler = require('@fastify/aws-lambda')(app);
";
    let files = [
        ("index.js", app),
        ("routes/root.js", "module.exports = async (app) => { app.get('/', async function root() {}); };\n"),
        ("routes/deep/in/index.js", "module.exports = async (app) => { app.post('/x', async function x() {}); };\n"),
        (
            "routes/deep/in/helper.js",
            "module.exports = async (app) => { app.post('/not', async function not() {}); };\n",
        ),
        (
            "routes/other/o.js",
            "module.exports = async (app) => { app.get('/y', async function y() {}); };\nmodule.exports.autoPrefix = '/own';\n",
        ),
        ("late.mjs", "export default async function (app) { app.put('/z', { handler: async function z() {} }); }\n"),
    ];
    let mut found = of_node(&["fastify", "@fastify/autoload", "@fastify/aws-lambda"], &files);
    found.retain(|route| !route.ends_with(" not"));
    found.sort_unstable();
    assert_eq!(found, ["GET /api root", "GET /api/own/y y", "POST /api/deep/in/x x", "PUT /late/z z"]);
}

#[test]
fn views_of_a_router_are_mounted_whole() {
    let app = "
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
const books = new Hono().basePath('/shelf').get('/', function list(c) { return c; });
const app = new Hono().basePath('/api').route('/books', books);
app.all('/in/*', async (c, next) => { await next(); });
export const handler = handle(app);
";
    assert_eq!(of_node(&["hono"], &[ESM, ("index.ts", app)]), ["GET /api/books/shelf list"]);
}

#[test]
fn controllers_that_functions_make_take_their_paths_from_the_calls() {
    let app = "
import { Module, Controller, Get } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
function made(path) {
  @Controller(path) class Made { @Get() list() { return []; } }
  return Made;
}
class Feature { static forRoot(options) { return { module: Feature, controllers: [made(options.path)] }; } }
@Module({ imports: [Feature.forRoot({ path: 'features' })] }) class App {}
export const handler = async (event) => (await NestFactory.create(App)).handle(event);
";
    assert_eq!(of_node(&["@nestjs/common", "@nestjs/core"], &[ESM, ("index.ts", app)]), ["GET /features Made.list"]);
}

#[test]
fn a_package_s_handler_leads_to_the_function_s_own() {
    let app = "def handle(event, context):\n    if event['path'] == '/a':\n        return 1\n    if event['path'] == '/b':\n        \
               return 2\n";
    let adapter = format!(
        "adapter=import os\nfrom importlib import import_module\n{}module, name = os.environ['REAL'].rsplit('.', 1)\n\
         handler = getattr(import_module(module), name)\n",
        "y = 1\n".repeat(20_000)
    );
    let template = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      \
                    Handler: adapter.handler\n      Runtime: python3.13\n      Environment: {Variables: {REAL: app.handle}}\n";
    let project = python(&[&adapter], &[("app.py", app), ("template.yaml", template)]);
    assert_eq!(routes(&project, &[]), ["- /a handle", "- /b handle"]);
    // What the package does itself is there for every route, and nothing that could move.
    let function = &project.report(&[])["functions"][0];
    assert_eq!(function["routes"][0]["estimated_ms"], function["init"]["estimated_ms"]);
    assert_eq!(function["lazy_all"], serde_json::Value::Null);
}

#[test]
fn routers_that_a_function_makes_are_as_many_as_its_calls() {
    let make = "
const express = require('express');
exports.make = (log) => { const router = express.Router(); router.get('/up', function up() {}); return router; };
";
    let users = "
const { make } = require('./make');
const users = make('users');
users.get('/:id', function one() {});
module.exports = users;
";
    let keys = "
const util = require('./make');
module.exports = { app: function () { const app = util.make('keys'); app.get('/', function list() {}); return app; } };
";
    let app = "
const { make } = require('./make');
const app = make('app'), items = make('items');
items.post('/', function add() {});
app.use('/users', require('./users'));
app.use('/items', items);
app.use('/keys', require('./keys').app());
exports.handler = require('serverless-http')(app);
";
    let mut found = of_node(
        &["express", "serverless-http"],
        &[("index.js", app), ("make.js", make), ("users.js", users), ("keys.js", keys)],
    );
    found.sort_unstable();
    let wanted = [
        "GET /items/up up",
        "GET /keys list",
        "GET /keys/up up",
        "GET /up up",
        "GET /users/:id one",
        "GET /users/up up",
        "POST /items add",
    ];
    assert_eq!(found, wanted);
    let app = "
from flask import Flask, Blueprint
def make(name, prefix):
    made = Blueprint(name, __name__, url_prefix=prefix)
    @made.get('/up')
    def up(): pass
    return made
users, items = make('users', '/users'), make('items', prefix='/items')
@users.get('/<id>')
def one(id): pass
@items.post('/')
def add(): pass
app = Flask(__name__)
app.register_blueprint(users)
app.register_blueprint(items, url_prefix='/things')
def handler(event, context): return app(event, context)
";
    let flask = "class Flask:\n    def __init__(self, *a, **k): pass\nclass Blueprint(Flask): pass\n";
    let project = python(&[&format!("flask={flask}")], &[("app.py", app)]);
    let mut found = routes(&project, &["--handler", "app.handler"]);
    found.sort_unstable();
    assert_eq!(found, ["GET /things/up up", "GET /users/<id> one", "GET /users/up up", "POST /things add"]);
}
