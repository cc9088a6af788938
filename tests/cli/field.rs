//! What public repositories have shown: builds of their own, files that git ignores, applications side by side.

use serde_json::{Value, json};

use super::Project;

const HANDLER: &str = "def handler(event, context):\n    return 1\n";

/// A template of one function, whose properties follow.
fn sam(id: &str, metadata: &str, properties: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  {id}:\n    Type: AWS::Serverless::Function\n{metadata}    \
         Properties: {{Runtime: python3.12, {properties}}}\n"
    )
}

fn names(report: &Value) -> Vec<&str> {
    report["functions"].as_array().unwrap().iter().map(|function| function["name"].as_str().unwrap()).collect()
}

/// The places of what a rule has found.
fn found(report: &Value, rule: &str) -> Vec<(String, u64)> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    let place = |finding: &Value| {
        let location = &finding["location"];
        (location["path"].as_str().unwrap().to_owned(), location["line"].as_u64().unwrap())
    };
    findings.map(place).collect()
}

#[test]
fn what_a_makefile_copies_is_the_package() {
    let makefile = "build-Main:\n\tcp -r src/. $(ARTIFACTS_DIR)\n\tpython -m pip install -r requirements.txt -t $(ARTIFACTS_DIR)\n";
    let template = sam("Main", "    Metadata: {BuildMethod: makefile}\n", "CodeUri: ., Handler: main.handler");
    let project = Project::new(&[
        ("template.yaml", &template),
        ("Makefile", makefile),
        ("requirements.txt", "requests\n"),
        ("src/main.py", "import requests\nimport own.part\nfrom . import no\ndef handler(event, context):\n    pass\n"),
        ("src/own/part.py", ""),
        ("tool.py", ""),
    ]);
    let report = project.report(&[]);
    let function = &report["functions"][0];
    let loaded: Vec<&str> =
        function["modules"].as_array().unwrap().iter().filter_map(|module| module["path"].as_str()).collect();
    assert!(loaded.contains(&"main.py") && loaded.contains(&"own/part.py"), "{loaded:?}");
    let open = function["open"].to_string();
    assert!(open.contains("what its makefile copies stands for it"), "{open}");
    // Where the handler is not among what is copied for sure, all of the sources stand for the package.
    project.write("Makefile", "build-Main:\n\t./make.sh $(ARTIFACTS_DIR)\n");
    assert!(!project.report(&[])["functions"][0]["open"].to_string().contains("makefile copies"));
}

#[test]
fn a_file_that_git_ignores_may_be_made_by_a_step_before_the_build() {
    let template = sam("Main", "", "CodeUri: api, Handler: app.handler").replace("python3.12", "nodejs22.x");
    let project = Project::new(&[
        (".git/HEAD", ""),
        (".gitignore", "/api/src/routes.js\n"),
        ("template.yaml", &template),
        ("api/app.js", "require('./src/routes')\nexports.handler = async () => 1\n"),
    ]);
    let report = project.report(&[]);
    let function = &report["functions"][0];
    assert_eq!(function["start"]["verdict"], "unknown", "{}", function["start"]);
    assert_eq!(found(&report, "unresolved-import"), []);
    assert!(function["open"].to_string().contains("git ignores it"), "{}", function["open"]);
    project.write(".gitignore", "/web/routes.js\n");
    let report = project.report(&[]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "fails");
    assert_eq!(found(&report, "unresolved-import"), [("api/app.js".to_owned(), 1)]);
}

#[test]
fn a_template_beside_another_that_names_a_bucket_is_read() {
    let beside =
        sam("Beside", "", "CodeUri: b, Handler: app.handler, Environment: {Variables: {DATA: 's3://bucket/data'}}");
    let packaged = sam("Main", "", "CodeUri: s3://bucket/key, Handler: app.handler");
    let project = Project::new(&[
        ("template.yaml", &sam("Main", "", "CodeUri: a, Handler: app.handler")),
        ("worker.yaml", &beside),
        ("packaged.yaml", &packaged),
        ("a/app.py", HANDLER),
        ("b/app.py", HANDLER),
    ]);
    let report = project.report(&[]);
    assert_eq!(names(&report), ["Main", "Beside"], "{report:#}");
    assert_eq!(report["problems"], json!([]));
    // So is what another tool deploys, whatever its files are called.
    let functions = "data \"archive_file\" \"code\" {\n  type = \"zip\"\n  source_dir = \"${path.module}/b\"\n  output_path = \"b.zip\"\n}\n\
                     resource \"aws_lambda_function\" \"own\" {\n  function_name = \"own\"\n  runtime = \"python3.12\"\n  handler = \"app.handler\"\n  \
                     role = \"r\"\n  filename = data.archive_file.code.output_path\n}\n";
    project.write("functions.tf", functions);
    project.write("names.tf", "variable \"stage\" { default = \"dev\" }\n");
    assert_eq!(names(&project.report(&[])), ["Main", "aws_lambda_function.own", "Beside"]);
}

#[test]
fn a_chalice_project_without_its_settings_is_found() {
    let app = "from chalice import Chalice\nfrom chalicelib.jobs import jobs\napp = Chalice(app_name='shop')\n\
               app.register_blueprint(jobs)\n@app.route('/')\ndef index():\n    return {}\n";
    let jobs = "from chalice import Blueprint\njobs = Blueprint(__name__)\n@jobs.schedule('rate(1 day)')\ndef nightly(event):\n    pass\n";
    let files = [
        ("app.py", app),
        ("chalicelib/__init__.py", ""),
        ("chalicelib/jobs.py", jobs),
        ("requirements.txt", "chalice\n"),
    ];
    let project = Project::new(&files);
    let report = project.report(&[]);
    assert_eq!(names(&report), ["api_handler", "nightly"], "{report:#}");
    assert!(report["problems"].to_string().contains(".chalice/config.json"), "{}", report["problems"]);
    assert_eq!(report["functions"][1]["handler"], "chalicelib.jobs.nightly");
    // With them it is the same project once.
    project.write(".chalice/config.json", r#"{"app_name": "shop", "stages": {"dev": {"lambda_memory_size": 256}}}"#);
    let report = project.report(&[]);
    assert_eq!(names(&report), ["api_handler", "nightly"], "{report:#}");
    assert_eq!((&report["problems"], &report["functions"][0]["memory_mb"]), (&json!([]), &json!(256)));
}

#[test]
fn the_alarm_of_an_account_is_missed_once() {
    let template = |id: &str| {
        sam(id, "", "CodeUri: src, Handler: app.handler, Timeout: 10, MemorySize: 256, Events: {A: {Type: HttpApi}}")
            + "  Errors:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {Namespace: AWS/Lambda, MetricName: Errors, \
               Statistic: Sum, Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: GreaterThanThreshold}\n"
    };
    let (one, two) = (template("One"), template("Two"));
    let files = [
        ("defrost.toml", "[rules]\nno-account-concurrency-alarm = \"note\"\n"),
        ("a/template.yaml", &*one),
        ("a/src/app.py", HANDLER),
        ("b/template.yaml", &*two),
        ("b/src/app.py", HANDLER),
    ];
    let project = Project::new(&files);
    let select = ["--select", "no-account-concurrency-alarm"];
    let missed = |project: &Project| found(&project.report(&select), "no-account-concurrency-alarm");
    assert_eq!(missed(&project).len(), 1);
    let alarm = two.replace("MetricName: Errors", "MetricName: ClaimedAccountConcurrency");
    project.write("b/template.yaml", &alarm);
    assert_eq!(missed(&project), []);
}

#[test]
fn what_two_applications_have_of_one_module_is_said_once() {
    let module = "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  runtime = \"python3.6\"\n  handler = \"app.handler\"\n  role = \"r\"\n  filename = \"${path.module}/gone.zip\"\n}\n";
    let root = "module \"shared\" {\n  source = \"../../modules/shared\"\n}\n";
    let project = Project::new(&[
        (".git/HEAD", ""),
        ("envs/dev/main.tf", root),
        ("envs/prod/main.tf", root),
        ("modules/shared/main.tf", module),
    ]);
    let report = project.report(&[]);
    assert_eq!(found(&report, "deprecated-runtime"), [("modules/shared/main.tf".to_owned(), 3)]);
}

#[test]
fn a_service_in_a_script_of_javascript_is_read_with_its_helpers() {
    let service = "const { handlerOf } = require('./helpers')\nmodule.exports = {\n  service: 'shop',\n  provider: { name: 'aws', runtime: 'nodejs22.x' },\n  functions: { get: { handler: 'src/app.handler' } },\n}\n";
    let project = Project::new(&[("serverless.js", service), ("src/app.js", "exports.handler = async () => 1\n")]);
    assert_eq!(names(&project.report(&[])), ["get"]);
    let typed = "import { handlerOf } from './helpers'\nexport default { service: 'shop', provider: { name: 'aws', runtime: 'nodejs22.x' },\n  functions: { get: { handler: handlerOf('app.handler') } } }\n";
    let helpers = "export const handlerOf = (name: string): string => {\n  return `./src/${name}`\n}\n";
    let project = Project::new(&[
        ("serverless.ts", typed),
        ("helpers.ts", helpers),
        ("src/app.js", "exports.handler = async () => 1\n"),
    ]);
    assert_eq!(project.report(&[])["functions"][0]["start"]["verdict"], "starts");
}

#[test]
fn a_load_test_sends_what_the_code_answers() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Web:\n    Type: AWS::Serverless::Function\n    \
        Properties:\n      Runtime: python3.12\n      Handler: app.handler\n      CodeUri: src\n      Events:\n        \
        All: {Type: HttpApi}\n";
    let app = "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver\napp = APIGatewayHttpResolver()\n\
        @app.get('/orders/<id>')\ndef order(id):\n    return {}\n@app.post('/orders')\ndef create():\n    return {}\n\
        def handler(event, context):\n    return app.resolve(event, context)\n";
    let project = Project::new(&[("template.yaml", template), ("src/app.py", app)]);
    let run = project.run(&["plan-test", "template.yaml"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.contains("['GET', '/orders/1', 0.") && run.out.contains("['POST', '/orders', 1.000]"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("$default") && run.out.contains("Web_beyond"), "{}", run.out);
}
