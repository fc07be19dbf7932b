//! `dateline feed poll` and `revive`: a feed is asked now.

use dateline_journal::{Journal, JournalError, PollRequest};
use dateline_wire::FeedRef;
use hyper::Method;
use jiff::Timestamp;
use serde_json::Value;

use super::running::{InForceFrom, RunningDaemon};
use super::{NamedFeed, named, of_fleet};
use crate::commands::{change_journal, print_text};
use crate::config::Settings;
use crate::config::feeds::ListedFeed;
use crate::failure::Failure;
use crate::text::shown_text;

/// Runs the command.
///
/// # Errors
/// If there is no such feed, it is paused, a running daemon doesn't ask it, the journal doesn't know it or is in use, or the fleet's Kafka
/// cannot be used.
pub(super) fn run(arguments: &NamedFeed, request: PollRequest) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    if settings.fleet.is_enabled() {
        let feed = polled(&settings, &arguments.feed)?;
        of_fleet::request(&settings, &feed, request)?;
        return print_text(&format!(
            "{} is asked by the member that holds its shard, within seconds; `dateline feed show` shows what came, \
             and of a poll that brought nothing that it was, up to an hour later\n",
            feed.url
        ));
    }
    if let Some(daemon) = RunningDaemon::of(&settings) {
        let id = daemon.feed_named(&arguments.feed)?;
        let word = match request {
            PollRequest::Poll => "poll",
            PollRequest::Revive => "revive",
        };
        daemon.call::<Value>(Method::POST, &format!("/v1/feeds/{id}/{word}"), None::<&()>)?;
        return print_text(&format!(
            "{} is asked now; `dateline feed show` shows what came\n",
            shown_text(&arguments.feed)
        ));
    }
    let feed = polled(&settings, &arguments.feed)?;
    let asked = change_journal(&settings, async |journal: &Journal| {
        journal.request_poll(feed.id.clone(), request, Timestamp::now()).await
    });
    match asked {
        // A feed that no daemon has come to is asked without being told to.
        Err(Failure::Journal {
            source: JournalError::Missing { .. } | JournalError::UnknownFeed(_), ..
        }) => {
            print_text(&format!("{} was never asked yet; `dateline run` asks it once it starts\n", feed.url))
        }
        asked => {
            asked?;
            let then = match InForceFrom::without_daemon(&settings) {
                InForceFrom::OtherDaemon { told } => {
                    format!("when a daemon starts with this configuration; {told}")
                }
                _ => "when the daemon starts".to_owned(),
            };
            print_text(&format!("{} is asked {then}\n", feed.url))
        }
    }
}

/// The configured feed that `text` names.
///
/// # Errors
/// If there is none, or it is paused.
fn polled(settings: &Settings, text: &str) -> Result<FeedRef, Failure> {
    let ListedFeed { feed, enabled } = named(settings, text)?;
    let feed = feed.published();
    match enabled {
        true => Ok(feed.clone()),
        false => {
            Err(Failure::Other(format!("{} is paused; `dateline feed resume` has it asked again", feed.url)))
        }
    }
}
