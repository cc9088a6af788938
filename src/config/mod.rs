//! Configuration: as written in one of four files, merged with the command line, resolved.
//!
//! Nothing here reads files; `cli` looks for them and hands over their text.

mod error;
mod options;
mod overrides;
mod resolve;
mod schema;
mod source;
#[cfg(test)]
mod tests;
mod written;

pub use error::ConfigError;
pub use overrides::Overrides;
pub use resolve::{Defaults, Resolved, resolve};
pub use schema::schema;
pub use source::{Source, SourceKind, has_settings, read};
pub use written::{FunctionSettings, FunctionTraffic, Level, Override, RuleSettings, TrafficSettings, Written};

/// Largest configuration file that is read, in bytes.
pub const LARGEST: u64 = 4 << 20;
