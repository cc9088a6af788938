//! `defrost` reads a serverless function the way its runtime will at a cold start, without
//! running it, and says what the cold start costs, why, and what to change.
//!
//! The modules form a pipeline; each may use those above it in this list, never those below.

pub mod artifact;
pub mod graph;
pub mod input;
pub mod lang;
pub mod platform;
pub mod span;
