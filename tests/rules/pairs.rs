//! Small pairs of code under a setting, one wrong and one right: `pairs/<rule>.md` has a heading for each, with a block
//! `bad` and a block `good`. What is wrong is found in nine of ten, and what is right is never told wrong.

use super::case::Case;
use super::page;
use crate::support;

/// Share of the wrong ones that must be found.
const RECALL: f64 = 0.9;
/// Pairs that there are at least.
const LEAST: usize = 60;

/// The template around the code, with the setting under which a rule speaks.
fn template(rule: &str, language: &str) -> String {
    let setting = match rule {
        "snapshot-unsafe-init" => "AutoPublishAlias: live\n      SnapStart: {ApplyOn: PublishedVersions}",
        "nondeterminism-outside-step" => "DurableConfig: {ExecutionTimeout: 3600}",
        _ => "CapacityProviderConfig: {CapacityProviderArn: arn}",
    };
    let runtime = if language == "python" { "python3.13" } else { "nodejs22.x" };
    format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
         Runtime: {runtime}\n      Handler: app.handler\n      CodeUri: .\n      MemorySize: 4096\n      Timeout: 10\n      \
         {setting}\n"
    )
}

#[test]
fn pairs_are_told_apart() {
    let (mut pairs, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
    let folder = support::root().join("tests/rules/pairs");
    for file in support::files(&folder) {
        let rule = file.trim_end_matches(".md");
        let page = support::text(folder.join(&file));
        for heading in page.lines().filter(|line| line.starts_with("## ")) {
            pairs += 1;
            for mut block in page::blocks(&page, heading) {
                let kind = block.words.first().cloned().unwrap_or_default();
                let name = match block.language.as_str() {
                    "python" => "app.py",
                    _ if block.text.contains("exports.") => "app.cjs",
                    _ => "app.mjs",
                };
                let mut case = Case::new(rule);
                case.add_arguments(&["--template"]);
                case.add_file("template.yaml", &template(rule, &block.language));
                block.words = vec![name.to_owned()];
                case.add_block(&block);
                if let Some(complaint) = case.complaint(&format!("{kind}_pair")) {
                    let list = if kind == "bad" { &mut missed } else { &mut wrong };
                    list.push(format!("{rule}, {heading}: {complaint}"));
                }
            }
        }
    }
    assert!(pairs >= LEAST, "{pairs} pairs");
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    let found = 1.0 - missed.len() as f64 / pairs as f64;
    assert!(found >= RECALL, "{found:.3} of the wrong ones are found\n{}\n", missed.join("\n"));
}
