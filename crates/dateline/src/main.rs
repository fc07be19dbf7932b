//! The `dateline` program. All it does is in the library of the same name.

use std::process::ExitCode;

use dateline::cli::Cli;
use dateline::commands;

fn main() -> ExitCode {
    let cli = Cli::of_this_process();
    match commands::dispatch(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message());
            ExitCode::from(failure.exit_code())
        }
    }
}
