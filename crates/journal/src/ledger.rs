//! What a change sees while it is applied: the open transaction and the journal's totals.

use dateline_wire::{CloudEvent, Entry, Event, EventKind, FeedId, PublicUrl, Sequence};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use url::Url;

use crate::commit_log::{CommitLog, HandedEntry, LogDraft};
use crate::digest::ContentDigest;
use crate::status::EventCounts;
use crate::{JournalError, change, query, reader, schema};

/// The totals that stand in the journal, so that nobody has to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) last_sequence: Sequence,
    pub(crate) events: EventCounts,
    pub(crate) entries: u64,
    pub(crate) pending: u64,
    pub(crate) relay_position: Sequence,
    /// Whether the journal was restored, and what Kafka has of it is not known yet.
    pub(crate) is_reconciling: bool,
}

impl Totals {
    /// Reads them from a file of the schema's `version`.
    pub(crate) fn read(connection: &Connection, version: u32) -> Result<Self, JournalError> {
        let mut totals = connection
            .prepare_cached(match version {
                schema::RESTORING.. => {
                    "SELECT last_sequence, entries, pending, relay_position, reconciling FROM journal"
                }
                _ => "SELECT last_sequence, entries, pending, relay_position, 0 FROM journal",
            })?
            .query_row([], |row| {
                Ok(Self {
                    last_sequence: Sequence(row.get(0)?),
                    events: EventCounts::default(),
                    entries: row.get(1)?,
                    pending: row.get(2)?,
                    relay_position: Sequence(row.get(3)?),
                    is_reconciling: row.get(4)?,
                })
            })?;
        let counts = match version {
            schema::EVENT_COUNTS.. => "SELECT kind, events FROM event_counts",
            _ => {
                "SELECT 'article', articles FROM journal UNION ALL SELECT 'reject', rejects FROM journal \
                 UNION ALL SELECT 'health', health FROM journal"
            }
        };
        let mut counts = connection.prepare_cached(counts)?;
        let mut rows = counts.query([])?;
        while let Some(row) = rows.next()? {
            // A kind that a newer program knows is none of ours to count.
            if let Some(kind) = EventKind::from_word(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)
            {
                *totals.events.of_mut(kind) = row.get(1)?;
            }
        }
        Ok(totals)
    }

    /// The same as its rows say, where they can be asked: another program, or another daemon, may have changed them.
    pub(crate) fn counted_anew(mut self, connection: &Connection) -> Result<Self, JournalError> {
        let (kept, count) = (self, |sql: &str| connection.query_row(sql, [], |row| row.get(0)));
        self.pending = count("SELECT count(*) FROM pending")?;
        // The last event is never let go.
        let last = count("SELECT coalesce(max(sequence), 0) FROM events")?;
        if last > self.last_sequence.0 {
            let mut beyond =
                connection.prepare("SELECT kind, count(*) FROM events WHERE sequence > ?1 GROUP BY kind")?;
            let mut rows = beyond.query([self.last_sequence.0])?;
            while let Some(row) = rows.next()? {
                if let Some(kind) =
                    EventKind::from_word(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)
                {
                    *self.events.of_mut(kind) += row.get::<_, u64>(1)?;
                }
            }
            self.last_sequence = Sequence(last);
        }
        if self != kept {
            tracing::warn!(
                pending = kept.pending,
                pending_found = self.pending,
                last = kept.last_sequence.0,
                last_found = last,
                "the journal's totals are not what its rows come to, and are set right: another program has changed it, or another daemon"
            );
            self.write(connection, &kept)?;
        }
        Ok(self)
    }

    /// Writes what differs from the totals `before`.
    pub(crate) fn write(&self, connection: &Connection, before: &Self) -> Result<(), JournalError> {
        connection
            .prepare_cached(
                "UPDATE journal SET last_sequence = ?1, entries = ?2, pending = ?3, relay_position = ?4, reconciling = ?5",
            )?
            .execute(params![
                self.last_sequence.0,
                self.entries,
                self.pending,
                self.relay_position.0,
                self.is_reconciling
            ])?;
        for (kind, events) in self.events.iter().filter(|(kind, events)| before.events.of(*kind) != *events) {
            connection
                .prepare_cached(
                    "INSERT INTO event_counts (kind, events) VALUES (?1, ?2) \
                     ON CONFLICT (kind) DO UPDATE SET events = ?2",
                )?
                .execute(params![kind.word(), events])?;
        }
        Ok(())
    }
}

/// An event before it has its place in the log.
pub(crate) struct EventDraft<'e> {
    pub(crate) event: &'e Event,
    pub(crate) time: Timestamp,
    pub(crate) traceparent: &'e str,
    /// A digest of what the entry said that it ends, where that was its newest edition.
    pub(crate) entry_digest: Option<ContentDigest>,
}

impl<'e> EventDraft<'e> {
    /// An event that ends no entry.
    pub(crate) fn of(event: &'e Event, time: Timestamp, traceparent: &'e str) -> Self {
        Self { event, time, traceparent, entry_digest: None }
    }
}

/// Of a feed's state, where the feed is.
#[derive(Deserialize)]
struct FeedAddress {
    url: PublicUrl,
}

/// The open transaction.
pub(crate) struct Ledger<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) totals: Totals,
    /// How many outcomes may be held.
    pub(crate) max_held: u64,
    /// Where the transaction is committed before the file has it, if it is.
    pub(crate) log: Option<&'c dyn CommitLog>,
    pub(crate) draft: LogDraft,
}

impl Ledger<'_> {
    /// Appends an event and gives it the next place. While the journal is being reconciled with Kafka it is held instead, and has no
    /// place: the one that is given is the last that there is.
    pub(crate) fn append(&mut self, draft: &EventDraft<'_>) -> Result<CloudEvent, JournalError> {
        let is_held = self.totals.is_reconciling;
        let last = self.totals.last_sequence;
        let event = CloudEvent {
            sequence: if is_held { last } else { last.next() },
            kind: draft.event.kind(),
            id: draft.event.id().as_str().to_owned(),
            key: draft.event.key().into_owned(),
            time: draft.time,
            traceparent: draft.traceparent.to_owned(),
            entry_digest: draft.entry_digest,
            data: draft
                .event
                .to_json()
                .map_err(JournalError::json("an event could not be written as JSON"))?,
        };
        match is_held {
            true => change::hold(self, draft, None)?,
            false => self.insert(&event)?,
        }
        Ok(event)
    }

    /// Stores an event at its place, which is the next.
    pub(crate) fn insert(&mut self, event: &CloudEvent) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT INTO events (sequence, time, kind, id, key, traceparent, data, entry_digest) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                event.sequence.0,
                event.time.as_microsecond(),
                event.kind.word(),
                event.id,
                event.key,
                event.traceparent,
                event.data,
                event.entry_digest,
            ])?;
        query::note_latest(self.connection, event.kind, &event.key, event.sequence)?;
        self.totals.last_sequence = event.sequence;
        *self.totals.events.of_mut(event.kind) += 1;
        Ok(())
    }

    /// Has an entry wait no more.
    pub(crate) fn remove_pending(&mut self, number: i64) -> Result<(), JournalError> {
        self.connection.prepare_cached("DELETE FROM pending WHERE number = ?1")?.execute([number])?;
        self.totals.pending = self.totals.pending.checked_sub(1).ok_or(JournalError::Miscounted)?;
        Ok(())
    }

    /// Whether the page at `link` is for another journal to read.
    pub(crate) fn is_elsewhere(&self, link: &Url) -> bool {
        self.log.is_some_and(|log| log.is_elsewhere(link))
    }

    /// Has an entry that this journal knows go on elsewhere.
    pub(crate) fn hand_over(
        &mut self,
        feed: i64,
        entry: Entry,
        due: Timestamp,
        attempts: u32,
    ) -> Result<(), JournalError> {
        let (id, state): (String, String) = self
            .connection
            .prepare_cached("SELECT id, state FROM feeds WHERE number = ?1")?
            .query_row([feed], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let feed_url: FeedAddress = serde_json::from_str(&state)
            .map_err(JournalError::json("the state of a feed could not be read"))?;
        let (digest, edition, first_seen): (ContentDigest, u32, i64) = self
            .connection
            .prepare_cached("SELECT digest, edition, first_seen FROM entries WHERE feed = ?1 AND id = ?2")?
            .query_row(params![feed, entry.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        self.draft.handed_over.push(HandedEntry {
            feed: FeedId::from_stored(id),
            feed_url: feed_url.url,
            entry,
            digest,
            edition,
            first_seen: reader::timestamp(first_seen),
            due,
            attempts,
        });
        Ok(())
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
