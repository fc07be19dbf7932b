//! Rows that cannot be read, out of the way of the others: kept as they are in the table `set_aside`, and named in the log.

use dateline_wire::{EntryId, EntryRef, Event, FeedId, FeedState, RejectEvent, RejectReason, Stage};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::configure;
use crate::JournalError;
use crate::ledger::{EventDraft, Ledger};
use crate::reader;
use crate::revision::reject_id;
use crate::writer::Change;

/// A pending entry that cannot be read ends as a reject.
pub(crate) struct SetAsideEntry {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
}

impl Change for SetAsideEntry {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        // Its feed may have written it anew since.
        let why = match reader::pending(ledger.connection, self.number) {
            Err(JournalError::UnreadableRow { why, .. }) => why,
            other => return other.map(drop),
        };
        let known: Option<(String, String)> = ledger
            .connection
            .prepare_cached(
                "INSERT INTO set_aside (time, kind, feed, entry, reason, content) \
                 SELECT ?2, 'entry', coalesce(f.id, p.feed), p.id, ?3, p.entry \
                 FROM pending p LEFT JOIN feeds f ON f.number = p.feed WHERE p.number = ?1 RETURNING feed, entry",
            )?
            .query_row(params![self.number, self.at.as_microsecond(), why], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        // It has ended.
        let Some((feed, entry)) = known else { return Ok(()) };
        ledger.remove_pending(self.number)?;
        tracing::error!(feed, entry, why, "a pending entry cannot be read: it is set aside and rejected");
        let (feed, entry) = (FeedId::from_stored(feed), EntryId::from_stored(entry));
        let place = ledger.totals.last_sequence.next();
        let event = Event::Reject(Box::new(RejectEvent {
            id: reject_id(&feed, &entry, place),
            article: None,
            url: None,
            stage: Stage::Feed,
            reason: RejectReason::UnreadableEntry,
            detail: format!("what the journal holds of it cannot be read: {why}"),
            feed: None,
            entry: Some(EntryRef { id: entry, guid: None, link: None, title: None, published: None }),
            relevance: None,
        }));
        ledger.append(&EventDraft::of(&event, self.at, ""))?;
        Ok(())
    }
}

/// A configured feed whose state cannot be read begins anew.
pub(crate) struct SetAsideFeed {
    pub(crate) fresh: FeedState,
    pub(crate) why: String,
    pub(crate) at: Timestamp,
}

impl Change for SetAsideFeed {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let Self { fresh, why, at } = self;
        let feed = fresh.id.as_str();
        ledger
            .connection
            .prepare_cached(
                "INSERT INTO set_aside (time, kind, feed, reason, content) \
                 SELECT ?2, 'feed', id, ?3, state FROM feeds WHERE id = ?1",
            )?
            .execute(params![feed, at.as_microsecond(), why])?;
        configure::update(ledger.connection, fresh)?;
        tracing::error!(
            feed,
            why,
            "the state of a feed cannot be read: it is set aside, and the feed begins anew"
        );
        Ok(())
    }
}

/// Sets aside the subscription of a feed, by the feed's number in the file.
pub(super) fn set_subscription_aside(ledger: &Ledger<'_>, feed: i64, why: &str) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO set_aside (time, kind, feed, reason, content) \
             SELECT s.due, 'subscription', f.id, ?2, s.state \
             FROM subscriptions s JOIN feeds f ON f.number = s.feed WHERE s.feed = ?1",
        )?
        .execute(params![feed, why])?;
    ledger.connection.prepare_cached("DELETE FROM subscriptions WHERE feed = ?1")?.execute([feed])?;
    tracing::error!(
        feed,
        why,
        "a subscription cannot be read: it is set aside, and made anew when the feed names its hub"
    );
    Ok(())
}
