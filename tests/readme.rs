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
    for words in commands {
        let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let output = match words[0].as_str() {
            "cargo" => cargo_defrost(folder.path(), &arguments),
            _ => defrost(folder.path(), &arguments),
        };
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{words:?}: {code:?}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The words of each `defrost` and `cargo defrost` command in the shell blocks.
fn commands(readme: &str) -> Vec<Vec<String>> {
    let mut shell = false;
    let mut found = Vec::new();
    for line in readme.lines() {
        if let Some(language) = line.strip_prefix("```") {
            shell = language == "sh";
            continue;
        }
        let command = line.split(['#', '>']).next().unwrap_or_default();
        let command =
            command.strip_prefix("cargo run --release --").map_or(command.to_owned(), |rest| format!("defrost{rest}"));
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        let ours = words.first().is_some_and(|word| word == "defrost")
            || words.starts_with(&["cargo".into(), "defrost".into()]);
        if shell && ours {
            found.push(words);
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
