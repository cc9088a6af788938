//! Frameworks that rows of `rules/knowledge/routes` alone support. What each of these applications answers was asked of
//! the framework itself: aiohttp 3.14, Litestar 2.25, Bottle 0.13, routing-controllers 0.11, aws-lambda-router 0.11.

use super::routes::{node, python, routes};

/// A package of which nothing is known but that it is there.
const ANYTHING: &str = "def __getattr__(name):\n    return lambda *args, **options: lambda function: function\n";

fn of_python(package: &str, app: &str) -> Vec<String> {
    let package = format!("{package}={ANYTHING}");
    routes(&python(&[&package], &[("app.py", app)]), &["--handler", "app.handler", "--runtime", "python3.12"])
}

fn of_node(packages: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    routes(&node(packages, files), &["--handler", "index.handler", "--runtime", "nodejs22.x"])
}

#[test]
fn aiohttp() {
    let app = r#"
from aiohttp import web

async def ping(request): return web.Response(text="pong")
async def users(request): return web.json_response([])
async def create(request): return web.json_response({})
async def one(request): return web.json_response({})
async def report(request): return web.json_response({})
async def change(request): return web.json_response({})

routes = web.RouteTableDef()

@routes.delete("/users/{id}")
async def drop(request):
    return web.Response()

app = web.Application()
app.add_routes([web.get("/users", users), web.post("/users", create)])
app.add_routes(routes)
app.router.add_get("/ping", ping)
app.router.add_put("/users/{id}", one)
app.router.add_route("PATCH", "/users/{id}", change)
reports = web.Application()
reports.router.add_get("/daily", report)
app.add_subapp("/reports", reports)

def handler(event, context):
    return app
"#;
    let mut found = of_python("aiohttp", app);
    found.sort();
    let mut real = [
        "GET /users users",
        "POST /users create",
        "DELETE /users/{id} drop",
        "GET /ping ping",
        "PUT /users/{id} one",
        "PATCH /users/{id} change",
        "GET /reports/daily report",
    ];
    real.sort_unstable();
    assert_eq!(found, real);
}

#[test]
fn litestar() {
    let app = r#"
from litestar import Litestar, Router, get, post, route

@get("/ping")
async def ping() -> str:
    return "pong"

@get("/")
async def users() -> list[str]:
    return []

@post("/{name:str}")
async def create(name: str) -> str:
    return name

@route("/both", http_method=["GET", "PUT"])
async def both() -> str:
    return ""

inner = Router(path="/users", route_handlers=[users, create])
app = Litestar(route_handlers=[ping, inner, both])

def handler(event, context):
    return app
"#;
    let mut found = of_python("litestar", app);
    found.sort();
    let mut real =
        ["GET /ping ping", "GET /users users", "POST /users/{name:str} create", "GET /both both", "PUT /both both"];
    real.sort_unstable();
    assert_eq!(found, real);
}

#[test]
fn bottle() {
    let app = r#"
import bottle
from bottle import get, post, route

@route("/ping")
def ping():
    return "pong"

@get("/users")
def users():
    return {}

@post("/users")
def create():
    return {}

@bottle.route("/users/<id>", method=["PUT", "DELETE"])
def change(id):
    return id

app = bottle.default_app()

def handler(event, context):
    return app
"#;
    assert_eq!(
        of_python("bottle", app),
        [
            "GET /ping ping",
            "GET /users users",
            "POST /users create",
            "PUT /users/<id> change",
            "DELETE /users/<id> change"
        ]
    );
}

#[test]
fn routing_controllers() {
    let index = "
import 'reflect-metadata';
import { createExpressServer, JsonController, Controller, Get, Post, Param, All } from 'routing-controllers';

@JsonController('/users')
class Users {
  @Get('/') list() { return []; }
  @Get('/:id') one(@Param('id') id: number) { return id; }
  @Post('/') create() { return 1; }
}

@Controller()
class Pages {
  @Get('/about') about() { return 'x'; }
  @All('/any') anything() { return 'x'; }
}

export const handler = createExpressServer({ routePrefix: '/api', controllers: [Users, Pages] });
";
    assert_eq!(
        of_node(&["routing-controllers", "reflect-metadata"], &[("index.ts", index)]),
        [
            "GET /api/users Users.list",
            "GET /api/users/:id Users.one",
            "POST /api/users Users.create",
            "GET /api/about Pages.about",
            "- /api/any Pages.anything"
        ]
    );
}

#[test]
fn aws_lambda_router() {
    let index = "
const router = require('aws-lambda-router');
async function list() { return { users: [] }; }
async function create() { return { ok: true }; }
exports.handler = router.handler({
  proxyIntegration: {
    cors: true,
    routes: [
      { path: '/users', method: 'GET', action: list },
      { path: '/users/:id', method: 'GET', action: (request) => ({ id: request.paths.id }) },
      { path: '/users', method: 'POST', action: create },
    ],
  },
});
";
    assert_eq!(
        of_node(&["aws-lambda-router"], &[("index.js", index)]),
        ["GET /users list", "GET /users/:id", "POST /users create"]
    );
}
