//! How one feed has been going: for `dateline feed show` and `/v1/feeds/ID`.

use std::fmt::Write as _;

use dateline_fetcher::reason_for_next_poll;
use dateline_journal::{JournalError, JournalReader, PollRecord};
use dateline_wire::{FeedId, FeedState};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FeedCatalogue, FeedStatus, WebSubStatus};
use crate::terminal::visible_line;

/// How a feed has been going.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct FeedHistory {
    /// How it is.
    #[serde(flatten)]
    pub feed: FeedStatus,
    /// Why it is asked again when it is; absent while it is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its last polls, newest first.
    pub polls: Vec<PollRecord>,
}

impl FeedHistory {
    /// That of the feed with this id, from the journal at `now`; `None` for one that is not configured.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn read(
        journal: &JournalReader,
        catalogue: &FeedCatalogue,
        id: &FeedId,
        now: Timestamp,
    ) -> Result<Option<Self>, JournalError> {
        let Some(mut history) = Self::of_state(journal.feed(id)?, catalogue, id, now) else {
            return Ok(None);
        };
        let subscription = journal.subscriptions()?.into_iter().find(|one| one.feed == *id);
        history.feed.websub = subscription.map(WebSubStatus::of);
        history.polls = journal.polls(id)?;
        Ok(Some(history))
    }

    /// That of the feed with this id, of which no more is known than its `state`; `None` for one that is not configured.
    pub fn of_state(
        state: Option<FeedState>,
        catalogue: &FeedCatalogue,
        id: &FeedId,
        now: Timestamp,
    ) -> Option<Self> {
        let feed = catalogue.get(id)?;
        let state = state.unwrap_or_else(|| FeedState::new(feed.published(), now));
        let is_asked = !catalogue.is_paused(id) && !catalogue.is_idle();
        let why = is_asked.then(|| reason_for_next_poll(feed, &state, catalogue.poll_settings()));
        Some(Self { feed: FeedStatus::of(state, catalogue), why, polls: Vec::new() })
    }

    /// The history as a page for people.
    pub fn page(&self) -> String {
        let mut page = self.head();
        page.push_str("\npolls\n");
        if self.polls.is_empty() {
            page.push_str("  none yet\n");
        }
        for poll in &self.polls {
            let status = poll.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            let what = match &poll.error {
                Some(error) => visible_line(&error.beside(self.feed.url.as_str())).into_owned(),
                None => format!("{} new, {} changed", poll.new, poll.changed),
            };
            let _ = writeln!(page, "  {:.0}  {status:<4} {what}; next {:.0}", poll.time, poll.next_poll);
        }
        page
    }

    /// The same of a feed of a fleet, whose single polls only the member knows that made them.
    pub fn page_of_fleet(&self) -> String {
        let mut page = self.head();
        let status =
            self.feed.last_status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let error = self.feed.last_error.as_ref().map(|error| error.beside(self.feed.url.as_str()));
        let error = error.map_or_else(String::new, |error| format!(", {error}"));
        let last = match self.feed.last_poll {
            Some(last) => {
                format!("{last:.0}, {status}{error}; or up to an hour later, if that brought nothing")
            }
            None => "never yet, as far as the fleet's state tells".to_owned(),
        };
        let _ = writeln!(page, "{:<10} {}", "last poll", visible_line(&last));
        page
    }

    /// All but its polls.
    fn head(&self) -> String {
        let Self { feed, why, .. } = self;
        let mut page = String::new();
        // Writing to a String cannot fail, here and below.
        let mut line = |name: &str, value: &str| _ = writeln!(page, "{name:<10} {}", visible_line(value));
        line("feed", feed.url.as_str());
        line("id", feed.id.as_str());
        if let Some(name) = &feed.name {
            line("name", name);
        }
        if !feed.tags.is_empty() {
            line("tags", &feed.tags.join(", "));
        }
        line("state", feed.condition().word());
        match feed.next_poll {
            None if feed.paused => line("next", "it is not asked; `dateline feed resume` has it asked again"),
            None => line("next", "it is not asked by the daemon that tells so, which runs with --no-intake"),
            Some(next) => line("next", &format!("{next:.0}")),
        }
        if let Some(why) = why {
            line("why", why);
        }
        let conditions: Vec<&str> = feed.conditions.iter().map(|condition| condition.as_str()).collect();
        if !conditions.is_empty() {
            line("health", &conditions.join(", "));
        }
        if let Some(last) = feed.last_new_entry {
            line("news", &format!("{last:.0}"));
        }
        page
    }
}
