//! The integration tests, in one binary.

mod cli;
mod generated;
mod rules;
mod support;
