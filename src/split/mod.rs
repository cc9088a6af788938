//! What each route of a function needs, and whether pulling the function apart pays.

mod classes;
mod closure;
mod dispatch;
mod event;
mod expand;
mod found;
mod nest;
mod plan;
mod program;
mod reach;
mod reading;
mod routers;
mod routes;
mod tables;
mod uses;

pub use closure::Closure;
pub use found::EventKind;
pub use plan::{Group, Move, Objective, Plan};
pub use routes::{Input, Route, Routes, analyse};
