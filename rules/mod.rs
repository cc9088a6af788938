//! The rule table. A rule is a folder beside this file and one row here; a rule with code also
//! has a `mod` line. Everything else (docs, schema, SARIF rules, `explain`) follows from it.

mod dev_tool_in_package;
mod duplicate_content;
mod glibc_too_new;
mod handler_not_found;
mod init_over_budget;
mod large_file_at_init;
mod misplaced_dependency;
mod missing_bytecode;
mod near_package_limit;
mod never_loaded_package;
mod over_package_limit;
mod suspicious_archive;
mod undeclared_dependency;
mod unresolved_import;
mod unused_dependency;
mod wrong_abi_tag;
mod wrong_architecture;

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
    row!("blocking_at_init", Check::Match),
    row!("dev_tool_in_package", Check::Function(dev_tool_in_package::check)),
    row!("duplicate_content", Check::Function(duplicate_content::check)),
    row!("glibc_too_new", Check::Function(glibc_too_new::check)),
    row!("handler_not_found", Check::Function(handler_not_found::check)),
    row!("init_over_budget", Check::Function(init_over_budget::check)),
    row!("large_file_at_init", Check::Function(large_file_at_init::check)),
    row!("misplaced_dependency", Check::Function(misplaced_dependency::check)),
    row!("missing_bytecode", Check::Function(missing_bytecode::check)),
    row!("model_load_at_init", Check::Match),
    row!("native_sources_in_package", Check::Match),
    row!("near_package_limit", Check::Function(near_package_limit::check)),
    row!("network_at_init", Check::Match),
    row!("never_loaded_package", Check::Function(never_loaded_package::check)),
    row!("over_package_limit", Check::Function(over_package_limit::check)),
    row!("secret_in_package", Check::Match),
    row!("source_maps_in_package", Check::Match),
    row!("suspicious_archive", Check::Function(suspicious_archive::check)),
    row!("tests_in_package", Check::Match),
    row!("type_stubs_in_package", Check::Match),
    row!("undeclared_dependency", Check::Function(undeclared_dependency::check)),
    row!("unresolved_import", Check::Function(unresolved_import::check)),
    row!("unused_dependency", Check::Function(unused_dependency::check)),
    row!("unused_suppression", Check::Suppressions),
    row!("wrong_abi_tag", Check::Function(wrong_abi_tag::check)),
    row!("wrong_architecture", Check::Function(wrong_architecture::check)),
];

/// All rules of this version.
///
/// # Errors
/// When a bundled `rule.toml` does not read.
pub fn registry() -> Result<Registry, String> {
    Registry::new(ROWS)
}
