//! Source text and binaries to facts. Parser types stay inside each language's module; parsing
//! never fails the run: what cannot be read costs its own facts and is listed as a problem.

pub mod native;
pub mod javascript;
pub mod moving;
mod parting;
pub mod python;
pub mod rust;
