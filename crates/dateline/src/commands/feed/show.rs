//! `dateline feed show`: how one feed has been going.

use clap::Args;
use dateline_journal::JournalReader;
use dateline_wire::FeedId;
use hyper::Method;
use jiff::Timestamp;

use super::running::RunningDaemon;
use super::{named, of_fleet};
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
/// If there is no such feed, the daemon doesn't answer, or the journal or the fleet's state cannot be read.
pub(super) fn run(arguments: &ShowArguments) -> Result<(), Failure> {
    let settings = arguments.config.settings_to_look(&["data_dir", "feeds"])?;
    if settings.fleet.is_enabled() {
        let history = of_fleet(&settings, &arguments.feed)?;
        return if arguments.json { print_json(&history) } else { print_text(&history.page_of_fleet()) };
    }
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
    let (id, catalogue) = catalogue_of(settings, named(settings, name)?);
    let path = settings.journal_path();
    let history = JournalReader::open(&path)
        .and_then(|journal| FeedHistory::read(&journal, &catalogue, &id, Timestamp::now()))
        .map_err(|source| Failure::Journal { path, source })?;
    history.ok_or_else(|| Failure::Other(format!("no feed is configured under the id {id}")))
}

fn of_fleet(settings: &Settings, name: &str) -> Result<FeedHistory, Failure> {
    let listed = named(settings, name)?;
    let state = of_fleet::state_of(settings, listed.feed.published())?;
    let (id, catalogue) = catalogue_of(settings, listed);
    let history = FeedHistory::of_state(state, &catalogue, &id, Timestamp::now());
    history.ok_or_else(|| Failure::Other(format!("no feed is configured under the id {id}")))
}

/// One feed as all there is.
fn catalogue_of(settings: &Settings, ListedFeed { feed, enabled }: ListedFeed) -> (FeedId, FeedCatalogue) {
    let (id, feeds) = (feed.id().clone(), [feed]);
    let (polled, paused) = if enabled { (&feeds[..], &[][..]) } else { (&[][..], &feeds[..]) };
    (id, FeedCatalogue::new(polled, paused, &settings.poll))
}
