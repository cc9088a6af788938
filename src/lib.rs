//! `defrost` reads a serverless function the way its runtime will at a cold start, without
//! running it, and says what the cold start costs, why, and what to change.
//!
//! The modules form a pipeline; each may use those above it in this list, never those below.

mod knowledge;
pub mod text;
pub mod fault;
pub mod span;
pub mod artifact;
pub mod platform;
pub mod input;
pub mod cache;
pub mod history;
pub mod lang;
pub mod manifest;
pub mod declare;
pub mod assemble;
pub mod package;
pub mod graph;
pub mod cost;
pub mod program;
pub mod routes;
pub mod split;
pub mod usage;
pub mod culprit;
pub mod slim;
pub mod scaling;
pub mod finding;
pub mod fix;
pub mod engine;
pub mod config;
pub mod report;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod compare;
pub mod calibrate;
pub mod run;
pub mod server;
pub mod cli;
