//! Committed text that is made by the program: a fresh run must give the same.

use crate::support::{self, defrost, root};

fn printed(arguments: &[&str]) -> String {
    let output = defrost(root(), arguments);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn block(text: &str) -> String {
    format!("```text\n{text}```\n")
}

#[test]
fn the_readme_shows_real_output() {
    let check = ["check", "fixtures/orders-api", "--handler", "app.handler", "--runtime", "python3.12"];
    support::assert_between("README.md", "output", &block(&printed(&check)));
    let why = ["why", "sqlite3", "fixtures/orders-api", "--handler", "app.handler"];
    support::assert_between("README.md", "why", &block(&printed(&why)));
}

#[test]
fn the_schemas_are_committed() {
    for of in ["report", "config"] {
        support::assert_file(&format!("schemas/{of}.json"), &printed(&["schema", of]));
    }
}

/// Every option that the README mentions exists.
#[test]
fn the_readme_uses_options_that_exist() {
    let commands = ["check", "why", "split", "diff", "slim", "scale", "plan-test", "merge"];
    let known: String = commands.iter().map(|command| printed(&[command, "--help"])).collect();
    let readme = support::text("README.md");
    let lines = readme.lines().filter(|line| line.contains("defrost ") || line.contains("args:"));
    for word in lines.flat_map(|line| line.split([' ', '`', ',', '[', '"'])) {
        let option = word.split('=').next().unwrap_or_default();
        assert!(!option.starts_with("--") || option == "--" || known.contains(option), "README.md names {option}");
    }
}
