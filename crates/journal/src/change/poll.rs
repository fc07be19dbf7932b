//! What a poll found, or a hub pushed: the feed's new state, its entries, what happened to it.

use std::collections::HashSet;

use dateline_wire::{Entry, Event, FeedId, FeedState, HubNews};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::retain::{OldEntryMatch, take_old_entry};
use super::subscription::take_news;
use super::{configure, poll_history};
use crate::JournalError;
use crate::digest::{self, ContentDigest};
use crate::ledger::{EventDraft, Ledger};
use crate::writer::Change;

/// The longest wait before an edited entry is fetched again.
const MAX_EDIT_DELAY: SignedDuration = SignedDuration::from_hours(6);

/// How exactly it is noted when a feed was last seen to list an entry. Each poll would otherwise write every entry that it lists.
const LISTED_WITHIN_MICROSECONDS: i64 = 24 * 3_600 * 1_000_000;

/// What a poll found. It is committed whole: validators without entries would lose the entries for ever, since the
/// next answer is "not modified".
#[derive(Debug, Clone)]
pub struct PollCommit {
    /// The feed's state after the poll.
    pub feed: FeedState,
    /// The entries that the feed holds, known or not.
    pub entries: Vec<Entry>,
    /// What happened to the feed.
    pub events: Vec<Event>,
    /// What it said about who pushes the feed.
    pub hub: HubNews,
    /// When the poll ended.
    pub at: Timestamp,
    /// `traceparent` of the poll, for its events.
    pub traceparent: String,
}

/// What of a poll was news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryCounts {
    /// Entries seen for the first time: they wait now.
    pub new: usize,
    /// Known entries that say something else than before: they wait again.
    pub changed: usize,
}

impl Change for PollCommit {
    type Done = EntryCounts;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<EntryCounts, JournalError> {
        let feed = configure::update(ledger.connection, &self.feed)?
            .ok_or_else(|| JournalError::UnknownFeed(self.feed.id.clone()))?;
        let mut committed = EntryCounts::default();
        let mut seen = HashSet::new();
        // A feed that lists an entry twice in different words would otherwise edit it at every poll.
        for entry in self.entries.iter().filter(|entry| seen.insert(&entry.id)) {
            match commit_entry(ledger, (feed, &self.feed.id), entry, self.at)? {
                EntryNovelty::None => {}
                EntryNovelty::New => committed.new += 1,
                EntryNovelty::Edited => committed.changed += 1,
            }
        }
        poll_history::note(ledger, feed, &self.feed, committed)?;
        for event in &self.events {
            ledger.append(&EventDraft::of(event, self.at, &self.traceparent))?;
        }
        take_news(ledger, (feed, &self.feed.id), &self.hub, self.at)?;
        Ok(committed)
    }
}

enum EntryNovelty {
    None,
    New,
    Edited,
}

fn commit_entry(
    ledger: &mut Ledger<'_>,
    (feed, feed_id): (i64, &FeedId),
    entry: &Entry,
    at: Timestamp,
) -> Result<EntryNovelty, JournalError> {
    let digest = digest::of_entry(entry);
    let known: Option<(ContentDigest, u32, i64)> = ledger
        .connection
        .prepare_cached("SELECT digest, edition, listed FROM entries WHERE feed = ?1 AND id = ?2")?
        .query_row(params![feed, entry.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match known {
        None => {
            let old = take_old_entry(ledger, feed_id, entry.id.as_str(), &digest)?;
            let edition = if matches!(old, Some(OldEntryMatch::Edited)) { 2 } else { 1 };
            ledger
                .connection
                .prepare_cached(
                    "INSERT INTO entries (feed, id, digest, edition, first_seen, listed) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                )?
                .execute(params![feed, entry.id.as_str(), digest, edition, at.as_microsecond()])?;
            let news = match old {
                Some(OldEntryMatch::Same) => return Ok(EntryNovelty::None),
                Some(OldEntryMatch::Edited) => EntryNovelty::Edited,
                None => {
                    ledger.totals.entries += 1;
                    EntryNovelty::New
                }
            };
            await_page(ledger, feed, entry, at)?;
            Ok(news)
        }
        Some((known, _, listed)) if known == digest => {
            if at.as_microsecond().saturating_sub(listed) >= LISTED_WITHIN_MICROSECONDS {
                ledger
                    .connection
                    .prepare_cached("UPDATE entries SET listed = ?3 WHERE feed = ?1 AND id = ?2")?
                    .execute(params![feed, entry.id.as_str(), at.as_microsecond()])?;
            }
            Ok(EntryNovelty::None)
        }
        Some((_, edition, _)) => {
            ledger
                .connection
                .prepare_cached(
                    "UPDATE entries SET digest = ?3, edition = edition + 1, listed = ?4 WHERE feed = ?1 AND id = ?2",
                )?
                .execute(params![feed, entry.id.as_str(), digest, at.as_microsecond()])?;
            let due = at.checked_add(edit_delay(edition)).unwrap_or(at);
            await_page(ledger, feed, entry, due)?;
            Ok(EntryNovelty::Edited)
        }
    }
}

/// Puts an entry among those that wait, here or where its page is read. One that waits already keeps its place and its due time, in its
/// newest words.
pub(super) fn await_page(
    ledger: &mut Ledger<'_>,
    feed: i64,
    entry: &Entry,
    due: Timestamp,
) -> Result<(), JournalError> {
    if entry.link.as_ref().is_some_and(|link| ledger.is_elsewhere(link)) {
        return ledger.hand_over(feed, entry.clone(), due, 0);
    }
    let json =
        serde_json::to_string(entry).map_err(JournalError::json("an entry could not be written as JSON"))?;
    let host = entry.link.as_ref().and_then(|link| link.host_str()).unwrap_or_default();
    let link = entry.link.as_ref().map(digest::of_link);
    let updated = ledger
        .connection
        .prepare_cached("UPDATE pending SET host = ?3, link = ?4, entry = ?5 WHERE feed = ?1 AND id = ?2")?
        .execute(params![feed, entry.id.as_str(), host, link, json])?;
    if updated == 0 {
        ledger
            .connection
            .prepare_cached(
                "INSERT INTO pending (feed, id, due, attempts, host, link, entry) VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)",
            )?
            .execute(params![feed, entry.id.as_str(), due.as_microsecond(), host, link, json])?;
        ledger.totals.pending += 1;
    }
    Ok(())
}

/// How long an entry that has had `edition` editions waits before its page is fetched for the next one.
///
/// The first edit is fetched at once; each further one waits twice as long. A feed that words its entries differently at
/// every poll would otherwise have all of its pages fetched at every poll.
fn edit_delay(edition: u32) -> SignedDuration {
    match edition {
        0 | 1 => SignedDuration::ZERO,
        edition => {
            let minutes = 1_i64.checked_shl(edition - 2).filter(|minutes| *minutes > 0);
            minutes.map_or(MAX_EDIT_DELAY, |minutes| {
                SignedDuration::from_secs(minutes.saturating_mul(60)).min(MAX_EDIT_DELAY)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_further_edit_waits_twice_as_long_up_to_a_bound() {
        assert_eq!(edit_delay(1), SignedDuration::ZERO);
        assert_eq!(edit_delay(2), SignedDuration::from_mins(1));
        assert_eq!(edit_delay(3), SignedDuration::from_mins(2));
        for edition in [11, 63, 64, 65, 66, 1_000, u32::MAX] {
            assert_eq!(edit_delay(edition), MAX_EDIT_DELAY, "edition {edition}");
        }
    }
}
