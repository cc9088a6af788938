use super::*;
use crate::engine::{Budgets, FunctionFacts};
use crate::graph::Refused;
use crate::package::Bundle;
use crate::run::{Given, Listener, Settings, convention};

/// Nobody.
struct Deaf;

impl Listener for Deaf {
    fn step(&self, _: &str) {}
    fn note(&self, _: &str) {}
    fn warn(&self, _: &str) {}
}

/// Three functions in one folder, of which the second makes each stage in turn fail.
fn with(stages: &Stages) -> ProjectFacts {
    let folder = tempfile::tempdir().unwrap();
    let code = "def handler(event, context):\n    return 1\n";
    for name in ["a", "b", "c"] {
        std::fs::write(folder.path().join(format!("{name}.py")), code).unwrap();
    }
    let (given, settings, shelf) = (Given::default(), Settings::default(), Shelf::default());
    let inputs = Inputs { given: &given, settings: &settings, budgets: Budgets::default(), listener: &Deaf };
    let place = discover::Place::at(folder.path()).unwrap();
    let spec = |name: &str| {
        let given = Given { handler: Some(format!("{name}.handler")), ..Given::default() };
        let inputs = Inputs { given: &given, ..inputs };
        FunctionSpec { name: name.to_owned(), ..convention::function(&place, &inputs, &shelf).unwrap() }
    };
    let mut project = ProjectFacts::default();
    analyse(["a", "b", "c"].map(spec).to_vec(), &inputs, &shelf, stages, &mut project);
    project
}

/// The others are whole, and the second says what failed.
fn fails_alone(project: &ProjectFacts, part: &str) {
    let names: Vec<&str> = project.functions.iter().map(|facts| &*facts.spec.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    for facts in &project.functions {
        let is_faulty = facts.spec.name == "b";
        assert_eq!(facts.faults.len(), usize::from(is_faulty), "{part}: {:?}", facts.faults);
        assert!(facts.faults.iter().all(|fault| fault.message.contains(part)), "{:?}", facts.faults);
        assert!(is_faulty || facts.has_closure());
    }
}

fn fault(spec: &FunctionSpec) {
    assert_ne!(spec.name, "b", "the fault that the test wants");
}

#[test]
fn a_fault_in_a_stage_costs_that_function_alone_and_is_told() {
    let load = |spec: &FunctionSpec, bundle: &Bundle, refused: &Refused, together: &Together<'_>| {
        fault(spec);
        (STAGES.load)(spec, bundle, refused, together)
    };
    fails_alone(&with(&Stages { load, ..STAGES }), "the import simulation failed");
    let routes = |facts: &FunctionFacts, objective: &crate::split::Objective| {
        fault(&facts.spec);
        (STAGES.routes)(facts, objective)
    };
    fails_alone(&with(&Stages { routes, ..STAGES }), "the search for routes failed");
    let usage = |facts: &FunctionFacts| {
        fault(&facts.spec);
        (STAGES.usage)(facts)
    };
    fails_alone(&with(&Stages { usage, ..STAGES }), "the search for used dependencies failed");
    fails_alone_nowhere(&with(&STAGES));
}

fn fails_alone_nowhere(project: &ProjectFacts) {
    assert!(project.functions.iter().all(|facts| facts.faults.is_empty() && facts.has_closure()));
}

#[test]
fn functions_that_ship_one_folder_share_one_reading_of_it() {
    let project = with(&STAGES);
    let [a, rest @ ..] = &project.functions[..] else { panic!("three functions") };
    assert!(rest.iter().all(|facts| std::sync::Arc::ptr_eq(&a.bundle, &facts.bundle)));
}
