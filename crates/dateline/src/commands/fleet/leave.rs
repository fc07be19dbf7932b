//! `dateline fleet leave`: what a fleet knows becomes the journal of a daemon by itself.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use dateline_fleet::{FleetError, FleetFeeds, LeaveReport, leave};
use tokio::runtime::Runtime;

use super::{ConfigFile, member_settings};
use crate::commands::print_text;
use crate::config::feeds::fleet::text_of_tables;
use crate::failure::Failure;

/// Make what the fleet knows the journal in `data_dir`, for one daemon to go on with. Nothing is lost by it, and nothing is published twice.
///
/// Stop all members first. The fleet holds nothing afterwards, in the transaction that makes the journal's state the one that counts; a member that is
/// started all the same finds no feeds. Then take `[fleet]` out of the configuration, name the feeds file in it, and start the daemon. The journal has an id of
/// its own; its events count on from the last of the fleet's. If this breaks off, run it again.
#[derive(Debug, Args)]
pub struct LeaveArguments {
    /// Where the fleet's feeds are written, as a feeds file: one that is not there yet.
    #[arg(value_name = "FEEDS")]
    feeds: PathBuf,
    /// The configuration of a member.
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(arguments: &LeaveArguments) -> Result<(), Failure> {
    let settings = member_settings(&arguments.config)?;
    let path = settings.journal_path();
    let runtime = Runtime::new().map_err(Failure::io("the runtime cannot start"))?;
    let mut settings_version = 0;
    let mut keep_feeds = |feeds: &FleetFeeds| {
        settings_version = feeds.settings.version;
        keep(&arguments.feeds, &text_of_tables(&feeds.tables)).map_err(|error| {
            FleetError::Settings(format!("{} cannot be written: {error}", arguments.feeds.display()))
        })
    };
    let done = leave(&settings.kafka, &settings.fleet, &path, &mut keep_feeds, runtime.handle())
        .map_err(|error| Failure::Other(format!("the fleet was not left: {error}")))?;
    print_text(&told(&settings.fleet.name, &path, &arguments.feeds, &done))?;
    match settings_version {
        0 => Ok(()),
        version => print_text(&format!(
            "its members went by version {version} of the settings that they shared, which stays on its topic; the daemon goes by its own \
             configuration alone: see that this says what you want before you start it\n"
        )),
    }
}

/// Writes a file that isn't there, or has this text from an attempt that broke off.
fn keep(path: &Path, text: &str) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match std::fs::read_to_string(path)? {
            there if there == text => Ok(()),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

fn told(fleet: &str, path: &Path, feeds: &Path, done: &LeaveReport) -> String {
    let LeaveReport { journal, after, replaced, was_done } = done;
    // A configuration's own paths begin at its folder, not at that of the command.
    let feeds = std::path::absolute(feeds).unwrap_or_else(|_| feeds.to_owned());
    let path = path.display();
    if *was_done {
        return format!(
            "the fleet {fleet} had become the journal {journal} at {path} before: nothing is left to do\n"
        );
    }
    let mut text =
        format!("the fleet {fleet} is the journal {journal} now, at {path}, and holds nothing any more\n");
    if let Some(replaced) = replaced {
        text += &format!("the journal that it had taken over is kept as {}\n", replaced.display());
    }
    text += &format!(
        "its events count on from {after}; its feeds are in {}. Take [fleet] out of the configuration, name that file as `feeds`, and start \
         the daemon with `dateline run`\n",
        feeds.display()
    );
    text
}
