//! What is declared: functions in templates, dependencies in manifests and lock files.

pub mod dependency;
pub mod members;
pub mod node;
pub mod python;
pub mod removal;
pub mod yaml;
pub mod cargo;
