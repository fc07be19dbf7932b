//! Ways out beside Kafka: how far each has come, and what it could not deliver.

use std::fmt;

use dateline_wire::Sequence;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::JournalError;
use crate::ledger::Ledger;
use crate::reader::timestamp;
use crate::writer::Change;

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
    /// The place up to which events were let go before it had them; 0 where none were.
    pub missed: Sequence,
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
    /// The place up to which events were let go before it had them, where they were.
    pub missed: Option<Sequence>,
}

/// Has the journal know a sink, and gives its state. One that delivers elsewhere than before is enabled.
pub(crate) struct SinkOpening {
    pub(crate) id: SinkId,
    pub(crate) target: String,
    pub(crate) start: SinkStart,
}

impl Change for SinkOpening {
    type Done = SinkState;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<SinkState, JournalError> {
        let position = match self.start {
            SinkStart::Now => ledger.totals.last_sequence,
            SinkStart::Earliest => {
                let first: Option<u64> =
                    ledger.connection.query_row("SELECT min(sequence) FROM events", [], |row| row.get(0))?;
                first.map_or(ledger.totals.last_sequence, |first| Sequence(first.saturating_sub(1)))
            }
        };
        ledger
            .connection
            .prepare_cached(
                "INSERT INTO sinks (id, target, position) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE \
                 SET disabled = iif(target = ?2, disabled, NULL), target = ?2",
            )?
            .execute(params![self.id.as_str(), self.target, position.0])?;
        state(ledger, &self.id)
    }
}

fn state(ledger: &Ledger<'_>, id: &SinkId) -> Result<SinkState, JournalError> {
    let state = ledger
        .connection
        .prepare_cached("SELECT id, position, delivered, disabled, missed FROM sinks WHERE id = ?1")?
        .query_row([id.as_str()], read_state)?;
    Ok(state)
}

/// The columns `id, position, delivered, disabled, missed`.
pub(crate) fn read_state(row: &rusqlite::Row<'_>) -> rusqlite::Result<SinkState> {
    Ok(SinkState {
        id: SinkId::from_stored(row.get(0)?),
        position: Sequence(row.get(1)?),
        delivered: row.get(2)?,
        disabled: row.get::<_, Option<i64>>(3)?.map(timestamp),
        missed: Sequence(row.get(4)?),
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
                 disabled = coalesce(?4, disabled), missed = max(missed, coalesce(?5, 0)) WHERE id = ?1",
            )?
            .execute(params![
                id,
                progress.position.0,
                progress.delivered,
                progress.disabled.map(Timestamp::as_microsecond),
                progress.missed.map(|missed| missed.0),
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
            .prepare_cached("UPDATE sinks SET disabled = NULL WHERE id = ?1")?
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

/// The last event that none of `sinks` waits for, nor any before it: all that some of them still has to deliver comes after.
pub(super) fn settled_by(ledger: &Ledger<'_>, sinks: &[SinkId]) -> Result<Option<Sequence>, JournalError> {
    let mut settled = None;
    for id in sinks {
        let own: Option<u64> = ledger
            .connection
            .prepare_cached(
                "SELECT min(position, coalesce((SELECT min(sequence) - 1 FROM undelivered \
                 WHERE sink = ?1 AND dead IS NULL), position)) FROM sinks WHERE id = ?1",
            )?
            .query_row([id.as_str()], |row| row.get(0))
            .optional()?;
        // One that was never opened has not begun yet.
        if let Some(own) = own.map(Sequence) {
            settled = Some(settled.map_or(own, |settled: Sequence| settled.min(own)));
        }
    }
    Ok(settled)
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
