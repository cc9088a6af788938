//! Native binaries: executables, shared libraries and the extension modules of interpreted
//! languages. ELF bytes to facts; nothing here panics or runs long on a malformed file.

mod crates;
mod elf;
mod extension;
mod facts;
mod loader;
mod paths;
#[cfg(test)]
mod tests;

pub use crates::{CrateSizes, UNKNOWN, crate_sizes};
pub use elf::{GoBuild, GoSizes, go_sizes, is_elf, read, read_parts, unmapped_bytes};
pub use extension::{ExtensionName, extension_name};
pub use facts::{ElfKind, Machine, NativeFacts, Relocations, SectionSize, VersionNeed};
pub use loader::{
    Damage, Format, Host, LoadHeader, Refusal, is_built_from, is_musl, load_header, node_abi, segment_table,
};
pub use paths::crate_versions;
