//! Everything moved to first use: beside the plan, never as advice.

use super::routes::{node, python};

fn ms(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// A package whose load takes long enough to matter.
fn heavy(name: &str) -> String {
    format!("{name}={}", "y = 1\n".repeat(40_000))
}

const CATALOG: &str = "
const fs = require('fs');
const path = require('path');
const rows = JSON.parse(fs.readFileSync(path.join(__dirname, 'data', 'rows.json'), 'utf8'));
let sum = 0;
for (let i = 0; i < 50000000; i++) sum += i;
exports.handler = async (event) => {
  if (event.path === '/row') return rows[event.id];
  if (event.path === '/count') return rows.length + sum;
};
";

#[test]
fn what_every_route_needs_can_move_as_well() {
    let rows = format!("[{}{{}}]", "{\"id\":1234567},".repeat(250_000));
    let project = node(&[], &[("index.js", CATALOG), ("data/rows.json", &rows)]);
    let function = &project.report(&["--handler", "index.handler"])["functions"][0];
    let (all, today) = (&function["lazy_all"], ms(&function["init"]["estimated_ms"]));
    let runtime = ms(&function["init"]["parts"][0]["ms"]);
    // Nothing but the definitions of the handler module is left: no file read, no loop.
    assert_eq!(function["split"]["lazy"]["moves"], serde_json::json!([]));
    assert!(today > runtime + 60.0 && ms(&all["estimated_ms"]) < runtime + 2.0, "{function}");
    assert!(ms(&all["low_ms"]) <= ms(&all["estimated_ms"]) && ms(&all["high_ms"]) > ms(&all["estimated_ms"]) + 1.9);
    // The first request does it all instead.
    assert_eq!(all["pays"], false);
    assert_eq!(all["first_requests"][0]["route"], "/row");
    let first = ms(&all["first_requests"][1]["ms"]);
    assert!((ms(&all["estimated_ms"]) + first - today).abs() < 0.01, "{all} {today}");
    let run = project.run(&["split", "--handler", "index.handler"]);
    let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = out.split_once("or everything at first use: Init 1").map(|(_, said)| said);
    assert!(said.is_some_and(|said| said.contains("on average: moves work, saves none")), "{out}");
    let run = project.run(&["check", "--handler", "index.handler", "--format", "markdown"]);
    assert!(run.out.contains("with everything at first use Init 1"), "{}", run.out);
}

#[test]
fn routes_that_need_little_make_it_pay() {
    let app = "import json\nimport left\ndef handler(event, context):\n    if event['path'] == '/left':\n        \
               return left.y\n    if event['path'] == '/up':\n        return json.dumps('up')\n";
    let project = python(&[&heavy("left")], &[("app.py", app)]);
    let all = &project.report(&["--handler", "app.handler"])["functions"][0]["lazy_all"];
    assert_eq!(all["pays"], true, "{all}");
    assert!(ms(&all["first_requests"][0]["ms"]) > ms(&all["first_requests"][1]["ms"]) + 20.0, "{all}");
}

#[test]
fn a_function_without_routes_has_it_too_and_pays_more_at_little_memory() {
    let app = "import sqlite3\nimport left\ndef handler(event, context):\n    return left.y\n";
    let template = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      \
                    Handler: app.handler\n      Runtime: python3.13\n      MemorySize: 256\n";
    let plain = python(&[&heavy("left")], &[("app.py", app)]);
    let report = plain.report(&["--handler", "app.handler"]);
    let (all, init) = (&report["functions"][0]["lazy_all"], &report["functions"][0]["init"]);
    assert_eq!(report["functions"][0]["split"], serde_json::Value::Null);
    assert_eq!(all["first_requests"][0]["route"], "*");
    // Nobody moves what the runtime itself brings.
    let part = |name: &str| init["parts"].as_array().unwrap().iter().find(|part| part["name"] == name).cloned();
    let standard = ms(&part("standard library").unwrap()["ms"]);
    assert!(standard > 1.0 && ms(&all["estimated_ms"]) > ms(&init["parts"][0]["ms"]) + standard, "{all}");
    let small = python(&[&format!("src/{}", heavy("left"))], &[("src/app.py", app), ("template.yaml", template)]);
    let small = &small.report(&[])["functions"][0]["lazy_all"];
    assert!(ms(&small["first_requests"][0]["ms"]) > 5.0 * ms(&all["first_requests"][0]["ms"]), "{small} {all}");
    // There must be something to move.
    let bare = python(&[], &[("app.py", "import json\ndef handler(event, context):\n    return json.dumps(event)\n")]);
    assert_eq!(bare.report(&["--handler", "app.handler"])["functions"][0]["lazy_all"], serde_json::Value::Null);
}
