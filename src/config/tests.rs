use std::path::Path;

use super::*;
use crate::artifact::Location;
use crate::engine::Selector;
use crate::finding::{Finding, Severity};
use crate::rules;

fn own(text: &str) -> Result<Resolved, ConfigError> {
    let source = read(SourceKind::Own, "defrost.toml", text)?.unwrap();
    resolve(&source, &rules::registry().unwrap(), Path::new("/repo"))
}

#[test]
fn the_same_settings_are_read_from_all_four_files() {
    let files = [
        (SourceKind::Own, "budget-init = 800\n[rules.tests-in-package]\nlevel = \"off\"\n"),
        (SourceKind::Pyproject, "[tool.defrost]\nbudget-init = 800\nrules.tests-in-package.level = \"off\"\n"),
        (
            SourceKind::PackageJson,
            r#"{"name": "x", "defrost": {"budget-init": 800, "rules": {"tests-in-package": {"level": "off"}}}}"#,
        ),
        (
            SourceKind::CargoToml,
            "[package]\nname = \"x\"\n[package.metadata.defrost]\nbudget-init = 800\nrules.tests-in-package.level = \"off\"\n",
        ),
        (
            SourceKind::CargoToml,
            "[workspace.metadata.defrost]\nbudget-init = 800\nrules.tests-in-package.level = \"off\"\n",
        ),
    ];
    for (kind, text) in files {
        let source = read(kind, "f", text).unwrap().unwrap();
        let resolved = resolve(&source, &rules::registry().unwrap(), Path::new("/repo")).unwrap();
        assert_eq!(resolved.budgets.init_ms, Some(800.0), "{text}");
        assert_eq!(resolved.policy.ignore, [Selector::Rule("tests-in-package".to_owned())]);
    }
}

#[test]
fn files_without_settings_have_none() {
    assert!(read(SourceKind::Pyproject, "p", "[tool.black]\nline-length = 3\n").unwrap().is_none());
    assert!(read(SourceKind::PackageJson, "p", "{\"name\": \"x\"}").unwrap().is_none());
    assert!(read(SourceKind::CargoToml, "p", "[package]\nname = \"x\"\n").unwrap().is_none());
}

#[test]
fn unknown_keys_are_marked_with_a_suggestion() {
    let error = own("ignore = []\nbudget-imit = 800\n").unwrap_err();
    let expected = "unknown key `budget-imit`
 --> defrost.toml:2:1
  |
2 | budget-imit = 800
  | ^^^^^^^^^^^
  = help: did you mean `budget-init`?";
    assert_eq!(error.to_string(), expected);
    let json = "{\n  \"defrost\": {\n    \"selct\": []\n  }\n}\n";
    let error = read(SourceKind::PackageJson, "package.json", json).unwrap_err();
    assert_eq!((error.line, error.column, error.help.as_deref()), (3, 6, Some("did you mean `select`?")));
}

#[test]
fn unknown_rules_options_and_types_are_marked_where_they_stand() {
    let cases = [
        ("select = [\n  \"bloat\",\n  \"tests-in-pakage\",\n]\n", 3, 4, "no rule or category"),
        ("[rules.tests-in-pakage]\nlevel = \"off\"\n", 1, 8, "no rule `tests-in-pakage`"),
        ("[rules.init-over-budget]\nbudget = 3\n", 2, 1, "no option `budget`"),
        ("[rules.init-over-budget]\nbudget_ms = \"3\"\n", 2, 1, "must be a number"),
        ("[rules.init-over-budget]\nlevel = \"warn\"\n", 2, 10, "unknown value `warn`"),
        ("runtime = \"pyton3.12\"\n", 1, 12, "pyton3.12"),
        ("budget-init = -1\n", 1, 1, "from 0 up"),
        ("[[overrides]]\npaths = [\"a[\"]\nrules = {}\n", 2, 11, "is no glob"),
        ("[[overrides]]\npaths = []\nrules = { nope = \"off\" }\n", 3, 11, "no rule `nope`"),
        ("[functions.Orders]\nbudget-int = 1\n", 2, 1, "unknown key `budget-int`"),
        ("select = \"bloat\"\n", 1, 10, "invalid type"),
        ("select = [\n", 1, 11, ""),
    ];
    for (text, line, column, message) in cases {
        let error = own(text).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{error}\n{text}");
        assert!(error.message.contains(message), "{error}");
    }
    let json = "{\"defrost\": {\n  \"rules\": {\"nope\": {}}}}";
    let source = read(SourceKind::PackageJson, "package.json", json).unwrap().unwrap();
    let error = resolve(&source, &rules::registry().unwrap(), Path::new("/")).unwrap_err();
    assert_eq!((error.line, error.column), (2, 14));
}

#[test]
fn the_last_override_that_matches_sets_the_level() {
    let text = "[[overrides]]\npaths = [\"legacy\"]\nrules = { network-at-init = \"off\" }\n\
                [[overrides]]\npaths = [\"legacy/keep/*.py\", \"vendor/*.py\"]\nrules = { network-at-init = \"error\" }\n";
    let overrides = own(text).unwrap().overrides;
    let level = |path: &str, inner: Option<&str>, rule: &'static str| {
        let location = Location { path: path.to_owned(), inner_path: inner.map(str::to_owned), span: None };
        let finding = Finding { rule, ..Finding::new(location, "x") };
        overrides.apply(vec![finding], Path::new("/repo/sub")).first().map(|finding| finding.severity)
    };
    assert_eq!(level("app.py", None, "network-at-init"), Some(Severity::Note));
    assert_eq!(level("../legacy/a/b.py", None, "network-at-init"), None);
    assert_eq!(level("/repo/legacy/a/b.py", None, "network-at-init"), None);
    assert_eq!(level("/repo/legacy/keep/b.py", None, "network-at-init"), Some(Severity::Error));
    assert_eq!(level("fn.zip", Some("vendor/x.py"), "network-at-init"), Some(Severity::Error));
    assert_eq!(level("/repo/legacy/a.py", None, "tests-in-package"), Some(Severity::Note));
}

#[test]
fn the_schema_knows_every_rule_and_accepts_what_is_read() {
    let registry = rules::registry().unwrap();
    let schema = schema(&registry);
    for rule in registry.rules() {
        assert!(schema["properties"]["rules"]["properties"].get(rule.name).is_some(), "{}", rule.name);
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = serde_json::json!({"budget-init": 800, "fail-on": "warning",
        "rules": {"init-over-budget": {"level": "error", "budget_ms": 3}},
        "overrides": [{"paths": ["x"], "rules": {"tests-in-package": "off"}}], "functions": {"A": {"budget-size": 5}}});
    assert!(validator.is_valid(&good));
    for bad in [serde_json::json!({"nope": 1}), serde_json::json!({"rules": {"nope": {}}})] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}
