//! The integration tests, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "helpers of tests fail by panicking, and nothing outside this binary can reach them"
)]

mod cli;
mod formats;
mod fuzz_smoke;
mod generated;
mod readme;
mod rules;
mod server;
mod start;
mod start_native;
mod support;
mod tidy;
