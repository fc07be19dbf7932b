//! When a recording was replayed into a journal.

use jiff::Timestamp;

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// Notes that a recording is replayed into the journal at this moment of the world outside the recording.
pub(crate) struct ReplayNote(pub(crate) Timestamp);

impl Change for ReplayNote {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        ledger
            .connection
            .prepare_cached("UPDATE journal SET replayed = ?1")?
            .execute([self.0.as_microsecond()])?;
        Ok(())
    }
}
