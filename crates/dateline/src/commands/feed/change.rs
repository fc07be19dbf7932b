//! `dateline feed remove`, `pause` and `resume`: a feed in the feeds file, and in the daemon that runs with it.

use dateline_wire::FeedId;
use hyper::Method;

use super::running::{InForceFrom, RunningDaemon, change, changed_file};
use super::{NamedFeed, named};
use crate::commands::print_text;
use crate::config::Settings;
use crate::config::feeds::FeedChange;
use crate::failure::Failure;

/// What becomes of a feed that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedFate {
    Remove,
    Pause,
    Resume,
}

impl FeedFate {
    fn of(self, feed: FeedId) -> FeedChange {
        match self {
            Self::Remove => FeedChange::Remove(feed),
            Self::Pause => FeedChange::Pause(feed),
            Self::Resume => FeedChange::Resume(feed),
        }
    }

    /// How the API is asked for it.
    fn request(self, feed: &FeedId) -> (Method, String) {
        match self {
            Self::Remove => (Method::DELETE, format!("/v1/feeds/{feed}")),
            Self::Pause => (Method::POST, format!("/v1/feeds/{feed}/pause")),
            Self::Resume => (Method::POST, format!("/v1/feeds/{feed}/resume")),
        }
    }

    /// What has become of it, up to the name of the file.
    fn words(self) -> &'static str {
        match self {
            Self::Remove => "removed from",
            Self::Pause => "paused in",
            Self::Resume => "resumed in",
        }
    }
}

/// Runs the command.
///
/// # Errors
/// If there is no such feed, it is the last, the file cannot be changed, or a running daemon doesn't take the change over.
pub(super) fn run(arguments: &NamedFeed, fate: FeedFate) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let daemon = if settings.fleet.is_enabled() { None } else { RunningDaemon::of(&settings) };
    let id = match daemon {
        Some(daemon) => daemon.feed_named(&arguments.feed)?,
        None => named(&settings, &arguments.feed)?.feed.id().clone(),
    };
    let (method, path) = fate.request(&id);
    let ask = |daemon: &RunningDaemon<'_>| daemon.call(method, &path, None::<&()>);
    let (feed, from) = change(&settings, &arguments.config.path, ask, || Ok(fate.of(id.clone())))?;
    let file = changed_file(&settings, &arguments.config.path, &from);
    let then = match from {
        InForceFrom::Now => "the running daemon goes by it".to_owned(),
        InForceFrom::Startup { writer } => {
            format!(
                "the journal is in use by {writer}: if that is a daemon, it goes by the file as soon as it has started"
            )
        }
        InForceFrom::NextStart => "no daemon runs".to_owned(),
        InForceFrom::Fleet { version } => format!("its members go by them, version {version}"),
        InForceFrom::OtherDaemon { told } => format!("no daemon has its journal, and {told}"),
    };
    print_text(&format!("{} is {} {file}; {then}\n", feed.url, fate.words()))
}
