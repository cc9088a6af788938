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

/// Runs `task` on a thread whose stack suits the deepest source that [`is_too_deep`] lets through.
///
/// # Errors
/// When the thread cannot be started or the task dies.
pub fn with_large_stack<T: Send>(task: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, task);
        let thread = thread.map_err(|error| error.to_string())?;
        thread.join().map_err(|_| "the Rust analysis failed; please report this".to_string())
    })
}

/// Stack of analysis threads. Address space only: pages are taken when touched.
pub const STACK_BYTES: usize = 512 << 20;
