//! `dateline man`: the manual pages, made from the same words as `--help`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
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
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    match &arguments.folder {
        Some(folder) => fs::create_dir_all(folder)
            .and_then(|()| write_all(&program, folder))
            .map_err(Failure::io(format!("{}: the pages cannot be written", folder.display()))),
        None => {
            let page = page(&program).map_err(Failure::io("the page"))?;
            print_text(&String::from_utf8_lossy(&page))
        }
    }
}

/// Writes the page of a command, and those of the commands under it, each as `dateline-feed-add.1`.
fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    let mut shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    shown.try_for_each(|command| write_all(command, folder))?;
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), page(command)?)
}

/// The page of a command.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().replace('-', "\\-");
    let man = Man::new(command.clone()).source(format!("Dateline {VERSION}")).manual("Dateline Manual");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    // As `--help` has it, with what options and arguments take.
    page.extend_from_slice(format!(".SH SYNOPSIS\n{usage}\n").as_bytes());
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if command.get_after_long_help().is_some() || command.get_after_help().is_some() {
        man.render_extra_section(&mut page)?;
    }
    Ok(page)
}
