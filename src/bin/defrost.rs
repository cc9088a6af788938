//! The `defrost` command.

use std::process::ExitCode;

/// The simulation makes and frees small objects all the time, from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    defrost::cli::run(std::env::args_os())
}
