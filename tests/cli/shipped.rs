//! What is shipped: images by their Dockerfile, parts of folders by patterns, and what a build has still to make.

use serde_json::Value;

use super::Project;

const HANDLER: &str = "def handler(event, context):\n    return 1\n";

fn report(project: &Project) -> Value {
    let run = project.run(&["check", "--format", "json", "--ignore", "scaling"]);
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err))
}

/// Name, verdict, kind and number of files of each function.
fn functions(report: &Value) -> Vec<String> {
    let said = |function: &Value| {
        let (name, verdict) = (function["name"].as_str().unwrap(), function["start"]["verdict"].as_str().unwrap());
        let package = &function["package"];
        format!("{name} {verdict} {} {}", package["kind"].as_str().unwrap(), package["files"])
    };
    report["functions"].as_array().unwrap().iter().map(said).collect()
}

#[test]
fn an_image_is_what_its_dockerfile_copies() {
    let service = "service: shop\nprovider:\n  name: aws\n  ecr:\n    images:\n      base: {path: ./svc, file: Dockerfile.lambda}\n\
                   functions:\n  a: {image: {name: base, command: [app.a.handler]}}\n  b: {image: {name: base}}\n";
    let file = "ARG PY=3.12\nFROM public.ecr.aws/lambda/python:${PY}\nCOPY app ${LAMBDA_TASK_ROOT}/app\n\
                CMD [\"app.b.handler\"]\n";
    let project = Project::new(&[
        ("serverless.yml", service),
        ("svc/Dockerfile.lambda", file),
        ("svc/.dockerignore", "**/notes.py\n"),
        ("svc/app/__init__.py", ""),
        ("svc/app/a.py", HANDLER),
        ("svc/app/b.py", "from . import notes\n\ndef handler(event, context):\n    return notes\n"),
        ("svc/app/notes.py", ""),
        ("svc/other.py", ""),
    ]);
    let report = report(&project);
    assert_eq!(functions(&report), ["a starts image 3", "b fails image 3"]);
    assert_eq!(report["functions"][0]["runtime"], "python3.12");
    let cause = &report["functions"][1]["start"]["cause"];
    assert_eq!(cause["location"]["path"], "svc/app/b.py", "{cause}");
}

#[test]
fn a_folder_with_a_dockerfile_of_a_function_is_one() {
    let file = "FROM public.ecr.aws/lambda/python:3.13\nCOPY src/ ./\nCMD [\"jobs.handler\"]\n";
    let project = Project::new(&[("Dockerfile", file), ("src/jobs.py", HANDLER)]);
    let report = report(&project);
    assert_eq!(report["functions"][0]["handler"], "jobs.handler");
    assert_eq!(report["functions"][0]["start"]["verdict"], "starts");
}

#[test]
fn patterns_choose_what_is_shipped_as_the_framework_reads_them() {
    let service = "service: shop\nprovider: {name: aws, runtime: python3.12}\npackage:\n  individually: true\n  \
                   patterns: ['!**', 'shared/**']\nfunctions:\n  one: {handler: src/one.handler, package: {patterns: ['src/one.py']}}\n  \
                   two: {handler: src/two.handler, package: {patterns: ['!**', 'src/two.py', '!shared/**']}}\n";
    let code = "import shared.x\n\ndef handler(event, context):\n    return shared.x\n";
    let project = Project::new(&[
        ("serverless.yml", service),
        ("src/one.py", code),
        ("src/two.py", code),
        ("shared/x.py", "A = 1\n"),
    ]);
    let report = report(&project);
    assert_eq!(functions(&report), ["one starts directory 2", "two fails directory 1"]);
    assert_eq!(report["functions"][1]["start"]["cause"]["location"]["path"], "src/two.py");
}

#[test]
fn archives_leave_out_what_terraform_excludes() {
    let main = "data \"archive_file\" \"z\" {\n  type = \"zip\"\n  source_dir = \"src\"\n  output_path = \"z.zip\"\n  \
                excludes = [\"tests\"]\n}\nresource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  role = \"r\"\n  \
                handler = \"app.handler\"\n  runtime = \"python3.12\"\n  filename = data.archive_file.z.output_path\n}\n";
    let project =
        Project::new(&[("main.tf", main), ("src/app.py", HANDLER), ("src/tests/test_app.py", "import pytest\n")]);
    assert_eq!(functions(&report(&project)), ["aws_lambda_function.f starts directory 1"]);
}

#[test]
fn a_handler_that_is_not_built_is_read_from_its_source() {
    let template = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: ., Handler: dist/api/post.handler, Runtime: nodejs22.x}\n  B:\n    \
                    Type: AWS::Serverless::Function\n    Properties: {CodeUri: empty, Handler: app.handler, Runtime: python3.12}\n";
    let project = Project::new(&[
        ("template.yaml", template),
        ("src/api/post.ts", "export const handler = async () => 1;\n"),
        ("empty/README.md", "made elsewhere\n"),
    ]);
    let report = report(&project);
    assert_eq!(report["findings"], serde_json::json!([]));
    let details = |at: usize| report["functions"][at]["open"][0]["detail"].as_str().unwrap().to_owned();
    assert!(details(0).contains("src/api/post.ts stands for it"), "{}", details(0));
    assert!(details(1).contains("no file in empty is Python"), "{}", details(1));
}

#[test]
fn broken_templates_and_projects_beside_each_other_are_all_looked_at() {
    let good = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    \
                Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.12}\n";
    let project = Project::new(&[
        ("template.yaml", "Resources:\n  A: {Type: AWS::Serverless::Function\n  B: [\n"),
        ("svc/template.yaml", good),
        ("svc/app.py", HANDLER),
    ]);
    let run = project.run(&["check", "--format", "json", "--ignore", "scaling"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, functions(&report)), (0, vec!["A starts directory 2".to_owned()]), "{}", run.err);
    let project = Project::new(&[
        ("README.md", ""),
        ("a/package.json", "{\"dependencies\": {\"left-pad\": \"1\"}}"),
        ("a/index.js", "require('left-pad');\n"),
        ("b/requirements.txt", "requests\n"),
        ("b/tool.py", "import requests\n"),
    ]);
    let run = project.run(&["check", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let paths: Vec<&str> =
        report["projects"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!((run.code, paths), (0, vec!["a", "b"]), "{}", run.err);
}

#[test]
fn a_script_that_a_wrapper_starts_is_no_module() {
    let of = |runtime: &str, script: &str, files: &[(&str, &str)]| {
        let template = format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             CodeUri: fn\n      Handler: run.sh\n      Runtime: {runtime}\n      Layers: [!Sub \
             'arn:aws:lambda:${{AWS::Region}}:753240598075:layer:LambdaAdapterLayerX86:26']\n      Environment: {{Variables: \
             {{AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap}}}}\n"
        );
        let all = [&[("template.yaml", &*template), ("fn/run.sh", script)], files].concat();
        report(&Project::new(&all))
    };
    let node = of("nodejs22.x", "#!/bin/bash\nexec node index.js\n", &[("fn/index.js", "require('http');\n")]);
    assert_eq!(functions(&node), ["A unknown directory 2"]);
    assert_eq!(node["findings"], serde_json::json!([]));
    let files = [("fn/main.py", "import decimal, sqlite3\napp = lambda scope: None\n")];
    let python = of("python3.12", "#!/bin/bash\nexec python -m uvicorn --port=$PORT main:app\n", &files);
    let loaded = python["functions"][0]["modules"].as_array().unwrap().iter();
    assert!(loaded.clone().any(|module| module["name"] == "sqlite3"), "{}", python["functions"][0]["start"]);
    assert_eq!(python["findings"], serde_json::json!([]));
}
