//! `dateline man`: the manual pages, made from the same words as `--help`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::print_text;
use crate::cli::Cli;
use crate::failure::Failure;

/// Print the manual page, or write those of all commands.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dateline man | man -l -
  dateline man /usr/local/share/man/man1")]
pub struct ManArguments {
    /// Write a page for each command into this folder, which is made if it is missing.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// If a page cannot be written.
pub fn run(arguments: &ManArguments) -> Result<(), Failure> {
    match &arguments.folder {
        Some(folder) => fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
            .map_err(Failure::io(format!("{}: the pages cannot be written", folder.display()))),
        None => {
            let mut page = Vec::new();
            Man::new(Cli::command()).render(&mut page).map_err(Failure::io("the page"))?;
            print_text(&String::from_utf8_lossy(&page))
        }
    }
}
