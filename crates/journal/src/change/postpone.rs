//! A page that could not be had now, but may be had later.

use dateline_wire::{EntryId, FeedId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::JournalError;
use crate::claims::Claims;
use crate::ledger::Ledger;
use crate::writer::Change;

pub(crate) struct Postpone {
    pub(crate) feed: FeedId,
    pub(crate) entry: EntryId,
    pub(crate) due: Timestamp,
    pub(crate) reason: String,
}

impl Change for Postpone {
    type Done = i64;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<i64, JournalError> {
        let feed = ledger.feed_number(&self.feed)?;
        ledger
            .connection
            .prepare_cached(
                "UPDATE pending SET due = ?3, reason = ?4, attempts = attempts + 1 WHERE feed = ?1 AND id = ?2 \
                 RETURNING number",
            )?
            .query_row(params![feed, self.entry.as_str(), self.due.as_microsecond(), self.reason], |row| {
                row.get(0)
            })
            .optional()?
            .ok_or_else(|| JournalError::NotPending { feed: self.feed.clone(), entry: self.entry.clone() })
    }

    fn settle(number: &i64, claims: &Claims) {
        claims.release(*number);
    }
}
