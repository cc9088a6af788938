//! Closures of routes, on functions of a few lines.

use crate::assemble::FunctionSpec;
use crate::cost::{self, CostInput};
use crate::program::Prepared;
use crate::program::tests::Small;
use crate::split::{self, Objective, Routes};

const APP: &str = "
import csv
import sqlite3

def export(event):
    return csv.writer(event)

def save(event):
    return sqlite3.connect(event)

def handler(event, context):
    if event['action'] == 'export':
        return export(event)
    elif event['action'] == 'save':
        return save(event)
";

fn routes(app: &str) -> Routes {
    let small = Small::new(&[("app.py", app)]);
    let runtime = "python3.12".parse().unwrap_or_else(|_| panic!("a runtime"));
    let spec = FunctionSpec::new("fn".into(), runtime, "app.handler".into(), String::new());
    let (artifact, graph, packages) = (&small.bundle.artifact, &small.graph, &small.packages);
    let estimate = cost::estimate(&CostInput { spec: &spec, artifact, graph, packages, calibrations: &[] });
    split::analyse(&split::Input {
        spec: &spec,
        artifact,
        graph,
        packages,
        prepared: &Prepared::default(),
        estimate: &estimate,
        objective: &Objective::default(),
    })
}

#[test]
fn a_route_costs_what_its_code_names() {
    let routes = routes(APP);
    let [export, save] = routes.routes.as_slice() else { panic!("{} routes", routes.routes.len()) };
    assert_eq!((export.label.as_str(), save.label.as_str()), ("export", "save"));
    assert!(export.closure.init_ms < save.closure.init_ms, "the database costs more than the writer");
    assert!(routes.common.init_ms <= export.closure.init_ms);
    let both = export.closure.modules.intersection(&save.closure.modules).count();
    assert!(both < export.closure.modules.len() && both < save.closure.modules.len());
}

#[test]
fn one_route_needs_no_plan() {
    let one = "
import sqlite3

def handler(event, context):
    if event['action'] == 'save':
        return sqlite3.connect(event)
";
    assert!(routes(one).plan.is_none());
}
