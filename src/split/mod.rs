//! What each route of a function needs, and whether pulling the function apart pays.

mod closure;
mod lazy_all;
mod moves;
mod plan;
mod rare;
mod routes;

pub use closure::{Closure, Loaded};
pub use lazy_all::LazyAll;
pub use moves::Move;
pub use plan::{Group, Objective, Plan};
pub use rare::RareImport;
pub use routes::{Input, Route, Routes, analyse};

#[cfg(test)]
mod tests;
