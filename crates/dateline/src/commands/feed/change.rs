//! `dateline feed remove`, `pause` and `resume`: a feed in the feeds file, and in the daemon that runs with it.

use super::running::take_over;
use super::{NamedFeed, named};
use crate::commands::print_text;
use crate::config::Settings;
use crate::config::feeds::FeedsEdit;
use crate::failure::Failure;

/// What becomes of a feed in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedChange {
    Remove,
    Pause,
    Resume,
}

/// Runs the command.
///
/// # Errors
/// If there is no such feed, the file cannot be changed, or a running daemon doesn't take the change over.
pub(super) fn run(arguments: &NamedFeed, change: FeedChange) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let feed = named(&settings, &arguments.feed)?.feed;
    let mut edit = FeedsEdit::open(&settings.feeds)?;
    let is_changed = match change {
        FeedChange::Remove => edit.remove(feed.id()),
        FeedChange::Pause => edit.set_enabled(feed.id(), false),
        FeedChange::Resume => edit.set_enabled(feed.id(), true),
    };
    if !is_changed {
        let path = settings.feeds.display();
        return Err(Failure::Other(format!(
            "{path}: the feed is no [[feed]] table there; change the file by hand"
        )));
    }
    let is_taken_over = take_over(&settings, &edit)?;
    let what = match change {
        FeedChange::Remove => "removed",
        FeedChange::Pause => "paused",
        FeedChange::Resume => "resumed",
    };
    let from = if is_taken_over { "the running daemon goes by it" } else { "no daemon runs" };
    print_text(&format!("{} is {what} in {}; {from}\n", feed.published().url, settings.feeds.display()))
}
