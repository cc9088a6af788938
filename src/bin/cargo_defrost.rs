//! The `cargo defrost` subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    defrost::cli::run_cargo(std::env::args_os())
}
