//! Ways out beside Kafka: how far each has come, and what it could not deliver.

use std::fmt;

use dateline_wire::Sequence;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::ledger::Ledger;
use crate::reader::{self, timestamp, unless_unreadable};
use crate::writer::Change;
use crate::{EventFilter, JournalError, SinkFilter};

/// A way out beside Kafka, by its kind and the name that the operator gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SinkId(String);

impl SinkId {
    /// The webhook called `name`.
    pub fn webhook(name: &str) -> Self {
        Self(format!("webhook/{name}"))
    }

    /// The file sink called `name`.
    pub fn file(name: &str) -> Self {
        Self(format!("file/{name}"))
    }

    /// The id as it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for SinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a sink begins that the journal doesn't know yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SinkStart {
    /// After the last event that there is.
    #[default]
    Now,
    /// At the first event that there still is.
    Earliest,
}

/// How far a sink has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkState {
    /// Which.
    pub id: SinkId,
    /// Everything up to here is delivered, passed over by its filter, or stands among what it could not deliver.
    pub position: Sequence,
    /// How many events it delivered.
    pub delivered: u64,
    /// When its receiver said that it wants no more.
    pub disabled: Option<Timestamp>,
    /// What was let go before it had it, where that happened.
    pub missed: Option<MissedEvents>,
    /// How its receiver fails, if it did when the sink last said so.
    pub outage: Option<SinkOutage>,
}

/// How a receiver fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinkOutage {
    /// How often it did one after the other.
    pub failures: u32,
    /// Since when.
    pub since: Timestamp,
    /// Until when it is left alone.
    pub resting_until: Timestamp,
}

/// Events that were let go before a sink had them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedEvents {
    /// How many there ever were.
    pub count: u64,
    /// The place of the last of them.
    pub last: Sequence,
    /// When the last were let go.
    pub at: Timestamp,
}

/// An event that a sink could not deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredEvent {
    /// Its place.
    pub sequence: Sequence,
    /// Its id.
    pub event: String,
    /// What it is ordered by.
    pub key: String,
    /// How often it was tried; 0 where it waits behind another of its key.
    pub attempts: u32,
    /// When it was tried first, or began to wait.
    pub since: Timestamp,
    /// When it is tried next.
    pub due: Timestamp,
    /// Why it failed last; empty where it was not tried.
    pub error: String,
    /// When it was given up.
    pub dead: Option<Timestamp>,
}

/// What a sink has done since it last said so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkProgress {
    /// How far it has come; never back.
    pub position: Sequence,
    /// How many events it delivered.
    pub delivered: u64,
    /// What could not be delivered, or failed again.
    pub failed: Vec<UndeliveredEvent>,
    /// Of what could not be delivered, what is settled now.
    pub settled: Vec<Sequence>,
    /// When its receiver said that it wants no more, where it did.
    pub disabled: Option<Timestamp>,
    /// When it last delivered something, or lacked nothing.
    pub worked: Option<Timestamp>,
    /// How its receiver fails now, if it does.
    pub outage: Option<SinkOutage>,
}

/// What has the journal know a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkOpening {
    /// Which.
    pub id: SinkId,
    /// A digest of where it delivers to. One that delivers elsewhere than before is enabled.
    pub target: String,
    /// Which events it is for.
    pub filter: EventFilter,
    /// Where it begins, if the journal doesn't know it yet.
    pub start: SinkStart,
    /// Now.
    pub at: Timestamp,
}

impl Change for SinkOpening {
    /// Its state, and how many events were let go before where it begins: none where it goes on.
    type Done = (SinkState, u64);

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let last = ledger.totals.last_sequence;
        let is_new = !is_known(ledger, &self.id)?;
        let (position, gone) = match self.start {
            SinkStart::Earliest if is_new => {
                let (first, count): (Option<u64>, u64) =
                    ledger.connection.query_row("SELECT min(sequence), count(*) FROM events", [], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?;
                (first.map_or(last, |first| Sequence(first.saturating_sub(1))), last.0.saturating_sub(count))
            }
            _ => (last, 0),
        };
        ledger
            .connection
            .prepare_cached(
                "INSERT INTO sinks (id, target, filter, position, worked) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (id) DO UPDATE SET disabled = iif(target = ?2, disabled, NULL), \
                 failures = iif(target = ?2, failures, 0), target = ?2, filter = ?3",
            )?
            .execute(params![
                self.id.as_str(),
                self.target,
                self.filter.to_query(),
                position.0,
                self.at.as_microsecond()
            ])?;
        let state = ledger
            .connection
            .prepare_cached(&format!("SELECT {STATE_COLUMNS} FROM sinks s WHERE s.id = ?1"))?
            .query_row([self.id.as_str()], read_state)?;
        Ok((state, gone))
    }
}

/// What [`read_state`] reads of the table `sinks`, called `s`.
pub(crate) const STATE_COLUMNS: &str = "s.id, s.position, s.delivered, s.disabled, s.missed, s.missed_events, s.missed_at, s.failures, s.failing_since, s.resting_until";

/// The state in the first columns of a row.
pub(crate) fn read_state(row: &rusqlite::Row<'_>) -> rusqlite::Result<SinkState> {
    let (last, count, at) = (Sequence(row.get(4)?), row.get(5)?, timestamp(row.get(6)?));
    let (failures, since, resting_until) = (row.get(7)?, timestamp(row.get(8)?), timestamp(row.get(9)?));
    Ok(SinkState {
        id: SinkId::from_stored(row.get(0)?),
        position: Sequence(row.get(1)?),
        delivered: row.get(2)?,
        disabled: row.get::<_, Option<i64>>(3)?.map(timestamp),
        missed: (count > 0).then_some(MissedEvents { count, last, at }),
        outage: (failures > 0).then_some(SinkOutage { failures, since, resting_until }),
    })
}

/// Notes what a sink has done.
pub(crate) struct SinkStep {
    pub(crate) id: SinkId,
    pub(crate) progress: SinkProgress,
}

impl Change for SinkStep {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let (id, progress) = (self.id.as_str(), &self.progress);
        ledger
            .connection
            .prepare_cached(
                "UPDATE sinks SET position = max(position, ?2), delivered = delivered + ?3, \
                 disabled = coalesce(?4, disabled), worked = max(worked, coalesce(?5, 0)), \
                 failures = ?6, failing_since = ?7, resting_until = ?8 WHERE id = ?1",
            )?
            .execute(params![
                id,
                progress.position.0,
                progress.delivered,
                progress.disabled.map(Timestamp::as_microsecond),
                progress.worked.map(Timestamp::as_microsecond),
                progress.outage.map_or(0, |outage| outage.failures),
                progress.outage.map_or(0, |outage| outage.since.as_microsecond()),
                progress.outage.map_or(0, |outage| outage.resting_until.as_microsecond()),
            ])?;
        for event in &progress.failed {
            ledger
                .connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO undelivered (sink, sequence, event, key, attempts, since, due, error, dead) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    id,
                    event.sequence.0,
                    event.event,
                    event.key,
                    event.attempts,
                    event.since.as_microsecond(),
                    event.due.as_microsecond(),
                    event.error,
                    event.dead.map(Timestamp::as_microsecond),
                ])?;
        }
        for sequence in &progress.settled {
            ledger
                .connection
                .prepare_cached("DELETE FROM undelivered WHERE sink = ?1 AND sequence = ?2")?
                .execute(params![id, sequence.0])?;
        }
        Ok(())
    }
}

/// Has dead letters of a sink tried again from `at` on: the one of `event`, or all.
pub(crate) struct Redelivery {
    pub(crate) id: SinkId,
    pub(crate) event: Option<String>,
    pub(crate) at: Timestamp,
}

impl Change for Redelivery {
    /// How many they are; `None` where there is no such sink.
    type Done = Option<u64>;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        if !is_known(ledger, &self.id)? {
            return Ok(None);
        }
        let revived = ledger
            .connection
            .prepare_cached(
                "UPDATE undelivered SET dead = NULL, attempts = 0, since = ?3, due = ?3 \
                 WHERE sink = ?1 AND dead IS NOT NULL AND (?2 IS NULL OR event = ?2)",
            )?
            .execute(params![self.id.as_str(), self.event, self.at.as_microsecond()])?;
        Ok(Some(revived as u64))
    }
}

/// Enables a sink whose receiver had said that it wants no more.
pub(crate) struct SinkEnabling(pub(crate) SinkId);

impl Change for SinkEnabling {
    /// Whether there is such a sink.
    type Done = bool;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<bool, JournalError> {
        let changed = ledger
            .connection
            .prepare_cached("UPDATE sinks SET disabled = NULL, failures = 0 WHERE id = ?1")?
            .execute([self.0.as_str()])?;
        Ok(changed > 0)
    }
}

fn is_known(ledger: &Ledger<'_>, id: &SinkId) -> Result<bool, JournalError> {
    let found = ledger
        .connection
        .prepare_cached("SELECT 1 FROM sinks WHERE id = ?1")?
        .query_row([id.as_str()], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// Which events sinks still wait for.
#[derive(Debug, Clone, Copy)]
pub(super) struct AwaitedEvents {
    /// After this place some sink lacks something.
    by_any: Sequence,
    /// After this place a sink that works does.
    by_working: Sequence,
}

impl AwaitedEvents {
    /// None.
    pub(super) const NONE: Self = Self { by_any: Sequence(u64::MAX), by_working: Sequence(u64::MAX) };

    /// Those that some of `sinks` lack. One works that did so after `since`.
    pub(super) fn of(ledger: &Ledger<'_>, sinks: &[SinkId], since: Timestamp) -> Result<Self, JournalError> {
        let mut awaited = Self::NONE;
        for id in sinks {
            let own: Option<(u64, i64)> = ledger
                .connection
                .prepare_cached(
                    "SELECT min(position, coalesce((SELECT min(sequence) - 1 FROM undelivered \
                     WHERE sink = ?1 AND dead IS NULL), position)), worked FROM sinks WHERE id = ?1",
                )?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            // One that was never opened has not begun yet.
            let Some((settled, worked)) = own else { continue };
            awaited.by_any = awaited.by_any.min(Sequence(settled));
            if worked >= since.as_microsecond() {
                awaited.by_working = awaited.by_working.min(Sequence(settled));
            }
        }
        Ok(awaited)
    }

    /// Whether the event at `sequence` is awaited, if one that `is_old` is so by sinks alone that work.
    pub(super) fn has(self, sequence: Sequence, is_old: bool) -> bool {
        sequence > self.by_working || (sequence > self.by_any && !is_old)
    }
}

/// Notes of every sink that was ever opened which of the events of `kind`, or of all, up to `last` it lacks, since they are let go at
/// `at`. Says how many of which sink, where there are any.
pub(super) fn note_missed(
    ledger: &Ledger<'_>,
    kind: Option<&str>,
    last: Sequence,
    at: Timestamp,
) -> Result<Vec<(SinkId, u64)>, JournalError> {
    let mut behind = ledger.connection.prepare_cached(
        "SELECT id, filter, position FROM sinks s WHERE position < ?1 OR EXISTS \
         (SELECT 1 FROM undelivered u WHERE u.sink = s.id AND u.dead IS NULL AND u.sequence <= ?1) ORDER BY id",
    )?;
    let behind = behind
        .query_map([last.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(String, String, u64)>, _>>()?;
    let mut missed = Vec::new();
    for (id, filter, position) in behind {
        // What a newer program asks for is taken for everything.
        let filter = SinkFilter::new(EventFilter::from_query(&filter).unwrap_or_default());
        let mut lacked = ledger.connection.prepare_cached(
            "SELECT sequence, time, kind, id, key, traceparent, data, entry_digest FROM events \
             WHERE sequence <= ?1 AND (?2 IS NULL OR kind = ?2) AND (sequence > ?3 OR sequence IN \
             (SELECT sequence FROM undelivered WHERE sink = ?4 AND dead IS NULL))",
        )?;
        let mut rows = lacked.query(params![last.0, kind, position, id])?;
        let (mut count, mut last_missed) = (0_u64, 0);
        while let Some(row) = rows.next()? {
            // A withdrawal counts wherever it may have been for the sink.
            if let Some(event) = unless_unreadable(reader::event(row))?
                && filter.admits(&event, || Ok::<_, JournalError>(Vec::new()))?
            {
                count += 1;
                last_missed = last_missed.max(event.sequence.0);
            }
        }
        if count > 0 {
            ledger
                .connection
                .prepare_cached(
                    "UPDATE sinks SET missed = max(missed, ?2), missed_events = missed_events + ?3, missed_at = ?4 WHERE id = ?1",
                )?
                .execute(params![id, last_missed, count, at.as_microsecond()])?;
            missed.push((SinkId(id), count));
        }
    }
    Ok(missed)
}

/// Forgets dead letters whose event is gone, of those up to `last`.
pub(super) fn forget_letters(ledger: &Ledger<'_>, last: Sequence) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "DELETE FROM undelivered WHERE sequence <= ?1 AND dead IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM events e WHERE e.sequence = undelivered.sequence)",
        )?
        .execute([last.0])?;
    Ok(())
}
