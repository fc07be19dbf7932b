//! `dateline feed revive`: a feed that is gone, asked again.

use clap::Args;
use dateline_journal::{Journal, Options};
use jiff::Timestamp;

use super::{configured, named};
use crate::commands::config_file::ConfigFile;
use crate::commands::print_text;
use crate::config::SecretAccess;
use crate::failure::Failure;

/// Which feed to revive.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The feed's address or id.
    #[arg(value_name = "URL|ID")]
    feed: String,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the feed is not configured, or the journal doesn't know it or is in use.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (settings, feeds) = configured(&arguments.config, SecretAccess::Without)?;
    let feed = named(&feeds, &arguments.feed)?;
    let path = settings.journal_path();
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    let journal = Journal::open(&path, Options::default()).map_err(unusable)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(Failure::io("the runtime cannot start"))?;
    runtime.block_on(journal.revive_feed(feed.id().clone(), Timestamp::now())).map_err(unusable)?;
    print_text(&format!("{} is asked again when the daemon starts\n", feed.published().url))
}
