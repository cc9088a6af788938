//! What is declared: functions in templates, dependencies in manifests and lock files.

pub mod dependency;
pub mod function;
pub mod node;
pub mod python;
pub mod removal;
pub mod template;
pub mod yaml;
pub mod cargo;
