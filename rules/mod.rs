//! The rule table. A rule is a folder beside this file and one row here; a rule with code also
//! has a `mod` line. Everything else (docs, schema, SARIF rules, `explain`) follows from it.

mod addon_for_another_platform;
mod all_at_once_in_production;
mod api_timeout_too_long;
mod async_without_failure_destination;
mod bad_scaling_policy;
mod barrel_import;
mod blocking_at_init;
mod broken_bootstrap;
mod canary_with_provisioned;
mod canary_without_alarms;
mod capacity_provider_misconfigured;
mod callback_handler;
mod client_for_unused_service;
mod client_in_handler;
mod compute_at_init;
mod concurrency_over_account_limit;
mod connections_times_concurrency;
mod damaged_library;
mod debug_info_in_binary;
mod default_memory_or_timeout;
mod deprecated_runtime;
mod dev_tool_in_package;
mod docs_in_package;
mod dual_module_copy;
mod duplicate_content;
mod duplicate_dependency_version;
mod eager_import_forbidden;
mod eager_static;
mod error_at_load;
mod forbidden_package;
mod glibc_too_new;
mod gpu_code_on_cpu;
mod handler_not_found;
mod heavier_import_path;
mod heavier_variant;
mod heavy_import_for_few_routes;
mod heavy_import_rarely_used;
mod heavy_part_of_library;
mod import_error_raised;
mod ineffective_alarm;
mod init_exceeds_timeout;
mod init_over_budget;
mod large_file_at_init;
mod layer_not_allowed;
mod library_works_at_import;
mod low_reserved_concurrency;
mod many_sdk_clients;
mod mapping_rejected;
mod memory_times_concurrency;
mod misplaced_dependency;
mod misplaced_layer_content;
mod missing_bytecode;
mod missing_data_file;
mod missing_extra;
mod missing_name;
mod missing_shared_library;
mod mixed_event_sources;
mod monolithic_handler;
mod mutable_module_state;
mod near_package_limit;
mod network_at_init;
mod never_loaded_package;
mod no_account_concurrency_alarm;
mod no_error_alarm;
mod no_iterator_age_alarm;
mod no_partial_batch_response;
mod no_spillover_alarm;
mod no_throttle_alarm;
mod nondeterminism_outside_step;
mod old_library_for_managed_instances;
mod over_package_limit;
mod provisioned_alias_bypassed;
mod provisioned_over_reserved;
mod provisioned_without_alias;
mod queue_can_throttle;
mod queue_concurrency_over_reserved;
mod queue_without_redrive;
mod regex_in_handler;
mod relative_import_outside_package;
mod sdk_in_package;
mod shadowed_module;
mod shards_over_reserved;
mod shared_package_many_functions;
mod shared_tmp_name;
mod slow_first_request_at_low_memory;
mod snapshot_unsafe_init;
mod snapstart_conflict;
mod snapstart_hook_not_loaded;
mod snapstart_image_without_label;
mod snapstart_unprimed;
mod stale_bytecode;
mod star_import_of_heavy_package;
mod static_provisioned_concurrency;
mod stream_without_failure_destination;
mod suspicious_archive;
mod syntax_error;
mod syntax_newer_than_runtime;
mod unbundled_modules;
mod undeclared_dependency;
mod unexpected_root_in_package;
mod unmatched_import_name;
mod unoptimised_profile;
mod unpickles_at_init;
mod unreadable_file;
mod unresolved_import;
mod unstripped_binary;
mod unused_dependency;
mod unused_feature;
mod unused_heavy_import;
mod unused_service_models;
mod unused_workspace_dependency;
mod visibility_below_six_timeouts;
mod visibility_below_timeout;
mod whole_sdk_import;
mod work_before_run;
mod wrong_abi_tag;
mod wrong_architecture;
mod wrong_module_format;
mod zero_reserved_concurrency;

use crate::engine::{Check, Registry, RuleSource};

macro_rules! row {
    ($folder:literal, $check:expr) => {
        RuleSource {
            meta: include_str!(concat!($folder, "/rule.toml")),
            page: include_str!(concat!($folder, "/README.md")),
            check: $check,
            cargo: None,
        }
    };
    ($folder:literal, $check:expr, cargo: $cargo:expr) => {
        RuleSource { cargo: Some($cargo), ..row!($folder, $check) }
    };
}

const ROWS: &[RuleSource] = &[
    row!("addon_for_another_platform", Check::Function(addon_for_another_platform::check)),
    row!("all_at_once_in_production", Check::Application(all_at_once_in_production::check)),
    row!("api_timeout_too_long", Check::Application(api_timeout_too_long::check)),
    row!("async_without_failure_destination", Check::Application(async_without_failure_destination::check)),
    row!("bad_scaling_policy", Check::Application(bad_scaling_policy::check)),
    row!("barrel_import", Check::Function(barrel_import::check)),
    row!("blocking_at_init", Check::Match, cargo: blocking_at_init::cargo),
    row!("broken_bootstrap", Check::Function(broken_bootstrap::check)),
    row!("canary_with_provisioned", Check::Application(canary_with_provisioned::check)),
    row!("canary_without_alarms", Check::Application(canary_without_alarms::check)),
    row!("capacity_provider_misconfigured", Check::Application(capacity_provider_misconfigured::check)),
    row!("callback_handler", Check::Function(callback_handler::check)),
    row!("client_for_unused_service", Check::Function(client_for_unused_service::check)),
    row!("client_in_handler", Check::Function(client_in_handler::check), cargo: client_in_handler::cargo),
    row!("compute_at_init", Check::Function(compute_at_init::check), cargo: compute_at_init::cargo),
    row!("concurrency_over_account_limit", Check::Project(concurrency_over_account_limit::check)),
    row!("connections_times_concurrency", Check::Application(connections_times_concurrency::check)),
    row!("damaged_library", Check::Function(damaged_library::check)),
    row!("debug_info_in_binary", Check::Function(debug_info_in_binary::check), cargo: debug_info_in_binary::cargo),
    row!("default_memory_or_timeout", Check::Application(default_memory_or_timeout::check)),
    row!("deprecated_runtime", Check::Application(deprecated_runtime::check)),
    row!("dev_tool_in_package", Check::Package(dev_tool_in_package::check)),
    row!("docs_in_package", Check::Package(docs_in_package::check)),
    row!("dual_module_copy", Check::Package(dual_module_copy::check)),
    row!("duplicate_content", Check::Package(duplicate_content::check)),
    row!(
        "duplicate_dependency_version",
        Check::Package(duplicate_dependency_version::check),
        cargo: duplicate_dependency_version::cargo
    ),
    row!("eager_import_forbidden", Check::Function(eager_import_forbidden::check)),
    row!("eager_static", Check::Cargo, cargo: eager_static::cargo),
    row!("error_at_load", Check::Function(error_at_load::check)),
    row!("forbidden_package", Check::Function(forbidden_package::check)),
    row!("foreign_platform_binary", Check::Match),
    row!("glibc_too_new", Check::Function(glibc_too_new::check)),
    row!("gpu_code_on_cpu", Check::Package(gpu_code_on_cpu::check)),
    row!("handler_not_found", Check::Function(handler_not_found::check)),
    row!("heavier_import_path", Check::Function(heavier_import_path::check)),
    row!("heavier_variant", Check::Function(heavier_variant::check)),
    row!("heavy_import_for_few_routes", Check::Function(heavy_import_for_few_routes::check)),
    row!("heavy_import_rarely_used", Check::Function(heavy_import_rarely_used::check)),
    row!("heavy_part_of_library", Check::Function(heavy_part_of_library::check)),
    row!("import_error_raised", Check::Function(import_error_raised::check)),
    row!("ineffective_alarm", Check::Application(ineffective_alarm::check)),
    row!("init_exceeds_timeout", Check::Application(init_exceeds_timeout::check)),
    row!("init_over_budget", Check::Function(init_over_budget::check)),
    row!("large_file_at_init", Check::Function(large_file_at_init::check), cargo: large_file_at_init::cargo),
    row!("layer_not_allowed", Check::Function(layer_not_allowed::check)),
    row!("library_works_at_import", Check::Function(library_works_at_import::check)),
    row!("locale_data_in_package", Check::Match),
    row!("low_reserved_concurrency", Check::Application(low_reserved_concurrency::check)),
    row!("many_sdk_clients", Check::Function(many_sdk_clients::check)),
    row!("mapping_rejected", Check::Application(mapping_rejected::check)),
    row!("memory_times_concurrency", Check::Application(memory_times_concurrency::check)),
    row!("misplaced_dependency", Check::Function(misplaced_dependency::check), cargo: misplaced_dependency::cargo),
    row!("misplaced_layer_content", Check::Function(misplaced_layer_content::check)),
    row!("missing_bytecode", Check::Function(missing_bytecode::check)),
    row!("missing_data_file", Check::Function(missing_data_file::check)),
    row!("missing_extra", Check::Function(missing_extra::check)),
    row!("missing_name", Check::Function(missing_name::check)),
    row!("missing_shared_library", Check::Function(missing_shared_library::check)),
    row!("mixed_event_sources", Check::Function(mixed_event_sources::check)),
    row!("model_load_at_init", Check::Match),
    row!("monolithic_handler", Check::Function(monolithic_handler::check)),
    row!("mutable_module_state", Check::Application(mutable_module_state::check)),
    row!("native_sources_in_package", Check::Match),
    row!("near_package_limit", Check::Function(near_package_limit::check)),
    row!("network_at_init", Check::Match, cargo: network_at_init::cargo),
    row!("never_loaded_package", Check::Package(never_loaded_package::check)),
    row!("no_account_concurrency_alarm", Check::Application(no_account_concurrency_alarm::check)),
    row!("no_error_alarm", Check::Application(no_error_alarm::check)),
    row!("no_iterator_age_alarm", Check::Application(no_iterator_age_alarm::check)),
    row!("no_partial_batch_response", Check::Application(no_partial_batch_response::check)),
    row!("no_spillover_alarm", Check::Application(no_spillover_alarm::check)),
    row!("no_throttle_alarm", Check::Application(no_throttle_alarm::check)),
    row!("nondeterminism_outside_step", Check::Application(nondeterminism_outside_step::check)),
    row!("old_library_for_managed_instances", Check::Application(old_library_for_managed_instances::check)),
    row!("over_package_limit", Check::Function(over_package_limit::check)),
    row!("provisioned_alias_bypassed", Check::Application(provisioned_alias_bypassed::check)),
    row!("provisioned_over_reserved", Check::Application(provisioned_over_reserved::check)),
    row!("provisioned_without_alias", Check::Application(provisioned_without_alias::check)),
    row!("queue_can_throttle", Check::Application(queue_can_throttle::check)),
    row!("queue_concurrency_over_reserved", Check::Application(queue_concurrency_over_reserved::check)),
    row!("queue_without_redrive", Check::Application(queue_without_redrive::check)),
    row!("regex_in_handler", Check::Cargo, cargo: regex_in_handler::cargo),
    row!("relative_import_outside_package", Check::Function(relative_import_outside_package::check)),
    row!("sdk_in_package", Check::Package(sdk_in_package::check)),
    row!("secret_in_package", Check::Match),
    row!("shadowed_module", Check::Function(shadowed_module::check)),
    row!("shards_over_reserved", Check::Application(shards_over_reserved::check)),
    row!("shared_package_many_functions", Check::Project(shared_package_many_functions::check)),
    row!("shared_tmp_name", Check::Application(shared_tmp_name::check)),
    row!("slow_first_request_at_low_memory", Check::Application(slow_first_request_at_low_memory::check)),
    row!("snapshot_unsafe_init", Check::Application(snapshot_unsafe_init::check)),
    row!("snapstart_conflict", Check::Application(snapstart_conflict::check)),
    row!("snapstart_hook_not_loaded", Check::Application(snapstart_hook_not_loaded::check)),
    row!("snapstart_image_without_label", Check::Application(snapstart_image_without_label::check)),
    row!("snapstart_unprimed", Check::Application(snapstart_unprimed::check)),
    row!("source_maps_in_package", Check::Match),
    row!("stale_bytecode", Check::Function(stale_bytecode::check)),
    row!("star_import_of_heavy_package", Check::Function(star_import_of_heavy_package::check)),
    row!("static_provisioned_concurrency", Check::Application(static_provisioned_concurrency::check)),
    row!("stream_without_failure_destination", Check::Application(stream_without_failure_destination::check)),
    row!("suspicious_archive", Check::Package(suspicious_archive::check)),
    row!("syntax_error", Check::Function(syntax_error::check)),
    row!("syntax_newer_than_runtime", Check::Function(syntax_newer_than_runtime::check)),
    row!("tests_in_package", Check::Match),
    row!("type_stubs_in_package", Check::Match),
    row!("unbundled_modules", Check::Function(unbundled_modules::check)),
    row!("undeclared_dependency", Check::Function(undeclared_dependency::check), cargo: undeclared_dependency::of_projects),
    row!("unexpected_root_in_package", Check::Package(unexpected_root_in_package::check)),
    row!("unmatched_import_name", Check::Function(unmatched_import_name::check)),
    row!("unoptimised_profile", Check::Cargo, cargo: unoptimised_profile::cargo),
    row!("unpickles_at_init", Check::Function(unpickles_at_init::check)),
    row!("unreadable_file", Check::Function(unreadable_file::check)),
    row!("unresolved_import", Check::Function(unresolved_import::check)),
    row!("unstripped_binary", Check::Package(unstripped_binary::check)),
    row!("unused_dependency", Check::Function(unused_dependency::check), cargo: unused_dependency::cargo),
    row!("unused_feature", Check::Cargo, cargo: unused_feature::cargo),
    row!("unused_heavy_import", Check::Function(unused_heavy_import::check)),
    row!("unused_service_models", Check::Package(unused_service_models::check)),
    row!("unused_suppression", Check::Suppressions),
    row!("unused_workspace_dependency", Check::Cargo, cargo: unused_workspace_dependency::cargo),
    row!("visibility_below_six_timeouts", Check::Application(visibility_below_six_timeouts::check)),
    row!("visibility_below_timeout", Check::Application(visibility_below_timeout::check)),
    row!("whole_sdk_import", Check::Function(whole_sdk_import::check)),
    row!("work_before_run", Check::Cargo, cargo: work_before_run::cargo),
    row!("wrong_abi_tag", Check::Function(wrong_abi_tag::check)),
    row!("wrong_architecture", Check::Function(wrong_architecture::check)),
    row!("wrong_module_format", Check::Function(wrong_module_format::check)),
    row!("zero_reserved_concurrency", Check::Application(zero_reserved_concurrency::check)),
];

/// All rules of this version.
///
/// # Errors
/// When a bundled `rule.toml` does not read.
pub fn registry() -> Result<Registry, String> {
    Registry::new(ROWS)
}
