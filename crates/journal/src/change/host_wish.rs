//! What hosts wish of those who ask them, for whoever takes the journal over: only one that has a commit log is taken over.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// What a host wishes of those who ask it for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostWishRow {
    /// The host.
    pub host: String,
    /// How much time is to pass from one request to the next, in whole milliseconds; zero takes an earlier wish of the kind back. `None`
    /// where it wishes no request at all.
    pub delay: Option<Duration>,
    /// How long that holds.
    pub until: Timestamp,
}

/// Notes a wish, and lets go those that hold no more.
pub(crate) struct HostWishNote {
    pub(crate) wish: HostWishRow,
    pub(crate) at: Timestamp,
}

impl Change for HostWishNote {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let Self { wish: HostWishRow { host, delay, until }, at } = self;
        if ledger.log.is_none() {
            return Ok(());
        }
        let is_rest = delay.is_none();
        let milliseconds = i64::try_from(delay.unwrap_or_default().as_millis()).unwrap_or(i64::MAX);
        ledger
            .connection
            .prepare_cached("DELETE FROM hosts WHERE until <= ?1 OR (NOT ?2 AND NOT is_rest AND host = ?3)")?
            .execute(params![at.as_microsecond(), is_rest, host])?;
        if is_rest || milliseconds > 0 {
            // Of two rests the longer one holds.
            ledger
                .connection
                .prepare_cached(
                    "INSERT INTO hosts (host, is_rest, delay, until) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (host, is_rest) DO UPDATE SET until = max(until, ?4)",
                )?
                .execute(params![host, is_rest, milliseconds, until.as_microsecond()])?;
        }
        Ok(())
    }
}
