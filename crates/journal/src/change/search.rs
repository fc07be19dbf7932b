//! The terms of events that an older version stored without them, a little at a time.

use dateline_wire::Sequence;
use rusqlite::{OptionalExtension, params};

use super::retain::StepTally;
use crate::ledger::Ledger;
use crate::writer::Change;
use crate::{JournalError, query, reader};

/// How many events one change gives their terms at most.
const MAX_EVENTS: usize = 200;

/// How many bytes of events one change reads, give or take the last of them.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// Gives the oldest events that have no terms theirs.
pub(crate) struct SearchFill;

impl Change for SearchFill {
    type Done = StepTally;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<StepTally, JournalError> {
        let gap: Option<(u64, u64)> = ledger
            .connection
            .prepare_cached("SELECT filled, until FROM search_gap")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((mut filled, until)) = gap else { return Ok(StepTally { rows: 0, are_left: false }) };
        let mut select = ledger.connection.prepare_cached(
            "SELECT sequence, time, kind, id, key, traceparent, data, entry_digest FROM events \
             WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3",
        )?;
        let mut rows = select.query(params![filled, until, MAX_EVENTS])?;
        let (mut count, mut bytes) = (0, 0);
        while bytes < MAX_EVENT_BYTES
            && let Some(row) = rows.next()?
        {
            filled = row.get(0)?;
            count += 1;
            let Some(event) = reader::unless_unreadable(reader::event(row))? else { continue };
            bytes += event.bytes();
            query::add(ledger.connection, &event)?;
        }
        let are_left = count > 0 && filled < until;
        match are_left {
            true => ledger
                .connection
                .prepare_cached("UPDATE search_gap SET filled = ?1")?
                .execute([Sequence(filled).0])?,
            false => ledger.connection.prepare_cached("DELETE FROM search_gap")?.execute([])?,
        };
        Ok(StepTally { rows: count, are_left })
    }
}
