//! A function's own code, of any language, in one form: what names, calls and classes stand for, and what a piece
//! of code reaches.
//!
//! [`flow`] is the form of one module, `Program` all own modules together, `reach` follows code through names to
//! imports.

pub(crate) mod asked;
pub(crate) mod classes;
pub(crate) mod clients;
pub(crate) mod expand;
pub mod flow;
pub mod hazards;
pub(crate) mod origin;
pub(crate) mod optional;
mod own;
pub(crate) mod reach;
mod uses;
pub(crate) mod values;

pub use asked::Asked;
pub use clients::MadePerRequest;
pub(crate) use own::thread;
pub use own::{Own, Prepared};
pub(crate) use values::Program;

#[cfg(test)]
pub(crate) mod tests;
