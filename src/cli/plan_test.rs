use std::collections::BTreeMap;
use std::io::Write;

use super::args::{PlanTestArgs, TestTool};
use super::{CLEAN, output, scale};
use crate::declare::model::{Application, RouteRole, TriggerSource};
use crate::engine::FunctionFacts;
use crate::engine::application::{function_facts, plan};
use crate::report::plan_test::{Tested, Tool, Tried, plan_test};
use crate::run::UserError;

/// Prints a load test for the functions that answer HTTP requests.
pub(super) fn run(args: &PlanTestArgs) -> Result<u8, UserError> {
    let project = scale::project(&args.path, &args.input, args.config.as_deref())?;
    let mut functions = Vec::new();
    for application in &project.applications {
        for plan in plan(&project, application).functions {
            functions.extend(tested(application, plan, &project));
        }
    }
    if functions.iter().all(|tested: &Tested| tested.routes.is_empty()) {
        return Err(UserError(format!(
            "{}: nothing here answers HTTP requests; `defrost scale` simulates queues, streams and schedules",
            args.path.display()
        )));
    }
    let tool = match args.tool {
        TestTool::K6 => Tool::K6,
        TestTool::Artillery => Tool::Artillery,
        TestTool::Oha => Tool::Oha,
    };
    write!(output::stdout(), "{}", plan_test(&functions, &args.url, tool))?;
    Ok(CLEAN)
}

/// A function with its routes.
fn tested(
    application: &Application,
    plan: crate::scaling::plan::FunctionPlan,
    project: &crate::engine::ProjectFacts,
) -> Option<Tested> {
    let named = |id| {
        let code = function_facts(project, application, id);
        let own = &application.functions[id].origin.id;
        code.map_or(own.as_str(), |code| code.spec.name.as_str()) == plan.function
    };
    let (id, _) = application.functions.ids().find(|(id, _)| named(*id))?;
    let mut routes = Vec::new();
    for trigger in application.triggers_of(id).filter(|trigger| !trigger.is_off()) {
        match trigger.source {
            TriggerSource::Route(route) => {
                let route = &application.routes[route];
                let path = route.path.text().filter(|_| route.role == RouteRole::Handler);
                // What nothing else answers is the root as well.
                let path = path.map(|path| if path == "$default" { "/" } else { path });
                let path = path.filter(|path| path.starts_with('/'));
                routes.extend(path.map(|path| (route.method.text().unwrap_or("GET").to_owned(), path.to_owned())));
            }
            TriggerSource::Url(_) | TriggerSource::LoadBalancer(_) => routes.push(("GET".to_owned(), "/".to_owned())),
            _ => {}
        }
    }
    let own = crate::engine::application::function_facts(project, application, id).map_or_else(Vec::new, of_code);
    // The code says what a route for everything stands for.
    if routes.iter().any(|(_, path)| is_for_all(path)) && !own.is_empty() {
        routes.retain(|(_, path)| !is_for_all(path));
        routes.extend(own);
    }
    routes.sort();
    routes.dedup();
    let own = &application.functions[id].origin.id;
    let names = [plan.function.as_str(), own, own.rsplit('.').next().unwrap_or(own)];
    let stated = names.iter().find_map(|name| project.traffic.functions.get(*name));
    let routes = shared(routes, stated.map(|stated| &stated.shares));
    Some(Tested { plan, timeout_ms: application.timeout_s(id).map(|seconds| f64::from(seconds) * 1e3), routes })
}

/// Routes with their shares of what is stated; the same for each where nothing is said of them. Of which nothing is
/// said beside others, they get nothing.
fn shared(routes: Vec<(String, String)>, stated: Option<&BTreeMap<String, f64>>) -> Vec<Tried> {
    let share = |(method, path): &(String, String)| {
        let named = [format!("{method} {path}"), path.clone(), format!("ANY {path}")];
        stated.and_then(|stated| named.iter().find_map(|name| stated.get(name))).copied().unwrap_or_default()
    };
    let total: f64 = routes.iter().map(share).sum();
    let each = 1.0 / routes.len().max(1) as f64;
    let tried = |route: (String, String)| {
        let share = if total > 0.0 { share(&route) / total } else { each };
        Tried { method: route.0, path: route.1, share }
    };
    routes.into_iter().map(tried).filter(|route| route.share > 0.0).collect()
}

/// Whether a path of a template stands for all that begin alike.
fn is_for_all(path: &str) -> bool {
    path == "/" || path.ends_with("+}")
}

/// The HTTP routes that the code of a function dispatches on.
fn of_code(facts: &FunctionFacts) -> Vec<(String, String)> {
    let routes = facts.routes.routes.iter();
    let http = routes.filter_map(|route| Some((route.method.clone()?, route.path.clone()?)));
    http.filter(|(_, path)| path.starts_with('/')).collect()
}
