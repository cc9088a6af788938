//! What each route of a function needs, and whether pulling the function apart pays.

mod classes;
mod closure;
mod dispatch;
mod django;
mod event;
mod expand;
mod found;
mod lazy_all;
mod moves;
mod nest;
mod origin;
mod plan;
mod program;
mod reach;
mod reading;
mod routers;
mod routes;
mod tables;
mod uses;
mod views;

pub use closure::{Closure, Loaded};
pub use found::EventKind;
pub use lazy_all::LazyAll;
pub use moves::Move;
pub use plan::{Group, Objective, Plan};
pub use routes::{Input, Route, Routes, analyse};
