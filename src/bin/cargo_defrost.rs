//! The `cargo defrost` subcommand.

use std::process::ExitCode;

/// The simulation makes and frees small objects all the time, from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    defrost::cli::run_cargo(std::env::args_os())
}
