//! What is declared: functions in templates, dependencies in manifests and lock files.

pub mod function;
pub mod template;
