//! What is let go, a little at a time: events, links, entries, and the room that they took.
//!
//! Each change here looks at a bounded number of rows, so that what waits for the journal meanwhile waits for milliseconds.
//! [`RetentionPass`](crate::RetentionPass) makes them one after another.

use dateline_wire::{EventKind, FeedId, Sequence};
use jiff::Timestamp;
use rusqlite::params;

use super::sink::{self, AwaitedEvents, SinkId};
use crate::digest::{self, OldEntry};
use crate::ledger::Ledger;
use crate::writer::Change;
use crate::{JournalError, query, space};

/// How many events one change deletes at most.
const MAX_EVENTS: usize = 256;

/// How many bytes of events one change deletes, give or take the last of them: each page that they fill is visited.
const MAX_EVENT_BYTES: i64 = 4 << 20;

/// How many links or entries one change looks at.
const MAX_ROWS: usize = 1_000;

/// How many entries one change makes into digests: their keys lie anywhere, so that each takes a page of its own.
const MAX_COMPACTED: usize = 128;

/// How many pages (of 4 KiB) one change gives back: each may be one that is moved.
const MAX_PAGES: u32 = 512;

/// Which events may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// Those of a kind that were committed before a moment.
    Before(EventKind, Timestamp),
    /// The oldest of all kinds, until what the file holds takes no more than so many bytes.
    Above(u64),
}

/// Deletes the oldest events that may go. Always kept are the last event, and, if `only_delivered`, those that Kafka lacks as far as
/// the journal knows, with the one at the relay's position, by which the relay tells that Kafka speaks of this journal.
pub(crate) struct EventDeletion {
    pub(crate) expiry: Expiry,
    pub(crate) only_delivered: bool,
    /// The ways out beside Kafka that an event waits for. One that has not worked since `waits_since` is waited for no longer with what
    /// was committed before that.
    pub(crate) sinks: Vec<SinkId>,
    pub(crate) waits_since: Timestamp,
    /// Now.
    pub(crate) at: Timestamp,
}

/// What a step has let go of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventTally {
    pub(crate) events: u64,
    /// Whether there may be more.
    pub(crate) are_left: bool,
    /// How many of them which sinks lacked.
    pub(crate) missed: Vec<(SinkId, u64)>,
}

impl EventTally {
    const NONE: Self = Self { events: 0, are_left: false, missed: Vec::new() };
}

/// What a step has let go, and whether there may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepTally {
    pub(crate) rows: u64,
    pub(crate) are_left: bool,
}

impl Change for EventDeletion {
    type Done = EventTally;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<EventTally, JournalError> {
        if let Expiry::Above(bytes) = self.expiry
            && space::of(ledger.connection)?.used_bytes() <= bytes
        {
            return Ok(EventTally::NONE);
        }
        let kept_from = match self.only_delivered {
            true => ledger.totals.last_sequence.min(ledger.totals.relay_position),
            false => ledger.totals.last_sequence,
        };
        let (kind, before) = match self.expiry {
            Expiry::Before(kind, moment) => (Some(kind.word()), moment.as_microsecond()),
            Expiry::Above(_) => (None, i64::MAX),
        };
        let mut select = ledger.connection.prepare_cached(match kind {
            Some(_) => {
                "SELECT sequence, time, octet_length(data) FROM events WHERE kind = ?1 AND sequence < ?2 ORDER BY sequence LIMIT ?3"
            }
            None => {
                "SELECT sequence, time, octet_length(data) FROM events WHERE ?1 IS NULL AND sequence < ?2 ORDER BY sequence LIMIT ?3"
            }
        })?;
        let awaited = match self.expiry {
            Expiry::Before(..) => AwaitedEvents::of(ledger, &self.sinks, self.waits_since)?,
            // A receiver that is away must not fill the disk.
            Expiry::Above(_) => AwaitedEvents::NONE,
        };
        let mut rows = select.query(params![kind, kept_from.0, MAX_EVENTS])?;
        let (mut last, mut count, mut bytes, mut ended) = (Sequence::START, 0, 0, false);
        while let Some(row) = rows.next()? {
            // The first that is too young ends it: what is gone is everything up to a place.
            let (sequence, time) = (Sequence(row.get(0)?), row.get::<_, i64>(1)?);
            let is_awaited = awaited.has(sequence, time < self.waits_since.as_microsecond());
            if time >= before || is_awaited || bytes >= MAX_EVENT_BYTES {
                ended = bytes < MAX_EVENT_BYTES;
                break;
            }
            last = sequence;
            bytes += row.get::<_, i64>(2)?;
            count += 1;
        }
        if count == 0 {
            return Ok(EventTally::NONE);
        }
        let missed = sink::note_missed(ledger, kind, last, self.at)?;
        for kind in EventKind::ALL.into_iter().filter(|each| kind.is_none_or(|kind| kind == each.word())) {
            ledger
                .connection
                .prepare_cached(
                    "UPDATE event_counts SET gone = max(gone, coalesce( \
                     (SELECT max(sequence) FROM events WHERE kind = ?1 AND sequence <= ?2), 0)) WHERE kind = ?1",
                )?
                .execute(params![kind.word(), last.0])?;
            query::forget_replaced(ledger.connection, kind, last)?;
            ledger
                .connection
                .prepare_cached("DELETE FROM events WHERE kind = ?1 AND sequence <= ?2")?
                .execute(params![kind.word(), last.0])?;
        }
        sink::forget_letters(ledger, last)?;
        Ok(EventTally { events: count, are_left: !ended, missed })
    }
}

/// Deletes links whose page was read before a moment, from the one after `after` on.
pub(crate) struct LinkDeletion {
    pub(crate) after: String,
    pub(crate) before: Timestamp,
}

/// What a look at some rows has let go, and the last of them where there may be more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowScan<K> {
    pub(crate) rows: u64,
    pub(crate) next: Option<K>,
}

impl Change for LinkDeletion {
    type Done = RowScan<String>;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let mut select = ledger
            .connection
            .prepare_cached("SELECT id, time FROM links WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let looked_at = select
            .query_map(params![self.after, MAX_ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, i64)>, _>>()?;
        let mut rows = 0;
        for (id, _) in looked_at.iter().filter(|(_, time)| *time < self.before.as_microsecond()) {
            ledger.connection.prepare_cached("DELETE FROM links WHERE id = ?1")?.execute([id])?;
            rows += 1;
        }
        let is_full = looked_at.len() == MAX_ROWS;
        Ok(RowScan { rows, next: looked_at.into_iter().next_back().map(|(id, _)| id).filter(|_| is_full) })
    }
}

/// Makes entries that their feed has not listed since a moment into digests, from the one after `after` on. One that waits for its
/// page stays.
pub(crate) struct EntryCompaction {
    pub(crate) after: (i64, String),
    pub(crate) before: Timestamp,
}

impl Change for EntryCompaction {
    type Done = RowScan<(i64, String)>;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let mut select = ledger.connection.prepare_cached(
            "SELECT e.feed, e.id, e.digest, max(e.listed, e.first_seen), f.id, \
             EXISTS (SELECT 1 FROM pending p WHERE p.feed = e.feed AND p.id = e.id) \
             FROM entries e LEFT JOIN feeds f ON f.number = e.feed \
             WHERE (e.feed, e.id) > (?1, ?2) ORDER BY e.feed, e.id LIMIT ?3",
        )?;
        let mut looked_at = select.query(params![self.after.0, self.after.1, MAX_ROWS])?;
        let (mut rows, mut seen, mut old, mut last) = (0, 0, Vec::new(), None);
        while old.len() < MAX_COMPACTED
            && let Some(row) = looked_at.next()?
        {
            let (feed, id): (i64, String) = (row.get(0)?, row.get(1)?);
            seen += 1;
            let (listed, waits): (i64, bool) = (row.get(3)?, row.get(5)?);
            // A feed that is in no row has no id to make a key of.
            if let (Some(feed_id), false) = (row.get::<_, Option<String>>(4)?, waits)
                && listed < self.before.as_microsecond()
            {
                let known = OldEntry::of(&FeedId::from_stored(feed_id), &id, &row.get(2)?);
                old.push((feed, id.clone(), known));
            }
            last = Some((feed, id));
        }
        for (feed, id, known) in old {
            ledger
                .connection
                .prepare_cached("INSERT OR REPLACE INTO old_entries (key, digest) VALUES (?1, ?2)")?
                .execute(params![known.key, known.digest])?;
            ledger
                .connection
                .prepare_cached("DELETE FROM entries WHERE feed = ?1 AND id = ?2")?
                .execute(params![feed, id])?;
            rows += 1;
        }
        let are_left = seen == MAX_ROWS || rows == MAX_COMPACTED as u64;
        Ok(RowScan { rows, next: last.filter(|_| are_left) })
    }
}

/// Gives pages that nothing uses back to the system, where there are many.
pub(crate) struct SpaceRelease;

impl Change for SpaceRelease {
    type Done = StepTally;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<StepTally, JournalError> {
        let spare = space::of(ledger.connection)?.spare_pages();
        if spare == 0 {
            return Ok(StepTally { rows: 0, are_left: false });
        }
        let pages = space::give_back(ledger.connection, spare.min(u64::from(MAX_PAGES)))?;
        Ok(StepTally { rows: pages, are_left: pages > 0 && spare > pages })
    }
}

/// What is left of an entry that has become a digest, which is taken out: it is listed again.
pub(super) fn take_old_entry(
    ledger: &Ledger<'_>,
    feed: &FeedId,
    entry: &str,
    digest: &digest::ContentDigest,
) -> Result<Option<OldEntryMatch>, JournalError> {
    use rusqlite::OptionalExtension as _;

    let now = OldEntry::of(feed, entry, digest);
    let known: Option<i32> = ledger
        .connection
        .prepare_cached("DELETE FROM old_entries WHERE key = ?1 RETURNING digest")?
        .query_row([now.key], |row| row.get(0))
        .optional()?;
    Ok(known.map(|known| match known == now.digest {
        true => OldEntryMatch::Same,
        false => OldEntryMatch::Edited,
    }))
}

/// Whether an entry that is listed again says what it said when it was listed last.
pub(super) enum OldEntryMatch {
    Same,
    Edited,
}
