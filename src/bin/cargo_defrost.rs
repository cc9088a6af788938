//! The `cargo defrost` subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo passes the subcommand's own name as the first argument.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == "defrost") {
        arguments.remove(1);
    }
    defrost::cli::run(arguments)
}
