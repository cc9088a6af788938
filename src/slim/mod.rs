//! Which files of a package can go, how sure that is, and writing the package without them.
//!
//! A verdict is about one file and has a reason. What any closure of the function reaches never goes, and neither do
//! the function's own files. Vendored libraries (`*.libs/`) are left exactly as they are.

mod bytecode;
mod named;
mod services;
mod verdict;
mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::artifact::EntryId;

pub use bytecode::{Bytecode, BytecodeError, Interpreter};
pub use services::{Quoted, unnamed_services};
pub use verdict::{is_read_at_run_time, plan};
pub use write::{WriteError, write};

/// How sure it is that a file can go. Ordered from sure to bold.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing that runs reads such files.
    #[default]
    Safe,
    /// What the handler reaches does not need it, as far as code says what it reads.
    Caution,
    /// Only requests of the kinds that were seen do without it.
    Danger,
}

/// A file that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The file.
    pub entry: EntryId,
    /// What kind of file it is.
    pub kind: &'static str,
    /// How sure it is.
    pub level: Level,
}
