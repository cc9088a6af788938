//! Routes of handlers of a few lines.

use super::find;
use crate::assemble::FunctionSpec;
use crate::graph::HandlerResolution;
use crate::program::tests::Small;

fn spec(runtime: &str, handler: &str) -> FunctionSpec {
    let runtime = runtime.parse().unwrap_or_else(|_| panic!("{runtime}"));
    FunctionSpec::new("fn".into(), runtime, handler.into(), String::new())
}

/// The labels of the routes of a function, in the order of its code.
fn labels(files: &[(&str, &str)]) -> Vec<String> {
    let small = Small::new(files);
    let HandlerResolution::Found { module, .. } = small.graph.handler else { return vec!["no handler".to_owned()] };
    let spec = match files.iter().any(|(path, _)| *path == "app.py") {
        true => spec("python3.12", "app.handler"),
        false => spec("nodejs22.x", "index.handler"),
    };
    let program = small.program();
    find(&spec, &program, module).map_or_else(Vec::new, |dispatch| dispatch.found.iter().map(|f| f.label()).collect())
}

#[test]
fn branches_on_fields_of_the_event() {
    let app = "
def handler(event, context):
    if event['action'] == 'make':
        return 1
    elif event['action'] in ('drop', 'clear'):
        return 2
    return 3
";
    assert_eq!(labels(&[("app.py", app)]), ["make", "drop", "clear"]);
    let index = "
exports.handler = async (event) => {
  switch (`${event.httpMethod} ${event.path}`) {
    case 'GET /a': return 1;
    case 'POST /a': return 2;
  }
};
";
    assert_eq!(labels(&[("index.js", index)]), ["GET /a", "POST /a"]);
}

#[test]
fn tables_of_functions() {
    let app = "
def make(event):
    return 1

def drop(event):
    return 2

ACTIONS = {'make': make, 'drop': drop}

def handler(event, context):
    return ACTIONS[event['action']](event)
";
    assert_eq!(labels(&[("app.py", app)]), ["make", "drop"]);
}

#[test]
fn what_dispatches_on_nothing_has_no_routes() {
    assert_eq!(labels(&[("app.py", "def handler(event, context):\n    return event['size'] > 3\n")]), [""; 0]);
    assert_eq!(labels(&[("index.js", "exports.handler = async (event) => event.a + event.b;")]), [""; 0]);
}

#[test]
fn modules_that_need_each_other_end() {
    let files = [
        ("index.js", "require('./a'); exports.handler = async (event) => event.path === '/x' ? 1 : require('./a').y"),
        ("a.js", "const b = require('./b'); exports.y = b.z; module.exports.w = { f: b.z.g }"),
        ("b.js", "const a = require('./a'); exports.z = a.y"),
    ];
    assert!(labels(&files).len() <= 2);
}
