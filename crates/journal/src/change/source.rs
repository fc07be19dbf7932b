//! Who makes the events: what they say for `source`.

use dateline_wire::Sequence;
use rusqlite::{OptionalExtension, params};

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// Has all events from now on be of this source. In a journal that never heard of any, those before are, too.
pub(crate) struct SourceChange(pub(crate) String);

impl Change for SourceChange {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let last: Option<String> = ledger
            .connection
            .prepare_cached("SELECT source FROM sources ORDER BY first DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        let first = last.map_or(Sequence::START, |_| ledger.totals.last_sequence.next());
        ledger
            .connection
            .prepare_cached("INSERT OR REPLACE INTO sources (first, source) VALUES (?1, ?2)")?
            .execute(params![first.0, self.0])?;
        Ok(())
    }
}
