//! Routes that no literal branch or table names: registries, methods by name, patterns.

use super::routes::{node, python, routes};

#[test]
fn methods_that_are_asked_for_by_name_are_routes() {
    let app = "
import heavy, light
class Jobs:
    def __init__(self, event):
        self.event = event
    def run(self):
        return getattr(self, 'on_' + self.event['action'])()
    def on_draw(self):
        return self.helper()
    def on_list(self):
        return light.x
    def helper(self):
        return heavy.x
def handler(event, context):
    return Jobs(event).run()
";
    let project = python(&["heavy", "light"], &[("app.py", app)]);
    assert_eq!(routes(&project, &["--handler", "app.handler"]), ["- draw on_draw heavy", "- list on_list light"]);
}

#[test]
fn decorators_of_the_function_itself_register_routes() {
    let main = "from registry import run\nimport jobs\ndef handler(event, context):\n    return run(event['type'])\n";
    let registry = "KNOWN = {}\ndef job(name):\n    def wrap(fn):\n        KNOWN[name] = fn\n        return fn\n    return wrap\ndef run(name):\n    return KNOWN.get(name)()\n";
    let jobs = "import heavy\nfrom registry import job\n@job('draw')\ndef draw():\n    return heavy.x\n@job('ping')\ndef ping():\n    return 1\n";
    let files = [("main.py", main), ("registry.py", registry), ("jobs.py", jobs)];
    let mut found = routes(&python(&["heavy"], &files), &["--handler", "main.handler"]);
    found.sort();
    assert_eq!(found, ["- draw draw heavy", "- ping ping"]);
}

#[test]
fn patterns_with_parts_are_read() {
    let app = "
import heavy, light
def handler(event, context):
    match event:
        case {'detail-type': 'Placed' | 'Changed', 'detail': detail}:
            return heavy.x
        case {'httpMethod': 'GET', 'path': '/list'}:
            return light.x
        case _:
            return None
";
    let found = routes(&python(&["heavy", "light"], &[("app.py", app)]), &["--handler", "app.handler"]);
    assert_eq!(found, ["- Placed handler heavy", "- Changed handler heavy", "GET /list handler light"]);
}

#[test]
fn what_is_added_to_a_table_later_counts() {
    let index = "
const table = new Map([['a', require('./a')]]);
table.set('b', async () => require('light')());
exports.handler = async (event) => table.get(event.action)(event);
";
    let a = "const heavy = require('heavy');\nmodule.exports = () => heavy();\n";
    let project = node(&["heavy", "light"], &[("index.js", index), ("a.js", a)]);
    assert_eq!(routes(&project, &["--handler", "index.handler"]), ["- a  heavy", "- b  light"]);
}

#[test]
fn one_optional_field_is_no_dispatch() {
    let app = "
def handler(event, context):
    if event.get('verbose'):
        return 1
    return 2
";
    assert!(routes(&python(&[], &[("app.py", app)]), &["--handler", "app.handler"]).is_empty());
}
