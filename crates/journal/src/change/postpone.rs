//! A page that could not be had now, but may be had later.

use dateline_wire::{EntryId, FeedId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::JournalError;
use crate::claims::{ClaimKey, EntryClaims};
use crate::ledger::Ledger;
use crate::writer::Change;

/// Why an entry is put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delay {
    /// Its page was asked for and could not be had, for this reason: one more failed attempt.
    Failed(String),
    /// Its page was not asked for, for this reason: its host is to be left alone. Nothing was attempted.
    NotAsked(String),
}

pub(crate) struct Postponement {
    pub(crate) feed: FeedId,
    pub(crate) entry: EntryId,
    pub(crate) due: Timestamp,
    pub(crate) delay: Delay,
}

impl Change for Postponement {
    type Done = i64;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<i64, JournalError> {
        let feed = ledger.feed_number(&self.feed)?;
        let (reason, attempts) = match &self.delay {
            Delay::Failed(reason) => (reason, 1),
            Delay::NotAsked(reason) => (reason, 0),
        };
        ledger
            .connection
            .prepare_cached(
                "UPDATE pending SET due = ?3, reason = ?4, attempts = attempts + ?5 WHERE feed = ?1 AND id = ?2 \
                 RETURNING number",
            )?
            .query_row(
                params![feed, self.entry.as_str(), self.due.as_microsecond(), reason, attempts],
                |row| row.get(0),
            )
            .optional()?
            .ok_or_else(|| JournalError::NotPending { feed: self.feed.clone(), entry: self.entry.clone() })
    }

    fn settle(number: &i64, claims: &EntryClaims) {
        claims.release(ClaimKey::Entry(*number));
    }
}
