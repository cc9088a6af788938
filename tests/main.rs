//! The integration tests, in one binary.

mod cli;
mod formats;
mod fuzz_smoke;
mod generated;
mod rules;
mod support;
mod tidy;
