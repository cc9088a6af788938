//! Committed files that are made from the code. `SNAPSHOTS=overwrite cargo test generated`
//! writes them anew.

use std::path::Path;

use snapbox::cmd::Command;

fn is_fresh(file: &str, of: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_defrost")).args(["schema", of]).output().unwrap();
    assert!(output.status.success());
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(file);
    snapbox::assert_data_eq!(
        String::from_utf8(output.stdout).unwrap(),
        snapbox::Data::read_from(&committed, Some(snapbox::data::DataFormat::Text)).raw()
    );
}

#[test]
fn the_report_schema_is_fresh() {
    is_fresh("report.json", "report");
}

#[test]
fn the_configuration_schema_is_fresh() {
    is_fresh("config.json", "config");
}
