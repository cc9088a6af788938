//! The rule table. A rule is a folder beside this file and one row here; a rule with code also
//! has a `mod` line. Everything else (docs, schema, SARIF rules, `explain`) follows from it.

mod handler_not_found;
mod init_over_budget;
mod misplaced_dependency;
mod missing_bytecode;
mod never_loaded_package;
mod over_package_limit;
mod undeclared_dependency;
mod unresolved_import;
mod unused_dependency;

use crate::engine::{Check, Registry, RuleSource};

macro_rules! row {
    ($folder:literal, $check:expr) => {
        RuleSource {
            meta: include_str!(concat!($folder, "/rule.toml")),
            page: include_str!(concat!($folder, "/README.md")),
            check: $check,
        }
    };
}

const ROWS: &[RuleSource] = &[
    row!("handler_not_found", Check::Function(handler_not_found::check)),
    row!("init_over_budget", Check::Function(init_over_budget::check)),
    row!("misplaced_dependency", Check::Function(misplaced_dependency::check)),
    row!("missing_bytecode", Check::Function(missing_bytecode::check)),
    row!("network_at_init", Check::Match),
    row!("never_loaded_package", Check::Function(never_loaded_package::check)),
    row!("over_package_limit", Check::Function(over_package_limit::check)),
    row!("tests_in_package", Check::Match),
    row!("undeclared_dependency", Check::Function(undeclared_dependency::check)),
    row!("unresolved_import", Check::Function(unresolved_import::check)),
    row!("unused_dependency", Check::Function(unused_dependency::check)),
];

/// All rules of this version.
///
/// # Errors
/// When a bundled `rule.toml` does not read.
pub fn registry() -> Result<Registry, String> {
    Registry::new(ROWS)
}
