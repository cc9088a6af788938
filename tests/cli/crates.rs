//! Functions that templates declare and crates of the repository build.

use serde_json::Value;

use super::Project;

const MAIN: &str = "use lambda_runtime::{run, service_fn, Error, LambdaEvent};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}
";

fn manifest(name: &str, more: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nlambda_runtime = \"1\"\ntokio = \"1\"\n{more}"
    )
}

fn report(project: &Project) -> Value {
    let run = project.run(&["check", "--format", "json", "--fail-on", "error"]);
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err))
}

/// Name, place, instruction set and memory of the functions.
fn functions(report: &Value) -> Vec<String> {
    let functions = report["functions"].as_array().unwrap().iter();
    let said = |function: &Value| {
        format!(
            "{} {} {} {} {}",
            function["name"].as_str().unwrap(),
            function["origin"]["path"].as_str().unwrap(),
            function["runtime"].as_str().unwrap(),
            function["architecture"].as_str().unwrap(),
            function["memory_mb"]
        )
    };
    functions.map(said).collect()
}

/// A crate with two executables that are functions and one that is not deployed.
fn of_one_crate(template: &str) -> Project {
    Project::new(&[
        ("template.yaml", template),
        ("Cargo.toml", &manifest("shop", "")),
        ("src/bin/get-order.rs", MAIN),
        ("src/bin/put-order.rs", MAIN),
        ("src/bin/by-hand.rs", MAIN),
    ])
}

#[test]
fn what_cargo_lambda_would_build_is_its_sources() {
    let project = of_one_crate(
        "Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: provided.al2, Handler: bootstrap, Architectures: [arm64]}}
Resources:
  GetOrder: {Type: AWS::Serverless::Function, Properties: {CodeUri: target/lambda/get-order/, MemorySize: 256}}
  PutOrder: {Type: AWS::Serverless::Function, Properties: {CodeUri: target/lambda/put-order/bootstrap.zip}}
  Gone: {Type: AWS::Serverless::Function, Properties: {CodeUri: target/lambda/gone/}}
",
    );
    let report = report(&project);
    assert_eq!(
        functions(&report),
        ["GetOrder template.yaml provided.al2 arm64 256", "PutOrder template.yaml provided.al2 arm64 null"]
    );
    let problem = &report["problems"][0];
    assert_eq!((problem["path"].as_str(), problem["line"].as_u64()), (Some("template.yaml"), Some(6)));
    assert!(problem["message"].as_str().unwrap().contains("Gone is left out"), "{problem}");
    assert_eq!(report["functions"][0]["application"], 0);
}

#[test]
fn a_build_property_names_the_executable() {
    let of = |binary: &str| {
        let build = "Metadata: {BuildMethod: rust-cargolambda";
        let project = of_one_crate(&format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Get:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: ., Handler: bootstrap, Runtime: provided.al2023}}\n    {build}{binary}}}\n"
        ));
        functions(&report(&project))
    };
    assert_eq!(of(", BuildProperties: {Binary: get-order}"), ["Get template.yaml provided.al2023 x86_64 null"]);
    // Which one it is cannot be known: all of them stand for it.
    assert_eq!(of("").len(), 3, "{:?}", of(""));
}

#[test]
fn crates_of_several_workspaces_are_one_run() {
    let project = Project::new(&[
        ("a/Cargo.toml", &manifest("main", "hex = \"0.4\"\n")),
        ("a/src/main.rs", MAIN),
        ("b/Cargo.toml", &manifest("main", "itoa = \"1\"\n")),
        ("b/src/main.rs", MAIN),
        (
            "c/template.yaml",
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  C: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: rust-cargolambda}, Properties: {CodeUri: fn, Handler: bootstrap, Runtime: provided.al2023}}\n",
        ),
        ("c/fn/Cargo.toml", &manifest("c", "")),
        ("c/fn/src/main.rs", MAIN),
    ]);
    let report = report(&project);
    let mut names: Vec<&str> =
        report["functions"].as_array().unwrap().iter().map(|function| function["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["C", "a/src/main.rs#main", "b/src/main.rs#main"]);
    let unused = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "unused-dependency");
    let places: Vec<&str> = unused.map(|finding| finding["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(places, ["a/Cargo.toml", "b/Cargo.toml"]);
}

/// A crate that others bring may be declared for its features alone, as long as the manifests of those others are not here.
#[test]
fn features_that_others_may_not_ask_for() {
    let of = |entry: &str| {
        let project = Project::new(&[
            (
                "Cargo.toml",
                &format!(
                    "[package]\nname = \"shop\"\nversion = \"1.0.0\"\n\n[dependencies]\nweb = \"1\"\ntraces = {entry}\n"
                ),
            ),
            ("src/main.rs", "fn main() {\n    web::f();\n}\n"),
            (
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"shop\"\nversion = \"1.0.0\"\ndependencies = [\n \"traces\",\n \"web\",\n]\n\n\
                 [[package]]\nname = \"traces\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\n\
                 [[package]]\nname = \"web\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\n \"traces\",\n]\n",
            ),
        ]);
        let report = project.report(&["--select", "unused-dependency"]);
        report["findings"].as_array().unwrap().len()
    };
    assert_eq!(of("{ version = \"1\", features = [\"log\"] }"), 0);
    assert_eq!(of("\"1\""), 1);
}
