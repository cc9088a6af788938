//! Committed files that are made from the code; `DEFROST_UPDATE=1 cargo test generated` writes
//! them anew.

use crate::support;

fn is_fresh(path: &str, of: &str) {
    let output = support::defrost(support::root(), &["schema", of]);
    assert!(output.status.success());
    let fresh = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("DEFROST_UPDATE").is_some() {
        std::fs::write(support::root().join(path), &fresh).unwrap();
    }
    assert!(support::text(path) == fresh, "{path} is out of date; run the tests with DEFROST_UPDATE=1");
}

#[test]
fn the_report_schema_is_fresh() {
    is_fresh("schemas/report.json", "report");
}

#[test]
fn the_configuration_schema_is_fresh() {
    is_fresh("schemas/config.json", "config");
}
