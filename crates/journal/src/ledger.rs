//! What a change sees while it is applied: the open transaction and the journal's totals.

use dateline_wire::{CloudEvent, EntryId, Event, EventId, EventKind, FeedId, Sequence};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::JournalError;

/// The totals that stand in the journal's one row, so that nobody has to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) last_sequence: Sequence,
    pub(crate) articles: u64,
    pub(crate) rejects: u64,
    pub(crate) health: u64,
    pub(crate) entries: u64,
    pub(crate) pending: u64,
    pub(crate) relay_position: Sequence,
}

impl Totals {
    pub(crate) fn read(connection: &Connection) -> Result<Self, JournalError> {
        let totals = connection
            .prepare_cached(
                "SELECT last_sequence, articles, rejects, health, entries, pending, relay_position FROM journal",
            )?
            .query_row([], |row| {
                Ok(Self {
                    last_sequence: Sequence(row.get(0)?),
                    articles: row.get(1)?,
                    rejects: row.get(2)?,
                    health: row.get(3)?,
                    entries: row.get(4)?,
                    pending: row.get(5)?,
                    relay_position: Sequence(row.get(6)?),
                })
            })?;
        Ok(totals)
    }

    pub(crate) fn write(&self, connection: &Connection) -> Result<(), JournalError> {
        connection
            .prepare_cached(
                "UPDATE journal SET last_sequence = ?1, articles = ?2, rejects = ?3, health = ?4, entries = ?5, \
                 pending = ?6, relay_position = ?7",
            )?
            .execute(params![
                self.last_sequence.0,
                self.articles,
                self.rejects,
                self.health,
                self.entries,
                self.pending,
                self.relay_position.0,
            ])?;
        Ok(())
    }
}

/// An event before it has its place in the log.
pub(crate) struct EventDraft<'e> {
    pub(crate) event: &'e Event,
    pub(crate) time: Timestamp,
    pub(crate) traceparent: &'e str,
}

/// The open transaction.
pub(crate) struct Ledger<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) totals: Totals,
}

impl Ledger<'_> {
    /// Appends an event and gives it the next place.
    pub(crate) fn append(&mut self, draft: &EventDraft<'_>) -> Result<CloudEvent, JournalError> {
        let event = CloudEvent {
            sequence: self.totals.last_sequence.next(),
            kind: draft.event.kind(),
            id: draft.event.id().as_str().to_owned(),
            key: draft.event.key().into_owned(),
            time: draft.time,
            traceparent: draft.traceparent.to_owned(),
            data: draft
                .event
                .to_json()
                .map_err(JournalError::json("an event could not be written as JSON"))?,
        };
        self.connection
            .prepare_cached(
                "INSERT INTO events (sequence, time, kind, id, key, traceparent, data) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                event.sequence.0,
                event.time.as_microsecond(),
                event.kind.word(),
                event.id,
                event.key,
                event.traceparent,
                event.data,
            ])?;
        self.totals.last_sequence = event.sequence;
        match event.kind {
            EventKind::Article => self.totals.articles += 1,
            EventKind::Reject => self.totals.rejects += 1,
            EventKind::Health => self.totals.health += 1,
        }
        Ok(event)
    }

    /// The number that a feed has in this file.
    pub(crate) fn feed_number(&self, feed: &FeedId) -> Result<i64, JournalError> {
        self.connection
            .prepare_cached("SELECT number FROM feeds WHERE id = ?1")?
            .query_row([feed.as_str()], |row| row.get(0))
            .optional()?
            .ok_or_else(|| JournalError::UnknownFeed(feed.clone()))
    }
}

/// The id of a reject. An entry may be rejected again after an edit, so the event's place tells its rejects apart; in a
/// replay each has the same place.
pub(crate) fn reject_id(feed: &FeedId, entry: &EntryId, place: Sequence) -> EventId {
    EventId::of_parts(&["reject", feed.as_str(), entry.as_str(), &place.to_string()])
}
