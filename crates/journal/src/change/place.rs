//! Which events of an older version tell their article or story last, a little at a time.

use dateline_wire::{EventKind, Sequence};
use rusqlite::{OptionalExtension, params};

use super::retain::StepTally;
use crate::JournalError;
use crate::ledger::Ledger;
use crate::query;
use crate::writer::Change;

/// How many places one change looks at.
const MAX_EVENTS: usize = 500;

/// Notes of the oldest events of which it isn't known what they replace.
pub(crate) struct Placement;

impl Change for Placement {
    type Done = StepTally;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<StepTally, JournalError> {
        let unplaced: Option<(u64, u64)> = ledger
            .connection
            .prepare_cached("SELECT filled, until FROM unplaced")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((mut filled, until)) = unplaced else {
            return Ok(StepTally { rows: 0, are_left: false });
        };
        let mut select = ledger.connection.prepare_cached(
            "SELECT sequence, kind, key FROM events WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3",
        )?;
        let mut rows = select.query(params![filled, until, MAX_EVENTS])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            filled = row.get(0)?;
            count += 1;
            // A row that cannot be read is none that is found.
            if let (Ok(kind), Ok(key)) = (row.get::<_, String>(1), row.get::<_, String>(2))
                && let Some(kind) = EventKind::from_word(&kind)
            {
                query::note_latest(ledger.connection, kind, &key, Sequence(filled))?;
            }
        }
        let are_left = count > 0 && filled < until;
        match are_left {
            true => ledger.connection.prepare_cached("UPDATE unplaced SET filled = ?1")?.execute([filled])?,
            false => ledger.connection.prepare_cached("DELETE FROM unplaced")?.execute([])?,
        };
        Ok(StepTally { rows: count, are_left })
    }
}
