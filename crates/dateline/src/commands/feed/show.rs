//! `dateline feed show`: how one feed has been going.

use clap::Args;
use dateline_journal::JournalReader;
use hyper::Method;
use jiff::Timestamp;

use super::named;
use super::running::RunningDaemon;
use crate::commands::config_file::ConfigFile;
use crate::commands::{print_json, print_text};
use crate::config::Settings;
use crate::config::feeds::ListedFeed;
use crate::failure::Failure;
use crate::status::{FeedCatalogue, FeedHistory};

/// Which feed to show.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The feed's address or id.
    #[arg(value_name = "URL|ID")]
    feed: String,
    /// Print one JSON document instead of a page for people.
    #[arg(long)]
    json: bool,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command. Where no daemon runs, files and journal tell.
///
/// # Errors
/// If there is no such feed, the daemon doesn't answer, or the journal cannot be read.
pub(super) fn run(arguments: &ShowArguments) -> Result<(), Failure> {
    let settings = arguments.config.settings_to_look(&["data_dir", "feeds"])?;
    let history = match RunningDaemon::of(&settings) {
        Some(daemon) => {
            let id = daemon.feed_named(&arguments.feed)?;
            daemon.call(Method::GET, &format!("/v1/feeds/{id}"), None::<&()>)?
        }
        None => of_files(&settings, &arguments.feed)?,
    };
    if arguments.json { print_json(&history) } else { print_text(&history.page()) }
}

fn of_files(settings: &Settings, name: &str) -> Result<FeedHistory, Failure> {
    let ListedFeed { feed, enabled } = named(settings, name)?;
    let (id, feeds) = (feed.id().clone(), [feed]);
    let (polled, paused) = if enabled { (&feeds[..], &[][..]) } else { (&[][..], &feeds[..]) };
    let catalogue = FeedCatalogue::new(polled, paused, &settings.poll);
    let path = settings.journal_path();
    let history = JournalReader::open(&path)
        .and_then(|journal| FeedHistory::read(&journal, &catalogue, &id, Timestamp::now()))
        .map_err(|source| Failure::Journal { path, source })?;
    history.ok_or_else(|| Failure::Other(format!("no feed is configured under the id {id}")))
}
