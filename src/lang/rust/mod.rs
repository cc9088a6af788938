//! Rust source to facts. `syn` types stay inside; every file is measured for nesting before it is
//! parsed, because the parser recurses without a guard.

mod bodies;
pub mod cfg;
pub mod crates;
mod depth;
mod doctest;
pub mod facts;
mod items;
mod lexer;
mod pieces;
mod scope;
pub mod template;
mod tokens;
pub mod work;

pub use depth::{MAX_DEPTH, is_too_deep};

/// Stack of analysis threads. Address space only: pages are taken when touched.
pub const STACK_BYTES: usize = 512 << 20;
