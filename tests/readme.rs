//! Every command that the README shows runs, in a folder that has what the commands name.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::rules::elf;
use crate::support::{self, cargo_defrost, defrost, root};

#[test]
fn the_commands_of_the_readme_run() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let commands = commands(&support::text("README.md"));
    assert!(commands.len() > 10, "{commands:?}");
    for (inner, words) in commands {
        let folder = folder.path().join(inner);
        let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let output = match words[0].as_str() {
            "cargo" => cargo_defrost(&folder, &arguments),
            _ => defrost(&folder, &arguments),
        };
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{words:?}: {code:?}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The words of each `defrost` and `cargo defrost` command in the shell blocks, with the folder that the block changes to.
fn commands(readme: &str) -> Vec<(String, Vec<String>)> {
    let mut shell = false;
    let mut folder = String::new();
    let mut found = Vec::new();
    for line in readme.lines() {
        if let Some(language) = line.strip_prefix("```") {
            shell = language == "sh";
            folder.clear();
            continue;
        }
        if let Some(inner) = line.strip_prefix("cd ").filter(|_| shell) {
            inner.clone_into(&mut folder);
        }
        let command = line.split(['#', '>']).next().unwrap_or_default();
        let command =
            command.strip_prefix("cargo run --release --").map_or(command.to_owned(), |rest| format!("defrost{rest}"));
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        let ours = words.first().is_some_and(|word| word == "defrost")
            || words.starts_with(&["cargo".into(), "defrost".into()]);
        if shell && ours {
            found.push((folder.clone(), words));
        }
    }
    found
}

fn prepare(folder: &Path) {
    let example = root().join("fixtures/orders-api");
    let mut archive = Vec::new();
    for path in support::files(&example) {
        let bytes = fs::read(example.join(&path)).unwrap();
        write(folder, &format!("fixtures/orders-api/{path}"), &bytes);
        write(folder, &format!("build/{path}"), &bytes);
        archive.push((path, bytes));
    }
    write(folder, "fn.zip", &zip(&archive));
    write(folder, "layer.zip", &zip(&[("python/shared.py".to_owned(), b"LIMIT = 1\n".to_vec())]));
    let index = b"exports.handler = async () => ({ statusCode: 200 });\n".to_vec();
    write(folder, "site.zip", &zip(&[("index.js".to_owned(), index)]));
    let executable = elf::from_words("elf aarch64 2.26").unwrap();
    write(folder, "target/lambda/orders/bootstrap.zip", &zip(&[("bootstrap".to_owned(), executable)]));
    write(folder, "functions.ndjson", FUNCTIONS.as_bytes());
    write(folder, "template.yaml", TEMPLATE.as_bytes());
    write(folder, "Cargo.toml", MANIFEST.as_bytes());
    write(folder, "src/main.rs", MAIN.as_bytes());
    prepare_repositories(folder);
}

/// One repository of each kind that the README goes through.
fn prepare_repositories(folder: &Path) {
    let code = b"def handler(event, context):\n    return {\"statusCode\": 200}\n";
    let module = b"export const handler = async () => ({ statusCode: 200 });\n";
    for (path, bytes) in [
        ("orders-sam/template.yaml", LAYERED.as_bytes()),
        ("orders-sam/orders/app.py", code),
        ("orders-cdk/cdk.json", b"{\"app\": \"node app.js\"}"),
        ("orders-cdk/lambda/orders.mjs", module),
        ("orders-cdk/cdk.out/manifest.json", MANIFEST_OF_CDK.as_bytes()),
        ("orders-cdk/cdk.out/Orders.template.json", TEMPLATE_OF_CDK.as_bytes()),
        ("orders-cdk/cdk.out/asset.1f/index.mjs", module),
        ("orders-serverless/serverless.yml", SERVERLESS.as_bytes()),
        ("orders-serverless/app.py", code),
        ("orders-terraform/main.tf", TERRAFORM.as_bytes()),
        ("orders-terraform/plan.json", PLAN.as_bytes()),
        ("orders-terraform/src/app.py", code),
        ("orders-cargo/Cargo.toml", MANIFEST.as_bytes()),
        ("orders-cargo/src/main.rs", MAIN.as_bytes()),
        ("orders-plain/requirements.txt", b"requests\n"),
        ("orders-plain/api/orders.py", code),
    ] {
        write(folder, path, bytes);
    }
    write(folder, "orders-terraform/orders.zip", &zip(&[("app.py".to_owned(), code.to_vec())]));
    write(folder, "orders-sam/layer.zip", &zip(&[("python/shared.py".to_owned(), b"LIMIT = 1\n".to_vec())]));
}

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const FUNCTIONS: &str = r#"{"path": "fn.zip", "handler": "app.handler", "runtime": "python3.12", "memory": 512, "tags": {"team": "orders"}}
{"path": "site.zip", "name": "site", "handler": "index.handler", "runtime": "nodejs22.x", "layers": ["layer.zip"]}
"#;

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: fixtures/orders-api
      Handler: app.handler
      Runtime: python3.12
      Events:
        Orders: { Type: HttpApi, Properties: { Path: /orders, Method: get } }
";

const LAYERED: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: orders
      Handler: app.handler
      Runtime: python3.13
      Layers: [arn:aws:lambda:eu-west-1:123456789012:layer:shared:7]
";

const MANIFEST_OF_CDK: &str = r#"{
  "version": "36.0.0",
  "artifacts": {
    "Orders": { "type": "aws:cloudformation:stack", "properties": { "templateFile": "Orders.template.json" } }
  }
}"#;

const TEMPLATE_OF_CDK: &str = r#"{
  "Resources": {
    "Orders1F": {
      "Type": "AWS::Lambda::Function",
      "Properties": {
        "Code": { "S3Bucket": "assets", "S3Key": "1f.zip" }, "Handler": "index.handler", "Runtime": "nodejs22.x"
      },
      "Metadata": { "aws:asset:path": "asset.1f", "aws:asset:property": "Code" }
    }
  }
}"#;

const SERVERLESS: &str = "\
service: orders
provider: { name: aws, runtime: python3.13 }
functions:
  orders: { handler: app.handler }
";

const TERRAFORM: &str = r#"
data "archive_file" "orders" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "orders.zip"
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  filename      = data.archive_file.orders.output_path
  handler       = "app.handler"
  runtime       = "python3.13"
}
"#;

const PLAN: &str = r#"{
  "format_version": "1.2",
  "terraform_version": "1.9.0",
  "planned_values": { "root_module": { "resources": [ {
    "address": "aws_lambda_function.orders", "mode": "managed", "type": "aws_lambda_function", "name": "orders",
    "values": { "function_name": "orders", "filename": "orders.zip", "handler": "app.handler", "runtime": "python3.13" }
  } ] } },
  "configuration": { "root_module": { "resources": [] } }
}"#;

const MANIFEST: &str = "\
[package]
name = \"orders\"
version = \"0.1.0\"
edition = \"2021\"

[dependencies]
lambda_runtime = \"0.13\"
tokio = \"1\"
";

const MAIN: &str = "\
#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(lambda_runtime::service_fn(|_: lambda_runtime::LambdaEvent<()>| async { Ok::<(), lambda_runtime::Error>(()) })).await
}
";
