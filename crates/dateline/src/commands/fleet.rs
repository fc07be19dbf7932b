//! `dateline fleet`: several daemons as one.

mod adopt;
mod apply;
mod leave;
mod status;

use clap::Subcommand;

use super::config_file::ConfigFile;
use crate::config::Settings;
use crate::failure::Failure;

/// Work with a fleet, several daemons as one: show how it is, say which feeds it polls, bring a journal into it or it into a journal.
// A text here would be shown in place of what each command says of itself.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    Status(status::StatusArguments),
    Apply(apply::ApplyArguments),
    Adopt(adopt::AdoptArguments),
    Leave(leave::LeaveArguments),
}

/// Runs the command.
///
/// # Errors
/// If the configuration is wrong or names no fleet, the files or the journal are wrong, or Kafka cannot be asked.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Status(arguments) => status::run(arguments),
        Command::Apply(arguments) => apply::run(arguments),
        Command::Adopt(arguments) => adopt::run(arguments),
        Command::Leave(arguments) => leave::run(arguments),
    }
}

/// The settings of a member.
fn member_settings(config: &ConfigFile) -> Result<Settings, Failure> {
    let settings = Settings::load(&config.path)?;
    match settings.fleet.is_enabled() {
        true => Ok(settings),
        false => Err(Failure::Other("this daemon is one by itself: set `name` in [fleet]".to_owned())),
    }
}
