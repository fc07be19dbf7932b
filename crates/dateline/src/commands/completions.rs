//! `dateline completions`: what a shell needs to complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::print_text;
use crate::cli::Cli;
use crate::failure::Failure;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dateline completions bash > /usr/share/bash-completion/completions/dateline
  dateline completions zsh > /usr/share/zsh/site-functions/_dateline
  dateline completions fish > ~/.config/fish/completions/dateline.fish")]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// If standard output fails.
pub fn run(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "dateline", &mut script);
    print_text(&String::from_utf8_lossy(&script))
}
