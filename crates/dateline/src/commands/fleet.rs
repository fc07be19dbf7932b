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
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the members, who holds which shards, what waits and for how long, and the slowest host, as Kafka and the members tell it.
    Status(status::StatusArguments),
    /// Have the fleet poll the feeds in these files, and no others. The difference is shown first; the members follow within seconds.
    Apply(apply::ApplyArguments),
    /// Have the fleet go on with what the journal of a daemon by itself knows.
    Adopt(adopt::AdoptArguments),
    /// Make what the fleet knows the journal of a daemon by itself.
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
